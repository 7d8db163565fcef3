/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources that answer with JSON: the elements of one array, wherever it lies
 * in the document, and the feed's own count beside it. */
#include "kind.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>

struct doc {
	struct js_split *split;
	const char *count; /* path, NULL: not declared */
};

static void *open_json(const struct kind_spec *spec, const struct kind_out *out)
{
	struct doc *d = mem_alloc(sizeof(*d));
	d->split = js_split_new(spec->records, &spec->limits, out->arena,
				out->on_record, out->ctx);
	d->count = spec->count;
	const char *paths[] = {spec->count, spec->next, spec->pages};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (paths[i])
			js_split_watch(d->split, paths[i]);
	return d;
}

static int feed_json(void *doc, const char *bytes, size_t n, struct err *err)
{
	struct doc *d = doc;
	return js_split_feed(d->split, bytes, n, err);
}

static int end_json(void *doc, struct err *err)
{
	struct doc *d = doc;
	return js_split_end(d->split, err);
}

static const char *declared_json(const void *doc)
{
	const struct doc *d = doc;
	return d->count ? js_split_watched(d->split, d->count) : NULL;
}

static const char *watched_json(const void *doc, const char *path)
{
	const struct doc *d = doc;
	return js_split_watched(d->split, path);
}

static void close_json(void *doc)
{
	struct doc *d = doc;
	js_split_free(d->split);
	free(d);
}

const struct kind kind_json = {
	.name = "json",
	.open = open_json,
	.feed = feed_json,
	.end = end_json,
	.declared = declared_json,
	.watched = watched_json,
	.close = close_json,
};

const struct kind *kind_find(const char *name)
{
	static const struct kind *const kinds[] = {
		&kind_json, &kind_xml, &kind_csv, &kind_rss, &kind_jsonld};
	/* APIs with a way of asking of their own (ask.h) answer with JSON. */
	if (str_eq(name, "france_travail") || str_eq(name, "labonnealternance"))
		return &kind_json;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(kinds[i]->name, name))
			return kinds[i];
	return NULL;
}

void kind_spec_read(const json_t *source, struct kind_spec *out)
{
	const json_t *paging = json_object_get(source, "paging");
	*out = (struct kind_spec){
		.source = source,
		.kind = kind_find(js_str(source, "kind", "")),
		.records = js_str(source, "records", ""),
		.count = js_str(source, "count", NULL),
		.next = js_str(paging, "next", NULL),
		.pages = js_str(paging, "pages", NULL),
		.limits = {.max_element = (size_t)js_int(source,
							 "max_record_bytes", 0),
			   .max_elements = js_int(source, "max_offers", 0)},
	};
}
