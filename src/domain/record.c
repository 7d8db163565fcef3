/* SPDX-License-Identifier: EUPL-1.2 */
/* Cells of people's files into JSON, JSON into structs and back, driven by the
 * table of each record. Nothing here knows a column's name. A message about a
 * cell says what is allowed and never what stood there: cells hold personal
 * data, and messages end in files and terminals. */
#include "record.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/num.h>
#include <etrier/phone.h>
#include <etrier/sms_sender.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

static_assert(sizeof(enum tri) == sizeof(int), "codes are stored as int");

#define DIGITS	"0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
/* Letters and digits of an SMS sender (surfaces.md). */

/* ---- texts: each to its one form, or the reason why not ---- */

typedef const char *normalise_fn(const char *s, char out[RECORD_TEXT_MAX + 1]);

static const char *normalise_copy(const char *s, char out[])
{
	str_copy(out, RECORD_TEXT_MAX + 1, s);
	return NULL;
}

static const char *normalise_email(const char *s, char out[])
{
	normalise_copy(s, out);
	return email_is_valid(s) ? NULL : "not an e-mail address";
}

static const char *normalise_phone(const char *s, char out[])
{
	switch (phone_normalise(s, out)) {
	case PHONE_INVALID:
		return "not a telephone number";
	case PHONE_SPECIAL:
		return "a special or short number";
	default:
		return NULL;
	}
}

/* A language and subtags of two to eight letters or digits. */
static const char *normalise_language(const char *s, char out[])
{
	normalise_copy(s, out);
	size_t n = strspn(out, LETTERS);
	bool is_tag = n == 2 || n == 3;
	for (size_t i = 0; i < n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	for (const char *p = out + n; is_tag && *p; p += n) {
		n = strspn(p + 1, LETTERS DIGITS) + 1;
		is_tag = *p == '-' && n >= 3 && n <= 9;
	}
	return is_tag ? NULL : "not a language tag (fr, pt-BR)";
}

static const char *normalise_link(const char *s, char out[])
{
	normalise_copy(s, out);
	const char *colon = strchr(s, ':');
	return colon && colon > s && colon[1] ? NULL : "not ORIGIN:REF";
}

static const char *normalise_rncp(const char *s, char out[])
{
	if (strncmp(s, "RNCP", 4) == 0 || strncmp(s, "rncp", 4) == 0)
		s += 4;
	s += strspn(s, " ");
	size_t n = strlen(s);
	if (n < 2 || n > 6 || strspn(s, DIGITS) != n)
		return "not an RNCP number";
	snprintf(out, RECORD_TEXT_MAX + 1, "RNCP%s", s);
	return NULL;
}

static const char *normalise_sender(const char *s, char out[])
{
	normalise_copy(s, out);
	return sms_sender_problem(s);
}

static normalise_fn *const normalisers[] = {
	[FIELD_TEXT] = normalise_copy,
	[FIELD_PATTERN] = normalise_copy,
	[FIELD_EMAIL] = normalise_email,
	[FIELD_PHONE] = normalise_phone,
	[FIELD_LANGUAGE] = normalise_language,
	[FIELD_LINK] = normalise_link,
	[FIELD_RNCP] = normalise_rncp,
	[FIELD_SENDER] = normalise_sender,
};

static bool is_text(const struct field *f)
{
	return f->kind <= FIELD_SENDER;
}

static const char *normalise(const struct field *f, const char *s,
			     char out[RECORD_TEXT_MAX + 1])
{
	if (strlen(s) > RECORD_TEXT_MAX)
		return "longer than 200 bytes";
	if (f->kind == FIELD_PATTERN && !text_matches(s, f->pattern))
		return "not a code of this form";
	return normalisers[f->kind](s, out);
}

/* ---- text to JSON ---- */

static json_t *refuse(struct err *err, const char *reason)
{
	err_set(err, ERR_INPUT, "%s", reason);
	return NULL;
}

static json_t *cell_text(const struct field *f, const char *s, struct err *err)
{
	char out[RECORD_TEXT_MAX + 1];
	const char *reason = normalise(f, s, out);
	return reason ? refuse(err, reason) : json_string(out);
}

/* The slashes are looked at here because date_parse_dmy() takes other signs
 * too, and surfaces.md takes nothing else in these files. */
static json_t *cell_date(const char *s, struct err *err)
{
	char out[11];
	int32_t date;
	bool is_dmy = strlen(s) == 10 && s[2] == '/' && s[5] == '/' &&
		      date_parse_dmy(s, &date) == 0;
	if (!is_dmy && date_parse_iso(s, &date))
		return refuse(err, "not a date YYYY-MM-DD or DD/MM/YYYY");
	date_format(date, out);
	return json_string(out);
}

static json_t *cell_minute(const char *s, struct err *err)
{
	char out[6];
	int minute;
	if (minute_parse(s, &minute))
		return refuse(err, "not a time HH:MM");
	minute_format(minute, out);
	return json_string(out);
}

static json_t *cell_int(const struct field *f, const char *s, struct err *err)
{
	int64_t v;
	if (num_parse_int(s, f->min, f->max, &v) == 0)
		return json_integer(v);
	err_set(err, ERR_INPUT, "not a whole number from %d to %d", f->min,
		f->max);
	return NULL;
}

static json_t *cell_udeg(const struct field *f, char *s, struct err *err)
{
	int32_t v;
	char *comma = strchr(s, ',');
	if (comma)
		*comma = '.';
	if (num_parse_udeg(s, f->max, &v))
		return refuse(err, "not a number of degrees");
	return json_real(v / 1e6);
}

static json_t *cell_yes_no(const char *s, struct err *err)
{
	if (str_eq(s, "yes") || str_eq(s, "no"))
		return json_string(s);
	return refuse(err, "not yes, no or empty");
}

json_t *cell_code(const char *part, const void *vocab, struct err *err)
{
	const struct vocab *v = vocab;
	char allowed[ERR_TEXT_MAX] = "";
	if (vocab_find(v, part) != VOCAB_NONE)
		return json_string(part);
	for (int i = 0; i < v->n; i++) {
		size_t n = strlen(allowed);
		snprintf(allowed + n, sizeof(allowed) - n, " %s", v->codes[i]);
	}
	err_set(err, ERR_INPUT, "not one of:%s", allowed);
	return NULL;
}

json_t *cell_list(char *text, const char *separators, size_t max,
		  json_t *(*each)(const char *part, const void *ctx,
				  struct err *err),
		  const void *ctx, struct err *err)
{
	json_t *list = json_array(), *item;
	for (char *p = text, *end; p; p = end) {
		end = strpbrk(p, separators);
		if (end)
			*end++ = '\0';
		p = str_trim(p);
		if (!*p)
			continue;
		item = json_array_size(list) == max
			       ? refuse(err, "too many values in the list")
			       : each(p, ctx, err);
		if (!item) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *cell_value(const struct field *f, char *s, struct err *err)
{
	switch (f->kind) {
	case FIELD_DATE:
		return cell_date(s, err);
	case FIELD_MINUTE:
		return cell_minute(s, err);
	case FIELD_INT:
		return cell_int(f, s, err);
	case FIELD_UDEG:
		return cell_udeg(f, s, err);
	case FIELD_CODE:
		return cell_code(s, f->vocab, err);
	case FIELD_YES_NO:
		return cell_yes_no(s, err);
	case FIELD_BITS:
		return cell_list(s, ",", (size_t)f->vocab->n, cell_code,
				 f->vocab, err);
	case FIELD_OWN:
		return f->cell(s, err);
	default:
		return cell_text(f, s, err);
	}
}

json_t *field_from_text(const struct field *f, const char *text,
			struct err *err)
{
	char copy[RECORD_CELL_MAX + 1];
	if (str_is_empty(text))
		return json_null();
	if (!str_copy(copy, sizeof(copy), text))
		return refuse(err, "too long");
	if (!utf8_is_valid(text, strlen(text)) ||
	    !text_is_clean(text, READ_LINE))
		return refuse(err, "holds a control character or a line end");
	if (nir_is_valid(text))
		return refuse(err, "a social-security number: not stored");
	if (iban_is_valid(text))
		return refuse(err, "a bank account number: not stored");
	return cell_value(f, str_trim(copy), err);
}

/* ---- JSON to struct ---- */

static void set_text(const struct field *f, const struct reader *r,
		     const char *key, const char **member)
{
	char out[RECORD_TEXT_MAX + 1];
	const char *s = read_text(r, key, READ_LINE, RECORD_TEXT_MAX);
	const char *reason = s ? normalise(f, s, out) : NULL;
	if (reason)
		reader_fail(r, key, "%s", reason);
	else if (s && strcmp(s, out) != 0)
		reader_fail(r, key, "not in its normal form");
	*member = s;
}

static void set_udeg(const struct field *f, const struct reader *r,
		     const char *key, int32_t *member)
{
	*member = UDEG_NONE;
	read_udeg(r, key, f->max, member);
}

void field_from_json(const struct field *f, const struct reader *r,
		     const char *key, void *record)
{
	void *member = (char *)record + f->offset;
	if (is_text(f)) {
		set_text(f, r, key, member);
		return;
	}
	switch (f->kind) {
	case FIELD_DATE:
		*(int32_t *)member = read_date(r, key);
		break;
	case FIELD_MINUTE:
		*(int *)member = read_minute(r, key);
		break;
	case FIELD_INT:
		*(int *)member = (int)read_int(r, key, f->min, f->max, -1);
		break;
	case FIELD_UDEG:
		set_udeg(f, r, key, member);
		break;
	case FIELD_CODE:
		*(int *)member = read_code(r, key, f->vocab, f->none);
		break;
	case FIELD_YES_NO:
		*(enum tri *)member = read_tri(r, key);
		break;
	case FIELD_BITS:
		*(unsigned *)member = read_bits(r, key, f->vocab);
		break;
	default:
		break;
	}
}

/* ---- struct to JSON ---- */

void field_to_json(const struct field *f, json_t *obj, const char *key,
		   const void *record)
{
	const void *member = (const char *)record + f->offset;
	if (is_text(f)) {
		js_put_str(obj, key, *(const char *const *)member);
		return;
	}
	switch (f->kind) {
	case FIELD_DATE:
		put_date(obj, key, *(const int32_t *)member);
		break;
	case FIELD_MINUTE:
		put_minute(obj, key, *(const int *)member);
		break;
	case FIELD_INT:
		js_put_int(obj, key, *(const int *)member, -1);
		break;
	case FIELD_UDEG:
		if (*(const int32_t *)member != UDEG_NONE)
			put_udeg(obj, key, *(const int32_t *)member);
		break;
	case FIELD_CODE:
		put_code(obj, key, f->vocab, *(const int *)member);
		break;
	case FIELD_YES_NO:
		put_tri(obj, key, *(const enum tri *)member);
		break;
	case FIELD_BITS:
		put_bits(obj, key, f->vocab, *(const unsigned *)member);
		break;
	default:
		break;
	}
}
