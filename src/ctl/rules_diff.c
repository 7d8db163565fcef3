/* SPDX-License-Identifier: EUPL-1.2 */
/* rules diff for people: sums, the guard table, where, and the largest moves.
 * With --json the engine's rows as they come. */
#include "ctl.h"

#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/rules_set.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NEW_MAX ((size_t)100 * 1024) /* fits into a line of the wire */

struct shown {
	struct ctl *c;
	struct ctl_table *guards, *by;
	bool has_moves;
};

static void print_sum(const json_t *row)
{
	char moved[24];
	printf("%" PRId64 " people, %" PRId64 " offers, %" PRId64
	       " pairs proposed now\n%" PRId64 " gained, %" PRId64
	       " lost, %s moved\n\n",
	       js_int(row, "people", 0), js_int(row, "offers", 0),
	       js_int(row, "pairs", 0), js_int(row, "gained", 0),
	       js_int(row, "lost", 0), ctl_figure(row, "moved", moved));
}

/* The tables before it are whole when the first move comes. */
static void end_tables(struct shown *k)
{
	if (k->has_moves)
		return;
	k->has_moves = true;
	ctl_table_end(k->guards);
	if (!k->c->is_json)
		putchar('\n');
	ctl_table_end(k->by);
}

static void print_move(struct shown *k, json_t *row)
{
	json_t *why = json_object_get(row, "why"), *v;
	size_t i;
	if (!k->has_moves) {
		end_tables(k);
		puts("\nlargest moves");
	}
	printf("  person %" PRId64 ", offer %" PRId64 ": %s, now %s\n",
	       js_int(row, "person", 0), js_int(row, "offer", 0),
	       js_str(row, "was", ""), js_str(row, "is", ""));
	json_array_foreach(why, i, v)
	{
		char *text = ctl_harmless(json_string_value(v));
		printf("    %s\n", text);
		free(text);
	}
}

static void print_diagnostic(json_t *row)
{
	struct diags d;
	json_t *one = json_array();
	json_array_append(one, row);
	diags_init(&d);
	diags_add_json(&d, one);
	diags_print(&d, stderr);
	diags_clear(&d);
	json_decref(one);
}

static void on_row(void *ctx, json_t *row)
{
	struct shown *k = ctx;
	const char *part = js_str(row, "part", "");
	if (ctl_show_progress(row))
		return;
	if (k->c->is_json)
		ctl_print_json(row);
	else if (json_object_get(row, "level"))
		print_diagnostic(row);
	else if (str_eq(part, "sum"))
		print_sum(row);
	else if (str_eq(part, "guard"))
		ctl_table_row(k->guards, row);
	else if (str_eq(part, "by"))
		ctl_table_row(k->by, row);
	else if (str_eq(part, "move"))
		print_move(k, row);
}

json_t *ctl_read_new_rules(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash ? slash + 1 : file;
	struct err err = {0};
	size_t n;
	char *text = NULL;
	json_t *out = NULL;
	if (!rules_file_name(name, &err) &&
	    (text = ctl_read_file(file, NEW_MAX, &n, &err))) {
		out = json_object();
		js_put_str(out, "name", name);
		json_object_set_new(out, "text", json_stringn(text, n));
	}
	if (!out) {
		ctl_fail(0, "%s", err.text);
	} else if (!json_object_get(out, "text")) {
		ctl_fail(0, "%s: is not UTF-8", file);
		json_decref(out);
		out = NULL;
	}
	free(text);
	return out;
}

int ctl_rules_diff(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	const char *file = json_string_value(
		json_array_get(json_object_get(options, "words"), 0));
	json_t *args = ctl_read_new_rules(file);
	if (args) {
		js_put_str(args, "days", js_str(options, "days", NULL));
		js_put_str(args, "accept", js_str(options, "accept", NULL));
	}
	json_decref(options);
	if (!args)
		return CTL_FAILED;
	struct shown k = {
		.c = c,
		.guards = ctl_table_new(c, "group:GROUP people:PEOPLE "
					   "before:BEFORE after:AFTER "
					   "change:CHANGE falls:FALLS"),
		.by = ctl_table_new(c, "of:BY name:NAME gained:GAINED "
				       "lost:LOST moved:MOVED")};
	int code = ctl_ask(c, c->command->name, args,
			   &(struct ctl_ask){.on_row = on_row, .ctx = &k});
	end_tables(&k);
	return code;
}
