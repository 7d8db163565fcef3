/* SPDX-License-Identifier: EUPL-1.2 */
/* New offers meet the roster and new people meet the live offers, with the same
 * result; what goes, changes, fails or turns into another is forgotten; one row
 * that cannot be read costs itself. */
#include "plan_fixture.h"

#include "engine/store/db.h"

#include <etrier/refusals.h>
#include <etrier/store_refusals.h>

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
	struct live_candidate c[LIVE_CANDIDATES_MAX];
	size_t n;
	char *text = mem_dup("");
	OK(live_candidates(w.live, person, STORE_TO_ADVISER, c,
			   LIVE_CANDIDATES_MAX, &n, E));
	for (size_t i = 0; i < n; i++) {
		char *longer =
			mem_printf("%s%s%lld:%d", text, i ? " " : "",
				   (long long)c[i].canonical, c[i].score);
		free(text);
		text = longer;
	}
	return text;
}

/* Only which: "1 2". */
static char *ids(int64_t person)
{
	char *text = candidates(person), *to = text;
	bool is_score = false;
	for (const char *p = text; *p; p++) {
		is_score = *p != ' ' && (is_score || *p == ':');
		if (!is_score)
			*to++ = *p;
	}
	*to = '\0';
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
	live_offer_drop(w.live, id);
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

static int up(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

/* The scores of the person's list are the best of all. */
static void are_the_best(int n)
{
	struct live_candidate c[LIVE_CANDIDATES_MAX];
	int scores[64];
	size_t found;
	for (int i = 0; i < n; i++) {
		struct verdict v;
		OK(live_evaluate(w.live, 1, i + 1, paris_date(w.clock.now_s),
				 &v, E));
		scores[i] = v.score;
	}
	qsort(scores, (size_t)n, sizeof(*scores), up);
	assert_int_not_equal(scores[0], scores[LIVE_CANDIDATES_MAX]);
	OK(live_candidates(w.live, 1, STORE_TO_ADVISER, c, 20, &found, E));
	assert_int_equal(found, 20);
	for (int i = 0; i < 20; i++)
		assert_int_equal(c[i].score, scores[i]);
}

static void test_the_twenty_are_the_best_whichever_way(void **state)
{
	(void)state;
	world_people(&w, 1, "{}", AGENCY_OFF);
	for (int i = 0; i < 40; i++) {
		char more[64];
		snprintf(more, sizeof(more),
			 "{'posted':'2026-11-%02dT08:00:00Z'}", 16 + i * 3 % 8);
		world_offer(&w, more);
	}
	are_the_best(40);
	live_refill(w.live, 1);
	world_settle(&w);
	are_the_best(40);
	world_at(&w, "2026-11-24T10:00");
	world_settle(&w);
	are_the_best(40);
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
	live_proposed(w.live, 1);
	world_settle(&w);
	assert_int_equal(n_candidates(1), 10);
	/* Another audience may still want the others. */
	struct live_candidate c[LIVE_CANDIDATES_MAX];
	size_t n;
	OK(live_candidates(w.live, 1, STORE_TO_YOUTH, c, LIVE_CANDIDATES_MAX,
			   &n, E));
	assert_int_equal(n, 20);
}

static int put_and_fail(struct store *s, void *ctx, struct err *err)
{
	(void)s;
	(void)ctx;
	world_offer(&w, "{}");
	live_offer_drop(w.live, 1);
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
	uint64_t before = st.matched_offers;
	world_settle(&w);
	live_stats(w.live, &st);
	assert_int_equal(st.matched_offers - before, 1);
	int n = 0;
	while (live_take_fresh(w.live))
		n++;
	assert_int_equal(n, 5);
	live_set_rules(w.live,
		       world_rules(w.waves)); /* the same: nothing to do */
	assert_true(live_is_settled(w.live));
	struct diags d;
	diags_init(&d);
	struct rules_text waves = {"w.yaml", WORLD_WAVES, strlen(WORLD_WAVES)};
	live_set_rules(w.live, rules_compile(&waves, 1, NULL, &d));
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

/* --- what is in force at once ----------------------------------------------
 */

static void use(const char *text)
{
	struct rules_text t[] = {{"x.yaml", text, strlen(text)}};
	struct diags d;
	diags_init(&d);
	struct rules *r = rules_compile(t, 1, world_refdata(), &d);
	diags_print(&d, stderr);
	diags_clear(&d);
	assert_non_null(r);
	live_set_rules(w.live, r);
}

static int score_of(int64_t person, int64_t offer)
{
	struct verdict v;
	OK(live_evaluate(w.live, person, offer, paris_date(w.clock.now_s), &v,
			 E));
	return v.score;
}

#define NIGHT_SHIFT                                                        \
	"adjust: [{symbol: OF_THE_OVEN, when: {offer.text: {matches: "     \
	"[\"four à bois\"]}}, points: -9, group: employer, reason: {fr: " \
	"\"four\"}}]\n"

static void test_rules_count_before_anything_was_compared_anew(void **state)
{
	(void)state;
	struct live_stats st;
	world_people(&w, 1, "{}", AGENCY_OFF);
	int64_t plain = world_offer(&w, "{}");
	int64_t oven = world_offer(&w, "{'description':'Un four à bois.'}");
	int before = score_of(1, oven);
	int as_before = score_of(1, plain);
	world_settle(&w);
	use(NIGHT_SHIFT);
	live_stats(w.live, &st);
	assert_true(st.is_refreshing);
	assert_int_equal(st.refresh_done, 0);
	assert_int_equal(st.waiting, 1);
	/* The offer's words are in the store: read again when it is asked. */
	assert_int_equal(score_of(1, oven), before - 90);
	assert_int_equal(score_of(1, plain), as_before);
	char *first = candidates(1);
	world_settle(&w);
	char *then = candidates(1);
	assert_int_equal(score_of(1, oven), before - 90);
	assert_string_equal(then, first);
	free(first);
	free(then);
}

/* A clock whose every look takes a while, so that a slice is one step. */
static int64_t slow_mono(void *ctx)
{
	struct clock_manual *c = ctx;
	return c->mono_ms += 5;
}

static void test_the_newest_come_first_and_a_second_change_begins_again(
	void **state)
{
	(void)state;
	struct live_stats st;
	struct err err = {0};
	world_people(&w, 1, "{}", AGENCY_OFF);
	for (int i = 0; i < 4; i++)
		world_offer(&w, "{}");
	world_settle(&w);
	use("thresholds: {send: 66}\n");
	w.clock.clock.mono_ms = slow_mono;
	char *old = candidates(1);
	while (live_stats(w.live, &st), st.refresh_done < 2)
		assert_true(live_work(w.live, 5, &err));
	char *half = ids(1);
	assert_string_equal(half, "3 4");
	assert_false(live_is_settled(w.live));
	use("thresholds: {send: 67}\n");
	live_stats(w.live, &st);
	assert_int_equal(st.refresh_done, 0);
	assert_int_equal(st.refreshes, 3); /* the start's, and two */
	while (live_work(w.live, 5, &err))
		;
	char *all = candidates(1);
	assert_string_equal(all, old);
	live_stats(w.live, &st);
	assert_false(st.is_refreshing);
	free(old);
	free(half);
	free(all);
}

static void test_each_agency_has_its_own_set(void **state)
{
	(void)state;
	struct verdict v;
	static const char own[] =
		"agencies: {ML2: {criteria: {trade: {weight: 80}}}}\n";
	world_people(&w, 1, "{}", AGENCY_OFF);
	world_agency(&w,
		     "{'code':'ML2','name':'Une autre','kind':'ml',"
		     "'email':'c@ml.example'}",
		     AGENCY_OFF);
	json_t *rows = json_array();
	json_array_append_new(rows, world_youth("1", "{}"));
	json_array_append_new(rows, world_youth("2", "{'agency':'ML2'}"));
	world_import(&w, "ml1", 0, rows);
	int64_t offer = world_offer(&w, "{}");
	world_settle(&w);
	assert_int_equal(score_of(1, offer), score_of(2, offer));
	use(own);
	OK(live_evaluate(w.live, 2, offer, paris_date(w.clock.now_s), &v, E));
	assert_int_not_equal(v.set, 0);
	assert_int_not_equal(score_of(1, offer), score_of(2, offer));
	assert_string_not_equal(live_rules_id(w.live, "ML1"),
				live_rules_id(w.live, "ML2"));
	world_settle(&w);
	/* The matcher says the same as the evaluation. */
	struct match_hits h = {0};
	OK(live_offer_hits(w.live, offer, &h, E));
	assert_int_equal(h.n, 2);
	for (size_t i = 0; i < h.n; i++)
		assert_int_equal(h.v[i].score, score_of(h.v[i].person, offer));
	match_hits_clear(&h);
	/* And when the person goes to the other one. */
	int other = score_of(1, offer), own_score = score_of(2, offer);
	rows = json_array();
	json_array_append_new(rows, world_youth("1", "{'agency':'ML2'}"));
	json_array_append_new(rows, world_youth("2", "{'agency':'ML1'}"));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	assert_int_equal(score_of(1, offer), own_score);
	assert_int_equal(score_of(2, offer), other);
}

/* --- refusals ---------------------------------------------------------------
 */

static void refuse(int64_t person, enum store_refusal_kind kind,
		   const char *value, bool is_refused)
{
	struct store_refusal r = {person, kind, value, w.clock.now_s, "uid:1"};
	bool did;
	if (is_refused)
		OK(store_refusal_add(w.s, &r, &did, E));
	else
		OK(store_refusal_remove(w.s, person, kind, value, &did, E));
	assert_true(did);
	live_person_changed(w.live, person);
	world_settle(&w);
}

static void test_what_is_refused_is_no_candidate_until_taken_back(void **state)
{
	(void)state;
	static const struct {
		enum store_refusal_kind kind;
		const char *value;
		const char *left;
	} cases[] = {
		{STORE_REFUSES_PLACE, "93048", "2"},
		{STORE_REFUSES_EMPLOYER, "le fournil d’essai", "2"},
		{STORE_REFUSES_EMPLOYER, "123456789", "1"},
		{STORE_REFUSES_EMPLOYER, "Exemple Métal", "1"},
		{STORE_REFUSES_PLACE, "75056", "1"},
		{STORE_REFUSES_OFFER, "2", "1"},
	};
	world_people(&w, 2, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	world_offer(&w, "{'employer':{'name':'Exemple Métal',"
			"'siret':'12345678900019'},"
			"'place':{'precision':'commune','insee':'75120',"
			"'lat':48.8638,'lon':2.4005}}");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		refuse(1, cases[i].kind, cases[i].value, true);
		char *left = ids(1);
		assert_string_equal(left, cases[i].left);
		free(left);
		assert_int_equal(n_candidates(2), 2);
		/* It is there after a restart, too. */
		world_stop(&w);
		world_start(&w);
		world_settle(&w);
		assert_int_equal(n_candidates(1), 1);
		refuse(1, cases[i].kind, cases[i].value, false);
		assert_int_equal(n_candidates(1), 2);
	}
}

static void test_what_was_answered_is_proposed_to_nobody_else(void **state)
{
	(void)state;
	struct store_message m = {.kind = STORE_DIGEST,
				  .audience = STORE_TO_ADVISER,
				  .channel = CHANNEL_EMAIL,
				  .agency = "ML1",
				  .recipient = "sarah",
				  .expires = INSTANT_NONE,
				  .state = STORE_PLANNED};
	struct store_proposal row = {.person = 1,
				     .canonical = 1,
				     .audience = STORE_TO_ADVISER,
				     .facts = "{}"};
	struct live_candidate c[LIVE_CANDIDATES_MAX];
	int64_t id;
	size_t n;
	world_people(&w, 1, "{}", AGENCY_OFF);
	world_offer(&w, "{}");
	row.rules = live_rules_id(w.live, "ML1");
	OK(store_message_plan(w.s, &m, &row, 1, w.clock.now_s, &id, E));
	live_proposed(w.live, 1);
	world_settle(&w);
	OK(live_candidates(w.live, 1, STORE_TO_YOUTH, c, 20, &n, E));
	assert_int_equal(n, 1);
	OK(store_ledger_answer(
		w.s, 1, 1, STORE_TO_ADVISER,
		&(struct store_answer){.result = "not_interested"},
		w.clock.now_s, E));
	live_person_changed(w.live, 1);
	world_settle(&w);
	OK(live_candidates(w.live, 1, STORE_TO_YOUTH, c, 20, &n, E));
	assert_int_equal(n, 0);
}

/* --- whose training ends ----------------------------------------------------
 */

static const char permanent[] = "{'kind':'permanent','start':'2027-09-15'}";

static void on_day(const char *instant, size_t n)
{
	world_at(&w, instant);
	world_settle(&w);
	if (n_candidates(1) != n)
		fail_msg("%s: %zu, not %zu", instant, n_candidates(1), n);
}

static void import_one(const char *more)
{
	json_t *rows = json_array();
	json_array_append_new(rows, world_youth("1", more));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
}

static void test_who_is_placed_is_looked_for_while_the_training_ends(
	void **state)
{
	(void)state;
	struct mperson p;
	char words[LIVE_LEAVING_SIZE];
	world_people(&w, 0, "{}", AGENCY_OFF);
	import_one("{'status':'placed','contracts':['apprenticeship'],"
		   "'training_end':'2027-08-31'}");
	world_offer(&w, permanent);
	world_offer(&w, "{}"); /* an apprenticeship: not any more */
	assert_int_equal(n_candidates(1), 0);
	on_day("2027-05-30T12:00", 0);
	on_day("2027-05-31T00:10", 1);
	assert_true(live_person(w.live, 1, &p));
	assert_true(live_leaving_words(&p, words));
	assert_string_equal(words, "formation terminée le 31/08/2027");
	assert_int_equal(day16_date(p.available),
			 p.available ? day16_date(p.training_end) : 0);
	on_day("2027-08-31T23:50", 1);
	on_day("2027-09-01T00:10", 0);
	assert_false(live_person(w.live, 1, &p));
	/* A restart on such a day finds the same. */
	world_at(&w, "2027-08-31T12:00");
	world_stop(&w);
	world_start(&w);
	world_settle(&w);
	assert_int_equal(n_candidates(1), 1);
	import_one("{'status':'paused','training_end':'2027-08-31'}");
	assert_int_equal(n_candidates(1), 0);
	import_one("{'status':'placed','training_end':'2027-08-31'}");
	assert_int_equal(n_candidates(1), 1);
	import_one("{'status':'placed'}");
	import_one("{'status':'placed','training_end':null}");
	assert_int_equal(n_candidates(1), 0);
}

static void test_the_last_months_are_counted_to_the_end_of_february(
	void **state)
{
	(void)state;
	world_people(&w, 0, "{}", AGENCY_OFF);
	import_one("{'status':'placed','training_end':'2028-05-31'}");
	world_offer(&w, "{'kind':'permanent','start':'2028-09-15'}");
	on_day("2028-02-28T12:00", 0);
	on_day("2028-02-29T00:10", 1);
	import_one("{'status':'placed','training_end':'2028-02-29'}");
	on_day("2028-02-29T23:00", 1);
	on_day("2028-03-01T00:10", 0);
	world_at(&w, "2026-11-23T10:00");
	import_one("{'status':'placed','training_end':'2028-02-29'}");
	on_day("2027-11-28T12:00", 0);
	on_day("2027-11-29T00:10", 1);
}

static void test_who_is_active_looks_for_work_only_while_the_training_ends(
	void **state)
{
	(void)state;
	world_people(&w, 0, "{}", AGENCY_OFF);
	import_one("{'training_end':'2027-08-31'}");
	world_offer(&w, permanent);
	world_offer(&w, "{}");
	on_day("2027-05-30T12:00", 2);
	on_day("2027-05-31T12:00", 1);
	/* Other rules, other months: at once. */
	use("training_end: {months_before: 1, kinds: [permanent]}\n");
	world_settle(&w);
	assert_int_equal(n_candidates(1), 2);
	use("training_end: {months_before: 3, kinds: [apprenticeship]}\n");
	world_settle(&w);
	char *left = candidates(1);
	assert_true(str_starts(left, "2:"));
	free(left);
	on_day("2027-09-01T12:00", 2);
}

static void test_the_way_to_the_own_training_centre(void **state)
{
	(void)state;
	struct mperson p;
	world_people(&w, 1, "{'cfa':'0756199F','modes':['bike']}", AGENCY_OFF);
	assert_true(live_person(w.live, 1, &p));
	struct plane_point cfa;
	assert_true(cfa_point(world_refdata(), p.cfa, &cfa));
	const struct travel *t = live_env(w.live)->travel;
	assert_int_equal(
		p.cfa_minutes,
		travel_minutes(t, travel_cost(t->by_modes[1u << MODE_BIKE],
					      plane_distance_m(p.at, cfa))));
	assert_in_range(p.cfa_minutes, 5, 600);
	import_one("{'cfa':'nowhere'}");
	assert_true(live_person(w.live, 1, &p));
	assert_int_equal(p.cfa_minutes, -1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_both_directions_find_the_same),
		T(test_who_stops_or_has_no_trade_is_compared_with_nothing),
		T(test_offers_change_and_go),
		T(test_twenty_are_kept_and_a_changed_one_keeps_its_place),
		T(test_the_twenty_are_the_best_whichever_way),
		T(test_what_was_proposed_makes_room),
		T(test_memory_follows_a_rolled_back_transaction),
		T(test_a_row_that_cannot_be_read_costs_itself),
		T(test_two_ids_that_are_one_leave_one),
		T(test_a_new_day_and_new_rules_look_at_everyone),
		T(test_rules_count_before_anything_was_compared_anew),
		T(test_the_newest_come_first_and_a_second_change_begins_again),
		T(test_each_agency_has_its_own_set),
		T(test_what_is_refused_is_no_candidate_until_taken_back),
		T(test_what_was_answered_is_proposed_to_nobody_else),
		T(test_who_is_placed_is_looked_for_while_the_training_ends),
		T(test_the_last_months_are_counted_to_the_end_of_february),
		T(test_who_is_active_looks_for_work_only_while_the_training_ends),
		T(test_the_way_to_the_own_training_centre),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
