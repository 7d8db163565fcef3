/* SPDX-License-Identifier: EUPL-1.2 */
/* A map file: the headings and words of another system's export. Every
 * mistake is reported at once with its place. */
#include "ctl.h"
#include "import.h"

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/schema.h>
#include <etrier/str.h>

#include <stddef.h>

static const struct schema text_item = {.type = SCHEMA_STR, .max = 200};
static const struct schema map_schema[] = {
	{.key = "columns",
	 .type = SCHEMA_ANY,
	 .help = "heading in the file: column of étrier"},
	{.key = "values",
	 .type = SCHEMA_ANY,
	 .help = "column: {word in the file: word of étrier}"},
	{.key = "constants",
	 .type = SCHEMA_NAMED,
	 .item = &text_item,
	 .help = "column: the value of every row"},
	{0}};

/* Names of the table's columns, for "did you mean". */
enum { NAMES_MAX = 80 };
static void column_names(const struct import_table *t,
			 const char *names[NAMES_MAX + 1])
{
	size_t n = 0;
	while (n < NAMES_MAX && (names[n] = import_column(t, n, NULL)))
		n++;
	names[n] = NULL;
}

static void check_column(const struct import_table *t, const char *name,
			 const struct ynode *at, struct diags *d)
{
	const char *names[NAMES_MAX + 1];
	column_names(t, names);
	for (size_t i = 0; names[i]; i++) {
		if (str_eq(names[i], name))
			return;
	}
	const char *near = str_nearest(name, names);
	diag_add(d, DIAG_ERROR, at->file, at->line, at->col,
		 "\"%s\" is no column of %s%s%s%s", name, t->name,
		 near ? " (did you mean " : "", near ? near : "",
		 near ? "?)" : "");
}

/* A map of scalars as an object. */
static json_t *read_words(const struct ynode *n, struct diags *d)
{
	json_t *out = json_object();
	if (!n || ynode_is_null(n))
		return out;
	if (n->kind != YNODE_MAP) {
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
			 "expected \"word: word\" pairs");
		return out;
	}
	for (size_t i = 0; i < n->n; i++) {
		if (n->kids[i].kind != YNODE_SCALAR)
			diag_add(d, DIAG_ERROR, n->file, n->kids[i].line,
				 n->kids[i].col, "expected a word");
		else
			json_object_set_new(out, n->keys[i].text,
					    json_string(n->kids[i].text));
	}
	return out;
}

static void read_tree(const struct import_table *t, const struct ynode *root,
		      struct import_map *m, struct diags *d)
{
	json_t *checked = schema_read(map_schema, root, ".", d);
	json_decref(checked);
	const struct ynode *columns = ynode_get(root, "columns");
	json_decref(m->columns);
	m->columns = read_words(columns, d);
	for (size_t i = 0; columns && i < columns->n; i++) {
		if (columns->kids[i].kind == YNODE_SCALAR)
			check_column(t, columns->kids[i].text,
				     &columns->kids[i], d);
	}
	const struct ynode *values = ynode_get(root, "values");
	for (size_t i = 0; values && values->kind == YNODE_MAP && i < values->n;
	     i++) {
		check_column(t, values->keys[i].text, &values->keys[i], d);
		json_object_set_new(m->values, values->keys[i].text,
				    read_words(&values->kids[i], d));
	}
	const struct ynode *constants = ynode_get(root, "constants");
	json_decref(m->constants);
	m->constants = read_words(constants, d);
	for (size_t i = 0; constants && i < constants->n; i++)
		check_column(t, constants->keys[i].text, &constants->keys[i],
			     d);
}

int import_map_load(const char *path, const struct import_table *t,
		    struct import_map *out)
{
	*out = (struct import_map){.columns = json_object(),
				   .values = json_object(),
				   .constants = json_object()};
	if (!path)
		return 0;
	struct arena a;
	struct diags d;
	arena_init(&a);
	diags_init(&d);
	const struct ynode *root = ynode_load(&a, path, &d);
	if (root)
		read_tree(t, root, out, &d);
	diags_print(&d, stderr);
	int result = d.n_errors ? -1 : 0;
	diags_clear(&d);
	arena_clear(&a);
	return result;
}

void import_map_clear(struct import_map *m)
{
	json_decref(m->columns);
	json_decref(m->values);
	json_decref(m->constants);
	*m = (struct import_map){0};
}
