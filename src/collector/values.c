/* SPDX-License-Identifier: EUPL-1.2 */
/* Hours, durations and identifiers as feeds write them. Dates: dates.c,
 * amounts of money: salary.c. */
#include "values.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>

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

/* The digits of a decimal at s and where it ends, in hundredths; -1: more
 * than three before or two behind the point. */
static int hundredths(const char *s, const char **end)
{
	size_t n = n_digits(s), more = 0;
	if (!n || n > 3)
		return -1;
	int v = digits(s, n) * 100;
	s += n;
	if (*s == '.' || *s == ',')
		more = n_digits(s + 1);
	if (more > 2)
		return -1;
	if (more)
		v += digits(s + 1, more) * (more == 1 ? 10 : 1);
	*end = more ? s + 1 + more : s;
	return v;
}

static bool starts_any(const char *folded, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);
		if (strncmp(folded, *words, n) == 0 &&
		    (!folded[n] || folded[n] == ' '))
			return true;
	}
	return false;
}

/* Minutes a week from an amount and the words behind it; -1. */
static int per_week(const char *folded, int minutes)
{
	static const char *const other[] = {"par jour", "jour", "j",
					    "par an",	"an",	"day",
					    "per day",	"year", NULL};
	static const char *const monthly[] = {
		"par mois", "mois",	 "mensuel", "mensuelle", "mensuelles",
		"mensuels", "per month", "month",   NULL};
	if (starts_any(folded, other) || folded[strcspn(folded, "0123456789")])
		return -1; /* two amounts are none */
	if (starts_any(folded, monthly))
		minutes = (int)num_div_round((int64_t)minutes * 12, 52);
	return minutes >= 60 && minutes <= 60 * 60 ? minutes : -1;
}

int value_weekly(struct arena *a, const char *s)
{
	static const char *const hours[] = {"h",     "heure", "heures",
					    "hours", "hour",  NULL};
	const char *end;
	s += strcspn(s, "0123456789");
	int v = hundredths(s, &end);
	if (v < 0)
		return -1;
	int minutes = (int)num_div_round((int64_t)v * 60, 100);
	const char *clock = end, *folded = utf8_fold(a, end);
	if (!*folded)
		return per_week(folded, minutes);
	int timed = clock_text(s, &clock);
	if (timed >= 0 && clock > end + 1 &&
	    n_digits(clock - 2) == 2) /* "35h30" */
		return per_week(utf8_fold(a, clock), timed);
	if (!starts_any(folded, hours))
		return -1;
	return per_week(folded + strcspn(folded, " ") +
				(strchr(folded, ' ') != NULL),
			minutes);
}

int value_months_days(int64_t months)
{
	return (int)num_div_round(months * 365, 12);
}

/* Days, times 12: months are not whole. 0: no unit of time. "jours par
 * semaine" is a rhythm and no duration. */
static int unit_twelfths(const char *folded)
{
	static const struct {
		const char *unit;
		int twelfths;
	} units[] = {
		{"jour", 12},	  {"day", 12},	       {"semaine", 84},
		{"week", 84},	  {"mois", 365},       {"month", 365},
		{"an", 12 * 365}, {"annee", 12 * 365}, {"year", 12 * 365},
	};
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t k = strlen(units[i].unit);
		if (strncmp(folded, units[i].unit, k) != 0)
			continue;
		k += folded[k] == 's';
		if (!folded[k] || folded[k] == ' ')
			return str_starts(folded + k, " par ") ||
					       str_starts(folded + k, " sur ")
				       ? 0
				       : units[i].twelfths;
	}
	return 0;
}

/* The unit behind a number, or behind the second one of a range: "12 à 24
 * mois". */
static int unit_behind(struct arena *a, const char *s)
{
	static const char *const joints[] = {"a",  "et",  "to", "ou",
					     "or", "and", NULL};
	const char *folded = utf8_fold(a, s);
	int unit = unit_twelfths(folded);
	bool is_range = *s && strchr("-/", *s);
	if (unit)
		return unit;
	if (starts_any(folded, joints)) {
		is_range = true;
		folded += strcspn(folded, " ");
		folded += *folded == ' ';
	}
	size_t n = n_digits(folded);
	if (!is_range || !n)
		return 0;
	folded += n;
	return unit_twelfths(folded + (*folded == ' '));
}

int value_duration(struct arena *a, const char *s)
{
	for (const char *p = s; *p;) {
		const char *end = p;
		size_t n = n_digits(p);
		int v = p == s || !isalnum((unsigned char)p[-1])
				? hundredths(p, &end)
				: -1;
		if (v > 0) {
			end += strspn(end, " ");
			int unit = unit_behind(a, end);
			int64_t d = num_div_round((int64_t)v * unit, 12 * 100);
			if (unit)
				return d > 0 && d <= 3660 ? (int)d : -1;
		}
		p = end > p ? end : p + (n ? n : 1);
	}
	return -1;
}

int value_months(struct arena *a, const char *s, int max)
{
	int months = value_number(a, s, 1, max);
	return months > 0 ? value_months_days(months) : value_duration(a, s);
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
	char *e = str_trim(arena_dup(a, s));
	char *blank = strpbrk(e, " \t");
	/* "x - 06 39 98 00 20": what follows is no part of the address */
	if (blank && strncmp(blank, " - ", 3) == 0)
		*blank = '\0';
	const char *at = strchr(e, '@');
	if (!at || at == e || strchr(at + 1, '@') || !strchr(at, '.') ||
	    strlen(e) > 254)
		return NULL;
	for (const char *p = e; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("@.-_+'", *p))
			return NULL;
	return e;
}

/* The head, and bytes of s above ASCII as %XX: what a browser sends for them,
 * and nothing hidden or turned round can remain. */
static const char *percent(struct arena *a, const char *head, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = strlen(head);
	char *out = arena_alloc(a, n + strlen(s) * 3 + 1);
	char *q = out + n;
	memcpy(out, head, n);
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

/* Asked of every byte of every address: no call. */
static bool is_of_no_url(unsigned char c)
{
	return c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' ||
	       c == '\\';
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
		if (is_of_no_url((unsigned char)*p))
			return NULL;
	const char *u = percent(a, head, rest);
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
