/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_KIND_H
#define ETRIER_COLLECTOR_KIND_H

#include <etrier/js.h>

/* A kind of source: from the bytes of a document to its records as JSON trees.
 * One file a kind (kind_json.c, kind_xml.c). The rooms kept for the kinds to
 * come, refused today by the check of sources.d: rss (kind_rss.c), csv
 * (kind_csv.c), jsonld (kind_jsonld.c), exec, and the paged APIs france_travail
 * and labonnealternance, which will bring their own way of asking as well. */
struct kind {
	const char *name;
	/* source: an object of source_read(); on_record as in js.h. */
	void *(*open)(const json_t *source, js_split_fn *on_record, void *ctx);
	int (*feed)(void *doc, const char *bytes, size_t n, struct err *err);
	/* The end of the document: -1 when it was cut or had no records. */
	int (*end)(void *doc, struct err *err);
	/* The feed's own count as text, or NULL. */
	const char *(*declared)(const void *doc);
	/* A scalar beside the records, at one of the paths of `paging` (next,
	 * pages): NULL when the document has none. The member is NULL for
	 * kinds that cannot tell. */
	const char *(*watched)(const void *doc, const char *path);
	void (*close)(void *doc);
};

extern const struct kind kind_json, kind_xml;
/* NULL: no such kind in this version. */
const struct kind *kind_find(const char *name);

#endif
