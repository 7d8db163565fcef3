/* SPDX-License-Identifier: EUPL-1.2 */
/* Refusals are kept once, taken back, and follow people and offers that turn
 * out to be one; answers are told beside them. */
#include "store_fixture.h"

#include <etrier/date.h>
#include <etrier/store_messages.h>
#include <etrier/store_offers.h>
#include <etrier/store_people.h>
#include <etrier/store_refusals.h>
#include <etrier/store_twins.h>

static struct store *s;
static struct arena a;

static int set_up(void **state)
{
	(void)state;
	arena_init(&a);
	s = fixture_open(":memory:");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	store_close(s);
	arena_clear(&a);
	return 0;
}

static int64_t person(const char *origin)
{
	enum store_verdict v;
	int64_t import;
	struct store_person p;
	json_t *row = fixture_json("{'ref':'1'}");
	OK(store_origin_put(s, origin, 0, NULL, E));
	OK(store_stage_begin(s, origin, E));
	OK(store_stage_youth(s, origin, row, 2, &v, E));
	OK(store_stage_apply(s, origin, NOW, &import, E));
	json_decref(row);
	OK(store_person_find(s, origin, "1", false, &a, &p, E));
	return p.id;
}

static int64_t offer(const char *ref)
{
	struct store_offer_in in = {.source = "essai",
				    .ref = ref,
				    .hash = ref,
				    .fields = "{}",
				    .expires = INSTANT_NONE};
	enum store_offer_change change;
	int64_t id;
	OK(store_offer_put(s, &in, NOW, &id, &change, E));
	return id;
}

static bool refuse(int64_t who, enum store_refusal_kind kind, const char *value)
{
	struct store_refusal r = {who, kind, value, NOW, "uid:1"};
	bool is_new;
	OK(store_refusal_add(s, &r, &is_new, E));
	return is_new;
}

static int add_text(void *ctx, const struct store_refusal *r)
{
	char **text = ctx;
	char *longer =
		mem_printf("%s%lld:%s=%s ", *text, (long long)r->person,
			   vocab_code(&vocab_refusal, (int)r->kind), r->value);
	assert_int_equal(r->at, NOW);
	assert_string_equal(r->by, "uid:1");
	free(*text);
	*text = longer;
	return 0;
}

static void are(int64_t who, const char *expected)
{
	char *text = mem_dup("");
	OK(store_refusals_each(s, who, add_text, &text, E));
	assert_string_equal(text, expected);
	free(text);
}

static void test_kept_once_and_taken_back(void **state)
{
	(void)state;
	bool was;
	int64_t one = person("ml1"), two = person("ml2");
	assert_true(refuse(one, STORE_REFUSES_PLACE, "93048"));
	assert_false(refuse(one, STORE_REFUSES_PLACE, "93048"));
	assert_true(refuse(one, STORE_REFUSES_EMPLOYER, "boulangerie essai"));
	assert_true(refuse(two, STORE_REFUSES_PLACE, "93048"));
	are(one, "1:employer=boulangerie essai 1:place=93048 ");
	are(0, "1:employer=boulangerie essai 1:place=93048 2:place=93048 ");
	OK(store_refusal_remove(s, one, STORE_REFUSES_OFFER, "93048", &was, E));
	assert_false(was);
	OK(store_refusal_remove(s, one, STORE_REFUSES_PLACE, "93048", &was, E));
	assert_true(was);
	are(one, "1:employer=boulangerie essai ");
	are(two, "2:place=93048 ");
}

static void test_they_follow_who_turns_out_to_be_one(void **state)
{
	(void)state;
	int64_t one = person("ml1"), two = person("ml2");
	refuse(one, STORE_REFUSES_PLACE, "93048");
	refuse(two, STORE_REFUSES_PLACE, "93048");
	refuse(two, STORE_REFUSES_PLACE, "75101");
	OK(store_person_join(s, one, two, E));
	are(0, "1:place=75101 1:place=93048 ");
}

static void sum(void *ctx, int64_t id)
{
	*(int64_t *)ctx += id;
}

static void pairs(void *ctx, int64_t who, int64_t canonical)
{
	*(int64_t *)ctx = *(int64_t *)ctx * 100 + who * 10 + canonical;
}

static void test_answers_and_refused_offers_follow_joined_offers(void **state)
{
	(void)state;
	int64_t one = person("ml1"), two = person("ml2"), id, n = 0;
	int64_t keep = offer("a"), other = offer("b");
	struct store_message m = {.audience = STORE_TO_ADVISER,
				  .channel = CHANNEL_EMAIL,
				  .not_before = NOW,
				  .expires = INSTANT_NONE};
	struct store_proposal row = {.person = one,
				     .canonical = other,
				     .rules = "r1",
				     .facts = "{}"};
	OK(store_rules_put(s, "r1", "text", NOW, E));
	OK(store_message_plan(s, &m, &row, 1, NOW, &id, E));
	OK(store_answers_each(s, 0, pairs, &n, E));
	assert_int_equal(n, 0);
	OK(store_ledger_answer(s, one, other, STORE_TO_ADVISER,
			       &(struct store_answer){.result = "interested"},
			       NOW, E));
	refuse(two, STORE_REFUSES_OFFER, "2");
	assert_int_equal(other, 2);
	OK(store_offer_answered(s, other, sum, &n, E));
	assert_int_equal(n, one + two);
	OK(store_offer_join(s, keep, other, E));
	n = 0;
	OK(store_offer_answered(s, keep, sum, &n, E));
	assert_int_equal(n, one + two);
	n = 0;
	OK(store_answers_each(s, 0, pairs, &n, E));
	assert_int_equal(n, one * 10 + keep);
	n = 0;
	OK(store_answers_each(s, two, pairs, &n, E));
	assert_int_equal(n, 0);
	are(two, "2:offer=1 2:offer=2 ");
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_kept_once_and_taken_back),
		T(test_they_follow_who_turns_out_to_be_one),
		T(test_answers_and_refused_offers_follow_joined_offers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
