/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RUNNER_RUN_H
#define ETRIER_RUNNER_RUN_H

#include "line.h"
#include "program.h"

#include <etrier/err.h>
#include <etrier/runner.h>

/* One run of a source's program, from its start to the last of its lines, on
 * an event loop: lines become offers as they come. It ends by itself, at its
 * time (timeout_s), or at a ceiling (max_bytes, max_offers); its whole process
 * group ends with it. */
struct run;
struct event_base;

/* A longer line costs itself: the wire carries no longer one either. */
#define RUN_LINE_MAX ((size_t)256 * 1024)

struct run_result {
	bool is_whole; /* status 0, every line read: err is empty */
	/* Why not, in words of ours and fit for a log. */
	struct err err;
	/* First words of the program's stderr, one line, harmless to show and
	 * never for a log; "" when there were none. */
	const char *said;
};

struct run_handler {
	void (*on_offer)(void *ctx, const struct offer *o);
	void (*on_bad)(void *ctx, int64_t number, const struct err *err);
	/* Once, the last call. The run is freed by it (run_free()) or later. */
	void (*on_done)(void *ctx, const struct run_result *result);
};

/* p->source and reader's parts are borrowed until the end; handlers run from
 * the loop only. NULL: the program cannot be run, see err. */
struct run *run_start(struct event_base *base, const struct program *p,
		      const struct line_reader *reader,
		      const struct run_handler *handler, void *ctx,
		      struct err *err);
/* The same struct until run_free(). */
const struct runner_counts *run_counts(const struct run *r);
/* May the offers that this run, which was whole, did not show be closed? Its
 * source delivers complete answers, it showed something, and at most half of
 * it was bad. */
bool run_is_complete(const struct run *r);
/* Back-pressure: read no more of its output, or go on. */
void run_pause(struct run *r, bool is_paused);
/* Kills what still runs, without on_done(). */
void run_free(struct run *r);

#endif
