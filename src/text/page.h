/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: a web page as libxml2's tree. */
#ifndef ETRIER_TEXT_PAGE_H
#define ETRIER_TEXT_PAGE_H

#include <libxml/HTMLparser.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/* The bytes as valid UTF-8 without control characters, appended: as they are
 * when they are UTF-8 (a byte order mark is dropped), else from Windows-1252.
 */
void page_utf8(const char *bytes, size_t n, struct buf *out);
/* The page, its text UTF-8, or NULL: ERR_INPUT when it holds NUL or is nested
 * deeper than libxml2 goes (256). n at most JSONLD_PAGE_MAX, else ERR_LIMIT.
 * xmlFreeDoc(). */
htmlDocPtr page_parse(const char *bytes, size_t n, struct err *err);

/* The node after this one in document order, root's subtree only; its inside is
 * left out when skips. NULL: the end. */
const xmlNode *page_next(const xmlNode *root, const xmlNode *node, bool skips);
/* An element of that name. */
bool page_is(const xmlNode *node, const char *name);
/* The attribute's value, borrowed; NULL: absent; "": without value. */
const char *page_attribute(const xmlNode *node, const char *name);
/* word stands in the attribute between blanks, case ignored. */
bool page_has_word(const xmlNode *node, const char *attribute,
		   const char *word);

#endif
