/* SPDX-License-Identifier: EUPL-1.2 */
/* What is kept of a report for as long as somebody may ask how an operator put
 * it (domain.md 2.3: 30 days, without the body). A report brings back the text
 * of our mail, and what is no report may be a person's letter: neither has to
 * lie anywhere. What is kept is written anew, as a report of the same parts,
 *
 *   fields of the mail itself        those named below
 *   message/delivery-status          every line that is a field
 *   message/feedback-report          likewise
 *   text/rfc822-headers              Message-ID, Return-Path
 *
 * so that dsn_read() and a person with a mail reader understand it. */
#include "dsn_parts.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

/* With "--" before it no field looks like it: fields begin with a letter. */
#define BOUNDARY "etrier-kept"

struct keeping {
	struct arena *a;
	struct buf out;
};

static void keep_field(struct keeping *k, struct slice head, const char *name)
{
	const char *value = dsn_field(head, name, k->a);
	if (value)
		buf_printf(&k->out, "%s: %s\n", name, value);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "Name: value", or a line folded into such a one. */
static bool is_of_a_field(struct slice line, bool was_field)
{
	const char *colon = memchr(line.s, ':', line.n);
	if (memchr(line.s, '\0', line.n))
		return false;
	if (line.s[0] == ' ' || line.s[0] == '\t')
		return was_field;
	if (!is_letter(line.s[0]) || !colon)
		return false;
	for (const char *p = line.s; p < colon; p++) {
		if (*p <= ' ' || *p > '~')
			return false;
	}
	return true;
}

/* Groups of fields, with one empty line between two. */
static void keep_fields(struct keeping *k, struct slice text)
{
	bool was_field = false, ends_group = false, is_first = true;
	while (text.n) {
		const char *end = memchr(text.s, '\n', text.n);
		size_t whole = end ? (size_t)(end - text.s) + 1 : text.n;
		struct slice line = {text.s, whole - (end != NULL)};
		if (line.n && line.s[line.n - 1] == '\r')
			line.n--;
		ends_group |= line.n == 0;
		was_field = line.n && is_of_a_field(line, was_field);
		if (was_field) {
			buf_adds(&k->out, ends_group && !is_first ? "\n" : "");
			buf_add(&k->out, line.s, line.n);
			buf_addc(&k->out, '\n');
			ends_group = is_first = false;
		}
		text.s += whole;
		text.n -= whole;
	}
}

static void on_part(void *ctx, enum dsn_part what, const struct entity *part)
{
	static const char *const types[DSN_N_PARTS] = {
		[DSN_PART_STATUS] = "message/delivery-status",
		[DSN_PART_FEEDBACK] = "message/feedback-report",
		[DSN_PART_MAIL] = "text/rfc822-headers",
		[DSN_PART_HEAD] = "text/rfc822-headers"};
	struct keeping *k = ctx;
	struct slice text = dsn_decode(part, k->a);
	buf_printf(&k->out, "\n--" BOUNDARY "\nContent-Type: %s\n\n",
		   types[what]);
	if (what == DSN_PART_STATUS || what == DSN_PART_FEEDBACK) {
		keep_fields(k, text);
		return;
	}
	if (what == DSN_PART_MAIL)
		text = dsn_entity(text).head;
	keep_field(k, text, "Return-Path");
	keep_field(k, text, "Message-ID");
}

/* A mail that fills the ceiling is cut there: it was no report of ours. */
static const char *kept(struct keeping *k)
{
	const char *text =
		arena_dup_n(k->a, k->out.data ? k->out.data : "", k->out.len);
	buf_clear(&k->out);
	return text;
}

const char *dsn_keep(const char *bytes, size_t n, bool is_report,
		     struct arena *a)
{
	static const char *const of_reports[] = {
		"Return-Path", "Delivered-To", "X-Original-To",
		"Envelope-To", "From",	       "To",
		NULL};
	struct keeping k = {.a = a};
	struct entity mail = dsn_entity(
		(struct slice){bytes, n < DSN_BYTES_MAX ? n : DSN_BYTES_MAX});
	buf_init(&k.out, DSN_KEPT_MAX);
	keep_field(&k, mail.head, "Date");
	keep_field(&k, mail.head, "Auto-Submitted");
	if (!is_report) {
		buf_adds(&k.out, "\n");
		return kept(&k);
	}
	for (const char *const *name = of_reports; *name; name++)
		keep_field(&k, mail.head, *name);
	buf_adds(&k.out,
		 "MIME-Version: 1.0\n"
		 "Content-Type: multipart/report; boundary=\"" BOUNDARY "\"\n");
	dsn_each_part(&mail, on_part, &k, a);
	buf_adds(&k.out, "\n--" BOUNDARY "--\n");
	return kept(&k);
}
