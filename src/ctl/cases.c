/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of `rules test`: see cases.h. Young people are read cell by cell, as a
 * file of them would be imported; offers as a line of a program. */
#include "cases.h"

#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/person.h>
#include <etrier/schema.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

static const char *const decisions[] = {"send", "check", "exclude", NULL};

#define ROW(k, t, f, h)                                            \
	{                                                          \
		.key = (k), .type = (t), .flags = (f), .help = (h) \
	}

static const struct schema expect_rows[] = {
	{.key = "decision",
	 .type = SCHEMA_WORD,
	 .words = decisions,
	 .help = "What must come out."},
	ROW("score", SCHEMA_ANY, 0, "0-100: 72.5, >=60, <45 or 50..60."),
	ROW("symbols", SCHEMA_ANY, 0, "Symbols and gates that must speak."),
	ROW("not_symbols", SCHEMA_ANY, 0, "... and those that must not."),
	ROW("gates", SCHEMA_ANY, 0, "States of gates: {AGE: fail}."),
	ROW("message_contains", SCHEMA_ANY, 0, "Words a message must have."),
	ROW("message_not_contains", SCHEMA_ANY, 0, "... and must not have."),
	{0}};
#define COMMON_ROWS                                               \
	{.key = "name",                                           \
	 .type = SCHEMA_STR,                                      \
	 .flags = SCHEMA_REQUIRED,                                \
	 .min = 1,                                                \
	 .max = 200,                                              \
	 .help = "Name of the case."},                            \
		ROW("at", SCHEMA_DATE, 0, "Day of the verdict."), \
		ROW("youth", SCHEMA_ANY, SCHEMA_REQUIRED,         \
		    "Columns of a young person.")
static const struct schema test_rows[] = {
	COMMON_ROWS,
	ROW("offer", SCHEMA_ANY, SCHEMA_REQUIRED, "Keys of an offer line."),
	{.key = "expect",
	 .type = SCHEMA_MAP,
	 .rows = expect_rows,
	 .help = "What must come out."},
	{0}};
static const struct schema pair_rows[] = {
	COMMON_ROWS,
	ROW("better", SCHEMA_ANY, SCHEMA_REQUIRED, "An offer line."),
	ROW("worse", SCHEMA_ANY, SCHEMA_REQUIRED, "An offer line."),
	ROW("because", SCHEMA_STR, SCHEMA_LINES, "What somebody said of them."),
	{0}};
static const struct schema test_item = {
	.key = "", .type = SCHEMA_MAP, .rows = test_rows};
static const struct schema pair_item = {
	.key = "", .type = SCHEMA_MAP, .rows = pair_rows};
static const struct schema path_item = {.key = "", .type = SCHEMA_PATH};
static const struct schema file_rows[] = {
	{.key = "rule_files",
	 .type = SCHEMA_LIST,
	 .max = 100,
	 .item = &path_item,
	 .help = "Rules to judge by, instead of the configured ones."},
	ROW("at", SCHEMA_DATE, 0, "Day of the verdicts of this file."),
	{.key = "tests",
	 .type = SCHEMA_LIST,
	 .max = CASES_MAX,
	 .item = &test_item,
	 .help = "Cases, each with what must come out."},
	{.key = "panel",
	 .type = SCHEMA_LIST,
	 .max = CASES_MAX,
	 .item = &pair_item,
	 .help = "Pairs of offers that people judged."},
	{0}};

static void error(struct diags *d, const struct ynode *n, const char *text)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s", text);
}

/* --- a young person ------------------------------------------------------ */

/* "a,b" for a list; NULL after a diagnostic. */
static const char *cell_text(struct arena *a, const struct ynode *n,
			     struct diags *d)
{
	const char *text = "";
	if (n->kind == YNODE_SCALAR)
		return ynode_is_null(n) ? "" : n->text;
	for (size_t i = 0; n->kind == YNODE_LIST && i < n->n; i++) {
		if (n->kids[i].kind != YNODE_SCALAR) {
			error(d, &n->kids[i], "expected a word");
			return NULL;
		}
		text = arena_printf(a, "%s%s%s", text, i ? "," : "",
				    n->kids[i].text);
	}
	if (n->kind == YNODE_LIST)
		return text;
	error(d, n, "expected a value or a list");
	return NULL;
}

static void unknown_column(struct diags *d, const struct ynode *key)
{
	const char *names[64] = {NULL};
	size_t n = 0;
	for (; person_column(n) && n < ARRAY_LEN(names) - 1; n++)
		names[n] = person_column(n)->name;
	const char *near = str_nearest(key->text, names);
	diag_add(d, DIAG_ERROR, key->file, key->line, key->col,
		 "no column \"%.40s\" of young people%s%s%s", key->text,
		 near ? " (did you mean \"" : "", near ? near : "",
		 near ? "\"?)" : "");
}

static json_t *read_youth(struct arena *a, const struct ynode *n,
			  struct diags *d)
{
	json_t *out = json_object();
	if (n->kind != YNODE_MAP)
		error(d, n, "youth is a map of columns");
	for (size_t i = 0; n->kind == YNODE_MAP && i < n->n; i++) {
		const struct person_column *c =
			person_column_find(n->keys[i].text);
		const struct ynode *v = &n->kids[i];
		struct err err;
		if (!c) {
			unknown_column(d, &n->keys[i]);
			continue;
		}
		const char *text = cell_text(a, v, d);
		json_t *cell = text ? person_cell(c, text, &err) : NULL;
		if (cell)
			json_object_set_new(out, c->name, cell);
		else if (text)
			diag_add(d, DIAG_ERROR, v->file, v->line, v->col,
				 "%s: %s", c->name, err.text);
	}
	if (!json_object_get(out, "ref"))
		js_put_str(out, "ref", "test");
	return out;
}

/* --- an offer ------------------------------------------------------------ */

/* Texts may look like numbers (a postal code); only these are some. */
static bool is_number(const char *parent, const char *key)
{
	static const char *const whole[] = {
		"duration_days", "positions", "weekly", "age_min",
		"min",		 "max",	      "lat",	"lon"};
	if (str_eq(parent, "exposure"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (str_eq(key, whole[i]))
			return true;
	return false;
}

static json_t *number(const char *text)
{
	int64_t v;
	int32_t udeg;
	if (!num_parse_int(text, INT32_MIN, INT32_MAX, &v))
		return json_integer(v);
	return num_parse_udeg(text, 180, &udeg) ? json_string(text)
						: json_real(udeg / 1e6);
}

static json_t *offer_value(const struct ynode *n, const char *parent,
			   const char *key)
{
	if (n->kind == YNODE_SCALAR) {
		if (ynode_is_null(n))
			return json_null();
		return n->is_plain && is_number(parent, key)
			       ? number(n->text)
			       : json_string(n->text);
	}
	json_t *out = n->kind == YNODE_LIST ? json_array() : json_object();
	for (size_t i = 0; i < n->n; i++) {
		if (n->kind == YNODE_LIST)
			json_array_append_new(
				out, offer_value(&n->kids[i], key, ""));
		else
			json_object_set_new(
				out, n->keys[i].text,
				offer_value(&n->kids[i], key, n->keys[i].text));
	}
	return out;
}

/* One code may stand without a list. */
static void make_list(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);
	if (json_is_string(v))
		json_object_set_new(o, key, json_pack("[O]", v));
}

static json_t *read_offer(const struct ynode *n, const char *name,
			  struct diags *d)
{
	if (n->kind != YNODE_MAP) {
		error(d, n, "an offer is a map of keys of the offer line");
		return json_object();
	}
	json_t *out = offer_value(n, "", "");
	make_list(out, "rome");
	make_list(out, "licences");
	if (!json_object_get(out, "source"))
		js_put_str(out, "source", "test");
	if (!json_object_get(out, "title"))
		js_put_str(out, "title", name);
	return out;
}

/* --- a file -------------------------------------------------------------- */

static int32_t day_of(const json_t *file, const json_t *row,
		      const struct ynode *n, struct diags *d)
{
	int32_t on = DATE_NONE;
	const char *text = js_str(row, "at", js_str(file, "at", NULL));
	if (!text)
		error(d, n, "at is missing: a verdict depends on the day");
	else
		(void)date_parse_iso(text, &on);
	return on;
}

static void read_case(struct case_file *f, const struct ynode *n, json_t *row,
		      bool is_pair, struct diags *d)
{
	static const char *const offers[2][2] = {{"offer", NULL},
						 {"better", "worse"}};
	size_t before = d->n_errors;
	struct rule_case c = {.is_pair = is_pair,
			      .line = n->line,
			      .name = js_str(row, "name", ""),
			      .because = js_str(row, "because", NULL),
			      .expect = ynode_get(n, "expect"),
			      .on = day_of(f->checked, row, n, d)};
	c.youth = read_youth(&f->arena, ynode_get(n, "youth"), d);
	json_object_set_new(row, "youth", c.youth);
	for (size_t i = 0; i < 2 && offers[is_pair][i]; i++) {
		const char *key = offers[is_pair][i];
		c.offers[i] = read_offer(ynode_get(n, key), c.name, d);
		json_object_set_new(row, key, c.offers[i]);
	}
	if (d->n_errors == before)
		f->v[f->n++] = c;
}

static void read_list(struct case_file *f, const struct ynode *root,
		      const char *key, bool is_pair, struct diags *d)
{
	const struct ynode *n = ynode_get(root, key);
	json_t *rows = json_object_get(f->checked, key), *row;
	size_t i;
	json_array_foreach(rows, i, row)
		read_case(f, &n->kids[i], row, is_pair, d);
}

/* Folder of the file, absolute, for the paths in it. */
static char *folder_of(const char *file)
{
	char *whole = realpath(file, NULL);
	char *slash = whole ? strrchr(whole, '/') : NULL;
	if (slash)
		slash[slash == whole] = '\0';
	return whole;
}

void case_file_read(const char *file, struct diags *d, struct case_file *out)
{
	*out = (struct case_file){.n = 0};
	arena_init(&out->arena);
	out->file = arena_dup(&out->arena, file);
	size_t before = d->n_errors;
	const struct ynode *root = ynode_load(&out->arena, out->file, d);
	char *folder = folder_of(file);
	if (root)
		out->checked = schema_read(file_rows, root, folder, d);
	free(folder);
	if (d->n_errors > before)
		return;
	out->rule_files = json_object_get(out->checked, "rule_files");
	size_t n = json_array_size(json_object_get(out->checked, "tests")) +
		   json_array_size(json_object_get(out->checked, "panel"));
	out->v = arena_array(&out->arena, n + 1, sizeof(*out->v));
	read_list(out, root, "tests", false, d);
	read_list(out, root, "panel", true, d);
	if (!n)
		diag_add(d, DIAG_ERROR, out->file, 0, 0,
			 "has no tests and no panel");
}

void case_file_clear(struct case_file *f)
{
	json_decref(f->checked);
	arena_clear(&f->arena);
}
