/* SPDX-License-Identifier: EUPL-1.2 */
/* An etrierd whose roles do nothing but obey: the supervisor, the wire and the
 * confinement are the real ones. Files in the folder $TOY_DIR steer the roles
 * (NAME is the lane or the role), and each role appends what happens to it to
 * $TOY_DIR/log as "NAME PID EVENT":
 *   refuse-NAME  prepare() refuses       fail-NAME  commit() fails
 *   die-NAME     prepare() exits         block-NAME stop() never returns
 *   reload       the engine asks for a reload (and removes the file) */
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/role.h>
#include <etrier/str.h>

#include "supervisor/supervisor.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEERS_MAX     64
#define LOOK_US	      50000
#define TOY_DIED      3
#define TOY_REQUEST   7
#define TOY_PATH_SIZE 256

struct toy {
	struct role *role;
	const char *name, *folder;
	int log;
	char level[16], next_level[16];
	struct wire *peers[PEERS_MAX];
	size_t n_peers;
	struct event *look;
};

static void note(const struct toy *t, const char *event)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "%s %d %s\n", t->name, getpid(),
			 event);
	if (write(t->log, line, (size_t)n) != n)
		abort();
}

static bool is_told(const struct toy *t, const char *what)
{
	char path[TOY_PATH_SIZE];
	snprintf(path, sizeof(path), "%s/%s-%s", t->folder, what, t->name);
	return access(path, F_OK) == 0;
}

static int prepare(void *ctx, const json_t *config, struct diags *d)
{
	struct toy *t = ctx;
	if (is_told(t, "die"))
		_exit(TOY_DIED);
	if (is_told(t, "refuse")) {
		diag_add(d, DIAG_ERROR, "toy.yaml", 3, 7, "told to refuse");
		return -1;
	}
	str_copy(t->next_level, sizeof(t->next_level),
		 js_str(json_object_get(config, "log"), "level", "?"));
	note(t, "prepared");
	return 0;
}

static int commit(void *ctx, struct role_needs *needs, struct err *err)
{
	struct toy *t = ctx;
	char event[64];
	(void)needs;
	if (is_told(t, "fail"))
		return err_set(err, ERR_CONFIG, "told to fail");
	str_copy(t->level, sizeof(t->level), t->next_level);
	snprintf(event, sizeof(event), "committed %s", t->level);
	note(t, event);
	return 0;
}

static void drop(void *ctx)
{
	note(ctx, "dropped");
}

static void on_look(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	struct toy *t = ctx;
	char path[TOY_PATH_SIZE];
	snprintf(path, sizeof(path), "%s/reload", t->folder);
	if (unlink(path))
		return;
	json_t *line = wire_line("reload");
	json_object_set_new(line, "id", json_integer(TOY_REQUEST));
	wire_send(role_supervisor(t->role), line);
}

static void start(void *ctx)
{
	struct toy *t = ctx;
	note(t, "started");
	if (role_engine(t->role))
		return;
	t->look =
		event_new(role_event_base(t->role), -1, EV_PERSIST, on_look, t);
	event_add(t->look, &(const struct timeval){.tv_usec = LOOK_US});
}

static void stop(void *ctx)
{
	struct toy *t = ctx;
	note(t, "stopping");
	while (is_told(t, "block"))
		pause();
	role_stopped(t->role);
}

static void end(void *ctx)
{
	struct toy *t = ctx;
	for (size_t i = 0; i < t->n_peers; i++)
		wire_free(t->peers[i]);
	if (t->look)
		event_free(t->look);
	note(t, "ended");
}

static void on_engine(void *ctx, const char *type, json_t *line)
{
	(void)line;
	note(ctx, type);
}

/* The text of the first error of a list of diagnostics. */
static const char *first_error(const json_t *list)
{
	size_t i;
	const json_t *d;
	json_array_foreach(list, i, d)
	{
		if (str_eq(js_str(d, "level", ""), "error"))
			return js_str(d, "text", "?");
	}
	return "-";
}

static void on_supervisor(void *ctx, const char *type, json_t *line)
{
	char event[200];
	if (!str_eq(type, "reload_done"))
		return;
	snprintf(event, sizeof(event), "reload_done id=%d ok=%d %s",
		 (int)js_int(line, "id", -1), js_bool(line, "ok", false),
		 first_error(json_object_get(line, "diagnostics")));
	note(ctx, event);
}

/* The engine greets whoever says hello: the pair works both ways. */
static void on_peer_line(void *ctx, struct wire *w, const char *type,
			 json_t *line)
{
	char event[64];
	if (!str_eq(type, "hello"))
		return;
	const char *lane = js_str(line, "lane", "");
	snprintf(event, sizeof(event), "hello from %s",
		 *lane ? lane : js_str(line, "role", "?"));
	note(ctx, event);
	wire_send(w, wire_line("welcome"));
}

static void on_peer_end(void *ctx, struct wire *w)
{
	struct toy *t = ctx;
	for (size_t i = 0; i < t->n_peers; i++) {
		if (t->peers[i] == w)
			t->peers[i] = t->peers[--t->n_peers];
	}
	wire_free(w);
}

static const struct wire_handler from_peer = {.on_line = on_peer_line,
					      .on_end = on_peer_end};

static void on_peer(void *ctx, const char *role, const char *lane, int64_t gen,
		    int fd)
{
	struct toy *t = ctx;
	(void)lane;
	(void)gen;
	if (t->n_peers == PEERS_MAX)
		abort();
	t->peers[t->n_peers++] =
		wire_new(role_event_base(t->role), fd, role, &from_peer, t);
}

static int run_toy(const char *role, const char *lane, int64_t gen)
{
	const struct role_ops ops = {.name = role,
				     .prepare = prepare,
				     .commit = commit,
				     .drop = drop,
				     .start = start,
				     .stop = stop,
				     .end = end,
				     .on_engine = on_engine,
				     .on_supervisor = on_supervisor,
				     .on_peer = on_peer};
	struct toy t = {.name = *lane ? lane : role,
			.folder = getenv("TOY_DIR")};
	char path[TOY_PATH_SIZE];
	snprintf(path, sizeof(path), "%s/log", t.folder);
	t.log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (t.log < 0)
		return EXIT_FAILURE;
	int status = role_run(&ops, &t, &t.role, lane, gen);
	close(t.log);
	return status;
}

/* toyrole FILE | toyrole --role NAME --lane LANE --gen N */
int main(int argc, char **argv)
{
	int64_t gen = 0;
	if (argc == 7 && str_eq(argv[1], "--role") &&
	    num_parse_int(argv[6], 0, INT64_MAX, &gen) == 0)
		return run_toy(argv[2], argv[4], gen);
	if (argc != 2 || !getenv("TOY_DIR")) {
		fputs("usage: TOY_DIR=FOLDER etrier-toyrole etrier.yaml\n",
		      stderr);
		return 2;
	}
	const struct supervisor_options options = {.file = argv[1],
						   .program = "/proc/self/exe"};
	log_open("supervisor", LOG_INFO);
	return supervisor_run(&options);
}
