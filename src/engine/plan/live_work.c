/* SPDX-License-Identifier: EUPL-1.2 */
/* What live does in slices, so that the engine's loop never stalls.
 *
 *   1. people to be read again
 *   2. the refresh, when there is one: numbers of rule sets, then offers read
 *      from the store when memory may differ from it, then every offer against
 *      everyone, newest first
 *   3. people whose list is to be looked at
 *
 * A refresh that is asked for again begins again. One person against all offers
 * costs as much as five offers against everyone, or so: when many people wait,
 * a refresh serves them all. */
#include "live.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/store_messages.h>

#include <stdlib.h>
#include <string.h>

/* People read from the store, or given a set, between two looks at the time. */
#define AT_ONCE 16
/* Offers read between two looks at the time. */
#define READ_AT_ONCE 16
/* A list is looked for anew when so many of its best were proposed that fewer
 * are left; before, tomorrow's refresh is early enough. */
#define LIST_LEFT_MIN (LIVE_CANDIDATES_MAX / 2)
/* One in so many people due is cheaper by a refresh; a few always go alone. */
#define SHARE_ALONE 32
#define ALONE_MIN   64

static void begin_phase(struct live *l)
{
	l->phase = l->todo & LIVE_TODO_SETS   ? LIVE_SETS
		   : l->todo & LIVE_TODO_READ ? LIVE_READ
					      : LIVE_CLEAR;
	l->at = 0;
	l->below = 0;
	l->n_done = 0;
}

static void end_phase(struct live *l, unsigned done)
{
	l->todo &= ~done;
	begin_phase(l);
}

void live_refresh(struct live *l, unsigned todo)
{
	l->todo |= todo;
	l->stats.refreshes++;
	begin_phase(l);
}

/* Everyone's list is made from now on, whoever waits for it. */
static void clear_lists(struct live *l)
{
	l->phase = LIVE_COMPARE;
	l->below = INT64_MAX;
	for (uint32_t i = 0; i < l->tops.n; i++) {
		struct top *t = &l->tops.v[i];
		top_empty(&l->tops, t);
		t->is_due = t->needs_list = false;
	}
	l->due.n = l->due.at = l->n_lists = 0;
	roster_tidy(l->roster);
}

void live_resync(struct live *l)
{
	live_refresh(l, LIVE_TODO_READ);
}

void live_offers_changed(struct live *l)
{
	live_refresh(l, LIVE_TODO_READ);
}

/* --- people read again ---------------------------------------------------- */

static int read_person(struct live *l, uint32_t id, struct err *err)
{
	struct arena a;
	struct store_person row;
	struct err why = {0};
	bool is_matched = false;
	arena_init(&a);
	int result = store_person_get(l->store, id, true, &a, &row, &why);
	if (!result && row.id != id) /* joined into another since */
		live_person_changed(l, row.id);
	else if (!result)
		result = live_read_refusals(l, id, &why) ||
					 live_put_in_roster(l, &row,
							    &is_matched, &why)
				 ? -1
				 : 0;
	arena_clear(&a);
	if (result && why.kind == ERR_STORE) {
		*err = why;
		return -1;
	}
	/* Who cannot be read any more is compared with nothing. */
	l->stats.unreadable += result && why.kind != ERR_UNKNOWN;
	if (!result && is_matched) {
		live_refill(l, id);
		return 0;
	}
	if (result || row.id != id) {
		top_find(&l->tops, id)->has_an_end = false;
		live_note_addresses(l, id, (struct live_addresses){0});
	}
	live_forget(l, id);
	return 0;
}

static int read_people(struct live *l, struct err *err)
{
	for (int i = 0; i < AT_ONCE && l->stale.at < l->stale.n; i++) {
		uint32_t id = l->stale.v[l->stale.at];
		struct top *t = top_find(&l->tops, id);
		if (t && t->is_stale && read_person(l, id, err))
			return -1;
		t = top_find(&l->tops, id);
		if (t)
			t->is_stale = false;
		l->stale.at++;
	}
	return 0;
}

/* --- the refresh ------------------------------------------------------------
 */

static int give_sets(struct live *l, struct err *err)
{
	struct mperson p;
	for (int i = 0; i < AT_ONCE; i++) {
		if (!roster_each(l->roster, &l->at, &p)) {
			end_phase(l, LIVE_TODO_SETS);
			return 0;
		}
		uint8_t before = p.set;
		p.set = l->agency_sets[p.agency];
		if (p.set != before && roster_put(l->roster, &p, err))
			return -1;
	}
	return 0;
}

/* Ids grow: what is in memory between two that were read is not live. */
static void drop_between(struct live *l, int64_t after, int64_t before)
{
	for (;;) {
		size_t at = live_order_at(l, after + 1);
		int64_t id = at < l->n_offers ? l->slots[l->order[at]].id
					      : INT64_MAX;
		if (id >= before)
			return;
		live_remove_offer(l, id);
	}
}

static int read_offer(void *ctx, const struct store_offer *row)
{
	struct live *l = ctx;
	struct moffer m;
	uint32_t slot;
	struct err full;
	drop_between(l, l->below, row->canonical);
	l->below = row->canonical;
	if (!live_read_offer(l, row, &m))
		live_remove_offer(l, row->canonical);
	else if (live_keep_offer(l, &m, &slot, &full))
		l->stats.unreadable++;
	return 0;
}

static int read_offers(struct live *l, struct err *err)
{
	int64_t last, until = l->below + READ_AT_ONCE;
	struct store_offer_query q = {
		.proposable_only = true, .after = l->below, .until = until};
	if (store_offers_last(l->store, &last, err) ||
	    store_offers_each(l->store, &q, read_offer, l, err))
		return -1;
	if (until >= last) {
		drop_between(l, l->below, INT64_MAX);
		end_phase(l, LIVE_TODO_READ);
	} else {
		drop_between(l, l->below, until + 1);
		l->below = until;
	}
	return 0;
}

static int compare_next(struct live *l, int32_t on, struct err *err)
{
	size_t at = live_order_at(l, l->below);
	if (!at) {
		l->phase = LIVE_AT_REST;
		return 0;
	}
	uint32_t slot = l->order[at - 1];
	if (live_compare(l, slot, on, err))
		return -1;
	l->below = l->slots[slot].id;
	l->n_done++;
	return 0;
}

static int refresh_step(struct live *l, int32_t on, struct err *err)
{
	switch (l->phase) {
	case LIVE_SETS:
		return give_sets(l, err);
	case LIVE_READ:
		return read_offers(l, err);
	case LIVE_CLEAR:
		clear_lists(l);
		return 0;
	case LIVE_COMPARE:
		return compare_next(l, on, err);
	case LIVE_AT_REST:
		break;
	}
	return 0;
}

/* --- one person's list ------------------------------------------------------
 */

static void take_out(void *ctx, int64_t canonical, int audience)
{
	struct live *l = ctx;
	const struct moffer *o = live_find_offer(l, canonical);
	(void)audience;
	if (o)
		id_push(&l->marked, (uint32_t)(o - l->slots));
}

/* Slots of the live offers proposed to the person, in l->marked. */
static int find_proposed(struct live *l, uint32_t person, struct err *err)
{
	l->marked.n = l->marked.at = 0;
	return store_ledger_proposed(l->store, person, take_out, l, err);
}

static bool is_proposed(const struct live *l, uint32_t slot)
{
	for (size_t i = 0; i < l->marked.n; i++) {
		if (l->marked.v[i] == slot)
			return true;
	}
	return false;
}

static void make_list(struct live *l, const struct mperson *p, int32_t on)
{
	struct top *t = top_find(&l->tops, p->id);
	top_empty(&l->tops, t);
	l->hits.n = 0;
	match_person(&l->env, p, l->slots, l->n_slots, on, &l->hits);
	l->stats.matched_people++;
	l->stats.hits += l->hits.n;
	bool is_fresh = false;
	for (size_t i = 0; i < l->hits.n; i++) {
		const struct match_hit *h = &l->hits.v[i];
		uint32_t slot = h->person; /* the position, here */
		if (is_proposed(l, slot) ||
		    top_enter(&l->tops, t, slot, h->score))
			is_fresh |= h->decision == DECISION_SEND;
	}
	if (is_fresh)
		live_mark_fresh(l, p->id);
}

static int look_at_person(struct live *l, uint32_t id, int32_t on,
			  struct err *err)
{
	struct mperson p;
	struct top *t = top_find(&l->tops, id);
	if (!roster_find(l->roster, id, &p) || !t->is_due)
		return 0;
	if (find_proposed(l, id, err))
		return -1;
	for (size_t i = 0; i < l->marked.n; i++)
		top_remove(&l->tops, t, l->marked.v[i]);
	if (t->needs_list || (t->is_cut && t->n < LIST_LEFT_MIN))
		make_list(l, &p, on);
	l->marked.n = 0;
	l->n_lists -= t->needs_list;
	t->is_due = t->needs_list = false;
	return 0;
}

static bool are_many(const struct live *l)
{
	return l->n_lists > ALONE_MIN + roster_count(l->roster) / SHARE_ALONE;
}

static int look_at_people(struct live *l, int32_t on, struct err *err)
{
	if (look_at_person(l, l->due.v[l->due.at], on, err))
		return -1;
	l->due.at++;
	return 0;
}

/* --- slices ----------------------------------------------------------------
 */

static void begin_day(struct live *l, int32_t on)
{
	l->day = on;
	for (uint32_t i = 0; i < l->tops.n; i++) {
		const struct top *t = &l->tops.v[i];
		if (t->turn && t->turn <= day16(on))
			live_person_changed(l, t->person);
	}
	live_refresh(l, 0);
}

static int step(struct live *l, int32_t on, struct err *err)
{
	if (l->stale.at < l->stale.n)
		return read_people(l, err);
	if (l->phase == LIVE_AT_REST && are_many(l))
		live_refresh(l, 0);
	if (l->phase != LIVE_AT_REST)
		return refresh_step(l, on, err);
	return look_at_people(l, on, err);
}

static bool has_work(const struct live *l)
{
	return l->phase != LIVE_AT_REST || l->stale.at < l->stale.n ||
	       l->due.at < l->due.n;
}

bool live_work(struct live *l, int budget_ms, struct err *err)
{
	int32_t on = live_today(l);
	int64_t begun = clock_mono_ms(l->clock), now = begun;
	if (on != l->day)
		begin_day(l, on);
	while (has_work(l) && now < begun + budget_ms) {
		if (step(l, on, err))
			return true;
		now = clock_mono_ms(l->clock);
	}
	if (now - begun > l->stats.longest_slice_ms)
		l->stats.longest_slice_ms = now - begun;
	return has_work(l);
}

bool live_is_settled(const struct live *l)
{
	return l->day == live_today(l) && !has_work(l);
}
