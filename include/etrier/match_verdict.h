/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MATCH_VERDICT_H
#define ETRIER_MATCH_VERDICT_H

#include <etrier/rules.h>
#include <etrier/vocab.h>

#include <stdbool.h>
#include <stdint.h>

/* What one pair of an offer and a young person came to, fact by fact. Made by
 * match_evaluate(), put into words by explain.h. */
enum decision { DECISION_EXCLUDE, DECISION_CHECK, DECISION_SEND };
extern const struct vocab vocab_decision; /* exclude check send */

/* Codes of what was found and, behind each, its facts. */
enum why {
	WHY_NOTHING,
	/* gates */
	WHY_NO_TRADE,	       /* the offer's trade is not known */
	WHY_NO_LINK,	       /* offer trade */
	WHY_EVENT,	       /* a meeting, not a contract */
	WHY_KIND_UNWANTED,     /* offer kind */
	WHY_KIND_UNKNOWN,      /* the offer does not say */
	WHY_WISH_UNKNOWN,      /* offer kind; the person did not say */
	WHY_BIRTH_UNKNOWN,     /* */
	WHY_AGE_OK,	       /* age at start */
	WHY_TOO_YOUNG,	       /* age, limit */
	WHY_TOO_OLD,	       /* age, limit */
	WHY_AGE_ASK_YOUNG,     /* age, kind */
	WHY_AGE_ASK_OLD,       /* age, kind */
	WHY_RQTH_LIFT,	       /* age, limit lifted; private */
	WHY_MINOR_NIGHT,       /* age, night from, until (minutes) */
	WHY_MINOR_LEAVE_BEGIN, /* minute work begins */
	WHY_MINOR_LEAVE_END,   /* minute work ends */
	WHY_MINOR_LEAVE_BOTH,  /* minutes of begin and end */
	WHY_MINOR_LEAVE_NIGHT, /* night said, hours not */
	WHY_MINOR_HOURS_ASK,   /* night from, until; hours not said */
	WHY_MINOR_HOURS_UNKNOWN,
	WHY_MINOR_WORK_FORBIDDEN, /* age, row of the rules' works */
	WHY_MINOR_WORK_ASK,	  /* age, row of the rules' works */
	WHY_MINOR_WEEK,		  /* minutes a week, at most */
	WHY_LICENCE_MISSING,	  /* bits */
	WHY_LICENCE_HELD,	  /* bits required, none known to be missing */
	WHY_TOO_FAR,		  /* minutes, limit in minutes, mode */
	WHY_REACHED,		  /* minutes, limit, mode */
	WHY_OFFER_PLACE,	  /* the offer's place is too coarse */
	WHY_PERSON_PLACE,     /* the person's place, limit or modes unknown */
	WHY_NO_WAY_AT_HOURS,  /* begin, end (-1 unknown), minutes else */
	WHY_LEAVES_TOO_EARLY, /* minute of leaving, earliest, mode */
	WHY_BACK_TOO_LATE,    /* minute of coming home, latest, mode */
	WHY_CFA_TOO_FAR,      /* minutes, limit */
	WHY_NEED_EXPOSURE,    /* exposure, degree, limit; private */
	WHY_NEED_ACCESS,      /* access; private */
	WHY_NEED_TRAVEL,      /* no way without steps; private */
	WHY_NEED_ASK,	      /* exposure with limit 0, unknown; private */
	WHY_NEED_TRAVEL_ASK,  /* a way, of stations of unknown grade; private */
	WHY_NEED_UNKNOWN,     /* exposure or -1, access or -1; private */
	WHY_NEED_OK,	      /* private */
	WHY_TOO_LATE,	      /* days late, days allowed */
	WHY_AFTER_DEADLINE,   /* start, deadline */
	WHY_START_UNKNOWN,
	WHY_START_OK,	    /* start, days (negative: waits) */
	WHY_START_PAST,	    /* start, days; the stated start has passed */
	WHY_LEVEL_REQUIRED, /* level required, level held */
	WHY_LEVEL_HELD,	    /* target level, level held */
	WHY_LEVEL_UNKNOWN,  /* level required; the person's is not known */
	WHY_PLACE_REFUSED,  /* */
	WHY_EMPLOYER_REFUSED,
	WHY_ALREADY,
	/* criteria */
	WHY_TRADE_EXACT,     /* rank from 0, trade */
	WHY_TRADE_NEIGHBOUR, /* rank, wished trade, proximity */
	WHY_TRADE_FAMILY,    /* rank, wished trade */
	WHY_TRAVEL,	     /* minutes, limit, mode */
	WHY_TRAVEL_BOTH,     /* minutes to the firm, to the CFA, mode */
	WHY_SAME_COURSE,     /* RNCP */
	WHY_OTHER_COURSE,    /* RNCP of the offer */
	WHY_OTHER_CFA,	     /* */
	WHY_NEXT_LEVEL,	     /* target level */
	WHY_HIGHER_LEVEL,    /* target level, level held */
	WHY_SAME_LEVEL,	     /* target level */
	WHY_HOURS_FIT,	     /* leaves, comes home (minutes; -1: unknown) */
	WHY_FRESH,	     /* age in days */
	WHY_COUNT
};
enum gate_state { GATE_PASS, GATE_UNKNOWN, GATE_ASK, GATE_FAIL };
extern const struct vocab vocab_gate_state; /* pass unknown check fail */
/* UNKNOWN passed because something was not said; ASK makes the decision at
 * best `check`. is_private: the state or its facts tell of needs or RQTH. */
struct gate_result {
	enum gate_state state;
	bool is_private;
	enum why why;	  /* enum why; 0 when there is nothing to say */
	int32_t facts[3]; /* meaning by why */
};
enum criterion_state {
	CRITERION_KNOWN,
	CRITERION_UNKNOWN,
	CRITERION_NOT_APPLICABLE /* weighs nothing */
};
struct criterion_result {
	enum criterion_state state;
	int value; /* 0..1000, for unknown what the rules make of it */
	int32_t weight;
	int points, points_max; /* share of the 1000, rounded half up */
	enum why why;
	int32_t facts[3];
};
enum symbol_state { SYMBOL_MISSED, SYMBOL_UNKNOWN, SYMBOL_HIT };
extern const struct vocab vocab_symbol_state; /* missed unknown hit */
struct symbol_result {
	uint8_t state;	/* enum symbol_state */
	int16_t points; /* of the symbol when it hit, before the ceiling */
};
/* Points that tell of needs or RQTH (private groups) count for the order in
 * which offers are shown; the decision, and whatever is public, stands on
 * public_score: so a need never costs, and a decision tells nothing of it. */
struct verdict {
	enum decision decision;
	int base;	  /* 0..1000: the criteria */
	int public_score; /* 0..1000: with the points of public groups */
	int score;	  /* 0..1000: with all points */
	uint8_t set;
	uint32_t person;
	int64_t offer;
	int32_t on;		     /* the date it was made for */
	int32_t start;		     /* the offer's, or DATE_NONE */
	const struct ruleset *rules; /* borrowed: as long as the rules live */
	struct gate_result gates[GATE_COUNT];
	struct criterion_result criteria[CRITERION_COUNT];
	/* By number of rules->groups and rules->symbols. A group's points are
	 * those after its ceiling. */
	int16_t groups[RULES_GROUPS_MAX];
	struct symbol_result symbols[RULES_SYMBOLS_MAX];
	/* -1 unknown: to the own or the offer's CFA; minutes of the day at
	 * which home is left (may be negative) and reached (may pass 1440),
	 * VERDICT_NO_TIME unknown */
	int32_t cfa_minutes, leaves, back;
	bool has_unknown_exposures; /* of the offer, whoever reads */
};
#define VERDICT_NO_TIME INT32_MIN

#endif
