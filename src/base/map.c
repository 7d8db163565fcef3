/* SPDX-License-Identifier: EUPL-1.2 */
/* Slots in order of insertion beside an index of slot numbers, as in compact
 * dictionaries: iteration is deterministic, and a removed slot stays as a
 * tombstone until the next growth rebuilds both. */
#include <etrier/map.h>
#include <etrier/mem.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct map_slot {
	char *key; /* NULL: removed */
	void *value;
	uint64_t hash;
};

/* FNV-1a. Keys of hostile origin are capped in number by their readers. */
static uint64_t hash_of(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h ^ h >> 29;
}

void map_init(struct map *m)
{
	*m = (struct map){0};
}

void map_clear(struct map *m, void (*free_value)(void *))
{
	for (size_t i = 0; i < m->n_slots; i++) {
		if (m->slots[i].key && free_value)
			free_value(m->slots[i].value);
		free(m->slots[i].key);
	}
	free(m->slots);
	free(m->index);
	map_init(m);
}

size_t map_count(const struct map *m)
{
	return m->n_live;
}

/* The index cell that holds key, or the empty one where it would go. */
static unsigned *find(const struct map *m, const char *key, uint64_t hash)
{
	for (size_t i = hash & (m->n_index - 1);;
	     i = (i + 1) & (m->n_index - 1)) {
		unsigned cell = m->index[i];
		if (!cell)
			return &m->index[i];
		const struct map_slot *s = &m->slots[cell - 1];
		if (s->key && s->hash == hash && strcmp(s->key, key) == 0)
			return &m->index[i];
	}
}

static void rebuild(struct map *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n_slots; i++) {
		if (m->slots[i].key)
			m->slots[n++] = m->slots[i];
	}
	m->n_slots = n;
	m->cap_slots = n < 8 ? 8 : n * 2;
	m->slots = mem_grow(m->slots, m->cap_slots, sizeof(*m->slots));
	m->n_index = 16;
	while (m->n_index < m->cap_slots * 2)
		m->n_index *= 2;
	free(m->index);
	m->index = mem_array(m->n_index, sizeof(*m->index));
	for (size_t i = 0; i < n; i++)
		*find(m, m->slots[i].key, m->slots[i].hash) = (unsigned)i + 1;
}

void *map_get(const struct map *m, const char *key)
{
	if (!m->n_index)
		return NULL;
	unsigned cell = *find(m, key, hash_of(key));
	return cell ? m->slots[cell - 1].value : NULL;
}

void *map_put(struct map *m, const char *key, void *value)
{
	BUG_ON(!value);
	if (m->n_slots == m->cap_slots)
		rebuild(m);
	uint64_t hash = hash_of(key);
	unsigned *cell = find(m, key, hash);
	if (*cell) {
		struct map_slot *s = &m->slots[*cell - 1];
		void *old = s->value;
		s->value = value;
		return old;
	}
	m->slots[m->n_slots++] = (struct map_slot){
		.key = mem_dup(key), .value = value, .hash = hash};
	*cell = (unsigned)m->n_slots;
	m->n_live++;
	return NULL;
}

void *map_remove(struct map *m, const char *key)
{
	if (!m->n_index)
		return NULL;
	unsigned cell = *find(m, key, hash_of(key));
	if (!cell)
		return NULL;
	struct map_slot *s = &m->slots[cell - 1];
	free(s->key);
	s->key = NULL;
	m->n_live--;
	return s->value;
}

bool map_each(const struct map *m, size_t *i, const char **key, void **value)
{
	for (; *i < m->n_slots; (*i)++) {
		const struct map_slot *s = &m->slots[*i];
		if (s->key) {
			*key = s->key;
			*value = s->value;
			(*i)++;
			return true;
		}
	}
	return false;
}
