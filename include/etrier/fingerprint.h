/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_FINGERPRINT_H
#define ETRIER_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

/* 128 bits of some bytes, to see whether a document is the one of last time. A
 * few instructions for eight bytes, which a cryptographic hash is not: two
 * documents that differ by chance never have the same, but whoever wants two
 * that do can make them. The same on every machine and in every version of this
 * file: it is stored. */
#define FINGERPRINT_HEX 32 /* digits of the text */

struct fingerprint {
	uint64_t a, b, n; /* n: bytes so far */
	unsigned char block[32];
};
void fingerprint_init(struct fingerprint *f);
/* In whatever pieces: only the bytes matter. */
void fingerprint_add(struct fingerprint *f, const void *bytes, size_t n);
/* Of what was added so far; more may follow. NUL-terminated. */
void fingerprint_hex(const struct fingerprint *f,
		     char out[FINGERPRINT_HEX + 1]);

#endif
