/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_BUF_H
#define ETRIER_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* A growing run of bytes with a ceiling. Adding past the ceiling adds nothing
 * and sets too_big, which stays set: build first, look once at the end.
 * data is always NUL-terminated when not NULL; len does not count the NUL. */
struct buf {
	char *data;
	size_t len, cap, max;
	bool too_big;
};

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b); /* frees; ready for use again, same ceiling */
/* Make room for n bytes in all, at once: for whoever knows that they come. */
void buf_reserve(struct buf *b, size_t n);
void buf_reset(struct buf *b); /* len = 0, memory kept, too_big cleared */
void buf_add(struct buf *b, const void *bytes, size_t n);
/* The same n bytes, for the caller to write at once; NULL: past the ceiling. */
char *buf_extend(struct buf *b, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Keep the first len bytes. */
void buf_cut(struct buf *b, size_t len);
/* Drop the first n bytes. */
void buf_consume(struct buf *b, size_t n);
/* The bytes become the caller's (free()); never NULL; *b is empty again. */
char *buf_take(struct buf *b);

#endif
