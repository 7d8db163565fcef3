/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_VOCAB_H
#define ETRIER_VOCAB_H

#include <stddef.h>

/* The closed word lists of data.md: one table each, the code as it is written
 * in files and on the wire, and the French label people read. The enumerators
 * are indices into the tables (vocab.c asserts it). */
struct vocab {
	const char *name;	      /* for diagnostics: "contract" */
	const char *const *codes;     /* NULL-terminated */
	const char *const *labels_fr; /* as many */
	int n;
};

enum { VOCAB_NONE = -1 };
/* Index of a code, or VOCAB_NONE. NULL is none. */
int vocab_find(const struct vocab *v, const char *code);
/* NULL for VOCAB_NONE or out of range. */
const char *vocab_code(const struct vocab *v, int i);
const char *vocab_label(const struct vocab *v, int i);

/* Three-valued logic. Unknown is zero, so that a forgotten field is unknown
 * and never "no". */
enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };
extern const struct vocab vocab_tri; /* unknown no yes */

enum contract {
	CONTRACT_APPRENTICESHIP,
	CONTRACT_PROFESSIONALIZATION,
	CONTRACT_PERMANENT,
	CONTRACT_FIXED_TERM,
	CONTRACT_TEMPORARY,
	CONTRACT_SEASONAL,
	CONTRACT_INTERNSHIP,
	CONTRACT_IMMERSION,
	CONTRACT_CIVIC_SERVICE,
	CONTRACT_TRAINING,
	CONTRACT_EVENT,
	CONTRACT_COUNT
};
extern const struct vocab vocab_contract;

enum exposure {
	EXPOSURE_LOADS,
	EXPOSURE_STANDING,
	EXPOSURE_SITTING,
	EXPOSURE_WALKING,
	EXPOSURE_STAIRS,
	EXPOSURE_POSTURE,
	EXPOSURE_REPETITIVE,
	EXPOSURE_VIBRATION,
	EXPOSURE_HEIGHT,
	EXPOSURE_NOISE,
	EXPOSURE_DUST,
	EXPOSURE_CHEMICALS,
	EXPOSURE_HEAT,
	EXPOSURE_COLD,
	EXPOSURE_SCREEN,
	EXPOSURE_LIGHT,
	EXPOSURE_DRIVING,
	EXPOSURE_NIGHT,
	EXPOSURE_EARLY_START,
	EXPOSURE_IRREGULAR_HOURS,
	EXPOSURE_PUBLIC,
	EXPOSURE_PACE,
	EXPOSURE_ALONE,
	EXPOSURE_WRITTEN,
	EXPOSURE_ORAL,
	EXPOSURE_COUNT
};
extern const struct vocab vocab_exposure;

/* Facts about premises, then supports an employer offers. */
enum access {
	ACCESS_STEP_FREE,
	ACCESS_WHEELCHAIR,
	ACCESS_TOILETS,
	ACCESS_LIFT,
	ACCESS_PARKING,
	ACCESS_HEARING_LOOP,
	ACCESS_PART_TIME,
	ACCESS_BREAKS,
	ACCESS_TUTORING,
	ACCESS_CARE_TIME,
	ACCESS_COUNT
};
extern const struct vocab vocab_access;

enum need_mode { NEED_EXCLUDE, NEED_WARN, NEED_FAVOUR };
extern const struct vocab vocab_need_mode;

enum travel_mode {
	MODE_WALK,
	MODE_BIKE,
	MODE_MOPED,
	MODE_CAR,
	MODE_TRANSIT,
	MODE_COUNT
};
extern const struct vocab vocab_mode;

enum channel { CHANNEL_EMAIL, CHANNEL_SMS, CHANNEL_NONE };
extern const struct vocab vocab_channel;

enum licence {
	LICENCE_AM,
	LICENCE_A1,
	LICENCE_A2,
	LICENCE_A,
	LICENCE_B,
	LICENCE_BE,
	LICENCE_C,
	LICENCE_D,
	LICENCE_CACES,
	LICENCE_COUNT
};
extern const struct vocab vocab_licence;

/* none 3 4 5 6 7: index 0 is "none", then the European level is index + 2. */
extern const struct vocab vocab_level;
enum experience {
	EXPERIENCE_NONE,
	EXPERIENCE_SOME,
	EXPERIENCE_REQUIRED,
	EXPERIENCE_UNKNOWN
};
extern const struct vocab vocab_experience;

/* From the finest to the coarsest; only the first two have coordinates one
 * may measure from. */
enum precision {
	PLACE_POINT,
	PLACE_COMMUNE,
	PLACE_DEPARTMENT,
	PLACE_REGION,
	PLACE_COUNTRY,
	PLACE_UNKNOWN
};
extern const struct vocab vocab_precision;

enum person_status { PERSON_ACTIVE, PERSON_PAUSED, PERSON_PLACED, PERSON_LEFT };
extern const struct vocab vocab_person_status;

enum agency_mode {
	AGENCY_OFF,
	AGENCY_PREVIEW,
	AGENCY_DIGEST_ONLY,
	AGENCY_APPROVAL,
	AGENCY_AUTOMATIC
};
extern const struct vocab vocab_agency_mode;
extern const struct vocab vocab_origin_kind; /* ml cfa */
extern const struct vocab vocab_digest;	     /* daily twice weekly urgent off */
extern const struct vocab vocab_tone;	     /* tu vous */
extern const struct vocab vocab_cecrl;	     /* A1 A2 B1 B2 C1 C2 */
extern const struct vocab vocab_provenance;  /* stated text trade list */

#endif
