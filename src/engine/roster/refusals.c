/* SPDX-License-Identifier: EUPL-1.2 */
/* A set of (person, kind, key): open addressing with linear probing, as the
 * roster's other tables (dict.c). Keys come of names that strangers wrote, but
 * as hashes; who fills the table on purpose slows a look-up by some steps. */
#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/refusals.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

enum { REFUSALS_MIN = 64, SIREN_DIGITS = 9, SIRET_DIGITS = 14 };

struct entry {
	uint64_t key;
	uint32_t person; /* 0: free */
	uint32_t kind;
};
struct refusals {
	struct entry *v;
	uint32_t n, cap; /* cap: a power of two */
};

static uint32_t home_of(const struct refusals *r, const struct entry *e)
{
	uint64_t h = e->key * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */

	h = (h ^ h >> 32 ^ ((uint64_t)e->kind << 32 | e->person)) *
	    0x9e3779b97f4a7c15u;
	return (uint32_t)(h >> 32) & (r->cap - 1);
}

static bool is_same(const struct entry *a, const struct entry *b)
{
	return a->person == b->person && a->key == b->key && a->kind == b->kind;
}

/* Where it is, or where it would go. */
static uint32_t place_of(const struct refusals *r, const struct entry *e)
{
	uint32_t at = home_of(r, e);

	while (r->v[at].person && !is_same(&r->v[at], e))
		at = (at + 1) & (r->cap - 1);
	return at;
}

struct refusals *refusals_new(void)
{
	struct refusals *r = mem_alloc(sizeof(*r));

	r->cap = REFUSALS_MIN;
	r->v = mem_array(r->cap, sizeof(*r->v));
	return r;
}

void refusals_free(struct refusals *r)
{
	if (!r)
		return;
	free(r->v);
	free(r);
}

static void enlarge(struct refusals *r)
{
	struct refusals old = *r;

	r->cap = old.cap * 2;
	r->v = mem_array(r->cap, sizeof(*r->v));
	for (uint32_t i = 0; i < old.cap; i++)
		if (old.v[i].person)
			r->v[place_of(r, &old.v[i])] = old.v[i];
	free(old.v);
}

void refusals_put(struct refusals *r, uint32_t person, enum refusal kind,
		  uint64_t key)
{
	struct entry e = {key, person, kind};
	uint32_t at;

	BUG_ON(!person || !key);
	if (r->n + 1 > r->cap / 4 * 3)
		enlarge(r);
	at = place_of(r, &e);
	r->n += !r->v[at].person;
	r->v[at] = e;
}

/* Move up whoever would no longer be found across the hole. */
static void close_hole(struct refusals *r, uint32_t hole)
{
	uint32_t mask = r->cap - 1;

	for (uint32_t at = (hole + 1) & mask; r->v[at].person;
	     at = (at + 1) & mask) {
		uint32_t home = home_of(r, &r->v[at]);

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		r->v[hole] = r->v[at];
		hole = at;
	}
	r->v[hole].person = 0;
	r->n--;
}

bool refusals_remove(struct refusals *r, uint32_t person, enum refusal kind,
		     uint64_t key)
{
	struct entry e = {key, person, kind};
	uint32_t at = place_of(r, &e);

	if (!r->v[at].person)
		return false;
	close_hole(r, at);
	return true;
}

void refusals_forget(struct refusals *r, uint32_t person)
{
	/* What closes a hole may wrap round from the end to the beginning:
	 * look at the same place again until it is somebody else's. */
	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < r->cap; i++)
			while (person && r->v[i].person == person)
				close_hole(r, i);
}

bool refusals_has(const struct refusals *r, uint32_t person, enum refusal kind,
		  uint64_t key)
{
	struct entry e = {key, person, kind};

	return r && person && key && r->v[place_of(r, &e)].person;
}

size_t refusals_count(const struct refusals *r)
{
	return r->n;
}

size_t refusals_bytes(const struct refusals *r)
{
	return sizeof(*r) + r->cap * sizeof(*r->v);
}

/* --- employers --------------------------------------------------------------
 */
/* The SIREN of a SIRET, blanks between its digits allowed; 0: it is none. */
static uint64_t siren_of(const char *siret)
{
	uint64_t siren = 0;
	int n = 0;

	for (; siret && *siret; siret++) {
		if (*siret == ' ')
			continue;
		if (*siret < '0' || *siret > '9')
			return 0;
		if (n++ < SIREN_DIGITS)
			siren = siren * 10 + (uint64_t)(*siret - '0');
	}
	return n == SIRET_DIGITS || n == SIREN_DIGITS ? siren : 0;
}

static uint64_t name_hash(const char *text)
{
	uint64_t h = 0;
	struct arena a;

	if (!text)
		return 0;
	arena_init(&a);
	const char *name = utf8_fold(&a, text);
	if (*name) {
		h = UINT64_C(14695981039346656037); /* FNV-1a */
		for (const char *p = name; *p; p++)
			h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
		h |= UINT64_C(1) << 63; /* apart from every SIREN */
	}
	arena_clear(&a);
	return h;
}

void employer_keys(const struct offer *o, uint64_t key[EMPLOYER_KEYS])
{
	key[EMPLOYER_SIREN] = siren_of(o->employer.siret);
	key[EMPLOYER_NAME] = name_hash(o->employer.name);
}
