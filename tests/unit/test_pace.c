/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may knock, and when. Jobs are letters of a static text. */
#include "collector/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char jobs[] = "abcdefghij";

static char next(struct pace *p, int64_t now, int64_t *wait)
{
	const char *job = pace_next(p, now, wait);
	return job ? *job : '-';
}

static void test_a_host_gets_no_more_than_its_share_at_once(void **state)
{
	struct pace *p = pace_new(8, 2);
	int64_t wait;
	(void)state;
	for (int i = 0; i < 3; i++)
		pace_add(p, "one:443", 0, &jobs[i]);
	assert_int_equal(next(p, 0, &wait), 'a');
	assert_int_equal(next(p, 0, &wait), 'b');
	assert_int_equal(next(p, 0, &wait), '-');
	assert_int_equal(wait, -1);
	pace_done(p, "one:443");
	assert_int_equal(next(p, 0, &wait), 'c');
	pace_free(p);
}

static void test_hosts_are_served_in_turn_and_within_the_whole(void **state)
{
	struct pace *p = pace_new(3, 2);
	int64_t wait;
	(void)state;
	for (int i = 0; i < 4; i++)
		pace_add(p, "big:443", 0, &jobs[i]);
	pace_add(p, "small:443", 0, &jobs[9]);
	assert_int_equal(next(p, 0, &wait), 'a');
	assert_int_equal(next(p, 0, &wait), 'j');
	assert_int_equal(next(p, 0, &wait), 'b');
	assert_int_equal(next(p, 0, &wait), '-'); /* three in all */
	pace_done(p, "small:443");
	assert_int_equal(next(p, 0, &wait), '-'); /* two on big */
	pace_done(p, "big:443");
	assert_int_equal(next(p, 0, &wait), 'c');
	pace_free(p);
}

static void test_the_interval_between_two_requests_is_kept(void **state)
{
	struct pace *p = pace_new(8, 2);
	int64_t wait;
	(void)state;
	pace_add(p, "one:443", 1000, &jobs[0]);
	pace_add(p, "one:443", 200, &jobs[1]); /* the longer one counts */
	assert_int_equal(next(p, 5000, &wait), 'a');
	assert_int_equal(next(p, 5400, &wait), '-');
	assert_int_equal(wait, 600);
	assert_int_equal(next(p, 5999, &wait), '-');
	assert_int_equal(next(p, 6000, &wait), 'b');
	pace_free(p);
}

static void test_a_hold_stops_one_host_and_no_other(void **state)
{
	struct pace *p = pace_new(8, 2);
	int64_t wait;
	(void)state;
	pace_add(p, "ill:443", 0, &jobs[0]);
	pace_add(p, "well:443", 0, &jobs[1]);
	pace_hold(p, "ill:443", 120000);
	assert_int_equal(next(p, 0, &wait), 'b');
	assert_int_equal(next(p, 0, &wait), '-');
	assert_int_equal(wait, 120000);
	assert_int_equal(next(p, 120000, &wait), 'a');
	pace_free(p);
}

static void test_a_cancelled_job_never_starts(void **state)
{
	struct pace *p = pace_new(8, 2);
	int64_t wait;
	(void)state;
	pace_add(p, "one:443", 0, &jobs[0]);
	pace_add(p, "one:443", 0, &jobs[1]);
	assert_int_equal(pace_cancel(p, "one:443", &jobs[0]), 1);
	assert_int_equal(pace_cancel(p, "one:443", &jobs[0]), 0);
	assert_int_equal(next(p, 0, &wait), 'b');
	assert_int_equal(next(p, 0, &wait), '-');
	pace_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_host_gets_no_more_than_its_share_at_once),
		cmocka_unit_test(
			test_hosts_are_served_in_turn_and_within_the_whole),
		cmocka_unit_test(
			test_the_interval_between_two_requests_is_kept),
		cmocka_unit_test(test_a_hold_stops_one_host_and_no_other),
		cmocka_unit_test(test_a_cancelled_job_never_starts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
