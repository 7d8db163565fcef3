/* SPDX-License-Identifier: EUPL-1.2 */
/* Telephone numbers by the French plan; social-security, bank and e-mail
 * checks. Numbers in full are of ranges that ARCEP keeps for fiction, or
 * sequences that nobody was given. */
#include <etrier/mem.h>
#include <etrier/phone.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_number_is_recognised_however_it_is_written(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		enum phone_kind kind;
		const char *e164;
	} cases[] = {
		{"06 12 34 56 78", PHONE_MOBILE, "+33612345678"},
		{"0612345678", PHONE_MOBILE, "+33612345678"},
		{"+33 6 12 34 56 78", PHONE_MOBILE, "+33612345678"},
		{"0033612345678", PHONE_MOBILE, "+33612345678"},
		{"33612345678", PHONE_MOBILE, "+33612345678"},
		{"+33(0)612345678", PHONE_MOBILE, "+33612345678"},
		{"06.12-34/56 78", PHONE_MOBILE, "+33612345678"},
		{"06\xC2\xA0"
		 "12\xE2\x80\xAF"
		 "34 56 78",
		 PHONE_MOBILE, "+33612345678"},
		{"+33 7 80 00 00 00", PHONE_MOBILE, "+33780000000"},
		{"06 39 98 12 34", PHONE_FICTION, "+33639981234"},
		{"+33 6 39 98 00 00", PHONE_FICTION, "+33639980000"},
		{"01 99 00 12 34", PHONE_FIXED, "+33199001234"},
		{"01 92 34 56 78", PHONE_FIXED, "+33192345678"},
		{"09 12 34 56 78", PHONE_FIXED, "+33912345678"},
		{"+590690123456", PHONE_MOBILE_DOM, "+590690123456"},
		{"0690123456", PHONE_MOBILE_DOM, "+590690123456"},
		{"0692123456", PHONE_MOBILE_DOM, "+262692123456"},
		{"+33692123456", PHONE_MOBILE_DOM, "+262692123456"},
		{"0639123456", PHONE_MOBILE_DOM, "+262639123456"},
		{"0694123456", PHONE_MOBILE_DOM, "+594694123456"},
		{"0696123456", PHONE_MOBILE_DOM, "+596696123456"},
		{"262692123456", PHONE_MOBILE_DOM, "+262692123456"},
		{"+262 (0)692 12 34 56", PHONE_MOBILE_DOM, "+262692123456"},
		{"0262123456", PHONE_FIXED, "+262262123456"},
		{"+590 590 12 34 56", PHONE_FIXED, "+590590123456"},
		{"0800123456", PHONE_SPECIAL, NULL},
		{"+33 892 12 34 56", PHONE_SPECIAL, NULL},
		{"36 39", PHONE_SPECIAL, NULL},
		{"15", PHONE_SPECIAL, NULL},
		{"118 712", PHONE_SPECIAL, NULL},
		{"+44 20 7946 0000", PHONE_FOREIGN, "+442079460000"},
		{"0032 2 123 45 67", PHONE_FOREIGN, "+3221234567"},
		{"0700123456", PHONE_INVALID, NULL},
		{"07001234567890", PHONE_INVALID, NULL},
		{"0710123456", PHONE_INVALID, NULL},
		{"0720123456", PHONE_INVALID, NULL},
		{"061234567", PHONE_INVALID, NULL},
		{"06123456789", PHONE_INVALID, NULL},
		{"06 1O 34 56 78", PHONE_INVALID, NULL},
		{"+336123456789", PHONE_INVALID, NULL},
		{"+590612345678", PHONE_INVALID, NULL},
		{"+1234567890123456", PHONE_INVALID, NULL},
		{"06+12345678", PHONE_INVALID, NULL},
		{"612345678", PHONE_INVALID, NULL},
		{"0012", PHONE_INVALID, NULL},
		{"0", PHONE_INVALID, NULL},
		{"", PHONE_INVALID, NULL},
		{"+", PHONE_INVALID, NULL},
		{"111111111111111111111111111111111111", PHONE_INVALID, NULL},
		{"06 12 34 56 7\xE9", PHONE_INVALID, NULL},
		{NULL, PHONE_INVALID, NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[17] = "untouched";
		enum phone_kind got = phone_normalise(cases[i].s, out);
		if (got != cases[i].kind)
			fail_msg("\"%s\": kind %d", cases[i].s, (int)got);
		assert_string_equal(out, cases[i].e164 ? cases[i].e164
						       : "untouched");
	}
}

static void what_was_normalised_normalises_to_itself(void **state)
{
	(void)state;
	static const char *const numbers[] = {"+33639981234", "+262692123456",
					      "+442079460000", "+33199001234"};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		char out[17];
		assert_int_not_equal(phone_normalise(numbers[i], out),
				     PHONE_INVALID);
		assert_string_equal(out, numbers[i]);
	}
}

struct truth {
	const char *s;
	bool ok;
};

static void check(bool (*is_valid)(const char *), const struct truth *cases,
		  size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_valid(cases[i].s) != cases[i].ok)
			fail_msg("\"%s\"", cases[i].s);
	}
}

static void a_social_security_number_is_known_by_its_key(void **state)
{
	(void)state;
	/* Month 99 and order 999: invented. */
	static const struct truth cases[] = {
		{"199999999999995", true},
		{"1 99 99 99 999 999 95", true},
		{"299992A99999971", true},
		{"299992B99999901", true},
		{"299992a99999971", true},
		{"199999999999996", false},
		{"19999999999999", false},
		{"1999999999999950", false},
		{"999999999999995", false},
		{"1999999999999A4", false},
		{"", false},
		{"0639981234", false},
		{NULL, false},
	};
	check(nir_is_valid, cases, ARRAY_LEN(cases));
}

static void a_bank_account_is_known_by_its_checksum(void **state)
{
	(void)state;
	/* The examples of the IBAN registry (SWIFT). */
	static const struct truth cases[] = {
		{"FR1420041010050500013M02606", true},
		{"FR14 2004 1010 0505 0001 3M02 606", true},
		{"fr1420041010050500013m02606", true},
		{"DE89370400440532013000", true},
		{"NO9386011117947", true},
		{"FR1520041010050500013M02606", false},
		{"FR1420041010050500013M0260", false},
		{"1420041010050500013M02606", false},
		{"FRXX20041010050500013M02606", false},
		{"", false},
		{NULL, false},
	};
	check(iban_is_valid, cases, ARRAY_LEN(cases));
}

/* An address of n bytes, right in everything but perhaps its length. */
static void make_address(char *out, size_t n)
{
	memset(out, 'a', n);
	out[64] = '@';
	for (size_t i = 65 + 50; i < n - 8; i += 50)
		out[i] = '.';
	memcpy(out + n - 8, ".example", 9);
}

static void an_address_that_smtp_could_misread_is_refused(void **state)
{
	(void)state;
	char longest[254 + 1], too_long[255 + 1];
	make_address(longest, 254);
	make_address(too_long, 255);
	const struct truth cases[] = {
		{"lina.martin@exemple.test", true},
		{"lina+ml@a.b.example", true},
		{"x@missionlocale-été.example", true},
		{"o'neil@exemple.test", true},
		{longest, true},
		{too_long, false},
		{"lina@localhost", false},
		{"lina", false},
		{"@exemple.test", false},
		{"lina@", false},
		{"lina@exemple.", false},
		{"lina@.test", false},
		{"lina@exemple..test", false},
		{"lina@-exemple.test", false},
		{"lina@exemple-.test", false},
		{"a@b@exemple.test", false},
		{"lina martin@exemple.test", false},
		{"lina@exemple.test\r\nRCPT TO:<x@y.test>", false},
		{"lina@exemple.test>", false},
		{"<lina@exemple.test", false},
		{"\"lina\"@exemple.test", false},
		{"lina@exe\xC2\xA0mple.test", false},
		{"lina@exe\xE2\x80\x8Bmple.test", false},
		{"lina@exe\xE9mple.test", false},
		{"lîna@exemple.test", false},
		{".lina@exemple.test", false},
		{"lina..m@exemple.test", false},
		{"", false},
		{NULL, false},
	};
	check(email_is_valid, cases, ARRAY_LEN(cases));
}

static void a_number_is_shown_as_one_dials_it_in_france(void **state)
{
	(void)state;
	static const struct {
		const char *e164, *shown;
	} cases[] = {
		{"+33639980001", "06 39 98 00 01"},
		{"+33139980002", "01 39 98 00 02"},
		{"+3363998000", "+3363998000"},
		{"+336399800011", "+336399800011"},
		{"+3363998000x", "+3363998000x"},
		{"+262639000001", "+262639000001"},
		{"06 39 98 00 01", "06 39 98 00 01"},
		{"", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[40];
		phone_write_fr(cases[i].e164, out, sizeof(out));
		assert_string_equal(out, cases[i].shown);
	}
	char small[6];
	phone_write_fr("+33639980001", small, sizeof(small));
	assert_string_equal(small, "06 39");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_recognised_however_it_is_written),
		cmocka_unit_test(what_was_normalised_normalises_to_itself),
		cmocka_unit_test(a_number_is_shown_as_one_dials_it_in_france),
		cmocka_unit_test(a_social_security_number_is_known_by_its_key),
		cmocka_unit_test(a_bank_account_is_known_by_its_checksum),
		cmocka_unit_test(an_address_that_smtp_could_misread_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
