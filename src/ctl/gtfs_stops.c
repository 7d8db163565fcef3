/* SPDX-License-Identifier: EUPL-1.2 */
/* stops.txt and routes.txt. A station is a stop that is nobody's child, with
 * all its platforms; feeds without parents give the same name to the platforms
 * of a station, so that stops of one name at most SAME_M apart are one. */
#include "gtfs.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_BYTES = 100,
	PARENTS_MAX = 4, /* a boarding area, its platform, its station */
	SAME_M = 300,
	SAME_MAX = 64, /* stations of one name that are looked at */
};

/* --- stops.txt
 * ---------------------------------------------------------------- */

static int stop_row(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	struct gtfs_stop *s;

	if (g->n_stops == GTFS_STOPS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d stops",
			       GTFS_STOPS_MAX);
	if (!*f[0] || !gtfs_ids_put(&g->stop_ids, f[0], (uint32_t)g->n_stops))
		return err_set(err, ERR_INPUT, "stop_id %s",
			       *f[0] ? "is there already" : "is empty");
	if (!(g->n_stops & (g->n_stops - 1)) || !g->n_stops)
		g->stops = mem_grow(g->stops, 2 * g->n_stops + 1,
				    sizeof(*g->stops));
	s = &g->stops[g->n_stops++];
	*s = (struct gtfs_stop){
		.id = utf8_clean(&g->arena, f[0], UTF8_ONE_LINE,
				 NAME_MAX_BYTES),
		.name = utf8_clean(&g->arena, f[1], UTF8_ONE_LINE,
				   NAME_MAX_BYTES),
		.parent_id = *f[4] ? arena_dup(&g->arena, f[4]) : NULL,
		.wheelchair = *f[5] == '1'   ? 1
			      : *f[5] == '2' ? 2
					     : 0,
		.number = GTFS_NONE,
	};
	s->has_point = !num_parse_udeg(f[2], 90, &s->lat_udeg) &&
		       !num_parse_udeg(f[3], 180, &s->lon_udeg) &&
		       (s->lat_udeg || s->lon_udeg) &&
		       plane_from_udeg(s->lat_udeg, s->lon_udeg, &s->at);
	return 0;
}

static void find_station(struct gtfs *g, uint32_t i)
{
	uint32_t at = i;

	for (int k = 0; k < PARENTS_MAX && g->stops[at].parent_id; k++) {
		uint32_t up =
			gtfs_ids_get(&g->stop_ids, g->stops[at].parent_id);

		if (up == GTFS_NONE || up == i)
			break;
		at = up;
	}
	g->stops[i].station = at;
}

/* Of equal names the first in the file first, whatever qsort does. */
static int by_name(const void *a, const void *b)
{
	const struct gtfs_stop *x = *(struct gtfs_stop *const *)a;
	const struct gtfs_stop *y = *(struct gtfs_stop *const *)b;
	int c = strcmp(x->name, y->name);

	return c ? c : (x > y) - (x < y);
}

/* Of those before it that have its name, the first near enough takes a stop
 * in. */
static void join_one(struct gtfs_stop **v, size_t first, size_t i,
		     const struct gtfs *g)
{
	for (size_t k = first; k < i && k - first < SAME_MAX; k++) {
		if (&g->stops[v[k]->station] == v[k] &&
		    plane_distance_m(v[k]->at, v[i]->at) <= SAME_M) {
			v[i]->station = v[k]->station;
			return;
		}
	}
}

static void join_same_names(struct gtfs *g)
{
	struct gtfs_stop **v = mem_array(g->n_stops + 1, sizeof(*v));
	size_t n = 0, first = 0;

	for (size_t i = 0; i < g->n_stops; i++)
		if (g->stops[i].station == i && !g->stops[i].parent_id &&
		    g->stops[i].has_point && *g->stops[i].name)
			v[n++] = &g->stops[i];
	qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(v[i]->name, v[first]->name) != 0)
			first = i;
		join_one(v, first, i, g);
	}
	free(v);
	/* Children of a station that was taken in follow it. */
	for (size_t i = 0; i < g->n_stops; i++)
		g->stops[i].station = g->stops[g->stops[i].station].station;
}

/* What the station says of itself counts; else what all its platforms that say
 * something agree on. */
static void set_grades(struct gtfs *g)
{
	uint8_t *seen = mem_alloc(g->n_stops + 1);

	for (size_t i = 0; i < g->n_stops; i++) {
		const struct gtfs_stop *s = &g->stops[i];

		if (s->station != i && !g->stops[s->station].wheelchair)
			seen[s->station] |= s->wheelchair ? s->wheelchair : 4;
	}
	for (size_t i = 0; i < g->n_stops; i++) {
		struct gtfs_stop *s = &g->stops[i];
		uint8_t says = s->wheelchair ? s->wheelchair : seen[i];

		s->grade = says == 1   ? GRADE_YES
			   : says == 2 ? GRADE_NO
				       : GRADE_UNKNOWN;
	}
	free(seen);
}

int gtfs_stops(struct gtfs *g, struct err *err)
{
	static const char *const columns[] = {
		"!stop_id",	  "stop_name",		 "stop_lat", "stop_lon",
		"parent_station", "wheelchair_boarding", NULL};

	if (gtfs_read(g, "stops.txt", columns, stop_row, err) != 1)
		return -1;
	for (uint32_t i = 0; i < g->n_stops; i++)
		find_station(g, i);
	for (size_t i = 0; i < g->n_stops; i++) {
		struct gtfs_stop *up = &g->stops[g->stops[i].station];

		/* A station without a point is where its platform is. */
		if (!up->has_point && g->stops[i].has_point) {
			up->at = g->stops[i].at;
			up->lat_udeg = g->stops[i].lat_udeg;
			up->lon_udeg = g->stops[i].lon_udeg;
			up->has_point = true;
		}
	}
	join_same_names(g);
	set_grades(g);
	return 0;
}

/* --- routes.txt
 * --------------------------------------------------------------- */

/* Basic types and the extended ones by hundreds. Ferries and cable cars wait
 * and run like a tram; coaches and boats of a line like a bus. */
static int mode_of(int64_t type)
{
	static const struct {
		int16_t from, to;
		int8_t mode;
	} kinds[] = {
		{0, 0, TRANSIT_TRAM},	    {1, 1, TRANSIT_METRO},
		{2, 2, TRANSIT_TRAIN},	    {3, 4, TRANSIT_BUS},
		{5, 6, TRANSIT_TRAM},	    {7, 7, TRANSIT_METRO},
		{11, 11, TRANSIT_BUS},	    {12, 12, TRANSIT_METRO},
		{100, 199, TRANSIT_TRAIN},  {200, 299, TRANSIT_BUS},
		{300, 399, TRANSIT_TRAIN},  {400, 699, TRANSIT_METRO},
		{700, 899, TRANSIT_BUS},    {900, 999, TRANSIT_TRAM},
		{1000, 1099, TRANSIT_BUS},  {1200, 1299, TRANSIT_BUS},
		{1300, 1399, TRANSIT_TRAM}, {1400, 1499, TRANSIT_METRO},
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (type >= kinds[i].from && type <= kinds[i].to)
			return kinds[i].mode;
	return -1;
}

static int route_row(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	int64_t type;

	if (g->n_routes == GTFS_ROUTES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d routes",
			       GTFS_ROUTES_MAX);
	if (!*f[0] || !gtfs_ids_put(&g->route_ids, f[0], (uint32_t)g->n_routes))
		return err_set(err, ERR_INPUT, "route_id %s",
			       *f[0] ? "is there already" : "is empty");
	if (num_parse_int(f[1], 0, 1999, &type))
		return err_set(err, ERR_INPUT, "route_type is no number");
	if (!(g->n_routes & (g->n_routes - 1)) || !g->n_routes)
		g->routes = mem_grow(g->routes, 2 * g->n_routes + 1,
				     sizeof(*g->routes));
	g->routes[g->n_routes++] = (struct gtfs_route){
		.id = utf8_clean(&g->arena, f[0], UTF8_ONE_LINE,
				 NAME_MAX_BYTES),
		.mode = mode_of(type),
		.number = GTFS_NONE,
	};
	return 0;
}

int gtfs_routes(struct gtfs *g, struct err *err)
{
	static const char *const columns[] = {"!route_id", "!route_type", NULL};

	return gtfs_read(g, "routes.txt", columns, route_row, err) == 1 ? 0
									: -1;
}
