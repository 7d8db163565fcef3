/* SPDX-License-Identifier: EUPL-1.2 */
/* Agencies, advisers, opt-outs: files add and change, modes are dated, and who
 * said stop is heard by channel and address. */
#include "store_fixture.h"

#include <etrier/buf.h>
#include <etrier/date.h>

static int set_up(void **state)
{
	*state = fixture_open(":memory:");
	return 0;
}

static int tear_down(void **state)
{
	store_close(*state);
	return 0;
}

static enum store_change put_agency(struct store *s, const char *row)
{
	enum store_change c;
	json_t *v = fixture_json(row);
	OK(store_agency_put(s, v, &c, E));
	json_decref(v);
	return c;
}

static int name_row(void *ctx, const struct store_adviser *row)
{
	struct buf *b = ctx;
	buf_printf(b, "%s/%s:%d ", row->agency, row->ref, row->digest);
	return 0;
}

static void test_agencies_and_advisers(void **state)
{
	struct store *s = *state;
	struct arena arena = {0};
	struct store_agency a;
	enum store_change c;
	assert_int_equal(put_agency(s, "{'code':'A','kind':'ml','name':'x'}"),
			 STORE_NEW);
	assert_int_equal(put_agency(s, "{'code':'A','name':'x'}"), STORE_SAME);
	assert_int_equal(put_agency(s, "{'code':'A','name':'y'}"),
			 STORE_CHANGED);
	OK(store_agency_get(s, "A", &arena, &a, E));
	assert_int_equal(a.mode, AGENCY_OFF);
	assert_int_equal(a.kind, 0);
	assert_true(a.mode_since == INSTANT_NONE);
	json_t *v =
		fixture_json("{'agency':'A','ref':'sarah','digest':'twice'}");
	OK(store_adviser_put(s, v, &c, E));
	assert_int_equal(c, STORE_NEW);
	json_decref(v);
	v = fixture_json("{'agency':'nowhere','ref':'sarah'}");
	FAILS(store_adviser_put(s, v, &c, E), ERR_INPUT, "not known");
	json_decref(v);
	struct buf b;
	buf_init(&b, 1000);
	OK(store_advisers_each(s, "A", name_row, &b, E));
	OK(store_advisers_each(s, "B", name_row, &b, E));
	assert_string_equal(b.data, "A/sarah:1 ");
	buf_clear(&b);
	arena_clear(&arena);
}

static void test_mode_changes_are_dated(void **state)
{
	struct store *s = *state;
	struct arena arena = {0};
	struct store_agency a;
	enum agency_mode old;
	put_agency(s, "{'code':'A','kind':'ml'}");
	OK(store_agency_set_mode(s, "A", AGENCY_PREVIEW, NOW, &old, E));
	assert_int_equal(old, AGENCY_OFF);
	OK(store_agency_set_mode(s, "A", AGENCY_PREVIEW, NOW + 9, &old, E));
	assert_int_equal(old, AGENCY_PREVIEW);
	OK(store_agency_get(s, "A", &arena, &a, E));
	assert_int_equal(a.mode_since, NOW);
	FAILS(store_agency_set_mode(s, "B", AGENCY_OFF, NOW, &old, E),
	      ERR_UNKNOWN, "no agency");
	arena_clear(&arena);
}

static void test_optouts_by_channel_and_address(void **state)
{
	struct store *s = *state;
	bool yes;
	OK(store_optout_add(s, CHANNEL_SMS, "+33639980001", NOW, "reply", &yes,
			    E));
	assert_true(yes);
	OK(store_optout_add(s, CHANNEL_SMS, "+33639980001", NOW, "reply", &yes,
			    E));
	assert_false(yes);
	OK(store_optout_check(s, CHANNEL_SMS, "+33639980001", &yes, E));
	assert_true(yes);
	OK(store_optout_check(s, CHANNEL_EMAIL, "+33639980001", &yes, E));
	assert_false(yes);
	OK(store_optout_check(s, CHANNEL_SMS, "+33639980002", &yes, E));
	assert_false(yes);
	OK(store_optout_lift(s, CHANNEL_SMS, "+33639980001", &yes, E));
	assert_true(yes);
	OK(store_optout_check(s, CHANNEL_SMS, "+33639980001", &yes, E));
	assert_false(yes);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_agencies_and_advisers),
		T(test_mode_changes_are_dated),
		T(test_optouts_by_channel_and_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
