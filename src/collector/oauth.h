/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_OAUTH_H
#define ETRIER_COLLECTOR_OAUTH_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* The token of OAuth 2.0 client credentials (RFC 6749, 4.4), kept in memory
 * for as long as the server said it is good, less a minute. */
struct oauth {
	char *token; /* NULL: none */
	int64_t until_ms;
};
#define OAUTH_EARLY_S	60  /* renewed before it ends */
#define OAUTH_LIFE_S	300 /* when the server does not say */
#define OAUTH_TOKEN_MAX 8192

/* The token that is good now, or NULL: ask for one. */
const char *oauth_token(const struct oauth *o, int64_t now_ms);
void oauth_forget(struct oauth *o);
/* The form to post; conf is the source's `oauth`. Holds the secret. */
void oauth_form(const json_t *conf, struct buf *out);
/* What the server answered. -1: no usable token in it. */
int oauth_take(struct oauth *o, const char *text, size_t n, int64_t now_ms,
	       struct err *err);

#endif
