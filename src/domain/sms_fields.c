/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes of a call-back as parameters: a query, a form, an object of JSON. All
 * of it is a stranger's: numbers, names and values are capped, a NUL ends
 * nothing but its own value, what is not UTF-8 is read as Latin-1. */
#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/sms_receipt.h>
#include <etrier/utf8.h>

#include <stdio.h>
#include <string.h>

#define NESTED_MAX 4 /* "status.value" is two */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %XX and '+'; a % that is none stays. NUL becomes a blank. */
static void decode(const char *s, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%' && i + 2 < n && hex(s[i + 1]) >= 0 &&
			   hex(s[i + 2]) >= 0) {
			c = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
			i += 2;
		}
		buf_addc(out, c ? c : ' ');
	}
}

static json_t *text_value(const char *s, size_t n)
{
	struct buf out;
	json_t *v;
	if (utf8_is_valid(s, n)) {
		v = json_stringn(s, n);
	} else {
		char bytes[4];
		buf_init(&out, 2 * SMS_FIELD_MAX);
		for (size_t i = 0; i < n; i++) {
			size_t k = utf8_put((unsigned char)s[i], bytes);
			buf_add(&out, bytes, k);
		}
		v = json_stringn(out.data ? out.data : "", out.len);
		buf_clear(&out);
	}
	return v;
}

static void put(json_t *fields, const char *name, json_t *v_take)
{
	if (!v_take || !*name || strlen(name) > SMS_FIELD_NAME_MAX ||
	    json_object_size(fields) >= SMS_FIELDS_MAX ||
	    json_object_get(fields, name)) {
		json_decref(v_take);
		return;
	}
	json_object_set_new(fields, name, v_take);
}

static void put_pair(json_t *fields, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n);
	size_t n_name = eq ? (size_t)(eq - s) : n;
	struct buf name, value;
	buf_init(&name, SMS_FIELD_NAME_MAX + 1);
	buf_init(&value, SMS_FIELD_MAX);
	decode(s, n_name, &name);
	if (eq)
		decode(eq + 1, n - n_name - 1, &value);
	if (!name.too_big && name.data && utf8_is_valid(name.data, name.len))
		put(fields, name.data,
		    text_value(value.data ? value.data : "", value.len));
	buf_clear(&name);
	buf_clear(&value);
}

json_t *sms_fields_of_form(const char *text, size_t n)
{
	json_t *fields = json_object();
	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '&', n - at);
		size_t len = end ? (size_t)(end - text) - at : n - at;
		put_pair(fields, text + at, len);
		at += len + 1;
	}
	return fields;
}

static json_t *scalar(const json_t *v)
{
	char text[32];
	if (json_is_string(v)) {
		size_t n = json_string_length(v);
		const char *s = json_string_value(v);
		return json_stringn(s, n > SMS_FIELD_MAX
					       ? utf8_cut(s, SMS_FIELD_MAX)
					       : strlen(s));
	}
	if (json_is_boolean(v))
		return json_string(json_is_true(v) ? "true" : "false");
	if (!json_is_number(v))
		return NULL;
	if (json_is_integer(v))
		snprintf(text, sizeof(text), "%lld",
			 (long long)json_integer_value(v));
	else
		snprintf(text, sizeof(text), "%.0f", json_real_value(v));
	return json_string(text);
}

static void flatten(json_t *object, const char *prefix, int depth,
		    json_t *fields)
{
	const char *key;
	json_t *v;
	char name[SMS_FIELD_NAME_MAX + 2];
	json_object_foreach(object, key, v)
	{
		int n = snprintf(name, sizeof(name), "%s%s%s", prefix,
				 *prefix ? "." : "", key);
		if (n < 0 || n >= (int)sizeof(name))
			continue;
		if (json_is_object(v) && depth < NESTED_MAX)
			flatten(v, name, depth + 1, fields);
		else
			put(fields, name, scalar(v));
	}
}

json_t *sms_fields_of_json(json_t *object)
{
	if (!json_is_object(object))
		return NULL;
	json_t *fields = json_object();
	flatten(object, "", 1, fields);
	return fields;
}

void sms_fields_join(json_t *a, json_t *b)
{
	const char *key;
	json_t *v;
	json_object_foreach(b, key, v)
	{
		put(a, key, json_incref(v));
	}
}
