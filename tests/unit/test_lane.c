/* SPDX-License-Identifier: EUPL-1.2 */
/* One `deliver` line to its verdict: what is said, and what is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "courier/lane.h"

#include <etrier/buf.h>
#include <etrier/courier.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char root[] = "/tmp/etrier-lane-XXXXXX";
static int n_submitting, submitting_answer;

static int on_submitting(void *ctx, int64_t id)
{
	(void)ctx;
	assert_int_equal(id, 1);
	n_submitting++;
	return submitting_answer;
}

static json_t *templates(void)
{
	static const char path[] = SOURCE_DIR "/conf/templates/fr";
	json_t *list = json_array();
	DIR *d = opendir(path);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		char piece[16384], *file, *name;
		if (!str_ends(e->d_name, ".mustache"))
			continue;
		file = mem_printf("%s/%s", path, e->d_name);
		name = mem_printf("fr/%s", e->d_name);
		FILE *f = fopen(file, "r");
		size_t n = fread(piece, 1, sizeof piece, f);
		fclose(f);
		json_t *item = json_object();
		js_put_str(item, "name", name);
		json_object_set_new(item, "text", json_stringn(piece, n));
		json_array_append_new(list, item);
		free(file);
		free(name);
	}
	closedir(d);
	return list;
}

static json_t *config(const char *transport, const char *gateway)
{
	char *mail = mem_printf("%s/mail", root);
	char *sms = mem_printf("%s/sms", root);
	json_t *c = json_pack("{s:{s:s,s:s,s:s,s:i,s:i},s:{s:s,s:s,s:i},s:o}",
			      "mail", "transport", transport, "maildir", mail,
			      "host", "127.0.0.1", "port", 1, "timeout_s", 2,
			      "sms", "gateway", gateway, "folder", sms,
			      "max_segments", 1, "templates", templates());
	free(mail);
	free(sms);
	return c;
}

static struct lane_conf *lane(const char *transport, const char *gateway)
{
	struct diags d;
	struct err err;
	json_t *c = config(transport, gateway);
	diags_init(&d);
	struct lane_conf *conf = lane_conf_new(c, &d);
	if (!conf)
		fail_msg("%s", d.n ? d.v[0].text : "?");
	if (lane_conf_open(conf, &err) < 0)
		fail_msg("%s", err.text);
	diags_clear(&d);
	json_decref(c);
	return conf;
}

static int count(const char *sub)
{
	char *path = mem_printf("%s/%s", root, sub);
	DIR *d = opendir(path);
	int n = 0;
	for (struct dirent *e; d && (e = readdir(d));)
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	free(path);
	return n;
}

static void expect(const struct lane_conf *c, json_t *deliver,
		   const char *result, const char *reason)
{
	json_t *v = lane_deliver(c, deliver, on_submitting, NULL);
	if (!str_eq(js_str(v, "result", ""), result) ||
	    !str_eq(js_str(v, "reason", ""), reason))
		fail_msg("%s %s: %s", js_str(v, "result", ""),
			 js_str(v, "reason", ""), js_str(v, "text", ""));
	assert_string_equal(js_str(v, "t", ""), "verdict");
	json_decref(v);
}

static void test_files_are_sent_once_however_often_they_come(void **state)
{
	(void)state;
	struct lane_conf *c = lane("maildir", "file");
	json_t *mail = courier_sample("digest", "email");
	json_t *sms = courier_sample("offer", "sms");
	n_submitting = submitting_answer = 0;
	for (int i = 0; i < 2; i++) {
		expect(c, mail, "sent", "ok");
		assert_int_equal(n_submitting, i); /* never for a mail */
		expect(c, sms, "sent", "ok");
		assert_int_equal(n_submitting, i + 1);
	}
	assert_int_equal(count("mail/new"), 1);
	assert_int_equal(count("sms"), 1);
	json_decref(mail);
	json_decref(sms);
	lane_conf_free(c);
}

static void test_no_sms_leaves_when_submitting_was_not_heard(void **state)
{
	(void)state;
	struct lane_conf *c = lane("none", "file");
	json_t *sms = courier_sample("offer", "sms");
	submitting_answer = -1;
	expect(c, sms, "retry", "network");
	assert_int_equal(count("sms"), 0);
	submitting_answer = 0;
	json_decref(sms);
	lane_conf_free(c);
}

static void test_nothing_leaves_without_a_transport_but_previews(void **state)
{
	(void)state;
	struct lane_conf *c = lane("none", "none");
	json_t *mail = courier_sample("digest", "email");
	json_t *sms = courier_sample("offer", "sms");
	n_submitting = 0;
	expect(c, mail, "retry", "transport");
	expect(c, sms, "retry", "transport");
	assert_int_equal(n_submitting, 0);
	assert_int_equal(count("mail/new") + count("sms"), 0);
	json_object_set_new(mail, "preview", json_true());
	json_object_set_new(sms, "preview", json_true());
	expect(c, mail, "sent", "ok");
	expect(c, sms, "sent", "ok");
	assert_int_equal(count("mail/new"), 1);
	assert_int_equal(count("sms"), 1);
	json_decref(mail);
	json_decref(sms);
	lane_conf_free(c);
}

static void test_a_preview_never_reaches_the_relay(void **state)
{
	(void)state;
	struct lane_conf *c = lane("smtp", "none");
	json_t *mail = courier_sample("digest", "email");
	expect(c, mail, "retry", "network"); /* nobody on port 1 */
	json_object_set_new(mail, "preview", json_true());
	expect(c, mail, "sent", "ok");
	assert_int_equal(count("mail/new"), 1);
	json_decref(mail);
	lane_conf_free(c);
}

static void test_each_bad_line_has_its_verdict(void **state)
{
	(void)state;
	static const struct {
		const char *channel, *member, *value, *result, *reason;
	} cases[] = {
		{"sms", "to", "{\"address\":\"+33139980000\"}", "failed",
		 "address"},
		{"sms", "sms_sender", "\"ALERTE RDV\"", "failed", "address"},
		{"sms", "model", "{}", "failed", "message"},
		{"sms", "template_hash", "\"00\"", "retry", "template"},
		{"sms", "id", "0", "failed", "message"},
		{"sms", "channel", "\"fax\"", "failed", "message"},
		{"email", "to", "{\"address\":\"a b@c.example\"}", "failed",
		 "message"},
		{"email", "kind", "\"notice\"", "failed", "message"},
		{"email", "boundary", "\"a b\"", "failed", "message"},
	};
	struct lane_conf *c = lane("maildir", "file");
	n_submitting = 0;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;
		json_t *line = courier_sample("offer", cases[i].channel);
		json_t *object = NULL;
		char *text = mem_printf("[%s]", cases[i].value);
		object = js_parse(text, strlen(text), &err);
		assert_non_null(object);
		json_object_set(line, cases[i].member,
				json_array_get(object, 0));
		expect(c, line, cases[i].result, cases[i].reason);
		json_decref(object);
		json_decref(line);
		free(text);
	}
	assert_int_equal(n_submitting, 0);
	assert_int_equal(count("mail/new") + count("sms"), 0);
	lane_conf_free(c);
}

static void test_a_folder_that_vanished_is_retry_not_failure(void **state)
{
	(void)state;
	struct lane_conf *c = lane("maildir", "none");
	json_t *mail = courier_sample("digest", "email");
	char *path = mem_printf("%s/mail/new", root);
	assert_int_equal(rmdir(path), 0);
	expect(c, mail, "retry", "storage");
	free(path);
	json_decref(mail);
	lane_conf_free(c);
}

static void test_a_relative_folder_or_no_template_is_not_prepared(void **state)
{
	(void)state;
	struct diags d;
	json_t *c = config("maildir", "file");
	diags_init(&d);
	json_object_set_new(json_object_get(c, "mail"), "maildir",
			    json_string("mail"));
	json_object_set_new(c, "templates", json_array());
	assert_null(lane_conf_new(c, &d));
	assert_true(d.n_errors >= 2);
	diags_clear(&d);
	json_decref(c);
}

static int make_root(void **state)
{
	(void)state;
	memcpy(root + strlen(root) - 6, "XXXXXX", 6);
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	(void)state;
	char *command = mem_printf("rm -r '%s'", root);
	int rc = system(command);
	free(command);
	return rc;
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_files_are_sent_once_however_often_they_come),
		TEST(test_no_sms_leaves_when_submitting_was_not_heard),
		TEST(test_nothing_leaves_without_a_transport_but_previews),
		TEST(test_a_preview_never_reaches_the_relay),
		TEST(test_each_bad_line_has_its_verdict),
		TEST(test_a_folder_that_vanished_is_retry_not_failure),
		TEST(test_a_relative_folder_or_no_template_is_not_prepared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
