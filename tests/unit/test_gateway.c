/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests against golden files, answers against a table. The goldens were
 * written from each gateway's documentation and say so: none but Kannel was
 * ever run here. ETRIER_GOLDEN_WRITE=1 writes what follows their comments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "courier/gateway.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/sms_http.h>
#include <etrier/str.h>
#include <etrier/ynode.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW INT64_C(1795420800)

static const struct gateway_sms sms = {
	.id = 42,
	.to = "+33639980003",
	.from = "MISSIONLOC",
	.text = "Lina. \"Sarah\" a une offre: d\xC3\xA9"
		"but 01/12 \xE2\x82\xAC & 50%",
	.units = 47,
	.segments = 1};

static json_t *read_description(const char *file)
{
	struct arena a;
	struct diags d;
	char *path = mem_printf(SOURCE_DIR "/conf/examples/sms/%s", file);
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_load(&a, path, &d);
	json_t *v = root ? sms_http_read(root, &d) : NULL;
	if (!v)
		fail_msg("%s: %s", path, d.n ? d.v[0].text : "?");
	diags_clear(&d);
	arena_clear(&a);
	free(path);
	return v;
}

static struct gateway_conf conf_of(const char *name, const json_t *http)
{
	const struct gateway *g = gateway_find(name);
	assert_non_null(g);
	return (struct gateway_conf){
		.gateway = g,
		.account = "compte",
		.key = "the-key",
		.ovh_secret = "the-secret",
		.ovh_consumer = "the-consumer",
		.url = http	? js_str(http, "url", "")
		       : g->url ? g->url
				: "http://127.0.0.1:13013/cgi-bin/"
				  "sendsms",
		.callback_url = "https://o.ml.example/cb/sms/x/"
				"secret-of-16-char",
		.segment_cost = -1,
		.http = http};
}

/* ---- requests ---- */

static void write_request(const struct gateway_request *r, struct buf *b)
{
	buf_printf(b, "%s %s\n", r->method, r->url);
	for (size_t i = 0; i < r->n_headers; i++)
		buf_printf(b, "%s\n", r->headers[i]);
	buf_printf(b, "\n%s\n", r->body ? r->body : "");
}

/* The comment a golden begins with, and the rest. */
static char *read_golden(const char *path, char **rest)
{
	struct buf b;
	char piece[8192];
	buf_init(&b, 65536);
	FILE *f = fopen(path, "r");
	if (f) {
		buf_add(&b, piece, fread(piece, 1, sizeof(piece), f));
		fclose(f);
	}
	char *text = buf_take(&b), *p = text;
	while (*p == '#') {
		char *end = strchr(p, '\n');
		p = end ? end + 1 : p + strlen(p);
	}
	*rest = mem_dup(p);
	*p = '\0';
	return text;
}

static void compare(const char *name, const struct gateway_request *r)
{
	struct buf b;
	char *path = mem_printf(SOURCE_DIR "/tests/golden/sms/%s.txt", name);
	char *want, *comment = read_golden(path, &want);
	buf_init(&b, 65536);
	write_request(r, &b);
	if (getenv("ETRIER_GOLDEN_WRITE")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fprintf(f, "%s%s", comment, b.data);
		fclose(f);
	} else {
		assert_string_equal(b.data, want);
	}
	/* It must say where it comes from. */
	assert_non_null(strstr(comment, "ritten from"));
	buf_clear(&b);
	free(comment);
	free(want);
	free(path);
}

static void build(const char *golden, const struct gateway_conf *c)
{
	struct arena a;
	struct err err = {0};
	struct gateway_request r = {0};
	arena_init(&a);
	if (c->gateway->build(c, &sms, NOW, &a, &r, &err) < 0)
		fail_msg("%s: %s", golden, err.text);
	compare(golden, &r);
	/* What proxies and servers log holds no secret and nobody's number. */
	assert_null(strstr(r.url, "the-key"));
	assert_null(strstr(r.url, "the-secret"));
	assert_null(strstr(r.url, "639980003"));
	for (size_t i = 0; i < r.n_headers; i++)
		assert_null(strpbrk(r.headers[i], "\r\n"));
	arena_clear(&a);
}

static void test_requests_are_those_of_the_documentation(void **state)
{
	(void)state;
	static const char *const names[] = {"kannel",  "ovh",	    "brevo",
					    "smsmode", "smsfactor", "octopush",
					    "twilio"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct gateway_conf c = conf_of(names[i], NULL);
		build(names[i], &c);
	}
	json_t *json = read_description("partner.yaml");
	json_t *form = read_description("form.yaml");
	struct gateway_conf c = conf_of("http", json);
	build("http-json", &c);
	c = conf_of("http", form);
	build("http-form", &c);
	json_decref(json);
	json_decref(form);
}

static void test_replies_leave_from_the_number(void **state)
{
	(void)state;
	struct gateway_conf c = conf_of("ovh", NULL);
	c.takes_replies = true;
	build("ovh-reponse", &c);
	c = conf_of("twilio", NULL);
	c.takes_replies = true;
	c.number = "+33639980000";
	build("twilio-vln", &c);
	c = conf_of("kannel", NULL);
	c.callback_url = NULL;
	c.takes_replies = true;
	c.number = "36111";
	build("kannel-court", &c);
}

static void test_lists_and_clocks_are_asked_for(void **state)
{
	(void)state;
	static const char *const names[] = {"ovh", "smsfactor"};
	struct arena a;
	struct err err;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct gateway_conf c = conf_of(names[i], NULL);
		struct gateway_request r = {0};
		char *golden = mem_printf("%s-blacklist", names[i]);
		assert_int_equal(c.gateway->build_list(&c, NOW, &a, &r, &err),
				 0);
		compare(golden, &r);
		free(golden);
	}
	struct gateway_conf c = conf_of("ovh", NULL);
	struct gateway_request r = {0};
	c.gateway->build_time(&c, &a, &r);
	assert_string_equal(r.url, "https://eu.api.ovh.com/1.0/auth/time");
	assert_int_equal(r.n_headers, 0);
	arena_clear(&a);
}

/* The recipe, worked out by sha1sum(1) and not by our own code. */
static void test_the_signature_is_a_sha1_of_the_six_parts(void **state)
{
	(void)state;
	struct arena a;
	struct err err;
	struct gateway_request r = {0};
	struct gateway_conf c = conf_of("ovh", NULL);
	arena_init(&a);
	assert_int_equal(c.gateway->build_list(&c, 1, &a, &r, &err), 0);
	/* printf 'the-secret+the-consumer+GET+URL++1' | sha1sum */
	assert_string_equal(
		r.headers[4],
		"X-Ovh-Signature: $1$b0519b05c8451ac7912815ab06c01dd35589619e");
	arena_clear(&a);
}

/* ---- answers ---- */

struct judging {
	const char *gateway;
	int status;
	const char *body, *result, *reason, *ref;
	int segments;
	int64_t cost;
};

static const struct judging judgings[] = {
	/* taken */
	{"kannel", 202, "0: Accepted for delivery", "sent", "ok", "", 1, -1},
	{"kannel", 202, "3: Queued for later delivery", "sent", "ok", "", 1,
	 -1},
	{"ovh", 200,
	 "{\"totalCreditsRemoved\":2,\"invalidReceivers\":[],"
	 "\"ids\":[27814656],\"validReceivers\":[\"+33639980003\"]}",
	 "sent", "ok", "27814656", 2, -1},
	{"brevo", 201, "{\"messageId\":1511882900176220}", "sent", "ok",
	 "1511882900176220", 1, -1},
	{"smsmode", 201, "{\"messageId\":\"c4b5-1\"}", "sent", "ok", "c4b5-1",
	 1, -1},
	{"smsfactor", 200,
	 "{\"status\":1,\"message\":\"OK\",\"ticket\":\"14672468\",\"cost\":1,"
	 "\"sent\":1,\"invalid\":0}",
	 "sent", "ok", "14672468", 1, -1},
	{"smsfactor", 200, "{\"status\":-8,\"ticket\":\"7\"}", "sent", "ok",
	 "7", 1, -1},
	{"octopush", 200,
	 "{\"sms_ticket\":\"sms_1\",\"number_of_contacts\":1,"
	 "\"total_cost\":0.081,\"number_of_sms_needed\":1}",
	 "sent", "ok", "sms_1", 1, 81},
	{"twilio", 201, "{\"sid\":\"SM1\",\"num_segments\":\"1\"}", "sent",
	 "ok", "SM1", 1, -1},
	/* 200 is not success */
	{"ovh", 200, "{\"ids\":[],\"invalidReceivers\":[\"+33639980003\"]}",
	 "failed", "dead", "", 1, -1},
	{"ovh", 200, "{\"ids\":[],\"invalidReceivers\":[]}", "failed",
	 "refused", "", 1, -1},
	{"smsfactor", 200, "{\"status\":1,\"sent\":0,\"npai\":1}", "failed",
	 "dead", "", 1, -1},
	{"smsfactor", 200, "{\"status\":1,\"sent\":0,\"blacklisted\":1}",
	 "failed", "opted_out", "", 1, -1},
	{"smsfactor", 200, "{\"status\":1,\"sent\":0,\"flood\":1}", "retry",
	 "quota", "", 1, -1},
	{"smsfactor", 200, "{\"status\":-1}", "retry", "credentials", "", 1,
	 -1},
	{"smsfactor", 200, "{\"status\":-3}", "retry", "credit", "", 1, -1},
	{"smsfactor", 200, "{\"status\":-7}", "failed", "refused", "", 1, -1},
	{"octopush", 200, "{\"sms_ticket\":\"x\",\"number_of_contacts\":0}",
	 "failed", "dead", "x", 1, -1},
	/* an answer that says nothing */
	{"ovh", 200, "<html>", "uncertain", "lost", "", 1, -1},
	{"brevo", 201, "{}", "uncertain", "lost", "", 1, -1},
	{"smsmode", 200, "{\"messageId\":\"a\"}", "uncertain", "lost", "a", 1,
	 -1},
	{"smsfactor", 200, "{\"status\":-99}", "uncertain", "lost", "", 1, -1},
	{"octopush", 200, "[]", "uncertain", "lost", "", 1, -1},
	{"twilio", 201, "", "uncertain", "lost", "", 1, -1},
	{"kannel", 200, "Sent.", "uncertain", "lost", "", 1, -1},
	/* the number */
	{"kannel", 400, "Garbage 'to' field, rejected.", "failed", "dead", "",
	 1, -1},
	{"kannel", 400,
	 "Number(s) has/have been denied by white- and/or black-lists.",
	 "failed", "dead", "", 1, -1},
	{"brevo", 400,
	 "{\"code\":\"invalid_parameter\",\"message\":\"Invalid telephone "
	 "number\"}",
	 "failed", "dead", "", 1, -1},
	{"twilio", 400, "{\"code\":21614}", "failed", "dead", "", 1, -1},
	{"twilio", 400, "{\"code\":21610}", "failed", "opted_out", "", 1, -1},
	{"twilio", 400, "{\"code\":30007}", "failed", "filtered", "", 1, -1},
	/* the account */
	{"kannel", 403, "Authorization failed for sendsms", "retry",
	 "credentials", "", 1, -1},
	{"ovh", 403, "{\"message\":\"Invalid signature\"}", "retry",
	 "credentials", "", 1, -1},
	{"ovh", 400, "{\"message\":\"Not enough credits\"}", "retry", "credit",
	 "", 1, -1},
	{"ovh", 403, "{\"errorCode\":\"QUERY_TIME_OUT\"}", "retry", "network",
	 "", 1, -1},
	{"brevo", 402, "{\"code\":\"not_enough_credits\"}", "retry", "credit",
	 "", 1, -1},
	{"brevo", 401, "{\"code\":\"unauthorized\"}", "retry", "credentials",
	 "", 1, -1},
	{"twilio", 400, "{\"code\":20003}", "retry", "credentials", "", 1, -1},
	{"smsmode", 302, "", "retry", "credentials", "", 1, -1},
	{"smsmode", 404, "", "retry", "credentials", "", 1, -1},
	/* not now */
	{"kannel", 503, "Temporal failure, try again later.", "retry",
	 "network", "", 1, -1},
	{"brevo", 429, "", "retry", "quota", "", 1, -1},
	{"twilio", 429, "{\"code\":20429}", "retry", "quota", "", 1, -1},
	/* refused, and nothing more is known */
	{"smsmode", 400, "{\"message\":\"bad from\"}", "failed", "refused", "",
	 1, -1},
	/* it may have been taken */
	{"ovh", 500, "{\"message\":\"oops\"}", "uncertain", "lost", "", 1, -1},
	{"brevo", 502, "", "uncertain", "lost", "", 1, -1},
	{"twilio", 504, "<html>", "uncertain", "lost", "", 1, -1},
};

static void judge(const struct gateway_conf *c, int status, const char *body,
		  struct gateway_result *out)
{
	const struct gateway_answer answer = {
		.status = status, .body = body, .n_body = strlen(body)};
	gateway_judge(c, &sms, &answer, out);
}

static void expect(const struct gateway_conf *c, const struct judging *j)
{
	struct gateway_result r;
	judge(c, j->status, j->body, &r);
	if (!str_eq(verdict_name(r.v.result), j->result) ||
	    !str_eq(r.v.reason, j->reason) || !str_eq(r.ref, j->ref) ||
	    r.segments != j->segments || r.cost != j->cost)
		fail_msg("%s %d %s: %s %s ref=%s segments=%d cost=%lld",
			 j->gateway, j->status, j->body,
			 verdict_name(r.v.result), r.v.reason, r.ref,
			 r.segments, (long long)r.cost);
	assert_int_equal(r.v.code, j->status);
}

static void test_answers_have_their_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(judgings); i++) {
		struct gateway_conf c = conf_of(judgings[i].gateway, NULL);
		expect(&c, &judgings[i]);
	}
}

static void test_a_described_gateway_says_what_its_answers_mean(void **state)
{
	(void)state;
	static const struct judging answers[] = {
		{"http", 201,
		 "{\"state\":\"queued\",\"message\":{\"id\":\"m-1\","
		 "\"parts\":1,\"price_eur\":0.0495}}",
		 "sent", "ok", "m-1", 1, 50},
		{"http", 200, "{\"state\":\"held\"}", "uncertain", "lost", "",
		 1, -1},
		{"http", 202, "{\"state\":\"queued\"}", "uncertain", "lost", "",
		 1, -1},
		{"http", 422, "{\"error\":{\"code\":\"unknown_number\"}}",
		 "failed", "dead", "", 1, -1},
		{"http", 200, "{\"error\":{\"code\":\"no_balance\"}}", "retry",
		 "credit", "", 1, -1},
		{"http", 422, "{\"error\":{\"code\":\"else\"}}", "failed",
		 "refused", "", 1, -1},
	};
	json_t *json = read_description("partner.yaml");
	json_t *form = read_description("form.yaml");
	struct gateway_conf c = conf_of("http", json);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		expect(&c, &answers[i]);
	c = conf_of("http", form);
	expect(&c, &(struct judging){"http", 200, "{\"status\":0,\"ticket\":7}",
				     "sent", "ok", "7", 1, -1});
	expect(&c, &(struct judging){"http", 200, "{\"status\":10}", "failed",
				     "dead", "", 1, -1});
	json_decref(json);
	json_decref(form);
}

static void test_what_is_said_repeats_no_secret_and_no_number(void **state)
{
	(void)state;
	static const char long_url[] =
		"{\"message\":\"bad url https://o.ml.example/cb/sms/x/"
		"secret-of-16-char\"}";
	static const char *const said[] = {
		"{\"message\":\"the-key is not a key\"}", long_url,
		"{\"message\":\"number 33639980003\"}"};
	struct gateway_conf c = conf_of("smsmode", NULL);
	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		struct gateway_result r;
		judge(&c, 400, said[i], &r);
		assert_null(strstr(r.v.text, "the-key"));
		assert_null(strstr(r.v.text, "secret-of"));
		assert_null(strstr(r.v.text, "639980003"));
	}
	struct gateway_result r;
	judge(&c, 400, "{\"message\":\"bad from\"}", &r);
	assert_string_equal(r.v.text, "bad from");
}

static void test_waits_and_prices(void **state)
{
	(void)state;
	struct gateway_conf c = conf_of("brevo", NULL);
	struct gateway_result r;
	struct gateway_answer a = {
		.status = 503, .body = "", .retry_after_s = 90};
	gateway_judge(&c, &sms, &a, &r);
	assert_int_equal(r.v.retry_after_s, 90);
	a.status = 401;
	a.retry_after_s = 0;
	gateway_judge(&c, &sms, &a, &r);
	assert_int_equal(r.v.retry_after_s, GATEWAY_ACCOUNT_RETRY_S);
	/* A price of ours counts for what left or may have; never for a
	 * refusal. */
	c.segment_cost = 55;
	judge(&c, 201, "{\"messageId\":1,\"smsCount\":2}", &r);
	assert_int_equal(r.cost, 110);
	judge(&c, 500, "", &r);
	assert_int_equal(r.cost, 55);
	judge(&c, 400, "", &r);
	assert_int_equal(r.cost, -1);
	judge(&c, 429, "", &r);
	assert_int_equal(r.cost, -1);
}

static void test_lists_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		const char *gateway, *body, *numbers;
	} cases[] = {
		{"ovh", "[\"+33639980001\",\"0033639980002\",\"x\",7]",
		 "[\"+33639980001\",\"+33639980002\"]"},
		{"ovh", "[]", "[]"},
		{"ovh", "{\"message\":\"no\"}", NULL},
		{"smsfactor",
		 "{\"status\":1,\"list\":[{\"destination\":\"33639980001\"},"
		 "{\"id\":1}]}",
		 "[\"+33639980001\"]"},
		{"smsfactor", "{\"status\":-1}", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		json_t *body =
			js_parse(cases[i].body, strlen(cases[i].body), &err);
		json_t *numbers = json_array();
		int rc = gateway_find(cases[i].gateway)
				 ->read_list(body, numbers);
		assert_int_equal(rc == 0, cases[i].numbers != NULL);
		char *text = json_dumps(numbers, JSON_COMPACT);
		if (cases[i].numbers)
			assert_string_equal(text, cases[i].numbers);
		free(text);
		json_decref(numbers);
		json_decref(body);
	}
}

static void test_a_clock_is_a_number_alone(void **state)
{
	(void)state;
	static const struct {
		int status;
		const char *body;
		int64_t time;
	} cases[] = {{200, "1795420800", NOW},
		     {200, "1795420800\n", NOW},
		     {200, "", -1},
		     {200, "{\"a\":1}", -1},
		     {500, "1795420800", -1},
		     {200, "-5", -1},
		     {200, "99999999999999999999", -1}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct gateway_answer a = {.status = cases[i].status,
						 .body = cases[i].body,
						 .n_body =
							 strlen(cases[i].body)};
		assert_int_equal(gateway_read_time(&a), cases[i].time);
	}
}

/* ---- descriptions ---- */

static void test_mistakes_of_a_description_are_told_with_their_place(
	void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *told;
	} cases[] = {
		{"url: \"http://sms.example/\"\nsuccess: {status: [200]}\n",
		 "x.yaml:1:6: must be https (http is for this machine only)"},
		{"url: \"https://sms.example/?k={{key}}\"\n"
		 "success: {status: [200]}\n",
		 "x.yaml:1:6: the key may not stand in the address, which "
		 "others write into their logs: use a header or the body"},
		{"url: \"https://{{to}}.example/\"\n"
		 "success: {status: [200]}\n",
		 "x.yaml:1:6: the host may hold no variable"},
		{"url: \"https://sms.example/\"\nsuccess: {status: [200]}\n"
		 "body: '{\"to\": {{to}}}'\n",
		 "x.yaml:3:7: with its variables filled in this is no JSON"},
		{"url: \"https://sms.example/\"\nsuccess: {status: [200]}\n"
		 "body: '{\"to\": \"{{telephone}}\"}'\n",
		 "x.yaml:3:7: no variable \"telephone\""},
		{"url: \"https://sms.example/\"\nsuccess: {status: [200]}\n"
		 "ref: id\n",
		 "x.yaml:3:6: a JSON pointer begins with /"},
		{"url: \"https://sms.example/\"\n"
		 "success: {status: [200], pointer: /a}\n",
		 "x.yaml:2:10: pointer and equals go together"},
		{"url: \"https://sms.example/\"\nsuccess: {status: [500]}\n",
		 "x.yaml:2:20: "},
		{"url: \"https://sms.example/\"\nsuccess: {status: [200]}\n"
		 "receipt:\n  map:\n    OK: arrived\n",
		 "x.yaml:5:9: must be one of accepted delivered"},
		{"url: \"https://sms.example/\"\nsuccess: {status: [200]}\n"
		 "method: GET\nbody: x\n",
		 "x.yaml:4:7: a GET has no body"},
		{"url: \"https://sms.example/\"\nsuccess: {status: [200]}\n"
		 "colour: red\n",
		 "x.yaml:3:1: "},
		{"success: {status: [200]}\n", "x.yaml:1:1: "},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a;
		struct diags d;
		arena_init(&a);
		diags_init(&d);
		struct ynode *root = ynode_parse(&a, "x.yaml", cases[i].yaml,
						 strlen(cases[i].yaml), &d);
		json_t *v = root ? sms_http_read(root, &d) : NULL;
		assert_null(v);
		assert_true(d.n >= 1);
		char *told = mem_printf("%s:%u:%u: %s", d.v[0].file,
					d.v[0].line, d.v[0].col, d.v[0].text);
		if (!str_starts(told, cases[i].told))
			fail_msg("%s\nnot %s", told, cases[i].told);
		free(told);
		diags_clear(&d);
		arena_clear(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests_are_those_of_the_documentation),
		cmocka_unit_test(test_replies_leave_from_the_number),
		cmocka_unit_test(test_lists_and_clocks_are_asked_for),
		cmocka_unit_test(test_the_signature_is_a_sha1_of_the_six_parts),
		cmocka_unit_test(test_answers_have_their_verdicts),
		cmocka_unit_test(
			test_a_described_gateway_says_what_its_answers_mean),
		cmocka_unit_test(
			test_what_is_said_repeats_no_secret_and_no_number),
		cmocka_unit_test(test_waits_and_prices),
		cmocka_unit_test(test_lists_are_read_whole_or_not_at_all),
		cmocka_unit_test(test_a_clock_is_a_number_alone),
		cmocka_unit_test(
			test_mistakes_of_a_description_are_told_with_their_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
