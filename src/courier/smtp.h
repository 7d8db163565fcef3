/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SMTP_H
#define ETRIER_COURIER_SMTP_H

#include <stddef.h>

struct verdict;

/* Mails on their way to a relay, by one of two engines that give the same
 * verdicts (tests/unit/test_smtp.c holds both to them):
 *   libesmtp  a relay on this host, without TLS: DSN parameters, so that the
 *             relay's own bounces name the mail
 *   curl      everything else: TLS from the first byte, XOAUTH2 */
enum smtp_engine { SMTP_LIBESMTP, SMTP_CURL };
enum smtp_tls {
	SMTP_TLS_OFF,
	SMTP_TLS_STARTTLS, /* required: no mail without it */
	SMTP_TLS_IMPLICIT  /* port 465; curl only */
};

/* Everything borrowed for as long as the struct smtp lives. */
struct smtp_relay {
	const char *host; /* name or IPv4 address; the certificate's too */
	int port;
	int timeout_ms; /* one wait; 1000 or more (libesmtp's least) */
	int connect_s;	/* resolver and connect(2) together */
	int deadline_s; /* one mail after that, its TLS and AUTH included */
	enum smtp_tls tls;
	const char *ca_file;		    /* PEM; NULL: the system's */
	const char *user;		    /* NULL: no AUTH */
	const char *password, *oauth_token; /* one of them, with user; the
					     * token with curl only */
};

struct smtp_mail {
	const char *from, *to;
	const char *envid; /* ENVID= of the DSN, [A-Za-z0-9.]; NULL: none */
	const char *bytes; /* CRLF, 7-bit */
	size_t n;
};

/* Mails over one connection, then a new one: what relays allow (Orange: 100,
 * domain.md 2.1). */
#define SMTP_MAILS_MAX 100
/* user and password together: a plug-in of libesmtp copies them unchecked. */
#define SMTP_LOGIN_MAX 500

struct smtp;
/* Never NULL. Uses SIGALRM and ignores SIGPIPE; one in a process. */
struct smtp *smtp_new(enum smtp_engine engine, const struct smtp_relay *relay);
void smtp_free(struct smtp *s);

/* The verdict on mails[i], in order, as soon as it is known; *v is gone after
 * the call. */
typedef void smtp_done_fn(void *ctx, size_t i, const struct verdict *v);

/* Hand mails over, as many as may be on one connection, kept from the call
 * before where the engine can. Each gets exactly one verdict; RETRY when it
 * cannot be known whether the relay took it (the same bytes may go again). A
 * connection that ends between two mails costs neither: the next begins
 * another. Blocks, at most connect_s + deadline_s + 2 for each mail; after two
 * connections without an answer the rest is not tried. A resolver or
 * connect(2) that sits longer ends the PROCESS with COURIER_EXIT_STUCK: nothing
 * gentler is possible, and nothing was sent. */
void smtp_send(struct smtp *s, const struct smtp_mail *mails, size_t n,
	       smtp_done_fn *done, void *ctx);
/* Nothing waits: say QUIT. */
void smtp_rest(struct smtp *s);

#endif
