/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_FOLLOW_H
#define ETRIER_STORE_FOLLOW_H

#include <etrier/store_messages.h>

/* After a contract: the dates on which the adviser asks how it goes. And what
 * an adviser has seen in a digest, so that nothing is said twice unchanged.
 * Habits: store.h. */
enum store_step {
	STORE_J7,
	STORE_J21,
	STORE_J40,
	STORE_M3,
	STORE_M6,
	STORE_M9,
	STORE_N_STEPS
};
extern const struct vocab vocab_follow_step; /* j7 j21 j40 m3 m6 m9 */

struct store_follow {
	int64_t person, contract; /* contract: id of its event */
	enum store_step step;
	int32_t due;	     /* day */
	int64_t done_at;     /* INSTANT_NONE: still to be asked */
	const char *outcome; /* going_on, rupture, absent; NULL: none, or it
			      * ended without an answer */
};
/* The same step of the same contract again moves its day while it is open. */
int store_follow_put(struct store *s, const struct store_follow *f,
		     struct err *err);
/* ERR_UNKNOWN when there is no such open step. */
int store_follow_done(struct store *s, int64_t person, int64_t contract,
		      enum store_step step, const char *outcome, int64_t now,
		      struct err *err);
/* Every open step of the person (a rupture, somebody who left) is done with
 * this outcome. */
int store_follow_end(struct store *s, int64_t person, const char *outcome,
		     int64_t now, int64_t *n, struct err *err);
typedef int store_follow_fn(void *ctx, const struct store_follow *row);
/* One step, open or not; *found false: there is none. outcome into the arena.
 */
int store_follow_get(struct store *s, int64_t person, int64_t contract,
		     enum store_step step, struct arena *a,
		     struct store_follow *out, bool *found, struct err *err);
/* Open steps due on or before this day, of one person (0: anybody), the
 * earliest first. */
int store_follow_due(struct store *s, int64_t person, int32_t day,
		     store_follow_fn *fn, void *ctx, struct err *err);

/* --- what was shown --------------------------------------------------------
 */
struct store_shown {
	const char *agency, *adviser;
	enum store_audience audience; /* adviser or cfa */
	const char *kind;	      /* section of the digest */
	const char *key;	      /* of the item in it */
	const char *content;	      /* hash of what it said */
	int64_t message;	      /* the digest that said it */
};
/* Was the same content shown under this key since? since: INSTANT_NONE:
 * ever. */
int store_shown_check(struct store *s, const struct store_shown *item,
		      int64_t since, bool *was, struct err *err);
int store_shown_put(struct store *s, const struct store_shown *item,
		    int64_t now, struct err *err);
/* What that digest was the last to show. */
typedef int store_shown_fn(void *ctx, const struct store_shown *item);
int store_shown_each(struct store *s, int64_t message, store_shown_fn *fn,
		     void *ctx, struct err *err);
/* That digest never went: what it alone showed counts as not shown. */
int store_shown_undo(struct store *s, int64_t message, struct err *err);
int store_shown_purge(struct store *s, int64_t before, int64_t *n,
		      struct err *err);

#endif
