/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of `rules test`: what is read, every mistake where it stands, and every
 * form of expectation met and not met, with what came instead. */
#include <etrier/buf.h>
#include <etrier/cover.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/trial.h>

#include <ctl/cases.h>
#include <ctl/judge.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD                                                              \
	"at: 2026-11-23\ntests:\n- name: one\n"                           \
	"  youth: {birth_date: 2005-03-14, rome: [D1102], contracts: "    \
	"[permanent], insee: 93048, modes: [transit], max_minutes: 60}\n" \
	"  offer: {rome: D1102, kind: permanent, place: {insee: 93048}, " \
	"posted: 2026-11-22T08:00:00Z}\n"

static struct judge judge;
static char path[] = "/tmp/etrier-cases-XXXXXX";

static int open_judge(void **state)
{
	struct err err;
	struct diags d;

	(void)state;
	if (judge_open(&judge, SOURCE_DIR "/conf/refdata", NULL, &err))
		return -1;
	diags_init(&d);
	int result = judge_use_rules(&judge, NULL, &d);
	diags_clear(&d);
	int fd = mkstemp(path);
	close(fd);
	return result;
}

static int close_judge(void **state)
{
	(void)state;
	judge_close(&judge);
	return unlink(path);
}

static void read_text(const char *text, struct diags *d, struct case_file *f)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	diags_init(d);
	case_file_read(path, d, f);
}

static void test_mistakes_are_told_where_they_stand(void **state)
{
	static const struct {
		const char *text;
		unsigned line, col;
		const char *words;
	} cases[] = {
		{"tests: []\n", 0, 0, "has no tests and no panel"},
		{"tests:\n- name: a\n  youth: {}\n  offer: {}\n", 2, 3,
		 "at is missing"},
		{"tests:\n- {name: a, youth: {}}\n", 2, 3, "offer"},
		{"test: []\n", 1, 1, "did you mean \"tests\"?"},
		{"at: 2026-11-23\ntests:\n- name: a\n  youth: {rom: D1102}\n"
		 "  offer: {}\n",
		 4, 11,
		 "no column \"rom\" of young people (did you mean "
		 "\"rome\"?)"},
		{"at: 2026-11-23\ntests:\n- name: a\n  youth: {rome: [D1]}\n"
		 "  offer: {}\n",
		 4, 17, "rome: not a ROME code"},
		{"at: 2026-11-23\ntests:\n- name: a\n  youth: {rome: {a: b}}\n"
		 "  offer: {}\n",
		 4, 17, "expected a value or a list"},
		{"at: 2026-11-23\ntests:\n- name: a\n  youth: []\n"
		 "  offer: {}\n",
		 4, 10, "youth is a map"},
		{"at: 2026-11-23\npanel:\n- name: a\n  youth: {}\n"
		 "  better: {}\n  worse: []\n",
		 6, 10, "an offer is a map"},
		{"at: 23/11/2026\ntests: []\n", 1, 5, "at"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct diags d;
		struct case_file f;

		read_text(cases[i].text, &d, &f);
		assert_int_equal(f.n, 0);
		if (!d.n || d.v[0].line != cases[i].line ||
		    d.v[0].col != cases[i].col ||
		    !strstr(d.v[0].text, cases[i].words))
			fail_msg("case %zu: %u:%u: %s", i,
				 d.n ? d.v[0].line : 0, d.n ? d.v[0].col : 0,
				 d.n ? d.v[0].text : "nothing");
		case_file_clear(&f);
		diags_clear(&d);
	}
}

/* Texts that look like numbers stay texts, where an offer has texts. */
static void test_offers_are_read_as_lines(void **state)
{
	struct diags d;
	struct case_file f;

	(void)state;
	read_text("at: 2026-11-23\npanel:\n- name: a pair\n"
		  "  youth: {licences: none, needs: 'loads:1:warn'}\n"
		  "  better: {place: {postcode: 01000, lat: 48.5, lon: 2.25}, "
		  "rome: D1102, licences: [B, C], positions: 3, "
		  "exposure: {loads: 2}, level: {required: 3}}\n"
		  "  worse: {title: t, handicap_welcome: yes}\n"
		  "  because: of what was said\n",
		  &d, &f);
	assert_int_equal(d.n, 0);
	assert_int_equal(f.n, 1);
	static const char line[] =
		"{\"place\":{\"postcode\":\"01000\",\"lat\":48.5,\"lon\":2.25},"
		"\"rome\":[\"D1102\"],\"licences\":[\"B\",\"C\"],"
		"\"positions\":3,\"exposure\":{\"loads\":2},"
		"\"level\":{\"required\":\"3\"},\"source\":\"test\","
		"\"title\":\"a pair\"}";
	json_t *want = js_parse(line, strlen(line), NULL);
	assert_true(json_equal(f.v[0].offers[0], want));
	assert_true(f.v[0].is_pair);
	assert_string_equal(f.v[0].because, "of what was said");
	assert_int_equal(
		json_array_size(json_object_get(f.v[0].youth, "licences")), 0);
	assert_int_equal(
		json_array_size(json_object_get(f.v[0].youth, "needs")), 1);
	json_decref(want);
	case_file_clear(&f);
	diags_clear(&d);
}

static void note(void *ctx, const struct ynode *at, const char *what,
		 const char *expected, const char *got)
{
	(void)got;
	buf_printf(ctx, "%u:%s:%s ", at->line, what, expected);
}

/* What is wrong with the expectations, or the first mistake. */
static char *wrong(const char *expect)
{
	struct diags d;
	struct case_file f;
	struct judged got;
	struct err err;
	struct arena a;
	struct buf b;
	char *text = mem_printf(HEAD "  expect: {%s}\n", expect);

	arena_init(&a);
	buf_init(&b, 2000);
	buf_adds(&b, "");
	read_text(text, &d, &f);
	if (f.n) {
		assert_int_equal(judge_pair(&judge, f.v[0].youth,
					    f.v[0].offers[0], f.v[0].on, &a,
					    &got, &err),
				 0);
		case_expect(&f.v[0], judge.rules, &got.verdict, got.message, &a,
			    note, &b, &d);
	}
	if (d.n)
		buf_printf(&b, "! %s", d.v[0].text);
	case_file_clear(&f);
	diags_clear(&d);
	arena_clear(&a);
	free(text);
	return buf_take(&b);
}

static void test_every_form_of_expectation(void **state)
{
	static const char *const cases[][2] = {
		{"decision: send", ""},
		{"decision: check", "6:decision:check "},
		{"score: '>=65'", ""},
		{"score: '>100'", "6:score:>100 "},
		{"score: 0..100", ""},
		{"score: 0..10.5", "6:score:0..10.5 "},
		{"score: '<=100'", ""},
		{"score: '<100'", ""},
		{"score: 1", "6:score:1 "},
		{"score: '>=101'", "! a score is 0 to 100"},
		{"score: '=>5'", "! a score is"},
		{"score: [1]", "! a score is"},
		{"symbols: [trade, travel]", ""},
		{"symbols: trade", ""},
		{"symbols: []", ""},
		{"symbols: [AGE, trade, WEEK_END]",
		 "6:symbols:AGE 6:symbols:WEEK_END "},
		{"not_symbols: [AGE, trade]", "6:not_symbols:trade "},
		{"symbols: [WEEK_ENDS]",
		 "! no gate, criterion or symbol \"WEEK_ENDS\" (did you mean "
		 "\"WEEK_END\"?)"},
		{"symbols: [[a]]", "! expected a word"},
		{"gates: {AGE: pass, REACH: pass}", ""},
		{"gates: {AGE: fail, REACH: pass}", "6:AGE:fail "},
		{"gates: {AGE: wrong}", "! gates is a map"},
		{"message_contains: métier visé", ""},
		{"message_contains: [métier visé, pâtissier]",
		 "6:message_contains:pâtissier "},
		{"message_not_contains: [RQTH, métier]",
		 "6:message_not_contains:métier "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = wrong(cases[i][0]);

		if (*cases[i][1] == '!' ? !str_starts(got, cases[i][1])
					: !str_eq(got, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], got);
		free(got);
	}
}

static void judge_text(const char *expect, struct judged *out)
{
	struct diags d;
	struct case_file f;
	struct err err;
	struct arena a;
	char *text = mem_printf("%s%s", HEAD, expect);

	arena_init(&a);
	read_text(text, &d, &f);
	assert_int_equal(f.n, 1);
	assert_int_equal(judge_pair(&judge, f.v[0].youth, f.v[0].offers[0],
				    f.v[0].on, &a, out, &err),
			 0);
	out->message = NULL;
	case_file_clear(&f);
	diags_clear(&d);
	arena_clear(&a);
	free(text);
}

static void test_better_is_by_decision_then_by_score(void **state)
{
	const struct verdict a = {.decision = DECISION_SEND, .score = 700};
	const struct verdict b = {.decision = DECISION_CHECK, .score = 900};
	const struct verdict c = {.decision = DECISION_CHECK, .score = 899};

	(void)state;
	assert_true(case_is_before(&a, &b));
	assert_false(case_is_before(&b, &a));
	assert_true(case_is_before(&b, &c));
	assert_false(case_is_before(&c, &c));
}

/* {name: states reached} of one kind of row. */
static int64_t reached(const json_t *rows, const char *name, const char *state)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (str_eq(js_str(row, "name", ""), name))
			return js_int(json_object_get(row, "states"), state,
				      -1);
	}
	return -1;
}

static void test_coverage_counts_what_came(void **state)
{
	struct cover *c = cover_new();
	struct judged got;

	(void)state;
	judge_text("", &got);
	cover_rules(c, judge.rules);
	cover_pair(c, &judge.env, &got.person, &got.offer, &got.verdict);
	cover_rules(c, judge.rules); /* again: the same rows */
	cover_pair(c, &judge.env, &got.person, &got.offer, &got.verdict);
	json_t *rows = cover_rows(c), *sum = cover_sum(c);
	assert_int_equal(reached(rows, "AGE", "pass"), 2);
	assert_int_equal(reached(rows, "AGE", "fail"), 0);
	assert_int_equal(reached(rows, "trade", "known"), 2);
	assert_int_equal(reached(rows, "training", "not_applicable"), 2);
	assert_int_equal(reached(rows, "OFFER_OLD", "missed"), 2);
	assert_int_equal(reached(rows, "offer.licences: present", "no"), 2);
	assert_int_equal(js_int(sum, "verdicts", 0), 2);
	assert_true(js_int(sum, "reached", 0) < js_int(sum, "of", 0));
	json_decref(rows);
	json_decref(sum);
	cover_free(c);
}

static void test_changes_between_two_verdicts_are_named(void **state)
{
	struct judged was, is;
	char *text;

	(void)state;
	judge_text("", &was);
	is = was;
	json_t *none = trial_changes(&was.verdict, &is.verdict);
	assert_int_equal(json_array_size(none), 0);
	json_decref(none);
	is.verdict.gates[GATE_REACH].state = GATE_FAIL;
	is.verdict.gates[GATE_NEED].state = GATE_FAIL; /* private */
	is.verdict.criteria[CRITERION_TRAVEL].points -= 42;
	for (int i = 0; i < is.verdict.rules->n_symbols; i++) {
		const struct symbol *s = &is.verdict.rules->symbols[i];

		if (str_eq(s->code, "WEEK_END") || s->is_private)
			is.verdict.symbols[i].state = SYMBOL_HIT;
	}
	json_t *some = trial_changes(&was.verdict, &is.verdict);
	text = json_dumps(some, JSON_COMPACT);
	assert_non_null(strstr(text, "\"REACH: pass, now fail\""));
	assert_non_null(strstr(text, "\"WEEK_END: now hit\""));
	assert_non_null(strstr(text, "\"travel: "));
	assert_int_equal(json_array_size(some), 3);
	free(text);
	json_decref(some);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes_are_told_where_they_stand),
		cmocka_unit_test(test_offers_are_read_as_lines),
		cmocka_unit_test(test_every_form_of_expectation),
		cmocka_unit_test(test_better_is_by_decision_then_by_score),
		cmocka_unit_test(test_coverage_counts_what_came),
		cmocka_unit_test(test_changes_between_two_verdicts_are_named),
	};
	return cmocka_run_group_tests(tests, open_judge, close_judge);
}
