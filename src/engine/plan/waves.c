/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose turn it is (waves.h). Who waits stands in a queue that is put in order
 * band by band, and only as far as somebody looks: with twenty thousand people
 * behind five places most of it stays unsorted.
 *
 * The order is the same for everybody who asks, so a person's place in it can
 * be told without allotting anything. */
#include <etrier/waves.h>

#include <etrier/date.h>
#include <etrier/mem.h>

#include <stdlib.h>

#define SCORE_MAX 1000

/* --- what the turns say --------------------------------------------------- */

static int64_t period(const struct wave_case *c)
{
	return (int64_t)c->rules->days * WAVE_DAY_S;
}

static struct wave_turn *find_turn(const struct wave_case *c, uint32_t person)
{
	size_t lo = 0, hi = c->n_turns;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (c->turns[mid].person < person)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->n_turns && c->turns[lo].person == person ? &c->turns[lo]
								: NULL;
}

static int64_t end_of(const struct wave_case *c, const struct wave_turn *t)
{
	return t->opened_at + period(c);
}

static bool is_running(const struct wave_case *c, const struct wave_turn *t)
{
	return t->answer == WAVE_UNANSWERED && c->now < end_of(c, t);
}

static int64_t end_of_interest(const struct wave_case *c,
			       const struct wave_turn *t)
{
	return t->answered_at + 2 * period(c);
}

static bool is_taker(const struct wave_case *c, const struct wave_turn *t)
{
	return t->answer == WAVE_INTERESTED && c->now < end_of_interest(c, t);
}

static void sooner(int64_t *at, int64_t other)
{
	if (*at == INSTANT_NONE || other < *at)
		*at = other;
}

/* Holders are those of the turns that run who are still among the people. */
static void mark_holders(const struct wave_case *c)
{
	for (size_t i = 0; i < c->n_turns; i++)
		c->turns[i].is_held = c->turns[i].is_apart = false;
	for (size_t i = 0; c->n_turns && i < c->n_people; i++) {
		struct wave_turn *t = find_turn(c, c->people[i].person);
		if (!t)
			continue;
		t->is_held = is_running(c, t);
		t->is_apart = c->people[i].is_apart;
	}
}

/* The last wave, if it still runs; else the next. */
static int wave_number(const struct wave_case *c)
{
	int last = 0;
	int64_t since = INSTANT_NONE;
	for (size_t i = 0; i < c->n_turns; i++) {
		const struct wave_turn *t = &c->turns[i];
		if (t->number > last) {
			last = t->number;
			since = t->opened_at;
		} else if (t->number == last) {
			sooner(&since, t->opened_at);
		}
	}
	return last && c->now < since + period(c) ? last : last + 1;
}

struct room {
	int real, all; /* held, without and with those apart */
};

static struct room look_at_turns(const struct wave_case *c,
				 struct wave_round *r)
{
	struct room held = {0, 0};
	*r = (struct wave_round){.next_at = INSTANT_NONE};
	r->positions = c->positions < 0 ? c->rules->positions_when_unknown
					: c->positions;
	mark_holders(c);
	for (size_t i = 0; i < c->n_turns; i++) {
		const struct wave_turn *t = &c->turns[i];
		if (is_taker(c, t)) {
			r->n_takers++;
			sooner(&r->next_at, end_of_interest(c, t));
		} else if (t->is_held) {
			held.all++;
			held.real += !t->is_apart;
			sooner(&r->next_at, end_of(c, t));
		}
	}
	int left = r->positions - r->n_takers;
	r->places = left > 0 ? left * c->rules->per_position : 0;
	r->number = wave_number(c);
	return held;
}

/* --- those who wait ------------------------------------------------------- */

enum pool { POOL_FIRST, POOL_AGAIN, POOL_NONE };

static enum pool pool_of(const struct wave_case *c, const struct wave_person *p)
{
	const struct wave_turn *t = find_turn(c, p->person);
	if (p->has_enough)
		return POOL_NONE;
	if (!t)
		return POOL_FIRST;
	bool went_by = t->answer == WAVE_UNANSWERED && !is_running(c, t);
	return went_by && !t->was_proposed ? POOL_AGAIN : POOL_NONE;
}

struct seat {
	int64_t day; /* of the last proposal; never: before all */
	uint64_t lot;
	uint32_t index; /* in people */
	uint16_t score;
};

struct queue {
	const struct wave_case *c;
	struct seat *v; /* by score; in order up to sorted */
	size_t n, at, sorted;
};

/* splitmix64 (Steele, Lea, Flood 2014): well mixed for neighbouring numbers. */
static uint64_t lot_of(int64_t offer, uint32_t person)
{
	uint64_t x = (uint64_t)offer * 0x9e3779b97f4a7c15u + person;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static struct seat seat_of(const struct wave_case *c, size_t i)
{
	const struct wave_person *p = &c->people[i];
	return (struct seat){.day = p->since == INSTANT_NONE
					    ? INSTANT_NONE
					    : p->since / WAVE_DAY_S,
			     .lot = lot_of(c->offer, p->person),
			     .index = (uint32_t)i,
			     .score = p->score};
}

/* Both queues at once, each by falling score: scores are few, so counting
 * them is sorting them. */
static void fill_queues(const struct wave_case *c, struct queue q[2])
{
	size_t at[2][SCORE_MAX + 2] = {{0}};
	unsigned char *pools = mem_array(c->n_people + 1, 1);
	for (size_t i = 0; i < c->n_people; i++) {
		int score = c->people[i].score;
		BUG_ON(score > SCORE_MAX);
		pools[i] = (unsigned char)pool_of(c, &c->people[i]);
		if (pools[i] != POOL_NONE)
			at[pools[i]][SCORE_MAX - score + 1]++;
	}
	for (int k = 0; k < 2; k++) {
		for (int s = 0; s <= SCORE_MAX; s++)
			at[k][s + 1] += at[k][s];
		q[k] = (struct queue){.c = c, .n = at[k][SCORE_MAX + 1]};
		q[k].v = mem_array(q[k].n + 1, sizeof(*q[k].v));
	}
	for (size_t i = 0; i < c->n_people; i++) {
		if (pools[i] == POOL_NONE)
			continue;
		size_t *to = &at[pools[i]][SCORE_MAX - c->people[i].score];
		q[pools[i]].v[(*to)++] = seat_of(c, i);
	}
	free(pools);
}

static void clear_queues(struct queue q[2])
{
	free(q[0].v);
	free(q[1].v);
}

static int by_turn(const void *a, const void *b)
{
	const struct seat *x = a, *y = b;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->lot < y->lot ? -1 : x->lot > y->lot;
}

static const struct seat *next_seat(struct queue *q)
{
	if (q->at == q->n)
		return NULL;
	if (q->at == q->sorted) {
		int lowest = q->v[q->at].score - q->c->rules->near_points;
		while (q->sorted < q->n && q->v[q->sorted].score >= lowest)
			q->sorted++;
		qsort(q->v + q->at, q->sorted - q->at, sizeof(*q->v), by_turn);
	}
	return &q->v[q->at++];
}

/* --- allotting ------------------------------------------------------------ */

static void enter(struct wave_round *r, const struct wave_person *p,
		  size_t *cap)
{
	if (r->n_entered == *cap) {
		*cap = *cap ? *cap * 2 : 8;
		r->entered = mem_grow(r->entered, *cap, sizeof(*r->entered));
	}
	r->entered[r->n_entered++] = *p;
}

void waves_run(const struct wave_case *c, struct wave_round *out)
{
	struct queue q[2];
	struct room held = look_at_turns(c, out);
	size_t cap = 0;
	fill_queues(c, q);
	for (int k = 0; k < 2 && !c->is_closed; k++) {
		const struct seat *s;
		while (held.real < out->places && (s = next_seat(&q[k]))) {
			const struct wave_person *p = &c->people[s->index];
			if (p->is_apart && held.all >= out->places)
				continue;
			held.all++;
			held.real += !p->is_apart;
			enter(out, p, &cap);
		}
	}
	out->n_held = held.real;
	out->n_waiting = q[0].n + q[1].n - out->n_entered;
	out->is_short = !c->is_closed && held.real < out->places;
	if (out->n_entered)
		sooner(&out->next_at, c->now + period(c));
	clear_queues(q);
}

void waves_round_clear(struct wave_round *r)
{
	free(r->entered);
	*r = (struct wave_round){0};
}

/* --- telling -------------------------------------------------------------- */

const char *wave_why_code(enum wave_why why)
{
	static const char *const codes[WAVE_WHY_COUNT] = {
		[WAVE_HAS_PLACE] = "has_place",
		[WAVE_WAITS] = "waits",
		[WAVE_ALL_TAKEN] = "all_taken",
		[WAVE_PASSED_BY] = "has_enough",
		[WAVE_HAD_TURN] = "had_turn",
		[WAVE_SAID_NO] = "declined",
		[WAVE_SAID_YES] = "interested",
		[WAVE_NOT_CONCERNED] = "not_concerned",
		[WAVE_OFFER_CLOSED] = "offer_closed",
	};
	return codes[why];
}

static const struct wave_person *find_person(const struct wave_case *c,
					     uint32_t person)
{
	for (size_t i = 0; i < c->n_people; i++)
		if (c->people[i].person == person)
			return &c->people[i];
	return NULL;
}

/* What a turn alone decides; false: nothing. */
static bool tell_turn(const struct wave_case *c, const struct wave_turn *t,
		      const struct wave_person *p, struct wave_reason *out)
{
	out->number = t->number;
	out->since = t->opened_at;
	out->until = end_of(c, t);
	if (t->answer != WAVE_UNANSWERED) {
		out->why = t->answer == WAVE_DECLINED ? WAVE_SAID_NO
						      : WAVE_SAID_YES;
		out->until = t->answered_at;
		return true;
	}
	if (p && is_running(c, t)) {
		out->why = WAVE_HAS_PLACE;
		return true;
	}
	out->why = WAVE_HAD_TURN;
	return t->was_proposed;
}

static void count_before(const struct seat *s, const struct seat *own,
			 struct wave_reason *out)
{
	if (s->score > own->score)
		out->n_score++;
	else if (s->day < own->day)
		out->n_wait++;
	else
		out->n_lot++;
}

static void tell_place(const struct wave_case *c, uint32_t person,
		       struct wave_reason *out)
{
	struct queue q[2];
	const struct seat *s;
	fill_queues(c, q);
	out->of = q[0].n + q[1].n;
	for (int k = 0; k < 2; k++) {
		size_t own = q[k].n;
		for (size_t i = 0; i < q[k].n; i++) {
			if (c->people[q[k].v[i].index].person == person)
				own = i;
		}
		if (own == q[k].n) {
			out->n_first_turn += q[k].n;
			continue;
		}
		struct seat me = q[k].v[own]; /* sorting moves it */
		while ((s = next_seat(&q[k])) && s->index != me.index)
			count_before(s, &me, out);
		out->place = out->n_first_turn + q[k].at;
		break;
	}
	clear_queues(q);
}

void waves_tell(const struct wave_case *c, uint32_t person,
		struct wave_reason *out)
{
	struct wave_round r;
	struct room held = look_at_turns(c, &r);
	const struct wave_turn *t = find_turn(c, person);
	const struct wave_person *p = find_person(c, person);
	*out = (struct wave_reason){.why = WAVE_NOT_CONCERNED,
				    .since = INSTANT_NONE,
				    .until = INSTANT_NONE,
				    .next_at = INSTANT_NONE};
	if ((t && tell_turn(c, t, p, out)) || !p)
		return;
	if (c->is_closed) {
		out->why = WAVE_OFFER_CLOSED;
		return;
	}
	if (p->has_enough) {
		out->why = WAVE_PASSED_BY;
		return;
	}
	out->why = r.places ? WAVE_WAITS : WAVE_ALL_TAKEN;
	out->number = r.number;
	out->next_at = held.real < r.places ? c->now : r.next_at;
	out->until = r.places ? INSTANT_NONE : r.next_at;
	tell_place(c, person, out);
}
