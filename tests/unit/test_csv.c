/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables as spreadsheets write them: encodings, separators, quotes, and every
 * mistake with its line; and what we write reads back. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/csv.h>
#include <etrier/err.h>
#include <etrier/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "line:field|field\n" for the header and each row. */
static void print_table(const struct csv_table *t, struct buf *out)
{
	for (size_t i = 0; i <= t->n_rows; i++) {
		const struct csv_row *row = i ? &t->rows[i - 1] : &t->header;
		buf_printf(out, "%u:", row->line);
		for (unsigned k = 0; k < row->n; k++)
			buf_printf(out, "%s%s", k ? "|" : "", row->fields[k]);
		buf_addc(out, '\n');
	}
}

static void tables_of_every_spreadsheet_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *encoding;
		char separator;
		const char *want;
	} cases[] = {
		{"a;b\n1;2\n", "UTF-8", ';', "1:a|b\n2:1|2\n"},
		{"a,b\r\n1,2\r\n", "UTF-8", ',', "1:a|b\n2:1|2\n"},
		{"a\tb\n1\t2", "UTF-8", '\t', "1:a|b\n2:1|2\n"},
		{"a\n1\n", "UTF-8", ';', "1:a\n2:1\n"},
		{"a;b", "UTF-8", ';', "1:a|b\n"},
		{"\xEF\xBB\xBFpr\xC3\xA9nom;b\n", "UTF-8 with BOM", ';',
		 "1:prénom|b\n"},
		{"pr\xE9nom;co\x9Bt\n\x80;\x92\n", "Windows-1252", ';',
		 "1:prénom|co›t\n2:€|’\n"},
		{"\xEF\xBB\xBFsep=,\na,b;c\n", "UTF-8 with BOM", ',',
		 "2:a|b;c\n"},
		{"sep=;\r\na;b\r\n1;2\r\n", "UTF-8", ';', "2:a|b\n3:1|2\n"},
		{"\"a,x\";b;c\n1;2;3\n", "UTF-8", ';', "1:a,x|b|c\n2:1|2|3\n"},
		{"a;b\n\"x \"\"y\"\" z\";\"l1\nl2\"\n3;4\n", "UTF-8", ';',
		 "1:a|b\n2:x \"y\" z|l1\nl2\n4:3|4\n"},
		{"\n\na;b\n\n1;2\n;;\n \t\n\"\";\n3;4\n", "UTF-8", ';',
		 "3:a|b\n5:1|2\n9:3|4\n"},
		{"a;b\n1\n1;2;3\n;2\n", "UTF-8", ';',
		 "1:a|b\n2:1\n3:1|2|3\n4:|2\n"},
		{"a;b\n \xC2\xA0x ; \" y \" \n", "UTF-8", ';',
		 "1:a|b\n2:x|y\n"},
		{"a;b\ne\xCC\x81;2\n", "UTF-8", ';', "1:a|b\n2:é|2\n"},
		{"a;b\r1;2\r", "UTF-8", ';', "1:a|b\n1:1|2\n"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a;
		struct csv_table t;
		struct err err;
		struct buf out;
		arena_init(&a);
		buf_init(&out, 4096);
		const char *bytes = cases[i].bytes;
		if (csv_read(&a, bytes, strlen(bytes), &t, &err))
			fail_msg("case %zu: %s", i, err.text);
		print_table(&t, &out);
		assert_string_equal(out.data, cases[i].want);
		assert_string_equal(t.encoding, cases[i].encoding);
		assert_int_equal(t.separator, cases[i].separator);
		buf_clear(&out);
		arena_clear(&a);
	}
}

#define BYTES(s) (s), sizeof(s) - 1

static void a_mistake_is_named_with_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		const char *text;
	} cases[] = {
		{BYTES(""), "no header"},
		{BYTES("\n \n;;\n"), "no header"},
		{BYTES("a;b\n1;\"2\n3;4\n"), "line 2: a quote is opened"},
		{BYTES("a;b\n1;2\"x\n"), "line 2: a quote is misplaced"},
		{BYTES("a;b\n\"1\n2\"x;3\n"),
		 "line 3: a quote is misplaced, in the row that begins on "
		 "line 2"},
		{BYTES("a;b\n1;\x81\n"), "byte 6 (0x81)"},
		{BYTES("\xEF\xBB\xBF"
		       "a;b\n1;\xE9\n"),
		 "byte 9 is not UTF-8"},
		{BYTES("\xFF\xFE"
		       "a\0;\0"),
		 "byte 3 is NUL"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a;
		struct csv_table t = {.n_rows = 77};
		struct err err = {0};
		arena_init(&a);
		assert_int_equal(
			csv_read(&a, cases[i].bytes, cases[i].n, &t, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		if (!strstr(err.text, cases[i].text))
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(t.n_rows, 77);
		arena_clear(&a);
	}
}

static void columns_and_fields_have_ceilings(void **state)
{
	(void)state;
	static const struct {
		size_t columns, field;
		bool ok;
	} cases[] = {{CSV_COLUMNS_MAX, 1, true},
		     {CSV_COLUMNS_MAX + 1, 1, false},
		     {1, CSV_FIELD_MAX, true},
		     {1, CSV_FIELD_MAX + 1, false}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena a;
		struct csv_table t;
		struct err err;
		struct buf in;
		arena_init(&a);
		buf_init(&in, 1 << 20);
		for (size_t k = 0; k < cases[i].columns; k++)
			buf_adds(&in, k ? ";h" : "h");
		buf_addc(&in, '\n');
		for (size_t k = 0; k < cases[i].field; k++)
			buf_addc(&in, 'x');
		int rc = csv_read(&a, in.data, in.len, &t, &err);
		assert_int_equal(rc, cases[i].ok ? 0 : -1);
		if (rc)
			assert_int_equal(err.kind, ERR_LIMIT);
		buf_clear(&in);
		arena_clear(&a);
	}
}

static void what_is_written_is_quoted_and_is_no_formula(void **state)
{
	(void)state;
	static const struct {
		const char *s, *want;
	} cases[] = {
		{"", ";"},
		{"Lina", "Lina;"},
		{"a;b", "\"a;b\";"},
		{"a,b", "a,b;"},
		{"a\"b", "\"a\"\"b\";"},
		{"a\nb", "\"a\nb\";"},
		{" a", "\" a\";"},
		{"=1+1", "'=1+1;"},
		{"@SUM(A1)", "'@SUM(A1);"},
		{"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0;"},
		{"-2+3", "'-2+3;"},
		{"-", "'-;"},
		{"\t=1", "\"'\t=1\";"},
		{"=\"a\";b", "\"'=\"\"a\"\";b\";"},
		{"-12.5", "-12.5;"},
		{"-1 234,5", "-1 234,5;"},
		{"+33639981234", "+33639981234;"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out;
		buf_init(&out, 4096);
		csv_write_field(&out, cases[i].s, ';', false);
		assert_string_equal(out.data, cases[i].want);
		buf_clear(&out);
	}
	struct buf line;
	buf_init(&line, 4096);
	csv_write_field(&line, "a", ',', false);
	csv_write_field(&line, "b", ',', true);
	assert_string_equal(line.data, "a,b\n");
	buf_clear(&line);
}

static void what_is_written_reads_back(void **state)
{
	(void)state;
	static const char *const fields[] = {
		"a\"\"b", ";", "l1\r\nl2", "é", "", "sep=,", "\"", "x,y\tz"};
	static const char separators[] = ";,\t";
	for (size_t s = 0; s < 3; s++) {
		struct arena a;
		struct csv_table t;
		struct err err;
		struct buf out;
		size_t n = ARRAY_LEN(fields);
		arena_init(&a);
		buf_init(&out, 4096);
		for (size_t i = 0; i < n; i++)
			csv_write_field(&out, "h", separators[s], i + 1 == n);
		for (size_t i = 0; i < n; i++)
			csv_write_field(&out, fields[i], separators[s],
					i + 1 == n);
		assert_int_equal(csv_read(&a, out.data, out.len, &t, &err), 0);
		assert_int_equal(t.separator, separators[s]);
		assert_int_equal(t.n_rows, 1);
		assert_int_equal(t.rows[0].n, n);
		for (size_t i = 0; i < n; i++)
			assert_string_equal(t.rows[0].fields[i], fields[i]);
		buf_clear(&out);
		arena_clear(&a);
	}
}

static void a_real_feed_is_read(void **state)
{
	(void)state;
	FILE *f = fopen(SHARED_DIR "/samples/feeds/lba-leboncoin.csv", "rb");
	if (!f) {
		print_message("SKIP: no sample here\n");
		return;
	}
	char *bytes = mem_alloc(1 << 20);
	size_t n = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	struct arena a;
	struct csv_table t;
	struct err err;
	arena_init(&a);
	if (csv_read(&a, bytes, n, &t, &err))
		fail_msg("%s", err.text);
	assert_int_equal(t.header.n, 8);
	assert_true(t.n_rows > 0);
	for (size_t i = 0; i < t.n_rows; i++)
		assert_int_equal(t.rows[i].n, 8);
	arena_clear(&a);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_of_every_spreadsheet_are_read),
		cmocka_unit_test(a_mistake_is_named_with_its_line),
		cmocka_unit_test(columns_and_fields_have_ceilings),
		cmocka_unit_test(what_is_written_is_quoted_and_is_no_formula),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(a_real_feed_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
