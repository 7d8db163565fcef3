/* SPDX-License-Identifier: EUPL-1.2 */
/* Refusals, and answers, which are rows of the ledger with a result that closes
 * the matter. */
#include "answer.h"
#include "db.h"

#include <etrier/mem.h>
#include <etrier/store_refusals.h>

static const char *const kinds[] = {"place", "employer", "offer", NULL};
static const char *const labels[] = {"lieu", "employeur", "offre"};
const struct vocab vocab_refusal = {"refusal", kinds, labels, 3};

int store_refusal_add(struct store *s, const struct store_refusal *r,
		      bool *is_new, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "INSERT INTO refusal (person, kind, value, at, by) "
		     "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
		     db_int(r->person), db_word(&vocab_refusal, (int)r->kind),
		     db_text(r->value), db_int(r->at), db_text(r->by)))
		return -1;
	*is_new = n == 1;
	return 0;
}

int store_refusal_remove(struct store *s, int64_t person,
			 enum store_refusal_kind kind, const char *value,
			 bool *was_there, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "DELETE FROM refusal WHERE person = ?1 AND kind = ?2 "
		     "AND value = ?3",
		     db_int(person), db_word(&vocab_refusal, (int)kind),
		     db_text(value)))
		return -1;
	*was_there = n == 1;
	return 0;
}

int store_refusals_each(struct store *s, int64_t person, store_refusal_fn *fn,
			void *ctx, struct err *err)
{
	struct db_query q;
	int got, rc;
	if (person)
		rc = db_query(s, &q, err,
			      "SELECT person, kind, value, at, by FROM refusal "
			      "WHERE person = ?1 ORDER BY kind, value",
			      db_int(person));
	else
		rc = db_query(s, &q, err,
			      "SELECT person, kind, value, at, by FROM refusal "
			      "ORDER BY person, kind, value",
			      DB_NONE);
	if (rc)
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		const struct store_refusal row = {
			.person = db_col_int(&q, 0),
			.kind = (enum store_refusal_kind)db_col_word(
				&q, 1, &vocab_refusal),
			.value = db_col_text(&q, 2),
			.at = db_col_int(&q, 3),
			.by = db_col_text(&q, 4)};
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}

int store_answers_each(struct store *s, int64_t person, store_answer_fn *fn,
		       void *ctx, struct err *err)
{
	struct db_query q;
	int got, rc;
	if (person)
		rc = db_query(s, &q, err,
			      "SELECT person, canonical FROM ledger "
			      "WHERE person = ?1 AND " DB_IS_ANSWER("ledger."),
			      db_int(person));
	else
		rc = db_query(s, &q, err,
			      "SELECT person, canonical FROM ledger "
			      "WHERE " DB_IS_ANSWER("ledger."),
			      DB_NONE);
	if (rc)
		return -1;
	while ((got = db_next(&q, err)) == 1)
		fn(ctx, db_col_int(&q, 0), db_col_int(&q, 1));
	return got;
}

int store_offer_answered(struct store *s, int64_t canonical, store_id_fn *fn,
			 void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT person FROM refusal WHERE kind = 'offer' "
		     "AND value = CAST(?1 AS TEXT) UNION ALL "
		     "SELECT person FROM ledger WHERE canonical = ?1 "
		     "AND " DB_IS_ANSWER("ledger."),
		     db_int(canonical)))
		return -1;
	while ((got = db_next(&q, err)) == 1)
		fn(ctx, db_col_int(&q, 0));
	return got;
}
