/* SPDX-License-Identifier: EUPL-1.2 */
/* Alarms are raised once, keep their instant, and go when their cause does. */
#include <etrier/alarms.h>
#include <etrier/clock.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct clock_manual now;

static struct alarms *fresh(void)
{
	clock_manual_init(&now, 1000);
	return alarms_new(&now.clock);
}

static void one_raised_twice_keeps_its_instant_and_renews_its_text(void **state)
{
	(void)state;
	struct alarms *a = fresh();
	alarms_raise(a, ALARM_DISK_LOW, NULL, "%d MB", 20);
	clock_manual_advance(&now, 60);
	alarms_raise(a, ALARM_DISK_LOW, NULL, "%d MB", 10);
	assert_int_equal(alarms_count(a, ALARM_DISK_LOW), 1);
	assert_int_equal(alarms_raised(a), 1);
	assert_int_equal(alarms_at(a, 0)->since, 1000);
	assert_string_equal(alarms_at(a, 0)->text, "10 MB");
	alarms_lower(a, ALARM_DISK_LOW, NULL);
	assert_null(alarms_at(a, 0));
	alarms_raise(a, ALARM_DISK_LOW, NULL, "again");
	assert_int_equal(alarms_at(a, 0)->since, 1060);
	assert_int_equal(alarms_raised(a), 2);
	alarms_free(a);
}

static void a_sweep_lowers_what_was_not_raised_again(void **state)
{
	(void)state;
	struct alarms *a = fresh();
	alarms_raise(a, ALARM_CLOCK, NULL, "stepped");
	alarms_raise(a, ALARM_SOURCE_FAILING, "b", "x");
	alarms_raise(a, ALARM_SOURCE_FAILING, "a", "x");
	alarms_mark(a, ALARM_SOURCE_FAILING);
	alarms_raise(a, ALARM_SOURCE_FAILING, "a", "still");
	alarms_sweep(a, ALARM_SOURCE_FAILING);
	assert_int_equal(alarms_count(a, ALARM_SOURCE_FAILING), 1);
	/* By code, whatever was raised first. */
	assert_string_equal(alarms_at(a, 0)->subject, "a");
	assert_int_equal(alarms_at(a, 1)->code, ALARM_CLOCK);
	alarms_lower(a, ALARM_CLOCK, "another subject");
	assert_int_equal(alarms_count(a, ALARM_CLOCK), 1);
	alarms_free(a);
}

static void a_flood_of_one_code_ends_in_one_more(void **state)
{
	(void)state;
	struct alarms *a = fresh();
	char name[16];
	for (int i = 0; i < 3 * ALARMS_MAX; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		alarms_raise(a, ALARM_SOURCE_FAILING, name, "x");
	}
	assert_int_equal(alarms_count(a, ALARM_SOURCE_FAILING), ALARMS_MAX + 1);
	assert_string_equal(alarms_at(a, ALARMS_MAX)->subject, "and others");
	alarms_free(a);
}

static void every_code_has_a_word(void **state)
{
	(void)state;
	for (int i = 0; i < ALARM_COUNT; i++)
		assert_int_equal(
			vocab_find(&vocab_alarm, vocab_code(&vocab_alarm, i)),
			i);
	assert_null(vocab_alarm.codes[ALARM_COUNT]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_raised_twice_keeps_its_instant_and_renews_its_text),
		cmocka_unit_test(a_sweep_lowers_what_was_not_raised_again),
		cmocka_unit_test(a_flood_of_one_code_ends_in_one_more),
		cmocka_unit_test(every_code_has_a_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
