/* SPDX-License-Identifier: EUPL-1.2 */
/* What each gateway needs of sms:, what is refused of it, and where its secrets
 * go and do not go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/hmac_sha1.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/ynode.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *told(const char *yaml)
{
	struct arena a;
	struct diags d;
	char *all = mem_dup("");
	arena_init(&a);
	diags_init(&d);
	struct ynode *root = ynode_parse(&a, "e", yaml, strlen(yaml), &d);
	json_decref(settings_read(root, "/x", &d));
	for (size_t i = 0; i < d.n; i++) {
		char *line = diag_line(&d.v[i]);
		char *more = mem_printf("%s%s\n", all, line);
		free(line);
		free(all);
		all = more;
	}
	diags_clear(&d);
	arena_clear(&a);
	return all;
}

static void test_mistakes_stand_at_their_place(void **state)
{
	(void)state;
	static const struct {
		const char *sms, *told;
	} cases[] = {
		{"gateway: ovh", "e:1:16: error: sms.gateway: ovh needs "
				 "sms.ovh_secret_file"},
		{"gateway: kannel", "kannel needs sms.url"},
		{"gateway: http", "http needs sms.http_file"},
		{"gateway: brevo, url: \"http://sms.example/\"",
		 "sms.url: must be https"},
		{"gateway: brevo, profile: reponse", "replies need sms.number"},
		{"gateway: brevo, profile: vln, number: \"36111\"",
		 "profile vln wants a number in full"},
		{"gateway: brevo, number: \"0639980001\"",
		 "write a short code"},
		{"gateway: twilio", "company of the United States"},
		{"gateway: file, max_segments: 3", "max_segments"},
		{"gateway: brevo, segment_cost: 0.0555", "segment_cost"},
		{"gateway: orange", "orange"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *yaml = mem_printf(
			"sms: {%s}\nfront: {base_url: \"https://o.example\"}\n",
			cases[i].sms);
		char *lines = told(yaml);
		if (!strstr(lines, cases[i].told))
			fail_msg("%s: %s", cases[i].sms, lines);
		free(lines);
		free(yaml);
	}
	char *lines = told("sms: {gateway: ovh, profile: reponse}\n");
	assert_null(strstr(lines, "sms.number"));
	free(lines);
	lines = told("sms: {gateway: brevo}\nplanner: {windows: open}\n");
	assert_non_null(strstr(lines, "written to at night"));
	free(lines);
}

static void put(const char *dir, const char *name, const char *text)
{
	char *file = mem_printf("%s/%s", dir, name);
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(file, 0600), 0);
	free(file);
}

/* Loads sms: of that folder whatever else is wrong; what was told. */
static char *load(const char *dir, struct settings *s)
{
	struct diags d;
	char *file = mem_printf("%s/etrier.yaml", dir), *all = mem_dup("");
	diags_init(&d);
	settings_load(file, s, &d);
	for (size_t i = 0; i < d.n; i++) {
		char *more = mem_printf("%s%s\n", all, d.v[i].text);
		free(all);
		all = more;
	}
	diags_clear(&d);
	free(file);
	return all;
}

static void expect(const struct settings *s, const char *role,
		   const char *words, bool is_there)
{
	json_t *v = settings_for_role(s, role);
	char *text = json_dumps(v, JSON_COMPACT);
	if ((strstr(text, words) != NULL) != is_there)
		fail_msg("%s, %s", role, words);
	free(text);
	json_decref(v);
}

static void test_secrets_reach_who_needs_them(void **state)
{
	(void)state;
	char dir[] = "/tmp/etrier-sms-XXXXXX";
	struct settings s;
	assert_non_null(mkdtemp(dir));
	put(dir, "etrier.yaml",
	    "paths: {secrets: .}\n"
	    "front: {base_url: \"https://o.example/\"}\n"
	    "sms: {gateway: brevo, key_file: key, "
	    "callback_secret_file: cb}\n");
	put(dir, "key", "word-of-brevo\n");
	put(dir, "cb", "too short\n");
	char *lines = load(dir, &s);
	assert_non_null(strstr(lines, "must hold 16 to 100 letters"));
	free(lines);
	settings_clear(&s);
	put(dir, "cb", "abcdefghijklmno_-1\n");
	lines = load(dir, &s);
	assert_null(strstr(lines, "must hold 16"));
	free(lines);
	static const char url[] =
		"https://o.example/cb/sms/brevo/abcdefghijklmno_-1";
	expect(&s, "courier", url, true);
	expect(&s, "courier", "word-of-brevo", true);
	expect(&s, "front", "\"sms.callback_secret\":\"abcdefghijklmno_-1\"",
	       true);
	expect(&s, "front", "word-of-brevo", false);
	expect(&s, "engine", "abcdefghijklmno_-1", false);
	expect(&s, "engine", "word-of-brevo", false);
	expect(&s, "collector", "abcdefghijklmno_-1", false);
	settings_clear(&s);
	char *command = mem_printf("rm -r %s", dir);
	assert_int_equal(system(command), 0);
	free(command);
}

/* Who talks with strangers can check what Twilio signs, and not send in our
 * name: the token never reaches the front. */
static void test_the_front_checks_signatures_without_the_token(void **state)
{
	(void)state;
	static const char token[] = "0123456789abcdef0123456789abcdef";
	char dir[] = "/tmp/etrier-sms-XXXXXX";
	char text[HMAC_SHA1_TEXT_SIZE];
	struct hmac_sha1_key key;
	struct settings s;
	assert_non_null(mkdtemp(dir));
	put(dir, "etrier.yaml",
	    "paths: {secrets: .}\n"
	    "front: {base_url: \"https://o.example/\"}\n"
	    "sms: {gateway: twilio, account: AC1, key_file: key, "
	    "callback_secret_file: cb}\n");
	put(dir, "key", token);
	put(dir, "cb", "abcdefghijklmno_-1\n");
	free(load(dir, &s));
	hmac_sha1_prepare(token, &key);
	hmac_sha1_write(&key, text);
	expect(&s, "courier", token, true);
	expect(&s, "front", token, false);
	expect(&s, "front", "sms.key", false);
	expect(&s, "front", text, true);
	expect(&s, "engine", text, false);
	expect(&s, "collector", text, false);
	settings_clear(&s);
	char *command = mem_printf("rm -r %s", dir);
	assert_int_equal(system(command), 0);
	free(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes_stand_at_their_place),
		cmocka_unit_test(test_secrets_reach_who_needs_them),
		cmocka_unit_test(
			test_the_front_checks_signatures_without_the_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
