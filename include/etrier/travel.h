/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TRAVEL_H
#define ETRIER_TRAVEL_H

#include <etrier/roster.h>
#include <etrier/vocab.h>

#include <stdbool.h>
#include <stdint.h>

struct err;

/* What a journey costs, door to door, by the means a person may use.
 *
 * Walking, cycling, moped and car are curves of the straight distance: a table
 * of non-decreasing costs per set of modes, so that the matcher asks with two
 * loads and no formula. Public transport is a network of stations, where there
 * is one; elsewhere a formula stands for it. The place of work is made ready
 * once (a field), then asked for each home. Constant once made, but for the
 * numbers of zones, which only grow.
 *
 * Cost is in units of the model: cost_per_minute of them make a minute. */
#define TRAVEL_STEP_SHIFT 7	    /* a table entry every 128 m */
#define TRAVEL_STEPS	  2345	    /* to 300 km: beyond, nobody commutes */
#define TRAVEL_NEVER	  (1 << 29) /* cost of what cannot be reached */
#define TRAVEL_MODE_SETS  (1u << MODE_COUNT)

struct travel_curve {
	int32_t cost[TRAVEL_STEPS + 1];
};
struct transit; /* the network; src/engine/travel/transit.h */
struct travel {
	int32_t cost_per_minute;
	/* By set of modes (bits of enum travel_mode); NULL for the empty one. A
	 * set is as fast as its fastest member; public transport in it is the
	 * formula. */
	struct travel_curve *by_modes[TRAVEL_MODE_SETS];
	struct transit *transit; /* NULL: the formula everywhere */
	char *version; /* of its tables, for status; NULL without a network */
};

/* The estimates that étrier ships, with the network of the tables in dir
 * (transit_*.tsv); dir NULL: without one. NULL: a table is damaged
 * (ERR_CONFIG, file:line); tables that are not there are no mistake. */
struct travel *travel_new(const char *dir, struct err *err);
/* A kilometre is a minute, whatever the mode: for benches. */
struct travel *travel_new_circle(void);
void travel_free(struct travel *t);
/* own when it holds tables of a network, else refdata: an administrator's win
 * over those étrier ships. Either may be NULL or "". */
const char *travel_dir(const char *own, const char *refdata);
size_t travel_bytes(const struct travel *t);

/* --- own means ----------------------------------------------------------- */
/* d_m >= 0. Linear between table entries, so it never decreases. */
static inline int32_t travel_cost(const struct travel_curve *c, int32_t d_m)
{
	int32_t i = d_m >> TRAVEL_STEP_SHIFT;
	int32_t part = d_m & ((1 << TRAVEL_STEP_SHIFT) - 1);

	if (i >= TRAVEL_STEPS)
		return TRAVEL_NEVER;
	return c->cost[i] +
	       (((c->cost[i + 1] - c->cost[i]) * part) >> TRAVEL_STEP_SHIFT);
}
/* The farthest whole metre that costs no more; -1 when none does. */
int32_t travel_reach_m(const struct travel_curve *c, int32_t cost);
/* The modes of a set that do not wait for a timetable; with public transport
 * allowed, one may also walk. */
unsigned travel_own_modes(unsigned modes);

/* The mode that gets there first; MODE_WALK on a tie. modes not empty. The
 * formula for public transport. */
enum travel_mode travel_best_mode(const struct travel *t, unsigned modes,
				  int32_t d_m);

/* --- homes ---------------------------------------------------------------- */
/* Number of the cell (250 m) a home lies in; people of a cell share the ways to
 * their stations. TRAVEL_NO_ZONE: no network, no station in reach, or the
 * numbers are used up: the formula counts there. */
#define TRAVEL_STATIONS_MAX 2048 /* a matrix of 8 MB */
#define TRAVEL_NO_ZONE	    0
#define TRAVEL_ZONES_MAX    UINT16_MAX
uint16_t travel_zone(struct travel *t, struct plane_point home);

/* --- the place of work ------------------------------------------------------
 */
struct travel_work {
	struct plane_point at;
	int16_t start_min, end_min; /* minutes of the day, -1 unknown */
};
/* Whose stations count: everybody's; or, for who must travel without a step,
 * those known to be step-free (SURE), or those not known to have steps
 * (MAYBE). */
enum travel_grade { TRAVEL_ANY, TRAVEL_STEP_FREE_SURE, TRAVEL_STEP_FREE_MAYBE };
enum travel_hours {
	TRAVEL_AT_HOURS, /* only what runs for the work's start and end */
	TRAVEL_AT_ANY_HOUR
};
/* Made anew for each offer in the same memory: init once, make many times. */
struct travel_field;
struct travel_field *travel_field_new(const struct travel *t);
void travel_field_free(struct travel_field *f);
void travel_field_make(struct travel_field *f, const struct travel_work *w,
		       enum travel_grade grade, enum travel_hours hours);
/* Cost by public transport from a home, d_m straight metres away, or
 * TRAVEL_NEVER (nothing runs then, no way). Not const: what a zone costs is
 * remembered until the next make. The scan has an inline form of it in
 * src/engine/travel/field.h. */
int32_t travel_field_transit(struct travel_field *f, uint16_t zone,
			     int32_t d_m);
/* Least cost by the modes of a set, and the mode (a tie: the earlier one);
 * modes not empty. *mode may be NULL. */
int32_t travel_field_cost(struct travel_field *f, unsigned modes, uint16_t zone,
			  int32_t d_m, enum travel_mode *mode);

/* --- words ------------------------------------------------------------------
 */
/* Rounded half up. */
int32_t travel_minutes(const struct travel *t, int32_t cost);
/* As people say it: to the nearest 5 minutes from TRAVEL_NEAR_MIN on. Words
 * for people say "less than" for what is shorter. */
#define TRAVEL_NEAR_MIN 10
int32_t travel_about_minutes(int32_t minutes);

#endif
