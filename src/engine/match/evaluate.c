/* SPDX-License-Identifier: EUPL-1.2 */
/* One pair, every gate, criterion and symbol with its facts: what explain
 * shows, what the planner decides by and the ledger freezes. It repeats nothing
 * of the scan (scan.c) but the rules' small functions and the frame; that both
 * agree is what tests/unit/test_match.c tries to break. */
#include "evaluate.h"

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>

static void try_link(const struct match_env *env, const struct ruleset *s,
		     uint16_t wish, int rank, uint16_t trade, struct link *best)
{
	const struct tradenet *t = env->trades;
	bool is_same = wish == trade;
	int near = is_same ? 0 : tradenet_proximity(t, wish, trade);
	bool is_family = tradenet_family(t, wish) == tradenet_family(t, trade);
	int nearness = rules_nearness(s, is_family, near);
	int value = rules_trade_value(s, rank, is_same, nearness);

	if (value <= best->value)
		return;
	*best = (struct link){
		.value = value,
		.rank = rank,
		.wish = wish,
		.is_same = is_same,
		.proximity = near,
		.by_proximity = rules_nearness(s, false, near),
	};
}

void pair_find_link(struct pair *x)
{
	const struct moffer *o = x->f->offer;

	for (int i = 0; i < o->n_trades; i++)
		for (int rank = 0; rank < x->p->n_trades; rank++)
			try_link(x->env, x->f->rules, x->p->trades[rank], rank,
				 o->trades[i], &x->link);
}

void pair_find_day(struct pair *x)
{
	const struct moffer *o = x->f->offer;

	x->leaves = x->back = VERDICT_NO_TIME;
	if (!x->way.is_placed || !x->way.has_way)
		return;
	if (o->start_min >= 0)
		x->leaves = o->start_min - x->way.minutes;
	if (x->f->end_min >= 0)
		x->back = x->f->end_min + x->way.minutes;
}

void pair_make(const struct match_env *env, const struct mperson *p,
	       const struct frame *f, struct pair *x)
{
	*x = (struct pair){
		.env = env,
		.p = p,
		.f = f,
		.cfa_cost = -1,
		.age = p->birth ? date_age(day16_date(p->birth), f->age_on)
				: -1,
	};
	pair_find_link(x);
	journey_make(env, p, f->offer, &x->way);
	if (f->has_training)
		x->cfa_cost = journey_cfa_cost(env, p, f->offer);
	x->cfa_limit = journey_cfa_limit(env->travel, p);
	pair_find_day(x);
}

static bool has_effect(const struct verdict *v, uint8_t effect)
{
	for (int i = 0; i < v->rules->n_symbols; i++)
		if (v->symbols[i].state == SYMBOL_HIT &&
		    v->rules->symbols[i].effect == effect)
			return true;
	return false;
}

static bool has_gate(const struct verdict *v, enum gate_state state)
{
	for (int i = 0; i < GATE_COUNT; i++)
		if (v->gates[i].state == state)
			return true;
	return false;
}

static enum decision decide(const struct verdict *v)
{
	const struct ruleset *s = v->rules;

	if (has_gate(v, GATE_FAIL) || has_effect(v, RULES_EXCLUDE) ||
	    v->public_score < s->check)
		return DECISION_EXCLUDE;
	if (has_gate(v, GATE_ASK) || has_effect(v, RULES_CHECK) ||
	    v->public_score < s->send)
		return DECISION_CHECK;
	return DECISION_SEND;
}

void evaluate_framed(const struct match_env *env, const struct mperson *p,
		     const struct frame *f, const struct cond_bits *person,
		     struct verdict *out)
{
	const struct moffer *o = f->offer;
	struct pair x;

	pair_make(env, p, f, &x);
	x.v = out;
	x.person_conds = person;
	*out = (struct verdict){
		.set = p->set,
		.person = p->id,
		.offer = o->id,
		.on = f->on,
		.start = o->start,
		.rules = f->rules,
		.cfa_minutes = x.cfa_cost < 0 ? -1
					      : travel_minutes(env->travel,
							       x.cfa_cost),
		.leaves = x.leaves,
		.back = x.back,
		.has_unknown_exposures = (o->known & NEED_LANES) != NEED_LANES,
	};
	/* the one gate that is private whatever it says */
	out->gates[GATE_NEED].is_private = true;
	pair_judge_gates(&x);
	pair_value_criteria(&x);
	pair_judge_symbols(&x);
	out->decision = decide(out);
}

void match_evaluate(const struct match_env *env, const struct mperson *p,
		    const struct moffer *o, int32_t on, struct verdict *out)
{
	struct frame f;

	BUG_ON(!env->pad);
	frame_make(env, p->set, o, on, &f);
	evaluate_framed(env, p, &f, NULL, out);
}

void match_pair_facts(const struct match_env *env, const struct mperson *p,
		      const struct moffer *o, int32_t on,
		      struct pair_facts *out)
{
	struct frame f;
	struct pair x;

	frame_make(env, p->set, o, on, &f);
	pair_make(env, p, &f, &x);
	*out = (struct pair_facts){.offer = NULL};
	for (int i = 0; i < PAIR_FIELD_COUNT; i++)
		out->v[i] = pair_fact(&x, (enum pair_field)i);
}
