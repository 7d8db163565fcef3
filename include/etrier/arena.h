/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ARENA_H
#define ETRIER_ARENA_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

/* Memory for one unit of work (a poll, a match run, a message): many small
 * allocations, one release. An arena is embedded in its owner. */
struct arena_block {
	alignas(max_align_t) struct arena_block *next;
	char *bytes;
	size_t used, size;
	bool is_lent; /* its owner's, not to be freed */
};
struct arena {
	struct arena_block *head;
	size_t used; /* bytes handed out since the last reset */
};

void arena_init(struct arena *a);
/* With a first block that its owner lends and that outlives it: for work so
 * small that a block from the heap would be most of its cost. */
struct arena_lent {
	struct arena_block block;
	alignas(max_align_t) char bytes[768];
};
void arena_init_lent(struct arena *a, struct arena_lent *lent);
/* Give everything back; the arena may be used again. */
void arena_clear(struct arena *a);
/* As arena_clear() but keeps one block for the next unit of work. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type; never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size);
/* Not zeroed: for whoever writes every byte that is read. */
void *arena_bytes(struct arena *a, size_t size);
char *arena_dup(struct arena *a, const char *s); /* NULL stays NULL */
char *arena_dup_n(struct arena *a, const char *s, size_t n);
char *arena_concat(struct arena *a, const char *s, const char *t);
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
