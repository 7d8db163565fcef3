/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ROSTER_H
#define ETRIER_ROSTER_H

#include <etrier/vocab.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct person;
struct place;
struct refdata;

/* The young people as the matcher sees them: flat arrays in memory, listed by
 * the trades they look for. A copy of what the store says, thrown away and
 * built again at will; no names, no addresses. */

/* --- the plane ---------------------------------------------------------- */
/* Whole metres on one plane where straight lines are right to 0.4 % over the
 * distances people commute: metropolitan France on a conic, each overseas
 * territory in a corner of its own, too far from the others to be reached. */
struct plane_point {
	int32_t x_m, y_m;
};
/* False: no coordinates (coarser than a commune) or outside every zone. */
bool plane_from_place(const struct place *p, struct plane_point *out);
bool plane_from_udeg(int32_t lat_udeg, int32_t lon_udeg,
		     struct plane_point *out);
/* Straight line, rounded up to a whole metre. */
int32_t plane_distance_m(struct plane_point a, struct plane_point b);

/* --- days in two bytes -------------------------------------------------- */
/* Days since 1900-01-01, so that a birth and a start fit; 0 is unknown, dates
 * outside 1900..2079 are clipped. */
uint16_t day16(int32_t date);
int32_t day16_date(uint16_t d); /* DATE_NONE for 0 */

/* --- trades that are near each other ------------------------------------ */
/* The relation between trades, independent of rules: which family a trade is
 * of, and how near it is for someone looking for another. Constant. */
#define TRADES_MAX	1024 /* as ROME_COUNT_MAX */
#define TRADES_NEAR_MIN 200  /* proximities below are noise: not kept */
struct trade_near {
	uint16_t from;
	uint16_t proximity; /* 1..1000 */
};
struct tradenet;
/* family[i] is the family of trade i; trades of a family are consecutive.
 * near(ctx, from, to) answers 0..1000; NULL: nothing is near. */
typedef uint16_t tradenet_near_fn(const void *ctx, uint16_t from, uint16_t to);
struct tradenet *tradenet_new(uint16_t n, const uint16_t *family,
			      tradenet_near_fn *near, const void *ctx);
struct tradenet *tradenet_from_refdata(const struct refdata *rd);
void tradenet_free(struct tradenet *t);
uint16_t tradenet_count(const struct tradenet *t);
uint16_t tradenet_family(const struct tradenet *t, uint16_t trade);
/* Who may come to `to` from another trade (`to` itself is left out); borrowed.
 */
const struct trade_near *tradenet_near(const struct tradenet *t, uint16_t to,
				       size_t *n);
/* Trades from..end-1 are the family of one. */
void tradenet_siblings(const struct tradenet *t, uint16_t trade, uint16_t *from,
		       uint16_t *end);
/* 0 when not near. */
uint16_t tradenet_proximity(const struct tradenet *t, uint16_t from,
			    uint16_t to);

/* --- one person --------------------------------------------------------- */
#define MPERSON_TRADES 5
enum mperson_flag {
	MPERSON_PLACED = 1, /* at is known */
	MPERSON_RQTH = 2,   /* private */
	MPERSON_PREREGISTERED_YES = 4,
	MPERSON_PREREGISTERED_NO = 8,
	MPERSON_DISTRICT_YES = 16, /* priority district (QPV) */
	MPERSON_DISTRICT_NO = 32,
	MPERSON_REFUSES = 64, /* something of theirs is in the refusals */
	/* Training ends soon: contracts are already cut down to the kinds that
	 * the rules name. Set by the caller, who knows the day. */
	MPERSON_LEAVING = 128
};
/* Needs, two bits an exposure: 3 - limit for a need of that mode (1..3), 0 for
 * none; then, from bit NEEDS_ACCESS_SHIFT on, one bit per enum access. */
enum { NEEDS_ACCESS_SHIFT = 2 * EXPOSURE_COUNT };
/* Who must travel without a step, too: no stairs at all, or a way without. */
static inline bool needs_step_free(uint64_t needs)
{
	uint64_t ways = (uint64_t)1 << (NEEDS_ACCESS_SHIFT + ACCESS_STEP_FREE) |
			(uint64_t)1 << (NEEDS_ACCESS_SHIFT + ACCESS_WHEELCHAIR);

	return (needs >> 2 * EXPOSURE_STAIRS & 3) == 3 || (needs & ways);
}
struct mperson {
	uint32_t id; /* the caller's; not 0 */
	struct plane_point at;
	uint32_t cfa;  /* cfa_key(), 0 unknown */
	uint32_t rncp; /* number of the course, 0 unknown */
	uint64_t needs_exclude, needs_warn, needs_favour; /* private */
	uint16_t trades[MPERSON_TRADES];		  /* in order of wish */
	uint16_t contracts;				  /* bits; 0 unknown */
	uint16_t licences_missing; /* bits: known not to be held */
	uint16_t birth, available, deadline, training_end; /* day16 */
	int16_t max_minutes, max_minutes_cfa;		   /* -1 unknown */
	int16_t cfa_minutes; /* home to the own CFA, set by the caller; -1 */
	/* Minutes of the day, -1 unknown; a return after midnight is above
	 * 1440. */
	int16_t earliest_departure, latest_return;
	uint16_t agency;  /* the caller's number */
	uint16_t zone;	  /* travel_zone() of the home, set by the caller */
	uint16_t commune; /* commune_key(), 0 unknown */
	int8_t level, french_oral, french_written; /* of the vocab, or -1 */
	uint8_t n_trades, modes, set, flags;	   /* set: of the rules */
};
/* What mperson_from_person() starts from: nothing is known, id 0. */
extern const struct mperson mperson_unknown;
/* 0; -1 (ERR_INPUT) when the person cannot be matched: no known trade. Licences
 * count for what they include (B for AM, C for B, A for A2 ...). Flags of the
 * caller are not set, cfa_minutes is unknown and the zone TRAVEL_NO_ZONE. */
int mperson_from_person(const struct person *p, const struct refdata *rd,
			uint32_t id, uint8_t set, uint16_t agency,
			struct mperson *out, struct err *err);

/* The number of a CFA as people write it: its UAI, a SIRET, or a name, in the
 * table of CFA or not; equal for what means the same one. 0 for NULL. */
uint32_t cfa_key(const struct refdata *rd, const char *text);
/* Where a CFA of the table is; false: not in the table. */
bool cfa_point(const struct refdata *rd, uint32_t key, struct plane_point *out);
/* "RNCP37537" or "37537": 37537; 0 for anything else. */
uint32_t rncp_number(const char *text);
/* refdata_commune_number(); 0 without tables. */
uint16_t commune_key(const struct refdata *rd, const char *insee);

/* --- the roster --------------------------------------------------------- */
#define ROSTER_PERSONS_MAX 4000000u
#define ROSTER_SETS_MAX	   64u
struct roster;
struct rules;
/* t is borrowed for the roster's life. */
struct roster *roster_new(const struct tradenet *t);
void roster_free(struct roster *r);
/* What rules ask of a person alone, answered in advance. People of equal traits
 * are told apart by nothing of it, so that each trait is judged once. */
#define ROSTER_CONDS_MAX 256
struct cond_bits {
	uint64_t yes[ROSTER_CONDS_MAX / 64], unknown[ROSTER_CONDS_MAX / 64];
};
struct trait {
	struct cond_bits bits;
	uint64_t needs_exclude; /* here, for the scan reads it often */
	int32_t level;
	uint32_t lacks; /* facts of pairs that stay unknown: the rules' bits */
};
typedef void roster_trait_fn(const struct rules *rules, const struct mperson *p,
			     struct trait *out);
/* How rules are asked. Two people who are alike in the bytes of reads and have
 * the same marks have the same trait, so that it is asked once for many. */
struct roster_asker {
	roster_trait_fn *trait;
	/* What of a person counts beside, NULL: nothing. */
	uint32_t (*marks)(const struct mperson *p);
	struct mperson reads; /* 0xff: the trait may stand on it; id never */
};
/* rules borrowed until the next call, asker copied; NULL: all have one trait.
 * Everybody's trait is made anew from memory (some ten milliseconds for 180 000
 * people); sets of people stay what they are. */
void roster_set_rules(struct roster *r, const struct rules *rules,
		      const struct roster_asker *asker);
/* Many new people, some `expected` of them (a guess, for room): until
 * roster_tidy() no offer meets them, and putting them costs half. Putting or
 * removing somebody who is there already ends it. */
void roster_load(struct roster *r, size_t expected);
/* Add, or replace the one with the same id. ERR_LIMIT when a ceiling is
 * reached, ERR_INPUT for a bad trade, set or id; the roster is then unchanged.
 */
int roster_put(struct roster *r, const struct mperson *p, struct err *err);
bool roster_remove(struct roster *r, uint32_t id); /* false: was not there */
/* False: no such. */
bool roster_find(const struct roster *r, uint32_t id, struct mperson *out);
/* After many changes (an import, a night): what came since is sorted in, so
 * that offers look at fewer people. Ends a load. Nothing else changes. */
void roster_tidy(struct roster *r);
size_t roster_count(const struct roster *r);
/* In no promised order: for (size_t i = 0; roster_each(r, &i, &p);) */
bool roster_each(const struct roster *r, size_t *i, struct mperson *out);
/* Bytes held, for `status`. */
size_t roster_bytes(const struct roster *r);

#endif
