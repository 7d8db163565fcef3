/* SPDX-License-Identifier: EUPL-1.2 */
/* What is the same in every digest of a morning: offers that end soon, meetings
 * and fairs, people with an address that failed, or that others have too. Read
 * once for all advisers, and again when it is some minutes old. */
#include "digest.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/mem.h>

#include <stdlib.h>

#define FRESH_S	    (10 * 60)
#define FAULTY_DAYS 60
#define DAY_S	    ((int64_t)24 * 3600)

static void keep(void *ctx, int64_t id)
{
	struct digest_ids *l = ctx;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->v = mem_grow(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = id;
}

bool digest_ids_have(const struct digest_ids *l, int64_t id)
{
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (l->v[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->n && l->v[low] == id;
}

void digest_day_free(struct digest_day *d)
{
	if (!d)
		return;
	free(d->ending.v);
	free(d->events.v);
	free(d->faulty.v);
	free(d->sharers);
	free(d->shared);
	free(d);
}

static void read_events(const struct live *l, struct digest_ids *out)
{
	const struct moffer *o = live_next_offer(l, 0);
	for (; o; o = live_next_offer(l, o->id))
		if (o->kind == CONTRACT_EVENT)
			keep(out, o->id);
}

static void keep_shared(void *ctx, enum channel channel, uint64_t address,
			uint32_t person)
{
	struct digest_day *d = ctx;
	if (d->n_shared == d->cap_shared) {
		d->cap_shared = d->cap_shared ? d->cap_shared * 2 : 64;
		d->shared =
			mem_grow(d->shared, d->cap_shared, sizeof(*d->shared));
	}
	uint32_t row = (uint32_t)d->n_shared++;
	d->shared[row] = (struct digest_shared){.channel = (uint8_t)channel,
						.address = address,
						.person = person,
						.first = row};
	if (row && d->shared[row - 1].channel == channel &&
	    d->shared[row - 1].address == address)
		d->shared[row].first = d->shared[row - 1].first;
	d->shared[d->shared[row].first].n++;
}

static int by_person(const void *a, const void *b)
{
	const struct digest_sharer *x = a, *y = b;
	return x->person != y->person ? (x->person < y->person ? -1 : 1)
	       : x->row < y->row      ? -1
				      : x->row > y->row;
}

static void read_shared(const struct live *l, struct digest_day *d)
{
	d->n_shared = 0;
	live_shared_each(l, keep_shared, d);
	free(d->sharers);
	d->sharers = mem_array(d->n_shared + 1, sizeof(*d->sharers));
	for (size_t i = 0; i < d->n_shared; i++) {
		d->shared[i].n = d->shared[d->shared[i].first].n;
		d->sharers[i] = (struct digest_sharer){d->shared[i].person,
						       (uint32_t)i};
	}
	if (d->n_shared)
		qsort(d->sharers, d->n_shared, sizeof(*d->sharers), by_person);
}

int digest_day_read(struct planner *p, struct err *err)
{
	int64_t now = clock_now(p->clock);
	struct digest_day *d = p->digest_day;
	if (!d) {
		d = p->digest_day = mem_alloc(sizeof(*d));
		d->read_at = INSTANT_NONE;
	}
	if (d->read_at != INSTANT_NONE && now >= d->read_at &&
	    now < d->read_at + FRESH_S)
		return 0;
	d->read_at = INSTANT_NONE;
	d->ending.n = d->events.n = d->faulty.n = 0;
	int64_t end =
		paris_instant(paris_date(now) + DIGEST_ENDING_DAYS + 1, 0);
	if (store_offers_ending(p->store, now, end, keep, &d->ending, err) ||
	    store_people_faulty(p->store, now - FAULTY_DAYS * DAY_S, keep,
				&d->faulty, err))
		return -1;
	read_events(p->live, &d->events);
	read_shared(p->live, d);
	d->read_at = now;
	return 0;
}
