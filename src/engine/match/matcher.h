/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_MATCHER_H
#define ENGINE_MATCH_MATCHER_H

#include "frame.h"
#include "links.h"

/* How far somebody of a profile may be when the journey must be worth at least
 * level/REACH_LEVELS of the full value: squared metres, so that the scan needs
 * no root. Level 0 is the limit itself; the last is for nobody. */
#define REACH_LEVELS 32
#define REACH_NOBODY (REACH_LEVELS + 1)
#define REACH_STRIDE (REACH_LEVELS + 2)

/* a / b for 0 <= a <= 1001 * b and b < 2^22, without dividing: a * m >> 54 with
 * m = 2^54 / b + 1 is exact, for the error a * (m*b - 2^54) / b stays below
 * 2^54 / b. */
#define RECIPROCAL_SHIFT 54
static inline uint64_t reciprocal(uint32_t b)
{
	return ((uint64_t)1 << RECIPROCAL_SHIFT) / b + 1;
}
static inline int divide(uint64_t a, uint64_t m)
{
	return (int)(a * m >> RECIPROCAL_SHIFT);
}

/* A travel profile of the roster, made ready. */
struct profile {
	const struct travel_curve *curve; /* NULL: reach unknown */
	int32_t limit, full, zero;
	int32_t own_reach_m; /* without a timetable */
	uint64_t per_span;   /* reciprocal of zero - full */
};

/* Days late or waiting, clipped: settings stop at 500 days. */
#define START_DAYS  512
#define START_TABLE (2 * START_DAYS)
struct set_tables {
	int32_t start_points[START_TABLE]; /* weight * value */
	uint64_t per_total;		   /* reciprocal of the total weight */
	struct links **by_trade;
};

struct matcher {
	const struct roster *roster;
	struct match_env env;
	struct set_tables *sets;
	struct profile *profiles;
	float *bounds; /* REACH_STRIDE a profile */
	uint32_t n_profiles;
	uint32_t *keep; /* scratch of a scan */
	uint32_t cap_keep;
	uint32_t *seen; /* by slot: place in the hits + 1, else 0 */
	uint32_t cap_seen;
	uint64_t n_scanned;
};

/* One list of postings against one offer. */
struct scan {
	const struct frame *frame;
	const struct set_tables *tables;
	const struct shelf_link *link;
	const float *bounds; /* stride 0: the same for every profile */
	uint32_t stride;
	uint32_t ban;
	float x_m, y_m;
	uint16_t today, start; /* day16; start 0 unknown */
	int days_to_start;     /* today - start, 0 or less */
	uint16_t free_latest;  /* later: the gate START fails */
	bool must_ask;	 /* something about the offer itself is not known */
	bool may_repeat; /* a person may be met on more than one shelf */
	int64_t need_check, need_send; /* weighted sums to reach */
	uint8_t level[LINK_CLASSES_MAX];
	/* trade, freshness and the half that rounds, weighted */
	int64_t fixed[LINK_CLASSES_MAX];
	int64_t travel_weight, unknown_travel, unknown_start;
	uint64_t per_total;
};
void scan_list(struct matcher *m, const struct scan *s,
	       const struct posting_list *l, struct match_hits *out);

#endif
