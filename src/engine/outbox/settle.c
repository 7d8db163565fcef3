/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of a message: the lane's verdict, the lane's death, giving up,
 * waiting. State and event are one commit each. An SMS of which it is not known
 * whether it left is uncertain and stays so; a mail goes again as it is, and
 * its reason remembers that an attempt may have arrived. */
#include "outbox.h"

#include <etrier/arena.h>
#include <etrier/arrivals.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/js_out.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_events.h>
#include <etrier/store_replies.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_MAX 280
/* An event's JSON: each byte of the reason may become six. */
#define EVENT_MAX (6 * REASON_MAX + 60)
/* Expired messages given up at once, and how often they are looked for. */
#define SWEEP_MAX 50
#define SWEEP_MS  60000

static int64_t now_of(const struct outbox *o)
{
	return clock_now(o->clock);
}

int outbox_event(struct outbox *o, const struct store_message *m,
		 const char *kind, const char *reason, struct err *err)
{
	struct buf data;
	buf_init(&data, EVENT_MAX);
	buf_addc(&data, '{');
	js_out_int(&data, "message", m->id);
	js_out_str(&data, "reason", reason);
	buf_addc(&data, '}');
	BUG_ON(data.too_big); /* a reason has an end */
	int result = store_event_add(o->store,
				     &(struct store_event){.at = now_of(o),
							   .kind = kind,
							   .person = m->person,
							   .agency = m->agency,
							   .by = "engine",
							   .data = data.data},
				     err);
	buf_clear(&data);
	return result;
}

/* --- verdicts ------------------------------------------------------------- */

struct settling {
	struct outbox *o;
	const struct store_message *m;
	enum store_state state;
	const char *event, *reason;
	int64_t not_before;
	const json_t *verdict; /* NULL: none */
};

/* A digest that was refused for good was read by nobody: its offers come again
 * in the next one, or a dead address would eat them. */
static bool is_unseen(const struct settling *k)
{
	return k->m->kind == STORE_DIGEST && k->state == STORE_FAILED &&
	       !(k->reason && str_starts(k->reason, PLAN_IN_DOUBT));
}

/* Who took the SMS, under which reference, for how much: its receipt comes
 * under that name. */
static int keep_gateway(struct store *s, const struct settling *k,
			struct err *err)
{
	const char *gateway = js_str(k->verdict, "gateway", NULL);
	if (!gateway || k->m->channel != CHANNEL_SMS)
		return 0;
	return store_message_gateway(
		s, k->m->id, gateway, js_str(k->verdict, "gateway_ref", NULL),
		(int)num_clip(js_int(k->verdict, "segments", 1), 0, 99),
		js_int(k->verdict, "cost", -1), err);
}

static int settle(struct store *s, void *ctx, struct err *err)
{
	const struct settling *k = ctx;
	bool is_freed = k->state == STORE_CANCELLED || is_unseen(k);
	if ((is_freed && plan_refill_shown(k->o->planner, k->m->id, err)) ||
	    store_message_settle(s, k->m->id, k->state, k->reason,
				 k->not_before, now_of(k->o), err) ||
	    (is_unseen(k) && store_message_free_rows(s, k->m->id, err)) ||
	    keep_gateway(s, k, err))
		return -1;
	return outbox_event(k->o, k->m, k->event, k->reason, err);
}

/* When a delivery that did not work is tried again: at the latest when the
 * message expires, to be given up then. */
static int64_t retry_at(const struct outbox *o, const struct store_message *m,
			int64_t asked_s)
{
	int64_t wait = OUTBOX_RETRY_FIRST_S;
	for (int i = 1; i < m->attempts && wait < OUTBOX_RETRY_MAX_S; i++)
		wait *= 2;
	wait = num_clip(asked_s > wait ? asked_s : wait, 1, OUTBOX_RETRY_MAX_S);
	int64_t at = now_of(o) + wait;
	return m->expires != INSTANT_NONE && at > m->expires ? m->expires : at;
}

/* What the verdict means for the row. A verdict without a known result says
 * nothing: an SMS may have left, a mail goes again. */
static void judge(const struct outbox *o, const struct unsettled *u,
		  struct settling *k)
{
	const struct store_message *m = k->m;
	const json_t *line = u->verdict;
	const char *result = js_str(line, "result", "");
	bool is_failed = str_eq(result, "failed");
	bool is_retry = str_eq(result, "retry");
	/* A refusal that is no word about this mail. */
	bool is_held = u->class != MAILPACE_PLAIN;
	bool is_policy = u->class == MAILPACE_POLICY;
	k->not_before = INSTANT_NONE;
	if (str_eq(result, "sent")) {
		k->state = STORE_SENT;
		k->event = "sent";
	} else if (m->channel == CHANNEL_SMS && !is_failed && !is_retry) {
		k->state = STORE_UNCERTAIN;
		k->event = "uncertain";
	} else if (is_policy || ((is_held || !is_failed) &&
				 m->attempts < OUTBOX_ATTEMPTS_MAX)) {
		int64_t asked_s = is_held ? u->until - now_of(o)
					  : js_int(line, "retry_after_s", 0);
		k->state = STORE_PLANNED;
		k->event = "retry";
		k->not_before = retry_at(o, m, asked_s);
	} else {
		k->state = STORE_FAILED;
		k->event = "failed";
	}
}

/* The lane's words; before them, for as long as it matters, that an attempt may
 * have arrived. */
static void put_reason(const struct settling *k, const struct unsettled *u,
		       char out[REASON_MAX])
{
	const json_t *line = u->verdict;
	const char *reason = u->class == MAILPACE_POLICY
				     ? "policy"
				     : js_str(line, "reason", "");
	const char *text = js_str(line, "text", "");
	bool is_lost = str_eq(reason, "lost") ||
		       str_eq(js_str(line, "result", "uncertain"), "uncertain");
	bool is_in_doubt = k->m->channel == CHANNEL_EMAIL &&
			   k->state != STORE_SENT &&
			   (is_lost || plan_is_in_doubt(k->m));
	snprintf(out, REASON_MAX, "%s%s%s%s", is_in_doubt ? PLAN_IN_DOUBT : "",
		 reason, *text ? ": " : "", text);
}

static void count(struct outbox *o, enum store_state state)
{
	switch (state) {
	case STORE_SENT:
		o->stats.sent++;
		o->stats.last_sent_at = now_of(o);
		break;
	case STORE_FAILED:
		o->stats.failed++;
		break;
	case STORE_UNCERTAIN:
		o->stats.uncertain++;
		break;
	case STORE_CANCELLED:
		o->stats.cancelled++;
		break;
	default:
		o->stats.retried++;
	}
}

/* The account is nobody's message: an administrator is told (watch.c). */
static void note_account(struct outbox *o, const struct settling *k,
			 const json_t *line)
{
	const char *reason = js_str(line, "reason", "");
	if (k->m->channel != CHANNEL_SMS)
		return;
	if (str_eq(reason, "credentials") || str_eq(reason, "credit"))
		str_copy(o->stats.sms_trouble, sizeof(o->stats.sms_trouble),
			 reason);
	else if (k->state == STORE_SENT)
		o->stats.sms_trouble[0] = '\0';
}

/* What is told when it is written: a transaction may be tried twice. */
static void tell(struct outbox *o, const struct unsettled *u,
		 enum store_state state)
{
	count(o, state);
	const char *word = vocab_code(&vocab_message_state, (int)state);
	if (u->verdict)
		log_event(state == STORE_SENT ? LOG_INFO : LOG_WARNING,
			  "outbox.settled", LOG_D("message", u->message),
			  LOG_S("state", word),
			  LOG_S("reason", js_str(u->verdict, "reason", "")),
			  LOG_D("code", js_int(u->verdict, "code", 0)));
	else
		log_event(LOG_WARNING, "outbox.lane_died",
			  LOG_D("message", u->message), LOG_S("state", word));
}

/* A receipt that was quicker than the verdict; the month's money. The verdict
 * is stored: what fails here is told, and looked at again with the next. */
static void after_sms(struct outbox *o, const struct store_message *m,
		      const json_t *verdict)
{
	struct err err = {0};
	if (m->channel != CHANNEL_SMS)
		return;
	if (plan_receipt_settled(o->planner, m->id, &err) ||
	    plan_budget_look(o->planner, m->agency, js_int(verdict, "cost", -1),
			     &err))
		log_event(LOG_ERROR, "outbox.after_sms",
			  LOG_D("message", m->id), LOG_S("why", err.text));
}

static int settle_verdict(struct outbox *o, const struct unsettled *u,
			  enum store_state *state, struct err *err)
{
	struct arena a;
	struct store_message m;
	char reason[REASON_MAX];
	arena_init(&a);
	int result = store_message_get(o->store, u->message, &a, &m, err);
	if (!result) {
		struct settling k = {.o = o, .m = &m, .verdict = u->verdict};
		judge(o, u, &k);
		put_reason(&k, u, reason);
		k.reason = *reason ? reason : NULL;
		result = store_tx(o->store, settle, &k, err);
		*state = k.state;
		if (!result) {
			note_account(o, &k, u->verdict);
			after_sms(o, &m, u->verdict);
		}
	}
	arena_clear(&a);
	return result;
}

static int settle_death(struct outbox *o, const struct unsettled *u,
			enum store_state *state, struct err *err)
{
	*state = STORE_UNCERTAIN;
	/* That the SMS was about to leave may not have reached the disk. */
	return u->is_submitting
		       ? store_message_settle(o->store, u->message, *state,
					      "lane died", INSTANT_NONE,
					      now_of(o), err)
		       : store_message_lane_died(o->store, u->message,
						 now_of(o), state, err);
}

static int settle_one(struct outbox *o, const struct unsettled *u,
		      enum store_state *state, struct err *err)
{
	return u->verdict ? settle_verdict(o, u, state, err)
			  : settle_death(o, u, state, err);
}

void outbox_drop_hand(struct outbox *o, struct lane *l, size_t i,
		      json_t *verdict)
{
	struct unsettled u = {.message = l->hand[i].message,
			      .verdict = json_incref(verdict),
			      .is_submitting = l->is_submitting &&
					       l->channel == CHANNEL_SMS};
	if (verdict && l->hand[i].address)
		u.class = mailpace_verdict(o->pace, l->hand[i].address, verdict,
					   now_of(o), &u.until);
	free(l->hand[i].address);
	l->n_hand--;
	memmove(&l->hand[i], &l->hand[i + 1],
		(l->n_hand - i) * sizeof(l->hand[0]));
	l->is_submitting = false;
	o->stats.busy--;
	if (o->n_unsettled == o->cap_unsettled) {
		o->cap_unsettled = o->cap_unsettled ? o->cap_unsettled * 2 : 64;
		o->unsettled = mem_grow(o->unsettled, o->cap_unsettled,
					sizeof(*o->unsettled));
	}
	o->unsettled[o->n_unsettled++] = u;
}

int outbox_settle_all(struct outbox *o, enum store_state *states,
		      struct err *err)
{
	for (size_t i = 0; i < o->n_unsettled; i++)
		if (settle_one(o, &o->unsettled[i], &states[i], err))
			return -1;
	return 0;
}

void outbox_settled_all(struct outbox *o, const enum store_state *states)
{
	for (size_t i = 0; i < o->n_unsettled; i++) {
		tell(o, &o->unsettled[i], states[i]);
		json_decref(o->unsettled[i].verdict);
	}
	o->n_unsettled = 0;
}

struct settling_all {
	struct outbox *o;
	enum store_state *states;
};

static int settle_all(struct store *s, void *ctx, struct err *err)
{
	struct settling_all *k = ctx;
	(void)s;
	return outbox_settle_all(k->o, k->states, err) ||
			       outbox_keep_pace(k->o, err)
		       ? -1
		       : 0;
}

static bool settle_together(struct outbox *o)
{
	struct err why = {0};
	struct settling_all k = {
		.o = o, .states = mem_array(o->n_unsettled, sizeof(*k.states))};
	bool ok = !store_tx(o->store, settle_all, &k, &why);
	if (ok)
		outbox_settled_all(o, k.states);
	else
		o->pace_kept = PACE_LOST;
	free(k.states);
	return ok;
}

static void forget_first(struct outbox *o)
{
	json_decref(o->unsettled[0].verdict);
	o->n_unsettled--;
	memmove(&o->unsettled[0], &o->unsettled[1],
		o->n_unsettled * sizeof(o->unsettled[0]));
}

/* One by one: what the store cannot take now stays for the next time, what it
 * never takes is told and forgotten. */
int outbox_settle_rest(struct outbox *o, struct err *err)
{
	int result = 0;
	struct err lost;
	if (!o->n_unsettled || settle_together(o))
		return 0;
	while (o->n_unsettled) {
		const struct unsettled *u = &o->unsettled[0];
		enum store_state state = STORE_UNCERTAIN;
		struct err why = {0};
		int failed = settle_one(o, u, &state, &why);
		if (failed) {
			*err = why;
			result = -1;
			if (why.kind == ERR_STORE)
				return -1;
		} else {
			tell(o, u, state);
		}
		forget_first(o);
	}
	return outbox_keep_pace(o, result ? &lost : err) ? -1 : result;
}

/* --- before the claim ----------------------------------------------------- */

/* planned becomes failed by way of sending, as the store draws it. */
static int fail(struct store *s, void *ctx, struct err *err)
{
	const struct settling *k = ctx;
	if (store_message_claim(s, k->m->id, NULL, now_of(k->o), err))
		return -1;
	return settle(s, ctx, err);
}

int outbox_give_up(struct outbox *o, const struct store_message *m,
		   const char *why, struct err *err)
{
	char reason[REASON_MAX];
	bool is_in_doubt = plan_is_in_doubt(m);
	snprintf(reason, sizeof(reason), "%s%s",
		 is_in_doubt ? PLAN_IN_DOUBT : "", why);
	struct settling k = {.o = o,
			     .m = m,
			     .state = is_in_doubt ? STORE_FAILED
						  : STORE_CANCELLED,
			     .event = is_in_doubt ? "failed" : "cancelled",
			     .reason = reason,
			     .not_before = INSTANT_NONE};
	if (store_tx(o->store, is_in_doubt ? fail : settle, &k, err))
		return -1;
	count(o, k.state);
	log_event(LOG_INFO, "outbox.given_up", LOG_D("message", m->id),
		  LOG_S("why", why));
	return 0;
}

static int postpone(struct store *s, void *ctx, struct err *err)
{
	const struct settling *k = ctx;
	int64_t now = now_of(k->o);
	/* Not claimed yet: only its date moves. */
	if (store_message_settle(s, k->m->id, STORE_HELD, k->reason,
				 INSTANT_NONE, now, err))
		return -1;
	return store_message_settle(s, k->m->id, STORE_PLANNED, k->reason,
				    k->not_before, now, err);
}

int outbox_postpone(struct outbox *o, const struct store_message *m,
		    const char *why, int64_t at, struct err *err)
{
	char reason[REASON_MAX];
	snprintf(reason, sizeof(reason), "%s%s",
		 plan_is_in_doubt(m) ? PLAN_IN_DOUBT : "", why);
	struct settling k = {.o = o,
			     .m = m,
			     .reason = reason,
			     .not_before = m->expires != INSTANT_NONE &&
							   at > m->expires
						   ? m->expires
						   : at};
	return store_tx(o->store, postpone, &k, err);
}

struct expired {
	int64_t now, ids[SWEEP_MAX];
	int n;
};

static int collect_expired(void *ctx, const struct store_message *m)
{
	struct expired *k = ctx;
	if (m->expires != INSTANT_NONE && m->expires <= k->now)
		k->ids[k->n++] = m->id;
	return k->n == SWEEP_MAX;
}

int outbox_sweep(struct outbox *o, struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct expired k = {.now = now_of(o)};
	int64_t ms = clock_mono_ms(o->clock);
	struct arena a;
	if (o->swept_ms && ms < o->swept_ms + SWEEP_MS)
		return 0;
	q.states = 1u << STORE_PLANNED;
	if (store_messages_each(o->store, &q, collect_expired, &k, err))
		return -1;
	arena_init(&a);
	int result = 0;
	for (int i = 0; i < k.n && !result; i++) {
		struct store_message m;
		result = store_message_get(o->store, k.ids[i], &a, &m, err);
		if (!result)
			result = outbox_give_up(o, &m, "expired", err);
	}
	arena_clear(&a);
	if (!result && k.n < SWEEP_MAX)
		o->swept_ms = ms ? ms : 1;
	return result;
}
