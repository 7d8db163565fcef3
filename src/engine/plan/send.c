/* SPDX-License-Identifier: EUPL-1.2 */
/* What an adviser or a young person asks of the messages themselves: send this
 * one on, stop that one, nothing for a while. A message asked for by an adviser
 * is planned for the next hour that is allowed and checked again, like any
 * other, when it is claimed. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/store_events.h>
#include <etrier/store_told.h>
#include <etrier/str.h>

#include <stdlib.h>

struct sending {
	struct planner *p;
	const struct plan_person *person;
	const struct store_agency *agency;
	int64_t canonical, not_before;
	const struct verdict *v;
	char *facts;
};

static int write_message(struct store *s, void *ctx, struct err *err)
{
	const struct sending *k = ctx;
	int64_t now = clock_now(k->p->clock), id;
	const struct store_message m = {
		.kind = STORE_OFFER,
		.audience = STORE_TO_YOUTH,
		.channel = k->person->p.channel,
		.agency = k->agency->code,
		.person = k->person->row.id,
		.is_preview = k->agency->mode == AGENCY_PREVIEW,
		.not_before = k->not_before,
		.expires = k->not_before + PLAN_YOUTH_EXPIRES_S,
		.state = STORE_PLANNED};
	const struct store_proposal row = {
		.person = k->person->row.id,
		.canonical = k->canonical,
		.audience = STORE_TO_YOUTH,
		.score = k->v->public_score,
		.rules = live_rules_id(k->p->live, k->agency->code),
		.facts = k->facts};
	if (store_message_plan(s, &m, &row, 1, now, &id, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = now,
				      .kind = "plan.youth",
				      .person = k->person->row.id,
				      .canonical = k->canonical,
				      .agency = k->agency->code,
				      .by = "adviser"},
		err);
}

/* Waiting for an hour is no refusal; anything else is. */
static int permitted(struct planner *p, const struct plan_person *person,
		     const struct store_agency *agency, int64_t *at,
		     struct err *err)
{
	const char *why;
	if (plan_permit(p, person, agency, person->p.channel, NULL, at, &why,
			err))
		return -1;
	if (why && *at == INSTANT_NONE)
		return err_set(err, ERR_INPUT, "%s", why);
	if (*at == INSTANT_NONE)
		*at = clock_now(p->clock);
	return 0;
}

static int send_to(struct planner *p, int64_t id, int64_t canonical,
		   struct plan_scope *s, struct err *err)
{
	struct plan_person person;
	struct store_agency agency;
	struct agency fields;
	struct verdict v;
	struct err gone;
	bool has;
	struct sending k = {.p = p,
			    .person = &person,
			    .agency = &agency,
			    .canonical = canonical,
			    .v = &v};
	if (plan_person_get(p, id, s, &person, err) ||
	    plan_agency_get(p, person.row.agency, s, &agency, &fields, err) ||
	    permitted(p, &person, &agency, &k.not_before, err) ||
	    store_ledger_has(p->store, person.row.id, canonical, STORE_TO_YOUTH,
			     &has, err))
		return -1;
	if (has)
		return err_set(err, ERR_INPUT, "proposed already");
	if (live_evaluate(p->live, person.row.id, canonical,
			  paris_date(clock_now(p->clock)), &v, &gone) ||
	    v.decision == DECISION_EXCLUDE)
		return err_set(err, ERR_INPUT, "the offer is gone");
	k.facts = plan_facts(p, &v);
	int result = store_tx(p->store, write_message, &k, err);
	free(k.facts);
	if (!result) {
		live_proposed(p->live, person.row.id);
		plan_turns_proposed(p, person.row.id);
	}
	return result;
}

int planner_send_to_youth(struct planner *p, int64_t person, int64_t canonical,
			  struct err *err)
{
	struct plan_scope s;
	plan_scope_init(&s);
	int result = send_to(p, person, canonical, &s, err);
	plan_scope_clear(&s);
	return result;
}

/* --- stopping --------------------------------------------------------------
 */

struct stopping {
	struct planner *p;
	const struct store_message *m;
};

static int stop(struct store *s, void *ctx, struct err *err)
{
	const struct stopping *k = ctx;
	int64_t now = clock_now(k->p->clock);
	char data[60];
	snprintf(data, sizeof(data), "{\"message\":%lld}", (long long)k->m->id);
	if (plan_refill_shown(k->p, k->m->id, err) ||
	    store_message_settle(s, k->m->id, STORE_CANCELLED,
				 "stopped by the adviser", INSTANT_NONE, now,
				 err))
		return -1;
	return store_event_add(s,
			       &(struct store_event){.at = now,
						     .kind = "cancelled",
						     .person = k->m->person,
						     .agency = k->m->agency,
						     .by = "adviser",
						     .data = data},
			       err);
}

int planner_stop_message(struct planner *p, int64_t id, struct err *err)
{
	struct store_message m;
	struct arena a;
	arena_init(&a);
	int result = store_message_get(p->store, id, &a, &m, err);
	if (!result && m.state != STORE_PLANNED && m.state != STORE_HELD)
		result = err_set(err, ERR_INPUT, "it has left, or never will");
	if (!result && plan_is_in_doubt(&m))
		result = err_set(err, ERR_INPUT, "it may have arrived");
	struct stopping k = {p, &m};
	if (!result)
		result = store_tx(p->store, stop, &k, err);
	arena_clear(&a);
	return result;
}

/* --- a pause ---------------------------------------------------------------
 */

struct pausing {
	struct planner *p;
	int64_t person, until;
	const char *agency;
};

static int pause_person(struct store *s, void *ctx, struct err *err)
{
	const struct pausing *k = ctx;
	char day[11], data[40];
	date_format(paris_date(k->until), day);
	snprintf(data, sizeof(data), "{\"until\":\"%s\"}", day);
	if (store_person_pause(s, k->person, k->until, err))
		return -1;
	return store_event_add(
		s,
		&(struct store_event){.at = clock_now(k->p->clock),
				      .kind = "pause",
				      .person = k->person,
				      .agency = k->agency,
				      .by = "link",
				      .data = data},
		err);
}

int planner_pause(struct planner *p, int64_t person, int64_t until,
		  struct err *err)
{
	struct store_person row;
	struct arena a;
	int64_t old = INSTANT_NONE;
	arena_init(&a);
	int result = store_person_get(p->store, person, false, &a, &row, err);
	if (!result)
		result = store_person_paused(p->store, row.id, &old, err);
	if (!result && (old == INSTANT_NONE || old < until)) {
		struct pausing k = {p, row.id, until, row.agency};
		result = store_tx(p->store, pause_person, &k, err);
	}
	arena_clear(&a);
	return result;
}

int plan_paused(struct planner *p, int64_t person, int64_t *at,
		const char **why, struct err *err)
{
	int64_t until;
	if (store_person_paused(p->store, person, &until, err))
		return -1;
	if (until != INSTANT_NONE && until > clock_now(p->clock)) {
		*why = "a pause was asked for";
		*at = until;
	}
	return 0;
}
