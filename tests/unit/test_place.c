/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a claim is: the texts sources write, the traps of French places, and
 * the defects other systems had (an offer without a place, a département put
 * at its prefecture, swapped and zero coordinates). */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/person.h>
#include <etrier/place.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct refdata *rd;

static int load(void **state)
{
	struct err err = {0};
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

struct expected {
	struct place_claim claim;
	enum precision precision;
	const char *insee, *dept, *note; /* note: a part of it, NULL: none */
};

static void check(const struct expected *e)
{
	struct arena a;
	struct place p;
	const char *note;
	arena_init(&a);
	place_resolve(rd, &a, &e->claim, &p, &note);
	bool is_right = p.precision == e->precision &&
			str_eq(p.insee, e->insee) && str_eq(p.dept, e->dept) &&
			(e->note ? note && strstr(note, e->note) : !note);
	if (!is_right)
		fail_msg("text=%s city=%s postcode=%s insee=%s: %s insee=%s "
			 "dept=%s note=%s",
			 e->claim.text, e->claim.city, e->claim.postcode,
			 e->claim.insee,
			 vocab_code(&vocab_precision, (int)p.precision),
			 p.insee, p.dept, note);
	arena_clear(&a);
}

static void check_all(const struct expected *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&cases[i]);
}

static void texts_of_sources_are_read(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.text = "93 - Saint-Denis"},
		 PLACE_COMMUNE,
		 "93066",
		 "93",
		 NULL},
		{{.text = "93 - ST DENIS"}, PLACE_COMMUNE, "93066", "93", NULL},
		{{.text = "69 - LYON 01"}, PLACE_COMMUNE, "69381", "69", NULL},
		{{.text = "83120 SAINTE MAXIME"},
		 PLACE_COMMUNE,
		 "83115",
		 "83",
		 NULL},
		{{.text = "Montreuil (93)"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.text = "Montreuil (93100)"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.text = "Montreuil 93100"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.text = "Montreuil 93"}, PLACE_COMMUNE, "93048", "93", NULL},
		{{.text = "93100 - Montreuil"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.text = "Paris 12e"}, PLACE_COMMUNE, "75112", "75", NULL},
		{{.text = "Paris"}, PLACE_COMMUNE, "75056", "75", NULL},
		{{.text = "75 - Paris"}, PLACE_COMMUNE, "75056", "75", NULL},
		{{.text = "75 - PARIS 12"}, PLACE_COMMUNE, "75112", "75", NULL},
		{{.text = "Lyon, Rhône"}, PLACE_COMMUNE, "69123", "69", NULL},
		{{.text = "Puteaux, Hauts-de-Seine"},
		 PLACE_COMMUNE,
		 "92062",
		 "92",
		 NULL},
		{{.text = "Vienne, Isère"}, PLACE_COMMUNE, "38544", "38", NULL},
		{{.text = "Montreuil, Île-de-France, France"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.text = "3 rue de Paris, 93100 Montreuil"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.text = "3 rue de Paris 93100 MONTREUIL"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.text = "F-93100 Montreuil"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
	};
	check_all(cases, ARRAY_LEN(cases));
}

/* D7: LBA put such offers at the prefecture. */
static void departement_is_never_a_point(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.text = "93 - Seine-Saint-Denis"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "93",
		 NULL},
		{{.text = "Seine-Saint-Denis"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "93",
		 NULL},
		{{.text = "59 - Nord"}, PLACE_DEPARTMENT, NULL, "59", NULL},
		{{.text = "2A - Corse-du-Sud"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "2A",
		 NULL},
		{{.text = "974 - La Réunion"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "974",
		 NULL},
		{{.text = "Var (83)"}, PLACE_DEPARTMENT, NULL, "83", NULL},
		{{.text = "Mayenne (53)"}, PLACE_DEPARTMENT, NULL, "53", NULL},
		{{.text = "Vienne (86)"}, PLACE_DEPARTMENT, NULL, "86", NULL},
		{{.dept = "93"}, PLACE_DEPARTMENT, NULL, "93", NULL},
		{{.dept = "Yvelines (78)"}, PLACE_DEPARTMENT, NULL, "78", NULL},
		{{.dept = "Essonne"}, PLACE_DEPARTMENT, NULL, "91", NULL},
		{{.postcode = "93"}, PLACE_DEPARTMENT, NULL, "93", NULL},
		{{.text = "93 - Seine-Saint-Denis",
		  .lat = "48.9076",
		  .lon = "2.4397"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "93",
		 "departement"},
		{{.dept = "93", .lat = "48.9076", .lon = "2.4397"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "93",
		 "departement"},
		{{.text = "Île-de-France"}, PLACE_REGION, NULL, NULL, NULL},
		{{.text = "IDF", .lat = "48.85", .lon = "2.35"},
		 PLACE_REGION,
		 NULL,
		 NULL,
		 "departement"},
		{{.text = "France"}, PLACE_COUNTRY, NULL, NULL, NULL},
		{{.text = "France entière"}, PLACE_COUNTRY, NULL, NULL, NULL},
		{{.country = "FR"}, PLACE_COUNTRY, NULL, NULL, NULL},
	};
	check_all(cases, ARRAY_LEN(cases));
}

/* D4: an offer without a place once ran a loop for three days. */
static void claim_of_nothing_is_unknown(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.text = NULL}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.text = "",
		  .city = "",
		  .postcode = "",
		  .insee = "",
		  .dept = "",
		  .lat = "",
		  .lon = "",
		  .country = ""},
		 PLACE_UNKNOWN,
		 NULL,
		 NULL,
		 NULL},
		{{.text = " - , ( ) | "}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.text = "Télétravail"}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.text = "null"}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.postcode = "00000"}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.lat = "48.85"}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.insee = "99999"}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.text = "\xff\xfe"}, PLACE_UNKNOWN, NULL, NULL, NULL},
	};
	check_all(cases, ARRAY_LEN(cases));
}

static void postal_code_does_not_fix_a_commune(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.postcode = "93100"}, PLACE_COMMUNE, "93048", "93", NULL},
		{{.postcode = "93 100"}, PLACE_COMMUNE, "93048", "93", NULL},
		{{.postcode = "77120"}, PLACE_DEPARTMENT, NULL, "77", NULL},
		{{.postcode = "77120", .city = "MAROLLES EN BRIE"},
		 PLACE_COMMUNE,
		 "77278",
		 "77",
		 NULL},
		{{.postcode = "94440", .city = "Marolles-en-Brie"},
		 PLACE_COMMUNE,
		 "94048",
		 "94",
		 NULL},
		/* Served from the Alpes-de-Haute-Provence. */
		{{.postcode = "04110", .city = "Montfuron"},
		 PLACE_COMMUNE,
		 "04128",
		 "04",
		 NULL},
		{{.text = "05110 BARCILLONNETTE"},
		 PLACE_COMMUNE,
		 "05013",
		 "05",
		 NULL},
		{{.postcode = "93200", .city = "La Plaine Saint-Denis"},
		 PLACE_COMMUNE,
		 "93066",
		 "93",
		 NULL},
		{{.postcode = "75012"}, PLACE_COMMUNE, "75112", "75", NULL},
		{{.postcode = "75012", .city = "Paris"},
		 PLACE_COMMUNE,
		 "75112",
		 "75",
		 NULL},
		{{.insee = "75056", .postcode = "75012"},
		 PLACE_COMMUNE,
		 "75112",
		 "75",
		 NULL},
		{{.insee = "93100"}, PLACE_COMMUNE, "93048", "93", NULL},
		{{.insee = "75018"}, PLACE_COMMUNE, "75118", "75", NULL},
		{{.insee = "93048", .postcode = "77120", .city = "Lyon"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
	};
	check_all(cases, ARRAY_LEN(cases));
}

static void cedex_codes_are_nowhere_but_their_towns_are(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.text = "75012 PARIS CEDEX 12"},
		 PLACE_COMMUNE,
		 "75112",
		 "75",
		 NULL},
		{{.text = "75580 PARIS CEDEX 12"},
		 PLACE_COMMUNE,
		 "75112",
		 "75",
		 NULL},
		{{.postcode = "93009", .city = "BOBIGNY CEDEX"},
		 PLACE_COMMUNE,
		 "93008",
		 "93",
		 NULL},
		{{.postcode = "92919", .city = "PARIS LA DEFENSE CEDEX"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "92",
		 NULL},
		{{.text = "69411 LYON CEDEX 06"},
		 PLACE_COMMUNE,
		 "69386",
		 "69",
		 NULL},
		{{.postcode = "20181", .city = "AJACCIO CEDEX 1"},
		 PLACE_COMMUNE,
		 "2A004",
		 "2A",
		 NULL},
	};
	check_all(cases, ARRAY_LEN(cases));
}

static void ambiguous_name_is_not_guessed(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.city = "Blandy"}, PLACE_UNKNOWN, NULL, NULL, "several"},
		{{.city = "Blandy", .dept = "77"},
		 PLACE_COMMUNE,
		 "77034",
		 "77",
		 NULL},
		{{.city = "Saint-Denis"}, PLACE_UNKNOWN, NULL, NULL, "several"},
		{{.city = "Saint-Denis", .dept = "974"},
		 PLACE_COMMUNE,
		 "97411",
		 "974",
		 NULL},
		{{.city = "Vienne"}, PLACE_UNKNOWN, NULL, NULL, NULL},
		{{.city = "Villeurbanne"}, PLACE_COMMUNE, "69266", "69", NULL},
		/* A point chooses among the bearers of a name. */
		{{.city = "Blandy", .lat = "48.5614", .lon = "2.796"},
		 PLACE_POINT,
		 "77034",
		 "77",
		 NULL},
	};
	check_all(cases, ARRAY_LEN(cases));
}

/* 93059 became 93066 in 2025: the new code is shown, the old point measured
 * from. */
static void former_commune_keeps_its_point(void **state)
{
	(void)state;
	static const struct place_claim claims[] = {
		{.insee = "93059"},
		{.city = "Pierrefitte-sur-Seine", .dept = "93"},
		{.text = "93380 PIERREFITTE SUR SEINE"},
	};
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		struct arena a;
		struct place p;
		const char *note;
		arena_init(&a);
		place_resolve(rd, &a, &claims[i], &p, &note);
		assert_int_equal(p.precision, PLACE_COMMUNE);
		assert_string_equal(p.insee, "93066");
		assert_string_equal(p.city, "Saint-Denis");
		assert_int_equal(p.lat_udeg, 48960400);
		assert_int_equal(p.lon_udeg, 2363700);
		arena_clear(&a);
	}
}

/* D8, and points that contradict the words. */
static void coordinates_are_believed_only_when_they_can_be(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.insee = "93048", .lat = "48.86", .lon = "2.44"},
		 PLACE_POINT,
		 "93048",
		 "93",
		 NULL},
		{{.insee = "93048", .lat = "48,86", .lon = "2,44"},
		 PLACE_POINT,
		 "93048",
		 "93",
		 NULL},
		{{.lat = "48.86", .lon = "2.44"},
		 PLACE_POINT,
		 "93048",
		 "93",
		 "nearest centre"},
		{{.insee = "93048", .lat = "2.44", .lon = "48.86"},
		 PLACE_POINT,
		 "93048",
		 "93",
		 "swapped"},
		{{.lat = "2.44", .lon = "48.86"},
		 PLACE_POINT,
		 "93048",
		 "93",
		 "swapped"},
		{{.insee = "93048", .lat = "0", .lon = "0"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 "0, 0"},
		{{.lat = "0.0", .lon = "0.000000"},
		 PLACE_UNKNOWN,
		 NULL,
		 NULL,
		 "0, 0"},
		{{.insee = "93048", .lat = "43.3", .lon = "5.4"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 "far"},
		{{.insee = "93048", .lat = "40.7", .lon = "-74.0"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 "outside France"},
		{{.lat = "40.7", .lon = "-74.0"},
		 PLACE_UNKNOWN,
		 NULL,
		 NULL,
		 "outside France"},
		{{.insee = "93048", .lat = "x", .lon = "2.4"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 "not numbers"},
		{{.insee = "97411", .lat = "-20.88", .lon = "55.45"},
		 PLACE_POINT,
		 "97411",
		 "974",
		 NULL},
		{{.postcode = "77120", .lat = "48.77", .lon = "3.16"},
		 PLACE_POINT,
		 "77278",
		 "77",
		 "nearest centre"},
		{{.postcode = "77120", .lat = "43.3", .lon = "5.4"},
		 PLACE_DEPARTMENT,
		 NULL,
		 "77",
		 "far"},
		{{.city = "La Défense",
		  .dept = "92",
		  .lat = "48.89",
		  .lon = "2.24"},
		 PLACE_POINT,
		 "92062",
		 "92",
		 "nearest centre"},
	};
	check_all(cases, ARRAY_LEN(cases));
}

static void other_countries_are_not_looked_up_here(void **state)
{
	(void)state;
	static const struct expected cases[] = {
		{{.city = "Vienne", .country = "AT"},
		 PLACE_UNKNOWN,
		 NULL,
		 NULL,
		 "outside France"},
		{{.text = "Genève, Suisse", .lat = "46.2", .lon = "6.14"},
		 PLACE_UNKNOWN,
		 NULL,
		 NULL,
		 "outside France"},
		{{.text = "57 - Suisse"}, PLACE_COMMUNE, "57662", "57", NULL},
		{{.city = "Montreuil", .postcode = "93100", .country = "FR"},
		 PLACE_COMMUNE,
		 "93048",
		 "93",
		 NULL},
		{{.city = "Saint-Denis", .postcode = "97400", .country = "RE"},
		 PLACE_COMMUNE,
		 "97411",
		 "974",
		 NULL},
	};
	check_all(cases, ARRAY_LEN(cases));
}

static void commune_brings_its_name_and_only_postal_code(void **state)
{
	(void)state;
	struct arena a;
	struct place p;
	const char *note;
	struct place_claim claim = {.text = "93 - MONTREUIL",
				    .address = " 1 rue\nInventée "};
	arena_init(&a);
	place_resolve(rd, &a, &claim, &p, &note);
	assert_string_equal(p.city, "Montreuil");
	assert_string_equal(p.postcode, "93100");
	assert_string_equal(p.address, "1 rue Inventée");
	claim = (struct place_claim){.insee = "93066"};
	place_resolve(rd, &a, &claim, &p, &note);
	assert_null(p.postcode);
	claim = (struct place_claim){.address = "1 rue de Lyon, 93100 "
						"Montreuil"};
	place_resolve(rd, &a, &claim, &p, &note);
	assert_string_equal(p.insee, "93048");
	arena_clear(&a);
}

/* The three usual texts, for every commune of the country. A name that repeats
 * in its département may stay a département; it may never be another commune
 * outside it. */
static void every_commune_is_found_from_its_usual_texts(void **state)
{
	(void)state;
	unsigned n = 0, exact = 0;
	for (int code = 1; code < 99000; code++) {
		char insee[16];
		snprintf(insee, sizeof(insee), "%05d", code);
		const struct commune *c =
			refdata_commune(rd, insee, NULL, NULL);
		if (!c || !str_eq(c->insee, insee) || !*c->postcodes)
			continue;
		for (size_t i = 0; i < 3; i++) {
			struct arena a;
			struct place p;
			const char *note;
			arena_init(&a);
			char *text =
				i == 0	 ? arena_printf(&a, "%s - %s", c->dept,
							c->name)
				: i == 1 ? arena_printf(&a, "%s (%s)", c->name,
							c->dept)
					 : arena_printf(&a, "%.5s %s",
							c->postcodes, c->name);
			struct place_claim claim = {.text = text};
			place_resolve(rd, &a, &claim, &p, &note);
			if (!str_eq(p.dept, c->dept))
				fail_msg("%s is in %s", text, p.dept);
			n++;
			exact += str_eq(p.insee, c->insee);
			arena_clear(&a);
		}
	}
	print_message("%u texts, %u exact\n", n, exact);
	assert_true(n > 100000);
	assert_true(n - exact < n / 200);
}

static void distances_are_those_of_the_sphere(void **state)
{
	(void)state;
	/* A degree of a meridian: 6371008.8 x pi / 180. */
	assert_int_equal(place_distance_m(48000000, 2000000, 49000000, 2000000),
			 111195);
	assert_int_equal(place_distance_m(48000000, 2000000, 48000000, 2000000),
			 0);
	/* Paris to Marseille, 661 km as the crow flies. */
	assert_in_range(place_distance_m(48856600, 2352200, 43296500, 5369800),
			659000, 662000);
	assert_in_range(place_distance_m(0, 0, 0, 180000000), 20015000,
			20015200);
}

static void json_form_comes_back(void **state)
{
	(void)state;
	static const char text[] =
		"{\"precision\":\"commune\",\"insee\":\"93066\",\"city\":"
		"\"Saint-Denis\",\"dept\":\"93\",\"lat\":48.9604,"
		"\"lon\":2.3637}";
	struct arena a;
	struct err err = {0};
	struct place p;
	struct buf b;
	arena_init(&a);
	buf_init(&b, 4096);
	json_t *v = js_parse(text, strlen(text), &err);
	assert_int_equal(place_from_json(v, &a, &p, &err), 0);
	place_write(&p, &b);
	assert_string_equal(b.data, text);
	json_decref(v);
	/* Without "dept" it follows from the code; overseas has three signs. */
	v = json_pack("{ss}", "insee", "97411");
	assert_int_equal(place_from_json(v, &a, &p, &err), 0);
	assert_string_equal(p.dept, "974");
	json_decref(v);
	buf_clear(&b);
	arena_clear(&a);
}

static void home_is_resolved_once_and_stays(void **state)
{
	(void)state;
	struct arena a;
	struct person p;
	const char *note;
	arena_init(&a);
	person_init(&p);
	p.place.insee = "93059";
	person_resolve_place(&p, rd, &a, &note);
	assert_int_equal(p.place.precision, PLACE_COMMUNE);
	assert_string_equal(p.place.insee, "93066");
	int32_t lat = p.place.lat_udeg;
	person_resolve_place(&p, rd, &a, &note);
	assert_int_equal(p.place.lat_udeg, lat);
	p.place = (struct place){.precision = PLACE_POINT,
				 .lat_udeg = 48860000,
				 .lon_udeg = 2440000,
				 .city = "Montreuil",
				 .postcode = "93100"};
	person_resolve_place(&p, rd, &a, &note);
	assert_int_equal(p.place.precision, PLACE_POINT);
	assert_int_equal(p.place.lat_udeg, 48860000);
	assert_string_equal(p.place.insee, "93048");
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_sources_are_read),
		cmocka_unit_test(departement_is_never_a_point),
		cmocka_unit_test(claim_of_nothing_is_unknown),
		cmocka_unit_test(postal_code_does_not_fix_a_commune),
		cmocka_unit_test(cedex_codes_are_nowhere_but_their_towns_are),
		cmocka_unit_test(ambiguous_name_is_not_guessed),
		cmocka_unit_test(former_commune_keeps_its_point),
		cmocka_unit_test(
			coordinates_are_believed_only_when_they_can_be),
		cmocka_unit_test(other_countries_are_not_looked_up_here),
		cmocka_unit_test(commune_brings_its_name_and_only_postal_code),
		cmocka_unit_test(every_commune_is_found_from_its_usual_texts),
		cmocka_unit_test(distances_are_those_of_the_sphere),
		cmocka_unit_test(json_form_comes_back),
		cmocka_unit_test(home_is_resolved_once_and_stays),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
