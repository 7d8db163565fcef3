/* SPDX-License-Identifier: EUPL-1.2 */
/* One question to the engine over its control socket: a blocking dialogue of
 * lines (control.h). */
#include "ctl.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/control.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/wire.h>
#include <etrier/ynode.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct ctl_conn {
	int fd;
	struct buf in;
};

/* What paths.run of the configuration says, read without the rest: who may
 * ask the engine need not be allowed to read the secrets. */
static const char *configured_run(const struct ctl *c, struct arena *a)
{
	struct diags d;
	diags_init(&d);
	const struct ynode *root = ynode_load_partly(a, c->config, &d);
	const struct ynode *paths = root ? ynode_get(root, "paths") : NULL;
	diags_clear(&d);
	return paths ? ynode_text(paths, "run") : NULL;
}

/* NULL after a message: a configuration that was named and is not there must
 * not lead to the socket of another instance. */
static char *socket_path(const struct ctl *c)
{
	if (c->socket)
		return mem_dup(c->socket);
	struct stat st;
	if (stat(c->config, &st) == 0 && S_ISDIR(st.st_mode)) {
		ctl_fail(0, "%s: %s", c->config, strerror(EISDIR));
		return NULL;
	}
	if (access(c->config, R_OK) != 0) {
		if (!c->has_config)
			return mem_printf("%s/%s", ETRIER_RUNDIR,
					  CONTROL_SOCKET_NAME);
		ctl_fail(0, "%s: %s", c->config, strerror(errno));
		return NULL;
	}
	struct arena a;
	arena_init(&a);
	const char *run = configured_run(c, &a);
	const char *slash = strrchr(c->config, '/');
	char *path;
	if (!run)
		path = mem_printf("%s/%s", ETRIER_RUNDIR, CONTROL_SOCKET_NAME);
	else if (*run == '/' || !slash)
		path = mem_printf("%s/%s", run, CONTROL_SOCKET_NAME);
	else
		path = mem_printf("%.*s/%s/%s", (int)(slash - c->config),
				  c->config, run, CONTROL_SOCKET_NAME);
	arena_clear(&a);
	return path;
}

/* The connection, or -1 with the exit status in *code. */
static int connect_to(const char *path, bool is_quiet, int *code)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	*code = CTL_FAILED;
	if (!str_copy(a.sun_path, sizeof(a.sun_path), path)) {
		ctl_fail(0, "%s: longer than a socket's path may be", path);
		return -1;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !connect(fd, (const struct sockaddr *)&a, sizeof(a)))
		return fd;
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (is_quiet) {
		*code = CTL_NOT_RUNNING;
	} else if (why == ENOENT || why == ECONNREFUSED) {
		*code = ctl_fail(CTL_NOT_RUNNING,
				 "%s: the daemon is not running here "
				 "(--config names another instance)",
				 path);
	} else if (why == EACCES) {
		ctl_fail(0,
			 "%s: no permission: ask as root or as a member of "
			 "etrier-admin",
			 path);
	} else {
		ctl_fail(0, "%s: %s", path, strerror(why));
	}
	return -1;
}

int ctl_send(struct ctl_conn *conn, json_t *line_take)
{
	struct buf out;
	buf_init(&out, WIRE_LINE_MAX);
	js_write(line_take, &out);
	json_decref(line_take);
	int result = out.too_big ? -1 : 0;
	buf_addc(&out, '\n');
	for (size_t sent = 0; !result && sent < out.len;) {
		ssize_t n = write(conn->fd, out.data + sent, out.len - sent);
		if (n > 0)
			sent += (size_t)n;
		else if (errno != EINTR)
			result = -1;
	}
	buf_clear(&out);
	return result;
}

/* The next line, or NULL at the end of the dialogue. */
static json_t *receive(struct ctl_conn *conn)
{
	for (;;) {
		char *end = conn->in.data
				    ? memchr(conn->in.data, '\n', conn->in.len)
				    : NULL;
		if (end) {
			size_t n = (size_t)(end - conn->in.data);
			json_t *line = js_parse(conn->in.data, n, NULL);
			buf_consume(&conn->in, n + 1);
			return line;
		}
		char bytes[16384];
		ssize_t n = read(conn->fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		buf_add(&conn->in, bytes, (size_t)n);
		if (conn->in.too_big)
			return NULL;
	}
}

/* One line of the engine. True: the dialogue is over, *code says how. */
static bool handle(struct ctl_conn *conn, const json_t *line,
		   const struct ctl_ask *ask, int *code)
{
	const char *type = js_str(line, "t", "");
	const char *text = js_str(line, "text", NULL);
	if (str_eq(type, "line")) {
		json_t *row = json_object_get(line, "row");
		if (row && ask->on_row)
			ask->on_row(ask->ctx, row);
		/* When sending fails the engine has hung up: what it said
		 * before is still to be read. */
		if (js_bool(line, "ready", false) && ask->on_ready)
			(void)ask->on_ready(ask->ctx, conn);
		return false;
	}
	bool is_error = str_eq(type, "error");
	if (!is_error && !str_eq(type, "end"))
		return false;
	fflush(stdout); /* rows first, wherever both go */
	*code = (int)num_clip(js_int(line, "code", CTL_FAILED), CTL_DONE,
			      CTL_GUARD);
	if (is_error)
		ctl_fail(0, "%s", text ? text : "the engine refused");
	else if (text)
		fprintf(stderr, "%s\n", text);
	return true;
}

static int dialogue(struct ctl_conn *conn, const char *cmd, json_t *args_take,
		    const struct ctl_ask *ask)
{
	json_t *hello = wire_line("hello"), *command = wire_line("command");
	js_put_str(hello, "role", "ctl");
	js_put_int(hello, "wire", WIRE_VERSION, -1);
	js_put_str(hello, "version", ETRIER_VERSION);
	js_put_str(command, "cmd", cmd);
	json_object_set_new(command, "args", args_take);
	/* A refused peer may be answered before it has spoken. */
	(void)ctl_send(conn, hello);
	(void)ctl_send(conn, command);
	int code = CTL_FAILED;
	for (json_t *line; (line = receive(conn));) {
		bool is_over = handle(conn, line, ask, &code);
		json_decref(line);
		if (is_over)
			return code;
	}
	return ctl_fail(CTL_FAILED, "the engine closed the connection before "
				    "it had answered; nothing more is known");
}

int ctl_ask(const struct ctl *c, const char *cmd, json_t *args_take,
	    const struct ctl_ask *ask)
{
	char *path = socket_path(c);
	int code = CTL_FAILED;
	struct ctl_conn conn = {
		.fd = path ? connect_to(path, ask->is_quiet, &code) : -1};
	free(path);
	if (conn.fd < 0) {
		json_decref(args_take);
		return code;
	}
	buf_init(&conn.in, 4 * WIRE_LINE_MAX);
	code = dialogue(&conn, cmd, args_take, ask);
	buf_clear(&conn.in);
	close(conn.fd);
	return code;
}

static void on_table_row(void *ctx, json_t *row)
{
	ctl_table_row(ctx, row);
}

int ctl_run_remote(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	struct ctl_table *table = ctl_table_new(c, c->command->columns);
	int code = ctl_ask(
		c, c->command->name, args,
		&(struct ctl_ask){.on_row = on_table_row, .ctx = table});
	ctl_table_end(table);
	return code;
}
