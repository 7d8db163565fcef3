/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loop: one list of postings against one offer, in two passes.
 *
 *   1. sift   every posting: near enough for the score its trade still needs,
 *             nothing in the way, old enough, free in time. No branch, no
 *             division, no root; what it lets through is a superset of what is
 *             kept.
 *   2. judge  each survivor exactly, with the numbers match_evaluate() has. A
 *             third of them fail on the score alone, which no processor can
 *             foresee: the hit is written first and counted after, without a
 *             branch.
 *
 * Distances are geodesy and the one floating point here: whole metres below
 * 2^24, so differences are exact, squares fit a double exactly, and the root,
 * correctly rounded, rounds up to the same metre everywhere. The sift works in
 * single precision and bounds are widened for it. */
#include "matcher.h"

#include <etrier/date.h>
#include <etrier/mem.h>

#include <math.h>

enum { FETCH_AHEAD = 12 };

static uint32_t sift(const struct scan *s, const struct posting *v, uint32_t n,
		     uint32_t *keep)
{
	const uint8_t *class_of = s->link->class_of;
	const float *bounds = s->bounds;
	uint32_t stride = s->stride, ban = s->ban, k = 0;
	uint16_t born_latest = s->frame->born_latest;
	uint16_t free_latest = s->free_latest;
	float x = s->x_m, y = s->y_m;

	for (uint32_t i = 0; i < n; i++) {
		const struct posting *p = &v[i];
		float dx = p->x_m - x, dy = p->y_m - y;
		uint32_t level = s->level[class_of[p->pattern]];
		float bound = bounds[p->profile * stride + level];

		keep[k] = i;
		k += (dx * dx + dy * dy <= bound) & !(p->filter & ban) &
		     (p->birth <= born_latest) & (p->available <= free_latest);
	}
	return k;
}

/* What only the person's record tells; for the few who have it. -1 fails, 1
 * asks, 0 passes. */
static int judge_record(const struct matcher *m, const struct frame *f,
			const struct posting *p)
{
	const struct mperson *who = roster_slot(m->roster, p->slot);
	const struct moffer *o = f->offer;

	if (need_conflicts(who->needs_exclude, o->exposures))
		return -1;
	if (o->kind == CONTRACT_APPRENTICESHIP && who->deadline &&
	    o->start != DATE_NONE && day16(f->start) > who->deadline)
		return -1;
	return need_asks(who->needs_exclude, o->known) != 0;
}

/* Out of the sure ages of the kind: the same answers. */
static int judge_age(const struct frame *f, const struct posting *p)
{
	if (!p->birth)
		return 0;
	if (p->birth >= f->born_sure_earliest)
		return 1; /* too young to be sure */
	if (f->has_rqth_lift && (p->filter & FILTER_RQTH))
		return p->birth < f->born_rqth_earliest ? -1 : 0;
	return p->birth < f->born_earliest ? -1 : 1;
}

static int32_t whole_metres(float dx, float dy)
{
	double x = (double)dx, y = (double)dy;
	double root = sqrt(x * x + y * y);
	int32_t d = (int32_t)root;

	return d + (d < root);
}

static int travel_value(const struct profile *f, int32_t cost)
{
	if (cost <= f->full)
		return 1000;
	if (cost >= f->zero)
		return 0;
	return divide((uint64_t)(f->zero - cost) * 1000 +
			      (uint32_t)(f->zero - f->full) / 2,
		      f->per_span);
}

/* Weighted value of the dates; the sift has seen to the gate. Who is free
 * already and who is not is a coin's toss: hence the product, not a branch. */
static int64_t start_points(const struct scan *s, const struct posting *p)
{
	int wait = p->available - s->today;
	int days = (wait > 0) * wait + s->days_to_start;

	days = days < -START_DAYS ? -START_DAYS : days;
	days = days >= START_DAYS ? START_DAYS - 1 : days;
	if (!s->start || !p->available)
		return s->unknown_start;
	return s->tables->start_points[days + START_DAYS];
}

/* The hit in *hit, true when it is one. */
static inline bool judge(const struct matcher *m, const struct scan *s,
			 const struct posting *p, struct match_hit *hit)
{
	const struct profile *f = &m->profiles[p->profile];
	const struct frame *frame = s->frame;
	bool must_ask = s->must_ask || (p->filter & FILTER_WISH_UNKNOWN);
	int64_t sum = s->fixed[s->link->class_of[p->pattern]];

	if (f->curve && s->stride) {
		int32_t d = whole_metres(p->x_m - s->x_m, p->y_m - s->y_m);
		int32_t cost = travel_cost(f->curve, d);

		if (cost > f->limit)
			return false;
		must_ask |= frame->is_early && d > f->own_reach_m;
		sum += s->travel_weight * travel_value(f, cost);
	} else {
		must_ask = true;
		sum += s->unknown_travel;
	}
	sum += start_points(s, p);
	if (p->birth < frame->born_sure_earliest ||
	    p->birth > frame->born_sure_latest) {
		int age = judge_age(frame, p);

		if (age < 0)
			return false;
		must_ask |= age > 0;
	}
	if (p->filter & (FILTER_NEEDS | FILTER_DEADLINE)) {
		int record = judge_record(m, frame, p);

		if (record < 0)
			return false;
		must_ask |= record > 0;
	}
	*hit = (struct match_hit){
		.person = p->id,
		.score = (uint16_t)divide((uint64_t)sum, s->per_total),
		.decision = (uint16_t)(DECISION_SEND -
				       (must_ask | (sum < s->need_send))),
	};
	return sum >= s->need_check;
}

/* One place a person: the best of the shelves on which the offer met them. */
static void keep_once(struct matcher *m, uint32_t slot, struct match_hits *out)
{
	struct match_hit hit = out->v[out->n];
	uint32_t at = m->seen[slot];

	if (!at)
		m->seen[slot] = (uint32_t)++out->n;
	else if (hit.score > out->v[at - 1].score)
		out->v[at - 1] = hit;
}

/* The records that a survivor further on will want: they lie anywhere in the
 * roster, and waiting for them was a quarter of the whole scan. */
static inline void fetch_ahead(const struct matcher *m, const struct posting *v,
			       uint32_t n, uint32_t i)
{
	const struct posting *p;

	if (i + FETCH_AHEAD >= n)
		return;
	p = &v[m->keep[i + FETCH_AHEAD]];
	if (p->filter & (FILTER_NEEDS | FILTER_DEADLINE))
		__builtin_prefetch(roster_slot(m->roster, p->slot));
}

void scan_list(struct matcher *m, const struct scan *s,
	       const struct posting_list *l, struct match_hits *out)
{
	uint32_t n;

	if (l->n > m->cap_keep) {
		m->cap_keep = l->n + l->n / 4;
		m->keep = mem_grow(m->keep, m->cap_keep, sizeof(*m->keep));
	}
	m->n_scanned += l->n;
	n = sift(s, l->v, l->n, m->keep);
	if (out->n + n + 1 > out->cap) {
		out->cap = (out->n + n + 1) * 2;
		out->v = mem_grow(out->v, out->cap, sizeof(*out->v));
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct posting *p = &l->v[m->keep[i]];
		bool is_hit;

		fetch_ahead(m, l->v, n, i);
		is_hit = judge(m, s, p, &out->v[out->n]);
		if (!s->may_repeat)
			out->n += is_hit;
		else if (is_hit)
			keep_once(m, p->slot, out);
	}
}
