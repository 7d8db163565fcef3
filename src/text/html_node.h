/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: text of a part of a parsed page. */
#ifndef ETRIER_TEXT_HTML_NODE_H
#define ETRIER_TEXT_HTML_NODE_H

#include <libxml/tree.h>
#include <stddef.h>

struct buf;

/* The text a reader would see in the element, line ends as html_to_text() makes
 * them, appended. *left is counted down by the nodes visited and ends the visit
 * at 0. */
void html_node_text(const xmlNode *root, struct buf *out, size_t *left);

#endif
