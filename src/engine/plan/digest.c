/* SPDX-License-Identifier: EUPL-1.2 */
/* An adviser's digest: a work list, not a newsletter. Per young person at most
 * a few offers, in all at most digest_people; who was longest not shown comes
 * first, so that the same fifteen are not always served and what did not fit
 * today stands first tomorrow. Nothing when there is nothing. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/explain.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With open windows a digest not sent within so long is given up. */
#define OPEN_EXPIRES_S (20 * 3600)

/* Everything one choosing needs, handed to the store's callbacks. */
struct choosing {
	struct planner *p;
	const struct store_agency *agency;
	struct plan_scope *scope;
	struct plan_digest *out;
	struct plan_choice *people; /* grows; copied to the arena at the end */
	size_t n, cap;
	int32_t date;
	struct err *err;
	int result;
};

static bool is_for_cfa(enum store_audience audience, const struct moffer *o)
{
	return audience != STORE_TO_CFA || o->kind == CONTRACT_APPRENTICESHIP ||
	       o->kind == CONTRACT_PROFESSIONALIZATION;
}

bool plan_is_own_person(const struct plan_digest *d,
			const struct store_person *row)
{
	if (d->audience == STORE_TO_CFA)
		return str_eq(row->cfa_agency, d->agency) &&
		       str_eq(row->cfa_adviser, d->adviser);
	return str_eq(row->agency, d->agency) &&
	       str_eq(row->adviser, d->adviser);
}

/* Young enough, and not from before the agency went live: what was there then
 * belongs to the first digest. */
static int is_of_this_time(struct choosing *k, const struct moffer *o, bool *is,
			   struct err *err)
{
	struct store_offer row = {.first_seen = INSTANT_NONE};
	bool asks_first_seen = o->posted == DATE_NONE || !k->out->has_old;
	*is = false;
	if (asks_first_seen &&
	    store_offer_get(k->p->store, o->id, &k->scope->arena, &row, err))
		return -1;
	*is = plan_is_current(k->p, o, row.first_seen) &&
	      (k->out->has_old || row.first_seen >= k->agency->mode_since);
	return 0;
}

static int keep_latest(void *ctx, const struct store_proposal *row)
{
	int64_t *last = ctx;
	if (row->at > *last)
		*last = row->at;
	return 0;
}

static int last_shown(struct choosing *k, int64_t person, int64_t *last)
{
	struct store_ledger_query q = STORE_LEDGER_ANY;
	q.person = person;
	q.audience = (int)k->out->audience;
	q.since = clock_now(k->p->clock) - (int64_t)PLAN_SHOWN_DAYS * 24 * 3600;
	*last = INSTANT_NONE;
	return store_ledger_each(k->p->store, &q, keep_latest, last, k->err);
}

static int choose_for(struct choosing *k, int64_t person, struct plan_choice *c)
{
	struct planner *p = k->p;
	struct live_candidate best[LIVE_CANDIDATES_MAX];
	size_t n = 0;
	int most = p->settings->digest_offers;
	most = most > PLAN_OFFERS_MAX ? PLAN_OFFERS_MAX : most;
	*c = (struct plan_choice){.person = person};
	if (live_candidates(p->live, person, (int)k->out->audience, best,
			    LIVE_CANDIDATES_MAX, &n, k->err))
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct verdict v;
		struct err gone;
		bool is_now;
		const struct moffer *o = live_offer(p->live, best[i].canonical);
		if (!o || !is_for_cfa(k->out->audience, o))
			continue;
		if (is_of_this_time(k, o, &is_now, k->err))
			return -1;
		/* Candidates are as of today; the facts only of what is shown.
		 */
		if (!is_now || c->n == most)
			c->more += is_now;
		else if (!live_evaluate(p->live, person, o->id, k->date, &v,
					&gone) &&
			 v.decision != DECISION_EXCLUDE)
			c->items[c->n++] = (struct plan_item){o->id, v};
	}
	return c->n ? last_shown(k, person, &c->last_shown) : 0;
}

static int add_person(void *ctx, const struct store_person *row)
{
	struct choosing *k = ctx;
	struct plan_choice c;
	k->result = choose_for(k, row->id, &c);
	if (k->result || !c.n)
		return k->result;
	if (k->n == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 32;
		k->people = mem_grow(k->people, k->cap, sizeof(*k->people));
	}
	k->people[k->n++] = c;
	return 0;
}

static int by_turn(const void *a, const void *b)
{
	const struct plan_choice *x = a, *y = b;
	if (x->last_shown != y->last_shown)
		return x->last_shown < y->last_shown ? -1 : 1;
	int xs = x->items[0].verdict.score, ys = y->items[0].verdict.score;
	if (xs != ys)
		return xs > ys ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

struct earlier {
	int64_t before; /* planned, INSTANT_NONE: at any time */
	bool was_real;	/* not a preview */
	bool found;
	int64_t own;
};

static int find_real(void *ctx, const struct store_message *m)
{
	struct earlier *k = ctx;
	if (m->is_preview)
		return 0;
	k->found = m->planned_at < k->before;
	return 1; /* the oldest one decides */
}

static int find_other(void *ctx, const struct store_message *m)
{
	struct earlier *k = ctx;
	/* ids grow: at the message itself there was none before it */
	k->found = !k->own || m->id < k->own;
	return 1;
}

/* An adviser who was written to before the last change of mode has had a first
 * digest already (digest_only to automatic is no new beginning for advisers);
 * otherwise the first one after going live is the one that tells of what was
 * there before. */
int plan_digest_find_first(struct planner *p, const struct store_agency *agency,
			   int64_t own, struct plan_digest *d, struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct earlier k = {.before = agency->mode_since, .own = own};
	d->is_first = false;
	d->has_old = true;
	if (agency->mode_since == INSTANT_NONE)
		return 0;
	q.kind = STORE_DIGEST;
	q.agency = agency->code;
	q.recipient = d->adviser;
	q.states = 1u << STORE_SENT;
	if (store_messages_each(p->store, &q, find_real, &k, err))
		return -1;
	if (k.found)
		return 0;
	q.planned_since = agency->mode_since;
	q.states |=
		1u << STORE_PLANNED | 1u << STORE_SENDING | 1u << STORE_HELD;
	if (store_messages_each(p->store, &q, find_other, &k, err))
		return -1;
	d->is_first = d->has_old = !k.found;
	return 0;
}

int plan_digest_choose(struct planner *p, const struct store_agency *agency,
		       const char *adviser, size_t most, struct plan_scope *s,
		       struct plan_digest *out, struct err *err)
{
	bool is_cfa =
		str_eq(vocab_code(&vocab_origin_kind, agency->kind), "cfa");
	*out = (struct plan_digest){.agency = agency->code,
				    .adviser = adviser,
				    .mode = agency->mode,
				    .audience = is_cfa ? STORE_TO_CFA
						       : STORE_TO_ADVISER};
	struct choosing k = {.p = p,
			     .agency = agency,
			     .scope = s,
			     .out = out,
			     .date = paris_date(clock_now(p->clock)),
			     .err = err};
	/* Who is placed has candidates only while a training ends. */
	struct store_people_query q = {.active_or_placed = true};
	*(is_cfa ? &q.cfa_agency : &q.agency) = agency->code;
	*(is_cfa ? &q.cfa_adviser : &q.adviser) = adviser;
	int result = -1;
	if (plan_digest_find_first(p, agency, 0, out, err) ||
	    store_people_each(p->store, &q, add_person, &k, err) || k.result)
		goto out;
	if (k.n)
		qsort(k.people, k.n, sizeof(*k.people), by_turn);
	if (!most)
		most = (size_t)(out->is_first ? p->settings->first_digest_people
					      : p->settings->digest_people);
	out->n = k.n < most ? k.n : most;
	size_t n_offers = 0;
	for (size_t i = 0; i < out->n && most != SIZE_MAX; i++) {
		n_offers += (size_t)k.people[i].n;
		if (n_offers > PLAN_DIGEST_OFFERS_MAX)
			out->n = i;
	}
	out->more_people = k.n - out->n;
	out->choices =
		arena_array(&s->arena, out->n + 1, sizeof(*out->choices));
	if (out->n)
		memcpy(out->choices, k.people, out->n * sizeof(*k.people));
	result = 0;
out:
	free(k.people);
	return result;
}

/* --- planning ------------------------------------------------------------ */

struct writing {
	struct planner *p;
	const struct plan_digest *d;
	struct store_proposal *rows;
	size_t n;
};

/* A digest is the work of a day: what could not be sent by its end is in the
 * next one, and nobody gets two on one day after an outage. */
static int64_t digest_expires(const struct planner *p, int64_t now)
{
	return p->settings->is_open ? now + OPEN_EXPIRES_S
				    : paris_instant(paris_date(now) + 1, 0);
}

static int write_digest(struct store *s, void *ctx, struct err *err)
{
	const struct writing *k = ctx;
	int64_t now = clock_now(k->p->clock), id;
	struct store_message m = {.kind = STORE_DIGEST,
				  .audience = k->d->audience,
				  .channel = CHANNEL_EMAIL,
				  .agency = k->d->agency,
				  .recipient = k->d->adviser,
				  .is_preview = k->d->mode == AGENCY_PREVIEW,
				  .not_before = now,
				  .expires = digest_expires(k->p, now),
				  .state = STORE_PLANNED};
	if (store_message_plan(s, &m, k->rows, k->n, now, &id, err))
		return -1;
	char data[80];
	snprintf(data, sizeof(data), "{\"people\":%zu,\"offers\":%zu}", k->d->n,
		 k->n);
	return store_event_add(s,
			       &(struct store_event){.at = now,
						     .kind = "plan.digest",
						     .agency = k->d->agency,
						     .by = "engine",
						     .data = data},
			       err);
}

static int plan_digest(struct planner *p, const struct plan_digest *d,
		       struct err *err)
{
	struct writing k = {.p = p, .d = d};
	for (size_t i = 0; i < d->n; i++)
		k.n += (size_t)d->choices[i].n;
	k.rows = mem_array(k.n, sizeof(*k.rows));
	size_t at = 0;
	for (size_t i = 0; i < d->n; i++) {
		for (int j = 0; j < d->choices[i].n; j++) {
			const struct plan_item *item = &d->choices[i].items[j];
			k.rows[at++] = (struct store_proposal){
				.person = d->choices[i].person,
				.canonical = item->canonical,
				.audience = d->audience,
				.score = item->verdict.public_score,
				.rules = live_rules_id(p->live, d->agency),
				.facts = plan_facts(p, &item->verdict)};
		}
	}
	int result = store_tx(p->store, write_digest, &k, err);
	for (size_t i = 0; i < d->n && !result; i++)
		live_proposed(p->live, d->choices[i].person);
	for (size_t i = 0; i < k.n; i++)
		free((void *)(uintptr_t)k.rows[i].facts);
	free(k.rows);
	return result;
}

/* --- whose turn it is ---------------------------------------------------- */

struct scanning {
	struct planner *p;
	int32_t date;
	int minute;
	struct err *err;
	int result;
};

/* No name holds a line end. */
static char *key_of(const char *agency, const char *ref)
{
	return mem_printf("%s\n%s", agency, ref);
}

static int scan_adviser(void *ctx, const struct store_adviser *row)
{
	struct scanning *k = ctx;
	struct planner *p = k->p;
	if (!plan_digest_day(p->settings, row->digest, k->date))
		return 0;
	char *key = key_of(row->agency, row->ref);
	if (!map_get(&p->done, key)) {
		struct plan_todo *t = arena_alloc(&p->todo_arena, sizeof(*t));
		t->agency = arena_dup(&p->todo_arena, row->agency);
		t->ref = arena_dup(&p->todo_arena, row->ref);
		t->next = p->todo;
		p->todo = t;
	}
	free(key);
	return 0;
}

/* Digests go between the agency's hour and the end of the day for mail; an
 * agency that wants them later than that has an hour for them. */
static bool is_hour(const struct scanning *k, const struct store_agency *row)
{
	const struct plan_settings *s = k->p->settings;
	struct agency fields;
	struct err ignored;
	int at = s->digest_at;
	json_t *v = js_parse(row->fields, strlen(row->fields), &ignored);
	if (v && !agency_from_json(v, &fields, &ignored) &&
	    fields.digest_at >= 0)
		at = fields.digest_at;
	json_decref(v);
	int until = s->mail_until > at + 60 ? s->mail_until : at + 60;
	return s->is_open || (k->minute >= at && k->minute < until);
}

static int scan_agency(void *ctx, const struct store_agency *row)
{
	struct scanning *k = ctx;
	if (row->mode == AGENCY_OFF || !is_hour(k, row))
		return 0;
	k->result = store_advisers_each(k->p->store, row->code, scan_adviser, k,
					k->err);
	return k->result;
}

/* Forget who was done when the day (or, with open windows, the gap) is over,
 * then list whose digest is due. */
static int scan(struct planner *p, struct err *err)
{
	int64_t now = clock_now(p->clock);
	struct scanning k = {.p = p,
			     .date = paris_date(now),
			     .minute = paris_minute(now),
			     .err = err};
	int64_t gap = p->settings->is_open ? PLAN_OPEN_LOOK_S : 0;
	if (p->done_day != k.date || (gap && now >= p->scanned_at + gap)) {
		map_clear(&p->done, NULL);
		p->done_day = k.date;
		p->scanned_at = now;
	}
	arena_reset(&p->todo_arena);
	p->todo = NULL;
	return store_agencies_each(p->store, scan_agency, &k, err) || k.result
		       ? -1
		       : 0;
}

/* Digests of this adviser planned today that are not cancelled: one is enough,
 * also across a restart. */
static int had_today(struct planner *p, const struct plan_todo *t, bool *had,
		     struct err *err)
{
	int64_t now = clock_now(p->clock), n;
	struct store_messages_query q = STORE_MESSAGES_ANY;
	q.kind = STORE_DIGEST;
	q.agency = t->agency;
	q.recipient = t->ref;
	q.states = ~(1u << STORE_CANCELLED) & 0x7f;
	q.planned_since = p->settings->is_open
				  ? now - PLAN_OPEN_GAP_S + 1
				  : paris_instant(paris_date(now), 0);
	if (store_messages_count(p->store, &q, &n, err))
		return -1;
	*had = n > 0;
	return 0;
}

static int look_at(struct planner *p, const struct plan_todo *t, int *n,
		   struct err *err)
{
	struct plan_scope s;
	struct store_agency agency;
	struct agency fields;
	struct adviser to;
	struct plan_digest d;
	bool had;
	const char *why = NULL;
	plan_scope_init(&s);
	int result = had_today(p, t, &had, err);
	if (result || had)
		goto out;
	result =
		plan_digest_recipient(p, t->agency, t->ref, &s, &to, &why, err);
	if (result || why)
		goto out;
	result = plan_agency_get(p, t->agency, &s, &agency, &fields, err);
	if (!result)
		result = plan_digest_choose(p, &agency, t->ref, 0, &s, &d, err);
	if (!result && !d.n)
		result =
			plan_find_uncertain(p, &d, true, &d.has_uncertain, err);
	if (!result && (d.n || d.has_uncertain)) {
		result = plan_digest(p, &d, err);
		*n += !result;
	}
out:
	plan_scope_clear(&s);
	return result;
}

/* One digest a tick, or as many advisers with nothing as the time allows. What
 * fails for another reason than the store costs one adviser one day. */
int plan_digest_tick(struct planner *p, int *n, struct err *err)
{
	int64_t until = clock_mono_ms(p->clock) + PLAN_TICK_MS;
	if (!p->todo && scan(p, err))
		return -1;
	while (p->todo && !*n && clock_mono_ms(p->clock) < until) {
		struct plan_todo *t = p->todo;
		struct err why = {0};
		if (look_at(p, t, n, &why) && why.kind == ERR_STORE) {
			*err = why;
			return -1;
		}
		p->todo = t->next;
		char *key = key_of(t->agency, t->ref);
		map_put(&p->done, key, p);
		free(key);
	}
	p->has_more = p->todo != NULL;
	return 0;
}
