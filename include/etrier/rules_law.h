/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RULES_LAW_H
#define ETRIER_RULES_LAW_H

#include <etrier/roster.h>
#include <etrier/vocab.h>

#include <stdbool.h>
#include <stdint.h>

struct ruleset;

/* What the law says of ages and of minors, in dated tables of the rules. */
#define RULES_AGE_ROWS	 64
#define RULES_MINOR_ROWS 24 /* of each table; shipped: 1 to 9 */

/* What a setting or a symbol makes of a pair. */
enum rules_effect { RULES_PASS, RULES_CHECK, RULES_EXCLUDE };

/* Limits of age at the start of a contract of a kind, from a date on. Under
 * min or over max fails; under sure_min or over sure_max asks. */
struct age_row {
	uint8_t kind; /* enum contract */
	int32_t valid_from;
	int16_t min, sure_min, sure_max, max;
	int16_t rqth_max; /* both upper limits for RQTH; -1: as the others */
};
/* Trades by number; has nothing in it when codes were not looked up. */
struct trade_set {
	uint64_t bits[TRADES_MAX / 64];
};
static inline bool trade_set_has(const struct trade_set *s, uint16_t trade)
{
	return trade < TRADES_MAX && s->bits[trade / 64] >> (trade % 64) & 1;
}
/* Rows below are in force from valid_from to valid_until, both included. */
struct minor_night { /* under this age, no work from .. until (next day) */
	int32_t valid_from, valid_until;
	int16_t under_age;
	int16_t from_min, until_min; /* 22:00, 06:00 */
};
/* In these trades, from age_min on and with leave of the labour inspector,
 * work may begin at begin_min already and end as late as end_min (1440 is
 * midnight); -1: no exception at that end of the night. */
struct minor_derogation {
	int32_t valid_from, valid_until;
	int16_t age_min, begin_min, end_min;
	struct trade_set trades;
};
/* Applies when kind fits and (trades fit, if given) and (one exposure reaches
 * its degree, if any is given). */
struct minor_work {
	int32_t valid_from, valid_until;
	int16_t under_age;
	uint16_t kinds;	    /* bits of enum contract */
	uint8_t decision;   /* RULES_CHECK or RULES_EXCLUDE */
	uint64_t exposures; /* two bits each: degree from which; 0: none */
	bool has_trades;
	struct trade_set trades;
	char *reason; /* French, for the adviser; NULL: none */
};
struct minor_hours { /* a longer week: MINOR_WORK asks */
	int32_t valid_from, valid_until;
	int16_t under_age, weekly_max_min;
	bool has_trades;
	struct trade_set trades;
};

/* --- look-ups ------------------------------------------------------------ */
/* The row in force for a kind at a date, or NULL: no limit known. */
const struct age_row *rules_age_row(const struct ruleset *s, int kind,
				    int32_t on);
/* Is one of an offer's trades in the set? */
bool rules_trades_fit(const struct trade_set *s, const uint16_t *trades, int n);
/* The strictest night of someone so old on a day; NULL: none. */
const struct minor_night *rules_minor_night(const struct ruleset *s, int age,
					    int32_t on);
/* The first derogation that is open to an age in one of the trades. */
const struct minor_derogation *rules_minor_derogation(const struct ruleset *s,
						      int age,
						      const uint16_t *trades,
						      int n, int32_t on);
/* exposures: two bits each as in struct moffer; unknown ones as 0. kind:
 * VOCAB_NONE fits every row. */
bool rules_minor_work_applies(const struct minor_work *w, int age, int kind,
			      const uint16_t *trades, int n, uint64_t exposures,
			      int32_t on);
/* The longest week of someone so old in these trades: the first row that
 * fits; NULL: no limit known. */
const struct minor_hours *rules_minor_hours(const struct ruleset *s, int age,
					    const uint16_t *trades, int n,
					    int32_t on);

#endif
