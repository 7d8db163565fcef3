/* SPDX-License-Identifier: EUPL-1.2 */
/* Before a scan: what the rules and the travel model make of the roster's
 * numbered profiles, and what one offer demands of everybody of a rule set. It
 * turns "score at least check" into "journey at least that good, given this
 * trade and these points", which the sift compares without a root. */
#include "matcher.h"

#include "engine/travel/field.h"

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <float.h>
#include <math.h>
#include <string.h>

/* Squares of single precision are off by less than four roundings. */
#define BOUND_SLACK 1.000001f

/* --- sets ------------------------------------------------------------------
 */
static void break_at(bool is_break[MINOR_AGES], int age)
{
	if (age > 0 && age < MINOR_AGES)
		is_break[age] = true;
}

/* Ages between two breaks have the same answers from the law's tables. */
static void fill_minors(struct set_tables *t, const struct ruleset *s)
{
	bool is_break[MINOR_AGES] = {true};

	for (int i = 0; i < s->n_nights; i++)
		break_at(is_break, s->nights[i].under_age);
	for (int i = 0; i < s->n_derogations; i++)
		break_at(is_break, s->derogations[i].age_min);
	for (int i = 0; i < s->n_works; i++)
		break_at(is_break, s->works[i].under_age);
	for (int i = 0; i < s->n_hours; i++)
		break_at(is_break, s->hours[i].under_age);
	t->n_minor = 0;
	for (int age = 0; age < MINOR_AGES; age++) {
		if (!is_break[age])
			continue;
		BUG_ON(t->n_minor >= MINOR_CLASSES);
		t->minor_from[t->n_minor++] = (uint8_t)age;
	}
	t->minor_from[t->n_minor] = MINOR_AGES;
}

void scan_fill_set(struct set_tables *t, const struct rules *r,
		   const struct ruleset *s)
{
	for (int i = 0; i < START_UNKNOWN; i++)
		t->start_points[i] = s->weight[CRITERION_START] *
				     rules_start_value(s, i - START_DAYS);
	t->start_points[START_UNKNOWN] =
		s->weight[CRITERION_START] * s->unknown_value[CRITERION_START];
	fill_minors(t, s);
	bonus_init(&t->bonus, r, s);
}

/* --- profiles --------------------------------------------------------------
 */
/* The largest cost whose value is at least `value`; below 0: none. */
static int32_t cost_for(const struct profile *p, const struct ruleset *s,
			int32_t cost_per_minute, int value)
{
	int32_t lo = -1, hi = p->limit + 1;

	while (hi - lo > 1) {
		int32_t mid = lo + (hi - lo) / 2;

		if (rules_travel_value(s, mid, p->limit, cost_per_minute) >=
		    value)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static float bound_of(int32_t reach_m)
{
	float r = (float)reach_m;

	return reach_m < 0 ? -1 : r * r * BOUND_SLACK;
}

static void fill_bounds(struct matcher *m, uint32_t i, const struct profile *p,
			const struct ruleset *s)
{
	const struct travel *t = m->env.travel;
	const struct travel_curve *formula = t->by_modes[1u << MODE_TRANSIT];
	float *plain = &m->bounds[REACH_FORMULA][(size_t)i * REACH_STRIDE];
	float *network = &m->bounds[REACH_NETWORK][(size_t)i * REACH_STRIDE];

	plain[REACH_NOBODY] = network[REACH_NOBODY] = -1;
	for (int level = 0; level <= REACH_LEVELS; level++) {
		int32_t cost;

		plain[level] = network[level] = FLT_MAX;
		if (!p->own)
			continue;
		cost = cost_for(p, s, t->cost_per_minute,
				level * 1000 / REACH_LEVELS);
		plain[level] = bound_of(travel_reach_m(p->own, cost));
		if (p->has_transit)
			plain[level] =
				fmaxf(plain[level],
				      bound_of(travel_reach_m(formula, cost)));
		/* how far a network goes only its fields know */
		if (!p->has_transit || cost < 0)
			network[level] = plain[level];
	}
	if (!p->own)
		return;
	for (int k = 0; k < REACH_COUNT; k++)
		m->farthest[k] = fmaxf(m->farthest[k],
				       m->bounds[k][(size_t)i * REACH_STRIDE]);
}

static void fill_profile(struct matcher *m, uint32_t i, uint64_t packed)
{
	struct profile_key k = profile_unpack(packed);
	const struct travel *t = m->env.travel;
	const struct rules *rules = m->env.rules;
	const struct ruleset *s =
		&rules->sets[k.set < rules->n_sets ? k.set : 0];
	struct profile *p = &m->profiles[i];

	*p = (struct profile){0};
	if (!profile_is_unknown(k)) {
		p->own = t->by_modes[travel_own_modes(k.modes) &
				     (TRAVEL_MODE_SETS - 1)];
		p->has_transit = k.modes >> MODE_TRANSIT & 1;
		p->limit = k.max_minutes * t->cost_per_minute;
		rules_travel_span(s, p->limit, t->cost_per_minute, &p->full,
				  &p->zero);
		if (p->zero <= p->full)
			p->zero = p->full + 1; /* one step */
		p->per_span = reciprocal((uint32_t)(p->zero - p->full));
		p->most = (int64_t)p->zero * 1000 + (p->zero - p->full) / 2;
	}
	fill_bounds(m, i, p, s);
}

void scan_fill_profiles(struct matcher *m)
{
	uint32_t n;
	const uint64_t *packed = roster_profiles(m->roster, &n);

	if (n == m->n_profiles)
		return;
	m->profiles = mem_grow(m->profiles, n, sizeof(*m->profiles));
	for (int i = 0; i < REACH_COUNT; i++)
		m->bounds[i] = mem_grow(m->bounds[i], (size_t)n * REACH_STRIDE,
					sizeof(*m->bounds[i]));
	for (; m->n_profiles < n; m->n_profiles++)
		fill_profile(m, m->n_profiles, packed[m->n_profiles]);
}

/* --- one offer -------------------------------------------------------------
 */
static uint32_t ban_of(const struct moffer *o)
{
	uint32_t ban = (uint32_t)o->licences << FILTER_LICENCE_SHIFT;

	return o->kind == VOCAB_NONE ? ban : ban | 1u << o->kind;
}

/* Whose record decides more than their posting repeats. */
static uint32_t heavy_of(const struct frame *f)
{
	const struct moffer *o = f->offer;
	uint32_t heavy = FILTER_MANY | FILTER_REFUSES;

	if (f->rules->weight[CRITERION_HOURS] || o->start_min >= 0 ||
	    o->end_min >= 0)
		heavy |= FILTER_DAY;
	if (f->has_training)
		heavy |= FILTER_COURSE;
	if (o->is_placed)
		heavy |= FILTER_STEP_FREE;
	return heavy;
}

static enum gate_state minor_state(const struct frame *f, int age)
{
	struct gate_result night, work;

	minor_night(f, age, &night);
	minor_work(f, age, &work);
	return night.state > work.state ? night.state : work.state;
}

/* Births after which the law fails or asks join those of the kind. */
static void begin_minors(struct scan *s)
{
	const struct set_tables *t = s->tables;
	const struct frame *f = s->frame;
	bool has_passed = false;

	s->born_latest = f->born_latest;
	s->born_sure_latest = f->born_sure_latest;
	s->born_sure_earliest = f->born_sure_earliest;
	for (int i = 0; i < t->n_minor; i++) {
		uint16_t born;

		s->minors[i] = minor_state(f, t->minor_from[i]);
		has_passed |= s->minors[i] != GATE_FAIL;
		if (s->minors[i] < GATE_ASK)
			continue;
		born = born_for(f->age_on, t->minor_from[i + 1]);
		if (born < s->born_sure_latest)
			s->born_sure_latest = born;
		if (!has_passed && born < s->born_latest)
			s->born_latest = born;
	}
}

/* Who is free before today waits from today on. */
static void begin_start(struct scan *s)
{
	int days = s->today - s->start; /* 0 or less */

	s->free_latest = UINT16_MAX;
	s->start_first = s->start_last = START_UNKNOWN;
	if (!s->start)
		return;
	s->free_latest = (uint16_t)num_clip(
		s->start + s->frame->rules->late_days, 1, UINT16_MAX);
	s->start_shift = START_DAYS - s->start;
	s->start_first = days < -START_DAYS ? 0 : START_DAYS + days;
	s->start_last = START_UNKNOWN - 1;
}

static void begin_training(struct scan *s)
{
	const struct frame *f = s->frame;
	int64_t weight =
		f->has_training ? f->rules->weight[CRITERION_TRAINING] : 0;
	bool has_levels = false;

	for (int i = 0; i < LEVELS_MAX; i++) {
		enum why why;
		int value = training_by_level(f->rules, f->offer, i - 1, &why);

		s->level_fails[i] = level_fails(f->offer, i - 1) != WHY_NOTHING;
		s->training[i] = weight * value;
		has_levels |=
			s->level_fails[i] || s->training[i] != s->training[0];
	}
	s->is_plain = !has_levels && !s->bonus->has_any;
}

/* Which way public transport is asked for, and how far anybody may be. */
static void begin_travel(struct matcher *m, struct scan *s)
{
	const struct moffer *o = s->frame->offer;
	bool has_hours = o->start_min >= 0 || o->end_min >= 0;
	enum reach reach;

	s->reach_m = FLT_MAX;
	s->bounds = m->anywhere;
	if (!o->is_placed)
		return;
	s->stride = REACH_STRIDE;
	s->x_m = (float)o->at.x_m;
	s->y_m = (float)o->at.y_m;
	s->field = pad_field(m->env.pad, o, TRAVEL_ANY, TRAVEL_AT_HOURS);
	if (has_hours && s->frame->rules->out_of_hours != RULES_EXCLUDE)
		s->by_day = pad_field(m->env.pad, o, TRAVEL_ANY,
				      TRAVEL_AT_ANY_HOUR);
	reach = s->field->has_network ? REACH_NETWORK : REACH_FORMULA;
	s->bounds = m->bounds[reach];
	s->reach_m = sqrtf(m->farthest[reach]);
}

void scan_begin(struct matcher *m, const struct frame *f, unsigned set,
		struct scan *s)
{
	const struct ruleset *r = f->rules;
	const struct moffer *o = f->offer;
	uint32_t n;

	memset(s, 0, sizeof(*s));
	s->frame = f;
	s->tables = &m->sets[set];
	s->bonus = bonus_for(&m->sets[set].bonus, m->roster, f, REACH_LEVELS);
	s->traits = roster_traits(m->roster, &n);
	s->rare_of = roster_rare_of(m->roster);
	s->rares = roster_rares(m->roster);
	begin_travel(m, s);
	s->ban = ban_of(o);
	s->heavy = heavy_of(f);
	s->is_all_heavy = f->has_training && o->is_cfa_placed;
	if (o->kind == CONTRACT_APPRENTICESHIP && f->start != DATE_NONE)
		s->dated = FILTER_DEADLINE;
	s->rare = FILTER_NEEDS | FILTER_WISH_UNKNOWN | s->dated;
	s->today = day16(f->on);
	s->start = day16(f->start);
	begin_start(s);
	begin_minors(s);
	begin_training(s);
	s->per_total = reciprocal((uint32_t)f->total_weight);
	s->travel_weight = r->weight[CRITERION_TRAVEL];
	s->must_ask = o->kind == VOCAB_NONE;
	s->check = r->check;
	s->send = r->send;
	s->need_check = r->check * f->total_weight;
	s->need_send = r->send * f->total_weight;
	s->unknown_travel = (int64_t)r->weight[CRITERION_TRAVEL] *
			    r->unknown_value[CRITERION_TRAVEL];
}

/* Level of value the journey needs when the rest is `fixed` and what differs
 * from person to person is at its best; rounded down, so never too strict. Up
 * to REACH_CLASS_MAX, for points may still lower it. */
static uint8_t level_for(const struct scan *s, int64_t fixed, int64_t best)
{
	int64_t weight = s->travel_weight * 1000;
	int64_t missing = s->check * s->frame->total_weight - fixed - best;

	if (missing <= 0 || s->is_all_heavy)
		return 0;
	if (!weight)
		return REACH_NOBODY;
	return (uint8_t)num_clip(missing * REACH_LEVELS / weight, 0,
				 REACH_CLASS_MAX);
}

/* The most that somebody with everything at its best lacks for `check`; above
 * 0 nobody of the class can be kept. */
static int64_t lack_of(const struct scan *s, uint16_t class)
{
	const struct frame *f = s->frame;
	const int32_t *w = f->rules->weight;
	int64_t most = w[CRITERION_START] + w[CRITERION_TRAVEL];

	if (f->has_training)
		most += w[CRITERION_TRAINING];
	return s->check * f->total_weight - s->fixed[class] - most * 1000 -
	       (int64_t)w[CRITERION_HOURS] * (1000 - s->check) -
	       s->bonus->best_max * f->total_weight;
}

bool scan_set_levels(struct scan *s)
{
	const struct ruleset *r = s->frame->rules;
	int64_t best = (int64_t)r->weight[CRITERION_START] * 1000;
	int64_t training = 0;
	int64_t base = (int64_t)r->weight[CRITERION_FRESHNESS] *
			       s->frame->fresh_value +
		       s->frame->total_weight / 2;
	bool is_hopeless = true;

	for (int i = 0; i < LEVELS_MAX; i++)
		if (s->training[i] > training)
			training = s->training[i];
	/* where nothing tells people apart, training is the same for all */
	if (s->is_plain)
		base += training;
	else
		best += training;
	s->level[0] = s->is_plain ? REACH_NOBODY : REACH_CLASS_MAX;
	for (uint16_t c = 1; c < s->link->n_classes; c++) {
		s->fixed[c] = base + (int64_t)r->weight[CRITERION_TRADE] *
					     s->link->value[c];
		s->level[c] = level_for(s, s->fixed[c], best);
		if (s->is_plain && s->level[c] > REACH_NOBODY)
			s->level[c] = REACH_NOBODY;
		is_hopeless &= lack_of(s, c) > 0;
	}
	return !is_hopeless;
}
