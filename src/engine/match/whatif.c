/* SPDX-License-Identifier: EUPL-1.2 */
/* The smallest changes that would give a better decision: see whatif.h.
 *
 *   offers of change (each as generous as it may be)
 *     -> alone, then two, then three at once, until some help
 *     -> each number in what helps brought down to the least that still does
 *
 * At most a few thousand evaluations of one pair: some milliseconds. */
#include <etrier/date.h>
#include <etrier/mem.h>
#include <etrier/whatif.h>

#include <string.h>

/* The most that is offered. */
#define MINUTES_MOST 180
#define WAIT_MOST    366 /* days that a start moves */
#define AGE_FITS     20	 /* years, for who gave no date of birth */
/* A day's work that troubles nobody: for hours that are not known. */
#define DAY_BEGINS  540
#define DAY_ENDS    1020
#define WEEK_NORMAL (35 * 60)

struct pair {
	struct mperson p;
	struct moffer o;
};
struct search {
	const struct match_env *env;
	struct pair as_is;
	const struct verdict *v;
	int32_t on;
	struct whatif_change offers[WHATIF_COUNT + MODE_COUNT];
	size_t n;
	struct whatif *out;
	size_t n_out, max;
};

/* --- making a change ----------------------------------------------------- */

/* Lanes of the exposures that a need of mode exclude reads, and accesses. */
static void fit_post(struct moffer *o, const struct mperson *p)
{
	uint64_t lanes = p->needs_exclude;
	for (int i = 0; i < EXPOSURE_COUNT; i++)
		if (p->needs_exclude >> (2 * i) & 3)
			lanes |= (uint64_t)3 << (2 * i);
	o->exposures &= ~lanes;
	o->known |= lanes;
}

static void apply_to_person(struct mperson *p, const struct moffer *o,
			    const struct whatif_change *c)
{
	switch (c->what) {
	case WHATIF_TRADE:
		p->n_trades = p->n_trades < MPERSON_TRADES
				      ? (uint8_t)(p->n_trades + 1)
				      : p->n_trades;
		p->trades[p->n_trades - 1] = (uint16_t)c->to;
		break;
	case WHATIF_CONTRACT:
		p->contracts |= (uint16_t)(1u << c->to);
		break;
	case WHATIF_LICENCE:
		p->licences_missing &= (uint16_t)~o->licences;
		break;
	case WHATIF_MINUTES:
		p->max_minutes = (int16_t)c->to;
		break;
	case WHATIF_MINUTES_CFA:
		p->max_minutes_cfa = (int16_t)c->to;
		break;
	case WHATIF_MODE:
		p->modes |= (uint8_t)(1u << c->to);
		break;
	case WHATIF_DEPARTURE:
		p->earliest_departure = (int16_t)c->to;
		break;
	case WHATIF_RETURN:
		p->latest_return = (int16_t)c->to;
		break;
	case WHATIF_AVAILABLE:
		p->available = day16(c->to);
		break;
	case WHATIF_DEADLINE:
		p->deadline = day16(c->to);
		break;
	case WHATIF_LEVEL:
		p->level = (int8_t)c->to;
		break;
	case WHATIF_BIRTH_KNOWN:
		p->birth = day16(c->to);
		break;
	case WHATIF_HOME_KNOWN:
		p->at = o->at;
		p->flags |= MPERSON_PLACED;
		break;
	default:
		break;
	}
}

static void apply_to_offer(struct moffer *o, const struct mperson *p,
			   const struct whatif_change *c, int32_t on)
{
	switch (c->what) {
	case WHATIF_START:
	case WHATIF_START_KNOWN:
		o->start = c->to;
		break;
	case WHATIF_PLACE_KNOWN:
		o->at = p->at;
		o->is_placed = true;
		break;
	case WHATIF_HOURS_KNOWN:
		o->start_min = DAY_BEGINS;
		o->end_min = DAY_ENDS;
		o->night = TRI_NO;
		if (o->weekly_min < 0)
			o->weekly_min = WEEK_NORMAL;
		break;
	case WHATIF_KIND_KNOWN:
		o->kind = (int8_t)c->to;
		break;
	case WHATIF_POSTED_KNOWN:
		o->posted = on;
		break;
	case WHATIF_POST_FITS:
		fit_post(o, p);
		break;
	default:
		break;
	}
}

static void apply(struct pair *pair, const struct whatif_change *c, int n,
		  int32_t on)
{
	for (int i = 0; i < n; i++)
		apply_to_person(&pair->p, &pair->o, &c[i]);
	for (int i = 0; i < n; i++)
		apply_to_offer(&pair->o, &pair->p, &c[i], on);
}

static struct verdict judge(const struct search *s,
			    const struct whatif_change *c, int n)
{
	struct pair pair = s->as_is;
	struct verdict v;
	apply(&pair, c, n, s->on);
	match_evaluate(s->env, &pair.p, &pair.o, s->on, &v);
	return v;
}

/* --- what may be changed ------------------------------------------------- */

static void offer(struct search *s, enum whatif_what what, int32_t from,
		  int32_t to)
{
	s->offers[s->n++] = (struct whatif_change){what, from, to};
}

static int32_t lowest_bit(unsigned bits)
{
	int32_t i = 0;
	while (bits && !(bits >> i & 1))
		i++;
	return i;
}

static void offer_wishes(struct search *s)
{
	const struct mperson *p = &s->as_is.p;
	const struct moffer *o = &s->as_is.o;
	if (o->n_trades && s->v->gates[GATE_TRADE].state == GATE_FAIL)
		offer(s, WHATIF_TRADE, -1, o->trades[0]);
	if (o->kind != VOCAB_NONE && !(p->contracts >> o->kind & 1))
		offer(s, WHATIF_CONTRACT, -1, o->kind);
	if (o->kind == VOCAB_NONE && p->contracts)
		offer(s, WHATIF_KIND_KNOWN, -1, lowest_bit(p->contracts));
	if (o->licences & p->licences_missing)
		offer(s, WHATIF_LICENCE, -1, o->licences & p->licences_missing);
	int level = o->level_required;
	if (level >= 0 && level > p->level)
		offer(s, WHATIF_LEVEL, p->level, level);
}

static void offer_journeys(struct search *s)
{
	const struct mperson *p = &s->as_is.p;
	const struct moffer *o = &s->as_is.o;
	bool is_home = p->flags & MPERSON_PLACED;
	if (p->max_minutes < MINUTES_MOST)
		offer(s, WHATIF_MINUTES, p->max_minutes, MINUTES_MOST);
	if (p->max_minutes_cfa >= 0 && p->max_minutes_cfa < MINUTES_MOST)
		offer(s, WHATIF_MINUTES_CFA, p->max_minutes_cfa, MINUTES_MOST);
	for (int mode = MODE_BIKE; mode < MODE_COUNT; mode++)
		if (!(p->modes >> mode & 1))
			offer(s, WHATIF_MODE, -1, mode);
	if (p->earliest_departure > 0)
		offer(s, WHATIF_DEPARTURE, p->earliest_departure, 0);
	if (p->latest_return >= 0 && p->latest_return < 2 * 1440)
		offer(s, WHATIF_RETURN, p->latest_return, 2 * 1440);
	if (!o->is_placed && is_home)
		offer(s, WHATIF_PLACE_KNOWN, -1, -1);
	if (o->is_placed && !is_home)
		offer(s, WHATIF_HOME_KNOWN, -1, -1);
}

static void offer_dates(struct search *s)
{
	const struct mperson *p = &s->as_is.p;
	const struct moffer *o = &s->as_is.o;
	int32_t free_on = day16_date(p->available);
	int32_t deadline = day16_date(p->deadline);
	if (free_on != DATE_NONE && free_on > s->on)
		offer(s, WHATIF_AVAILABLE, free_on, s->on);
	if (deadline != DATE_NONE)
		offer(s, WHATIF_DEADLINE, deadline, deadline + WAIT_MOST);
	if (o->start != DATE_NONE)
		offer(s, WHATIF_START, o->start, o->start + WAIT_MOST);
	else
		offer(s, WHATIF_START_KNOWN, -1,
		      free_on != DATE_NONE && free_on > s->on ? free_on
							      : s->on);
	if (o->start_min < 0 || o->end_min < 0)
		offer(s, WHATIF_HOURS_KNOWN, -1, -1);
	if (o->posted == DATE_NONE)
		offer(s, WHATIF_POSTED_KNOWN, -1, s->on);
	if (!p->birth)
		offer(s, WHATIF_BIRTH_KNOWN, -1,
		      date_add_months(s->on, -12 * AGE_FITS));
}

/* --- as little as will do ------------------------------------------------ */

static bool is_number(enum whatif_what what)
{
	return what == WHATIF_MINUTES || what == WHATIF_MINUTES_CFA ||
	       what == WHATIF_DEPARTURE || what == WHATIF_RETURN ||
	       what == WHATIF_AVAILABLE || what == WHATIF_DEADLINE ||
	       what == WHATIF_START;
}

/* The value nearest to what it is that still gives this decision. More of any
 * of these never makes a decision worse up to where it is enough; where that
 * does not hold (a start so late that it counts as a wait) what is found is
 * still one that does, for it was judged. */
static void bring_down(const struct search *s, struct whatif_change *c, int n,
		       int i, enum decision want)
{
	int32_t not_enough = c[i].from, enough = c[i].to;
	while (enough - not_enough > 1 || not_enough - enough > 1) {
		int32_t middle = not_enough + (enough - not_enough) / 2;
		c[i].to = middle;
		if (judge(s, c, n).decision >= want)
			enough = middle;
		else
			not_enough = middle;
	}
	c[i].to = enough;
}

static void keep(struct search *s, const struct whatif_change *changes, int n,
		 enum decision got)
{
	struct whatif w = {.n = n};
	memcpy(w.changes, changes, (size_t)n * sizeof(*changes));
	for (int i = 0; i < n; i++) {
		if (is_number(w.changes[i].what))
			bring_down(s, w.changes, n, i, got);
		w.is_private |= w.changes[i].what == WHATIF_POST_FITS;
	}
	struct verdict v = judge(s, w.changes, n);
	w.decision = v.decision;
	w.score = v.score;
	if (w.decision > s->v->decision && s->n_out < s->max)
		s->out[s->n_out++] = w;
}

/* Every set of n of the offers from `from` on, in `set` up to `have`. */
static void try_sets(struct search *s, struct whatif_change *set, int have,
		     int n, size_t from)
{
	if (have == n) {
		enum decision got = judge(s, set, n).decision;
		if (got > s->v->decision)
			keep(s, set, n, got);
		return;
	}
	for (size_t i = from; i < s->n && s->n_out < s->max; i++) {
		set[have] = s->offers[i];
		try_sets(s, set, have + 1, n, i + 1);
	}
}

static void better_first(struct whatif *v, size_t n)
{
	for (size_t i = 1; i < n; i++) { /* stable, and few */
		struct whatif w = v[i];
		size_t j = i;
		for (; j && v[j - 1].decision < w.decision; j--)
			v[j] = v[j - 1];
		v[j] = w;
	}
}

static size_t find(struct search *s, bool with_private, int most_at_once)
{
	struct whatif_change set[WHATIF_CHANGES_MAX];
	if (s->v->decision == DECISION_SEND)
		return 0;
	s->on = s->v->on;
	offer_wishes(s);
	offer_journeys(s);
	offer_dates(s);
	if (with_private && s->as_is.p.needs_exclude)
		offer(s, WHATIF_POST_FITS, -1, -1);
	for (int n = 1; n <= most_at_once && !s->n_out; n++)
		try_sets(s, set, 0, n, 0);
	better_first(s->out, s->n_out);
	return s->n_out;
}

size_t whatif_find(const struct match_env *env, const struct mperson *p,
		   const struct moffer *o, const struct verdict *v,
		   bool with_private, struct whatif *out, size_t max)
{
	struct search s = {
		.env = env, .as_is = {*p, *o}, .v = v, .out = out, .max = max};
	return find(&s, with_private, WHATIF_CHANGES_MAX);
}

bool whatif_find_one(const struct match_env *env, const struct mperson *p,
		     const struct moffer *o, const struct verdict *v,
		     struct whatif *out)
{
	struct search s = {
		.env = env, .as_is = {*p, *o}, .v = v, .out = out, .max = 1};
	return find(&s, false, 1) == 1;
}

/* --- points -------------------------------------------------------------- */

void whatif_points(const struct verdict *v, struct whatif_points *out)
{
	*out = (struct whatif_points){.for_what = DECISION_SEND};
	int threshold = v->rules->send;
	if (v->public_score < v->rules->check) {
		out->for_what = DECISION_CHECK;
		threshold = v->rules->check;
	}
	if (v->public_score < threshold)
		out->missing = threshold - v->public_score;
	for (int i = 0; i < CRITERION_COUNT; i++) {
		const struct criterion_result *c = &v->criteria[i];
		int lost = c->points_max - c->points, j = out->n;
		if (c->state == CRITERION_NOT_APPLICABLE || lost <= 0)
			continue;
		for (; j && out->lost[j - 1].lost < lost; j--)
			out->lost[j] = out->lost[j - 1];
		out->lost[j].criterion = (enum criterion)i;
		out->lost[j].lost = lost;
		out->n++;
	}
}
