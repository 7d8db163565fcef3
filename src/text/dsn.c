/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports about mails: the machine-readable part when there is one, else what
 * can be concluded from a mail that came to an envelope sender of ours.
 *
 *   multipart/report
 *     text/plain                   not read
 *     message/delivery-status      RFC 3464: one group of fields a recipient
 *     message/feedback-report      RFC 5965: one group
 *     message/rfc822, text/rfc822-headers   the Message-ID of ours
 *
 * Everything else is only a report when a server wrote it (MAILER-DAEMON, an
 * empty sender) and it names an envelope of ours; what people and their absence
 * notices write never is. */
#include "dsn_parts.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/phone.h>
#include <etrier/str.h>

#include <string.h>
#include <strings.h>

#define GROUPS_MAX (2 * DSN_REPORTS_MAX)
/* Our envelope sender: "b+" and 24 hex digits (src/engine/plan/deliver.c). */
#define ID_MIN 20
#define ID_MAX 64

struct reading {
	struct arena *a;
	struct dsn *out;
	const char *envelope_id, *message_id;
	bool has_status, has_feedback;
};

/* --- our own identifiers --- */

static const char *keep_id(struct arena *a, const char *p)
{
	size_t n = strspn(p, "0123456789abcdef");
	return n >= ID_MIN && n <= ID_MAX ? arena_dup_n(a, p, n) : NULL;
}

/* "b+ID@" anywhere in text. */
static const char *find_envelope(struct arena *a, const char *text)
{
	for (const char *p = text; (p = strstr(p, "b+")); p++) {
		const char *id = keep_id(a, p + 2);
		if (id && p[2 + strlen(id)] == '@')
			return id;
	}
	return NULL;
}

/* An ENVID is xtext (RFC 3461): "+2B" is a plus. */
static const char *read_envid(struct arena *a, const char *text)
{
	char *copy = arena_dup(a, text), *to = copy;
	for (const char *p = text; *p; p++) {
		if (!strncasecmp(p, "+2B", 3)) {
			*to++ = '+';
			p += 2;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	const char *id = find_envelope(a, copy);
	if (id)
		return id;
	return keep_id(a, str_starts(copy, "b+") ? copy + 2 : copy);
}

static const char *read_message_id(struct arena *a, struct slice head)
{
	const char *v = dsn_field(head, "Message-ID", a);
	const char *open = v ? strchr(v, '<') : NULL;
	const char *close = open ? strchr(open, '>') : NULL;
	return close && close - open < 300
		       ? arena_dup_n(a, open, (size_t)(close - open) + 1)
		       : NULL;
}

/* "rfc822; Lina@b.example", "<lina@b.example>": the address, NULL for none. */
static const char *read_address(struct arena *a, const char *value)
{
	if (!value)
		return NULL;
	const char *semicolon = strchr(value, ';');
	char *s = arena_dup(a, semicolon ? semicolon + 1 : value);
	s = str_trim(s);
	if (*s == '<') {
		s++;
		s[strcspn(s, ">")] = '\0';
	}
	return email_is_valid(s) ? s : NULL;
}

static struct dsn_report *add(struct reading *r)
{
	if (r->out->n == DSN_REPORTS_MAX)
		return NULL;
	struct dsn_report *one = &r->out->reports[r->out->n++];
	*one = (struct dsn_report){.class_ = DSN_CLASS_TRANSIENT};
	return one;
}

/* --- message/delivery-status --- */

static bool read_action(const char *action, enum dsn_kind *kind)
{
	if (!action)
		return false;
	if (!strncasecmp(action, "failed", 6))
		*kind = DSN_BOUNCE;
	else if (!strncasecmp(action, "delayed", 7))
		*kind = DSN_DELAY;
	else if (!strncasecmp(action, "delivered", 9))
		*kind = DSN_DELIVERED;
	else
		return false; /* relayed, expanded: nothing to know */
	return true;
}

static void read_recipient(struct reading *r, struct slice group)
{
	enum dsn_kind kind;
	if (!read_action(dsn_field(group, "Action", r->a), &kind))
		return;
	struct dsn_report *one = add(r);
	if (!one)
		return;
	const char *status = dsn_field(group, "Status", r->a);
	const char *text = dsn_field(group, "Diagnostic-Code", r->a);
	const char *original = dsn_field(group, "Original-Recipient", r->a);
	const char *final = dsn_field(group, "Final-Recipient", r->a);
	char said[16];
	one->kind = kind;
	if (!status || !dsn_find_status(status, one->status))
		one->status[0] = '\0';
	if (!text)
		text = "";
	/* "5.0.0" with "550 5.1.1 user unknown" beside it. */
	bool is_vague = !*one->status || str_ends(one->status, ".0.0");
	if (is_vague && dsn_find_status(text, said))
		memcpy(one->status, said, sizeof(said));
	one->class_ = dsn_classify(one->status, text);
	one->recipient = read_address(r->a, original);
	if (!one->recipient)
		one->recipient = read_address(r->a, final);
	one->code = dsn_find_code(text, r->a);
}

/* Groups of fields, an empty line between two. */
static void read_status(struct reading *r, const struct entity *part)
{
	struct slice rest = dsn_decode(part, r->a);
	r->has_status = true;
	for (int i = 0; i < GROUPS_MAX && rest.n; i++) {
		while (rest.n && strchr("\r\n", rest.s[0]) && rest.s[0]) {
			rest.s++;
			rest.n--;
		}
		struct entity e = dsn_entity(rest);
		const char *envid =
			dsn_field(e.head, "Original-Envelope-Id", r->a);
		if (envid && !r->envelope_id)
			r->envelope_id = read_envid(r->a, envid);
		read_recipient(r, e.head);
		rest = e.body;
	}
}

/* --- message/feedback-report --- */

static void read_feedback(struct reading *r, const struct entity *part)
{
	struct slice all = dsn_decode(part, r->a);
	const char *type = dsn_field(all, "Feedback-Type", r->a);
	const char *from = dsn_field(all, "Original-Mail-From", r->a);
	const char *to = dsn_field(all, "Original-Rcpt-To", r->a);
	r->has_feedback = true;
	if (from && !r->envelope_id)
		r->envelope_id = find_envelope(r->a, from);
	if (type && !strcasecmp(type, "not-spam"))
		return;
	struct dsn_report *one = add(r);
	if (!one)
		return;
	one->kind = DSN_COMPLAINT;
	one->class_ = DSN_CLASS_COMPLAINT;
	one->recipient = read_address(r->a, to);
}

/* --- parts --- */

/* The mail that came back, or its fields. */
static void read_original(struct reading *r, const struct entity *part,
			  bool is_whole)
{
	struct slice text = dsn_decode(part, r->a);
	struct slice head = is_whole ? dsn_entity(text).head : text;
	const char *path = dsn_field(head, "Return-Path", r->a);
	if (!r->message_id)
		r->message_id = read_message_id(r->a, head);
	if (path && !r->envelope_id)
		r->envelope_id = find_envelope(r->a, path);
}

static void on_part(void *ctx, enum dsn_part what, const struct entity *part)
{
	struct reading *r = ctx;
	if (what == DSN_PART_STATUS)
		read_status(r, part);
	else if (what == DSN_PART_FEEDBACK)
		read_feedback(r, part);
	else
		read_original(r, part, what == DSN_PART_MAIL);
}

/* --- without a machine-readable part --- */

static bool is_written_by_a_server(const struct entity *mail, struct arena *a)
{
	const char *from = dsn_field(mail->head, "From", a);
	const char *path = dsn_field(mail->head, "Return-Path", a);
	const char *how = dsn_field(mail->head, "Auto-Submitted", a);
	/* Postfix calls its own reports auto-replied. */
	if (from && strcasestr(from, "mailer-daemon"))
		return true;
	if (how && !strncasecmp(how, "auto-replied", 12))
		return false; /* somebody is away */
	if (from && strcasestr(from, "postmaster@"))
		return true;
	return path && str_eq(path, "<>") &&
	       dsn_field(mail->head, "X-Failed-Recipients", a);
}

/* The address it came to is the last thing a broken report still says. */
static const char *find_verp(const struct entity *mail, struct arena *a)
{
	static const char *const fields[] = {"Delivered-To", "X-Original-To",
					     "Envelope-To", "To", NULL};
	for (const char *const *f = fields; *f; f++) {
		const char *v = dsn_field(mail->head, *f, a);
		const char *id = v ? find_envelope(a, v) : NULL;
		if (id)
			return id;
	}
	return NULL;
}

/* The text of the whole mail, so that words can be found in it. */
static const char *text_of(const struct entity *mail, struct arena *a)
{
	struct slice body = dsn_decode(mail, a);
	char *copy = arena_array(a, body.n + 1, 1);
	for (size_t i = 0; i < body.n; i++)
		copy[i] = body.s[i] ? body.s[i] : ' ';
	copy[body.n] = '\0';
	return copy;
}

static void conclude(struct reading *r, const struct entity *mail)
{
	if (!is_written_by_a_server(mail, r->a))
		return;
	const char *text = text_of(mail, r->a);
	const char *failed = dsn_field(mail->head, "X-Failed-Recipients", r->a);
	if (!r->envelope_id)
		r->envelope_id = find_envelope(r->a, text);
	if (!r->envelope_id && !r->message_id)
		return;
	struct dsn_report *one = add(r);
	if (!one)
		return;
	one->kind = DSN_BOUNCE;
	if (!dsn_find_status(text, one->status))
		one->status[0] = '\0';
	if (*one->status == '2')
		one->status[0] = '\0';
	one->class_ = dsn_classify(one->status, text);
	if (*one->status == '4')
		one->kind = DSN_DELAY;
	one->recipient = read_address(r->a, failed);
	one->code = dsn_find_code(text, r->a);
}

int dsn_read(const char *bytes, size_t n, struct arena *a, struct dsn *out,
	     struct err *err)
{
	struct reading r = {.a = a, .out = out};
	struct slice all = {bytes, n < DSN_BYTES_MAX ? n : DSN_BYTES_MAX};
	*out = (struct dsn){.n = 0};
	/* A mailbox of one mail begins with the line of mbox. */
	if (all.n > 5 && !memcmp(all.s, "From ", 5)) {
		const char *end = memchr(all.s, '\n', all.n);
		size_t skip = end ? (size_t)(end - all.s) + 1 : all.n;
		all.s += skip;
		all.n -= skip;
	}
	struct entity mail = dsn_entity(all);
	r.envelope_id = find_verp(&mail, a);
	dsn_each_part(&mail, on_part, &r, a);
	if (!r.has_status && !r.has_feedback)
		conclude(&r, &mail);
	for (int i = 0; i < out->n; i++) {
		out->reports[i].envelope_id = r.envelope_id;
		out->reports[i].message_id = r.message_id;
	}
	/* An address alone is anybody's to write in a report. */
	if (!out->n || (!r.envelope_id && !r.message_id))
		return err_set(err, ERR_INPUT,
			       "no report about a mail of ours");
	return 0;
}
