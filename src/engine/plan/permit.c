/* SPDX-License-Identifier: EUPL-1.2 */
/* May this young person be messaged, by this channel, now? Every condition of
 * data.md "Permission" and surfaces.md "Going live", in one place: the planner
 * asks before it plans, the outbox before it claims. Which conditions count is
 * the class of the message: an adviser's own decision lifts the age of 18 and
 * not the consent, an answer to what the person just did lifts nearly all. */
#include "youth.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/store_claims.h>
#include <etrier/store_contacts.h>
#include <etrier/str.h>

/* What is asked of each class. */
enum {
	ASKS_CONSENT = 1, /* of the channel, and that they were informed */
	ASKS_ADULT = 2,
	ASKS_TEENAGER = 4, /* whoever is younger is spoken to with a parent */
	ASKS_NEWS = 8,	   /* the consent of news, once a month */
	ASKS_CAPS = 16,
	ASKS_WILL = 32, /* no opt-out, no pause, an address that works */
	/* somebody follows them; no opt-out, an address that works */
	ASKS_REACH = 64
};
static const unsigned asks[] = {
	[PLAN_OFFER] = ASKS_CONSENT | ASKS_ADULT | ASKS_CAPS | ASKS_WILL,
	[PLAN_APPROVED] = ASKS_CONSENT | ASKS_TEENAGER | ASKS_CAPS | ASKS_WILL,
	[PLAN_EVENT] =
		ASKS_CONSENT | ASKS_ADULT | ASKS_NEWS | ASKS_CAPS | ASKS_WILL,
	[PLAN_CALL] = ASKS_REACH,
	[PLAN_STOP] = 0};

const char *plan_why_fr(const char *why)
{
	static const char *const words[][2] = {
		{PLAN_WHY_MODE, "votre agence n'écrit pas aux jeunes"},
		{PLAN_WHY_APPROVAL, "attend l'accord du conseiller"},
		{PLAN_WHY_NO_OFFER, "aucune nouvelle offre à envoyer"},
		{"the channel is another now",
		 "un autre canal sert maintenant"},
		{"no transport for this channel", "ce canal n'est pas ouvert"},
		{"front.base_url is not set: no stop link",
		 "le lien d'arrêt n'est pas réglé"},
		{"not in the latest file", "dossier absent du dernier fichier"},
		{"not active", "dossier en pause, placé ou sorti"},
		{"birth date unknown", "date de naissance inconnue"},
		{"under 18", "moins de 18 ans"},
		{"under 16", "moins de 16 ans : voyez avec la famille"},
		{"no channel", "aucun canal choisi par le jeune"},
		{"no consent", "pas d'accord pour ce canal"},
		{"no consent to news", "pas d'accord pour les informations"},
		{"not informed yet", "note d'information pas encore remise"},
		{"no address", "pas d'adresse"},
		{"no mobile number", "pas de numéro de portable"},
		{"opted out", "a demandé l'arrêt des messages"},
		{"the address is dead",
		 "l'adresse ou le numéro ne marche plus"},
		{"the address fails at the moment",
		 "l'adresse ou le numéro ne marche pas en ce moment"},
		{"paused by the young person", "a demandé une pause"},
		{"outside the hours for young people", "hors des heures"},
		{"enough for seven days", "assez de messages cette semaine"},
		{"enough for today", "assez de messages aujourd'hui"},
		{"enough news for a month", "assez d'informations ce mois-ci"},
		{"the offer is gone", "l'offre n'est plus en ligne"},
		{"the offer does not fit", "l'offre ne convient plus"},
		{"sent before", "déjà envoyée"}};
	for (size_t i = 0; why && i < ARRAY_LEN(words); i++)
		if (str_eq(why, words[i][0]))
			return words[i][1];
	return "envoi impossible";
}

bool plan_mode_sends(enum agency_mode mode, enum store_audience audience)
{
	if (audience == STORE_TO_YOUTH)
		return mode == AGENCY_PREVIEW || mode == AGENCY_AUTOMATIC;
	return mode != AGENCY_OFF;
}

enum plan_class plan_class_of(const struct store_message *m)
{
	if (str_eq(m->topic, PLAN_TOPIC_APPROVED))
		return PLAN_APPROVED;
	if (str_eq(m->topic, PLAN_TOPIC_EVENT))
		return PLAN_EVENT;
	if (str_eq(m->topic, PLAN_TOPIC_CALL))
		return PLAN_CALL;
	return str_eq(m->topic, PLAN_TOPIC_STOP) ? PLAN_STOP : PLAN_OFFER;
}

static bool mode_allows(enum agency_mode mode, enum plan_class class)
{
	if (class == PLAN_CALL || class == PLAN_STOP)
		return mode != AGENCY_OFF;
	return plan_mode_sends(mode, STORE_TO_YOUTH) ||
	       (class == PLAN_APPROVED && mode == AGENCY_APPROVAL);
}

static const char *age_allows(const struct person *p, unsigned wanted,
			      int32_t date)
{
	if (!(wanted & (ASKS_ADULT | ASKS_TEENAGER)))
		return NULL;
	if (p->birth_date == DATE_NONE)
		return "birth date unknown";
	int age = date_age(p->birth_date, date);
	if (wanted & ASKS_ADULT && age < PLAN_ADULT_AGE)
		return "under 18";
	return age < PLAN_TEENAGER_AGE ? "under 16" : NULL;
}

static enum tri consent(const struct person *p, enum channel channel)
{
	return channel == CHANNEL_EMAIL ? p->consent_email
	       : channel == CHANNEL_SMS ? p->consent_sms
					: TRI_NO;
}

static const char *person_allows(const struct plan_person *person,
				 enum channel channel, unsigned wanted,
				 int32_t date)
{
	const struct person *p = &person->p;
	if (!wanted)
		return NULL;
	if (person->row.is_gone)
		return "not in the latest file";
	if (wanted & ASKS_REACH)
		return person->row.status == PERSON_LEFT ? "not active" : NULL;
	if (person->row.status != PERSON_ACTIVE)
		return "not active";
	const char *why = age_allows(p, wanted, date);
	if (why)
		return why;
	if (p->channel == CHANNEL_NONE || channel == CHANNEL_NONE)
		return "no channel";
	if (consent(p, channel) != TRI_YES)
		return "no consent";
	if (wanted & ASKS_NEWS && p->consent_info != TRI_YES)
		return "no consent to news";
	if (p->informed_on == DATE_NONE || p->informed_on > date)
		return "not informed yet";
	return NULL;
}

/* --- addresses ------------------------------------------------------------ */

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

/* Why this address takes nothing, or NULL; *at when that ends. */
static int address_works(struct planner *p, enum channel channel,
			 const char *address, int64_t *at, const char **why,
			 struct err *err)
{
	struct store_contact c;
	struct arena a;
	bool is_out, is_known = false;
	*why = NULL;
	if (store_optout_check(p->store, channel, address, &is_out, err))
		return -1;
	if (is_out) {
		*why = "opted out";
		return 0;
	}
	arena_init(&a);
	int result =
		store_contact_get(p->store, channel, address,
				  clock_now(p->clock), &a, &c, &is_known, err);
	arena_clear(&a);
	if (result || !is_known)
		return result;
	bool is_dead = c.state == STORE_CONTACT_DEAD;
	*why = is_dead ? "the address is dead"
		       : "the address fails at the moment";
	*at = is_dead ? INSTANT_NONE : c.until;
	return 0;
}

int plan_channel(struct planner *p, const struct plan_person *person,
		 enum channel *out, enum channel *instead_of, struct err *err)
{
	const struct person *r = &person->p;
	enum channel own = r->channel;
	enum channel other = own == CHANNEL_EMAIL ? CHANNEL_SMS : CHANNEL_EMAIL;
	const char *why, *address;
	int64_t at;
	*out = own;
	*instead_of = CHANNEL_NONE;
	if (own == CHANNEL_NONE || !(address = address_of(r, own, &why)))
		return 0;
	if (address_works(p, own, address, &at, &why, err))
		return -1;
	if (!why || consent(r, other) != TRI_YES ||
	    !(other == CHANNEL_EMAIL ? p->settings->mail_goes
				     : p->settings->sms_goes) ||
	    !(address = address_of(r, other, &why)))
		return 0;
	if (address_works(p, other, address, &at, &why, err))
		return -1;
	if (why)
		return 0;
	*out = other;
	*instead_of = own;
	return 0;
}

/* --- how many ---------------------------------------------------------------
 */
/* What went to the person, by the day it went and not by the day it was
 * planned: after an outage those are different days. */
struct sent {
	const struct store_message *own; /* asks; NULL: planning */
	bool is_preview;
	int64_t now, today, week, month; /* since */
	int n_today, n_week, n_news;
};

static void count_sent(void *ctx, const struct store_message *m)
{
	struct sent *k = ctx;
	int64_t at = m->claimed_at;
	enum plan_class class = plan_class_of(m);
	if ((k->own && m->id == k->own->id) || m->is_preview != k->is_preview)
		return;
	if (m->state == STORE_CANCELLED || m->state == STORE_HELD)
		return;
	/* What answers the person costs them nothing. */
	if (!(asks[class] & ASKS_CAPS))
		return;
	if (m->state == STORE_FAILED && !plan_is_in_doubt(m))
		return;
	/* Two that wait must not wait for each other: planning counts what
	 * waits, the claim does not. */
	if (m->state == STORE_PLANNED && !plan_is_in_doubt(m)) {
		if (k->own)
			return;
		at = k->now;
	}
	k->n_today += at >= k->today;
	k->n_week += at >= k->week;
	k->n_news += class == PLAN_EVENT && at >= k->month;
}

static int caps(struct planner *p, const struct plan_ask *a, int64_t *at,
		const char **why, struct err *err)
{
	const struct plan_settings *s = p->settings;
	int64_t now = clock_now(p->clock);
	int32_t date = paris_date(now);
	bool is_news = asks[a->class] & ASKS_NEWS;
	struct sent k = {.own = a->own,
			 .is_preview = a->agency->mode == AGENCY_PREVIEW,
			 .now = now,
			 .today = paris_instant(date, 0),
			 .week = paris_instant(date - 6, 0),
			 .month = paris_instant(date - PLAN_NEWS_DAYS + 1, 0)};
	int64_t since = (is_news ? k.month : k.week) - PLAN_YOUTH_EXPIRES_S;
	if (store_messages_of_youth(p->store, a->person->row.id, since,
				    count_sent, &k, err))
		return -1;
	if (k.n_week >= s->youth_per_week)
		*why = "enough for seven days";
	else if (k.n_today >= s->youth_per_day)
		*why = "enough for today";
	else if (is_news && k.n_news > 0)
		*why = "enough news for a month";
	if (*why)
		*at = paris_instant(date + 1, 0);
	return 0;
}

/* The hours of this class from now on. */
static int64_t window(const struct planner *p, const struct plan_ask *a,
		      int64_t now)
{
	switch (a->class) {
	case PLAN_CALL:
	case PLAN_STOP:
		return plan_window_answer(p->settings, now);
	case PLAN_EVENT:
		return plan_window_news(p->settings, a->channel, now);
	default:
		return plan_window(p->settings, a->channel, now);
	}
}

static int hours_and_caps(struct planner *p, const struct plan_ask *a,
			  int64_t *at, const char **why, struct err *err)
{
	int64_t now = clock_now(p->clock);
	int64_t open = window(p, a, now);
	if (open > now) {
		*why = "outside the hours for young people";
		*at = open;
		return 0;
	}
	return asks[a->class] & ASKS_CAPS ? caps(p, a, at, why, err) : 0;
}

/* Does the person want it, and does the address take it? */
static int will(struct planner *p, const struct plan_ask *a, int64_t *at,
		const char **why, struct err *err)
{
	enum channel channel, instead_of;
	const char *address = address_of(&a->person->p, a->channel, why);
	if (!address || !(asks[a->class] & (ASKS_WILL | ASKS_REACH)))
		return 0;
	if (address_works(p, a->channel, address, at, why, err))
		return -1;
	if (*why || !(asks[a->class] & ASKS_WILL))
		return 0;
	/* Their own, which takes mail: there is no other to look for. */
	channel = a->channel;
	if (channel != a->person->p.channel &&
	    plan_channel(p, a->person, &channel, &instead_of, err))
		return -1;
	if (channel != a->channel) {
		*why = "the channel is another now";
		return 0;
	}
	if (store_person_get_pause(p->store, a->person->row.id,
				   clock_now(p->clock), at, err))
		return -1;
	if (*at != INSTANT_NONE)
		*why = "paused by the young person";
	return 0;
}

int plan_permit(struct planner *p, const struct plan_ask *a, int64_t *at,
		const char **why, struct err *err)
{
	*at = INSTANT_NONE;
	*why = NULL;
	if (!mode_allows(a->agency->mode, a->class))
		*why = a->agency->mode == AGENCY_APPROVAL ? PLAN_WHY_APPROVAL
							  : PLAN_WHY_MODE;
	else if (a->channel == CHANNEL_EMAIL ? !p->settings->mail_goes
					     : !p->settings->sms_goes)
		*why = "no transport for this channel";
	else if (str_is_empty(p->settings->base_url))
		*why = "front.base_url is not set: no stop link";
	else
		*why = person_allows(a->person, a->channel, asks[a->class],
				     paris_date(clock_now(p->clock)));
	if (!*why && will(p, a, at, why, err))
		return -1;
	return *why ? 0 : hours_and_caps(p, a, at, why, err);
}
