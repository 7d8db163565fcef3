/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_WAVES_H
#define ETRIER_WAVES_H

#include <etrier/rules.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fair shares: of all the young people an offer fits, whose turn it is. A pure
 * step after the score: no I/O, no clock; the same input gives the same answer.
 *
 *   places    per_position for each position nobody is interested in yet. So
 *             many people hold a place at a time; nobody is put out of one
 *   a place   is held for `days` days of 24 hours from its opening. It is free
 *             at once when its holder declined, or is not among the people any
 *             more (excluded, gone, refused); whoever comes back in time has it
 *             again
 *   a wave    who got places in the first `days` days since its first place was
 *             opened; who takes a freed place meanwhile is of the same wave
 *   interest  fills a position for twice `days` days from the answer: then the
 *             offer would be gone, had anything come of it
 *
 * The order of those who wait: first who had no place for this offer yet, then
 * whose place went by without the offer being proposed to anybody. Within each,
 * by bands from the best score downwards: a band begins with the best score
 * that is left and holds all within near_points of it. Within a band, who was
 * proposed something longest ago (in whole days; never: the longest) goes
 * first; then the better score; then a lot drawn by offer and person, so that
 * nobody is always last. A better score with the same wait never comes later.
 *
 * People set apart (their agency is being tried out and tells nobody) get the
 * places they would get if they counted, and take none from anybody. */

#define WAVE_DAY_S (24 * 3600)

enum wave_answer { WAVE_UNANSWERED, WAVE_DECLINED, WAVE_INTERESTED };

/* A place, open or not; or (number 0) a proposal made without one. */
struct wave_turn {
	uint32_t person;
	int32_t number; /* of the wave, from 1 */
	int64_t opened_at, answered_at;
	enum wave_answer answer;
	bool was_proposed;
	/* written by waves_run(): */
	bool is_held; /* it keeps a place now */
	bool is_apart;
};

/* Somebody the offer fits today, and whom somebody can tell. */
struct wave_person {
	uint32_t person;
	uint16_t score;	 /* 0..1000 */
	bool has_enough; /* holds as many places as can be shown: is passed by
			  */
	bool is_apart;
	int64_t since; /* instant of the last proposal, INSTANT_NONE: never */
};

struct wave_case {
	const struct wave_rules *rules;
	int64_t offer;
	int positions;	/* -1: unknown */
	bool is_closed; /* nobody enters any more: too old, a meeting */
	int64_t now;
	struct wave_turn *turns; /* by person, each once */
	size_t n_turns;
	const struct wave_person *people; /* each once */
	size_t n_people;
};

struct wave_round {
	int positions;	 /* as counted */
	int n_takers;	 /* of them, filled for the time being */
	int places;	 /* at a time, now */
	int n_held;	 /* of them, those who entered included; not apart */
	int number;	 /* of the wave that runs or would begin; from 1 */
	int64_t next_at; /* something changes by itself; INSTANT_NONE: never */
	size_t n_waiting;
	bool is_short;		     /* places are left over */
	struct wave_person *entered; /* in order; free() by ..._clear() */
	size_t n_entered;
};
void waves_run(const struct wave_case *c, struct wave_round *out);
void waves_round_clear(struct wave_round *r);

/* Why somebody has a place or none; asked without changing anything. */
enum wave_why {
	WAVE_HAS_PLACE,	    /* number, since, until */
	WAVE_WAITS,	    /* place, of, before..., next_at */
	WAVE_ALL_TAKEN,	    /* and waits; until: the first interest ends */
	WAVE_PASSED_BY,	    /* holds enough places elsewhere */
	WAVE_HAD_TURN,	    /* number, since, until; was_proposed */
	WAVE_SAID_NO,	    /* until: when */
	WAVE_SAID_YES,	    /* until: when */
	WAVE_NOT_CONCERNED, /* the offer does not fit, or nobody can tell */
	WAVE_OFFER_CLOSED,
	WAVE_WHY_COUNT
};
struct wave_reason {
	enum wave_why why;
	int number;
	int64_t since, until;
	size_t place, of; /* place from 1 */
	/* Those before, by why they are: no place yet (whoever asks had one), a
	 * better score, a longer wait at a near score, the lot. */
	size_t n_first_turn, n_score, n_wait, n_lot;
	int64_t next_at; /* at the earliest */
};
void waves_tell(const struct wave_case *c, uint32_t person,
		struct wave_reason *out);
/* Codes of enum wave_why for JSON. */
const char *wave_why_code(enum wave_why why);

#endif
