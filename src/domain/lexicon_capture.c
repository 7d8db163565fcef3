/* SPDX-License-Identifier: EUPL-1.2 */
/* Hours, numbers, dates and durations as French offers write them, read from
 * words. What could be read in two ways is not read. */
#include "lexicon_parts.h"

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <ctype.h>
#include <string.h>

enum { FORM_MAX = 12, DIGITS_MAX = 4, DAYS_MAX = 3660, HOURS_MAX = 60 };
/* Starts of contracts: a date outside is part of something else. */
enum { YEAR_MIN = 2020, YEAR_MAX = 2099 };

const char *const capture_names[] = {"{time}", "{hours}",    "{number}",
				     "{date}", "{duration}", NULL};

enum capture capture_find(const char *name)
{
	for (int i = 0; capture_names[i]; i++)
		if (str_eq(capture_names[i], name))
			return (enum capture)(i + 1);
	return CAPTURE_NONE;
}

struct words {
	const struct word *v;
	size_t n;
};

/* The word number i in small letters; "" when there is none or it is long. */
static const char *form(const struct words *s, size_t i, char out[FORM_MAX])
{
	size_t n = i < s->n ? s->v[i].len : 0;
	if (n >= FORM_MAX)
		n = 0;
	for (size_t k = 0; k < n; k++)
		out[k] = (char)tolower((unsigned char)s->v[i].s[k]);
	out[n] = '\0';
	return out;
}

static bool is_one_of(const char *w, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(w, *words))
			return true;
	return false;
}

static bool is_hour_word(const char *w)
{
	static const char *const words[] = {"h", "heure", "heures", NULL};
	return is_one_of(w, words);
}

/* The digits at *w, at most max of them, *w moved past; -1: none or more. */
static int digits(const char **w, size_t max)
{
	size_t n = strspn(*w, "0123456789");
	int v = 0;
	if (!n || n > max)
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (*(*w)++ - '0');
	return v;
}

/* "30": minutes, two digits and no more. */
static int minutes(const char *w)
{
	int v = strlen(w) == 2 ? digits(&w, 2) : -1;
	return v <= 59 ? v : -1;
}

/* "5h", "5h30", "05:30", "5 h 30", "5 heures": how many words; minutes. */
static size_t clock_words(const struct words *s, size_t i, int *out)
{
	char one[FORM_MAX] = "", next[FORM_MAX] = "";
	const char *w = form(s, i, one);
	int hours = s->v[i].number ? s->v[i].number : digits(&w, 2), more = 0;
	size_t n = 1;
	if (hours < 0)
		return 0;
	if (s->v[i].number || !*w) {
		if (!is_hour_word(form(s, i + 1, next)))
			return 0;
		more = minutes(form(s, i + 2, next));
		n = more < 0 ? 2 : 3;
	} else if (*w == ':' || (*w == 'h' && w[1])) {
		more = minutes(w + 1);
		if (more < 0)
			return 0;
	} else if (!str_eq(w, "h")) {
		return 0;
	}
	*out = hours * 60 + (more > 0 ? more : 0);
	return n;
}

static size_t time_words(const struct words *s, size_t i, int32_t *out)
{
	char w[FORM_MAX] = "";
	int v;
	if (str_eq(form(s, i, w), "midi") || str_eq(w, "minuit")) {
		*out = *w == 'm' && w[2] == 'd' ? 12 * 60 : 0;
		return 1;
	}
	size_t n = clock_words(s, i, &v);
	if (!n || v >= 24 * 60)
		return 0;
	if (v < 12 * 60 && str_eq(form(s, i + n, w), "du") &&
	    str_eq(form(s, i + n + 1, w), "soir"))
		v += 12 * 60;
	*out = v;
	return n;
}

/* "35,5h" and "35,5 heures", else as a clock. */
static size_t hours_words(const struct words *s, size_t i, int32_t *out)
{
	char one[FORM_MAX] = "", next[FORM_MAX] = "";
	const char *w = form(s, i, one);
	int v = digits(&w, 2);
	size_t n = 1;
	if (v >= 0 && (*w == ',' || *w == '.')) {
		const char *from = ++w;
		int part = digits(&w, 2);
		if (part < 0 || (*w && !str_eq(w, "h")))
			return 0;
		if (!*w && !is_hour_word(form(s, i + n++, next)))
			return 0;
		v = v * 60 + (w - from == 1 ? part * 6 : part * 60 / 100);
	} else {
		n = clock_words(s, i, &v);
	}
	if (!n || v < 60 || v > HOURS_MAX * 60)
		return 0;
	*out = v;
	return n;
}

static size_t number_words(const struct words *s, size_t i, int32_t *out)
{
	char one[FORM_MAX] = "";
	const char *w = form(s, i, one);
	int v = s->v[i].number ? s->v[i].number : digits(&w, DIGITS_MAX);
	if (v < 0 || (!s->v[i].number && *w))
		return 0;
	*out = v;
	return 1;
}

static int32_t ymd(int year, int month, int day)
{
	if (year < 100)
		year += 2000;
	if (year < YEAR_MIN || year > YEAR_MAX)
		return DATE_NONE;
	return date_from_ymd(year, month, day);
}

/* 01/09/2027, 01.09.27, 2027-09-01 */
static int32_t figures(const char *w)
{
	int g[3];
	for (int i = 0; i < 3; i++) {
		g[i] = digits(&w, DIGITS_MAX);
		if (g[i] < 0 || (i < 2 && (!*w || !strchr("/.-", *w))))
			return DATE_NONE;
		w += i < 2;
	}
	if (*w)
		return DATE_NONE;
	return g[0] > 31 ? ymd(g[0], g[1], g[2]) : ymd(g[2], g[1], g[0]);
}

/* "[1er] septembre 2027": the first of a month when no day is said. */
static size_t date_words(const struct words *s, size_t i, int32_t *out)
{
	char one[FORM_MAX] = "";
	const char *w = form(s, i, one);
	int day = 1;
	size_t n = 1;
	*out = figures(w);
	if (*out != DATE_NONE)
		return 1;
	if (!s->v[i].month) {
		day = digits(&w, 2);
		if (day < 0 || (*w && !str_eq(w, "er")))
			return 0;
		n = 2;
	}
	if (i + n >= s->n || !s->v[i + n - 1].month)
		return 0;
	w = form(s, i + n, one);
	int year = strlen(w) == 4 ? digits(&w, 4) : -1;
	*out = year < 0 ? DATE_NONE : ymd(year, s->v[i + n - 1].month, day);
	return *out == DATE_NONE ? 0 : n + 1;
}

static size_t duration_words(const struct words *s, size_t i, int32_t *out)
{
	static const struct {
		const char *words[5];
		int twelfths; /* of a day: months are not whole */
	} units[] = {
		{{"mois", NULL}, 365},
		{{"an", "ans", "annee", "annees", NULL}, 12 * 365},
		{{"semaine", "semaines", NULL}, 12 * 7},
		{{"jour", "jours", NULL}, 12},
	};
	char w[FORM_MAX] = "";
	int32_t v;
	if (!number_words(s, i, &v))
		return 0;
	form(s, i + 1, w);
	for (size_t k = 0; k < ARRAY_LEN(units); k++) {
		if (!is_one_of(w, units[k].words))
			continue;
		*out = (int32_t)num_div_round((int64_t)v * units[k].twelfths,
					      12);
		return *out > 0 && *out <= DAYS_MAX ? 2 : 0;
	}
	return 0;
}

size_t capture_words(enum capture kind, const struct word *v, size_t n,
		     size_t i, int32_t *out)
{
	const struct words here = {v, n}, *s = &here;
	if (i >= n || !capture_may_begin(&v[i]))
		return 0;
	switch (kind) {
	case CAPTURE_TIME:
		return time_words(s, i, out);
	case CAPTURE_HOURS:
		return hours_words(s, i, out);
	case CAPTURE_NUMBER:
		return number_words(s, i, out);
	case CAPTURE_DATE:
		return date_words(s, i, out);
	case CAPTURE_DURATION:
		return duration_words(s, i, out);
	default:
		return 0;
	}
}
