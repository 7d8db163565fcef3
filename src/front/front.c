/* SPDX-License-Identifier: EUPL-1.2 */
/* The front role: pages for young people and figures for administrators. It
 * holds neither data nor keys; it asks the engine for exactly the model of the
 * page it draws, and can reach nothing but its two listeners and the engine's
 * pair. */
#include "front.h"

#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/roles.h>
#include <etrier/str.h>

#include <event2/event.h>
#include <stdlib.h>

#define LAST_MS 100

static void config_clear(struct front_config *c)
{
	free(c->listen);
	free(c->admin_listen);
	json_decref(c->trusted_proxies);
	free(c->base_url);
	free(c->gateway);
	free(c->callback_secret);
	json_decref(c->receipt_map);
	for (int i = 0; i < PAGE_COUNT; i++)
		template_free(c->pages[i]);
	*c = (struct front_config){0};
}

/* NULL stays NULL. */
static char *copy(const json_t *group, const char *key)
{
	const char *text = js_str(group, key, NULL);
	return text ? mem_dup(text) : NULL;
}

static void prepare_callbacks(struct front_config *c, const json_t *config)
{
	const json_t *sms = json_object_get(config, "sms");
	const json_t *secrets = json_object_get(config, "secrets");
	c->gateway = copy(sms, "gateway");
	c->callback_secret = copy(secrets, "sms.callback_secret");
	c->is_signed = str_eq(c->gateway, "twilio");
	c->has_signing_key =
		c->is_signed &&
		!hmac_sha1_read(js_str(secrets, "sms.callback_hmac", ""),
				&c->signing_key);
	c->receipt_map = json_deep_copy(json_object_get(sms, "receipt"));
}

static int prepare(void *ctx, const json_t *config, struct diags *d)
{
	struct front *f = ctx;
	const json_t *group = json_object_get(config, "front");
	config_clear(&f->next);
	f->next.listen = mem_dup(js_str(group, "listen", "off"));
	f->next.admin_listen = mem_dup(js_str(group, "admin_listen", "off"));
	f->next.base_url = mem_dup(js_str(group, "base_url", ""));
	f->next.has_https = str_starts(f->next.base_url, "https:");
	prepare_callbacks(&f->next, config);
	f->next.trusted_proxies =
		json_deep_copy(json_object_get(group, "trusted_proxies"));
	return front_pages_compile(&f->next,
				   json_object_get(config, "templates"), d);
}

static void drop(void *ctx)
{
	config_clear(&((struct front *)ctx)->next);
}

static int commit(void *ctx, struct role_needs *needs, struct err *err)
{
	struct front *f = ctx;
	bool is_first = !f->now.listen;
	config_clear(&f->now);
	f->now = f->next;
	f->next = (struct front_config){0};
	front_forget_method(f); /* rules may be others, and templates are */
	if (!is_first)
		return 0; /* the listeners' addresses need a restart */
	*needs = (struct role_needs){0};
	f->base = role_event_base(f->role);
	f->clock = role_clock(f->role);
	f->engine = role_engine(f->role);
	return front_listen(f, err);
}

static void start(void *ctx)
{
	const struct front *f = ctx;
	log_event(LOG_INFO, "front.ready", LOG_S("listen", f->now.listen),
		  LOG_S("admin", f->now.admin_listen));
	/* https is a proxy's doing. Not trusted, it makes one address of all
	 * who come through it, and twenty misses of all close the door to all.
	 */
	if (f->now.has_https && f->public.http && !f->public.is_unix &&
	    !json_array_size(f->now.trusted_proxies))
		log_plain(LOG_WARNING, "front.no_trusted_proxy");
}

/* Once a moment: all answered, or every question's time is over. */
static void on_last(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	struct front *f = ctx;
	if (f->n_pending)
		return;
	event_del(f->last);
	role_stopped(f->role);
}

/* Nobody new; who waits for the engine gets its answer (answer_ms at most),
 * and the last replies a moment to leave. */
static void stop(void *ctx)
{
	struct front *f = ctx;
	front_close_doors(f);
	f->last = event_new(f->base, -1, EV_PERSIST, on_last, f);
	BUG_ON(!f->last);
	event_add(f->last, &(const struct timeval){.tv_usec = LAST_MS * 1000});
}

static void end(void *ctx)
{
	struct front *f = ctx;
	front_close(f);
	if (f->last)
		event_free(f->last);
	f->last = NULL;
}

static void on_engine(void *ctx, const char *type, json_t *line)
{
	front_on_engine(ctx, type, line);
}

int front_main(const char *lane, int64_t gen)
{
	static const struct role_ops ops = {.name = "front",
					    .prepare = prepare,
					    .commit = commit,
					    .drop = drop,
					    .start = start,
					    .stop = stop,
					    .end = end,
					    .on_engine = on_engine};
	struct front f = {.misses = misses_new(), .answer_ms = FRONT_ANSWER_MS};
	int code = role_run(&ops, &f, &f.role, lane, gen);
	config_clear(&f.now);
	config_clear(&f.next);
	misses_free(f.misses);
	return code;
}
