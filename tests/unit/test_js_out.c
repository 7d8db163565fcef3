/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON written member by member is what the tree with these members gives. */
#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/js_out.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *of_tree(json_t *v_take)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	js_write(v_take, &b);
	json_decref(v_take);
	return buf_take(&b);
}

static void test_members_are_those_of_the_tree(void **state)
{
	static const char text[] = "a \"quoted\" \\ line\n\x01 of caf\xc3\xa9";
	struct buf b;
	json_t *gone = json_pack("[ss]", "1", "2");
	(void)state;
	buf_init(&b, 1 << 16);
	buf_addc(&b, '{');
	js_out_str(&b, "text", text);
	js_out_str(&b, "none", NULL);
	js_out_str(&b, "no_utf8", "\xff");
	js_out_str(&b, "empty", "");
	js_out_int(&b, "n", INT64_MIN);
	js_out_bool(&b, "is_so", true);
	size_t mark = js_out_open(&b, "sub", '{');
	size_t list = js_out_open(&b, "list", '[');
	js_out_str(&b, NULL, "x");
	js_out_int(&b, NULL, 0);
	js_out_close(&b, list, ']');
	js_out_close(&b, mark, '}');
	js_out_value(&b, "gone", gone);
	buf_addc(&b, '}');
	char *want = of_tree(
		json_pack("{s:s, s:s, s:I, s:b, s:{s:[s, i]}, s:o}", "text",
			  text, "empty", "", "n", (json_int_t)INT64_MIN,
			  "is_so", 1, "sub", "list", "x", 0, "gone", gone));
	assert_string_equal(b.data, want);
	free(want);
	buf_clear(&b);
}

static void test_what_stays_empty_is_left_out(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 1 << 16);
	buf_addc(&b, '{');
	size_t outer = js_out_open(&b, "outer", '{');
	size_t inner = js_out_open(&b, "inner", '[');
	js_out_close(&b, inner, ']');
	js_out_close(&b, outer, '}');
	js_out_int(&b, "n", 1);
	outer = js_out_open(&b, "outer", '{');
	js_out_close(&b, outer, '}');
	js_out_int(&b, "m", 2);
	buf_addc(&b, '}');
	assert_string_equal(b.data, "{\"n\":1,\"m\":2}");
	buf_clear(&b);
}

static void test_millionths_are_degrees_as_the_tree_writes_them(void **state)
{
	static const int32_t rows[] = {
		0,	   1000000,    -61400000, 48960400, 2363700,
		180000000, -180000000, 100,	  -100,	    123456789,
		500000,	   -500001,    10000000,  2000,
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;
		buf_init(&b, 100);
		buf_addc(&b, '{');
		js_out_micro(&b, "v", rows[i]);
		buf_addc(&b, '}');
		char *want = of_tree(json_pack("{s:f}", "v", rows[i] / 1e6));
		assert_string_equal(b.data, want);
		free(want);
		buf_clear(&b);
	}
}

/* An escape at every place of texts of every length: the writer looks at
 * sixteen bytes together. */
static void test_an_escape_is_seen_wherever_it_stands(void **state)
{
	static const char signs[] = "\"\\\n\x1f";
	(void)state;
	for (size_t n = 1; n < 50; n++)
		for (size_t at = 0; at < n * (sizeof(signs) - 1); at++) {
			char text[64];
			memset(text, n % 2 ? 'x' : '!', n);
			text[at % n] = signs[at / n];
			text[n] = '\0';
			char *line = of_tree(json_pack("[s]", text));
			json_t *back = json_loads(line, 0, NULL);
			assert_non_null(back);
			assert_string_equal(
				json_string_value(json_array_get(back, 0)),
				text);
			json_decref(back);
			free(line);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_are_those_of_the_tree),
		cmocka_unit_test(test_what_stays_empty_is_left_out),
		cmocka_unit_test(
			test_millionths_are_degrees_as_the_tree_writes_them),
		cmocka_unit_test(test_an_escape_is_seen_wherever_it_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
