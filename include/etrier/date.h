/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DATE_H
#define ETRIER_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Civil dates are days since 1970-01-01 in the Gregorian calendar; instants
 * are seconds UTC. The one zone is Europe/Paris by the rule of the European
 * Union (last Sundays of March and October, 01:00 UTC; directive 2000/84/CE),
 * for every year: no tzdata, no TZ. */
#define DATE_NONE    INT32_MIN
#define INSTANT_NONE INT64_MIN
/* Years accepted from outside: 1900 to 2199. */

int32_t date_from_ymd(int year, int month, int day); /* DATE_NONE: no such */
void date_to_ymd(int32_t date, int *year, int *month, int *day);
int date_weekday(int32_t date); /* 1 Monday .. 7 Sunday */
/* Whole years from birth to `on`; someone born on 29 February turns a year
 * older on 1 March of common years (French usage). Negative before birth. */
int date_age(int32_t birth, int32_t on);
/* Clipped to the month's end; DATE_NONE outside the years 1 to 9999. */
int32_t date_add_months(int32_t date, int months);

/* "2026-11-23" exactly. 0 or -1. */
int date_parse_iso(const char *s, int32_t *out);
/* "23/11/2026" exactly (also with - or . between): day first. 0 or -1. */
int date_parse_dmy(const char *s, int32_t *out);
/* "" for DATE_NONE and for years that have not four digits; so below. */
void date_format(int32_t date, char out[11]);	  /* 2026-11-23 */
void date_format_dmy(int32_t date, char out[11]); /* 23/11/2026 */
/* "lundi 23 novembre" / with year "lundi 23 novembre 2026"; the first is
 * "1er". out holds 40 bytes. */
void date_format_fr(int32_t date, bool with_year, char out[40]);

/* ISO 8601: a date (midnight in Paris), or date, T or blank, hh:mm[:ss[.f]]
 * and Z, "UTC" or ±hh[[:]mm] (a blank may stand before it); without zone:
 * Paris time. Fractions are dropped. 0 or -1. */
int instant_parse(const char *s, int64_t *out);
/* The same for what stands behind the T of that day. */
int instant_on(int32_t date, const char *s, int64_t *out);
/* "" for INSTANT_NONE, as for dates. */
void instant_format(int64_t utc, char out[21]); /* 2026-11-23T08:00:00Z */
/* Date header of RFC 5322 in UTC: "Mon, 23 Nov 2026 08:00:00 +0000". */
void instant_format_rfc5322(int64_t utc, char out[40]);

int paris_offset(int64_t utc); /* seconds east: 3600 or 7200 */
int32_t paris_date(int64_t utc);
int paris_minute(int64_t utc); /* minutes since midnight on the wall clock */
/* The instant of a wall-clock time. A time that the spring change skips
 * becomes the first instant after it; one that autumn repeats, the first. */
int64_t paris_instant(int32_t date, int minute);

/* "04:30" to minutes 0..1439; "24:00" is 1440. 0 or -1. */
int minute_parse(const char *s, int *out);
void minute_format(int minute, char out[6]);
/* "12:00-13:30": the end is after the beginning. 0 or -1. */
int minute_span_parse(const char *s, int *from, int *until);

/* Public holidays of metropolitan France (Code du travail L3133-1), computed:
 * eight fixed and Easter Monday, Ascension, Whit Monday. */
bool date_is_holiday(int32_t date);
/* Monday to Friday and no public holiday. */
bool date_is_working_day(int32_t date);

#endif
