/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_DOCTOR_DNS_H
#define ETRIER_CTL_DOCTOR_DNS_H

#include <etrier/dns.h>

struct buf;
struct clock;
struct err;

/* Questions over the network, to the resolvers of this machine. Each is asked
 * once; the answer stays until resolver_free(). */
#define RESOLVER_SERVERS_MAX 3	   /* as resolv.conf(5) */
#define RESOLVER_TRY_MS	     1500  /* for one server, twice each */
#define RESOLVER_TOTAL_MS    20000 /* for all questions together */
#define RESOLVER_LOOKUPS_MAX 250   /* no mail setup needs more */
#define RESOLVER_DEAD_AFTER  3 /* silent questions in a row: nobody is there */

struct resolver;
/* "ADDRESS", "ADDRESS:PORT", "[ADDRESS6]:PORT"? */
bool resolver_is_server(const char *text);
/* server: one of these; NULL: those of /etc/resolv.conf. NULL with ERR_CONFIG:
 * there is none. */
struct resolver *resolver_new(const char *server, const struct clock *clock,
			      struct err *err);
void resolver_free(struct resolver *r); /* NULL is nothing */
const struct dns_asker *resolver_asker(const struct resolver *r);
/* "TXT a.example, MX b.example" of what was not answered, at most a few; the
 * number of all of them. */
int resolver_unanswered(const struct resolver *r, struct buf *names);
/* Nobody answered RESOLVER_DEAD_AFTER times, or time is up. */
bool resolver_gave_up(const struct resolver *r);

#endif
