/* SPDX-License-Identifier: EUPL-1.2 */
/* calendar.txt and calendar_dates.txt: which services run on which days, and
 * the one day whose timetable is read: a working day with as many trips as half
 * of the working days have at least. So neither a holiday nor the day of a fair
 * stands for the year. */
#include "gtfs.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

static int parse_date(const char *text, int32_t *out)
{
	int64_t v;

	if (strlen(text) != 8 || num_parse_int(text, 19000101, 21991231, &v))
		return -1;
	*out = date_from_ymd((int)(v / 10000), (int)(v / 100 % 100),
			     (int)(v % 100));
	return *out == DATE_NONE ? -1 : 0;
}

/* Borrowed until the next one; NULL with *err: too many. */
static struct gtfs_service *service_of(struct gtfs *g, const char *id,
				       struct err *err)
{
	uint32_t at = gtfs_ids_get(&g->service_ids, id);

	if (at == GTFS_NONE) {
		if (g->n_services == GTFS_SERVICES_MAX) {
			err_set(err, ERR_LIMIT, "more than %d services",
				GTFS_SERVICES_MAX);
			return NULL;
		}
		at = (uint32_t)g->n_services;
		gtfs_ids_put(&g->service_ids, id, at);
		if (!(at & (at - 1)))
			g->services = mem_grow(g->services, 2 * (size_t)at + 1,
					       sizeof(*g->services));
		g->services[g->n_services++] =
			(struct gtfs_service){.n_trips = 0};
	}
	return &g->services[at];
}

/* Days before the first one, or too far behind it, are not looked at. */
static void set_day(struct gtfs *g, struct gtfs_service *s, int32_t day,
		    bool runs)
{
	int32_t i = day - g->first_day;

	if (i < 0 || i >= GTFS_DAYS_MAX)
		return;
	if (runs)
		s->days[i / 8] |= (uint8_t)(1u << i % 8);
	else
		s->days[i / 8] &= (uint8_t) ~(1u << i % 8);
}

/* The first day of all comes first, in a reading of its own. */
static int first_of_span(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	int32_t day;

	if (parse_date(f[0], &day))
		return err_set(err, ERR_INPUT, "\"%.20s\" is no date", f[0]);
	if (g->first_day == DATE_NONE || day < g->first_day)
		g->first_day = day;
	return 0;
}

static int calendar_row(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	struct gtfs_service *s = service_of(g, f[0], err);
	int32_t from, to;

	if (!s)
		return -1;
	if (parse_date(f[8], &from) || parse_date(f[9], &to))
		return err_set(err, ERR_INPUT, "no dates");
	if (to >= g->first_day + GTFS_DAYS_MAX)
		to = g->first_day + GTFS_DAYS_MAX - 1;
	for (int32_t day = from; day <= to; day++)
		if (*f[date_weekday(day)] == '1')
			set_day(g, s, day, true);
	return 0;
}

static int date_row(void *ctx, char **f, struct err *err)
{
	struct gtfs *g = ctx;
	struct gtfs_service *s = service_of(g, f[0], err);
	int32_t day;

	if (!s)
		return -1;
	if (parse_date(f[1], &day) || (*f[2] != '1' && *f[2] != '2'))
		return err_set(err, ERR_INPUT, "no date, or no exception_type");
	set_day(g, s, day, *f[2] == '1');
	return 0;
}

int gtfs_days(struct gtfs *g, struct err *err)
{
	static const char *const span[] = {"!start_date", NULL};
	static const char *const date[] = {"!date", NULL};
	static const char *const calendar[] = {
		"!service_id", "!monday",   "!tuesday",	 "!wednesday",
		"!thursday",   "!friday",   "!saturday", "!sunday",
		"!start_date", "!end_date", NULL};
	static const char *const dates[] = {"!service_id", "!date",
					    "!exception_type", NULL};

	g->first_day = DATE_NONE;
	if (gtfs_read(g, "calendar.txt", span, first_of_span, err) < 0 ||
	    gtfs_read(g, "calendar_dates.txt", date, first_of_span, err) < 0)
		return -1;
	/* Neither file, or both empty: every trip counts. */
	g->has_calendar = g->first_day != DATE_NONE;
	if (!g->has_calendar)
		return 0;
	return gtfs_read(g, "calendar.txt", calendar, calendar_row, err) < 0 ||
			       gtfs_read(g, "calendar_dates.txt", dates,
					 date_row, err) < 0
		       ? -1
		       : 0;
}
