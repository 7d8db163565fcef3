/* SPDX-License-Identifier: EUPL-1.2 */
/* Guessing tokens: who missed how often. A table of addresses, each with the
 * times of its last misses, so that the minute slides and twenty guesses on
 * either side of a full minute count as twenty. Looked through from end to end:
 * it holds only those who missed, which is almost nobody, and at worst a few
 * thousand short strings. */
#include "front.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>

struct miss {
	char address[FRONT_CLIENT_MAX];
	int64_t at[MISSES_PER_MINUTE]; /* a ring */
	unsigned n;		       /* written to it */
	int64_t closed_until;
};
struct misses {
	struct miss all[MISSES_ADDRESSES];
	size_t n;
};

struct misses *misses_new(void)
{
	return mem_alloc(sizeof(struct misses));
}

void misses_free(struct misses *m)
{
	free(m);
}

static size_t find(const struct misses *m, const char *address)
{
	size_t i = 0;
	while (i < m->n && !str_eq(m->all[i].address, address))
		i++;
	return i;
}

/* When the record stops meaning anything. */
static int64_t lapses(const struct miss *k)
{
	unsigned newest = (k->n + MISSES_PER_MINUTE - 1) % MISSES_PER_MINUTE;
	int64_t minute = k->at[newest] + MISSES_MINUTE_MS;
	return k->closed_until > minute ? k->closed_until : minute;
}

/* A record for a new address: an unused one, or the one that lapses first. */
static struct miss *take_room(struct misses *m)
{
	if (m->n < MISSES_ADDRESSES)
		return &m->all[m->n++];
	struct miss *first = &m->all[0];
	for (size_t i = 1; i < m->n; i++) {
		if (lapses(&m->all[i]) < lapses(first))
			first = &m->all[i];
	}
	return first;
}

bool misses_add(struct misses *m, const char *address, int64_t now_ms)
{
	size_t i = find(m, address);
	struct miss *k = &m->all[i];
	if (i == m->n) {
		k = take_room(m);
		*k = (struct miss){0};
		str_copy(k->address, sizeof(k->address), address);
	}
	k->at[k->n++ % MISSES_PER_MINUTE] = now_ms;
	int64_t oldest = k->at[k->n % MISSES_PER_MINUTE];
	if (k->n < MISSES_PER_MINUTE || now_ms - oldest >= MISSES_MINUTE_MS)
		return false;
	k->n = 0;
	k->closed_until = now_ms + MISSES_CLOSED_MS;
	return true;
}

bool misses_is_closed(const struct misses *m, const char *address,
		      int64_t now_ms)
{
	size_t i = find(m, address);
	return i < m->n && m->all[i].closed_until > now_ms;
}
