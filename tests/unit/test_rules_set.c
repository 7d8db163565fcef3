/* SPDX-License-Identifier: EUPL-1.2 */
/* What --set lays over the rules, and where a file of rules.d would stand. */
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/rules.h>
#include <etrier/rules_set.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_a_path_becomes_the_text_of_a_file(void **state)
{
	static const struct {
		const char *given, *want; /* NULL: refused */
	} cases[] = {
		{"thresholds.send=70", "{thresholds: {send: 70}}\n"},
		{"travel.weight=20", "{criteria: {travel: {weight: 20}}}\n"},
		{"criteria.travel.weight=20",
		 "{criteria: {travel: {weight: 20}}}\n"},
		{"START.late_days=3", "{gates: {START: {late_days: 3}}}\n"},
		{"A_SYMBOL.points=3",
		 "{adjust: [{symbol: A_SYMBOL, points: 3}]}\n"},
		{"adjust.A_SYMBOL.points=-3",
		 "{adjust: [{symbol: A_SYMBOL, points: -3}]}\n"},
		{"A_SYMBOL.reason.fr=mot",
		 "{adjust: [{symbol: A_SYMBOL, reason: {fr: mot}}]}\n"},
		{"agencies.MLN.thresholds.send=60",
		 "{agencies: {MLN: {thresholds: {send: 60}}}}\n"},
		{"trade.exact=[1, 0.5]",
		 "{criteria: {trade: {exact: [1, 0.5]}}}\n"},
		{"waves.days=a=b", "{waves: {days: a=b}}\n"},
		{"travel.weight", NULL},
		{"travel.weight=", NULL},
		{"travel.weight= ", NULL},
		{"=20", NULL},
		{"travel..weight=20", NULL},
		{".travel=20", NULL},
		{"travel.=20", NULL},
		{"travel weight=20", NULL},
		{"travel.weight=2\n0", NULL},
		{"a.b.c.d.e.f.g.h.i=1", NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = {0};
		json_t *v = rules_set_text(cases[i].given, &err);
		if (!str_eq(v ? js_str(v, "text", "") : NULL, cases[i].want))
			fail_msg("%s: %s", cases[i].given,
				 v ? js_str(v, "text", "") : err.text);
		assert_true(v || err.kind == ERR_INPUT);
		json_decref(v);
	}
}

static void test_what_is_set_takes_effect(void **state)
{
	struct err err;
	struct diags d;
	json_t *texts = json_array();
	(void)state;
	diags_init(&d);
	json_array_append_new(texts,
			      rules_set_text("thresholds.send=70", &err));
	json_array_append_new(texts, rules_set_text("travel.weight=20", &err));
	struct rules *r = rules_compile_json(texts, NULL, &d);
	assert_non_null(r);
	assert_int_equal(r->sets[0].send, 700);
	assert_int_equal(r->sets[0].weight[CRITERION_TRAVEL], 20000);
	rules_free(r);
	/* What no key is called is the compiler's to say. */
	json_array_append_new(texts, rules_set_text("travle.weight=2", &err));
	assert_null(rules_compile_json(texts, NULL, &d));
	assert_string_equal(d.v[0].file, "--set travle.weight=2");
	diags_clear(&d);
	json_decref(texts);
}

static void test_a_file_stands_where_its_name_puts_it(void **state)
{
	static const char *const cases[][2] = {
		{"50-b.yaml", "rules.yaml 20-a.yaml 50-b.yaml 70-c.yaml "},
		{"10-x.yaml",
		 "rules.yaml 10-x.yaml 20-a.yaml 50-b.yaml 70-c.yaml "},
		{"60-x.yaml",
		 "rules.yaml 20-a.yaml 50-b.yaml 60-x.yaml 70-c.yaml "},
		{"90-x.yaml",
		 "rules.yaml 20-a.yaml 50-b.yaml 70-c.yaml 90-x.yaml "},
	};
	json_t *texts = json_pack("[{s:s,s:s},{s:s,s:s},{s:s,s:s},{s:s,s:s}]",
				  "file", "/e/rules.yaml", "text", "", "file",
				  "/e/rules.d/20-a.yaml", "text", "", "file",
				  "/e/rules.d/50-b.yaml", "text", "", "file",
				  "/e/rules.d/70-c.yaml", "text", "");
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *got = rules_with_file(texts, cases[i][0], "new"), *v;
		char names[200] = "";
		size_t j;
		json_array_foreach(got, j, v)
		{
			const char *file = js_str(v, "file", "");
			const char *slash = strrchr(file, '/');
			bool is_new = str_eq(js_str(v, "text", ""), "new");
			assert_int_equal(is_new, str_eq(file, cases[i][0]));
			strcat(names, slash ? slash + 1 : file);
			strcat(names, " ");
		}
		assert_string_equal(names, cases[i][1]);
		json_decref(got);
	}
	json_decref(texts);
	json_t *alone = rules_with_file(NULL, "50-b.yaml", "new");
	assert_int_equal(json_array_size(alone), 1);
	json_decref(alone);
}

static void test_names_of_files(void **state)
{
	static const char *const good[] = {"50-local.yaml", "a.yaml"};
	static const char *const bad[] = {"",	       ".yaml",	   "a.yml",
					  "../a.yaml", "a/b.yaml", ".a.yaml",
					  "A.yaml",    "a b.yaml", "-a.yaml"};
	struct err err;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(rules_file_name(good[i], &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (!rules_file_name(bad[i], &err))
			fail_msg("%s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_path_becomes_the_text_of_a_file),
		cmocka_unit_test(test_what_is_set_takes_effect),
		cmocka_unit_test(test_a_file_stands_where_its_name_puts_it),
		cmocka_unit_test(test_names_of_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
