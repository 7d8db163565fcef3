/* SPDX-License-Identifier: EUPL-1.2 */
/* One offer against the roster, and one person against the live offers.
 *
 * The matcher keeps what the rules and the travel model make of the roster's
 * numbered profiles, patterns and traits: reach per level of value, worth per
 * pattern, points per trait. All only grow with the roster and are filled when
 * first needed; new rules want a new matcher. begin.c readies one offer, scan.c
 * walks the lists. */
#include "matcher.h"

#include <etrier/mem.h>

#include <float.h>
#include <stdlib.h>
#include <string.h>

struct matcher *matcher_new(const struct roster *r, const struct match_env *env)
{
	struct matcher *m = mem_alloc(sizeof(*m));

	BUG_ON(roster_rules(r) != env->rules);
	m->roster = r;
	m->env = *env;
	m->env.pad = match_pad_new(env->travel);
	m->sets = mem_array(env->rules->n_sets, sizeof(*m->sets));
	for (size_t i = 0; i < env->rules->n_sets; i++)
		scan_fill_set(&m->sets[i], env->rules, &env->rules->sets[i]);
	for (int i = 0; i <= REACH_LEVELS; i++)
		m->anywhere[i] = FLT_MAX;
	m->anywhere[REACH_NOBODY] = -1;
	return m;
}

static void clear_set(struct set_tables *t, uint16_t n_trades)
{
	for (uint16_t k = 0; t->by_trade && k < n_trades; k++) {
		if (t->by_trade[k])
			links_clear(t->by_trade[k]);
		free(t->by_trade[k]);
	}
	free(t->by_trade);
	bonus_clear(&t->bonus);
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->env.rules->n_sets; i++)
		clear_set(&m->sets[i], tradenet_count(m->env.trades));
	match_pad_free(m->env.pad);
	free(m->sets);
	free(m->profiles);
	for (int i = 0; i < REACH_COUNT; i++)
		free(m->bounds[i]);
	free(m->keep);
	free(m->seen);
	free(m);
}

uint64_t matcher_n_scanned(const struct matcher *m)
{
	return m->n_scanned;
}

static size_t set_bytes(const struct set_tables *t, uint16_t n_trades)
{
	size_t sum = sizeof(*t) + bonus_bytes(&t->bonus);

	for (uint16_t k = 0; t->by_trade && k < n_trades; k++) {
		sum += sizeof(*t->by_trade);
		if (t->by_trade[k])
			sum += links_bytes(t->by_trade[k]);
	}
	return sum;
}

size_t matcher_bytes(const struct matcher *m)
{
	size_t per_profile = sizeof(struct profile) +
			     REACH_COUNT * REACH_STRIDE * sizeof(float);
	size_t sum = sizeof(*m) + m->n_profiles * per_profile +
		     m->cap_keep * sizeof(*m->keep) +
		     m->cap_seen * sizeof(*m->seen);

	for (size_t i = 0; i < m->env.rules->n_sets; i++)
		sum += set_bytes(&m->sets[i], tradenet_count(m->env.trades));
	return sum;
}

/* --- one offer ------------------------------------------------------------ */
/* Single trades are remembered; several together are made for the occasion in
 * *once, which the caller clears. */
static struct links *links_for(struct matcher *m, unsigned set,
			       const struct moffer *o, struct links *once)
{
	struct set_tables *t = &m->sets[set];
	const struct ruleset *s = &m->env.rules->sets[set];
	uint16_t n = tradenet_count(m->env.trades);
	struct links *l = once;

	if (o->n_trades == 1 && o->trades[0] < n) {
		if (!t->by_trade)
			t->by_trade = mem_array(n, sizeof(*t->by_trade));
		l = t->by_trade[o->trades[0]];
		if (!l) {
			l = mem_alloc(sizeof(*l));
			links_make(m->env.trades, s, o->trades, 1, l);
			t->by_trade[o->trades[0]] = l;
		}
	} else {
		links_make(m->env.trades, s, o->trades, o->n_trades, l);
	}
	links_extend(l, s, m->roster);
	return l;
}

static void grow_seen(struct matcher *m)
{
	uint32_t n = roster_n_slots(m->roster);

	if (n <= m->cap_seen)
		return;
	m->seen = mem_grow(m->seen, n, sizeof(*m->seen));
	memset(m->seen + m->cap_seen, 0, (n - m->cap_seen) * sizeof(*m->seen));
	m->cap_seen = n;
}

/* Nobody is remembered from one set of an offer to the next. */
static void forget_seen(struct matcher *m, const struct match_hits *h,
			size_t from)
{
	for (size_t i = from; i < h->n; i++)
		m->seen[roster_slot_of(m->roster, h->v[i].person)] = 0;
}

/* The groups that look for the offer's kind. */
static void scan_shelf(struct matcher *m, const struct scan *s, unsigned set,
		       struct match_hits *out)
{
	const struct posting_list *lists =
		roster_lists(m->roster, set, s->link->shelf);

	const struct posting_list *found[ROSTER_GROUPS];
	struct runs runs[ROSTER_GROUPS];
	unsigned n = 0;

	for (unsigned g = 0; g < ROSTER_GROUPS; g++) {
		if (!lists[g].n || (roster_group_filter(m->roster, g) & s->ban))
			continue;
		found[n] = &lists[g];
		scan_find_runs(m, s, &lists[g], &runs[n++]);
	}
	for (unsigned i = 0; i < n; i++)
		scan_list(m, s, found[i], &runs[i], out);
}

static void match_set(struct matcher *m, unsigned set, const struct moffer *o,
		      int32_t on, struct match_hits *out)
{
	unsigned rules = set < m->env.rules->n_sets ? set : 0;
	struct links once = {0};
	struct links *l = links_for(m, rules, o, &once);
	size_t from = out->n;
	struct frame f;
	struct scan s;

	frame_make(&m->env, set, o, on, &f);
	scan_begin(m, &f, rules, &s);
	s.may_repeat = l->n > 1;
	if (s.may_repeat)
		grow_seen(m);
	for (size_t i = 0; i < l->n; i++) {
		s.link = &l->v[i];
		if (scan_set_levels(&s))
			scan_shelf(m, &s, set, out);
	}
	if (s.may_repeat)
		forget_seen(m, out, from);
	links_clear(&once);
}

void matcher_offer(struct matcher *m, const struct moffer *o, int32_t on,
		   struct match_hits *out)
{
	if (!o->n_trades || o->kind == CONTRACT_EVENT)
		return;
	scan_fill_profiles(m);
	for (unsigned set = 0; set < ROSTER_SETS_MAX; set++)
		if (roster_lists(m->roster, set, 0))
			match_set(m, set, o, on, out);
}

void match_hits_clear(struct match_hits *h)
{
	free(h->v);
	*h = (struct match_hits){0};
}

/* --- one person ------------------------------------------------------------
 */
static void add_hit(struct match_hits *out, size_t i, const struct verdict *v)
{
	if (out->n == out->cap) {
		out->cap = out->cap ? out->cap * 2 : 64;
		out->v = mem_grow(out->v, out->cap, sizeof(*out->v));
	}
	out->v[out->n++] = (struct match_hit){
		.person = (uint32_t)i,
		.score = (uint16_t)v->score,
		.decision = (uint16_t)v->decision,
	};
}

/* Whether any of the offer's trades is linked to a wish; answers by trade are
 * remembered in memo (0 not asked, 1 no, 2 yes). */
static bool is_linked(const struct match_env *env, const struct mperson *p,
		      const struct moffer *o, uint8_t *memo)
{
	const struct ruleset *s =
		&env->rules->sets[p->set < env->rules->n_sets ? p->set : 0];
	bool found = false;

	for (int i = 0; i < o->n_trades && !found; i++) {
		uint16_t to = o->trades[i];

		for (int k = 0; !memo[to] && k < p->n_trades; k++) {
			uint16_t wish = p->trades[k];
			int near = tradenet_proximity(env->trades, wish, to);
			bool is_family = tradenet_family(env->trades, wish) ==
					 tradenet_family(env->trades, to);

			if (wish == to || rules_nearness(s, is_family, near))
				memo[to] = 2;
		}
		if (!memo[to])
			memo[to] = 1;
		found = memo[to] == 2;
	}
	return found;
}

void match_person(const struct match_env *env, const struct mperson *p,
		  const struct moffer *offers, size_t n, int32_t on,
		  struct match_hits *out)
{
	uint8_t memo[TRADES_MAX] = {0};

	for (size_t i = 0; i < n; i++) {
		struct verdict v;

		if (!is_linked(env, p, &offers[i], memo))
			continue;
		match_evaluate(env, p, &offers[i], on, &v);
		if (v.decision != DECISION_EXCLUDE)
			add_hit(out, i, &v);
	}
}
