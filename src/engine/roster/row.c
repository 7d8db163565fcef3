/* SPDX-License-Identifier: EUPL-1.2 */
/* Persons packed for the roster, and the numbers of their traits: see row.h. */
#include "row.h"

#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

enum { TRAIT_INDEX_MIN = 64 };
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio */

/* --- what few people have --------------------------------------------------
 */
static struct rare rare_of(const struct mperson *p)
{
	return (struct rare){
		.needs_exclude = p->needs_exclude,
		.needs_warn = p->needs_warn,
		.needs_favour = p->needs_favour,
		.rncp = p->rncp,
		.cfa = p->cfa,
		.deadline = p->deadline,
		.training_end = p->training_end,
		.max_minutes_cfa = p->max_minutes_cfa,
		.cfa_minutes = p->cfa_minutes,
		.earliest_departure = p->earliest_departure,
		.latest_return = p->latest_return,
	};
}

void rares_init(struct rares *r)
{
	*r = (struct rares){.n = 1, .cap = 16};
	r->v = mem_array(r->cap, sizeof(*r->v));
	r->v[0] = rare_of(&mperson_unknown);
}

void rares_clear(struct rares *r)
{
	free(r->v);
	*r = (struct rares){0};
}

/* Nothing rare: as mperson_unknown. */
static bool is_plain(const struct mperson *p)
{
	return !(p->needs_exclude | p->needs_warn | p->needs_favour | p->rncp |
		 p->cfa | p->deadline | p->training_end) &&
	       (p->max_minutes_cfa & p->cfa_minutes & p->earliest_departure &
		p->latest_return) == -1;
}

uint32_t rares_add(struct rares *r, const struct mperson *p)
{
	uint32_t i = r->free;

	if (is_plain(p))
		return 0;
	if (i) {
		r->free = (uint32_t)r->v[i].needs_exclude;
	} else {
		if (r->n == r->cap) {
			r->cap += r->cap / 8 + 16;
			r->v = mem_grow(r->v, r->cap, sizeof(*r->v));
		}
		i = r->n++;
	}
	r->v[i] = rare_of(p);
	return i;
}

void rares_drop(struct rares *r, uint32_t i)
{
	if (!i)
		return;
	r->v[i].needs_exclude = r->free;
	r->free = i;
}

size_t rares_bytes(const struct rares *r)
{
	return r->cap * sizeof(*r->v);
}

/* --- rows ------------------------------------------------------------------
 */
void row_pack(const struct mperson *p, uint16_t profile, struct row *out)
{
	*out = (struct row){
		.at = p->at,
		.birth = p->birth,
		.available = p->available,
		.contracts = p->contracts,
		.licences_missing = p->licences_missing,
		.profile = profile,
		.agency = p->agency,
		.commune = p->commune,
		.zone = p->zone,
		.n_trades = p->n_trades,
		.flags = p->flags,
		.level = p->level,
		.french_oral = p->french_oral,
		.french_written = p->french_written,
	};
	memcpy(out->trades, p->trades, sizeof(out->trades));
}

void row_unpack(const struct row *row, const struct rare *rare,
		struct mperson *out)
{
	*out = (struct mperson){
		.at = row->at,
		.birth = row->birth,
		.available = row->available,
		.contracts = row->contracts,
		.licences_missing = row->licences_missing,
		.agency = row->agency,
		.commune = row->commune,
		.zone = row->zone,
		.n_trades = row->n_trades,
		.flags = row->flags,
		.level = row->level,
		.french_oral = row->french_oral,
		.french_written = row->french_written,
		.needs_exclude = rare->needs_exclude,
		.needs_warn = rare->needs_warn,
		.needs_favour = rare->needs_favour,
		.rncp = rare->rncp,
		.cfa = rare->cfa,
		.deadline = rare->deadline,
		.training_end = rare->training_end,
		.max_minutes_cfa = rare->max_minutes_cfa,
		.cfa_minutes = rare->cfa_minutes,
		.earliest_departure = rare->earliest_departure,
		.latest_return = rare->latest_return,
	};
	memcpy(out->trades, row->trades, sizeof(out->trades));
}

/* --- traits ----------------------------------------------------------------
 */
static uint32_t hash_of(const struct trait *v)
{
	uint64_t h = (uint64_t)v->level << 32 ^ v->lacks;

	h = (h ^ v->needs_exclude) * GOLDEN;
	for (size_t i = 0; i < ARRAY_LEN(v->bits.yes); i++) {
		h = (h ^ v->bits.yes[i] ^ h >> 32) * GOLDEN;
		h = (h ^ v->bits.unknown[i] ^ h >> 32) * GOLDEN;
	}
	return (uint32_t)(h >> 32);
}

void traits_clear(struct traits *t)
{
	free(t->v);
	free(t->index);
	*t = (struct traits){0};
}

/* Where v is, or where it would go. */
static uint32_t place_of(const struct traits *t, const struct trait *v)
{
	uint32_t at = hash_of(v) & (t->n_index - 1);

	while (t->index[at] &&
	       memcmp(&t->v[t->index[at] - 1], v, sizeof(*v)) != 0)
		at = (at + 1) & (t->n_index - 1);
	return at;
}

static void enlarge(struct traits *t)
{
	t->n_index = t->n_index ? t->n_index * 2 : TRAIT_INDEX_MIN;
	free(t->index);
	t->index = mem_array(t->n_index, sizeof(*t->index));
	t->v = mem_grow(t->v, t->n_index / 2, sizeof(*t->v));
	for (uint32_t i = 0; i < t->n; i++)
		t->index[place_of(t, &t->v[i])] = (uint16_t)(i + 1);
}

uint16_t traits_intern(struct traits *t, const struct trait *v)
{
	uint32_t at;

	if (t->n >= t->n_index / 2 && t->n < TRAIT_MANY)
		enlarge(t);
	at = place_of(t, v);
	if (t->index[at])
		return (uint16_t)(t->index[at] - 1);
	if (t->n >= TRAIT_MANY)
		return TRAIT_MANY;
	t->v[t->n] = *v;
	t->index[at] = (uint16_t)(t->n + 1);
	return (uint16_t)t->n++;
}

size_t traits_bytes(const struct traits *t)
{
	return t->n_index * sizeof(*t->index) + t->n_index / 2 * sizeof(*t->v);
}
