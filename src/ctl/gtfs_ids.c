/* SPDX-License-Identifier: EUPL-1.2 */
/* Ids of a feed to numbers, without keeping the texts: of four million of them
 * two would collide once in a few million feeds. */
#include "gtfs.h"

#include <etrier/mem.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void gtfs_ids_init(struct gtfs_ids *ids)
{
	BUG_ON(sodium_init() < 0);
	*ids = (struct gtfs_ids){.n = 0};
	crypto_shorthash_keygen(ids->key);
}

void gtfs_ids_clear(struct gtfs_ids *ids)
{
	free(ids->hash);
	free(ids->value);
	ids->hash = NULL;
	ids->value = NULL;
	ids->n = ids->size = 0;
}

static uint64_t hash_of(const struct gtfs_ids *ids, const char *id)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t h;

	static_assert(sizeof(h) == sizeof(out), "a hash is eight bytes");
	crypto_shorthash(out, (const unsigned char *)id, strlen(id), ids->key);
	memcpy(&h, out, sizeof(h));
	return h ? h : 1;
}

static size_t slot_of(const struct gtfs_ids *ids, uint64_t h)
{
	size_t i = (size_t)h & (ids->size - 1);

	while (ids->hash[i] && ids->hash[i] != h)
		i = (i + 1) & (ids->size - 1);
	return i;
}

uint32_t gtfs_ids_get(const struct gtfs_ids *ids, const char *id)
{
	size_t i;

	if (!ids->n)
		return GTFS_NONE;
	i = slot_of(ids, hash_of(ids, id));
	return ids->hash[i] ? ids->value[i] : GTFS_NONE;
}

static void grow(struct gtfs_ids *ids)
{
	struct gtfs_ids old = *ids;

	ids->size = old.size ? 2 * old.size : 1024;
	ids->hash = mem_array(ids->size, sizeof(*ids->hash));
	ids->value = mem_array(ids->size, sizeof(*ids->value));
	for (size_t i = 0; i < old.size; i++) {
		size_t to;

		if (!old.hash[i])
			continue;
		to = slot_of(ids, old.hash[i]);
		ids->hash[to] = old.hash[i];
		ids->value[to] = old.value[i];
	}
	free(old.hash);
	free(old.value);
}

bool gtfs_ids_put(struct gtfs_ids *ids, const char *id, uint32_t value)
{
	uint64_t h = hash_of(ids, id);
	size_t i;

	if (4 * (ids->n + 1) > 3 * ids->size)
		grow(ids);
	i = slot_of(ids, h);
	if (ids->hash[i])
		return false;
	ids->hash[i] = h;
	ids->value[i] = value;
	ids->n++;
	return true;
}
