/* SPDX-License-Identifier: EUPL-1.2 */
/* Call-backs of SMS gateways, and what a receipt leads to:
 *
 *   accepted, delivered  an uncertain SMS is sent after all
 *   delivered            the number works: what was held against it goes
 *   expired              failed; nobody is to blame, the number stays
 *   dead                 failed; the number is dead, its offers come again
 *   filtered             failed; our fault: an alarm, the number stays
 *   opted_out            failed; the number is opted out
 *
 * They come twice, late and out of order: a call-back is noted by its key, and
 * of two receipts the rank decides (store_message_told), not the turn. */
#include "arrivals.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_contacts.h>
#include <etrier/store_replies.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_MAX 80

static bool is_open(const struct store_message *m)
{
	return m->state == STORE_SENT || m->state == STORE_FAILED ||
	       m->state == STORE_UNCERTAIN;
}

static int settle(struct planner *p, const struct store_message *m,
		  enum store_state state, const char *reason, struct err *err)
{
	/* In a lane's hands: its verdict comes, and asks again. */
	if (!is_open(m) || m->state == state)
		return 0;
	return store_message_receipt(p->store, m->id, state, reason,
				     clock_now(p->clock), err);
}

/* The number is dead: a task for the adviser, and the next offer goes another
 * way. */
static int bury(struct planner *p, const struct store_message *m,
		const char *address, const char *reason, struct err *err)
{
	const struct store_contact dead = {.state = STORE_CONTACT_DEAD,
					   .cause = "number_dead",
					   .since = clock_now(p->clock),
					   .until = INSTANT_NONE};
	bool is_new;
	if (address && store_contact_set(p->store, CHANNEL_SMS, address, &dead,
					 &is_new, err))
		return -1;
	return is_open(m) ? plan_unseen(p, m, reason, err) : 0;
}

static int follow(struct planner *p, const struct store_message *m,
		  enum sms_receipt receipt, const char *address,
		  const char *reason, struct err *err)
{
	bool is_new;
	switch (receipt) {
	case SMS_ACCEPTED:
		return m->state == STORE_UNCERTAIN
			       ? settle(p, m, STORE_SENT, reason, err)
			       : 0;
	case SMS_DELIVERED:
		if (address &&
		    store_contact_clear(p->store, CHANNEL_SMS, address, err))
			return -1;
		return settle(p, m, STORE_SENT, reason, err);
	case SMS_DEAD:
		return bury(p, m, address, reason, err);
	case SMS_OPTED_OUT:
		if (address && plan_optout(p, CHANNEL_SMS, address, "gateway",
					   &is_new, err))
			return -1;
		return settle(p, m, STORE_FAILED, reason, err);
	default:
		return settle(p, m, STORE_FAILED, reason, err);
	}
}

int plan_receipt(struct planner *p, const struct store_message *m,
		 enum sms_receipt receipt, const char *code, bool *changed,
		 struct err *err)
{
	struct arena a;
	char reason[REASON_MAX];
	const char *word = vocab_code(&vocab_sms_receipt, (int)receipt);
	*changed = false;
	if (m->channel != CHANNEL_SMS || m->state == STORE_PLANNED ||
	    m->state == STORE_HELD || m->state == STORE_CANCELLED)
		return 0; /* it never left */
	if (store_message_told(p->store, m->id, word, clock_now(p->clock),
			       changed, err))
		return -1;
	if (!*changed)
		return 0;
	snprintf(reason, sizeof(reason), "receipt: %s%s%.40s", word,
		 code ? " " : "", code ? code : "");
	arena_init(&a);
	int result = follow(p, m, receipt, plan_address(m, &a), reason, err);
	arena_clear(&a);
	json_t *data = json_object();
	js_put_str(data, "receipt", word);
	js_put_str(data, "code", code);
	if (!result)
		result = plan_event(p, "receipt", m, m->person, "gateway", data,
				    err);
	else
		json_decref(data);
	if (!result && receipt == SMS_FILTERED)
		plan_trouble_count(p, TROUBLE_FILTERED);
	return result;
}

/* --- by reference --- */

static int find_message(struct planner *p, const json_t *line, struct arena *a,
			struct store_message *out, bool *found, struct err *err)
{
	int64_t id = js_int(line, "message", 0);
	const char *ref = js_str(line, "ref", NULL);
	const char *gateway = js_str(line, "gateway", "");
	struct err gone = {0};
	*found = false;
	if (ref && store_message_by_gateway(p->store, gateway, ref, &id, err))
		return -1;
	if (!id)
		id = js_int(line, "message", 0);
	if (!id)
		return 0;
	if (store_message_get(p->store, id, a, out, &gone)) {
		*err = gone;
		return gone.kind == ERR_UNKNOWN ? 0 : -1;
	}
	/* Our own number, given back by whoever holds the secret: it must be
	 * an SMS, and of that gateway when one took it. */
	*found = out->channel == CHANNEL_SMS &&
		 (!out->gateway || str_eq(out->gateway, gateway));
	return 0;
}

static void keep_early(struct planner *p, const json_t *line,
		       enum sms_receipt receipt)
{
	struct arrivals *a = p->arrivals;
	struct early *e = &a->early[a->n_early++ % PLAN_EARLY_MAX];
	free(e->ref);
	free(e->code);
	const char *code = js_str(line, "code", NULL);
	*e = (struct early){.ref = mem_dup(js_str(line, "ref", "")),
			    .code = code ? mem_dup(code) : NULL,
			    .receipt = receipt,
			    .at = clock_now(p->clock)};
	str_copy(e->gateway, sizeof(e->gateway), js_str(line, "gateway", ""));
}

static int on_receipt(struct planner *p, const json_t *line, bool *found,
		      struct err *err)
{
	struct arena a;
	struct store_message m;
	bool changed = false;
	int receipt =
		vocab_find(&vocab_sms_receipt, js_str(line, "receipt", ""));
	if (receipt == VOCAB_NONE)
		return err_set(err, ERR_INPUT, "a receipt without its word");
	arena_init(&a);
	int result = find_message(p, line, &a, &m, found, err);
	if (!result && *found)
		result =
			plan_receipt(p, &m, (enum sms_receipt)receipt,
				     js_str(line, "code", NULL), &changed, err);
	else if (!result && js_str(line, "ref", NULL))
		keep_early(p, line, (enum sms_receipt)receipt);
	arena_clear(&a);
	p->arrivals->stats.receipts += changed;
	return result;
}

/* --- call-backs --- */

struct calling {
	struct planner *p;
	const json_t *line;
	bool found, is_new;
};

/* A reply without a name or time of its own is another one on another day. */
static void put_key(const struct calling *k, char out[96])
{
	const char *key = js_str(k->line, "key", "");
	int32_t today = paris_date(clock_now(k->p->clock));
	if (*key == '?')
		snprintf(out, 96, "%.72s:%d", key, (int)today);
	else
		snprintf(out, 96, "%.72s", key);
}

static int call_back(struct store *s, void *ctx, struct err *err)
{
	struct calling *k = ctx;
	const char *what = js_str(k->line, "what", "");
	const char *gateway = js_str(k->line, "gateway", "");
	char key[96];
	if (!*gateway || str_is_empty(js_str(k->line, "key", "")))
		return err_set(err, ERR_INPUT, "a call-back of nobody");
	put_key(k, key);
	if (store_callback_note(s, gateway, key, clock_now(k->p->clock),
				&k->is_new, err))
		return -1;
	if (!k->is_new) {
		k->found = true;
		return 0;
	}
	if (str_eq(what, "receipt"))
		return on_receipt(k->p, k->line, &k->found, err);
	if (str_eq(what, "reply"))
		return plan_reply(k->p, k->line, &k->found, err);
	return err_set(err, ERR_INPUT, "neither receipt nor reply");
}

int plan_callback(struct planner *p, const json_t *line, bool *found,
		  struct err *err)
{
	struct calling k = {.p = p, .line = line};
	if (store_tx(p->store, call_back, &k, err))
		return -1;
	p->arrivals->stats.repeated += !k.is_new;
	p->arrivals->stats.unknown += !k.found;
	*found = k.found;
	return 0;
}

/* --- quicker than our disk --- */

struct settling {
	struct planner *p;
	int64_t message;
};

static int find_early(struct planner *p, const struct store_message *m)
{
	struct arrivals *a = p->arrivals;
	int64_t since = clock_now(p->clock) - PLAN_EARLY_S;
	for (size_t i = 0; m->gateway_ref && i < PLAN_EARLY_MAX; i++) {
		const struct early *e = &a->early[i];
		if (e->ref && e->at >= since &&
		    str_eq(e->ref, m->gateway_ref) &&
		    str_eq(e->gateway, m->gateway))
			return (int)i;
	}
	return -1;
}

/* A receipt that came while the lane had the SMS in its hands. */
static int again(struct planner *p, const struct store_message *m,
		 struct err *err)
{
	struct arena a;
	char reason[REASON_MAX];
	int receipt = vocab_find(&vocab_sms_receipt, m->receipt);
	if (receipt == VOCAB_NONE)
		return 0;
	snprintf(reason, sizeof(reason), "receipt: %s", m->receipt);
	arena_init(&a);
	int result = follow(p, m, (enum sms_receipt)receipt,
			    plan_address(m, &a), reason, err);
	arena_clear(&a);
	return result;
}

static int settled(struct store *s, void *ctx, struct err *err)
{
	struct settling *k = ctx;
	struct arena a;
	struct store_message m;
	int at;
	arena_init(&a);
	int result = store_message_get(s, k->message, &a, &m, err);
	if (!result && m.channel == CHANNEL_SMS) {
		result = again(k->p, &m, err);
		while (!result && (at = find_early(k->p, &m)) >= 0) {
			struct early *e = &k->p->arrivals->early[at];
			bool changed;
			result = store_message_get(s, k->message, &a, &m, err);
			if (!result)
				result = plan_receipt(k->p, &m, e->receipt,
						      e->code, &changed, err);
			free(e->ref);
			e->ref = NULL;
		}
	}
	arena_clear(&a);
	return result;
}

int plan_receipt_settled(struct planner *p, int64_t message, struct err *err)
{
	struct settling k = {p, message};
	return store_tx(p->store, settled, &k, err);
}
