/* SPDX-License-Identifier: EUPL-1.2 */
/* `mail bounce`: a mail from a pipe, read here, and what it reports sent to the
 * engine: no byte of a stranger's mail reaches the process that holds the
 * data. A mail that is no report is not a failure: a relay would send it back,
 * and a mailbox for reports gets absence notices too.
 *
 * From standard input it speaks to a mail system, in the statuses of
 * sysexits(3). Any other but 0 has the report sent back, and as it has no
 * sender that is to lose it; 75 has it kept and tried again. From a FILE it
 * speaks to a person, as every command does. */
#include "ctl.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/dsn.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* NULL: it cannot be read. */
static char *read_all(FILE *f, size_t *n)
{
	struct buf in;
	char bytes[8192];
	size_t got;
	buf_init(&in, DSN_BYTES_MAX);
	while ((got = fread(bytes, 1, sizeof(bytes), f)) > 0) {
		/* What is behind the ceiling is taken, for the pipe's sake. */
		size_t room = DSN_BYTES_MAX - in.len;
		buf_add(&in, bytes, got < room ? got : room);
	}
	*n = in.len;
	if (ferror(f)) {
		buf_clear(&in);
		return NULL;
	}
	return buf_take(&in);
}

static json_t *report_json(const struct dsn_report *r)
{
	json_t *v = json_object();
	js_put_str(v, "kind", dsn_kinds[r->kind]);
	js_put_str(v, "class", dsn_classes[r->class_]);
	js_put_str(v, "status", *r->status ? r->status : NULL);
	js_put_str(v, "envelope_id", r->envelope_id);
	js_put_str(v, "message_id", r->message_id);
	js_put_str(v, "code", r->code);
	js_put_str(v, "source", "pipe");
	return v;
}

static void print_row(void *ctx, json_t *row)
{
	const struct ctl *c = ctx;
	if (c->is_json) {
		ctl_print_json(row);
		return;
	}
	const char *status = js_str(row, "status", "");
	printf("%s %s%s%s: %s\n", js_str(row, "kind", ""),
	       js_str(row, "class", ""), *status ? " " : "", status,
	       js_str(row, "did", ""));
}

static int send_reports(struct ctl *c, const struct dsn *d)
{
	json_t *args = json_object(), *reports = json_array();
	for (int i = 0; i < d->n; i++)
		json_array_append_new(reports, report_json(&d->reports[i]));
	json_object_set_new(args, "reports", reports);
	const struct ctl_ask ask = {.on_row = print_row, .ctx = c};
	return ctl_ask(c, "mail bounce", args, &ask);
}

static bool is_blank(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!strchr(" \t\r\n", bytes[i]) || !bytes[i])
			return false;
	}
	return true;
}

static int take(struct ctl *c, const char *bytes, size_t n)
{
	struct arena a;
	struct dsn d;
	struct err err = {0};
	int code = CTL_DONE;
	arena_init(&a);
	if (!dsn_read(bytes, n, &a, &d, &err))
		code = send_reports(c, &d);
	else
		fprintf(stderr, "etrierctl: %s; nothing is done\n", err.text);
	arena_clear(&a);
	return code;
}

static int from_file(struct ctl *c, const char *name)
{
	size_t n;
	FILE *f = fopen(name, "r");
	char *bytes = f ? read_all(f, &n) : NULL;
	int code;
	if (!bytes)
		code = ctl_fail(CTL_FAILED, "%s: %s", name, strerror(errno));
	else if (is_blank(bytes, n))
		code = ctl_fail(CTL_FAILED, "%s: empty: no report", name);
	else
		code = take(c, bytes, n);
	if (f)
		fclose(f);
	free(bytes);
	return code;
}

/* Whatever keeps a report from being recorded may be mended before the mail
 * system gives up; of nothing, nothing will ever come. */
static int from_pipe(struct ctl *c)
{
	size_t n;
	char *bytes = read_all(stdin, &n);
	int code;
	if (!bytes)
		code = ctl_fail(EX_TEMPFAIL, "standard input: %s",
				strerror(errno));
	else if (is_blank(bytes, n))
		code = ctl_fail(EX_DATAERR, "an empty report");
	else if (take(c, bytes, n) != CTL_DONE)
		code = EX_TEMPFAIL;
	else
		code = EX_OK;
	free(bytes);
	return code;
}

int ctl_mail_bounce(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	const char *name = json_string_value(
		json_array_get(json_object_get(args, "words"), 0));
	int code =
		name && !str_eq(name, "-") ? from_file(c, name) : from_pipe(c);
	json_decref(args);
	return code;
}
