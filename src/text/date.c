/* SPDX-License-Identifier: EUPL-1.2 */
/* Civil dates as days since 1970-01-01 (proleptic Gregorian calendar, the
 * algorithms of Howard Hinnant's "chrono-compatible low-level date
 * algorithms") and Europe/Paris by the rule of directive 2000/84/CE. No tzdata
 * and no TZ are read: a daemon moved to another machine plans the same hours.
 * Texts: dates here, instants in instant.c, holidays in holiday.c. */
#include <etrier/date.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DAY_S	  86400
#define YEAR_MIN  1900 /* of what comes from outside */
#define YEAR_MAX  2199
#define WINTER_S  3600
#define SUMMER_S  7200
#define CHANGE_AT 3600 /* 01:00 UTC */

static const char *const months_fr[] = {
	"janvier", "février", "mars",	   "avril",   "mai",	  "juin",
	"juillet", "août",    "septembre", "octobre", "novembre", "décembre"};
static const char *const days_fr[] = {"lundi",	  "mardi",  "mercredi", "jeudi",
				      "vendredi", "samedi", "dimanche"};

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

int32_t date_from_ymd(int year, int month, int day)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month))
		return DATE_NONE;
	int y = year - (month <= 2);
	int era = y / 400;
	int yoe = y - era * 400;
	int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void date_to_ymd(int32_t date, int *year, int *month, int *day)
{
	int64_t z = (int64_t)date + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

int date_weekday(int32_t date)
{
	/* 1970-01-01 was a Thursday. */
	int64_t w = ((int64_t)date + 3) % 7;
	return (int)(w < 0 ? w + 7 : w) + 1;
}

int date_age(int32_t birth, int32_t on)
{
	int by, bm, bd, y, m, d;
	date_to_ymd(birth, &by, &bm, &bd);
	date_to_ymd(on, &y, &m, &d);
	return y - by - (m < bm || (m == bm && d < bd));
}

int32_t date_add_months(int32_t date, int months)
{
	int y, m, d;
	date_to_ymd(date, &y, &m, &d);
	int64_t total = (int64_t)y * 12 + (m - 1) + months;
	if (total < 12 || total >= 10000 * 12)
		return DATE_NONE;
	y = (int)(total / 12);
	m = (int)(total % 12) + 1;
	int last = days_in_month(y, m);
	return date_from_ymd(y, m, d < last ? d : last);
}

/* ---- texts ---- */

/* The value of n digits at s, or -1. */
static int digits(const char *s, int n)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static int accept(int year, int month, int day, int32_t *out)
{
	if (year < YEAR_MIN || year > YEAR_MAX)
		return -1;
	int32_t date = date_from_ymd(year, month, day);
	if (date == DATE_NONE)
		return -1;
	*out = date;
	return 0;
}

int date_parse_iso(const char *s, int32_t *out)
{
	/* digits() stops at the NUL, so no later byte is read too far. */
	int y = digits(s, 4);
	if (y < 0 || s[4] != '-')
		return -1;
	int m = digits(s + 5, 2);
	if (m < 0 || s[7] != '-')
		return -1;
	int d = digits(s + 8, 2);
	if (d < 0 || s[10])
		return -1;
	return accept(y, m, d, out);
}

int date_parse_dmy(const char *s, int32_t *out)
{
	int d = digits(s, 2);
	if (d < 0 || (s[2] != '/' && s[2] != '-' && s[2] != '.'))
		return -1;
	int m = digits(s + 3, 2);
	if (m < 0 || s[5] != s[2])
		return -1;
	int y = digits(s + 6, 4);
	if (y < 0 || s[10])
		return -1;
	return accept(y, m, d, out);
}

/* Year, month and day of a date that can be written in ten bytes. */
static bool writable(int32_t date, int *y, int *m, int *d)
{
	if (date == DATE_NONE)
		return false;
	date_to_ymd(date, y, m, d);
	return *y >= 0 && *y <= 9999;
}

static void put_digits(char *out, int n, unsigned v)
{
	for (; n--; v /= 10)
		out[n] = (char)('0' + v % 10);
}

void date_format(int32_t date, char out[11])
{
	int y, m, d;
	out[0] = '\0';
	if (!writable(date, &y, &m, &d))
		return;
	/* Formatted output costs ten times as much, twice an offer. */
	memcpy(out, "0000-00-00", 11);
	put_digits(out, 4, (unsigned)y);
	put_digits(out + 5, 2, (unsigned)m);
	put_digits(out + 8, 2, (unsigned)d);
}

void date_format_dmy(int32_t date, char out[11])
{
	int y, m, d;
	out[0] = '\0';
	if (writable(date, &y, &m, &d))
		snprintf(out, 11, "%02u/%02u/%04u", (unsigned)d % 100,
			 (unsigned)m % 100, (unsigned)y % 10000);
}

void date_format_fr(int32_t date, bool with_year, char out[40])
{
	int y, m, d;
	out[0] = '\0';
	if (!writable(date, &y, &m, &d))
		return;
	int n = snprintf(out, 40, "%s %d%s %s", days_fr[date_weekday(date) - 1],
			 d, d == 1 ? "er" : "", months_fr[m - 1]);
	if (with_year)
		snprintf(out + n, (size_t)(40 - n), " %d", y);
}

int minute_parse(const char *s, int *out)
{
	int h = digits(s, 2);
	if (h < 0 || s[2] != ':')
		return -1;
	int m = digits(s + 3, 2);
	if (m < 0 || m > 59 || s[5] || h > 24 || (h == 24 && m))
		return -1;
	*out = h * 60 + m;
	return 0;
}

void minute_format(int minute, char out[6])
{
	unsigned v = minute < 0 ? 0 : minute > 1440 ? 1440 : (unsigned)minute;
	snprintf(out, 6, "%02u:%02u", v / 60 % 100, v % 60);
}

int minute_span_parse(const char *s, int *from, int *until)
{
	char begin[6];
	int a, b;
	if (strlen(s) != 11 || s[5] != '-')
		return -1;
	memcpy(begin, s, 5);
	begin[5] = '\0';
	if (minute_parse(begin, &a) || minute_parse(s + 6, &b) || a >= b)
		return -1;
	*from = a;
	*until = b;
	return 0;
}

/* ---- Europe/Paris ---- */

static int32_t day_of(int64_t seconds)
{
	int64_t d = seconds / DAY_S - (seconds % DAY_S < 0);
	/* Beyond what a date can hold nothing is meant. */
	if (d <= DATE_NONE)
		return DATE_NONE + 1;
	return d > INT32_MAX ? INT32_MAX : (int32_t)d;
}

static int64_t last_sunday(int year, int month)
{
	int32_t last = date_from_ymd(year, month, 31);
	return last - date_weekday(last) % 7;
}

int paris_offset(int64_t utc)
{
	int y, m, d;
	date_to_ymd(day_of(utc), &y, &m, &d);
	if (m < 3 || m > 10 || y < 1 || y > 9999)
		return WINTER_S;
	if (m > 3 && m < 10)
		return SUMMER_S;
	int64_t change = last_sunday(y, m) * DAY_S + CHANGE_AT;
	bool before = utc < change;
	return before == (m == 10) ? SUMMER_S : WINTER_S;
}

int32_t paris_date(int64_t utc)
{
	return day_of(utc + paris_offset(utc));
}

int paris_minute(int64_t utc)
{
	int64_t s = (utc + paris_offset(utc)) % DAY_S;
	return (int)((s < 0 ? s + DAY_S : s) / 60);
}

int64_t paris_instant(int32_t date, int minute)
{
	int64_t wall = (int64_t)date * DAY_S + (int64_t)minute * 60;
	/* Summer time first: of a repeated hour it is the earlier one. */
	if (paris_offset(wall - SUMMER_S) == SUMMER_S)
		return wall - SUMMER_S;
	if (paris_offset(wall - WINTER_S) == WINTER_S)
		return wall - WINTER_S;
	return (int64_t)day_of(wall) * DAY_S + CHANGE_AT;
}
