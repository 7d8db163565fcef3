/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole JSON values on jansson, with what jansson leaves open decided: depth,
 * byte order marks, integers beyond 64 bits. Streams are js_split.c's. */
#include "js_value.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

#define BOM "\xEF\xBB\xBF"
/* An integer of 19 digits may pass 2^63; one of 18 never does. */
#define SAFE_DIGITS 18

/* The closing quote of a string whose first byte is s[i], or n. */
static size_t end_of_string(const char *s, size_t i, size_t n)
{
	for (; i < n && s[i] != '"'; i++)
		i += s[i] == '\\';
	return i < n ? i : n;
}

static bool is_too_deep(const char *s, size_t n)
{
	int depth = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			i = end_of_string(s, i + 1, n);
		else if (s[i] == '{' || s[i] == '[')
			depth++;
		else if (s[i] == '}' || s[i] == ']')
			depth--;
		if (depth > JS_DEPTH_MAX)
			return true;
	}
	return false;
}

bool js_is_number_byte(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
	       c == 'e' || c == 'E';
}

/* True when the number token is an integer of so many digits that jansson
 * would refuse it. */
static bool is_wide_integer(const char *token, size_t n)
{
	if (n && *token == '-') {
		token++;
		n--;
	}
	if (n <= SAFE_DIGITS)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (token[i] < '0' || token[i] > '9')
			return false;
	}
	return n > SAFE_DIGITS + 1 ||
	       memcmp(token, "9223372036854775807", SAFE_DIGITS + 1) > 0;
}

/* The text with ".0" after integers that do not fit: jansson has one flag for
 * this, and it would turn every integer of the document into a real. */
static char *widen(const char *s, size_t n, size_t *n_out)
{
	struct buf b;
	buf_init(&b, n * 2 + 2);
	for (size_t i = 0, from; i < n;) {
		from = i;
		if (s[i] == '"') {
			i = end_of_string(s, i + 1, n);
			i += i < n;
		} else if (js_is_number_byte(s[i])) {
			while (i < n && js_is_number_byte(s[i]))
				i++;
		} else {
			i++;
		}
		buf_add(&b, s + from, i - from);
		if (is_wide_integer(s + from, i - from))
			buf_adds(&b, ".0");
	}
	*n_out = b.len;
	return buf_take(&b);
}

static json_t *load(const char *s, size_t n, json_error_t *e)
{
	return json_loadb(s, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, e);
}

/* What js_plain() left: unusual or wrong. */
static json_t *judge(const char *bytes, size_t n, struct err *err)
{
	json_error_t e;
	json_t *v = load(bytes, n, &e);
	if (!v && json_error_code(&e) == json_error_numeric_overflow) {
		size_t n_wide;
		char *wide = widen(bytes, n, &n_wide);
		v = load(wide, n_wide, &e);
		free(wide);
	}
	if (v)
		return v;
	/* jansson quotes what it read, and that may be about a person. */
	char *near = strstr(e.text, " near '");
	if (near)
		*near = '\0';
	err_set(err, ERR_INPUT, "line %d, column %d: %s", e.line, e.column,
		e.text);
	return NULL;
}

struct jnode *js_node(struct arena *a, const char *bytes, size_t n,
		      struct err *err)
{
	struct jnode *v = js_plain(a, bytes, n);
	if (v)
		return v;
	json_t *rare = judge(bytes, n, err);
	v = rare ? jnode_from_json(a, rare) : NULL;
	json_decref(rare);
	return v;
}

json_t *js_parse(const char *bytes, size_t n, struct err *err)
{
	if (n >= 3 && memcmp(bytes, BOM, 3) == 0) {
		bytes += 3;
		n -= 3;
	}
	if (is_too_deep(bytes, n)) {
		err_set(err, ERR_INPUT, "nested deeper than %d levels",
			JS_DEPTH_MAX);
		return NULL;
	}
	struct arena a;
	struct arena_lent lent;
	arena_init_lent(&a, &lent);
	const struct jnode *plain = js_plain(&a, bytes, n);
	json_t *v = plain ? jnode_to_json(plain) : judge(bytes, n, err);
	arena_clear(&a);
	return v;
}

const char *js_str(const json_t *obj, const char *key, const char *fallback)
{
	const char *s = json_string_value(json_object_get(obj, key));
	return s ? s : fallback;
}

int64_t js_int(const json_t *obj, const char *key, int64_t fallback)
{
	const json_t *v = json_object_get(obj, key);
	return json_is_integer(v) ? json_integer_value(v) : fallback;
}

bool js_bool(const json_t *obj, const char *key, bool fallback)
{
	const json_t *v = json_object_get(obj, key);
	return json_is_boolean(v) ? json_is_true(v) : fallback;
}

void js_put_str(json_t *obj, const char *key, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	/* Looked at here, eight bytes at a time, and not byte by byte there. */
	if (s && utf8_is_valid(s, n))
		json_object_set_new(obj, key, json_stringn_nocheck(s, n));
}

void js_put_int(json_t *obj, const char *key, int64_t v, int64_t none)
{
	if (v != none)
		json_object_set_new(obj, key, json_integer(v));
}
