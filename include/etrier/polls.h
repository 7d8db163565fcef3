/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_POLLS_H
#define ETRIER_POLLS_H

#include <etrier/live.h>

#include <jansson.h>
#include <stdbool.h>

/* When each source is asked, and what becomes of its answer: offers are kept
 * in small batches, each one transaction; cursor, closings and statistics
 * commit together, last, so that a poll that dies half-way loses nothing. */
struct polls;

struct polls_ops {
	void (*send)(void *ctx, json_t *line_take); /* to the collector, or to
						     * the runner when the
						     * source is of kind exec */
	void *ctx;
};
struct polls *polls_new(struct store *store, struct live *live,
			const struct clock *clock, const struct polls_ops *ops);
void polls_free(struct polls *p);
/* The engine's `sources` and `collector` objects of settings_for_role(),
 * borrowed for the call. A source that is gone is asked no more; its offers
 * stay until they expire. */
int polls_configure(struct polls *p, const json_t *sources, int64_t deadline_s,
		    struct err *err);
void polls_collector_up(struct polls *p);
/* Every poll in hand failed. */
int polls_collector_down(struct polls *p, struct err *err);

/* The same for the runner and sources of kind exec. */
void polls_runner_up(struct polls *p);
int polls_runner_down(struct polls *p, struct err *err);

/* `offer` and `polled`. A bad offer costs one offer; ERR_STORE is ours. */
int polls_line(struct polls *p, const char *type, json_t *line,
	       struct err *err);
/* Write offers that wait, for some 20 ms; again while polls_has_waiting(). Call
 * when the wire is quiet. */
int polls_flush(struct polls *p, struct err *err);
bool polls_has_waiting(const struct polls *p);
/* Ask the sources that are due, fail the polls that are late, expire offers. */
int polls_tick(struct polls *p, struct err *err);
/* Somebody decided that an offer the quality gate stopped is live, or is not:
 * who it may be proposed to follows. Inside the caller's transaction; after a
 * rollback, live_resync(). */
int polls_offer_decided(struct polls *p, const char *source, const char *ref,
			struct err *err);
/* The wall clock was set: what is due later than it could be is due now. */
void polls_clock_stepped(struct polls *p);
/* Ask now; name NULL: all. accept_shrink: the next complete poll closes what
 * it does not show, however little it shows. -1: no such source. */
int polls_now(struct polls *p, const char *name, bool accept_shrink);
/* Is a poll in hand? */
bool polls_is_busy(const struct polls *p);

/* One object per source, for `sources list` and `status`: name kind enabled
 * last_ok live seen good bad failures next polling quarantined stale
 * cert_expires note (why the last poll was not good) remark (what should be
 * known of an answer that was). New reference. */
json_t *polls_report(struct polls *p, struct err *err);

/* The licence object of a source's settings, borrowed; NULL: none. */
const json_t *polls_licence(const struct polls *p, const char *source);

struct polls_stats {
	uint64_t polls, failed, unchanged, shrunken;
	uint64_t offers, offers_new, offers_bad, offers_closed, bytes;
	uint64_t offers_joined, offers_held; /* copies; stopped by the gate */
};
void polls_stats(const struct polls *p, struct polls_stats *out);

#endif
