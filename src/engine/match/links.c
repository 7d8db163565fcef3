/* SPDX-License-Identifier: EUPL-1.2 */
/* Which shelves an offer's trades lead to: see links.h. */
#include "links.h"

#include <etrier/mem.h>

#include <stdlib.h>

static_assert(SHELF_TRADES * RULES_TRADE_RANKS + 1 <= LINK_CLASSES_MAX,
	      "a class for every value");

static struct shelf_link *find_or_add(struct links *l, uint16_t shelf)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].shelf == shelf)
			return &l->v[i];
	l->v = mem_grow(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n] = (struct shelf_link){.shelf = shelf, .n_classes = 1};
	return &l->v[l->n++];
}

static void add_near(struct links *l, const struct tradenet *t, uint16_t trade,
		     int nearness, bool is_same)
{
	uint16_t shelf = tradenet_shelf(t, trade);
	int at = trade - tradenet_shelf_first(t, shelf);
	struct shelf_link *s;

	if (!nearness && !is_same)
		return;
	s = find_or_add(l, shelf);
	s->is_same[at] |= is_same;
	if (nearness > s->nearness[at])
		s->nearness[at] = (int16_t)nearness;
}

static void add_trade(struct links *l, const struct tradenet *t,
		      const struct ruleset *s, uint16_t trade)
{
	uint16_t from, end;
	size_t n;
	const struct trade_near *near = tradenet_near(t, trade, &n);

	add_near(l, t, trade, 0, true);
	tradenet_siblings(t, trade, &from, &end);
	for (uint16_t k = from; k < end; k++)
		add_near(l, t, k, rules_nearness(s, true, 0), false);
	for (size_t i = 0; i < n; i++)
		add_near(l, t, near[i].from,
			 rules_nearness(s, false, near[i].proximity), false);
}

void links_make(const struct tradenet *t, const struct ruleset *s,
		const uint16_t *trades, int n_trades, struct links *out)
{
	*out = (struct links){0};
	for (int i = 0; i < n_trades; i++)
		if (trades[i] < tradenet_count(t))
			add_trade(out, t, s, trades[i]);
}

static int pattern_value(const struct shelf_link *l, const struct ruleset *s,
			 uint64_t pattern)
{
	int best = 0;

	for (int at = 0; pattern >> (PATTERN_RANK_BITS * at); at++) {
		int rank = pattern_rank(pattern, at), value;

		if (rank < 0 || (!l->is_same[at] && !l->nearness[at]))
			continue;
		value = rules_trade_value(s, rank, l->is_same[at],
					  l->nearness[at]);
		if (value > best)
			best = value;
	}
	return best;
}

static uint8_t class_for(struct shelf_link *l, int value)
{
	for (uint16_t i = 0; i < l->n_classes; i++)
		if (l->value[i] == value)
			return (uint8_t)i;
	BUG_ON(l->n_classes >= LINK_CLASSES_MAX);
	l->value[l->n_classes] = (int16_t)value;
	return (uint8_t)l->n_classes++;
}

void links_extend(struct links *l, const struct ruleset *s,
		  const struct roster *r)
{
	for (size_t i = 0; i < l->n; i++) {
		struct shelf_link *k = &l->v[i];
		uint32_t n;
		const uint64_t *patterns = roster_patterns(r, k->shelf, &n);

		if (n == k->n_patterns)
			continue;
		k->class_of = mem_grow(k->class_of, n, sizeof(*k->class_of));
		for (; k->n_patterns < n; k->n_patterns++)
			k->class_of[k->n_patterns] = class_for(
				k,
				pattern_value(k, s, patterns[k->n_patterns]));
	}
}

void links_clear(struct links *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].class_of);
	free(l->v);
	*l = (struct links){0};
}

size_t links_bytes(const struct links *l)
{
	size_t sum = 0;

	for (size_t i = 0; i < l->n; i++)
		sum += sizeof(l->v[i]) + l->v[i].n_patterns;
	return sum;
}
