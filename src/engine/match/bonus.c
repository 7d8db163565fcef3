/* SPDX-License-Identifier: EUPL-1.2 */
/* Points by trait: see bonus.h. */
#include "bonus.h"

#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

static void mask_add(struct symbol_mask *m, int i)
{
	m->w[i / 64] |= (uint64_t)1 << i % 64;
}

static struct symbol_mask mask_and(struct symbol_mask a, struct symbol_mask b)
{
	for (int i = 0; i < SYMBOL_WORDS; i++)
		a.w[i] &= b.w[i];
	return a;
}

/* The next symbol of the mask, taken out of it; -1: none left. */
static int mask_take(struct symbol_mask *m)
{
	for (int i = 0; i < SYMBOL_WORDS; i++) {
		int bit;

		if (!m->w[i])
			continue;
		bit = __builtin_ctzll(m->w[i]);
		m->w[i] &= m->w[i] - 1;
		return i * 64 + bit;
	}
	return -1;
}

static bool can_change(const struct ruleset *s, const struct symbol *y)
{
	bool has_points =
		y->points && (y->group < 0 || s->groups[y->group].max > 0);

	return has_points || y->effect != RULES_PASS;
}

void bonus_init(struct bonus *b, const struct rules *r, const struct ruleset *s)
{
	*b = (struct bonus){.rules = r, .set = s};
	for (int i = 0; i < s->n_symbols; i++) {
		if (can_change(s, &s->symbols[i]))
			mask_add(&b->counts, i);
		if (s->symbols[i].pair_when >= 0)
			mask_add(&b->paired, i);
	}
}

void bonus_clear(struct bonus *b)
{
	for (int i = 0; i < BONUS_TABLES; i++) {
		free(b->tables[i].v);
		free(b->tables[i].drop);
	}
	free(b->person);
}

size_t bonus_bytes(const struct bonus *b)
{
	size_t sum = b->n_traits * sizeof(*b->person);

	for (int i = 0; i < BONUS_TABLES; i++)
		sum += b->tables[i].n * (sizeof(*b->tables[i].v) + 1);
	return sum;
}

/* --- by trait --------------------------------------------------------------
 */
static struct symbol_mask person_mask(const struct ruleset *s,
				      const struct trait *t)
{
	struct symbol_mask m = {0};

	for (int i = 0; i < s->n_symbols; i++) {
		int when = s->symbols[i].person_when;

		if (when < 0 || cond_bits_get(&t->bits, when) == TRI_YES)
			mask_add(&m, i);
	}
	return m;
}

static void know_traits(struct bonus *b, const struct roster *r)
{
	uint32_t n;
	const struct trait *v = roster_traits(r, &n);

	if (n == b->n_traits)
		return;
	b->person = mem_grow(b->person, n, sizeof(*b->person));
	for (; b->n_traits < n; b->n_traits++)
		b->person[b->n_traits] = person_mask(b->set, &v[b->n_traits]);
}

static struct trait_points settle(const struct bonus *b,
				  struct symbol_mask hits)
{
	const struct ruleset *s = b->set;
	struct trait_points out = {0};
	struct points sum = {0}, best;
	int i, private, all;
	struct symbol_mask waits = mask_and(hits, b->paired);

	for (int k = 0; k < SYMBOL_WORDS; k++)
		hits.w[k] &= ~b->paired.w[k];
	while ((i = mask_take(&hits)) >= 0) {
		points_add(&sum, &s->symbols[i]);
		if (s->symbols[i].effect == RULES_CHECK)
			out.flags |= TRAIT_ASKS;
		if (s->symbols[i].effect == RULES_EXCLUDE)
			out.flags |= TRAIT_FAILS;
	}
	best = sum;
	while ((i = mask_take(&waits)) >= 0) {
		out.flags |= TRAIT_WAITS;
		if (s->symbols[i].points > 0)
			points_add(&best, &s->symbols[i]);
	}
	all = points_sum(&sum, s, &private);
	out.sum = (int16_t)num_clip(all, -INT16_MAX, INT16_MAX);
	out.public_sum =
		(int16_t)num_clip(all - private, -INT16_MAX, INT16_MAX);
	all = points_sum(&best, s, &private);
	out.best = (int16_t)num_clip(all - private, -INT16_MAX, INT16_MAX);
	return out;
}

/* best / 1000 of the whole, in levels of the journey's weight. Points below
 * zero lower what can be reached: no drop, and the judgement sees to it. */
static uint8_t drop_for(const struct bonus *b, const struct bonus_table *t,
			const struct trait_points *p, int levels)
{
	int64_t weight = (int64_t)b->set->weight[CRITERION_TRAVEL] * 1000;
	int64_t gain = p->best * t->total;

	if (p->flags & TRAIT_FAILS)
		return DROP_NOBODY;
	if (gain <= 0)
		return 0;
	if (!weight)
		return DROP_NOBODY - 1;
	return (uint8_t)num_clip((gain * levels + weight - 1) / weight, 0,
				 DROP_NOBODY - 1);
}

static void fill(const struct bonus *b, struct bonus_table *t, int levels)
{
	if (t->n == b->n_traits)
		return;
	t->v = mem_grow(t->v, b->n_traits, sizeof(*t->v));
	t->drop = mem_grow(t->drop, b->n_traits, sizeof(*t->drop));
	for (; t->n < b->n_traits; t->n++) {
		t->v[t->n] = settle(b, mask_and(t->active, b->person[t->n]));
		t->drop[t->n] = drop_for(b, t, &t->v[t->n], levels);
		if (t->v[t->n].best > t->best_max)
			t->best_max = t->v[t->n].best;
	}
}

/* --- by offer --------------------------------------------------------------
 */
static struct symbol_mask active_for(const struct bonus *b,
				     const struct moffer *o)
{
	struct symbol_mask m = {0}, left = b->counts;
	int i;

	while ((i = mask_take(&left)) >= 0) {
		int when = b->set->symbols[i].offer_when;

		if (when < 0 || cond_bits_get(&o->conds, when) == TRI_YES)
			mask_add(&m, i);
	}
	return m;
}

const struct bonus_table *bonus_for(struct bonus *b, const struct roster *r,
				    const struct frame *f, int levels)
{
	struct symbol_mask active = active_for(b, f->offer);
	uint64_t h =
		(active.w[0] ^ active.w[1] * 31) + (uint64_t)f->total_weight;
	struct bonus_table *t;

	h *= UINT64_C(0x9e3779b97f4a7c15);
	t = &b->tables[h >> 32 & (BONUS_TABLES - 1)];
	if (t->total != f->total_weight ||
	    memcmp(&t->active, &active, sizeof(active)) != 0) {
		t->active = active;
		t->total = f->total_weight;
		t->n = 0;
		t->best_max = 0;
	}
	know_traits(b, r);
	fill(b, t, levels);
	return t;
}

int bonus_settle(const struct bonus *b, const struct bonus_table *t,
		 uint16_t trait, struct pair *x, int *public_sum, int *sum)
{
	const struct ruleset *s = b->set;
	struct symbol_mask hits = mask_and(t->active, b->person[trait]);
	struct pair_facts facts = {.offer = &x->f->offer->conds,
				   .person = x->person_conds};
	struct points points = {0};
	int i, private, result = 0;

	while ((i = mask_take(&hits)) >= 0) {
		const struct symbol *y = &s->symbols[i];
		uint32_t fields =
			y->pair_when < 0
				? 0
				: rules_pair_fields(b->rules, y->pair_when);

		for (; fields; fields &= fields - 1) {
			enum pair_field k =
				(enum pair_field)__builtin_ctz(fields);

			facts.v[k] = pair_fact(x, k);
		}
		if (y->pair_when >= 0 &&
		    rules_pair_cond(b->rules, y->pair_when, &facts) != TRI_YES)
			continue;
		points_add(&points, y);
		if (y->effect == RULES_EXCLUDE)
			result = -1;
		else if (y->effect == RULES_CHECK && !result)
			result = 1;
	}
	*sum = points_sum(&points, s, &private);
	*public_sum = *sum - private;
	return result;
}
