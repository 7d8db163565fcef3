/* SPDX-License-Identifier: EUPL-1.2 */
/* Many digests at once: those of one tick are one commit, one that cannot be
 * written costs its adviser the day and nobody else anything, a store that
 * fails loses none; and what is asked at every tick asks little: offers are
 * followed when one changed, long unseen ones go within the hour. */
#include "plan_fixture.h"

#include "engine/plan/polls.h"
#include "engine/store/db.h"

#define MONDAY	 "2026-11-23T10:00"
#define DAY	 ((int64_t)24 * 3600)
#define ADVISERS 5

static struct world w;
static int n_commits;

static void count_commit(void *ctx, enum store_commit when)
{
	(void)ctx;
	n_commits += when == STORE_COMMIT_AFTER;
}

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", MONDAY);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* Advisers a1, a2 ... with a young person each, who is told by them only; one
 * offer for everybody, all places given. */
static void many_advisers(int n)
{
	json_t *rows = json_array();
	world_agency(&w, "{'code':'ML1','name':'Essai','kind':'ml'}",
		     AGENCY_DIGEST_ONLY);
	for (int i = 1; i <= n; i++) {
		char fields[200], ref[12];
		snprintf(ref, sizeof(ref), "%d", i);
		snprintf(fields, sizeof(fields),
			 "{'ref':'a%d','agency':'ML1','first_name':'Sarah',"
			 "'email':'a%d@ml.example'}",
			 i, i);
		world_adviser(&w, fields);
		snprintf(fields, sizeof(fields),
			 "{'channel':'none','adviser':'a%d'}", i);
		json_array_append_new(rows, world_youth(ref, fields));
	}
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	world_offer(&w, "{}");
	world_turns(&w);
}

static int64_t n_digests(void)
{
	return world_count(&w, STORE_TO_ADVISER, 0);
}

/* Commits of a tick that plans this many digests. */
static int commits_of(int n)
{
	int planned;
	world_close(&w);
	world_open(&w, ":memory:", MONDAY);
	many_advisers(n);
	store_on_commit(w.s, count_commit, NULL);
	n_commits = 0;
	OK(planner_tick(w.planner, &planned, E));
	store_on_commit(w.s, NULL, NULL);
	assert_int_equal(planned, n);
	assert_int_equal(n_digests(), n);
	return n_commits;
}

static void test_digests_of_one_tick_are_one_commit(void **state)
{
	(void)state;
	assert_int_equal(commits_of(ADVISERS), commits_of(1));
}

/* More than one commit holds; everybody gets one, once. */
static void test_many_advisers_are_told_once_each(void **state)
{
	(void)state;
	many_advisers(40);
	assert_int_equal(world_plan(&w), 40);
	assert_int_equal(n_digests(), 40);
	for (int i = 1; i <= 40; i++) {
		struct store_messages_query q = STORE_MESSAGES_ANY;
		int64_t n;
		char ref[12];
		snprintf(ref, sizeof(ref), "a%d", i);
		q.agency = "ML1";
		q.recipient = ref;
		OK(store_messages_count(w.s, &q, &n, E));
		assert_int_equal(n, 1);
	}
}

static void spoil(const char *what)
{
	char sql[200];
	snprintf(sql, sizeof(sql),
		 "CREATE TEMP TRIGGER spoilt BEFORE INSERT ON ledger "
		 "WHEN NEW.person = %lld BEGIN SELECT RAISE(%s); END",
		 (long long)world_id(&w, "ml1", "3"), what);
	OK(db_script(w.s, sql, E));
}

static int64_t n_of(const char *recipient)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	int64_t n;
	q.agency = "ML1";
	q.recipient = recipient;
	OK(store_messages_count(w.s, &q, &n, E));
	return n;
}

static void test_one_that_cannot_be_written_costs_itself(void **state)
{
	(void)state;
	many_advisers(ADVISERS);
	spoil("IGNORE"); /* as if it had been proposed before */
	assert_int_equal(world_plan(&w), ADVISERS - 1);
	assert_int_equal(n_of("a3"), 0);
	OK(db_script(w.s, "DROP TRIGGER spoilt", E));
	assert_int_equal(world_plan(&w), 0);
	clock_manual_advance(&w.clock, DAY);
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(n_of("a3"), 1);
}

static void test_a_store_that_fails_loses_none(void **state)
{
	int n;
	(void)state;
	struct err err = {0};
	many_advisers(ADVISERS);
	spoil("ABORT, 'spoilt'");
	assert_int_equal(planner_tick(w.planner, &n, &err), -1);
	assert_int_equal(err.kind, ERR_STORE);
	OK(db_script(w.s, "DROP TRIGGER spoilt", E));
	world_plan(&w);
	assert_int_equal(n_digests(), ADVISERS);
	assert_int_equal(n_of("a3"), 1);
}

/* --- claiming --------------------------------------------------------------
 */

static int64_t slow_clock(void *ctx)
{
	static int64_t ms;
	(void)ctx;
	return ms += OUTBOX_PUMP_MS / 4;
}

/* Each look at the time is a quarter of the time there is. */
static void test_claiming_makes_room_for_others(void **state)
{
	(void)state;
	many_advisers(ADVISERS + 1);
	assert_int_equal(world_plan(&w), ADVISERS + 1);
	world_lane_up(&w, "mail-1");
	w.clock.clock.mono_ms = slow_clock;
	OK(outbox_pump(w.outbox, E));
	size_t first = json_array_size(w.delivered);
	assert_in_range(first, 1, ADVISERS);
	assert_true(outbox_has_more(w.outbox));
	for (int i = 0; i < ADVISERS && outbox_has_more(w.outbox); i++)
		OK(outbox_pump(w.outbox, E));
	assert_int_equal(json_array_size(w.delivered), ADVISERS + 1);
	assert_false(outbox_has_more(w.outbox));
}

/* --- what is asked at every tick ------------------------------------------ */

static void test_a_new_offer_is_followed_and_a_gone_one_let_go(void **state)
{
	(void)state;
	many_advisers(1);
	struct turns *t = &w.planner->turns;
	assert_int_equal(t->n_offers, 1);
	uint64_t before = live_offers_version(w.live);
	world_turns(&w);
	assert_int_equal(live_offers_version(w.live), before);
	int64_t id = world_offer(&w, "{}");
	assert_int_not_equal(live_offers_version(w.live), before);
	world_turns(&w);
	assert_int_equal(t->n_offers, 2);
	live_offer_drop(w.live, id);
	world_turns(&w);
	assert_int_equal(t->n_offers, 1);
}

/* What is known of people stays; an agency more has everybody read again. */
static void test_another_mode_reads_nobody_again(void **state)
{
	(void)state;
	struct turns *t = &w.planner->turns;
	enum agency_mode old;
	many_advisers(1);
	/* Until the news of the import are gone through. */
	clock_manual_advance(&w.clock, 60);
	world_turns(&w);
	int64_t id = world_id(&w, "ml1", "1");
	uint64_t runs = t->n_runs;
	t->people[id].proposed = 12345;
	OK(store_agency_set_mode(w.s, "ML1", AGENCY_AUTOMATIC, w.clock.now_s,
				 &old, E));
	world_turns(&w);
	assert_int_equal(t->people[id].proposed, 12345);
	assert_int_equal(t->agencies[t->people[id].agency].mode,
			 AGENCY_AUTOMATIC);
	assert_true(t->n_runs > runs);
	world_agency(&w, "{'code':'ML0','name':'Essai','kind':'ml'}",
		     AGENCY_DIGEST_ONLY);
	world_turns(&w);
	assert_int_equal(t->people[id].proposed, 0);
	assert_string_equal(t->agencies[t->people[id].agency].code, "ML1");
}

static enum offer_status status_of(int64_t canonical)
{
	struct store_offer o;
	OK(store_offer_get(w.s, canonical, &w.a, &o, E));
	return o.status;
}

static void test_long_unseen_offers_go_within_the_hour(void **state)
{
	(void)state;
	int64_t id = world_offer(&w, "{}");
	OK(polls_tick(w.polls, E));
	clock_manual_advance(&w.clock, 60 * DAY - 60);
	OK(polls_tick(w.polls, E));
	assert_int_equal(status_of(id), OFFER_LIVE);
	clock_manual_advance(&w.clock, 3601);
	OK(polls_tick(w.polls, E));
	assert_int_equal(status_of(id), OFFER_EXPIRED);
}

/* One whose date is over does not wait, and hides no unseen one for long. */
static void test_an_end_is_seen_at_the_next_tick(void **state)
{
	(void)state;
	int64_t old = world_offer(&w, "{}");
	clock_manual_advance(&w.clock, 60 * DAY + 1);
	int64_t id = world_offer(&w, "{'expires':'2027-01-22T09:00:10Z'}");
	assert_int_equal(status_of(id), OFFER_LIVE);
	clock_manual_advance(&w.clock, 20);
	OK(polls_tick(w.polls, E));
	assert_int_equal(status_of(id), OFFER_EXPIRED);
	OK(polls_tick(w.polls, E));
	assert_int_equal(status_of(old), OFFER_EXPIRED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_digests_of_one_tick_are_one_commit, open_world,
			close_world),
		cmocka_unit_test_setup_teardown(
			test_many_advisers_are_told_once_each, open_world,
			close_world),
		cmocka_unit_test_setup_teardown(
			test_one_that_cannot_be_written_costs_itself,
			open_world, close_world),
		cmocka_unit_test_setup_teardown(
			test_a_store_that_fails_loses_none, open_world,
			close_world),
		cmocka_unit_test_setup_teardown(
			test_claiming_makes_room_for_others, open_world,
			close_world),
		cmocka_unit_test_setup_teardown(
			test_a_new_offer_is_followed_and_a_gone_one_let_go,
			open_world, close_world),
		cmocka_unit_test_setup_teardown(
			test_another_mode_reads_nobody_again, open_world,
			close_world),
		cmocka_unit_test_setup_teardown(
			test_long_unseen_offers_go_within_the_hour, open_world,
			close_world),
		cmocka_unit_test_setup_teardown(
			test_an_end_is_seen_at_the_next_tick, open_world,
			close_world),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
