/* SPDX-License-Identifier: EUPL-1.2 */
/* libesmtp towards a relay on the same host, with the guards it needs. Debian's
 * 1.1.0 was measured (docs/decisions); what it does wrong without TLS, and
 * what is done about it here:
 *   addresses with line ends become commands     mime_address_check() first
 *   connect(2) and getaddrinfo() have no limit   SIGALRM ends the process
 *   time-outs are per wait: an endless reply     SIGALRM shuts the socket
 *   a write that times out drops 2 KB and goes   a gap between two body
 *   on: a mail with a hole, reported 250         requests ends it before "."
 *   Nagle: 44 ms a mail                          TCP_NODELAY
 *   message 250 though the recipient was refused recipient AND message judged
 *   greeting and EHLO codes are not told         the monitor keeps them
 * One message a session: over loopback that is 2 000 mails a second. */
#include "smtp.h"

#include "verdict.h"

#include <etrier/clock.h>
#include <etrier/courier.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/mime.h>

#include <errno.h>
#include <libesmtp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define CHUNK_BYTES  ((size_t)1024) /* libesmtp is well behaved to 2 KB */
#define REPLY_MAX    512	    /* RFC 5321 4.5.3.1.5, a reply line */
#define FDS_SEARCHED 256	    /* a lane holds about ten */
#define LAST_WORD_S  2		    /* from shutdown to the end of the lane */

/* What the alarm works on. A signal handler has no argument: the one place of
 * the courier with file-level state. -1: not connected yet. */
static volatile sig_atomic_t watched_fd = -1;

struct session {
	const struct smtp_relay *relay;
	const char *bytes;
	size_t n, at;
	int64_t last_ms; /* when the body was last asked for */
	bool is_stalled;
	char reply[REPLY_MAX]; /* the last refusal the relay spoke */
};

/* First alarm of a connected session: wake libesmtp out of its poll. Any
 * other: nothing but the end of the process helps. */
static void on_alarm(int sig)
{
	(void)sig;
	if (watched_fd < 0)
		_exit(COURIER_EXIT_STUCK);
	shutdown(watched_fd, SHUT_RDWR);
	watched_fd = -1;
}

static void alarm_set(int seconds)
{
	struct itimerval t = {
		.it_value = {.tv_sec = seconds},
		.it_interval = {.tv_sec = seconds ? LAST_WORD_S : 0}};
	setitimer(ITIMER_REAL, &t, NULL);
}

static void signals_set(void)
{
	struct sigaction alarm_action = {.sa_handler = on_alarm};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t unblock;
	sigemptyset(&alarm_action.sa_mask);
	sigemptyset(&unblock);
	sigaddset(&unblock, SIGALRM);
	sigaction(SIGALRM, &alarm_action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigprocmask(SIG_UNBLOCK, &unblock, NULL);
}

/* libesmtp does not tell its socket: look for the one with that peer port. */
static int find_socket(int port)
{
	for (int fd = 3; fd < FDS_SEARCHED; fd++) {
		union {
			struct sockaddr any;
			struct sockaddr_in v4;
			struct sockaddr_in6 v6;
		} peer = {.any = {0}};
		socklen_t len = sizeof peer;
		if (getpeername(fd, &peer.any, &len) < 0)
			continue;
		if (peer.any.sa_family == AF_INET &&
		    ntohs(peer.v4.sin_port) == port)
			return fd;
		if (peer.any.sa_family == AF_INET6 &&
		    ntohs(peer.v6.sin6_port) == port)
			return fd;
	}
	return -1;
}

static void on_event(smtp_session_t s, int event, void *arg, ...)
{
	const struct session *me = arg;
	(void)s;
	if (event == SMTP_EV_DISCONNECT)
		watched_fd = -1;
	if (event != SMTP_EV_CONNECT)
		return;
	int fd = find_socket(me->relay->port);
	int on = 1;
	/* Later than libesmtp's own wait: on_body() shall see a stall first and
	 * say so; this is for a relay whose machine is gone. */
	unsigned limit_ms = 2 * (unsigned)me->relay->timeout_ms;
	watched_fd = fd;
	alarm_set(me->relay->deadline_s);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms,
		   sizeof limit_ms);
}

static void on_monitor(const char *line, int n, int writing, void *arg)
{
	struct session *me = arg;
	if (writing || n <= 0 || (line[0] != '4' && line[0] != '5'))
		return;
	size_t k =
		(size_t)n < sizeof me->reply ? (size_t)n : sizeof me->reply - 1;
	memcpy(me->reply, line, k);
	me->reply[k] = '\0';
}

/* The body, piece by piece; len NULL: from the start. errno must be 0 at the
 * end or libesmtp takes it for a failure; here that is also the means to stop
 * before the final dot. */
static const char *on_body(void **ctx, int *len, void *arg)
{
	struct session *me = arg;
	int64_t now = clock_mono_ms(clock_system());
	(void)ctx;
	if (!len) {
		me->at = 0;
		me->last_ms = now;
		return NULL;
	}
	if (now - me->last_ms > (int64_t)me->relay->timeout_ms * 9 / 10)
		me->is_stalled = true;
	me->last_ms = now;
	if (me->is_stalled) {
		*len = 0;
		errno = ETIMEDOUT;
		return NULL;
	}
	size_t k = me->n - me->at;
	if (k > CHUNK_BYTES)
		k = CHUNK_BYTES;
	const char *piece = me->bytes + me->at;
	me->at += k;
	*len = (int)k;
	errno = 0;
	return piece;
}

/* 5xx that say something about the relay's set-up or its day, not about this
 * mail: to give up would lose every mail until somebody looks. */
static bool is_refused_for_good(int code)
{
	static const int passing[] = {530, 534, 535, 538, 552};
	if (code < 500)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		if (code == passing[i])
			return false;
	return true;
}

static void set_status(struct verdict *v, const smtp_status_t *st,
		       enum verdict_result result, const char *reason)
{
	verdict_set(v, result, reason, st->text);
	v->code = st->code;
	if (st->enh_class)
		snprintf(v->enhanced, sizeof v->enhanced, "%d.%d.%d",
			 st->enh_class, st->enh_subject, st->enh_detail);
}

static bool is_refusal(const smtp_status_t *st)
{
	return st && st->code >= 400;
}

/* Nobody refused and nobody accepted: the session ended on its way. A
 * refusal of the greeting or of EHLO is in reply; it is about the relay, never
 * about this mail, so it is always "later". */
static void judge_lost(const struct session *me, struct verdict *v)
{
	const char *r = me->reply;
	bool is_code = r[0] >= '4' && r[0] <= '5' && r[1] >= '0' &&
		       r[1] <= '9' && r[2] >= '0' && r[2] <= '9';
	char text[128];
	smtp_strerror(smtp_errno(), text, sizeof text);
	if (me->is_stalled)
		verdict_set(v, VERDICT_RETRY, "network",
			    "the relay stopped reading; given up before the "
			    "end of the mail");
	else /* all of it was handed over: it may have been accepted */
		verdict_set(v, VERDICT_RETRY,
			    me->n && me->at == me->n ? "lost" : "network",
			    is_code ? r + 3 : text);
	if (is_code)
		v->code = (r[0] - '0') * 100 + (r[1] - '0') * 10 + r[2] - '0';
}

static void judge(const struct session *me, smtp_message_t m,
		  smtp_recipient_t r, struct verdict *v)
{
	const smtp_status_t *path = smtp_reverse_path_status(m);
	const smtp_status_t *rcpt = smtp_recipient_status(r);
	const smtp_status_t *msg = smtp_message_transfer_status(m);
	const smtp_status_t *bad = is_refusal(path)   ? path
				   : is_refusal(rcpt) ? rcpt
				   : is_refusal(msg)  ? msg
						      : NULL;
	if (bad)
		set_status(v, bad,
			   is_refused_for_good(bad->code) ? VERDICT_FAILED
							  : VERDICT_RETRY,
			   "refused");
	else if (rcpt && rcpt->code / 100 == 2 && msg && msg->code == 250 &&
		 smtp_recipient_check_complete(r) && !me->is_stalled &&
		 me->at == me->n)
		set_status(v, msg, VERDICT_SENT, "ok");
	else
		judge_lost(me, v);
}

static void converse(struct session *me, const char *from, const char *to,
		     struct verdict *v)
{
	char server[300];
	snprintf(server, sizeof server, "%s:%d", me->relay->host,
		 me->relay->port);
	smtp_session_t s = smtp_create_session();
	smtp_message_t m = s ? smtp_add_message(s) : NULL;
	smtp_recipient_t r = m ? smtp_add_recipient(m, to) : NULL;
	if (!r || !smtp_set_server(s, server) ||
	    !smtp_set_reverse_path(m, from) ||
	    !smtp_set_messagecb(m, on_body, me) ||
	    !smtp_set_eventcb(s, on_event, me) ||
	    !smtp_set_monitorcb(s, on_monitor, me, 0)) {
		verdict_set(v, VERDICT_RETRY, "network",
			    "libesmtp refused the session");
		goto out;
	}
	for (int which = Timeout_GREETING; which <= Timeout_DATA2; which++)
		smtp_set_timeout(s, which | Timeout_OVERRIDE_RFC2822_MINIMUM,
				 me->relay->timeout_ms);
	alarm_set(me->relay->connect_s);
	smtp_start_session(s);
	alarm_set(0);
	watched_fd = -1;
	judge(me, m, r, v);
out:
	if (s)
		smtp_destroy_session(s);
}

/* A lone CR or LF would go out unstuffed: a dot behind it could end the mail
 * early, and what follows would be commands. */
static bool has_lone_line_end(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			return true;
		if (bytes[i] == '\r') {
			if (i + 1 == n || bytes[i + 1] != '\n')
				return true;
			i++;
		}
	}
	return false;
}

void smtp_send(const struct smtp_relay *relay, const char *from, const char *to,
	       const char *bytes, size_t n, struct verdict *v)
{
	struct err err;
	struct session me = {.relay = relay, .bytes = bytes, .n = n};
	if (mime_address_check(to, &err) < 0 ||
	    mime_address_check(from, &err) < 0) {
		verdict_set(v, VERDICT_FAILED, "address", err.text);
		return;
	}
	if (n == 0 || has_lone_line_end(bytes, n)) {
		verdict_set(v, VERDICT_FAILED, "message",
			    "the mail is empty or has a lone line end");
		return;
	}
	signals_set();
	watched_fd = -1;
	converse(&me, from, to, v);
}
