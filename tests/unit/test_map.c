/* SPDX-License-Identifier: EUPL-1.2 */
/* Text to pointer, in order of insertion, against a plain list. */
#include <etrier/map.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void values_are_put_got_replaced_and_removed(void **state)
{
	(void)state;
	struct map m;
	int one = 1, two = 2;
	map_init(&m);
	assert_null(map_get(&m, "a"));
	assert_null(map_remove(&m, "a"));
	assert_null(map_put(&m, "a", &one));
	assert_ptr_equal(map_get(&m, "a"), &one);
	assert_ptr_equal(map_put(&m, "a", &two), &one);
	assert_int_equal(map_count(&m), 1);
	assert_null(map_put(&m, "", &one));
	assert_ptr_equal(map_get(&m, ""), &one);
	assert_ptr_equal(map_remove(&m, "a"), &two);
	assert_null(map_get(&m, "a"));
	assert_int_equal(map_count(&m), 1);
	map_clear(&m, NULL);
	assert_int_equal(map_count(&m), 0);
	assert_null(map_get(&m, ""));
}

static void keys_are_copied(void **state)
{
	(void)state;
	struct map m;
	char key[] = "a";
	int one = 1;
	map_init(&m);
	map_put(&m, key, &one);
	key[0] = 'b';
	assert_ptr_equal(map_get(&m, "a"), &one);
	assert_null(map_get(&m, "b"));
	map_clear(&m, NULL);
}

static void order_is_that_of_insertion_through_removals(void **state)
{
	(void)state;
	struct map m;
	int v = 1;
	map_init(&m);
	for (int i = 0; i < 100; i++) {
		char key[16];
		snprintf(key, sizeof(key), "k%d", i);
		map_put(&m, key, &v);
	}
	for (int i = 0; i < 100; i += 3) {
		char key[16];
		snprintf(key, sizeof(key), "k%d", i);
		assert_non_null(map_remove(&m, key));
	}
	map_put(&m, "k0", &v);
	const char *key;
	void *value;
	int next = 1, seen = 0;
	for (size_t i = 0; map_each(&m, &i, &key, &value); seen++) {
		char want[16];
		if (next % 3 == 0)
			next++;
		snprintf(want, sizeof(want), "k%d", next < 100 ? next : 0);
		assert_string_equal(key, want);
		next++;
	}
	assert_int_equal(seen, map_count(&m));
	map_clear(&m, NULL);
}

static void it_agrees_with_a_plain_list(void **state)
{
	(void)state;
	enum { KEYS = 300 };
	static int values[KEYS];
	bool is_in[KEYS] = {false};
	struct map m;
	uint32_t seed = 12345;
	size_t n = 0;
	map_init(&m);
	for (int round = 0; round < 50000; round++) {
		seed = seed * 1664525u + 1013904223u;
		size_t k = (seed >> 8) % KEYS;
		char key[16];
		snprintf(key, sizeof(key), "%zu", k);
		void *want = is_in[k] ? &values[k] : NULL;
		if (seed & 0x80000000u) {
			assert_ptr_equal(map_put(&m, key, &values[k]), want);
			n += !is_in[k];
			is_in[k] = true;
		} else {
			assert_ptr_equal(map_remove(&m, key), want);
			n -= is_in[k];
			is_in[k] = false;
		}
		assert_int_equal(map_count(&m), n);
	}
	map_clear(&m, NULL);
}

static void values_are_freed_when_asked(void **state)
{
	(void)state;
	struct map m;
	map_init(&m);
	map_put(&m, "a", mem_dup("x"));
	map_put(&m, "b", mem_dup("y"));
	free(map_remove(&m, "a"));
	map_clear(&m, free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_put_got_replaced_and_removed),
		cmocka_unit_test(keys_are_copied),
		cmocka_unit_test(order_is_that_of_insertion_through_removals),
		cmocka_unit_test(it_agrees_with_a_plain_list),
		cmocka_unit_test(values_are_freed_when_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
