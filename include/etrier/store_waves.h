/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_WAVES_H
#define ETRIER_STORE_WAVES_H

#include <etrier/store_messages.h>

/* Whose turn it was and is, offer by offer (waves.h says what for), and what
 * the ledger says of it. Habits: store.h. */

/* Results of ledger rows that say somebody is interested, or wants to be called
 * about it; any other answer says they are not. */
#define STORE_INTERESTED "interested"
#define STORE_CALL	 "call"
/* Decisions of an adviser that answer nothing: sent on to the young person, put
 * off. */
#define STORE_SENT_ON "sent"
#define STORE_LATER   "later"
/* ... and the one that says no, for a reason. */
#define STORE_DISMISSED "dismissed"

struct store_wave { /* a place, as it was given; never changed */
	int64_t canonical, person;
	int number; /* of the wave, from 1 */
	int64_t opened_at;
	int score;	      /* 0..1000, then */
	int64_t waited_since; /* the proposal before; INSTANT_NONE: never */
};
/* A place given to somebody who had one before takes its row. */
int store_wave_put(struct store *s, const struct store_wave *in,
		   struct err *err);
int store_wave_get(struct store *s, int64_t canonical, int64_t person,
		   struct store_wave *out, bool *found, struct err *err);

/* Everybody who had a place (number > 0) or was proposed the offer without one
 * (number 0, opened_at the first proposal), by person. */
struct store_wave_turn {
	struct store_wave wave;
	bool was_proposed;
	bool is_answered, is_interested;
	int64_t answered_at;
};
typedef int store_wave_turn_fn(void *ctx, const struct store_wave_turn *row);
int store_wave_turns(struct store *s, int64_t canonical, store_wave_turn_fn *fn,
		     void *ctx, struct err *err);

/* The live offers of which this person got a place and which were never
 * proposed to this audience: first the places opened after `since`, each lot by
 * falling score; at most max. Of a row only canonical, opened_at and score are
 * filled. */
int store_waves_of(struct store *s, int64_t person, int audience, int64_t since,
		   struct store_wave *out, size_t max, size_t *n,
		   struct err *err);
/* Offers of which this person got a place after `since`. */
typedef void store_wave_offer_fn(void *ctx, int64_t canonical);
int store_waves_held(struct store *s, int64_t person, int64_t since,
		     store_wave_offer_fn *fn, void *ctx, struct err *err);

/* Ledger rows, the newest first, from the one before `before` (0: the newest),
 * at most limit. */
typedef void store_proposed_at_fn(void *ctx, int64_t id, int64_t person,
				  int64_t at);
int store_ledger_back(struct store *s, int64_t before, int limit,
		      store_proposed_at_fn *fn, void *ctx, struct err *err);

/* The next offer after *canonical that has places, or 0; its places are
 * forgotten when all its copies were closed before that instant. */
int store_waves_forget(struct store *s, int64_t *canonical,
		       int64_t closed_before, struct err *err);

#endif
