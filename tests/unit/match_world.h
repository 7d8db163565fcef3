/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEST_MATCH_WORLD_H
#define TEST_MATCH_WORLD_H

#include "match_reference.h"

/* A small world of invented people and offers, full of unknowns, in which each
 * outcome happens. */
enum { WORLD_TRADES = 60, WORLD_PERSONS = 700 };
/* Of the good pair below; no row of the law names it. */
enum { WORLD_GOOD_TRADE = 30 };

uint32_t below(uint32_t n); /* 0 .. n-1, by the seed below */
bool chance(uint32_t percent);
extern uint64_t world_seed;

struct world {
	struct tradenet *trades;
	struct travel *travel;
	struct rules *rules;
	struct refusals *refusals;
	struct match_env env;
	struct reference reference;
	struct roster *roster;
	struct plane_point centre;
	int32_t today;
};
struct rules *world_rules(const char *text);
/* transit: a folder of tables, or NULL for the formula; rules over the shipped
 * ones. Rows of the law that name trades get trades of this world. */
void world_make(struct world *w, const char *rules, const char *transit);
void world_clear(struct world *w);
struct mperson world_person(struct world *w, uint32_t id);
struct moffer world_offer(struct world *w, int64_t id);
void world_fill(struct world *w);
uint16_t world_near(const void *ctx, uint16_t from, uint16_t to);
uint16_t world_family(uint16_t trade);

/* Zoé Essai, 19, and an offer near her that suits: `send`. */
struct mperson good_person(const struct world *w);
struct moffer good_offer(const struct world *w);

#endif
