/* SPDX-License-Identifier: EUPL-1.2 */
/* Time that a test moves by hand, and the machine's. */
#include <etrier/clock.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_manual_clock_moves_only_by_hand(void **state)
{
	(void)state;
	struct clock_manual m;
	clock_manual_init(&m, 1000);
	assert_int_equal(clock_now(&m.clock), 1000);
	assert_int_equal(clock_now(&m.clock), 1000);
	assert_int_equal(clock_mono_ms(&m.clock), 0);
	clock_manual_advance(&m, 60);
	assert_int_equal(clock_now(&m.clock), 1060);
	assert_int_equal(clock_mono_ms(&m.clock), 60000);
}

static void the_machine_clock_never_goes_back(void **state)
{
	(void)state;
	const struct clock *c = clock_system();
	int64_t last = clock_mono_ms(c);
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_mono_ms(c);
		assert_true(now >= last);
		last = now;
	}
	/* After this was written, and before dates run out. */
	assert_true(clock_now(c) > INT64_C(1700000000));
	assert_true(clock_now(c) < INT64_C(7258118400));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manual_clock_moves_only_by_hand),
		cmocka_unit_test(the_machine_clock_never_goes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
