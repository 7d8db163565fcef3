/* SPDX-License-Identifier: EUPL-1.2 */
/* What an adviser or a young person asks of the messages themselves: send this
 * one on, stop that one, nothing for a while. A message asked for by an adviser
 * is planned for the next hour that is allowed and checked again, like any
 * other, when it is claimed. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/plan_youth.h>
#include <etrier/store_events.h>
#include <etrier/store_refusals.h>
#include <etrier/store_told.h>
#include <etrier/str.h>

#include <stdlib.h>

/* Our words of plan_permit(), as an adviser reads them. */
static int refused(struct err *err, const char *why)
{
	static const char *const words[][2] = {
		{"under 18", "Ce jeune a moins de 18 ans : à voir avec lui de "
			     "vive voix."},
		{"no consent", "Ce jeune n'a pas accepté les messages sur ce "
			       "canal."},
		{"not informed yet", "Ce jeune n'a pas encore reçu "
				     "l'information sur ses données."},
		{"opted out", "Ce jeune a demandé à ne plus recevoir de "
			      "messages."},
		{"no channel", "Aucun canal n'est choisi pour ce jeune."},
		{"no address", "Aucune adresse n'est connue pour ce jeune."},
		{"no mobile number", "Le numéro connu n'est pas un mobile."},
		{"not active", "Ce jeune n'est plus en recherche."},
		{"not in the latest file", "Ce jeune n'est plus dans le "
					   "fichier."},
		{"birth date unknown", "La date de naissance manque."},
		{"proposed already", "Cette offre lui a déjà été proposée."},
		{"the offer is gone", "Cette offre n'est plus disponible pour "
				      "ce jeune."},
		{"the agency's mode does not message young people",
		 "Votre structure n'écrit pas aux jeunes par ce service."},
		{"it has left", "Le message est déjà parti."}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq(words[i][0], why))
			return err_set(err, ERR_INPUT, "%s", words[i][1]);
	}
	return err_set(err, ERR_INPUT,
		       "Ce message ne peut pas partir maintenant.");
}

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
		return refused(err, why);
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
		return refused(err, "proposed already");
	if (live_evaluate(p->live, person.row.id, canonical,
			  paris_date(clock_now(p->clock)), &v, &gone) ||
	    v.decision == DECISION_EXCLUDE)
		return refused(err, "the offer is gone");
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
	int64_t canonical;
};

static int keep_canonical(void *ctx, const struct store_proposal *row)
{
	*(int64_t *)ctx = row->canonical;
	return 1;
}

/* Stopped, and not planned again a moment later: this person does not get this
 * offer. */
static int stop(struct store *s, void *ctx, struct err *err)
{
	const struct stopping *k = ctx;
	int64_t now = clock_now(k->p->clock);
	char data[60], value[24];
	bool is_new;
	snprintf(data, sizeof(data), "{\"message\":%lld}", (long long)k->m->id);
	snprintf(value, sizeof(value), "%lld", (long long)k->canonical);
	const struct store_refusal r = {.person = k->m->person,
					.kind = STORE_REFUSES_OFFER,
					.value = value,
					.at = now,
					.by = "adviser"};
	const struct store_event e = {.at = now,
				      .kind = "cancelled",
				      .person = k->m->person,
				      .canonical = k->canonical,
				      .agency = k->m->agency,
				      .by = "adviser",
				      .data = data};
	if (plan_refill_shown(k->p, k->m->id, err) ||
	    store_message_settle(s, k->m->id, STORE_CANCELLED,
				 "stopped by the adviser", INSTANT_NONE, now,
				 err) ||
	    (k->canonical && store_refusal_add(s, &r, &is_new, err)))
		return -1;
	return store_event_add(s, &e, err);
}

int planner_stop_message(struct planner *p, int64_t id, struct err *err)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct store_message m;
	struct stopping k = {.p = p, .m = &m};
	struct arena a;
	arena_init(&a);
	q.message = id;
	int result = store_message_get(p->store, id, &a, &m, err);
	if (!result && ((m.state != STORE_PLANNED && m.state != STORE_HELD) ||
			plan_is_in_doubt(&m)))
		result = refused(err, "it has left");
	if (!result)
		result = store_ledger_each(p->store, &q, keep_canonical,
					   &k.canonical, err);
	if (!result)
		result = store_tx(p->store, stop, &k, err);
	if (!result)
		live_person_changed(p->live, m.person);
	arena_clear(&a);
	return result;
}

/* --- a pause ---------------------------------------------------------------
 */

int planner_pause(struct planner *p, int64_t person, int64_t until,
		  struct err *err)
{
	return store_person_set_pause(p->store, person, until, err);
}

int plan_paused(struct planner *p, int64_t person, int64_t *at,
		const char **why, struct err *err)
{
	int64_t until;
	if (store_person_get_pause(p->store, person, clock_now(p->clock),
				   &until, err))
		return -1;
	if (until != INSTANT_NONE) {
		*why = "paused by the young person";
		*at = until;
	}
	return 0;
}
