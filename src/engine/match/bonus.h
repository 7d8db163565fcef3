/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_BONUS_H
#define ENGINE_MATCH_BONUS_H

#include "pair.h"

#include "engine/roster/posting.h"

/* What the symbols of a rule set make of people, by trait, for the scan.
 *
 * Per offer and set the conditions on the offer, and what of a pair the offer
 * alone settles (its age, its start, what it does not say), leave a few symbols
 * active. With that set of active symbols a trait's points are settled but for
 * symbols that ask something of the pair: those wait until everything else
 * about a pair says yes. Offers with the same active symbols share a table. */
#define SYMBOL_WORDS (RULES_SYMBOLS_MAX / 64)
struct symbol_mask {
	uint64_t w[SYMBOL_WORDS];
};
enum trait_flag { TRAIT_ASKS = 1, TRAIT_FAILS = 2, TRAIT_WAITS = 4 };
struct trait_points {
	int16_t public_sum, sum; /* settled, under the ceilings */
	int16_t best; /* public_sum at the most, whatever the pair says */
	uint8_t flags;
	uint8_t level; /* held, + 1 */
};
/* What a trait that waits waits for. */
struct trait_waits {
	struct symbol_mask symbols;
	uint32_t fields; /* bits of enum pair_field they read */
};
struct bonus_table {
	struct symbol_mask active;  /* settled as far as the offer goes */
	struct symbol_mask waiting; /* they ask something of the pair */
	int64_t total; /* weight of the criteria the drops stand on; 0: none */
	uint32_t n;    /* traits so far */
	int best_max;  /* of any of them, at least 0 */
	bool has_any;  /* some trait has points or flags */
	struct trait_points *v;
	struct trait_waits *waits;
	/* By how many levels of the journey's value the best points lower what
	 * the journey must be worth; rounded up. */
	uint8_t *drop;
};
#define DROP_NOBODY  0xff /* a symbol excludes the trait */
#define BONUS_TABLES 16
struct bonus {
	const struct rules *rules;
	const struct ruleset *set;
	struct symbol_mask paired;  /* symbols that ask something of the pair */
	struct symbol_mask counts;  /* those that can change anything */
	struct symbol_mask *person; /* by trait: what the person satisfies */
	uint32_t n_traits;
	struct bonus_table tables[BONUS_TABLES];
};
void bonus_init(struct bonus *b, const struct rules *r,
		const struct ruleset *s);
void bonus_clear(struct bonus *b);
size_t bonus_bytes(const struct bonus *b);
/* The table for an offer, with every trait of the roster in it; valid until the
 * next call. levels: in how many steps the value of the journey is cut. */
const struct bonus_table *bonus_for(struct bonus *b, const struct roster *r,
				    const struct frame *f, int levels);
/* A pair of a trait that waits, x with the facts that its fields ask for: all
 * its points, and whether a symbol asks (1) or excludes (-1). */
int bonus_settle(const struct bonus *b, const struct bonus_table *t,
		 uint16_t trait, const struct pair *x, int *public_sum,
		 int *sum);

#endif
