/* SPDX-License-Identifier: EUPL-1.2 */
/* Verdicts in words: real trades and labels, invented people; every code has
 * words, and no private word is in any public form. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include "engine/match/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fixture {
	struct refdata *rd;
	struct match_env env;
	struct rules *rules;
	struct tradenet *trades;
	struct travel *travel;
	struct arena arena;
	struct mperson person;
	struct moffer offer;
	int32_t today;
} x;

static int open_tables(void **state)
{
	struct diags d;
	struct err err;

	(void)state;
	x.rd = refdata_load(SOURCE_DIR "/conf/refdata", &err);
	if (!x.rd) {
		print_error("%s\n", err.text);
		return -1;
	}
	diags_init(&d);
	x.rules = rules_compile(NULL, 0, x.rd, &d);
	diags_clear(&d);
	x.trades = tradenet_from_refdata(x.rd);
	x.travel = travel_new(NULL, NULL);
	x.env = (struct match_env){.rules = x.rules,
				   .travel = x.travel,
				   .trades = x.trades,
				   .pad = match_pad_new(x.travel)};
	x.today = date_from_ymd(2026, 11, 23);
	arena_init(&x.arena);
	return 0;
}

static int close_tables(void **state)
{
	(void)state;
	arena_clear(&x.arena);
	match_pad_free(x.env.pad);
	rules_free(x.rules);
	tradenet_free(x.trades);
	travel_free(x.travel);
	refdata_free(x.rd);
	return 0;
}

/* A baker's apprentice 2.2 km away by public transport, from 1 December. */
static int set_pair(void **state)
{
	(void)state;
	x.person = mperson_unknown;
	x.person.id = 7;
	x.person.trades[0] = rome_find(x.rd, "D1102");
	x.person.n_trades = 1;
	x.person.contracts = 1u << CONTRACT_APPRENTICESHIP;
	x.person.modes = 1u << MODE_TRANSIT;
	x.person.max_minutes = 45;
	x.person.flags = MPERSON_PLACED;
	x.person.birth = day16(date_from_ymd(2007, 3, 14));
	x.person.available = day16(x.today);
	x.offer = moffer_unknown;
	x.offer.id = 9;
	x.offer.at.y_m = 2200;
	x.offer.is_placed = true;
	x.offer.trades[0] = rome_find(x.rd, "D1102");
	x.offer.n_trades = 1;
	x.offer.kind = CONTRACT_APPRENTICESHIP;
	x.offer.start = date_from_ymd(2026, 12, 1);
	x.offer.posted = x.today;
	return 0;
}

static struct verdict judge(void)
{
	struct verdict v;

	match_evaluate(&x.env, &x.person, &x.offer, x.today, &v);
	return v;
}

static char *text_of(const struct verdict *v, int with_private)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	explain_text(x.rd, v, with_private, &b);
	return buf_take(&b);
}

static char *json_of(const struct verdict *v, int with_private)
{
	json_t *o = explain_json(x.rd, v, with_private);
	char *text = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	return text;
}

static void test_reasons_come_best_first_and_repeat_no_line(void **state)
{
	struct verdict v = judge();
	const char *r[EXPLAIN_REASONS];

	(void)state;
	assert_int_equal(explain_reasons(x.rd, &x.arena, &v, r, 3), 2);
	assert_string_equal(r[0], "métier visé");
	assert_string_equal(r[1], "offre publiée aujourd'hui");
	assert_int_equal(explain_reasons(x.rd, &x.arena, &v, r, 1), 1);
	assert_string_equal(explain_travel(&x.arena, &v),
			    "environ 25 min en transports");
}

/* "Published yesterday" alone says not why a roofer's offer is there. */
static void test_how_the_trade_fits_is_always_said(void **state)
{
	struct verdict v = judge();
	const char *r[EXPLAIN_REASONS];

	(void)state;
	v.criteria[CRITERION_TRADE].value = 300;
	v.criteria[CRITERION_TRADE].points = 10;
	assert_int_equal(explain_reasons(x.rd, &x.arena, &v, r, 3), 2);
	assert_string_equal(r[1], "métier visé");
}

/* Two centres of one town are not nothing apart, and who walks a few steps
 * takes no train. */
static void test_a_short_journey_is_near_and_no_figure(void **state)
{
	struct verdict v;

	(void)state;
	x.offer.at = x.person.at;
	v = judge();
	assert_string_equal(explain_travel(&x.arena, &v), "moins de 10 min");
	assert_string_equal(explain_gate(x.rd, &x.arena, &v, GATE_REACH),
			    "moins de 10 min");
	x.person.modes = 1u << MODE_WALK;
	x.offer.at.y_m = 600; /* 10.4 minutes */
	v = judge();
	assert_string_equal(explain_travel(&x.arena, &v),
			    "environ 10 min à pied");
}

static void test_neighbours_and_ranks_are_named(void **state)
{
	struct verdict v;
	const char *r[1];

	(void)state;
	x.person.trades[1] = x.person.trades[0];
	x.person.trades[0] = rome_find(x.rd, "A1101");
	x.person.n_trades = 2;
	v = judge();
	explain_reasons(x.rd, &x.arena, &v, r, 1);
	assert_string_equal(r[0], "métier visé (2e choix)");
	x.person.trades[0] = rome_find(x.rd, "D1104"); /* pastry */
	x.person.n_trades = 1;
	v = judge();
	assert_true(v.criteria[CRITERION_TRADE].why == WHY_TRADE_NEIGHBOUR ||
		    v.criteria[CRITERION_TRADE].why == WHY_TRADE_FAMILY);
	assert_non_null(strstr(
		explain_criterion(x.rd, &x.arena, &v.criteria[CRITERION_TRADE]),
		rome_label(x.rd, x.person.trades[0])));
}

static void test_the_neutral_line_is_for_everyone(void **state)
{
	const char *a[EXPLAIN_CHECKS], *b[EXPLAIN_CHECKS];
	struct verdict v = judge();
	size_t n = explain_checks(x.rd, &x.arena, &v, a, EXPLAIN_CHECKS), m;

	(void)state;
	assert_int_equal(n, 1);
	assert_string_equal(a[0], "conditions de travail");
	/* with a need that must be asked about: the same words, no more */
	x.person.needs_exclude = (uint64_t)3 << 2 * EXPOSURE_DUST;
	v = judge();
	assert_int_equal(v.decision, DECISION_CHECK);
	m = explain_checks(x.rd, &x.arena, &v, b, EXPLAIN_CHECKS);
	assert_int_equal(m, 1);
	assert_string_equal(b[0], a[0]);
	/* everything said: nothing to ask */
	x.offer.known = ~(uint64_t)0;
	v = judge();
	assert_int_equal(explain_checks(x.rd, &x.arena, &v, b, EXPLAIN_CHECKS),
			 0);
}

static void test_what_is_to_be_checked_is_said(void **state)
{
	const char *c[EXPLAIN_CHECKS];
	struct verdict v;

	(void)state;
	x.offer.known = ~(uint64_t)0;
	x.offer.start_min = 4 * 60 + 30;
	x.person.max_minutes = 30; /* too far to walk */
	x.offer.start = DATE_NONE;
	x.offer.kind = VOCAB_NONE;
	v = judge();
	assert_int_equal(explain_checks(x.rd, &x.arena, &v, c, EXPLAIN_CHECKS),
			 2);
	assert_string_equal(c[0], "type de contrat non précisé");
	assert_string_equal(c[1], "date de début non précisée");
	assert_string_equal(explain_gate(x.rd, &x.arena, &v, GATE_REACH),
			    "pas de transports aux horaires du poste (début à "
			    "4 h 30)");
}

static void test_no_private_word_in_a_public_form(void **state)
{
	static const char *const banned[] = {"NEED",	"need",	   "Besoin",
					     "RQTH",	"rqth",	   "ousière",
					     "private", "handicap"};
	struct verdict v;
	char *text, *json;

	(void)state;
	x.person.needs_exclude = (uint64_t)3 << 2 * EXPOSURE_DUST;
	x.person.needs_warn = (uint64_t)1 << NEEDS_ACCESS_SHIFT;
	x.person.flags |= MPERSON_RQTH;
	x.person.birth = day16(date_from_ymd(1986, 1, 1)); /* 40: lifted */
	v = judge();
	text = text_of(&v, EXPLAIN_PUBLIC);
	json = json_of(&v, EXPLAIN_PUBLIC);
	for (size_t i = 0; i < ARRAY_LEN(banned); i++)
		if (strstr(text, banned[i]) || strstr(json, banned[i]))
			fail_msg("%s\n%s\n%s", banned[i], text, json);
	free(text);
	free(json);
	text = text_of(&v, EXPLAIN_PRIVATE);
	json = json_of(&v, EXPLAIN_PRIVATE);
	assert_non_null(strstr(text, "RQTH"));
	assert_non_null(strstr(json, "need_ask"));
	assert_non_null(strstr(json, "\"private\":true"));
	free(text);
	free(json);
}

/* The public form of somebody with needs that are met is, byte for byte, that
 * of somebody without. */
static void test_needs_that_are_met_leave_no_trace(void **state)
{
	struct verdict v = judge();
	char *without = json_of(&v, EXPLAIN_PUBLIC), *with;

	(void)state;
	x.person.needs_exclude = (uint64_t)1 << 2 * EXPOSURE_DUST;
	x.person.needs_warn = (uint64_t)3 << 2 * EXPOSURE_COLD;
	v = judge();
	with = json_of(&v, EXPLAIN_PUBLIC);
	assert_string_equal(without, with);
	free(with);
	free(without);
}

static void test_the_table_for_people(void **state)
{
	struct verdict v;
	char *text, *table, *symbols;

	(void)state;
	x.person.trades[1] = rome_find(x.rd, "D1104");
	x.person.n_trades = 2;
	x.offer.is_placed = false;
	x.offer.posted = x.today - 1;
	v = judge();
	text = text_of(&v, EXPLAIN_PUBLIC);
	text[strcspn(text, "\n") - 12] = '\0'; /* the id of the rules */
	assert_string_equal(text, "Décision : à vérifier (78,8 sur 100), le "
				  "23/11/2026, règles ");
	table = strchr(text + strlen(text) + 1, '\n');
	symbols = strstr(table, "\nAjustements\n");
	assert_non_null(symbols);
	*symbols = '\0';
	assert_string_equal(
		table,
		"\n\n"
		"Conditions\n"
		"  Métier            oui\n"
		"  Type de contrat   oui\n"
		"  Âge               oui           19 ans au début du contrat\n"
		"  Nuit (mineur)     oui\n"
		"  Travaux (mineur)  oui\n"
		"  Permis            oui\n"
		"  Trajet            à vérifier    lieu de travail imprécis\n"
		"  Début             oui           début le 1er décembre\n"
		"  Niveau            oui\n"
		"  Lieu écarté       oui\n"
		"  Employeur écarté  oui\n"
		"  Déjà traité       oui\n"
		"\n"
		"Points\n"
		"  Métier            37,6 / 37,6   métier visé\n"
		"  Trajet            16,1 / 32,3   non précisé\n"
		"  Formation         11,3 / 16,1   non précisé\n"
		"  Début             8,6 / 8,6     début le 1er décembre\n"
		"  Fraîcheur         5,1 / 5,4     offre publiée hier\n");
	assert_non_null(strstr(symbols + 1, "  urgency : 0,0 (au plus 10,0)\n"
					    "    DEADLINE_14_DAYS"));
	assert_null(strstr(symbols + 1, "FAVOUR_MET"));
	assert_non_null(strstr(symbols + 1, "\nÀ vérifier\n"
					    "  lieu de travail imprécis\n"
					    "  conditions de travail\n"));
	free(text);
}

static void test_the_json_form(void **state)
{
	struct verdict v = judge();
	json_t *o = explain_json(x.rd, &v, EXPLAIN_PUBLIC);
	const char *decision, *on, *gate, *state_word, *words;
	int score, points;

	(void)state;
	assert_int_equal(json_unpack(o, "{s:s,s:i,s:s}", "decision", &decision,
				     "score", &score, "on", &on),
			 0);
	assert_string_equal(decision, "send");
	assert_int_equal(score, v.score);
	assert_string_equal(on, "2026-11-23");
	assert_int_equal(
		json_unpack(json_array_get(json_object_get(o, "gates"), 6),
			    "{s:s,s:s,s:s}", "gate", &gate, "state",
			    &state_word, "words", &words),
		0);
	assert_string_equal(gate, "REACH");
	assert_string_equal(state_word, "pass");
	assert_string_equal(words, "environ 25 min en transports");
	assert_int_equal(
		json_unpack(json_array_get(json_object_get(o, "criteria"), 0),
			    "{s:i}", "points", &points),
		0);
	assert_int_equal(points, 376);
	json_decref(o);
}

static bool lists(const json_t *codes, const char *code)
{
	size_t i;
	json_t *v;

	json_array_foreach(codes, i, v) if (str_eq(json_string_value(v),
						   code)) return true;
	return false;
}

static const json_t *row_of(const json_t *list, const char *key,
			    const char *code)
{
	size_t i;
	json_t *row;

	json_array_foreach(list, i, row) if (str_eq(js_str(row, key, ""),
						    code)) return row;
	return NULL;
}

/* Every symbol and gate of the public form can be told from the kept one and
 * the rules of its id, in a third of the bytes. */
static void test_what_is_kept_leaves_nothing_out(void **state)
{
	struct verdict v = judge();
	json_t *all = explain_json(x.rd, &v, EXPLAIN_PUBLIC), *row;
	json_t *kept = explain_frozen(x.rd, &v);
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(all, "symbols"), i, row)
	{
		const char *code = js_str(row, "symbol", "");
		const char *state_word = js_str(row, "state", "");
		const json_t *hit = row_of(json_object_get(kept, "symbols"),
					   "symbol", code);

		assert_int_equal(lists(json_object_get(kept, "unknown"), code),
				 str_eq(state_word, "unknown"));
		assert_int_equal(hit != NULL, str_eq(state_word, "hit"));
		assert_true(!hit || json_equal(hit, row));
	}
	json_array_foreach(json_object_get(all, "gates"), i, row)
	{
		const char *code = js_str(row, "gate", "");
		const json_t *told =
			row_of(json_object_get(kept, "gates"), "gate", code);

		if (told)
			assert_true(json_equal(told, row));
		else
			assert_true(
				lists(json_object_get(kept, "passed"), code));
	}
	json_array_foreach(json_object_get(all, "criteria"), i, row)
	{
		const json_t *told =
			row_of(json_object_get(kept, "criteria"), "criterion",
			       js_str(row, "criterion", ""));

		assert_true(told ? json_equal(told, row)
				 : str_eq(js_str(row, "state", ""),
					  "not_applicable"));
	}
	char *long_text = json_dumps(all, JSON_COMPACT);
	char *text = json_dumps(kept, JSON_COMPACT);
	assert_true(strlen(text) * 2 < strlen(long_text));
	free(long_text);
	free(text);
	json_decref(all);
	json_decref(kept);
}

/* Whatever is kept is for everybody's eyes. */
static void test_nothing_private_is_kept(void **state)
{
	struct verdict v;
	int n = 0;

	(void)state;
	x.person.needs_exclude = ~(uint64_t)0;
	match_evaluate(&x.env, &x.person, &x.offer, x.today, &v);
	for (int i = 0; i < v.rules->n_symbols; i++)
		v.symbols[i].state = SYMBOL_UNKNOWN;
	json_t *kept = explain_frozen(x.rd, &v);
	char *text = json_dumps(kept, JSON_COMPACT);

	for (int i = 0; i < v.rules->n_symbols; i++) {
		const struct symbol *s = &v.rules->symbols[i];
		bool is_private =
			s->is_private ||
			(s->group >= 0 && v.rules->groups[s->group].is_private);

		n += is_private;
		assert_int_equal(
			lists(json_object_get(kept, "unknown"), s->code),
			!is_private);
	}
	assert_true(n > 0);
	assert_null(strstr(text, "NEED"));
	assert_null(strstr(text, "private"));
	assert_int_equal(js_int(kept, "score", -1), v.public_score);
	free(text);
	json_decref(kept);
}

static void test_every_code_has_words_and_braces_are_filled(void **state)
{
	static const int32_t facts[3] = {1, 1, 1};

	(void)state;
	for (int i = 0; i < WHY_COUNT; i++) {
		const char *words =
			words_make(x.rd, &x.arena, (enum why)i, facts);

		assert_non_null(words_code((enum why)i));
		if (i == WHY_NOTHING)
			continue;
		assert_non_null(words);
		assert_null(strpbrk(words, "{}?"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			test_reasons_come_best_first_and_repeat_no_line,
			set_pair),
		cmocka_unit_test_setup(
			test_a_short_journey_is_near_and_no_figure, set_pair),
		cmocka_unit_test_setup(test_how_the_trade_fits_is_always_said,
				       set_pair),
		cmocka_unit_test_setup(test_neighbours_and_ranks_are_named,
				       set_pair),
		cmocka_unit_test_setup(test_the_neutral_line_is_for_everyone,
				       set_pair),
		cmocka_unit_test_setup(test_what_is_to_be_checked_is_said,
				       set_pair),
		cmocka_unit_test_setup(test_no_private_word_in_a_public_form,
				       set_pair),
		cmocka_unit_test_setup(test_needs_that_are_met_leave_no_trace,
				       set_pair),
		cmocka_unit_test_setup(test_the_table_for_people, set_pair),
		cmocka_unit_test_setup(test_the_json_form, set_pair),
		cmocka_unit_test_setup(test_what_is_kept_leaves_nothing_out,
				       set_pair),
		cmocka_unit_test_setup(test_nothing_private_is_kept, set_pair),
		cmocka_unit_test_setup(
			test_every_code_has_words_and_braces_are_filled,
			set_pair),
	};

	return cmocka_run_group_tests(tests, open_tables, close_tables);
}
