/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PERSON_H
#define ETRIER_PERSON_H

#include <etrier/place.h>
#include <etrier/vocab.h>

#include <jansson.h>
#include <stdint.h>

struct arena;
struct err;
struct refdata;

#define PERSON_ROME_MAX	 5
#define PERSON_NEEDS_MAX 24
#define PERSON_TEXT_MAX	 200
#define PERSON_AGE_MIN	 13 /* refused below: a typing error */
#define PERSON_AGE_MAX	 66

/* A need: functional, never a diagnosis. Either an exposure with the highest
 * degree the person can take, or an access/support asked for. */
struct need {
	int exposure; /* enum exposure, or VOCAB_NONE */
	int access;   /* enum access, or VOCAB_NONE */
	int limit;    /* 0..2 for an exposure */
	enum need_mode mode;
};

/* A young person, effective fields. Strings may be NULL = unknown. The needs
 * stay inside the engine: person_to_json() leaves them out unless asked. */
struct person {
	int64_t id; /* 0: not stored yet */
	const char *ref, *linked_ref, *first_name, *last_name;
	int32_t birth_date; /* DATE_NONE unknown */
	const char *phone;  /* E.164 */
	const char *email, *language;
	enum channel channel;
	const char *agency, *adviser, *cfa_adviser;
	struct place place;		   /* home */
	const char *rome[PERSON_ROME_MAX]; /* in order of wish */
	int n_rome;
	unsigned contracts; /* bits of enum contract; 0 unknown */
	unsigned modes;	    /* bits of enum travel_mode; 0 unknown */
	int max_minutes, max_minutes_cfa;      /* -1 unknown */
	int earliest_departure, latest_return; /* minutes, -1 unknown */
	unsigned licences;		       /* bits of enum licence: held */
	enum tri licences_known; /* yes when the file had the column filled */
	int level;		 /* vocab_level index or VOCAB_NONE */
	int32_t available_from, contract_deadline, training_end;
	const char *cfa, *rncp;
	enum tri preregistered;
	enum tri priority_district;	 /* a QPV, as the file says */
	int french_oral, french_written; /* vocab_cecrl or VOCAB_NONE */
	enum person_status status;
	enum tri consent_email, consent_sms;
	enum tri consent_info; /* meetings and fairs, by the same channels */
	int32_t informed_on;
	struct need needs[PERSON_NEEDS_MAX];
	int n_needs;
	enum tri rqth;
};

/* One row per column of the youths' CSV (surfaces.md), the only list of them:
 * used by import, by the JSON form and by the manual's check. */
struct person_column {
	const char *name;
	const char *help;
	unsigned flags;
};
enum {
	PERSON_COLUMN_REQUIRED = 1, /* ref */
	PERSON_COLUMN_PRIVATE = 2,  /* needs, rqth: encrypted in the store */
	PERSON_COLUMN_CFA = 4	    /* wins when it comes from a cfa origin */
};
/* i from 0; NULL at the end. */
const struct person_column *person_column(size_t i);
const struct person_column *person_column_find(const char *name);

/* One cell of a CSV file into its JSON value, normalised (dates ISO, phones
 * E.164, lists as arrays, codes as of data.md). NULL and *err (ERR_INPUT: what
 * is wrong and what is allowed, never repeating the cell's text) when it is not
 * acceptable; json_null() for an empty cell. `licences` takes the word "none"
 * (an empty list: asked, and there is none). A value that is a NIR or an IBAN
 * by checksum is refused in every column. */
json_t *person_cell(const struct person_column *c, const char *text,
		    struct err *err);

void person_init(struct person *p);
/* From a `youth` line or a stored record (keys = column names, null = empty).
 * Checked again in full. Places are as given: place_resolve() fills them at
 * import. Strings point into the JSON or the arena. */
int person_from_json(json_t *v, struct arena *a, struct person *out,
		     struct err *err);
/* Is the age on that day within PERSON_AGE_MIN .. PERSON_AGE_MAX? A birth date
 * that is not known passes. 0 or -1 (ERR_INPUT). */
int person_check(const struct person *p, int32_t today, struct err *err);
/* place_resolve() on the home as given, in place; *note as there. A home that
 * is resolved already stays as it is. */
void person_resolve_place(struct person *p, const struct refdata *rd,
			  struct arena *a, const char **note);
enum { PERSON_WITHOUT_NEEDS = 0, PERSON_WITH_NEEDS = 1 };
json_t *person_to_json(const struct person *p, int with_needs);

int need_parse(const char *text, struct need *out, struct err *err);
void need_format(const struct need *n, char out[40]);

#endif
