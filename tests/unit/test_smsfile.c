/* SPDX-License-Identifier: EUPL-1.2 */
/* The `file` gateway and the numbers and senders it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "courier/smsfile.h"

#include <etrier/courier.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TO "+33639981234"

static char folder[] = "/tmp/etrier-sms-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	char *command = mem_printf("rm -r '%s'", folder);
	int rc = system(command);
	free(command);
	return rc;
}

static char *read_sms(int id)
{
	static char text[2000];
	char *path = mem_printf("%s/sms-%d.json", folder, id);
	FILE *f = fopen(path, "r");
	if (!f)
		fail_msg("no %s", path);
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	free(path);
	return text;
}

static void test_an_sms_is_one_file_named_by_its_id(void **state)
{
	(void)state;
	char text[] = "Lina, \"début\" 01/12";
	struct sms sms = {
		.text = text,
		.size = {.is_gsm7 = true, .units = 19, .segments = 1}};
	struct err err;
	for (int i = 0; i < 2; i++) { /* the same again: the same file */
		assert_int_equal(
			smsfile_put(folder, 42, TO, "MISSIONLOC", &sms, &err),
			0);
		assert_string_equal(read_sms(42),
				    "{\"id\":42,\"to\":\"" TO
				    "\",\"sender\":\"MISSIONLOC\","
				    "\"text\":\"Lina, \\\"début\\\" 01/12\","
				    "\"units\":19,\"segments\":1}\n");
	}
}

static void test_a_folder_that_cannot_be_used_is_an_error(void **state)
{
	(void)state;
	char text[] = "x";
	struct sms sms = {.text = text};
	struct err err = {0};
	assert_int_equal(
		smsfile_put("/proc/nowhere", 1, TO, "MISSIONLOC", &sms, &err),
		-1);
	assert_int_equal(err.kind, ERR_STORE);
}

static void test_only_mobiles_in_e164_pass(void **state)
{
	(void)state;
	static const struct {
		const char *to;
		int rc;
	} cases[] = {
		{"+33639981234", 0},
		{"+33639980000", 0},
		{"0639981234", -1},
		{"06 39 98 12 34", -1},
		{"+33139981234", -1},
		{"+33 6 39 98 12 34", -1},
		{"", -1},
		{NULL, -1},
		{"+1", -1},
		{"+33639981234\n", -1},
		{"../../x", -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (smsfile_check_number(cases[i].to, NULL) != cases[i].rc)
			fail_msg("%s", cases[i].to);
}

static void test_senders_operators_would_replace_are_refused(void **state)
{
	(void)state;
	static const char *const good[] = {"MISSIONLOC", "ML93", "abc",
					   "ABCDEFGHIJK"};
	static const char *const bad[] = {
		"",	 "ab",	    "ABCDEFGHIJKL", "12345", "MISSION LOC",
		"ML-93", "Créteil", "ML\n93"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(smsfile_check_sender(good[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (smsfile_check_sender(bad[i], NULL) == 0)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(smsfile_check_sender(NULL, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_sms_is_one_file_named_by_its_id),
		cmocka_unit_test(test_a_folder_that_cannot_be_used_is_an_error),
		cmocka_unit_test(test_only_mobiles_in_e164_pass),
		cmocka_unit_test(
			test_senders_operators_would_replace_are_refused),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
