/* SPDX-License-Identifier: EUPL-1.2 */
/* What must hold whatever the numbers are: needs that never cost, limits that
 * never exclude when they are raised, names that mean nothing, and every gate
 * over yes, no and unknown. */
#include "match_world.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_PAIRS = 9000 };

static struct world *w;

static int open_world(void **state)
{
	(void)state;
	w = mem_alloc(sizeof(*w));
	world_make(w, "", NULL);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_clear(w);
	free(w);
	return 0;
}

static struct verdict judge(const struct mperson *p, const struct moffer *o)
{
	struct verdict v;

	match_evaluate(&w->env, p, o, w->today, &v);
	return v;
}

/* Pairs near enough to each other that much of what is judged matters. */
static void random_pair(struct mperson *p, struct moffer *o)
{
	*p = world_person(w, 1 + below(500));
	*o = world_offer(w, 1 + below(500));
	if (o->n_trades && chance(80))
		o->trades[0] = p->trades[0];
	if (chance(60) && o->kind >= 0)
		p->contracts |= (uint16_t)(1u << o->kind);
	if (chance(60))
		p->max_minutes = 120;
	if (chance(60))
		o->start_min = o->end_min = -1;
	p->at.x_m = o->at.x_m + (int32_t)below(6000);
	p->at.y_m = o->at.y_m;
	p->zone = travel_zone(w->travel, p->at);
}

static void add_need(uint64_t *needs)
{
	if (chance(50)) {
		uint32_t shift = 2 * below(EXPOSURE_COUNT);

		if (!(*needs >> shift & 3))
			*needs |= (uint64_t)(1 + below(3)) << shift;
	} else {
		*needs |= (uint64_t)1
			  << (NEEDS_ACCESS_SHIFT + below(ACCESS_COUNT));
	}
}

static void test_a_need_never_lowers_a_score(void **state)
{
	(void)state;
	for (int i = 0; i < N_PAIRS; i++) {
		struct mperson p, with;
		struct moffer o;
		struct verdict a, b;
		uint32_t mode = below(3);

		random_pair(&p, &o);
		with = p;
		add_need(mode == 0   ? &with.needs_exclude
			 : mode == 1 ? &with.needs_warn
				     : &with.needs_favour);
		a = judge(&p, &o);
		b = judge(&with, &o);
		assert_true(b.score >= a.score);
		assert_int_equal(b.public_score, a.public_score);
		assert_int_equal(b.base, a.base);
	}
}

static void test_to_warn_and_to_favour_never_change_a_decision(void **state)
{
	int n_raised = 0;

	(void)state;
	for (int i = 0; i < N_PAIRS; i++) {
		struct mperson p, with;
		struct moffer o;
		struct verdict a, b;

		random_pair(&p, &o);
		with = p;
		for (int k = 0; k < 3; k++) {
			add_need(&with.needs_warn);
			add_need(&with.needs_favour);
		}
		a = judge(&p, &o);
		b = judge(&with, &o);
		assert_int_equal(a.decision, b.decision);
		n_raised += b.score > a.score;
	}
	assert_true(n_raised > 50); /* they do count for the order */
}

static void test_raising_a_limit_never_excludes(void **state)
{
	int n_freed = 0;

	(void)state;
	for (int i = 0; i < N_PAIRS; i++) {
		struct mperson p, freer;
		struct moffer o;
		struct verdict a, b;

		random_pair(&p, &o);
		freer = p;
		switch (below(4)) {
		case 0:
			if (p.max_minutes >= 0)
				freer.max_minutes += (int16_t)below(40);
			break;
		case 1:
			if (p.max_minutes_cfa >= 0)
				freer.max_minutes_cfa += (int16_t)below(60);
			break;
		case 2:
			if (p.latest_return >= 0)
				freer.latest_return += (int16_t)below(120);
			break;
		default:
			freer.licences_missing = 0;
			freer.modes |= (uint8_t)(p.modes ? 1u << below(5) : 0);
			break;
		}
		a = judge(&p, &o);
		b = judge(&freer, &o);
		if (a.decision != DECISION_EXCLUDE)
			assert_true(b.decision != DECISION_EXCLUDE);
		n_freed += a.decision < b.decision;
	}
	assert_true(n_freed > 20);
}

/* What was not said turns out to be good: dates, way, hours, freshness. */
static void test_a_good_answer_never_lowers_a_score(void **state)
{
	(void)state;
	for (int i = 0; i < N_PAIRS; i++) {
		struct mperson p;
		struct moffer o, known;
		struct mperson told;
		struct verdict a, b;

		random_pair(&p, &o);
		known = o;
		told = p;
		if (o.posted == DATE_NONE)
			known.posted = w->today;
		if (!p.available)
			told.available = day16(w->today - 1);
		/* one that no symbol of the shipped rules speaks about */
		if (p.max_minutes_cfa < 0)
			told.max_minutes_cfa = 1440;
		known.known =
			(((uint64_t)1 << NEEDS_ACCESS_SHIFT) - 1) | o.known;
		a = judge(&p, &o);
		b = judge(&told, &known);
		if (a.decision != DECISION_EXCLUDE)
			assert_true(b.public_score >= a.public_score &&
				    b.decision >= a.decision);
	}
}

static void test_ids_mean_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < N_PAIRS; i++) {
		struct mperson p, other;
		struct moffer o, renamed;
		struct verdict a, b;

		random_pair(&p, &o);
		p.flags &= (uint8_t)~MPERSON_REFUSES;
		other = p;
		other.id += 1000000;
		other.agency = 77;
		renamed = o;
		renamed.id += 5000000;
		renamed.employer[EMPLOYER_SIREN] += 900;
		renamed.employer[EMPLOYER_NAME] += 900;
		a = judge(&p, &o);
		b = judge(&other, &renamed);
		assert_int_equal(a.score, b.score);
		assert_int_equal(a.decision, b.decision);
	}
}

static int compare_hits(const void *a, const void *b)
{
	const struct match_hit *x = a, *y = b;

	return (x->person > y->person) - (x->person < y->person);
}

static struct match_hits hits_of(struct roster *r, const struct moffer *o)
{
	struct match_hits h = {0};
	struct matcher *m = matcher_new(r, &w->env);

	matcher_offer(m, o, w->today, &h);
	if (h.n)
		qsort(h.v, h.n, sizeof(*h.v), compare_hits);
	matcher_free(m);
	return h;
}

static void test_the_order_of_people_means_nothing(void **state)
{
	struct roster *back = roster_new(w->trades);
	struct mperson people[300];
	size_t kept = 0;
	struct err err;

	(void)state;
	match_set_rules(back, w->rules);
	for (uint32_t i = 0; i < ARRAY_LEN(people); i++) {
		people[i] = world_person(w, i + 1);
		roster_put(w->roster, &people[i], &err);
	}
	for (size_t i = ARRAY_LEN(people); i-- > 0;)
		roster_put(back, &people[i], &err);
	for (int i = 0; i < 60; i++) {
		struct moffer o = world_offer(w, i + 1);
		struct match_hits a = hits_of(w->roster, &o);
		struct match_hits b = hits_of(back, &o);

		assert_int_equal(a.n, b.n);
		if (a.n)
			assert_memory_equal(a.v, b.v, a.n * sizeof(*a.v));
		kept += a.n;
		match_hits_clear(&a);
		match_hits_clear(&b);
	}
	assert_true(kept > 50);
	roster_free(back);
}

/* --- long lists -------------------------------------------------------------
 */
enum { CROWD = 2400, CROWD_OFFERS = 40, CROWD_SIDE_M = 300000 };

static struct plane_point anywhere(void)
{
	struct plane_point at = w->centre;

	at.x_m += (int32_t)below(2 * CROWD_SIDE_M) - CROWD_SIDE_M;
	at.y_m += (int32_t)below(2 * CROWD_SIDE_M) - CROWD_SIDE_M;
	return at;
}

/* All on one list, from one end of the country to the other; some nowhere. */
static struct mperson one_of_the_crowd(uint32_t id)
{
	struct mperson p = world_person(w, id);

	p.at = anywhere();
	p.set = 0;
	p.trades[0] = WORLD_GOOD_TRADE;
	p.n_trades = 1;
	p.contracts = (1u << CONTRACT_COUNT) - 1;
	if (chance(50))
		p.modes |= 1u << MODE_CAR;
	return p;
}

static size_t check_crowd(const struct mperson *people, struct moffer *o)
{
	struct match_hits h = hits_of(w->roster, o);
	size_t n = 0;

	for (uint32_t i = 0; i < CROWD; i++) {
		struct verdict v = judge(&people[i], o);

		if (v.decision == DECISION_EXCLUDE)
			continue;
		assert_true(n < h.n);
		assert_int_equal(h.v[n].person, people[i].id);
		assert_int_equal(h.v[n].score, v.score);
		assert_int_equal(h.v[n].decision, v.decision);
		n++;
	}
	assert_int_equal(n, h.n);
	match_hits_clear(&h);
	return n;
}

/* Cells, runs and lanes of the scan: whoever lives on either side of an edge is
 * looked at, and where a list ends in the middle of a few as well. */
static void test_a_long_list_leaves_nobody_out(void **state)
{
	struct mperson *people = mem_array(CROWD, sizeof(*people));
	struct roster *before = w->roster;
	size_t kept = 0;
	struct err err;

	(void)state;
	w->roster = roster_new(w->trades);
	match_set_rules(w->roster, w->rules);
	for (uint32_t i = 0; i < CROWD; i++) {
		people[i] = one_of_the_crowd(i + 1);
		assert_int_equal(roster_put(w->roster, &people[i], &err), 0);
	}
	for (int i = 0; i < CROWD_OFFERS; i++) {
		struct moffer o = world_offer(w, i + 1);

		o.trades[0] = WORLD_GOOD_TRADE;
		o.n_trades = 1;
		o.is_placed = true;
		o.at = chance(50) ? anywhere() : people[below(CROWD)].at;
		kept += check_crowd(people, &o);
	}
	assert_true(kept > 500);
	roster_free(w->roster);
	w->roster = before;
	free(people);
}

/* --- names and order of symbols --------------------------------------------
 */
static struct verdict judge_under(const char *rules, const struct mperson *p,
				  const struct moffer *o)
{
	struct match_env env = w->env;
	struct rules *r = world_rules(rules);
	struct verdict v;

	env.rules = r;
	match_evaluate(&env, p, o, w->today, &v);
	v.rules = NULL;
	rules_free(r);
	return v;
}

static void test_names_and_order_of_symbols_mean_nothing(void **state)
{
	static const char one[] =
		"groups: {alpha: {max: 5}, beta: {max: 4}}\n"
		"adjust:\n"
		"  - {symbol: A_NEAR, group: alpha, points: 4,\n"
		"     when: {pair.minutes: '<40'}}\n"
		"  - {symbol: B_FIRST, group: alpha, points: 3,\n"
		"     when: {pair.rank: 1}}\n"
		"  - {symbol: C_LEVEL, group: beta, points: -9,\n"
		"     when: {youth.level: ['3', '4']}}\n";
	static const char other[] =
		"groups: {zulu: {max: 4}, yankee: {max: 5}}\n"
		"adjust:\n"
		"  - {symbol: Z_LEVEL, group: zulu, points: -9,\n"
		"     when: {youth.level: ['4', '3']}}\n"
		"  - {symbol: Y_FIRST, group: yankee, points: 3,\n"
		"     when: {pair.rank: 1}}\n"
		"  - {symbol: X_NEAR, group: yankee, points: 4,\n"
		"     when: {pair.minutes: '<40'}}\n";

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct mperson p;
		struct moffer o;
		struct verdict a, b;

		random_pair(&p, &o);
		/* answers to conditions on offers are by number, and numbers
		 * are not names */
		memset(&o.conds, 0, sizeof(o.conds));
		a = judge_under(one, &p, &o);
		b = judge_under(other, &p, &o);
		assert_int_equal(a.score, b.score);
		assert_int_equal(a.public_score, b.public_score);
		assert_int_equal(a.decision, b.decision);
	}
}

/* --- every gate over yes, no and unknown -------------------------------------
 */
enum { NO, YES, UNKNOWN, STATES };
struct cell {
	enum gate gate;
	void (*set)(struct mperson *, struct moffer *, int offer, int person);
	/* by offer, then by person: no, yes, unknown */
	enum gate_state state[STATES][STATES];
};
#define SET(name)                                                        \
	static void name(struct mperson *p, struct moffer *o, int offer, \
			 int person)

SET(licence)
{
	o->licences = offer == YES ? 1u << LICENCE_B : 0;
	p->licences_missing = person == NO ? 1u << LICENCE_B : 0;
}
SET(contract)
{
	o->kind = offer == UNKNOWN ? VOCAB_NONE
		  : offer == YES   ? CONTRACT_APPRENTICESHIP
				   : CONTRACT_EVENT;
	p->contracts = person == UNKNOWN ? 0
		       : person == YES	 ? 1u << CONTRACT_APPRENTICESHIP
					 : 1u << CONTRACT_PERMANENT;
}
/* offer: the exposure is there; person: a need of limit 0, of limit 2 */
SET(need)
{
	uint64_t lane = (uint64_t)3 << 2 * EXPOSURE_DUST;

	o->known = offer == UNKNOWN ? 0 : lane;
	o->exposures = offer == YES ? lane : 0;
	p->needs_exclude = person == YES       ? lane
			   : person == UNKNOWN ? lane & ~(lane << 1)
					       : 0;
}
SET(access)
{
	uint64_t bit = (uint64_t)1 << (NEEDS_ACCESS_SHIFT + ACCESS_LIFT);

	o->known = offer == UNKNOWN ? 0 : bit;
	o->exposures = offer == NO ? bit : 0;
	p->needs_exclude = person == YES ? bit : 0;
	p->needs_warn = person == UNKNOWN ? bit : 0;
}
/* offer: starts before the person is free */
SET(start)
{
	o->start = offer == UNKNOWN ? DATE_NONE
		   : offer == YES   ? w->today + 10
				    : w->today + 60;
	p->available = person == UNKNOWN ? 0
		       : person == YES	 ? day16(w->today)
					 : day16(w->today + 40);
}
SET(level)
{
	o->level_required = offer == UNKNOWN ? -1 : offer == YES ? 2 : 0;
	p->level = (int8_t)(person == UNKNOWN ? -1 : person == YES ? 2 : 0);
}
/* offer: work at night; person: under 18 */
SET(night)
{
	o->start_min = offer == UNKNOWN ? -1 : offer == YES ? 1350 : 540;
	o->end_min = offer == UNKNOWN ? -1 : offer == YES ? 300 : 1020;
	p->birth = person == UNKNOWN
			   ? 0
			   : day16(date_add_months(
				     w->today, person == YES ? -200 : -250));
}
/* offer: its place; person: their place. yes: near, no: far, or not said */
SET(reach)
{
	o->is_placed = offer != UNKNOWN;
	if (offer == NO)
		o->at.y_m += 90000;
	if (person == UNKNOWN)
		p->flags &= (uint8_t)~MPERSON_PLACED;
	if (person == NO)
		p->max_minutes = 1;
}
SET(place)
{
	o->commune = offer == UNKNOWN ? 0 : offer == YES ? 900 : 901;
	p->flags |= MPERSON_REFUSES;
	p->id = person == YES ? 9001 : 9002;
}
SET(employer)
{
	place(p, o, UNKNOWN, person);
	o->employer[EMPLOYER_SIREN] = 0;
	o->employer[EMPLOYER_NAME] = offer == UNKNOWN ? 0
				     : offer == YES   ? 900
						      : 901;
}
SET(already)
{
	place(p, o, UNKNOWN, person);
	o->id = offer == YES ? 900 : 901;
}
SET(age)
{
	o->age_min = (int16_t)(offer == UNKNOWN ? -1 : offer == YES ? 21 : 16);
	p->birth = person == UNKNOWN
			   ? 0
			   : day16(date_add_months(w->today,
						   person == YES ? -12 * 22
								 : -12 * 18));
}

#define P GATE_PASS
#define F GATE_FAIL
#define A GATE_ASK
#define U GATE_UNKNOWN
static const struct cell cells[] = {
	{GATE_LICENCE, licence, {{P, P, P}, {F, P, P}, {P, P, P}}},
	{GATE_CONTRACT, contract, {{F, F, F}, {F, P, A}, {A, A, A}}},
	{GATE_NEED, need, {{P, P, P}, {P, F, F}, {P, A, U}}},
	{GATE_NEED, access, {{P, F, U}, {P, P, P}, {P, U, U}}},
	{GATE_START, start, {{P, P, U}, {F, P, U}, {U, U, U}}},
	{GATE_LEVEL, level, {{P, P, P}, {F, P, U}, {P, P, P}}},
	{GATE_MINOR_NIGHT, night, {{P, P, P}, {P, F, P}, {P, U, P}}},
	{GATE_REACH, reach, {{F, F, A}, {F, P, A}, {A, A, A}}},
	{GATE_AGE, age, {{P, P, U}, {F, P, U}, {P, P, U}}},
	{GATE_PLACE_REFUSED, place, {{P, P, P}, {P, F, P}, {P, P, P}}},
	{GATE_EMPLOYER_REFUSED, employer, {{P, P, P}, {P, F, P}, {P, P, P}}},
	{GATE_ALREADY, already, {{P, P, P}, {P, F, P}, {P, P, P}}},
};

static void test_every_gate_over_yes_no_and_unknown(void **state)
{
	(void)state;
	refusals_put(w->refusals, 9001, REFUSAL_PLACE, 900);
	refusals_put(w->refusals, 9001, REFUSAL_EMPLOYER, 900);
	refusals_put(w->refusals, 9001, REFUSAL_OFFER, 900);
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		for (int offer = 0; offer < STATES; offer++)
			for (int person = 0; person < STATES; person++) {
				struct mperson p = good_person(w);
				struct moffer o = good_offer(w);
				struct verdict v;

				cells[i].set(&p, &o, offer, person);
				v = judge(&p, &o);
				if (v.gates[cells[i].gate].state !=
				    cells[i].state[offer][person])
					fail_msg("%s, row %d column %d: %d",
						 vocab_code(&vocab_gate,
							    (int)cells[i].gate),
						 offer, person,
						 v.gates[cells[i].gate].state);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_need_never_lowers_a_score),
		cmocka_unit_test(
			test_to_warn_and_to_favour_never_change_a_decision),
		cmocka_unit_test(test_raising_a_limit_never_excludes),
		cmocka_unit_test(test_a_good_answer_never_lowers_a_score),
		cmocka_unit_test(test_ids_mean_nothing),
		cmocka_unit_test(test_the_order_of_people_means_nothing),
		cmocka_unit_test(test_a_long_list_leaves_nobody_out),
		cmocka_unit_test(test_names_and_order_of_symbols_mean_nothing),
		cmocka_unit_test(test_every_gate_over_yes_no_and_unknown),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
