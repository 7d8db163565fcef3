/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_VAULT_H
#define ETRIER_STORE_VAULT_H

#include <etrier/store.h>

struct arena;

/* The secrets of the store at work. Seals: XChaCha20-Poly1305-IETF, random
 * nonce, associated data "table:row:column", so that a sealed value moved to
 * another row or column does not open. Hashes: keyed BLAKE2b, one key per use,
 * all derived from the lookup key, so that a hash of one use says nothing
 * about another. */
#define VAULT_HASH_BYTES 32

enum vault_use {
	VAULT_ADDRESS, /* opt-outs */
	VAULT_TOKEN,
	VAULT_ROW,   /* change of a record, its needs included */
	VAULT_CHECK, /* is this the right lookup key? */
	VAULT_N_USES
};

struct vault {
	unsigned char hash_keys[VAULT_N_USES][STORE_KEY_BYTES];
	unsigned char seal_keys[STORE_KEYS_MAX][STORE_KEY_BYTES];
	int64_t seal_ids[STORE_KEYS_MAX]; /* fingerprints, 0 < id < 2^32 */
	int n_seal;
};

int vault_init(struct vault *c, const struct store_keys *keys, struct err *err);
void vault_clear(struct vault *c); /* wiped */

void vault_hash(const struct vault *c, enum vault_use use, const void *bytes,
		size_t n, unsigned char out[VAULT_HASH_BYTES]);

/* Sealed bytes in the arena; the key's id is vault_seal_id(). */
void vault_seal(const struct vault *c, struct arena *a, const char *plain,
		size_t n, const char *ad, const void **sealed,
		size_t *n_sealed);
int64_t vault_seal_id(const struct vault *c);
bool vault_has_key(const struct vault *c, int64_t id);
/* The text, in the arena. ERR_CONFIG: no such key; ERR_STORE: the bytes or
 * their place were changed. */
int vault_unseal(const struct vault *c, struct arena *a, int64_t key_id,
		 const void *sealed, size_t n_sealed, const char *ad,
		 const char **plain, struct err *err);

/* n characters of Crockford's base32, 5 random bits each, and a NUL. */
#define VAULT_TOKEN_MAX 64
void vault_token(char *out, size_t n);

#endif
