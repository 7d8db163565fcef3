/* SPDX-License-Identifier: EUPL-1.2 */
/* Which senders pass, at the three places that ask: the rule itself, the file
 * of agencies, etrier.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/people.h>
#include <etrier/sms_sender.h>
#include <etrier/str.h>

#include <string.h>

static void expect(const char *sender, const char *words)
{
	const char *why = sms_sender_problem(sender);
	if (words ? !why || !strstr(why, words) : why != NULL)
		fail_msg("%s: %s, not %s", sender ? sender : "(null)",
			 why ? why : "(fine)", words ? words : "(fine)");
}

static void test_names_of_houses_pass(void **state)
{
	(void)state;
	static const char *const good[] = {
		"MISSIONLOC", "ML93",	     "CFAdupain", "Mission93",
		"abc",	      "LETTRESONZE", "1jeune",	  "INFOJEUNES"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		expect(good[i], NULL);
}

static void test_what_operators_stop_is_refused(void **state)
{
	(void)state;
	expect(NULL, "3 to 11");
	expect("", "3 to 11");
	expect("ML", "3 to 11");
	expect("DOUZELETTRES", "3 to 11");
	expect("MISSION LOC", "letters and digits only");
	expect("MISSION-LOC", "letters and digits only");
	expect("Été93", "letters and digits only");
	expect("36111", "digits alone");
	expect("0639980001", "digits alone");
}

static void test_generic_words_are_refused_in_every_dress(void **state)
{
	(void)state;
	static const char *const bad[] = {"ALERTE", "Alert",	"rdv",	"RDV2",
					  "1INFO",  "Paiement", "BANK", "Colis",
					  "sms",    "TEST"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		expect(bad[i], "generic");
}

static void test_the_file_of_agencies_asks_the_same(void **state)
{
	(void)state;
	const struct people_column *c = NULL;
	struct err err;
	for (size_t i = 0; (c = people_column(PEOPLE_AGENCIES, i)); i++)
		if (str_eq(c->name, "sms_sender"))
			break;
	assert_non_null(c);
	json_t *v = people_cell(PEOPLE_AGENCIES, c, "MISSIONLOC", &err);
	assert_string_equal(json_string_value(v), "MISSIONLOC");
	json_decref(v);
	assert_null(people_cell(PEOPLE_AGENCIES, c, "rdv", &err));
	assert_non_null(strstr(err.text, "generic"));
	assert_null(people_cell(PEOPLE_AGENCIES, c, "38111", &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_houses_pass),
		cmocka_unit_test(test_what_operators_stop_is_refused),
		cmocka_unit_test(test_generic_words_are_refused_in_every_dress),
		cmocka_unit_test(test_the_file_of_agencies_asks_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
