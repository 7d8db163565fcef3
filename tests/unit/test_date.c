/* SPDX-License-Identifier: EUPL-1.2 */
/* Civil dates, Paris time through both changes of the year, holidays, and the
 * texts of all of them. */
#include <etrier/date.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int32_t day(const char *s)
{
	int32_t d;
	if (date_parse_iso(s, &d))
		fail_msg("not a date: %s", s);
	return d;
}

static int64_t at(const char *s)
{
	int64_t t;
	if (instant_parse(s, &t))
		fail_msg("not an instant: %s", s);
	return t;
}

static void every_day_of_four_centuries_goes_there_and_back(void **state)
{
	(void)state;
	int32_t from = date_from_ymd(1899, 12, 31);
	int32_t to = date_from_ymd(2301, 1, 1);
	int weekday = date_weekday(from);
	for (int32_t d = from; d <= to; d++, weekday = weekday % 7 + 1) {
		int y, m, dd;
		date_to_ymd(d, &y, &m, &dd);
		if (date_from_ymd(y, m, dd) != d || date_weekday(d) != weekday)
			fail_msg("%04d-%02d-%02d", y, m, dd);
	}
	assert_int_equal(date_from_ymd(1970, 1, 1), 0);
	assert_int_equal(date_weekday(0), 4);
	assert_int_equal(date_weekday(day("2026-11-23")), 1);
}

static void days_that_do_not_exist_are_none(void **state)
{
	(void)state;
	static const int cases[][3] = {
		{2026, 2, 29}, {1900, 2, 29}, {2026, 4, 31}, {2026, 13, 1},
		{2026, 0, 1},  {2026, 1, 0},  {2026, 1, 32}, {0, 1, 1},
		{10000, 1, 1}, {2026, -1, 1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			date_from_ymd(cases[i][0], cases[i][1], cases[i][2]),
			DATE_NONE);
	assert_int_not_equal(date_from_ymd(2000, 2, 29), DATE_NONE);
}

static void age_turns_on_the_birthday_and_on_1_march_for_29_february(void **st)
{
	(void)st;
	static const struct {
		const char *birth, *on;
		int age;
	} cases[] = {
		{"2008-11-23", "2026-11-22", 17},
		{"2008-11-23", "2026-11-23", 18},
		{"2008-02-29", "2026-02-28", 17},
		{"2008-02-29", "2026-03-01", 18},
		{"2008-02-29", "2028-02-28", 19},
		{"2008-02-29", "2028-02-29", 20},
		{"2004-12-31", "2026-01-01", 21},
		{"2026-11-23", "2026-11-23", 0},
		{"2026-11-24", "2026-11-23", -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			date_age(day(cases[i].birth), day(cases[i].on)),
			cases[i].age);
}

static void months_added_stop_at_the_end_of_the_month(void **state)
{
	(void)state;
	static const struct {
		const char *from;
		int months;
		const char *to;
	} cases[] = {
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-11-23", 2, "2027-01-23"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-11-30", 0, "2026-11-30"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2026-11-23", -24, "2024-11-23"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			date_add_months(day(cases[i].from), cases[i].months),
			day(cases[i].to));
	assert_int_equal(date_add_months(0, INT32_MAX), DATE_NONE);
	assert_int_equal(date_add_months(0, INT32_MIN), DATE_NONE);
}

static void only_the_exact_forms_of_a_date_are_read(void **state)
{
	(void)state;
	static const char *const iso[] = {
		"",	      "2026",	     "2026-11",	    "2026-11-",
		"2026-11-2",  "2026-11-231", "2026-11-23 ", " 2026-11-23",
		"2026/11/23", "26-11-23",    "2026-02-30",  "1899-12-31",
		"2200-01-01", "2026-1-23",   "-026-11-23",  "20261123",
		"2026-11-2x"};
	static const char *const dmy[] = {
		"",	      "2",	    "23",	   "23/",
		"23/11",      "23/11/26",   "1/1/2026",	   "23/11-2026",
		"11/23/2026", "23 11 2026", "23/11/2026 ", "31/04/2026",
		"2026/11/23", "23/11/20261"};
	int32_t d = 77;
	for (size_t i = 0; i < ARRAY_LEN(iso); i++)
		if (date_parse_iso(iso[i], &d) != -1)
			fail_msg("\"%s\"", iso[i]);
	for (size_t i = 0; i < ARRAY_LEN(dmy); i++)
		if (date_parse_dmy(dmy[i], &d) != -1)
			fail_msg("\"%s\"", dmy[i]);
	assert_int_equal(d, 77);
	static const char *const same[] = {"23/11/2026", "23-11-2026",
					   "23.11.2026"};
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		assert_int_equal(date_parse_dmy(same[i], &d), 0);
		assert_int_equal(d, day("2026-11-23"));
	}
}

static void dates_are_written_for_machines_and_for_the_french(void **state)
{
	(void)state;
	char s[40];
	date_format(day("2026-03-01"), s);
	assert_string_equal(s, "2026-03-01");
	date_format_dmy(day("2026-03-01"), s);
	assert_string_equal(s, "01/03/2026");
	date_format_fr(day("2026-11-23"), false, s);
	assert_string_equal(s, "lundi 23 novembre");
	date_format_fr(day("2026-11-23"), true, s);
	assert_string_equal(s, "lundi 23 novembre 2026");
	date_format_fr(day("2026-12-01"), false, s);
	assert_string_equal(s, "mardi 1er décembre");
	date_format_fr(day("2026-08-11"), true, s);
	assert_string_equal(s, "mardi 11 août 2026");
	static const int32_t none[] = {DATE_NONE, INT32_MAX, -800000};
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		date_format(none[i], s);
		assert_string_equal(s, "");
		date_format_dmy(none[i], s);
		assert_string_equal(s, "");
		date_format_fr(none[i], true, s);
		assert_string_equal(s, "");
	}
}

static void instants_of_every_partner_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *s, *utc; /* NULL: refused */
	} cases[] = {
		{"2026-11-23", "2026-11-22T23:00:00Z"},
		{"2026-07-14", "2026-07-13T22:00:00Z"},
		{"2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"},
		{"2026-11-23T08:00:00.000Z", "2026-11-23T08:00:00Z"},
		{"2026-11-23T08:00:59.999999999Z", "2026-11-23T08:00:59Z"},
		{"2026-11-23t08:00:00z", "2026-11-23T08:00:00Z"},
		{"2026-11-23 08:00", "2026-11-23T07:00:00Z"},
		{"2026-07-14T08:00:05", "2026-07-14T06:00:05Z"},
		{"2026-11-23 08:00:00 UTC", "2026-11-23T08:00:00Z"},
		{"2026-11-23T08:00:00UTC", "2026-11-23T08:00:00Z"},
		{"2026-11-23T08:00:00+01:00", "2026-11-23T07:00:00Z"},
		{"2026-11-23T08:00:00+0100", "2026-11-23T07:00:00Z"},
		{"2026-11-23T08:00:00+01", "2026-11-23T07:00:00Z"},
		{"2026-11-23T20:30:00-05:30", "2026-11-24T02:00:00Z"},
		{"2026-01-01T00:30:00+14:00", "2025-12-31T10:30:00Z"},
		{"2026-11-23T08:00:00,5Z", "2026-11-23T08:00:00Z"},
		{"", NULL},
		{"2026-11-23T", NULL},
		{"2026-11-23T08", NULL},
		{"2026-11-23T8:00", NULL},
		{"2026-11-23T24:00", NULL},
		{"2026-11-23T08:60", NULL},
		{"2026-11-23T08:00:60", NULL},
		{"2026-11-23T08:00:", NULL},
		{"2026-11-23T08:00:00.", NULL},
		{"2026-11-23T08:00:00+1", NULL},
		{"2026-11-23T08:00:00+01:0", NULL},
		{"2026-11-23T08:00:00+01:", NULL},
		{"2026-11-23T08:00:00+17:00", NULL},
		{"2026-11-23T08:00:00Z ", NULL},
		{"2026-11-23T08:00:00 Europe/Paris", NULL},
		{"2026-11-23T08:00:00  Z", NULL},
		{"2026-11-23T08:00:00 ", NULL},
		{"23/11/2026 08:00", NULL},
		{"2026-02-29T08:00:00Z", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t t = 77;
		char got[21];
		int rc = instant_parse(cases[i].s, &t);
		if (rc != (cases[i].utc ? 0 : -1))
			fail_msg("\"%s\": %d", cases[i].s, rc);
		instant_format(t, got);
		if (cases[i].utc)
			assert_string_equal(got, cases[i].utc);
		else
			assert_int_equal(t, 77);
	}
	char s[40];
	instant_format_rfc5322(at("2026-11-23T08:00:00Z"), s);
	assert_string_equal(s, "Mon, 23 Nov 2026 08:00:00 +0000");
	instant_format_rfc5322(-1, s);
	assert_string_equal(s, "Wed, 31 Dec 1969 23:59:59 +0000");
	instant_format(INSTANT_NONE, s);
	assert_string_equal(s, "");
}

static void the_spring_night_skips_an_hour(void **state)
{
	(void)state;
	/* 29 March 2026: 02:00 is followed by 03:00. */
	int64_t change = at("2026-03-29T01:00:00Z");
	assert_int_equal(paris_offset(change - 1), 3600);
	assert_int_equal(paris_offset(change), 7200);
	assert_int_equal(paris_minute(change - 60), 119);
	assert_int_equal(paris_minute(change), 180);
	int32_t d = day("2026-03-29");
	static const struct {
		int minute, after_change_s;
	} cases[] = {{0, -7200}, {119, -60}, {120, 0},	{150, 0},
		     {179, 0},	 {180, 0},   {181, 60}, {1440, 75600}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(paris_instant(d, cases[i].minute) - change,
				 cases[i].after_change_s);
	assert_int_equal(paris_instant(d + 1, 0) - paris_instant(d, 0),
			 23 * 3600);
}

static void the_autumn_night_repeats_an_hour_and_the_first_counts(void **st)
{
	(void)st;
	/* 25 October 2026: 03:00 is followed by 02:00. */
	int64_t change = at("2026-10-25T01:00:00Z");
	assert_int_equal(paris_offset(change - 1), 7200);
	assert_int_equal(paris_offset(change), 3600);
	assert_int_equal(paris_minute(change - 60), 179);
	assert_int_equal(paris_minute(change), 120);
	int32_t d = day("2026-10-25");
	static const struct {
		int minute, after_change_s;
	} cases[] = {{0, -10800},  {119, -3660}, {120, -3600},
		     {150, -1800}, {179, -60},	 {180, 3600}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(paris_instant(d, cases[i].minute) - change,
				 cases[i].after_change_s);
	assert_int_equal(paris_instant(d + 1, 0) - paris_instant(d, 0),
			 25 * 3600);
}

static void every_wall_minute_of_a_century_comes_back(void **state)
{
	(void)state;
	for (int32_t d = day("2000-01-01"); d < day("2099-12-31"); d += 1) {
		for (int m = 0; m < 1440; m += 30) {
			int64_t t = paris_instant(d, m);
			bool skipped = paris_minute(t) != m;
			if (paris_date(t) != d ||
			    (skipped && (m < 120 || m >= 180)))
				fail_msg("day %d minute %d", d, m);
		}
	}
	assert_int_equal(paris_date(at("2026-11-22T23:00:00Z")),
			 day("2026-11-23"));
	assert_int_equal(paris_date(-3601), -1);
	assert_int_equal(paris_minute(-3601), 1439);
}

static void wall_times_are_two_digits_a_colon_and_two_digits(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		int minute; /* -1: refused */
	} cases[] = {
		{"00:00", 0},  {"04:30", 270}, {"23:59", 1439}, {"24:00", 1440},
		{"24:01", -1}, {"25:00", -1},  {"12:60", -1},	{"4:30", -1},
		{"04:3", -1},  {"04:300", -1}, {"04.30", -1},	{"", -1},
		{"04", -1},    {"04:", -1},    {"-4:30", -1},	{"0430", -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int m = -1;
		int rc = minute_parse(cases[i].s, &m);
		char back[6];
		if (rc != (cases[i].minute < 0 ? -1 : 0) ||
		    m != cases[i].minute)
			fail_msg("\"%s\": %d", cases[i].s, m);
		minute_format(m, back);
		if (m >= 0)
			assert_string_equal(back, cases[i].s);
	}
}

static void holidays_are_the_eleven_of_the_labour_code(void **state)
{
	(void)state;
	static const char *const of_2026[] = {
		"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08",
		"2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15",
		"2026-11-01", "2026-11-11", "2026-12-25"};
	size_t next = 0;
	for (int32_t d = day("2026-01-01"); d <= day("2026-12-31"); d++) {
		bool want =
			next < ARRAY_LEN(of_2026) && d == day(of_2026[next]);
		assert_int_equal(date_is_holiday(d), want);
		next += want;
		assert_int_equal(date_is_working_day(d),
				 date_weekday(d) < 6 && !want);
	}
	assert_int_equal(next, ARRAY_LEN(of_2026));
	/* Earliest and latest Easter Mondays of their centuries. */
	assert_true(date_is_holiday(day("2008-03-24")));
	assert_true(date_is_holiday(day("2038-04-26")));
	assert_false(date_is_holiday(day("2026-04-03")));
}

static void holidays_agree_with_the_published_table(void **state)
{
	(void)state;
	FILE *f = fopen(SHARED_DIR "/data/personnes/jours_feries_2024_2035.tsv",
			"r");
	if (!f) {
		print_message("SKIP: no table of holidays here\n");
		return;
	}
	char line[256];
	int listed = 0, computed = 0;
	while (fgets(line, sizeof(line), f)) {
		int32_t d;
		char iso[11];
		memcpy(iso, line, 10);
		iso[10] = '\0';
		if (!strstr(line, "\tFR\t") || date_parse_iso(iso, &d))
			continue;
		listed++;
		if (!date_is_holiday(d))
			fail_msg("%s", line);
	}
	fclose(f);
	for (int32_t d = day("2024-01-01"); d <= day("2035-12-31"); d++)
		computed += date_is_holiday(d);
	/* Ascension may fall on 1 or 8 May: one day, listed twice. */
	assert_int_equal(listed, 11 * 12);
	assert_true(computed <= listed && computed >= listed - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_day_of_four_centuries_goes_there_and_back),
		cmocka_unit_test(days_that_do_not_exist_are_none),
		cmocka_unit_test(
			age_turns_on_the_birthday_and_on_1_march_for_29_february),
		cmocka_unit_test(months_added_stop_at_the_end_of_the_month),
		cmocka_unit_test(only_the_exact_forms_of_a_date_are_read),
		cmocka_unit_test(
			dates_are_written_for_machines_and_for_the_french),
		cmocka_unit_test(instants_of_every_partner_are_read),
		cmocka_unit_test(the_spring_night_skips_an_hour),
		cmocka_unit_test(
			the_autumn_night_repeats_an_hour_and_the_first_counts),
		cmocka_unit_test(every_wall_minute_of_a_century_comes_back),
		cmocka_unit_test(
			wall_times_are_two_digits_a_colon_and_two_digits),
		cmocka_unit_test(holidays_are_the_eleven_of_the_labour_code),
		cmocka_unit_test(holidays_agree_with_the_published_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
