/* SPDX-License-Identifier: EUPL-1.2 */
/* Names that stand where a commune's could, and are none: countries, regions
 * of before 2016, quarters and new towns of Île-de-France that lie in several
 * communes, and words that say no place at all. Common knowledge, written down
 * from offers and from the map; each area is as wide as the communes it lies
 * in, so that it is never one of them. All in the form of utf8_fold(). */
#include "place_words.h"

#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <string.h>

static bool is_one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (**list == *s && strcmp(s, *list) == 0)
			return true;
	return false;
}

bool place_is_france(const char *key)
{
	/* 250: ISO 3166 in digits */
	static const char *const words[] = {"france",
					    "fr",
					    "fra",
					    "250",
					    "france entiere",
					    "toute la france",
					    "toute france",
					    "partout en france",
					    "france metropolitaine",
					    "france metropole",
					    "metropole",
					    "national",
					    "republique francaise",
					    NULL};
	return is_one_of(key, words);
}

bool place_is_overseas(const char *key)
{
	static const char *const codes[] = {"re", "gp", "mq", "gf", "yt",
					    "pm", "bl", "mf", NULL};
	return is_one_of(key, codes);
}

/* A field of country needs no such list; these stand among other words. The
 * towns are those that offers of this country name. */
bool place_is_abroad(const char *key)
{
	static const char *const words[] = {"belgique",
					    "suisse",
					    "luxembourg",
					    "allemagne",
					    "espagne",
					    "italie",
					    "monaco",
					    "royaume uni",
					    "portugal",
					    "pays bas",
					    "irlande",
					    "canada",
					    "maroc",
					    "tunisie",
					    "algerie",
					    "senegal",
					    "europe",
					    "international",
					    "etranger",
					    "a l etranger",
					    "autriche",
					    "pologne",
					    "roumanie",
					    "angleterre",
					    "etats unis",
					    "usa",
					    "quebec",
					    "andorre",
					    "danemark",
					    "suede",
					    "norvege",
					    "grece",
					    "turquie",
					    "chine",
					    "inde",
					    "japon",
					    "bresil",
					    "cote d ivoire",
					    "cameroun",
					    "madagascar",
					    "maurice",
					    "ile maurice",
					    "belgium",
					    "switzerland",
					    "germany",
					    "spain",
					    "italy",
					    "netherlands",
					    "ireland",
					    "united kingdom",
					    "great britain",
					    "uk",
					    "poland",
					    "united states",
					    "morocco",
					    "bruxelles",
					    "geneve",
					    "lausanne",
					    "londres",
					    "london",
					    "berlin",
					    "madrid",
					    "barcelone",
					    "lisbonne",
					    "milan",
					    "casablanca",
					    "montreal",
					    "new york",
					    "dubai",
					    "esch sur alzette",
					    NULL};
	return is_one_of(key, words);
}

bool place_is_noise(const char *key)
{
	static const char *const words[] = {"teletravail",
					    "teletravail partiel",
					    "teletravail total",
					    "teletravail complet",
					    "full remote",
					    "remote",
					    "home office",
					    "hybride",
					    "sur site",
					    "multi sites",
					    "multi site",
					    "multisites",
					    "multisite",
					    "plusieurs sites",
					    "plusieurs lieux",
					    "plusieurs localisations",
					    "divers",
					    "itinerant",
					    "alentours",
					    "environs",
					    "ses environs",
					    "ses alentours",
					    "peripherie",
					    "sa peripherie",
					    "a definir",
					    "non precise",
					    "non renseigne",
					    "nc",
					    "n a",
					    "null",
					    "none",
					    "unknown",
					    "undefined",
					    "na",
					    NULL};
	return is_one_of(key, words);
}

/* The regions that the law of 2015-01-16 joined, one département of each. */
static const struct {
	const char *key, *dept;
} former_regions[] = {
	{"idf", "75"},
	{"paca", "13"},
	{"rhone alpes", "69"},
	{"auvergne", "63"},
	{"alsace", "67"},
	{"lorraine", "57"},
	{"champagne ardenne", "51"},
	{"aquitaine", "33"},
	{"limousin", "87"},
	{"poitou charentes", "86"},
	{"bourgogne", "21"},
	{"franche comte", "25"},
	{"languedoc roussillon", "34"},
	{"midi pyrenees", "31"},
	{"nord pas de calais", "59"},
	{"picardie", "80"},
	{"haute normandie", "76"},
	{"basse normandie", "14"},
	{"centre val de loire", "45"},
	{"provence alpes cote azur", "13"},
};

const char *place_region(const struct refdata *rd, const char *key)
{
	if (str_starts(key, "region "))
		key += strlen("region ");
	for (size_t i = 0; i < ARRAY_LEN(former_regions); i++)
		if (former_regions[i].key[0] == *key &&
		    strcmp(former_regions[i].key, key) == 0)
			return refdata_region(rd, former_regions[i].dept);
	return refdata_region_by_name(rd, key);
}

static const struct place_area areas[] = {
	{"la defense", "92", true}, /* Puteaux, Courbevoie, Nanterre */
	{"paris la defense", "92", true},
	{"la defense paris", "92", true},
	{"roissy", NULL, true},	    /* en-France 95, en-Brie 77 */
	{"roissy cdg", NULL, true}, /* the airport: 93, 95, 77 */
	{"roissy charles de gaulle", NULL, true},
	{"aeroport roissy cdg", NULL, true},
	{"aeroport roissy charles de gaulle", NULL, true},
	{"aeroport charles de gaulle", NULL, true},
	{"aeroport paris charles de gaulle", NULL, true},
	{"aeroport cdg", NULL, true},
	{"paris cdg", NULL, true},
	{"cdg", NULL, true},
	{"aeroport d orly", NULL, true}, /* 91, 94 */
	{"aeroport orly", NULL, true},
	{"paris orly", NULL, true},
	{"marne la vallee", NULL, true}, /* 77, 93, 94 */
	{"senart", NULL, true},		 /* 77, 91 */
	{"paris saclay", NULL, true},	 /* 78, 91 */
	{"plateau de saclay", NULL, true},
	{"cergy pontoise", "95", true},
	{"st quentin en yvelines", "78", true},
	{"saint quentin en yvelines", "78", true},
	{"la plaine saint denis", "93", true},
	{"la plaine st denis", "93", true},
	{"plaine commune", "93", false},
	{"grand paris", NULL, false},
	{"metropole du grand paris", NULL, false},
	{"grand paris sud", NULL, false},
	{"region parisienne", NULL, false},
	{"paris et region parisienne", NULL, false},
	{"paris region parisienne", NULL, false},
	{"paris et sa region", NULL, false},
	{"paris et ile de france", NULL, false},
	{"paris et idf", NULL, false},
	{"paris et banlieue", NULL, false},
	{"paris et proche banlieue", NULL, false},
	{"paris et petite couronne", NULL, false},
	{"paris petite couronne", NULL, false},
	{"petite couronne", NULL, false},
	{"grande couronne", NULL, false},
	{"banlieue parisienne", NULL, false},
	{"proche banlieue", NULL, false},
	{"ouest parisien", NULL, false},
	{"est parisien", NULL, false},
	{"nord parisien", NULL, false},
	{"sud parisien", NULL, false},
	{"toute l ile de france", NULL, false},
	{"ile de france entiere", NULL, false},
};

const struct place_area *place_area(const char *key)
{
	size_t n = strlen(key);
	const char *cedex = strstr(key, " cedex");
	if (cedex)
		n = (size_t)(cedex - key);
	for (size_t i = 0; i < ARRAY_LEN(areas); i++)
		if (areas[i].key[0] == *key && strlen(areas[i].key) == n &&
		    strncmp(areas[i].key, key, n) == 0)
			return &areas[i];
	return NULL;
}
