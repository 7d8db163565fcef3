/* SPDX-License-Identifier: EUPL-1.2 */
/* Both engines before a relay that misbehaves in every way known: one table,
 * one verdict for each, and none takes longer than its deadline. A case is a
 * process of its own; all run side by side, since most of them wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "smtp_peer.h"

#include <etrier/clock.h>

#include <stdio.h>
#include <string.h>

enum { ESMTP_ONLY = 1, CURL_ONLY = 2, AS_IT_LIKES = 0, AT_ONCE = 24 };
/* The longest a case may take: connect, deadline, and a machine that is busy
 * with all the others. */
#define CASE_MS 20000

struct fault {
	const char *mode;
	enum verdict_result result;
	const char *reason;
	int code; /* 0: not looked at */
	const char *enhanced;
	enum smtp_tls tls;
	int only;
};
#define SENT(mode)                                        \
	{                                                 \
		mode, VERDICT_SENT, "ok", 250, NULL, 0, 0 \
	}
#define NETWORK(mode)                                         \
	{                                                     \
		mode, VERDICT_RETRY, "network", 0, NULL, 0, 0 \
	}
#define RELAY(mode, code)                                        \
	{                                                        \
		mode, VERDICT_RETRY, "network", code, NULL, 0, 0 \
	}
#define LOST(mode)                                         \
	{                                                  \
		mode, VERDICT_RETRY, "lost", 0, NULL, 0, 0 \
	}
#define LATER(mode, code, enhanced)                                  \
	{                                                            \
		mode, VERDICT_RETRY, "refused", code, enhanced, 0, 0 \
	}
#define NEVER(mode, code, enhanced)                                   \
	{                                                             \
		mode, VERDICT_FAILED, "refused", code, enhanced, 0, 0 \
	}
#define TLS(mode, result, reason, code)                                \
	{                                                              \
		mode, result, reason, code, NULL, SMTP_TLS_STARTTLS, 0 \
	}
static const struct fault faults[] = {
	/* odd, and no fault */
	SENT("ok"),
	SENT("nopipe"),
	SENT("dsn"),
	SENT("bare"),
	SENT("helo"),
	SENT("barelf"),
	/* RFC 5321 4.2 allows a code alone; libesmtp wants a text */
	{"terse", VERDICT_SENT, "ok", 250, NULL, 0, CURL_ONLY},
	{"terse", VERDICT_RETRY, "network", 0, NULL, 0, ESMTP_ONLY},
	SENT("multiline"),
	/* about the relay, not about the mail */
	NETWORK("garbage"),
	RELAY("greet421", 421),
	RELAY("greet554", 554),
	NETWORK("greetcut"),
	NETWORK("silent"),
	NETWORK("bigbanner"),
	NETWORK("longline"),
	NETWORK("drip"),
	NETWORK("ehlo421"),
	NETWORK("ehlocut"),
	NETWORK("ehlosilent"),
	NETWORK("endlessehlo"),
	NETWORK("mailcut"),
	NETWORK("mailsilent"),
	NETWORK("rcptcut"),
	NETWORK("rcptsilent"),
	NETWORK("data250"),
	NETWORK("datacut"),
	NETWORK("datasilent"),
	{"cut", VERDICT_RETRY, "network", 0, NULL, 0, CURL_ONLY},
	/* libesmtp takes the rest of the mail though nobody is there any more:
	 * in doubt, then */
	{"cut", VERDICT_RETRY, "lost", 0, NULL, 0, ESMTP_ONLY},
	/* an answer about this mail */
	LATER("mail421", 421, "4.7.0"),
	LATER("mail451", 451, "4.3.0"),
	LATER("mail530", 530, "5.7.0"),
	NEVER("mail550", 550, "5.7.1"),
	LATER("rcpt421", 421, "4.7.0"),
	LATER("rcpt450", 450, "4.2.1"),
	LATER("rcpt452", 452, "4.5.3"),
	NEVER("rcpt550", 550, "5.1.1"),
	LATER("rcpt552", 552, "5.2.2"),
	NEVER("rcptlax", 550, "5.1.1"),
	LATER("data421", 421, "4.3.0"),
	LATER("data451", 451, "4.3.0"),
	NEVER("data554", 554, "5.6.0"),
	LATER("end421", 421, "4.3.0"),
	LATER("end451", 451, "4.7.1"),
	NEVER("end554", 554, "5.7.1"),
	/* all was handed over: it may have arrived */
	LOST("end354"),
	LOST("enddrop"),
	LOST("endsilent"),
	/* TLS */
	TLS("tls", VERDICT_SENT, "ok", 250),
	TLS("tlsauth", VERDICT_SENT, "ok", 250),
	TLS("tls535", VERDICT_RETRY, "refused", 535),
	TLS("tls454", VERDICT_RETRY, "network", 0),
	TLS("ok", VERDICT_RETRY, "network", 0), /* it has none */
	TLS("tlscut", VERDICT_RETRY, "network", 0),
	TLS("tlssilent", VERDICT_RETRY, "network", 0),
	TLS("tlsinject", VERDICT_RETRY, "network", 0),
	TLS("tlswrong", VERDICT_RETRY, "network", 0),
	TLS("tlsexpired", VERDICT_RETRY, "network", 0),
	{"smtps", VERDICT_SENT, "ok", 250, NULL, SMTP_TLS_IMPLICIT, CURL_ONLY},
};

/* A body that no socket's buffer holds, where the relay must be seen to stop.
 */
static char *long_mail(void)
{
	size_t size = (size_t)12 * 1024 * 1024, n;
	char *mail = mem_alloc(size + 200);
	n = (size_t)snprintf(mail, size, "%s", MAIL);
	while (n < size) {
		memcpy(mail + n, "one line of a long mail .............\r\n",
		       39);
		n += 39;
	}
	return mail;
}

/* In the case's own process: 0 as expected. */
static int play(const struct fault *f, enum smtp_engine engine)
{
	char folder[] = "/tmp/etrier-smtp-XXXXXX";
	int port;
	struct verdict v;
	if (!mkdtemp(folder))
		return 1;
	pid_t pid = start_relay(f->mode, folder, &port);
	if (pid < 0)
		return 1;
	char *ca = mem_printf("%s/cert.pem", folder);
	char *mail = str_eq(f->mode, "cut") ? long_mail() : mem_dup(MAIL);
	struct smtp_relay relay = relay_at(port);
	relay.timeout_ms = 1000;
	relay.connect_s = 2;
	relay.deadline_s = 3;
	relay.tls = f->tls;
	relay.ca_file = access(ca, R_OK) ? NULL : ca;
	if (str_eq(f->mode, "tlsauth") || str_eq(f->mode, "tls535")) {
		relay.user = "etrier";
		relay.password = "invented";
	}
	struct smtp_mail m = {.from = FROM,
			      .to = TO,
			      .envid = "TOKEN123",
			      .bytes = mail,
			      .n = strlen(mail)};
	int64_t t0 = clock_mono_ms(clock_system());
	send_to(engine, &relay, &m, &v);
	int64_t ms = clock_mono_ms(clock_system()) - t0;
	stop_relay(pid);
	char *command = mem_printf("rm -r '%s'", folder);
	int rc = system(command);
	bool ok = v.result == f->result && str_eq(v.reason, f->reason) &&
		  (!f->code || v.code == f->code) &&
		  (!f->enhanced || str_eq(v.enhanced, f->enhanced)) &&
		  !strchr(v.text, '@') && !strstr(v.text, "0639") &&
		  ms < CASE_MS && rc == 0;
	/* Refused for that, not by the luck of what came next. */
	if (str_eq(f->mode, "tlsinject") && engine == SMTP_LIBESMTP)
		ok = ok && strstr(v.text, "spoke before TLS");
	if (!ok)
		fprintf(stderr, "%s, %s: %s %s %d \"%s\" after %lld ms: %s\n",
			engine_names[engine], f->mode, verdict_name(v.result),
			v.reason, v.code, v.enhanced, (long long)ms, v.text);
	free(command);
	free(mail);
	free(ca);
	return !ok;
}

static int n_running, n_failed;

static void wait_one(void)
{
	int status;
	if (wait(&status) < 0)
		return;
	n_running--;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		n_failed++;
	if (WIFSIGNALED(status))
		fprintf(stderr, "a case died of signal %d\n", WTERMSIG(status));
	else if (WEXITSTATUS(status) > 1)
		fprintf(stderr, "a case exited %d\n", WEXITSTATUS(status));
}

static void begin(const struct fault *f, enum smtp_engine engine)
{
	while (n_running >= AT_ONCE)
		wait_one();
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		exit(play(f, engine));
	n_running++;
}

static void test_each_fault_gets_its_verdict_from_both_engines(void **state)
{
	(void)state;
	int64_t t0 = clock_mono_ms(clock_system());
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		if (faults[i].only != CURL_ONLY)
			begin(&faults[i], SMTP_LIBESMTP);
		if (faults[i].only != ESMTP_ONLY)
			begin(&faults[i], SMTP_CURL);
	}
	while (n_running > 0)
		wait_one();
	printf("%zu faults, two engines: %lld ms\n", ARRAY_LEN(faults),
	       (long long)(clock_mono_ms(clock_system()) - t0));
	assert_int_equal(n_failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_each_fault_gets_its_verdict_from_both_engines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
