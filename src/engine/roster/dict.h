/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_ROSTER_DICT_H
#define ENGINE_ROSTER_DICT_H

#include <stddef.h>
#include <stdint.h>

/* Distinct 64-bit values numbered 0, 1, 2 ... as they come; never forgotten,
 * so that what others computed per number stays right. */
#define DICT_MAX UINT16_MAX /* numbers must fit the postings' two bytes */

struct dict {
	uint64_t *values;
	uint16_t *index; /* hash table of number + 1 */
	uint32_t n, n_index;
};

void dict_clear(struct dict *d);
/* The number of v, added when new; -1 when the dictionary is full. */
int dict_intern(struct dict *d, uint64_t v);
size_t dict_bytes(const struct dict *d);

/* Internal ids to slots; ids are not 0. */
struct idmap {
	uint32_t *keys, *slots;
	uint32_t n, cap; /* cap: a power of two, or 0 */
};
#define IDMAP_NONE UINT32_MAX
void idmap_clear(struct idmap *m);
uint32_t idmap_get(const struct idmap *m, uint32_t id);
void idmap_put(struct idmap *m, uint32_t id, uint32_t slot);
/* Room for n ids in all. */
void idmap_need(struct idmap *m, uint32_t n);
void idmap_remove(struct idmap *m, uint32_t id);
size_t idmap_bytes(const struct idmap *m);

#endif
