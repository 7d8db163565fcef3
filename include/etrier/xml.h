/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_XML_H
#define ETRIER_XML_H

#include <etrier/js.h>

/* Records of an XML document of any size as values of JSON, in bounded memory,
 * so that one mapping language serves both formats.
 *
 * path is the element names from the root joined by dots ("offres.offre").
 * The value of a record:
 *   <e/>                      ""
 *   <e>text</e>               "text"                (ends trimmed)
 *   <e a="1">text<f>x</f></e> {"@a":"1","#text":"text","f":"x"}
 *   <e><f>1</f><f>2</f></e>   {"f":["1","2"]}
 * (the order of keys means nothing).
 * Names are kept as written, prefix included ("dc:date"), namespaces ignored
 * and undeclared prefixes tolerated; but the prefix of a root element that path
 * names without it ("hr:PositionOpenings") is left out of all elements' names,
 * in the path and in the values. Encodings: UTF-8, UTF-16, ISO-8859-1, and
 * windows-1252 and ISO-8859-15 by our own tables. Any DOCTYPE refuses the
 * document: no entity but the five of XML and character references exists here.
 */
#define XML_DEPTH_MAX 64

struct xml_split;
/* The arena, borrowed, is reset before each record. */
struct xml_split *xml_split_new(const char *path,
				const struct js_split_limits *limits,
				struct arena *a, js_element_fn *on_record,
				void *ctx);
/* 0, or -1: not well-formed (line and column), DOCTYPE, too deep, too many
 * records, or on_record stopped. A record larger than max_element (its text,
 * names and 64 bytes a node) costs only itself. */
int xml_split_feed(struct xml_split *x, const char *bytes, size_t n,
		   struct err *err);
/* -1 also when neither a record nor the element around them was there. */
int xml_split_end(struct xml_split *x, struct err *err);
void xml_split_free(struct xml_split *x);

#endif
