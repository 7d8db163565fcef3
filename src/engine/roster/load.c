/* SPDX-License-Identifier: EUPL-1.2 */
/* Many people at once. While a load is under way who is new gets a slot and
 * waits; at its end it is known how many postings each list will hold, so that
 * every list is made once, in its final size, and a long one is sorted by cells
 * in one go. Posting by posting the lists grow, are copied, and are sorted
 * again and again: half of the time of a start.
 *
 * Somebody who is there already ends the load, for their postings are to be
 * found; roster_put() and roster_remove() see to it. */
#include "roster_parts.h"

#include <etrier/mem.h>

#include <assert.h>
#include <stdlib.h>

/* Who waits, by slot from the first on; their wishes stand one after the
 * other. */
struct waiting {
	uint32_t filter;
	uint16_t trait;
	uint8_t set;
	uint8_t group_wishes; /* the group, and from bit 4 on their number */
};
static_assert(MPERSON_TRADES < 16 && ROSTER_GROUPS <= 16, "four bits");
struct wish {
	uint16_t shelf, pattern;
};
struct load {
	uint32_t first; /* slot */
	struct waiting *people;
	uint32_t n, cap;
	struct wish *wishes;
	size_t n_wishes, cap_wishes;
	uint32_t *counts[ROSTER_SETS_MAX]; /* postings to come, by list */
	struct trait_memo *memo;
	/* By shelf: numbers + 1 of the patterns of one wish, 0 not met yet.
	 * Most are such, and the dictionary lies anywhere. */
	uint16_t (*alone)[WISHES_ALONE];
};

/* Guess for the room of wishes: shelves a person. */
#define SHELVES_EACH 2

void roster_load(struct roster *r, size_t expected)
{
	uint32_t room = expected < ROSTER_PERSONS_MAX - r->n_slots
				? (uint32_t)expected
				: ROSTER_PERSONS_MAX - r->n_slots;
	struct load *l;

	roster_end_load(r);
	l = mem_alloc(sizeof(*l));
	l->first = r->n_slots;
	l->memo = trait_memo_new(r);
	l->alone = mem_array((size_t)r->n_shelves + 1, sizeof(*l->alone));
	l->cap = room;
	l->people = mem_grow(NULL, l->cap, sizeof(*l->people));
	mem_hint_large(l->people, l->cap * sizeof(*l->people));
	l->cap_wishes = (size_t)room * SHELVES_EACH;
	l->wishes = mem_grow(NULL, l->cap_wishes, sizeof(*l->wishes));
	mem_hint_large(l->wishes, l->cap_wishes * sizeof(*l->wishes));
	if (r->n_slots + room > r->cap_slots)
		roster_set_room(r, r->n_slots + room);
	idmap_need(&r->ids, r->n_slots + room);
	r->load = l;
}

void load_free(struct load *l)
{
	if (!l)
		return;
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++)
		free(l->counts[set]);
	trait_memo_free(l->memo);
	free(l->alone);
	free(l->people);
	free(l->wishes);
	free(l);
}

size_t load_bytes(const struct load *l)
{
	return sizeof(*l) + l->cap * sizeof(*l->people) +
	       l->cap_wishes * sizeof(*l->wishes);
}

static void make_room(struct load *l, int n_wishes)
{
	if (l->n == l->cap) {
		l->cap += l->cap / 4 + 256;
		l->people = mem_grow(l->people, l->cap, sizeof(*l->people));
	}
	if (l->n_wishes + (size_t)n_wishes > l->cap_wishes) {
		l->cap_wishes += l->cap_wishes / 4 + 1024;
		l->wishes =
			mem_grow(l->wishes, l->cap_wishes, sizeof(*l->wishes));
	}
}

int load_pattern(struct roster *r, const struct wishes *w, int k)
{
	uint16_t *known = NULL;
	int n;

	if (w->alone[k] != NOT_ALONE) {
		known = &r->load->alone[w->shelf[k]][w->alone[k]];
		if (*known)
			return *known - 1;
	}
	n = dict_intern(&r->patterns[w->shelf[k]], w->pattern[k]);
	if (known && n >= 0)
		*known = (uint16_t)(n + 1);
	return n;
}

void load_add(struct roster *r, const struct mperson *p, const struct wishes *w)
{
	struct load *l = r->load;
	uint32_t filter = roster_filter_of(p), *counts = l->counts[p->set];
	unsigned group = roster_group_of(r, filter);

	make_room(l, w->n);
	if (!counts)
		counts = l->counts[p->set] =
			mem_array(roster_n_lists(r) + 1, sizeof(*counts));
	l->people[l->n++] = (struct waiting){
		.filter = filter,
		.trait = trait_memo_of(l->memo, &r->traits, p),
		.set = p->set,
		.group_wishes = (uint8_t)((unsigned)w->n << 4 | group),
	};
	for (int k = 0; k < w->n; k++) {
		l->wishes[l->n_wishes++] =
			(struct wish){w->shelf[k], w->number[k]};
		counts[roster_list_number(w->shelf[k], group)]++;
	}
}

static void make_lists(struct roster *r, const struct load *l)
{
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++) {
		if (!l->counts[set])
			continue;
		roster_need_lists(r, set);
		for (size_t i = 0; i < roster_n_lists(r); i++)
			if (l->counts[set][i])
				list_need(&r->lists[set][i], l->counts[set][i]);
	}
}

/* People whose postings find their places before the first is written, so that
 * the places, which lie anywhere, come into the cache together. */
#define AT_ONCE 32
static const struct wish *fill_some(struct roster *r, const struct load *l,
				    uint32_t from, uint32_t end,
				    const struct wish *w)
{
	struct posting *to[AT_ONCE * MPERSON_TRADES], **next = to;
	const struct wish *first = w;

	for (uint32_t i = from; i < end; i++) {
		const struct waiting *p = &l->people[i];

		for (int k = p->group_wishes >> 4; k > 0; k--, w++) {
			*next = list_place(roster_list_at(
				r, p->set, w->shelf, p->group_wishes & 15));
			__builtin_prefetch(*next++, 1);
		}
	}
	next = to;
	for (uint32_t i = from; i < end; i++) {
		const struct waiting *p = &l->people[i];
		struct posting base =
			roster_posting(r, l->first + i, p->filter, p->trait);

		for (int k = p->group_wishes >> 4; k > 0; k--, first++) {
			base.pattern = first->pattern;
			**next++ = base;
		}
	}
	return w;
}

static void fill_lists(struct roster *r, const struct load *l)
{
	const struct wish *w = l->wishes;

	for (uint32_t i = 0; i < l->n; i += AT_ONCE)
		w = fill_some(r, l, i, l->n - i < AT_ONCE ? l->n : i + AT_ONCE,
			      w);
}

static void sort_lists(struct roster *r, const struct load *l)
{
	struct posting *room = NULL;
	uint32_t largest = 0;

	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++)
		for (size_t i = 0; l->counts[set] && i < roster_n_lists(r); i++)
			if (r->lists[set][i].n > largest)
				largest = r->lists[set][i].n;
	room = mem_grow(NULL, largest, sizeof(*room));
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++)
		for (size_t i = 0; l->counts[set] && i < roster_n_lists(r); i++)
			if (l->counts[set][i])
				list_settle(&r->lists[set][i], room);
	free(room);
}

void roster_end_load(struct roster *r)
{
	struct load *l = r->load;

	if (!l)
		return;
	r->load = NULL;
	make_lists(r, l);
	fill_lists(r, l);
	sort_lists(r, l);
	if (r->cap_slots - r->n_slots > r->n_slots / 8 + 64)
		roster_set_room(r, r->n_slots + r->n_slots / 16 + 64);
	load_free(l);
}
