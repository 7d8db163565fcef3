/* SPDX-License-Identifier: EUPL-1.2 */
/* The table as documentation: what `config show`, the manual and the example
 * are checked against. */
#include <etrier/arena.h>
#include <etrier/mem.h>

#include "schema_scalar.h"

#include <stdlib.h>

static void visit_item(const struct schema *item, const char *path,
		       schema_visit_fn *visit, void *ctx);

static void visit_rows(const struct schema *rows, const char *prefix,
		       schema_visit_fn *visit, void *ctx)
{
	for (const struct schema *row = rows; row->key; row++) {
		char *path = mem_printf("%s%s%s", prefix, *prefix ? "." : "",
					row->key);
		visit_item(row, path, visit, ctx);
		free(path);
	}
}

/* A row that holds maps is visited through them; any other is a leaf. */
static void visit_item(const struct schema *item, const char *path,
		       schema_visit_fn *visit, void *ctx)
{
	bool is_list = item->type == SCHEMA_LIST;
	bool has_maps = (is_list || item->type == SCHEMA_NAMED) &&
			item->item->type == SCHEMA_MAP;
	if (item->type == SCHEMA_MAP) {
		visit_rows(item->rows, path, visit, ctx);
	} else if (has_maps) {
		char *below = mem_printf("%s%s", path, is_list ? "[]" : ".*");
		visit_rows(item->item->rows, below, visit, ctx);
		free(below);
	} else {
		visit(ctx, path, item);
	}
}

void schema_each(const struct schema *rows, schema_visit_fn *visit, void *ctx)
{
	visit_rows(rows, "", visit, ctx);
}

static const char *type_name(const struct schema *row)
{
	static const char *const names[] = {
		[SCHEMA_STR] = "text",
		[SCHEMA_INT] = "integer",
		[SCHEMA_DECIMAL] = "decimal",
		[SCHEMA_BOOL] = "true or false",
		[SCHEMA_TRI] = "yes, no or unknown",
		[SCHEMA_WORD] = "one of",
		[SCHEMA_TIME] = "time",
		[SCHEMA_DATE] = "date",
		[SCHEMA_PATH] = "path",
		[SCHEMA_SECRET] = "secret file",
		[SCHEMA_URL] = "URL",
		[SCHEMA_LIST] = "list",
		[SCHEMA_MAP] = "map",
		[SCHEMA_NAMED] = "named entries",
		[SCHEMA_ANY] = "anything",
	};
	return names[row->type];
}

static const char *counted(const struct schema *row)
{
	if (!row->min && !row->max)
		return "";
	if (row->type == SCHEMA_STR)
		return " bytes";
	if (row->type == SCHEMA_LIST || row->type == SCHEMA_NAMED)
		return " entries";
	return "";
}

char *schema_describe(const struct schema *row)
{
	struct arena a;
	arena_init(&a);
	const char *range = schema_range(&a, row);
	const char *words =
		row->type == SCHEMA_WORD ? schema_words(&a, row->words) : "";
	bool is_required = row->flags & SCHEMA_REQUIRED;
	char *out = mem_printf(
		"%s%s%s%s%s%s%s%s%s%s%s%s", type_name(row), *words ? " " : "",
		words, *range ? " " : "", range, counted(row),
		row->unit ? " " : "", row->unit ? row->unit : "",
		row->fallback ? ", default " : "",
		row->fallback ? row->fallback : "",
		is_required ? ", required" : "",
		row->flags & SCHEMA_RESTART ? ", needs a restart" : "");
	arena_clear(&a);
	return out;
}
