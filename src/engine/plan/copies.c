/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers that are one post come under one canonical id.
 *
 *   live offer ─► keys ─► the nearest few that share one ─► same_views() each
 *     one is the same         joined, under the older id
 *     none of its own copies  leaves them, unless somebody was told of it
 *
 * However many offers an employer has, a bounded number is compared, the
 * nearest first. */
#include "same.h"

#include "effective.h"
#include "polls.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/offer.h>
#include <etrier/store_twins.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* Offers compared with a new one: the store puts them in order, and one that
 * is the same stands before a dozen others but for a text that was rewritten.
 * Each costs some 0.2 ms. */
#define COMPARE_MAX 12
/* Of 32 permutations so many must agree before a text is read: texts that are
 * the same (60 % in common, a cut copy 40 %) fail this once in a thousand,
 * those that share a house's paragraph (20 %) mostly do. */
#define SKETCH_MIN 8
/* Copies of one post that are laid over each other: more say nothing new. */
#define MEMBERS_MAX 12

/* --- what the copies say together ------------------------------------------
 */

struct gathering {
	struct polls *p;
	json_t *lines; /* of live copies, the best first */
	bool is_proposable;
};

static int gather(void *ctx, const struct store_offer *row)
{
	struct gathering *g = ctx;
	if (row->status != OFFER_LIVE ||
	    json_array_size(g->lines) == MEMBERS_MAX)
		return 1; /* live ones come first */
	const struct source *s = map_get(&g->p->sources, row->source);
	json_t *line = js_parse(row->fields, strlen(row->fields), NULL);
	if (line) /* one spoilt row costs itself */
		json_array_append_new(g->lines, line);
	g->is_proposable |= !s || !s->is_stale;
	return 0;
}

static int match_anew(struct polls *p, int64_t canonical, json_t *line,
		      struct err *err)
{
	struct arena a;
	struct offer o;
	struct err ignored;
	arena_init(&a);
	int result = 0;
	if (offer_from_json(line, &a, &o, &ignored))
		live_offer_drop(p->live, canonical);
	else
		result = live_offer_put(p->live, canonical, &o, err);
	arena_clear(&a);
	return result;
}

int polls_refresh(struct polls *p, int64_t canonical, bool *is_dead,
		  struct err *err)
{
	struct gathering g = {.p = p, .lines = json_array()};
	int result = store_members_each(p->store, canonical, gather, &g, err);
	size_t n = json_array_size(g.lines);
	*is_dead = n == 0;
	json_t *line = n ? effective_offer(g.lines) : NULL;
	char *text = n > 1 ? json_dumps(line, JSON_COMPACT) : NULL;
	if (!result)
		result = store_canonical_put(p->store, canonical, text, err);
	if (!result && line && g.is_proposable)
		result = match_anew(p, canonical, line, err);
	else if (!result)
		live_offer_drop(p->live, canonical);
	free(text);
	json_decref(line);
	json_decref(g.lines);
	return result;
}

/* --- finding them ----------------------------------------------------------
 */

struct search {
	struct polls *p;
	const struct twin_in *in;
	struct arena *a;
	struct same_view view;
	int64_t canonical;
	const char *reason;
	/* of its own canonical id: */
	int n_others;
	bool is_with_same;
	struct same_reason last_bar;
};

/* Strings of the parsed line are needed for the comparison only. */
static bool is_same_as(struct search *k, const struct store_offer *row,
		       struct same_reason *why)
{
	struct arena a;
	struct offer o;
	struct same_view v;
	struct err ignored;
	json_t *line = js_parse(row->fields, strlen(row->fields), NULL);
	bool is_same = false;
	arena_init(&a);
	*why = (struct same_reason){.alike = -1};
	if (line && !offer_from_json(line, &a, &o, &ignored)) {
		o.source = row->source;
		o.status = row->status;
		same_view(&o, &a, &v);
		is_same = same_views(&k->view, &v, why);
	}
	arena_clear(&a);
	json_decref(line);
	return is_same;
}

static int look_at_member(void *ctx, const struct store_offer *row)
{
	struct search *k = ctx;
	if (row->id == k->in->offer)
		return 0;
	if (k->n_others++ == COMPARE_MAX)
		return 1;
	k->is_with_same = is_same_as(k, row, &k->last_bar);
	return k->is_with_same;
}

/* It changed: does it still belong to its copies? */
static int leave_others(struct search *k, struct err *err)
{
	struct store *s = k->p->store;
	int64_t own, was = k->canonical;
	bool is_dead;
	if (store_members_each(s, was, look_at_member, k, err))
		return -1;
	if (!k->n_others || k->is_with_same)
		return 0;
	if (store_offer_split(s, k->in->offer, polls_clock(k->p), &own, err))
		return -1;
	const char *bar = same_reason_text(&k->last_bar, k->a);
	if (!own) {
		k->reason = arena_printf(
			k->a, "stays, for it was proposed; now %s", bar);
		return store_offer_put_reason(s, k->in->offer, k->reason, err);
	}
	k->canonical = own;
	return polls_refresh(k->p, was, &is_dead, err) ||
			       polls_event(k->p, "offer.left", own,
					   json_pack("{s:s,s:s*,s:I,s:s}",
						     "source", k->in->o->source,
						     "ref", k->in->o->ref,
						     "from", was, "reason",
						     bar),
					   err)
		       ? -1
		       : 0;
}

static int join(struct search *k, const struct store_twin *twin,
		const char *reason, struct err *err)
{
	struct polls *p = k->p;
	int64_t keep = twin->row.canonical, other = k->canonical;
	if (keep > other) {
		keep = other;
		other = twin->row.canonical;
	}
	k->reason = twin->row.status == OFFER_LIVE
			    ? reason
			    : arena_printf(k->a, "%s; shown anew", reason);
	k->canonical = keep;
	p->stats.offers_joined++;
	if (store_offer_join(p->store, keep, other, err))
		return -1;
	live_offer_drop(p->live, other);
	return store_offer_put_reason(p->store, k->in->offer, k->reason, err);
}

static int join_others(struct search *k, const struct store_twin_keys *keys,
		       struct err *err)
{
	struct store_twin twins[COMPARE_MAX];
	size_t n = 0;
	int64_t since =
		polls_clock(k->p) - (int64_t)POLLS_TWIN_DAYS * 24 * 3600;
	if (store_twins(k->p->store, k->in->offer, keys, since, k->a, twins,
			COMPARE_MAX, &n, err))
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct same_reason why;
		const char *reason = "the same content";
		if (twins[i].row.canonical == k->canonical)
			continue;
		if (is_same_as(k, &twins[i].row, &why))
			reason = same_reason_text(&why, k->a);
		else if (!twins[i].is_whole)
			continue;
		if (join(k, &twins[i], reason, err))
			return -1;
	}
	return 0;
}

int polls_find_twins(struct polls *p, const struct twin_in *in, struct arena *a,
		     int64_t *canonical, const char **reason, struct err *err)
{
	struct search k = {.p = p, .in = in, .a = a, .canonical = *canonical};
	struct same_keys keys;
	same_view(in->o, a, &k.view);
	same_keys(&k.view, &keys);
	struct store_twin_keys stored = {
		.v = keys.v,
		.n = keys.n,
		.n_strong = keys.n_strong,
		.has_whole = keys.has_whole,
		.sketch = keys.has_sketch ? keys.sketch : NULL,
		.n_sketch = keys.has_sketch ? sizeof(keys.sketch) : 0,
		.sketch_min = SKETCH_MIN};
	if (store_twin_keys_put(p->store, in->offer, &stored, err) ||
	    (in->has_changed && leave_others(&k, err)) ||
	    join_others(&k, &stored, err))
		return -1;
	*canonical = k.canonical;
	*reason = k.reason;
	return 0;
}
