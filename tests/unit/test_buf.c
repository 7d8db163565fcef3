/* SPDX-License-Identifier: EUPL-1.2 */
/* Growing bytes with a ceiling that nothing passes. */
#include <etrier/buf.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void bytes_grow_and_stay_terminated(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 10000);
	assert_null(b.data);
	for (int i = 0; i < 1000; i++) {
		buf_addc(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], '\0');
	}
	buf_adds(&b, "xyz");
	buf_printf(&b, "-%03d", 7);
	buf_add(&b, "\0z", 2);
	assert_int_equal(b.len, 1000 + 3 + 4 + 2);
	assert_memory_equal(b.data + 1000, "xyz-007\0z", 10);
	assert_false(b.too_big);
	buf_clear(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 10000);
}

static void past_the_ceiling_nothing_is_added(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 5);
	buf_adds(&b, "12345");
	assert_false(b.too_big);
	buf_adds(&b, "");
	assert_false(b.too_big);
	buf_adds(&b, "67");
	assert_true(b.too_big);
	assert_string_equal(b.data, "12345");
	buf_consume(&b, 4);
	/* It stays set, though there is room again. */
	buf_adds(&b, "x");
	assert_true(b.too_big);
	assert_string_equal(b.data, "5");
	buf_reset(&b);
	assert_false(b.too_big);
	buf_printf(&b, "%d", 123456);
	assert_true(b.too_big);
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void the_front_is_consumed(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 100);
	buf_consume(&b, 0);
	buf_adds(&b, "abcdef");
	buf_consume(&b, 2);
	assert_string_equal(b.data, "cdef");
	buf_consume(&b, 4);
	assert_string_equal(b.data, "");
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void the_bytes_are_taken_once(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 100);
	char *s = buf_take(&b);
	assert_string_equal(s, "");
	free(s);
	buf_adds(&b, "x");
	s = buf_take(&b);
	assert_string_equal(s, "x");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	buf_adds(&b, "y");
	assert_string_equal(b.data, "y");
	assert_string_equal(s, "x");
	free(s);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_grow_and_stay_terminated),
		cmocka_unit_test(past_the_ceiling_nothing_is_added),
		cmocka_unit_test(the_front_is_consumed),
		cmocka_unit_test(the_bytes_are_taken_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
