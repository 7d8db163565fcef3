/* SPDX-License-Identifier: EUPL-1.2 */
/* What the command line can tell and be told of what happened: outcomes, the
 * export to a network's own system, the filters of the outbox, and sending
 * again what failed: shown first, done when asked. Everybody here is invented.
 */
#include "control_fixture.h"

#include <etrier/date.h>
#include <etrier/store_events.h>
#include <etrier/store_replies.h>

static struct fixture fx;

static void stage(const char *origin, int kind, const char *const *rows)
{
	int64_t import;
	enum store_verdict v;
	OK(store_origin_put(fx.e.store, origin, kind, NULL, E));
	OK(store_stage_begin(fx.e.store, origin, E));
	for (int i = 0; rows[i]; i++) {
		json_t *fields = fixture_json(rows[i]);
		OK(store_stage_youth(fx.e.store, origin, fields, i + 2, &v, E));
		json_decref(fields);
	}
	OK(store_stage_apply(fx.e.store, origin, FIXTURE_NOW, &import, E));
}

static int64_t person(const char *origin, const char *ref)
{
	struct store_person p;
	struct arena a = {0};
	OK(store_person_find(fx.e.store, origin, ref, false, &a, &p, E));
	int64_t id = p.id;
	arena_clear(&a);
	return id;
}

static int64_t offer(const char *ref)
{
	char fields[200];
	int64_t canonical;
	enum store_offer_change change;
	snprintf(fields, sizeof(fields),
		 "{\"source\":\"essai\",\"ref\":\"%s\",\"title\":\"=HYPERLINK("
		 "1)\",\"kind\":\"apprenticeship\",\"rome\":[\"D1102\"],"
		 "\"status\":\"live\"}",
		 ref);
	struct store_offer_in in = {.source = "essai",
				    .ref = ref,
				    .hash = "h",
				    .fields = fields,
				    .expires = INSTANT_NONE};
	OK(store_offer_put(fx.e.store, &in, FIXTURE_NOW, &canonical, &change,
			   E));
	return canonical;
}

/* A message to somebody about an offer, settled so; its id. */
static int64_t message(int64_t who, int64_t canonical, enum channel channel,
		       enum store_state state, const char *reason)
{
	const struct store_message m = {.kind = STORE_OFFER,
					.audience = STORE_TO_YOUTH,
					.channel = channel,
					.agency = "ML-A",
					.person = who,
					.not_before = FIXTURE_NOW,
					.expires = FIXTURE_NOW + 86400,
					.state = STORE_PLANNED};
	const struct store_proposal row = {.person = who,
					   .canonical = canonical,
					   .audience = STORE_TO_YOUTH,
					   .score = 700,
					   .rules = "r",
					   .facts = "{}"};
	const struct store_frozen f = {.model = "{}"};
	const struct store_event e = {.at = FIXTURE_NOW,
				      .kind = "sent",
				      .person = who,
				      .agency = "ML-A",
				      .by = "engine"};
	int64_t id;
	char data[60];
	OK(store_message_plan(fx.e.store, &m, &row, 1, FIXTURE_NOW, &id, E));
	OK(store_message_claim(fx.e.store, id, &f, FIXTURE_NOW, E));
	OK(store_message_settle(fx.e.store, id, state, reason, INSTANT_NONE,
				FIXTURE_NOW, E));
	snprintf(data, sizeof(data), "{\"message\":%lld}", (long long)id);
	struct store_event copy = e;
	copy.data = data;
	copy.kind = state == STORE_SENT ? "sent" : "failed";
	OK(store_event_add(fx.e.store, &copy, E));
	return id;
}

static int set_up(void **state)
{
	(void)state;
	fixture_up(&fx, true);
	OK(store_rules_put(fx.e.store, "r", "text", FIXTURE_NOW, E));
	stage("ml", 0,
	      (const char *const[]){
		      "{'ref':'=1','agency':'ML-A','first_name':'Lina',"
		      "'last_name':'Inventée','email':'lina@jeune.example'}",
		      "{'ref':'2','agency':'ML-A','first_name':'Yanis'}",
		      NULL});
	stage("cfa", 1,
	      (const char *const[]){"{'ref':'c1','agency':'CFA-A',"
				    "'linked_ref':'ml:=1'}",
				    NULL});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fixture_down(&fx);
	return 0;
}

/* The rows, one compact JSON a line, into out; the code. args in JSON with '.
 */
static int ask(const char *cmd, const char *args, char *out, size_t size,
	       char text[300])
{
	char line[500];
	struct buf b;
	json_t *v = fixture_json(args);
	char *quoted = json_dumps(v, JSON_COMPACT);
	struct asker k = asker_new(&fx);
	buf_init(&b, size - 1);
	snprintf(line, sizeof(line),
		 "{\"t\":\"command\",\"cmd\":\"%s\",\"args\":%s}", cmd, quoted);
	say(&k, HELLO);
	say(&k, line);
	int code = -1;
	while (code < 0) {
		json_t *got = hear(&fx, &k);
		assert_non_null(got);
		json_t *row = json_object_get(got, "row");
		if (row) {
			js_write(row, &b);
			buf_addc(&b, '\n');
		} else {
			code = (int)js_int(got, "code", 99);
			str_copy(text, 300, js_str(got, "text", ""));
		}
		json_decref(got);
	}
	assert_true(str_copy(out, size, b.data ? b.data : ""));
	buf_clear(&b);
	asker_leave(&k);
	free(quoted);
	json_decref(v);
	return code;
}

static char rows[20000], text[300];
#define ASK(cmd, args) ask(cmd, args, rows, sizeof(rows), text)

static int lines_of(const char *s)
{
	int n = 0;
	for (; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

static void test_an_outcome_is_told_and_written_down_once(void **state)
{
	(void)state;
	offer("r1");
	static const struct {
		const char *args;
		int code;
		const char *words;
	} cases[] = {
		{"{'words':['ml:2','contract'],'kind':'apprenticeship',"
		 "'start':'2026-12-01','offer':'essai:r1'}",
		 0, "written down"},
		{"{'words':['ml:2','contract'],'kind':'apprenticeship',"
		 "'start':'2026-12-01','offer':'1'}",
		 0, "known already"},
		{"{'words':['ml:2','married']}", 2, "an outcome is"},
		{"{'words':['ml:9','left']}", 1, "no young person"},
		{"{'words':['2','left']}", 2, "ORIGIN:REF"},
		{"{'words':['ml:2','contract'],'kind':'slavery'}", 2,
		 "of that kind"},
		{"{'words':['ml:2','contract'],'start':'01/12/2026'}", 2,
		 "--start wants a date"},
		{"{'words':['ml:2','contract'],'offer':'77'}", 1,
		 "no offer of that number"},
		{"{'words':['ml:2','contract'],'offer':'x'}", 2,
		 "--offer wants"},
		{"{'words':['ml:2','interview'],'date':'2026-11-24'}", 1,
		 "a day to come"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int code = ASK("youths outcome", cases[i].args);
		if (code != cases[i].code || !strstr(text, cases[i].words))
			fail_msg("%s: %d %s", cases[i].args, code, text);
	}
}

static void test_the_export_has_dossiers_and_words_and_no_names(void **state)
{
	(void)state;
	int64_t lina = person("ml", "=1"), canonical = offer("r1");
	int64_t id = message(lina, canonical, CHANNEL_SMS, STORE_SENT, NULL);
	message(person("ml", "2"), canonical, CHANNEL_EMAIL, STORE_FAILED,
		"refused: mailbox of Lina");
	const struct store_event events[] = {
		{.kind = "answer",
		 .data = "{\"answer\":\"call\",\"message\":1}",
		 .canonical = canonical},
		{.kind = "decision",
		 .data = "{\"decision\":\"dismissed\",\"reason\":\"too_far\"}",
		 .canonical = canonical},
		{.kind = "optout.lifted",
		 .data = "{\"channel\":\"sms\",\"proof\":\"a secret\"}"},
		{.kind = "people.read", .data = "{\"rows\":3}"},
		{.kind = "bounce", .data = "{\"class\":\"dead\"}"},
		{.kind = "contact.cleared"}};
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		struct store_event e = events[i];
		e.at = FIXTURE_NOW + 60;
		e.person = lina;
		e.by = "link";
		OK(store_event_add(fx.e.store, &e, E));
	}
	(void)id;
	assert_int_equal(ASK("events export", "{'origin':'ml'}"), 0);
	static const char first[] =
		"\"ref\":\"=1\",\"event\":\"sent\",\"offer\":1,\"trade\":"
		"\"Boulangerie - viennoiserie\",\"channel\":\"sms\"";
	static const char *const want[] = {
		first,
		"\"ref\":\"2\",\"event\":\"failed\"",
		"\"event\":\"answer\"",
		"\"result\":\"call\"",
		"\"result\":\"dismissed\",\"reason\":\"too_far\"",
		"\"event\":\"optout.lifted\""};
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (!strstr(rows, want[i]))
			fail_msg("%s not in\n%s", want[i], rows);
	static const char *const never[] = {"Lina",    "Invent", "secret",
					    "mailbox", "jeune",	 "HYPERLINK",
					    "people",  "bounce", "contact"};
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (strstr(rows, never[i]))
			fail_msg("%s in\n%s", never[i], rows);
	assert_int_equal(lines_of(rows), 5);
	/* The CFA knows Lina by another number, and not Yanis. */
	assert_int_equal(ASK("events export", "{'origin':'cfa'}"), 0);
	assert_int_equal(lines_of(rows), 4);
	assert_non_null(strstr(rows, "\"ref\":\"c1\""));
	assert_int_equal(ASK("events export", "{'origin':'nobody'}"), 1);
}

static void test_a_cursor_gives_everything_once(void **state)
{
	(void)state;
	int64_t lina = person("ml", "=1");
	for (int i = 0; i < 450; i++) {
		const struct store_event e = {
			.at = FIXTURE_NOW + i, .kind = "pause", .person = lina};
		OK(store_event_add(fx.e.store, &e, E));
	}
	int n = 0;
	int64_t after = 0;
	for (int page = 0; page < 10; page++) {
		char args[80];
		snprintf(args, sizeof(args), "{'origin':'ml','after':'%lld'}",
			 (long long)after);
		assert_int_equal(ASK("events export", args), 0);
		const char *last = NULL;
		for (char *p = rows; *p; p = strchr(p, '\n') + 1) {
			last = p;
			n++;
		}
		if (!last)
			break;
		json_t *row = js_parse(last, strlen(last) - 1, NULL);
		assert_true(js_int(row, "id", 0) > after);
		after = js_int(row, "id", 0);
		json_decref(row);
	}
	assert_int_equal(n, 450);
	assert_int_equal(ASK("events export", "{'origin':'ml','since':"
					      "'2026-11-24'}"),
			 0);
	assert_int_equal(lines_of(rows), 0);
	assert_int_equal(ASK("events list", "{'kind':'pause','limit':3}"), 0);
	assert_int_equal(lines_of(rows), 3);
	assert_int_equal(
		ASK("events list", "{'after':'3','limit':1,'kind':'pause'}"),
		0);
	assert_non_null(strstr(rows, "\"id\":4"));
	assert_int_equal(ASK("events list", "{'after':'x'}"), 2);
}

static void test_the_outbox_is_filtered(void **state)
{
	(void)state;
	int64_t lina = person("ml", "=1"), canonical = offer("r1");
	message(lina, canonical, CHANNEL_SMS, STORE_SENT, NULL);
	message(person("ml", "2"), canonical, CHANNEL_EMAIL, STORE_FAILED,
		"refused");
	static const struct {
		const char *args;
		int code, n;
	} cases[] = {{"{}", 0, 2},
		     {"{'channel':'sms'}", 0, 1},
		     {"{'channel':'email','state':'sent'}", 0, 0},
		     {"{'agency':'ML-A'}", 0, 2},
		     {"{'agency':'ML-B'}", 0, 0},
		     {"{'since':'2026-11-23'}", 0, 2},
		     {"{'since':'2026-11-24'}", 0, 0},
		     {"{'since':'x'}", 2, 0},
		     {"{'channel':'pigeon'}", 2, 0},
		     {"{'state':'lost'}", 2, 0}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int code = ASK("outbox list", cases[i].args);
		if (code != cases[i].code || lines_of(rows) != cases[i].n)
			fail_msg("%s: %d\n%s", cases[i].args, code, rows);
	}
}

static void test_the_ledger_says_by_which_way_and_with_which_result(
	void **state)
{
	(void)state;
	int64_t lina = person("ml", "=1"), canonical = offer("r1");
	int64_t id = message(lina, canonical, CHANNEL_SMS, STORE_SENT, NULL);
	bool is_changed;
	OK(store_message_told(fx.e.store, id, "delivered", FIXTURE_NOW + 9,
			      &is_changed, E));
	OK(store_ledger_answer(fx.e.store, lina, canonical, STORE_TO_YOUTH,
			       &(struct store_answer){.result = "interested"},
			       FIXTURE_NOW + 60, E));
	assert_int_equal(ASK("ledger", "{'youth':'ml:=1'}"), 0);
	static const char *const want[] = {
		"\"channel\":\"sms\"", "\"state\":\"sent\"",
		"\"receipt\":\"delivered\"", "\"result\":\"interested\"",
		"\"result_at\":\"2026-11-23T10:01:00Z\""};
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		if (!strstr(rows, want[i]))
			fail_msg("%s not in\n%s", want[i], rows);
	assert_int_equal(ASK("ledger", "{'offer':'essai:r1'}"), 0);
	assert_int_equal(lines_of(rows), 1);
	offer("r2");
	assert_int_equal(ASK("ledger", "{'offer':'essai:r2'}"), 0);
	assert_int_equal(lines_of(rows), 0);
	assert_int_equal(ASK("ledger", "{'offer':'essai:never'}"), 1);
}

static void test_what_failed_is_shown_first_and_sent_when_asked(void **state)
{
	(void)state;
	int64_t lina = person("ml", "=1"), yanis = person("ml", "2");
	int64_t one = message(lina, offer("r1"), CHANNEL_EMAIL, STORE_FAILED,
			      "network");
	message(yanis, offer("r2"), CHANNEL_EMAIL, STORE_FAILED,
		"in doubt: lost");
	message(yanis, offer("r3"), CHANNEL_SMS, STORE_UNCERTAIN, NULL);
	message(yanis, offer("r4"), CHANNEL_SMS, STORE_SENT, NULL);
	struct store_message m;
	struct arena a = {0};
	assert_int_equal(ASK("outbox retry", "{'failed':true}"), 0);
	assert_int_equal(lines_of(rows), 1);
	assert_non_null(strstr(text, "1 would be sent again"));
	assert_non_null(strstr(text, "1 that may have arrived"));
	OK(store_message_get(fx.e.store, one, &a, &m, E));
	assert_int_equal(m.state, STORE_FAILED); /* only shown */
	assert_int_equal(ASK("outbox retry", "{'failed':true,'channel':'sms',"
					     "'execute':true}"),
			 0);
	assert_non_null(strstr(text, "0 planned again"));
	assert_int_equal(ASK("outbox retry", "{'failed':true,'execute':true}"),
			 0);
	assert_non_null(strstr(text, "1 planned again"));
	OK(store_message_get(fx.e.store, one, &a, &m, E));
	assert_int_equal(m.state, STORE_PLANNED);
	assert_int_equal(ASK("outbox retry", "{}"), 2);
	assert_int_equal(ASK("outbox retry", "{'failed':true,'words':['1']}"),
			 2);
	arena_clear(&a);
}

static void test_what_has_expired_is_not_sent_again(void **state)
{
	(void)state;
	message(person("ml", "2"), offer("r1"), CHANNEL_EMAIL, STORE_FAILED,
		"network");
	clock_manual_advance(&fx.clock, 2 * 86400);
	assert_int_equal(ASK("outbox retry", "{'failed':true,'execute':true}"),
			 0);
	assert_non_null(strstr(text, "0 planned again"));
	assert_non_null(strstr(text, "1 expired"));
}

/* --- the front's questions -------------------------------------------------
 */

static void front_says(const char *type, const char *line, bool found,
		       const char *member)
{
	json_t *v = fixture_json(line);
	json_t *reply = control_answer_front(&fx.e, type, v);
	assert_int_equal(js_bool(reply, "found", !found), found);
	assert_int_equal(js_int(reply, "id", -1), 5);
	assert_false(js_bool(reply, "failed", false));
	if (member)
		assert_non_null(json_object_get(json_object_get(reply, "model"),
						member));
	json_decref(reply);
	json_decref(v);
}

static void test_the_front_is_answered_by_kind(void **state)
{
	(void)state;
	front_says("view", "{'id':5,'kind':'method'}", true, "criteria");
	front_says("act", "{'id':5,'kind':'method'}", false, NULL);
	static const char *const kinds[] = {"o", "a", "d", "u", "zz"};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char line[80];
		snprintf(line, sizeof(line),
			 "{'id':5,'kind':'%s','token':'7K2QF8M3XW'}", kinds[i]);
		front_says("view", line, false, NULL);
		front_says("act", line, false, NULL);
	}
	front_says("act", "{'id':5,'kind':'d'}", false, NULL);
	front_says("act", "{'id':5,'kind':'a','token':7,'act':[]}", false,
		   NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_an_outcome_is_told_and_written_down_once),
		T(test_the_export_has_dossiers_and_words_and_no_names),
		T(test_a_cursor_gives_everything_once),
		T(test_the_outbox_is_filtered),
		T(test_the_ledger_says_by_which_way_and_with_which_result),
		T(test_what_failed_is_shown_first_and_sent_when_asked),
		T(test_what_has_expired_is_not_sent_again),
		T(test_the_front_is_answered_by_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
