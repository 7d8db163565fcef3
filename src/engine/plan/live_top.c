/* SPDX-License-Identifier: EUPL-1.2 */
/* The twenty best offers of each person, in four bytes each.
 *
 * Twenty million looks in a refresh end at the first entry, the worst: that is
 * why it stands first. Lists lie close together, found by a table of person
 * ids: ids are never used again, people leave, and a list is twenty times an
 * id. The last list moves into the hole of one that goes. */
#include "live.h"

#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

void tops_clear(struct tops *t)
{
	free(t->v);
	free(t->at);
	*t = (struct tops){0};
}

struct top *top_find(const struct tops *t, uint32_t person)
{
	uint32_t at = person < t->n_at ? t->at[person] : 0;
	return at ? &t->v[at - 1] : NULL;
}

static void make_room(struct tops *t, uint32_t person)
{
	if (person >= t->n_at) {
		size_t n = person + person / 8 + 1024;
		t->at = mem_grow(t->at, n, sizeof(*t->at));
		memset(t->at + t->n_at, 0, (n - t->n_at) * sizeof(*t->at));
		t->n_at = n;
	}
	if (t->n == t->cap) {
		t->cap += t->cap / 8 + 64;
		t->v = mem_grow(t->v, t->cap, sizeof(*t->v));
	}
}

struct top *top_get(struct tops *t, uint32_t person)
{
	struct top *found = top_find(t, person);
	if (found)
		return found;
	make_room(t, person);
	BUG_ON(!t->v || !t->at);
	t->v[t->n] = (struct top){.person = person};
	t->at[person] = ++t->n;
	return &t->v[t->n - 1];
}

void top_drop(struct tops *t, uint32_t person)
{
	struct top *top = top_find(t, person);
	if (!top)
		return;
	top_empty(t, top);
	*top = t->v[--t->n];
	t->at[top->person] = t->at[person];
	t->at[person] = 0;
}

static void worst_first(struct top *top)
{
	uint32_t worst = 0, first = top->v[0];
	for (uint32_t i = 1; i < top->n; i++) {
		if (top->v[i] < top->v[worst])
			worst = i;
	}
	top->v[0] = top->v[worst];
	top->v[worst] = first;
}

bool top_enter(struct tops *t, struct top *top, uint32_t slot, uint16_t score)
{
	uint32_t entry = (uint32_t)score << LIVE_SLOT_BITS | slot;
	uint32_t i = 0;
	if (top->n == LIVE_CANDIDATES_MAX &&
	    score <= top->v[0] >> LIVE_SLOT_BITS) {
		top->is_cut = true;
		return false;
	}
	while (i < top->n && top_slot(top->v[i]) != slot)
		i++;
	if (i == LIVE_CANDIDATES_MAX) {
		top->is_cut = true;
		i = 0;
	} else if (i == top->n) {
		top->n++;
		t->n_entries++;
	}
	top->v[i] = entry;
	worst_first(top);
	return true;
}

void top_remove(struct tops *t, struct top *top, uint32_t slot)
{
	uint32_t i = 0;
	while (i < top->n && top_slot(top->v[i]) != slot)
		i++;
	if (i == top->n)
		return;
	top->v[i] = top->v[--top->n];
	t->n_entries--;
	if (top->n)
		worst_first(top);
}

void top_empty(struct tops *t, struct top *top)
{
	t->n_entries -= top->n;
	top->n = 0;
	top->is_cut = false;
}
