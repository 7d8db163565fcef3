/* SPDX-License-Identifier: EUPL-1.2 */
/* May this young person be messaged, by this channel, now? Every condition of
 * data.md "Permission" and surfaces.md "Going live", in one place: the planner
 * asks before it plans, the outbox before it claims. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/phone.h>
#include <etrier/plan_youth.h>
#include <etrier/str.h>

bool plan_mode_sends(enum agency_mode mode, enum store_audience audience)
{
	if (audience == STORE_TO_YOUTH)
		return mode == AGENCY_PREVIEW || mode == AGENCY_AUTOMATIC;
	return mode != AGENCY_OFF;
}

static const char *person_allows(const struct plan_person *person,
				 enum channel channel, int32_t date)
{
	const struct person *p = &person->p;
	if (person->row.is_gone)
		return "not in the latest file";
	if (person->row.status != PERSON_ACTIVE)
		return "not active";
	if (p->birth_date == DATE_NONE)
		return "birth date unknown";
	if (date_age(p->birth_date, date) < PLAN_ADULT_AGE)
		return "under 18";
	if (p->channel != channel || channel == CHANNEL_NONE)
		return "no channel";
	if ((channel == CHANNEL_EMAIL ? p->consent_email : p->consent_sms) !=
	    TRI_YES)
		return "no consent";
	if (p->informed_on == DATE_NONE || p->informed_on > date)
		return "not informed yet";
	return NULL;
}

static const char *address_of(const struct person *p, enum channel channel,
			      const char **why)
{
	const char *address = channel == CHANNEL_EMAIL ? p->email : p->phone;
	*why = NULL;
	if (str_is_empty(address)) {
		*why = "no address";
		return NULL;
	}
	char e164[17];
	enum phone_kind kind = channel == CHANNEL_SMS
				       ? phone_normalise(address, e164)
				       : PHONE_MOBILE;
	if (kind != PHONE_MOBILE && kind != PHONE_MOBILE_DOM &&
	    kind != PHONE_FICTION) {
		*why = "no mobile number";
		return NULL;
	}
	return address;
}

/* What went to the person, by the day it went and not by the day it was
 * planned: after an outage those are different days. */
struct sent {
	const struct store_message *own; /* asks; NULL: planning */
	bool is_preview;
	int64_t now, today, week; /* since */
	int n_today, n_week;
};

static int count_sent(void *ctx, const struct store_message *m)
{
	struct sent *k = ctx;
	int64_t at = m->claimed_at;
	if ((k->own && m->id == k->own->id) || m->is_preview != k->is_preview)
		return 0;
	if (m->state == STORE_FAILED && !plan_is_in_doubt(m))
		return 0;
	/* Two that wait must not wait for each other: planning counts what
	 * waits, the claim does not. */
	if (m->state == STORE_PLANNED && !plan_is_in_doubt(m)) {
		if (k->own)
			return 0;
		at = k->now;
	}
	k->n_today += at >= k->today;
	k->n_week += at >= k->week;
	return 0;
}

static int caps(struct planner *p, int64_t person, bool is_preview,
		const struct store_message *own, int64_t *at, const char **why,
		struct err *err)
{
	const struct plan_settings *s = p->settings;
	int64_t now = clock_now(p->clock);
	int32_t date = paris_date(now);
	struct sent k = {.own = own,
			 .is_preview = is_preview,
			 .now = now,
			 .today = paris_instant(date, 0),
			 .week = paris_instant(date - 6, 0)};
	struct store_messages_query q = STORE_MESSAGES_ANY;
	q.person = person;
	q.audience = STORE_TO_YOUTH;
	q.states = 1u << STORE_PLANNED | 1u << STORE_SENDING |
		   1u << STORE_SENT | 1u << STORE_UNCERTAIN |
		   1u << STORE_FAILED;
	q.planned_since = k.week - PLAN_YOUTH_EXPIRES_S;
	if (store_messages_each(p->store, &q, count_sent, &k, err))
		return -1;
	if (k.n_week >= s->youth_per_week)
		*why = "enough for seven days";
	else if (k.n_today >= s->youth_per_day)
		*why = "enough for today";
	if (*why)
		*at = paris_instant(date + 1, 0);
	return 0;
}

int plan_permit(struct planner *p, const struct plan_person *person,
		const struct store_agency *agency, enum channel channel,
		const struct store_message *own, int64_t *at, const char **why,
		struct err *err)
{
	int64_t now = clock_now(p->clock);
	*at = INSTANT_NONE;
	*why = NULL;
	if (!plan_mode_sends(agency->mode, STORE_TO_YOUTH))
		*why = "the agency's mode does not message young people";
	else if (channel == CHANNEL_EMAIL ? !p->settings->mail_goes
					  : !p->settings->sms_goes)
		*why = "no transport for this channel";
	else if (str_is_empty(p->settings->base_url))
		*why = "front.base_url is not set: no stop link";
	else
		*why = person_allows(person, channel, paris_date(now));
	if (*why)
		return 0;
	const char *address = address_of(&person->p, channel, why);
	if (!address)
		return 0;
	bool is_out;
	if (store_optout_check(p->store, channel, address, &is_out, err))
		return -1;
	if (is_out) {
		*why = "opted out";
		return 0;
	}
	if (plan_paused(p, person->row.id, at, why, err) || *why)
		return *why ? 0 : -1;
	int64_t open = plan_window(p->settings, channel, now);
	if (open > now) {
		*why = "outside the hours for young people";
		*at = open;
		return 0;
	}
	return caps(p, person->row.id, agency->mode == AGENCY_PREVIEW, own, at,
		    why, err);
}
