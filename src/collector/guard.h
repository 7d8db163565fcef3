/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COLLECTOR_GUARD_H
#define ETRIER_COLLECTOR_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

/* May the collector open a connection to this address? Only to the public
 * internet; with allow_private (a source's own setting) also to loopback, the
 * private ranges of RFC 1918, shared space and unique local IPv6. Never:
 * link-local (the metadata services of clouds), multicast, documentation and
 * benchmark ranges, translations that hide an IPv4 address (NAT64, 6to4,
 * Teredo), and anything that is not IP. */
bool guard_allows(const struct sockaddr *address, bool allow_private);

/* The same for an address as text ("192.0.2.1", "fe80::1", without port). */
bool guard_allows_text(const char *ip, bool allow_private);

#endif
