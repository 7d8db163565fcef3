/* SPDX-License-Identifier: EUPL-1.2 */
/* What comes back has its consequence once, whichever order it comes in: SMS
 * receipts and replies, the gateway's list, bounces, complaints, money. */
#include "plan_fixture.h"

#include "schema_fixture.h"

#include "engine/plan/arrivals.h"
#include "engine/store/db.h"

#include <etrier/mailpace.h>
#include <etrier/outbox.h>
#include <etrier/store_addresses.h>
#include <etrier/store_contacts.h>
#include <etrier/store_replies.h>

#define LINA "+33639980001"
#define MAIL "lina@jeune.example"

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

static void settings(const char *sms)
{
	json_t *config = fixture_json(
		"{'planner':{},'agency_defaults':{'sms_sender':'MISSIONLOC'},"
		"'mail':{'transport':'smtp','from_address':'offres@ml.example',"
		"'from_name':'Missions Locales'},"
		"'front':{'base_url':'https://o.ml.example'}}");
	json_t *group = fixture_json(sms);
	json_object_set_new(config, "sms", group);
	plan_settings_clear(&w.set);
	plan_settings_read(&w.set, config);
	w.set.hold_s = 0;
	planner_configure(w.planner, &w.set);
	json_decref(config);
}

static void plan_one(const char *fields, enum agency_mode mode)
{
	world_people(&w, 1, fields, mode);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	world_adviser(&w, mode == AGENCY_AUTOMATIC
				  ? "{'ref':'sarah','agency':'ML1','digest':"
				    "'off'}"
				  : "{'ref':'sarah','agency':'ML1'}");
	assert_int_equal(world_plan(&w), 1);
	world_lanes_up(&w);
	OK(outbox_pump(w.outbox, E));
}

static struct store_message get(int64_t id)
{
	struct store_message m;
	OK(store_message_get(w.s, id, &w.a, &m, E));
	return m;
}

static void verdict(const char *lane, const char *line)
{
	world_say(&w, lane, "verdict", line);
}

/* Message 1 is an SMS to Lina about an offer, taken by the gateway as r1. */
static void sent_sms(void)
{
	plan_one("{}", AGENCY_AUTOMATIC);
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	verdict("sms-1", "{'id':1,'result':'sent','reason':'ok','gateway':"
			 "'file','gateway_ref':'r1','segments':1,'cost':55}");
	assert_int_equal(get(1).state, STORE_SENT);
}

static bool call(const char *line)
{
	bool found = false;
	json_t *v = fixture_json(line);
	OK(plan_callback(w.planner, v, &found, E));
	json_decref(v);
	return found;
}

static bool receipt(const char *word)
{
	static int n;
	char line[200];
	snprintf(line, sizeof(line),
		 "{'gateway':'file','key':'k%d','what':'receipt','ref':'r1',"
		 "'receipt':'%s','code':'7'}",
		 ++n, word);
	return call(line);
}

static bool reply(const char *text)
{
	static int n;
	char line[300];
	snprintf(line, sizeof(line),
		 "{'gateway':'file','key':'m%d','what':'reply','from':'" LINA
		 "','text':'%s'}",
		 ++n, text);
	return call(line);
}

static int count_row(void *ctx, const struct store_event *e)
{
	(void)e;
	++*(int64_t *)ctx;
	return 0;
}

static int64_t events(const char *kind)
{
	struct store_event_query q = STORE_EVENTS_ANY;
	int64_t n = 0;
	q.kind = kind;
	OK(store_events_each(w.s, &q, count_row, &n, E));
	return n;
}

static bool is_out(enum channel channel, const char *address)
{
	bool out;
	OK(store_optout_check(w.s, channel, address, &out, E));
	return out;
}

/* The cause against an address, NULL: none. */
static const char *cause(enum channel channel, const char *address)
{
	struct store_contact c;
	bool found;
	OK(store_contact_get(w.s, channel, address, w.clock.now_s, &w.a, &c,
			     &found, E));
	return found ? c.cause : NULL;
}

static int keep_result(void *ctx, const struct store_proposal *row)
{
	*(const char **)ctx = arena_dup(&w.a, row->result ? row->result : "");
	return 0;
}

/* Of the one proposal; "": none. */
static const char *answer(void)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	const char *result = "";
	OK(store_ledger_each(w.s, &q, keep_result, &result, E));
	return result;
}

/* --- receipts --- */

static void test_what_the_gateway_said_is_kept(void **state)
{
	(void)state;
	sent_sms();
	struct store_message m = get(1);
	assert_string_equal(m.gateway, "file");
	assert_string_equal(m.gateway_ref, "r1");
	assert_int_equal(m.cost, 55);
	int64_t id;
	OK(store_message_last_to(w.s, CHANNEL_SMS, LINA, (int)STORE_OFFER, 0,
				 &id, E));
	assert_int_equal(id, 1);
}

static void test_receipts_by_rank_not_by_turn(void **state)
{
	(void)state;
	sent_sms();
	assert_true(receipt("delivered"));
	assert_string_equal(get(1).receipt, "delivered");
	assert_true(receipt("accepted")); /* late */
	assert_true(receipt("expired"));
	assert_string_equal(get(1).receipt, "delivered");
	assert_int_equal(get(1).state, STORE_SENT);
	assert_int_equal(events("receipt"), 1);
}

static void test_expired_then_delivered_is_sent(void **state)
{
	(void)state;
	sent_sms();
	receipt("accepted");
	receipt("expired");
	assert_int_equal(get(1).state, STORE_FAILED);
	assert_null(cause(CHANNEL_SMS, LINA));
	receipt("delivered");
	assert_int_equal(get(1).state, STORE_SENT);
}

static void test_the_same_call_twice_is_one(void **state)
{
	(void)state;
	sent_sms();
	static const char line[] =
		"{'gateway':'file','key':'same','what':'receipt','ref':'r1',"
		"'receipt':'delivered'}";
	assert_true(call(line));
	assert_true(call(line));
	assert_int_equal(events("receipt"), 1);
	struct arrivals_stats s;
	plan_arrivals_stats(w.planner, &s);
	assert_int_equal(s.repeated, 1);
}

static void test_a_dead_number_is_a_task_and_frees_its_offer(void **state)
{
	(void)state;
	sent_sms();
	assert_true(receipt("dead"));
	assert_int_equal(get(1).state, STORE_FAILED);
	assert_string_equal(get(1).reason, "receipt: dead 7");
	assert_string_equal(cause(CHANNEL_SMS, LINA), "number_dead");
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM ledger"), 0);
	assert_false(is_out(CHANNEL_SMS, LINA));
}

static void test_filtered_blames_nobody_and_alarms(void **state)
{
	(void)state;
	const struct plan_trouble *t;
	sent_sms();
	OK(plan_trouble_look(w.planner, &t, E));
	assert_int_equal(t->filtered, 0);
	assert_true(receipt("filtered"));
	assert_int_equal(get(1).state, STORE_FAILED);
	assert_null(cause(CHANNEL_SMS, LINA));
	assert_false(is_out(CHANNEL_SMS, LINA));
	OK(plan_trouble_look(w.planner, &t, E));
	assert_int_equal(t->filtered, 1);
}

static void test_opted_out_at_the_gateway_is_opted_out(void **state)
{
	(void)state;
	sent_sms();
	assert_true(receipt("opted_out"));
	assert_true(is_out(CHANNEL_SMS, LINA));
	assert_int_equal(events("optout"), 1);
	assert_int_equal(get(1).state, STORE_FAILED);
}

static void test_an_uncertain_sms_is_settled_by_its_receipt(void **state)
{
	(void)state;
	plan_one("{}", AGENCY_AUTOMATIC);
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	verdict("sms-1", "{'id':1,'result':'uncertain','reason':'lost'}");
	assert_int_equal(get(1).state, STORE_UNCERTAIN);
	/* Only our own number can name it. */
	assert_true(call("{'gateway':'file','key':'u','what':'receipt',"
			 "'message':1,'receipt':'accepted'}"));
	assert_int_equal(get(1).state, STORE_SENT);
}

static void test_a_receipt_quicker_than_the_verdict_counts(void **state)
{
	(void)state;
	plan_one("{}", AGENCY_AUTOMATIC);
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	assert_false(receipt("dead"));
	verdict("sms-1", "{'id':1,'result':'sent','reason':'ok','gateway':"
			 "'file','gateway_ref':'r1'}");
	assert_string_equal(get(1).receipt, "dead");
	assert_int_equal(get(1).state, STORE_FAILED);
	assert_string_equal(cause(CHANNEL_SMS, LINA), "number_dead");
}

static void test_a_receipt_by_our_number_before_the_verdict(void **state)
{
	(void)state;
	plan_one("{}", AGENCY_AUTOMATIC);
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	assert_true(call("{'gateway':'file','key':'q','what':'receipt',"
			 "'message':1,'receipt':'dead'}"));
	assert_int_equal(get(1).state, STORE_SENDING);
	verdict("sms-1", "{'id':1,'result':'sent','reason':'ok','gateway':"
			 "'file','gateway_ref':'r1'}");
	assert_int_equal(get(1).state, STORE_FAILED);
}

static void test_receipts_of_nothing_do_no_harm(void **state)
{
	(void)state;
	sent_sms();
	assert_false(call("{'gateway':'file','key':'a','what':'receipt',"
			  "'ref':'r9','receipt':'dead'}"));
	assert_false(call("{'gateway':'file','key':'b','what':'receipt',"
			  "'message':77,'receipt':'dead'}"));
	/* Another gateway's number of ours. */
	assert_false(call("{'gateway':'ovh','key':'c','what':'receipt',"
			  "'message':1,'receipt':'dead'}"));
	assert_int_equal(get(1).state, STORE_SENT);
	json_t *v = fixture_json("{'gateway':'file','key':'d','what':'odd'}");
	bool found;
	FAILS(plan_callback(w.planner, v, &found, E), ERR_INPUT, "neither");
	json_decref(v);
	v = fixture_json("{'gateway':'file','what':'receipt'}");
	FAILS(plan_callback(w.planner, v, &found, E), ERR_INPUT, "nobody");
	json_decref(v);
}

/* --- replies --- */

static void test_stop_holds_for_the_number(void **state)
{
	(void)state;
	settings("{'gateway':'file','profile':'reponse'}");
	sent_sms();
	assert_true(reply("Stop svp"));
	assert_true(is_out(CHANNEL_SMS, LINA));
	assert_int_equal(events("optout"), 1);
	/* One confirmation in the life of the number. */
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM message "
					     "WHERE topic = 'stop'"),
			 1);
	assert_true(reply("STOP"));
	assert_int_equal(events("optout"), 1);
	bool was_out;
	OK(store_optout_lift(w.s, CHANNEL_SMS, LINA, &was_out, E));
	assert_true(reply("stop"));
	assert_int_equal(events("optout"), 2);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM message "
					     "WHERE topic = 'stop'"),
			 1);
	/* No words of it are kept. */
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM reply"), 0);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM event "
					     "WHERE data LIKE '%svp%'"),
			 0);
}

/* The number is not theirs any more: nothing is said to the new one, where
 * nothing is stopped. */
static void test_a_stop_from_an_old_number_is_confirmed_to_nobody(void **state)
{
	(void)state;
	json_t *rows = json_array();
	settings("{'gateway':'file','profile':'reponse'}");
	sent_sms();
	json_array_append_new(rows,
			      world_youth("1", "{'phone':'+33639980042'}"));
	world_import(&w, "ml1", 0, rows);
	assert_true(reply("STOP"));
	assert_true(is_out(CHANNEL_SMS, LINA));
	assert_false(is_out(CHANNEL_SMS, "+33639980042"));
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM message "
					     "WHERE topic = 'stop'"),
			 0);
}

/* The brother, to whom nothing went yet, has the same number: it is stopped for
 * him too, and what the networks are given back says so of both. */
static void test_a_stop_is_of_every_dossier_with_that_number(void **state)
{
	(void)state;
	json_t *rows = json_array();
	settings("{'gateway':'file','profile':'reponse'}");
	sent_sms();
	json_array_append_new(rows, world_youth("1", "{}"));
	json_array_append_new(rows, world_youth("2", "{'phone':'" LINA "'}"));
	json_array_append_new(rows, world_youth("3", "{}"));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	assert_true(reply("STOP"));
	assert_int_equal(events("optout"), 2);
	assert_int_equal(fixture_number(w.s, "SELECT count(DISTINCT person) "
					     "FROM event WHERE kind = "
					     "'optout' AND person IN (1, 2)"),
			 2);
}

static void test_call_me_by_sms_is_confirmed_by_sms(void **state)
{
	(void)state;
	settings("{'gateway':'file','profile':'reponse'}");
	sent_sms();
	assert_true(reply("3"));
	assert_string_equal(answer(), "call");
	assert_true(reply("APPEL"));
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM message "
					     "WHERE topic = 'call' AND "
					     "channel = 'sms' AND person = 1"),
			 1);
	/* STOP before it left: it leaves no more, the one of STOP does. */
	assert_true(reply("STOP"));
	world_say(&w, "sms-1", "template",
		  "{'lang':'fr','kind':'call','channel':'sms',"
		  "'hash':'h4','text':'t4'}");
	world_say(&w, "sms-1", "template",
		  "{'lang':'fr','kind':'stop','channel':'sms',"
		  "'hash':'h5','text':'t5'}");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM message "
					     "WHERE topic = 'call' AND "
					     "state = 'cancelled'"),
			 1);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM message "
					     "WHERE topic = 'stop' AND "
					     "state = 'sending'"),
			 1);
}

static void test_no_confirmation_by_a_sender_of_letters(void **state)
{
	(void)state;
	settings("{'gateway':'file','profile':'lien'}");
	sent_sms();
	assert_true(reply("STOP"));
	assert_true(is_out(CHANNEL_SMS, LINA));
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM message "
					     "WHERE topic = 'stop'"),
			 0);
}

static void test_a_stranger_may_stop_too(void **state)
{
	(void)state;
	assert_true(call("{'gateway':'file','key':'s','what':'reply','from':"
			 "'+33639980077','text':'stop'}"));
	assert_true(is_out(CHANNEL_SMS, "+33639980077"));
	assert_int_equal(events("optout"), 1);
}

static void test_one_two_three_answer_the_last_offer(void **state)
{
	(void)state;
	sent_sms();
	assert_true(reply("1"));
	assert_string_equal(answer(), "interested");
	assert_true(reply("2"));
	assert_string_equal(answer(), "not_interested");
	assert_true(reply("3"));
	assert_true(reply("appelle moi"));
	assert_string_equal(answer(), "call");
	assert_int_equal(events("answer"), 3);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM reply"), 0);
}

static void test_an_answer_too_late_is_words(void **state)
{
	(void)state;
	sent_sms();
	world_at(&w, "2026-12-08T10:02");
	assert_true(reply("1"));
	assert_string_equal(answer(), "");
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM reply "
					     "WHERE text = '1'"),
			 1);
}

static void test_words_are_for_the_adviser_and_go_in_30_days(void **state)
{
	(void)state;
	sent_sms();
	assert_true(reply("Oui mais le vendredi je ne peux pas"));
	assert_int_equal(fixture_number(w.s, "SELECT person FROM reply"),
			 get(1).person);
	assert_int_equal(fixture_number(w.s, "SELECT message FROM reply"), 1);
	world_at(&w, "2026-12-22T10:00");
	OK(plan_arrivals_tick(w.planner, E));
	assert_int_equal(fixture_number(w.s, "SELECT count(text) FROM reply"),
			 1);
	world_at(&w, "2026-12-24T10:00");
	OK(plan_arrivals_tick(w.planner, E));
	assert_int_equal(fixture_number(w.s, "SELECT count(text) FROM reply"),
			 0);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM reply"), 1);
	/* Of nobody we wrote to: not kept at all. */
	assert_false(call("{'gateway':'file','key':'n','what':'reply','from':"
			  "'+33639980066','text':'qui est-ce ?'}"));
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM reply"), 1);
}

static void test_the_same_words_on_another_day_are_new(void **state)
{
	(void)state;
	static const char line[] =
		"{'gateway':'file','key':'?h','what':'reply','from':'" LINA
		"','text':'en retard'}";
	sent_sms();
	assert_true(call(line));
	assert_true(call(line));
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM reply"), 1);
	world_at(&w, "2026-11-24T10:00");
	assert_true(call(line));
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM reply"), 2);
}

static void test_who_answers_has_it(void **state)
{
	(void)state;
	plan_one("{}", AGENCY_AUTOMATIC);
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	verdict("sms-1", "{'id':1,'result':'uncertain','reason':'lost'}");
	assert_true(reply("1"));
	assert_int_equal(get(1).state, STORE_SENT);
	assert_string_equal(get(1).receipt, "delivered");
	assert_string_equal(answer(), "interested");
}

/* --- the gateway's list --- */

static void test_the_gateways_list_is_opted_out_once_a_day(void **state)
{
	(void)state;
	settings("{'gateway':'ovh'}");
	outbox_lane_up(w.outbox, "sms-1");
	OK(outbox_pump(w.outbox, E));
	const json_t *line = world_last(&w);
	assert_string_equal(js_str(line, "t", ""), "blacklist");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(json_array_size(w.delivered), 1);
	world_say(&w, "sms-1", "blacklisted",
		  "{'id':1,'numbers':['" LINA "','0639980002','36180',7],"
		  "'end':true}");
	assert_true(is_out(CHANNEL_SMS, LINA));
	assert_true(is_out(CHANNEL_SMS, "+33639980002"));
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(json_array_size(w.delivered), 1);
	world_at(&w, "2026-11-24T10:00");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(json_array_size(w.delivered), 2);
	/* It left their list: nobody is let in again. */
	world_say(&w, "sms-1", "blacklisted",
		  "{'id':2,'numbers':[],'end':true}");
	assert_true(is_out(CHANNEL_SMS, LINA));
	assert_int_equal(events("optout"), 2);
}

static void test_a_gateway_without_a_list_is_not_asked(void **state)
{
	(void)state;
	outbox_lane_up(w.outbox, "sms-1");
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(json_array_size(w.delivered), 0);
}

/* --- money --- */

static void test_a_spent_budget_waits_for_the_next_month(void **state)
{
	(void)state;
	const struct plan_trouble *t;
	settings("{'gateway':'file','budget_month':60}"); /* 6 cents */
	sent_sms();
	assert_int_equal(events("budget"), 1);
	OK(plan_trouble_look(w.planner, &t, E));
	assert_int_equal(js_int(t->budgets, "ML1", 0), 80);
	settings("{'gateway':'file','budget_month':55}");
	/* Over all of it, and nothing more to tell. */
	OK(plan_budget_look(w.planner, "ML1", 1, E));
	OK(plan_budget_look(w.planner, "ML1", -1, E));
	OK(plan_budget_look(w.planner, "ML1", 0, E));
	assert_int_equal(events("budget"), 2);
	w.clock.mono_ms += 61000;
	OK(plan_trouble_look(w.planner, &t, E));
	assert_int_equal(js_int(t->budgets, "ML1", 0), 100);
	world_at(&w, "2026-11-24T10:00");
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 1);
	OK(outbox_pump(w.outbox, E));
	assert_int_equal(get(2).state, STORE_PLANNED);
	assert_string_equal(get(2).reason,
			    "the SMS budget of this month is spent");
	/* The agency's own wins. */
	world_agency(&w, "{'code':'ML1','sms_budget':5}", AGENCY_OFF);
	struct plan_budget b;
	OK(plan_budget_get(w.planner, "ML1", &b, E));
	assert_int_equal(b.limit, 5000);
	assert_int_equal(b.spent, 55);
	world_at(&w, "2026-12-01T10:00");
	OK(plan_budget_get(w.planner, "ML1", &b, E));
	assert_int_equal(b.spent, 0);
}

/* --- bounces --- */

static const char *envelope;

/* Message 1 is a mail, sent. */
static void sent_mail(const char *fields, enum agency_mode mode)
{
	plan_one(fields, mode);
	envelope = arena_dup(&w.a, js_str(world_last(&w), "envelope_from", ""));
	verdict("mail-1", "{'id':1,'result':'sent','reason':'ok'}");
	assert_int_equal(get(1).state, STORE_SENT);
}

static const char *bounce(const char *kind, const char *class_,
			  const char *status)
{
	const char *what;
	json_t *v = json_pack("{s:s,s:s,s:s,s:s,s:s}", "envelope_id", envelope,
			      "kind", kind, "class", class_, "status", status,
			      "source", "test");
	OK(plan_bounce(w.planner, v, &what, E));
	json_decref(v);
	return what;
}

static void test_a_dead_mailbox(void **state)
{
	(void)state;
	sent_mail("{'channel':'email'}", AGENCY_AUTOMATIC);
	assert_string_equal(bounce("bounce", "dead", "5.1.1"),
			    "the address is dead");
	assert_string_equal(cause(CHANNEL_EMAIL, MAIL), "unknown_user");
	assert_int_equal(get(1).state, STORE_FAILED);
	assert_string_equal(get(1).reason, "bounced: dead 5.1.1");
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM ledger"), 0);
	assert_string_equal(bounce("bounce", "dead", "5.1.1"), "said before");
	assert_int_equal(events("bounce"), 1);
	/* It works after all. */
	assert_string_equal(bounce("delivered", "transient", "2.0.0"),
			    "delivered");
	assert_null(cause(CHANNEL_EMAIL, MAIL));
}

static void test_a_digest_that_bounced_comes_again(void **state)
{
	(void)state;
	sent_mail("{'channel':'none'}", AGENCY_DIGEST_ONLY);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM ledger"), 1);
	bounce("bounce", "policy", "5.7.1");
	assert_int_equal(get(1).state, STORE_FAILED);
	assert_int_equal(fixture_number(w.s, "SELECT count(*) FROM ledger"), 0);
}

static void test_full_three_times_is_a_pause(void **state)
{
	(void)state;
	sent_mail("{'channel':'email'}", AGENCY_AUTOMATIC);
	for (int i = 2; i <= 3; i++) {
		bool is_new;
		OK(store_contact_fault(w.s, CHANNEL_EMAIL, MAIL, "mailbox_full",
				       i, w.clock.now_s - 15 * 86400 * (i == 2),
				       &is_new, E));
	}
	/* One of the two is too old. */
	assert_string_equal(bounce("bounce", "full", "5.2.2"), "full");
	assert_null(cause(CHANNEL_EMAIL, MAIL));
	bool is_new;
	OK(store_contact_fault(w.s, CHANNEL_EMAIL, MAIL, "inactive", 9,
			       w.clock.now_s, &is_new, E));
	assert_string_equal(bounce("delay", "full", "4.2.2"),
			    "it will be tried again");
	OK(db_run(w.s, E, "DELETE FROM callback", DB_NONE));
	assert_string_equal(bounce("bounce", "full", "5.2.2"),
			    "full again: a pause");
	assert_string_equal(cause(CHANNEL_EMAIL, MAIL), "mailbox_full");
	world_at(&w, "2026-12-24T10:00");
	assert_null(cause(CHANNEL_EMAIL, MAIL));
}

static void test_transient_and_policy_leave_the_person_alone(void **state)
{
	(void)state;
	const struct plan_trouble *t;
	sent_mail("{'channel':'email'}", AGENCY_AUTOMATIC);
	bounce("delay", "transient", "4.4.1");
	assert_int_equal(get(1).state, STORE_SENT);
	/* The relay took it: only the bounce says what the operator thinks. */
	json_t *config = fixture_json(
		"{'mail':{},'operators':{'domains':{'essai':{'match':"
		"['jeune.example'],'max_per_minute':0,'backoff':[]}}}}");
	int64_t until;
	outbox_configure(w.outbox, config);
	json_decref(config);
	assert_null(
		mailpace_held(outbox_pace(w.outbox), 0, w.clock.now_s, &until));
	bounce("bounce", "policy", "5.7.26");
	assert_string_equal(
		mailpace_held(outbox_pace(w.outbox), 0, w.clock.now_s, &until),
		"essai");
	assert_int_equal(until, w.clock.now_s + MAILPACE_HOLD_S);
	assert_string_equal(bounce("bounce", "policy", "5.7.26"),
			    "said before");
	mailpace_held(outbox_pace(w.outbox), 0, w.clock.now_s, &until);
	assert_int_equal(until, w.clock.now_s + MAILPACE_HOLD_S);
	assert_int_equal(get(1).state, STORE_FAILED);
	assert_null(cause(CHANNEL_EMAIL, MAIL));
	assert_false(is_out(CHANNEL_EMAIL, MAIL));
	OK(plan_trouble_look(w.planner, &t, E));
	assert_int_equal(t->policy, 1);
	assert_false(t->is_paused);
}

static void test_a_complaint_opts_out_at_once(void **state)
{
	(void)state;
	const struct plan_trouble *t;
	sent_mail("{'channel':'email'}", AGENCY_AUTOMATIC);
	assert_string_equal(bounce("complaint", "complaint", ""), "opted out");
	assert_true(is_out(CHANNEL_EMAIL, MAIL));
	assert_false(is_out(CHANNEL_SMS, LINA));
	assert_string_equal(cause(CHANNEL_EMAIL, MAIL), "complaint");
	assert_int_equal(events("complaint"), 1);
	OK(plan_trouble_look(w.planner, &t, E));
	assert_false(t->is_paused); /* one is a person, not a rate */
	/* A restart forgets none of them. */
	for (int i = 0; i < PLAN_COMPLAINTS_MIN - 1; i++)
		OK(store_event_add(w.s,
				   &(struct store_event){.at = w.clock.now_s,
							 .kind = "complaint"},
				   E));
	world_stop(&w);
	world_start(&w);
	OK(plan_trouble_look(w.planner, &t, E));
	assert_int_equal(t->complaints, PLAN_COMPLAINTS_MIN);
	assert_true(t->is_paused);
	assert_int_equal(t->mails, 1);
	world_at(&w, "2026-11-24T12:00");
	OK(plan_trouble_look(w.planner, &t, E));
	assert_false(t->is_paused);
}

static void test_reports_of_nothing_of_ours(void **state)
{
	(void)state;
	const char *what;
	sent_mail("{'channel':'email'}", AGENCY_AUTOMATIC);
	static const char *const lines[] = {
		"{'recipient':'" MAIL "','kind':'bounce','class':'dead'}",
		"{'envelope_id':'b+00112233445566778899aabb@x.example',"
		"'kind':'bounce','class':'dead'}",
		"{'envelope_id':'<m.%','kind':'bounce','class':'dead'}",
		"{'message_id':'<m.x@ml.example>','kind':'bounce',"
		"'class':'dead'}",
		"{}"};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		json_t *v = fixture_json(lines[i]);
		OK(plan_bounce(w.planner, v, &what, E));
		assert_string_equal(what, "about no mail of ours");
		json_decref(v);
	}
	assert_null(cause(CHANNEL_EMAIL, MAIL));
	json_t *v = json_pack("{s:s,s:s,s:s}", "message_id", get(1).message_id,
			      "kind", "bounce", "class", "odd");
	FAILS(plan_bounce(w.planner, v, &what, E), ERR_INPUT, "no class");
	json_object_set_new(v, "class", json_string("dead"));
	OK(plan_bounce(w.planner, v, &what, E));
	assert_string_equal(what, "the address is dead");
	json_decref(v);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_the_gateway_said_is_kept),
		TEST(test_receipts_by_rank_not_by_turn),
		TEST(test_expired_then_delivered_is_sent),
		TEST(test_the_same_call_twice_is_one),
		TEST(test_a_dead_number_is_a_task_and_frees_its_offer),
		TEST(test_filtered_blames_nobody_and_alarms),
		TEST(test_opted_out_at_the_gateway_is_opted_out),
		TEST(test_an_uncertain_sms_is_settled_by_its_receipt),
		TEST(test_a_receipt_quicker_than_the_verdict_counts),
		TEST(test_a_receipt_by_our_number_before_the_verdict),
		TEST(test_receipts_of_nothing_do_no_harm),
		TEST(test_stop_holds_for_the_number),
		TEST(test_a_stop_from_an_old_number_is_confirmed_to_nobody),
		TEST(test_a_stop_is_of_every_dossier_with_that_number),
		TEST(test_call_me_by_sms_is_confirmed_by_sms),
		TEST(test_no_confirmation_by_a_sender_of_letters),
		TEST(test_a_stranger_may_stop_too),
		TEST(test_one_two_three_answer_the_last_offer),
		TEST(test_an_answer_too_late_is_words),
		TEST(test_words_are_for_the_adviser_and_go_in_30_days),
		TEST(test_the_same_words_on_another_day_are_new),
		TEST(test_who_answers_has_it),
		TEST(test_the_gateways_list_is_opted_out_once_a_day),
		TEST(test_a_gateway_without_a_list_is_not_asked),
		TEST(test_a_spent_budget_waits_for_the_next_month),
		TEST(test_a_dead_mailbox),
		TEST(test_a_digest_that_bounced_comes_again),
		TEST(test_full_three_times_is_a_pause),
		TEST(test_transient_and_policy_leave_the_person_alone),
		TEST(test_a_complaint_opts_out_at_once),
		TEST(test_reports_of_nothing_of_ours),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
