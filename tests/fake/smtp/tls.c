/* SPDX-License-Identifier: EUPL-1.2 */
/* OpenSSL behind two stdio streams, so that the dialogue of smtp.c does not
 * know the difference. */
#include "tls.h"

#include <etrier/mem.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

enum { DAY_S = 24 * 3600 };

struct fake_tls {
	SSL_CTX *ctx;
};

static bool name_it(X509 *x, const char *address)
{
	char *text = mem_printf("IP:%s", address);
	X509_EXTENSION *san =
		X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text);
	X509_NAME *name = X509_get_subject_name(x);
	bool ok = san && X509_add_ext(x, san, -1) &&
		  X509_NAME_add_entry_by_txt(
			  name, "CN", MBSTRING_ASC,
			  (const unsigned char *)"etrier-smtp", -1, -1, 0) &&
		  X509_set_issuer_name(x, name);
	X509_EXTENSION_free(san);
	free(text);
	return ok;
}

static X509 *make_certificate(const char *address, int days, EVP_PKEY *key)
{
	X509 *x = X509_new();
	if (x && X509_set_version(x, 2) &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -2 * DAY_S) &&
	    X509_gmtime_adj(X509_getm_notAfter(x), (long)days * DAY_S) &&
	    X509_set_pubkey(x, key) && name_it(x, address) &&
	    X509_sign(x, key, EVP_sha256()))
		return x;
	X509_free(x);
	return NULL;
}

static bool write_certificate(const char *path, X509 *x)
{
	FILE *f = fopen(path, "w");
	bool ok = f && PEM_write_X509(f, x);
	return f && fclose(f) == 0 && ok;
}

struct fake_tls *fake_tls_new(const char *address, int days,
			      const char *cert_path)
{
	struct fake_tls *t = mem_alloc(sizeof *t);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = key ? make_certificate(address, days, key) : NULL;
	t->ctx = SSL_CTX_new(TLS_server_method());
	bool ok = x && t->ctx && SSL_CTX_use_certificate(t->ctx, x) &&
		  SSL_CTX_use_PrivateKey(t->ctx, key) &&
		  write_certificate(cert_path, x);
	X509_free(x);
	EVP_PKEY_free(key);
	if (ok)
		return t;
	SSL_CTX_free(t->ctx);
	free(t);
	return NULL;
}

static ssize_t read_tls(void *cookie, char *out, size_t n)
{
	int got = SSL_read(cookie, out, (int)n);
	return got > 0 ? got : 0;
}

static ssize_t write_tls(void *cookie, const char *bytes, size_t n)
{
	int put = SSL_write(cookie, bytes, (int)n);
	return put > 0 ? put : 0;
}

bool fake_tls_accept(struct fake_tls *t, int fd, FILE **in, FILE **out)
{
	SSL *ssl = SSL_new(t->ctx);
	if (!ssl || !SSL_set_fd(ssl, fd) || SSL_accept(ssl) <= 0)
		return false;
	*in = fopencookie(ssl, "r", (cookie_io_functions_t){.read = read_tls});
	*out = fopencookie(ssl, "w",
			   (cookie_io_functions_t){.write = write_tls});
	return *in && *out;
}
