/* SPDX-License-Identifier: EUPL-1.2 */
/* What SMS gateways tell us, and what their SMS cost. A receipt may come twice,
 * late or out of order: its rank decides, not its turn. */
#include "db.h"

#include <etrier/mem.h>
#include <etrier/store_replies.h>

int store_reply_add(struct store *s, const struct store_reply *r, int64_t *id,
		    struct err *err)
{
	if (db_run(s, err,
		   "INSERT INTO reply (person, message, at, text) "
		   "VALUES (?1, ?2, ?3, ?4)",
		   db_int(r->person), db_id(r->message), db_int(r->at),
		   db_text(r->text)))
		return -1;
	*id = db_last_id(s);
	return 0;
}

int store_replies_each(struct store *s, int64_t person, bool unseen_only,
		       store_reply_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query q;
	db_where_init(&w, "SELECT id, person, message, at, text, seen_at "
			  "FROM reply WHERE 1");
	db_where_int(&w, "person = ?", person, 0);
	db_where_int(&w, "(seen_at IS NULL OR NOT ?)", unseen_only, 0);
	db_where_order(&w, "id", 0);
	int rc = db_where_query(s, &q, &w, err);
	while (rc == 0 && (rc = db_next(&q, err)) == 1) {
		struct store_reply row = {.id = db_col_int(&q, 0),
					  .person = db_col_int(&q, 1),
					  .message = db_col_int(&q, 2),
					  .at = db_col_int(&q, 3),
					  .text = db_col_text(&q, 4),
					  .seen_at = db_col_instant(&q, 5)};
		rc = 0;
		if (fn(ctx, &row)) {
			db_done(&q);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}

int store_reply_seen(struct store *s, int64_t id, int64_t now, struct err *err)
{
	return db_run(s, err,
		      "UPDATE reply SET seen_at = ?2 "
		      "WHERE id = ?1 AND seen_at IS NULL",
		      db_int(id), db_int(now));
}

int store_replies_forget(struct store *s, int64_t before, int64_t *n,
			 struct err *err)
{
	return db_count(s, n, err,
			"UPDATE reply SET text = NULL "
			"WHERE at < ?1 AND text IS NOT NULL",
			db_int(before));
}

/* --- an SMS and its gateway ----------------------------------------------- */

int store_message_gateway(struct store *s, int64_t id, const char *gateway,
			  const char *ref, int segments, int64_t cost,
			  struct err *err)
{
	const struct db_value price =
		cost < 0 ? db_instant(INSTANT_NONE) : db_int(cost);
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE message SET gateway = ?2, gateway_ref = ?3, "
		     "segments = ?4, cost = ?5 WHERE id = ?1",
		     db_int(id), db_text(gateway), db_text(ref),
		     db_int(segments), price))
		return -1;
	return n ? 0 : err_set(err, ERR_UNKNOWN, "no such message");
}

int store_message_by_gateway(struct store *s, const char *gateway,
			     const char *ref, int64_t *id, struct err *err)
{
	return db_get_int(s, id, err,
			  "SELECT coalesce(max(id), 0) FROM message "
			  "WHERE gateway = ?1 AND gateway_ref = ?2",
			  db_text(gateway), db_text(ref));
}

int store_message_told(struct store *s, int64_t id, const char *receipt,
		       int64_t now, bool *changed, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE message SET receipt = ?2, receipt_at = ?3 "
		     "WHERE id = ?1 AND (receipt IS NULL "
		     "OR receipt = 'accepted' AND ?2 <> 'accepted' "
		     "OR receipt = 'expired' "
		     "AND ?2 NOT IN ('accepted', 'expired'))",
		     db_int(id), db_text(receipt), db_int(now)))
		return -1;
	*changed = n == 1;
	return 0;
}

int store_sms_spent(struct store *s, const char *agency, int64_t since,
		    int64_t until, int64_t *cost, int64_t *segments,
		    struct err *err)
{
	struct db_where w;
	struct db_query q;
	db_where_init(&w, "SELECT coalesce(sum(cost), 0), "
			  "coalesce(sum(segments), 0) FROM message "
			  "WHERE cost IS NOT NULL");
	db_where_text(&w, "agency = ?", agency);
	db_where_add(&w, "submitting_at >= ?", db_int(since));
	db_where_add(&w, "submitting_at < ?", db_int(until));
	int rc = db_where_query(s, &q, &w, err);
	if (rc == 0 && (rc = db_next(&q, err)) == 1) {
		*cost = db_col_int(&q, 0);
		*segments = db_col_int(&q, 1);
		db_done(&q);
		rc = 0;
	}
	db_where_clear(&w);
	return rc;
}

/* --- twice is once ---------------------------------------------------------
 */

int store_callback_note(struct store *s, const char *gateway, const char *key,
			int64_t now, bool *is_new, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "INSERT INTO callback (gateway, key, at) "
		     "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
		     db_text(gateway), db_text(key), db_int(now)))
		return -1;
	*is_new = n == 1;
	return 0;
}

int store_callbacks_purge(struct store *s, int64_t before, int64_t *n,
			  struct err *err)
{
	return db_count(s, n, err, "DELETE FROM callback WHERE at < ?1",
			db_int(before));
}
