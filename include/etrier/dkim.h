/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DKIM_H
#define ETRIER_DKIM_H

#include <etrier/dns.h>

struct arena;
struct err;

/* DKIM as far as it can be judged without verifying a signature (RFC 6376,
 * RFC 8301 for lengths, RFC 8463 for Ed25519). */
#define DKIM_BITS_MIN	  1024 /* RFC 8301 3.2: shorter is never valid */
#define DKIM_BITS_ADVISED 2048

enum dkim_kind { DKIM_RSA, DKIM_ED25519, DKIM_UNKNOWN };
struct dkim_key {
	enum dkim_kind kind;
	int bits;	  /* of the key; 0 when revoked or of unknown kind */
	bool is_revoked;  /* p= is empty */
	bool is_testing;  /* t=y: receivers treat its mail as unsigned */
	bool is_for_mail; /* s= lets it sign mail */
	bool has_sha256;  /* h= lets it sign with SHA-256 */
};
/* A key record. ERR_INPUT with the reason, for a person: no key, a key that
 * cannot be read. */
int dkim_key_read(const char *record, struct arena *a, struct dkim_key *out,
		  struct err *err);

struct dkim_signature {
	char domain[DNS_NAME_SIZE];   /* d=, clean */
	char selector[DNS_NAME_SIZE]; /* s=, clean */
	const char *covered;	      /* h=, a list for taglist_has_word(':') */
	bool has_length;	      /* l=: what is behind is not signed */
};
/* A DKIM-Signature field, unfolded. False: it names no domain or selector. */
bool dkim_signature_read(const char *field, struct arena *a,
			 struct dkim_signature *out);

#endif
