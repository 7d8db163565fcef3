/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_RULES_WHEN_FIELDS_H
#define ENGINE_RULES_WHEN_FIELDS_H

#include <etrier/rules_when.h>

/* The fields that conditions may ask, and how each writes its values. */
enum when_type {
	WHEN_ENUM,  /* one of a vocabulary */
	WHEN_TRI,   /* yes no unknown */
	WHEN_ORDER, /* a vocabulary that has an order: ranges too */
	WHEN_BITS,  /* several of a vocabulary */
	WHEN_INT,
	WHEN_TIME,   /* minute of the day */
	WHEN_DATE,   /* date */
	WHEN_HOURS,  /* hours in the file, minutes inside */
	WHEN_EUROS,  /* euros in the file, cents inside */
	WHEN_SHARE,  /* 0..1 in the file, 0..1000 inside */
	WHEN_RNCP,   /* RNCP37537, its number inside */
	WHEN_TRADES, /* codes of ROME or their beginnings */
	WHEN_PLACES, /* communes by INSEE code */
	WHEN_DEPT,   /* départements */
	WHEN_CODE,   /* a code, compared as it is */
	WHEN_PREFIX, /* a code, compared by its beginning */
	WHEN_NAME,   /* folded text: the whole, or `matches` */
	WHEN_TEXT,   /* folded text: `matches` */
	WHEN_KEY     /* known or not, nothing else */
};
enum offer_field {
	OFFER_KIND,
	OFFER_SOURCE,
	OFFER_ROME,
	OFFER_TITLE,
	OFFER_DESCRIPTION,
	OFFER_TEXT,
	OFFER_EMPLOYER,
	OFFER_SIRET,
	OFFER_NAF,
	OFFER_SIZE,
	OFFER_HANDI,
	OFFER_ADAPTED,
	OFFER_SCHOOL,
	OFFER_DEPT,
	OFFER_INSEE,
	OFFER_PRECISION,
	OFFER_START,
	OFFER_DURATION,
	OFFER_POSITIONS,
	OFFER_HOUR_START,
	OFFER_HOUR_END,
	OFFER_WEEKLY,
	OFFER_NIGHT,
	OFFER_WEEKEND,
	OFFER_PART_TIME,
	OFFER_LICENCES,
	OFFER_AGE_MIN,
	OFFER_LEVEL_REQUIRED,
	OFFER_LEVEL_TARGET,
	OFFER_EXPERIENCE,
	OFFER_LANGUAGES,
	OFFER_FRENCH,
	OFFER_RNCP,
	OFFER_CFA,
	OFFER_RHYTHM,
	OFFER_EXPOSURE, /* sub: enum exposure */
	OFFER_ACCESS,	/* sub: enum access */
	OFFER_WELCOME,
	OFFER_SALARY_MIN,
	OFFER_SALARY_MAX
};
enum youth_field {
	YOUTH_LEVEL,
	YOUTH_MODES,
	YOUTH_LICENCES,
	YOUTH_CONTRACTS,
	YOUTH_ROME,
	YOUTH_FRENCH_ORAL,
	YOUTH_FRENCH_WRITTEN,
	YOUTH_PREREGISTERED,
	YOUTH_DISTRICT,
	YOUTH_NEEDS, /* bits: exposures, then accesses */
	YOUTH_RQTH,
	YOUTH_DEPT,
	YOUTH_INSEE,
	YOUTH_AGENCY,
	YOUTH_CFA,
	YOUTH_RNCP,
	YOUTH_MAX_MINUTES,
	YOUTH_MAX_MINUTES_CFA,
	YOUTH_AVAILABLE,
	YOUTH_DEADLINE,
	YOUTH_TRAINING_END,
	YOUTH_DEPARTURE,
	YOUTH_RETURN
};
struct when_field {
	const char *name;
	uint8_t type, pool, id; /* id: of its pool */
	bool is_private;
	const struct vocab *vocab;
	int64_t min, max; /* numbers: what the field can be */
	uint8_t sub;
};
/* False: no such field; then near is the nearest name, or "". out->name is
 * name itself for a member of a family. */
#define WHEN_FIELD_SIZE 48
bool when_field_find(const char *name, struct when_field *out,
		     char near[WHEN_FIELD_SIZE]);
/* Names in order, NULL at the end; families as "offer.exposure.*". */
const struct when_field *when_field_at(size_t i);
extern const struct vocab vocab_need; /* exposures, then accesses */

#endif
