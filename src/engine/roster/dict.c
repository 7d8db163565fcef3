/* SPDX-License-Identifier: EUPL-1.2 */
/* The two small hash tables of the roster: values to dense numbers (a wish
 * pattern, a travel profile) and person ids to slots. Open addressing with
 * linear probing. Keys are our own numbers, never a stranger's text, so the
 * hash needs no secret. */
#include "dict.h"

#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

enum { DICT_INDEX_MIN = 16, IDMAP_MIN = 64 };

static uint32_t mix(uint64_t v)
{
	v ^= v >> 32;
	v *= 0x9e3779b97f4a7c15u; /* 2^64 divided by the golden ratio */
	return (uint32_t)(v >> 32);
}

void dict_clear(struct dict *d)
{
	free(d->values);
	free(d->index);
	*d = (struct dict){0};
}

static void dict_rehash(struct dict *d)
{
	uint32_t size = d->n_index ? d->n_index * 2 : DICT_INDEX_MIN;

	free(d->index);
	d->index = mem_array(size, sizeof(*d->index));
	d->n_index = size;
	d->values = mem_grow(d->values, size / 2, sizeof(*d->values));
	for (uint32_t i = 0; i < d->n; i++) {
		uint32_t at = mix(d->values[i]) & (size - 1);

		while (d->index[at])
			at = (at + 1) & (size - 1);
		d->index[at] = (uint16_t)(i + 1);
	}
}

int dict_intern(struct dict *d, uint64_t v)
{
	uint32_t at = 0;

	if (d->n_index) {
		at = mix(v) & (d->n_index - 1);
		for (; d->index[at]; at = (at + 1) & (d->n_index - 1))
			if (d->values[d->index[at] - 1] == v)
				return d->index[at] - 1;
	}
	if (d->n >= DICT_MAX)
		return -1;
	if (d->n >= d->n_index / 2) {
		dict_rehash(d);
		at = mix(v) & (d->n_index - 1);
		while (d->index[at])
			at = (at + 1) & (d->n_index - 1);
	}
	d->values[d->n] = v;
	d->index[at] = (uint16_t)(d->n + 1);
	return (int)d->n++;
}

size_t dict_bytes(const struct dict *d)
{
	return (size_t)d->n_index * sizeof(*d->index) +
	       (size_t)(d->n_index / 2) * sizeof(*d->values);
}

void idmap_clear(struct idmap *m)
{
	free(m->keys);
	free(m->slots);
	*m = (struct idmap){0};
}

/* Ids are the store's row numbers, dense and mostly in order: as they are they
 * lie side by side, which a hash would undo. */
static uint32_t home_of(const struct idmap *m, uint32_t id)
{
	return id & (m->cap - 1);
}

/* Where id is, or where it would go. */
static uint32_t idmap_at(const struct idmap *m, uint32_t id)
{
	uint32_t at = home_of(m, id);

	while (m->keys[at] && m->keys[at] != id)
		at = (at + 1) & (m->cap - 1);
	return at;
}

uint32_t idmap_get(const struct idmap *m, uint32_t id)
{
	uint32_t at;

	if (!m->cap || !id)
		return IDMAP_NONE;
	at = idmap_at(m, id);
	return m->keys[at] ? m->slots[at] : IDMAP_NONE;
}

static void idmap_resize(struct idmap *m, uint32_t cap)
{
	struct idmap old = *m;

	m->cap = cap;
	m->keys = mem_array(m->cap, sizeof(*m->keys));
	m->slots = mem_array(m->cap, sizeof(*m->slots));
	mem_hint_large(m->keys, m->cap * sizeof(*m->keys));
	mem_hint_large(m->slots, m->cap * sizeof(*m->slots));
	for (uint32_t i = 0; i < old.cap; i++) {
		uint32_t at;

		if (!old.keys[i])
			continue;
		at = idmap_at(m, old.keys[i]);
		m->keys[at] = old.keys[i];
		m->slots[at] = old.slots[i];
	}
	free(old.keys);
	free(old.slots);
}

/* Three quarters full at most: probes stay short. */
void idmap_need(struct idmap *m, uint32_t n)
{
	uint32_t cap = m->cap ? m->cap : IDMAP_MIN;

	while (n > cap / 4 * 3)
		cap *= 2;
	if (cap > m->cap)
		idmap_resize(m, cap);
}

void idmap_put(struct idmap *m, uint32_t id, uint32_t slot)
{
	uint32_t at;

	idmap_need(m, m->n + 1);
	at = idmap_at(m, id);
	if (!m->keys[at])
		m->n++;
	m->keys[at] = id;
	m->slots[at] = slot;
}

void idmap_remove(struct idmap *m, uint32_t id)
{
	uint32_t mask = m->cap - 1, hole, at;

	if (!m->cap)
		return;
	hole = idmap_at(m, id);
	if (!m->keys[hole])
		return;
	/* move up whoever would no longer be found across the hole */
	for (at = (hole + 1) & mask; m->keys[at]; at = (at + 1) & mask) {
		uint32_t home = home_of(m, m->keys[at]);

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		m->keys[hole] = m->keys[at];
		m->slots[hole] = m->slots[at];
		hole = at;
	}
	m->keys[hole] = 0;
	m->n--;
}

size_t idmap_bytes(const struct idmap *m)
{
	return (size_t)m->cap * (sizeof(*m->keys) + sizeof(*m->slots));
}
