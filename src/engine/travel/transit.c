/* SPDX-License-Identifier: EUPL-1.2 */
/* The network made ready: matrices by grade, hours by station, and the ways
 * between points and stations.
 *
 * Homes are rounded to cells of 250 m so that the people of a quarter share
 * one list of ways; the place of work is not rounded. A station that is as
 * quickly reached through another one is left out of a list: whoever goes on
 * from it could have begun at the other. */
#include "transit.h"

#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

enum {
	HOUR_S = 3600,
	CELL_M = 250,
	/* Stations looked at around a point: the circle grows until it holds
	 * so many. More than twice as many are too far behind to matter. */
	NEAR_MIN = 24,
	NEAR_MAX = 192,
	NEAR_FIRST_M = 1000,
	ZONE_ACCESS_MAX = 12,
	ZONE_SLOTS = 1 << 17 /* twice the zones there may be */
};

bool transit_counts(const struct transit_station *s, enum travel_grade grade)
{
	switch (grade) {
	case TRAVEL_ANY:
		return true;
	case TRAVEL_STEP_FREE_SURE:
		return s->grade == GRADE_YES;
	case TRAVEL_STEP_FREE_MAYBE:
		return s->grade != GRADE_NO;
	}
	return false;
}

/* --- ways to stations -------------------------------------------------------
 */

struct near {
	uint16_t station;
	int64_t d2;
};

/* Those within the reach of a bus, in order of number. */
static size_t in_reach(const struct transit *t, struct plane_point at,
		       struct near *out)
{
	int32_t reach = t->model.v[PARAM_BUS_REACH];
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		int64_t dx = t->stations[i].at.x_m - at.x_m;
		int64_t dy = t->stations[i].at.y_m - at.y_m;
		int64_t d2 = dx * dx + dy * dy;

		if (d2 <= (int64_t)reach * reach)
			out[n++] = (struct near){(uint16_t)i, d2};
	}
	return n;
}

/* At most NEAR_MAX of them are left, in out. */
static size_t near_stations(const struct transit *t, struct plane_point at,
			    struct near out[TRAVEL_STATIONS_MAX])
{
	int64_t r = NEAR_FIRST_M;
	size_t all = in_reach(t, at, out), n = 0;

	/* Half again at each step: a circle of twice the area. */
	for (;; r += r / 2) {
		for (size_t i = n = 0; i < all; i++)
			n += out[i].d2 <= r * r;
		if (n >= NEAR_MIN || n == all)
			break;
	}
	for (size_t i = n = 0; i < all && n < NEAR_MAX; i++)
		if (out[i].d2 <= r * r)
			out[n++] = out[i];
	return n;
}

static int by_seconds(const void *a, const void *b)
{
	const struct transit_access *x = a, *y = b;

	if (x->seconds != y->seconds)
		return x->seconds < y->seconds ? -1 : 1;
	return (x->station > y->station) - (x->station < y->station);
}

/* Only a station that counts for everybody for whom x counts. */
static bool is_through(const struct transit *t, const struct transit_access *x,
		       const struct transit_access *by)
{
	static const enum travel_grade strictest[] = {
		[GRADE_YES] = TRAVEL_STEP_FREE_SURE,
		[GRADE_UNKNOWN] = TRAVEL_STEP_FREE_MAYBE,
		[GRADE_NO] = TRAVEL_ANY,
	};
	uint8_t grade = t->stations[x->station].grade;
	const int16_t *m = t->seconds[strictest[grade]];

	return t->stations[by->station].grade <= grade &&
	       by->seconds + m[x->station * t->stride + by->station] +
			       t->model.v[PARAM_CHANGE] <=
		       x->seconds;
}

size_t transit_access(const struct transit *t, struct plane_point at,
		      struct transit_access *out, size_t max)
{
	struct near near[TRAVEL_STATIONS_MAX];
	struct transit_access all[NEAR_MAX];
	const int32_t *m = t->model.v;
	size_t n = near_stations(t, at, near), n_all = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t d = num_isqrt((uint64_t)near[i].d2);
		int64_t walk = d * HOUR_S / m[PARAM_WALK_M_H];
		int64_t bus = m[PARAM_BUS_WAIT] + d * HOUR_S / m[PARAM_BUS_M_H];
		int64_t s = walk <= bus ? walk : bus;

		if (s < TRANSIT_FAR)
			all[n_all++] = (struct transit_access){
				.station = near[i].station,
				.seconds = (int16_t)s,
				.is_bus = bus < walk};
	}
	if (n_all)
		qsort(all, n_all, sizeof(*all), by_seconds);
	for (size_t i = 0; i < n_all && kept < max; i++) {
		bool is_needed = true;

		for (size_t k = 0; k < kept && is_needed; k++)
			is_needed = !is_through(t, &all[i], &out[k]);
		if (is_needed)
			out[kept++] = all[i];
	}
	return kept;
}

/* --- zones ---------------------------------------------------------------- */

static int32_t cell(int32_t m)
{
	return m >= 0 ? m / CELL_M : -((CELL_M - 1 - m) / CELL_M);
}

static uint16_t *slot_of(struct transit *t, int32_t x, int32_t y)
{
	uint32_t h = ((uint32_t)x * UINT32_C(2654435761)) ^
		     ((uint32_t)y * UINT32_C(2246822519));

	for (h ^= h >> 15;; h++) {
		uint16_t *slot = &t->zone_slots[h % ZONE_SLOTS];
		const struct transit_zone *z = &t->zones[*slot];

		if (!*slot || (z->cell_x == x && z->cell_y == y))
			return slot;
	}
}

static void add_accesses(struct transit *t, const struct transit_access *v,
			 size_t n)
{
	if (t->n_accesses + n > t->accesses_size) {
		t->accesses_size = 2 * (t->accesses_size + ZONE_ACCESS_MAX);
		t->accesses = mem_grow(t->accesses, t->accesses_size,
				       sizeof(*t->accesses));
	}
	memcpy(t->accesses + t->n_accesses, v, n * sizeof(*v));
	t->n_accesses += n;
}

uint16_t transit_zone(struct transit *t, struct plane_point home)
{
	struct transit_access v[ZONE_ACCESS_MAX];
	int32_t x = cell(home.x_m), y = cell(home.y_m);
	uint16_t *slot = slot_of(t, x, y);
	size_t n;

	if (*slot || t->n_zones > TRAVEL_ZONES_MAX)
		return *slot;
	n = transit_access(t,
			   (struct plane_point){x * CELL_M + CELL_M / 2,
						y * CELL_M + CELL_M / 2},
			   v, ZONE_ACCESS_MAX);
	if (!n)
		return TRAVEL_NO_ZONE;
	*slot = (uint16_t)t->n_zones;
	/* Powers of two: numbers begin with 1. */
	if (!(t->n_zones & (t->n_zones - 1)))
		t->zones =
			mem_grow(t->zones, 2 * t->n_zones, sizeof(*t->zones));
	t->zones[t->n_zones++] = (struct transit_zone){
		.first = (uint32_t)t->n_accesses,
		.n = (uint16_t)n,
		.cell_x = x,
		.cell_y = y,
	};
	add_accesses(t, v, n);
	return *slot;
}

/* --- the whole --------------------------------------------------------------
 */

static void widen(struct transit_hours *to, struct transit_hours by)
{
	if (to->first < 0 || by.first < to->first)
		to->first = by.first;
	if (by.last > to->last)
		to->last = by.last;
}

/* A call's own hours count, else its line's, else those of the mode. */
static void set_hours(struct transit *t, const struct transit_tables *from)
{
	uint8_t *said = mem_alloc(from->n_lines * from->n_stations / 8 + 1);

	for (size_t i = 0; i < from->n_calls; i++) {
		const struct transit_call *c = &from->calls[i];
		size_t bit = c->line * from->n_stations + c->station;

		if (c->hours.first < 0)
			continue;
		said[bit / 8] |= (uint8_t)(1u << bit % 8);
		widen(&t->stations[c->station].hours, c->hours);
	}
	for (size_t i = 0; i < from->n_links; i++) {
		const struct transit_link *l = &from->links[i];
		const struct transit_line *line = &from->lines[l->line];
		struct transit_hours h =
			line->hours.first >= 0 ? line->hours
					       : transit_mode_hours(line->mode);

		for (int end = 0; end < 2; end++) {
			uint16_t s = end ? l->b : l->a;
			size_t bit = l->line * from->n_stations + s;

			if (!(said[bit / 8] >> bit % 8 & 1))
				widen(&t->stations[s].hours, h);
		}
	}
	free(said);
}

/* Many stations have the same hours: what follows from them is computed once
 * a kind. */
static void sort_hours(struct transit *t)
{
	t->hours = mem_array(t->n, sizeof(*t->hours));
	t->hours_of = mem_array(t->n, sizeof(*t->hours_of));
	for (size_t i = 0; i < t->n; i++) {
		struct transit_hours h = t->stations[i].hours;
		size_t k = 0;

		while (k < t->n_hours && (t->hours[k].first != h.first ||
					  t->hours[k].last != h.last))
			k++;
		if (k == t->n_hours)
			t->hours[t->n_hours++] = h;
		t->hours_of[i] = (uint16_t)k;
	}
}

static void set_bus(struct transit *t)
{
	const int32_t *m = t->model.v;

	for (int i = 0; i <= TRAVEL_STEPS; i++) {
		int64_t d = (int64_t)i << TRAVEL_STEP_SHIFT;
		int64_t more = d - m[PARAM_BUS_REACH];
		int64_t s = m[PARAM_DOOR] + m[PARAM_BUS_WAIT] +
			    d * HOUR_S / m[PARAM_BUS_M_H];

		if (more > 0)
			s += more * m[PARAM_BUS_WAIT] / m[PARAM_BUS_REACH];
		t->bus.cost[i] = (int32_t)(s < TRAVEL_NEVER ? s : TRAVEL_NEVER);
	}
}

static void set_matrices(struct transit *t, const struct transit_tables *from)
{
	size_t n[3] = {0};

	for (size_t i = 0; i < t->n; i++)
		n[from->stations[i].grade]++;
	t->seconds[TRAVEL_ANY] = transit_matrix(from, t->stride, TRAVEL_ANY);
	t->seconds[TRAVEL_STEP_FREE_MAYBE] =
		n[GRADE_NO] ? transit_matrix(from, t->stride,
					     TRAVEL_STEP_FREE_MAYBE)
			    : t->seconds[TRAVEL_ANY];
	if (n[GRADE_YES] == t->n)
		t->seconds[TRAVEL_STEP_FREE_SURE] = t->seconds[TRAVEL_ANY];
	else if (n[GRADE_YES])
		t->seconds[TRAVEL_STEP_FREE_SURE] =
			transit_matrix(from, t->stride, TRAVEL_STEP_FREE_SURE);
}

struct transit *transit_new(const struct transit_tables *from)
{
	struct transit *t;

	if (!from->n_stations)
		return NULL;
	t = mem_alloc(sizeof(*t));
	t->model = from->model;
	t->n = from->n_stations;
	t->stride = (t->n + TRANSIT_LANES - 1) / TRANSIT_LANES * TRANSIT_LANES;
	t->stations = mem_array(t->n, sizeof(*t->stations));
	memcpy(t->stations, from->stations, t->n * sizeof(*t->stations));
	set_matrices(t, from);
	set_hours(t, from);
	sort_hours(t);
	set_bus(t);
	t->zone_slots = mem_array(ZONE_SLOTS, sizeof(*t->zone_slots));
	t->zones = mem_array(1, sizeof(*t->zones)); /* none has number 0 */
	t->n_zones = 1;
	return t;
}

void transit_free(struct transit *t)
{
	if (!t)
		return;
	for (int g = 2; g > 0; g--)
		if (t->seconds[g] != t->seconds[TRAVEL_ANY])
			free(t->seconds[g]);
	free(t->seconds[TRAVEL_ANY]);
	free(t->stations);
	free(t->hours);
	free(t->hours_of);
	free(t->zones);
	free(t->accesses);
	free(t->zone_slots);
	free(t);
}

size_t transit_bytes(const struct transit *t)
{
	size_t matrix = t->n * t->stride * sizeof(**t->seconds), n = matrix;

	for (int g = 1; g < 3; g++)
		if (t->seconds[g] && t->seconds[g] != t->seconds[TRAVEL_ANY])
			n += matrix;
	return n + sizeof(*t) +
	       t->n * (sizeof(*t->stations) + sizeof(*t->hours) +
		       sizeof(*t->hours_of)) +
	       t->n_zones * sizeof(*t->zones) +
	       t->accesses_size * sizeof(*t->accesses) +
	       ZONE_SLOTS * sizeof(*t->zone_slots);
}
