/* SPDX-License-Identifier: EUPL-1.2 */
/* One adviser's rows of what the tables of messages, answers, replies and
 * follow-up hold. Each statement begins at the adviser's people and goes on by
 * an index: a digest costs what its people cost, not what the network does. */
#include "db.h"

#include <etrier/store_digest.h>

#define OWN_ML                                              \
	" IN (SELECT id FROM person WHERE agency = ?1 AND " \
	"adviser = ?2 AND joined IS NULL) "
#define OWN_CFA                                                 \
	" IN (SELECT id FROM person WHERE cfa_agency = ?1 AND " \
	"cfa_adviser = ?2 AND joined IS NULL) "

/* head ends with the column that names a person; ?1 and ?2 are the case's. */
#define ASK(s, q, c, err, head, tail, ...)                                \
	db_query_v((s), (q), (err),                                       \
		   (c)->is_cfa ? head OWN_CFA tail : head OWN_ML tail,    \
		   DB_VALUES(db_text((c)->agency), db_text((c)->adviser), \
			     __VA_ARGS__))

static struct db_value audience_of(const struct store_case *c)
{
	return db_word(&vocab_audience,
		       c->is_cfa ? STORE_TO_CFA : STORE_TO_ADVISER);
}

/* --- proposals ------------------------------------------------------------ */

#define PROPOSALS                                                         \
	"SELECT id, person, canonical, audience, message, again, score, " \
	"at, result, result_at, reason, later_until FROM ledger "

static int each_proposal(struct db_query *q, store_proposal_fn *fn, void *ctx,
			 struct err *err)
{
	int got;
	while ((got = db_next(q, err)) == 1) {
		struct store_proposal row = {
			.id = db_col_int(q, 0),
			.person = db_col_int(q, 1),
			.canonical = db_col_int(q, 2),
			.audience = (enum store_audience)db_col_word(
				q, 3, &vocab_audience),
			.message = db_col_int(q, 4),
			.again = db_col_int(q, 5),
			.score = (int)db_col_int(q, 6),
			.at = db_col_int(q, 7),
			.result = db_col_text(q, 8),
			.result_at = db_col_instant(q, 9),
			.reason = db_col_text(q, 10),
			.later_until = db_col_int(q, 11)};
		if (fn(ctx, &row)) {
			db_done(q);
			return 0;
		}
	}
	return got;
}

int store_case_answers(struct store *s, const struct store_case *c,
		       int64_t since, store_proposal_fn *fn, void *ctx,
		       struct err *err)
{
	struct db_query q;
	if (ASK(s, &q, c, err,
		PROPOSALS "INDEXED BY ledger_answered WHERE result IS NOT "
			  "NULL AND person",
		"AND audience = 'youth' AND result_at >= ?3 "
		"ORDER BY result_at, id",
		db_int(since)))
		return -1;
	return each_proposal(&q, fn, ctx, err);
}

int store_case_put_off(struct store *s, const struct store_case *c, int64_t now,
		       store_proposal_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	if (ASK(s, &q, c, err,
		PROPOSALS "INDEXED BY ledger_answered WHERE result IS NOT "
			  "NULL AND person",
		"AND audience = ?3 AND result = 'later' "
		"AND later_until <= ?4 ORDER BY id",
		audience_of(c), db_int(now)))
		return -1;
	return each_proposal(&q, fn, ctx, err);
}

int store_case_undecided(struct store *s, const struct store_case *c,
			 int64_t since, int64_t until, store_proposal_fn *fn,
			 void *ctx, struct err *err)
{
	struct db_query q;
	if (ASK(s, &q, c, err, PROPOSALS "WHERE person",
		"AND audience = ?3 AND result IS NULL AND again IS NULL "
		"AND at >= ?4 AND at < ?5 AND NOT EXISTS (SELECT 1 FROM "
		"ledger y WHERE y.person = ledger.person AND y.canonical = "
		"ledger.canonical AND y.audience = 'youth') ORDER BY id",
		audience_of(c), db_int(since), db_int(until)))
		return -1;
	return each_proposal(&q, fn, ctx, err);
}

/* --- messages ------------------------------------------------------------- */

#define MESSAGES                                                  \
	"SELECT id, person, (SELECT canonical FROM ledger l "     \
	"WHERE l.message = message.id LIMIT 1), state, channel, " \
	"not_before, claimed_at FROM message WHERE audience = 'youth' "

static int each_message(struct db_query *q, store_case_message_fn *fn,
			void *ctx, struct err *err)
{
	int got;
	while ((got = db_next(q, err)) == 1) {
		struct store_case_message row = {
			.id = db_col_int(q, 0),
			.person = db_col_int(q, 1),
			.canonical = db_col_int(q, 2),
			.state = (enum store_state)db_col_word(
				q, 3, &vocab_message_state),
			.channel =
				(enum channel)db_col_word(q, 4, &vocab_channel),
			.not_before = db_col_int(q, 5),
			.claimed_at = db_col_instant(q, 6)};
		if (fn(ctx, &row)) {
			db_done(q);
			return 0;
		}
	}
	return got;
}

int store_case_waiting(struct store *s, const struct store_case *c,
		       int64_t since, store_case_message_fn *fn, void *ctx,
		       struct err *err)
{
	struct db_query q;
	if (ASK(s, &q, c, err, MESSAGES "AND person",
		"AND planned_at >= ?3 AND state IN ('planned', 'held') "
		"ORDER BY id",
		db_int(since)))
		return -1;
	return each_message(&q, fn, ctx, err);
}

/* They are few: better begin at the state than at everybody. */
int store_case_uncertain(struct store *s, const struct store_case *c,
			 store_case_message_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	if (ASK(s, &q, c, err, MESSAGES "AND state = 'uncertain' AND +person",
		"ORDER BY id", DB_NONE))
		return -1;
	return each_message(&q, fn, ctx, err);
}

/* --- replies, steps, silence ---------------------------------------------- */

int store_case_replies(struct store *s, const struct store_case *c,
		       int64_t since, store_reply_fn *fn, void *ctx,
		       struct err *err)
{
	struct db_query q;
	int got;
	if (ASK(s, &q, c, err,
		"SELECT id, person, message, at, text, seen_at FROM reply "
		"WHERE person",
		"AND (seen_at IS NULL OR at >= ?3) ORDER BY id", db_int(since)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct store_reply row = {.id = db_col_int(&q, 0),
					  .person = db_col_int(&q, 1),
					  .message = db_col_int(&q, 2),
					  .at = db_col_int(&q, 3),
					  .text = db_col_text(&q, 4),
					  .seen_at = db_col_instant(&q, 5)};
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}

int store_case_follow(struct store *s, const struct store_case *c, int32_t from,
		      int32_t until, store_follow_fn *fn, void *ctx,
		      struct err *err)
{
	struct db_query q;
	int got;
	if (ASK(s, &q, c, err,
		"SELECT person, contract, step, due FROM follow WHERE "
		"done_at IS NULL AND person",
		"AND due >= ?3 AND due <= ?4 ORDER BY due, person, contract",
		db_int(from), db_int(until)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct store_follow row = {.person = db_col_int(&q, 0),
					   .contract = db_col_int(&q, 1),
					   .step = (enum store_step)db_col_word(
						   &q, 2, &vocab_follow_step),
					   .due = (int32_t)db_col_int(&q, 3),
					   .done_at = INSTANT_NONE};
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}

static int each_id(struct db_query *q, store_id_fn *fn, void *ctx,
		   struct err *err)
{
	int got;
	while ((got = db_next(q, err)) == 1)
		fn(ctx, db_col_int(q, 0));
	return got;
}

int store_case_quiet(struct store *s, const struct store_case *c, int64_t since,
		     store_id_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	if (ASK(s, &q, c, err, "SELECT id FROM person WHERE id",
		"AND status = 'active' AND gone_at IS NULL AND NOT EXISTS "
		"(SELECT 1 FROM ledger l WHERE l.person = person.id "
		"AND l.at >= ?3) ORDER BY id",
		db_int(since)))
		return -1;
	return each_id(&q, fn, ctx, err);
}

int store_case_shown(struct store *s, const struct store_case *c,
		     store_case_shown_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT kind, key, content, message, at FROM shown WHERE "
		     "agency = ?1 AND adviser = ?2 AND audience = ?3",
		     db_text(c->agency), db_text(c->adviser), audience_of(c)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct store_shown row = {
			.agency = c->agency,
			.adviser = c->adviser,
			.audience = c->is_cfa ? STORE_TO_CFA : STORE_TO_ADVISER,
			.kind = db_col_text(&q, 0),
			.key = db_col_text(&q, 1),
			.content = db_col_text(&q, 2),
			.message = db_col_int(&q, 3)};
		fn(ctx, &row, db_col_int(&q, 4));
	}
	return got;
}

/* --- of everybody --------------------------------------------------------- */

int store_offers_ending(struct store *s, int64_t from, int64_t until,
			store_id_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT DISTINCT canonical FROM offer WHERE status = "
		     "'live' AND expires >= ?1 AND expires < ?2 AND NOT EXISTS "
		     "(SELECT 1 FROM offer o WHERE o.canonical = "
		     "offer.canonical AND o.status = 'live' AND "
		     "(o.expires IS NULL OR o.expires >= ?2)) ORDER BY 1",
		     db_int(from), db_int(until)))
		return -1;
	return each_id(&q, fn, ctx, err);
}

int store_people_faulty(struct store *s, int64_t since, store_id_fn *fn,
			void *ctx, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT DISTINCT m.person FROM contact_fault f "
		     "JOIN message m ON m.id = f.message WHERE f.at >= ?1 "
		     "AND m.person IS NOT NULL ORDER BY 1",
		     db_int(since)))
		return -1;
	return each_id(&q, fn, ctx, err);
}
