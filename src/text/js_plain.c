/* SPDX-License-Identifier: EUPL-1.2 */
/* The JSON that nearly everybody writes, straight into jansson's values: many
 * times faster than jansson's own reader, which asks for one byte at a time.
 *
 * It judges nothing. What is rare or wrong (a key twice, half a surrogate, a
 * bad byte, a number that is no short integer, too deep) makes it give up, and
 * jansson, which knows better, reads the value from the beginning and says what
 * is wrong. So one thing matters here: what this reader accepts, jansson must
 * accept too, and with the same tree (tests/fuzz/fuzz_json.c compares). */
#include "js_value.h"

#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/utf8.h>

#include <stdbool.h>
#include <string.h>

/* An integer of so many digits never overflows. */
#define DIGITS_MAX 18

struct plain {
	const char *p, *end;
	int depth;
	struct buf text; /* of a string with escapes */
};

static json_t *read_value(struct plain *r);

static void skip_blanks(struct plain *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' ||
				 *r->p == '\r' || *r->p == '\t'))
		r->p++;
}

/* Past c, after blanks. */
static bool take(struct plain *r, char c)
{
	skip_blanks(r);
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of \uXXXX, a code point that stands alone. */
static bool read_code(struct plain *r)
{
	uint32_t cp = 0;
	char bytes[4];
	if (r->end - r->p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int v = hex(*r->p++);
		if (v < 0)
			return false;
		cp = cp << 4 | (uint32_t)v;
	}
	if (!cp || (cp >= 0xD800 && cp <= 0xDFFF))
		return false;
	buf_add(&r->text, bytes, utf8_put(cp, bytes));
	return true;
}

static bool read_escape(struct plain *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (r->p == r->end)
		return false;
	char c = *r->p++;
	if (c == 'u')
		return read_code(r);
	const char *at = memchr(from, c, sizeof(from) - 1);
	if (at)
		buf_addc(&r->text, to[at - from]);
	return at != NULL;
}

/* The string whose quote was taken: in the input when it has no escape, else
 * in r->text until the next one. */
static bool read_string(struct plain *r, const char **s, size_t *n)
{
	*s = r->p;
	*n = js_run(r->p, (size_t)(r->end - r->p));
	r->p += *n;
	if (r->p < r->end && *r->p == '"') {
		r->p++;
		return true;
	}
	buf_reset(&r->text);
	/* What follows is never longer than its escapes. */
	buf_reserve(&r->text, (size_t)(r->end - *s));
	buf_add(&r->text, *s, *n);
	while (r->p < r->end && *r->p == '\\') {
		r->p++;
		if (!read_escape(r))
			return false;
		size_t run = js_run(r->p, (size_t)(r->end - r->p));
		buf_add(&r->text, r->p, run);
		r->p += run;
	}
	*s = r->text.data;
	*n = r->text.len;
	return r->p < r->end && *r->p++ == '"';
}

static bool read_member(struct plain *r, json_t *object)
{
	const char *s;
	size_t n, before = json_object_size(object);
	char key[128]; /* longer keys are jansson's */
	if (!take(r, '"') || !read_string(r, &s, &n) || n > sizeof(key))
		return false;
	memcpy(key, s, n); /* the value may hold escapes too */
	if (!take(r, ':'))
		return false;
	json_t *v = read_value(r);
	if (!v || json_object_setn_new_nocheck(object, key, n, v))
		return false;
	return json_object_size(object) > before;
}

static json_t *read_object(struct plain *r)
{
	json_t *object = json_object();
	if (take(r, '}'))
		return object;
	do {
		if (!read_member(r, object)) {
			json_decref(object);
			return NULL;
		}
	} while (take(r, ','));
	if (take(r, '}'))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *read_array(struct plain *r)
{
	json_t *array = json_array();
	if (take(r, ']'))
		return array;
	do {
		json_t *v = read_value(r);
		if (!v || json_array_append_new(array, v)) {
			json_decref(array);
			return NULL;
		}
	} while (take(r, ','));
	if (take(r, ']'))
		return array;
	json_decref(array);
	return NULL;
}

/* Short integers here, what else looks like a number by jansson. */
static json_t *read_number(struct plain *r)
{
	const char *from = r->p;
	bool is_negative = *r->p == '-';
	int64_t v = 0;
	r->p += is_negative;
	const char *digits = r->p;
	while (r->p < r->end && *r->p >= '0' && *r->p <= '9' &&
	       r->p - digits < DIGITS_MAX)
		v = v * 10 + (*r->p++ - '0');
	bool is_plain = r->p > digits && (*digits != '0' || r->p - digits == 1);
	size_t rest = 0;
	while (r->p + rest < r->end && js_is_number_byte(r->p[rest]))
		rest++;
	r->p += rest;
	if (is_plain && !rest)
		return json_integer(is_negative ? -v : v);
	return json_loadb(from, (size_t)(r->p - from), JSON_DECODE_ANY, NULL);
}

static json_t *read_word(struct plain *r, const char *word, json_t *v)
{
	size_t n = strlen(word);
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return NULL;
	r->p += n;
	return v;
}

static json_t *read_deeper(struct plain *r,
			   json_t *(*read)(struct plain *deeper))
{
	if (r->depth == JS_DEPTH_MAX)
		return NULL;
	r->p++;
	r->depth++;
	json_t *v = read(r);
	r->depth--;
	return v;
}

static json_t *read_value(struct plain *r)
{
	const char *s;
	size_t n;
	skip_blanks(r);
	if (r->p == r->end)
		return NULL;
	switch (*r->p) {
	case '{':
		return read_deeper(r, read_object);
	case '[':
		return read_deeper(r, read_array);
	case '"':
		r->p++;
		return read_string(r, &s, &n) ? json_stringn_nocheck(s, n)
					      : NULL;
	case 't':
		return read_word(r, "true", json_true());
	case 'f':
		return read_word(r, "false", json_false());
	case 'n':
		return read_word(r, "null", json_null());
	default:
		return js_is_number_byte(*r->p) ? read_number(r) : NULL;
	}
}

json_t *js_plain(const char *bytes, size_t n)
{
	struct plain r = {.p = bytes, .end = bytes + n};
	if (!utf8_is_valid(bytes, n))
		return NULL;
	buf_init(&r.text, n);
	json_t *v = read_value(&r);
	skip_blanks(&r);
	if (v && r.p != r.end) {
		json_decref(v);
		v = NULL;
	}
	buf_clear(&r.text);
	return v;
}
