/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields that conditions may ask, each with its type and what it can be.
 * One row a field: the reader, the manual's check and the tests read it. */
#include "when_parts.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Names of needs: what the work does, then what the place offers. */
static const char *const need_codes[EXPOSURE_COUNT + ACCESS_COUNT + 1] = {
	"loads",   "standing",	"sitting",	"walking",
	"stairs",  "posture",	"repetitive",	"vibration",
	"height",  "noise",	"dust",		"chemicals",
	"heat",	   "cold",	"screen",	"light",
	"driving", "night",	"early_start",	"irregular_hours",
	"public",  "pace",	"alone",	"written",
	"oral",	   "step_free", "wheelchair",	"toilets",
	"lift",	   "parking",	"hearing_loop", "part_time",
	"breaks",  "tutoring",	"care_time",	NULL,
};
const struct vocab vocab_need = {"need", need_codes, need_codes,
				 EXPOSURE_COUNT + ACCESS_COUNT};

#define OFFER(n, t, i) .name = "offer." n, .type = (t), .id = (i)
#define YOUTH(n, t, i) \
	.name = "youth." n, .type = (t), .pool = COND_PERSON, .id = (i)
#define PAIR(n, t, i) .name = n, .type = (t), .pool = COND_PAIR, .id = (i)
#define RANGE(lo, hi) .min = (lo), .max = (hi)
#define DAY_RANGE     RANGE(0, 1440)
#define ANY_DATE      RANGE(-25567, 84005) /* 1900 .. 2199 */
#define ANY_RNCP      RANGE(1, 999999)
#define EUROS_MAX     10000000 /* 100 000 euros a month */

static const struct when_field fields[] = {
	{OFFER("kind", WHEN_ENUM, OFFER_KIND), .vocab = &vocab_contract},
	{OFFER("source", WHEN_CODE, OFFER_SOURCE)},
	{OFFER("rome", WHEN_TRADES, OFFER_ROME)},
	{OFFER("title", WHEN_TEXT, OFFER_TITLE)},
	{OFFER("description", WHEN_TEXT, OFFER_DESCRIPTION)},
	{OFFER("text", WHEN_TEXT, OFFER_TEXT)},
	{OFFER("employer.name", WHEN_NAME, OFFER_EMPLOYER)},
	{OFFER("employer.siret", WHEN_PREFIX, OFFER_SIRET)},
	{OFFER("employer.naf", WHEN_PREFIX, OFFER_NAF)},
	{OFFER("employer.size", WHEN_NAME, OFFER_SIZE)},
	{OFFER("employer.handi_engaged", WHEN_TRI, OFFER_HANDI)},
	{OFFER("employer.adapted_company", WHEN_TRI, OFFER_ADAPTED)},
	{OFFER("employer.school", WHEN_TRI, OFFER_SCHOOL)},
	{OFFER("place.dept", WHEN_DEPT, OFFER_DEPT)},
	{OFFER("place.insee", WHEN_PLACES, OFFER_INSEE)},
	{OFFER("place.precision", WHEN_ENUM, OFFER_PRECISION),
	 .vocab = &vocab_precision},
	{OFFER("start", WHEN_DATE, OFFER_START), ANY_DATE},
	{OFFER("duration_days", WHEN_INT, OFFER_DURATION), RANGE(0, 36600)},
	{OFFER("positions", WHEN_INT, OFFER_POSITIONS), RANGE(0, 100000)},
	{OFFER("hours.start", WHEN_TIME, OFFER_HOUR_START), DAY_RANGE},
	{OFFER("hours.end", WHEN_TIME, OFFER_HOUR_END), DAY_RANGE},
	{OFFER("hours.weekly", WHEN_HOURS, OFFER_WEEKLY), RANGE(0, 10080)},
	{OFFER("hours.night", WHEN_TRI, OFFER_NIGHT)},
	{OFFER("hours.weekend", WHEN_TRI, OFFER_WEEKEND)},
	{OFFER("hours.part_time", WHEN_TRI, OFFER_PART_TIME)},
	{OFFER("licences", WHEN_BITS, OFFER_LICENCES), .vocab = &vocab_licence},
	{OFFER("age_min", WHEN_INT, OFFER_AGE_MIN), RANGE(0, 99)},
	{OFFER("level.required", WHEN_ORDER, OFFER_LEVEL_REQUIRED),
	 .vocab = &vocab_level},
	{OFFER("level.target", WHEN_ORDER, OFFER_LEVEL_TARGET),
	 .vocab = &vocab_level},
	{OFFER("experience", WHEN_ENUM, OFFER_EXPERIENCE),
	 .vocab = &vocab_experience},
	{OFFER("languages", WHEN_CODE, OFFER_LANGUAGES)},
	{OFFER("french", WHEN_ORDER, OFFER_FRENCH), .vocab = &vocab_cecrl},
	{OFFER("training.rncp", WHEN_RNCP, OFFER_RNCP), ANY_RNCP},
	{OFFER("training.cfa", WHEN_NAME, OFFER_CFA)},
	{OFFER("training.rhythm", WHEN_TEXT, OFFER_RHYTHM)},
	{OFFER("exposure.*", WHEN_INT, OFFER_EXPOSURE), RANGE(0, 3),
	 .vocab = &vocab_exposure},
	{OFFER("access.*", WHEN_TRI, OFFER_ACCESS), .vocab = &vocab_access},
	{OFFER("handicap_welcome", WHEN_TRI, OFFER_WELCOME)},
	{OFFER("salary.min", WHEN_EUROS, OFFER_SALARY_MIN),
	 RANGE(0, EUROS_MAX)},
	{OFFER("salary.max", WHEN_EUROS, OFFER_SALARY_MAX),
	 RANGE(0, EUROS_MAX)},
	{PAIR("offer.age_days", WHEN_INT, PAIR_OFFER_AGE), RANGE(0, 36600)},

	{PAIR("youth.age", WHEN_INT, PAIR_AGE_TODAY), RANGE(13, 66)},
	{YOUTH("level", WHEN_ORDER, YOUTH_LEVEL), .vocab = &vocab_level},
	{YOUTH("modes", WHEN_BITS, YOUTH_MODES), .vocab = &vocab_mode},
	{YOUTH("licences", WHEN_BITS, YOUTH_LICENCES), .vocab = &vocab_licence},
	{YOUTH("contracts", WHEN_BITS, YOUTH_CONTRACTS),
	 .vocab = &vocab_contract},
	{YOUTH("rome", WHEN_TRADES, YOUTH_ROME)},
	{YOUTH("french.oral", WHEN_ORDER, YOUTH_FRENCH_ORAL),
	 .vocab = &vocab_cecrl},
	{YOUTH("french.written", WHEN_ORDER, YOUTH_FRENCH_WRITTEN),
	 .vocab = &vocab_cecrl},
	{YOUTH("preregistered", WHEN_TRI, YOUTH_PREREGISTERED)},
	{YOUTH("priority_district", WHEN_TRI, YOUTH_DISTRICT)},
	{YOUTH("needs", WHEN_BITS, YOUTH_NEEDS), .vocab = &vocab_need,
	 .is_private = true},
	{YOUTH("rqth", WHEN_TRI, YOUTH_RQTH), .is_private = true},
	{YOUTH("dept", WHEN_DEPT, YOUTH_DEPT)},
	{YOUTH("insee", WHEN_PLACES, YOUTH_INSEE)},
	{YOUTH("agency", WHEN_CODE, YOUTH_AGENCY)},
	{YOUTH("cfa", WHEN_KEY, YOUTH_CFA)},
	{YOUTH("rncp", WHEN_RNCP, YOUTH_RNCP), ANY_RNCP},
	{YOUTH("max_minutes", WHEN_INT, YOUTH_MAX_MINUTES), DAY_RANGE},
	{YOUTH("max_minutes_cfa", WHEN_INT, YOUTH_MAX_MINUTES_CFA), DAY_RANGE},
	{YOUTH("available_from", WHEN_DATE, YOUTH_AVAILABLE), ANY_DATE},
	{YOUTH("contract_deadline", WHEN_DATE, YOUTH_DEADLINE), ANY_DATE},
	{YOUTH("training_end", WHEN_DATE, YOUTH_TRAINING_END), ANY_DATE},
	{YOUTH("earliest_departure", WHEN_TIME, YOUTH_DEPARTURE), DAY_RANGE},
	{YOUTH("latest_return", WHEN_TIME, YOUTH_RETURN), DAY_RANGE},
	{PAIR("youth.days_to_deadline", WHEN_INT, PAIR_DAYS_TO_DEADLINE),
	 RANGE(-36600, 36600)},

	{PAIR("pair.age", WHEN_INT, PAIR_AGE), RANGE(13, 99)},
	{PAIR("pair.minutes", WHEN_INT, PAIR_MINUTES), RANGE(0, 6000)},
	{PAIR("pair.minutes_of_limit", WHEN_INT, PAIR_MINUTES_OF_LIMIT),
	 RANGE(0, 100000)},
	{PAIR("pair.cfa_minutes", WHEN_INT, PAIR_CFA_MINUTES), RANGE(0, 6000)},
	{PAIR("pair.leaves_home", WHEN_TIME, PAIR_LEAVE), RANGE(-6000, 1440)},
	{PAIR("pair.comes_home", WHEN_TIME, PAIR_BACK), RANGE(0, 7440)},
	{PAIR("pair.days_to_start", WHEN_INT, PAIR_DAYS_TO_START),
	 RANGE(-36600, 36600)},
	{PAIR("pair.rank", WHEN_INT, PAIR_RANK), RANGE(1, 5)},
	{PAIR("pair.trade", WHEN_SHARE, PAIR_TRADE_VALUE), RANGE(0, 1000)},
	{PAIR("pair.level_gap", WHEN_INT, PAIR_LEVEL_GAP), RANGE(-5, 5)},
	{PAIR("pair.french_oral_gap", WHEN_INT, PAIR_FRENCH_ORAL_GAP),
	 RANGE(-5, 5)},
	{PAIR("pair.same_course", WHEN_TRI, PAIR_SAME_COURSE)},
	{PAIR("pair.same_cfa", WHEN_TRI, PAIR_SAME_CFA)},
	{PAIR("pair.favours_met", WHEN_INT, PAIR_FAVOURS_MET), RANGE(0, 24),
	 .is_private = true},
};
static_assert(PAIR_FIELD_COUNT <= 32, "pair_fields is 32 bits");

const struct when_field *when_field_at(size_t i)
{
	return i < ARRAY_LEN(fields) ? &fields[i] : NULL;
}

/* "offer.exposure.*" with one of its words. */
static bool is_family_member(const struct when_field *f, const char *name,
			     int *sub)
{
	size_t n = strlen(f->name);

	if (f->name[n - 1] != '*' || strncmp(f->name, name, n - 1) != 0)
		return false;
	*sub = vocab_find(f->vocab, name + n - 1);
	return *sub != VOCAB_NONE;
}

static void nearest_field(const char *name, char near[WHEN_FIELD_SIZE])
{
	const char *words[ARRAY_LEN(fields) + 3] = {"all", "any"};
	const char *found;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		words[i + 2] = fields[i].name;
	found = str_nearest(name, words);
	/* the beginning forgotten: "kind" for "offer.kind" */
	for (size_t i = 0; !found && i < ARRAY_LEN(fields); i++)
		if (str_eq(strchr(fields[i].name, '.') + 1, name))
			found = fields[i].name;
	if (found && !strchr(found, '*'))
		str_copy(near, WHEN_FIELD_SIZE, found);
}

/* The nearest word of a family: "offer.exposure.noyse". */
static void nearest_member(const char *name, char near[WHEN_FIELD_SIZE])
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct when_field *f = &fields[i];
		size_t n = strlen(f->name) - 1;
		const char *found;

		if (f->name[n] != '*' || strncmp(f->name, name, n) != 0)
			continue;
		found = str_nearest(name + n, f->vocab->codes);
		if (found)
			snprintf(near, WHEN_FIELD_SIZE, "%.*s%s", (int)n,
				 f->name, found);
	}
}

bool when_field_find(const char *name, struct when_field *out,
		     char near[WHEN_FIELD_SIZE])
{
	int sub = 0;

	*near = '\0';
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		bool is_member = is_family_member(&fields[i], name, &sub);

		if (!is_member &&
		    (!str_eq(fields[i].name, name) || strchr(name, '*')))
			continue;
		*out = fields[i];
		if (is_member) {
			out->name = name;
			out->sub = (uint8_t)sub;
			out->vocab = NULL;
		}
		return true;
	}
	nearest_member(name, near);
	if (!*near)
		nearest_field(name, near);
	return false;
}
