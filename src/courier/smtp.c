/* SPDX-License-Identifier: EUPL-1.2 */
/* What holds for mails whatever library speaks SMTP: what may be handed to it
 * at all, what a reply means, and the watchdog that ends what does not end by
 * itself. Neither library looks at line ends in addresses: here they stop. */
#include "smtp.h"

#include "smtp_parts.h"
#include "verdict.h"

#include <etrier/courier.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/mime.h>
#include <etrier/str.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LAST_WORD_S 2 /* from shutdown to the end of the lane */
#define SILENT_MAX  2 /* connections in a row without an answer */

struct smtp {
	const struct smtp_ops *ops;
	void *engine;
};

/* --- the watchdog --- */

/* What the alarm works on. A signal handler has no argument: the one place of
 * the courier with file-level state. -1: not connected yet. */
static volatile sig_atomic_t watched_fd = -1;

/* First alarm of a connected session: wake the library out of its poll. Any
 * other: nothing but the end of the process helps. */
static void on_alarm(int sig)
{
	(void)sig;
	if (watched_fd < 0)
		_exit(COURIER_EXIT_STUCK);
	shutdown(watched_fd, SHUT_RDWR);
	watched_fd = -1;
}

void smtp_watch(int fd, int seconds)
{
	struct itimerval t = {.it_value = {.tv_sec = seconds},
			      .it_interval = {.tv_sec = LAST_WORD_S}};
	watched_fd = fd;
	setitimer(ITIMER_REAL, &t, NULL);
}

void smtp_watch_end(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){{0}, {0}}, NULL);
	watched_fd = -1;
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

/* --- replies --- */

bool smtp_is_for_good(int code)
{
	static const int passing[] = {530, 534, 535, 538, 552};
	if (code < 500)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		if (code == passing[i])
			return false;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Length of "5.1.1" at s, 0 when there is none (RFC 3463: class 2, 4 or 5, then
 * one to three digits twice). */
static size_t enhanced_len(const char *s)
{
	size_t n = 1;
	if (s[0] != '2' && s[0] != '4' && s[0] != '5')
		return 0;
	for (int part = 0; part < 2; part++) {
		if (s[n] != '.' || !is_digit(s[n + 1]))
			return 0;
		n++;
		for (int i = 0; i < 3 && is_digit(s[n]); i++)
			n++;
	}
	return s[n] == ' ' || s[n] == '\0' || s[n] == '\r' || s[n] == '\n' ? n
									   : 0;
}

const char *smtp_reply_split(const char *line, int *code, char out[16])
{
	*code = 0;
	out[0] = '\0';
	if (line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
	    !is_digit(line[2]) ||
	    (line[3] && line[3] != ' ' && line[3] != '-' && line[3] != '\r' &&
	     line[3] != '\n'))
		return line;
	*code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
	line += line[3] == ' ' || line[3] == '-' ? 4 : 3;
	size_t n = enhanced_len(line);
	if (!n)
		return line;
	memcpy(out, line, n);
	out[n] = '\0';
	return line + n + (line[n] == ' ');
}

void smtp_judge_reply(struct verdict *v, const char *line)
{
	int code;
	char enhanced[16];
	const char *text = smtp_reply_split(line, &code, enhanced);
	bool is_sent = code / 100 == 2;
	verdict_set(v,
		    is_sent		     ? VERDICT_SENT
		    : smtp_is_for_good(code) ? VERDICT_FAILED
					     : VERDICT_RETRY,
		    is_sent ? "ok" : "refused", text);
	v->code = code;
	str_copy(v->enhanced, sizeof v->enhanced, enhanced);
}

void smtp_judge_end(struct verdict *v, const char *reply, const char *why,
		    bool is_handed_over)
{
	int code;
	char enhanced[16];
	const char *text = smtp_reply_split(reply, &code, enhanced);
	bool is_refusal = code >= 400;
	verdict_set(v, VERDICT_RETRY, is_handed_over ? "lost" : "network",
		    is_refusal ? text : why);
	if (is_refusal)
		v->code = code;
}

/* --- mails --- */

struct smtp *smtp_new(enum smtp_engine engine, const struct smtp_relay *relay)
{
	struct smtp *s = mem_alloc(sizeof *s);
	s->ops = engine == SMTP_CURL ? &smtp_curl_ops : &smtp_esmtp_ops;
	s->engine = s->ops->open(relay);
	return s;
}

void smtp_free(struct smtp *s)
{
	if (!s)
		return;
	s->ops->close(s->engine);
	free(s);
}

void smtp_rest(struct smtp *s)
{
	s->ops->rest(s->engine);
}

/* A lone CR or LF would go out unstuffed: a dot behind it could end the mail
 * early, and what follows would be commands. */
static bool has_lone_line_end(const char *bytes, size_t n)
{
	const char *end = bytes + n;
	for (const char *p = bytes; p < end;) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *cr = memchr(p, '\r', (size_t)((lf ? lf : end) - p));
		if (lf ? lf == p || cr != lf - 1 : cr != NULL)
			return true;
		p = lf ? lf + 1 : end;
	}
	return false;
}

static bool is_envid(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789.") == strlen(s);
}

/* False with the verdict: not a byte of it goes to a library. */
static bool may_go(const struct smtp_mail *m, struct verdict *v)
{
	struct err err;
	if (mime_address_check(m->to, &err) < 0 ||
	    mime_address_check(m->from, &err) < 0) {
		verdict_set(v, VERDICT_FAILED, "address", err.text);
		return false;
	}
	if (m->n == 0 || memchr(m->bytes, '\0', m->n) ||
	    has_lone_line_end(m->bytes, m->n) ||
	    (m->envid && !is_envid(m->envid))) {
		verdict_set(v, VERDICT_FAILED, "message",
			    "the mail is empty, or has a lone line end or a "
			    "NUL");
		return false;
	}
	return true;
}

/* An engine is told of a run of mails by their places in it. */
struct run {
	smtp_done_fn *done;
	void *ctx;
	size_t first;
	int n_silent;	     /* in a row, without an answer about the mail */
	struct verdict last; /* of those */
};

static void on_done(void *ctx, size_t i, const struct verdict *v)
{
	struct run *r = ctx;
	bool is_silent =
		str_eq(v->reason, "network") || str_eq(v->reason, "lost");
	r->n_silent = is_silent ? r->n_silent + 1 : 0;
	r->last = *v;
	r->done(r->ctx, r->first + i, v);
}

/* A relay that does not answer is not asked n times: each would be a wait. What
 * was not tried was not handed over either. */
static void give_up(struct run *r, size_t n)
{
	r->last.reason = "network";
	for (size_t i = 0; i < n; i++)
		r->done(r->ctx, r->first + i, &r->last);
}

static void send_run(struct smtp *s, const struct smtp_mail *mails, size_t n,
		     struct run *r)
{
	size_t end = r->first + n;
	while (r->first < end && r->n_silent < SILENT_MAX)
		r->first += s->ops->send(s->engine, mails + r->first,
					 end - r->first, on_done, r);
	give_up(r, end - r->first);
	r->first = end;
}

void smtp_send(struct smtp *s, const struct smtp_mail *mails, size_t n,
	       smtp_done_fn *done, void *ctx)
{
	struct run run = {.done = done, .ctx = ctx};
	signals_set();
	while (run.first < n) {
		struct verdict v;
		size_t k = 0;
		while (run.first + k < n && may_go(&mails[run.first + k], &v))
			k++;
		send_run(s, mails, k, &run);
		if (run.first < n)
			done(ctx, run.first++, &v);
	}
	smtp_watch_end();
}
