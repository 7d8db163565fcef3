/* SPDX-License-Identifier: EUPL-1.2 */
/* The collector role: HTTP out to the configured sources and nowhere else, no
 * database, no young person, no secret but the sources' own keys. Everything
 * it must read (tables, certificates, OpenSSL's configuration) is read before
 * it confines itself; the poller does the rest. */
#include "bounces.h"
#include "poller.h"

#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/str.h>
#include <etrier/trade.h>

#include <curl/curl.h>
#include <stdlib.h>

struct collector {
	struct role *role;
	struct refdata *refdata;
	struct trade_finder *trades;
	struct poller *poller;
	struct poll_config *prepared;
	char *ca_file;	   /* of the first configuration */
	char *bounces_dir; /* likewise; NULL: none are read */
	struct bounces *bounces;
};

static void drop(void *ctx)
{
	struct collector *c = ctx;
	poll_config_release(c->prepared);
	c->prepared = NULL;
}

/* The tables are read once: after confinement their folder is out of reach. */
static int load_refdata(struct collector *c, const json_t *config,
			struct diags *d)
{
	const json_t *paths = json_object_get(config, "paths");
	const char *dir = js_str(paths, "refdata", "");
	struct err err;
	if (c->refdata)
		return 0;
	c->refdata = refdata_load(dir, &err);
	if (c->refdata) {
		c->trades = trade_finder_new(c->refdata);
		return 0;
	}
	diag_add(d, DIAG_ERROR, dir, 0, 0, "%s", err.text);
	return -1;
}

static int prepare(void *ctx, const json_t *config, struct diags *d)
{
	struct collector *c = ctx;
	drop(c);
	if (load_refdata(c, config, d))
		return -1;
	const char *dir =
		js_str(json_object_get(config, "mail"), "bounces", NULL);
	if (dir && !c->poller && !c->bounces_dir) /* needs a restart */
		c->bounces_dir = mem_dup(dir);
	c->prepared = poll_config_new(config, c->refdata, c->trades, d);
	return c->prepared ? 0 : -1;
}

static void send_line(void *ctx, const char *type, const struct buf *line)
{
	struct collector *c = ctx;
	wire_send_text(role_engine(c->role), type, line);
}

static size_t unsent(void *ctx)
{
	struct collector *c = ctx;
	return wire_unsent(role_engine(c->role));
}

static void send_bounce(void *ctx, json_t *line_take)
{
	struct collector *c = ctx;
	wire_send(role_engine(c->role), line_take);
}

static void fill_needs(struct role_needs *needs, const char *ca_file)
{
	static const char *const paths[] = {
		"/etc/ssl",
		"/usr/share/ca-certificates",
		"/etc/resolv.conf",
		"/etc/hosts",
		"/etc/nsswitch.conf",
		"/etc/gai.conf",
		"/run/systemd/resolve",
	};
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		needs->read_paths[n++] = paths[i];
	if (ca_file && n < ARRAY_LEN(needs->read_paths))
		needs->read_paths[n] = ca_file;
}

static int commit(void *ctx, struct role_needs *needs, struct err *err)
{
	struct collector *c = ctx;
	(void)err;
	if (!c->poller) {
		const struct poller_out out = {send_line, unsent, c};
		c->poller = poller_new(role_event_base(c->role),
				       role_clock(c->role), c->refdata, &out);
		c->ca_file = mem_dup(poll_config_ca_file(c->prepared));
		fill_needs(needs, c->ca_file);
		needs->write_paths[0] = c->bounces_dir;
		if (c->bounces_dir)
			c->bounces = bounces_new(
				role_event_base(c->role), role_clock(c->role),
				c->bounces_dir, send_bounce, c);
	}
	poller_use(c->poller, c->prepared);
	c->prepared = NULL;
	return 0;
}

static void start(void *ctx)
{
	struct collector *c = ctx;
	bounces_start(c->bounces); /* for the rest the engine asks first */
}

static void stop(void *ctx)
{
	struct collector *c = ctx;
	bounces_free(c->bounces);
	c->bounces = NULL;
	poller_stop(c->poller);
	/* Now, while the event loop it lies on is still there. */
	poller_free(c->poller);
	c->poller = NULL;
	role_stopped(c->role);
}

static void on_engine(void *ctx, const char *type, json_t *line)
{
	struct collector *c = ctx;
	if (str_eq(type, "bounced"))
		bounces_answered(c->bounces, js_int(line, "id", -1),
				 js_bool(line, "ok", false));
	else if (!str_eq(type, "poll"))
		log_event(LOG_WARNING, "wire.unknown", LOG_S("type", type));
	else if (c->poller && !role_is_stopping(c->role))
		poller_poll(c->poller, line);
}

int collector_main(const char *lane, int64_t gen)
{
	static const struct role_ops ops = {
		.name = "collector",
		.prepare = prepare,
		.commit = commit,
		.drop = drop,
		.start = start,
		.stop = stop,
		.on_engine = on_engine,
	};
	struct collector c = {0};
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return ROLE_EXIT_CONFIG;
	int status = role_run(&ops, &c, &c.role, lane, gen);
	drop(&c);
	trade_finder_free(c.trades);
	refdata_free(c.refdata);
	free(c.ca_file);
	free(c.bounces_dir);
	curl_global_cleanup();
	return status;
}
