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

/* What the store says of a person, as of today. */
struct seen {
	struct mperson m;
	bool is_sought_for; /* by the status, and by the day */
	bool has_trade;
	bool has_an_end; /* of training */
	uint16_t turn;	 /* day16 on which this changes by itself, 0: never */
};

/* The last months of a training are those in which work is looked for: of the
 * kinds that the rules name and that are wished, or of all of these when the
 * wishes were for the training; from its end on. The day after, the status
 * counts as it does for everybody. */
static void see_leaving(const struct ruleset *s, int32_t end, int32_t on,
			struct seen *out)
{
	int32_t from = date_add_months(end, -s->leaving_months);
	unsigned wished = out->m.contracts & s->leaving_kinds;
	out->has_an_end = true;
	if (on > end || !s->leaving_months || !s->leaving_kinds)
		return;
	out->turn = day16(on < from ? from : end + 1);
	if (on < from)
		return;
	out->is_sought_for = true;
	out->m.contracts = (uint16_t)(wished ? wished : s->leaving_kinds);
	out->m.available = day16(end);
}

static void see(struct live *l, const struct store_person *row,
		const struct person *p, struct seen *out, struct err *no_trade)
{
	uint16_t agency = live_agency(l, row->agency);
	bool may_leave =
		row->status == PERSON_ACTIVE || row->status == PERSON_PLACED;
	*out = (struct seen){.is_sought_for = !row->is_gone &&
					      row->status == PERSON_ACTIVE};
	out->has_trade = !mperson_from_person(p, l->rd, (uint32_t)row->id,
					      l->agency_sets[agency], agency,
					      &out->m, no_trade);
	if (out->has_trade && may_leave && !row->is_gone &&
	    p->training_end != DATE_NONE)
		see_leaving(&l->rules->sets[l->agency_sets[agency]],
			    p->training_end, live_today(l), out);
}

static int see_row(struct live *l, const struct store_person *row,
		   struct seen *out, struct err *no_trade, struct err *err)
{
	struct arena a;
	struct person p;
	const char *note;
	arena_init(&a);
	json_t *v = whole_person(row, err);
	int result = -1;
	if (v && !person_from_json(v, &a, &p, err)) {
		/* Files say a commune; what is not found is unknown, not an
		 * error. */
		person_resolve_place(&p, l->rd, &a, &note);
		see(l, row, &p, out, no_trade);
		result = 0;
	}
	json_decref(v);
	arena_clear(&a);
	return result;
}

int live_put_in_roster(struct live *l, const struct store_person *row,
		       bool *is_matched, struct err *err)
{
	struct seen seen;
	struct err ignored;
	*is_matched = false;
	if (see_row(l, row, &seen, &ignored, err))
		return -1;
	/* without a trade: listed for the adviser, compared with nobody */
	bool is_in = seen.is_sought_for && seen.has_trade;
	if (is_in && roster_put(l->roster, &seen.m, err))
		return -1;
	if (is_in)
		live_tell_person(l, seen.m.id);
	struct top *t = top_find(&l->tops, (uint32_t)row->id);
	if (!t && (is_in || seen.has_an_end))
		t = top_get(&l->tops, (uint32_t)row->id);
	if (t) {
		t->has_an_end = seen.has_an_end;
		t->turn = seen.turn;
	}
	*is_matched = is_in;
	return 0;
}

int live_person_today(struct live *l, const struct store_person *row,
		      struct mperson *out, struct err *err)
{
	struct seen seen;
	struct err no_trade;
	if (see_row(l, row, &seen, &no_trade, err))
		return -1;
	if (!seen.has_trade)
		*err = no_trade;
	else
		*out = seen.m;
	return seen.has_trade ? 0 : -1;
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
	struct store_people_query q = {.active_or_placed = true,
				       .with_needs = true};
	struct store_offer_query live = {.proposable_only = true};
	if (store_offers_each(l->store, &live, load_offer, l, err) ||
	    store_people_each(l->store, &q, load_person, l, err))
		return -1;
	l->day = live_today(l);
	live_refresh(l, 0);
	return 0;
}
