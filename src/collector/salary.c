/* SPDX-License-Identifier: EUPL-1.2 */
/* Amounts of money in the words of job sites. A number counts as an amount
 * only when "euro" or its sign stands behind it, or (in a text with none of
 * these) when nothing else is there; so "sur 12 mois" and "35 h" are never
 * money. */
#include "values.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <ctype.h>
#include <string.h>

#define CENTS_MAX ((int64_t)100000000)

/* The length of the blank at s (ASCII, no-break, narrow no-break), or 0. */
static size_t blank(const char *s)
{
	if (*s == ' ')
		return 1;
	if (!strncmp(s, "\xc2\xa0", 2))
		return 2;
	return strncmp(s, "\xe2\x80\xaf", 3) ? 0 : 3;
}

/* The amount at s ("1 646,50", "12.06", "38000.0") in cents and where it ends;
 * -1. A blank inside is followed by exactly three digits. */
static int64_t amount(const char *s, const char **end)
{
	int64_t whole = 0;
	const char *p = s;
	if (!isdigit((unsigned char)*p))
		return -1;
	for (;;) {
		while (isdigit((unsigned char)*p) && whole < CENTS_MAX)
			whole = whole * 10 + (*p++ - '0');
		size_t b = blank(p);
		if (!b || strspn(p + b, "0123456789") != 3)
			break;
		p += b;
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

int64_t value_euros(struct arena *a, const char *s)
{
	const char *end;
	(void)a;
	int64_t v = amount(s, &end);
	end += v >= 0 ? blank(end) : 0;
	if (v >= 0 && (str_eq(end, "") || str_eq(end, "€") ||
		       !strncasecmp(end, "eur", 3)))
		return v;
	return -1;
}

static const char *period_of(struct arena *a, const char *s)
{
	static const struct {
		const char *word, *period;
	} words[] = {
		{"horaire", "hour"},	{"heure", "hour"},
		{"hour", "hour"},	{"mensuel", "month"},
		{"annuel", "year"},	{"annuelle", "year"},
		{"mensuelle", "month"}, {"par mois", "month"},
		{"par an", "year"},	{"month", "month"},
		{"year", "year"},	{"annum", "year"},
		{"an", "year"},		{"mois", "month"},
		{"h", "hour"},
	};
	const char *folded = arena_printf(a, " %s ", utf8_fold(a, s));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(folded, arena_printf(a, " %s ", words[i].word)))
			return words[i].period;
	return NULL;
}

struct salary value_salary(struct arena *a, const char *s)
{
	struct salary out = {-1, -1, NULL};
	for (const char *p = s; *p;) {
		const char *end = p;
		int64_t v = amount(p, &end);
		if (v < 0) {
			p++;
			continue;
		}
		const char *unit = end + blank(end);
		bool is_money = !strncasecmp(unit, "euro", 4) ||
				!strncmp(unit, "€", 3) ||
				!strncasecmp(unit, "eur", 3);
		if (is_money && out.min_cents < 0)
			out.min_cents = v;
		if (is_money)
			out.max_cents = v;
		p = end > p ? end : p + 1;
	}
	out.period = period_of(a, s);
	if (out.min_cents < 0 || !out.period)
		out = (struct salary){-1, -1, NULL};
	return out;
}

bool value_salary_is_plausible(const struct salary *s)
{
	/* From 27 % of the minimum wage (an apprentice of 16: 3.20 an hour) to
	 * what no offer here pays; gross, in cents. */
	static const struct {
		const char *period;
		int64_t min, max;
	} limits[] = {
		{"hour", 300, 15000},
		{"month", 30000, 2000000},
		{"year", 400000, 25000000},
	};
	if (s->min_cents > s->max_cents)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (str_eq(limits[i].period, s->period))
			return s->min_cents >= limits[i].min &&
			       s->max_cents <= limits[i].max;
	return false;
}
