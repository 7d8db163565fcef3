/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_ROSTER_ROW_H
#define ENGINE_ROSTER_ROW_H

#include <etrier/roster.h>

/* How the roster keeps a person: what everybody has in a row, what few have in
 * a table beside it, the travel profile as a number. Half the bytes of struct
 * mperson. */
struct row {
	struct plane_point at;
	uint16_t trades[MPERSON_TRADES];
	uint16_t birth, available;
	uint16_t contracts, licences_missing;
	uint16_t profile; /* number of set, modes and max_minutes */
	uint16_t agency, commune, zone;
	uint8_t n_trades, flags;
	int8_t level, french_oral, french_written;
};
struct rare {
	/* the first is the next free one's number in a free one */
	uint64_t needs_exclude, needs_warn, needs_favour;
	uint32_t rncp, cfa;
	uint16_t deadline, training_end;
	int16_t max_minutes_cfa, cfa_minutes;
	int16_t earliest_departure, latest_return;
	uint32_t nothing; /* no hole: compared as bytes */
};
struct rares {
	struct rare *v; /* v[0]: who has nothing rare */
	uint32_t n, cap, free;
};
void rares_init(struct rares *r);
void rares_clear(struct rares *r);
/* 0 when the person has nothing rare. */
uint32_t rares_add(struct rares *r, const struct mperson *p);
void rares_drop(struct rares *r, uint32_t i);
size_t rares_bytes(const struct rares *r);

void row_pack(const struct mperson *p, uint16_t profile, struct row *out);
/* All but id, set, modes and max_minutes. */
void row_unpack(const struct row *row, const struct rare *rare,
		struct mperson *out);

/* Distinct traits, numbered. */
#define TRAIT_MANY UINT16_MAX /* no number left: look at the person */
struct traits {
	struct trait *v;
	uint16_t *index; /* hash table of number + 1 */
	uint32_t n, n_index;
};
void traits_clear(struct traits *t);
uint16_t traits_intern(struct traits *t, const struct trait *v);
size_t traits_bytes(const struct traits *t);

#endif
