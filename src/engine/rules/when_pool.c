/* SPDX-License-Identifier: EUPL-1.2 */
/* Trees of conditions into programs, each condition once for all sets. What
 * reads the offer alone, or the person alone, becomes a condition of that pool
 * even inside a condition on the pair, which then asks for its bit:
 *
 *   {offer.kind: apprenticeship, youth.level: none, pair.minutes: "<30"}
 *     -> offer #3, person #7, pair #1
 *   {any: [{offer.hours.night: yes}, {pair.leaves_home: "<05:00"}]}
 *     -> pair #2: offer #4 or leaves_home
 *
 * A program pushes atoms and joins the two on top; the stack is as deep as the
 * tree, which has a ceiling. */
#include "when_parts.h"

#include <etrier/mem.h>

#include <stdlib.h>

struct rules_when *rules_when_new(void)
{
	struct rules_when *w = mem_alloc(sizeof(*w));

	arena_init(&w->arena);
	for (int i = 0; i < COND_POOL_COUNT; i++)
		map_init(&w->pools[i].by_text);
	return w;
}

void rules_when_free(struct rules_when *w)
{
	if (!w)
		return;
	for (int i = 0; i < COND_POOL_COUNT; i++)
		map_clear(&w->pools[i].by_text, NULL);
	for (size_t i = 0; i < w->n_agencies; i++)
		free(w->agencies[i]);
	free(w->agencies);
	free(w->atoms);
	free(w->steps);
	arena_clear(&w->arena);
	free(w);
}

static void step(struct rules_when *w, enum when_step_op op, uint32_t arg)
{
	if (w->n_steps == w->cap_steps) {
		w->cap_steps = w->cap_steps ? 2 * w->cap_steps : 64;
		w->steps = mem_grow(w->steps, w->cap_steps, sizeof(*w->steps));
	}
	w->steps[w->n_steps++] = (struct when_step){op, arg};
}

static uint32_t keep_atom(struct rules_when *w, const struct when_atom *a)
{
	if (w->n_atoms == w->cap_atoms) {
		w->cap_atoms = w->cap_atoms ? 2 * w->cap_atoms : 64;
		w->atoms = mem_grow(w->atoms, w->cap_atoms, sizeof(*w->atoms));
	}
	w->atoms[w->n_atoms] = *a;
	return (uint32_t)w->n_atoms++;
}

static int find_cond(struct rules_when *w, enum cond_pool pool,
		     const struct when_node *n)
{
	const struct when_cond *c = map_get(&w->pools[pool].by_text, n->text);

	return c ? (int)(c - w->pools[pool].v) : -1;
}

static int pool_cond(struct rules_when *w, enum cond_pool pool,
		     const struct when_node *n);

/* -1: a pool is full. */
static int write_steps(struct rules_when *w, enum cond_pool pool,
		       const struct when_node *n, uint32_t *fields)
{
	if (pool == COND_PAIR && !(n->pools & 1u << COND_PAIR) &&
	    (n->pools & (n->pools - 1)) == 0) {
		enum cond_pool of =
			n->pools == 1u << COND_OFFER ? COND_OFFER : COND_PERSON;
		int cond = pool_cond(w, of, n);

		if (cond < 0)
			return -1;
		step(w, STEP_REF, (uint32_t)of << 16 | (uint32_t)cond);
		return 0;
	}
	if (n->op == WHEN_ATOM) {
		if (pool == COND_PAIR)
			*fields |= 1u << n->atom.id;
		step(w, STEP_ATOM, keep_atom(w, &n->atom));
		return 0;
	}
	for (size_t i = 0; i < n->n; i++) {
		if (write_steps(w, pool, n->kids[i], fields))
			return -1;
		if (i)
			step(w, n->op == WHEN_ANY ? STEP_OR : STEP_AND, 0);
	}
	if (n->op == WHEN_NOT)
		step(w, STEP_NOT, 0);
	return 0;
}

/* References add conditions of other pools while steps are written, so the
 * steps of those come first and each program stays in one piece. */
static int pool_refs(struct rules_when *w, const struct when_node *n)
{
	bool is_alone = (n->pools & (n->pools - 1)) == 0;

	if (is_alone && n->pools == 1u << COND_PAIR)
		return 0;
	if (is_alone)
		return pool_cond(w,
				 n->pools == 1u << COND_OFFER ? COND_OFFER
							      : COND_PERSON,
				 n) < 0
			       ? -1
			       : 0;
	for (size_t i = 0; i < n->n; i++)
		if (pool_refs(w, n->kids[i]))
			return -1;
	return 0;
}

static int pool_cond(struct rules_when *w, enum cond_pool pool,
		     const struct when_node *n)
{
	struct when_pool *p = &w->pools[pool];
	int cond = find_cond(w, pool, n);
	uint32_t fields = 0;
	struct when_cond *c;

	if (cond >= 0)
		return cond;
	if (pool == COND_PAIR && pool_refs(w, n))
		return -1;
	if (p->n == RULES_CONDS_MAX)
		return -1;
	c = &p->v[p->n];
	*c = (struct when_cond){.text = n->text,
				.first = (uint32_t)w->n_steps,
				.is_private = n->is_private};
	if (write_steps(w, pool, n, &fields))
		return -1;
	c->n_steps = (uint32_t)(w->n_steps - c->first);
	c->pair_fields = fields;
	map_put(&p->by_text, n->text, c);
	return (int)p->n++;
}

/* The kids of nested ALLs, by what they read. */
static void sort_kids(struct when_reader *r, struct when_node *n,
		      struct when_node *parts[COND_POOL_COUNT])
{
	enum cond_pool pool = n->pools == 1u << COND_OFFER    ? COND_OFFER
			      : n->pools == 1u << COND_PERSON ? COND_PERSON
							      : COND_PAIR;

	if (n->op == WHEN_ALL)
		for (size_t i = 0; i < n->n; i++)
			sort_kids(r, n->kids[i], parts);
	else
		when_add(r, parts[pool], n);
}

bool when_pool_symbol(struct rules_when *w, struct when_reader *r,
		      struct when_node *root, struct symbol *s)
{
	int16_t *const places[] = {&s->offer_when, &s->person_when,
				   &s->pair_when};
	struct when_node *parts[COND_POOL_COUNT];

	for (int i = 0; i < COND_POOL_COUNT; i++)
		parts[i] = when_new(r, WHEN_ALL, root->at);
	sort_kids(r, root, parts);
	for (int i = 0; i < COND_POOL_COUNT; i++) {
		int cond = -1;

		if (parts[i]->n) {
			when_finish(r, parts[i]);
			cond = pool_cond(w, (enum cond_pool)i, parts[i]);
			if (cond < 0)
				return false;
		}
		*places[i] = (int16_t)cond;
	}
	return true;
}
