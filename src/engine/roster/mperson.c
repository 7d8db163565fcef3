/* SPDX-License-Identifier: EUPL-1.2 */
/* A young person's record turned into what the matcher needs of it: numbers,
 * bits and a point. What is not known stays unknown (0, -1 or a missing flag);
 * nothing is guessed here. */
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/num.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/roster.h>

#define BIT(i) (1u << (i))

/* Code de la route R221-4 and following: holding one includes the others. */
static const struct {
	enum licence held;
	unsigned included;
} licence_includes[] = {
	{LICENCE_BE, BIT(LICENCE_B)},  {LICENCE_C, BIT(LICENCE_B)},
	{LICENCE_D, BIT(LICENCE_B)},   {LICENCE_A, BIT(LICENCE_A2)},
	{LICENCE_A2, BIT(LICENCE_A1)}, {LICENCE_A1, BIT(LICENCE_AM)},
	{LICENCE_B, BIT(LICENCE_AM)},
};

static unsigned licences_held(unsigned bits)
{
	for (size_t i = 0;
	     i < sizeof(licence_includes) / sizeof(licence_includes[0]); i++)
		if (bits & BIT(licence_includes[i].held))
			bits |= licence_includes[i].included;
	return bits;
}

static uint16_t licences_missing(const struct person *p)
{
	unsigned held = licences_held(p->licences);

	if (p->licences_known != TRI_YES)
		return 0;
	return (uint16_t)(~held & (BIT(LICENCE_COUNT) - 1));
}

/* The stricter of two needs for the same exposure is the larger lane. */
static void add_exposure(uint64_t *lanes, int exposure, int limit)
{
	int shift = 2 * exposure;
	uint64_t lane = (uint64_t)(3 - limit);

	if ((*lanes >> shift & 3) >= lane)
		return;
	*lanes = (*lanes & ~((uint64_t)3 << shift)) | lane << shift;
}

static void add_need(struct mperson *m, const struct need *n)
{
	uint64_t *lanes =
		n->mode == NEED_EXCLUDE ? &m->needs_exclude : &m->needs_warn;

	if (n->mode == NEED_FAVOUR)
		return; /* only ever adds points: a criterion to come */
	if (n->exposure >= 0 && n->exposure < EXPOSURE_COUNT)
		add_exposure(lanes, n->exposure, (int)num_clip(n->limit, 0, 2));
	else if (n->access >= 0 && n->access < ACCESS_COUNT)
		*lanes |= (uint64_t)1 << (NEEDS_ACCESS_SHIFT + n->access);
}

static void add_trades(struct mperson *m, const struct person *p,
		       const struct refdata *rd)
{
	for (int i = 0; i < p->n_rome && m->n_trades < MPERSON_TRADES; i++) {
		uint16_t trade = rome_find(rd, p->rome[i]);
		bool is_double = trade == ROME_NONE;

		for (int k = 0; k < m->n_trades; k++)
			is_double |= m->trades[k] == trade;
		if (!is_double)
			m->trades[m->n_trades++] = trade;
	}
}

int mperson_from_person(const struct person *p, const struct refdata *rd,
			uint32_t id, uint8_t set, uint16_t agency,
			struct mperson *out, struct err *err)
{
	struct mperson m = {
		.id = id,
		.set = set,
		.agency = agency,
		.contracts = (uint16_t)p->contracts,
		.licences_missing = licences_missing(p),
		.birth = day16(p->birth_date),
		.available = day16(p->available_from),
		.deadline = day16(p->contract_deadline),
		.max_minutes = (int16_t)num_clip(p->max_minutes, -1, 1440),
		.modes = (uint8_t)p->modes,
		.training_end = day16(p->training_end),
		.earliest_departure =
			(int16_t)num_clip(p->earliest_departure, -1, 1440),
		.latest_return = (int16_t)num_clip(p->latest_return, -1, 1440),
		.max_minutes_cfa =
			(int16_t)num_clip(p->max_minutes_cfa, -1, 1440),
		.cfa_minutes = -1,
		.level = (int8_t)p->level,
		.french_oral = (int8_t)p->french_oral,
		.french_written = (int8_t)p->french_written,
	};

	add_trades(&m, p, rd);
	if (!m.n_trades)
		return err_set(
			err, ERR_INPUT,
			"this young person looks for no trade we know, so that nothing is compared");
	if (plane_from_place(&p->place, &m.at))
		m.flags |= MPERSON_PLACED;
	if (p->rqth == TRI_YES)
		m.flags |= MPERSON_RQTH;
	for (int i = 0; i < p->n_needs; i++)
		add_need(&m, &p->needs[i]);
	*out = m;
	return 0;
}
