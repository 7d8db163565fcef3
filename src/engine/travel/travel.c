/* SPDX-License-Identifier: EUPL-1.2 */
/* Door-to-door estimates from straight metres, as tables per set of modes.
 *
 *   walk     1.25 m/s over 1.3 times the straight line
 *   bike     15 km/h over 1.3 times, 2 min to fetch and lock it
 *   moped    28 km/h over 1.35 times, 3 min
 *   car      24 km/h over 1.35 times for the first 10 km, 45 km/h beyond (the
 *            region's rush hour), 5 min to reach and park it
 *   transit  -353 s + 1269 s * sqrt(km), fitted to 850 journeys of a real
 *            planner on the Île-de-France timetable (median error 9.7 min);
 *            a walk where walking is as fast, and below 400 m, where the
 *            formula would promise what no train keeps
 *
 * The figures for bike and moped are assumptions. Those for the car lie between
 * 1.15 and 1.45 times what a planner says for 667 journeys on empty roads
 * (bench-travel prints it), which is what rush hours make of them.
 *
 * Where there is a network of stations (transit.c), it takes the place of the
 * formula. Hours are the field's business (field.c). */
#include "transit.h"

#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>

enum {
	SECONDS_PER_MINUTE = 60,
	TRANSIT_OFFSET_S = 353,
	TRANSIT_SLOPE_S = 1269,
	TRANSIT_FROM_M = 400,
	CAR_TOWN_M = 10000
};

/* Seconds over d metres, detour in hundredths, speed in metres an hour. */
static int64_t ride(int64_t d_m, int detour_pc, int m_per_hour)
{
	return num_div_round(d_m * detour_pc * 36, m_per_hour);
}

static int64_t walk_s(int64_t d_m)
{
	return ride(d_m, 130, 4500); /* 1.25 m/s */
}

static int64_t car_s(int64_t d_m)
{
	int64_t town = d_m < CAR_TOWN_M ? d_m : CAR_TOWN_M;

	return 300 + ride(town, 135, 24000) + ride(d_m - town, 135, 45000);
}

static int64_t transit_s(int64_t d_m)
{
	/* 1269 * sqrt(d / 1000) in integers */
	int64_t root = num_isqrt(
		(uint64_t)(d_m * TRANSIT_SLOPE_S * TRANSIT_SLOPE_S / 1000));
	int64_t walk = walk_s(d_m), ride_s = root - TRANSIT_OFFSET_S;

	return d_m < TRANSIT_FROM_M || walk < ride_s ? walk : ride_s;
}

static int64_t mode_s(enum travel_mode m, int64_t d_m)
{
	switch (m) {
	case MODE_WALK:
		return walk_s(d_m);
	case MODE_BIKE:
		return 120 + ride(d_m, 130, 15000);
	case MODE_MOPED:
		return 180 + ride(d_m, 135, 28000);
	case MODE_CAR:
		return car_s(d_m);
	case MODE_TRANSIT:
		return transit_s(d_m);
	case MODE_COUNT:
		break;
	}
	return TRAVEL_NEVER;
}

static int64_t circle_cost(enum travel_mode m, int64_t d_m)
{
	(void)m;
	return d_m;
}

static struct travel *build(int32_t cost_per_minute,
			    int64_t (*cost)(enum travel_mode, int64_t))
{
	struct travel *t = mem_alloc(sizeof(*t));

	t->cost_per_minute = cost_per_minute;
	for (unsigned set = 1; set < TRAVEL_MODE_SETS; set++)
		t->by_modes[set] = mem_alloc(sizeof(struct travel_curve));
	for (int i = 0; i <= TRAVEL_STEPS; i++) {
		int64_t d_m = (int64_t)i << TRAVEL_STEP_SHIFT;
		int64_t single[MODE_COUNT];

		for (int m = 0; m < MODE_COUNT; m++)
			single[m] = cost((enum travel_mode)m, d_m);
		for (unsigned set = 1; set < TRAVEL_MODE_SETS; set++) {
			int64_t best = TRAVEL_NEVER;

			for (int m = 0; m < MODE_COUNT; m++)
				if (set >> m & 1 && single[m] < best)
					best = single[m];
			t->by_modes[set]->cost[i] = (int32_t)best;
		}
	}
	return t;
}

const char *travel_dir(const char *own, const char *refdata)
{
	return own && *own && transit_tables_are_in(own) ? own : refdata;
}

struct travel *travel_new(const char *dir, struct err *err)
{
	struct transit_tables tables;
	struct travel *t;

	if (dir && transit_tables_load(&tables, dir, err))
		return NULL;
	t = build(SECONDS_PER_MINUTE, mode_s);
	if (dir) {
		t->transit = transit_new(&tables);
		t->version = tables.version;
		tables.version = NULL;
		transit_tables_clear(&tables);
	}
	return t;
}

struct travel *travel_new_circle(void)
{
	return build(1000, circle_cost);
}

void travel_free(struct travel *t)
{
	if (!t)
		return;
	for (unsigned set = 0; set < TRAVEL_MODE_SETS; set++)
		free(t->by_modes[set]);
	transit_free(t->transit);
	free(t->version);
	free(t);
}

int32_t travel_reach_m(const struct travel_curve *c, int32_t cost)
{
	int32_t lo = -1, hi = TRAVEL_STEPS << TRAVEL_STEP_SHIFT;

	/* travel_cost(lo) <= cost < travel_cost(hi), with lo possibly -1 */
	while (hi - lo > 1) {
		int32_t mid = lo + (hi - lo) / 2;

		if (travel_cost(c, mid) <= cost)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

enum travel_mode travel_best_mode(const struct travel *t, unsigned modes,
				  int32_t d_m)
{
	enum travel_mode best = MODE_WALK;
	int32_t least = INT32_MAX;

	for (int m = 0; m < MODE_COUNT; m++) {
		int32_t cost;

		if (!(modes >> m & 1))
			continue;
		cost = travel_cost(t->by_modes[1u << m], d_m);
		if (cost < least) {
			least = cost;
			best = (enum travel_mode)m;
		}
	}
	return best;
}

int32_t travel_minutes(const struct travel *t, int32_t cost)
{
	return (int32_t)num_div_round(cost, t->cost_per_minute);
}

int32_t travel_about_minutes(int32_t minutes)
{
	return minutes < TRAVEL_NEAR_MIN ? minutes : (minutes + 2) / 5 * 5;
}

unsigned travel_own_modes(unsigned modes)
{
	unsigned own = modes & ~(1u << MODE_TRANSIT);

	return own != modes ? own | 1u << MODE_WALK : own;
}

size_t travel_bytes(const struct travel *t)
{
	return sizeof(*t) +
	       (TRAVEL_MODE_SETS - 1) * sizeof(struct travel_curve) +
	       (t->transit ? transit_bytes(t->transit) : 0);
}

uint16_t travel_zone(struct travel *t, struct plane_point home)
{
	return t->transit ? transit_zone(t->transit, home) : TRAVEL_NO_ZONE;
}
