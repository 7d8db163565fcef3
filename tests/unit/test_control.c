/* SPDX-License-Identifier: EUPL-1.2 */
/* The control socket: who is let in, what is answered to nonsense, who may not
 * block the place, and that every command ends whatever it is given. */
#include "control_fixture.h"

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
		bool is_told = strstr(text, "own user") != NULL;
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
		cmocka_unit_test(test_every_command_ends_whatever_it_is_given),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
