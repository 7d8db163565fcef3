/* SPDX-License-Identifier: EUPL-1.2 */
/* Postings by cells: cell k is v[first[k]] up to v[first[k + 1]] in no order
 * inside, the newcomers from v[first[ROSTER_CELL_COUNT]] on. The whole is
 * sorted anew, by counting, when newcomers and gaps are more than half. */
#include "lists.h"

#include <etrier/mem.h>

#include <math.h>
#include <stdlib.h>

enum { LIST_LONG = 512, SLOT_NONE = UINT32_MAX >> 1 };

static bool is_gone(const struct posting *p)
{
	return p->slot == SLOT_NONE;
}

static void make_room(struct posting_list *l)
{
	if (l->n < l->cap)
		return;
	/* long lists by an eighth: there memory counts more than the copies */
	l->cap += l->cap / (l->cap < LIST_LONG ? 3 : 8) + 4;
	l->v = mem_grow(l->v, l->cap, sizeof(*l->v));
}

/* room: for all postings of the list. */
static void sort(struct posting_list *l, struct posting *room)
{
	uint32_t at[ROSTER_CELL_COUNT + 1] = {0}, sum = 0, n = 0;
	uint32_t kept = l->n - l->n_gone;

	if (!l->first)
		l->first = mem_array(ROSTER_CELL_COUNT + 1, sizeof(*l->first));
	for (uint32_t i = 0; i < l->n; i++) {
		if (is_gone(&l->v[i]))
			continue;
		at[roster_cell(&l->v[i])]++;
		room[n++] = l->v[i];
	}
	for (int k = 0; k <= ROSTER_CELL_COUNT; k++) {
		uint32_t count = at[k];

		l->first[k] = at[k] = sum;
		sum += count;
	}
	for (uint32_t i = 0; i < n; i++)
		l->v[at[roster_cell(&room[i])]++] = room[i];
	l->n = kept;
	l->n_gone = 0;
}

static uint32_t roomy(uint32_t n)
{
	return n + n / 16 + 4;
}

/* Alone, and what is too much of its room is given back. */
static void sort_alone(struct posting_list *l)
{
	struct posting *room = mem_grow(NULL, l->n, sizeof(*room));

	sort(l, room);
	free(room);
	if (l->cap > roomy(l->n)) {
		l->cap = roomy(l->n);
		l->v = mem_grow(l->v, l->cap, sizeof(*l->v));
	}
}

static uint32_t n_untidy(const struct posting_list *l)
{
	return l->n_gone + (l->first ? l->n - l->first[ROSTER_CELL_COUNT] : 0);
}

void list_tidy(struct posting_list *l)
{
	if (l->first && n_untidy(l))
		sort_alone(l);
}

static void keep_tidy(struct posting_list *l)
{
	if (l->first ? n_untidy(l) > l->n / 2 : l->n >= LIST_LONG)
		sort_alone(l);
}

void list_add(struct posting_list *l, const struct posting *p)
{
	make_room(l);
	l->v[l->n++] = *p;
	keep_tidy(l);
}

void list_need(struct posting_list *l, uint32_t n)
{
	if (l->n + n <= l->cap)
		return;
	l->cap = roomy(l->n + n);
	l->v = mem_grow(l->v, l->cap, sizeof(*l->v));
}

void list_settle(struct posting_list *l, struct posting *room)
{
	if (l->first ? n_untidy(l) : l->n >= LIST_LONG)
		sort(l, room);
}

static struct posting *find_in(struct posting_list *l, uint32_t from,
			       uint32_t end, uint32_t slot)
{
	for (uint32_t i = from; i < end; i++)
		if (l->v[i].slot == slot)
			return &l->v[i];
	return NULL;
}

struct posting *list_find(struct posting_list *l, uint32_t slot, int cell)
{
	const uint32_t *first = l->first;
	struct posting *p = NULL;

	if (first)
		p = find_in(l, first[cell], first[cell + 1], slot);
	if (!p)
		p = find_in(l, first ? first[ROSTER_CELL_COUNT] : 0, l->n,
			    slot);
	if (!p)
		mem_bug(__FILE__, __LINE__, "a posting is missing");
	return p;
}

void list_drop(struct posting_list *l, uint32_t slot, int cell)
{
	struct posting *p = list_find(l, slot, cell);

	if (!l->first || p >= l->v + l->first[ROSTER_CELL_COUNT]) {
		*p = l->v[--l->n];
		return;
	}
	p->slot = SLOT_NONE;
	p->x_m = INFINITY; /* in nobody's reach */
	l->n_gone++;
	keep_tidy(l);
}

void list_clear(struct posting_list *l)
{
	free(l->v);
	free(l->first);
	*l = (struct posting_list){0};
}

size_t list_bytes(const struct posting_list *l)
{
	size_t cells =
		l->first ? (ROSTER_CELL_COUNT + 1) * sizeof(*l->first) : 0;

	return sizeof(*l) + l->cap * sizeof(*l->v) + cells;
}
