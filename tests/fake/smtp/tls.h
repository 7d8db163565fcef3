/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_FAKE_SMTP_TLS_H
#define ETRIER_FAKE_SMTP_TLS_H

#include <stdbool.h>
#include <stdio.h>

/* TLS for etrier-smtp, with a certificate of its own making. */
struct fake_tls;

/* A self-signed certificate for an IPv4 address, good from two days ago until
 * `days` from now, written to cert_path. NULL: it could not be made. */
struct fake_tls *fake_tls_new(const char *address, int days,
			      const char *cert_path);
/* The server's side of the handshake; streams over it. */
bool fake_tls_accept(struct fake_tls *t, int fd, FILE **in, FILE **out);

#endif
