/* SPDX-License-Identifier: EUPL-1.2 */
/* signals.yaml and quality.yaml: rows with a symbol and phrases. Everything is
 * checked here, each mistake with its place, so that the process that reads
 * offers compiles a lexicon without ever finding one; lists of phrases that
 * rows share ($negation) are filled in. What phrases mean: etrier/lexicon.h. */
#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

enum { SYMBOL_MAX = 40, REASON_MAX = 300, EXAMPLES_MIN = 2, DAYS_MAX = 3660 };

static void error(struct diags *d, const struct ynode *n, const char *text,
		  const char *name, const char *more)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s%s%s%s%s", text,
		 name ? " \"" : "", name ? name : "", name ? "\"" : "",
		 more ? more : "");
}

static char *all_words(struct arena *a, const char *const *words)
{
	char *s = arena_dup(a, "");
	for (; *words; words++)
		s = arena_printf(a, "%s%s%s", s, *s ? " " : "", *words);
	return s;
}

/* "no X "name" (did you mean "near"?); allowed: ..." */
static void no_such(struct diags *d, const struct ynode *n, const char *what,
		    const char *const *words)
{
	struct arena a;
	arena_init(&a);
	const char *near = str_nearest(n->text, words);
	error(d, n, what, n->text,
	      arena_printf(&a, "%s%s%s; allowed: %s",
			   near ? " (did you mean \"" : "", near ? near : "",
			   near ? "\"?)" : "", all_words(&a, words)));
	arena_clear(&a);
}

static void check_code(const struct ynode *n, const struct vocab *v,
		       const char *what, struct diags *d)
{
	if (vocab_find(v, n->text) == VOCAB_NONE)
		no_such(d, n, what, v->codes);
}

static void check_in(const struct ynode *n, const json_t *v, struct diags *d)
{
	(void)v;
	check_code(n, &vocab_lexicon_text, "an offer has no text", d);
}

static void check_kind(const struct ynode *n, const json_t *v, struct diags *d)
{
	(void)v;
	check_code(n, &vocab_contract, "no contract", d);
}

static void check_test(const struct ynode *n, const json_t *v, struct diags *d)
{
	(void)v;
	check_code(n, &vocab_quality_test, "no test", d);
}

static void check_symbol(const struct ynode *n, const json_t *v,
			 struct diags *d)
{
	(void)v;
	if (n->text[strspn(n->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
		error(d, n, "a symbol has only A-Z 0-9 and _:", n->text, NULL);
}

static const char *const outcome_words[] = {"note", "quarantine", "reject",
					    NULL};
static const struct schema phrase_item = {.type = SCHEMA_STR,
					  .min = 1,
					  .max = LEXICON_PHRASE_MAX,
					  .help = "a phrase, or $list"};
static const struct schema in_item = {.type = SCHEMA_STR,
				      .min = 1,
				      .max = 40,
				      .check = check_in,
				      .help = "a text of the offer"};
static const struct schema kind_item = {.type = SCHEMA_STR,
					.min = 1,
					.max = 40,
					.check = check_kind,
					.help = "a kind of contract"};
static const struct schema bound_item = {.type = SCHEMA_STR,
					 .min = 1,
					 .max = 40,
					 .help = "a value of the field"};
static const struct schema list_item = {.type = SCHEMA_LIST,
					.min = 1,
					.max = LEXICON_PHRASES_MAX,
					.item = &phrase_item,
					.help = "phrases that rows share"};

/* What both kinds of row have. */
#define SHARED_ROWS                                                            \
	{.key = "symbol",                                                      \
	 .type = SCHEMA_STR,                                                   \
	 .flags = SCHEMA_REQUIRED,                                             \
	 .min = 2,                                                             \
	 .max = SYMBOL_MAX,                                                    \
	 .check = check_symbol,                                                \
	 .help = "its name, once in the file"},                                \
		{.key = "any",                                                 \
		 .type = SCHEMA_LIST,                                          \
		 .max = LEXICON_PHRASES_MAX,                                   \
		 .item = &phrase_item,                                         \
		 .fallback = "[]",                                             \
		 .help = "one of these phrases makes it fire"},                \
		{.key = "not",                                                 \
		 .type = SCHEMA_LIST,                                          \
		 .max = LEXICON_PHRASES_MAX,                                   \
		 .item = &phrase_item,                                         \
		 .fallback = "[]",                                             \
		 .help = "unless one of these stands near, on either side"},   \
		{.key = "not_before",                                          \
		 .type = SCHEMA_LIST,                                          \
		 .max = LEXICON_PHRASES_MAX,                                   \
		 .item = &phrase_item,                                         \
		 .fallback = "[]",                                             \
		 .help = "unless one of these stands just before, or within"}, \
		{.key = "in",                                                  \
		 .type = SCHEMA_LIST,                                          \
		 .max = LEXICON_TEXT_COUNT,                                    \
		 .item = &in_item,                                             \
		 .fallback = "[]",                                             \
		 .help = "texts to look into: title description hours salary " \
			 "rhythm; none: the first three"},                     \
		{.key = "within",                                              \
		 .type = SCHEMA_INT,                                           \
		 .max = LEXICON_WITHIN_MAX,                                    \
		 .fallback = "3",                                              \
		 .help = "how many words \"...\" may stand for"},              \
		{.key = "near",                                                \
		 .type = SCHEMA_INT,                                           \
		 .max = LEXICON_NEAR_MAX,                                      \
		 .fallback = "4",                                              \
		 .help = "how many words away not and not_before reach"},      \
		{.key = "must",                                                \
		 .type = SCHEMA_ANY,                                           \
		 .help = "examples on which it fires"},                        \
	{                                                                      \
		.key = "must_not", .type = SCHEMA_ANY,                         \
		.help = "examples on which it does not"                        \
	}

static const struct schema signal_rows[] = {
	SHARED_ROWS,
	{.key = "sets",
	 .type = SCHEMA_ANY,
	 .flags = SCHEMA_REQUIRED,
	 .help = "fields of the offer and their values"},
	{.key = "between",
	 .type = SCHEMA_LIST,
	 .min = 2,
	 .max = 2,
	 .item = &bound_item,
	 .help = "least and most of the value that a phrase captures"},
	{.key = NULL},
};
static const struct schema quality_rows[] = {
	SHARED_ROWS,
	{.key = "outcome",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_REQUIRED,
	 .words = outcome_words,
	 .help = "what becomes of the offer"},
	{.key = "reason",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1,
	 .max = REASON_MAX,
	 .help = "why, in French, for who reads the offer again"},
	{.key = "test",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 40,
	 .check = check_test,
	 .help = "a test by name, besides or instead of words"},
	{.key = "days",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = DAYS_MAX,
	 .unit = "days",
	 .help = "for the test too_old"},
	{.key = "kinds",
	 .type = SCHEMA_LIST,
	 .max = CONTRACT_COUNT,
	 .item = &kind_item,
	 .fallback = "[]",
	 .help = "only for these contracts"},
	{.key = "except_kinds",
	 .type = SCHEMA_LIST,
	 .max = CONTRACT_COUNT,
	 .item = &kind_item,
	 .fallback = "[]",
	 .help = "not for these contracts"},
	{.key = NULL},
};
static const struct schema signal_item = {.type = SCHEMA_MAP,
					  .rows = signal_rows};
static const struct schema quality_item = {.type = SCHEMA_MAP,
					   .rows = quality_rows};

#define TOP_ROWS(name, row_item)                                     \
	{.key = "version",                                           \
	 .type = SCHEMA_INT,                                         \
	 .flags = SCHEMA_REQUIRED,                                   \
	 .min = 1,                                                   \
	 .max = 1,                                                   \
	 .help = "of this format: 1"},                               \
		{.key = "lists",                                     \
		 .type = SCHEMA_NAMED,                               \
		 .item = &list_item,                                 \
		 .fallback = "{}",                                   \
		 .help = "lists of phrases, used in rows as $name"}, \
		{.key = (name),                                      \
		 .type = SCHEMA_LIST,                                \
		 .flags = SCHEMA_REQUIRED,                           \
		 .max = LEXICON_ROWS_MAX,                            \
		 .item = (row_item),                                 \
		 .help = "the rows"},                                \
	{                                                            \
		.key = NULL                                          \
	}
static const struct schema signals_schema[] = {
	TOP_ROWS("signals", &signal_item)};
static const struct schema quality_schema[] = {
	TOP_ROWS("rules", &quality_item)};

/* ---- phrases ---- */

/* The work on one file. */
struct job {
	const struct ynode *root;
	enum lexicon_what what;
	struct diags *d;
};

static bool is_scalar(const struct ynode *n)
{
	return n->kind == YNODE_SCALAR;
}

static void unknown_list(const struct job *j, const struct ynode *n)
{
	const struct ynode *lists = ynode_get(j->root, "lists");
	struct arena a;
	arena_init(&a);
	size_t count = lists && lists->kind == YNODE_MAP ? lists->n : 0;
	const char **names = arena_array(&a, count + 1, sizeof(*names));
	for (size_t i = 0; i < count; i++)
		names[i] = arena_printf(&a, "$%s", lists->keys[i].text);
	no_such(j->d, n, "no list", names);
	arena_clear(&a);
}

static void check_phrase(const struct job *j, const struct ynode *n)
{
	struct err err;
	if (is_scalar(n) && *n->text != '$' &&
	    lexicon_phrase_check(n->text, &err))
		diag_add(j->d, DIAG_ERROR, n->file, n->line, n->col,
			 "phrase \"%s\": %s", n->text, err.text);
}

/* What captures is what is set: a row of {time} has it in each phrase. */
enum use { USE_FIRE, USE_VETO };
static void add_phrase(const struct job *j, const struct ynode *at,
		       const char *text, enum use use, const char *capture,
		       json_t *out)
{
	if (use == USE_FIRE && capture && !strstr(text, capture))
		error(j->d, at, "phrase", text,
		      ": the {...} that is set is not in it");
	json_array_append_new(out, json_string(text));
}

/* One phrase into out, or those of the list it names. */
static void read_phrase(const struct job *j, const struct ynode *n,
			enum use use, const char *capture, json_t *out)
{
	if (!is_scalar(n))
		return; /* the schema said so already */
	if (*n->text != '$') {
		check_phrase(j, n);
		add_phrase(j, n, n->text, use, capture, out);
		return;
	}
	const struct ynode *lists = ynode_get(j->root, "lists");
	const struct ynode *list = lists && lists->kind == YNODE_MAP
					   ? ynode_get(lists, n->text + 1)
					   : NULL;
	if (!list)
		unknown_list(j, n);
	for (size_t i = 0; list && list->kind == YNODE_LIST && i < list->n; i++)
		if (is_scalar(&list->kids[i]))
			add_phrase(j, n, list->kids[i].text, use, capture, out);
}

static json_t *read_phrases(const struct job *j, const struct ynode *row,
			    const char *key, enum use use, const char *capture)
{
	const struct ynode *n = ynode_get(row, key);
	json_t *out = json_array();
	for (size_t i = 0; n && n->kind == YNODE_LIST && i < n->n; i++)
		read_phrase(j, &n->kids[i], use, capture, out);
	if (n && json_array_size(out) > LEXICON_PHRASES_MAX)
		error(j->d, n, "too many phrases with those of the lists", NULL,
		      NULL);
	return out;
}

static void check_lists(const struct job *j)
{
	const struct ynode *lists = ynode_get(j->root, "lists");
	for (size_t i = 0; lists && lists->kind == YNODE_MAP && i < lists->n;
	     i++) {
		const struct ynode *list = &lists->kids[i];
		for (size_t k = 0; list->kind == YNODE_LIST && k < list->n;
		     k++) {
			check_phrase(j, &list->kids[k]);
			if (is_scalar(&list->kids[k]) &&
			    *list->kids[k].text == '$')
				error(j->d, &list->kids[k],
				      "a list names no other list", NULL, NULL);
		}
	}
}

/* ---- rows ---- */

static void unknown_field(const struct job *j, const struct ynode *key)
{
	const char *names[64] = {0};
	for (size_t i = 0; i + 1 < ARRAY_LEN(names) && lexicon_field_name(i);
	     i++)
		names[i] = lexicon_field_name(i);
	no_such(j->d, key, "no field of an offer", names);
}

static bool is_field(const char *name)
{
	if (str_starts(name, "exposure."))
		return vocab_find(&vocab_exposure, name + 9) != VOCAB_NONE;
	if (str_starts(name, "access."))
		return vocab_find(&vocab_access, name + 7) != VOCAB_NONE;
	for (size_t i = 0; lexicon_field_name(i); i++)
		if (str_eq(lexicon_field_name(i), name))
			return true;
	return false;
}

/* {field: value} as text; *capture: "{time}" when one of them is. */
static json_t *read_sets(const struct job *j, const struct ynode *row,
			 const char **capture, const char **field)
{
	const struct ynode *n = ynode_get(row, "sets");
	json_t *out = json_object();
	struct err err;
	if (n && (n->kind != YNODE_MAP || !n->n)) {
		if (n->kind != YNODE_REFUSED)
			error(j->d, n, "sets is a table {field: value}", NULL,
			      NULL);
		return out;
	}
	for (size_t i = 0; n && i < n->n; i++) {
		const struct ynode *to = &n->kids[i];
		const char *name = n->keys[i].text;
		if (!is_field(name)) {
			unknown_field(j, &n->keys[i]);
			continue;
		}
		if (!is_scalar(to)) {
			error(j->d, to, "one value is wanted for", name, NULL);
			continue;
		}
		if (lexicon_value_check(name, to->text, &err))
			error(j->d, to, err.text, NULL, NULL);
		if (*to->text == '{') {
			if (*capture && !str_eq(*capture, to->text))
				error(j->d, to, "one kind of {...} in a row",
				      NULL, NULL);
			*capture = to->text;
			*field = name;
		}
		json_object_set_new(out, name, json_string(to->text));
	}
	return out;
}

static void check_between(const struct job *j, const struct ynode *row,
			  const char *field)
{
	const struct ynode *n = ynode_get(row, "between");
	struct err err;
	if (!n || n->kind != YNODE_LIST)
		return;
	if (!field)
		error(j->d, n, "between is for a field set to a {...}", NULL,
		      NULL);
	for (size_t i = 0; field && i < n->n; i++)
		if (is_scalar(&n->kids[i]) &&
		    lexicon_value_check(field, n->kids[i].text, &err))
			error(j->d, &n->kids[i], err.text, NULL, NULL);
}

static void check_examples(const struct job *j, const struct ynode *row,
			   const char *key, bool is_wanted)
{
	const struct ynode *n = ynode_get(row, key);
	if (n && n->kind != YNODE_LIST) {
		if (n->kind != YNODE_REFUSED)
			error(j->d, n, "a list of examples is wanted here",
			      NULL, NULL);
		return;
	}
	if (is_wanted && (!n || n->n < EXAMPLES_MIN))
		error(j->d, n ? n : row, key, NULL,
		      ": at least two examples are wanted");
}

static void check_quality(const struct job *j, const struct ynode *row,
			  const json_t *v)
{
	const char *test = js_str(v, "test", NULL);
	bool is_old = str_eq(test, "too_old");
	if (!test && !json_array_size(json_object_get(v, "any")))
		error(j->d, row, "a rule has words (any), a test, or both",
		      NULL, NULL);
	if (is_old != (json_object_get(v, "days") != NULL))
		error(j->d, row, "days goes with the test too_old", NULL, NULL);
}

static void read_row(const struct job *j, const struct ynode *row, json_t *v)
{
	const char *capture = NULL, *field = NULL;
	if (j->what == LEXICON_SIGNALS) {
		json_object_set_new(v, "sets",
				    read_sets(j, row, &capture, &field));
		check_between(j, row, field);
	}
	json_object_set_new(v, "any",
			    read_phrases(j, row, "any", USE_FIRE, capture));
	json_object_set_new(v, "not",
			    read_phrases(j, row, "not", USE_VETO, NULL));
	json_object_set_new(v, "not_before",
			    read_phrases(j, row, "not_before", USE_VETO, NULL));
	bool has_words = json_array_size(json_object_get(v, "any")) > 0;
	if (j->what == LEXICON_QUALITY)
		check_quality(j, row, v);
	else if (!has_words)
		error(j->d, row, "a signal has words (any)", NULL, NULL);
	check_examples(j, row, "must", has_words);
	check_examples(j, row, "must_not", has_words);
	json_object_del(v, "must");
	json_object_del(v, "must_not");
}

static void check_once(const struct job *j, const struct ynode *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *symbol = ynode_text(&list->kids[i], "symbol");
		for (size_t k = 0; symbol && k < i; k++) {
			const char *before =
				ynode_text(&list->kids[k], "symbol");
			if (!str_eq(before, symbol))
				continue;
			error(j->d, ynode_get(&list->kids[i], "symbol"),
			      "a second row with the symbol", symbol, NULL);
			break;
		}
	}
}

/* The rows of the tree and those of the schema's answer go together: a row is
 * never left out of it while there is no error. */
static void read_rows(const struct job *j, const struct ynode *list,
		      json_t *rows)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->kids[i].kind == YNODE_MAP && json_array_get(rows, i))
			read_row(j, &list->kids[i], json_array_get(rows, i));
	check_once(j, list);
}

json_t *lexicon_read(const struct ynode *root, enum lexicon_what what,
		     struct diags *d)
{
	bool is_quality = what == LEXICON_QUALITY;
	const char *key = is_quality ? "rules" : "signals";
	struct job j = {root, what, d};
	size_t before = d->n_errors;
	json_t *v = schema_read(is_quality ? quality_schema : signals_schema,
				root, NULL, d);
	const struct ynode *list = ynode_get(root, key);
	json_t *rows = json_object_get(v, key);
	json_t *out = NULL;
	check_lists(&j);
	if (list && list->kind == YNODE_LIST)
		read_rows(&j, list, rows);
	if (d->n_errors == before) {
		out = json_pack("{s:s, s:O}", "what",
				is_quality ? "quality" : "signals", "rows",
				rows);
		lexicon_try_examples(out, list, d);
	}
	if (d->n_errors != before) {
		json_decref(out);
		out = NULL;
	}
	json_decref(v);
	return out;
}
