/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_FETCH_H
#define ETRIER_COLLECTOR_FETCH_H

#include <etrier/err.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;

/* HTTP on an event loop (libcurl multi on libevent), with every limit that
 * a stranger's server calls for. One fetcher per role; curl_global_init() is
 * the caller's. */
struct fetcher;
struct fetcher *fetcher_new(struct event_base *base);
void fetcher_free(struct fetcher *f); /* no fetch may be left */

#define FETCH_REDIRECTS_MAX   3
#define FETCH_RETRY_AFTER_MAX (24 * 3600)
#define FETCH_LOW_SPEED_BPS   100 /* slower than that for low_speed_s: over */
#define FETCH_VALIDATOR_MAX   256 /* longer ETags are not kept */
#define FETCH_LINK_MAX	      2048

struct fetch_request { /* borrowed during fetch_start() only */
	const char *url, *user_agent;
	const char *ca_file;			/* NULL or "": the system's */
	const char *etag, *last_modified;	/* NULL: not conditional */
	const json_t *headers, *secret_headers; /* {name: value} or NULL */
	const char *body, *body_type;		/* NULL: GET; else POST */
	const char *bearer;			/* one more secret, or NULL */
	/* Statuses that are an answer as 200 is: the last three have no body
	 * for us. */
	bool takes_206, takes_204, takes_gone; /* 404 and 410 */
	bool allow_private;
	int64_t max_bytes; /* decoded */
	int connect_timeout_s, transfer_timeout_s, low_speed_s;
};

struct fetch_result {
	int http;	    /* last status, 0: none came */
	enum err_kind kind; /* ERR_NONE: a status that is taken, and whole */
	const char *error;  /* our words, NULL */
	bool is_unchanged;  /* 304 to a conditional request; kind ERR_NONE */
	char etag[FETCH_VALIDATOR_MAX], last_modified[64]; /* "" none */
	char content_range[64], link[FETCH_LINK_MAX];	   /* "" none */
	const char *url;       /* at last, after redirects; borrowed */
	const char *said;      /* first words of an answer that is refused, as
				* sent: hostile; "" none */
	int64_t retry_after_s; /* 0 none; capped */
	int64_t bytes;	       /* decoded body bytes handed over */
	int64_t cert_expires;  /* instant, 0: not told (no TLS, or a connection
				* that was open already) */
};

struct fetch;
struct fetch_handler {
	/* Body of a 200 (or 206, when taken) only. -1 ends the transfer;
	 * on_done comes all the same, with ERR_INPUT and no text of its own. */
	int (*on_bytes)(void *ctx, const char *bytes, size_t n);
	/* Once; the fetch is gone when it returns. */
	void (*on_done)(void *ctx, const struct fetch_result *r);
};

/* NULL: the request could not even be made. handler and ctx stay borrowed. */
struct fetch *fetch_start(struct fetcher *f, const struct fetch_request *rq,
			  const struct fetch_handler *handler, void *ctx,
			  struct err *err);
/* Back-pressure; may be called inside on_bytes (to pause) and outside. */
void fetch_pause(struct fetch *x, bool paused);
/* Without on_done. Not inside a handler. */
void fetch_cancel(struct fetch *x);

#endif
