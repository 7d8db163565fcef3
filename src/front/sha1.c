/* SPDX-License-Identifier: EUPL-1.2 */
/* SHA-1 (FIPS 180-4) in the one construction where it is still sound, HMAC
 * (RFC 2104), for a signature that a gateway makes so. For nothing else: what
 * étrier itself hashes is BLAKE2b of libsodium. */
#include "front.h"

#include <string.h>

#define BLOCK 64

struct sha1 {
	uint32_t h[5];
	unsigned char block[BLOCK];
	size_t n;      /* bytes in block */
	uint64_t size; /* bytes in all */
};

static uint32_t rotate(uint32_t v, int by)
{
	return v << by | v >> (32 - by);
}

static uint32_t word_of(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint32_t choose(int t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void turn(struct sha1 *s)
{
	uint32_t w[80], h[5];
	for (int t = 0; t < 16; t++)
		w[t] = word_of(s->block + 4 * t);
	for (int t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(h, s->h, sizeof(h));
	for (int t = 0; t < 80; t++) {
		uint32_t next = rotate(h[0], 5) + choose(t, h[1], h[2], h[3]) +
				h[4] + w[t];
		h[4] = h[3];
		h[3] = h[2];
		h[2] = rotate(h[1], 30);
		h[1] = h[0];
		h[0] = next;
	}
	for (int i = 0; i < 5; i++)
		s->h[i] += h[i];
	s->n = 0;
}

static void begin(struct sha1 *s)
{
	*s = (struct sha1){.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
				 0xc3d2e1f0}};
}

static void add(struct sha1 *s, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	s->size += n;
	for (size_t i = 0; i < n; i++) {
		s->block[s->n++] = p[i];
		if (s->n == BLOCK)
			turn(s);
	}
}

static void end(struct sha1 *s, unsigned char out[SHA1_BYTES])
{
	uint64_t bits = s->size * 8;
	unsigned char size[8];
	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)(bits >> (56 - 8 * i));
	add(s, "\x80", 1);
	while (s->n != BLOCK - sizeof(size))
		add(s, "", 1);
	add(s, size, sizeof(size));
	for (int i = 0; i < SHA1_BYTES; i++)
		out[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void front_hmac_sha1(const char *key, const char *text, size_t n,
		     unsigned char out[SHA1_BYTES])
{
	unsigned char block[BLOCK] = {0}, pad[BLOCK];
	struct sha1 s;
	size_t n_key = strlen(key);
	if (n_key > BLOCK) {
		begin(&s);
		add(&s, key, n_key);
		end(&s, block);
	} else {
		memcpy(block, key, n_key);
	}
	for (int i = 0; i < BLOCK; i++)
		pad[i] = block[i] ^ 0x36;
	begin(&s);
	add(&s, pad, sizeof(pad));
	add(&s, text, n);
	end(&s, out);
	for (int i = 0; i < BLOCK; i++)
		pad[i] = block[i] ^ 0x5c;
	begin(&s);
	add(&s, pad, sizeof(pad));
	add(&s, out, SHA1_BYTES);
	end(&s, out);
}
