/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of a CSV feed fed whole and in pieces are the same, end the same way,
 * and hold valid text only. */
#include <etrier/buf.h>
#include <etrier/csv_split.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int on_record(void *ctx, json_t *record, const struct err *err)
{
	const char *key;
	json_t *v;
	BUG_ON(!record == !err);
	json_object_foreach(record, key, v)
	{
		const char *s = json_string_value(v);
		BUG_ON(!*key || !*s || strpbrk(key, ".[]"));
		BUG_ON(!utf8_is_valid(s, strlen(s)));
	}
	if (record)
		js_write(record, ctx);
	else
		buf_adds(ctx, err->text);
	buf_addc(ctx, '\n');
	return 0;
}

static void split(const struct csv_split_options *o, const char *s, size_t n,
		  size_t step, struct buf *out)
{
	static const struct js_split_limits limits = {.max_element = 200,
						      .max_elements = 50};
	struct csv_split *c = csv_split_new(o, &limits, on_record, out);
	struct err err = {0};
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i += step)
		rc = csv_split_feed(c, s + i, n - i < step ? n - i : step,
				    &err);
	int end = csv_split_end(c, &err);
	BUG_ON(rc && !end);
	BUG_ON(end && !err.kind);
	buf_printf(out, "%d %s", end, end ? err.text : "");
	csv_split_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const columns[] = {"a", "", "a"};
	static const struct csv_split_options options[] = {
		{.separator = 0},
		{.separator = ';',
		 .encoding = CSV_ENCODING_WINDOWS_1252,
		 .columns = columns,
		 .n_columns = 3},
	};
	const char *s = (const char *)data;
	const size_t steps[] = {1, 3, n / 2 + 1};
	struct buf whole, pieces;
	buf_init(&whole, (size_t)1 << 24);
	buf_init(&pieces, (size_t)1 << 24);
	for (size_t o = 0; o < ARRAY_LEN(options); o++) {
		buf_reset(&whole);
		split(&options[o], s, n, n + 1, &whole);
		for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
			buf_reset(&pieces);
			split(&options[o], s, n, steps[i], &pieces);
			BUG_ON(strcmp(whole.data, pieces.data) != 0);
		}
	}
	buf_clear(&whole);
	buf_clear(&pieces);
	return 0;
}
