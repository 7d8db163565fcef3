/* SPDX-License-Identifier: EUPL-1.2 */
/* From a table of text to rows of checked values. The whole file is checked
 * before anything leaves; a bad cell rejects its row and costs nothing else. */
#include "import.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/people.h>
#include <etrier/person.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdio.h>
#include <stdlib.h>

static const struct import_table tables[] = {
	{IMPORT_YOUTHS, "youths", "youth"},
	{IMPORT_AGENCIES, "agencies", "agency"},
	{IMPORT_ADVISERS, "advisers", "adviser"},
};

const struct import_table *import_table_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		if (str_eq(tables[i].name, name))
			return &tables[i];
	}
	return NULL;
}

static enum people_table people_table_of(const struct import_table *t)
{
	return t->kind == IMPORT_AGENCIES ? PEOPLE_AGENCIES : PEOPLE_ADVISERS;
}

const char *import_column(const struct import_table *t, size_t i,
			  bool *is_required)
{
	bool ignored = false;
	bool *required = is_required ? is_required : &ignored;
	if (t->kind == IMPORT_YOUTHS) {
		const struct person_column *c = person_column(i);
		*required = c && (c->flags & PERSON_COLUMN_REQUIRED);
		return c ? c->name : NULL;
	}
	const struct people_column *c = people_column(people_table_of(t), i);
	*required = c && (c->flags & 1);
	return c ? c->name : NULL;
}

json_t *import_cell(const struct import_table *t, const char *column,
		    const char *text, struct err *err)
{
	if (t->kind == IMPORT_YOUTHS)
		return person_cell(person_column_find(column), text, err);
	enum people_table p = people_table_of(t);
	const struct people_column *c;
	for (size_t i = 0; (c = people_column(p, i)); i++) {
		if (str_eq(c->name, column))
			return people_cell(p, c, text, err);
	}
	err_set(err, ERR_INPUT, "no such column");
	return NULL;
}

/* The column a heading stands for: by the map, else by its own name; case and
 * accents do not matter. */
static const char *column_of(const struct import_table *t,
			     const struct import_map *m, struct arena *a,
			     const char *heading)
{
	const char *key, *folded = utf8_fold(a, heading);
	json_t *v;
	json_object_foreach(m->columns, key, v)
	{
		if (str_eq(utf8_fold(a, key), folded))
			return json_string_value(v);
	}
	const char *name;
	for (size_t i = 0; (name = import_column(t, i, NULL)); i++) {
		if (str_eq(utf8_fold(a, name), folded))
			return name;
	}
	return NULL;
}

static bool has_column(const struct import_rows *r, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(r->columns[i], name))
			return true;
	}
	return false;
}

static int read_header(const struct import_table *t, const struct import_map *m,
		       struct arena *a, struct import_rows *r, struct err *err)
{
	const struct csv_row *h = &r->csv->header;
	size_t n_known = 0;
	for (size_t i = 0; i < h->n; i++) {
		const char *c = column_of(t, m, a, h->fields[i]);
		if (c && has_column(r, i, c))
			return err_set(err, ERR_INPUT,
				       "line %u: two columns stand for %s",
				       h->line, c);
		r->columns[i] = c;
		n_known += c != NULL;
	}
	/* A first line of which nothing is known may be a person: not shown. */
	if (!n_known)
		return err_set(err, ERR_INPUT,
			       "line %u names no column of ours: is it the "
			       "header? Other names want a map (--map)",
			       h->line);
	for (size_t i = 0; i < h->n; i++) {
		if (!r->columns[i] && *h->fields[i])
			fprintf(stderr,
				"column \"%s\" is not known here and "
				"is not stored\n",
				h->fields[i]);
	}
	bool is_required;
	const char *name;
	for (size_t i = 0; (name = import_column(t, i, &is_required)); i++) {
		if (is_required && !has_column(r, h->n, name) &&
		    !json_object_get(m->constants, name))
			return err_set(err, ERR_INPUT,
				       "line %u: no column %s (and no map that "
				       "names it)",
				       h->line, name);
	}
	return 0;
}

/* "a" and "b": "a, b". */
static void append(char **list, const char *more, const char *between)
{
	char *joined = mem_printf("%s%s%s", *list,
				  **list && *more ? between : "", more);
	free(*list);
	*list = joined;
}

void import_reject_row(struct import_rows *r, size_t row, const char *column,
		       const char *reason)
{
	if (!r->reject_of[row]) {
		if (r->n_rejects == r->cap_rejects) {
			r->cap_rejects =
				r->cap_rejects ? r->cap_rejects * 2 : 16;
			r->rejects = mem_grow(r->rejects, r->cap_rejects,
					      sizeof(*r->rejects));
		}
		r->rejects[r->n_rejects++] =
			(struct import_reject){.row = row,
					       .columns = mem_dup(""),
					       .reasons = mem_dup("")};
		r->reject_of[row] = (unsigned)r->n_rejects;
		r->n_good--;
	}
	struct import_reject *k = &r->rejects[r->reject_of[row] - 1];
	append(&k->columns, column, ", ");
	append(&k->reasons, reason, "; ");
}

/* The word a file uses, in our words. */
static const char *rename_value(const struct import_map *m, struct arena *a,
				const char *column, const char *text)
{
	json_t *words = json_object_get(m->values, column), *v;
	const char *key, *exact = js_str(words, text, NULL);
	if (!words || exact)
		return words ? exact : text;
	const char *folded = utf8_fold(a, text);
	json_object_foreach(words, key, v)
	{
		if (str_eq(utf8_fold(a, key), folded))
			return json_string_value(v);
	}
	return text;
}

/* One pass over the cells of a row. With `wrong` mistakes are noted. */
struct pass {
	const struct import_rows *in;
	struct import_rows *wrong; /* NULL: noted already */
	size_t row;
	json_t *out;
	struct arena a;
};

static void put_cell(struct pass *k, const char *column, const char *text)
{
	struct err err = {0};
	json_t *v = import_cell(k->in->table, column,
				rename_value(k->in->map, &k->a, column, text),
				&err);
	if (v)
		json_object_set_new(k->out, column, v);
	else if (k->wrong)
		import_reject_row(k->wrong, k->row, column, err.text);
}

static json_t *make_row(const struct import_rows *r, size_t i,
			struct import_rows *wrong)
{
	const struct csv_row *in = &r->csv->rows[i];
	unsigned n = r->csv->header.n;
	struct pass k = {
		.in = r, .wrong = wrong, .row = i, .out = json_object()};
	const char *key;
	json_t *v;
	arena_init(&k.a);
	if (in->n != n && wrong) {
		char reason[100];
		snprintf(reason, sizeof(reason),
			 "has %u fields where the header has %u", in->n, n);
		import_reject_row(wrong, i, "", reason);
	}
	json_object_foreach(r->map->constants, key, v)
		put_cell(&k, key, json_string_value(v));
	for (size_t j = 0; j < in->n && j < n; j++) {
		if (r->columns[j])
			put_cell(&k, r->columns[j], in->fields[j]);
	}
	arena_clear(&k.a);
	return k.out;
}

json_t *import_row(const struct import_rows *r, size_t row)
{
	return make_row(r, row, NULL);
}

json_t *import_columns(const struct import_rows *r)
{
	json_t *columns = json_array(), *v;
	const char *key;
	json_object_foreach(r->map->constants, key, v)
		json_array_append_new(columns, json_string(key));
	for (unsigned j = 0; j < r->csv->header.n; j++) {
		if (r->columns[j])
			json_array_append_new(columns,
					      json_string(r->columns[j]));
	}
	return columns;
}

/* The column that names a row. */
static const char *name_column(const struct import_table *t)
{
	return t->kind == IMPORT_AGENCIES ? "code" : "ref";
}

/* seen: what names a row, to the line it stood at first. */
static void reject_nameless_or_double(struct import_rows *r, size_t i,
				      const json_t *row, struct map *seen)
{
	const char *column = name_column(r->table);
	const char *name = js_str(row, column, NULL);
	if (!name) {
		if (!r->reject_of[i])
			import_reject_row(r, i, column, "is empty");
		return;
	}
	/* advisers are named within their agency */
	const char *agency = r->table->kind == IMPORT_ADVISERS
				     ? js_str(row, "agency", "")
				     : "";
	char *key = mem_printf("%s\n%s", agency, name);
	struct csv_row *first = map_get(seen, key);
	if (first) {
		char reason[80];
		snprintf(reason, sizeof(reason), "stands already at line %u",
			 first->line);
		import_reject_row(r, i, column, reason);
	} else {
		map_put(seen, key, &r->csv->rows[i]);
	}
	free(key);
}

int import_rows_read(const struct import_table *t, const struct import_map *m,
		     const struct csv_table *csv, struct arena *a,
		     struct import_rows *out, struct err *err)
{
	struct map seen;
	*out = (struct import_rows){
		.table = t, .map = m, .csv = csv, .n_good = csv->n_rows};
	if (read_header(t, m, a, out, err))
		return -1;
	out->reject_of = mem_array(csv->n_rows + 1, sizeof(*out->reject_of));
	map_init(&seen);
	for (size_t i = 0; i < csv->n_rows; i++) {
		json_t *row = make_row(out, i, out);
		reject_nameless_or_double(out, i, row, &seen);
		json_decref(row);
	}
	map_clear(&seen, NULL);
	return 0;
}

void import_rows_clear(struct import_rows *r)
{
	for (size_t i = 0; i < r->n_rejects; i++) {
		free(r->rejects[i].columns);
		free(r->rejects[i].reasons);
	}
	free(r->reject_of);
	free(r->rejects);
	*r = (struct import_rows){0};
}
