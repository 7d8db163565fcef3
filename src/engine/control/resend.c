/* SPDX-License-Identifier: EUPL-1.2 */
/* `outbox retry`: one message again, or all that failed since a day. Looking is
 * the default; only --execute sends. What may have arrived, and what is a
 * matter for the next digest, is left out and said. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdio.h>

/* Messages sent again by one command: each is a few writes in one commit. */
#define RESEND_MAX 100

/* One message, by its number. */
static void retry_one(struct control_call *call, const json_t *args)
{
	struct arena a;
	struct store_message m;
	bool is_sms_in_doubt = false;
	arena_init(&a);
	if (!control_find_message(call, args, &a, &m)) {
		arena_clear(&a);
		return;
	}
	is_sms_in_doubt = m.state == STORE_UNCERTAIN;
	/* See settle.c: what it proposed is free for the next digest. */
	bool is_unseen = m.kind == STORE_DIGEST && m.state == STORE_FAILED &&
			 !plan_is_in_doubt(&m);
	arena_clear(&a);
	if (is_sms_in_doubt)
		control_error(call, 1,
			      "an uncertain SMS is never sent again by itself: "
			      "outbox settle ID sent|failed first");
	else if (is_unseen)
		control_error(call, 1,
			      "a failed digest is not sent again: mend the "
			      "address, its offers come in the next one");
	else
		control_move_message(call, args, STORE_PLANNED, "outbox.retry",
				     false);
}

/* --- all that failed ------------------------------------------------------ */

struct resending {
	struct engine_state *e;
	int64_t ids[RESEND_MAX];
	int n, n_digests, n_doubtful, n_expired;
	bool has_more;
	const char *by;
	json_t *rows;
};

/* A failed digest proposed nothing: its offers come in the next one. What may
 * have arrived is not sent twice by a command for many. */
static int look(void *ctx, const struct store_message *m)
{
	struct resending *k = ctx;
	bool is_late = m->expires != INSTANT_NONE &&
		       m->expires <= clock_now(k->e->clock);
	if (m->kind == STORE_DIGEST)
		k->n_digests++;
	else if (plan_is_in_doubt(m))
		k->n_doubtful++;
	else if (is_late)
		k->n_expired++;
	else if (k->n == RESEND_MAX)
		k->has_more = true;
	else {
		json_t *row = json_object();
		k->ids[k->n++] = m->id;
		js_put_int(row, "id", m->id, -1);
		js_put_str(row, "kind",
			   vocab_code(&vocab_message_kind, (int)m->kind));
		js_put_str(row, "channel",
			   vocab_code(&vocab_channel, (int)m->channel));
		js_put_str(row, "agency", m->agency);
		js_put_int(row, "attempts", m->attempts, -1);
		js_put_str(row, "reason", m->reason);
		json_array_append_new(k->rows, row);
	}
	return k->has_more;
}

static int resend(struct store *s, void *ctx, struct err *err)
{
	const struct resending *k = ctx;
	int64_t now = clock_now(k->e->clock);
	for (int i = 0; i < k->n; i++) {
		struct store_message m;
		struct arena a;
		char data[60];
		snprintf(data, sizeof(data), "{\"message\":%lld}",
			 (long long)k->ids[i]);
		arena_init(&a);
		int result = store_message_get(s, k->ids[i], &a, &m, err);
		if (!result)
			result = store_message_settle(s, m.id, STORE_PLANNED,
						      "by an operator", now,
						      now, err);
		const struct store_event event = {.at = now,
						  .kind = "outbox.retry",
						  .person = m.person,
						  .agency = m.agency,
						  .by = k->by,
						  .data = data};
		if (!result)
			result = store_event_add(s, &event, err);
		arena_clear(&a);
		if (result)
			return -1;
	}
	return 0;
}

static void tell_end(struct control_call *call, const struct resending *k,
		     bool is_executed)
{
	control_end(call, 0,
		    "%d %s%s; left out: %d digests (their offers come in the "
		    "next one), %d that may have arrived, %d expired%s",
		    k->n, is_executed ? "planned again" : "would be sent again",
		    is_executed ? "" : " (--execute does it)", k->n_digests,
		    k->n_doubtful, k->n_expired,
		    k->has_more ? "; there are more, ask again" : "");
}

static void retry_failed(struct control_call *call, const json_t *args)
{
	struct store_messages_query q;
	struct err err = {0};
	char by[32];
	bool is_executed = js_bool(args, "execute", false);
	struct resending k = {.e = control_state(call),
			      .by = control_by(call, by)};
	size_t i;
	json_t *row;
	if (!control_message_query(call, args, &q))
		return;
	q.states = 1u << STORE_FAILED;
	k.rows = json_array();
	if (store_messages_each(k.e->store, &q, look, &k, &err) ||
	    (is_executed && store_tx(k.e->store, resend, &k, &err))) {
		json_decref(k.rows);
		control_fail(call, &err);
		return;
	}
	json_array_foreach(k.rows, i, row) control_row(call, json_incref(row));
	json_decref(k.rows);
	if (is_executed)
		k.e->wake(k.e);
	tell_end(call, &k, is_executed);
}

void cmd_outbox_retry(struct control_call *call, const json_t *args)
{
	bool is_all = js_bool(args, "failed", false);
	if (is_all == (control_word(args, 0) != NULL))
		control_error(call, 2,
			      "say the number of a message, or --failed for "
			      "all that failed");
	else if (is_all)
		retry_failed(call, args);
	else
		retry_one(call, args);
}
