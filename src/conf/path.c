/* SPDX-License-Identifier: EUPL-1.2 */
/* Paths into a record: parsed once when a source is read, walked for every
 * field of every record. The walk allocates nothing; its depth is that of the
 * path. Lists inside lists are walked one level per step only. */
#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/num.h>
#include <etrier/path.h>
#include <etrier/str.h>

#include <string.h>

enum { INDEX_MAX = 9999 };

static int parse_filter(struct arena *a, char *inside, struct path_step *step,
			struct err *err)
{
	char *equal = strchr(inside, '=');
	if (!equal || equal == inside || !equal[1])
		return err_set(err, ERR_CONFIG,
			       "a filter is written [name=value]");
	*equal = '\0';
	step->filter_name = arena_dup(a, inside);
	step->n_filter_name = strlen(inside);
	step->filter_value = arena_dup(a, equal + 1);
	return 0;
}

static int parse_step(struct arena *a, char *text, struct path_step *step,
		      struct err *err)
{
	*step = (struct path_step){.index = -1};
	char *open = strchr(text, '[');
	if (open) {
		size_t n = strlen(open);
		if (open[n - 1] != ']')
			return err_set(err, ERR_CONFIG, "\"[\" without \"]\"");
		open[n - 1] = '\0';
		*open = '\0';
		if (parse_filter(a, open + 1, step, err))
			return -1;
	}
	if (!*text)
		return err_set(err, ERR_CONFIG, "an empty name between dots");
	if (strchr(text, ']'))
		return err_set(err, ERR_CONFIG, "\"]\" without \"[\"");
	int64_t index;
	if (!num_parse_int(text, 0, INDEX_MAX, &index))
		step->index = (int)index;
	step->name = arena_dup(a, text);
	step->n_name = strlen(text);
	return 0;
}

/* The end of the step at s: a dot outside brackets, or the end. */
static char *step_end(char *s)
{
	int depth = 0;
	for (; *s && (depth || *s != '.'); s++)
		depth += (*s == '[') - (*s == ']');
	return s;
}

int path_parse(struct arena *a, const char *text, struct path *out,
	       struct err *err)
{
	struct path_step steps[PATH_STEPS_MAX];
	size_t n = 0;
	if (!*text || strlen(text) > PATH_LENGTH_MAX)
		return err_set(err, ERR_CONFIG, "a path has 1 to %d bytes",
			       PATH_LENGTH_MAX);
	char *s = arena_dup(a, text);
	for (bool is_last = false; !is_last;) {
		char *end = step_end(s);
		is_last = !*end;
		*end = '\0';
		if (n == PATH_STEPS_MAX)
			return err_set(err, ERR_CONFIG,
				       "more than %d names in a path",
				       PATH_STEPS_MAX);
		if (parse_step(a, s, &steps[n], err))
			return -1;
		n++;
		s = end + 1;
	}
	/* As many as there are: two hundred maps must fit a cache. */
	struct path_step *kept = arena_array(a, n, sizeof(*kept));
	memcpy(kept, steps, n * sizeof(*kept));
	*out = (struct path){kept, n};
	return 0;
}

struct walk {
	const struct path *path;
	path_fn *visit;
	void *ctx;
	bool wants_all; /* and not only scalars */
};

static bool is_object(const struct jnode *v)
{
	return v && v->type == JNODE_OBJECT;
}

static bool is_list(const struct jnode *v)
{
	return v->type == JNODE_LIST;
}

/* What an element with attributes says; else the value itself. */
static const struct jnode *said(const struct jnode *v)
{
	return is_object(v) ? jnode_get(v, "#text", strlen("#text")) : v;
}

static bool passes(const struct path_step *step, const struct jnode *v)
{
	if (!step->filter_name)
		return true;
	const struct jnode *f =
		said(jnode_get(v, step->filter_name, step->n_filter_name));
	if (!f)
		return false;
	if (f->type == JNODE_TRUE || f->type == JNODE_FALSE)
		return str_eq(step->filter_value,
			      f->type == JNODE_TRUE ? "true" : "false");
	return f->type == JNODE_STRING && str_eq(f->text, step->filter_value);
}

static int walk(const struct walk *w, size_t at, const struct jnode *v);

/* v was found by step at - 1: apply its filter, go on or visit. */
static int arrive(const struct walk *w, size_t at, const struct jnode *v)
{
	if (at && !passes(&w->path->steps[at - 1], v))
		return 0;
	if (at < w->path->n)
		return walk(w, at, v);
	if (w->wants_all && v->type != JNODE_NULL)
		return w->visit(w->ctx, v);
	v = said(v);
	if (!v || v->type == JNODE_NULL || is_object(v) || is_list(v))
		return 0;
	return w->visit(w->ctx, v);
}

static int spread(const struct walk *w, size_t at, const struct jnode *v)
{
	if (!is_list(v))
		return arrive(w, at, v);
	for (const struct jnode *item = v->first; item; item = item->next) {
		int rc = arrive(w, at, item);
		if (rc)
			return rc;
	}
	return 0;
}

static int walk_members(const struct walk *w, size_t at, const struct jnode *v)
{
	for (const struct jnode *m = v->first; m; m = m->next) {
		int rc = spread(w, at + 1, m);
		if (rc)
			return rc;
	}
	return 0;
}

/* As deep as a record: the readers bound that. */
static bool says_nothing(const struct jnode *v)
{
	if (!is_object(v) && !is_list(v))
		return v->type == JNODE_NULL ||
		       (v->type == JNODE_STRING && !v->n);
	for (const struct jnode *m = v->first; m; m = m->next)
		if (!says_nothing(m))
			return false;
	return true;
}

/* Of a list of objects, those without a word in them do not count: the first
 * place of work is not an empty element that stands before it. The positions
 * of a plain list mean something ([lon, lat]). */
static const struct jnode *pick(const struct jnode *list, size_t index)
{
	bool has_objects = false;
	for (const struct jnode *i = list->first; i; i = i->next)
		has_objects |= is_object(i);
	for (const struct jnode *i = list->first; i; i = i->next)
		if ((!has_objects || !says_nothing(i)) && !index--)
			return i;
	return NULL;
}

static int walk(const struct walk *w, size_t at, const struct jnode *v)
{
	const struct path_step *step = &w->path->steps[at];
	bool picks = step->index >= 0;
	if (picks && is_list(v)) {
		const struct jnode *item = pick(v, (size_t)step->index);
		return item ? arrive(w, at + 1, item) : 0;
	}
	if (is_object(v) && str_eq(step->name, "*"))
		return walk_members(w, at, v);
	if (is_object(v)) {
		const struct jnode *next =
			jnode_get(v, step->name, step->n_name);
		if (!next)
			return picks && !step->index ? arrive(w, at + 1, v) : 0;
		/* A number right after picks from the list itself. */
		bool keeps = at + 1 < w->path->n &&
			     w->path->steps[at + 1].index >= 0 &&
			     !step->filter_name;
		return keeps ? walk(w, at + 1, next) : spread(w, at + 1, next);
	}
	/* "x.0" where the feed wrote the one element without its list */
	if (picks && !step->index)
		return arrive(w, at + 1, v);
	return 0;
}

int path_each(const struct path *p, const struct jnode *record, path_fn *visit,
	      void *ctx)
{
	const struct walk w = {.path = p, .visit = visit, .ctx = ctx};
	return walk(&w, 0, record);
}

struct parent {
	const struct jnode *record;
	struct arena *arena;
	path_fn *visit;
	void *ctx;
};

static struct jnode *copy(struct arena *a, const struct jnode *v)
{
	struct jnode *c = arena_alloc(a, sizeof(*c));
	*c = *v;
	c->next = NULL;
	return c;
}

/* "^" is an ordinary name in a copy: the element itself lies in the record,
 * and a record that held itself would have no end. */
static int visit_element(void *ctx, const struct jnode *element)
{
	const struct parent *p = ctx;
	struct jnode *c = copy(p->arena, element), **end = &c->first;
	if (!is_object(c))
		return p->visit(p->ctx, c);
	for (const struct jnode *m = element->first; m; m = m->next) {
		if (m->n_name == 1 && *m->name == '^')
			continue;
		*end = copy(p->arena, m);
		end = &(*end)->next;
	}
	*end = copy(p->arena, p->record);
	(*end)->name = "^";
	(*end)->n_name = 1;
	return p->visit(p->ctx, c);
}

int path_records(const struct path *p, const struct jnode *record,
		 struct arena *a, path_fn *visit, void *ctx)
{
	struct parent parent = {record, a, visit, ctx};
	const struct walk w = {.path = p,
			       .visit = visit_element,
			       .ctx = &parent,
			       .wants_all = true};
	return walk(&w, 0, record);
}
