/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RUNNER_JOBS_H
#define ETRIER_RUNNER_JOBS_H

#include <jansson.h>
#include <stddef.h>

struct clock;
struct event_base;
struct refdata;
struct understanding;

/* Polls of sources of kind exec, in the same words as the collector's:
 *
 *   poll {id, source}                     in
 *   offer {poll, offer{...}}              out, as they are printed
 *   polled {poll, source, result: ok|failed, complete, seen, good, bad, closed,
 *           no_trade, no_place, bytes, ms, kind?, error?, reason?}
 *
 * ok: the program ended with status 0 and all its lines were read. complete:
 * moreover the source delivers complete answers, something was printed, and at
 * most half of it was bad. error has the first words of stderr in it and is
 * not for a log; reason is the same without them. Offers sent before a failure
 * stay good. Every poll ends with exactly one polled. */
struct jobs;

/* Where lines go. unsent: bytes not yet taken by the engine. */
struct jobs_out {
	void (*send)(void *ctx, json_t *line_take);
	size_t (*unsent)(void *ctx);
	void *ctx;
};

/* Programs at the same time; the others wait their turn. Each may map 1 GiB,
 * and the unit has 4 for all. */
#define JOBS_RUNNING_MAX 3
/* Above it nothing more is read of any program; below half of it again. */
#define JOBS_UNSENT_MAX ((size_t)512 * 1024)
#define JOBS_BAD_LOGGED 20 /* bad lines logged one by one, per poll */

struct jobs *jobs_new(struct event_base *base, const struct clock *clock,
		      const struct refdata *rd, const struct jobs_out *out);
/* The runner's configuration (settings_for_role()); kept by reference. Polls in
 * hand end under the one they began with. */
void jobs_use(struct jobs *q, json_t *config,
	      struct understanding *understanding_take);
void jobs_poll(struct jobs *q, const json_t *line);
/* Kill every program; each poll is answered as failed. */
void jobs_stop(struct jobs *q);
void jobs_free(struct jobs *q); /* after jobs_stop() */

#endif
