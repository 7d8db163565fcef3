/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_LINT_H
#define ETRIER_COURIER_LINT_H

#include <etrier/diag.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One text as it is written, for the checks of lint*.c. */
struct lint {
	const char *name; /* "fr/offer.txt.mustache" */
	const char *text;
	size_t n;
	json_t *files;	/* of its language, by name without folder, ending */
	bool is_strict; /* else what is only hard to read is a warning */
	struct diags *diags;
};
/* At a byte of the text. */
void lint_say(const struct lint *l, enum diag_level level, size_t at,
	      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
enum diag_level lint_style(const struct lint *l);

/* lint_words.c: words of a message to a young person. */
void lint_words(const struct lint *l);
/* Of a page they read: its sentences alone. */
void lint_sentences(const struct lint *l);
/* lint_html.c: nothing from elsewhere, language, roles, links. */
void lint_html(const struct lint *l);
/* lint_colour.c: pairs of colours and their contrast. */
void lint_colours(const struct lint *l);

#endif
