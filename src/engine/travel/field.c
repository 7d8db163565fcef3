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

enum { MINUTE_S = 60, DAY_S = 24 * 3600, PLACES = 1024 };

/* Seconds of the day; -1 unknown. */
struct shift {
	int32_t start, end;
};

static int32_t of_day(int32_t second)
{
	second %= DAY_S;
	return second < 0 ? second + DAY_S : second;
}

/* How long one may be on the way between the work and where these hours hold:
 * since the first service before the start and until the last one after the
 * end, and not while nothing runs yet or any more. A night is nearly as long
 * as the longest journey, so that one stretch is all there is. */
static struct travel_stretch stretch_of(struct transit_hours h, struct shift w)
{
	struct travel_stretch r = {0, TRAVEL_NEVER - 1};
	int32_t first = h.first * MINUTE_S, last = h.last * MINUTE_S;
	int32_t most[2] = {of_day(w.start - first), of_day(last - w.end)};

	if (h.first < 0 || last - first >= DAY_S)
		return r;
	for (int end = 0; end < 2; end++) {
		int32_t least = most[end] - (last - first);

		if ((end ? w.end : w.start) < 0)
			continue;
		r.most = most[end] < r.most ? most[end] : r.most;
		r.least = least > r.least ? least : r.least;
	}
	return r;
}

static bool is_in(struct travel_stretch r, int32_t s)
{
	return s >= r.least && s <= r.most;
}

struct travel_field *travel_field_new(const struct travel *t)
{
	struct travel_field *f = mem_alloc(sizeof(*f));

	f->travel = t;
	if (t->transit) {
		f->to = mem_array(t->transit->stride, sizeof(*f->to));
		f->memo = mem_array(TRAVEL_ZONES_MAX + 1, sizeof(*f->memo));
		f->open = mem_array(t->transit->n_hours, sizeof(*f->open));
		f->places = mem_array(PLACES, sizeof(*f->places));
	}
	return f;
}

void travel_field_free(struct travel_field *f)
{
	if (!f)
		return;
	free(f->to);
	free(f->memo);
	free(f->open);
	free(f->places);
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

/* The ways from a place to its stations. Many offers say no more than a
 * commune, so that the same points come again and again. */
static const struct travel_place *place_at(struct travel_field *f,
					   struct plane_point at)
{
	uint32_t h = (uint32_t)at.x_m * UINT32_C(2654435761) ^
		     (uint32_t)at.y_m * UINT32_C(2246822519);
	struct travel_place *p = &f->places[(h ^ h >> 16) % PLACES];

	if (!p->is_known || p->at.x_m != at.x_m || p->at.y_m != at.y_m) {
		p->n = transit_access(f->travel->transit, at, p->way,
				      TRANSIT_ACCESS_MAX);
		p->at = at;
		p->is_known = true;
	}
	return p;
}

static void close_stations(struct travel_field *f)
{
	const struct transit *t = f->travel->transit;

	for (size_t i = 0; i < t->n; i++)
		if (!is_in(f->open[t->hours_of[i]], f->to[i]))
			f->to[i] = TRANSIT_FAR;
}

static void make_network(struct travel_field *f, struct plane_point at,
			 struct shift w, enum travel_grade grade)
{
	const struct transit *t = f->travel->transit;
	const struct travel_place *p = place_at(f, at);
	const int16_t *rows = t->seconds[grade];
	int32_t door_s = t->model.v[PARAM_DOOR];

	f->has_network = p->n > 0;
	if (!p->n)
		return;
	for (size_t i = 0; i < t->stride; i++)
		f->to[i] = TRANSIT_FAR;
	if (!rows)
		return;
	for (size_t i = 0; i < t->n_hours; i++)
		f->open[i] = stretch_of(t->hours[i], w);
	for (size_t i = 0; i < p->n; i++) {
		const struct transit_access *way = &p->way[i];
		int32_t cost = way->seconds + door_s;

		if (cost >= TRANSIT_FAR ||
		    !transit_counts(&t->stations[way->station], grade) ||
		    !is_in(f->open[t->hours_of[way->station]], way->seconds) ||
		    (way->is_bus && !is_in(f->bus, way->seconds)))
			continue;
		least(f->to, rows + way->station * t->stride, t->stride,
		      (int16_t)cost);
	}
	if (w.start >= 0 || w.end >= 0)
		close_stations(f);
}

void travel_field_make(struct travel_field *f, const struct travel_work *work,
		       enum travel_grade grade, enum travel_hours hours)
{
	const struct travel_stretch never = {0, -1};
	struct shift w = {-1, -1};

	if (hours == TRAVEL_AT_HOURS && work->start_min >= 0)
		w.start = work->start_min * MINUTE_S;
	if (hours == TRAVEL_AT_HOURS && work->end_min >= 0)
		w.end = work->end_min * MINUTE_S;
	f->bus = stretch_of(transit_mode_hours(TRANSIT_BUS), w);
	if (grade == TRAVEL_STEP_FREE_SURE) /* of no bus it is known */
		f->bus = never;
	/* One comes by bus, so that buses must run when one comes. */
	f->all_the_way = f->bus.least > 0 ? never : f->bus;
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
		if (s < cost && (!way[i].is_bus || is_in(f->bus, s)))
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
