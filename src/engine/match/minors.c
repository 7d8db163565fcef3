/* SPDX-License-Identifier: EUPL-1.2 */
/* What the law keeps from someone under 18: night, works, long weeks. The
 * tables are the rules' (rules_law.h); here is how an offer's hours meet them.
 *
 *   0 .... until ............................ from .... 1440 .... until
 *   night  |  the day: nothing to say         |  night of the same evening
 *
 * A derogation may open the two ends of the night, each up to its minute; what
 * it opens asks, for the labour inspector has the last word. */
#include "frame.h"

enum { DAY_MIN = 1440, LIKELY_DEGREE = 2 };

static void say(struct gate_result *out, enum gate_state state, enum why why,
		int32_t a, int32_t b, int32_t c)
{
	*out = (struct gate_result){
		.state = state, .why = why, .facts = {a, b, c}};
}

/* Which ends of the night the work is known to touch. */
struct touch {
	bool morning, evening;
	bool is_morning_open, is_evening_open; /* not said, could be */
	int start, end; /* -1 not said; the end may pass 1440 */
};

static struct touch touch_of(const struct frame *f, const struct minor_night *n)
{
	const struct moffer *o = f->offer;
	bool has_start = o->start_min >= 0, has_end = f->end_min >= 0;
	int start = o->start_min, end = f->end_min;

	if (!has_start && has_end && end <= n->until_min)
		end += DAY_MIN; /* it ends in the early morning */
	return (struct touch){
		.start = start,
		.end = end,
		.morning = has_start && start < n->until_min,
		.evening = (has_end && end > n->from_min) ||
			   (has_start && start >= n->from_min),
		.is_morning_open = !has_start,
		.is_evening_open = !has_end,
	};
}

static bool is_exposed(const struct moffer *o, enum exposure e)
{
	return (o->known >> 2 * e & 3) == 3 &&
	       (o->exposures >> 2 * e & 3) >= LIKELY_DEGREE;
}

/* Hours that are not said could lie in the night: is that likely here? */
static bool is_likely(const struct moffer *o, const struct touch *t,
		      const struct minor_derogation *d)
{
	bool by_night = is_exposed(o, EXPOSURE_NIGHT);

	if (t->is_morning_open &&
	    (by_night || is_exposed(o, EXPOSURE_EARLY_START) ||
	     (d && d->begin_min >= 0)))
		return true;
	return t->is_evening_open && (by_night || (d && d->end_min >= 0));
}

/* Whether the derogation opens what the work touches; a beginning in the
 * evening with no end said ends as early as it can. */
static bool is_opened(const struct touch *t, const struct minor_derogation *d)
{
	int last = t->end >= 0 ? t->end : t->start + 1;

	if (!d)
		return false;
	if (t->morning && (d->begin_min < 0 || t->start < d->begin_min))
		return false;
	return !t->evening || (d->end_min >= 0 && last <= d->end_min);
}

static void judge_touch(int age, const struct touch *t,
			const struct minor_night *n,
			const struct minor_derogation *d,
			struct gate_result *out)
{
	if (!is_opened(t, d))
		say(out, GATE_FAIL, WHY_MINOR_NIGHT, age, n->from_min,
		    n->until_min);
	else if (t->morning && t->evening)
		say(out, GATE_ASK, WHY_MINOR_LEAVE_BOTH, t->start, t->end, 0);
	else if (t->morning)
		say(out, GATE_ASK, WHY_MINOR_LEAVE_BEGIN, t->start, 0, 0);
	else
		say(out, GATE_ASK, WHY_MINOR_LEAVE_END,
		    t->end >= 0 ? t->end : t->start, 0, 0);
}

void minor_night(const struct frame *f, int age, struct gate_result *out)
{
	const struct moffer *o = f->offer;
	const struct minor_night *n;
	const struct minor_derogation *d;
	struct touch t;

	say(out, GATE_PASS, WHY_NOTHING, 0, 0, 0);
	if (age >= MINOR_AGES)
		return;
	n = rules_minor_night(f->rules, age, f->age_on);
	if (!n)
		return;
	d = rules_minor_derogation(f->rules, age, o->trades, o->n_trades,
				   f->age_on);
	t = touch_of(f, n);
	if (t.morning || t.evening)
		judge_touch(age, &t, n, d, out);
	else if (!t.is_morning_open && !t.is_evening_open)
		return; /* by day, whatever else is said */
	else if (o->night == TRI_YES)
		say(out, d ? GATE_ASK : GATE_FAIL,
		    d ? WHY_MINOR_LEAVE_NIGHT : WHY_MINOR_NIGHT, d ? 0 : age,
		    d ? 0 : n->from_min, d ? 0 : n->until_min);
	else if (is_likely(o, &t, d))
		say(out, GATE_ASK, WHY_MINOR_HOURS_ASK, n->from_min,
		    n->until_min, 0);
	else if (o->night != TRI_NO)
		say(out, GATE_UNKNOWN, WHY_MINOR_HOURS_UNKNOWN, 0, 0, 0);
}

void minor_work(const struct frame *f, int age, struct gate_result *out)
{
	const struct ruleset *s = f->rules;
	const struct moffer *o = f->offer;
	const struct minor_hours *week;

	say(out, GATE_PASS, WHY_NOTHING, 0, 0, 0);
	if (age >= MINOR_AGES)
		return;
	for (int i = 0; i < s->n_works; i++) {
		const struct minor_work *w = &s->works[i];
		enum gate_state state =
			w->decision == RULES_EXCLUDE ? GATE_FAIL : GATE_ASK;

		if (state <= out->state || w->decision == RULES_PASS ||
		    !rules_minor_work_applies(w, age, o->kind, o->trades,
					      o->n_trades, o->exposures,
					      f->age_on))
			continue;
		say(out, state,
		    state == GATE_FAIL ? WHY_MINOR_WORK_FORBIDDEN
				       : WHY_MINOR_WORK_ASK,
		    age, i, 0);
	}
	if (out->state != GATE_PASS || o->weekly_min < 0)
		return;
	week = rules_minor_hours(s, age, o->trades, o->n_trades, f->age_on);
	if (week && o->weekly_min > week->weekly_max_min)
		say(out, GATE_ASK, WHY_MINOR_WEEK, o->weekly_min,
		    week->weekly_max_min, 0);
}
