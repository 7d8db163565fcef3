/* SPDX-License-Identifier: EUPL-1.2 */
/* Conditions that can never be yes: what stands together in one map is looked
 * at field by field, and ages against the law of the kinds of contract. It errs
 * on the side of silence: a contradiction spread over several branches of any:
 * is not looked for. */
#include "when_parts.h"

enum { SPANS_MAX = 64 };

/* What is left for one field. */
struct span {
	const struct when_atom *first; /* NULL: free */
	int64_t lo, hi;
	uint64_t allowed;  /* of a single-valued field */
	uint64_t asked;	   /* of a several-valued one: the smallest asked set */
	uint64_t excluded; /* and what it must not have */
	const struct trade_set *wanted;
	struct trade_set barred;
	bool is_absent, has_value, is_said;
};
struct context {
	struct when_reader *r;
	const struct ruleset *set;
	struct span spans[SPANS_MAX];
	int n;
};

static struct span *span_of(struct context *c, const struct when_atom *a)
{
	for (int i = 0; i < c->n; i++) {
		const struct when_atom *b = c->spans[i].first;

		if (b->pool == a->pool && b->id == a->id && b->sub == a->sub)
			return &c->spans[i];
	}
	if (c->n == SPANS_MAX)
		return NULL;
	c->spans[c->n] = (struct span){
		.first = a,
		.lo = INT64_MIN,
		.hi = INT64_MAX,
		.allowed = UINT64_MAX,
		.asked = UINT64_MAX,
	};
	return &c->spans[c->n++];
}

static void contradict(struct context *c, struct span *s,
		       const struct when_node *n)
{
	if (s->is_said)
		return;
	s->is_said = true;
	when_error(c->r, n->at,
		   "this can never be yes: \"%s\" and \"%s\" exclude each "
		   "other",
		   s->first->text, n->text);
}

/* An offer of several trades may have one of each asked set, so each is looked
 * at alone; the first one stands for all. */
static void narrow_trades(struct context *c, struct span *s,
			  const struct when_node *n, const struct when_atom *a,
			  bool is_not)
{
	uint64_t left = 0;

	if (!c->r->rd)
		return;
	if (!is_not && !s->wanted)
		s->wanted = a->trades;
	for (size_t i = 0; i < TRADES_MAX / 64; i++) {
		if (is_not)
			s->barred.bits[i] |= a->trades->bits[i];
		if (s->wanted)
			left |= s->wanted->bits[i] & ~s->barred.bits[i];
	}
	if (s->wanted && !left)
		contradict(c, s, n);
}

static void narrow_mask(struct context *c, struct span *s,
			const struct when_node *n, const struct when_atom *a,
			bool is_not)
{
	if (!a->is_several) {
		s->allowed &= is_not ? ~a->mask : a->mask;
		if (!s->allowed)
			contradict(c, s, n);
		return;
	}
	if (is_not)
		s->excluded |= a->mask;
	else if (!(a->mask & ~s->asked))
		s->asked = a->mask;
	if (!(s->asked & ~s->excluded) ||
	    (!is_not && !(a->mask & ~s->excluded)))
		contradict(c, s, n);
}

/* One atom, or the opposite of one, that must hold besides the others. */
static void narrow(struct context *c, const struct when_node *n,
		   const struct when_atom *a, bool is_not)
{
	struct span *s = span_of(c, a);

	if (!s)
		return;
	if (a->test == TEST_ABSENT) {
		s->is_absent = true;
	} else {
		/* an unknown field may be among the values of a mask */
		s->has_value |=
			a->test != TEST_MASK || !(a->mask & WHEN_UNKNOWN_BIT);
	}
	if (s->is_absent && s->has_value)
		contradict(c, s, n);
	if (a->test == TEST_RANGE && !is_not) {
		s->lo = a->lo > s->lo ? a->lo : s->lo;
		s->hi = a->hi < s->hi ? a->hi : s->hi;
		if (s->lo > s->hi)
			contradict(c, s, n);
	} else if (a->test == TEST_MASK) {
		narrow_mask(c, s, n, a, is_not);
	} else if (a->test == TEST_TRADES) {
		narrow_trades(c, s, n, a, is_not);
	}
}

static void look(struct when_reader *r, const struct ruleset *s,
		 const struct when_node *n);

static void gather(struct context *c, const struct when_node *n)
{
	if (n->op == WHEN_ALL)
		for (size_t i = 0; i < n->n; i++)
			gather(c, n->kids[i]);
	else if (n->op == WHEN_ATOM)
		narrow(c, n, &n->atom, false);
	else if (n->op == WHEN_NOT && n->kids[0]->op == WHEN_ATOM)
		narrow(c, n, &n->kids[0]->atom, true);
	else if (n->op == WHEN_ANY)
		for (size_t i = 0; i < n->n; i++)
			look(c->r, c->set, n->kids[i]);
}

/* May a contract of the kind begin at an age of lo..hi, by any row? */
static bool is_lawful(const struct ruleset *s, int kind, int64_t lo, int64_t hi)
{
	bool has_row = false;

	for (int i = 0; i < s->n_ages; i++) {
		const struct age_row *a = &s->ages[i];
		int max = a->rqth_max > a->max ? a->rqth_max : a->max;

		if (a->kind != kind)
			continue;
		has_row = true;
		if (hi >= a->min && (lo <= max || max >= 99))
			return true;
	}
	return !has_row;
}

static const struct span *find_span(const struct context *c, enum cond_pool p,
				    int id)
{
	for (int i = 0; i < c->n; i++)
		if (c->spans[i].first->pool == p && c->spans[i].first->id == id)
			return &c->spans[i];
	return NULL;
}

static void check_ages(struct context *c, const struct when_node *n)
{
	const struct span *kind = find_span(c, COND_OFFER, OFFER_KIND);
	const struct span *age = find_span(c, COND_PAIR, PAIR_AGE);

	if (!kind || !age || kind->allowed & WHEN_UNKNOWN_BIT)
		return;
	for (int i = 0; i < CONTRACT_COUNT; i++)
		if (kind->allowed >> i & 1 &&
		    is_lawful(c->set, i, age->lo, age->hi))
			return;
	when_error(c->r, n->at,
		   "this can never be yes: by the table of ages no contract "
		   "of \"%s\" begins at \"%s\"",
		   kind->first->text, age->first->text);
}

static void look(struct when_reader *r, const struct ruleset *s,
		 const struct when_node *n)
{
	struct context c = {.r = r, .set = s};

	gather(&c, n);
	check_ages(&c, n);
}

void when_sense(struct when_reader *r, const struct ruleset *s,
		const struct when_node *root)
{
	look(r, s, root);
}
