/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions about text, and the nearest word. */
#include <etrier/mem.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void null_equals_only_null(void **state)
{
	(void)state;
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq(NULL, ""));
	assert_false(str_eq("", NULL));
	assert_true(str_eq("a", "a"));
	assert_false(str_eq("a", "A"));
	assert_true(str_starts("abc", "") && str_starts("abc", "ab"));
	assert_false(str_starts("ab", "abc"));
	assert_true(str_ends("abc", "") && str_ends("abc", "bc"));
	assert_false(str_ends("bc", "abc"));
	assert_true(str_is_empty(NULL) && str_is_empty("") &&
		    str_is_empty(" \t\r\n"));
	assert_false(str_is_empty(" x "));
}

static void a_copy_says_whether_it_fitted(void **state)
{
	(void)state;
	char s[4];
	assert_true(str_copy(s, sizeof(s), "abc"));
	assert_string_equal(s, "abc");
	assert_false(str_copy(s, sizeof(s), "wxyz"));
	assert_string_equal(s, "wxy");
	assert_false(str_copy(s, 1, "a"));
	assert_string_equal(s, "");
}

static void ends_are_trimmed_in_place(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"", ""},	 {"  ", ""},
					       {" a b ", "a b"}, {"\t\na", "a"},
					       {"a\r\n", "a"},	 {"a", "a"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char s[16];
		str_copy(s, sizeof(s), cases[i][0]);
		assert_string_equal(str_trim(s), cases[i][1]);
	}
}

static void edits_are_counted_up_to_a_ceiling(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t max, want;
	} cases[] = {
		{"", "", 2, 0},
		{"a", "", 2, 1},
		{"abc", "abc", 2, 0},
		{"abc", "acb", 2, 1},
		{"abc", "axc", 2, 1},
		{"abc", "ac", 2, 1},
		{"abc", "abxc", 2, 1},
		{"kitten", "sitting", 5, 3},
		{"kitten", "sitting", 2, 3},
		{"a", "abcdefgh", 2, 3},
		{"ca", "abc", 5, 3},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t d = str_distance(cases[i].a, cases[i].b, cases[i].max);
		assert_int_equal(d, cases[i].want);
		assert_int_equal(
			str_distance(cases[i].b, cases[i].a, cases[i].max), d);
	}
	char longest[300];
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(str_distance(longest, longest + 1, 2), 3);
}

static void the_nearest_word_is_near_or_none(void **state)
{
	(void)state;
	static const char *const words[] = {"weight", "reach_m", "gate",
					    "to",     "enabled", NULL};
	static const char *const cases[][2] = {
		{"wieght", "weight"}, {"reach", "reach_m"},
		{"gat", "gate"},      {"enbled", "enabled"},
		{"zzz", NULL},	      {"x", NULL},
		{"", NULL},	      {"weight", "weight"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *got = str_nearest(cases[i][0], words);
		if (!str_eq(got, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], got ? got : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_equals_only_null),
		cmocka_unit_test(a_copy_says_whether_it_fitted),
		cmocka_unit_test(ends_are_trimmed_in_place),
		cmocka_unit_test(edits_are_counted_up_to_a_ceiling),
		cmocka_unit_test(the_nearest_word_is_near_or_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
