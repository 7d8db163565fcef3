/* SPDX-License-Identifier: EUPL-1.2 */
/* Two lanes of 64 bits. A block of 32 bytes is four words; each lane takes two
 * of them, added to constants, as the factors of a product of 128 bits whose
 * halves are folded into it: every bit of a word reaches the whole lane. The
 * lanes begin differently and are mixed at the end, with the length. */
#include <etrier/fingerprint.h>

#include <string.h>

enum { BLOCK = 32 };
__extension__ typedef unsigned __int128 wide;

/* Odd, with as many ones as zeros, nearly; nothing else is special about them:
 * the fractions of the square roots of 2, 3, 5, 7, 11 and 13. */
static const uint64_t roots[6] = {
	UINT64_C(0x6A09E667F3BCC909), UINT64_C(0xBB67AE8584CAA73B),
	UINT64_C(0x3C6EF372FE94F82B), UINT64_C(0xA54FF53A5F1D36F1),
	UINT64_C(0x510E527FADE682D1), UINT64_C(0x9B05688C2B3E6C1F)};

static uint64_t fold(uint64_t x, uint64_t y)
{
	wide product = (wide)x * y;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Byte order is that of the text, whatever the machine's. */
static uint64_t word(const unsigned char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? v
							 : __builtin_bswap64(v);
}

static void take_block(struct fingerprint *f, const unsigned char *p)
{
	/* The lane is added after the product too: a factor that happens to be
	 * zero forgets nothing of what was before. */
	uint64_t a = f->a, b = f->b;
	f->a = (a << 23 | a >> 41) +
	       fold(word(p) ^ roots[0] ^ a, word(p + 8) ^ roots[1]);
	f->b = (b << 29 | b >> 35) +
	       fold(word(p + 16) ^ roots[2] ^ b, word(p + 24) ^ roots[3]);
}

void fingerprint_init(struct fingerprint *f)
{
	*f = (struct fingerprint){.a = roots[4], .b = roots[5]};
}

void fingerprint_add(struct fingerprint *f, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	size_t held = f->n % BLOCK;
	f->n += n;
	if (held) {
		size_t more = n < BLOCK - held ? n : BLOCK - held;
		memcpy(f->block + held, p, more);
		p += more;
		n -= more;
		if (held + more < BLOCK)
			return;
		take_block(f, f->block);
	}
	for (; n >= BLOCK; p += BLOCK, n -= BLOCK)
		take_block(f, p);
	if (n)
		memcpy(f->block, p, n);
}

static void put_hex(uint64_t v, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 15; i >= 0; i--, v >>= 4)
		out[i] = digits[v & 15];
}

void fingerprint_hex(const struct fingerprint *f, char out[FINGERPRINT_HEX + 1])
{
	struct fingerprint end = *f;
	size_t held = f->n % BLOCK;
	memset(end.block + held, 0, BLOCK - held);
	take_block(&end, end.block);
	/* A text and the same with NULs behind differ in their lengths. */
	uint64_t a = fold(end.a ^ f->n ^ roots[3], end.b ^ roots[0]);
	uint64_t b = fold(end.b ^ roots[1], end.a ^ f->n ^ roots[2]);
	put_hex(a + end.b, out);
	put_hex(b ^ end.a, out + 16);
	out[FINGERPRINT_HEX] = '\0';
}
