/* SPDX-License-Identifier: EUPL-1.2 */
/* Groups and symbols of one set. Who reads needs or RQTH is private: it may
 * help and nothing else, its group is private, and no private group holds a
 * public symbol, for its points beside the group's sum would tell the rest. */
#include "compile.h"
#include "schema_parts.h"

#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

#define NEVER_COSTS "a need helps or warns; it never costs"

static int16_t tenths(int64_t thousandths)
{
	return (int16_t)num_div_round(thousandths, 100);
}

static void read_groups(struct ruleset *s, const json_t *o)
{
	const char *name;
	json_t *v, *groups = json_object_get(o, "groups");

	json_object_foreach(groups, name, v)
	{
		struct rule_group *g;

		if (s->n_groups == RULES_GROUPS_MAX)
			return; /* said by the schema */
		g = &s->groups[s->n_groups++];
		str_copy(g->name, sizeof(g->name), name);
		g->max = tenths(js_int(v, "max", 0));
		g->is_private = js_bool(v, "private", false);
	}
}

static int find_group(const struct ruleset *s, const char *name)
{
	for (int i = 0; i < s->n_groups; i++)
		if (str_eq(s->groups[i].name, name))
			return i;
	return -1;
}

/* One written item. */
struct item {
	struct when_reader *r;
	struct ruleset *set;
	const struct ynode *n, *root;
	json_t *v; /* NULL: the schema found mistakes in it */
	const char *code;
	struct symbol s;
	struct when_node *when;
};

static const struct ynode *place(const struct item *x, const char *key)
{
	const struct ynode *n = ynode_get(x->n, key);

	return n ? n : x->n;
}

static void read_group(struct item *x)
{
	const char *name = ynode_text(x->n, "group");
	const char *names[RULES_GROUPS_MAX + 1] = {NULL};
	const char *allowed = "";

	x->s.group = -1;
	if (!name)
		return;
	x->s.group = (int8_t)find_group(x->set, name);
	if (x->s.group >= 0 || ynode_get(ynode_get(x->root, "groups"), name))
		return;
	for (int i = 0; i < x->set->n_groups; i++) {
		names[i] = x->set->groups[i].name;
		allowed = arena_printf(x->r->arena, "%s %s", allowed, names[i]);
	}
	when_error(x->r, place(x, "group"),
		   "%s: no group \"%.40s\"%s; allowed:%s", x->code, name,
		   when_hint(x->r, str_nearest(name, names)), allowed);
}

/* What a need may do, and who may stand beside it. */
static void check_private(struct item *x)
{
	const struct rule_group *g =
		x->s.group >= 0 ? &x->set->groups[x->s.group] : NULL;

	if (!x->s.is_private) {
		if (g && g->is_private)
			when_error(x->r, place(x, "group"),
				   "%s reads no need: in the private group "
				   "\"%s\" its points would tell those of the "
				   "others; give it a group of its own",
				   x->code, g->name);
		return;
	}
	if (x->s.points < 0)
		when_error(x->r, place(x, "points"),
			   "%s reads needs and takes points: " NEVER_COSTS
			   "; give points of 0 or more",
			   x->code);
	if (x->s.effect != RULES_PASS)
		when_error(x->r, place(x, "decision"),
			   "%s reads needs and decides: " NEVER_COSTS
			   "; the gate NEED asks already",
			   x->code);
	if (x->s.group < 0 && !ynode_get(x->n, "group"))
		when_error(x->r, x->n,
			   "%s reads needs and must be in a group with "
			   "private: true",
			   x->code);
	else if (g && !g->is_private)
		when_error(x->r, place(x, "group"),
			   "%s reads needs: its group \"%s\" must be "
			   "private: true",
			   x->code, g->name);
}

static void check_reason(struct item *x)
{
	const struct ynode *reason = ynode_get(x->n, "reason");
	const struct ynode *fr = ynode_get(reason, "fr");
	const char *word;

	if (!fr && !x->s.is_private && x->s.effect != RULES_PASS)
		when_error(x->r, x->n,
			   "%s decides: say why in reason: {fr: \"...\"}",
			   x->code);
	word = fr && fr->kind == YNODE_SCALAR
		       ? words_private(x->r->arena, fr->text)
		       : NULL;
	if (word)
		when_error(x->r, fr,
			   "%s: a reason is read by many and never speaks of "
			   "needs: \"%s\"; say what the offer has",
			   x->code, word);
}

static void check_effect(struct item *x)
{
	if (x->s.effect == RULES_EXCLUDE && x->s.points)
		when_error(x->r, place(x, "points"),
			   "%s excludes: its points can never count", x->code);
	else if (x->s.effect == RULES_PASS && !x->s.points)
		when_error(x->r, place(x, "points"),
			   "%s can never change anything: give it points or "
			   "a decision, or enabled: false",
			   x->code);
}

static void read_when(struct item *x)
{
	const struct ynode *n = ynode_get(x->n, "when");
	const char *codes[RULES_ADJUST_MAX + 1] = {NULL};
	const struct ynode *all = ynode_get(x->root, "adjust");
	const char *near;
	size_t n_codes = 0;

	if (n) {
		x->when = when_read(x->r, n);
		return;
	}
	for (size_t i = 0; i < all->n && n_codes < RULES_ADJUST_MAX; i++) {
		const char *code = ynode_text(&all->kids[i], "symbol");

		if (code && !str_eq(code, x->code))
			codes[n_codes++] = code;
	}
	near = str_nearest(x->code, codes);
	when_error(x->r, x->n,
		   "%s has no `when`, and no file below has a symbol of that "
		   "name%s",
		   x->code, when_hint(x->r, near));
}

/* What the schema makes of the item; its mistakes were reported with the whole
 * file. */
static json_t *item_values(const struct ynode *n)
{
	struct diags scratch;
	json_t *v;

	diags_init(&scratch);
	v = schema_read(rules_adjust_item.rows, n, NULL, &scratch);
	if (scratch.n_errors) {
		json_decref(v);
		v = NULL;
	}
	diags_clear(&scratch);
	return v;
}

static void read_values(struct item *x)
{
	const char *decision = js_str(x->v, "decision", NULL);

	x->s.points = tenths(js_int(x->v, "points", 0));
	x->s.effect = str_eq(decision, "exclude") ? RULES_EXCLUDE
		      : decision		  ? RULES_CHECK
						  : RULES_PASS;
}

static void keep(struct item *x, struct rules_when *w)
{
	const json_t *reason = json_object_get(x->v, "reason");
	struct ruleset *s = x->set;

	if (s->n_symbols == RULES_SYMBOLS_MAX) {
		when_error(x->r, x->n,
			   "more than %d symbols: disable some with enabled: "
			   "false",
			   RULES_SYMBOLS_MAX);
		return;
	}
	if (!when_pool_symbol(w, x->r, x->when, &x->s)) {
		when_error(x->r, x->n,
			   "%s: more than %d different conditions on offers, "
			   "on people or on pairs, all agencies together",
			   x->code, RULES_CONDS_MAX);
		return;
	}
	str_copy(x->s.code, sizeof(x->s.code), x->code);
	x->s.reason = mem_dup(js_str(reason, "fr", NULL));
	s->symbols[s->n_symbols++] = x->s;
}

static void read_item(struct rules_when *w, struct item *x)
{
	size_t before = x->r->diags->n_errors;

	x->code = ynode_text(x->n, "symbol");
	if (!x->code || str_eq(ynode_text(x->n, "enabled"), "false"))
		return;
	x->v = item_values(x->n);
	read_group(x);
	read_when(x);
	if (x->when)
		when_sense(x->r, x->set, x->when);
	x->s.is_private = x->when && x->when->is_private;
	if (x->v)
		read_values(x);
	check_reason(x);
	if (x->v && x->when) {
		check_private(x);
		check_effect(x);
	}
	if (x->r->diags->n_errors == before && x->v && x->when)
		keep(x, w);
	json_decref(x->v);
}

static int compare_symbols(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return strcmp(x->code, y->code);
}

static void warn(struct when_reader *r, const struct ynode *n, const char *name,
		 const char *what)
{
	diag_add(r->diags, DIAG_WARNING, n->file, n->line, n->col,
		 "group \"%.40s\" %s", name, what);
}

/* Symbols that were disabled leave their group in peace. */
static bool is_used(const struct ynode *adjust, const char *group)
{
	for (size_t i = 0; adjust && i < adjust->n; i++)
		if (str_eq(ynode_text(&adjust->kids[i], "group"), group))
			return true;
	return false;
}

static void check_groups(const struct ruleset *s, struct when_reader *r,
			 const struct ynode *root)
{
	const struct ynode *groups = ynode_get(root, "groups");
	const struct ynode *adjust = ynode_get(root, "adjust");

	for (int i = 0; i < s->n_groups; i++) {
		const struct rule_group *g = &s->groups[i];
		const struct ynode *n = ynode_get(groups, g->name);

		if (!is_used(adjust, g->name))
			warn(r, n, g->name, "has no symbol");
		else if (!g->max)
			warn(r, n, g->name,
			     "has max 0: its symbols never change a score; if "
			     "that is meant, enabled: false says so better");
	}
}

void symbols_read(struct rules_when *w, struct when_reader *r,
		  struct ruleset *s, const json_t *o, const struct ynode *root)
{
	const struct ynode *list = ynode_get(root, "adjust");

	read_groups(s, o);
	s->symbols = mem_array(RULES_SYMBOLS_MAX, sizeof(*s->symbols));
	if (!list || list->kind != YNODE_LIST)
		return;
	for (size_t i = 0; i < list->n; i++) {
		struct item x = {
			.r = r, .set = s, .n = &list->kids[i], .root = root};

		if (x.n->kind == YNODE_MAP)
			read_item(w, &x);
	}
	check_groups(s, r, root);
	qsort(s->symbols, (size_t)s->n_symbols, sizeof(*s->symbols),
	      compare_symbols);
}

/* --- one file ------------------------------------------------------------ */
static void check_doubles(struct when_reader *r, const struct ynode *list)
{
	for (size_t i = 0; list && list->kind == YNODE_LIST && i < list->n;
	     i++) {
		const char *code = ynode_text(&list->kids[i], "symbol");

		for (size_t k = 0; code && k < i; k++)
			if (str_eq(ynode_text(&list->kids[k], "symbol"),
				   code)) {
				when_error(r, &list->kids[i],
					   "%s a second time in one file; the "
					   "first is in line %u",
					   code, list->kids[k].line);
				break;
			}
	}
}

void symbols_check_file(struct when_reader *r, const struct ynode *root)
{
	const struct ynode *agencies = ynode_get(root, "agencies");

	check_doubles(r, ynode_get(root, "adjust"));
	for (size_t i = 0;
	     agencies && agencies->kind == YNODE_MAP && i < agencies->n; i++)
		check_doubles(r, ynode_get(&agencies->kids[i], "adjust"));
}
