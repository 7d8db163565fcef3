/* SPDX-License-Identifier: EUPL-1.2 */
/* One new process: the same binary by /proc/self/exe, so that versions agree
 * after an upgrade of the package, with its sockets at fixed numbers and
 * nothing else open.
 *
 *   supervisor --stream-- role --stream-- engine
 *        \---------- SEQPACKET hand-over ---/
 *
 * The engine's end of a role's pair goes to the engine of the moment; a role
 * never outlives the engine it was introduced to. */
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/log.h>
#include <etrier/str.h>

#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Above every fixed number, so that dup2() overwrites no source. */
#define FD_ABOVE 16

struct ends {
	int supervisor, engine, extra;
};

/* In the child, between fork and exec. */
static void place_fds(const struct ends *e)
{
	const int wanted[] = {e->supervisor, e->engine, e->extra};
	int high[3];
	for (int i = 0; i < 3; i++)
		high[i] = wanted[i] < 0 ? -1
					: fcntl(wanted[i], F_DUPFD, FD_ABOVE);
	unsigned next = ROLE_FD_SUPERVISOR;
	for (int i = 0; i < 3; i++) {
		if (high[i] >= 0 && dup2(high[i], ROLE_FD_SUPERVISOR + i) >= 0)
			next = (unsigned)(ROLE_FD_SUPERVISOR + i + 1);
	}
	close_range(next, ~0U, 0);
}

static void clean_environment(void)
{
	static const char *const names[] = {
		"NOTIFY_SOCKET",	"WATCHDOG_USEC", "WATCHDOG_PID",
		"LISTEN_FDS",		"LISTEN_PID",	 "LISTEN_FDNAMES",
		"CREDENTIALS_DIRECTORY"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
}

static _Noreturn void become(const struct child *c, const struct ends *e)
{
	char gen[24];
	char lane[NAME_SIZE], role[NAME_SIZE];
	char name[] = "etrierd", o_role[] = "--role", o_lane[] = "--lane",
	     o_gen[] = "--gen";
	snprintf(gen, sizeof(gen), "%" PRId64, c->process_gen);
	str_copy(lane, sizeof(lane), c->lane);
	str_copy(role, sizeof(role), c->role);
	char *const argv[] = {name, o_role, role, o_lane,
			      lane, o_gen,  gen,  NULL};
	place_fds(e);
	clean_environment();
	signal(SIGPIPE, SIG_DFL);
	execv(c->s->options->program, argv);
	_exit(127);
}

static int introduce(struct child *c, int fd, struct err *err)
{
	const struct child *engine = children_engine(c->s);
	json_t *line = wire_line("peer");
	json_object_set_new(line, "role", json_string(c->role));
	json_object_set_new(line, "lane", json_string(c->lane));
	json_object_set_new(line, "gen", json_integer(c->process_gen));
	if (wire_send_fd(engine->handover, fd, line))
		return err_set(err, ERR_STORE, "hand-over to the engine: %s",
			       strerror(errno));
	return 0;
}

static void close_pair(const int pair[2])
{
	if (pair[0] >= 0)
		close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
}

int child_spawn(struct child *c, const struct wire_handler *handler,
		struct err *err)
{
	bool is_engine = str_eq(c->role, "engine");
	int own[2] = {-1, -1}, other[2] = {-1, -1};
	int result = -1;
	c->process_gen = ++c->s->last_process_gen;
	if (wire_pair(own) ||
	    (is_engine ? wire_handover_pair(other) : wire_pair(other))) {
		err_set(err, ERR_STORE, "socketpair: %s", strerror(errno));
		goto out;
	}
	if (!is_engine && introduce(c, other[0], err))
		goto out;
	const struct ends ends = {own[1], other[1],
				  is_engine		     ? c->s->lock_fd
				  : str_eq(c->role, "front") ? c->s->front_fd
							     : -1};
	pid_t pid = fork();
	if (pid < 0) {
		err_set(err, ERR_STORE, "fork: %s", strerror(errno));
		goto out;
	}
	if (pid == 0)
		become(c, &ends);
	c->pid = pid;
	c->wire = wire_new(c->s->base, own[0], *c->lane ? c->lane : c->role,
			   handler, c);
	own[0] = -1;
	if (is_engine) {
		c->handover = other[0];
		other[0] = -1;
	}
	result = 0;
out:
	close_pair(own);
	close_pair(other);
	return result;
}
