/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading the outbox, and the template texts its unsettled messages cite. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_claims.h>
#include <etrier/store_messages.h>

#define MESSAGE_COLUMNS                                           \
	"SELECT id, kind, audience, channel, agency, recipient, " \
	"person, preview, not_before, expires, state, attempts, " \
	"reason, message_id, model, template_hash, planned_at, "  \
	"claimed_at, submitting_at, settled_at, topic, gateway, " \
	"gateway_ref, segments, cost, receipt, receipt_at "       \
	"FROM message WHERE "

static struct store_message message_row(struct db_query *q)
{
	return (struct store_message){
		.id = db_col_int(q, 0),
		.kind = (enum store_kind)db_col_word(q, 1, &vocab_message_kind),
		.audience =
			(enum store_audience)db_col_word(q, 2, &vocab_audience),
		.channel = (enum channel)db_col_word(q, 3, &vocab_channel),
		.agency = db_col_text(q, 4),
		.recipient = db_col_text(q, 5),
		.person = db_col_int(q, 6),
		.is_preview = db_col_int(q, 7) != 0,
		.not_before = db_col_int(q, 8),
		.expires = db_col_instant(q, 9),
		.state = (enum store_state)db_col_word(q, 10,
						       &vocab_message_state),
		.attempts = (int)db_col_int(q, 11),
		.reason = db_col_text(q, 12),
		.message_id = db_col_text(q, 13),
		.model = db_col_text(q, 14),
		.template_hash = db_col_text(q, 15),
		.planned_at = db_col_int(q, 16),
		.claimed_at = db_col_instant(q, 17),
		.submitting_at = db_col_instant(q, 18),
		.settled_at = db_col_instant(q, 19),
		.topic = db_col_text(q, 20),
		.gateway = db_col_text(q, 21),
		.gateway_ref = db_col_text(q, 22),
		.segments = (int)db_col_int(q, 23),
		.cost = db_col_is_null(q, 24) ? -1 : db_col_int(q, 24),
		.receipt = db_col_text(q, 25),
		.receipt_at = db_col_instant(q, 26),
	};
}

static int take_message(struct db_query *q, struct arena *a,
			struct store_message *out, struct err *err)
{
	int got = db_next(q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no such message");
	struct store_message row = message_row(q);
	const char **texts[] = {&row.agency,	  &row.recipient,
				&row.reason,	  &row.message_id,
				&row.model,	  &row.template_hash,
				&row.topic,	  &row.gateway,
				&row.gateway_ref, &row.receipt};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_dup(a, *texts[i]);
	db_done(q);
	*out = row;
	return 0;
}

int store_message_get(struct store *s, int64_t id, struct arena *a,
		      struct store_message *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, MESSAGE_COLUMNS "id = ?1", db_int(id)))
		return -1;
	return take_message(&q, a, out, err);
}

/* The states as literals, so that SQLite sees that the partial index of open
 * messages covers them. */
/* The + keeps SQLite, which has no statistics, from walking all that was sent
 * when one recipient or person says much more. */
static void where_states(struct db_where *w, unsigned states, bool is_minor)
{
	const char *sep = is_minor ? " AND +state IN (" : " AND state IN (";
	if (!states)
		return;
	for (int i = 0; i < STORE_N_STATES; i++) {
		if (!(states & 1u << i))
			continue;
		buf_printf(&w->sql, "%s'%s'", sep,
			   vocab_code(&vocab_message_state, i));
		sep = ", ";
	}
	buf_addc(&w->sql, ')');
}

static void where_messages(struct db_where *w, const char *select,
			   const struct store_messages_query *q)
{
	db_where_init(w, select);
	buf_adds(&w->sql, "1");
	where_states(w, q->states, q->recipient || q->person);
	db_where_text(w, "channel = ?", vocab_code(&vocab_channel, q->channel));
	db_where_text(w, "audience = ?",
		      vocab_code(&vocab_audience, q->audience));
	db_where_text(w, "kind = ?", vocab_code(&vocab_message_kind, q->kind));
	db_where_text(w, "agency = ?", q->agency);
	db_where_text(w, "recipient = ?", q->recipient);
	db_where_int(w, "person = ?", q->person, 0);
	db_where_int(w, "planned_at >= ?", q->planned_since, INSTANT_NONE);
	db_where_int(w, "not_before <= ?", q->due_at, INSTANT_NONE);
	db_where_int(w, "id > ?", q->after, 0);
}

int store_messages_each(struct store *s, const struct store_messages_query *q,
			store_message_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	where_messages(&w, MESSAGE_COLUMNS, q);
	db_where_order(&w,
		       q->newest_first		   ? "id DESC"
		       : q->due_at == INSTANT_NONE ? "id"
						   : "not_before, id",
		       q->limit);
	int rc = db_where_query(s, &rows, &w, err);
	while (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		struct store_message row = message_row(&rows);
		rc = 0;
		if (fn(ctx, &row)) {
			db_done(&rows);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}

/* By message_open, whose order is ours. In files of the first installations it
 * is of four states, and SQLite uses it only when it reads the very list. */
int store_messages_due(struct store *s, enum channel channel, int64_t now,
		       int64_t *ids, size_t max, size_t *n, struct err *err)
{
	struct db_query q;
	int got;
	*n = 0;
	if (db_query(s, &q, err,
		     "SELECT id FROM message INDEXED BY message_open "
		     "WHERE state = 'planned' AND state IN ('planned', "
		     "'sending', 'uncertain', 'held') AND channel = ?1 "
		     "AND not_before <= ?2 ORDER BY not_before, id LIMIT ?3",
		     db_word(&vocab_channel, (int)channel), db_int(now),
		     db_int((int64_t)max)))
		return -1;
	while ((got = db_next(&q, err)) == 1)
		ids[(*n)++] = db_col_int(&q, 0);
	return got;
}

/* Asked before every message to a young person: no list of states, for which
 * SQLite would make a table, no order, which is a sort, and no model. */
int store_messages_of_youth(struct store *s, int64_t person,
			    int64_t planned_since, store_message_seen_fn *fn,
			    void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT id, preview, state, reason, topic, claimed_at, "
		     "CASE WHEN model IS NOT NULL THEN '' END FROM message "
		     "WHERE person = ?1 AND planned_at >= ?2 "
		     "AND +audience = 'youth'",
		     db_int(person), db_int(planned_since)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct store_message row = {
			.id = db_col_int(&q, 0),
			.is_preview = db_col_int(&q, 1) != 0,
			.state = (enum store_state)db_col_word(
				&q, 2, &vocab_message_state),
			.reason = db_col_text(&q, 3),
			.topic = db_col_text(&q, 4),
			.claimed_at = db_col_instant(&q, 5),
			.model = db_col_text(&q, 6)};
		fn(ctx, &row);
	}
	return got;
}

int store_messages_count(struct store *s, const struct store_messages_query *q,
			 int64_t *n, struct err *err)
{
	struct db_where w;
	where_messages(&w, "SELECT count(*) FROM message WHERE ", q);
	return db_where_count(s, n, &w, err);
}

int store_template_get(struct store *s, const char *hash, struct arena *a,
		       const char **text, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, "SELECT text FROM template WHERE hash = ?1",
		     db_text(hash)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no such template text");
	*text = arena_dup(a, db_col_text(&q, 0));
	db_done(&q);
	return 0;
}

/* A settled message only remembers the hash of what it was made with; failed
 * and uncertain ones may still be planned again. */
int store_templates_clean(struct store *s, int64_t *n, struct err *err)
{
	return db_count(s, n, err,
			"DELETE FROM template WHERE hash NOT IN (SELECT "
			"template_hash FROM message WHERE template_hash "
			"IS NOT NULL AND state NOT IN ('sent', 'cancelled'))",
			DB_NONE);
}
