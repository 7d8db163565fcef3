/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers from text, exact or refused; rounding and roots. */
#include <etrier/mem.h>
#include <etrier/num.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void an_integer_is_the_whole_text(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		int rc;
		int64_t want;
	} cases[] = {
		{"0", 0, 0},
		{"7", 0, 7},
		{"-7", 0, -7},
		{"007", 0, 7},
		{"1000", 0, 1000},
		{"-1000", 0, -1000},
		{"1001", -1, 0},
		{"-1001", -1, 0},
		{"", -1, 0},
		{"-", -1, 0},
		{"+7", -1, 0},
		{" 7", -1, 0},
		{"7 ", -1, 0},
		{"7x", -1, 0},
		{"0x7", -1, 0},
		{"7.0", -1, 0},
		{"1e2", -1, 0},
		{"--7", -1, 0},
		{"99999999999999999999999", -1, 0},
		{NULL, -1, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t v = 77;
		int rc = num_parse_int(cases[i].s, -1000, 1000, &v);
		assert_int_equal(rc, cases[i].rc);
		assert_int_equal(v, rc ? 77 : cases[i].want);
	}
	int64_t v = 77;
	assert_int_equal(
		num_parse_int("9223372036854775807", 0, INT64_MAX - 99, &v),
		-1);
	assert_int_equal(
		num_parse_int("18446744073709551617", INT64_MIN, INT64_MAX, &v),
		-1);
	assert_int_equal(v, 77);
}

static void a_decimal_is_scaled_and_never_rounded(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		int digits, rc;
		int64_t want;
	} cases[] = {
		{"0.35", 3, 0, 350},
		{"1", 3, 0, 1000},
		{"-0.5", 1, 0, -5},
		{"0.125", 3, 0, 125},
		{"0.1250", 3, -1, 0},
		{"0,35", 3, -1, 0},
		{".5", 1, -1, 0},
		{"5.", 1, -1, 0},
		{"1e3", 3, -1, 0},
		{"12", 0, 0, 12},
		{"1.2", 0, -1, 0},
		{"1.2.3", 3, -1, 0},
		{"9999999999999999999", 3, -1, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t v = 77;
		int rc = num_parse_decimal(cases[i].s, cases[i].digits, -10000,
					   10000, &v);
		assert_int_equal(rc, cases[i].rc);
		assert_int_equal(v, rc ? 77 : cases[i].want);
	}
}

static void degrees_become_millionths_rounded(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		int rc;
		int32_t want;
	} cases[] = {
		{"48.8566", 0, 48856600},
		{"-2.123456789", 0, -2123457},
		{"2.0000004", 0, 2000000},
		{"2.0000005", 0, 2000001},
		{"90", 0, 90000000},
		{"90.0000001", 0, 90000000},
		{"90.000001", -1, 0},
		{"-90.000001", -1, 0},
		{"4.88e1", -1, 0},
		{"48,85", -1, 0},
		{"", -1, 0},
		{"nan", -1, 0},
		{"2.99999999999999999999999999", 0, 3000000},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int32_t v = 77;
		int rc = num_parse_udeg(cases[i].s, 90, &v);
		if (rc != cases[i].rc || v != (rc ? 77 : cases[i].want))
			fail_msg("%s: %d", cases[i].s, v);
	}
}

static void roots_are_the_floor(void **state)
{
	(void)state;
	for (uint64_t r = 0; r < 100000; r++) {
		if (num_isqrt(r * r) != r ||
		    (r && num_isqrt(r * r - 1) != r - 1))
			fail_msg("%d", (int)r);
	}
	assert_int_equal(num_isqrt(UINT64_MAX), UINT32_MAX);
	assert_int_equal(num_isqrt((uint64_t)UINT32_MAX * UINT32_MAX),
			 UINT32_MAX);
}

static void halves_are_rounded_up(void **state)
{
	(void)state;
	static const int64_t cases[][3] = {
		{5, 2, 3},   {4, 2, 2},	  {1, 3, 0},   {2, 3, 1},
		{0, 7, 0},   {-5, 2, -2}, {-1, 2, 0},  {-3, 2, -1},
		{-2, 3, -1}, {-1, 3, 0},  {-7, 7, -1}, {1000, 1, 1000}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(num_div_round(cases[i][0], cases[i][1]),
				 cases[i][2]);
	assert_int_equal(num_clip(5, 0, 3), 3);
	assert_int_equal(num_clip(-5, 0, 3), 0);
	assert_int_equal(num_clip(2, 0, 3), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_integer_is_the_whole_text),
		cmocka_unit_test(a_decimal_is_scaled_and_never_rounded),
		cmocka_unit_test(degrees_become_millionths_rounded),
		cmocka_unit_test(roots_are_the_floor),
		cmocka_unit_test(halves_are_rounded_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
