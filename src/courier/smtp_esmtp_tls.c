/* SPDX-License-Identifier: EUPL-1.2 */
/* libesmtp over TLS, for whoever chooses it: works, with guards against what
 * was measured of 1.1.0 (docs/decisions):
 *   TLS 1.3 deadlocks with Postfix     our SSL_CTX ends at TLS 1.2
 *   a second session without a context crashes       our SSL_CTX
 *   the certificate is compared with the DNS canonical name     OpenSSL
 *     compares it with the configured name, libesmtp's own opinion is passed
 *     over; SNI is set from the handshake's start
 *   replies injected in clear behind STARTTLS are believed      such a session
 *     fails its handshake
 *   user and password go unchecked into 513 bytes    SMTP_LOGIN_MAX
 * It reads no file of the user's: a context is always given. */
#include "smtp_esmtp.h"

#include <openssl/x509v3.h>
#include <string.h>

/* The info and verify callbacks find the session through the context. */
static struct esmtp *session_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

static int on_verify(int ok, X509_STORE_CTX *x)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
		x, SSL_get_ex_data_X509_STORE_CTX_idx());
	if (!session_of(ssl)->is_injected)
		return ok;
	X509_STORE_CTX_set_error(x, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

static void on_info(const SSL *ssl, int where, int ret)
{
	(void)ret;
	if (!(where & SSL_CB_HANDSHAKE_START))
		return;
	struct esmtp *me = session_of(ssl);
	/* OpenSSL's macro casts the name's const away. */
	union {
		const char *in;
		void *out;
	} name = {.in = me->relay->host};
	union {
		const SSL *in;
		SSL *out;
	} s = {.in = ssl};
	SSL_ctrl(s.out, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
		 name.out);
}

static bool is_ipv4(const char *host)
{
	return strspn(host, "0123456789.") == strlen(host);
}

static SSL_CTX *make_context(const struct smtp_relay *relay)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	if (!c)
		return NULL;
	X509_VERIFY_PARAM *p = SSL_CTX_get0_param(c);
	bool ok = SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) &&
		  SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION) &&
		  (relay->ca_file ? SSL_CTX_load_verify_locations(
					    c, relay->ca_file, NULL)
				  : SSL_CTX_set_default_verify_paths(c)) &&
		  (is_ipv4(relay->host)
			   ? X509_VERIFY_PARAM_set1_ip_asc(p, relay->host)
			   : X509_VERIFY_PARAM_set1_host(p, relay->host, 0));
	if (!ok) {
		SSL_CTX_free(c);
		return NULL;
	}
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_info_callback(c, on_info);
	return c;
}

static int on_auth(auth_client_request_t request, char **result, int fields,
		   void *arg)
{
	const struct smtp_relay *relay = arg;
	for (int i = 0; i < fields; i++) {
		/* libesmtp reads them only. */
		union {
			const char *in;
			char *out;
		} v = {.in = request[i].flags & AUTH_USER   ? relay->user
			     : request[i].flags & AUTH_PASS ? relay->password
							    : ""};
		result[i] = v.out;
	}
	return 1;
}

static bool prepare_auth(struct esmtp *me)
{
	if (!me->relay->user || !me->relay->password)
		return true;
	if (strlen(me->relay->user) + strlen(me->relay->password) >
	    SMTP_LOGIN_MAX)
		return false;
	auth_client_init();
	me->auth = auth_create_context();
	if (!me->auth)
		return false;
	auth_set_mechanism_flags(me->auth, AUTH_PLUGIN_PLAIN, 0);
	/* Not const to libesmtp, and not touched by it. */
	union {
		const struct smtp_relay *in;
		void *out;
	} arg = {.in = me->relay};
	auth_set_interact_cb(me->auth, on_auth, arg.out);
	return smtp_auth_set_context(me->session, me->auth);
}

bool esmtp_tls_prepare(struct esmtp *me)
{
	if (me->relay->tls == SMTP_TLS_OFF)
		return true;
	if (me->relay->tls != SMTP_TLS_STARTTLS)
		return false; /* settings refuse it before */
	if (!me->engine->tls)
		me->engine->tls = make_context(me->relay);
	if (!me->engine->tls)
		return false;
	SSL_CTX_set_app_data(me->engine->tls, me);
	return smtp_starttls_enable(me->session, Starttls_REQUIRED) &&
	       smtp_starttls_set_ctx(me->session, me->engine->tls) &&
	       prepare_auth(me);
}

void esmtp_tls_event(int event, va_list ap)
{
	switch (event) {
	case SMTP_EV_WRONG_PEER_CERTIFICATE:
		/* OpenSSL has matched the name that was configured. */
		*va_arg(ap, int *) = 1;
		break;
	case SMTP_EV_INVALID_PEER_CERTIFICATE:
		(void)va_arg(ap, long);
		*va_arg(ap, int *) = 0;
		break;
	case SMTP_EV_NO_PEER_CERTIFICATE:
		*va_arg(ap, int *) = 0;
		break;
	default:
		break;
	}
}

void esmtp_tls_end(struct esmtp *me)
{
	if (me->auth)
		auth_destroy_context(me->auth);
}

void esmtp_tls_close(struct esmtp_engine *e)
{
	SSL_CTX_free(e->tls);
}
