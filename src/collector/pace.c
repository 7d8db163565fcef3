/* SPDX-License-Identifier: EUPL-1.2 */
/* One queue per host in a map, visited in turn from the host after the last
 * one served, so that a host with many sources does not starve the others.
 * Hosts are never forgotten: there are at most SOURCES_MAX of them. */
#include "pace.h"

#include <etrier/map.h>
#include <etrier/mem.h>
#include <stdlib.h>
#include <string.h>

struct host {
	void **jobs;
	size_t n, cap;
	size_t running;
	int64_t min_interval_ms, free_at_ms;
};
struct pace {
	struct map hosts;
	size_t max_parallel, max_per_host, running;
	size_t turn; /* index of the host asked first */
};

struct pace *pace_new(size_t max_parallel, size_t max_per_host)
{
	struct pace *p = mem_alloc(sizeof(*p));
	map_init(&p->hosts);
	p->max_parallel = max_parallel;
	p->max_per_host = max_per_host;
	return p;
}

static void host_free(void *v)
{
	struct host *h = v;
	free(h->jobs);
	free(h);
}

void pace_free(struct pace *p)
{
	if (!p)
		return;
	map_clear(&p->hosts, host_free);
	free(p);
}

static struct host *host_of(struct pace *p, const char *name)
{
	struct host *h = map_get(&p->hosts, name);
	if (!h) {
		h = mem_alloc(sizeof(*h));
		map_put(&p->hosts, name, h);
	}
	return h;
}

void pace_add(struct pace *p, const char *name, int64_t min_interval_ms,
	      void *job)
{
	struct host *h = host_of(p, name);
	if (h->min_interval_ms < min_interval_ms)
		h->min_interval_ms = min_interval_ms;
	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 4;
		h->jobs = mem_grow(h->jobs, h->cap, sizeof(*h->jobs));
	}
	h->jobs[h->n++] = job;
}

static void *shift(struct host *h, size_t at)
{
	void *job = h->jobs[at];
	h->n--;
	memmove(h->jobs + at, h->jobs + at + 1, (h->n - at) * sizeof(*h->jobs));
	return job;
}

/* 1 may start, 0 not before something is done, -1 later: *at_ms. */
static int may_start(const struct pace *p, const struct host *h, int64_t now_ms,
		     int64_t *at_ms)
{
	if (!h->n || h->running >= p->max_per_host)
		return 0;
	if (h->free_at_ms <= now_ms)
		return 1;
	*at_ms = h->free_at_ms;
	return -1;
}

static void *take(struct pace *p, struct host *h, int64_t now_ms)
{
	p->running++;
	h->running++;
	h->free_at_ms = now_ms + h->min_interval_ms;
	return shift(h, 0);
}

void *pace_next(struct pace *p, int64_t now_ms, int64_t *wait_ms)
{
	*wait_ms = -1;
	size_t n = map_count(&p->hosts);
	if (p->running >= p->max_parallel || !n)
		return NULL;
	const char *name;
	void *value;
	/* Two rounds over the same order make the turn: hosts before `turn`
	 * are looked at in the second one. */
	for (size_t round = 0; round < 2; round++) {
		size_t k = 0;
		for (size_t i = 0; map_each(&p->hosts, &i, &name, &value);
		     k++) {
			if ((k < p->turn) != (round == 1))
				continue;
			int64_t at = 0;
			int may = may_start(p, value, now_ms, &at);
			if (may > 0) {
				p->turn = (k + 1) % n;
				*wait_ms = -1;
				return take(p, value, now_ms);
			}
			if (may < 0 && (*wait_ms < 0 || at - now_ms < *wait_ms))
				*wait_ms = at - now_ms;
		}
	}
	return NULL;
}

void pace_done(struct pace *p, const char *name)
{
	struct host *h = host_of(p, name);
	BUG_ON(!h->running || !p->running);
	h->running--;
	p->running--;
}

void pace_hold(struct pace *p, const char *name, int64_t until_ms)
{
	struct host *h = host_of(p, name);
	if (h->free_at_ms < until_ms)
		h->free_at_ms = until_ms;
}

int pace_cancel(struct pace *p, const char *name, const void *job)
{
	struct host *h = host_of(p, name);
	for (size_t i = 0; i < h->n; i++) {
		if (h->jobs[i] != job)
			continue;
		shift(h, i);
		return 1;
	}
	return 0;
}
