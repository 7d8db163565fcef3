/* SPDX-License-Identifier: EUPL-1.2 */
/* A growing run of bytes; the ceiling is checked in one place, reserve(). */
#include <etrier/buf.h>
#include <etrier/mem.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_clear(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->too_big = false;
	if (b->data)
		b->data[0] = '\0';
}

static bool reserve(struct buf *b, size_t more)
{
	if (b->too_big || more > b->max - b->len) {
		b->too_big = true;
		return false;
	}
	if (b->len + more + 1 > b->cap) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap < b->len + more + 1)
			cap *= 2;
		b->data = mem_grow(b->data, cap, 1);
		b->cap = cap;
	}
	return true;
}

void buf_reserve(struct buf *b, size_t n)
{
	if (n > b->max)
		n = b->max;
	if (n < b->cap)
		return;
	b->data = mem_grow(b->data, n + 1, 1);
	b->data[b->len] = '\0';
	b->cap = n + 1;
}

char *buf_extend(struct buf *b, size_t n)
{
	if (!reserve(b, n))
		return NULL;
	char *at = b->data + b->len;
	b->len += n;
	b->data[b->len] = '\0';
	return at;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *at = buf_extend(b, n);
	if (at && n)
		memcpy(at, bytes, n);
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	if (reserve(b, (size_t)n)) {
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void buf_cut(struct buf *b, size_t len)
{
	BUG_ON(len > b->len);
	b->len = len;
	if (b->data)
		b->data[len] = '\0';
}

void buf_consume(struct buf *b, size_t n)
{
	BUG_ON(n > b->len);
	if (!n)
		return;
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

char *buf_take(struct buf *b)
{
	char *p = b->data ? b->data : mem_alloc(1);
	buf_init(b, b->max);
	return p;
}
