/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_FRAME_H
#define ENGINE_MATCH_FRAME_H

#include <etrier/match.h>

#include <assert.h>

/* What one offer on one date under one rule set demands of anybody: made once,
 * then asked for each person. The scan and the full evaluation both stand on
 * it. */
struct frame {
	const struct ruleset *rules;
	const struct moffer *offer;
	int32_t on;
	int32_t start;	    /* the later of the offer's and today; DATE_NONE */
	int32_t age_on;	    /* the day ages are looked at */
	bool has_training;  /* the kind has one: CFA and training count */
	bool has_rqth_lift; /* the kind's upper limits differ with RQTH */
	const struct age_row *ages; /* NULL: none known */
	/* The same limits as day16 of birth, for who has a birth date:
	 *   after born_latest            too young
	 *   after born_sure_latest       ask
	 *   before born_sure_earliest    ask
	 *   before born_earliest         too old, holders of RQTH instead
	 *   before born_rqth_earliest    too old */
	uint16_t born_latest, born_sure_latest;
	uint16_t born_sure_earliest, born_earliest, born_rqth_earliest;
	int fresh_value;
	bool is_fresh_known;
	int end_min;	      /* may pass 1440; -1 unknown */
	int64_t total_weight; /* of the criteria that apply to everybody */
};
void frame_make(const struct match_env *env, unsigned set,
		const struct moffer *o, int32_t on, struct frame *f);
/* The last day of birth of someone who is `age` on the day; day16. */
uint16_t born_for(int32_t day, int age);

/* --- minors (minors.c) ---------------------------------------------------- */
/* Of someone so old at the start. Both pass from MINOR_AGES on: the law's
 * tables are about minors, and so are their ceilings. */
#define MINOR_AGES 18
void minor_night(const struct frame *f, int age, struct gate_result *out);
void minor_work(const struct frame *f, int age, struct gate_result *out);

/* --- needs: two bits an exposure ---------------------------------------- */
#define NEED_LOW_BITS 0x0001555555555555u /* the low bit of 25 lanes */
#define NEED_LANES    (NEED_LOW_BITS * 3)
static_assert(EXPOSURE_COUNT == 25 && NEEDS_ACCESS_SHIFT == 50, "lanes");

/* Lanes (high bits) where exposure > limit, that is exposure + (3 - limit)
 * carries out of two bits; and accesses needed and missing for sure. */
static inline uint64_t need_conflicts(uint64_t needs, uint64_t exposures)
{
	uint64_t both = needs & exposures, either = needs | exposures;
	uint64_t high = NEED_LOW_BITS << 1;
	uint64_t lanes = (both | (either & (both & NEED_LOW_BITS) << 1)) & high;

	return lanes | (both & ~NEED_LANES);
}

/* Lanes (low bits) of needs with limit 0 whose exposure is not known. */
static inline uint64_t need_asks(uint64_t needs, uint64_t known)
{
	return needs & needs >> 1 & NEED_LOW_BITS & ~known;
}

/* Needs of mode favour that are known to be met. */
static inline int needs_met(uint64_t needs, const struct moffer *o)
{
	uint64_t lanes = (needs | needs >> 1) & NEED_LOW_BITS;
	uint64_t over = need_conflicts(needs, o->exposures);
	uint64_t met = lanes & o->known & ~(over >> 1 & NEED_LOW_BITS);

	met |= needs & ~NEED_LANES & o->known & ~o->exposures;
	return __builtin_popcountll(met);
}

#endif
