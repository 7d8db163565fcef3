/* SPDX-License-Identifier: EUPL-1.2 */
/* rules.yaml: exact diagnostics of files that are wrong, values of files that
 * are right, and the small functions every path uses. */
#include "engine/rules/compile.h"

#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/rules_when.h>
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
	assert_int_equal(s->zero_at_min, 80);
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
	/* As shipped: zero at 75 minutes, whatever the limit. */
	assert_int_equal(rules_travel_value(&r->sets[0], 2700, 3600, 60), 545);
	assert_int_equal(rules_travel_value(&r->sets[0], 2700, 9000, 60), 545);
	assert_int_equal(rules_travel_value(&r->sets[0], 4500, 9000, 60), 0);
	r->sets[0].zero_at_min = RULES_ZERO_AT_LIMIT;
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

static struct rules *from_text(const char *text, struct diags *d)
{
	struct rules_text t = {"x.yaml", text, strlen(text)};

	diags_init(d);
	return rules_compile(&t, 1, rd, d);
}

static const struct symbol *symbol(const struct ruleset *s, const char *code)
{
	for (int i = 0; i < s->n_symbols; i++)
		if (str_eq(s->symbols[i].code, code))
			return &s->symbols[i];
	return NULL;
}

static void test_symbols_are_merged_by_name(void **state)
{
	struct rules *r = good("good/agencies.yaml");
	struct rules *shipped = good("good/empty.yaml");
	const struct ruleset *s = &r->sets[0];
	const struct symbol *old = symbol(s, "OFFER_OLD");
	const struct symbol *before = symbol(&shipped->sets[0], "OFFER_OLD");

	(void)state;
	assert_int_equal(before->points, -30);
	assert_int_equal(old->points, -50);
	assert_int_equal(old->effect, RULES_CHECK);
	assert_string_equal(old->reason, before->reason);
	assert_string_equal(rules_cond_text(r, COND_PAIR, old->pair_when),
			    "offer.age_days: >=61");
	assert_null(symbol(s, "SALARY_STATED"));
	assert_non_null(symbol(&shipped->sets[0], "SALARY_STATED"));
	assert_int_equal(symbol(s, "LOCAL_BAKERIES")->points, 20);
	/* one away, one more, one changed */
	assert_int_equal(s->n_symbols, shipped->sets[0].n_symbols);
	rules_free(r);
	rules_free(shipped);
}

static void test_a_whole_condition_replaces_a_condition(void **state)
{
	struct diags d;
	struct rules *r = from_text("adjust: [{symbol: OFFER_OLD, when: "
				    "{offer.kind: permanent}}]",
				    &d);
	const struct symbol *s;

	(void)state;
	assert_non_null(r);
	s = symbol(&r->sets[0], "OFFER_OLD");
	assert_int_equal(s->pair_when, -1);
	assert_string_equal(rules_cond_text(r, COND_OFFER, s->offer_when),
			    "offer.kind: permanent");
	assert_int_equal(s->points, -30);
	diags_clear(&d);
	rules_free(r);
}

static void test_agencies_have_sets_and_equal_ones_are_one(void **state)
{
	struct rules *r = good("good/agencies.yaml");
	uint8_t north = rules_set_of(r, "ML-NORD");
	uint8_t east = rules_set_of(r, "ML-EST");
	const char *file;
	unsigned line;

	(void)state;
	assert_int_equal(r->n_sets, 3);
	assert_int_equal(rules_set_of(r, "ML-SUD"), north);
	assert_int_not_equal(north, 0);
	assert_int_not_equal(east, north);
	assert_int_equal(rules_set_of(r, NULL), 0);
	assert_int_equal(rules_set_of(r, "ml-nord"), 0);
	assert_int_equal(r->sets[0].send, 600);
	assert_int_equal(r->sets[north].send, 700);
	assert_int_equal(symbol(&r->sets[north], "OFFER_OLD")->points, -60);
	assert_null(symbol(&r->sets[north], "WEEK_END"));
	assert_non_null(symbol(&r->sets[north], "LOCAL_BAKERIES"));
	assert_int_equal(r->sets[east].weight[CRITERION_HOURS], 10000);
	assert_string_equal(rules_agency(r, 1, &file, &line), "ML-SUD");
	assert_string_equal(file, "agencies.yaml");
	assert_int_equal(line, 16);
	assert_null(rules_agency(r, 3, NULL, NULL));
	rules_number_agency(r, 9, "ML-EST");
	assert_int_equal(rules_set_of_number(r, 9), east);
	assert_int_equal(rules_set_of_number(r, 8), 0);
	assert_int_equal(rules_set_of_number(r, 10), 0);
	rules_free(r);
}

static void test_at_most_64_sets(void **state)
{
	char *text = mem_dup("agencies:\n");
	struct diags d;
	struct rules *r;

	(void)state;
	for (int i = 0; i < RULES_SETS_MAX; i++) {
		char *more = mem_printf("%s  M%d: {thresholds: {check: %d.%d}}"
					"\n",
					text, i, 30 + i / 10, i % 10);

		free(text);
		text = more;
		if (i < RULES_SETS_MAX - 2)
			continue;
		r = from_text(text, &d);
		if (i < RULES_SETS_MAX - 1 && !r)
			fail_msg("%d sets", i + 2);
		if (i == RULES_SETS_MAX - 1) {
			assert_null(r);
			assert_int_equal(d.n_errors, 1);
			assert_non_null(strstr(d.v[0].text, "at most 64"));
		}
		diags_clear(&d);
		rules_free(r);
	}
	free(text);
}

static void test_the_order_of_symbols_changes_nothing(void **state)
{
	static const char *const texts[] = {
		"adjust:\n"
		"  - {symbol: AA, points: 1, when: {offer.kind: permanent}}\n"
		"  - {symbol: BB, points: 2, when: {offer.kind: seasonal}}\n",
		"adjust:\n"
		"  - {symbol: BB, points: 2.0, when: {offer.kind: seasonal}}\n"
		"  - {symbol: CC, points: 2, enabled: false}\n"
		"  - {symbol: AA, points: 1, when: {offer.kind: permanent}}\n"};
	struct diags d;
	struct rules *a = from_text(texts[0], &d), *b;

	(void)state;
	diags_clear(&d);
	b = from_text(texts[1], &d);
	diags_clear(&d);
	assert_non_null(a);
	assert_non_null(b);
	assert_string_equal(a->sets[0].id, b->sets[0].id);
	rules_free(a);
	rules_free(b);
}

/* --- law -------------------------------------------------------------------
 */
static void test_the_law_of_minors(void **state)
{
	struct rules *r = good("good/empty.yaml");
	const struct ruleset *s = &r->sets[0];
	int32_t on = date_from_ymd(2026, 11, 28);
	uint16_t baker = rome_find(rd, "D1102"), cook = rome_find(rd, "G1602");
	uint16_t mason = rome_find(rd, "F1703"),
		 roofer = rome_find(rd, "F1610");
	uint64_t high = (uint64_t)2 << 2 * EXPOSURE_HEIGHT;
	int n_check = 0, n_exclude = 0;

	(void)state;
	assert_null(rules_minor_night(s, 18, on));
	assert_int_equal(rules_minor_night(s, 17, on)->from_min, 1320);
	assert_int_equal(rules_minor_night(s, 15, on)->from_min, 1200);
	assert_int_equal(rules_minor_night(s, 15, on)->until_min, 360);
	assert_null(rules_minor_night(s, 17, date_from_ymd(2000, 1, 1)));
	assert_int_equal(
		rules_minor_derogation(s, 16, &baker, 1, on)->begin_min, 240);
	assert_int_equal(rules_minor_derogation(s, 16, &baker, 1, on)->end_min,
			 -1);
	assert_int_equal(rules_minor_derogation(s, 17, &cook, 1, on)->end_min,
			 1410);
	assert_null(rules_minor_derogation(s, 15, &baker, 1, on));
	assert_null(rules_minor_derogation(s, 17, &mason, 1, on));
	assert_int_equal(
		rules_minor_hours(s, 17, &mason, 1, on)->weekly_max_min, 2400);
	assert_int_equal(
		rules_minor_hours(s, 17, &baker, 1, on)->weekly_max_min, 2100);
	assert_null(rules_minor_hours(s, 18, &baker, 1, on));
	for (int i = 0; i < s->n_works; i++) {
		const struct minor_work *w = &s->works[i];

		assert_non_null(w->reason);
		assert_false(rules_minor_work_applies(w, 18, CONTRACT_TEMPORARY,
						      &roofer, 1, high, on));
		assert_false(rules_minor_work_applies(
			w, 17, CONTRACT_APPRENTICESHIP, &baker, 1, 0, on));
		if (!rules_minor_work_applies(w, 17, CONTRACT_TEMPORARY,
					      &roofer, 1, high, on))
			continue;
		n_check += w->decision == RULES_CHECK;
		n_exclude += w->decision == RULES_EXCLUDE;
	}
	assert_int_equal(n_check, 2);
	assert_int_equal(n_exclude, 2);
	rules_free(r);
}

static void test_values_of_hours_and_two_journeys(void **state)
{
	struct rules *r = good("good/empty.yaml");
	const struct ruleset *s = &r->sets[0];

	(void)state;
	assert_int_equal(rules_hours_value(s, -1), 0);
	assert_int_equal(rules_hours_value(s, 0), 0);
	assert_int_equal(rules_hours_value(s, 15), 500);
	assert_int_equal(rules_hours_value(s, 30), 1000);
	assert_int_equal(rules_travel_both(s, 1000, 0), 700);
	assert_int_equal(rules_travel_both(s, 0, 1000), 300);
	assert_int_equal(r->waves.per_position, 5);
	assert_int_equal(r->waves.near_points, 30);
	rules_free(r);
}

static void test_words_about_needs_are_known(void **state)
{
	static const char *const told[] = {
		"ouvert aux travailleurs handicapés",
		"employeur handi-engagé",
		"titulaire d'une R.Q.T.H. ou rqth",
		"poste ouvert aux TH",
		"Personne malentendante",
		"secteur médical",
		"pour ses besoins",
		"dossier MDPH",
		"aménagements du poste",
		"fauteuil roulant",
	};
	static const char *const fine[] = {
		"théâtre",
		"même CFA",
		"débutant accepté",
		"week-end",
		"tutorat prévu",
		"entrée de plain-pied",
		"apprenti pâtissier",
		"imprimeur",
		"thermicien",
	};
	struct arena a;

	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (!words_private(&a, told[i]))
			fail_msg("passes: %s", told[i]);
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		if (words_private(&a, fine[i]))
			fail_msg("refused: %s", fine[i]);
	arena_clear(&a);
}

/* --- the shipped rules ------------------------------------------------------
 */
/* What the manual gives as default is what the shipped file says. */
static void compare_default(void *ctx, const char *path,
			    const struct schema *row)
{
	const json_t *v = ctx;
	struct schema rows[2] = {*row, {0}};
	char *copy = mem_dup(path), *rest = copy, *word;
	json_t *preset;
	struct diags d;

	if (!row->fallback || strpbrk(path, "[*") ||
	    row->type == SCHEMA_NAMED || str_eq(row->fallback, "[]")) {
		free(copy);
		return;
	}
	while ((word = strsep(&rest, ".")))
		v = json_object_get(v, word);
	diags_init(&d);
	preset = schema_read(rows, NULL, NULL, &d);
	if (!json_equal(v, json_object_get(preset, row->key)))
		fail_msg("%s ships another value than its default", path);
	json_decref(preset);
	diags_clear(&d);
	free(copy);
}

static void test_defaults_are_what_is_shipped(void **state)
{
	struct rules *r = good("good/empty.yaml");

	(void)state;
	schema_each(rules_schema, compare_default, r->sets[0].json);
	rules_free(r);
}

/* Whatever is shipped, a need never costs, and who decides says why. */
static void test_shipped_symbols_speak_and_never_cost_a_need(void **state)
{
	struct rules *r = good("good/empty.yaml");
	const struct ruleset *s = &r->sets[0];
	int n_private = 0;

	(void)state;
	assert_in_range(s->n_symbols, 30, 60);
	for (int i = 0; i < s->n_symbols; i++) {
		const struct symbol *y = &s->symbols[i];

		assert_true(y->group >= 0);
		assert_int_equal(y->is_private, s->groups[y->group].is_private);
		n_private += y->is_private;
		if (y->is_private) {
			assert_true(y->points > 0 && !y->reason);
			assert_int_equal(y->effect, RULES_PASS);
		} else {
			assert_non_null(y->reason);
		}
	}
	assert_int_equal(n_private, 5);
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
	for (size_t i = 0; when_field_at(i); i++)
		if (!strstr(text, when_field_at(i)->name))
			fail_msg("etrier-rules(5) does not say %s",
				 when_field_at(i)->name);
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
		cmocka_unit_test(test_symbols_are_merged_by_name),
		cmocka_unit_test(test_a_whole_condition_replaces_a_condition),
		cmocka_unit_test(
			test_agencies_have_sets_and_equal_ones_are_one),
		cmocka_unit_test(test_at_most_64_sets),
		cmocka_unit_test(test_the_order_of_symbols_changes_nothing),
		cmocka_unit_test(test_the_law_of_minors),
		cmocka_unit_test(test_values_of_hours_and_two_journeys),
		cmocka_unit_test(test_words_about_needs_are_known),
		cmocka_unit_test(test_defaults_are_what_is_shipped),
		cmocka_unit_test(
			test_shipped_symbols_speak_and_never_cost_a_need),
		cmocka_unit_test(test_the_manual_names_every_key),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
