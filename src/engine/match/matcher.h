/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_MATCHER_H
#define ENGINE_MATCH_MATCHER_H

#include "bonus.h"
#include "evaluate.h"
#include "links.h"

/* How far somebody of a profile may be when the journey must be worth at least
 * level/REACH_LEVELS of the full value: squared metres, so that the scan needs
 * no root. Level 0 is the limit itself; the last is for nobody. */
#define REACH_LEVELS 32
#define REACH_NOBODY (REACH_LEVELS + 1)
#define REACH_STRIDE (REACH_LEVELS + 2)
/* Levels that a drop may still lower: class levels go on that far. */
#define REACH_CLASS_MAX 250

/* a / b for 0 <= a <= 1001 * b and b < 2^22, without dividing: a * m >> 54 with
 * m = 2^54 / b + 1 is exact, for the error a * (m*b - 2^54) / b stays below
 * 2^54 / b. */
#define RECIPROCAL_SHIFT 54
static inline uint64_t reciprocal(uint32_t b)
{
	return b ? ((uint64_t)1 << RECIPROCAL_SHIFT) / b + 1 : 0;
}
static inline int divide(uint64_t a, uint64_t m)
{
	return (int)(a * m >> RECIPROCAL_SHIFT);
}

/* A travel profile of the roster, made ready. */
struct profile {
	const struct travel_curve *own; /* NULL: reach unknown */
	bool has_transit;
	int32_t limit;
	/* Journey's value 1000 up to the cost full, 0 from zero on, full <
	 * zero; between them (most - cost * 1000) / (zero - full). */
	int32_t full, zero;
	int64_t most;
	uint64_t per_span; /* reciprocal of zero - full */
};
/* Where the formula stands for public transport, and where a network does: two
 * reaches of one profile. */
enum reach { REACH_FORMULA, REACH_NETWORK, REACH_COUNT };

/* Days late or waiting, clipped: settings stop at 500 days. */
#define START_DAYS    512
#define START_TABLE   (2 * START_DAYS + 1)
#define START_UNKNOWN (2 * START_DAYS) /* place of who knows no day */
#define MINOR_CLASSES 8
#define LEVELS_MAX    8 /* of the vocab, and unknown before them */
struct set_tables {
	int32_t start_points[START_TABLE]; /* weight * value */
	/* Ages from which the law on minors may say something else, from 0. */
	uint8_t minor_from[MINOR_CLASSES + 1];
	int n_minor;
	struct links **by_trade;
	struct bonus bonus;
};

struct matcher {
	const struct roster *roster;
	struct match_env env; /* its pad is the matcher's own */
	struct set_tables *sets;
	struct profile *profiles;
	float *bounds[REACH_COUNT];   /* REACH_STRIDE a profile */
	float farthest[REACH_COUNT];  /* metres, of any profile */
	float anywhere[REACH_STRIDE]; /* of an offer without a place */
	uint32_t n_profiles;
	uint32_t *keep; /* scratch of a scan */
	uint32_t cap_keep;
	uint32_t *seen; /* by slot: place in the hits + 1, else 0 */
	uint32_t cap_seen;
	struct verdict verdict; /* scratch of full evaluations */
	uint64_t n_scanned;
};

/* One list of postings against one offer. */
struct scan {
	const struct frame *frame;
	const struct set_tables *tables;
	const struct shelf_link *link;
	const struct bonus_table *bonus;
	const struct trait *traits;
	const float *bounds; /* stride 0: the same for every profile */
	uint32_t stride;
	float reach_m; /* of anybody: beyond lies nobody */
	uint32_t ban;
	uint32_t heavy; /* filter bits that want the full evaluation */
	uint32_t rare;	/* filter bits of what few have in the way */
	bool is_all_heavy;
	uint32_t dated; /* the filter bit of deadlines, where they matter */
	const uint32_t *rare_of;
	const struct rare *rares;
	float x_m, y_m;
	struct travel_field *field;  /* public transport at these hours */
	struct travel_field *by_day; /* what else runs, when that only asks */
	uint16_t today, start;	     /* day16; start 0 unknown */
	/* Place in start_points of a day16: that much more, and clipped. */
	int start_shift, start_first, start_last;
	uint16_t free_latest; /* later: the gate START fails */
	uint16_t born_latest, born_sure_latest; /* the law on minors in them */
	uint16_t born_sure_earliest;
	enum gate_state minors[MINOR_CLASSES];
	bool must_ask;	 /* something about the offer itself is not known */
	bool is_plain;	 /* neither points nor levels tell people apart */
	bool may_repeat; /* a person may be met on more than one shelf */
	uint8_t level[LINK_CLASSES_MAX];
	/* trade, freshness and the half that rounds, weighted */
	int64_t fixed[LINK_CLASSES_MAX];
	/* By level held + 1: weighted value of the training; whether it fails
	 * the gate. */
	int64_t training[LEVELS_MAX];
	bool level_fails[LEVELS_MAX];
	int64_t travel_weight, unknown_travel;
	uint64_t per_total;
	int check, send;
	int64_t need_check, need_send; /* the same, as weighted sums */
};
/* Where in a list somebody in reach may stand: those nowhere, the cells of each
 * row, the newcomers. */
#define REACH_FAR_M 10e6f /* beyond, everybody is in reach */
struct run {
	uint32_t from, end;
};
struct runs {
	int n;
	struct run v[ROSTER_CELLS + 2];
};
void scan_find_runs(struct matcher *m, const struct scan *s,
		    const struct posting_list *l, struct runs *out);
void scan_list(struct matcher *m, const struct scan *s,
	       const struct posting_list *l, const struct runs *runs,
	       struct match_hits *out);

/* begin.c: what an offer demands of everybody of a set; then, per shelf, how
 * far each class of trades may be. False: no class can score enough. */
void scan_begin(struct matcher *m, const struct frame *f, unsigned set,
		struct scan *s);
bool scan_set_levels(struct scan *s);
/* Profiles that came since. */
void scan_fill_profiles(struct matcher *m);
void scan_fill_set(struct set_tables *t, const struct rules *r,
		   const struct ruleset *s);

#endif
