/* SPDX-License-Identifier: EUPL-1.2 */
/* Waves at work: with more people than places only those who hold one are told,
 * by every audience; a place that is freed goes on at once, one that went by
 * when its days are over; nothing is lost over a restart; an agency that is
 * tried out takes nothing from anybody; why is told in words. */
#include "plan_fixture.h"

#include <etrier/buf.h>
#include <etrier/store_waves.h>

#define MONDAY "2026-11-23T10:00"
#define SHARES "waves: {per_position: 3, days: 4, near_points: 3}\n"
#define DAY    ((int64_t)24 * 3600)

static struct world w;

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", MONDAY);
	w.waves = SHARES;
	world_stop(&w);
	world_start(&w);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* Eight people alike, told by their adviser only. */
static void eight_people(void)
{
	world_people(&w, 8, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
}

static void days_later(int days)
{
	clock_manual_advance(&w.clock, days * DAY);
}

struct found {
	int64_t v[20];
	int n, n_wave[20];
};

static int keep(void *ctx, const struct store_wave_turn *row)
{
	struct found *f = ctx;
	if (row->wave.number) {
		f->n_wave[row->wave.number]++;
		f->v[f->n++] = row->wave.person;
	}
	return 0;
}

static struct found placed(int64_t offer)
{
	struct found f = {.n = 0};
	OK(store_wave_turns(w.s, offer, keep, &f, E));
	return f;
}

static bool holds(int64_t person, int64_t offer)
{
	struct wave_reason r;
	OK(planner_turn(w.planner, person, offer, &r, E));
	return r.why == WAVE_HAS_PLACE;
}

static int n_holders(int64_t offer)
{
	int n = 0;
	for (int64_t id = 1; id <= 8; id++)
		n += holds(id, offer);
	return n;
}

static int64_t n_proposed(int64_t offer, int audience)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	int64_t n;
	q.canonical = offer;
	q.audience = audience;
	OK(store_ledger_count(w.s, &q, &n, E));
	return n;
}

static void test_only_those_with_a_place_are_told_wave_by_wave(void **state)
{
	(void)state;
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(n_proposed(offer, STORE_TO_ADVISER), 3);
	days_later(3); /* Thursday: the places are still held */
	assert_int_equal(world_plan(&w), 0);
	days_later(1);
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(n_proposed(offer, STORE_TO_ADVISER), 6);
	days_later(4); /* Tuesday */
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(n_proposed(offer, STORE_TO_ADVISER), 8);
	struct found f = placed(offer);
	assert_int_equal(f.n, 8);
	assert_int_equal(f.n_wave[1], 3);
	assert_int_equal(f.n_wave[2], 3);
	assert_int_equal(f.n_wave[3], 2);
	days_later(4);
	assert_int_equal(world_plan(&w), 0);
}

static void test_positions_multiply_places(void **state)
{
	(void)state;
	eight_people();
	int64_t offer = world_offer(&w, "{'positions':2}");
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(n_proposed(offer, STORE_TO_ADVISER), 6);
}

/* The first one with a place. */
static int64_t first_holder(int64_t offer)
{
	for (int64_t id = 1; id <= 8; id++)
		if (holds(id, offer))
			return id;
	fail_msg("nobody holds a place");
	return 0;
}

static void test_who_leaves_frees_a_place_at_once(void **state)
{
	(void)state;
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	world_turns(&w);
	assert_int_equal(n_holders(offer), 3);
	int64_t one = first_holder(offer);
	clock_manual_advance(&w.clock, 3600);
	OK(store_person_set_status(w.s, one, PERSON_PAUSED, E));
	live_person_changed(w.live, one);
	world_turns(&w);
	assert_false(holds(one, offer));
	assert_int_equal(n_holders(offer), 3);
	assert_int_equal(placed(offer).n_wave[1], 4); /* the same wave */
	/* Back in time: the place is there; nobody is put out of another. */
	OK(store_person_set_status(w.s, one, PERSON_ACTIVE, E));
	live_person_changed(w.live, one);
	world_turns(&w);
	assert_true(holds(one, offer));
	assert_int_equal(n_holders(offer), 4);
}

static void answer(int64_t person, int64_t offer, const char *word)
{
	OK(store_ledger_answer(w.s, person, offer, STORE_TO_ADVISER,
			       &(struct store_answer){.result = word},
			       w.clock.now_s, E));
	live_person_changed(w.live, person);
	world_turns(&w);
}

static void test_a_no_frees_a_place_and_a_yes_fills_the_position(void **state)
{
	(void)state;
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	struct wave_reason r;
	world_plan(&w);
	int64_t one = first_holder(offer);
	answer(one, offer, "too_far");
	assert_int_equal(n_holders(offer), 3);
	OK(planner_turn(w.planner, one, offer, &r, E));
	assert_int_equal(r.why, WAVE_SAID_NO);
	days_later(1);
	world_plan(&w); /* the replacement is told too */
	one = first_holder(offer);
	answer(one, offer, STORE_INTERESTED);
	days_later(5); /* every place has gone by, but somebody wants it */
	world_turns(&w);
	assert_int_equal(n_holders(offer), 0);
	OK(planner_turn(w.planner, one, offer, &r, E));
	assert_int_equal(r.why, WAVE_SAID_YES);
	struct found before = placed(offer);
	days_later(3); /* eight days after the answer: nothing came of it */
	world_turns(&w);
	assert_int_equal(n_holders(offer), 3);
	assert_int_equal(placed(offer).n - before.n, 3);
}

/* --- messages ------------------------------------------------------------- */

static void test_every_audience_tells_the_same_people(void **state)
{
	(void)state;
	world_people(&w, 8, "{}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	int64_t offer = world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 4); /* three young people, a digest */
	for (int64_t id = 1; id <= 8; id++) {
		bool youth, adviser;
		OK(store_ledger_has(w.s, id, offer, STORE_TO_YOUTH, &youth, E));
		OK(store_ledger_has(w.s, id, offer, STORE_TO_ADVISER, &adviser,
				    E));
		assert_int_equal(youth, holds(id, offer));
		assert_int_equal(adviser, holds(id, offer));
	}
}

static const struct store_message *a_message(enum store_audience to)
{
	static struct store_message m;
	for (int64_t id = 1; id < 100; id++)
		if (!store_message_get(w.s, id, &w.a, &m, NULL) &&
		    m.audience == to && m.state == STORE_PLANNED)
			return &m;
	return NULL;
}

static const char *recheck(const struct store_message *m)
{
	enum plan_answer answer;
	int64_t at;
	const char *why;
	OK(plan_recheck(w.planner, m, &answer, &at, &why, E));
	return why;
}

static void test_a_message_that_waited_too_long_yields_the_turn(void **state)
{
	(void)state;
	world_people(&w, 8, "{}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	int64_t offer = world_offer(&w, "{}");
	world_plan(&w);
	struct store_message m = *a_message(STORE_TO_YOUTH);
	m.expires = INSTANT_NONE; /* so that only the turn is asked about */
	assert_null(recheck(&m));
	days_later(4);
	world_settle(&w);
	assert_string_equal(recheck(&m), "it is somebody else's turn now");
	m.model = "{}"; /* written already: what may have left stays */
	const char *why = recheck(&m);
	assert_true(!why || !strstr(why, "turn"));
	/* In a digest such a pair is left out. */
	struct err err = {0};
	struct store_message digest = *a_message(STORE_TO_ADVISER);
	bool empty;
	assert_null(plan_deliver_line(w.planner, &digest, false, &empty, &err));
	assert_true(empty);
	/* When nobody waits, the one who had the turn may still be told. */
	world_plan(&w);
	days_later(4);
	world_plan(&w);
	assert_int_equal(placed(offer).n, 8);
	m.model = NULL;
	why = recheck(&m);
	assert_true(!why || !strstr(why, "turn"));
}

static void test_a_cancelled_message_keeps_the_place(void **state)
{
	(void)state;
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	world_plan(&w);
	struct found before = placed(offer);
	const struct store_message *m = a_message(STORE_TO_ADVISER);
	OK(store_message_settle(w.s, m->id, STORE_CANCELLED, "test",
				INSTANT_NONE, w.clock.now_s, E));
	assert_int_equal(n_proposed(offer, STORE_TO_ADVISER), 0);
	assert_int_equal(n_holders(offer), 3);
	days_later(1);
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(n_proposed(offer, STORE_TO_ADVISER), 3);
	struct found after = placed(offer);
	assert_int_equal(after.n, before.n);
	for (int i = 0; i < after.n; i++)
		assert_int_equal(after.v[i], before.v[i]);
}

/* --- over time ------------------------------------------------------------ */

static void test_a_restart_changes_nothing(void **state)
{
	(void)state;
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	world_plan(&w);
	for (int day = 0; day < 12; day++) {
		struct found before = placed(offer);
		world_stop(&w);
		world_start(&w);
		world_turns(&w);
		struct found after = placed(offer);
		assert_int_equal(after.n, before.n);
		assert_int_equal(w.planner->turns.people[1].held,
				 holds(1, offer));
		days_later(1);
		world_plan(&w);
	}
	assert_int_equal(placed(offer).n, 8);
}

static void test_an_offer_that_goes_gives_its_places_back(void **state)
{
	(void)state;
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	world_turns(&w);
	int64_t one = first_holder(offer);
	assert_int_equal(w.planner->turns.people[one].held, 1);
	live_offer_drop(w.live, offer);
	world_turns(&w);
	assert_int_equal(w.planner->turns.people[one].held, 0);
	live_resync(w.live); /* it is there again */
	world_turns(&w);
	assert_int_equal(w.planner->turns.people[one].held, 1);
	assert_int_equal(placed(offer).n, 3);
}

/* Scores and ages change with the date. */
static void test_a_new_day_looks_at_every_offer(void **state)
{
	(void)state;
	eight_people();
	world_offer(&w, "{}");
	world_offer(&w, "{'posted':'2026-10-09T10:00:00Z'}"); /* 45 days */
	world_turns(&w);
	world_turns(&w); /* people who came before the start */
	uint64_t runs = w.planner->turns.n_runs;
	world_at(&w, "2026-11-23T23:59");
	world_turns(&w);
	assert_true(w.planner->turns.n_runs == runs);
	world_at(&w, "2026-11-24T00:00");
	world_turns(&w);
	assert_true(w.planner->turns.n_runs == runs + 2);
	struct wave_reason r;
	int n = 0;
	for (int64_t id = 1; id <= 8; id++) {
		OK(planner_turn(w.planner, id, 2, &r, E));
		n += r.why == WAVE_OFFER_CLOSED;
	}
	assert_int_equal(n, 5); /* the others keep their places */
}

/* Near scores: who was told of the first offer stands behind for the second. */
static void test_turns_go_round(void **state)
{
	(void)state;
	int64_t last = 0;
	eight_people();
	for (int i = 0; i < 8; i++) {
		last = world_offer(&w, "{}");
		world_plan(&w);
		days_later(1);
	}
	(void)last;
	int times[9] = {0};
	for (int64_t offer = 1; offer <= 8; offer++) {
		struct found f = placed(offer);
		for (int i = 0; i < f.n; i++)
			times[f.v[i]]++;
	}
	int least = 99, most = 0;
	for (int i = 1; i <= 8; i++) {
		least = times[i] < least ? times[i] : least;
		most = times[i] > most ? times[i] : most;
	}
	assert_true(least >= 2 && most - least <= 2);
}

static void test_nobody_holds_more_than_can_be_shown(void **state)
{
	(void)state;
	world_people(&w, 1, "{'channel':'none'}", AGENCY_DIGEST_ONLY);
	for (int i = 0; i < 20; i++)
		world_offer(&w, "{}");
	world_turns(&w);
	/* Three a day for four days. */
	assert_int_equal(w.planner->turns.people[1].held, 12);
	struct wave_reason r;
	int n = 0;
	for (int64_t offer = 1; offer <= 20; offer++) {
		OK(planner_turn(w.planner, 1, offer, &r, E));
		n += r.why == WAVE_PASSED_BY;
	}
	assert_int_equal(n, 8);
}

static void test_a_preview_takes_no_turn_from_anybody(void **state)
{
	(void)state;
	json_t *rows = json_array();
	eight_people();
	world_agency(&w, "{'code':'ML2','name':'Essai','kind':'ml'}",
		     AGENCY_PREVIEW);
	world_adviser(&w, "{'ref':'zoe','agency':'ML2','first_name':'Zoé',"
			  "'email':'zoe@ml.example'}");
	for (int i = 11; i <= 14; i++) {
		char ref[8];
		snprintf(ref, sizeof(ref), "%d", i);
		json_array_append_new(
			rows, world_youth(ref, "{'agency':'ML2','adviser':"
					       "'zoe','channel':'none'}"));
	}
	world_import(&w, "ml2", 0, rows);
	int64_t offer = world_offer(&w, "{}");
	world_turns(&w);
	assert_int_equal(n_holders(offer), 3);
	json_t *line = plan_digest_preview(w.planner, "ML2", "zoe", NULL);
	assert_true(!line || js_int(json_object_get(line, "model"), "n_people",
				    99) <= 3);
	json_decref(line);
	/* Once it is live, its people wait like the others. */
	enum agency_mode old;
	OK(store_agency_set_mode(w.s, "ML2", AGENCY_DIGEST_ONLY, w.clock.now_s,
				 &old, E));
	world_turns(&w);
	assert_int_equal(placed(offer).n, 3);
}

static void test_an_agency_that_is_off_may_look(void **state)
{
	(void)state;
	world_people(&w, 2, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 0);
	json_t *line = plan_digest_preview(w.planner, "ML1", "sarah", NULL);
	assert_int_equal(js_int(json_object_get(line, "model"), "n_people", 0),
			 2);
	json_decref(line);
}

/* --- slices ----------------------------------------------------------------
 */

/* A clock of which each look takes three milliseconds. */
static int64_t slow_mono_ms(void *ctx)
{
	struct clock_manual *m = ctx;
	return m->mono_ms += 3;
}

static void test_a_tick_stops_and_nothing_is_planned_before_the_end(
	void **state)
{
	(void)state;
	int ticks = 0, n, total = 0;
	eight_people();
	for (int i = 0; i < 40; i++)
		world_offer(&w, "{}");
	world_settle(&w);
	w.clock.clock.mono_ms = slow_mono_ms;
	do {
		OK(planner_tick(w.planner, &n, E));
		total += n;
		ticks++;
		if (w.planner->turns.is_busy)
			assert_int_equal(total, 0);
	} while (planner_has_more(w.planner));
	assert_in_range(ticks, 20, 100);
	assert_int_equal(total, 1);
	/* Nothing due: nothing to do. */
	uint64_t runs = w.planner->turns.n_runs;
	world_turns(&w);
	assert_true(w.planner->turns.n_runs == runs);
}

static int fail_it(struct store *s, void *ctx, struct err *err)
{
	(void)s;
	(void)ctx;
	OK(plan_turns_tick(w.planner, E));
	return err_set(err, ERR_STORE, "on purpose");
}

static void test_memory_follows_a_transaction_that_was_undone(void **state)
{
	(void)state;
	struct err err = {0};
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	world_settle(&w);
	assert_int_equal(store_tx(w.s, fail_it, NULL, &err), -1);
	assert_int_equal(placed(offer).n, 0);
	turns_reset(&w.planner->turns); /* as a failed tick does */
	world_turns(&w);
	assert_int_equal(placed(offer).n, 3);
	assert_int_equal(n_holders(offer), 3);
}

/* --- telling -------------------------------------------------------------- */

static int count_event(void *ctx, const struct store_event *row)
{
	++*(int *)ctx;
	assert_non_null(row->data);
	return 0;
}

static void test_coverage_is_counted_and_told_once_a_day(void **state)
{
	(void)state;
	struct plan_coverage c;
	struct store_event_query q = STORE_EVENTS_ANY;
	int n = 0;
	eight_people();
	world_offer(&w, "{}");
	world_plan(&w);
	OK(planner_coverage(w.planner, &c, E));
	assert_int_equal(c.active, 8);
	assert_int_equal(c.proposed, 3);
	assert_int_equal(c.without_offer, 0);
	assert_int_equal(c.offers, 1);
	assert_int_equal(c.offers_full, 1);
	assert_int_equal(c.places, 3);
	world_stop(&w);
	world_start(&w);
	world_plan(&w);
	days_later(1);
	world_plan(&w);
	q.kind = "coverage";
	OK(store_events_each(w.s, &q, count_event, &n, E));
	assert_int_equal(n, 2);
	/* What was told 30 days ago does not count, nor an offer that went. */
	live_offer_drop(w.live, 1);
	days_later(30);
	world_plan(&w);
	OK(planner_coverage(w.planner, &c, E));
	assert_int_equal(c.proposed, 0);
	assert_int_equal(c.without_offer, 8);
}

static void test_why_is_told_in_words(void **state)
{
	(void)state;
	static const struct {
		struct wave_reason r;
		const char *words[3];
	} rows[] = {
		{{.why = WAVE_HAS_PLACE,
		  .number = 2,
		  .since = 1795424400,
		  .until = 1795770000},
		 {"vague 2, depuis le 23/11/2026 à 10:00",
		  "place tenue jusqu’au 27/11/2026 à 10:00"}},
		{{.why = WAVE_WAITS,
		  .place = 7,
		  .of = 412,
		  .n_score = 4,
		  .n_wait = 1,
		  .n_lot = 1,
		  .next_at = 1795770000},
		 {"place 7 sur 412",
		  "avant : 4 personnes qui ont un meilleur score",
		  "avant : 1 personne qui a un score voisin et attend depuis "
		  "plus longtemps"}},
		{{.why = WAVE_WAITS,
		  .place = 9,
		  .of = 9,
		  .n_first_turn = 8,
		  .next_at = 1795770000},
		 {"8 personnes qui n’ont pas encore eu leur tour",
		  "prochaines places au plus tôt le 27/11/2026 à 10:00"}},
		{{.why = WAVE_ALL_TAKEN,
		  .place = 1,
		  .of = 2,
		  .next_at = INSTANT_NONE},
		 {"chaque poste a une personne intéressée"}},
		{{.why = WAVE_PASSED_BY}, {"autant d’offres en cours"}},
		{{.why = WAVE_HAD_TURN,
		  .number = 1,
		  .since = 1795424400,
		  .until = 1795770000},
		 {"vague 1, depuis le", "le tour a pris fin le 27/11/2026"}},
		{{.why = WAVE_HAD_TURN,
		  .since = 1795424400,
		  .until = 1795770000},
		 {"proposée le 23/11/2026"}},
		{{.why = WAVE_SAID_NO, .until = 1795424400},
		 {"a répondu non le 23/11/2026"}},
		{{.why = WAVE_SAID_YES, .until = 1795424400},
		 {"intéressée le 23/11/2026"}},
		{{.why = WAVE_OFFER_CLOSED}, {"n’est plus proposée"}},
		{{.why = WAVE_NOT_CONCERNED}, {"pas de tour"}},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b;
		buf_init(&b, 4096);
		plan_turn_text(&rows[i].r, &b);
		assert_int_equal(strncmp(b.data, "Tour\n", 5), 0);
		for (int k = 0; k < 3 && rows[i].words[k]; k++)
			if (!strstr(b.data, rows[i].words[k]))
				fail_msg("%s\nlacks: %s", b.data,
					 rows[i].words[k]);
		buf_clear(&b);
		json_t *v = plan_turn_json(&rows[i].r);
		assert_string_equal(js_str(v, "reason", ""),
				    wave_why_code(rows[i].r.why));
		assert_int_equal(js_int(v, "place", 0), rows[i].r.place);
		json_decref(v);
	}
}

static void test_an_offer_tells_its_waves_in_numbers(void **state)
{
	(void)state;
	struct wave_round now;
	json_t *list;
	eight_people();
	int64_t offer = world_offer(&w, "{}");
	assert_int_equal(
		planner_waves(w.planner, offer, &list, &now, &(struct err){0}),
		-1); /* not yet */
	world_plan(&w);
	days_later(4);
	world_plan(&w);
	OK(planner_waves(w.planner, offer, &list, &now, E));
	assert_int_equal(json_array_size(list), 2);
	const json_t *one = json_array_get(list, 0);
	assert_int_equal(js_int(one, "number", 0), 1);
	assert_int_equal(js_int(one, "people", 0), 3);
	assert_int_equal(js_int(one, "proposed", 0), 3);
	assert_int_equal(js_int(one, "answered", 9), 0);
	assert_int_equal(now.places, 3);
	assert_int_equal(now.n_held, 3);
	assert_int_equal(now.n_waiting, 2);
	waves_round_clear(&now);
	json_decref(list);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_only_those_with_a_place_are_told_wave_by_wave),
		T(test_positions_multiply_places),
		T(test_who_leaves_frees_a_place_at_once),
		T(test_a_no_frees_a_place_and_a_yes_fills_the_position),
		T(test_every_audience_tells_the_same_people),
		T(test_a_message_that_waited_too_long_yields_the_turn),
		T(test_a_cancelled_message_keeps_the_place),
		T(test_a_restart_changes_nothing),
		T(test_an_offer_that_goes_gives_its_places_back),
		T(test_a_new_day_looks_at_every_offer),
		T(test_turns_go_round),
		T(test_nobody_holds_more_than_can_be_shown),
		T(test_a_preview_takes_no_turn_from_anybody),
		T(test_an_agency_that_is_off_may_look),
		T(test_a_tick_stops_and_nothing_is_planned_before_the_end),
		T(test_memory_follows_a_transaction_that_was_undone),
		T(test_coverage_is_counted_and_told_once_a_day),
		T(test_why_is_told_in_words),
		T(test_an_offer_tells_its_waves_in_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
