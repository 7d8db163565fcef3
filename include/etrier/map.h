/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MAP_H
#define ETRIER_MAP_H

#include <stdbool.h>
#include <stddef.h>

/* Text to pointer, open addressing, keys copied. Iteration order is the order
 * of insertion (deletions keep it), so that output never depends on a hash. */
struct map_slot;
struct map {
	struct map_slot *slots; /* in order of insertion */
	unsigned *index;	/* hash table of slot number + 1 */
	size_t n_slots, cap_slots, n_index, n_live;
};

void map_init(struct map *m);
/* free_value may be NULL. */
void map_clear(struct map *m, void (*free_value)(void *));
size_t map_count(const struct map *m);
void *map_get(const struct map *m, const char *key); /* NULL: absent */
/* Returns the value replaced (the caller's again), or NULL. value not NULL. */
void *map_put(struct map *m, const char *key, void *value);
/* Returns the value removed (the caller's again), or NULL. */
void *map_remove(struct map *m, const char *key);
/* for (size_t i = 0; map_each(m, &i, &key, &value);) ... */
bool map_each(const struct map *m, size_t *i, const char **key, void **value);

#endif
