/* SPDX-License-Identifier: EUPL-1.2 */
/* The element splitter fed whole, byte by byte and in halves must see the same
 * elements and end the same way; what js_parse accepts it writes and reads
 * back; our short ways of reading and writing agree with jansson. */
#include "text/js_value.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int on_element(void *ctx, const struct jnode *element,
		      const struct err *err)
{
	BUG_ON(!element == !err);
	json_t *tree = element ? jnode_to_json(element) : NULL;
	if (tree)
		js_write(tree, ctx);
	else
		buf_adds(ctx, err->text);
	json_decref(tree);
	buf_addc(ctx, '\n');
	return 0;
}

static void split(const char *path, const char *s, size_t n, size_t step,
		  struct buf *out)
{
	static const struct js_split_limits limits = {.max_element = 200,
						      .max_elements = 50};
	struct arena a;
	arena_init(&a);
	struct js_split *x = js_split_new(path, &limits, &a, on_element, out);
	struct err err = {0};
	js_split_watch(x, "b");
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i += step)
		rc = js_split_feed(x, s + i, n - i < step ? n - i : step, &err);
	int end = js_split_end(x, &err);
	BUG_ON(rc && !end);
	BUG_ON(end && !err.kind);
	const char *watched = js_split_watched(x, "b");
	buf_printf(out, "%s %d %s", watched ? watched : "-", end, err.text);
	js_split_free(x);
	arena_clear(&a);
}

static void compare(const char *path, const char *s, size_t n)
{
	struct buf whole, pieces;
	buf_init(&whole, (size_t)1 << 24);
	buf_init(&pieces, (size_t)1 << 24);
	split(path, s, n, n + 1, &whole);
	const size_t steps[] = {1, 3, n / 2 + 1};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		buf_reset(&pieces);
		split(path, s, n, steps[i], &pieces);
		BUG_ON(strcmp(whole.data, pieces.data) != 0);
	}
	buf_clear(&whole);
	buf_clear(&pieces);
}

static void ask_jansson(const char *s, size_t n)
{
	struct arena a;
	arena_init(&a);
	const struct jnode *node = js_plain(&a, s, n);
	json_t *ours = node ? jnode_to_json(node) : NULL;
	if (!ours) {
		arena_clear(&a);
		return;
	}
	json_t *v = json_loadb(s, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			       NULL);
	BUG_ON(!v || !json_equal(v, ours));
	json_t *again = jnode_to_json(jnode_from_json(&a, v));
	BUG_ON(!json_equal(again, ours));
	json_decref(again);
	arena_clear(&a);
	struct buf out;
	buf_init(&out, (size_t)1 << 24);
	js_write(ours, &out);
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY |
					   JSON_REAL_PRECISION(15));
	BUG_ON(strcmp(text, out.data) != 0);
	free(text);
	buf_clear(&out);
	json_decref(v);
	json_decref(ours);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	ask_jansson(s, n);
	compare("", s, n);
	compare("a", s, n);
	compare("a.b", s, n);
	json_t *v = js_parse(s, n, NULL);
	if (v && !json_is_real(v)) {
		struct buf once, twice;
		buf_init(&once, (size_t)1 << 24);
		buf_init(&twice, (size_t)1 << 24);
		js_write(v, &once);
		BUG_ON(strpbrk(once.data, "\r\n"));
		json_t *again = js_parse(once.data, once.len, NULL);
		BUG_ON(!again);
		js_write(again, &twice);
		BUG_ON(strcmp(once.data, twice.data) != 0);
		json_decref(again);
		buf_clear(&once);
		buf_clear(&twice);
	}
	json_decref(v);
	return 0;
}
