/* SPDX-License-Identifier: EUPL-1.2 */
/* A feed from its files to the tables: what is a station, which links stay,
 * how long one waits.
 *
 * Buses are stations like any others where all of them fit. Where they do not,
 * their speed and their headways become the estimate of the way to a station,
 * and their stops are left out.
 *
 * Not read: fares, shapes, pathways, and whether a vehicle takes a wheelchair
 * (a ride is step-free as far as its stations are). A stop where one may only
 * get on or off counts as both. */
#include "gtfs.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

enum {
	/* A link that so few of the trains of both its ends run over (one in
	 * ten) is an exception nobody waits for. */
	RARE = 10,
	/* Between two buses of no plan: a bus runs by detours a straight line
	 * does not know; what fitted journeys lose that way. */
	BUS_STRAIGHT_PC = 75,
	BUS_WALKS_S = 180, /* to its stop and from it */
	/* With every bus a station nobody needs another bus to reach one. */
	NO_BUS_S = 7200,
	NO_BUS_REACH_M = 3000,
};

int gtfs_read(struct gtfs *g, const char *name, const char *const *columns,
	      gtfs_row_fn *on_row, struct err *err)
{
	struct gtfs_rows r = {
		.name = name, .columns = columns, .on_row = on_row, .ctx = g};
	int there = g->read(g->source, name, &r, err);

	if (there > 0 && gtfs_rows_end(&r, err))
		there = -1;
	gtfs_rows_clear(&r);
	if (!there) /* whoever needs it returns this */
		err_set(err, ERR_INPUT, "no %s in it", name);
	return there;
}

/* --- what stays
 * --------------------------------------------------------------- */

static bool is_bus(const struct gtfs *g, uint32_t route)
{
	return g->routes[route].mode == TRANSIT_BUS;
}

/* Most departures to one neighbour, by line and station: how often one may
 * leave. */
static void count_departures(struct gtfs *g)
{
	for (size_t i = 0; i < g->links_size; i++) {
		const struct gtfs_link *l = &g->links[i];

		if (l->a == GTFS_NONE)
			continue;
		for (int end = 0; end < 2; end++) {
			struct gtfs_call *c =
				gtfs_call_of(g, l->route, end ? l->b : l->a);

			c->n = l->n > c->n ? l->n : c->n;
			c->n_day = l->n_day > c->n_day ? l->n_day : c->n_day;
		}
	}
}

bool gtfs_keeps(const struct gtfs *g, const struct gtfs_link *l)
{
	const struct gtfs_call *a, *b;

	if (l->a == GTFS_NONE || (g->buses_left_out && is_bus(g, l->route)))
		return false;
	a = gtfs_call_of(g, l->route, l->a);
	b = gtfs_call_of(g, l->route, l->b);
	return (uint64_t)l->n * RARE >= (a->n < b->n ? a->n : b->n);
}

/* Stations of the links that are not of buses, or of all. */
static size_t count_stations(const struct gtfs *g, bool with_buses)
{
	uint8_t *met = mem_alloc(g->n_stops + 1);
	size_t n = 0;

	for (size_t i = 0; i < g->links_size; i++) {
		const struct gtfs_link *l = &g->links[i];

		if (l->a == GTFS_NONE || (!with_buses && is_bus(g, l->route)))
			continue;
		n += !met[l->a];
		met[l->a] = 1;
		n += !met[l->b];
		met[l->b] = 1;
	}
	free(met);
	return n;
}

static void number_station(struct gtfs *g, uint32_t stop)
{
	if (g->stops[stop].number == GTFS_NONE)
		g->stops[stop].number = 0;
}

/* Numbers in the order of the feed's files, so that the same feed gives the
 * same tables. */
static void number_all(struct gtfs *g)
{
	for (size_t i = 0; i < g->links_size; i++) {
		const struct gtfs_link *l = &g->links[i];

		if (!gtfs_keeps(g, l))
			continue;
		number_station(g, l->a);
		number_station(g, l->b);
		g->routes[l->route].number = 0;
	}
	for (size_t i = 0; i < g->n_stops; i++)
		if (g->stops[i].number != GTFS_NONE)
			g->stops[i].number = (uint32_t)g->n_stations++;
	for (size_t i = 0; i < g->n_routes; i++)
		if (g->routes[i].number != GTFS_NONE)
			g->routes[i].number = (uint32_t)g->n_lines++;
}

/* --- buses
 * ---------------------------------------------------------------------- */

static void set_param(struct transit_model *m, enum transit_param p, int64_t v)
{
	m->v[p] = (int32_t)num_clip(v, transit_params[p].min,
				    transit_params[p].max);
}

static void measure_buses(struct gtfs *g)
{
	uint64_t metres = 0, seconds = 0, n_day = 0, n_links = 0;

	for (size_t i = 0; i < g->links_size; i++) {
		const struct gtfs_link *l = &g->links[i];

		if (l->a == GTFS_NONE || !is_bus(g, l->route))
			continue;
		metres += l->n * (uint64_t)plane_distance_m(g->stops[l->a].at,
							    g->stops[l->b].at);
		seconds += l->seconds;
		n_day += l->n_day;
		n_links++;
	}
	if (!seconds)
		return;
	set_param(&g->model, PARAM_BUS_M_H,
		  (int64_t)(metres * 3600 / seconds * BUS_STRAIGHT_PC / 100));
	/* Half of the headway of the mean link, each counted by its rides. */
	if (n_day)
		set_param(&g->model, PARAM_BUS_WAIT,
			  BUS_WALKS_S +
				  (int64_t)(n_links *
					    (GTFS_DAY_TO_S - GTFS_DAY_FROM_S) /
					    (2 * n_day)));
}

static void count_left_out(struct gtfs *g)
{
	uint8_t *met = mem_alloc(g->n_stops + g->n_routes + 1);

	for (size_t i = 0; i < g->links_size; i++) {
		const struct gtfs_link *l = &g->links[i];
		size_t at[3];

		if (l->a == GTFS_NONE || !is_bus(g, l->route))
			continue;
		at[0] = l->a;
		at[1] = l->b;
		at[2] = g->n_stops + l->route;
		for (int k = 0; k < 3; k++) {
			if (met[at[k]] ||
			    (k < 2 && g->stops[at[k]].number != GTFS_NONE))
				continue;
			met[at[k]] = 1;
			if (k < 2)
				g->left_out_stops++;
			else
				g->left_out_lines++;
		}
	}
	free(met);
}

int gtfs_choose(struct gtfs *g, struct err *err)
{
	size_t rail = count_stations(g, false), all = count_stations(g, true);

	if (!all)
		return err_set(err, ERR_INPUT,
			       "no trip runs from one stop to "
			       "another in France");
	g->buses_left_out = all > TRAVEL_STATIONS_MAX;
	if (g->buses_left_out && (!rail || rail > TRAVEL_STATIONS_MAX))
		return err_set(err, ERR_LIMIT,
			       "%zu stations, %zu of them without buses: from "
			       "1 to %d fit",
			       all, rail, TRAVEL_STATIONS_MAX);
	count_departures(g);
	number_all(g);
	if (g->n_lines > TRANSIT_LINES_MAX)
		return err_set(err, ERR_LIMIT, "%zu lines: %d fit", g->n_lines,
			       TRANSIT_LINES_MAX);
	transit_model_init(&g->model);
	if (g->buses_left_out) {
		measure_buses(g);
		count_left_out(g);
	} else if (all > rail) {
		set_param(&g->model, PARAM_BUS_WAIT, NO_BUS_S);
		set_param(&g->model, PARAM_BUS_REACH, NO_BUS_REACH_M);
	}
	return 0;
}

/* --- transfers.txt
 * ---------------------------------------------------------------- */

static int transfer_row(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	uint32_t a = gtfs_ids_get(&g->stop_ids, f[0]);
	uint32_t b = gtfs_ids_get(&g->stop_ids, f[1]);
	int64_t s;

	/* Only what says how long it takes (2) between two stations. */
	if (a == GTFS_NONE || b == GTFS_NONE || strcmp(f[2], "2") != 0 ||
	    num_parse_int(f[3], 1, TRANSIT_FAR - 1, &s))
		return 0;
	a = g->stops[g->stops[a].station].number;
	b = g->stops[g->stops[b].station].number;
	if (a == GTFS_NONE || b == GTFS_NONE || a == b)
		return 0;
	if (g->n_walks == GTFS_TRANSFERS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d transfers",
			       GTFS_TRANSFERS_MAX);
	if (!(g->n_walks & (g->n_walks - 1)) || !g->n_walks)
		g->walks = mem_grow(g->walks, 2 * g->n_walks + 1,
				    sizeof(*g->walks));
	g->walks[g->n_walks++] =
		(struct transit_walk){(uint16_t)(a < b ? a : b),
				      (uint16_t)(a < b ? b : a), (uint16_t)s};
	return 0;
}

static int by_ends(const void *a, const void *b)
{
	const struct transit_walk *x = a, *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

int gtfs_transfers(struct gtfs *g, struct err *err)
{
	static const char *const columns[] = {"!from_stop_id", "!to_stop_id",
					      "!transfer_type",
					      "min_transfer_time", NULL};
	size_t n = 0;

	if (gtfs_read(g, "transfers.txt", columns, transfer_row, err) < 0)
		return -1;
	if (!g->n_walks)
		return 0;
	/* The quickest between the platforms of two stations. */
	qsort(g->walks, g->n_walks, sizeof(*g->walks), by_ends);
	for (size_t i = 0; i < g->n_walks; i++)
		if (!n || g->walks[n - 1].a != g->walks[i].a ||
		    g->walks[n - 1].b != g->walks[i].b)
			g->walks[n++] = g->walks[i];
	g->n_walks = n;
	return 0;
}

/* --- all
 * ------------------------------------------------------------------------------
 */

int gtfs_load(struct gtfs *g, gtfs_read_fn *read, void *source, struct err *err)
{
	*g = (struct gtfs){.read = read, .source = source};
	arena_init(&g->arena);
	gtfs_ids_init(&g->stop_ids);
	gtfs_ids_init(&g->route_ids);
	gtfs_ids_init(&g->service_ids);
	gtfs_ids_init(&g->trip_ids);
	return gtfs_stops(g, err) || gtfs_routes(g, err) || gtfs_days(g, err) ||
			       gtfs_trips(g, err) || gtfs_times(g, err) ||
			       gtfs_choose(g, err) || gtfs_transfers(g, err)
		       ? -1
		       : 0;
}

void gtfs_clear(struct gtfs *g)
{
	arena_clear(&g->arena);
	gtfs_ids_clear(&g->stop_ids);
	gtfs_ids_clear(&g->route_ids);
	gtfs_ids_clear(&g->service_ids);
	gtfs_ids_clear(&g->trip_ids);
	free(g->stops);
	free(g->routes);
	free(g->services);
	free(g->trips);
	free(g->frequencies);
	free(g->links);
	free(g->calls);
	free(g->walks);
}
