/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON written: a tree as jansson writes it, without its search for trees that
 * hold themselves, which costs most of its time and finds nothing in ours; and
 * members one by one, for lines too many to make a tree of each. Where a comma
 * is due follows from the last byte written. */
#include "js_value.h"
#include "lanes.h"

#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/js_out.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <string.h>

#define KEY_MAX 60 /* ours are shorter */

size_t js_run(const char *s, size_t n)
{
	size_t i = 0;
	while (n - i >= LANES) {
		lanes v = lanes_at(s + i);
		size_t run = lanes_first((lanes)(v < LANES_ALL(' ')) |
					 (lanes)(v == LANES_ALL('"')) |
					 (lanes)(v == LANES_ALL('\\')));
		i += run;
		if (run < LANES)
			return i;
	}
	while (i < n && (unsigned char)s[i] >= ' ' && s[i] != '"' &&
	       s[i] != '\\')
		i++;
	return i;
}

static void write_string(const char *s, size_t n, struct buf *out)
{
	static const char names[] = "\b\f\n\r\t", letters[] = "bfnrt";
	buf_addc(out, '"');
	for (size_t i = 0, from; i < n; i++) {
		from = i;
		i += js_run(s + i, n - i);
		buf_add(out, s + from, i - from);
		if (i == n)
			break;
		const char *at = s[i] ? strchr(names, s[i]) : NULL;
		if (at || s[i] >= ' ') {
			buf_addc(out, '\\');
			buf_addc(out, at ? letters[at - names] : s[i]);
		} else {
			buf_printf(out, "\\u%04X", (unsigned)s[i]);
		}
	}
	buf_addc(out, '"');
}

/* printf() would be most of the time of a line of counts. */
static void write_integer(json_int_t v, struct buf *out)
{
	char text[24], *p = text + sizeof(text);
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	if (v < 0)
		*--p = '-';
	buf_add(out, p, (size_t)(text + sizeof(text) - p));
}

static int add_piece(const char *piece, size_t n, void *ctx)
{
	buf_add(ctx, piece, n);
	return 0;
}

/* Fifteen digits give back what was written, 48.9268 and not
 * 48.926800000000003: coordinates are the only fractions we write. */
#define REAL_DIGITS JSON_REAL_PRECISION(15)

static void write_object(const json_t *v, struct buf *out)
{
	json_t *object = (json_t *)(uintptr_t)v; /* only read */
	void *i = json_object_iter(object);
	char before = '{';
	if (!i)
		buf_addc(out, before);
	for (; i; i = json_object_iter_next(object, i)) {
		buf_addc(out, before);
		write_string(json_object_iter_key(i),
			     json_object_iter_key_len(i), out);
		buf_addc(out, ':');
		js_write(json_object_iter_value(i), out);
		before = ',';
	}
	buf_addc(out, '}');
}

static void write_array(const json_t *v, struct buf *out)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (i)
			buf_addc(out, ',');
		js_write(json_array_get(v, i), out);
	}
	buf_addc(out, ']');
}

void js_write(const json_t *v, struct buf *out)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		write_object(v, out);
		break;
	case JSON_ARRAY:
		write_array(v, out);
		break;
	case JSON_STRING:
		write_string(json_string_value(v), json_string_length(v), out);
		break;
	case JSON_INTEGER:
		write_integer(json_integer_value(v), out);
		break;
	case JSON_REAL:
		json_dump_callback(v, add_piece, out,
				   JSON_ENCODE_ANY | REAL_DIGITS);
		break;
	case JSON_TRUE:
		buf_adds(out, "true");
		break;
	case JSON_FALSE:
		buf_adds(out, "false");
		break;
	case JSON_NULL:
		buf_adds(out, "null");
		break;
	}
}

/* --- member by member ----------------------------------------------------- */

/* Room for a value of n bytes, behind its key; NULL: past the ceiling. */
static char *put_key(struct buf *out, const char *key, size_t n)
{
	char last = out->len ? out->data[out->len - 1] : '{';
	bool has_comma = last != '{' && last != '[';
	size_t n_key = key ? strlen(key) : 0;
	BUG_ON(n_key > KEY_MAX);
	char *at = buf_extend(out, has_comma + (key ? n_key + 3 : 0) + n);
	if (at && has_comma)
		*at++ = ',';
	if (at && key) {
		*at++ = '"';
		at = mempcpy(at, key, n_key);
		*at++ = '"';
		*at++ = ':';
	}
	return at;
}

void js_out_key(struct buf *out, const char *key)
{
	put_key(out, key, 0);
}

void js_out_str(struct buf *out, const char *key, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (!s || !utf8_is_valid(s, n))
		return;
	if (js_run(s, n) < n) {
		js_out_key(out, key);
		write_string(s, n, out);
		return;
	}
	char *at = put_key(out, key, n + 2);
	if (!at)
		return;
	*at++ = '"';
	at = mempcpy(at, s, n);
	*at = '"';
}

void js_out_int(struct buf *out, const char *key, int64_t v)
{
	js_out_key(out, key);
	write_integer(v, out);
}

void js_out_bool(struct buf *out, const char *key, bool v)
{
	js_out_key(out, key);
	buf_adds(out, v ? "true" : "false");
}

void js_out_micro(struct buf *out, const char *key, int32_t v)
{
	char digits[] = ".000000";
	uint32_t left = v < 0 ? -(uint32_t)v : (uint32_t)v;
	uint32_t whole = left / 1000000;
	js_out_key(out, key);
	if (v < 0)
		buf_addc(out, '-');
	write_integer(whole, out);
	left -= whole * 1000000;
	size_t n = sizeof(digits) - 1;
	for (size_t i = n; i > 1; left /= 10)
		digits[--i] = (char)('0' + left % 10);
	while (n > 2 && digits[n - 1] == '0')
		n--;
	buf_add(out, digits, n);
}

void js_out_value(struct buf *out, const char *key, const json_t *v)
{
	js_out_key(out, key);
	js_write(v, out);
}

size_t js_out_open(struct buf *out, const char *key, char bracket)
{
	size_t mark = out->len;
	js_out_key(out, key);
	buf_addc(out, bracket);
	return mark;
}

void js_out_close(struct buf *out, size_t mark, char bracket)
{
	char last = out->len ? out->data[out->len - 1] : bracket;
	if (last == '{' || last == '[')
		buf_cut(out, mark);
	else
		buf_addc(out, bracket);
}
