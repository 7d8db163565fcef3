/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MATCH_H
#define ETRIER_MATCH_H

#include <etrier/match_verdict.h>
#include <etrier/refusals.h>
#include <etrier/roster.h>
#include <etrier/rules.h>
#include <etrier/rules_when.h>
#include <etrier/travel.h>

/* From an offer and a young person to a verdict. A verdict is a function of
 * (offer, person, rules, date): no I/O, no clock, no allocation per pair.
 * Two paths give the same decisions and scores (a randomised test says so):
 * matcher_offer(), one offer against the whole roster, and match_evaluate(),
 * one pair with every fact. Words are made by explain.h. */

/* --- an offer, compiled ------------------------------------------------- */
struct offer;
#define MOFFER_TRADES 5
/* When an offer says no start: so long after today, for the age at start. */
#define MATCH_START_GUESS_DAYS 30
struct moffer {
	int64_t id;	      /* the caller's */
	uint64_t employer[2]; /* employer_keys(), 0 unknown */
	/* Two bits an exposure; known: both bits set where it is known.
	 * From NEEDS_ACCESS_SHIFT on, one bit an access: missing for sure
	 * (exposures) / known at all (known). */
	uint64_t exposures, known;
	struct plane_point at, cfa_at;
	bool is_placed, is_cfa_placed;
	uint8_t n_trades; /* 0: compared with nobody */
	int8_t kind;	  /* enum contract, VOCAB_NONE unknown */
	uint16_t trades[MOFFER_TRADES];
	uint16_t licences;
	uint16_t commune;   /* commune_key(), 0 unknown */
	uint32_t rncp, cfa; /* as of a person; 0 unknown */
	int16_t age_min;    /* -1 unknown */
	/* Minutes of the day work begins and ends, minutes a week; -1 unknown.
	 * An end that is not after the begin is of the next day. */
	int16_t start_min, end_min, weekly_min;
	int16_t positions;		   /* -1 unknown */
	uint8_t night, weekend, part_time; /* enum tri */
	/* Of the vocab, or -1. */
	int8_t level_required, level_target;
	int8_t french_oral_asked;
	int32_t start;	    /* date or DATE_NONE */
	int32_t posted;	    /* date in Paris or DATE_NONE */
	uint32_t rules_gen; /* the caller's number of the compile they are of */
	struct cond_bits conds; /* of rules_offer_conds() */
};
/* Nothing known. */
extern const struct moffer moffer_unknown;
/* rules NULL: without the conditions. After new rules: moffer_set_rules(). */
void moffer_from_offer(const struct offer *o, const struct refdata *rd,
		       const struct rules *rules, int64_t id,
		       struct moffer *out);
/* The conditions anew, under other rules. */
void moffer_set_rules(struct moffer *m, const struct offer *o,
		      const struct refdata *rd, const struct rules *rules);

/* --- what a verdict stands on ------------------------------------------- */
/* Scratch of one thread's verdicts: the journeys to the place of the offer
 * asked about last. */
struct match_pad;
struct match_pad *match_pad_new(const struct travel *t);
void match_pad_free(struct match_pad *p);
/* What of a person only the travel model knows: the zone of the home, and the
 * minutes to the own CFA whatever the hour. pad: of the same model. */
void match_see_home(struct match_pad *pad, struct travel *t,
		    const struct refdata *rd, struct mperson *m);
/* Borrowed by matchers and verdicts; constant but for the pad. */
struct match_env {
	const struct rules *rules;
	const struct travel *travel;
	const struct tradenet *trades;
	const struct refusals *refusals; /* NULL: nobody refused anything */
	struct match_pad *pad;		 /* for match_evaluate() */
};

/* --- one pair, with every fact ------------------------------------------ */
void match_evaluate(const struct match_env *env, const struct mperson *p,
		    const struct moffer *o, int32_t on, struct verdict *out);

/* Every fact of that pair that a condition may ask; the bits of conditions on
 * the offer and on the person are left NULL. */
void match_pair_facts(const struct match_env *env, const struct mperson *p,
		      const struct moffer *o, int32_t on,
		      struct pair_facts *out);

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

/* Number the roster's people by what these rules ask of them (again when the
 * rules are new): before any matcher of theirs. */
void match_set_rules(struct roster *r, const struct rules *rules);
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
