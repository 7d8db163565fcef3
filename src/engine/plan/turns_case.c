/* SPDX-License-Identifier: EUPL-1.2 */
/* One offer as waves.h wants to see it: its positions, who had a turn, and
 * everybody it fits today whom somebody can tell of it. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

void turns_case_clear(struct turns_case *k)
{
	free(k->turns);
	*k = (struct turns_case){.turns = NULL};
}

static int add_turn(void *ctx, const struct store_wave_turn *row)
{
	struct turns_case *k = ctx;
	if (k->c.n_turns == k->cap_turns) {
		k->cap_turns = k->cap_turns ? k->cap_turns * 2 : 16;
		k->turns = mem_grow(k->turns, k->cap_turns, sizeof(*k->turns));
	}
	k->turns[k->c.n_turns++] = (struct wave_turn){
		.person = (uint32_t)row->wave.person,
		.number = row->wave.number,
		.opened_at = row->wave.opened_at,
		.answered_at = row->answered_at,
		.answer = row->is_interested ? WAVE_INTERESTED
			  : row->is_answered ? WAVE_DECLINED
					     : WAVE_UNANSWERED,
		.was_proposed = row->was_proposed};
	return 0;
}

/* An agency tells of it, or only looks at what it would tell (`digest show`
 * before it goes live). */
enum teller { TELLS_NOT, TELLS_ITSELF, TELLS };

static enum teller teller_of(const struct turns *t, uint16_t agency,
			     int64_t first_seen)
{
	const struct turn_agency *a = &t->agencies[agency];
	if (!agency)
		return TELLS_NOT;
	if (a->mode == AGENCY_OFF || a->mode == AGENCY_PREVIEW)
		return TELLS_ITSELF;
	bool is_old = first_seen < a->mode_since &&
		      clock_now(t->clock) >= a->old_until;
	return is_old ? TELLS_NOT : TELLS;
}

static enum teller who_tells(const struct turns *t, const struct turn_person *p,
			     const struct moffer *o, int64_t first_seen)
{
	bool is_known =
		p->has_adviser ||
		(p->agency &&
		 plan_mode_sends(t->agencies[p->agency].mode, STORE_TO_YOUTH));
	enum teller own =
		is_known ? teller_of(t, p->agency, first_seen) : TELLS_NOT;
	enum teller cfa =
		o->kind == CONTRACT_APPRENTICESHIP ||
				o->kind == CONTRACT_PROFESSIONALIZATION
			? teller_of(t, p->cfa, first_seen)
			: TELLS_NOT;
	return own > cfa ? own : cfa;
}

static int most_held(const struct planner *p)
{
	int most = p->settings->digest_offers * plan_waves(p)->days;
	return most < 1 ? 1 : most > UINT16_MAX ? UINT16_MAX : most;
}

static void gather(struct planner *p, const struct moffer *o,
		   int64_t first_seen, struct turns_case *k)
{
	struct turns *t = &p->turns;
	int most = most_held(p);
	size_t n = 0;
	struct err gone;
	t->hits.n = 0;
	(void)live_offer_hits(p->live, o->id, &t->hits, &gone);
	if (t->hits.n > t->cap_crowd) {
		t->cap_crowd = t->hits.n;
		t->crowd = mem_grow(t->crowd, t->cap_crowd, sizeof(*t->crowd));
	}
	for (size_t i = 0; i < t->hits.n; i++) {
		const struct match_hit *h = &t->hits.v[i];
		const struct turn_person *who = turns_person(t, h->person);
		enum teller teller = who_tells(t, who, o, first_seen);
		if (teller == TELLS_NOT)
			continue;
		uint32_t since = who->held && who->opened > who->proposed
					 ? who->opened
					 : who->proposed;
		t->crowd[n++] = (struct wave_person){
			.person = h->person,
			.score = h->score,
			.has_enough = who->held >= most,
			.is_apart = teller == TELLS_ITSELF,
			.since = since ? since : INSTANT_NONE};
	}
	k->c.people = t->crowd;
	k->c.n_people = n;
}

static int positions_of(const struct store_offer *row)
{
	json_t *line = js_parse(row->fields, strlen(row->fields), NULL);
	int n = (int)js_int(line, "positions", -1);
	json_decref(line);
	return n;
}

int turns_case_read(struct planner *p, int64_t canonical,
		    struct turns_case *out, struct err *err)
{
	struct arena a;
	struct store_offer row;
	const struct moffer *o = live_offer(p->live, canonical);
	*out = (struct turns_case){.c = {.rules = plan_waves(p),
					 .offer = canonical,
					 .now = clock_now(p->clock)}};
	arena_init(&a);
	int result = store_offer_get(p->store, canonical, &a, &row, err);
	if (!result)
		result = store_wave_turns(p->store, canonical, add_turn, out,
					  err);
	if (!result) {
		out->c.turns = out->turns;
		out->c.positions = positions_of(&row);
		out->c.is_closed = !o || !plan_is_current(p, o, row.first_seen);
		if (o)
			gather(p, o, row.first_seen, out);
	}
	arena_clear(&a);
	return result;
}
