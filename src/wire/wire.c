/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of JSON between two processes, on one stream socket and one loop.
 *
 *   socket -> in (<= 1 MiB) -> lines, at most WIRE_TURN_MS a turn -> on_line
 *   wire_send -> out -> socket -> on_drained
 *
 * Invariants: handlers run only from the loop; a bad line costs itself; the end
 * is told once, after every complete line; nothing is touched after a handler
 * called wire_free(). Plain events rather than a bufferevent: the skipping of a
 * line without end, the turn and MSG_NOSIGNAL want the bytes in hand. */
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/wire.h>

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* One read; four fill the pending bytes of the longest line. */
#define READ_CHUNK ((size_t)64 * 1024)
#define WRITE_IOVS 8
/* Refusals are logged one by one up to here, then at each power of two: a
 * broken peer must not fill the journal. */
#define BAD_LOGGED 10

struct wire {
	const struct wire_handler *handler;
	void *ctx;
	char *peer;
	int fd;
	struct event *on_read, *on_write, *on_turn;
	struct buf in;
	size_t pos;	  /* first byte of in not handed over */
	size_t scanned;	  /* no line end before this offset of in */
	bool is_skipping; /* inside a line that is too long */
	struct evbuffer *out;
	uint64_t n_bad;
	bool is_paused, has_ended, end_told, is_dead;
	unsigned depth; /* handlers of ours on the stack */
};

json_t *wire_line(const char *type)
{
	json_t *line = json_object();
	json_object_set_new(line, "t", json_string(type));
	return line;
}

static void release(struct wire *w)
{
	buf_clear(&w->in);
	evbuffer_free(w->out);
	free(w->peer);
	free(w);
}

static void enter(struct wire *w)
{
	w->depth++;
}

/* False when the wire is gone and must not be touched any more. */
static bool leave(struct wire *w)
{
	w->depth--;
	if (!w->is_dead)
		return true;
	if (!w->depth)
		release(w);
	return false;
}

static void count_bad(struct wire *w, const char *event, const char *reason)
{
	w->n_bad++;
	if (w->n_bad <= BAD_LOGGED || !(w->n_bad & (w->n_bad - 1)))
		log_event(LOG_WARNING, event, LOG_S("peer", w->peer),
			  LOG_S("reason", reason), LOG_D("n", w->n_bad));
}

void wire_refuse(struct wire *w, const char *reason)
{
	count_bad(w, "wire.bad", reason);
}

static void hand_over(struct wire *w, const char *bytes, size_t n)
{
	struct err err = {0};
	json_t *line = js_parse(bytes, n, &err);
	const char *type = js_str(line, "t", NULL);
	/* err.text quotes no content: js_parse() names line and column. */
	if (!line)
		wire_refuse(w, err.text);
	else if (!type)
		wire_refuse(w, "no type");
	else
		w->handler->on_line(w->ctx, w, type, line);
	json_decref(line);
}

/* The next whole line in [*start, *start + *n), without its end. Drops what
 * belongs to a line that is too long. */
static bool next_line(struct wire *w, size_t *start, size_t *n)
{
	for (;;) {
		size_t left = w->in.len - w->scanned;
		char *end = left ? memchr(w->in.data + w->scanned, '\n', left)
				 : NULL;
		size_t stop = end ? (size_t)(end - w->in.data) : w->in.len;
		bool is_long = stop - w->pos > WIRE_LINE_MAX;
		if (is_long && !w->is_skipping) {
			w->is_skipping = true;
			wire_refuse(w, "too long");
		}
		if (!end) {
			if (w->is_skipping)
				w->pos = w->in.len;
			w->scanned = w->in.len;
			return false;
		}
		*start = w->pos;
		*n = stop - w->pos;
		w->pos = w->scanned = stop + 1;
		if (!w->is_skipping)
			return true;
		w->is_skipping = false;
	}
}

/* Everything complete was handed over and nothing more can come. */
static void tell_end(struct wire *w)
{
	if (w->end_told || !w->has_ended || w->is_paused)
		return;
	w->end_told = true;
	if (w->in.len > w->pos)
		wire_refuse(w, "cut by the end");
	w->handler->on_end(w->ctx, w);
}

static void watch_reading(struct wire *w)
{
	bool wanted = !w->has_ended && !w->is_paused &&
		      w->in.len - w->pos < WIRE_PENDING_MAX;
	if (wanted)
		event_add(w->on_read, NULL);
	else
		event_del(w->on_read);
}

static void again_soon(struct wire *w)
{
	/* A timer and not event_active(): the loop polls the other peers
	 * before timers run. */
	event_add(w->on_turn, &(const struct timeval){0});
}

static void run_turn(struct wire *w)
{
	int64_t until = clock_mono_ms(clock_system()) + WIRE_TURN_MS;
	size_t start, n;
	bool is_done = false;
	enter(w);
	while (!w->is_dead && !w->is_paused) {
		if (!next_line(w, &start, &n)) {
			is_done = true;
			break;
		}
		hand_over(w, w->in.data + start, n);
		if (clock_mono_ms(clock_system()) >= until)
			break;
	}
	if (!w->is_dead && is_done)
		tell_end(w);
	if (!leave(w))
		return;
	buf_consume(&w->in, w->pos);
	w->scanned -= w->pos;
	w->pos = 0;
	if (!is_done && !w->is_paused)
		again_soon(w);
	watch_reading(w);
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	run_turn(ctx);
}

static void on_read(evutil_socket_t fd, short what, void *ctx)
{
	(void)what;
	struct wire *w = ctx;
	char chunk[READ_CHUNK];
	ssize_t n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	if (n > 0)
		buf_add(&w->in, chunk, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		w->has_ended = true;
	run_turn(w);
}

/* The peer cannot be written to. What it wrote before is still read, then the
 * end follows by itself. */
static void break_off(struct wire *w)
{
	evbuffer_drain(w->out, evbuffer_get_length(w->out));
	event_del(w->on_write);
	shutdown(w->fd, SHUT_RDWR);
}

/* 1 all gone, 0 the socket is full, -1 broken. */
static int write_some(struct wire *w)
{
	while (evbuffer_get_length(w->out)) {
		struct evbuffer_iovec iov[WRITE_IOVS];
		int n = evbuffer_peek(w->out, -1, NULL, iov, WRITE_IOVS);
		struct msghdr msg = {
			.msg_iov = iov,
			.msg_iovlen =
				(size_t)(n < WRITE_IOVS ? n : WRITE_IOVS)};
		ssize_t sent =
			sendmsg(w->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent >= 0)
			evbuffer_drain(w->out, (size_t)sent);
		else if (errno == EAGAIN)
			return 0;
		else if (errno != EINTR)
			return -1;
	}
	return 1;
}

static void on_write(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	struct wire *w = ctx;
	int r = write_some(w);
	if (r < 0) {
		break_off(w);
		return;
	}
	if (r == 0)
		return;
	event_del(w->on_write);
	if (!w->handler->on_drained)
		return;
	enter(w);
	w->handler->on_drained(w->ctx, w);
	leave(w);
}

int wire_flush(struct wire *w, int timeout_ms)
{
	int64_t until = clock_mono_ms(clock_system()) + timeout_ms;
	for (;;) {
		int r = write_some(w);
		if (r > 0) {
			event_del(w->on_write);
			return 0;
		}
		int64_t left = until - clock_mono_ms(clock_system());
		if (r < 0)
			break_off(w);
		if (r < 0 || left <= 0)
			return -1;
		struct pollfd p = {.fd = w->fd, .events = POLLOUT};
		poll(&p, 1, (int)left);
	}
}

struct wire *wire_new(struct event_base *base, int fd, const char *peer,
		      const struct wire_handler *handler, void *ctx)
{
	struct wire *w = mem_alloc(sizeof(*w));
	w->handler = handler;
	w->ctx = ctx;
	w->peer = mem_dup(peer);
	w->fd = fd;
	BUG_ON(evutil_make_socket_nonblocking(fd));
	buf_init(&w->in, WIRE_PENDING_MAX + READ_CHUNK);
	w->out = evbuffer_new();
	w->on_read = event_new(base, fd, EV_READ | EV_PERSIST, on_read, w);
	w->on_write = event_new(base, fd, EV_WRITE | EV_PERSIST, on_write, w);
	w->on_turn = event_new(base, -1, 0, on_turn, w);
	BUG_ON(!w->out || !w->on_read || !w->on_write || !w->on_turn);
	watch_reading(w);
	return w;
}

void wire_free(struct wire *w)
{
	if (!w || w->is_dead)
		return;
	w->is_dead = true;
	event_free(w->on_read);
	event_free(w->on_write);
	event_free(w->on_turn);
	close(w->fd);
	if (!w->depth)
		release(w);
}

void wire_send_text(struct wire *w, const char *type, const struct buf *line)
{
	if (line->too_big || line->len > WIRE_LINE_MAX) {
		count_bad(w, "wire.too_long", type);
	} else if (!w->is_dead && !w->has_ended) {
		evbuffer_add(w->out, line->data, line->len);
		evbuffer_add(w->out, "\n", 1);
		event_add(w->on_write, NULL);
		if (evbuffer_get_length(w->out) > WIRE_UNSENT_MAX) {
			count_bad(w, "wire.stuck", "the peer does not read");
			break_off(w);
		}
	}
}

void wire_send(struct wire *w, json_t *line_take)
{
	struct buf text;
	buf_init(&text, WIRE_LINE_MAX);
	js_write(line_take, &text);
	wire_send_text(w, js_str(line_take, "t", "?"), &text);
	buf_clear(&text);
	json_decref(line_take);
}

size_t wire_unsent(const struct wire *w)
{
	return evbuffer_get_length(w->out);
}

void wire_pause(struct wire *w, bool paused)
{
	if (w->is_dead || w->is_paused == paused)
		return;
	w->is_paused = paused;
	if (!paused)
		again_soon(w);
	/* Inside a handler run_turn() looks again when the turn ends. */
	if (!w->depth)
		watch_reading(w);
}

uint64_t wire_n_bad(const struct wire *w)
{
	return w->n_bad;
}
