/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_MAIL_SAMPLE_H
#define ETRIER_MAIL_SAMPLE_H

#include <etrier/dkim.h>

struct arena;

/* A mail of ours as it arrived in a mailbox: what its head says about where it
 * came from and who vouches for it. Nothing that names a person is kept: of
 * addresses the domain, of results their words. */
#define MAIL_SAMPLE_BYTES_MAX	   ((size_t)4 << 20) /* read; the rest is not */
#define MAIL_SAMPLE_HEAD_MAX	   ((size_t)256 << 10)
#define MAIL_SAMPLE_SIGNATURES_MAX 8
/* Gmail shows no more than some 102 kB of a message (domain practice). */
#define MAIL_SAMPLE_SIZE_ADVISED ((size_t)100 * 1000)

/* Words of RFC 8601 2.7. */
enum mail_result {
	MAIL_NOT_SAID,
	MAIL_PASS,
	MAIL_FAIL,
	MAIL_SOFTFAIL,
	MAIL_NEUTRAL,
	MAIL_NONE,
	MAIL_POLICY,
	MAIL_TEMPERROR,
	MAIL_PERMERROR,
	MAIL_OTHER
};
extern const char *const mail_results[]; /* "not said" "pass" ... */

struct mail_sample {
	int n_from; /* From fields; one is right */
	/* "" when there is none, or none that could be one. */
	char from_domain[DNS_NAME_SIZE];
	char return_domain[DNS_NAME_SIZE]; /* Return-Path: the envelope */
	char message_id_domain[DNS_NAME_SIZE];
	bool has_return_path;
	bool is_verp; /* its local part is one of ours: "b+" and digits */
	bool has_unsubscribe, has_unsubscribe_https, has_one_click;
	int n_signatures;
	struct dkim_signature signatures[MAIL_SAMPLE_SIGNATURES_MAX];
	/* The uppermost Authentication-Results, the only one that the mailbox's
	 * own server is sure to have written; "" without one. */
	char judge[DNS_NAME_SIZE];
	bool has_results;
	enum mail_result spf, dkim, dmarc; /* dkim: pass if any passed */
};
/* Always succeeds: what is no mail has nothing of all this. */
void mail_sample_read(const char *bytes, size_t n, struct arena *a,
		      struct mail_sample *out);

#endif
