/* SPDX-License-Identifier: EUPL-1.2 */
/* rules.yaml: exact diagnostics of files that are wrong, values of files that
 * are right, and the small functions every path uses. */
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/rules.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RULES_DIR SOURCE_DIR "/tests/rules/rules/"

enum { FILE_MAX = 1 << 16 };

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *bytes = mem_alloc(FILE_MAX);

	if (!f)
		fail_msg("no file %s", path);
	*n = fread(bytes, 1, FILE_MAX - 1, f);
	fclose(f);
	return bytes;
}

/* As they would be printed: sorted. */
static char *lines_of(struct diags *d)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	diags_print(d, f);
	fclose(f);
	return text;
}

static struct refdata *rd;

static struct rules *compile(const char *const *names, size_t n,
			     struct diags *d)
{
	struct rules_text texts[4];
	char *bytes[4];
	struct rules *r;

	for (size_t i = 0; i < n; i++) {
		char *path = mem_printf("%s%s", RULES_DIR, names[i]);
		const char *slash = strrchr(names[i], '/');

		bytes[i] = read_file(path, &texts[i].len);
		texts[i].text = bytes[i];
		texts[i].file = slash ? slash + 1 : names[i];
		free(path);
	}
	diags_init(d);
	r = rules_compile(texts, n, rd, d);
	for (size_t i = 0; i < n; i++)
		free(bytes[i]);
	return r;
}

static struct rules *good(const char *name)
{
	struct diags d;
	struct rules *r = compile(&name, 1, &d);

	diags_print(&d, stderr);
	assert_int_equal(d.n, 0);
	diags_clear(&d);
	assert_non_null(r);
	return r;
}

static void test_bad_files_give_exact_diagnostics(void **state)
{
	static const char *const names[] = {
		"unknown_keys", "values",   "thresholds",  "ages",
		"no_weight",	"rising",   "ages_order",  "fields",
		"codes",	"types",    "never",	   "private",
		"effects",	"agencies", "law_overlap", "out_of_reach"};
	int n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *yaml = mem_printf("bad/%s.yaml", names[i]);
		char *path = mem_printf("%sbad/%s.expect", RULES_DIR, names[i]);
		const char *name = yaml;
		struct diags d;
		size_t n;
		struct rules *r = compile(&name, 1, &d);
		char *expected = read_file(path, &n), *lines;

		lines = lines_of(&d);
		if (r)
			fail_msg("%s compiles", names[i]);
		if (!str_eq(lines, expected)) {
			fprintf(stderr, "== %s\n%s", names[i], lines);
			n_wrong++;
		}
		diags_clear(&d);
		free(lines);
		free(expected);
		free(path);
		free(yaml);
	}
	assert_int_equal(n_wrong, 0);
}

static void test_the_shipped_file_is_what_is_built_in(void **state)
{
	struct rules *none = good("good/empty.yaml");
	struct rules *shipped = good("../../../conf/rules.yaml");
	struct diags d;
	struct rules *nothing;

	(void)state;
	diags_init(&d);
	nothing = rules_compile(NULL, 0, NULL, &d);
	assert_non_null(nothing);
	assert_string_equal(none->sets[0].id, shipped->sets[0].id);
	assert_string_equal(none->sets[0].id, nothing->sets[0].id);
	assert_int_equal(strlen(none->sets[0].id), 32);
	diags_clear(&d);
	rules_free(none);
	rules_free(shipped);
	rules_free(nothing);
}

static void test_a_local_file_is_laid_over(void **state)
{
	static const char *const names[] = {"../../../conf/rules.yaml",
					    "good/local.yaml"};
	struct diags d;
	struct rules *r = compile(names, 2, &d);
	struct rules *shipped = good(names[0]);
	const struct ruleset *s;

	(void)state;
	assert_non_null(r);
	s = &r->sets[0];
	assert_int_equal(s->send, 700);
	assert_int_equal(s->check, 450); /* kept from the first */
	assert_int_equal(s->weight[CRITERION_TRAVEL], 22500);
	assert_int_equal(s->weight[CRITERION_TRADE], 35000);
	assert_int_equal(s->zero_at_min, 75);
	assert_int_equal(s->full_until_min, 20);
	assert_string_not_equal(s->id, shipped->sets[0].id);
	diags_clear(&d);
	rules_free(r);
	rules_free(shipped);
}

static void test_the_id_is_of_what_takes_effect(void **state)
{
	static const char *const same[] = {
		"thresholds: {check: 40, send: 60}\n",
		"# a comment\nthresholds:\n  send: 60.0\n  check: 40\n",
	};
	char id[RULES_ID_SIZE] = "";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		struct rules_text t = {"x.yaml", same[i], strlen(same[i])};
		struct diags d;
		struct rules *r;

		diags_init(&d);
		r = rules_compile(&t, 1, NULL, &d);
		assert_non_null(r);
		if (i)
			assert_string_equal(id, r->sets[0].id);
		memcpy(id, r->sets[0].id, sizeof(id));
		diags_clear(&d);
		rules_free(r);
	}
}

static void test_a_mistake_in_any_file_is_found_with_its_file(void **state)
{
	static const char *const names[] = {"good/local.yaml",
					    "bad/thresholds.yaml"};
	struct diags d;
	struct rules *r = compile(names, 2, &d);

	(void)state;
	assert_null(r);
	assert_true(d.n_errors > 0);
	assert_string_equal(d.v[0].file, "thresholds.yaml");
	diags_clear(&d);
}

static void test_rules_travel_as_json(void **state)
{
	struct rules *shipped = good("good/local.yaml");
	json_t *files;
	struct diags d;
	struct rules *r;
	size_t n;
	char *text = read_file(RULES_DIR "good/local.yaml", &n);

	(void)state;
	files = json_pack("[{s:s,s:s}]", "file", "local.yaml", "text", text);
	diags_init(&d);
	r = rules_compile_json(files, NULL, &d);
	assert_non_null(r);
	assert_string_equal(r->sets[0].id, shipped->sets[0].id);
	json_decref(files);
	diags_clear(&d);
	rules_free(r);
	rules_free(shipped);
	free(text);
}

static void test_values_of_a_journey(void **state)
{
	static const struct {
		int32_t cost, limit;
		int value;
	} cases[] = {
		{0, 3600, 1000},   {1200, 3600, 1000}, {1201, 3600, 1000},
		{1203, 3600, 999}, {2400, 3600, 500},  {3600, 3600, 0},
		{3601, 3600, 0},   {600, 900, 1000}, /* limit below full */
		{1201, 900, 0},
	};
	struct rules *r = good("good/empty.yaml");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(rules_travel_value(&r->sets[0], cases[i].cost,
						    cases[i].limit, 60),
				 cases[i].value);
	rules_free(r);
}

static void test_values_of_dates_and_trades(void **state)
{
	struct rules *r = good("good/empty.yaml");
	struct ruleset *s = &r->sets[0];

	(void)state;
	assert_int_equal(rules_start_value(s, 0), 1000);
	assert_int_equal(rules_start_value(s, 15), 500);
	assert_int_equal(rules_start_value(s, 30), 0);
	assert_int_equal(rules_start_value(s, -400), 1000);
	s->wait_full_days = 30;
	s->wait_zero_days = 130;
	assert_int_equal(rules_start_value(s, -30), 1000);
	assert_int_equal(rules_start_value(s, -80), 500);
	assert_int_equal(rules_start_value(s, -130), 0);
	assert_int_equal(rules_fresh_value(s, -1), 1000);
	assert_int_equal(rules_fresh_value(s, 6), 700);
	assert_int_equal(rules_fresh_value(s, 400), 500);
	assert_int_equal(rules_nearness(s, false, 499), 0);
	assert_int_equal(rules_nearness(s, false, 800), 560);
	assert_int_equal(rules_nearness(s, true, 500), 400);
	assert_int_equal(rules_trade_value(s, 2, true, 0), 800);
	assert_int_equal(rules_trade_value(s, 0, false, 560), 560);
	s->exact[4] = 300; /* a neighbour is never worth more than the wish */
	assert_int_equal(rules_trade_value(s, 4, false, 560), 300);
	rules_free(r);
}

static void test_age_rows_are_dated(void **state)
{
	static const char text[] =
		"ages:\n"
		"  - {kind: apprenticeship, valid_from: 2027-01-01, min: 15, "
		"max: 31, source: law}\n"
		"  - {kind: apprenticeship, valid_from: 2019-01-01, min: 16, "
		"max: 29, source: law}\n";
	struct rules_text t = {"x.yaml", text, sizeof(text) - 1};
	struct diags d;
	struct rules *r;
	const struct ruleset *s;

	(void)state;
	diags_init(&d);
	r = rules_compile(&t, 1, NULL, &d);
	assert_non_null(r);
	s = &r->sets[0];
	assert_null(rules_age_row(s, CONTRACT_APPRENTICESHIP,
				  date_from_ymd(2018, 12, 31)));
	assert_int_equal(rules_age_row(s, CONTRACT_APPRENTICESHIP,
				       date_from_ymd(2026, 12, 31))
				 ->max,
			 29);
	assert_int_equal(rules_age_row(s, CONTRACT_APPRENTICESHIP,
				       date_from_ymd(2027, 1, 1))
				 ->max,
			 31);
	assert_null(rules_age_row(s, CONTRACT_PERMANENT,
				  date_from_ymd(2027, 1, 1)));
	diags_clear(&d);
	rules_free(r);
}

/* The manual names every key. */
struct manual {
	const char *text;
	int n_keys;
};
static void find_in_manual(void *ctx, const char *path,
			   const struct schema *row)
{
	struct manual *m = ctx;

	m->n_keys++;
	if (!strstr(m->text, path))
		fail_msg("etrier-rules(5) does not say %s (%s)", path,
			 row->help);
}
static void test_the_manual_names_every_key(void **state)
{
	size_t n;
	char *text = read_file(SOURCE_DIR "/man/etrier-rules.5", &n);
	struct manual m = {.text = text};

	(void)state;
	schema_each(rules_schema, find_in_manual, &m);
	assert_true(m.n_keys > 20);
	free(text);
}

static int load(void **state)
{
	struct err err;

	(void)state;
	rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	return rd ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	refdata_free(rd);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_files_give_exact_diagnostics),
		cmocka_unit_test(test_the_shipped_file_is_what_is_built_in),
		cmocka_unit_test(test_a_local_file_is_laid_over),
		cmocka_unit_test(test_the_id_is_of_what_takes_effect),
		cmocka_unit_test(
			test_a_mistake_in_any_file_is_found_with_its_file),
		cmocka_unit_test(test_rules_travel_as_json),
		cmocka_unit_test(test_values_of_a_journey),
		cmocka_unit_test(test_values_of_dates_and_trades),
		cmocka_unit_test(test_age_rows_are_dated),
		cmocka_unit_test(test_the_manual_names_every_key),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
