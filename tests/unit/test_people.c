/* SPDX-License-Identifier: EUPL-1.2 */
/* Agencies and advisers: columns, cells, records, defaults. */
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/people.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct people_column *find(enum people_table t, const char *name)
{
	for (size_t i = 0; people_column(t, i); i++)
		if (strcmp(people_column(t, i)->name, name) == 0)
			return people_column(t, i);
	return NULL;
}

static void cells_take_their_normal_form(void **state)
{
	(void)state;
	static const struct {
		enum people_table table;
		const char *column, *cell;
		const char *value; /* NULL: refused; "": null */
	} cases[] = {
		{PEOPLE_AGENCIES, "code", "ML93", "ML93"},
		{PEOPLE_AGENCIES, "code", " ", NULL},
		{PEOPLE_AGENCIES, "kind", "ml", "ml"},
		{PEOPLE_AGENCIES, "kind", "", NULL},
		{PEOPLE_AGENCIES, "kind", "mission locale", NULL},
		{PEOPLE_AGENCIES, "email", "", ""},
		{PEOPLE_AGENCIES, "email", "x", NULL},
		{PEOPLE_AGENCIES, "digest_at", "07:30", "07:30"},
		{PEOPLE_AGENCIES, "digest_at", "7h30", NULL},
		{PEOPLE_AGENCIES, "tone", "tu", "tu"},
		{PEOPLE_AGENCIES, "sms_sender", "MISSIONLOC", "MISSIONLOC"},
		{PEOPLE_AGENCIES, "sms_budget", "-1", NULL},
		{PEOPLE_AGENCIES, "sms_budget", "12,50", NULL},
		{PEOPLE_AGENCIES, "sms_sender", "ML", NULL},
		{PEOPLE_AGENCIES, "sms_sender", "MISSIONLOCALE", NULL},
		{PEOPLE_AGENCIES, "sms_sender", "36180", NULL},
		{PEOPLE_AGENCIES, "sms_sender", "ML 93", NULL},
		{PEOPLE_ADVISERS, "ref", "sarah", "sarah"},
		{PEOPLE_ADVISERS, "agency", "", NULL},
		{PEOPLE_ADVISERS, "digest", "weekly", "weekly"},
		{PEOPLE_ADVISERS, "digest", "hourly", NULL},
		{PEOPLE_ADVISERS, "absent_from", "24/12/2026", "2026-12-24"},
		{PEOPLE_ADVISERS, "phone", "06.39.98.00.02", "+33639980002"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		const struct people_column *c =
			find(cases[i].table, cases[i].column);
		assert_non_null(c);
		json_t *v = people_cell(cases[i].table, c, cases[i].cell, &err);
		if (!cases[i].value)
			assert_null(v);
		else if (!*cases[i].value)
			assert_true(json_is_null(v));
		else
			assert_string_equal(json_string_value(v),
					    cases[i].value);
		json_decref(v);
	}
}

static json_t *parse(const char *text)
{
	struct err err = {0};
	json_t *v = js_parse(text, strlen(text), &err);
	assert_non_null(v);
	return v;
}

static void records_have_their_defaults(void **state)
{
	(void)state;
	struct agency a;
	struct adviser w;
	struct err err = {0};
	json_t *v = parse("{\"code\":\"ML93\",\"name\":\"ML inventée\","
			  "\"kind\":\"ml\"}");
	json_t *u = parse("{\"ref\":\"sarah\",\"agency\":\"ML93\","
			  "\"absent_until\":\"2026-12-31\",\"email\":null}");
	assert_int_equal(agency_from_json(v, &a, &err), 0);
	assert_int_equal(a.kind, 0);
	assert_int_equal(a.digest_at, -1);
	assert_int_equal(a.tone, VOCAB_NONE);
	assert_null(a.sms_sender);
	assert_int_equal(adviser_from_json(u, &w, &err), 0);
	assert_string_equal(vocab_code(&vocab_digest, w.digest), "daily");
	assert_int_equal(w.absent_from, DATE_NONE);
	assert_int_equal(w.absent_until, date_from_ymd(2026, 12, 31));
	assert_null(w.email);
	json_decref(v);
	json_decref(u);
}

static void faults_are_named(void **state)
{
	(void)state;
	static const struct {
		bool is_agency;
		const char *line, *says;
	} cases[] = {
		{true, "7", "agency: not an object"},
		{true, "{\"name\":\"n\",\"kind\":\"ml\"}", "code: missing"},
		{true, "{\"code\":\"\",\"name\":\"n\",\"kind\":\"ml\"}",
		 "code: missing"},
		{true, "{\"code\":\"c\",\"name\":\"n\"}", "kind: missing"},
		{true, "{\"code\":\"c\",\"name\":\"n\",\"kind\":\"x\"}",
		 "kind: not a"},
		{false, "[]", "adviser: not an object"},
		{false, "{\"ref\":\"r\"}", "agency: missing"},
		{false, "{\"ref\":\"r\",\"agency\":\"a\",\"email\":\"x\"}",
		 "email: not an e-mail"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct agency a;
		struct adviser w;
		struct err err = {0};
		json_t *v = json_loads(cases[i].line, JSON_DECODE_ANY, NULL);
		int result = cases[i].is_agency
				     ? agency_from_json(v, &a, &err)
				     : adviser_from_json(v, &w, &err);
		assert_int_equal(result, -1);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: \"%s\"", cases[i].line, err.text);
		json_decref(v);
	}
}

static void columns_are_those_of_the_manual(void **state)
{
	(void)state;
	static const char *const names[] = {
		[PEOPLE_AGENCIES] = "code name kind email phone insee "
				    "digest_at tone sms_sender sms_budget ",
		[PEOPLE_ADVISERS] = "ref agency first_name last_name email "
				    "phone digest absent_from absent_until "
				    "substitute ",
	};
	for (int t = PEOPLE_AGENCIES; t <= PEOPLE_ADVISERS; t++) {
		const struct people_column *c;
		struct buf b;
		buf_init(&b, 4096);
		for (size_t i = 0; (c = people_column((enum people_table)t, i));
		     i++)
			buf_printf(&b, "%s ", c->name);
		assert_string_equal(b.data, names[t]);
		buf_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_take_their_normal_form),
		cmocka_unit_test(records_have_their_defaults),
		cmocka_unit_test(faults_are_named),
		cmocka_unit_test(columns_are_those_of_the_manual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
