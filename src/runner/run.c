/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of one program:
 *
 *   runs ──► ended (group killed, reaped) ──► both pipes at their end ──► done
 *     └── time over, ceiling: group killed, output ignored ─┘
 *
 * The first reason to fail stays. A program may print after it closed stdout
 * or leave children behind; only the end of its first process counts, and with
 * it the rest of the group is killed, so that the pipes come to their end. */
#include "run.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One reading: no run keeps the loop for longer than some milliseconds. */
#define CHUNK ((size_t)64 * 1024)
/* Of stderr: kept, and shown after cleaning. */
#define SAID_MAX   1000
#define SAID_SHOWN 160

struct run {
	struct run_handler handler;
	void *ctx;
	struct line_reader reader;
	const json_t *source;
	struct program_process process; /* pid 0: reaped; fds -1: at the end */
	struct event *on_out, *on_err, *on_child, *on_time;
	struct arena arena; /* of the line in hand */
	struct buf line, said;
	bool is_skipping; /* the rest of a line that is too long */
	bool is_paused;
	int status; /* of waitpid(), once reaped */
	struct err err;
	struct runner_counts counts;
};

/* --- lines ---------------------------------------------------------------- */

static void count(struct runner_counts *c, const struct offer *o)
{
	c->good++;
	c->closed += o->status != OFFER_LIVE;
	c->no_trade += !o->n_rome;
	c->no_place += o->place.precision == PLACE_UNKNOWN;
}

static void bad_line(struct run *r, const struct err *err)
{
	r->counts.bad++;
	if (r->handler.on_bad)
		r->handler.on_bad(r->ctx, r->counts.seen, err);
}

static void take_line(struct run *r, const char *bytes, size_t n)
{
	struct offer o;
	struct err err = {0};
	json_t *line;
	while (n && strchr(" \t\r", bytes[n - 1]) && bytes[n - 1])
		n--;
	if (!n)
		return;
	r->counts.seen++;
	if (line_read(&r->reader, bytes, n, &r->arena, &o, &line, &err)) {
		bad_line(r, &err);
	} else {
		count(&r->counts, &o);
		r->handler.on_offer(r->ctx, &o);
		json_decref(line);
	}
	arena_reset(&r->arena);
}

static void skip_line(struct run *r)
{
	struct err err;
	r->counts.seen++;
	err_set(&err, ERR_LIMIT, "the line is longer than %zu bytes",
		RUN_LINE_MAX);
	bad_line(r, &err);
}

/* A piece of a line; is_end: the last one. */
static void add_piece(struct run *r, const char *bytes, size_t n, bool is_end)
{
	buf_add(&r->line, bytes, r->is_skipping ? 0 : n);
	if (r->line.too_big && !r->is_skipping) {
		r->is_skipping = true;
		skip_line(r);
	}
	if (!is_end)
		return;
	if (!r->is_skipping && r->line.len)
		take_line(r, r->line.data, r->line.len);
	r->is_skipping = false;
	buf_reset(&r->line);
}

/* --- ends ----------------------------------------------------------------- */

static void close_pipe(struct event **ev, int *fd)
{
	if (*ev)
		event_free(*ev);
	*ev = NULL;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void judge_status(struct run *r)
{
	if (r->err.kind)
		return;
	if (WIFSIGNALED(r->status))
		err_set(&r->err, ERR_NETWORK, "the program died by signal %d",
			WTERMSIG(r->status));
	else if (WEXITSTATUS(r->status))
		err_set(&r->err, ERR_NETWORK,
			"the program ended with status %d",
			WEXITSTATUS(r->status));
}

static void end_if_over(struct run *r)
{
	if (r->process.pid || r->process.out >= 0 || r->process.err >= 0)
		return;
	judge_status(r);
	/* What has no line end is whole only when all went well. */
	if (!r->err.kind && r->line.len)
		add_piece(r, "", 0, true);
	struct run_result result = {
		.is_whole = !r->err.kind,
		.err = r->err,
		.said = r->said.len ? utf8_clean(&r->arena, r->said.data,
						 UTF8_ONE_LINE, SAID_SHOWN)
				    : "",
	};
	event_del(r->on_time);
	event_del(r->on_child);
	r->handler.on_done(r->ctx, &result);
}

/* The end by our hand. What it printed so far stays good. */
static void fail(struct run *r, const char *why)
{
	if (!r->err.kind)
		err_set(&r->err, ERR_LIMIT, "%s", why);
	if (r->process.pid)
		program_kill(r->process.pid);
	close_pipe(&r->on_out, &r->process.out);
}

static void on_time(evutil_socket_t fd, short what, void *ctx)
{
	struct run *r = ctx;
	(void)fd;
	(void)what;
	fail(r, "the program took longer than timeout_s");
	close_pipe(&r->on_err, &r->process.err);
	end_if_over(r);
}

static void start_clock(struct run *r)
{
	const struct timeval tv = {.tv_sec = js_int(r->source, "timeout_s", 1)};
	event_add(r->on_time, &tv);
}

static void on_child(evutil_socket_t fd, short what, void *ctx)
{
	struct run *r = ctx;
	(void)fd;
	(void)what;
	if (!r->process.pid || !program_has_ended(r->process.pid, &r->status))
		return;
	r->process.pid = 0;
	/* Now for what is left in the pipes, also of a reader that is slow. */
	start_clock(r);
	end_if_over(r);
}

/* --- reading -------------------------------------------------------------- */

static void take_bytes(struct run *r, const char *bytes, size_t n)
{
	const char *end = bytes + n;
	r->counts.bytes += (int64_t)n;
	if (r->counts.bytes > js_int(r->source, "max_bytes", 0)) {
		fail(r, "the program printed more than max_bytes");
		return;
	}
	while (bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t k = (size_t)((stop ? stop : end) - bytes);
		add_piece(r, bytes, k, stop != NULL);
		if (r->counts.seen > js_int(r->source, "max_offers", 0)) {
			fail(r, "the program printed more than max_offers");
			return;
		}
		bytes += stop ? k + 1 : k;
	}
}

static void on_out(evutil_socket_t fd, short what, void *ctx)
{
	struct run *r = ctx;
	char *bytes = mem_alloc(CHUNK);
	ssize_t n = read(fd, bytes, CHUNK);
	(void)what;
	if (n > 0)
		take_bytes(r, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_pipe(&r->on_out, &r->process.out);
	free(bytes);
	end_if_over(r);
}

static void on_err(evutil_socket_t fd, short what, void *ctx)
{
	struct run *r = ctx;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	(void)what;
	if (n > 0) {
		size_t room = SAID_MAX - r->said.len;
		buf_add(&r->said, bytes, (size_t)n < room ? (size_t)n : room);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_pipe(&r->on_err, &r->process.err);
	}
	end_if_over(r);
}

/* --- the outside ---------------------------------------------------------- */

struct run *run_start(struct event_base *base, const struct program *p,
		      const struct line_reader *reader,
		      const struct run_handler *handler, void *ctx,
		      struct err *err)
{
	struct program_process process;
	if (program_start(p, &process, err))
		return NULL;
	struct run *r = mem_alloc(sizeof(*r));
	*r = (struct run){.handler = *handler,
			  .ctx = ctx,
			  .reader = *reader,
			  .source = p->source,
			  .process = process};
	arena_init(&r->arena);
	buf_init(&r->line, RUN_LINE_MAX);
	buf_init(&r->said, SAID_MAX);
	r->on_out =
		event_new(base, process.out, EV_READ | EV_PERSIST, on_out, r);
	r->on_err =
		event_new(base, process.err, EV_READ | EV_PERSIST, on_err, r);
	r->on_child = evsignal_new(base, SIGCHLD, on_child, r);
	r->on_time = evtimer_new(base, on_time, r);
	BUG_ON(!r->on_out || !r->on_err || !r->on_child || !r->on_time);
	event_add(r->on_out, NULL);
	event_add(r->on_err, NULL);
	event_add(r->on_child, NULL);
	start_clock(r);
	/* It may have ended before anybody listened. */
	event_active(r->on_child, EV_SIGNAL, 1);
	return r;
}

const struct runner_counts *run_counts(const struct run *r)
{
	return &r->counts;
}

bool run_is_complete(const struct run *r)
{
	return str_eq(js_str(r->source, "delivers", ""), "complete") &&
	       r->counts.seen > 0 && r->counts.bad * 2 <= r->counts.seen;
}

void run_pause(struct run *r, bool is_paused)
{
	if (r->is_paused == is_paused || !r->on_out)
		return;
	r->is_paused = is_paused;
	if (is_paused)
		event_del(r->on_out);
	else
		event_add(r->on_out, NULL);
}

void run_free(struct run *r)
{
	int status;
	if (!r)
		return;
	if (r->process.pid) {
		program_kill(r->process.pid);
		waitpid(r->process.pid, &status, WNOHANG);
	}
	close_pipe(&r->on_out, &r->process.out);
	close_pipe(&r->on_err, &r->process.err);
	event_free(r->on_child);
	event_free(r->on_time);
	arena_clear(&r->arena);
	buf_clear(&r->line);
	buf_clear(&r->said);
	free(r);
}
