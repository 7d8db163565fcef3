/* SPDX-License-Identifier: EUPL-1.2 */
/* The libesmtp engine, with the guards it needs. Debian's 1.1.0 was measured
 * (docs/decisions); what it does wrong, and what is done about it here:
 *   connect(2) and getaddrinfo() have no limit   SIGALRM ends the process
 *   time-outs are per wait: an endless reply     SIGALRM shuts the socket
 *   a write that times out drops 2 KB and goes   a gap between two body
 *   on: a mail with a hole, reported 250         requests ends it before "."
 *   Nagle: 44 ms a mail                          TCP_NODELAY
 *   message 250 though the recipient was refused recipient AND message judged
 *   greeting, EHLO and AUTH codes are not told   the monitor keeps them
 *   a refused AUTH goes on to MAIL               its code is the verdict
 * With TLS: smtp_esmtp_tls.c. A session takes its mails before it begins and
 * none later, so its connection is kept for the mails of one call. */
#include "smtp_esmtp.h"

#include "smtp_parts.h"
#include "verdict.h"

#include <etrier/clock.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <auth-client.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define CHUNK_BYTES  ((size_t)1024) /* libesmtp is well behaved to 2 KB */
#define FDS_SEARCHED 256	    /* a lane holds about ten */

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

static void on_connect(struct esmtp *me)
{
	int fd = find_socket(me->relay->port);
	int on = 1;
	/* Later than libesmtp's own wait: on_body() shall see a stall first and
	 * say so; this is for a relay whose machine is gone. */
	unsigned limit_ms = 2 * (unsigned)me->relay->timeout_ms;
	me->fd = fd;
	smtp_watch(fd, me->relay->deadline_s);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms,
		   sizeof limit_ms);
}

/* --- verdicts --- */

static void judge_status(struct verdict *v, const smtp_status_t *st)
{
	char line[SMTP_REPLY_MAX], enhanced[16] = "";
	if (st->enh_class)
		snprintf(enhanced, sizeof enhanced, "%d.%d.%d ", st->enh_class,
			 st->enh_subject, st->enh_detail);
	snprintf(line, sizeof line, "%03d %s%s", st->code % 1000, enhanced,
		 st->text ? st->text : "");
	smtp_judge_reply(v, line);
}

static bool is_refusal(const smtp_status_t *st)
{
	return st && st->code >= 400;
}

/* Nobody refused this mail and nobody accepted it. A refusal of the greeting
 * or of EHLO is about the relay, never about this mail: "later". */
static void judge_lost(const struct esmtp *me, const struct esmtp_mail *k,
		       struct verdict *v)
{
	char text[128] = "the connection ended";
	int code = smtp_errno();
	if (code)
		smtp_strerror(code, text, sizeof text);
	smtp_judge_end(v, me->reply,
		       me->is_injected ? "the relay spoke before TLS"
		       : k->is_stalled ? "the relay stopped reading; given up "
					 "before the end of the mail"
				       : text,
		       !k->is_stalled && k->at == k->mail->n);
}

static void judge(const struct esmtp *me, const struct esmtp_mail *k,
		  struct verdict *v)
{
	const smtp_status_t *path = smtp_reverse_path_status(k->message);
	const smtp_status_t *rcpt = smtp_recipient_status(k->recipient);
	const smtp_status_t *msg = smtp_message_transfer_status(k->message);
	const smtp_status_t *bad = is_refusal(path)   ? path
				   : is_refusal(rcpt) ? rcpt
				   : is_refusal(msg)  ? msg
						      : NULL;
	if (me->auth_refused[0]) {
		smtp_judge_reply(v, me->auth_refused);
		v->result = VERDICT_RETRY; /* ours to mend, not this mail's */
	} else if (bad && !me->is_injected) {
		judge_status(v, bad);
	} else if (rcpt && rcpt->code / 100 == 2 && msg && msg->code == 250 &&
		   smtp_recipient_check_complete(k->recipient) &&
		   !k->is_stalled && k->at == k->mail->n && !me->is_injected) {
		judge_status(v, msg);
	} else {
		judge_lost(me, k, v);
	}
}

/* Mails up to and without `end` have been dealt with. */
static void done_until(struct esmtp *me, size_t end)
{
	for (; me->n_done < end; me->n_done++) {
		struct verdict v;
		judge(me, &me->mails[me->n_done], &v);
		me->reply[0] = '\0';
		me->done(me->ctx, me->n_done, &v);
	}
}

/* --- what libesmtp tells and asks --- */

static void on_sent(struct esmtp *me, smtp_message_t message)
{
	for (size_t i = me->n_done; i < me->n; i++) {
		if (me->mails[i].message == message) {
			done_until(me, i + 1);
			return;
		}
	}
}

static void on_event(smtp_session_t s, int event, void *arg, ...)
{
	struct esmtp *me = arg;
	va_list ap;
	(void)s;
	va_start(ap, arg);
	switch (event) {
	case SMTP_EV_CONNECT:
		on_connect(me);
		break;
	case SMTP_EV_DISCONNECT:
		me->fd = -1;
		smtp_watch(-1, me->relay->connect_s);
		break;
	case SMTP_EV_MAILSTATUS: /* another mail, another deadline */
		smtp_watch(me->fd, me->relay->deadline_s);
		break;
	case SMTP_EV_MESSAGESENT:
		on_sent(me, va_arg(ap, smtp_message_t));
		smtp_watch(me->fd, me->relay->deadline_s);
		break;
	default:
		esmtp_tls_event(event, ap);
	}
	va_end(ap);
}

static void keep_line(char out[SMTP_REPLY_MAX], const char *line, size_t n)
{
	if (n >= SMTP_REPLY_MAX)
		n = SMTP_REPLY_MAX - 1;
	memcpy(out, line, n);
	out[n] = '\0';
}

static bool is_command(const char *line, int n, const char *verb)
{
	size_t k = strlen(verb);
	return (size_t)n >= k && !strncasecmp(line, verb, k);
}

static void on_monitor(const char *line, int n, int writing, void *arg)
{
	struct esmtp *me = arg;
	if (n <= 0)
		return;
	if (writing) {
		me->is_starting_tls = is_command(line, n, "STARTTLS");
		if (is_command(line, n, "AUTH "))
			me->is_in_auth = true;
		else if (is_command(line, n, "EHLO ") ||
			 is_command(line, n, "MAIL "))
			me->is_in_auth = false;
		return;
	}
	const char *end = memchr(line, '\n', (size_t)n);
	if (me->is_starting_tls && end && end + 1 < line + n)
		me->is_injected = true;
	if (line[0] != '4' && line[0] != '5') {
		if (me->is_in_auth && line[0] == '2')
			me->auth_refused[0] = '\0';
		return;
	}
	keep_line(me->is_in_auth ? me->auth_refused : me->reply, line,
		  (size_t)n);
}

/* The body, piece by piece; len NULL: from the start. errno must be 0 at the
 * end or libesmtp takes it for a failure; here that is also the means to stop
 * before the final dot. */
static const char *on_body(void **ctx, int *len, void *arg)
{
	struct esmtp_mail *k = arg;
	int64_t now = clock_mono_ms(clock_system());
	(void)ctx;
	if (!len) {
		k->at = 0;
		k->last_ms = now;
		return NULL;
	}
	if (now - k->last_ms > (int64_t)k->timeout_ms * 9 / 10)
		k->is_stalled = true;
	k->last_ms = now;
	if (k->is_stalled) {
		*len = 0;
		errno = ETIMEDOUT;
		return NULL;
	}
	size_t left = k->mail->n - k->at;
	if (left > CHUNK_BYTES)
		left = CHUNK_BYTES;
	const char *piece = k->mail->bytes + k->at;
	k->at += left;
	*len = (int)left;
	errno = 0;
	return piece;
}

/* --- a session --- */

/* RFC 3461: the relay's own bounces come to our VERP address, name the mail and
 * do not bring its text back. Left out by libesmtp when the relay lacks it. */
static void ask_for_bounces(struct esmtp_mail *k)
{
	if (!k->mail->envid)
		return;
	smtp_dsn_set_ret(k->message, Ret_HDRS);
	smtp_dsn_set_envid(k->message, k->mail->envid);
	smtp_dsn_set_notify(k->recipient, Notify_FAILURE | Notify_DELAY);
	smtp_dsn_set_orcpt(k->recipient, "rfc822", k->mail->to);
}

static bool add_mail(struct esmtp *me, struct esmtp_mail *k)
{
	k->message = smtp_add_message(me->session);
	if (!k->message)
		return false;
	k->recipient = smtp_add_recipient(k->message, k->mail->to);
	if (!k->recipient ||
	    !smtp_set_reverse_path(k->message, k->mail->from) ||
	    !smtp_set_messagecb(k->message, on_body, k))
		return false;
	ask_for_bounces(k);
	return true;
}

static bool prepare(struct esmtp *me)
{
	char server[300];
	snprintf(server, sizeof server, "%s:%d", me->relay->host,
		 me->relay->port);
	me->session = smtp_create_session();
	if (!me->session || !smtp_set_server(me->session, server) ||
	    !smtp_set_eventcb(me->session, on_event, me) ||
	    !smtp_set_monitorcb(me->session, on_monitor, me, 0) ||
	    !esmtp_tls_prepare(me))
		return false;
	for (int which = Timeout_GREETING; which <= Timeout_DATA2; which++)
		smtp_set_timeout(me->session,
				 which | Timeout_OVERRIDE_RFC2822_MINIMUM,
				 me->relay->timeout_ms);
	for (size_t i = 0; i < me->n; i++)
		if (!add_mail(me, &me->mails[i]))
			return false;
	return true;
}

/* Did the relay say or get anything of this mail? */
static bool is_begun(const struct esmtp_mail *k)
{
	const smtp_status_t *path = smtp_reverse_path_status(k->message);
	const smtp_status_t *rcpt = smtp_recipient_status(k->recipient);
	return k->at || (path && path->code) || (rcpt && rcpt->code);
}

/* The relay that closes after some mails (421) has said nothing about the next:
 * it is for another connection. */
static bool is_closing(const struct esmtp *me, const struct esmtp_mail *k)
{
	const smtp_status_t *path = smtp_reverse_path_status(k->message);
	return me->n_done > 0 && (!is_begun(k) || (path && path->code == 421));
}

static void converse(struct esmtp *me)
{
	smtp_watch(-1, me->relay->connect_s);
	smtp_start_session(me->session);
	smtp_watch_end();
	size_t end = me->n_done;
	while (end < me->n && !is_closing(me, &me->mails[end]) &&
	       (end == 0 || is_begun(&me->mails[end])))
		end++;
	done_until(me, end ? end : 1);
}

static size_t send_mails(void *engine, const struct smtp_mail *mails, size_t n,
			 smtp_done_fn *done, void *ctx)
{
	struct esmtp_engine *e = engine;
	struct esmtp me = {.relay = e->relay,
			   .engine = e,
			   .fd = -1,
			   .n = n < SMTP_MAILS_MAX ? n : SMTP_MAILS_MAX,
			   .done = done,
			   .ctx = ctx};
	me.mails = mem_array(me.n, sizeof *me.mails);
	for (size_t i = 0; i < me.n; i++)
		me.mails[i] = (struct esmtp_mail){
			.mail = &mails[i], .timeout_ms = e->relay->timeout_ms};
	if (prepare(&me)) {
		converse(&me);
	} else {
		struct verdict v;
		verdict_set(&v, VERDICT_RETRY, "network",
			    "libesmtp refused the session");
		done(ctx, 0, &v);
		me.n_done = 1;
	}
	if (me.session)
		smtp_destroy_session(me.session);
	esmtp_tls_end(&me);
	free(me.mails);
	return me.n_done;
}

static void *open_engine(const struct smtp_relay *relay)
{
	struct esmtp_engine *e = mem_alloc(sizeof *e);
	e->relay = relay;
	return e;
}

static void rest(void *engine)
{
	(void)engine; /* its sessions end themselves */
}

static void close_engine(void *engine)
{
	struct esmtp_engine *e = engine;
	esmtp_tls_close(e);
	free(e);
}

const struct smtp_ops smtp_esmtp_ops = {.open = open_engine,
					.send = send_mails,
					.rest = rest,
					.close = close_engine};
