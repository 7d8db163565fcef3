/* SPDX-License-Identifier: EUPL-1.2 */
/* The libesmtp engine against a relay that misbehaves in every way measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "courier/smtp.h"
#include "courier/verdict.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/courier.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FROM "b+TOKEN123@rebonds.example"
#define TO   "tom@jeunes.example"
#define MAIL                                                             \
	"From: <offres@ml.example>\r\nTo: <tom@jeunes.example>\r\n"      \
	"Subject: =?utf-8?q?d=C3=A9but?=\r\n"                            \
	"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n"                      \
	"Message-ID: <m.1@ml.example>\r\n"                               \
	"List-Unsubscribe: <https://o.ml.example/u/AAAAAAAAAA>,\r\n"     \
	" <mailto:stop@ml.example>\r\nX-Etrier-Id: 1\r\n"                \
	"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nligne\r\n" \
	"\r\n..points\r\nfin\r\n"

static char folder[] = "/tmp/etrier-smtp-XXXXXX";

/* Starts etrier-smtp; *port is where it listens. */
static pid_t start_relay(const char *mode, int *port)
{
	int fds[2];
	char line[16] = "";
	assert_int_equal(pipe(fds), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		execl(BUILD_DIR "/tests/etrier-smtp", "etrier-smtp", mode,
		      folder, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	ssize_t n = read(fds[0], line, sizeof line - 1);
	int64_t value = 0;
	close(fds[0]);
	if (n <= 0 || num_parse_int(str_trim(line), 1, 65535, &value) < 0)
		fail_msg("etrier-smtp %s did not start", mode);
	*port = (int)value;
	return pid;
}

static void stop_relay(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static struct smtp_relay relay_at(int port)
{
	return (struct smtp_relay){.host = "127.0.0.1",
				   .port = port,
				   .timeout_ms = 1500,
				   .connect_s = 3,
				   .deadline_s = 6};
}

static void send_one(const char *mode, const char *bytes, size_t n,
		     struct verdict *v)
{
	int port;
	pid_t pid = start_relay(mode, &port);
	struct smtp_relay relay = relay_at(port);
	smtp_send(&relay, FROM, TO, bytes, n, v);
	stop_relay(pid);
}

static char *kept(const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);
	FILE *f = fopen(path, "r");
	struct buf b;
	char piece[4096];
	buf_init(&b, 64 * 1024 * 1024);
	if (!f)
		fail_msg("the relay kept no %s", path);
	for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
		buf_add(&b, piece, n);
	fclose(f);
	unlink(path);
	free(path);
	return buf_take(&b);
}

static void test_the_relay_gets_our_bytes_and_nothing_else(void **state)
{
	(void)state;
	static const char *const modes[] = {"ok", "nopipe"};
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct verdict v;
		send_one(modes[i], MAIL, strlen(MAIL), &v);
		assert_int_equal(v.result, VERDICT_SENT);
		assert_int_equal(v.code, 250);
		assert_string_equal(v.enhanced, "2.0.0");
		char *eml = kept("c1-m1.eml"), *env = kept("c1-m1.env");
		assert_string_equal(eml, MAIL);
		assert_non_null(strstr(env, "MAIL FROM:<" FROM ">"));
		assert_non_null(strstr(env, "RCPT TO:<" TO ">"));
		free(eml);
		free(env);
	}
}

static void test_each_refusal_gets_its_class(void **state)
{
	(void)state;
	static const struct {
		const char *mode;
		enum verdict_result result;
		int code;
		const char *enhanced;
	} cases[] = {
		{"greet421", VERDICT_RETRY, 421, ""},
		{"greet554", VERDICT_RETRY, 554, ""},
		{"mail451", VERDICT_RETRY, 451, "4.3.0"},
		{"mail550", VERDICT_FAILED, 550, "5.7.1"},
		{"mail530", VERDICT_RETRY, 530, "5.7.0"},
		{"rcpt450", VERDICT_RETRY, 450, "4.2.1"},
		{"rcpt452", VERDICT_RETRY, 452, "4.5.3"},
		{"rcpt550", VERDICT_FAILED, 550, "5.1.1"},
		{"rcpt552", VERDICT_RETRY, 552, "5.2.2"},
		{"rcptlax", VERDICT_FAILED, 550, "5.1.1"},
		{"data451", VERDICT_RETRY, 451, "4.3.0"},
		{"data554", VERDICT_FAILED, 554, "5.6.0"},
		{"end451", VERDICT_RETRY, 451, "4.7.1"},
		{"end554", VERDICT_FAILED, 554, "5.7.1"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct verdict v;
		send_one(cases[i].mode, MAIL, strlen(MAIL), &v);
		if (v.result != cases[i].result || v.code != cases[i].code ||
		    !str_eq(v.enhanced, cases[i].enhanced))
			fail_msg("%s: %s %d \"%s\" %s", cases[i].mode,
				 verdict_name(v.result), v.code, v.enhanced,
				 v.text);
		assert_null(strchr(v.text, '@'));
		assert_null(strstr(v.text, "0639"));
	}
}

static void test_a_lost_answer_is_retry_within_the_deadline(void **state)
{
	(void)state;
	static const char *const modes[] = {
		"silent", "endlessehlo", "bigbanner", "enddrop", "endsilent"};
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct verdict v;
		int64_t t0 = clock_mono_ms(clock_system());
		send_one(modes[i], MAIL, strlen(MAIL), &v);
		int64_t ms = clock_mono_ms(clock_system()) - t0;
		if (v.result != VERDICT_RETRY || ms > 9000)
			fail_msg("%s: %s %d after %lld ms: %s", modes[i],
				 verdict_name(v.result), v.code, (long long)ms,
				 v.text);
		/* All was handed over in the last two: it may have arrived. */
		assert_string_equal(v.reason, i < 3 ? "network" : "lost");
	}
}

static char *long_mail(size_t size)
{
	struct buf b;
	buf_init(&b, size + 1000);
	buf_adds(&b, "Subject: x\r\nMessage-ID: <m.2@ml.example>\r\n\r\n");
	while (b.len < size)
		buf_printf(&b, "line %zu of a long mail ..............\r\n",
			   b.len);
	return buf_take(&b);
}

static void test_a_stalled_or_cut_body_is_never_called_sent(void **state)
{
	(void)state;
	static const char *const modes[] = {"stall", "cut"};
	char *mail = long_mail(12 * 1024 * 1024); /* no buffer holds that */
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct verdict v;
		send_one(modes[i], mail, strlen(mail), &v);
		if (i == 0) /* ended by us, before the final dot */
			assert_non_null(strstr(v.text, "stopped reading"));
		if (v.result != VERDICT_RETRY)
			fail_msg("%s: %s", modes[i], verdict_name(v.result));
	}
	free(mail);
}

static void test_nobody_listening_is_retry(void **state)
{
	(void)state;
	struct verdict v;
	struct smtp_relay relay = relay_at(1);
	smtp_send(&relay, FROM, TO, MAIL, strlen(MAIL), &v);
	assert_int_equal(v.result, VERDICT_RETRY);
	assert_string_equal(v.reason, "network");
}

static void test_a_connect_that_hangs_ends_the_lane(void **state)
{
	(void)state;
	int port, status;
	pid_t relay_pid = start_relay("full", &port);
	int64_t t0 = clock_mono_ms(clock_system());
	pid_t lane = fork();
	if (lane == 0) {
		struct verdict v;
		struct smtp_relay relay = relay_at(port);
		smtp_send(&relay, FROM, TO, MAIL, strlen(MAIL), &v);
		_exit(1);
	}
	waitpid(lane, &status, 0);
	int64_t ms = clock_mono_ms(clock_system()) - t0;
	stop_relay(relay_pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), COURIER_EXIT_STUCK);
	assert_in_range(ms, 2000, 6000);
}

static void test_nothing_is_said_for_a_bad_address_or_body(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to, *mail;
	} cases[] = {
		{FROM, "a@b.example>\r\nRCPT TO:<c@d.example", MAIL},
		{"x\r\ny@b.example", TO, MAIL},
		{FROM, "", MAIL},
		{FROM, TO, ""},
		{FROM, TO, "Subject: x\n\nlone\n.\nQUIT\n"},
		{FROM, TO, "Subject: x\r\n\r\nlone\r.\r\n"},
	};
	int port;
	pid_t pid = start_relay("ok", &port);
	struct smtp_relay relay = relay_at(port);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct verdict v;
		smtp_send(&relay, cases[i].from, cases[i].to, cases[i].mail,
			  strlen(cases[i].mail), &v);
		assert_int_equal(v.result, VERDICT_FAILED);
		assert_int_equal(v.code, 0);
	}
	stop_relay(pid);
	char *log = mem_printf("%s/c1.log", folder);
	unlink(log); /* of the tests before */
	free(log);
}

static void test_a_hundred_mails_take_no_nagle_delay(void **state)
{
	(void)state;
	int port;
	pid_t pid = start_relay("ok", &port);
	struct smtp_relay relay = relay_at(port);
	char *mail = long_mail(3000); /* more than one write of libesmtp's */
	int64_t t0 = clock_mono_ms(clock_system());
	for (int i = 0; i < 100; i++) {
		struct verdict v;
		smtp_send(&relay, FROM, TO, mail, strlen(mail), &v);
		assert_int_equal(v.result, VERDICT_SENT);
	}
	int64_t ms = clock_mono_ms(clock_system()) - t0;
	stop_relay(pid);
	free(mail);
	printf("100 mails, one session each: %lld ms\n", (long long)ms);
	assert_true(ms < 3500); /* Nagle would make it 4400 at least */
}

static void test_what_servers_say_is_masked(void **state)
{
	(void)state;
	static const struct {
		const char *said, *kept;
	} cases[] = {
		{"<tom@jeunes.example>: no such user", "<***>: no such user"},
		{"number +33639981234 barred", "number *** barred"},
		{"2.0.0 queued as 12345", "2.0.0 queued as 12345"},
		{"two\r\nlines\x01", "two lines"},
		{NULL, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[VERDICT_TEXT_MAX + 1];
		verdict_clean(cases[i].said, out);
		assert_string_equal(out, cases[i].kept);
	}
	char long_line[2000], out[VERDICT_TEXT_MAX + 1];
	memset(long_line, 'x', sizeof long_line - 1);
	long_line[sizeof long_line - 1] = '\0';
	verdict_clean(long_line, out);
	assert_in_range(strlen(out), 0, VERDICT_TEXT_MAX);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	char *command = mem_printf("rm -r '%s'", folder);
	int rc = system(command);
	free(command);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_relay_gets_our_bytes_and_nothing_else),
		cmocka_unit_test(test_each_refusal_gets_its_class),
		cmocka_unit_test(
			test_a_lost_answer_is_retry_within_the_deadline),
		cmocka_unit_test(
			test_a_stalled_or_cut_body_is_never_called_sent),
		cmocka_unit_test(test_nobody_listening_is_retry),
		cmocka_unit_test(test_a_connect_that_hangs_ends_the_lane),
		cmocka_unit_test(
			test_nothing_is_said_for_a_bad_address_or_body),
		cmocka_unit_test(test_a_hundred_mails_take_no_nagle_delay),
		cmocka_unit_test(test_what_servers_say_is_masked),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
