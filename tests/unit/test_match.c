/* SPDX-License-Identifier: EUPL-1.2 */
/* The scan, the full evaluation and a slow reference written here from the
 * words of the design must agree on every pair of a random world full of
 * unknowns; then the gates one by one, each with its fact. */
#include "match_world.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_OFFERS = 250 };

/* --- agreement ---------------------------------------------------------------
 */
struct tally {
	int kept, sent, excluded;
	int gates[GATE_COUNT][GATE_FAIL + 1];
	int symbols[3];
};

static void check_pair(const struct world *w, const struct mperson *p,
		       const struct moffer *o, const struct verdict *v,
		       struct tally *t)
{
	struct reference_verdict r;

	reference_judge(&w->reference, p, o, w->today, &r);
	for (int i = 0; i < GATE_COUNT; i++) {
		if (v->gates[i].state != r.gates[i])
			fail_msg("offer %d person %u gate %s: %d, not %d",
				 (int)o->id, p->id, vocab_code(&vocab_gate, i),
				 v->gates[i].state, r.gates[i]);
		t->gates[i][r.gates[i]]++;
	}
	for (int i = 0; i < CRITERION_COUNT; i++) {
		assert_int_equal(v->criteria[i].state, r.criteria[i]);
		if (r.criteria[i] != CRITERION_NOT_APPLICABLE)
			assert_int_equal(v->criteria[i].value, r.values[i]);
	}
	for (int i = 0; i < v->rules->n_symbols; i++) {
		t->symbols[r.symbols[i]]++;
		assert_int_equal(v->symbols[i].state == SYMBOL_HIT,
				 r.symbols[i] == TRI_YES);
		assert_int_equal(v->symbols[i].state == SYMBOL_UNKNOWN,
				 r.symbols[i] == TRI_UNKNOWN);
	}
	assert_int_equal(v->base, r.base);
	assert_int_equal(v->public_score, r.public_score);
	assert_int_equal(v->score, r.score);
	assert_int_equal(v->decision, r.decision);
	t->kept += v->decision != DECISION_EXCLUDE;
	t->sent += v->decision == DECISION_SEND;
	t->excluded += v->decision == DECISION_EXCLUDE;
}

static void check_offer(struct world *w, struct matcher *m,
			const struct moffer *o, struct tally *t)
{
	static uint16_t score[WORLD_PERSONS + 1];
	static uint16_t decision[WORLD_PERSONS + 1];
	struct match_hits h = {0};

	memset(decision, 0, sizeof(decision));
	matcher_offer(m, o, w->today, &h);
	for (size_t i = 0; i < h.n; i++) {
		uint32_t id = h.v[i].person;

		assert_int_equal(decision[id], 0); /* once a person */
		decision[id] = h.v[i].decision;
		score[id] = h.v[i].score;
	}
	for (uint32_t id = 1; id <= WORLD_PERSONS; id++) {
		struct mperson p;
		struct verdict v;

		if (!roster_find(w->roster, id, &p)) {
			assert_int_equal(decision[id], 0);
			continue;
		}
		match_evaluate(&w->env, &p, o, w->today, &v);
		check_pair(w, &p, o, &v, t);
		if (decision[id] != v.decision)
			fail_msg("offer %d person %u: scan %d, verdict %d",
				 (int)o->id, id, decision[id], v.decision);
		if (v.decision != DECISION_EXCLUDE)
			assert_int_equal(score[id], v.score);
	}
	match_hits_clear(&h);
}

/* A tenth goes, a tenth changes. */
static void stir_roster(struct world *w)
{
	struct err err;

	for (uint32_t id = 1; id <= WORLD_PERSONS; id++) {
		if (chance(10)) {
			roster_remove(w->roster, id);
		} else if (chance(10)) {
			struct mperson p = world_person(w, id);

			assert_int_equal(roster_put(w->roster, &p, &err), 0);
		}
	}
}

/* The world must be one in which each outcome of each gate happens. */
static void check_tally(const struct tally *t)
{
	assert_true(t->kept > 500 && t->sent > 20 && t->excluded > 10000);
	for (int i = 0; i < GATE_COUNT; i++)
		if (!t->gates[i][GATE_FAIL])
			fail_msg("%s never failed", vocab_code(&vocab_gate, i));
	for (int i = 0; i < 3; i++)
		assert_true(t->symbols[i] > 1000);
}

static void agree_under(const char *rules, const char *transit)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct tally t = {0};
	struct matcher *m;

	world_make(w, rules, transit);
	world_fill(w);
	m = matcher_new(w->roster, &w->env);
	for (int i = 1; i <= N_OFFERS; i++) {
		struct moffer o = world_offer(w, i);

		if (i % 50 == 25)
			stir_roster(w);
		check_offer(w, m, &o, &t);
	}
	check_tally(&t);
	matcher_free(m);
	world_clear(w);
	free(w);
}

static void test_three_ways_agree_under_the_shipped_rules(void **state)
{
	(void)state;
	agree_under("", NULL);
}

static void test_three_ways_agree_over_a_network(void **state)
{
	(void)state;
	agree_under("gates: {REACH: {out_of_hours: check}}\n",
		    SOURCE_DIR "/conf/refdata");
}

static void test_three_ways_agree_when_lateness_is_allowed(void **state)
{
	(void)state;
	agree_under("gates: {START: {late_days: 40},\n"
		    "        REACH: {cfa_too_far: exclude}}\n"
		    "thresholds: {send: 50, check: 20}\n"
		    "criteria:\n"
		    "  trade: {weight: 10, exact: [1, 0.5], neighbour: 1,\n"
		    "          neighbour_from: 0.3, family: 0}\n"
		    "  travel: {weight: 50.5, full_until_min: 0, zero_at: 70,\n"
		    "           cfa_share: 0.6}\n"
		    "  hours: {weight: 20}\n"
		    "  start: {weight: 33, wait_full_days: 5, "
		    "wait_zero_days: 60}\n",
		    NULL);
}

static void test_three_ways_agree_without_travel_in_the_score(void **state)
{
	(void)state;
	agree_under("criteria: {travel: {weight: 0}}\n"
		    "gates: {REACH: {out_of_hours: check, "
		    "cfa_too_far: pass}}\n"
		    "thresholds: {send: 60, check: 0}\n",
		    NULL);
}

/* Three sets, symbols of every kind: on the offer, the person, the pair; with
 * and without a group, asking, excluding, private. */
static const char many_symbols[] =
	"thresholds: {send: 60, check: 50}\n"
	"groups: {wide: {max: 40}, narrow: {max: 1}}\n"
	"adjust:\n"
	"  - {symbol: X_OFFER, points: 8, when: {offer.positions: '>=3'}}\n"
	"  - {symbol: X_OFFER_BAD, points: -30, group: wide,\n"
	"     when: {offer.salary.max: present}}\n"
	"  - {symbol: X_YOUTH, points: 25, group: wide,\n"
	"     when: {youth.level: none}}\n"
	"  - {symbol: X_YOUTH_TOO, points: 9, group: narrow,\n"
	"     when: {youth.preregistered: yes}}\n"
	"  - {symbol: X_NEAR, points: 12, group: wide,\n"
	"     when: {pair.minutes: '<15', youth.modes: [bike, walk]}}\n"
	"  - {symbol: X_LATE, points: -14, when: {pair.rank: '>=3'}}\n"
	"  - {symbol: X_OUT, decision: exclude, reason: {fr: 'non'},\n"
	"     when: {pair.age: '>=30', offer.hours.weekend: yes}}\n"
	"  - {symbol: X_OUT_YOUTH, decision: exclude, reason: {fr: 'non'},\n"
	"     when: {youth.french.oral: A1, offer.positions: 1}}\n"
	"  - {symbol: X_ASK, decision: check, reason: {fr: 'à voir'},\n"
	"     when: {any: [{pair.trade: '<0.5'}, {offer.positions: 2}]}}\n"
	"  - {symbol: X_NEED, points: 7, group: needs,\n"
	"     when: {youth.needs: present, pair.minutes: '<30'}}\n"
	"agencies:\n"
	"  A: {thresholds: {send: 80, check: 30},\n"
	"      criteria: {travel: {weight: 5}}}\n"
	"  B: {adjust: [{symbol: X_YOUTH, points: -20},\n"
	"      {symbol: X_NEAR, enabled: false}]}\n";

static void test_three_ways_agree_with_symbols_of_every_kind(void **state)
{
	(void)state;
	agree_under(many_symbols, NULL);
}

/* New rules change the traits of a roster that stays. */
static void test_a_roster_under_new_rules_is_a_new_one(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct rules *other = world_rules(many_symbols);
	struct match_env env;
	struct matcher *m;
	struct tally t = {0};

	(void)state;
	world_make(w, "", NULL);
	world_fill(w);
	env = w->env;
	env.rules = other;
	match_set_rules(w->roster, other);
	m = matcher_new(w->roster, &env);
	w->reference.rules = other;
	w->env = env;
	for (int i = 1; i <= 40; i++) {
		struct moffer o = world_offer(w, i);

		check_offer(w, m, &o, &t);
	}
	matcher_free(m);
	rules_free(other);
	world_clear(w);
	free(w);
}

static void test_a_new_person_meets_the_live_offers(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	static struct moffer offers[N_OFFERS];
	struct matcher *m;

	(void)state;
	world_make(w, "", NULL);
	world_fill(w);
	m = matcher_new(w->roster, &w->env);
	for (int i = 0; i < N_OFFERS; i++)
		offers[i] = world_offer(w, i + 1);
	for (uint32_t id = 1; id <= 100; id++) {
		struct match_hits mine = {0}, all = {0};
		struct mperson p;
		size_t found = 0;

		assert_true(roster_find(w->roster, id, &p));
		match_person(&w->env, &p, offers, N_OFFERS, w->today, &mine);
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
	while (world_near(NULL, 30, o->trades[0]) ||
	       world_near(NULL, 31, o->trades[0]))
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
	o->at.y_m = p->at.y_m + 80000;
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
	o->at.y_m = p->at.y_m + 7000;
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
	o->start_min = 6 * 60 + 45;
	o->at.y_m = p->at.y_m + 7000;
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
	{"04:00 by transport alone fails", before_transport, GATE_REACH,
	 GATE_FAIL, WHY_NO_WAY_AT_HOURS, DECISION_EXCLUDE, false},
	{"04:00 within a walk passes", before_transport_on_foot, GATE_REACH,
	 GATE_PASS, WHY_REACHED, DECISION_SEND, false},
	{"04:00 by moped passes", before_transport_by_moped, GATE_REACH,
	 GATE_PASS, WHY_REACHED, DECISION_SEND, false},
	{"06:45 passes, by the first trains", first_transport, GATE_REACH,
	 GATE_PASS, WHY_REACHED, DECISION_SEND, false},
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
	world_make(w, "", NULL);
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
	world_make(w, "", NULL);
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
	world_make(w, "", NULL);
	p = good_person(w);
	o = good_offer(w);
	o.trades[0] = 31;	 /* second wish: 0.9 */
	o.posted = w->today - 3; /* 0.85 */
	o.start = DATE_NONE;	 /* unknown: 1 - 0.1 */
	o.is_placed = false;	 /* unknown: 1 - 0.5 */
	match_evaluate(&w->env, &p, &o, w->today, &v);
	/* training is unknown: 1 - 0.3; hours do not apply:
	 * (35*900 + 30*500 + 15*700 + 8*900 + 5*850) / 93 = 736.0 */
	assert_int_equal(v.score, 736);
	assert_int_equal(v.criteria[CRITERION_TRADE].points, 339);
	assert_int_equal(v.criteria[CRITERION_HOURS].state,
			 CRITERION_NOT_APPLICABLE);
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
		cmocka_unit_test(
			test_three_ways_agree_with_symbols_of_every_kind),
		cmocka_unit_test(test_three_ways_agree_over_a_network),
		cmocka_unit_test(test_a_roster_under_new_rules_is_a_new_one),
		cmocka_unit_test(test_a_new_person_meets_the_live_offers),
		cmocka_unit_test(test_each_gate_has_its_state_and_fact),
		cmocka_unit_test(test_every_failed_gate_is_reported),
		cmocka_unit_test(test_the_score_is_the_formula_of_the_design),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
