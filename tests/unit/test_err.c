/* SPDX-License-Identifier: EUPL-1.2 */
/* The failure record: kind, text, prefix, and what does not fit. */
#include <etrier/err.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_failure_is_one_statement(void **state)
{
	(void)state;
	struct err err = {0};
	assert_int_equal(err_set(&err, ERR_INPUT, "line %d", 3), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.text, "line 3");
	assert_int_equal(err_set(NULL, ERR_INPUT, "x"), -1);
	assert_int_equal(err_prefix(NULL, "x"), -1);
}

static void a_prefix_keeps_the_kind_and_may_quote_the_text(void **state)
{
	(void)state;
	struct err err = {0};
	err_set(&err, ERR_STORE, "disk full");
	assert_int_equal(err_prefix(&err, "%s.csv", "youths"), -1);
	assert_int_equal(err.kind, ERR_STORE);
	assert_string_equal(err.text, "youths.csv: disk full");
	err_set(&err, ERR_LIMIT, "again: %s", err.text);
	assert_string_equal(err.text, "again: youths.csv: disk full");
}

static void a_long_text_is_cut_inside_its_record(void **state)
{
	(void)state;
	struct {
		struct err err;
		char guard[8];
	} box = {.guard = "guard"};
	char text[2 * ERR_TEXT_MAX];
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err_set(&box.err, ERR_INPUT, "%s", text);
	assert_int_equal(strlen(box.err.text), ERR_TEXT_MAX - 1);
	err_prefix(&box.err, "%s", text);
	assert_int_equal(strlen(box.err.text), ERR_TEXT_MAX - 1);
	assert_string_equal(box.guard, "guard");
}

static void every_kind_has_its_word(void **state)
{
	(void)state;
	static const struct {
		enum err_kind kind;
		const char *name;
	} cases[] = {
		{ERR_NONE, "none"},
		{ERR_CONFIG, "config"},
		{ERR_INPUT, "input"},
		{ERR_NETWORK, "network"},
		{ERR_STORE, "store"},
		{ERR_LIMIT, "limit"},
		{ERR_PERMISSION, "permission"},
		{ERR_UNKNOWN, "unknown"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(err_kind_name(cases[i].kind),
				    cases[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_one_statement),
		cmocka_unit_test(
			a_prefix_keeps_the_kind_and_may_quote_the_text),
		cmocka_unit_test(a_long_text_is_cut_inside_its_record),
		cmocka_unit_test(every_kind_has_its_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
