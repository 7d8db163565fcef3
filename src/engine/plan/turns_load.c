/* SPDX-License-Identifier: EUPL-1.2 */
/* What waves must know of everybody, read from the store in steps: whose
 * agency can tell them something, when they were proposed something last, and
 * which places are open. */
#include "turns.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/store_people.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

/* Rows a step; a step takes some milliseconds. */
#define PEOPLE_A_STEP	 500
#define PROPOSALS_A_STEP 1000
#define OFFERS_A_STEP	 50

static void free_agencies(struct turns *t)
{
	for (size_t i = 0; i < t->n_agencies; i++)
		free(t->agencies[i].code);
	free(t->agencies);
	t->agencies = NULL;
	t->n_agencies = 0;
}

void turns_reset(struct turns *t)
{
	free_agencies(t);
	for (size_t i = 0; i < t->n_offers; i++)
		free(t->offers[i].holders);
	free(t->offers);
	free(t->people);
	t->offers = NULL;
	t->people = NULL;
	t->n_offers = t->n_people = 0;
	t->phase = TURNS_PEOPLE;
	t->cursor = 0;
	t->agencies_sum = 0;
	t->offers_version = 0;
}

/* --- agencies ------------------------------------------------------------- */

/* FNV-1a (Fowler, Noll, Vo): to see that something is another. */
static void mix(uint64_t *sum, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	for (size_t i = 0; i < n; i++)
		*sum = (*sum ^ b[i]) * 0x100000001b3u;
}

static int add_to_sum(void *ctx, const struct store_agency *row)
{
	uint64_t *sum = ctx;
	int mode = (int)row->mode;
	mix(sum, row->code, strlen(row->code) + 1);
	mix(sum, &mode, sizeof(mode));
	mix(sum, &row->mode_since, sizeof(row->mode_since));
	return 0;
}

int turns_look_at_agencies(struct turns *t, bool *changed, struct err *err)
{
	uint64_t sum = 0xcbf29ce484222325u;
	if (store_agencies_each(t->store, add_to_sum, &sum, err))
		return -1;
	*changed = sum != t->agencies_sum;
	t->agencies_sum = sum;
	return 0;
}

static int keep_agency(void *ctx, const struct store_agency *row)
{
	struct turns *t = ctx;
	t->agencies =
		mem_grow(t->agencies, t->n_agencies + 1, sizeof(*t->agencies));
	t->agencies[t->n_agencies++] =
		(struct turn_agency){.code = mem_dup(row->code),
				     .mode = row->mode,
				     .mode_since = row->mode_since};
	return 0;
}

static int find_real(void *ctx, const struct store_message *m)
{
	int64_t *planned = ctx;
	if (!m->is_preview)
		*planned = m->planned_at;
	return !m->is_preview;
}

/* Advisers who had a digest before the last change of mode are told of old
 * offers too; others in their first one only (plan_digest_find_first). */
static int look_back(struct turns *t, struct turn_agency *a, struct err *err)
{
	struct store_messages_query q = STORE_MESSAGES_ANY;
	int64_t first = INT64_MAX;
	a->old_until = INT64_MAX;
	if (a->mode == AGENCY_OFF || a->mode_since == INSTANT_NONE)
		return 0;
	q.kind = STORE_DIGEST;
	q.agency = a->code;
	q.states = 1u << STORE_SENT;
	if (store_messages_each(t->store, &q, find_real, &first, err))
		return -1;
	if (first >= a->mode_since)
		a->old_until =
			a->mode_since + (int64_t)TURNS_FIRST_DAYS * WAVE_DAY_S;
	return 0;
}

static int load_agencies(struct turns *t, struct err *err)
{
	bool changed;
	free_agencies(t);
	(void)keep_agency(t, &(struct store_agency){.code = ""});
	if (turns_look_at_agencies(t, &changed, err) ||
	    store_agencies_each(t->store, keep_agency, t, err))
		return -1;
	for (size_t i = 1; i < t->n_agencies; i++)
		if (look_back(t, &t->agencies[i], err))
			return -1;
	return 0;
}

/* Positions in the list are kept with people: as long as it has the same
 * agencies in the same order, only their modes are others. */
static bool has_same_agencies(const struct turns *a, const struct turns *b)
{
	if (a->n_agencies != b->n_agencies)
		return false;
	for (size_t i = 0; i < a->n_agencies; i++)
		if (!str_eq(a->agencies[i].code, b->agencies[i].code))
			return false;
	return true;
}

int turns_take_modes(struct turns *t, bool *is_same, struct err *err)
{
	struct turns now = {.store = t->store, .clock = t->clock};
	int result = load_agencies(&now, err);
	*is_same = !result && has_same_agencies(t, &now);
	if (*is_same) {
		free_agencies(t);
		t->agencies = now.agencies;
		t->n_agencies = now.n_agencies;
		for (size_t i = 0; i < t->n_offers; i++)
			t->offers[i].due = 0;
	} else {
		free_agencies(&now);
	}
	return result;
}

static uint16_t agency_of(const struct turns *t, const char *code)
{
	for (size_t i = 1; code && i < t->n_agencies; i++)
		if (str_eq(t->agencies[i].code, code))
			return (uint16_t)i;
	return 0;
}

/* --- people ----------------------------------------------------------------
 */

static void keep_person(struct turns *t, const struct store_person *row)
{
	struct turn_person *p = turns_person(t, row->id);
	bool is_there = row->status == PERSON_ACTIVE && !row->is_gone;
	p->agency = is_there ? agency_of(t, row->agency) : 0;
	p->cfa = is_there && row->cfa_adviser ? agency_of(t, row->cfa_agency)
					      : 0;
	p->has_adviser = row->adviser != NULL;
}

int turns_read_person(struct turns *t, int64_t id, struct err *err)
{
	struct arena a;
	struct store_person row;
	struct err why = {0};
	arena_init(&a);
	int result = store_person_get(t->store, id, false, &a, &row, &why);
	if (!result)
		keep_person(t, &row);
	arena_clear(&a);
	if (result && why.kind == ERR_STORE)
		*err = why;
	return result && why.kind == ERR_STORE ? -1 : 0;
}

static int load_person(void *ctx, const struct store_person *row)
{
	struct turns *t = ctx;
	keep_person(t, row);
	t->cursor = row->id;
	return 0;
}

static int load_people(struct turns *t, bool *done, struct err *err)
{
	struct store_people_query q = {.active_only = true,
				       .after = t->cursor,
				       .limit = PEOPLE_A_STEP};
	int64_t before = t->cursor;
	if (!before && load_agencies(t, err))
		return -1;
	int result = store_people_each(t->store, &q, load_person, t, err);
	*done = t->cursor == before;
	return result;
}

/* --- proposals and places ------------------------------------------------- */

static void load_proposal(void *ctx, int64_t id, int64_t person, int64_t at)
{
	struct turns *t = ctx;
	struct turn_person *p = turns_person(t, person);
	t->cursor = id;
	if (at > p->proposed)
		p->proposed = (uint32_t)at;
	if (at <
	    clock_now(t->clock) - (int64_t)TURNS_LOOK_BACK_DAYS * WAVE_DAY_S)
		t->cursor = 1; /* the rest is older */
}

static int load_proposals(struct turns *t, bool *done, struct err *err)
{
	int64_t before = t->cursor;
	int result = before == 1 ? 0
				 : store_ledger_back(t->store, before,
						     PROPOSALS_A_STEP,
						     load_proposal, t, err);
	*done = t->cursor == before;
	return result;
}

struct opening {
	struct turns *t;
	struct turn_offer *o;
	int64_t since;
};

static int load_place(void *ctx, const struct store_wave_turn *row)
{
	struct opening *k = ctx;
	if (row->wave.number && !row->is_answered &&
	    row->wave.opened_at > k->since)
		turns_hold(k->t, k->o, row->wave.person, row->wave.opened_at);
	return 0;
}

static int load_places(struct turns *t, int64_t since, bool *done,
		       struct err *err)
{
	int n = 0;
	for (size_t i = 0; i < t->n_offers && n < OFFERS_A_STEP; i++) {
		struct opening k = {t, &t->offers[i], since};
		if (k.o->is_loaded)
			continue;
		if (store_wave_turns(t->store, k.o->id, load_place, &k, err))
			return -1;
		k.o->is_loaded = true;
		n++;
	}
	*done = n < OFFERS_A_STEP;
	return 0;
}

int turns_load(struct turns *t, int64_t held_since, struct err *err)
{
	bool done = false;
	int result = t->phase == TURNS_PEOPLE ? load_people(t, &done, err)
		     : t->phase == TURNS_PROPOSALS
			     ? load_proposals(t, &done, err)
			     : load_places(t, held_since, &done, err);
	if (!result && done) {
		t->phase++;
		t->cursor = 0;
	}
	return result;
}
