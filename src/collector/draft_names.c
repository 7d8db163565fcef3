/* SPDX-License-Identifier: EUPL-1.2 */
/* The names that sites give to the fields of an offer, French and English, as
 * met in the feeds of partners and in the public interfaces of job sites. Words
 * are compared without case, accents, joining marks, articles and plurals. The
 * names above the last one count as well: "entreprise.nom" is not "nom". */
#include "draft.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/path.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>

/* Points that the last names of a row are behind the first. */
enum { RANK_MAX = 12, WEAK_POINTS = 55, EXACT_POINTS = 100, NAME_BYTES = 64 };

#define UNDECIDED_LEVEL                                                        \
	"required (level.required) or aimed at (level.target)? the name does " \
	"not say"

#define ROW(field, group, look, share, by_value, names)                        \
	{                                                                      \
		SOURCE_F_##field, GROUP_##group, LOOK_##look, share, by_value, \
			names, NULL                                            \
	}
#define HINT(field, group, look, share, names, hint)                           \
	{                                                                      \
		SOURCE_F_##field, GROUP_##group, LOOK_##look, share, 0, names, \
			hint                                                   \
	}

static const struct draft_row rows[] = {
	ROW(REF, OFFER, TEXT, 1000, 0,
	    "reference|ref|offer id|job id|id offre|identifiant|"
	    "identifier|identifier id|reference offre|numero offre|"
	    "job reference|public id|job code|code offre|offre id|guid|"
	    "uuid|slug|numero|@id|id|requisition id|partner job id"),
	ROW(URL, OFFER, URL, 700, 40,
	    "url|link|lien|url offre|offre url|job url|lien offre|"
	    "direct url|url origine|offer url|permalink|canonical url|"
	    "detail url|redirection|page url|apply url|url postulation|"
	    "href|absolute url|hosted url|url candidature"),
	ROW(TITLE, OFFER, TEXT, 900, 0,
	    "title|intitule|titre|job title|intitule poste|poste|"
	    "offer title|titre offre|titre poste|metier titre|"
	    "nom poste|intitule offre|appellation modifiee|"
	    "libelle poste|position title|~name|~nom|~libelle|~text|"
	    "~label"),
	ROW(DESCRIPTION, OFFER, TEXT, 0, 0,
	    "description|descriptif|job description|description offre|"
	    "description poste|texte offre|description mission|mission|"
	    "content|content encoded|contenu|texte|annonce|detail|body|"
	    "presentation poste|offer description|plain content"),
	ROW(KIND, OFFER, TEXT, 0, 55,
	    "nature contrat|type contrat|contract type|contrat type|"
	    "contrat|contract|employment type|type contract|job type|"
	    "libelle contrat|contract kind|contract name|type emploi|"
	    "commitment|job listing job type"),
	ROW(ROME, ANY, ROME, 700, 90, "code rome|rome|rome code"),
	ROW(TRADE, OFFER, TRADE, 300, 70,
	    "metier|appellation|appellation libelle|rome libelle|"
	    "metier rome|libelle rome|profession|occupation|"
	    "libelle metier"),
	ROW(STATUS, OFFER, STATUS, 700, 0, "statu|statut|etat|offre statut"),
	ROW(OPEN, OFFER, TRI, 1000, 0,
	    "recrutement ouvert|is open|open|ouvert|offre ouverte"),
	ROW(EMPLOYER_NAME, EMPLOYER, WORD, 900, 0,
	    "nom entreprise|entreprise nom|company name|raison sociale|"
	    "company title|employer name|employeur|employer|entreprise|"
	    "company|societe|nom societe|hiring organization name|"
	    "hiring organization|organization name|organisation name|"
	    "organisation|organization|workplace brand|brand name|"
	    "workplace name|workplace legal name|employeur nom|"
	    "societe nom|nom employeur|enseigne|recruteur|"
	    "etablissement|legal name|job listing company|entity|"
	    "dc publisher"),
	ROW(EMPLOYER_SIRET, EMPLOYER, SIRET, 500, 90,
	    "siret|company siret|numero siret|siret entreprise"),
	ROW(EMPLOYER_NAF, EMPLOYER, NAF, 700, 70,
	    "naf|code naf|naf code|naf secteur|ape|code ape|"
	    "activite naf"),
	ROW(EMPLOYER_SIZE, EMPLOYER, TEXT, 900, 0,
	    "effectif|taille entreprise|company size|tranche effectif|"
	    "tranche effectif etab|workplace size|size|number employee"),
	ROW(EMPLOYER_HANDI_ENGAGED, ANY, TRI, 1000, 0,
	    "employeur handi engage|handi engage|"
	    "entreprise handi engagee"),
	ROW(EMPLOYER_ADAPTED_COMPANY, ANY, TRI, 1000, 0,
	    "entreprise adaptee|adapted company"),
	ROW(PLACE_INSEE, PLACE, INSEE, 700, 0,
	    "code insee|insee|insee code|code commune|commune code|cog|"
	    "commune insee|commune|cog lieu|city code|insee commune"),
	ROW(PLACE_POSTCODE, PLACE, POSTCODE, 600, 0,
	    "code postal|postal code|postcode|zip|zip code|cp|"
	    "location cp|code postaux|cp ville"),
	ROW(PLACE_CITY, PLACE, WORD, 900, 0,
	    "ville|city|commune|town|localite|location city|"
	    "nom commune|location ville|address locality|job city|"
	    "lieu ville|ville poste|libelle commune|libelle lieu|"
	    "lieu nom|municipality|job location"),
	ROW(PLACE_DEPT, PLACE, PLACE, 500, 0,
	    "departement|code departement|departement code|dept|"
	    "department|departement poste|department code|county|"
	    "location departement code"),
	ROW(PLACE_ADDRESS, PLACE, TEXT, 900, 0,
	    "adresse|street address|street|address|rue|adresse ligne 1|"
	    "addresse ligne 1|voie|address line 1|libelle voie"),
	ROW(PLACE_COUNTRY, PLACE, WORD, 900, 0,
	    "pay|country|country code|address country|code pay"),
	ROW(PLACE_LAT, PLACE, LAT, 700, 0,
	    "latitude|lat|geo lat|location lat|coordinate|gps|geopoint|"
	    "position|point|geo|~longitude|~lon|~lng"),
	ROW(PLACE_LON, PLACE, LON, 700, 0,
	    "longitude|lon|lng|long|geo lng|location lng|location lon|"
	    "coordinate|gps|geopoint|position|point|geo|~latitude|~lat"),
	ROW(PLACE_LATLON, PLACE, LATLON, 700, 70,
	    "geoloc|latlon|lat lng|latlng|coordonnee|coordinate|"
	    "geopoint|gps|position|geo point"),
	ROW(PLACE_TEXT, PLACE, WORD, 900, 0,
	    "lieu travail libelle|lieu travail|lieu|localisation|"
	    "location|job location|localisation poste|"
	    "workplace location address|place|location name|"
	    "location address|address formatted|formatted address|"
	    "full address|adresse complete|location location|"
	    "job listing location|lieu libelle|category location|"
	    "dc coverage|region city"),
	ROW(START, OFFER, DATE, 900, 0,
	    "date debut|start date|contract start|date debut contrat|"
	    "start|contrat debut|debut|debut contrat|"
	    "contract start date|beginning date|date prise poste|"
	    "job start date|start at|date souhaitee debut mission|"
	    "date debut mission|date embauche|prise poste"),
	ROW(DURATION, OFFER, DURATION, 400, 0,
	    "duree|duree contrat|contract duration|duration|"
	    "contrat duree|duree mission|type contrat libelle"),
	ROW(DURATION_MONTHS, OFFER, MONTHS, 950, 0,
	    "duree moi|contrat duree moi|duration month|"
	    "duree contrat moi|duree contrat|contract duration|"
	    "contract duration min|contract length|contrat duree|duree"),
	ROW(DURATION_DAYS, OFFER, INT, 950, 0,
	    "duree jour|duration day|duree contrat jour"),
	ROW(POSITIONS, OFFER, INT, 950, 0,
	    "nombre poste|nb poste|opening count|number position|"
	    "position|nombre poste ouvert|opening|vacancy|"
	    "total job opening|nombre poste pourvoir|headcount"),
	ROW(HOURS_START, OFFER, HOUR, 700, 0,
	    "heure debut|horaire debut|start time|embauche|"
	    "heure embauche|horaire @debut|debut journee"),
	ROW(HOURS_END, OFFER, HOUR, 700, 0,
	    "heure fin|horaire fin|end time|horaire @fin"),
	ROW(HOURS_WEEKLY, OFFER, WEEKLY, 600, 0,
	    "temp travail hebdomadaire|duree hebdomadaire|"
	    "heure semaine|horaire hebdo|weekly hour|heure hebdo|hebdo|"
	    "duree travail libelle|duree travail|nombre heure|"
	    "heure hebdomadaire|working hour"),
	ROW(HOURS_NIGHT, OFFER, TRI, 1000, 0,
	    "travail nuit|nuit|night|night work"),
	ROW(HOURS_WEEKEND, OFFER, TRI, 1000, 0,
	    "travail week end|week end|weekend"),
	ROW(HOURS_PART_TIME, OFFER, PART_TIME, 500, 0,
	    "duree travail libelle converti|temp travail|job time|"
	    "work period|contract work period|temp partiel|part time|"
	    "work time|temp plein partiel|type temp travail|"
	    "working time"),
	ROW(HOURS_TEXT, OFFER, TEXT, 900, 0,
	    "horaire|contexte travail horaire|horaire travail|schedule|"
	    "work hour"),
	ROW(LICENCES, ANY, LICENCE, 500, 0,
	    "permi|permi libelle|permi conduire|driving licence|"
	    "driving license|permi requi"),
	ROW(AGE_MIN, OFFER, INT, 950, 0, "age min|age minimum|minimum age"),
	ROW(LEVEL_REQUIRED, ANY, LEVEL, 500, 0,
	    "niveau requi|niveau formation requi|diplome requi|"
	    "required level|education required|niveau etude requi|"
	    "niveau diplome requi|required education|"
	    "education requirement"),
	ROW(LEVEL_TARGET, ANY, LEVEL, 500, 0,
	    "niveau vise|diplome vise|target diploma european|"
	    "target diploma|diplome prepare|niveau prepare|"
	    "target level|niveau vise libelle"),
	HINT(LEVEL_REQUIRED, ANY, LEVEL, 300,
	     "niveau|diplome|education level|niveau formation|"
	     "niveau etude|education|level|niveau libelle|diploma|"
	     "niveau diplome|qualification",
	     UNDECIDED_LEVEL),
	ROW(EXPERIENCE, OFFER, TEXT, 900, 0,
	    "experience|experience level|niveau experience|"
	    "experience exige|experience requise|required experience|"
	    "annee experience|nombre annee experience total"),
	ROW(LANGUAGES, ANY, LANGUAGE, 900, 0,
	    "langue requise|required language|language code|code langue"),
	ROW(TRAINING_RNCP, ANY, TEXT, 900, 0,
	    "rncp|code rncp|rncp code|training rncp|fiche rncp"),
	ROW(TRAINING_CFA, ANY, WORD, 900, 0,
	    "cfa|cfa nom|nom cfa|training center|centre formation|"
	    "school name|ecole"),
	ROW(TRAINING_RHYTHM, ANY, TEXT, 900, 0,
	    "rythme|rythme alternance|rhythm|training rhythm"),
	ROW(TRAINING_START, ANY, DATE, 900, 0,
	    "date debut formation|formation debut|training start|"
	    "debut formation|formation date debut"),
	ROW(TRAINING_END, ANY, DATE, 900, 0,
	    "date fin formation|formation fin|training end|"
	    "fin formation|formation date fin"),
	ROW(HANDICAP_WELCOME, ANY, TRI, 1000, 0,
	    "accessible th|handicap|travailleur handicape|"
	    "handicap welcome|accessible handicap|rqth|ouvert rqth|"
	    "ouvert travailleur handicape|acce travailleur handicape|"
	    "disability friendly"),
	ROW(SALARY_TEXT, OFFER, WORD, 700, 0,
	    "salaire|remuneration|salary|salaire libelle|"
	    "salaire affiche|salary text|salary detail|compensation|"
	    "gratification|salaire commentaire"),
	ROW(SALARY_MIN, OFFER, MONEY, 700, 0,
	    "salaire min|salary min|min salary|salaire minimum|"
	    "minimum salary|base salary value min value|min value|"
	    "remuneration min"),
	ROW(SALARY_MAX, OFFER, MONEY, 700, 0,
	    "salaire max|salary max|max salary|salaire maximum|"
	    "maximum salary|max value|remuneration max"),
	ROW(SALARY_PERIOD, OFFER, PERIOD, 700, 0,
	    "salaire periode|salary period|periode salaire|unit text|"
	    "salary unit|salary kind|salaire unite"),
	ROW(CONTACT_NAME, CONTACT, WORD, 900, 0,
	    "contact nom|contact name|nom contact|contact|"
	    "contact full name|correspondant|recruiter name|"
	    "nom recruteur|supervisor full name|"
	    "main supervisor full name"),
	ROW(CONTACT_EMAIL, CONTACT, EMAIL, 400, 70,
	    "contact courriel|contact email|email|courriel|mail|e mail|"
	    "apply email|contact mail|adresse email|application email"),
	ROW(CONTACT_PHONE, CONTACT, PHONE, 600, 0,
	    "contact telephone|telephone|phone|tel|contact phone|"
	    "phone number|apply phone|numero telephone|mobile"),
	ROW(CONTACT_URL, CONTACT, URL, 700, 0,
	    "contact url postulation|url postulation|apply url|"
	    "application url|contact url|url candidature|"
	    "lien candidature|internal apply url"),
	ROW(POSTED, OFFER, DATE, 900, 0,
	    "date publication|published at|publication date|"
	    "publication|date posted|post date|posted at|pub date|"
	    "date parution|publication creation|date creation|"
	    "creation date|created at|cree|start publication date|"
	    "first activated at|date depot|submit date|"
	    "job submit date time|published|publishedat|dc date"),
	ROW(UPDATED, OFFER, DATE, 900, 0,
	    "date mise jour|updated at|updated date|date actualisation|"
	    "date modification|modification date|mis jour|"
	    "last modified|update date|publication modification|"
	    "modified at|updated|date update|last update|lastmod"),
	ROW(EXPIRES, OFFER, DATE, 900, 0,
	    "valid through|date expiration|expiration date|expire at|"
	    "publication expiration|expiration|expire|"
	    "date fin publication|date limite|closing date|"
	    "date expired|deadline|date fin validite|"
	    "end publication date|date limite candidature"),
};

const struct draft_row *draft_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

/* ---- words ---- */

static bool is_stop_word(const char *w)
{
	static const char *const words[] = {"de",  "du", "des", "la",	"le",
					    "les", "l",	 "d",	"the",	"of",
					    "a",   "au", "en",	"pour", "to"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(words[i], w))
			return true;
	return false;
}

char *draft_words(struct arena *a, const char *name)
{
	size_t n = strlen(name);
	char *split = arena_alloc(a, 2 * n + 2), *q = split;
	bool is_attribute = *name == '@';
	for (const char *p = name; *p; p++) {
		if (p > name && isupper((unsigned char)*p) &&
		    (islower((unsigned char)p[-1]) ||
		     isdigit((unsigned char)p[-1])))
			*q++ = ' ';
		*q++ = *p;
	}
	*q = '\0';
	char *folded = utf8_fold(a, split);
	char *out = arena_alloc(a, strlen(folded) + 2), *o = out;
	if (is_attribute)
		*o++ = '@';
	bool is_first = true;
	for (char *w = folded; *w;) {
		size_t len = strcspn(w, " ");
		char *next = w + len + (w[len] == ' ');
		w[len] = '\0';
		if (len > 3 && w[len - 1] == 's' && w[len - 2] != 's')
			w[--len] = '\0';
		if (!is_stop_word(w)) {
			if (!is_first)
				*o++ = ' ';
			memcpy(o, w, len);
			o += len;
			is_first = false;
		}
		w = next;
	}
	*o = '\0';
	return out;
}

/* Equal but for where words are parted: "appellationlibelle". */
static bool is_same(const char *a, const char *b)
{
	for (;;) {
		a += *a == ' ';
		b += *b == ' ';
		if (*a != *b || !*a)
			return *a == *b;
		a++;
		b++;
	}
}

/* The words of inner stand in text, in a row and whole; how many other words
 * text has, or -1. */
static int others(const char *text, const char *inner)
{
	size_t n = strlen(inner);
	int words = 0, mine = 0;
	bool found = false;
	for (const char *p = text; (p = strstr(p, inner)); p++)
		found |= (p == text || p[-1] == ' ') && (!p[n] || p[n] == ' ');
	for (const char *p = text; *p; p++)
		words += *p == ' ';
	for (const char *p = inner; *p; p++)
		mine += *p == ' ';
	return found ? words - mine : -1;
}

/* ---- paths ---- */

/* The words of a path: of its last name, of its last two and three names. */
struct tail {
	const char *last, *two, *three;
	const char *parent; /* of the last name but one */
	const char *above;  /* of all names but the last, blanks at both ends */
	int depth;
};

static struct tail tail_of(struct arena *a, const char *path)
{
	const char *steps[PATH_STEPS_MAX] = {""};
	int n = 0;
	char *copy = arena_printf(a, "%s", path);
	for (char *p = copy; p && n < PATH_STEPS_MAX;) {
		char *dot = strchr(p, '.');
		if (dot)
			*dot++ = '\0';
		/* "coordinates.0" is spoken of by its list. */
		if (!isdigit((unsigned char)*p) || !n)
			steps[n++] = draft_words(a, p);
		p = dot;
	}
	struct tail t = {.last = n ? steps[n - 1] : "",
			 .parent = n > 1 ? steps[n - 2] : "",
			 .depth = n ? n - 1 : 0};
	t.two = n > 1 ? arena_printf(a, "%s %s", steps[n - 2], t.last) : "";
	t.three = n > 2 ? arena_printf(a, "%s %s", steps[n - 3], t.two) : "";
	t.above = " ";
	for (int i = 0; i < n - 1; i++)
		t.above = arena_printf(a, "%s%s ", t.above, steps[i]);
	return t;
}

static bool has_any(const char *above, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(above, words[i]))
			return true;
	return false;
}

/* A name means another thing inside a thing of another kind. */
static int place_points(enum draft_group group, const struct tail *t)
{
	static const char *const employer[] = {
		" company ",   " entreprise ",	 " employer ",
		" employeur ", " societe ",	 " organization ",
		" workplace ", " organisation ", " etablissement ",
		" brand ",     " entity ",	 " structure "};
	static const char *const place[] = {
		" lieu ",	  " location ", " place ",
		" localisation ", " adresse ",	" address ",
		" geo ",	  " geopoint ", " position "};
	static const char *const contact[] = {
		" contact ",   " apply ",	  " recruiter ",
		" recruteur ", " correspondant ", " supervisor ",
		" referent ",  " manager ",	  " candidature "};
	static const char *const other[] = {
		" competence ", " skill ",	    " langue ",
		" agence ",	" logo ",	    " picture ",
		" video ",	" partenaire ",	    " partner ",
		" hierarchy ",	" formation ",	    " training ",
		" qualite ",	" filtre ",	    " diploma ",
		" cfa ",	" specialisation ", " customer "};
	/* what stands inside, against what is looked for */
	static const int points[4][5] = {
		/* OFFER EMPLOYER PLACE CONTACT ANY */
		{-60, 10, -25, -15, 0},	   /* in an employer */
		{-40, -50, 5, -50, 0},	   /* in a place */
		{-45, -50, -50, 10, -20},  /* in a contact */
		{-60, -70, -70, -50, -10}, /* in another thing */
	};
	int sum = 0;
	bool is_place = has_any(t->above, place, ARRAY_LEN(place));
	if (has_any(t->above, employer, ARRAY_LEN(employer)))
		sum += is_place && group == GROUP_PLACE ? -5 : points[0][group];
	if (is_place)
		sum += points[1][group];
	if (has_any(t->above, contact, ARRAY_LEN(contact)))
		sum += points[2][group];
	if (has_any(t->above, other, ARRAY_LEN(other)))
		sum += points[3][group];
	return sum;
}

/* "picture_url" is no url of the offer, "salary_currency" no salary. */
static bool is_of_another(const char *last)
{
	static const char *const words[] = {
		"logo", "image", "picture",  "photo",  "video",	 "icon",
		"hash", "label", "currency", "devise", "region", "country"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (others(last, words[i]) > 0)
			return true;
	return false;
}

static int pattern_points(const struct tail *t, const char *pattern,
			  bool is_weak)
{
	bool has_two = strchr(pattern, ' ') != NULL;
	if (is_same(t->last, pattern))
		return is_weak ? WEAK_POINTS : EXACT_POINTS;
	if (is_weak)
		return 0;
	if (has_two && (is_same(t->two, pattern) || is_same(t->three, pattern)))
		return 106;
	int more = others(t->last, pattern);
	if (more >= 0)
		return (has_two ? 78 : 70) - 4 * more;
	/* "jobLocation.@type" is no job location. */
	bool is_parent_alone = others(t->parent, pattern) >= 0;
	more = has_two && !is_parent_alone ? others(t->two, pattern) : -1;
	return more >= 0 ? 70 - 4 * more : 0;
}

int draft_name_points(struct arena *a, const struct draft_row *row,
		      const char *path)
{
	const struct tail t = tail_of(a, path);
	bool is_other = is_of_another(t.last);
	int best = 0, rank = 0;
	for (const char *p = row->names; *p; rank++) {
		char name[NAME_BYTES];
		size_t n = strcspn(p, "|");
		bool is_weak = *p == '~';
		BUG_ON(n >= sizeof(name));
		memcpy(name, p + is_weak, n - is_weak);
		name[n - is_weak] = '\0';
		int v = pattern_points(&t, name, is_weak);
		if (v < EXACT_POINTS && is_other)
			v = 0;
		if (v > WEAK_POINTS)
			v -= rank < RANK_MAX ? rank : RANK_MAX;
		best = v > best ? v : best;
		p += n + (p[n] == '|');
	}
	if (!best)
		return 0;
	best += place_points(row->group, &t) - 2 * t.depth;
	return best > 0 ? best : 0;
}

int draft_title_points(struct arena *a, const char *name)
{
	for (size_t i = 0; draft_row(i); i++) {
		if (rows[i].field != SOURCE_F_TITLE)
			continue;
		int v = draft_name_points(a, &rows[i], name);
		return v > 65 ? 2 : v > 0 ? 1 : 0;
	}
	return 0;
}
