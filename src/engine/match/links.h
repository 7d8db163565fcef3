/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_LINKS_H
#define ENGINE_MATCH_LINKS_H

#include "engine/roster/posting.h"

#include <etrier/match.h>

/* From an offer's trades to the shelves whose people may be concerned, and on
 * each shelf from a pattern of wishes to what the trade is worth. Patterns that
 * are worth the same share a class, so that an offer computes once a class what
 * it would compute once a posting. */
#define LINK_CLASSES_MAX                                    \
	128 /* 21 positions of at most 5 values each, and 0 \
	     */

struct shelf_link {
	uint16_t shelf;
	uint16_t n_classes;
	bool is_same[SHELF_TRADES];
	int16_t nearness[SHELF_TRADES];	 /* of each trade of the shelf */
	int16_t value[LINK_CLASSES_MAX]; /* class 0 is worth 0: no link */
	uint8_t *class_of;		 /* by number of pattern */
	uint32_t n_patterns;		 /* classed so far */
};
struct links {
	struct shelf_link *v;
	size_t n;
};
/* Trades of one offer; no duplicates. */
void links_make(const struct tradenet *t, const struct ruleset *s,
		const uint16_t *trades, int n_trades, struct links *out);
/* Class the patterns that came since. */
void links_extend(struct links *l, const struct ruleset *s,
		  const struct roster *r);
void links_clear(struct links *l);
size_t links_bytes(const struct links *l);

#endif
