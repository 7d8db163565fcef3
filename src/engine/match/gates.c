/* SPDX-License-Identifier: EUPL-1.2 */
/* The gates of one pair, each with what it stands on. Any of them that fails
 * excludes; all are judged, so that an adviser sees every reason at once. */
#include "pair.h"

#include <etrier/date.h>

static void set_gate(struct pair *x, enum gate g, enum gate_state state,
		     enum why why, int32_t a, int32_t b, int32_t c)
{
	x->v->gates[g] = (struct gate_result){
		.state = state,
		.why = why,
		.facts = {a, b, c},
		.is_private = g == GATE_NEED,
	};
}

static void judge_trade(struct pair *x)
{
	const struct moffer *o = x->f->offer;
	bool has = o->n_trades > 0;

	if (!x->link.value)
		set_gate(x, GATE_TRADE, GATE_FAIL,
			 has ? WHY_NO_LINK : WHY_NO_TRADE,
			 has ? o->trades[0] : 0, 0, 0);
}

static void judge_contract(struct pair *x)
{
	int kind = x->f->offer->kind;

	if (kind == CONTRACT_EVENT)
		set_gate(x, GATE_CONTRACT, GATE_FAIL, WHY_EVENT, 0, 0, 0);
	else if (kind == VOCAB_NONE)
		set_gate(x, GATE_CONTRACT, GATE_ASK, WHY_KIND_UNKNOWN, 0, 0, 0);
	else if (!x->p->contracts)
		set_gate(x, GATE_CONTRACT, GATE_ASK, WHY_WISH_UNKNOWN, kind, 0,
			 0);
	else if (!(x->p->contracts >> kind & 1))
		set_gate(x, GATE_CONTRACT, GATE_FAIL, WHY_KIND_UNWANTED, kind,
			 0, 0);
}

/* --- ages ------------------------------------------------------------------
 */
/* Over a limit of the kind: too old, lifted by RQTH, or to be asked. */
static void judge_over(struct pair *x)
{
	const struct age_row *r = x->f->ages;
	bool is_rqth = (x->p->flags & MPERSON_RQTH) && r->rqth_max >= 0;
	int kind = x->f->offer->kind, age = x->age;

	if (is_rqth) {
		if (age > r->rqth_max && r->rqth_max < 99)
			set_gate(x, GATE_AGE, GATE_FAIL, WHY_TOO_OLD, age,
				 r->rqth_max, 0);
		else
			set_gate(x, GATE_AGE, GATE_PASS, WHY_RQTH_LIFT, age,
				 r->max, 0);
		x->v->gates[GATE_AGE].is_private = true;
	} else if (age > r->max && r->max < 99) {
		set_gate(x, GATE_AGE, GATE_FAIL, WHY_TOO_OLD, age, r->max, 0);
	} else {
		set_gate(x, GATE_AGE, GATE_ASK, WHY_AGE_ASK_OLD, age, kind, 0);
	}
}

static void judge_age(struct pair *x)
{
	const struct age_row *r = x->f->ages;
	int stated = x->f->offer->age_min, min = r ? r->min : 0;

	if (x->age < 0) {
		set_gate(x, GATE_AGE, GATE_UNKNOWN, WHY_BIRTH_UNKNOWN, 0, 0, 0);
		return;
	}
	if (stated > min)
		min = stated;
	if (x->age < min)
		set_gate(x, GATE_AGE, GATE_FAIL, WHY_TOO_YOUNG, x->age, min, 0);
	else if (r && x->age > r->sure_max && r->sure_max < 99)
		judge_over(x);
	else if (r && x->age < r->sure_min)
		set_gate(x, GATE_AGE, GATE_ASK, WHY_AGE_ASK_YOUNG, x->age,
			 x->f->offer->kind, 0);
	else
		set_gate(x, GATE_AGE, GATE_PASS, WHY_AGE_OK, x->age, 0, 0);
}

static void judge_minors(struct pair *x)
{
	if (x->age < 0)
		return; /* AGE says that the birth date is missing */
	minor_night(x->f, x->age, &x->v->gates[GATE_MINOR_NIGHT]);
	minor_work(x->f, x->age, &x->v->gates[GATE_MINOR_WORK]);
}

static void judge_licence(struct pair *x)
{
	unsigned required = x->f->offer->licences;
	unsigned missing = required & x->p->licences_missing;

	if (missing)
		set_gate(x, GATE_LICENCE, GATE_FAIL, WHY_LICENCE_MISSING,
			 (int32_t)missing, 0, 0);
	else if (required)
		set_gate(x, GATE_LICENCE, GATE_PASS, WHY_LICENCE_HELD,
			 (int32_t)required, 0, 0);
}

/* --- the journey -----------------------------------------------------------
 */
static enum gate_state state_of(uint8_t effect)
{
	return effect == RULES_EXCLUDE ? GATE_FAIL
	       : effect == RULES_CHECK ? GATE_ASK
				       : GATE_PASS;
}

static void judge_firm(struct pair *x)
{
	const struct moffer *o = x->f->offer;
	const struct journey *j = &x->way;
	const struct mperson *p = x->p;
	int32_t mode = (int32_t)j->mode;

	if (!o->is_placed)
		set_gate(x, GATE_REACH, GATE_ASK, WHY_OFFER_PLACE, 0, 0, 0);
	else if (!j->is_placed)
		set_gate(x, GATE_REACH, GATE_ASK, WHY_PERSON_PLACE, 0, 0, 0);
	else if (j->cost > j->limit)
		set_gate(x, GATE_REACH, GATE_FAIL, WHY_TOO_FAR, j->minutes,
			 p->max_minutes, mode);
	else if (x->leaves != VERDICT_NO_TIME && p->earliest_departure >= 0 &&
		 x->leaves < p->earliest_departure)
		set_gate(x, GATE_REACH, GATE_FAIL, WHY_LEAVES_TOO_EARLY,
			 x->leaves, p->earliest_departure, mode);
	else if (x->back != VERDICT_NO_TIME && p->latest_return >= 0 &&
		 x->back > p->latest_return)
		set_gate(x, GATE_REACH, GATE_FAIL, WHY_BACK_TOO_LATE, x->back,
			 p->latest_return, mode);
	else if (j->is_out_of_hours)
		set_gate(x, GATE_REACH, state_of(x->f->rules->out_of_hours),
			 WHY_NO_WAY_AT_HOURS, o->start_min, x->f->end_min,
			 j->minutes);
	else
		set_gate(x, GATE_REACH, GATE_PASS, WHY_REACHED, j->minutes,
			 p->max_minutes, mode);
}

/* The way to the CFA speaks when it is worse than the one to the firm. */
static void judge_cfa(struct pair *x)
{
	int32_t cpm = x->env->travel->cost_per_minute;
	enum gate_state state = state_of(x->f->rules->cfa_too_far);

	if (x->cfa_cost < 0 || x->p->max_minutes_cfa < 0 ||
	    x->cfa_cost <= x->p->max_minutes_cfa * cpm ||
	    state <= x->v->gates[GATE_REACH].state)
		return;
	set_gate(x, GATE_REACH, state, WHY_CFA_TOO_FAR,
		 travel_minutes(x->env->travel, x->cfa_cost),
		 x->p->max_minutes_cfa, 0);
}

/* --- needs -----------------------------------------------------------------
 */
static void say_lane(struct pair *x, enum gate_state state, uint64_t bits)
{
	const struct moffer *o = x->f->offer;
	int bit = __builtin_ctzll(bits);
	bool is_access = bit >= NEEDS_ACCESS_SHIFT;
	int lane = is_access ? bit - NEEDS_ACCESS_SHIFT : bit / 2;

	if (state == GATE_FAIL && is_access)
		set_gate(x, GATE_NEED, state, WHY_NEED_ACCESS, lane, 0, 0);
	else if (state == GATE_FAIL)
		set_gate(x, GATE_NEED, state, WHY_NEED_EXPOSURE, lane,
			 (int32_t)(o->exposures >> 2 * lane & 3),
			 3 - (int32_t)(x->p->needs_exclude >> 2 * lane & 3));
	else if (state == GATE_ASK)
		set_gate(x, GATE_NEED, state, WHY_NEED_ASK, lane, 0, 0);
	else
		set_gate(x, GATE_NEED, state, WHY_NEED_UNKNOWN,
			 is_access ? -1 : lane, is_access ? lane : -1, 0);
}

static void judge_need(struct pair *x)
{
	const struct moffer *o = x->f->offer;
	uint64_t needs = x->p->needs_exclude;
	uint64_t all = needs | x->p->needs_warn;
	uint64_t hard = need_conflicts(needs, o->exposures);
	uint64_t asks = need_asks(needs, o->known);
	uint64_t said = need_conflicts(x->p->needs_warn, o->exposures) |
			(all & ~o->known);
	enum gate_state way = GATE_PASS;

	/* where nobody gets there, REACH says so */
	if (needs_step_free(needs) && x->way.is_placed &&
	    x->way.cost <= x->way.limit)
		way = journey_step_free(x->env, x->p, o, &x->way);
	if (hard)
		say_lane(x, GATE_FAIL, hard);
	else if (way == GATE_FAIL)
		set_gate(x, GATE_NEED, way, WHY_NEED_TRAVEL, 0, 0, 0);
	else if (asks)
		say_lane(x, GATE_ASK, asks);
	else if (way == GATE_ASK)
		set_gate(x, GATE_NEED, way, WHY_NEED_TRAVEL_ASK, 0, 0, 0);
	else if (said)
		say_lane(x, GATE_UNKNOWN, said);
	else
		set_gate(x, GATE_NEED, GATE_PASS,
			 all ? WHY_NEED_OK : WHY_NOTHING, 0, 0, 0);
}

/* --- dates and levels ------------------------------------------------------
 */
/* A stated start that has passed is taken for today, and said to be past. */
static enum why start_words(const struct pair *x)
{
	return x->f->offer->start < x->f->on ? WHY_START_PAST : WHY_START_OK;
}

static void judge_start(struct pair *x)
{
	const struct moffer *o = x->f->offer;
	int32_t deadline = day16_date(x->p->deadline);
	int32_t free_on = day16_date(x->p->available);
	int days;

	if (o->start == DATE_NONE) {
		set_gate(x, GATE_START, GATE_UNKNOWN, WHY_START_UNKNOWN, 0, 0,
			 0);
		return;
	}
	if (o->kind == CONTRACT_APPRENTICESHIP && deadline != DATE_NONE &&
	    x->f->start > deadline) {
		set_gate(x, GATE_START, GATE_FAIL, WHY_AFTER_DEADLINE,
			 x->f->start, deadline, 0);
		return;
	}
	if (!x->p->available) {
		set_gate(x, GATE_START, GATE_UNKNOWN, start_words(x), o->start,
			 0, 0);
		return;
	}
	days = (free_on > x->f->on ? free_on : x->f->on) - x->f->start;
	if (days > x->f->rules->late_days)
		set_gate(x, GATE_START, GATE_FAIL, WHY_TOO_LATE, days,
			 x->f->rules->late_days, 0);
	else
		set_gate(x, GATE_START, GATE_PASS, start_words(x), o->start,
			 days, 0);
}

enum why level_fails(const struct moffer *o, int level)
{
	if (level < 0)
		return WHY_NOTHING;
	if (o->level_required > level)
		return WHY_LEVEL_REQUIRED;
	if (o->kind == CONTRACT_APPRENTICESHIP && o->level_target > 0 &&
	    level >= o->level_target)
		return WHY_LEVEL_HELD;
	return WHY_NOTHING;
}

static void judge_level(struct pair *x)
{
	const struct moffer *o = x->f->offer;
	int level = x->p->level;
	enum why why = level_fails(o, level);

	if (why == WHY_LEVEL_REQUIRED)
		set_gate(x, GATE_LEVEL, GATE_FAIL, why, o->level_required,
			 level, 0);
	else if (why)
		set_gate(x, GATE_LEVEL, GATE_FAIL, why, o->level_target, level,
			 0);
	else if (o->level_required > 0 && level < 0)
		set_gate(x, GATE_LEVEL, GATE_UNKNOWN, WHY_LEVEL_UNKNOWN,
			 o->level_required, 0, 0);
}

/* --- what was refused or answered ------------------------------------------
 */
static void judge_refusals(struct pair *x)
{
	const struct refusals *r = x->env->refusals;
	const struct moffer *o = x->f->offer;
	uint32_t id = x->p->id;

	if (!(x->p->flags & MPERSON_REFUSES))
		return;
	if (refusals_has(r, id, REFUSAL_PLACE, o->commune))
		set_gate(x, GATE_PLACE_REFUSED, GATE_FAIL, WHY_PLACE_REFUSED, 0,
			 0, 0);
	if (refusals_has(r, id, REFUSAL_EMPLOYER,
			 o->employer[EMPLOYER_SIREN]) ||
	    refusals_has(r, id, REFUSAL_EMPLOYER, o->employer[EMPLOYER_NAME]))
		set_gate(x, GATE_EMPLOYER_REFUSED, GATE_FAIL,
			 WHY_EMPLOYER_REFUSED, 0, 0, 0);
	if (refusals_has(r, id, REFUSAL_OFFER, (uint64_t)o->id))
		set_gate(x, GATE_ALREADY, GATE_FAIL, WHY_ALREADY, 0, 0, 0);
}

void pair_judge_gates(struct pair *x)
{
	judge_trade(x);
	judge_contract(x);
	judge_age(x);
	judge_minors(x);
	judge_licence(x);
	judge_firm(x);
	judge_cfa(x);
	judge_need(x);
	judge_start(x);
	judge_level(x);
	judge_refusals(x);
}
