/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of a template against a sample of its model, before any message: a
 * misspelt name would otherwise render as nothing, for months. A list's first
 * element stands for all; inside an empty list or a null nothing is known, so
 * nothing there is a mistake. */
#include "template_steps.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

#define NAMES_MAX 256

struct check {
	struct template *t;
	json_t *values[TEMPLATE_DEPTH_MAX + 1]; /* NULL: not known */
	size_t n;
};

/* For the "did you mean" of a diagnostic. */
struct names {
	const char *all[NAMES_MAX + 1]; /* NULL-terminated */
	size_t n;
};

static void add_names(struct names *names, json_t *obj)
{
	for (void *it = json_object_iter(obj); it && names->n < NAMES_MAX;
	     it = json_object_iter_next(obj, it))
		names->all[names->n++] = json_object_iter_key(it);
}

static void unknown(struct check *c, const struct step *step, const char *part,
		    const struct names *names)
{
	char wrong[TEMPLATE_NAME_MAX + 1];
	size_t n = strcspn(part, ".");
	memcpy(wrong, part, n);
	wrong[n] = '\0';
	const char *near = str_nearest(wrong, names->all);
	template_mistake(c->t, step->file, step->line, step->col,
			 "unknown name", step->text);
	if (near)
		buf_printf(&c->t->mistakes, ", did you mean '%s'?", near);
}

/* The sample's value for the step's name; NULL: not known, or a mistake that
 * was noted. */
static json_t *find(struct check *c, const struct step *step)
{
	struct names names = {.n = 0};
	const char *rest = step->text, *part = rest;
	json_t *v = NULL;
	if (str_eq(rest, "."))
		return c->values[c->n - 1];
	for (size_t i = c->n; i-- && !v;) {
		if (!c->values[i])
			return NULL;
		add_names(&names, c->values[i]);
		rest = step->text;
		v = template_step_into(c->values[i], &rest);
	}
	while (v && *rest && !json_is_null(v)) {
		names = (struct names){.n = 0};
		add_names(&names, v);
		part = rest;
		v = template_step_into(v, &rest);
	}
	if (!v)
		unknown(c, step, part, &names);
	return json_is_null(v) && *rest ? NULL : v;
}

static void check_steps(struct check *c, size_t from, size_t to);

static void check_section(struct check *c, size_t open)
{
	const struct step *step = &c->t->steps[open];
	json_t *v = find(c, step);
	if (step->kind == STEP_INVERTED) {
		check_steps(c, open + 1, step->end);
		return;
	}
	if (json_is_array(v))
		v = json_array_get(v, 0);
	c->values[c->n++] = json_is_null(v) ? NULL : v;
	check_steps(c, open + 1, step->end);
	c->n--;
}

static void check_steps(struct check *c, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct step *step = &c->t->steps[i];
		if (step->kind == STEP_SECTION || step->kind == STEP_INVERTED) {
			check_section(c, i);
			i = step->end;
		} else if (step->kind == STEP_VALUE) {
			json_t *v = find(c, step);
			if (json_is_object(v) || json_is_array(v))
				template_mistake(
					c->t, step->file, step->line, step->col,
					"a section is needed for", step->text);
		}
	}
}

void template_check(struct template *t, const json_t *sample)
{
	/* jansson reads the members of what is not const only. */
	json_t *copy = json_deep_copy(sample);
	struct check c = {.t = t, .values = {copy}, .n = 1};
	check_steps(&c, 0, t->n_steps);
	json_decref(copy);
}
