/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier-smtp: a mail relay that misbehaves on demand.
 *
 *   etrier-smtp MODE [FOLDER]
 *
 * Listens on a free port of 127.0.0.1, prints "PORT\n", serves each connection
 * in a child until it is killed or its parent dies. What was accepted is kept
 * in FOLDER as cN-mM.eml (after unstuffing) with cN-mM.env (MAIL and RCPT
 * lines), and every command in cN.log. Modes: see the table; "full" never
 * accepts and has its queue filled, so that a connect(2) to it hangs. */
#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STALL_S = 5, LIFE_S = 600 };

/* A reply that replaces the good one at one place of the dialogue. */
struct mode {
	const char *name;
	const char *greeting, *mail, *rcpt, *data, *end;
};
static const struct mode modes[] = {
	{.name = "ok"},
	{.name = "nopipe"},
	{.name = "greet421", .greeting = "421 4.3.2 too busy"},
	{.name = "greet554", .greeting = "554 5.3.2 no service here"},
	{.name = "mail451", .mail = "451 4.3.0 try later"},
	{.name = "mail550", .mail = "550 5.7.1 sender denied"},
	{.name = "mail530", .mail = "530 5.7.0 authentication required"},
	{.name = "rcpt450",
	 .rcpt = "450 4.2.1 <tom@jeunes.example>: greylisted"},
	{.name = "rcpt452", .rcpt = "452 4.5.3 too many"},
	{.name = "rcpt550",
	 .rcpt = "550 5.1.1 <tom@jeunes.example>: no such user 0639981234"},
	{.name = "rcpt552", .rcpt = "552 5.2.2 mailbox full"},
	{.name = "rcptlax", .rcpt = "550 5.1.1 no such user"},
	{.name = "data451", .data = "451 4.3.0 no"},
	{.name = "data554", .data = "554 5.6.0 no"},
	{.name = "end451", .end = "451 4.7.1 later"},
	{.name = "end554", .end = "554 5.7.1 spam"},
	{.name = "silent"},	 /* no greeting */
	{.name = "endlessehlo"}, /* 250-... for ever */
	{.name = "bigbanner"},	 /* 220-... for ever */
	{.name = "cut"},	 /* reset in the middle of the body */
	{.name = "enddrop"},	 /* mail taken, then gone before 250 */
	{.name = "endsilent"},	 /* mail taken, then not a word */
	{.name = "stall"},	 /* reads nothing for STALL_S, then goes on */
	{.name = "full"},
};

struct peer {
	const struct mode *mode;
	const char *folder;
	FILE *in, *out, *log;
	int fd, n_connection, n_messages;
	struct buf envelope;
};

static bool is_mode(const struct peer *p, const char *name)
{
	return str_eq(p->mode->name, name);
}

static void say(struct peer *p, const char *line)
{
	fprintf(p->out, "%s\r\n", line);
}

static void reset_connection(struct peer *p)
{
	struct linger now = {.l_onoff = 1};
	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	_exit(0);
}

static void repeat_for_ever(struct peer *p, const char *line)
{
	while (fprintf(p->out, "%s\r\n", line) > 0)
		;
	_exit(0);
}

static void keep(struct peer *p, const char *ext, const char *bytes, size_t n)
{
	if (!p->folder || !bytes)
		return;
	char *path = mem_printf("%s/c%d-m%d.%s", p->folder, p->n_connection,
				p->n_messages, ext);
	FILE *f = fopen(path, "w");
	if (f) {
		fwrite(bytes, 1, n, f);
		fclose(f);
	}
	free(path);
}

static char *read_line(struct peer *p, char *line, int size)
{
	fflush(p->out); /* once a turn, as a real relay does */
	if (!fgets(line, size, p->in))
		return NULL;
	return line;
}

/* From after 354 to the reply to the dot. */
static void take_body(struct peer *p)
{
	char line[4096];
	struct buf body;
	buf_init(&body, (size_t)64 * 1024 * 1024);
	fflush(p->out);
	if (is_mode(p, "stall"))
		sleep(STALL_S);
	for (size_t n = 0;; n += strlen(line)) {
		if (!read_line(p, line, sizeof line))
			_exit(0);
		if (str_eq(line, ".\r\n"))
			break;
		buf_adds(&body, line[0] == '.' ? line + 1 : line);
		if (is_mode(p, "cut") && n > 500)
			reset_connection(p);
	}
	p->n_messages++;
	keep(p, "eml", body.data, body.len);
	keep(p, "env", p->envelope.data, p->envelope.len);
	buf_reset(&p->envelope);
	buf_clear(&body);
	if (is_mode(p, "enddrop"))
		reset_connection(p);
	if (is_mode(p, "endsilent"))
		sleep(LIFE_S);
	say(p, p->mode->end ? p->mode->end : "250 2.0.0 queued");
}

static void ehlo(struct peer *p)
{
	if (is_mode(p, "endlessehlo"))
		repeat_for_ever(p, "250-XFOO and on and on");
	say(p, "250-etrier-smtp");
	say(p, "250-ENHANCEDSTATUSCODES");
	if (!is_mode(p, "nopipe"))
		say(p, "250-PIPELINING");
	say(p, "250 SIZE 50000000");
}

static void one_command(struct peer *p, const char *line)
{
	static bool has_recipient;
	const struct mode *m = p->mode;
	if (!strncasecmp(line, "EHLO", 4) || !strncasecmp(line, "HELO", 4)) {
		ehlo(p);
	} else if (!strncasecmp(line, "MAIL", 4)) {
		has_recipient = false;
		buf_adds(&p->envelope, line);
		say(p, m->mail ? m->mail : "250 2.1.0 ok");
	} else if (!strncasecmp(line, "RCPT", 4)) {
		has_recipient = !m->rcpt || is_mode(p, "rcptlax");
		buf_adds(&p->envelope, line);
		say(p, m->rcpt ? m->rcpt : "250 2.1.5 ok");
	} else if (!strncasecmp(line, "DATA", 4)) {
		if (m->data || !has_recipient) {
			say(p, m->data ? m->data : "503 5.5.1 no recipient");
			return;
		}
		say(p, "354 go on");
		take_body(p);
	} else if (!strncasecmp(line, "QUIT", 4)) {
		say(p, "221 2.0.0 bye");
		fflush(p->out);
		_exit(0);
	} else {
		say(p, "250 2.0.0 ok");
	}
}

static void serve(struct peer *p)
{
	char line[4096];
	p->in = fdopen(p->fd, "r");
	p->out = fdopen(dup(p->fd), "w");
	buf_init(&p->envelope, 65536);
	if (p->folder) {
		char *path =
			mem_printf("%s/c%d.log", p->folder, p->n_connection);
		p->log = fopen(path, "w");
		free(path);
	}
	if (is_mode(p, "silent"))
		sleep(LIFE_S);
	if (is_mode(p, "bigbanner"))
		repeat_for_ever(p, "220-and another thing");
	say(p, p->mode->greeting ? p->mode->greeting : "220 etrier-smtp ESMTP");
	while (read_line(p, line, sizeof line)) {
		if (p->log) {
			fputs(line, p->log);
			fflush(p->log);
		}
		one_command(p, line);
	}
	_exit(0);
}

static int listen_somewhere(int backlog)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(fd, backlog) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0) {
		perror("etrier-smtp");
		exit(1);
	}
	printf("%d\n", ntohs(a.sin_port));
	return fd;
}

/* Fill the accept queue, so that the next connect(2) waits for ever. */
static void fill_queue(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;
	getsockname(fd, (struct sockaddr *)&a, &len);
	for (int i = 0; i < 4; i++) {
		int c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(c, (struct sockaddr *)&a, sizeof a) < 0 &&
		    errno != EINPROGRESS)
			perror("etrier-smtp: connect");
	}
	usleep(200 * 1000);
}

int main(int argc, char **argv)
{
	struct peer p = {.mode = NULL};
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(modes); i++)
		if (str_eq(argv[1], modes[i].name))
			p.mode = &modes[i];
	if (!p.mode) {
		fprintf(stderr, "usage: etrier-smtp MODE [FOLDER]\n");
		return 2;
	}
	p.folder = argc > 2 ? argv[2] : NULL;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	bool is_full = is_mode(&p, "full");
	int listener = listen_somewhere(is_full ? 0 : 64);
	if (is_full)
		fill_queue(listener);
	fflush(stdout);
	while (is_full)
		pause();
	for (;;) {
		p.fd = accept(listener, NULL, NULL);
		if (p.fd < 0)
			continue;
		int on = 1;
		setsockopt(p.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		p.n_connection++;
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(listener);
			serve(&p);
		}
		close(p.fd);
	}
}
