/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources in time. A poll that fails in whatever way moves no cursor and loses
 * nothing (formats.md D1); an empty, cut or shrunken feed closes nothing (D10);
 * a bad offer costs one offer, a bad source nothing to the others. */
#include "plan_fixture.h"

#include "engine/plan/polls.h"
#include "engine/store/db.h"

static struct world w;

static void configure(const char *sources)
{
	json_t *v = fixture_json(sources);
	OK(polls_configure(w.polls, v, 600, E));
	json_decref(v);
}

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", "2026-11-23T10:00");
	configure("{'essai':{'kind':'json','every_s':3600,'enabled':true}}");
	polls_collector_up(w.polls);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* Time passes until the source is asked; the poll line, borrowed. */
static const json_t *asked(void)
{
	json_array_clear(w.polled);
	for (int i = 0; i < 300 && !json_array_size(w.polled); i++) {
		OK(polls_tick(w.polls, E));
		if (!json_array_size(w.polled))
			clock_manual_advance(&w.clock, 300);
	}
	assert_int_equal(json_array_size(w.polled), 1);
	return json_array_get(w.polled, 0);
}

static int say(const char *type, json_t *line_take, struct err *err)
{
	int result = polls_line(w.polls, type, line_take, err);
	json_decref(line_take);
	return result;
}

static void offer(int64_t poll, int n)
{
	OK(say("offer",
	       json_pack("{s:I,s:o}", "poll", poll, "offer",
			 world_offer_line(n, "{}")),
	       E));
}

static void polled(int64_t poll, const char *result, bool complete, int good)
{
	OK(say("polled",
	       json_pack("{s:I,s:s,s:s,s:b,s:i,s:i,s:s,s:s}", "poll", poll,
			 "source", "essai", "result", result, "complete",
			 complete, "seen", good, "good", good, "cursor", result,
			 "etag", "e1"),
	       E));
}

/* A whole poll that shows offers 1..n. */
static void show(int n)
{
	int64_t poll = js_int(asked(), "id", -1);
	for (int i = 1; i <= n; i++)
		offer(poll, i);
	polled(poll, "ok", true, n);
}

static int64_t live(void)
{
	int64_t n;
	OK(store_offers_live_count(w.s, "essai", &n, E));
	return n;
}

static struct store_source row(void)
{
	struct store_source s;
	OK(store_source_get(w.s, "essai", &w.a, &s, E));
	return s;
}

static void test_a_good_complete_poll_opens_and_closes(void **state)
{
	(void)state;
	show(10);
	assert_int_equal(live(), 10);
	assert_string_equal(row().cursor, "ok");
	show(8);
	assert_int_equal(live(), 8);
	show(10); /* back under their ids */
	assert_int_equal(live(), 10);
	struct live_stats st;
	live_stats(w.live, &st);
	assert_int_equal(st.offers, 10);
	/* The next question carries what was answered last. */
	assert_string_equal(js_str(asked(), "etag", ""), "e1");
}

static void test_what_looks_cut_closes_nothing(void **state)
{
	(void)state;
	show(10);
	static const int counts[] = {0, 1, 4};
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		show(counts[i]);
		assert_int_equal(live(), 10);
		assert_non_null(strstr(row().last_error, "shrunken"));
		assert_null(row().etag); /* fetched whole next time */
	}
	/* A window shows less and closes nothing, without alarm. */
	int64_t poll = js_int(asked(), "id", -1);
	offer(poll, 11);
	polled(poll, "ok", false, 1);
	assert_int_equal(live(), 11);
	assert_null(row().last_error);
	/* The administrator knows better. */
	assert_int_equal(polls_now(w.polls, "nobody", true), -1);
	assert_int_equal(polls_now(w.polls, "essai", true), 0);
	show(2);
	assert_int_equal(live(), 2);
	show(0); /* that was for once */
	assert_int_equal(live(), 2);
}

static void test_a_failed_poll_moves_nothing_and_loses_nothing(void **state)
{
	(void)state;
	show(4);
	int64_t poll = js_int(asked(), "id", -1);
	offer(poll, 5); /* came before the failure: kept */
	polled(poll, "failed", true, 1);
	assert_int_equal(live(), 5);
	assert_string_equal(row().cursor, "ok");
	assert_int_equal(row().failures, 1);
	/* Asked again soon, not after an hour. */
	assert_true(row().next_due <= w.clock.now_s + 120);
	show(6);
	assert_int_equal(live(), 6);
	assert_int_equal(row().failures, 0);
}

static void test_unchanged_is_no_empty_list(void **state)
{
	(void)state;
	show(5);
	int64_t poll = js_int(asked(), "id", -1);
	polled(poll, "unchanged", false, 0);
	assert_int_equal(live(), 5);
	assert_string_equal(row().cursor, "ok");
	assert_int_equal(row().failures, 0);
}

static void test_unchanged_ends_what_was_wrong(void **state)
{
	(void)state;
	show(5);
	int64_t poll = js_int(asked(), "id", -1);
	OK(say("polled",
	       json_pack("{s:I,s:s,s:s,s:s,s:s}", "poll", poll, "source",
			 "essai", "result", "failed", "kind",
			 err_kind_name(ERR_INPUT), "error", "a web page"),
	       E));
	json_t *rows = polls_report(w.polls, NULL);
	assert_true(js_bool(json_array_get(rows, 0), "quarantined", false));
	json_decref(rows);
	polled(js_int(asked(), "id", -1), "unchanged", false, 0);
	rows = polls_report(w.polls, NULL);
	assert_false(js_bool(json_array_get(rows, 0), "quarantined", true));
	assert_null(js_str(json_array_get(rows, 0), "note", NULL));
	json_decref(rows);
	assert_null(row().last_error);
}

static void test_a_collector_that_dies_fails_its_polls(void **state)
{
	(void)state;
	show(3);
	int64_t poll = js_int(asked(), "id", -1);
	offer(poll, 4);
	assert_true(polls_is_busy(w.polls));
	OK(polls_collector_down(w.polls, E));
	assert_false(polls_is_busy(w.polls));
	assert_int_equal(live(), 4);
	assert_int_equal(row().failures, 1);
	/* What it still said is nobody's; nobody is asked without it. */
	struct err err = {0};
	assert_int_equal(say("offer",
			     json_pack("{s:I,s:o}", "poll", poll, "offer",
				       world_offer_line(9, "{}")),
			     &err),
			 -1);
	clock_manual_advance(&w.clock, 7200);
	json_array_clear(w.polled);
	OK(polls_tick(w.polls, E));
	assert_int_equal(json_array_size(w.polled), 0);
	polls_collector_up(w.polls);
	show(5);
	assert_int_equal(live(), 5);
}

static void test_programs_are_the_runners_affair(void **state)
{
	(void)state;
	configure("{'essai':{'kind':'exec','every_s':3600,'timeout_s':900,"
		  "'enabled':true}}");
	json_array_clear(w.polled);
	clock_manual_advance(&w.clock, 7200);
	OK(polls_tick(w.polls, E));
	assert_int_equal(json_array_size(w.polled), 0); /* no runner yet */
	polls_runner_up(w.polls);
	int64_t poll = js_int(asked(), "id", -1);
	offer(poll, 2);
	OK(polls_collector_down(w.polls, E));
	assert_true(polls_is_busy(w.polls));
	/* Its turn, its time, and as long for what it printed. */
	w.clock.mono_ms += (600 + 2 * 900) * 1000;
	OK(polls_tick(w.polls, E));
	assert_true(polls_is_busy(w.polls));
	OK(polls_runner_down(w.polls, E));
	assert_false(polls_is_busy(w.polls));
	assert_int_equal(live(), 1);
	assert_int_equal(row().failures, 1);
}

static void test_a_poll_without_end_is_failed_in_time(void **state)
{
	(void)state;
	int64_t poll = js_int(asked(), "id", -1);
	w.clock.now_s += 7200; /* only the wall clock jumps */
	OK(polls_tick(w.polls, E));
	assert_true(polls_is_busy(w.polls));
	w.clock.mono_ms += 601 * 1000;
	OK(polls_tick(w.polls, E));
	assert_false(polls_is_busy(w.polls));
	struct err err = {0};
	assert_int_equal(say("polled",
			     json_pack("{s:I,s:s,s:s}", "poll", poll, "source",
				       "essai", "result", "ok"),
			     &err),
			 -1);
	assert_string_equal(row().last_error, "took too long");
}

static void test_a_wrong_clock_of_yesterday_silences_no_source(void **state)
{
	(void)state;
	w.clock.now_s += (int64_t)400 * 24 * 3600;
	show(1);
	w.clock.now_s -= (int64_t)400 * 24 * 3600;
	json_array_clear(w.polled);
	OK(polls_tick(w.polls, E));
	assert_int_equal(json_array_size(w.polled), 1);
}

static void test_bad_offers_cost_themselves(void **state)
{
	(void)state;
	int64_t poll = js_int(asked(), "id", -1);
	struct polls_stats st;
	for (int i = 1; i <= 40; i++) { /* more than a batch */
		json_t *o = world_offer_line(i, "{}");
		if (i % 10 == 0)
			json_object_set_new(o, "title", json_integer(7));
		OK(say("offer",
		       json_pack("{s:I,s:o}", "poll", poll, "offer", o), E));
	}
	polled(poll, "ok", true, 40);
	assert_int_equal(live(), 36);
	polls_stats(w.polls, &st);
	assert_int_equal(st.offers_bad, 4);
	json_t *rows = polls_report(w.polls, NULL);
	assert_int_equal(js_int(json_array_get(rows, 0), "bad", 0), 4);
	json_decref(rows);
}

static void test_lines_that_were_lost_are_fetched_again(void **state)
{
	(void)state;
	show(10);
	int64_t poll = js_int(asked(), "id", -1);
	for (int i = 1; i <= 7; i++)
		offer(poll, i);
	polled(poll, "ok", true, 9); /* two never came */
	assert_int_equal(live(), 10);
	assert_int_equal(row().failures, 1);
}

/* Writes to offers fail as on a full disk. */
static void break_store(bool broken)
{
	if (broken)
		OK(db_run(w.s, E,
			  "CREATE TEMP TRIGGER t BEFORE INSERT ON offer "
			  "BEGIN SELECT RAISE(ABORT, 'disk'); END",
			  DB_NONE));
	else
		OK(db_run(w.s, E, "DROP TRIGGER t", DB_NONE));
}

static void test_a_store_that_fails_moves_no_cursor(void **state)
{
	(void)state;
	struct err err = {0};
	struct live_stats st;
	show(2);
	int64_t poll = js_int(asked(), "id", -1);
	break_store(true);
	for (int i = 1; i <= 4; i++)
		offer(poll, i);
	assert_int_equal(polls_flush(w.polls, &err), -1);
	assert_int_equal(err.kind, ERR_STORE);
	break_store(false);
	polled(poll, "ok", true, 4);
	assert_int_equal(live(), 2);
	assert_int_equal(row().failures, 1);
	/* Memory says what the store says. */
	world_settle(&w);
	live_stats(w.live, &st);
	assert_int_equal(st.offers, 2);
	show(4);
	assert_int_equal(live(), 4);
}

static void test_expired_offers_close_and_stay_closed(void **state)
{
	(void)state;
	int64_t poll = js_int(asked(), "id", -1);
	OK(say("offer",
	       json_pack("{s:I,s:o}", "poll", poll, "offer",
			 world_offer_line(
				 1, "{'expires':'2026-11-23T12:00:00Z'}")),
	       E));
	polled(poll, "ok", true, 1);
	assert_int_equal(live(), 1);
	world_at(&w, "2026-11-23T14:00");
	OK(polls_tick(w.polls, E));
	assert_int_equal(live(), 0);
	assert_null(live_offer(w.live, 1));
}

#define LOOKED_UP                                                          \
	"{'essai':{'kind':'france_travail','every_s':3600,'enabled':true," \
	"'detail':{'url':'https://a.example/{ref}','records':'','max':2}," \
	"'licence':{'strip_withdrawn':['employer']}}}"

/* A poll of a window with these offers, after which these are gone. */
static void window(const json_t *line, const char *shown, const char *gone)
{
	int64_t poll = js_int(line, "id", -1);
	json_t *numbers = fixture_json(shown), *n;
	size_t i;
	json_array_foreach(numbers, i, n)
		offer(poll, (int)json_integer_value(n));
	OK(say("polled",
	       json_pack("{s:I,s:s,s:s,s:b,s:i,s:o}", "poll", poll, "source",
			 "essai", "result", "ok", "complete", 0, "good",
			 (int)json_array_size(numbers), "gone",
			 fixture_json(gone)),
	       E));
	json_decref(numbers);
}

static const char *ref_of(int n)
{
	json_t *line = world_offer_line(n, "{}");
	const char *ref = arena_dup(&w.a, js_str(line, "ref", ""));
	json_decref(line);
	return ref;
}

static json_t *refs(int a, int b)
{
	return b ? json_pack("[s,s]", ref_of(a), ref_of(b))
		 : json_pack("[s]", ref_of(a));
}

static void assert_asked_about(const json_t *line, json_t *want_take)
{
	char *text = json_dumps(line, 0);
	if (!json_equal(json_object_get(line, "check"), want_take))
		fail_msg("asked: %s", text);
	free(text);
	json_decref(want_take);
}

static enum offer_status status_of(int n)
{
	struct store_offer o;
	OK(store_offer_find(w.s, "essai", ref_of(n), &w.a, &o, E));
	return o.status;
}

static void test_what_no_list_shows_is_looked_up_after_20_hours(void **state)
{
	(void)state;
	configure(LOOKED_UP);
	window(asked(), "[1,2,3,4]", "[]");
	/* Nothing is unseen for long enough. */
	clock_manual_advance(&w.clock, POLLS_UNSEEN_S - 7200);
	const json_t *line = asked();
	assert_null(json_object_get(line, "check"));
	window(line, "[1]", "[]");
	/* The longest unseen come first, and no more than the source says. */
	clock_manual_advance(&w.clock, 4 * 3600);
	line = asked();
	assert_asked_about(line, refs(2, 3));
	char *gone = json_dumps(json_object_get(line, "check"), 0);
	/* 2 is back in the list meanwhile, 3 is not. */
	window(line, "[2]", gone);
	free(gone);
	assert_int_equal(status_of(2), OFFER_LIVE);
	assert_int_equal(status_of(3), OFFER_WITHDRAWN);
	assert_int_equal(live(), 3);
	struct live_stats st;
	live_stats(w.live, &st);
	assert_int_equal(st.offers, 3);
	/* ... told, and forgotten as the licence asks. */
	struct store_offer o;
	OK(store_offer_find(w.s, "essai", ref_of(3), &w.a, &o, E));
	assert_null(strstr(o.fields, "\"employer\""));
	int64_t n;
	OK(db_get_int(w.s, &n, E,
		      "SELECT count(*) FROM event WHERE kind = "
		      "'offer.closed' AND canonical = ?1",
		      db_int(o.canonical)));
	assert_int_equal(n, 1);
	OK(db_get_int(w.s, &n, E,
		      "SELECT count(*) FROM offer_stat WHERE ref = ?1 AND "
		      "reason = 'withdrawn'",
		      db_text(ref_of(3))));
	assert_int_equal(n, 1);
	/* 4 was found: an offer like any, which counts as seen. */
	line = asked();
	assert_asked_about(line, refs(4, 0));
	window(line, "[4]", "[]");
	line = asked();
	assert_null(json_object_get(line, "check"));
	/* Nobody was asked about: nothing can be gone. */
	window(line, "[]", "['r1','r2']");
	assert_int_equal(live(), 3);
}

static void test_an_unchanged_list_closes_what_was_looked_up(void **state)
{
	(void)state;
	configure(LOOKED_UP);
	window(asked(), "[1,2]", "[]");
	clock_manual_advance(&w.clock, POLLS_UNSEEN_S + 1);
	const json_t *line = asked();
	assert_asked_about(line, refs(1, 2));
	int64_t poll = js_int(line, "id", -1);
	offer(poll, 1);
	OK(say("polled",
	       json_pack("{s:I,s:s,s:s,s:i,s:o}", "poll", poll, "source",
			 "essai", "result", "unchanged", "good", 1, "gone",
			 refs(2, 0)),
	       E));
	assert_int_equal(status_of(1), OFFER_LIVE);
	assert_int_equal(status_of(2), OFFER_WITHDRAWN);
	/* 1 was found: it counts as seen. */
	assert_null(json_object_get(asked(), "check"));
}

static void test_a_failed_poll_withdraws_nothing_it_looked_up(void **state)
{
	(void)state;
	configure(LOOKED_UP);
	window(asked(), "[1]", "[]");
	clock_manual_advance(&w.clock, POLLS_UNSEEN_S + 1);
	const json_t *line = asked();
	assert_asked_about(line, refs(1, 0));
	OK(say("polled",
	       json_pack("{s:O,s:s,s:s,s:o}", "poll",
			 json_object_get(line, "id"), "source", "essai",
			 "result", "failed", "gone", refs(1, 0)),
	       E));
	assert_int_equal(status_of(1), OFFER_LIVE);
	/* Without `detail` nobody is asked. */
	configure("{'essai':{'kind':'json','every_s':3600,'enabled':true}}");
	assert_null(json_object_get(asked(), "check"));
}

static void say_of_a_poll(bool complete, int seen, int declared,
			  const char *note)
{
	int64_t poll = js_int(asked(), "id", -1);
	for (int i = 1; i <= seen; i++)
		offer(poll, i);
	OK(say("polled",
	       json_pack("{s:I,s:s,s:s,s:b,s:i,s:i,s:i,s:s*}", "poll", poll,
			 "source", "essai", "result", "ok", "complete",
			 complete, "seen", seen, "good", seen, "declared",
			 declared, "note", note),
	       E));
}

static void assert_remark(const char *want)
{
	json_t *rows = polls_report(w.polls, NULL);
	const json_t *one = json_array_get(rows, 0);
	const char *got = js_str(one, "remark", NULL);
	if (!str_eq(got, want))
		fail_msg("wanted %s, got %s", want ? want : "nothing",
			 got ? got : "nothing");
	/* It is no failure: no note, no alarm. */
	assert_null(js_str(one, "note", NULL));
	assert_int_equal(js_int(one, "failures", -1), 0);
	json_decref(rows);
}

static void test_a_remark_is_kept_and_is_no_failure(void **state)
{
	(void)state;
	say_of_a_poll(true, 3, 3, "3 repairs");
	assert_remark("3 repairs");
	/* The same document as before: so is what was said of it. */
	polled(js_int(asked(), "id", -1), "unchanged", false, 0);
	assert_remark("3 repairs");
	say_of_a_poll(true, 3, 5, "cut");
	assert_remark("the feed counts 5 offers and shows 3; cut");
	say_of_a_poll(true, 3, 2, NULL);
	assert_remark("the feed counts 2 offers and shows 3");
	say_of_a_poll(false, 3, 5, NULL); /* a window shows less */
	assert_remark(NULL);
	say_of_a_poll(true, 3, -1, NULL);
	assert_remark(NULL);
}

static void test_a_source_that_is_gone_is_asked_no_more(void **state)
{
	(void)state;
	show(3);
	configure("{'autre':{'kind':'json','every_s':3600,'enabled':false}}");
	clock_manual_advance(&w.clock, 7200);
	json_array_clear(w.polled);
	OK(polls_tick(w.polls, E));
	assert_int_equal(json_array_size(w.polled), 0);
	assert_int_equal(live(), 3);
	/* Also when a poll was in hand; it may end. */
	configure("{'essai':{'kind':'json','every_s':3600,'enabled':true}}");
	int64_t poll = js_int(asked(), "id", -1);
	configure("{}");
	for (int i = 1; i <= 4; i++)
		offer(poll, i);
	polled(poll, "ok", true, 4);
	assert_int_equal(live(), 4);
	clock_manual_advance(&w.clock, 7200);
	json_array_clear(w.polled);
	OK(polls_tick(w.polls, E));
	OK(polls_tick(w.polls, E));
	assert_int_equal(json_array_size(w.polled), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_good_complete_poll_opens_and_closes),
		T(test_what_looks_cut_closes_nothing),
		T(test_a_failed_poll_moves_nothing_and_loses_nothing),
		T(test_unchanged_is_no_empty_list),
		T(test_unchanged_ends_what_was_wrong),
		T(test_a_collector_that_dies_fails_its_polls),
		T(test_programs_are_the_runners_affair),
		T(test_a_poll_without_end_is_failed_in_time),
		T(test_a_wrong_clock_of_yesterday_silences_no_source),
		T(test_bad_offers_cost_themselves),
		T(test_lines_that_were_lost_are_fetched_again),
		T(test_a_store_that_fails_moves_no_cursor),
		T(test_expired_offers_close_and_stay_closed),
		T(test_what_no_list_shows_is_looked_up_after_20_hours),
		T(test_an_unchanged_list_closes_what_was_looked_up),
		T(test_a_failed_poll_withdraws_nothing_it_looked_up),
		T(test_a_remark_is_kept_and_is_no_failure),
		T(test_a_source_that_is_gone_is_asked_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
