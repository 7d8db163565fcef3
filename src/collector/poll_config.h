/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_POLL_CONFIG_H
#define ETRIER_COLLECTOR_POLL_CONFIG_H

#include "kind.h"
#include "mapping.h"
#include "oauth.h"
#include "poller.h"

#include <etrier/map.h>

/* One source, compiled. */
struct source {
	const json_t *json; /* the config's */
	const char *name;
	struct mapping *mapping;
	char *host; /* "jobs.example:443": the queue it waits in */
	struct oauth oauth;
	/* What json says of every request and poll, looked up once: two hundred
	 * trees do not fit a cache. */
	const json_t *oauth_conf, *headers, *secret_headers; /* or NULL */
	struct kind_spec kind;
	struct ask_spec *ask;
	int64_t min_interval_ms, max_bytes, max_offers;
	int expires_days;
	bool allow_private, delivers_all;
	/* What its cursor begins with: another map, or another understanding
	 * of words, and everything is read again. */
	char *map;
};
struct poll_config {
	unsigned refs;
	json_t *json;			  /* whole */
	const char *user_agent, *ca_file; /* ca_file: or NULL */
	int connect_timeout_s, transfer_timeout_s;
	int64_t poll_deadline_s;
	size_t max_parallel, per_host;
	struct map sources; /* name -> struct source */
	struct understanding *understanding;
};

struct poll_config *poll_config_keep(struct poll_config *c);
/* Does a text (an error of the server, say) hold one of the source's keys? It
 * is not to be shown then. */
bool source_tells_key(const struct source *s, const char *text);
/* "host:port" of an http(s) address; NULL: it is none. free(). */
char *poll_config_host(const char *url);

#endif
