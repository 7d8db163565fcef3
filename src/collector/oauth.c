/* SPDX-License-Identifier: EUPL-1.2 */
/* A token lives in memory only and is wiped when it is forgotten. */
#include "oauth.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <ctype.h>
#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LIFE_MAX_S 86400

const char *oauth_token(const struct oauth *o, int64_t now_ms)
{
	return o->token && now_ms < o->until_ms ? o->token : NULL;
}

void oauth_forget(struct oauth *o)
{
	if (o->token)
		sodium_memzero(o->token, strlen(o->token));
	free(o->token);
	*o = (struct oauth){0};
}

static void add(struct buf *out, const char *name, const char *value)
{
	char *v = curl_easy_escape(NULL, value, 0);
	BUG_ON(!v);
	if (*value)
		buf_printf(out, "%s%s=%s", out->len ? "&" : "", name, v);
	curl_free(v);
}

void oauth_form(const json_t *conf, struct buf *out)
{
	add(out, "grant_type", "client_credentials");
	add(out, "client_id", js_str(conf, "client_id", ""));
	add(out, "client_secret", js_str(conf, "client_secret", ""));
	add(out, "scope", js_str(conf, "scope", ""));
}

static bool is_usable(const char *token)
{
	size_t n = token ? strlen(token) : 0;
	for (size_t i = 0; i < n; i++)
		if (!isgraph((unsigned char)token[i]))
			return false;
	return n > 0 && n <= OAUTH_TOKEN_MAX;
}

int oauth_take(struct oauth *o, const char *text, size_t n, int64_t now_ms,
	       struct err *err)
{
	json_t *v = js_parse(text, n, err);
	if (!v)
		return err_prefix(err, "the token");
	const char *token = js_str(v, "access_token", NULL);
	const char *type = js_str(v, "token_type", "Bearer");
	int64_t life = js_int(v, "expires_in", OAUTH_LIFE_S);
	int rc = 0;
	if (life < 1 || life > LIFE_MAX_S)
		life = OAUTH_LIFE_S;
	/* A short-lived one is used for half of its life. */
	life -= life > 2 * OAUTH_EARLY_S ? OAUTH_EARLY_S : life / 2;
	oauth_forget(o);
	if (!is_usable(token) || strcasecmp(type, "bearer") != 0) {
		rc = err_set(err, ERR_CONFIG,
			     "the server gave no token that can be used");
	} else {
		o->token = mem_dup(token);
		o->until_ms = now_ms + life * 1000;
	}
	json_decref(v);
	return rc;
}
