/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_KIND_H
#define ETRIER_COLLECTOR_KIND_H

#include <etrier/js.h>

/* A kind of source: from the bytes of a document to its records.
 * One file a kind (kind_json.c, kind_xml.c, kind_csv.c, kind_rss.c,
 * kind_jsonld.c). france_travail and labonnealternance are JSON with a way of
 * asking of their own (ask.h); programs of kind exec are the runner's. */
struct kind_out {
	js_element_fn *on_record; /* a record is in the arena */
	js_split_fn *on_tree;	  /* or a tree of jansson */
	void *ctx;
	struct arena *arena;
};
/* What every document asks of its source, looked up once for all of them;
 * borrowed from the source. */
struct kind_spec {
	const json_t *source; /* an object of source_read() */
	const struct kind *kind;
	const char *records;		  /* path */
	const char *count, *next, *pages; /* paths or NULL */
	struct js_split_limits limits;
};
struct kind {
	const char *name;
	bool reads_pages; /* a web page is what it expects */
	/* Each record goes to one of out; the paths outlive the document. */
	void *(*open)(const struct kind_spec *spec, const struct kind_out *out);
	int (*feed)(void *doc, const char *bytes, size_t n, struct err *err);
	/* The end of the document: -1 when it was cut or had no records. */
	int (*end)(void *doc, struct err *err);
	/* The feed's own count as text, or NULL; NULL: the kind has none. */
	const char *(*declared)(const void *doc);
	/* A scalar beside the records, at one of the paths of `paging` (next,
	 * pages): NULL when the document has none. The member is NULL for
	 * kinds that cannot tell. */
	const char *(*watched)(const void *doc, const char *path);
	/* After end: what had to be repaired, in our words, or NULL; NULL: the
	 * kind repairs nothing. */
	const char *(*warning)(const void *doc);
	void (*close)(void *doc);
};

extern const struct kind kind_json, kind_xml, kind_csv, kind_rss, kind_jsonld;
/* NULL: no such kind in this version. */
const struct kind *kind_find(const char *name);
/* kind is NULL in *out when there is no such kind. */
void kind_spec_read(const json_t *source, struct kind_spec *out);

#endif
