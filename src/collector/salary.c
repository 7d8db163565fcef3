/* SPDX-License-Identifier: EUPL-1.2 */
/* Amounts of money in the words of job sites. A number counts as an amount
 * only when "euro" or its sign stands beside it, or when it is the lower end of
 * a range whose upper end has one ("18 - 22 k€"); so "sur 12 mois" and "35 h"
 * are never money, and neither are other currencies. */
#include "labels.h"
#include "values.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>

#define CENTS_MAX ((int64_t)100000000)
#define DIGITS	  "0123456789"

/* The length of the blank at s (ASCII, no-break, thin, narrow no-break), or
 * 0. */
static size_t blank(const char *s)
{
	if (*s == ' ')
		return 1;
	if (str_starts(s, "\xc2\xa0"))
		return 2;
	bool is_thin =
		str_starts(s, "\xe2\x80\xaf") || str_starts(s, "\xe2\x80\x89");
	return is_thin ? 3 : 0;
}

/* What separates thousands at s: a blank, a dot or a comma with exactly three
 * digits behind it. Euros have two decimals, so three digits are no cents. */
static size_t thousands(const char *s)
{
	size_t n = *s == '.' || *s == ',' ? 1 : blank(s);
	return n && strspn(s + n, DIGITS) == 3 ? n : 0;
}

/* The amount at s ("1 646,50", "1.646,50", "12.06", "38000.0") in cents and
 * where it ends; -1. */
static int64_t amount(const char *s, const char **end)
{
	int64_t whole = 0;
	const char *p = s;
	if (!isdigit((unsigned char)*p))
		return -1;
	for (;;) {
		bool is_group = p - s <= 3 || whole > 999;
		while (isdigit((unsigned char)*p) && whole < CENTS_MAX)
			whole = whole * 10 + (*p++ - '0');
		size_t n = thousands(p);
		if (!n || !is_group || p - s > 11)
			break;
		p += n;
	}
	int64_t cents = 0;
	if ((*p == ',' || *p == '.') && isdigit((unsigned char)p[1])) {
		cents = (p[1] - '0') * 10;
		p += 2;
		if (isdigit((unsigned char)*p))
			cents += *p++ - '0';
		while (isdigit((unsigned char)*p))
			p++;
	}
	*end = p;
	return whole < CENTS_MAX ? whole * 100 + cents : -1;
}

/* The unit at s: how much of a euro, 1 or 1000, and where it ends; 0: none. */
static int unit(const char *s, const char **end)
{
	int factor = 1;
	s += blank(s);
	if ((*s == 'k' || *s == 'K') && !isalpha((unsigned char)s[1])) {
		factor = 1000;
		s++;
	} else if (!strncasecmp(s, "keur", 4)) {
		factor = 1000;
		s++;
	}
	s += blank(s);
	size_t n = str_starts(s, "€")		? 3
		   : !strncasecmp(s, "euro", 4) ? 4
		   : !strncasecmp(s, "eur", 3)	? 3
						: 0;
	*end = s + n;
	return n ? factor : 0;
}

int64_t value_euros(struct arena *a, const char *s)
{
	const char *end, *rest;
	(void)a;
	s += str_starts(s, "€") ? 3 : 0;
	s += blank(s);
	int64_t v = amount(s, &end);
	if (v < 0)
		return -1;
	if (!*end || str_eq(end, " "))
		return v;
	int factor = unit(end, &rest);
	return factor && v < CENTS_MAX ? v * factor : -1;
}

/* A bare unit of time counts unless a number stands before it: "sur 12 mois",
 * "13e mois" and "7 heures" say how much of it. */
static bool has_period(const char *folded, const char *word, bool is_unit)
{
	for (const char *p = folded; (p = label_find_word(p, word)); p++) {
		const char *before = p - (p > folded);
		while (before > folded && before[-1] != ' ')
			before--;
		if (!is_unit || p == folded || !isdigit((unsigned char)*before))
			return true;
	}
	return false;
}

/* "/ h" is "par h". */
static const char *spell_slashes(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) * 5 + 1), *q = out;
	for (; *s; s++) {
		if (*s != '/') {
			*q++ = *s;
			continue;
		}
		memcpy(q, " par ", 5);
		q += 5;
	}
	*q = '\0';
	return out;
}

static const char *period_of(struct arena *a, const char *s)
{
	static const struct {
		const char *word, *period;
		bool is_unit;
	} words[] = {
		{"jour", NULL, true},	       {"journalier", NULL, false},
		{"day", NULL, false},	       {"week", NULL, false},
		{"par semaine", NULL, false},  {"horaire", "hour", false},
		{"par heure", "hour", false},  {"heure", "hour", true},
		{"par h", "hour", false},      {"hour", "hour", false},
		{"hourly", "hour", false},     {"mensuel", "month", false},
		{"mensuelle", "month", false}, {"mensuels", "month", false},
		{"par mois", "month", false},  {"month", "month", false},
		{"monthly", "month", false},   {"annuel", "year", false},
		{"annuelle", "year", false},   {"annuels", "year", false},
		{"par an", "year", false},     {"year", "year", false},
		{"yearly", "year", false},     {"annum", "year", false},
		{"annual", "year", false},     {"an", "year", true},
		{"annee", "year", true},       {"mois", "month", true},
	};
	const char *folded = utf8_fold(a, spell_slashes(a, s));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (has_period(folded, words[i].word, words[i].is_unit))
			return words[i].period;
	return NULL;
}

/* Between the ends of a range: "-", "–", "à", "a", "et", "/", the three signs
 * that a damaged "à" became. Its length with blanks, or 0. */
static size_t joint(const char *s)
{
	static const char *const joints[] = {
		"-",	       "\xe2\x80\x93",
		"\xc3\xa0",    "a ",
		"et ",	       "/",
		"to ",	       "\xc3\xaf\xc2\xbf\xc2\xbd",
		"\xef\xbf\xbd"};
	const char *p = s + blank(s);
	for (size_t i = 0; i < ARRAY_LEN(joints); i++)
		if (str_starts(p, joints[i])) {
			p += strlen(joints[i]);
			return (size_t)(p + blank(p) - s);
		}
	return 0;
}

struct money {
	int64_t min_cents, max_cents; /* -1: none */
	bool in_thousands;
};

static void add_money(struct money *m, int64_t cents)
{
	if (m->min_cents < 0)
		m->min_cents = cents;
	m->max_cents = cents;
}

/* The amount, or the range, at s; where to go on. */
static const char *read_money(const char *s, bool has_sign, struct money *m)
{
	const char *end, *high_end, *unit_end;
	int64_t low = amount(s, &end), high = -1;
	if (low < 0)
		return s + 1;
	int factor = unit(end, &unit_end);
	size_t n = factor ? 0 : joint(end);
	if (n)
		high = amount(end + n, &high_end);
	if (high >= 0)
		factor = unit(high_end, &unit_end);
	if (factor) {
		m->in_thousands |= factor > 1;
		add_money(m, low * factor);
		if (high >= 0)
			add_money(m, high * factor);
		return unit_end;
	}
	if (has_sign)
		add_money(m, low);
	return end;
}

/* "€1800", "EUR 1 800" */
static bool has_sign_before(const char *s, const char *at)
{
	size_t n = (size_t)(at - s);
	if (n && at[-1] == ' ')
		n--;
	return (n >= 3 && !strncmp(s + n - 3, "€", 3)) ||
	       (n >= 3 && !strncasecmp(s + n - 3, "eur", 3) &&
		(n == 3 || !isalpha((unsigned char)s[n - 4])));
}

struct salary value_salary(struct arena *a, const char *s)
{
	struct salary out = {-1, -1, NULL};
	struct money m = {-1, -1, false};
	for (const char *p = s; *p;)
		p = read_money(p, has_sign_before(s, p), &m);
	out.period = period_of(a, s);
	/* Thousands are said of a year. */
	if (!out.period && m.in_thousands)
		out.period = "year";
	if (m.min_cents < 0 || !out.period)
		return (struct salary){-1, -1, NULL};
	out.min_cents = m.min_cents;
	out.max_cents = m.max_cents;
	return out;
}

/* The minimum wage since 2026-01-01, gross: 12.02 euros an hour, 1 823.03 a
 * month of 35 hours a week (service-public.fr, F2300). An apprentice of less
 * than 18 is paid 27 % of it (Code du travail D6222-26). */
#define SMIC_HOUR_CENTS	 1202
#define SMIC_MONTH_CENTS 182303

bool value_salary_is_plausible(const struct salary *s)
{
	/* From a quarter of the minimum wage, so that next year's apprentices
	 * and rounding are in (a month may be of half time), to several times
	 * what an offer to the young pays: what is above was said of another
	 * period. */
	static const struct {
		const char *period;
		int64_t min, max;
	} limits[] = {
		{"hour", SMIC_HOUR_CENTS / 4, SMIC_HOUR_CENTS * 8},
		{"month", SMIC_MONTH_CENTS / 6, SMIC_MONTH_CENTS * 6},
		{"year", SMIC_MONTH_CENTS * 12 / 6, SMIC_MONTH_CENTS * 12 * 6},
	};
	if (s->min_cents > s->max_cents)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (str_eq(limits[i].period, s->period))
			return s->min_cents >= limits[i].min &&
			       s->max_cents <= limits[i].max;
	return false;
}
