/* SPDX-License-Identifier: EUPL-1.2 */
/* An offer's record turned into what the matcher needs of it. */
#include <etrier/date.h>
#include <etrier/match.h>
#include <etrier/num.h>
#include <etrier/offer.h>
#include <etrier/refdata.h>

#include <string.h>

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

/* French where it is required, or asked without a word on how much: the highest
 * of what is stated. A level on its own is for speaking. */
static void add_languages(struct moffer *m, const struct offer *o)
{
	for (int i = 0; i < o->n_languages; i++) {
		const struct offer_language *l = &o->languages[i];

		if (!l->lang || strncmp(l->lang, "fr", 2) != 0 ||
		    l->required == TRI_NO)
			continue;
		if (l->level > m->french_oral_asked)
			m->french_oral_asked = (int8_t)l->level;
	}
}

static void add_hours(struct moffer *m, const struct offer *o)
{
	m->start_min = (int16_t)num_clip(o->hours.start_min, -1, 1440);
	m->end_min = (int16_t)num_clip(o->hours.end_min, -1, 1440);
	m->weekly_min = (int16_t)num_clip(o->hours.weekly_min, -1, INT16_MAX);
	m->night = (uint8_t)o->hours.night;
	m->weekend = (uint8_t)o->hours.weekend;
	m->part_time = (uint8_t)o->hours.part_time;
}

const struct moffer moffer_unknown = {
	.kind = VOCAB_NONE,
	.age_min = -1,
	.start_min = -1,
	.end_min = -1,
	.weekly_min = -1,
	.positions = -1,
	.level_required = -1,
	.level_target = -1,
	.french_oral_asked = -1,
	.start = DATE_NONE,
	.posted = DATE_NONE,
};

void moffer_set_rules(struct moffer *m, const struct offer *o,
		      const struct refdata *rd, const struct rules *rules)
{
	rules_offer_conds(rules, rd, o, &m->conds);
}

void moffer_from_offer(const struct offer *o, const struct refdata *rd,
		       const struct rules *rules, int64_t id,
		       struct moffer *out)
{
	struct moffer m = moffer_unknown;

	m.id = id;
	m.kind = (int8_t)o->kind;
	m.licences = (uint16_t)o->licences;
	m.age_min = (int16_t)num_clip(o->age_min, -1, 99);
	m.start = o->start;
	m.positions = (int16_t)num_clip(o->positions, -1, INT16_MAX);
	m.level_required = (int8_t)o->level_required;
	m.level_target = (int8_t)o->level_target;
	m.rncp = rncp_number(o->training_rncp);
	m.cfa = cfa_key(rd, o->training_cfa);
	m.is_cfa_placed = cfa_point(rd, m.cfa, &m.cfa_at);
	m.commune = commune_key(rd, o->place.insee);
	employer_keys(o, m.employer);
	if (o->posted != INSTANT_NONE)
		m.posted = paris_date(o->posted);
	m.is_placed = plane_from_place(&o->place, &m.at);
	add_trades(&m, o, rd);
	add_exposures(&m, o);
	add_hours(&m, o);
	add_languages(&m, o);
	if (rules)
		moffer_set_rules(&m, o, rd, rules);
	*out = m;
}
