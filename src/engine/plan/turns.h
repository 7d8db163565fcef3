/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_TURNS_H
#define ETRIER_PLAN_TURNS_H

#include <etrier/live.h>
#include <etrier/people.h>
#include <etrier/store_waves.h>
#include <etrier/waves.h>

/* The work around waves.h: who is known to have been proposed what when, which
 * offers are to be looked at again, and places written to the store. Kept in
 * memory between ticks, made anew from the store at a start, after a failed
 * transaction and when an agency's mode changes. */

/* A proposal longer ago counts as none. */
#define TURNS_LOOK_BACK_DAYS 180
/* Offers of before an agency went live may be told in its first digests:
 * long enough for a week-end with a holiday. */
#define TURNS_FIRST_DAYS 4
/* Time a tick may take before it commits, which takes about as much again. */
#define TURNS_TICK_MS 10
/* After people changed, offers with places left over are looked at again, but
 * not more often: at a region's size that is seconds of work. */
#define TURNS_NEWS_S 10
/* Places of offers that closed so long ago are forgotten. */
#define TURNS_KEEP_DAYS 30

struct turn_agency {
	char *code;
	enum agency_mode mode;
	int64_t mode_since, old_until; /* when old offers are told no more */
};

struct turn_person {		   /* by id; all zero: nobody we can tell */
	uint32_t proposed, opened; /* instants of the last, 0: none */
	uint16_t held;		   /* open places */
	uint16_t agency, cfa;	   /* in agencies from 1, 0: none */
	bool has_adviser;
};

struct turn_offer {
	int64_t id, due; /* instant */
	uint32_t sum;	 /* of the compiled offer */
	uint32_t n;	 /* holders */
	uint32_t *holders;
	bool is_loaded, is_short, is_full;
};

enum turns_phase { TURNS_PEOPLE, TURNS_PROPOSALS, TURNS_PLACES, TURNS_READY };

struct turns {
	struct store *store;
	struct live *live;
	const struct clock *clock;
	enum turns_phase phase;
	int64_t cursor;	   /* of the phase */
	int64_t forgotten; /* cursor of forgetting, -1: done for the day */
	int32_t day;
	uint64_t rules_sum, agencies_sum;
	uint64_t offers_version;      /* of live, as followed; 0: not yet */
	struct turn_agency *agencies; /* [0] is nobody */
	size_t n_agencies;
	struct turn_person *people;
	size_t n_people;
	struct turn_offer *offers; /* by id */
	size_t n_offers;
	struct match_hits hits; /* scratch */
	struct wave_person *crowd;
	size_t cap_crowd;
	uint64_t n_runs;
	int64_t longest_ms;
	int64_t news_at; /* instant: people's news were last gone through */
	bool has_news;
	bool is_busy;
};

/* turns.c */
void turns_init(struct turns *t, struct store *store, struct live *live,
		const struct clock *clock);
void turns_clear(struct turns *t);
struct turn_offer *turns_offer(struct turns *t, int64_t id);
struct turn_person *turns_person(struct turns *t, int64_t id);
void turns_release(struct turns *t, struct turn_offer *o);
void turns_hold(struct turns *t, struct turn_offer *o, int64_t person,
		int64_t opened_at);

/* turns_load.c */
/* Begin again with nothing known. */
void turns_reset(struct turns *t);
/* A step of loading. Places opened after held_since are held. */
int turns_load(struct turns *t, int64_t held_since, struct err *err);
int turns_read_person(struct turns *t, int64_t id, struct err *err);
/* Did an agency, or its mode, change? */
int turns_look_at_agencies(struct turns *t, bool *changed, struct err *err);
/* Modes as they are now; every offer is due. *is_same false: there are other
 * agencies too, and nothing was taken. */
int turns_take_modes(struct turns *t, bool *is_same, struct err *err);

/* turns_case.c: everything about one offer. */
struct turns_case {
	struct wave_case c;
	struct wave_turn *turns;
	size_t cap_turns;
};
/* Borrows the planner's scratch: one at a time. */
struct planner;
int turns_case_read(struct planner *p, int64_t canonical,
		    struct turns_case *out, struct err *err);
void turns_case_clear(struct turns_case *k);

#endif
