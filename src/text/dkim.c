/* SPDX-License-Identifier: EUPL-1.2 */
/* DKIM's key records and signature fields. Of a key nothing is wanted but its
 * kind and length; the DER of RSA is therefore walked here, in two forms:
 *
 *   SubjectPublicKeyInfo  SEQUENCE { SEQUENCE { OID, NULL },
 *                                    BIT STRING { RSAPublicKey } }
 *   RSAPublicKey          SEQUENCE { INTEGER n, INTEGER e }
 *
 * The first is what everybody publishes, the second what RFC 6376 wrote. */
#include <etrier/dkim.h>

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/str.h>
#include <etrier/taglist.h>

#include <sodium.h>
#include <string.h>
#include <strings.h>

enum { DER_INTEGER = 2, DER_BITS = 3, DER_SEQUENCE = 0x30 };
#define KEY_BYTES_MAX 2100 /* of RSA with 16 384 bits, and its wrapping */

struct der {
	const unsigned char *p;
	size_t n;
};

/* The element of this kind at the beginning of *d; *d is then behind it. */
static bool take(struct der *d, unsigned char kind, struct der *inside)
{
	size_t at = 2, n;
	if (d->n < 2 || d->p[0] != kind)
		return false;
	n = d->p[1];
	if (n & 0x80) {
		size_t k = n & 0x7f;
		if (k == 0 || k > 2 || d->n < 2 + k)
			return false;
		n = 0;
		for (size_t i = 0; i < k; i++)
			n = n << 8 | d->p[2 + i];
		at += k;
	}
	if (d->n - at < n)
		return false;
	*inside = (struct der){d->p + at, n};
	*d = (struct der){d->p + at + n, d->n - at - n};
	return true;
}

static int bits_of(struct der n)
{
	while (n.n && !*n.p) {
		n.p++;
		n.n--;
	}
	if (!n.n)
		return 0;
	int bits = (int)n.n * 8;
	for (unsigned char top = *n.p; !(top & 0x80);
	     top = (unsigned char)(top << 1))
		bits--;
	return bits;
}

/* 0: this is no key of RSA. */
static int rsa_bits(struct der d)
{
	struct der all, inside, n;
	if (!take(&d, DER_SEQUENCE, &all) || d.n)
		return 0;
	struct der rest = all;
	if (take(&rest, DER_SEQUENCE, &inside)) {
		if (!take(&rest, DER_BITS, &inside) || inside.n < 1 ||
		    inside.p[0])
			return 0;
		d = (struct der){inside.p + 1, inside.n - 1};
		if (!take(&d, DER_SEQUENCE, &all))
			return 0;
	}
	if (!take(&all, DER_INTEGER, &n) || !take(&all, DER_INTEGER, &inside))
		return 0;
	return bits_of(n);
}

static int read_bytes(const char *text, struct dkim_key *out, struct err *err)
{
	unsigned char bytes[KEY_BYTES_MAX];
	size_t n;
	if (sodium_base642bin(bytes, sizeof(bytes), text, strlen(text), " \t",
			      &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return err_set(err, ERR_INPUT, "p= is no base64 of a key");
	if (out->kind == DKIM_RSA)
		out->bits = rsa_bits((struct der){bytes, n});
	else
		out->bits = n == 32 ? 256 : 0;
	if (!out->bits)
		return err_set(err, ERR_INPUT, "p= holds no key of kind %s",
			       out->kind == DKIM_RSA ? "rsa" : "ed25519");
	return 0;
}

int dkim_key_read(const char *record, struct arena *a, struct dkim_key *out,
		  struct err *err)
{
	struct dkim_key key = {.kind = DKIM_RSA};
	const char *v = taglist_get(record, "v", a);
	const char *k = taglist_get(record, "k", a);
	const char *p = taglist_get(record, "p", a);
	const char *h = taglist_get(record, "h", a);
	const char *s = taglist_get(record, "s", a);
	if (v && (!str_eq(v, "DKIM1") || !taglist_begins(record, "v")))
		return err_set(err, ERR_INPUT, "v= is not first, or not DKIM1");
	if (!taglist_is_whole(record))
		return err_set(err, ERR_INPUT,
			       "a part is not tag=value, or comes twice");
	if (!p)
		return err_set(err, ERR_INPUT, "there is no p=");
	if (k && !strcasecmp(k, "ed25519"))
		key.kind = DKIM_ED25519;
	else if (k && strcasecmp(k, "rsa") != 0)
		key.kind = DKIM_UNKNOWN;
	key.is_revoked = !*p;
	key.is_testing =
		taglist_has_word(taglist_get(record, "t", a), ':', "y");
	key.is_for_mail = !s || taglist_has_word(s, ':', "*") ||
			  taglist_has_word(s, ':', "email");
	key.has_sha256 = !h || taglist_has_word(h, ':', "sha256");
	if (!key.is_revoked && key.kind != DKIM_UNKNOWN &&
	    read_bytes(p, &key, err))
		return -1;
	*out = key;
	return 0;
}

bool dkim_signature_read(const char *field, struct arena *a,
			 struct dkim_signature *out)
{
	const char *d = taglist_get(field, "d", a);
	const char *s = taglist_get(field, "s", a);
	const char *h = taglist_get(field, "h", a);
	*out = (struct dkim_signature){
		.covered = h ? h : "",
		.has_length = taglist_get(field, "l", a) != NULL};
	return d && s && dns_name_clean(d, out->domain) &&
	       dns_name_clean(s, out->selector);
}
