/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine role: the one process that holds the data. It opens the store,
 * keeps roster and offers in memory, takes lines from the other roles and from
 * the control socket, and gives its background work ten milliseconds a turn.
 *
 *   tick (every tick_s, and when woken): polls, planner, outbox
 *   idle (while there is work): offers that wait, matching in slices
 *
 * A store that fails pauses what writes and is tried again at the next tick;
 * nothing is forgotten, because nothing counts before it is committed. */
#include "engine/control/state.h"
#include "engine/keys.h"
#include "engine/memory.h"

#include <etrier/advice.h>
#include <etrier/arena.h>
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

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

/* Background work per loop turn; a peer waits no longer than this twice. */
#define SLICE_MS 10
/* The least time between two ticks however often one is woken. */
#define WAKE_MS 20
/* ... and between two looks at everything that could be wrong. */
#define LOOK_MS 1000

struct peer {
	struct engine *engine;
	char role[16], lane[24];
	struct wire *wire;
	struct peer *next;
};

struct engine {
	struct role *role;
	struct engine_state s;
	json_t *next_config; /* prepared */
	struct rules *next_rules;
	struct advice *advice, *next_advice; /* in force, prepared */
	struct peer *peers;
	struct event *tick, *idle, *wake, *pump;
	bool is_started;
	bool is_failing;   /* the store failed at the last tick */
	int64_t looked_ms; /* 0: not yet */
	char *state;	   /* as last told, NULL: not yet */
	struct memory memory;
};

static struct engine *engine_of(struct engine_state *s)
{
	return (struct engine *)((char *)s - offsetof(struct engine, s));
}

/* --- configuration -------------------------------------------------------- */

static const char *config_str(const json_t *config, const char *group,
			      const char *key)
{
	return js_str(json_object_get(config, group), key, "");
}

static void drop(void *ctx)
{
	struct engine *e = ctx;
	json_decref(e->next_config);
	rules_free(e->next_rules);
	advice_free(e->next_advice);
	e->next_config = NULL;
	e->next_rules = NULL;
	e->next_advice = NULL;
}

static int prepare(void *ctx, const json_t *config, struct diags *d)
{
	struct engine *e = ctx;
	struct err err;
	drop(e);
	engine_check_keys(config, d);
	const char *tables = config_str(config, "paths", "refdata");
	if (!e->s.rd) /* once: codes of the rules are looked up in it */
		e->s.rd = refdata_load(tables, &err);
	if (!e->s.rd)
		diag_add(d, DIAG_ERROR, "paths.refdata", 0, 0, "%s", err.text);
	e->next_rules = rules_compile_json(json_object_get(config, "rules"),
					   e->s.rd, d);
	e->next_advice = advice_compile_json(json_object_get(config, "advice"),
					     e->s.rd, d);
	e->next_config = json_deep_copy(config);
	return d->n_errors || !e->next_rules ? -1 : 0;
}

/* What each setting of a running engine needs to change. */
static int apply_config(struct engine *e, struct err *err)
{
	struct engine_state *s = &e->s;
	json_decref(s->config);
	s->config = e->next_config;
	e->next_config = NULL;
	plan_settings_clear(&s->plan_settings);
	plan_settings_read(&s->plan_settings, s->config);
	planner_configure(s->planner, &s->plan_settings);
	planner_set_advice(s->planner, e->next_advice);
	advice_free(e->advice);
	e->advice = e->next_advice;
	e->next_advice = NULL;
	outbox_configure(s->outbox, s->config);
	if (rules_configured(s, err))
		return -1;
	return polls_configure(s->polls, json_object_get(s->config, "sources"),
			       js_int(json_object_get(s->config, "collector"),
				      "poll_deadline_s", 600),
			       err);
}

static void send_to_role(struct engine *e, const char *role, const char *lane,
			 json_t *line_take)
{
	for (struct peer *p = e->peers; p; p = p->next) {
		if (str_eq(p->role, role) && (!lane || str_eq(p->lane, lane))) {
			wire_send(p->wire, line_take);
			return;
		}
	}
	json_decref(line_take); /* it died: its owner hears of that anyway */
}

/* Programs are run by the runner, everything else is fetched. */
static void send_poll(void *ctx, json_t *line_take)
{
	struct engine *e = ctx;
	const json_t *source =
		json_object_get(json_object_get(e->s.config, "sources"),
				js_str(line_take, "source", ""));
	bool is_exec = str_eq(js_str(source, "kind", ""), "exec");
	send_to_role(e, is_exec ? "runner" : "collector", NULL, line_take);
}

static void send_deliver(void *ctx, const char *lane, json_t *line_take)
{
	send_to_role(ctx, "courier", lane, line_take);
}

static int open_store(struct engine *e, struct err *err)
{
	struct store_keys keys;
	int result = -1;
	char *path = mem_printf("%s/etrier.db",
				config_str(e->next_config, "paths", "state"));
	if (!engine_read_keys(e->next_config, &keys, err))
		result = store_open(path, &keys, &e->s.store, err);
	memset(&keys, 0, sizeof(keys));
	free(path);
	return result;
}

static int assemble(struct engine *e, struct err *err)
{
	struct engine_state *s = &e->s;
	if (open_store(e, err))
		return -1;
	s->audit = audit_new(s->store, s->clock,
			     config_str(e->next_config, "paths", "audit"));
	s->live = live_new(s->store, s->rd, s->clock, e->next_rules);
	e->next_rules = NULL;
	s->planner = planner_new(s->store, s->live, s->clock);
	s->polls = polls_new(s->store, s->live, s->clock,
			     &(struct polls_ops){.send = send_poll, .ctx = e});
	s->outbox = outbox_new(
		s->store, s->planner, s->clock,
		&(struct outbox_ops){.send = send_deliver, .ctx = e});
	if (live_read_network(
		    s->live, config_str(e->next_config, "paths", "transit"),
		    config_str(e->next_config, "paths", "refdata"), err) ||
	    outbox_recover(s->outbox, err))
		return -1;
	return live_load(s->live, err);
}

static int open_control(struct engine *e, struct err *err)
{
	char *path =
		mem_printf("%s/%s", config_str(e->next_config, "paths", "run"),
			   CONTROL_SOCKET_NAME);
	e->s.control = control_new(role_event_base(e->role), path,
				   js_bool(e->next_config, "one_folder", false),
				   &e->s, err);
	free(path);
	return e->s.control ? 0 : -1;
}

static int commit(void *ctx, struct role_needs *needs, struct err *err)
{
	struct engine *e = ctx;
	if (!e->s.store) {
		*needs = (struct role_needs){.is_engine = true};
		if (assemble(e, err) || open_control(e, err))
			return -1;
	} else {
		live_set_rules(e->s.live, e->next_rules);
		e->next_rules = NULL;
		if (apply_config(e, err))
			return -1;
		trail_service(&e->s, "configuration");
		return 0;
	}
	return apply_config(e, err);
}

/* --- work --- */

static void failed(struct engine *e, const char *what, const struct err *err)
{
	log_event(LOG_ERROR, what, LOG_S("kind", err_kind_name(err->kind)),
		  LOG_S("why", err->text));
	e->is_failing = true;
	room_failed(&e->s, err);
}

static void wake_in(struct engine *e, int ms)
{
	if (!evtimer_pending(e->wake, NULL))
		evtimer_add(e->wake, &(struct timeval){.tv_usec = ms * 1000});
}

static void wake(struct engine_state *s)
{
	wake_in(engine_of(s), WAKE_MS);
}

/* The line of `systemctl status`, when it is another than before. */
static void tell_state(struct engine *e)
{
	char *text = watch_summary(&e->s);
	if (str_eq(text, e->state)) {
		free(text);
		return;
	}
	free(e->state);
	e->state = text;
	json_t *line = wire_line("state");
	js_put_str(line, "text", text);
	wire_send(role_supervisor(e->role), line);
}

static void look(struct engine *e)
{
	struct err err = {0};
	int64_t now = clock_mono_ms(e->s.clock);
	if (e->looked_ms && now - e->looked_ms < LOOK_MS)
		return;
	e->looked_ms = now;
	if (watch_look(&e->s, &err) || audit_keep_head(e->s.audit, &err))
		failed(e, "engine.watch", &err);
	tell_state(e);
}

/* Paused: only what was begun is brought to its end. */
static void run_paused(struct engine *e)
{
	struct err err = {0};
	if (outbox_settle_rest(e->s.outbox, &err))
		failed(e, "engine.outbox", &err);
	look(e);
}

static void run_tick(struct engine *e)
{
	struct engine_state *s = &e->s;
	struct err err = {0};
	int planned = 0;
	if (role_is_stopping(e->role))
		return;
	e->is_failing = false;
	room_look(s);
	if (s->is_paused) {
		run_paused(e);
		return;
	}
	if (polls_tick(s->polls, &err))
		failed(e, "engine.polls", &err);
	/* With open windows (the demo) a digest waits for the polls in hand,
	 * so that it is whole. */
	bool waits = s->plan_settings.is_open && polls_is_busy(s->polls);
	if (!waits && planner_tick(s->planner, &planned, &err))
		failed(e, "engine.plan", &err);
	if (outbox_pump(s->outbox, &err))
		failed(e, "engine.outbox", &err);
	look(e);
	/* As matching: whoever asks something comes in between two slices. */
	bool more = planner_has_more(s->planner);
	if ((planned || more || outbox_has_more(s->outbox)) && !e->is_failing)
		wake_in(e, more ? 0 : WAKE_MS);
	memory_after_tick(&e->memory, s, planned || more);
	/* What goes on in slices: matching, a copy, a verification. */
	if (!live_is_settled(s->live) || backup_is_running(s) ||
	    rules_have_work(s) || trail_work(s, 0))
		event_active(e->idle, EV_TIMEOUT, 0);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	run_tick(ctx);
}

/* Offers that wait, then a slice of matching; again while there is more. */
static void on_idle(evutil_socket_t fd, short what, void *ctx)
{
	struct engine *e = ctx;
	struct err err = {0};
	(void)fd;
	(void)what;
	if (polls_has_waiting(e->s.polls) && polls_flush(e->s.polls, &err))
		failed(e, "engine.offers", &err);
	bool copies = backup_work(&e->s, SLICE_MS);
	copies |= trail_work(&e->s, SLICE_MS);
	copies |= rules_work(&e->s, SLICE_MS, &err);
	bool more = live_work(e->s.live, SLICE_MS, &err) || copies;
	if (err.kind) {
		failed(e, "engine.match", &err); /* again at the next tick */
	} else if (more || polls_has_waiting(e->s.polls)) {
		evtimer_add(e->idle, &(struct timeval){0});
	} else {
		memory_after_work(&e->memory, &e->s);
		wake_in(e, WAKE_MS);
	}
}

static void on_pump(evutil_socket_t fd, short what, void *ctx)
{
	struct engine *e = ctx;
	struct err err = {0};
	bool is_ending = role_is_stopping(e->role) || e->s.is_paused;
	(void)fd;
	(void)what;
	if (is_ending ? outbox_settle_rest(e->s.outbox, &err)
		      : outbox_pump(e->s.outbox, &err))
		failed(e, "engine.outbox", &err);
	else if (outbox_has_more(e->s.outbox))
		wake_in(e, WAKE_MS);
}

static void work_later(struct engine *e)
{
	if (!evtimer_pending(e->idle, NULL))
		evtimer_add(e->idle, &(struct timeval){0});
}

static void start(void *ctx)
{
	struct engine *e = ctx;
	struct event_base *base = role_event_base(e->role);
	int64_t tick_s =
		js_int(json_object_get(e->s.config, "planner"), "tick_s", 30);
	e->tick = event_new(base, -1, EV_PERSIST, on_tick, e);
	e->wake = evtimer_new(base, on_tick, e);
	e->idle = evtimer_new(base, on_idle, e);
	e->pump = evtimer_new(base, on_pump, e);
	event_add(e->tick, &(struct timeval){.tv_sec = tick_s});
	struct live_stats l;
	live_stats(e->s.live, &l);
	log_event(LOG_INFO, "engine.ready", LOG_D("people", l.people),
		  LOG_D("offers", l.offers),
		  LOG_S("rules", live_rules_id(e->s.live, NULL)));
	backup_look(&e->s);
	watch_begin(&e->s);
	e->is_started = true;
	trail_service(&e->s, "start");
	trail_look_at_reads(&e->s);
	work_later(e);
	wake_in(e, WAKE_MS);
}

/* --- peers --- */

static void from_collector(struct engine *e, const char *type, json_t *line,
			   struct err *err)
{
	if (polls_line(e->s.polls, type, line, err) && err->kind == ERR_STORE)
		e->is_failing = true;
	work_later(e);
	if (str_eq(type, "polled"))
		wake_in(e, WAKE_MS);
}

static void from_courier(struct engine *e, struct peer *p, const char *type,
			 json_t *line, struct err *err)
{
	/* After the other lines that are there: one commit for all. */
	(void)outbox_take(e->s.outbox, p->lane, type, line, err);
	int ms = outbox_wait_ms(e->s.outbox);
	if (e->pump && (!ms || !evtimer_pending(e->pump, NULL)))
		evtimer_add(e->pump, &(struct timeval){.tv_usec = ms * 1000});
}

static void on_line(void *ctx, struct wire *w, const char *type, json_t *line)
{
	struct peer *p = ctx;
	struct engine *e = p->engine;
	struct err err = {0};
	if (str_eq(type, "hello")) {
		if (js_int(line, "version", WIRE_VERSION) != WIRE_VERSION)
			log_event(LOG_ERROR, "engine.peer_version",
				  LOG_S("role", p->role));
		return;
	}
	if (str_eq(p->role, "collector") && str_eq(type, "bounce"))
		wire_send(w, control_take_bounce(&e->s, line));
	else if (str_eq(p->role, "collector") || str_eq(p->role, "runner"))
		from_collector(e, type, line, &err);
	else if (str_eq(p->role, "courier"))
		from_courier(e, p, type, line, &err);
	else if (str_eq(type, "view") || str_eq(type, "act"))
		wire_send(w, control_answer_front(&e->s, type, line));
	else if (str_eq(type, "callback"))
		wire_send(w, control_take_callback(&e->s, line));
	else
		err_set(&err, ERR_INPUT, "a \"%s\" line has no place here",
			type);
	if (err.kind)
		log_event(LOG_WARNING, "engine.line_refused",
			  LOG_S("role", p->role), LOG_S("type", type),
			  LOG_S("why", err.text));
}

static void remove_peer(struct peer *p)
{
	for (struct peer **k = &p->engine->peers; *k; k = &(*k)->next) {
		if (*k == p) {
			*k = p->next;
			break;
		}
	}
	wire_free(p->wire);
	free(p);
}

static void on_end(void *ctx, struct wire *w)
{
	struct peer *p = ctx;
	struct engine *e = p->engine;
	struct err err = {0};
	(void)w;
	if (str_eq(p->role, "collector") &&
	    polls_collector_down(e->s.polls, &err))
		failed(e, "engine.polls", &err);
	if (str_eq(p->role, "runner") && polls_runner_down(e->s.polls, &err))
		failed(e, "engine.polls", &err);
	if (str_eq(p->role, "courier") &&
	    outbox_lane_down(e->s.outbox, p->lane, &err))
		failed(e, "engine.outbox", &err);
	remove_peer(p);
	if (role_is_stopping(e->role) && !e->peers)
		role_stopped(e->role);
}

static void on_peer(void *ctx, const char *role, const char *lane, int64_t gen,
		    int fd)
{
	static const struct wire_handler handler = {.on_line = on_line,
						    .on_end = on_end};
	struct engine *e = ctx;
	struct peer *p = mem_alloc(sizeof(*p));
	p->engine = e;
	str_copy(p->role, sizeof(p->role), role);
	str_copy(p->lane, sizeof(p->lane), lane);
	p->next = e->peers;
	e->peers = p;
	p->wire = wire_new(role_event_base(e->role), fd, p->role, &handler, p);
	log_event(LOG_DEBUG, "engine.peer", LOG_S("role", role),
		  LOG_S("lane", lane), LOG_D("gen", gen));
	if (str_eq(role, "collector"))
		polls_collector_up(e->s.polls);
	else if (str_eq(role, "runner"))
		polls_runner_up(e->s.polls);
	else if (str_eq(role, "courier"))
		outbox_lane_up(e->s.outbox, p->lane);
	wake_in(e, WAKE_MS);
}

/* --- supervisor --- */

static void on_supervisor(void *ctx, const char *type, json_t *line)
{
	struct engine *e = ctx;
	if (str_eq(type, "roles")) {
		json_decref(e->s.roles);
		e->s.roles = json_incref(json_object_get(line, "roles"));
	} else if (str_eq(type, "reload_done")) {
		control_reload_done(&e->s, js_int(line, "id", -1),
				    js_bool(line, "ok", false),
				    json_object_get(line, "diagnostics"));
		wake_in(e, WAKE_MS);
		work_later(e);
	}
}

static void ask_reload(struct engine_state *s, int64_t call_id)
{
	json_t *line = wire_line("reload");
	js_put_int(line, "id", call_id, -1);
	wire_send(role_supervisor(engine_of(s)->role), line);
}

static void stop(void *ctx)
{
	struct engine *e = ctx;
	if (e->tick)
		event_del(e->tick);
	if (!e->peers)
		role_stopped(e->role);
}

static void end(void *ctx)
{
	struct engine *e = ctx;
	while (e->peers)
		remove_peer(e->peers); /* NOLINT: it unlinks itself */
	control_free(e->s.control);
	if (e->tick)
		event_free(e->tick);
	if (e->wake)
		event_free(e->wake);
	if (e->idle)
		event_free(e->idle);
	if (e->pump)
		event_free(e->pump);
}

static void engine_clear(struct engine *e)
{
	struct err err = {0};
	while (e->s.polls && !err.kind && polls_has_waiting(e->s.polls)) {
		if (polls_flush(e->s.polls, &err))
			failed(e, "engine.offers", &err);
	}
	drop(e);
	backup_free(&e->s);
	rules_tools_free(&e->s);
	if (e->is_started && outbox_end(e->s.outbox, &err))
		failed(e, "engine.outbox", &err);
	if (e->s.audit && e->s.live && e->is_started)
		trail_service(&e->s, "stop");
	audit_free(e->s.audit);
	outbox_free(e->s.outbox);
	polls_free(e->s.polls);
	planner_free(e->s.planner);
	advice_free(e->advice);
	live_free(e->s.live);
	store_close(e->s.store);
	alarms_free(e->s.alarms);
	refdata_free(e->s.rd);
	plan_settings_clear(&e->s.plan_settings);
	json_decref(e->s.config);
	json_decref(e->s.roles);
	free(e->state);
}

int engine_main(const char *lane, int64_t gen)
{
	static const struct role_ops ops = {.name = "engine",
					    .prepare = prepare,
					    .commit = commit,
					    .drop = drop,
					    .start = start,
					    .stop = stop,
					    .end = end,
					    .on_supervisor = on_supervisor,
					    .on_peer = on_peer};
	const struct clock *clock = clock_system();
	struct engine e = {.s = {.clock = clock,
				 .alarms = alarms_new(clock),
				 .started_at = clock_now(clock),
				 .reload = ask_reload,
				 .wake = wake}};
	int code = role_run(&ops, &e, &e.role, lane, gen);
	engine_clear(&e);
	return code;
}
