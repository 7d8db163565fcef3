/* SPDX-License-Identifier: EUPL-1.2 */
/* What the page of a digest shows: by young person, what the digest showed and
 * how each item stands now. First names and dossier numbers, no family name;
 * what an offer says is for the adviser's eyes, as in the digest. */
#include "page_digest.h"

#include "outcomes.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_contacts.h>
#include <etrier/store_told.h>
#include <etrier/store_waves.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* A page fits into a line of the wire (256 KiB) and on a screen. */
#define PAGE_OFFERS_MAX	    100
#define PAGE_URL_MAX	    500
#define PAGE_COLLEAGUES_MAX 60
#define PAGE_WAITING_MAX    3 /* messages of one young person */

struct page {
	const struct plan_page_ask *ask;
	const struct page_digest *d;
	int n_offers;
};

static const char *day_fr(struct arena *a, int32_t date)
{
	char text[40];
	date_format_fr(date, false, text);
	return arena_dup(a, text);
}

/* --- an offer --------------------------------------------------------------
 */

struct standing {
	struct arena *a;
	const char *result, *reason;
	int64_t later_until, result_at;
	bool found;
};

static int keep_standing(void *ctx, const struct store_proposal *row)
{
	struct standing *k = ctx;
	k->found = true;
	k->result = arena_dup(k->a, row->result);
	k->reason = arena_dup(k->a, row->reason);
	k->later_until = row->later_until;
	k->result_at = row->result_at;
	return 1;
}

static int read_standing(const struct page *k, int64_t person,
			 int64_t canonical, enum store_audience audience,
			 struct standing *out)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	*out = (struct standing){.a = &k->ask->s->arena};
	q.person = person;
	q.canonical = canonical;
	q.audience = (int)audience;
	return store_ledger_each(k->ask->p->store, &q, keep_standing, out,
				 k->ask->err);
}

static const char *decision_fr(const struct standing *st)
{
	struct arena *a = st->a;
	if (str_eq(st->result, STORE_SENT_ON))
		return arena_printf(a, "envoyée au jeune le %s",
				    day_fr(a, paris_date(st->result_at)));
	if (str_eq(st->result, STORE_LATER))
		return arena_printf(a, "à revoir le %s",
				    day_fr(a, paris_date(st->later_until)));
	int reason = vocab_find(&vocab_dismissal, st->reason);
	return reason == VOCAB_NONE
		       ? "écartée"
		       : arena_printf(a, "écartée : %s",
				      vocab_label(&vocab_dismissal, reason));
}

/* What was decided and answered, and which buttons make sense still. */
static void put_standing(json_t *v, const struct standing *own,
			 const struct standing *youth, bool is_live)
{
	bool is_put_off = !own->result || str_eq(own->result, STORE_LATER);
	js_put_str(v, "state", own->result);
	if (own->result)
		js_put_str(v, "state_fr", decision_fr(own));
	int answer = vocab_find(&vocab_answer, youth->result);
	js_put_str(v, "answer_fr", vocab_label(&vocab_answer, answer));
	json_object_set_new(v, "is_live", json_boolean(is_live));
	json_object_set_new(v, "can_send",
			    json_boolean(own->found && is_live && is_put_off &&
					 !youth->found));
	json_object_set_new(
		v, "can_dismiss",
		json_boolean(own->found &&
			     !str_eq(own->result, STORE_DISMISSED) &&
			     answer == VOCAB_NONE));
	json_object_set_new(v, "can_later",
			    json_boolean(own->found && !own->result));
}

static int offer_model(struct page *k, const struct store_person *row,
		       int64_t canonical, const char *item, json_t *list)
{
	int64_t person = row->id;
	struct arena *a = &k->ask->s->arena;
	struct planner *p = k->ask->p;
	struct plan_offer offer;
	struct standing own, youth;
	struct err gone = {0};
	if (plan_offer_get(p, canonical, k->ask->s, &offer, &gone)) {
		*k->ask->err = gone;
		return gone.kind == ERR_STORE ? -1 : 0;
	}
	const char *dismissed = NULL;
	if (read_standing(k, person, canonical, k->d->whose.audience, &own) ||
	    read_standing(k, person, canonical, STORE_TO_YOUTH, &youth) ||
	    (k->d->whose.audience != STORE_TO_CFA &&
	     plan_cfa_dismissal(p, person, canonical, a, &dismissed,
				k->ask->err)))
		return -1;
	const struct offer *o = &offer.o;
	const char *url = o->url ? o->url : o->contact.url;
	json_t *v = json_object();
	js_put_str(v, "item", item);
	js_put_str(v, "title", o->title);
	js_put_str(v, "employer", o->employer.name);
	js_put_str(v, "city", o->place.city);
	js_put_str(v, "contract", vocab_label(&vocab_contract, o->kind));
	if (o->start != DATE_NONE)
		js_put_str(v, "start_fr",
			   arena_printf(a, "le %s", day_fr(a, o->start)));
	js_put_str(v, "url", url && strlen(url) <= PAGE_URL_MAX ? url : NULL);
	js_put_str(v, "cfa_fr", dismissed);
	put_standing(v, &own, &youth, live_offer(p->live, canonical) != NULL);
	if (!page_digest_may_write(k->d, row))
		json_object_set_new(v, "can_send", json_false());
	json_array_append_new(list, v);
	k->n_offers++;
	return 0;
}

/* --- a step of follow-up ---------------------------------------------------
 */

/* Five quick questions are the adviser's trade; the page asks the one. */
static const char *question_fr(enum store_step step)
{
	static const char *const questions[STORE_N_STEPS] = {
		[STORE_J7] = "La première semaine s'est-elle bien passée ?",
		[STORE_J21] = "Horaires, trajet, tuteur : tout va bien ?",
		[STORE_J40] = "La période d'essai finit bientôt : tout va "
			      "bien ?",
		[STORE_M3] = "Le contrat continue-t-il ?",
		[STORE_M6] = "Le contrat continue-t-il ?",
		[STORE_M9] = "Où en est ce jeune : toujours en contrat, autre "
			     "chose ?"};
	return questions[step];
}

static int step_model(const struct page *k, const int64_t ids[2],
		      const char *word, const char *item, json_t *list)
{
	struct store_follow row;
	bool found;
	int step = vocab_find(&vocab_follow_step, word);
	if (step == VOCAB_NONE)
		return 0;
	if (store_follow_get(k->ask->p->store, ids[0], ids[1],
			     (enum store_step)step, &k->ask->s->arena, &row,
			     &found, k->ask->err))
		return -1;
	if (!found)
		return 0;
	json_t *v = json_object();
	js_put_str(v, "item", item);
	js_put_str(v, "step_fr", vocab_label(&vocab_follow_step, step));
	js_put_str(v, "due_fr", day_fr(&k->ask->s->arena, row.due));
	js_put_str(v, "question_fr", question_fr((enum store_step)step));
	json_object_set_new(v, "can_answer",
			    json_boolean(row.done_at == INSTANT_NONE));
	js_put_str(v, "state_fr",
		   row.done_at == INSTANT_NONE	     ? NULL
		   : str_eq(row.outcome, "going_on") ? "tout va bien"
		   : str_eq(row.outcome, "absent")   ? "pas joignable"
		   : str_eq(row.outcome, "rupture")  ? "rupture"
						     : "terminé");
	json_array_append_new(list, v);
	return 0;
}

/* Items of one person: "P.C" and "P.E.STEP". id: as the digest knew them,
 * before their dossiers were joined perhaps. */
static int put_items(struct page *k, int64_t id, const struct store_person *row,
		     json_t *v)
{
	json_t *offers = json_array(), *steps = json_array();
	const char *item;
	void *any;
	int result = 0;
	for (size_t i = 0;
	     !result && map_each(&k->d->items, &i, &item, &any);) {
		char *text = mem_dup(item), *rest = text;
		int64_t ids[2] = {0, 0};
		(void)num_parse_int(strsep(&rest, "."), 1, INT64_MAX, &ids[0]);
		const char *second = rest ? strsep(&rest, ".") : NULL;
		if (ids[0] == id && second &&
		    !num_parse_int(second, 1, INT64_MAX, &ids[1])) {
			if (rest)
				result = step_model(k, ids, rest, item, steps);
			else if (k->n_offers < PAGE_OFFERS_MAX)
				result = offer_model(k, row, ids[1], item,
						     offers);
		}
		free(text);
	}
	json_object_set_new(v, "offers", offers);
	json_object_set_new(v, "steps", steps);
	return result;
}

/* --- a person --------------------------------------------------------------
 */

struct waiting {
	struct arena *a;
	json_t *list;
};

static int add_waiting(void *ctx, const struct store_message *m)
{
	struct waiting *k = ctx;
	char hour[6], id[24];
	if (m->kind != STORE_OFFER || plan_is_in_doubt(m))
		return 0;
	json_t *v = json_object();
	snprintf(id, sizeof(id), "%lld", (long long)m->id);
	minute_format(paris_minute(m->not_before), hour);
	js_put_str(v, "item", id);
	js_put_str(v, "channel_fr",
		   m->channel == CHANNEL_SMS ? "SMS" : "e-mail");
	js_put_str(v, "when_fr",
		   arena_printf(k->a, "%s à %s",
				day_fr(k->a, paris_date(m->not_before)), hour));
	json_array_append_new(k->list, v);
	return json_array_size(k->list) == PAGE_WAITING_MAX;
}

static int put_waiting(const struct page *k, int64_t person, json_t *v)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct waiting w = {&k->ask->s->arena, json_array()};
	json_object_set_new(v, "waiting", w.list);
	q.person = person;
	q.audience = STORE_TO_YOUTH;
	q.states = 1u << STORE_PLANNED | 1u << STORE_HELD;
	return store_messages_each(k->ask->p->store, &q, add_waiting, &w,
				   k->ask->err);
}

static int put_contact(const struct page *k, const struct plan_person *person,
		       json_t *v)
{
	const char *const addresses[] = {person->p.email, person->p.phone};
	static const enum channel channels[] = {CHANNEL_EMAIL, CHANNEL_SMS};
	static const char *const bad[] = {"adresse e-mail à vérifier",
					  "numéro à vérifier"};
	struct store_contact c;
	json_t *list = json_array();
	json_object_set_new(v, "contacts", list);
	for (int i = 0; i < 2; i++) {
		bool found = false;
		if (addresses[i] &&
		    store_contact_get(k->ask->p->store, channels[i],
				      addresses[i], clock_now(k->ask->p->clock),
				      &k->ask->s->arena, &c, &found,
				      k->ask->err))
			return -1;
		if (found)
			json_array_append_new(list, json_string(bad[i]));
	}
	return 0;
}

static int person_model(struct page *k, int64_t id, json_t *list)
{
	struct plan_person person;
	bool is_own;
	char item[24];
	if (page_digest_person(k->ask, k->d, id, &person, &is_own))
		return -1;
	if (!is_own)
		return 0;
	json_t *v = json_object();
	snprintf(item, sizeof(item), "%lld", (long long)id);
	json_array_append_new(list, v);
	js_put_str(v, "item", item);
	js_put_str(v, "first_name", person.p.first_name);
	js_put_str(v, "dossier", person.row.ref);
	js_put_str(v, "status_fr",
		   vocab_label(&vocab_person_status, (int)person.row.status));
	json_object_set_new(v, "is_active",
			    json_boolean(person.row.status == PERSON_ACTIVE &&
					 !person.row.is_gone));
	bool is_writer = page_digest_may_write(k->d, &person.row);
	if (put_items(k, id, &person.row, v))
		return -1;
	return is_writer && (put_waiting(k, person.row.id, v) ||
			     put_contact(k, &person, v))
		       ? -1
		       : 0;
}

static int put_people(struct page *k, json_t *model)
{
	json_t *list = json_array();
	const char *key;
	void *any;
	json_object_set_new(model, "people", list);
	for (size_t i = 0; map_each(&k->d->people, &i, &key, &any);) {
		int64_t id;
		if (!num_parse_int(key, 1, INT64_MAX, &id) &&
		    person_model(k, id, list))
			return -1;
	}
	return 0;
}

/* --- the adviser's own -----------------------------------------------------
 */

static json_t *choices(const struct vocab *v, const char *now)
{
	json_t *list = json_array();
	for (int i = 0; i < v->n; i++) {
		json_t *one = json_object();
		js_put_str(one, "code", v->codes[i]);
		js_put_str(one, "label_fr", v->labels_fr[i]);
		json_object_set_new(one, "is_now",
				    json_boolean(str_eq(v->codes[i], now)));
		json_array_append_new(list, one);
	}
	return list;
}

struct colleagues {
	const struct page *k;
	json_t *list;
	const char *now;
};

static int add_colleague(void *ctx, const struct store_adviser *row)
{
	struct colleagues *c = ctx;
	if (str_eq(row->ref, c->k->d->whose.adviser))
		return 0;
	json_t *fields = js_parse(row->fields, strlen(row->fields), NULL);
	json_t *one = json_object();
	js_put_str(one, "ref", row->ref);
	js_put_str(one, "first_name", js_str(fields, "first_name", row->ref));
	json_object_set_new(one, "is_now",
			    json_boolean(str_eq(row->ref, c->now)));
	json_array_append_new(c->list, one);
	json_decref(fields);
	return json_array_size(c->list) == PAGE_COLLEAGUES_MAX;
}

/* What was told on the page before, over what the file says. */
static int put_habits(const struct page *k, json_t *model)
{
	const struct page_digest *d = k->d;
	const struct adviser *file = &d->adviser;
	char until[11] = "";
	json_t *told = store_adviser_told(k->ask->p->store, d->whose.agency,
					  d->whose.adviser, k->ask->err);
	if (!told)
		return -1;
	const char *rhythm =
		js_str(told, "rhythm", vocab_code(&vocab_digest, file->digest));
	bool has_told = js_str(told, "absent_until", NULL) != NULL;
	if (file->absent_until != DATE_NONE)
		date_format(file->absent_until, until);
	struct colleagues c = {.k = k,
			       .list = json_array(),
			       .now = has_told
					      ? js_str(told, "substitute", NULL)
					      : file->substitute};
	json_object_set_new(model, "rhythms", choices(&vocab_digest, rhythm));
	json_object_set_new(model, "reasons", choices(&vocab_dismissal, NULL));
	js_put_str(model, "away_until",
		   has_told ? js_str(told, "absent_until", NULL)
		   : *until ? until
			    : NULL);
	json_object_set_new(model, "colleagues", c.list);
	int result = store_advisers_each(k->ask->p->store, d->whose.agency,
					 add_colleague, &c, k->ask->err);
	json_decref(told);
	return result;
}

json_t *page_digest_model(const struct plan_page_ask *ask,
			  const struct page_digest *d)
{
	struct page k = {.ask = ask, .d = d};
	json_t *model = json_object(), *agency = json_object();
	json_t *adviser = json_object();
	js_put_str(agency, "name", d->agency.name);
	js_put_str(agency, "phone", d->agency.phone);
	json_object_set_new(model, "agency", agency);
	js_put_str(adviser, "first_name", d->adviser.first_name);
	json_object_set_new(model, "adviser", adviser);
	json_object_set_new(model, "is_cfa",
			    json_boolean(d->whose.audience == STORE_TO_CFA));
	js_put_str(model, "date_fr",
		   day_fr(&ask->s->arena, paris_date(d->message.claimed_at)));
	if (put_people(&k, model) || put_habits(&k, model)) {
		json_decref(model);
		return NULL;
	}
	return model;
}
