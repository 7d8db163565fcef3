/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MATCH_H
#define ETRIER_MATCH_H

#include <etrier/roster.h>
#include <etrier/rules.h>
#include <etrier/travel.h>

/* From an offer and a young person to a verdict. A verdict is a function of
 * (offer, person, rules, date): no I/O, no clock, no allocation per pair.
 * Two paths give the same decisions and scores (a randomised test says so):
 * matcher_offer(), one offer against the whole roster, and match_evaluate(),
 * one pair with every fact. Words are made by explain.h. */

enum decision { DECISION_EXCLUDE, DECISION_CHECK, DECISION_SEND };
extern const struct vocab vocab_decision; /* exclude check send */

/* --- an offer, compiled ------------------------------------------------- */
struct offer;
#define MOFFER_TRADES 5
/* When an offer says no start: so long after today, for the age at start. */
#define MATCH_START_GUESS_DAYS 30
struct moffer {
	int64_t id; /* the caller's */
	struct plane_point at;
	bool is_placed;
	/* Two bits an exposure; known: both bits set where it is known.
	 * From NEEDS_ACCESS_SHIFT on, one bit an access: missing for sure
	 * (exposures) / known at all (known). */
	uint64_t exposures, known;
	uint16_t trades[MOFFER_TRADES];
	uint8_t n_trades; /* 0: compared with nobody */
	int8_t kind;	  /* enum contract, VOCAB_NONE unknown */
	uint16_t licences;
	int16_t age_min;   /* -1 unknown */
	int16_t start_min; /* minute of the day work begins, -1 unknown */
	int32_t start;	   /* date or DATE_NONE */
	int32_t posted;	   /* date in Paris or DATE_NONE */
};
void moffer_from_offer(const struct offer *o, const struct refdata *rd,
		       int64_t id, struct moffer *out);

/* --- what a verdict stands on ------------------------------------------- */
/* Borrowed by matchers and verdicts; constant. */
struct match_env {
	const struct rules *rules;
	const struct travel *travel;
	const struct tradenet *trades;
};

/* --- one pair, with every fact ------------------------------------------ */
/* Codes of what was found; explain.h has the words, explain.c the facts. */
enum why {
	WHY_NOTHING,
	/* gates */
	WHY_NO_TRADE,	      /* the offer's trade is not known */
	WHY_NO_LINK,	      /* offer trade */
	WHY_EVENT,	      /* a meeting, not a contract */
	WHY_KIND_UNWANTED,    /* offer kind */
	WHY_KIND_UNKNOWN,     /* the offer does not say */
	WHY_WISH_UNKNOWN,     /* offer kind; the person did not say */
	WHY_BIRTH_UNKNOWN,    /* */
	WHY_AGE_OK,	      /* age at start */
	WHY_TOO_YOUNG,	      /* age, limit */
	WHY_TOO_OLD,	      /* age, limit */
	WHY_AGE_ASK_YOUNG,    /* age, kind */
	WHY_AGE_ASK_OLD,      /* age, kind */
	WHY_RQTH_LIFT,	      /* age, limit lifted; private */
	WHY_LICENCE_MISSING,  /* bits */
	WHY_LICENCE_HELD,     /* bits required, none known to be missing */
	WHY_TOO_FAR,	      /* minutes, limit in minutes, mode */
	WHY_REACHED,	      /* minutes, limit, mode */
	WHY_OFFER_PLACE,      /* the offer's place is too coarse */
	WHY_PERSON_PLACE,     /* the person's place, limit or modes unknown */
	WHY_BEFORE_TRANSPORT, /* minute work begins, minutes, mode */
	WHY_NEED_EXPOSURE,    /* exposure, degree, limit; private */
	WHY_NEED_ACCESS,      /* access; private */
	WHY_NEED_ASK,	      /* exposure with limit 0, unknown; private */
	WHY_NEED_UNKNOWN,     /* exposure or -1, access or -1; private */
	WHY_NEED_OK,	      /* private */
	WHY_TOO_LATE,	      /* days late, days allowed */
	WHY_AFTER_DEADLINE,   /* start, deadline */
	WHY_START_UNKNOWN,
	WHY_START_OK,	/* start, days (negative: waits) */
	WHY_START_PAST, /* start, days; the stated start has passed */
	/* criteria */
	WHY_TRADE_EXACT,     /* rank from 0, trade */
	WHY_TRADE_NEIGHBOUR, /* rank, wished trade, proximity */
	WHY_TRADE_FAMILY,    /* rank, wished trade */
	WHY_TRAVEL,	     /* minutes, limit, mode */
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
	CRITERION_NOT_APPLICABLE
};
struct criterion_result {
	enum criterion_state state;
	int value; /* 0..1000, for unknown what the rules make of it */
	int32_t weight;
	int points, points_max; /* share of the 1000, rounded half up */
	enum why why;
	int32_t facts[3];
};
struct verdict {
	enum decision decision;
	int score; /* 0..1000 */
	uint8_t set;
	uint32_t person;
	int64_t offer;
	int32_t on;    /* the date it was made for */
	int32_t start; /* the offer's, or DATE_NONE */
	struct gate_result gates[GATE_COUNT];
	struct criterion_result criteria[CRITERION_COUNT];
	bool has_unknown_exposures; /* of the offer, whoever reads */
};
void match_evaluate(const struct match_env *env, const struct mperson *p,
		    const struct moffer *o, int32_t on, struct verdict *out);

/* --- one offer against the roster --------------------------------------- */
struct match_hit {
	uint32_t person; /* id */
	uint16_t score;
	uint16_t decision; /* CHECK or SEND */
};
struct match_hits {
	struct match_hit *v; /* free() by match_hits_clear() */
	size_t n, cap;
};
void match_hits_clear(struct match_hits *h);

struct matcher;
/* All borrowed; the roster may change between calls, env may not (new rules:
 * new matcher, cheap). Not for two threads at once. */
struct matcher *matcher_new(const struct roster *r,
			    const struct match_env *env);
void matcher_free(struct matcher *m);
/* Appends every pair that is not excluded, each person once, in no promised
 * order. */
void matcher_offer(struct matcher *m, const struct moffer *o, int32_t on,
		   struct match_hits *out);
size_t matcher_bytes(const struct matcher *m);
/* Postings looked at since the matcher was made, for metrics. */
uint64_t matcher_n_scanned(const struct matcher *m);

/* --- one person against the live offers --------------------------------- */
/* hit->person is here the offer's position in the array. */
void match_person(const struct match_env *env, const struct mperson *p,
		  const struct moffer *offers, size_t n, int32_t on,
		  struct match_hits *out);

#endif
