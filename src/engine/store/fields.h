/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_FIELDS_H
#define ETRIER_STORE_FIELDS_H

#include <jansson.h>

struct err;

/* The JSON objects of rows as files bring them: a key absent keeps what is
 * stored, null clears it, and the same content always has the same text. */

/* A new object: stored (or NULL) with given laid over it, nulls left out. */
json_t *fields_merge(json_t *stored, json_t *given);
/* Compact, keys sorted; free(). */
char *fields_text(const json_t *fields);
/* An object written by fields_text(); NULL and ERR_STORE when it is not. */
json_t *fields_parse(const char *text, struct err *err);
/* Take the private columns (needs, rqth) out of fields into a new object. */
json_t *fields_take_private(json_t *fields);
/* Lay those columns of a CFA record that win over a Mission Locale's onto
 * fields. */
void fields_lay_cfa(json_t *fields, const json_t *cfa);

#endif
