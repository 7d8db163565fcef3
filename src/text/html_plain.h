/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEXT_HTML_PLAIN_H
#define TEXT_HTML_PLAIN_H

#include <etrier/buf.h>

#include <stdbool.h>

struct arena;

/* Where the text of markup goes. */
struct html_writer {
	struct buf out;
	bool keeps_lines; /* no tag: line ends are the writer's own */
	bool blank;	  /* a blank is due before the next word */
	size_t left;	  /* nodes that may still be visited */
};
void html_new_line(struct html_writer *w);
void html_add_text(struct html_writer *w, const char *s, size_t n);

/* The text of markup that is plain: paragraphs, lists, titles, emphasis and
 * breaks without attributes, nested as they should be. The caller's to free;
 * NULL: it is not plain. */
char *html_plain_text(const char *html);
/* html_to_text() for any markup, by libxml2: the same for what is plain. */
char *html_parsed_text(struct arena *a, const char *html, size_t max);

#endif
