/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of mistakes: order, wording of a line, what it refuses to carry,
 * and the way through JSON. */
#include <etrier/diag.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *printed(struct diags *d)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	assert_non_null(f);
	diags_print(d, f);
	fclose(f);
	return text;
}

static void prints_in_order_of_file_line_and_column(void **state)
{
	(void)state;
	struct diags d;
	diags_init(&d);
	diag_add(&d, DIAG_ERROR, "b.yaml", 1, 1, "first of b");
	diag_add(&d, DIAG_WARNING, "a.yaml", 12, 3, "later in a");
	diag_add(&d, DIAG_ERROR, "a.yaml", 2, 7, "second, found first");
	diag_add(&d, DIAG_ERROR, "a.yaml", 2, 7, "second, found next");
	diag_add(&d, DIAG_ERROR, "a.yaml", 2, 3, "first of line %d", 2);
	diag_add(&d, DIAG_ERROR, "a.yaml", 0, 0, "cannot read");
	diag_add(&d, DIAG_ERROR, NULL, 0, 0, "of no file");
	char *text = printed(&d);
	assert_string_equal(text, "error: of no file\n"
				  "a.yaml: error: cannot read\n"
				  "a.yaml:2:3: error: first of line 2\n"
				  "a.yaml:2:7: error: second, found first\n"
				  "a.yaml:2:7: error: second, found next\n"
				  "a.yaml:12:3: warning: later in a\n"
				  "b.yaml:1:1: error: first of b\n");
	assert_int_equal(d.n_errors, 6);
	assert_int_equal(d.n_warnings, 1);
	free(text);
	diags_clear(&d);
	assert_int_equal(d.n, 0);
}

static void keeps_the_first_two_hundred_and_counts_the_rest(void **state)
{
	(void)state;
	struct diags d;
	diags_init(&d);
	for (int i = 0; i < DIAGS_MAX + 5; i++)
		diag_add(&d, DIAG_ERROR, "f", (unsigned)i + 1, 1, "x");
	assert_int_equal(d.n, DIAGS_MAX);
	assert_int_equal(d.n_errors, DIAGS_MAX + 5);
	char *text = printed(&d);
	assert_non_null(strstr(text, "f:200:1: error: x\nand 5 more\n"));
	free(text);
	diags_clear(&d);
}

static void nothing_in_a_text_reaches_the_terminal_as_control(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"plain é ok", "plain é ok"},
		{"\x1b[31mred\x1b[0m", "?[31mred?[0m"},
		{"two\nlines\tand a tab", "two?lines?and a tab"},
		{"c1 \xc2\x9b here", "c1 ?? here"},
		{"not \xe9 utf-8", "not ? utf-8"},
		{"del \x7f", "del ?"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diags d;
		diags_init(&d);
		diag_add(&d, DIAG_ERROR, "f\xff", 1, 2, "%s", cases[i].in);
		assert_string_equal(d.v[0].text, cases[i].out);
		assert_string_equal(d.v[0].file, "f?");
		diags_clear(&d);
	}
}

static void a_long_text_is_cut_between_characters(void **state)
{
	(void)state;
	char *text = mem_alloc(4001);
	for (size_t i = 0; i < 4000; i += 2)
		memcpy(text + i, "é", 2);
	struct diags d;
	diags_init(&d);
	diag_add(&d, DIAG_ERROR, "f", 1, 1, "x%s", text);
	size_t n = strlen(d.v[0].text);
	assert_in_range(n, 500, 1200);
	assert_int_equal(n % 2, 1);
	json_t *v = diags_to_json(&d);
	assert_true(
		json_is_string(json_object_get(json_array_get(v, 0), "text")));
	json_decref(v);
	diags_clear(&d);
	free(text);
}

static void comes_back_whole_from_json(void **state)
{
	(void)state;
	struct diags d, back;
	diags_init(&d);
	diags_init(&back);
	diag_add(&d, DIAG_ERROR, "rules.yaml", 3, 9, "weight must be 0..100");
	diag_add(&d, DIAG_WARNING, "rules.yaml", 0, 0, "unused");
	json_t *v = diags_to_json(&d);
	diags_add_json(&back, v);
	char *a = printed(&d), *b = printed(&back);
	assert_string_equal(a, b);
	assert_int_equal(back.n_errors, 1);
	assert_int_equal(back.n_warnings, 1);
	free(a);
	free(b);
	json_decref(v);
	diags_clear(&d);
	diags_clear(&back);
}

static void strange_json_from_another_process_does_no_harm(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"[]", "{}", "[1,\"x\",null,{}]",
		"[{\"line\":-5,\"col\":99999999999,\"text\":7,\"level\":[]}]"};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diags d;
		diags_init(&d);
		json_t *v = json_loads(cases[i], 0, NULL);
		assert_non_null(v);
		diags_add_json(&d, v);
		for (size_t k = 0; k < d.n; k++) {
			assert_int_equal(d.v[k].line, 0);
			assert_int_equal(d.v[k].col, 0);
		}
		json_decref(v);
		diags_clear(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_in_order_of_file_line_and_column),
		cmocka_unit_test(
			keeps_the_first_two_hundred_and_counts_the_rest),
		cmocka_unit_test(
			nothing_in_a_text_reaches_the_terminal_as_control),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(comes_back_whole_from_json),
		cmocka_unit_test(
			strange_json_from_another_process_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
