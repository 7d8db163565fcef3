/* SPDX-License-Identifier: EUPL-1.2 */
/* What a matrix spares: the same seconds by a search with a heap per place of
 * work. Written apart from src/engine/travel/matrix.c, so that it also tells
 * whether that one is right. */
#include "journeys.h"

#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

enum { FAR = 1 << 28 };

struct way {
	uint32_t to;
	int32_t s;
};
struct plain {
	size_t n_stations, n_nodes;
	uint32_t *first; /* ways of node v: first[v] .. first[v + 1] */
	struct way *ways;
	int32_t *best;
	struct way *heap; /* to: node, s: seconds */
	size_t n_heap;
};

/* Nodes: a station as street, then by line and station, then as the street one
 * comes to in the end, where getting off costs no change. */
static uint32_t node_of(const struct transit_tables *t, unsigned line,
			unsigned station)
{
	return (uint32_t)(t->n_stations * (1 + line) + station);
}

static uint32_t last_street(const struct transit_tables *t, unsigned station)
{
	return node_of(t, (unsigned)t->n_lines, station);
}

struct list {
	struct way *v;
	uint32_t *from;
	size_t n;
};

static void put(struct list *l, uint32_t from, uint32_t to, int32_t s)
{
	if (!(l->n & (l->n - 1))) {
		l->v = mem_grow(l->v, 2 * l->n + 1, sizeof(*l->v));
		l->from = mem_grow(l->from, 2 * l->n + 1, sizeof(*l->from));
	}
	l->from[l->n] = from;
	l->v[l->n++] = (struct way){to, s};
}

static int32_t board_s(const struct transit_tables *t, unsigned line,
		       unsigned station)
{
	for (size_t i = 0; i < t->n_calls; i++)
		if (t->calls[i].line == line &&
		    t->calls[i].station == station && t->calls[i].board_s >= 0)
			return t->calls[i].board_s;
	if (t->lines[line].board_s >= 0)
		return t->lines[line].board_s;
	return t->model.v[PARAM_BOARD + (int)t->lines[line].mode];
}

static void put_walks(struct list *l, const struct transit_tables *t)
{
	for (uint32_t a = 0; a < t->n_stations; a++) {
		for (uint32_t b = 0; b < t->n_stations; b++) {
			int32_t d = plane_distance_m(t->stations[a].at,
						     t->stations[b].at);

			if (a == b || d > t->model.v[PARAM_CHANGE_REACH])
				continue;
			d = (int32_t)((int64_t)d * 3600 /
				      t->model.v[PARAM_CHANGE_M_H]);
			put(l, a, b, d);
			put(l, last_street(t, a), last_street(t, b), d);
		}
	}
}

struct plain *plain_new(const struct transit_tables *t)
{
	struct plain *p = mem_alloc(sizeof(*p));
	struct list l = {NULL, NULL, 0};
	uint8_t *met;

	p->n_stations = t->n_stations;
	p->n_nodes = t->n_stations * (2 + t->n_lines);
	met = mem_alloc(p->n_nodes);
	for (size_t i = 0; i < t->n_links; i++) {
		const struct transit_link *k = &t->links[i];
		uint32_t end[2] = {node_of(t, k->line, k->a),
				   node_of(t, k->line, k->b)};

		for (int e = 0; e < 2; e++) {
			uint32_t s = end[e] % (uint32_t)t->n_stations;

			put(&l, end[e], end[!e], k->seconds);
			if (met[end[e]])
				continue;
			met[end[e]] = 1;
			/* Backwards: getting off costs the change, getting on
			 * the wait. */
			put(&l, s, end[e], t->model.v[PARAM_CHANGE]);
			put(&l, last_street(t, s), end[e], 0);
			put(&l, end[e], s, board_s(t, k->line, s));
		}
	}
	put_walks(&l, t);
	p->first = mem_array(p->n_nodes + 2, sizeof(*p->first));
	p->ways = mem_array(l.n, sizeof(*p->ways));
	for (size_t i = 0; i < l.n; i++)
		p->first[l.from[i] + 2]++;
	for (size_t v = 2; v < p->n_nodes + 2; v++)
		p->first[v] += p->first[v - 1];
	for (size_t i = 0; i < l.n; i++)
		p->ways[p->first[l.from[i] + 1]++] = l.v[i];
	p->best = mem_array(2 * p->n_nodes, sizeof(*p->best));
	p->heap = mem_array(l.n + p->n_nodes + 1, sizeof(*p->heap));
	free(l.v);
	free(l.from);
	free(met);
	return p;
}

void plain_free(struct plain *p)
{
	free(p->first);
	free(p->ways);
	free(p->best);
	free(p->heap);
	free(p);
}

static void push(struct plain *p, uint32_t node, int32_t s)
{
	size_t i = p->n_heap++;

	if (s >= p->best[node]) {
		p->n_heap--;
		return;
	}
	p->best[node] = s;
	for (; i && p->heap[(i - 1) / 2].s > s; i = (i - 1) / 2)
		p->heap[i] = p->heap[(i - 1) / 2];
	p->heap[i] = (struct way){node, s};
}

static struct way pop(struct plain *p)
{
	struct way top = p->heap[0], last = p->heap[--p->n_heap];
	size_t i = 0;

	for (;;) {
		size_t c = 2 * i + 1;

		if (c >= p->n_heap)
			break;
		if (c + 1 < p->n_heap && p->heap[c + 1].s < p->heap[c].s)
			c++;
		if (p->heap[c].s >= last.s)
			break;
		p->heap[i] = p->heap[c];
		i = c;
	}
	p->heap[i] = last;
	return top;
}

const int32_t *plain_make(struct plain *p, const struct transit_access *way,
			  size_t n, int32_t door_s)
{
	int32_t *out = p->best + p->n_nodes;
	uint32_t last = (uint32_t)(p->n_nodes - p->n_stations);

	for (size_t v = 0; v < p->n_nodes; v++)
		p->best[v] = FAR;
	p->n_heap = 0;
	for (size_t i = 0; i < n; i++)
		push(p, last + way[i].station, way[i].seconds + door_s);
	while (p->n_heap) {
		struct way at = pop(p);

		if (at.s > p->best[at.to])
			continue;
		for (uint32_t i = p->first[at.to]; i < p->first[at.to + 1]; i++)
			push(p, p->ways[i].to, at.s + p->ways[i].s);
	}
	for (size_t s = 0; s < p->n_stations; s++)
		out[s] = p->best[s] < p->best[last + s] ? p->best[s]
							: p->best[last + s];
	return out;
}
