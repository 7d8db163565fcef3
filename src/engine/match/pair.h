/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_PAIR_H
#define ENGINE_MATCH_PAIR_H

#include "frame.h"
#include "journey.h"

/* The best link between wishes and the offer's trades; value 0: none. */
struct link {
	int value, rank; /* rank from 0 */
	uint16_t wish;
	bool is_same;
	int proximity;
	int by_proximity; /* nearness without the family */
};
/* One pair, while it is judged: what several gates, criteria and symbols need
 * of it. */
struct pair {
	const struct match_env *env;
	const struct mperson *p;
	const struct frame *f;
	const struct cond_bits *person_conds; /* NULL: none asked yet */
	struct link link;
	struct journey way;
	int32_t cfa_cost, cfa_limit; /* -1 unknown */
	int age;		     /* at the start, -1 unknown */
	int32_t leaves, back;	     /* VERDICT_NO_TIME unknown */
	struct verdict *v;
};
void pair_make(const struct match_env *env, const struct mperson *p,
	       const struct frame *f, struct pair *x);
void pair_find_link(struct pair *x);
/* When home is left and reached again, as far as hours and way are known. */
void pair_find_day(struct pair *x);

/* gates.c: every one into x->v. */
void pair_judge_gates(struct pair *x);

/* criteria.c: every one into x->v, and their base. */
void pair_value_criteria(struct pair *x);
/* Training of an offer that has one, for the level held (-1 unknown) when no
 * course and no CFA of the person is known: the value, and what it stands on
 * (WHY_NOTHING: unknown). */
int training_by_level(const struct ruleset *s, const struct moffer *o,
		      int level, enum why *why);
/* Whether the level fails: WHY_LEVEL_REQUIRED or WHY_LEVEL_HELD; else 0. */
enum why level_fails(const struct moffer *o, int level);

/* symbols.c */
void pair_judge_symbols(struct pair *x);
/* One fact of a pair, FACT_UNKNOWN when it is not known. */
int32_t pair_fact(const struct pair *x, enum pair_field field);
/* Points by group, before the ceilings; those without a group at the end. */
struct points {
	int32_t by_group[RULES_GROUPS_MAX + 1];
};
void points_add(struct points *p, const struct symbol *s);
/* With each group under its ceiling; what of it is private in *private. */
int points_sum(const struct points *p, const struct ruleset *s, int *private);

#endif
