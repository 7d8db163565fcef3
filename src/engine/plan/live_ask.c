/* SPDX-License-Identifier: EUPL-1.2 */
/* What may be asked of live: one pair, a person's candidates, everyone an offer
 * may be proposed to. Lists of candidates only say where to look; every answer
 * is evaluated when it is asked for. */
#include "live.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/store_messages.h>

#include <stdlib.h>

const struct moffer *live_offer(const struct live *l, int64_t canonical)
{
	return live_find_offer(l, canonical);
}

const struct moffer *live_next_offer(const struct live *l, int64_t after)
{
	size_t at = live_order_at(l, after + 1);
	return at < l->n_offers ? &l->slots[l->order[at]] : NULL;
}

const struct roster *live_roster(const struct live *l)
{
	return l->roster;
}

bool live_has_candidates(const struct live *l, int64_t person)
{
	const struct top *t = top_find(&l->tops, (uint32_t)person);
	return t && t->n;
}

/* While sets get other numbers the roster still has some of the old ones. */
bool live_person(const struct live *l, int64_t person, struct mperson *out)
{
	if (!roster_find(l->roster, (uint32_t)person, out))
		return false;
	out->set = l->agency_sets[out->agency];
	return true;
}

int live_evaluate(struct live *l, int64_t person, int64_t canonical, int32_t on,
		  struct verdict *out, struct err *err)
{
	struct mperson p;
	struct moffer *o = live_find_offer(l, canonical);
	if (!live_person(l, person, &p))
		return err_set(err, ERR_UNKNOWN,
			       "the person is not compared with offers");
	if (!o)
		return err_set(err, ERR_UNKNOWN, "the offer is not live");
	if (live_renew(l, o, err))
		return -1;
	match_evaluate(&l->env, &p, o, on, out);
	return 0;
}

void live_evaluate_pair(const struct live *l, const struct mperson *p,
			const struct moffer *o, int32_t on, struct verdict *out)
{
	match_evaluate(&l->env, p, o, on, out);
}

/* --- a person's candidates ------------------------------------------------ */

struct proposed {
	int64_t canonical;
	unsigned audiences; /* bits */
};

struct gathering {
	struct live *l;
	struct proposed *v;
	size_t n, cap;
};

static void add_proposed(void *ctx, int64_t canonical, int audience)
{
	struct gathering *g = ctx;
	size_t i = 0;
	if (!live_find_offer(g->l, canonical))
		return;
	while (i < g->n && g->v[i].canonical != canonical)
		i++;
	if (i == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 32;
		g->v = mem_grow(g->v, g->cap, sizeof(*g->v));
	}
	if (i == g->n)
		g->v[g->n++] = (struct proposed){.canonical = canonical};
	g->v[i].audiences |= 1u << audience;
}

/* What the list has is kept under its own, empty audiences. */
static void add_listed(struct gathering *g, uint32_t person)
{
	const struct top *t = top_find(&g->l->tops, person);
	size_t n_proposed = g->n;
	g->v = mem_grow(g->v, g->n + LIVE_CANDIDATES_MAX, sizeof(*g->v));
	for (int k = 0; k < t->n; k++) {
		int64_t id = g->l->slots[top_slot(t->v[k])].id;
		size_t i = 0;
		while (i < n_proposed && g->v[i].canonical != id)
			i++;
		if (id && i == n_proposed)
			g->v[g->n++] = (struct proposed){.canonical = id};
	}
}

static int best_first(const void *a, const void *b)
{
	const struct live_candidate *x = a, *y = b;
	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->canonical > y->canonical ? 1 : -(x->canonical < y->canonical);
}

/* The good ones of those gathered, best first, into all. */
static int judge(const struct gathering *g, int64_t person, int audience,
		 struct live_candidate *all, size_t *n, struct err *err)
{
	int32_t on = live_today(g->l);
	*n = 0;
	for (size_t i = 0; i < g->n; i++) {
		struct verdict v;
		if (g->v[i].audiences >> audience & 1)
			continue;
		v.decision = DECISION_EXCLUDE;
		if (live_evaluate(g->l, person, g->v[i].canonical, on, &v, err))
			return -1;
		if (v.decision != DECISION_EXCLUDE)
			all[(*n)++] = (struct live_candidate){
				g->v[i].canonical, v.score, v.decision};
	}
	qsort(all, *n, sizeof(*all), best_first);
	return 0;
}

int live_candidates(struct live *l, int64_t person, int audience,
		    struct live_candidate *out, size_t max, size_t *n,
		    struct err *err)
{
	struct mperson p;
	struct gathering g = {.l = l};
	struct live_candidate *all = NULL;
	size_t found = 0;
	int result = -1;
	*n = 0;
	if (!live_person(l, person, &p))
		return 0;
	if (store_ledger_proposed(l->store, person, add_proposed, &g, err))
		goto out;
	add_listed(&g, p.id);
	all = mem_array(g.n + 1, sizeof(*all));
	result = judge(&g, person, audience, all, &found, err);
	for (; !result && *n < found && *n < max; ++*n)
		out[*n] = all[*n];
out:
	free(all);
	free(g.v);
	return result;
}

int live_offer_hits(struct live *l, int64_t canonical, struct match_hits *out,
		    struct err *err)
{
	struct moffer *o = live_find_offer(l, canonical);
	if (!o)
		return err_set(err, ERR_UNKNOWN, "the offer is not live");
	if (live_renew(l, o, err))
		return -1;
	matcher_offer(l->matcher, o, live_today(l), out);
	return 0;
}

/* --- the rest ---------------------------------------------------------------
 */

const struct match_env *live_env(const struct live *l)
{
	return &l->env;
}

const struct refdata *live_refdata(const struct live *l)
{
	return l->rd;
}

const char *live_rules_id(const struct live *l, const char *agency)
{
	return l->rules->sets[rules_set_of(l->rules, agency)].id;
}

void live_stats(const struct live *l, struct live_stats *out)
{
	*out = l->stats;
	out->people = roster_count(l->roster);
	out->offers = l->n_offers;
	out->candidates = l->tops.n_entries;
	out->is_refreshing = l->phase != LIVE_AT_REST;
	out->refresh_done = l->n_done;
	/* In a refresh nobody's list is whole. */
	out->waiting = l->stale.n - l->stale.at;
	out->waiting += out->is_refreshing ? out->people : l->due.n - l->due.at;
	out->roster_bytes = roster_bytes(l->roster);
	out->bytes = out->roster_bytes + matcher_bytes(l->matcher) +
		     l->n_addresses * sizeof(*l->addresses) +
		     l->cap_slots * (sizeof(*l->slots) + 2 * sizeof(uint32_t)) +
		     l->tops.cap * sizeof(*l->tops.v) +
		     l->tops.n_at * sizeof(*l->tops.at);
	out->postings = matcher_n_scanned(l->matcher);
}
