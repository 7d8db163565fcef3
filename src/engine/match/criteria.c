/* SPDX-License-Identifier: EUPL-1.2 */
/* The criteria of one pair: a value each, or unknown, or not applicable; and
 * the base they make together. */
#include "pair.h"

#include <etrier/date.h>
#include <etrier/num.h>

static void set_criterion(struct pair *x, enum criterion c,
			  enum criterion_state state, int value, enum why why,
			  int32_t a, int32_t b, int32_t d)
{
	x->v->criteria[c] = (struct criterion_result){
		.state = state,
		.value = value,
		.weight = x->f->rules->weight[c],
		.why = why,
		.facts = {a, b, d},
	};
}

static void set_known(struct pair *x, enum criterion c, int value, enum why why,
		      int32_t a, int32_t b, int32_t d)
{
	set_criterion(x, c, CRITERION_KNOWN, value, why, a, b, d);
}

static void set_unknown(struct pair *x, enum criterion c, enum why why)
{
	set_criterion(x, c, CRITERION_UNKNOWN, x->f->rules->unknown_value[c],
		      why, 0, 0, 0);
}

static void set_apart(struct pair *x, enum criterion c)
{
	set_criterion(x, c, CRITERION_NOT_APPLICABLE, 0, WHY_NOTHING, 0, 0, 0);
}

static void value_trade(struct pair *x)
{
	const struct link *l = &x->link;
	enum why why = WHY_TRADE_FAMILY;

	if (!l->value)
		why = WHY_NOTHING;
	else if (l->is_same)
		why = WHY_TRADE_EXACT;
	else if (l->by_proximity >= l->value)
		why = WHY_TRADE_NEIGHBOUR;
	set_known(x, CRITERION_TRADE, l->value, why, l->rank, l->wish,
		  l->proximity);
}

static void value_travel(struct pair *x)
{
	const struct travel *t = x->env->travel;
	const struct ruleset *s = x->f->rules;
	const struct journey *j = &x->way;
	int firm, cfa;

	if (!j->is_placed) {
		set_unknown(x, CRITERION_TRAVEL, WHY_NOTHING);
		return;
	}
	firm = rules_travel_value(s, j->cost, j->limit, t->cost_per_minute);
	if (x->cfa_cost < 0 || x->cfa_limit < 0) {
		set_known(x, CRITERION_TRAVEL, firm, WHY_TRAVEL, j->minutes,
			  x->p->max_minutes, (int32_t)j->mode);
		return;
	}
	cfa = rules_travel_value(s, x->cfa_cost, x->cfa_limit,
				 t->cost_per_minute);
	set_known(x, CRITERION_TRAVEL, rules_travel_both(s, firm, cfa),
		  WHY_TRAVEL_BOTH, j->minutes, travel_minutes(t, x->cfa_cost),
		  (int32_t)j->mode);
}

/* --- training --------------------------------------------------------------
 */
int training_by_level(const struct ruleset *s, const struct moffer *o,
		      int level, enum why *why)
{
	int gap = o->level_target - level;

	if (o->level_target <= 0 || level < 0) {
		*why = WHY_NOTHING;
		return s->unknown_value[CRITERION_TRAINING];
	}
	*why = gap <= 0	  ? WHY_SAME_LEVEL
	       : gap == 1 ? WHY_NEXT_LEVEL
			  : WHY_HIGHER_LEVEL;
	return gap <= 0	  ? s->same_level
	       : gap == 1 ? s->next_level
			  : s->higher_level;
}

static void value_training(struct pair *x)
{
	const struct ruleset *s = x->f->rules;
	const struct moffer *o = x->f->offer;
	const struct mperson *p = x->p;
	enum why why;
	int value;
	int32_t a = o->level_target, b = p->level;

	if (!x->f->has_training) {
		set_apart(x, CRITERION_TRAINING);
		return;
	}
	value = training_by_level(s, o, p->level, &why);
	if (o->rncp && p->rncp) {
		bool is_same = o->rncp == p->rncp;

		why = is_same ? WHY_SAME_COURSE : WHY_OTHER_COURSE;
		value = is_same ? s->same_course : s->other_course;
		a = (int32_t)o->rncp;
	}
	if (o->cfa && p->cfa && o->cfa != p->cfa && value > s->other_cfa) {
		why = WHY_OTHER_CFA;
		value = s->other_cfa;
	}
	set_criterion(x, CRITERION_TRAINING,
		      why ? CRITERION_KNOWN : CRITERION_UNKNOWN, value, why, a,
		      b, 0);
}

/* --- dates and hours -------------------------------------------------------
 */
static void value_start(struct pair *x)
{
	const struct frame *f = x->f;
	int32_t free_on = day16_date(x->p->available);
	int days;

	if (f->start == DATE_NONE || !x->p->available) {
		set_unknown(x, CRITERION_START,
			    f->start == DATE_NONE     ? WHY_START_UNKNOWN
			    : f->offer->start < f->on ? WHY_START_PAST
						      : WHY_START_OK);
		x->v->criteria[CRITERION_START].facts[0] = f->offer->start;
		return;
	}
	days = (free_on > f->on ? free_on : f->on) - f->start;
	set_known(x, CRITERION_START, rules_start_value(f->rules, days),
		  f->offer->start < f->on ? WHY_START_PAST : WHY_START_OK,
		  f->offer->start, days, 0);
}

/* Time to spare at the ends of the day, for who has a limit there. */
static void value_hours(struct pair *x)
{
	const struct mperson *p = x->p;
	int32_t margin = INT32_MAX;

	if (p->earliest_departure < 0 && p->latest_return < 0) {
		set_apart(x, CRITERION_HOURS);
		return;
	}
	if (p->earliest_departure >= 0 && x->leaves != VERDICT_NO_TIME)
		margin = x->leaves - p->earliest_departure;
	if (p->latest_return >= 0 && x->back != VERDICT_NO_TIME &&
	    p->latest_return - x->back < margin)
		margin = p->latest_return - x->back;
	if (margin == INT32_MAX)
		set_unknown(x, CRITERION_HOURS, WHY_NOTHING);
	else
		set_known(x, CRITERION_HOURS,
			  rules_hours_value(x->f->rules, margin), WHY_HOURS_FIT,
			  x->leaves, x->back, 0);
}

static void value_freshness(struct pair *x)
{
	const struct frame *f = x->f;
	int days = f->is_fresh_known ? f->on - f->offer->posted : 0;

	if (!f->is_fresh_known)
		set_unknown(x, CRITERION_FRESHNESS, WHY_NOTHING);
	else
		set_known(x, CRITERION_FRESHNESS, f->fresh_value, WHY_FRESH,
			  days < 0 ? 0 : days, 0, 0);
}

/* --- together --------------------------------------------------------------
 */
static void weigh(struct verdict *v)
{
	int64_t total = 0, sum = 0;

	for (int i = 0; i < CRITERION_COUNT; i++) {
		const struct criterion_result *c = &v->criteria[i];

		if (c->state == CRITERION_NOT_APPLICABLE)
			continue;
		total += c->weight;
		sum += (int64_t)c->weight * c->value;
	}
	v->base = total ? (int)num_div_round(sum, total) : 0;
	for (int i = 0; total && i < CRITERION_COUNT; i++) {
		struct criterion_result *c = &v->criteria[i];

		if (c->state == CRITERION_NOT_APPLICABLE)
			continue;
		c->points = (int)num_div_round((int64_t)c->weight * c->value,
					       total);
		c->points_max =
			(int)num_div_round((int64_t)c->weight * 1000, total);
	}
}

void pair_value_criteria(struct pair *x)
{
	value_trade(x);
	value_travel(x);
	value_training(x);
	value_start(x);
	value_hours(x);
	value_freshness(x);
	weigh(x->v);
}
