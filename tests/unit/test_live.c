/* SPDX-License-Identifier: EUPL-1.2 */
/* New offers meet the roster and new people meet the live offers, with the same
 * result; what goes, changes, fails or turns into another is forgotten; one row
 * that cannot be read costs itself. */
#include "plan_fixture.h"

#include "engine/store/db.h"

static struct world w;

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", "2026-11-23T10:00");
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* The person's candidates for the adviser: "1:920 2:920". */
static char *candidates(int64_t person)
{
	struct store_candidate c[STORE_CANDIDATES_MAX];
	size_t n;
	char *text = mem_dup("");
	OK(store_candidates_best(w.s, person, STORE_TO_ADVISER, &w.a, c,
				 STORE_CANDIDATES_MAX, &n, E));
	for (size_t i = 0; i < n; i++) {
		char *longer =
			mem_printf("%s%s%lld:%d", text, i ? " " : "",
				   (long long)c[i].canonical, c[i].score);
		free(text);
		text = longer;
	}
	return text;
}

static size_t n_candidates(int64_t person)
{
	char *text = candidates(person);
	size_t n = *text ? 1 : 0;
	for (const char *p = text; *p; p++)
		n += *p == ' ';
	free(text);
	return n;
}

static void test_both_directions_find_the_same(void **state)
{
	(void)state;
	world_people(&w, 3, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	world_offer(&w, "{'start':'2026-12-01'}");
	world_offer(&w, "{'rome':['D1104']}");
	world_offer(&w, "{'rome':['I1604']}"); /* a mechanic */
	for (int64_t id = 1; id <= 3; id++) {
		char *by_offer = candidates(id);
		live_person_changed(w.live, id);
		world_settle(&w);
		char *by_person = candidates(id);
		assert_string_equal(by_offer, by_person);
		assert_int_equal(n_candidates(id), 3);
		free(by_offer);
		free(by_person);
	}
	/* And a restart rebuilds them. */
	char *before = candidates(2);
	world_stop(&w);
	world_start(&w);
	assert_int_equal(n_candidates(2), 0);
	assert_false(live_is_settled(w.live));
	world_settle(&w);
	assert_true(live_is_settled(w.live));
	char *after = candidates(2);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void test_who_stops_or_has_no_trade_is_compared_with_nothing(
	void **state)
{
	(void)state;
	static const char *const changes[] = {
		"{'status':'paused'}", "{'status':'placed'}", "{'rome':null}"};
	struct verdict v;
	world_people(&w, 1, "{}", AGENCY_OFF);
	int64_t offer = world_offer(&w, "{}");
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		json_t *rows = json_array();
		json_array_append_new(rows, world_youth("1", changes[i]));
		world_import(&w, "ml1", 0, rows);
		world_settle(&w);
		assert_int_equal(n_candidates(1), 0);
		FAILS(live_evaluate(w.live, 1, offer, 20000, &v, E),
		      ERR_UNKNOWN, "not compared");
		rows = json_array();
		json_array_append_new(rows, world_youth("1", "{}"));
		world_import(&w, "ml1", 0, rows);
		world_settle(&w);
		assert_int_equal(n_candidates(1), 1);
	}
}

static void test_offers_change_and_go(void **state)
{
	(void)state;
	struct verdict v;
	world_people(&w, 1, "{}", AGENCY_OFF);
	int64_t id = world_offer(&w, "{}");
	w.n_offers--; /* the same one again, elsewhere */
	assert_int_equal(world_offer(&w,
				     "{'place':{'precision':'commune','insee':"
				     "'13055','lat':43.2965,'lon':5.3698}}"),
			 id);
	assert_int_equal(n_candidates(1), 0);
	w.n_offers--;
	assert_int_equal(world_offer(&w, "{}"), id);
	assert_int_equal(n_candidates(1), 1);
	OK(live_offer_drop(w.live, id, E));
	assert_int_equal(n_candidates(1), 0);
	FAILS(live_evaluate(w.live, 1, id, 20000, &v, E), ERR_UNKNOWN,
	      "not live");
}

static void test_twenty_are_kept_and_a_changed_one_keeps_its_place(void **state)
{
	(void)state;
	world_people(&w, 1, "{}", AGENCY_OFF);
	for (int i = 0; i < 25; i++)
		world_offer(&w, "{}");
	assert_int_equal(n_candidates(1), 20);
	for (int i = 1; i <= 20; i++) {
		w.n_offers = i - 1;
		world_offer(&w, "{'title':'Apprentie boulangère'}");
	}
	assert_int_equal(n_candidates(1), 20);
}

static void test_what_was_proposed_makes_room(void **state)
{
	(void)state;
	struct store_message m = {.kind = STORE_DIGEST,
				  .audience = STORE_TO_ADVISER,
				  .channel = CHANNEL_EMAIL,
				  .agency = "ML1",
				  .recipient = "sarah",
				  .expires = INSTANT_NONE,
				  .state = STORE_PLANNED};
	struct store_proposal rows[20];
	int64_t id;
	world_people(&w, 1, "{}", AGENCY_OFF);
	for (int i = 0; i < 30; i++)
		world_offer(&w, "{}");
	for (int i = 0; i < 20; i++)
		rows[i] = (struct store_proposal){
			.person = 1,
			.canonical = i + 1,
			.audience = STORE_TO_ADVISER,
			.rules = live_rules_id(w.live, "ML1"),
			.facts = "{}"};
	OK(store_message_plan(w.s, &m, rows, 20, w.clock.now_s, &id, E));
	live_refill(w.live, 1);
	world_settle(&w);
	assert_int_equal(n_candidates(1), 10);
	/* Another audience may still want the others. */
	struct store_candidate c[STORE_CANDIDATES_MAX];
	size_t n;
	OK(store_candidates_best(w.s, 1, STORE_TO_YOUTH, &w.a, c,
				 STORE_CANDIDATES_MAX, &n, E));
	assert_int_equal(n, 20);
}

static int put_and_fail(struct store *s, void *ctx, struct err *err)
{
	(void)s;
	(void)ctx;
	world_offer(&w, "{}");
	OK(live_offer_drop(w.live, 1, E));
	return err_set(err, ERR_STORE, "as on a full disk");
}

static void test_memory_follows_a_rolled_back_transaction(void **state)
{
	(void)state;
	struct err err = {0};
	world_people(&w, 1, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	assert_int_equal(store_tx(w.s, put_and_fail, NULL, &err), -1);
	live_resync(w.live);
	assert_false(live_is_settled(w.live));
	world_settle(&w);
	assert_true(live_is_settled(w.live));
	assert_non_null(live_offer(w.live, 1));
	assert_null(live_offer(w.live, 2));
	assert_int_equal(n_candidates(1), 1);
}

static void test_a_row_that_cannot_be_read_costs_itself(void **state)
{
	(void)state;
	struct live_stats st;
	world_people(&w, 3, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	world_offer(&w, "{}");
	OK(db_run(w.s, E, "UPDATE offer SET fields = '{' WHERE ref = 'r1'",
		  DB_NONE));
	OK(db_run(w.s, E, "UPDATE person SET fields = 'x' WHERE id = 2",
		  DB_NONE));
	world_stop(&w);
	world_start(&w); /* live_load() */
	world_settle(&w);
	live_stats(w.live, &st);
	assert_int_equal(st.people, 2);
	assert_int_equal(st.offers, 1);
	assert_int_equal(st.unreadable, 2);
	live_person_changed(w.live, 2);
	world_settle(&w);
	assert_int_equal(n_candidates(2), 0);
	assert_int_equal(n_candidates(3), 1);
}

static void test_two_ids_that_are_one_leave_one(void **state)
{
	(void)state;
	struct live_stats st;
	world_people(&w, 2, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	OK(store_person_join(w.s, 1, 2, E));
	live_person_changed(w.live, 2);
	world_settle(&w);
	live_stats(w.live, &st);
	assert_int_equal(st.people, 1);
	assert_int_equal(n_candidates(1), 1);
}

static void test_a_new_day_and_new_rules_look_at_everyone(void **state)
{
	(void)state;
	struct err err = {0};
	struct live_stats st;
	world_people(&w, 5, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	while (live_take_fresh(w.live))
		;
	world_at(&w, "2026-11-24T00:00:01");
	assert_false(live_is_settled(w.live));
	live_stats(w.live, &st);
	uint64_t before = st.matched_people;
	world_settle(&w);
	live_stats(w.live, &st);
	assert_int_equal(st.matched_people - before, 5);
	int n = 0;
	while (live_take_fresh(w.live))
		n++;
	assert_int_equal(n, 5);
	live_set_rules(w.live, world_rules()); /* the same: nothing to do */
	assert_true(live_is_settled(w.live));
	struct diags d;
	diags_init(&d);
	live_set_rules(w.live, rules_compile(NULL, 0, NULL, &d));
	diags_clear(&d);
	assert_true(live_is_settled(w.live)); /* the shipped file's values */
	struct rules_text other = {"x.yaml", "thresholds:\n  send: 66\n", 23};
	diags_init(&d);
	live_set_rules(w.live, rules_compile(&other, 1, NULL, &d));
	diags_clear(&d);
	assert_false(live_is_settled(w.live));
	assert_false(live_work(w.live, 1000, &err));
	assert_true(live_is_settled(w.live));
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_both_directions_find_the_same),
		T(test_who_stops_or_has_no_trade_is_compared_with_nothing),
		T(test_offers_change_and_go),
		T(test_twenty_are_kept_and_a_changed_one_keeps_its_place),
		T(test_what_was_proposed_makes_room),
		T(test_memory_follows_a_rolled_back_transaction),
		T(test_a_row_that_cannot_be_read_costs_itself),
		T(test_two_ids_that_are_one_leave_one),
		T(test_a_new_day_and_new_rules_look_at_everyone),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
