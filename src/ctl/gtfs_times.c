/* SPDX-License-Identifier: EUPL-1.2 */
/* stop_times.txt: of every trip of the day, the rides from station to station
 * and when they leave, summed by line. Most feeds keep the rows of a trip
 * together, so that one trip at a time is in memory. A feed that does not is
 * read again, in as many passes as keep GTFS_BATCH_ROWS rows at a time. */
#include "gtfs.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

enum {
	/* A trip that leaves before this hour belongs to the day before,
	 * whichever way the feed writes it: people call it last night. */
	DAY_BREAK_S = 4 * 3600,
	DAY_S = 24 * 3600,
};

struct at_stop {
	uint32_t trip, sequence, stop;
	int32_t arrival, departure; /* seconds; -1 blank */
};
struct times {
	struct gtfs *g;
	struct at_stop *v;
	size_t n, size, rows;
	uint32_t trip; /* at hand, while grouped */
	bool is_grouped, is_scattered;
	uint32_t part, n_parts;
};

/* --- sums
 * ----------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
	x *= UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

static struct gtfs_link *link_slot(const struct gtfs *g, uint32_t route,
				   uint32_t a, uint32_t b)
{
	uint64_t h = mix(mix(mix(route) + a) + b);

	for (;; h++) {
		struct gtfs_link *l = &g->links[h & (g->links_size - 1)];

		if (l->a == GTFS_NONE ||
		    (l->route == route && l->a == a && l->b == b))
			return l;
	}
}

struct gtfs_call *gtfs_call_of(const struct gtfs *g, uint32_t route,
			       uint32_t station)
{
	uint64_t h = mix(mix(route) + station);

	for (;; h++) {
		struct gtfs_call *c = &g->calls[h & (g->calls_size - 1)];

		if (c->station == GTFS_NONE ||
		    (c->route == route && c->station == station))
			return c;
	}
}

static void grow_links(struct gtfs *g)
{
	struct gtfs_link *old = g->links;
	size_t n = g->links_size;

	g->links_size = n ? 2 * n : 4096;
	g->links = mem_array(g->links_size, sizeof(*g->links));
	for (size_t i = 0; i < g->links_size; i++)
		g->links[i].a = GTFS_NONE;
	for (size_t i = 0; i < n; i++)
		if (old[i].a != GTFS_NONE)
			*link_slot(g, old[i].route, old[i].a, old[i].b) =
				old[i];
	free(old);
}

static void grow_calls(struct gtfs *g)
{
	struct gtfs_call *old = g->calls;
	size_t n = g->calls_size;

	g->calls_size = n ? 2 * n : 4096;
	g->calls = mem_array(g->calls_size, sizeof(*g->calls));
	for (size_t i = 0; i < g->calls_size; i++)
		g->calls[i].station = GTFS_NONE;
	for (size_t i = 0; i < n; i++)
		if (old[i].station != GTFS_NONE)
			*gtfs_call_of(g, old[i].route, old[i].station) = old[i];
	free(old);
}

static struct gtfs_link *link_of(struct gtfs *g, uint32_t route, uint32_t a,
				 uint32_t b)
{
	struct gtfs_link *l;

	if (4 * (g->n_links + 1) > 3 * g->links_size)
		grow_links(g);
	l = link_slot(g, route, a, b);
	if (l->a == GTFS_NONE) {
		*l = (struct gtfs_link){.route = route, .a = a, .b = b};
		g->n_links++;
	}
	return l;
}

static void call(struct gtfs *g, uint32_t route, uint32_t station,
		 int32_t first_s, int32_t last_s)
{
	struct gtfs_call *c;

	if (4 * (g->n_calls + 1) > 3 * g->calls_size)
		grow_calls(g);
	c = gtfs_call_of(g, route, station);
	if (c->station == GTFS_NONE) {
		*c = (struct gtfs_call){route, station, first_s, last_s, 0, 0};
		g->n_calls++;
	}
	c->first_s = first_s < c->first_s ? first_s : c->first_s;
	c->last_s = last_s > c->last_s ? last_s : c->last_s;
}

/* --- a trip
 * ---------------------------------------------------------------------- */

/* When a trip leaves its first stop: once, or every headway from start to end
 * (both -1: as its times say). */
struct runs {
	int32_t start_s, end_s, headway_s;
};

static uint32_t departures(struct runs r, int32_t from, int32_t to)
{
	int32_t a = r.start_s > from ? r.start_s : from;
	int32_t b = r.end_s < to ? r.end_s : to;

	return b > a ? (uint32_t)((b - a + r.headway_s - 1) / r.headway_s) : 0;
}

static int add_ride(struct gtfs *g, uint32_t route, const struct at_stop *a,
		    const struct at_stop *b, struct runs r, int32_t shift_s)
{
	int32_t s = b->arrival - a->departure;
	struct gtfs_link *l;
	uint32_t n;

	if (a->stop == b->stop)
		return 0;
	if (s < 0 || s >= TRANSIT_FAR) {
		g->n_odd++;
		return 0;
	}
	if (g->n_links >= GTFS_LINKS_MAX)
		return -1;
	r.start_s += shift_s + a->departure;
	r.end_s += shift_s + a->departure;
	n = departures(r, INT32_MIN / 2, INT32_MAX / 2);
	l = link_of(g, route, a->stop, b->stop);
	l->n += n;
	l->n_day += departures(r, GTFS_DAY_FROM_S, GTFS_DAY_TO_S);
	l->seconds += (uint64_t)n * (uint64_t)(s ? s : 1);
	call(g, route, a->stop, r.start_s, r.end_s - 1);
	call(g, route, b->stop, r.start_s + s, r.end_s - 1 + s);
	return 0;
}

static int add_run(struct gtfs *g, uint32_t route, const struct at_stop *v,
		   size_t n, struct runs r, int32_t shift_s)
{
	if (r.start_s + shift_s + v->departure < DAY_BREAK_S)
		shift_s += DAY_S;
	for (size_t i = 1; i < n; i++) {
		struct at_stop b = v[i];

		/* Who rides on waits for the train to leave. */
		if (i + 1 < n && b.departure > b.arrival)
			b.arrival = b.departure;
		if (add_ride(g, route, &v[i - 1], &b, r, shift_s))
			return -1;
	}
	return 0;
}

/* Times that are blank lie evenly between those that are not; blanks before
 * the first time or after the last one are left out. */
static size_t fill_blanks(struct at_stop *v, size_t n)
{
	size_t known = 0, first = n;

	for (size_t i = 0; i < n; i++) {
		if (v[i].arrival < 0)
			v[i].arrival = v[i].departure;
		if (v[i].departure < 0)
			v[i].departure = v[i].arrival;
		if (v[i].arrival < 0)
			continue;
		if (first == n)
			first = i;
		for (size_t k = known + 1; first != i && k < i; k++) {
			int64_t from = v[known].departure;
			int64_t span = v[i].arrival - from;

			v[k].arrival = v[k].departure =
				(int32_t)(from + span * (int64_t)(k - known) /
							 (int64_t)(i - known));
		}
		known = i;
	}
	if (first == n)
		return 0;
	memmove(v, v + first, (known - first + 1) * sizeof(*v));
	return known - first + 1;
}

static int by_sequence(const void *a, const void *b)
{
	const struct at_stop *x = a, *y = b;

	if (x->trip != y->trip)
		return x->trip < y->trip ? -1 : 1;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static int add_trip(struct gtfs *g, struct at_stop *v, size_t n)
{
	const struct gtfs_trip *t;
	uint32_t route, f;

	if (n < 2)
		return 0;
	t = &g->trips[v->trip];
	route = t->route;
	n = fill_blanks(v, n);
	if (n < 2)
		return 0;
	if (t->frequencies == GTFS_NONE)
		return add_run(g, route, v, n, (struct runs){0, 1, 1}, 0);
	for (f = t->frequencies; f != GTFS_NONE; f = g->frequencies[f].next) {
		const struct gtfs_frequency *q = &g->frequencies[f];

		if (add_run(g, route, v, n,
			    (struct runs){q->start_s, q->end_s, q->headway_s},
			    -v->departure))
			return -1;
	}
	return 0;
}

/* All that is in memory, trip by trip. */
static int flush(struct times *t, struct err *err)
{
	size_t from = 0;

	if (!t->n)
		return 0;
	qsort(t->v, t->n, sizeof(*t->v), by_sequence);
	for (size_t i = 1; i <= t->n; i++) {
		if (i < t->n && t->v[i].trip == t->v[from].trip)
			continue;
		t->g->trips[t->v[from].trip].is_done = true;
		if (add_trip(t->g, t->v + from, i - from))
			return err_set(err, ERR_LIMIT,
				       "more than %d links from stop to stop",
				       GTFS_LINKS_MAX);
		from = i;
	}
	t->n = 0;
	return 0;
}

/* --- rows
 * ----------------------------------------------------------------------- */

static bool is_of_the_day(const struct gtfs *g, const struct gtfs_trip *t)
{
	if (t->route == GTFS_NONE || g->routes[t->route].mode < 0)
		return false;
	return !g->has_calendar ||
	       (t->service != GTFS_NONE && g->services[t->service].runs);
}

static int keep(struct times *t, const struct at_stop *row, struct err *err)
{
	size_t most = t->is_grouped ? GTFS_TRIP_STOPS_MAX : 2 * GTFS_BATCH_ROWS;

	if (t->n == most)
		return err_set(err, ERR_LIMIT,
			       t->is_grouped ? "a trip of more than %zu stops"
					     : "more than %zu rows of one pass",
			       most);
	if (t->n == t->size) {
		t->size = t->size ? 2 * t->size : 256;
		t->v = mem_grow(t->v, t->size, sizeof(*t->v));
	}
	t->v[t->n++] = *row;
	return 0;
}

static int time_row(void *ctx, char **f, struct err *err)
{
	struct times *t = ctx;
	struct gtfs *g = t->g;
	struct at_stop row = {.trip = gtfs_ids_get(&g->trip_ids, f[0])};
	int64_t sequence;

	t->rows++;
	if (row.trip == GTFS_NONE || !is_of_the_day(g, &g->trips[row.trip]) ||
	    (!t->is_grouped && row.trip % t->n_parts != t->part))
		return 0;
	row.stop = gtfs_ids_get(&g->stop_ids, f[1]);
	row.arrival = gtfs_seconds(f[3]);
	row.departure = gtfs_seconds(f[4]);
	if (num_parse_int(f[2], 0, INT32_MAX, &sequence) || row.arrival < -1 ||
	    row.departure < -1)
		return err_set(err, ERR_INPUT, "no sequence, or no time");
	if (row.stop == GTFS_NONE ||
	    !g->stops[g->stops[row.stop].station].has_point) {
		g->n_odd++; /* the ride goes on without it */
		return 0;
	}
	row.sequence = (uint32_t)sequence;
	row.stop = g->stops[row.stop].station;
	if (t->is_grouped && row.trip != t->trip) {
		if (flush(t, err))
			return -1;
		if (g->trips[row.trip].is_done) {
			t->is_scattered = true;
			return err_set(err, ERR_INPUT, "scattered");
		}
		t->trip = row.trip;
	}
	return keep(t, &row, err);
}

static void forget_sums(struct gtfs *g)
{
	free(g->links);
	free(g->calls);
	g->links = NULL;
	g->calls = NULL;
	g->n_links = g->n_calls = g->links_size = g->calls_size = 0;
	g->n_odd = 0;
	for (size_t i = 0; i < g->n_trips; i++)
		g->trips[i].is_done = false;
}

static int count_row(void *ctx, char **f, struct err *err)
{
	(void)f;
	(void)err;
	++*(size_t *)ctx;
	return 0;
}

static int pass(struct times *t, struct err *err)
{
	static const char *const columns[] = {
		"!trip_id",	 "!stop_id",	    "!stop_sequence",
		"!arrival_time", "!departure_time", NULL};
	struct gtfs_rows r = {.name = "stop_times.txt",
			      .columns = columns,
			      .on_row = time_row,
			      .ctx = t};
	int there = t->g->read(t->g->source, r.name, &r, err);

	t->g->passes++;
	if (there <= 0 || gtfs_rows_end(&r, err)) {
		gtfs_rows_clear(&r);
		return there ? -1
			     : err_set(err, ERR_INPUT, "no %s in it", r.name);
	}
	return flush(t, err);
}

/* How many passes the whole file needs. */
static int count_rows(struct gtfs *g, size_t *rows, struct err *err)
{
	static const char *const columns[] = {"!trip_id", NULL};
	struct gtfs_rows r = {.name = "stop_times.txt",
			      .columns = columns,
			      .on_row = count_row,
			      .ctx = rows};
	int there = g->read(g->source, r.name, &r, err);

	g->passes++;
	if (there <= 0 || gtfs_rows_end(&r, err)) {
		gtfs_rows_clear(&r);
		return -1;
	}
	return 0;
}

static int in_parts(struct times *t, struct err *err)
{
	size_t rows = 0;

	forget_sums(t->g);
	if (count_rows(t->g, &rows, err))
		return -1;
	t->is_grouped = t->is_scattered = false;
	t->n_parts = (uint32_t)(rows / GTFS_BATCH_ROWS + 1);
	for (t->part = 0; t->part < t->n_parts; t->part++) {
		t->n = t->rows = 0;
		if (pass(t, err))
			return -1;
	}
	return 0;
}

int gtfs_times(struct gtfs *g, struct err *err)
{
	struct times t = {.g = g, .trip = GTFS_NONE, .is_grouped = true};
	int result = pass(&t, err);

	if (result && t.is_scattered)
		result = in_parts(&t, err);
	g->n_rows = t.rows;
	free(t.v);
	return result;
}
