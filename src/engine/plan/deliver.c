/* SPDX-License-Identifier: EUPL-1.2 */
/* The `deliver` line of a message: addresses and headers around the model of
 * model.c. Made once, at the claim, and frozen: Date, Message-ID and boundary
 * come with it, so that a mail that must go again is the same to the byte. */
#include "acts.h"
#include "digest.h"
#include "youth.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* surfaces.md: how long /u and /d tokens live. */
#define UNSUBSCRIBE_MONTHS 13
#define PAGE_S		   ((int64_t)72 * 3600)

struct addressee {
	const char *address, *name;
	const char *reply_to, *reply_name;
	const char *from_name; /* the agency */
	const char *token_for; /* subject of the unsubscribe token */
	const char *sms_sender;
};

static json_t *mailbox(const char *address, const char *name)
{
	json_t *v = json_object();
	js_put_str(v, "address", address);
	js_put_str(v, "name", str_is_empty(name) ? NULL : name);
	return v;
}

/* 24 hex digits nobody can guess: the left side of a Message-ID, of the
 * envelope sender, and the boundary. */
static const char *fresh_id(struct arena *a)
{
	unsigned char bytes[12];
	char text[2 * sizeof(bytes) + 1];
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(text, sizeof(text), bytes, sizeof(bytes));
	return arena_dup(a, text);
}

static const char *domain_of(const struct plan_settings *s)
{
	const char *at = strchr(s->from_address, '@');
	if (!str_is_empty(s->list_domain))
		return s->list_domain;
	return at ? at + 1 : "localhost";
}

/* How a stop may be said: a link, a mail to an address that is read. */
struct ways_out {
	const char *url, *mailto; /* each may be NULL */
};

static const char *bounce_domain_of(const struct plan_settings *s)
{
	return str_is_empty(s->bounce_domain) ? domain_of(s) : s->bounce_domain;
}

static void put_mail_headers(struct planner *p, json_t *line,
			     const struct store_message *m,
			     const struct addressee *to,
			     const struct ways_out *stop, struct arena *a)
{
	const struct plan_settings *s = p->settings;
	const char *domain = domain_of(s), *id = fresh_id(a);
	/* What mail operators sort by: the list, the campaign. */
	static const char *const lists[] = {[STORE_DIGEST] = "synthese",
					    [STORE_OFFER] = "offres",
					    [STORE_NOTICE] = "alertes"};
	static const char *const campaigns[] = {[STORE_DIGEST] = "digest",
						[STORE_OFFER] = "offre",
						[STORE_NOTICE] = "alerte"};
	bool is_apart =
		m->kind == STORE_DIGEST && !str_is_empty(s->digest_from);
	json_object_set_new(line, "from",
			    mailbox(is_apart ? s->digest_from : s->from_address,
				    to->from_name));
	json_object_set_new(line, "reply_to",
			    to->reply_to ? mailbox(to->reply_to, to->reply_name)
					 : json_null());
	js_put_str(line, "envelope_from",
		   arena_printf(a, "b+%s@%s", id, bounce_domain_of(s)));
	js_put_str(line, "message_id",
		   arena_printf(a, "<m.%s@%s>", id, domain));
	js_put_int(line, "date", clock_now(p->clock), INSTANT_NONE);
	js_put_str(line, "boundary", arena_printf(a, "=_%s", id));
	json_t *unsubscribe = json_object();
	js_put_str(unsubscribe, "url", stop->url);
	js_put_str(unsubscribe, "mailto", stop->mailto);
	json_object_set_new(line, "unsubscribe",
			    stop->url ? unsubscribe : json_null());
	if (!stop->url)
		json_decref(unsubscribe);
	/* To a young person a notice is about a meeting. */
	bool is_news = m->kind == STORE_NOTICE && m->audience == STORE_TO_YOUTH;
	js_put_str(line, "list_id",
		   arena_printf(a, "%s.%s",
				is_news ? "rencontres" : lists[m->kind],
				domain));
	js_put_str(line, "feedback_id",
		   arena_printf(a, "%s:%s:etrier:%s",
				is_news ? "rencontre" : campaigns[m->kind],
				m->agency ? m->agency : "service", domain));
}

static const char *from_name(const struct planner *p, const struct agency *a)
{
	return str_is_empty(a->name) ? p->settings->from_name : a->name;
}

/* What stops further messages; nothing without a public address. */
static int ways_out(struct planner *p, const char *subject, bool make_token,
		    struct arena *a, struct ways_out *out, struct err *err)
{
	int32_t today = paris_date(clock_now(p->clock));
	int64_t expires =
		paris_instant(date_add_months(today, UNSUBSCRIBE_MONTHS), 0);
	*out = (struct ways_out){0};
	if (plan_link(p, "u", make_token ? subject : NULL, expires, a,
		      &out->url, err))
		return -1;
	if (out->url && p->settings->reads_bounces)
		out->mailto = arena_printf(a, "mailto:stop+%s@%s",
					   strrchr(out->url, '/') + 1,
					   bounce_domain_of(p->settings));
	return 0;
}

/* The digest's own page, with its buttons, while the front is there. */
static int page_url(struct planner *p, const struct store_message *m,
		    bool make_token, struct arena *a, const char **url,
		    struct err *err)
{
	const char *subject = arena_printf(a, "%lld", (long long)m->id);
	*url = NULL;
	if (!p->settings->has_pages)
		return 0;
	return plan_link(p, "d", make_token ? subject : NULL,
			 clock_now(p->clock) + PAGE_S, a, url, err);
}

static json_t *dress(struct planner *p, const struct store_message *m,
		     const struct addressee *to, json_t *model_take,
		     bool make_tokens, struct plan_scope *s, struct err *err)
{
	struct arena *a = &s->arena;
	struct ways_out stop = {0};
	json_t *line = json_object();
	bool is_mail = m->channel == CHANNEL_EMAIL;
	json_object_set_new(line, "model", model_take);
	/* An administrator is told by the configuration, not by consent. */
	if (m->audience != STORE_TO_ADMIN &&
	    /* NOLINTNEXTLINE: token_for is set or NULL */
	    (ways_out(p, to->token_for, make_tokens, a, &stop, err) ||
	     plan_put_links(p, m, make_tokens, s, model_take, err))) {
		json_decref(line);
		return NULL;
	}
	if (m->kind == STORE_DIGEST)
		js_put_str(model_take, "stop_url", stop.url);
	if (m->audience == STORE_TO_YOUTH) {
		if (!stop.url) {
			json_decref(line);
			err_set(err, ERR_CONFIG,
				"a message to a young person needs "
				"front.base_url for its stop link");
			return NULL;
		}
		js_put_str(model_take, "stop_url", stop.url);
	}
	js_put_str(line, "channel",
		   vocab_code(&vocab_channel, (int)m->channel));
	js_put_str(line, "kind", vocab_code(&vocab_message_kind, (int)m->kind));
	js_put_str(line, "audience",
		   vocab_code(&vocab_audience, (int)m->audience));
	js_put_str(line, "lang", PLAN_LANG);
	json_object_set_new(line, "preview", json_boolean(m->is_preview));
	json_object_set_new(line, "to",
			    mailbox(to->address, is_mail ? to->name : NULL));
	if (is_mail)
		put_mail_headers(p, line, m, to, &stop, a);
	else
		js_put_str(line, "sms_sender", to->sms_sender);
	return line;
}

/* --- digests -----------------------------------------------------------------
 */

static int digest_addressee(struct planner *p, const struct plan_digest *d,
			    struct plan_scope *s, struct adviser *reader,
			    struct addressee *out, struct err *err)
{
	struct store_agency row;
	struct agency agency;
	struct adviser to;
	const char *why;
	if (plan_agency_get(p, d->agency, s, &row, &agency, err) ||
	    plan_digest_recipient(p, d->agency, d->adviser, s, &to, &why, err))
		return -1;
	if (why)
		return err_set(err, ERR_INPUT, "%s", why);
	*reader = to;
	*out = (struct addressee){
		.address = to.email,
		.name = to.first_name,
		.reply_to = agency.email,
		.from_name = from_name(p, &agency),
		.token_for = arena_printf(&s->arena, "adviser:%s:%s:%s",
					  d->agency, to.ref, to.email)};
	return 0;
}

/* The rows of a planned digest as choices, without what is gone since. */
struct collecting {
	struct planner *p;
	struct plan_digest *d;
	struct plan_scope *s;
	struct digest_gather *gather;
	size_t cap; /* of d->choices */
	int32_t date;
	int result;
	struct err *err;
};

static int collect(void *ctx, const struct store_proposal *row)
{
	struct collecting *k = ctx;
	struct plan_digest *d = k->d;
	struct verdict v;
	struct plan_person person;
	struct err gone;
	bool is_over;
	if (row->message != k->gather->own) {
		k->result = digest_gather_waiting(k->gather, row);
		return k->result;
	}
	if (live_evaluate(k->p->live, row->person, row->canonical, k->date, &v,
			  &gone) ||
	    v.decision == DECISION_EXCLUDE)
		return 0;
	k->result = plan_turn_is_over(k->p, row->person, row->canonical,
				      &is_over, k->err);
	if (k->result || is_over)
		return k->result;
	struct plan_choice *c = NULL;
	for (size_t i = 0; i < d->n && !c; i++) {
		if (d->choices[i].person == row->person)
			c = &d->choices[i];
	}
	if (!c) {
		/* Changed hands since? */
		if (d->n == k->cap ||
		    plan_person_get(k->p, row->person, k->s, &person, &gone) ||
		    !plan_is_own_person(d, &person.row))
			return 0;
		c = &d->choices[d->n++];
		*c = (struct plan_choice){.person = row->person};
	}
	if (c->n < PLAN_OFFERS_MAX)
		c->items[c->n++] = (struct plan_item){row->canonical, v};
	return 0;
}

/* "+ n autres": what is still unproposed now that these rows are. */
static int count_more(struct planner *p, const struct store_agency *agency,
		      struct plan_digest *d, struct plan_scope *s,
		      struct err *err)
{
	struct plan_digest rest;
	if (plan_digest_choose(p, agency, d->adviser, SIZE_MAX, s, &rest, err))
		return -1;
	d->more_people = rest.n;
	for (size_t i = 0; i < rest.n; i++) {
		for (size_t j = 0; j < d->n; j++) {
			if (d->choices[j].person != rest.choices[i].person)
				continue;
			d->choices[j].more =
				rest.choices[i].n + rest.choices[i].more;
			d->more_people--;
		}
	}
	return 0;
}

/* The rows of the ledger, as many as were planned, whatever the settings say
 * by now. */
static int collect_offers(struct planner *p, const struct store_message *m,
			  struct digest_gather *g, struct err *err)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	struct plan_digest *d = g->d;
	int64_t n;
	q.message = m->id;
	if (store_ledger_count(p->store, &q, &n, err))
		return -1;
	struct collecting k = {.p = p,
			       .d = d,
			       .s = g->s,
			       .gather = g,
			       .cap = (size_t)n,
			       .date = g->today,
			       .err = err};
	d->choices = arena_array(&g->s->arena, k.cap + 1, sizeof(*d->choices));
	if (store_ledger_each(p->store, &q, collect, &k, err) || k.result)
		return -1;
	for (size_t i = 0; i < d->n; i++)
		if (plan_choice_is_urgent(p, &d->choices[i],
					  &d->choices[i].is_urgent, err))
			return -1;
	return d->n ? count_more(p, g->agency, d, g->s, err) : 0;
}

struct walking {
	struct digest_gather *gather;
	int result;
};

static int walk_person(void *ctx, const struct store_person *row)
{
	struct walking *k = ctx;
	k->result = digest_gather_person(k->gather, row);
	return k->result;
}

static int walk_people(struct planner *p, struct digest_gather *g,
		       struct err *err)
{
	struct walking k = {.gather = g};
	struct store_people_query q = {.active_or_placed = true};
	*(g->whose.is_cfa ? &q.cfa_agency : &q.agency) = g->d->agency;
	*(g->whose.is_cfa ? &q.cfa_adviser : &q.adviser) = g->d->adviser;
	return store_people_each(p->store, &q, walk_person, &k, err) || k.result
		       ? -1
		       : 0;
}

static int planned_digest(struct planner *p, const struct store_message *m,
			  struct plan_scope *s, struct plan_digest *out,
			  struct err *err)
{
	struct store_agency agency;
	struct agency fields;
	*out = (struct plan_digest){.agency = m->agency,
				    .adviser = m->recipient,
				    .audience = m->audience,
				    .message = m->id};
	struct digest_gather g = {.p = p,
				  .d = out,
				  .s = s,
				  .agency = &agency,
				  .fields = &fields,
				  .own = m->id};
	if (plan_agency_get(p, m->agency, s, &agency, &fields, err) ||
	    plan_digest_find_first(p, &agency, m->id, out, err))
		return -1;
	out->mode = agency.mode;
	bool is_bad = digest_gather_begin(&g, err) ||
		      collect_offers(p, m, &g, err) ||
		      walk_people(p, &g, err) || digest_gather_end(&g);
	digest_gather_clear(&g);
	/* The first one is the one with offers. */
	out->is_first = out->is_first && out->n;
	return is_bad ? -1 : 0;
}

static json_t *digest_line(struct planner *p, const struct store_message *m,
			   struct plan_digest *d, bool make_tokens,
			   struct plan_scope *s, struct err *err)
{
	struct addressee to;
	struct adviser reader = {0};
	if (digest_addressee(p, d, s, &reader, &to, err) ||
	    page_url(p, m, make_tokens, &s->arena, &d->page_url, err))
		return NULL;
	d->reader = reader.first_name;
	d->is_standing_in = !str_eq(reader.ref, d->adviser);
	json_t *model = plan_digest_model(p, d, s, err);
	return model ? dress(p, m, &to, model, make_tokens, s, err) : NULL;
}

json_t *plan_digest_preview(struct planner *p, const char *agency_code,
			    const char *adviser, struct err *err)
{
	struct plan_scope s;
	struct store_agency agency;
	struct agency fields;
	struct plan_digest d;
	json_t *line = NULL;
	plan_scope_init(&s);
	if (!plan_agency_get(p, agency_code, &s, &agency, &fields, err) &&
	    !plan_digest_choose(p, &agency, adviser, 0, &s, &d, err)) {
		struct store_message m = {.kind = STORE_DIGEST,
					  .audience = d.audience,
					  .channel = CHANNEL_EMAIL,
					  .agency = agency_code,
					  .recipient = adviser,
					  .is_preview = true};
		line = digest_line(p, &m, &d, false, &s, err);
	}
	plan_scope_clear(&s);
	return line;
}

/* --- young people --- */

static json_t *youth_line(struct planner *p, const struct store_message *m,
			  const struct plan_person *person,
			  const struct plan_item *item, const char *lang,
			  bool make_tokens, struct plan_scope *s,
			  struct err *err)
{
	struct store_agency row;
	struct agency agency;
	struct adviser adviser = {0};
	struct err none;
	if (plan_agency_get(p, person->row.agency, s, &row, &agency, err))
		return NULL;
	if (person->row.adviser)
		(void)plan_adviser_get(p, person->row.agency,
				       person->row.adviser, s, &adviser, &none);
	struct addressee to = {
		.address = m->channel == CHANNEL_EMAIL ? person->p.email
						       : person->p.phone,
		.name = person->p.first_name,
		.reply_to = adviser.email ? adviser.email : agency.email,
		.reply_name = adviser.first_name,
		.from_name = from_name(p, &agency),
		.sms_sender = agency.sms_sender ? agency.sms_sender
						: p->settings->sms_sender,
	};
	to.token_for = arena_printf(
		&s->arena, "youth:%lld:%s:%s", (long long)person->row.id,
		vocab_code(&vocab_channel, (int)m->channel), to.address);
	json_t *model = plan_youth_model(p, person, item, lang, s, err);
	json_t *line =
		model ? dress(p, m, &to, model, make_tokens, s, err) : NULL;
	if (line)
		js_put_str(line, "lang", lang);
	/* Each has a text of its own. */
	if (line && m->kind == STORE_NOTICE)
		js_put_str(line, "kind", m->topic);
	return line;
}

static json_t *planned_youth(struct planner *p, const struct store_message *m,
			     const char *lang, bool make_tokens, bool *empty,
			     struct plan_scope *s, struct err *err)
{
	struct plan_item item = {0};
	struct plan_person person;
	struct err gone;
	if (plan_offer_of(p, m->id, &item.canonical, err) ||
	    plan_person_get(p, m->person, s, &person, err))
		return NULL;
	if (!item.canonical && m->kind == STORE_NOTICE)
		return youth_line(p, m, &person, NULL, lang, make_tokens, s,
				  err);
	if (live_evaluate(p->live, m->person, item.canonical,
			  paris_date(clock_now(p->clock)), &item.verdict,
			  &gone)) {
		*empty = true;
		return NULL;
	}
	return youth_line(p, m, &person, &item, lang, make_tokens, s, err);
}

json_t *plan_youth_preview(struct planner *p, int64_t id, const char **why,
			   struct err *err)
{
	struct plan_scope s;
	struct plan_person person;
	struct store_agency agency;
	struct agency fields;
	struct plan_item item;
	struct plan_ask ask = {
		.person = &person, .agency = &agency, .class = PLAN_OFFER};
	enum channel instead_of;
	const char *langs[PLAN_LANGS_MAX];
	json_t *line = NULL;
	int64_t at;
	bool found;
	*why = NULL;
	plan_scope_init(&s);
	if (plan_person_get(p, id, &s, &person, err) ||
	    plan_agency_get(p, person.row.agency, &s, &agency, &fields, err) ||
	    plan_channel(p, &person, &ask.channel, &instead_of, err) ||
	    plan_permit(p, &ask, &at, why, err) || *why ||
	    plan_youth_choose(p, &person, &agency, &item, &found, err))
		goto out;
	if (!found) {
		*why = PLAN_WHY_NO_OFFER;
		goto out;
	}
	struct store_message m = {.kind = STORE_OFFER,
				  .audience = STORE_TO_YOUTH,
				  .channel = ask.channel,
				  .agency = agency.code,
				  .person = id,
				  .is_preview = true};
	plan_languages_of(&person.p, &s.arena, langs);
	line = youth_line(p, &m, &person, &item, langs[0], false, &s, err);
out:
	*why = *why ? plan_why_fr(*why) : NULL;
	plan_scope_clear(&s);
	return line;
}

static json_t *notice_line(struct planner *p, const struct store_message *m,
			   bool *empty, struct plan_scope *s, struct err *err)
{
	const struct addressee to = {.address = m->recipient,
				     .from_name = p->settings->from_name};
	json_t *model = plan_notice_model(p);
	*empty = !model;
	return model ? dress(p, m, &to, model, false, s, err) : NULL;
}

json_t *plan_deliver_line(struct planner *p, const struct store_message *m,
			  bool make_tokens, bool *empty, struct err *err)
{
	return plan_deliver_line_in(p, m, PLAN_LANG, make_tokens, empty, err);
}

json_t *plan_deliver_line_in(struct planner *p, const struct store_message *m,
			     const char *lang, bool make_tokens, bool *empty,
			     struct err *err)
{
	struct plan_scope s;
	struct plan_digest d;
	json_t *line = NULL;
	*empty = false;
	plan_scope_begin(p, &s);
	if (m->audience == STORE_TO_YOUTH) {
		line = planned_youth(p, m, lang, make_tokens, empty, &s, err);
	} else if (m->kind == STORE_NOTICE) {
		line = notice_line(p, m, empty, &s, err);
	} else if (!planned_digest(p, m, &s, &d, err)) {
		*empty = d.n == 0 && !d.items->n;
		line = *empty ? NULL
			      : digest_line(p, m, &d, make_tokens, &s, err);
	}
	plan_scope_end(p, &s);
	return line;
}
