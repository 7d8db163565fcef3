/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: sixteen bytes of a text looked at together. gcc and
 * clang make of it what the processor has; without vectors it is slower and
 * just as right. */
#ifndef ETRIER_TEXT_LANES_H
#define ETRIER_TEXT_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LANES ((size_t)16)
typedef unsigned char lanes __attribute__((vector_size(16)));
#define LANES_ALL(c) ((lanes){c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c})

static inline lanes lanes_at(const char *s)
{
	lanes v;
	memcpy(&v, s, sizeof(v));
	return v;
}

/* The first lane that is not zero; LANES: all are. Lanes of a comparison are
 * 0 or 255. */
static inline size_t lanes_first(lanes v)
{
	uint64_t half[2];
	size_t i = 0;
	memcpy(half, &v, sizeof(half));
	if (!(half[0] | half[1]))
		return LANES;
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		return half[0] ? (size_t)__builtin_ctzll(half[0]) / 8
			       : 8 + (size_t)__builtin_ctzll(half[1]) / 8;
	while (!v[i])
		i++;
	return i;
}

#endif
