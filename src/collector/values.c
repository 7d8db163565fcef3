/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates, hours, durations and identifiers as feeds write them. Amounts of
 * money: salary.c. */
#include "values.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>

enum { YEAR_MIN = 2000, YEAR_MAX = 2100 };

static size_t n_digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* The n digits at s. */
static int digits(const char *s, size_t n)
{
	int v = 0;
	while (n--)
		v = v * 10 + (*s++ - '0');
	return v;
}

static int32_t ymd(int year, int month, int day)
{
	if (year < YEAR_MIN || year > YEAR_MAX)
		return DATE_NONE;
	return date_from_ymd(year, month, day);
}

/* Three groups of digits with one separator between; how many bytes, or 0. */
static size_t groups(const char *s, int g[3], size_t len[3])
{
	const char *p = s;
	for (int i = 0; i < 3; i++) {
		len[i] = n_digits(p);
		if (!len[i] || len[i] > 4)
			return 0;
		g[i] = digits(p, len[i]);
		p += len[i];
		if (i < 2) {
			if (!*p || !strchr("/-.", *p))
				return 0;
			p++;
		}
	}
	return (size_t)(p - s);
}

/* The date at the head of s and where it ends; DATE_NONE. */
static int32_t head_date(const char *s, enum date_form form, const char **end)
{
	int g[3];
	size_t len[3];
	if (n_digits(s) == 8 &&
	    (form == DATE_AUTO || form == DATE_YMD_COMPACT)) {
		*end = s + 8;
		return ymd(digits(s, 4), digits(s + 4, 2), digits(s + 6, 2));
	}
	size_t n = groups(s, g, len);
	if (!n || form == DATE_YMD_COMPACT)
		return DATE_NONE;
	*end = s + n;
	if (len[0] == 4 && (form == DATE_AUTO || form == DATE_ISO))
		return ymd(g[0], g[1], g[2]);
	if (len[2] != 4 || form == DATE_ISO)
		return DATE_NONE;
	if (form == DATE_MDY)
		return ymd(g[2], g[0], g[1]);
	return ymd(g[2], g[1], g[0]);
}

static int64_t epoch(const char *s, enum date_form form)
{
	int64_t v;
	if (num_parse_int(s, 0, (int64_t)4102444800 * 1000, &v))
		return INSTANT_NONE;
	if (form == DATE_EPOCH_MS)
		v /= 1000;
	return v >= 946684800 && v <= 4102444800 ? v : INSTANT_NONE;
}

int64_t value_instant(struct arena *a, const char *s, enum date_form form)
{
	const char *end = s;
	int64_t v;
	if (form == DATE_EPOCH_S || form == DATE_EPOCH_MS)
		return epoch(s, form);
	int32_t date = head_date(s, form, &end);
	if (date == DATE_NONE)
		return INSTANT_NONE;
	char iso[11];
	date_format(date, iso);
	while (*end == ' ')
		end++;
	if (*end == 'T')
		end++;
	if (!*end)
		return instant_parse(iso, &v) ? INSTANT_NONE : v;
	if (!instant_parse(arena_printf(a, "%sT%s", iso, end), &v))
		return v;
	/* "2026-11-23 08:00:00 UTC", or an hour we cannot read: the day */
	return instant_parse(iso, &v) ? INSTANT_NONE : v;
}

int32_t value_date(struct arena *a, const char *s, enum date_form form)
{
	int64_t v = value_instant(a, s, form);
	return v == INSTANT_NONE ? DATE_NONE : paris_date(v);
}

/* "35h30", "4 h", "04:30", "35": minutes, -1. rest: what follows. */
static int clock_text(const char *s, const char **rest)
{
	size_t n = n_digits(s);
	if (!n || n > 2)
		return -1;
	int minutes = digits(s, n) * 60;
	const char *p = s + n;
	while (*p == ' ')
		p++;
	if (*p == 'h' || *p == 'H' || *p == ':') {
		const char *more = ++p;
		while (*more == ' ')
			more++;
		n = n_digits(more);
		if (n && (n != 2 || digits(more, 2) > 59))
			return -1;
		minutes += n ? digits(more, 2) : 0;
		p = n ? more + n : p;
	}
	*rest = p;
	return minutes;
}

int value_hour(struct arena *a, const char *s)
{
	const char *rest;
	(void)a;
	if (n_digits(s) == strlen(s))
		return -1; /* "430", "8": no hour for sure */
	int minutes = clock_text(s, &rest);
	if (minutes < 0 || minutes > 24 * 60)
		return -1;
	if (str_eq(rest, ":00"))
		rest += 3;
	return *rest ? -1 : minutes;
}

int value_weekly(struct arena *a, const char *s)
{
	const char *rest;
	int64_t hundredths;
	(void)a;
	if (!num_parse_decimal(s, 2, 100, 6000, &hundredths))
		return (int)(hundredths * 60 / 100);
	int minutes = clock_text(s, &rest);
	if (minutes < 60 || minutes > 60 * 60)
		return -1;
	return !*rest || isspace((unsigned char)*rest) ? minutes : -1;
}

int value_months_days(int64_t months)
{
	return (int)num_div_round(months * 365, 12);
}

int value_duration(struct arena *a, const char *s)
{
	static const struct {
		const char *unit;
		int twelfths; /* of a day, times 12: months are not whole */
	} units[] = {
		{"jour", 12},	  {"day", 12},	       {"semaine", 84},
		{"week", 84},	  {"mois", 365},       {"month", 365},
		{"an", 12 * 365}, {"annee", 12 * 365}, {"year", 12 * 365},
	};
	const char *folded = utf8_fold(a, s);
	for (const char *p = folded; *p; p++) {
		size_t n = n_digits(p);
		if (!n || (p > folded && p[-1] != ' '))
			continue;
		const char *u = p + n;
		while (*u == ' ')
			u++;
		for (size_t i = 0; n <= 3 && i < ARRAY_LEN(units); i++) {
			size_t k = strlen(units[i].unit);
			if (strncmp(u, units[i].unit, k) != 0)
				continue;
			k += u[k] == 's';
			if (u[k] && u[k] != ' ')
				continue;
			int d = (int)num_div_round(
				(int64_t)digits(p, n) * units[i].twelfths, 12);
			return d > 0 && d <= 3660 ? d : -1;
		}
		p += n - 1;
	}
	return -1;
}

int value_number(struct arena *a, const char *s, int min, int max)
{
	int64_t v;
	(void)a;
	if (num_parse_decimal(s, 3, (int64_t)min * 1000, (int64_t)max * 1000,
			      &v) ||
	    v % 1000)
		return -1;
	return (int)(v / 1000);
}

/* s without blanks, dots and dashes, upper case. */
static char *compact(struct arena *a, const char *s)
{
	char *out = arena_dup(a, s), *q = out;
	for (const char *p = s; *p; p++)
		if (isalnum((unsigned char)*p))
			*q++ = (char)toupper((unsigned char)*p);
	*q = '\0';
	return out;
}

const char *value_siret(struct arena *a, const char *s)
{
	const char *d = compact(a, s);
	int luhn = 0, plain = 0;
	if (strlen(d) != 14 || n_digits(d) != 14)
		return NULL;
	for (int i = 0; i < 14; i++) {
		int v = (d[i] - '0') * (i % 2 ? 1 : 2);
		luhn += v > 9 ? v - 9 : v;
		plain += d[i] - '0';
	}
	/* SIRET numbers of La Poste have a sum that is a multiple of five. */
	bool is_post = str_starts(d, "356000000");
	return luhn % 10 == 0 || (is_post && plain % 5 == 0) ? d : NULL;
}

const char *value_naf(struct arena *a, const char *s)
{
	const char *d = compact(a, s);
	return strlen(d) == 5 && n_digits(d) == 4 &&
			       isupper((unsigned char)d[4])
		       ? d
		       : NULL;
}

const char *value_email(struct arena *a, const char *s)
{
	/* "Courriel : x", one line */
	const char *colon = strpbrk(s, "\r\n") ? NULL : strrchr(s, ':');
	if (colon)
		s = colon + 1;
	const char *e = str_trim(arena_dup(a, s));
	const char *at = strchr(e, '@');
	if (!at || at == e || strchr(at + 1, '@') || !strchr(at, '.') ||
	    strlen(e) > 254)
		return NULL;
	for (const char *p = e; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("@.-_+'", *p))
			return NULL;
	return e;
}

/* Bytes above ASCII as %XX: what a browser sends for them, and nothing hidden
 * or turned round can remain. */
static const char *percent(struct arena *a, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, strlen(s) * 3 + 1), *q = out;
	for (const char *p = s; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c < 0x80) {
			*q++ = *p;
			continue;
		}
		*q++ = '%';
		*q++ = hex[c >> 4];
		*q++ = hex[c & 15];
	}
	return out;
}

const char *value_url(struct arena *a, const char *s, const char *prefix)
{
	const char *scheme = !strncasecmp(s, "http://", 7)    ? "http://"
			     : !strncasecmp(s, "https://", 8) ? "https://"
							      : NULL;
	if ((!scheme && (!prefix || strstr(s, "://"))) ||
	    !utf8_is_valid(s, strlen(s)))
		return NULL;
	const char *head = scheme ? scheme : prefix;
	const char *rest = scheme ? s + strlen(scheme) : s;
	for (const char *p = rest; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f ||
		    strchr("<>\"\\", *p))
			return NULL;
	const char *u = arena_printf(a, "%s%s", head, percent(a, rest));
	return *rest && strlen(u) <= OFFER_URL_MAX ? u : NULL;
}

bool value_latlon(struct arena *a, const char *s, const char **lat,
		  const char **lon)
{
	const char *part[4];
	size_t n = 0;
	for (const char *p = s; *p;) {
		size_t k = strcspn(p, ", ;");
		if (k) {
			if (n == ARRAY_LEN(part))
				return false;
			part[n++] = arena_dup_n(a, p, k);
		}
		p += k;
		p += *p != '\0';
	}
	if (n == 2) {
		*lat = part[0];
		*lon = part[1];
	} else if (n == 4) {
		*lat = arena_printf(a, "%s.%s", part[0], part[1]);
		*lon = arena_printf(a, "%s.%s", part[2], part[3]);
	}
	return n == 2 || n == 4;
}
