/* SPDX-License-Identifier: EUPL-1.2 */
/* When messages may go: pure arithmetic over the calendar of Europe/Paris. */
#include "plan.h"
#include <etrier/date.h>

/* Digest rhythms by their place in vocab_digest. */
enum { DAILY, TWICE, WEEKLY, URGENT, OFF };
enum { MONDAY = 1, THURSDAY = 4, SUNDAY = 7 };

static bool is_youth_day(int32_t date)
{
	return date_weekday(date) != SUNDAY && !date_is_holiday(date);
}

int64_t plan_window(const struct plan_settings *s, enum channel channel,
		    int64_t now)
{
	if (s->is_open)
		return now;
	int from = channel == CHANNEL_SMS ? s->sms_from : s->mail_from;
	int until = channel == CHANNEL_SMS ? s->sms_until : s->mail_until;
	int32_t date = paris_date(now);
	int minute = paris_minute(now);
	if (is_youth_day(date) && minute < until)
		return minute >= from ? now : paris_instant(date, from);
	do
		date++;
	while (!is_youth_day(date));
	return paris_instant(date, from);
}

/* The first working day of the week on or after `weekday`, or none. */
static bool is_first_working_day_from(int32_t date, int weekday)
{
	if (date_weekday(date) < weekday || !date_is_working_day(date))
		return false;
	for (int32_t d = date - 1;
	     date_weekday(d) >= weekday && date_weekday(d) < date_weekday(date);
	     d--) {
		if (date_is_working_day(d))
			return false;
	}
	return true;
}

bool plan_digest_day(const struct plan_settings *s, int rhythm, int32_t date)
{
	if (rhythm == OFF)
		return false;
	if (s->is_open)
		return true;
	switch (rhythm) {
	case WEEKLY:
		return is_first_working_day_from(date, MONDAY);
	case TWICE:
		return is_first_working_day_from(date, MONDAY) ||
		       is_first_working_day_from(date, THURSDAY);
	default:
		return date_is_working_day(date);
	}
}

bool plan_is_weekly_day(int32_t date)
{
	return is_first_working_day_from(date, MONDAY);
}
