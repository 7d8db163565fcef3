/* SPDX-License-Identifier: EUPL-1.2 */
/* The examples of a lexicon, run as offers are: a row that does not do what its
 * examples say is a mistake of the file, at the example. The whole lexicon runs
 * each time, so an example is also a test that no other row is in the way. */
#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

/* The instant of the examples, so that age_days has a meaning: any will do. */
#define EXAMPLE_NOW INT64_C(1800000000)
enum { AGE_DAYS_MAX = 3660, DAY_S = 86400, TEXT_SHOWN = 100 };

#define TEXT_ROW(name, what)                                              \
	{                                                                 \
		.key = (name), .type = SCHEMA_STR, .flags = SCHEMA_LINES, \
		.min = 1, .max = SCHEMA_STR_MAX, .help = (what)           \
	}
const struct schema lexicon_example_rows[] = {
	TEXT_ROW("text", "the text that is looked into"),
	TEXT_ROW("title", "title of the offer"),
	TEXT_ROW("hours", "its hours, in words"),
	TEXT_ROW("salary", "its salary, in words"),
	TEXT_ROW("employer", "name of the employer"),
	TEXT_ROW("phone", "telephone of the contact"),
	TEXT_ROW("email", "e-mail of the contact"),
	TEXT_ROW("url", "where one applies"),
	TEXT_ROW("kind", "a contract: apprenticeship, permanent ..."),
	TEXT_ROW("gives", "the value that is set"),
	{.key = "age_days",
	 .type = SCHEMA_INT,
	 .max = AGE_DAYS_MAX,
	 .unit = "days",
	 .help = "how long ago it was posted"},
	{.key = NULL},
};

struct trial {
	const struct lexicon *l;
	const struct lexicon_dictionary *words;
	struct diags *d;
	struct arena a;
	const json_t *row; /* checked */
	enum lexicon_what what;
};

static void error(struct trial *t, const struct ynode *n, const char *text,
		  const char *example, const char *more)
{
	diag_add(t->d, DIAG_ERROR, n->file, n->line, n->col,
		 "%s %s on \"%.*s\"%s", js_str(t->row, "symbol", ""), text,
		 (int)utf8_cut(example, TEXT_SHOWN), example, more);
}

/* The text of an example goes where the row looks: into the description, or
 * else the first text of `in`. */
static void put_text(const struct trial *t, struct offer *o, const char *text)
{
	const json_t *in = json_object_get(t->row, "in");
	const char *first = json_string_value(json_array_get(in, 0));
	int where = vocab_find(&vocab_lexicon_text, first);
	size_t i;
	json_t *v;
	json_array_foreach(in, i, v)
	{
		if (str_eq(json_string_value(v), "description"))
			where = LEXICON_DESCRIPTION;
	}
	if (where == LEXICON_TITLE)
		o->title = text;
	else if (where == LEXICON_HOURS)
		o->hours.text = text;
	else if (where == LEXICON_SALARY)
		o->salary_text = text;
	else if (where == LEXICON_RHYTHM)
		o->training_rhythm = text;
	else
		o->description = text;
}

static void make_offer(const struct trial *t, const json_t *v, struct offer *o)
{
	const char *text = js_str(v, "text", NULL);
	int64_t age = js_int(v, "age_days", -1);
	offer_init(o);
	o->title = js_str(v, "title", NULL);
	o->hours.text = js_str(v, "hours", NULL);
	o->salary_text = js_str(v, "salary", NULL);
	o->employer.name = js_str(v, "employer", NULL);
	o->contact.phone = js_str(v, "phone", NULL);
	o->contact.email = js_str(v, "email", NULL);
	o->contact.url = js_str(v, "url", NULL);
	o->kind = vocab_find(&vocab_contract, js_str(v, "kind", NULL));
	if (age >= 0)
		o->posted = EXAMPLE_NOW - age * DAY_S;
	if (text)
		put_text(t, o, text);
}

/* Did the row fire? *value: what it gave first, or gives when it did. */
static bool signal_fires(struct trial *t, struct offer *o, const char *gives,
			 const char **value)
{
	const char *symbol = js_str(t->row, "symbol", "");
	struct lexicon_hits hits;
	bool fires = false;
	lexicon_apply(t->l, &t->a, lexicon_texts_cut(t->words, &t->a, o), o,
		      &hits);
	json_decref(o->provenance);
	for (size_t i = 0; i < hits.n; i++) {
		if (!str_eq(hits.v[i].symbol, symbol))
			continue;
		if (!fires || str_eq(hits.v[i].value, gives))
			*value = hits.v[i].value;
		fires = true;
	}
	return fires;
}

static bool rule_fires(struct trial *t, const struct offer *o)
{
	const char *symbol = js_str(t->row, "symbol", "");
	struct quality_verdict v;
	quality_judge(t->l, &t->a, lexicon_texts_cut(t->words, &t->a, o), o,
		      EXAMPLE_NOW, &v);
	for (size_t i = 0; i < v.n; i++)
		if (str_eq(v.symbols[i], symbol))
			return true;
	return false;
}

static void try_one(struct trial *t, const struct ynode *n, const json_t *v,
		    bool must)
{
	const char *gives = js_str(v, "gives", NULL), *value = NULL;
	const char *shown = js_str(v, "text", js_str(v, "title", ""));
	struct offer o;
	make_offer(t, v, &o);
	bool fires = t->what == LEXICON_SIGNALS
			     ? signal_fires(t, &o, gives, &value)
			     : rule_fires(t, &o);
	if (fires != must)
		error(t, n, must ? "does not fire" : "fires", shown, "");
	else if (gives && !str_eq(gives, value))
		error(t, n, "does not give what is said", shown,
		      arena_printf(&t->a, ": \"%s\", not \"%s\"",
				   value ? value : "nothing", gives));
	arena_reset(&t->a);
}

static void try_example(struct trial *t, const struct ynode *n, bool must)
{
	size_t before = t->d->n_errors;
	json_t *v = n->kind == YNODE_SCALAR
			    ? json_pack("{s:s}", "text", n->text)
			    : schema_read(lexicon_example_rows, n, NULL, t->d);
	const struct ynode *kind = ynode_get(n, "kind");
	if (kind && kind->kind == YNODE_SCALAR &&
	    vocab_find(&vocab_contract, kind->text) == VOCAB_NONE)
		error(t, kind, "has an unknown contract", kind->text, "");
	if (t->d->n_errors == before)
		try_one(t, n, v, must);
	json_decref(v);
}

static void try_list(struct trial *t, const struct ynode *row, const char *key,
		     bool must)
{
	const struct ynode *n = ynode_get(row, key);
	for (size_t i = 0; n && n->kind == YNODE_LIST && i < n->n; i++)
		try_example(t, &n->kids[i], must);
}

void lexicon_try_examples(const json_t *checked, const struct ynode *list,
			  struct diags *d)
{
	struct err err;
	struct trial t = {.d = d};
	const json_t *rows = json_object_get(checked, "rows");
	bool is_quality = str_eq(js_str(checked, "what", ""), "quality");
	struct lexicon *l = lexicon_new(checked, &err);
	struct lexicon_dictionary *words =
		l ? lexicon_dictionary_new(is_quality ? NULL : l,
					   is_quality ? l : NULL, &err)
		  : NULL;
	if (!words) {
		diag_add(d, DIAG_ERROR, list->file, list->line, list->col, "%s",
			 err.text);
		lexicon_free(l);
		return;
	}
	t.l = l;
	t.words = words;
	t.what = is_quality ? LEXICON_QUALITY : LEXICON_SIGNALS;
	arena_init(&t.a);
	for (size_t i = 0; i < list->n; i++) {
		t.row = json_array_get(rows, i);
		try_list(&t, &list->kids[i], "must", true);
		try_list(&t, &list->kids[i], "must_not", false);
	}
	arena_clear(&t.a);
	lexicon_dictionary_free(words);
	lexicon_free(l);
}
