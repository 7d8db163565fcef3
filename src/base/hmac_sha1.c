/* SPDX-License-Identifier: EUPL-1.2 */
/* SHA-1 (FIPS 180-4) in the one construction where it is still sound, HMAC
 * (RFC 2104). libcrypto's HMAC takes the key and hides its halfway state, which
 * is the one thing wanted here; hence the eighty rounds. */
#include <etrier/hmac_sha1.h>

#include <stdio.h>
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

static void end(struct sha1 *s, unsigned char out[HMAC_SHA1_BYTES])
{
	uint64_t bits = s->size * 8;
	unsigned char size[8];
	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)(bits >> (56 - 8 * i));
	add(s, "\x80", 1);
	while (s->n != BLOCK - sizeof(size))
		add(s, "", 1);
	add(s, size, sizeof(size));
	for (int i = 0; i < HMAC_SHA1_BYTES; i++)
		out[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

/* The state after a block that is the key, each byte turned by this one. */
static void after_key(const unsigned char key[BLOCK], unsigned char turned,
		      uint32_t out[5])
{
	unsigned char pad[BLOCK];
	struct sha1 s;
	for (int i = 0; i < BLOCK; i++)
		pad[i] = key[i] ^ turned;
	begin(&s);
	add(&s, pad, sizeof(pad));
	memcpy(out, s.h, sizeof(s.h));
}

void hmac_sha1_prepare(const char *key, struct hmac_sha1_key *out)
{
	unsigned char block[BLOCK] = {0};
	size_t n = strlen(key);
	struct sha1 s;
	if (n > BLOCK) {
		begin(&s);
		add(&s, key, n);
		end(&s, block);
	} else {
		memcpy(block, key, n);
	}
	after_key(block, 0x36, out->inner);
	after_key(block, 0x5c, out->outer);
}

static void go_on(struct sha1 *s, const uint32_t from[5])
{
	*s = (struct sha1){.size = BLOCK};
	memcpy(s->h, from, sizeof(s->h));
}

void hmac_sha1(const struct hmac_sha1_key *k, const void *text, size_t n,
	       unsigned char out[HMAC_SHA1_BYTES])
{
	struct sha1 s;
	go_on(&s, k->inner);
	add(&s, text, n);
	end(&s, out);
	go_on(&s, k->outer);
	add(&s, out, HMAC_SHA1_BYTES);
	end(&s, out);
}

/* --- as text --- */

void hmac_sha1_write(const struct hmac_sha1_key *k,
		     char out[HMAC_SHA1_TEXT_SIZE])
{
	for (size_t i = 0; i < 10; i++)
		snprintf(out + 8 * i, 9, "%08x",
			 (unsigned)(i < 5 ? k->inner[i] : k->outer[i - 5]));
}

static int read_word(const char *text, uint32_t *out)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t v = 0;
	for (int i = 0; i < 8; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
		if (!digit)
			return -1;
		v = v << 4 | (uint32_t)(digit - digits);
	}
	*out = v;
	return 0;
}

int hmac_sha1_read(const char *text, struct hmac_sha1_key *out)
{
	struct hmac_sha1_key k = {{0}, {0}};
	if (strlen(text) != HMAC_SHA1_TEXT_SIZE - 1)
		return -1;
	for (size_t i = 0; i < 10; i++) {
		if (read_word(text + 8 * i,
			      i < 5 ? &k.inner[i] : &k.outer[i - 5]))
			return -1;
	}
	*out = k;
	return 0;
}
