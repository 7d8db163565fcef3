/* SPDX-License-Identifier: EUPL-1.2 */
/* Advice: see advice.h. Conditions are read and pooled by the code of symbols,
 * in a pool of their own; one that reads a need is an error, so that a sentence
 * can never tell of one. */
#include "compile.h"

#include <etrier/advice.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/plain.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* conf/advice.yaml, built in. */
extern const char advice_shipped[];
extern const size_t advice_shipped_size;

#define FALLBACK "fr"
#define VOUS	 "-vous"
#define ID_MAX	 40

struct entry {
	char *id;
	struct symbol s; /* the three parts of its condition */
	json_t *text;	 /* {"fr": ...} */
};
struct advice {
	struct rules rules; /* its conditions only */
	struct entry v[ADVICE_MAX];
	size_t n;
};

void advice_free(struct advice *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++) {
		free(a->v[i].id);
		json_decref(a->v[i].text);
	}
	rules_when_free(a->rules.when);
	free(a);
}

size_t advice_count(const struct advice *a)
{
	return a->n;
}

/* --- reading ----------------------------------------------------------------
 */

struct saying {
	struct when_reader *r;
	const struct ynode *n;
};

static void tell(void *ctx, size_t at, const char *what)
{
	const struct saying *s = ctx;
	(void)at;
	when_error(s->r, s->n, "%s", what);
}

static bool is_language(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz-");
	return n >= 2 && !s[n];
}

static void read_text(struct when_reader *r, const struct ynode *key,
		      const struct ynode *n, json_t *out)
{
	struct saying s = {r, n};
	const char *word;
	if (!is_language(key->text)) {
		when_error(r, key, "a language is wanted: fr, fr-vous, en");
		return;
	}
	if (n->kind != YNODE_SCALAR || !*n->text ||
	    strlen(n->text) > ADVICE_TEXT_MAX) {
		when_error(r, n, "one sentence is wanted, of at most %d bytes",
			   ADVICE_TEXT_MAX);
		return;
	}
	word = words_private(r->arena, n->text);
	if (word)
		when_error(r, n, "advice never speaks of needs: \"%s\"", word);
	if (strstr(n->text, "://") || strchr(n->text, '<') ||
	    strchr(n->text, '{'))
		when_error(r, n, "advice holds no link and no mark-up");
	plain_check(n->text, strlen(n->text), true, tell, &s);
	js_put_str(out, key->text, n->text);
}

static void read_texts(struct when_reader *r, const struct ynode *item,
		       json_t *out)
{
	const struct ynode *n = ynode_get(item, "text");
	if (!n || n->kind != YNODE_MAP || !ynode_get(n, FALLBACK)) {
		when_error(r, n ? n : item,
			   "text: {fr: \"...\"} is wanted: every other "
			   "language falls back to it");
		return;
	}
	for (size_t i = 0; i < n->n; i++)
		read_text(r, &n->keys[i], &n->kids[i], out);
}

static void check_keys(struct when_reader *r, const struct ynode *n,
		       const char *const *known, const char *allowed)
{
	for (size_t i = 0; i < n->n; i++) {
		bool is_known = false;
		for (size_t k = 0; known[k] && !is_known; k++)
			is_known = str_eq(n->keys[i].text, known[k]);
		if (!is_known)
			when_error(r, &n->keys[i],
				   "unknown key \"%.40s\"%s; allowed: %s",
				   n->keys[i].text,
				   when_hint(r, str_nearest(n->keys[i].text,
							    known)),
				   allowed);
	}
}

static const char *read_id(struct advice *a, struct when_reader *r,
			   const struct ynode *item)
{
	const struct ynode *n = ynode_get(item, "id");
	const char *id = ynode_text(item, "id");
	size_t k = id ? strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;
	if (!k || id[k] || k > ID_MAX) {
		when_error(r, n ? n : item,
			   "an id of a-z, 0-9 and hyphens is wanted");
		return NULL;
	}
	for (size_t i = 0; i < a->n; i++)
		if (str_eq(a->v[i].id, id))
			when_error(r, n, "\"%s\" a second time", id);
	return id;
}

static void read_entry(struct advice *a, struct when_reader *r,
		       const struct ynode *item)
{
	static const char *const known[] = {"id", "when", "text", NULL};
	struct entry *e = &a->v[a->n];
	struct when_node *when = NULL;
	const struct ynode *n;
	if (item->kind != YNODE_MAP || a->n == ADVICE_MAX) {
		when_error(r, item, "id, when and text are wanted, at most %d",
			   ADVICE_MAX);
		return;
	}
	size_t before = r->diags->n_errors;
	check_keys(r, item, known, "id when text");
	const char *id = read_id(a, r, item);
	json_t *text = json_object();
	read_texts(r, item, text);
	n = ynode_get(item, "when");
	if (n && (when = when_read(r, n)) && when->is_private)
		when_error(r, n,
			   "advice reads no needs: a sentence must not tell "
			   "of them");
	*e = (struct entry){
		.s = {.offer_when = -1, .person_when = -1, .pair_when = -1}};
	if (r->diags->n_errors == before && when &&
	    !when_pool_symbol(a->rules.when, r, when, &e->s))
		when_error(r, item, "more than %d different conditions",
			   RULES_CONDS_MAX);
	if (r->diags->n_errors > before) {
		json_decref(text);
		return;
	}
	e->id = mem_dup(id);
	e->text = text;
	a->n++;
}

struct advice *advice_compile(const char *file, const char *text, size_t len,
			      const struct refdata *rd, struct diags *d)
{
	static const char *const known[] = {"advice", NULL};
	struct arena tree;
	struct advice *a = mem_alloc(sizeof(*a));
	size_t before = d->n_errors;
	a->rules.when = rules_when_new();
	struct when_reader r = {
		.arena = &a->rules.when->arena, .rd = rd, .diags = d};
	arena_init(&tree);
	if (!text) {
		file = "advice.yaml (shipped)";
		text = advice_shipped;
		len = advice_shipped_size;
	}
	const struct ynode *root =
		ynode_parse_partly(&tree, file, text, len, d);
	const struct ynode *list = root ? ynode_get(root, "advice") : NULL;
	if (root && root->kind == YNODE_MAP)
		check_keys(&r, root, known, "advice");
	if (root && (!list || list->kind != YNODE_LIST))
		when_error(&r, root, "advice: and a list are wanted");
	else
		for (size_t i = 0; list && i < list->n; i++)
			read_entry(a, &r, &list->kids[i]);
	arena_clear(&tree);
	if (d->n_errors == before)
		return a;
	advice_free(a);
	return NULL;
}

struct advice *advice_compile_json(const json_t *files,
				   const struct refdata *rd, struct diags *d)
{
	const json_t *v = json_array_get(files, 0);
	const char *text = js_str(v, "text", NULL);
	return advice_compile(js_str(v, "file", "advice.yaml"), text,
			      text ? strlen(text) : 0, rd, d);
}

/* --- choosing ---------------------------------------------------------------
 */

/* lang-vous, lang, then the same of its first part, then French. */
static const char *in_language(const json_t *text, const char *lang, bool tu)
{
	char first[9], key[32];
	size_t n = strcspn(lang, "-");
	str_copy(first, n + 1 < sizeof(first) ? n + 1 : sizeof(first), lang);
	const char *langs[] = {lang, first, FALLBACK};
	for (size_t i = 0; i < ARRAY_LEN(langs); i++) {
		snprintf(key, sizeof(key), "%.20s" VOUS, langs[i]);
		const char *s = tu ? NULL : js_str(text, key, NULL);
		if (!s)
			s = js_str(text, langs[i], NULL);
		if (s)
			return s;
	}
	return NULL;
}

const char *advice_choose(const struct advice *a, const struct advice_ask *ask,
			  const char *lang, bool tu)
{
	struct cond_bits offer, person;
	struct pair_facts facts = *ask->facts;
	rules_offer_conds(&a->rules, ask->rd, ask->offer, &offer);
	rules_person_conds(&a->rules, ask->person, &person);
	facts.offer = &offer;
	facts.person = &person;
	for (size_t i = 0; i < a->n; i++)
		if (rules_symbol_state(&a->rules, &a->v[i].s, &facts) ==
		    TRI_YES)
			return in_language(a->v[i].text, lang, tu);
	return NULL;
}
