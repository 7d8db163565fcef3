/* SPDX-License-Identifier: EUPL-1.2 */
/* The way of a message through a lane: claimed once and frozen, asked again
 * before every attempt, tried later with the same bytes, given up when it is
 * stale; what may have left is uncertain (SMS) or goes again as it is (mail).
 */
#include "plan_fixture.h"

#include "engine/store/db.h"

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

/* One message is planned: an SMS or a mail to Lina, or Sarah's digest. */
static int64_t planned(const char *fields, enum agency_mode mode)
{
	world_people(&w, 1, fields, mode);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	world_adviser(&w, mode == AGENCY_AUTOMATIC
				  ? "{'ref':'sarah','agency':'ML1','digest':"
				    "'off'}"
				  : "{'ref':'sarah','agency':'ML1'}");
	assert_int_equal(world_plan(&w), 1);
	return 1;
}

static int64_t planned_sms(void)
{
	return planned("{}", AGENCY_AUTOMATIC);
}
static int64_t planned_mail(void)
{
	return planned("{'channel':'email'}", AGENCY_AUTOMATIC);
}
static int64_t planned_digest(void)
{
	return planned("{'channel':'none'}", AGENCY_DIGEST_ONLY);
}

static struct store_message get(int64_t id)
{
	struct store_message m;
	OK(store_message_get(w.s, id, &w.a, &m, E));
	return m;
}

static void pump(void)
{
	OK(outbox_pump(w.outbox, E));
}

static int64_t ledger_rows(void)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	int64_t n;
	OK(store_ledger_count(w.s, &q, &n, E));
	return n;
}

static size_t n_delivered(void)
{
	return json_array_size(w.delivered);
}

/* --- outside production ----------------------------------------------------
 */

static const char *redirected(const char *sms, const char *email)
{
	static char address[64];
	w.set.override_sms = sms ? mem_dup(sms) : NULL;
	w.set.override_email = email ? mem_dup(email) : NULL;
	world_lanes_up(&w);
	pump();
	str_copy(address, sizeof(address),
		 js_str(json_object_get(world_last(&w), "to"), "address", ""));
	return address;
}

static void test_outside_production_nobody_real_is_written_to(void **state)
{
	(void)state;
	planned_sms();
	assert_string_equal(redirected("+33639980999", NULL), "+33639980999");
	/* The row keeps the true one. */
	assert_non_null(strstr(get(1).model, "+33639980001"));
	char *line = json_dumps(world_last(&w), JSON_COMPACT);
	assert_null(strstr(line, "+33639980001"));
	free(line);
	world_verdict(&w, world_last(&w), "sent", "ok");
	assert_int_equal(get(1).state, STORE_SENT);
}

static void test_outside_production_no_digest_either(void **state)
{
	(void)state;
	planned_digest();
	assert_string_equal(redirected(NULL, "essais@ml.example"),
			    "essais@ml.example");
	assert_true(json_is_null(json_object_get(world_last(&w), "reply_to")));
	char *line = json_dumps(json_object_get(world_last(&w), "to"), 0);
	assert_null(strstr(line, "sarah"));
	assert_null(strstr(line, "Sarah"));
	free(line);
}

static void test_a_channel_without_a_stand_in_waits(void **state)
{
	(void)state;
	planned_mail();
	assert_string_equal(redirected("+33639980999", NULL), "");
	assert_int_equal(n_delivered(), 0);
	assert_int_equal(get(1).state, STORE_PLANNED);
	assert_non_null(strstr(get(1).reason, "override_to"));
}

static void test_a_message_is_claimed_once_and_settled(void **state)
{
	(void)state;
	int64_t id = planned_sms();
	pump(); /* no lane */
	assert_int_equal(n_delivered(), 0);
	outbox_lane_up(w.outbox, "sms-1");
	pump(); /* no template yet */
	assert_int_equal(n_delivered(), 0);
	world_lanes_up(&w);
	pump();
	pump(); /* the lane is busy */
	assert_int_equal(n_delivered(), 1);
	const json_t *line = world_last(&w);
	assert_int_equal(js_int(line, "id", 0), id);
	assert_string_equal(js_str(line, "t", ""), "deliver");
	assert_string_equal(js_str(line, "template_hash", ""), "h3");
	assert_null(json_object_get(line, "template"));
	assert_int_equal(get(id).state, STORE_SENDING);
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	world_verdict(&w, line, "sent", "ok");
	assert_int_equal(get(id).state, STORE_SENT);
	pump();
	assert_int_equal(n_delivered(), 1);
	struct outbox_stats st;
	outbox_stats(w.outbox, &st);
	assert_int_equal(st.sent, 1);
	assert_int_equal(st.busy, 0);
}

static void test_lines_without_a_place_are_refused(void **state)
{
	(void)state;
	planned_sms();
	world_lanes_up(&w);
	pump();
	json_t *v = fixture_json("{'id':99,'result':'sent'}");
	FAILS(outbox_line(w.outbox, "sms-1", "verdict", v, E), ERR_INPUT,
	      "does not have");
	FAILS(outbox_line(w.outbox, "mail-1", "verdict", v, E), ERR_INPUT,
	      "does not have");
	FAILS(outbox_line(w.outbox, "sms-9", "verdict", v, E), ERR_INPUT,
	      "no lane");
	json_object_set_new(v, "id", json_integer(1));
	FAILS(outbox_line(w.outbox, "sms-1", "hello", v, E), ERR_INPUT,
	      "no place");
	json_decref(v);
	assert_int_equal(get(1).state, STORE_SENDING);
}

/* The line without what belongs to the delivery. */
static char *bytes_of(const json_t *line)
{
	json_t *copy = json_deep_copy(line);
	json_object_del(copy, "lane");
	json_object_del(copy, "template");
	char *text = json_dumps(copy, JSON_SORT_KEYS);
	json_decref(copy);
	return text;
}

static void test_a_mail_goes_again_with_the_same_bytes_later(void **state)
{
	(void)state;
	static const int minutes[] = {15, 30, 60, 120};
	int64_t id = planned_digest();
	world_lanes_up(&w);
	pump();
	char *first = bytes_of(world_last(&w));
	assert_non_null(strstr(first, "message_id"));
	for (size_t i = 0; i < ARRAY_LEN(minutes); i++) {
		world_verdict(&w, world_last(&w), "retry", "network");
		assert_int_equal(get(id).not_before,
				 w.clock.now_s + minutes[i] * 60);
		clock_manual_advance(&w.clock, minutes[i] * 60 - 1);
		pump();
		assert_int_equal(n_delivered(), i + 1);
		/* Everything may change meanwhile but what was said. */
		world_adviser(&w, "{'ref':'sarah','agency':'ML1',"
				  "'first_name':'Zoé'}");
		clock_manual_advance(&w.clock, 1);
		pump();
		assert_int_equal(n_delivered(), i + 2);
		char *again = bytes_of(world_last(&w));
		assert_string_equal(again, first);
		free(again);
	}
	free(first);
	/* Under other templates the lane gets the text it was made with. */
	world_verdict(&w, world_last(&w), "retry", "network");
	world_say(&w, "mail-1", "template",
		  "{'lang':'fr','kind':'digest','channel':'email',"
		  "'hash':'new','text':'other'}");
	world_at(&w, "2026-11-23T17:46");
	pump();
	assert_string_equal(js_str(world_last(&w), "template_hash", ""), "h1");
	assert_string_equal(js_str(world_last(&w), "template", ""), "t1");
}

static void test_a_partner_that_asks_for_time_gets_it(void **state)
{
	(void)state;
	int64_t id = planned_mail();
	world_lanes_up(&w);
	pump();
	json_t *v = fixture_json("{'id':1,'result':'retry','reason':'refused',"
				 "'retry_after_s':3600}");
	OK(outbox_line(w.outbox, "mail-1", "verdict", v, E));
	json_decref(v);
	assert_int_equal(get(id).not_before, w.clock.now_s + 3600);
	/* Too late in the evening by then: it waits for the morning. */
	world_at(&w, "2026-11-23T19:45");
	pump();
	assert_int_equal(n_delivered(), 1);
	assert_string_equal(get(id).reason,
			    "outside the hours for young people");
	world_at(&w, "2026-11-24T08:00");
	pump();
	assert_int_equal(n_delivered(), 2);
}

static void test_an_outage_ends_in_one_catch_up(void **state)
{
	(void)state;
	int64_t id = planned_digest();
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "retry", "network");
	outbox_lane_down(w.outbox, "mail-1", NULL);
	/* No lane for a day: it is given up all the same, its offers are free
	 * for the next one. */
	world_at(&w, "2026-11-24T07:00");
	pump();
	assert_int_equal(get(id).state, STORE_CANCELLED);
	assert_int_equal(ledger_rows(), 0);
	world_at(&w, "2026-11-24T08:00");
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(ledger_rows(), 1);
}

static void test_what_may_have_arrived_is_not_said_in_other_words(void **state)
{
	(void)state;
	int64_t id = planned_digest();
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "retry", "lost");
	world_at(&w, "2026-11-23T10:30");
	pump();
	world_verdict(&w, world_last(&w), "retry", "network");
	assert_string_equal(get(id).reason, "in doubt: network");
	world_at(&w, "2026-11-24T07:00");
	pump();
	assert_int_equal(get(id).state, STORE_FAILED);
	assert_string_equal(get(id).reason, "in doubt: expired");
	assert_int_equal(ledger_rows(), 1);
	world_at(&w, "2026-11-24T08:00");
	assert_int_equal(world_plan(&w), 0);
}

/* A refused digest was read by nobody: its offers come again tomorrow. */
static void test_a_dead_address_eats_no_offer(void **state)
{
	(void)state;
	int64_t id = planned_digest();
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "failed", "550");
	assert_int_equal(get(id).state, STORE_FAILED);
	assert_int_equal(ledger_rows(), 0);
	assert_int_equal(world_plan(&w), 0); /* today's was tried */
	world_at(&w, "2026-11-24T10:00");
	assert_int_equal(world_plan(&w), 1);
	assert_int_equal(ledger_rows(), 1);
}

static size_t n_uncertain_told(void)
{
	return json_array_size(json_object_get(
		json_object_get(world_last(&w), "model"), "uncertain"));
}

static void test_an_sms_in_doubt_is_told_once_without_an_offer(void **state)
{
	(void)state;
	int64_t sms = planned_sms();
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "uncertain", "lost");
	assert_int_equal(get(sms).state, STORE_UNCERTAIN);
	world_adviser(&w, "{'ref':'sarah','agency':'ML1','digest':'daily'}");
	live_offer_drop(w.live, 1);
	world_at(&w, "2026-11-24T10:00");
	assert_int_equal(world_plan(&w), 1);
	pump();
	assert_int_equal(n_delivered(), 2);
	assert_int_equal(n_uncertain_told(), 1);
	world_verdict(&w, world_last(&w), "sent", "");
	world_at(&w, "2026-11-25T10:00");
	assert_int_equal(world_plan(&w), 0);
}

/* A wrong key says nothing of the message and nothing of the young person: it
 * waits, and the administrator is told until one is taken. */
static void test_a_refused_account_blames_nobody(void **state)
{
	(void)state;
	static const char *const reasons[] = {"credentials", "credit"};
	struct outbox_stats stats;
	int64_t sms = planned_sms();
	world_lanes_up(&w);
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		pump();
		world_verdict(&w, world_last(&w), "retry", reasons[i]);
		assert_int_equal(get(sms).state, STORE_PLANNED);
		outbox_stats(w.outbox, &stats);
		assert_string_equal(stats.sms_trouble, reasons[i]);
		w.clock.now_s = get(sms).not_before;
	}
	pump();
	world_verdict(&w, world_last(&w), "sent", "ok");
	outbox_stats(w.outbox, &stats);
	assert_string_equal(stats.sms_trouble, "");
}

static void test_an_sms_settled_in_time_makes_no_digest(void **state)
{
	(void)state;
	int64_t sms = planned_sms();
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "uncertain", "lost");
	world_adviser(&w, "{'ref':'sarah','agency':'ML1','digest':'daily'}");
	live_offer_drop(w.live, 1);
	world_at(&w, "2026-11-24T10:00");
	assert_int_equal(world_plan(&w), 1);
	OK(store_message_receipt(w.s, sms, STORE_SENT, NULL, w.clock.now_s, E));
	pump();
	assert_int_equal(n_delivered(), 1);
	assert_int_equal(get(2).state, STORE_CANCELLED);
}

static void test_attempts_have_an_end(void **state)
{
	(void)state;
	int64_t id = planned_digest();
	struct store_frozen f = {.model = "{\"message_id\":\"<a@b>\"}"};
	for (int i = 1; i < OUTBOX_ATTEMPTS_MAX; i++) {
		OK(store_message_claim(w.s, id, &f, w.clock.now_s, E));
		OK(store_message_settle(w.s, id, STORE_PLANNED, NULL,
					w.clock.now_s, w.clock.now_s, E));
	}
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "retry", "network");
	assert_int_equal(get(id).state, STORE_FAILED);
}

static void test_permission_is_asked_again_for_what_is_frozen(void **state)
{
	(void)state;
	bool is_new;
	int64_t id = planned_mail();
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "retry", "network");
	OK(store_optout_add(w.s, CHANNEL_EMAIL, "lina@jeune.example",
			    w.clock.now_s, "link", &is_new, E));
	world_at(&w, "2026-11-23T11:00");
	pump();
	assert_int_equal(n_delivered(), 1);
	assert_int_equal(get(id).state, STORE_CANCELLED);
	assert_string_equal(get(id).reason, "opted out");
}

static void test_a_new_address_stops_what_was_written_to_the_old_one(
	void **state)
{
	(void)state;
	int64_t id = planned_mail();
	world_lanes_up(&w);
	pump();
	world_verdict(&w, world_last(&w), "retry", "network");
	json_t *rows = json_array();
	json_array_append_new(rows,
			      world_youth("1", "{'channel':'email','email':"
					       "'neuve@jeune.example'}"));
	world_import(&w, "ml1", 0, rows);
	world_settle(&w);
	world_at(&w, "2026-11-23T11:00");
	pump();
	assert_int_equal(n_delivered(), 1);
	assert_int_equal(get(id).state, STORE_CANCELLED);
}

static void test_a_gone_offer_cancels_before_the_claim(void **state)
{
	(void)state;
	int64_t id = planned_sms();
	live_offer_drop(w.live, 1);
	world_lanes_up(&w);
	pump();
	assert_int_equal(n_delivered(), 0);
	assert_int_equal(get(id).state, STORE_CANCELLED);
	assert_string_equal(get(id).reason, "the offer is gone");
	assert_int_equal(ledger_rows(), 0); /* free again */
}

static void test_a_lane_that_dies_gives_back_or_leaves_in_doubt(void **state)
{
	(void)state;
	static const struct {
		bool is_sms, has_begun;
		enum store_state state;
	} rows[] = {{false, false, STORE_PLANNED},
		    {true, false, STORE_PLANNED},
		    {true, true, STORE_UNCERTAIN}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *lane = rows[i].is_sms ? "sms-1" : "mail-1";
		close_world(NULL);
		open_world(NULL);
		int64_t id = rows[i].is_sms ? planned_sms() : planned_mail();
		world_lanes_up(&w);
		pump();
		if (rows[i].has_begun)
			world_say(&w, lane, "submitting", "{'id':1}");
		OK(outbox_lane_down(w.outbox, lane, E));
		assert_int_equal(get(id).state, rows[i].state);
		world_lanes_up(&w);
		world_at(&w, "2026-11-23T12:00");
		pump();
		assert_int_equal(n_delivered(),
				 rows[i].state == STORE_PLANNED ? 2 : 1);
	}
}

static void test_a_lane_may_come_back_before_its_end_is_seen(void **state)
{
	(void)state;
	int64_t id = planned_sms();
	world_lanes_up(&w);
	pump();
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	outbox_lane_up(w.outbox, "sms-1"); /* the new process */
	assert_int_equal(get(id).state, STORE_UNCERTAIN);
	OK(outbox_lane_down(w.outbox, "sms-1", E)); /* the old one's end */
	struct outbox_stats st;
	outbox_stats(w.outbox, &st);
	assert_int_equal(st.lanes, 2);
	assert_int_equal(st.busy, 0);
}

static void test_a_restart_sends_mail_again_and_no_sms(void **state)
{
	(void)state;
	int64_t id = planned_sms();
	world_lanes_up(&w);
	pump();
	world_stop(&w);
	world_start(&w);
	assert_int_equal(get(id).state, STORE_UNCERTAIN);
	close_world(NULL);
	open_world(NULL);
	id = planned_mail();
	world_lanes_up(&w);
	pump();
	char *first = bytes_of(world_last(&w));
	world_stop(&w);
	world_start(&w);
	world_settle(&w);
	world_lanes_up(&w);
	pump();
	char *again = bytes_of(world_last(&w));
	assert_int_equal(n_delivered(), 2);
	assert_string_equal(again, first);
	free(first);
	free(again);
}

static void test_an_sms_verdict_that_says_nothing_is_uncertain(void **state)
{
	(void)state;
	static const struct {
		const char *result;
		enum store_state state;
	} rows[] = {{"uncertain", STORE_UNCERTAIN},
		    {"", STORE_UNCERTAIN},
		    {"bliblablo", STORE_UNCERTAIN},
		    {"failed", STORE_FAILED},
		    {"retry", STORE_PLANNED}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		close_world(NULL);
		open_world(NULL);
		int64_t id = planned_sms();
		world_lanes_up(&w);
		pump();
		world_verdict(&w, world_last(&w), rows[i].result, "refused");
		assert_int_equal(get(id).state, rows[i].state);
	}
}

static void test_preview_mode_goes_to_the_folder_only(void **state)
{
	(void)state;
	enum agency_mode old;
	world_people(&w, 1, "{}", AGENCY_PREVIEW);
	world_at(&w, "2026-11-23T10:01");
	world_offer(&w, "{}");
	assert_int_equal(world_plan(&w), 2);
	world_lanes_up(&w);
	pump();
	assert_int_equal(n_delivered(), 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(js_bool(json_array_get(w.delivered, i), "preview",
				    false));
	world_verdict(&w, json_array_get(w.delivered, 0), "retry", "storage");
	OK(store_agency_set_mode(w.s, "ML1", AGENCY_AUTOMATIC, w.clock.now_s,
				 &old, E));
	world_at(&w, "2026-11-23T11:01");
	pump();
	assert_int_equal(n_delivered(), 2); /* never out of the folder */
}

/* --- a store that cannot take what a lane says ---------------------------- */

static void writable(bool is)
{
	OK(db_script(w.s, is ? "PRAGMA query_only=OFF" : "PRAGMA query_only=ON",
		     E));
}

static int say(const char *lane, const char *type, json_t *line_take,
	       struct err *err)
{
	int result = outbox_line(w.outbox, lane, type, line_take, err);
	json_decref(line_take);
	return result;
}

static json_t *sent(int64_t id)
{
	return json_pack("{s:I,s:s,s:s}", "id", (json_int_t)id, "result",
			 "sent", "reason", "ok");
}

static void test_a_verdict_waits_for_the_store_and_nothing_goes_twice(
	void **state)
{
	(void)state;
	int64_t id = planned_sms();
	struct err err = {0};
	world_lanes_up(&w);
	pump();
	world_say(&w, "sms-1", "submitting", "{'id':1}");
	writable(false);
	assert_int_equal(say("sms-1", "verdict", sent(id), &err), -1);
	assert_int_equal(err.kind, ERR_STORE);
	assert_int_equal(get(id).state, STORE_SENDING);
	assert_int_equal(outbox_settle_rest(w.outbox, &err), -1);
	assert_int_equal(outbox_pump(w.outbox, &err), -1);
	assert_int_equal(n_delivered(), 1);
	writable(true);
	OK(outbox_settle_rest(w.outbox, E));
	assert_int_equal(get(id).state, STORE_SENT);
	pump();
	assert_int_equal(n_delivered(), 1);
	OK(outbox_settle_rest(w.outbox, E)); /* nothing left */
}

static void test_a_lane_that_dies_meanwhile_is_remembered_too(void **state)
{
	(void)state;
	int64_t id = planned_sms();
	struct err err = {0};
	world_lanes_up(&w);
	pump();
	/* That it was about to leave is not on the disk: the engine heard it,
	 * and does not forget. */
	writable(false);
	(void)say("sms-1", "submitting",
		  json_pack("{s:I}", "id", (json_int_t)id), &err);
	assert_int_equal(outbox_lane_down(w.outbox, "sms-1", &err), -1);
	writable(true);
	OK(outbox_settle_rest(w.outbox, E));
	assert_int_equal(get(id).state, STORE_UNCERTAIN);
	world_lanes_up(&w);
	pump();
	assert_int_equal(n_delivered(), 1);
}

static void test_a_mail_of_a_dead_lane_goes_again_when_the_store_writes(
	void **state)
{
	(void)state;
	int64_t id = planned_mail();
	struct err err = {0};
	world_lanes_up(&w);
	pump();
	assert_int_equal(n_delivered(), 1);
	writable(false);
	assert_int_equal(outbox_lane_down(w.outbox, "mail-1", &err), -1);
	writable(true);
	OK(outbox_settle_rest(w.outbox, E));
	assert_int_equal(get(id).state, STORE_PLANNED);
	assert_non_null(get(id).model); /* the same bytes */
}

static void test_nothing_is_claimed_that_could_not_be_recorded(void **state)
{
	(void)state;
	int64_t id = planned_sms();
	struct err err = {0};
	world_lanes_up(&w);
	writable(false);
	assert_int_equal(outbox_pump(w.outbox, &err), -1);
	assert_int_equal(err.kind, ERR_STORE);
	assert_int_equal(n_delivered(), 0);
	writable(true);
	pump();
	assert_int_equal(n_delivered(), 1);
	assert_int_equal(get(id).attempts, 1);
}

static void test_a_frozen_line_that_is_none_any_more_is_given_up(void **state)
{
	(void)state;
	int64_t id = planned_mail();
	world_lanes_up(&w);
	/* Frozen once, and its bytes are no line any more. */
	OK(db_run_v(w.s, E,
		    "UPDATE message SET model = '{', message_id = 'x', "
		    "claimed_at = 1 WHERE id = ?1",
		    DB_VALUES(db_int(id))));
	pump();
	assert_int_equal(n_delivered(), 0);
	assert_int_equal(get(id).state, STORE_CANCELLED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_outside_production_nobody_real_is_written_to),
		T(test_outside_production_no_digest_either),
		T(test_a_channel_without_a_stand_in_waits),
		T(test_a_message_is_claimed_once_and_settled),
		T(test_lines_without_a_place_are_refused),
		T(test_a_mail_goes_again_with_the_same_bytes_later),
		T(test_a_partner_that_asks_for_time_gets_it),
		T(test_an_outage_ends_in_one_catch_up),
		T(test_what_may_have_arrived_is_not_said_in_other_words),
		T(test_a_dead_address_eats_no_offer),
		T(test_an_sms_in_doubt_is_told_once_without_an_offer),
		T(test_a_refused_account_blames_nobody),
		T(test_an_sms_settled_in_time_makes_no_digest),
		T(test_attempts_have_an_end),
		T(test_permission_is_asked_again_for_what_is_frozen),
		T(test_a_new_address_stops_what_was_written_to_the_old_one),
		T(test_a_gone_offer_cancels_before_the_claim),
		T(test_a_lane_that_dies_gives_back_or_leaves_in_doubt),
		T(test_a_lane_may_come_back_before_its_end_is_seen),
		T(test_a_restart_sends_mail_again_and_no_sms),
		T(test_an_sms_verdict_that_says_nothing_is_uncertain),
		T(test_a_verdict_waits_for_the_store_and_nothing_goes_twice),
		T(test_a_lane_that_dies_meanwhile_is_remembered_too),
		T(test_a_mail_of_a_dead_lane_goes_again_when_the_store_writes),
		T(test_nothing_is_claimed_that_could_not_be_recorded),
		T(test_a_frozen_line_that_is_none_any_more_is_given_up),
		T(test_preview_mode_goes_to_the_folder_only),
	};
	return cmocka_run_group_tests(tests, NULL, world_refdata_free);
}
