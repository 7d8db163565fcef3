/* SPDX-License-Identifier: EUPL-1.2 */
/* One slot per field of an offer; empty slots cost a comparison. Compiled in
 * one arena that lives as long as the mapping; reading a record allocates only
 * the numbers it has to spell, in the caller's arena. */
#include "mapping.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/path.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct value_row {
	const char *from; /* folded */
	const char *to;
};
struct field_map {
	struct path *paths;
	const char **texts; /* of the paths, as written */
	size_t n_paths;
	struct value_row *values;
	size_t n_values;
	const char *fixed, *join, *prefix;
	enum date_form date;
	char decimal; /* the sign before decimals, 0: to be found out */
	bool false_is_unknown;
};
struct mapping {
	struct arena arena;
	struct field_map *fields[SOURCE_F_COUNT];
	const char **marks; /* folded */
	size_t n_marks;
	struct path each; /* no steps: the record itself */
};

static enum date_form date_form(const char *word)
{
	static const char *const words[] = {
		[DATE_AUTO] = "auto",
		[DATE_ISO] = "iso",
		[DATE_DMY] = "dmy",
		[DATE_MDY] = "mdy",
		[DATE_YMD_COMPACT] = "ymd_compact",
		[DATE_EPOCH_S] = "epoch_s",
		[DATE_EPOCH_MS] = "epoch_ms",
		[DATE_RFC822] = "rfc822",
		[DATE_TEXT] = "text",
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(words[i], word))
			return (enum date_form)i;
	return DATE_AUTO;
}

static int compile_paths(struct arena *a, const json_t *list,
			 struct field_map *f, struct err *err)
{
	f->paths = arena_array(a, json_array_size(list) + 1, sizeof(*f->paths));
	f->texts = arena_array(a, json_array_size(list) + 1, sizeof(*f->texts));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (!s || path_parse(a, s, &f->paths[i], err))
			return s ? -1
				 : err_set(err, ERR_CONFIG,
					   "a path is no text");
		f->texts[f->n_paths++] = arena_dup(a, s);
	}
	return 0;
}

static void compile_values(struct arena *a, json_t *table, struct field_map *f)
{
	const char *from;
	json_t *to;
	f->values =
		arena_array(a, json_object_size(table) + 1, sizeof(*f->values));
	json_object_foreach(table, from, to)
	{
		if (!json_is_string(to))
			continue;
		f->values[f->n_values++] = (struct value_row){
			.from = utf8_fold(a, from),
			.to = arena_dup(a, json_string_value(to)),
		};
	}
}

static int compile_field(struct mapping *m, const char *name,
			 const json_t *spec, struct err *err)
{
	int field = source_field_find(name);
	if (field < 0)
		return err_set(err, ERR_CONFIG, "no field %s", name);
	struct arena *a = &m->arena;
	struct field_map *f = arena_alloc(a, sizeof(*f));
	if (compile_paths(a, json_object_get(spec, "paths"), f, err))
		return err_prefix(err, "%s", name);
	compile_values(a, json_object_get(spec, "values"), f);
	f->fixed = arena_dup(a, js_str(spec, "const", NULL));
	f->join = arena_dup(a, js_str(spec, "join", NULL));
	f->prefix = arena_dup(a, js_str(spec, "prefix", NULL));
	f->date = date_form(js_str(spec, "date", NULL));
	const char *number = js_str(spec, "number", "auto");
	f->decimal = str_eq(number, "comma") ? ','
		     : str_eq(number, "dot") ? '.'
					     : 0;
	m->fields[field] = f;
	return 0;
}

static void compile_lists(struct mapping *m, const json_t *source)
{
	const json_t *marks = json_object_get(source, "unknown");
	m->marks = arena_array(&m->arena, json_array_size(marks) + 1,
			       sizeof(*m->marks));
	for (size_t i = 0; i < json_array_size(marks); i++) {
		const char *s = json_string_value(json_array_get(marks, i));
		if (s)
			m->marks[m->n_marks++] = arena_dup(&m->arena, s);
	}
	const json_t *names = json_object_get(source, "false_means_unknown");
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *s = json_string_value(json_array_get(names, i));
		int field = s ? source_field_find(s) : -1;
		if (field >= 0 && m->fields[field])
			m->fields[field]->false_is_unknown = true;
	}
}

static int compile_each(struct mapping *m, const json_t *source,
			struct err *err)
{
	const char *each = js_str(source, "each", NULL);
	if (each && path_parse(&m->arena, each, &m->each, err))
		return err_prefix(err, "each");
	return 0;
}

struct mapping *mapping_new(const json_t *source, struct err *err)
{
	struct mapping *m = mem_alloc(sizeof(*m));
	arena_init(&m->arena);
	if (compile_each(m, source, err)) {
		mapping_free(m);
		return NULL;
	}
	const char *name;
	json_t *spec;
	json_object_foreach(json_object_get(source, "fields"), name, spec)
	{
		if (!compile_field(m, name, spec, err))
			continue;
		mapping_free(m);
		return NULL;
	}
	compile_lists(m, source);
	return m;
}

void mapping_free(struct mapping *m)
{
	if (!m)
		return;
	arena_clear(&m->arena);
	free(m);
}

int mapping_each(const struct mapping *m, const struct jnode *record,
		 struct arena *a, path_fn *visit, void *ctx)
{
	return m->each.n ? path_records(&m->each, record, a, visit, ctx)
			 : visit(ctx, record);
}

struct gather {
	const struct mapping *m;
	struct arena *a;
	const char **out, **from; /* from NULL: not asked */
	const char *path;	  /* being walked */
	size_t n, max;
	char decimal;
};

/* v of so many decimal places, the last one of them no zero. Without formatted
 * output, which would be a third of finding the place. */
static const char *decimal_text(struct arena *a, int64_t v, int places)
{
	char digits[24], *end = digits + sizeof(digits), *p = end;
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	*--p = '\0';
	for (int i = 0; i <= places || left; i++, left /= 10) {
		if (places && i == places)
			*--p = '.';
		*--p = (char)('0' + left % 10);
	}
	for (end -= 2; places && *end == '0'; end--)
		*end = '\0';
	if (*end == '.')
		*end = '\0';
	if (v < 0)
		*--p = '-';
	return arena_dup(a, p);
}

/* Plain decimals without exponent; a number too large for that is nothing we
 * could use. */
static const char *real_text(struct arena *a, double v)
{
	if (!(v > -1e15 && v < 1e15))
		return NULL;
	/* A number of at most six decimals, as coordinates are. */
	bool is_small = v > -1e3 && v < 1e3;
	int64_t micro =
		is_small ? (int64_t)(v * 1e6 + (v < 0 ? -0.5 : 0.5)) : 0;
	if (micro && (double)micro / 1e6 == v)
		return decimal_text(a, micro, 6);
	char *s = arena_printf(a, "%.7f", v);
	size_t n = strlen(s);
	while (n && s[n - 1] == '0')
		s[--n] = '\0';
	if (n && s[n - 1] == '.')
		s[n - 1] = '\0';
	return s;
}

/* Signs between thousands taken out, the one before decimals made a dot. */
static const char *plain_number(struct arena *a, const char *s, char decimal)
{
	char *out = arena_dup(a, s), *q = out;
	for (const char *p = s; *p; p++) {
		bool is_sign = *p == ',' || *p == '.';
		if (!is_sign)
			*q++ = *p;
		else if (*p == decimal)
			*q++ = '.';
	}
	*q = '\0';
	return out;
}

static const char *trimmed(struct arena *a, const char *s, size_t n)
{
	if (!n || (!isspace((unsigned char)s[0]) &&
		   !isspace((unsigned char)s[n - 1])))
		return s;
	return str_trim(arena_dup_n(a, s, n));
}

static const char *scalar_text(struct arena *a, const struct jnode *v)
{
	switch (v->type) {
	case JNODE_STRING:
		return trimmed(a, v->text, v->n);
	case JNODE_INTEGER:
		return decimal_text(a, v->integer, 0);
	case JNODE_REAL:
		return real_text(a, v->real);
	case JNODE_TRUE:
		return "true";
	case JNODE_FALSE:
		return "false";
	default:
		return NULL;
	}
}

/* Marks are compared as written, but for case and blanks at the ends. */
static bool is_mark(const struct mapping *m, const char *s)
{
	for (size_t i = 0; i < m->n_marks; i++)
		if (!strcasecmp(m->marks[i], s))
			return true;
	return false;
}

static int gather_one(void *ctx, const struct jnode *v)
{
	struct gather *g = ctx;
	const char *s = scalar_text(g->a, v);
	if (s && *s && !is_mark(g->m, s)) {
		if (g->from)
			g->from[g->n] = g->path;
		if (g->decimal && v->type == JNODE_STRING)
			s = plain_number(g->a, s, g->decimal);
		g->out[g->n++] = s;
	}
	return g->n == g->max;
}

size_t mapping_origins(const struct mapping *m, int field,
		       const struct jnode *record, struct arena *a,
		       const char **out, const char **from, size_t max)
{
	const struct field_map *f = m->fields[field];
	if (!f || !max)
		return 0;
	struct gather g = {.m = m,
			   .a = a,
			   .out = out,
			   .from = from,
			   .max = max,
			   .decimal = f->decimal};
	for (size_t i = 0; i < f->n_paths && g.n < max; i++) {
		g.path = f->texts[i];
		path_each(&f->paths[i], record, gather_one, &g);
	}
	if (f->fixed && g.n < max) {
		if (from)
			from[g.n] = NULL;
		out[g.n++] = f->fixed;
	}
	return g.n;
}

size_t mapping_values(const struct mapping *m, int field,
		      const struct jnode *record, struct arena *a,
		      const char **out, size_t max)
{
	return mapping_origins(m, field, record, a, out, NULL, max);
}

const char *mapping_word(const struct mapping *m, int field, struct arena *a,
			 const char *value)
{
	const struct field_map *f = m->fields[field];
	if (!f || !f->n_values)
		return NULL;
	const char *folded = utf8_fold(a, value);
	for (size_t i = 0; i < f->n_values; i++)
		if (str_eq(f->values[i].from, folded))
			return f->values[i].to;
	return NULL;
}

/* Values translated by the field's own table, "unknown" ones left out. */
static size_t translate(const struct mapping *m, int field, struct arena *a,
			const char **v, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		const char *word = mapping_word(m, field, a, v[i]);
		if (!str_eq(word, "unknown"))
			v[kept++] = word ? word : v[i];
	}
	return kept;
}

static const char *joined(struct arena *a, const char *const *v, size_t n,
			  const char *join)
{
	size_t size = 1, n_join = strlen(join);
	for (size_t i = 0; i < n; i++)
		size += strlen(v[i]) + n_join;
	char *all = arena_alloc(a, size), *end = all;
	for (size_t i = 0; i < n; i++) {
		if (i)
			end = mempcpy(end, join, n_join);
		end = mempcpy(end, v[i], strlen(v[i]));
	}
	return all;
}

const char *mapping_text(const struct mapping *m, int field,
			 const struct jnode *record, struct arena *a)
{
	const char *v[MAPPING_VALUES_MAX];
	const struct field_map *f = m->fields[field];
	if (!f)
		return NULL;
	bool joins = f->join && f->n_paths;
	bool wants_all = joins || f->n_values;
	size_t n = mapping_values(m, field, record, a, v,
				  wants_all ? ARRAY_LEN(v) : 1);
	if (f->n_values)
		n = translate(m, field, a, v, n);
	if (!n)
		return NULL;
	return joins ? joined(a, v, n, f->join) : v[0];
}

size_t mapping_parts(const struct mapping *m, int field,
		     const struct jnode *record, struct arena *a,
		     const char **out, size_t max, const char **join)
{
	const struct field_map *f = m->fields[field];
	if (!f || !f->join || !f->n_paths)
		return 0;
	*join = f->join;
	size_t n = mapping_values(m, field, record, a, out, max);
	return f->n_values ? translate(m, field, a, out, n) : n;
}

enum date_form mapping_date_form(const struct mapping *m, int field)
{
	return m->fields[field] ? m->fields[field]->date : DATE_AUTO;
}

const char *mapping_prefix(const struct mapping *m, int field)
{
	return m->fields[field] ? m->fields[field]->prefix : NULL;
}

bool mapping_false_is_unknown(const struct mapping *m, int field)
{
	return m->fields[field] && m->fields[field]->false_is_unknown;
}

bool mapping_has(const struct mapping *m, int field)
{
	return m->fields[field] != NULL;
}

bool mapping_joins(const struct mapping *m, int field)
{
	return m->fields[field] && m->fields[field]->join;
}
