/* SPDX-License-Identifier: EUPL-1.2 */
/* Twenty misses within a minute close the door to one address for ten minutes,
 * wherever the minute begins, and a flood of addresses costs bounded memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "front/front.h"

#include <stdio.h>

#define START ((int64_t)1000000)

/* n misses, step_ms apart; how many of them closed the door. */
static int miss(struct misses *m, const char *who, int n, int64_t *now,
		int64_t step_ms)
{
	int closed = 0;
	for (int i = 0; i < n; i++, *now += step_ms)
		closed += misses_add(m, who, *now);
	return closed;
}

static void the_twentieth_within_a_minute_closes_for_ten(void **state)
{
	(void)state;
	struct misses *m = misses_new();
	int64_t now = START;
	assert_int_equal(miss(m, "192.0.2.1", 19, &now, 3000), 0);
	assert_false(misses_is_closed(m, "192.0.2.1", now));
	assert_true(misses_add(m, "192.0.2.1", now));
	assert_true(misses_is_closed(m, "192.0.2.1", now));
	assert_false(misses_is_closed(m, "192.0.2.2", now));
	now += MISSES_CLOSED_MS - 1;
	assert_true(misses_is_closed(m, "192.0.2.1", now));
	assert_false(misses_is_closed(m, "192.0.2.1", now + 1));
	misses_free(m);
}

static void slower_than_twenty_a_minute_never_closes(void **state)
{
	(void)state;
	struct misses *m = misses_new();
	int64_t now = START;
	/* The 20th comes exactly a minute after the 1st. */
	assert_int_equal(miss(m, "192.0.2.1", 19, &now, 1000), 0);
	now = START + MISSES_MINUTE_MS;
	assert_false(misses_add(m, "192.0.2.1", now));
	now += 3200;
	assert_int_equal(miss(m, "192.0.2.3", 500, &now, 3160), 0);
	misses_free(m);
}

static void the_minute_slides(void **state)
{
	(void)state;
	struct misses *m = misses_new();
	int64_t now = MISSES_MINUTE_MS * 100 - 10;
	/* Ten on either side of a full minute are twenty. */
	assert_int_equal(miss(m, "192.0.2.1", 20, &now, 1), 1);
	misses_free(m);
}

static void after_the_ten_minutes_the_count_begins_anew(void **state)
{
	(void)state;
	struct misses *m = misses_new();
	int64_t now = START;
	assert_int_equal(miss(m, "192.0.2.1", 20, &now, 1), 1);
	now += MISSES_CLOSED_MS;
	assert_int_equal(miss(m, "192.0.2.1", 19, &now, 1), 0);
	assert_false(misses_is_closed(m, "192.0.2.1", now));
	assert_int_equal(miss(m, "192.0.2.1", 1, &now, 1), 1);
	misses_free(m);
}

static void a_flood_forgets_others_before_the_closed(void **state)
{
	(void)state;
	struct misses *m = misses_new();
	int64_t now = START;
	char who[FRONT_CLIENT_MAX];
	assert_int_equal(miss(m, "192.0.2.1", 20, &now, 1), 1);
	for (int i = 0; i < 3 * MISSES_ADDRESSES; i++) {
		snprintf(who, sizeof(who), "2001:db8:%x::/64", i);
		assert_false(misses_add(m, who, now));
		now += 10;
	}
	assert_true(misses_is_closed(m, "192.0.2.1", now));
	misses_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_twentieth_within_a_minute_closes_for_ten),
		cmocka_unit_test(slower_than_twenty_a_minute_never_closes),
		cmocka_unit_test(the_minute_slides),
		cmocka_unit_test(after_the_ten_minutes_the_count_begins_anew),
		cmocka_unit_test(a_flood_forgets_others_before_the_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
