/* SPDX-License-Identifier: EUPL-1.2 */
/* A feed read whole and in pieces gives the same records, the same repairs and
 * the same end, and its texts are valid. */
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/rss.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int on_record(void *ctx, json_t *record, const struct err *err)
{
	BUG_ON(!record == !err);
	BUG_ON(record && !json_is_object(record));
	if (record)
		js_write(record, ctx);
	else
		buf_adds(ctx, err->text);
	buf_addc(ctx, '\n');
	return 0;
}

static void split(const char *s, size_t n, size_t step, struct buf *out)
{
	static const struct js_split_limits limits = {.max_element = 500,
						      .max_elements = 50};
	struct rss *r = rss_new(&limits, on_record, out);
	struct err err = {0};
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i += step)
		rc = rss_feed(r, s + i, n - i < step ? n - i : step, &err);
	int end = rss_end(r, &err);
	BUG_ON(rc && !end);
	BUG_ON(end && !err.kind);
	const char *warning = rss_warning(r);
	buf_printf(out, "%d %s %s", end, end ? err.text : "",
		   warning ? warning : "");
	rss_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	const size_t steps[] = {1, 3, n / 2 + 1};
	struct buf whole, pieces;
	buf_init(&whole, (size_t)1 << 24);
	buf_init(&pieces, (size_t)1 << 24);
	split(s, n, n + 1, &whole);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		buf_reset(&pieces);
		split(s, n, steps[i], &pieces);
		BUG_ON(strcmp(whole.data, pieces.data) != 0);
	}
	buf_clear(&whole);
	buf_clear(&pieces);
	return 0;
}
