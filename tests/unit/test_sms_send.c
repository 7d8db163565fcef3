/* SPDX-License-Identifier: EUPL-1.2 */
/* One SMS over a real connection to a gateway that misbehaves: what is retried,
 * what stays uncertain, and that nothing is ever sent twice. The gateway is a
 * child that counts the whole requests it reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "courier/sms.h"

#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOOD                                                 \
	"HTTP/1.1 201 Created\r\nContent-Length: 15\r\n\r\n" \
	"{\"messageId\":7}"

/* What is done after a whole request; a list of them, one a request. */
enum act { END, ANSWER, CLOSE, SILENT };
struct step {
	enum act act;
	const char *answer;
};

struct peer {
	int port, listener, count_fd;
	pid_t pid;
};

static bool read_request(int fd)
{
	char buf[16384];
	size_t n = 0;
	while (n < sizeof(buf) - 1) {
		ssize_t k = read(fd, buf + n, sizeof(buf) - 1 - n);
		if (k <= 0)
			return false;
		n += (size_t)k;
		buf[n] = '\0';
		const char *end = strstr(buf, "\r\n\r\n");
		const char *length = strcasestr(buf, "content-length: ");
		if (end &&
		    n >= (size_t)(end + 4 - buf) +
				    (size_t)(length ? atoi(length + 16) : 0))
			return true;
	}
	return false;
}

static void serve(const struct peer *p, const struct step *steps)
{
	int fd = -1;
	for (; steps->act != END;) {
		if (fd < 0)
			fd = accept(p->listener, NULL, NULL);
		if (!read_request(fd)) {
			close(fd);
			fd = -1;
			continue;
		}
		if (write(p->count_fd, "x", 1) != 1)
			_exit(1);
		if (steps->act == SILENT)
			pause();
		if (steps->answer &&
		    write(fd, steps->answer, strlen(steps->answer)) < 0)
			_exit(1);
		if (steps->act == CLOSE) {
			close(fd);
			fd = -1;
		}
		steps++;
	}
	/* Anything more is one too many: count it. */
	for (;;) {
		if (fd >= 0 && read_request(fd) &&
		    write(p->count_fd, "x", 1) != 1)
			_exit(1);
		if (fd >= 0)
			close(fd);
		fd = accept(p->listener, NULL, NULL);
	}
}

static struct peer start(const struct step *steps)
{
	struct peer p = {.listener = socket(AF_INET, SOCK_STREAM, 0)};
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fds[2];
	assert_int_equal(bind(p.listener, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(p.listener, 5), 0);
	assert_int_equal(getsockname(p.listener, (struct sockaddr *)&a, &n), 0);
	assert_int_equal(pipe(fds), 0);
	p.port = ntohs(a.sin_port);
	p.pid = fork();
	if (p.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		p.count_fd = fds[1];
		serve(&p, steps);
	}
	close(fds[1]);
	close(p.listener);
	p.count_fd = fds[0];
	return p;
}

/* Ends it and returns how many whole requests it read. */
static int stop(struct peer *p)
{
	char seen[64];
	usleep(20000); /* one too many would come at once */
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	ssize_t n = read(p->count_fd, seen, sizeof(seen));
	close(p->count_fd);
	return (int)n;
}

static struct sms_gateway *gateway(const char *name, int port)
{
	struct diags d;
	char *url = mem_printf("http://127.0.0.1:%d/send", port);
	json_t *c = json_pack("{s:{s:s,s:s,s:s,s:i},s:{s:s,s:s,s:s}}", "sms",
			      "gateway", name, "account", "compte", "url", url,
			      "timeout_s", 1, "secrets", "sms.key", "key",
			      "sms.ovh_secret", "s", "sms.ovh_consumer", "c");
	diags_init(&d);
	struct sms_gateway *g = sms_gateway_new(c, &d);
	if (!g)
		fail_msg("%s", d.v[0].text);
	diags_clear(&d);
	json_decref(c);
	free(url);
	return g;
}

static int n_submitting, submitting_answer;

static int on_submitting(void *ctx, int64_t id)
{
	(void)ctx;
	assert_int_equal(id, 42);
	n_submitting++;
	return submitting_answer;
}

static struct gateway_result send_one(struct sms_gateway *g)
{
	static const struct gateway_sms sms = {.id = 42,
					       .to = "+33639980003",
					       .from = "MISSIONLOC",
					       .text = "Bonjour",
					       .units = 7,
					       .segments = 1};
	struct gateway_result r;
	n_submitting = 0;
	sms_gateway_send(g, &sms, false, on_submitting, NULL, &r);
	return r;
}

static void expect(const struct gateway_result *r, const char *result,
		   const char *reason)
{
	if (!str_eq(verdict_name(r->v.result), result) ||
	    !str_eq(r->v.reason, reason))
		fail_msg("%s %s: %s", verdict_name(r->v.result), r->v.reason,
			 r->v.text);
}

static void test_each_end_of_a_transfer_has_its_verdict(void **state)
{
	(void)state;
	static const struct {
		struct step step;
		const char *result, *reason;
	} cases[] = {
		{{ANSWER, GOOD}, "sent", "ok"},
		{{CLOSE, NULL}, "uncertain", "lost"},
		{{SILENT, NULL}, "uncertain", "lost"},
		{{CLOSE, "HTTP/1.1 201 Cre"}, "uncertain", "lost"},
		{{CLOSE, "HTTP/1.1 201 OK\r\nContent-Length: 99\r\n\r\n{"},
		 "uncertain",
		 "lost"},
		{{CLOSE, "220 mail.example ESMTP\r\n"}, "uncertain", "lost"},
		{{ANSWER, "HTTP/1.1 429 Slow\r\nRetry-After: 77\r\n"
			  "Content-Length: 0\r\n\r\n"},
		 "retry",
		 "quota"},
		{{ANSWER, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"},
		 "retry",
		 "network"},
		{{ANSWER,
		  "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1/\r\n"
		  "Content-Length: 0\r\n\r\n"},
		 "retry",
		 "credentials"},
		{{ANSWER, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"},
		 "uncertain",
		 "lost"},
	};
	submitting_answer = 0;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct step steps[] = {cases[i].step, {END, NULL}};
		struct peer p = start(steps);
		struct sms_gateway *g = gateway("brevo", p.port);
		struct gateway_result r = send_one(g);
		expect(&r, cases[i].result, cases[i].reason);
		assert_int_equal(n_submitting, 1);
		if (str_eq(r.v.reason, "quota"))
			assert_int_equal(r.v.retry_after_s, 77);
		sms_gateway_free(g);
		assert_int_equal(stop(&p), 1);
	}
}

static void test_a_refused_connection_is_retried(void **state)
{
	(void)state;
	struct peer p = start((const struct step[]){{END, NULL}});
	int port = p.port;
	stop(&p);
	struct sms_gateway *g = gateway("brevo", port);
	struct gateway_result r = send_one(g);
	expect(&r, "retry", "network");
	assert_int_equal(n_submitting, 0);
	sms_gateway_free(g);
}

static void test_nothing_leaves_when_submitting_was_not_heard(void **state)
{
	(void)state;
	struct peer p =
		start((const struct step[]){{ANSWER, GOOD}, {END, NULL}});
	struct sms_gateway *g = gateway("brevo", p.port);
	submitting_answer = -1;
	struct gateway_result r = send_one(g);
	submitting_answer = 0;
	expect(&r, "retry", "network");
	sms_gateway_free(g);
	assert_int_equal(stop(&p), 0);
}

/* libcurl sends a request again by itself when a kept connection breaks before
 * an answer; the gateway may have read the first. */
static void test_a_kept_connection_that_breaks_sends_nothing_twice(void **state)
{
	(void)state;
	struct peer p = start((const struct step[]){
		{ANSWER, GOOD}, {CLOSE, NULL}, {END, NULL}});
	struct sms_gateway *g = gateway("brevo", p.port);
	struct gateway_result r = send_one(g);
	expect(&r, "sent", "ok");
	r = send_one(g);
	expect(&r, "uncertain", "lost");
	assert_int_equal(n_submitting, 1);
	sms_gateway_free(g);
	assert_int_equal(stop(&p), 2);
}

static void test_the_clock_of_ovh_comes_first_and_fails_softly(void **state)
{
	(void)state;
	static const char taken[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ids\":[9]}";
	static const char now[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1795420800";
	struct peer p = start((const struct step[]){
		{ANSWER, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"},
		{ANSWER, now},
		{ANSWER, taken},
		{ANSWER, taken}, /* the clock is known by now */
		{END, NULL}});
	struct sms_gateway *g = gateway("ovh", p.port);
	struct gateway_result r = send_one(g);
	expect(&r, "retry", "network");
	assert_int_equal(n_submitting, 0);
	for (int i = 0; i < 2; i++) {
		r = send_one(g);
		expect(&r, "sent", "ok");
		assert_string_equal(r.ref, "9");
	}
	sms_gateway_free(g);
	assert_int_equal(stop(&p), 4);
}

static void test_only_real_mobiles_are_paid_for(void **state)
{
	(void)state;
	static const struct {
		const char *to, *number;
		bool takes_replies, is_far;
		const char *told;
	} cases[] = {
		{"+33139980000", NULL, false, false, "not a French mobile"},
		{"0639980003", NULL, false, false, "E.164"},
		{"+33639980003", NULL, false, true, "fiction"},
		{"+262692000001", "36111", true, false, "overseas"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diags d;
		struct gateway_result r;
		struct gateway_sms m = {.id = 42,
					.to = cases[i].to,
					.from = "MISSIONLOC",
					.text = "x",
					.segments = 1};
		json_t *c = json_pack("{s:{s:s,s:s},s:{s:s}}", "sms", "gateway",
				      "brevo", "url",
				      cases[i].is_far ? "https://sms.example/"
						      : "http://127.0.0.1:1/",
				      "secrets", "sms.key", "k");
		js_put_str(json_object_get(c, "sms"), "number",
			   cases[i].number);
		diags_init(&d);
		struct sms_gateway *g = sms_gateway_new(c, &d);
		n_submitting = 0;
		sms_gateway_send(g, &m, cases[i].takes_replies, on_submitting,
				 NULL, &r);
		expect(&r, "failed", "address");
		assert_non_null(strstr(r.v.text, cases[i].told));
		assert_int_equal(n_submitting, 0);
		sms_gateway_free(g);
		diags_clear(&d);
		json_decref(c);
	}
}

static void keep(void *ctx, json_t *line_take)
{
	json_array_append_new(ctx, line_take);
}

static json_t *list(struct sms_gateway *g)
{
	json_t *lines = json_array();
	sms_gateway_list(g, 5, keep, lines);
	return lines;
}

static void test_a_list_comes_in_lines_with_an_end(void **state)
{
	(void)state;
	struct peer p = start((const struct step[]){
		{ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
			 "{\"list\":[{\"destination\":\"33639980001\"},{\"a\":"
			 "\"33639980002\"}]}"},
		{ANSWER, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"},
		{END, NULL}});
	struct sms_gateway *g = gateway("smsfactor", p.port);
	json_t *lines = list(g);
	json_t *line = json_array_get(lines, 0);
	assert_int_equal(json_array_size(lines), 1);
	assert_string_equal(js_str(line, "t", ""), "blacklisted");
	assert_int_equal(js_int(line, "id", 0), 5);
	assert_true(js_bool(line, "end", false));
	assert_null(js_str(line, "error", NULL));
	assert_int_equal(json_array_size(json_object_get(line, "numbers")), 1);
	json_decref(lines);
	lines = list(g);
	line = json_array_get(lines, 0);
	assert_non_null(strstr(js_str(line, "error", ""), "403"));
	json_decref(lines);
	sms_gateway_free(g);
	stop(&p);
	g = gateway("brevo", 1);
	lines = list(g);
	line = json_array_get(lines, 0);
	assert_non_null(strstr(js_str(line, "error", ""), "no list"));
	assert_true(js_bool(line, "end", false));
	json_decref(lines);
	sms_gateway_free(g);
}

static void test_a_gateway_without_its_secret_is_not_prepared(void **state)
{
	(void)state;
	static const char *const names[] = {"kannel",  "ovh",	    "brevo",
					    "smsmode", "smsfactor", "octopush",
					    "twilio",  "http"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct diags d;
		json_t *c = json_pack("{s:{s:s}}", "sms", "gateway", names[i]);
		diags_init(&d);
		assert_null(sms_gateway_new(c, &d));
		assert_true(d.n_errors > 0);
		diags_clear(&d);
		json_decref(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_end_of_a_transfer_has_its_verdict),
		cmocka_unit_test(test_a_refused_connection_is_retried),
		cmocka_unit_test(
			test_nothing_leaves_when_submitting_was_not_heard),
		cmocka_unit_test(
			test_a_kept_connection_that_breaks_sends_nothing_twice),
		cmocka_unit_test(
			test_the_clock_of_ovh_comes_first_and_fails_softly),
		cmocka_unit_test(test_only_real_mobiles_are_paid_for),
		cmocka_unit_test(test_a_list_comes_in_lines_with_an_end),
		cmocka_unit_test(
			test_a_gateway_without_its_secret_is_not_prepared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
