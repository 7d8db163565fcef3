/* SPDX-License-Identifier: EUPL-1.2 */
/* One pair, every gate and criterion with its facts: what explain shows, what
 * the planner decides by and the ledger freezes. It repeats nothing of the
 * scan (scan.c) but the rules' small functions and the frame; that both agree
 * is what tests/unit/test_match.c tries to break. */
#include "frame.h"

#include <etrier/date.h>
#include <etrier/num.h>

struct pair {
	const struct match_env *env;
	const struct mperson *p;
	struct frame f;
	int trade_value;
	bool is_placed; /* distance, limit and modes are known */
	int32_t distance_m, cost, limit, minutes, limit_min;
	enum travel_mode mode;
	struct verdict *v;
};

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

static void set_criterion(struct pair *x, enum criterion c, bool is_known,
			  int value, enum why why, int32_t a, int32_t b,
			  int32_t d)
{
	const struct ruleset *s = x->f.rules;

	x->v->criteria[c] = (struct criterion_result){
		.state = is_known ? CRITERION_KNOWN : CRITERION_UNKNOWN,
		.value = value,
		.weight = s->weight[c],
		.points = (int)num_div_round((int64_t)s->weight[c] * value,
					     s->total_weight),
		.points_max = (int)num_div_round((int64_t)s->weight[c] * 1000,
						 s->total_weight),
		.why = why,
		.facts = {a, b, d},
	};
}

/* --- trade -------------------------------------------------------------- */
struct link {
	int value, rank;
	uint16_t wish;
	bool is_same;
	int proximity;
	int by_proximity; /* nearness without the family */
};

static void try_link(struct pair *x, int rank, uint16_t trade,
		     struct link *best)
{
	const struct tradenet *t = x->env->trades;
	uint16_t wish = x->p->trades[rank];
	bool is_same = wish == trade;
	int near = is_same ? 0 : tradenet_proximity(t, wish, trade);
	bool is_family = tradenet_family(t, wish) == tradenet_family(t, trade);
	int nearness = rules_nearness(x->f.rules, is_family, near);
	int value = rules_trade_value(x->f.rules, rank, is_same, nearness);

	if (value <= best->value)
		return;
	*best = (struct link){
		.value = value,
		.rank = rank,
		.wish = wish,
		.is_same = is_same,
		.proximity = near,
		.by_proximity = rules_nearness(x->f.rules, false, near),
	};
}

static void judge_trade(struct pair *x)
{
	const struct moffer *o = x->f.offer;
	struct link best = {0};
	enum why why;

	for (int i = 0; i < o->n_trades; i++)
		for (int rank = 0; rank < x->p->n_trades; rank++)
			try_link(x, rank, o->trades[i], &best);
	x->trade_value = best.value;
	if (!best.value) {
		bool has = o->n_trades > 0;

		set_gate(x, GATE_TRADE, GATE_FAIL,
			 has ? WHY_NO_LINK : WHY_NO_TRADE,
			 has ? o->trades[0] : 0, 0, 0);
		set_criterion(x, CRITERION_TRADE, true, 0, WHY_NOTHING, 0, 0,
			      0);
		return;
	}
	if (best.is_same)
		why = WHY_TRADE_EXACT;
	else if (best.by_proximity >= best.value)
		why = WHY_TRADE_NEIGHBOUR;
	else
		why = WHY_TRADE_FAMILY;
	set_gate(x, GATE_TRADE, GATE_PASS, WHY_NOTHING, 0, 0, 0);
	set_criterion(x, CRITERION_TRADE, true, best.value, why, best.rank,
		      best.wish, best.proximity);
}

/* --- gates of the person ------------------------------------------------- */
static void judge_contract(struct pair *x)
{
	int kind = x->f.offer->kind;

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
	else
		set_gate(x, GATE_CONTRACT, GATE_PASS, WHY_NOTHING, 0, 0, 0);
}

/* Over a limit of the kind: too old, lifted by RQTH, or to be asked. */
static void judge_over(struct pair *x, int age)
{
	const struct age_row *r = x->f.ages;
	bool is_rqth = (x->p->flags & MPERSON_RQTH) && r->rqth_max >= 0;
	int kind = x->f.offer->kind;

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
	const struct age_row *r = x->f.ages;
	int stated = x->f.offer->age_min, min = r ? r->min : 0, age;

	if (!x->p->birth) {
		set_gate(x, GATE_AGE, GATE_UNKNOWN, WHY_BIRTH_UNKNOWN, 0, 0, 0);
		return;
	}
	age = date_age(day16_date(x->p->birth), x->f.age_on);
	if (stated > min)
		min = stated;
	if (age < min)
		set_gate(x, GATE_AGE, GATE_FAIL, WHY_TOO_YOUNG, age, min, 0);
	else if (r && age > r->sure_max && r->sure_max < 99)
		judge_over(x, age);
	else if (r && age < r->sure_min)
		set_gate(x, GATE_AGE, GATE_ASK, WHY_AGE_ASK_YOUNG, age,
			 x->f.offer->kind, 0);
	else
		set_gate(x, GATE_AGE, GATE_PASS, WHY_AGE_OK, age, 0, 0);
}

static void judge_licence(struct pair *x)
{
	unsigned required = x->f.offer->licences;
	unsigned missing = required & x->p->licences_missing;

	if (missing)
		set_gate(x, GATE_LICENCE, GATE_FAIL, WHY_LICENCE_MISSING,
			 (int32_t)missing, 0, 0);
	else if (required)
		set_gate(x, GATE_LICENCE, GATE_PASS, WHY_LICENCE_HELD,
			 (int32_t)required, 0, 0);
	else
		set_gate(x, GATE_LICENCE, GATE_PASS, WHY_NOTHING, 0, 0, 0);
}

static void judge_need(struct pair *x)
{
	const struct moffer *o = x->f.offer;
	uint64_t needs = x->p->needs_exclude;
	uint64_t all = needs | x->p->needs_warn;
	uint64_t hard = need_conflicts(needs, o->exposures);
	uint64_t asks = need_asks(needs, o->known);
	uint64_t said = need_conflicts(all, o->exposures) | (all & ~o->known);
	uint64_t bits = hard ? hard : asks ? asks : said;
	int bit = bits ? __builtin_ctzll(bits) : 0;
	bool is_access = bit >= NEEDS_ACCESS_SHIFT;
	int lane = is_access ? bit - NEEDS_ACCESS_SHIFT : bit / 2;

	if (hard && is_access)
		set_gate(x, GATE_NEED, GATE_FAIL, WHY_NEED_ACCESS, lane, 0, 0);
	else if (hard)
		set_gate(x, GATE_NEED, GATE_FAIL, WHY_NEED_EXPOSURE, lane,
			 (int32_t)(o->exposures >> 2 * lane & 3),
			 3 - (int32_t)(needs >> 2 * lane & 3));
	else if (asks)
		set_gate(x, GATE_NEED, GATE_ASK, WHY_NEED_ASK, lane, 0, 0);
	else if (said)
		set_gate(x, GATE_NEED, GATE_UNKNOWN, WHY_NEED_UNKNOWN,
			 is_access ? -1 : lane, is_access ? lane : -1, 0);
	else
		set_gate(x, GATE_NEED, GATE_PASS,
			 all ? WHY_NEED_OK : WHY_NOTHING, 0, 0, 0);
}

/* --- the journey --------------------------------------------------------- */
static void measure_travel(struct pair *x)
{
	const struct mperson *p = x->p;
	const struct travel *t = x->env->travel;

	x->is_placed = x->f.offer->is_placed && (p->flags & MPERSON_PLACED) &&
		       p->modes && p->max_minutes >= 0;
	if (!x->is_placed)
		return;
	x->distance_m = plane_distance_m(p->at, x->f.offer->at);
	x->cost = travel_cost(t->by_modes[p->modes], x->distance_m);
	x->limit = p->max_minutes * t->cost_per_minute;
	x->mode = travel_best_mode(t, p->modes, x->distance_m);
	x->minutes = travel_minutes(t, x->cost);
	x->limit_min = p->max_minutes;
}

/* Whether the place is in reach without a timetable. */
static bool is_own_reach(const struct pair *x)
{
	const struct travel *t = x->env->travel;
	unsigned own = travel_own_modes(x->p->modes);

	return travel_cost(t->by_modes[own], x->distance_m) <= x->limit;
}

static void judge_reach(struct pair *x)
{
	const struct moffer *o = x->f.offer;

	if (!o->is_placed)
		set_gate(x, GATE_REACH, GATE_ASK, WHY_OFFER_PLACE, 0, 0, 0);
	else if (!x->is_placed)
		set_gate(x, GATE_REACH, GATE_ASK, WHY_PERSON_PLACE, 0, 0, 0);
	else if (x->cost > x->limit)
		set_gate(x, GATE_REACH, GATE_FAIL, WHY_TOO_FAR, x->minutes,
			 x->limit_min, (int32_t)x->mode);
	else if (x->f.is_early && !is_own_reach(x))
		set_gate(x, GATE_REACH, GATE_ASK, WHY_BEFORE_TRANSPORT,
			 o->start_min, x->minutes, (int32_t)x->mode);
	else
		set_gate(x, GATE_REACH, GATE_PASS, WHY_REACHED, x->minutes,
			 x->limit_min, (int32_t)x->mode);
}

static void value_travel(struct pair *x)
{
	int value;

	if (!x->is_placed) {
		set_criterion(x, CRITERION_TRAVEL, false,
			      x->f.rules->unknown_value[CRITERION_TRAVEL],
			      WHY_NOTHING, 0, 0, 0);
		return;
	}
	value = rules_travel_value(x->f.rules, x->cost, x->limit,
				   x->env->travel->cost_per_minute);
	set_criterion(x, CRITERION_TRAVEL, true, value, WHY_TRAVEL, x->minutes,
		      x->limit_min, (int32_t)x->mode);
}

/* --- dates ---------------------------------------------------------------- */
/* Days from the start to being free, from today on: positive is late. */
static int days_late(const struct pair *x)
{
	int32_t free_on = day16_date(x->p->available);

	return (free_on > x->f.on ? free_on : x->f.on) - x->f.start;
}

/* A stated start that has passed is taken for today, and said to be past. */
static enum why start_words(const struct pair *x)
{
	return x->f.offer->start < x->f.on ? WHY_START_PAST : WHY_START_OK;
}

static void judge_start(struct pair *x)
{
	const struct moffer *o = x->f.offer;
	int32_t deadline = day16_date(x->p->deadline);
	int days;

	if (o->start == DATE_NONE) {
		set_gate(x, GATE_START, GATE_UNKNOWN, WHY_START_UNKNOWN, 0, 0,
			 0);
		return;
	}
	if (o->kind == CONTRACT_APPRENTICESHIP && deadline != DATE_NONE &&
	    x->f.start > deadline) {
		set_gate(x, GATE_START, GATE_FAIL, WHY_AFTER_DEADLINE,
			 x->f.start, deadline, 0);
		return;
	}
	if (!x->p->available) {
		set_gate(x, GATE_START, GATE_UNKNOWN, start_words(x), o->start,
			 0, 0);
		return;
	}
	days = days_late(x);
	if (days > x->f.rules->late_days)
		set_gate(x, GATE_START, GATE_FAIL, WHY_TOO_LATE, days,
			 x->f.rules->late_days, 0);
	else
		set_gate(x, GATE_START, GATE_PASS, start_words(x), o->start,
			 days, 0);
}

static void value_start(struct pair *x)
{
	bool is_known = x->f.start != DATE_NONE && x->p->available;
	int days = is_known ? days_late(x) : 0;

	set_criterion(x, CRITERION_START, is_known,
		      is_known ? rules_start_value(x->f.rules, days)
			       : x->f.rules->unknown_value[CRITERION_START],
		      x->f.start != DATE_NONE ? start_words(x)
					      : WHY_START_UNKNOWN,
		      x->f.offer->start, days, 0);
}

static void value_freshness(struct pair *x)
{
	int days = x->f.is_fresh_known ? x->f.on - x->f.offer->posted : 0;

	set_criterion(x, CRITERION_FRESHNESS, x->f.is_fresh_known,
		      x->f.fresh_value,
		      x->f.is_fresh_known ? WHY_FRESH : WHY_NOTHING,
		      days < 0 ? 0 : days, 0, 0);
}

/* --- together --------------------------------------------------------------
 */
static void decide(struct pair *x)
{
	const struct ruleset *s = x->f.rules;
	bool has_failed = false, must_ask = false;
	int64_t sum = 0;

	for (int i = 0; i < CRITERION_COUNT; i++)
		if (x->v->criteria[i].state != CRITERION_NOT_APPLICABLE)
			sum += (int64_t)s->weight[i] * x->v->criteria[i].value;
	x->v->score =
		(int)num_clip(num_div_round(sum, s->total_weight), 0, 1000);
	for (int i = 0; i < GATE_COUNT; i++) {
		has_failed |= x->v->gates[i].state == GATE_FAIL;
		must_ask |= x->v->gates[i].state == GATE_ASK;
	}
	if (has_failed || x->v->score < s->check)
		x->v->decision = DECISION_EXCLUDE;
	else if (must_ask || x->v->score < s->send)
		x->v->decision = DECISION_CHECK;
	else
		x->v->decision = DECISION_SEND;
}

void match_evaluate(const struct match_env *env, const struct mperson *p,
		    const struct moffer *o, int32_t on, struct verdict *out)
{
	struct pair x = {.env = env, .p = p, .v = out};

	*out = (struct verdict){
		.set = p->set,
		.person = p->id,
		.offer = o->id,
		.on = on,
		.start = o->start,
		.has_unknown_exposures = (o->known & NEED_LANES) != NEED_LANES,
	};
	frame_make(env, p->set, o, on, &x.f);
	judge_trade(&x);
	judge_contract(&x);
	judge_age(&x);
	judge_licence(&x);
	measure_travel(&x);
	judge_reach(&x);
	judge_need(&x);
	judge_start(&x);
	value_travel(&x);
	value_start(&x);
	value_freshness(&x);
	x.v->criteria[CRITERION_TRAINING].state = CRITERION_NOT_APPLICABLE;
	x.v->criteria[CRITERION_HOURS].state = CRITERION_NOT_APPLICABLE;
	decide(&x);
}
