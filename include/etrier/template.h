/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEMPLATE_H
#define ETRIER_TEMPLATE_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

/* A mustache subset over a JSON model: {{a.b}} escaped for the output kind,
 * {{{a}}} only in plain text, {{#a}}..{{/a}} sections (list, object or truth),
 * {{^a}}..{{/a}}, {{! comment}}, {{> partial}}, {{.}} the item itself. A
 * name is looked for from the innermost section outward. A tag alone on its
 * line takes the line with it. Empty string, 0, false, null and [] are false.
 */
enum template_kind {
	TEMPLATE_TEXT, /* no escape; line ends kept */
	TEMPLATE_HTML, /* & < > " ' escaped */
	TEMPLATE_LINE  /* a subject, an SMS: a run of blanks with a line end
			* in it becomes one blank, none at the ends */
};
#define TEMPLATE_SOURCE_MAX ((size_t)256 * 1024)
#define TEMPLATE_OUTPUT_MAX ((size_t)1024 * 1024)
#define TEMPLATE_DEPTH_MAX  8 /* partials in partials, sections in sections */

struct template;
/* Finds the text of a partial by name; NULL: no such. Borrowed. */
typedef const char *template_partial_fn(void *ctx, const char *name);

/* Compile. name is used in diagnostics ("digest.txt:12:5: unclosed section
 * 'youths'"). Every variable must exist in `sample`, a model of the same shape
 * (for lists, in their first element): an unknown one is an error with the
 * nearest known name. Inside an empty list or a null nothing is
 * known and all is accepted. sample may be NULL: no such check. All mistakes
 * that can be found are in *err's text, first one first. NULL on failure. */
struct template *template_new(const char *name, const char *source,
			      enum template_kind kind,
			      template_partial_fn *partial, void *ctx,
			      const json_t *sample, struct err *err);
/* Append the rendering. -1 when the output would pass its ceiling. */
int template_render(const struct template *t, const json_t *model,
		    struct buf *out, struct err *err);
void template_free(struct template *t);

#endif
