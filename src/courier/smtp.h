/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SMTP_H
#define ETRIER_COURIER_SMTP_H

#include <stddef.h>

struct verdict;

/* A relay near by, without TLS: the local MTA, which signs and queues. */
struct smtp_relay {
	const char *host; /* name or IPv4 address */
	int port;
	int timeout_ms; /* one wait; 1000 or more (libesmtp's least) */
	int connect_s;	/* resolver and connect(2) together */
	int deadline_s; /* the whole session after that */
};

/* Hand one mail over, on a connection of its own. Blocks, at most connect_s +
 * deadline_s + 2. *v is always filled; RETRY when it cannot be known whether
 * the relay took it (the same bytes may go again). A resolver or connect(2)
 * that sits longer than connect_s ends the PROCESS with COURIER_EXIT_STUCK:
 * nothing gentler is possible, and nothing was sent. Uses SIGALRM, ignores
 * SIGPIPE; one call at a time in a process. */
void smtp_send(const struct smtp_relay *relay, const char *from, const char *to,
	       const char *bytes, size_t n, struct verdict *v);

#endif
