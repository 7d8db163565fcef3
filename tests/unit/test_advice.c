/* SPDX-License-Identifier: EUPL-1.2 */
/* Advice: the shipped list compiles and is plain, every mistake has its place,
 * and no condition that reads a need, and no word of one, gets in. Which one is
 * chosen: test_plan_youth.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <etrier/advice.h>
#include <etrier/diag.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD SOURCE_DIR "/tests/rules/advice/bad."

static char *slurp(const char *path)
{
	static char text[8192];
	FILE *f = fopen(path, "r");
	if (!f)
		fail_msg("cannot read %s", path);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static char *told(struct diags *d)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);
	diags_print(d, f);
	fclose(f);
	diags_clear(d);
	return out;
}

static void the_shipped_list_compiles(void **state)
{
	(void)state;
	struct diags d;
	diags_init(&d);
	struct advice *a = advice_compile(NULL, NULL, 0, NULL, &d);
	char *text = told(&d);
	assert_string_equal(text, "");
	assert_non_null(a);
	assert_true(advice_count(a) >= 6);
	advice_free(a);
	free(text);
}

static void every_mistake_has_its_place(void **state)
{
	(void)state;
	struct diags d;
	diags_init(&d);
	const char *yaml = slurp(BAD "yaml");
	struct advice *a =
		advice_compile("bad.yaml", yaml, strlen(yaml), NULL, &d);
	assert_null(a);
	char *text = told(&d);
	if (getenv("ETRIER_GOLDEN_WRITE")) {
		FILE *f = fopen(BAD "expect", "w");
		assert_non_null(f);
		fputs(text, f);
		fclose(f);
	}
	assert_string_equal(text, slurp(BAD "expect"));
	free(text);
}

static void without_a_file_the_shipped_list_counts(void **state)
{
	(void)state;
	struct diags d;
	diags_init(&d);
	json_t *none = json_array();
	struct advice *a = advice_compile_json(none, NULL, &d);
	struct advice *b = advice_compile_json(NULL, NULL, &d);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(advice_count(a), advice_count(b));
	advice_free(a);
	advice_free(b);
	json_decref(none);
	/* One that is empty advises nothing. */
	static const char empty[] = "advice: []\n";
	a = advice_compile("a.yaml", empty, strlen(empty), NULL, &d);
	assert_non_null(a);
	assert_int_equal(advice_count(a), 0);
	advice_free(a);
	diags_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_list_compiles),
		cmocka_unit_test(every_mistake_has_its_place),
		cmocka_unit_test(without_a_file_the_shipped_list_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
