/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_OUTCOMES_H
#define ETRIER_PLAN_OUTCOMES_H

#include <etrier/store_follow.h>

#include <stdbool.h>
#include <stdint.h>

struct err;
struct planner;

/* What became of a young person: told by an adviser on the digest page or with
 * `etrierctl youths outcome`. Each is an event of its own word, with what
 * follows from it in the same transaction:
 *
 *   contract    placed; messages that wait are cancelled; follow-up dates from
 *               the day it starts: 7, 21 and 40 days, 3, 6 and 9 months
 *   rupture     follow-up ends; active again and compared at once
 *   placed      placed; messages that wait are cancelled
 *   left        left; the same, and follow-up ends
 *   interview, immersion, diploma, absent   the event alone
 *
 * A status told here wins over a file until the file's own word changes. */
enum outcome {
	OUTCOME_INTERVIEW,
	OUTCOME_IMMERSION,
	OUTCOME_CONTRACT,
	OUTCOME_RUPTURE,
	OUTCOME_DIPLOMA,
	OUTCOME_PLACED,
	OUTCOME_LEFT,
	OUTCOME_ABSENT,
	OUTCOME_COUNT
};
extern const struct vocab vocab_outcome; /* words as above, French labels */

struct plan_outcome {
	enum outcome what;
	int64_t person;
	int64_t canonical;  /* the offer it came of; 0: another way */
	int kind;	    /* enum contract of the contract, VOCAB_NONE */
	int32_t start, end; /* of the contract or immersion, DATE_NONE */
	int32_t date;	    /* when it happened; DATE_NONE: today */
	const char *by;	    /* "uid:1000", "adviser" */
};
/* *is_new false: the same was told before, and nothing is done. ERR_UNKNOWN: no
 * such person; ERR_INPUT: dates in the wrong order, or further than
 * PLAN_OUTCOME_YEARS from today. */
#define PLAN_OUTCOME_YEARS 4
int plan_outcome(struct planner *p, const struct plan_outcome *o, bool *is_new,
		 struct err *err);

/* The day on which a step is asked: of a contract that starts on `start`, on
 * the first working day on or after it. Pure. */
int32_t plan_follow_day(int32_t start, enum store_step step);

/* The answer to a step: "going_on" (event `followed`), "rupture", "absent" (as
 * the outcomes of these words, but absent ends nothing). *is_new false: it was
 * answered so before. ERR_UNKNOWN: no such step, or answered otherwise. */
int plan_followed(struct planner *p, int64_t person, int64_t contract,
		  enum store_step step, const char *answer, const char *by,
		  bool *is_new, struct err *err);

#endif
