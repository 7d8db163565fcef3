/* SPDX-License-Identifier: EUPL-1.2 */
/* Words, dates, hours, amounts and identifiers as feeds write them, one table
 * each: what is understood, and what must stay unknown. */
#include "collector/labels.h"
#include "collector/values.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/vocab.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

struct row {
	const char *text;
	int want;
};

static void check_rows(const char *what, const struct row *rows, size_t n,
		       int (*f)(struct arena *, const char *))
{
	for (size_t i = 0; i < n; i++) {
		int got = f(&arena, rows[i].text);
		if (got != rows[i].want)
			fail_msg("%s \"%s\": %d, not %d", what, rows[i].text,
				 got, rows[i].want);
	}
}

static int contract(struct arena *a, const char *s)
{
	return label_contract(a, s, NULL);
}

static void test_contracts_of_many_sites_are_understood(void **state)
{
	static const struct row rows[] = {
		{"Contrat d'apprentissage", CONTRACT_APPRENTICESHIP},
		{"Apprentissage", CONTRACT_APPRENTICESHIP},
		{"Apprenticeship", CONTRACT_APPRENTICESHIP},
		{"CDD - Alternance - Contrat d'apprentissage",
		 CONTRACT_APPRENTICESHIP},
		{"Contrat apprentissage", CONTRACT_APPRENTICESHIP},
		{"apprentice", CONTRACT_APPRENTICESHIP},
		{"Alternating", CONTRACT_APPRENTICESHIP},
		{"Professionnalisation", CONTRACT_PROFESSIONALIZATION},
		{"Contrat de professionnalisation",
		 CONTRACT_PROFESSIONALIZATION},
		{"CDI", CONTRACT_PERMANENT},
		{"Contrat à durée indéterminée", CONTRACT_PERMANENT},
		{"CDD", CONTRACT_FIXED_TERM},
		{"Contrat à durée déterminée - 6 Mois", CONTRACT_FIXED_TERM},
		{"MIS", CONTRACT_TEMPORARY},
		{"Mission intérimaire - 3 Mois", CONTRACT_TEMPORARY},
		{"Intérim", CONTRACT_TEMPORARY},
		{"SAI", CONTRACT_SEASONAL},
		{"Contrat saisonnier", CONTRACT_SEASONAL},
		{"Stage", CONTRACT_INTERNSHIP},
		{"Service civique", CONTRACT_CIVIC_SERVICE},
		{"fixed_term", CONTRACT_FIXED_TERM},
		{"permanent", CONTRACT_PERMANENT},
		{"Contrat travail", VOCAB_NONE},
		{"Accidi", VOCAB_NONE}, /* cdi inside a word is none */
		{"Freelance", VOCAB_NONE},
		{"", VOCAB_NONE},
	};
	bool inferred;
	(void)state;
	check_rows("contract", rows, ARRAY_LEN(rows), contract);
	label_contract(&arena, "Alternance", &inferred);
	assert_true(inferred);
	label_contract(&arena, "CDI", &inferred);
	assert_false(inferred);
}

static void test_diplomas_get_their_european_level(void **state)
{
	/* index n - 2 for level n; the confusion of 4 and 6 is D15 */
	static const struct row rows[] = {
		{"3", 1},
		{"4", 2},
		{"5", 3},
		{"6", 4},
		{"7", 5},
		{"CAP", 1},
		{"BEP", 1},
		{"CAP, BEP et équivalents", 1},
		{"Bac", 2},
		{"Bac pro", 2},
		{"Bac ou équivalent", 2},
		{"BTS", 3},
		{"Bac+2", 3},
		{"Bac+2 ou équivalents", 3},
		{"BUT, Licence, Bac+3", 4},
		{"Licence", 4},
		{"Bachelor", 4},
		{"Bac+3, Bac+4 ou équivalents", 4},
		{"Bac+5", 5},
		{"Master", 5},
		{"Bac+5 et plus ou équivalents", 5},
		{"CAP_BEP_BAC", 1},
		{"Aucune formation scolaire", 0},
		{"Sans diplôme", 0},
		{"2", VOCAB_NONE},
		{"8", VOCAB_NONE},
		{"Diplôme maison", VOCAB_NONE},
	};
	(void)state;
	check_rows("level", rows, ARRAY_LEN(rows), label_level);
}

static void test_licences_experience_and_yes_no(void **state)
{
	static const struct row licences[] = {
		{"Permis B", LICENCE_B},
		{"B - Véhicule léger", LICENCE_B},
		{"B", LICENCE_B},
		{"caces", LICENCE_CACES},
		{"CACES R489", LICENCE_CACES},
		{"Permis C", LICENCE_C},
		{"Poids lourds", LICENCE_C},
		{"Permis bateau", VOCAB_NONE},
	};
	static const struct row experiences[] = {
		{"D", EXPERIENCE_NONE},
		{"S", EXPERIENCE_SOME},
		{"E", EXPERIENCE_REQUIRED},
		{"Débutant accepté", EXPERIENCE_NONE},
		{"Indifférent", EXPERIENCE_NONE},
		{"Expérience exigée", EXPERIENCE_REQUIRED},
		{"Sup_7", VOCAB_NONE},
	};
	static const struct row tris[] = {
		{"True", TRI_YES},
		{"False", TRI_NO},
		{"Oui", TRI_YES},
		{"NON", TRI_NO},
		{"1", TRI_YES},
		{"0", TRI_NO},
		{"peut-être", TRI_UNKNOWN},
		{"", TRI_UNKNOWN},
	};
	static const struct row parts[] = {
		{"Temps plein", TRI_NO},
		{"Full time", TRI_NO},
		{"Temps partiel - 24H", TRI_YES},
		{"Mi-temps", TRI_YES},
		{"Horaires variables", TRI_UNKNOWN},
	};
	(void)state;
	check_rows("licence", licences, ARRAY_LEN(licences), label_licence);
	check_rows("experience", experiences, ARRAY_LEN(experiences),
		   label_experience);
	check_rows("tri", tris, ARRAY_LEN(tris), label_tri);
	check_rows("part time", parts, ARRAY_LEN(parts), label_part_time);
}

static void test_hours_and_durations(void **state)
{
	static const struct row hours[] = {
		{"04:30", 270},	  {"4h30", 270},   {"04h", 240},
		{"4 h 30", 270},  {"7h", 420},	   {"23:59", 1439},
		{"8:05:00", 485}, {"24:00", 1440}, {"25:00", -1},
		{"8", -1},	  {"0430", -1},	   {"4h3", -1},
		{"matin", -1},	  {"4h60", -1},	   {"", -1},
	};
	static const struct row weeks[] = {
		{"35", 2100},	 {"35h", 2100},	 {"35H Horaires normaux", 2100},
		{"35h30", 2130}, {"37.5", 2250}, {"39 h", 2340},
		{"0", -1},	 {"70", -1},	 {"temps plein", -1},
		{"350", -1},
	};
	static const struct row durations[] = {
		{"6 mois", 183},
		{"Contrat à durée déterminée - 6 Mois", 183},
		{"2 ans", 730},
		{"24 mois", 730},
		{"1 an", 365},
		{"10 jours", 10},
		{"2 semaines", 14},
		{"Mission intérimaire - 3 Mois", 91},
		{"Entre 12 et 0 mois", -1},
		{"35 antennes", -1},
		{"2 anses", -1},
		{"mois", -1},
		{"0 mois", -1},
		{"999 ans", -1},
		{"", -1},
	};
	(void)state;
	check_rows("hour", hours, ARRAY_LEN(hours), value_hour);
	check_rows("weekly", weeks, ARRAY_LEN(weeks), value_weekly);
	check_rows("duration", durations, ARRAY_LEN(durations), value_duration);
}

static void test_dates_are_read_as_written_and_fall_on_paris_days(void **state)
{
	static const struct {
		const char *text;
		enum date_form form;
		const char *want; /* "": none */
	} rows[] = {
		{"2026-11-23", DATE_AUTO, "2026-11-23"},
		{"23/11/2026", DATE_AUTO, "2026-11-23"},
		{"23-11-2026", DATE_AUTO, "2026-11-23"},
		{"23.11.2026", DATE_AUTO, "2026-11-23"},
		{"20261123", DATE_AUTO, "2026-11-23"},
		{"11/23/2026", DATE_MDY, "2026-11-23"},
		{"11/23/2026", DATE_AUTO, ""},
		{"22-05-2025 00:11:19", DATE_DMY, "2025-05-22"},
		{"2024-01-30 23:21:39", DATE_AUTO, "2024-01-30"},
		{"2024-01-30 23:21:39 UTC", DATE_AUTO, "2024-01-31"},
		/* a day in UTC is another one in Paris (D5) */
		{"2026-07-01T22:30:00.000Z", DATE_AUTO, "2026-07-02"},
		{"2026-11-30T22:30:00Z", DATE_AUTO, "2026-11-30"},
		{"2026-11-30T23:30:00Z", DATE_AUTO, "2026-12-01"},
		{"2025-11-24T10:18:17+00:00", DATE_AUTO, "2025-11-24"},
		{"1795392000", DATE_EPOCH_S, "2026-11-23"},
		{"1795392000000", DATE_EPOCH_MS, "2026-11-23"},
		{"2026-02-30", DATE_AUTO, ""},
		{"31/04/2026", DATE_AUTO, ""},
		{"1890-01-01", DATE_AUTO, ""},
		{"dès que possible", DATE_AUTO, ""},
		{"2026", DATE_AUTO, ""},
		{"23/11/26", DATE_AUTO, ""},
		{"23/11/2026", DATE_ISO, ""},
		{"", DATE_AUTO, ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[11] = "";
		int32_t d = value_date(&arena, rows[i].text, rows[i].form);
		if (d != DATE_NONE)
			date_format(d, got);
		if (!str_eq(got, rows[i].want))
			fail_msg("%s: %s", rows[i].text, got);
	}
}

static void test_salaries_keep_only_what_somebody_pays(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max;
		const char *period;
		bool plausible;
	} rows[] = {
		{"Mensuel de 1646 Euros à 1646 Euros sur 12 mois", 164600,
		 164600, "month", true},
		{"Annuel de 38000.0 Euros à 45000.0 Euros sur 12.0 mois",
		 3800000, 4500000, "year", true},
		{"Annuel de 26400,00 Euros sur 12 mois", 2640000, 2640000,
		 "year", true},
		{"Horaire de 12.06 Euros sur 12.0 mois", 1206, 1206, "hour",
		 true},
		{"Mensuel de 1600,00 Euros ï¿½ 1800,00 Euros", 160000, 180000,
		 "month", true},
		{"De 820€ à 1 823€ par mois", 82000, 182300, "month", true},
		{"12,50 € / heure", 1250, 1250, "hour", true},
		{"11.88 € par an", 1188, 1188, "year", false}, /* D20 */
		{"Horaire de 1646 Euros", 164600, 164600, "hour", false},
		{"Mensuel de 2000 Euros à 1000 Euros", 200000, 100000, "month",
		 false},
		{"Selon grille nationale", -1, -1, NULL, false},
		{"1800 euros", -1, -1, NULL, false},
		{"35 h sur 12 mois", -1, -1, NULL, false},
		{"", -1, -1, NULL, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct salary s = value_salary(&arena, rows[i].text);
		if (s.min_cents != rows[i].min || s.max_cents != rows[i].max ||
		    !str_eq(s.period, rows[i].period) ||
		    value_salary_is_plausible(&s) != rows[i].plausible)
			fail_msg("%s: %lld %lld %s", rows[i].text,
				 (long long)s.min_cents, (long long)s.max_cents,
				 s.period ? s.period : "-");
	}
}

static void test_identifiers_are_checked(void **state)
{
	static const struct {
		const char *text, *want;
	} sirets[] = {
		{"11000001500013", "11000001500013"},
		{"110 000 015 00013", "11000001500013"},
		{"35600000000048", "35600000000048"},
		{"35600000049837", "35600000049837"}, /* La Poste's own rule */
		{"12345678901234", NULL},
		{"110000015", NULL},
		{"", NULL},
	};
	static const struct {
		const char *text, *want;
	} mails[] = {
		{"jobs@firm.example", "jobs@firm.example"},
		{"Courriel : jobs@firm.example", "jobs@firm.example"},
		{"https://firm.example/apply", NULL},
		{"jobs@firm", NULL},
		{"a@b@c.example", NULL},
		{"a b@c.example", NULL},
		{"x@y.example\r\nBcc: z@y.example", NULL},
	};
	static const struct {
		const char *text, *prefix, *want;
	} urls[] = {
		{"https://a.example/x", NULL, "https://a.example/x"},
		{"HTTP://a.example/x", NULL, "http://a.example/x"},
		{"https://a.example/op\xc3\xa9ra", NULL,
		 "https://a.example/op%C3%A9ra"},
		{"/o/1", "https://a.example", "https://a.example/o/1"},
		{"/o/1", NULL, NULL},
		{"javascript:alert(1)", NULL, NULL},
		{"ftp://a.example", "https://b.example/", NULL},
		{"https://a.example/\"onclick=", NULL, NULL},
		{"https://a.example/a b", NULL, NULL},
		{"https://", NULL, NULL},
		{"https://a.example/\xff", NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sirets); i++)
		if (!str_eq(value_siret(&arena, sirets[i].text),
			    sirets[i].want))
			fail_msg("siret %s", sirets[i].text);
	for (size_t i = 0; i < ARRAY_LEN(mails); i++)
		if (!str_eq(value_email(&arena, mails[i].text), mails[i].want))
			fail_msg("mail %s", mails[i].text);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		if (!str_eq(value_url(&arena, urls[i].text, urls[i].prefix),
			    urls[i].want))
			fail_msg("url %s", urls[i].text);
	assert_string_equal(value_naf(&arena, "85.59a"), "8559A");
	assert_null(value_naf(&arena, "commerce"));
}

static void test_two_coordinates_in_one_text(void **state)
{
	const char *lat, *lon;
	(void)state;
	assert_true(value_latlon(&arena, "48.85,2.35", &lat, &lon));
	assert_string_equal(lat, "48.85");
	assert_string_equal(lon, "2.35");
	assert_true(value_latlon(&arena, "48,85,2,35", &lat, &lon));
	assert_string_equal(lat, "48.85");
	assert_string_equal(lon, "2.35");
	assert_true(value_latlon(&arena, "45.14 -5.7", &lat, &lon));
	assert_string_equal(lon, "-5.7");
	assert_false(value_latlon(&arena, "48.85", &lat, &lon));
	assert_false(value_latlon(&arena, "1,2,3", &lat, &lon));
	assert_false(value_latlon(&arena, "1,2,3,4,5", &lat, &lon));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contracts_of_many_sites_are_understood),
		cmocka_unit_test(test_diplomas_get_their_european_level),
		cmocka_unit_test(test_licences_experience_and_yes_no),
		cmocka_unit_test(test_hours_and_durations),
		cmocka_unit_test(
			test_dates_are_read_as_written_and_fall_on_paris_days),
		cmocka_unit_test(test_salaries_keep_only_what_somebody_pays),
		cmocka_unit_test(test_identifiers_are_checked),
		cmocka_unit_test(test_two_coordinates_in_one_text),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
