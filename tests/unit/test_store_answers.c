/* SPDX-License-Identifier: EUPL-1.2 */
/* What comes back: addresses that fail, receipts, replies, what SMS cost, the
 * dates after a contract, and what a digest has shown. */
#include "schema_fixture.h"

#include <etrier/date.h>
#include <etrier/store_contacts.h>
#include <etrier/store_follow.h>
#include <etrier/store_replies.h>

#define DAY 86400

static void test_a_dead_address_stays_dead(void **state)
{
	(void)state;
	struct arena a = {0};
	bool is_new, found;
	struct store_contact c;
	char folder[256];
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	struct store_contact paused = {STORE_CONTACT_PAUSED, "mailbox_full",
				       NOW, NOW + 30 * DAY};
	struct store_contact dead = {STORE_CONTACT_DEAD, "unknown_user",
				     NOW + 1, INSTANT_NONE};
	OK(store_contact_set(s, CHANNEL_EMAIL, "Lina@b.example", &paused,
			     &is_new, E));
	assert_true(is_new);
	OK(store_contact_get(s, CHANNEL_EMAIL, "lina@b.example", NOW, &a, &c,
			     &found, E));
	assert_true(found);
	assert_string_equal(c.cause, "mailbox_full");
	/* Over: nothing is held against it. */
	OK(store_contact_get(s, CHANNEL_EMAIL, "lina@b.example", NOW + 30 * DAY,
			     &a, &c, &found, E));
	assert_false(found);
	OK(store_contact_set(s, CHANNEL_EMAIL, "lina@b.example", &dead, &is_new,
			     E));
	assert_true(is_new);
	OK(store_contact_set(s, CHANNEL_EMAIL, "lina@b.example", &paused,
			     &is_new, E));
	assert_false(is_new);
	OK(store_contact_get(s, CHANNEL_EMAIL, "lina@b.example",
			     NOW + 400 * DAY, &a, &c, &found, E));
	assert_true(found);
	assert_int_equal(c.state, STORE_CONTACT_DEAD);
	/* Another channel, and after somebody cleared it: nothing. */
	OK(store_contact_get(s, CHANNEL_SMS, "lina@b.example", NOW, &a, &c,
			     &found, E));
	assert_false(found);
	OK(store_contact_clear(s, CHANNEL_EMAIL, "lina@b.example", E));
	OK(store_contact_get(s, CHANNEL_EMAIL, "lina@b.example", NOW, &a, &c,
			     &found, E));
	assert_false(found);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

static void test_faults_count_once_a_message(void **state)
{
	(void)state;
	struct arena a = {0};
	bool is_new;
	int64_t n;
	char folder[256];
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	for (int i = 0; i < 3; i++) {
		OK(store_contact_fault(s, CHANNEL_EMAIL, "a@b.example", "full",
				       1 + i / 2, NOW + i * DAY, &is_new, E));
		assert_int_equal(is_new, i != 1);
	}
	OK(store_contact_faults(s, CHANNEL_EMAIL, "a@b.example", "full", NOW,
				&n, E));
	assert_int_equal(n, 2);
	OK(store_contact_faults(s, CHANNEL_EMAIL, "a@b.example", NULL,
				NOW + 2 * DAY, &n, E));
	assert_int_equal(n, 1);
	OK(store_contacts_purge(s, NOW + DAY, &n, E));
	assert_int_equal(n, 1);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

static int64_t plan_sms(struct store *s, int64_t now)
{
	int64_t id;
	const struct store_message m = {.kind = STORE_NOTICE,
					.audience = STORE_TO_ADMIN,
					.channel = CHANNEL_SMS,
					.agency = "ML-A",
					.topic = "stop",
					.not_before = now,
					.expires = INSTANT_NONE,
					.state = STORE_PLANNED};
	OK(store_message_plan(s, &m, NULL, 0, now, &id, E));
	const struct store_frozen f = {.message_id = NULL, .model = "{}"};
	OK(store_message_claim(s, id, &f, now, E));
	OK(store_message_submitting(s, id, now, E));
	return id;
}

static void test_receipts_out_of_order_and_costs(void **state)
{
	(void)state;
	struct arena a = {0};
	bool changed, is_new;
	int64_t id, cost, segments, n;
	struct store_message m;
	char folder[256];
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	int64_t sms = plan_sms(s, NOW);
	OK(store_message_gateway(s, sms, "kannel", "ref-1", 2, 90, E));
	OK(store_message_by_gateway(s, "kannel", "ref-1", &id, E));
	assert_int_equal(id, sms);
	OK(store_message_by_gateway(s, "ovh", "ref-1", &id, E));
	assert_int_equal(id, 0);
	/* Delivered came before accepted; expired cannot undo it. */
	OK(store_message_told(s, sms, "delivered", NOW + 5, &changed, E));
	assert_true(changed);
	OK(store_message_told(s, sms, "accepted", NOW + 6, &changed, E));
	assert_false(changed);
	OK(store_message_told(s, sms, "expired", NOW + 7, &changed, E));
	assert_false(changed);
	OK(store_message_get(s, sms, &a, &m, E));
	assert_string_equal(m.receipt, "delivered");
	assert_string_equal(m.topic, "stop");
	assert_int_equal(m.cost, 90);
	int64_t other = plan_sms(s, NOW + 1);
	OK(store_message_gateway(s, other, "kannel", NULL, 1, -1, E));
	OK(store_message_told(s, other, "expired", NOW, &changed, E));
	OK(store_message_told(s, other, "delivered", NOW, &changed, E));
	assert_true(changed);
	OK(store_sms_spent(s, "ML-A", NOW, NOW + DAY, &cost, &segments, E));
	assert_int_equal(cost, 90);
	assert_int_equal(segments, 2);
	OK(store_sms_spent(s, "ML-B", NOW, NOW + DAY, &cost, &segments, E));
	assert_int_equal(cost, 0);
	OK(store_callback_note(s, "ovh", "27814656:4", NOW, &is_new, E));
	assert_true(is_new);
	OK(store_callback_note(s, "ovh", "27814656:4", NOW, &is_new, E));
	assert_false(is_new);
	OK(store_callbacks_purge(s, NOW + 1, &n, E));
	assert_int_equal(n, 1);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

static int count_shown(void *ctx, const struct store_follow *row)
{
	int *n = ctx;
	assert_int_equal(row->due, 100);
	++*n;
	return 0;
}

static void test_what_was_shown_is_shown_again_when_it_changed(void **state)
{
	(void)state;
	struct arena a = {0};
	bool was;
	int n = 0;
	char folder[256];
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	struct store_shown item = {
		"ML-A", "a1", STORE_TO_ADVISER, "contact", "12", "x", 7};
	OK(store_shown_put(s, &item, NOW, E));
	OK(store_shown_check(s, &item, INSTANT_NONE, &was, E));
	assert_true(was);
	OK(store_shown_check(s, &item, NOW + 1, &was, E));
	assert_false(was);
	item.content = "y";
	OK(store_shown_check(s, &item, INSTANT_NONE, &was, E));
	assert_false(was);
	item.content = "x";
	OK(store_shown_undo(s, 7, E));
	OK(store_shown_check(s, &item, INSTANT_NONE, &was, E));
	assert_false(was);
	OK(store_follow_due(s, 0, 1000, count_shown, &n, E));
	assert_int_equal(n, 0);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

static void test_a_file_of_schema_3_keeps_what_it_has(void **state)
{
	(void)state;
	static const char rows[] =
		"INSERT INTO canonical (id, first_seen) VALUES (7, 5);"
		"INSERT INTO origin (name, kind) VALUES ('ml1', 'ml');"
		"INSERT INTO person (id, origin, ref, status, import) VALUES "
		"(4, 'ml1', '1', 'active', 1);"
		"INSERT INTO rules (id, text, first_used) VALUES "
		"('r1', 'x', 6);"
		"INSERT INTO message (id, kind, audience, channel, person, "
		"not_before, state, planned_at) VALUES (3, 'offer', 'youth', "
		"'sms', 4, 6, 'sent', 6);"
		"INSERT INTO ledger (person, canonical, audience, message, "
		"score, rules, facts, at) VALUES (4, 7, 'youth', 3, 810, "
		"'r1', '{}', 6);";
	struct arena a = {0};
	struct store_message m;
	char folder[256];
	int64_t id;
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	fixture_schema(path, 3, rows);
	struct store *s = fixture_open(path);
	assert_int_equal(fixture_number(s, "PRAGMA user_version"),
			 db_n_migrations);
	OK(store_message_get(s, 3, &a, &m, E));
	assert_null(m.topic);
	assert_null(m.receipt);
	assert_int_equal(m.cost, -1);
	assert_int_equal(m.receipt_at, INSTANT_NONE);
	struct store_answer later = {"later", NULL, NOW};
	OK(store_ledger_answer(s, 4, 7, STORE_TO_YOUTH, &later, NOW, E));
	assert_int_equal(fixture_number(s, "SELECT later_until FROM ledger"),
			 NOW);
	struct store_follow f = {
		.person = 4, .contract = 1, .step = STORE_J40, .due = 100};
	int n = 0;
	OK(store_follow_put(s, &f, E));
	OK(store_follow_due(s, 4, 99, count_shown, &n, E));
	assert_int_equal(n, 0);
	OK(store_follow_due(s, 0, 100, count_shown, &n, E));
	assert_int_equal(n, 1);
	OK(store_follow_done(s, 4, 1, STORE_J40, "going_on", NOW, E));
	FAILS(store_follow_done(s, 4, 1, STORE_J40, "going_on", NOW, E),
	      ERR_UNKNOWN, "no such open step");
	struct store_reply r = {
		.person = 4, .message = 3, .at = NOW, .text = "Oui demain"};
	OK(store_reply_add(s, &r, &id, E));
	OK(store_reply_seen(s, id, NOW, E));
	OK(store_replies_forget(s, NOW + 1, &id, E));
	assert_int_equal(id, 1);
	assert_int_equal(fixture_number(s, "SELECT count(*) FROM "
					   "pragma_foreign_key_check"),
			 0);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_dead_address_stays_dead),
		cmocka_unit_test(test_faults_count_once_a_message),
		cmocka_unit_test(test_receipts_out_of_order_and_costs),
		cmocka_unit_test(
			test_what_was_shown_is_shown_again_when_it_changed),
		cmocka_unit_test(test_a_file_of_schema_3_keeps_what_it_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
