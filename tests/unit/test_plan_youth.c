/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to young people beyond the plain permission (test_plan.c): an
 * adviser's decision, the delay in which one is stopped, pauses, a dead channel
 * and the other one, slots, news of meetings, answers, languages and advice. */
#include "plan_fixture.h"

#include "engine/plan/youth.h"

#include <etrier/advice.h>
#include <etrier/diag.h>
#include <etrier/store_contacts.h>
#include <etrier/store_events.h>

#define MONDAY "2026-11-23T10:00"
enum { ANY = 0 };

static struct world w;

static int open_world(void **state)
{
	(void)state;
	world_open(&w, ":memory:", MONDAY);
	w.set.hold_s = 7200;
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* One young person and one fresh offer. */
static int64_t ready(const char *fields, enum agency_mode mode, int64_t *offer)
{
	world_people(&w, 1, fields, mode);
	world_at(&w, "2026-11-23T10:01");
	*offer = world_offer(&w, "{}");
	world_turns(&w);
	return world_id(&w, "ml1", "1");
}

/* The youth's last message. */
static struct store_message last(void)
{
	struct store_message m = {.id = 0}, found = {.id = 0};
	for (int64_t id = 1; id < 100; id++)
		if (!store_message_get(w.s, id, &w.a, &m, NULL) &&
		    m.audience == STORE_TO_YOUTH)
			found = m;
	return found;
}

static enum plan_answer may_go(const struct store_message *m, const char **why)
{
	enum plan_answer answer;
	int64_t at;
	OK(plan_recheck(w.planner, m, &answer, &at, why, E));
	return answer;
}

/* --- an adviser's decision ------------------------------------------------ */

static void test_in_approval_nothing_leaves_before_the_adviser_sends(
	void **state)
{
	(void)state;
	int64_t offer, id = ready("{}", AGENCY_APPROVAL, &offer);
	const char *why;
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 0);
	OK(planner_may_send(w.planner, id, offer, &why, E));
	assert_null(why);
	OK(planner_send_to_youth(w.planner, id, offer, E));
	struct store_message m = last();
	assert_string_equal(m.topic, PLAN_TOPIC_APPROVED);
	assert_int_equal(m.not_before, w.clock.now_s); /* no delay */
	assert_int_equal(may_go(&m, &why), PLAN_GO);
	/* Once. */
	struct err err = {0};
	assert_int_equal(planner_send_to_youth(w.planner, id, offer, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.text, "déjà envoyée");
	struct plan_youth_way way;
	OK(planner_youth_way(w.planner, id, offer, &way, E));
	assert_int_equal(way.message, m.id);
	assert_int_equal(way.state, STORE_PLANNED);
}

static void test_what_an_adviser_cannot_send_is_said_in_french(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		enum agency_mode mode;
		const char *why; /* NULL: planned */
	} rows[] = {
		{"{}", AGENCY_APPROVAL, NULL},
		{"{}", AGENCY_AUTOMATIC, NULL},
		{"{}", AGENCY_PREVIEW, NULL},
		{"{}", AGENCY_DIGEST_ONLY,
		 "votre agence n'écrit pas aux jeunes"},
		{"{}", AGENCY_OFF, "votre agence n'écrit pas aux jeunes"},
		/* 16 and 17 by an adviser; younger by nobody */
		{"{'birth_date':'2009-11-23'}", AGENCY_AUTOMATIC, NULL},
		{"{'birth_date':'2010-11-23'}", AGENCY_APPROVAL, NULL},
		{"{'birth_date':'2010-11-24'}", AGENCY_APPROVAL,
		 "moins de 16 ans : voyez avec la famille"},
		{"{'birth_date':null}", AGENCY_APPROVAL,
		 "date de naissance inconnue"},
		{"{'consent_sms':'no'}", AGENCY_APPROVAL,
		 "pas d'accord pour ce canal"},
		{"{'informed_on':null}", AGENCY_APPROVAL,
		 "note d'information pas encore remise"},
		{"{'phone':null}", AGENCY_APPROVAL, "pas d'adresse"},
		{"{'channel':'none'}", AGENCY_APPROVAL,
		 "aucun canal choisi par le jeune"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t offer;
		struct err err = {0};
		world_close(&w);
		world_open(&w, ":memory:", MONDAY);
		int64_t id = ready(rows[i].fields, rows[i].mode, &offer);
		int result = planner_send_to_youth(w.planner, id, offer, &err);
		const char *why = result ? err.text : NULL;
		if (!why != !rows[i].why || (why && !str_eq(why, rows[i].why)))
			fail_msg("%s: %s", rows[i].fields, why ? why : "goes");
		if (why)
			continue;
		struct store_message m = last();
		if (may_go(&m, &why) != PLAN_GO)
			fail_msg("%s: planned, then: %s", rows[i].fields, why);
	}
}

static void test_sent_in_the_evening_it_goes_in_the_morning(void **state)
{
	(void)state;
	int64_t offer, morning, id = ready("{}", AGENCY_APPROVAL, &offer);
	assert_int_equal(instant_parse("2026-11-24T09:00", &morning), 0);
	world_at(&w, "2026-11-23T20:00");
	OK(planner_send_to_youth(w.planner, id, offer, E));
	assert_int_equal(last().not_before, morning);
}

/* What only an adviser may decide stays decided at the claim. */
static void test_an_offer_to_check_goes_when_the_adviser_sends_it(void **state)
{
	(void)state;
	const char *why;
	struct verdict v;
	world_people(&w, 1, "{}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	int64_t offer = world_offer(&w, "{'hours':{'start':'05:00'}}");
	int64_t id = world_id(&w, "ml1", "1");
	world_plan(&w);
	OK(live_evaluate(w.live, id, offer, paris_date(w.clock.now_s), &v, E));
	assert_int_equal(v.decision, DECISION_CHECK);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 0);
	OK(planner_send_to_youth(w.planner, id, offer, E));
	struct store_message m = last();
	assert_int_equal(may_go(&m, &why), PLAN_GO);
	/* Not what fits no more. */
	json_t *rows = json_array();
	json_array_append_new(rows,
			      world_youth("1", "{'contracts':['seasonal']}"));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	m = last();
	assert_int_equal(may_go(&m, &why), PLAN_CANCEL);
	assert_string_equal(why, "the verdict is another now");
}

/* --- the delay -------------------------------------------------------------
 */

static void test_in_automatic_an_offer_can_be_stopped_for_two_hours(
	void **state)
{
	(void)state;
	int64_t offer, id = ready("{}", AGENCY_AUTOMATIC, &offer);
	world_plan(&w);
	struct store_message m = last();
	assert_int_equal(m.not_before, w.clock.now_s + 7200);
	OK(planner_stop_message(w.planner, m.id, E));
	m = last();
	assert_int_equal(m.state, STORE_CANCELLED);
	assert_string_equal(m.reason, "stopped");
	/* It does not come back by itself, on no day. */
	for (int d = 0; d < 5; d++) {
		world_at(&w, d & 1 ? "2026-11-24T12:00" : "2026-11-25T12:00");
		live_person_changed(w.live, id);
		plan_youth_look(w.planner, (uint32_t)id);
		world_plan(&w);
	}
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, 1u << STORE_PLANNED),
			 0);
	/* The adviser may think again. */
	OK(planner_send_to_youth(w.planner, id, offer, E));
	/* What went cannot be stopped. */
	struct store_frozen f = {.model = "{}"};
	struct err err = {0};
	m = last();
	OK(store_message_claim(w.s, m.id, &f, w.clock.now_s, E));
	assert_int_equal(planner_stop_message(w.planner, m.id, &err), -1);
	assert_string_equal(err.text, "trop tard : il est parti");
}

static void test_without_a_delay_it_goes_at_once(void **state)
{
	(void)state;
	int64_t offer;
	w.set.hold_s = 0;
	ready("{}", AGENCY_AUTOMATIC, &offer);
	world_plan(&w);
	assert_int_equal(last().not_before, w.clock.now_s);
}

static void test_an_offer_that_ends_within_the_delay_goes_to_nobody(
	void **state)
{
	(void)state;
	int64_t end;
	world_people(&w, 1, "{}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{'expires':'2026-11-23T10:30:00Z'}");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 0);
	world_offer(&w, "{'expires':'2026-11-23T15:00:00Z'}");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 1);
	assert_int_equal(instant_parse("2026-11-23T15:00:00Z", &end), 0);
	assert_int_equal(last().expires, end);
}

/* --- what a young person asks for ------------------------------------------
 */

static void test_a_pause_holds_offers_until_it_is_over(void **state)
{
	(void)state;
	int64_t offer, until, id = ready("{}", AGENCY_AUTOMATIC, &offer);
	const char *why;
	world_plan(&w);
	struct store_message m = last();
	assert_int_equal(instant_parse("2026-11-25T10:00", &until), 0);
	OK(planner_pause(w.planner, id, until, E));
	world_at(&w, "2026-11-23T12:30");
	assert_int_equal(may_go(&m, &why), PLAN_WAIT);
	assert_string_equal(why, "paused by the young person");
	world_at(&w, "2026-11-25T10:00");
	assert_int_equal(may_go(&m, &why), PLAN_GO);
	/* And taken back. */
	OK(planner_pause(w.planner, id, until + 86400, E));
	assert_int_equal(may_go(&m, &why), PLAN_WAIT);
	OK(planner_pause(w.planner, id, INSTANT_NONE, E));
	assert_int_equal(may_go(&m, &why), PLAN_GO);
	/* A month of it is a no to an adviser too. */
	struct err err = {0};
	int64_t other = world_offer(&w, "{}");
	world_turns(&w);
	OK(planner_pause(w.planner, id, until + (int64_t)30 * 86400, E));
	assert_int_equal(planner_send_to_youth(w.planner, id, other, &err), -1);
	assert_string_equal(err.text, "a demandé une pause");
}

static void test_an_answer_goes_whatever_was_stopped(void **state)
{
	(void)state;
	int64_t offer, message,
		id = ready("{'birth_date':'2009-11-24'}", AGENCY_APPROVAL,
			   &offer);
	bool is_new;
	const char *why;
	OK(store_optout_add(w.s, CHANNEL_SMS, "+33639980001", w.clock.now_s,
			    "reply", &is_new, E));
	OK(planner_answer_youth(w.planner, id, CHANNEL_SMS, PLAN_TOPIC_STOP,
				&message, E));
	assert_true(message > 0);
	struct store_message m = last();
	assert_string_equal(m.topic, "stop");
	assert_int_equal(may_go(&m, &why), PLAN_GO);
	bool empty;
	json_t *line = plan_deliver_line(w.planner, &m, false, &empty, NULL);
	assert_non_null(line);
	assert_string_equal(js_str(line, "kind", ""), "stop");
	json_decref(line);
	/* One is enough. */
	OK(planner_answer_youth(w.planner, id, CHANNEL_SMS, PLAN_TOPIC_STOP,
				&message, E));
	assert_int_equal(message, 0);
	/* Nobody is called back where messages were stopped. That is no error,
	 * and spoils nothing that is written with it. */
	OK(planner_answer_youth(w.planner, id, CHANNEL_SMS, PLAN_TOPIC_CALL,
				&message, E));
	assert_int_equal(message, 0);
	OK(planner_answer_youth(w.planner, 999, CHANNEL_SMS, PLAN_TOPIC_CALL,
				&message, E));
	assert_int_equal(message, 0);
	OK(planner_answer_youth(w.planner, id, CHANNEL_EMAIL, PLAN_TOPIC_CALL,
				&message, E));
	assert_true(message > 0);
	/* Not in the middle of the night. */
	world_at(&w, "2026-11-23T23:00");
	assert_int_equal(may_go(&m, &why), PLAN_WAIT);
}

/* --- channels ---------------------------------------------------------------
 */

static void test_a_dead_channel_falls_back_to_the_other(void **state)
{
	(void)state;
	static const struct {
		const char *fields;
		enum channel gone;
		bool is_out; /* opted out, else dead */
		int channel; /* -1: nothing goes */
	} rows[] = {
		{"{}", CHANNEL_SMS, false, CHANNEL_EMAIL},
		{"{}", CHANNEL_SMS, true, CHANNEL_EMAIL},
		{"{'channel':'email'}", CHANNEL_EMAIL, false, CHANNEL_SMS},
		{"{'channel':'email'}", CHANNEL_EMAIL, true, CHANNEL_SMS},
		{"{'channel':'email'}", CHANNEL_SMS, true, CHANNEL_EMAIL},
		{"{'consent_email':'no'}", CHANNEL_SMS, false, -1},
		{"{'email':null}", CHANNEL_SMS, false, -1},
		{"{'channel':'email','consent_sms':null}", CHANNEL_EMAIL, true,
		 -1},
		{"{'channel':'email','phone':'+33139980001'}", CHANNEL_EMAIL,
		 false, -1},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t offer;
		bool is_new;
		const char *address = rows[i].gone == CHANNEL_SMS
					      ? "+33639980001"
					      : "lina@jeune.example";
		struct store_contact dead = {.state = STORE_CONTACT_DEAD,
					     .cause = "unknown_user",
					     .until = INSTANT_NONE};
		world_close(&w);
		world_open(&w, ":memory:", MONDAY);
		if (rows[i].is_out)
			OK(store_optout_add(w.s, rows[i].gone, address,
					    w.clock.now_s, "x", &is_new, E));
		else
			OK(store_contact_set(w.s, rows[i].gone, address, &dead,
					     &is_new, E));
		ready(rows[i].fields, AGENCY_AUTOMATIC, &offer);
		world_plan(&w);
		struct store_message m = last();
		const char *why;
		if (m.id ? (int)m.channel != rows[i].channel
			 : rows[i].channel != -1)
			fail_msg("row %zu: message %lld channel %d", i,
				 (long long)m.id, (int)m.channel);
		if (!m.id)
			continue;
		world_at(&w, "2026-11-23T12:30");
		assert_int_equal(may_go(&m, &why), PLAN_GO);
	}
}

static int keep_data(void *ctx, const struct store_event *e)
{
	str_copy(ctx, 100, e->data ? e->data : "");
	return 0;
}

static void test_the_event_says_which_channel_stands_in(void **state)
{
	(void)state;
	int64_t offer;
	bool is_new;
	char data[100] = "";
	struct store_event_query q = STORE_EVENTS_ANY;
	OK(store_optout_add(w.s, CHANNEL_SMS, "+33639980001", w.clock.now_s,
			    "x", &is_new, E));
	ready("{}", AGENCY_AUTOMATIC, &offer);
	world_plan(&w);
	q.kind = "plan.youth";
	OK(store_events_each(w.s, &q, keep_data, data, E));
	assert_string_equal(data,
			    "{\"channel\":\"email\",\"instead_of\":\"sms\"}");
	/* The own one works again: what was planned for the other is not
	 * sent. */
	struct store_message m = last();
	const char *why;
	OK(store_optout_lift(w.s, CHANNEL_SMS, "+33639980001", &is_new, E));
	assert_int_equal(may_go(&m, &why), PLAN_CANCEL);
	assert_string_equal(why, "the channel is another now");
}

/* --- news -------------------------------------------------------------------
 */

static int64_t meeting(const char *more)
{
	json_t *v = fixture_json("{'kind':'event','title':'FORUM GENIAL !!',"
				 "'start':'2026-12-02',"
				 "'hours':{'start':'14:00'}}");
	json_t *extra = fixture_json(more);
	json_object_update(v, extra);
	char *text = json_dumps(v, JSON_COMPACT);
	int64_t id = world_offer(&w, text);
	free(text);
	json_decref(extra);
	json_decref(v);
	return id;
}

static void test_news_go_to_who_agreed_once_a_month(void **state)
{
	(void)state;
	world_people(&w, 1, "{'consent_info':'yes'}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-24T09:30");
	meeting("{}");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 0);
	world_at(&w, "2026-11-24T10:00"); /* not before ten */
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 1);
	struct store_message m = last();
	const char *why;
	bool empty;
	assert_string_equal(m.topic, "event");
	assert_int_equal(may_go(&m, &why), PLAN_GO);
	json_t *line = plan_deliver_line(w.planner, &m, false, &empty, NULL);
	assert_non_null(line);
	assert_string_equal(js_str(line, "kind", ""), "event");
	const json_t *model = json_object_get(line, "model");
	assert_string_equal(js_str(model, "start_fr", ""),
			    "le mercredi 2 décembre");
	assert_string_equal(js_str(model, "hour_fr", ""), "14 h");
	char *text = json_dumps(line, 0);
	assert_null(strstr(text, "GENIAL")); /* nothing of a stranger */
	free(text);
	json_decref(line);
	struct store_frozen f = {.model = "{}"};
	OK(store_message_claim(w.s, m.id, &f, w.clock.now_s, E));
	OK(store_message_settle(w.s, m.id, STORE_SENT, NULL, INSTANT_NONE,
				w.clock.now_s, E));
	/* Neither twice, nor a second one in a month, nor at the weekend. */
	meeting("{'start':'2026-12-16'}");
	static const char *const days[] = {
		"2026-11-25T10:00", "2026-11-28T10:00", "2026-12-01T10:00",
		"2026-12-10T10:00"};
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		world_at(&w, days[i]);
		world_plan(&w);
		assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 1);
	}
	/* A month later the next. */
	meeting("{'start':'2027-01-05'}");
	world_at(&w, "2026-12-24T10:00");
	world_plan(&w);
	assert_int_equal(world_count(&w, STORE_TO_YOUTH, ANY), 2);
}

/* Who takes the consent back, or whose meeting is off, is not told. */
static void test_news_are_asked_about_again_before_they_go(void **state)
{
	(void)state;
	const char *why;
	json_t *rows = json_array();
	world_people(&w, 1, "{'consent_info':'yes'}", AGENCY_AUTOMATIC);
	world_at(&w, "2026-11-24T10:00");
	int64_t canonical = meeting("{}");
	world_plan(&w);
	struct store_message m = last();
	assert_int_equal(may_go(&m, &why), PLAN_GO);
	json_array_append_new(rows, world_youth("1", "{'consent_info':null}"));
	world_import(&w, "ml1", 0, rows);
	m = last();
	assert_int_equal(may_go(&m, &why), PLAN_CANCEL);
	assert_string_equal(why, "no consent to news");
	rows = json_array();
	json_array_append_new(rows, world_youth("1", "{'consent_info':'yes'}"));
	world_import(&w, "ml1", 0, rows);
	live_offer_drop(w.live, canonical);
	m = last();
	assert_int_equal(may_go(&m, &why), PLAN_CANCEL);
	assert_string_equal(why, "the offer is gone");
}

static void test_news_go_to_nobody_else(void **state)
{
	(void)state;
	static const struct {
		const char *person, *meeting;
		enum agency_mode mode;
	} rows[] = {
		{"{}", "{}", AGENCY_AUTOMATIC},
		{"{'consent_info':'no'}", "{}", AGENCY_AUTOMATIC},
		{"{'consent_info':'yes','consent_sms':'no'}", "{}",
		 AGENCY_AUTOMATIC},
		{"{'consent_info':'yes'}", "{}", AGENCY_APPROVAL},
		{"{'consent_info':'yes','birth_date':'2009-01-01'}", "{}",
		 AGENCY_AUTOMATIC},
		{"{'consent_info':'yes'}", "{'start':'2026-11-25'}",
		 AGENCY_AUTOMATIC}, /* tomorrow */
		{"{'consent_info':'yes'}", "{'start':'2027-02-02'}",
		 AGENCY_AUTOMATIC},
		{"{'consent_info':'yes'}", "{'start':null}", AGENCY_AUTOMATIC},
		/* of a trade that is not theirs */
		{"{'consent_info':'yes'}", "{'rome':['N4101']}",
		 AGENCY_AUTOMATIC},
		/* hours away */
		{"{'consent_info':'yes','max_minutes':10}",
		 "{'place':{'precision':'commune','insee':'77379',"
		 "'city':'Provins','lat':48.5600,'lon':3.2990}}",
		 AGENCY_AUTOMATIC},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		world_close(&w);
		world_open(&w, ":memory:", MONDAY);
		world_people(&w, 1, rows[i].person, rows[i].mode);
		world_at(&w, "2026-11-24T10:01");
		meeting(rows[i].meeting);
		world_plan(&w);
		if (world_count(&w, STORE_TO_YOUTH, ANY))
			fail_msg("%s %s", rows[i].person, rows[i].meeting);
	}
}

/* --- languages and advice ----------------------------------------------------
 */

static void test_the_persons_language_picks_the_texts(void **state)
{
	(void)state;
	static const struct {
		const char *person, *lang;
	} rows[] = {{"{'language':'en-GB'}", "en"},
		    {"{'language':'fr-simple'}", "fr-simple"},
		    {"{'language':'ar'}", "fr"}, /* no such texts */
		    {"{'language':'fr'}", "fr"},
		    {"{}", "fr"}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t offer;
		world_close(&w);
		world_open(&w, ":memory:", MONDAY);
		w.set.hold_s = 0;
		ready(rows[i].person, AGENCY_AUTOMATIC, &offer);
		world_plan(&w);
		world_lanes_up(&w);
		world_say(&w, "sms-1", "template",
			  "{'lang':'en','kind':'offer','channel':'sms',"
			  "'hash':'he','text':'te'}");
		world_say(&w, "sms-1", "template",
			  "{'lang':'fr-simple','kind':'offer','channel':'sms',"
			  "'hash':'hs','text':'ts'}");
		OK(outbox_pump(w.outbox, E));
		const json_t *line = NULL;
		for (size_t k = 0; k < json_array_size(w.delivered); k++)
			if (str_eq(js_str(json_array_get(w.delivered, k),
					  "channel", ""),
				   "sms"))
				line = json_array_get(w.delivered, k);
		assert_non_null(line);
		assert_string_equal(js_str(line, "lang", ""), rows[i].lang);
		assert_string_equal(js_str(line, "template_hash", ""),
				    str_eq(rows[i].lang, "en")	 ? "he"
				    : str_eq(rows[i].lang, "fr") ? "h3"
								 : "hs");
	}
}

static const char *advice_for(const char *person, const char *offer)
{
	static char out[300];
	struct diags d;
	bool empty;
	world_close(&w);
	world_open(&w, ":memory:", MONDAY);
	diags_init(&d);
	struct advice *a = advice_compile(NULL, NULL, 0, world_refdata(), &d);
	diags_print(&d, stderr);
	assert_non_null(a);
	diags_clear(&d);
	planner_set_advice(w.planner, a);
	world_people(&w, 1, person, AGENCY_APPROVAL);
	world_at(&w, "2026-11-23T10:01");
	int64_t canonical = world_offer(&w, offer);
	world_turns(&w);
	OK(planner_send_to_youth(w.planner, world_id(&w, "ml1", "1"), canonical,
				 E));
	struct store_message m = last();
	const char *langs[PLAN_LANGS_MAX];
	plan_languages(w.planner, &m, &w.a, langs);
	json_t *line = plan_deliver_line_in(w.planner, &m, langs[0], false,
					    &empty, NULL);
	assert_non_null(line);
	str_copy(out, sizeof(out),
		 js_str(json_object_get(line, "model"), "advice", ""));
	json_decref(line);
	planner_set_advice(w.planner, NULL);
	advice_free(a);
	return out;
}

static void test_advice_is_of_the_situation(void **state)
{
	(void)state;
	static const struct {
		const char *person, *offer, *advice;
	} rows[] = {
		{"{}", "{'hours':{'start':'05:00'}}",
		 "Regarde l'heure du premier bus ou train."},
		{"{'modes':['bike']}", "{'hours':{'start':'05:00'}}",
		 "Il faut aussi une école d'apprentissage : nous la cherchons "
		 "avec toi."},
		{"{'modes':['transit','car']}", "{'hours':{'start':'05:00'}}",
		 "Il faut aussi une école d'apprentissage : nous la cherchons "
		 "avec toi."},
		{"{'preregistered':'yes'}", "{'start':'2026-12-01'}",
		 "Le poste commence bientôt : appelle aujourd'hui."},
		{"{'preregistered':'yes'}", "{'start':'2027-01-05'}",
		 "Au premier rendez-vous, arrive 10 minutes en avance."},
		{"{'preregistered':'yes','language':'en'}",
		 "{'start':'2027-01-05'}",
		 "Arrive 10 minutes early for your first interview."},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(advice_for(rows[i].person, rows[i].offer),
				    rows[i].advice);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_in_approval_nothing_leaves_before_the_adviser_sends),
		T(test_what_an_adviser_cannot_send_is_said_in_french),
		T(test_an_offer_to_check_goes_when_the_adviser_sends_it),
		T(test_sent_in_the_evening_it_goes_in_the_morning),
		T(test_in_automatic_an_offer_can_be_stopped_for_two_hours),
		T(test_without_a_delay_it_goes_at_once),
		T(test_an_offer_that_ends_within_the_delay_goes_to_nobody),
		T(test_a_pause_holds_offers_until_it_is_over),
		T(test_an_answer_goes_whatever_was_stopped),
		T(test_a_dead_channel_falls_back_to_the_other),
		T(test_the_event_says_which_channel_stands_in),
		T(test_news_go_to_who_agreed_once_a_month),
		T(test_news_are_asked_about_again_before_they_go),
		T(test_news_go_to_nobody_else),
		T(test_the_persons_language_picks_the_texts),
		T(test_advice_is_of_the_situation),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
