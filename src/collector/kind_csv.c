/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources that answer with CSV: every row below the header line is a record. */
#include "kind.h"

#include <etrier/csv_split.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>

static char separator(const char *word)
{
	return str_eq(word, "tab") ? '\t' : word ? *word : '\0';
}

static enum csv_encoding encoding(const char *word)
{
	static const struct {
		const char *word;
		enum csv_encoding code;
	} rows[] = {{"utf-8", CSV_ENCODING_UTF8},
		    {"windows-1252", CSV_ENCODING_WINDOWS_1252},
		    {"iso-8859-15", CSV_ENCODING_ISO_8859_15}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(rows[i].word, word))
			return rows[i].code;
	return CSV_ENCODING_AUTO;
}

static void *open_csv(const struct kind_spec *spec, const struct kind_out *out)
{
	const json_t *columns = json_object_get(spec->source, "columns");
	struct csv_split_options o = {
		.separator = separator(js_str(spec->source, "separator", NULL)),
		.encoding = encoding(js_str(spec->source, "encoding", NULL)),
		.n_columns = json_array_size(columns),
	};
	const char **names = mem_array(o.n_columns + 1, sizeof(*names));
	for (size_t i = 0; i < o.n_columns; i++)
		names[i] = json_string_value(json_array_get(columns, i));
	o.columns = names;
	void *doc = csv_split_new(&o, &spec->limits, out->on_tree, out->ctx);
	free(names);
	return doc;
}

static int feed_csv(void *doc, const char *bytes, size_t n, struct err *err)
{
	return csv_split_feed(doc, bytes, n, err);
}

static int end_csv(void *doc, struct err *err)
{
	return csv_split_end(doc, err);
}

static void close_csv(void *doc)
{
	csv_split_free(doc);
}

const struct kind kind_csv = {
	.name = "csv",
	.open = open_csv,
	.feed = feed_csv,
	.end = end_csv,
	.close = close_csv,
};
