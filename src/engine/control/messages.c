/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about what is said to whom: previews, the outbox, the ledger and
 * the events. Recipients are shown as internal ids. */
#include "state.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/plan_youth.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

void cmd_digest_show(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	const char *name = js_str(args, "adviser", NULL);
	const char *code = js_str(args, "agency", NULL);
	const char *colon = name && !code ? strchr(name, ':') : NULL;
	struct err err = {0};
	if (!name || (!code && !colon)) {
		control_error(call, 2,
			      "expected --adviser AGENCY:REF, or --adviser REF "
			      "--agency CODE");
		return;
	}
	char *agency =
		code ? mem_dup(code) : mem_dup_n(name, (size_t)(colon - name));
	json_t *line = plan_digest_preview(e->planner, agency,
					   colon ? colon + 1 : name, &err);
	free(agency);
	if (!line) {
		control_fail(call, &err);
		return;
	}
	json_t *row = json_object();
	json_object_set_new(row, "deliver", line);
	control_row(call, row);
	control_end(call, 0, NULL);
}

void cmd_message_preview(struct control_call *call, const json_t *args)
{
	struct engine_state *e = control_state(call);
	struct arena a;
	struct store_person person;
	struct err err = {0};
	const char *why = NULL;
	arena_init(&a);
	if (control_find_person(call, js_str(args, "youth", NULL), false, &a,
				&person)) {
		json_t *line =
			plan_youth_preview(e->planner, person.id, &why, &err);
		if (line) {
			json_t *row = json_object();
			json_object_set_new(row, "deliver", line);
			control_row(call, row);
			control_end(call, 0, NULL);
		} else if (why) {
			control_end(call, 0, "aucun message : %s", why);
		} else {
			control_fail(call, &err);
		}
	}
	arena_clear(&a);
}

/* --- outbox -----------------------------------------------------------------
 */

static json_t *message_row(const struct store_message *m)
{
	json_t *row = json_object();
	js_put_int(row, "id", m->id, -1);
	js_put_str(row, "kind", vocab_code(&vocab_message_kind, (int)m->kind));
	js_put_str(row, "audience",
		   vocab_code(&vocab_audience, (int)m->audience));
	js_put_str(row, "channel", vocab_code(&vocab_channel, (int)m->channel));
	js_put_str(row, "state",
		   vocab_code(&vocab_message_state, (int)m->state));
	js_put_str(row, "agency", m->agency);
	js_put_int(row, "person", m->person, 0);
	js_put_int(row, "attempts", m->attempts, -1);
	control_put_instant(row, "not_before", m->not_before);
	control_put_instant(row, "expires", m->expires);
	control_put_instant(row, "planned_at", m->planned_at);
	control_put_instant(row, "settled_at", m->settled_at);
	js_put_str(row, "message_id", m->message_id);
	js_put_str(row, "reason", m->reason);
	js_put_str(row, "topic", m->topic);
	js_put_str(row, "receipt", m->receipt);
	control_put_instant(row, "receipt_at", m->receipt_at);
	js_put_str(row, "gateway", m->gateway);
	js_put_int(row, "segments", m->segments, 0);
	js_put_int(row, "cost_thousandths", m->cost, -1);
	if (m->is_preview)
		json_object_set_new(row, "preview", json_true());
	return row;
}

/* Rows of a listing; the store walks from the newest and stops at the limit, so
 * that no listing holds the loop. */
static void send_all(struct control_call *call, json_t *rows_take)
{
	size_t i;
	json_t *row;
	json_array_foreach(rows_take, i, row)
		control_row(call, json_incref(row));
	json_decref(rows_take);
	control_end(call, 0, NULL);
}

static int keep_message(void *ctx, const struct store_message *m)
{
	json_array_append_new(ctx, message_row(m));
	return 0;
}

/* Of --state, --agency, --channel and --since; false after ending the call. */
bool control_message_query(struct control_call *call, const json_t *args,
			   struct store_messages_query *q)
{
	const char *word = js_str(args, "state", NULL);
	const char *channel = js_str(args, "channel", NULL);
	const char *since = js_str(args, "since", NULL);
	int state = vocab_find(&vocab_message_state, word);
	int32_t date;
	*q = STORE_MESSAGES_ANY;
	q->agency = js_str(args, "agency", NULL);
	q->channel = vocab_find(&vocab_channel, channel);
	if (word && state == VOCAB_NONE)
		control_error(call, 2,
			      "--state is planned, sending, sent, failed, "
			      "uncertain, cancelled or held");
	else if (channel && q->channel == VOCAB_NONE)
		control_error(call, 2, "--channel is email or sms");
	else if (since && date_parse_iso(since, &date))
		control_error(call, 2, "--since wants a date: 2026-11-23");
	else {
		q->states = word ? 1u << state : 0;
		if (since)
			q->planned_since = paris_instant(date, 0);
		return true;
	}
	return false;
}

void cmd_outbox_list(struct control_call *call, const json_t *args)
{
	struct store_messages_query q;
	struct err err = {0};
	if (!control_message_query(call, args, &q))
		return;
	q.limit = control_limit(args, 50);
	q.newest_first = true;
	json_t *rows = json_array();
	if (store_messages_each(control_state(call)->store, &q, keep_message,
				rows, &err)) {
		json_decref(rows);
		control_fail(call, &err);
	} else {
		send_all(call, rows);
	}
}

void cmd_outbox_stats(struct control_call *call, const json_t *args)
{
	(void)args;
	send_all(call,
		 mailpace_figures(outbox_pace(control_state(call)->outbox)));
}

/* The message named by the first word; false after ending the call. */
bool control_find_message(struct control_call *call, const json_t *args,
			  struct arena *a, struct store_message *m)
{
	int64_t id;
	struct err err = {0};
	if (num_parse_int(control_word(args, 0), 1, INT64_MAX, &id)) {
		control_error(call, 2,
			      "expected the number of a message "
			      "(outbox list)");
		return false;
	}
	if (!store_message_get(control_state(call)->store, id, a, m, &err))
		return true;
	control_error(call, 1, "%s",
		      err.kind == ERR_UNKNOWN ? "no message of that number"
					      : err.text);
	return false;
}

void cmd_message_show(struct control_call *call, const json_t *args)
{
	struct arena a;
	struct store_message m;
	arena_init(&a);
	if (!control_find_message(call, args, &a, &m))
		goto out;
	json_t *line =
		m.model ? js_parse(m.model, strlen(m.model), NULL) : NULL;
	if (!line) {
		control_error(call, 1,
			      "message %lld has no text yet: it gets one when "
			      "a lane takes it",
			      (long long)m.id);
		goto out;
	}
	/* with the texts it was made of: those of today may be others */
	const char *text = NULL;
	if (m.template_hash &&
	    !store_template_get(control_state(call)->store, m.template_hash, &a,
				&text, NULL)) {
		js_put_str(line, "template_hash", m.template_hash);
		js_put_str(line, "template", text);
	}
	json_t *row = json_object();
	json_object_set_new(row, "deliver", line);
	control_row(call, row);
	control_end(call, 0, NULL);
out:
	arena_clear(&a);
}

void cmd_outbox_show(struct control_call *call, const json_t *args)
{
	struct arena a;
	struct store_message m;
	arena_init(&a);
	if (control_find_message(call, args, &a, &m)) {
		control_row(call, message_row(&m));
		control_end(call, 0, NULL);
	}
	arena_clear(&a);
}

struct moving {
	struct engine_state *e;
	const struct store_message *m;
	enum store_state to;
	bool is_receipt;
	const char *by, *event;
};

static int move(struct store *s, void *ctx, struct err *err)
{
	const struct moving *k = ctx;
	int64_t now = clock_now(k->e->clock);
	const char *reason = "by an operator";
	/* To a young person it does not come back by itself. */
	bool is_stop =
		k->to == STORE_CANCELLED && !k->is_receipt &&
		k->m->audience == STORE_TO_YOUTH &&
		(k->m->state == STORE_PLANNED || k->m->state == STORE_HELD);
	int result =
		is_stop ? planner_stop_message(k->e->planner, k->m->id, err)
		: k->is_receipt
			? store_message_receipt(s, k->m->id, k->to, reason, now,
						err)
			: store_message_settle(
				  s, k->m->id, k->to, reason,
				  k->to == STORE_PLANNED ? now : INSTANT_NONE,
				  now, err);
	if (result)
		return -1;
	char data[60];
	snprintf(data, sizeof(data), "{\"message\":%lld}", (long long)k->m->id);
	return store_event_add(s,
			       &(struct store_event){.at = now,
						     .kind = k->event,
						     .person = k->m->person,
						     .agency = k->m->agency,
						     .by = k->by,
						     .data = data},
			       err);
}

void control_move_message(struct control_call *call, const json_t *args,
			  enum store_state to, const char *event,
			  bool is_receipt)
{
	struct arena a;
	struct store_message m;
	struct err err = {0};
	char by[32];
	arena_init(&a);
	if (control_find_message(call, args, &a, &m)) {
		struct moving k = {.e = control_state(call),
				   .m = &m,
				   .to = to,
				   .is_receipt = is_receipt,
				   .by = control_by(call, by),
				   .event = event};
		if (!is_receipt && m.state == STORE_SENDING) {
			control_error(call, 1,
				      "message %lld is in a lane's hands; try "
				      "again in a moment",
				      (long long)m.id);
		} else if ((to == STORE_CANCELLED &&
			    plan_refill_shown(k.e->planner, m.id, &err)) ||
			   store_tx(k.e->store, move, &k, &err)) {
			control_fail(call, &err);
		} else {
			k.e->wake(k.e);
			control_end(call, 0, "message %lld: %s",
				    (long long)m.id,
				    vocab_code(&vocab_message_state, (int)to));
		}
	}
	arena_clear(&a);
}

void cmd_outbox_hold(struct control_call *call, const json_t *args)
{
	control_move_message(call, args, STORE_HELD, "outbox.hold", false);
}

void cmd_outbox_cancel(struct control_call *call, const json_t *args)
{
	control_move_message(call, args, STORE_CANCELLED, "outbox.cancel",
			     false);
}

void cmd_outbox_settle(struct control_call *call, const json_t *args)
{
	const char *word = control_word(args, 1);
	if (str_eq(word, "sent"))
		control_move_message(call, args, STORE_SENT, "outbox.settle",
				     true);
	else if (str_eq(word, "failed"))
		control_move_message(call, args, STORE_FAILED, "outbox.settle",
				     true);
	else
		control_error(call, 2, "usage: outbox settle ID sent|failed");
}

/* --- ledger and events -------------------------------------------------------
 */

struct ledger_rows {
	struct store *store;
	struct arena a; /* of one row */
	json_t *rows;
};

/* How it went: by which channel, in which state, and what the gateway said of
 * it since. Of a digest the last that showed the offer counts. */
static void put_way(struct ledger_rows *k, const struct store_proposal *p,
		    json_t *row)
{
	struct store_message m;
	struct err gone;
	if (!store_message_get(k->store, p->again ? p->again : p->message,
			       &k->a, &m, &gone)) {
		js_put_str(row, "channel",
			   vocab_code(&vocab_channel, (int)m.channel));
		js_put_str(row, "state",
			   vocab_code(&vocab_message_state, (int)m.state));
		js_put_str(row, "receipt", m.receipt);
	}
	arena_reset(&k->a);
}

static int keep_proposal(void *ctx, const struct store_proposal *p)
{
	struct ledger_rows *k = ctx;
	json_t *row = json_object();
	control_put_instant(row, "at", p->at);
	js_put_int(row, "id", p->id, -1);
	js_put_int(row, "person", p->person, -1);
	js_put_int(row, "offer", p->canonical, -1);
	js_put_str(row, "audience",
		   vocab_code(&vocab_audience, (int)p->audience));
	js_put_int(row, "score", p->score, -1);
	js_put_int(row, "message", p->message, -1);
	js_put_int(row, "again", p->again, 0);
	put_way(k, p, row);
	js_put_str(row, "rules", p->rules);
	js_put_str(row, "result", p->result);
	js_put_str(row, "reason", p->reason);
	control_put_instant(row, "result_at", p->result_at);
	control_put_instant(row, "later_until", p->later_until);
	json_array_append_new(k->rows, row);
	return 0;
}

void cmd_ledger(struct control_call *call, const json_t *args)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	const char *youth = js_str(args, "youth", NULL);
	const char *message = js_str(args, "message", NULL);
	struct err err = {0};
	if (youth) {
		struct arena a;
		struct store_person person;
		arena_init(&a);
		bool found =
			control_find_person(call, youth, false, &a, &person);
		q.person = found ? person.id : 0;
		arena_clear(&a);
		if (!found)
			return;
	}
	if (message && num_parse_int(message, 1, INT64_MAX, &q.message)) {
		control_error(call, 2, "--message wants a number");
		return;
	}
	q.limit = control_limit(args, 50);
	q.newest_first = true;
	struct arena offer;
	arena_init(&offer);
	bool is_read = control_read_offer(call, args, &offer, &q.canonical);
	arena_clear(&offer);
	if (!is_read)
		return;
	struct ledger_rows k = {.store = control_state(call)->store,
				.rows = json_array()};
	arena_init(&k.a);
	if (store_ledger_each(k.store, &q, keep_proposal, &k, &err)) {
		json_decref(k.rows);
		control_fail(call, &err);
	} else {
		send_all(call, k.rows);
	}
	arena_clear(&k.a);
}

static int keep_event(void *ctx, const struct store_event *e)
{
	json_t *row = json_object();
	js_put_int(row, "id", e->id, -1);
	control_put_instant(row, "at", e->at);
	js_put_str(row, "kind", e->kind);
	js_put_int(row, "person", e->person, 0);
	js_put_int(row, "offer", e->canonical, 0);
	js_put_str(row, "agency", e->agency);
	js_put_str(row, "by", e->by);
	if (e->data)
		json_object_set_new(row, "data",
				    js_parse(e->data, strlen(e->data), NULL));
	json_array_append_new(ctx, row);
	return 0;
}

/* Newest first; behind --after in the order they came, so that whoever reads
 * them goes on where they were. */
void cmd_events_list(struct control_call *call, const json_t *args)
{
	struct store_event_query q;
	struct err err = {0};
	if (!control_event_query(call, args, &q))
		return;
	q.kind = js_str(args, "kind", NULL);
	q.limit = control_limit(args, 50);
	q.newest_first = !js_str(args, "after", NULL);
	json_t *rows = json_array();
	if (store_events_each(control_state(call)->store, &q, keep_event, rows,
			      &err)) {
		json_decref(rows);
		control_fail(call, &err);
	} else {
		send_all(call, rows);
	}
}
