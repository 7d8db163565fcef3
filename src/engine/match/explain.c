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

/* Gates of the rules that no path judges yet. */
static bool is_judged(enum gate g)
{
	return g != GATE_MINOR_NIGHT && g != GATE_MINOR_WORK && g < GATE_LEVEL;
}

static bool is_shown(enum gate g, int with_private)
{
	return is_judged(g) && (g != GATE_NEED || with_private);
}

static bool has_words(const struct gate_result *g, int with_private)
{
	return !g->is_private || with_private;
}

const char *explain_gate(const struct refdata *rd, struct arena *a,
			 const struct gate_result *g)
{
	return words_make(rd, a, g->why, g->facts);
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
			out[n++] = explain_gate(rd, a, g);
	}
	if (v->has_unknown_exposures && n < max)
		out[n++] = neutral_check;
	return n;
}

/* --- JSON -------------------------------------------------------------------
 */
static void put_why(json_t *o, const struct refdata *rd, struct arena *a,
		    enum why why, const int32_t facts[3])
{
	json_t *list = json_array();

	for (int i = 0; i < 3; i++)
		json_array_append_new(list, json_integer(facts[i]));
	js_put_str(o, "why", words_code(why));
	json_object_set_new(o, "facts", list);
	js_put_str(o, "words", words_make(rd, a, why, facts));
}

static json_t *gates_json(const struct refdata *rd, struct arena *a,
			  const struct verdict *v, int with_private)
{
	json_t *list = json_array();

	for (int i = 0; i < GATE_COUNT; i++) {
		const struct gate_result *g = &v->gates[i];
		json_t *o;

		if (!is_shown((enum gate)i, with_private))
			continue;
		o = json_object();
		js_put_str(o, "gate", vocab_code(&vocab_gate, i));
		js_put_str(o, "state",
			   vocab_code(&vocab_gate_state, (int)g->state));
		if (has_words(g, with_private) && g->why != WHY_NOTHING)
			put_why(o, rd, a, g->why, g->facts);
		if (with_private && g->is_private)
			json_object_set_new(o, "private", json_true());
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *criteria_json(const struct refdata *rd, struct arena *a,
			     const struct verdict *v)
{
	static const char *const states[] = {[CRITERION_KNOWN] = "known",
					     [CRITERION_UNKNOWN] = "unknown",
					     [CRITERION_NOT_APPLICABLE] =
						     "not_applicable"};
	json_t *list = json_array();

	for (int i = 0; i < CRITERION_COUNT; i++) {
		const struct criterion_result *c = &v->criteria[i];
		json_t *o = json_object();

		js_put_str(o, "criterion", vocab_code(&vocab_criterion, i));
		js_put_str(o, "state", states[c->state]);
		json_object_set_new(o, "value", json_integer(c->value));
		json_object_set_new(o, "weight", json_integer(c->weight));
		json_object_set_new(o, "points", json_integer(c->points));
		json_object_set_new(o, "points_max",
				    json_integer(c->points_max));
		if (c->why != WHY_NOTHING)
			put_why(o, rd, a, c->why, c->facts);
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

static const char *rules_id(const struct match_env *env,
			    const struct verdict *v)
{
	return env->rules->sets[v->set < env->rules->n_sets ? v->set : 0].id;
}

json_t *explain_json(const struct match_env *env, const struct refdata *rd,
		     const struct verdict *v, int with_private)
{
	json_t *o = json_object();
	struct arena a;
	char on[11];

	arena_init(&a);
	date_format(v->on, on);
	js_put_str(o, "decision",
		   vocab_code(&vocab_decision, (int)v->decision));
	json_object_set_new(o, "score", json_integer(v->score));
	js_put_str(o, "rules", rules_id(env, v));
	js_put_str(o, "on", on);
	json_object_set_new(o, "gates", gates_json(rd, &a, v, with_private));
	json_object_set_new(o, "criteria", criteria_json(rd, &a, v));
	json_object_set_new(o, "missing", missing_json(v, with_private));
	json_object_set_new(o, "to_check", checks_json(rd, &a, v));
	arena_clear(&a);
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
	return arena_printf(a, "%d,%d", v / 10, v % 10);
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
		const char *words = has_words(g, with_private)
					    ? explain_gate(rd, a, g)
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
		add_line(out, a, vocab_label(&vocab_criterion, i),
			 arena_printf(a, "%s / %s", tenths(a, c->points),
				      tenths(a, c->points_max)),
			 words);
	}
}

void explain_text(const struct match_env *env, const struct refdata *rd,
		  const struct verdict *v, int with_private, struct buf *out)
{
	const char *checks[EXPLAIN_CHECKS];
	struct arena a;
	char on[11];
	size_t n;

	arena_init(&a);
	date_format_dmy(v->on, on);
	buf_printf(out, "Décision : %s (%s sur 100), le %s, règles %.12s\n",
		   vocab_label(&vocab_decision, (int)v->decision),
		   tenths(&a, v->score), on, rules_id(env, v));
	add_gates(out, rd, &a, v, with_private);
	add_criteria(out, rd, &a, v);
	n = explain_checks(rd, &a, v, checks, EXPLAIN_CHECKS);
	if (n)
		buf_adds(out, "\nÀ vérifier\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "  %s\n", checks[i]);
	arena_clear(&a);
}
