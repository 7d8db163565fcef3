/* SPDX-License-Identifier: EUPL-1.2 */
/* What people do on the pages: a view changes nothing, an act is done once
 * however often it is asked, only what a digest showed can be acted on and only
 * about one's own people, whatever leads nowhere is the same nothing, and what
 * a young person reads is never a stranger's text. Everybody here is invented.
 */
#include "plan_fixture.h"

#include "engine/plan/acts.h"

#include <etrier/explain.h>
#include <etrier/plain.h>
#include <etrier/plan_youth.h>
#include <etrier/store_contacts.h>
#include <etrier/store_events.h>
#include <etrier/store_told.h>
#include <etrier/store_waves.h>

#define MONDAY "2026-11-23T10:00"

static struct world w;
static json_t *page; /* the last model */
static char offer_token[16], answer_token[16], digest_token[16];
static int64_t person, canonical;

static void token_of(const json_t *line, const char *key, char out[16])
{
	const char *url = js_str(json_object_get(line, "model"), key, NULL);
	assert_non_null(url);
	assert_true(str_copy(out, 16, strrchr(url, '/') + 1));
}

/* Lina was told of a post by SMS, and Sarah has it in her digest. */
static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", MONDAY);
	w.set.has_pages = true;
	world_people(&w, 2, "{}", AGENCY_AUTOMATIC);
	world_adviser(&w, "{'ref':'marc','agency':'ML1','first_name':'Marc',"
			  "'email':'marc@ml.example'}");
	world_at(&w, "2026-11-23T10:01");
	canonical = world_offer(&w, "{'title':'<b>Appelle-moi</b>'}");
	person = world_id(&w, "ml1", "1");
	world_lanes_up(&w);
	world_plan(&w);
	for (int i = 0; i < 6; i++) {
		OK(outbox_pump(w.outbox, E));
		const json_t *line = world_last(&w);
		if (!line)
			continue;
		if (str_eq(js_str(line, "kind", ""), "digest"))
			token_of(line, "page_url", digest_token);
		struct store_message m;
		OK(store_message_get(w.s, js_int(line, "id", 0), &w.a, &m, E));
		if (m.person == person) {
			token_of(line, "offer_url", offer_token);
			token_of(line, "answer_url", answer_token);
		}
		world_verdict(&w, line, "sent", "ok");
		json_array_remove(w.delivered,
				  json_array_size(w.delivered) - 1);
	}
	page = NULL;
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	json_decref(page);
	world_close(&w);
	return 0;
}

/* The model behind it; NULL: nothing. act NULL: a view. */
static const json_t *ask(const char *kind, const char *token,
			 const char *fields)
{
	struct err err = {0};
	json_t *line = fields ? fixture_json(fields) : NULL;
	json_decref(page);
	page = plan_page(w.planner, kind, token, line, &err);
	if (!page)
		assert_int_equal(err.kind, ERR_UNKNOWN);
	json_decref(line);
	return page;
}

static const char *word(const char *key)
{
	return js_str(page, key, "");
}

static bool is(const char *key)
{
	return js_bool(page, key, false);
}

struct counted {
	const char *by;
	int n;
};

static int count_event(void *ctx, const struct store_event *e)
{
	struct counted *k = ctx;
	k->n += !k->by || str_eq(e->by, k->by);
	return 0;
}

static int events_by(const char *kind, const char *by)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	struct counted k = {by, 0};
	q.kind = kind;
	OK(store_events_each(w.s, &q, count_event, &k, E));
	return k.n;
}

static int keep(void *ctx, const struct store_proposal *row)
{
	str_copy(ctx, 40, row->result ? row->result : "none");
	if (row->reason) {
		size_t n = strlen(ctx);
		snprintf((char *)ctx + n, 40 - n, " %s", row->reason);
	}
	return 1;
}

static const char *result_of(int64_t who, enum store_audience audience)
{
	static char text[40];
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.person = who;
	q.canonical = canonical;
	q.audience = (int)audience;
	str_copy(text, sizeof(text), "no row");
	OK(store_ledger_each(w.s, &q, keep, text, E));
	return text;
}

static bool is_excluded(int64_t who)
{
	struct verdict v;
	world_settle(&w);
	OK(live_evaluate(w.live, who, canonical, paris_date(w.clock.now_s), &v,
			 E));
	return v.decision == DECISION_EXCLUDE;
}

/* --- a young person --------------------------------------------------------
 */

static void test_a_look_says_what_the_message_said(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_non_null(ask("o", offer_token, NULL));
		assert_string_equal(word("job"), "apprenti boulanger");
		assert_string_equal(word("city"), "Montreuil");
		assert_string_equal(word("first_name"), "Lina");
		assert_true(is("is_live"));
		assert_non_null(strstr(word("answer_url"), answer_token));
		const json_t *adviser = json_object_get(page, "adviser");
		assert_string_equal(js_str(adviser, "first_name", ""), "Sarah");
		assert_string_equal(js_str(adviser, "phone", ""),
				    "+33139980001");
	}
	assert_non_null(ask("a", answer_token, NULL));
	char *text = json_dumps(page, JSON_COMPACT);
	assert_null(strstr(text, "Appelle-moi")); /* the partner's words */
	assert_null(strstr(text, "offres.example"));
	assert_null(strstr(text, "Fournil"));
	assert_null(strstr(text, "Invent")); /* no family name */
	free(text);
	assert_string_equal(result_of(person, STORE_TO_YOUTH), "none");
	assert_int_equal(events_by("answer", NULL), 0);
}

static void test_an_answer_is_given_once_and_may_change(void **state)
{
	(void)state;
	static const struct {
		const char *act, *result;
		int events;
	} rows[] = {{"interested", "interested", 1},
		    {"interested", "interested", 1},
		    {"call", "call", 2},
		    {"not_interested", "not_interested", 3},
		    {"not_interested", "not_interested", 3}};
	assert_false(is_excluded(person));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char act[40];
		snprintf(act, sizeof(act), "{'act':'%s'}", rows[i].act);
		assert_non_null(ask("a", answer_token, act));
		assert_string_equal(word("done"), rows[i].act);
		assert_string_equal(word("answer"), rows[i].result);
		assert_string_equal(result_of(person, STORE_TO_YOUTH),
				    rows[i].result);
		assert_int_equal(events_by("answer", "link"), rows[i].events);
	}
	/* The matcher knows at once; nobody else's offer is touched. */
	assert_true(is_excluded(person));
	assert_false(is_excluded(world_id(&w, "ml1", "2")));
	assert_non_null(ask("o", offer_token, NULL));
	assert_true(is("is_not_interested"));
}

/* --- "call me" is confirmed ------------------------------------------------
 */

static struct store_message confirmation; /* the last one */

static int keep_call(void *ctx, const struct store_message *m)
{
	if (!str_eq(m->topic, PLAN_TOPIC_CALL))
		return 0;
	++*(int *)ctx;
	OK(store_message_get(w.s, m->id, &w.a, &confirmation, E));
	return 0;
}

static int confirmations(void)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	int n = 0;
	q.kind = STORE_NOTICE;
	OK(store_messages_each(w.s, &q, keep_call, &n, E));
	return n;
}

static enum plan_answer may_go(void)
{
	enum plan_answer answer;
	int64_t at;
	const char *why;
	OK(plan_recheck(w.planner, &confirmation, &answer, &at, &why, E));
	return answer;
}

static void test_call_me_is_confirmed_once_by_the_same_channel(void **state)
{
	(void)state;
	static const struct {
		const char *at, *act;
		int n;
	} rows[] = {{"2026-11-23T12:00", "interested", 0},
		    {"2026-11-23T12:01", "call", 1},
		    {"2026-11-23T12:01", "call", 1},
		    {"2026-11-23T12:02", "not_interested", 1},
		    {"2026-11-23T12:03", "call", 1}, /* heard a moment ago */
		    {"2026-11-24T12:00", "interested", 1},
		    {"2026-11-24T12:05", "call", 2}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char act[40];
		world_at(&w, rows[i].at);
		snprintf(act, sizeof(act), "{'act':'%s'}", rows[i].act);
		assert_non_null(ask("a", answer_token, act));
		if (confirmations() != rows[i].n)
			fail_msg("%s %s: %d", rows[i].at, rows[i].act,
				 confirmations());
	}
	assert_int_equal(confirmation.channel, CHANNEL_SMS);
	assert_int_equal(confirmation.person, person);
	assert_int_equal(confirmation.not_before, w.clock.now_s);
	assert_int_equal(may_go(), PLAN_GO);
	bool empty;
	json_t *line = plan_deliver_line(w.planner, &confirmation, false,
					 &empty, NULL);
	assert_string_equal(js_str(line, "kind", ""), "call");
	json_decref(line);
}

static void test_who_calls_at_night_hears_in_the_morning(void **state)
{
	(void)state;
	int64_t morning;
	world_at(&w, "2026-11-23T23:30");
	assert_non_null(ask("a", answer_token, "{'act':'call'}"));
	assert_int_equal(confirmations(), 1);
	assert_int_equal(instant_parse("2026-11-24T08:00", &morning), 0);
	assert_int_equal(confirmation.not_before, morning);
	assert_int_equal(may_go(), PLAN_WAIT);
	assert_true(confirmation.expires > morning);
	world_at(&w, "2026-11-24T08:00");
	assert_int_equal(may_go(), PLAN_GO);
}

/* What was stopped stays stopped, and the answer stands all the same; a pause
 * is for offers. */
static void test_nobody_is_answered_where_they_said_stop(void **state)
{
	(void)state;
	bool is_new, was_out;
	assert_non_null(ask("a", answer_token, "{'act':'pause'}"));
	assert_non_null(ask("a", answer_token, "{'act':'call'}"));
	assert_int_equal(confirmations(), 1);
	assert_int_equal(may_go(), PLAN_GO);
	/* Stopped before it left. */
	OK(store_optout_add(w.s, CHANNEL_SMS, "+33639980001", w.clock.now_s,
			    "sms", &is_new, E));
	assert_int_equal(may_go(), PLAN_CANCEL);
	/* ... and before it was asked for. */
	world_at(&w, "2026-11-25T12:00");
	assert_non_null(ask("a", answer_token, "{'act':'interested'}"));
	assert_non_null(ask("a", answer_token, "{'act':'call'}"));
	assert_string_equal(result_of(person, STORE_TO_YOUTH), "call");
	assert_int_equal(confirmations(), 1);
	/* Whom nobody follows any more, nobody calls. */
	OK(store_optout_lift(w.s, CHANNEL_SMS, "+33639980001", &was_out, E));
	json_t *rows = json_array();
	json_array_append_new(rows, world_youth("2", "{}"));
	world_import(&w, "ml1", 0, rows);
	assert_non_null(ask("a", answer_token, "{'act':'interested'}"));
	assert_non_null(ask("a", answer_token, "{'act':'call'}"));
	assert_int_equal(confirmations(), 1);
}

static void test_what_is_no_answer_is_refused(void **state)
{
	(void)state;
	static const char *const acts[] = {"{}",
					   "{'act':''}",
					   "{'act':'send'}",
					   "{'act':'INTERESTED'}",
					   "{'act':7}",
					   "{'act':'interested; drop'}"};
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		assert_non_null(ask("a", answer_token, acts[i]));
		assert_true(is("refused"));
		assert_string_equal(word("done"), "");
	}
	assert_string_equal(result_of(person, STORE_TO_YOUTH), "none");
	/* An offer page has nothing to press. */
	assert_null(ask("o", offer_token, "{'act':'interested'}"));
}

static void test_later_and_pause_leave_in_peace(void **state)
{
	(void)state;
	int64_t until;
	const char *why;
	assert_non_null(ask("a", answer_token, "{'act':'pause'}"));
	assert_non_null(ask("a", answer_token, "{'act':'pause'}"));
	assert_int_equal(events_by("pause", "link"), 1);
	OK(store_person_get_pause(w.s, person, w.clock.now_s, &until, E));
	assert_int_equal(paris_date(until),
			 paris_date(w.clock.now_s) + PLAN_PAUSE_DAYS);
	/* A shorter one does not shorten it. */
	assert_non_null(ask("a", answer_token, "{'act':'later'}"));
	OK(store_person_get_pause(w.s, person, w.clock.now_s, &until, E));
	assert_int_equal(paris_date(until),
			 paris_date(w.clock.now_s) + PLAN_PAUSE_DAYS);
	assert_string_equal(word("paused_fr"), "mercredi 23 décembre");
	world_at(&w, "2026-11-26T12:00");
	world_offer(&w, "{}");
	world_turns(&w);
	struct err err = {0};
	assert_null(plan_youth_preview(w.planner, person, &why, &err));
	assert_string_equal(why, "a demandé une pause");
	assert_string_equal(result_of(person, STORE_TO_YOUTH), "none");
}

static void test_whatever_leads_nowhere_is_the_same_nothing(void **state)
{
	(void)state;
	char token[STORE_TOKEN_CHARS + 1];
	char subject[60];
	int64_t other = world_id(&w, "ml1", "2"), late = w.clock.now_s + 1;
	static const char *const odd[] = {"1.1",     "x.1.1", "1.1.1.1",
					  "",	     "1..1",  "999.1.1",
					  "1.1.999", "-1.1.1"};
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		OK(store_token_make(w.s, "a", odd[i], late + 1000, token, E));
		assert_null(ask("a", token, NULL));
		assert_null(ask("a", token, "{'act':'interested'}"));
	}
	/* Another person's message. */
	snprintf(subject, sizeof(subject), "%lld.%lld.1", (long long)other,
		 (long long)canonical);
	OK(store_token_make(w.s, "a", subject, late + 1000, token, E));
	assert_null(ask("a", token, "{'act':'interested'}"));
	/* Another purpose, an invented one. */
	assert_null(ask("a", offer_token, NULL));
	assert_null(ask("o", answer_token, NULL));
	assert_null(ask("d", answer_token, NULL));
	assert_null(ask("d", "7K2QF8M3XW", NULL));
	assert_null(ask("z", answer_token, NULL));
	/* The offer has no end: thirty days. */
	world_at(&w, "2026-12-23T10:00");
	assert_non_null(ask("a", answer_token, NULL));
	world_at(&w, "2026-12-23T10:02");
	assert_null(ask("a", answer_token, NULL));
	assert_int_equal(events_by("answer", NULL), 0);
}

static void test_an_offer_that_is_gone_can_be_answered(void **state)
{
	(void)state;
	live_offer_drop(w.live, canonical);
	assert_non_null(ask("a", answer_token, "{'act':'call'}"));
	assert_false(is("is_live"));
	assert_string_equal(word("answer"), "call");
}

static void test_an_answer_follows_joined_dossiers(void **state)
{
	(void)state;
	int64_t other = world_id(&w, "ml1", "2");
	OK(store_person_join(w.s, other, person, E));
	assert_non_null(ask("a", answer_token, NULL));
	assert_string_equal(word("first_name"), "Lina");
}

static void test_an_sms_answers_as_a_page_does(void **state)
{
	(void)state;
	struct err err = {0};
	OK(plan_answer(w.planner, person, canonical, "call", "sms", E));
	OK(plan_answer(w.planner, person, canonical, "call", "sms", E));
	assert_int_equal(events_by("answer", "sms"), 1);
	assert_int_equal(
		plan_answer(w.planner, person, canonical, "sent", "sms", &err),
		-1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_int_equal(plan_answer(w.planner, person, canonical + 50, "call",
				     "sms", &err),
			 -1);
	assert_int_equal(err.kind, ERR_UNKNOWN);
}

/* --- an adviser ------------------------------------------------------------
 */

/* The digest page after an act on an item. */
static const json_t *do_(const char *act, const char *item, const char *more)
{
	char fields[300];
	snprintf(fields, sizeof(fields), "{'act':'%s','item':'%s'%s%s}", act,
		 item, *more ? "," : "", more);
	return ask("d", digest_token, fields);
}

static const char *item_of(int64_t who)
{
	static char text[48];
	snprintf(text, sizeof(text), "%lld.%lld", (long long)who,
		 (long long)canonical);
	return text;
}

static const char *id_of(int64_t who)
{
	static char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)who);
	return text;
}

static const json_t *offer_of(const char *item)
{
	size_t i, j;
	json_t *one, *offer;
	json_array_foreach(json_object_get(page, "people"), i, one)
	{
		json_array_foreach(json_object_get(one, "offers"), j, offer)
		{
			if (str_eq(js_str(offer, "item", ""), item))
				return offer;
		}
	}
	return NULL;
}

static void test_the_page_shows_what_the_digest_showed(void **state)
{
	(void)state;
	assert_non_null(ask("d", digest_token, NULL));
	assert_int_equal(json_array_size(json_object_get(page, "people")), 2);
	const json_t *offer = offer_of(item_of(person));
	assert_non_null(offer);
	assert_string_equal(js_str(offer, "employer", ""),
			    "Le Fournil d’Essai");
	assert_true(js_bool(offer, "is_live", false));
	/* It went to Lina by itself: nothing to send on. */
	assert_false(js_bool(offer, "can_send", true));
	assert_true(js_bool(offer, "can_dismiss", false));
	char *text = json_dumps(page, JSON_COMPACT);
	assert_null(strstr(text, "Invent"));
	assert_null(strstr(text, "+33639980001"));
	free(text);
	assert_int_equal(json_array_size(json_object_get(page, "reasons")), 6);
	assert_int_equal(json_array_size(json_object_get(page, "colleagues")),
			 1);
	assert_int_equal(events_by("decision", NULL), 0);
}

static void test_a_dismissal_has_a_reason_and_is_once(void **state)
{
	(void)state;
	do_("dismiss", item_of(person), "");
	assert_true(is("refused"));
	do_("dismiss", item_of(person), "'reason':'handicap'");
	assert_true(is("refused"));
	assert_string_equal(result_of(person, STORE_TO_ADVISER), "none");
	for (int i = 0; i < 2; i++) {
		do_("dismiss", item_of(person), "'reason':'too_far'");
		assert_string_equal(word("done"), "dismiss");
	}
	assert_string_equal(result_of(person, STORE_TO_ADVISER),
			    "dismissed too_far");
	assert_int_equal(events_by("decision", "adviser"), 1);
	assert_true(is_excluded(person));
	assert_string_equal(js_str(offer_of(item_of(person)), "state_fr", ""),
			    "écartée : trop loin");
	/* The other one keeps it. */
	assert_false(is_excluded(world_id(&w, "ml1", "2")));
}

static void test_later_is_put_off_and_no_answer(void **state)
{
	(void)state;
	do_("later", item_of(person), "");
	do_("later", item_of(person), "");
	assert_string_equal(result_of(person, STORE_TO_ADVISER), "later");
	assert_int_equal(events_by("decision", "adviser"), 1);
	assert_false(is_excluded(person));
	assert_string_equal(js_str(offer_of(item_of(person)), "state_fr", ""),
			    "à revoir le lundi 30 novembre");
	/* Over: it may be put off again. */
	world_at(&w, "2026-11-26T09:00");
	do_("later", item_of(person), "");
	assert_int_equal(events_by("decision", "adviser"), 1);
}

static void test_what_went_already_is_not_sent_on(void **state)
{
	(void)state;
	do_("send", item_of(person), "");
	assert_true(is("refused"));
	assert_non_null(strstr(word("refused_fr"), "déjà"));
	assert_string_equal(result_of(person, STORE_TO_ADVISER), "none");
	assert_int_equal(events_by("decision", "adviser"), 0);
}

static void test_only_items_of_the_digest_and_of_ones_own(void **state)
{
	(void)state;
	char later[48];
	int64_t other = world_offer(&w, "{}");
	static const char *const odd[] = {"",		"x", "1.",	"1.2.3",
					  "1.2.j40.j7", ".", "999999.1"};
	snprintf(later, sizeof(later), "%lld.%lld", (long long)person,
		 (long long)other);
	do_("dismiss", later, "'reason':'other'");
	assert_true(is("refused"));
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		do_("dismiss", odd[i], "'reason':'other'");
		assert_true(is("refused"));
		do_("ok", odd[i], "");
		assert_true(is("refused"));
	}
	do_("burn", item_of(person), "");
	assert_true(is("refused"));
	do_("placed", "77777", "");
	assert_true(is("refused"));
	/* Marc follows Lina from now on: Sarah's old digest is over for her. */
	json_t *rows = json_array();
	json_array_append_new(rows, world_youth("1", "{'adviser':'marc'}"));
	json_array_append_new(rows, world_youth("2", "{}"));
	world_import(&w, "ml1", 0, rows);
	do_("dismiss", item_of(person), "'reason':'other'");
	assert_true(is("refused"));
	assert_null(offer_of(item_of(person)));
	assert_int_equal(events_by("decision", NULL), 0);
}

static void test_a_digest_page_closes_after_three_days(void **state)
{
	(void)state;
	world_at(&w, "2026-11-26T10:00");
	assert_non_null(ask("d", digest_token, NULL));
	world_at(&w, "2026-11-26T10:02");
	assert_null(ask("d", digest_token, NULL));
	assert_null(do_("placed", id_of(person), ""));
	assert_int_equal(events_by("placed", NULL), 0);
}

static void test_placed_absent_and_contacts(void **state)
{
	(void)state;
	struct store_person row;
	struct store_contact c;
	bool is_new, found;
	const struct store_contact dead = {STORE_CONTACT_DEAD, "unknown_user",
					   w.clock.now_s, INSTANT_NONE};
	do_("absent", item_of(person), "");
	do_("absent", item_of(person), "");
	assert_int_equal(events_by("absent", "adviser"), 1);
	OK(store_contact_set(w.s, CHANNEL_EMAIL, "lina@jeune.example", &dead,
			     &is_new, E));
	do_("contact_ok", id_of(person), "");
	do_("contact_ok", id_of(person), "");
	assert_int_equal(events_by("contact.cleared", "adviser"), 1);
	OK(store_contact_get(w.s, CHANNEL_EMAIL, "lina@jeune.example",
			     w.clock.now_s, &w.a, &c, &found, E));
	assert_false(found);
	do_("placed", id_of(person), "");
	do_("placed", id_of(person), "");
	assert_int_equal(events_by("placed", "adviser"), 1);
	OK(store_person_get(w.s, person, false, &w.a, &row, E));
	assert_int_equal(row.status, PERSON_PLACED);
}

static void test_rhythm_and_absence_are_kept_beside_the_file(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"'until':'hier'", "'until':'2026-11-22'",
		"'until':'2028-01-01'",
		"'until':'2026-12-01','substitute':'sarah'",
		"'until':'2026-12-01','substitute':'nobody'"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		do_("away", "", bad[i]);
		assert_true(is("refused"));
	}
	do_("rhythm", "", "'rhythm':'hourly'");
	assert_true(is("refused"));
	do_("rhythm", "", "'rhythm':'weekly'");
	do_("away", "", "'until':'2026-12-01','substitute':'marc'");
	do_("away", "", "'until':'2026-12-01','substitute':'marc'");
	assert_int_equal(events_by("adviser.told", "adviser"), 2);
	json_t *told =
		store_adviser_told(w.s, "ML1", "sarah", &(struct err){0});
	json_t *want = fixture_json(
		"{'rhythm':'weekly','absent_from':'2026-11-23',"
		"'absent_until':'2026-12-01','substitute':'marc'}");
	assert_true(json_equal(told, want));
	json_decref(want);
	json_decref(told);
	assert_string_equal(word("away_until"), "2026-12-01");
	/* Back again. */
	do_("away", "", "'until':''");
	told = store_adviser_told(w.s, "ML1", "sarah", &(struct err){0});
	assert_int_equal(json_object_size(told), 1);
	json_decref(told);
}

/* --- sending on, and stopping ----------------------------------------------
 */

/* A digest of an agency that lets nothing go by itself would be of mode
 * approval; here the young person had no consent when the digest was made. */
static void test_sent_on_is_a_message_and_a_decision(void **state)
{
	(void)state;
	int64_t third;
	json_t *rows = json_array();
	json_array_append_new(rows, world_youth("1", "{}"));
	json_array_append_new(rows, world_youth("2", "{}"));
	json_array_append_new(rows, world_youth("3", "{'consent_sms':'no'}"));
	world_import(&w, "ml1", 0, rows);
	world_at(&w, "2026-11-24T10:00");
	world_plan(&w);
	third = world_id(&w, "ml1", "3");
	OK(outbox_pump(w.outbox, E));
	const json_t *line = world_last(&w);
	assert_string_equal(js_str(line, "kind", ""), "digest");
	token_of(line, "page_url", digest_token);
	world_verdict(&w, line, "sent", "ok");
	do_("send", item_of(third), "");
	assert_string_equal(word("refused_fr"), "pas d'accord pour ce canal");
	assert_string_equal(result_of(third, STORE_TO_YOUTH), "no row");
	rows = json_array();
	json_array_append_new(rows, world_youth("1", "{}"));
	json_array_append_new(rows, world_youth("2", "{}"));
	json_array_append_new(rows, world_youth("3", "{}"));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	for (int i = 0; i < 2; i++) {
		do_("send", item_of(third), "");
		assert_string_equal(word("done"), "send");
	}
	assert_string_equal(result_of(third, STORE_TO_ADVISER), "sent");
	assert_string_equal(result_of(third, STORE_TO_YOUTH), "none");
	assert_int_equal(events_by("decision", "adviser"), 1);
	assert_false(is_excluded(third)); /* or it would be cancelled */
	OK(outbox_pump(w.outbox, E));
	line = world_last(&w);
	assert_string_equal(js_str(line, "channel", ""), "sms");
	world_verdict(&w, line, "sent", "ok");
}

static int find_planned(void *ctx, const struct store_message *m)
{
	*(int64_t *)ctx = m->id;
	return 1;
}

static void test_a_message_that_waits_can_be_stopped_for_good(void **state)
{
	(void)state;
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct store_message m;
	int64_t id = 0;
	char item[24];
	world_at(&w, "2026-11-24T09:00");
	int64_t second = world_offer(&w, "{}");
	world_plan(&w);
	q.person = person;
	q.states = 1u << STORE_PLANNED;
	OK(store_messages_each(w.s, &q, find_planned, &id, E));
	assert_true(id > 0);
	snprintf(item, sizeof(item), "%lld", (long long)id);
	do_("stop", item, "");
	assert_string_equal(word("done"), "stop");
	do_("stop", item, "");
	assert_string_equal(word("done"), "stop");
	OK(store_message_get(w.s, id, &w.a, &m, E));
	assert_int_equal(m.state, STORE_CANCELLED);
	/* Not planned again a moment later, nor the next day. */
	world_at(&w, "2026-11-25T12:00");
	live_person_changed(w.live, person);
	world_plan(&w);
	bool has;
	OK(store_ledger_has(w.s, person, second, STORE_TO_YOUTH, &has, E));
	assert_false(has);
	int64_t third = world_offer(&w, "{}");
	world_plan(&w);
	OK(store_ledger_has(w.s, person, third, STORE_TO_YOUTH, &has, E));
	assert_true(has); /* it was that offer alone */
	/* A digest is not stopped this way, nor what was never there. */
	do_("stop", "1", "");
	assert_true(is("refused"));
	do_("stop", "4711", "");
	assert_true(is("refused"));
}

/* --- whose turn it is ------------------------------------------------------
 */

struct turn {
	int64_t person;
	bool is_answered, is_interested;
};

static int see_turn(void *ctx, const struct store_wave_turn *row)
{
	struct turn *t = ctx;
	if (row->wave.person == t->person) {
		t->is_answered = row->is_answered;
		t->is_interested = row->is_interested;
	}
	return 0;
}

static void turn_is(bool is_answered, bool is_interested)
{
	struct turn t = {.person = person};
	OK(store_wave_turns(w.s, canonical, see_turn, &t, E));
	assert_int_equal(t.is_answered, is_answered);
	assert_int_equal(t.is_interested, is_interested);
}

/* The referent of a CFA sets the offer aside, of a digest of theirs. */
static void cfa_sets_aside(int64_t who)
{
	int64_t id;
	bool refused;
	struct store_message m = {.kind = STORE_DIGEST,
				  .audience = STORE_TO_CFA,
				  .channel = CHANNEL_EMAIL,
				  .agency = "ML1",
				  .recipient = "karim",
				  .not_before = w.clock.now_s,
				  .expires = INSTANT_NONE,
				  .state = STORE_PLANNED};
	struct store_proposal row = {.person = who,
				     .canonical = canonical,
				     .audience = STORE_TO_CFA,
				     .rules = live_rules_id(w.live, "ML1"),
				     .facts = "{}"};
	const struct plan_decision d = {.person = who,
					.canonical = canonical,
					.audience = STORE_TO_CFA,
					.act = "dismiss",
					.reason = "trade",
					.by = "adviser"};
	OK(store_message_plan(w.s, &m, &row, 1, w.clock.now_s, &id, E));
	OK(plan_decide(w.planner, &d, &refused, E));
}

static char own_token[16]; /* of Sarah's digest beside the CFA's */
static int64_t own_digest;

/* The referent of a CFA follows Lina too: decides for the CFA's own list, and
 * does not write to whom the Mission Locale writes. */
static void test_a_cfa_decides_and_does_not_write(void **state)
{
	(void)state;
	json_t *rows = json_array();
	world_agency(&w, "{'code':'CFA1','name':'CFA d’Essai','kind':'cfa'}",
		     AGENCY_DIGEST_ONLY);
	world_adviser(&w, "{'ref':'karim','agency':'CFA1','first_name':"
			  "'Karim','email':'karim@cfa.example'}");
	json_array_append_new(
		rows, fixture_json("{'ref':'c1','linked_ref':'ml1:1',"
				   "'first_name':'Lina','agency':'CFA1',"
				   "'cfa_adviser':'karim'}"));
	world_import(&w, "cfa1", 1, rows);
	world_at(&w, "2026-11-24T10:00");
	canonical = world_offer(&w, "{}");
	world_plan(&w);
	digest_token[0] = '\0';
	for (int i = 0; i < 6; i++) {
		OK(outbox_pump(w.outbox, E));
		const json_t *line = world_last(&w);
		if (!line)
			break;
		if (str_eq(js_str(line, "audience", ""), "cfa"))
			token_of(line, "page_url", digest_token);
		if (str_eq(js_str(line, "audience", ""), "adviser")) {
			token_of(line, "page_url", own_token);
			own_digest = js_int(line, "id", 0);
		}
		world_verdict(&w, line, "sent", "ok");
		json_array_remove(w.delivered,
				  json_array_size(w.delivered) - 1);
	}
	assert_string_not_equal(digest_token, "");
	assert_non_null(ask("d", digest_token, NULL));
	assert_true(is("is_cfa"));
	assert_false(js_bool(offer_of(item_of(person)), "can_send", true));
	do_("send", item_of(person), "");
	assert_non_null(strstr(word("refused_fr"), "Mission Locale"));
	do_("dismiss", item_of(person), "'reason':'hours'");
	assert_string_equal(word("done"), "dismiss");
	assert_string_equal(result_of(person, STORE_TO_CFA), "dismissed hours");
	assert_string_equal(result_of(person, STORE_TO_ADVISER), "none");
	/* It is the Mission Locale's to decide: the offer still fits, holds its
	 * place, and stands in Sarah's digest with what the CFA said. */
	assert_false(is_excluded(person));
	turn_is(false, false);
	assert_string_not_equal(own_token, "");
	assert_non_null(ask("d", own_token, NULL));
	assert_string_equal(js_str(offer_of(item_of(person)), "cfa_fr", ""),
			    "écartée par le CFA : horaires");
	struct store_message m;
	OK(store_message_get(w.s, own_digest, &w.a, &m, E));
	bool empty;
	json_t *line = plan_deliver_line(w.planner, &m, false, &empty, NULL);
	assert_non_null(line);
	char *text = json_dumps(line, JSON_COMPACT);
	assert_non_null(strstr(text, "\"écartée par le CFA : horaires\""));
	free(text);
	json_decref(line);
	/* When she sets it aside too, it is closed. */
	str_copy(digest_token, sizeof(digest_token), own_token);
	do_("dismiss", item_of(person), "'reason':'hours'");
	assert_true(is_excluded(person));
}

/* Nobody sends by itself what the CFA set aside; the adviser may. */
static void test_what_a_cfa_set_aside_waits_for_the_adviser(void **state)
{
	(void)state;
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct store_message m;
	const char *why;
	int64_t id = 0, at;
	enum plan_answer answer;
	struct err err = {0};
	world_at(&w, "2026-12-01T12:00");
	canonical = world_offer(&w, "{}");
	w.set.hold_s = 7200;
	world_plan(&w);
	q.person = person;
	q.states = 1u << STORE_PLANNED;
	OK(store_messages_each(w.s, &q, find_planned, &id, E));
	assert_true(id > 0);
	OK(store_message_get(w.s, id, &w.a, &m, E));
	cfa_sets_aside(person);
	world_settle(&w);
	/* Planned before: it does not leave. */
	world_at(&w, "2026-12-01T17:45");
	OK(plan_recheck(w.planner, &m, &answer, &at, &why, E));
	assert_int_equal(answer, PLAN_CANCEL);
	assert_string_equal(why, "the CFA set the offer aside");
	OK(store_message_settle(w.s, id, STORE_CANCELLED, why, INSTANT_NONE,
				w.clock.now_s, E));
	live_refill(w.live, person);
	world_turns(&w);
	/* ... nor is it planned again. */
	assert_null(plan_youth_preview(w.planner, person, &why, &err));
	assert_string_equal(why, "aucune nouvelle offre à envoyer");
	OK(planner_may_send(w.planner, person, canonical, &why, E));
	assert_null(why);
}

/* Whom no Mission Locale follows, the CFA decides for. */
static void test_a_cfa_alone_closes_an_offer(void **state)
{
	(void)state;
	json_t *rows = json_array();
	world_agency(&w, "{'code':'CFA1','name':'CFA d’Essai','kind':'cfa'}",
		     AGENCY_DIGEST_ONLY);
	world_adviser(&w, "{'ref':'karim','agency':'CFA1','first_name':'Karim'"
			  ",'email':'karim@cfa.example'}");
	json_array_append_new(
		rows, world_youth("77", "{'agency':'CFA1','adviser':null,"
					"'cfa_adviser':'karim'}"));
	world_import(&w, "cfa1", 1, rows);
	int64_t alone = world_id(&w, "cfa1", "77");
	assert_false(is_excluded(alone));
	cfa_sets_aside(alone);
	assert_true(is_excluded(alone));
}

/* Marc's young person is not Sarah's to stop. */
static void test_anothers_message_is_not_stopped(void **state)
{
	(void)state;
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct store_message m;
	char item[24];
	int64_t id = 0;
	json_t *rows = json_array();
	json_array_append_new(rows, world_youth("1", "{}"));
	json_array_append_new(rows, world_youth("2", "{}"));
	json_array_append_new(rows, world_youth("3", "{'adviser':'marc'}"));
	world_import(&w, "ml1", 0, rows);
	world_at(&w, "2026-11-24T09:00");
	world_offer(&w, "{}");
	world_plan(&w);
	q.person = world_id(&w, "ml1", "3");
	q.states = 1u << STORE_PLANNED;
	OK(store_messages_each(w.s, &q, find_planned, &id, E));
	assert_true(id > 0);
	snprintf(item, sizeof(item), "%lld", (long long)id);
	do_("stop", item, "");
	assert_true(is("refused"));
	OK(store_message_get(w.s, id, &w.a, &m, E));
	assert_int_equal(m.state, STORE_PLANNED);
	/* And an SMS is no digest. */
	char token[STORE_TOKEN_CHARS + 1];
	OK(store_token_make(w.s, "d", item, w.clock.now_s + 1000, token, E));
	OK(store_message_claim(w.s, id, &(struct store_frozen){.model = "{}"},
			       w.clock.now_s, E));
	assert_null(ask("d", token, NULL));
}

static void test_waves_see_answers_and_no_put_offs(void **state)
{
	(void)state;
	turn_is(false, false);
	do_("later", item_of(person), "");
	turn_is(false, false);
	ask("a", answer_token, "{'act':'call'}");
	turn_is(true, true);
	ask("a", answer_token, "{'act':'not_interested'}");
	turn_is(true, false);
	ask("a", answer_token, "{'act':'interested'}");
	turn_is(true, true);
}

/* --- the public page -------------------------------------------------------
 */

static void tell_fault(void *ctx, size_t at, const char *what)
{
	fail_msg("%s: %s", (const char *)ctx + at, what);
}

/* Young people read it too: the rules of their messages hold for it. */
static void test_the_method_is_said_in_plain_words(void **state)
{
	(void)state;
	static const char *const lists[] = {"gates", "criteria"};
	static const char *const members[] = {"label_fr", "text_fr"};
	assert_non_null(ask("method", "", NULL));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		size_t k;
		json_t *v;
		const json_t *list = json_object_get(page, lists[i]);
		assert_true(json_array_size(list) >= 5);
		json_array_foreach(list, k, v)
		{
			for (size_t m = 0; m < 2; m++) {
				char text[400];
				const char *s = js_str(v, members[m], "");
				assert_true(strlen(s) > 3);
				assert_true(str_copy(text, sizeof(text), s));
				plain_check(text, strlen(text), true,
					    tell_fault, text);
			}
		}
	}
}

static void test_the_method_tells_no_private_rule(void **state)
{
	(void)state;
	assert_non_null(ask("method", "", NULL));
	assert_null(ask("method", "", "{'act':'x'}"));
	assert_non_null(ask("method", "", NULL));
	size_t i;
	json_t *v;
	int percent = 0;
	json_array_foreach(json_object_get(page, "criteria"), i, v) percent +=
		(int)js_int(v, "percent", 0);
	assert_in_range(percent, 97, 103);
	assert_int_equal(json_array_size(json_object_get(page, "gates")),
			 GATE_COUNT - 1);
	char *text = json_dumps(page, JSON_COMPACT);
	static const char *const never[] = {"besoin", "handicap", "RQTH",
					    "NEED",   "santé",	  "PRIVATE"};
	for (i = 0; i < ARRAY_LEN(never); i++)
		assert_null(strstr(text, never[i]));
	free(text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_a_look_says_what_the_message_said),
		T(test_an_answer_is_given_once_and_may_change),
		T(test_call_me_is_confirmed_once_by_the_same_channel),
		T(test_who_calls_at_night_hears_in_the_morning),
		T(test_nobody_is_answered_where_they_said_stop),
		T(test_what_is_no_answer_is_refused),
		T(test_later_and_pause_leave_in_peace),
		T(test_whatever_leads_nowhere_is_the_same_nothing),
		T(test_an_offer_that_is_gone_can_be_answered),
		T(test_an_answer_follows_joined_dossiers),
		T(test_an_sms_answers_as_a_page_does),
		T(test_the_page_shows_what_the_digest_showed),
		T(test_a_dismissal_has_a_reason_and_is_once),
		T(test_later_is_put_off_and_no_answer),
		T(test_what_went_already_is_not_sent_on),
		T(test_only_items_of_the_digest_and_of_ones_own),
		T(test_a_digest_page_closes_after_three_days),
		T(test_placed_absent_and_contacts),
		T(test_rhythm_and_absence_are_kept_beside_the_file),
		T(test_sent_on_is_a_message_and_a_decision),
		T(test_a_message_that_waits_can_be_stopped_for_good),
		T(test_a_cfa_decides_and_does_not_write),
		T(test_what_a_cfa_set_aside_waits_for_the_adviser),
		T(test_a_cfa_alone_closes_an_offer),
		T(test_anothers_message_is_not_stopped),
		T(test_waves_see_answers_and_no_put_offs),
		T(test_the_method_is_said_in_plain_words),
		T(test_the_method_tells_no_private_rule),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
