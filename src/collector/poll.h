/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_POLL_H
#define ETRIER_COLLECTOR_POLL_H

#include "feed.h"
#include "poll_config.h"

#include <etrier/err.h>

#include <jansson.h>

struct clock;
struct event_base;
struct refdata;

/* One poll of a source from the first request to the last: asks (ask.h), waits
 * its turn (pace.h), fetches (fetch.h), reads (feed.h), and ends with a result.
 * The poller makes lines of it, `sources try` prints it. */

/* What all polls of a process share. */
struct polling;
struct polling *polling_new(struct event_base *base, const struct clock *clock,
			    const struct refdata *rd);
void polling_free(struct polling *k); /* no poll may be left */
/* Once, before the first poll. */
void polling_set_pace(struct polling *k, size_t max_parallel, size_t per_host);

/* Above one of its requests failing, a poll goes on: the request is sent again
 * so many times, and so many in the whole poll. The first request of a poll is
 * not: the engine's own back-off is kinder to a server that is down. */
#define POLL_TRIES_MAX	  3
#define POLL_RETRIES_MAX  20
#define POLL_RETRY_WAIT_S 60 /* a Retry-After beyond it ends the poll */

struct poll_in { /* borrowed while the poll lives */
	struct source *source;
	struct poll_config *config;		   /* kept by count */
	const char *cursor, *etag, *last_modified; /* of the last good poll */
	const json_t *check; /* refs to look up, or NULL */
	const struct understanding *understanding; /* NULL: the config's */
	int max_documents; /* of records; then the poll ends; 0: all */
	bool wants_notes;
};

struct poll_result { /* borrowed for the call of on_end() */
	const struct collector_counts *counts;
	const struct err *err; /* NULL: the poll is good */
	bool is_unchanged;     /* ... and its lists are */
	bool is_complete;
	int http;
	int64_t retry_after_s, cert_expires, ms, n_requests;
	/* Of a good poll, for the next; NULL: none. */
	const char *cursor, *etag, *last_modified, *body_hash;
	const json_t *gone; /* refs that were looked up and are gone */
	const char *note;   /* our words for the administrator, or NULL */
};

struct poll_handler {
	struct feed_handler feed; /* its ctx is the poll's */
	/* May more offers come now? NULL: always. */
	bool (*has_room)(void *ctx);
	/* Once; the poll is gone when it returns. */
	void (*on_end)(void *ctx, const struct poll_result *r);
};

struct poll;
struct poll *poll_start(struct polling *k, const struct poll_in *in,
			const struct poll_handler *handler, void *ctx);
/* on_end() is called, before this returns. */
void poll_give_up(struct poll *p, const char *why);
const struct feed *poll_feed(const struct poll *p);

#endif
