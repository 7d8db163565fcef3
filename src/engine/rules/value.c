/* SPDX-License-Identifier: EUPL-1.2 */
/* What each criterion is worth, 0..1000, for numbers already found. Every path
 * (the scan's tables, the full evaluation, explain) asks here, so that there is
 * one meaning. Pure; integers; rounded half up. */
#include <etrier/num.h>
#include <etrier/rules.h>

int rules_nearness(const struct ruleset *s, bool is_family, int proximity)
{
	int family = is_family ? s->family : 0;
	int near = 0;

	if (proximity > 0 && proximity >= s->neighbour_from)
		near = (int)num_div_round((int64_t)s->neighbour * proximity,
					  1000);
	return near > family ? near : family;
}

int rules_trade_value(const struct ruleset *s, int rank, bool is_same,
		      int nearness)
{
	int exact = s->exact[rank < RULES_TRADE_RANKS ? rank
						      : RULES_TRADE_RANKS - 1];

	return is_same || nearness > exact ? exact : nearness;
}

void rules_travel_span(const struct ruleset *s, int32_t limit,
		       int32_t cost_per_minute, int32_t *full, int32_t *zero)
{
	*full = s->full_until_min * cost_per_minute;
	*zero = s->zero_at_min == RULES_ZERO_AT_LIMIT
			? limit
			: s->zero_at_min * cost_per_minute;
}

int rules_travel_value(const struct ruleset *s, int32_t cost, int32_t limit,
		       int32_t cost_per_minute)
{
	int32_t full, zero;

	rules_travel_span(s, limit, cost_per_minute, &full, &zero);
	if (cost <= full)
		return 1000;
	if (cost >= zero)
		return 0;
	return (int)num_div_round((int64_t)(zero - cost) * 1000, zero - full);
}

int rules_travel_both(const struct ruleset *s, int firm, int cfa)
{
	return (int)num_div_round((int64_t)(1000 - s->cfa_share) * firm +
					  (int64_t)s->cfa_share * cfa,
				  1000);
}

int rules_hours_value(const struct ruleset *s, int margin_min)
{
	if (margin_min >= s->full_margin_min)
		return 1000;
	if (margin_min <= 0)
		return 0;
	return (int)num_div_round((int64_t)margin_min * 1000,
				  s->full_margin_min);
}

int rules_start_value(const struct ruleset *s, int days)
{
	int wait = -days, span = s->wait_zero_days - s->wait_full_days;

	if (days > 0)
		return days >= s->late_zero_days
			       ? 0
			       : (int)num_div_round(
					 (int64_t)(s->late_zero_days - days) *
						 1000,
					 s->late_zero_days);
	if (!s->wait_zero_days || wait <= s->wait_full_days)
		return 1000;
	if (wait >= s->wait_zero_days)
		return 0;
	return (int)num_div_round((int64_t)(s->wait_zero_days - wait) * 1000,
				  span);
}

int rules_fresh_value(const struct ruleset *s, int age_days)
{
	int i = age_days < 0 ? 0 : age_days;

	return s->fresh[i < s->n_fresh ? i : s->n_fresh - 1];
}
