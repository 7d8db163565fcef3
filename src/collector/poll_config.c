/* SPDX-License-Identifier: EUPL-1.2 */
/* The configuration of the poller: checked by the supervisor already, compiled
 * here. Shared by count, because a poll in hand outlives a reload. */
#include "poll_config.h"
#include "ask.h"

#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/understand.h>

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

char *poll_config_host(const char *url)
{
	char *host = NULL, *port = NULL, *out = NULL;
	CURLU *u = curl_url();
	BUG_ON(!u);
	if (!curl_url_set(u, CURLUPART_URL, url, 0) &&
	    !curl_url_get(u, CURLUPART_HOST, &host, 0) &&
	    !curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
		out = mem_printf("%s:%s", host, port);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return out;
}

/* "Bearer KEY" may be told without its first word. */
static bool tells(const char *text, const char *key)
{
	const char *blank = key ? strrchr(key, ' ') : NULL;
	if (blank)
		key = blank + 1;
	return key && *key && strstr(text, key);
}

bool source_tells_key(const struct source *s, const char *text)
{
	const json_t *oauth = json_object_get(s->json, "oauth");
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(s->json, "secret_headers"), name,
			    value)
	{
		if (tells(text, json_string_value(value)))
			return true;
	}
	return tells(text, js_str(oauth, "client_secret", NULL)) ||
	       tells(text, s->oauth.token);
}

static void source_free(void *v)
{
	struct source *s = v;
	mapping_free(s->mapping);
	ask_spec_free(s->ask);
	oauth_forget(&s->oauth);
	free(s->map);
	free(s->host);
	free(s);
}

static void look_up(struct source *s)
{
	s->oauth_conf = json_object_get(s->json, "oauth");
	s->headers = json_object_get(s->json, "headers");
	s->secret_headers = json_object_get(s->json, "secret_headers");
	s->min_interval_ms = js_int(s->json, "min_interval_ms", 0);
	s->max_bytes = js_int(s->json, "max_bytes", 0);
	s->max_offers = js_int(s->json, "max_offers", 0);
	s->expires_days = (int)js_int(s->json, "expires_days", 0);
	s->allow_private = js_bool(s->json, "allow_private", false);
	kind_spec_read(s->json, &s->kind);
	s->ask = ask_spec_new(s->json);
	s->delivers_all = str_eq(js_str(s->json, "delivers", ""), "complete");
}

static int add_source(struct poll_config *c, const char *name,
		      const json_t *json, struct err *err)
{
	if (!kind_find(js_str(json, "kind", "")))
		return err_set(err, ERR_CONFIG, "a kind we do not know");
	struct source *s = mem_alloc(sizeof(*s));
	s->json = json;
	s->name = name;
	look_up(s);
	s->map = mem_printf("%s.%s", js_str(json, "map", ""),
			    understanding_hash(c->understanding));
	s->mapping = mapping_new(json, err);
	if (s->mapping) {
		s->host = poll_config_host(js_str(json, "url", ""));
		if (!s->host)
			err_set(err, ERR_CONFIG, "url cannot be used");
	}
	if (!s->host) {
		source_free(s);
		return -1;
	}
	map_put(&c->sources, name, s);
	return 0;
}

static int understand(struct poll_config *c, const struct refdata *rd,
		      const struct trade_finder *trades, struct diags *d)
{
	struct err err;
	c->understanding = understanding_new(
		rd, trades, json_object_get(c->json, "lexicons"), &err);
	if (!c->understanding)
		diag_add(d, DIAG_ERROR, "lexicons", 0, 0, "%s", err.text);
	return c->understanding ? 0 : -1;
}

static void look_up_common(struct poll_config *c, const json_t *common)
{
	c->user_agent = js_str(common, "user_agent", "etrier");
	c->ca_file = js_str(common, "ca_file", NULL);
	if (c->ca_file && !*c->ca_file)
		c->ca_file = NULL;
	c->connect_timeout_s = (int)js_int(common, "connect_timeout_s", 10);
	c->transfer_timeout_s = (int)js_int(common, "transfer_timeout_s", 120);
	c->poll_deadline_s = js_int(common, "poll_deadline_s", 600);
	c->max_parallel = (size_t)js_int(common, "max_parallel", 8);
	c->per_host = (size_t)js_int(common, "per_host", 2);
}

struct poll_config *poll_config_new(const json_t *config,
				    const struct refdata *rd,
				    const struct trade_finder *trades,
				    struct diags *d)
{
	struct poll_config *c = mem_alloc(sizeof(*c));
	const char *name;
	json_t *source;
	bool failed = false;
	c->refs = 1;
	c->json = json_deep_copy(config);
	look_up_common(c, json_object_get(c->json, "collector"));
	map_init(&c->sources);
	failed = understand(c, rd, trades, d) != 0;
	json_t *sources = failed ? NULL : json_object_get(c->json, "sources");
	json_object_foreach(sources, name, source)
	{
		struct err err;
		if (!add_source(c, name, source, &err))
			continue;
		diag_add(d, DIAG_ERROR, name, 0, 0, "source: %s", err.text);
		failed = true;
	}
	if (!failed)
		return c;
	poll_config_release(c);
	return NULL;
}

struct poll_config *poll_config_keep(struct poll_config *c)
{
	c->refs++;
	return c;
}

void poll_config_release(struct poll_config *c)
{
	if (!c || --c->refs)
		return;
	map_clear(&c->sources, source_free);
	understanding_free(c->understanding);
	json_decref(c->json);
	free(c);
}

const char *poll_config_ca_file(const struct poll_config *c)
{
	return c->ca_file;
}
