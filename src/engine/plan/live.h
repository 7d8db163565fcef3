/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_LIVE_PRIVATE_H
#define ETRIER_LIVE_PRIVATE_H

#include <etrier/live.h>
#include <etrier/live_look.h>
#include <etrier/map.h>
#include <etrier/offer.h>
#include <etrier/refusals.h>
#include <etrier/store_offers.h>
#include <etrier/store_people.h>

#include <assert.h>

struct person;

/* What the files of live share: live.c (what is put in and dropped), live_top.c
 * (lists of candidates), live_work.c (what is done in slices), live_person.c
 * and live_load.c (rows of the store), live_ask.c (answers). */

/* --- lists of candidates (live_top.c) ------------------------------------- */
/* A person's best offers that were proposed to nobody, and what waits to be
 * done about the person. An entry is score << LIVE_SLOT_BITS | slot of the
 * offer; the worst stands first, the rest in no order. A slot may be empty or
 * hold another offer by now: whoever reads an entry evaluates it again. */
#define LIVE_SLOT_BITS 22
#define LIVE_SLOTS_MAX (1u << LIVE_SLOT_BITS) /* 10 bits hold a score */
struct top {
	uint32_t person;
	uint32_t v[LIVE_CANDIDATES_MAX];
	uint8_t n;
	bool is_cut : 1;     /* something good enough found no room */
	bool is_marked : 1;  /* the offer in hand was proposed to them */
	bool is_stale : 1;   /* in the list of those to be read again */
	bool is_due : 1;     /* in the list of those to be looked at ... */
	bool needs_list : 1; /* ... and all offers are to be looked at */
	bool is_fresh : 1;   /* in the fresh list */
	bool is_changed : 1; /* in the changed list */
	bool has_an_end : 1; /* an end of training is known */
	uint16_t turn; /* day16 on which they are to be read again, 0: none */
};
static_assert(sizeof(struct top) <= 88, "a region of them is held");
/* One for each person of the roster and for whoever waits; by id. */
struct tops {
	struct top *v;
	uint32_t n, cap;
	uint32_t *at; /* by person id: position + 1, 0: none */
	size_t n_at;
	size_t n_entries;
};
void tops_clear(struct tops *t);
/* Borrowed until the next get or drop. get makes one that was not there. */
struct top *top_get(struct tops *t, uint32_t person);
struct top *top_find(const struct tops *t, uint32_t person);
void top_drop(struct tops *t, uint32_t person);
/* True when the offer is among the best now; one that is there already gets
 * the new score. */
bool top_enter(struct tops *t, struct top *top, uint32_t slot, uint16_t score);
void top_remove(struct tops *t, struct top *top, uint32_t slot);
void top_empty(struct tops *t, struct top *top);
static inline uint32_t top_slot(uint32_t entry)
{
	return entry & (LIVE_SLOTS_MAX - 1);
}

/* --- all of it -------------------------------------------------------------
 */
struct id_list {
	uint32_t *v;
	size_t n, at, cap;
};
void id_push(struct id_list *q, uint32_t id);

enum live_phase {
	LIVE_AT_REST,
	LIVE_SETS,   /* people's numbers under new rules; at: position */
	LIVE_READ,   /* offers of the store; below: the last id read */
	LIVE_CLEAR,  /* every list is made anew from here on */
	LIVE_COMPARE /* offers, newest first; below: the last id compared */
};
/* What a refresh has to do besides comparing. */
enum { LIVE_TODO_SETS = 1, LIVE_TODO_READ = 2 };

struct live {
	struct store *store;
	const struct refdata *rd;
	const struct clock *clock;
	struct rules *rules;
	struct travel *travel;
	uint32_t rules_gen; /* number of the compile, from 1 */
	struct match_pad *pad;
	struct refusals *refusals;
	uint8_t *refusers; /* a bit a person id: has some */
	size_t n_refusers; /* bytes */
	struct tradenet *trades;
	struct roster *roster;
	struct matcher *matcher;
	struct match_env env;
	/* Agencies by number, 0 for none; the set of each under these rules. */
	struct map agencies; /* code to number */
	uint8_t *agency_sets;
	uint16_t n_agencies;
	/* Offers lie in slots; a slot is free when its offer's id is 0. order
	 * has the slots by id. */
	struct moffer *slots;
	uint32_t n_slots, cap_slots;
	uint32_t *order, *free_slots;
	size_t n_offers, n_free;
	uint64_t offers_version; /* live_offers_version() */
	struct tops tops;
	struct id_list stale, due, fresh, changed;
	size_t n_lists;		/* of those due, who need all offers */
	struct match_hits hits; /* scratch */
	struct id_list marked;	/* scratch */
	struct live_addresses *addresses; /* by person id */
	size_t n_addresses;
	int32_t day; /* of the candidates */
	enum live_phase phase;
	unsigned todo; /* LIVE_TODO_ bits */
	size_t at;
	int64_t below;
	size_t n_done; /* offers compared in this refresh */
	struct live_stats stats;
	struct live_watch watch;
};

/* live.c */
void live_mark_fresh(struct live *l, uint32_t person);
/* The person's lists and marks are forgotten too. */
void live_forget(struct live *l, uint32_t person);
/* *slot gets where it lies. ERR_LIMIT: no room for another. */
int live_keep_offer(struct live *l, const struct moffer *o, uint32_t *slot,
		    struct err *err);
void live_remove_offer(struct live *l, int64_t id);
/* Position in order of the first offer whose id is not below. */
size_t live_order_at(const struct live *l, int64_t id);
/* NULL: not live. */
struct moffer *live_find_offer(const struct live *l, int64_t id);
/* live_load.c. An offer's conditions are answered under the rules in force: its
 * record is read again when they are of others. A record that is gone changes
 * nothing. */
int live_renew(struct live *l, struct moffer *o, struct err *err);
/* The offer in a slot against everyone; lists follow. */
int live_compare(struct live *l, uint32_t slot, int32_t on, struct err *err);
uint16_t live_agency(struct live *l, const char *code_or_null);
int32_t live_today(const struct live *l);

/* live_work.c. Everything is looked at anew, after what `todo` says; a refresh
 * that runs begins again. */
void live_refresh(struct live *l, unsigned todo);

/* live_look.c: to whoever watches. */
void live_tell_offer(const struct live *l, int64_t canonical);
void live_tell_person(const struct live *l, uint32_t person);

/* live_person.c. *is_matched false: no trade is looked for, or nothing is
 * looked for today; then the person is not in the roster. Writes nothing. */
int live_put_in_roster(struct live *l, const struct store_person *row,
		       bool *is_matched, struct err *err);
/* What the person refused and answered, as the store has it; 0: everybody. */
int live_read_refusals(struct live *l, uint32_t person, struct err *err);

/* live_shared.c. A number and an e-mail address as one word each, 0: none. */
struct live_addresses {
	uint64_t phone, email;
};
struct live_addresses live_addresses_of(const struct person *p);
/* All zero: gone, or not looked after any more. */
void live_note_addresses(struct live *l, uint32_t person,
			 struct live_addresses addresses);

/* live_load.c. A stored offer; false: it cannot be read, which is counted. */
bool live_read_offer(struct live *l, const struct store_offer *row,
		     struct moffer *out);

#endif
