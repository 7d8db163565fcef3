/* SPDX-License-Identifier: EUPL-1.2 */
/* Places in waves: what is written is read back beside what the ledger says,
 * what two offers or two people had becomes that of one, a preview leaves no
 * place behind, closed offers are forgotten; and a file of schema 2 gets the
 * tables of schema 3 and loses nothing. */
#include "schema_fixture.h"

#include "engine/store/db.h"

#include <etrier/store_twins.h>
#include <etrier/store_waves.h>

#define DAY  ((int64_t)24 * 3600)
#define NONE INSTANT_NONE

struct world {
	struct store *s;
	struct arena a;
	int64_t people[3], offers[3];
};

static int set_up(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	int64_t import;
	w->s = fixture_open(":memory:");
	arena_init(&w->a);
	json_t *agency = fixture_json("{'code':'A','kind':'ml'}");
	enum store_change change;
	OK(store_agency_put(w->s, agency, &change, E));
	json_decref(agency);
	OK(store_origin_put(w->s, "ml1", 0, NULL, E));
	for (size_t i = 0; i < 3; i++) {
		enum store_verdict v;
		json_t *row =
			json_pack("{s:s,s:s}", "ref",
				  arena_printf(&w->a, "%zu", i), "agency", "A");
		if (!i)
			OK(store_stage_begin(w->s, "ml1", E));
		OK(store_stage_youth(w->s, "ml1", row, (int64_t)i + 2, &v, E));
		json_decref(row);
	}
	OK(store_stage_apply(w->s, "ml1", NOW, &import, E));
	OK(store_rules_put(w->s, "r1", "text", NOW, E));
	for (size_t i = 0; i < 3; i++) {
		struct store_person p;
		char *ref = arena_printf(&w->a, "%zu", i);
		struct store_offer_in in = {.source = "ft",
					    .ref = ref,
					    .hash = "a",
					    .fields = "{}",
					    .expires = NONE};
		enum store_offer_change oc;
		OK(store_person_find(w->s, "ml1", ref, false, &w->a, &p, E));
		OK(store_offer_put(w->s, &in, NOW, &w->offers[i], &oc, E));
		w->people[i] = p.id;
	}
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	store_close(w->s);
	arena_clear(&w->a);
	free(w);
	return 0;
}

static void place(struct world *w, int offer, int person, int number,
		  int64_t at, int score)
{
	struct store_wave row = {.canonical = w->offers[offer],
				 .person = w->people[person],
				 .number = number,
				 .opened_at = at,
				 .score = score,
				 .waited_since = number > 1 ? NOW - 9 : NONE};
	OK(store_wave_put(w->s, &row, E));
}

static void propose(struct world *w, int offer, int person,
		    enum store_audience audience, int64_t at, bool is_preview)
{
	struct store_message m = {.kind = STORE_DIGEST,
				  .audience = audience,
				  .channel = CHANNEL_EMAIL,
				  .agency = "A",
				  .recipient = "sarah",
				  .is_preview = is_preview,
				  .not_before = at,
				  .expires = NONE};
	struct store_proposal p = {.person = w->people[person],
				   .canonical = w->offers[offer],
				   .audience = audience,
				   .score = 700,
				   .rules = "r1",
				   .facts = "{}"};
	int64_t id;
	OK(store_message_plan(w->s, &m, &p, 1, at, &id, E));
}

struct turns {
	struct store_wave_turn v[8];
	size_t n;
};

static int keep(void *ctx, const struct store_wave_turn *row)
{
	struct turns *t = ctx;
	t->v[t->n++] = *row;
	return 0;
}

static struct turns turns_of(struct world *w, int offer)
{
	struct turns t = {.n = 0};
	OK(store_wave_turns(w->s, w->offers[offer], keep, &t, E));
	return t;
}

static void test_a_place_is_read_beside_what_the_ledger_says(void **state)
{
	struct world *w = *state;
	struct store_wave row;
	bool found;
	place(w, 0, 2, 2, NOW, 800);
	place(w, 0, 1, 1, NOW - 5 * DAY, 900);
	propose(w, 0, 1, STORE_TO_ADVISER, NOW - 4 * DAY, false);
	propose(w, 0, 1, STORE_TO_YOUTH, NOW - 3 * DAY, false);
	propose(w, 0, 0, STORE_TO_ADVISER, NOW - 8 * DAY, false);
	OK(store_ledger_answer(
		w->s, w->people[1], w->offers[0], STORE_TO_ADVISER,
		&(struct store_answer){.result = "too_far"}, NOW - DAY, E));
	struct turns t = turns_of(w, 0);
	assert_int_equal(t.n, 3);
	assert_int_equal(t.v[0].wave.person, w->people[0]);
	assert_int_equal(t.v[0].wave.number, 0);
	assert_int_equal(t.v[0].wave.opened_at, NOW - 8 * DAY);
	assert_true(t.v[0].was_proposed && !t.v[0].is_answered);
	assert_int_equal(t.v[1].wave.number, 1);
	assert_int_equal(t.v[1].wave.opened_at, NOW - 5 * DAY);
	assert_true(t.v[1].is_answered && !t.v[1].is_interested);
	assert_int_equal(t.v[1].answered_at, NOW - DAY);
	assert_true(t.v[1].wave.waited_since == NONE);
	assert_false(t.v[2].was_proposed);
	assert_int_equal(t.v[2].wave.score, 800);
	assert_int_equal(t.v[2].wave.waited_since, NOW - 9);
	/* One audience's interest outweighs another's no. */
	OK(store_ledger_answer(
		w->s, w->people[1], w->offers[0], STORE_TO_YOUTH,
		&(struct store_answer){.result = STORE_INTERESTED},
		NOW - 2 * DAY, E));
	t = turns_of(w, 0);
	assert_true(t.v[1].is_interested);
	assert_int_equal(t.v[1].answered_at, NOW - 2 * DAY);
	/* A second turn takes the row of the first. */
	place(w, 0, 2, 5, NOW + DAY, 810);
	assert_int_equal(turns_of(w, 0).n, 3);
	OK(store_wave_get(w->s, w->offers[0], w->people[2], &row, &found, E));
	assert_true(found && row.number == 5 && row.score == 810);
	OK(store_wave_get(w->s, w->offers[1], w->people[2], &row, &found, E));
	assert_false(found);
}

static void test_what_may_be_proposed_is_what_has_a_place(void **state)
{
	struct world *w = *state;
	struct store_wave out[3];
	size_t n;
	int64_t closed;
	place(w, 0, 0, 1, NOW - 9 * DAY, 990);
	place(w, 1, 0, 1, NOW, 700);
	place(w, 2, 0, 1, NOW, 800);
	OK(store_waves_of(w->s, w->people[0], STORE_TO_YOUTH, NOW - 4 * DAY,
			  out, 3, &n, E));
	assert_int_equal(n, 3);
	assert_int_equal(out[0].canonical, w->offers[2]);
	assert_int_equal(out[1].canonical, w->offers[1]);
	assert_int_equal(out[2].canonical, w->offers[0]); /* gone by: last */
	propose(w, 2, 0, STORE_TO_ADVISER, NOW, false);
	OK(store_waves_of(w->s, w->people[0], STORE_TO_ADVISER, NOW - 4 * DAY,
			  out, 3, &n, E));
	assert_int_equal(n, 2);
	OK(store_waves_of(w->s, w->people[0], STORE_TO_YOUTH, NOW - 4 * DAY,
			  out, 1, &n, E));
	assert_int_equal(n, 1);
	OK(store_offers_expire(w->s, NOW + 1, NOW + 1, 0, NULL, NULL, &closed,
			       E));
	OK(store_waves_of(w->s, w->people[0], STORE_TO_YOUTH, NOW - 4 * DAY,
			  out, 3, &n, E));
	assert_int_equal(n, 0);
}

static void test_two_that_are_one_have_one_place(void **state)
{
	struct world *w = *state;
	place(w, 0, 0, 1, NOW, 900);
	place(w, 1, 0, 2, NOW, 800);
	place(w, 1, 1, 2, NOW, 700);
	OK(store_offer_join(w->s, w->offers[0], w->offers[1], E));
	struct turns t = turns_of(w, 0);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.v[0].wave.number, 1);
	assert_int_equal(turns_of(w, 1).n, 0);
	OK(store_person_join(w->s, w->people[2], w->people[1], E));
	t = turns_of(w, 0);
	assert_int_equal(t.v[1].wave.person, w->people[2]);
	OK(store_person_join(w->s, w->people[2], w->people[0], E));
	assert_int_equal(turns_of(w, 0).n, 1);
}

static void test_going_live_forgets_the_places_of_a_preview(void **state)
{
	struct world *w = *state;
	enum agency_mode old;
	OK(store_agency_set_mode(w->s, "A", AGENCY_PREVIEW, NOW, &old, E));
	place(w, 0, 0, 1, NOW, 900);
	place(w, 0, 1, 1, NOW, 900);
	propose(w, 0, 0, STORE_TO_ADVISER, NOW, true);
	OK(store_agency_set_mode(w->s, "A", AGENCY_AUTOMATIC, NOW, &old, E));
	assert_int_equal(turns_of(w, 0).n, 0);
	place(w, 0, 1, 1, NOW, 900);
	OK(store_agency_set_mode(w->s, "A", AGENCY_DIGEST_ONLY, NOW, &old, E));
	assert_int_equal(turns_of(w, 0).n, 1);
}

static void test_closed_offers_are_forgotten_one_by_one(void **state)
{
	struct world *w = *state;
	int64_t at = 0, closed;
	for (int i = 0; i < 3; i++)
		place(w, i, 0, 1, NOW, 900);
	OK(store_offers_expire(w->s, NOW + 5, NOW + 1, 1, NULL, NULL, &closed,
			       E));
	int rounds = 0;
	do {
		OK(store_waves_forget(w->s, &at, NOW + 5, E));
		rounds++;
	} while (at);
	assert_int_equal(rounds, 4);
	assert_int_equal(turns_of(w, 0).n, 1); /* closed at that very instant */
	do
		OK(store_waves_forget(w->s, &at, NOW + 6, E));
	while (at);
	assert_int_equal(turns_of(w, 0).n, 0);
	assert_int_equal(turns_of(w, 1).n + turns_of(w, 2).n, 2);
}

static void keep_back(void *ctx, int64_t id, int64_t person, int64_t at)
{
	int64_t *last = ctx;
	assert_true(!*last || id < *last);
	assert_true(person > 0 && at >= NOW);
	*last = id;
}

static void test_the_ledger_is_read_backwards_in_steps(void **state)
{
	struct world *w = *state;
	int64_t last = 0, n = 0;
	for (int i = 0; i < 3; i++)
		propose(w, i, 0, STORE_TO_ADVISER, NOW + i, false);
	for (int64_t before = -1; before != last; n++) {
		before = last;
		OK(store_ledger_back(w->s, before, 2, keep_back, &last, E));
	}
	assert_int_equal(last, 1);
	assert_int_equal(n, 3);
}

static void concern(void *ctx, int64_t canonical)
{
	*(int64_t *)ctx += canonical;
}

static void test_a_changed_person_concerns_open_places(void **state)
{
	struct world *w = *state;
	int64_t sum = 0;
	place(w, 0, 0, 1, NOW - 9 * DAY, 900); /* gone by */
	place(w, 2, 0, 1, NOW, 900);
	place(w, 0, 1, 1, NOW, 900); /* somebody else's */
	OK(store_waves_held(w->s, w->people[0], NOW - 4 * DAY, concern, &sum,
			    E));
	assert_int_equal(sum, w->offers[2]);
}

/* --- the schema before -----------------------------------------------------
 */

static const char rows_of_v2[] =
	"INSERT INTO canonical (id, first_seen) VALUES (7, 5);"
	"INSERT INTO origin (name, kind) VALUES ('ml1', 'ml');"
	"INSERT INTO person (id, origin, ref, status, import) VALUES "
	"(4, 'ml1', '1', 'active', 1);"
	"INSERT INTO record (origin, ref, person, fields, hash, "
	"status, import) VALUES ('ml1', '1', 4, '{}', x'00', "
	"'active', 1);"
	"INSERT INTO offer (source, ref, canonical, status, "
	"first_seen, last_seen, poll, hash, fields) VALUES "
	"('ft', 'a', 7, 'live', 5, 9, 3, 'h1', '{}');"
	"INSERT INTO rules VALUES ('r1', 'text of then', 6);"
	"INSERT INTO message (id, kind, audience, channel, "
	"not_before, state, planned_at) VALUES (3, 'digest', "
	"'adviser', 'email', 6, 'sent', 6);"
	"INSERT INTO ledger (person, canonical, audience, message, "
	"score, rules, facts, at) VALUES (4, 7, 'adviser', 3, 810, "
	"'r1', '{}', 6);"
	"INSERT INTO candidate VALUES (4, 7, 810, 2, 'r1', 20000);";

static void test_a_file_of_schema_2_keeps_what_it_has(void **state)
{
	(void)state;
	char folder[256];
	struct world w = {.people = {4}, .offers = {7}};
	const char *text;
	json_t *copy = NULL;
	fixture_folder(folder);
	const char *path = fixture_path(&w.a, folder);
	fixture_schema(path, 2, rows_of_v2);
	w.s = fixture_open(path);
	OK(store_copy_verify(
		arena_printf(&w.a, "%s/backup/before-schema-3", folder), &copy,
		E));
	assert_int_equal(js_int(copy, "schema", -1), 2);
	json_decref(copy);
	assert_int_equal(fixture_number(w.s, "PRAGMA user_version"),
			 db_n_migrations);
	assert_int_equal(fixture_number(w.s,
					"SELECT count(*) FROM ledger l JOIN "
					"offer o USING (canonical) WHERE "
					"l.score = 810"),
			 1);
	/* Candidates are kept in memory now. */
	assert_int_equal(fixture_number(w.s,
					"SELECT count(*) FROM sqlite_master "
					"WHERE name = 'candidate'"),
			 0);
	/* Who was told before there were waves had a turn. */
	struct turns t = turns_of(&w, 0);
	assert_int_equal(t.n, 1);
	assert_true(t.v[0].wave.number == 0 && t.v[0].was_proposed);
	place(&w, 0, 0, 1, NOW, 900);
	/* The other tables of the version take rows and refuse nonsense. */
	OK(store_rules_get(w.s, "r1", &w.a, &text, E));
	assert_string_equal(text, "text of then");
	OK(db_script(w.s,
		     "UPDATE rules SET files = '[]';"
		     "INSERT INTO refusal VALUES (4, 'place', '93048', 9, "
		     "'youth');"
		     "INSERT INTO shadow VALUES (1, 'x.yaml', 't', 9, 'uid:0');"
		     "INSERT INTO shadow_diff VALUES (4, 7, 2, 810, 1, 600, "
		     "20000);",
		     E));
	static const char *const refused[] = {
		"INSERT INTO refusal VALUES (4, 'mood', 'x', 9, 'youth')",
		"INSERT INTO refusal VALUES (99, 'place', 'x', 9, 'youth')",
		"INSERT INTO wave VALUES (99, 4, 1, 9, 810, NULL)",
		"INSERT INTO shadow VALUES (2, 'x.yaml', 't', 9, 'uid:0')"};
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		FAILS(db_script(w.s, refused[i], E), ERR_STORE, "constraint");
	assert_int_equal(
		fixture_number(w.s,
			       "SELECT count(*) FROM pragma_foreign_key_check"),
		0);
	store_close(w.s);
	fixture_remove(folder);
	arena_clear(&w.a);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_place_is_read_beside_what_the_ledger_says),
		T(test_what_may_be_proposed_is_what_has_a_place),
		T(test_two_that_are_one_have_one_place),
		T(test_going_live_forgets_the_places_of_a_preview),
		T(test_closed_offers_are_forgotten_one_by_one),
		T(test_the_ledger_is_read_backwards_in_steps),
		T(test_a_changed_person_concerns_open_places),
		cmocka_unit_test(test_a_file_of_schema_2_keeps_what_it_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
