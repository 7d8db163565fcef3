/* SPDX-License-Identifier: EUPL-1.2 */
/* Which keys of a source file go with which kind, and the paths among them. */
#include "source_shape.h"

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/path.h>
#include <etrier/str.h>

#include <string.h>

/* A kind that was refused has no keys to complain of. */
static bool is_read(const char *kind)
{
	static const char *const words[] = {"json",
					    "xml",
					    "csv",
					    "rss",
					    "jsonld",
					    "france_travail",
					    "labonnealternance"};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_eq(words[i], kind))
			return true;
	return false;
}

static void fail(struct diags *d, const struct ynode *n, const char *text,
		 const char *name)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s%s%s%s", text,
		 name ? " \"" : "", name ? name : "", name ? "\"" : "");
}

/* js_split and xml_split take a path of names only. */
static void check_path(const struct ynode *root, const char *key,
		       bool may_filter, struct diags *d)
{
	const struct ynode *n = ynode_get(root, key);
	struct arena a;
	struct path p;
	struct err err;
	if (!n || n->kind != YNODE_SCALAR || !*n->text)
		return;
	arena_init(&a);
	if (path_parse(&a, n->text, &p, &err))
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s: %s", key,
			 err.text);
	else if (strchr(n->text, '[') && !may_filter)
		fail(d, n, "no filter is possible in", key);
	arena_clear(&a);
}

/* "^" is the record around, and there is one with each: only. */
static void check_parents(const struct ynode *root, const json_t *v,
			  struct diags *d)
{
	const char *field;
	json_t *spec, *path;
	size_t i;
	if (json_object_get(v, "each"))
		return;
	json_object_foreach(json_object_get(v, "fields"), field, spec)
	{
		json_array_foreach(json_object_get(spec, "paths"), i, path)
		{
			if (str_starts(json_string_value(path), "^."))
				fail(d, ynode_get(root, "fields"),
				     "a path with ^ needs each:, in", field);
		}
	}
}

void source_check_shape(const struct ynode *root, const json_t *v,
			struct diags *d)
{
	static const struct {
		const char *key, *kinds[3];
	} rows[] = {
		{"records", {"json", "xml"}}, {"count", {"json"}},
		{"each", {"json", "xml"}},    {"separator", {"csv"}},
		{"encoding", {"csv"}},	      {"columns", {"csv"}},
	};
	const char *kind = js_str(v, "kind", "");
	/* The APIs answer with JSON. */
	if (str_eq(kind, "france_travail") || str_eq(kind, "labonnealternance"))
		kind = "json";
	check_path(root, "records", false, d);
	check_path(root, "count", false, d);
	check_path(root, "each", true, d);
	check_parents(root, v, d);
	if (str_eq(kind, "xml") && !*js_str(v, "records", ""))
		fail(d, root,
		     "records: is wanted for xml (the path of the elements "
		     "that are offers, from the root: jobs.job)",
		     NULL);
	for (size_t i = 0; is_read(kind) && i < sizeof(rows) / sizeof(*rows);
	     i++) {
		const struct ynode *n = ynode_get(root, rows[i].key);
		const char *const *k = rows[i].kinds;
		if (n && !str_eq(kind, k[0]) && !str_eq(kind, k[1]))
			diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
				 "%s is for %s%s%s", rows[i].key, k[0],
				 k[1] ? " and " : "", k[1] ? k[1] : "");
	}
}
