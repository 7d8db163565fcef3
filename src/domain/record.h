/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_RECORD_H
#define DOMAIN_RECORD_H

#include "reader.h"

struct err;

/* The columns of a CSV file, the keys of the JSON form and the members of a
 * struct are the same list: each row of a record's table has one of these. */
#define RECORD_TEXT_MAX 200  /* a name, an address, a code */
#define RECORD_CELL_MAX 1024 /* a list of needs */

enum field_kind {
	FIELD_TEXT,	/* const char *, one line */
	FIELD_PATTERN,	/* const char *, of .pattern */
	FIELD_EMAIL,	/* const char * */
	FIELD_PHONE,	/* const char *, E.164 */
	FIELD_LANGUAGE, /* const char *, BCP 47 */
	FIELD_LINK,	/* const char *, ORIGIN:REF */
	FIELD_RNCP,	/* const char *, "RNCP37537" */
	FIELD_SENDER,	/* const char *, of an SMS */
	FIELD_DATE,	/* int32_t */
	FIELD_MINUTE,	/* int, -1 none */
	FIELD_INT,	/* int in .min .. .max, -1 none */
	FIELD_UDEG,	/* int32_t within ±.max degrees, UDEG_NONE */
	FIELD_CODE,	/* int or enumeration of .vocab, .none */
	FIELD_YES_NO,	/* enum tri */
	FIELD_BITS,	/* unsigned, bits of .vocab */
	FIELD_OWN	/* read and written by the record; .cell reads text */
};
#define UDEG_NONE INT32_MIN

/* A cell's text, trimmed and not empty, into its JSON; NULL and *err. */
typedef json_t *field_cell_fn(const char *text, struct err *err);

struct field {
	enum field_kind kind;
	size_t offset; /* of the member */
	const struct vocab *vocab;
	const char *pattern;
	int min, max, none;
	field_cell_fn *cell;
};

/* As person_cell() says. */
json_t *field_from_text(const struct field *f, const char *text,
			struct err *err);
/* Sets the member, to "none" when the key is absent. */
void field_from_json(const struct field *f, const struct reader *r,
		     const char *key, void *record);
void field_to_json(const struct field *f, json_t *obj, const char *key,
		   const void *record);

/* Calls `each` for every part of text between the separators, trimmed, empty
 * ones left out; its values make the array. NULL when one is NULL or there are
 * more than max. `text` is cut in pieces. */
json_t *cell_list(char *text, const char *separators, size_t max,
		  json_t *(*each)(const char *part, const void *ctx,
				  struct err *err),
		  const void *ctx, struct err *err);
/* A code of the vocabulary as JSON; else the allowed ones in *err. */
json_t *cell_code(const char *part, const void *vocab, struct err *err);

#endif
