/* SPDX-License-Identifier: EUPL-1.2 */
/* The control socket: accept, find out who asks, run one command per
 * connection. Commands are rows of table.c; a call that goes on after its
 * function (import, reload) is kept until it ends or its peer leaves. */
#include "call.h"

#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* More askers than this at once is a mistake or an attack. */
#define CALLS_MAX 32
/* Who connects and asks nothing for so long gives up the place. */
#define PATIENCE_S   30
#define ADMIN_GROUP  "etrier-admin"
#define NEEDS_GROUP  "etrier-needs"
#define END_TEXT_MAX 1000
/* Groups looked at per peer. */
#define GROUPS_MAX 64

struct engine_state *control_state(const struct control_call *call)
{
	return call->control->state;
}

const struct control_peer *control_peer(const struct control_call *call)
{
	return &call->peer;
}

int64_t control_id(const struct control_call *call)
{
	return call->id;
}

void control_set_data(struct control_call *call, void *data)
{
	call->data = data;
}

void *control_data(const struct control_call *call)
{
	return call->data;
}

struct control_call *control_find(struct control *c, int64_t id)
{
	for (struct control_call *k = c->calls; k; k = k->next) {
		if (k->id == id && !k->is_over)
			return k;
	}
	return NULL;
}

struct control_call *control_next(struct control *c,
				  const struct control_call *after)
{
	return after ? after->next : c->calls;
}

const struct control_command *control_asked(const struct control_call *call)
{
	return call->command;
}

void control_about(struct control_call *call, int64_t person)
{
	call->about[call->about[0] && call->about[0] != person] = person;
}

void control_row(struct control_call *call, json_t *row_take)
{
	call->n_rows++;
	json_t *line = wire_line("line");
	json_object_set_new(line, "row", row_take);
	wire_send(call->wire, line);
}

void control_ready(struct control_call *call)
{
	json_t *line = wire_line("line");
	json_object_set_new(line, "ready", json_true());
	wire_send(call->wire, line);
}

static void close_with(struct control_call *call, const char *type, int code,
		       const char *text)
{
	struct err err = {0};
	BUG_ON(call->is_over);
	json_t *line = wire_line(type);
	if (call_trail_done(call, code, &err))
		log_event(LOG_ERROR, "audit.failed", LOG_S("why", err.text));
	js_put_int(line, "code", code, -1);
	js_put_str(line, "text", text);
	call->is_over = true; /* removed when the line has left: on_drained() */
	event_add(call->patience,
		  &(const struct timeval){.tv_sec = PATIENCE_S});
	wire_send(call->wire, line);
}

void control_end(struct control_call *call, int code, const char *fmt, ...)
{
	char text[END_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	if (fmt)
		vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	close_with(call, "end", code, fmt ? text : NULL);
}

void control_error(struct control_call *call, int code, const char *fmt, ...)
{
	char text[END_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	close_with(call, "error", code, text);
}

static void remove_call(struct control_call *call)
{
	struct control *c = call->control;
	for (struct control_call **k = &c->calls; *k; k = &(*k)->next) {
		if (*k == call) {
			*k = call->next;
			break;
		}
	}
	c->n_calls--;
	if (!call->is_over && call->command && call->command->on_gone)
		call->command->on_gone(call);
	if (!call->is_over && call->is_asked) {
		struct err lost;
		(void)call_trail_done(call, -1,
				      &lost); /* it left before the end */
	}
	event_free(call->patience);
	wire_free(call->wire);
	free(call);
}

static void on_end(void *ctx, struct wire *w)
{
	(void)w;
	remove_call(ctx);
}

/* The answer has left: nobody keeps a place by not hanging up. */
static void on_drained(void *ctx, struct wire *w)
{
	struct control_call *call = ctx;
	(void)w;
	if (call->is_over)
		remove_call(call);
}

static void on_patience(evutil_socket_t fd, short what, void *ctx)
{
	struct control_call *call = ctx;
	(void)fd;
	(void)what;
	if (!call->command && !call->is_over)
		control_error(call, 1, "no command came in %d seconds",
			      PATIENCE_S);
	else if (call->is_over)
		remove_call(call); /* it does not even read */
}

static const struct control_command *find_command(const char *name)
{
	for (const struct control_command *k = control_commands; k->name; k++) {
		if (str_eq(k->name, name))
			return k;
	}
	return NULL;
}

/* Nothing changes unrecorded, and nothing while it could not be kept. */
static bool may_begin(struct control_call *call, json_t *args)
{
	const struct control_command *k = call->command;
	const struct engine_state *e = call->control->state;
	struct err err = {0};
	if (k->kind != CONTROL_CHANGE && k->kind != CONTROL_RELOAD)
		return true;
	if (k->kind == CONTROL_CHANGE && e->is_paused) {
		control_error(call, 1,
			      "the engine is paused (etrierctl status says "
			      "why): nothing can be changed now");
		return false;
	}
	if (!call_trail_asked(call, args, &err))
		return true;
	control_error(call, 1, "nothing was changed: %s", err.text);
	return false;
}

static void begin(struct control_call *call, json_t *line)
{
	const char *name = js_str(line, "cmd", "");
	const struct control_command *k = find_command(name);
	if (!k) {
		control_error(call, 2,
			      "this engine (version %s) has no command of that "
			      "name: etrierctl and etrierd differ?",
			      ETRIER_VERSION);
		return;
	}
	json_t *args = json_object_get(line, "args");
	call->command = k;
	event_del(call->patience);
	log_event(LOG_DEBUG, "control.command", LOG_S("cmd", k->name),
		  LOG_D("uid", call->peer.uid));
	call->args = args;
	if (may_begin(call, args))
		k->run(call, args);
	call->args = NULL;
}

static void on_line(void *ctx, struct wire *w, const char *type, json_t *line)
{
	struct control_call *call = ctx;
	(void)w;
	if (call->is_over)
		return;
	if (str_eq(type, "hello")) {
		call->has_hello = js_int(line, "wire", -1) == WIRE_VERSION;
		if (!call->has_hello)
			control_error(call, 1,
				      "etrierctl speaks another version of the "
				      "control protocol than this engine (%s)",
				      ETRIER_VERSION);
	} else if (!call->has_hello) {
		control_error(call, 2, "hello comes first");
	} else if (str_eq(type, "command") && !call->command) {
		begin(call, line);
	} else if (call->command && call->command->on_line) {
		call->command->on_line(call, type, line);
	} else {
		control_error(call, 2, "a \"%s\" line has no place here", type);
	}
}

/* The group's number, from the file itself: a look-up over a network would
 * stall the engine. */
static bool find_group(const char *name, gid_t *gid)
{
	FILE *f = fopen("/etc/group", "re");
	bool is_found = false;
	for (struct group *g; f && !is_found && (g = fgetgrent(f));) {
		is_found = str_eq(g->gr_name, name);
		*gid = g->gr_gid;
	}
	if (f)
		fclose(f);
	return is_found;
}

static bool in_group(gid_t primary, int fd, const char *name)
{
	gid_t gid, groups[GROUPS_MAX];
	socklen_t n = sizeof(groups);
	if (!find_group(name, &gid))
		return false;
	if (primary == gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &n))
		return false;
	for (size_t i = 0; i < n / sizeof(groups[0]); i++) {
		if (groups[i] == gid)
			return true;
	}
	return false;
}

bool control_rights(struct control_peer *p, int64_t uid, int64_t own_uid,
		    bool one_folder, bool in_admin, bool in_needs)
{
	bool is_master = uid == 0 || (uid == own_uid && one_folder);
	*p = (struct control_peer){.uid = uid};
	if (!is_master && uid == own_uid)
		return false;
	p->is_admin = is_master || in_admin;
	p->may_needs = is_master || (in_admin && in_needs);
	return p->is_admin;
}

static bool read_peer(const struct control *c, int fd, struct control_peer *p)
{
	struct ucred u;
	socklen_t n = sizeof(u);
	*p = (struct control_peer){.uid = -1};
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &n))
		return false;
	return control_rights(p, u.uid, getuid(), c->one_folder,
			      in_group(u.gid, fd, ADMIN_GROUP),
			      in_group(u.gid, fd, NEEDS_GROUP));
}

/* Said without a call, because there is no room for one. */
static void turn_away(int fd, int n_calls)
{
	static const char words[] =
		"{\"t\":\"error\",\"code\":1,\"text\":\"too many ask at "
		"once; try again in a moment\"}\n";
	log_event(LOG_WARNING, "control.full", LOG_D("n", n_calls));
	(void)send(fd, words, sizeof(words) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static struct control_call *add_call(struct control *c, int fd)
{
	static const struct wire_handler handler = {
		.on_line = on_line, .on_end = on_end, .on_drained = on_drained};
	struct control_call *call = mem_alloc(sizeof(*call));
	call->control = c;
	call->id = ++c->next_id;
	call->wire = wire_new(c->base, fd, "ctl", &handler, call);
	call->patience = event_new(c->base, -1, EV_PERSIST, on_patience, call);
	BUG_ON(!call->patience);
	event_add(call->patience,
		  &(const struct timeval){.tv_sec = PATIENCE_S});
	call->next = c->calls;
	c->calls = call;
	c->n_calls++;
	return call;
}

static void on_accept(evutil_socket_t fd, short what, void *ctx)
{
	(void)what;
	struct control *c = ctx;
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (peer < 0)
		return;
	if (c->n_calls >= CALLS_MAX) {
		turn_away(peer, c->n_calls);
		return;
	}
	struct control_peer who;
	bool is_welcome = read_peer(c, peer, &who);
	struct control_call *call = add_call(c, peer);
	call->peer = who;
	if (!is_welcome) {
		log_event(LOG_WARNING, "control.refused",
			  LOG_D("uid", call->peer.uid));
		call_trail_refused(call, "connect");
		control_error(call, 1,
			      "this user may not ask the engine: ask as root "
			      "or as a member of etrier-admin (and not as the "
			      "service's own user)");
	}
}

static int listen_on(struct control *c, const char *path, struct err *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	if (!str_copy(a.sun_path, sizeof(a.sun_path), path))
		return err_set(err, ERR_CONFIG,
			       "%s: longer than a socket's path may be (%zu "
			       "bytes): shorten paths.run",
			       path, sizeof(a.sun_path) - 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return err_set(err, ERR_STORE, "%s: %s", path, strerror(errno));
	unlink(path); /* the supervisor's lock says that nobody else is here */
	mode_t old = umask(0117);
	int failed = bind(c->fd, (const struct sockaddr *)&a, sizeof(a)) ||
		     listen(c->fd, CALLS_MAX);
	int why = errno;
	umask(old);
	if (failed)
		return err_set(err, ERR_STORE, "%s: %s", path, strerror(why));
	return 0;
}

struct control *control_new(struct event_base *base, const char *path,
			    bool one_folder, struct engine_state *state,
			    struct err *err)
{
	struct control *c = mem_alloc(sizeof(*c));
	c->base = base;
	c->fd = -1;
	c->path = mem_dup(path);
	c->one_folder = one_folder;
	c->state = state;
	if (listen_on(c, path, err)) {
		control_free(c);
		return NULL;
	}
	c->accept = event_new(base, c->fd, EV_READ | EV_PERSIST, on_accept, c);
	event_add(c->accept, NULL);
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	while (c->calls)
		remove_call(c->calls); /* NOLINT: it unlinks itself */
	if (c->accept) {
		event_free(c->accept);
		unlink(c->path);
	}
	if (c->fd >= 0)
		close(c->fd);
	free(c->path);
	free(c);
}
