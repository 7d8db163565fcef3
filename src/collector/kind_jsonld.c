/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources that answer with a web page of postings, or with JSON-LD alone. A
 * page is small and its parts refer to each other: it is kept whole and read at
 * its end. */
#include "kind.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jsonld.h>
#include <etrier/mem.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct doc {
	struct js_split_limits limits;
	js_split_fn *on_record;
	void *ctx;
	const char *url; /* the source's */
	struct buf page;
	struct jsonld_said said;
	char warning[120];
};

static void *open_jsonld(const struct kind_spec *spec,
			 const struct kind_out *out)
{
	struct doc *d = mem_alloc(sizeof(*d));
	d->limits = spec->limits;
	d->on_record = out->on_tree;
	d->ctx = out->ctx;
	d->url = js_str(spec->source, "url", NULL);
	buf_init(&d->page, JSONLD_PAGE_MAX);
	return d;
}

static int feed_jsonld(void *doc, const char *bytes, size_t n, struct err *err)
{
	struct doc *d = doc;
	buf_add(&d->page, bytes, n);
	if (d->page.too_big)
		return err_set(err, ERR_LIMIT, "a page larger than %zu bytes",
			       JSONLD_PAGE_MAX);
	return 0;
}

static int end_jsonld(void *doc, struct err *err)
{
	struct doc *d = doc;
	int rc = jsonld_read(d->page.data ? d->page.data : "", d->page.len,
			     d->url, &d->limits, d->on_record, d->ctx, &d->said,
			     err);
	if (!rc && (d->said.n_repairs || d->said.n_skipped))
		snprintf(d->warning, sizeof(d->warning),
			 "%" PRId64 " blocks of JSON-LD repaired, %" PRId64
			 " that are no JSON skipped",
			 d->said.n_repairs, d->said.n_skipped);
	return rc;
}

static const char *warning_jsonld(const void *doc)
{
	const struct doc *d = doc;
	return *d->warning ? d->warning : NULL;
}

static void close_jsonld(void *doc)
{
	struct doc *d = doc;
	buf_clear(&d->page);
	free(d);
}

const struct kind kind_jsonld = {
	.name = "jsonld",
	.reads_pages = true,
	.open = open_jsonld,
	.feed = feed_jsonld,
	.end = end_jsonld,
	.warning = warning_jsonld,
	.close = close_jsonld,
};
