/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RULES_H
#define ETRIER_RULES_H

#include <etrier/schema.h>
#include <etrier/vocab.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diags;

/* rules.yaml and rules.d compiled: numbers only, constant once made. An agency
 * has one effective set; equal sets are one; today every agency has set 0 (the
 * overrides of matching.md come with a later issue, their room is the set
 * number in each person's row). */

/* Everything that may speak in a verdict. Gates first, in the order in which
 * explain shows them. */
enum gate {
	GATE_TRADE, /* no wished trade leads to the offer's: not compared */
	GATE_CONTRACT,
	GATE_AGE,
	GATE_LICENCE,
	GATE_REACH,
	GATE_NEED,
	GATE_START,
	GATE_COUNT
};
enum criterion {
	CRITERION_TRADE,
	CRITERION_TRAVEL,
	CRITERION_START,
	CRITERION_FRESHNESS,
	CRITERION_COUNT
};
/* "TRADE" ...; "trade" ... and their French labels. */
extern const struct vocab vocab_gate, vocab_criterion;

#define RULES_SETS_MAX	    64
#define RULES_TRADE_RANKS   5
#define RULES_FRESH_DAYS    120
#define RULES_AGE_ROWS	    64
#define RULES_WEIGHT_MAX    100000 /* thousandths: weight 100 */
#define RULES_ZERO_AT_LIMIT 0	   /* travel.zero_at: limit */
#define RULES_ID_SIZE	    33

/* Limits of age at the start of a contract of a kind, from a date on. Under
 * min or over max fails; under sure_min or over sure_max asks. */
struct age_row {
	uint8_t kind; /* enum contract */
	int32_t valid_from;
	int16_t min, sure_min, sure_max, max;
	int16_t rqth_max; /* both upper limits for RQTH; -1: as the others */
};

struct ruleset {
	char id[RULES_ID_SIZE]; /* BLAKE2b-128 of json, in hex */
	json_t *json;		/* canonical: every effective value */
	/* Scores and values are 0..1000, weights thousandths. */
	int16_t send, check;
	int32_t weight[CRITERION_COUNT];
	int64_t total_weight;			/* > 0 */
	int16_t unknown_value[CRITERION_COUNT]; /* 1000 - 1000*unknown_cost */

	int16_t exact[RULES_TRADE_RANKS];
	int16_t neighbour, family; /* value of a neighbour of proximity 1 */
	int16_t neighbour_from;	   /* proximity below is no link */

	int16_t full_until_min;
	int16_t zero_at_min; /* or RULES_ZERO_AT_LIMIT */

	int16_t late_zero_days;	     /* value 0 from so many days late */
	int16_t wait_full_days;	     /* full value until so long a wait */
	int16_t wait_zero_days;	     /* value 0 from so long a wait; 0: off */
	int16_t late_days;	     /* gate START */
	int16_t first_transport_min; /* gate REACH */
	int16_t fresh[RULES_FRESH_DAYS]; /* the last one goes on */
	int16_t n_fresh;

	struct age_row ages[RULES_AGE_ROWS]; /* by kind, then date */
	int n_ages;
};
struct rules {
	struct ruleset *sets;
	size_t n_sets; /* 1..RULES_SETS_MAX */
};

struct rules_text {
	const char *file; /* for diagnostics */
	const char *text;
	size_t len;
};
/* The first text, then each further one over it, key by key (a list replaces a
 * list). No text at all gives the shipped rules. NULL when d got an error;
 * warnings may be added either way. */
struct rules *rules_compile(const struct rules_text *texts, size_t n,
			    struct diags *d);
/* files: [{"file","text"}], the form in which they travel to the engine. */
struct rules *rules_compile_json(const json_t *files, struct diags *d);
void rules_free(struct rules *r);
/* Number of an agency's set. */
uint8_t rules_set_of(const struct rules *r, const char *agency);

/* --- the small functions every path uses -------------------------------- */
/* How much of a wish another trade is worth: the better of its family and its
 * proximity; 0: no link. */
int rules_nearness(const struct ruleset *s, bool is_family, int proximity);
/* Value of an offer's trade for a wish at rank (from 0): exact when the trade
 * is the wish, else by nearness; never more than the wish itself. */
int rules_trade_value(const struct ruleset *s, int rank, bool is_same,
		      int nearness);
/* Value of a journey: cost, and the person's limit, in the model's units. */
int rules_travel_value(const struct ruleset *s, int32_t cost, int32_t limit,
		       int32_t cost_per_minute);
/* Where the value begins to fall and where it is zero. */
void rules_travel_span(const struct ruleset *s, int32_t limit,
		       int32_t cost_per_minute, int32_t *full, int32_t *zero);
/* days: max(available, today) - max(start, today); positive is late. */
int rules_start_value(const struct ruleset *s, int days);
int rules_fresh_value(const struct ruleset *s, int age_days);
/* The row in force for a kind at a date, or NULL: no limit known. */
const struct age_row *rules_age_row(const struct ruleset *s, int kind,
				    int32_t on);

/* The table of keys, for the manual's check; visit with schema_each(). */
extern const struct schema rules_schema[];

#endif
