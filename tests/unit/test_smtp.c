/* SPDX-License-Identifier: EUPL-1.2 */
/* Both SMTP engines: what they say, what they refuse to say, many mails over
 * one connection. Faults of the relay: test_smtp_faults.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "smtp_peer.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/courier.h>

#include <stdio.h>
#include <string.h>

static char folder[] = "/tmp/etrier-smtp-XXXXXX";

static pid_t relay_for(const char *mode, int *port)
{
	pid_t pid = start_relay(mode, folder, port);
	if (pid < 0)
		fail_msg("etrier-smtp %s did not start", mode);
	return pid;
}

static void send_bytes(enum smtp_engine engine, const char *mode,
		       const char *bytes, struct verdict *v)
{
	int port;
	pid_t pid = relay_for(mode, &port);
	struct smtp_relay relay = relay_at(port);
	struct smtp_mail m = {.from = FROM,
			      .to = TO,
			      .envid = "TOKEN123",
			      .bytes = bytes,
			      .n = strlen(bytes)};
	send_to(engine, &relay, &m, v);
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

static bool is_kept(const char *name)
{
	char *path = mem_printf("%s/%s", folder, name);
	bool is_there = !access(path, R_OK);
	free(path);
	return is_there;
}

static void test_the_relay_gets_our_bytes_and_nothing_else(void **state)
{
	(void)state;
	static const char *const modes[] = {"ok", "nopipe", "bare"};
	for (size_t i = 0; i < 2 * ARRAY_LEN(modes); i++) {
		struct verdict v;
		send_bytes(i % 2 ? SMTP_CURL : SMTP_LIBESMTP, modes[i / 2],
			   MAIL, &v);
		assert_int_equal(v.result, VERDICT_SENT);
		assert_int_equal(v.code, 250);
		assert_string_equal(v.enhanced, "2.0.0");
		char *eml = kept("c1-m1.eml"), *env = kept("c1-m1.env");
		assert_string_equal(eml, MAIL);
		assert_non_null(strstr(env, "MAIL FROM:<" FROM ">"));
		assert_non_null(strstr(env, "RCPT TO:<" TO ">"));
		assert_null(strstr(env, "ENVID"));
		free(eml);
		free(env);
	}
}

/* RFC 3461, when the relay offers it: its bounces name the mail, and come
 * without the text; a plus in an address is no sign of xtext. */
static void test_a_relay_that_can_is_asked_for_dsn(void **state)
{
	(void)state;
	int port;
	struct verdict v;
	pid_t pid = relay_for("dsn", &port);
	struct smtp_relay relay = relay_at(port);
	struct smtp_mail m = {.from = FROM,
			      .to = "tom+a=b@jeunes.example",
			      .envid = "TOKEN123",
			      .bytes = MAIL,
			      .n = strlen(MAIL)};
	send_to(SMTP_LIBESMTP, &relay, &m, &v);
	stop_relay(pid);
	assert_int_equal(v.result, VERDICT_SENT);
	char *env = kept("c1-m1.env");
	free(kept("c1-m1.eml"));
	static const char *const wanted[] = {
		"RET=HDRS", "ENVID=TOKEN123", "NOTIFY=FAILURE,DELAY",
		"ORCPT=rfc822;tom+2Ba+3Db@jeunes.example"};
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (!strstr(env, wanted[i]))
			fail_msg("no %s in %s", wanted[i], env);
	free(env);
}

struct results {
	int n, n_sent;
	size_t next;
};

static void count(void *ctx, size_t i, const struct verdict *v)
{
	struct results *r = ctx;
	assert_int_equal(i, r->next++);
	r->n++;
	r->n_sent += v->result == VERDICT_SENT;
}

/* A mail with lines of dots, long and empty ones, from a seed. */
static char *random_mail(unsigned *seed, size_t size)
{
	static const char *const lines[] = {
		".",
		"..",
		"",
		"...x",
		"a",
		"From here",
		".\t",
		"-- ",
		"une ligne comme une autre, avec un point au bout."};
	struct buf b;
	buf_init(&b, size + 2000);
	buf_adds(&b, "Subject: x\r\nMessage-ID: <m.2@ml.example>\r\n"
		     "Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
		     "From: <a@ml.example>\r\nTo: <b@ml.example>\r\n\r\n");
	while (b.len < size) {
		*seed = *seed * 1103515245u + 12345u;
		size_t k = *seed >> 16;
		if (k % 7 == 0)
			for (size_t i = 0; i < k % 900; i++)
				buf_addc(&b, '.');
		buf_printf(&b, "%s\r\n", lines[k % ARRAY_LEN(lines)]);
	}
	return buf_take(&b);
}

/* Over as few connections as the relay allows, whole. */
static void test_many_mails_leave_whole_over_few_connections(void **state)
{
	(void)state;
	enum { N = 8, A_CONNECTION = 3 };
	for (int engine = SMTP_LIBESMTP; engine <= SMTP_CURL; engine++) {
		int port;
		unsigned seed = 20261128;
		struct smtp_mail mails[N];
		char *bytes[N];
		struct results r = {0};
		pid_t pid = relay_for("421after3", &port);
		struct smtp_relay relay = relay_at(port);
		for (size_t i = 0; i < N; i++) {
			bytes[i] = random_mail(&seed, 1 + i * i * 3000);
			mails[i] = (struct smtp_mail){.from = FROM,
						      .to = TO,
						      .bytes = bytes[i],
						      .n = strlen(bytes[i])};
		}
		struct smtp *s = smtp_new((enum smtp_engine)engine, &relay);
		smtp_send(s, mails, N, count, &r);
		smtp_free(s);
		stop_relay(pid);
		assert_int_equal(r.n, N);
		assert_int_equal(r.n_sent, N);
		for (int i = 0; i < N; i++) {
			char name[32];
			snprintf(name, sizeof name, "c%d-m%d.eml",
				 i / A_CONNECTION + 1, i % A_CONNECTION + 1);
			char *eml = kept(name);
			assert_string_equal(eml, bytes[i]);
			free(eml);
			free(bytes[i]);
			snprintf(name, sizeof name, "c%d-m%d.env",
				 i / A_CONNECTION + 1, i % A_CONNECTION + 1);
			free(kept(name));
		}
		assert_false(is_kept("c3-m3.eml"));
	}
}

/* One bad mail among others costs itself. */
static void test_a_refused_mail_costs_no_other(void **state)
{
	(void)state;
	for (int engine = SMTP_LIBESMTP; engine <= SMTP_CURL; engine++) {
		int port;
		struct results r = {0};
		pid_t pid = relay_for("ok", &port);
		struct smtp_relay relay = relay_at(port);
		struct smtp_mail mails[4];
		for (size_t i = 0; i < ARRAY_LEN(mails); i++)
			mails[i] = (struct smtp_mail){.from = FROM,
						      .to = TO,
						      .bytes = MAIL,
						      .n = strlen(MAIL)};
		mails[1].to = "a@b.example>\r\nRCPT TO:<c@d.example";
		struct smtp *s = smtp_new((enum smtp_engine)engine, &relay);
		smtp_send(s, mails, ARRAY_LEN(mails), count, &r);
		smtp_free(s);
		stop_relay(pid);
		assert_int_equal(r.n, 4);
		assert_int_equal(r.n_sent, 3);
	}
}

/* Nobody there: two are tried, the rest is not made to wait. */
static void test_a_silent_relay_is_not_asked_for_each_mail(void **state)
{
	(void)state;
	for (int engine = SMTP_LIBESMTP; engine <= SMTP_CURL; engine++) {
		int port;
		struct results r = {0};
		pid_t pid = relay_for("silent", &port);
		struct smtp_relay relay = relay_at(port);
		struct smtp_mail mails[9];
		relay.timeout_ms = 1000;
		for (size_t i = 0; i < ARRAY_LEN(mails); i++)
			mails[i] = (struct smtp_mail){.from = FROM,
						      .to = TO,
						      .bytes = MAIL,
						      .n = strlen(MAIL)};
		int64_t t0 = clock_mono_ms(clock_system());
		struct smtp *s = smtp_new((enum smtp_engine)engine, &relay);
		smtp_send(s, mails, ARRAY_LEN(mails), count, &r);
		smtp_free(s);
		stop_relay(pid);
		assert_int_equal(r.n, 9);
		assert_int_equal(r.n_sent, 0);
		assert_in_range(clock_mono_ms(clock_system()) - t0, 0, 5000);
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

/* libesmtp would send it with a hole: it is stopped before the final dot. curl
 * waits, and what it calls sent is whole. */
static void test_a_stalled_body_is_never_sent_with_a_hole(void **state)
{
	(void)state;
	char *mail = long_mail(12 * 1024 * 1024); /* no buffer holds that */
	struct verdict v;
	send_bytes(SMTP_LIBESMTP, "stall", mail, &v);
	assert_non_null(strstr(v.text, "stopped reading"));
	assert_int_equal(v.result, VERDICT_RETRY);
	assert_string_equal(v.reason, "network");
	send_bytes(SMTP_CURL, "stall", mail, &v);
	if (v.result == VERDICT_SENT) {
		char *eml = kept("c1-m1.eml");
		assert_true(str_eq(eml, mail));
		free(eml);
	} else {
		assert_int_equal(v.result, VERDICT_RETRY);
	}
	free(mail);
}

static void test_nobody_listening_is_retry(void **state)
{
	(void)state;
	for (int engine = SMTP_LIBESMTP; engine <= SMTP_CURL; engine++) {
		struct verdict v;
		struct smtp_relay relay = relay_at(1);
		struct smtp_mail m = {.from = FROM,
				      .to = TO,
				      .bytes = MAIL,
				      .n = strlen(MAIL)};
		send_to((enum smtp_engine)engine, &relay, &m, &v);
		assert_int_equal(v.result, VERDICT_RETRY);
		assert_string_equal(v.reason, "network");
	}
}

/* libesmtp can only be ended with its process; curl ends by itself. */
static void test_a_connect_that_hangs_ends(void **state)
{
	(void)state;
	for (int engine = SMTP_LIBESMTP; engine <= SMTP_CURL; engine++) {
		int port, status;
		pid_t relay_pid = relay_for("full", &port);
		int64_t t0 = clock_mono_ms(clock_system());
		pid_t lane = fork();
		if (lane == 0) {
			struct verdict v;
			struct smtp_relay relay = relay_at(port);
			struct smtp_mail m = {.from = FROM,
					      .to = TO,
					      .bytes = MAIL,
					      .n = strlen(MAIL)};
			send_to((enum smtp_engine)engine, &relay, &m, &v);
			_exit(v.result == VERDICT_RETRY ? 7 : 1);
		}
		waitpid(lane, &status, 0);
		int64_t ms = clock_mono_ms(clock_system()) - t0;
		stop_relay(relay_pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status),
				 engine == SMTP_CURL ? 7 : COURIER_EXIT_STUCK);
		assert_in_range(ms, 1500, 6000);
	}
}

static void test_nothing_is_said_for_a_bad_address_or_body(void **state)
{
	(void)state;
	char long_address[300];
	memset(long_address, 'x', sizeof long_address);
	memcpy(long_address + 280, "@b.example", sizeof "@b.example");
	const struct smtp_mail cases[] = {
		{FROM, "a@b.example>\r\nRCPT TO:<c@d.example", NULL, MAIL, 9},
		{"x\r\ny@b.example", TO, NULL, MAIL, 9},
		{FROM, "", NULL, MAIL, 9},
		{FROM, "a b@c.example", NULL, MAIL, 9},
		{FROM, "a<b@c.example", NULL, MAIL, 9},
		{FROM, "zo\xc3\xa9@c.example", NULL, MAIL, 9},
		{FROM, long_address, NULL, MAIL, 9},
		{FROM, TO, "a b", MAIL, 9},
		{FROM, TO, "x\r\nRCPT TO:<c@d.example>", MAIL, 9},
		{FROM, TO, NULL, "", 0},
		{FROM, TO, NULL, "a\0b\r\n", 5},
		{FROM, TO, NULL, "Subject: x\n\nlone\n.\nQUIT\n", 26},
		{FROM, TO, NULL, "Subject: x\r\n\r\nlone\r.\r\n", 22},
	};
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		struct verdict v;
		struct smtp_relay relay = relay_at(1); /* nobody hears it */
		send_to(i % 2 ? SMTP_CURL : SMTP_LIBESMTP, &relay,
			&cases[i / 2], &v);
		if (v.result != VERDICT_FAILED || v.code)
			fail_msg("case %zu: %s %s", i / 2,
				 verdict_name(v.result), v.text);
	}
}

static void test_a_hundred_mails_take_no_nagle_delay(void **state)
{
	(void)state;
	for (int engine = SMTP_LIBESMTP; engine <= SMTP_CURL; engine++) {
		int port;
		pid_t pid = relay_for("ok", &port);
		struct smtp_relay relay = relay_at(port);
		char *mail = long_mail(3000); /* more than one write */
		struct smtp_mail m = {.from = FROM,
				      .to = TO,
				      .bytes = mail,
				      .n = strlen(mail)};
		struct smtp *s = smtp_new((enum smtp_engine)engine, &relay);
		int64_t t0 = clock_mono_ms(clock_system());
		for (int i = 0; i < 100; i++) {
			struct verdict v;
			smtp_send(s, &m, 1, keep_one, &v);
			assert_int_equal(v.result, VERDICT_SENT);
		}
		int64_t ms = clock_mono_ms(clock_system()) - t0;
		smtp_free(s);
		stop_relay(pid);
		free(mail);
		printf("100 mails one by one, %s: %lld ms\n",
		       engine_names[engine], (long long)ms);
		assert_true(ms < 3500); /* Nagle would make it 4400 */
	}
}

/* By curl, the one engine that can (settings_check.c refuses the other; it does
 * not say the token, and the relay takes nothing). A token that is refused
 * costs no mail, is told for what it is, and is itself told nowhere. */
static void test_a_token_logs_in(void **state)
{
	(void)state;
	static const struct {
		const char *mode, *token;
		enum verdict_result result;
		int code;
		const char *text;
		enum smtp_engine engine;
	} cases[] = {
		{"oauth", "jeton-invente", VERDICT_SENT, 250, "queued",
		 SMTP_CURL},
		{"oauth", "jeton-perime", VERDICT_RETRY, 535, "status 401",
		 SMTP_CURL},
		{"oauth535", "jeton-perime", VERDICT_RETRY, 535, "unsuccessful",
		 SMTP_CURL},
		{"oauth", "jeton-invente", VERDICT_RETRY, 530, "required",
		 SMTP_LIBESMTP},
	};
	char *ca = mem_printf("%s/cert.pem", folder);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int port;
		struct verdict v;
		pid_t pid = relay_for(cases[i].mode, &port);
		struct smtp_relay relay = relay_at(port);
		relay.tls = SMTP_TLS_STARTTLS;
		relay.ca_file = ca;
		relay.user = "etrier";
		relay.oauth_token = cases[i].token;
		struct smtp_mail m = {.from = FROM,
				      .to = TO,
				      .bytes = MAIL,
				      .n = strlen(MAIL)};
		send_to(cases[i].engine, &relay, &m, &v);
		stop_relay(pid);
		if (v.result != cases[i].result || v.code != cases[i].code ||
		    !strstr(v.text, cases[i].text) ||
		    (v.result == VERDICT_RETRY && !str_eq(v.reason, "refused")))
			fail_msg("case %zu: %s %s %d %s", i,
				 verdict_name(v.result), v.reason, v.code,
				 v.text);
		assert_null(strstr(v.text, "jeton-"));
		assert_int_equal(is_kept("c1-m1.eml"),
				 v.result == VERDICT_SENT);
		if (v.result == VERDICT_SENT) {
			free(kept("c1-m1.eml"));
			free(kept("c1-m1.env"));
		}
	}
	free(ca);
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
		{"unrecognized dXNlcj1ldHJpZXIBYXV0aD1CZWFyZXIgamV0b24t.",
		 "unrecognized ***"},
		{"see https://aide.courrier.example/aide/codes-derreur-denvoi",
		 "see https://aide.courrier.example/aide/codes-derreur-denvoi"},
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
		cmocka_unit_test(test_a_relay_that_can_is_asked_for_dsn),
		cmocka_unit_test(
			test_many_mails_leave_whole_over_few_connections),
		cmocka_unit_test(test_a_refused_mail_costs_no_other),
		cmocka_unit_test(
			test_a_silent_relay_is_not_asked_for_each_mail),
		cmocka_unit_test(test_a_stalled_body_is_never_sent_with_a_hole),
		cmocka_unit_test(test_nobody_listening_is_retry),
		cmocka_unit_test(test_a_connect_that_hangs_ends),
		cmocka_unit_test(
			test_nothing_is_said_for_a_bad_address_or_body),
		cmocka_unit_test(test_a_hundred_mails_take_no_nagle_delay),
		cmocka_unit_test(test_a_token_logs_in),
		cmocka_unit_test(test_what_servers_say_is_masked),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
