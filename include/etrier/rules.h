/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RULES_H
#define ETRIER_RULES_H

#include <etrier/rules_law.h>
#include <etrier/schema.h>
#include <etrier/vocab.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diags;
struct refdata;

/* The shipped rules, rules.yaml, rules.d and what agencies override, compiled:
 * numbers and flat programs (rules_when.h), constant once made. An agency has
 * one effective set; equal sets are one; set 0 is that without overrides. */

/* Everything that may speak in a verdict, in the order of explain. */
enum gate {
	GATE_TRADE, /* no wished trade leads to the offer's: not compared */
	GATE_CONTRACT,
	GATE_AGE,
	GATE_MINOR_NIGHT,
	GATE_MINOR_WORK,
	GATE_LICENCE,
	GATE_REACH,
	GATE_NEED,
	GATE_START,
	GATE_LEVEL,
	GATE_PLACE_REFUSED,
	GATE_EMPLOYER_REFUSED,
	GATE_ALREADY, /* answered or dismissed before */
	GATE_COUNT
};
enum criterion {
	CRITERION_TRADE,
	CRITERION_TRAVEL,
	CRITERION_TRAINING,
	CRITERION_START,
	CRITERION_HOURS,
	CRITERION_FRESHNESS,
	CRITERION_COUNT
};
/* "TRADE", "trade" ... and their French labels. */
extern const struct vocab vocab_gate, vocab_criterion;

#define RULES_SETS_MAX	    64
#define RULES_GROUPS_MAX    16
#define RULES_SYMBOLS_MAX   128 /* adjustments of one effective set */
#define RULES_SYMBOL_SIZE   41	/* [A-Z][A-Z0-9_]{1,39} */
#define RULES_GROUP_SIZE    41
#define RULES_TRADE_RANKS   5
#define RULES_FRESH_DAYS    120
#define RULES_WEIGHT_MAX    100000 /* thousandths: weight 100 */
#define RULES_ZERO_AT_LIMIT 0	   /* travel.zero_at: limit */
#define RULES_ID_SIZE	    33

/* --- the administrator's symbols ----------------------------------------- */
struct rule_group {
	char name[RULES_GROUP_SIZE];
	int16_t max; /* 0..1000 */
	bool is_private;
};
struct symbol {
	char code[RULES_SYMBOL_SIZE];
	int16_t points;	 /* -1000..1000: points x 10 */
	int8_t group;	 /* -1: none; its own points then */
	uint8_t effect;	 /* enum rules_effect; PASS: points alone */
	bool is_private; /* reads needs or RQTH: never EXCLUDE or CHECK */
	/* Numbers of pooled conditions, -1: none. All present must be yes. */
	int16_t offer_when, person_when, pair_when;
	char *reason; /* French; NULL: none, for points alone */
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
	int16_t cfa_share;   /* of an apprentice's travel: the CFA, 0..1000 */

	/* training: RNCP of both known; else target level against the one held
	 * (+1, +2 or more, 0 or less); other_cfa caps when the CFA differ */
	int16_t same_course, other_course, other_cfa;
	int16_t next_level, higher_level, same_level;

	int16_t late_zero_days; /* value 0 from so many days late */
	int16_t wait_full_days; /* full value until so long a wait */
	int16_t wait_zero_days; /* value 0 from so long a wait; 0: off */
	/* hours: full value from so much time to spare at both ends */
	int16_t full_margin_min;
	int16_t fresh[RULES_FRESH_DAYS]; /* the last one goes on */
	int16_t n_fresh;

	int16_t late_days; /* gate START */
	/* gate REACH */
	uint8_t out_of_hours; /* CHECK or EXCLUDE: no way at these hours */
	uint8_t cfa_too_far;  /* PASS, CHECK or EXCLUDE */
	/* Within so many months of training_end only these kinds are sought */
	int16_t leaving_months;
	uint16_t leaving_kinds;

	struct age_row ages[RULES_AGE_ROWS]; /* by kind, then date */
	int n_ages;
	struct minor_night nights[RULES_MINOR_ROWS];
	struct minor_derogation derogations[RULES_MINOR_ROWS];
	struct minor_work works[RULES_MINOR_ROWS];
	struct minor_hours hours[RULES_MINOR_ROWS];
	int n_nights, n_derogations, n_works, n_hours; /* in file order */

	struct rule_group groups[RULES_GROUPS_MAX];
	int n_groups;
	struct symbol *symbols; /* by code */
	int n_symbols;
};
/* Who is told of an offer, for everybody (refused inside agencies). */
struct wave_rules {
	int16_t per_position, days;
	int16_t near_points; /* 0..1000 */
	int16_t positions_when_unknown;
};
struct rules_when;     /* the pooled conditions of all sets */
struct rules_agencies; /* which code has which set */
struct rules {
	struct ruleset *sets;
	size_t n_sets; /* 1..RULES_SETS_MAX */
	struct wave_rules waves;
	struct rules_when *when;
	struct rules_agencies *agencies;
};

struct rules_text {
	const char *file; /* for diagnostics */
	const char *text;
	size_t len;
};
/* The texts over the shipped rules, each over the ones before: maps key by
 * key, adjust by symbol, any other list as a whole. Trades and communes are
 * looked up in rd; NULL: codes pass by their shape and fit nothing. NULL when
 * d got an error; warnings may be added either way. */
struct rules *rules_compile(const struct rules_text *texts, size_t n,
			    const struct refdata *rd, struct diags *d);
/* files: [{"file","text"}], the form in which they travel to the engine. */
struct rules *rules_compile_json(const json_t *files, const struct refdata *rd,
				 struct diags *d);
void rules_free(struct rules *r);

/* --- agencies ------------------------------------------------------------ */
/* Number of an agency's set; NULL and codes without overrides have 0. */
uint8_t rules_set_of(const struct rules *r, const char *agency);
/* Codes under agencies:, i from 0, NULL at the end; *file, *line (may be NULL):
 * where it was written, for a warning about a code that was never imported. */
const char *rules_agency(const struct rules *r, size_t i, const char **file,
			 unsigned *line);
/* Say which code a number of struct mperson.agency stands for, before any
 * condition is asked; youth.agency is unknown for numbers never named. */
void rules_number_agency(struct rules *r, uint16_t number, const char *code);
/* The set of a number so named, or 0. */
uint8_t rules_set_of_number(const struct rules *r, uint16_t number);

/* --- the small functions every path uses --------------------------------- */
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
/* An apprentice's: the firm's and the CFA's by cfa_share. */
int rules_travel_both(const struct ruleset *s, int firm, int cfa);
/* days: max(available, today) - max(start, today); positive is late. */
int rules_start_value(const struct ruleset *s, int days);
/* margin_min: the smaller of the two margins of the day. */
int rules_hours_value(const struct ruleset *s, int margin_min);
int rules_fresh_value(const struct ruleset *s, int age_days);

/* The table of keys, for the manual's check; visit with schema_each(). */
extern const struct schema rules_schema[];

#endif
