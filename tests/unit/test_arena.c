/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory of one unit of work: zeroed, aligned, given back at once. */
#include <etrier/arena.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_size_is_zeroed_and_aligned(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < 20000; n = n * 3 / 2 + 1) {
			unsigned char *p = arena_alloc(&a, n);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t),
					 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xA5, n);
		}
		/* The block kept must come back zeroed. */
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_clear(&a);
	assert_null(a.head);
}

static void bytes_are_aligned_and_leave_the_next_zeroed(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	for (size_t n = 0; n < 20000; n = n * 3 / 2 + 1) {
		unsigned char *p = arena_bytes(&a, n);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		memset(p, 0xA5, n);
		unsigned char *zeroed = arena_alloc(&a, n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(zeroed[i], 0);
			assert_int_equal(p[i], 0xA5);
		}
	}
	arena_clear(&a);
}

static void allocations_do_not_overlap(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	int *all[500];
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		all[i] = arena_array(&a, 1 + i % 7, sizeof(int));
		for (size_t k = 0; k < 1 + i % 7; k++)
			all[i][k] = (int)i;
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (size_t k = 0; k < 1 + i % 7; k++)
			assert_int_equal(all[i][k], i);
	arena_clear(&a);
}

static void one_larger_than_any_block_is_given(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	size_t n = (size_t)8 << 20;
	char *p = arena_alloc(&a, n);
	p[n - 1] = 'x';
	char *q = arena_dup(&a, "after");
	assert_string_equal(q, "after");
	arena_reset(&a);
	arena_reset(&a);
	arena_clear(&a);
	arena_clear(&a);
}

static void lent_bytes_come_first_and_are_not_freed(void **state)
{
	(void)state;
	struct arena a;
	struct arena_lent lent;
	memset(&lent, 0xA5, sizeof(lent));
	for (int round = 0; round < 2; round++) {
		arena_init_lent(&a, &lent);
		char *p = arena_alloc(&a, 100);
		assert_true(p >= lent.bytes &&
			    p < lent.bytes + sizeof(lent.bytes));
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(p[i], 0);
		char *q = arena_alloc(&a, sizeof(lent.bytes));
		assert_true(q < lent.bytes ||
			    q >= lent.bytes + sizeof(lent.bytes));
		if (round)
			arena_reset(&a);
		assert_string_equal(arena_dup(&a, "after"), "after");
		arena_clear(&a);
		assert_null(a.head);
	}
}

static void texts_are_copied(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	char s[] = "Lina";
	char *copy = arena_dup(&a, s);
	s[0] = 'X';
	assert_string_equal(copy, "Lina");
	assert_null(arena_dup(&a, NULL));
	assert_string_equal(arena_dup_n(&a, "abcdef", 3), "abc");
	assert_string_equal(arena_dup_n(&a, "", 0), "");
	assert_string_equal(arena_printf(&a, "%d/%s", 7, "x"), "7/x");
	char big[5000];
	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_string_equal(arena_printf(&a, "%s", big), big);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_is_zeroed_and_aligned),
		cmocka_unit_test(bytes_are_aligned_and_leave_the_next_zeroed),
		cmocka_unit_test(allocations_do_not_overlap),
		cmocka_unit_test(one_larger_than_any_block_is_given),
		cmocka_unit_test(lent_bytes_come_first_and_are_not_freed),
		cmocka_unit_test(texts_are_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
