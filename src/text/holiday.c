/* SPDX-License-Identifier: EUPL-1.2 */
/* Public holidays of metropolitan France, computed (Code du travail, article
 * L3133-1). The two more of Alsace and Moselle and those of overseas are not
 * here: no agency served so far is there. */
#include <etrier/date.h>
#include <etrier/mem.h>

#include <stddef.h>

/* Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher). */
static int32_t easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
	int h = (19 * a + b - d - g + 15) % 30;
	int i = c / 4, k = c % 4;
	int l = (32 + 2 * e + 2 * i - h - k) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int n = h + l - 7 * m + 114;
	return date_from_ymd(year, n / 31, n % 31 + 1);
}

bool date_is_holiday(int32_t date)
{
	static const int fixed[] = {101, 501, 508, 714, 815, 1101, 1111, 1225};
	static const int after_easter[] = {1, 39, 50};
	int y, m, d;
	date_to_ymd(date, &y, &m, &d);
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		if (m * 100 + d == fixed[i])
			return true;
	}
	if (y < 1583 || y > 9999)
		return false;
	int32_t sunday = easter(y);
	for (size_t i = 0; i < ARRAY_LEN(after_easter); i++) {
		if (date - sunday == after_easter[i])
			return true;
	}
	return false;
}

bool date_is_working_day(int32_t date)
{
	return date_weekday(date) <= 5 && !date_is_holiday(date);
}
