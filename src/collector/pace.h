/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_PACE_H
#define ETRIER_COLLECTOR_PACE_H

#include <stddef.h>
#include <stdint.h>

/* Who may knock at which door, and when: so many requests at once in all, so
 * many per host, a least interval between two on the same host, and holds asked
 * for by a host (Retry-After). Jobs wait here and not inside curl, whose
 * time-outs count waiting too (engineering.md, finding 5). Knows no clock: the
 * caller says what time it is, in monotonic milliseconds. */
struct pace;

struct pace *pace_new(size_t max_parallel, size_t max_per_host);
void pace_free(struct pace *p); /* waiting jobs are forgotten, not freed */

/* Queue a job (not NULL, the caller's) for a host ("jobs.example:443"), first
 * come first served per host, hosts in turn. min_interval_ms is that host's
 * from now on when longer than what it was. */
void pace_add(struct pace *p, const char *host, int64_t min_interval_ms,
	      void *job);
/* The next job that may start now: it counts as running until pace_done().
 * NULL: none; then *wait_ms is how long until asking again makes sense, -1:
 * not before something is added or done. */
void *pace_next(struct pace *p, int64_t now_ms, int64_t *wait_ms);
void pace_done(struct pace *p, const char *host);
/* No request to this host before that time. */
void pace_hold(struct pace *p, const char *host, int64_t until_ms);
/* Take a job that still waits out of its queue; 1 when it was there. */
int pace_cancel(struct pace *p, const char *host, const void *job);

#endif
