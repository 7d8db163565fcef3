/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields in and out of JSON objects for the records of this folder: strict on
 * the way in (a wrong type is a fault, never a guess), silent about what is
 * unknown on the way out. It knows no record. */
#include "reader.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/utf8.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reader_fail(const struct reader *r, const char *key, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;
	if (r->fault->found)
		return;
	r->fault->found = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(r->fault->err, ERR_INPUT, "%s%s: %s", r->prefix, key, text);
}

json_t *reader_get(const struct reader *r, const char *key)
{
	if (r->fault->found || !r->obj)
		return NULL;
	json_t *v = json_object_get(r->obj, key);
	return json_is_null(v) ? NULL : v;
}

struct reader reader_sub(const struct reader *r, const char *key,
			 const char *prefix)
{
	json_t *v = reader_get(r, key);
	if (v && !json_is_object(v)) {
		reader_fail(r, key, "not an object");
		v = NULL;
	}
	return (struct reader){v, prefix, r->fault};
}

static bool is_hidden(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) ||
	       (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x2069) || cp == 0xfeff;
}

static bool char_matches(char c, char p)
{
	bool is_digit = c >= '0' && c <= '9';
	if (p == '9')
		return is_digit;
	if (p == 'X')
		return is_digit || c == 'A' || c == 'B';
	if (p == 'R')
		return c >= 'A' && c <= 'N';
	return c == p;
}

bool text_matches(const char *s, const char *pattern)
{
	while (*s && *pattern && char_matches(*s, *pattern))
		s++, pattern++;
	return !*s && !*pattern;
}

bool text_is_clean(const char *s, enum reader_text how)
{
	for (uint32_t cp; (cp = utf8_next(&s));)
		if (is_hidden(cp) && !(cp == '\n' && how == READ_LINES))
			return false;
	return true;
}

static const char *get_string(const struct reader *r, const char *key)
{
	json_t *v = reader_get(r, key);
	if (!v)
		return NULL;
	if (!json_is_string(v)) {
		reader_fail(r, key, "not a text");
		return NULL;
	}
	if (strlen(json_string_value(v)) != json_string_length(v)) {
		reader_fail(r, key, "holds a NUL");
		return NULL;
	}
	return json_string_value(v);
}

const char *read_text(const struct reader *r, const char *key,
		      enum reader_text how, size_t max)
{
	const char *s = get_string(r, key);
	if (!s || !*s)
		return NULL;
	if (strlen(s) > max)
		reader_fail(r, key, "longer than %zu bytes", max);
	else if (!text_is_clean(s, how))
		reader_fail(r, key, "holds a control character");
	else
		return s;
	return NULL;
}

const char *read_url(const struct reader *r, const char *key, size_t max)
{
	const char *s = read_text(r, key, READ_LINE, max);
	if (!s)
		return NULL;
	bool is_web =
		strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0;
	if (is_web && !strpbrk(s, " \"<>"))
		return s;
	reader_fail(r, key, "not a http or https address");
	return NULL;
}

int read_code(const struct reader *r, const char *key, const struct vocab *v,
	      int none)
{
	const char *s = get_string(r, key);
	if (!s)
		return none;
	int i = vocab_find(v, s);
	if (i == VOCAB_NONE) {
		reader_fail(r, key, "not a %s", v->name);
		return none;
	}
	return i;
}

enum tri read_tri(const struct reader *r, const char *key)
{
	return (enum tri)read_code(r, key, &vocab_tri, TRI_UNKNOWN);
}

int64_t read_int(const struct reader *r, const char *key, int64_t min,
		 int64_t max, int64_t none)
{
	json_t *v = reader_get(r, key);
	if (!v)
		return none;
	int64_t n = json_integer_value(v);
	if (json_is_integer(v) && n >= min && n <= max)
		return n;
	reader_fail(r, key, "not a whole number from %lld to %lld",
		    (long long)min, (long long)max);
	return none;
}

int32_t read_date(const struct reader *r, const char *key)
{
	const char *s = get_string(r, key);
	int32_t date = DATE_NONE;
	if (s && date_parse_iso(s, &date))
		reader_fail(r, key, "not a date (YYYY-MM-DD)");
	return date;
}

int64_t read_instant(const struct reader *r, const char *key)
{
	const char *s = get_string(r, key);
	int64_t at = INSTANT_NONE;
	if (s && instant_parse(s, &at))
		reader_fail(r, key, "not an instant (ISO 8601)");
	return at;
}

int read_minute(const struct reader *r, const char *key)
{
	const char *s = get_string(r, key);
	int minute = -1;
	if (s && minute_parse(s, &minute))
		reader_fail(r, key, "not a time (HH:MM)");
	return minute;
}

unsigned read_bits(const struct reader *r, const char *key,
		   const struct vocab *v)
{
	json_t *list = reader_get(r, key), *item;
	unsigned bits = 0;
	size_t i;
	if (list && !json_is_array(list))
		reader_fail(r, key, "not a list");
	json_array_foreach(list, i, item)
	{
		int code = vocab_find(v, json_string_value(item));
		if (code == VOCAB_NONE) {
			reader_fail(r, key, "not a %s", v->name);
			return 0;
		}
		bits |= 1u << code;
	}
	return bits;
}

/* Degrees are the one fraction of the JSON form; they become integers here. */
bool read_udeg(const struct reader *r, const char *key, int limit_deg,
	       int32_t *out)
{
	json_t *v = reader_get(r, key);
	if (!v)
		return false;
	double deg = json_number_value(v);
	if (!json_is_number(v) || !(deg >= -limit_deg && deg <= limit_deg)) {
		reader_fail(r, key, "not a number of degrees");
		return false;
	}
	*out = (int32_t)(deg * 1e6 + (deg < 0 ? -0.5 : 0.5));
	return true;
}

void put_code(json_t *obj, const char *key, const struct vocab *v, int i)
{
	js_put_str(obj, key, vocab_code(v, i));
}

void put_tri(json_t *obj, const char *key, enum tri t)
{
	if (t != TRI_UNKNOWN)
		put_code(obj, key, &vocab_tri, (int)t);
}

void put_date(json_t *obj, const char *key, int32_t date)
{
	char text[11];
	if (date == DATE_NONE)
		return;
	date_format(date, text);
	js_put_str(obj, key, text);
}

void put_instant(json_t *obj, const char *key, int64_t at)
{
	char text[21];
	if (at == INSTANT_NONE)
		return;
	instant_format(at, text);
	js_put_str(obj, key, text);
}

void put_minute(json_t *obj, const char *key, int minute)
{
	char text[6];
	if (minute < 0)
		return;
	minute_format(minute, text);
	js_put_str(obj, key, text);
}

void put_bits(json_t *obj, const char *key, const struct vocab *v,
	      unsigned bits)
{
	json_t *list = json_array();
	for (int i = 0; i < v->n; i++)
		if (bits & 1u << i)
			json_array_append_new(list, json_string(v->codes[i]));
	put_take(obj, key, list);
}

void put_udeg(json_t *obj, const char *key, int32_t udeg)
{
	json_object_set_new(obj, key, json_real(udeg / 1e6));
}

void put_take(json_t *obj, const char *key, json_t *sub)
{
	if (json_object_size(sub) || json_array_size(sub))
		json_object_set_new(obj, key, sub);
	else
		json_decref(sub);
}
