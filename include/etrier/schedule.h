/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SCHEDULE_H
#define ETRIER_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* When a source is asked again, and whether what it answered may close
 * offers. Pure arithmetic, so that the engine's clock and the simulations use
 * it without a collector. */

/* A partner that is ill is asked again soon at first, then ever more rarely,
 * up to SCHEDULE_BACKOFF_MAX_S (or its own interval, when that is longer). */
#define SCHEDULE_BACKOFF_FIRST_S 60
#define SCHEDULE_BACKOFF_MAX_S	 (6 * 3600)
/* A partner's Retry-After is obeyed up to a day: a wrong one must not silence
 * a source for ever. */
#define SCHEDULE_RETRY_AFTER_MAX_S (24 * 3600)
/* Sources drift apart by up to this much either way, so that twenty of them do
 * not knock in the same second. */
#define SCHEDULE_JITTER_PERCENT 10

struct schedule_in {
	int64_t interval_s; /* the source's `every` */
	unsigned failures;  /* polls failed in a row; 0: the last one worked */
	int64_t retry_after_s; /* as asked by the partner; 0: nothing asked */
	uint64_t seed;	       /* schedule_seed() */
};

/* The same for the same source and poll on every machine. */
uint64_t schedule_seed(const char *source, int64_t poll_no);

/* The instant of the next poll, after `now`. */
int64_t schedule_next_due(int64_t now, const struct schedule_in *in);

enum schedule_close {
	SCHEDULE_CLOSE,	    /* offers not seen may be closed */
	SCHEDULE_NOT_WHOLE, /* a window, a failure, a cut: nothing closes */
	SCHEDULE_SHRUNKEN   /* whole but suspicious: nothing closes, alarm */
};
/* complete: `polled` said so and did not fail. count: good offers of this poll;
 * last: those of the last complete poll, -1 when there was none. A poll with
 * less than half of the last one, or with nothing at all after something,
 * closes nothing: a feed that was cut looks exactly like one where everything
 * was filled (formats.md D10). */
enum schedule_close schedule_close(bool complete, int64_t count, int64_t last);

#endif
