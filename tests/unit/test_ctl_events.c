/* SPDX-License-Identifier: EUPL-1.2 */
/* A cell of an export is what it was, and no spreadsheet runs it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/mem.h>

#include <ctl/ctl.h>

#include <stdlib.h>

static void test_a_cell_is_no_formula_and_no_two_cells(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"0412", "0412"},
		{"", ""},
		{"=HYPERLINK(1)", "'=HYPERLINK(1)"},
		{"+33", "'+33"},
		{"-1", "'-1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "\"'\r=1\""},
		{"a;b", "\"a;b\""},
		{"say \"no\"", "\"say \"\"no\"\"\""},
		{"=1;\"x\"", "\"'=1;\"\"x\"\"\""},
		{"a=b", "a=b"},
		{"Boulangerie - viennoiserie", "Boulangerie - viennoiserie"}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&text, &n);
		assert_non_null(f);
		ctl_csv_cell(rows[i][0], f);
		fclose(f);
		assert_string_equal(text, rows[i][1]);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cell_is_no_formula_and_no_two_cells)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
