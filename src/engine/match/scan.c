/* SPDX-License-Identifier: EUPL-1.2 */
/* The hot loop: one list of postings against one offer, in two passes.
 *
 *   1. sift   every posting: near enough for the score its trade and its points
 *             still need, nothing in the way, old enough, free in time. No
 *             branch, no division, no root; what it lets through is a superset
 *             of what is kept.
 *   2. judge  each survivor exactly, with the numbers match_evaluate() has.
 * Many fail on the score alone, which no processor can foresee: the hit is
 * written first and counted after, without a branch.
 *
 * Who has something that no posting repeats (limits of the day, a course, a
 * refusal, a need of step-free travel) is heavy where the offer makes it
 * matter: sifted by reach alone, and evaluated in full.
 *
 * Distances are geodesy and the one floating point here: whole metres below
 * 2^24, so differences are exact, squares fit a double exactly, and the root,
 * correctly rounded, rounds up to the same metre everywhere. The sift works in
 * single precision and bounds are widened for it. */
#include "matcher.h"

#include "engine/travel/field.h"

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { FETCH_AHEAD = 12, BLOCK = 64, ROOTS = 16 };

/* What the sift asks of the scan, in registers as far as there are any: what is
 * read through a pointer is read again after each survivor. */
struct sieve {
	const uint8_t *class_of, *drop, *levels;
	const float *bounds;
	uint32_t stride, ban, heavy;
	float x_m, y_m;
	uint16_t born_latest, free_latest;
};

/* How near one must be, by trade and points, squared. */
static inline __attribute__((always_inline)) float bound_for(
	const struct sieve *s, const struct posting *p, const bool is_plain)
{
	int level = s->levels[s->class_of[p->pattern]];

	if (!is_plain) {
		level -= s->drop[p->trait];
		level = level < 0 ? 0 : level;
		level = level > REACH_NOBODY ? REACH_NOBODY : level;
	}
	level = p->filter & s->heavy ? 0 : level;
	return s->bounds[p->profile * s->stride + (uint32_t)level];
}

/* Four postings side by side. The halves of a posting are loaded whole and
 * turned, so that a lane is a person. */
typedef float lanes_f __attribute__((vector_size(16)));
typedef uint32_t lanes_u __attribute__((vector_size(16)));
typedef int32_t lanes_i __attribute__((vector_size(16)));
typedef uint16_t halves __attribute__((vector_size(16)));
enum { LANES = 4 };
static_assert(offsetof(struct posting, filter) == 8 &&
		      offsetof(struct posting, birth) == 20 &&
		      offsetof(struct posting, available) == 22 &&
		      sizeof(struct posting) == 32,
	      "lanes of a posting");

#define LOWER(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define UPPER(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define FRONT(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define BACK(a, b)  __builtin_shufflevector(a, b, 2, 3, 6, 7)

enum half { PLACE, DATES };
static inline lanes_u load(const struct posting *p, enum half half)
{
	lanes_u v;

	memcpy(&v, (const char *)p + half * sizeof(v), sizeof(v));
	return v;
}

/* All bits of a lane set: let through. */
static inline __attribute__((always_inline)) lanes_i sift_four(
	const struct sieve *s, const struct posting *v, const bool is_plain)
{
	lanes_u a = load(&v[0], PLACE), b = load(&v[1], PLACE);
	lanes_u c = load(&v[2], PLACE), d = load(&v[3], PLACE);
	lanes_u xy = LOWER(a, b), more = LOWER(c, d);
	lanes_f dx = (lanes_f)FRONT(xy, more) - s->x_m;
	lanes_f dy = (lanes_f)BACK(xy, more) - s->y_m;
	lanes_u filter = FRONT(UPPER(a, b), UPPER(c, d));
	lanes_f bound = {
		bound_for(s, &v[0], is_plain), bound_for(s, &v[1], is_plain),
		bound_for(s, &v[2], is_plain), bound_for(s, &v[3], is_plain)};
	lanes_u dates = BACK(LOWER(load(&v[0], DATES), load(&v[1], DATES)),
			     LOWER(load(&v[2], DATES), load(&v[3], DATES)));
	uint16_t born = s->born_latest, free = s->free_latest;
	halves latest = {born, free, born, free, born, free, born, free};

	return (dx * dx + dy * dy <= bound) & ((filter & s->ban) == 0) &
	       ((lanes_i)((halves)dates <= latest) == -1);
}

static inline __attribute__((always_inline)) uint32_t sift(
	const struct scan *scan, const struct posting *v, uint32_t from,
	uint32_t end, uint32_t *keep, const bool is_plain)
{
	const struct sieve s = {
		.class_of = scan->link->class_of,
		.drop = scan->bonus->drop,
		.levels = scan->level,
		.bounds = scan->bounds,
		.stride = scan->stride,
		.ban = scan->ban,
		.heavy = scan->heavy,
		.x_m = scan->x_m,
		.y_m = scan->y_m,
		.born_latest = scan->born_latest,
		.free_latest = scan->free_latest,
	};
	uint32_t k = 0, i = from;

	for (; i + LANES <= end; i += LANES) {
		lanes_i in = sift_four(&s, &v[i], is_plain);

		/* lane by lane: a loop would go through memory */
		keep[k] = i;
		k -= (uint32_t)in[0];
		keep[k] = i + 1;
		k -= (uint32_t)in[1];
		keep[k] = i + 2;
		k -= (uint32_t)in[2];
		keep[k] = i + 3;
		k -= (uint32_t)in[3];
	}
	for (; i < end; i++) {
		const struct posting *p = &v[i];
		float dx = p->x_m - s.x_m, dy = p->y_m - s.y_m;
		float bound = bound_for(&s, p, is_plain);

		keep[k] = i;
		k += (dx * dx + dy * dy <= bound) & !(p->filter & s.ban) &
		     (p->birth <= s.born_latest) &
		     (p->available <= s.free_latest);
	}
	return k;
}

static uint32_t sift_plain(const struct scan *s, const struct posting *v,
			   uint32_t from, uint32_t end, uint32_t *keep)
{
	return sift(s, v, from, end, keep, true);
}

static uint32_t sift_points(const struct scan *s, const struct posting *v,
			    uint32_t from, uint32_t end, uint32_t *keep)
{
	return sift(s, v, from, end, keep, false);
}

/* -1 fails, 1 asks, 0 passes. */
static inline int judge_needs(const struct scan *s, const struct posting *p)
{
	uint64_t needs = s->traits[p->trait].needs_exclude;
	const struct moffer *o = s->frame->offer;

	if (need_conflicts(needs, o->exposures))
		return -1;
	return need_asks(needs, o->known) != 0;
}

/* What only the person's record tells; for the few who have it. */
static bool is_after_deadline(const struct scan *s, const struct posting *p)
{
	uint16_t deadline = s->rares[s->rare_of[p->slot]].deadline;

	return deadline && s->start > deadline;
}

static int judge_minor(const struct scan *s, int age)
{
	const struct set_tables *t = s->tables;
	int i = t->n_minor;

	if (age >= MINOR_AGES)
		return 0;
	while (i > 0 && age < t->minor_from[i])
		i--;
	return s->minors[i] == GATE_FAIL ? -1 : s->minors[i] == GATE_ASK;
}

/* Out of the sure ages: the same answers as AGE and the gates of minors. */
static int judge_age(const struct scan *s, const struct posting *p)
{
	const struct frame *f = s->frame;
	int minor;

	if (!p->birth || (p->birth >= s->born_sure_earliest &&
			  p->birth <= s->born_sure_latest))
		return 0;
	if (p->birth < f->born_sure_earliest) {
		if (f->has_rqth_lift && (p->filter & FILTER_RQTH))
			return p->birth < f->born_rqth_earliest ? -1 : 0;
		return p->birth < f->born_earliest ? -1 : 1;
	}
	minor = judge_minor(s, date_age(day16_date(p->birth), f->age_on));
	if (minor < 0)
		return minor;
	return minor | (p->birth > f->born_sure_latest);
}

/* What few have in the way: -1 fails, 1 asks, 0 passes. */
static __attribute__((noinline)) int judge_rare(const struct scan *s,
						const struct posting *p)
{
	int open = judge_age(s, p);
	int need = p->filter & FILTER_NEEDS ? judge_needs(s, p) : 0;

	if ((p->filter & s->dated) && is_after_deadline(s, p))
		return -1;
	open = p->filter & FILTER_WISH_UNKNOWN ? open | 1 : open;
	return open | need; /* -1 has every bit */
}

/* Straight lines of the survivors ahead, all at once: a root takes longer than
 * all the rest of a judgement, and side by side two cost as one. Whole metres
 * when cut off: squares are whole, so that below 2^25 a root which is not whole
 * lies farther than ALMOST_ONE from the whole number above. */
#define ALMOST_ONE (1 - 0x1p-27)
static void measure(const struct scan *s, const struct posting *v,
		    const uint32_t *keep, uint32_t n, double d[BLOCK])
{
	for (uint32_t k = 0; k < n; k++) {
		double x = (double)(v[keep[k]].x_m - s->x_m);
		double y = (double)(v[keep[k]].y_m - s->y_m);

		d[k] = x * x + y * y;
	}
	for (uint32_t k = n; k % ROOTS; k++)
		d[k] = 0;
	for (uint32_t k = 0; k < n; k += ROOTS)
		for (uint32_t i = 0; i < ROOTS; i++)
			d[k + i] = sqrt(d[k + i]) + ALMOST_ONE;
}

/* No branch: outside of full and zero the division gives what it gives there.
 */
static int travel_value(const struct profile *f, int32_t cost)
{
	cost = cost < f->full ? f->full : cost;
	cost = cost > f->zero ? f->zero : cost;
	return divide((uint64_t)(f->most - (int64_t)cost * 1000), f->per_span);
}

/* Weighted value of the dates; the sift has seen to the gate. Who is free
 * already and who is not is a coin's toss: no branch here either. */
static int64_t start_points(const struct scan *s, const struct posting *p)
{
	int day = p->available + s->start_shift;

	day = day < s->start_first ? s->start_first : day;
	day = day > s->start_last ? s->start_last : day;
	day = p->available ? day : START_UNKNOWN;
	return s->tables->start_points[day];
}

/* Public transport beside the own means; true when it only runs by day. */
static bool ride(const struct scan *s, const struct profile *f,
		 const struct posting *p, int32_t d, int32_t *cost)
{
	int32_t c = travel_field_transit_inline(s->field, p->zone, d);

	if (c < *cost)
		*cost = c;
	if (*cost <= f->limit || !s->by_day)
		return false;
	c = travel_field_transit(s->by_day, p->zone, d);
	if (c >= *cost)
		return false;
	*cost = c;
	return true;
}

/* The record asked in full. False: excluded. */
static bool judge_heavy(struct matcher *m, const struct scan *s,
			const struct posting *p, struct match_hit *hit)
{
	struct mperson who;

	roster_slot(m->roster, p->slot, &who);
	evaluate_framed(&m->env, &who, s->frame, NULL, &m->verdict);
	hit->score = (uint16_t)m->verdict.score;
	hit->decision = (uint16_t)m->verdict.decision;
	return m->verdict.decision != DECISION_EXCLUDE;
}

/* What the posting and the scan know already, and the rest of what the waiting
 * symbols ask for. */
#define FIELDS_OF_POSTING                                                   \
	(1u << PAIR_AGE | 1u << PAIR_AGE_TODAY | 1u << PAIR_MINUTES |       \
	 1u << PAIR_MINUTES_OF_LIMIT | 1u << PAIR_LEAVE | 1u << PAIR_BACK | \
	 1u << PAIR_DAYS_TO_START | 1u << PAIR_OFFER_AGE)
#define FIELDS_OF_LINK (1u << PAIR_RANK | 1u << PAIR_TRADE_VALUE)

static int judge_waiting(const struct matcher *m, const struct scan *s,
			 const struct posting *p, int32_t cost, int *public_sum,
			 int *sum)
{
	uint32_t fields = s->bonus->waits[p->trait].fields;
	struct mperson who = mperson_unknown;
	struct pair x = {.env = &m->env,
			 .p = &who,
			 .f = s->frame,
			 .person_conds = &s->traits[p->trait].bits,
			 .cfa_cost = -1,
			 .age = -1};

	if (fields & ~(uint32_t)FIELDS_OF_POSTING)
		roster_slot(m->roster, p->slot, &who);
	who.birth = p->birth;
	if (p->birth && (fields & 1u << PAIR_AGE))
		x.age = date_age(day16_date(p->birth), s->frame->age_on);
	if (fields & FIELDS_OF_LINK)
		pair_find_link(&x);
	x.way = (struct journey){
		.is_placed = cost >= 0,
		.has_way = cost >= 0,
		.cost = cost,
		.limit = m->profiles[p->profile].limit,
		.minutes = travel_minutes(m->env.travel, cost),
	};
	pair_find_day(&x);
	return bonus_settle(&s->tables->bonus, s->bonus, p->trait, &x,
			    public_sum, sum);
}

/* base is what the criteria make, cost -1 unknown. True when it is a hit. */
static inline bool finish(const struct matcher *m, const struct scan *s,
			  const struct posting *p, int base, int32_t cost,
			  int must_ask, struct match_hit *hit)
{
	const struct trait_points *t = &s->bonus->v[p->trait];
	int public_sum = t->public_sum, sum = t->sum, open, score;

	must_ask |= (t->flags & TRAIT_ASKS) != 0;
	if (t->flags & TRAIT_WAITS) {
		if (num_clip(base + t->best, 0, 1000) < s->check)
			return false;
		open = judge_waiting(m, s, p, cost, &public_sum, &sum);
		if (open < 0)
			return false;
		must_ask |= open;
	}
	open = base + public_sum;
	open = open < 0 ? 0 : open > 1000 ? 1000 : open;
	score = base + sum;
	score = score < 0 ? 0 : score > 1000 ? 1000 : score;
	*hit = (struct match_hit){
		.score = (uint16_t)score,
		.decision = (uint16_t)(DECISION_SEND -
				       (must_ask | (open < s->send))),
	};
	return open >= s->check;
}

/* The hit in *hit but for its person, true when it is one. */
static inline __attribute__((always_inline)) bool judge(
	struct matcher *m, const struct scan *s, const uint8_t *class_of,
	const struct posting *p, double straight, struct match_hit *hit,
	const bool is_plain)
{
	const struct profile *f = &m->profiles[p->profile];
	int must_ask = s->must_ask;
	uint8_t class = class_of[p->pattern];
	int64_t sum = s->fixed[class];
	int32_t cost = -1;

	if (__builtin_expect(s->is_all_heavy || (p->filter & s->heavy), 0))
		return judge_heavy(m, s, p, hit);
	if (!is_plain) {
		unsigned level = s->bonus->v[p->trait].level;

		if (!class || s->level_fails[level])
			return false;
		sum += s->training[level];
	}
	if (f->own && s->stride) {
		int32_t d = (int32_t)straight;

		cost = travel_cost(f->own, d);
		if (f->has_transit)
			must_ask |= ride(s, f, p, d, &cost);
		if (cost > f->limit)
			return false;
		sum += s->travel_weight * travel_value(f, cost);
	} else {
		must_ask = 1;
		sum += s->unknown_travel;
	}
	sum += start_points(s, p);
	if ((p->filter & s->rare) || p->birth < s->born_sure_earliest ||
	    p->birth > s->born_sure_latest) {
		int open = judge_rare(s, p);

		if (open < 0)
			return false;
		must_ask |= open;
	}
	if (!is_plain)
		return finish(m, s, p, divide((uint64_t)sum, s->per_total),
			      cost, must_ask, hit);
	*hit = (struct match_hit){
		.score = (uint16_t)divide((uint64_t)sum, s->per_total),
		.decision = (uint16_t)(DECISION_SEND -
				       (must_ask | (sum < s->need_send))),
	};
	return sum >= s->need_check;
}

/* One place a person: the best of the shelves on which the offer met them. n
 * are kept, the next stands behind them; returns how many are kept now. */
static size_t keep_once(struct matcher *m, uint32_t slot, struct match_hit *v,
			size_t n)
{
	struct match_hit hit = v[n];
	uint32_t at = m->seen[slot];

	if (!at)
		m->seen[slot] = (uint32_t)++n;
	else if (hit.score > v[at - 1].score ||
		 hit.decision > v[at - 1].decision)
		v[at - 1] = hit;
	return n;
}

/* The records that a survivor further on will want, by two steps: they lie
 * anywhere in the roster, and waiting for them was a quarter of the scan. */
static inline void fetch_ahead(const struct scan *s, const struct posting *v,
			       const uint32_t *keep, uint32_t n, uint32_t i)
{
	const struct posting *p;

	if (i + 2 * FETCH_AHEAD >= n)
		return;
	p = &v[keep[i + 2 * FETCH_AHEAD]];
	if (p->filter & s->dated)
		__builtin_prefetch(&s->rare_of[p->slot]);
	p = &v[keep[i + FETCH_AHEAD]];
	if (p->filter & s->dated)
		__builtin_prefetch(&s->rares[s->rare_of[p->slot]]);
}

/* Of the cells of a row those that a circle around the work touches; row and
 * column beyond which nobody is counted go on for ever. */
static struct run run_in(const struct scan *s, const uint32_t *first, int row)
{
	int32_t x = (int32_t)s->x_m, y = (int32_t)s->y_m;
	int32_t south = (row - ROSTER_CELLS / 2) * (1 << ROSTER_CELL_SHIFT);
	int own = roster_cell_at(y);
	double r = (double)s->reach_m + 1, aside = 0;
	int32_t half;

	if (row < own)
		aside = y - (south + (1 << ROSTER_CELL_SHIFT));
	else if (row > own)
		aside = south - y;
	half = aside < r ? (int32_t)sqrt(r * r - aside * aside) + 1 : 0;
	first += 1 + row * ROSTER_CELLS;
	return (struct run){first[roster_cell_at(x - half)],
			    first[roster_cell_at(x + half) + 1]};
}

/* The list lies anywhere; whoever asks for the runs of several lists before the
 * first is scanned waits once, not once a run. */
void scan_find_runs(struct matcher *m, const struct scan *s,
		    const struct posting_list *l, struct runs *out)
{
	const uint32_t *first = l->first;
	int32_t reach, y = (int32_t)s->y_m;
	int end;

	out->n = 0;
	if (!first || !s->stride || s->reach_m > REACH_FAR_M) {
		out->v[out->n++] = (struct run){0, l->n};
	} else {
		reach = (int32_t)s->reach_m + 1;
		end = roster_cell_at(y + reach);
		out->v[out->n++] = (struct run){0, first[1]};
		for (int k = roster_cell_at(y - reach); k <= end; k++)
			out->v[out->n++] = run_in(s, first, k);
		out->v[out->n++] = (struct run){first[ROSTER_CELL_COUNT], l->n};
	}
	for (int i = 0; i < out->n; i++) {
		m->n_scanned += out->v[i].end - out->v[i].from;
		__builtin_prefetch(&l->v[out->v[i].from]);
		__builtin_prefetch(&l->v[out->v[i].from + 2]);
	}
}

static uint32_t sift_runs(const struct matcher *m, const struct scan *s,
			  const struct posting *v, const struct runs *runs)
{
	uint32_t n = 0;

	for (int i = 0; i < runs->n; i++) {
		uint32_t from = runs->v[i].from, end = runs->v[i].end;

		n += s->is_plain ? sift_plain(s, v, from, end, m->keep + n)
				 : sift_points(s, v, from, end, m->keep + n);
	}
	return n;
}

/* What is counted lies in locals: through a pointer it might be anything of the
 * scan's, and all of that would be read again for each. */
static inline __attribute__((always_inline)) void judge_list(
	struct matcher *m, const struct scan *s, const struct posting *v,
	uint32_t n, struct match_hits *out, const bool is_plain)
{
	const uint32_t *keep = m->keep;
	const uint8_t *class_of = s->link->class_of;
	const bool may_repeat = s->may_repeat, is_dated = s->dated != 0;
	struct match_hit *hits = out->v;
	size_t n_hits = out->n;

	for (uint32_t i = 0; i < n; i += BLOCK) {
		uint32_t end = n - i < BLOCK ? n - i : BLOCK;
		double d[BLOCK];

		measure(s, v, keep + i, end, d);
		for (uint32_t k = 0; k < end; k++) {
			const struct posting *p = &v[keep[i + k]];
			struct match_hit *hit = &hits[n_hits];
			bool is_hit;

			if (is_dated)
				fetch_ahead(s, v, keep, n, i + k);
			is_hit = judge(m, s, class_of, p, d[k], hit, is_plain);
			hit->person = p->id;
			if (!may_repeat)
				n_hits += is_hit;
			else if (is_hit)
				n_hits = keep_once(m, p->slot, hits, n_hits);
		}
	}
	out->n = n_hits;
}

void scan_list(struct matcher *m, const struct scan *s,
	       const struct posting_list *l, const struct runs *runs,
	       struct match_hits *out)
{
	uint32_t n;

	if (l->n > m->cap_keep) {
		m->cap_keep = l->n + l->n / 4;
		m->keep = mem_grow(m->keep, m->cap_keep, sizeof(*m->keep));
	}
	n = sift_runs(m, s, l->v, runs);
	if (out->n + n + 1 > out->cap) {
		out->cap = (out->n + n + 1) * 2;
		out->v = mem_grow(out->v, out->cap, sizeof(*out->v));
	}
	if (s->is_plain)
		judge_list(m, s, l->v, n, out, true);
	else
		judge_list(m, s, l->v, n, out, false);
}
