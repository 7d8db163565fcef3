/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: what a stranger's HTML must look like before libxml2 may
 * parse it. */
#ifndef ETRIER_TEXT_HTML_TAME_H
#define ETRIER_TEXT_HTML_TAME_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* The n bytes of valid UTF-8 with the same elements and texts, appended: tags
 * spelt regularly, comments, declarations, scripts and styles gone, a < that
 * begins no tag written &lt;. Of attributes none is kept, or with keeps_data
 * those that say something about data, and then scripts of JSON-LD too. The
 * output is at most six times the input. */
#define HTML_TAME_GROWTH 6
void html_tame(const char *s, size_t n, bool keeps_data, struct buf *out);

#endif
