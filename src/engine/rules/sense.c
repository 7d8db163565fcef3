/* SPDX-License-Identifier: EUPL-1.2 */
/* What is written rightly and cannot work. */
#include "compile.h"
#include "overlay.h"

#include <etrier/diag.h>
#include <etrier/num.h>

static void best_values(const struct ruleset *s, int best[CRITERION_COUNT])
{
	const int16_t courses[] = {s->same_course, s->other_course,
				   s->next_level, s->higher_level,
				   s->same_level};

	for (int i = 0; i < CRITERION_COUNT; i++)
		best[i] = i == CRITERION_TRADE ? 0 : s->unknown_value[i];
	best[CRITERION_TRAVEL] = 1000;
	best[CRITERION_START] = 1000;
	best[CRITERION_HOURS] = 1000;
	for (int i = 0; i < RULES_TRADE_RANKS; i++)
		if (s->exact[i] > best[CRITERION_TRADE])
			best[CRITERION_TRADE] = s->exact[i];
	for (int i = 0; i < s->n_fresh; i++)
		if (s->fresh[i] > best[CRITERION_FRESHNESS])
			best[CRITERION_FRESHNESS] = s->fresh[i];
	for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++)
		if (courses[i] > best[CRITERION_TRAINING])
			best[CRITERION_TRAINING] = courses[i];
}

/* Most that the bonuses can add. */
static int best_bonus(const struct ruleset *s)
{
	int groups[RULES_GROUPS_MAX] = {0}, sum = 0;

	for (int i = 0; i < s->n_symbols; i++) {
		const struct symbol *y = &s->symbols[i];

		if (y->points > 0 && y->group < 0)
			sum += y->points;
		else if (y->points > 0)
			groups[y->group] += y->points;
	}
	for (int i = 0; i < s->n_groups; i++)
		sum += groups[i] < s->groups[i].max ? groups[i]
						    : s->groups[i].max;
	return sum;
}

/* The best score any pair can have: training and hours count where they apply,
 * so the better of with and without. */
static int best_score(const struct ruleset *s)
{
	int best[CRITERION_COUNT], top = 0;

	best_values(s, best);
	for (unsigned with = 0; with < 4; with++) {
		int64_t sum = 0, weights = 0;
		int score;

		for (int i = 0; i < CRITERION_COUNT; i++) {
			if (i == CRITERION_TRAINING && !(with & 1))
				continue;
			if (i == CRITERION_HOURS && !(with & 2))
				continue;
			sum += (int64_t)s->weight[i] * best[i];
			weights += s->weight[i];
		}
		score = (int)num_div_round(sum, weights);
		top = score > top ? score : top;
	}
	return (int)num_clip(top + best_bonus(s), 0, 1000);
}

static void check_reach(struct when_reader *r, const struct ruleset *s,
			const struct ynode *root)
{
	int best;

	if (!s->total_weight) {
		when_error(r, overlay_find(root, "criteria"),
			   "every weight of trade, travel, start and freshness "
			   "is 0: nothing would decide");
		return;
	}
	best = best_score(s);
	if (s->send > best)
		when_error(r, overlay_find(root, "thresholds.send"),
			   "thresholds.send can never be reached: the best "
			   "possible score, bonuses included, is %d.%d",
			   best / 10, best % 10);
}

void sense_check(struct when_reader *r, const struct ruleset *s,
		 const struct ynode *root)
{
	if (s->check > s->send)
		when_error(r, overlay_find(root, "thresholds.check"),
			   "thresholds.check is above thresholds.send");
	if (s->wait_zero_days && s->wait_zero_days <= s->wait_full_days)
		when_error(r,
			   overlay_find(root, "criteria.start.wait_zero_days"),
			   "criteria.start.wait_zero_days must be above "
			   "wait_full_days, or 0");
	if (s->neighbour_from < TRADES_NEAR_MIN)
		when_error(r,
			   overlay_find(root, "criteria.trade.neighbour_from"),
			   "criteria.trade.neighbour_from must be at least "
			   "0.2: what is less near is not in the table");
	check_reach(r, s, root);
}
