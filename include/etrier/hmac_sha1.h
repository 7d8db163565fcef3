/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_HMAC_SHA1_H
#define ETRIER_HMAC_SHA1_H

#include <stddef.h>
#include <stdint.h>

/* HMAC-SHA1 (RFC 2104, FIPS 180-4) in two steps, for a gateway that signs its
 * call-backs with the very token it is called with. What the key leaves of
 * itself after its first block is enough to check signatures, and there is no
 * way back from it to the key: whoever holds it can send nothing. For nothing
 * else: what étrier itself hashes is BLAKE2b of libsodium. Pure. */
#define HMAC_SHA1_BYTES 20
struct hmac_sha1_key {
	uint32_t inner[5], outer[5];
};
void hmac_sha1_prepare(const char *key, struct hmac_sha1_key *out);
void hmac_sha1(const struct hmac_sha1_key *k, const void *text, size_t n,
	       unsigned char out[HMAC_SHA1_BYTES]);

/* As 80 hexadecimal digits, for a line of the wire. read: -1 when it is not
 * that; *out is written only on success. */
#define HMAC_SHA1_TEXT_SIZE 81
void hmac_sha1_write(const struct hmac_sha1_key *k,
		     char out[HMAC_SHA1_TEXT_SIZE]);
int hmac_sha1_read(const char *text, struct hmac_sha1_key *out);

#endif
