/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_DOCTOR_H
#define ETRIER_CTL_DOCTOR_H

#include "ctl.h"

#include <etrier/dmarc.h>
#include <etrier/dns.h>
#include <etrier/settings.h>

/* What the parts of `etrierctl doctor` share: doctor.c (this machine and the
 * daemon), doctor_relay.c, doctor_mail.c and its kin (the mail's standing
 * before the world). */

enum doctor_level { DOCTOR_FINE, DOCTOR_WARNING, DOCTOR_ERROR };

struct doctor {
	const struct ctl *ctl;
	int n[3]; /* by level */
	struct settings settings;
	/* The name the relay greets with, "" unless it is a host's. */
	char relay_name[DNS_NAME_SIZE];
};

/* One finding. The texts may hold words of strangers: nothing in them reaches a
 * terminal as it is. */
void doctor_say(struct doctor *d, enum doctor_level level, const char *check,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Why it matters, who demands it, and what to do; a record to publish has a
 * name, a type and a value. NULL: not said. */
struct doctor_advice {
	const char *why, *remedy;
	const char *name, *type, *value;
};
void doctor_advise(struct doctor *d, enum doctor_level level, const char *check,
		   const struct doctor_advice *advice, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* A text of the settings, "" when it is not set. */
const char *doctor_setting(const struct doctor *d, const char *group,
			   const char *key);

/* The relay's greeting, and its certificate where mail.tls is on. */
void doctor_relay(struct doctor *d);
/* SPF, DKIM, DMARC, PTR, MX, and a delivered sample. resolver and sample may be
 * NULL: those of /etc/resolv.conf, none. */
void doctor_mail(struct doctor *d, const char *resolver, const char *sample);

/* --- for the files of doctor_mail.c --- */

struct doctor_mail {
	struct doctor *d;
	const struct dns_asker *dns; /* NULL: only a sample is looked at */
	struct arena *arena;
	char from[DNS_NAME_SIZE], bounce[DNS_NAME_SIZE]; /* domains */
	/* That of digests, when it is another; "". */
	char digest_from[DNS_NAME_SIZE];
	struct dns_address addresses[8]; /* mail.public_address */
	int n_addresses;
	const char *selector;	    /* "" */
	struct dmarc_report dmarc;  /* of from */
	char signer[DNS_NAME_SIZE]; /* whose key was found; "" */
};
/* is_envelope: receivers ask for this one's record. */
void doctor_spf(struct doctor_mail *m, const char *domain, bool is_envelope);
void doctor_dkim(struct doctor_mail *m); /* after dmarc is found */
void doctor_dmarc(struct doctor_mail *m);
void doctor_sample(struct doctor_mail *m, const char *file);

#endif
