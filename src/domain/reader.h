/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef DOMAIN_READER_H
#define DOMAIN_READER_H

#include <etrier/vocab.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Strict reading of one JSON object whose fields are all optional. The first
 * fault is kept with the field's full name; after it every read answers
 * "absent", so that a record is read as one straight list of fields and asked
 * once at the end whether it was sound. null counts as absent. */
struct reader_fault {
	struct err *err;
	bool found;
};
struct reader {
	json_t *obj;	    /* NULL: nothing is present */
	const char *prefix; /* "" or "employer." */
	struct reader_fault *fault;
};

/* A nested object; prefix is its name with a dot. Absent: an empty reader. */
struct reader reader_sub(const struct reader *r, const char *key,
			 const char *prefix);
/* Records "PREFIXKEY: text" as ERR_INPUT, unless a fault is known already. */
void reader_fail(const struct reader *r, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The value, or NULL when it is absent, null or a fault is known. */
json_t *reader_get(const struct reader *r, const char *key);

enum reader_text { READ_LINE, READ_LINES };
/* NULL when absent or empty. Control and bidirectional-control characters are
 * faults (line ends too under READ_LINE), and so is a text longer than max. */
const char *read_text(const struct reader *r, const char *key,
		      enum reader_text how, size_t max);
/* As read_text(), http:// or https:// and no blank, quote or angle bracket. */
const char *read_url(const struct reader *r, const char *key, size_t max);
int read_code(const struct reader *r, const char *key, const struct vocab *v,
	      int none);
enum tri read_tri(const struct reader *r, const char *key);
int64_t read_int(const struct reader *r, const char *key, int64_t min,
		 int64_t max, int64_t none);
int32_t read_date(const struct reader *r, const char *key);
int64_t read_instant(const struct reader *r, const char *key);
int read_minute(const struct reader *r, const char *key); /* -1: absent */
/* Bits of the codes in an array. */
unsigned read_bits(const struct reader *r, const char *key,
		   const struct vocab *v);
/* Micro-degrees from a number of degrees within ±limit; false: absent. */
bool read_udeg(const struct reader *r, const char *key, int limit_deg,
	       int32_t *out);

/* Does the text follow the pattern, character for character? 9 a digit, X a
 * digit or A or B (Corsica), R a letter of the ROME (A-N), else itself. */
bool text_matches(const char *s, const char *pattern);
#define PATTERN_INSEE	 "9X999"
#define PATTERN_POSTCODE "99999"
#define PATTERN_ROME	 "R9999"
/* Would read_text() take the text as it is? */
bool text_is_clean(const char *s, enum reader_text how);

/* The other way: set only what is known. */
void put_code(json_t *obj, const char *key, const struct vocab *v, int i);
void put_tri(json_t *obj, const char *key, enum tri t);
void put_date(json_t *obj, const char *key, int32_t date);
void put_instant(json_t *obj, const char *key, int64_t at);
void put_minute(json_t *obj, const char *key, int minute);
void put_bits(json_t *obj, const char *key, const struct vocab *v,
	      unsigned bits);
void put_udeg(json_t *obj, const char *key, int32_t udeg);
/* Takes sub; sets it when it is not empty. */
void put_take(json_t *obj, const char *key, json_t *sub);

#endif
