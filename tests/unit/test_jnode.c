/* SPDX-License-Identifier: EUPL-1.2 */
/* The short way of reading JSON gives what jansson gives, or leaves it to
 * jansson; values in an arena and trees are the same values. */
#include "text/js_value.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* is_plain: the short way reads it itself. */
static void check(const char *s, bool is_plain)
{
	struct arena a;
	struct err err;
	size_t n = strlen(s);
	arena_init(&a);
	if (is_plain != (js_plain(&a, s, n) != NULL))
		fail_msg("%s: is_plain %d", s, !is_plain);
	json_t *want = json_loadb(
		s, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	const struct jnode *got = js_node(&a, s, n, &err);
	if (!want != !got)
		fail_msg("%s: %s", s, got ? "read" : err.text);
	if (got) {
		json_t *tree = jnode_to_json(got);
		if (!json_equal(tree, want))
			fail_msg("%s: another value", s);
		json_t *again = jnode_to_json(jnode_from_json(&a, tree));
		assert_true(json_equal(again, want));
		json_decref(again);
		json_decref(tree);
	}
	json_decref(want);
	arena_clear(&a);
}

static void test_numbers_are_those_of_jansson(void **state)
{
	static const struct {
		const char *s;
		bool is_plain;
	} rows[] = {
		{"0", true},
		{"-0", true},
		{"48.7896", true},
		{"-2.4555", true},
		{"0.1", true},
		{"0.000000000000001", true}, /* too many digits for us */
		{"0.00000000000001", true},
		{"-0.0", true},
		{"999999999999.999", true},
		{"123456789012345.6", true},
		{"1.7976931348623157e308", true},
		{"5e-324", true},
		{"1e2", true},
		{"01.5", false},
		{"1.", false},
		{".5", false},
		{"1.5.5", false},
		{"1.5e", false},
		{"-", false},
		{"+1", false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i].s, rows[i].is_plain);
}

/* Every hundred-thousandth from -90 to 90 in steps, as coordinates are. */
static void test_decimals_are_rounded_once(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	for (int i = -9000000; i <= 9000000; i += 7919) {
		int whole = i < 0 ? -i : i;
		check(arena_printf(&a, "%s%d.%05d", i < 0 ? "-" : "",
				   whole / 100000, whole % 100000),
		      true);
		arena_reset(&a);
	}
	/* more digits than a double holds: those of jansson */
	uint64_t v = 1;
	for (int n = 12; n <= 19; n++)
		for (int i = 0; i < 200; i++) {
			v = v * 6364136223846793005u + 1442695040888963407u;
			check(arena_printf(&a, "%d.%0*" PRIu64, i % 10, n,
					   v % 1000000000000000000u),
			      true);
			arena_reset(&a);
		}
	arena_clear(&a);
}

/* Texts are made in place, sixteen bytes at a time. */
static void test_escapes_at_every_place(void **state)
{
	static const char *const escapes[] = {
		"\\n", "\\u00e9", "\\\\", "\\\"", "\\u20ACx\\/", "é", ""};
	struct arena a;
	(void)state;
	arena_init(&a);
	for (int before = 0; before < 35; before++)
		for (int after = 0; after < 35; after++)
			for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
				const char *s = arena_printf(
					&a, "{\"%.*s%s%.*s\":[\"%.*s%s\"]}",
					before,
					"abcdefghijklmnopqrstuvwxyzabcdefghij",
					escapes[i], after,
					"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ",
					after,
					"0123456789012345678901234567890"
					"123456",
					escapes[i]);
				check(s, true);
				arena_reset(&a);
			}
	arena_clear(&a);
}

static void test_a_name_twice_is_refused_wherever(void **state)
{
	(void)state;
	check("{\"a\":1,\"b\":2,\"\\u0061\":3}", false);
	check("{\"a\":1,\"b\":{\"a\":2,\"c\":{\"a\":3}}}", true);
	check("[{\"a\":1},{\"a\":2}]", true);
	check("{\"a\":1,\"b\":{\"c\":2,\"c\":3}}", false);
	check("{\"\":1,\"\":3}", false);
}

/* So many that comparing each name with all others would take long. */
static void test_an_object_of_very_many_is_jansson_s(void **state)
{
	static const struct {
		int n;
		bool is_plain;
	} rows[] = {{256, true}, {257, false}, {2000, false}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;
		buf_init(&b, 1 << 20);
		for (int k = 0; k < rows[i].n; k++)
			buf_printf(&b, "%c\"k%d\":%d", k ? ',' : '{', k, k);
		buf_addc(&b, '}');
		check(b.data, rows[i].is_plain);
		buf_clear(&b);
	}
}

static void test_a_member_is_found_by_its_whole_name(void **state)
{
	static const char s[] = "{\"ab\":1,\"a\":2,\"\":3}";
	struct arena a;
	(void)state;
	arena_init(&a);
	const struct jnode *v = js_plain(&a, s, strlen(s));
	assert_non_null(v);
	assert_int_equal(jnode_get(v, "a", 1)->integer, 2);
	assert_int_equal(jnode_get(v, "ab", 2)->integer, 1);
	assert_int_equal(jnode_get(v, "", 0)->integer, 3);
	assert_null(jnode_get(v, "b", 1));
	assert_null(jnode_get(NULL, "a", 1));
	assert_null(jnode_get(v->first, "a", 1)); /* no object */
	arena_clear(&a);
}

/* Bytes after the value, and none of them read past the end. */
static void test_the_end_is_the_end(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	assert_non_null(js_plain(&a, "12", 2));
	assert_int_equal(js_plain(&a, "12", 1)->integer, 1);
	assert_null(js_plain(&a, "1\0", 2));
	assert_null(js_plain(&a, "[1]\0]", 5));
	assert_null(js_plain(&a, "\"abc", 4));
	assert_null(js_plain(&a, "\"abc\\", 5));
	assert_null(js_plain(&a, "\"abc\\u00", 8));
	assert_null(js_plain(&a, "tru", 3));
	assert_null(js_plain(&a, "", 0));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_those_of_jansson),
		cmocka_unit_test(test_decimals_are_rounded_once),
		cmocka_unit_test(test_escapes_at_every_place),
		cmocka_unit_test(test_a_name_twice_is_refused_wherever),
		cmocka_unit_test(test_an_object_of_very_many_is_jansson_s),
		cmocka_unit_test(test_a_member_is_found_by_its_whole_name),
		cmocka_unit_test(test_the_end_is_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
