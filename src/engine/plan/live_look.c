/* SPDX-License-Identifier: EUPL-1.2 */
/* What may be seen of live from beside it: see live_look.h. */
#include "live.h"

#include <etrier/live_look.h>

bool live_each_person(const struct live *l, size_t *i, struct mperson *out)
{
	if (!roster_each(l->roster, i, out))
		return false;
	out->set = l->agency_sets[out->agency];
	return true;
}

bool live_find_person(const struct live *l, uint32_t id, struct mperson *out)
{
	if (!roster_find(l->roster, id, out))
		return false;
	out->set = l->agency_sets[out->agency];
	return true;
}

uint16_t live_n_agencies(const struct live *l)
{
	return l->n_agencies;
}

const char *live_agency_code(const struct live *l, uint16_t number)
{
	const char *code;
	void *value;
	for (size_t i = 0; map_each(&l->agencies, &i, &code, &value);)
		if ((uintptr_t)value - 1 == number)
			return *code ? code : NULL;
	return NULL;
}

const struct moffer *live_each_offer(const struct live *l, size_t *i)
{
	return *i < l->n_offers ? &l->slots[l->order[(*i)++]] : NULL;
}

uint64_t live_offers_version(const struct live *l)
{
	return l->offers_version;
}

int64_t live_offer_before(const struct live *l, int64_t below)
{
	size_t at = live_order_at(l, below);
	return at ? l->slots[l->order[at - 1]].id : 0;
}

void live_watch(struct live *l, const struct live_watch *w)
{
	l->watch = w ? *w : (struct live_watch){.ctx = NULL};
}

void live_tell_offer(const struct live *l, int64_t canonical)
{
	if (l->watch.on_offer)
		l->watch.on_offer(l->watch.ctx, canonical);
}

void live_tell_person(const struct live *l, uint32_t person)
{
	if (l->watch.on_person)
		l->watch.on_person(l->watch.ctx, person);
}
