/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_OFFER_H
#define ETRIER_OFFER_H

#include <etrier/place.h>
#include <etrier/vocab.h>

#include <jansson.h>
#include <stdint.h>

struct arena;
struct buf;
struct err;

/* The offer line: the one form of an offer on the wire, in the store, in
 * golden files and from `kind: exec` programs (surfaces.md). Absent = unknown.
 * Strings of strangers are cleaned (utf8_clean) and cut by the collector and
 * checked again here. */
#define OFFER_TEXT_MAX	      400 /* title, names, url parts */
#define OFFER_URL_MAX	      2000
#define OFFER_DESCRIPTION_MAX (16 * 1024) /* architecture.md: the wire */
#define OFFER_ROME_MAX	      5
#define OFFER_LANGUAGES_MAX   8
#define OFFER_REF_MAX	      200
#define OFFER_QUALITY_MAX     8 /* findings of the quality gate on one offer */

/* The last two are never said by a line: they come of the quality gate and of
 * whoever decides about what it stopped. */
enum offer_status {
	OFFER_LIVE,
	OFFER_WITHDRAWN,
	OFFER_EXPIRED,
	OFFER_QUARANTINED,
	OFFER_REJECTED,
	OFFER_STATE_COUNT
};
extern const struct vocab vocab_offer_status; /* live withdrawn expired */
extern const struct vocab vocab_offer_state;  /* and quarantined rejected */

/* What the collector's quality gate found, the gravest outcome of all. */
enum quality { QUALITY_FINE, QUALITY_NOTE, QUALITY_QUARANTINE, QUALITY_REJECT };
extern const struct vocab vocab_quality; /* fine note quarantine reject */
struct offer_quality {
	enum quality outcome;
	const char *symbols[OFFER_QUALITY_MAX]; /* the rules that fired */
	const char *reasons[OFFER_QUALITY_MAX]; /* in words for people */
	int n_symbols, n_reasons;
};

struct offer_employer {
	const char *name, *siret, *naf, *size;
	enum tri handi_engaged, adapted_company;
	enum tri school; /* a school that publishes as if it hired */
};
struct offer_hours {
	int start_min, end_min; /* minutes since midnight, -1 unknown */
	int weekly_min;		/* minutes a week, -1 unknown */
	enum tri night, weekend, part_time;
	const char *text;
};
struct offer_contact { /* as published, for the adviser only */
	const char *name, *email, *phone, *url;
};
struct offer_language {
	const char *lang;
	int level; /* vocab_cecrl index or VOCAB_NONE */
	enum tri required;
};

struct offer {
	const char *source, *ref, *url, *title, *description;
	const char *origin_ref; /* where it was published first, its ref there
				 */
	int kind;		/* enum contract or VOCAB_NONE */
	const char *rome[OFFER_ROME_MAX]; /* codes, v3 or v4 */
	int n_rome;
	struct offer_employer employer;
	struct place place;
	int32_t start;	   /* date or DATE_NONE */
	int duration_days; /* -1 unknown */
	int positions;	   /* -1 unknown */
	struct offer_hours hours;
	unsigned licences;		  /* bits of enum licence: required */
	int age_min;			  /* -1 unknown */
	int level_required, level_target; /* vocab_level index or VOCAB_NONE */
	enum experience experience;
	struct offer_language languages[OFFER_LANGUAGES_MAX];
	int n_languages;
	const char *training_rncp, *training_cfa, *training_rhythm;
	int32_t training_start, training_end;
	int8_t exposure[EXPOSURE_COUNT]; /* 0..3, -1 unknown */
	enum tri access[ACCESS_COUNT];
	enum tri handicap_welcome;
	int64_t salary_min_cents, salary_max_cents; /* -1 unknown */
	const char *salary_period, *salary_text;    /* hour month year */
	struct offer_contact contact;
	int64_t posted, updated, expires; /* instants or INSTANT_NONE */
	enum offer_status status;
	struct offer_quality quality;
	/* Owned by the JSON they were read from, or NULL: */
	json_t *provenance; /* {field: stated|text|trade|list} */
	json_t *evidence;   /* {field: our words on why it is believed} */
};

/* Everything unknown. */
void offer_init(struct offer *o);
/* Reads a line (as parsed JSON, borrowed and outliving *out, whose strings
 * point into it or the arena). Unknown keys are ignored; a wrong type, a code
 * outside its list (also as a key of exposure or access), a text above its
 * ceiling or with control characters (line ends only in description and the
 * `text` and `rhythm` fields), a url that is not http(s), a missing source or
 * title is ERR_INPUT naming the field. hours.start and .end are "HH:MM",
 * .weekly minutes. A salary in another currency than EUR is unknown. */
int offer_from_json(json_t *line, struct arena *a, struct offer *out,
		    struct err *err);
/* Appends the line, without its end. Only known fields are written. No "t"
 * key. */
void offer_write(const struct offer *o, struct buf *out);
/* What offer_write() writes, as a tree. */
json_t *offer_to_json(const struct offer *o);
/* ref, or h:<hash of url, or of title+employer+place+start> (data.md). */
const char *offer_ref(const struct offer *o, struct arena *a);
/* Hash (BLAKE2b, 16 bytes as 32 hex digits) of what the offer says: every
 * field but posted, updated, quality, provenance and evidence. */
void offer_content_hash(const struct offer *o, char out[33]);
/* employer.school when it is said; else yes for the activities 8559A, 8559B
 * and 8532Z and for names of schools ("CFA ...", "école", "campus", "institut
 * de formation"), and unknown, never no, for the rest. */
enum tri offer_school(const struct offer *o, struct arena *a);

#endif
