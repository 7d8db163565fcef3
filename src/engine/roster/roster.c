/* SPDX-License-Identifier: EUPL-1.2 */
/* The roster: persons in slots without holes, their postings in one list per
 * rule set and shelf of trades (posting.h has the picture).
 *
 * Invariants: slot i < n_slots holds a person whose id maps to i; a person has
 * exactly one posting on each shelf of a wished trade, in the lists of the
 * person's set; patterns and profiles are numbered and never forgotten.
 * Removing moves the last one into the hole, in slots and in lists.
 *
 * Does not: know rules or travel (numbers of profiles and patterns are enough
 * for whoever does), keep an order, survive a restart. */
#include "dict.h"
#include "posting.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

enum { LIST_LONG = 512 };

struct roster {
	const struct tradenet *trades;
	uint16_t n_shelves;
	struct mperson *slots;
	uint32_t n_slots, cap_slots;
	struct idmap ids;
	/* n_shelves times ROSTER_GROUPS each */
	struct posting_list *lists[ROSTER_SETS_MAX];
	uint32_t group_filter[ROSTER_GROUPS]; /* the last: 0, for the rest */
	unsigned n_groups;
	struct dict *patterns; /* per shelf */
	struct dict profiles;
};

static size_t n_lists(const struct roster *r)
{
	return (size_t)r->n_shelves * ROSTER_GROUPS;
}

struct roster *roster_new(const struct tradenet *t)
{
	struct roster *r = mem_alloc(sizeof(*r));

	r->trades = t;
	r->n_shelves = tradenet_n_shelves(t);
	r->patterns = mem_array((size_t)r->n_shelves + 1, sizeof(struct dict));
	return r;
}

void roster_free(struct roster *r)
{
	if (!r)
		return;
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++) {
		if (!r->lists[set])
			continue;
		for (size_t i = 0; i < n_lists(r); i++)
			free(r->lists[set][i].v);
		free(r->lists[set]);
	}
	for (uint16_t i = 0; i < r->n_shelves; i++)
		dict_clear(&r->patterns[i]);
	free(r->patterns);
	dict_clear(&r->profiles);
	idmap_clear(&r->ids);
	free(r->slots);
	free(r);
}

struct profile_key profile_unpack(uint64_t v)
{
	return (struct profile_key){
		.set = (uint8_t)v,
		.modes = (uint8_t)(v >> 8),
		.max_minutes = (int16_t)((int)(v >> 16 & 0xffff) - 1),
	};
}

bool profile_is_unknown(struct profile_key k)
{
	return k.modes == 0 || k.max_minutes < 0;
}

static uint64_t profile_of(const struct mperson *p)
{
	if (!(p->flags & MPERSON_PLACED) || !p->modes || p->max_minutes < 0)
		return p->set;
	return (uint64_t)p->set | (uint64_t)p->modes << 8 |
	       (uint64_t)(p->max_minutes + 1) << 16;
}

static uint32_t filter_of(const struct mperson *p)
{
	uint32_t f = (uint32_t)p->licences_missing << FILTER_LICENCE_SHIFT;

	if (p->contracts)
		f |= ~(uint32_t)p->contracts & ((1u << CONTRACT_COUNT) - 1);
	else
		f |= FILTER_WISH_UNKNOWN;
	if (p->needs_exclude)
		f |= FILTER_NEEDS;
	if (p->flags & MPERSON_RQTH)
		f |= FILTER_RQTH;
	if (p->deadline)
		f |= FILTER_DEADLINE;
	return f;
}

/* The group for a filter; a new one as long as there are any. */
static unsigned group_of(struct roster *r, uint32_t filter)
{
	uint32_t kinds = filter & ((1u << CONTRACT_COUNT) - 1);
	unsigned i = 0;

	while (i < r->n_groups && r->group_filter[i] != kinds)
		i++;
	if (i == r->n_groups && i < ROSTER_GROUPS - 1)
		r->group_filter[r->n_groups++] = kinds;
	return i;
}

/* One person's wishes gathered by shelf. */
struct wishes {
	int n;
	uint16_t shelf[MPERSON_TRADES];
	uint64_t pattern[MPERSON_TRADES];
	uint16_t number[MPERSON_TRADES]; /* of the pattern */
};

static void gather(const struct roster *r, const struct mperson *p,
		   struct wishes *w)
{
	w->n = 0;
	for (int rank = 0; rank < p->n_trades; rank++) {
		uint16_t shelf = tradenet_shelf(r->trades, p->trades[rank]);
		int at = p->trades[rank] -
			 tradenet_shelf_first(r->trades, shelf);
		int shift = PATTERN_RANK_BITS * at, k = 0;

		while (k < w->n && w->shelf[k] != shelf)
			k++;
		if (k == w->n) {
			w->shelf[w->n] = shelf;
			w->pattern[w->n++] = 0;
		}
		if (!(w->pattern[k] >> shift & 7)) /* the better rank stays */
			w->pattern[k] |= (uint64_t)(rank + 1) << shift;
	}
}

static int check_person(const struct roster *r, const struct mperson *p,
			struct err *err)
{
	if (!p->id)
		return err_set(err, ERR_INPUT, "a person needs an id");
	if (p->set >= ROSTER_SETS_MAX)
		return err_set(err, ERR_INPUT, "rule set %u is above %u",
			       p->set, ROSTER_SETS_MAX - 1);
	if (!p->n_trades || p->n_trades > MPERSON_TRADES)
		return err_set(err, ERR_INPUT, "a person needs 1 to %d trades",
			       MPERSON_TRADES);
	for (int i = 0; i < p->n_trades; i++)
		if (p->trades[i] >= tradenet_count(r->trades))
			return err_set(err, ERR_INPUT, "no trade number %u",
				       p->trades[i]);
	return 0;
}

static struct posting_list *list_at(const struct roster *r, unsigned set,
				    uint16_t shelf, unsigned group)
{
	return &r->lists[set][(size_t)shelf * ROSTER_GROUPS + group];
}

static struct posting *list_push(struct posting_list *l)
{
	if (l->n == l->cap) {
		/* long lists by an eighth: there memory counts more than the
		 * copies */
		l->cap += l->cap / (l->cap < LIST_LONG ? 3 : 8) + 4;
		l->v = mem_grow(l->v, l->cap, sizeof(*l->v));
	}
	return &l->v[l->n++];
}

static void add_postings(struct roster *r, uint32_t slot, uint16_t profile,
			 const struct wishes *w)
{
	const struct mperson *p = &r->slots[slot];
	struct posting base = {
		.x_m = (float)p->at.x_m,
		.y_m = (float)p->at.y_m,
		.filter = filter_of(p),
		.profile = profile,
		.birth = p->birth,
		.available = p->available,
		.slot = slot,
		.id = p->id,
	};
	unsigned group;

	group = group_of(r, base.filter);
	if (!r->lists[p->set])
		r->lists[p->set] =
			mem_array(n_lists(r) + 1, sizeof(struct posting_list));
	for (int k = 0; k < w->n; k++) {
		base.pattern = w->number[k];
		*list_push(list_at(r, p->set, w->shelf[k], group)) = base;
	}
}

static struct posting *find_posting(struct posting_list *l, uint32_t slot)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->v[i].slot == slot)
			return &l->v[i];
	mem_bug(__FILE__, __LINE__, "a posting is missing");
}

static void drop_postings(struct roster *r, uint32_t slot)
{
	const struct mperson *p = &r->slots[slot];
	unsigned group = group_of(r, filter_of(p));
	struct wishes w;

	gather(r, p, &w);
	for (int k = 0; k < w.n; k++) {
		struct posting_list *l = list_at(r, p->set, w.shelf[k], group);

		*find_posting(l, slot) = l->v[l->n - 1];
		l->n--;
	}
}

/* Tell the postings of the person in slot `from` that the slot is now `to`. */
static void renumber(struct roster *r, uint32_t from, uint32_t to)
{
	const struct mperson *p = &r->slots[from];
	unsigned group = group_of(r, filter_of(p));
	struct wishes w;

	gather(r, p, &w);
	for (int k = 0; k < w.n; k++)
		find_posting(list_at(r, p->set, w.shelf[k], group), from)
			->slot = to;
}

static uint32_t new_slot(struct roster *r)
{
	if (r->n_slots == r->cap_slots) {
		r->cap_slots += r->cap_slots / 8 + 64;
		r->slots = mem_grow(r->slots, r->cap_slots, sizeof(*r->slots));
	}
	return r->n_slots++;
}

int roster_put(struct roster *r, const struct mperson *p, struct err *err)
{
	struct wishes w;
	uint32_t slot;
	int profile;

	if (check_person(r, p, err))
		return -1;
	slot = idmap_get(&r->ids, p->id);
	if (slot == IDMAP_NONE && r->n_slots >= ROSTER_PERSONS_MAX)
		return err_set(err, ERR_LIMIT, "more than %u persons",
			       ROSTER_PERSONS_MAX);
	gather(r, p, &w);
	for (int k = 0; k < w.n; k++) {
		int n = dict_intern(&r->patterns[w.shelf[k]], w.pattern[k]);

		if (n < 0)
			return err_set(err, ERR_LIMIT,
				       "too many different wishes: restart the "
				       "engine to forget the old ones");
		w.number[k] = (uint16_t)n;
	}
	profile = dict_intern(&r->profiles, profile_of(p));
	if (profile < 0)
		return err_set(err, ERR_LIMIT,
			       "too many different travel limits");
	if (slot == IDMAP_NONE) {
		slot = new_slot(r);
		idmap_put(&r->ids, p->id, slot);
	} else {
		drop_postings(r, slot);
	}
	r->slots[slot] = *p;
	add_postings(r, slot, (uint16_t)profile, &w);
	return 0;
}

bool roster_remove(struct roster *r, uint32_t id)
{
	uint32_t slot = idmap_get(&r->ids, id), last = r->n_slots - 1;

	if (slot == IDMAP_NONE)
		return false;
	drop_postings(r, slot);
	if (slot != last) {
		renumber(r, last, slot);
		r->slots[slot] = r->slots[last];
		idmap_put(&r->ids, r->slots[slot].id, slot);
	}
	idmap_remove(&r->ids, id);
	r->n_slots--;
	return true;
}

const struct mperson *roster_find(const struct roster *r, uint32_t id)
{
	uint32_t slot = idmap_get(&r->ids, id);

	return slot == IDMAP_NONE ? NULL : &r->slots[slot];
}

size_t roster_count(const struct roster *r)
{
	return r->n_slots;
}

const struct mperson *roster_each(const struct roster *r, size_t *i)
{
	return *i < r->n_slots ? &r->slots[(*i)++] : NULL;
}

const struct posting_list *roster_lists(const struct roster *r, unsigned set,
					uint16_t shelf)
{
	return r->lists[set] ? list_at(r, set, shelf, 0) : NULL;
}

uint32_t roster_group_filter(const struct roster *r, unsigned group)
{
	return r->group_filter[group];
}

const uint64_t *roster_patterns(const struct roster *r, uint16_t shelf,
				uint32_t *n)
{
	*n = r->patterns[shelf].n;
	return r->patterns[shelf].values;
}

const uint64_t *roster_profiles(const struct roster *r, uint32_t *n)
{
	*n = r->profiles.n;
	return r->profiles.values;
}

const struct mperson *roster_slot(const struct roster *r, uint32_t slot)
{
	return &r->slots[slot];
}

uint32_t roster_slot_of(const struct roster *r, uint32_t id)
{
	return idmap_get(&r->ids, id);
}

uint32_t roster_n_slots(const struct roster *r)
{
	return r->n_slots;
}

size_t roster_bytes(const struct roster *r)
{
	size_t sum = sizeof(*r) + r->cap_slots * sizeof(*r->slots) +
		     idmap_bytes(&r->ids) + dict_bytes(&r->profiles);

	for (uint16_t i = 0; i < r->n_shelves; i++)
		sum += sizeof(struct dict) + dict_bytes(&r->patterns[i]);
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++) {
		if (!r->lists[set])
			continue;
		for (size_t i = 0; i < n_lists(r); i++)
			sum += sizeof(struct posting_list) +
			       r->lists[set][i].cap * sizeof(struct posting);
	}
	return sum;
}
