/* SPDX-License-Identifier: EUPL-1.2 */
/* Is this an offer that may be shown? Words that quality.yaml names, and tests
 * that words cannot do, each by its name. The gravest outcome decides; nothing
 * is thrown away here. */
#include "lexicon_parts.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PHONE_DIGITS = 10, DAY_S = 86400, LANGUAGE_WORDS_MIN = 20 };

static const char *const test_codes[] = {
	[QUALITY_PREMIUM_NUMBER] = "premium_number",
	[QUALITY_MESSAGING_ONLY] = "messaging_only",
	[QUALITY_TOO_OLD] = "too_old",
	[QUALITY_NOT_FRENCH] = "not_french",
	[QUALITY_NO_SALARY] = "no_salary",
	[QUALITY_NO_HOURS] = "no_hours",
	[QUALITY_VAGUE_PLACE] = "vague_place",
	[QUALITY_NO_EMPLOYER] = "no_employer",
	NULL,
};
static const char *const test_labels[] = {
	[QUALITY_PREMIUM_NUMBER] = "numéro surtaxé",
	[QUALITY_MESSAGING_ONLY] = "contact par messagerie seulement",
	[QUALITY_TOO_OLD] = "offre ancienne",
	[QUALITY_NOT_FRENCH] = "texte en langue étrangère",
	[QUALITY_NO_SALARY] = "salaire non indiqué",
	[QUALITY_NO_HOURS] = "horaires non indiqués",
	[QUALITY_VAGUE_PLACE] = "lieu imprécis",
	[QUALITY_NO_EMPLOYER] = "employeur non indiqué",
};
const struct vocab vocab_quality_test = {"test", test_codes, test_labels,
					 ARRAY_LEN(test_labels)};

/* ---- telephone numbers ---- */

/* "+33 8 ...", "0033 (0)8 ..." and "08 ..." to the digits after the zero; NULL:
 * no number begins here. */
static const char *after_zero(const char *s)
{
	const char *p = s;
	if (str_starts(s, "+33") || str_starts(s, "0033")) {
		p += *s == '+' ? 3 : 4;
		p += strspn(p, " .-");
		p += str_starts(p, "(0)") ? 3 : 0;
		return p + strspn(p, " .-");
	}
	return *s == '0' ? s + 1 : NULL;
}

/* The nine digits after the zero, one sign at most between two; NULL when they
 * are not nine, else where they end. */
static const char *nine_digits(const char *p, char out[PHONE_DIGITS])
{
	size_t n = 0;
	while (n < PHONE_DIGITS - 1) {
		if (isdigit((unsigned char)*p))
			out[n++] = *p++;
		else if (*p && strchr(" .-/", *p) && n &&
			 isdigit((unsigned char)p[1]))
			p++;
		else
			return NULL;
	}
	out[n] = '\0';
	return isdigit((unsigned char)*p) ? NULL : p;
}

/* 081, 082 and 089 are the series that cost more than a call (ARCEP, numbering
 * plan of 2018: "numéros spéciaux à tarification majorée"); 080 is free or at
 * the price of a call. */
static bool has_premium_number(const char *s)
{
	char digits[PHONE_DIGITS];
	for (const char *p = s; p && (p = strpbrk(p, "0+")); p++) {
		if (p > s && isdigit((unsigned char)p[-1]))
			continue;
		const char *rest = after_zero(p);
		const char *end = rest ? nine_digits(rest, digits) : NULL;
		if (!end)
			continue;
		if (digits[0] == '8' && strchr("129", digits[1]))
			return true;
		p = end - 1;
	}
	return false;
}

/* ---- language ---- */

static bool is_not_french(const struct language *l)
{
	return l->n >= LANGUAGE_WORDS_MIN && l->english > l->french &&
	       l->french * 10 < l->n;
}

/* ---- the tests by name ---- */

static bool has_address(const char *s)
{
	return s && (strchr(s, '@') || strcasestr(s, "http") ||
		     strcasestr(s, "www."));
}

static bool is_too_old(const struct offer *o, int64_t now, int days)
{
	int64_t since = o->updated != INSTANT_NONE ? o->updated : o->posted;
	return since != INSTANT_NONE && now > since &&
	       now - since > (int64_t)days * DAY_S;
}

static bool holds(int test, const struct row *r, const struct language *l,
		  const struct offer *o, int64_t now)
{
	switch (test) {
	case QUALITY_PREMIUM_NUMBER:
		return has_premium_number(o->contact.phone) ||
		       has_premium_number(o->title) ||
		       has_premium_number(o->description);
	case QUALITY_MESSAGING_ONLY:
		return !o->contact.email && !o->contact.url &&
		       !has_address(o->description);
	case QUALITY_TOO_OLD:
		return is_too_old(o, now, r->days);
	case QUALITY_NOT_FRENCH:
		return is_not_french(l);
	case QUALITY_NO_SALARY:
		return o->salary_min_cents < 0 && o->salary_max_cents < 0 &&
		       str_is_empty(o->salary_text);
	case QUALITY_NO_HOURS:
		return o->hours.start_min < 0 && o->hours.weekly_min < 0 &&
		       o->hours.part_time == TRI_UNKNOWN &&
		       str_is_empty(o->hours.text);
	case QUALITY_VAGUE_PLACE:
		return o->place.precision > PLACE_COMMUNE;
	case QUALITY_NO_EMPLOYER:
		return str_is_empty(o->employer.name);
	default:
		return true;
	}
}

/* Where a row fired first: bytes of a text, or NULL. */
struct fault {
	const char *text;
	uint32_t from, to;
};
struct judging {
	const char *text;
	struct fault *faults; /* by row */
};

static void on_fault(void *ctx, const struct firing_at *at)
{
	struct judging *j = ctx;
	if (!j->faults[at->row].text)
		j->faults[at->row] = (struct fault){j->text, at->from, at->to};
}

static bool is_of_kind(const struct row *r, int kind)
{
	unsigned bit = kind == VOCAB_NONE ? 0 : 1u << kind;
	return (!r->kinds || r->kinds & bit) && !(r->except_kinds & bit);
}

void quality_judge(const struct lexicon *l, struct arena *a,
		   const struct lexicon_texts *texts, const struct offer *o,
		   int64_t now, struct quality_verdict *out)
{
	struct judging j = {
		.faults = arena_array(a, l->n_rows + 1, sizeof(*j.faults))};
	struct language language = {0};
	out->outcome = QUALITY_FINE;
	out->n = 0;
	for (int i = 0; i < LEXICON_TEXT_COUNT; i++) {
		j.text = texts->text[i];
		lexicon_scan(l, texts, (enum lexicon_text)i, on_fault, &j,
			     i == LEXICON_DESCRIPTION ? &language : NULL);
	}
	for (size_t i = 0; i < l->n_rows; i++) {
		const struct row *r = &l->rows[i];
		const struct fault *f = &j.faults[i];
		if ((r->has_words && !f->text) || !is_of_kind(r, o->kind) ||
		    !holds(r->test, r, &language, o, now))
			continue;
		if (r->outcome > out->outcome)
			out->outcome = r->outcome;
		if (out->n == LEXICON_SYMBOLS_MAX)
			continue;
		out->symbols[out->n] = r->symbol;
		out->reasons[out->n] = r->reason;
		out->words[out->n++] =
			f->text ? lexicon_cut(a, f->text, f->from, f->to)
				: NULL;
	}
}
