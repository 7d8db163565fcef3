/* SPDX-License-Identifier: EUPL-1.2 */
/* Places in waves, and the ledger as waves see it. Rows are small and read
 * offer by offer (the primary key) or person by person (wave_person). */
#include "answer.h"
#include "db.h"

#include <etrier/store_waves.h>

int store_wave_put(struct store *s, const struct store_wave *in,
		   struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO wave (canonical, person, number, opened_at, "
		      "score, waited_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
		      "ON CONFLICT (canonical, person) DO UPDATE SET "
		      "number = ?3, opened_at = ?4, score = ?5, "
		      "waited_since = ?6",
		      db_int(in->canonical), db_int(in->person),
		      db_int(in->number), db_int(in->opened_at),
		      db_int(in->score), db_instant(in->waited_since));
}

int store_wave_get(struct store *s, int64_t canonical, int64_t person,
		   struct store_wave *out, bool *found, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT number, opened_at, score, waited_since FROM wave "
		     "WHERE canonical = ?1 AND person = ?2",
		     db_int(canonical), db_int(person)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	*found = got == 1;
	if (!got)
		return 0;
	*out = (struct store_wave){.canonical = canonical,
				   .person = person,
				   .number = (int)db_col_int(&q, 0),
				   .opened_at = db_col_int(&q, 1),
				   .score = (int)db_col_int(&q, 2),
				   .waited_since = db_col_instant(&q, 3)};
	db_done(&q);
	return 0;
}

/* Of the answers of several audiences one that is interested counts. */
#define IS_YES	  "l.result IN ('" STORE_INTERESTED "', '" STORE_CALL "')"
#define IS_ANSWER DB_IS_ANSWER("l.")
#define ANSWERS                                               \
	"min(l.at), sum(" IS_ANSWER "), sum(" IS_YES "), "    \
	"max(CASE WHEN " IS_ANSWER " THEN l.result_at END), " \
	"max(CASE WHEN " IS_YES " THEN l.result_at END)"

int store_wave_turns(struct store *s, int64_t canonical, store_wave_turn_fn *fn,
		     void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT w.person, w.number, w.opened_at, w.score, "
		     "w.waited_since, " ANSWERS " FROM wave w LEFT JOIN ledger "
		     "l ON l.person = w.person AND l.canonical = w.canonical "
		     "WHERE w.canonical = ?1 GROUP BY w.person "
		     "UNION ALL SELECT l.person, 0, min(l.at), max(l.score), "
		     "NULL, " ANSWERS " FROM ledger l WHERE l.canonical = ?1 "
		     "AND NOT EXISTS (SELECT 1 FROM wave w WHERE w.canonical = "
		     "?1 AND w.person = l.person) GROUP BY l.person "
		     "ORDER BY 1",
		     db_int(canonical)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		bool is_interested = db_col_int(&q, 7) > 0;
		struct store_wave_turn row = {
			.wave = {.canonical = canonical,
				 .person = db_col_int(&q, 0),
				 .number = (int)db_col_int(&q, 1),
				 .opened_at = db_col_int(&q, 2),
				 .score = (int)db_col_int(&q, 3),
				 .waited_since = db_col_instant(&q, 4)},
			.was_proposed = !db_col_is_null(&q, 5),
			.is_answered = db_col_int(&q, 6) > 0,
			.is_interested = is_interested,
			.answered_at =
				db_col_instant(&q, is_interested ? 9 : 8),
		};
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}

int store_waves_of(struct store *s, int64_t person, int audience, int64_t since,
		   struct store_wave *out, size_t max, size_t *n,
		   struct err *err)
{
	struct db_query q;
	size_t found = 0;
	int got;
	if (db_query(s, &q, err,
		     "SELECT w.canonical, w.opened_at, w.score FROM wave w "
		     "WHERE w.person = ?1 AND EXISTS (SELECT 1 FROM offer o "
		     "WHERE o.canonical = w.canonical AND o.status = 'live') "
		     "AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.person = "
		     "w.person AND l.canonical = w.canonical "
		     "AND l.audience = ?3) "
		     "ORDER BY w.opened_at > ?2 DESC, w.score DESC, "
		     "w.canonical LIMIT ?4",
		     db_int(person), db_int(since),
		     db_word(&vocab_audience, audience), db_int((int64_t)max)))
		return -1;
	while ((got = db_next(&q, err)) == 1)
		out[found++] =
			(struct store_wave){.canonical = db_col_int(&q, 0),
					    .person = person,
					    .opened_at = db_col_int(&q, 1),
					    .score = (int)db_col_int(&q, 2)};
	if (got == 0)
		*n = found;
	return got;
}

int store_waves_held(struct store *s, int64_t person, int64_t since,
		     store_wave_offer_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT canonical FROM wave WHERE person = ?1 "
		     "AND opened_at > ?2",
		     db_int(person), db_int(since)))
		return -1;
	while ((got = db_next(&q, err)) == 1)
		fn(ctx, db_col_int(&q, 0));
	return got;
}

int store_ledger_back(struct store *s, int64_t before, int limit,
		      store_proposed_at_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT id, person, at FROM ledger WHERE id < ?1 "
		     "ORDER BY id DESC LIMIT ?2",
		     db_int(before ? before : INT64_MAX), db_int(limit)))
		return -1;
	while ((got = db_next(&q, err)) == 1)
		fn(ctx, db_col_int(&q, 0), db_col_int(&q, 1),
		   db_col_int(&q, 2));
	return got;
}

int store_waves_forget(struct store *s, int64_t *canonical,
		       int64_t closed_before, struct err *err)
{
	int64_t next;
	if (db_get_int(s, &next, err,
		       "SELECT coalesce(min(canonical), 0) FROM wave "
		       "WHERE canonical > ?1",
		       db_int(*canonical)))
		return -1;
	*canonical = next;
	if (!next)
		return 0;
	return db_run(s, err,
		      "DELETE FROM wave WHERE canonical = ?1 AND NOT EXISTS "
		      "(SELECT 1 FROM offer WHERE canonical = ?1 "
		      "AND (closed_at IS NULL OR closed_at >= ?2))",
		      db_int(next), db_int(closed_before));
}
