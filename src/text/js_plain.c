/* SPDX-License-Identifier: EUPL-1.2 */
/* The JSON that nearly everybody writes, into nodes of an arena: many times
 * faster than jansson, which asks for one byte at a time and for memory three
 * times a member. The bytes are copied once; names and texts stay where they
 * are in the copy, escapes taken out, each ended by a NUL in place of its
 * quote. More NULs follow the copy, so that nobody need look for its end.
 *
 * It judges nothing. What is rare or wrong (a key twice, half a surrogate, a
 * bad byte, a number that is no short one, too deep, very many members) makes
 * it give up, and jansson, which knows better, reads the value from the
 * beginning and says what is wrong. So one thing matters here: what this reader
 * accepts, jansson must accept too, and with the same tree
 * (tests/fuzz/fuzz_json.c compares). */
#include "js_value.h"
#include "lanes.h"

#include <etrier/arena.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/utf8.h>

#include <stdbool.h>
#include <string.h>

enum {
	DIGITS_MAX = 18,      /* an integer of so many never overflows */
	REAL_DIGITS_MAX = 15, /* doubles hold them and 10^15 exactly */
	/* Each name is compared with those before it. */
	MEMBERS_MAX = 256
};

struct plain {
	char *p; /* *p is 0 at the end at the latest */
	struct arena *a;
	int depth;
};

static struct jnode *read_value(struct plain *r);

static void skip_blanks(struct plain *r)
{
	while (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t')
		r->p++;
}

/* Past c, after blanks. */
static bool take(struct plain *r, char c)
{
	skip_blanks(r);
	if (*r->p != c)
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

/* The four digits of \uXXXX, a code point that stands alone. Returns how many
 * bytes were put, 0: give up. */
static size_t read_code(struct plain *r, char *out)
{
	uint32_t cp = 0;
	for (int i = 0; i < 4; i++) {
		int v = hex(*r->p);
		if (v < 0)
			return 0;
		cp = cp << 4 | (uint32_t)v;
		r->p++;
	}
	if (!cp || (cp >= 0xD800 && cp <= 0xDFFF))
		return 0;
	return utf8_put(cp, out);
}

/* Behind a backslash; what comes out is never longer than what went in. */
static size_t read_escape(struct plain *r, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = *r->p ? strchr(from, *r->p) : NULL;
	if (*r->p == 'u') {
		r->p++;
		return read_code(r, out);
	}
	if (!at)
		return 0;
	r->p++;
	*out = to[at - from];
	return 1;
}

/* The next quote, backslash or control character. */
static char *run(char *p)
{
	size_t n;
	do {
		lanes v = lanes_at(p);
		n = lanes_first((lanes)(v < LANES_ALL(' ')) |
				(lanes)(v == LANES_ALL('"')) |
				(lanes)(v == LANES_ALL('\\')));
		p += n;
	} while (n == LANES);
	return p;
}

/* The string whose quote was taken. */
static bool read_string(struct plain *r, const char **s, size_t *n)
{
	char *out = run(r->p);
	*s = r->p;
	r->p = out;
	while (*r->p == '\\') {
		r->p++;
		size_t put = read_escape(r, out);
		if (!put)
			return false;
		char *from = r->p;
		out += put;
		r->p = run(from);
		memmove(out, from, (size_t)(r->p - from));
		out += r->p - from;
	}
	if (*r->p != '"')
		return false;
	r->p++;
	*out = '\0';
	*n = (size_t)(out - *s);
	return true;
}

static bool read_object(struct plain *r, struct jnode *v)
{
	struct jnode **end = &v->first;
	uint64_t names = 0;
	v->type = JNODE_OBJECT;
	if (take(r, '}'))
		return true;
	do {
		const char *name;
		size_t n;
		if (v->n == MEMBERS_MAX || !take(r, '"') ||
		    !read_string(r, &name, &n))
			return false;
		uint64_t bit = jnode_name_bit(name, n);
		if ((names & bit && jnode_get(v, name, n)) || !take(r, ':') ||
		    !(*end = read_value(r)))
			return false;
		names |= bit;
		(*end)->name = name;
		(*end)->n_name = n;
		end = &(*end)->next;
		v->n++;
	} while (take(r, ','));
	return take(r, '}');
}

static bool read_list(struct plain *r, struct jnode *v)
{
	struct jnode **end = &v->first;
	v->type = JNODE_LIST;
	if (take(r, ']'))
		return true;
	do {
		if (!(*end = read_value(r)))
			return false;
		end = &(*end)->next;
		v->n++;
	} while (take(r, ','));
	return take(r, ']');
}

/* At most max digits added to *v; how many there were. */
static int read_digits(struct plain *r, int max, int64_t *v)
{
	int n = 0;
	for (; n < max && *r->p >= '0' && *r->p <= '9'; n++)
		*v = *v * 10 + (*r->p++ - '0');
	return n;
}

static bool read_rare_number(struct plain *r, const char *from, struct jnode *v)
{
	while (js_is_number_byte(*r->p))
		r->p++;
	json_t *number =
		json_loadb(from, (size_t)(r->p - from), JSON_DECODE_ANY, NULL);
	if (number)
		*v = *jnode_from_json(r->a, number);
	json_decref(number);
	return number != NULL;
}

/* Integers and plain decimals here, what else looks like a number by jansson.
 * One division of two doubles that are exact rounds once, as strtod() does. */
static bool read_number(struct plain *r, struct jnode *v)
{
	static const double tens[] = {1e0,  1e1,  1e2,	1e3, 1e4,  1e5,
				      1e6,  1e7,  1e8,	1e9, 1e10, 1e11,
				      1e12, 1e13, 1e14, 1e15};
	const char *from = r->p;
	bool is_negative = *r->p == '-';
	int64_t number = 0;
	r->p += is_negative;
	bool has_zero = *r->p == '0';
	int whole = read_digits(r, DIGITS_MAX, &number), fraction = 0;
	bool is_real = *r->p == '.';
	if (is_real) {
		r->p++;
		fraction = read_digits(r, DIGITS_MAX - whole, &number);
	}
	if (!whole || (has_zero && whole > 1) || js_is_number_byte(*r->p) ||
	    (is_real && (!fraction || whole + fraction > REAL_DIGITS_MAX)))
		return read_rare_number(r, from, v);
	v->type = is_real ? JNODE_REAL : JNODE_INTEGER;
	if (is_real)
		v->real = (double)number / tens[fraction] *
			  (is_negative ? -1.0 : 1.0);
	else
		v->integer = is_negative ? -number : number;
	return true;
}

static bool read_word(struct plain *r, const char *word, enum jnode_type type,
		      struct jnode *v)
{
	size_t n = strlen(word);
	v->type = type;
	if (strncmp(r->p, word, n) != 0)
		return false;
	r->p += n;
	return true;
}

static bool read_deeper(struct plain *r, struct jnode *v)
{
	if (r->depth == JS_DEPTH_MAX)
		return false;
	r->depth++;
	bool is_read = *r->p++ == '{' ? read_object(r, v) : read_list(r, v);
	r->depth--;
	return is_read;
}

static bool read_into(struct plain *r, struct jnode *v)
{
	switch (*r->p) {
	case '{':
	case '[':
		return read_deeper(r, v);
	case '"':
		r->p++;
		v->type = JNODE_STRING;
		return read_string(r, &v->text, &v->n);
	case 't':
		return read_word(r, "true", JNODE_TRUE, v);
	case 'f':
		return read_word(r, "false", JNODE_FALSE, v);
	case 'n':
		return read_word(r, "null", JNODE_NULL, v);
	default:
		return js_is_number_byte(*r->p) && read_number(r, v);
	}
}

static struct jnode *read_value(struct plain *r)
{
	struct jnode *v = arena_bytes(r->a, sizeof(*v));
	*v = (struct jnode){.type = JNODE_NULL};
	skip_blanks(r);
	return read_into(r, v) ? v : NULL;
}

struct jnode *js_plain(struct arena *a, const char *bytes, size_t n)
{
	if (!utf8_is_valid(bytes, n))
		return NULL;
	char *copy = arena_bytes(a, n + LANES);
	memcpy(copy, bytes, n);
	memset(copy + n, 0, LANES);
	struct plain r = {.p = copy, .a = a};
	struct jnode *v = read_value(&r);
	skip_blanks(&r);
	return v && r.p == copy + n ? v : NULL;
}
