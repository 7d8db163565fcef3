/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DNS_H
#define ETRIER_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

/* Questions to a resolver and its answers (RFC 1035), as bytes: nothing is sent
 * from here. Answers come from strangers; whatever they hold, nothing is read
 * past the end, no pointer is followed twice, and what does not fit a ceiling
 * is left out or refused.
 *
 * Names are text without a point at the end, small letters, at most 253 bytes;
 * bytes that no host name has (blanks, points, quotes, anything outside ASCII)
 * make a name, and with it the whole message, refused. */
#define DNS_NAME_SIZE	 254 /* with the NUL */
#define DNS_QUERY_MAX	 512
#define DNS_MESSAGE_MAX	 65535 /* over TCP: two bytes of length */
#define DNS_UDP_SIZE	 1232  /* what fits any path (DNS flag day 2020) */
#define DNS_RECORDS_MAX	 64    /* of one type at one name; more: refused */
#define DNS_TEXT_MAX	 4096  /* of one TXT record; longer ones are left out */
#define DNS_ALIASES_MAX	 8     /* CNAME after CNAME */
#define DNS_ADDRESS_TEXT 46

enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28
};
const char *dns_type_name(enum dns_type type); /* "TXT" */

struct dns_address {
	uint8_t bytes[16];
	int n; /* 4 or 16 */
};
/* "192.0.2.1" or "2001:db8::1" and nothing else. */
bool dns_address_read(const char *text, struct dns_address *out);
void dns_address_write(const struct dns_address *a, char out[DNS_ADDRESS_TEXT]);
bool dns_address_eq(const struct dns_address *a, const struct dns_address *b);
/* Are the first `bits` bits the same? False for two families. */
bool dns_address_within(const struct dns_address *a,
			const struct dns_address *net, int bits);
/* "1.2.0.192.in-addr.arpa" */
void dns_address_reverse(const struct dns_address *a, char out[DNS_NAME_SIZE]);

enum dns_status {
	DNS_FOUND,   /* at least one record */
	DNS_NOTHING, /* the name is there, with none of this type */
	DNS_NO_NAME, /* NXDOMAIN */
	DNS_FAILED,  /* SERVFAIL, REFUSED, aliases in a ring, a broken answer */
	DNS_SILENT   /* nobody answered in time, or nobody was asked any more */
};
struct dns_record {
	/* TXT: its strings joined, bytes outside printable ASCII as "?". PTR,
	 * MX: a name; "" is the root. Else NULL. */
	const char *text;
	int preference;		    /* MX */
	struct dns_address address; /* A, AAAA */
};
struct dns_answer {
	enum dns_status status;
	int n;			    /* 0 unless DNS_FOUND */
	struct dns_record *records; /* in the arena */
	/* Where CNAMEs led, when they led away and nothing was there; "". */
	char alias[DNS_NAME_SIZE];
	bool is_left_out; /* a record was too long to be kept */
};

struct dns_question {
	const char *name;
	enum dns_type type;
	uint16_t id;
};
/* The question as a message, recursion asked for; with has_edns it says that
 * DNS_UDP_SIZE bytes are welcome. Its length, or 0: this is no name. */
size_t dns_query_write(const struct dns_question *q, bool has_edns,
		       uint8_t out[DNS_QUERY_MAX]);

enum dns_reading {
	DNS_READ,      /* *out is filled, strings in the arena */
	DNS_TRUNCATED, /* ask again over TCP */
	DNS_NO_EDNS,   /* ask again without it */
	DNS_NOT_OURS,  /* another id or question, no answer at all: wait on */
	DNS_BROKEN     /* ours, and unreadable: err says why */
};
enum dns_reading dns_answer_read(const struct dns_question *q,
				 const uint8_t *bytes, size_t n,
				 struct arena *a, struct dns_answer *out,
				 struct err *err);

/* Who answers questions, for whoever evaluates records: a resolver, or a table
 * of a test. Never NULL; the answer stays the resolver's. */
struct dns_asker {
	const struct dns_answer *(*ask)(void *ctx, const char *name,
					enum dns_type type);
	void *ctx;
};

/* Letters, digits, hyphens, underscores and single points; a point at the end
 * is taken off, capitals become small. False: no name (out is ""). */
bool dns_name_clean(const char *text, char out[DNS_NAME_SIZE]);
/* Is `name` the domain itself or below it? Both clean. */
bool dns_name_within(const char *name, const char *domain);

#endif
