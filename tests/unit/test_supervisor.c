/* SPDX-License-Identifier: EUPL-1.2 */
/* The supervisor with real processes: etrier-toyrole is the real supervisor
 * with obedient roles. Each test makes a one-folder instance, starts it, kills
 * or steers, and reads what the roles noted in their log. */
#include <etrier/clock.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
/* after the standard headers */
#include <cmocka.h>

#define TOY	 BUILD_DIR "/tests/etrier-toyrole"
#define LOG_SIZE 65536
/* Long enough for a slow machine under sanitizers; nothing waits it out. */
#define PATIENCE_MS 40000

/* 32 bytes in hexadecimal, invented. */
#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"

#define OTHER_KEY \
	"101112131415161718191a1b1c1d1e1f000102030405060708090a0b0c0d0e0f\n"

static const char *const names[] = {"engine", "collector", "mail-1",
				    "mail-2", "sms-1",	   "front"};

struct instance {
	char folder[64];
	pid_t pid;
	char log[LOG_SIZE];
};

static int64_t now_ms(void)
{
	return clock_mono_ms(clock_system());
}

static void nap(void)
{
	usleep(20000);
}

static const char *path_of(const struct instance *in, const char *name)
{
	static char path[256];
	snprintf(path, sizeof(path), "%s/%s", in->folder, name);
	return path;
}

static void put_file(const struct instance *in, const char *name,
		     const char *text)
{
	FILE *f = fopen(path_of(in, name), "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void put_config(const struct instance *in, const char *level,
		       int mail_lanes, const char *extra)
{
	char text[1024];
	snprintf(text, sizeof(text),
		 "paths:\n"
		 "  state: state\n"
		 "  run: run\n"
		 "  refdata: refdata\n"
		 "front:\n"
		 "  base_url: http://localhost\n"
		 "mail:\n"
		 "  transport: maildir\n"
		 "  lanes: %d\n"
		 "sms:\n"
		 "  gateway: file\n"
		 "log:\n"
		 "  level: %s\n%s",
		 mail_lanes, level, extra);
	put_file(in, "etrier.yaml", text);
}

static const char *read_file(struct instance *in, const char *name)
{
	in->log[0] = '\0';
	FILE *f = fopen(path_of(in, name), "r");
	if (!f)
		return in->log;
	size_t n = fread(in->log, 1, sizeof(in->log) - 1, f);
	in->log[n] = '\0';
	fclose(f);
	return in->log;
}

/* How many lines of the roles' log are of name ("" all) and hold event. */
static int count(struct instance *in, const char *name, const char *event)
{
	int n = 0;
	char *save = NULL;
	read_file(in, "log");
	for (char *line = strtok_r(in->log, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t k = strlen(name);
		bool is_of = !k || (str_starts(line, name) && line[k] == ' ');
		n += is_of && strstr(line, event);
	}
	return n;
}

/* The process of name's last line with "started", 0 when there is none. */
static pid_t pid_of(struct instance *in, const char *name)
{
	int64_t pid = 0;
	char *save = NULL;
	read_file(in, "log");
	for (char *line = strtok_r(in->log, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *rest = NULL;
		char *who = strtok_r(line, " ", &rest);
		char *number = strtok_r(NULL, " ", &rest);
		if (str_eq(who, name) && str_eq(rest, "started"))
			num_parse_int(number, 1, INT32_MAX, &pid);
	}
	return (pid_t)pid;
}

/* Left for await_exit() to collect. */
static bool has_exited(pid_t pid)
{
	siginfo_t info = {0};
	return pid > 0 &&
	       waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		       0 &&
	       info.si_pid == pid;
}

static void await(struct instance *in, const char *name, const char *event,
		  int n)
{
	int64_t until = now_ms() + PATIENCE_MS;
	while (count(in, name, event) < n) {
		if (has_exited(in->pid) || now_ms() > until) {
			print_message("%s\n", read_file(in, "stderr"));
			fail_msg("%s: no %d times \"%s\"", name, n, event);
		}
		nap();
	}
}

/* Starts the instance and lets it go on. */
static pid_t launch(struct instance *in, const char *errors)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	setenv("TOY_DIR", in->folder, 1);
	setenv("NOTIFY_SOCKET", path_of(in, "notify"), 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	int fd = open(path_of(in, errors), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDERR_FILENO);
	char file[256], program[] = TOY;
	str_copy(file, sizeof(file), path_of(in, "etrier.yaml"));
	char *const argv[] = {program, file, NULL};
	execv(TOY, argv);
	_exit(127);
}

static void start_all(struct instance *in)
{
	in->pid = launch(in, "stderr");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		await(in, names[i], "started", 1);
	/* And the pairs work both ways. */
	for (size_t i = 1; i < ARRAY_LEN(names); i++)
		await(in, names[i], "welcome", 1);
}

static int await_exit(pid_t pid)
{
	int64_t until = now_ms() + PATIENCE_MS;
	int status;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ms() > until)
			return -1;
		nap();
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

static int stop_all(struct instance *in)
{
	kill(in->pid, SIGTERM);
	int status = await_exit(in->pid);
	in->pid = 0;
	return status;
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

static int set_up(void **state)
{
	struct instance *in = mem_alloc(sizeof(*in));
	str_copy(in->folder, sizeof(in->folder),
		 "/tmp/etrier-supervisor-XXXXXX");
	assert_non_null(mkdtemp(in->folder));
	static const char *const folders[] = {"refdata", "templates", "secrets",
					      "sources.d"};
	umask(077);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		assert_int_equal(mkdir(path_of(in, folders[i]), 0700), 0);
	put_file(in, "secrets/needs.key", KEY);
	put_file(in, "secrets/token.key", OTHER_KEY);
	put_file(in, "rules.yaml", "version: 1\n");
	put_config(in, "info", 2, "");
	if (access(TOY, X_OK)) {
		print_message("%s is not built\n", TOY);
		return -1;
	}
	*state = in;
	return 0;
}

static int tear_down(void **state)
{
	struct instance *in = *state;
	char command[128];
	if (in->pid > 0) {
		kill(in->pid, SIGTERM);
		await_exit(in->pid);
	}
	snprintf(command, sizeof(command), "rm -rf %s", in->folder);
	int r = system(command);
	free(in);
	return r;
}

static void everything_starts_and_stops_as_asked(void **state)
{
	struct instance *in = *state;
	start_all(in);
	assert_int_equal(stop_all(in), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_int_equal(count(in, names[i], "started"), 1);
		assert_int_equal(count(in, names[i], "ended"), 1);
	}
	/* The engine must record what the lanes still report. */
	read_file(in, "log");
	char *last = in->log + strlen(in->log) - 1; /* its line end */
	while (last > in->log && last[-1] != '\n')
		last--;
	assert_true(str_starts(last, "engine "));
}

static void a_killed_role_comes_back_alone(void **state)
{
	struct instance *in = *state;
	start_all(in);
	pid_t engine = pid_of(in, "engine");
	for (size_t i = 1; i < ARRAY_LEN(names); i++) {
		pid_t before = pid_of(in, names[i]);
		kill(before, SIGKILL);
		await(in, names[i], "started", 2);
		await(in, names[i], "welcome", 2);
		assert_int_not_equal(pid_of(in, names[i]), before);
	}
	assert_int_equal(pid_of(in, "engine"), engine);
	assert_int_equal(count(in, "", "started"), 11);
	assert_int_equal(stop_all(in), 0);
}

static void a_killed_engine_takes_all_along(void **state)
{
	struct instance *in = *state;
	pid_t before[ARRAY_LEN(names)];
	start_all(in);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		before[i] = pid_of(in, names[i]);
	kill(before[0], SIGKILL);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		await(in, names[i], "started", 2);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_int_not_equal(pid_of(in, names[i]), before[i]);
		assert_true(is_gone(before[i]));
		if (i)
			await(in, names[i], "welcome", 2);
	}
	assert_int_equal(stop_all(in), 0);
}

static void a_dying_role_comes_back_ever_slower(void **state)
{
	struct instance *in = *state;
	start_all(in);
	int64_t at[3];
	for (int i = 0; i < 3; i++) {
		kill(pid_of(in, "front"), SIGKILL);
		int64_t from = now_ms();
		await(in, "front", "started", i + 2);
		at[i] = now_ms() - from;
	}
	assert_true(at[0] >= 900);
	assert_true(at[1] >= 1900);
	assert_true(at[2] >= 3900);
}

static void the_end_is_orderly_within_30_s_though_a_lane_hangs(void **state)
{
	struct instance *in = *state;
	put_file(in, "block-mail-2", "");
	start_all(in);
	pid_t lane = pid_of(in, "mail-2");
	int64_t from = now_ms();
	assert_int_equal(stop_all(in), 0);
	int64_t took = now_ms() - from;
	assert_true(took > 15000); /* it was given its time */
	assert_true(took < 30000);
	assert_true(is_gone(lane));
	assert_int_equal(count(in, "engine", "ended"), 1);
	assert_int_equal(count(in, "mail-2", "ended"), 0);
}

static void a_silent_engine_is_killed_and_replaced(void **state)
{
	struct instance *in = *state;
	start_all(in);
	pid_t before = pid_of(in, "engine");
	kill(before, SIGSTOP);
	await(in, "engine", "started", 2);
	assert_true(is_gone(before));
	for (size_t i = 1; i < ARRAY_LEN(names); i++)
		await(in, names[i], "started", 2);
	assert_int_equal(stop_all(in), 0);
}

static void a_refusal_at_the_start_commits_nobody_and_exits_78(void **state)
{
	struct instance *in = *state;
	put_file(in, "refuse-sms-1", "");
	pid_t pid = launch(in, "stderr");
	assert_int_equal(await_exit(pid), 78);
	assert_int_equal(count(in, "", "committed"), 0);
	assert_non_null(strstr(read_file(in, "stderr"), "told to refuse"));
}

static void a_failed_commit_exits_78(void **state)
{
	struct instance *in = *state;
	put_file(in, "fail-front", "");
	pid_t pid = launch(in, "stderr");
	assert_int_equal(await_exit(pid), 78);
	assert_non_null(strstr(read_file(in, "stderr"), "told to fail"));
}

static void a_bad_file_starts_nothing_and_exits_78(void **state)
{
	struct instance *in = *state;
	put_config(in, "info", 99, "nonsense: 1\n");
	pid_t pid = launch(in, "stderr");
	assert_int_equal(await_exit(pid), 78);
	assert_int_equal(count(in, "", ""), 0);
	assert_non_null(strstr(read_file(in, "stderr"), "etrier.yaml:9:"));
	assert_non_null(strstr(read_file(in, "stderr"), "etrier.yaml:14:"));
}

static void a_reload_is_committed_by_all(void **state)
{
	struct instance *in = *state;
	start_all(in);
	put_config(in, "debug", 2, "");
	kill(in->pid, SIGHUP);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		await(in, names[i], "committed debug", 1);
	put_config(in, "notice", 2, "");
	put_file(in, "reload", "");
	await(in, "engine", "reload_done id=7 ok=1", 1);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		await(in, names[i], "committed notice", 1);
	assert_int_equal(count(in, "", "started"), ARRAY_LEN(names));
}

static void a_reload_that_does_not_check_changes_nothing(void **state)
{
	struct instance *in = *state;
	start_all(in);
	put_config(in, "debug", 2, "nonsense: 1\n");
	put_file(in, "reload", "");
	await(in, "engine", "reload_done id=7 ok=0", 1);
	assert_int_equal(count(in, "", "prepared"), ARRAY_LEN(names));
	/* A refusal by one role: the others drop what they prepared. */
	put_config(in, "debug", 2, "");
	put_file(in, "refuse-mail-1", "");
	put_file(in, "reload", "");
	await(in, "engine", "reload_done id=7 ok=0 told to refuse", 1);
	await(in, "front", "dropped", 1);
	unlink(path_of(in, "refuse-mail-1"));
	/* A role that dies of it, too. */
	put_file(in, "die-collector", "");
	put_file(in, "reload", "");
	await(in, "engine", "ok=0 collector: the process died", 1);
	unlink(path_of(in, "die-collector"));
	await(in, "collector", "started", 2);
	assert_int_equal(count(in, "", "committed debug"), 0);
	put_file(in, "reload", "");
	await(in, "engine", "reload_done id=7 ok=1", 1);
	await(in, "collector", "committed debug", 1);
}

static void put_program(const struct instance *in, const char *more)
{
	char text[256];
	snprintf(text, sizeof(text),
		 "name: p\nkind: exec\ndelivers: window\n"
		 "command: [/bin/sh, -c, exit]\n%s",
		 more);
	put_file(in, "sources.d/p.yaml", text);
	kill(in->pid, SIGHUP);
}

/* Only while there is a program to run; a new one when its reach changes. */
static void a_runner_runs_while_there_are_programs(void **state)
{
	struct instance *in = *state;
	start_all(in);
	put_program(in, "enabled: false\n");
	await(in, "engine", "committed", 2);
	assert_int_equal(count(in, "runner", "started"), 0);
	put_program(in, "");
	await(in, "runner", "welcome", 1);
	put_config(in, "debug", 2, "");
	kill(in->pid, SIGHUP);
	await(in, "runner", "committed debug", 1);
	assert_int_equal(count(in, "runner", "started"), 1);
	put_program(in, "may_read: [/usr/share]\n");
	await(in, "runner", "ended", 1);
	await(in, "runner", "welcome", 2);
	put_program(in, "enabled: false\n");
	await(in, "runner", "ended", 2);
	assert_int_equal(count(in, "runner", "started"), 2);
	assert_int_equal(count(in, "collector", "started"), 1);
}

static void a_reload_adds_and_removes_lanes(void **state)
{
	struct instance *in = *state;
	start_all(in);
	put_config(in, "info", 4, "");
	kill(in->pid, SIGHUP);
	await(in, "mail-3", "started", 1);
	await(in, "mail-4", "welcome", 1);
	put_config(in, "info", 1, "");
	kill(in->pid, SIGHUP);
	await(in, "mail-2", "ended", 1);
	await(in, "mail-3", "ended", 1);
	await(in, "mail-4", "ended", 1);
	assert_int_equal(count(in, "mail-1", "ended"), 0);
}

static void what_needs_a_restart_is_refused_by_a_reload(void **state)
{
	struct instance *in = *state;
	start_all(in);
	put_config(in, "info", 2, "security:\n  landlock: required\n");
	put_file(in, "reload", "");
	await(in, "engine", "ok=0 security.landlock", 1);
}

/* Reads what systemd would get until it holds text. */
static bool systemd_hears(int fd, const char *text)
{
	char got[512];
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			return false;
		ssize_t n = recv(fd, got, sizeof(got) - 1, 0);
		got[n > 0 ? n : 0] = '\0';
		if (strstr(got, text))
			return true;
	}
}

static void systemd_is_told_what_happens(void **state)
{
	struct instance *in = *state;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	str_copy(at.sun_path, sizeof(at.sun_path), path_of(in, "notify"));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	in->pid = launch(in, "stderr");
	assert_true(systemd_hears(fd, "READY=1\nSTATUS=6 roles are running"));
	/* Not before: all of them had been committed. */
	assert_int_equal(count(in, "", "committed"), ARRAY_LEN(names));
	assert_true(systemd_hears(fd, "WATCHDOG=1"));
	kill(in->pid, SIGHUP);
	assert_true(systemd_hears(fd, "RELOADING=1\nMONOTONIC_USEC="));
	assert_true(systemd_hears(fd, "READY=1"));
	kill(in->pid, SIGTERM);
	assert_true(systemd_hears(fd, "STOPPING=1"));
	assert_int_equal(stop_all(in), 0);
	close(fd);
}

static void a_second_instance_is_refused(void **state)
{
	struct instance *in = *state;
	start_all(in);
	assert_int_equal(await_exit(launch(in, "stderr2")), 1);
	assert_non_null(strstr(read_file(in, "stderr2"), "in use"));
	assert_int_equal(count(in, "", "started"), ARRAY_LEN(names));
	assert_int_equal(stop_all(in), 0);
}

static void roles_end_with_their_supervisor_and_a_new_one_waits(void **state)
{
	struct instance *in = *state;
	pid_t before[ARRAY_LEN(names)];
	start_all(in);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		before[i] = pid_of(in, names[i]);
	kill(before[0], SIGSTOP); /* its end is delayed */
	kill(in->pid, SIGKILL);
	await_exit(in->pid);
	in->pid = launch(in, "stderr");
	for (size_t i = 1; i < ARRAY_LEN(names); i++)
		await(in, names[i], "ended", 1);
	assert_int_equal(count(in, "engine", "started"), 1);
	kill(before[0], SIGCONT);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		await(in, names[i], "started", 2);
	assert_int_equal(stop_all(in), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(everything_starts_and_stops_as_asked),
		TEST(a_killed_role_comes_back_alone),
		TEST(a_killed_engine_takes_all_along),
		TEST(a_dying_role_comes_back_ever_slower),
		TEST(the_end_is_orderly_within_30_s_though_a_lane_hangs),
		TEST(a_silent_engine_is_killed_and_replaced),
		TEST(a_refusal_at_the_start_commits_nobody_and_exits_78),
		TEST(a_failed_commit_exits_78),
		TEST(a_bad_file_starts_nothing_and_exits_78),
		TEST(a_reload_is_committed_by_all),
		TEST(a_reload_that_does_not_check_changes_nothing),
		TEST(a_reload_adds_and_removes_lanes),
		TEST(a_runner_runs_while_there_are_programs),
		TEST(what_needs_a_restart_is_refused_by_a_reload),
		TEST(systemd_is_told_what_happens),
		TEST(a_second_instance_is_refused),
		TEST(roles_end_with_their_supervisor_and_a_new_one_waits)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
