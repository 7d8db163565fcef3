/* SPDX-License-Identifier: EUPL-1.2 */
/* The texts of rule sets, kept for as long as a proposal cites one, so that
 * every proposal ever made can be explained with the rules it was made under.
 */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_offers.h>
#include <etrier/store_rules.h>

#include <jansson.h>
#include <stdlib.h>

int store_rules_put(struct store *s, const char *id, const char *text,
		    int64_t now, struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO rules (id, text, first_used) "
		      "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
		      db_text(id), db_text(text), db_int(now));
}

int store_rules_get(struct store *s, const char *id, struct arena *a,
		    const char **text, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, "SELECT text FROM rules WHERE id = ?1",
		     db_text(id)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no rule set \"%s\"", id);
	*text = arena_dup(a, db_col_text(&q, 0));
	db_done(&q);
	return 0;
}

int store_rules_set_files(struct store *s, const char *id, const char *files,
			  struct err *err)
{
	return db_run(s, err,
		      "UPDATE rules SET files = ?2 WHERE id = ?1 AND "
		      "files IS NULL",
		      db_text(id), db_text(files));
}

int store_rules_files(struct store *s, const char *id, struct arena *a,
		      const char **whole_id, const char **files,
		      struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT id, files, count(*) OVER () FROM rules "
		     "WHERE substr(id, 1, length(?1)) = ?1 LIMIT 1",
		     db_text(id)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN,
			       "no rule set \"%s\" (rules list)", id);
	int64_t n = db_col_int(&q, 2);
	const char *found = arena_dup(a, db_col_text(&q, 0));
	const char *texts = arena_dup(a, db_col_text(&q, 1));
	db_done(&q);
	if (n > 1)
		return err_set(err, ERR_UNKNOWN,
			       "several rule sets begin with \"%s\"", id);
	if (!texts)
		return err_set(err, ERR_UNKNOWN,
			       "the files of rule set \"%s\" were not kept",
			       id);
	*whole_id = found;
	*files = texts;
	return 0;
}

int store_rules_each(struct store *s, int limit, store_rules_fn *fn, void *ctx,
		     struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT id, first_used, files IS NOT NULL, (SELECT "
		     "count(*) FROM ledger l WHERE l.rules = r.id) "
		     "FROM rules r ORDER BY first_used DESC, id LIMIT ?1",
		     db_int(limit ? limit : -1)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		const struct store_rules row = {
			.id = db_col_text(&q, 0),
			.first_used = db_col_int(&q, 1),
			.has_files = db_col_int(&q, 2) != 0,
			.n_cited = db_col_int(&q, 3),
		};
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}

int store_rules_clean(struct store *s, const char *const *current,
		      size_t n_current, int64_t *n, struct err *err)
{
	json_t *ids = json_array();
	for (size_t i = 0; i < n_current; i++)
		json_array_append_new(ids, json_string(current[i]));
	char *text = json_dumps(ids, JSON_COMPACT);
	BUG_ON(!text);
	int rc = db_count(s, n, err,
			  "DELETE FROM rules WHERE NOT EXISTS (SELECT 1 "
			  "FROM ledger l WHERE l.rules = rules.id) "
			  "AND id NOT IN (SELECT value FROM json_each(?1))",
			  db_text(text));
	free(text);
	json_decref(ids);
	return rc;
}
