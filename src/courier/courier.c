/* SPDX-License-Identifier: EUPL-1.2 */
/* A lane of the courier: takes `deliver` lines in order and answers each with a
 * verdict; mails that wait together leave over one connection. It blocks while
 * it delivers, on purpose: it has one thing to do, and a library that blocks
 * wants a process, which can be killed. It sees one message at a time, no
 * database and no secret but its own.
 *
 *   engine -> todo -> [lane_deliver, lane_deliver_mails]
 *                          -> submitting, verdict -> engine
 *
 * Invariant: `submitting` has left this process before the first byte of an SMS
 * does; a verdict that was earned is written before the lane ends. */
#include "lane.h"

#include "sms.h"

#include <etrier/clock.h>
#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/role.h>
#include <etrier/roles.h>
#include <etrier/str.h>

#include <assert.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <stdlib.h>

/* Lines waiting in a lane. The engine gives a lane so many mails
 * (OUTBOX_IN_HAND), one SMS; more than this is a broken peer. */
#define TODO_MAX 160
/* Mails handed over before the loop is looked at again, over one connection of
 * libesmtp: a stop waits for all of them, so as many as went in BATCH_MS when
 * it was last measured, and at first what a relay of 125 ms a mail takes. */
#define BATCH_MAX	32
#define BATCH_MS	2000
#define MS_A_MAIL_FIRST 125
/* A connection is kept so long for the next mail. */
#define LINGER_S 2
/* How long the engine may take to read a `submitting`. It answers within
 * milliseconds or is about to be restarted. */
#define FLUSH_MS 5000

struct courier {
	struct role *role;
	struct lane_conf *prepared, *current;
	json_t *todo; /* `deliver` lines, first come first */
	struct event *work, *rest;
	int64_t began_ms;  /* the message in hand */
	int64_t ms_a_mail; /* of the last batch */
	bool has_started;
};

static void work_soon(struct courier *c)
{
	event_add(c->work, &(const struct timeval){0});
}

static int say_submitting(void *ctx, int64_t id)
{
	struct courier *c = ctx;
	json_t *line = wire_line("submitting");
	json_object_set_new(line, "id", json_integer(id));
	wire_send(role_engine(c->role), line);
	return wire_flush(role_engine(c->role), FLUSH_MS);
}

static void log_verdict(const json_t *verdict, int64_t ms)
{
	const char *result = js_str(verdict, "result", "");
	log_event(str_eq(result, "sent") ? LOG_INFO : LOG_WARNING,
		  "deliver.done", LOG_D("message", js_int(verdict, "id", 0)),
		  LOG_S("result", result),
		  LOG_S("reason", js_str(verdict, "reason", "")),
		  LOG_D("code", js_int(verdict, "code", 0)), LOG_D("ms", ms));
}

static void say_verdict(void *ctx, json_t *verdict_take)
{
	struct courier *c = ctx;
	int64_t now = clock_mono_ms(role_clock(c->role));
	log_verdict(verdict_take, now - c->began_ms);
	c->began_ms = now;
	wire_send(role_engine(c->role), verdict_take);
	/* Out of this process before the next: it is earned. */
	(void)wire_flush(role_engine(c->role), FLUSH_MS);
}

static void say_line(void *ctx, json_t *line_take)
{
	struct courier *c = ctx;
	wire_send(role_engine(c->role), line_take);
}

static json_t *take_first(struct courier *c)
{
	json_t *deliver = json_incref(json_array_get(c->todo, 0));
	json_array_remove(c->todo, 0);
	return deliver;
}

/* Who told the gateway to stop: a line of the engine's that is no message. */
static bool do_blacklist(struct courier *c)
{
	const json_t *line = json_array_get(c->todo, 0);
	if (!str_eq(js_str(line, "t", ""), "blacklist"))
		return false;
	sms_gateway_list(c->current->gateway, js_int(line, "id", 0), say_line,
			 c);
	json_array_remove(c->todo, 0);
	return true;
}

static void do_mails(struct courier *c)
{
	json_t *batch = json_array();
	size_t max = (size_t)num_clip(
		BATCH_MS / (c->ms_a_mail ? c->ms_a_mail : 1), 1, BATCH_MAX);
	while (json_array_size(batch) < max &&
	       lane_is_batched(c->current, json_array_get(c->todo, 0)))
		json_array_append_new(batch, take_first(c));
	int64_t t0 = c->began_ms;
	lane_deliver_mails(c->current, batch, say_verdict, c);
	c->ms_a_mail = (clock_mono_ms(role_clock(c->role)) - t0) /
		       (int64_t)json_array_size(batch);
	json_decref(batch);
	static const struct timeval linger = {.tv_sec = LINGER_S};
	event_add(c->rest, &linger);
}

static void do_first(struct courier *c)
{
	if (do_blacklist(c))
		return;
	c->began_ms = clock_mono_ms(role_clock(c->role));
	if (lane_is_batched(c->current, json_array_get(c->todo, 0))) {
		do_mails(c);
		return;
	}
	json_t *deliver = take_first(c);
	json_t *verdict = lane_deliver(c->current, deliver, say_submitting, c);
	log_verdict(verdict, clock_mono_ms(role_clock(c->role)) - c->began_ms);
	wire_send(role_engine(c->role), verdict);
	json_decref(deliver);
}

/* What can be done at once, then back to the loop: a `stop`, a reload and the
 * verdicts' way out come before the next. */
static void on_work(evutil_socket_t fd, short what, void *ctx)
{
	struct courier *c = ctx;
	(void)fd;
	(void)what;
	if (role_is_stopping(c->role) || json_array_size(c->todo) == 0)
		return;
	do_first(c);
	if (json_array_size(c->todo) > 0)
		work_soon(c);
}

static void on_rest(evutil_socket_t fd, short what, void *ctx)
{
	struct courier *c = ctx;
	(void)fd;
	(void)what;
	if (c->current->smtp)
		smtp_rest(c->current->smtp);
}

static void send_templates(struct courier *c)
{
	json_t *sets = templates_sets(c->current->templates);
	const char *profile = sms_gateway_profile(c->current->gateway);
	for (size_t i = 0; i < json_array_size(sets); i++) {
		if (!templates_is_of(json_array_get(sets, i), profile))
			continue;
		json_t *line = wire_line("template");
		json_object_update(line, json_array_get(sets, i));
		wire_send(role_engine(c->role), line);
	}
	json_decref(sets);
}

static int prepare(void *ctx, const json_t *config, struct diags *d)
{
	struct courier *c = ctx;
	struct lane_conf *next = lane_conf_new(config, d);
	if (!next)
		return -1;
	lane_conf_free(c->prepared);
	c->prepared = next;
	return 0;
}

static void drop(void *ctx)
{
	struct courier *c = ctx;
	lane_conf_free(c->prepared);
	c->prepared = NULL;
}

/* The resolver's files for a relay by name; the libraries it may load for
 * that; the certificates that are trusted; where mails and SMS are written. The
 * folders exist by then. */
static void fill_needs(const struct lane_conf *conf, struct role_needs *needs)
{
	static const char *const read[] = {
		"/etc/resolv.conf", "/etc/hosts",    "/etc/nsswitch.conf",
		"/etc/gai.conf",    "/etc/services", "/usr/lib",
		"/etc/ssl"};
	static_assert(ARRAY_LEN(read) + 1 < ARRAY_LEN(needs->read_paths),
		      "two places are for certificates of one's own");
	for (size_t i = 0; i < ARRAY_LEN(read); i++)
		needs->read_paths[i] = read[i];
	/* The first that is NULL ends the list. */
	const char *ca[] = {conf->ca_file, sms_gateway_ca_file(conf->gateway)};
	size_t n = ARRAY_LEN(read);
	for (size_t i = 0; i < ARRAY_LEN(ca); i++)
		if (ca[i])
			needs->read_paths[n++] = ca[i];
	needs->write_paths[0] = conf->maildir;
	needs->write_paths[1] = conf->sms_folder;
}

static int commit(void *ctx, struct role_needs *needs, struct err *err)
{
	struct courier *c = ctx;
	if (lane_conf_open(c->prepared, err) < 0)
		return -1;
	lane_conf_free(c->current);
	c->current = c->prepared;
	c->prepared = NULL;
	if (c->has_started)
		send_templates(c);
	else
		fill_needs(c->current, needs);
	return 0;
}

static void start(void *ctx)
{
	struct courier *c = ctx;
	c->has_started = true;
	c->work = evtimer_new(role_event_base(c->role), on_work, c);
	c->rest = evtimer_new(role_event_base(c->role), on_rest, c);
	BUG_ON(!c->work || !c->rest);
	send_templates(c);
}

/* Nothing is in hand when a callback runs; what waits goes back by itself when
 * the engine sees our end. role.c flushes the last verdict. */
static void stop(void *ctx)
{
	struct courier *c = ctx;
	json_array_clear(c->todo);
	role_stopped(c->role);
}

static void end(void *ctx)
{
	struct courier *c = ctx;
	if (c->work)
		event_free(c->work);
	if (c->rest)
		event_free(c->rest);
	c->work = c->rest = NULL;
}

static void on_engine(void *ctx, const char *type, json_t *line)
{
	struct courier *c = ctx;
	if (!str_eq(type, "deliver") && !str_eq(type, "blacklist")) {
		wire_refuse(role_engine(c->role), "unknown type");
		return;
	}
	if (json_array_size(c->todo) == TODO_MAX) {
		wire_refuse(role_engine(c->role), "too many at once");
		return;
	}
	json_array_append(c->todo, line);
	work_soon(c);
}

int courier_main(const char *lane, int64_t gen)
{
	static const struct role_ops ops = {.name = "courier",
					    .prepare = prepare,
					    .commit = commit,
					    .drop = drop,
					    .start = start,
					    .stop = stop,
					    .end = end,
					    .on_engine = on_engine};
	struct courier c = {.todo = json_array(), .ms_a_mail = MS_A_MAIL_FIRST};
	/* Before confinement: OpenSSL reads its own configuration. */
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int status = role_run(&ops, &c, &c.role, lane, gen);
	lane_conf_free(c.prepared);
	lane_conf_free(c.current);
	json_decref(c.todo);
	return status;
}
