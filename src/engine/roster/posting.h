/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_ROSTER_POSTING_H
#define ENGINE_ROSTER_POSTING_H

#include "row.h"

#include <etrier/roster.h>

#include <assert.h>

/* What the matcher reads of the roster, and nobody else.
 *
 *   trades  A1101 A1102 ... | A1201 ... |        consecutive trades of a
 *   shelf         0               1              family, at most 21
 *   list[set][shelf][group] -> posting ...       one per person who wishes a
 *                                                trade of the shelf; people of
 *                                                a group look for the same
 *                                                kinds of contract
 *
 * A posting repeats what decides most pairs, so that the record of the person
 * is not touched: measured on the workload of tests/bench, fetching it costs
 * more than twice what the repetition does. */

#define SHELF_TRADES	  21 /* of three bits each in a pattern */
#define PATTERN_RANK_BITS 3

/* posting.filter: what is in the way, so that an offer forbids with one mask.
 * Contract kinds not wanted, licences known to be missing, then flags. */
#define FILTER_LICENCE_SHIFT CONTRACT_COUNT
#define FILTER_NEEDS	     (1u << 20) /* has needs of mode exclude */
#define FILTER_WISH_UNKNOWN  (1u << 21) /* contracts not said */
#define FILTER_RQTH	     (1u << 22)
#define FILTER_DEADLINE	     (1u << 23)
/* What no posting repeats; the scan then asks the full evaluation. */
#define FILTER_STEP_FREE (1u << 24) /* must travel without a step */
#define FILTER_DAY	 (1u << 25) /* limits of the day */
#define FILTER_COURSE	 (1u << 26) /* course, CFA or the way there is known */
#define FILTER_REFUSES	 (1u << 27)
#define FILTER_MANY	 (1u << 28) /* no number for the trait */
#define FILTER_NOWHERE	 (1u << 29) /* reach unknown: as near as anybody */
static_assert(CONTRACT_COUNT + LICENCE_COUNT <= 20, "filter bits overlap");

struct posting {
	float x_m, y_m; /* whole metres, exact: below 2^24 */
	uint32_t filter;
	uint16_t profile;	   /* number in roster_profiles() */
	uint16_t pattern;	   /* number in roster_patterns() */
	uint16_t trait;		   /* number in roster_traits() */
	uint16_t zone;		   /* travel_zone() */
	uint16_t birth, available; /* day16 */
	uint32_t slot, id;
};
/* The commonest wishes for kinds of contract have a group each, so that an
 * offer passes over all who do not look for its kind; the rest share one.
 *
 * A long list is sorted by coarse cells, row by row, whose reach is not known
 * before them: of a list of all France only the cells in reach are looked at.
 * Newcomers wait behind the sorted part; who went leaves a place that is in
 * nobody's reach. */
#define ROSTER_GROUPS	  16
#define ROSTER_CELLS	  32 /* in a row, and rows */
#define ROSTER_CELL_SHIFT 15 /* 32 km; the outermost go on for ever */
#define ROSTER_CELL_COUNT (1 + ROSTER_CELLS * ROSTER_CELLS)
struct posting_list {
	struct posting *v;
	uint32_t n, cap, n_gone;
	uint32_t *first; /* of each cell, and of the newcomers; NULL: short */
};
static inline int roster_cell_at(int32_t m)
{
	int i = (m >> ROSTER_CELL_SHIFT) + ROSTER_CELLS / 2;

	return i < 0 ? 0 : i >= ROSTER_CELLS ? ROSTER_CELLS - 1 : i;
}
static inline int roster_cell(const struct posting *p)
{
	return p->filter & FILTER_NOWHERE
		       ? 0
		       : 1 + roster_cell_at((int)p->y_m) * ROSTER_CELLS +
				 roster_cell_at((int)p->x_m);
}

/* A profile: set | modes << 8 | (max_minutes + 1) << 16 | nowhere << 32. */
struct profile_key {
	uint8_t set, modes;
	int16_t max_minutes;
	bool is_nowhere; /* home not known */
};
struct profile_key profile_unpack(uint64_t v);
bool profile_is_unknown(struct profile_key k);

/* A pattern: per position on the shelf, rank of the wish + 1, 0 for none. */
static inline int pattern_rank(uint64_t pattern, int position)
{
	return (int)(pattern >> (PATTERN_RANK_BITS * position) & 7) - 1;
}

/* Shelves, a property of the trades. */
uint16_t tradenet_n_shelves(const struct tradenet *t);
uint16_t tradenet_shelf(const struct tradenet *t, uint16_t trade);
/* The same of every trade, as a table. */
const uint16_t *tradenet_shelf_of(const struct tradenet *t);
/* First trade of a shelf; shelf n_shelves gives the number of trades. */
uint16_t tradenet_shelf_first(const struct tradenet *t, uint16_t shelf);
const uint16_t *tradenet_shelf_firsts(const struct tradenet *t);

/* ROSTER_GROUPS lists; NULL: nobody. */
const struct posting_list *roster_lists(const struct roster *r, unsigned set,
					uint16_t shelf);
/* Filter bits that everybody of a group has. */
uint32_t roster_group_filter(const struct roster *r, unsigned group);
/* Numbered values; they only ever grow. */
const uint64_t *roster_patterns(const struct roster *r, uint16_t shelf,
				uint32_t *n);
const uint64_t *roster_profiles(const struct roster *r, uint32_t *n);
const struct trait *roster_traits(const struct roster *r, uint32_t *n);
const struct rules *roster_rules(const struct roster *r);
/* By slot: the number in rares of what few people have. Borrowed until the next
 * change. */
const uint32_t *roster_rare_of(const struct roster *r);
const struct rare *roster_rares(const struct roster *r);
void roster_slot(const struct roster *r, uint32_t slot, struct mperson *out);
/* Slot of an id that is there. */
uint32_t roster_slot_of(const struct roster *r, uint32_t id);
/* Slots are below it. */
uint32_t roster_n_slots(const struct roster *r);

#endif
