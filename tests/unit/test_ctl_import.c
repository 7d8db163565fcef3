/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl's half of an import: from the bytes of somebody's spreadsheet to
 * checked rows. What the engine thinks of them: test_control_import.c; the
 * whole with exit codes and FILE.rejected.csv: system/import.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <ctl/import.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reading {
	struct arena a;
	struct csv_table csv;
	struct import_map map;
	struct import_rows rows;
	struct err err;
	int result;
};

/* map: YAML text or NULL. */
static void read_n(struct reading *r, const char *table, const char *map,
		   const char *bytes, size_t n)
{
	const struct import_table *t = import_table_find(table);
	char path[] = "/tmp/etrier-map-XXXXXX";
	*r = (struct reading){.result = -1};
	arena_init(&r->a);
	if (map) {
		int fd = mkstemp(path);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, map, strlen(map)),
				 (ssize_t)strlen(map));
		close(fd);
	}
	int bad_map = import_map_load(map ? path : NULL, t, &r->map);
	if (map)
		unlink(path);
	if (bad_map)
		return;
	if (csv_read(&r->a, bytes, n, &r->csv, &r->err))
		return;
	r->result =
		import_rows_read(t, &r->map, &r->csv, &r->a, &r->rows, &r->err);
}

static void read_text(struct reading *r, const char *table, const char *map,
		      const char *text)
{
	read_n(r, table, map, text, strlen(text));
}

static void forget(struct reading *r)
{
	import_rows_clear(&r->rows);
	import_map_clear(&r->map);
	arena_clear(&r->a);
}

/* Row i is this JSON (' for "), key order aside. */
static void expect_row(struct reading *r, size_t i, const char *want)
{
	char *text = mem_dup(want);
	for (char *p = text; *p; p++)
		*p = (char)(*p == '\'' ? '"' : *p);
	json_t *v = js_parse(text, strlen(text), NULL);
	json_t *row = import_row(&r->rows, i);
	assert_non_null(v);
	if (!json_equal(v, row)) {
		char *got = json_dumps(row, JSON_COMPACT);
		fail_msg("row %zu: %s, not %s", i, got, text);
	}
	json_decref(v);
	json_decref(row);
	free(text);
}

static void test_cells_become_values_in_their_one_form(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r, "youths", NULL,
		  "ref;birth_date;phone;rome;contracts;consent_sms;lat\n"
		  "1;17/05/2008;06.39.98.01.01;D1102,D1104;apprenticeship;yes;"
		  "48,85\n"
		  "2;2008-05-17;;;;;\n");
	assert_int_equal(r.result, 0);
	assert_int_equal(r.rows.n_good, 2);
	expect_row(&r, 0,
		   "{'ref':'1','birth_date':'2008-05-17',"
		   "'phone':'+33639980101','rome':['D1102','D1104'],"
		   "'contracts':['apprenticeship'],'consent_sms':'yes',"
		   "'lat':48.85}");
	/* empty cells are there, as null: they clear */
	expect_row(&r, 1,
		   "{'ref':'2','birth_date':'2008-05-17','phone':null,"
		   "'rome':null,'contracts':null,'consent_sms':null,"
		   "'lat':null}");
	forget(&r);
}

static void test_a_bad_cell_costs_its_row_and_says_where(void **state)
{
	static const struct {
		const char *line, *columns, *reason;
	} cases[] = {
		{"1;05-17-2008;;", "birth_date", "not a date"},
		{"1;2008-02-30;;", "birth_date", "not a date"},
		{"1;;0639;", "phone", "telephone"},
		{"1;;;Z", "rome", "ROME"},
		{"1;x;y;z", "birth_date, phone, rome",
		 "not a date YYYY-MM-DD or DD/MM/YYYY; not a tele"},
		{";;;", "ref", "empty"},
		{"1;;", "", "3 fields where the header has 4"},
		{"1;;;;", "", "5 fields where the header has 4"},
		/* invented and valid by their check digits */
		{"1;;;290027511100160", "rome", "social-security"},
		{"290027511100160;;;", "ref", "social-security"},
		{"1;;FR7630006000011234567890189;", "phone", "bank account"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r;
		char text[200];
		snprintf(text, sizeof(text),
			 "ref;birth_date;phone;rome\ngood;;;\n%s\n",
			 cases[i].line);
		read_text(&r, "youths", NULL, text);
		assert_int_equal(r.result, 0);
		if (str_eq(cases[i].line, ";;;")) {
			/* a line of separators is no row at all */
			assert_int_equal(r.csv.n_rows, 1);
			forget(&r);
			continue;
		}
		if (r.rows.n_rejects != 1 || r.rows.n_good != 1)
			fail_msg("%s: %zu rejected", cases[i].line,
				 r.rows.n_rejects);
		const struct import_reject *k = &r.rows.rejects[0];
		assert_int_equal(k->row, 1);
		assert_string_equal(k->columns, cases[i].columns);
		if (!strstr(k->reasons, cases[i].reason))
			fail_msg("%s: %s", cases[i].line, k->reasons);
		/* what stood there is personal and is not repeated */
		assert_null(strstr(k->reasons, "290027511100160"));
		forget(&r);
	}
}

static void test_the_second_of_two_rows_of_one_name_is_rejected(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r, "youths", NULL, "ref;agency\n1;A\n2;A\n1;B\n1;A\n");
	assert_int_equal(r.rows.n_rejects, 2);
	assert_int_equal(r.rows.rejects[0].row, 2);
	assert_string_equal(r.rows.rejects[0].reasons,
			    "stands already at line 2");
	forget(&r);
	/* advisers are named within their agency */
	read_text(&r, "advisers", NULL,
		  "ref;agency\nsarah;A\nsarah;B\nsarah;A\n");
	assert_int_equal(r.rows.n_rejects, 1);
	assert_int_equal(r.rows.rejects[0].row, 2);
	forget(&r);
}

static void test_headings_are_found_by_name_and_by_map(void **state)
{
	static const char map[] = "columns:\n"
				  "  \"N° dossier\": ref\n"
				  "  \"Prénom usuel\": first_name\n"
				  "  \"Accord SMS\": consent_sms\n"
				  "values:\n"
				  "  consent_sms: {Oui: yes, Non: no}\n"
				  "constants:\n"
				  "  channel: sms\n";
	struct reading r;
	(void)state;
	read_text(&r, "youths", map,
		  "N° DOSSIER;prenom USUEL;Accord SMS;Couleur;Birth_Date\n"
		  "7;Lina;OUI;bleu;\n8;Awa;Non;;\n");
	assert_int_equal(r.result, 0);
	expect_row(&r, 0,
		   "{'channel':'sms','ref':'7','first_name':'Lina',"
		   "'consent_sms':'yes','birth_date':null}");
	expect_row(&r, 1,
		   "{'channel':'sms','ref':'8','first_name':'Awa',"
		   "'consent_sms':'no','birth_date':null}");
	json_t *columns = import_columns(&r.rows);
	char *text = json_dumps(columns, JSON_COMPACT);
	assert_string_equal(text, "[\"channel\",\"ref\",\"first_name\","
				  "\"consent_sms\",\"birth_date\"]");
	free(text);
	json_decref(columns);
	forget(&r);
}

static void test_headers_and_maps_that_will_not_do_are_refused(void **state)
{
	static const struct {
		const char *map, *text, *want; /* want NULL: printed */
	} cases[] = {
		{NULL, "first_name\nLina\n", "no column ref"},
		{NULL, "Lina;lina@jeune.example\nA;b\n",
		 "line 1 names no column of ours"},
		{NULL, "ref;REF\n1;2\n", "two columns stand for ref"},
		{NULL, "ref\n\"1\n", "line 2"},
		{NULL, "", "header"},
		{"columns: {N: reff}\n", "N\n1\n", NULL},
		{"column: {N: ref}\n", "N\n1\n", NULL},
		{"values: {consent: {Oui: yes}}\n", "ref\n1\n", NULL},
		{"columns: [ref]\n", "ref\n1\n", NULL},
		{"constants: {rome: [D1102]}\n", "ref\n1\n", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r;
		read_text(&r, "youths", cases[i].map, cases[i].text);
		if (r.result != -1)
			fail_msg("case %zu is taken", i);
		if (cases[i].want && !strstr(r.err.text, cases[i].want))
			fail_msg("case %zu: %s", i, r.err.text);
		forget(&r);
	}
	struct reading r;
	read_text(&r, "agencies", NULL, "code;name\nA;B\n");
	assert_non_null(strstr(r.err.text, "no column kind"));
	forget(&r);
}

static void test_what_spreadsheets_write_is_read(void **state)
{
	static const struct {
		const char *bytes, *encoding;
		char separator;
	} cases[] = {
		{"ref;last_name\n1;Fa\xc3\xafza\n", "UTF-8", ';'},
		{"\xef\xbb\xbfref;last_name\r\n1;Fa\xc3\xafza\r\n",
		 "UTF-8 with BOM", ';'},
		{"ref;last_name\r\n1;Fa\xefza\r\n", "Windows-1252", ';'},
		{"ref,last_name\n1,Fa\xc3\xafza\n", "UTF-8", ','},
		{"ref\tlast_name\n1\tFa\xc3\xafza\n", "UTF-8", '\t'},
		{"\"ref\";\"last_name\"\n\"1\";\"Fai\xcc\x88za\"\n", "UTF-8",
		 ';'},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct reading r;
		read_text(&r, "youths", NULL, cases[i].bytes);
		assert_int_equal(r.result, 0);
		assert_string_equal(r.csv.encoding, cases[i].encoding);
		assert_int_equal(r.csv.separator, cases[i].separator);
		expect_row(&r, 0, "{'ref':'1','last_name':'Fa\xc3\xafza'}");
		forget(&r);
	}
}

static void test_agencies_and_advisers_have_their_own_columns(void **state)
{
	struct reading r;
	(void)state;
	read_text(&r, "agencies", NULL,
		  "code;name;kind;digest_at;tone\nA;Essai;ml;08:30;tu\n"
		  "B;Essai;club;;\n;x;ml;;\n");
	assert_int_equal(r.rows.n_good, 1);
	assert_string_equal(r.rows.rejects[0].columns, "kind");
	assert_string_equal(r.rows.rejects[1].columns, "code");
	forget(&r);
	read_text(&r, "advisers", NULL,
		  "ref;agency;digest\ns;A;weekly\nt;A;hourly\n");
	assert_int_equal(r.rows.n_good, 1);
	expect_row(&r, 0, "{'ref':'s','agency':'A','digest':'weekly'}");
	forget(&r);
	assert_null(import_table_find("offers"));
	assert_null(import_table_find(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells_become_values_in_their_one_form),
		cmocka_unit_test(test_a_bad_cell_costs_its_row_and_says_where),
		cmocka_unit_test(
			test_the_second_of_two_rows_of_one_name_is_rejected),
		cmocka_unit_test(test_headings_are_found_by_name_and_by_map),
		cmocka_unit_test(
			test_headers_and_maps_that_will_not_do_are_refused),
		cmocka_unit_test(test_what_spreadsheets_write_is_read),
		cmocka_unit_test(
			test_agencies_and_advisers_have_their_own_columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
