/* SPDX-License-Identifier: EUPL-1.2 */
/* The engine's half of an import: checked again, staged, all or nothing; what
 * is unknown is rejected and not guessed; a cut file is not believed. */
#include "control_fixture.h"

struct outcome {
	int code;
	char text[300];
	char rejects[600]; /* "LINE column reason;" ... */
	int64_t n_new, n_changed, n_same, n_gone, n_returned;
};

static void begin(struct asker *k, const char *args)
{
	char line[400];
	json_t *v = fixture_json(args);
	char *quoted = json_dumps(v, JSON_COMPACT);
	snprintf(line, sizeof(line),
		 "{\"t\":\"command\",\"cmd\":\"import\",\"args\":%s}", quoted);
	json_decref(v);
	free(quoted);
	say(k, HELLO);
	say(k, line);
}

static void note_row(struct outcome *o, const json_t *row)
{
	const json_t *r = json_object_get(row, "reject");
	const json_t *d = json_object_get(row, "diff");
	size_t n = strlen(o->rejects);
	if (r)
		snprintf(o->rejects + n, sizeof(o->rejects) - n, "%d %s %s;",
			 (int)js_int(r, "line", -1), js_str(r, "column", "?"),
			 js_str(r, "reason", "?"));
	if (!d)
		return;
	o->n_new = js_int(d, "new", -1);
	o->n_changed = js_int(d, "changed", -1);
	o->n_same = js_int(d, "unchanged", -1);
	o->n_gone = js_int(d, "gone", -1);
	o->n_returned = js_int(d, "returned", -1);
}

static struct outcome finish(struct fixture *fx, struct asker *k)
{
	struct outcome o = {.code = -1};
	for (json_t *line; (line = hear(fx, k));) {
		if (json_object_get(line, "code")) {
			o.code = (int)js_int(line, "code", -1);
			str_copy(o.text, sizeof(o.text),
				 js_str(line, "text", ""));
		}
		note_row(&o, json_object_get(line, "row"));
		json_decref(line);
	}
	asker_leave(k);
	return o;
}

/* type: of the lines; rows: NULL-terminated, with ' for ". Line n of the file
 * is 2 for the first. "-REF" is a row that etrierctl rejected. */
static struct outcome import(struct fixture *fx, const char *args,
			     const char *type, const char *const *rows)
{
	struct asker k = asker_new(fx);
	begin(&k, args);
	for (int i = 0; rows[i]; i++) {
		json_t *line = wire_line(type);
		js_put_int(line, "n", i + 2, -1);
		if (rows[i][0] == '-') {
			json_object_set_new(line, "rejected", json_true());
			js_put_str(line, "ref", rows[i] + 1);
		} else {
			json_object_set_new(line, "row", fixture_json(rows[i]));
		}
		char *text = json_dumps(line, JSON_COMPACT);
		say(&k, text);
		free(text);
		json_decref(line);
		if (i % 64 == 63)
			settle(fx);
	}
	say(&k, "{\"t\":\"apply\"}");
	return finish(fx, &k);
}

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define YOUTHS	  "{'table':'youths','origin':'ml'}"

static void offices(struct fixture *fx)
{
	struct outcome o =
		import(fx, "{'table':'agencies'}", "agency",
		       ROWS("{'code':'ML-A','name':'Essai','kind':'ml'}",
			    "{'code':'ML-B','name':'Essai B','kind':'ml'}",
			    "{'code':'CFA-A','name':'CFA','kind':'cfa'}"));
	assert_int_equal(o.code, 0);
	assert_int_equal(o.n_new, 3);
	o = import(fx, "{'table':'advisers'}", "adviser",
		   ROWS("{'ref':'sarah','agency':'ML-A'}",
			"{'ref':'malik','agency':'ML-B'}",
			"{'ref':'rose','agency':'CFA-A'}"));
	assert_int_equal(o.code, 0);
	assert_int_equal(o.n_new, 3);
}

static int64_t n_people(struct fixture *fx)
{
	struct store_stats s;
	OK(store_stats(fx->e.store, &s, E));
	return s.people[PERSON_ACTIVE];
}

/* The stored fields of a person of origin ml; "" when there is none. */
static const char *fields_of(struct fixture *fx, const char *ref)
{
	static char text[2000];
	struct arena a;
	struct store_person row;
	struct err err;
	arena_init(&a);
	bool found = !store_person_find(fx->e.store, "ml", ref, false, &a, &row,
					&err);
	str_copy(text, sizeof(text), found ? row.fields : "");
	arena_clear(&a);
	return text;
}

static void test_a_row_must_be_whole_and_its_people_known(void **state)
{
	static const struct {
		const char *row, *want; /* NULL: accepted */
	} cases[] = {
		{"{'ref':'1'}", NULL},
		{"{'ref':'1','adviser':'sarah','insee':'93048'}", NULL},
		{"{'ref':'1','agency':'ML-A'}", NULL},
		{"{'ref':'1','agency':'ML-B'}", "2 agency is not the agency"},
		{"{'ref':'1','adviser':'malik'}", "2 adviser is no adviser"},
		{"{'ref':'1','adviser':'nobody'}", "2 adviser is no adviser"},
		{"{'ref':'1','insee':'99999'}", "2 insee is no INSEE"},
		{"{'ref':'1','birth_date':'2015-01-01'}",
		 "2 birth_date birth_date: an age outside 13 to 66"},
		{"{'ref':'1','birth_date':'1950-01-01'}", "2 birth_date"},
		{"{'ref':'1','phone':'06 39 98'}", "2  phone"},
		{"{'ref':'1','rome':['XX']}", "2  rome"},
		{"{'first_name':'Lina'}", "2  ref"},
		{"[]", "2  is not an object"},
		{"{'ref':null}", "2  ref"},
	};
	struct fixture fx;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		fixture_up(&fx, true);
		offices(&fx);
		struct outcome o = import(&fx, YOUTHS, "youth",
					  ROWS("{'ref':'0'}", cases[i].row));
		const char *want = cases[i].want;
		/* the first row is line 2, the case line 3 */
		bool is_good =
			want ? o.rejects[0] == '3' &&
					str_starts(o.rejects + 1, want + 1)
			     : !o.rejects[0];
		if (o.code || !is_good)
			fail_msg("%s: %d %s", cases[i].row, o.code, o.rejects);
		assert_int_equal(n_people(&fx), want ? 1 : 2);
		fixture_down(&fx);
	}
}

static void test_an_agency_column_is_wanted_and_obeyed(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	offices(&fx);
	struct outcome o = import(&fx, "{'table':'youths','origin':'both'}",
				  "youth", ROWS("{'ref':'1'}"));
	assert_int_equal(o.code, 1);
	assert_non_null(strstr(o.text, "needs the column agency"));
	o = import(&fx,
		   "{'table':'youths','origin':'both','columns':['ref',"
		   "'agency']}",
		   "youth",
		   ROWS("{'ref':'1','agency':'ML-B','adviser':'malik'}",
			"{'ref':'2','agency':'ML-Z'}", "{'ref':'3'}"));
	assert_int_equal(o.code, 0);
	assert_int_equal(o.n_new, 1);
	assert_string_equal(o.rejects,
			    "3 agency is not known: import agencies first;"
			    "4 agency is empty and the origin names none;");
	o = import(&fx, "{'table':'youths','origin':'nowhere'}", "youth",
		   ROWS("{'ref':'1'}"));
	assert_int_equal(o.code, 1);
	assert_non_null(strstr(o.text, "no origin of the configuration"));
	fixture_down(&fx);
}

static void test_a_person_has_the_agency_of_the_origin(void **state)
{
	struct fixture fx;
	struct arena a;
	struct store_person row;
	(void)state;
	fixture_up(&fx, true);
	offices(&fx);
	(void)import(&fx, YOUTHS, "youth",
		     ROWS("{'ref':'1','adviser':'sarah'}"));
	arena_init(&a);
	OK(store_person_find(fx.e.store, "ml", "1", false, &a, &row, E));
	assert_string_equal(row.agency, "ML-A");
	assert_string_equal(row.adviser, "sarah");
	arena_clear(&a);
	fixture_down(&fx);
}

static void test_absent_columns_stay_and_empty_cells_clear(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	offices(&fx);
	struct outcome o = import(
		&fx, YOUTHS, "youth",
		ROWS("{'ref':'1','city':'Bobigny','cfa':'x','insee':'93059'}"));
	assert_int_equal(o.n_new, 1);
	/* a code that is a former commune's stays as it was given */
	assert_non_null(strstr(fields_of(&fx, "1"), "\"insee\":\"93059\""));
	o = import(&fx, YOUTHS, "youth", ROWS("{'ref':'1','city':null}"));
	assert_int_equal(o.n_changed, 1);
	assert_null(strstr(fields_of(&fx, "1"), "Bobigny"));
	assert_non_null(strstr(fields_of(&fx, "1"), "\"cfa\":\"x\""));
	o = import(&fx, YOUTHS, "youth", ROWS("{'ref':'1'}"));
	assert_int_equal(o.n_same, 1);
	assert_int_equal(o.n_changed, 0);
	fixture_down(&fx);
}

static void test_dry_run_and_strict_write_nothing(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	offices(&fx);
	struct outcome o =
		import(&fx, "{'table':'youths','origin':'ml','dry_run':true}",
		       "youth", ROWS("{'ref':'1'}", "{'ref':'2'}"));
	assert_int_equal(o.code, 0);
	assert_int_equal(o.n_new, 2);
	assert_int_equal(n_people(&fx), 0);
	o = import(&fx, "{'table':'youths','origin':'ml','strict':true}",
		   "youth", ROWS("{'ref':'1'}", "{'ref':'2','adviser':'x'}"));
	assert_int_equal(o.code, 1);
	assert_int_equal(n_people(&fx), 0);
	o = import(&fx,
		   "{'table':'youths','origin':'ml','strict':true,"
		   "'n_rejected':1}",
		   "youth", ROWS("{'ref':'1'}"));
	assert_int_equal(o.code, 1);
	assert_int_equal(n_people(&fx), 0);
	o = import(&fx, "{'table':'agencies','dry_run':true}", "agency",
		   ROWS("{'code':'ML-A','name':'Autre','kind':'ml'}",
			"{'code':'ML-N','name':'Neuve','kind':'ml'}"));
	assert_int_equal(o.n_new, 1);
	assert_int_equal(o.n_changed, 1);
	o = import(&fx, "{'table':'agencies'}", "agency",
		   ROWS("{'code':'ML-A','name':'Essai','kind':'ml'}",
			"{'code':'ML-N','name':'Neuve','kind':'ml'}"));
	assert_int_equal(o.n_new, 1);
	assert_int_equal(o.n_same, 1);
	fixture_down(&fx);
}

/* Twenty people of whom `lost` are not in the second file; `kept` of these
 * stand there as rejected rows. */
static struct outcome lose(struct fixture *fx, int lost, int kept,
			   const char *args)
{
	enum { PEOPLE = 20 };
	char text[PEOPLE + 1][24];
	const char *rows[PEOPLE + 1] = {NULL};
	for (int i = 0; i < PEOPLE; i++) {
		snprintf(text[i], sizeof(text[i]), "{'ref':'p%02d'}", i);
		rows[i] = text[i];
	}
	fixture_up(fx, true);
	offices(fx);
	assert_int_equal(import(fx, YOUTHS, "youth", rows).n_new, PEOPLE);
	for (int i = 0; i < kept; i++)
		snprintf(text[PEOPLE - lost + i], sizeof(text[0]), "-p%02d",
			 PEOPLE - lost + i);
	rows[PEOPLE - lost + kept] = NULL;
	return import(fx, args, "youth", rows);
}

static void test_a_file_that_loses_too_many_is_not_believed(void **state)
{
	static const char forced[] =
		"{'table':'youths','origin':'ml','force':true}";
	static const struct {
		int lost, kept;
		const char *args;
		int want_code, want_people;
	} cases[] = {
		{4, 0, YOUTHS, 0, 16}, /* a fifth is believed */
		{5, 0, YOUTHS, 0, 15}, /* more, but a handful */
		{6, 0, YOUTHS, 3, 20},
		{20, 0, YOUTHS, 3, 20},
		{6, 0, forced, 0, 14},
		{6, 2, YOUTHS, 0, 16}, /* rejected rows are not gone */
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fixture fx;
		struct outcome o =
			lose(&fx, cases[i].lost, cases[i].kept, cases[i].args);
		if (o.code != cases[i].want_code ||
		    n_people(&fx) != cases[i].want_people)
			fail_msg("case %zu: %d, %d people: %s", i, o.code,
				 (int)n_people(&fx), o.text);
		fixture_down(&fx);
	}
}

static void test_who_leaves_half_way_leaves_nothing(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	offices(&fx);
	struct asker k = asker_new(&fx);
	begin(&k, YOUTHS);
	say(&k, "{\"t\":\"youth\",\"n\":2,\"row\":{\"ref\":\"half\"}}");
	json_t *ready = hear(&fx, &k);
	assert_true(js_bool(ready, "ready", false));
	json_decref(ready);
	settle(&fx);
	/* one file of an origin at a time; another origin may */
	struct outcome o =
		import(&fx, YOUTHS, "youth", ROWS("{'ref':'other'}"));
	assert_int_equal(o.code, 1);
	assert_non_null(strstr(o.text, "another file"));
	o = import(&fx, "{'table':'youths','origin':'cfa'}", "youth",
		   ROWS("{'ref':'9','cfa_adviser':'rose'}"));
	assert_int_equal(o.code, 0);
	struct store_diff staged;
	OK(store_stage_diff(fx.e.store, "ml", &staged, E));
	assert_int_equal(staged.n_new, 1);
	asker_leave(&k);
	settle(&fx);
	OK(store_stage_diff(fx.e.store, "ml", &staged, E));
	assert_int_equal(staged.n_new, 0);
	o = import(&fx, YOUTHS, "youth", ROWS("{'ref':'other'}"));
	assert_int_equal(o.code, 0);
	assert_int_equal(o.n_new, 1);
	assert_string_equal(fields_of(&fx, "half"), "");
	fixture_down(&fx);
}

static void test_a_substitute_may_stand_below_but_must_stand(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	offices(&fx);
	struct outcome o =
		import(&fx, "{'table':'advisers'}", "adviser",
		       ROWS("{'ref':'a','agency':'ML-A','substitute':'b'}",
			    "{'ref':'b','agency':'ML-A','substitute':'sarah'}",
			    "{'ref':'c','agency':'ML-A','substitute':'malik'}",
			    "{'ref':'d','agency':'ML-Z'}"));
	assert_int_equal(o.code, 0);
	assert_int_equal(o.n_new, 2);
	assert_string_equal(o.rejects,
			    "5 agency is not known: import agencies first;"
			    "4 substitute is no adviser of this agency;");
	fixture_down(&fx);
}

static void test_lines_of_another_table_end_the_import(void **state)
{
	struct fixture fx;
	(void)state;
	fixture_up(&fx, true);
	offices(&fx);
	struct outcome o = import(&fx, YOUTHS, "adviser",
				  ROWS("{'ref':'a','agency':'ML-A'}"));
	assert_int_equal(o.code, 2);
	assert_non_null(strstr(o.text, "no place in this import"));
	fixture_down(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_must_be_whole_and_its_people_known),
		cmocka_unit_test(test_an_agency_column_is_wanted_and_obeyed),
		cmocka_unit_test(test_a_person_has_the_agency_of_the_origin),
		cmocka_unit_test(
			test_absent_columns_stay_and_empty_cells_clear),
		cmocka_unit_test(test_dry_run_and_strict_write_nothing),
		cmocka_unit_test(
			test_a_file_that_loses_too_many_is_not_believed),
		cmocka_unit_test(test_who_leaves_half_way_leaves_nothing),
		cmocka_unit_test(
			test_a_substitute_may_stand_below_but_must_stand),
		cmocka_unit_test(test_lines_of_another_table_end_the_import),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
