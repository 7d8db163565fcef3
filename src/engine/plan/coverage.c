/* SPDX-License-Identifier: EUPL-1.2 */
/* How many young people are reached: for `status`, the figures, and an event a
 * day. How many, never who. An agency that is tried out reaches nobody. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/store_events.h>

#include <inttypes.h>
#include <stdio.h>

#define COVERAGE_DAYS 30

static bool is_real(const struct turns *t, const struct turn_person *p)
{
	enum agency_mode own = t->agencies[p->agency].mode;
	enum agency_mode cfa = t->agencies[p->cfa].mode;
	return (own != AGENCY_OFF && own != AGENCY_PREVIEW) ||
	       (cfa != AGENCY_OFF && cfa != AGENCY_PREVIEW);
}

int planner_coverage(struct planner *p, struct plan_coverage *out,
		     struct err *err)
{
	struct turns *t = &p->turns;
	int64_t people[STORE_N_STATUSES], gone;
	int64_t since =
		clock_now(p->clock) - (int64_t)COVERAGE_DAYS * WAVE_DAY_S;
	int64_t reached = 0;
	struct mperson m;
	*out = (struct plan_coverage){.offers = (int64_t)t->n_offers};
	if (store_people_counts(p->store, people, &gone, err))
		return -1;
	out->active = people[PERSON_ACTIVE];
	for (size_t i = 0; roster_each(live_roster(p->live), &i, &m);) {
		if (m.id >= t->n_people || t->phase != TURNS_READY)
			continue;
		const struct turn_person *k = &t->people[m.id];
		bool is_recent = k->proposed > since && is_real(t, k);
		out->proposed += is_recent;
		reached += is_recent || k->held ||
			   live_has_candidates(p->live, m.id);
	}
	out->without_offer = out->active - reached;
	for (size_t i = 0; i < t->n_offers; i++) {
		out->offers_full += t->offers[i].is_full;
		out->places += t->offers[i].n;
	}
	return 0;
}

static int keep_found(void *ctx, const struct store_event *row)
{
	(void)row;
	*(bool *)ctx = true;
	return 1;
}

static int is_told(struct planner *p, int32_t day, bool *is, struct err *err)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	q.kind = "coverage";
	q.since = paris_instant(day, 0);
	*is = false;
	return store_events_each(p->store, &q, keep_found, is, err);
}

int plan_coverage_tick(struct planner *p, struct err *err)
{
	struct plan_coverage c;
	int64_t now = clock_now(p->clock);
	int32_t day = paris_date(now);
	char data[200];
	bool is;
	if (p->coverage_day == day)
		return 0;
	if (is_told(p, day, &is, err) || planner_coverage(p, &c, err))
		return -1;
	snprintf(data, sizeof(data),
		 "{\"active\":%" PRId64 ",\"proposed_30_days\":%" PRId64
		 ",\"without_offer\":%" PRId64 ",\"offers\":%" PRId64
		 ",\"offers_full\":%" PRId64 ",\"places\":%" PRId64 "}",
		 c.active, c.proposed, c.without_offer, c.offers, c.offers_full,
		 c.places);
	if (!is && store_event_add(p->store,
				   &(struct store_event){.at = now,
							 .kind = "coverage",
							 .by = "engine",
							 .data = data},
				   err))
		return -1;
	p->coverage_day = day;
	return 0;
}
