/* SPDX-License-Identifier: EUPL-1.2 */
/* Written from the words of the design, not from the matcher: one lane, one
 * row, one minute at a time. See match_reference.h. */
#include "match_reference.h"

#include <etrier/date.h>
#include <etrier/mem.h>

#include <limits.h>
#include <math.h>
#include <string.h>

struct facts {
	const struct reference *r;
	const struct ruleset *s;
	const struct mperson *p;
	const struct moffer *o;
	int32_t on, start; /* start: not before today; DATE_NONE */
	int age;	   /* at the start; -1 unknown */
	int rank, trade;   /* best link: rank from 1, 0 none; value */
	/* The way to the firm: -1 costs are "no way". */
	bool is_placed, only_by_day;
	int32_t cost, limit, metres;
	int32_t cfa_cost; /* -1 unknown */
	int leaves, back; /* INT_MIN unknown */
	int end_min;
	bool has_training;
};

static int rounded(int64_t a, int64_t b)
{
	return (int)floor((double)a / (double)b + 0.5 + 1e-9);
}

static int degree(uint64_t lanes, int i)
{
	return (int)(lanes >> 2 * i & 3);
}

static bool has_access(uint64_t bits, int i)
{
	return bits >> (NEEDS_ACCESS_SHIFT + i) & 1;
}

/* --- trades ----------------------------------------------------------------
 */
static void find_trade(struct facts *f)
{
	for (int i = 0; i < f->o->n_trades; i++)
		for (int k = 0; k < f->p->n_trades; k++) {
			uint16_t from = f->p->trades[k], to = f->o->trades[i];
			int near = from == to ? 0 : f->r->near(NULL, from, to);
			int v = 0;

			if (near >= 200 && near >= f->s->neighbour_from)
				v = rounded((int64_t)f->s->neighbour * near,
					    1000);
			if (f->r->family(from) == f->r->family(to) &&
			    f->s->family > v)
				v = f->s->family;
			if (from == to || v > f->s->exact[k])
				v = f->s->exact[k];
			if (v > f->trade) {
				f->trade = v;
				f->rank = k + 1;
			}
		}
}

/* --- the way ---------------------------------------------------------------
 */
static int32_t metres(struct plane_point a, struct plane_point b)
{
	return (int32_t)ceil(
		hypot((double)a.x_m - b.x_m, (double)a.y_m - b.y_m));
}

/* By the fastest allowed means; -1: none gets there. Who may take public
 * transport may walk. */
static int32_t way_cost(const struct facts *f, const struct travel_work *w,
			enum travel_grade grade, enum travel_hours hours)
{
	const struct travel *t = f->r->travel;
	int32_t d = metres(f->p->at, w->at);
	unsigned own = f->p->modes & ~(1u << MODE_TRANSIT);
	int32_t best;

	if (f->p->modes >> MODE_TRANSIT & 1)
		own |= 1u << MODE_WALK;
	best = travel_cost(t->by_modes[own], d);
	if (f->p->modes >> MODE_TRANSIT & 1) {
		int32_t c;

		travel_field_make(f->r->field, w, grade, hours);
		c = travel_field_transit(f->r->field, f->p->zone, d);
		if (c < best)
			best = c;
	}
	return best >= TRAVEL_NEVER ? -1 : best;
}

static bool is_within(int32_t cost, int32_t limit)
{
	return cost >= 0 && cost <= limit;
}

static void find_way(struct facts *f)
{
	struct travel_work w = {f->o->at, f->o->start_min, f->o->end_min};

	f->is_placed = f->o->is_placed && (f->p->flags & MPERSON_PLACED) &&
		       f->p->modes && f->p->max_minutes >= 0;
	if (!f->is_placed)
		return;
	f->metres = metres(f->p->at, f->o->at);
	f->limit = f->p->max_minutes * f->r->travel->cost_per_minute;
	f->cost = way_cost(f, &w, TRAVEL_ANY, TRAVEL_AT_HOURS);
	if (is_within(f->cost, f->limit))
		return;
	f->cost = way_cost(f, &w, TRAVEL_ANY, TRAVEL_AT_ANY_HOUR);
	f->only_by_day = is_within(f->cost, f->limit);
}

static void find_cfa(struct facts *f)
{
	struct travel_work w = {f->o->cfa_at, -1, -1};

	f->cfa_cost = -1;
	if (!f->has_training)
		return;
	if (f->p->cfa_minutes >= 0)
		f->cfa_cost = f->p->cfa_minutes * f->r->travel->cost_per_minute;
	else if (f->o->is_cfa_placed &&
		 (!f->p->cfa || f->p->cfa == f->o->cfa) &&
		 (f->p->flags & MPERSON_PLACED) && f->p->modes)
		f->cfa_cost = way_cost(f, &w, TRAVEL_ANY, TRAVEL_AT_ANY_HOUR);
}

static void find_day(struct facts *f)
{
	int minutes = rounded(f->cost, f->r->travel->cost_per_minute);

	f->leaves = f->back = INT_MIN;
	if (!f->is_placed || f->cost < 0)
		return;
	if (f->o->start_min >= 0)
		f->leaves = f->o->start_min - minutes;
	if (f->end_min >= 0)
		f->back = f->end_min + minutes;
}

/* --- gates -----------------------------------------------------------------
 */
static enum gate_state by_effect(int effect)
{
	return effect == RULES_EXCLUDE ? GATE_FAIL
	       : effect == RULES_CHECK ? GATE_ASK
				       : GATE_PASS;
}

static enum gate_state worse(enum gate_state a, enum gate_state b)
{
	return a > b ? a : b;
}

static enum gate_state contract(const struct facts *f)
{
	if (f->o->kind == CONTRACT_EVENT)
		return GATE_FAIL;
	if (f->o->kind == VOCAB_NONE || !f->p->contracts)
		return GATE_ASK;
	return f->p->contracts >> f->o->kind & 1 ? GATE_PASS : GATE_FAIL;
}

static int32_t age_day(const struct facts *f)
{
	return f->start == DATE_NONE ? f->on + 30 : f->start;
}

static enum gate_state age(const struct facts *f)
{
	const struct age_row *row = NULL;

	if (f->age < 0)
		return GATE_UNKNOWN;
	if (f->o->age_min >= 0 && f->age < f->o->age_min)
		return GATE_FAIL;
	for (int i = 0; i < f->s->n_ages; i++)
		if (f->s->ages[i].kind == f->o->kind &&
		    f->s->ages[i].valid_from <= age_day(f))
			row = &f->s->ages[i];
	if (!row)
		return GATE_PASS;
	if (f->age < row->min)
		return GATE_FAIL;
	if (f->age < row->sure_min)
		return GATE_ASK;
	if (row->sure_max == 99 || f->age <= row->sure_max)
		return GATE_PASS;
	if ((f->p->flags & MPERSON_RQTH) && row->rqth_max >= 0)
		return row->rqth_max == 99 || f->age <= row->rqth_max
			       ? GATE_PASS
			       : GATE_FAIL;
	return row->max == 99 || f->age <= row->max ? GATE_ASK : GATE_FAIL;
}

static bool in_force(int32_t from, int32_t until, int32_t day)
{
	return from <= day && day <= until;
}

static bool in_trades(const struct facts *f, const struct trade_set *set)
{
	for (int i = 0; i < f->o->n_trades; i++)
		if (trade_set_has(set, f->o->trades[i]))
			return true;
	return false;
}

/* Strictly in the night of minors, minute by minute: 0 no, 1 a derogation of
 * the trade allows it, 2 nothing allows it. */
static int night_minute(const struct minor_night *n,
			const struct minor_derogation *d, int minute)
{
	int at = minute % 1440;
	bool is_morning = at < n->until_min;

	if (!is_morning && at < n->from_min)
		return 0;
	if (is_morning)
		return d && d->begin_min >= 0 && at >= d->begin_min &&
				       minute < 1440
			       ? 1
			       : 2;
	return d && d->end_min >= 0 && at < d->end_min ? 1 : 2;
}

static bool is_known_heavy(const struct moffer *o, int exposure)
{
	return degree(o->known, exposure) == 3 &&
	       degree(o->exposures, exposure) >= 2;
}

static enum gate_state hours_unsaid(const struct facts *f,
				    const struct minor_derogation *d)
{
	bool no_start = f->o->start_min < 0, no_end = f->o->end_min < 0;
	bool likely = is_known_heavy(f->o, EXPOSURE_NIGHT);

	if (f->o->night == TRI_YES)
		return d ? GATE_ASK : GATE_FAIL;
	if (no_start && (is_known_heavy(f->o, EXPOSURE_EARLY_START) ||
			 (d && d->begin_min >= 0)))
		likely = true;
	if (no_end && d && d->end_min >= 0)
		likely = true;
	if (likely)
		return GATE_ASK;
	return f->o->night == TRI_NO ? GATE_PASS : GATE_UNKNOWN;
}

static enum gate_state minor_night_gate(const struct facts *f)
{
	const struct minor_night *n;
	const struct minor_derogation *d;
	int from = f->o->start_min, end = f->end_min, worst = 0;

	if (f->age < 0 || f->age >= 18)
		return GATE_PASS;
	n = rules_minor_night(f->s, f->age, age_day(f));
	d = rules_minor_derogation(f->s, f->age, f->o->trades, f->o->n_trades,
				   age_day(f));
	if (!n)
		return GATE_PASS;
	/* of one end alone, only its own minute is known */
	if (from < 0 && end >= 0) {
		from = end <= n->until_min ? end + 1439 : end - 1;
		end = from + 1;
	} else if (from >= 0 && end < 0) {
		end = from + 1;
	}
	if (from < 0)
		return hours_unsaid(f, d);
	for (int m = from; m < end; m++) {
		int now = night_minute(n, d, m);

		worst = now > worst ? now : worst;
	}
	if (worst)
		return worst == 2 ? GATE_FAIL : GATE_ASK;
	return f->o->start_min < 0 || f->o->end_min < 0 ? hours_unsaid(f, d)
							: GATE_PASS;
}

static bool row_applies(const struct facts *f, const struct minor_work *w)
{
	bool has_exposures = false, is_exposed = false;

	if (!in_force(w->valid_from, w->valid_until, age_day(f)) ||
	    f->age >= w->under_age)
		return false;
	if (f->o->kind != VOCAB_NONE && !(w->kinds >> f->o->kind & 1))
		return false;
	if (w->has_trades && !in_trades(f, &w->trades))
		return false;
	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		int from = degree(w->exposures, i);

		has_exposures |= from > 0;
		is_exposed |= from > 0 && degree(f->o->exposures, i) >= from;
	}
	return !has_exposures || is_exposed;
}

static enum gate_state minor_work_gate(const struct facts *f)
{
	enum gate_state state = GATE_PASS;

	if (f->age < 0 || f->age >= 18)
		return GATE_PASS;
	for (int i = 0; i < f->s->n_works; i++)
		if (row_applies(f, &f->s->works[i]))
			state = worse(state,
				      by_effect(f->s->works[i].decision));
	for (int i = 0; i < f->s->n_hours; i++) {
		const struct minor_hours *h = &f->s->hours[i];

		if (!in_force(h->valid_from, h->valid_until, age_day(f)) ||
		    f->age >= h->under_age ||
		    (h->has_trades && !in_trades(f, &h->trades)))
			continue;
		if (f->o->weekly_min > h->weekly_max_min)
			state = worse(state, GATE_ASK);
		break;
	}
	return state;
}

static enum gate_state reach(const struct facts *f)
{
	enum gate_state state = GATE_PASS;
	int32_t cfa_limit = f->p->max_minutes_cfa;

	if (f->is_placed && !is_within(f->cost, f->limit))
		return GATE_FAIL;
	if (!f->is_placed)
		state = GATE_ASK;
	if (f->only_by_day)
		state = by_effect(f->s->out_of_hours);
	if (f->p->earliest_departure >= 0 && f->leaves != INT_MIN &&
	    f->leaves < f->p->earliest_departure)
		return GATE_FAIL;
	if (f->p->latest_return >= 0 && f->back > f->p->latest_return)
		return GATE_FAIL;
	if (cfa_limit >= 0 && f->cfa_cost >= 0 &&
	    f->cfa_cost > cfa_limit * f->r->travel->cost_per_minute)
		state = worse(state, by_effect(f->s->cfa_too_far));
	return state;
}

/* Without a step, at the hours that count. */
static enum gate_state step_free(const struct facts *f)
{
	struct travel_work w = {f->o->at, f->o->start_min, f->o->end_min};
	enum travel_hours hours =
		f->only_by_day ? TRAVEL_AT_ANY_HOUR : TRAVEL_AT_HOURS;
	uint64_t n = f->p->needs_exclude;

	if (degree(n, EXPOSURE_STAIRS) != 3 &&
	    !has_access(n, ACCESS_STEP_FREE) &&
	    !has_access(n, ACCESS_WHEELCHAIR))
		return GATE_PASS;
	if (!f->is_placed || !is_within(f->cost, f->limit))
		return GATE_PASS;
	if (is_within(way_cost(f, &w, TRAVEL_STEP_FREE_SURE, hours), f->limit))
		return GATE_PASS;
	if (is_within(way_cost(f, &w, TRAVEL_STEP_FREE_MAYBE, hours), f->limit))
		return GATE_ASK;
	return GATE_FAIL;
}

static enum gate_state need(const struct facts *f)
{
	enum gate_state state = step_free(f);

	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		int hard = degree(f->p->needs_exclude, i);
		int soft = degree(f->p->needs_warn, i);
		bool is_known = degree(f->o->known, i) == 3;
		int exposure = degree(f->o->exposures, i);

		if (hard && is_known && exposure > 3 - hard)
			return GATE_FAIL;
		if (hard == 3 && !is_known)
			state = worse(state, GATE_ASK);
		if ((hard || soft) && !is_known)
			state = worse(state, GATE_UNKNOWN);
		if (soft && exposure > 3 - soft)
			state = worse(state, GATE_UNKNOWN);
	}
	for (int i = 0; i < ACCESS_COUNT; i++) {
		bool is_known = has_access(f->o->known, i);
		bool is_missing = has_access(f->o->exposures, i);
		bool soft = has_access(f->p->needs_warn, i);

		if (has_access(f->p->needs_exclude, i) && is_missing)
			return GATE_FAIL;
		if ((has_access(f->p->needs_exclude, i) || soft) && !is_known)
			state = worse(state, GATE_UNKNOWN);
		if (soft && is_missing)
			state = worse(state, GATE_UNKNOWN);
	}
	return state;
}

static int days_late(const struct facts *f)
{
	int32_t free_on = day16_date(f->p->available);

	return (free_on < f->on ? f->on : free_on) - f->start;
}

static enum gate_state start(const struct facts *f)
{
	if (f->start == DATE_NONE)
		return GATE_UNKNOWN;
	if (f->o->kind == CONTRACT_APPRENTICESHIP && f->p->deadline &&
	    f->start > day16_date(f->p->deadline))
		return GATE_FAIL;
	if (!f->p->available)
		return GATE_UNKNOWN;
	return days_late(f) > f->s->late_days ? GATE_FAIL : GATE_PASS;
}

static enum gate_state level(const struct facts *f)
{
	int held = f->p->level;

	if (held < 0)
		return f->o->level_required > 0 ? GATE_UNKNOWN : GATE_PASS;
	if (held < f->o->level_required)
		return GATE_FAIL;
	if (f->o->kind == CONTRACT_APPRENTICESHIP && f->o->level_target > 0 &&
	    f->o->level_target <= held)
		return GATE_FAIL;
	return GATE_PASS;
}

static enum gate_state refused(const struct facts *f, enum refusal kind,
			       uint64_t key)
{
	if (!(f->p->flags & MPERSON_REFUSES) || !key)
		return GATE_PASS;
	return refusals_has(f->r->refusals, f->p->id, kind, key) ? GATE_FAIL
								 : GATE_PASS;
}

static void judge_gates(const struct facts *f, enum gate_state *g)
{
	g[GATE_TRADE] = f->trade ? GATE_PASS : GATE_FAIL;
	g[GATE_CONTRACT] = contract(f);
	g[GATE_AGE] = age(f);
	g[GATE_MINOR_NIGHT] = minor_night_gate(f);
	g[GATE_MINOR_WORK] = minor_work_gate(f);
	g[GATE_LICENCE] =
		f->o->licences & f->p->licences_missing ? GATE_FAIL : GATE_PASS;
	g[GATE_REACH] = reach(f);
	g[GATE_NEED] = need(f);
	g[GATE_START] = start(f);
	g[GATE_LEVEL] = level(f);
	g[GATE_PLACE_REFUSED] = refused(f, REFUSAL_PLACE, f->o->commune);
	g[GATE_EMPLOYER_REFUSED] =
		refused(f, REFUSAL_EMPLOYER, f->o->employer[0]);
	if (g[GATE_EMPLOYER_REFUSED] == GATE_PASS)
		g[GATE_EMPLOYER_REFUSED] =
			refused(f, REFUSAL_EMPLOYER, f->o->employer[1]);
	g[GATE_ALREADY] = refused(f, REFUSAL_OFFER, (uint64_t)f->o->id);
}

/* --- criteria --------------------------------------------------------------
 */
static void set(struct reference_verdict *v, enum criterion c, bool is_known,
		int value)
{
	v->criteria[c] = is_known ? CRITERION_KNOWN : CRITERION_UNKNOWN;
	v->values[c] = value;
}

static void value_travel(const struct facts *f, struct reference_verdict *v)
{
	const struct travel *t = f->r->travel;
	int32_t cfa_limit = f->p->max_minutes_cfa >= 0 ? f->p->max_minutes_cfa
						       : f->p->max_minutes;
	int firm, cfa;

	if (!f->is_placed)
		return;
	firm = rules_travel_value(f->s, f->cost < 0 ? TRAVEL_NEVER : f->cost,
				  f->limit, t->cost_per_minute);
	if (f->cfa_cost >= 0) {
		cfa = rules_travel_value(f->s, f->cfa_cost,
					 cfa_limit * t->cost_per_minute,
					 t->cost_per_minute);
		firm = rounded((1000 - f->s->cfa_share) * firm +
				       f->s->cfa_share * cfa,
			       1000);
	}
	set(v, CRITERION_TRAVEL, true, firm);
}

static void value_training(const struct facts *f, struct reference_verdict *v)
{
	const struct ruleset *s = f->s;
	int gap = f->o->level_target - f->p->level;

	if (f->o->level_target > 0 && f->p->level >= 0)
		set(v, CRITERION_TRAINING, true,
		    gap < 1    ? s->same_level
		    : gap == 1 ? s->next_level
			       : s->higher_level);
	if (f->o->rncp && f->p->rncp)
		set(v, CRITERION_TRAINING, true,
		    f->o->rncp == f->p->rncp ? s->same_course
					     : s->other_course);
	if (f->o->cfa && f->p->cfa && f->o->cfa != f->p->cfa &&
	    v->values[CRITERION_TRAINING] > s->other_cfa)
		set(v, CRITERION_TRAINING, true, s->other_cfa);
}

static void value_hours(const struct facts *f, struct reference_verdict *v)
{
	int first = INT_MAX, second = INT_MAX;

	if (f->p->earliest_departure >= 0 && f->leaves != INT_MIN)
		first = f->leaves - f->p->earliest_departure;
	if (f->p->latest_return >= 0 && f->back != INT_MIN)
		second = f->p->latest_return - f->back;
	if (second < first)
		first = second;
	if (first != INT_MAX)
		set(v, CRITERION_HOURS, true, rules_hours_value(f->s, first));
}

static void value_criteria(const struct facts *f, struct reference_verdict *v)
{
	int64_t sum = 0, weights = 0;

	for (int i = 0; i < CRITERION_COUNT; i++)
		set(v, (enum criterion)i, false, f->s->unknown_value[i]);
	set(v, CRITERION_TRADE, true, f->trade);
	value_travel(f, v);
	value_training(f, v);
	if (f->start != DATE_NONE && f->p->available)
		set(v, CRITERION_START, true,
		    rules_start_value(f->s, days_late(f)));
	value_hours(f, v);
	if (f->o->posted != DATE_NONE)
		set(v, CRITERION_FRESHNESS, true,
		    rules_fresh_value(f->s, f->on - f->o->posted));
	if (!f->has_training)
		v->criteria[CRITERION_TRAINING] = CRITERION_NOT_APPLICABLE;
	if (f->p->earliest_departure < 0 && f->p->latest_return < 0)
		v->criteria[CRITERION_HOURS] = CRITERION_NOT_APPLICABLE;
	for (int i = 0; i < CRITERION_COUNT; i++) {
		if (v->criteria[i] == CRITERION_NOT_APPLICABLE)
			continue;
		sum += (int64_t)f->s->weight[i] * v->values[i];
		weights += f->s->weight[i];
	}
	v->base = weights ? (int)((2 * sum + weights) / (2 * weights)) : 0;
}

/* --- symbols ---------------------------------------------------------------
 */
static int favours_met(const struct facts *f)
{
	int n = 0;

	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		int lane = degree(f->p->needs_favour, i);

		n += lane && degree(f->o->known, i) == 3 &&
		     degree(f->o->exposures, i) <= 3 - lane;
	}
	for (int i = 0; i < ACCESS_COUNT; i++)
		n += has_access(f->p->needs_favour, i) &&
		     has_access(f->o->known, i) &&
		     !has_access(f->o->exposures, i);
	return n;
}

static int32_t gap(int asked, int has)
{
	return asked < 0 || has < 0 ? FACT_UNKNOWN : asked - has;
}

static void fill_facts(const struct facts *f, int32_t v[PAIR_FIELD_COUNT])
{
	const struct mperson *p = f->p;
	const struct moffer *o = f->o;
	int cpm = f->r->travel->cost_per_minute;
	bool has_way = f->is_placed && f->cost >= 0;

	for (int i = 0; i < PAIR_FIELD_COUNT; i++)
		v[i] = FACT_UNKNOWN;
	if (p->birth) {
		v[PAIR_AGE] = f->age;
		v[PAIR_AGE_TODAY] = date_age(day16_date(p->birth), f->on);
	}
	if (has_way)
		v[PAIR_MINUTES] = rounded(f->cost, cpm);
	if (has_way && f->limit)
		v[PAIR_MINUTES_OF_LIMIT] =
			rounded(100 * (int64_t)f->cost, f->limit);
	if (f->cfa_cost >= 0)
		v[PAIR_CFA_MINUTES] = rounded(f->cfa_cost, cpm);
	if (f->leaves != INT_MIN)
		v[PAIR_LEAVE] = f->leaves;
	if (f->back != INT_MIN)
		v[PAIR_BACK] = f->back;
	if (o->start != DATE_NONE)
		v[PAIR_DAYS_TO_START] = o->start - f->on;
	if (p->deadline)
		v[PAIR_DAYS_TO_DEADLINE] = day16_date(p->deadline) - f->on;
	if (o->posted != DATE_NONE)
		v[PAIR_OFFER_AGE] = f->on - o->posted;
	if (f->rank)
		v[PAIR_RANK] = f->rank;
	v[PAIR_TRADE_VALUE] = f->trade;
	v[PAIR_LEVEL_GAP] =
		gap(o->level_target > 0 ? o->level_target : o->level_required,
		    p->level);
	v[PAIR_FRENCH_ORAL_GAP] = gap(o->french_oral_asked, p->french_oral);
	if (o->rncp && p->rncp)
		v[PAIR_SAME_COURSE] = o->rncp == p->rncp;
	if (o->cfa && p->cfa)
		v[PAIR_SAME_CFA] = o->cfa == p->cfa;
	v[PAIR_FAVOURS_MET] = favours_met(f);
}

static enum tri both(enum tri a, enum tri b)
{
	if (a == TRI_NO || b == TRI_NO)
		return TRI_NO;
	return a == TRI_UNKNOWN || b == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_YES;
}

static enum tri symbol_state(const struct facts *f, const struct symbol *y,
			     const struct pair_facts *facts)
{
	enum tri t = TRI_YES;

	if (y->offer_when >= 0)
		t = both(t, cond_bits_get(facts->offer, y->offer_when));
	if (y->person_when >= 0)
		t = both(t, cond_bits_get(facts->person, y->person_when));
	if (y->pair_when >= 0)
		t = both(t, rules_pair_cond(f->r->rules, y->pair_when, facts));
	return t;
}

static int clipped(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* True when a symbol that hit has this effect. */
static bool has_effect(const struct facts *f, const struct reference_verdict *v,
		       int effect)
{
	for (int i = 0; i < f->s->n_symbols; i++)
		if (v->symbols[i] == TRI_YES &&
		    f->s->symbols[i].effect == effect)
			return true;
	return false;
}

static void add_symbols(const struct facts *f, struct reference_verdict *v)
{
	struct cond_bits person;
	struct pair_facts facts = {.offer = &f->o->conds, .person = &person};
	int public_sum = 0, private_sum = 0;

	rules_person_conds(f->r->rules, f->p, &person);
	fill_facts(f, facts.v);
	for (int i = 0; i < f->s->n_symbols; i++) {
		const struct symbol *y = &f->s->symbols[i];

		v->symbols[i] = symbol_state(f, y, &facts);
		if (y->group < 0 && v->symbols[i] == TRI_YES)
			public_sum += y->points;
	}
	for (int g = 0; g < f->s->n_groups; g++) {
		int sum = 0, max = f->s->groups[g].max;

		for (int i = 0; i < f->s->n_symbols; i++)
			if (f->s->symbols[i].group == g &&
			    v->symbols[i] == TRI_YES)
				sum += f->s->symbols[i].points;
		if (f->s->groups[g].is_private)
			private_sum += clipped(sum, -max, max);
		else
			public_sum += clipped(sum, -max, max);
	}
	v->public_score = clipped(v->base + public_sum, 0, 1000);
	v->score = clipped(v->base + public_sum + private_sum, 0, 1000);
}

/* --- together --------------------------------------------------------------
 */
static enum decision decide(const struct facts *f,
			    const struct reference_verdict *v)
{
	bool asks = has_effect(f, v, RULES_CHECK);

	for (int i = 0; i < GATE_COUNT; i++) {
		if (v->gates[i] == GATE_FAIL)
			return DECISION_EXCLUDE;
		asks |= v->gates[i] == GATE_ASK;
	}
	if (has_effect(f, v, RULES_EXCLUDE) || v->public_score < f->s->check)
		return DECISION_EXCLUDE;
	return asks || v->public_score < f->s->send ? DECISION_CHECK
						    : DECISION_SEND;
}

void reference_judge(const struct reference *r, const struct mperson *p,
		     const struct moffer *o, int32_t on,
		     struct reference_verdict *out)
{
	struct facts f = {
		.r = r,
		.s = &r->rules->sets[p->set < r->rules->n_sets ? p->set : 0],
		.p = p,
		.o = o,
		.on = on,
		.start = o->start,
		.end_min = o->end_min,
		.has_training = o->kind == CONTRACT_APPRENTICESHIP ||
				o->kind == CONTRACT_PROFESSIONALIZATION,
	};

	memset(out, 0, sizeof(*out));
	if (f.start != DATE_NONE && f.start < on)
		f.start = on;
	if (o->start_min >= 0 && o->end_min >= 0 && o->end_min <= o->start_min)
		f.end_min += 1440;
	f.age = p->birth ? date_age(day16_date(p->birth), age_day(&f)) : -1;
	find_trade(&f);
	find_way(&f);
	find_cfa(&f);
	find_day(&f);
	judge_gates(&f, out->gates);
	value_criteria(&f, out);
	add_symbols(&f, out);
	out->decision = decide(&f, out);
}
