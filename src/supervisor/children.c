/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of roles and the life of each:
 *
 *   down -> starting -> running -> (stopping ->) down -> ...
 *
 * The engine is the first; the others only start while it has a process, and
 * stop when it is gone, because their wire leads to that engine. A role that
 * dies unasked comes back with back-off; one that refuses its configuration
 * (exit 78) ends the service, which would only loop. */
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include "supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_CHILD(c)                                        \
	LOG_S("role", (c)->role), LOG_S("lane", (c)->lane), \
		LOG_D("pid", (c)->pid)

static bool is_engine(const struct child *c)
{
	return str_eq(c->role, "engine");
}

struct child *children_engine(struct supervisor *s)
{
	return s->children[0];
}

size_t children_alive(const struct supervisor *s, bool with_engine)
{
	size_t n = 0;
	for (size_t i = with_engine ? 0 : 1; i < s->n_children; i++)
		n += s->children[i]->pid > 0;
	return n;
}

bool children_all_running(const struct supervisor *s, const char **missing)
{
	for (size_t i = 0; i < s->n_children; i++) {
		const struct child *c = s->children[i];
		if (c->is_wanted && c->state != CHILD_RUNNING) {
			*missing = *c->lane ? c->lane : c->role;
			return false;
		}
	}
	return true;
}

/* --- talking --- */

void child_send_gen(struct child *c, const char *type, int64_t gen)
{
	if (!c->wire)
		return;
	json_t *line = wire_line(type);
	json_object_set_new(line, "gen", json_integer(gen));
	wire_send(c->wire, line);
}

static json_t *describe(const struct child *c)
{
	static const char *const states[] = {"down", "starting", "running",
					     "stopping"};
	json_t *v = json_object();
	json_object_set_new(v, "role", json_string(c->role));
	json_object_set_new(v, "lane", json_string(c->lane));
	json_object_set_new(v, "pid", json_integer(c->pid));
	json_object_set_new(v, "restarts", json_integer(c->restarts));
	json_object_set_new(v, "since", json_integer(c->since));
	json_object_set_new(v, "state", json_string(states[c->state]));
	js_put_str(v, "warning", c->warning);
	return v;
}

void children_tell(struct supervisor *s)
{
	struct child *engine = children_engine(s);
	if (engine->state != CHILD_RUNNING || !engine->wire)
		return;
	json_t *line = wire_line("roles"), *roles = json_array();
	for (size_t i = 0; i < s->n_children; i++)
		json_array_append_new(roles, describe(s->children[i]));
	json_object_set_new(line, "roles", roles);
	wire_send(engine->wire, line);
}

static void commit(struct child *c)
{
	child_send_gen(c, "commit", c->ready_gen);
}

/* The first time all at once: a service whose templates do not compile must
 * not have planned or polled anything. Whoever refuses is heard together with
 * the others, so that one start names every mistake. */
static void settle_boot(struct supervisor *s)
{
	bool is_late = s->refused_ms &&
		       supervisor_ms() - s->refused_ms > REFUSALS_MAX_MS;
	for (size_t i = 0; i < s->n_children; i++) {
		const struct child *c = s->children[i];
		if (c->is_wanted && c->ready_gen != s->config_gen &&
		    !c->has_refused && !is_late)
			return;
	}
	s->is_booting = false;
	if (s->refused_ms) {
		supervisor_stop(s, ROLE_EXIT_CONFIG);
		return;
	}
	for (size_t i = 0; i < s->n_children; i++)
		commit(s->children[i]);
}

static void on_ready(struct child *c, int64_t gen)
{
	struct supervisor *s = c->s;
	if (c->is_asked && gen == s->reload.gen) {
		reload_ready(c);
		return;
	}
	if (gen != s->config_gen)
		return; /* overtaken by a newer one that is on its way */
	c->ready_gen = gen;
	if (s->is_booting)
		settle_boot(s);
	else
		commit(c);
}

static bool has_refused_alike(const struct child *c)
{
	for (size_t i = 0; i < c->s->n_children; i++) {
		const struct child *k = c->s->children[i];
		if (k != c && k->has_refused && str_eq(k->role, c->role))
			return true;
	}
	return false;
}

static void on_refused(struct child *c, const json_t *line)
{
	struct supervisor *s = c->s;
	const json_t *list = json_object_get(line, "diagnostics");
	int64_t gen = js_int(line, "gen", -1);
	if (c->is_asked && gen == s->reload.gen) {
		reload_refused(c, list, NULL);
		return;
	}
	if (gen != s->config_gen || s->is_stopping)
		return;
	struct diags d;
	diags_init(&d);
	diags_add_json(&d, list);
	if (!has_refused_alike(c)) /* lanes find the same mistakes */
		supervisor_log_diags(&d);
	diags_clear(&d);
	log_event(LOG_ERROR, "config.refused", LOG_CHILD(c));
	c->has_refused = true;
	if (!s->is_booting) {
		supervisor_stop(s, ROLE_EXIT_CONFIG);
		return;
	}
	if (!s->refused_ms)
		s->refused_ms = supervisor_ms();
	settle_boot(s);
}

static void on_confined(struct child *c, const json_t *line)
{
	free(c->warning);
	c->warning = mem_dup(js_str(line, "warning", NULL));
	if (c->warning)
		log_event(LOG_WARNING, "role.unconfined", LOG_CHILD(c),
			  LOG_S("warning", c->warning));
	if (c->state == CHILD_STARTING)
		c->state = CHILD_RUNNING;
	children_tell(c->s);
	const char *missing;
	if (!c->s->is_stopping && children_all_running(c->s, &missing))
		notify("READY=1\nSTATUS=%zu roles are running",
		       c->s->n_children);
}

static void on_hello(struct child *c, struct wire *w, const json_t *line)
{
	if (!str_eq(js_str(line, "version", ""), ETRIER_VERSION))
		wire_refuse(w, "hello of another version");
	else
		log_event(LOG_INFO, "role.up", LOG_CHILD(c));
}

/* The end and a reload have words of their own. */
static void on_state(const struct supervisor *s, const char *text)
{
	if (!s->is_stopping && !s->is_booting && !s->reload.is_running)
		notify("STATUS=%zu processes; %s", children_alive(s, true) + 1,
		       text);
}

static void on_line(void *ctx, struct wire *w, const char *type, json_t *line)
{
	struct child *c = ctx;
	if (str_eq(type, "alive"))
		c->alive_ms = supervisor_ms();
	else if (str_eq(type, "ready"))
		on_ready(c, js_int(line, "gen", -1));
	else if (str_eq(type, "refused"))
		on_refused(c, line);
	else if (str_eq(type, "confined"))
		on_confined(c, line);
	else if (str_eq(type, "hello"))
		on_hello(c, w, line);
	else if (str_eq(type, "state") && is_engine(c))
		on_state(c->s, js_str(line, "text", ""));
	else if (str_eq(type, "reload") && is_engine(c))
		reload_ask(c->s, js_int(line, "id", 0));
	else
		wire_refuse(w, "unknown type");
}

static void on_end(void *ctx, struct wire *w)
{
	struct child *c = ctx;
	wire_free(w);
	c->wire = NULL;
	/* A process without its wire cannot be asked anything any more. */
	if (c->pid > 0 && c->state != CHILD_STOPPING) {
		c->state = CHILD_STOPPING;
		c->kill_ms = supervisor_ms() + STOP_ENGINE_MS;
	}
}

static const struct wire_handler from_role = {.on_line = on_line,
					      .on_end = on_end};

/* --- starting and stopping --- */

static void send_config(struct child *c)
{
	struct supervisor *s = c->s;
	struct err err = {0};
	json_t *config = settings_for_role(&s->settings, c->role);
	if (role_send_config(c->wire, s->config_gen, config, &err)) {
		log_event(LOG_ERROR, "config.refused", LOG_CHILD(c),
			  LOG_S("reason", err.text));
		supervisor_stop(s, ROLE_EXIT_CONFIG);
	}
	json_decref(config);
}

static void fall_back(struct child *c)
{
	c->backoff_ms =
		num_clip(c->backoff_ms * 2, BACKOFF_MIN_MS, BACKOFF_MAX_MS);
	c->next_start_ms = supervisor_ms() + c->backoff_ms;
}

static void start(struct child *c)
{
	struct err err = {0};
	if (child_spawn(c, &from_role, &err)) {
		log_event(LOG_ERROR, "role.spawn.failed", LOG_CHILD(c),
			  LOG_S("reason", err.text));
		fall_back(c);
		return;
	}
	c->state = CHILD_STARTING;
	c->started_ms = supervisor_ms();
	c->alive_ms = c->started_ms + START_MAX_MS - SILENT_MAX_MS;
	c->since = clock_now(clock_system());
	c->ready_gen = -1;
	c->is_asked = c->is_expected = c->is_killed = false;
	send_config(c);
	children_tell(c->s);
}

void child_stop(struct child *c, int64_t kill_ms)
{
	if (c->pid <= 0)
		return;
	if (c->state == CHILD_STOPPING) {
		if (kill_ms < c->kill_ms)
			c->kill_ms = kill_ms;
		return;
	}
	c->state = CHILD_STOPPING;
	c->is_expected = true;
	c->kill_ms = kill_ms;
	if (c->wire)
		wire_send(c->wire, wire_line("stop"));
}

static void stop_all_but_engine(struct supervisor *s)
{
	int64_t kill_ms = supervisor_ms() + STOP_ENGINE_MS;
	for (size_t i = 1; i < s->n_children; i++)
		child_stop(s->children[i], kill_ms);
}

static void kill_child(struct child *c, const char *why)
{
	c->is_killed = true;
	log_event(LOG_ERROR, "role.kill", LOG_CHILD(c), LOG_S("why", why));
	kill(c->pid, SIGKILL);
}

/* --- ends --- */

static void forget_process(struct child *c)
{
	wire_free(c->wire);
	c->wire = NULL;
	if (c->handover >= 0)
		close(c->handover);
	c->handover = -1;
	c->pid = 0;
	c->state = CHILD_DOWN;
	c->ready_gen = -1;
	free(c->warning);
	c->warning = NULL;
}

static void log_exit(const struct child *c, int status, bool was_asked)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	log_event(was_asked ? LOG_INFO : LOG_WARNING, "role.exit", LOG_CHILD(c),
		  LOG_D("code", code),
		  LOG_D("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
}

static void on_exit_of(struct child *c, int status)
{
	struct supervisor *s = c->s;
	bool was_asked = c->is_expected;
	bool was_steady = supervisor_ms() - c->started_ms >= STEADY_MS;
	log_exit(c, status, was_asked);
	forget_process(c);
	if (c->is_asked)
		reload_refused(c, NULL, "the process died while it checked");
	if (WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_CONFIG)
		supervisor_stop(s, ROLE_EXIT_CONFIG);
	if (s->is_stopping)
		return;
	c->restarts++;
	if (was_steady)
		c->backoff_ms = 0;
	c->next_start_ms = supervisor_ms();
	if (!was_asked)
		fall_back(c);
	if (is_engine(c))
		stop_all_but_engine(s);
	children_tell(s);
}

void children_reap(struct supervisor *s)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < s->n_children; i++) {
			if (s->children[i]->pid == pid) {
				on_exit_of(s->children[i], status);
				break;
			}
		}
	}
}

/* --- the clock --- */

static void check(struct child *c, int64_t now)
{
	if (c->is_killed)
		return;
	if (c->state == CHILD_STOPPING && now >= c->kill_ms)
		kill_child(c, "does not stop");
	else if (c->state == CHILD_STARTING &&
		 now - c->started_ms > START_MAX_MS)
		kill_child(c, "does not start");
	else if (is_engine(c) && c->state == CHILD_RUNNING &&
		 now - c->alive_ms > SILENT_MAX_MS)
		kill_child(c, "silent");
}

static void drop_unwanted(struct supervisor *s)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = s->children[i];
		if (c->is_wanted || c->pid > 0)
			s->children[kept++] = c;
		else
			free(c);
	}
	bool has_dropped = kept && kept < s->n_children;
	s->n_children = kept;
	if (has_dropped)
		children_tell(s); /* or status would show it as down for ever */
}

void children_tick(struct supervisor *s)
{
	int64_t now = supervisor_ms();
	drop_unwanted(s);
	if (s->is_booting && s->refused_ms && !s->is_stopping)
		settle_boot(s);
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = s->children[i];
		bool has_engine = children_engine(s)->pid > 0 &&
				  children_engine(s)->state != CHILD_STOPPING;
		check(c, now);
		if (c->state == CHILD_DOWN && !s->is_stopping && c->is_wanted &&
		    now >= c->next_start_ms && (is_engine(c) || has_engine))
			start(c);
	}
}

/* --- what the configuration wants --- */

static struct child *find(const struct supervisor *s, const char *role,
			  const char *lane)
{
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = s->children[i];
		if (str_eq(c->role, role) && str_eq(c->lane, lane))
			return c;
	}
	return NULL;
}

static void want(struct supervisor *s, const char *role, const char *lane)
{
	struct child *c = find(s, role, lane);
	if (!c && s->n_children < CHILDREN_MAX) {
		c = mem_alloc(sizeof(*c));
		c->s = s;
		c->handover = -1;
		c->ready_gen = -1;
		str_copy(c->role, sizeof(c->role), role);
		str_copy(c->lane, sizeof(c->lane), lane);
		s->children[s->n_children++] = c;
	}
	if (c)
		c->is_wanted = true;
}

/* Lanes of a channel that sends nothing would only be processes. */
static void want_lanes(struct supervisor *s, const char *group,
		       const char *transport)
{
	const json_t *g = json_object_get(s->settings.all, group);
	if (str_eq(js_str(g, transport, "none"), "none"))
		return;
	for (int64_t i = 1; i <= js_int(g, "lanes", 1); i++) {
		char lane[2 * NAME_SIZE];
		snprintf(lane, sizeof(lane), "%s-%" PRId64, group, i);
		want(s, "courier", lane);
	}
}

void children_sync(struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++)
		s->children[i]->is_wanted = false;
	want(s, "engine", "");
	want(s, "collector", "");
	if (settings_has_programs(&s->settings))
		want(s, "runner", "");
	want_lanes(s, "mail", "transport");
	want_lanes(s, "sms", "gateway");
	want(s, "front", "");
	for (size_t i = 0; i < s->n_children; i++) {
		if (!s->children[i]->is_wanted)
			child_stop(s->children[i],
				   supervisor_ms() + STOP_ENGINE_MS);
	}
}

void children_free(struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		forget_process(s->children[i]);
		free(s->children[i]);
	}
	s->n_children = 0;
}
