/* SPDX-License-Identifier: EUPL-1.2 */
/* Places as feeds write them, one a line: the claim, and how finely it can be
 * known. A claim is a text, or fields as "city=X|postcode=Y". The answer is
 * the precision and its code (INSEE for point and commune, the département's
 * otherwise), then a word of the note behind "!" when there is one. The rule
 * under test: what could be two places is the coarser one, never a guess. */
#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/place.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

struct row {
	const char *claim, *want;
};

static void set_field(struct place_claim *c, const char *key, const char *value)
{
	const struct {
		const char *key, **field;
	} fields[] = {
		{"insee", &c->insee},	  {"postcode", &c->postcode},
		{"city", &c->city},	  {"dept", &c->dept},
		{"address", &c->address}, {"country", &c->country},
		{"lat", &c->lat},	  {"lon", &c->lon},
		{"text", &c->text},
	};
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_eq(fields[i].key, key)) {
			*fields[i].field = value;
			return;
		}
	fail_msg("no field %s", key);
}

static struct place_claim read_claim(struct arena *a, const char *text)
{
	struct place_claim c = {.text = strchr(text, '=') ? NULL : text};
	for (char *s = c.text ? NULL : arena_dup(a, text); s;) {
		char *next = strchr(s, '|'), *value = strchr(s, '=');
		assert_non_null(value);
		*value = '\0';
		if (next)
			*next = '\0';
		set_field(&c, s, value + 1);
		s = next ? next + 1 : NULL;
	}
	return c;
}

static void check(const struct row *row)
{
	struct arena a;
	struct place p;
	const char *note;
	arena_init(&a);
	struct place_claim claim = read_claim(&a, row->claim);
	place_resolve(rd, &a, &claim, &p, &note);
	const char *code = p.insee ? p.insee : p.dept;
	const char *got = arena_printf(
		&a, "%s%s%s%s%s",
		vocab_code(&vocab_precision, (int)p.precision), code ? " " : "",
		code ? code : "", note ? " ! " : "", note ? note : "");
	const char *word = strstr(row->want, " ! ");
	size_t n = word ? (size_t)(word - row->want) : strlen(row->want);
	bool is_right = strncmp(got, row->want, n) == 0 &&
			(word ? note && strstr(note, word + 3) : !got[n]);
	if (!is_right)
		print_error("%s: %s, not %s\n", row->claim, got, row->want);
	arena_clear(&a);
	if (!is_right)
		fail();
}

static void check_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i]);
}

static void one_text_names_a_commune(void **state)
{
	static const struct row rows[] = {
		{"75 - Paris 12e Arrondissement", "commune 75112"},
		{"Paris 12", "commune 75112"},
		{"Paris 12ème", "commune 75112"},
		{"Paris 12ème (75)", "commune 75112"},
		{"Paris (12e)", "commune 75112"},
		{"Paris (12)", "commune 75112"},
		{"Paris XIIe", "commune 75112"},
		{"Paris 1er", "commune 75101"},
		{"PARIS 01", "commune 75101"},
		{"Paris 21", "commune 75056"},
		{"75012 Paris", "commune 75112"},
		{"75012", "commune 75112"},
		{"75116 PARIS", "commune 75116"},
		{"Paris 75", "commune 75056"},
		{"Paris (75)", "commune 75056"},
		{"Ville de Paris", "commune 75056"},
		{"Paris, Île-de-France", "commune 75056"},
		{"Paris, Île-de-France, France", "commune 75056"},
		{"Île-de-France, Paris (75)", "commune 75056"},
		{"France > Île-de-France > Paris", "commune 75056"},
		{"Paris, Ile-de-France · Hybride", "commune 75056"},
		{"Paris et alentours", "commune 75056"},
		{"Paris 12 - Bercy", "commune 75112"},
		{"PARIS CEDEX 08", "commune 75108"},
		{"75008 PARIS CEDEX 08", "commune 75108"},
		{"Lyon 03", "commune 69383"},
		{"Lyon 3e Arrondissement", "commune 69383"},
		{"Lyon (3)", "commune 69383"},
		{"Lyon (69)", "commune 69123"},
		{"13 - MARSEILLE 13", "commune 13213"},
		{"Marseille (13)", "commune 13055"},
		{"92800 PUTEAUX", "commune 92062"},
		{"92 800 Puteaux", "commune 92062"},
		{"Puteaux, Hauts-de-Seine", "commune 92062"},
		{"Puteaux, Hauts de Seine, Ile de France", "commune 92062"},
		{"Puteaux (92, Île-de-France)", "commune 92062"},
		{"92 Puteaux", "commune 92062"},
		{"92-Puteaux", "commune 92062"},
		{"Puteaux - 92", "commune 92062"},
		{"NANTERRE CEDEX", "commune 92050"},
		{"92 NANTERRE CEDEX", "commune 92050"},
		{"Saint-Denis (93)", "commune 93066"},
		{"93 - ST DENIS", "commune 93066"},
		{"93200 St-Denis", "commune 93066"},
		{"93200-Saint-Denis", "commune 93066"},
		{"Saint-Denis 97400", "commune 97411"},
		{"Saint-Denis, La Réunion", "commune 97411"},
		{"974 - ST DENIS", "commune 97411"},
		{"93066", "commune 93066"},
		{"93059", "commune 93066"},
		{"St-Ouen-sur-Seine", "commune 93070"},
		{"93400 SAINT OUEN", "commune 93070"},
		{"93 - ST OUEN", "commune 93070"},
		{"L'Haÿ-les-Roses", "commune 94038"},
		{"L HAY LES ROSES", "commune 94038"},
		{"94 - HAY LES ROSES", "commune 94038"},
		{"93 - Courneuve", "commune 93027"},
		{"Courneuve (La) (93)", "commune 93027"},
		{"Kremlin-Bicêtre (94)", "commune 94043"},
		{"Évry-Courcouronnes", "commune 91228"},
		{"91 - EVRY", "commune 91228"},
		{"Courcouronnes (91)", "department 91"},
		{"Le Chesnay (78)", "commune 78158"},
		{"Herblay, Val d'Oise", "commune 95306"},
		{"Ivry (94)", "commune 94041"},
		{"Ivry, Île-de-France", "commune 94041"},
		{"Vitry s/ Seine", "commune 94081"},
		{"Fontenay s/s Bois", "commune 94033"},
		{"Boulogne (92)", "commune 92012"},
		{"Issy les Moulineaux", "commune 92040"},
		{"12 rue Inventée, 93100 Montreuil", "commune 93048"},
		{"12 rue Inventée 93100 Montreuil", "commune 93048"},
		{"12 avenue de Lyon, 93100 Montreuil Cedex", "commune 93048"},
		{"Montreuil, Île-de-France", "commune 93048"},
		{"Boulogne-Billancourt, Pont de Sèvres", "commune 92012"},
		{"Courbevoie - La Défense", "commune 92026"},
		{"Noisy-le-Grand - Marne-la-Vallée", "commune 93051"},
		{"83126 LA SEYNE SUR MER", "commune 83126"},
		{"07019 AUBENAS", "commune 07019"},
		{"55 - ST GERMAIN EN COGLES", "department 55"},
		{"34 - Saint-Aunès", "commune 34240"},
		{"Vienne, Isère", "commune 38544"},
		{"Roissy-en-France", "commune 95527"},
		{"Roissy (95)", "commune 95527"},
		{"Orly", "commune 94054"},
		{"57 - Suisse", "commune 57662"},
		{"Europe, France, Rhône (69), Lyon", "commune 69123"},
		{"Créteil et alentours", "commune 94028"},
		{"Paris / télétravail", "commune 75056"},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void one_text_names_something_wider(void **state)
{
	static const struct row rows[] = {
		{"75", "department 75"},
		{"Seine-Saint-Denis (93)", "department 93"},
		{"Yvelines (78)", "department 78"},
		{"Hauts de Seine", "department 92"},
		{"val d oise", "department 95"},
		{"95 Val d'Oise", "department 95"},
		{"VAL-DE-MARNE", "department 94"},
		{"Seine et Marne", "department 77"},
		{"Loir et Cher", "department 41"},
		{"Département de l'Essonne", "department 91"},
		{"Département 93", "department 93"},
		{"2A - Corse-du-Sud", "department 2A"},
		{"2a", "department 2A"},
		{"974 - La Réunion", "department 974"},
		{"Réunion", "department 974"},
		{"59 - Nord", "department 59"},
		{"Var (83)", "department 83"},
		{"77 - Marne-la-Vallée", "department 77"},
		{"Cergy-Pontoise", "department 95"},
		{"Saint-Quentin-en-Yvelines", "department 78"},
		{"La Défense", "department 92"},
		{"Paris La Défense", "department 92"},
		{"Paris - La Défense", "department 92"},
		{"La Défense (92)", "department 92"},
		{"PARIS LA DEFENSE CEDEX", "department 92"},
		{"La Plaine Saint-Denis", "department 93"},
		{"Villeneuve (94)", "department 94 ! several communes"},
		{"Neuilly (93)", "department 93 ! several"},
		{"Nord - Trifouillis", "department 59"},
		{"77120", "department 77"},
		{"Ile-de-France", "region"},
		{"Île-de-France, France", "region"},
		{"ILE DE FRANCE", "region"},
		{"Région Île-de-France", "region"},
		{"Région parisienne", "region"},
		{"Paris et petite couronne", "region"},
		{"Roissy CDG", "region"},
		{"Aéroport Roissy Charles de Gaulle", "region"},
		{"Roissy", "region ! several communes"},
		{"Marne-la-Vallée", "region"},
		{"Grand Paris", "region"},
		{"Rhône-Alpes", "region"},
		{"Nord-Pas-de-Calais", "region"},
		{"PACA", "region"},
		{"Provence-Alpes-Côte d’Azur", "region"},
		{"Languedoc-Roussillon", "region"},
		{"France entière", "country"},
		{"France", "country"},
		{"Toute la France", "country"},
		{"France, télétravail", "country"},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void several_places_are_what_they_share(void **state)
{
	static const struct row rows[] = {
		{"Paris / Lyon", "country ! several places"},
		{"Paris/Lyon", "country ! several places"},
		{"Paris ou Lyon", "country ! several places"},
		{"Paris, Lyon, Marseille", "country ! several places"},
		{"Créteil et Ivry", "department 94 ! several places"},
		{"Créteil, Ivry-sur-Seine", "department 94 ! several places"},
		{"Montreuil & Bagnolet", "department 93 ! several places"},
		{"Montreuil, Bagnolet", "department 93 ! several places"},
		{"Paris 12e / Paris 13e", "department 75 ! several places"},
		{"Versailles; Créteil", "region ! several places"},
		{"Paris / Hauts-de-Seine", "region ! several places"},
		{"Paris, La Courneuve", "region ! several places"},
		{"Yvelines, Essonne", "region ! several places"},
		{"75, 92, 93, 94", "region ! several places"},
		{"77 / 91", "region ! several places"},
		{"Yvelines (78) et Essonne (91)", "region ! several places"},
		{"92, 69", "country ! several places"},
		{"93100 Montreuil / 93170 Bagnolet",
		 "department 93 ! several places"},
		{"93100 Montreuil / 75012 Paris", "region ! several places"},
		{"Paris et Île-de-France", "region"},
		{"Île-de-France / Bretagne", "country"},
		{"Saint-Denis, Villetaneuse", "department 93 ! several places"},
		{"Montreuil, Paris", "region ! several places"},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void what_names_no_place_or_two_of_a_name_is_unknown(void **state)
{
	static const struct row rows[] = {
		{"ST DENIS", "unknown ! several communes"},
		{"Montreuil", "unknown ! several communes"},
		/* A village of Yonne has the short name of a prefecture. */
		{"Evry", "unknown ! several communes"},
		{"Neuilly", "unknown ! several communes"},
		{"Ivry", "unknown"},
		{"Télétravail", "unknown"},
		{"Multi-sites", "unknown"},
		{"Plusieurs lieux", "unknown"},
		{"Siège social", "unknown"},
		{"12 rue de la Paix", "unknown"},
		{"N/A", "unknown"},
		{"Belgique", "unknown ! outside"},
		{"Suisse - Genève", "unknown ! outside"},
		{"Luxembourg", "unknown ! outside"},
		{"Bruxelles", "unknown ! outside"},
		{"city=Valence|country=ES", "unknown ! outside"},
		{"city=Bridgwater|country=United Kingdom", "unknown ! outside"},
		{"city=Berlin|postcode=10115|country=DE", "unknown ! outside"},
		{"Paris / Bruxelles", "unknown ! outside"},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void fields_complete_each_other(void **state)
{
	static const struct row rows[] = {
		{"insee=93066", "commune 93066"},
		{"insee=93059", "commune 93066"},
		{"insee=93100", "commune 93048"},
		/* A postal code in the field of INSEE codes that is also one:
		 * the name decides. */
		{"insee=94220|city=CHARENTON LE PONT", "commune 94018"},
		{"insee=75101|city=PARIS 01", "commune 75101"},
		{"insee=75056|postcode=75012|city=Paris", "commune 75112"},
		{"city=Lyon|dept=Rhône (69)|country=France", "commune 69123"},
		{"city=Paluel|dept=Seine-Maritime (76)", "commune 76493"},
		{"city=Saint-Denis|dept=seine saint denis", "commune 93066"},
		{"city=Puteaux|text=Puteaux, Hauts-de-Seine", "commune 92062"},
		{"city=Paris|text=Paris 12e", "commune 75112"},
		{"city=La Défense|text=92 - Puteaux", "commune 92062"},
		{"city=Saint-Denis|address=1 rue X, 93200 St Denis",
		 "commune 93066"},
		{"address=12 rue X, 93100 Montreuil", "commune 93048"},
		{"city=Télétravail|address=12 rue X, 93100 Montreuil",
		 "commune 93048"},
		{"postcode=93 100|city=MONTREUIL", "commune 93048"},
		{"postcode=F-93100|city=Montreuil", "commune 93048"},
		{"postcode=93100 Montreuil", "commune 93048"},
		{"postcode=93066", "department 93"}, /* a CEDEX, perhaps */
		{"postcode=93100|city=La Noue", "commune 93048"},
		{"postcode=78000|city=Bois", "commune 78646"},
		{"postcode=75000|city=Paris", "commune 75056"},
		{"postcode=69000|city=LYON", "commune 69123"},
		{"postcode=93|city=Montreuil", "commune 93048"},
		{"postcode=93058|city=SAINT DENIS CEDEX", "commune 93066"},
		{"postcode=95700|city=Roissy CDG", "commune 95527"},
		{"city=Montreuil|postcode=93100|country=US", "commune 93048"},
		{"city=Montreuil|postcode=93100|country=Île-de-France",
		 "commune 93048"},
		{"city=Montreuil|dept=93|country=250", "commune 93048"},
		/* One of the two is wrong, nobody knows which. */
		{"postcode=93100|city=Lyon", "country ! do not agree"},
		{"postcode=75008|city=Boulogne-Billancourt",
		 "region ! do not agree"},
		{"city=Lyon|dept=75", "country ! do not agree"},
		{"city=Paris|dept=92", "region ! do not agree"},
		{"country=FR", "country"},
		{"country=FR|city=Trifouillis", "unknown"},
		{"country=FR|city=null", "country"},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

static void a_point_is_checked_and_gets_its_town(void **state)
{
	static const struct row rows[] = {
		{"lat=48.8637|lon=2.4491", "point 93048 ! nearest centre"},
		{"lat=48,8637|lon=2,4491", "point 93048 ! nearest centre"},
		{"lat=48.8352|lon=2.4198", "point 75112 ! nearest centre"},
		{"lat=2.4491|lon=48.8637", "point 93048 ! swapped"},
		{"lat=-20.88|lon=55.45", "point 97411 ! nearest centre"},
		{"lat=3.2|lon=-52.6", "point"}, /* the forest of Guyane */
		{"lat=0|lon=0", "unknown ! 0, 0"},
		{"lat=47.0|lon=-4.8", "unknown ! far"},	     /* the sea */
		{"lat=50.85|lon=4.35", "unknown ! far"},     /* Brussels */
		{"lat=51.5|lon=-0.12", "unknown ! outside"}, /* London */
		{"lat=48.8637", "unknown"},
		/* The words leave several, the point chooses among them. */
		{"city=Saint-Denis|lat=48.9356|lon=2.3539", "point 93066"},
		{"city=Evry|lat=48.63|lon=2.43", "point 91228 ! nearest"},
		{"postcode=77120|lat=48.8109|lon=3.1|city=Coulommiers",
		 "point 77131"},
		{"postcode=77120|lat=48.81|lon=3.09",
		 "point 77131 ! nearest centre"},
		{"city=La Défense|lat=48.89|lon=2.24",
		 "point 92062 ! nearest centre"},
		{"address=1 rue X|dept=93|lat=48.8637|lon=2.4491",
		 "point 93048 ! nearest centre"},
		{"text=Seine-Saint-Denis (93)|lat=48.91|lon=2.48",
		 "department 93 ! not a place"},
		{"text=Île-de-France|lat=48.86|lon=2.34",
		 "region ! not a place"},
		{"text=France entière|lat=46.6|lon=2.4",
		 "country ! not a place"},
		/* A point of Marseille, and words of elsewhere. */
		{"city=La Défense|dept=92|lat=43.3|lon=5.4",
		 "department 92 ! far"},
		{"text=83126 LA SEYNE SUR MER|lat=42.193147|lon=4.979651",
		 "commune 83126 ! far"},
		{"insee=93048|lat=43.3|lon=5.4", "commune 93048 ! far"},
		{"insee=93048|lat=2.4491|lon=48.8637", "point 93048 ! swapped"},
		{"postcode=93100|city=Lyon|lat=48.8637|lon=2.4491",
		 "point 93048 ! nearest centre"},
		{"country=BE|lat=50.85|lon=4.35", "unknown ! outside"},
	};
	(void)state;
	check_all(rows, ARRAY_LEN(rows));
}

/* Every centre is in the commune it is the centre of. */
static void every_centre_is_nearest_to_itself(void **state)
{
	size_t n = 0, wrong = 0;
	(void)state;
	for (int code = 1001; code < 96000; code++) {
		char insee[8];
		snprintf(insee, sizeof(insee), "%05d", code);
		const struct commune *c =
			refdata_commune(rd, insee, NULL, NULL);
		bool is_whole = str_eq(insee, "75056") ||
				str_eq(insee, "69123") ||
				str_eq(insee, "13055");
		if (!c || is_whole || !str_eq(c->insee, insee))
			continue;
		const struct commune *near =
			refdata_nearest(rd, c->lat_udeg, c->lon_udeg, NULL);
		n++;
		/* Two centres of the table are the same point. */
		wrong += !near || near->lat_udeg != c->lat_udeg ||
			 near->lon_udeg != c->lon_udeg;
	}
	assert_true(n > 34000);
	assert_int_equal(wrong, 0);
	assert_null(refdata_nearest(rd, 0, 0, NULL));
	assert_null(refdata_nearest(rd, 90000000, 180000000, NULL));
	assert_null(refdata_nearest(rd, -90000000, -180000000, NULL));
	/* Montreuil's centre is not near anything of Rhône. */
	assert_null(refdata_nearest(rd, 48863700, 2449100, "69"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_text_names_a_commune),
		cmocka_unit_test(one_text_names_something_wider),
		cmocka_unit_test(several_places_are_what_they_share),
		cmocka_unit_test(
			what_names_no_place_or_two_of_a_name_is_unknown),
		cmocka_unit_test(fields_complete_each_other),
		cmocka_unit_test(a_point_is_checked_and_gets_its_town),
		cmocka_unit_test(every_centre_is_nearest_to_itself),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
