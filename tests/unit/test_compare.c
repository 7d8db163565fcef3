/* SPDX-License-Identifier: EUPL-1.2 */
/* Two sets of rules compared: every change is counted where it belongs, the
 * guard sees who falls, and no small group shows. */
#include <etrier/compare.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ON date_from_ymd(2026, 11, 23)

static void person(struct compare *c, uint32_t id, int age, bool district,
		   uint16_t agency)
{
	struct mperson p = {.id = id, .agency = agency};
	p.birth = age ? day16(date_add_months(ON, -12 * age)) : 0;
	p.flags = district ? MPERSON_DISTRICT_YES : 0;
	compare_person(c, &p, ON);
}

/* hits: {person, decision, score}, person 0 ends */
struct hit {
	uint32_t person;
	enum decision decision;
	int score;
};

static struct match_hits hits_of(const struct hit *v)
{
	struct match_hits h = {NULL, 0, 0};
	while (v[h.n].person)
		h.n++;
	h.v = mem_array(h.n + 1, sizeof(*h.v));
	for (size_t i = 0; i < h.n; i++)
		h.v[i] = (struct match_hit){v[i].person, (uint16_t)v[i].score,
					    (uint16_t)v[i].decision};
	return h;
}

static void offer(struct compare *c, int64_t id, uint16_t trade,
		  const char *dept, const struct hit *now,
		  const struct hit *next)
{
	struct match_hits a = hits_of(now), b = hits_of(next);
	compare_offer(c, &(struct compare_offer){id, trade, dept}, &a, &b);
	free(a.v);
	free(b.v);
}

static void assert_tally(struct compare_tally t, int gained, int lost,
			 int moved)
{
	assert_int_equal(t.gained, gained);
	assert_int_equal(t.lost, lost);
	assert_int_equal(t.moved, moved);
}

static void test_gained_lost_moved_and_where(void **state)
{
	struct compare *c = compare_new();
	struct compare_tally t;
	(void)state;
	for (uint32_t id = 1; id <= 5; id++)
		person(c, id, 20, false, id < 3 ? 1 : 2);
	offer(c, 70, 3, "93",
	      (struct hit[]){{5, DECISION_SEND, 700},
			     {1, DECISION_CHECK, 500},
			     {2, DECISION_SEND, 800},
			     {0}},
	      (struct hit[]){{2, DECISION_SEND, 800},
			     {3, DECISION_SEND, 650},
			     {1, DECISION_SEND, 655},
			     {9, DECISION_SEND, 999}, /* not named */
			     {0}});
	offer(c, 71, ROME_NONE, NULL,
	      (struct hit[]){{4, DECISION_CHECK, 460}, {0}},
	      (struct hit[]){{4, DECISION_CHECK, 470}, {0}});
	assert_tally(compare_sum(c), 1, 1, 2);
	assert_tally(compare_agency(c, 1), 0, 0, 1);
	assert_tally(compare_agency(c, 2), 1, 1, 1);
	assert_tally(compare_trade(c, 3), 1, 1, 1);
	assert_string_equal(compare_dept(c, 0, &t), "93");
	assert_tally(t, 1, 1, 1);
	assert_null(compare_dept(c, 1, &t));
	assert_int_equal(compare_pairs_now(c), 4);
	assert_int_equal(compare_offers(c), 2);
	/* Another decision first, then by how far. */
	assert_int_equal(compare_move(c, 0)->person, 5);
	assert_int_equal(compare_move(c, 0)->is, DECISION_EXCLUDE);
	assert_int_equal(compare_move(c, 1)->person, 3);
	assert_int_equal(compare_move(c, 2)->person, 1);
	assert_int_equal(compare_move(c, 3)->person, 4);
	assert_null(compare_move(c, 4));
	compare_free(c);
}

/* n people of an age, all covered now; `lost` of them no more. */
static struct compare *group(uint32_t n, int age, bool district, uint32_t lost)
{
	struct compare *c = compare_new();
	for (uint32_t id = 1; id <= n; id++) {
		const struct hit now[] = {{id, DECISION_SEND, 700}, {0}};
		person(c, id, age, district, 0);
		offer(c, id, 1, NULL, now, id > lost ? now : now + 1);
	}
	return c;
}

static void test_a_guard_falls_by_more_than_two_percent(void **state)
{
	static const struct {
		uint32_t n, lost;
		int age;
		bool district;
		enum guard g;
		bool masked, falls;
	} cases[] = {
		{100, 2, 17, false, GUARD_MINORS, false, false},
		{100, 3, 17, false, GUARD_MINORS, false, true},
		{100, 3, 17, false, GUARD_MUST_TRAIN, false, true},
		{100, 3, 15, false, GUARD_MINORS, false, true},
		{100, 3, 15, false, GUARD_MUST_TRAIN, true, false},
		{100, 3, 18, false, GUARD_MINORS, true, false},
		{100, 3, 0, false, GUARD_MINORS, true, false},
		{100, 3, 20, true, GUARD_DISTRICT, false, true},
		{100, 3, 20, false, GUARD_EVERYONE, false, true},
		{11, 1, 20, true, GUARD_DISTRICT, false, true},
		{10, 9, 20, true, GUARD_DISTRICT, true, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct compare *c = group(cases[i].n, cases[i].age,
					  cases[i].district, cases[i].lost);
		struct compare_guard g = compare_guard(c, cases[i].g);
		if (g.is_masked != cases[i].masked || g.falls != cases[i].falls)
			fail_msg("case %zu: %d %d", i, g.is_masked, g.falls);
		if (!g.is_masked)
			assert_int_equal(g.before - g.after, cases[i].lost);
		compare_free(c);
	}
}

static void test_who_has_another_offer_is_still_covered(void **state)
{
	struct compare *c = group(20, 17, false, 0);
	(void)state;
	for (uint32_t id = 1; id <= 20; id++) {
		const struct hit now[] = {{id, DECISION_SEND, 700}, {0}};
		offer(c, 100 + id, 1, NULL, now, now + 1);
	}
	assert_false(compare_falls(c));
	assert_int_equal(compare_sum(c).lost, 20);
	assert_int_equal(compare_guard(c, GUARD_MINORS).after, 20);
	compare_free(c);
}

static void test_only_the_largest_moves_are_kept(void **state)
{
	struct compare *c = compare_new();
	(void)state;
	for (uint32_t id = 1; id <= 50; id++) {
		person(c, id, 20, false, 0);
		offer(c, id, 1, "75",
		      (struct hit[]){{id, DECISION_SEND, 700}, {0}},
		      (struct hit[]){{id, DECISION_SEND, 700 + (int)id}, {0}});
	}
	for (size_t i = 0; i < COMPARE_MOVES; i++)
		assert_int_equal(compare_move(c, i)->person, 50 - i);
	assert_null(compare_move(c, COMPARE_MOVES));
	compare_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gained_lost_moved_and_where),
		cmocka_unit_test(test_a_guard_falls_by_more_than_two_percent),
		cmocka_unit_test(test_who_has_another_offer_is_still_covered),
		cmocka_unit_test(test_only_the_largest_moves_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
