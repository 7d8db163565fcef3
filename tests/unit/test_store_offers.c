/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers come, change, go and come back under the same id; a poll closes only
 * what it did not see. */
#include "store_fixture.h"

#include "engine/store/db.h"

#include <etrier/store_twins.h>

struct world {
	struct store *s;
	struct arena a;
	int64_t closed[32];
	size_t n_closed;
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

struct put {
	int64_t id;
	enum store_offer_change change;
};

static struct put put(struct world *w, struct store_offer_in in, int64_t now)
{
	struct put p;
	if (!in.source)
		in.source = "ft";
	if (!in.fields)
		in.fields = "{}";
	if (!in.expires)
		in.expires = INSTANT_NONE;
	OK(store_offer_put(w->s, &in, now, &p.id, &p.change, E));
	return p;
}
#define PUT(w, now, ...) put((w), (struct store_offer_in){__VA_ARGS__}, (now))

static void on_closed(void *ctx, int64_t canonical, bool is_dead)
{
	struct world *w = ctx;
	if (is_dead)
		w->closed[w->n_closed++] = canonical;
}

static void test_an_offer_keeps_its_id_through_its_life(void **state)
{
	struct world *w = *state;
	struct store_offer o;
	struct put p = PUT(w, NOW, .ref = "1", .hash = "a");
	assert_int_equal(p.change, STORE_OFFER_NEW);
	int64_t id = p.id;
	static const struct {
		const char *hash;
		enum offer_status status;
		enum store_offer_change want;
	} steps[] = {
		{"a", OFFER_LIVE, STORE_OFFER_SAME},
		{"b", OFFER_LIVE, STORE_OFFER_CHANGED},
		{"b", OFFER_WITHDRAWN, STORE_OFFER_CLOSED},
		{"c", OFFER_WITHDRAWN, STORE_OFFER_SAME},
		{"c", OFFER_LIVE, STORE_OFFER_REVIVED},
		{"c", OFFER_LIVE, STORE_OFFER_SAME},
	};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		p = PUT(w, NOW + 1 + (int64_t)i, .ref = "1",
			.hash = steps[i].hash, .status = steps[i].status);
		assert_int_equal(p.change, steps[i].want);
		assert_int_equal(p.id, id);
	}
	OK(store_offer_find(w->s, "ft", "1", &w->a, &o, E));
	assert_int_equal(o.first_seen, NOW);
	assert_int_equal(o.last_seen, NOW + 6);
	assert_true(o.closed_at == INSTANT_NONE);
	assert_string_equal(o.hash, "c");
	assert_int_not_equal(PUT(w, NOW, .ref = "2", .hash = "a").id, id);
	FAILS(store_offer_get(w->s, 99, &w->a, &o, E), ERR_UNKNOWN,
	      "no such offer");
}

static void test_what_is_over_is_not_revived_by_being_listed(void **state)
{
	struct world *w = *state;
	int64_t n;
	struct put p = PUT(w, NOW, .ref = "1", .hash = "a", .expires = NOW + 5);
	assert_int_equal(p.change, STORE_OFFER_NEW);
	OK(store_offers_expire(w->s, NOW + 4, INSTANT_NONE, 0, on_closed, w, &n,
			       E));
	assert_int_equal(n, 0);
	OK(store_offers_expire(w->s, NOW + 5, INSTANT_NONE, 0, on_closed, w, &n,
			       E));
	assert_int_equal(n, 1);
	assert_int_equal(w->closed[0], p.id);
	p = PUT(w, NOW + 6, .ref = "1", .hash = "a", .expires = NOW + 5);
	assert_int_equal(p.change, STORE_OFFER_SAME);
	p = PUT(w, NOW + 7, .ref = "1", .hash = "b", .expires = NOW + 50);
	assert_int_equal(p.change, STORE_OFFER_REVIVED);
}

static void test_offers_long_unseen_expire_in_slices(void **state)
{
	struct world *w = *state;
	int64_t n;
	char ref[16];
	for (int i = 0; i < 6; i++) {
		snprintf(ref, sizeof(ref), "%d", i);
		PUT(w, NOW + i, .ref = ref, .hash = "a");
	}
	OK(store_offers_expire(w->s, NOW + 10, NOW + 5, 3, on_closed, w, &n,
			       E));
	assert_int_equal(n, 3);
	OK(store_offers_expire(w->s, NOW + 10, NOW + 5, 3, on_closed, w, &n,
			       E));
	assert_int_equal(n, 2);
	assert_int_equal(w->n_closed, 5);
}

static void test_a_poll_closes_what_it_did_not_see(void **state)
{
	struct world *w = *state;
	int64_t poll, n;
	OK(store_poll_begin(w->s, "ft", &poll, E));
	assert_int_equal(poll, 1);
	PUT(w, NOW, .ref = "1", .hash = "a", .poll = poll);
	int64_t two = PUT(w, NOW, .ref = "2", .hash = "a", .poll = poll).id;
	PUT(w, NOW, .source = "other", .ref = "9", .hash = "a", .poll = 77);
	/* A poll that died after seeing offer 2 does not count. */
	OK(store_poll_begin(w->s, "ft", &poll, E));
	PUT(w, NOW, .ref = "2", .hash = "a", .poll = poll);
	OK(store_poll_begin(w->s, "ft", &poll, E));
	assert_int_equal(poll, 3);
	PUT(w, NOW + 1, .ref = "1", .hash = "a", .poll = poll);
	OK(store_offers_close_unseen(w->s, "ft", poll, NOW + 2, on_closed, w,
				     &n, E));
	assert_int_equal(n, 1);
	assert_int_equal(w->n_closed, 1);
	assert_int_equal(w->closed[0], two);
	OK(store_offers_live_count(w->s, "ft", &n, E));
	assert_int_equal(n, 1);
	OK(store_offers_live_count(w->s, "other", &n, E));
	assert_int_equal(n, 1);
}

static int fail_at_the_end(struct store *s, void *ctx, struct err *err)
{
	int64_t n;
	struct store_source src = {
		.name = "ft", .cursor = "page 2", .complete_count = 5};
	OK(store_offers_close_unseen(s, "ft", 2, NOW, on_closed, ctx, &n, E));
	OK(store_source_put(s, &src, E));
	return err_set(err, ERR_STORE, "killed here");
}

static void test_cursor_and_closings_move_together(void **state)
{
	struct world *w = *state;
	struct store_source src;
	int64_t n;
	OK(store_source_get(w->s, "ft", &w->a, &src, E));
	assert_int_equal(src.complete_count, -1);
	assert_null(src.cursor);
	PUT(w, NOW, .ref = "1", .hash = "a", .poll = 1);
	assert_int_equal(store_tx(w->s, fail_at_the_end, w, NULL), -1);
	OK(store_offers_live_count(w->s, "ft", &n, E));
	assert_int_equal(n, 1);
	OK(store_source_get(w->s, "ft", &w->a, &src, E));
	assert_null(src.cursor);
	src = (struct store_source){.name = "ft",
				    .cursor = "c",
				    .etag = "\"e\"",
				    .next_due = NOW + 60,
				    .failures = 2,
				    .last_error = "HTTP 500"};
	OK(store_source_put(w->s, &src, E));
	OK(store_source_get(w->s, "ft", &w->a, &src, E));
	assert_string_equal(src.cursor, "c");
	assert_string_equal(src.etag, "\"e\"");
	assert_int_equal(src.next_due, NOW + 60);
	assert_int_equal(src.failures, 2);
	assert_string_equal(src.last_error, "HTTP 500");
}

static int count_row(void *ctx, const struct store_offer *row)
{
	assert_non_null(row->fields);
	++*(int *)ctx;
	return 0;
}

static int count_offers(struct world *w, struct store_offer_query q)
{
	int n = 0;
	OK(store_offers_each(w->s, &q, count_row, &n, E));
	return n;
}

static void test_joined_offers_are_one(void **state)
{
	struct world *w = *state;
	struct store_offer o;
	int64_t n;
	int64_t a = PUT(w, NOW, .ref = "1", .hash = "a", .poll = 1).id;
	int64_t b = PUT(w, NOW, .source = "lba", .ref = "1", .hash = "b").id;
	OK(store_offer_join(w->s, a, b, E));
	OK(store_offer_get(w->s, b, &w->a, &o, E));
	assert_int_equal(o.canonical, a);
	assert_int_equal(count_offers(w, (struct store_offer_query){0}), 1);
	/* One of the two sources drops it: the other still tells it. */
	OK(store_offers_close_unseen(w->s, "ft", 2, NOW, on_closed, w, &n, E));
	assert_int_equal(n, 1);
	assert_int_equal(w->n_closed, 0);
	OK(store_offer_get(w->s, a, &w->a, &o, E));
	assert_string_equal(o.source, "lba");
	OK(store_offers_close_unseen(w->s, "lba", 2, NOW, on_closed, w, &n, E));
	assert_int_equal(w->n_closed, 1);
	assert_int_equal(w->closed[0], a);
	assert_int_equal(
		count_offers(w, (struct store_offer_query){.live_only = true}),
		0);
	assert_int_equal(count_offers(w, (struct store_offer_query){0}), 1);
}

/* --- what was proposed
 * ------------------------------------------------------------------- */

static int64_t make_person(struct world *w, const char *ref)
{
	enum store_verdict v;
	int64_t import;
	struct store_person p;
	json_t *row = json_object();
	json_object_set_new(row, "ref", json_string(ref));
	OK(store_origin_put(w->s, ref, 0, NULL, E));
	OK(store_stage_youth(w->s, ref, row, 2, &v, E));
	OK(store_stage_apply(w->s, ref, NOW, &import, E));
	json_decref(row);
	OK(store_person_find(w->s, ref, ref, false, &w->a, &p, E));
	return p.id;
}

static void count_person(void *ctx, int64_t person)
{
	int64_t *sum = ctx;
	*sum = *sum * 10 + person;
}

static void count_pair(void *ctx, int64_t canonical, int audience)
{
	int64_t *sum = ctx;
	*sum += canonical * 10 + audience;
}

static void test_the_ledger_tells_of_a_person_and_of_an_offer(void **state)
{
	struct world *w = *state;
	int64_t one = make_person(w, "1"), two = make_person(w, "2"), id;
	int64_t a = PUT(w, NOW, .ref = "a", .hash = "a").id;
	int64_t b = PUT(w, NOW, .ref = "b", .hash = "b").id;
	int64_t people = 0, pairs = 0, last;
	OK(store_rules_put(w->s, "r1", "text", NOW, E));
	struct store_message m = {.audience = STORE_TO_ADVISER,
				  .channel = CHANNEL_EMAIL,
				  .not_before = NOW,
				  .expires = INSTANT_NONE};
	struct store_proposal rows[] = {
		{.person = one, .canonical = b},
		{.person = two, .canonical = b},
		{.person = one, .canonical = a, .audience = STORE_TO_YOUTH}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		rows[i].rules = "r1";
		rows[i].facts = "{}";
	}
	OK(store_message_plan(w->s, &m, rows, ARRAY_LEN(rows), NOW, &id, E));
	OK(store_ledger_people(w->s, b, count_person, &people, E));
	assert_int_equal(people, one * 10 + two);
	OK(store_ledger_proposed(w->s, one, count_pair, &pairs, E));
	assert_int_equal(pairs,
			 (a + b) * 10 + STORE_TO_ADVISER + STORE_TO_YOUTH);
	/* Offers of a range of ids. */
	OK(store_offers_last(w->s, &last, E));
	assert_int_equal(last, b);
	assert_int_equal(
		count_offers(w, (struct store_offer_query){.after = a,
							   .until = b - 1}),
		0);
	assert_int_equal(
		count_offers(
			w, (struct store_offer_query){.after = a, .until = b}),
		1);
}

static void test_rules_stay_while_a_proposal_cites_them(void **state)
{
	struct world *w = *state;
	int64_t person = make_person(w, "1"), id, n;
	int64_t offer = PUT(w, NOW, .ref = "1", .hash = "a").id;
	const char *text;
	static const char *const current[] = {"now"};
	OK(store_rules_put(w->s, "cited", "a", NOW, E));
	OK(store_rules_put(w->s, "idle", "b", NOW, E));
	OK(store_rules_put(w->s, "now", "c", NOW, E));
	struct store_message m = {.audience = STORE_TO_ADVISER,
				  .not_before = NOW,
				  .expires = INSTANT_NONE};
	struct store_proposal p = {.person = person,
				   .canonical = offer,
				   .rules = "cited",
				   .facts = "{}"};
	OK(store_message_plan(w->s, &m, &p, 1, NOW, &id, E));
	OK(store_rules_clean(w->s, current, 1, &n, E));
	assert_int_equal(n, 1);
	OK(store_rules_get(w->s, "cited", &w->a, &text, E));
	assert_string_equal(text, "a");
	FAILS(store_rules_get(w->s, "idle", &w->a, &text, E), ERR_UNKNOWN,
	      "idle");
	/* A proposal under rules nobody kept is refused. */
	p.canonical = PUT(w, NOW, .ref = "2", .hash = "a").id;
	p.rules = "never put";
	FAILS(store_message_plan(w->s, &m, &p, 1, NOW, &id, E), ERR_STORE,
	      "FOREIGN KEY");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_an_offer_keeps_its_id_through_its_life),
		T(test_what_is_over_is_not_revived_by_being_listed),
		T(test_offers_long_unseen_expire_in_slices),
		T(test_a_poll_closes_what_it_did_not_see),
		T(test_cursor_and_closings_move_together),
		T(test_joined_offers_are_one),
		T(test_the_ledger_tells_of_a_person_and_of_an_offer),
		T(test_rules_stay_while_a_proposal_cites_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
