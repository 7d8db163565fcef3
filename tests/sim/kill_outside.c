/* SPDX-License-Identifier: EUPL-1.2 */
/* A relay and a gateway that misbehave on purpose (kill_outside.h). One
 * connection at a time each: a lane is one process with one connection. They
 * write down what they took before they answer, as the world does. */
#include "kill_outside.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOG_MAX = 64 * 1024, TEXT_MAX = 1000, BODY_MAX = 256 * 1024 };

/* --- the log --- */

void outside_append(const struct outside *o, const char *line)
{
	int fd = open(o->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	size_t n = strlen(line);
	if (fd < 0 || write(fd, line, n) != (ssize_t)n)
		abort();
	close(fd);
}

__attribute__((format(printf, 2, 3))) static void note(const struct outside *o,
						       const char *fmt, ...)
{
	char line[TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	outside_append(o, line);
}

char *outside_read(const struct outside *o)
{
	FILE *f = fopen(o->log, "r");
	char *text = mem_alloc(LOG_MAX);
	size_t n = f ? fread(text, 1, LOG_MAX - 1, f) : 0;
	if (n == LOG_MAX - 1)
		abort();
	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

int outside_count(const char *log, const char *start)
{
	int n = 0;
	for (const char *p = log; *p; p = strchr(p, '\n') + 1)
		n += str_starts(p, start);
	return n;
}

/* --- the relay --- */

struct relay {
	const struct outside *o;
	FILE *in;
	int fd;
	bool did_450, did_421, did_drop; /* once each */
	int n_mails;			 /* of this connection */
	bool has_rcpt;
	char to[200];
};

static void say(const struct relay *r, const char *line)
{
	if (write(r->fd, line, strlen(line)) < 0)
		return; /* the reader is gone: the next read ends it */
}

static bool is_first(const struct relay *r, int who, bool *did)
{
	char start[16];
	snprintf(start, sizeof(start), "j%d@", who);
	if (*did || !str_starts(r->to, start))
		return false;
	*did = true;
	return true;
}

/* false: the connection ends without a word. */
static bool take_mail(struct relay *r)
{
	static char body[BODY_MAX];
	char line[TEXT_MAX + 2], id[200] = "?", hash[33];
	unsigned char h[16];
	size_t n = 0;
	bool is_head = true;
	while (fgets(line, sizeof(line), r->in) && strcmp(line, ".\r\n")) {
		size_t k = strlen(line);
		if (n + k >= sizeof(body))
			abort();
		memcpy(body + n, line, k);
		n += k;
		is_head = is_head && strcmp(line, "\r\n") != 0;
		if (is_head && str_starts(line, "Message-ID: "))
			sscanf(line + 12, "%199s", id);
	}
	if (strcmp(line, ".\r\n") != 0)
		return false; /* half a mail is none */
	crypto_generichash(h, sizeof(h), (unsigned char *)body, n, NULL, 0);
	sodium_bin2hex(hash, sizeof(hash), h, sizeof(h));
	note(r->o, "mail %s %s %s\n", id, r->to, hash);
	r->n_mails++;
	return !is_first(r, OUTSIDE_DROPPED, &r->did_drop);
}

/* In the middle of a connection: 421, and it ends. */
static bool mail_from(struct relay *r)
{
	if (r->did_421 || r->n_mails < 1) {
		say(r, "250 2.1.0 ok\r\n");
		return true;
	}
	r->did_421 = true;
	note(r->o, "refused 421\n");
	say(r, "421 4.7.0 too many mails, closing\r\n");
	return false;
}

static void rcpt_to(struct relay *r, const char *line)
{
	sscanf(line, "%*[^<]<%199[^>]", r->to);
	r->has_rcpt = false;
	if (is_first(r, OUTSIDE_GREYLISTED, &r->did_450)) {
		note(r->o, "refused 450\n");
		say(r, "450 4.2.1 greylisted, come again\r\n");
	} else {
		r->has_rcpt = true;
		say(r, "250 2.1.5 ok\r\n");
	}
}

static void relay_session(struct relay *r)
{
	char line[TEXT_MAX];
	r->n_mails = 0;
	say(r, "220 relay.example ESMTP\r\n");
	while (fgets(line, sizeof(line), r->in)) {
		if (str_starts(line, "MAIL FROM")) {
			if (!mail_from(r))
				return;
		} else if (str_starts(line, "RCPT TO")) {
			rcpt_to(r, line);
		} else if (str_starts(line, "DATA") && !r->has_rcpt) {
			say(r, "554 5.5.1 no valid recipients\r\n");
		} else if (str_starts(line, "DATA")) {
			say(r, "354 go on\r\n");
			if (!take_mail(r))
				return;
			say(r, "250 2.0.0 taken\r\n");
		} else if (str_starts(line, "QUIT")) {
			say(r, "221 2.0.0 bye\r\n");
			return;
		} else {
			say(r, "250 relay.example\r\n");
		}
	}
}

static _Noreturn void relay_main(const struct outside *o, int listener)
{
	struct relay r = {.o = o};
	for (;;) {
		r.fd = accept(listener, NULL, NULL);
		if (r.fd < 0)
			_exit(1);
		r.in = fdopen(dup(r.fd), "r");
		if (!r.in)
			_exit(1);
		relay_session(&r);
		fclose(r.in);
		close(r.fd);
	}
}

/* --- the gateway --- */

struct gateway {
	const struct outside *o;
	bool is_patient;
	bool did[OUTSIDE_N + 1]; /* its fault, once */
	int n_refs;
};

/* A whole request; its body. NULL: the connection ended. */
static const char *read_request(int fd, char *buf, size_t size)
{
	size_t n = 0, length = 0;
	while (n < size - 1) {
		ssize_t k = read(fd, buf + n, size - 1 - n);
		if (k <= 0)
			return NULL;
		n += (size_t)k;
		buf[n] = '\0';
		const char *end = strstr(buf, "\r\n\r\n");
		const char *field = strcasestr(buf, "\r\ncontent-length: ");
		if (field)
			sscanf(field + 18, "%zu", &length);
		if (end && n >= (size_t)(end + 4 - buf) + length)
			return end + 4;
	}
	return NULL;
}

static bool answer(int fd, const char *head, const char *body)
{
	char *text = mem_printf("HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
				head, strlen(body), body);
	size_t n = strlen(text);
	bool ok = write(fd, text, n) == (ssize_t)n;
	free(text);
	return ok;
}

/* false: the connection ends. */
static bool take_sms(struct gateway *g, int fd, const char *body)
{
	struct err err;
	json_t *v = js_parse(body, strlen(body), &err);
	const char *to = js_str(json_object_get(v, "recipient"), "to", "");
	const char *id = js_str(v, "refClient", "?");
	int who = *to ? to[strlen(to) - 1] - '0' : 0;
	bool is_first = who >= 0 && who <= OUTSIDE_N && !g->did[who];
	bool is_lost =
		is_first && (who == OUTSIDE_LOST || who == OUTSIDE_TIMEOUT);
	bool ok = true;
	char reply[60];
	if (who >= 0 && who <= OUTSIDE_N)
		g->did[who] = true;
	if (is_first && who == OUTSIDE_BUSY) {
		note(g->o, "busy %s\n", id);
		ok = answer(fd, "429 Too Many Requests\r\nRetry-After: 60",
			    "{}");
	} else {
		snprintf(reply, sizeof(reply), "{\"messageId\":\"g%d\"}",
			 ++g->n_refs);
		note(g->o, "sms %s %s g%d%s\n", id, to, g->n_refs,
		     is_lost ? " lost" : "");
		if (is_lost && g->is_patient && who == OUTSIDE_TIMEOUT)
			(void)read_request(fd, (char[64]){0}, 64);
		ok = !is_lost && answer(fd, "201 Created", reply);
	}
	json_decref(v);
	return ok;
}

static _Noreturn void gateway_main(const struct outside *o, bool is_patient,
				   int listener)
{
	static char request[BODY_MAX];
	struct gateway g = {.o = o, .is_patient = is_patient};
	for (;;) {
		const char *body;
		int fd = accept(listener, NULL, NULL);
		if (fd < 0)
			_exit(1);
		while ((body = read_request(fd, request, sizeof(request))) &&
		       take_sms(&g, fd, body))
			;
		close(fd);
	}
}

/* --- both --- */

static int listen_at(int *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) || listen(fd, 8) ||
	    getsockname(fd, (struct sockaddr *)&a, &n))
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

void outside_open(struct outside *o)
{
	o->mails = listen_at(&o->relay_port);
	o->texts = listen_at(&o->gateway_port);
}

static pid_t begin(void)
{
	pid_t pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
	}
	return pid;
}

void outside_start(struct outside *o, bool is_patient)
{
	o->relay = begin();
	if (o->relay == 0)
		relay_main(o, o->mails);
	o->gateway = begin();
	if (o->gateway == 0)
		gateway_main(o, is_patient, o->texts);
}

void outside_stop(struct outside *o)
{
	kill(o->relay, SIGKILL);
	kill(o->gateway, SIGKILL);
	waitpid(o->relay, NULL, 0);
	waitpid(o->gateway, NULL, 0);
}
