/* SPDX-License-Identifier: EUPL-1.2 */
/* The scan, the full evaluation and a slow reference written here from the
 * words of the design must agree on every pair of a random world full of
 * unknowns; then the gates one by one, each with its fact. */
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/match.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_TRADES = 60, N_PERSONS = 1500, N_OFFERS = 250 };

static uint64_t seed = 20261123;
static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % n);
}
static bool chance(uint32_t percent)
{
	return below(100) < percent;
}

/* Families of 25 (two shelves), then of 5. */
static uint16_t family_of(uint16_t trade)
{
	return (uint16_t)(trade < 25 ? 0 : 1 + (trade - 25) / 5);
}
static uint16_t near_of(const void *ctx, uint16_t from, uint16_t to)
{
	uint32_t h = (from * 2654435761u) ^ (to * 40503u);

	(void)ctx;
	h = (h >> 7) % 100;
	return h < 12 ? (uint16_t)(300 + h * 60) : 0;
}

struct world {
	struct tradenet *trades;
	struct travel *travel;
	struct rules *rules;
	struct match_env env;
	struct roster *roster;
	struct mperson persons[N_PERSONS];
	int32_t today;
};

static struct rules *rules_from(const char *text)
{
	struct diags d;
	struct rules_text t = {"test.yaml", text, strlen(text)};
	struct rules *r;

	diags_init(&d);
	r = rules_compile(&t, 1, NULL, &d);
	diags_print(&d, stderr);
	assert_non_null(r);
	diags_clear(&d);
	return r;
}

static void world_make(struct world *w, const char *rules)
{
	uint16_t family[N_TRADES];

	for (uint16_t i = 0; i < N_TRADES; i++)
		family[i] = family_of(i);
	memset(w, 0, sizeof(*w));
	w->trades = tradenet_new(N_TRADES, family, near_of, NULL);
	w->travel = travel_new(NULL, NULL);
	w->rules = rules_from(rules);
	w->env = (struct match_env){w->rules, w->travel, w->trades};
	w->roster = roster_new(w->trades);
	w->today = date_from_ymd(2026, 11, 23);
}

static void world_clear(struct world *w)
{
	roster_free(w->roster);
	rules_free(w->rules);
	travel_free(w->travel);
	tradenet_free(w->trades);
}

/* --- random people and offers ----------------------------------------------
 */
static uint64_t random_needs(void)
{
	uint64_t needs = 0;

	while (chance(60))
		needs |= (uint64_t)(1 + below(3)) << 2 * below(EXPOSURE_COUNT);
	if (chance(30))
		needs |= (uint64_t)1
			 << (NEEDS_ACCESS_SHIFT + below(ACCESS_COUNT));
	return needs;
}

static struct plane_point random_point(void)
{
	return (struct plane_point){(int32_t)below(40000),
				    (int32_t)below(40000) - 20000};
}

static struct mperson random_person(const struct world *w, uint32_t id)
{
	struct mperson p = {
		.id = id,
		.at = random_point(),
		.contracts = (uint16_t)(chance(90) ? 1 + below(1023) : 0),
		.modes = (uint8_t)(chance(95) ? 1 + below(31) : 0),
		.max_minutes = (int16_t)(chance(95) ? 10 + (int)below(90) : -1),
		.flags = chance(95) ? MPERSON_PLACED : 0,
		.n_trades = (uint8_t)(1 + below(5)),
		.set = (uint8_t)below(3),
	};

	for (int i = 0; i < p.n_trades; i++) {
		bool is_double;

		do {
			p.trades[i] = (uint16_t)below(N_TRADES);
			is_double = false;
			for (int k = 0; k < i; k++)
				is_double |= p.trades[k] == p.trades[i];
		} while (is_double);
	}
	if (chance(95))
		p.birth = day16(w->today - (int32_t)(14 * 365 + below(9000)));
	if (chance(30)) /* on or beside a birthday that counts */
		p.birth = day16(
			date_add_months(w->today, -12 * (14 + (int)below(22))) -
			1 + (int32_t)below(3));
	if (chance(90))
		p.available = day16(w->today - 60 + (int32_t)below(150));
	if (chance(10))
		p.deadline = day16(w->today + (int32_t)below(90));
	if (chance(15))
		p.needs_exclude = random_needs();
	if (chance(15))
		p.needs_warn = random_needs();
	if (chance(20))
		p.licences_missing = (uint16_t)below(1u << LICENCE_COUNT);
	if (chance(20))
		p.flags |= MPERSON_RQTH;
	return p;
}

static struct moffer random_offer(const struct world *w, int64_t id)
{
	struct moffer o = {
		.id = id,
		.at = random_point(),
		.is_placed = chance(90),
		.kind = (int8_t)(chance(93) ? (int)below(11) : VOCAB_NONE),
		.age_min = (int16_t)(chance(30) ? 16 + (int)below(5) : -1),
		.start_min = (int16_t)(chance(30) ? (int)below(700) : -1),
		.start = DATE_NONE,
		.posted = DATE_NONE,
		.n_trades = (uint8_t)(chance(75) ? 1 : below(4)),
	};

	for (int i = 0; i < o.n_trades; i++)
		o.trades[i] =
			(uint16_t)(below(N_TRADES / 3) * 3 + (uint32_t)i % 3);
	if (o.n_trades == 2 && o.trades[0] == o.trades[1])
		o.n_trades = 1;
	if (chance(85))
		o.start = chance(30) ? w->today
				     : w->today - 20 + (int32_t)below(150);
	if (chance(85))
		o.posted = w->today - (int32_t)below(30);
	if (chance(15))
		o.licences = (uint16_t)(1u << below(LICENCE_COUNT));
	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		if (!chance(60))
			continue;
		o.known |= (uint64_t)3 << 2 * i;
		o.exposures |= (uint64_t)(chance(70) ? 0 : below(4)) << 2 * i;
	}
	for (int i = 0; i < ACCESS_COUNT; i++) {
		uint64_t bit = (uint64_t)1 << (NEEDS_ACCESS_SHIFT + i);

		if (chance(50))
			o.known |= bit;
		if ((o.known & bit) && chance(30))
			o.exposures |= bit;
	}
	return o;
}

/* --- the slow reference ------------------------------------------------------
 */
enum { FAIL = -1, PASS = 0, ASK = 1 };

static int slow_trade(const struct ruleset *s, const struct mperson *p,
		      const struct moffer *o)
{
	int best = 0;

	for (int i = 0; i < o->n_trades; i++)
		for (int rank = 0; rank < p->n_trades; rank++) {
			uint16_t from = p->trades[rank], to = o->trades[i];
			int near = from == to ? 0 : near_of(NULL, from, to);
			int v = 0;

			if (near >= s->neighbour_from && near >= 200)
				v = (s->neighbour * near + 500) / 1000;
			if (family_of(from) == family_of(to) && s->family > v)
				v = s->family;
			if (v > s->exact[rank] || from == to)
				v = s->exact[rank];
			if (v > best)
				best = v;
		}
	return best;
}

static int slow_contract(const struct mperson *p, const struct moffer *o)
{
	if (o->kind == CONTRACT_EVENT)
		return FAIL;
	if (o->kind == VOCAB_NONE || !p->contracts)
		return ASK;
	return p->contracts & 1u << o->kind ? PASS : FAIL;
}

static int slow_age(const struct ruleset *s, const struct mperson *p,
		    const struct moffer *o, int32_t on)
{
	int32_t start = o->start == DATE_NONE ? on + 30
			: o->start < on	      ? on
					      : o->start;
	int age;

	if (!p->birth)
		return PASS;
	age = date_age(day16_date(p->birth), start);
	if (o->age_min >= 0 && age < o->age_min)
		return FAIL;
	for (int i = 0; i < s->n_ages; i++) {
		const struct age_row *r = &s->ages[i];

		if (r->kind != o->kind)
			continue;
		if (age < r->min)
			return FAIL;
		if (age < r->sure_min)
			return ASK;
		if (age <= r->sure_max || r->sure_max == 99)
			return PASS;
		if ((p->flags & MPERSON_RQTH) && r->rqth_max >= 0)
			return r->rqth_max == 99 || age <= r->rqth_max ? PASS
								       : FAIL;
		return r->max == 99 || age <= r->max ? ASK : FAIL;
	}
	return PASS;
}

static int slow_need(const struct mperson *p, const struct moffer *o)
{
	int result = PASS;

	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		int lane = (int)(p->needs_exclude >> 2 * i & 3);
		bool is_known = o->known >> 2 * i & 1;

		if (!lane)
			continue;
		if (is_known && (int)(o->exposures >> 2 * i & 3) > 3 - lane)
			return FAIL;
		if (!is_known && lane == 3)
			result = ASK;
	}
	for (int i = 0; i < ACCESS_COUNT; i++) {
		uint64_t bit = (uint64_t)1 << (NEEDS_ACCESS_SHIFT + i);

		if ((p->needs_exclude & bit) && (o->exposures & bit))
			return FAIL;
	}
	return result;
}

static int slow_start(const struct ruleset *s, const struct mperson *p,
		      const struct moffer *o, int32_t on, int *value)
{
	int32_t start = o->start < on ? on : o->start;
	int32_t free_on = day16_date(p->available);
	int late;

	*value = s->unknown_value[CRITERION_START];
	if (o->start == DATE_NONE)
		return PASS;
	late = (free_on < on ? on : free_on) - start;
	if (p->available)
		*value = rules_start_value(s, late);
	if (o->kind == CONTRACT_APPRENTICESHIP && p->deadline &&
	    start > day16_date(p->deadline))
		return FAIL;
	if (!p->available)
		return PASS;
	return late > s->late_days ? FAIL : PASS;
}

static int slow_reach(const struct world *w, const struct ruleset *s,
		      const struct mperson *p, const struct moffer *o,
		      int *value)
{
	int32_t d, cost, own, limit = p->max_minutes * 60;

	*value = s->unknown_value[CRITERION_TRAVEL];
	if (!o->is_placed || !(p->flags & MPERSON_PLACED) || !p->modes ||
	    p->max_minutes < 0)
		return ASK;
	d = plane_distance_m(p->at, o->at);
	cost = travel_cost(w->travel->by_modes[p->modes], d);
	*value = rules_travel_value(s, cost, limit, 60);
	if (cost > limit)
		return FAIL;
	own = travel_cost(w->travel->by_modes[travel_own_modes(p->modes)], d);
	return o->start_min >= 0 && o->start_min < s->first_transport_min &&
			       own > limit
		       ? ASK
		       : PASS;
}

static int slow_score(const struct ruleset *s, const int value[4])
{
	int64_t sum = 0, weights = 0;

	for (int i = 0; i < CRITERION_COUNT; i++) {
		if (i == CRITERION_TRAINING || i == CRITERION_HOURS)
			continue; /* not judged yet */
		sum += (int64_t)s->weight[i] * value[i];
		weights += s->weight[i];
	}
	return (int)((2 * sum + weights) / (2 * weights));
}

static enum decision slow_judge(const struct world *w, const struct mperson *p,
				const struct moffer *o, int *score)
{
	const struct ruleset *s = &w->rules->sets[0];
	int value[CRITERION_COUNT];
	int gates[6];
	enum decision d = DECISION_SEND;

	value[CRITERION_TRADE] = slow_trade(s, p, o);
	gates[0] = slow_contract(p, o);
	gates[1] = slow_age(s, p, o, w->today);
	gates[2] = o->licences & p->licences_missing ? FAIL : PASS;
	gates[3] = slow_reach(w, s, p, o, &value[CRITERION_TRAVEL]);
	gates[4] = slow_need(p, o);
	gates[5] = slow_start(s, p, o, w->today, &value[CRITERION_START]);
	value[CRITERION_FRESHNESS] =
		o->posted == DATE_NONE
			? s->unknown_value[CRITERION_FRESHNESS]
			: rules_fresh_value(s, w->today - o->posted);
	*score = slow_score(s, value);
	if (!value[CRITERION_TRADE] || *score < s->check)
		return DECISION_EXCLUDE;
	if (*score < s->send)
		d = DECISION_CHECK;
	for (int i = 0; i < 6; i++) {
		if (gates[i] == FAIL)
			return DECISION_EXCLUDE;
		if (gates[i] == ASK)
			d = DECISION_CHECK;
	}
	return d;
}

/* --- agreement ---------------------------------------------------------------
 */
struct tally {
	int kept, sent, excluded;
};

static void check_offer(struct world *w, struct matcher *m,
			const struct moffer *o, struct tally *t)
{
	static uint16_t score[N_PERSONS + 1];
	static uint16_t decision[N_PERSONS + 1];
	struct match_hits h = {0};

	memset(decision, 0, sizeof(decision));
	matcher_offer(m, o, w->today, &h);
	for (size_t i = 0; i < h.n; i++) {
		uint32_t id = h.v[i].person;

		assert_int_equal(decision[id], 0); /* once a person */
		decision[id] = h.v[i].decision;
		score[id] = h.v[i].score;
	}
	for (uint32_t id = 1; id <= N_PERSONS; id++) {
		const struct mperson *p = roster_find(w->roster, id);
		struct verdict v;
		int slow;

		if (!p) {
			assert_int_equal(decision[id], 0);
			continue;
		}
		match_evaluate(&w->env, p, o, w->today, &v);
		assert_int_equal(v.decision, slow_judge(w, p, o, &slow));
		assert_int_equal(v.score, slow);
		assert_int_equal(decision[id], v.decision);
		if (v.decision != DECISION_EXCLUDE)
			assert_int_equal(score[id], v.score);
		t->kept += v.decision != DECISION_EXCLUDE;
		t->sent += v.decision == DECISION_SEND;
		t->excluded += v.decision == DECISION_EXCLUDE;
	}
	match_hits_clear(&h);
}

static void fill_roster(struct world *w)
{
	struct err err;

	for (uint32_t i = 0; i < N_PERSONS; i++) {
		w->persons[i] = random_person(w, i + 1);
		assert_int_equal(roster_put(w->roster, &w->persons[i], &err),
				 0);
	}
}

/* A tenth goes, a tenth changes. */
static void stir_roster(struct world *w)
{
	struct err err;

	for (uint32_t id = 1; id <= N_PERSONS; id++) {
		if (chance(10)) {
			roster_remove(w->roster, id);
		} else if (chance(10)) {
			struct mperson p = random_person(w, id);

			assert_int_equal(roster_put(w->roster, &p, &err), 0);
		}
	}
}

static void agree_under(const char *rules)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct tally t = {0};
	struct matcher *m;

	world_make(w, rules);
	fill_roster(w);
	m = matcher_new(w->roster, &w->env);
	for (int i = 0; i < N_OFFERS; i++) {
		struct moffer o = random_offer(w, i);

		if (i % 50 == 25)
			stir_roster(w);
		check_offer(w, m, &o, &t);
	}
	/* the world must be one in which each outcome happens */
	assert_true(t.kept > 1000 && t.sent > 100 && t.excluded > 10000);
	matcher_free(m);
	world_clear(w);
	free(w);
}

static void test_three_ways_agree_under_the_shipped_rules(void **state)
{
	(void)state;
	agree_under("");
}

static void test_three_ways_agree_when_lateness_is_allowed(void **state)
{
	(void)state;
	agree_under("gates: {START: {late_days: 40}}\n"
		    "thresholds: {send: 50, check: 20}\n"
		    "criteria:\n"
		    "  trade: {weight: 10, exact: [1, 0.5], neighbour: 1,\n"
		    "          neighbour_from: 0.3, family: 0}\n"
		    "  travel: {weight: 50.5, full_until_min: 0, zero_at: 70}\n"
		    "  start: {weight: 33, wait_full_days: 5, "
		    "wait_zero_days: 60}\n");
}

static void test_three_ways_agree_without_travel_in_the_score(void **state)
{
	(void)state;
	agree_under("criteria: {travel: {weight: 0}}\n"
		    "thresholds: {send: 60, check: 0}\n");
}

static void test_a_new_person_meets_the_live_offers(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	static struct moffer offers[N_OFFERS];
	struct matcher *m;

	(void)state;
	world_make(w, "");
	fill_roster(w);
	m = matcher_new(w->roster, &w->env);
	for (int i = 0; i < N_OFFERS; i++)
		offers[i] = random_offer(w, i);
	for (uint32_t id = 1; id <= 100; id++) {
		struct match_hits mine = {0}, all = {0};
		size_t found = 0;

		match_person(&w->env, roster_find(w->roster, id), offers,
			     N_OFFERS, w->today, &mine);
		for (size_t i = 0; i < N_OFFERS; i++) {
			all.n = 0;
			matcher_offer(m, &offers[i], w->today, &all);
			for (size_t k = 0; k < all.n; k++) {
				if (all.v[k].person != id)
					continue;
				assert_true(found < mine.n);
				assert_int_equal(mine.v[found].person, i);
				assert_int_equal(mine.v[found].score,
						 all.v[k].score);
				assert_int_equal(mine.v[found++].decision,
						 all.v[k].decision);
			}
		}
		assert_int_equal(found, mine.n);
		match_hits_clear(&mine);
		match_hits_clear(&all);
	}
	matcher_free(m);
	world_clear(w);
	free(w);
}

/* --- one gate at a time
 * -------------------------------------------------------- */
/* Zoé Essai, 19, near an offer that suits. */
static struct mperson good_person(const struct world *w)
{
	return (struct mperson){
		.id = 7,
		.at = {1000, 1000},
		.trades = {30, 31},
		.n_trades = 2,
		.contracts = 1u << CONTRACT_APPRENTICESHIP,
		.modes = 1u << MODE_TRANSIT,
		.max_minutes = 60,
		.flags = MPERSON_PLACED,
		.birth = day16(date_from_ymd(2007, 3, 14)),
		.available = day16(w->today - 10),
	};
}
static struct moffer good_offer(const struct world *w)
{
	return (struct moffer){
		.id = 9,
		.at = {1000, 4000},
		.is_placed = true,
		.trades = {30},
		.n_trades = 1,
		.kind = CONTRACT_APPRENTICESHIP,
		.age_min = -1,
		.start_min = -1,
		.start = w->today + 8,
		.posted = w->today,
	};
}

struct gate_case {
	const char *name;
	void (*change)(struct world *, struct mperson *, struct moffer *);
	enum gate gate;
	enum gate_state state;
	enum why why;
	enum decision decision;
	bool is_private;
};
#define CHANGE(name) \
	static void name(struct world *w, struct mperson *p, struct moffer *o)
#define UNUSED (void)w, (void)p, (void)o
CHANGE(nothing)
{
	UNUSED;
}
CHANGE(no_trade)
{
	UNUSED;
	o->n_trades = 0;
}
CHANGE(far_trade)
{
	UNUSED;
	o->trades[0] = 56;
	while (near_of(NULL, 30, o->trades[0]) ||
	       near_of(NULL, 31, o->trades[0]))
		o->trades[0]++;
}
CHANGE(other_kind)
{
	UNUSED;
	o->kind = CONTRACT_PERMANENT;
}
CHANGE(no_kind)
{
	UNUSED;
	o->kind = VOCAB_NONE;
}
CHANGE(event)
{
	UNUSED;
	o->kind = CONTRACT_EVENT;
}
CHANGE(no_wish)
{
	UNUSED;
	p->contracts = 0;
}
CHANGE(fifteen)
{
	UNUSED;
	p->birth = day16(date_add_months(o->start, -12 * 16) + 1);
}
CHANGE(sixteen_at_start)
{
	UNUSED;
	p->birth = day16(date_add_months(o->start, -12 * 16));
}
CHANGE(fourteen)
{
	UNUSED;
	p->birth = day16(date_add_months(o->start, -12 * 15) + 1);
}
CHANGE(thirty)
{
	UNUSED;
	p->birth = day16(date_add_months(o->start, -12 * 30));
}
CHANGE(thirty_tomorrow)
{
	UNUSED;
	p->birth = day16(date_add_months(o->start, -12 * 30) + 1);
}
CHANGE(forty)
{
	UNUSED;
	p->birth = day16(date_add_months(o->start, -12 * 40));
}
CHANGE(forty_rqth)
{
	forty(w, p, o);
	p->flags |= MPERSON_RQTH;
}
CHANGE(no_birth)
{
	UNUSED;
	p->birth = 0;
}
CHANGE(eighteen_stated)
{
	UNUSED;
	o->age_min = 21;
}
CHANGE(licence_missing)
{
	UNUSED;
	o->licences = 1u << LICENCE_B;
	p->licences_missing = 1u << LICENCE_B;
}
CHANGE(licence_unknown)
{
	UNUSED;
	o->licences = 1u << LICENCE_B;
}
CHANGE(far_away)
{
	UNUSED;
	o->at.y_m = 80000;
}
CHANGE(coarse_place)
{
	UNUSED;
	o->is_placed = false;
}
CHANGE(no_limit)
{
	UNUSED;
	p->max_minutes = -1;
}
CHANGE(before_transport)
{
	UNUSED;
	o->start_min = 4 * 60;
	o->at.y_m = 8000;
}
CHANGE(before_transport_on_foot)
{
	UNUSED;
	o->start_min = 4 * 60;
}
CHANGE(before_transport_by_moped)
{
	before_transport(w, p, o);
	p->modes |= 1u << MODE_MOPED;
}
CHANGE(first_transport)
{
	UNUSED;
	o->start_min = 5 * 60 + 30;
	o->at.y_m = 8000;
}
CHANGE(need_refused)
{
	UNUSED;
	p->needs_exclude = (uint64_t)2 << 2 * EXPOSURE_DUST; /* limit 1 */
	o->known = (uint64_t)3 << 2 * EXPOSURE_DUST;
	o->exposures = (uint64_t)2 << 2 * EXPOSURE_DUST;
}
CHANGE(need_met)
{
	need_refused(w, p, o);
	o->exposures = (uint64_t)1 << 2 * EXPOSURE_DUST;
}
CHANGE(need_unknown)
{
	need_refused(w, p, o);
	o->known = 0;
	o->exposures = 0;
}
CHANGE(need_zero_unknown)
{
	need_unknown(w, p, o);
	p->needs_exclude = (uint64_t)3 << 2 * EXPOSURE_DUST;
}
CHANGE(need_warns)
{
	need_refused(w, p, o);
	p->needs_warn = p->needs_exclude;
	p->needs_exclude = 0;
}
CHANGE(access_missing)
{
	UNUSED;
	p->needs_exclude = (uint64_t)1
			   << (NEEDS_ACCESS_SHIFT + ACCESS_STEP_FREE);
	o->known = p->needs_exclude;
	o->exposures = p->needs_exclude;
}
CHANGE(access_unknown)
{
	access_missing(w, p, o);
	o->known = 0;
	o->exposures = 0;
}
CHANGE(free_late)
{
	UNUSED;
	p->available = day16(o->start + 1);
}
CHANGE(start_past)
{
	UNUSED;
	o->start = w->today - 30;
}
CHANGE(start_unknown)
{
	UNUSED;
	o->start = DATE_NONE;
}
CHANGE(after_deadline)
{
	UNUSED;
	p->deadline = day16(o->start - 1);
}

static const struct gate_case gate_cases[] = {
	{"all is well", nothing, GATE_REACH, GATE_PASS, WHY_REACHED,
	 DECISION_SEND, false},
	{"no trade, nobody", no_trade, GATE_TRADE, GATE_FAIL, WHY_NO_TRADE,
	 DECISION_EXCLUDE, false},
	{"no link between trades", far_trade, GATE_TRADE, GATE_FAIL,
	 WHY_NO_LINK, DECISION_EXCLUDE, false},
	{"kind not looked for", other_kind, GATE_CONTRACT, GATE_FAIL,
	 WHY_KIND_UNWANTED, DECISION_EXCLUDE, false},
	{"kind not said", no_kind, GATE_CONTRACT, GATE_ASK, WHY_KIND_UNKNOWN,
	 DECISION_CHECK, false},
	{"a meeting", event, GATE_CONTRACT, GATE_FAIL, WHY_EVENT,
	 DECISION_EXCLUDE, false},
	{"wish not said", no_wish, GATE_CONTRACT, GATE_ASK, WHY_WISH_UNKNOWN,
	 DECISION_CHECK, false},
	{"15 at the start asks", fifteen, GATE_AGE, GATE_ASK, WHY_AGE_ASK_YOUNG,
	 DECISION_CHECK, false},
	{"16 on the day", sixteen_at_start, GATE_AGE, GATE_PASS, WHY_AGE_OK,
	 DECISION_SEND, false},
	{"14 fails", fourteen, GATE_AGE, GATE_FAIL, WHY_TOO_YOUNG,
	 DECISION_EXCLUDE, false},
	{"30 asks", thirty, GATE_AGE, GATE_ASK, WHY_AGE_ASK_OLD, DECISION_CHECK,
	 false},
	{"29 and 364 days passes", thirty_tomorrow, GATE_AGE, GATE_PASS,
	 WHY_AGE_OK, DECISION_SEND, false},
	{"40 fails", forty, GATE_AGE, GATE_FAIL, WHY_TOO_OLD, DECISION_EXCLUDE,
	 false},
	{"40 with RQTH passes, privately", forty_rqth, GATE_AGE, GATE_PASS,
	 WHY_RQTH_LIFT, DECISION_SEND, true},
	{"no birth date passes", no_birth, GATE_AGE, GATE_UNKNOWN,
	 WHY_BIRTH_UNKNOWN, DECISION_SEND, false},
	{"stated minimum", eighteen_stated, GATE_AGE, GATE_FAIL, WHY_TOO_YOUNG,
	 DECISION_EXCLUDE, false},
	{"licence known missing", licence_missing, GATE_LICENCE, GATE_FAIL,
	 WHY_LICENCE_MISSING, DECISION_EXCLUDE, false},
	{"licence unknown passes", licence_unknown, GATE_LICENCE, GATE_PASS,
	 WHY_LICENCE_HELD, DECISION_SEND, false},
	{"too far", far_away, GATE_REACH, GATE_FAIL, WHY_TOO_FAR,
	 DECISION_EXCLUDE, false},
	{"coarse place asks", coarse_place, GATE_REACH, GATE_ASK,
	 WHY_OFFER_PLACE, DECISION_CHECK, false},
	{"no limit asks", no_limit, GATE_REACH, GATE_ASK, WHY_PERSON_PLACE,
	 DECISION_CHECK, false},
	{"04:00 by transport alone asks", before_transport, GATE_REACH,
	 GATE_ASK, WHY_BEFORE_TRANSPORT, DECISION_CHECK, false},
	{"04:00 within a walk passes", before_transport_on_foot, GATE_REACH,
	 GATE_PASS, WHY_REACHED, DECISION_SEND, false},
	{"04:00 by moped passes", before_transport_by_moped, GATE_REACH,
	 GATE_PASS, WHY_REACHED, DECISION_SEND, false},
	{"05:30 passes", first_transport, GATE_REACH, GATE_PASS, WHY_REACHED,
	 DECISION_SEND, false},
	{"exposure above the limit", need_refused, GATE_NEED, GATE_FAIL,
	 WHY_NEED_EXPOSURE, DECISION_EXCLUDE, true},
	{"exposure at the limit", need_met, GATE_NEED, GATE_PASS, WHY_NEED_OK,
	 DECISION_SEND, true},
	{"exposure unknown passes", need_unknown, GATE_NEED, GATE_UNKNOWN,
	 WHY_NEED_UNKNOWN, DECISION_SEND, true},
	{"limit 0 unknown asks", need_zero_unknown, GATE_NEED, GATE_ASK,
	 WHY_NEED_ASK, DECISION_CHECK, true},
	{"warn never excludes", need_warns, GATE_NEED, GATE_UNKNOWN,
	 WHY_NEED_UNKNOWN, DECISION_SEND, true},
	{"access missing", access_missing, GATE_NEED, GATE_FAIL,
	 WHY_NEED_ACCESS, DECISION_EXCLUDE, true},
	{"access unknown passes", access_unknown, GATE_NEED, GATE_UNKNOWN,
	 WHY_NEED_UNKNOWN, DECISION_SEND, true},
	{"free a day late", free_late, GATE_START, GATE_FAIL, WHY_TOO_LATE,
	 DECISION_EXCLUDE, false},
	{"a start gone by is today", start_past, GATE_START, GATE_PASS,
	 WHY_START_PAST, DECISION_SEND, false},
	{"start unknown passes", start_unknown, GATE_START, GATE_UNKNOWN,
	 WHY_START_UNKNOWN, DECISION_SEND, false},
	{"after the deadline", after_deadline, GATE_START, GATE_FAIL,
	 WHY_AFTER_DEADLINE, DECISION_EXCLUDE, false},
};

static void test_each_gate_has_its_state_and_fact(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));

	(void)state;
	world_make(w, "");
	for (size_t i = 0; i < ARRAY_LEN(gate_cases); i++) {
		const struct gate_case *c = &gate_cases[i];
		struct mperson p = good_person(w);
		struct moffer o = good_offer(w);
		struct verdict v;

		c->change(w, &p, &o);
		match_evaluate(&w->env, &p, &o, w->today, &v);
		if (v.gates[c->gate].state != c->state ||
		    v.gates[c->gate].why != c->why ||
		    v.decision != c->decision ||
		    v.gates[c->gate].is_private != c->is_private)
			fail_msg("%s: state %d why %d decision %d score %d",
				 c->name, v.gates[c->gate].state,
				 v.gates[c->gate].why, v.decision, v.score);
	}
	world_clear(w);
	free(w);
}

static void test_every_failed_gate_is_reported(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct mperson p;
	struct moffer o;
	struct verdict v;

	(void)state;
	world_make(w, "");
	p = good_person(w);
	o = good_offer(w);
	far_away(w, &p, &o);
	other_kind(w, &p, &o);
	licence_missing(w, &p, &o);
	match_evaluate(&w->env, &p, &o, w->today, &v);
	assert_int_equal(v.gates[GATE_REACH].state, GATE_FAIL);
	assert_int_equal(v.gates[GATE_CONTRACT].state, GATE_FAIL);
	assert_int_equal(v.gates[GATE_LICENCE].state, GATE_FAIL);
	world_clear(w);
	free(w);
}

static void test_the_score_is_the_formula_of_the_design(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct mperson p;
	struct moffer o;
	struct verdict v;

	(void)state;
	world_make(w, "");
	p = good_person(w);
	o = good_offer(w);
	o.trades[0] = 31;	 /* second wish: 0.9 */
	o.posted = w->today - 3; /* 0.85 */
	o.start = DATE_NONE;	 /* unknown: 1 - 0.1 */
	o.is_placed = false;	 /* unknown: 1 - 0.4 */
	match_evaluate(&w->env, &p, &o, w->today, &v);
	/* (35*900 + 30*600 + 8*900 + 5*850) / 78 = 781.4 */
	assert_int_equal(v.score, 781);
	assert_int_equal(v.criteria[CRITERION_TRADE].points, 404);
	assert_int_equal(v.criteria[CRITERION_TRAVEL].state, CRITERION_UNKNOWN);
	world_clear(w);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_ways_agree_under_the_shipped_rules),
		cmocka_unit_test(
			test_three_ways_agree_when_lateness_is_allowed),
		cmocka_unit_test(
			test_three_ways_agree_without_travel_in_the_score),
		cmocka_unit_test(test_a_new_person_meets_the_live_offers),
		cmocka_unit_test(test_each_gate_has_its_state_and_fact),
		cmocka_unit_test(test_every_failed_gate_is_reported),
		cmocka_unit_test(test_the_score_is_the_formula_of_the_design),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
