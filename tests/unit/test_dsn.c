/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports of real shape (tests/golden/dsn, invented people) say what they mean,
 * and what people write is never taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/dsn.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID "0123456789abcdef01234567"

static char *read_file(const char *name, size_t *n)
{
	char path[512];
	char *bytes = mem_alloc(65536);
	snprintf(path, sizeof(path), SOURCE_DIR "/tests/golden/dsn/%s.eml",
		 name);
	FILE *f = fopen(path, "r");
	if (!f)
		fail_msg("%s", path);
	*n = fread(bytes, 1, 65536, f);
	fclose(f);
	return bytes;
}

struct row {
	const char *file, *kind, *class_, *status, *code, *recipient;
};

static void reports_of_real_servers(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"postfix-dead", "bounce", "dead", "5.1.1", "550",
		 "lina@courrier.example"},
		{"postfix-no-domain", "bounce", "dead", "5.4.4", NULL,
		 "lina@courier.example"},
		{"postfix-delay", "delay", "transient", "4.4.1", NULL,
		 "lina@courrier.example"},
		{"postfix-delivered", "delivered", "transient", "2.0.0", NULL,
		 "lina@courrier.example"},
		{"postfix-expired", "bounce", "transient", "4.4.7", "421",
		 "lina@courrier.example"},
		{"exim-full", "bounce", "full", "5.2.2", "552",
		 "lina@courrier.example"},
		{"exchange-dead", "bounce", "dead", "5.1.10", "550",
		 "lina@courrier.example"},
		{"orange-policy", "bounce", "policy", "4.0.0", "OFR004_104",
		 "lina@orange.example"},
		{"orange-dead", "bounce", "dead", "5.1.1", "OFR204_418",
		 "lina@orange.example"},
		{"laposte-policy", "bounce", "policy", "5.5.0", "LPN007_510",
		 "lina@laposte.example"},
		{"gmail-inactive", "bounce", "full", "5.2.1", "550",
		 "lina@gmail.example"},
		{"gmail-dmarc", "bounce", "policy", "5.7.26", "550",
		 "lina@gmail.example"},
		{"base64", "bounce", "dead", "5.1.1", NULL,
		 "lina@courrier.example"},
		{"arf", "complaint", "complaint", "", NULL,
		 "lina@courrier.example"},
		{"verp-free-text", "bounce", "dead", "5.1.1", "550", NULL},
		{"verp-truncated", "delay", "full", "4.2.2", "552", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct arena a;
		struct dsn d;
		struct err err;
		size_t n;
		char *bytes = read_file(r->file, &n);
		arena_init(&a);
		if (dsn_read(bytes, n, &a, &d, &err))
			fail_msg("%s: %s", r->file, err.text);
		const struct dsn_report *one = &d.reports[0];
		if (d.n != 1 || !str_eq(dsn_kinds[one->kind], r->kind) ||
		    !str_eq(dsn_classes[one->class_], r->class_) ||
		    !str_eq(one->status, r->status) ||
		    !str_eq(one->code, r->code) ||
		    !str_eq(one->recipient, r->recipient) ||
		    !str_eq(one->envelope_id, ID))
			fail_msg("%s: %d, kind %d class %d \"%s\" %s %s %s",
				 r->file, d.n, (int)one->kind, (int)one->class_,
				 one->status, one->code ? one->code : "-",
				 one->recipient ? one->recipient : "-",
				 one->envelope_id ? one->envelope_id : "-");
		arena_clear(&a);
		free(bytes);
	}
}

static void the_mail_that_came_back_is_named(void **state)
{
	(void)state;
	struct arena a;
	struct dsn d;
	struct err err;
	size_t n;
	char *bytes = read_file("exim-full", &n);
	arena_init(&a);
	assert_int_equal(dsn_read(bytes, n, &a, &d, &err), 0);
	assert_string_equal(d.reports[0].message_id, "<m." ID "@ml.example>");
	arena_clear(&a);
	free(bytes);
}

static void each_recipient_has_its_own(void **state)
{
	(void)state;
	struct arena a;
	struct dsn d;
	struct err err;
	size_t n;
	char *bytes = read_file("two-recipients", &n);
	arena_init(&a);
	assert_int_equal(dsn_read(bytes, n, &a, &d, &err), 0);
	assert_int_equal(d.n, 2);
	assert_int_equal(d.reports[0].class_, DSN_CLASS_DEAD);
	assert_int_equal(d.reports[1].class_, DSN_CLASS_FULL);
	assert_int_equal(d.reports[1].kind, DSN_DELAY);
	arena_clear(&a);
	free(bytes);
}

static void what_people_write_is_no_report(void **state)
{
	(void)state;
	static const char *const files[] = {"absence", "human", "nobodys",
					    "arf-not-spam"};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct arena a;
		struct dsn d;
		struct err err;
		size_t n;
		char *bytes = read_file(files[i], &n);
		arena_init(&a);
		if (!dsn_read(bytes, n, &a, &d, &err))
			fail_msg("%s is a report", files[i]);
		assert_int_equal(err.kind, ERR_INPUT);
		arena_clear(&a);
		free(bytes);
	}
}

/* Cut anywhere, it gives less or nothing, and reads nothing behind its end. */
static void a_mail_cut_anywhere_does_no_harm(void **state)
{
	(void)state;
	static const char *const files[] = {"postfix-dead", "base64", "arf"};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		size_t n;
		char *bytes = read_file(files[i], &n);
		for (size_t k = 0; k < n; k += 7) {
			struct arena a;
			struct dsn d;
			struct err err;
			char *cut = mem_alloc(k + 1);
			memcpy(cut, bytes, k);
			arena_init(&a);
			char *exact = malloc(k ? k : 1);
			memcpy(exact, cut, k);
			(void)dsn_read(exact, k, &a, &d, &err);
			(void)dsn_keep(exact, k, k % 2, &a);
			free(exact);
			arena_clear(&a);
			free(cut);
		}
		free(bytes);
	}
}

static void classes_by_code_and_by_words(void **state)
{
	(void)state;
	static const struct {
		const char *status, *text;
		enum dsn_class is;
	} rows[] = {
		{"5.1.1", "", DSN_CLASS_DEAD},
		{"5.1.2", "", DSN_CLASS_DEAD},
		{"5.1.10", "", DSN_CLASS_DEAD},
		{"5.0.0", "550 User unknown", DSN_CLASS_DEAD},
		{"", "550 no such user", DSN_CLASS_DEAD},
		{"4.1.1", "user unknown", DSN_CLASS_TRANSIENT},
		{"5.2.2", "", DSN_CLASS_FULL},
		{"4.2.2", "", DSN_CLASS_FULL},
		{"5.2.1", "", DSN_CLASS_FULL},
		{"5.0.0", "552 over quota", DSN_CLASS_FULL},
		{"5.7.1", "", DSN_CLASS_POLICY},
		{"5.7.26", "", DSN_CLASS_POLICY},
		{"4.7.0", "", DSN_CLASS_POLICY},
		{"5.1.8", "sender address", DSN_CLASS_POLICY},
		{"5.0.0", "550 spam detected", DSN_CLASS_POLICY},
		{"4.0.0", "421 OFR004_105", DSN_CLASS_POLICY},
		{"5.5.0", "LPN007_510", DSN_CLASS_POLICY},
		{"4.4.1", "timed out", DSN_CLASS_TRANSIENT},
		{"4.4.7", "", DSN_CLASS_TRANSIENT},
		{"5.3.0", "other", DSN_CLASS_TRANSIENT},
		{"", "", DSN_CLASS_TRANSIENT},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (dsn_classify(rows[i].status, rows[i].text) != rows[i].is)
			fail_msg("%s \"%s\"", rows[i].status, rows[i].text);
	}
}

static void assert_same(const char *file, const struct dsn *was,
			const struct dsn *is)
{
	if (was->n != is->n)
		fail_msg("%s: %d reports, not %d", file, is->n, was->n);
	for (int i = 0; i < was->n; i++) {
		const struct dsn_report *p = &was->reports[i],
					*q = &is->reports[i];
		if (p->kind != q->kind || p->class_ != q->class_ ||
		    !str_eq(p->status, q->status) ||
		    !str_eq(p->envelope_id, q->envelope_id) ||
		    !str_eq(p->message_id, q->message_id) ||
		    !str_eq(p->recipient, q->recipient) ||
		    !str_eq(p->code, q->code))
			fail_msg("%s: report %d is another", file, i);
	}
}

/* What is kept says the same, and has no subject and no text. */
static void what_is_kept_of_a_report_is_its_fields(void **state)
{
	(void)state;
	static const char *const files[] = {
		"postfix-dead",	   "postfix-no-domain",
		"postfix-delay",   "postfix-delivered",
		"postfix-expired", "exim-full",
		"exchange-dead",   "orange-policy",
		"orange-dead",	   "laposte-policy",
		"gmail-inactive",  "gmail-dmarc",
		"base64",	   "arf",
		"two-recipients"};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct arena a;
		struct dsn was, is;
		struct err err;
		size_t n;
		char *bytes = read_file(files[i], &n);
		arena_init(&a);
		assert_int_equal(dsn_read(bytes, n, &a, &was, &err), 0);
		const char *kept = dsn_keep(bytes, n, true, &a);
		assert_int_equal(dsn_read(kept, strlen(kept), &a, &is, &err),
				 0);
		assert_same(files[i], &was, &is);
		static const char *const gone[] = {
			"Subject", "Votre message", "Bonjour",
			"1 offre", "abuse report",  "MIME-encapsulated"};
		for (size_t k = 0; k < ARRAY_LEN(gone); k++) {
			if (strstr(kept, gone[k]))
				fail_msg("%s: \"%s\" is kept", files[i],
					 gone[k]);
		}
		assert_string_equal(dsn_keep(kept, strlen(kept), true, &a),
				    kept);
		arena_clear(&a);
		free(bytes);
	}
}

static void of_a_persons_letter_a_date_is_kept(void **state)
{
	(void)state;
	static const char letter[] =
		"From: Lina Modele <lina@courrier.example>\r\n"
		"To: b+" ID "@rebonds.ml.example\r\n"
		"Date: Mon, 23 Nov 2026 08:00:09 +0100\r\n"
		"Subject: secret\r\n"
		"Auto-Submitted: auto-replied\r\n\r\n"
		"Un mot.\r\n";
	struct arena a;
	arena_init(&a);
	assert_string_equal(dsn_keep(letter, strlen(letter), false, &a),
			    "Date: Mon, 23 Nov 2026 08:00:09 +0100\n"
			    "Auto-Submitted: auto-replied\n\n");
	assert_string_equal(dsn_keep("", 0, false, &a), "\n");
	arena_clear(&a);
}

/* Lines that are no fields, a bound of a part in a field's place, a NUL. */
static void what_is_no_field_is_not_kept(void **state)
{
	(void)state;
	static const char mail[] =
		"To: b+" ID "@rebonds.ml.example\n"
		"Content-Type: multipart/report; boundary=x\n\n"
		"--x\nContent-Type: message/delivery-status\n\n"
		" Bonjour folded into nothing\n"
		"Final-Recipient: rfc822; lina@courrier.example\n"
		"Action: failed\nStatus: 5.1.1\nBonjour Lina\n"
		"--etrier-kept\nB njour: x\n"
		"Diagnostic-Code: smtp; 550\n a folded line\n"
		"X-Nul: Bon\0jour\n"
		"--x--\n";
	struct arena a;
	arena_init(&a);
	const char *kept = dsn_keep(mail, sizeof(mail) - 1, true, &a);
	assert_null(strstr(kept, "njour"));
	assert_null(strstr(kept, "Bon"));
	assert_non_null(strstr(kept, "550\n a folded line\n"));
	assert_null(strstr(kept, "\n--etrier-kept\nB"));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_of_real_servers),
		cmocka_unit_test(the_mail_that_came_back_is_named),
		cmocka_unit_test(each_recipient_has_its_own),
		cmocka_unit_test(what_people_write_is_no_report),
		cmocka_unit_test(a_mail_cut_anywhere_does_no_harm),
		cmocka_unit_test(classes_by_code_and_by_words),
		cmocka_unit_test(what_is_kept_of_a_report_is_its_fields),
		cmocka_unit_test(of_a_persons_letter_a_date_is_kept),
		cmocka_unit_test(what_is_no_field_is_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
