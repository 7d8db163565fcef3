/* SPDX-License-Identifier: EUPL-1.2 */
/* Filling the roster and the live offers from the store. A row that cannot be
 * read costs itself and is counted: one spoilt record must not keep an engine
 * from starting. */
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
	uint16_t agency = live_agency(l, row->agency);
	if (mperson_from_person(&p, l->rd, (uint32_t)row->id,
				l->agency_sets[agency], agency, &m, &no_trade))
		goto out;
	result = roster_put(l->roster, &m, err);
	*is_matched = !result;
	if (!result)
		(void)top_get(&l->tops, m.id);
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
	return 0;
}

bool live_read_offer(struct live *l, const struct store_offer *row,
		     struct moffer *out)
{
	struct arena a;
	struct offer o;
	struct err ignored;
	arena_init(&a);
	json_t *line = js_parse(row->fields, strlen(row->fields), &ignored);
	bool is_read = line && !offer_from_json(line, &a, &o, &ignored);
	if (is_read)
		moffer_from_offer(&o, l->rd, row->canonical, out);
	else
		l->stats.unreadable++;
	json_decref(line);
	arena_clear(&a);
	return is_read;
}

static int load_offer(void *ctx, const struct store_offer *row)
{
	struct live *l = ctx;
	struct moffer m;
	uint32_t slot;
	struct err full;
	if (live_read_offer(l, row, &m) && live_keep_offer(l, &m, &slot, &full))
		l->stats.unreadable++;
	return 0;
}

int live_load(struct live *l, struct err *err)
{
	struct store_people_query q = {.active_only = true, .with_needs = true};
	struct store_offer_query live = {.proposable_only = true};
	if (store_offers_each(l->store, &live, load_offer, l, err) ||
	    store_people_each(l->store, &q, load_person, l, err))
		return -1;
	l->day = live_today(l);
	live_refresh(l, LIVE_COMPARE);
	return 0;
}
