/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources that answer with XML: every element at one path is a record. */
#include "kind.h"

#include <etrier/xml.h>

static void *open_xml(const struct kind_spec *spec, const struct kind_out *out)
{
	return xml_split_new(spec->records, &spec->limits, out->arena,
			     out->on_record, out->ctx);
}

static int feed_xml(void *doc, const char *bytes, size_t n, struct err *err)
{
	return xml_split_feed(doc, bytes, n, err);
}

static int end_xml(void *doc, struct err *err)
{
	return xml_split_end(doc, err);
}

static void close_xml(void *doc)
{
	xml_split_free(doc);
}

const struct kind kind_xml = {
	.name = "xml",
	.open = open_xml,
	.feed = feed_xml,
	.end = end_xml,
	.close = close_xml,
};
