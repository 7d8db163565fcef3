/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources that answer with RSS or Atom: every item is a record. */
#include "kind.h"

#include <etrier/rss.h>

static void *open_rss(const struct kind_spec *spec, const struct kind_out *out)
{
	return rss_new(&spec->limits, out->on_tree, out->ctx);
}

static int feed_rss(void *doc, const char *bytes, size_t n, struct err *err)
{
	return rss_feed(doc, bytes, n, err);
}

static int end_rss(void *doc, struct err *err)
{
	return rss_end(doc, err);
}

static const char *warning_rss(const void *doc)
{
	return rss_warning(doc);
}

static void close_rss(void *doc)
{
	rss_free(doc);
}

const struct kind kind_rss = {
	.name = "rss",
	.open = open_rss,
	.feed = feed_rss,
	.end = end_rss,
	.warning = warning_rss,
	.close = close_rss,
};
