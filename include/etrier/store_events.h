/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_EVENTS_H
#define ETRIER_STORE_EVENTS_H

#include <etrier/store.h>

struct arena;

/* What happened, in order, never changed but to anonymise; and the tokens of
 * the links we send. Habits: store.h. */

/* --- events
 * ------------------------------------------------------------------- */
/* kind is a lower-case dotted word: import, plan, sent, failed, answer, optout,
 * mode ... data is JSON without name, address, phone or need. */
struct store_event {
	int64_t id; /* 0 going in */
	int64_t at;
	const char *kind;
	int64_t person, canonical; /* 0: none */
	const char *agency, *by;   /* NULL: none. by: "engine", "uid:1000" */
	const char *data;	   /* JSON, NULL: none */
};
int store_event_add(struct store *s, const struct store_event *e,
		    struct err *err);
/* The same, and its number. */
int store_event_put(struct store *s, const struct store_event *e, int64_t *id,
		    struct err *err);
struct store_event_query {
	const char *kind;     /* NULL: any */
	int64_t person;	      /* 0: any */
	int64_t canonical;    /* 0: any; with the ids joined into it */
	int64_t since, until; /* at in [since, until); INSTANT_NONE: open */
	int64_t after;	      /* id */
	int limit;
	bool newest_first;
};
#define STORE_EVENTS_ANY \
	((struct store_event_query){.since = INT64_MIN, .until = INT64_MIN})
typedef int store_event_fn(void *ctx, const struct store_event *row);
int store_events_each(struct store *s, const struct store_event_query *q,
		      store_event_fn *fn, void *ctx, struct err *err);

/* What happened to the young people of an origin, for the system that its files
 * come from: of these kinds, the oldest first, each under the reference that
 * the origin knows the person by. Of *q since, until, after and limit count. */
typedef int store_origin_event_fn(void *ctx, const struct store_event *row,
				  const char *ref);
int store_events_of_origin(struct store *s, const char *origin,
			   const char *const *kinds, size_t n_kinds,
			   const struct store_event_query *q,
			   store_origin_event_fn *fn, void *ctx,
			   struct err *err);

/* --- tokens
 * ------------------------------------------------------------------- */
#define STORE_TOKEN_CHARS 10 /* Crockford base32: 50 random bits */
struct store_token {
	const char *purpose; /* "o" "a" "u" "d" */
	const char *subject; /* what it opens, the caller's own writing */
	int64_t expires;
	int64_t used; /* first use, INSTANT_NONE: never */
};
/* A new token; only its keyed hash is stored, so this is the one chance to
 * read it. */
int store_token_make(struct store *s, const char *purpose, const char *subject,
		     int64_t expires, char out[STORE_TOKEN_CHARS + 1],
		     struct err *err);
/* As typed by a person: case, O for 0, I or L for 1, blanks and dashes are
 * forgiven. ERR_UNKNOWN alike for unknown, revoked, expired or another
 * purpose. */
int store_token_find(struct store *s, const char *token, const char *purpose,
		     int64_t now, struct arena *a, struct store_token *out,
		     struct err *err);
/* Remember the first use; later ones change nothing. */
int store_token_use(struct store *s, const char *token, int64_t now,
		    struct err *err);
int store_token_revoke(struct store *s, const char *purpose,
		       const char *subject, int64_t *n, struct err *err);
int store_tokens_purge(struct store *s, int64_t now, int64_t *n,
		       struct err *err);

#endif
