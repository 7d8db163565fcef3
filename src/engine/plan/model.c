/* SPDX-License-Identifier: EUPL-1.2 */
/* What a template gets: the models of courier.h, filled from records and
 * verdicts. A digest carries what the offer says, for an adviser's eyes; what
 * a young person gets is made in model_youth.c. No family name, no private
 * fact: there is no member one could be put in. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

/* A deadline nearer than this is said first. */
#define URGENT_DAYS 21
/* An adviser reads an offer in about so long. */
#define READING_S   30
#define SECTION_MAX 20 /* entries of the short sections */
/* Notes of the quality gate on one offer. */
#define NOTES_MAX 2
/* A longer address of a licence is left out: PLAN_DIGEST_OFFERS_MAX of them
 * must fit into a line of the wire. */
#define LICENCE_URL_MAX 200

const char *plan_date_fr(struct arena *a, int32_t date, const char *before)
{
	char text[40];
	if (date == DATE_NONE)
		return NULL;
	date_format_fr(date, false, text);
	return arena_printf(a, "%s%s", before, text);
}

/* "lundi 23 nov." for a subject. */
static const char *date_short_fr(struct arena *a, int32_t date)
{
	static const char *const months[] = {"janv.", "févr.", "mars",	"avr.",
					     "mai",   "juin",  "juil.", "août",
					     "sept.", "oct.",  "nov.",	"déc."};
	char text[40];
	int y, m, d;
	date_to_ymd(date, &y, &m, &d);
	date_format_fr(date, false, text);
	char *last = strrchr(text, ' ');
	return arena_printf(a, "%.*s %s", last ? (int)(last - text) : 0, text,
			    months[m - 1]);
}

static json_t *texts(const char *const *v, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(v[i]));
	return list;
}

/* Employer contact as published, in one line. */
static const char *contact_of(struct arena *a, const struct offer *o)
{
	const char *parts[] = {o->contact.name, o->contact.phone,
			       o->contact.email};
	const char *out = NULL;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (str_is_empty(parts[i]))
			continue;
		out = out ? arena_printf(a, "%s, %s", out, parts[i]) : parts[i];
	}
	return out;
}

static const char *posted_of(struct arena *a, const struct offer *o)
{
	char text[11];
	if (o->posted == INSTANT_NONE)
		return NULL;
	date_format_dmy(paris_date(o->posted), text);
	return arena_printf(a, "publiée le %s", text);
}

/* What the configuration says of a source; NULL: it is gone from there. */
static const json_t *source_of(const struct planner *p, const char *name)
{
	return json_object_get(p->settings->sources, name);
}

static const char *source_title(const struct planner *p, const char *name)
{
	return js_str(source_of(p, name), "title", name);
}

/* The date that the source gives, or the day when it last showed the offer. */
static const char *updated_of(struct arena *a, const struct plan_offer *offer)
{
	char text[11];
	bool is_said = offer->o.updated != INSTANT_NONE;
	date_format_dmy(
		paris_date(is_said ? offer->o.updated : offer->row.last_seen),
		text);
	return arena_printf(a, "%s le %s", is_said ? "mise à jour" : "vue",
			    text);
}

/* Where the offer comes from, as its licence wants it told. */
static void put_source(const struct planner *p, const struct plan_offer *offer,
		       struct arena *a, json_t *v)
{
	const char *name = offer->o.source;
	const json_t *licence = json_object_get(source_of(p, name), "licence");
	js_put_str(v, "source", source_title(p, name));
	js_put_str(v, "updated_fr", updated_of(a, offer));
	js_put_str(v, "posted_fr", posted_of(a, &offer->o));
	if (!js_bool(licence, "show", false))
		return;
	const char *url = js_str(licence, "url", "");
	js_put_str(v, "licence", js_str(licence, "name", NULL));
	js_put_str(v, "licence_url",
		   *url && strlen(url) <= LICENCE_URL_MAX ? url : NULL);
}

/* Our own reading, which the adviser should know for what it is. */
static void put_doubts(const struct offer *o, json_t *v)
{
	const struct offer_quality *q = &o->quality;
	if (str_eq(js_str(o->provenance, "rome", NULL), "text")) {
		const char *how = js_str(o->evidence, "rome", "");
		js_put_str(v, "inferred_fr",
			   strstr(how, ": title ")
				   ? "métier déduit du titre"
				   : "métier déduit de l'annonce");
	}
	if (q->n_reasons)
		json_object_set_new(
			v, "notes",
			texts(q->reasons,
			      (size_t)num_clip(q->n_reasons, 0, NOTES_MAX)));
}

static int was_sent_to_youth(struct planner *p, int64_t person,
			     int64_t canonical, bool *sent, struct err *err)
{
	return store_ledger_has(p->store, person, canonical, STORE_TO_YOUTH,
				sent, err);
}

static json_t *offer_model(struct planner *p, int64_t person,
			   const struct plan_item *item,
			   const struct plan_offer *offer, struct arena *a,
			   struct err *err)
{
	const struct offer *o = &offer->o;
	const struct refdata *rd = live_refdata(p->live);
	const char *reasons[EXPLAIN_REASONS], *checks[EXPLAIN_CHECKS];
	bool sent = false;
	if (was_sent_to_youth(p, person, item->canonical, &sent, err))
		return NULL;
	json_t *v = json_object();
	js_put_str(v, "title", o->title);
	js_put_str(v, "employer", o->employer.name);
	if (o->employer.school == TRI_YES)
		json_object_set_new(v, "school", json_true());
	js_put_str(v, "city", o->place.city);
	js_put_str(v, "contract", vocab_label(&vocab_contract, o->kind));
	js_put_str(v, "start_fr", plan_date_fr(a, o->start, "le "));
	js_put_str(v, "travel", explain_travel(a, &item->verdict));
	put_source(p, offer, a, v);
	put_doubts(o, v);
	js_put_str(v, "url", o->url ? o->url : o->contact.url);
	js_put_str(v, "contact", contact_of(a, o));
	size_t n = explain_reasons(rd, a, &item->verdict, reasons,
				   EXPLAIN_REASONS);
	json_object_set_new(v, "reasons", texts(reasons, n));
	n = explain_checks(rd, a, &item->verdict, checks, EXPLAIN_CHECKS);
	json_object_set_new(v, "checks", texts(checks, n));
	json_object_set_new(v, "sent_to_youth", json_boolean(sent));
	return v;
}

/* Days to sign, when that is soon; -1 otherwise. */
static int days_left(const struct person *p, int32_t today)
{
	if (p->contract_deadline == DATE_NONE || p->contract_deadline < today ||
	    p->contract_deadline > today + URGENT_DAYS)
		return -1;
	return p->contract_deadline - today;
}

static const char *days_fr(struct arena *a, int days)
{
	return arena_printf(a, "il reste %d jour%s pour signer", days,
			    days > 1 ? "s" : "");
}

static json_t *person_model(const struct plan_person *person, int32_t today,
			    struct arena *a)
{
	const struct person *p = &person->p;
	json_t *v = json_object();
	js_put_str(v, "first_name", p->first_name);
	js_put_str(v, "dossier", person->row.ref);
	int days = days_left(p, today);
	if (days >= 0)
		js_put_str(v, "deadline_fr", days_fr(a, days));
	bool is_minor = p->birth_date != DATE_NONE &&
			date_age(p->birth_date, today) < PLAN_ADULT_AGE;
	json_object_set_new(v, "is_minor", json_boolean(is_minor));
	return v;
}

struct digest_totals {
	int n_offers, soonest;
	json_t *sources; /* {name: last_seen} */
};

static int add_offers(struct planner *p, const struct plan_choice *c,
		      json_t *offers, struct plan_scope *s,
		      struct digest_totals *t, struct err *err)
{
	for (int i = 0; i < c->n; i++) {
		struct plan_offer offer;
		if (plan_offer_get(p, c->items[i].canonical, s, &offer, err))
			return -1;
		json_t *v = offer_model(p, c->person, &c->items[i], &offer,
					&s->arena, err);
		if (!v)
			return -1;
		json_array_append_new(offers, v);
		t->n_offers++;
		int64_t seen = js_int(t->sources, offer.row.source, 0);
		if (offer.row.last_seen > seen)
			json_object_set_new(t->sources, offer.row.source,
					    json_integer(offer.row.last_seen));
	}
	return 0;
}

static json_t *people_model(struct planner *p, const struct plan_digest *d,
			    struct plan_scope *s, struct digest_totals *t,
			    struct err *err)
{
	int32_t today = paris_date(clock_now(p->clock));
	json_t *list = json_array();
	for (size_t i = 0; i < d->n; i++) {
		struct plan_person person;
		json_t *offers = json_array();
		if (plan_person_get(p, d->choices[i].person, s, &person, err) ||
		    add_offers(p, &d->choices[i], offers, s, t, err)) {
			json_decref(offers);
			json_decref(list);
			return NULL;
		}
		json_t *v = person_model(&person, today, &s->arena);
		struct mperson m;
		char leaving[LIVE_LEAVING_SIZE];
		if (live_person(p->live, d->choices[i].person, &m) &&
		    live_leaving_words(&m, leaving))
			js_put_str(v, "leaving_fr", leaving);
		json_object_set_new(v, "offers", offers);
		json_object_set_new(v, "n_more",
				    json_integer(d->choices[i].more));
		json_array_append_new(list, v);
		int days = days_left(&person.p, today);
		if (days >= 0 && (t->soonest < 0 || days < t->soonest))
			t->soonest = days;
	}
	return list;
}

static json_t *sources_model(const struct planner *p, const json_t *sources,
			     struct arena *a)
{
	json_t *list = json_array(), *v;
	const char *name;
	json_t *copy = json_deep_copy(sources);
	json_object_foreach(copy, name, v)
	{
		int64_t at = json_integer_value(v);
		char day[11], hour[6];
		date_format_dmy(paris_date(at), day);
		minute_format(paris_minute(at), hour);
		json_array_append_new(
			list, json_string(arena_printf(
				      a, "%s (mise à jour %s %s)",
				      source_title(p, name), day, hour)));
	}
	json_decref(copy);
	return list;
}

/* --- the short sections ------------------------------------------------------
 */

struct section {
	struct planner *p;
	const struct plan_digest *d;
	struct plan_scope *s;
	json_t *uncertain, *no_trade;
};

static json_t *who(const struct plan_person *person)
{
	json_t *v = json_object();
	js_put_str(v, "first_name", person->p.first_name);
	js_put_str(v, "dossier", person->row.ref);
	return v;
}

static int add_uncertain(void *ctx, const struct store_message *m)
{
	struct section *k = ctx;
	struct plan_person person;
	struct err err;
	if (json_array_size(k->uncertain) >= SECTION_MAX)
		return 1;
	if (plan_person_get(k->p, m->person, k->s, &person, &err) ||
	    !str_eq(person.row.adviser, k->d->adviser))
		return 0;
	char day[11], hour[6];
	date_format_dmy(paris_date(m->claimed_at), day);
	minute_format(paris_minute(m->claimed_at), hour);
	json_t *v = who(&person);
	js_put_str(v, "what_fr",
		   arena_printf(&k->s->arena, "SMS du %s à %s", day, hour));
	json_array_append_new(k->uncertain, v);
	return 0;
}

static int add_no_trade(void *ctx, const struct store_person *row)
{
	struct section *k = ctx;
	struct plan_person person;
	struct err err;
	if (json_array_size(k->no_trade) >= SECTION_MAX)
		return 1;
	if (!plan_person_get(k->p, row->id, k->s, &person, &err) &&
	    person.p.n_rome == 0)
		json_array_append_new(k->no_trade, who(&person));
	return 0;
}

static int add_sections(struct section *k, json_t *model, struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct store_people_query people = {.active_only = true,
					    .agency = k->d->agency,
					    .adviser = k->d->adviser};
	k->uncertain = json_array();
	k->no_trade = json_array();
	json_object_set_new(model, "uncertain", k->uncertain);
	json_object_set_new(model, "no_trade", k->no_trade);
	if (k->d->audience != STORE_TO_ADVISER)
		return 0;
	q.states = 1u << STORE_UNCERTAIN;
	q.agency = k->d->agency;
	q.audience = STORE_TO_YOUTH;
	if (store_messages_each(k->p->store, &q, add_uncertain, k, err))
		return -1;
	return store_people_each(k->p->store, &people, add_no_trade, k, err);
}

json_t *plan_agency_model(const struct agency *agency)
{
	json_t *v = json_object();
	js_put_str(v, "name", agency->name);
	js_put_str(v, "phone", agency->phone);
	return v;
}

json_t *plan_digest_model(struct planner *p, const struct plan_digest *d,
			  struct plan_scope *s, struct err *err)
{
	struct store_agency row;
	struct agency agency;
	struct adviser adviser;
	int32_t today = paris_date(clock_now(p->clock));
	struct digest_totals t = {.soonest = -1, .sources = json_object()};
	struct section sections = {.p = p, .d = d, .s = s};
	json_t *model = json_object(), *people = NULL;
	if (plan_agency_get(p, d->agency, s, &row, &agency, err) ||
	    plan_adviser_get(p, d->agency, d->adviser, s, &adviser, err) ||
	    !(people = people_model(p, d, s, &t, err)) ||
	    add_sections(&sections, model, err)) {
		json_decref(people);
		json_decref(model);
		model = NULL;
		goto out;
	}
	json_t *to = json_object();
	js_put_str(to, "first_name",
		   d->reader ? d->reader : adviser.first_name);
	json_object_set_new(model, "adviser", to);
	json_object_set_new(model, "agency", plan_agency_model(&agency));
	json_object_set_new(model, "is_cfa",
			    json_boolean(d->audience == STORE_TO_CFA));
	js_put_str(model, "date_fr", plan_date_fr(&s->arena, today, ""));
	js_put_str(model, "date_short_fr", date_short_fr(&s->arena, today));
	js_put_int(model, "n_offers", t.n_offers, -1);
	js_put_int(model, "n_people", (int64_t)d->n, -1);
	js_put_int(model, "minutes", (t.n_offers * READING_S + 59) / 60, -1);
	if (t.soonest >= 0)
		js_put_str(model, "urgent_fr", days_fr(&s->arena, t.soonest));
	json_object_set_new(model, "first", json_boolean(d->is_first));
	json_object_set_new(model, "people", people);
	js_put_int(model, "n_more_people", (int64_t)d->more_people, -1);
	json_object_set_new(model, "sources",
			    sources_model(p, t.sources, &s->arena));
out:
	json_decref(t.sources);
	return model;
}
