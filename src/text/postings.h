/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: JobPosting objects found in a page. */
#ifndef ETRIER_TEXT_POSTINGS_H
#define ETRIER_TEXT_POSTINGS_H

#include <jansson.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

struct postings {
	json_t *found; /* array, in document order */
	json_t *ids;   /* "@id" -> object */
	size_t left;   /* nodes that may still be looked at */
};

void postings_init(struct postings *p);
void postings_clear(struct postings *p);
/* Count one node; false: the ceiling is reached, p->left is 0 from then on. */
bool postings_spend(struct postings *p);

/* "http://schema.org/title", "schema:title", "title" -> "title". */
const char *postings_local(const char *name);
/* A word of the list (blanks between) is JobPosting of schema.org. */
bool postings_is_type(const char *types);
/* obj[key] = value, or one more of a list. Takes value. */
void postings_put(json_t *obj, const char *key, json_t *value);

/* Postings anywhere in a JSON-LD value. */
void postings_from_json(struct postings *p, json_t *v);
/* Postings of the page's microdata, or of its RDFa Lite. */
void postings_from_microdata(struct postings *p, const xmlNode *root);
void postings_from_rdfa(struct postings *p, const xmlNode *root);

/* One posting in the plain shape that jsonld.h promises, a new tree (NULL when
 * the ceiling was reached). */
json_t *postings_plain(struct postings *p, json_t *posting);

#endif
