/* SPDX-License-Identifier: EUPL-1.2 */
/* The shipped tables load, answer, and refuse to load when damaged. What the
 * traps of the data are, the names of the tests say. */
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TABLES SOURCE_DIR "/conf/refdata"

static struct refdata *rd;

static int load(void **state)
{
	struct err err = {0};
	(void)state;
	rd = refdata_load(TABLES, &err);
	if (!rd)
		print_error("%s\n", err.text);
	return rd ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	refdata_free(rd);
	return 0;
}

static void versions_say_table_version_and_rows(void **state)
{
	(void)state;
	size_t n = 0;
	assert_string_equal(refdata_version(rd, 0),
			    "communes 2026 (35014 rows)");
	while (refdata_version(rd, n))
		n++;
	assert_int_equal(n, 10);
}

/* A CFA is found by what files and offers write; a name that several bear, or
 * that nobody bears, is none of them. */
static void training_centres_answer_by_code_or_name(void **state)
{
	(void)state;
	size_t at = refdata_cfa_find(rd, "0931618D");
	const struct cfa *c = refdata_cfa(rd, at);
	assert_non_null(c);
	assert_string_equal(c->uai, "0931618D");
	assert_string_equal(c->insee, "93008");
	assert_int_equal(c->lat_udeg, 48907300);
	assert_true(at == refdata_cfa_find(rd, " 0931618d"));
	assert_true(at == refdata_cfa_find(rd, "130 027 972 00228"));
	assert_true(at == refdata_cfa_find(
				  rd, "Campus des métiers et de l'entreprise"));
	assert_true(at == refdata_cfa_find(rd, "CMA93 - Campus des Métiers et "
					       "de l’Entreprise"));
	/* another site of a CFA is the same CFA, where its main site is */
	at = refdata_cfa_find(rd, "13002797200087");
	assert_string_equal(refdata_cfa(rd, at)->insee, "77335");
	assert_true(refdata_cfa_find(rd, "CFA des Nuages") == CFA_NONE);
	assert_true(refdata_cfa_find(rd, "CMA93") == CFA_NONE);
	assert_true(refdata_cfa_find(rd, "") == CFA_NONE);
	assert_true(refdata_cfa_find(rd, NULL) == CFA_NONE);
	assert_null(refdata_cfa(rd, CFA_NONE));
}

static void communes_have_numbers(void **state)
{
	(void)state;
	uint16_t n = refdata_commune_number(rd, "93048");
	assert_true(n > 0);
	assert_string_equal(refdata_commune_at(rd, n)->insee, "93048");
	assert_int_equal(refdata_commune_number(rd, "93059"),
			 refdata_commune_number(rd, "93066"));
	assert_int_equal(refdata_commune_number(rd, "99999"), 0);
	assert_int_equal(refdata_commune_number(rd, NULL), 0);
	assert_null(refdata_commune_at(rd, 0));
	assert_null(refdata_commune_at(rd, 65535));
}

static void communes_answer_by_code(void **state)
{
	(void)state;
	const struct commune *c = refdata_commune(rd, "93048", NULL, NULL);
	assert_non_null(c);
	assert_string_equal(c->name, "Montreuil");
	assert_string_equal(c->dept, "93");
	assert_string_equal(c->postcodes, "93100");
	assert_true(c->population > 100000);
	assert_in_range(c->lat_udeg, 48800000, 48900000);
	assert_string_equal(refdata_commune(rd, "2A004", NULL, NULL)->dept,
			    "2A");
	assert_string_equal(refdata_commune(rd, "97411", NULL, NULL)->dept,
			    "974");
	assert_null(refdata_commune(rd, "99999", NULL, NULL));
	assert_null(refdata_commune(rd, "", NULL, NULL));
	assert_null(refdata_commune(rd, NULL, NULL, NULL));
}

static void former_code_gives_new_commune_and_old_point(void **state)
{
	(void)state;
	int32_t lat, lon;
	const struct commune *c = refdata_commune(rd, "93059", &lat, &lon);
	assert_non_null(c);
	assert_string_equal(c->insee, "93066");
	assert_int_equal(lat, 48960400);
	assert_int_equal(lon, 2363700);
	assert_int_not_equal(lat, c->lat_udeg);
}

static void postal_code_in_the_field_of_codes_is_no_former_commune(void **state)
{
	(void)state;
	/* 75018 was Charenton before 1968; feeds mean the 18e. */
	assert_null(refdata_commune(rd, "75018", NULL, NULL));
}

static void postal_code_of_paris_is_the_arrondissement_alone(void **state)
{
	(void)state;
	const struct commune *out[4];
	assert_int_equal(refdata_by_postcode(rd, "75012", out, 4), 1);
	assert_string_equal(out[0]->insee, "75112");
	assert_int_equal(refdata_by_postcode(rd, "75116", out, 4), 1);
	assert_string_equal(out[0]->insee, "75116");
	assert_int_equal(refdata_by_postcode(rd, "69003", out, 4), 1);
	assert_string_equal(out[0]->insee, "69383");
}

static void postal_code_may_cover_many_communes(void **state)
{
	(void)state;
	const struct commune *out[2];
	size_t n = refdata_by_postcode(rd, "77120", out, 2);
	assert_true(n > 2);
	assert_string_equal(out[0]->dept, "77");
	assert_string_equal(out[1]->dept, "77");
	assert_int_equal(refdata_by_postcode(rd, "00000", out, 2), 0);
	assert_int_equal(refdata_by_postcode(rd, "75000", out, 2), 0);
	assert_int_equal(refdata_by_postcode(rd, "7501", out, 2), 0);
	assert_int_equal(refdata_by_postcode(rd, "750120", out, 2), 0);
	assert_int_equal(refdata_by_postcode(rd, "75012,75013", out, 2), 0);
	assert_int_equal(refdata_by_postcode(rd, NULL, out, 2), 0);
}

static void names_are_found_however_they_are_written(void **state)
{
	(void)state;
	static const struct {
		const char *name, *dept, *insee;
	} cases[] = {
		{"Montreuil", "93", "93048"},
		{"MONTREUIL", "93", "93048"},
		{"Saint-Denis", "93", "93066"},
		{"ST DENIS", "93", "93066"},
		{"St. Denis", "93", "93066"},
		{"Sainte-Geneviève-des-Bois", "91", "91549"},
		{"STE GENEVIEVE DES BOIS", "91", "91549"},
		{"L'Haÿ-les-Roses", "94", "94038"},
		{"Haÿ-les-Roses (L')", "94", "94038"},
		{"COURNEUVE (LA)", "93", "93027"},
		{"Vitry s/ Seine", "94", "94081"},
		{"VITRY S SEINE", "94", "94081"},
		{"Fontenay-ss-Bois", "94", "94033"},
		{"Rosny s/s Bois", "93", "93064"},
		{"Paris", NULL, "75056"},
		{"PARIS 12", NULL, "75112"},
		{"Paris 12e", NULL, "75112"},
		{"Paris 12ème", NULL, "75112"},
		{"Paris 1er Arrondissement", "75", "75101"},
		{"Paris 12e Arrondissement", NULL, "75112"},
		{"PARIS CEDEX 12", NULL, "75112"},
		{"PARIS 12 CEDEX", NULL, "75112"},
		{"BOBIGNY CEDEX", "93", "93008"},
		{"LYON 03", NULL, "69383"},
		{"Lyon 3e arr.", NULL, "69383"},
		{"Marseille 16", NULL, "13216"},
		{"MARSEILLE CEDEX 20", NULL, "13055"},
		{"Paris-l'Hôpital", NULL, "71343"},
		{"Pierrefitte-sur-Seine", "93", "93066"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct commune *out[4];
		size_t n = refdata_by_name(rd, cases[i].name, cases[i].dept,
					   out, 4);
		if (n != 1 || !str_eq(out[0]->insee, cases[i].insee))
			fail_msg("%s: %zu, %s", cases[i].name, n,
				 n ? out[0]->insee : "none");
	}
}

static void names_that_repeat_give_all(void **state)
{
	(void)state;
	const struct commune *out[8];
	assert_int_equal(refdata_by_name(rd, "Blandy", NULL, out, 8), 2);
	assert_int_equal(refdata_by_name(rd, "Marolles-en-Brie", NULL, out, 8),
			 2);
	assert_true(refdata_by_name(rd, "Saint-Denis", NULL, out, 8) > 1);
	assert_int_equal(refdata_by_name(rd, "", NULL, out, 8), 0);
	assert_int_equal(refdata_by_name(rd, "-", NULL, out, 8), 0);
	assert_int_equal(refdata_by_name(rd, NULL, NULL, out, 8), 0);
	assert_int_equal(refdata_by_name(rd, "Seine-Saint-Denis", NULL, out, 8),
			 0);
}

static void former_commune_has_its_own_point(void **state)
{
	(void)state;
	int32_t lat = 0, lon = 0;
	const struct commune *c =
		refdata_former(rd, "PIERREFITTE SUR SEINE", "93", &lat, &lon);
	assert_non_null(c);
	assert_string_equal(c->insee, "93066");
	assert_int_equal(lat, 48960400);
	assert_null(refdata_former(rd, "Montreuil", "93", &lat, &lon));
}

/* Every commune is found again by its own name, so that no rule for writing
 * loses one. */
static void every_commune_is_found_by_its_name(void **state)
{
	(void)state;
	const struct commune *out[64];
	unsigned found = 0;
	for (int code = 0; code < 100000; code++) {
		char insee[16];
		snprintf(insee, sizeof(insee), "%05d", code);
		const struct commune *c =
			refdata_commune(rd, insee, NULL, NULL);
		if (!c || !str_eq(c->insee, insee))
			continue;
		size_t n = refdata_by_name(rd, c->name, c->dept, out, 64);
		size_t i = 0;
		while (i < n && out[i] != c)
			i++;
		if (i == n)
			fail_msg("%s %s is lost", insee, c->name);
		found++;
	}
	assert_true(found > 34000);
}

static void departements_and_regions_have_names(void **state)
{
	(void)state;
	assert_string_equal(refdata_dept_name(rd, "93"), "Seine-Saint-Denis");
	assert_string_equal(refdata_dept_name(rd, "2A"), "Corse-du-Sud");
	assert_null(refdata_dept_name(rd, "20"));
	assert_null(refdata_dept_name(rd, NULL));
	assert_string_equal(refdata_dept_by_name(rd, "SEINE SAINT DENIS"),
			    "93");
	assert_string_equal(refdata_dept_by_name(rd, "Seine-St-Denis"), "93");
	assert_string_equal(refdata_dept_by_name(rd, "Réunion"), "974");
	assert_string_equal(refdata_dept_by_name(rd, "l'Essonne"), "91");
	assert_null(refdata_dept_by_name(rd, "Saint-Denis"));
	assert_null(refdata_dept_by_name(rd, ""));
	assert_ptr_equal(refdata_region(rd, "75"), refdata_region(rd, "93"));
	assert_ptr_equal(refdata_region_by_name(rd, "ILE DE FRANCE"),
			 refdata_region(rd, "75"));
	assert_null(refdata_region(rd, "974"));
	assert_null(refdata_region_by_name(rd, "Paris"));
}

static uint16_t trade(const char *code)
{
	uint16_t t = rome_find(rd, code);
	assert_int_not_equal(t, ROME_NONE);
	return t;
}

static void trades_are_numbered_in_order_of_code(void **state)
{
	(void)state;
	assert_int_equal(rome_count(rd), 532);
	for (uint16_t t = 1; t < rome_count(rd); t++) {
		assert_true(strcmp(rome_code(rd, t - 1), rome_code(rd, t)) < 0);
		assert_int_equal(rome_find(rd, rome_code(rd, t)), t);
		bool same =
			strncmp(rome_code(rd, t - 1), rome_code(rd, t), 3) == 0;
		assert_int_equal(rome_family(rd, t) - rome_family(rd, t - 1),
				 same ? 0 : 1);
	}
	assert_int_equal(rome_family(rd, rome_count(rd) - 1), 109);
	assert_null(rome_code(rd, ROME_NONE));
	assert_int_equal(rome_find(rd, "Z9999"), ROME_NONE);
	assert_int_equal(rome_find(rd, NULL), ROME_NONE);
}

static void v4_code_is_its_v3_parent(void **state)
{
	(void)state;
	assert_int_equal(rome_find(rd, "D1108"), trade("D1102"));
	assert_int_equal(rome_find(rd, "A1102"), trade("A1101"));
}

static void trades_have_labels_and_short_jobs(void **state)
{
	(void)state;
	uint16_t t = trade("D1102");
	assert_string_equal(rome_label(rd, t), "Boulangerie - viennoiserie");
	assert_string_equal(rome_job(rd, t), "Boulanger");
	assert_string_equal(rome_job(rd, trade("I1604")),
			    "Mécanicien automobile");
	for (uint16_t i = 0; i < rome_count(rd); i++) {
		assert_null(strchr(rome_job(rd, i), '{'));
		assert_true(strlen(rome_job(rd, i)) >= 2); /* DJ */
	}
}

static void proximity_follows_the_fitted_formula(void **state)
{
	(void)state;
	/* Official P, P back, cosine .426: max(.8, .639) + .2 x .639. */
	assert_int_equal(rome_proximity(rd, trade("A1101"), trade("A1416")),
			 928);
	/* E and nothing back, .216: max(.55, .324) + .2 x .324. */
	assert_int_equal(rome_proximity(rd, trade("A1101"), trade("A1202")),
			 615);
	/* The other way: reverse E .45 + .2 x .324. Not symmetric. */
	assert_int_equal(rome_proximity(rd, trade("A1202"), trade("A1101")),
			 515);
	assert_int_equal(rome_proximity(rd, trade("D1102"), trade("D1102")),
			 1000);
	/* A shared letter alone. */
	assert_int_equal(rome_proximity(rd, trade("A1101"), trade("A1301")), 0);
	assert_int_equal(rome_proximity(rd, ROME_NONE, trade("D1102")), 0);
}

static void official_titles_are_recognised_in_any_gender(void **state)
{
	(void)state;
	static const struct {
		const char *title, *code; /* NULL: none */
	} cases[] = {
		{"Boulanger / Boulangère", "D1102"},
		{"Boulanger", "D1102"},
		{"Boulangère", "D1102"},
		{"boulanger (H/F)", "D1102"},
		{"BOULANGER F/H", "D1102"},
		{"Boulanger(ère)", "D1102"},
		{"Boulanger·ère", "D1102"},
		{"Boulangère / Boulanger", "D1102"},
		{"H/F Boulanger", "D1102"},
		{"Boulanger (m/f/x)", "D1102"},
		{"Chef boulangère", "D1102"},
		{"Boulangère-pâtissière", "D1102"},
		{"Vendeuse en boulangerie-pâtisserie", "D1106"},
		{"Vendeur(se) en boulangerie - pâtisserie H/F", "D1106"},
		{"Employée de rayon boulangerie/pâtisserie", "D1507"},
		{"Chef de rayon boulangerie/pâtisserie", "D1502"},
		{"Bûcheronne élagueuse", "A1201"},
		{"Fille de chenil", "A1408"},
		{"Actrice", "L1203"},
		{"Boulanger Montreuil", NULL},
		{"Apprenti boulanger", NULL},
		{"Boulanger en CDI", NULL},
		{"H/F", NULL},
		{"", NULL},
		{"F", NULL},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint16_t t = rome_by_title(rd, cases[i].title);
		const char *code = rome_code(rd, t);
		if (!str_eq(code, cases[i].code))
			fail_msg("\"%s\": %s", cases[i].title,
				 code ? code : "none");
	}
	assert_int_equal(rome_by_title(rd, NULL), ROME_NONE);
}

static void titles_are_listed_with_their_trade(void **state)
{
	(void)state;
	size_t n = 0;
	uint16_t t;
	bool has_pattern = false, has_v4 = false;
	for (const char *s; (s = rome_title(rd, n, &t)); n++) {
		assert_true(t < rome_count(rd));
		has_pattern = has_pattern ||
			      (str_eq(s, "{Boulanger/Boulang\xc3\xa8re}") &&
			       t == trade("D1102"));
		has_v4 = has_v4 ||
			 (str_eq(s, "C\xc3\xa9ramiste") && t == trade("B1201"));
	}
	assert_int_equal(n, 11522 + 1584);
	assert_true(has_pattern && has_v4);
}

static void shares_of_an_activity_are_those_of_the_table(void **state)
{
	(void)state;
	static const char *const bakery[] = {"1071C", "10.71C", "10.71c"};
	unsigned sum = 0;
	for (size_t i = 0; i < ARRAY_LEN(bakery); i++)
		assert_in_range(
			rome_share_of_activity(rd, bakery[i], trade("D1102")),
			100, 600);
	for (uint16_t t = 0; t < rome_count(rd); t++)
		sum += rome_share_of_activity(rd, "1071C", t);
	assert_in_range(sum, 950, 1000);
	assert_int_equal(rome_share_of_activity(rd, "1071C", trade("A1101")),
			 0);
	assert_int_equal(rome_share_of_activity(rd, "9999Z", trade("D1102")),
			 0);
	assert_int_equal(rome_share_of_activity(rd, "", trade("D1102")), 0);
	assert_int_equal(rome_share_of_activity(rd, "1071C1", trade("D1102")),
			 0);
	assert_int_equal(rome_share_of_activity(rd, NULL, trade("D1102")), 0);
	assert_int_equal(rome_share_of_activity(rd, "1071C", ROME_NONE), 0);
}

/* ---- damage ---- */

static void copy_table(const char *to, const char *name)
{
	char path[512];
	static char bytes[1 << 21];
	snprintf(path, sizeof(path), "%s/%s", TABLES, name);
	FILE *in = fopen(path, "rb");
	assert_non_null(in);
	size_t n = fread(bytes, 1, sizeof(bytes), in);
	assert_true(n < sizeof(bytes));
	fclose(in);
	snprintf(path, sizeof(path), "%s/%s", to, name);
	FILE *out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(out);
}

static void write_table(const char *dir, const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *out = fopen(path, "wb");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

#define HEAD "# VERSION 1\n# SOURCE s\n# LICENCE l\n# BUILT-BY b\n"

static const struct {
	const char *name, *text, *says;
} damaged[] = {
	{"communes.tsv", "", "communes.tsv:0: cut"},
	{"communes.tsv", "insee\n", ":1: expected \"# VERSION"},
	{"communes.tsv", HEAD "insee\tname\n", ":5: not the columns"},
	{"communes.tsv", HEAD "insee\tname\tpostcodes\tlat\tlon\tpopulation\n",
	 ":5: 0 rows"},
	{"communes.tsv",
	 HEAD "insee\tname\tpostcodes\tlat\tlon\tpopulation\n"
	      "01001\tA\t01400\t46.1\n",
	 ":6: not 6 fields"},
	{"communes.tsv",
	 HEAD "insee\tname\tpostcodes\tlat\tlon\tpopulation\n"
	      "01001\tA\t01400\t46.1\t4.9\t8\tx\n",
	 ":6: not 6 fields"},
	{"communes.tsv",
	 HEAD "insee\tname\tpostcodes\tlat\tlon\tpopulation\n"
	      "01001\tA\t01400\tnord\t4.9\t8\n",
	 ":6: not a number"},
	{"communes.tsv",
	 HEAD "insee\tname\tpostcodes\tlat\tlon\tpopulation\n"
	      "00001\tA\t01400\t46.1\t4.9\t8\n",
	 ":6: a code of no departement"},
	{"communes.tsv",
	 HEAD "insee\tname\tpostcodes\tlat\tlon\tpopulation\n"
	      "01002\tA\t01400\t46.1\t4.9\t8\n"
	      "01001\tB\t01400\t46.1\t4.9\t8\n",
	 ":7: codes not in order"},
	{"communes_alias.tsv",
	 HEAD "former\tinsee\tname\tlat\tlon\n01003\t99999\t\t\t\n",
	 ":6: an unknown current code"},
	{"rome_v4.tsv", HEAD "code\tv3\tlabel\nD1102\tZ1\tx\n",
	 ":6: an unknown parent"},
	{"rome_titles.tsv", HEAD "code\ttitle\nZ1\tx\n",
	 ":6: an unknown trade"},
	{"rome_proximity.tsv", HEAD "from\tto\tproximity\nD1102\tD1104\t1001\n",
	 ":6: not 0 to 1000"},
	{"rome_naf.tsv", HEAD "naf\trome\thirings\n1071C\tZ1\t5\n",
	 ":6: an unknown trade"},
	{"rome_naf.tsv", HEAD "naf\trome\thirings\n10.71C\tD1102\t5\n",
	 ":6: no activity"},
	{"rome_naf.tsv", HEAD "naf\trome\thirings\n1071C\tD1102\t0\n",
	 ":6: not 1 to"},
	{"rome_naf.tsv",
	 HEAD "naf\trome\thirings\n1071C\tD1102\t5\n"
	      "1071C\tD1102\t6\n",
	 ":7: not in order"},
	{"rome_conditions.tsv", HEAD "code\texposure\tdegree\nZ1\tloads\t1\n",
	 ":6: an unknown trade, or not in order"},
	{"rome_conditions.tsv",
	 HEAD "code\texposure\tdegree\nD1104\tloads\t1\n"
	      "D1102\tloads\t1\n",
	 ":7: an unknown trade, or not in order"},
	{"rome_conditions.tsv",
	 HEAD "code\texposure\tdegree\nD1102\tloads\t4\n", ":6: not 1 to 3"},
	{"cfa.tsv",
	 HEAD "uai\tsiret\tname\tinsee\tlat\tlon\n"
	      "0930000B\t1\tX\t93008\t48.9\t2.4\n"
	      "0930000A\t2\tY\t93008\t48.9\t2.4\n",
	 ":7: not in order"},
	{"cfa.tsv",
	 HEAD "uai\tsiret\tname\tinsee\tlat\tlon\n"
	      "0930000A\t1\tX\t93008\tnord\t2.4\n",
	 ":6: no degrees"},
	{"rome_v3.tsv", HEAD "code\tlabel\nD1102\tx", "cut"},
	{"rome_v3.tsv", HEAD "code\tlabel\nD1102\t\xff\n", "UTF-8"},
};

static void damaged_table_is_refused_with_file_and_line(void **state)
{
	(void)state;
	static const char *const names[] = {
		"departements.tsv",    "communes.tsv",
		"communes_alias.tsv",  "rome_v3.tsv",
		"rome_v4.tsv",	       "rome_titles.tsv",
		"rome_proximity.tsv",  "rome_naf.tsv",
		"rome_conditions.tsv", "cfa.tsv"};
	char dir[] = "/tmp/etrier-refdata-XXXXXX";
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		copy_table(dir, names[i]);
	for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
		struct err err = {0};
		write_table(dir, damaged[i].name, damaged[i].text);
		assert_null(refdata_load(dir, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		if (!strstr(err.text, damaged[i].name) ||
		    !strstr(err.text, damaged[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.text,
				 damaged[i].says);
		copy_table(dir, damaged[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[512];
		struct err err = {0};
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		assert_int_equal(unlink(path), 0);
		assert_null(refdata_load(dir, &err));
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_non_null(strstr(err.text, names[i]));
		copy_table(dir, names[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[512];
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_say_table_version_and_rows),
		cmocka_unit_test(training_centres_answer_by_code_or_name),
		cmocka_unit_test(communes_have_numbers),
		cmocka_unit_test(communes_answer_by_code),
		cmocka_unit_test(former_code_gives_new_commune_and_old_point),
		cmocka_unit_test(
			postal_code_in_the_field_of_codes_is_no_former_commune),
		cmocka_unit_test(
			postal_code_of_paris_is_the_arrondissement_alone),
		cmocka_unit_test(postal_code_may_cover_many_communes),
		cmocka_unit_test(names_are_found_however_they_are_written),
		cmocka_unit_test(names_that_repeat_give_all),
		cmocka_unit_test(former_commune_has_its_own_point),
		cmocka_unit_test(every_commune_is_found_by_its_name),
		cmocka_unit_test(departements_and_regions_have_names),
		cmocka_unit_test(trades_are_numbered_in_order_of_code),
		cmocka_unit_test(v4_code_is_its_v3_parent),
		cmocka_unit_test(trades_have_labels_and_short_jobs),
		cmocka_unit_test(proximity_follows_the_fitted_formula),
		cmocka_unit_test(official_titles_are_recognised_in_any_gender),
		cmocka_unit_test(titles_are_listed_with_their_trade),
		cmocka_unit_test(shares_of_an_activity_are_those_of_the_table),
		cmocka_unit_test(damaged_table_is_refused_with_file_and_line),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
