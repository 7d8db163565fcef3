/* SPDX-License-Identifier: EUPL-1.2 */
/* What a case expects against what came: see cases.h. A code "speaks" when its
 * symbol hit, its gate asks or fails, or its criterion brought points. */
#include "cases.h"

#include <etrier/diag.h>
#include <etrier/match.h>
#include <etrier/num.h>
#include <etrier/rules.h>
#include <etrier/str.h>

#include <string.h>

struct look {
	const struct rules *rules;
	const struct verdict *v;
	const char *message;
	struct arena *a;
	case_wrong_fn *wrong;
	void *ctx;
	struct diags *d;
};

static const char *score_text(struct arena *a, int score)
{
	return score % 10 ? arena_printf(a, "%d.%d", score / 10, score % 10)
			  : arena_printf(a, "%d", score / 10);
}

/* --- score --------------------------------------------------------------- */

struct range {
	int64_t from, to; /* 0..1000 */
};

static int tenths(const char *text, int64_t *out)
{
	return num_parse_decimal(text, 1, 0, 1000, out);
}

static int parse_range(struct arena *a, const char *text, struct range *out)
{
	const char *dots = strstr(text, "..");
	int64_t v;
	*out = (struct range){0, 1000};
	if (dots)
		return tenths(arena_dup_n(a, text, (size_t)(dots - text)),
			      &out->from) ||
		       tenths(dots + 2, &out->to);
	size_t n = strspn(text, "<>=");
	if (tenths(text + n, &v))
		return -1;
	if (n == 0 || (n == 1 && *text == '='))
		*out = (struct range){v, v};
	else if (n == 2 && !strncmp(text, ">=", 2))
		out->from = v;
	else if (n == 2 && !strncmp(text, "<=", 2))
		out->to = v;
	else if (n == 1 && *text == '>')
		out->from = v + 1;
	else if (n == 1 && *text == '<')
		out->to = v - 1;
	else
		return -1;
	return 0;
}

static void look_at_score(struct look *k, const struct ynode *n)
{
	struct range r;
	if (n->kind != YNODE_SCALAR || parse_range(k->a, n->text, &r)) {
		diag_add(k->d, DIAG_ERROR, n->file, n->line, n->col,
			 "a score is 0 to 100: 72.5, \">=60\", \"<45\" or "
			 "50..60");
		return;
	}
	if (k->v->score < r.from || k->v->score > r.to)
		k->wrong(k->ctx, n, "score", n->text,
			 score_text(k->a, k->v->score));
}

/* --- codes --------------------------------------------------------------- */

static bool gate_speaks(const struct verdict *v, int gate)
{
	return v->gates[gate].state == GATE_FAIL ||
	       v->gates[gate].state == GATE_ASK;
}

static bool criterion_speaks(const struct verdict *v, int i)
{
	return v->criteria[i].state == CRITERION_KNOWN &&
	       v->criteria[i].points > 0;
}

static bool is_symbol_of_any(const struct rules *r, const char *code)
{
	for (size_t i = 0; i < r->n_sets; i++)
		for (int j = 0; j < r->sets[i].n_symbols; j++)
			if (str_eq(r->sets[i].symbols[j].code, code))
				return true;
	return false;
}

static bool symbol_hit(const struct verdict *v, const char *code)
{
	for (int j = 0; j < v->rules->n_symbols; j++)
		if (str_eq(v->rules->symbols[j].code, code))
			return v->symbols[j].state == SYMBOL_HIT;
	return false;
}

/* 1, 0, or -1: nothing is called so. */
static int speaks(const struct look *k, const char *code)
{
	int i = vocab_find(&vocab_gate, code);
	if (i != VOCAB_NONE)
		return gate_speaks(k->v, i);
	i = vocab_find(&vocab_criterion, code);
	if (i != VOCAB_NONE)
		return criterion_speaks(k->v, i);
	if (is_symbol_of_any(k->rules, code))
		return symbol_hit(k->v, code);
	return -1;
}

/* Everything that speaks but criteria, which nearly always do. */
static const char *all_that_speak(const struct look *k)
{
	const char *text = "";
	for (int i = 0; i < GATE_COUNT; i++)
		if (gate_speaks(k->v, i))
			text = arena_printf(k->a, "%s%s%s", text,
					    *text ? ", " : "",
					    vocab_code(&vocab_gate, i));
	for (int j = 0; j < k->v->rules->n_symbols; j++)
		if (k->v->symbols[j].state == SYMBOL_HIT)
			text = arena_printf(k->a, "%s%s%s", text,
					    *text ? ", " : "",
					    k->v->rules->symbols[j].code);
	return *text ? text : "none";
}

static void unknown_code(struct look *k, const struct ynode *n)
{
	enum { NAMES_MAX = GATE_COUNT + RULES_SYMBOLS_MAX };
	const char *names[NAMES_MAX + 1] = {NULL};
	const struct ruleset *s = k->v->rules;
	size_t m = 0;
	for (int i = 0; i < GATE_COUNT; i++)
		names[m++] = vocab_code(&vocab_gate, i);
	for (int j = 0; j < s->n_symbols; j++)
		names[m++] = s->symbols[j].code;
	const char *near = str_nearest(n->text, names);
	diag_add(k->d, DIAG_ERROR, n->file, n->line, n->col,
		 "no gate, criterion or symbol \"%.40s\"%s%s%s", n->text,
		 near ? " (did you mean \"" : "", near ? near : "",
		 near ? "\"?)" : "");
}

static void look_at_code(struct look *k, const struct ynode *n, bool must)
{
	int does = speaks(k, n->text);
	if (does < 0)
		unknown_code(k, n);
	else if (does != must)
		k->wrong(k->ctx, n, must ? "symbols" : "not_symbols", n->text,
			 all_that_speak(k));
}

static void look_at_gates(struct look *k, const struct ynode *n)
{
	for (size_t i = 0; n->kind == YNODE_MAP && i < n->n; i++) {
		const struct ynode *v = &n->kids[i];
		int gate = vocab_find(&vocab_gate, n->keys[i].text);
		int want = v->kind == YNODE_SCALAR
				   ? vocab_find(&vocab_gate_state, v->text)
				   : VOCAB_NONE;
		if (gate == VOCAB_NONE || want == VOCAB_NONE) {
			diag_add(k->d, DIAG_ERROR, v->file, v->line, v->col,
				 "gates is a map of gates to pass, unknown, "
				 "check or fail");
			continue;
		}
		if ((int)k->v->gates[gate].state != want)
			k->wrong(k->ctx, v, n->keys[i].text, v->text,
				 vocab_code(&vocab_gate_state,
					    (int)k->v->gates[gate].state));
	}
}

/* --- words --------------------------------------------------------------- */

static void look_at_words(struct look *k, const struct ynode *n, bool must)
{
	if ((strstr(k->message, n->text) != NULL) != must)
		k->wrong(k->ctx, n,
			 must ? "message_contains" : "message_not_contains",
			 n->text, k->message);
}

/* --- all ----------------------------------------------------------------- */

typedef void look_fn(struct look *k, const struct ynode *n, bool must);

static void look_at_list(struct look *k, const struct ynode *n, look_fn *fn,
			 bool must)
{
	if (n->kind == YNODE_SCALAR)
		fn(k, n, must);
	for (size_t i = 0; n->kind == YNODE_LIST && i < n->n; i++) {
		if (n->kids[i].kind == YNODE_SCALAR)
			fn(k, &n->kids[i], must);
		else
			diag_add(k->d, DIAG_ERROR, n->file, n->kids[i].line,
				 n->kids[i].col, "expected a word");
	}
}

void case_expect(const struct rule_case *c, const struct rules *rules,
		 const struct verdict *v, const char *message, struct arena *a,
		 case_wrong_fn *wrong, void *ctx, struct diags *d)
{
	struct look k = {rules, v, message, a, wrong, ctx, d};
	const struct ynode *n;
	if (!c->expect)
		return;
	const char *got = vocab_code(&vocab_decision, (int)v->decision);
	if ((n = ynode_get(c->expect, "decision")) && !str_eq(n->text, got))
		wrong(ctx, n, "decision", n->text, got);
	if ((n = ynode_get(c->expect, "score")))
		look_at_score(&k, n);
	if ((n = ynode_get(c->expect, "gates")))
		look_at_gates(&k, n);
	if ((n = ynode_get(c->expect, "symbols"))) {
		const char *all = all_that_speak(&k);
		/* An empty list: nothing may speak. */
		if (n->kind == YNODE_LIST && !n->n && !str_eq(all, "none"))
			wrong(ctx, n, "symbols", "none", all);
		look_at_list(&k, n, look_at_code, true);
	}
	if ((n = ynode_get(c->expect, "not_symbols")))
		look_at_list(&k, n, look_at_code, false);
	if ((n = ynode_get(c->expect, "message_contains")))
		look_at_list(&k, n, look_at_words, true);
	if ((n = ynode_get(c->expect, "message_not_contains")))
		look_at_list(&k, n, look_at_words, false);
}

bool case_is_before(const struct verdict *better, const struct verdict *worse)
{
	if (better->decision != worse->decision)
		return better->decision > worse->decision;
	return better->score > worse->score;
}
