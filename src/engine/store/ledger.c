/* SPDX-License-Identifier: EUPL-1.2 */
/* What was proposed to whom, frozen: reading it, and the answers. Rows are
 * written by messages.c, in the transaction of their message. */
#include "db.h"

#include <etrier/mem.h>
#include <etrier/store_claims.h>
#include <etrier/store_messages.h>

int store_ledger_has(struct store *s, int64_t person, int64_t canonical,
		     enum store_audience audience, bool *has, struct err *err)
{
	int64_t n;
	if (db_get_int(s, &n, err,
		       "SELECT count(*) FROM ledger WHERE person = ?1 "
		       "AND canonical = ?2 AND audience = ?3",
		       db_int(person), db_int(canonical),
		       db_word(&vocab_audience, (int)audience)))
		return -1;
	*has = n > 0;
	return 0;
}

#define LEDGER_COLUMNS                                             \
	"SELECT id, person, canonical, audience, message, again, " \
	"score, rules, facts, at, result, result_at, reason, "     \
	"later_until FROM ledger WHERE "

static struct store_proposal proposal_row(struct db_query *q)
{
	return (struct store_proposal){
		.id = db_col_int(q, 0),
		.person = db_col_int(q, 1),
		.canonical = db_col_int(q, 2),
		.audience =
			(enum store_audience)db_col_word(q, 3, &vocab_audience),
		.message = db_col_int(q, 4),
		.again = db_col_int(q, 5),
		.score = (int)db_col_int(q, 6),
		.rules = db_col_text(q, 7),
		.facts = db_col_text(q, 8),
		.at = db_col_int(q, 9),
		.result = db_col_text(q, 10),
		.result_at = db_col_instant(q, 11),
		.reason = db_col_text(q, 12),
		.later_until = db_col_int(q, 13),
	};
}

static void where_ledger(struct db_where *w, const char *select,
			 const struct store_ledger_query *q)
{
	db_where_init(w, select);
	buf_adds(&w->sql, "1");
	if (q->message) {
		db_where_add(w, "(message = ?", db_int(q->message));
		buf_adds(&w->sql, " OR again = ?)");
		w->values[w->n++] = db_int(q->message);
	}
	db_where_int(w, "id = ?", q->id, 0);
	db_where_int(w, "person = ?", q->person, 0);
	db_where_int(w, "canonical = ?", q->canonical, 0);
	db_where_text(w, "audience = ?",
		      vocab_code(&vocab_audience, q->audience));
	db_where_int(w, "at >= ?", q->since, INSTANT_NONE);
	db_where_int(w, "at < ?", q->until, INSTANT_NONE);
	db_where_int(w, "result_at >= ?", q->answered_since, INSTANT_NONE);
	db_where_int(w, "id > ?", q->after, 0);
	if (q->unanswered_only)
		buf_adds(&w->sql, " AND result IS NULL");
	if (q->shown_once_only)
		buf_adds(&w->sql, " AND again IS NULL");
}

int store_ledger_each(struct store *s, const struct store_ledger_query *q,
		      store_proposal_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	where_ledger(&w, LEDGER_COLUMNS, q);
	db_where_order(&w, q->newest_first ? "id DESC" : "id", q->limit);
	int rc = db_where_query(s, &rows, &w, err);
	while (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		struct store_proposal row = proposal_row(&rows);
		rc = 0;
		if (fn(ctx, &row)) {
			db_done(&rows);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}

static int first_of(struct store *s, const char *sql, int64_t message,
		    int64_t *canonical, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, sql, db_int(message)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	*canonical = got ? db_col_int(&q, 0) : 0;
	db_done(&q);
	return 0;
}

/* Two indexes one after the other: asked of both at once, SQLite sorts. */
int store_ledger_first(struct store *s, int64_t message, int64_t *canonical,
		       struct err *err)
{
	if (first_of(s,
		     "SELECT canonical FROM ledger WHERE message = ?1 "
		     "ORDER BY id LIMIT 1",
		     message, canonical, err))
		return -1;
	return *canonical ? 0
			  : first_of(s,
				     "SELECT canonical FROM ledger "
				     "WHERE again = ?1 ORDER BY id LIMIT 1",
				     message, canonical, err);
}

int store_ledger_proposed(struct store *s, int64_t person,
			  store_proposed_fn *fn, void *ctx, struct err *err)
{
	struct db_query rows;
	int got;
	if (db_query(s, &rows, err,
		     "SELECT canonical, audience FROM ledger "
		     "WHERE person = ?1",
		     db_int(person)))
		return -1;
	while ((got = db_next(&rows, err)) == 1)
		fn(ctx, db_col_int(&rows, 0),
		   db_col_word(&rows, 1, &vocab_audience));
	return got;
}

int store_ledger_people(struct store *s, int64_t canonical, store_id_fn *fn,
			void *ctx, struct err *err)
{
	struct db_query rows;
	int got;
	if (db_query(s, &rows, err,
		     "SELECT person FROM ledger WHERE canonical = ?1",
		     db_int(canonical)))
		return -1;
	while ((got = db_next(&rows, err)) == 1)
		fn(ctx, db_col_int(&rows, 0));
	return got;
}

int store_ledger_count(struct store *s, const struct store_ledger_query *q,
		       int64_t *n, struct err *err)
{
	struct db_where w;
	where_ledger(&w, "SELECT count(*) FROM ledger WHERE ", q);
	return db_where_count(s, n, &w, err);
}

int store_ledger_answer(struct store *s, int64_t person, int64_t canonical,
			enum store_audience audience,
			const struct store_answer *answer, int64_t now,
			struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE ledger SET result = ?4, result_at = ?5, "
		     "reason = ?6, later_until = ?7 "
		     "WHERE person = ?1 AND canonical = ?2 AND audience = ?3",
		     db_int(person), db_int(canonical),
		     db_word(&vocab_audience, (int)audience),
		     db_text(answer->result), db_int(now),
		     db_text(answer->reason), db_id(answer->later_until)))
		return -1;
	return n ? 0 : err_set(err, ERR_UNKNOWN, "no such proposal");
}
