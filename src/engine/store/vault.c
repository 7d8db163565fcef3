/* SPDX-License-Identifier: EUPL-1.2 */
/* libsodium at the store's service: see vault.h for the promises. Keys are
 * derived once at open and wiped at close. A sealing key is known by a
 * fingerprint, so that the administrator numbers nothing when one is replaced.
 *
 * Does not: hide how long a need is, or that a row has one. */
#include "vault.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mem.h>

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define KDF_LOOKUP "etrlook"
#define KDF_NEEDS  "etrneed"
static_assert(sizeof(KDF_LOOKUP) == crypto_kdf_CONTEXTBYTES, "context");
static_assert(sizeof(KDF_NEEDS) == crypto_kdf_CONTEXTBYTES, "context");
static_assert(crypto_kdf_KEYBYTES == STORE_KEY_BYTES, "key size");
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == STORE_KEY_BYTES,
	      "key size");

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES

int store_key_parse(const char *bytes, size_t n,
		    unsigned char out[STORE_KEY_BYTES], struct err *err)
{
	unsigned char key[STORE_KEY_BYTES];
	size_t got = 0;
	while (n > STORE_KEY_BYTES &&
	       (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
		n--;
	if (n == STORE_KEY_BYTES) {
		memcpy(out, bytes, n);
		return 0;
	}
	if (n != 2 * STORE_KEY_BYTES ||
	    sodium_hex2bin(key, sizeof(key), bytes, n, NULL, &got, NULL) ||
	    got != sizeof(key))
		return err_set(err, ERR_CONFIG,
			       "a key is 32 raw bytes or 64 hex digits, this "
			       "one is neither (%zu bytes)",
			       n);
	memcpy(out, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return 0;
}

void store_key_generate(char out[2 * STORE_KEY_BYTES + 2])
{
	unsigned char key[STORE_KEY_BYTES];
	BUG_ON(sodium_init() < 0);
	randombytes_buf(key, sizeof(key));
	sodium_bin2hex(out, 2 * STORE_KEY_BYTES + 1, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	out[2 * STORE_KEY_BYTES] = '\n';
	out[2 * STORE_KEY_BYTES + 1] = '\0';
}

static void derive(unsigned char out[STORE_KEY_BYTES], uint64_t n,
		   const char *context,
		   const unsigned char key[STORE_KEY_BYTES])
{
	BUG_ON(crypto_kdf_derive_from_key(out, STORE_KEY_BYTES, n, context,
					  key));
}

static int64_t fingerprint(const unsigned char key[STORE_KEY_BYTES])
{
	unsigned char h[STORE_KEY_BYTES];
	derive(h, 2, KDF_NEEDS, key);
	int64_t id = (int64_t)h[0] << 24 | (int64_t)h[1] << 16 |
		     (int64_t)h[2] << 8 | h[3];
	return id ? id : 1;
}

int vault_init(struct vault *c, const struct store_keys *keys, struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, ERR_STORE, "libsodium does not start");
	if (keys->n_needs < 1 || keys->n_needs > STORE_KEYS_MAX)
		return err_set(err, ERR_CONFIG,
			       "the needs want 1 to %d keys, not %d",
			       STORE_KEYS_MAX, keys->n_needs);
	*c = (struct vault){.n_seal = keys->n_needs};
	for (int i = 0; i < VAULT_N_USES; i++)
		derive(c->hash_keys[i], (uint64_t)i + 1, KDF_LOOKUP,
		       keys->lookup);
	for (int i = 0; i < c->n_seal; i++) {
		derive(c->seal_keys[i], 1, KDF_NEEDS, keys->needs[i]);
		c->seal_ids[i] = fingerprint(keys->needs[i]);
	}
	return 0;
}

void vault_clear(struct vault *c)
{
	sodium_memzero(c, sizeof(*c));
}

void vault_hash(const struct vault *c, enum vault_use use, const void *bytes,
		size_t n, unsigned char out[VAULT_HASH_BYTES])
{
	crypto_generichash(out, VAULT_HASH_BYTES, bytes, n, c->hash_keys[use],
			   STORE_KEY_BYTES);
}

void vault_seal(const struct vault *c, struct arena *a, const char *plain,
		size_t n, const char *ad, const void **sealed, size_t *n_sealed)
{
	unsigned char *out = arena_alloc(a, NONCE_BYTES + n + TAG_BYTES);
	unsigned long long n_out = 0;
	randombytes_buf(out, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		out + NONCE_BYTES, &n_out, (const unsigned char *)plain, n,
		(const unsigned char *)ad, strlen(ad), NULL, out,
		c->seal_keys[0]);
	*sealed = out;
	*n_sealed = NONCE_BYTES + (size_t)n_out;
}

int64_t vault_seal_id(const struct vault *c)
{
	return c->seal_ids[0];
}

static const unsigned char *find_key(const struct vault *c, int64_t id)
{
	for (int i = 0; i < c->n_seal; i++) {
		if (c->seal_ids[i] == id)
			return c->seal_keys[i];
	}
	return NULL;
}

bool vault_has_key(const struct vault *c, int64_t id)
{
	return find_key(c, id) != NULL;
}

int vault_unseal(const struct vault *c, struct arena *a, int64_t key_id,
		 const void *sealed, size_t n_sealed, const char *ad,
		 const char **plain, struct err *err)
{
	const unsigned char *key = find_key(c, key_id);
	const unsigned char *in = sealed;
	if (!key)
		return err_set(err, ERR_CONFIG,
			       "needs were closed with a key that is not "
			       "configured any more");
	if (n_sealed < NONCE_BYTES + TAG_BYTES)
		return err_set(err, ERR_STORE, "sealed needs are cut short");
	char *out = arena_alloc(a, n_sealed - NONCE_BYTES - TAG_BYTES + 1);
	unsigned long long n_out = 0;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    (unsigned char *)out, &n_out, NULL, in + NONCE_BYTES,
		    n_sealed - NONCE_BYTES, (const unsigned char *)ad,
		    strlen(ad), in, key))
		return err_set(err, ERR_STORE,
			       "sealed needs do not open: the row was changed "
			       "or moved");
	out[n_out] = '\0';
	*plain = out;
	return 0;
}

void vault_token(char *out, size_t n)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static_assert(sizeof(digits) == 33, "five bits");
	/* A byte a digit, its low bits: 32 divides 256. Asked for at once, for
	 * each question is one to the kernel. */
	unsigned char bytes[VAULT_TOKEN_MAX];
	BUG_ON(n > sizeof(bytes));
	randombytes_buf(bytes, n);
	for (size_t i = 0; i < n; i++)
		out[i] = digits[bytes[i] & 31];
	out[n] = '\0';
	sodium_memzero(bytes, sizeof(bytes));
}
