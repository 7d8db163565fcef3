/* SPDX-License-Identifier: EUPL-1.2 */
/* The control socket: who is let in, what is answered to nonsense, who may not
 * block the place, and that every command ends whatever it is given. */
#include "control_fixture.h"

#include <fcntl.h>

#include <sys/wait.h>

static void expect_error(struct fixture *fx, const char *first,
			 const char *second, int want_code,
			 const char *want_words)
{
	char text[300];
	struct asker k = asker_new(fx);
	say(&k, first);
	if (second)
		say(&k, second);
	int code = hear_end(fx, &k, text);
	if (code != want_code || !strstr(text, want_words))
		fail_msg("%d %s", code, text);
	assert_null(hear(fx, &k));
	asker_leave(&k);
}

static void test_hello_with_another_version_or_none_is_refused(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	expect_error(&fx, "{\"t\":\"hello\",\"role\":\"ctl\",\"wire\":99}",
		     NULL, 1, "another version");
	expect_error(&fx, "{\"t\":\"command\",\"cmd\":\"status\"}", NULL, 2,
		     "hello comes first");
	expect_error(&fx, HELLO, "{\"t\":\"command\",\"cmd\":\"reboot\"}", 2,
		     "no command of that name");
	expect_error(&fx, HELLO, "{\"t\":\"youth\",\"n\":1}", 2,
		     "has no place here");
	expect_error(&fx, HELLO,
		     "{\"t\":\"command\",\"cmd\":\"import\",\"args\":{"
		     "\"table\":\"cats\"}}",
		     2, "import takes");
	fixture_down(&fx);
}

static void test_garbage_costs_only_itself(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	struct asker k = asker_new(&fx);
	say(&k, "GET / HTTP/1.1");
	say(&k, "{\"t\":");
	say(&k, "{\"no type\":1}");
	say(&k, "[]");
	say(&k, HELLO);
	say(&k, "{\"t\":\"command\",\"cmd\":\"status\",\"args\":[]}");
	assert_int_equal(hear_end(&fx, &k, NULL), 0);
	asker_leave(&k);
	fixture_down(&fx);
}

static void test_the_engine_hangs_up_after_its_last_line(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	struct asker k = asker_new(&fx);
	say(&k, HELLO);
	say(&k, "{\"t\":\"command\",\"cmd\":\"agency list\"}");
	assert_int_equal(hear_end(&fx, &k, NULL), 0);
	assert_null(hear(&fx, &k));
	assert_null(control_next(fx.e.control, NULL));
	asker_leave(&k);
	fixture_down(&fx);
}

static void test_the_33rd_asker_is_turned_away_until_a_place_is_free(
	void **state)
{
	enum { PLACES = 32 };
	struct fixture fx;
	struct asker k[PLACES];
	char text[300];
	(void)state;
	fixture_up(&fx, true);
	for (int i = 0; i < PLACES; i++) {
		k[i] = asker_new(&fx);
		settle(&fx);
	}
	struct asker late = asker_new(&fx);
	assert_int_equal(hear_end(&fx, &late, text), 1);
	assert_non_null(strstr(text, "too many"));
	asker_leave(&late);
	asker_leave(&k[7]);
	settle(&fx);
	late = asker_new(&fx);
	say(&late, HELLO);
	say(&late, "{\"t\":\"command\",\"cmd\":\"agency list\"}");
	assert_int_equal(hear_end(&fx, &late, text), 0);
	asker_leave(&late);
	for (int i = 0; i < PLACES; i++) {
		if (i != 7)
			asker_leave(&k[i]);
	}
	fixture_down(&fx);
}

static void test_the_socket_is_for_owner_and_group_alone(void **state)
{
	struct fixture fx;
	struct stat st;
	(void)state;
	fixture_up(&fx, true);
	assert_int_equal(stat(fx.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	fixture_down(&fx);
	assert_int_equal(stat(fx.path, &st), -1);
}

/* In a child, because root is always let in: it must be nobody. */
static void as_nobody(bool one_folder, int want_code)
{
	pid_t pid = fork();
	if (pid == 0) {
		struct fixture fx;
		char text[300] = "";
		fixture_rd = refdata_load(SOURCE_DIR "/conf/refdata", NULL);
		if (getuid() == 0 && setresuid(65534, 65534, 65534))
			_exit(10);
		fixture_up(&fx, one_folder);
		struct asker k = asker_new(&fx);
		say(&k, HELLO);
		say(&k, "{\"t\":\"command\",\"cmd\":\"agency list\"}");
		int code = hear_end(&fx, &k, text);
		bool is_told = strstr(text, "own ") != NULL;
		asker_leave(&k);
		fixture_down(&fx);
		_exit(code != want_code ? 11 : is_told == !!want_code ? 0 : 12);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_the_services_own_uid_commands_only_a_one_folder_instance(
	void **state)
{
	(void)state;
	as_nobody(true, 0);
	as_nobody(false, 1);
}

static void test_who_may_what(void **state)
{
	static const struct {
		int64_t uid;
		bool one_folder, in_admin, in_needs;
		bool welcome, needs;
	} cases[] = {
		/* root, whatever its groups */
		{0, false, false, false, true, true},
		{0, true, true, true, true, true},
		/* the service's own user: only in one folder */
		{7, false, false, false, false, false},
		{7, false, true, true, false, false},
		{7, true, false, false, true, true},
		/* others, by their groups alone */
		{8, false, false, false, false, false},
		{8, false, true, false, true, false},
		{8, false, true, true, true, true},
		{8, false, false, true, false, false},
		{8, true, false, false, false, false},
		{8, true, true, false, true, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct control_peer p;
		assert_int_equal(
			control_rights(&p, cases[i].uid, 7, cases[i].one_folder,
				       cases[i].in_admin, cases[i].in_needs),
			cases[i].welcome);
		assert_int_equal(p.uid, cases[i].uid);
		assert_int_equal(p.is_admin, cases[i].welcome);
		assert_int_equal(p.may_needs, cases[i].needs);
	}
}

static bool is_in_trail(const struct fixture *fx, const char *cmd,
			const char *phase)
{
	json_t *rows = json_array(), *row;
	char *folder = mem_printf("%s/audit", fx->folder);
	size_t i;
	bool is_there = false;
	(void)audit_read(folder, NULL, 10000, rows, NULL); /* none yet */
	json_array_foreach(rows, i, row) is_there |=
		str_eq(js_str(row, "cmd", ""), cmd) &&
		str_eq(js_str(row, "phase", ""), phase);
	json_decref(rows);
	free(folder);
	return is_there;
}

static int ask(struct fixture *fx, const char *cmd, const char *args,
	       char *text)
{
	char line[500];
	struct asker k = asker_new(fx);
	snprintf(line, sizeof(line),
		 "{\"t\":\"command\",\"cmd\":\"%s\",\"args\":%s}", cmd, args);
	say(&k, HELLO);
	say(&k, line);
	int code = hear_end(fx, &k, text);
	asker_leave(&k);
	settle(fx);
	return code;
}

/* By what the table says each command is. */
static void test_every_change_is_in_the_audit_log_before_it_happens(
	void **state)
{
	struct fixture fx;
	char text[300];
	(void)state;
	fixture_up(&fx, true);
	for (const struct control_command *c = control_commands; c->name; c++) {
		(void)ask(&fx, c->name, "{\"words\":[\"x\",\"y\"]}", text);
		bool is_change =
			c->kind == CONTROL_CHANGE || c->kind == CONTROL_RELOAD;
		/* These two are answered when their dialogue ends. */
		if (str_eq(c->name, "import"))
			continue;
		if (is_in_trail(&fx, c->name, "asked") != is_change ||
		    is_in_trail(&fx, c->name, "done") != is_change ||
		    is_in_trail(&fx, c->name, "read") !=
			    (c->kind == CONTROL_PEOPLE))
			fail_msg("%s: the audit log", c->name);
	}
	fixture_down(&fx);
}

static void test_nothing_changes_that_cannot_be_written_down(void **state)
{
	struct fixture fx;
	char text[300];
	(void)state;
	fixture_up(&fx, true);
	char *folder = mem_printf("%s/audit", fx.folder);
	int fd = open(folder, O_WRONLY | O_CREAT, 0600); /* where it would be */
	close(fd);
	for (const struct control_command *c = control_commands; c->name; c++) {
		if (c->kind != CONTROL_CHANGE && c->kind != CONTROL_RELOAD)
			continue;
		assert_int_equal(ask(&fx, c->name, "{}", text), 1);
		assert_non_null(strstr(text, "nothing was changed"));
	}
	assert_int_equal(alarms_count(fx.e.alarms, ALARM_AUDIT), 1);
	unlink(folder);
	free(folder);
	assert_int_equal(ask(&fx, "reload", "{}", text), 0);
	assert_int_equal(alarms_count(fx.e.alarms, ALARM_AUDIT), 0);
	fixture_down(&fx);
}

static void test_a_paused_engine_changes_nothing_and_answers(void **state)
{
	struct fixture fx;
	char text[300];
	(void)state;
	fixture_up(&fx, true);
	fx.e.is_paused = true;
	for (const struct control_command *c = control_commands; c->name; c++) {
		if (c->kind != CONTROL_CHANGE)
			continue;
		assert_int_equal(ask(&fx, c->name, "{}", text), 1);
		assert_non_null(strstr(text, "paused"));
	}
	assert_int_equal(ask(&fx, "agency list", "{}", text), 0);
	assert_int_equal(ask(&fx, "reload", "{}", text), 0);
	fixture_down(&fx);
}

static void test_who_reads_much_raises_an_alarm_that_outlives_a_restart(
	void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	trail_reads(&fx.e, "uid:1000", 1500);
	trail_reads(&fx.e, "uid:1001", 1500);
	assert_int_equal(alarms_count(fx.e.alarms, ALARM_BULK_READS), 0);
	trail_reads(&fx.e, "uid:1000", 501);
	assert_int_equal(alarms_count(fx.e.alarms, ALARM_BULK_READS), 1);
	assert_string_equal(alarms_at(fx.e.alarms, 0)->subject, "uid:1000");
	/* A restart: the alarms are gone, the events are not. */
	alarms_free(fx.e.alarms);
	fx.e.alarms = alarms_new(fx.e.clock);
	trail_look_at_reads(&fx.e);
	assert_int_equal(alarms_count(fx.e.alarms, ALARM_BULK_READS), 1);
	clock_manual_advance(&fx.clock, 24 * 3600 + 1);
	OK(watch_look(&fx.e, E));
	assert_int_equal(alarms_count(fx.e.alarms, ALARM_BULK_READS), 0);
	fixture_down(&fx);
}

/* No arguments, and arguments of every wrong kind. */
static void test_every_command_ends_whatever_it_is_given(void **state)
{
	static const char *const args[] = {
		"null",
		"{}",
		"[]",
		"{\"words\":{}}",
		"{\"words\":[1,null]}",
		"{\"words\":[\"x\"]}",
		"{\"words\":[\"a:b\",\"c:d\"],\"limit\":\"many\"}",
		"{\"words\":[\"9\",\"sent\"],\"youth\":\"ml:1\","
		"\"offer\":\"a:b\",\"adviser\":\"a:b\",\"private\":true}",
		"{\"words\":[\"99999999999999999999\"],\"limit\":-1,"
		"\"since\":\"soon\",\"state\":\"?\",\"message\":\"?\"}",
		"{\"limit\":9223372036854775807,\"youth\":\":\","
		"\"adviser\":\":\",\"all\":true}"};
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	for (const struct control_command *c = control_commands; c->name; c++) {
		for (size_t i = 0; i < ARRAY_LEN(args); i++) {
			char line[500];
			struct asker k = asker_new(&fx);
			snprintf(line, sizeof(line),
				 "{\"t\":\"command\",\"cmd\":\"%s\","
				 "\"args\":%s}",
				 c->name, args[i]);
			say(&k, HELLO);
			say(&k, line);
			int code = hear_end(&fx, &k, NULL);
			assert_in_range(code, 0, 3);
			asker_leave(&k);
		}
	}
	fixture_down(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_hello_with_another_version_or_none_is_refused),
		cmocka_unit_test(test_garbage_costs_only_itself),
		cmocka_unit_test(test_the_engine_hangs_up_after_its_last_line),
		cmocka_unit_test(
			test_the_33rd_asker_is_turned_away_until_a_place_is_free),
		cmocka_unit_test(test_the_socket_is_for_owner_and_group_alone),
		cmocka_unit_test(
			test_the_services_own_uid_commands_only_a_one_folder_instance),
		cmocka_unit_test(test_who_may_what),
		cmocka_unit_test(
			test_every_change_is_in_the_audit_log_before_it_happens),
		cmocka_unit_test(
			test_nothing_changes_that_cannot_be_written_down),
		cmocka_unit_test(
			test_a_paused_engine_changes_nothing_and_answers),
		cmocka_unit_test(
			test_who_reads_much_raises_an_alarm_that_outlives_a_restart),
		cmocka_unit_test(test_every_command_ends_whatever_it_is_given),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
