/* SPDX-License-Identifier: EUPL-1.2 */
/* The loop of the first process: signals, a clock, the list of children. It
 * alone reads the configuration and its secrets and hands each role its own;
 * it opens no socket but pairs, and its only file afterwards is the lock.
 *
 * An end has two steps: the roles stop while the engine still lives, because
 * it must record what the lanes report; then the engine. Whoever does not come
 * home in time is killed, so that all is over within 30 s; one that cannot even
 * be killed (stuck in the kernel) is left behind, and the engine's end does not
 * wait for it. */
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include "supervisor.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deadlines are in seconds; this is how exactly they are kept. */
#define TICK_MS	  250
#define LISTEN_FD 3 /* SD_LISTEN_FDS_START of systemd */

enum { ON_TERM, ON_INT, ON_HUP, ON_CHILD, ON_TICK, ON_WATCHDOG, N_EVENTS };

int64_t supervisor_ms(void)
{
	return clock_mono_ms(clock_system());
}

void supervisor_log_diags(const struct diags *d)
{
	for (size_t i = 0; i < d->n; i++) {
		char *line = diag_line(&d->v[i]);
		log_event(d->v[i].level == DIAG_ERROR ? LOG_ERROR : LOG_WARNING,
			  "config.diagnostic", LOG_S("text", line));
		free(line);
	}
}

/* The next step of an end, if one is due. */
static void go_on_stopping(struct supervisor *s)
{
	if (!s->is_stopping)
		return;
	int64_t since_ms = supervisor_ms() - s->stop_ms;
	if (!children_alive(s, false) || since_ms > STOP_ALONE_MS)
		child_stop(children_engine(s), s->stop_ms + STOP_ENGINE_MS);
	if (!children_alive(s, true) || since_ms > STOP_MAX_MS)
		event_base_loopbreak(s->base);
}

void supervisor_stop(struct supervisor *s, int status)
{
	if (status)
		s->status = status;
	if (s->is_stopping)
		return;
	s->is_stopping = true;
	s->stop_ms = supervisor_ms();
	notify("STOPPING=1\nSTATUS=stopping");
	log_event(LOG_NOTICE, "service.stopping", LOG_D("status", s->status));
	for (size_t i = 1; i < s->n_children; i++)
		child_stop(s->children[i], s->stop_ms + STOP_ROLES_MS);
	go_on_stopping(s);
}

static void on_stop_signal(evutil_socket_t sig, short what, void *ctx)
{
	(void)sig;
	(void)what;
	supervisor_stop(ctx, 0);
}

static void on_hup(evutil_socket_t sig, short what, void *ctx)
{
	(void)sig;
	(void)what;
	reload_ask(ctx, RELOAD_NOBODY);
}

static void on_child(evutil_socket_t sig, short what, void *ctx)
{
	(void)sig;
	(void)what;
	children_reap(ctx);
	go_on_stopping(ctx);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	children_tick(ctx);
	reload_tick(ctx);
	go_on_stopping(ctx);
}

/* systemd restarts the service when this stops: an engine that is stuck and
 * cannot even be killed. */
static void on_watchdog(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	struct supervisor *s = ctx;
	const struct child *engine = children_engine(s);
	int64_t now = supervisor_ms();
	bool is_well = engine->pid > 0
			       ? now - engine->alive_ms < 2 * SILENT_MAX_MS
			       : now - engine->next_start_ms < SILENT_MAX_MS;
	if (is_well || s->is_stopping)
		notify("WATCHDOG=1");
}

static void add_timer(struct event *e, int64_t ms)
{
	struct timeval tv = {.tv_sec = ms / 1000,
			     .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	event_add(e, &tv);
}

static void open_events(struct supervisor *s, struct event **events)
{
	struct event_base *b = s->base;
	events[ON_TERM] = evsignal_new(b, SIGTERM, on_stop_signal, s);
	events[ON_INT] = evsignal_new(b, SIGINT, on_stop_signal, s);
	events[ON_HUP] = evsignal_new(b, SIGHUP, on_hup, s);
	events[ON_CHILD] = evsignal_new(b, SIGCHLD, on_child, s);
	events[ON_TICK] = event_new(b, -1, EV_PERSIST, on_tick, s);
	events[ON_WATCHDOG] = event_new(b, -1, EV_PERSIST, on_watchdog, s);
	for (int i = 0; i < N_EVENTS; i++)
		BUG_ON(!events[i]);
	for (int i = ON_TERM; i <= ON_CHILD; i++)
		event_add(events[i], NULL);
	add_timer(events[ON_TICK], TICK_MS);
	if (notify_watchdog_ms())
		add_timer(events[ON_WATCHDOG], notify_watchdog_ms());
}

static void run(struct supervisor *s)
{
	struct event *events[N_EVENTS];
	signal(SIGPIPE, SIG_IGN);
	s->base = event_base_new();
	BUG_ON(!s->base);
	open_events(s, events);
	children_sync(s);
	children_tick(s);
	notify("STATUS=starting");
	event_base_dispatch(s->base);
	for (int i = 0; i < N_EVENTS; i++)
		event_free(events[i]);
	children_free(s);
	reload_clear(s);
	event_base_free(s->base);
}

static int make_folder(const struct settings *settings, const char *key,
		       mode_t mode, const char **path, struct err *err)
{
	*path = js_str(json_object_get(settings->all, "paths"), key, "");
	if (mkdir(*path, mode) && errno != EEXIST)
		return err_set(err, ERR_STORE,
			       "%s: %s; make the folder of paths.%s or name "
			       "another",
			       *path, strerror(errno), key);
	return 0;
}

static int take_folders(struct supervisor *s, struct err *err)
{
	const char *state, *runtime;
	if (make_folder(&s->settings, "state", 0700, &state, err) ||
	    make_folder(&s->settings, "run", 0750, &runtime, err))
		return -1;
	return lock_state(state, &s->lock_fd, err);
}

/* 0, or the exit status. */
static int prepare(struct supervisor *s)
{
	struct err err = {0};
	struct diags d;
	diags_init(&d);
	int r = settings_load(s->options->file, &s->settings, &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	if (r)
		return ROLE_EXIT_CONFIG;
	role_set_log_level(s->settings.all);
	if (confine_supervisor(&err)) {
		log_event(LOG_ERROR, "service.failed",
			  LOG_S("reason", err.text));
		return ROLE_EXIT_CONFIG;
	}
	if (take_folders(s, &err)) {
		log_event(LOG_ERROR, "service.failed",
			  LOG_S("reason", err.text));
		return EXIT_FAILURE;
	}
	return 0;
}

/* sd_listen_fds(3) without its library: the first descriptor behind the
 * standard ones, for this process only. It stays open here, so that a front
 * that is started anew finds whoever called meanwhile. */
static int given_socket(void)
{
	int64_t pid, n;
	const char *whose = getenv("LISTEN_PID"), *many = getenv("LISTEN_FDS");
	if (!whose || !many || num_parse_int(whose, 1, INT64_MAX, &pid) ||
	    pid != getpid() || num_parse_int(many, 1, INT16_MAX, &n))
		return -1;
	fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC);
	return LISTEN_FD;
}

int supervisor_run(const struct supervisor_options *options)
{
	struct supervisor s = {.options = options,
			       .config_gen = 1,
			       .lock_fd = -1,
			       .front_fd = given_socket(),
			       .is_booting = true,
			       .reload = {.request = RELOAD_NOBODY, .gen = 1}};
	diags_init(&s.reload.diags);
	int status = prepare(&s);
	if (!status) {
		log_event(LOG_NOTICE, "service.start",
			  LOG_S("version", ETRIER_VERSION));
		run(&s);
		status = s.status;
		log_event(LOG_NOTICE, "service.stopped",
			  LOG_D("status", status));
	}
	if (s.lock_fd >= 0)
		close(s.lock_fd);
	if (s.front_fd >= 0)
		close(s.front_fd);
	settings_clear(&s.settings);
	return status;
}
