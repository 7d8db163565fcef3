/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ARENA_H
#define ETRIER_ARENA_H

#include <stddef.h>

/* Memory for one unit of work (a poll, a match run, a message): many small
 * allocations, one release. An arena is embedded in its owner. */
struct arena_block;
struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out since the last reset */
};

void arena_init(struct arena *a);
/* Give everything back; the arena may be used again. */
void arena_clear(struct arena *a);
/* As arena_clear() but keeps one block for the next unit of work. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type; never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size);
char *arena_dup(struct arena *a, const char *s); /* NULL stays NULL */
char *arena_dup_n(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
