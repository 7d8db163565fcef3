/* SPDX-License-Identifier: EUPL-1.2 */
/* When a message may go, by the wall clock of Paris: hours, Sundays, holidays,
 * both nights on which the clocks change, and the rhythms of digests around
 * holidays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/plan.h>
#include <etrier/str.h>

#include <stdio.h>

static const struct plan_settings normal = {.sms_from = 9 * 60,
					    .sms_until = 19 * 60 + 30,
					    .mail_from = 8 * 60,
					    .mail_until = 19 * 60 + 30};

static int64_t at(const char *text)
{
	int64_t t;
	if (instant_parse(text, &t))
		fail_msg("no instant: %s", text);
	return t;
}

static int32_t day(const char *text)
{
	int32_t d;
	if (date_parse_iso(text, &d))
		fail_msg("no date: %s", text);
	return d;
}

static void test_the_earliest_moment_is_in_hours_and_on_a_good_day(void **state)
{
	(void)state;
	/* Times without zone are Paris time. */
	static const struct {
		const char *what, *now, *sms, *mail;
	} rows[] = {
		{"early", "2026-11-23T06:00", "2026-11-23T09:00",
		 "2026-11-23T08:00"},
		{"between the two", "2026-11-23T08:30", "2026-11-23T09:00",
		 "2026-11-23T08:30"},
		{"in hours", "2026-11-23T12:34:56", "2026-11-23T12:34:56",
		 "2026-11-23T12:34:56"},
		{"the last minute", "2026-11-23T19:29:59",
		 "2026-11-23T19:29:59", "2026-11-23T19:29:59"},
		{"just too late", "2026-11-23T19:30", "2026-11-24T09:00",
		 "2026-11-24T08:00"},
		{"Saturday goes", "2026-11-28T10:00", "2026-11-28T10:00",
		 "2026-11-28T10:00"},
		{"Saturday evening", "2026-11-28T20:00", "2026-11-30T09:00",
		 "2026-11-30T08:00"},
		{"Sunday never", "2026-11-29T12:00", "2026-11-30T09:00",
		 "2026-11-30T08:00"},
		{"Armistice", "2026-11-11T12:00", "2026-11-12T09:00",
		 "2026-11-12T08:00"},
		{"Ascension", "2026-05-14T12:00", "2026-05-15T09:00",
		 "2026-05-15T08:00"},
		{"Easter: Saturday, Sunday, Monday", "2026-04-04T21:00",
		 "2026-04-07T09:00", "2026-04-07T08:00"},
		{"Christmas on Friday", "2026-12-24T20:00", "2026-12-26T09:00",
		 "2026-12-26T08:00"},
		{"before the spring night", "2026-03-28T22:00",
		 "2026-03-30T09:00", "2026-03-30T08:00"},
		{"in the skipped hour", "2026-03-29T01:30:00Z",
		 "2026-03-30T09:00", "2026-03-30T08:00"},
		{"in the doubled hour", "2026-10-25T00:30:00Z",
		 "2026-10-26T09:00", "2026-10-26T08:00"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t now = at(rows[i].now);
		if (plan_window(&normal, CHANNEL_SMS, now) != at(rows[i].sms) ||
		    plan_window(&normal, CHANNEL_EMAIL, now) !=
			    at(rows[i].mail))
			fail_msg("%s", rows[i].what);
	}
}

static void test_every_moment_of_two_years_opens_into_the_window(void **state)
{
	(void)state;
	for (int64_t now = at("2026-01-01"); now < at("2028-01-01");
	     now += 1787) {
		int64_t t = plan_window(&normal, CHANNEL_SMS, now);
		int32_t date = paris_date(t);
		int minute = paris_minute(t);
		assert_true(t >= now && t - now < 4 * 24 * 3600);
		assert_true(date_weekday(date) != 7 && !date_is_holiday(date));
		assert_in_range(minute, 9 * 60, 19 * 60 + 29);
		/* Asked again at that moment, it stays. */
		assert_int_equal(plan_window(&normal, CHANNEL_SMS, t), t);
	}
}

static void test_open_windows_know_no_hours(void **state)
{
	(void)state;
	struct plan_settings open = normal;
	open.is_open = true;
	int64_t night = at("2026-11-29T03:00");
	assert_int_equal(plan_window(&open, CHANNEL_SMS, night), night);
	assert_true(plan_digest_day(&open, 0, day("2026-11-29")));
	assert_false(plan_digest_day(&open, 4, day("2026-11-29")));
}

/* The days of the week that starts on `monday` with a digest, "1-----7". */
static void days_of(int rhythm, const char *monday, char out[8])
{
	for (int i = 0; i < 7; i++)
		out[i] = plan_digest_day(&normal, rhythm, day(monday) + i)
				 ? (char)('1' + i)
				 : '-';
	out[7] = '\0';
}

static void test_rhythms_step_around_holidays(void **state)
{
	(void)state;
	enum { DAILY, TWICE, WEEKLY, URGENT, OFF };
	static const struct {
		const char *what, *monday;
		int rhythm;
		const char *days;
	} rows[] = {
		{"plain week", "2026-11-23", DAILY, "12345--"},
		{"plain week", "2026-11-23", TWICE, "1--4---"},
		{"plain week", "2026-11-23", WEEKLY, "1------"},
		{"plain week", "2026-11-23", URGENT, "12345--"},
		{"plain week", "2026-11-23", OFF, "-------"},
		{"Monday off", "2026-04-06", DAILY, "-2345--"},
		{"Monday off", "2026-04-06", TWICE, "-2-4---"},
		{"Monday off", "2026-04-06", WEEKLY, "-2-----"},
		{"Thursday off", "2026-05-11", DAILY, "123-5--"},
		{"Thursday off", "2026-05-11", TWICE, "1---5--"},
		{"Thursday off", "2026-05-11", WEEKLY, "1------"},
		{"1 May on Friday", "2026-04-27", TWICE, "1--4---"},
		{"clocks change on Sunday", "2026-10-19", DAILY, "12345--"},
		{"and the week after", "2026-10-26", WEEKLY, "1------"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char days[8];
		days_of(rows[i].rhythm, rows[i].monday, days);
		if (!str_eq(days, rows[i].days))
			fail_msg("%s, rhythm %d: %s, not %s", rows[i].what,
				 rows[i].rhythm, days, rows[i].days);
	}
}

/* Slots for SMS alone; news on working days from ten; answers on any day, not
 * at night. */
static void test_slots_news_and_answers_have_hours_of_their_own(void **state)
{
	(void)state;
	static const struct {
		const char *now, *sms, *mail, *news, *answer;
	} rows[] = {
		{"2026-11-23T06:00", "2026-11-23T12:00", "2026-11-23T08:00",
		 "2026-11-23T12:00", "2026-11-23T08:00"},
		{"2026-11-23T13:00", "2026-11-23T13:00", "2026-11-23T13:00",
		 "2026-11-23T13:00", "2026-11-23T13:00"},
		{"2026-11-23T13:30", "2026-11-23T17:30", "2026-11-23T13:30",
		 "2026-11-23T17:30", "2026-11-23T13:30"},
		{"2026-11-23T19:30", "2026-11-24T12:00", "2026-11-24T08:00",
		 "2026-11-24T12:00", "2026-11-23T19:30"},
		{"2026-11-23T21:30", "2026-11-24T12:00", "2026-11-24T08:00",
		 "2026-11-24T12:00", "2026-11-24T08:00"},
		{"2026-11-28T18:00", "2026-11-28T18:00", "2026-11-28T18:00",
		 "2026-11-30T12:00", "2026-11-28T18:00"},
		{"2026-11-29T10:00", "2026-11-30T12:00", "2026-11-30T08:00",
		 "2026-11-30T12:00", "2026-11-29T10:00"},
	};
	struct plan_settings s = normal;
	s.sms_slots[0] = (struct plan_span){12 * 60, 13 * 60 + 30};
	s.sms_slots[1] = (struct plan_span){17 * 60 + 30, 19 * 60 + 30};
	s.n_sms_slots = 2;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t now = at(rows[i].now);
		const int64_t got[] = {plan_window(&s, CHANNEL_SMS, now),
				       plan_window(&s, CHANNEL_EMAIL, now),
				       plan_window_news(&s, CHANNEL_SMS, now),
				       plan_window_answer(&s, now)};
		const char *want[] = {rows[i].sms, rows[i].mail, rows[i].news,
				      rows[i].answer};
		for (size_t k = 0; k < ARRAY_LEN(got); k++)
			if (got[k] != at(want[k]))
				fail_msg("%s, column %zu: not %s", rows[i].now,
					 k, want[k]);
	}
	/* Without slots the morning of news begins at ten. */
	int64_t early = at("2026-11-23T09:00");
	assert_int_equal(plan_window_news(&normal, CHANNEL_SMS, early),
			 at("2026-11-23T10:00"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_earliest_moment_is_in_hours_and_on_a_good_day),
		cmocka_unit_test(
			test_every_moment_of_two_years_opens_into_the_window),
		cmocka_unit_test(
			test_slots_news_and_answers_have_hours_of_their_own),
		cmocka_unit_test(test_open_windows_know_no_hours),
		cmocka_unit_test(test_rhythms_step_around_holidays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
