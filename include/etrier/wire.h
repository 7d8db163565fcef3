/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_WIRE_H
#define ETRIER_WIRE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct event_base;

/* One JSON object per line between two processes, {"t":TYPE,...}. A line that
 * does not parse, has no "t" or is too long is counted, logged (wire.bad) and
 * skipped: it never ends the reader. */
#define WIRE_VERSION	 1
#define WIRE_LINE_MAX	 ((size_t)256 * 1024)
#define WIRE_PENDING_MAX ((size_t)1024 * 1024) /* stop reading above this */
#define WIRE_TURN_MS	 10 /* longest run on one peer before the next */
/* More than this unsent: the peer no longer reads and is given up. Above the
 * largest configuration (role.h) with its escapes. */
#define WIRE_UNSENT_MAX ((size_t)64 * 1024 * 1024)

struct wire;
struct wire_handler {
	/* type is line's "t"; line is borrowed. */
	void (*on_line)(void *ctx, struct wire *w, const char *type,
			json_t *line);
	/* The other end is gone (or broken beyond use). Every complete line was
	 * handed over before. The owner calls wire_free(), here or later. */
	void (*on_end)(void *ctx, struct wire *w);
	/* All that was sent has left; may be NULL. */
	void (*on_drained)(void *ctx, struct wire *w);
};

/* Takes the descriptor, a stream socket (made non-blocking). peer is a name for
 * logs (copied). Handlers run from the loop only, never inside wire_send(). */
struct wire *wire_new(struct event_base *base, int fd, const char *peer,
		      const struct wire_handler *handler, void *ctx);
/* May be called inside a handler. Unsent bytes are dropped. */
void wire_free(struct wire *w);
/* Queue a line; takes the reference. A line above the ceiling is a bug of
 * ours: dropped, counted and logged as wire.too_long. */
void wire_send(struct wire *w, json_t *line_take);
/* The same for a line of that type that is written already, without its end. */
void wire_send_text(struct wire *w, const char *type, const struct buf *line);
size_t wire_unsent(const struct wire *w); /* bytes queued */
/* Block until all that is queued has left, at most timeout_ms: what must be
 * written before the next step (the courier's `submitting`, the last line of a
 * process). 0, or -1 when the time is over or the peer is gone. */
int wire_flush(struct wire *w, int timeout_ms);
/* Back-pressure: stop and go on handing lines over. */
void wire_pause(struct wire *w, bool paused);
/* Lines refused since the start, for metrics. */
uint64_t wire_n_bad(const struct wire *w);
/* For handlers: a line of an unknown type or without a needed member; counted
 * and logged like one that does not parse. reason is text of ours. */
void wire_refuse(struct wire *w, const char *reason);

/* {"t":type,...}: as json_pack's "{s:s,...}" of the remaining pairs is long,
 * make the object and fill it. */
json_t *wire_line(const char *type);

/* A connected pair of stream sockets, both close-on-exec. 0 or -1 with errno.
 * wire_handover_pair(): the SEQPACKET pair of wire_send_fd(). */
int wire_pair(int fds[2]);
int wire_handover_pair(int fds[2]);
/* Send and receive a descriptor with a line over a SOCK_SEQPACKET socket.
 * Neither blocks. fd stays the caller's. 0 or -1 with errno. */
int wire_send_fd(int sock, int fd, json_t *line_take);
/* 1 got one (both the caller's, fd close-on-exec); 0 nothing now (errno EAGAIN)
 * or the end (errno 0); -1 bad message (skipped, its descriptors closed). */
int wire_recv_fd(int sock, int *fd, json_t **line);

#endif
