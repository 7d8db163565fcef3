/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules that are tried beside those in force: their text, and the pairs about
 * which they decide otherwise. Pairs on which both agree have no row, so that
 * the table is as large as the change is. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_rules.h>

static int put(struct store *s, void *ctx, struct err *err)
{
	const struct store_shadow *in = ctx;
	if (store_shadow_clear(s, err))
		return -1;
	return db_run(s, err,
		      "INSERT INTO shadow (id, name, text, since, by) "
		      "VALUES (1, ?1, ?2, ?3, ?4)",
		      db_text(in->name), db_text(in->text), db_int(in->since),
		      db_text(in->by));
}

int store_shadow_put(struct store *s, const struct store_shadow *in,
		     struct err *err)
{
	struct store_shadow copy = *in;
	return store_tx(s, put, &copy, err);
}

int store_shadow_get(struct store *s, struct arena *a, bool *found,
		     struct store_shadow *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, "SELECT name, text, by, since FROM shadow",
		     DB_NONE))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	*found = got == 1;
	if (!got)
		return 0;
	*out = (struct store_shadow){
		.name = arena_dup(a, db_col_text(&q, 0)),
		.text = arena_dup(a, db_col_text(&q, 1)),
		.by = arena_dup(a, db_col_text(&q, 2)),
		.since = db_col_int(&q, 3),
	};
	db_done(&q);
	return 0;
}

static int clear(struct store *s, void *ctx, struct err *err)
{
	(void)ctx;
	return db_run(s, err, "DELETE FROM shadow_diff", DB_NONE) ||
			       db_run(s, err, "DELETE FROM shadow", DB_NONE)
		       ? -1
		       : 0;
}

int store_shadow_clear(struct store *s, struct err *err)
{
	return store_tx(s, clear, NULL, err);
}

/* --- differences --------------------------------------------------------- */

struct list {
	int64_t person, canonical; /* one of them 0 */
	const struct store_shadow_diff *v;
	size_t n;
};

static int insert(struct store *s, const struct store_shadow_diff *d,
		  struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO shadow_diff (person, canonical, decision, "
		      "score, new_decision, new_score, on_date) VALUES "
		      "(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		      db_int(d->person), db_int(d->canonical),
		      db_int(d->decision), db_int(d->score),
		      db_int(d->new_decision), db_int(d->new_score),
		      db_int(d->on_date));
}

static int set_list(struct store *s, void *ctx, struct err *err)
{
	const struct list *l = ctx;
	int failed = l->person ? db_run(s, err,
					"DELETE FROM shadow_diff WHERE "
					"person = ?1",
					db_int(l->person))
			       : db_run(s, err,
					"DELETE FROM shadow_diff WHERE "
					"canonical = ?1",
					db_int(l->canonical));
	for (size_t i = 0; i < l->n && !failed; i++) {
		BUG_ON(l->person ? l->v[i].person != l->person
				 : l->v[i].canonical != l->canonical);
		failed = insert(s, &l->v[i], err);
	}
	return failed;
}

int store_shadow_set_offer(struct store *s, int64_t canonical,
			   const struct store_shadow_diff *v, size_t n,
			   struct err *err)
{
	struct list l = {.canonical = canonical, .v = v, .n = n};
	return store_tx(s, set_list, &l, err);
}

int store_shadow_set_person(struct store *s, int64_t person,
			    const struct store_shadow_diff *v, size_t n,
			    struct err *err)
{
	struct list l = {.person = person, .v = v, .n = n};
	return store_tx(s, set_list, &l, err);
}

int store_shadow_count(struct store *s, struct store_shadow_count *out,
		       struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT count(*) FILTER (WHERE decision = 0), "
		     "count(*) FILTER (WHERE new_decision = 0), count(*) "
		     "FROM shadow_diff",
		     DB_NONE) ||
	    db_next(&q, err) < 0)
		return -1;
	out->gained = db_col_int(&q, 0);
	out->lost = db_col_int(&q, 1);
	out->moved = db_col_int(&q, 2) - out->gained - out->lost;
	db_done(&q);
	return 0;
}

int store_shadow_each(struct store *s, int limit, store_shadow_fn *fn,
		      void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT person, canonical, decision, score, "
		     "new_decision, new_score, on_date FROM shadow_diff "
		     "ORDER BY decision <> new_decision DESC, "
		     "abs(new_score - score) DESC, person, canonical LIMIT ?1",
		     db_int(limit ? limit : -1)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		const struct store_shadow_diff row = {
			.person = db_col_int(&q, 0),
			.canonical = db_col_int(&q, 1),
			.decision = (int)db_col_int(&q, 2),
			.score = (int)db_col_int(&q, 3),
			.new_decision = (int)db_col_int(&q, 4),
			.new_score = (int)db_col_int(&q, 5),
			.on_date = (int32_t)db_col_int(&q, 6),
		};
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}
