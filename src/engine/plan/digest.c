/* SPDX-License-Identifier: EUPL-1.2 */
/* What an adviser's digest would be: a work list, not a newsletter. Per young
 * person at most a few offers, in all at most digest_people; who has little
 * time comes first, then who was longest not shown, so that the same fifteen
 * are not always served and what did not fit today stands first tomorrow. */
#include "digest.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* After going live the first digest waits so long for offers to come. */
#define NEW_HERE_S ((int64_t)24 * 3600)

/* Everything one choosing needs, handed to the store's callbacks. */
struct choosing {
	struct planner *p;
	const struct store_agency *agency;
	struct plan_scope *scope;
	struct plan_digest *out;
	struct digest_gather *gather; /* NULL: the offers alone */
	struct plan_choice *people; /* grows; copied to the arena at the end */
	size_t n, cap;
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
	struct plan_item best[PLAN_TURNS_MAX];
	size_t n = 0;
	int most = p->settings->digest_offers;
	most = most > PLAN_OFFERS_MAX ? PLAN_OFFERS_MAX : most;
	*c = (struct plan_choice){.person = person};
	if (plan_turns_of(p, person, k->out->audience, best, &n, k->err))
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool is_now;
		const struct moffer *o = live_offer(p->live, best[i].canonical);
		if (!is_for_cfa(k->out->audience, o))
			continue;
		if (is_of_this_time(k, o, &is_now, k->err))
			return -1;
		if (is_now && c->n < most)
			c->items[c->n++] = best[i];
		else
			c->more += is_now;
	}
	return c->n ? last_shown(k, person, &c->last_shown) : 0;
}

int plan_choice_is_urgent(struct planner *p, const struct plan_choice *c,
			  bool *is, struct err *err)
{
	int32_t today = paris_date(clock_now(p->clock));
	struct mperson m;
	*is = false;
	if (digest_day_read(p, err))
		return -1;
	if (live_person(p->live, c->person, &m)) {
		int32_t until = day16_date(m.deadline);
		*is = until != DATE_NONE && digest_deadline_step(until - today);
	}
	for (int i = 0; i < c->n && !*is; i++)
		*is = digest_ids_have(&p->digest_day->ending,
				      c->items[i].canonical);
	return 0;
}

static void keep_choice(struct choosing *k, const struct plan_choice *c)
{
	if (k->n == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 32;
		k->people = mem_grow(k->people, k->cap, sizeof(*k->people));
	}
	k->people[k->n++] = *c;
}

static int add_person(void *ctx, const struct store_person *row)
{
	struct choosing *k = ctx;
	struct plan_choice c;
	k->result = choose_for(k, row->id, &c);
	if (!k->result && k->gather)
		k->result = digest_gather_person(k->gather, row);
	if (!k->result && c.n)
		k->result =
			plan_choice_is_urgent(k->p, &c, &c.is_urgent, k->err);
	if (!k->result && c.n && (c.is_urgent || !k->out->urgent_only))
		keep_choice(k, &c);
	return k->result;
}

static int by_turn(const void *a, const void *b)
{
	const struct plan_choice *x = a, *y = b;
	if (x->is_urgent != y->is_urgent)
		return x->is_urgent ? -1 : 1;
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
	struct store *store;
	int result;
	struct err *err;
};

static int find_real(void *ctx, const struct store_message *m)
{
	struct earlier *k = ctx;
	if (m->is_preview)
		return 0;
	k->found = m->planned_at < k->before;
	return 1; /* the oldest one decides */
}

/* One without offers told of nothing that was there before. */
static int find_other(void *ctx, const struct store_message *m)
{
	struct earlier *k = ctx;
	struct store_ledger_query q = STORE_LEDGER_ANY;
	int64_t n = 0;
	q.message = m->id;
	if (store_ledger_count(k->store, &q, &n, k->err)) {
		k->result = -1;
		return 1;
	}
	/* ids grow: at the message itself there was none before it */
	k->found = n > 0 && (!k->own || m->id < k->own);
	return n > 0;
}

/* An adviser who was written to before the last change of mode has had a first
 * digest already (digest_only to automatic is no new beginning for advisers);
 * otherwise the first one after going live is the one that tells of what was
 * there before. */
int plan_digest_find_first(struct planner *p, const struct store_agency *agency,
			   int64_t own, struct plan_digest *d, struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	struct earlier k = {.before = agency->mode_since,
			    .own = own,
			    .store = p->store,
			    .err = err};
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
	if (store_messages_each(p->store, &q, find_other, &k, err) || k.result)
		return -1;
	d->is_first = d->has_old = !k.found;
	return 0;
}

/* As many as there is room for; the others are counted. */
static void cut(struct choosing *k, size_t most)
{
	struct plan_digest *out = k->out;
	size_t n_offers = 0;
	if (k->n)
		qsort(k->people, k->n, sizeof(*k->people), by_turn);
	out->n = k->n < most ? k->n : most;
	for (size_t i = 0; i < out->n && most != SIZE_MAX; i++) {
		n_offers += (size_t)k->people[i].n;
		if (n_offers > PLAN_DIGEST_OFFERS_MAX)
			out->n = i;
	}
	out->more_people = k->n - out->n;
	out->choices = arena_array(&k->scope->arena, out->n + 1,
				   sizeof(*out->choices));
	if (out->n)
		memcpy(out->choices, k->people, out->n * sizeof(*k->people));
}

static int walk(struct choosing *k, bool is_cfa)
{
	/* Who is placed has candidates only while a training ends. */
	struct store_people_query q = {.active_or_placed = true};
	*(is_cfa ? &q.cfa_agency : &q.agency) = k->out->agency;
	*(is_cfa ? &q.cfa_adviser : &q.adviser) = k->out->adviser;
	if (store_people_each(k->p->store, &q, add_person, k, k->err))
		return -1;
	return k->result;
}

int plan_digest_choose(struct planner *p, const struct store_agency *agency,
		       const char *adviser, size_t most, struct plan_scope *s,
		       struct plan_digest *out, struct err *err)
{
	bool is_cfa =
		str_eq(vocab_code(&vocab_origin_kind, agency->kind), "cfa");
	struct agency fields;
	struct store_agency row;
	struct adviser reader;
	*out = (struct plan_digest){.agency = agency->code,
				    .adviser = adviser,
				    .mode = agency->mode,
				    .audience = is_cfa ? STORE_TO_CFA
						       : STORE_TO_ADVISER};
	struct choosing k = {
		.p = p, .agency = agency, .scope = s, .out = out, .err = err};
	struct digest_gather g = {.p = p, .d = out, .s = s, .agency = agency};
	int result = -1;
	if (plan_agency_get(p, agency->code, s, &row, &fields, err) ||
	    plan_adviser_get(p, agency->code, adviser, s, &reader, err) ||
	    plan_digest_find_first(p, agency, 0, out, err))
		return -1;
	out->is_new_here =
		out->is_first &&
		agency->mode_since > clock_now(p->clock) - NEW_HERE_S;
	out->urgent_only = reader.digest == PLAN_RHYTHM_URGENT;
	g.fields = &fields;
	k.gather = most == SIZE_MAX ? NULL : &g;
	if (k.gather && digest_gather_begin(&g, err))
		goto out;
	if (walk(&k, is_cfa))
		goto out;
	if (!most)
		most = (size_t)(out->is_first ? p->settings->first_digest_people
					      : p->settings->digest_people);
	cut(&k, most);
	result = k.gather ? digest_gather_end(&g) : 0;
out:
	if (k.gather)
		digest_gather_clear(&g);
	free(k.people);
	return result;
}

bool plan_digest_has_news(const struct plan_digest *d)
{
	return d->n || digest_has_news(d->items, d->is_new_here);
}
