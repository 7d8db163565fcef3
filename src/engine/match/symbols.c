/* SPDX-License-Identifier: EUPL-1.2 */
/* The administrator's symbols on one pair: the facts they ask for, which of
 * them hit, and what their points come to under the ceilings of the groups. */
#include "pair.h"

#include <etrier/date.h>
#include <etrier/num.h>

static int32_t known_minus(int a, int b)
{
	return a < 0 || b < 0 ? FACT_UNKNOWN : a - b;
}

/* The level the offer leads to, else the one it asks. */
static int32_t level_gap(const struct pair *x)
{
	const struct moffer *o = x->f->offer;

	return known_minus(o->level_target > 0 ? o->level_target
					       : o->level_required,
			   x->p->level);
}

static int32_t same_fact(uint32_t a, uint32_t b)
{
	return !a || !b ? FACT_UNKNOWN : a == b;
}

static int32_t days_between(int32_t from, int32_t to)
{
	return from == DATE_NONE || to == DATE_NONE ? FACT_UNKNOWN : to - from;
}

static int32_t way_fact(const struct pair *x, enum pair_field field)
{
	const struct journey *j = &x->way;

	if (!j->is_placed || !j->has_way)
		return FACT_UNKNOWN;
	if (field == PAIR_MINUTES)
		return j->minutes;
	return j->limit > 0 ? (int32_t)num_div_round((int64_t)j->cost * 100,
						     j->limit)
			    : FACT_UNKNOWN;
}

static int32_t time_fact(int32_t minute)
{
	return minute == VERDICT_NO_TIME ? FACT_UNKNOWN : minute;
}

static int32_t person_fact(const struct pair *x, enum pair_field field)
{
	const struct mperson *p = x->p;

	switch (field) {
	case PAIR_AGE:
		return x->age < 0 ? FACT_UNKNOWN : x->age;
	case PAIR_AGE_TODAY:
		return p->birth ? date_age(day16_date(p->birth), x->f->on)
				: FACT_UNKNOWN;
	case PAIR_DAYS_TO_DEADLINE:
		return days_between(x->f->on, day16_date(p->deadline));
	case PAIR_CFA_MINUTES:
		return x->cfa_cost < 0
			       ? FACT_UNKNOWN
			       : travel_minutes(x->env->travel, x->cfa_cost);
	case PAIR_LEAVE:
		return time_fact(x->leaves);
	case PAIR_BACK:
		return time_fact(x->back);
	default:
		return FACT_UNKNOWN;
	}
}

int32_t pair_fact(const struct pair *x, enum pair_field field)
{
	const struct moffer *o = x->f->offer;
	const struct mperson *p = x->p;

	switch (field) {
	case PAIR_MINUTES:
	case PAIR_MINUTES_OF_LIMIT:
		return way_fact(x, field);
	case PAIR_DAYS_TO_START:
		return days_between(x->f->on, o->start);
	case PAIR_OFFER_AGE:
		return days_between(o->posted, x->f->on);
	case PAIR_RANK:
		return x->link.value ? x->link.rank + 1 : FACT_UNKNOWN;
	case PAIR_TRADE_VALUE:
		return x->link.value;
	case PAIR_LEVEL_GAP:
		return level_gap(x);
	case PAIR_FRENCH_ORAL_GAP:
		return known_minus(o->french_oral_asked, p->french_oral);
	case PAIR_SAME_COURSE:
		return same_fact(o->rncp, p->rncp);
	case PAIR_SAME_CFA:
		return same_fact(o->cfa, p->cfa);
	case PAIR_FAVOURS_MET:
		return needs_met(p->needs_favour, o);
	default:
		return person_fact(x, field);
	}
}

/* --- points ----------------------------------------------------------------
 */
void points_add(struct points *p, const struct symbol *s)
{
	p->by_group[s->group < 0 ? RULES_GROUPS_MAX : s->group] += s->points;
}

int points_sum(const struct points *p, const struct ruleset *s, int *private)
{
	int sum = p->by_group[RULES_GROUPS_MAX];

	*private = 0;
	for (int g = 0; g < s->n_groups; g++) {
		int max = s->groups[g].max;
		int v = (int)num_clip(p->by_group[g], -max, max);

		sum += v;
		*private += s->groups[g].is_private ? v : 0;
	}
	return sum;
}

static void put_points(struct verdict *v, const struct points *p)
{
	const struct ruleset *s = v->rules;
	int private, all = points_sum(p, s, &private);

	for (int g = 0; g < s->n_groups; g++)
		v->groups[g] = (int16_t)num_clip(
			p->by_group[g], -s->groups[g].max, s->groups[g].max);
	v->public_score = (int)num_clip(v->base + all - private, 0, 1000);
	v->score = (int)num_clip(v->base + all, 0, 1000);
}

static void judge_symbol(struct pair *x, const struct pair_facts *facts, int i,
			 struct points *sum)
{
	const struct symbol *s = &x->v->rules->symbols[i];
	enum tri state = rules_symbol_state(x->env->rules, s, facts);

	x->v->symbols[i] = (struct symbol_result){
		.state = state == TRI_YES	? SYMBOL_HIT
			 : state == TRI_UNKNOWN ? SYMBOL_UNKNOWN
						: SYMBOL_MISSED,
		.points = state == TRI_YES ? s->points : (int16_t)0,
	};
	if (state == TRI_YES)
		points_add(sum, s);
}

void pair_judge_symbols(struct pair *x)
{
	struct pair_facts facts = {.offer = &x->f->offer->conds};
	struct cond_bits person = {.yes = {0}};
	struct points sum = {0};

	for (int i = 0; i < PAIR_FIELD_COUNT; i++)
		facts.v[i] = pair_fact(x, (enum pair_field)i);
	if (!x->person_conds)
		rules_person_conds(x->env->rules, x->p, &person);
	facts.person = x->person_conds ? x->person_conds : &person;
	for (int i = 0; i < x->v->rules->n_symbols; i++)
		judge_symbol(x, &facts, i, &sum);
	put_points(x->v, &sum);
}
