/* SPDX-License-Identifier: EUPL-1.2 */
/* The digest's model (courier.h), filled from records and verdicts: the offers
 * by young person, each in the section its urgency asks for, and the figures of
 * the whole. It carries what the offer says, for an adviser's eyes. No family
 * name, no private fact: there is no member one could be put in. */
#include "acts.h"
#include "digest.h"

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
#define READING_S 30
/* ... and the line of a section in this. */
#define LINE_S 15
/* Notes of the quality gate on one offer. */
#define NOTES_MAX 2
/* A longer address of a licence is left out: PLAN_DIGEST_OFFERS_MAX of them
 * must fit into a line of the wire. */
#define LICENCE_URL_MAX 200

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

/* Our own reading, which the adviser should know for what it is; and before it
 * what the CFA said of the offer. */
static void put_doubts(const struct offer *o, const char *dismissed, json_t *v)
{
	const struct offer_quality *q = &o->quality;
	if (str_eq(js_str(o->provenance, "rome", NULL), "text")) {
		const char *how = js_str(o->evidence, "rome", "");
		js_put_str(v, "inferred_fr",
			   strstr(how, ": title ")
				   ? "métier déduit du titre"
				   : "métier déduit de l'annonce");
	}
	json_t *notes =
		texts(q->reasons, (size_t)num_clip(q->n_reasons, 0, NOTES_MAX));
	if (dismissed)
		json_array_insert_new(notes, 0, json_string(dismissed));
	if (json_array_size(notes))
		json_object_set(v, "notes", notes);
	json_decref(notes);
}

/* Only when it is soon: then it presses. */
static const char *expires_fr(const struct planner *p,
			      const struct plan_offer *offer, struct arena *a)
{
	char day[40];
	int32_t today = paris_date(clock_now(p->clock));
	if (offer->row.expires == INSTANT_NONE ||
	    paris_date(offer->row.expires) > today + DIGEST_ENDING_DAYS)
		return NULL;
	date_format_fr(paris_date(offer->row.expires), false, day);
	return arena_printf(a, "expire %s", day);
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
	const char *dismissed;
	bool sent = false;
	if (was_sent_to_youth(p, person, item->canonical, &sent, err) ||
	    plan_cfa_dismissal(p, person, item->canonical, a, &dismissed, err))
		return NULL;
	json_t *v = json_object();
	js_put_str(v, "key",
		   arena_printf(a, "%lld.%lld", (long long)person,
				(long long)item->canonical));
	js_put_str(v, "title", o->title);
	js_put_str(v, "employer", o->employer.name);
	js_put_str(v, "expires_fr", expires_fr(p, offer, a));
	if (o->employer.school == TRI_YES)
		json_object_set_new(v, "school", json_true());
	js_put_str(v, "city", o->place.city);
	js_put_str(v, "contract", vocab_label(&vocab_contract, o->kind));
	js_put_str(v, "start_fr", plan_date_fr(a, o->start, "le "));
	js_put_str(v, "travel", explain_travel(a, &item->verdict));
	put_source(p, offer, a, v);
	put_doubts(o, dismissed, v);
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

const char *plan_days_fr(struct arena *a, int days)
{
	return arena_printf(a, "il reste %d jour%s pour signer", days,
			    days > 1 ? "s" : "");
}

struct waiting {
	int64_t own; /* the digest that asks does not count */
	int64_t last;
};

static int keep_last(void *ctx, const struct store_proposal *row)
{
	struct waiting *k = ctx;
	if (k->own && row->message == k->own)
		return 0;
	k->last = row->at;
	return 1;
}

int digest_put_wait(struct planner *p, const struct plan_digest *d,
		    int64_t person, struct arena *a, json_t *v, struct err *err)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct waiting k = {d->message, INSTANT_NONE};
	q.person = person;
	q.newest_first = true;
	if (store_ledger_each(p->store, &q, keep_last, &k, err))
		return -1;
	js_put_str(v, "wait_fr",
		   digest_wait_words(a,
				     k.last == INSTANT_NONE
					     ? DATE_NONE
					     : paris_date(k.last),
				     paris_date(clock_now(p->clock))));
	return 0;
}

static json_t *person_model(struct planner *p, const struct plan_choice *c,
			    const struct plan_person *person, int32_t today,
			    struct arena *a)
{
	const struct person *fields = &person->p;
	struct mperson m;
	char leaving[LIVE_LEAVING_SIZE];
	json_t *v = json_object();
	js_put_str(v, "key", arena_printf(a, "%lld", (long long)c->person));
	js_put_str(v, "first_name", fields->first_name);
	js_put_str(v, "dossier", person->row.ref);
	int days = days_left(fields, today);
	if (days >= 0)
		js_put_str(v, "deadline_fr", plan_days_fr(a, days));
	bool is_minor = fields->birth_date != DATE_NONE &&
			date_age(fields->birth_date, today) < PLAN_ADULT_AGE;
	json_object_set_new(v, "is_minor", json_boolean(is_minor));
	if (live_person(p->live, c->person, &m) &&
	    live_leaving_words(&m, leaving))
		js_put_str(v, "leaving_fr", leaving);
	js_put_int(v, "n_more", c->more, -1);
	return v;
}

/* Where a person's offers stand in the mail. */
enum spot { TO_DECIDE, URGENT, NEW, N_PLACES };
static const char *const places[N_PLACES] = {"decide", "urgent", "people"};

struct digest_totals {
	int n_offers, n_in[N_PLACES]; /* offers */
	int people_in[N_PLACES];
	int soonest;	 /* days to the nearest deadline, -1: none */
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

/* Under `approval` what could go to the young person waits for a decision. */
static bool is_to_decide(const struct plan_digest *d,
			 const struct plan_choice *c)
{
	for (int i = 0; i < c->n && d->mode == AGENCY_APPROVAL; i++)
		if (c->items[i].verdict.decision == DECISION_SEND)
			return true;
	return false;
}

static int add_person(struct planner *p, const struct plan_digest *d,
		      const struct plan_choice *c, struct plan_scope *s,
		      json_t *model, struct digest_totals *t, struct err *err)
{
	int32_t today = paris_date(clock_now(p->clock));
	struct plan_person person;
	json_t *offers = json_array();
	if (plan_person_get(p, c->person, s, &person, err) ||
	    add_offers(p, c, offers, s, t, err)) {
		json_decref(offers);
		return -1;
	}
	json_t *v = person_model(p, c, &person, today, &s->arena);
	json_object_set_new(v, "offers", offers);
	if (digest_put_wait(p, d, c->person, &s->arena, v, err)) {
		json_decref(v);
		return -1;
	}
	enum spot place = is_to_decide(d, c) ? TO_DECIDE
			  : c->is_urgent     ? URGENT
					     : NEW;
	json_array_append_new(json_object_get(model, places[place]), v);
	t->n_in[place] += c->n;
	t->people_in[place]++;
	int days = days_left(&person.p, today);
	if (days >= 0 && (t->soonest < 0 || days < t->soonest))
		t->soonest = days;
	return 0;
}

static int add_people(struct planner *p, const struct plan_digest *d,
		      struct plan_scope *s, json_t *model,
		      struct digest_totals *t, struct err *err)
{
	for (int i = 0; i < N_PLACES; i++)
		json_object_set_new(model, places[i], json_array());
	for (size_t i = 0; i < d->n; i++)
		if (add_person(p, d, &d->choices[i], s, model, t, err))
			return -1;
	return 0;
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

/* Who reads, for whom, and on which day. */
static void put_reader(json_t *model, const struct plan_digest *d,
		       const struct adviser *adviser, int32_t today,
		       struct arena *a)
{
	char until[11];
	json_t *to = json_object();
	js_put_str(to, "first_name",
		   d->reader ? d->reader : adviser->first_name);
	json_object_set_new(model, "adviser", to);
	json_object_set_new(model, "is_cfa",
			    json_boolean(d->audience == STORE_TO_CFA));
	js_put_str(model, "date_fr", plan_date_fr(a, today, ""));
	js_put_str(model, "date_short_fr", date_short_fr(a, today));
	js_put_str(model, "rhythm_fr",
		   vocab_label(&vocab_digest, adviser->digest));
	js_put_str(model, "page_url", d->page_url);
	if (!d->is_standing_in)
		return;
	date_format_dmy(adviser->absent_until, until);
	js_put_str(model, "standing_in_fr",
		   *until ? arena_printf(a, "%s jusqu’au %s",
					 adviser->first_name, until)
			  : adviser->first_name);
}

static size_t n_items(const struct plan_digest *d, enum digest_section section)
{
	return digest_items_count(d->items, section);
}

static void put_figures(json_t *model, const struct plan_digest *d,
			const struct digest_totals *t, struct arena *a)
{
	struct digest_counts todo = {
		.answers = n_items(d, DIGEST_ANSWER) + n_items(d, DIGEST_REPLY),
		.decisions = (size_t)t->n_in[TO_DECIDE] +
			     n_items(d, DIGEST_STOP) + n_items(d, DIGEST_LATER),
		.urgent = (size_t)t->people_in[URGENT] +
			  json_array_size(json_object_get(model, "deadlines")),
		.follow = n_items(d, DIGEST_FOLLOW),
		.contacts = n_items(d, DIGEST_CONTACT) +
			    n_items(d, DIGEST_SHARED) +
			    n_items(d, DIGEST_UNCERTAIN)};
	int seconds = t->n_offers * READING_S + (int)d->items->n * LINE_S;
	js_put_int(model, "n_offers", t->n_offers, -1);
	js_put_int(model, "n_people", (int64_t)d->n, -1);
	js_put_int(model, "n_new", t->n_in[NEW], -1);
	js_put_int(model, "n_new_people", t->people_in[NEW], -1);
	js_put_int(model, "n_to_decide", (int64_t)todo.decisions, -1);
	js_put_int(model, "n_urgent", (int64_t)todo.urgent, -1);
	js_put_int(model, "n_answers", (int64_t)todo.answers, -1);
	js_put_int(model, "n_items", (int64_t)d->items->n, -1);
	js_put_int(model, "minutes", (seconds + 59) / 60, -1);
	js_put_str(model, "todo_fr", digest_todo_words(a, &todo));
	js_put_int(model, "n_more_people", (int64_t)d->more_people, -1);
	json_object_set_new(model, "first", json_boolean(d->is_first));
	if (t->soonest >= 0)
		js_put_str(model, "urgent_fr", plan_days_fr(a, t->soonest));
}

json_t *plan_digest_model(struct planner *p, const struct plan_digest *d,
			  struct plan_scope *s, struct err *err)
{
	struct store_agency row;
	struct agency agency;
	struct adviser adviser;
	struct digest_totals t = {.soonest = -1, .sources = json_object()};
	json_t *model = json_object();
	if (plan_agency_get(p, d->agency, s, &row, &agency, err) ||
	    plan_adviser_get(p, d->agency, d->adviser, s, &adviser, err) ||
	    add_people(p, d, s, model, &t, err) ||
	    digest_items_model(p, d, s, model, &t.soonest, err)) {
		json_decref(model);
		model = NULL;
		goto out;
	}
	put_reader(model, d, &adviser, paris_date(clock_now(p->clock)),
		   &s->arena);
	json_object_set_new(model, "agency", plan_agency_model(&agency));
	put_figures(model, d, &t, &s->arena);
	json_object_set_new(model, "sources",
			    sources_model(p, t.sources, &s->arena));
out:
	json_decref(t.sources);
	return model;
}
