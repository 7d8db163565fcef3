/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COMPARE_H
#define ETRIER_COMPARE_H

#include <etrier/match.h>

/* Two sets of rules over the same people and offers: who gains, who loses, what
 * moves, and whether anybody's chances fall whom rules must not harm. Pure:
 * fed with people, then with each offer's hits under both; its memory is a byte
 * a person and what is shown. */

/* Groups of the guard table. */
enum guard {
	GUARD_EVERYONE,
	GUARD_NEEDS,	  /* with needs: counts only, never who */
	GUARD_MINORS,	  /* under 18 on the day */
	GUARD_MUST_TRAIN, /* 16 or 17: obligation de formation */
	GUARD_DISTRICT,	  /* of a priority district */
	GUARD_COUNT
};
extern const struct vocab vocab_guard;
/* A figure of fewer people than this is neither shown nor judged: it would
 * speak of somebody. */
#define COMPARE_CELL_MIN 11
/* Share of its covered people, in thousandths, that a group may lose. */
#define COMPARE_FALL_MAX 20
#define COMPARE_MOVES	 20
#define COMPARE_DEPTS	 128

struct compare_move {
	uint32_t person;
	int64_t canonical;
	/* EXCLUDE with score 0: not proposed. */
	enum decision was, is;
	int score_was, score_is;
};
struct compare_tally {
	int64_t gained, lost, moved; /* pairs */
};
struct compare_guard {
	int64_t people, before, after; /* with an offer that may be proposed */
	bool is_masked; /* people: fewer than COMPARE_CELL_MIN, and so all */
	bool falls;
};

struct compare;
struct compare *compare_new(void);
void compare_free(struct compare *c);
/* Once for each person, before the offers. */
void compare_person(struct compare *c, const struct mperson *p, int32_t on);
/* Hits as of matcher_offer(), which get sorted; hits on people that were not
 * named are left out. trade: ROME number or ROME_NONE; dept: "93" or NULL. */
struct compare_offer {
	int64_t canonical;
	uint16_t trade;
	const char *dept;
};
void compare_offer(struct compare *c, const struct compare_offer *o,
		   struct match_hits *now, struct match_hits *next);

/* Both get sorted by person; then fn for each person of either, NULL standing
 * for the side without a hit. */
typedef void compare_pair_fn(void *ctx, const struct match_hit *now,
			     const struct match_hit *next);
void compare_pairs(struct match_hits *now, struct match_hits *next,
		   compare_pair_fn *fn, void *ctx);

/* --- what came of it -------------------------------------------------------
 */
int64_t compare_people(const struct compare *c);
int64_t compare_offers(const struct compare *c);
int64_t compare_pairs_now(const struct compare *c); /* not excluded */
struct compare_tally compare_sum(const struct compare *c);
struct compare_guard compare_guard(const struct compare *c, enum guard g);
bool compare_falls(const struct compare *c); /* any guard */
/* By struct mperson.agency, by trade; zeros for what was not met. */
struct compare_tally compare_agency(const struct compare *c, uint16_t agency);
struct compare_tally compare_trade(const struct compare *c, uint16_t trade);
/* By département, i from 0; NULL at the end. */
const char *compare_dept(const struct compare *c, size_t i,
			 struct compare_tally *out);
/* The largest moves, i from 0: another decision first, then the score. NULL at
 * the end. */
const struct compare_move *compare_move(const struct compare *c, size_t i);

#endif
