/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_HTML_H
#define ETRIER_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* The text a reader would see: block elements become line ends, list items
 * begin with "- ", scripts and styles are dropped, entities decoded once.
 * Input above HTML_INPUT_MAX is cut first. Text without markup comes back as
 * it is (cleaned by utf8_clean, UTF8_LINES). Never fails; max as utf8_clean. */
#define HTML_INPUT_MAX ((size_t)256 * 1024)
char *html_to_text(struct arena *a, const char *html, size_t max);
/* Markup that a site escaped once or twice too often ("&lt;p&gt;x&lt;/p&gt;"),
 * as it was meant; s itself when it holds a tag or no escaped one. */
const char *html_unescape(struct arena *a, const char *s);
/* True when the text holds a tag or an entity. */
bool html_looks_like(const char *s);

#endif
