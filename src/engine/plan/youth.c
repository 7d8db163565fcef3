/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to young people: whoever got a new offer worth sending is looked at
 * when the hours are open and the caps allow. At most one offer a message. */
#include "youth.h"
#include "acts.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_events.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* People looked at in one tick: each costs a few reads and perhaps a commit. */
#define PEOPLE_PER_TICK 25
/* After a message, the next best offer is looked for so much later: the caps
 * rarely allow another one the same day. */
#define NEXT_LOOK_S 3600

static bool is_known_waiting(struct planner *p, uint32_t person)
{
	if (person >= p->n_is_waiting) {
		size_t n = p->n_is_waiting ? p->n_is_waiting : 1024;
		while (n <= person)
			n *= 2;
		p->is_waiting = mem_grow(p->is_waiting, n, 1);
		memset(p->is_waiting + p->n_is_waiting, 0, n - p->n_is_waiting);
		p->n_is_waiting = n;
	}
	return p->is_waiting[person];
}

static void wait_for(struct planner *p, uint32_t person, int64_t not_before)
{
	if (is_known_waiting(p, person))
		return;
	if (p->n_waits == p->cap_waits) {
		p->cap_waits = p->cap_waits ? p->cap_waits * 2 : 64;
		p->waits = mem_grow(p->waits, p->cap_waits, sizeof(*p->waits));
	}
	p->waits[p->n_waits++] = (struct plan_wait){person, not_before};
	p->is_waiting[person] = 1;
}

void plan_youth_look(struct planner *p, uint32_t person)
{
	wait_for(p, person, clock_now(p->clock));
}

/* In mode automatic the adviser has this long to stop it. */
static int64_t earliest(const struct planner *p,
			const struct store_agency *agency, enum channel channel)
{
	const struct plan_settings *set = p->settings;
	int64_t now = clock_now(p->clock);
	bool is_held = agency->mode == AGENCY_AUTOMATIC && !set->is_open;
	return plan_window(set, channel, is_held ? now + set->hold_s : now);
}

/* An offer may go to a young person when it came after the agency went live,
 * is not old, is not over by then, and is no meeting. */
static bool is_new_enough(struct planner *p, const struct store_agency *agency,
			  const struct store_offer *offer,
			  const struct moffer *o, int64_t goes_at)
{
	return offer->status == OFFER_LIVE &&
	       (offer->expires == INSTANT_NONE || offer->expires > goes_at) &&
	       (agency->mode_since == INSTANT_NONE ||
		offer->first_seen >= agency->mode_since) &&
	       plan_is_current(p, o, offer->first_seen);
}

int plan_youth_choose(struct planner *p, const struct plan_person *person,
		      const struct store_agency *agency, struct plan_item *out,
		      bool *found, struct err *err)
{
	struct plan_item best[PLAN_TURNS_MAX];
	struct arena a;
	int64_t goes_at = earliest(p, agency, person->p.channel);
	size_t n = 0;
	int result = -1;
	arena_init(&a);
	*found = false;
	if (plan_turns_of(p, person->row.id, STORE_TO_YOUTH, best, &n, err))
		goto out;
	result = 0;
	for (size_t i = 0; i < n && !*found; i++) {
		struct store_offer offer;
		if (best[i].verdict.decision != DECISION_SEND)
			continue;
		result = store_offer_get(p->store, best[i].canonical, &a,
					 &offer, err);
		if (result)
			break;
		const struct moffer *o = live_offer(p->live, best[i].canonical);
		bool is_stopped = false;
		if (!is_new_enough(p, agency, &offer, o, goes_at))
			continue;
		result = plan_was_stopped(p, person->row.id, best[i].canonical,
					  &is_stopped, err);
		if (result)
			break;
		if (is_stopped)
			continue;
		const char *dismissed = NULL;
		result =
			plan_cfa_dismissal(p, person->row.id, best[i].canonical,
					   &a, &dismissed, err);
		if (result)
			break;
		if (dismissed)
			continue;
		*out = best[i];
		*found = true;
	}
out:
	arena_clear(&a);
	return result;
}

/* --- written down ------------------------------------------------------------
 */

static int keep_any(void *ctx, const struct store_event *row)
{
	(void)row;
	*(bool *)ctx = true;
	return 1;
}

int plan_was_stopped(struct planner *p, int64_t person, int64_t canonical,
		     bool *was, struct err *err)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	q.kind = "stopped";
	q.person = person;
	q.canonical = canonical;
	q.limit = 1;
	*was = false;
	return store_events_each(p->store, &q, keep_any, was, err);
}

static const char *topic_of(enum plan_class class)
{
	static const char *const topics[] = {[PLAN_OFFER] = NULL,
					     [PLAN_APPROVED] =
						     PLAN_TOPIC_APPROVED,
					     [PLAN_EVENT] = PLAN_TOPIC_EVENT,
					     [PLAN_CALL] = PLAN_TOPIC_CALL,
					     [PLAN_STOP] = PLAN_TOPIC_STOP};
	return topics[class];
}

struct writing {
	struct planner *p;
	struct plan_saying *say;
	char *facts;
};

/* Nothing is said about an offer that is over. */
static int64_t expiry(const struct plan_saying *say)
{
	int64_t at = say->not_before + PLAN_YOUTH_EXPIRES_S;
	return say->offer_expires != INSTANT_NONE && say->offer_expires < at
		       ? say->offer_expires
		       : at;
}

static int write_message(struct store *s, struct writing *k, int64_t now,
			 struct err *err)
{
	struct plan_saying *say = k->say;
	bool is_offer = say->class == PLAN_OFFER || say->class == PLAN_APPROVED;
	struct store_message m = {.kind = is_offer ? STORE_OFFER : STORE_NOTICE,
				  .audience = STORE_TO_YOUTH,
				  .channel = say->channel,
				  .agency = say->agency->code,
				  .person = say->person->row.id,
				  .is_preview =
					  say->agency->mode == AGENCY_PREVIEW,
				  .not_before = say->not_before,
				  .expires = expiry(say),
				  .topic = topic_of(say->class),
				  .state = STORE_PLANNED};
	struct store_proposal row = {.person = say->person->row.id,
				     .audience = STORE_TO_YOUTH};
	if (say->item) {
		row.canonical = say->item->canonical;
		row.score = say->item->verdict.public_score;
		row.rules = live_rules_id(k->p->live, say->agency->code);
		row.facts = k->facts;
	}
	return store_message_plan(s, &m, &row, say->item != NULL, now, &say->id,
				  err);
}

static int write_all(struct store *s, void *ctx, struct err *err)
{
	static const char *const by[] = {[PLAN_OFFER] = "engine",
					 [PLAN_APPROVED] = "adviser",
					 [PLAN_EVENT] = "engine",
					 [PLAN_CALL] = "engine",
					 [PLAN_STOP] = "engine"};
	struct writing *k = ctx;
	const struct plan_saying *say = k->say;
	int64_t now = clock_now(k->p->clock);
	char data[100];
	if (write_message(s, k, now, err))
		return -1;
	/* Why somebody who wished for mail gets an SMS. */
	snprintf(data, sizeof(data), "{\"channel\":\"%s\"%s%s%s}",
		 vocab_code(&vocab_channel, (int)say->channel),
		 say->instead_of == CHANNEL_NONE ? "" : ",\"instead_of\":\"",
		 say->instead_of == CHANNEL_NONE
			 ? ""
			 : vocab_code(&vocab_channel, (int)say->instead_of),
		 say->instead_of == CHANNEL_NONE ? "" : "\"");
	return store_event_add(
		s,
		&(struct store_event){
			.at = now,
			.kind = say->class == PLAN_EVENT  ? "plan.event"
				: say->class == PLAN_CALL ? "plan.call"
				: say->class == PLAN_STOP ? "plan.stop"
							  : "plan.youth",
			.person = say->person->row.id,
			.canonical = say->item ? say->item->canonical : 0,
			.agency = say->agency->code,
			.by = by[say->class],
			.data = data},
		err);
}

int plan_say(struct planner *p, struct plan_saying *say, struct err *err)
{
	struct writing k = {.p = p, .say = say};
	if (say->item)
		k.facts = plan_facts(p, &say->item->verdict);
	int result = store_tx(p->store, write_all, &k, err);
	free(k.facts);
	if (!result && say->item) {
		live_proposed(p->live, say->person->row.id);
		plan_turns_proposed(p, say->person->row.id);
	}
	return result;
}

char *plan_facts(struct planner *p, const struct verdict *v)
{
	json_t *facts = explain_frozen(live_refdata(p->live), v);
	char *text = json_dumps(facts, JSON_COMPACT);
	json_decref(facts);
	BUG_ON(!text);
	return text;
}

static int plan_for(struct planner *p, const struct plan_person *person,
		    const struct store_agency *agency, int *n, struct err *err)
{
	struct plan_saying say = {
		.person = person, .agency = agency, .class = PLAN_OFFER};
	struct plan_ask ask = {
		.person = person, .agency = agency, .class = PLAN_OFFER};
	struct store_offer offer;
	struct plan_item item;
	struct arena a;
	const char *why;
	int64_t at;
	bool found;
	uint32_t id = (uint32_t)person->row.id;
	if (plan_channel(p, person, &say.channel, &say.instead_of, err))
		return -1;
	ask.channel = say.channel;
	if (plan_permit(p, &ask, &at, &why, err))
		return -1;
	if (why) {
		if (at != INSTANT_NONE)
			wait_for(p, id, at);
		return 0;
	}
	if (plan_youth_choose(p, person, agency, &item, &found, err))
		return -1;
	if (!found)
		return 0;
	say.item = &item;
	say.not_before = earliest(p, agency, say.channel);
	arena_init(&a);
	int result = store_offer_get(p->store, item.canonical, &a, &offer, err);
	say.offer_expires = offer.expires;
	arena_clear(&a);
	if (result)
		return -1;
	if (say.offer_expires != INSTANT_NONE &&
	    say.offer_expires <= say.not_before)
		return 0;
	if (plan_say(p, &say, err))
		return -1;
	++*n;
	/* The next best one, when the caps allow again. */
	wait_for(p, id,
		 plan_window(p->settings, say.channel,
			     clock_now(p->clock) + NEXT_LOOK_S));
	return 0;
}

/* Look at one person: a message, a later look, or nothing. */
static int look_at(struct planner *p, uint32_t id, int *n, struct err *err)
{
	struct plan_scope s;
	struct plan_person person;
	struct store_agency agency;
	struct agency fields;
	struct err why_not;
	int result = 0;
	plan_scope_init(&s);
	if (plan_person_get(p, id, &s, &person, &why_not) ||
	    !person.row.agency ||
	    plan_agency_get(p, person.row.agency, &s, &agency, &fields,
			    &why_not))
		goto out; /* gone since: nothing to say */
	result = plan_for(p, &person, &agency, n, err);
out:
	plan_scope_clear(&s);
	return result;
}

/* Many agencies write to their advisers only: that is known without reading a
 * region's people one by one. Agencies and people here are of this very tick.
 */
static bool may_be_written_to(const struct planner *p, uint32_t person)
{
	const struct turns *t = &p->turns;
	if (t->phase != TURNS_READY || person >= t->n_people ||
	    !t->people[person].agency)
		return true;
	return plan_mode_sends(t->agencies[t->people[person].agency].mode,
			       STORE_TO_YOUTH);
}

int plan_youth_tick(struct planner *p, int *n, struct err *err)
{
	int64_t now = clock_now(p->clock);
	for (int64_t id; (id = live_take_fresh(p->live));)
		wait_for(p, (uint32_t)id, now);
	int looked = 0;
	for (size_t i = 0; i < p->n_waits;) {
		struct plan_wait w = p->waits[i];
		struct err why = {0};
		if (w.not_before > now) {
			i++;
			continue;
		}
		bool is_looked_at = may_be_written_to(p, w.person);
		if (is_looked_at && looked++ == PEOPLE_PER_TICK) {
			p->has_more = true;
			return 0;
		}
		p->waits[i] = p->waits[--p->n_waits];
		p->is_waiting[w.person] = 0;
		if (is_looked_at && look_at(p, w.person, n, &why) &&
		    why.kind == ERR_STORE) {
			wait_for(p, w.person, now);
			*err = why;
			return -1;
		}
	}
	return 0;
}
