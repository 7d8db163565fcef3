/* SPDX-License-Identifier: EUPL-1.2 */
/* Roster, live offers and candidates.
 *
 *   offer put ──► matcher_offer ──► hits ──► tops ──► candidate rows
 *   queue ──► match_person ──► best 20 ──► candidate rows (whole list anew)
 *
 * The twenty are those not proposed yet: what was proposed already takes no
 * place, or the best twenty of last month would stand before everything new.
 *
 * tops remembers, per person, the scores of the candidates written so far, so
 * that an offer which would be the twenty-first best costs no row. It may hold
 * the score of an offer that was proposed or has gone since; live_refill() and
 * the daily refresh forget those.
 *
 * Memory follows the store. When a transaction that changed both is rolled
 * back, live_resync() has the offers read again. */
#include "live.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_messages.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

static int32_t today(const struct live *l)
{
	return paris_date(clock_now(l->clock));
}

static void list_push(struct id_list *q, uint32_t id)
{
	if (q->at == q->n)
		q->at = q->n = 0;
	if (q->n == q->cap) {
		q->cap = q->cap ? q->cap * 2 : 256;
		q->v = mem_grow(q->v, q->cap, sizeof(*q->v));
	}
	q->v[q->n++] = id;
}

static struct top *top_of(struct live *l, uint32_t id)
{
	if (id >= l->n_tops) {
		size_t n = l->n_tops ? l->n_tops : 1024;
		while (n <= id)
			n *= 2;
		l->tops = mem_grow(l->tops, n, sizeof(*l->tops));
		memset(l->tops + l->n_tops, 0,
		       (n - l->n_tops) * sizeof(*l->tops));
		l->n_tops = n;
	}
	return &l->tops[id];
}

void live_enqueue(struct live *l, uint32_t id)
{
	struct top *t = top_of(l, id);
	if (t->is_waiting)
		return;
	t->is_waiting = true;
	list_push(&l->queue, id);
}

static void mark_fresh(struct live *l, uint32_t id)
{
	struct top *t = top_of(l, id);
	if (t->is_fresh)
		return;
	t->is_fresh = true;
	list_push(&l->fresh, id);
}

int64_t live_take_fresh(struct live *l)
{
	if (l->fresh.at == l->fresh.n)
		return 0;
	uint32_t id = l->fresh.v[l->fresh.at++];
	top_of(l, id)->is_fresh = false;
	return id;
}

static void use_rules(struct live *l, struct rules *rules_take)
{
	matcher_free(l->matcher);
	rules_free(l->rules);
	l->rules = rules_take;
	l->env = (struct match_env){.rules = l->rules,
				    .travel = l->travel,
				    .trades = l->trades,
				    .pad = l->pad};
	match_set_rules(l->roster, l->rules);
	l->matcher = matcher_new(l->roster, &l->env);
}

int live_read_network(struct live *l, const json_t *paths, struct err *err)
{
	struct travel *t = travel_new(travel_dir(js_str(paths, "transit", ""),
						 js_str(paths, "refdata", "")),
				      err);

	if (!t)
		return -1;
	matcher_free(l->matcher);
	match_pad_free(l->pad);
	travel_free(l->travel);
	l->travel = t;
	l->pad = match_pad_new(t);
	l->env.travel = t;
	l->env.pad = l->pad;
	l->matcher = matcher_new(l->roster, &l->env);
	return 0;
}

struct live *live_new(struct store *store, const struct refdata *rd,
		      const struct clock *clock, struct rules *rules_take)
{
	struct live *l = mem_alloc(sizeof(*l));
	l->store = store;
	l->rd = rd;
	l->clock = clock;
	l->travel = travel_new(NULL, NULL);
	l->pad = match_pad_new(l->travel);
	l->trades = tradenet_from_refdata(rd);
	l->roster = roster_new(l->trades);
	l->day = DATE_NONE;
	use_rules(l, rules_take);
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	matcher_free(l->matcher);
	roster_free(l->roster);
	tradenet_free(l->trades);
	match_pad_free(l->pad);
	travel_free(l->travel);
	rules_free(l->rules);
	match_hits_clear(&l->hits);
	free(l->offers);
	free(l->tops);
	free(l->queue.v);
	free(l->fresh.v);
	free(l);
}

void live_enqueue_everyone(struct live *l)
{
	struct mperson p;
	for (size_t i = 0; roster_each(l->roster, &i, &p);)
		live_enqueue(l, p.id);
}

static bool is_same_rules(const struct rules *a, const struct rules *b)
{
	if (a->n_sets != b->n_sets)
		return false;
	for (size_t i = 0; i < a->n_sets; i++)
		if (!str_eq(a->sets[i].id, b->sets[i].id))
			return false;
	return true;
}

/* A reload for another reason does not compare a region anew. */
void live_set_rules(struct live *l, struct rules *rules_take)
{
	if (is_same_rules(l->rules, rules_take)) {
		rules_free(rules_take);
		return;
	}
	use_rules(l, rules_take);
	/* what they ask of offers is answered from the records */
	live_offers_changed(l);
}

/* --- offers ------------------------------------------------------------- */

/* Position of the first offer whose id is not below. */
size_t live_offer_at(const struct live *l, int64_t id)
{
	size_t lo = 0, hi = l->n_offers;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (l->offers[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool has_offer(const struct live *l, size_t at, int64_t id)
{
	return at < l->n_offers && l->offers[at].id == id;
}

void live_keep_offer(struct live *l, const struct moffer *o)
{
	size_t at = live_offer_at(l, o->id);
	if (has_offer(l, at, o->id)) {
		l->offers[at] = *o;
		return;
	}
	if (l->n_offers == l->cap_offers) {
		l->cap_offers = l->cap_offers ? l->cap_offers * 2 : 256;
		l->offers =
			mem_grow(l->offers, l->cap_offers, sizeof(*l->offers));
	}
	memmove(l->offers + at + 1, l->offers + at,
		(l->n_offers - at) * sizeof(*l->offers));
	l->offers[at] = *o;
	l->n_offers++;
}

/* Does a score enter the person's twenty best? Remembers it when it does. An
 * offer that was known may be among them already: it is let in when it is not
 * worse than all, and counted once only. */
static bool enters(struct top *t, uint16_t score, bool is_known)
{
	if (t->n < STORE_CANDIDATES_MAX) {
		if (!is_known)
			t->scores[t->n++] = score;
		return true;
	}
	size_t worst = 0;
	for (size_t i = 1; i < STORE_CANDIDATES_MAX; i++) {
		if (t->scores[i] < t->scores[worst])
			worst = i;
	}
	if (is_known)
		return score >= t->scores[worst];
	if (score <= t->scores[worst])
		return false;
	t->scores[worst] = score;
	return true;
}

static const struct ruleset *set_of(const struct live *l, uint32_t person)
{
	struct mperson p;
	bool is_there = roster_find(l->roster, person, &p);
	return &l->rules->sets[is_there ? p.set : 0];
}

static int write_offer(struct live *l, const struct moffer *o, bool is_known,
		       int32_t on, struct err *err)
{
	struct store_candidate *rows = mem_array(l->hits.n, sizeof(*rows));
	size_t n = 0;
	for (size_t i = 0; i < l->hits.n; i++) {
		const struct match_hit *h = &l->hits.v[i];
		if (!enters(top_of(l, h->person), h->score, is_known))
			continue;
		rows[n++] = (struct store_candidate){
			.person = h->person,
			.canonical = o->id,
			.score = h->score,
			.decision = h->decision,
			.rules = set_of(l, h->person)->id,
			.on_date = on};
		if (h->decision == DECISION_SEND)
			mark_fresh(l, h->person);
	}
	int result = store_candidates_set_offer(l->store, o->id, rows, n, err);
	free(rows);
	return result;
}

int live_offer_put(struct live *l, int64_t canonical, const struct offer *o,
		   struct err *err)
{
	struct moffer m;
	moffer_from_offer(o, l->rd, l->rules, canonical, &m);
	bool is_known = live_offer(l, canonical) != NULL;
	live_keep_offer(l, &m);
	int32_t on = today(l);
	l->hits.n = 0;
	matcher_offer(l->matcher, &m, on, &l->hits);
	l->stats.matched_offers++;
	l->stats.hits += l->hits.n;
	return write_offer(l, &m, is_known, on, err);
}

int live_offer_drop(struct live *l, int64_t canonical, struct err *err)
{
	size_t at = live_offer_at(l, canonical);
	if (has_offer(l, at, canonical)) {
		memmove(l->offers + at, l->offers + at + 1,
			(l->n_offers - at - 1) * sizeof(*l->offers));
		l->n_offers--;
	}
	return store_candidates_drop_offer(l->store, canonical, err);
}

/* --- people ------------------------------------------------------------- */

static int forget(struct live *l, uint32_t id, struct err *err)
{
	(void)roster_remove(l->roster, id);
	return store_candidates_drop_person(l->store, id, err);
}

static int read_again(struct live *l, uint32_t id, struct err *err)
{
	struct arena a;
	struct store_person row;
	struct err why = {0};
	bool is_matched = false;
	arena_init(&a);
	int result = store_person_get(l->store, id, true, &a, &row, &why);
	if (!result && row.id != id) /* joined into another since */
		live_person_changed(l, row.id);
	else if (!result)
		result = live_put_in_roster(l, &row, &is_matched, &why);
	arena_clear(&a);
	if (result && why.kind == ERR_STORE) {
		*err = why;
		return -1;
	}
	/* Who cannot be read any more is compared with nothing. */
	l->stats.unreadable += result && why.kind != ERR_UNKNOWN;
	return result || !is_matched ? forget(l, id, err) : 0;
}

void live_person_changed(struct live *l, int64_t id)
{
	top_of(l, (uint32_t)id)->is_stale = true;
	live_enqueue(l, (uint32_t)id);
}

void live_refill(struct live *l, int64_t id)
{
	live_enqueue(l, (uint32_t)id);
}

/* --- a person's list anew ------------------------------------------------- */

static int by_score(const void *a, const void *b)
{
	const struct match_hit *x = a, *y = b;
	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->person > y->person ? 1 : x->person < y->person ? -1 : 0;
}

/* Offers a person was proposed, once per audience. */
struct proposed {
	int64_t *v;
	size_t n, cap;
};

static void add_proposed(void *ctx, int64_t canonical)
{
	struct proposed *k = ctx;
	if (k->n == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 32;
		k->v = mem_grow(k->v, k->cap, sizeof(*k->v));
	}
	k->v[k->n++] = canonical;
}

/* To how many audiences an offer was proposed, 2 for more. */
static int times_proposed(const struct proposed *k, int64_t canonical)
{
	int n = 0;
	for (size_t i = 0; i < k->n && n < 2; i++)
		n += k->v[i] == canonical;
	return n;
}

/* The best of the hits, which are in order: so many that were never proposed,
 * so many that another audience may still want, and so many of the rest. */
static size_t pick(struct live *l, const struct mperson *p,
		   const struct proposed *proposed, int32_t on,
		   struct store_candidate rows[3 * STORE_CANDIDATES_MAX])
{
	struct top *t = top_of(l, p->id);
	int left[3] = {STORE_CANDIDATES_MAX, STORE_CANDIDATES_MAX,
		       STORE_CANDIDATES_MAX};
	size_t n = 0;
	for (size_t i = 0; i < l->hits.n && left[0] > 0; i++) {
		const struct match_hit *h = &l->hits.v[i];
		int64_t canonical = l->offers[h->person].id;
		int times = times_proposed(proposed, canonical);
		if (!left[times])
			continue;
		left[times]--;
		if (!times)
			t->scores[t->n++] = h->score;
		rows[n++] = (struct store_candidate){
			.person = p->id,
			.canonical = canonical,
			.score = h->score,
			.decision = h->decision,
			.rules = l->rules->sets[p->set].id,
			.on_date = on};
		if (h->decision == DECISION_SEND)
			mark_fresh(l, p->id);
	}
	return n;
}

/* The person's list anew from all live offers. */
static int match_one(struct live *l, uint32_t id, int32_t on, struct err *err)
{
	struct proposed proposed = {.n = 0};
	struct store_candidate rows[3 * STORE_CANDIDATES_MAX];
	if (top_of(l, id)->is_stale && read_again(l, id, err))
		return -1;
	struct top *t = top_of(l, id); /* reading may have moved them */
	t->is_stale = false;
	t->n = 0;
	struct mperson p;
	if (!roster_find(l->roster, id, &p))
		return 0;
	l->hits.n = 0;
	match_person(&l->env, &p, l->offers, l->n_offers, on, &l->hits);
	l->stats.matched_people++;
	l->stats.hits += l->hits.n;
	if (l->hits.n)
		qsort(l->hits.v, l->hits.n, sizeof(*l->hits.v), by_score);
	int result = -1;
	if (!store_ledger_proposed(l->store, id, add_proposed, &proposed, err))
		result = store_candidates_set_person(
			l->store, id, rows, pick(l, &p, &proposed, on, rows),
			err);
	free(proposed.v);
	return result;
}

/* --- the queue ---------------------------------------------------------- */

/* Several people a transaction, until the time is used up. */
struct slice {
	struct live *live;
	int64_t until_ms;
	int32_t on;
};

static int run_slice(struct store *s, void *ctx, struct err *err)
{
	(void)s;
	struct slice *k = ctx;
	struct live *l = k->live;
	while (l->queue.at < l->queue.n) {
		uint32_t id = l->queue.v[l->queue.at];
		if (match_one(l, id, k->on, err))
			return -1;
		top_of(l, id)->is_waiting = false;
		l->queue.at++;
		if (clock_mono_ms(l->clock) >= k->until_ms)
			break;
	}
	return 0;
}

bool live_work(struct live *l, int budget_ms, struct err *err)
{
	int32_t on = today(l);
	if (l->is_doubtful && live_load_offers(l, err))
		return true;
	if (on != l->day) {
		l->day = on;
		live_enqueue_everyone(l);
	}
	if (l->queue.at == l->queue.n)
		return false;
	int64_t begun = clock_mono_ms(l->clock);
	size_t at = l->queue.at;
	struct slice slice = {
		.live = l, .until_ms = begun + budget_ms, .on = on};
	if (store_tx(l->store, run_slice, &slice, err)) {
		/* rolled back: all of this slice again */
		for (size_t i = at; i < l->queue.at; i++)
			top_of(l, l->queue.v[i])->is_waiting = true;
		l->queue.at = at;
	}
	int64_t took = clock_mono_ms(l->clock) - begun;
	if (took > l->stats.longest_slice_ms)
		l->stats.longest_slice_ms = took;
	return l->queue.at < l->queue.n;
}

bool live_is_settled(const struct live *l)
{
	return !l->is_doubtful && l->day == today(l) &&
	       l->queue.at == l->queue.n;
}
