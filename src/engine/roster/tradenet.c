/* SPDX-License-Identifier: EUPL-1.2 */
/* The relation between trades: families, proximities, and the shelves on which
 * the roster keeps its postings. Made once from the reference tables (or by a
 * test or bench from its own numbers); rules decide later what nearness is
 * worth. */
#include "posting.h"

#include <etrier/mem.h>
#include <etrier/refdata.h>

#include <stdlib.h>
#include <string.h>

struct tradenet {
	uint16_t n, n_shelves;
	uint16_t *family, *shelf;
	uint16_t *shelf_first; /* n_shelves + 1 */
	uint32_t *near_first;  /* n + 1, into near */
	struct trade_near *near;
};

static void lay_shelves(struct tradenet *t)
{
	for (uint16_t i = 0; i < t->n; i++) {
		uint16_t last = (uint16_t)(t->n_shelves - 1);
		bool is_new = i == 0 || t->family[i] != t->family[i - 1] ||
			      i - t->shelf_first[last] >= SHELF_TRADES;

		if (is_new)
			t->shelf_first[t->n_shelves++] = i;
		t->shelf[i] = (uint16_t)(t->n_shelves - 1);
	}
	t->shelf_first[t->n_shelves] = t->n;
}

static void lay_near(struct tradenet *t, tradenet_near_fn *near,
		     const void *ctx)
{
	size_t used = 0, cap = 0;

	for (uint16_t to = 0; to < t->n; to++) {
		t->near_first[to] = (uint32_t)used;
		for (uint16_t from = 0; from < t->n; from++) {
			uint16_t p = from == to ? 0 : near(ctx, from, to);

			if (p < TRADES_NEAR_MIN)
				continue;
			if (used == cap) {
				cap = cap ? cap * 2 : 1024;
				t->near = mem_grow(t->near, cap,
						   sizeof(*t->near));
			}
			t->near[used++] = (struct trade_near){from, p};
		}
	}
	t->near_first[t->n] = (uint32_t)used;
}

struct tradenet *tradenet_new(uint16_t n, const uint16_t *family,
			      tradenet_near_fn *near, const void *ctx)
{
	struct tradenet *t = mem_alloc(sizeof(*t));

	BUG_ON(n > TRADES_MAX);
	t->n = n;
	t->family = mem_array((size_t)n + 1, sizeof(*t->family));
	t->shelf = mem_array((size_t)n + 1, sizeof(*t->shelf));
	t->shelf_first = mem_array((size_t)n + 1, sizeof(*t->shelf_first));
	t->near_first = mem_array((size_t)n + 1, sizeof(*t->near_first));
	memcpy(t->family, family, n * sizeof(*family));
	lay_shelves(t);
	if (near)
		lay_near(t, near, ctx);
	return t;
}

static uint16_t near_in_refdata(const void *ctx, uint16_t from, uint16_t to)
{
	return rome_proximity(ctx, from, to);
}

struct tradenet *tradenet_from_refdata(const struct refdata *rd)
{
	uint16_t n = rome_count(rd);
	uint16_t *family = mem_array((size_t)n + 1, sizeof(*family));
	struct tradenet *t;

	for (uint16_t i = 0; i < n; i++)
		family[i] = rome_family(rd, i);
	t = tradenet_new(n, family, near_in_refdata, rd);
	free(family);
	return t;
}

void tradenet_free(struct tradenet *t)
{
	if (!t)
		return;
	free(t->family);
	free(t->shelf);
	free(t->shelf_first);
	free(t->near_first);
	free(t->near);
	free(t);
}

uint16_t tradenet_count(const struct tradenet *t)
{
	return t->n;
}

uint16_t tradenet_family(const struct tradenet *t, uint16_t trade)
{
	return t->family[trade];
}

const struct trade_near *tradenet_near(const struct tradenet *t, uint16_t to,
				       size_t *n)
{
	*n = t->near_first[to + 1] - t->near_first[to];
	return *n ? t->near + t->near_first[to] : NULL;
}

void tradenet_siblings(const struct tradenet *t, uint16_t trade, uint16_t *from,
		       uint16_t *end)
{
	*from = trade;
	while (*from > 0 && t->family[*from - 1] == t->family[trade])
		(*from)--;
	*end = trade;
	while (*end < t->n && t->family[*end] == t->family[trade])
		(*end)++;
}

uint16_t tradenet_proximity(const struct tradenet *t, uint16_t from,
			    uint16_t to)
{
	for (uint32_t i = t->near_first[to]; i < t->near_first[to + 1]; i++)
		if (t->near[i].from == from)
			return t->near[i].proximity;
	return 0;
}

uint16_t tradenet_n_shelves(const struct tradenet *t)
{
	return t->n_shelves;
}

uint16_t tradenet_shelf(const struct tradenet *t, uint16_t trade)
{
	return t->shelf[trade];
}

uint16_t tradenet_shelf_first(const struct tradenet *t, uint16_t shelf)
{
	return t->shelf_first[shelf];
}

const uint16_t *tradenet_shelf_of(const struct tradenet *t)
{
	return t->shelf;
}

const uint16_t *tradenet_shelf_firsts(const struct tradenet *t)
{
	return t->shelf_first;
}
