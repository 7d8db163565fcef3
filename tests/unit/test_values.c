/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates, hours, amounts and identifiers as feeds write them, one table each:
 * what is understood, and what must stay unknown. Words: test_labels.c. */
#include "collector/values.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/str.h>

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

static void a_month_or_a_day_alone_ends_with_its_last_second(void **state)
{
	static const struct {
		const char *text, *end;
	} rows[] = {
		{"2026-12", "2026-12-31T22:59:59Z"},
		{"12/2026", "2026-12-31T22:59:59Z"},
		{"02/2028", "2028-02-29T22:59:59Z"},
		{"d\xc3\xa9"
		 "cembre 2026",
		 "2026-12-31T22:59:59Z"},
		{"mai 2026", "2026-05-31T21:59:59Z"},
		{"2026-12-05", "2026-12-05T22:59:59Z"},
		{"05/12/2026", "2026-12-05T22:59:59Z"},
		{"20261205", "2026-12-05T22:59:59Z"},
		{"2026-12-05T10:00:00Z", "2026-12-05T10:00:00Z"},
	};
	struct arena a;
	(void)state;
	arena_init(&a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char end[21];
		int64_t v = value_instant(&a, rows[i].text, DATE_AUTO);
		assert_true(v != INSTANT_NONE);
		instant_format(value_end(rows[i].text, v), end);
		assert_string_equal(end, rows[i].end);
	}
	arena_clear(&a);
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
		{"35", 2100},
		{"35h", 2100},
		{"35H Horaires normaux", 2100},
		{"35H/semaine", 2100},
		{"35h/sem", 2100},
		{"35h30", 2130},
		{"35 h 30", 2130},
		{"24H30", 1470},
		{"24H30 hebdomadaires", 1470},
		{"39h00", 2340},
		{"37.5", 2250},
		{"35.00", 2100},
		{"37,5 heures", 2250},
		{"39 h", 2340},
		{"35 heures par semaine", 2100},
		{"40 hours per week", 2400},
		{"Temps plein 35h", 2100},
		{"Temps partiel - 24H", 1440},
		{"151,67 h/mois", 2100},
		{"151.67 heures mensuelles", 2100},
		{"0", -1},
		{"70", -1},
		{"temps plein", -1},
		{"350", -1},
		{"7h par jour", -1},
		{"7h/jour", -1},
		{"1607 heures par an", -1},
		{"9h-17h", -1},
		{"De 24 à 35h", -1},
		{"35 euros", -1},
		{"", -1},
	};
	static const struct row durations[] = {
		{"6 mois", 183},
		{"6 Mois", 183},
		{"12mois", 365},
		{"Contrat à durée déterminée - 6 Mois", 183},
		{"Intérim - 2 Mois", 61},
		{"2 ans", 730},
		{"24 mois", 730},
		{"36 mois", 1095},
		{"1 an", 365},
		{"1 An(s)", 365},
		{"1,5 an", 548},
		{"12.0 mois", 365},
		{"18 mois minimum", 548},
		{"10 jours", 10},
		{"2 semaines", 14},
		{"3 semaines", 21},
		{"Mission intérimaire - 3 Mois", 91},
		/* of a range the shorter; a zero was not filled in */
		{"12 à 24 mois", 365},
		{"12-24 mois", 365},
		{"6/12 mois", 183},
		{"De 12 à 24 mois", 365},
		{"Entre 12 et 24 mois", 365},
		{"Entre 12 et 0 mois", 365},
		{"12 months to 24 months", 365},
		{"35 antennes", -1},
		{"2 anses", -1},
		{"mois", -1},
		{"0 mois", -1},
		{"999 ans", -1},
		{"3 jours par semaine", -1},
		{"1 semaine sur 2", -1},
		{"12", -1},
		{"A12 mois", -1},
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
		{"2026-07-01T23:30:00+02:00", DATE_AUTO, "2026-07-01"},
		{"2026-07-01T23:30:00.123+0200", DATE_AUTO, "2026-07-01"},
		{"2026-07-01T22:30:00.123Z", DATE_ISO, "2026-07-02"},
		{"20261123T233000Z", DATE_AUTO, "2026-11-24"},
		{"20261123233000", DATE_AUTO, "2026-11-23"},
		{"11/12/2025 10:41:41", DATE_DMY, "2025-12-11"},
		/* the nights of the two changes */
		{"2026-03-29 02:30:00", DATE_AUTO, "2026-03-29"},
		{"2026-10-24T22:30:00Z", DATE_AUTO, "2026-10-25"},
		{"2026-10-25T22:30:00Z", DATE_AUTO, "2026-10-25"},
		{"2026-10-25T23:30:00Z", DATE_AUTO, "2026-10-26"},
		/* words */
		{"Mon, 23 Nov 2026 08:00:00 +0000", DATE_AUTO, "2026-11-23"},
		{"Mon, 23 Nov 2026 23:30:00 GMT", DATE_RFC822, "2026-11-24"},
		{"23 Nov 2026 8:00 +0100", DATE_RFC822, "2026-11-23"},
		{"lun., 23 nov. 2026 08:00:00 +0100", DATE_RFC822,
		 "2026-11-23"},
		{"mar. 24 mars 2026", DATE_AUTO, "2026-03-24"},
		{"Tue, 24 Mar 2026 08:00:00 +0100", DATE_AUTO, "2026-03-24"},
		{"Mon Nov 23 23:30:00 UTC 2026", DATE_AUTO, "2026-11-24"},
		{"lundi 23 novembre 2026", DATE_AUTO, "2026-11-23"},
		{"1er septembre 2027", DATE_AUTO, "2027-09-01"},
		{"12 mars 2027", DATE_TEXT, "2027-03-12"},
		{"À partir du 1er février 2027", DATE_TEXT, "2027-02-01"},
		{"12 mars 2027 à 14h30", DATE_AUTO, "2027-03-12"},
		{"15 août 2027", DATE_AUTO, "2027-08-15"},
		{"31 DÉCEMBRE 2026", DATE_AUTO, "2026-12-31"},
		{"November 23, 2026", DATE_AUTO, "2026-11-23"},
		{"23rd November 2026", DATE_AUTO, "2026-11-23"},
		{"Nov 23 2026 8:00 PM", DATE_AUTO, "2026-11-23"},
		/* a month is its first day */
		{"03/2027", DATE_AUTO, "2027-03-01"},
		{"03/2027", DATE_DMY, "2027-03-01"},
		{"2027-03", DATE_ISO, "2027-03-01"},
		{"septembre 2027", DATE_AUTO, "2027-09-01"},
		{"Début septembre 2027", DATE_TEXT, "2027-09-01"},
		{"septembre 2027", DATE_RFC822, ""},
		{"Mon, 23 Nov 26 08:00:00 GMT", DATE_AUTO, ""},
		{"23 novembre 26", DATE_AUTO, ""},
		{"23 novembre", DATE_AUTO, ""},
		{"fin septembre 2027", DATE_AUTO, ""},
		{"avant le 1er septembre 2027", DATE_AUTO, ""},
		{"du 1er mars 2027 au 31 mars 2027", DATE_AUTO, ""},
		{"du 1er mars au 30 avril 2027", DATE_AUTO, ""},
		{"31 novembre 2026", DATE_AUTO, ""},
		{"rentrée 2027", DATE_AUTO, ""},
		{"mars", DATE_AUTO, ""},
		{"2026-11-23", DATE_TEXT, ""},
		{"12 mars 2027", DATE_ISO, ""},
		{"13/2027", DATE_AUTO, ""},
		{"03/27", DATE_AUTO, ""},
		{"1795392000", DATE_AUTO, "2026-11-23"},
		{"1795392000.125", DATE_EPOCH_S, "2026-11-23"},
		{"1795392000x", DATE_EPOCH_S, ""},
		{"1795392000000", DATE_AUTO, "2026-11-23"},
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

static void test_hours_of_instants_are_kept(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{"2024-01-30 23:21:39 UTC", "2024-01-30T23:21:39Z"},
		{"22-05-2025 00:11:19", "2025-05-21T22:11:19Z"},
		{"Mon, 23 Nov 2026 08:00:00 +0100", "2026-11-23T07:00:00Z"},
		{"Mon, 23 Nov 2026 08:00:00 GMT", "2026-11-23T08:00:00Z"},
		{"12 mars 2027 à 14h30", "2027-03-12T13:30:00Z"},
		/* two o'clock comes twice, half past two once not at all */
		{"2026-10-25 02:30:00", "2026-10-25T00:30:00Z"},
		{"2026-03-29 02:30:00", "2026-03-29T01:00:00Z"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[21];
		instant_format(value_instant(&arena, rows[i].text, DATE_AUTO),
			       got);
		if (!str_eq(got, rows[i].want))
			fail_msg("%s: %s", rows[i].text, got);
	}
}

static void test_amounts_are_read_in_every_notation(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{"1646", 164600},
		{"1 646,50", 164650},
		{"1\u00a0646,50", 164650},
		{"1\u202f646,50 €", 164650},
		{"1.646,50", 164650},
		{"1,646.50", 164650},
		{"1,646", 164600},
		{"12.06", 1206},
		{"38000.0", 3800000},
		{"1646 EUR", 164600},
		{"€1646", 164600},
		{"1646 euros", 164600},
		{"25 K€", 2500000},
		{"2,5 k€", 250000},
		{"1 234 567", 123456700},
		{"0", 0},
		{"1646 $", -1},
		{"12 mois", -1},
		{"-5", -1},
		{"99999999999999999999", -1},
		{"", -1},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t got = value_euros(&arena, rows[i].text);
		if (got != rows[i].want)
			fail_msg("%s: %lld", rows[i].text, (long long)got);
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
		{"25-30 K€", 2500000, 3000000, "year", true},
		{"18 - 22 k€ brut annuel", 1800000, 2200000, "year", true},
		{"A partir de 21 k€ brut annuel", 2100000, 2100000, "year",
		 true},
		{"28k€ à 32k€ brut annuel", 2800000, 3200000, "year", true},
		{"28/32 K€ par an", 2800000, 3200000, "year", true},
		{"28 k€ + 13e mois", 2800000, 2800000, "year", true},
		{"28 000 € - 32 000 € / an", 2800000, 3200000, "year", true},
		{"entre 1 800 et 2 000 euros brut mensuel", 180000, 200000,
		 "month", true},
		{"1.823,03 € brut/mois", 182303, 182303, "month", true},
		{"11,88 €/h", 1188, 1188, "hour", true},
		{"12,50€ de l'heure", 1250, 1250, "hour", true},
		{"€12.50 per hour", 1250, 1250, "hour", true},
		{"EUR 1800 per month", 180000, 180000, "month", true},
		{"1 823 € par mois pour 35 h", 182300, 182300, "month", true},
		{"2 250 € mensuel sur 13 mois", 225000, 225000, "month", true},
		{"900 euros par mois", 90000, 90000, "month", true},
		{"Mensuel de 26400 Euros", 2640000, 2640000, "month", false},
		{"Annuel de 1823 Euros", 182300, 182300, "year", false},
		{"2 k€", 200000, 200000, "year", false},
		{"400 € par jour", -1, -1, NULL, false},
		{"SMIC", -1, -1, NULL, false},
		{"55% du SMIC", -1, -1, NULL, false},
		{"selon profil", -1, -1, NULL, false},
		{"A négocier", -1, -1, NULL, false},
		{"$3000 per month", -1, -1, NULL, false},
		{"1800 CHF par mois", -1, -1, NULL, false},
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
		{"jobs@firm.example - 06 39 98 00 20", "jobs@firm.example"},
		{" - 06 39 98 00 20", NULL},
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
		cmocka_unit_test(
			a_month_or_a_day_alone_ends_with_its_last_second),
		cmocka_unit_test(test_hours_and_durations),
		cmocka_unit_test(
			test_dates_are_read_as_written_and_fall_on_paris_days),
		cmocka_unit_test(test_hours_of_instants_are_kept),
		cmocka_unit_test(test_amounts_are_read_in_every_notation),
		cmocka_unit_test(test_salaries_keep_only_what_somebody_pays),
		cmocka_unit_test(test_identifiers_are_checked),
		cmocka_unit_test(test_two_coordinates_in_one_text),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
