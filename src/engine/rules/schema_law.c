/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys of the tables of law and of the administrator's symbols. Every row of
 * law has a date and its source: the law changes, programs do not know it. */
#include "schema_parts.h"

#include <etrier/diag.h>
#include <etrier/str.h>

#include <string.h>

#define AGE(name, preset, text)                                   \
	{                                                         \
		.key = name, .type = SCHEMA_INT, .max = 99,       \
		.fallback = preset, .unit = "years", .help = text \
	}
#define VALID_FROM(text)                                  \
	{                                                 \
		.key = "valid_from", .type = SCHEMA_DATE, \
		.flags = SCHEMA_REQUIRED, .help = text    \
	}
#define VALID_UNTIL                                                  \
	{                                                            \
		.key = "valid_until", .type = SCHEMA_DATE,           \
		.help = "Last day of the row; without it: for good." \
	}
#define SOURCE                                                                 \
	{                                                                      \
		.key = "source", .type = SCHEMA_STR, .flags = SCHEMA_REQUIRED, \
		.min = 3, .max = 200, .help = "The text of law it comes from." \
	}
#define TIME(name, flag, text)                                     \
	{                                                          \
		.key = name, .type = SCHEMA_TIME, .flags = (flag), \
		.help = text                                       \
	}
#define TRADES(flag, text)                                              \
	{                                                               \
		.key = "trades", .type = SCHEMA_LIST, .flags = (flag),  \
		.min = 1, .max = 100, .item = &trade_item, .help = text \
	}

static const char *const effect_words[] = {"check", "exclude", NULL};
const struct schema rules_kind_item = {.key = "",
				       .type = SCHEMA_WORD,
				       .words = rules_kind_words,
				       .help = "a kind of contract"};
static const struct schema trade_item = {.key = "",
					 .type = SCHEMA_STR,
					 .min = 1,
					 .max = 10,
					 .help = "a ROME code or its start"};
static const struct schema degree_item = {.key = "",
					  .type = SCHEMA_INT,
					  .min = 1,
					  .max = 3,
					  .help = "degree from which it "
						  "counts"};

static const struct schema age_rows[] = {
	{.key = "kind",
	 .type = SCHEMA_WORD,
	 .flags = SCHEMA_REQUIRED,
	 .words = rules_kind_words,
	 .help = "Kind of contract."},
	VALID_FROM("First start of contract the row is for."),
	AGE("min", "0", "Younger at the start: excluded."),
	AGE("sure_min", NULL, "Younger: to be checked; min when absent."),
	AGE("sure_max", NULL, "Older: to be checked; max when absent."),
	AGE("max", "99", "Older at the start: excluded; 99 is no limit."),
	AGE("rqth_max", NULL,
	    "Takes the place of both upper limits for holders of RQTH."),
	SOURCE,
	{0}};
const struct schema rules_age_item = {
	.key = "", .type = SCHEMA_MAP, .rows = age_rows};

/* --- minors -------------------------------------------------------------- */
static const struct schema night_rows[] = {
	AGE("under_age", "18", "Who is younger at the start of the contract."),
	TIME("from", SCHEMA_REQUIRED,
	     "When the night begins, in which they may not work."),
	TIME("until", SCHEMA_REQUIRED, "When it ends, the next day."),
	VALID_FROM("First day of the row."),
	VALID_UNTIL,
	SOURCE,
	{0}};
static const struct schema derogation_rows[] = {
	TRADES(SCHEMA_REQUIRED,
	       "Trades in which the labour inspector may give leave."),
	AGE("age_min", "16", "From this age on."),
	TIME("begin", 0, "Work may begin then, before the night has ended."),
	TIME("end", 0, "Work may last until then, into the night."),
	VALID_FROM("First day of the row."),
	VALID_UNTIL,
	SOURCE,
	{0}};
static const struct schema work_reason_rows[] = {
	{.key = "fr",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = RULES_REASON_MAX,
	 .help = "The sentence to say, in French."},
	{0}};
static const struct schema work_rows[] = {
	AGE("under_age", "18", "Who is younger at the start."),
	{.key = "kinds",
	 .type = SCHEMA_LIST,
	 .min = 1,
	 .max = CONTRACT_COUNT,
	 .item = &rules_kind_item,
	 .help = "Kinds of contract; every kind when absent."},
	TRADES(0, "Trades; every trade when absent."),
	{.key = "exposures",
	 .type = SCHEMA_NAMED,
	 .min = 1,
	 .max = EXPOSURE_COUNT,
	 .item = &degree_item,
	 .help = "Exposures, one of which must be known to reach its degree "
		 "(1 to 3)."},
	{.key = "decision",
	 .type = SCHEMA_WORD,
	 .words = effect_words,
	 .fallback = "check",
	 .help = "What becomes of the pair."},
	GROUP("reason", work_reason_rows, "The sentence to say."),
	VALID_FROM("First day of the row."),
	VALID_UNTIL,
	SOURCE,
	{0}};
static const struct schema week_rows[] = {
	AGE("under_age", "18", "Who is younger at the start."),
	{.key = "weekly_max",
	 .type = SCHEMA_DECIMAL,
	 .flags = SCHEMA_REQUIRED,
	 .min = 1000,
	 .max = 60000,
	 .unit = "hours",
	 .help = "Longest week; the first row whose trades fit counts."},
	TRADES(0, "Trades; every trade when absent."),
	VALID_FROM("First day of the row."),
	VALID_UNTIL,
	SOURCE,
	{0}};

#define TABLE_ITEM(name, table)             \
	static const struct schema name = { \
		.key = "", .type = SCHEMA_MAP, .rows = table}
TABLE_ITEM(night_item, night_rows);
TABLE_ITEM(derogation_item, derogation_rows);
TABLE_ITEM(work_item, work_rows);
TABLE_ITEM(week_item, week_rows);
#define TABLE(name, of, text)                                              \
	{                                                                  \
		.key = name, .type = SCHEMA_LIST, .max = RULES_MINOR_ROWS, \
		.item = &of, .fallback = "[]", .help = text                \
	}
const struct schema rules_minor_rows[] = {
	TABLE("night", night_item, "Hours of the night."),
	TABLE("derogations", derogation_item, "Exceptions to the night."),
	TABLE("works", work_item, "Works that are forbidden or regulated."),
	TABLE("hours", week_item, "Longest weeks."),
	{0}};

/* --- symbols ---------------------------------------------------------------
 */
static void check_symbol(const struct ynode *n, const json_t *v,
			 struct diags *d)
{
	static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	const char *s = json_string_value(v);

	if (!strspn(s, upper) || s[strspn(s, all)])
		diag_add(d, DIAG_ERROR, n->file, n->line, n->col,
			 "a symbol is 2 to 40 of A-Z 0-9 _ and begins with a "
			 "letter, found \"%.40s\"",
			 s);
}

static const struct schema group_rows[] = {
	{.key = "max",
	 .type = SCHEMA_DECIMAL,
	 .flags = SCHEMA_REQUIRED,
	 .max = 100000,
	 .unit = "points",
	 .help = "Most that its symbols together add or take (0-100)."},
	{.key = "private",
	 .type = SCHEMA_BOOL,
	 .fallback = "false",
	 .help = "For symbols that read needs or RQTH, and no others."},
	{0}};
const struct schema rules_group_item = {
	.key = "", .type = SCHEMA_MAP, .rows = group_rows};

static const struct schema adjust_reason_rows[] = {
	{.key = "fr",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = RULES_REASON_MAX,
	 .help = "Words for people, in French; never about needs."},
	{0}};
static const struct schema adjust_rows[] = {
	{.key = "symbol",
	 .type = SCHEMA_STR,
	 .flags = SCHEMA_REQUIRED,
	 .min = 2,
	 .max = RULES_SYMBOL_SIZE - 1,
	 .check = check_symbol,
	 .help = "Its name, by which files are merged."},
	{.key = "enabled",
	 .type = SCHEMA_BOOL,
	 .fallback = "true",
	 .help = "false: as if it had not been written."},
	{.key = "group",
	 .type = SCHEMA_STR,
	 .min = 1,
	 .max = SCHEMA_NAME_MAX,
	 .help = "Group whose ceiling counts; without one its points count as "
		 "they are."},
	{.key = "when",
	 .type = SCHEMA_ANY,
	 .help = "Conditions, all of which must hold."},
	{.key = "points",
	 .type = SCHEMA_DECIMAL,
	 .min = -100000,
	 .max = 100000,
	 .fallback = "0",
	 .unit = "points",
	 .help = "Added to the score (0-100)."},
	{.key = "decision",
	 .type = SCHEMA_WORD,
	 .words = effect_words,
	 .help = "check: the adviser is asked; exclude: left out."},
	GROUP("reason", adjust_reason_rows, "Why, for people."),
	{0}};
const struct schema rules_adjust_item = {
	.key = "", .type = SCHEMA_MAP, .rows = adjust_rows};
