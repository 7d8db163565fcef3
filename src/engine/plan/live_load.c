/* SPDX-License-Identifier: EUPL-1.2 */
/* Filling the roster and the live offers from the store, at start and again
 * when memory may differ from it; and what may be asked of them. A row that
 * cannot be read costs itself and is counted: one spoilt record must not keep
 * an engine from starting. */
#include "live.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/person.h>

#include <string.h>

/* Fields and needs of a stored row as one object. */
static json_t *whole_person(const struct store_person *row, struct err *err)
{
	json_t *v = js_parse(row->fields, strlen(row->fields), err);
	if (!v || !row->needs)
		return v;
	json_t *needs = js_parse(row->needs, strlen(row->needs), err);
	if (!needs || json_object_update(v, needs)) {
		json_decref(v);
		v = NULL;
	}
	json_decref(needs);
	return v;
}

int live_put_in_roster(struct live *l, const struct store_person *row,
		       bool *is_matched, struct err *err)
{
	struct arena a;
	struct person p;
	struct mperson m;
	struct err no_trade;
	const char *note;
	*is_matched = false;
	if (row->is_gone || row->status != PERSON_ACTIVE)
		return 0;
	arena_init(&a);
	json_t *v = whole_person(row, err);
	int result = -1;
	if (!v || person_from_json(v, &a, &p, err))
		goto out;
	/* Files say a commune; what is not found is unknown, not an error. */
	person_resolve_place(&p, l->rd, &a, &note);
	result = 0;
	/* without a trade: listed for the adviser, compared with nobody */
	if (mperson_from_person(&p, l->rd, (uint32_t)row->id,
				rules_set_of(l->rules, row->agency), 0, &m,
				&no_trade))
		goto out;
	result = roster_put(l->roster, &m, err);
	*is_matched = !result;
out:
	json_decref(v);
	arena_clear(&a);
	return result;
}

static int load_person(void *ctx, const struct store_person *row)
{
	struct live *l = ctx;
	bool is_matched;
	struct err ignored;
	if (live_put_in_roster(l, row, &is_matched, &ignored))
		l->stats.unreadable++;
	else if (is_matched)
		live_enqueue(l, (uint32_t)row->id);
	return 0;
}

static int load_offer(void *ctx, const struct store_offer *row)
{
	struct live *l = ctx;
	struct arena a;
	struct offer o;
	struct moffer m;
	struct err ignored;
	arena_init(&a);
	json_t *line = js_parse(row->fields, strlen(row->fields), &ignored);
	if (line && !offer_from_json(line, &a, &o, &ignored)) {
		moffer_from_offer(&o, l->rd, row->canonical, &m);
		live_keep_offer(l, &m);
	} else {
		l->stats.unreadable++;
	}
	json_decref(line);
	arena_clear(&a);
	return 0;
}

int live_load_offers(struct live *l, struct err *err)
{
	struct store_offer_query q = {.proposable_only = true};
	l->n_offers = 0;
	l->is_doubtful = true;
	if (store_offers_each(l->store, &q, load_offer, l, err))
		return -1;
	l->is_doubtful = false;
	return 0;
}

int live_load(struct live *l, struct err *err)
{
	struct store_people_query q = {.active_only = true, .with_needs = true};
	if (store_candidates_clear(l->store, err) || live_load_offers(l, err) ||
	    store_people_each(l->store, &q, load_person, l, err))
		return -1;
	l->day = paris_date(clock_now(l->clock));
	return 0;
}

void live_resync(struct live *l)
{
	l->is_doubtful = true;
}

void live_offers_changed(struct live *l)
{
	l->is_doubtful = true;
	live_enqueue_everyone(l);
}

/* --- asking ------------------------------------------------------------- */

const struct moffer *live_offer(const struct live *l, int64_t canonical)
{
	size_t at = live_offer_at(l, canonical);
	bool has = at < l->n_offers && l->offers[at].id == canonical;
	return has ? &l->offers[at] : NULL;
}

const struct moffer *live_next_offer(const struct live *l, int64_t after)
{
	size_t at = live_offer_at(l, after + 1);
	return at < l->n_offers ? &l->offers[at] : NULL;
}

int live_offer_hits(struct live *l, int64_t canonical, struct match_hits *out)
{
	const struct moffer *o = live_offer(l, canonical);
	if (!o)
		return -1;
	matcher_offer(l->matcher, o, paris_date(clock_now(l->clock)), out);
	return 0;
}

const struct roster *live_roster(const struct live *l)
{
	return l->roster;
}

bool live_has_candidates(const struct live *l, int64_t person)
{
	return person > 0 && (size_t)person < l->n_tops &&
	       l->tops[person].n > 0;
}

int live_evaluate(const struct live *l, int64_t person, int64_t canonical,
		  int32_t on, struct verdict *out, struct err *err)
{
	const struct mperson *p = roster_find(l->roster, (uint32_t)person);
	const struct moffer *o = live_offer(l, canonical);
	if (!p || !o)
		return err_set(err, ERR_UNKNOWN, "%s",
			       p ? "the offer is not live"
				 : "the person is not compared with offers");
	match_evaluate(&l->env, p, o, on, out);
	return 0;
}

void live_evaluate_pair(const struct live *l, const struct mperson *p,
			const struct moffer *o, int32_t on, struct verdict *out)
{
	match_evaluate(&l->env, p, o, on, out);
}

const struct match_env *live_env(const struct live *l)
{
	return &l->env;
}

const struct refdata *live_refdata(const struct live *l)
{
	return l->rd;
}

const char *live_rules_id(const struct live *l, const char *agency)
{
	return l->rules->sets[rules_set_of(l->rules, agency)].id;
}

void live_stats(const struct live *l, struct live_stats *out)
{
	*out = l->stats;
	out->people = roster_count(l->roster);
	out->offers = l->n_offers;
	out->waiting = l->queue.n - l->queue.at;
	out->roster_bytes = roster_bytes(l->roster);
	out->bytes = out->roster_bytes + matcher_bytes(l->matcher) +
		     l->cap_offers * sizeof(*l->offers) +
		     l->n_tops * sizeof(*l->tops);
	out->postings = matcher_n_scanned(l->matcher);
}
