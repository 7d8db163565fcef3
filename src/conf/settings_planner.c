/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of planner: in etrier.yaml; see settings_table.c. Hours in which
 * young people are written to stay within what is polite and lawful whatever
 * an administrator writes. */
#include <etrier/settings.h>

#include "settings_parts.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
/* A day has no use for more. */
#define PLANNER_SLOTS_MAX 6

static const struct schema slot_item = {
	.type = SCHEMA_STR, .min = 11, .max = 11, .check = settings_check_slot};

const struct schema settings_planner_rows[] = {
	{.key = "windows",
	 .type = SCHEMA_WORD,
	 .words = WORDS("normal", "open"),
	 .fallback = "normal",
	 .help = "open: messages go at any hour and on any day; only for "
		 "demonstrations into folders."},
	{.key = "digest_people",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 50,
	 .fallback = "15",
	 .help = "Young people in one digest; the others come first tomorrow."},
	{.key = "digest_offers",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 10,
	 .fallback = "3",
	 .help = "Offers for one young person in one digest."},
	{.key = "first_digest_people",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 50,
	 .fallback = "15",
	 .help = "Young people in the one digest about the offers that were "
		 "there before the agency went live."},
	{.key = "youth_per_day",
	 .type = SCHEMA_INT,
	 .min = 0,
	 .max = 5,
	 .fallback = "1",
	 .help = "Messages to one young person in a day."},
	{.key = "youth_per_week",
	 .type = SCHEMA_INT,
	 .min = 0,
	 .max = 14,
	 .fallback = "2",
	 .help = "Messages to one young person in seven days."},
	{.key = "sms_from",
	 .type = SCHEMA_TIME,
	 .fallback = "\"09:00\"",
	 .check = settings_check_youth_hour,
	 .help = "No SMS to a young person before, Paris time; 08:00 to 21:30 "
		 "is the most."},
	{.key = "sms_until",
	 .type = SCHEMA_TIME,
	 .fallback = "\"19:30\"",
	 .check = settings_check_youth_hour,
	 .help = "No SMS to a young person after, Paris time."},
	{.key = "sms_slots",
	 .type = SCHEMA_LIST,
	 .max = PLANNER_SLOTS_MAX,
	 .item = &slot_item,
	 .fallback = "[]",
	 .help = "SMS to a young person only in these, as \"12:00-13:30\", in "
		 "order and within the hours above; none: the whole day."},
	{.key = "mail_from",
	 .type = SCHEMA_TIME,
	 .fallback = "\"08:00\"",
	 .check = settings_check_youth_hour,
	 .help = "No mail to a young person before, Paris time."},
	{.key = "mail_until",
	 .type = SCHEMA_TIME,
	 .fallback = "\"19:30\"",
	 .check = settings_check_youth_hour,
	 .help = "No mail to a young person after, Paris time."},
	{.key = "hold_minutes",
	 .type = SCHEMA_INT,
	 .min = 0,
	 .max = 2880,
	 .fallback = "120",
	 .unit = "minutes",
	 .help = "In mode automatic an offer waits so long before it goes to a "
		 "young person, so that the adviser may stop it."},
	{.key = "offer_max_age_days",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 365,
	 .fallback = "45",
	 .unit = "days",
	 .help = "An offer published longer ago is proposed to nobody."},
	{.key = "tick_s",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 300,
	 .fallback = "30",
	 .unit = "s",
	 .help = "How often the planner looks at what is due."},
	{.key = "heartbeat",
	 .type = SCHEMA_BOOL,
	 .fallback = "false",
	 .help = "An adviser for whom there is nothing gets a digest that says "
		 "so once a week, so that silence is no outage."},
	{0}};
