/* SPDX-License-Identifier: EUPL-1.2 */
/* Paths into a record: parsed once when a source is read, walked for every
 * field of every record. The walk allocates nothing; its depth is that of the
 * path. Lists inside lists are walked one level per step only. */
#include <etrier/arena.h>
#include <etrier/err.h>
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

static bool passes(const struct path_step *step, json_t *v)
{
	if (!step->filter_name)
		return true;
	json_t *f = json_object_get(v, step->filter_name);
	if (json_is_object(f))
		f = json_object_get(f, "#text");
	if (json_is_boolean(f))
		return str_eq(step->filter_value,
			      json_is_true(f) ? "true" : "false");
	return json_is_string(f) &&
	       str_eq(json_string_value(f), step->filter_value);
}

static int walk(const struct walk *w, size_t at, json_t *v);

/* v was found by step at - 1: apply its filter, go on or visit. */
static int arrive(const struct walk *w, size_t at, json_t *v)
{
	if (at && !passes(&w->path->steps[at - 1], v))
		return 0;
	if (at < w->path->n)
		return walk(w, at, v);
	if (w->wants_all && !json_is_null(v))
		return w->visit(w->ctx, v);
	if (json_is_object(v))
		v = json_object_get(v, "#text");
	if (!v || json_is_null(v) || json_is_object(v) || json_is_array(v))
		return 0;
	return w->visit(w->ctx, v);
}

static int spread(const struct walk *w, size_t at, json_t *v)
{
	if (!json_is_array(v))
		return arrive(w, at, v);
	size_t i;
	json_t *item;
	json_array_foreach(v, i, item)
	{
		int rc = arrive(w, at, item);
		if (rc)
			return rc;
	}
	return 0;
}

static int walk_members(const struct walk *w, size_t at, json_t *v)
{
	const char *name;
	json_t *member;
	json_object_foreach(v, name, member)
	{
		int rc = spread(w, at + 1, member);
		if (rc)
			return rc;
	}
	return 0;
}

/* As deep as a record: the readers bound that. */
static bool says_nothing(json_t *v)
{
	const char *name;
	json_t *member;
	size_t i;
	json_object_foreach(v, name, member)
	{
		if (!says_nothing(member))
			return false;
	}
	json_array_foreach(v, i, member)
	{
		if (!says_nothing(member))
			return false;
	}
	return json_is_object(v) || json_is_array(v) || json_is_null(v) ||
	       (json_is_string(v) && !*json_string_value(v));
}

/* Of a list of objects, those without a word in them do not count: the first
 * place of work is not an empty element that stands before it. The positions
 * of a plain list mean something ([lon, lat]). */
static json_t *pick(const json_t *list, size_t index)
{
	bool has_objects = false;
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item) has_objects |= json_is_object(item);
	if (!has_objects)
		return json_array_get(list, index);
	json_array_foreach(list, i, item)
	{
		if (!says_nothing(item) && !index--)
			return item;
	}
	return NULL;
}

static int walk(const struct walk *w, size_t at, json_t *v)
{
	const struct path_step *step = &w->path->steps[at];
	bool picks = step->index >= 0;
	if (picks && json_is_array(v)) {
		json_t *item = pick(v, (size_t)step->index);
		return item ? arrive(w, at + 1, item) : 0;
	}
	if (json_is_object(v) && str_eq(step->name, "*"))
		return walk_members(w, at, v);
	if (json_is_object(v)) {
		json_t *next = json_object_get(v, step->name);
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

int path_each(const struct path *p, json_t *record, path_fn *visit, void *ctx)
{
	const struct walk w = {.path = p, .visit = visit, .ctx = ctx};
	return walk(&w, 0, record);
}

struct parent {
	json_t *record;
	path_fn *visit;
	void *ctx;
};

/* "^" is an ordinary name in a copy: the element itself lies in the record,
 * and a record that held itself could never be freed. */
static int visit_element(void *ctx, json_t *element)
{
	const struct parent *p = ctx;
	json_t *copy = json_copy(element);
	json_object_set(copy, "^", p->record);
	int rc = p->visit(p->ctx, copy);
	json_decref(copy);
	return rc;
}

int path_records(const struct path *p, json_t *record, path_fn *visit,
		 void *ctx)
{
	struct parent parent = {record, visit, ctx};
	const struct walk w = {.path = p,
			       .visit = visit_element,
			       .ctx = &parent,
			       .wants_all = true};
	return walk(&w, 0, record);
}
