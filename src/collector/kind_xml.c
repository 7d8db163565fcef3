/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources that answer with XML: every element at one path is a record. */
#include "kind.h"

#include <etrier/xml.h>

static void *open_xml(const json_t *source, js_split_fn *on_record, void *ctx)
{
	const struct js_split_limits limits = {
		.max_element = (size_t)js_int(source, "max_record_bytes", 0),
		.max_elements = js_int(source, "max_offers", 0),
	};
	return xml_split_new(js_str(source, "records", ""), &limits, on_record,
			     ctx);
}

static int feed_xml(void *doc, const char *bytes, size_t n, struct err *err)
{
	return xml_split_feed(doc, bytes, n, err);
}

static int end_xml(void *doc, struct err *err)
{
	return xml_split_end(doc, err);
}

static const char *declared_xml(const void *doc)
{
	(void)doc;
	return NULL;
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
	.declared = declared_xml,
	.close = close_xml,
};
