/* SPDX-License-Identifier: EUPL-1.2 */
/* A verdict in words and in JSON. The only place that decides what is shown of
 * private results: the gate NEED is absent from every public form, of people
 * with needs and of people without, and a private AGE shows its state alone.
 * Nothing here judges; it reads what match_evaluate() wrote. */
#include "words.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

/* The same for every young person: who reads it learns nothing of them. */
static const char neutral_check[] = "conditions de travail";

static bool is_shown(enum gate g, int with_private)
{
	return g != GATE_NEED || with_private;
}

static bool has_words(const struct gate_result *g, int with_private)
{
	return !g->is_private || with_private;
}

/* A row of the law's table may have words of its own. */
const char *explain_gate(const struct refdata *rd, struct arena *a,
			 const struct verdict *v, enum gate gate)
{
	const struct gate_result *g = &v->gates[gate];
	bool has_row = g->why == WHY_MINOR_WORK_ASK ||
		       g->why == WHY_MINOR_WORK_FORBIDDEN;
	const char *own = has_row ? v->rules->works[g->facts[1]].reason : NULL;

	return own ? own : words_make(rd, a, g->why, g->facts);
}

const char *explain_criterion(const struct refdata *rd, struct arena *a,
			      const struct criterion_result *c)
{
	return words_make(rd, a, c->why, c->facts);
}

const char *explain_travel(struct arena *a, const struct verdict *v)
{
	const struct criterion_result *c = &v->criteria[CRITERION_TRAVEL];

	return c->state == CRITERION_KNOWN ? explain_criterion(NULL, a, c)
					   : NULL;
}

/* --- for messages ----------------------------------------------------------
 */
/* Worth saying: half of its value or more, something to say, and no line of
 * its own in a message. How the trade fits is always said: it is the first
 * question of whoever reads the offer. */
static bool is_reason(const struct verdict *v, enum criterion i)
{
	const struct criterion_result *c = &v->criteria[i];

	return i != CRITERION_TRAVEL && i != CRITERION_START &&
	       i != CRITERION_HOURS &&
	       (c->value >= 500 || i == CRITERION_TRADE) && c->points > 0 &&
	       c->why != WHY_NOTHING;
}

size_t explain_reasons(const struct refdata *rd, struct arena *a,
		       const struct verdict *v, const char **out, size_t max)
{
	bool is_said[CRITERION_COUNT] = {false};
	size_t n = 0;

	while (n < max) {
		int best = -1;

		for (int i = 0; i < CRITERION_COUNT; i++)
			if (!is_said[i] && is_reason(v, (enum criterion)i) &&
			    (best < 0 ||
			     v->criteria[i].points > v->criteria[best].points))
				best = i;
		if (best < 0)
			break;
		is_said[best] = true;
		out[n++] = explain_criterion(rd, a, &v->criteria[best]);
	}
	return n;
}

static const char *symbol_words(const struct symbol *s)
{
	return s->reason ? s->reason : s->code;
}

size_t explain_checks(const struct refdata *rd, struct arena *a,
		      const struct verdict *v, const char **out, size_t max)
{
	size_t n = 0;

	for (int i = 0; i < GATE_COUNT && n < max; i++) {
		const struct gate_result *g = &v->gates[i];
		bool is_open = g->state == GATE_ASK ||
			       g->why == WHY_START_UNKNOWN ||
			       g->why == WHY_BIRTH_UNKNOWN;

		if (is_open && !g->is_private && g->why != WHY_NOTHING)
			out[n++] = explain_gate(rd, a, v, (enum gate)i);
	}
	for (int i = 0; i < v->rules->n_symbols && n < max; i++)
		if (v->symbols[i].state == SYMBOL_HIT &&
		    v->rules->symbols[i].effect == RULES_CHECK)
			out[n++] = symbol_words(&v->rules->symbols[i]);
	if (v->has_unknown_exposures && n < max)
		out[n++] = neutral_check;
	return n;
}

/* --- JSON -------------------------------------------------------------------
 */
static void put_why(json_t *o, enum why why, const int32_t facts[3],
		    const char *words)
{
	json_t *list = json_array();

	for (int i = 0; i < 3; i++)
		json_array_append_new(list, json_integer(facts[i]));
	js_put_str(o, "why", words_code(why));
	json_object_set_new(o, "facts", list);
	js_put_str(o, "words", words);
}

/* Of what is kept, only what the rules of its id do not say of every pair. */
enum telling { TELL_PUBLIC = 0, TELL_PRIVATE = 1, TELL_FROZEN };

static bool has_why(const struct gate_result *g, int with_private)
{
	return has_words(g, with_private) && g->why != WHY_NOTHING;
}

static bool is_plain_pass(const struct gate_result *g)
{
	return g->state == GATE_PASS && !has_why(g, EXPLAIN_PUBLIC);
}

static json_t *gates_json(const struct refdata *rd, struct arena *a,
			  const struct verdict *v, enum telling how)
{
	int with_private = how == TELL_PRIVATE;
	json_t *list = json_array();

	for (int i = 0; i < GATE_COUNT; i++) {
		const struct gate_result *g = &v->gates[i];
		json_t *o;

		if (!is_shown((enum gate)i, with_private) ||
		    (how == TELL_FROZEN && is_plain_pass(g)))
			continue;
		o = json_object();
		js_put_str(o, "gate", vocab_code(&vocab_gate, i));
		js_put_str(o, "state",
			   vocab_code(&vocab_gate_state, (int)g->state));
		if (has_why(g, with_private))
			put_why(o, g->why, g->facts,
				explain_gate(rd, a, v, (enum gate)i));
		if (with_private && g->is_private)
			json_object_set_new(o, "private", json_true());
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *criteria_json(const struct refdata *rd, struct arena *a,
			     const struct verdict *v, enum telling how)
{
	static const char *const states[] = {[CRITERION_KNOWN] = "known",
					     [CRITERION_UNKNOWN] = "unknown",
					     [CRITERION_NOT_APPLICABLE] =
						     "not_applicable"};
	json_t *list = json_array();

	for (int i = 0; i < CRITERION_COUNT; i++) {
		const struct criterion_result *c = &v->criteria[i];
		json_t *o;

		if (how == TELL_FROZEN && c->state == CRITERION_NOT_APPLICABLE)
			continue;
		o = json_object();
		js_put_str(o, "criterion", vocab_code(&vocab_criterion, i));
		js_put_str(o, "state", states[c->state]);
		json_object_set_new(o, "value", json_integer(c->value));
		json_object_set_new(o, "weight", json_integer(c->weight));
		json_object_set_new(o, "points", json_integer(c->points));
		json_object_set_new(o, "points_max",
				    json_integer(c->points_max));
		if (c->why != WHY_NOTHING)
			put_why(o, c->why, c->facts,
				explain_criterion(rd, a, c));
		json_array_append_new(list, o);
	}
	return list;
}

static bool is_group_shown(const struct verdict *v, int group, int with_private)
{
	return with_private || group < 0 || !v->rules->groups[group].is_private;
}

static bool is_symbol_shown(const struct verdict *v, int i, int with_private)
{
	const struct symbol *s = &v->rules->symbols[i];

	return with_private ||
	       (!s->is_private && is_group_shown(v, s->group, with_private));
}

static json_t *groups_json(const struct verdict *v, enum telling how)
{
	json_t *list = json_array();

	for (int i = 0; i < v->rules->n_groups; i++) {
		const struct rule_group *g = &v->rules->groups[i];
		json_t *o;

		if (!is_group_shown(v, i, how == TELL_PRIVATE) ||
		    (how == TELL_FROZEN && !v->groups[i]))
			continue;
		o = json_object();
		js_put_str(o, "group", g->name);
		json_object_set_new(o, "points", json_integer(v->groups[i]));
		json_object_set_new(o, "max", json_integer(g->max));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *symbols_json(const struct verdict *v, enum telling how)
{
	int with_private = how == TELL_PRIVATE;
	json_t *list = json_array();

	for (int i = 0; i < v->rules->n_symbols; i++) {
		const struct symbol *s = &v->rules->symbols[i];
		const struct symbol_result *r = &v->symbols[i];
		json_t *o;

		if (!is_symbol_shown(v, i, with_private) ||
		    (how == TELL_FROZEN && r->state != SYMBOL_HIT))
			continue;
		o = json_object();
		js_put_str(o, "symbol", s->code);
		js_put_str(o, "state",
			   vocab_code(&vocab_symbol_state, r->state));
		json_object_set_new(o, "points", json_integer(r->points));
		if (s->group >= 0)
			js_put_str(o, "group", v->rules->groups[s->group].name);
		if (s->reason)
			js_put_str(o, "words", s->reason);
		if (s->is_private)
			json_object_set_new(o, "private", json_true());
		json_array_append_new(list, o);
	}
	return list;
}

/* Codes of what was not said, in the order of the tables. */
static json_t *missing_json(const struct verdict *v, int with_private)
{
	json_t *list = json_array();

	for (int i = 0; i < GATE_COUNT; i++)
		if (v->gates[i].state == GATE_UNKNOWN &&
		    is_shown((enum gate)i, with_private))
			json_array_append_new(
				list, json_string(vocab_code(&vocab_gate, i)));
	for (int i = 0; i < CRITERION_COUNT; i++)
		if (v->criteria[i].state == CRITERION_UNKNOWN)
			json_array_append_new(
				list,
				json_string(vocab_code(&vocab_criterion, i)));
	return list;
}

static json_t *checks_json(const struct refdata *rd, struct arena *a,
			   const struct verdict *v)
{
	const char *checks[EXPLAIN_CHECKS];
	size_t n = explain_checks(rd, a, v, checks, EXPLAIN_CHECKS);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(checks[i]));
	return list;
}

/* What is public stands on public points. */
static int score_of(const struct verdict *v, int with_private)
{
	return with_private ? v->score : v->public_score;
}

static json_t *verdict_json(const struct refdata *rd, const struct verdict *v,
			    enum telling how)
{
	json_t *o = json_object();
	struct arena a;
	char on[11];

	arena_init(&a);
	date_format(v->on, on);
	js_put_str(o, "decision",
		   vocab_code(&vocab_decision, (int)v->decision));
	json_object_set_new(o, "score",
			    json_integer(score_of(v, how == TELL_PRIVATE)));
	json_object_set_new(o, "base", json_integer(v->base));
	js_put_str(o, "rules", v->rules->id);
	js_put_str(o, "on", on);
	json_object_set_new(o, "gates", gates_json(rd, &a, v, how));
	json_object_set_new(o, "criteria", criteria_json(rd, &a, v, how));
	json_object_set_new(o, "groups", groups_json(v, how));
	json_object_set_new(o, "symbols", symbols_json(v, how));
	json_object_set_new(o, "missing", missing_json(v, how == TELL_PRIVATE));
	json_object_set_new(o, "to_check", checks_json(rd, &a, v));
	arena_clear(&a);
	return o;
}

json_t *explain_json(const struct refdata *rd, const struct verdict *v,
		     int with_private)
{
	return verdict_json(rd, v, with_private ? TELL_PRIVATE : TELL_PUBLIC);
}

json_t *explain_frozen(const struct refdata *rd, const struct verdict *v)
{
	json_t *o = verdict_json(rd, v, TELL_FROZEN);
	json_t *passed = json_array(), *unknown = json_array();

	for (int i = 0; i < GATE_COUNT; i++)
		if (is_shown((enum gate)i, EXPLAIN_PUBLIC) &&
		    is_plain_pass(&v->gates[i]))
			json_array_append_new(passed, json_string(vocab_code(
							      &vocab_gate, i)));
	for (int i = 0; i < v->rules->n_symbols; i++)
		if (is_symbol_shown(v, i, EXPLAIN_PUBLIC) &&
		    v->symbols[i].state == SYMBOL_UNKNOWN)
			json_array_append_new(
				unknown,
				json_string(v->rules->symbols[i].code));
	json_object_set_new(o, "passed", passed);
	json_object_set_new(o, "unknown", unknown);
	return o;
}

/* --- text --------------------------------------------------------------------
 */
static void add_cell(struct buf *out, const char *text, size_t width)
{
	size_t n = utf8_count(text);

	buf_adds(out, text);
	for (; n < width; n++)
		buf_addc(out, ' ');
}

/* 714 as "71,4". */
static const char *tenths(struct arena *a, int v)
{
	int size = v < 0 ? -v : v;

	return arena_printf(a, "%s%d,%d", v < 0 ? "-" : "", size / 10,
			    size % 10);
}

static void add_line(struct buf *out, struct arena *a, const char *label,
		     const char *cell, const char *words)
{
	add_cell(out, arena_printf(a, "  %s", label), 20);
	if (words) {
		add_cell(out, cell, 14);
		buf_adds(out, words);
	} else {
		buf_adds(out, cell);
	}
	buf_addc(out, '\n');
}

static void add_gates(struct buf *out, const struct refdata *rd,
		      struct arena *a, const struct verdict *v,
		      int with_private)
{
	buf_adds(out, "\nConditions\n");
	for (int i = 0; i < GATE_COUNT; i++) {
		const struct gate_result *g = &v->gates[i];
		const char *words =
			has_words(g, with_private)
				? explain_gate(rd, a, v, (enum gate)i)
				: NULL;

		if (is_shown((enum gate)i, with_private))
			add_line(out, a, vocab_label(&vocab_gate, i),
				 vocab_label(&vocab_gate_state, (int)g->state),
				 words);
	}
}

static void add_criteria(struct buf *out, const struct refdata *rd,
			 struct arena *a, const struct verdict *v)
{
	buf_adds(out, "\nPoints\n");
	for (int i = 0; i < CRITERION_COUNT; i++) {
		const struct criterion_result *c = &v->criteria[i];
		const char *words = explain_criterion(rd, a, c);

		if (c->state == CRITERION_NOT_APPLICABLE)
			continue;
		if (c->state == CRITERION_UNKNOWN && c->why == WHY_NOTHING)
			words = "non précisé";
		if (c->state == CRITERION_NOT_APPLICABLE)
			continue;
		add_line(out, a, vocab_label(&vocab_criterion, i),
			 arena_printf(a, "%s / %s", tenths(a, c->points),
				      tenths(a, c->points_max)),
			 words);
	}
}

/* Every symbol: points when it hit, else why not; under each group what its
 * points came to. */
static void add_symbols(struct buf *out, struct arena *a,
			const struct verdict *v, int group, int with_private)
{
	for (int i = 0; i < v->rules->n_symbols; i++) {
		const struct symbol *s = &v->rules->symbols[i];
		const struct symbol_result *r = &v->symbols[i];
		const char *cell =
			r->state == SYMBOL_HIT
				? tenths(a, r->points)
				: vocab_label(&vocab_symbol_state, r->state);

		if (s->group != group || !is_symbol_shown(v, i, with_private))
			continue;
		add_cell(out, arena_printf(a, "    %s", s->code), 32);
		add_cell(out, cell, 14);
		buf_adds(out, s->reason ? s->reason : "");
		while (out->len && out->data[out->len - 1] == ' ')
			out->data[--out->len] = '\0';
		buf_addc(out, '\n');
	}
}

static void add_groups(struct buf *out, struct arena *a,
		       const struct verdict *v, int with_private)
{
	buf_adds(out, "\nAjustements\n");
	for (int g = 0; g < v->rules->n_groups; g++) {
		const struct rule_group *group = &v->rules->groups[g];

		if (!is_group_shown(v, g, with_private))
			continue;
		buf_printf(out, "  %s : %s (au plus %s)\n", group->name,
			   tenths(a, v->groups[g]), tenths(a, group->max));
		add_symbols(out, a, v, g, with_private);
	}
	add_symbols(out, a, v, -1, with_private);
}

void explain_text(const struct refdata *rd, const struct verdict *v,
		  int with_private, struct buf *out)
{
	const char *checks[EXPLAIN_CHECKS];
	struct arena a;
	char on[11];
	size_t n;

	arena_init(&a);
	date_format_dmy(v->on, on);
	buf_printf(out, "Décision : %s (%s sur 100), le %s, règles %.12s\n",
		   vocab_label(&vocab_decision, (int)v->decision),
		   tenths(&a, score_of(v, with_private)), on, v->rules->id);
	add_gates(out, rd, &a, v, with_private);
	add_criteria(out, rd, &a, v);
	if (v->rules->n_symbols)
		add_groups(out, &a, v, with_private);
	n = explain_checks(rd, &a, v, checks, EXPLAIN_CHECKS);
	if (n)
		buf_adds(out, "\nÀ vérifier\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "  %s\n", checks[i]);
	arena_clear(&a);
}
