/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_CONTROL_FIXTURE_H
#define ETRIER_TEST_CONTROL_FIXTURE_H

#include "store_fixture.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/control.h>
#include <etrier/diag.h>
#include <etrier/refdata.h>
#include <etrier/rules.h>
#include <etrier/wire.h>

#include <engine/control/state.h>

#include <event2/event.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* An engine without its process: the real store (in memory), roster, planner
 * and outbox behind the real control socket, and askers in the same process
 * that speak raw lines. */
#define HELLO	    "{\"t\":\"hello\",\"role\":\"ctl\",\"wire\":1}"
#define FIXTURE_NOW ((int64_t)1795428000) /* 2026-11-23T10:00:00Z */
/* Longest wait for an answer; nothing waits it out. */
#define PATIENCE_ROUNDS 4000

struct fixture {
	struct event_base *base;
	struct clock_manual clock;
	struct engine_state e;
	char folder[64], path[96];
	int wakes;
};

struct asker {
	int fd;
	struct buf in;
};

static inline void fixture_wake(struct engine_state *e)
{
	(void)e;
}

static inline void fixture_reload(struct engine_state *e, int64_t id)
{
	control_reload_done(e, id, true, NULL);
}

static inline void fixture_send(void *ctx, json_t *line_take)
{
	(void)ctx;
	json_decref(line_take);
}

static inline void fixture_deliver(void *ctx, const char *lane,
				   json_t *line_take)
{
	(void)lane;
	fixture_send(ctx, line_take);
}

static const char fixture_config[] =
	"{\"origins\":{\"ml\":{\"kind\":\"ml\",\"agency\":\"ML-A\"},"
	"\"cfa\":{\"kind\":\"cfa\",\"agency\":\"CFA-A\"},"
	"\"both\":{\"kind\":\"ml\",\"agency_column\":true}},"
	"\"planner\":{\"windows\":\"open\"},"
	"\"mail\":{\"transport\":\"maildir\","
	"\"from_address\":\"offres@ml.example\"},"
	"\"sms\":{\"gateway\":\"file\"},"
	"\"front\":{\"base_url\":\"http://localhost\"}}";

static inline void fixture_parts(struct fixture *fx)
{
	static const struct polls_ops polls_ops = {.send = fixture_send};
	static const struct outbox_ops outbox_ops = {.send = fixture_deliver};
	struct engine_state *e = &fx->e;
	struct diags d;
	diags_init(&d);
	struct rules *rules = rules_compile_json(NULL, NULL, &d);
	assert_non_null(rules);
	diags_clear(&d);
	e->live = live_new(e->store, e->rd, e->clock, rules);
	e->planner = planner_new(e->store, e->live, e->clock);
	plan_settings_read(&e->plan_settings, e->config);
	planner_configure(e->planner, &e->plan_settings);
	e->polls = polls_new(e->store, e->live, e->clock, &polls_ops);
	e->outbox = outbox_new(e->store, e->planner, e->clock, &outbox_ops);
	char *audit = mem_printf("%s/audit", fx->folder);
	e->audit = audit_new(e->store, e->clock, audit);
	free(audit);
	OK(live_load(e->live, E));
}

/* Tables read beforehand, by a test that then becomes a user who may not enter
 * the tree; NULL: fixture_up() reads them. */
static struct refdata *fixture_rd;

static inline void fixture_up(struct fixture *fx, bool one_folder)
{
	struct engine_state *e = &fx->e;
	*fx = (struct fixture){.folder = "/tmp/etrier-control-XXXXXX"};
	assert_non_null(mkdtemp(fx->folder));
	snprintf(fx->path, sizeof(fx->path), "%s/c.sock", fx->folder);
	clock_manual_init(&fx->clock, FIXTURE_NOW);
	fx->base = event_base_new();
	e->clock = &fx->clock.clock;
	e->alarms = alarms_new(e->clock);
	e->config = js_parse(fixture_config, strlen(fixture_config), NULL);
	e->store = fixture_open(":memory:");
	e->rd = fixture_rd;
	if (!e->rd)
		OK((e->rd = refdata_load(SOURCE_DIR "/conf/refdata", E)) ? 0
									 : -1);
	e->wake = fixture_wake;
	e->reload = fixture_reload;
	fixture_parts(fx);
	OK((e->control = control_new(fx->base, fx->path, one_folder, e, E))
		   ? 0
		   : -1);
}

static inline void fixture_down(struct fixture *fx)
{
	struct engine_state *e = &fx->e;
	control_free(e->control);
	outbox_free(e->outbox);
	alarms_free(e->alarms);
	audit_free(e->audit);
	backup_free(e);
	polls_free(e->polls);
	planner_free(e->planner);
	plan_settings_clear(&e->plan_settings);
	live_free(e->live);
	store_close(e->store);
	refdata_free(e->rd);
	json_decref(e->config);
	event_base_free(fx->base);
	fixture_remove(fx->folder);
}

static inline struct asker asker_new(const struct fixture *fx)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct asker k = {
		.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)};
	assert_true(str_copy(a.sun_path, sizeof(a.sun_path), fx->path));
	assert_int_equal(connect(k.fd, (const struct sockaddr *)&a, sizeof(a)),
			 0);
	buf_init(&k.in, 4 * WIRE_LINE_MAX);
	return k;
}

static inline void asker_leave(struct asker *k)
{
	close(k->fd);
	buf_clear(&k->in);
}

static inline void settle(struct fixture *fx)
{
	for (int i = 0; i < 10; i++) {
		event_base_loop(fx->base, EVLOOP_NONBLOCK);
		usleep(1000);
	}
}

static inline void say(struct asker *k, const char *line)
{
	struct buf b;
	buf_init(&b, WIRE_LINE_MAX);
	buf_printf(&b, "%s\n", line);
	/* whoever hung up is heard, not written to */
	(void)!send(k->fd, b.data, b.len, MSG_NOSIGNAL);
	buf_clear(&b);
}

/* The next line the engine sends, or NULL when it hung up. */
static inline json_t *hear(struct fixture *fx, struct asker *k)
{
	bool is_over = false;
	for (int i = 0; i < PATIENCE_ROUNDS; i++) {
		char *end =
			k->in.len ? memchr(k->in.data, '\n', k->in.len) : NULL;
		if (end) {
			size_t n = (size_t)(end - k->in.data);
			json_t *line = js_parse(k->in.data, n, NULL);
			assert_non_null(line);
			buf_consume(&k->in, n + 1);
			return line;
		}
		if (is_over)
			return NULL;
		event_base_loop(fx->base, EVLOOP_NONBLOCK);
		char bytes[4096];
		ssize_t n = recv(k->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0)
			buf_add(&k->in, bytes, (size_t)n);
		else if (n == 0)
			is_over = true;
		else
			usleep(1000);
	}
	fail_msg("no answer");
	return NULL;
}

/* Go on to the end or error; its code, its text in out (may be NULL). */
static inline int hear_end(struct fixture *fx, struct asker *k, char out[300])
{
	for (;;) {
		json_t *line = hear(fx, k);
		assert_non_null(line);
		const char *type = js_str(line, "t", "");
		bool is_end = str_eq(type, "end") || str_eq(type, "error");
		int code = (int)js_int(line, "code", -1);
		if (is_end && out)
			str_copy(out, 300, js_str(line, "text", ""));
		json_decref(line);
		if (is_end)
			return code;
	}
}

#endif
