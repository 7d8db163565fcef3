/* SPDX-License-Identifier: EUPL-1.2 */
/* When a source is asked again, and when offers may close. */
#include <etrier/mem.h>
#include <etrier/schedule.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NOW = 1795392000 };

static int64_t wait_s(int64_t interval, unsigned failures, int64_t retry,
		      uint64_t seed)
{
	const struct schedule_in in = {interval, failures, retry, seed};
	return schedule_next_due(NOW, &in) - NOW;
}

static void test_jitter_stays_within_a_tenth_and_differs_by_source(void **state)
{
	int64_t lo = INT64_MAX, hi = 0;
	(void)state;
	for (int i = 0; i < 500; i++) {
		int64_t w = wait_s(1800, 0, 0, schedule_seed("la-poste", i));
		assert_in_range(w, 1620, 1980);
		lo = w < lo ? w : lo;
		hi = w > hi ? w : hi;
	}
	assert_true(lo < 1640 && hi > 1960);
	assert_int_not_equal(schedule_seed("a", 1), schedule_seed("b", 1));
	assert_int_not_equal(schedule_seed("a", 1), schedule_seed("a", 2));
	assert_int_equal(schedule_seed("a", 1), schedule_seed("a", 1));
}

static void test_failures_wait_ever_longer_up_to_a_ceiling(void **state)
{
	int64_t last = 0;
	(void)state;
	for (unsigned n = 1; n <= 60; n++) {
		/* seed 0 of a span gives the least of the jitter */
		int64_t w = wait_s(1800, n, 0, 0);
		assert_true(w >= last);
		assert_true(w <= SCHEDULE_BACKOFF_MAX_S);
		last = w;
	}
	assert_int_equal(wait_s(1800, 1, 0, 0), 54);
	assert_int_equal(last, SCHEDULE_BACKOFF_MAX_S * 9 / 10);
	/* a source asked once a day is not asked more often for being ill */
	assert_true(wait_s(86400, 50, 0, 0) > SCHEDULE_BACKOFF_MAX_S);
}

static void test_retry_after_is_obeyed_up_to_a_day(void **state)
{
	(void)state;
	assert_int_equal(wait_s(1800, 1, 7200, 0), 7200);
	assert_int_equal(wait_s(1800, 1, 10, 0), 54);
	assert_int_equal(wait_s(1800, 1, 9999999, 0), 86400);
	assert_int_equal(wait_s(1800, 1, -5, 0), 54);
}

static void test_a_suspicious_poll_closes_nothing(void **state)
{
	static const struct {
		bool complete;
		int64_t count, last;
		enum schedule_close want;
	} rows[] = {
		{true, 100, 100, SCHEDULE_CLOSE},
		{true, 50, 100, SCHEDULE_CLOSE},
		{true, 49, 100, SCHEDULE_SHRUNKEN},
		{true, 0, 1, SCHEDULE_SHRUNKEN},
		{true, 0, 100, SCHEDULE_SHRUNKEN},
		{true, 0, 0, SCHEDULE_CLOSE},
		{true, 7, -1, SCHEDULE_CLOSE}, /* the first complete one */
		{true, 900, 100, SCHEDULE_CLOSE},
		{false, 100, 100, SCHEDULE_NOT_WHOLE},
		{false, 0, -1, SCHEDULE_NOT_WHOLE},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(schedule_close(rows[i].complete, rows[i].count,
						rows[i].last),
				 rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_jitter_stays_within_a_tenth_and_differs_by_source),
		cmocka_unit_test(
			test_failures_wait_ever_longer_up_to_a_ceiling),
		cmocka_unit_test(test_retry_after_is_obeyed_up_to_a_day),
		cmocka_unit_test(test_a_suspicious_poll_closes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
