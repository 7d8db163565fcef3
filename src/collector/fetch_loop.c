/* SPDX-License-Identifier: EUPL-1.2 */
/* Curl takes its socket off the loop when a transfer ends and puts it back when
 * the next one begins on the same connection: two calls of the kernel for
 * nothing. So a socket that was opened here stays on the loop, and is taken off
 * when it is closed, or when it speaks while nobody listens. Sockets of curl's
 * own (its resolver's) are closed unseen, and are taken off at once.
 *
 * "Now" is said to the loop as an event that is due, which runs in the same
 * turn, and not as a timer of no time, which waits for another look at all
 * sockets. */
#include "fetch_loop.h"

#include <etrier/mem.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* Of one descriptor, whichever socket has its number. */
struct slot {
	struct event ev;
	short wanted; /* what curl listens to now; 0: to nothing */
	short armed;  /* what the loop listens to */
	bool is_ours; /* its end will be told */
};
struct fetch_loop {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
	void (*on_moved)(void *ctx);
	void *ctx;
	struct slot **slots; /* by descriptor */
	size_t n_slots;
	bool is_in_timer, was_told;
};

/* --- sockets -------------------------------------------------------------- */

static void on_socket(evutil_socket_t fd, short what, void *ctx);

static struct slot *slot_of(struct fetch_loop *l, curl_socket_t fd)
{
	size_t at = (size_t)fd;
	BUG_ON(fd < 0);
	if (at >= l->n_slots) {
		size_t n = (at + 1) * 2;
		l->slots = mem_grow(l->slots, n, sizeof(struct slot *));
		while (l->n_slots < n)
			l->slots[l->n_slots++] = NULL;
	}
	if (!l->slots[at])
		l->slots[at] = mem_alloc(sizeof(struct slot));
	return l->slots[at];
}

static void disarm(struct slot *s)
{
	if (s->armed)
		event_del(&s->ev);
	s->armed = 0;
}

static void arm(struct fetch_loop *l, struct slot *s, curl_socket_t fd,
		short mask)
{
	disarm(s);
	event_assign(&s->ev, l->base, fd, (short)(mask | EV_PERSIST), on_socket,
		     l);
	event_add(&s->ev, NULL);
	s->armed = mask;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
		       void *unused)
{
	struct fetch_loop *l = ctx;
	struct slot *s = slot_of(l, fd);
	(void)easy;
	(void)unused;
	s->wanted = 0;
	if (what != CURL_POLL_REMOVE)
		s->wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
				    (what & CURL_POLL_OUT ? EV_WRITE : 0));
	if (s->wanted && s->wanted != s->armed)
		arm(l, s, fd, s->wanted);
	else if (!s->wanted && !(s->is_ours && s->armed == EV_READ))
		disarm(s);
	return 0;
}

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct fetch_loop *l = ctx;
	struct slot *s = slot_of(l, fd);
	int running, mask = (what & EV_READ ? CURL_CSELECT_IN : 0) |
			    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	if (!s->wanted) {
		disarm(s); /* the server hung up, or speaks unasked */
		return;
	}
	curl_multi_socket_action(l->multi, fd, mask, &running);
	l->on_moved(l->ctx);
}

static int close_socket(void *ctx, curl_socket_t fd)
{
	struct slot *s = slot_of(ctx, fd);
	disarm(s);
	s->wanted = 0;
	s->is_ours = false;
	return close(fd);
}

void fetch_loop_watch(struct fetch_loop *l, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, l);
}

void fetch_loop_opened(struct fetch_loop *l, curl_socket_t fd)
{
	struct slot *s = slot_of(l, fd);
	disarm(s);
	s->is_ours = true;
}

/* --- the timer ------------------------------------------------------------ */

static void arm_timer(struct fetch_loop *l, long ms)
{
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
	evtimer_add(l->timer, &tv);
}

/* The loop reckons from the beginning of its turn, which may be long ago: its
 * timer is early then, curl finds that nothing is due, and has nothing new to
 * tell either. */
static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct fetch_loop *l = ctx;
	int running;
	long ms = -1;
	(void)fd;
	(void)what;
	l->is_in_timer = true;
	l->was_told = false;
	curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	l->is_in_timer = false;
	if (!l->was_told && !curl_multi_timeout(l->multi, &ms) && ms >= 0)
		arm_timer(l, ms);
	l->on_moved(l->ctx);
}

/* Only arms the timer: curl must not be called from here. "Now" said again by
 * what was done now waits for the sockets: nothing turns on the spot. */
static int want_timer(CURLM *multi, long ms, void *ctx)
{
	struct fetch_loop *l = ctx;
	(void)multi;
	l->was_told = true;
	if (ms < 0)
		evtimer_del(l->timer);
	else if (!ms && !l->is_in_timer)
		event_active(l->timer, EV_TIMEOUT, 0);
	else
		arm_timer(l, ms);
	return 0;
}

/* --- the outside ---------------------------------------------------------- */

struct fetch_loop *fetch_loop_new(struct event_base *base,
				  void (*on_moved)(void *ctx), void *ctx)
{
	struct fetch_loop *l = mem_alloc(sizeof(*l));
	l->base = base;
	l->on_moved = on_moved;
	l->ctx = ctx;
	l->timer = evtimer_new(base, on_timer, l);
	l->multi = curl_multi_init();
	BUG_ON(!l->timer || !l->multi);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	return l;
}

void fetch_loop_free(struct fetch_loop *l)
{
	if (!l)
		return;
	curl_multi_cleanup(l->multi);
	event_free(l->timer);
	for (size_t i = 0; i < l->n_slots; i++) {
		if (l->slots[i])
			disarm(l->slots[i]);
		free(l->slots[i]);
	}
	free(l->slots);
	free(l);
}

CURLM *fetch_loop_multi(struct fetch_loop *l)
{
	return l->multi;
}
