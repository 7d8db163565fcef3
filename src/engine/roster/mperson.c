/* SPDX-License-Identifier: EUPL-1.2 */
/* A young person's record turned into what the matcher needs of it: numbers,
 * bits and a point. What is not known stays unknown (0, -1 or a missing flag);
 * nothing is guessed here. */
#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/num.h>
#include <etrier/person.h>
#include <etrier/refdata.h>
#include <etrier/roster.h>
#include <etrier/utf8.h>

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
	uint64_t *lanes = n->mode == NEED_EXCLUDE ? &m->needs_exclude
			  : n->mode == NEED_WARN  ? &m->needs_warn
						  : &m->needs_favour;

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

/* --- training --------------------------------------------------------------
 */
enum { RNCP_MAX = 999999 };

uint32_t rncp_number(const char *text)
{
	int64_t n = 0;
	bool has = false;

	if (!text)
		return 0;
	for (; *text; text++) {
		bool is_digit = *text >= '0' && *text <= '9';

		/* letters and blanks before the number, nothing behind it */
		if (has && !is_digit)
			return 0;
		if (!is_digit)
			continue;
		has = true;
		n = n * 10 + (*text - '0');
		if (n > RNCP_MAX)
			return 0;
	}
	return (uint32_t)n;
}

/* Keys of CFA that are not in the table: a hash of the name, apart from the
 * table's numbers. */
#define CFA_KEY_NAME (UINT32_C(1) << 31)

static uint32_t name_hash(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (uint32_t)(h ^ h >> 32);
}

uint32_t cfa_key(const struct refdata *rd, const char *text)
{
	size_t i;
	struct arena a;
	const char *name;
	uint32_t key;

	if (!text)
		return 0;
	i = rd ? refdata_cfa_find(rd, text) : CFA_NONE;
	if (i != CFA_NONE)
		return (uint32_t)i + 1;
	arena_init(&a);
	name = utf8_fold(&a, text);
	key = *name ? name_hash(name) | CFA_KEY_NAME : 0;
	arena_clear(&a);
	return key;
}

bool cfa_point(const struct refdata *rd, uint32_t key, struct plane_point *out)
{
	const struct cfa *c;

	if (!rd || !key || key & CFA_KEY_NAME)
		return false;
	c = refdata_cfa(rd, key - 1);
	return c && plane_from_udeg(c->lat_udeg, c->lon_udeg, out);
}

uint16_t commune_key(const struct refdata *rd, const char *insee)
{
	return rd ? refdata_commune_number(rd, insee) : 0;
}

/* --- together --------------------------------------------------------------
 */
enum { DAY_MIN = 1440, NIGHT_ENDS_MIN = 4 * 60 };

/* "Home by 00:30" is half past midnight of the same evening. */
static int16_t latest_return(const struct person *p)
{
	int v = p->latest_return;
	bool is_next_day =
		v >= 0 && (v < NIGHT_ENDS_MIN || v <= p->earliest_departure);

	return (int16_t)(is_next_day ? v + DAY_MIN : v);
}

static uint8_t known_flags(const struct person *p)
{
	uint8_t flags = 0;

	if (p->rqth == TRI_YES)
		flags |= MPERSON_RQTH;
	if (p->preregistered == TRI_YES)
		flags |= MPERSON_PREREGISTERED_YES;
	if (p->preregistered == TRI_NO)
		flags |= MPERSON_PREREGISTERED_NO;
	if (p->priority_district == TRI_YES)
		flags |= MPERSON_DISTRICT_YES;
	if (p->priority_district == TRI_NO)
		flags |= MPERSON_DISTRICT_NO;
	return flags;
}

const struct mperson mperson_unknown = {
	.max_minutes = -1,
	.max_minutes_cfa = -1,
	.cfa_minutes = -1,
	.earliest_departure = -1,
	.latest_return = -1,
	.level = -1,
	.french_oral = -1,
	.french_written = -1,
};

int mperson_from_person(const struct person *p, const struct refdata *rd,
			uint32_t id, uint8_t set, uint16_t agency,
			struct mperson *out, struct err *err)
{
	struct mperson m = mperson_unknown;

	m.id = id;
	m.set = set;
	m.agency = agency;
	m.contracts = (uint16_t)p->contracts;
	m.licences_missing = licences_missing(p);
	m.birth = day16(p->birth_date);
	m.available = day16(p->available_from);
	m.deadline = day16(p->contract_deadline);
	m.training_end = day16(p->training_end);
	m.max_minutes = (int16_t)num_clip(p->max_minutes, -1, 1440);
	m.max_minutes_cfa = (int16_t)num_clip(p->max_minutes_cfa, -1, 1440);
	m.earliest_departure = (int16_t)p->earliest_departure;
	m.latest_return = latest_return(p);
	m.modes = (uint8_t)p->modes;
	m.rncp = rncp_number(p->rncp);
	m.cfa = cfa_key(rd, p->cfa);
	m.commune = commune_key(rd, p->place.insee);
	m.level = (int8_t)p->level;
	m.french_oral = (int8_t)p->french_oral;
	m.french_written = (int8_t)p->french_written;
	m.flags = known_flags(p);
	add_trades(&m, p, rd);
	if (!m.n_trades)
		return err_set(
			err, ERR_INPUT,
			"this young person looks for no trade we know, so that nothing is compared");
	if (plane_from_place(&p->place, &m.at))
		m.flags |= MPERSON_PLACED;
	for (int i = 0; i < p->n_needs; i++)
		add_need(&m, &p->needs[i]);
	*out = m;
	return 0;
}
