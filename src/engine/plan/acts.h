/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_ACTS_H
#define ETRIER_PLAN_ACTS_H

#include <etrier/plan.h>

/* What people do with what they were told. */

/* A young person's answer to an offer that was proposed to them: word is
 * interested, not_interested or call; by is "link", "sms" ... Ledger, event
 * `answer` and a new look at the person, in one transaction (joins an open
 * one). The same word again changes nothing. ERR_UNKNOWN: never proposed. */
int plan_answer(struct planner *p, int64_t person, int64_t canonical,
		const char *word, const char *by, struct err *err);

#endif
