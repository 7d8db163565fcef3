/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ARRIVALS_PRIVATE_H
#define ETRIER_ARRIVALS_PRIVATE_H

#include "plan.h"

#include <etrier/arrivals.h>
#include <etrier/sms_receipt.h>

/* What receipts.c, replies.c, bounces.c, blacklist.c, budget.c and arrivals.c
 * share. */

/* A receipt for a reference nobody knows yet. */
struct early {
	char gateway[16];
	char *ref, *code;
	enum sms_receipt receipt;
	int64_t at;
};
/* What goes wrong, hour by hour, so that a day of it is a sum and no walk. */
enum trouble {
	TROUBLE_FILTERED,
	TROUBLE_POLICY,
	TROUBLE_COMPLAINT,
	N_TROUBLES
};
#define TROUBLE_HOURS 25
struct trouble_hour {
	int64_t hour; /* since 1970 */
	int64_t n[N_TROUBLES];
};
struct arrivals {
	struct arrivals_stats stats;
	struct early early[PLAN_EARLY_MAX]; /* a ring */
	size_t n_early;			    /* ever */
	struct plan_trouble trouble;
	struct trouble_hour hours[TROUBLE_HOURS]; /* by hour % as many */
	bool is_seeded;
	bool is_dirty; /* something happened since the last look */
	int64_t looked_ms;
	int32_t purged_day, listed_day; /* DATE_NONE: not yet */
};
struct arrivals *arrivals_new(void);
void arrivals_free(struct arrivals *a);

/* One more, now. */
void plan_trouble_count(struct planner *p, enum trouble what);
/* Where the message went, from its frozen line; NULL: nobody can tell. */
const char *plan_address(const struct store_message *m, struct arena *a);
/* One row of the events, about a message; data_take may be NULL. */
int plan_event(struct planner *p, const char *kind,
	       const struct store_message *m, int64_t person, const char *by,
	       json_t *data_take, struct err *err);
/* The address gets nothing more by this channel: the opt-out, and an event for
 * everybody written to there or who has it in the latest files (one for nobody
 * when there is none). *is_new. */
int plan_optout(struct planner *p, enum channel channel, const char *address,
		const char *by, bool *is_new, struct err *err);
/* It never arrived, and nobody saw what it proposed: failed, its offers free
 * again. */
int plan_unseen(struct planner *p, const struct store_message *m,
		const char *reason, struct err *err);

/* receipts.c: m was told this about; in the caller's transaction. *changed
 * false: something at least as good was known. */
int plan_receipt(struct planner *p, const struct store_message *m,
		 enum sms_receipt receipt, const char *code, bool *changed,
		 struct err *err);
/* replies.c: in the caller's transaction. */
int plan_reply(struct planner *p, const json_t *line, bool *found,
	       struct err *err);

#endif
