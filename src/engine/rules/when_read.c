/* SPDX-License-Identifier: EUPL-1.2 */
/* A `when`: a map of fields, all of which must hold, with all: and any: for
 * lists of such maps. Every mistake is reported where it stands; what is right
 * of a wrong condition is read all the same, for its own mistakes. */
#include "when_parts.h"

#include <etrier/diag.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void when_error(struct when_reader *r, const struct ynode *n, const char *fmt,
		...)
{
	char *text = NULL;
	va_list ap;
	int k;

	va_start(ap, fmt);
	k = vasprintf(&text, fmt, ap);
	va_end(ap);
	BUG_ON(k < 0);
	diag_add(r->diags, DIAG_ERROR, n->file, n->line, n->col, "%s", text);
	free(text);
}

const char *when_hint(struct when_reader *r, const char *near)
{
	return near ? arena_printf(r->arena, " (did you mean \"%s\"?)", near)
		    : "";
}

struct when_node *when_new(struct when_reader *r, enum when_op op,
			   const struct ynode *at)
{
	struct when_node *n = arena_alloc(r->arena, sizeof(*n));

	n->op = op;
	n->at = at;
	n->text = "";
	return n;
}

/* Kids double inside the arena. */
void when_add(struct when_reader *r, struct when_node *to,
	      struct when_node *kid)
{
	size_t n = to->n;

	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		struct when_node **more =
			arena_array(r->arena, n < 4 ? 4 : 2 * n,
				    sizeof(struct when_node *));

		for (size_t i = 0; i < n; i++)
			more[i] = to->kids[i];
		to->kids = more;
	}
	to->kids[to->n++] = kid;
}

void when_finish(struct when_reader *r, struct when_node *n)
{
	const char *between = n->op == WHEN_ANY ? " or " : " and ";

	n->text = "";
	for (size_t i = 0; i < n->n; i++) {
		n->pools |= n->kids[i]->pools;
		n->is_private |= n->kids[i]->is_private;
		n->text = arena_printf(r->arena, "%s%s%s", n->text,
				       i ? between : "", n->kids[i]->text);
	}
	if (n->op == WHEN_NOT)
		n->text = arena_printf(r->arena, "not (%s)", n->text);
	else if (n->n > 1)
		n->text = arena_printf(r->arena, "(%s)", n->text);
}

static struct when_node *read_map(struct when_reader *r, const struct ynode *n,
				  int depth);

static struct when_node *read_list(struct when_reader *r, enum when_op op,
				   const struct ynode *n, int depth)
{
	struct when_node *out = when_new(r, op, n);
	bool is_bad = false;

	if (n->kind == YNODE_REFUSED)
		return NULL;
	if (n->kind != YNODE_LIST || !n->n || depth > RULES_DEPTH_MAX) {
		when_error(r, n,
			   "all: and any: take a list of maps of conditions, "
			   "[{offer.kind: apprenticeship}, ...], at most %d "
			   "deep in one another",
			   RULES_DEPTH_MAX);
		return NULL;
	}
	for (size_t i = 0; i < n->n; i++) {
		struct when_node *kid = read_map(r, &n->kids[i], depth);

		if (kid)
			when_add(r, out, kid);
		else
			is_bad = true;
	}
	if (is_bad)
		return NULL;
	when_finish(r, out);
	return out;
}

static struct when_node *read_entry(struct when_reader *r,
				    const struct ynode *key,
				    const struct ynode *value, int depth)
{
	struct when_field f;
	char near[WHEN_FIELD_SIZE];

	if (str_eq(key->text, "all"))
		return read_list(r, WHEN_ALL, value, depth + 1);
	if (str_eq(key->text, "any"))
		return read_list(r, WHEN_ANY, value, depth + 1);
	if (when_field_find(key->text, &f, near))
		return when_values(r, &f, value);
	when_error(r, key,
		   "no field \"%.60s\"%s; fields are offer.*, youth.* and "
		   "pair.* as etrier-rules(5) lists them, besides all and any",
		   key->text, when_hint(r, *near ? near : NULL));
	return NULL;
}

static struct when_node *read_map(struct when_reader *r, const struct ynode *n,
				  int depth)
{
	struct when_node *all = when_new(r, WHEN_ALL, n);
	bool is_bad = false;

	if (n->kind == YNODE_REFUSED)
		return NULL;
	if (n->kind != YNODE_MAP || !n->n) {
		when_error(r, n,
			   "conditions are a map, with at least one: "
			   "{offer.kind: apprenticeship}");
		return NULL;
	}
	for (size_t i = 0; i < n->n; i++) {
		struct when_node *kid =
			read_entry(r, &n->keys[i], &n->kids[i], depth);

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

struct when_node *when_read(struct when_reader *r, const struct ynode *n)
{
	return read_map(r, n, 0);
}
