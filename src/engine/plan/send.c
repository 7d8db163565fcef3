/* SPDX-License-Identifier: EUPL-1.2 */
/* What an adviser or a young person decides about messages: send this one on,
 * stop that one, nothing for a while, answer me. See plan_youth.h; it does not
 * record who decided: that is the caller's event. */
#include "youth.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

/* A call-back or a confirmation that comes later than this only puzzles. */
#define ANSWER_EXPIRES_S (24 * 3600)

static int refused(struct err *err, const char *why)
{
	return err_set(err, ERR_INPUT, "%s", plan_why_fr(why));
}

/* One person, one agency, one channel, loaded. */
struct sending {
	struct plan_scope s;
	struct plan_person person;
	struct store_agency agency;
	struct store_offer offer;
	struct plan_item item;
	struct plan_saying say;
};

static int load(struct planner *p, int64_t person, struct sending *k,
		struct err *err)
{
	struct agency fields;
	if (plan_person_get(p, person, &k->s, &k->person, err))
		return -1;
	if (!k->person.row.agency)
		return refused(err, PLAN_WHY_MODE);
	if (plan_agency_get(p, k->person.row.agency, &k->s, &k->agency, &fields,
			    err))
		return -1;
	k->say = (struct plan_saying){.person = &k->person,
				      .agency = &k->agency,
				      .offer_expires = INSTANT_NONE};
	return plan_channel(p, &k->person, &k->say.channel, &k->say.instead_of,
			    err);
}

/* Hours and caps only put off; a pause of a month, or an address that fails for
 * weeks, is a no to whoever presses the button now. */
#define DEFER_MAX_S (8 * 24 * 3600)

/* Permission, which may only come later: then for then. */
static int ask(struct planner *p, struct sending *k, const char **why,
	       struct err *err)
{
	struct plan_ask a = {.person = &k->person,
			     .agency = &k->agency,
			     .channel = k->say.channel,
			     .class = k->say.class};
	int64_t at;
	if (plan_permit(p, &a, &at, why, err))
		return -1;
	k->say.not_before = clock_now(p->clock);
	if (*why && at != INSTANT_NONE &&
	    at <= k->say.not_before + DEFER_MAX_S) {
		*why = NULL;
		k->say.not_before =
			plan_window(p->settings, k->say.channel, at);
	}
	return 0;
}

static int ask_offer(struct planner *p, int64_t canonical, struct sending *k,
		     const char **why, struct err *err)
{
	struct err gone = {0};
	int32_t today = paris_date(clock_now(p->clock));
	bool has = false;
	if (store_ledger_has(p->store, k->person.row.id, canonical,
			     STORE_TO_YOUTH, &has, err))
		return -1;
	k->item.canonical = canonical;
	if (live_evaluate(p->live, k->person.row.id, canonical, today,
			  &k->item.verdict, &gone)) {
		*why = "the offer is gone";
		if (gone.kind != ERR_STORE)
			return 0;
		*err = gone;
		return -1;
	}
	if (store_offer_get(p->store, canonical, &k->s.arena, &k->offer, err))
		return -1;
	k->say.item = &k->item;
	k->say.offer_expires = k->offer.expires;
	if (has)
		*why = "sent before";
	else if (k->item.verdict.decision == DECISION_EXCLUDE)
		*why = "the offer does not fit";
	else if (k->offer.status != OFFER_LIVE ||
		 (k->offer.expires != INSTANT_NONE &&
		  k->offer.expires <= k->say.not_before))
		*why = "the offer is gone";
	return 0;
}

static int prepare(struct planner *p, int64_t person, int64_t canonical,
		   struct sending *k, const char **why, struct err *err)
{
	*why = NULL;
	if (load(p, person, k, err))
		return -1;
	k->say.class = PLAN_APPROVED;
	if (ask(p, k, why, err))
		return -1;
	return *why ? 0 : ask_offer(p, canonical, k, why, err);
}

int planner_send_to_youth(struct planner *p, int64_t person, int64_t canonical,
			  struct err *err)
{
	struct sending k = {.say = {0}};
	const char *why;
	plan_scope_init(&k.s);
	int result = prepare(p, person, canonical, &k, &why, err);
	if (!result)
		result = why ? refused(err, why) : plan_say(p, &k.say, err);
	plan_scope_clear(&k.s);
	return result;
}

int planner_may_send(struct planner *p, int64_t person, int64_t canonical,
		     const char **why, struct err *err)
{
	struct sending k = {.say = {0}};
	plan_scope_init(&k.s);
	int result = prepare(p, person, canonical, &k, why, err);
	plan_scope_clear(&k.s);
	if (!result && *why)
		*why = plan_why_fr(*why);
	return result;
}

/* --- stopped ----------------------------------------------------------------
 */

static int keep_offer(void *ctx, const struct store_proposal *row)
{
	*(int64_t *)ctx = row->canonical;
	return 1;
}

struct stopping {
	struct planner *p;
	const struct store_message *m;
	int64_t canonical;
};

static int write_stop(struct store *s, void *ctx, struct err *err)
{
	const struct stopping *k = ctx;
	int64_t now = clock_now(k->p->clock);
	if (store_message_settle(s, k->m->id, STORE_CANCELLED, "stopped",
				 INSTANT_NONE, now, err))
		return -1;
	/* What plan_was_stopped() looks for. */
	return store_event_add(s,
			       &(struct store_event){.at = now,
						     .kind = "stopped",
						     .person = k->m->person,
						     .canonical = k->canonical,
						     .agency = k->m->agency,
						     .by = "adviser"},
			       err);
}

int planner_stop_message(struct planner *p, int64_t id, struct err *err)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct store_message m;
	struct stopping k = {.p = p, .m = &m};
	struct arena a;
	int result;
	arena_init(&a);
	q.message = id;
	result = store_message_get(p->store, id, &a, &m, err);
	if (!result && m.audience != STORE_TO_YOUTH)
		result = err_set(err, ERR_INPUT,
				 "ce message n'est pas pour un jeune");
	else if (!result && m.state != STORE_PLANNED && m.state != STORE_HELD)
		result = err_set(err, ERR_INPUT, "trop tard : il est parti");
	if (!result)
		result = store_ledger_each(p->store, &q, keep_offer,
					   &k.canonical, err);
	if (!result)
		result = plan_refill_shown(p, id, err);
	if (!result)
		result = store_tx(p->store, write_stop, &k, err);
	arena_clear(&a);
	return result;
}

/* --- what a young person asks for -------------------------------------------
 */

int planner_pause(struct planner *p, int64_t person, int64_t until,
		  struct err *err)
{
	if (store_person_set_pause(p->store, person, until, err))
		return -1;
	if (until == INSTANT_NONE)
		plan_youth_look(p, (uint32_t)person);
	return 0;
}

struct finding {
	const char *topic;
	bool found;
};

static int find_topic(void *ctx, const struct store_message *m)
{
	struct finding *f = ctx;
	f->found = str_eq(m->topic, f->topic);
	return f->found;
}

/* Does one wait, or did one go a moment ago? */
static int was_answered(struct planner *p, int64_t person, const char *topic,
			bool *was, struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct finding f = {.topic = topic};
	q.person = person;
	q.audience = STORE_TO_YOUTH;
	q.kind = STORE_NOTICE;
	q.states = 1u << STORE_PLANNED | 1u << STORE_SENDING |
		   1u << STORE_SENT | 1u << STORE_UNCERTAIN;
	q.planned_since = clock_now(p->clock) - ANSWER_EXPIRES_S;
	if (store_messages_each(p->store, &q, find_topic, &f, err))
		return -1;
	*was = f.found;
	return 0;
}

static int answer(struct planner *p, struct sending *k, const char *topic,
		  struct err *err)
{
	int64_t now = clock_now(p->clock);
	const char *why = NULL;
	bool was;
	if (was_answered(p, k->person.row.id, topic, &was, err))
		return -1;
	if (was)
		return 0;
	if (ask(p, k, &why, err))
		return -1;
	if (why)
		return 0;
	/* to be told soon or not at all */
	k->say.not_before = plan_window_answer(p->settings, now);
	k->say.offer_expires = now + ANSWER_EXPIRES_S;
	return plan_say(p, &k->say, err);
}

int planner_answer_youth(struct planner *p, int64_t person,
			 enum channel channel, const char *topic, int64_t *id,
			 struct err *err)
{
	struct sending k = {.say = {0}};
	struct err lost = {0};
	int result = -1;
	*id = 0;
	plan_scope_init(&k.s);
	if (load(p, person, &k, &lost)) {
		/* nobody there any more to answer is no error */
		result = lost.kind == ERR_STORE
				 ? err_set(err, ERR_STORE, "%s", lost.text)
				 : 0;
	} else {
		k.say.class =
			str_eq(topic, PLAN_TOPIC_STOP) ? PLAN_STOP : PLAN_CALL;
		k.say.channel = channel;
		k.say.instead_of = CHANNEL_NONE;
		result = answer(p, &k, topic, err);
		*id = result ? 0 : k.say.id;
	}
	plan_scope_clear(&k.s);
	return result;
}

/* --- seen from outside ------------------------------------------------------
 */

static int keep_message(void *ctx, const struct store_proposal *row)
{
	*(int64_t *)ctx = row->message;
	return 1;
}

int planner_youth_way(struct planner *p, int64_t person, int64_t canonical,
		      struct plan_youth_way *out, struct err *err)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct store_message m;
	struct arena a;
	*out = (struct plan_youth_way){.message = 0};
	q.person = person;
	q.canonical = canonical;
	q.audience = STORE_TO_YOUTH;
	if (store_ledger_each(p->store, &q, keep_message, &out->message, err))
		return -1;
	if (!out->message)
		return 0;
	arena_init(&a);
	int result = store_message_get(p->store, out->message, &a, &m, err);
	if (!result)
		*out = (struct plan_youth_way){.message = m.id,
					       .state = m.state,
					       .channel = m.channel,
					       .not_before = m.not_before,
					       .claimed_at = m.claimed_at,
					       .settled_at = m.settled_at};
	arena_clear(&a);
	return result;
}
