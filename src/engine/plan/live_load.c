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
	if (is_read) {
		moffer_from_offer(&o, l->rd, l->rules, row->canonical, out);
		out->rules_gen = l->rules_gen;
	} else {
		l->stats.unreadable++;
	}
	json_decref(line);
	arena_clear(&a);
	return is_read;
}

int live_renew(struct live *l, struct moffer *o, struct err *err)
{
	struct arena a;
	struct store_offer row;
	struct err why = {0};
	if (o->rules_gen == l->rules_gen)
		return 0;
	arena_init(&a);
	int64_t id = o->id;
	int result = store_offer_get(l->store, id, &a, &row, &why);
	/* an id joined into another answers with that one */
	if (!result && row.canonical == id)
		(void)live_read_offer(l, &row, o);
	o->rules_gen = l->rules_gen;
	l->offers_version++;
	arena_clear(&a);
	if (!result || why.kind == ERR_UNKNOWN)
		return 0;
	*err = why;
	return -1;
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
	    live_read_refusals(l, 0, err))
		return -1;
	roster_load(l->roster, 0);
	int result = store_people_each(l->store, &q, load_person, l, err);
	roster_tidy(l->roster);
	if (result)
		return -1;
	l->day = live_today(l);
	live_refresh(l, 0);
	return 0;
}
