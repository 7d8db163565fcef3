/* SPDX-License-Identifier: EUPL-1.2 */
/* Journeys of one person: see journey.h. What costs least is what counts: who
 * arrives soonest leaves latest and is home first, so that no other mode could
 * help with hours that this one does not. */
#include "journey.h"

#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>

enum {
	N_GRADES = TRAVEL_STEP_FREE_MAYBE + 1,
	N_HOURS = TRAVEL_AT_ANY_HOUR + 1
};
#define PAD_CFA	  (N_GRADES * N_HOURS)
#define PAD_COUNT (PAD_CFA + 1)

struct match_pad {
	const struct travel *travel;
	struct travel_field *fields[PAD_COUNT]; /* NULL: never needed yet */
	unsigned made;				/* bits: for work, for cfa_at */
	struct travel_work work;
	struct plane_point cfa_at;
};

struct match_pad *match_pad_new(const struct travel *t)
{
	struct match_pad *p = mem_alloc(sizeof(*p));

	p->travel = t;
	return p;
}

void match_pad_free(struct match_pad *p)
{
	if (!p)
		return;
	for (int i = 0; i < PAD_COUNT; i++)
		travel_field_free(p->fields[i]);
	free(p);
}

static bool is_same_point(struct plane_point a, struct plane_point b)
{
	return a.x_m == b.x_m && a.y_m == b.y_m;
}

static struct travel_field *field_at(struct match_pad *p, int i,
				     const struct travel_work *w,
				     enum travel_grade grade,
				     enum travel_hours hours)
{
	if (p->made >> i & 1)
		return p->fields[i];
	if (!p->fields[i])
		p->fields[i] = travel_field_new(p->travel);
	travel_field_make(p->fields[i], w, grade, hours);
	p->made |= 1u << i;
	return p->fields[i];
}

struct travel_field *pad_field(struct match_pad *p, const struct moffer *o,
			       enum travel_grade grade, enum travel_hours hours)
{
	struct travel_work w = {o->at, o->start_min, o->end_min};

	if (!is_same_point(w.at, p->work.at) ||
	    w.start_min != p->work.start_min || w.end_min != p->work.end_min) {
		p->made &= 1u << PAD_CFA;
		p->work = w;
	}
	if (w.start_min < 0 && w.end_min < 0)
		hours = TRAVEL_AT_ANY_HOUR; /* the same */
	return field_at(p, (int)grade * N_HOURS + (int)hours, &w, grade, hours);
}

struct travel_field *pad_cfa_field(struct match_pad *p,
				   struct plane_point cfa_at)
{
	struct travel_work w = {cfa_at, -1, -1};

	if (!is_same_point(w.at, p->cfa_at)) {
		p->made &= ~(1u << PAD_CFA);
		p->cfa_at = w.at;
	}
	return field_at(p, PAD_CFA, &w, TRAVEL_ANY, TRAVEL_AT_ANY_HOUR);
}

/* --- one way ---------------------------------------------------------------
 */
static int32_t cost_by(const struct travel *t, struct travel_field *f,
		       const struct mperson *p, int32_t d_m)
{
	unsigned own = travel_own_modes(p->modes);
	int32_t cost = own ? travel_cost(t->by_modes[own], d_m) : TRAVEL_NEVER;

	if (p->modes >> MODE_TRANSIT & 1) {
		int32_t transit = travel_field_transit(f, p->zone, d_m);

		cost = transit < cost ? transit : cost;
	}
	return cost < TRAVEL_NEVER ? cost : TRAVEL_NEVER;
}

/* The mode that costs so much: an own one when it is as fast. */
static enum travel_mode mode_of(const struct travel *t, const struct mperson *p,
				int32_t d_m, int32_t cost)
{
	unsigned own = travel_own_modes(p->modes);

	if (!own || travel_cost(t->by_modes[own], d_m) > cost)
		return MODE_TRANSIT;
	return travel_best_mode(t, own, d_m);
}

void journey_make(const struct match_env *env, const struct mperson *p,
		  const struct moffer *o, struct journey *j)
{
	const struct travel *t = env->travel;
	int32_t other;

	*j = (struct journey){.is_placed = o->is_placed &&
					   (p->flags & MPERSON_PLACED) &&
					   p->modes && p->max_minutes >= 0};
	if (!j->is_placed)
		return;
	j->distance_m = plane_distance_m(p->at, o->at);
	j->limit = p->max_minutes * t->cost_per_minute;
	j->cost =
		cost_by(t, pad_field(env->pad, o, TRAVEL_ANY, TRAVEL_AT_HOURS),
			p, j->distance_m);
	if (j->cost > j->limit && (o->start_min >= 0 || o->end_min >= 0)) {
		other = cost_by(
			t,
			pad_field(env->pad, o, TRAVEL_ANY, TRAVEL_AT_ANY_HOUR),
			p, j->distance_m);
		j->is_out_of_hours = other <= j->limit;
		/* of a way that is none, the words show the one by day */
		j->cost = other;
	}
	j->has_way = j->cost < TRAVEL_NEVER;
	j->mode = mode_of(t, p, j->distance_m, j->cost);
	j->minutes = travel_minutes(t, j->cost);
}

enum gate_state journey_step_free(const struct match_env *env,
				  const struct mperson *p,
				  const struct moffer *o,
				  const struct journey *j)
{
	enum travel_hours hours =
		j->is_out_of_hours ? TRAVEL_AT_ANY_HOUR : TRAVEL_AT_HOURS;
	struct travel_field *f =
		pad_field(env->pad, o, TRAVEL_STEP_FREE_SURE, hours);

	if (cost_by(env->travel, f, p, j->distance_m) <= j->limit)
		return GATE_PASS;
	f = pad_field(env->pad, o, TRAVEL_STEP_FREE_MAYBE, hours);
	return cost_by(env->travel, f, p, j->distance_m) <= j->limit
		       ? GATE_ASK
		       : GATE_FAIL;
}

int32_t journey_cfa_cost(const struct match_env *env, const struct mperson *p,
			 const struct moffer *o)
{
	int32_t cost;

	if (p->cfa_minutes >= 0)
		return p->cfa_minutes * env->travel->cost_per_minute;
	if (!o->is_cfa_placed || (p->cfa && p->cfa != o->cfa) ||
	    !(p->flags & MPERSON_PLACED) || !p->modes)
		return -1;
	cost = cost_by(env->travel, pad_cfa_field(env->pad, o->cfa_at), p,
		       plane_distance_m(p->at, o->cfa_at));
	return cost < TRAVEL_NEVER ? cost : -1;
}

int32_t journey_cfa_limit(const struct travel *t, const struct mperson *p)
{
	int16_t limit =
		p->max_minutes_cfa >= 0 ? p->max_minutes_cfa : p->max_minutes;

	return limit < 0 ? -1 : limit * t->cost_per_minute;
}

/* --- from home --------------------------------------------------------------
 */
void match_see_home(struct match_pad *pad, struct travel *t,
		    const struct refdata *rd, struct mperson *m)
{
	struct plane_point cfa_at;
	int32_t cost;

	m->cfa_minutes = -1;
	if (!(m->flags & MPERSON_PLACED))
		return;
	m->zone = travel_zone(t, m->at);
	if (!m->cfa || !m->modes || !cfa_point(rd, m->cfa, &cfa_at))
		return;
	cost = cost_by(t, pad_cfa_field(pad, cfa_at), m,
		       plane_distance_m(m->at, cfa_at));
	m->cfa_minutes =
		(int16_t)num_clip(travel_minutes(t, cost), 0, INT16_MAX);
}
