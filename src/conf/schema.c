/* SPDX-License-Identifier: EUPL-1.2 */
/* A tree against a table of rows: keys, collections and defaults; scalars are
 * next door. A mistake costs its own value only, so that one reading finds
 * them all; defaults are written in the table as in a file and read by the
 * same code. What a value means is not known here. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include "schema_scalar.h"

#include <stdlib.h>
#include <string.h>

/* Keys of one map that are offered to "did you mean". */
#define KEYS_MAX 200

static json_t *read_value(struct schema_reader *r, const struct schema *row,
			  const struct ynode *n, const char *where);

char *schema_path(const char *base_dir, const char *path)
{
	char *joined = *path == '/' ? mem_dup(path)
				    : mem_printf("%s/%s", base_dir, path);
	char *out = mem_alloc(strlen(joined) + 2), *end = out;
	for (const char *p = joined; *p;) {
		size_t n = strcspn(p, "/");
		if (n == 2 && memcmp(p, "..", 2) == 0) {
			while (end > out && *--end != '/')
				;
			*end = '\0';
		} else if (n && !(n == 1 && *p == '.')) {
			*end++ = '/';
			memcpy(end, p, n);
			end += n;
		}
		p += n + (p[n] == '/');
	}
	if (end == out)
		*end++ = '/';
	*end = '\0';
	free(joined);
	return out;
}

json_t *schema_any(const struct ynode *n)
{
	int64_t v;
	if (n->kind == YNODE_MAP) {
		json_t *o = json_object();
		for (size_t i = 0; i < n->n; i++)
			json_object_set_new(o, n->keys[i].text,
					    schema_any(&n->kids[i]));
		return o;
	}
	if (n->kind == YNODE_LIST) {
		json_t *list = json_array();
		for (size_t i = 0; i < n->n; i++)
			json_array_append_new(list, schema_any(&n->kids[i]));
		return list;
	}
	if (n->kind == YNODE_REFUSED || ynode_is_null(n))
		return json_null();
	if (n->is_plain && str_eq(n->text, "true"))
		return json_true();
	if (n->is_plain && str_eq(n->text, "false"))
		return json_false();
	if (n->is_plain && !num_parse_int(n->text, INT64_MIN, INT64_MAX, &v))
		return json_integer(v);
	return json_string(n->text);
}

static const char *kind_name(const struct ynode *n)
{
	if (n->kind == YNODE_LIST)
		return "a list";
	if (n->kind == YNODE_MAP)
		return "a map";
	return ynode_is_null(n) ? "nothing" : "a single value";
}

/* Whether the node has the shape its type wants; says so when not. */
static bool check_kind(struct schema_reader *r, const struct ynode *n,
		       enum ynode_kind wanted, const char *where)
{
	static const char *const names[] = {
		[YNODE_SCALAR] = "a single value",
		[YNODE_LIST] = "a list",
		[YNODE_MAP] = "a map (key: value)",
	};
	if (n->kind == wanted)
		return true;
	const char *hint = "";
	if (wanted == YNODE_LIST && n->kind == YNODE_SCALAR)
		hint = arena_printf(r->arena, ": write [%.*s]",
				    (int)utf8_cut(n->text, 80), n->text);
	if (n->kind != YNODE_REFUSED)
		schema_error(r, n, "%s must be %s, found %s%s", where,
			     names[wanted], kind_name(n), hint);
	return false;
}

static bool check_count(struct schema_reader *r, const struct schema *row,
			const struct ynode *n, const char *where)
{
	int64_t max = row->max ? row->max : SCHEMA_NAMED_MAX;
	if (row->type == SCHEMA_LIST && !row->max)
		max = YNODE_COUNT_MAX;
	if ((int64_t)n->n >= row->min && (int64_t)n->n <= max)
		return true;
	schema_error(r, n, "%s must have %lld to %lld entries, has %zu", where,
		     (long long)row->min, (long long)max, n->n);
	return false;
}

static json_t *read_list(struct schema_reader *r, const struct schema *row,
			 const struct ynode *n, const char *where)
{
	if (!check_kind(r, n, YNODE_LIST, where) ||
	    !check_count(r, row, n, where))
		return NULL;
	json_t *list = json_array();
	for (size_t i = 0; i < n->n; i++) {
		const char *path =
			arena_printf(r->arena, "%s[%zu]", where, i + 1);
		json_t *v = read_value(r, row->item, &n->kids[i], path);
		if (v)
			json_array_append_new(list, v);
	}
	return list;
}

static bool is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	return n >= 1 && n <= SCHEMA_NAME_MAX && !s[n];
}

static json_t *read_named(struct schema_reader *r, const struct schema *row,
			  const struct ynode *n, const char *where)
{
	if (!check_kind(r, n, YNODE_MAP, where) ||
	    !check_count(r, row, n, where))
		return NULL;
	json_t *o = json_object();
	for (size_t i = 0; i < n->n; i++) {
		const char *key = n->keys[i].text;
		if (!is_name(key)) {
			schema_error(r, &n->keys[i],
				     "\"%.*s\" is no name for %s: 1 to %d of "
				     "a-z 0-9 _ -",
				     (int)utf8_cut(key, 80), key, where,
				     SCHEMA_NAME_MAX);
			continue;
		}
		const char *path = arena_printf(r->arena, "%s.%s", where, key);
		json_t *v = read_value(r, row->item, &n->kids[i], path);
		if (v)
			json_object_set_new(o, key, v);
	}
	return o;
}

static json_t *read_fallback(struct schema_reader *r, const struct schema *row,
			     const char *where)
{
	if (!row->fallback)
		return NULL;
	struct ynode *n = ynode_parse(r->arena, "default", row->fallback,
				      strlen(row->fallback), r->diags);
	/* A default its own row refuses is a mistake in the table. */
	BUG_ON(!n);
	json_t *v = read_value(r, row, n, where);
	BUG_ON(!v);
	return v;
}

static const struct schema *find_row(const struct schema *rows, const char *key)
{
	for (; rows->key; rows++)
		if (str_eq(rows->key, key))
			return rows;
	return NULL;
}

static void unknown_key(struct schema_reader *r, const struct schema *rows,
			const struct ynode *key, const char *where)
{
	const char *words[KEYS_MAX + 1] = {0};
	for (int i = 0; i < KEYS_MAX && rows[i].key; i++)
		words[i] = rows[i].key;
	const char *near = str_nearest(key->text, words);
	const char *hint = "";
	if (near)
		hint = arena_printf(r->arena, " (did you mean \"%s\"?)", near);
	schema_error(r, key, "unknown key \"%.*s\"%s%s%s; allowed: %s",
		     (int)utf8_cut(key->text, 80), key->text,
		     *where ? " in " : "", where, hint,
		     schema_words(r->arena, words));
}

/* One row of a map: its value, the default, or the complaint that it is not
 * there. */
static json_t *read_row(struct schema_reader *r, const struct schema *row,
			const struct ynode *map, const char *where)
{
	const struct ynode *n = map ? ynode_get(map, row->key) : NULL;
	const char *path = arena_printf(r->arena, "%s%s%s", where,
					*where ? "." : "", row->key);
	if (n && n->kind == YNODE_REFUSED)
		return row->type == SCHEMA_MAP ? read_value(r, row, NULL, path)
					       : NULL;
	if (n && !ynode_is_null(n))
		return read_value(r, row, n, path);
	if (row->flags & SCHEMA_REQUIRED) {
		char *what = schema_describe(row);
		if (n)
			schema_error(r, n, "%s must have a value: %s", path,
				     what);
		else if (map)
			schema_error(r, map, "missing key \"%s\"%s%s: %s",
				     row->key, *where ? " in " : "", where,
				     what);
		free(what);
		return NULL;
	}
	if (row->type == SCHEMA_MAP)
		return read_value(r, row, NULL, path);
	return read_fallback(r, row, path);
}

static json_t *read_map(struct schema_reader *r, const struct schema *rows,
			const struct ynode *n, const char *where)
{
	if (n && !check_kind(r, n, YNODE_MAP, *where ? where : "the file"))
		n = NULL;
	for (size_t i = 0; n && i < n->n; i++)
		if (!find_row(rows, n->keys[i].text))
			unknown_key(r, rows, &n->keys[i], where);
	json_t *o = json_object();
	for (const struct schema *row = rows; row->key; row++) {
		json_t *v = read_row(r, row, n, where);
		if (v)
			json_object_set_new(o, row->key, v);
	}
	return o;
}

static json_t *read_unchecked(struct schema_reader *r, const struct schema *row,
			      const struct ynode *n, const char *where)
{
	switch (row->type) {
	case SCHEMA_MAP:
		return read_map(r, row->rows, n, where);
	case SCHEMA_NAMED:
		return read_named(r, row, n, where);
	case SCHEMA_LIST:
		return read_list(r, row, n, where);
	case SCHEMA_ANY:
		return schema_any(n);
	default:
		if (!check_kind(r, n, YNODE_SCALAR, where))
			return NULL;
		return schema_scalar(r, row, n, where);
	}
}

static json_t *read_value(struct schema_reader *r, const struct schema *row,
			  const struct ynode *n, const char *where)
{
	size_t before = r->diags->n_errors;
	json_t *v = read_unchecked(r, row, n, where);
	if (v && n && row->check && r->diags->n_errors == before)
		row->check(n, v, r->diags);
	return v;
}

json_t *schema_read(const struct schema *rows, const struct ynode *n,
		    const char *base_dir, struct diags *d)
{
	struct arena arena;
	arena_init(&arena);
	struct schema_reader r = {
		.arena = &arena, .base_dir = base_dir, .diags = d};
	json_t *v = read_map(&r, rows, n, "");
	arena_clear(&arena);
	return v;
}
