/* SPDX-License-Identifier: EUPL-1.2 */
/* What became of young people: a contract places, cancels what waits and opens
 * six dates on working days; a rupture brings back at once; the same told twice
 * is one; a file neither loses follow-up nor undoes what was told until its own
 * word changes. Everybody here is invented. */
#include "plan_fixture.h"

#include "engine/plan/acts.h"
#include "engine/plan/outcomes.h"

#include <etrier/buf.h>
#include <etrier/store_events.h>

#define MONDAY "2026-11-23T10:00"

static struct world w;
static int64_t person;

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", MONDAY);
	world_people(&w, 2, "{}", AGENCY_AUTOMATIC);
	person = world_id(&w, "ml1", "1");
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

static int32_t day(const char *iso)
{
	int32_t d;
	assert_int_equal(date_parse_iso(iso, &d), 0);
	return d;
}

static struct plan_outcome outcome(enum outcome what, const char *start)
{
	return (struct plan_outcome){.what = what,
				     .person = person,
				     .kind = what == OUTCOME_CONTRACT
						     ? CONTRACT_APPRENTICESHIP
						     : VOCAB_NONE,
				     .start = start ? day(start) : DATE_NONE,
				     .end = DATE_NONE,
				     .date = DATE_NONE,
				     .by = "uid:1000"};
}

static bool tell(enum outcome what, const char *start)
{
	struct plan_outcome o = outcome(what, start);
	bool is_new;
	OK(plan_outcome(w.planner, &o, &is_new, E));
	return is_new;
}

static int add_step(void *ctx, const struct store_follow *f)
{
	char text[11];
	struct buf *b = ctx;
	date_format(f->due, text);
	buf_printf(b, "%s%s %s", b->len ? ", " : "",
		   vocab_code(&vocab_follow_step, (int)f->step), text);
	return 0;
}

/* The open steps, for good. */
static void has_steps(const char *want)
{
	struct buf b;
	buf_init(&b, 1000);
	OK(store_follow_due(w.s, person, INT32_MAX, add_step, &b, E));
	assert_string_equal(b.data ? b.data : "", want);
	buf_clear(&b);
}

static enum person_status status(void)
{
	struct store_person row;
	OK(store_person_get(w.s, person, false, &w.a, &row, E));
	return row.status;
}

struct found {
	int n;
	int64_t last;
	char data[160];
};

static int see(void *ctx, const struct store_event *e)
{
	struct found *k = ctx;
	k->n++;
	k->last = e->id;
	str_copy(k->data, sizeof(k->data), e->data ? e->data : "");
	return 0;
}

static struct found events(const char *kind)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	struct found k = {0};
	q.kind = kind;
	q.person = person;
	OK(store_events_each(w.s, &q, see, &k, E));
	return k;
}

/* --- dates -----------------------------------------------------------------
 */

static void test_a_step_is_asked_on_a_working_day_on_or_after(void **state)
{
	(void)state;
	static const struct {
		const char *start;
		enum store_step step;
		const char *day;
	} rows[] = {
		{"2026-11-23", STORE_J7, "2026-11-30"},
		{"2026-11-23", STORE_J21, "2026-12-14"},
		{"2026-11-23", STORE_J40, "2027-01-04"}, /* 2 Jan: Saturday */
		{"2026-11-23", STORE_M3, "2027-02-23"},
		{"2026-11-23", STORE_M6, "2027-05-24"}, /* 23 May: Sunday */
		{"2026-11-23", STORE_M9, "2027-08-23"},
		{"2026-12-18", STORE_J7, "2026-12-28"}, /* Christmas, Friday */
		{"2026-11-30", STORE_M3, "2027-03-01"}, /* 28 Feb: Sunday */
		{"2027-04-24", STORE_J7, "2027-05-03"}, /* 1 May, Saturday */
		{"2027-02-13", STORE_M3, "2027-05-13"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[11];
		date_format(plan_follow_day(day(rows[i].start), rows[i].step),
			    got);
		assert_string_equal(got, rows[i].day);
	}
}

/* --- contract --------------------------------------------------------------
 */

static void test_a_contract_opens_its_dates_and_stops_the_rest(void **state)
{
	(void)state;
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	world_plan(&w);
	unsigned planned = 1u << STORE_PLANNED;
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, planned), 2);
	assert_true(tell(OUTCOME_CONTRACT, "2026-12-01"));
	assert_int_equal(status(), PERSON_PLACED);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, planned), 1);
	has_steps("j7 2026-12-08, j21 2026-12-22, j40 2027-01-11, "
		  "m3 2027-03-01, m6 2027-06-01, m9 2027-09-01");
	struct found e = events("contract");
	assert_string_equal(e.data,
			    "{\"kind\":\"apprenticeship\",\"start\":\"2026-12-"
			    "01\",\"date\":\"2026-11-23\",\"via\":\"other\"}");
	/* Pressed twice: nothing. */
	assert_false(tell(OUTCOME_CONTRACT, "2026-12-01"));
	assert_int_equal(events("contract").n, 1);
	/* Another start is another contract, and the former is not asked about
	 * any more. */
	assert_true(tell(OUTCOME_CONTRACT, "2026-12-07"));
	has_steps("j7 2026-12-14, j21 2026-12-28, j40 2027-01-18, "
		  "m3 2027-03-08, m6 2027-06-07, m9 2027-09-07");
	world_settle(&w);
	assert_int_equal(world_plan(&w), 0); /* nothing more for her */
}

static void test_of_a_contract_told_late_the_last_date_is_asked(void **state)
{
	(void)state;
	assert_true(tell(OUTCOME_CONTRACT, "2026-10-01"));
	has_steps("j40 2026-11-10, m3 2027-01-04, m6 2027-04-01, "
		  "m9 2027-07-01");
	/* All of them over: the outcome is asked for. */
	assert_true(tell(OUTCOME_CONTRACT, "2025-10-01"));
	has_steps("m9 2026-07-01");
}

static void test_a_rupture_brings_back_at_once(void **state)
{
	(void)state;
	size_t n = 9;
	struct live_candidate c[LIVE_CANDIDATES_MAX];
	tell(OUTCOME_CONTRACT, "2026-11-02");
	world_settle(&w);
	world_at(&w, "2026-11-24T10:00");
	world_offer(&w, "{}");
	world_settle(&w);
	OK(live_candidates(w.live, person, STORE_TO_YOUTH, c, ARRAY_LEN(c), &n,
			   E));
	assert_int_equal(n, 0);
	assert_true(tell(OUTCOME_RUPTURE, NULL));
	assert_false(tell(OUTCOME_RUPTURE, NULL));
	assert_int_equal(status(), PERSON_ACTIVE);
	has_steps("");
	world_settle(&w);
	OK(live_candidates(w.live, person, STORE_TO_YOUTH, c, ARRAY_LEN(c), &n,
			   E));
	assert_int_equal(n, 1);
	/* A new contract of the same words after it is a new one. */
	assert_true(tell(OUTCOME_CONTRACT, "2026-11-02"));
	assert_int_equal(events("contract").n, 2);
	assert_int_equal(status(), PERSON_PLACED);
}

static void test_left_ends_everything(void **state)
{
	(void)state;
	tell(OUTCOME_CONTRACT, "2026-11-02");
	assert_true(tell(OUTCOME_LEFT, NULL));
	assert_int_equal(status(), PERSON_LEFT);
	has_steps("");
}

static void test_what_only_happened_changes_nothing_else(void **state)
{
	(void)state;
	static const enum outcome whats[] = {OUTCOME_INTERVIEW,
					     OUTCOME_IMMERSION, OUTCOME_DIPLOMA,
					     OUTCOME_ABSENT};
	for (size_t i = 0; i < ARRAY_LEN(whats); i++) {
		assert_true(tell(whats[i], NULL));
		assert_false(tell(whats[i], NULL));
		assert_int_equal(
			events(vocab_code(&vocab_outcome, (int)whats[i])).n, 1);
	}
	assert_int_equal(status(), PERSON_ACTIVE);
	world_at(&w, "2026-11-24T10:00");
	assert_true(tell(OUTCOME_INTERVIEW, NULL)); /* another day */
}

static void test_dates_that_cannot_be_are_refused(void **state)
{
	(void)state;
	struct plan_outcome o = outcome(OUTCOME_CONTRACT, "2026-12-01");
	bool is_new;
	o.end = day("2026-11-30");
	FAILS(plan_outcome(w.planner, &o, &is_new, E), ERR_INPUT, "ends");
	o.end = day("2031-11-30");
	FAILS(plan_outcome(w.planner, &o, &is_new, E), ERR_INPUT, "years");
	o.end = DATE_NONE;
	o.date = day("2026-11-24");
	FAILS(plan_outcome(w.planner, &o, &is_new, E), ERR_INPUT, "to come");
	o.date = DATE_NONE;
	o.person = 999;
	FAILS(plan_outcome(w.planner, &o, &is_new, E), ERR_UNKNOWN, "");
	has_steps("");
	assert_int_equal(status(), PERSON_ACTIVE);
}

/* --- files -----------------------------------------------------------------
 */

static void import_status(const char *word)
{
	char more[40];
	json_t *rows = json_array();
	snprintf(more, sizeof(more), "{'status':'%s'}", word);
	json_array_append_new(rows, world_youth("1", more));
	json_array_append_new(rows, world_youth("2", "{}"));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
}

static void test_a_file_loses_no_follow_up_and_no_word(void **state)
{
	(void)state;
	static const char steps[] = "j21 2026-11-23, j40 2026-12-14, m3 "
				    "2027-02-02, m6 2027-05-03, m9 2027-08-02";
	tell(OUTCOME_CONTRACT, "2026-11-02");
	has_steps(steps);
	import_status("active"); /* as it was: the file does not know yet */
	assert_int_equal(status(), PERSON_PLACED);
	import_status("placed"); /* it does now */
	assert_int_equal(status(), PERSON_PLACED);
	has_steps(steps);
	tell(OUTCOME_RUPTURE, NULL);
	import_status("placed");
	assert_int_equal(status(), PERSON_ACTIVE); /* told here, it wins */
	import_status("paused");
	assert_int_equal(status(), PERSON_PAUSED); /* its word changed */
}

/* A CFA's record turns out to be hers: nothing of either is lost. */
static void test_joined_dossiers_keep_their_dates(void **state)
{
	(void)state;
	tell(OUTCOME_CONTRACT, "2026-11-02");
	int64_t other = world_id(&w, "ml1", "2");
	OK(store_person_join(w.s, other, person, E));
	person = other;
	has_steps("j21 2026-11-23, j40 2026-12-14, m3 2027-02-02, m6 "
		  "2027-05-03, m9 2027-08-02");
}

/* --- the answer to a step ---------------------------------------------------
 */

static void test_a_step_is_answered_once(void **state)
{
	(void)state;
	bool is_new;
	tell(OUTCOME_CONTRACT, "2026-11-02");
	int64_t contract = events("contract").last;
	OK(plan_followed(w.planner, person, contract, STORE_J21, "going_on",
			 "adviser", &is_new, E));
	assert_true(is_new);
	OK(plan_followed(w.planner, person, contract, STORE_J21, "going_on",
			 "adviser", &is_new, E));
	assert_false(is_new);
	assert_int_equal(events("followed").n, 1);
	FAILS(plan_followed(w.planner, person, contract, STORE_J21, "absent",
			    "adviser", &is_new, E),
	      ERR_UNKNOWN, "otherwise");
	FAILS(plan_followed(w.planner, person, contract + 1, STORE_J21,
			    "going_on", "adviser", &is_new, E),
	      ERR_UNKNOWN, "no such");
	/* Not to be reached: asked again at the next date. */
	OK(plan_followed(w.planner, person, contract, STORE_J40, "absent",
			 "adviser", &is_new, E));
	has_steps("m3 2027-02-02, m6 2027-05-03, m9 2027-08-02");
	assert_int_equal(status(), PERSON_PLACED);
	OK(plan_followed(w.planner, person, contract, STORE_M3, "rupture",
			 "adviser", &is_new, E));
	has_steps("");
	assert_int_equal(status(), PERSON_ACTIVE);
	assert_int_equal(events("rupture").n, 1);
}

/* A digest that showed a step, as its page sees it. */
static void digest_with(const char *model, const char *kind, const char *key,
			char token[16])
{
	const struct store_message m = {.kind = STORE_DIGEST,
					.audience = STORE_TO_ADVISER,
					.channel = CHANNEL_EMAIL,
					.agency = "ML1",
					.recipient = "sarah",
					.not_before = w.clock.now_s,
					.expires = INSTANT_NONE,
					.state = STORE_PLANNED};
	const struct store_frozen f = {.model = model};
	struct store_shown item = {.agency = "ML1",
				   .adviser = "sarah",
				   .audience = STORE_TO_ADVISER,
				   .kind = kind,
				   .key = key,
				   .content = "x"};
	char subject[24], made[STORE_TOKEN_CHARS + 1];
	int64_t id;
	OK(store_message_plan(w.s, &m, NULL, 0, w.clock.now_s, &id, E));
	OK(store_message_claim(w.s, id, &f, w.clock.now_s, E));
	item.message = id;
	OK(store_shown_put(w.s, &item, w.clock.now_s, E));
	snprintf(subject, sizeof(subject), "%lld", (long long)id);
	OK(store_token_make(w.s, "d", subject, w.clock.now_s + 1000, made, E));
	str_copy(token, 16, made);
}

/* A number alone is a person only in the sections of people. */
static void test_a_number_alone_is_a_person_where_it_is_one(void **state)
{
	(void)state;
	char id[24], block[80], reply[80], token[16];
	snprintf(id, sizeof(id), "%lld", (long long)person);
	snprintf(block, sizeof(block),
		 "{\"model\":{\"people\":[{\"key\":\"%s\",\"offers\":[]}]}}",
		 id);
	snprintf(reply, sizeof(reply),
		 "{\"model\":{\"replies\":[{\"key\":\"%s\"}]}}", id);
	const struct {
		const char *model, *kind;
		bool is_refused;
	} rows[] = {{reply, "reply", true},    {reply, "event", true},
		    {block, "reply", false},   {reply, "contact", false},
		    {reply, "quiet", false},   {reply, "no_trade", false},
		    {reply, "deadline", false}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		digest_with(rows[i].model, rows[i].kind, id, token);
		json_t *line =
			json_pack("{s:s,s:s}", "act", "absent", "item", id);
		json_t *page = plan_page(w.planner, "d", token, line,
					 &(struct err){0});
		assert_non_null(page);
		if (js_bool(page, "refused", false) != rows[i].is_refused)
			fail_msg("%s %s", rows[i].model, rows[i].kind);
		json_decref(page);
		json_decref(line);
	}
}

static void test_the_page_answers_the_steps_it_shows(void **state)
{
	(void)state;
	char key[48], other[48], token[16];
	tell(OUTCOME_CONTRACT, "2026-11-02");
	long long contract = events("contract").last;
	snprintf(key, sizeof(key), "%lld.%lld.j21", (long long)person,
		 contract);
	snprintf(other, sizeof(other), "%lld.%lld.j40", (long long)person,
		 contract);
	digest_with("{\"model\":{}}", "follow", key, token);
	const struct {
		const char *act, *item;
		bool is_refused;
	} rows[] = {{"ok", other, true},
		    {"send", key, true},
		    {"ok", key, false},
		    {"ok", key, false},
		    {"absent", key, true}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *line = json_pack("{s:s,s:s}", "act", rows[i].act,
					 "item", rows[i].item);
		json_t *model = plan_page(w.planner, "d", token, line,
					  &(struct err){0});
		assert_non_null(model);
		assert_int_equal(js_bool(model, "refused", false),
				 rows[i].is_refused);
		json_decref(model);
		json_decref(line);
	}
	assert_int_equal(events("followed").n, 1);
	json_t *model =
		plan_page(w.planner, "d", token, NULL, &(struct err){0});
	const json_t *one = json_array_get(json_object_get(model, "people"), 0);
	const json_t *step = json_array_get(json_object_get(one, "steps"), 0);
	assert_string_equal(js_str(step, "step_fr", ""), "J+21");
	assert_string_equal(js_str(step, "state_fr", ""), "tout va bien");
	json_decref(model);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_step_is_asked_on_a_working_day_on_or_after),
		T(test_a_contract_opens_its_dates_and_stops_the_rest),
		T(test_of_a_contract_told_late_the_last_date_is_asked),
		T(test_a_rupture_brings_back_at_once),
		T(test_left_ends_everything),
		T(test_what_only_happened_changes_nothing_else),
		T(test_dates_that_cannot_be_are_refused),
		T(test_a_file_loses_no_follow_up_and_no_word),
		T(test_joined_dossiers_keep_their_dates),
		T(test_a_step_is_answered_once),
		T(test_the_page_answers_the_steps_it_shows),
		T(test_a_number_alone_is_a_person_where_it_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
