/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MIME_H
#define ETRIER_MIME_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* A mail as bytes: RFC 5322 and 2045-2047, 7-bit, CRLF, header lines of at
 * most 78 columns (List-Unsubscribe and Message-ID are never encoded and never
 * cut: the receivers' machines read them). Nothing here varies: the same
 * struct gives the same bytes, always, because a mail whose answer was lost
 * goes again and must be recognised as itself. */

#define MIME_MAIL_MAX	  ((size_t)1024 * 1024) /* the whole mail */
#define MIME_HEADER_MAX	  ((size_t)900)		/* one value, before folding */
#define MIME_BOUNDARY_MAX ((size_t)60)

struct mime_box {
	const char *address; /* ASCII, see mime_address_check() */
	const char *name;    /* display name, UTF-8; NULL or "": none */
};

/* Everything is borrowed. NULL: that header is left out, unless it says
 * required. */
struct mime_mail {
	struct mime_box from, to;    /* required */
	struct mime_box reply_to;    /* address NULL: none */
	const char *subject;	     /* required, UTF-8 */
	int64_t date;		     /* instant, written in UTC */
	const char *message_id;	     /* required, "<left@right>" */
	const char *list_id;	     /* written as given: "Name <id.domain>" */
	const char *unsubscribe_url; /* https: also one-click (RFC 8058) */
	const char *unsubscribe_mailto; /* "mailto:..." */
	const char *feedback_id;	/* campaign:customer:type:sender */
	int64_t id;			/* X-Etrier-Id, our message's number */
	const char *language;		/* Content-Language, "fr" */
	const char *boundary; /* required with html; [A-Za-z0-9_.=-] */
	const char *text;     /* required, UTF-8, LF line ends */
	const char *html;     /* NULL: the mail is text/plain alone */
};

/* Append the mail. -1 (ERR_INPUT: which field, and why; ERR_LIMIT) when a
 * value could break a header line, an address is not usable or the whole is
 * too large; *out may then hold the beginning. */
int mime_write(const struct mime_mail *m, struct buf *out, struct err *err);

/* Usable in an SMTP command and a header: ASCII, one @ with something on both
 * sides, no blank, control, quote, comma or angle bracket, at most 254 bytes.
 * Neither libesmtp nor libcurl looks: a line end here would be a command. */
int mime_address_check(const char *address, struct err *err);

/* 32 hex digits (BLAKE2b-128) of the bytes: names of files, hashes of
 * templates and mails. */
void mime_hash(const void *bytes, size_t n, char out[33]);

#endif
