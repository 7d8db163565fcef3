/* SPDX-License-Identifier: EUPL-1.2 */
/* `events export`: what happened to the people of an origin, for the system
 * that its files come from. The engine answers in slices; each is asked for
 * behind the last event of the one before, so that a year can be fetched
 * without anybody waiting for the engine. */
#include "ctl.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {
	"id",	    "at",    "origin", "ref",	  "event",  "offer", "trade",
	"contract", "start", "end",    "channel", "result", "reason"};

struct export
{
	bool is_csv;
	int64_t after, most; /* most 0: all */
	int64_t n;
};

/* What a spreadsheet would run as a formula gets an apostrophe before it
 * (OWASP, CSV injection): a dossier number is whatever its system made it. */
static bool is_formula(const char *s)
{
	return *s && strchr("=+-@\t\r", *s);
}

void ctl_csv_cell(const char *text, FILE *out)
{
	bool is_quoted = strpbrk(text, ";\"\r\n") != NULL;
	if (is_quoted)
		fputc('"', out);
	if (is_formula(text))
		fputc('\'', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	if (is_quoted)
		fputc('"', out);
}

static void print_row(const json_t *row)
{
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		json_t *v = json_object_get(row, columns[i]);
		if (i)
			putchar(';');
		if (json_is_integer(v))
			printf("%" PRId64, (int64_t)json_integer_value(v));
		else if (json_is_string(v))
			ctl_csv_cell(json_string_value(v), stdout);
	}
	putchar('\n');
}

static void on_row(void *ctx, json_t *row)
{
	struct export *x = ctx;
	x->n++;
	x->after = js_int(row, "id", x->after);
	if (x->is_csv)
		print_row(row);
	else
		ctl_print_json(row);
}

static void print_head(void)
{
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		printf("%s%s", i ? ";" : "", columns[i]);
	putchar('\n');
}

/* Slices until one is empty. */
static int fetch(struct ctl *c, json_t *args, struct export *x)
{
	int code;
	int64_t before;
	do {
		char after[24];
		json_t *copy = json_deep_copy(args);
		before = x->n;
		snprintf(after, sizeof(after), "%" PRId64, x->after);
		if (x->after)
			js_put_str(copy, "after", after);
		if (x->most)
			js_put_int(copy, "limit", x->most - x->n, -1);
		code = ctl_ask(c, c->command->name, copy,
			       &(struct ctl_ask){.on_row = on_row, .ctx = x});
	} while (!code && x->n > before && (!x->most || x->n < x->most));
	return code;
}

int ctl_events_export(struct ctl *c)
{
	json_t *args = ctl_parse(c);
	if (!args)
		return CTL_USAGE;
	const char *format =
		js_str(args, "format", c->is_json ? "json" : "csv");
	struct export x = {.is_csv = str_eq(format, "csv"), .most = c->limit};
	int code;
	if (!x.is_csv && !str_eq(format, "json")) {
		code = ctl_fail(CTL_USAGE, "--format is csv or json");
	} else {
		if (x.is_csv)
			print_head();
		code = fetch(c, args, &x);
	}
	json_decref(args);
	return code;
}
