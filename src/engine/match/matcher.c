/* SPDX-License-Identifier: EUPL-1.2 */
/* One offer against the roster, and one person against the live offers.
 *
 * The matcher keeps what the rules and the travel model make of the roster's
 * numbered profiles and patterns: reach per level of value, worth per pattern.
 * Both only grow with the roster and are filled when first needed; new rules
 * want a new matcher. For each offer and rule set it turns "score at least
 * check" into "journey at least that good, given this trade", which the scan
 * compares without a root. */
#include "matcher.h"

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <float.h>
#include <stdlib.h>
#include <string.h>

/* Squares of single precision are off by less than four roundings. */
#define BOUND_SLACK 1.000001f

static void fill_tables(struct set_tables *t, const struct ruleset *s)
{
	for (int i = 0; i < START_TABLE; i++)
		t->start_points[i] = s->weight[CRITERION_START] *
				     rules_start_value(s, i - START_DAYS);
	t->per_total = reciprocal((uint32_t)s->total_weight);
}

struct matcher *matcher_new(const struct roster *r, const struct match_env *env)
{
	struct matcher *m = mem_alloc(sizeof(*m));

	m->roster = r;
	m->env = *env;
	m->sets = mem_array(env->rules->n_sets, sizeof(*m->sets));
	for (size_t i = 0; i < env->rules->n_sets; i++)
		fill_tables(&m->sets[i], &env->rules->sets[i]);
	return m;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->env.rules->n_sets; i++) {
		struct links **by_trade = m->sets[i].by_trade;
		uint16_t n = by_trade ? tradenet_count(m->env.trades) : 0;

		for (uint16_t k = 0; k < n; k++) {
			if (by_trade[k])
				links_clear(by_trade[k]);
			free(by_trade[k]);
		}
		free(by_trade);
	}
	free(m->sets);
	free(m->profiles);
	free(m->bounds);
	free(m->keep);
	free(m->seen);
	free(m);
}

uint64_t matcher_n_scanned(const struct matcher *m)
{
	return m->n_scanned;
}

size_t matcher_bytes(const struct matcher *m)
{
	size_t per_profile =
		sizeof(struct profile) + REACH_STRIDE * sizeof(*m->bounds);
	size_t sum = sizeof(*m) + m->n_profiles * per_profile +
		     m->cap_keep * sizeof(*m->keep) +
		     m->cap_seen * sizeof(*m->seen);

	for (size_t i = 0; i < m->env.rules->n_sets; i++) {
		struct links **by_trade = m->sets[i].by_trade;
		uint16_t n = by_trade ? tradenet_count(m->env.trades) : 0;

		sum += sizeof(*m->sets) + n * sizeof(*by_trade);
		for (uint16_t k = 0; k < n; k++)
			if (by_trade[k])
				sum += links_bytes(by_trade[k]);
	}
	return sum;
}

/* --- profiles ------------------------------------------------------------ */
/* The largest cost whose value is at least `value`; below 0: none. */
static int32_t cost_for(const struct profile *p, const struct ruleset *s,
			int32_t cost_per_minute, int value)
{
	int32_t lo = -1, hi = p->limit + 1;

	while (hi - lo > 1) {
		int32_t mid = lo + (hi - lo) / 2;

		if (rules_travel_value(s, mid, p->limit, cost_per_minute) >=
		    value)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static float bound_of(int32_t reach_m)
{
	float r = (float)reach_m;

	return reach_m < 0 ? -1 : r * r * BOUND_SLACK;
}

static void fill_profile(struct matcher *m, uint32_t i, uint64_t packed)
{
	struct profile_key k = profile_unpack(packed);
	const struct travel *t = m->env.travel;
	const struct rules *rules = m->env.rules;
	const struct ruleset *s =
		&rules->sets[k.set < rules->n_sets ? k.set : 0];
	struct profile *p = &m->profiles[i];
	float *bounds = &m->bounds[(size_t)i * REACH_STRIDE];

	*p = (struct profile){0};
	bounds[REACH_NOBODY] = -1;
	for (int level = 0; level <= REACH_LEVELS; level++)
		bounds[level] = FLT_MAX;
	if (profile_is_unknown(k))
		return;
	p->curve = t->by_modes[k.modes & (TRAVEL_MODE_SETS - 1)];
	p->limit = k.max_minutes * t->cost_per_minute;
	rules_travel_span(s, p->limit, t->cost_per_minute, &p->full, &p->zero);
	if (p->zero > p->full)
		p->per_span = reciprocal((uint32_t)(p->zero - p->full));
	p->own_reach_m = travel_reach_m(t->by_modes[travel_own_modes(k.modes)],
					p->limit);
	for (int level = 0; level <= REACH_LEVELS; level++) {
		int32_t cost = cost_for(p, s, t->cost_per_minute,
					level * 1000 / REACH_LEVELS);

		bounds[level] = bound_of(travel_reach_m(p->curve, cost));
	}
}

static void fill_profiles(struct matcher *m)
{
	uint32_t n;
	const uint64_t *packed = roster_profiles(m->roster, &n);

	if (n == m->n_profiles)
		return;
	m->profiles = mem_grow(m->profiles, n, sizeof(*m->profiles));
	m->bounds = mem_grow(m->bounds, (size_t)n * REACH_STRIDE,
			     sizeof(*m->bounds));
	for (; m->n_profiles < n; m->n_profiles++)
		fill_profile(m, m->n_profiles, packed[m->n_profiles]);
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

static uint32_t ban_of(const struct moffer *o)
{
	uint32_t ban = (uint32_t)o->licences << FILTER_LICENCE_SHIFT;

	return o->kind == VOCAB_NONE ? ban : ban | 1u << o->kind;
}

/* Level of value the journey needs when the rest is `fixed` and the dates are
 * at their best; rounded down, so never too strict. */
static uint8_t level_for(const struct scan *s, int64_t fixed, int64_t best)
{
	const struct ruleset *r = s->frame->rules;
	int64_t weight = r->weight[CRITERION_TRAVEL];
	int64_t missing = s->need_check - fixed - best;

	if (missing <= 0)
		return 0;
	if (missing > weight * 1000)
		return REACH_NOBODY;
	if (!s->stride)
		return 0;
	return (uint8_t)(missing * REACH_LEVELS / (weight * 1000));
}

/* False when no class of the shelf can score enough. */
static bool set_levels(struct scan *s)
{
	const struct ruleset *r = s->frame->rules;
	int64_t best = (int64_t)r->weight[CRITERION_START] * 1000;
	int64_t base = (int64_t)r->weight[CRITERION_FRESHNESS] *
			       s->frame->fresh_value +
		       r->total_weight / 2;
	bool is_hopeless = true;

	s->level[0] = REACH_NOBODY;
	for (uint16_t c = 1; c < s->link->n_classes; c++) {
		s->fixed[c] = base + (int64_t)r->weight[CRITERION_TRADE] *
					     s->link->value[c];
		s->level[c] = level_for(s, s->fixed[c], best);
		is_hopeless &= s->level[c] == REACH_NOBODY;
	}
	return !is_hopeless;
}

static void begin_scan(struct matcher *m, const struct frame *f, unsigned set,
		       struct scan *s)
{
	static const float anywhere[REACH_STRIDE] = {
		[0] = FLT_MAX, [REACH_NOBODY] = -1};
	const struct ruleset *r = f->rules;
	const struct moffer *o = f->offer;

	memset(s, 0, offsetof(struct scan, level));
	s->frame = f;
	s->tables = &m->sets[set];
	s->bounds = o->is_placed ? m->bounds : anywhere;
	s->stride = o->is_placed ? REACH_STRIDE : 0;
	s->ban = ban_of(o);
	s->x_m = o->is_placed ? (float)o->at.x_m : 0;
	s->y_m = o->is_placed ? (float)o->at.y_m : 0;
	s->today = day16(f->on);
	s->start = day16(f->start);
	s->days_to_start = s->today - s->start;
	s->free_latest = UINT16_MAX;
	if (s->start)
		s->free_latest = (uint16_t)num_clip(s->start + r->late_days, 1,
						    UINT16_MAX);
	s->per_total = s->tables->per_total;
	s->travel_weight = r->weight[CRITERION_TRAVEL];
	s->must_ask = o->kind == VOCAB_NONE;
	s->need_check = r->check * r->total_weight;
	s->need_send = r->send * r->total_weight;
	s->unknown_travel = (int64_t)r->weight[CRITERION_TRAVEL] *
			    r->unknown_value[CRITERION_TRAVEL];
	s->unknown_start = (int64_t)r->weight[CRITERION_START] *
			   r->unknown_value[CRITERION_START];
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

	for (unsigned g = 0; g < ROSTER_GROUPS; g++)
		if (lists[g].n && !(roster_group_filter(m->roster, g) & s->ban))
			scan_list(m, s, &lists[g], out);
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
	begin_scan(m, &f, rules, &s);
	s.may_repeat = l->n > 1;
	if (s.may_repeat)
		grow_seen(m);
	for (size_t i = 0; i < l->n; i++) {
		s.link = &l->v[i];
		if (set_levels(&s))
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
	fill_profiles(m);
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
