/* SPDX-License-Identifier: EUPL-1.2 */
/* Every alarm is raised by its real cause and lowered with it; administrators
 * are mailed once, late enough, and not again after a restart; and nothing new
 * is begun without room, a store that writes, or a clock. */
#include "control_fixture.h"

#include "engine/store/db.h"

#define HOUR ((int64_t)3600)
#define DAY  (24 * HOUR)

static int set_up(void **state)
{
	struct fixture *fx = mem_alloc(sizeof(*fx));
	fixture_up(fx, true);
	struct engine_state *e = &fx->e;
	json_t *watch =
		json_pack("{s:[s,s],s:i,s:i,s:i}", "mail_to", "a@ml.example",
			  "b@ml.example", "mail_after_minutes", 10,
			  "queue_minutes", 120, "disk_low_mb", 1);
	json_object_set_new(e->config, "watch", watch);
	json_object_set_new(e->config, "paths",
			    json_pack("{s:s}", "state", fx->folder));
	plan_settings_clear(&e->plan_settings);
	plan_settings_read(&e->plan_settings, e->config);
	e->last_backup_at = INSTANT_NONE;
	e->started_at = FIXTURE_NOW - DAY;
	watch_begin(e);
	*state = fx;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fx = *state;
	json_decref(fx->e.roles);
	fixture_down(fx);
	free(fx);
	return 0;
}

/* And whatever was mailed arrives. */
static void look(struct fixture *fx)
{
	OK(watch_look(&fx->e, E));
	OK(db_script(fx->e.store,
		     "UPDATE message SET state = 'sent' WHERE kind = 'notice'",
		     E));
}

static bool stands(const struct fixture *fx, enum alarm_code code)
{
	return alarms_count(fx->e.alarms, code) > 0;
}

static void sql(struct fixture *fx, const char *text)
{
	OK(db_script(fx->e.store, text, E));
}

static void add_message(struct fixture *fx, const char *kind,
			const char *channel, const char *state, int64_t due)
{
	OK(db_run_v(fx->e.store, E,
		    "INSERT INTO message (kind, audience, channel, not_before, "
		    "state, planned_at) VALUES (?1, 'adviser', ?2, ?3, ?4, ?3)",
		    DB_VALUES(db_text(kind), db_text(channel), db_int(due),
			      db_text(state))));
}

static int64_t notices(struct fixture *fx)
{
	int64_t n = -1;
	OK(db_get_int_v(fx->e.store, &n, E,
			"SELECT count(*) FROM message WHERE kind = 'notice'",
			DB_VALUES(DB_NONE)));
	return n;
}

static void messages_raise_their_alarms(void **state)
{
	struct fixture *fx = *state;
	look(fx);
	assert_null(alarms_at(fx->e.alarms, 0));
	add_message(fx, "offer", "sms", "uncertain", FIXTURE_NOW);
	add_message(fx, "digest", "email", "failed", FIXTURE_NOW - DAY);
	look(fx);
	assert_true(stands(fx, ALARM_SMS_UNCERTAIN));
	assert_true(stands(fx, ALARM_DIGESTS_REFUSED));
	sql(fx, "UPDATE message SET state = 'sent'");
	look(fx);
	assert_null(alarms_at(fx->e.alarms, 0));
	/* Not due yet; then due without a lane; then for long. */
	add_message(fx, "digest", "email", "planned", FIXTURE_NOW + HOUR);
	look(fx);
	assert_null(alarms_at(fx->e.alarms, 0));
	clock_manual_advance(&fx->clock, HOUR + 60);
	look(fx);
	assert_true(stands(fx, ALARM_LANE_DOWN));
	assert_false(stands(fx, ALARM_QUEUE_OLD));
	outbox_lane_up(fx->e.outbox, "mail-1");
	look(fx);
	assert_false(stands(fx, ALARM_LANE_DOWN));
	clock_manual_advance(&fx->clock, 2 * HOUR);
	look(fx);
	assert_true(stands(fx, ALARM_QUEUE_OLD));
	assert_true(stands(fx, ALARM_NOTHING_SENT));
	sql(fx, "UPDATE message SET state = 'sent'");
	look(fx);
	assert_null(alarms_at(fx->e.alarms, 0));
}

static void processes_and_copies_raise_theirs(void **state)
{
	struct fixture *fx = *state;
	int64_t now = clock_now(fx->e.clock);
	fx->e.roles = json_pack(
		"[{s:s,s:s,s:s,s:I,s:I},{s:s,s:s,s:s,s:I,s:I,s:s}]", "role",
		"courier", "lane", "mail-1", "state", "running", "restarts",
		(json_int_t)5, "since", (json_int_t)(now - 60), "role", "front",
		"lane", "", "state", "running", "restarts", (json_int_t)9,
		"since", (json_int_t)(now - DAY), "warning", "no Landlock");
	fx->e.last_backup_at = now - 4 * DAY;
	sql(fx, "INSERT INTO meta VALUES ('restored', CAST('5' AS BLOB))");
	look(fx);
	assert_int_equal(alarms_count(fx->e.alarms, ALARM_ROLE_RESTARTS), 1);
	assert_string_equal(alarms_at(fx->e.alarms, 0)->subject, "mail-1");
	assert_int_equal(alarms_count(fx->e.alarms, ALARM_CONFINEMENT), 1);
	assert_true(stands(fx, ALARM_BACKUP_OLD));
	assert_true(stands(fx, ALARM_RESTORED));
	clock_manual_advance(&fx->clock, HOUR);
	fx->e.last_backup_at = now;
	OK(store_restored_forget(fx->e.store, E));
	look(fx);
	assert_false(stands(fx, ALARM_ROLE_RESTARTS));
	assert_false(stands(fx, ALARM_BACKUP_OLD));
	assert_false(stands(fx, ALARM_RESTORED));
}

static void an_alarm_is_mailed_once_and_so_is_its_end(void **state)
{
	struct fixture *fx = *state;
	alarms_raise(fx->e.alarms, ALARM_CLOCK, NULL, "stepped");
	look(fx);
	clock_manual_advance(&fx->clock, 9 * 60);
	look(fx);
	assert_int_equal(notices(fx), 0);
	clock_manual_advance(&fx->clock, 60);
	look(fx);
	assert_int_equal(notices(fx), 2); /* one to each */
	look(fx);
	/* A restart raises it anew, and mails nothing. */
	alarms_free(fx->e.alarms);
	fx->e.alarms = alarms_new(fx->e.clock);
	alarms_raise(fx->e.alarms, ALARM_CLOCK, NULL, "stepped");
	clock_manual_advance(&fx->clock, HOUR);
	look(fx);
	assert_int_equal(notices(fx), 2);
	/* Another one is news; what stands goes with it. */
	alarms_raise(fx->e.alarms, ALARM_AUDIT, NULL, "broken");
	clock_manual_advance(&fx->clock, HOUR);
	look(fx);
	assert_int_equal(notices(fx), 4);
	alarms_lower(fx->e.alarms, ALARM_AUDIT, NULL);
	look(fx);
	assert_int_equal(notices(fx), 4);
	alarms_lower(fx->e.alarms, ALARM_CLOCK, NULL);
	look(fx);
	assert_int_equal(notices(fx), 6); /* all is over */
	look(fx);
	clock_manual_advance(&fx->clock, 2 * DAY);
	look(fx);
	assert_int_equal(notices(fx), 6);
}

static void a_standing_alarm_is_mailed_daily_and_a_flapping_one_capped(
	void **state)
{
	struct fixture *fx = *state;
	alarms_raise(fx->e.alarms, ALARM_CLOCK, NULL, "stepped");
	for (int minute = 0; minute < 3 * 24 * 60; minute += 10) {
		look(fx);
		clock_manual_advance(&fx->clock, 600);
	}
	assert_int_equal(notices(fx), 2 * 3);
	for (int minute = 0; minute < 12 * 60; minute += 20) {
		look(fx);
		clock_manual_advance(&fx->clock, 1200);
		alarms_lower(fx->e.alarms, ALARM_CLOCK, NULL);
		look(fx);
		alarms_raise(fx->e.alarms, ALARM_CLOCK, NULL, "stepped");
	}
	assert_in_range(notices(fx), 8, 2 * 3 + 2 * 6);
}

static void what_a_mail_says_is_of_when_it_leaves(void **state)
{
	struct fixture *fx = *state;
	struct store_message m;
	struct arena a;
	bool empty;
	alarms_raise(fx->e.alarms, ALARM_CLOCK, NULL, "stepped");
	clock_manual_advance(&fx->clock, HOUR);
	look(fx);
	arena_init(&a);
	sql(fx, "UPDATE message SET state = 'planned'");
	OK(store_message_get(fx->e.store, 1, &a, &m, E));
	alarms_raise(fx->e.alarms, ALARM_DISK_LOW, NULL, "only 3 MiB");
	json_t *line = plan_deliver_line(fx->e.planner, &m, true, &empty, NULL);
	assert_non_null(line);
	const json_t *model = json_object_get(line, "model");
	assert_int_equal(js_int(model, "n_alarms", 0), 2);
	assert_string_equal(js_str(json_object_get(line, "to"), "address", ""),
			    "a@ml.example");
	assert_true(json_is_null(json_object_get(line, "unsubscribe")));
	json_decref(line);
	/* Who is no longer in the configuration gets nothing any more. */
	enum plan_answer answer;
	int64_t at;
	const char *why;
	OK(plan_recheck(fx->e.planner, &m, &answer, &at, &why, E));
	assert_int_equal(answer, PLAN_GO);
	json_array_clear(fx->e.plan_settings.notice_to);
	OK(plan_recheck(fx->e.planner, &m, &answer, &at, &why, E));
	assert_int_equal(answer, PLAN_CANCEL);
	arena_clear(&a);
}

static void without_room_nothing_is_begun(void **state)
{
	struct fixture *fx = *state;
	struct engine_state *e = &fx->e;
	room_look(e);
	assert_false(e->is_paused);
	assert_true(e->room.disk_free > 0);
	/* More than any disk has. */
	json_object_set_new(json_object_get(e->config, "watch"), "disk_low_mb",
			    json_integer(INT64_C(1) << 40));
	room_look(e);
	assert_true(e->is_paused);
	assert_true(stands(fx, ALARM_DISK_LOW));
	json_object_set_new(json_object_get(e->config, "watch"), "disk_low_mb",
			    json_integer(1));
	room_look(e);
	assert_false(e->is_paused);
	assert_false(stands(fx, ALARM_DISK_LOW));
}

static void a_store_that_fails_pauses_until_it_writes(void **state)
{
	struct fixture *fx = *state;
	struct engine_state *e = &fx->e;
	struct err err = {.kind = ERR_INPUT};
	room_failed(e, &err); /* a partner's fault is no reason */
	room_look(e);
	assert_false(e->is_paused);
	sql(fx, "PRAGMA query_only=ON");
	err.kind = ERR_STORE;
	room_failed(e, &err);
	room_look(e);
	assert_true(e->is_paused);
	assert_true(stands(fx, ALARM_STORE_FAILING));
	sql(fx, "PRAGMA query_only=OFF");
	room_look(e);
	assert_false(e->is_paused);
	assert_false(stands(fx, ALARM_STORE_FAILING));
}

static void a_clock_that_steps_is_told_for_a_day(void **state)
{
	struct fixture *fx = *state;
	struct engine_state *e = &fx->e;
	fx->clock.mono_ms = 1000;
	room_look(e);
	clock_manual_advance(&fx->clock, HOUR);
	room_look(e);
	assert_false(stands(fx, ALARM_CLOCK));
	fx->clock.now_s -= 3 * HOUR;
	room_look(e);
	assert_true(stands(fx, ALARM_CLOCK));
	assert_false(e->is_paused);
	clock_manual_advance(&fx->clock, DAY + 60);
	room_look(e);
	assert_false(stands(fx, ALARM_CLOCK));
	/* Before the program was made: not believed. */
	fx->clock.now_s = 1000;
	room_look(e);
	assert_true(e->is_paused);
	fx->clock.now_s = FIXTURE_NOW;
	room_look(e);
	assert_false(e->is_paused);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_raise_their_alarms),
		TEST(processes_and_copies_raise_theirs),
		TEST(an_alarm_is_mailed_once_and_so_is_its_end),
		TEST(a_standing_alarm_is_mailed_daily_and_a_flapping_one_capped),
		TEST(what_a_mail_says_is_of_when_it_leaves),
		TEST(without_room_nothing_is_begun),
		TEST(a_store_that_fails_pauses_until_it_writes),
		TEST(a_clock_that_steps_is_told_for_a_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
