/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_YOUTH_H
#define ETRIER_PLAN_YOUTH_H

#include <etrier/plan.h>

/* What others ask of messages to young people: what an adviser decides, what a
 * young person asks for. 0; -1 ERR_STORE, ERR_UNKNOWN, or ERR_INPUT with a
 * sentence in French for the reader of a page. All join an open transaction;
 * one that was refused dooms it (store.h). */

/* The message to this young person about this offer, at the next hour allowed.
 * ERR_INPUT: it may not go. */
int planner_send_to_youth(struct planner *p, int64_t person, int64_t canonical,
			  struct err *err);
/* A planned or held message goes no more, and its offer does not come back by
 * itself. ERR_INPUT: it has left. */
int planner_stop_message(struct planner *p, int64_t id, struct err *err);
/* The young person wants nothing before this instant. */
int planner_pause(struct planner *p, int64_t person, int64_t until,
		  struct err *err);
/* For plan_permit(): *why and *at when a pause was asked for. */
int plan_paused(struct planner *p, int64_t person, int64_t *at,
		const char **why, struct err *err);

#endif
