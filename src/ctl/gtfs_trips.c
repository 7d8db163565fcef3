/* SPDX-License-Identifier: EUPL-1.2 */
/* trips.txt and frequencies.txt, and between them the day whose timetable is
 * read, which depends on how many trips each service has. */
#include "gtfs.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

enum { TIME_MAX_H = 72 };

int32_t gtfs_seconds(const char *text)
{
	char part[3][4];
	int64_t v[3];
	size_t n = 0;

	if (!*text)
		return -1;
	for (int i = 0; i < 3; i++) {
		n = strcspn(text, ":");
		if (!n || n >= sizeof(part[i]) || (i < 2) != (text[n] == ':'))
			return -2;
		memcpy(part[i], text, n);
		part[i][n] = '\0';
		text += n + (i < 2);
		if (num_parse_int(part[i], 0, i ? 59 : TIME_MAX_H, &v[i]))
			return -2;
	}
	return (int32_t)(v[0] * 3600 + v[1] * 60 + v[2]);
}

/* --- trips.txt
 * ---------------------------------------------------------------- */

static int trip_row(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	uint32_t route = gtfs_ids_get(&g->route_ids, f[1]);
	uint32_t service = gtfs_ids_get(&g->service_ids, f[2]);

	if (g->n_trips == GTFS_TRIPS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d trips",
			       GTFS_TRIPS_MAX);
	if (!*f[0] || !gtfs_ids_put(&g->trip_ids, f[0], (uint32_t)g->n_trips))
		return err_set(err, ERR_INPUT, "trip_id %s",
			       *f[0] ? "is there already" : "is empty");
	if (!(g->n_trips & (g->n_trips - 1)) || !g->n_trips)
		g->trips = mem_grow(g->trips, 2 * g->n_trips + 1,
				    sizeof(*g->trips));
	/* A trip of no route or of no service never runs. */
	g->trips[g->n_trips++] = (struct gtfs_trip){
		.route = route, .service = service, .frequencies = GTFS_NONE};
	if (service != GTFS_NONE && route != GTFS_NONE)
		g->services[service].n_trips++;
	return 0;
}

/* --- the day
 * ------------------------------------------------------------------ */

static uint64_t trips_on(const struct gtfs *g, int32_t i)
{
	uint64_t n = 0;

	for (size_t k = 0; k < g->n_services; k++)
		if (g->services[k].days[i / 8] >> i % 8 & 1)
			n += g->services[k].n_trips;
	return n;
}

static int by_count(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool is_wanted(const struct gtfs *g, int32_t i, bool working_days)
{
	return !working_days || date_is_working_day(g->first_day + i);
}

/* The first day that has the upper median of trips; -1: no day has any. */
static int32_t usual_day(const struct gtfs *g, bool working_days)
{
	uint64_t n[GTFS_DAYS_MAX], all[GTFS_DAYS_MAX];
	size_t kept = 0;

	for (int32_t i = 0; i < GTFS_DAYS_MAX; i++) {
		all[i] = is_wanted(g, i, working_days) ? trips_on(g, i) : 0;
		if (all[i])
			n[kept++] = all[i];
	}
	if (!kept)
		return -1;
	qsort(n, kept, sizeof(*n), by_count);
	for (int32_t i = 0; i < GTFS_DAYS_MAX; i++)
		if (all[i] == n[kept / 2])
			return i;
	return -1;
}

static int choose_day(struct gtfs *g, struct err *err)
{
	int32_t i;

	if (!g->has_calendar)
		return 0;
	i = usual_day(g, true);
	if (i < 0)
		i = usual_day(g, false);
	if (i < 0)
		return err_set(err, ERR_INPUT,
			       "trips.txt: no trip runs on any "
			       "day");
	date_format(g->first_day + i, g->day);
	for (size_t k = 0; k < g->n_services; k++)
		g->services[k].runs = g->services[k].days[i / 8] >> i % 8 & 1;
	return 0;
}

/* --- frequencies.txt
 * ------------------------------------------------------------ */

static int frequency_row(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	uint32_t trip = gtfs_ids_get(&g->trip_ids, f[0]);
	int32_t from = gtfs_seconds(f[1]), to = gtfs_seconds(f[2]);
	int64_t headway;

	if (trip == GTFS_NONE)
		return 0;
	if (from < 0 || to < 0 ||
	    num_parse_int(f[3], 1, (int64_t)TIME_MAX_H * 3600, &headway))
		return err_set(err, ERR_INPUT, "no times or no headway");
	if (g->n_frequencies == GTFS_FREQUENCIES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d frequencies",
			       GTFS_FREQUENCIES_MAX);
	if (to <= from)
		return 0;
	if (!(g->n_frequencies & (g->n_frequencies - 1)) || !g->n_frequencies)
		g->frequencies =
			mem_grow(g->frequencies, 2 * g->n_frequencies + 1,
				 sizeof(*g->frequencies));
	g->frequencies[g->n_frequencies] = (struct gtfs_frequency){
		.next = g->trips[trip].frequencies,
		.start_s = from,
		.end_s = to,
		.headway_s = (int32_t)headway,
	};
	g->trips[trip].frequencies = (uint32_t)g->n_frequencies++;
	return 0;
}

int gtfs_trips(struct gtfs *g, struct err *err)
{
	static const char *const trips[] = {"!trip_id", "!route_id",
					    "!service_id", NULL};
	static const char *const frequencies[] = {
		"!trip_id", "!start_time", "!end_time", "!headway_secs", NULL};

	if (gtfs_read(g, "trips.txt", trips, trip_row, err) != 1 ||
	    choose_day(g, err))
		return -1;
	return gtfs_read(g, "frequencies.txt", frequencies, frequency_row,
			 err) < 0
		       ? -1
		       : 0;
}
