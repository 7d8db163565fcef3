/* SPDX-License-Identifier: EUPL-1.2 */
/* Two sets of rules over the same people and offers: see compare.h. */
#include <etrier/compare.h>

#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/refdata.h>
#include <etrier/str.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ADULT = 18, MUST_TRAIN_FROM = 16, AGENCIES_MAX = 1024 };

/* Of a person: the groups (bits of enum guard) and what came. */
enum { COVERED_NOW = 1 << GUARD_COUNT, COVERED_NEXT = 2 << GUARD_COUNT };
static_assert((COVERED_NEXT << 1) <= 256, "a byte a person");

static const char *const guard_codes[] = {
	"everyone",   "with_needs",	   "minors",
	"must_train", "priority_district", NULL};
static const char *const guard_labels[] = {"Ensemble", "Besoins renseignés",
					   "Mineurs", "Obligation de formation",
					   "Quartier prioritaire"};
const struct vocab vocab_guard = {"guard", guard_codes, guard_labels,
				  GUARD_COUNT};

struct compare {
	uint8_t *people; /* by id; 0: not named */
	size_t cap;
	uint16_t *agency; /* by id */
	int64_t n_people, n_offers, n_now;
	struct compare_tally sum;
	struct compare_tally agencies[AGENCIES_MAX];
	struct compare_tally trades[TRADES_MAX];
	struct {
		char code[4];
		struct compare_tally tally;
	} depts[COMPARE_DEPTS];
	size_t n_depts;
	struct compare_move moves[COMPARE_MOVES];
	size_t n_moves;
};

struct compare *compare_new(void)
{
	return mem_alloc(sizeof(struct compare));
}

void compare_free(struct compare *c)
{
	if (!c)
		return;
	free(c->people);
	free(c->agency);
	free(c);
}

/* --- people -------------------------------------------------------------- */

static unsigned groups_of(const struct mperson *p, int32_t on)
{
	unsigned bits = 1u << GUARD_EVERYONE;
	int age = p->birth ? date_age(day16_date(p->birth), on) : ADULT;
	if (p->needs_exclude | p->needs_warn | p->needs_favour)
		bits |= 1u << GUARD_NEEDS;
	if (age < ADULT)
		bits |= 1u << GUARD_MINORS;
	if (age < ADULT && age >= MUST_TRAIN_FROM)
		bits |= 1u << GUARD_MUST_TRAIN;
	if (p->flags & MPERSON_DISTRICT_YES)
		bits |= 1u << GUARD_DISTRICT;
	return bits;
}

static void make_room(struct compare *c, uint32_t id)
{
	size_t n = c->cap ? c->cap : 1024;
	if (id < c->cap)
		return;
	while (n <= id)
		n *= 2;
	c->people = mem_grow(c->people, n, sizeof(*c->people));
	c->agency = mem_grow(c->agency, n, sizeof(*c->agency));
	memset(c->people + c->cap, 0, n - c->cap);
	c->cap = n;
}

void compare_person(struct compare *c, const struct mperson *p, int32_t on)
{
	make_room(c, p->id);
	c->n_people += !c->people[p->id];
	c->people[p->id] = (uint8_t)groups_of(p, on);
	c->agency[p->id] = p->agency;
}

/* --- the largest moves --------------------------------------------------- */

static int weight_of(const struct compare_move *m)
{
	int by = abs(m->score_is - m->score_was);
	return by + (m->was != m->is ? 2000 : 0);
}

static void keep_move(struct compare *c, const struct compare_move *m)
{
	size_t at = c->n_moves;
	while (at && weight_of(&c->moves[at - 1]) < weight_of(m))
		at--;
	if (at == COMPARE_MOVES)
		return;
	if (c->n_moves < COMPARE_MOVES)
		c->n_moves++;
	memmove(c->moves + at + 1, c->moves + at,
		(c->n_moves - at - 1) * sizeof(*m));
	c->moves[at] = *m;
}

/* --- offers -------------------------------------------------------------- */

static struct compare_tally *dept_of(struct compare *c, const char *code)
{
	size_t i = 0;
	if (!code)
		return NULL;
	while (i < c->n_depts && !str_eq(c->depts[i].code, code))
		i++;
	if (i == COMPARE_DEPTS)
		return NULL;
	if (i == c->n_depts)
		str_copy(c->depts[c->n_depts++].code, sizeof(c->depts[0].code),
			 code);
	return &c->depts[i].tally;
}

/* What one pair's change counts in. */
struct places {
	struct compare_tally *at[4];
	int n;
};

static void count(const struct places *p, const struct compare_move *m)
{
	for (int i = 0; i < p->n; i++) {
		struct compare_tally *t = p->at[i];
		t->gained += m->was == DECISION_EXCLUDE;
		t->lost += m->is == DECISION_EXCLUDE;
		t->moved +=
			m->was != DECISION_EXCLUDE && m->is != DECISION_EXCLUDE;
	}
}

static int by_person(const void *a, const void *b)
{
	const struct match_hit *x = a, *y = b;
	return (x->person > y->person) - (x->person < y->person);
}

static void sort(struct match_hits *h)
{
	if (h->n)
		qsort(h->v, h->n, sizeof(*h->v), by_person);
}

void compare_pairs(struct match_hits *now, struct match_hits *next,
		   compare_pair_fn *fn, void *ctx)
{
	size_t i = 0, j = 0;
	sort(now);
	sort(next);
	while (i < now->n || j < next->n) {
		const struct match_hit *a = i < now->n ? &now->v[i] : NULL;
		const struct match_hit *b = j < next->n ? &next->v[j] : NULL;
		int order = !a ? 1 : !b ? -1 : by_person(a, b);
		fn(ctx, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
		i += order <= 0;
		j += order >= 0;
	}
}

struct looking {
	struct compare *c;
	const struct compare_offer *o;
	struct places p;
};

/* now, next: NULL when not proposed. */
static void look_at_pair(void *ctx, const struct match_hit *now,
			 const struct match_hit *next)
{
	struct looking *k = ctx;
	struct compare *c = k->c;
	BUG_ON(!now && !next);
	uint32_t id = now ? now->person : next->person;
	if (id >= c->cap || !c->people[id])
		return; /* came since */
	c->people[id] |=
		(uint8_t)((now ? COVERED_NOW : 0) | (next ? COVERED_NEXT : 0));
	c->n_now += now != NULL;
	struct compare_move m = {
		.person = id,
		.canonical = k->o->canonical,
		.was = now ? (enum decision)now->decision : DECISION_EXCLUDE,
		.is = next ? (enum decision)next->decision : DECISION_EXCLUDE,
		.score_was = now ? now->score : 0,
		.score_is = next ? next->score : 0};
	if (m.was == m.is && m.score_was == m.score_is)
		return;
	k->p.at[0] =
		&c->agencies[c->agency[id] < AGENCIES_MAX ? c->agency[id] : 0];
	count(&k->p, &m);
	keep_move(c, &m);
}

void compare_offer(struct compare *c, const struct compare_offer *o,
		   struct match_hits *now, struct match_hits *next)
{
	struct looking k = {c, o, {.at = {NULL, &c->sum}, .n = 2}};
	struct compare_tally *dept = dept_of(c, o->dept);
	if (dept)
		k.p.at[k.p.n++] = dept;
	if (o->trade < TRADES_MAX)
		k.p.at[k.p.n++] = &c->trades[o->trade];
	compare_pairs(now, next, look_at_pair, &k);
	c->n_offers++;
}

/* --- what came of it ----------------------------------------------------- */

int64_t compare_people(const struct compare *c)
{
	return c->n_people;
}

int64_t compare_offers(const struct compare *c)
{
	return c->n_offers;
}

int64_t compare_pairs_now(const struct compare *c)
{
	return c->n_now;
}

struct compare_tally compare_sum(const struct compare *c)
{
	return c->sum;
}

struct compare_guard compare_guard(const struct compare *c, enum guard g)
{
	struct compare_guard out = {.people = 0};
	for (size_t id = 0; id < c->cap; id++) {
		if (!(c->people[id] >> g & 1))
			continue;
		out.people++;
		out.before += (c->people[id] & COVERED_NOW) != 0;
		out.after += (c->people[id] & COVERED_NEXT) != 0;
	}
	out.is_masked = out.people < COMPARE_CELL_MIN;
	out.falls =
		out.before >= COMPARE_CELL_MIN &&
		(out.before - out.after) * 1000 > out.before * COMPARE_FALL_MAX;
	return out;
}

bool compare_falls(const struct compare *c)
{
	for (int g = 0; g < GUARD_COUNT; g++)
		if (compare_guard(c, (enum guard)g).falls)
			return true;
	return false;
}

struct compare_tally compare_agency(const struct compare *c, uint16_t agency)
{
	return agency < AGENCIES_MAX ? c->agencies[agency]
				     : (struct compare_tally){.gained = 0};
}

struct compare_tally compare_trade(const struct compare *c, uint16_t trade)
{
	return trade < TRADES_MAX ? c->trades[trade]
				  : (struct compare_tally){.gained = 0};
}

const char *compare_dept(const struct compare *c, size_t i,
			 struct compare_tally *out)
{
	if (i >= c->n_depts)
		return NULL;
	*out = c->depts[i].tally;
	return c->depts[i].code;
}

const struct compare_move *compare_move(const struct compare *c, size_t i)
{
	return i < c->n_moves ? &c->moves[i] : NULL;
}
