/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SOURCE_H
#define ETRIER_SOURCE_H

#include <etrier/schema.h>
#include <etrier/vocab.h>

/* One file of sources.d: where offers come from and how a record becomes an
 * offer. Lives in conf because the supervisor and `etrierctl check` must find
 * every mistake in it before a collector sees it. */
extern const struct schema source_schema[];
enum {
	SOURCES_MAX = 200,
	SOURCE_PATHS_MAX = 12,	/* paths of one field */
	SOURCE_VALUES_MAX = 500 /* rows of one table of values */
};

/* Check one parsed file; the object handed to the collector, or NULL after
 * errors in d. name_hint: the file's stem, must equal `name`; NULL: any name
 * will do (sources try). base_dir is where bare names of secret_headers are
 * looked up (paths.secrets), before $CREDENTIALS_DIRECTORY.
 *
 * The object: name kind enabled url every_s delivers("complete"|"window")
 * records count each separator encoding columns[] fields{...} (those that the
 * kind has by itself too) unknown[] false_means_unknown[] allow_private
 * headers{} secret_headers{} min_interval_ms max_bytes max_offers
 * max_record_bytes expires_days; of kind exec: name kind enabled command[]
 * may_read[] network timeout_s every_s delivers max_bytes max_offers
 * expires_days files[]; and map: a hash that changes whenever the same
 * bytes could give other offers. secret_headers holds secrets: never print the
 * object; source_public() is the printable copy. */
json_t *source_read(const struct ynode *root, const char *name_hint,
		    const char *base_dir, struct diags *d);
json_t *source_public(const json_t *source);

/* What a field of an offer wants from a record; tells the check which options
 * make sense and the manual what to say. */
enum source_type {
	SOURCE_TEXT,  /* one line */
	SOURCE_LINES, /* several lines, markup taken out */
	SOURCE_URL,
	SOURCE_CODE,   /* one word of a closed list */
	SOURCE_TRI,    /* yes no unknown */
	SOURCE_NUMBER, /* a whole number in range */
	SOURCE_DEGREE, /* 0..3 */
	SOURCE_DATE,   /* a civil date */
	SOURCE_INSTANT,
	SOURCE_HOUR,  /* 04:30, 4h30 */
	SOURCE_MONEY, /* euros, decimals allowed */
	SOURCE_LIST   /* several values are kept */
};

/* The targets of `fields:`, named as in the offer line (surfaces.md), plus
 * some that exist only here because feeds say things their own way. */
enum source_field {
	SOURCE_F_REF,
	SOURCE_F_ORIGIN_REF,
	SOURCE_F_URL,
	SOURCE_F_TITLE,
	SOURCE_F_DESCRIPTION,
	SOURCE_F_KIND,
	SOURCE_F_ROME,
	SOURCE_F_TRADE, /* an official job title, tried before the title */
	SOURCE_F_STATUS,
	SOURCE_F_OPEN, /* no: the offer is withdrawn */
	SOURCE_F_EMPLOYER_NAME,
	SOURCE_F_EMPLOYER_SIRET,
	SOURCE_F_EMPLOYER_NAF,
	SOURCE_F_EMPLOYER_SIZE,
	SOURCE_F_EMPLOYER_HANDI_ENGAGED,
	SOURCE_F_EMPLOYER_ADAPTED_COMPANY,
	SOURCE_F_EMPLOYER_SCHOOL, /* it recruits for others */
	SOURCE_F_PLACE_INSEE,
	SOURCE_F_PLACE_POSTCODE,
	SOURCE_F_PLACE_CITY,
	SOURCE_F_PLACE_DEPT,
	SOURCE_F_PLACE_ADDRESS,
	SOURCE_F_PLACE_COUNTRY,
	SOURCE_F_PLACE_LAT,
	SOURCE_F_PLACE_LON,
	SOURCE_F_PLACE_LATLON, /* "48.85,2.35", "48,85,2,35" */
	SOURCE_F_PLACE_TEXT,
	SOURCE_F_START,
	SOURCE_F_DURATION, /* "6 mois", "2 ans" */
	SOURCE_F_DURATION_DAYS,
	SOURCE_F_DURATION_MONTHS,
	SOURCE_F_POSITIONS,
	SOURCE_F_HOURS_START,
	SOURCE_F_HOURS_END,
	SOURCE_F_HOURS_WEEKLY, /* "35", "35h30": hours a week */
	SOURCE_F_HOURS_NIGHT,
	SOURCE_F_HOURS_WEEKEND,
	SOURCE_F_HOURS_PART_TIME,
	SOURCE_F_HOURS_TEXT,
	SOURCE_F_LICENCES,
	SOURCE_F_AGE_MIN,
	SOURCE_F_LEVEL_REQUIRED,
	SOURCE_F_LEVEL_TARGET,
	SOURCE_F_EXPERIENCE,
	SOURCE_F_LANGUAGES,
	SOURCE_F_TRAINING_RNCP,
	SOURCE_F_TRAINING_CFA,
	SOURCE_F_TRAINING_RHYTHM,
	SOURCE_F_TRAINING_START,
	SOURCE_F_TRAINING_END,
	SOURCE_F_HANDICAP_WELCOME,
	SOURCE_F_SALARY_TEXT,
	SOURCE_F_SALARY_MIN,
	SOURCE_F_SALARY_MAX,
	SOURCE_F_SALARY_PERIOD,
	SOURCE_F_CONTACT_NAME,
	SOURCE_F_CONTACT_EMAIL,
	SOURCE_F_CONTACT_PHONE,
	SOURCE_F_CONTACT_URL,
	SOURCE_F_POSTED,
	SOURCE_F_UPDATED,
	SOURCE_F_EXPIRES,
	SOURCE_F_EXPOSURE, /* first of EXPOSURE_COUNT: exposure.loads ... */
	SOURCE_F_ACCESS = SOURCE_F_EXPOSURE + EXPOSURE_COUNT,
	SOURCE_F_COUNT = SOURCE_F_ACCESS + ACCESS_COUNT
};

struct source_field_row {
	const char
		*name; /* "place.city"; the families: "exposure.", "access." */
	enum source_type type;
	const char *help;
};
/* i from 0 to SOURCE_F_EXPOSURE - 1; the families are rows of their own at
 * SOURCE_F_EXPOSURE and SOURCE_F_EXPOSURE + 1; NULL after them. */
const struct source_field_row *source_field_row(size_t i);
/* The number of a field by its name ("exposure.loads" too), or -1. */
int source_field_find(const char *name);
enum source_type source_field_type(int field);
/* "every" and the like: 90s 30m 12h 7d. -1 when it is no duration. */
int source_duration_s(const char *s, int64_t *out);

#endif
