/* SPDX-License-Identifier: EUPL-1.2 */
/* The one list of what a source file may fill in an offer: used by the check
 * of sources.d, by the collector and by the test that reads the manual. */
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/source.h>
#include <etrier/str.h>

#include <assert.h>
#include <string.h>

#define ROW(field, name, type, help) [SOURCE_F_##field] = {name, type, help}

static const struct source_field_row rows[] = {
	ROW(REF, "ref", SOURCE_TEXT, "the partner's own number of the offer"),
	ROW(ORIGIN_REF, "origin_ref", SOURCE_TEXT,
	    "the number it had where it was published first"),
	ROW(URL, "url", SOURCE_URL, "the page of the offer"),
	ROW(TITLE, "title", SOURCE_TEXT, "the title; a record without is bad"),
	ROW(DESCRIPTION, "description", SOURCE_LINES, "the text, markup out"),
	ROW(KIND, "kind", SOURCE_CODE, "the contract"),
	ROW(ROME, "rome", SOURCE_LIST, "ROME codes, v3 or v4"),
	ROW(TRADE, "trade", SOURCE_TEXT, "an official ROME job title"),
	ROW(STATUS, "status", SOURCE_CODE, "live, withdrawn or expired"),
	ROW(OPEN, "open", SOURCE_TRI, "no: the offer is withdrawn"),
	ROW(EMPLOYER_NAME, "employer.name", SOURCE_TEXT, "name of the firm"),
	ROW(EMPLOYER_SIRET, "employer.siret", SOURCE_TEXT,
	    "14 digits, checked; anything else is unknown"),
	ROW(EMPLOYER_NAF, "employer.naf", SOURCE_TEXT, "activity, 1071C"),
	ROW(EMPLOYER_SIZE, "employer.size", SOURCE_TEXT, "size as published"),
	ROW(EMPLOYER_HANDI_ENGAGED, "employer.handi_engaged", SOURCE_TRI,
	    "the feed says the firm is engaged for handicap"),
	ROW(EMPLOYER_ADAPTED_COMPANY, "employer.adapted_company", SOURCE_TRI,
	    "an entreprise adaptée"),
	ROW(EMPLOYER_SCHOOL, "employer.school", SOURCE_TRI,
	    "a school that recruits for its pupils' employers"),
	ROW(PLACE_INSEE, "place.insee", SOURCE_TEXT, "INSEE code"),
	ROW(PLACE_POSTCODE, "place.postcode", SOURCE_TEXT, "postal code"),
	ROW(PLACE_CITY, "place.city", SOURCE_TEXT, "name of the commune"),
	ROW(PLACE_DEPT, "place.dept", SOURCE_TEXT, "code or name"),
	ROW(PLACE_ADDRESS, "place.address", SOURCE_TEXT, "street address"),
	ROW(PLACE_COUNTRY, "place.country", SOURCE_TEXT, "country"),
	ROW(PLACE_LAT, "place.lat", SOURCE_TEXT, "latitude in degrees"),
	ROW(PLACE_LON, "place.lon", SOURCE_TEXT, "longitude in degrees"),
	ROW(PLACE_LATLON, "place.latlon", SOURCE_TEXT,
	    "both in one text, \"48.85,2.35\" or \"48,85,2,35\""),
	ROW(PLACE_TEXT, "place.text", SOURCE_TEXT,
	    "one text for the place, \"93 - Saint-Denis\""),
	ROW(START, "start", SOURCE_DATE, "first day of the contract"),
	ROW(DURATION, "duration", SOURCE_TEXT, "in words: \"6 mois\""),
	ROW(DURATION_DAYS, "duration_days", SOURCE_NUMBER, "in days"),
	ROW(DURATION_MONTHS, "duration_months", SOURCE_NUMBER, "in months"),
	ROW(POSITIONS, "positions", SOURCE_NUMBER, "how many are sought"),
	ROW(HOURS_START, "hours.start", SOURCE_HOUR, "first hour of the day"),
	ROW(HOURS_END, "hours.end", SOURCE_HOUR, "last hour of the day"),
	ROW(HOURS_WEEKLY, "hours.weekly", SOURCE_TEXT, "hours a week, 35h30"),
	ROW(HOURS_NIGHT, "hours.night", SOURCE_TRI, "work at night"),
	ROW(HOURS_WEEKEND, "hours.weekend", SOURCE_TRI, "work at week-ends"),
	ROW(HOURS_PART_TIME, "hours.part_time", SOURCE_TRI, "part time"),
	ROW(HOURS_TEXT, "hours.text", SOURCE_TEXT, "hours as published"),
	ROW(LICENCES, "licences", SOURCE_LIST, "driving licences required"),
	ROW(AGE_MIN, "age_min", SOURCE_NUMBER, "least age stated"),
	ROW(LEVEL_REQUIRED, "level.required", SOURCE_CODE, "diploma required"),
	ROW(LEVEL_TARGET, "level.target", SOURCE_CODE, "diploma aimed at"),
	ROW(EXPERIENCE, "experience", SOURCE_CODE, "none, some, required"),
	ROW(LANGUAGES, "languages", SOURCE_LIST, "BCP 47 codes: fr, en"),
	ROW(TRAINING_RNCP, "training.rncp", SOURCE_TEXT, "RNCP number"),
	ROW(TRAINING_CFA, "training.cfa", SOURCE_TEXT, "name of the CFA"),
	ROW(TRAINING_RHYTHM, "training.rhythm", SOURCE_TEXT, "rhythm"),
	ROW(TRAINING_START, "training.start", SOURCE_DATE, "first day"),
	ROW(TRAINING_END, "training.end", SOURCE_DATE, "last day"),
	ROW(HANDICAP_WELCOME, "handicap_welcome", SOURCE_TRI,
	    "the offer says it is open to people with a handicap"),
	ROW(SALARY_TEXT, "salary.text", SOURCE_TEXT,
	    "as published; amounts are read from it when not given apart"),
	ROW(SALARY_MIN, "salary.min", SOURCE_MONEY, "euros"),
	ROW(SALARY_MAX, "salary.max", SOURCE_MONEY, "euros"),
	ROW(SALARY_PERIOD, "salary.period", SOURCE_CODE, "hour, month, year"),
	ROW(CONTACT_NAME, "contact.name", SOURCE_TEXT, "as published"),
	ROW(CONTACT_EMAIL, "contact.email", SOURCE_TEXT, "as published"),
	ROW(CONTACT_PHONE, "contact.phone", SOURCE_TEXT, "as published"),
	ROW(CONTACT_URL, "contact.url", SOURCE_URL, "where one applies"),
	ROW(POSTED, "posted", SOURCE_INSTANT, "first published"),
	ROW(UPDATED, "updated", SOURCE_INSTANT, "last changed"),
	ROW(EXPIRES, "expires", SOURCE_INSTANT,
	    "good until; a day or a month alone: its end"),
	ROW(EXPOSURE, "exposure.", SOURCE_DEGREE,
	    "a condition of work, 0 none to 3 dominant"),
	{"access.", SOURCE_TRI, "a fact about the premises or a support"},
};
static_assert(ARRAY_LEN(rows) == SOURCE_F_EXPOSURE + 2, "one row a field");

const struct source_field_row *source_field_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

static int find_in_family(const char *name, const char *prefix,
			  const struct vocab *codes, int first)
{
	if (!str_starts(name, prefix))
		return -1;
	int i = vocab_find(codes, name + strlen(prefix));
	return i == VOCAB_NONE ? -1 : first + i;
}

int source_field_find(const char *name)
{
	for (int i = 0; i < SOURCE_F_EXPOSURE; i++)
		if (str_eq(rows[i].name, name))
			return i;
	int i = find_in_family(name, "exposure.", &vocab_exposure,
			       SOURCE_F_EXPOSURE);
	return i >= 0 ? i
		      : find_in_family(name, "access.", &vocab_access,
				       SOURCE_F_ACCESS);
}

enum source_type source_field_type(int field)
{
	if (field >= SOURCE_F_ACCESS)
		return SOURCE_TRI;
	if (field >= SOURCE_F_EXPOSURE)
		return SOURCE_DEGREE;
	return rows[field].type;
}

int source_duration_s(const char *s, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t n = strlen(s);
	char digits[8];
	if (n < 2 || n > sizeof(digits))
		return -1;
	memcpy(digits, s, n - 1);
	digits[n - 1] = '\0';
	int64_t v;
	if (num_parse_int(digits, 0, 9999999, &v))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (s[n - 1] != units[i].unit)
			continue;
		*out = v * units[i].seconds;
		return 0;
	}
	return -1;
}
