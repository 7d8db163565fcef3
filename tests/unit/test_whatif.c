/* SPDX-License-Identifier: EUPL-1.2 */
/* What would alter a verdict: each change that is told really does, the number
 * in it is the least that does, and nothing private is told unasked. */
#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>
#include <etrier/whatif.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fixture {
	struct refdata *rd;
	struct rules *rules;
	struct match_env env;
	struct tradenet *trades;
	struct travel *travel;
	struct arena arena;
	struct mperson p;
	struct moffer o;
	int32_t on;
	struct whatif found[WHATIF_MAX];
	size_t n;
	struct verdict v;
} x;

static int open_tables(void **state)
{
	struct diags d;
	struct err err;

	(void)state;
	x.rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	if (!x.rd)
		return -1;
	diags_init(&d);
	x.rules = rules_compile(NULL, 0, x.rd, &d);
	diags_clear(&d);
	x.trades = tradenet_from_refdata(x.rd);
	x.travel = travel_new(NULL, &err);
	x.env = (struct match_env){.rules = x.rules,
				   .travel = x.travel,
				   .trades = x.trades,
				   .pad = match_pad_new(x.travel)};
	x.on = date_from_ymd(2026, 11, 23);
	arena_init(&x.arena);
	return x.rules ? 0 : -1;
}

static int close_tables(void **state)
{
	(void)state;
	arena_clear(&x.arena);
	match_pad_free(x.env.pad);
	rules_free(x.rules);
	tradenet_free(x.trades);
	travel_free(x.travel);
	refdata_free(x.rd);
	return 0;
}

/* A baker of 19 who walks, and an offer round the corner: to be sent. */
static int set_pair(void **state)
{
	(void)state;
	x.p = mperson_unknown;
	x.p.id = 7;
	x.p.flags = MPERSON_PLACED;
	x.p.trades[0] = rome_find(x.rd, "D1102");
	x.p.n_trades = 1;
	x.p.contracts = 1u << CONTRACT_PERMANENT;
	x.p.modes = 1u << MODE_TRANSIT;
	x.p.max_minutes = 45;
	x.p.birth = day16(date_from_ymd(2007, 3, 14));
	x.p.available = day16(x.on);
	x.o = moffer_unknown;
	x.o.id = 9;
	x.o.at = (struct plane_point){0, 500};
	x.o.is_placed = true;
	x.o.trades[0] = x.p.trades[0];
	x.o.n_trades = 1;
	x.o.kind = CONTRACT_PERMANENT;
	x.o.start = date_from_ymd(2026, 12, 1);
	x.o.posted = x.on;
	return 0;
}

/* Asked for one alone, it is the first of those of one change, or none. */
static void look_for_one(void)
{
	struct whatif first, one;
	size_t n = whatif_find(&x.env, &x.p, &x.o, &x.v, false, &first, 1);
	bool is_one = whatif_find_one(&x.env, &x.p, &x.o, &x.v, &one);
	assert_int_equal(is_one, n == 1 && first.n == 1);
	if (!is_one)
		return;
	assert_int_equal(one.n, 1);
	assert_int_equal(one.changes[0].what, first.changes[0].what);
	assert_int_equal(one.changes[0].to, first.changes[0].to);
	assert_int_equal(one.decision, first.decision);
}

static void look(bool with_private)
{
	match_evaluate(&x.env, &x.p, &x.o, x.on, &x.v);
	look_for_one();
	x.n = whatif_find(&x.env, &x.p, &x.o, &x.v, with_private, x.found,
			  WHATIF_MAX);
}

static const struct whatif *find(enum whatif_what what)
{
	for (size_t i = 0; i < x.n; i++)
		if (x.found[i].n == 1 && x.found[i].changes[0].what == what)
			return &x.found[i];
	return NULL;
}

static enum decision decide(void)
{
	struct verdict v;

	match_evaluate(&x.env, &x.p, &x.o, x.on, &v);
	return v.decision;
}

static void test_what_is_sent_needs_no_change(void **state)
{
	(void)state;
	look(true);
	assert_int_equal(x.v.decision, DECISION_SEND);
	assert_int_equal(x.n, 0);
}

static void test_the_least_longer_way(void **state)
{
	const struct whatif *w;
	int least;

	(void)state;
	x.o.at.y_m = 14000;
	look(false);
	assert_int_equal(x.v.decision, DECISION_EXCLUDE);
	w = find(WHATIF_MINUTES);
	assert_non_null(w);
	assert_int_equal(w->changes[0].from, 45);
	least = w->changes[0].to;
	assert_in_range(least, 46, 180);
	x.p.max_minutes = (int16_t)least;
	assert_int_equal(decide(), w->decision);
	x.p.max_minutes = (int16_t)(least - 1);
	assert_true(decide() < w->decision);
	assert_string_equal(whatif_words(x.rd, &x.arena, w),
			    arena_printf(&x.arena,
					 "trajet accepté jusqu'à %d min "
					 "(45 aujourd'hui)",
					 least));
}

static void test_kind_licence_trade(void **state)
{
	const struct whatif *w;

	(void)state;
	x.o.kind = CONTRACT_FIXED_TERM;
	look(false);
	w = find(WHATIF_CONTRACT);
	assert_non_null(w);
	assert_int_equal(w->decision, DECISION_SEND);
	assert_int_equal(w->changes[0].to, CONTRACT_FIXED_TERM);
	set_pair(NULL);
	x.o.licences = x.p.licences_missing = 1u << LICENCE_B;
	look(false);
	w = find(WHATIF_LICENCE);
	assert_non_null(w);
	assert_string_equal(whatif_words(x.rd, &x.arena, w),
			    "permis obtenu : B");
	set_pair(NULL);
	x.o.trades[0] = rome_find(x.rd, "M1805");
	look(false);
	w = find(WHATIF_TRADE);
	assert_non_null(w);
	assert_int_equal(w->changes[0].to, x.o.trades[0]);
}

static void test_dates_move_no_further_than_they_must(void **state)
{
	const struct whatif *w;

	(void)state;
	x.p.available = day16(date_from_ymd(2027, 1, 15));
	look(false);
	assert_int_equal(x.v.decision, DECISION_EXCLUDE);
	w = find(WHATIF_AVAILABLE);
	assert_non_null(w);
	assert_int_equal(w->changes[0].to, x.o.start);
	w = find(WHATIF_START);
	assert_non_null(w);
	assert_int_equal(w->changes[0].to, date_from_ymd(2027, 1, 15));
}

static void test_two_changes_when_one_does_not_do(void **state)
{
	(void)state;
	x.o.kind = CONTRACT_FIXED_TERM;
	x.o.licences = x.p.licences_missing = 1u << LICENCE_B;
	look(false);
	assert_int_not_equal(x.n, 0);
	for (size_t i = 0; i < x.n; i++)
		assert_int_equal(x.found[i].n, 2);
	assert_string_equal(
		whatif_words(x.rd, &x.arena, &x.found[0]),
		"contrat recherché aussi : CDD ; permis obtenu : B");
}

static void test_needs_are_told_only_when_asked(void **state)
{
	(void)state;
	x.p.needs_exclude = (uint64_t)3 << (2 * EXPOSURE_LOADS);
	x.o.exposures = (uint64_t)3 << (2 * EXPOSURE_LOADS);
	x.o.known = x.o.exposures;
	look(false);
	assert_int_equal(x.v.decision, DECISION_EXCLUDE);
	assert_int_equal(x.n, 0);
	look(true);
	assert_int_equal(x.n, 1);
	assert_true(x.found[0].is_private);
	assert_int_equal(x.found[0].changes[0].what, WHATIF_POST_FITS);
}

/* Whatever the pair: what is told is true, and better than what is. */
static void test_everything_that_is_told_is_better(void **state)
{
	uint32_t seed = 20261123;
	size_t n_told = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		seed = seed * 1664525u + 1013904223u;
		set_pair(NULL);
		x.o.at.y_m = (int32_t)(seed >> 8 & 0x7fff);
		x.o.kind = (int8_t)(seed >> 4 & 3);
		x.o.start = x.on + (int32_t)(seed >> 12 & 127) - 20;
		x.p.available = day16(x.on + (int32_t)(seed >> 20 & 127));
		x.o.licences = x.p.licences_missing =
			seed & 1 ? 1u << LICENCE_B : 0;
		x.o.start_min = seed & 2 ? 300 : -1;
		x.p.birth = seed & 4 ? 0 : x.p.birth;
		x.o.is_placed = (seed >> 28) != 0;
		look(false);
		n_told += x.n;
		for (size_t k = 0; k < x.n; k++) {
			assert_true(x.found[k].decision > x.v.decision);
			assert_true(!k || x.found[k].n == x.found[0].n);
			assert_true(*whatif_words(x.rd, &x.arena, &x.found[k]));
		}
	}
	assert_true(n_told > 100);
}

static void test_points_that_are_missing(void **state)
{
	struct whatif_points points;

	(void)state;
	look(false);
	whatif_points(&x.v, &points);
	assert_int_equal(points.missing, 0);
	x.o.at.y_m = 9000;
	x.o.posted = x.on - 30;
	x.p.trades[1] = x.p.trades[0];
	x.p.trades[0] = rome_find(x.rd, "A1101");
	x.p.n_trades = 2;
	x.p.max_minutes = 60;
	look(false);
	whatif_points(&x.v, &points);
	assert_true(points.n >= 3);
	for (int i = 1; i < points.n; i++)
		assert_true(points.lost[i - 1].lost >= points.lost[i].lost);
	assert_int_equal(points.missing > 0,
			 x.v.public_score < x.v.rules->send);
}

static void test_every_change_has_words_and_a_code(void **state)
{
	(void)state;
	for (int i = 0; i < WHATIF_COUNT; i++) {
		const struct whatif w = {
			.changes = {{(enum whatif_what)i, 1, 1}}, .n = 1};
		json_t *v = whatif_json(x.rd, &w);
		const char *words = whatif_words(x.rd, &x.arena, &w);

		assert_true(*words);
		assert_null(strstr(words, "{"));
		assert_non_null(v);
		json_decref(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_is_sent_needs_no_change,
				       set_pair),
		cmocka_unit_test_setup(test_the_least_longer_way, set_pair),
		cmocka_unit_test_setup(test_kind_licence_trade, set_pair),
		cmocka_unit_test_setup(
			test_dates_move_no_further_than_they_must, set_pair),
		cmocka_unit_test_setup(test_two_changes_when_one_does_not_do,
				       set_pair),
		cmocka_unit_test_setup(test_needs_are_told_only_when_asked,
				       set_pair),
		cmocka_unit_test(test_everything_that_is_told_is_better),
		cmocka_unit_test_setup(test_points_that_are_missing, set_pair),
		cmocka_unit_test(test_every_change_has_words_and_a_code),
	};
	return cmocka_run_group_tests(tests, open_tables, close_tables);
}
