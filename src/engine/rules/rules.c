/* SPDX-License-Identifier: EUPL-1.2 */
/* From the texts of rules.yaml and rules.d to sets of numbers.
 *
 *   shipped text, texts -> trees with marks -> one over the other
 *     -> without agencies:        set 0
 *     -> with agencies.<code>:    a set each, equal ones once
 *   each: schema (every key, type, range) -> numbers -> law -> symbols ->
 *         sense -> canonical JSON -> id
 *
 * Every mistake is reported in one pass, each where it was written and once,
 * however many sets it reaches. The id is the hash of what takes effect:
 * comments, the order of symbols and the sources of law do not change it. */
#include "compile.h"
#include "overlay.h"

#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <assert.h>
#include <sodium.h>

#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 16, TEXTS_MAX = 200, AGENCIES_MAX = 4096 };
static_assert(RULES_ID_SIZE == 2 * ID_BYTES + 1, "hex of the hash");

static const char *const gate_codes[] = {[GATE_TRADE] = "TRADE",
					 [GATE_CONTRACT] = "CONTRACT",
					 [GATE_AGE] = "AGE",
					 [GATE_MINOR_NIGHT] = "MINOR_NIGHT",
					 [GATE_MINOR_WORK] = "MINOR_WORK",
					 [GATE_LICENCE] = "LICENCE",
					 [GATE_REACH] = "REACH",
					 [GATE_NEED] = "NEED",
					 [GATE_START] = "START",
					 [GATE_LEVEL] = "LEVEL",
					 [GATE_PLACE_REFUSED] = "PLACE_REFUSED",
					 [GATE_EMPLOYER_REFUSED] =
						 "EMPLOYER_REFUSED",
					 [GATE_ALREADY] = "ALREADY",
					 NULL};
static const char *const gate_labels[] = {
	[GATE_TRADE] = "Métier",
	[GATE_CONTRACT] = "Type de contrat",
	[GATE_AGE] = "Âge",
	[GATE_MINOR_NIGHT] = "Travail de nuit (mineur)",
	[GATE_MINOR_WORK] = "Travaux (mineur)",
	[GATE_LICENCE] = "Permis",
	[GATE_REACH] = "Trajet",
	[GATE_NEED] = "Besoins",
	[GATE_START] = "Début",
	[GATE_LEVEL] = "Niveau",
	[GATE_PLACE_REFUSED] = "Lieu écarté",
	[GATE_EMPLOYER_REFUSED] = "Employeur écarté",
	[GATE_ALREADY] = "Déjà traité"};
static const char *const criterion_codes[] = {[CRITERION_TRADE] = "trade",
					      [CRITERION_TRAVEL] = "travel",
					      [CRITERION_TRAINING] = "training",
					      [CRITERION_START] = "start",
					      [CRITERION_HOURS] = "hours",
					      [CRITERION_FRESHNESS] =
						      "freshness",
					      NULL};
static const char *const criterion_labels[] = {
	[CRITERION_TRADE] = "Métier",
	[CRITERION_TRAVEL] = "Trajet",
	[CRITERION_TRAINING] = "Formation",
	[CRITERION_START] = "Début",
	[CRITERION_HOURS] = "Horaires",
	[CRITERION_FRESHNESS] = "Fraîcheur"};
static_assert(ARRAY_LEN(gate_codes) == GATE_COUNT + 1, "a code a gate");
static_assert(ARRAY_LEN(gate_labels) == GATE_COUNT, "a label a gate");
static_assert(ARRAY_LEN(criterion_codes) == CRITERION_COUNT + 1, "codes");
const struct vocab vocab_gate = {"gate", gate_codes, gate_labels, GATE_COUNT};
const struct vocab vocab_criterion = {"criterion", criterion_codes,
				      criterion_labels, CRITERION_COUNT};

struct agency {
	char *code, *file;
	unsigned line;
	uint8_t set;
};
struct rules_agencies {
	struct agency *v;
	size_t n;
};

/* --- the name of a set --------------------------------------------------- */
static int compare_items(const void *a, const void *b)
{
	return strcmp(js_str(*(json_t *const *)a, "symbol", ""),
		      js_str(*(json_t *const *)b, "symbol", ""));
}

/* Symbols that count, by code. */
static json_t *canonical_symbols(const json_t *list)
{
	size_t n = json_array_size(list), kept = 0;
	json_t **items = mem_array(n + 1, sizeof(json_t *));
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *v = json_array_get(list, i);

		if (!js_bool(v, "enabled", true))
			continue;
		json_object_del(v, "enabled");
		items[kept++] = v;
	}
	qsort(items, kept, sizeof(json_t *), compare_items);
	for (size_t i = 0; i < kept; i++)
		json_array_append(out, items[i]);
	free(items);
	return out;
}

static void drop_sources(json_t *list)
{
	json_t *row;
	size_t i;

	json_array_foreach(list, i, row) json_object_del(row, "source");
}

static void name_set(struct ruleset *s, const json_t *o)
{
	unsigned char hash[ID_BYTES];
	json_t *copy = json_deep_copy(o), *minors, *table;
	const char *key;
	char *text;

	drop_sources(json_object_get(copy, "ages"));
	minors = json_object_get(copy, "minors");
	json_object_foreach(minors, key, table) drop_sources(table);
	json_object_set_new(copy, "adjust",
			    canonical_symbols(json_object_get(copy, "adjust")));
	text = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
	BUG_ON(!text || sodium_init() < 0);
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)text,
			   strlen(text), NULL, 0);
	sodium_bin2hex(s->id, sizeof(s->id), hash, sizeof(hash));
	s->json = copy;
	free(text);
}

/* --- one effective set ------------------------------------------------------
 */
static void clear_set(struct ruleset *s)
{
	for (int i = 0; i < s->n_symbols; i++)
		free(s->symbols[i].reason);
	for (int i = 0; i < s->n_works; i++)
		free(s->works[i].reason);
	free(s->symbols);
	json_decref(s->json);
	*s = (struct ruleset){0};
}

/* False when it has mistakes; *s is to be cleared either way. */
static bool make_set(struct rules *r, struct when_reader *w,
		     const struct ynode *root, struct ruleset *s)
{
	size_t before = w->diags->n_errors;
	json_t *o = schema_read(rules_schema, root, NULL, w->diags);
	bool is_read = w->diags->n_errors == before;

	if (is_read) {
		numbers_read(s, o);
		numbers_waves(&r->waves, o);
		law_read(s, o, root, w);
	}
	symbols_read(r->when, w, s, o, root);
	if (is_read)
		sense_check(w, s, root);
	if (w->diags->n_errors == before)
		name_set(s, o);
	json_decref(o);
	return w->diags->n_errors == before;
}

/* What an agency's reading found and the common one had not. */
static void add_new(struct diags *to, const struct diags *from)
{
	size_t known = to->n;

	for (size_t i = 0; i < from->n; i++) {
		const struct diag *d = &from->v[i];
		bool is_new = true;

		for (size_t k = 0; is_new && k < known; k++)
			is_new = to->v[k].line != d->line ||
				 to->v[k].col != d->col ||
				 !str_eq(to->v[k].file, d->file) ||
				 !str_eq(to->v[k].text, d->text);
		if (is_new)
			diag_add(to, d->level, d->file, d->line, d->col, "%s",
				 d->text);
	}
}

/* --- agencies ------------------------------------------------------------ */
static void check_agency(struct when_reader *w, const struct ynode *code,
			 const struct ynode *n)
{
	static const char *const global[] = {"version", "waves", "agencies",
					     NULL};

	if (n->kind != YNODE_MAP || !n->n) {
		when_error(w, n->kind == YNODE_SCALAR ? code : n,
			   "agencies.%.40s has nothing in it: give it keys of "
			   "its own, or take it away",
			   code->text);
		return;
	}
	for (int i = 0; global[i]; i++)
		for (size_t k = 0; k < n->n; k++)
			if (str_eq(n->keys[k].text, global[i]))
				when_error(w, &n->keys[k],
					   "%s is for everybody and cannot "
					   "stand inside an agency: write it "
					   "at the top",
					   global[i]);
}

static uint8_t find_set(const struct rules *r, const char *id)
{
	for (size_t i = 0; i < r->n_sets; i++)
		if (str_eq(r->sets[i].id, id))
			return (uint8_t)i;
	return RULES_SETS_MAX;
}

static uint8_t keep_set(struct rules *r, struct when_reader *w,
			struct ruleset *s, const struct ynode *code)
{
	uint8_t set = find_set(r, s->id);

	if (set < RULES_SETS_MAX) {
		clear_set(s);
	} else if (r->n_sets == RULES_SETS_MAX) {
		when_error(w, code,
			   "agencies.%.40s would be set number %d: at most %d "
			   "different sets; let agencies share one",
			   code->text, RULES_SETS_MAX + 1, RULES_SETS_MAX);
		clear_set(s);
		set = 0;
	} else {
		set = (uint8_t)r->n_sets;
		r->sets[r->n_sets++] = *s;
	}
	return set;
}

static void read_agency(struct rules *r, struct when_reader *w, struct arena *a,
			const struct ynode *base, const struct ynode *code,
			const struct ynode *n)
{
	struct agency *to = &r->agencies->v[r->agencies->n++];
	struct ruleset s = {0};
	struct diags mine;
	struct when_reader reader = *w;

	to->code = mem_dup(code->text);
	to->file = mem_dup(code->file);
	to->line = code->line;
	check_agency(w, code, n);
	if (n->kind != YNODE_MAP)
		return;
	diags_init(&mine);
	reader.diags = &mine;
	if (make_set(r, &reader, overlay(a, base, n), &s))
		to->set = keep_set(r, w, &s, code);
	else
		clear_set(&s);
	add_new(w->diags, &mine);
	diags_clear(&mine);
}

static void read_agencies(struct rules *r, struct when_reader *w,
			  struct arena *a, const struct ynode *base,
			  const struct ynode *n)
{
	if (!n)
		return;
	if (n->kind != YNODE_MAP || n->n > AGENCIES_MAX) {
		when_error(w, n, "agencies is a map of codes, at most %d",
			   AGENCIES_MAX);
		return;
	}
	r->agencies->v = mem_array(n->n + 1, sizeof(*r->agencies->v));
	for (size_t i = 0; i < n->n; i++)
		read_agency(r, w, a, base, &n->keys[i], &n->kids[i]);
}

/* --- all ----------------------------------------------------------------- */
static const struct ynode *read_texts(struct when_reader *w, struct arena *a,
				      const struct rules_text *texts, size_t n)
{
	const struct ynode *root =
		ynode_parse_partly(a, "rules.yaml (shipped)", rules_shipped,
				   rules_shipped_size, w->diags);

	for (size_t i = 0; i < n; i++) {
		const struct ynode *t =
			ynode_parse_partly(a, texts[i].file, texts[i].text,
					   texts[i].len, w->diags);

		if (!t)
			continue;
		symbols_check_file(w, t);
		root = overlay(a, root, t);
	}
	return root;
}

struct rules *rules_compile(const struct rules_text *texts, size_t n,
			    const struct refdata *rd, struct diags *d)
{
	struct arena a;
	struct rules *r = mem_alloc(sizeof(*r));
	struct when_reader w = {.rd = rd, .diags = d};
	size_t before = d->n_errors;
	const struct ynode *root, *base;

	arena_init(&a);
	r->sets = mem_array(RULES_SETS_MAX, sizeof(*r->sets));
	r->n_sets = 1;
	r->when = rules_when_new();
	r->agencies = mem_alloc(sizeof(*r->agencies));
	w.arena = &r->when->arena;
	root = read_texts(&w, &a, texts, n);
	base = root->kind == YNODE_MAP ? overlay_without(&a, root, "agencies")
				       : root;
	make_set(r, &w, base, &r->sets[0]);
	read_agencies(r, &w, &a, base, ynode_get(root, "agencies"));
	arena_clear(&a);
	if (d->n_errors == before)
		return r;
	rules_free(r);
	return NULL;
}

struct rules *rules_compile_json(const json_t *files, const struct refdata *rd,
				 struct diags *d)
{
	struct rules_text texts[TEXTS_MAX];
	size_t n = json_array_size(files);

	if (n > TEXTS_MAX) {
		diag_add(d, DIAG_ERROR, "rules.d", 0, 0,
			 "%zu files of rules are more than %d", n, TEXTS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(files, i);

		texts[i].file = js_str(v, "file", "rules.yaml");
		texts[i].text = js_str(v, "text", "");
		texts[i].len = strlen(texts[i].text);
	}
	return rules_compile(texts, n, rd, d);
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_sets; i++)
		clear_set(&r->sets[i]);
	for (size_t i = 0; i < r->agencies->n; i++) {
		free(r->agencies->v[i].code);
		free(r->agencies->v[i].file);
	}
	free(r->agencies->v);
	free(r->agencies);
	rules_when_free(r->when);
	free(r->sets);
	free(r);
}

uint8_t rules_set_of(const struct rules *r, const char *agency)
{
	for (size_t i = 0; agency && i < r->agencies->n; i++)
		if (str_eq(r->agencies->v[i].code, agency))
			return r->agencies->v[i].set;
	return 0;
}

const char *rules_agency(const struct rules *r, size_t i, const char **file,
			 unsigned *line)
{
	const struct agency *a = &r->agencies->v[i];

	if (i >= r->agencies->n)
		return NULL;
	if (file)
		*file = a->file;
	if (line)
		*line = a->line;
	return a->code;
}

void rules_number_agency(struct rules *r, uint16_t number, const char *code)
{
	struct rules_when *w = r->when;

	while (w->n_agencies <= number) {
		w->agencies = mem_grow(w->agencies, w->n_agencies + 1,
				       sizeof(*w->agencies));
		w->agencies[w->n_agencies++] = NULL;
	}
	free(w->agencies[number]);
	w->agencies[number] = mem_dup(code);
}

uint8_t rules_set_of_number(const struct rules *r, uint16_t number)
{
	return number < r->when->n_agencies
		       ? rules_set_of(r, r->when->agencies[number])
		       : 0;
}
