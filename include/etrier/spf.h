/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SPF_H
#define ETRIER_SPF_H

#include <etrier/dns.h>

struct arena;

/* Which addresses may send for a domain: its SPF record (RFC 7208), followed
 * through includes and redirects, with what receivers count on the way. Whole:
 * every term is walked and counted, also behind the one that decides, so that
 * the counts are those of the worst case. */
#define SPF_LOOKUPS_MAX	  10 /* RFC 7208 4.6.4: more is an error */
#define SPF_VOIDS_MAX	  2  /* likewise: names that have nothing */
#define SPF_NAMES_MAX	  10 /* likewise: hosts of one mx term */
#define SPF_WALK_MAX	  40 /* terms that ask; then we give up counting */
#define SPF_ADDRESSES_MAX 8
#define SPF_WHY_SIZE	  200

enum spf_result {
	SPF_UNDECIDED, /* not an outcome: only while walking */
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_NEUTRAL,
	SPF_PERMERROR, /* receivers cannot read it: as good as none */
	SPF_TEMPERROR, /* a name was not answered */
	SPF_UNKNOWN    /* depends on a macro, exists or ptr: not judged */
};
extern const char *const spf_results[]; /* "undecided" "pass" ... */

struct spf_report {
	int n_records;	    /* of SPF, at the domain itself */
	bool is_unanswered; /* the domain's own record was not to be had */
	const char *record; /* the one there is; NULL */
	int n_lookups;	    /* up to SPF_WALK_MAX */
	int n_voids;	    /* up to SPF_WALK_MAX */
	char all;	    /* the qualifier of its last word: + - ~ ? or 0 */
	bool has_ptr, has_macro, has_exists;
	char why[SPF_WHY_SIZE]; /* of the first permanent error; "" */
	enum spf_result results[SPF_ADDRESSES_MAX]; /* one an address */
};
/* n_addresses at most SPF_ADDRESSES_MAX; with none the record is read and
 * counted all the same. domain is clean (dns_name_clean()). Strings are in the
 * arena or the asker's. */
void spf_evaluate(const char *domain, const struct dns_address *addresses,
		  int n_addresses, const struct dns_asker *dns, struct arena *a,
		  struct spf_report *out);

/* Is this text an SPF record ("v=spf1" and nothing or a blank behind)? */
bool spf_is_record(const char *text);
/* The record with mechanisms for these addresses put first: what to publish so
 * that they pass; record may be NULL. In the arena. */
const char *spf_with(const char *record, const struct dns_address *addresses,
		     int n_addresses, struct arena *a);

/* One term, for spf.c and its test. */
enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_OTHER /* exp=, and modifiers nobody knows */
};
struct spf_term {
	enum spf_kind kind;
	char qualifier; /* + - ~ ?; modifiers: 0 */
	/* include, a, mx, exists, redirect; "" is the domain itself. */
	char domain[DNS_NAME_SIZE];
	bool has_macro;		    /* in the domain, which is then "" */
	struct dns_address address; /* ip4, ip6 */
	int bits4, bits6;	    /* 0..32, 0..128 */
};
/* The term that begins at text (n bytes, no blanks). False: no such term. */
bool spf_term_read(const char *text, size_t n, struct spf_term *out);

#endif
