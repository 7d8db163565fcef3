/* SPDX-License-Identifier: EUPL-1.2 */
/* etrier-smtp: a mail relay that misbehaves on demand.
 *
 *   etrier-smtp MODE [FOLDER]
 *
 * Listens on a free port of 127.0.0.1, prints "PORT\n", serves each connection
 * in a child until it is killed or its parent dies. What was accepted is kept
 * in FOLDER as cN-mM.eml (after unstuffing) with cN-mM.env (MAIL and RCPT
 * lines), and every command in cN.log; a mode with TLS leaves its certificate
 * there as cert.pem before it prints its port. Modes: see the table; "full"
 * never accepts and has its queue filled, so that a connect(2) to it hangs. */
#include "smtp/tls.h"

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

enum { STALL_S = 3, LIFE_S = 600, DRIP_US = 300000, LONG_LINE = 5000000 };

/* Instead of a reply. */
#define CUT	"!cut"
#define SILENCE "!silence"
#define ENDLESS "!endless" /* one more continuation line, for ever */
#define DRIP	"!drip"	   /* the same, one byte at a time */
#define LONG	"!long"	   /* one line of 5 MB */

/* What replaces the good reply at one place of the dialogue. */
struct mode {
	const char *name;
	const char *greeting, *ehlo, *mail, *rcpt, *data, *end;
	const char *starttls, *auth;
	const char *host;     /* of the certificate; NULL: no TLS */
	int days;	      /* the certificate's, below 0: it has ended */
	bool is_implicit;     /* TLS from the first byte */
	bool is_oauth;	      /* XOAUTH2 alone, of one user and token */
	const char *injected; /* in clear, behind the reply to STARTTLS */
};
#define HERE .host = "127.0.0.1", .days = 1
static const struct mode modes[] = {
	{.name = "ok"},
	{.name = "nopipe"},
	{.name = "dsn"},
	{.name = "bare", .ehlo = "250 etrier-smtp"}, /* no extension */
	{.name = "helo", .ehlo = "502 5.5.1 what is EHLO?"},
	{.name = "barelf"}, /* replies end in LF */
	{.name = "terse", .mail = "250", .rcpt = "250", .end = "250"},
	{.name = "multiline",
	 .greeting = "220-one\r\n220-two\r\n220 three",
	 .mail = "250-2.1.0 a\r\n250 2.1.0 b",
	 .rcpt = "250-2.1.5 a\r\n250-2.1.5 b\r\n250 2.1.5 c",
	 .end = "250-2.0.0 taken\r\n250 2.0.0 queued"},
	{.name = "garbage", .greeting = "HTTP/1.0 400 Bad Request"},
	{.name = "greet421", .greeting = "421 4.3.2 too busy"},
	{.name = "greet554", .greeting = "554 5.3.2 no service here"},
	{.name = "greetcut", .greeting = CUT},
	{.name = "silent", .greeting = SILENCE},
	{.name = "bigbanner", .greeting = ENDLESS},
	{.name = "longline", .greeting = LONG},
	{.name = "drip", .greeting = DRIP},
	{.name = "ehlo421", .ehlo = "421 4.3.2 closing"},
	{.name = "ehlocut", .ehlo = CUT},
	{.name = "ehlosilent", .ehlo = SILENCE},
	{.name = "endlessehlo", .ehlo = ENDLESS},
	{.name = "mail421", .mail = "421 4.7.0 too many"},
	{.name = "mail451", .mail = "451 4.3.0 try later"},
	{.name = "mail530", .mail = "530 5.7.0 authentication required"},
	{.name = "mail550", .mail = "550 5.7.1 sender denied"},
	{.name = "mailcut", .mail = CUT},
	{.name = "mailsilent", .mail = SILENCE},
	{.name = "rcpt421", .rcpt = "421 4.7.0 closing"},
	{.name = "rcpt450",
	 .rcpt = "450 4.2.1 <tom@jeunes.example>: greylisted"},
	{.name = "rcpt452", .rcpt = "452 4.5.3 too many"},
	{.name = "rcpt550",
	 .rcpt = "550 5.1.1 <tom@jeunes.example>: no such user 0639981234"},
	{.name = "rcpt552", .rcpt = "552 5.2.2 mailbox full"},
	{.name = "rcptlax", .rcpt = "550 5.1.1 no such user"},
	{.name = "rcptcut", .rcpt = CUT},
	{.name = "rcptsilent", .rcpt = SILENCE},
	{.name = "data421", .data = "421 4.3.0 closing"},
	{.name = "data451", .data = "451 4.3.0 no"},
	{.name = "data554", .data = "554 5.6.0 no"},
	{.name = "data250", .data = "250 2.0.0 queued"},
	{.name = "datacut", .data = CUT},
	{.name = "datasilent", .data = SILENCE},
	{.name = "end421", .end = "421 4.3.0 closing"},
	{.name = "end451", .end = "451 4.7.1 later"},
	{.name = "end554", .end = "554 5.7.1 spam"},
	{.name = "end354", .end = "354 go on"},
	{.name = "enddrop", .end = CUT},       /* taken, then gone */
	{.name = "endsilent", .end = SILENCE}, /* taken, not a word */
	{.name = "cut"},       /* reset in the middle of the body */
	{.name = "stall"},     /* reads nothing for STALL_S, then goes on */
	{.name = "421after3"}, /* three mails a connection */
	{.name = "full"},
	{.name = "tls", HERE},
	{.name = "tlsauth", HERE, .auth = "235 2.7.0 welcome"},
	{.name = "tls535", HERE, .auth = "535 5.7.8 bad credentials"},
	/* As Gmail: a wrong token is told why, and waits to be answered. */
	{.name = "oauth", HERE, .auth = "235 2.7.0 welcome", .is_oauth = true},
	/* As Microsoft: whatever the token is. */
	{.name = "oauth535",
	 HERE,
	 .auth = "535 5.7.3 Authentication unsuccessful"},
	{.name = "tls454", HERE, .starttls = "454 4.7.0 not now"},
	{.name = "tlscut", HERE, .starttls = "220 2.0.0 go", .injected = CUT},
	{.name = "tlssilent",
	 HERE,
	 .starttls = "220 2.0.0 go",
	 .injected = SILENCE},
	{.name = "tlsinject",
	 HERE,
	 .injected = "250-injected\r\n250 AUTH PLAIN"},
	{.name = "tlswrong", .host = "127.0.0.2", .days = 1},
	{.name = "tlsexpired", .host = "127.0.0.1", .days = -1},
	{.name = "smtps", HERE, .is_implicit = true},
};

struct peer {
	const struct mode *mode;
	const char *folder;
	FILE *in, *out, *log;
	struct fake_tls *tls; /* NULL: none in this mode */
	bool is_greeted, is_secure, is_login;
	int fd, n_connection, n_messages;
	struct buf envelope;
};

static bool is_mode(const struct peer *p, const char *name)
{
	return str_eq(p->mode->name, name);
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

static void drip_for_ever(struct peer *p)
{
	while (fputc('x', p->out) != EOF && !fflush(p->out))
		usleep(DRIP_US);
	_exit(0);
}

static void say_long_line(struct peer *p)
{
	for (int i = 0; i < LONG_LINE && fputc('y', p->out) != EOF; i++)
		;
	fflush(p->out);
	sleep(LIFE_S);
	_exit(0);
}

static void say(struct peer *p, const char *line)
{
	if (str_eq(line, CUT))
		reset_connection(p);
	if (str_eq(line, SILENCE)) {
		sleep(LIFE_S);
		_exit(0);
	}
	if (str_eq(line, ENDLESS))
		repeat_for_ever(p, p->is_greeted ? "250-XFOO and on and on"
						 : "220-and another thing");
	if (str_eq(line, DRIP)) {
		fputs("220-", p->out);
		drip_for_ever(p);
	}
	if (str_eq(line, LONG)) {
		fputs("220 ", p->out);
		say_long_line(p);
	}
	fprintf(p->out, "%s%s", line, is_mode(p, "barelf") ? "\n" : "\r\n");
	if (str_starts(line, "421")) { /* "closing", and closes */
		fflush(p->out);
		_exit(0);
	}
}

static void say_or(struct peer *p, const char *instead, const char *good)
{
	say(p, instead ? instead : good);
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
	say_or(p, p->mode->end, "250 2.0.0 queued");
}

static void ehlo(struct peer *p, bool is_helo)
{
	if (is_helo || p->mode->ehlo) {
		say_or(p, is_helo ? NULL : p->mode->ehlo, "250 etrier-smtp");
		return;
	}
	say(p, "250-etrier-smtp");
	say(p, "250-ENHANCEDSTATUSCODES");
	if (!is_mode(p, "nopipe"))
		say(p, "250-PIPELINING");
	if (is_mode(p, "dsn"))
		say(p, "250-DSN");
	if (p->tls && !p->is_secure)
		say(p, "250-STARTTLS");
	if (p->mode->auth && p->is_secure)
		say(p, p->mode->is_oauth ? "250-AUTH XOAUTH2"
					 : "250-AUTH PLAIN XOAUTH2");
	say(p, "250 SIZE 50000000");
}

static void secure(struct peer *p)
{
	FILE *in, *out;
	fflush(p->out);
	if (!fake_tls_accept(p->tls, p->fd, &in, &out))
		_exit(0);
	p->in = in;
	p->out = out;
	p->is_secure = true;
}

static void starttls(struct peer *p)
{
	const struct mode *m = p->mode;
	say_or(p, m->starttls, "220 2.0.0 go");
	if (m->starttls && m->starttls[0] == '4')
		return;
	if (m->injected)
		say(p, m->injected);
	secure(p);
}

/* user=etrier^Aauth=Bearer jeton-invente^A^A */
#define OAUTH_GOOD "dXNlcj1ldHJpZXIBYXV0aD1CZWFyZXIgamV0b24taW52ZW50ZQEB"
/* {"status":"401","schemes":"bearer","scope":"https://mail.example/"} */
#define OAUTH_WHY                                                      \
	"334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUi" \
	"OiJodHRwczovL21haWwuZXhhbXBsZS8ifQ=="

static void take_auth(struct peer *p, const char *line)
{
	char more[4096];
	const char *proof = strchr(line + strlen("AUTH "), ' ');
	if (proof) {
		proof++;
	} else { /* no initial response */
		say(p, "334 ");
		proof = read_line(p, more, sizeof more);
		if (!proof)
			_exit(0);
	}
	bool is_good = !p->mode->is_oauth || str_starts(proof, OAUTH_GOOD);
	if (is_good) {
		say(p, p->mode->auth);
	} else {
		say(p, OAUTH_WHY);
		if (!read_line(p, more, sizeof more))
			_exit(0);
		say(p, "535 5.7.8 Username and Password not accepted");
	}
	p->is_login = is_good && p->mode->auth[0] == '2';
}

static void take_mail(struct peer *p, const char *line)
{
	buf_adds(&p->envelope, line);
	if (is_mode(p, "421after3") && p->n_messages >= 3)
		say(p, "421 4.7.0 enough for one connection");
	if (p->mode->auth && !p->is_login)
		say(p, "530 5.7.0 authentication required");
	else
		say_or(p, p->mode->mail, "250 2.1.0 ok");
}

static void one_command(struct peer *p, const char *line)
{
	static bool has_recipient;
	const struct mode *m = p->mode;
	if (!strncasecmp(line, "EHLO", 4) || !strncasecmp(line, "HELO", 4)) {
		ehlo(p, line[0] == 'H' || line[0] == 'h');
	} else if (p->tls && !strncasecmp(line, "STARTTLS", 8)) {
		starttls(p);
	} else if (m->auth && !strncasecmp(line, "AUTH ", 5)) {
		take_auth(p, line);
	} else if (!strncasecmp(line, "MAIL", 4)) {
		has_recipient = false;
		take_mail(p, line);
	} else if (!strncasecmp(line, "RCPT", 4)) {
		has_recipient =
			!m->rcpt || m->rcpt[0] == '2' || is_mode(p, "rcptlax");
		buf_adds(&p->envelope, line);
		say_or(p, m->rcpt, "250 2.1.5 ok");
	} else if (!strncasecmp(line, "DATA", 4)) {
		if (m->data || !has_recipient) {
			say_or(p, m->data, "503 5.5.1 no recipient");
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
	if (p->mode->is_implicit)
		secure(p);
	say_or(p, p->mode->greeting, "220 etrier-smtp ESMTP");
	p->is_greeted = true;
	if (p->folder) {
		char *path =
			mem_printf("%s/c%d.log", p->folder, p->n_connection);
		p->log = fopen(path, "w");
		free(path);
	}
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

static void make_certificate(struct peer *p)
{
	char *path = mem_printf("%s/cert.pem", p->folder ? p->folder : ".");
	p->tls = fake_tls_new(p->mode->host, p->mode->days, path);
	free(path);
	if (!p->tls) {
		fprintf(stderr, "etrier-smtp: no certificate\n");
		exit(1);
	}
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
	signal(SIGPIPE, SIG_IGN);
	if (p.mode->host)
		make_certificate(&p);
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
