/* SPDX-License-Identifier: EUPL-1.2 */
/* French telephone numbers by the numbering plan of ARCEP (décision 2018-0881
 * and its changes), and the checks that recognise a social-security number, a
 * bank account and an e-mail address. Recognition only: whether a number is in
 * service nobody here can know. */
#include "nfc.h"

#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/phone.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define E164_MAX 15 /* digits, ITU-T E.164 */
#define E164_MIN 8  /* the shortest national numbers with their country */
#define NSN_FR	 9  /* digits after +33, +262, ... */

/* Beginnings of national numbers (without the 0), the longest first. cc is
 * the country code the number belongs to. */
struct range {
	const char *begins, *cc;
	enum phone_kind kind;
};

static const struct range ranges[] = {
	/* ARCEP keeps 06 39 98 for fiction; the rest of 06 39 is Mayotte. */
	{"63998", "33", PHONE_FICTION},
	{"639", "262", PHONE_MOBILE_DOM},
	{"690", "590", PHONE_MOBILE_DOM},
	{"691", "590", PHONE_MOBILE_DOM},
	{"692", "262", PHONE_MOBILE_DOM},
	{"693", "262", PHONE_MOBILE_DOM},
	{"694", "594", PHONE_MOBILE_DOM},
	{"696", "596", PHONE_MOBILE_DOM},
	{"697", "596", PHONE_MOBILE_DOM},
	{"262", "262", PHONE_FIXED},
	{"263", "262", PHONE_FIXED},
	{"269", "262", PHONE_FIXED},
	{"590", "590", PHONE_FIXED},
	{"594", "594", PHONE_FIXED},
	{"596", "596", PHONE_FIXED},
	/* 07 00 has 14 digits and is for machines; 070-072 are not open. */
	{"70", "33", PHONE_INVALID},
	{"71", "33", PHONE_INVALID},
	{"72", "33", PHONE_INVALID},
	{"1", "33", PHONE_FIXED},
	{"2", "33", PHONE_FIXED},
	{"3", "33", PHONE_FIXED},
	{"4", "33", PHONE_FIXED},
	{"5", "33", PHONE_FIXED},
	{"6", "33", PHONE_MOBILE},
	{"7", "33", PHONE_MOBILE},
	{"8", "33", PHONE_SPECIAL},
	{"9", "33", PHONE_FIXED},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank_cp(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == 0xA0 || cp == 0x202F ||
	       cp == 0x2009;
}

/* Digits, with a + in front when it was written so; -1 on any other sign. */
static int squeeze(const char *s, char *out, size_t size)
{
	size_t n = 0;
	for (uint32_t cp; (cp = utf8_next(&s));) {
		bool is_plus = cp == '+' && n == 0;
		if (is_plus || (cp >= '0' && cp <= '9')) {
			if (n + 1 >= size)
				return -1;
			out[n++] = (char)cp;
		} else if (!is_blank_cp(cp) && cp != 0x2011 && cp != 0x2010 &&
			   cp != 0x2013 &&
			   (cp > 'z' || !strchr(".-/()", (int)cp))) {
			return -1;
		}
	}
	out[n] = '\0';
	return 0;
}

static enum phone_kind write_out(const char *cc, const char *rest,
				 enum phone_kind kind, char out[17])
{
	if (kind == PHONE_INVALID || kind == PHONE_SPECIAL)
		return kind;
	size_t n = strlen(cc), k = strlen(rest);
	BUG_ON(n + k > E164_MAX);
	out[0] = '+';
	memcpy(out + 1, cc, n);
	memcpy(out + 1 + n, rest, k + 1);
	return kind;
}

/* Nine digits after the 0 or after +33. */
static enum phone_kind national(const char *nsn, char out[17])
{
	if (strlen(nsn) != NSN_FR)
		return PHONE_INVALID;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		const struct range *r = &ranges[i];
		if (str_starts(nsn, r->begins))
			return write_out(r->cc, nsn, r->kind, out);
	}
	return PHONE_INVALID;
}

/* The nine digits of an overseas country code. */
static enum phone_kind overseas(const char *cc, const char *nsn, char out[17])
{
	if (strlen(nsn) != NSN_FR || *nsn == '0')
		return PHONE_INVALID;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		const struct range *r = &ranges[i];
		if (str_starts(nsn, r->begins) && str_eq(r->cc, cc))
			return write_out(cc, nsn, r->kind, out);
	}
	if (*nsn == '6' || *nsn == '7')
		return PHONE_INVALID;
	return *nsn == '8' ? PHONE_SPECIAL
			   : write_out(cc, nsn, PHONE_FIXED, out);
}

/* Digits that begin with a country code. */
static enum phone_kind international(const char *digits, char out[17])
{
	static const char *const codes[] = {"262", "590", "594", "596"};
	size_t n = strlen(digits);
	if (str_starts(digits, "33")) {
		/* "+33 (0)6" and "+33 06": the 0 is not part of it. */
		digits += 2;
		/* NOLINTNEXTLINE: squeeze() ends it with a NUL */
		return national(digits + (*digits == '0'), out);
	}
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (str_starts(digits, codes[i])) {
			digits += 3;
			/* NOLINTNEXTLINE: squeeze() ends it with a NUL */
			return overseas(codes[i], digits + (*digits == '0'),
					out);
		}
	}
	if (n < E164_MIN || n > E164_MAX || *digits == '0')
		return PHONE_INVALID;
	return write_out("", digits, PHONE_FOREIGN, out);
}

/* 15, 112, 3639, 118712: two to four digits, or six that begin with 118. */
static bool is_short_number(const char *s)
{
	size_t n = strlen(s);
	return (n >= 2 && n <= 4 && (*s == '1' || *s == '3')) ||
	       (n == 6 && str_starts(s, "118"));
}

static bool is_written_without_plus(const char *s)
{
	size_t n = strlen(s);
	if (str_starts(s, "33"))
		return n == 2 + NSN_FR;
	return n == 3 + NSN_FR &&
	       (str_starts(s, "262") || str_starts(s, "590") ||
		str_starts(s, "594") || str_starts(s, "596"));
}

enum phone_kind phone_normalise(const char *s, char out[17])
{
	char d[32];
	if (!s || squeeze(s, d, sizeof(d)))
		return PHONE_INVALID;
	if (d[0] == '+')
		return international(d + 1, out);
	if (str_starts(d, "00"))
		return international(d + 2, out);
	if (d[0] == '0')
		return national(d + 1, out);
	if (is_written_without_plus(d))
		return international(d, out);
	return is_short_number(d) ? PHONE_SPECIAL : PHONE_INVALID;
}

void phone_write_fr(const char *e164, char *out, size_t size)
{
	char local[sizeof("06 39 98 00 01")];
	size_t n = 0;
	if (!str_starts(e164, "+33") ||
	    strspn(e164 + 3, "0123456789") != NSN_FR || e164[3 + NSN_FR]) {
		str_copy(out, size, e164);
		return;
	}
	local[n++] = '0';
	for (size_t i = 0; i < NSN_FR; i++) {
		if (i % 2 == 1)
			local[n++] = ' ';
		local[n++] = e164[3 + i];
	}
	local[n] = '\0';
	str_copy(out, size, local);
}

/* Letters (as capitals) and digits of s without blanks; -1 on anything else
 * or when there are not between min and max. */
static int alphanumerics(const char *s, size_t min, size_t max, char *out)
{
	size_t n = 0;
	for (uint32_t cp; (cp = utf8_next(&s));) {
		if (is_blank_cp(cp))
			continue;
		bool is_letter =
			(cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z');
		if (n == max || (!is_letter && (cp < '0' || cp > '9')))
			return -1;
		out[n++] = (char)(cp >= 'a' ? cp - 'a' + 'A' : cp);
	}
	out[n] = '\0';
	return n < min ? -1 : 0;
}

bool nir_is_valid(const char *s)
{
	enum { LENGTH = 15, DEPARTMENT = 5, BODY = 13 };
	char d[LENGTH + 1];
	int64_t body, key, corsica = 0;
	if (!s || alphanumerics(s, LENGTH, LENGTH, d) || !strchr("123478", *d))
		return false;
	/* 2A counts as 19, 2B as 18 (INSEE). */
	if (d[DEPARTMENT] == '2' &&
	    (d[DEPARTMENT + 1] == 'A' || d[DEPARTMENT + 1] == 'B')) {
		corsica = d[DEPARTMENT + 1] == 'A' ? 1 : 2;
		d[DEPARTMENT + 1] = '0';
	}
	if (num_parse_int(d + BODY, 1, 97, &key))
		return false;
	d[BODY] = '\0';
	if (num_parse_int(d, 0, INT64_MAX, &body))
		return false;
	/* 20 becomes 19 or 18: so many millions less. */
	body -= corsica * 1000000;
	return 97 - body % 97 == key;
}

bool iban_is_valid(const char *s)
{
	enum { SHORTEST = 15, LONGEST = 34 };
	char d[LONGEST + 1];
	if (!s || alphanumerics(s, SHORTEST, LONGEST, d) || is_digit(d[0]) ||
	    is_digit(d[1]) || !is_digit(d[2]) || !is_digit(d[3]))
		return false;
	size_t n = strlen(d);
	unsigned rest = 0;
	for (size_t i = 0; i < n; i++) {
		char c = d[(i + 4) % n];
		unsigned v = is_digit(c) ? (unsigned)(c - '0')
					 : (unsigned)(c - 'A') + 10;
		rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
	}
	return rest == 1;
}

/* Labels of letters, digits, inner hyphens and non-ASCII, at least two. */
static bool is_domain(const char *s)
{
	size_t label = 0, labels = 1;
	for (const char *p = s; *p; p++) {
		if (*p == '.') {
			if (!label || p[-1] == '-')
				return false;
			labels++;
			label = 0;
			continue;
		}
		bool is_letter = (*p >= 'a' && *p <= 'z') ||
				 (*p >= 'A' && *p <= 'Z') || is_digit(*p) ||
				 ((unsigned char)*p & 0x80);
		if (!is_letter && (*p != '-' || !label))
			return false;
		if (++label > 63)
			return false;
	}
	return labels >= 2 && label > 0;
}

static bool is_local_part(const char *s, size_t n)
{
	static const char others[] = "!#$%&'*+/=?^_`{|}~-.";
	if (!n || n > 64 || s[0] == '.' || s[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_letter = (s[i] >= 'a' && s[i] <= 'z') ||
				 (s[i] >= 'A' && s[i] <= 'Z') || is_digit(s[i]);
		if (!is_letter && !strchr(others, s[i]))
			return false;
		if (s[i] == '.' && s[i + 1] == '.')
			return false;
	}
	return true;
}

/* Non-ASCII blanks and invisible signs have no place in a domain. */
static bool is_visible(const char *s)
{
	for (uint32_t cp; (cp = utf8_next(&s));) {
		if (cp >= 0x80 && (cp <= 0xA0 || cp == 0xAD ||
				   (cp >= 0x2000 && cp <= 0x206F) ||
				   cp == 0x3000 || cp == 0xFEFF))
			return false;
	}
	return true;
}

bool email_is_valid(const char *s)
{
	const size_t longest = 254; /* RFC 5321, 4.5.3.1.3 less the brackets */
	const char *at = s ? strchr(s, '@') : NULL;
	if (!at || strnlen(s, longest + 1) > longest ||
	    !utf8_is_valid(s, strlen(s)))
		return false;
	return is_local_part(s, (size_t)(at - s)) && is_domain(at + 1) &&
	       is_visible(at + 1);
}
