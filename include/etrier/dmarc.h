/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_DMARC_H
#define ETRIER_DMARC_H

#include <etrier/dns.h>

struct arena;

/* What the owner of a domain asks of receivers (DMARC: RFC 7489, and RFC 9989
 * of 2026 that follows it), and where the organisation of a name begins: found
 * by the tree walk of RFC 9989, because the list of public suffixes that RFC
 * 7489 leans on is not installed everywhere. */
#define DMARC_WALK_MAX 8 /* RFC 9989 4.10: names asked */

enum dmarc_policy { DMARC_P_NONE, DMARC_P_QUARANTINE, DMARC_P_REJECT };
extern const char *const dmarc_policies[]; /* "none" "quarantine" "reject" */

struct dmarc_record {
	enum dmarc_policy policy;	    /* p= */
	enum dmarc_policy sub_policy;	    /* sp=, or p= */
	bool has_policy;		    /* a p= that is one; else as none */
	bool is_strict_spf, is_strict_dkim; /* aspf=s, adkim=s */
	bool has_reports;		    /* rua= */
	int percent;			    /* pct=, 100 */
	char psd;			    /* psd=: y n, u when not said */
};
/* False: no DMARC record. */
bool dmarc_record_read(const char *text, struct arena *a,
		       struct dmarc_record *out);

struct dmarc_report {
	int n_records;	    /* at _dmarc.DOMAIN itself */
	bool has_record;    /* record is filled: there or at the organisation */
	bool is_unanswered; /* a name was not answered: nothing is certain */
	struct dmarc_record record;
	char found[DNS_NAME_SIZE];	  /* the domain whose record it is */
	char organisation[DNS_NAME_SIZE]; /* of the domain; itself at least */
};
/* domain is clean. */
void dmarc_find(const char *domain, const struct dns_asker *dns,
		struct arena *a, struct dmarc_report *out);
/* What is asked for mail from the domain itself. */
enum dmarc_policy dmarc_policy_for(const struct dmarc_report *r,
				   const char *domain);
/* Does `other` (of the envelope, or DKIM's d=) count as the domain of From? */
bool dmarc_is_aligned(const struct dmarc_report *r, const char *from,
		      const char *other, bool is_strict);

#endif
