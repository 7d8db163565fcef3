/* SPDX-License-Identifier: EUPL-1.2 */
/* What is read of a delivered mail, and what never is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/mail_sample.h>
#include <etrier/mem.h>
#include <etrier/taglist.h>

#include <stdlib.h>
#include <string.h>

#define ID "0123456789abcdef01234567"

static const char whole[] =
	"Return-Path: <b+" ID "@retours.ml.example>\r\n"
	"Authentication-Results: mx.boite.example (a comment; spf=fail);\r\n"
	" dkim=fail reason=\"dkim=pass; spf=pass\" header.d=liste.example;\r\n"
	" DKIM = pass header.d=offres.ml.example header.s=s2026;\r\n"
	" spf=pass (x: domain of b@retours.ml.example) smtp.mailfrom=x;\r\n"
	" dmarc=pass (p=NONE dis=NONE) header.from=offres.ml.example;\r\n"
	" arc=none\r\n"
	"Authentication-Results: forged.example; dmarc=fail; spf=fail\r\n"
	"Received: from x by y\r\n"
	"DKIM-Signature: v=1; a=rsa-sha256; d=liste.example; s=x;\r\n"
	" h=from; b=x\r\n"
	"DKIM-Signature: v=1; d=offres.ml.example; s=s2026;\r\n"
	"\th=from:to:subject:list-unsubscribe\r\n"
	"\t :list-unsubscribe-post; bh=x; b=y\r\n"
	"From: \"Mission Locale <essai>\" <offres@Offres.ML.example>\r\n"
	"To: lina@boite.example\r\n"
	"Message-ID: <m." ID "@ml.example>\r\n"
	"List-Unsubscribe: <https://r.ml.example/u/7K2QF8M3XW>,\r\n"
	" <mailto:stop@ml.example>\r\n"
	"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	"\r\n"
	"From: body@elsewhere.example\r\n";

static struct mail_sample read_text(const char *text, struct arena *a)
{
	struct mail_sample s;
	size_t n = strlen(text);
	char *copy = mem_alloc(n + !n);
	memcpy(copy, text, n);
	mail_sample_read(copy, n, a, &s);
	free(copy);
	return s;
}

static void a_good_mail_is_read(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	struct mail_sample s = read_text(whole, &a);
	assert_int_equal(s.n_from, 1);
	assert_string_equal(s.from_domain, "offres.ml.example");
	assert_string_equal(s.return_domain, "retours.ml.example");
	assert_string_equal(s.message_id_domain, "ml.example");
	assert_true(s.has_return_path && s.is_verp);
	assert_true(s.has_unsubscribe_https && s.has_one_click);
	assert_int_equal(s.n_signatures, 2);
	assert_string_equal(s.signatures[1].domain, "offres.ml.example");
	assert_true(taglist_has_word(s.signatures[1].covered, ':',
				     "List-Unsubscribe-Post"));
	assert_string_equal(s.judge, "mx.boite.example");
	assert_int_equal(s.spf, MAIL_PASS);
	assert_int_equal(s.dkim, MAIL_PASS);
	assert_int_equal(s.dmarc, MAIL_PASS);
	/* A mailbox of one mail, and lines that end in LF alone. */
	char text[sizeof(whole) + 64] = "From x Sat Nov 28 10:00:00 2026\n";
	char *to = text + strlen(text);
	for (const char *p = whole; *p; p++)
		if (*p != '\r')
			*to++ = *p;
	*to = '\0';
	s = read_text(text, &a);
	assert_int_equal(s.n_from, 1);
	assert_int_equal(s.dmarc, MAIL_PASS);
	arena_clear(&a);
}

static enum mail_result dkim_of(const char *results, struct arena *a,
				const char *judge)
{
	char text[600] = "Authentication-Results: ";
	strncat(text, results, 500);
	strncat(text, "\n\n", 3);
	struct mail_sample s = read_text(text, a);
	assert_true(s.has_results);
	assert_string_equal(s.judge, judge);
	return s.dkim;
}

static void results_are_words_or_nothing(void **state)
{
	static const struct {
		const char *text, *judge;
		enum mail_result dkim;
	} rows[] = {
		{"m.example; dkim=pass", "m.example", MAIL_PASS},
		{"m.example 1; dkim/1=fail", "m.example", MAIL_FAIL},
		{"m.example; none", "m.example", MAIL_NOT_SAID},
		{"m.example; dkim=passed", "m.example", MAIL_OTHER},
		{"m.example; dkim=none; dkim=pass", "m.example", MAIL_PASS},
		{"m.example; dkim=pass; dkim=fail", "m.example", MAIL_PASS},
		{"m.example; dkim=temperror", "m.example", MAIL_TEMPERROR},
		{"m.example; dkim-atps=pass", "m.example", MAIL_NOT_SAID},
		{"m.example; spf=pass dkim=pass", "m.example", MAIL_NOT_SAID},
		{"m.example; x=\"; dkim=pass\"", "m.example", MAIL_NOT_SAID},
		{"m.example; x=\"\\\"; dkim=pass\"", "m.example",
		 MAIL_NOT_SAID},
		{"m.example (a (b) ; dkim=pass)", "m.example", MAIL_NOT_SAID},
		{"lina@boite.example; dkim=pass", "", MAIL_PASS},
		{"", "", MAIL_NOT_SAID},
		{"m.example; dkim", "m.example", MAIL_NOT_SAID},
		{"m.example; dkim=", "m.example", MAIL_OTHER},
	};
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum mail_result r = dkim_of(rows[i].text, &a, rows[i].judge);
		if (r != rows[i].dkim)
			fail_msg("%s: %s", rows[i].text, mail_results[r]);
	}
	arena_clear(&a);
}

static void what_is_missing_is_missing(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a);
	struct mail_sample s = read_text("", &a);
	assert_int_equal(s.n_from, 0);
	assert_false(s.has_results || s.has_return_path || s.has_unsubscribe);
	s = read_text("From: a@x.example\nFrom: b@y.example\n"
		      "Return-Path: <>\n"
		      "Message-ID: rubbish\n"
		      "List-Unsubscribe: <http://r.example/u>\n"
		      "List-Unsubscribe-Post: One-Click\n\n",
		      &a);
	assert_int_equal(s.n_from, 2);
	assert_string_equal(s.from_domain, "x.example");
	assert_true(s.has_return_path && s.has_unsubscribe);
	assert_false(s.is_verp || s.has_unsubscribe_https || s.has_one_click);
	assert_string_equal(s.return_domain, "");
	assert_string_equal(s.message_id_domain, "");
	s = read_text("Return-Path: <b+lina@retours.ml.example>\n\n", &a);
	assert_false(s.is_verp);
	s = read_text("From: <a@x y>\n\n", &a);
	assert_string_equal(s.from_domain, "");
	arena_clear(&a);
}

static void heads_without_end_are_cut(void **state)
{
	size_t n = 3 * MAIL_SAMPLE_HEAD_MAX;
	char *text = mem_alloc(n + 1);
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i + 24 < n; i += 24)
		memcpy(text + i, "DKIM-Signature: d=a;s=b\n", 24);
	struct mail_sample s = read_text(text, &a);
	assert_int_equal(s.n_signatures, MAIL_SAMPLE_SIGNATURES_MAX);
	memset(text, 'x', n);
	s = read_text(text, &a);
	assert_int_equal(s.n_from, 0);
	memset(text, ' ', n);
	memcpy(text, "From:", 5);
	s = read_text(text, &a);
	assert_int_equal(s.n_from, 1);
	free(text);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_mail_is_read),
		cmocka_unit_test(results_are_words_or_nothing),
		cmocka_unit_test(what_is_missing_is_missing),
		cmocka_unit_test(heads_without_end_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
