/* SPDX-License-Identifier: EUPL-1.2 */
/* Programs run: see rules_when.h and when_parts.h. Nothing here allocates but
 * the folding of an offer's texts, once an offer. */
#include "when_parts.h"

#include <etrier/mem.h>

#include <string.h>

typedef void fact_fn(void *ctx, const struct when_atom *a,
		     struct when_fact *out);

static inline enum tri tri_and(enum tri a, enum tri b)
{
	if (a == TRI_NO || b == TRI_NO)
		return TRI_NO;
	return a == TRI_YES && b == TRI_YES ? TRI_YES : TRI_UNKNOWN;
}

static inline enum tri tri_not(enum tri a)
{
	return a == TRI_UNKNOWN ? a : a == TRI_YES ? TRI_NO : TRI_YES;
}

static bool has_word(const struct when_atom *a, const char *text)
{
	for (size_t i = 0; i < a->n_words; i++) {
		const char *w = a->words[i];

		if (a->test == TEST_WORDS   ? strstr(text, w) != NULL
		    : a->test == TEST_START ? strncmp(text, w, strlen(w)) == 0
					    : strcmp(text, w) == 0)
			return true;
	}
	return false;
}

static bool is_in_clock(const struct when_atom *a, int64_t n)
{
	/* A journey may begin the day before and end the day after. */
	if (n < 0)
		n += 1440 * ((1439 - n) / 1440);
	else if (n > 1440)
		n %= 1440;
	return a->lo <= a->hi ? n >= a->lo && n <= a->hi
			      : n >= a->lo || n <= a->hi;
}

static bool is_met(const struct when_atom *a, const struct when_fact *f)
{
	switch ((enum when_test)a->test) {
	case TEST_RANGE:
		return f->n >= a->lo && f->n <= a->hi;
	case TEST_CLOCK:
		return is_in_clock(a, f->n);
	case TEST_MASK:
		return (f->bits & a->mask) != 0;
	case TEST_TRADES:
		for (int i = 0; i < f->n_trades; i++)
			if (trade_set_has(a->trades, f->trades[i]))
				return true;
		return false;
	case TEST_PLACES:
		return a->places[f->n / 64] >> (f->n % 64) & 1;
	default:
		for (int i = 0; i < f->n_texts; i++)
			if (f->texts[i] && has_word(a, f->texts[i]))
				return true;
		return false;
	}
}

enum tri when_test_atom(const struct when_atom *a, const struct when_fact *f)
{
	bool is_presence = a->test == TEST_PRESENT || a->test == TEST_ABSENT;

	if (is_presence)
		return f->is_known == (a->test == TEST_PRESENT) ? TRI_YES
								: TRI_NO;
	if (!f->is_known)
		return a->test == TEST_MASK && a->mask & WHEN_UNKNOWN_BIT
			       ? TRI_YES
			       : TRI_UNKNOWN;
	return is_met(a, f) ? TRI_YES : TRI_NO;
}

/* refs: what references ask, by pool; NULL where none is possible. */
static inline enum tri run(const struct rules_when *w,
			   const struct when_cond *c, fact_fn *get, void *ctx,
			   const struct pair_facts *refs)
{
	enum tri stack[WHEN_STACK_MAX] = {TRI_UNKNOWN};
	int top = -1;

	for (uint32_t i = 0; i < c->n_steps; i++) {
		const struct when_step *s = &w->steps[c->first + i];

		if (s->op == STEP_ATOM) {
			struct when_fact f = {0};
			const struct when_atom *a = &w->atoms[s->arg];

			get(ctx, a, &f);
			stack[++top] = when_test_atom(a, &f);
		} else if (s->op == STEP_REF) {
			int cond = s->arg & 0xffff;

			stack[++top] = cond_bits_get(s->arg >> 16 == COND_OFFER
							     ? refs->offer
							     : refs->person,
						     cond);
		} else if (s->op == STEP_NOT) {
			stack[top] = tri_not(stack[top]);
		} else {
			enum tri b = stack[top--], a = stack[top];

			stack[top] = s->op == STEP_AND
					     ? tri_and(a, b)
					     : tri_not(tri_and(tri_not(a),
							       tri_not(b)));
		}
	}
	return stack[0];
}

static void set_bit(struct cond_bits *out, size_t cond, enum tri t)
{
	uint64_t bit = (uint64_t)1 << (cond & 63);

	if (t == TRI_YES)
		out->yes[cond >> 6] |= bit;
	else if (t == TRI_UNKNOWN)
		out->unknown[cond >> 6] |= bit;
}

static void offer_fact(void *ctx, const struct when_atom *a,
		       struct when_fact *out)
{
	when_offer_fact(ctx, a, out);
}

void rules_offer_conds(const struct rules *r, const struct refdata *rd,
		       const struct offer *o, struct cond_bits *out)
{
	const struct when_pool *p = &r->when->pools[COND_OFFER];
	struct arena a;
	struct when_offer ctx = {
		.offer = o, .rd = rd, .arena = &a, .n_trades = -1};

	arena_init(&a);
	*out = (struct cond_bits){0};
	for (size_t i = 0; i < p->n; i++)
		set_bit(out, i, run(r->when, &p->v[i], offer_fact, &ctx, NULL));
	arena_clear(&a);
}

struct person_ctx {
	const struct rules_when *when;
	const struct mperson *person;
};

static void person_fact(void *ctx, const struct when_atom *a,
			struct when_fact *out)
{
	const struct person_ctx *c = ctx;

	when_person_fact(c->when, c->person, a, out);
}

void rules_person_conds(const struct rules *r, const struct mperson *p,
			struct cond_bits *out)
{
	const struct when_pool *pool = &r->when->pools[COND_PERSON];
	struct person_ctx ctx = {r->when, p};

	*out = (struct cond_bits){0};
	for (size_t i = 0; i < pool->n; i++)
		set_bit(out, i,
			run(r->when, &pool->v[i], person_fact, &ctx, NULL));
}

void rules_person_reads(const struct rules *r, struct mperson *out)
{
	const struct rules_when *w = r->when;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < w->n_atoms; i++)
		if (w->atoms[i].pool == COND_PERSON)
			when_person_read(&w->atoms[i], out);
}

struct pair_ctx {
	const struct pair_facts *facts;
};

static void pair_fact(void *ctx, const struct when_atom *a,
		      struct when_fact *out)
{
	const struct pair_ctx *c = ctx;

	when_pair_fact(c->facts, a, out);
}

uint32_t rules_pair_fields(const struct rules *r, int cond)
{
	return r->when->pools[COND_PAIR].v[cond].pair_fields;
}

enum tri rules_pair_cond(const struct rules *r, int cond,
			 const struct pair_facts *f)
{
	struct pair_ctx ctx = {f};

	return run(r->when, &r->when->pools[COND_PAIR].v[cond], pair_fact, &ctx,
		   f);
}

/* Asks whether a field is known, and so may change its answer when it becomes
 * known; nothing else does but by becoming more certain. */
static bool tests_presence(const struct when_atom *a)
{
	return a->test == TEST_PRESENT || a->test == TEST_ABSENT ||
	       (a->test == TEST_MASK && (a->mask & WHEN_UNKNOWN_BIT));
}

enum tri rules_pair_outlook(const struct rules *r, int cond,
			    const struct pair_facts *f, uint32_t settled,
			    bool *is_open)
{
	const struct rules_when *w = r->when;
	const struct when_cond *c = &w->pools[COND_PAIR].v[cond];
	struct cond_bits nobody = {0};
	struct pair_facts known = *f;
	enum tri t;

	memset(nobody.unknown, 0xff, sizeof(nobody.unknown));
	known.offer = f->offer ? f->offer : &nobody;
	known.person = f->person ? f->person : &nobody;
	*is_open = (c->pair_fields & ~settled) != 0;
	for (int i = 0; i < PAIR_FIELD_COUNT; i++)
		if (!(settled >> i & 1))
			known.v[i] = FACT_UNKNOWN;
	for (uint32_t i = 0; i < c->n_steps; i++) {
		const struct when_step *s = &w->steps[c->first + i];

		if (s->op == STEP_REF)
			*is_open |= s->arg >> 16 == COND_OFFER ? !f->offer
							       : !f->person;
		else if (s->op == STEP_ATOM &&
			 tests_presence(&w->atoms[s->arg]) &&
			 !(settled >> w->atoms[s->arg].id & 1)) {
			*is_open = true;
			return TRI_UNKNOWN;
		}
	}
	t = rules_pair_cond(r, cond, &known);
	if (t != TRI_UNKNOWN)
		*is_open = false;
	return t;
}

/* --- questions --------------------------------------------------------------
 */
size_t rules_n_conds(const struct rules *r, enum cond_pool pool)
{
	return r->when->pools[pool].n;
}

const char *rules_cond_text(const struct rules *r, enum cond_pool pool,
			    int cond)
{
	return r->when->pools[pool].v[cond].text;
}

bool rules_cond_is_private(const struct rules *r, enum cond_pool pool, int cond)
{
	return r->when->pools[pool].v[cond].is_private;
}

enum tri rules_symbol_state(const struct rules *r, const struct symbol *s,
			    const struct pair_facts *f)
{
	enum tri t = TRI_YES;

	if (s->offer_when >= 0)
		t = tri_and(t, cond_bits_get(f->offer, s->offer_when));
	if (s->person_when >= 0)
		t = tri_and(t, cond_bits_get(f->person, s->person_when));
	if (s->pair_when >= 0 && t != TRI_NO)
		t = tri_and(t, rules_pair_cond(r, s->pair_when, f));
	return t;
}

struct parts {
	const struct rules *rules;
	const struct cond_facts *facts;
	struct when_offer offer;
	struct cond_part *out;
	size_t n, max;
};

static bool has_fact(struct parts *p, const struct when_atom *a,
		     struct when_fact *f)
{
	if (a->pool == COND_OFFER && p->facts->offer)
		when_offer_fact(&p->offer, a, f);
	else if (a->pool == COND_PERSON && p->facts->person)
		when_person_fact(p->rules->when, p->facts->person, a, f);
	else if (a->pool == COND_PAIR && p->facts->pair)
		when_pair_fact(p->facts->pair, a, f);
	else
		return false;
	return true;
}

/* References lead one level down at most: conditions of offers and of people
 * hold atoms only. */
static void add_parts(struct parts *p, enum cond_pool pool, int cond)
{
	const struct rules_when *w = p->rules->when;
	const struct when_cond *c = &w->pools[pool].v[cond];

	for (uint32_t i = 0; i < c->n_steps; i++) {
		const struct when_step *s = &w->steps[c->first + i];
		struct when_fact f = {0};
		const struct when_atom *a;

		if (s->op == STEP_REF)
			add_parts(p, (enum cond_pool)(s->arg >> 16),
				  s->arg & 0xffff);
		if (s->op != STEP_ATOM)
			continue;
		a = &w->atoms[s->arg];
		if (!has_fact(p, a, &f))
			continue;
		if (p->n < p->max)
			p->out[p->n] = (struct cond_part){
				.text = a->text,
				.value = when_test_atom(a, &f),
				.is_private = a->is_private,
			};
		p->n++;
	}
}

size_t rules_symbol_parts(const struct rules *r, const struct symbol *s,
			  const struct cond_facts *f, struct cond_part *out,
			  size_t max)
{
	struct arena a;
	struct parts p = {.rules = r,
			  .facts = f,
			  .offer = {.offer = f->offer,
				    .rd = f->rd,
				    .arena = &a,
				    .n_trades = -1},
			  .out = out,
			  .max = max};

	arena_init(&a);
	if (s->offer_when >= 0)
		add_parts(&p, COND_OFFER, s->offer_when);
	if (s->person_when >= 0)
		add_parts(&p, COND_PERSON, s->person_when);
	if (s->pair_when >= 0)
		add_parts(&p, COND_PAIR, s->pair_when);
	arena_clear(&a);
	return p.n;
}
