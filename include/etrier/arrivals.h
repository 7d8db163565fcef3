/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ARRIVALS_H
#define ETRIER_ARRIVALS_H

#include <etrier/plan.h>

/* What comes back after a message left: receipts and replies of SMS gateways,
 * their lists of who said stop, bounces and complaints of mail, and the money.
 * Each function is one transaction; said twice is once. -1: ERR_STORE, nothing
 * was written, to be said again; ERR_INPUT: a line that makes no sense. */

/* A `callback` line of the front. *found false: nothing here it could be about;
 * it is counted and forgotten, and no reason to say it again. A receipt for a
 * reference nobody knows yet is kept for PLAN_EARLY_S, for a gateway may be
 * quicker than our own disk. */
#define PLAN_EARLY_S   300
#define PLAN_EARLY_MAX 64
int plan_callback(struct planner *p, const json_t *line, bool *found,
		  struct err *err);
/* A verdict is stored: what was said of its SMS before counts now. */
int plan_receipt_settled(struct planner *p, int64_t message, struct err *err);

/* A `bounce` line: {envelope_id | message_id, class, status, kind,
 * code?, source}. *what (static): what was done, for the log. */
int plan_bounce(struct planner *p, const json_t *line, const char **what,
		struct err *err);

/* Told after a report that an operator refuses or delays mails for what we are
 * is stored, once a mail: who paces mail holds that operator. */
typedef void plan_policy_fn(void *ctx, const char *address);
void planner_on_policy(struct planner *p, plan_policy_fn *fn, void *ctx);

/* Numbers the gateway will not write to any more: opted out. *n_new of them
 * were not. */
int plan_blacklisted(struct planner *p, const json_t *line, int *n_new,
		     struct err *err);
/* Is it time to ask for that list? Once a day, for gateways that keep one. */
bool plan_blacklist_due(const struct planner *p);
void plan_blacklist_asked(struct planner *p);

/* --- money --- */
struct plan_budget {
	int64_t limit; /* thousandths of a euro a month, -1: none */
	int64_t spent; /* this month */
	int64_t until; /* first instant of the next month */
};
int plan_budget_get(struct planner *p, const char *agency,
		    struct plan_budget *out, struct err *err);
/* 80 or 100 when so much of the limit is spent, else 0. */
int plan_budget_level(const struct plan_budget *b, int64_t spent);
/* An SMS that cost so much is in it now (-1: nobody knows): an event when it
 * went over 80 or 100 percent. */
int plan_budget_look(struct planner *p, const char *agency, int64_t cost,
		     struct err *err);
/* [since, until) of the month of this day. */
void plan_month(int32_t date, int64_t *since, int64_t *until);

/* --- what is wrong --- */
/* Complaints are a rate from so many on; fewer are people. */
#define PLAN_COMPLAINTS_MIN 3
/* Our text or our sender, not a number, from so many a day on. */
#define PLAN_FILTERED_MIN 1
struct plan_trouble {		   /* of the last 24 hours */
	int64_t filtered;	   /* SMS a gateway would not carry */
	int64_t policy;		   /* mails refused for what we are */
	int64_t complaints, mails; /* that went */
	bool is_paused;		   /* mails to young people wait: a rate */
	json_t *budgets;	   /* {agency: percent} of this month, >= 80 */
};
/* As of the last look, at most a minute old; borrowed. */
int plan_trouble_look(struct planner *p, const struct plan_trouble **out,
		      struct err *err);

struct arrivals_stats {
	uint64_t receipts, replies, stops, answers, bounces, complaints;
	uint64_t repeated, unknown; /* said before; about nothing of ours */
};
void plan_arrivals_stats(const struct planner *p, struct arrivals_stats *out);
/* What is older than its time goes: replies' texts, call-backs, faults. Once a
 * day. */
#define PLAN_REPLY_DAYS 30
int plan_arrivals_tick(struct planner *p, struct err *err);

#endif
