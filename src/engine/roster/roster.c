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
#include "roster_parts.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

struct roster *roster_new(const struct tradenet *t)
{
	struct roster *r = mem_alloc(sizeof(*r));

	r->trades = t;
	r->n_shelves = tradenet_n_shelves(t);
	r->patterns = mem_array((size_t)r->n_shelves + 1, sizeof(struct dict));
	rares_init(&r->rares);
	return r;
}

void roster_free(struct roster *r)
{
	if (!r)
		return;
	load_free(r->load);
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++) {
		if (!r->lists[set])
			continue;
		for (size_t i = 0; i < roster_n_lists(r); i++)
			list_clear(&r->lists[set][i]);
		free(r->lists[set]);
	}
	for (uint16_t i = 0; i < r->n_shelves; i++)
		dict_clear(&r->patterns[i]);
	free(r->patterns);
	dict_clear(&r->profiles);
	idmap_clear(&r->ids);
	traits_clear(&r->traits);
	rares_clear(&r->rares);
	free(r->rows);
	free(r->id_of);
	free(r->rare_of);
	free(r);
}

struct profile_key profile_unpack(uint64_t v)
{
	return (struct profile_key){
		.set = (uint8_t)v,
		.modes = (uint8_t)(v >> 8),
		.max_minutes = (int16_t)((int)(v >> 16 & 0xffff) - 1),
		.is_nowhere = v >> 32 & 1,
	};
}

bool profile_is_unknown(struct profile_key k)
{
	return k.is_nowhere || k.modes == 0 || k.max_minutes < 0;
}

/* Where somebody is not known to be is kept in the profile, for reach is then
 * unknown whatever the rest. */
static uint64_t profile_of(const struct mperson *p)
{
	uint64_t is_nowhere = !(p->flags & MPERSON_PLACED);

	return (uint64_t)p->set | (uint64_t)p->modes << 8 |
	       (uint64_t)(p->max_minutes + 1) << 16 | is_nowhere << 32;
}

uint32_t roster_filter_of(const struct mperson *p)
{
	uint32_t f = (uint32_t)p->licences_missing << FILTER_LICENCE_SHIFT;

	if (p->contracts)
		f |= ~(uint32_t)p->contracts & ((1u << CONTRACT_COUNT) - 1);
	else
		f |= FILTER_WISH_UNKNOWN;
	if (p->needs_exclude)
		f |= FILTER_NEEDS;
	if (needs_step_free(p->needs_exclude))
		f |= FILTER_STEP_FREE;
	if (p->flags & MPERSON_RQTH)
		f |= FILTER_RQTH;
	if (p->deadline)
		f |= FILTER_DEADLINE;
	if (p->earliest_departure >= 0 || p->latest_return >= 0)
		f |= FILTER_DAY;
	if (p->rncp || p->cfa || p->cfa_minutes >= 0)
		f |= FILTER_COURSE;
	if (p->flags & MPERSON_REFUSES)
		f |= FILTER_REFUSES;
	if (!(p->flags & MPERSON_PLACED) || !p->modes || p->max_minutes < 0)
		f |= FILTER_NOWHERE;
	return f;
}

uint16_t roster_trait_of(const struct roster *r, struct traits *t,
			 const struct mperson *p)
{
	struct trait v = {.level = -1};

	if (r->asker.trait)
		r->asker.trait(r->rules, p, &v);
	return traits_intern(t, &v);
}

/* The group for a filter; a new one as long as there are any. */
unsigned roster_group_of(struct roster *r, uint32_t filter)
{
	uint32_t kinds = filter & ((1u << CONTRACT_COUNT) - 1);
	unsigned i = 0;

	while (i < r->n_groups && r->group_filter[i] != kinds)
		i++;
	if (i == r->n_groups && i < ROSTER_GROUPS - 1)
		r->group_filter[r->n_groups++] = kinds;
	return i;
}

static void gather(const struct roster *r, const struct mperson *p,
		   struct wishes *w)
{
	const uint16_t *shelf_of = tradenet_shelf_of(r->trades);
	const uint16_t *firsts = tradenet_shelf_firsts(r->trades);

	w->n = 0;
	for (int rank = 0; rank < p->n_trades; rank++) {
		uint16_t shelf = shelf_of[p->trades[rank]];
		int at = p->trades[rank] - firsts[shelf];
		int shift = PATTERN_RANK_BITS * at, k = 0;

		while (k < w->n && w->shelf[k] != shelf)
			k++;
		if (k == w->n) {
			w->shelf[w->n] = shelf;
			w->alone[w->n] = (uint8_t)(at * MPERSON_TRADES + rank);
			w->pattern[w->n++] = 0;
		} else {
			w->alone[k] = NOT_ALONE;
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

static int cell_of(const struct mperson *p)
{
	struct posting at = {.filter = roster_filter_of(p),
			     .x_m = (float)p->at.x_m,
			     .y_m = (float)p->at.y_m};

	return roster_cell(&at);
}

void roster_need_lists(struct roster *r, unsigned set)
{
	if (!r->lists[set])
		r->lists[set] = mem_array(roster_n_lists(r) + 1,
					  sizeof(struct posting_list));
}

static void give_trait(struct posting *p, uint16_t trait)
{
	p->filter &= ~FILTER_MANY;
	if (trait == TRAIT_MANY)
		p->filter |= FILTER_MANY;
	p->trait = trait == TRAIT_MANY ? 0 : trait;
}

struct posting roster_posting(const struct roster *r, uint32_t slot,
			      uint32_t filter, uint16_t trait)
{
	const struct row *row = &r->rows[slot];
	struct posting out = {
		.x_m = (float)row->at.x_m,
		.y_m = (float)row->at.y_m,
		.filter = filter,
		.profile = row->profile,
		.zone = row->zone,
		.birth = row->birth,
		.available = row->available,
		.slot = slot,
		.id = r->id_of[slot],
	};

	give_trait(&out, trait);
	return out;
}

static void add_postings(struct roster *r, uint32_t slot,
			 const struct mperson *p, const struct wishes *w)
{
	uint32_t filter = roster_filter_of(p);
	unsigned group = roster_group_of(r, filter);
	struct posting base = roster_posting(r, slot, filter,
					     roster_trait_of(r, &r->traits, p));

	roster_need_lists(r, p->set);
	for (int k = 0; k < w->n; k++) {
		base.pattern = w->number[k];
		list_add(roster_list_at(r, p->set, w->shelf[k], group), &base);
	}
}

static void drop_postings(struct roster *r, uint32_t slot)
{
	struct mperson p;
	struct wishes w;
	unsigned group;

	roster_slot(r, slot, &p);
	group = roster_group_of(r, roster_filter_of(&p));
	gather(r, &p, &w);
	for (int k = 0; k < w.n; k++)
		list_drop(roster_list_at(r, p.set, w.shelf[k], group), slot,
			  cell_of(&p));
}

/* Tell the postings of the person in slot `from` that the slot is now `to`. */
static void renumber(struct roster *r, uint32_t from, uint32_t to)
{
	struct mperson p;
	struct wishes w;
	unsigned group;

	roster_slot(r, from, &p);
	group = roster_group_of(r, roster_filter_of(&p));
	gather(r, &p, &w);
	for (int k = 0; k < w.n; k++)
		list_find(roster_list_at(r, p.set, w.shelf[k], group), from,
			  cell_of(&p))
			->slot = to;
}

void roster_set_room(struct roster *r, uint32_t n_slots)
{
	r->cap_slots = n_slots;
	r->rows = mem_grow(r->rows, n_slots, sizeof(*r->rows));
	r->id_of = mem_grow(r->id_of, n_slots, sizeof(*r->id_of));
	r->rare_of = mem_grow(r->rare_of, n_slots, sizeof(*r->rare_of));
	mem_hint_large(r->rows, n_slots * sizeof(*r->rows));
	mem_hint_large(r->id_of, n_slots * sizeof(*r->id_of));
	mem_hint_large(r->rare_of, n_slots * sizeof(*r->rare_of));
}

static uint32_t new_slot(struct roster *r)
{
	if (r->n_slots == r->cap_slots)
		roster_set_room(r, r->cap_slots + r->cap_slots / 8 + 64);
	r->rare_of[r->n_slots] = 0;
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
		int n = r->load ? load_pattern(r, &w, k)
				: dict_intern(&r->patterns[w.shelf[k]],
					      w.pattern[k]);

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
	if (slot != IDMAP_NONE) {
		roster_end_load(r);
		drop_postings(r, slot);
	} else {
		slot = new_slot(r);
		idmap_put(&r->ids, p->id, slot);
	}
	rares_drop(&r->rares, r->rare_of[slot]);
	r->rare_of[slot] = rares_add(&r->rares, p);
	r->id_of[slot] = p->id;
	row_pack(p, (uint16_t)profile, &r->rows[slot]);
	if (r->load)
		load_add(r, p, &w);
	else
		add_postings(r, slot, p, &w);
	return 0;
}

bool roster_remove(struct roster *r, uint32_t id)
{
	uint32_t slot = idmap_get(&r->ids, id), last = r->n_slots - 1;

	if (slot == IDMAP_NONE)
		return false;
	roster_end_load(r);
	drop_postings(r, slot);
	rares_drop(&r->rares, r->rare_of[slot]);
	if (slot != last) {
		renumber(r, last, slot);
		r->rows[slot] = r->rows[last];
		r->rare_of[slot] = r->rare_of[last];
		r->id_of[slot] = r->id_of[last];
		idmap_put(&r->ids, r->id_of[slot], slot);
	}
	idmap_remove(&r->ids, id);
	r->n_slots--;
	return true;
}

/* --- new rules -------------------------------------------------------------
 */
static void renumber_traits(struct posting_list *l, const uint16_t *trait_of)
{
	list_tidy(l); /* no gaps */
	for (uint32_t i = 0; i < l->n; i++)
		give_trait(&l->v[i], trait_of[l->v[i].slot]);
}

void roster_set_rules(struct roster *r, const struct rules *rules,
		      const struct roster_asker *asker)
{
	uint16_t *traits = mem_array((size_t)r->n_slots + 1, sizeof(*traits));
	struct trait_memo *memo;

	roster_end_load(r);
	r->rules = rules;
	r->asker = asker ? *asker : (struct roster_asker){0};
	traits_clear(&r->traits);
	memo = trait_memo_new(r);
	for (uint32_t i = 0; i < r->n_slots; i++) {
		struct mperson p;

		roster_slot(r, i, &p);
		traits[i] = trait_memo_of(memo, &r->traits, &p);
	}
	trait_memo_free(memo);
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++)
		for (size_t i = 0; r->lists[set] && i < roster_n_lists(r); i++)
			renumber_traits(&r->lists[set][i], traits);
	free(traits);
}

void roster_tidy(struct roster *r)
{
	roster_end_load(r);
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++)
		for (size_t i = 0; r->lists[set] && i < roster_n_lists(r); i++)
			list_tidy(&r->lists[set][i]);
}

/* --- asking ----------------------------------------------------------------
 */
void roster_slot(const struct roster *r, uint32_t slot, struct mperson *out)
{
	const struct row *row = &r->rows[slot];
	struct profile_key k = profile_unpack(r->profiles.values[row->profile]);

	row_unpack(row, &r->rares.v[r->rare_of[slot]], out);
	out->id = r->id_of[slot];
	out->set = k.set;
	out->modes = k.modes;
	out->max_minutes = k.max_minutes;
}

bool roster_find(const struct roster *r, uint32_t id, struct mperson *out)
{
	uint32_t slot = idmap_get(&r->ids, id);

	if (slot != IDMAP_NONE)
		roster_slot(r, slot, out);
	return slot != IDMAP_NONE;
}

size_t roster_count(const struct roster *r)
{
	return r->n_slots;
}

bool roster_each(const struct roster *r, size_t *i, struct mperson *out)
{
	if (*i >= r->n_slots)
		return false;
	roster_slot(r, (uint32_t)(*i)++, out);
	return true;
}

const struct trait *roster_traits(const struct roster *r, uint32_t *n)
{
	*n = r->traits.n;
	return r->traits.v;
}

const struct rules *roster_rules(const struct roster *r)
{
	return r->rules;
}

const uint32_t *roster_rare_of(const struct roster *r)
{
	return r->rare_of;
}

const struct rare *roster_rares(const struct roster *r)
{
	return r->rares.v;
}

const struct posting_list *roster_lists(const struct roster *r, unsigned set,
					uint16_t shelf)
{
	return r->lists[set] ? roster_list_at(r, set, shelf, 0) : NULL;
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
	size_t loading = r->load ? load_bytes(r->load) : 0;
	size_t per_slot =
		sizeof(*r->rows) + sizeof(*r->id_of) + sizeof(*r->rare_of);
	size_t sum = sizeof(*r) + loading + r->cap_slots * per_slot +
		     rares_bytes(&r->rares) + traits_bytes(&r->traits) +
		     idmap_bytes(&r->ids) + dict_bytes(&r->profiles);

	for (uint16_t i = 0; i < r->n_shelves; i++)
		sum += sizeof(struct dict) + dict_bytes(&r->patterns[i]);
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++)
		for (size_t i = 0; r->lists[set] && i < roster_n_lists(r); i++)
			sum += list_bytes(&r->lists[set][i]);
	return sum;
}
