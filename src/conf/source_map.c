/* SPDX-License-Identifier: EUPL-1.2 */
/* How a record becomes an offer, as a person wrote it:
 *
 *   ref: reference                        a path
 *   description: [mission, profil]        paths; the first with a value wins
 *   kind: {path: contrat, values: {CDI: permanent}}
 *
 * Everything is checked here, with its place in the file, so that the
 * collector compiles a map without ever finding a mistake in it. */
#include "source_map.h"

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/offer.h>
#include <etrier/path.h>
#include <etrier/str.h>

#include <string.h>

static const struct schema path_item = {.type = SCHEMA_STR,
					.min = 1,
					.max = PATH_LENGTH_MAX,
					.help = "a path into the record"};
static const char *const date_words[] = {
	"auto",	   "iso",      "dmy",	 "mdy",	 "ymd_compact",
	"epoch_s", "epoch_ms", "rfc822", "text", NULL,
};
static const char *const number_words[] = {"auto", "comma", "dot", NULL};
static const struct schema option_rows[] = {
	{.key = "path",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = PATH_LENGTH_MAX,
	 .help = "where the value is in the record"},
	{.key = "paths",
	 .type = SCHEMA_LIST,
	 .min = 1,
	 .max = SOURCE_PATHS_MAX,
	 .item = &path_item,
	 .help = "several places; the first with a usable value wins"},
	{.key = "const",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = OFFER_TEXT_MAX,
	 .help = "the same value for every offer of this source, used when the "
		 "paths give nothing"},
	{.key = "values",
	 .type = SCHEMA_ANY,
	 .help = "what the feed's words mean: {\"Contrat pro\": "
		 "professionalization}; case and accents do not matter; unknown "
		 "takes a word's meaning away"},
	{.key = "date",
	 .type = SCHEMA_WORD,
	 .words = date_words,
	 .help = "how dates are written; auto reads ISO, DD/MM/YYYY, "
		 "YYYYMMDD, and names of months in French or English"},
	{.key = "number",
	 .type = SCHEMA_WORD,
	 .words = number_words,
	 .help = "how decimals are written: comma (1.234,5), dot (1,234.5); "
		 "auto takes what can only be one of them"},
	{.key = "join",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_LINES,
	 .max = 20,
	 .help = "put the values of all paths together with this between"},
	{.key = "prefix",
	 .type = SCHEMA_URL,
	 .help = "put before a relative URL"},
	{.key = NULL},
};

static const char *const period_codes[] = {"hour", "month", "year", NULL};
static const struct vocab vocab_period = {"salary period", period_codes,
					  period_codes, 3};

const struct vocab *source_map_vocab(int field)
{
	switch (field) {
	case SOURCE_F_KIND:
		return &vocab_contract;
	case SOURCE_F_STATUS:
		return &vocab_offer_status;
	case SOURCE_F_LEVEL_REQUIRED:
	case SOURCE_F_LEVEL_TARGET:
		return &vocab_level;
	case SOURCE_F_EXPERIENCE:
		return &vocab_experience;
	case SOURCE_F_LICENCES:
		return &vocab_licence;
	case SOURCE_F_SALARY_PERIOD:
		return &vocab_period;
	default:
		return source_field_type(field) == SOURCE_TRI ? &vocab_tri
							      : NULL;
	}
}

static void error(struct diags *d, const struct ynode *n, const char *text,
		  const char *name, const char *more)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s%s%s%s%s", text,
		 name ? " \"" : "", name ? name : "", name ? "\"" : "",
		 more ? more : "");
}

static void check_path(const struct ynode *n, struct diags *d)
{
	struct arena a;
	struct path p;
	struct err err;
	if (n->kind != YNODE_SCALAR)
		return; /* the schema said so already */
	arena_init(&a);
	if (path_parse(&a, n->text, &p, &err))
		error(d, n, "path", n->text,
		      arena_printf(&a, ": %s", err.text));
	arena_clear(&a);
}

static void check_paths(const struct ynode *n, struct diags *d)
{
	if (!n)
		return;
	if (n->kind == YNODE_SCALAR)
		check_path(n, d);
	for (size_t i = 0; n->kind == YNODE_LIST && i < n->n; i++)
		check_path(&n->kids[i], d);
}

static char *word_list(struct arena *a, const struct vocab *v)
{
	char *s = arena_dup(a, "");
	for (int i = 0; i < v->n; i++)
		s = arena_printf(a, "%s%s%s", s, i ? " " : "", v->codes[i]);
	return s;
}

/* One row of a table of values: the word it maps to must be one of ours. */
static void check_word(const struct ynode *to, const struct vocab *v,
		       struct diags *d)
{
	if (to->kind == YNODE_REFUSED)
		return;
	if (to->kind != YNODE_SCALAR) {
		error(d, to, "values: one word is expected here", NULL, NULL);
		return;
	}
	if (!v || vocab_find(v, to->text) != VOCAB_NONE ||
	    str_eq(to->text, "unknown"))
		return;
	struct arena a;
	arena_init(&a);
	const char *near = str_nearest(to->text, v->codes);
	const char *hint =
		near ? arena_printf(&a, " (did you mean \"%s\"?)", near) : "";
	error(d, to, "no such word here", to->text,
	      arena_printf(&a, "%s; allowed: %s unknown", hint,
			   word_list(&a, v)));
	arena_clear(&a);
}

static void check_values(const struct ynode *n, int field, struct diags *d)
{
	if (!n || n->kind == YNODE_REFUSED)
		return;
	if (n->kind != YNODE_MAP || !n->n) {
		error(d, n, "values is a table {word of the feed: our word}",
		      NULL, NULL);
		return;
	}
	if (n->n > SOURCE_VALUES_MAX)
		error(d, n, "values: too many rows", NULL, NULL);
	for (size_t i = 0; i < n->n; i++)
		check_word(&n->kids[i], source_map_vocab(field), d);
}

static void check_options(const struct ynode *n, int field, struct diags *d)
{
	const struct ynode *path = ynode_get(n, "path");
	const struct ynode *paths = ynode_get(n, "paths");
	const struct ynode *fixed = ynode_get(n, "const");
	const struct ynode *date = ynode_get(n, "date");
	enum source_type type = source_field_type(field);
	check_paths(path, d);
	check_paths(paths, d);
	check_values(ynode_get(n, "values"), field, d);
	if (path && paths)
		error(d, path, "path and paths: write one of them", NULL, NULL);
	if (!path && !paths && !fixed)
		error(d, n, "a path, paths or const is wanted", NULL, NULL);
	if (fixed && fixed->kind == YNODE_SCALAR && source_map_vocab(field))
		check_word(fixed, source_map_vocab(field), d);
	if (date && type != SOURCE_DATE && type != SOURCE_INSTANT)
		error(d, date, "date is for fields that are dates", NULL, NULL);
	bool is_number = type == SOURCE_NUMBER || type == SOURCE_MONEY ||
			 field == SOURCE_F_PLACE_LAT ||
			 field == SOURCE_F_PLACE_LON;
	if (ynode_get(n, "number") && !is_number)
		error(d, ynode_get(n, "number"),
		      "number is for fields that are numbers", NULL, NULL);
	if (ynode_get(n, "prefix") && type != SOURCE_URL)
		error(d, ynode_get(n, "prefix"), "prefix is for url fields",
		      NULL, NULL);
}

/* {"values": {from: to}} with every `to` as text. */
static json_t *values_json(const struct ynode *n)
{
	json_t *v = json_object();
	for (size_t i = 0; n->kind == YNODE_MAP && i < n->n; i++)
		if (n->kids[i].kind == YNODE_SCALAR)
			json_object_set_new(v, n->keys[i].text,
					    json_string(n->kids[i].text));
	return v;
}

static json_t *read_options(const struct ynode *n, int field, struct diags *d)
{
	json_t *v = schema_read(option_rows, n, NULL, d);
	check_options(n, field, d);
	json_t *path = json_object_get(v, "path");
	if (path) {
		json_object_set_new(v, "paths", json_pack("[O]", path));
		json_object_del(v, "path");
	}
	const struct ynode *values = ynode_get(n, "values");
	if (values)
		json_object_set_new(v, "values", values_json(values));
	return v;
}

/* "description: [a, b]" */
static json_t *read_path_list(const struct ynode *n, struct diags *d)
{
	json_t *paths = json_array();
	if (!n->n || n->n > SOURCE_PATHS_MAX)
		error(d, n, "a list of 1 to 12 paths is wanted", NULL, NULL);
	for (size_t i = 0; i < n->n; i++) {
		if (n->kids[i].kind == YNODE_SCALAR)
			json_array_append_new(paths,
					      json_string(n->kids[i].text));
		else if (n->kids[i].kind != YNODE_REFUSED)
			error(d, &n->kids[i], "a path is wanted", NULL, NULL);
	}
	check_paths(n, d);
	return json_pack("{s:o}", "paths", paths);
}

static json_t *read_field(const struct ynode *n, int field, struct diags *d)
{
	switch (n->kind) {
	case YNODE_SCALAR:
		if (ynode_is_null(n)) {
			error(d, n,
			      "a path is wanted (leave the line out when "
			      "the feed does not say it)",
			      NULL, NULL);
			return NULL;
		}
		check_path(n, d);
		return json_pack("{s:[s]}", "paths", n->text);
	case YNODE_LIST:
		return read_path_list(n, d);
	case YNODE_MAP:
		return read_options(n, field, d);
	default:
		return NULL;
	}
}

static void unknown_field(const struct ynode *key, struct diags *d)
{
	const char *names[SOURCE_F_EXPOSURE + 3] = {0};
	struct arena a;
	arena_init(&a);
	char *all = arena_dup(&a, "");
	size_t n = 0;
	for (; source_field_row(n); n++) {
		names[n] = source_field_row(n)->name;
		all = arena_printf(&a, "%s%s%s%s", all, n ? " " : "", names[n],
				   n >= SOURCE_F_EXPOSURE ? "CODE" : "");
	}
	const char *near = str_nearest(key->text, names);
	const char *hint =
		near ? arena_printf(&a, " (did you mean \"%s\"?)", near) : "";
	error(d, key, "an offer has no field", key->text,
	      arena_printf(&a, "%s; fields: %s", hint, all));
	arena_clear(&a);
}

json_t *source_map_read(const struct ynode *node, struct diags *d)
{
	json_t *out = json_object();
	if (node->kind == YNODE_REFUSED)
		return out;
	if (node->kind != YNODE_MAP) {
		error(d, node, "fields is a table {field of the offer: path}",
		      NULL, NULL);
		return out;
	}
	for (size_t i = 0; i < node->n; i++) {
		int field = source_field_find(node->keys[i].text);
		if (field < 0) {
			unknown_field(&node->keys[i], d);
			continue;
		}
		json_t *v = read_field(&node->kids[i], field, d);
		if (v)
			json_object_set_new(out, node->keys[i].text, v);
	}
	return out;
}
