/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of keys of rules.yaml with the shipped values as defaults: an empty
 * file and conf/rules.yaml compile to the same set (a test says so). Keys of
 * later issues (adjust, groups, signals, agencies, gates LEVEL and MINOR_*) are
 * absent on purpose: an unknown key is an error, never silently nothing. */
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/num.h>
#include <etrier/rules.h>
#include <etrier/str.h>

/* Ages at the start of the contract, by law; 99 is no upper limit.
 * rqth_max takes the place of both upper limits. */
#define AGES_SHIPPED                                                       \
	"[{kind: apprenticeship, valid_from: 2019-01-01, min: 15, "        \
	"sure_min: 16, sure_max: 29, max: 34, rqth_max: 99, "              \
	"source: 'Code du travail L6222-1, L6222-2, D6222-1'}, "           \
	"{kind: professionalization, valid_from: 2008-05-01, min: 16, "    \
	"sure_max: 25, source: 'Code du travail L6325-1'}, "               \
	"{kind: permanent, valid_from: 2008-05-01, min: 16, "              \
	"source: 'Code du travail L4153-1'}, "                             \
	"{kind: fixed_term, valid_from: 2008-05-01, min: 16, "             \
	"source: 'Code du travail L4153-1'}, "                             \
	"{kind: temporary, valid_from: 2008-05-01, min: 16, "              \
	"source: 'Code du travail L4153-1'}, "                             \
	"{kind: seasonal, valid_from: 2008-05-01, min: 14, sure_min: 16, " \
	"source: 'Code du travail L4153-1, L4153-3'}, "                    \
	"{kind: immersion, valid_from: 2015-01-01, min: 16, "              \
	"source: 'Code du travail L5135-1, L4153-1'}, "                    \
	"{kind: civic_service, valid_from: 2010-03-11, min: 16, "          \
	"sure_max: 25, max: 25, rqth_max: 30, "                            \
	"source: 'Code du service national L120-4'}]"

static const char *const contract_words[] = {"apprenticeship",
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
#define AGE(name, preset, text)                                   \
	{                                                         \
		.key = name, .type = SCHEMA_INT, .max = 99,       \
		.fallback = preset, .unit = "years", .help = text \
	}
#define GROUP(name, table, text)                                             \
	{                                                                    \
		.key = name, .type = SCHEMA_MAP, .rows = table, .help = text \
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
	SHARE("travel", "0.4",
	      "Share of the criterion lost when the journey is not known."),
	SHARE("start", "0.1", "The same for dates of start."),
	SHARE("freshness", "0.5", "The same for the date of publication."),
	{0}};

static const struct schema gate_reach_rows[] = {
	{.key = "first_transport",
	 .type = SCHEMA_TIME,
	 .fallback = "'05:30'",
	 .help = "Work that begins earlier and is reached by public transport "
		 "alone asks for a check."},
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
	 .fallback = "limit",
	 .help = "Minutes at which the value is zero, or limit: the young "
		 "person's own.",
	 .check = check_zero_at},
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
	GROUP("start", start_rows, "How well the dates fit."),
	GROUP("freshness", freshness_rows, "How new the offer is."),
	{0}};

static const struct schema age_rows[] = {
	{.key = "kind",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_REQUIRED,
	 .words = contract_words,
	 .help = "Kind of contract."},
	{.key = "valid_from",
	 .type = SCHEMA_DATE,
	 .flags = SCHEMA_REQUIRED,
	 .help = "First start of contract the row is for."},
	AGE("min", "0", "Younger at the start: excluded."),
	AGE("sure_min", NULL, "Younger: to be checked; min when absent."),
	AGE("sure_max", NULL, "Older: to be checked; max when absent."),
	AGE("max", "99", "Older at the start: excluded; 99 is no limit."),
	AGE("rqth_max", NULL,
	    "Takes the place of both upper limits for holders of RQTH."),
	{.key = "source",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_REQUIRED,
	 .min = 3,
	 .max = 200,
	 .help = "The text of law it comes from."},
	{0}};
static const struct schema age_item = {
	.key = "", .type = SCHEMA_MAP, .rows = age_rows};

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
	{.key = "ages",
	 .type = SCHEMA_LIST,
	 .max = RULES_AGE_ROWS,
	 .item = &age_item,
	 .fallback = AGES_SHIPPED,
	 .help = "Limits of age at the start of a contract, by kind and date."},
	{0}};
