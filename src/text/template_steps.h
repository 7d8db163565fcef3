/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: a compiled template, shared by its maker and the check
 * of its names. */
#ifndef ETRIER_TEXT_TEMPLATE_STEPS_H
#define ETRIER_TEXT_TEMPLATE_STEPS_H

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/template.h>

#include <stdbool.h>

/* Bytes of a tag, braces left out. */
#define TEMPLATE_NAME_MAX ((size_t)200)

enum step_kind {
	STEP_TEXT,
	STEP_VALUE,
	STEP_SECTION,
	STEP_INVERTED,
	STEP_CLOSE
};

struct step {
	enum step_kind kind;
	const char *text; /* to copy, or the name */
	size_t n;
	size_t end; /* of a section: the index of its close */
	const char *file;
	int line, col;
};

struct template
{
	enum template_kind kind;
	struct arena arena; /* texts and names */
	struct step *steps;
	size_t n_steps, cap_steps;
	bool is_wrong; /* there is a mistake, be it too long to note */
	struct buf mistakes;
};

/* The values a name is looked for in, outermost first. */
struct scope {
	const json_t *values[TEMPLATE_DEPTH_MAX + 1];
	size_t n;
};

/* Note "file:line:col: what 'name'" (name may be NULL). */
void template_mistake(struct template *t, const char *file, int line, int col,
		      const char *what, const char *name);
/* v's member that the first part of a dotted name says; *name moves on. */
json_t *template_step_into(const json_t *v, const char **name);
/* Note every name that the sample does not have. */
void template_check(struct template *t, const json_t *sample);

#endif
