/* SPDX-License-Identifier: EUPL-1.2 */
/* The closed word lists of the product, each with the code that files and the
 * wire carry and the French words that advisers read. Nothing else in the tree
 * spells a code or a label. Adding a word at the end of a list is free;
 * renaming or reordering one breaks stored data.
 *
 * Labels are short enough for a table column; they name a fact about a job or
 * a wish, never a diagnosis. */
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/vocab.h>

#include <assert.h>
#include <string.h>

/* The table of one vocabulary from its two arrays, and the proof that both
 * hold as many words as the enumeration. */
#define VOCAB_TABLE(id, count)                                        \
	static_assert(ARRAY_LEN(id##_codes) == (count) + 1, "codes"); \
	static_assert(ARRAY_LEN(id##_labels) == (count), "labels");   \
	const struct vocab vocab_##id = {#id, id##_codes, id##_labels, (count)}

static const char *const tri_codes[] = {
	[TRI_UNKNOWN] = "unknown",
	[TRI_NO] = "no",
	[TRI_YES] = "yes",
	NULL,
};
static const char *const tri_labels[] = {
	[TRI_UNKNOWN] = "non précisé",
	[TRI_NO] = "non",
	[TRI_YES] = "oui",
};
VOCAB_TABLE(tri, TRI_YES + 1);

static const char *const contract_codes[] = {
	[CONTRACT_APPRENTICESHIP] = "apprenticeship",
	[CONTRACT_PROFESSIONALIZATION] = "professionalization",
	[CONTRACT_PERMANENT] = "permanent",
	[CONTRACT_FIXED_TERM] = "fixed_term",
	[CONTRACT_TEMPORARY] = "temporary",
	[CONTRACT_SEASONAL] = "seasonal",
	[CONTRACT_INTERNSHIP] = "internship",
	[CONTRACT_IMMERSION] = "immersion",
	[CONTRACT_CIVIC_SERVICE] = "civic_service",
	[CONTRACT_TRAINING] = "training",
	[CONTRACT_EVENT] = "event",
	NULL,
};
static const char *const contract_labels[] = {
	[CONTRACT_APPRENTICESHIP] = "Apprentissage",
	[CONTRACT_PROFESSIONALIZATION] = "Contrat de professionnalisation",
	[CONTRACT_PERMANENT] = "CDI",
	[CONTRACT_FIXED_TERM] = "CDD",
	[CONTRACT_TEMPORARY] = "Intérim",
	[CONTRACT_SEASONAL] = "Contrat saisonnier",
	[CONTRACT_INTERNSHIP] = "Stage",
	[CONTRACT_IMMERSION] = "Immersion professionnelle",
	[CONTRACT_CIVIC_SERVICE] = "Service civique",
	[CONTRACT_TRAINING] = "Formation",
	[CONTRACT_EVENT] = "Rencontre",
};
VOCAB_TABLE(contract, CONTRACT_COUNT);

static const char *const exposure_codes[] = {
	[EXPOSURE_LOADS] = "loads",
	[EXPOSURE_STANDING] = "standing",
	[EXPOSURE_SITTING] = "sitting",
	[EXPOSURE_WALKING] = "walking",
	[EXPOSURE_STAIRS] = "stairs",
	[EXPOSURE_POSTURE] = "posture",
	[EXPOSURE_REPETITIVE] = "repetitive",
	[EXPOSURE_VIBRATION] = "vibration",
	[EXPOSURE_HEIGHT] = "height",
	[EXPOSURE_NOISE] = "noise",
	[EXPOSURE_DUST] = "dust",
	[EXPOSURE_CHEMICALS] = "chemicals",
	[EXPOSURE_HEAT] = "heat",
	[EXPOSURE_COLD] = "cold",
	[EXPOSURE_SCREEN] = "screen",
	[EXPOSURE_LIGHT] = "light",
	[EXPOSURE_DRIVING] = "driving",
	[EXPOSURE_NIGHT] = "night",
	[EXPOSURE_EARLY_START] = "early_start",
	[EXPOSURE_IRREGULAR_HOURS] = "irregular_hours",
	[EXPOSURE_PUBLIC] = "public",
	[EXPOSURE_PACE] = "pace",
	[EXPOSURE_ALONE] = "alone",
	[EXPOSURE_WRITTEN] = "written",
	[EXPOSURE_ORAL] = "oral",
	NULL,
};
static const char *const exposure_labels[] = {
	[EXPOSURE_LOADS] = "port de charges",
	[EXPOSURE_STANDING] = "station debout",
	[EXPOSURE_SITTING] = "station assise",
	[EXPOSURE_WALKING] = "marche",
	[EXPOSURE_STAIRS] = "escaliers",
	[EXPOSURE_POSTURE] = "postures contraignantes",
	[EXPOSURE_REPETITIVE] = "gestes répétitifs",
	[EXPOSURE_VIBRATION] = "vibrations",
	[EXPOSURE_HEIGHT] = "travail en hauteur",
	[EXPOSURE_NOISE] = "bruit",
	[EXPOSURE_DUST] = "poussières",
	[EXPOSURE_CHEMICALS] = "produits chimiques",
	[EXPOSURE_HEAT] = "chaleur",
	[EXPOSURE_COLD] = "froid",
	[EXPOSURE_SCREEN] = "travail sur écran",
	[EXPOSURE_LIGHT] = "lumière vive",
	[EXPOSURE_DRIVING] = "conduite",
	[EXPOSURE_NIGHT] = "travail de nuit",
	[EXPOSURE_EARLY_START] = "début très matinal",
	[EXPOSURE_IRREGULAR_HOURS] = "horaires variables",
	[EXPOSURE_PUBLIC] = "contact avec le public",
	[EXPOSURE_PACE] = "cadence soutenue",
	[EXPOSURE_ALONE] = "travail isolé",
	[EXPOSURE_WRITTEN] = "consignes écrites",
	[EXPOSURE_ORAL] = "consignes orales",
};
VOCAB_TABLE(exposure, EXPOSURE_COUNT);

static const char *const access_codes[] = {
	[ACCESS_STEP_FREE] = "step_free",
	[ACCESS_WHEELCHAIR] = "wheelchair",
	[ACCESS_TOILETS] = "toilets",
	[ACCESS_LIFT] = "lift",
	[ACCESS_PARKING] = "parking",
	[ACCESS_HEARING_LOOP] = "hearing_loop",
	[ACCESS_PART_TIME] = "part_time",
	[ACCESS_BREAKS] = "breaks",
	[ACCESS_TUTORING] = "tutoring",
	[ACCESS_CARE_TIME] = "care_time",
	NULL,
};
static const char *const access_labels[] = {
	[ACCESS_STEP_FREE] = "entrée de plain-pied",
	[ACCESS_WHEELCHAIR] = "accès en fauteuil roulant",
	[ACCESS_TOILETS] = "sanitaires adaptés",
	[ACCESS_LIFT] = "ascenseur",
	[ACCESS_PARKING] = "stationnement adapté",
	[ACCESS_HEARING_LOOP] = "boucle magnétique",
	[ACCESS_PART_TIME] = "temps partiel possible",
	[ACCESS_BREAKS] = "pauses aménagées",
	[ACCESS_TUTORING] = "tutorat renforcé",
	[ACCESS_CARE_TIME] = "temps pour des rendez-vous réguliers",
};
VOCAB_TABLE(access, ACCESS_COUNT);

static const char *const need_mode_codes[] = {
	[NEED_EXCLUDE] = "exclude",
	[NEED_WARN] = "warn",
	[NEED_FAVOUR] = "favour",
	NULL,
};
static const char *const need_mode_labels[] = {
	[NEED_EXCLUDE] = "à exclure",
	[NEED_WARN] = "à signaler",
	[NEED_FAVOUR] = "à favoriser",
};
VOCAB_TABLE(need_mode, NEED_FAVOUR + 1);

static const char *const mode_codes[] = {
	[MODE_WALK] = "walk",	    [MODE_BIKE] = "bike",
	[MODE_MOPED] = "moped",	    [MODE_CAR] = "car",
	[MODE_TRANSIT] = "transit", NULL,
};
static const char *const mode_labels[] = {
	[MODE_WALK] = "à pied",
	[MODE_BIKE] = "à vélo",
	[MODE_MOPED] = "en scooter",
	[MODE_CAR] = "en voiture",
	[MODE_TRANSIT] = "en transports en commun",
};
VOCAB_TABLE(mode, MODE_COUNT);

static const char *const channel_codes[] = {
	[CHANNEL_EMAIL] = "email",
	[CHANNEL_SMS] = "sms",
	[CHANNEL_NONE] = "none",
	NULL,
};
static const char *const channel_labels[] = {
	[CHANNEL_EMAIL] = "e-mail",
	[CHANNEL_SMS] = "SMS",
	[CHANNEL_NONE] = "aucun message",
};
VOCAB_TABLE(channel, CHANNEL_NONE + 1);

static const char *const licence_codes[] = {
	[LICENCE_AM] = "AM",	   [LICENCE_A1] = "A1",
	[LICENCE_A2] = "A2",	   [LICENCE_A] = "A",
	[LICENCE_B] = "B",	   [LICENCE_BE] = "BE",
	[LICENCE_C] = "C",	   [LICENCE_D] = "D",
	[LICENCE_CACES] = "caces", NULL,
};
static const char *const licence_labels[] = {
	[LICENCE_AM] = "permis AM", [LICENCE_A1] = "permis A1",
	[LICENCE_A2] = "permis A2", [LICENCE_A] = "permis A",
	[LICENCE_B] = "permis B",   [LICENCE_BE] = "permis BE",
	[LICENCE_C] = "permis C",   [LICENCE_D] = "permis D",
	[LICENCE_CACES] = "CACES",
};
VOCAB_TABLE(licence, LICENCE_COUNT);

/* The European levels in use since 2019 (décret 2019-14): 3 is the CAP. */
static const char *const level_codes[] = {"none", "3", "4", "5",
					  "6",	  "7", NULL};
static const char *const level_labels[] = {
	"sans diplôme",	    "CAP, BEP (niveau 3)",  "bac (niveau 4)",
	"bac+2 (niveau 5)", "bac+3, +4 (niveau 6)", "bac+5 (niveau 7)",
};
VOCAB_TABLE(level, 6);

static const char *const experience_codes[] = {
	[EXPERIENCE_NONE] = "none",
	[EXPERIENCE_SOME] = "some",
	[EXPERIENCE_REQUIRED] = "required",
	[EXPERIENCE_UNKNOWN] = "unknown",
	NULL,
};
static const char *const experience_labels[] = {
	[EXPERIENCE_NONE] = "débutant accepté",
	[EXPERIENCE_SOME] = "expérience souhaitée",
	[EXPERIENCE_REQUIRED] = "expérience exigée",
	[EXPERIENCE_UNKNOWN] = "non précisé",
};
VOCAB_TABLE(experience, EXPERIENCE_UNKNOWN + 1);

static const char *const precision_codes[] = {
	[PLACE_POINT] = "point",
	[PLACE_COMMUNE] = "commune",
	[PLACE_DEPARTMENT] = "department",
	[PLACE_REGION] = "region",
	[PLACE_COUNTRY] = "country",
	[PLACE_UNKNOWN] = "unknown",
	NULL,
};
static const char *const precision_labels[] = {
	[PLACE_POINT] = "adresse",
	[PLACE_COMMUNE] = "commune",
	[PLACE_DEPARTMENT] = "département",
	[PLACE_REGION] = "région",
	[PLACE_COUNTRY] = "pays",
	[PLACE_UNKNOWN] = "lieu non précisé",
};
VOCAB_TABLE(precision, PLACE_UNKNOWN + 1);

static const char *const person_status_codes[] = {
	[PERSON_ACTIVE] = "active",
	[PERSON_PAUSED] = "paused",
	[PERSON_PLACED] = "placed",
	[PERSON_LEFT] = "left",
	NULL,
};
static const char *const person_status_labels[] = {
	[PERSON_ACTIVE] = "en recherche",
	[PERSON_PAUSED] = "en pause",
	[PERSON_PLACED] = "en poste ou en contrat",
	[PERSON_LEFT] = "sorti de l'accompagnement",
};
VOCAB_TABLE(person_status, PERSON_LEFT + 1);

static const char *const agency_mode_codes[] = {
	[AGENCY_OFF] = "off",
	[AGENCY_PREVIEW] = "preview",
	[AGENCY_DIGEST_ONLY] = "digest_only",
	[AGENCY_APPROVAL] = "approval",
	[AGENCY_AUTOMATIC] = "automatic",
	NULL,
};
static const char *const agency_mode_labels[] = {
	[AGENCY_OFF] = "arrêté",
	[AGENCY_PREVIEW] = "aperçu sans envoi",
	[AGENCY_DIGEST_ONLY] = "récapitulatif aux conseillers",
	[AGENCY_APPROVAL] = "envoi aux jeunes après accord",
	[AGENCY_AUTOMATIC] = "envoi automatique",
};
VOCAB_TABLE(agency_mode, AGENCY_AUTOMATIC + 1);

static const char *const origin_kind_codes[] = {"ml", "cfa", NULL};
static const char *const origin_kind_labels[] = {"Mission Locale", "CFA"};
VOCAB_TABLE(origin_kind, 2);

static const char *const digest_codes[] = {"daily",  "twice", "weekly",
					   "urgent", "off",   NULL};
static const char *const digest_labels[] = {
	"chaque jour",	      "deux fois par semaine", "chaque semaine",
	"urgences seulement", "aucun récapitulatif",
};
VOCAB_TABLE(digest, 5);

static const char *const tone_codes[] = {"tu", "vous", NULL};
static const char *const tone_labels[] = {"tutoiement", "vouvoiement"};
VOCAB_TABLE(tone, 2);

static const char *const cecrl_codes[] = {"A1", "A2", "B1", "B2",
					  "C1", "C2", NULL};
static const char *const cecrl_labels[] = {"A1", "A2", "B1", "B2", "C1", "C2"};
VOCAB_TABLE(cecrl, 6);

static const char *const provenance_codes[] = {"stated", "text", "trade",
					       "list", NULL};
static const char *const provenance_labels[] = {
	"indiqué par l'employeur",
	"lu dans le texte de l'offre",
	"habituel dans ce métier",
	"liste officielle",
};
VOCAB_TABLE(provenance, 4);

int vocab_find(const struct vocab *v, const char *code)
{
	if (!code)
		return VOCAB_NONE;
	for (int i = 0; i < v->n; i++)
		if (str_eq(v->codes[i], code))
			return i;
	return VOCAB_NONE;
}

const char *vocab_code(const struct vocab *v, int i)
{
	return i >= 0 && i < v->n ? v->codes[i] : NULL;
}

const char *vocab_label(const struct vocab *v, int i)
{
	return i >= 0 && i < v->n ? v->labels_fr[i] : NULL;
}
