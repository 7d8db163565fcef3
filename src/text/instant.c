/* SPDX-License-Identifier: EUPL-1.2 */
/* Instants to and from text: ISO 8601 as partners write it, and the Date
 * header of mail. Civil time is date.c's. */
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

#define DAY_S 86400
/* No zone was ever farther from UTC than 15 h 13 min. */
#define ZONE_MAX_MIN (16 * 60)

/* A reader that moves over the text; every step fails on anything else. */
static int two_digits(const char **s, int max, int *out)
{
	const char *p = *s;
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	int v = (p[0] - '0') * 10 + (p[1] - '0');
	if (v > max)
		return -1;
	*s += 2;
	*out = v;
	return 0;
}

static bool skip(const char **s, const char *any)
{
	if (!**s || !strchr(any, **s))
		return false;
	(*s)++;
	return true;
}

/* hh:mm[:ss[.f]] to seconds since midnight; the fraction is dropped. */
static int wall_time(const char **s, int *out)
{
	int h, m, sec = 0;
	if (two_digits(s, 23, &h) || !skip(s, ":") || two_digits(s, 59, &m))
		return -1;
	if (skip(s, ":")) {
		if (two_digits(s, 59, &sec))
			return -1;
		if (skip(s, ".,")) {
			const char *from = *s;
			while (**s >= '0' && **s <= '9')
				(*s)++;
			if (*s == from)
				return -1;
		}
	}
	*out = h * 3600 + m * 60 + sec;
	return 0;
}

/* Z, UTC, ±hh, ±hhmm or ±hh:mm to seconds east. */
static int zone(const char **s, int *out)
{
	if (skip(s, "Zz")) {
		*out = 0;
		return 0;
	}
	if (str_starts(*s, "UTC")) {
		*s += 3;
		*out = 0;
		return 0;
	}
	int sign = **s == '-' ? -1 : 1, h, m = 0;
	if (!skip(s, "+-") || two_digits(s, 23, &h))
		return -1;
	bool has_colon = skip(s, ":");
	if ((has_colon || **s) && two_digits(s, 59, &m))
		return -1;
	if (h * 60 + m > ZONE_MAX_MIN)
		return -1;
	*out = sign * (h * 3600 + m * 60);
	return 0;
}

int instant_parse(const char *s, int64_t *out)
{
	char day[11];
	int32_t date;
	bool has_more = !str_copy(day, sizeof(day), s);
	if (date_parse_iso(day, &date))
		return -1;
	if (!has_more) {
		*out = paris_instant(date, 0);
		return 0;
	}
	s += 10;
	return skip(&s, "Tt ") ? instant_on(date, s, out) : -1;
}

int instant_on(int32_t date, const char *s, int64_t *out)
{
	int wall, east;
	if (wall_time(&s, &wall))
		return -1;
	if (!*s) {
		*out = paris_instant(date, wall / 60) + wall % 60;
		return 0;
	}
	skip(&s, " ");
	if (zone(&s, &east) || *s)
		return -1;
	*out = (int64_t)date * DAY_S + wall - east;
	return 0;
}

struct parts {
	int year, month, day, weekday;
	unsigned hour, minute, second;
};

/* False when the year does not have four digits. */
static bool split(int64_t utc, struct parts *p)
{
	const int64_t last = INT64_C(253402300799); /* 9999-12-31 */
	const int64_t first = INT64_C(-62135596800);
	if (utc < first || utc > last)
		return false;
	int64_t days = utc / DAY_S - (utc % DAY_S < 0);
	unsigned s = (unsigned)(utc - days * DAY_S);
	date_to_ymd((int32_t)days, &p->year, &p->month, &p->day);
	p->weekday = date_weekday((int32_t)days);
	p->hour = s / 3600;
	p->minute = s / 60 % 60;
	p->second = s % 60;
	return true;
}

void instant_format(int64_t utc, char out[21])
{
	struct parts p;
	out[0] = '\0';
	if (!split(utc, &p))
		return;
	/* Formatted output costs more than the rest of an offer's dates. */
	const unsigned v[] = {(unsigned)p.year / 100,
			      (unsigned)p.year % 100,
			      (unsigned)p.month,
			      (unsigned)p.day,
			      p.hour,
			      p.minute,
			      p.second};
	char *s = out;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		*s++ = (char)('0' + v[i] / 10);
		*s++ = (char)('0' + v[i] % 10);
		if (i)
			*s++ = "\0--T::Z"[i];
	}
	*s = '\0';
}

void instant_format_rfc5322(int64_t utc, char out[40])
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu",
					   "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec"};
	struct parts p;
	out[0] = '\0';
	if (split(utc, &p))
		snprintf(out, 40, "%s, %d %s %04d %02u:%02u:%02u +0000",
			 days[p.weekday - 1], p.day, months[p.month - 1],
			 p.year, p.hour, p.minute, p.second);
}
