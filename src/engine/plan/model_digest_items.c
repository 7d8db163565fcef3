/* SPDX-License-Identifier: EUPL-1.2 */
/* The members of a digest's model that are no offers to somebody: one list a
 * section, each item who it is about, what there is to say, and the key by
 * which the digest page names it. First names and dossier numbers, never a
 * family name. */
#include "digest.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/str.h>

/* Lists of the model by section; HEARTBEAT is no list. */
static const char *const lists[DIGEST_SECTIONS] = {
	[DIGEST_ANSWER] = "answers",	 [DIGEST_REPLY] = "replies",
	[DIGEST_STOP] = "stops",	 [DIGEST_LATER] = "later",
	[DIGEST_DEADLINE] = "deadlines", [DIGEST_QUIET] = "quiet",
	[DIGEST_FOLLOW] = "follow",	 [DIGEST_CONTACT] = "contacts",
	[DIGEST_SHARED] = "contacts",	 [DIGEST_UNCERTAIN] = "uncertain",
	[DIGEST_EVENT] = "events",	 [DIGEST_WAITING] = "waiting",
	[DIGEST_NO_TRADE] = "no_trade"};

struct filling {
	struct planner *p;
	const struct plan_digest *d;
	struct plan_scope *s;
	json_t *model;
	int *soonest;
	struct err *err;
};

static bool is_in_offers(const struct plan_digest *d, int64_t person)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->choices[i].person == person)
			return true;
	return false;
}

/* A record that cannot be read any more costs one line. */
static int read_failed(struct filling *k)
{
	return k->err->kind == ERR_STORE ? -1 : 1;
}

static int put_person(struct filling *k, const struct digest_item *item,
		      json_t *v)
{
	struct plan_person person;
	if (!item->person)
		return 0;
	if (plan_person_get(k->p, item->person, k->s, &person, k->err))
		return read_failed(k);
	js_put_str(v, "first_name", person.p.first_name);
	js_put_str(v, "dossier", person.row.ref);
	if (item->section == DIGEST_QUIET)
		return digest_put_wait(k->p, k->d, item->person, &k->s->arena,
				       v, k->err);
	if (item->section != DIGEST_DEADLINE)
		return 0;
	int days =
		person.p.contract_deadline - paris_date(clock_now(k->p->clock));
	js_put_str(v, "what_fr", plan_days_fr(&k->s->arena, days));
	if (*k->soonest < 0 || days < *k->soonest)
		*k->soonest = days;
	return 0;
}

static int put_offer(struct filling *k, const struct digest_item *item,
		     json_t *v)
{
	struct plan_offer offer;
	char day[40];
	if (!item->canonical)
		return 0;
	if (plan_offer_get(k->p, item->canonical, k->s, &offer, k->err))
		return read_failed(k);
	const struct offer *o = &offer.o;
	js_put_str(v, "title", o->title);
	js_put_str(v, "employer", o->employer.name);
	js_put_str(v, "city", o->place.city);
	js_put_str(v, "url", o->url ? o->url : o->contact.url);
	if (o->start != DATE_NONE) {
		date_format_fr(o->start, false, day);
		js_put_str(v, "start_fr",
			   arena_printf(&k->s->arena, "le %s", day));
	}
	return 0;
}

static int put_item(struct filling *k, const struct digest_item *item)
{
	json_t *list = json_object_get(k->model, lists[item->section]);
	if (item->section == DIGEST_DEADLINE &&
	    is_in_offers(k->d, item->person))
		return 0;
	json_t *v = json_object();
	js_put_str(v, "key", item->key);
	js_put_str(v, "what_fr", item->text);
	js_put_str(v, "word", item->word);
	if (item->section == DIGEST_ANSWER)
		json_object_set_new(v, "calls",
				    json_boolean(str_eq(item->word, "call")));
	int failed = put_person(k, item, v);
	if (!failed)
		failed = put_offer(k, item, v);
	if (failed)
		json_decref(v);
	else
		json_array_append_new(list, v);
	return failed < 0 ? -1 : 0;
}

int digest_items_model(struct planner *p, const struct plan_digest *d,
		       struct plan_scope *s, json_t *model, int *soonest,
		       struct err *err)
{
	struct filling k = {.p = p,
			    .d = d,
			    .s = s,
			    .model = model,
			    .soonest = soonest,
			    .err = err};
	size_t more = 0;
	for (int i = 0; i < DIGEST_SECTIONS; i++) {
		more += d->items->more[i];
		if (lists[i])
			json_object_set_new(model, lists[i], json_array());
	}
	for (size_t i = 0; i < d->items->n; i++) {
		const struct digest_item *item = &d->items->v[i];
		if (!lists[item->section])
			json_object_set_new(model, "heartbeat", json_true());
		else if (put_item(&k, item))
			return -1;
	}
	js_put_int(model, "n_more_items", (int64_t)more, -1);
	return 0;
}
