/* SPDX-License-Identifier: EUPL-1.2 */
/* Traits of many people. What the rules ask of a person reads a few fields, and
 * few values of each occur: what was answered for equal fields is looked up in
 * a table of fixed size, in which a newcomer takes the place of whoever was
 * there. */
#include "roster_parts.h"

#include <etrier/mem.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio */
enum { MEMO_BITS = 10, KEY_WORDS = sizeof(struct mperson) / sizeof(uint64_t) };
static_assert(sizeof(struct mperson) % sizeof(uint64_t) == 0, "whole words");

/* The words of a person in which something counts, one after the other. */
struct memo_key {
	uint64_t w[KEY_WORDS + 1];
};
struct trait_memo {
	const struct roster *roster;
	int n_words;
	uint8_t word[KEY_WORDS];
	uint64_t reads[KEY_WORDS], factor[KEY_WORDS];
	struct memo_key keys[1u << MEMO_BITS];
	uint16_t traits[1u << MEMO_BITS];
	bool is_used[1u << MEMO_BITS];
};

struct trait_memo *trait_memo_new(const struct roster *r)
{
	struct trait_memo *m = mem_alloc(sizeof(*m));
	uint64_t reads[KEY_WORDS];

	m->roster = r;
	memcpy(reads, &r->asker.reads, sizeof(reads));
	for (int i = 0; i < KEY_WORDS; i++) {
		if (!reads[i])
			continue;
		m->word[m->n_words] = (uint8_t)i;
		m->factor[m->n_words] = GOLDEN * (2 * (uint64_t)i + 1);
		m->reads[m->n_words++] = reads[i];
	}
	return m;
}

void trait_memo_free(struct trait_memo *m)
{
	free(m);
}

/* What counts of p, and the marks behind it; the place of the whole. */
static uint32_t make_key(const struct trait_memo *m, const struct mperson *p,
			 struct memo_key *out)
{
	const struct roster_asker *asker = &m->roster->asker;
	uint64_t marks = asker->marks ? asker->marks(p) : 0, h = marks * GOLDEN;

	for (int i = 0; i < m->n_words; i++) {
		uint64_t w;

		memcpy(&w, (const char *)p + m->word[i] * sizeof(w), sizeof(w));
		out->w[i] = w & m->reads[i];
		h += (out->w[i] ^ out->w[i] >> 32) * m->factor[i];
	}
	out->w[m->n_words] = marks;
	return (uint32_t)(h >> (64 - MEMO_BITS));
}

static bool is_same(const struct trait_memo *m, const struct memo_key *a,
		    const struct memo_key *b)
{
	uint64_t differs = 0;

	for (int i = 0; i <= m->n_words; i++)
		differs |= a->w[i] ^ b->w[i];
	return !differs;
}

uint16_t trait_memo_of(struct trait_memo *m, struct traits *t,
		       const struct mperson *p)
{
	struct memo_key key;
	uint32_t at = make_key(m, p, &key);

	if (m->is_used[at] && is_same(m, &m->keys[at], &key))
		return m->traits[at];
	m->keys[at] = key;
	m->is_used[at] = true;
	m->traits[at] = roster_trait_of(m->roster, t, p);
	return m->traits[at];
}
