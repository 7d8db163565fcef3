/* SPDX-License-Identifier: EUPL-1.2 */
/* A stored young person as the matcher sees them today: who is looked for, for
 * what and from when, the ways from home, what was refused. */
#include "live.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/person.h>
#include <etrier/store_refusals.h>
#include <etrier/str.h>

#include <assert.h>
#include <stdio.h>
#include <string.h>

static_assert((int)STORE_REFUSES_PLACE == (int)REFUSAL_PLACE &&
		      (int)STORE_REFUSES_EMPLOYER == (int)REFUSAL_EMPLOYER &&
		      (int)STORE_REFUSES_OFFER == (int)REFUSAL_OFFER,
	      "the store's kinds are the matcher's");

/* Fields and needs of a stored row as one object. */
static json_t *whole_person(const struct store_person *row, struct err *err)
{
	json_t *v = js_parse(row->fields, strlen(row->fields), err);
	if (!v || !row->needs)
		return v;
	json_t *needs = js_parse(row->needs, strlen(row->needs), err);
	if (!needs || json_object_update(v, needs)) {
		json_decref(v);
		v = NULL;
	}
	json_decref(needs);
	return v;
}

/* --- refusals --------------------------------------------------------------
 */

static bool is_refuser(const struct live *l, uint32_t person)
{
	return person / 8 < l->n_refusers &&
	       l->refusers[person / 8] >> person % 8 & 1;
}

static void put_refusal(struct live *l, int64_t person, enum refusal kind,
			uint64_t key)
{
	size_t at = (size_t)person / 8;
	if (!key)
		return; /* no such commune any more */
	if (at >= l->n_refusers) {
		size_t n = at + at / 8 + 256;
		l->refusers = mem_grow(l->refusers, n, 1);
		memset(l->refusers + l->n_refusers, 0, n - l->n_refusers);
		l->n_refusers = n;
	}
	l->refusers[at] |= (uint8_t)(1 << person % 8);
	refusals_put(l->refusals, (uint32_t)person, kind, key);
}

static bool is_number(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

/* Who refuses Paris refuses each of its arrondissements, which is what offers
 * name (INSEE, code officiel géographique 2026). */
static void put_parts(struct live *l, const struct store_refusal *r)
{
	static const struct {
		const char *whole;
		int first, last;
	} cities[] = {{"75056", 75101, 75120},
		      {"69123", 69381, 69389},
		      {"13055", 13201, 13216}};
	char insee[12];
	for (size_t i = 0; i < ARRAY_LEN(cities); i++) {
		if (!str_eq(cities[i].whole, r->value))
			continue;
		for (int c = cities[i].first; c <= cities[i].last; c++) {
			snprintf(insee, sizeof(insee), "%d", c);
			put_refusal(l, r->person, REFUSAL_PLACE,
				    commune_key(l->rd, insee));
		}
	}
}

static uint64_t refusal_key(const struct live *l, const struct store_refusal *r)
{
	struct offer o = {0};
	uint64_t keys[EMPLOYER_KEYS];
	int64_t id = 0;
	switch (r->kind) {
	case STORE_REFUSES_PLACE:
		return commune_key(l->rd, r->value);
	case STORE_REFUSES_EMPLOYER:
		*(is_number(r->value) ? &o.employer.siret : &o.employer.name) =
			r->value;
		employer_keys(&o, keys);
		return keys[EMPLOYER_SIREN] ? keys[EMPLOYER_SIREN]
					    : keys[EMPLOYER_NAME];
	case STORE_REFUSES_OFFER:
		(void)num_parse_int(r->value, 1, INT64_MAX, &id);
		break;
	}
	return (uint64_t)id;
}

static int add_refusal(void *ctx, const struct store_refusal *r)
{
	struct live *l = ctx;
	put_refusal(l, r->person, (enum refusal)r->kind, refusal_key(l, r));
	if (r->kind == STORE_REFUSES_PLACE)
		put_parts(l, r);
	return 0;
}

static void add_answer(void *ctx, int64_t person, int64_t canonical)
{
	put_refusal(ctx, person, REFUSAL_OFFER, (uint64_t)canonical);
}

int live_read_refusals(struct live *l, uint32_t person, struct err *err)
{
	if (is_refuser(l, person)) {
		refusals_forget(l->refusals, person);
		l->refusers[person / 8] &= (uint8_t) ~(1 << person % 8);
	}
	return store_refusals_each(l->store, person, add_refusal, l, err) ||
			       store_answers_each(l->store, person, add_answer,
						  l, err)
		       ? -1
		       : 0;
}

/* --- as of today ------------------------------------------------------------
 */

/* What the store says of a person, as of today. */
struct seen {
	struct mperson m;
	bool is_sought_for; /* by the status, and by the day */
	bool has_trade;
	bool has_an_end; /* of training */
	struct live_addresses addresses;
	uint16_t turn; /* day16 on which this changes by itself, 0: never */
};

/* The last months of a training are those in which work is looked for: of the
 * kinds that the rules name and that are wished, or of all of these when the
 * wishes were for the training; from its end on. The day after, the status
 * counts as it does for everybody. */
static void see_leaving(const struct ruleset *s, int32_t end, int32_t on,
			struct seen *out)
{
	int32_t from = date_add_months(end, -s->leaving_months);
	unsigned wished = out->m.contracts & s->leaving_kinds;
	out->has_an_end = true;
	if (on > end || !s->leaving_months || !s->leaving_kinds)
		return;
	out->turn = day16(on < from ? from : end + 1);
	if (on < from)
		return;
	out->is_sought_for = true;
	out->m.flags |= MPERSON_LEAVING;
	out->m.contracts = (uint16_t)(wished ? wished : s->leaving_kinds);
	out->m.available = day16(end);
}

static void see(struct live *l, const struct store_person *row,
		const struct person *p, struct seen *out, struct err *no_trade)
{
	uint16_t agency = live_agency(l, row->agency);
	bool may_leave =
		row->status == PERSON_ACTIVE || row->status == PERSON_PLACED;
	*out = (struct seen){.is_sought_for = !row->is_gone &&
					      row->status == PERSON_ACTIVE};
	out->has_trade = !mperson_from_person(p, l->rd, (uint32_t)row->id,
					      l->agency_sets[agency], agency,
					      &out->m, no_trade);
	if (!out->has_trade)
		return;
	match_see_home(l->pad, l->travel, l->rd, &out->m);
	if (is_refuser(l, out->m.id))
		out->m.flags |= MPERSON_REFUSES;
	if (may_leave && !row->is_gone && p->training_end != DATE_NONE)
		see_leaving(&l->rules->sets[l->agency_sets[agency]],
			    p->training_end, live_today(l), out);
}

static int see_row(struct live *l, const struct store_person *row,
		   struct seen *out, struct err *no_trade, struct err *err)
{
	struct arena a;
	struct person p;
	const char *note;
	arena_init(&a);
	json_t *v = whole_person(row, err);
	int result = -1;
	if (v && !person_from_json(v, &a, &p, err)) {
		/* Files say a commune; what is not found is unknown, not an
		 * error. */
		person_resolve_place(&p, l->rd, &a, &note);
		see(l, row, &p, out, no_trade);
		out->addresses = live_addresses_of(&p);
		result = 0;
	}
	json_decref(v);
	arena_clear(&a);
	return result;
}

int live_put_in_roster(struct live *l, const struct store_person *row,
		       bool *is_matched, struct err *err)
{
	struct seen seen;
	struct err ignored;
	*is_matched = false;
	if (see_row(l, row, &seen, &ignored, err))
		return -1;
	bool is_cared_for = !row->is_gone && (row->status == PERSON_ACTIVE ||
					      row->status == PERSON_PLACED);
	live_note_addresses(l, (uint32_t)row->id,
			    is_cared_for ? seen.addresses
					 : (struct live_addresses){0});
	/* without a trade: listed for the adviser, compared with nobody */
	bool is_in = seen.is_sought_for && seen.has_trade;
	if (is_in && roster_put(l->roster, &seen.m, err))
		return -1;
	if (is_in)
		live_tell_person(l, seen.m.id);
	struct top *t = top_find(&l->tops, (uint32_t)row->id);
	if (!t && (is_in || seen.has_an_end))
		t = top_get(&l->tops, (uint32_t)row->id);
	if (t) {
		t->has_an_end = seen.has_an_end;
		t->turn = seen.turn;
	}
	*is_matched = is_in;
	return 0;
}

bool live_leaving_words(const struct mperson *m, char out[LIVE_LEAVING_SIZE])
{
	char day[11];
	*out = '\0';
	if (!(m->flags & MPERSON_LEAVING))
		return false;
	date_format_dmy(day16_date(m->training_end), day);
	snprintf(out, LIVE_LEAVING_SIZE, "formation terminée le %s", day);
	return true;
}

int live_person_today(struct live *l, const struct store_person *row,
		      struct mperson *out, struct err *err)
{
	struct seen seen;
	struct err no_trade;
	if (see_row(l, row, &seen, &no_trade, err))
		return -1;
	if (!seen.has_trade)
		*err = no_trade;
	else
		*out = seen.m;
	return seen.has_trade ? 0 : -1;
}
