/* SPDX-License-Identifier: EUPL-1.2 */
/* The record splitter fed whole and in pieces, with plain records read without
 * expat and without, must see the same records and end the same way, with the
 * same words. */
#include "text/xml_plain.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/mem.h>
#include <etrier/xml.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int on_record(void *ctx, const struct jnode *record,
		     const struct err *err)
{
	BUG_ON(!record == !err);
	json_t *tree = record ? jnode_to_json(record) : NULL;
	if (tree)
		js_write(tree, ctx);
	else
		buf_adds(ctx, err->text);
	json_decref(tree);
	buf_addc(ctx, '\n');
	return 0;
}

static void split(const char *path, const char *s, size_t n, size_t step,
		  bool by_expat, struct buf *out)
{
	static const struct js_split_limits limits = {.max_element = 500,
						      .max_elements = 50};
	struct arena a;
	arena_init(&a);
	struct xml_split *x = xml_split_new(path, &limits, &a, on_record, out);
	if (by_expat)
		xml_split_all_by_expat(x);
	struct err err = {0};
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i += step)
		rc = xml_split_feed(x, s + i, n - i < step ? n - i : step,
				    &err);
	int end = xml_split_end(x, &err);
	BUG_ON(rc && !end);
	BUG_ON(end && !err.kind);
	buf_printf(out, "%d", end);
	xml_split_free(x);
	arena_clear(&a);
}

static void compare(const char *path, const char *s, size_t n)
{
	struct buf whole, pieces;
	buf_init(&whole, (size_t)1 << 24);
	buf_init(&pieces, (size_t)1 << 24);
	split(path, s, n, n + 1, true, &whole);
	const size_t steps[] = {1, 3, n / 2 + 1, n + 1};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		buf_reset(&pieces);
		split(path, s, n, steps[i], false, &pieces);
		BUG_ON(strcmp(whole.data, pieces.data) != 0);
	}
	buf_clear(&whole);
	buf_clear(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	compare("a", s, n);
	compare("a.b", s, n);
	return 0;
}
