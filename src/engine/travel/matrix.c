/* SPDX-License-Identifier: EUPL-1.2 */
/* Seconds from every station to every other, by one search per destination.
 *
 *	street of a --board--> (line, a) --ride--> (line, b) --alight--> street
 *of b street of b --walk--> street of c
 *
 * The search runs backwards from the destination d: it begins on the platforms
 * of d and of the stations one walks to d from, so that the change that every
 * alighting costs is not paid by the last one. Buckets of one second make it
 * linear (Dial); TRANSIT_FAR bounds them.
 *
 * Who travels without a step may board, alight and change only where that is
 * possible, but passes through the other stations. */
#include "transit.h"

#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600 };

struct edge {
	int32_t from, to;
	int32_t seconds;
};
/* Nodes: streets by station, last streets by station, platforms. Edges by the
 * node they leave when the search runs, which is the one they enter when people
 * travel.
 */
struct graph {
	size_t n_stations, n_platforms, n_edges, size;
	struct edge *edges;
	uint32_t *first; /* edges of node v: first[v] .. first[v + 1] */
};
struct search {
	int32_t *bucket; /* by seconds: newest entry, -1 */
	int32_t *entry_node, *entry_next;
	int32_t n_entries;
	int32_t *best; /* by node */
};

static void add(struct graph *g, size_t from, size_t to, int32_t seconds)
{
	if (g->n_edges == g->size) {
		g->size = g->size ? 2 * g->size : 4096;
		g->edges = mem_grow(g->edges, g->size, sizeof(*g->edges));
	}
	g->edges[g->n_edges++] =
		(struct edge){(int32_t)from, (int32_t)to, seconds};
}

/* --- platforms -------------------------------------------------------------
 */

struct platforms {
	uint32_t *key; /* line << 16 | station, in order */
	size_t n;
};

static int by_key(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint32_t key_of(unsigned line, unsigned station)
{
	return (uint32_t)line << 16 | station;
}

static size_t platform_at(const struct platforms *p, uint32_t key)
{
	const uint32_t *at =
		bsearch(&key, p->key, p->n, sizeof(*p->key), by_key);

	return at ? (size_t)(at - p->key) : p->n;
}

static struct platforms platforms_of(const struct transit_tables *t)
{
	struct platforms p = {
		.key = mem_array(2 * t->n_links + 1, sizeof(*p.key))};
	size_t n = 0;

	for (size_t i = 0; i < t->n_links; i++) {
		const struct transit_link *l = &t->links[i];

		p.key[n++] = key_of(l->line, l->a);
		p.key[n++] = key_of(l->line, l->b);
	}
	qsort(p.key, n, sizeof(*p.key), by_key);
	for (size_t i = 0; i < n; i++)
		if (!p.n || p.key[p.n - 1] != p.key[i])
			p.key[p.n++] = p.key[i];
	return p;
}

/* Seconds until one rides, by platform. */
static int32_t *boarding(const struct transit_tables *t,
			 const struct platforms *p)
{
	int32_t *s = mem_array(p->n + 1, sizeof(*s));

	for (size_t i = 0; i < p->n; i++) {
		const struct transit_line *l = &t->lines[p->key[i] >> 16];

		s[i] = l->board_s >= 0 ? l->board_s
				       : t->model.v[PARAM_BOARD + (int)l->mode];
	}
	for (size_t i = 0; i < t->n_calls; i++) {
		const struct transit_call *c = &t->calls[i];
		size_t at = platform_at(p, key_of(c->line, c->station));

		if (at < p->n && c->board_s >= 0)
			s[at] = c->board_s;
	}
	return s;
}

/* --- edges -------------------------------------------------------------------
 */

static void add_lines(struct graph *g, const struct transit_tables *t,
		      enum travel_grade grade)
{
	struct platforms p = platforms_of(t);
	int32_t *board_s = boarding(t, &p);

	g->n_platforms = p.n;
	for (size_t i = 0; i < p.n; i++) {
		size_t s = p.key[i] & UINT16_MAX, node = 2 * g->n_stations + i;

		if (!transit_counts(&t->stations[s], grade))
			continue;
		add(g, s, node, t->model.v[PARAM_CHANGE]);
		add(g, g->n_stations + s, node, 0);
		add(g, node, s, board_s[i]);
	}
	for (size_t i = 0; i < t->n_links; i++) {
		const struct transit_link *l = &t->links[i];
		size_t a = platform_at(&p, key_of(l->line, l->a));
		size_t b = platform_at(&p, key_of(l->line, l->b));

		add(g, 2 * g->n_stations + a, 2 * g->n_stations + b,
		    l->seconds);
		add(g, 2 * g->n_stations + b, 2 * g->n_stations + a,
		    l->seconds);
	}
	free(board_s);
	free(p.key);
}

static void add_walk(struct graph *g, const struct transit_tables *t,
		     enum travel_grade grade, size_t a, size_t b, int32_t s)
{
	if (!transit_counts(&t->stations[a], grade) ||
	    !transit_counts(&t->stations[b], grade))
		return;
	for (size_t layer = 0; layer < 2; layer++) {
		size_t first = layer * g->n_stations;

		add(g, first + a, first + b, s);
		add(g, first + b, first + a, s);
	}
}

/* Between near stations one may walk; where a table says how long that takes,
 * it is right. */
static void add_walks(struct graph *g, const struct transit_tables *t,
		      enum travel_grade grade)
{
	size_t n = t->n_stations;
	const int32_t *m = t->model.v;
	uint8_t *said = mem_alloc(n * n / 8 + 1);

	for (size_t i = 0; i < t->n_walks; i++) {
		const struct transit_walk *w = &t->walks[i];
		size_t bit = w->a < w->b ? w->a * n + w->b : w->b * n + w->a;

		said[bit / 8] |= (uint8_t)(1u << bit % 8);
		add_walk(g, t, grade, w->a, w->b, w->seconds);
	}
	for (size_t a = 0; a < n; a++) {
		for (size_t b = a + 1; b < n; b++) {
			size_t bit = a * n + b;
			int32_t d = plane_distance_m(t->stations[a].at,
						     t->stations[b].at);

			if (d > m[PARAM_CHANGE_REACH] ||
			    said[bit / 8] >> bit % 8 & 1)
				continue;
			d = (int32_t)((int64_t)d * HOUR_S /
				      m[PARAM_CHANGE_M_H]);
			add_walk(g, t, grade, a, b, d);
		}
	}
	free(said);
}

/* Edges in order of the node they leave. */
static void sort_edges(struct graph *g)
{
	size_t n = 2 * g->n_stations + g->n_platforms;
	struct edge *sorted = mem_array(g->n_edges + 1, sizeof(*sorted));

	g->first = mem_array(n + 2, sizeof(*g->first));
	for (size_t i = 0; i < g->n_edges; i++)
		g->first[g->edges[i].from + 2]++;
	for (size_t v = 2; v < n + 2; v++)
		g->first[v] += g->first[v - 1];
	for (size_t i = 0; i < g->n_edges; i++)
		sorted[g->first[g->edges[i].from + 1]++] = g->edges[i];
	free(g->edges);
	g->edges = sorted;
}

/* --- the search --------------------------------------------------------------
 */

static void reach(struct search *s, int32_t node, int32_t seconds)
{
	if (seconds >= TRANSIT_FAR || seconds >= s->best[node])
		return;
	s->best[node] = seconds;
	s->entry_node[s->n_entries] = node;
	s->entry_next[s->n_entries] = s->bucket[seconds];
	s->bucket[seconds] = s->n_entries++;
}

static void spread(struct search *s, const struct graph *g)
{
	for (int32_t now = 0; now < TRANSIT_FAR; now++) {
		int32_t at;

		/* An edge of no seconds puts its end into this bucket. */
		while ((at = s->bucket[now]) >= 0) {
			int32_t v = s->entry_node[at];

			s->bucket[now] = s->entry_next[at];
			if (s->best[v] < now)
				continue;
			for (uint32_t i = g->first[v]; i < g->first[v + 1]; i++)
				reach(s, g->edges[i].to,
				      now + g->edges[i].seconds);
		}
	}
}

static void row_of(struct search *s, const struct graph *g, size_t d,
		   int16_t *row)
{
	size_t n = g->n_stations;

	for (size_t v = 0; v < 2 * n + g->n_platforms; v++)
		s->best[v] = TRANSIT_FAR;
	s->n_entries = 0;
	reach(s, (int32_t)(n + d), 0);
	spread(s, g);
	for (size_t v = 0; v < n; v++)
		row[v] =
			(int16_t)(s->best[v] < s->best[n + v] ? s->best[v]
							      : s->best[n + v]);
}

int16_t *transit_matrix(const struct transit_tables *t, size_t stride,
			enum travel_grade grade)
{
	struct graph g = {.n_stations = t->n_stations};
	struct search s;
	int16_t *rows = mem_array(t->n_stations * stride, sizeof(*rows));

	add_lines(&g, t, grade);
	add_walks(&g, t, grade);
	sort_edges(&g);
	/* An edge puts at most one entry into a bucket; one begins. */
	size_t nodes = 2 * g.n_stations + g.n_platforms;
	size_t entries = g.n_edges + 1;
	s.bucket = mem_array(TRANSIT_FAR, sizeof(*s.bucket));
	s.entry_node = mem_array(entries, sizeof(*s.entry_node));
	s.entry_next = mem_array(entries, sizeof(*s.entry_next));
	s.best = mem_array(nodes, sizeof(*s.best));
	for (size_t i = 0; i < TRANSIT_FAR; i++)
		s.bucket[i] = -1;
	for (size_t i = 0; i < t->n_stations * stride; i++)
		rows[i] = TRANSIT_FAR;
	for (size_t d = 0; d < t->n_stations; d++)
		if (transit_counts(&t->stations[d], grade))
			row_of(&s, &g, d, rows + d * stride);
	free(s.bucket);
	free(s.entry_node);
	free(s.entry_next);
	free(s.best);
	free(g.edges);
	free(g.first);
	return rows;
}
