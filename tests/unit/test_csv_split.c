/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of CSV feeds: the same records wherever the bytes are cut, each encoding
 * and separator found out, and what is wrong with a row costs that row. */
#include <etrier/buf.h>
#include <etrier/csv_split.h>
#include <etrier/err.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
	struct buf lines;
	int n, stop_after;
};

static int on_record(void *ctx, json_t *record, const struct err *err)
{
	struct seen *seen = ctx;
	assert_true(!record == (err != NULL));
	if (record) {
		char *s = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
		buf_adds(&seen->lines, s);
		free(s);
	} else {
		buf_printf(&seen->lines, "! %s", err->text);
	}
	buf_addc(&seen->lines, '\n');
	return ++seen->n == seen->stop_after ? -1 : 0;
}

static const struct js_split_limits limits = {.max_element = 100,
					      .max_elements = 6};

/* Fed first bytes, then steps; each piece in memory of its own. */
static void run(const struct csv_split_options *o, const char *doc, size_t n,
		size_t first, size_t step, struct seen *seen, struct err *err)
{
	struct csv_split *c = csv_split_new(o, &limits, on_record, seen);
	int rc = 0;
	for (size_t i = 0, k; i < n && !rc; i += k) {
		k = i ? step : first;
		k = n - i < k ? n - i : k;
		char *piece = mem_dup_n(doc + i, k);
		rc = csv_split_feed(c, piece, k, err);
		free(piece);
	}
	int end = csv_split_end(c, err);
	assert_true(!rc || end);
	buf_adds(&seen->lines, end ? "broken" : "ok");
	csv_split_free(c);
}

static void check_one(const struct csv_split_options *o, const char *doc,
		      size_t n, size_t first, size_t step, const char *want,
		      const char *message)
{
	struct seen seen = {0};
	struct err err = {0};
	buf_init(&seen.lines, 1 << 20);
	run(o, doc, n, first, step, &seen, &err);
	if (strcmp(seen.lines.data, want) != 0 ||
	    (message && !strstr(err.text, message)))
		fail_msg("%.200s\nin %zu and steps of %zu:\n%s\n%s", doc, first,
			 step, seen.lines.data, err.text);
	buf_clear(&seen.lines);
}

/* One byte at a time, whole, and cut in two at every place. */
static void check(const struct csv_split_options *o, const char *doc, size_t n,
		  const char *want, const char *message)
{
	check_one(o, doc, n, 1, 1, want, message);
	for (size_t first = 1; first <= n; first++)
		check_one(o, doc, n, first, n, want, message);
	if (!n)
		check_one(o, doc, n, 1, 1, want, message);
}

#define BYTES(s) (s), sizeof(s) - 1
#define AB	 "{\"a\":\"1\",\"b\":\"2\"}\n"

static void rows_become_objects(void **state)
{
	(void)state;
	static const struct {
		const char *doc;
		size_t n;
		const char *want;
	} cases[] = {
		{BYTES("a;b\n1;2\n"), AB "ok"},
		{BYTES("a,b\n1,2"), AB "ok"},
		{BYTES("a\tb\r\n1\t2\r\n"), AB "ok"},
		{BYTES("a|b\r1|2\r"), AB "ok"},
		{BYTES("sep=|\r\na;x|b\n1|2\n"),
		 "{\"a;x\":\"1\",\"b\":\"2\"}\nok"},
		{BYTES("\"a;x;y\",b\n1,2\n"),
		 "{\"a;x;y\":\"1\",\"b\":\"2\"}\nok"},
		{BYTES("\n \r\n a ; b \n\n 1 ; 2 \n;\n  \n1;2"), AB AB "ok"},
		{BYTES("a;b\n"), "ok"}, /* a table of no records is whole */
		{BYTES("a;b"), "ok"},
		{BYTES("a;b\n;2\n1;\n"), "{\"b\":\"2\"}\n{\"a\":\"1\"}\nok"},
		{BYTES("a;b\n\"1\";\"2\"\n"), AB "ok"},
		{BYTES("a;b\n \"1\" ; \"2\" \n"), AB "ok"},
		{BYTES("a;b\n\"x;\n\"\"y\"\"\";\"\"\n"),
		 "{\"a\":\"x;\\n\\\"y\\\"\"}\nok"},
		{BYTES("a;b\n5\" nail;2\n"),
		 "{\"a\":\"5\\\" nail\",\"b\":\"2\"}\nok"},
		{BYTES("code postal;r\xC3\xA9gion\n93100;\xC3\x8Ele\n"),
		 "{\"code postal\":\"93100\",\"région\":\"Île\"}\nok"},
		/* e and a combining accent: the name is composed */
		{BYTES("e\xCC\x81;b\n1;2\n"), "{\"b\":\"2\",\"é\":\"1\"}\nok"},
		{BYTES("x;x;;x\n1;2;3;4\n"),
		 "{\"x\":\"1\",\"x 2\":\"2\",\"x 3\":\"4\"}\nok"},
		{BYTES("lieu.ville;b[0]\n1;2\n"),
		 "{\"b_0_\":\"2\",\"lieu_ville\":\"1\"}\nok"},
		{BYTES("titre\nBoulanger, p\xC3\xA2tissier\n"),
		 "{\"titre\":\"Boulanger, pâtissier\"}\nok"},
	};
	static const struct csv_split_options o = {.separator = 0};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(&o, cases[i].doc, cases[i].n, cases[i].want, NULL);
}

static void the_encoding_is_found_or_told(void **state)
{
	(void)state;
	static const struct {
		enum csv_encoding encoding;
		const char *doc;
		size_t n;
		const char *want;
	} cases[] = {
		{CSV_ENCODING_AUTO,
		 BYTES("\xEF\xBB\xBF"
		       "a;b\n1;2\n"),
		 AB "ok"},
		{CSV_ENCODING_AUTO, BYTES("a\n\xE9\x80\x9C\n"),
		 "{\"a\":\"逜\"}\nok"},
		{CSV_ENCODING_WINDOWS_1252, BYTES("a\n\xE9 \x80 \x9C\n"),
		 "{\"a\":\"é € œ\"}\nok"},
		{CSV_ENCODING_AUTO, BYTES("a\n\xE9t\xE9 \x80\n"),
		 "{\"a\":\"été €\"}\nok"},
		{CSV_ENCODING_AUTO, BYTES("r\xE9gion\n\xC0 Paris\n"),
		 "{\"région\":\"À Paris\"}\nok"},
		{CSV_ENCODING_ISO_8859_15, BYTES("a\n\xA4\xBD\n"),
		 "{\"a\":\"€œ\"}\nok"},
		/* one damaged character among good ones stays one */
		{CSV_ENCODING_AUTO,
		 BYTES("a\n\xC3\xA9\n\xE9\n\xC3\xA8\xC3\xA0\n"),
		 "{\"a\":\"é\"}\n! record 2 (line 3): bytes that are not of "
		 "the document's encoding\n{\"a\":\"èà\"}\nok"},
		{CSV_ENCODING_UTF8, BYTES("a\n\xE9\nx\n"),
		 "! record 1 (line 2): bytes that are not of the document's "
		 "encoding\n{\"a\":\"x\"}\nok"},
		{CSV_ENCODING_AUTO, BYTES("a;b\n\xE9\x81;1\n1;2\n"),
		 "! record 1 (line 2): bytes that are not of the document's "
		 "encoding\n" AB "ok"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct csv_split_options o = {.encoding =
							    cases[i].encoding};
		check(&o, cases[i].doc, cases[i].n, cases[i].want, NULL);
	}
}

static void the_encoding_is_one_for_the_whole_document(void **state)
{
	(void)state;
	static const struct csv_split_options o = {.separator = 0};
	static const size_t places[] = {CSV_SPLIT_HEAD - 3, CSV_SPLIT_HEAD - 2,
					CSV_SPLIT_HEAD - 1, CSV_SPLIT_HEAD,
					CSV_SPLIT_HEAD + 5};
	/* A first accented letter at and behind the edge of the head. */
	for (size_t i = 0; i < ARRAY_LEN(places) * 2; i++) {
		struct buf doc;
		buf_init(&doc, 1 << 20);
		buf_adds(&doc, "a\n");
		while (doc.len < places[i / 2])
			buf_addc(&doc, '\n');
		buf_adds(&doc, i % 2 ? "\xC3\xA9\n" : "\xE9\n");
		check_one(&o, doc.data, doc.len, doc.len, 1,
			  "{\"a\":\"é\"}\nok", NULL);
		check_one(&o, doc.data, doc.len, places[i / 2] + 1, 1,
			  "{\"a\":\"é\"}\nok", NULL);
		buf_clear(&doc);
	}
}

static void what_is_wrong_with_a_row_costs_that_row(void **state)
{
	(void)state;
	static const struct {
		const char *doc;
		size_t n;
		const char *want;
	} cases[] = {
		{BYTES("a;b\n1\n1;2;3\n1;2\n"),
		 "! record 1 (line 2): 1 fields where there are 2 columns\n"
		 "! record 2 (line 3): 3 fields where there are 2 columns\n" AB
		 "ok"},
		{BYTES("a;b\n\"say \"hi\" now\";2\n1;2\n"),
		 "! record 1 (line 2): text behind a closing quote\n" AB "ok"},
		{BYTES("a;b\n\"x\ny\";1;2\n1;2\n"),
		 "! record 1 (line 2): 3 fields where there are 2 columns\n" AB
		 "ok"},
		{BYTES("a;b\n\"x\ny\";1\n1\n"),
		 "{\"a\":\"x\\ny\",\"b\":\"1\"}\n"
		 "! record 2 (line 4): 1 fields where there are 2 columns\nok"},
		{BYTES("a;b\n"
		       "0123456789012345678901234567890123456789012345678901234"
		       "567890123456789012345678901234567890123456789;1\n1;2\n"),
		 "! record 1 (line 2): larger than 100 bytes\n" AB "ok"},
	};
	static const struct csv_split_options o = {.separator = ';'};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(&o, cases[i].doc, cases[i].n, cases[i].want, NULL);
}

static void what_is_no_table_or_cut_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *doc;
		size_t n;
		const char *want, *message;
	} cases[] = {
		{BYTES(""), "broken", "there is no header line"},
		{BYTES(" \n;;\n"), "broken", "there is no header line"},
		{BYTES("a;b\n1;2\n\"x;\n1;2\n"), AB "broken",
		 "line 3: a quote is opened and never closed"},
		{BYTES("a;\"b\n1;2\n"), "broken", "never closed"},
		{BYTES("\"a\" x;b\n"), "broken",
		 "the header line: text behind"},
		{BYTES("<!DOCTYPE html>\n<p>no offers</p>"), "broken",
		 "it begins with <"},
		{BYTES("{\"error\":1}"), "broken", "it begins with {"},
		{BYTES("a\0;\0b\0\n\0"), "broken", "UTF-16"},
		{BYTES("a\n1\n2\n3\n4\n5\n6\n7\n"),
		 "{\"a\":\"1\"}\n{\"a\":\"2\"}\n{\"a\":\"3\"}\n{\"a\":\"4\"}\n"
		 "{\"a\":\"5\"}\n{\"a\":\"6\"}\nbroken",
		 "more than 6 records"},
		{BYTES("0123456789012345678901234567890123456789012345678901234"
		       "567890123456789012345678901234567890123456789;1\n1;2\n"),
		 "broken", "the header line: too long"},
	};
	static const struct csv_split_options o = {.separator = 0};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(&o, cases[i].doc, cases[i].n, cases[i].want,
		      cases[i].message);
	struct buf doc;
	buf_init(&doc, 1 << 20);
	for (size_t i = 0; i < CSV_SPLIT_HEAD; i++)
		buf_addc(&doc, i % 10 ? ' ' : '\n');
	buf_adds(&doc, "a;b\n1;2\n");
	check_one(&o, doc.data, doc.len, 1000, 1000, "broken",
		  "no header line in the first");
	buf_reset(&doc);
	for (int i = 0; i <= CSV_SPLIT_COLUMNS_MAX; i++)
		buf_adds(&doc, ";");
	buf_adds(&doc, "a\n");
	check_one(&o, doc.data, doc.len, 7, 7, "broken", "too many columns");
	buf_clear(&doc);
}

static void columns_may_be_told(void **state)
{
	(void)state;
	static const char *const names[] = {"a", "", "a"};
	static const struct csv_split_options o = {.columns = names,
						   .n_columns = 3};
	check(&o, BYTES("1|2|3\n\n4|5\n"),
	      "{\"a\":\"1\",\"a 2\":\"3\"}\n"
	      "! record 2 (line 3): 2 fields where there are 3 columns\nok",
	      NULL);
	check(&o, BYTES(""), "ok", NULL);
}

static void the_reader_may_stop(void **state)
{
	(void)state;
	static const struct csv_split_options o = {.separator = 0};
	struct seen seen = {.stop_after = 2};
	struct err err = {0};
	buf_init(&seen.lines, 4096);
	run(&o, BYTES("a\n1\n2\n3\n"), 100, 1, &seen, &err);
	assert_string_equal(seen.lines.data,
			    "{\"a\":\"1\"}\n{\"a\":\"2\"}\nbroken");
	assert_int_equal(err.kind, ERR_LIMIT);
	buf_clear(&seen.lines);
}

static int count_one(void *ctx, json_t *record, const struct err *err)
{
	int *counts = ctx;
	(void)err;
	counts[record ? 0 : 1]++;
	return 0;
}

/* A quote that swallows the rest costs no more memory than one record may. */
static void a_long_document_is_read_in_bounded_memory(void **state)
{
	(void)state;
	static const struct csv_split_options o = {.separator = 0};
	static const struct js_split_limits wide = {.max_element = 4096,
						    .max_elements = 1000000};
	static const char rows[] =
		"1;\"two\nlines\";x\n2;\"\"\"quoted\"\"\";y\n";
	int counts[2] = {0};
	struct err err = {0};
	struct csv_split *c = csv_split_new(&o, &wide, count_one, counts);
	assert_int_equal(csv_split_feed(c, BYTES("a;b;c\n"), &err), 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(csv_split_feed(c, BYTES(rows), &err), 0);
	assert_int_equal(csv_split_feed(c, BYTES("3;\"open;z\n"), &err), 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(csv_split_feed(c, BYTES("4;5;6\n"), &err), 0);
	assert_int_equal(csv_split_end(c, &err), -1);
	assert_non_null(strstr(err.text, "the document is cut"));
	assert_int_equal(counts[0], 200000);
	assert_int_equal(counts[1], 0);
	csv_split_free(c);
}

static void the_real_feed_splits(void **state)
{
	(void)state;
	static const struct csv_split_options o = {.separator = 0};
	static const struct js_split_limits wide = {.max_element = 1 << 20,
						    .max_elements = 1000};
	FILE *f = fopen(SHARED_DIR "/samples/feeds/lba-leboncoin.csv", "rb");
	if (!f) {
		print_message("SKIP: no sample here\n");
		skip();
	}
	char *bytes = mem_alloc(1 << 20);
	size_t n = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	for (size_t step = 1; step < n; step = step * 7 + 1) {
		int counts[2] = {0};
		struct err err = {0};
		struct csv_split *c =
			csv_split_new(&o, &wide, count_one, counts);
		for (size_t i = 0; i < n; i += step)
			assert_int_equal(
				csv_split_feed(c, bytes + i,
					       n - i < step ? n - i : step,
					       &err),
				0);
		if (csv_split_end(c, &err))
			fail_msg("%s", err.text);
		assert_true(counts[0] > 0);
		assert_int_equal(counts[1], 0);
		csv_split_free(c);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_become_objects),
		cmocka_unit_test(the_encoding_is_found_or_told),
		cmocka_unit_test(the_encoding_is_one_for_the_whole_document),
		cmocka_unit_test(what_is_wrong_with_a_row_costs_that_row),
		cmocka_unit_test(what_is_no_table_or_cut_is_refused),
		cmocka_unit_test(columns_may_be_told),
		cmocka_unit_test(the_reader_may_stop),
		cmocka_unit_test(a_long_document_is_read_in_bounded_memory),
		cmocka_unit_test(the_real_feed_splits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
