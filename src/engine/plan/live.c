/* SPDX-License-Identifier: EUPL-1.2 */
/* Roster, live offers and candidates: what is put in and dropped.
 *
 *   offer put ──► matcher_offer ──► hits ──► lists of candidates
 *   new day, new rules, start: the same, offer by offer, in live_work.c
 *   person changed ──► match_person ──► that person's list anew
 *
 * Candidates live in memory only. They are the twenty best that were proposed
 * to nobody yet: what was proposed takes no place, or the best twenty of last
 * month would stand before everything new. Comparing all offers with everyone
 * takes seconds, writing what it finds took longer and made the loop wait for
 * the disk.
 *
 * Memory follows the store. When a transaction that changed both is rolled
 * back, live_resync() has the offers read again. */
#include "live.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/store_messages.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

int32_t live_today(const struct live *l)
{
	return paris_date(clock_now(l->clock));
}

void id_push(struct id_list *q, uint32_t id)
{
	if (q->at == q->n)
		q->at = q->n = 0;
	if (q->n == q->cap) {
		q->cap = q->cap ? q->cap * 2 : 256;
		q->v = mem_grow(q->v, q->cap, sizeof(*q->v));
	}
	q->v[q->n++] = id;
}

void live_mark_fresh(struct live *l, uint32_t person)
{
	struct top *t = top_get(&l->tops, person);
	if (t->is_fresh)
		return;
	t->is_fresh = true;
	id_push(&l->fresh, person);
}

int64_t live_take_changed(struct live *l)
{
	if (l->changed.at == l->changed.n)
		return 0;
	uint32_t id = l->changed.v[l->changed.at++];
	struct top *t = top_find(&l->tops, id);
	if (t)
		t->is_changed = false;
	return id;
}

int64_t live_take_fresh(struct live *l)
{
	while (l->fresh.at < l->fresh.n) {
		uint32_t id = l->fresh.v[l->fresh.at++];
		struct top *t = top_find(&l->tops, id);
		if (!t || !t->is_fresh)
			continue; /* gone since */
		t->is_fresh = false;
		return id;
	}
	return 0;
}

/* --- rules and agencies --------------------------------------------------- */

/* Numbers stay when rules change, their sets do not. */
uint16_t live_agency(struct live *l, const char *code_or_null)
{
	const char *code = code_or_null ? code_or_null : "";
	uintptr_t known = (uintptr_t)map_get(&l->agencies, code);
	if (known)
		return (uint16_t)(known - 1);
	if (l->n_agencies == UINT16_MAX)
		return 0;
	uint16_t number = l->n_agencies++;
	l->agency_sets = mem_grow(l->agency_sets, l->n_agencies,
				  sizeof(*l->agency_sets));
	rules_number_agency(l->rules, number, code_or_null);
	l->agency_sets[number] = rules_set_of(l->rules, code_or_null);
	map_put(&l->agencies, code, (void *)((uintptr_t)number + 1));
	return number;
}

static bool is_same_leaving(const struct ruleset *a, const struct ruleset *b)
{
	return a->leaving_months == b->leaving_months &&
	       a->leaving_kinds == b->leaving_kinds;
}

/* Whose training ends is looked for by other rules. */
static void read_leaving_again(struct live *l)
{
	for (uint32_t i = 0; i < l->tops.n; i++) {
		if (l->tops.v[i].has_an_end)
			live_person_changed(l, l->tops.v[i].person);
	}
}

/* True when somebody's set has another number now. */
static bool renumber_sets(struct live *l, const struct rules *before)
{
	const char *code;
	void *value;
	bool is_changed = false, is_same = true;
	for (size_t i = 0; map_each(&l->agencies, &i, &code, &value);) {
		uint16_t number = (uint16_t)((uintptr_t)value - 1);
		uint8_t *set = &l->agency_sets[number];
		uint8_t now = rules_set_of(l->rules, *code ? code : NULL);
		rules_number_agency(l->rules, number, *code ? code : NULL);
		is_changed |= *set != now;
		is_same &= is_same_leaving(&before->sets[*set],
					   &l->rules->sets[now]);
		*set = now;
	}
	if (!is_same)
		read_leaving_again(l);
	return is_changed;
}

/* After the agencies were numbered: conditions may ask for one. */
static void use_rules(struct live *l)
{
	matcher_free(l->matcher);
	l->rules_gen++;
	l->env = (struct match_env){.rules = l->rules,
				    .travel = l->travel,
				    .trades = l->trades,
				    .refusals = l->refusals,
				    .pad = l->pad};
	match_set_rules(l->roster, l->rules);
	l->matcher = matcher_new(l->roster, &l->env);
}

int live_read_network(struct live *l, const char *own, const char *refdata,
		      struct err *err)
{
	struct travel *t = travel_new(travel_dir(own, refdata), err);

	if (!t)
		return -1;
	matcher_free(l->matcher);
	match_pad_free(l->pad);
	travel_free(l->travel);
	l->travel = t;
	l->pad = match_pad_new(t);
	l->env.travel = t;
	l->env.pad = l->pad;
	l->matcher = matcher_new(l->roster, &l->env);
	return 0;
}

struct live *live_new(struct store *store, const struct refdata *rd,
		      const struct clock *clock, struct rules *rules_take)
{
	struct live *l = mem_alloc(sizeof(*l));
	l->store = store;
	l->rd = rd;
	l->clock = clock;
	l->travel = travel_new(NULL, NULL);
	l->trades = tradenet_from_refdata(rd);
	l->roster = roster_new(l->trades);
	l->refusals = refusals_new();
	l->pad = match_pad_new(l->travel);
	l->day = DATE_NONE;
	l->offers_version = 1;
	map_init(&l->agencies);
	l->rules = rules_take;
	(void)live_agency(l, NULL); /* number 0 */
	use_rules(l);
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	matcher_free(l->matcher);
	roster_free(l->roster);
	tradenet_free(l->trades);
	refusals_free(l->refusals);
	match_pad_free(l->pad);
	travel_free(l->travel);
	rules_free(l->rules);
	match_hits_clear(&l->hits);
	map_clear(&l->agencies, NULL);
	tops_clear(&l->tops);
	free(l->agency_sets);
	free(l->refusers);
	free(l->addresses);
	free(l->slots);
	free(l->order);
	free(l->free_slots);
	free(l->stale.v);
	free(l->due.v);
	free(l->fresh.v);
	free(l->marked.v);
	free(l->changed.v);
	free(l);
}

static bool is_same_rules(const struct rules *a, const struct rules *b)
{
	if (a->n_sets != b->n_sets)
		return false;
	for (size_t i = 0; i < a->n_sets; i++)
		if (!str_eq(a->sets[i].id, b->sets[i].id))
			return false;
	return true;
}

/* A reload for another reason does not compare a region anew. The same sets may
 * have gone to other agencies. */
void live_set_rules(struct live *l, struct rules *rules_take)
{
	struct rules *before = l->rules;
	bool is_same = is_same_rules(before, rules_take);
	l->rules = rules_take;
	bool has_moved = renumber_sets(l, before);
	use_rules(l);
	rules_free(before);
	if (!is_same || has_moved)
		live_refresh(l, has_moved ? LIVE_TODO_SETS : 0);
}

/* --- offers ------------------------------------------------------------- */

size_t live_order_at(const struct live *l, int64_t id)
{
	size_t lo = 0, hi = l->n_offers;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (l->slots[l->order[mid]].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct moffer *live_find_offer(const struct live *l, int64_t id)
{
	size_t at = live_order_at(l, id);
	struct moffer *o = at < l->n_offers ? &l->slots[l->order[at]] : NULL;
	return o && o->id == id ? o : NULL;
}

static int take_slot(struct live *l, uint32_t *slot, struct err *err)
{
	if (l->n_free) {
		*slot = l->free_slots[--l->n_free];
		return 0;
	}
	if (l->n_slots == LIVE_SLOTS_MAX)
		return err_set(err, ERR_LIMIT, "more than %u live offers",
			       LIVE_SLOTS_MAX);
	if (l->n_slots == l->cap_slots) {
		l->cap_slots += l->cap_slots / 4 + 256;
		l->slots = mem_grow(l->slots, l->cap_slots, sizeof(*l->slots));
		l->order = mem_grow(l->order, l->cap_slots, sizeof(*l->order));
		l->free_slots = mem_grow(l->free_slots, l->cap_slots,
					 sizeof(*l->free_slots));
	}
	*slot = l->n_slots++;
	return 0;
}

int live_keep_offer(struct live *l, const struct moffer *o, uint32_t *slot,
		    struct err *err)
{
	struct moffer *known = live_find_offer(l, o->id);
	l->offers_version++;
	if (known) {
		*known = *o;
		*slot = (uint32_t)(known - l->slots);
		return 0;
	}
	uint32_t taken = 0;
	if (take_slot(l, &taken, err))
		return -1;
	size_t at = live_order_at(l, o->id);
	memmove(l->order + at + 1, l->order + at,
		(l->n_offers - at) * sizeof(*l->order));
	l->order[at] = taken;
	l->n_offers++;
	l->slots[taken] = *o;
	*slot = taken;
	return 0;
}

void live_remove_offer(struct live *l, int64_t id)
{
	struct moffer *o = live_find_offer(l, id);
	if (!o)
		return;
	l->offers_version++;
	size_t at = live_order_at(l, id);
	memmove(l->order + at, l->order + at + 1,
		(l->n_offers - at - 1) * sizeof(*l->order));
	l->n_offers--;
	l->free_slots[l->n_free++] = (uint32_t)(o - l->slots);
	*o = moffer_unknown; /* no trade: compared with nobody */
	live_tell_offer(l, id);
}

static void mark(void *ctx, int64_t person)
{
	struct live *l = ctx;
	struct top *t = top_find(&l->tops, (uint32_t)person);
	if (!t || t->is_marked)
		return;
	t->is_marked = true;
	id_push(&l->marked, (uint32_t)person);
}

static void unmark_all(struct live *l)
{
	for (; l->marked.at < l->marked.n; l->marked.at++)
		top_find(&l->tops, l->marked.v[l->marked.at])->is_marked =
			false;
}

int live_compare(struct live *l, uint32_t slot, int32_t on, struct err *err)
{
	struct moffer *o = &l->slots[slot];
	int result = -1;
	if (live_renew(l, o, err) ||
	    store_ledger_people(l->store, o->id, mark, l, err))
		goto out;
	result = 0;
	l->hits.n = 0;
	matcher_offer(l->matcher, o, on, &l->hits);
	l->stats.matched_offers++;
	l->stats.hits += l->hits.n;
	for (size_t i = 0; i < l->hits.n; i++) {
		const struct match_hit *h = &l->hits.v[i];
		struct top *t = top_find(&l->tops, h->person);
		bool is_in =
			t->is_marked || top_enter(&l->tops, t, slot, h->score);
		if (is_in && h->decision == DECISION_SEND && !t->is_fresh)
			live_mark_fresh(l, h->person);
	}
	live_tell_offer(l, o->id);
out:
	unmark_all(l);
	return result;
}

int live_offer_put(struct live *l, int64_t canonical, const struct offer *o,
		   struct err *err)
{
	struct moffer m;
	uint32_t slot;
	moffer_from_offer(o, l->rd, l->rules, canonical, &m);
	m.rules_gen = l->rules_gen;
	if (live_keep_offer(l, &m, &slot, err))
		return -1;
	return live_compare(l, slot, live_today(l), err);
}

void live_offer_drop(struct live *l, int64_t canonical)
{
	live_remove_offer(l, canonical);
}

/* --- people ------------------------------------------------------------- */

void live_forget(struct live *l, uint32_t person)
{
	struct top *t = top_find(&l->tops, person);
	if (roster_remove(l->roster, person))
		live_tell_person(l, person);
	if (!t)
		return;
	l->n_lists -= t->needs_list;
	if (!t->has_an_end) {
		top_drop(&l->tops, person);
		return;
	}
	/* not now, but on another day */
	t->is_due = t->needs_list = t->is_fresh = false;
	top_empty(&l->tops, t);
}

void live_person_changed(struct live *l, int64_t id)
{
	struct top *t = top_get(&l->tops, (uint32_t)id);
	if (!t->is_changed)
		id_push(&l->changed, (uint32_t)id);
	t->is_changed = true;
	if (t->is_stale)
		return;
	t->is_stale = true;
	id_push(&l->stale, (uint32_t)id);
}

static void look_at(struct live *l, int64_t id, bool needs_list)
{
	struct top *t = top_find(&l->tops, (uint32_t)id);
	if (!t)
		return;
	l->n_lists += needs_list && !t->needs_list;
	t->needs_list |= needs_list;
	if (t->is_due)
		return;
	t->is_due = true;
	id_push(&l->due, (uint32_t)id);
}

void live_proposed(struct live *l, int64_t id)
{
	look_at(l, id, false);
}

void live_refill(struct live *l, int64_t id)
{
	look_at(l, id, true);
}

void live_refill_agency(struct live *l, const char *code)
{
	uint16_t number = live_agency(l, code);
	struct mperson p;
	for (size_t i = 0; roster_each(l->roster, &i, &p);) {
		if (p.agency == number)
			look_at(l, p.id, true);
	}
}
