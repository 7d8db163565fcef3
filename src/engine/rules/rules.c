/* SPDX-License-Identifier: EUPL-1.2 */
/* From the texts of rules.yaml and rules.d to numbers.
 *
 *   texts -> trees with marks -> one over the other -> schema (every key, type
 *   and range) -> numbers -> sense (thresholds that can be reached, rows of
 *   ages in order) -> canonical JSON -> id
 *
 * Every mistake is reported in one pass, each where it was written. The id is
 * the hash of what takes effect: comments, order and the sources of law do not
 * change it. */
#include "overlay.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/roster.h>
#include <etrier/rules.h>
#include <etrier/str.h>

#include <assert.h>
#include <sodium.h>

#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 16, TEXTS_MAX = 200 };
static_assert(RULES_ID_SIZE == 2 * ID_BYTES + 1, "hex of the hash");

static const char *const gate_codes[] = {
	[GATE_TRADE] = "TRADE", [GATE_CONTRACT] = "CONTRACT",
	[GATE_AGE] = "AGE",	[GATE_LICENCE] = "LICENCE",
	[GATE_REACH] = "REACH", [GATE_NEED] = "NEED",
	[GATE_START] = "START", NULL};
static const char *const gate_labels[] = {
	[GATE_TRADE] = "Métier", [GATE_CONTRACT] = "Type de contrat",
	[GATE_AGE] = "Âge",	 [GATE_LICENCE] = "Permis",
	[GATE_REACH] = "Trajet", [GATE_NEED] = "Besoins",
	[GATE_START] = "Début"};
static const char *const criterion_codes[] = {[CRITERION_TRADE] = "trade",
					      [CRITERION_TRAVEL] = "travel",
					      [CRITERION_START] = "start",
					      [CRITERION_FRESHNESS] =
						      "freshness",
					      NULL};
static const char *const criterion_labels[] = {[CRITERION_TRADE] = "Métier",
					       [CRITERION_TRAVEL] = "Trajet",
					       [CRITERION_START] = "Début",
					       [CRITERION_FRESHNESS] =
						       "Fraîcheur"};
static_assert(ARRAY_LEN(gate_codes) == GATE_COUNT + 1, "a code a gate");
static_assert(ARRAY_LEN(criterion_codes) == CRITERION_COUNT + 1, "codes");
const struct vocab vocab_gate = {"gate", gate_codes, gate_labels, GATE_COUNT};
const struct vocab vocab_criterion = {"criterion", criterion_codes,
				      criterion_labels, CRITERION_COUNT};

/* A value of the checked object by its path; it is there. */
static json_t *at(const json_t *o, const char *a, const char *b, const char *c)
{
	json_t *v = json_object_get(o, a);

	v = json_object_get(v, b);
	return c ? json_object_get(v, c) : v;
}

static int number(const json_t *o, const char *a, const char *b, const char *c)
{
	return (int)json_integer_value(at(o, a, b, c));
}

/* 0-100 with three decimals, as thousandths, to 0..1000. */
static int16_t score_of(int thousandths)
{
	return (int16_t)num_div_round(thousandths, 100);
}

static void read_scores(struct ruleset *s, const json_t *o)
{
	static const enum criterion costed[] = {
		CRITERION_TRAVEL, CRITERION_START, CRITERION_FRESHNESS};

	s->send = score_of(number(o, "thresholds", "send", NULL));
	s->check = score_of(number(o, "thresholds", "check", NULL));
	for (int i = 0; i < CRITERION_COUNT; i++) {
		s->weight[i] =
			number(o, "criteria", criterion_codes[i], "weight");
		s->total_weight += s->weight[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(costed); i++)
		s->unknown_value[costed[i]] =
			(int16_t)(1000 - number(o, "unknown_cost",
						criterion_codes[costed[i]],
						NULL));
}

/* Entries of a list, the last one going on until size; returns how many. */
static int16_t read_list(const json_t *list, int16_t *out, size_t size)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < size; i++)
		out[i] = (int16_t)json_integer_value(
			json_array_get(list, i < n ? i : n - 1));
	return (int16_t)n;
}

static void read_criteria(struct ruleset *s, const json_t *o)
{
	const char *zero_at =
		json_string_value(at(o, "criteria", "travel", "zero_at"));
	int64_t minutes = RULES_ZERO_AT_LIMIT;

	if (zero_at && !str_eq(zero_at, "limit"))
		num_parse_int(zero_at, 1, 600, &minutes);
	s->zero_at_min = (int16_t)minutes;
	s->full_until_min =
		(int16_t)number(o, "criteria", "travel", "full_until_min");
	read_list(at(o, "criteria", "trade", "exact"), s->exact,
		  RULES_TRADE_RANKS);
	s->neighbour = (int16_t)number(o, "criteria", "trade", "neighbour");
	s->neighbour_from =
		(int16_t)number(o, "criteria", "trade", "neighbour_from");
	s->family = (int16_t)number(o, "criteria", "trade", "family");
	s->late_zero_days =
		(int16_t)number(o, "criteria", "start", "late_zero_days");
	s->wait_full_days =
		(int16_t)number(o, "criteria", "start", "wait_full_days");
	s->wait_zero_days =
		(int16_t)number(o, "criteria", "start", "wait_zero_days");
	s->n_fresh = read_list(at(o, "criteria", "freshness", "by_day"),
			       s->fresh, RULES_FRESH_DAYS);
	s->late_days = (int16_t)number(o, "gates", "START", "late_days");
	s->first_transport_min =
		(int16_t)number(o, "gates", "REACH", "first_transport");
}

static void read_age(struct age_row *r, const json_t *v)
{
	int32_t from = 0;

	date_parse_iso(js_str(v, "valid_from", ""), &from);
	r->valid_from = from;
	r->kind = (uint8_t)vocab_find(&vocab_contract, js_str(v, "kind", ""));
	r->min = (int16_t)js_int(v, "min", 0);
	r->max = (int16_t)js_int(v, "max", 99);
	r->sure_min = (int16_t)js_int(v, "sure_min", r->min);
	r->sure_max = (int16_t)js_int(v, "sure_max", r->max);
	r->rqth_max = (int16_t)js_int(v, "rqth_max", -1);
}

static int compare_ages(const void *a, const void *b)
{
	const struct age_row *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind - y->kind;
	return (x->valid_from > y->valid_from) -
	       (x->valid_from < y->valid_from);
}

static void complain(struct diags *d, const struct ynode *n, const char *text)
{
	diag_add(d, DIAG_ERROR, n ? n->file : "rules", n ? n->line : 0,
		 n ? n->col : 0, "%s", text);
}

static void read_ages(struct ruleset *s, const json_t *o,
		      const struct ynode *root, struct diags *d)
{
	const json_t *list = json_object_get(o, "ages");
	const struct ynode *n = root ? ynode_get(root, "ages") : NULL;

	s->n_ages = (int)json_array_size(list);
	for (int i = 0; i < s->n_ages; i++) {
		struct age_row *r = &s->ages[i];
		size_t at_n = (size_t)i;

		read_age(r, json_array_get(list, at_n));
		if (r->min > r->sure_min || r->sure_min > r->sure_max ||
		    r->sure_max > r->max)
			complain(d, n && at_n < n->n ? &n->kids[at_n] : n,
				 "ages go up: min, sure_min, sure_max, max");
		for (int k = 0; k < i; k++)
			if (compare_ages(&s->ages[k], r) == 0)
				complain(d,
					 n && at_n < n->n ? &n->kids[at_n] : n,
					 "a second row for the same kind and "
					 "valid_from");
	}
	qsort(s->ages, (size_t)s->n_ages, sizeof(s->ages[0]), compare_ages);
}

/* The best score any pair can have. */
static int best_score(const struct ruleset *s)
{
	int best[CRITERION_COUNT] = {
		[CRITERION_TRAVEL] = 1000, [CRITERION_START] = 1000};
	int64_t sum = 0;

	for (int i = 0; i < RULES_TRADE_RANKS; i++)
		if (s->exact[i] > best[CRITERION_TRADE])
			best[CRITERION_TRADE] = s->exact[i];
	for (int i = 0; i < s->n_fresh; i++)
		if (s->fresh[i] > best[CRITERION_FRESHNESS])
			best[CRITERION_FRESHNESS] = s->fresh[i];
	if (s->unknown_value[CRITERION_FRESHNESS] > best[CRITERION_FRESHNESS])
		best[CRITERION_FRESHNESS] =
			s->unknown_value[CRITERION_FRESHNESS];
	for (int i = 0; i < CRITERION_COUNT; i++)
		sum += (int64_t)s->weight[i] * best[i];
	return (int)num_div_round(sum, s->total_weight);
}

static void check_reach(const struct ruleset *s, const struct ynode *root,
			struct diags *d)
{
	const struct ynode *send = overlay_find(root, "thresholds.send");
	int best;

	if (!s->total_weight) {
		complain(d, overlay_find(root, "criteria"),
			 "every weight is 0: nothing would decide");
		return;
	}
	best = best_score(s);
	if (s->send > best)
		diag_add(d, DIAG_ERROR, send ? send->file : "rules",
			 send ? send->line : 0, send ? send->col : 0,
			 "thresholds.send can never be reached: the best "
			 "possible score is %d.%d",
			 best / 10, best % 10);
}

static void check_sense(const struct ruleset *s, const struct ynode *root,
			struct diags *d)
{
	if (s->check > s->send)
		complain(d, overlay_find(root, "thresholds.check"),
			 "thresholds.check is above thresholds.send");
	if (s->wait_zero_days && s->wait_zero_days <= s->wait_full_days)
		complain(d, overlay_find(root, "criteria.start.wait_zero_days"),
			 "criteria.start.wait_zero_days must be above "
			 "wait_full_days, or 0");
	if (s->neighbour_from < TRADES_NEAR_MIN)
		complain(d, overlay_find(root, "criteria.trade.neighbour_from"),
			 "criteria.trade.neighbour_from must be at least 0.2: "
			 "what is less near is not in the table");
	check_reach(s, root, d);
}

static void name_set(struct ruleset *s, const json_t *o)
{
	unsigned char hash[ID_BYTES];
	json_t *copy = json_deep_copy(o);
	json_t *row;
	size_t i;
	char *text;

	json_array_foreach(json_object_get(copy, "ages"), i, row)
		json_object_del(row, "source");
	text = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
	BUG_ON(!text || sodium_init() < 0);
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)text,
			   strlen(text), NULL, 0);
	sodium_bin2hex(s->id, sizeof(s->id), hash, sizeof(hash));
	s->json = copy;
	free(text);
}

static const struct ynode *read_texts(struct arena *a,
				      const struct rules_text *texts, size_t n,
				      struct diags *d)
{
	const struct ynode *root = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct ynode *t = ynode_parse_partly(
			a, texts[i].file, texts[i].text, texts[i].len, d);

		if (t)
			root = overlay(a, root, t);
	}
	return root;
}

struct rules *rules_compile(const struct rules_text *texts, size_t n,
			    struct diags *d)
{
	struct arena a;
	struct rules *r = mem_alloc(sizeof(*r));
	size_t before = d->n_errors;
	const struct ynode *root;
	json_t *o;

	arena_init(&a);
	r->sets = mem_array(1, sizeof(*r->sets));
	r->n_sets = 1;
	root = read_texts(&a, texts, n, d);
	o = schema_read(rules_schema, root, NULL, d);
	if (d->n_errors == before) {
		read_scores(r->sets, o);
		read_criteria(r->sets, o);
		read_ages(r->sets, o, root, d);
		check_sense(r->sets, root, d);
	}
	if (d->n_errors == before) {
		name_set(r->sets, o);
	} else {
		rules_free(r);
		r = NULL;
	}
	json_decref(o);
	arena_clear(&a);
	return r;
}

struct rules *rules_compile_json(const json_t *files, struct diags *d)
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
	return rules_compile(texts, n, d);
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_sets; i++)
		json_decref(r->sets[i].json);
	free(r->sets);
	free(r);
}

uint8_t rules_set_of(const struct rules *r, const char *agency)
{
	(void)r;
	(void)agency; /* overrides by agency are of a later issue */
	return 0;
}
