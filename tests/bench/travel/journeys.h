/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BENCH_TRAVEL_JOURNEYS_H
#define BENCH_TRAVEL_JOURNEYS_H

#include "engine/travel/transit.h"

#include <stdint.h>

/* Journeys of a real planner, and how well they are foretold. */
#define SIDE_S 3600 /* the limit of time most people give */
#define FOLDS  5

struct journey {
	struct plane_point from, to;
	int32_t d_m, seconds, car_s; /* car_s -1: not said */
	int fold;
};
struct journeys {
	struct journey *v;
	size_t n;
};
/* Exits with a message when the file is no table of journeys. */
struct journeys journeys_read(const char *path, uint64_t seed);

/* Seconds foretold for each journey. */
struct score {
	double median_min, wrong_pc, mean_min;
	size_t n;
};
/* Of the journeys of a fold, of all others (fold negative: -1 - fold), or of
 * all (FOLDS). */
struct score journeys_score(const struct journeys *j, const int32_t *guess,
			    int fold);
void journeys_guess(const struct journeys *j, struct travel *t, int32_t *guess);

/* Without what was opened after the journeys were asked for. */
void network_of_2021(struct transit_tables *t, const char *dir);
/* The tables under a model; travel_free(). */
struct travel *travel_of(const struct transit_tables *tables,
			 const struct transit_model *m);
/* Prints what it finds; cross-validated. */
void travel_fit(const struct journeys *j, const struct transit_tables *t,
		uint64_t seed);

/* From every station to a place by a search of its own, with a heap. */
struct plain;
struct plain *plain_new(const struct transit_tables *t);
void plain_free(struct plain *p);
const int32_t *plain_make(struct plain *p, const struct transit_access *way,
			  size_t n, int32_t door_s);

#endif
