/* SPDX-License-Identifier: EUPL-1.2 */
/* Postings in strips: strip k is v[first[k]] up to v[first[k + 1]], without
 * gaps and in no order inside. A newcomer takes the place of the first of the
 * strip behind its own, which goes to that strip's end, and so on to the end of
 * the list: at most one move a strip, and backwards for who leaves. */
#include "lists.h"

#include <etrier/mem.h>

#include <stdlib.h>

enum { LIST_LONG = 512 };

static void make_room(struct posting_list *l)
{
	if (l->n < l->cap)
		return;
	/* long lists by a sixteenth: there memory counts more than the
	 * copies */
	l->cap += l->cap / (l->cap < LIST_LONG ? 3 : 16) + 4;
	l->v = mem_grow(l->v, l->cap, sizeof(*l->v));
}

/* Sort by strip, by counting. */
static void make_strips(struct posting_list *l)
{
	struct posting *v = mem_array(l->cap, sizeof(*v));
	uint32_t at[ROSTER_STRIPS], *first;

	first = mem_array(ROSTER_STRIPS + 1, sizeof(*first));
	for (uint32_t i = 0; i < l->n; i++)
		first[roster_strip(&l->v[i]) + 1]++;
	for (int k = 0; k < ROSTER_STRIPS; k++) {
		first[k + 1] += first[k];
		at[k] = first[k];
	}
	for (uint32_t i = 0; i < l->n; i++)
		v[at[roster_strip(&l->v[i])]++] = l->v[i];
	free(l->v);
	l->v = v;
	l->first = first;
}

void list_add(struct posting_list *l, const struct posting *p)
{
	int strip = roster_strip(p);
	uint32_t hole;

	make_room(l);
	if (!l->first) {
		l->v[l->n++] = *p;
		if (l->n == LIST_LONG)
			make_strips(l);
		return;
	}
	hole = l->n++;
	for (int k = ROSTER_STRIPS - 1; k > strip; k--) {
		l->v[hole] = l->v[l->first[k]];
		hole = l->first[k];
		l->first[k + 1]++;
	}
	l->v[hole] = *p;
	l->first[strip + 1]++;
}

struct posting *list_find(struct posting_list *l, uint32_t slot, int strip)
{
	uint32_t from = l->first ? l->first[strip] : 0;
	uint32_t end = l->first ? l->first[strip + 1] : l->n;

	for (uint32_t i = from; i < end; i++)
		if (l->v[i].slot == slot)
			return &l->v[i];
	mem_bug(__FILE__, __LINE__, "a posting is missing");
}

void list_drop(struct posting_list *l, uint32_t slot, int strip)
{
	uint32_t hole = (uint32_t)(list_find(l, slot, strip) - l->v);

	if (!l->first) {
		l->v[hole] = l->v[--l->n];
		return;
	}
	for (int k = strip; k < ROSTER_STRIPS; k++) {
		uint32_t last = l->first[k + 1] - 1;

		l->v[hole] = l->v[last];
		hole = last;
		l->first[k + 1] = last;
	}
	l->n--;
}

void list_clear(struct posting_list *l)
{
	free(l->v);
	free(l->first);
	*l = (struct posting_list){0};
}

size_t list_bytes(const struct posting_list *l)
{
	size_t strips = l->first ? (ROSTER_STRIPS + 1) * sizeof(*l->first) : 0;

	return sizeof(*l) + l->cap * sizeof(*l->v) + strips;
}
