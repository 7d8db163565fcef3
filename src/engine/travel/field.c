/* SPDX-License-Identifier: EUPL-1.2 */
/* A place of work made ready: seconds to it from every station, with the hours
 * in which one can travel. One row of the matrix per station near the place,
 * minima over the rows, sixteen stations at a time.
 *
 * Hours: a station of the place counts when its first service is before one
 * must be at work and its last one not before one leaves it; a station of a
 * home, when one does not have to be there before its first service, nor comes
 * back to it after its last. In between nobody looks: a train that runs at both
 * ends runs in the middle. A day has a service of its own, which may end after
 * midnight; what lies between is night, and nothing runs. */
#include "field.h"

#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

enum { MINUTE_S = 60, DAY_S = 24 * 3600 };

/* Seconds of the day; -1 unknown. */
struct shift {
	int32_t start, end;
};

static bool runs_at(struct transit_hours h, int32_t second)
{
	int32_t first = h.first * MINUTE_S, last = h.last * MINUTE_S;

	if (h.first < 0)
		return true;
	second = second < 0 ? second + DAY_S : second % DAY_S;
	return (second >= first && second <= last) || second + DAY_S <= last;
}

/* One is there s seconds before the start, and again s after the end. */
static bool serves(struct transit_hours h, struct shift w, int32_t s)
{
	return (w.start < 0 || runs_at(h, w.start - s)) &&
	       (w.end < 0 || runs_at(h, w.end + s));
}

struct travel_field *travel_field_new(const struct travel *t)
{
	struct travel_field *f = mem_alloc(sizeof(*f));

	f->travel = t;
	if (t->transit) {
		f->to = mem_array(t->transit->stride, sizeof(*f->to));
		f->memo = mem_array(TRAVEL_ZONES_MAX + 1, sizeof(*f->memo));
	}
	return f;
}

void travel_field_free(struct travel_field *f)
{
	if (!f)
		return;
	free(f->to);
	free(f->memo);
	free(f);
}

/* to = min(to, row + s), lane by lane; neither overflows, both being below
 * 2^14. */
static void least(int16_t *restrict to, const int16_t *restrict row, size_t n,
		  int16_t s)
{
	for (size_t i = 0; i < n; i += TRANSIT_LANES) {
		for (size_t k = i; k < i + TRANSIT_LANES; k++) {
			int16_t v = (int16_t)(row[k] + s);

			to[k] = v < to[k] ? v : to[k];
		}
	}
}

/* How long a journey may last that a bus begins or ends. */
static int32_t bus_limit(struct shift w)
{
	struct transit_hours h = transit_mode_hours(TRANSIT_BUS);
	int32_t first = h.first * MINUTE_S, last = h.last * MINUTE_S;
	int32_t limit = TRAVEL_NEVER - 1;

	if (!serves(h, w, 0))
		return -1;
	if (w.start >= 0) {
		int32_t since = w.start >= first ? w.start - first
						 : w.start + DAY_S - first;

		limit = since < limit ? since : limit;
	}
	if (w.end >= 0) {
		int32_t left = last - w.end;

		left = left >= DAY_S ? left - DAY_S : left;
		limit = left < limit ? left : limit;
	}
	return limit;
}

static void close_stations(struct travel_field *f, struct shift w)
{
	const struct transit *t = f->travel->transit;

	if (w.start < 0 && w.end < 0)
		return;
	for (size_t i = 0; i < t->n; i++)
		if (f->to[i] < TRANSIT_FAR &&
		    !serves(t->stations[i].hours, w, f->to[i]))
			f->to[i] = TRANSIT_FAR;
}

static void make_network(struct travel_field *f, struct plane_point at,
			 struct shift w, enum travel_grade grade)
{
	const struct transit *t = f->travel->transit;
	struct transit_access way[TRANSIT_ACCESS_MAX];
	size_t n = transit_access(t, at, way, TRANSIT_ACCESS_MAX);
	const int16_t *rows = t->seconds[grade];
	int32_t door_s = t->model.v[PARAM_DOOR];

	f->has_network = n > 0;
	if (!n)
		return;
	f->bus_limit = grade == TRAVEL_STEP_FREE_SURE ? -1 : bus_limit(w);
	for (size_t i = 0; i < t->stride; i++)
		f->to[i] = TRANSIT_FAR;
	if (!rows)
		return;
	for (size_t i = 0; i < n; i++) {
		const struct transit_station *s = &t->stations[way[i].station];
		int32_t cost = way[i].seconds + door_s;

		if (cost >= TRANSIT_FAR || !transit_counts(s, grade) ||
		    !serves(s->hours, w, way[i].seconds) ||
		    (way[i].is_bus && way[i].seconds > f->bus_limit))
			continue;
		least(f->to, rows + way[i].station * t->stride, t->stride,
		      (int16_t)cost);
	}
	close_stations(f, w);
}

void travel_field_make(struct travel_field *f, const struct travel_work *work,
		       enum travel_grade grade, enum travel_hours hours)
{
	struct shift w = {-1, -1};

	if (hours == TRAVEL_AT_HOURS && work->start_min >= 0)
		w.start = work->start_min * MINUTE_S;
	if (hours == TRAVEL_AT_HOURS && work->end_min >= 0)
		w.end = work->end_min * MINUTE_S;
	f->formula_runs = grade != TRAVEL_STEP_FREE_SURE &&
			  serves(transit_mode_hours(TRANSIT_BUS), w, 0);
	f->has_network = false;
	f->made++;
	if (!f->made && f->memo) { /* once in 4 billion: the old is not new */
		memset(f->memo, 0, (TRAVEL_ZONES_MAX + 1) * sizeof(*f->memo));
		f->made = 1;
	}
	if (f->travel->transit)
		make_network(f, work->at, w, grade);
}

int32_t travel_field_zone(struct travel_field *f, uint16_t zone)
{
	const struct transit *t = f->travel->transit;
	const struct transit_zone *z = &t->zones[zone];
	const struct transit_access *way = &t->accesses[z->first];
	int32_t cost = TRAVEL_NEVER;

	for (size_t i = 0; i < z->n; i++) {
		int32_t s = f->to[way[i].station];

		if (s >= TRANSIT_FAR)
			continue;
		s += way[i].seconds;
		if (s < cost && (!way[i].is_bus || s <= f->bus_limit))
			cost = s;
	}
	f->memo[zone] = (struct travel_memo){f->made, cost};
	return cost;
}

int32_t travel_field_transit(struct travel_field *f, uint16_t zone, int32_t d_m)
{
	return travel_field_transit_inline(f, zone, d_m);
}

int32_t travel_field_cost(struct travel_field *f, unsigned modes, uint16_t zone,
			  int32_t d_m, enum travel_mode *mode)
{
	int32_t least_cost = TRAVEL_NEVER;
	bool is_first = true;

	for (int m = 0; m < MODE_COUNT; m++) {
		int32_t cost;

		if (!(modes >> m & 1))
			continue;
		cost = m == MODE_TRANSIT
			       ? travel_field_transit(f, zone, d_m)
			       : travel_cost(f->travel->by_modes[1u << m], d_m);
		if (is_first || cost < least_cost) {
			least_cost = cost;
			if (mode)
				*mode = (enum travel_mode)m;
		}
		is_first = false;
	}
	return least_cost;
}
