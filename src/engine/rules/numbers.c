/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of the checked object into the numbers of a set. */
#include "compile.h"

#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

/* A value of the checked object by its path; it is there. */
static json_t *at(const json_t *o, const char *a, const char *b, const char *c)
{
	json_t *v = json_object_get(o, a);

	v = json_object_get(v, b);
	return c ? json_object_get(v, c) : v;
}

static int number(const json_t *o, const char *a, const char *b, const char *c)
{
	return (int)json_integer_value(at(o, a, b, c));
}

/* 0-100 with three decimals, as thousandths, to 0..1000. */
static int16_t score_of(int thousandths)
{
	return (int16_t)num_div_round(thousandths, 100);
}

static void read_scores(struct ruleset *s, const json_t *o)
{
	static const enum criterion costed[] = {
		CRITERION_TRAVEL, CRITERION_TRAINING, CRITERION_START,
		CRITERION_HOURS, CRITERION_FRESHNESS};

	s->send = score_of(number(o, "thresholds", "send", NULL));
	s->check = score_of(number(o, "thresholds", "check", NULL));
	for (int i = 0; i < CRITERION_COUNT; i++) {
		s->weight[i] = number(o, "criteria", vocab_criterion.codes[i],
				      "weight");
		if (i != CRITERION_TRAINING && i != CRITERION_HOURS)
			s->total_weight += s->weight[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(costed); i++)
		s->unknown_value[costed[i]] =
			(int16_t)(1000 -
				  number(o, "unknown_cost",
					 vocab_criterion.codes[costed[i]],
					 NULL));
}

/* Entries of a list, the last one going on until size; returns how many. */
static int16_t read_list(const json_t *list, int16_t *out, size_t size)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < size; i++)
		out[i] = (int16_t)json_integer_value(
			json_array_get(list, i < n ? i : n - 1));
	return (int16_t)n;
}

static void read_criteria(struct ruleset *s, const json_t *o)
{
	const char *zero_at =
		json_string_value(at(o, "criteria", "travel", "zero_at"));
	int64_t minutes = RULES_ZERO_AT_LIMIT;

	if (zero_at && !str_eq(zero_at, "limit"))
		num_parse_int(zero_at, 1, 600, &minutes);
	s->zero_at_min = (int16_t)minutes;
	s->full_until_min =
		(int16_t)number(o, "criteria", "travel", "full_until_min");
	read_list(at(o, "criteria", "trade", "exact"), s->exact,
		  RULES_TRADE_RANKS);
	s->neighbour = (int16_t)number(o, "criteria", "trade", "neighbour");
	s->neighbour_from =
		(int16_t)number(o, "criteria", "trade", "neighbour_from");
	s->family = (int16_t)number(o, "criteria", "trade", "family");
	s->late_zero_days =
		(int16_t)number(o, "criteria", "start", "late_zero_days");
	s->wait_full_days =
		(int16_t)number(o, "criteria", "start", "wait_full_days");
	s->wait_zero_days =
		(int16_t)number(o, "criteria", "start", "wait_zero_days");
	s->n_fresh = read_list(at(o, "criteria", "freshness", "by_day"),
			       s->fresh, RULES_FRESH_DAYS);
	s->late_days = (int16_t)number(o, "gates", "START", "late_days");
}

static void read_training(struct ruleset *s, const json_t *o)
{
	const json_t *v = at(o, "criteria", "training", NULL);

	s->same_course = (int16_t)js_int(v, "same_course", 0);
	s->other_course = (int16_t)js_int(v, "other_course", 0);
	s->next_level = (int16_t)js_int(v, "next_level", 0);
	s->higher_level = (int16_t)js_int(v, "higher_level", 0);
	s->same_level = (int16_t)js_int(v, "same_level", 0);
	s->other_cfa = (int16_t)js_int(v, "other_cfa", 0);
	s->cfa_share = (int16_t)number(o, "criteria", "travel", "cfa_share");
	s->full_margin_min =
		(int16_t)number(o, "criteria", "hours", "full_margin_min");
}

static uint8_t effect_of(const char *word)
{
	return str_eq(word, "exclude") ? RULES_EXCLUDE
	       : str_eq(word, "check") ? RULES_CHECK
				       : RULES_PASS;
}

static void read_gates(struct ruleset *s, const json_t *o)
{
	const json_t *reach = at(o, "gates", "REACH", NULL), *kind;
	const json_t *end = json_object_get(o, "training_end");
	size_t i;

	s->out_of_hours = effect_of(js_str(reach, "out_of_hours", ""));
	s->cfa_too_far = effect_of(js_str(reach, "cfa_too_far", ""));
	s->leaving_months = (int16_t)js_int(end, "months_before", 0);
	json_array_foreach(json_object_get(end, "kinds"), i, kind)
		s->leaving_kinds |=
		(uint16_t)(1u << vocab_find(&vocab_contract,
					    json_string_value(kind)));
}

void numbers_read(struct ruleset *s, const json_t *o)
{
	read_scores(s, o);
	read_criteria(s, o);
	read_training(s, o);
	read_gates(s, o);
}

void numbers_waves(struct wave_rules *w, const json_t *o)
{
	const json_t *v = json_object_get(o, "waves");

	w->per_position = (int16_t)js_int(v, "per_position", 1);
	w->days = (int16_t)js_int(v, "days", 0);
	w->near_points = score_of((int)js_int(v, "near_points", 0));
	w->positions_when_unknown =
		(int16_t)js_int(v, "positions_when_unknown", 1);
}
