/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MEM_H
#define ETRIER_MEM_H

#include <stddef.h>

/* Allocation that never returns NULL: out of memory aborts with a message.
 * Sizes come from us or are capped before they come here. Release: free(). */
void *mem_alloc(size_t size) __attribute__((returns_nonnull)); /* zeroed */
void *mem_array(size_t count, size_t size)
	__attribute__((returns_nonnull)); /* zeroed, overflow aborts */
void *mem_grow(void *old, size_t count, size_t size)
	__attribute__((returns_nonnull)); /* not zeroed */
/* A hint: bytes from p on, of which nothing or all will soon be written. The
 * kernel may then give pages in large pieces, which costs a tenth. Nothing is
 * done below MEM_LARGE_MIN, where the last piece would cost more memory than it
 * saves time. */
#define MEM_LARGE_MIN ((size_t)4 << 20)
void mem_hint_large(void *p, size_t bytes);
char *mem_dup(const char *s);		  /* NULL stays NULL */
char *mem_dup_n(const char *s, size_t n); /* n bytes and a NUL */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Our own bug: print where and why, abort. */
#define BUG_ON(cond) ((cond) ? mem_bug(__FILE__, __LINE__, #cond) : (void)0)
_Noreturn void mem_bug(const char *file, int line, const char *what);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
