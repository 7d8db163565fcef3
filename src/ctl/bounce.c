/* SPDX-License-Identifier: EUPL-1.2 */
/* `mail bounce`: a mail from a pipe, read here, and what it reports sent to the
 * engine: no byte of a stranger's mail reaches the process that holds the
 * data. A mail that is no report is not a failure: a relay would send it back,
 * and a mailbox for reports gets absence notices too. */
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

int ctl_mail_bounce(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	const char *name = json_string_value(
		json_array_get(json_object_get(args, "words"), 0));
	bool is_file = name && !str_eq(name, "-");
	FILE *f = is_file ? fopen(name, "r") : stdin;
	if (!f) {
		int code =
			ctl_fail(CTL_FAILED, "%s: %s", name, strerror(errno));
		json_decref(args);
		return code;
	}
	struct arena a;
	struct dsn d;
	struct err err = {0};
	size_t n;
	int code = CTL_DONE;
	char *bytes = read_all(f, &n);
	if (is_file)
		fclose(f);
	arena_init(&a);
	if (!dsn_read(bytes, n, &a, &d, &err))
		code = send_reports(c, &d);
	else
		fprintf(stderr, "etrierctl: %s; nothing is done\n", err.text);
	arena_clear(&a);
	free(bytes);
	json_decref(args);
	return code;
}
