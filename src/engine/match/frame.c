/* SPDX-License-Identifier: EUPL-1.2 */
/* What an offer demands on a date: see frame.h. */
#include "frame.h"

#include <etrier/date.h>
#include <etrier/num.h>

enum { AGE_NO_LIMIT = 99, DAY_MIN = 1440 };

/* Clipping to the end of February agrees with date_age(): born on the 29th,
 * older on 1 March. */
uint16_t born_for(int32_t day, int age)
{
	return day16(date_add_months(day, -12 * age));
}

static void make_ages(struct frame *f)
{
	const struct moffer *o = f->offer;
	const struct age_row *r = f->ages;
	int min = r ? r->min : 0;
	int sure_min = r ? r->sure_min : 0;
	int sure_max = r ? r->sure_max : AGE_NO_LIMIT;
	int max = r ? r->max : AGE_NO_LIMIT;
	int rqth = r && r->rqth_max >= 0 ? r->rqth_max : max;

	if (o->age_min > min)
		min = o->age_min;
	if (sure_min < min)
		sure_min = min;
	f->has_rqth_lift = r && r->rqth_max >= 0;
	f->born_latest = born_for(f->age_on, min);
	f->born_sure_latest = born_for(f->age_on, sure_min);
	/* too old: has the birthday after the limit behind */
	f->born_sure_earliest = 1;
	f->born_earliest = 1;
	f->born_rqth_earliest = 1;
	if (sure_max < AGE_NO_LIMIT)
		f->born_sure_earliest =
			(uint16_t)(born_for(f->age_on, sure_max + 1) + 1);
	if (max < AGE_NO_LIMIT)
		f->born_earliest = (uint16_t)(born_for(f->age_on, max + 1) + 1);
	if (rqth < AGE_NO_LIMIT)
		f->born_rqth_earliest =
			(uint16_t)(born_for(f->age_on, rqth + 1) + 1);
}

/* Training where there is one; hours only for who has limits of the day. */
static int64_t weight_for_all(const struct frame *f)
{
	const struct ruleset *s = f->rules;
	int64_t sum = 0;

	for (int i = 0; i < CRITERION_COUNT; i++) {
		bool applies = i == CRITERION_HOURS	 ? false
			       : i == CRITERION_TRAINING ? f->has_training
							 : true;

		sum += applies ? s->weight[i] : 0;
	}
	return sum;
}

void frame_make(const struct match_env *env, unsigned set,
		const struct moffer *o, int32_t on, struct frame *f)
{
	const struct rules *r = env->rules;

	*f = (struct frame){
		.rules = &r->sets[set < r->n_sets ? set : 0],
		.offer = o,
		.on = on,
		.start = o->start == DATE_NONE || o->start > on ? o->start : on,
		.has_training = o->kind == CONTRACT_APPRENTICESHIP ||
				o->kind == CONTRACT_PROFESSIONALIZATION,
		.end_min = o->end_min,
	};
	if (o->end_min >= 0 && o->start_min >= 0 && o->end_min <= o->start_min)
		f->end_min += DAY_MIN;
	f->age_on =
		f->start == DATE_NONE ? on + MATCH_START_GUESS_DAYS : f->start;
	if (o->kind != VOCAB_NONE)
		f->ages = rules_age_row(f->rules, o->kind, f->age_on);
	make_ages(f);
	f->is_fresh_known = o->posted != DATE_NONE;
	f->fresh_value = f->is_fresh_known
				 ? rules_fresh_value(f->rules, on - o->posted)
				 : f->rules->unknown_value[CRITERION_FRESHNESS];
	f->total_weight = weight_for_all(f);
}
