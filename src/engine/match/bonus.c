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
	for (int i = 0; i < s->n_symbols; i++)
		if (can_change(s, &s->symbols[i]))
			mask_add(&b->counts, i);
}

void bonus_clear(struct bonus *b)
{
	for (int i = 0; i < BONUS_TABLES; i++) {
		free(b->tables[i].v);
		free(b->tables[i].waits);
		free(b->tables[i].drop);
	}
	free(b->person);
}

size_t bonus_bytes(const struct bonus *b)
{
	size_t sum = b->n_traits * sizeof(*b->person);

	for (int i = 0; i < BONUS_TABLES; i++)
		sum += b->tables[i].n * (sizeof(*b->tables[i].v) +
					 sizeof(*b->tables[i].waits) + 1);
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

/* Of the waiting symbols of a trait, those that may still hit: who knows no
 * level never has a gap. */
static struct trait_waits waits_of(const struct bonus *b,
				   const struct trait *trait,
				   struct symbol_mask waiting)
{
	struct trait_waits out = {0};
	struct pair_facts facts = {.person = &trait->bits};
	int i;

	for (int k = 0; k < PAIR_FIELD_COUNT; k++)
		facts.v[k] = FACT_UNKNOWN;
	facts.v[PAIR_FAVOURS_MET] = 0;
	while ((i = mask_take(&waiting)) >= 0) {
		int cond = b->set->symbols[i].pair_when;
		bool is_open;
		enum tri t = rules_pair_outlook(b->rules, cond, &facts,
						trait->lacks, &is_open);

		if (!is_open && t != TRI_YES)
			continue;
		mask_add(&out.symbols, i);
		out.fields |= rules_pair_fields(b->rules, cond);
	}
	return out;
}

static struct trait_points settle(const struct bonus *b,
				  struct symbol_mask hits,
				  struct symbol_mask waits)
{
	const struct ruleset *s = b->set;
	struct trait_points out = {0};
	struct points sum = {0}, best;
	int i, private, all;

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

static void fill(const struct bonus *b, struct bonus_table *t,
		 const struct trait *traits, int levels)
{
	if (t->n == b->n_traits)
		return;
	t->v = mem_grow(t->v, b->n_traits, sizeof(*t->v));
	t->waits = mem_grow(t->waits, b->n_traits, sizeof(*t->waits));
	t->drop = mem_grow(t->drop, b->n_traits, sizeof(*t->drop));
	for (; t->n < b->n_traits; t->n++) {
		struct symbol_mask mine = b->person[t->n];
		struct trait_points *p = &t->v[t->n];

		t->waits[t->n] =
			waits_of(b, &traits[t->n], mask_and(t->waiting, mine));
		*p = settle(b, mask_and(t->active, mine),
			    t->waits[t->n].symbols);
		t->drop[t->n] = drop_for(b, t, p, levels);
		p->level = (uint8_t)(traits[t->n].level + 1);
		t->has_any |= p->flags || p->sum || p->public_sum;
		if (p->best > t->best_max)
			t->best_max = p->best;
	}
}

/* --- by offer --------------------------------------------------------------
 */
/* Facts of pairs that the offer settles, for whom the scan does not evaluate in
 * full: of an offer with a CFA of its own, or of people with one, all are. */
static uint32_t settled_facts(const struct frame *f,
			      int32_t v[PAIR_FIELD_COUNT])
{
	const struct moffer *o = f->offer;
	const struct pair x = {.f = f};
	uint32_t out = 1u << PAIR_DAYS_TO_START | 1u << PAIR_OFFER_AGE |
		       1u << PAIR_CFA_MINUTES;

	for (int i = 0; i < PAIR_FIELD_COUNT; i++)
		v[i] = FACT_UNKNOWN;
	v[PAIR_DAYS_TO_START] = pair_fact(&x, PAIR_DAYS_TO_START);
	v[PAIR_OFFER_AGE] = pair_fact(&x, PAIR_OFFER_AGE);
	if (!o->is_placed)
		out |= 1u << PAIR_MINUTES | 1u << PAIR_MINUTES_OF_LIMIT;
	if (!o->is_placed || o->start_min < 0)
		out |= 1u << PAIR_LEAVE;
	if (!o->is_placed || o->end_min < 0)
		out |= 1u << PAIR_BACK;
	if (o->level_target <= 0 && o->level_required < 0)
		out |= 1u << PAIR_LEVEL_GAP;
	if (o->french_oral_asked < 0)
		out |= 1u << PAIR_FRENCH_ORAL_GAP;
	if (!o->rncp)
		out |= 1u << PAIR_SAME_COURSE;
	if (!o->cfa)
		out |= 1u << PAIR_SAME_CFA;
	return out;
}

static void split_symbols(const struct bonus *b, const struct frame *f,
			  struct symbol_mask *active,
			  struct symbol_mask *waiting)
{
	struct pair_facts facts = {.offer = &f->offer->conds};
	uint32_t settled = settled_facts(f, facts.v);
	struct symbol_mask left = b->counts;
	int i;

	*active = *waiting = (struct symbol_mask){0};
	while ((i = mask_take(&left)) >= 0) {
		const struct symbol *y = &b->set->symbols[i];
		enum tri t = TRI_YES;
		bool is_open = false;

		if (y->offer_when >= 0 &&
		    cond_bits_get(facts.offer, y->offer_when) != TRI_YES)
			continue;
		if (y->pair_when >= 0)
			t = rules_pair_outlook(b->rules, y->pair_when, &facts,
					       settled, &is_open);
		if (is_open)
			mask_add(waiting, i);
		else if (t == TRI_YES)
			mask_add(active, i);
	}
}

static uint64_t hash_mask(struct symbol_mask m, uint64_t h)
{
	for (int i = 0; i < SYMBOL_WORDS; i++)
		h = (h ^ m.w[i] ^ h >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return h;
}

const struct bonus_table *bonus_for(struct bonus *b, const struct roster *r,
				    const struct frame *f, int levels)
{
	struct symbol_mask active, waiting;
	struct bonus_table *t;
	uint64_t h;
	uint32_t n;

	split_symbols(b, f, &active, &waiting);
	h = hash_mask(waiting, hash_mask(active, (uint64_t)f->total_weight));
	t = &b->tables[h >> 32 & (BONUS_TABLES - 1)];
	if (t->total != f->total_weight ||
	    memcmp(&t->active, &active, sizeof(active)) != 0 ||
	    memcmp(&t->waiting, &waiting, sizeof(waiting)) != 0) {
		t->active = active;
		t->waiting = waiting;
		t->total = f->total_weight;
		t->n = 0;
		t->best_max = 0;
		t->has_any = false;
	}
	know_traits(b, r);
	fill(b, t, roster_traits(r, &n), levels);
	return t;
}

int bonus_settle(const struct bonus *b, const struct bonus_table *t,
		 uint16_t trait, const struct pair *x, int *public_sum,
		 int *sum)
{
	const struct ruleset *s = b->set;
	const struct trait_waits *w = &t->waits[trait];
	struct symbol_mask waits = w->symbols;
	struct symbol_mask hits = mask_and(t->active, b->person[trait]);
	struct pair_facts facts = {.offer = &x->f->offer->conds,
				   .person = x->person_conds};
	struct points points = {0};
	int i, private, result = 0;

	for (uint32_t k = w->fields; k; k &= k - 1)
		facts.v[__builtin_ctz(k)] =
			pair_fact(x, (enum pair_field)__builtin_ctz(k));
	while ((i = mask_take(&waits)) >= 0)
		if (rules_pair_cond(b->rules, s->symbols[i].pair_when,
				    &facts) == TRI_YES)
			mask_add(&hits, i);
	while ((i = mask_take(&hits)) >= 0) {
		const struct symbol *y = &s->symbols[i];

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
