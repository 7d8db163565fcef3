/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_POLLER_H
#define ETRIER_COLLECTOR_POLLER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct clock;
struct diags;
struct event_base;
struct refdata;
struct trade_finder;

/* Polls in hand: `poll` lines in; `offer` lines and one `polled` each out.
 *
 *   poll {id, source, cursor?, etag?, last_modified?, check?}
 *     cursor, etag, last_modified: as the last successful `polled` of the
 *     source gave them, kept by the engine together with the data. A cursor of
 *     another map (the source file changed) makes the poll unconditional and
 *     begin anew. check: refs of offers to look up one by one, if the source
 *     can (`detail`).
 *   offer {poll, offer{...}}
 *   polled {poll, source, result: ok|unchanged|failed, complete, seen, good,
 *           bad, closed, no_trade, no_place, declared?, bytes, ms, http?,
 *           etag?, last_modified?, body_hash?, cursor?, retry_after_s?, gone?,
 *           note?, kind?, error?}
 *     ok: the document was read to its end. complete: it holds all live offers
 *     of the source; never after a cut, an error, or when more than half of its
 *     records were bad. unchanged: the server said 304; every offer of the last
 *     good poll counts as seen, nothing closes. failed: nothing may be
 *     concluded, offers already sent stay good. kind and error say why; good
 *     counts offers sent, closed how many of them are not live any more; gone:
 *     refs that were looked up and are not there any more.
 *
 * Every poll ends with exactly one `polled`, also on poller_stop(). */
struct poller;

/* Where lines go; they are written, without their end, and borrowed for the
 * call. unsent: bytes not yet taken by the engine. */
struct poller_out {
	void (*send)(void *ctx, const char *type, const struct buf *line);
	size_t (*unsent)(void *ctx);
	void *ctx;
};

/* Above it, the transfers pause; below it they go on. */
#define POLLER_UNSENT_MAX ((size_t)512 * 1024)
#define POLLER_BAD_LOGGED 20 /* bad records logged one by one, per poll */

struct poller *poller_new(struct event_base *base, const struct clock *clock,
			  const struct refdata *rd,
			  const struct poller_out *out);
void poller_free(struct poller *p); /* no poll may be left: poller_stop() */

/* The collector's configuration: {collector{...}, sources{name: ...}}, compiled
 * beside the one in force. NULL with diagnostics. */
struct poll_config;
/* rd and trades outlive it. */
struct poll_config *poll_config_new(const json_t *config,
				    const struct refdata *rd,
				    const struct trade_finder *trades,
				    struct diags *d);
void poll_config_release(struct poll_config *c);
/* Polls begun earlier end under the configuration they began with. */
void poller_use(struct poller *p, struct poll_config *c_take);

void poller_poll(struct poller *p, const json_t *line);
/* Give up every poll in hand; each is answered. */
void poller_stop(struct poller *p);
size_t poller_n_polls(const struct poller *p);
const char *poll_config_ca_file(const struct poll_config *c); /* or NULL */

#endif
