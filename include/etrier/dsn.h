/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DSN_H
#define ETRIER_DSN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

/* Reports about a mail we sent: delivery status notifications (RFC 3464) in a
 * multipart/report, abuse reports (RFC 5965), and what is neither and still
 * comes back to an envelope sender of ours (VERP). Pure: bytes to values, no
 * clock; every byte is a stranger's. */

#define DSN_BYTES_MAX                                               \
	(1024 * 1024)	   /* of a mail; what is behind is not read \
			    */
#define DSN_REPORTS_MAX 20 /* recipients of one report */

enum dsn_kind { DSN_BOUNCE, DSN_DELAY, DSN_COMPLAINT, DSN_DELIVERED };
extern const char *const dsn_kinds[]; /* bounce delay complaint delivered */
enum dsn_class {
	DSN_CLASS_DEAD,	     /* no such mailbox */
	DSN_CLASS_FULL,	     /* full, or not used any more */
	DSN_CLASS_TRANSIENT, /* may work another time; also: nobody can tell */
	DSN_CLASS_POLICY,    /* refused for what we are or say */
	DSN_CLASS_COMPLAINT, /* the reader calls it spam */
	DSN_N_CLASSES
};
extern const char *const dsn_classes[]; /* dead full transient ... */

struct dsn_report { /* strings in the arena; NULL: not said */
	enum dsn_kind kind;
	enum dsn_class class_;
	char status[16]; /* "5.1.1", "" */
	/* The hex digits of our envelope sender, or of the ENVID. */
	const char *envelope_id;
	const char *message_id; /* "<...>" of the mail that came back */
	const char *recipient;	/* an address; of nobody's log */
	const char *code;	/* of a big operator, "OFR004_104"; or "550" */
};
struct dsn {
	struct dsn_report reports[DSN_REPORTS_MAX];
	int n;
};
/* ERR_INPUT: no report about a mail of ours: an answer of an absent reader, a
 * human's, or anything else. */
int dsn_read(const char *bytes, size_t n, struct arena *a, struct dsn *out,
	     struct err *err);

/* What may be kept of a mail that was read: a mail of its own, in the arena.
 * Of a report (dsn_read() took it) who wrote it, when and to which address of
 * ours; the fields of its machine-readable parts; Message-ID and Return-Path of
 * the mail it is about. dsn_read() gives the same for it as for the original,
 * but for one without such parts. Of anything else, which a person may have
 * written, its date and whether a machine sent it. Never a subject, never a
 * text. At most DSN_KEPT_MAX bytes. */
#define DSN_KEPT_MAX ((size_t)128 * 1024)
const char *dsn_keep(const char *bytes, size_t n, bool is_report,
		     struct arena *a);

/* The class of a status ("5.2.2", may be "") and what the server said beside
 * it (may be ""): domain.md 2.3. */
enum dsn_class dsn_classify(const char *status, const char *text);

#endif
