/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies in the store: found by their keys, the nearest first and never all;
 * joined and taken apart without losing an id; held offers and decisions about
 * them; what is forgotten and what stays; a file of the schema before. */
#include "store_fixture.h"

#include "engine/store/db.h"

#include <etrier/store_twins.h>

struct world {
	struct store *s;
	struct arena a;
};

static int set_up(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	w->s = fixture_open(":memory:");
	arena_init(&w->a);
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

/* Puts and reads back. */
static struct store_offer put(struct world *w, struct store_offer_in in,
			      int64_t now, enum store_offer_change want)
{
	int64_t canonical;
	enum store_offer_change change;
	struct store_offer row;
	in.source = in.source ? in.source : "ft";
	in.fields = in.fields ? in.fields : "{}";
	in.hash = in.hash ? in.hash : "a";
	in.expires = in.expires ? in.expires : INSTANT_NONE;
	OK(store_offer_put(w->s, &in, now, &canonical, &change, E));
	assert_int_equal(change, want);
	OK(store_offer_find(w->s, in.source, in.ref, &w->a, &row, E));
	assert_int_equal(row.canonical, canonical);
	return row;
}
#define PUT(w, now, want, ...) \
	put((w), (struct store_offer_in){__VA_ARGS__}, (now), (want))
#define NEW(w, ...) PUT(w, NOW, STORE_OFFER_NEW, __VA_ARGS__)

static struct store_offer find(struct world *w, const char *ref)
{
	struct store_offer row;
	OK(store_offer_find(w->s, "ft", ref, &w->a, &row, E));
	return row;
}

static int64_t number(struct world *w, const char *sql)
{
	int64_t n;
	OK(db_get_int_v(w->s, &n, E, sql, DB_VALUES(DB_NONE)));
	return n;
}

/* --- finding ---------------------------------------------------------------
 */

static void put_keys(struct world *w, int64_t offer, int64_t common,
		     unsigned char sketch)
{
	unsigned char bytes[32];
	const int64_t keys[] = {common, 1000000 + offer};
	memset(bytes, 0, sizeof(bytes));
	memset(bytes, 7, sketch);
	OK(store_twin_keys_put(
		w->s, offer,
		&(struct store_twin_keys){
			.v = keys, .n = 2, .sketch = bytes, .n_sketch = 32},
		E));
}

static size_t twins(struct world *w, int64_t offer,
		    const struct store_twin_keys *k, struct store_twin *out,
		    size_t max)
{
	size_t n;
	OK(store_twins(w->s, offer, k, NOW - 100, &w->a, out, max, &n, E));
	return n;
}

static void test_the_nearest_come_first_and_strong_keys_before_them(
	void **state)
{
	struct world *w = *state;
	int64_t far = NEW(w, .ref = "far").id, near = NEW(w, .ref = "near").id;
	int64_t own = NEW(w, .ref = "own").id, strong = NEW(w, .ref = "s").id;
	unsigned char sketch[32];
	const int64_t keys[] = {55, 5};
	struct store_twin_keys k = {.v = keys,
				    .n = 2,
				    .n_strong = 1,
				    .sketch = sketch,
				    .n_sketch = 32};
	struct store_twin got[8];
	memset(sketch, 7, sizeof(sketch));
	put_keys(w, far, 5, 3);
	put_keys(w, near, 5, 30);
	put_keys(w, own, 5, 32);
	put_keys(w, strong, 55, 0);
	assert_int_equal(twins(w, own, &k, got, 8), 3);
	assert_int_equal(got[0].row.id, strong);
	assert_int_equal(got[1].row.id, near);
	assert_int_equal(got[2].row.id, far);
	assert_false(got[0].is_whole);
	k.has_whole = true;
	assert_int_equal(twins(w, own, &k, got, 1), 1);
	assert_true(got[0].is_whole);
	assert_true(find(w, "near").is_keyed);
	/* Keys anew: the old ones are forgotten. */
	put_keys(w, near, 6, 30);
	assert_int_equal(twins(w, own, &k, got, 8), 2);
}

static void test_ten_thousand_under_one_key_cost_a_bounded_look(void **state)
{
	struct world *w = *state;
	struct store_twin got[200];
	const int64_t keys[] = {5};
	struct store_twin_keys k = {.v = keys, .n = 1};
	char ref[16];
	OK(store_begin(w->s, E));
	for (int i = 0; i < 10000; i++) {
		snprintf(ref, sizeof(ref), "%d", i);
		put_keys(w, NEW(w, .ref = ref).id, 5, 0);
		arena_reset(&w->a);
	}
	OK(store_commit(w->s, E));
	size_t n = twins(w, 0, &k, got, 200);
	assert_in_range(n, 1, 100);
	assert_string_equal(got[0].row.ref, "9999"); /* the newest */
}

static void test_long_closed_and_held_offers_are_no_twins(void **state)
{
	struct world *w = *state;
	const int64_t keys[] = {5};
	struct store_twin_keys k = {.v = keys, .n = 1};
	struct store_twin got[8];
	put_keys(w, NEW(w, .ref = "old").id, 5, 0);
	put_keys(w, NEW(w, .ref = "fresh").id, 5, 0);
	put_keys(w, NEW(w, .ref = "held").id, 5, 0);
	PUT(w, NOW - 500, STORE_OFFER_CLOSED, .ref = "old",
	    .status = OFFER_WITHDRAWN);
	PUT(w, NOW, STORE_OFFER_CLOSED, .ref = "fresh",
	    .status = OFFER_WITHDRAWN);
	PUT(w, NOW, STORE_OFFER_HELD, .ref = "held",
	    .outcome = QUALITY_QUARANTINE);
	assert_int_equal(twins(w, 0, &k, got, 8), 1);
	assert_string_equal(got[0].row.ref, "fresh");
	OK(store_twin_keys_purge(w->s, NOW - 400, 10, E));
	assert_false(find(w, "old").is_keyed);
	assert_true(find(w, "fresh").is_keyed);
	assert_int_equal(number(w, "SELECT count(*) FROM canonical_key"), 4);
}

/* --- one id for many --------------------------------------------------------
 */

static int count(void *ctx, const struct store_offer *row)
{
	(void)row;
	++*(int *)ctx;
	return 0;
}

static int n_members(struct world *w, int64_t canonical)
{
	int n = 0;
	OK(store_members_each(w->s, canonical, count, &n, E));
	return n;
}

static void test_the_best_live_copy_speaks_with_what_all_say(void **state)
{
	struct world *w = *state;
	struct store_offer a =
		NEW(w, .ref = "a", .rank = 5, .fields = "{\"n\":1}");
	struct store_offer b =
		NEW(w, .ref = "b", .rank = 9, .fields = "{\"n\":2}");
	struct store_offer got;
	OK(store_offer_join(w->s, a.canonical, b.canonical, E));
	OK(store_offer_get(w->s, b.canonical, &w->a, &got, E));
	assert_string_equal(got.ref, "b");
	assert_int_equal(got.canonical, a.canonical);
	OK(store_canonical_put(w->s, a.canonical, "{\"n\":3}", E));
	OK(store_offer_get(w->s, a.canonical, &w->a, &got, E));
	assert_string_equal(got.fields, "{\"n\":3}");
	assert_string_equal(find(w, "b").fields, "{\"n\":2}");
	assert_int_equal(n_members(w, a.canonical), 2);
	PUT(w, NOW, STORE_OFFER_CLOSED, .ref = "b", .rank = 9,
	    .status = OFFER_WITHDRAWN);
	OK(store_offer_get(w->s, a.canonical, &w->a, &got, E));
	assert_string_equal(got.ref, "a");
	PUT(w, NOW, STORE_OFFER_CLOSED, .ref = "a", .rank = 5,
	    .status = OFFER_WITHDRAWN);
	OK(store_offer_get(w->s, a.canonical, &w->a, &got, E));
	assert_string_equal(got.fields, "{}");
}

static int64_t propose(struct world *w, int64_t canonical)
{
	enum store_verdict v;
	int64_t import, id;
	struct store_person person;
	json_t *row = json_pack("{s:s}", "ref", "1");
	OK(store_origin_put(w->s, "ml", 0, NULL, E));
	OK(store_stage_begin(w->s, "ml", E));
	OK(store_stage_youth(w->s, "ml", row, 2, &v, E));
	OK(store_stage_apply(w->s, "ml", NOW, &import, E));
	json_decref(row);
	OK(store_person_find(w->s, "ml", "1", false, &w->a, &person, E));
	OK(store_rules_put(w->s, "r1", "text", NOW, E));
	struct store_message m = {.audience = STORE_TO_ADVISER,
				  .channel = CHANNEL_EMAIL,
				  .not_before = NOW,
				  .expires = INSTANT_NONE};
	struct store_proposal p = {.person = person.id,
				   .canonical = canonical,
				   .audience = STORE_TO_ADVISER,
				   .rules = "r1",
				   .facts = "{}"};
	OK(store_message_plan(w->s, &m, &p, 1, NOW, &id, E));
	return person.id;
}

static void test_an_offer_leaves_only_what_nobody_was_told_of(void **state)
{
	struct world *w = *state;
	struct store_offer a = NEW(w, .ref = "a"), b = NEW(w, .ref = "b");
	int64_t own;
	bool has;
	OK(store_offer_join(w->s, a.canonical, b.canonical, E));
	OK(store_offer_put_reason(w->s, b.id, "same link", E));
	assert_string_equal(find(w, "b").reason, "same link");
	OK(store_offer_split(w->s, b.id, NOW, &own, E));
	assert_true(own > b.canonical); /* no id is used twice */
	assert_null(find(w, "b").reason);
	assert_int_equal(find(w, "b").canonical, own);
	/* The redirection of before still leads to the first. */
	struct store_offer got;
	OK(store_offer_get(w->s, b.canonical, &w->a, &got, E));
	assert_int_equal(got.canonical, a.canonical);
	OK(store_offer_join(w->s, a.canonical, own, E));
	int64_t person = propose(w, a.canonical);
	OK(store_offer_split(w->s, b.id, NOW, &own, E));
	assert_int_equal(own, 0);
	assert_int_equal(n_members(w, a.canonical), 2);
	/* A third copy, joined: the proposal counts for it as well. */
	struct store_offer c = NEW(w, .ref = "c");
	OK(store_offer_join(w->s, c.canonical, a.canonical, E));
	OK(store_ledger_has(w->s, person, c.canonical, STORE_TO_ADVISER, &has,
			    E));
	assert_true(has);
}

/* --- held -------------------------------------------------------------------
 */

static const char full[] =
	"{\"title\":\"T\",\"kind\":\"permanent\",\"rome\":[\"D1102\"],"
	"\"url\":\"https://x.example/1\",\"description\":\"d\","
	"\"employer\":{\"name\":\"E\",\"naf\":\"1071C\"},\"place\":{\"dept\":"
	"\"93\",\"city\":\"Montreuil\"},\"contact\":{\"phone\":\"0639980001\"}}";

static void test_what_the_gate_stops_waits_for_a_decision(void **state)
{
	struct world *w = *state;
	enum offer_status status;
	int n = 0;
	int64_t id = PUT(w, NOW, STORE_OFFER_HELD, .ref = "q", .fields = full,
			 .outcome = QUALITY_QUARANTINE,
			 .judged = "{\"symbols\":[\"FEE\"]}")
			     .id;
	PUT(w, NOW, STORE_OFFER_SAME, .ref = "q", .fields = full,
	    .outcome = QUALITY_QUARANTINE, .judged = "{\"symbols\":[\"FEE\"]}");
	assert_int_equal(find(w, "q").status, OFFER_QUARANTINED);
	OK(store_offers_held(w->s, OFFER_QUARANTINED, NULL, 0, count, &n, E));
	assert_int_equal(n, 1);
	OK(store_offer_decide(w->s, id, true, "called them", NOW, &status, E));
	assert_int_equal(status, OFFER_LIVE);
	assert_string_equal(find(w, "q").decided_why, "called them");
	/* It holds for this content, and for no other. */
	PUT(w, NOW + 1, STORE_OFFER_SAME, .ref = "q", .fields = full,
	    .outcome = QUALITY_QUARANTINE, .judged = "{\"symbols\":[\"FEE\"]}");
	assert_int_equal(find(w, "q").status, OFFER_LIVE);
	FAILS(store_offer_decide(w->s, id, false, NULL, NOW, &status, E),
	      ERR_INPUT, "neither quarantined nor rejected");
	PUT(w, NOW + 2, STORE_OFFER_HELD, .ref = "q", .hash = "b",
	    .fields = full, .outcome = QUALITY_QUARANTINE);
	OK(store_offer_decide(w->s, id, false, NULL, NOW, &status, E));
	assert_int_equal(status, OFFER_REJECTED);
	assert_null(strstr(find(w, "q").fields, "x.example"));
	PUT(w, NOW + 3, STORE_OFFER_SAME, .ref = "q", .hash = "b",
	    .fields = full, .outcome = QUALITY_QUARANTINE);
	PUT(w, NOW + 4, STORE_OFFER_REVIVED, .ref = "q", .hash = "c",
	    .fields = full);
}

static int keep_symbol(void *ctx, const char *symbol, int64_t n)
{
	snprintf(ctx, 32, "%s=%lld", symbol, (long long)n);
	return 1;
}

static void test_rejected_offers_are_counted_and_empty(void **state)
{
	struct world *w = *state;
	enum offer_status status;
	char first[32] = "";
	static const char judged[] = "{\"symbols\":[\"SCAM\",\"FEE\"]}";
	struct store_offer o =
		PUT(w, NOW, STORE_OFFER_HELD, .ref = "r1", .fields = full,
		    .outcome = QUALITY_REJECT, .judged = judged);
	PUT(w, NOW, STORE_OFFER_HELD, .ref = "r2", .outcome = QUALITY_REJECT,
	    .judged = "{\"symbols\":[\"SCAM\"]}");
	PUT(w, NOW, STORE_OFFER_HELD, .ref = "r3", .outcome = QUALITY_REJECT,
	    .judged = "no JSON");
	assert_int_equal(o.status, OFFER_REJECTED);
	static const char *const gone[] = {"x.example", "\"E\"", "\"d\"",
					   "0639980001"};
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		assert_null(strstr(o.fields, gone[i]));
	assert_non_null(strstr(o.fields, "1071C"));
	OK(store_offers_symbols(w->s, keep_symbol, first, E));
	assert_string_equal(first, "SCAM=2");
	/* Its content is gone: accepted, it comes back with the next poll. */
	OK(store_offer_decide(w->s, o.id, true, NULL, NOW, &status, E));
	assert_int_equal(status, OFFER_REJECTED);
	o = PUT(w, NOW, STORE_OFFER_REVIVED, .ref = "r1", .fields = full,
		.outcome = QUALITY_REJECT, .judged = judged);
	assert_non_null(strstr(o.fields, "x.example"));
}

static void test_an_unseen_quarantined_offer_is_withdrawn(void **state)
{
	struct world *w = *state;
	int64_t n;
	PUT(w, NOW, STORE_OFFER_HELD, .ref = "q", .poll = 1,
	    .outcome = QUALITY_QUARANTINE);
	PUT(w, NOW, STORE_OFFER_HELD, .ref = "r", .poll = 1,
	    .outcome = QUALITY_REJECT);
	OK(store_offers_close_unseen(w->s, "ft", 2, NOW + 1, NULL, NULL, &n,
				     E));
	assert_int_equal(n, 1);
	assert_int_equal(find(w, "q").status, OFFER_WITHDRAWN);
	assert_int_equal(find(w, "r").status, OFFER_REJECTED);
}

/* --- forgotten, and kept
 * ------------------------------------------------------
 */

struct kept_stat {
	char kind[16], dept[8], reason[16];
	int64_t closed_at;
};

static int keep_stat(void *ctx, const struct store_offer_stat *row)
{
	struct kept_stat *s = ctx;
	*s = (struct kept_stat){.closed_at = row->closed_at};
	str_copy(s->kind, sizeof(s->kind), row->kind ? row->kind : "");
	str_copy(s->dept, sizeof(s->dept), row->dept ? row->dept : "");
	str_copy(s->reason, sizeof(s->reason), row->reason ? row->reason : "");
	return 0;
}

static void test_withdrawn_offers_lose_what_a_licence_names(void **state)
{
	struct world *w = *state;
	static const char *const fields[] = {"employer.name", "description",
					     "url", "contact", "place.city"};
	static const char *const bad[] = {"url'); DROP TABLE offer; --"};
	struct kept_stat stat = {.closed_at = 1};
	int64_t n;
	int64_t live = NEW(w, .ref = "live", .fields = full).canonical;
	int64_t gone = NEW(w, .ref = "gone", .fields = full).canonical;
	static const char change[] =
		"{\"ref\":\"gone\",\"changes\":{\"place\":[\"A\",\"B\"],"
		"\"kind\":[null,\"permanent\"]}}";
	const int64_t ids[] = {live, gone};
	for (size_t i = 0; i < 2; i++)
		OK(store_event_add(
			w->s,
			&(struct store_event){.at = NOW,
					      .kind = "offer.changed",
					      .canonical = ids[i],
					      .data = change},
			E));
	OK(store_offer_stats_each(w->s, "ft", keep_stat, &stat, E));
	assert_string_equal(stat.reason, "");
	PUT(w, NOW + 5, STORE_OFFER_CLOSED, .ref = "gone", .fields = full,
	    .status = OFFER_WITHDRAWN);
	FAILS(store_offers_strip(w->s, "ft", bad, 1, &n, E), ERR_INPUT,
	      "no field");
	OK(store_offers_strip(w->s, "ft", fields, 5, &n, E));
	assert_int_equal(n, 1);
	OK(store_offers_strip(w->s, "ft", fields, 5, &n, E));
	assert_int_equal(n, 0);
	assert_string_equal(find(w, "live").fields, full);
	assert_string_equal(
		find(w, "gone").fields,
		"{\"title\":\"T\",\"kind\":\"permanent\",\"rome\":[\"D1102\"],"
		"\"employer\":{\"naf\":\"1071C\"},\"place\":{\"dept\":\"93\"}}");
	assert_int_equal(number(w, "SELECT count(*) FROM event WHERE data "
				   "LIKE '%place%'"),
			 1);
	OK(db_script(w->s, "DELETE FROM offer WHERE ref = 'live'", E));
	OK(db_script(w->s, "DELETE FROM offer_stat WHERE ref = 'live'", E));
	OK(store_offer_stats_each(w->s, "ft", keep_stat, &stat, E));
	assert_string_equal(stat.kind, "permanent");
	assert_string_equal(stat.dept, "93");
	assert_string_equal(stat.reason, "withdrawn");
	assert_int_equal(stat.closed_at, NOW + 5);
	/* It comes back whole. */
	PUT(w, NOW + 6, STORE_OFFER_REVIVED, .ref = "gone", .fields = full);
	assert_string_equal(find(w, "gone").fields, full);
}

static void test_every_way_to_close_is_in_the_statistics(void **state)
{
	struct world *w = *state;
	int64_t n;
	NEW(w, .ref = "unseen", .poll = 1);
	NEW(w, .ref = "late", .poll = 2, .expires = NOW + 10);
	PUT(w, NOW, STORE_OFFER_HELD, .ref = "bad", .poll = 2,
	    .outcome = QUALITY_REJECT);
	OK(store_offers_close_unseen(w->s, "ft", 2, NOW + 1, NULL, NULL, &n,
				     E));
	OK(store_offers_expire(w->s, NOW + 10, INSTANT_NONE, 0, NULL, NULL, &n,
			       E));
	assert_int_equal(
		number(w, "SELECT count(*) FROM offer_stat WHERE (ref, reason) "
			  "IN (VALUES ('unseen', 'withdrawn'), ('late', "
			  "'expired'), ('bad', 'rejected'))"),
		3);
}

static void test_offers_of_a_stale_source_are_live_and_not_proposable(
	void **state)
{
	struct world *w = *state;
	struct store_offer_query q = {.proposable_only = true};
	struct store_source src = {.name = "ft",
				   .good_at = NOW,
				   .next_due = INSTANT_NONE,
				   .last_poll_at = INSTANT_NONE,
				   .complete_at = INSTANT_NONE};
	bool changed;
	int n = 0;
	OK(store_source_put(w->s, &src, E));
	int64_t a = NEW(w, .ref = "a").canonical;
	OK(store_source_set_stale(w->s, "ft", true, &changed, E));
	assert_true(changed);
	OK(store_source_set_stale(w->s, "ft", true, &changed, E));
	assert_false(changed);
	OK(store_source_get(w->s, "ft", &w->a, &src, E));
	assert_true(src.is_stale && src.good_at == NOW);
	OK(store_offers_each(w->s, &q, count, &n, E));
	assert_int_equal(n, 0);
	/* A copy of another source keeps it. */
	OK(store_offer_join(w->s, a,
			    NEW(w, .source = "lba", .ref = "1").canonical, E));
	OK(store_offers_each(w->s, &q, count, &n, E));
	assert_int_equal(n, 1);
	q = (struct store_offer_query){.live_only = true};
	OK(store_offers_each(w->s, &q, count, &n, E));
	assert_int_equal(n, 2);
}

/* --- the schema before
 * --------------------------------------------------------
 */

static void make_v1(const char *path)
{
	static const char rows[] =
		"PRAGMA application_id=1163153989; PRAGMA user_version=1;"
		"INSERT INTO source (name, poll, last_poll_at, failures) "
		"VALUES ('ft', 3, 1799999000, 0), ('ill', 3, 1799999000, 2);"
		"INSERT INTO canonical VALUES (1, NULL, 5), (2, 1, 6), "
		"(3, NULL, 7);"
		"INSERT INTO offer VALUES "
		"('ft', 'a', 1, 'h1', '{\"kind\":\"permanent\"}', 'live', "
		"NULL, 5, 9, 3, NULL), "
		"('ft', 'b', 1, 'h2', '{}', 'live', NULL, 6, 9, 3, NULL), "
		"('ft', 'c', 3, 'h3', 'spoilt', 'withdrawn', NULL, 7, 8, 2, 9);";
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (const char *const *p = db_migrations[0].parts; *p; p++)
		assert_int_equal(sqlite3_exec(db, *p, NULL, NULL, NULL),
				 SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, rows, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_a_file_of_schema_1_keeps_its_offers(void **state)
{
	(void)state;
	char folder[256];
	struct world w = {.s = NULL};
	struct store_offer o;
	struct store_source src;
	json_t *copy = NULL;
	fixture_folder(folder);
	const char *path = fixture_path(&w.a, folder);
	make_v1(path);
	w.s = fixture_open(path);
	OK(store_copy_verify(
		arena_printf(&w.a, "%s/backup/before-schema-2", folder), &copy,
		E));
	json_decref(copy);
	OK(store_offer_get(w.s, 2, &w.a, &o, E));
	assert_int_equal(o.canonical, 1);
	o = find(&w, "b");
	assert_int_equal(o.status, OFFER_LIVE);
	assert_int_equal(o.first_seen, 6);
	assert_false(o.is_keyed);
	o = find(&w, "c");
	assert_int_equal(o.status, OFFER_WITHDRAWN);
	assert_int_equal(o.closed_at, 9);
	OK(store_source_get(w.s, "ft", &w.a, &src, E));
	assert_int_equal(src.good_at, 1799999000);
	OK(store_source_get(w.s, "ill", &w.a, &src, E));
	assert_true(src.good_at == INSTANT_NONE);
	assert_int_equal(number(&w, "SELECT count(*) FROM offer_stat WHERE "
				    "(ref, kind, reason) IS ('a', 'permanent', "
				    "NULL) OR (ref, reason) = ('c', "
				    "'withdrawn')"),
			 2);
	/* Ids go on where they were. */
	assert_int_equal(NEW(&w, .ref = "d").canonical, 4);
	assert_int_equal(number(&w, "SELECT count(*) FROM "
				    "pragma_foreign_key_check"),
			 0);
	store_close(w.s);
	fixture_remove(folder);
	arena_clear(&w.a);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_the_nearest_come_first_and_strong_keys_before_them),
		T(test_ten_thousand_under_one_key_cost_a_bounded_look),
		T(test_long_closed_and_held_offers_are_no_twins),
		T(test_the_best_live_copy_speaks_with_what_all_say),
		T(test_an_offer_leaves_only_what_nobody_was_told_of),
		T(test_what_the_gate_stops_waits_for_a_decision),
		T(test_rejected_offers_are_counted_and_empty),
		T(test_an_unseen_quarantined_offer_is_withdrawn),
		T(test_withdrawn_offers_lose_what_a_licence_names),
		T(test_every_way_to_close_is_in_the_statistics),
		T(test_offers_of_a_stale_source_are_live_and_not_proposable),
		cmocka_unit_test(test_a_file_of_schema_1_keeps_its_offers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
