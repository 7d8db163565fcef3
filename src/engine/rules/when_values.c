/* SPDX-License-Identifier: EUPL-1.2 */
/* One field and what is asked of it, into atoms:
 *
 *   present, absent           known at all; never unknown
 *   a value, a range, a list  any of them
 *   {not: ...}                none of them
 *   {matches: [...]}          words of a text
 *
 * Values become numbers here, so that nothing but integers and folded words is
 * compared later. A need is only ever asked for, never its absence. */
#include "when_values.h"

#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>

static struct when_node *read_condition(struct when_reader *r,
					const struct when_field *f,
					const struct ynode *n, bool is_inside);

const char *values_shown(struct values *v, const char *text)
{
	size_t n = utf8_cut(text, 60);

	return arena_printf(v->r->arena, "\"%.*s%s\"", (int)n, text,
			    text[n] ? "…" : "");
}

void values_refuse(struct values *v, const struct ynode *n, const char *near,
		   const char *allowed)
{
	v->is_bad = true;
	when_error(v->r, n, "%s cannot be %s%s; %s", v->f->name,
		   values_shown(v, n->text), when_hint(v->r, near), allowed);
}

/* --- from values to atoms ---------------------------------------------------
 */
static void add_value(struct values *v, const struct ynode *n)
{
	if (n->kind != YNODE_SCALAR) {
		v->is_bad = true;
		if (n->kind != YNODE_REFUSED)
			when_error(v->r, n,
				   "%s: a list holds single values and ranges",
				   v->f->name);
		return;
	}
	if (ynode_is_null(n) || str_eq(n->text, "present") ||
	    str_eq(n->text, "absent")) {
		values_refuse(v, n, NULL,
			      "present and absent stand alone, without list or "
			      "not");
		return;
	}
	switch (v->f->type) {
	case WHEN_ENUM:
	case WHEN_BITS:
		values_code(v, n, v->f->vocab);
		break;
	case WHEN_TRI:
		values_tri(v, n);
		break;
	case WHEN_TRADES:
		values_trade(v, n);
		break;
	case WHEN_PLACES:
		values_commune(v, n);
		break;
	case WHEN_DEPT:
		values_dept(v, n);
		break;
	case WHEN_CODE:
	case WHEN_PREFIX:
	case WHEN_NAME:
		values_word(v, n);
		break;
	case WHEN_TEXT:
		values_refuse(
			v, n, NULL,
			"a text takes {matches: [words]}, present or absent");
		break;
	case WHEN_KEY:
		values_refuse(v, n, NULL, "allowed: present absent");
		break;
	default:
		values_number(v, n);
	}
}

static struct when_node *atom(struct when_reader *r, const struct when_field *f,
			      const struct ynode *at, enum when_test test)
{
	struct when_node *n = when_new(r, WHEN_ATOM, at);

	n->pools = 1u << f->pool;
	n->is_private = f->is_private;
	n->atom = (struct when_atom){
		.pool = f->pool,
		.id = f->id,
		.sub = f->sub,
		.test = (uint8_t)test,
		.is_private = f->is_private,
		.is_several = f->type == WHEN_BITS,
	};
	return n;
}

static void name_atom(struct when_reader *r, struct when_node *n,
		      const struct when_field *f, const char *values)
{
	n->text = arena_printf(r->arena, "%s: %s", f->name, values);
	n->atom.text = n->text;
}

static struct when_node *range_atoms(struct values *v, const struct ynode *at)
{
	struct when_node *any = when_new(v->r, WHEN_ANY, at);

	for (size_t i = 0; i < v->n_ranges; i++) {
		struct when_node *n =
			atom(v->r, v->f, at,
			     v->ranges[i].is_clock ? TEST_CLOCK : TEST_RANGE);

		n->atom.lo = v->ranges[i].lo;
		n->atom.hi = v->ranges[i].hi;
		name_atom(v->r, n, v->f, values_range_text(v, i));
		when_add(v->r, any, n);
	}
	if (any->n == 1)
		return any->kids[0];
	when_finish(v->r, any);
	return any;
}

static const char *mask_text(const struct values *v)
{
	const struct vocab *vocab =
		v->f->type == WHEN_TRI ? &vocab_tri : v->f->vocab;
	const char *out = "";

	for (int i = 0; i < vocab->n; i++)
		if (v->mask >> i & 1)
			out = arena_printf(v->r->arena, "%s%s%s", out,
					   *out ? ", " : "", vocab->codes[i]);
	if (v->mask & WHEN_UNKNOWN_BIT)
		out = arena_printf(v->r->arena, "%s%sunknown", out,
				   *out ? ", " : "");
	return out;
}

static const char *words_text(const struct values *v)
{
	const char *quote =
		v->f->type == WHEN_NAME || v->f->type == WHEN_TEXT ? "\"" : "";
	const char *out = "";

	for (size_t i = 0; i < v->n_words; i++)
		out = arena_printf(v->r->arena, "%s%s%s%s%s", out,
				   i ? ", " : "", quote, v->words[i], quote);
	return out;
}

static enum when_test test_of(const struct values *v)
{
	switch (v->f->type) {
	case WHEN_TRADES:
		return TEST_TRADES;
	case WHEN_PLACES:
		return TEST_PLACES;
	case WHEN_DEPT:
		return v->f->pool == COND_PERSON ? TEST_PLACES : TEST_EQUAL;
	case WHEN_CODE:
	case WHEN_NAME:
		return TEST_EQUAL;
	case WHEN_PREFIX:
		return TEST_START;
	default:
		return TEST_MASK;
	}
}

static struct when_node *to_node(struct values *v, const struct ynode *at,
				 enum when_test test)
{
	struct when_node *n;
	const char **words;

	if (v->n_ranges)
		return range_atoms(v, at);
	n = atom(v->r, v->f, at, test);
	if (test == TEST_MASK) {
		n->atom.mask = v->mask;
		name_atom(v->r, n, v->f, mask_text(v));
		return n;
	}
	words = arena_array(v->r->arena, v->n_words, sizeof(*words));
	memcpy(words, v->words, v->n_words * sizeof(*words));
	n->atom.words = words;
	n->atom.n_words = v->n_words;
	n->atom.trades = v->trades;
	n->atom.places = v->places;
	name_atom(v->r, n, v->f,
		  arena_printf(v->r->arena, "%s%s",
			       test == TEST_WORDS ? "matches " : "",
			       words_text(v)));
	return n;
}

/* --- what may not be asked --------------------------------------------------
 */
#define NEVER_COSTS "a need helps or warns; it never costs"

static bool asks_for_absence(const struct when_node *n)
{
	const struct when_atom *a = &n->atom;

	if (n->op != WHEN_ATOM || !a->is_private)
		return false;
	if (a->test == TEST_ABSENT)
		return true;
	if (a->test == TEST_RANGE)
		return a->lo < 1;
	return a->test == TEST_MASK && a->pool == COND_PERSON &&
	       a->id == YOUTH_RQTH && a->mask != (uint64_t)1 << TRI_YES;
}

static struct when_node *refuse_absence(struct when_reader *r,
					const struct when_field *f,
					struct when_node *n)
{
	bool is_asked = n && n->op == WHEN_NOT && n->is_private;

	if (n && n->op == WHEN_ATOM)
		is_asked |= asks_for_absence(n);
	for (size_t i = 0; n && n->op == WHEN_ANY && i < n->n; i++)
		is_asked |= asks_for_absence(n->kids[i]);
	if (!is_asked)
		return n;
	when_error(r, n->at,
		   "%s: nobody may be chosen for having none (" NEVER_COSTS
		   "); ask for what is there",
		   f->name);
	return NULL;
}

/* --- one condition ------------------------------------------------------- */
static struct when_node *read_presence(struct when_reader *r,
				       const struct when_field *f,
				       const struct ynode *n)
{
	bool is_present = str_eq(n->text, "present");
	struct when_node *out =
		atom(r, f, n, is_present ? TEST_PRESENT : TEST_ABSENT);

	name_atom(r, out, f, n->text);
	return out;
}

static struct when_node *read_matches(struct when_reader *r,
				      const struct when_field *f,
				      const struct ynode *n)
{
	struct values v = {.r = r, .f = f};

	if (f->type != WHEN_TEXT && f->type != WHEN_NAME) {
		when_error(r, n, "%s is no text: matches says nothing there",
			   f->name);
		return NULL;
	}
	if (n->kind == YNODE_LIST)
		for (size_t i = 0; i < n->n; i++)
			values_phrase(&v, &n->kids[i]);
	else
		values_phrase(&v, n);
	if (!v.n_words && !v.is_bad)
		when_error(r, n, "%s: an empty list", f->name);
	return v.is_bad || !v.n_words ? NULL : to_node(&v, n, TEST_WORDS);
}

static struct when_node *read_not(struct when_reader *r,
				  const struct when_field *f,
				  const struct ynode *n)
{
	struct when_node *inner = read_condition(r, f, n, true);
	struct when_node *out;

	if (!inner)
		return NULL;
	out = when_new(r, WHEN_NOT, n);
	when_add(r, out, inner);
	when_finish(r, out);
	return out;
}

static struct when_node *read_operators(struct when_reader *r,
					const struct when_field *f,
					const struct ynode *n, bool is_inside)
{
	static const char *const names[] = {"not", "matches", NULL};
	struct when_node *all = when_new(r, WHEN_ALL, n);
	bool is_bad = !n->n;

	if (!n->n)
		when_error(r, n, "%s: nothing is asked", f->name);
	for (size_t i = 0; i < n->n; i++) {
		const struct ynode *key = &n->keys[i];
		struct when_node *kid = NULL;

		if (str_eq(key->text, "matches"))
			kid = read_matches(r, f, &n->kids[i]);
		else if (str_eq(key->text, "not") && !is_inside)
			kid = read_not(r, f, &n->kids[i]);
		else if (str_eq(key->text, "not"))
			when_error(r, key,
				   "%s: not inside not: write what is meant "
				   "without both",
				   f->name);
		else
			when_error(r, key,
				   "%s: unknown \"%.40s\"%s; allowed: a "
				   "value, a list, {not: ...}, {matches: "
				   "[...]}",
				   f->name, key->text,
				   when_hint(r, str_nearest(key->text, names)));
		if (kid)
			when_add(r, all, kid);
		else
			is_bad = true;
	}
	if (is_bad)
		return NULL;
	if (all->n == 1)
		return all->kids[0];
	when_finish(r, all);
	return all;
}

static struct when_node *read_condition(struct when_reader *r,
					const struct when_field *f,
					const struct ynode *n, bool is_inside)
{
	struct values v = {.r = r, .f = f};

	if (n->kind == YNODE_REFUSED)
		return NULL;
	if (n->kind == YNODE_MAP)
		return read_operators(r, f, n, is_inside);
	if (n->kind == YNODE_SCALAR && !is_inside &&
	    (str_eq(n->text, "present") || str_eq(n->text, "absent")))
		return read_presence(r, f, n);
	if (n->kind == YNODE_LIST && !n->n) {
		when_error(r, n, "%s: an empty list", f->name);
		return NULL;
	}
	if (n->kind == YNODE_LIST)
		for (size_t i = 0; i < n->n; i++)
			add_value(&v, &n->kids[i]);
	else
		add_value(&v, n);
	return v.is_bad ? NULL : to_node(&v, n, test_of(&v));
}

struct when_node *when_values(struct when_reader *r, const struct when_field *f,
			      const struct ynode *n)
{
	return refuse_absence(r, f, read_condition(r, f, n, false));
}
