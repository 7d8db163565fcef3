/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_JOURNEY_H
#define ENGINE_MATCH_JOURNEY_H

#include "frame.h"

/* Ways to the place of work, as one person has them. The fields of the travel
 * model are made when first asked for and kept while the offer stays where it
 * is and works when it does. */
struct travel_field *pad_field(struct match_pad *pad, const struct moffer *o,
			       enum travel_grade grade,
			       enum travel_hours hours);
/* To a CFA, whatever the hour. */
struct travel_field *pad_cfa_field(struct match_pad *pad,
				   struct plane_point cfa_at);

struct journey {
	bool is_placed; /* both places, limit and modes are known */
	bool has_way;	/* some allowed mode gets there at all */
	/* Not at these hours within the limit, but at others; cost is then of
	 * those. */
	bool is_out_of_hours;
	int32_t distance_m, cost, limit, minutes;
	enum travel_mode mode;
};
void journey_make(const struct match_env *env, const struct mperson *p,
		  const struct moffer *o, struct journey *out);
/* For who must travel without a step: whether it can be done within the limit,
 * at the hours that journey stands on. GATE_PASS, GATE_ASK or GATE_FAIL. */
enum gate_state journey_step_free(const struct match_env *env,
				  const struct mperson *p,
				  const struct moffer *o,
				  const struct journey *j);
/* From home to the CFA: the person's own, else the one the offer names. -1
 * unknown. */
int32_t journey_cfa_cost(const struct match_env *env, const struct mperson *p,
			 const struct moffer *o);
/* The limit of that way: the person's for the CFA, else for any way. */
int32_t journey_cfa_limit(const struct travel *t, const struct mperson *p);

#endif
