/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of a feed, in the form in which src/engine/travel/tables.c reads
 * them. A feed names its own licence nowhere, so that the tables cannot. */
#include "gtfs.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Who waits longer looks at the timetable first. */
	WAIT_MAX_S = 300,
	/* From the street to the platform of an underground, as fitted
	 * journeys have it. */
	METRO_WAY_S = 120,
};

struct writer {
	const struct gtfs *g;
	const char *dir, *from;
	FILE *out;
	struct err *err;
};

static int open_table(struct writer *w, const char *name, const char *columns)
{
	char *path = mem_printf("%s/%s", w->dir, name);

	w->out = fopen(path, "we");
	if (!w->out)
		err_set(w->err, ERR_STORE, "%s: %s", path, strerror(errno));
	free(path);
	if (!w->out)
		return -1;
	fprintf(w->out,
		"# VERSION gtfs %s\n# SOURCE %s\n# LICENCE that of the feed\n"
		"# BUILT-BY etrierctl refdata import gtfs\n%s\n",
		*w->g->day ? w->g->day : "without calendar", w->from, columns);
	return 0;
}

static int close_table(struct writer *w, const char *name)
{
	int failed = ferror(w->out);

	if (fclose(w->out) || failed)
		return err_set(w->err, ERR_STORE, "%s/%s: %s", w->dir, name,
			       strerror(errno));
	return 0;
}

static void put_udeg(FILE *out, int32_t v)
{
	fprintf(out, "%s%d.%06d", v < 0 ? "-" : "", abs(v) / 1000000,
		abs(v) % 1000000);
}

static int stations(struct writer *w)
{
	static const char *const grades[] = {
		[GRADE_YES] = "yes",
		[GRADE_UNKNOWN] = "unknown",
		[GRADE_NO] = "no",
	};
	const struct gtfs *g = w->g;

	if (open_table(w, "transit_stations.tsv",
		       "station\tname\tlat\tlon\tstep_free"))
		return -1;
	for (size_t i = 0; i < g->n_stops; i++) {
		const struct gtfs_stop *s = &g->stops[i];

		if (s->number == GTFS_NONE)
			continue;
		fprintf(w->out, "%s\t%s\t", s->id, s->name);
		put_udeg(w->out, s->lat_udeg);
		fputc('\t', w->out);
		put_udeg(w->out, s->lon_udeg);
		fprintf(w->out, "\t%s\n", grades[s->grade]);
	}
	return close_table(w, "transit_stations.tsv");
}

static int lines(struct writer *w)
{
	const struct gtfs *g = w->g;

	if (open_table(w, "transit_lines.tsv",
		       "line\tmode\tboard_s\tfirst\tlast"))
		return -1;
	for (size_t i = 0; i < g->n_routes; i++)
		if (g->routes[i].number != GTFS_NONE)
			fprintf(w->out, "%s\t%s\t\t\t\n", g->routes[i].id,
				transit_mode_name(
					(enum transit_mode)g->routes[i].mode));
	return close_table(w, "transit_lines.tsv");
}

/* --- links, both ways as one
 * -------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	const struct gtfs_link *x = a, *y = b;

	if (x->route != y->route)
		return x->route < y->route ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

static struct gtfs_link *sorted_links(const struct gtfs *g, size_t *n)
{
	struct gtfs_link *v = mem_array(g->n_links + 1, sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < g->links_size; i++) {
		struct gtfs_link l = g->links[i];

		if (!gtfs_keeps(g, &l))
			continue;
		if (l.a > l.b) {
			l.a = g->links[i].b;
			l.b = g->links[i].a;
		}
		v[(*n)++] = l;
	}
	qsort(v, *n, sizeof(*v), by_number);
	return v;
}

static int links(struct writer *w)
{
	const struct gtfs *g = w->g;
	size_t n;
	struct gtfs_link *v = sorted_links(g, &n);

	if (open_table(w, "transit_links.tsv", "line\ta\tb\tseconds")) {
		free(v);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t seconds = v[i].seconds, rides = v[i].n;

		if (i + 1 < n && !by_number(&v[i], &v[i + 1])) {
			i++;
			seconds += v[i].seconds;
			rides += v[i].n;
		}
		fprintf(w->out, "%s\t%s\t%s\t%" PRIu64 "\n",
			g->routes[v[i].route].id, g->stops[v[i].a].id,
			g->stops[v[i].b].id, (seconds + rides / 2) / rides);
	}
	free(v);
	return close_table(w, "transit_links.tsv");
}

/* --- calls
 * --------------------------------------------------------------------- */

static int by_call(const void *a, const void *b)
{
	const struct gtfs_call *x = a, *y = b;

	if (x->route != y->route)
		return x->route < y->route ? -1 : 1;
	return (x->station > y->station) - (x->station < y->station);
}

static int32_t board_s(const struct gtfs *g, const struct gtfs_call *c)
{
	int32_t way =
		g->routes[c->route].mode == TRANSIT_METRO ? METRO_WAY_S : 0;
	int64_t wait = WAIT_MAX_S;

	if (c->n_day)
		wait = (GTFS_DAY_TO_S - GTFS_DAY_FROM_S) / 2 / c->n_day;
	return way + (int32_t)(wait < WAIT_MAX_S ? wait : WAIT_MAX_S);
}

static void put_minute(FILE *out, int32_t second)
{
	int32_t m = second / 60;

	m = m < TRANSIT_HOURS_MAX ? m : TRANSIT_HOURS_MAX;
	fprintf(out, "\t%02d:%02d", m / 60, m % 60);
}

static int calls(struct writer *w)
{
	const struct gtfs *g = w->g;
	struct gtfs_call *v = mem_array(g->n_calls + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < g->calls_size; i++) {
		const struct gtfs_call *c = &g->calls[i];

		if (c->station != GTFS_NONE &&
		    g->stops[c->station].number != GTFS_NONE &&
		    g->routes[c->route].number != GTFS_NONE)
			v[n++] = *c;
	}
	qsort(v, n, sizeof(*v), by_call);
	if (open_table(w, "transit_calls.tsv",
		       "line\tstation\tboard_s\tfirst\tlast")) {
		free(v);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		fprintf(w->out, "%s\t%s\t%d", g->routes[v[i].route].id,
			g->stops[v[i].station].id, board_s(g, &v[i]));
		put_minute(w->out, v[i].first_s);
		put_minute(w->out, v[i].last_s);
		fputc('\n', w->out);
	}
	free(v);
	return close_table(w, "transit_calls.tsv");
}

static int walks(struct writer *w)
{
	const struct gtfs *g = w->g;
	const char **id = mem_array(g->n_stations + 1, sizeof(*id));
	int result = 0;

	for (size_t i = 0; i < g->n_stops; i++)
		if (g->stops[i].number != GTFS_NONE)
			id[g->stops[i].number] = g->stops[i].id;
	if (g->n_walks) {
		result = open_table(w, "transit_walks.tsv", "a\tb\tseconds");
		for (size_t i = 0; !result && i < g->n_walks; i++)
			fprintf(w->out, "%s\t%s\t%u\n", id[g->walks[i].a],
				id[g->walks[i].b], g->walks[i].seconds);
		result = result ? -1 : close_table(w, "transit_walks.tsv");
	}
	free(id);
	return result;
}

static int model(struct writer *w)
{
	if (open_table(w, "transit_model.tsv", "what\tvalue"))
		return -1;
	for (int i = 0; i < TRANSIT_PARAMS; i++)
		fprintf(w->out, "%s\t%d\n", transit_params[i].name,
			w->g->model.v[i]);
	return close_table(w, "transit_model.tsv");
}

int gtfs_write(const struct gtfs *g, const char *dir, const char *from,
	       struct err *err)
{
	struct writer w = {.g = g, .dir = dir, .from = from, .err = err};

	return stations(&w) || lines(&w) || links(&w) || calls(&w) ||
			       walks(&w) || model(&w)
		       ? -1
		       : 0;
}
