/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_YOUTH_PRIVATE_H
#define ETRIER_PLAN_YOUTH_PRIVATE_H

#include "plan.h"

#include <etrier/plan_youth.h>

/* Messages to young people: what may go, by which channel, and writing it down.
 *
 *   youth.c   offers, in mode automatic     send.c   what an adviser decides
 *   events.c  news of meetings              permit.c may it go now?
 *   model_youth.c  what its template gets
 */

/* --- may it go? (permit.c) ------------------------------------------------ */
enum plan_class { /* of a message to a young person: what is asked */
		  PLAN_OFFER,
		  PLAN_APPROVED, /* an offer that an adviser sent */
		  PLAN_EVENT,
		  PLAN_CALL,
		  PLAN_STOP
};
enum plan_class plan_class_of(const struct store_message *m);
struct plan_ask {
	const struct plan_person *person;
	const struct store_agency *agency;
	enum channel channel;
	enum plan_class class;
	/* the planned message that asks, which does not count against itself;
	 * NULL when planning */
	const struct store_message *own;
};
/* Our words for why it may not go (static), or NULL; *at is set (else
 * INSTANT_NONE) when it will be allowed later. */
int plan_permit(struct planner *p, const struct plan_ask *ask, int64_t *at,
		const char **why, struct err *err);
#define PLAN_WHY_MODE	  "the agency's mode does not message young people"
#define PLAN_WHY_APPROVAL "an adviser has to send it"
#define PLAN_WHY_NO_OFFER "no new offer is worth sending"
/* Those words for an adviser; static. */
const char *plan_why_fr(const char *why);
/* The channel a message takes: the person's own, or the other one when nothing
 * arrives by the own one (dead, failing, opted out of it alone) and they agreed
 * to the other. *instead_of: the own one then, else CHANNEL_NONE. */
int plan_channel(struct planner *p, const struct plan_person *person,
		 enum channel *out, enum channel *instead_of, struct err *err);

/* --- writing it down (youth.c) -------------------------------------------- */
int plan_youth_choose(struct planner *p, const struct plan_person *person,
		      const struct store_agency *agency, struct plan_item *out,
		      bool *found, struct err *err);
struct plan_saying { /* what is planned for a young person */
	const struct plan_person *person;
	const struct store_agency *agency;
	const struct plan_item *item; /* NULL: an answer, about no offer */
	enum channel channel, instead_of;
	enum plan_class class;
	int64_t not_before;
	int64_t offer_expires; /* INSTANT_NONE: unknown */
	int64_t id;	       /* of the message, set */
};
/* Message, ledger row and event in one transaction. */
int plan_say(struct planner *p, struct plan_saying *say, struct err *err);
/* Did an adviser stop this offer on its way to this person? */
int plan_was_stopped(struct planner *p, int64_t person, int64_t canonical,
		     bool *was, struct err *err);

/* events.c: news of meetings, looked for once a day. */
int plan_events_tick(struct planner *p, int *n, struct err *err);

/* model_youth.c: lang is the templates'; item NULL for an answer. */
json_t *plan_youth_model(struct planner *p, const struct plan_person *person,
			 const struct plan_item *item, const char *lang,
			 struct plan_scope *s, struct err *err);
/* As plan_languages(): "pt-BR" asks for pt-br, pt, fr. */
size_t plan_languages_of(const struct person *r, struct arena *a,
			 const char *out[PLAN_LANGS_MAX]);

#endif
