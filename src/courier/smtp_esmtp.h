/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SMTP_ESMTP_H
#define ETRIER_COURIER_SMTP_ESMTP_H

#include "smtp.h"

/* Before libesmtp.h, which declares its functions for TLS only then. */
#include <openssl/ssl.h>

#include <auth-client.h>
#include <libesmtp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* What the two files of the libesmtp engine share. */

#define SMTP_REPLY_MAX 512 /* RFC 5321 4.5.3.1.5, a reply line */

struct esmtp_engine {
	const struct smtp_relay *relay;
	SSL_CTX *tls; /* NULL until the first session with TLS */
};

struct esmtp_mail {
	const struct smtp_mail *mail;
	int timeout_ms;
	smtp_message_t message;
	smtp_recipient_t recipient;
	size_t at;
	int64_t last_ms; /* when the body was last asked for */
	bool is_stalled;
};

/* One session. */
struct esmtp {
	const struct smtp_relay *relay;
	struct esmtp_engine *engine;
	smtp_session_t session;
	auth_context_t auth;
	struct esmtp_mail *mails;
	size_t n, n_done;
	smtp_done_fn *done;
	void *ctx;
	int fd;
	bool is_starting_tls, is_in_auth;
	bool is_injected;	    /* replies came in clear behind STARTTLS */
	char reply[SMTP_REPLY_MAX]; /* the last refusal the relay spoke */
	char auth_refused[SMTP_REPLY_MAX];
};

/* Ask the session for TLS and AUTH as the relay wants them; true also when it
 * wants none. */
bool esmtp_tls_prepare(struct esmtp *me);
/* The certificate events of libesmtp. */
void esmtp_tls_event(int event, va_list ap);
/* After the session is destroyed; when the engine closes. */
void esmtp_tls_end(struct esmtp *me);
void esmtp_tls_close(struct esmtp_engine *e);

#endif
