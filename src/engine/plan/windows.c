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

/* An answer to what the person just did comes at once, but not at night. */
#define ANSWER_FROM  (8 * 60)
#define ANSWER_UNTIL (21 * 60 + 30)
/* News are nobody's hurry: working days, when offices are open. */
#define NEWS_FROM  (10 * 60)
#define NEWS_UNTIL (19 * 60 + 30)

/* The first minute at or after this one in a span of the list, which is in
 * order; -1: none any more. */
static int slot_minute(const struct plan_span *v, size_t n, int minute)
{
	for (size_t i = 0; i < n; i++)
		if (minute < v[i].until)
			return minute > v[i].from ? minute : v[i].from;
	return -1;
}

typedef bool day_fn(int32_t date);

static int64_t next_slot(const struct plan_span *v, size_t n, day_fn *is_day,
			 int64_t now)
{
	int32_t date = paris_date(now);
	int minute = paris_minute(now);
	if (is_day(date)) {
		int at = slot_minute(v, n, minute);
		if (at >= 0)
			return at == minute ? now : paris_instant(date, at);
	}
	do
		date++;
	while (!is_day(date));
	return paris_instant(date, v[0].from);
}

int64_t plan_window(const struct plan_settings *s, enum channel channel,
		    int64_t now)
{
	bool is_sms = channel == CHANNEL_SMS;
	struct plan_span day = {is_sms ? s->sms_from : s->mail_from,
				is_sms ? s->sms_until : s->mail_until};
	if (s->is_open)
		return now;
	if (is_sms && s->n_sms_slots)
		return next_slot(s->sms_slots, s->n_sms_slots, is_youth_day,
				 now);
	return next_slot(&day, 1, is_youth_day, now);
}

int64_t plan_window_news(const struct plan_settings *s, enum channel channel,
			 int64_t now)
{
	struct plan_span v[PLAN_SLOTS_MAX] = {{NEWS_FROM, NEWS_UNTIL}};
	size_t n = 0;
	if (s->is_open)
		return now;
	for (size_t i = 0; channel == CHANNEL_SMS && i < s->n_sms_slots; i++) {
		struct plan_span x = s->sms_slots[i];
		if (x.from < NEWS_FROM)
			x.from = NEWS_FROM;
		if (x.until > NEWS_UNTIL)
			x.until = NEWS_UNTIL;
		if (x.from < x.until)
			v[n++] = x;
	}
	return next_slot(v, n ? n : 1, date_is_working_day, now);
}

static bool is_any_day(int32_t date)
{
	(void)date;
	return true;
}

int64_t plan_window_answer(const struct plan_settings *s, int64_t now)
{
	static const struct plan_span day = {ANSWER_FROM, ANSWER_UNTIL};
	return s->is_open ? now : next_slot(&day, 1, is_any_day, now);
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
