/* SPDX-License-Identifier: EUPL-1.2 */
/* Rule sets keep the files they came from; rules in the shadow are one or none,
 * and their differences follow the offer or the person they are about. */
#include "store_fixture.h"

#include <etrier/buf.h>
#include <etrier/store_rules.h>

static int list_set(void *ctx, const struct store_rules *r)
{
	buf_printf(ctx, "%s@%lld%s ", r->id, (long long)(r->first_used - NOW),
		   r->has_files ? "+" : "");
	return 0;
}

static void test_a_set_keeps_the_first_files_it_came_from(void **state)
{
	struct store *s = fixture_open(":memory:");
	struct arena a = {0};
	const char *id, *files;
	struct buf b;
	(void)state;
	OK(store_rules_put(s, "abc1", "{}", NOW, E));
	OK(store_rules_put(s, "abc2", "{}", NOW + 5, E));
	FAILS(store_rules_files(s, "abc1", &a, &id, &files, E), ERR_UNKNOWN,
	      "not kept");
	OK(store_rules_set_files(s, "abc1", "[1]", E));
	OK(store_rules_set_files(s, "abc1", "[2]", E));
	OK(store_rules_files(s, "abc1", &a, &id, &files, E));
	assert_string_equal(files, "[1]");
	FAILS(store_rules_files(s, "abc", &a, &id, &files, E), ERR_UNKNOWN,
	      "several");
	FAILS(store_rules_files(s, "x", &a, &id, &files, E), ERR_UNKNOWN,
	      "no rule set \"x\"");
	/* A short name is enough when it is the only one. */
	OK(store_rules_put(s, "d0123456", "{}", NOW + 9, E));
	OK(store_rules_set_files(s, "d0123456", "[3]", E));
	OK(store_rules_files(s, "d01", &a, &id, &files, E));
	assert_string_equal(id, "d0123456");
	buf_init(&b, 1000);
	OK(store_rules_each(s, 0, list_set, &b, E));
	assert_string_equal(b.data, "d0123456@9+ abc2@5 abc1@0+ ");
	buf_reset(&b);
	OK(store_rules_each(s, 1, list_set, &b, E));
	assert_string_equal(b.data, "d0123456@9+ ");
	buf_clear(&b);
	arena_clear(&a);
	store_close(s);
}

static void test_one_shadow_or_none(void **state)
{
	struct store *s = fixture_open(":memory:");
	struct arena a = {0};
	struct store_shadow got = {0};
	struct store_shadow_count n;
	bool found = true;
	const struct store_shadow_diff d = {
		.person = 1, .canonical = 2, .new_decision = 2};
	(void)state;
	OK(store_shadow_get(s, &a, &found, &got, E));
	assert_false(found);
	OK(store_shadow_put(
		s,
		&(struct store_shadow){"50-a.yaml", "version: 1", "uid:0", NOW},
		E));
	OK(store_shadow_set_offer(s, 2, &d, 1, E));
	OK(store_shadow_put(s,
			    &(struct store_shadow){"50-b.yaml", "version: 1",
						   "uid:0", NOW + 1},
			    E));
	OK(store_shadow_get(s, &a, &found, &got, E));
	assert_true(found);
	assert_string_equal(got.name, "50-b.yaml");
	assert_int_equal(got.since, NOW + 1);
	OK(store_shadow_count(s, &n, E)); /* those of the other are gone */
	assert_int_equal(n.gained, 0);
	OK(store_shadow_set_offer(s, 2, &d, 1, E));
	OK(store_shadow_clear(s, E));
	OK(store_shadow_get(s, &a, &found, &got, E));
	assert_false(found);
	OK(store_shadow_count(s, &n, E));
	assert_int_equal(n.gained, 0);
	arena_clear(&a);
	store_close(s);
}

static int list_diff(void *ctx, const struct store_shadow_diff *d)
{
	buf_printf(ctx, "%d/%d:%d>%d ", (int)d->person, (int)d->canonical,
		   d->decision, d->new_decision);
	return 0;
}

static void test_differences_follow_offer_and_person(void **state)
{
	struct store *s = fixture_open(":memory:");
	const struct store_shadow_diff of_7[] = {
		{1, 7, 0, 0, 2, 800, 9},    /* gained */
		{2, 7, 2, 700, 0, 0, 9},    /* lost */
		{3, 7, 2, 700, 2, 690, 9},  /* moved a little */
		{4, 7, 1, 500, 2, 660, 9}}; /* moved up */
	const struct store_shadow_diff of_1[] = {{1, 8, 1, 460, 1, 640, 9}};
	struct store_shadow_count n;
	struct buf b;
	(void)state;
	buf_init(&b, 1000);
	OK(store_shadow_set_offer(s, 7, of_7, 4, E));
	OK(store_shadow_count(s, &n, E));
	assert_int_equal(n.gained, 1);
	assert_int_equal(n.lost, 1);
	assert_int_equal(n.moved, 2);
	OK(store_shadow_each(s, 0, list_diff, &b, E));
	assert_string_equal(b.data, "1/7:0>2 2/7:2>0 4/7:1>2 3/7:2>2 ");
	OK(store_shadow_set_person(s, 1, of_1, 1, E));
	buf_reset(&b);
	OK(store_shadow_each(s, 0, list_diff, &b, E));
	assert_string_equal(b.data, "2/7:2>0 4/7:1>2 1/8:1>1 3/7:2>2 ");
	OK(store_shadow_set_offer(s, 7, NULL, 0, E));
	buf_reset(&b);
	OK(store_shadow_each(s, 0, list_diff, &b, E));
	assert_string_equal(b.data, "1/8:1>1 ");
	buf_clear(&b);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_set_keeps_the_first_files_it_came_from),
		cmocka_unit_test(test_one_shadow_or_none),
		cmocka_unit_test(test_differences_follow_offer_and_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
