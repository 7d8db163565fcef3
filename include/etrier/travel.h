/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TRAVEL_H
#define ETRIER_TRAVEL_H

#include <etrier/vocab.h>

#include <stdint.h>

/* From straight metres and allowed modes to what a journey costs. A model is a
 * table of non-decreasing costs per set of modes, so that the matcher asks with
 * two loads and no formula. The shipped model estimates door-to-door seconds;
 * a bench may plug in another. Constant once made.
 *
 * Cost is in units of the model: cost_per_minute of them make a minute. */
#define TRAVEL_STEP_SHIFT 7	    /* a table entry every 128 m */
#define TRAVEL_STEPS	  2345	    /* to 300 km: beyond, nobody commutes */
#define TRAVEL_NEVER	  (1 << 29) /* cost of what cannot be reached */
#define TRAVEL_MODE_SETS  (1u << MODE_COUNT)

struct travel_curve {
	int32_t cost[TRAVEL_STEPS + 1];
};
struct travel {
	int32_t cost_per_minute;
	/* By set of modes (bits of enum travel_mode); NULL for the empty one. A
	 * set is as fast as its fastest member. */
	struct travel_curve *by_modes[TRAVEL_MODE_SETS];
};

/* The estimates that étrier ships; travel.c says where each comes from. */
struct travel *travel_new(void);
/* A kilometre is a minute, whatever the mode: for benches. */
struct travel *travel_new_circle(void);
void travel_free(struct travel *t);

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
/* The mode that gets there first; MODE_WALK on a tie. modes not empty. */
enum travel_mode travel_best_mode(const struct travel *t, unsigned modes,
				  int32_t d_m);
/* Rounded half up. */
int32_t travel_minutes(const struct travel *t, int32_t cost);
/* As people say it: to the nearest 5 minutes from TRAVEL_NEAR_MIN on. Words
 * for people say "less than" for what is shorter. */
#define TRAVEL_NEAR_MIN 10
int32_t travel_about_minutes(int32_t minutes);
/* The modes of a set that do not wait for a timetable; with public transport
 * allowed, one may also walk. */
unsigned travel_own_modes(unsigned modes);

#endif
