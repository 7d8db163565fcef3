/* SPDX-License-Identifier: EUPL-1.2 */
/* Every sentence part that a verdict can say, in one table: code, then French
 * words for advisers with the facts in braces: {0} a number, {0:trade} its
 * label. {0:journey}, {0:hours} and {0:day} read several facts together.
 * Trades stand in guillemets, for their labels have commas. Another language is
 * another table. A test makes every row speak. */
#include "words.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <assert.h>
#include <string.h>

enum { DAY_MIN = 1440 };

static const struct {
	const char *code, *words;
} table[] = {
	[WHY_NOTHING] = {"nothing", NULL},
	[WHY_NO_TRADE] = {"no_trade", "métier de l'offre inconnu"},
	[WHY_NO_LINK] = {"no_link",
			 "aucun métier recherché ne mène à « {0:trade} »"},
	[WHY_EVENT] = {"event", "une rencontre, pas un contrat"},
	[WHY_KIND_UNWANTED] = {"kind_unwanted",
			       "type de contrat non recherché : {0:kind}"},
	[WHY_KIND_UNKNOWN] = {"kind_unknown", "type de contrat non précisé"},
	[WHY_WISH_UNKNOWN] = {"wish_unknown",
			      "contrats recherchés non renseignés (offre : "
			      "{0:kind})"},
	[WHY_BIRTH_UNKNOWN] = {"birth_unknown",
			       "date de naissance non renseignée"},
	[WHY_AGE_OK] = {"age_ok", "{0} ans au début du contrat"},
	[WHY_TOO_YOUNG] =
		{"too_young",
		 "{0} ans au début du contrat, au moins {1} demandés"},
	[WHY_TOO_OLD] = {"too_old",
			 "{0} ans au début du contrat, au plus {1} possibles"},
	[WHY_AGE_ASK_YOUNG] = {"age_ask_young",
			       "{0} ans au début du contrat : conditions d'âge "
			       "({1:kind})"},
	[WHY_AGE_ASK_OLD] = {"age_ask_old",
			     "{0} ans au début du contrat : conditions d'âge "
			     "({1:kind})"},
	[WHY_RQTH_LIFT] = {"rqth_lift",
			   "limite de {1} ans levée par la RQTH ({0} ans)"},
	[WHY_MINOR_NIGHT] = {"minor_night",
			     "mineur ({0} ans) : pas de travail entre {1:time} "
			     "et {2:time}"},
	[WHY_MINOR_LEAVE_BEGIN] = {"minor_leave_begin",
				   "mineur : début à {0:time} possible "
				   "seulement avec dérogation de l'inspection "
				   "du travail"},
	[WHY_MINOR_LEAVE_END] = {"minor_leave_end",
				 "mineur : fin à {0:time} possible seulement "
				 "avec dérogation de l'inspection du travail"},
	[WHY_MINOR_LEAVE_BOTH] = {"minor_leave_both",
				  "mineur : de {0:time} à {1:time}, possible "
				  "seulement avec dérogation de l'inspection "
				  "du travail"},
	[WHY_MINOR_LEAVE_NIGHT] = {"minor_leave_night",
				   "mineur : travail de nuit possible "
				   "seulement avec dérogation de l'inspection "
				   "du travail, horaires à demander"},
	[WHY_MINOR_HOURS_ASK] = {"minor_hours_ask",
				 "mineur : horaires à demander, pas de travail "
				 "entre {0:time} et {1:time} sans dérogation"},
	[WHY_MINOR_HOURS_UNKNOWN] = {"minor_hours_unknown",
				     "mineur : horaires non précisés"},
	[WHY_MINOR_WORK_FORBIDDEN] = {"minor_work_forbidden",
				      "mineur ({0} ans) : travaux interdits"},
	[WHY_MINOR_WORK_ASK] = {"minor_work_ask",
				"mineur ({0} ans) : travaux réglementés, à "
				"vérifier avec l'employeur"},
	[WHY_MINOR_WEEK] = {"minor_week",
			    "mineur : {0:span} par semaine, au plus {1:span}"},
	[WHY_LICENCE_MISSING] = {"licence_missing",
				 "permis manquant : {0:licences}"},
	[WHY_LICENCE_HELD] = {"licence_held", "permis demandé : {0:licences}"},
	[WHY_TOO_FAR] =
		{"too_far",
		 "environ {0:about} min {2:mode}, au plus {1} acceptées"},
	[WHY_REACHED] = {"reached", "{0:journey}"},
	[WHY_OFFER_PLACE] = {"offer_place", "lieu de travail imprécis"},
	[WHY_PERSON_PLACE] = {"person_place",
			      "domicile, durée ou moyens de trajet non "
			      "renseignés"},
	[WHY_NO_WAY_AT_HOURS] = {"no_way_at_hours",
				 "pas de transports aux horaires du poste "
				 "({0:hours})"},
	[WHY_LEAVES_TOO_EARLY] = {"leaves_too_early",
				  "départ à {0:time} {2:mode}, pas avant "
				  "{1:time}"},
	[WHY_BACK_TOO_LATE] = {"back_too_late",
			       "retour à {0:time} {2:mode}, pas après "
			       "{1:time}"},
	[WHY_CFA_TOO_FAR] = {"cfa_too_far",
			     "CFA à environ {0:about} min, au plus {1} "
			     "acceptées"},
	[WHY_NEED_EXPOSURE] = {"need_exposure",
			       "{0:exposure} : degré {1}, au plus {2}"},
	[WHY_NEED_ACCESS] = {"need_access", "absent : {0:access}"},
	[WHY_NEED_TRAVEL] = {"need_travel",
			     "pas de trajet sans marche dans la durée "
			     "acceptée"},
	[WHY_NEED_TRAVEL_ASK] = {"need_travel_ask",
				 "accès sans marche aux gares : à vérifier"},
	[WHY_NEED_ASK] = {"need_ask", "{0:exposure} : à vérifier"},
	[WHY_NEED_UNKNOWN] = {"need_unknown",
			      "{0:exposure}{1:access} : à vérifier"},
	[WHY_NEED_OK] = {"need_ok", "rien de contraire n'est connu"},
	[WHY_TOO_LATE] = {"too_late",
			  "disponible {0} jours après le début (au plus {1})"},
	[WHY_AFTER_DEADLINE] = {"after_deadline",
				"début le {0:date}, après la date limite du "
				"{1:date}"},
	[WHY_START_UNKNOWN] = {"start_unknown", "date de début non précisée"},
	[WHY_START_OK] = {"start_ok", "début le {0:date}"},
	[WHY_START_PAST] = {"start_past",
			    "début annoncé le {0:date}, déjà passé"},
	[WHY_LEVEL_REQUIRED] = {"level_required",
				"niveau demandé : {0:level} ; niveau du "
				"jeune : {1:level}"},
	[WHY_LEVEL_HELD] = {"level_held",
			    "niveau préparé : {0:level}, déjà atteint"},
	[WHY_LEVEL_UNKNOWN] = {"level_unknown",
			       "niveau demandé : {0:level} ; niveau du jeune "
			       "non renseigné"},
	[WHY_PLACE_REFUSED] = {"place_refused", "commune refusée"},
	[WHY_EMPLOYER_REFUSED] = {"employer_refused", "employeur refusé"},
	[WHY_ALREADY] = {"already", "offre déjà traitée"},
	[WHY_TRADE_EXACT] = {"trade_exact", "métier visé{0:choice}"},
	[WHY_TRADE_NEIGHBOUR] = {"trade_neighbour",
				 "métier proche de « {1:trade} »"},
	[WHY_TRADE_FAMILY] = {"trade_family",
			      "même famille de métiers que « {1:trade} »"},
	[WHY_TRAVEL] = {"travel", "{0:journey}"},
	[WHY_TRAVEL_BOTH] = {"travel_both", "{0:journey}, CFA à {1:near}"},
	[WHY_SAME_COURSE] = {"same_course", "formation visée (RNCP {0})"},
	[WHY_OTHER_COURSE] = {"other_course", "autre formation (RNCP {0})"},
	[WHY_OTHER_CFA] = {"other_cfa", "autre CFA que celui du jeune"},
	[WHY_NEXT_LEVEL] = {"next_level", "niveau suivant : {0:level}"},
	[WHY_HIGHER_LEVEL] = {"higher_level",
			      "niveau préparé : {0:level}, bien au-dessus de "
			      "{1:level}"},
	[WHY_SAME_LEVEL] = {"same_level",
			    "niveau préparé : {0:level}, déjà atteint"},
	[WHY_HOURS_FIT] = {"hours_fit", "{0:day}"},
	[WHY_FRESH] = {"fresh", "offre publiée {0:ago}"},
};
static_assert(ARRAY_LEN(table) == WHY_COUNT, "words for every code");

static const char *const mode_words[] = {[MODE_WALK] = "à pied",
					 [MODE_BIKE] = "à vélo",
					 [MODE_MOPED] = "en scooter",
					 [MODE_CAR] = "en voiture",
					 [MODE_TRANSIT] = "en transports"};
static_assert(ARRAY_LEN(mode_words) == MODE_COUNT, "words for every mode");

static const char *trade_words(const struct refdata *rd, struct arena *a,
			       int32_t v)
{
	if (rd && v >= 0 && v < rome_count(rd))
		return rome_label(rd, (uint16_t)v);
	return arena_printf(a, "métier n° %d", (int)v);
}

/* "1er décembre": the weekday says too much for a reason. */
static const char *date_words(const struct refdata *rd, struct arena *a,
			      int32_t v)
{
	char text[40];
	const char *day;

	(void)rd;
	date_format_fr(v, false, text);
	day = strchr(text, ' ');
	return arena_dup(a, day ? day + 1 : text);
}

/* 150 as "2 h 30". */
static const char *span_words(const struct refdata *rd, struct arena *a,
			      int32_t v)
{
	(void)rd;
	if (v % 60)
		return arena_printf(a, "%d h %02d", v / 60, v % 60);
	return arena_printf(a, "%d h", v / 60);
}

/* Of the day before and the next one too. */
static const char *time_words(const struct refdata *rd, struct arena *a,
			      int32_t v)
{
	int minute = (int)(((v % DAY_MIN) + DAY_MIN) % DAY_MIN);

	/* midnight at the end of a day is 24 h, what is past it the next day */
	if (v == DAY_MIN)
		return "24 h";
	return span_words(rd, a, minute);
}

static const char *licence_words(const struct refdata *rd, struct arena *a,
				 int32_t v)
{
	const char *out = "";

	(void)rd;
	for (int i = 0; i < LICENCE_COUNT; i++)
		if (v >> i & 1)
			out = arena_printf(a, "%s%s%s", out, *out ? ", " : "",
					   vocab_code(&vocab_licence, i));
	return out;
}

static const char *kind_words(const struct refdata *rd, struct arena *a,
			      int32_t v)
{
	const char *label = vocab_label(&vocab_contract, v);

	(void)rd;
	(void)a;
	return label ? label : "?";
}

static const char *level_words(const struct refdata *rd, struct arena *a,
			       int32_t v)
{
	const char *label = vocab_label(&vocab_level, v);

	(void)rd;
	(void)a;
	return label ? label : "?";
}

static const char *exposure_words(const struct refdata *rd, struct arena *a,
				  int32_t v)
{
	const char *label = vocab_label(&vocab_exposure, v);

	(void)rd;
	(void)a;
	return label ? label : "";
}

static const char *access_words(const struct refdata *rd, struct arena *a,
				int32_t v)
{
	const char *label = vocab_label(&vocab_access, v);

	(void)rd;
	(void)a;
	return label ? label : "";
}

static const char *travel_words(const struct refdata *rd, struct arena *a,
				int32_t v)
{
	(void)rd;
	(void)a;
	return v >= 0 && v < MODE_COUNT ? mode_words[v] : "?";
}

static const char *about_words(const struct refdata *rd, struct arena *a,
			       int32_t v)
{
	(void)rd;
	return arena_printf(a, "%d", (int)travel_about_minutes(v));
}

static const char *near_words(const struct refdata *rd, struct arena *a,
			      int32_t v)
{
	if (v < TRAVEL_NEAR_MIN)
		return arena_printf(a, "moins de %d min", TRAVEL_NEAR_MIN);
	return arena_printf(a, "environ %s min", about_words(rd, a, v));
}

static const char *choice_words(const struct refdata *rd, struct arena *a,
				int32_t v)
{
	(void)rd;
	return v ? arena_printf(a, " (%de choix)", (int)v + 1) : "";
}

static const char *ago_words(const struct refdata *rd, struct arena *a,
			     int32_t v)
{
	(void)rd;
	if (v < 2)
		return v == 1 ? "hier" : "aujourd'hui";
	return arena_printf(a, "il y a %d jours", (int)v);
}

static const struct {
	const char *name;
	const char *(*make)(const struct refdata *, struct arena *, int32_t);
} styles[] = {
	{"trade", trade_words},	  {"date", date_words},
	{"time", time_words},	  {"licences", licence_words},
	{"kind", kind_words},	  {"exposure", exposure_words},
	{"access", access_words}, {"mode", travel_words},
	{"about", about_words},	  {"choice", choice_words},
	{"ago", ago_words},	  {"level", level_words},
	{"near", near_words},	  {"span", span_words},
};

/* Two places in one town often have one point between them, its centre: an
 * estimate this short is no more than "near", and says nothing of the mode. */
static const char *journey_words(struct arena *a, const int32_t facts[3])
{
	if (facts[0] < TRAVEL_NEAR_MIN)
		return arena_printf(a, "moins de %d min", TRAVEL_NEAR_MIN);
	return arena_printf(a, "environ %d min %s",
			    (int)travel_about_minutes(facts[0]),
			    travel_words(NULL, a, facts[2]));
}

/* The hours of a job, of which one end may not be said. */
static const char *hours_words(struct arena *a, const int32_t facts[3])
{
	if (facts[0] >= 0 && facts[1] >= 0)
		return arena_printf(a, "de %s à %s",
				    time_words(NULL, a, facts[0]),
				    time_words(NULL, a, facts[1]));
	if (facts[0] >= 0)
		return arena_printf(a, "début à %s",
				    time_words(NULL, a, facts[0]));
	return arena_printf(a, "fin à %s", time_words(NULL, a, facts[1]));
}

/* The day from home to home, as far as it is known. */
static const char *day_words(struct arena *a, const int32_t facts[3])
{
	const char *out = "";

	if (facts[0] != VERDICT_NO_TIME)
		out = arena_printf(a, "départ à %s",
				   time_words(NULL, a, facts[0]));
	if (facts[1] != VERDICT_NO_TIME)
		out = arena_printf(a, "%s%sretour à %s", out, *out ? ", " : "",
				   time_words(NULL, a, facts[1]));
	return out;
}

static const struct {
	const char *name;
	const char *(*make)(struct arena *, const int32_t[3]);
} wholes[] = {
	{"journey", journey_words},
	{"hours", hours_words},
	{"day", day_words},
};

/* What stands between braces: "0" or "0:style". */
static const char *expand(const struct refdata *rd, struct arena *a,
			  const char *what, size_t n, const int32_t facts[3])
{
	int32_t v = facts[what[0] - '0'];

	for (size_t i = 0; n > 2 && i < ARRAY_LEN(wholes); i++)
		if (strlen(wholes[i].name) == n - 2 &&
		    !strncmp(wholes[i].name, what + 2, n - 2))
			return wholes[i].make(a, facts);
	for (size_t i = 0; n > 2 && i < ARRAY_LEN(styles); i++)
		if (strlen(styles[i].name) == n - 2 &&
		    !strncmp(styles[i].name, what + 2, n - 2))
			return styles[i].make(rd, a, v);
	BUG_ON(n != 1);
	return arena_printf(a, "%d", (int)v);
}

const char *words_code(enum why why)
{
	return table[why].code;
}

const char *words_make(const struct refdata *rd, struct arena *a, enum why why,
		       const int32_t facts[3])
{
	return words_fill(rd, a, table[why].words, facts);
}

const char *words_fill(const struct refdata *rd, struct arena *a,
		       const char *words, const int32_t facts[3])
{
	const char *p = words, *out = "";

	if (!p)
		return NULL;
	while (*p) {
		size_t n = strcspn(p, "{");

		out = arena_printf(a, "%s%.*s", out, (int)n, p);
		p += n;
		if (*p) {
			n = strcspn(p, "}");
			out = arena_printf(a, "%s%s", out,
					   expand(rd, a, p + 1, n - 1, facts));
			p += n + 1;
		}
	}
	return out;
}
