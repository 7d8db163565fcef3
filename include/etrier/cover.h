/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COVER_H
#define ETRIER_COVER_H

#include <etrier/match.h>

#include <jansson.h>

/* What a set of verdicts exercised: each gate in each state, each criterion,
 * each symbol hit, missed or unknown, each condition answered yes, no or
 * unknown. What was never met is told as well: a rule that no case reaches is
 * a rule that nobody tested. */
struct cover;
struct cover *cover_new(void);
void cover_free(struct cover *c);
/* These rules count from now on; what is in them is listed even when nothing
 * reaches it. Conditions and symbols of the same text are one. */
void cover_rules(struct cover *c, const struct rules *r);
/* One pair, and its verdict under those rules. */
void cover_pair(struct cover *c, const struct match_env *env,
		const struct mperson *p, const struct moffer *o,
		const struct verdict *v);
/* Rows in order: {"what":"gate"|"criterion"|"symbol"|"condition","name",
 * "states":{"pass":3,...},"missed":["fail",..]}; missed: states that never
 * came. Private ones are marked "private". A new array. */
json_t *cover_rows(const struct cover *c);
/* {"verdicts":n,"reached":n,"of":n}: states that came, of those there are. */
json_t *cover_sum(const struct cover *c);

#endif
