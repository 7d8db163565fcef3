/* SPDX-License-Identifier: EUPL-1.2 */
/* Bump allocation in a list of blocks, newest first. A block doubles in size
 * up to BLOCK_MAX, so that a small message costs one small block and a large
 * poll few large ones; an allocation larger than a block gets its own. Zeroed
 * is what is handed out, not the block: most of a block is never asked for. */
#include <etrier/arena.h>
#include <etrier/mem.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN ((size_t)4096)
#define BLOCK_MAX ((size_t)1 << 20)

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

void arena_init_lent(struct arena *a, struct arena_lent *lent)
{
	lent->block = (struct arena_block){
		.bytes = lent->bytes,
		.size = sizeof(lent->bytes),
		.is_lent = true,
	};
	*a = (struct arena){.head = &lent->block};
}

void arena_clear(struct arena *a)
{
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		if (!b->is_lent)
			free(b);
	}
	*a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;
	if (!keep)
		return;
	a->head = keep->next;
	arena_clear(a);
	keep->used = 0;
	keep->next = NULL;
	a->head = keep;
}

static struct arena_block *grow(struct arena *a, size_t size)
{
	size_t want = a->head ? a->head->size * 2 : BLOCK_MIN;
	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
	if (want < size)
		want = size;
	struct arena_block *b = mem_grow(NULL, sizeof(*b) + want, 1);
	*b = (struct arena_block){
		.next = a->head, .bytes = (char *)(b + 1), .size = want};
	a->head = b;
	return b;
}

/* Not zeroed. */
static void *take(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	BUG_ON(size > SIZE_MAX / 2);
	size = (size + align - 1) / align * align;
	struct arena_block *b = a->head;
	if (!b || b->size - b->used < size)
		b = grow(a, size);
	void *p = b->bytes + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *arena_bytes(struct arena *a, size_t size)
{
	return take(a, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	BUG_ON(size && count > SIZE_MAX / 2 / size);
	return arena_alloc(a, count * size);
}

char *arena_dup(struct arena *a, const char *s)
{
	return s ? arena_dup_n(a, s, strlen(s)) : NULL;
}

char *arena_dup_n(struct arena *a, const char *s, size_t n)
{
	char *p = take(a, n + 1);
	if (n)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *arena_concat(struct arena *a, const char *s, const char *t)
{
	size_t n_s = strlen(s), n_t = strlen(t);
	char *p = take(a, n_s + n_t + 1);
	memcpy(p, s, n_s);
	memcpy(p + n_s, t, n_t + 1);
	return p;
}

/* Where it fits into what is left of the block, which is nearly always, it is
 * written once. */
char *arena_printf(struct arena *a, const char *fmt, ...)
{
	const struct arena_block *b = a->head;
	size_t room = b ? b->size - b->used : 0;
	char *left = room ? b->bytes + b->used : NULL;
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(left, room, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	char *p = take(a, (size_t)n + 1);
	if (p != left)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}
