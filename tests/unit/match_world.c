/* SPDX-License-Identifier: EUPL-1.2 */
/* Random people, offers, refusals and answers to conditions: see
 * match_world.h. */
#include "match_world.h"

#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

uint64_t world_seed = 20261123;

uint32_t below(uint32_t n)
{
	world_seed = world_seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((world_seed >> 33) % n);
}

bool chance(uint32_t percent)
{
	return below(100) < percent;
}

/* Families of 25 (two shelves), then of 5. */
uint16_t world_family(uint16_t trade)
{
	return (uint16_t)(trade < 25 ? 0 : 1 + (trade - 25) / 5);
}

uint16_t world_near(const void *ctx, uint16_t from, uint16_t to)
{
	uint32_t h = (from * 2654435761u) ^ (to * 40503u);

	(void)ctx;
	h = (h >> 7) % 100;
	return h < 12 ? (uint16_t)(300 + h * 60) : 0;
}

struct rules *world_rules(const char *text)
{
	struct diags d;
	struct rules_text t = {"test.yaml", text, strlen(text)};
	struct rules *r;

	diags_init(&d);
	r = rules_compile(&t, 1, NULL, &d);
	if (!r)
		diags_print(&d, stderr);
	assert_non_null(r);
	diags_clear(&d);
	return r;
}

static void give_trades(struct trade_set *set, uint16_t nth)
{
	for (uint16_t i = 0; i < WORLD_TRADES; i++)
		if (i % 7 == nth % 7 && i != WORLD_GOOD_TRADE)
			set->bits[i / 64] |= (uint64_t)1 << i % 64;
}

/* Compiled without tables, rows of the law fit no trade. */
static void spread_law(struct ruleset *s)
{
	for (int i = 0; i < s->n_derogations; i++)
		give_trades(&s->derogations[i].trades, (uint16_t)(2 * i));
	for (int i = 0; i < s->n_works; i++)
		if (s->works[i].has_trades)
			give_trades(&s->works[i].trades, (uint16_t)(2 * i + 1));
	for (int i = 0; i < s->n_hours; i++)
		if (s->hours[i].has_trades)
			give_trades(&s->hours[i].trades, (uint16_t)(3 * i + 4));
}

void world_make(struct world *w, const char *rules, const char *transit)
{
	uint16_t family[WORLD_TRADES];
	struct err err;

	for (uint16_t i = 0; i < WORLD_TRADES; i++)
		family[i] = world_family(i);
	memset(w, 0, sizeof(*w));
	w->trades = tradenet_new(WORLD_TRADES, family, world_near, NULL);
	w->travel = travel_new(transit, &err);
	assert_non_null(w->travel);
	w->rules = world_rules(rules);
	for (size_t i = 0; i < w->rules->n_sets; i++)
		spread_law(&w->rules->sets[i]);
	w->refusals = refusals_new();
	w->env = (struct match_env){.rules = w->rules,
				    .travel = w->travel,
				    .trades = w->trades,
				    .refusals = w->refusals,
				    .pad = match_pad_new(w->travel)};
	w->reference = (struct reference){.rules = w->rules,
					  .travel = w->travel,
					  .refusals = w->refusals,
					  .near = world_near,
					  .family = world_family,
					  .field = travel_field_new(w->travel)};
	w->roster = roster_new(w->trades);
	match_set_rules(w->roster, w->rules);
	w->today = date_from_ymd(2026, 11, 23);
	/* the middle of Paris, for the network's sake */
	plane_from_udeg(48860000, 2350000, &w->centre);
}

void world_clear(struct world *w)
{
	roster_free(w->roster);
	travel_field_free(w->reference.field);
	match_pad_free(w->env.pad);
	refusals_free(w->refusals);
	rules_free(w->rules);
	travel_free(w->travel);
	tradenet_free(w->trades);
}

/* --- people ----------------------------------------------------------------
 */
static uint64_t random_needs(void)
{
	uint64_t needs = 0;

	while (chance(60)) {
		uint32_t shift = 2 * below(EXPOSURE_COUNT);

		needs &= ~((uint64_t)3 << shift);
		needs |= (uint64_t)(1 + below(3)) << shift;
	}
	if (chance(20))
		needs |= (uint64_t)3 << 2 * EXPOSURE_STAIRS;
	if (chance(40))
		needs |= (uint64_t)1
			 << (NEEDS_ACCESS_SHIFT + below(ACCESS_COUNT));
	return needs;
}

static struct plane_point random_point(const struct world *w)
{
	return (struct plane_point){
		w->centre.x_m + (int32_t)below(40000) - 20000,
		w->centre.y_m + (int32_t)below(40000) - 20000};
}

static void random_wishes(struct mperson *p)
{
	p->n_trades = (uint8_t)(1 + below(5));
	for (int i = 0; i < p->n_trades; i++) {
		bool is_double;

		do {
			p->trades[i] = (uint16_t)below(WORLD_TRADES);
			is_double = false;
			for (int k = 0; k < i; k++)
				is_double |= p->trades[k] == p->trades[i];
		} while (is_double);
	}
}

static void random_dates(const struct world *w, struct mperson *p)
{
	if (chance(95))
		p->birth = day16(w->today - (int32_t)(14 * 365 + below(9000)));
	if (chance(30)) /* under 18, for the law */
		p->birth = day16(w->today - (int32_t)(15 * 365 + below(1300)));
	if (chance(20)) /* on or beside a birthday that counts */
		p->birth = day16(
			date_add_months(w->today, -12 * (14 + (int)below(22))) -
			1 + (int32_t)below(3));
	if (chance(90))
		p->available = day16(w->today - 60 + (int32_t)below(120));
	if (chance(15))
		p->deadline = day16(w->today + (int32_t)below(90));
}

/* What few people have. */
static void random_rest(struct world *w, struct mperson *p)
{
	if (chance(15))
		p->needs_exclude = random_needs();
	if (chance(15))
		p->needs_warn = random_needs();
	if (chance(20))
		p->needs_favour = random_needs();
	if (chance(20))
		p->licences_missing = (uint16_t)below(1u << LICENCE_COUNT);
	if (chance(20))
		p->flags |= MPERSON_RQTH;
	if (chance(50))
		p->flags |= chance(50) ? MPERSON_PREREGISTERED_YES
				       : MPERSON_PREREGISTERED_NO;
	if (chance(20))
		p->rncp = 37000 + below(3);
	if (chance(20))
		p->cfa = 1 + below(3);
	if (chance(15))
		p->cfa_minutes = (int16_t)below(120);
	if (chance(15))
		p->max_minutes_cfa = (int16_t)(20 + below(90));
	if (chance(15))
		p->earliest_departure = (int16_t)(240 + below(240));
	if (chance(15))
		p->latest_return = (int16_t)(1000 + below(600));
	if (chance(60))
		p->level = (int8_t)below(6);
	if (chance(50))
		p->french_oral = (int8_t)below(6);
	if (chance(50))
		p->french_written = (int8_t)below(6);
	if (chance(15)) {
		p->flags |= MPERSON_REFUSES;
		refusals_put(w->refusals, p->id, REFUSAL_PLACE, 1 + below(4));
		refusals_put(w->refusals, p->id, REFUSAL_EMPLOYER,
			     1 + below(4));
		refusals_put(w->refusals, p->id, REFUSAL_OFFER, 1 + below(200));
	}
}

struct mperson world_person(struct world *w, uint32_t id)
{
	struct mperson p = mperson_unknown;

	p.id = id;
	p.at = random_point(w);
	p.contracts = (uint16_t)(chance(90) ? 1 + below(1023) : 0);
	p.modes = (uint8_t)(chance(95) ? 1 + below(31) : 0);
	p.max_minutes = (int16_t)(chance(95) ? 10 + (int)below(90) : -1);
	p.flags = chance(95) ? MPERSON_PLACED : 0;
	p.set = (uint8_t)below(3);
	random_wishes(&p);
	random_dates(w, &p);
	random_rest(w, &p);
	p.zone = travel_zone(w->travel, p.at);
	return p;
}

/* --- offers ----------------------------------------------------------------
 */
static void random_exposures(struct moffer *o)
{
	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		if (!chance(60))
			continue;
		o->known |= (uint64_t)3 << 2 * i;
		o->exposures |= (uint64_t)(chance(70) ? 0 : below(4)) << 2 * i;
	}
	for (int i = 0; i < ACCESS_COUNT; i++) {
		uint64_t bit = (uint64_t)1 << (NEEDS_ACCESS_SHIFT + i);

		if (chance(50))
			o->known |= bit;
		if ((o->known & bit) && chance(30))
			o->exposures |= bit;
	}
}

static void random_hours(struct moffer *o)
{
	static const int16_t edges[] = {0,    239,  240,  241,	359,  360,
					361,  1199, 1200, 1201, 1319, 1320,
					1321, 1409, 1410, 1411, 1439};

	if (chance(50))
		o->start_min =
			(int16_t)(chance(40) ? below(1440) : 300 + below(400));
	if (chance(50))
		o->end_min =
			(int16_t)(chance(40) ? below(1440) : 900 + below(400));
	if (chance(10))
		o->start_min = edges[below(ARRAY_LEN(edges))];
	if (chance(10))
		o->end_min = edges[below(ARRAY_LEN(edges))];
	if (chance(30))
		o->weekly_min = (int16_t)(1800 + below(900));
	o->night = (uint8_t)(chance(20) ? 1 + below(2) : TRI_UNKNOWN);
	o->weekend = (uint8_t)(chance(20) ? 1 + below(2) : TRI_UNKNOWN);
}

static void random_training(const struct world *w, struct moffer *o)
{
	if (chance(60))
		o->level_target = (int8_t)below(6);
	if (chance(20))
		o->level_required = (int8_t)below(4);
	if (chance(30))
		o->rncp = 37000 + below(3);
	if (chance(40)) {
		o->cfa = 1 + below(3);
		o->is_cfa_placed = chance(60);
		o->cfa_at = random_point(w);
	}
	if (chance(30))
		o->french_oral_asked = (int8_t)below(6);
}

/* Conditions are opaque to the matcher: any answer may come. */
static void random_conds(struct moffer *o)
{
	for (int i = 0; i < RULES_CONDS_MAX; i++) {
		uint64_t bit = (uint64_t)1 << i % 64;
		uint32_t roll = below(100);

		if (roll < 35)
			o->conds.yes[i / 64] |= bit;
		else if (roll < 55)
			o->conds.unknown[i / 64] |= bit;
	}
}

struct moffer world_offer(struct world *w, int64_t id)
{
	struct moffer o = moffer_unknown;

	o.id = id;
	o.at = random_point(w);
	o.is_placed = chance(90);
	o.kind = (int8_t)(chance(93) ? (int)below(11) : VOCAB_NONE);
	if (chance(35))
		o.kind = CONTRACT_APPRENTICESHIP;
	o.age_min = (int16_t)(chance(30) ? 16 + (int)below(5) : -1);
	o.n_trades = (uint8_t)(chance(75) ? 1 : below(4));
	for (int i = 0; i < o.n_trades; i++)
		o.trades[i] = (uint16_t)(below(WORLD_TRADES / 3) * 3 +
					 (uint32_t)i % 3);
	if (chance(85))
		o.start = chance(30) ? w->today
				     : w->today - 20 + (int32_t)below(150);
	if (chance(85))
		o.posted = w->today - (int32_t)below(90);
	if (chance(15))
		o.licences = (uint16_t)(1u << below(LICENCE_COUNT));
	if (chance(60))
		o.commune = (uint16_t)(1 + below(8));
	if (chance(60))
		o.employer[below(2)] = 1 + below(8);
	random_exposures(&o);
	random_hours(&o);
	random_training(w, &o);
	random_conds(&o);
	return o;
}

void world_fill(struct world *w)
{
	struct err err;

	for (uint32_t id = 1; id <= WORLD_PERSONS; id++) {
		struct mperson p = world_person(w, id);

		/* half of them as a start takes them */
		if (id == WORLD_PERSONS / 2)
			roster_load(w->roster, WORLD_PERSONS / 4);
		assert_int_equal(roster_put(w->roster, &p, &err), 0);
	}
	roster_tidy(w->roster);
}

/* --- one good pair ---------------------------------------------------------
 */
struct mperson good_person(const struct world *w)
{
	struct mperson p = mperson_unknown;

	p.id = 7;
	p.at = w->centre;
	p.trades[0] = WORLD_GOOD_TRADE;
	p.trades[1] = WORLD_GOOD_TRADE + 1;
	p.n_trades = 2;
	p.contracts = 1u << CONTRACT_APPRENTICESHIP;
	p.modes = 1u << MODE_TRANSIT;
	p.max_minutes = 60;
	p.flags = MPERSON_PLACED;
	p.birth = day16(date_from_ymd(2007, 3, 14));
	p.available = day16(w->today - 10);
	return p;
}

struct moffer good_offer(const struct world *w)
{
	struct moffer o = moffer_unknown;

	o.id = 9;
	o.at = w->centre;
	o.at.y_m += 3000;
	o.is_placed = true;
	o.trades[0] = WORLD_GOOD_TRADE;
	o.n_trades = 1;
	o.kind = CONTRACT_APPRENTICESHIP;
	o.start = w->today + 8;
	o.posted = w->today;
	return o;
}
