/* SPDX-License-Identifier: EUPL-1.2 */
/* Who gets a place when (waves.h), a few offers a tick.
 *
 *   live offers ──► new or changed ─┐
 *   a place ends, a day begins ─────┼─► due ──► waves_run() ──► rows, holders
 *   a person changed ───────────────┘                  │
 *                                                      └─► youth.c looks
 *
 * Memory follows the store: after a transaction that failed it is read again
 * from the start. */
#include "plan.h"

#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/store_events.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void turns_init(struct turns *t, struct store *store, struct live *live,
		const struct clock *clock)
{
	*t = (struct turns){
		.store = store, .live = live, .clock = clock, .day = DATE_NONE};
}

void turns_clear(struct turns *t)
{
	turns_reset(t);
	match_hits_clear(&t->hits);
	free(t->crowd);
}

/* --- people and offers in memory ------------------------------------------ */

struct turn_person *turns_person(struct turns *t, int64_t id)
{
	size_t at = (size_t)id;
	if (at >= t->n_people) {
		size_t n = t->n_people ? t->n_people : 1024;
		while (n <= at)
			n *= 2;
		t->people = mem_grow(t->people, n, sizeof(*t->people));
		memset(t->people + t->n_people, 0,
		       (n - t->n_people) * sizeof(*t->people));
		t->n_people = n;
	}
	return &t->people[at];
}

struct turn_offer *turns_offer(struct turns *t, int64_t id)
{
	size_t lo = 0, hi = t->n_offers;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (t->offers[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->n_offers && t->offers[lo].id == id ? &t->offers[lo]
							  : NULL;
}

void turns_release(struct turns *t, struct turn_offer *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		turns_person(t, o->holders[i])->held--;
	o->n = 0;
}

void turns_hold(struct turns *t, struct turn_offer *o, int64_t person,
		int64_t opened_at)
{
	struct turn_person *p = turns_person(t, person);
	/* Rarely more than per_position: grown by ones. */
	o->holders = mem_grow(o->holders, o->n + 1, sizeof(*o->holders));
	o->holders[o->n++] = (uint32_t)person;
	p->held++;
	if ((uint32_t)opened_at > p->opened)
		p->opened = (uint32_t)opened_at;
}

void plan_turns_proposed(struct planner *p, int64_t person)
{
	turns_person(&p->turns, person)->proposed =
		(uint32_t)clock_now(p->clock);
}

int64_t plan_turns_since(const struct planner *p)
{
	return clock_now(p->clock) - (int64_t)plan_waves(p)->days * WAVE_DAY_S;
}

/* --- what is due ---------------------------------------------------------- */

static uint32_t sum_of(const struct moffer *o)
{
	const unsigned char *b = (const unsigned char *)o;
	uint32_t sum = 0x811c9dc5u; /* FNV-1a */
	for (size_t i = 0; i < sizeof(*o); i++)
		sum = (sum ^ b[i]) * 0x01000193u;
	return sum;
}

static void let_go(struct turns *t, struct turn_offer *o)
{
	turns_release(t, o);
	free(o->holders);
}

/* The live offers in our own list: those that went give their places back, new
 * and changed ones are due. */
static void follow_offers(struct turns *t)
{
	const struct moffer *o;
	struct turn_offer *list = NULL;
	size_t n = 0, cap = 0, at = 0;
	if (t->offers_version == live_offers_version(t->live))
		return;
	t->offers_version = live_offers_version(t->live);
	for (int64_t id = 0; (o = live_next_offer(t->live, id)); n++) {
		uint32_t sum = sum_of(o);
		id = o->id;
		if (n == cap) {
			cap = cap ? cap * 2 : t->n_offers + 16;
			list = mem_grow(list, cap, sizeof(*list));
		}
		while (at < t->n_offers && t->offers[at].id < id)
			let_go(t, &t->offers[at++]);
		if (at < t->n_offers && t->offers[at].id == id)
			list[n] = t->offers[at++];
		else
			list[n] = (struct turn_offer){.id = id};
		if (list[n].sum != sum)
			list[n].due = 0;
		list[n].sum = sum;
	}
	while (at < t->n_offers)
		let_go(t, &t->offers[at++]);
	free(t->offers);
	t->offers = list;
	t->n_offers = n;
}

static void is_concerned(void *ctx, int64_t canonical)
{
	struct turn_offer *o = turns_offer(ctx, canonical);
	if (o)
		o->due = 0;
}

/* People came, changed or went. Offers they hold a place of are due at once;
 * those with places left over, which they might take, now and then. */
static int follow_people(struct planner *p, int64_t until_ms, struct err *err)
{
	struct turns *t = &p->turns;
	int64_t id, now = clock_now(t->clock);
	while ((id = live_take_changed(t->live))) {
		t->has_news = true;
		if (turns_read_person(t, id, err) ||
		    store_waves_held(t->store, id, plan_turns_since(p),
				     is_concerned, t, err))
			return -1;
		if (clock_mono_ms(t->clock) >= until_ms) {
			t->is_busy = true; /* others may wait */
			return 0;
		}
	}
	int pause = p->settings->is_open ? 0 : TURNS_NEWS_S;
	if (!t->has_news || now < t->news_at + pause)
		return 0;
	for (size_t i = 0; i < t->n_offers; i++)
		if (t->offers[i].is_short)
			t->offers[i].due = 0;
	t->has_news = false;
	t->news_at = now;
	return 0;
}

static uint64_t rules_sum(const struct live *l)
{
	const struct rules *r = live_env(l)->rules;
	uint64_t sum = 0xcbf29ce484222325u;
	for (size_t i = 0; i < r->n_sets; i++)
		for (const char *c = r->sets[i].id; *c; c++)
			sum = (sum ^ (unsigned char)*c) * 0x100000001b3u;
	return sum;
}

static int look_around(struct planner *p, int64_t until_ms, struct err *err)
{
	struct turns *t = &p->turns;
	int32_t today = paris_date(clock_now(t->clock));
	uint64_t rules = rules_sum(t->live);
	bool changed = false, is_same = true;
	if (t->phase > TURNS_PEOPLE && turns_look_at_agencies(t, &changed, err))
		return -1;
	if (changed && turns_take_modes(t, &is_same, err))
		return -1;
	if (!is_same)
		turns_reset(t);
	/* Other shares hold other places. */
	if (t->rules_sum != rules && t->phase > TURNS_PEOPLE)
		turns_reset(t);
	follow_offers(t);
	if (t->day != today)
		t->forgotten = 0;
	t->day = today;
	t->rules_sum = rules;
	return t->phase == TURNS_READY ? follow_people(p, until_ms, err) : 0;
}

/* --- one offer ------------------------------------------------------------ */

static int tell_event(struct turns *t, int64_t canonical,
		      const struct wave_round *r, struct err *err)
{
	char data[80];
	snprintf(data, sizeof(data), "{\"number\":%d,\"people\":%zu}",
		 r->number, r->n_entered);
	return store_event_add(t->store,
			       &(struct store_event){.at = clock_now(t->clock),
						     .kind = "wave",
						     .canonical = canonical,
						     .by = "engine",
						     .data = data},
			       err);
}

static int write_round(struct planner *p, struct turn_offer *o,
		       const struct wave_round *r, struct err *err)
{
	struct turns *t = &p->turns;
	int64_t now = clock_now(t->clock);
	for (size_t i = 0; i < r->n_entered; i++) {
		const struct wave_person *e = &r->entered[i];
		struct store_wave row = {.canonical = o->id,
					 .person = e->person,
					 .number = r->number,
					 .opened_at = now,
					 .score = e->score,
					 .waited_since = e->since};
		if (store_wave_put(t->store, &row, err))
			return -1;
		turns_hold(t, o, e->person, now);
		plan_youth_look(p, e->person);
	}
	return r->n_entered ? tell_event(t, o->id, r, err) : 0;
}

static int run_offer(struct planner *p, struct turn_offer *o, struct err *err)
{
	struct turns *t = &p->turns;
	struct turns_case k;
	struct wave_round r;
	int64_t tomorrow = paris_instant(t->day + 1, 0);
	turns_release(t, o);
	if (turns_case_read(p, o->id, &k, err)) {
		turns_case_clear(&k);
		return -1;
	}
	waves_run(&k.c, &r);
	for (size_t i = 0; i < k.c.n_turns; i++)
		if (k.turns[i].is_held)
			turns_hold(t, o, k.turns[i].person,
				   k.turns[i].opened_at);
	o->due = r.next_at != INSTANT_NONE && r.next_at < tomorrow ? r.next_at
								   : tomorrow;
	o->is_short = r.is_short;
	o->is_full = r.places > 0 && r.n_held >= r.places;
	t->n_runs++;
	int result = write_round(p, o, &r, err);
	waves_round_clear(&r);
	turns_case_clear(&k);
	return result;
}

/* --- a tick ------------------------------------------------------------------
 */

struct turns_slice {
	struct planner *p;
	int64_t until_ms;
};

static bool is_over(const struct turns_slice *k)
{
	return clock_mono_ms(k->p->clock) >= k->until_ms;
}

/* Newest offers first: they have the most to win. */
static int run_due(const struct turns_slice *k, struct err *err)
{
	struct turns *t = &k->p->turns;
	int64_t now = clock_now(t->clock);
	for (size_t i = t->n_offers; i-- > 0;) {
		if (t->offers[i].due > now)
			continue;
		if (is_over(k)) {
			t->is_busy = true;
			return 0;
		}
		if (run_offer(k->p, &t->offers[i], err))
			return -1;
	}
	return 0;
}

static int forget(const struct turns_slice *k, struct err *err)
{
	struct turns *t = &k->p->turns;
	int64_t before =
		clock_now(t->clock) - (int64_t)TURNS_KEEP_DAYS * WAVE_DAY_S;
	while (t->forgotten >= 0 && !is_over(k)) {
		if (store_waves_forget(t->store, &t->forgotten, before, err))
			return -1;
		if (!t->forgotten)
			t->forgotten = -1;
	}
	t->is_busy |= t->forgotten >= 0;
	return 0;
}

static int run_slice(struct store *s, void *ctx, struct err *err)
{
	const struct turns_slice *k = ctx;
	struct turns *t = &k->p->turns;
	(void)s;
	while (t->phase < TURNS_READY) {
		if (turns_load(t, plan_turns_since(k->p), err))
			return -1;
		if (is_over(k)) {
			t->is_busy = true;
			return 0;
		}
	}
	if (run_due(k, err))
		return -1;
	return t->is_busy ? 0 : forget(k, err);
}

static bool has_work(struct turns *t)
{
	int64_t now = clock_now(t->clock);
	bool has = t->phase < TURNS_READY || t->forgotten >= 0;
	for (size_t i = 0; i < t->n_offers; i++) {
		if (!t->offers[i].is_loaded && t->phase == TURNS_READY)
			t->phase = TURNS_PLACES;
		has |= t->offers[i].due <= now;
	}
	return has;
}

int plan_turns_tick(struct planner *p, struct err *err)
{
	struct turns *t = &p->turns;
	int64_t begun = clock_mono_ms(p->clock);
	struct turns_slice k = {p, begun + TURNS_TICK_MS};
	t->is_busy = false;
	int result = look_around(p, k.until_ms, err);
	if (!result && has_work(t))
		result = store_tx(p->store, run_slice, &k, err);
	if (result)
		turns_reset(t); /* memory may say what was rolled back */
	int64_t took = clock_mono_ms(p->clock) - begun;
	if (took > t->longest_ms)
		t->longest_ms = took;
	return result;
}
