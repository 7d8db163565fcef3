/* SPDX-License-Identifier: EUPL-1.2 */
/* Why nothing was found for somebody, as one thing that can be talked about:
 * the single change of theirs that would open the most offers of the trades
 * they look for. Each is found by whatif.h, so it is judged and true; the
 * engine's other gates still hold. A private fact is never the answer, and an
 * offer that one closes is passed over as if it were not there, so that the
 * words say nothing by what they leave out.
 *
 * Bounded: all offers are passed in memory, those of the trades are judged, at
 * most ASKED_MAX near misses are asked about and PAIRS_MAX of them kept. */
#include "digest.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/whatif.h>

#include <stdlib.h>

/* Near misses that one change helps; those asked about, each some tens of
 * microseconds, for the journey of most is longer than anybody is asked to
 * make; and offers judged to find them. */
#define PAIRS_MAX  24
#define ASKED_MAX  100
#define JUDGED_MAX 400
/* A number is said rounded up: nobody travels 43 minutes at most. */
#define MINUTES_STEP 5
/* A little more that helps much more: so many minutes, so many offers. */
#define MINUTES_REACH 15
/* Nobody is asked to travel longer than this, one way. */
#define MINUTES_MOST 90

struct help {
	struct whatif_change change;
	enum decision decision;
};

static bool is_minutes(enum whatif_what what)
{
	return what == WHATIF_MINUTES || what == WHATIF_MINUTES_CFA;
}

/* What an adviser and a young person can change between them. */
static bool is_theirs(const struct whatif_change *c)
{
	enum whatif_what what = c->what;
	if (is_minutes(what))
		return c->to <= MINUTES_MOST;
	return what == WHATIF_CONTRACT || what == WHATIF_LICENCE ||
	       what == WHATIF_MODE || what == WHATIF_DEPARTURE ||
	       what == WHATIF_RETURN || what == WHATIF_AVAILABLE;
}

static bool is_wished(const struct mperson *m, const struct moffer *o)
{
	for (int i = 0; i < m->n_trades; i++)
		for (int j = 0; j < o->n_trades; j++)
			if (m->trades[i] == o->trades[j])
				return true;
	return false;
}

/* One public gate is closed, of those that a change of theirs may open. */
static bool is_near_miss(const struct verdict *v)
{
	int closed = 0, gate = 0;
	for (int i = 0; i < GATE_COUNT; i++) {
		if (v->gates[i].state != GATE_FAIL)
			continue;
		if (v->gates[i].is_private)
			return false;
		closed++;
		gate = i;
	}
	return closed == 1 && (gate == GATE_CONTRACT || gate == GATE_LICENCE ||
			       gate == GATE_REACH || gate == GATE_START);
}

/* An offer that does not say when it was published is one of today. */
static bool is_old(struct planner *p, const struct moffer *o)
{
	return o->kind == CONTRACT_EVENT ||
	       (o->posted != DATE_NONE && !plan_is_current(p, o, INSTANT_NONE));
}

static size_t find_helps(struct planner *p, const struct mperson *m,
			 struct help out[PAIRS_MAX], bool *is_cut)
{
	int32_t today = paris_date(clock_now(p->clock));
	size_t n = 0, at = 0;
	int judged = 0, asked = 0;
	const struct moffer *o;
	*is_cut = false;
	while ((o = live_each_offer(p->live, &at))) {
		struct verdict v;
		struct whatif w;
		if (!is_wished(m, o) || is_old(p, o))
			continue;
		if (n == PAIRS_MAX || judged++ == JUDGED_MAX ||
		    asked == ASKED_MAX) {
			*is_cut = true;
			break;
		}
		live_evaluate_pair(p->live, m, o, today, &v);
		if (v.decision != DECISION_EXCLUDE || !is_near_miss(&v))
			continue;
		asked++;
		if (!whatif_find_one(live_env(p->live), m, o, &v, &w) ||
		    w.is_private || !is_theirs(&w.changes[0]))
			continue;
		out[n++] = (struct help){w.changes[0], w.decision};
	}
	return n;
}

static int by_change(const void *a, const void *b)
{
	const struct whatif_change *x = &((const struct help *)a)->change;
	const struct whatif_change *y = &((const struct help *)b)->change;
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	int up = x->what == WHATIF_DEPARTURE ? -1 : 1;
	return x->to < y->to ? -up : x->to > y->to ? up : 0;
}

/* How many of v, which are of one kind and ask ever more, `to` would open. */
static size_t opened(const struct help *v, size_t n, int32_t to)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		k += v[i].change.what == WHATIF_DEPARTURE ? v[i].change.to >= to
		     : v[i].change.what == WHATIF_CONTRACT ||
				     v[i].change.what == WHATIF_LICENCE ||
				     v[i].change.what == WHATIF_MODE
			     ? v[i].change.to == to
			     : v[i].change.to <= to;
	return k;
}

/* The change to name for these, and what it opens. */
static size_t best_of(const struct help *v, size_t n, struct help *out)
{
	size_t most = 0;
	for (size_t i = 0; i < n; i++) {
		struct help h = v[i];
		if (is_minutes(h.change.what)) {
			h.change.to = (h.change.to + MINUTES_STEP - 1) /
				      MINUTES_STEP * MINUTES_STEP;
			if (h.change.to > v[0].change.to + MINUTES_REACH &&
			    most)
				break;
		}
		size_t k = opened(v, n, h.change.to);
		/* Of changes that ask ever more, the least that opens any; but
		 * a few minutes more may be worth it. */
		if (k > most && (!most || is_minutes(h.change.what) ||
				 h.change.what == WHATIF_CONTRACT ||
				 h.change.what == WHATIF_LICENCE ||
				 h.change.what == WHATIF_MODE)) {
			most = k;
			*out = h;
		}
	}
	return most;
}

const char *digest_find_help(struct planner *p, struct arena *a, int64_t person)
{
	struct help v[PAIRS_MAX], best = {0};
	struct mperson m;
	bool is_cut;
	size_t most = 0;
	if (!live_person(p->live, person, &m))
		return NULL;
	size_t n = find_helps(p, &m, v, &is_cut);
	if (!n)
		return NULL;
	qsort(v, n, sizeof(*v), by_change);
	for (size_t i = 0, end; i < n; i = end) {
		struct help h = v[i];
		for (end = i; end < n && v[end].change.what == v[i].change.what;
		     end++)
			;
		size_t k = best_of(v + i, end - i, &h);
		if (k > most) {
			most = k;
			best = h;
		}
	}
	struct whatif w = {
		.changes = {best.change}, .n = 1, .decision = best.decision};
	const char *words = whatif_words(live_refdata(p->live), a, &w);
	return arena_printf(a, "%s : %s%zu offre%s", words,
			    is_cut ? "au moins " : "", most,
			    most > 1 ? "s" : "");
}
