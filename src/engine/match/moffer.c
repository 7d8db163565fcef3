/* SPDX-License-Identifier: EUPL-1.2 */
/* An offer's record turned into what the matcher needs of it. */
#include <etrier/date.h>
#include <etrier/match.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>

static void add_trades(struct moffer *m, const struct offer *o,
		       const struct refdata *rd)
{
	for (int i = 0; i < o->n_rome && m->n_trades < MOFFER_TRADES; i++) {
		uint16_t trade = rome_find(rd, o->rome[i]);
		bool is_double = trade == ROME_NONE;

		for (int k = 0; k < m->n_trades; k++)
			is_double |= m->trades[k] == trade;
		if (!is_double)
			m->trades[m->n_trades++] = trade;
	}
}

static void add_exposures(struct moffer *m, const struct offer *o)
{
	for (int i = 0; i < EXPOSURE_COUNT; i++) {
		if (o->exposure[i] < 0 || o->exposure[i] > 3)
			continue;
		m->exposures |= (uint64_t)o->exposure[i] << 2 * i;
		m->known |= (uint64_t)3 << 2 * i;
	}
	for (int i = 0; i < ACCESS_COUNT; i++) {
		uint64_t bit = (uint64_t)1 << (NEEDS_ACCESS_SHIFT + i);

		if (o->access[i] == TRI_NO)
			m->exposures |= bit;
		if (o->access[i] != TRI_UNKNOWN)
			m->known |= bit;
	}
}

void moffer_from_offer(const struct offer *o, const struct refdata *rd,
		       int64_t id, struct moffer *out)
{
	struct moffer m = {
		.id = id,
		.kind = (int8_t)o->kind,
		.licences = (uint16_t)o->licences,
		.age_min = (int16_t)num_clip(o->age_min, -1, 99),
		.start_min = (int16_t)num_clip(o->hours.start_min, -1, 1440),
		.start = o->start,
		.posted = DATE_NONE,
	};

	if (o->posted != INSTANT_NONE)
		m.posted = paris_date(o->posted);
	m.is_placed = plane_from_place(&o->place, &m.at);
	add_trades(&m, o, rd);
	add_exposures(&m, o);
	*out = m;
}
