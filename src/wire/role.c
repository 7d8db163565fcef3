/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of a role, the same for all of them:
 *
 *   hello -> config -> prepare -> ready -> commit -> confine -> start -> ...
 *                            \-> refused                     stop -> exit
 *
 * Invariants: nothing of the engine's is read before start(), because nothing
 * foreign may arrive before confinement; peers handed over early wait in the
 * socket. The end of the supervisor or of the engine is an orderly stop, since
 * a role without either can neither be asked nor answer. SIGTERM and SIGINT
 * are ignored: Ctrl-C reaches the whole group, and the order of an end is the
 * supervisor's to decide. */
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/role.h>
#include <etrier/str.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* The last lines of a role (a verdict) may wait this long for their reader. */
#define LAST_FLUSH_MS 2000

struct role {
	const struct role_ops *ops;
	void *ctx;
	const char *lane;
	int64_t process_gen;
	bool is_engine;
	struct event_base *base;
	struct wire *supervisor, *engine;
	struct event *on_handover, *on_deadline, *on_alive;
	struct buf config_text;
	int64_t text_gen;   /* the configuration being collected */
	int64_t config_gen; /* the one prepared, -1 none */
	json_t *common;	    /* of the one prepared: security, log */
	bool has_started, is_stopping;
	int status;
};

struct event_base *role_event_base(struct role *r)
{
	return r->base;
}

const struct clock *role_clock(struct role *r)
{
	(void)r;
	return clock_system();
}

struct wire *role_engine(struct role *r)
{
	return r->engine;
}

struct wire *role_supervisor(struct role *r)
{
	return r->supervisor;
}

bool role_is_stopping(const struct role *r)
{
	return r->is_stopping;
}

void role_stopped(struct role *r)
{
	event_base_loopbreak(r->base);
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	log_event(LOG_WARNING, "role.stop.late", LOG_D("after_s", ROLE_STOP_S));
	role_stopped(ctx);
}

static void begin_stop(struct role *r)
{
	if (r->is_stopping)
		return;
	r->is_stopping = true;
	if (!r->has_started) {
		role_stopped(r);
		return;
	}
	event_add(r->on_deadline,
		  &(const struct timeval){.tv_sec = ROLE_STOP_S});
	r->ops->stop(r->ctx);
}

static void fail(struct role *r, const char *event, const char *reason)
{
	log_event(LOG_ERROR, event, LOG_S("reason", reason));
	r->status = ROLE_EXIT_CONFIG;
	r->is_stopping = true;
	role_stopped(r);
}

static json_t *gen_line(const char *type, int64_t gen)
{
	json_t *line = wire_line(type);
	json_object_set_new(line, "gen", json_integer(gen));
	return line;
}

static void send_refused(struct role *r, int64_t gen, const struct diags *d)
{
	json_t *line = gen_line("refused", gen);
	json_object_set_new(line, "diagnostics", diags_to_json(d));
	wire_send(r->supervisor, line);
}

/* What role.c itself needs of a configuration, until its commit. */
static void keep_common(struct role *r, const json_t *config)
{
	json_decref(r->common);
	r->common = json_object();
	json_object_set(r->common, "security",
			json_object_get(config, "security"));
	json_object_set(r->common, "log", json_object_get(config, "log"));
}

void role_set_log_level(const json_t *config)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = {{"error", LOG_ERROR},
		      {"warning", LOG_WARNING},
		      {"notice", LOG_NOTICE},
		      {"info", LOG_INFO},
		      {"debug", LOG_DEBUG}};
	const json_t *log = json_object_get(config, "log");
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (str_eq(js_str(log, "level", "info"), levels[i].word))
			log_set_threshold(levels[i].level);
	}
}

static void prepare(struct role *r, int64_t gen, const json_t *config)
{
	struct diags d;
	diags_init(&d);
	if (r->ops->prepare(r->ctx, config, &d)) {
		r->config_gen = -1;
		if (!d.n_errors)
			diag_add(&d, DIAG_ERROR, "", 0, 0,
				 "%s refuses the configuration and does not "
				 "say why",
				 r->ops->name);
		send_refused(r, gen, &d);
	} else {
		r->config_gen = gen;
		keep_common(r, config);
		wire_send(r->supervisor, gen_line("ready", gen));
	}
	diags_clear(&d);
}

static void on_config(struct role *r, json_t *line)
{
	struct err err = {0};
	json_t *config = NULL;
	int64_t gen = js_int(line, "gen", -1);
	int got = role_take_config(&r->config_text, &r->text_gen, line, &config,
				   &err);
	if (got > 0)
		prepare(r, gen, config);
	if (got >= 0) {
		json_decref(config);
		return;
	}
	struct diags d;
	diags_init(&d);
	diag_add(&d, DIAG_ERROR, "", 0, 0, "%s: %s", r->ops->name, err.text);
	send_refused(r, gen, &d);
	diags_clear(&d);
}

static void send_alive(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	struct role *r = ctx;
	wire_send(r->supervisor, wire_line("alive"));
}

static int confine(struct role *r, const struct role_needs *needs,
		   struct err *err)
{
	const char *warning = NULL;
	const json_t *security = json_object_get(r->common, "security");
	bool is_required =
		str_eq(js_str(security, "landlock", "required"), "required");
	if (confine_role(needs, is_required, &warning, err))
		return -1;
	json_t *line = wire_line("confined");
	json_object_set_new(line, "landlock", json_boolean(!warning));
	js_put_str(line, "warning", warning);
	wire_send(r->supervisor, line);
	return 0;
}

static void start(struct role *r)
{
	r->has_started = true;
	r->ops->start(r->ctx);
	if (r->engine)
		wire_pause(r->engine, false);
	if (!r->is_engine)
		return;
	event_add(r->on_handover, NULL);
	event_add(r->on_alive, &(const struct timeval){.tv_sec = ROLE_ALIVE_S});
	wire_send(r->supervisor, wire_line("alive"));
}

static void on_commit(struct role *r, int64_t gen)
{
	struct err err = {0};
	struct role_needs needs = {.is_engine = r->is_engine};
	if (gen < 0 || gen != r->config_gen) {
		wire_refuse(r->supervisor, "commit of what is not prepared");
		return;
	}
	r->config_gen = -1;
	role_set_log_level(r->common);
	if (r->ops->commit(r->ctx, &needs, &err)) {
		fail(r, "role.refused", err.text);
		return;
	}
	if (r->has_started)
		return;
	if (confine(r, &needs, &err))
		fail(r, "role.unconfined", err.text);
	else
		start(r);
}

static void on_drop(struct role *r)
{
	r->config_gen = -1;
	buf_reset(&r->config_text);
	r->text_gen = -1;
	r->ops->drop(r->ctx);
}

static void on_supervisor_line(void *ctx, struct wire *w, const char *type,
			       json_t *line)
{
	struct role *r = ctx;
	if (str_eq(type, "stop"))
		begin_stop(r);
	else if (r->is_stopping)
		return;
	else if (str_eq(type, "config"))
		on_config(r, line);
	else if (str_eq(type, "commit"))
		on_commit(r, js_int(line, "gen", -1));
	else if (str_eq(type, "drop"))
		on_drop(r);
	else if (r->ops->on_supervisor)
		r->ops->on_supervisor(r->ctx, type, line);
	else
		wire_refuse(w, "unknown type");
}

/* wire_free() is left to role_run(): what the role still does with the wire
 * while it stops must find it there. */
static void on_supervisor_end(void *ctx, struct wire *w)
{
	(void)w;
	log_plain(LOG_NOTICE, "role.supervisor.gone");
	begin_stop(ctx);
}

static void on_engine_line(void *ctx, struct wire *w, const char *type,
			   json_t *line)
{
	(void)w;
	struct role *r = ctx;
	r->ops->on_engine(r->ctx, type, line);
}

static void on_engine_end(void *ctx, struct wire *w)
{
	(void)w;
	log_plain(LOG_NOTICE, "role.engine.gone");
	begin_stop(ctx);
}

static void on_handover(evutil_socket_t sock, short what, void *ctx)
{
	(void)what;
	struct role *r = ctx;
	json_t *line = NULL;
	int fd = -1;
	int got = wire_recv_fd(sock, &fd, &line);
	if (got < 0)
		wire_refuse(r->supervisor, "bad hand-over");
	else if (got == 0 && errno == 0)
		event_del(r->on_handover);
	if (got <= 0)
		return;
	if (str_eq(js_str(line, "t", ""), "peer") && !r->is_stopping) {
		r->ops->on_peer(r->ctx, js_str(line, "role", ""),
				js_str(line, "lane", ""),
				js_int(line, "gen", -1), fd);
	} else {
		close(fd);
	}
	json_decref(line);
}

static void say_hello(const struct role *r, struct wire *w)
{
	json_t *line = wire_line("hello");
	json_object_set_new(line, "role", json_string(r->ops->name));
	json_object_set_new(line, "lane", json_string(r->lane));
	json_object_set_new(line, "gen", json_integer(r->process_gen));
	json_object_set_new(line, "wire", json_integer(WIRE_VERSION));
	json_object_set_new(line, "version", json_string(ETRIER_VERSION));
	wire_send(w, line);
}

static void open_wires(struct role *r)
{
	static const struct wire_handler to_supervisor = {
		.on_line = on_supervisor_line, .on_end = on_supervisor_end};
	static const struct wire_handler to_engine = {.on_line = on_engine_line,
						      .on_end = on_engine_end};
	r->supervisor = wire_new(r->base, ROLE_FD_SUPERVISOR, "supervisor",
				 &to_supervisor, r);
	say_hello(r, r->supervisor);
	if (r->is_engine) {
		r->on_handover =
			event_new(r->base, ROLE_FD_ENGINE, EV_READ | EV_PERSIST,
				  on_handover, r);
		return;
	}
	r->engine = wire_new(r->base, ROLE_FD_ENGINE, "engine", &to_engine, r);
	wire_pause(r->engine, true);
	say_hello(r, r->engine);
}

static void ignore_signals(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGTERM, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
}

static void close_role(struct role *r)
{
	if (r->engine)
		wire_flush(r->engine, LAST_FLUSH_MS);
	wire_flush(r->supervisor, LAST_FLUSH_MS);
	wire_free(r->engine);
	wire_free(r->supervisor);
	if (r->on_handover) {
		event_free(r->on_handover);
		close(ROLE_FD_ENGINE);
	}
	event_free(r->on_deadline);
	event_free(r->on_alive);
	event_base_free(r->base);
	buf_clear(&r->config_text);
	json_decref(r->common);
	free(r);
}

int role_run(const struct role_ops *ops, void *ctx, struct role **self,
	     const char *lane, int64_t gen)
{
	struct role *r = mem_alloc(sizeof(*r));
	*r = (struct role){.ops = ops,
			   .ctx = ctx,
			   .lane = lane,
			   .process_gen = gen,
			   .is_engine = str_eq(ops->name, "engine"),
			   .text_gen = -1,
			   .config_gen = -1};
	log_open(*lane ? lane : ops->name, LOG_INFO);
	ignore_signals();
	r->base = event_base_new();
	BUG_ON(!r->base);
	buf_init(&r->config_text, ROLE_CONFIG_MAX);
	r->on_deadline = event_new(r->base, -1, 0, on_deadline, r);
	r->on_alive = event_new(r->base, -1, EV_PERSIST, send_alive, r);
	BUG_ON(!r->on_deadline || !r->on_alive);
	*self = r;
	open_wires(r);
	event_base_dispatch(r->base);
	int status = r->status;
	if (ops->end)
		ops->end(ctx);
	*self = NULL;
	close_role(r);
	return status;
}
