/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_KILL_CHECK_H
#define ETRIER_TEST_KILL_CHECK_H

#include "kill_outside.h"

/* What a day left behind: in the store, and outside. */
struct kill_seen {
	int n_sms, n_mails;    /* that left, with those that left again */
	int n_again;	       /* mails that left again */
	int n_uncertain;       /* SMS */
	int n_digests, n_acts; /* acts: events of receipts and replies */
	char *proposals;       /* who was told of what, sorted lines */
};
void kill_seen_clear(struct kill_seen *k);

/* Everything that must hold after a day, whoever died in it (`what`, for the
 * words of a failure). may_doubt: an SMS more than without a death may be
 * uncertain. quiet: a day without any, NULL when this is it. Adds to *seen. */
void kill_check(const struct outside *o, const char *db, const char *what,
		bool may_doubt, const struct kill_seen *quiet,
		struct kill_seen *seen);

#endif
