/* SPDX-License-Identifier: EUPL-1.2 */
/* Events come back in order and by time; a token opens only what it was made
 * for, only while it lasts, and cannot be read back from the file. */
#include "store_fixture.h"

#include "engine/store/db.h"

static int list_kinds(void *ctx, const struct store_event *row)
{
	buf_printf(ctx, "%s@%lld ", row->kind, (long long)(row->at - NOW));
	return 0;
}

static const char *kinds(struct store *s, struct buf *b,
			 struct store_event_query q)
{
	buf_reset(b);
	buf_adds(b, "");
	OK(store_events_each(s, &q, list_kinds, b, E));
	return b->data;
}

static void test_events_by_time_kind_and_person(void **state)
{
	(void)state;
	struct store *s = fixture_open(":memory:");
	static const struct store_event events[] = {
		{.at = NOW, .kind = "import", .by = "uid:0", .data = "{}"},
		{.at = NOW + 1, .kind = "plan", .person = 3, .canonical = 4},
		{.at = NOW + 2, .kind = "sent", .person = 3, .agency = "A"},
		{.at = NOW + 3, .kind = "plan", .person = 5},
	};
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		OK(store_event_add(s, &events[i], E));
	struct buf b;
	buf_init(&b, 1000);
	struct store_event_query q = STORE_EVENTS_ANY;
	assert_string_equal(kinds(s, &b, q), "import@0 plan@1 sent@2 plan@3 ");
	q.since = NOW + 1;
	q.until = NOW + 3;
	assert_string_equal(kinds(s, &b, q), "plan@1 sent@2 ");
	q.kind = "plan";
	assert_string_equal(kinds(s, &b, q), "plan@1 ");
	q = STORE_EVENTS_ANY;
	q.person = 3;
	assert_string_equal(kinds(s, &b, q), "plan@1 sent@2 ");
	q = STORE_EVENTS_ANY;
	q.after = 1;
	q.limit = 2;
	assert_string_equal(kinds(s, &b, q), "plan@1 sent@2 ");
	buf_clear(&b);
	store_close(s);
}

static void test_a_token_opens_only_what_it_was_made_for(void **state)
{
	(void)state;
	struct store *s = fixture_open(":memory:");
	struct arena a = {0};
	struct store_token t;
	char token[STORE_TOKEN_CHARS + 1], typed[32];
	OK(store_token_make(s, "u", "person:3:sms", NOW + 60, token, E));
	assert_int_equal(strlen(token), 10);
	assert_int_equal(strspn(token, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 10);
	OK(store_token_find(s, token, "u", NOW, &a, &t, E));
	assert_string_equal(t.subject, "person:3:sms");
	assert_int_equal(t.expires, NOW + 60);
	assert_true(t.used == INSTANT_NONE);
	FAILS(store_token_find(s, token, "a", NOW, &a, &t, E), ERR_UNKNOWN,
	      "no such link");
	FAILS(store_token_find(s, token, "u", NOW + 60, &a, &t, E), ERR_UNKNOWN,
	      "no such link");
	FAILS(store_token_find(s, "0000000000", "u", NOW, &a, &t, E),
	      ERR_UNKNOWN, "no such link");
	FAILS(store_token_find(s, "", "u", NOW, &a, &t, E), ERR_UNKNOWN,
	      "no such link");
	snprintf(typed, sizeof(typed), "%sX", token);
	FAILS(store_token_find(s, typed, "u", NOW, &a, &t, E), ERR_UNKNOWN,
	      "no such link");
	OK(store_token_use(s, token, NOW + 1, E));
	OK(store_token_use(s, token, NOW + 2, E));
	OK(store_token_find(s, token, "u", NOW, &a, &t, E));
	assert_int_equal(t.used, NOW + 1);
	arena_clear(&a);
	store_close(s);
}

static void test_a_token_typed_by_hand_is_understood(void **state)
{
	(void)state;
	struct store *s = fixture_open(":memory:");
	struct arena a = {0};
	struct store_token t;
	char token[STORE_TOKEN_CHARS + 1], typed[64];
	OK(store_token_make(s, "o", "x", NOW + 60, token, E));
	size_t n = 0;
	for (int i = 0; i < STORE_TOKEN_CHARS; i++) {
		char c = token[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c == '0')
			c = 'o';
		if (c == '1')
			c = "lI"[i % 2];
		typed[n++] = c;
		typed[n++] = i % 2 ? '-' : ' ';
	}
	typed[n] = '\0';
	OK(store_token_find(s, typed, "o", NOW, &a, &t, E));
	arena_clear(&a);
	store_close(s);
}

static void test_tokens_are_revoked_and_purged(void **state)
{
	(void)state;
	struct store *s = fixture_open(":memory:");
	struct arena a = {0};
	struct store_token t;
	int64_t n;
	char one[STORE_TOKEN_CHARS + 1], two[STORE_TOKEN_CHARS + 1];
	OK(store_token_make(s, "d", "adviser:A:sarah", NOW + 60, one, E));
	OK(store_token_make(s, "d", "adviser:A:paul", NOW + 120, two, E));
	OK(store_token_revoke(s, "d", "adviser:A:sarah", &n, E));
	assert_int_equal(n, 1);
	FAILS(store_token_find(s, one, "d", NOW, &a, &t, E), ERR_UNKNOWN,
	      "no such link");
	OK(store_tokens_purge(s, NOW + 119, &n, E));
	assert_int_equal(n, 0);
	OK(store_tokens_purge(s, NOW + 120, &n, E));
	assert_int_equal(n, 1);
	arena_clear(&a);
	store_close(s);
}

static void test_the_file_holds_no_token(void **state)
{
	(void)state;
	struct store *s = fixture_open(":memory:");
	char token[STORE_TOKEN_CHARS + 1];
	int64_t n;
	OK(store_token_make(s, "o", "x", NOW + 60, token, E));
	OK(db_get_int(s, &n, E,
		      "SELECT count(*) FROM token WHERE instr(hash, ?1) "
		      "OR length(hash) <> 32",
		      db_blob(token, STORE_TOKEN_CHARS)));
	assert_int_equal(n, 0);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_by_time_kind_and_person),
		cmocka_unit_test(test_a_token_opens_only_what_it_was_made_for),
		cmocka_unit_test(test_a_token_typed_by_hand_is_understood),
		cmocka_unit_test(test_tokens_are_revoked_and_purged),
		cmocka_unit_test(test_the_file_holds_no_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
