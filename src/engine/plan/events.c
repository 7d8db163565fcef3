/* SPDX-License-Identifier: EUPL-1.2 */
/* News of meetings: fairs and open days (offers of kind `event`) for young
 * people who agreed to be told of such, once a month at most, when the place is
 * within the time they travel. No verdict decides: a meeting is no contract;
 * only the journey is asked, and the trades when the meeting names some.
 *
 * Once a day everybody is gone through, some people a tick. What is said is
 * town and day, from our tables. Does not: tell advisers (the digest does). */
#include "youth.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/str.h>

#include <string.h>

/* Not for today or tomorrow: one has to arrange it. Nor for next season. */
#define DAYS_MIN 2
#define DAYS_MAX 21
/* Meetings compared with a person; more on one day is a flood, not news. */
#define MEETINGS_MAX 32
/* People read in one tick. */
#define PEOPLE_PER_TICK 50

struct meetings {
	int64_t v[MEETINGS_MAX];
	size_t n;
};

/* Near in time, the soonest first among equals by id. */
static void find_meetings(struct planner *p, int32_t today,
			  struct meetings *out)
{
	const struct moffer *o;
	int64_t after = 0;
	out->n = 0;
	while (out->n < MEETINGS_MAX && (o = live_next_offer(p->live, after))) {
		after = o->id;
		if (o->kind == CONTRACT_EVENT && o->start != DATE_NONE &&
		    o->start >= today + DAYS_MIN &&
		    o->start <= today + DAYS_MAX && o->commune)
			out->v[out->n++] = o->id;
	}
}

/* Can they get there, and is it about what they look for? */
static bool is_for(struct planner *p, int64_t person, int64_t canonical,
		   int32_t today, struct verdict *v)
{
	struct err gone;
	if (live_evaluate(p->live, person, canonical, today, v, &gone))
		return false;
	const struct gate_result *reach = &v->gates[GATE_REACH];
	const struct gate_result *trade = &v->gates[GATE_TRADE];
	return reach->state == GATE_PASS && reach->why == WHY_REACHED &&
	       trade->why != WHY_NO_LINK;
}

static int choose(struct planner *p, const struct plan_person *person,
		  const struct meetings *m, struct plan_item *out, bool *found,
		  struct err *err)
{
	int32_t today = paris_date(clock_now(p->clock));
	*found = false;
	for (size_t i = 0; i < m->n && !*found; i++) {
		bool has;
		if (!is_for(p, person->row.id, m->v[i], today, &out->verdict))
			continue;
		if (store_ledger_has(p->store, person->row.id, m->v[i],
				     STORE_TO_YOUTH, &has, err))
			return -1;
		out->canonical = m->v[i];
		*found = !has;
	}
	return 0;
}

static int tell(struct planner *p, int64_t id, const struct meetings *m, int *n,
		struct err *err)
{
	struct plan_scope s;
	struct plan_person person;
	struct store_agency agency;
	struct agency fields;
	struct plan_item item;
	struct err gone;
	struct plan_saying say = {.person = &person,
				  .agency = &agency,
				  .item = &item,
				  .class = PLAN_EVENT};
	struct plan_ask ask = {
		.person = &person, .agency = &agency, .class = PLAN_EVENT};
	const char *why = NULL;
	int64_t at;
	bool found = false;
	int result = 0;
	plan_scope_init(&s);
	if (plan_person_get(p, id, &s, &person, &gone) || !person.row.agency ||
	    plan_agency_get(p, person.row.agency, &s, &agency, &fields, &gone))
		goto out;
	result = plan_channel(p, &person, &say.channel, &say.instead_of, err);
	ask.channel = say.channel;
	if (!result)
		result = plan_permit(p, &ask, &at, &why, err);
	if (!result && !why)
		result = choose(p, &person, m, &item, &found, err);
	if (result || !found)
		goto out;
	say.not_before = clock_now(p->clock);
	/* the day before it is late enough */
	say.offer_expires = paris_instant(item.verdict.start - 1, 0);
	result = plan_say(p, &say, err);
	*n += !result;
out:
	plan_scope_clear(&s);
	return result;
}

struct reading {
	int64_t ids[PEOPLE_PER_TICK];
	size_t n_ids, n;
	int64_t last;
};

static int keep_willing(void *ctx, const struct store_person *row)
{
	struct reading *r = ctx;
	struct err ignored;
	r->n++;
	r->last = row->id;
	/* Most have not agreed: that is seen without reading everything. */
	if (!strstr(row->fields, "\"consent_info\""))
		return 0;
	json_t *v = js_parse(row->fields, strlen(row->fields), &ignored);
	if (str_eq(js_str(v, "consent_info", ""), "yes"))
		r->ids[r->n_ids++] = row->id;
	json_decref(v);
	return 0;
}

int plan_events_tick(struct planner *p, int *n, struct err *err)
{
	struct store_people_query q = {.active_only = true,
				       .after = p->events_after,
				       .limit = PEOPLE_PER_TICK};
	int64_t now = clock_now(p->clock);
	int32_t today = paris_date(now);
	struct reading r = {.n = 0};
	struct meetings m;
	if (p->events_day != today) {
		if (plan_window_news(p->settings, CHANNEL_EMAIL, now) > now)
			return 0;
		p->events_day = today;
		p->events_after = q.after = 0;
	}
	if (p->events_after < 0)
		return 0; /* everybody was looked at today */
	find_meetings(p, today, &m);
	if (m.n && store_people_each(p->store, &q, keep_willing, &r, err))
		return -1;
	for (size_t i = 0; i < r.n_ids; i++)
		if (tell(p, r.ids[i], &m, n, err))
			return -1;
	p->events_after = r.n == PEOPLE_PER_TICK ? r.last : -1;
	p->has_more |= p->events_after > 0;
	return 0;
}
