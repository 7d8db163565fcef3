/* SPDX-License-Identifier: EUPL-1.2 */
/* The body of a form, application/x-www-form-urlencoded, read strictly: what a
 * page of ours never sends is no form of ours. Each field goes into the line
 * for the engine under its own name; an empty one says nothing and is left
 * out. */
#include "front.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const fields[] = {"act",    "item",	"reason",
				     "rhythm", "until", "substitute"};
#define N_FIELDS ARRAY_LEN(fields)

bool front_is_form(const char *content_type)
{
	static const char want[] = "application/x-www-form-urlencoded";
	if (!content_type ||
	    strncasecmp(content_type, want, sizeof(want) - 1) != 0)
		return false;
	char next = content_type[sizeof(want) - 1];
	return !next || next == ';' || next == ' ';
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* In place, NUL-terminated. -1: a broken escape. *n: bytes after. */
static int decode(char *text, size_t *n)
{
	size_t out = 0;
	for (size_t i = 0; i < *n; i++) {
		char c = text[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < *n ? hex_value(text[i + 1]) : -1;
			int low = high < 0 ? -1 : hex_value(text[i + 2]);
			if (low < 0)
				return -1;
			c = (char)(high * 16 + low);
			i += 2;
		}
		text[out++] = c;
	}
	text[out] = '\0';
	*n = out;
	return 0;
}

static bool has_control(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return true;
	}
	return false;
}

static int read_value(const char *key, char *value, json_t *into,
		      struct err *err)
{
	size_t n = strlen(value);
	if (decode(value, &n))
		return err_set(err, ERR_INPUT, "a broken escape");
	if (n > FORM_VALUE_MAX || has_control(value, n) ||
	    !utf8_is_valid(value, n))
		return err_set(err, ERR_INPUT, "%s: no text of a form", key);
	struct arena a;
	arena_init(&a);
	const char *clean =
		utf8_clean(&a, value, UTF8_ONE_LINE, FORM_VALUE_MAX);
	js_put_str(into, key, *clean ? clean : NULL);
	arena_clear(&a);
	return 0;
}

/* The fields' names have nothing to escape. */
static int read_pair(char *pair, unsigned *seen, json_t *into, struct err *err)
{
	char *equals = strchr(pair, '=');
	if (!equals)
		return err_set(err, ERR_INPUT, "a field without a value");
	*equals = '\0';
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (!str_eq(pair, fields[i]))
			continue;
		if (*seen & 1u << i)
			return err_set(err, ERR_INPUT, "%s: twice", fields[i]);
		*seen |= 1u << i;
		return read_value(fields[i], equals + 1, into, err);
	}
	return err_set(err, ERR_INPUT, "an unknown field");
}

int front_form_read(const char *body, size_t n, json_t *into, struct err *err)
{
	unsigned seen = 0;
	int result = 0;
	if (n > FORM_BODY_MAX || memchr(body ? body : "", '\0', n))
		return err_set(err, ERR_INPUT, "no form");
	char *text = mem_dup_n(body ? body : "", n), *rest = text;
	while (!result && rest && *text)
		result = read_pair(strsep(&rest, "&"), &seen, into, err);
	if (!result && !js_str(into, "act", NULL))
		result = err_set(err, ERR_INPUT, "no act");
	free(text);
	return result;
}
