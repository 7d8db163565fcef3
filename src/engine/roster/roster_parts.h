/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_ROSTER_PARTS_H
#define ENGINE_ROSTER_PARTS_H

#include "dict.h"
#include "lists.h"
#include "row.h"

/* Inside the roster: roster.c puts, removes and answers; load.c takes many at
 * once; trait_memo.c asks a condition once for people of one kind. */
struct load;
struct roster {
	const struct tradenet *trades;
	const struct rules *rules;
	struct roster_asker asker; /* no function: all have one trait */
	uint16_t n_shelves;
	/* by slot */
	struct row *rows;
	uint32_t *id_of, *rare_of;
	uint32_t n_slots, cap_slots;
	struct rares rares;
	struct idmap ids;
	/* n_shelves times ROSTER_GROUPS each */
	struct posting_list *lists[ROSTER_SETS_MAX];
	uint32_t group_filter[ROSTER_GROUPS]; /* the last: 0, for the rest */
	unsigned n_groups;
	struct dict *patterns; /* per shelf */
	struct dict profiles;
	struct traits traits;
	struct load *load; /* NULL: none under way */
};

#define WISHES_ALONE (SHELF_TRADES * MPERSON_TRADES)
#define NOT_ALONE    UINT8_MAX
static_assert(WISHES_ALONE < NOT_ALONE, "one byte");

/* One person's wishes gathered by shelf. */
struct wishes {
	int n;
	uint16_t shelf[MPERSON_TRADES];
	uint64_t pattern[MPERSON_TRADES];
	/* Of the only wish on the shelf, its trade and its rank; else NOT_ALONE
	 */
	uint8_t alone[MPERSON_TRADES];
	uint16_t number[MPERSON_TRADES]; /* of the pattern */
};

static inline size_t roster_n_lists(const struct roster *r)
{
	return (size_t)r->n_shelves * ROSTER_GROUPS;
}
static inline size_t roster_list_number(uint16_t shelf, unsigned group)
{
	return (size_t)shelf * ROSTER_GROUPS + group;
}
static inline struct posting_list *roster_list_at(const struct roster *r,
						  unsigned set, uint16_t shelf,
						  unsigned group)
{
	return &r->lists[set][roster_list_number(shelf, group)];
}
uint32_t roster_filter_of(const struct mperson *p);
/* The group for a filter; a new one as long as there are any. */
unsigned roster_group_of(struct roster *r, uint32_t filter);
uint16_t roster_trait_of(const struct roster *r, struct traits *t,
			 const struct mperson *p);
/* Of a slot that is filled, but for the pattern. */
struct posting roster_posting(const struct roster *r, uint32_t slot,
			      uint32_t filter, uint16_t trait);
/* The lists of a set exist. */
void roster_need_lists(struct roster *r, unsigned set);
/* Room for so many slots; at least those in use. */
void roster_set_room(struct roster *r, uint32_t n_slots);

/* --- load.c --------------------------------------------------------------- */
void load_free(struct load *l);
size_t load_bytes(const struct load *l);
/* The number of the pattern of wish k, -1 when there are too many. */
int load_pattern(struct roster *r, const struct wishes *w, int k);
/* The person of the newest slot waits for the end of the load. */
void load_add(struct roster *r, const struct mperson *p,
	      const struct wishes *w);
/* Whoever waits gets postings; nothing when no load is under way. */
void roster_end_load(struct roster *r);

/* --- trait_memo.c --------------------------------------------------------- */
/* For many people one after the other: most have what somebody before them had,
 * as far as the rules look. Forgets at will, so never more than some 100 kB. */
struct trait_memo;
struct trait_memo *trait_memo_new(const struct roster *r);
void trait_memo_free(struct trait_memo *m);
uint16_t trait_memo_of(struct trait_memo *m, struct traits *t,
		       const struct mperson *p);

#endif
