/* SPDX-License-Identifier: EUPL-1.2 */
/* Allocation that aborts instead of failing. A daemon that is out of memory
 * cannot keep its promises by going on; its supervisor restarts it and the
 * outbox takes up where it was. */
#include <etrier/mem.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Noreturn void mem_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "<2>bug file=%s line=%d what=\"%s\"\n", file, line,
		what);
	abort();
}

static void *check(void *p)
{
	if (!p)
		mem_bug(__FILE__, __LINE__, "out of memory");
	return p;
}

void *mem_alloc(size_t size)
{
	return check(calloc(1, size ? size : 1));
}

void *mem_array(size_t count, size_t size)
{
	return check(calloc(count ? count : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t size)
{
	BUG_ON(size && count > SIZE_MAX / size);
	size_t bytes = count * size;
	return check(realloc(old, bytes ? bytes : 1));
}

void mem_hint_large(void *p, size_t bytes)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t skipped = (page - (uintptr_t)p % page) % page;

	if (bytes < MEM_LARGE_MIN)
		return;
	/* refused where the kernel has no large pages: as well without */
	(void)madvise((char *)p + skipped, (bytes - skipped) / page * page,
		      MADV_HUGEPAGE);
}

char *mem_dup(const char *s)
{
	return s ? check(strdup(s)) : NULL;
}

char *mem_dup_n(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);
	if (n)
		memcpy(p, s, n);
	return p;
}

char *mem_printf(const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&p, fmt, ap);
	va_end(ap);
	return check(n < 0 ? NULL : p);
}
