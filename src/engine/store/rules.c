/* SPDX-License-Identifier: EUPL-1.2 */
/* The texts of rule sets, kept for as long as a proposal cites one, so that
 * every proposal ever made can be explained with the rules it was made under.
 */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_offers.h>

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
