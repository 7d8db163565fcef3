/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PEOPLE_H
#define ETRIER_PEOPLE_H

#include <etrier/vocab.h>

#include <jansson.h>
#include <stdint.h>

struct arena;
struct err;

/* The people and offices around a young person: CSV rows of surfaces.md, with
 * the same column-table idiom as person.h. */
struct agency {
	const char *code, *name;
	int kind; /* vocab_origin_kind: ml cfa */
	const char *email, *phone, *insee;
	int digest_at;		/* minutes since midnight, -1: the default */
	int tone;		/* vocab_tone or VOCAB_NONE: the default */
	const char *sms_sender; /* 3-11 letters or digits, not all digits */
	int sms_budget;		/* whole euros a month, -1: the default */
};
struct adviser {
	const char *ref, *agency, *first_name, *last_name, *email, *phone;
	int digest; /* vocab_digest, daily when absent */
	int32_t absent_from, absent_until;
	const char *substitute; /* ref in the same agency */
};

struct people_column {
	const char *name;
	const char *help;
	unsigned flags; /* 1: required */
};
enum people_table { PEOPLE_AGENCIES, PEOPLE_ADVISERS };
const struct people_column *people_column(enum people_table t, size_t i);
/* As person_cell(). */
json_t *people_cell(enum people_table t, const struct people_column *c,
		    const char *text, struct err *err);
int agency_from_json(json_t *v, struct agency *out, struct err *err);
int adviser_from_json(json_t *v, struct adviser *out, struct err *err);

#endif
