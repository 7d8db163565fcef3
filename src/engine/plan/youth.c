/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to young people: whoever got a new offer worth sending is looked at
 * when the hours are open and the caps allow. At most one offer a message. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_events.h>

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

/* An offer may go to a young person when it came after the agency went live,
 * is not old, and is no meeting. */
static bool is_new_enough(struct planner *p, const struct store_agency *agency,
			  const struct store_offer *offer,
			  const struct moffer *o)
{
	return offer->status == OFFER_LIVE &&
	       (agency->mode_since == INSTANT_NONE ||
		offer->first_seen >= agency->mode_since) &&
	       plan_is_current(p, o, offer->first_seen);
}

int plan_youth_choose(struct planner *p, const struct plan_person *person,
		      const struct store_agency *agency, struct plan_item *out,
		      bool *found, struct err *err)
{
	struct live_candidate best[LIVE_CANDIDATES_MAX];
	struct arena a;
	size_t n = 0;
	int result = -1;
	arena_init(&a);
	*found = false;
	if (live_candidates(p->live, person->row.id, STORE_TO_YOUTH, best,
			    LIVE_CANDIDATES_MAX, &n, err))
		goto out;
	int32_t date = paris_date(clock_now(p->clock));
	result = 0;
	for (size_t i = 0; i < n && !*found; i++) {
		struct store_offer offer;
		struct verdict v;
		struct err gone;
		if (best[i].decision != DECISION_SEND ||
		    live_evaluate(p->live, person->row.id, best[i].canonical,
				  date, &v, &gone) ||
		    v.decision != DECISION_SEND)
			continue;
		result = store_offer_get(p->store, best[i].canonical, &a,
					 &offer, err);
		if (result)
			break;
		const struct moffer *o = live_offer(p->live, best[i].canonical);
		if (!o || !is_new_enough(p, agency, &offer, o))
			continue;
		*out = (struct plan_item){offer.canonical, v};
		*found = true;
	}
out:
	arena_clear(&a);
	return result;
}

struct planning {
	struct planner *planner;
	const struct plan_person *person;
	const struct store_agency *agency;
	const struct plan_item *item;
	char *facts;
	int64_t id;
};

static int write_message(struct store *s, void *ctx, struct err *err)
{
	struct planning *k = ctx;
	int64_t now = clock_now(k->planner->clock);
	int64_t person = k->person->row.id;
	struct store_message m = {.kind = STORE_OFFER,
				  .audience = STORE_TO_YOUTH,
				  .channel = k->person->p.channel,
				  .agency = k->agency->code,
				  .person = person,
				  .is_preview =
					  k->agency->mode == AGENCY_PREVIEW,
				  .not_before = now,
				  .expires = now + PLAN_YOUTH_EXPIRES_S,
				  .state = STORE_PLANNED};
	struct store_proposal row = {
		.person = person,
		.canonical = k->item->canonical,
		.audience = STORE_TO_YOUTH,
		.score = k->item->verdict.public_score,
		.rules = live_rules_id(k->planner->live, k->agency->code),
		.facts = k->facts};
	if (store_message_plan(s, &m, &row, 1, now, &k->id, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = now,
				      .kind = "plan.youth",
				      .person = person,
				      .canonical = k->item->canonical,
				      .agency = k->agency->code,
				      .by = "engine"},
		err);
}

char *plan_facts(struct planner *p, const struct verdict *v)
{
	json_t *facts = explain_json(live_refdata(p->live), v, EXPLAIN_PUBLIC);
	char *text = json_dumps(facts, JSON_COMPACT);
	json_decref(facts);
	BUG_ON(!text);
	return text;
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
	int64_t at;
	const char *why;
	result = plan_permit(p, &person, &agency, person.p.channel, NULL, &at,
			     &why, err);
	if (result)
		goto out;
	if (why) {
		if (at != INSTANT_NONE)
			wait_for(p, id, at);
		goto out;
	}
	struct plan_item item;
	bool found;
	result = plan_youth_choose(p, &person, &agency, &item, &found, err);
	if (result || !found)
		goto out;
	struct planning k = {.planner = p,
			     .person = &person,
			     .agency = &agency,
			     .item = &item,
			     .facts = plan_facts(p, &item.verdict)};
	result = store_tx(p->store, write_message, &k, err);
	free(k.facts);
	if (!result) {
		(*n)++;
		live_proposed(p->live, id);
		/* The next best one, when the caps allow again. */
		wait_for(p, id,
			 plan_window(p->settings, person.p.channel,
				     clock_now(p->clock) + NEXT_LOOK_S));
	}
out:
	plan_scope_clear(&s);
	return result;
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
		if (looked++ == PEOPLE_PER_TICK) {
			p->has_more = true;
			return 0;
		}
		p->waits[i] = p->waits[--p->n_waits];
		p->is_waiting[w.person] = 0;
		if (look_at(p, w.person, n, &why) && why.kind == ERR_STORE) {
			wait_for(p, w.person, now);
			*err = why;
			return -1;
		}
	}
	return 0;
}
