/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of keys of rules.yaml. The values that take effect where nobody
 * says anything are those of conf/rules.yaml, built in as the lowest layer; a
 * test holds the defaults here, which the manual shows, against them. Tables of
 * law and symbols are next door. */
#include "schema_parts.h"

#include <etrier/diag.h>
#include <etrier/num.h>
#include <etrier/rules.h>
#include <etrier/str.h>

const char *const rules_kind_words[] = {"apprenticeship",
					"professionalization",
					"permanent",
					"fixed_term",
					"temporary",
					"seasonal",
					"internship",
					"immersion",
					"civic_service",
					"training",
					NULL};
static const char *const effect_words[] = {"check", "exclude", NULL};
static const char *const any_effect_words[] = {"pass", "check", "exclude",
					       NULL};

static void check_zero_at(const struct ynode *n, const json_t *v,
			  struct diags *d)
{
	int64_t minutes;
	const char *text = json_string_value(v);

	if (str_eq(text, "limit") || !num_parse_int(text, 1, 600, &minutes))
		return;
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
		 "criteria.travel.zero_at must be limit or minutes 1..600, "
		 "found \"%.40s\"",
		 text);
}

static void check_falls(const struct ynode *n, const json_t *v, struct diags *d)
{
	for (size_t i = 1; i < json_array_size(v) && i < n->n; i++)
		if (json_integer_value(json_array_get(v, i)) >
		    json_integer_value(json_array_get(v, i - 1)))
			diag_add(d, DIAG_WARNING, n->kids[i].file,
				 n->kids[i].line, n->kids[i].col,
				 "entry %zu is worth more than the one before",
				 i + 1);
}

#define SHARE(name, preset, text)                                 \
	{                                                         \
		.key = name, .type = SCHEMA_DECIMAL, .max = 1000, \
		.fallback = preset, .help = text                  \
	}
#define WEIGHT(preset, text)                                              \
	{                                                                 \
		.key = "weight", .type = SCHEMA_DECIMAL,                  \
		.max = RULES_WEIGHT_MAX, .fallback = preset, .help = text \
	}
#define DAYS(name, most, preset, text)                           \
	{                                                        \
		.key = name, .type = SCHEMA_INT, .max = most,    \
		.fallback = preset, .unit = "days", .help = text \
	}
#define MINUTES(name, most, preset, text)                           \
	{                                                           \
		.key = name, .type = SCHEMA_INT, .max = most,       \
		.fallback = preset, .unit = "minutes", .help = text \
	}

static const struct schema share_item = {
	.key = "", .type = SCHEMA_DECIMAL, .max = 1000};

static const struct schema threshold_rows[] = {
	{.key = "send",
	 .type = SCHEMA_DECIMAL,
	 .max = 100000,
	 .fallback = "65",
	 .help = "Score (0-100) from which an offer may go to the young person "
		 "when no gate asks for a check."},
	{.key = "check",
	 .type = SCHEMA_DECIMAL,
	 .max = 100000,
	 .fallback = "45",
	 .help = "Score from which the adviser sees the offer; below it is "
		 "left out."},
	{0}};

static const struct schema unknown_rows[] = {
	SHARE("travel", "0.5",
	      "Share of the criterion lost when the journey is not known."),
	SHARE("training", "0.3",
	      "The same for the course of an apprenticeship."),
	SHARE("start", "0.1", "The same for dates of start."),
	SHARE("hours", "0.2",
	      "The same for hours of work, for who has limits of the day."),
	SHARE("freshness", "0.5", "The same for the date of publication."),
	{0}};

static const struct schema gate_reach_rows[] = {
	{.key = "out_of_hours",
	 .type = SCHEMA_WORD,
	 .words = effect_words,
	 .fallback = "exclude",
	 .help = "When nothing runs at the hours of the work, though it does "
		 "at others."},
	{.key = "cfa_too_far",
	 .type = SCHEMA_WORD,
	 .words = any_effect_words,
	 .fallback = "check",
	 .help = "When the journey to the CFA is over the limit for it."},
	{0}};
static const struct schema gate_start_rows[] = {
	DAYS("late_days", 1000, "0",
	     "How long after the start the young person may become free."),
	{0}};
static const struct schema gate_rows[] = {
	GROUP("REACH", gate_reach_rows, "Whether the place can be reached."),
	GROUP("START", gate_start_rows, "Whether the dates meet."),
	{0}};

static const struct schema trade_rows[] = {
	WEIGHT("35", "Weight of the trade."),
	{.key = "exact",
	 .type = SCHEMA_LIST,
	 .min = 1,
	 .max = RULES_TRADE_RANKS,
	 .item = &share_item,
	 .fallback = "[1, 0.9, 0.8, 0.7, 0.6]",
	 .help = "Value of a wished trade by rank of the wish; the last goes "
		 "on.",
	 .check = check_falls},
	SHARE("neighbour", "0.7",
	      "Value of a neighbouring trade of proximity 1; others in "
	      "proportion."),
	SHARE("neighbour_from", "0.5",
	      "Proximity from which a trade is a neighbour (at least 0.2)."),
	SHARE("family", "0.4",
	      "Value of any trade of the same ROME sub-domain."),
	{0}};

static const struct schema travel_rows[] = {
	WEIGHT("30", "Weight of the journey."),
	{.key = "full_until_min",
	 .type = SCHEMA_INT,
	 .max = 600,
	 .fallback = "20",
	 .unit = "minutes",
	 .help = "Journeys up to so long have the full value."},
	{.key = "zero_at",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = 40,
	 .fallback = "75",
	 .help = "Minutes at which the value is zero, or limit: the young "
		 "person's own.",
	 .check = check_zero_at},
	SHARE("cfa_share", "0.3",
	      "Share of the journey to the CFA in an apprentice's value."),
	{0}};

static const struct schema training_rows[] = {
	WEIGHT("15", "Weight of the course; for apprenticeships."),
	SHARE("same_course", "1",
	      "The offer's course (RNCP) is the young person's."),
	SHARE("other_course", "0.3", "Both are known and differ."),
	SHARE("next_level", "0.8",
	      "A course is unknown; the diploma aimed at is one level above "
	      "the one held."),
	SHARE("higher_level", "0.4", "It is two levels above or more."),
	SHARE("same_level", "0.5", "It is not above."),
	SHARE("other_cfa", "0.6",
	      "Ceiling of the value when both CFA are known and differ."),
	{0}};

static const struct schema start_rows[] = {
	WEIGHT("8", "Weight of the dates of start."),
	DAYS("late_zero_days", 365, "30",
	     "Free so many days after the start: value zero."),
	DAYS("wait_full_days", 365, "90",
	     "Full value up to so long a wait for the start."),
	DAYS("wait_zero_days", 500, "0",
	     "Value zero from so long a wait; 0: a wait costs nothing."),
	{0}};

static const struct schema hours_rows[] = {
	WEIGHT("5", "Weight of the hours; for who has limits of the day."),
	MINUTES("full_margin_min", 240, "30",
		"Full value from so many minutes to spare, leaving and coming "
		"home."),
	{0}};

static const struct schema freshness_rows[] = {
	WEIGHT("5", "Weight of the age of the offer."),
	{.key = "by_day",
	 .type = SCHEMA_LIST,
	 .min = 1,
	 .max = RULES_FRESH_DAYS,
	 .item = &share_item,
	 .fallback = "[1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.5]",
	 .help = "Value by days since publication; the last goes on.",
	 .check = check_falls},
	{0}};

static const struct schema criteria_rows[] = {
	GROUP("trade", trade_rows, "How near the offer's trade is."),
	GROUP("travel", travel_rows, "How long the journey is."),
	GROUP("training", training_rows, "How well the course fits."),
	GROUP("start", start_rows, "How well the dates fit."),
	GROUP("hours", hours_rows, "How well the day fits."),
	GROUP("freshness", freshness_rows, "How new the offer is."),
	{0}};

static const struct schema leaving_rows[] = {
	{.key = "months_before",
	 .type = SCHEMA_INT,
	 .max = 24,
	 .fallback = "3",
	 .unit = "months",
	 .help = "So long before their training ends, young people look for the "
		 "kinds below only."},
	{.key = "kinds",
	 .type = SCHEMA_LIST,
	 .min = 1,
	 .max = CONTRACT_COUNT,
	 .item = &rules_kind_item,
	 .fallback = "[permanent, fixed_term]",
	 .help = "Kinds of contract looked for then."},
	{0}};

static const struct schema wave_rows[] = {
	{.key = "per_position",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 100,
	 .fallback = "5",
	 .unit = "people",
	 .help = "Young people told at once of each position."},
	DAYS("days", 60, "4", "Until the next ones are told."),
	{.key = "near_points",
	 .type = SCHEMA_DECIMAL,
	 .max = 100000,
	 .fallback = "3",
	 .unit = "points",
	 .help = "Scores so near to one another count as equal."},
	{.key = "positions_when_unknown",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 100,
	 .fallback = "1",
	 .help = "Positions of an offer that does not say how many."},
	{0}};

const struct schema rules_schema[] = {
	{.key = "version",
	 .type = SCHEMA_INT,
	 .min = 1,
	 .max = 1,
	 .fallback = "1",
	 .help = "Version of this file's language."},
	GROUP("thresholds", threshold_rows, "What a score leads to."),
	GROUP("unknown_cost", unknown_rows, "What not knowing costs."),
	GROUP("gates", gate_rows, "Settings of the gates."),
	GROUP("criteria", criteria_rows, "What the score is made of."),
	{.key = "groups",
	 .type = SCHEMA_NAMED,
	 .max = RULES_GROUPS_MAX,
	 .item = &rules_group_item,
	 .fallback = "{}",
	 .help = "Groups of symbols."},
	{.key = "adjust",
	 .type = SCHEMA_LIST,
	 .max = RULES_ADJUST_MAX,
	 .item = &rules_adjust_item,
	 .fallback = "[]",
	 .help = "Symbols."},
	{.key = "ages",
	 .type = SCHEMA_LIST,
	 .max = RULES_AGE_ROWS,
	 .item = &rules_age_item,
	 .fallback = "[]",
	 .help = "Limits of age at the start of a contract, by kind and date."},
	GROUP("minors", rules_minor_rows, "What the law says of minors."),
	GROUP("training_end", leaving_rows, "Whose training ends soon."),
	GROUP("waves", wave_rows, "How many are told of an offer, and when."),
	{.key = "agencies",
	 .type = SCHEMA_ANY,
	 .help = "Code of an agency: keys of its own, as above."},
	{0}};
