/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates after a contract, and what an adviser has seen of all there is to
 * see. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_follow.h>

static const char *const step_codes[] = {"j7", "j21", "j40", "m3",
					 "m6", "m9",  NULL};
static const char *const step_labels[] = {"J+7", "J+21", "J+40",
					  "M+3", "M+6",	 "M+9"};
const struct vocab vocab_follow_step = {"follow_step", step_codes, step_labels,
					STORE_N_STEPS};

int store_follow_put(struct store *s, const struct store_follow *f,
		     struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO follow (person, contract, step, due) "
		      "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
		      "SET due = ?4 WHERE done_at IS NULL",
		      db_int(f->person), db_int(f->contract),
		      db_word(&vocab_follow_step, (int)f->step),
		      db_int(f->due));
}

int store_follow_done(struct store *s, int64_t person, int64_t contract,
		      enum store_step step, const char *outcome, int64_t now,
		      struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE follow SET done_at = ?5, outcome = ?4 WHERE "
		     "person = ?1 AND contract = ?2 AND step = ?3 "
		     "AND done_at IS NULL",
		     db_int(person), db_int(contract),
		     db_word(&vocab_follow_step, (int)step), db_text(outcome),
		     db_int(now)))
		return -1;
	return n ? 0 : err_set(err, ERR_UNKNOWN, "no such open step");
}

int store_follow_end(struct store *s, int64_t person, const char *outcome,
		     int64_t now, int64_t *n, struct err *err)
{
	return db_count(s, n, err,
			"UPDATE follow SET done_at = ?3, outcome = ?2 "
			"WHERE person = ?1 AND done_at IS NULL",
			db_int(person), db_text(outcome), db_int(now));
}

int store_follow_get(struct store *s, int64_t person, int64_t contract,
		     enum store_step step, struct arena *a,
		     struct store_follow *out, bool *found, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT due, done_at, outcome FROM follow "
		     "WHERE person = ?1 AND contract = ?2 AND step = ?3",
		     db_int(person), db_int(contract),
		     db_word(&vocab_follow_step, (int)step)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	*found = got == 1;
	if (!got)
		return 0;
	*out = (struct store_follow){.person = person,
				     .contract = contract,
				     .step = step,
				     .due = (int32_t)db_col_int(&q, 0),
				     .done_at = db_col_instant(&q, 1),
				     .outcome =
					     arena_dup(a, db_col_text(&q, 2))};
	db_done(&q);
	return 0;
}

int store_follow_due(struct store *s, int64_t person, int32_t day,
		     store_follow_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query q;
	db_where_init(&w, "SELECT person, contract, step, due, outcome "
			  "FROM follow WHERE done_at IS NULL");
	db_where_int(&w, "person = ?", person, 0);
	db_where_add(&w, "due <= ?", db_int(day));
	db_where_order(&w, "due, person, contract", 0);
	int rc = db_where_query(s, &q, &w, err);
	while (rc == 0 && (rc = db_next(&q, err)) == 1) {
		struct store_follow row = {.person = db_col_int(&q, 0),
					   .contract = db_col_int(&q, 1),
					   .step = (enum store_step)db_col_word(
						   &q, 2, &vocab_follow_step),
					   .due = (int32_t)db_col_int(&q, 3),
					   .done_at = INSTANT_NONE,
					   .outcome = db_col_text(&q, 4)};
		rc = 0;
		if (fn(ctx, &row)) {
			db_done(&q);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}

/* --- what was shown --------------------------------------------------------
 */

int store_shown_check(struct store *s, const struct store_shown *item,
		      int64_t since, bool *was, struct err *err)
{
	int64_t n;
	if (db_get_int(s, &n, err,
		       "SELECT count(*) FROM shown WHERE agency = ?1 AND "
		       "adviser = ?2 AND audience = ?3 AND kind = ?4 AND "
		       "key = ?5 AND content = ?6 AND at >= coalesce(?7, at)",
		       db_text(item->agency), db_text(item->adviser),
		       db_word(&vocab_audience, (int)item->audience),
		       db_text(item->kind), db_text(item->key),
		       db_text(item->content), db_instant(since)))
		return -1;
	*was = n > 0;
	return 0;
}

int store_shown_put(struct store *s, const struct store_shown *item,
		    int64_t now, struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO shown (agency, adviser, audience, kind, "
		      "key, content, message, at) VALUES (?1, ?2, ?3, ?4, ?5, "
		      "?6, ?7, ?8) ON CONFLICT DO UPDATE SET content = ?6, "
		      "message = ?7, at = ?8",
		      db_text(item->agency), db_text(item->adviser),
		      db_word(&vocab_audience, (int)item->audience),
		      db_text(item->kind), db_text(item->key),
		      db_text(item->content), db_int(item->message),
		      db_int(now));
}

int store_shown_each(struct store *s, int64_t message, store_shown_fn *fn,
		     void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT agency, adviser, audience, kind, key, content "
		     "FROM shown WHERE message = ?1 ORDER BY kind, key",
		     db_int(message)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		const struct store_shown item = {
			.agency = db_col_text(&q, 0),
			.adviser = db_col_text(&q, 1),
			.audience = (enum store_audience)db_col_word(
				&q, 2, &vocab_audience),
			.kind = db_col_text(&q, 3),
			.key = db_col_text(&q, 4),
			.content = db_col_text(&q, 5),
			.message = message};
		if (fn(ctx, &item)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}

int store_shown_undo(struct store *s, int64_t message, struct err *err)
{
	return db_run(s, err, "DELETE FROM shown WHERE message = ?1",
		      db_int(message));
}

int store_shown_purge(struct store *s, int64_t before, int64_t *n,
		      struct err *err)
{
	return db_count(s, n, err, "DELETE FROM shown WHERE at < ?1",
			db_int(before));
}
