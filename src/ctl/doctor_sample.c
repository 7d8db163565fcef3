/* SPDX-License-Identifier: EUPL-1.2 */
/* doctor's view of a mail of ours as it arrived in a mailbox: what the server
 * there concluded, what the signature covers, what the relay left of the
 * headers. It may be any file: nothing of it is shown but the name of the
 * mailbox's server and names that are ours. */
#include "doctor.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/mail_sample.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/taglist.h>

#include <stdlib.h>
#include <string.h>

static void problem(struct doctor_mail *m, enum doctor_level level,
		    const char *why, const char *remedy, const char *text)
{
	doctor_advise(m->d, level, "sample",
		      &(struct doctor_advice){.why = why, .remedy = remedy},
		      "%s", text);
}

/* Does the name count as the domain of our From? */
static bool is_ours(const struct doctor_mail *m, const char *name)
{
	return strchr(name, '.') &&
	       (dns_name_within(name, m->dmarc.organisation) ||
		dns_name_within(name, m->from) ||
		dns_name_within(m->from, name));
}

/* --- what the mailbox's server says --- */

static void say_result(struct doctor_mail *m, const char *method,
		       enum mail_result result)
{
	if (result == MAIL_PASS)
		return;
	doctor_advise(
		m->d, DOCTOR_ERROR, "sample",
		&(struct doctor_advice){
			.why = "Orange wants SPF, DKIM and DMARC to pass, "
			       "Gmail sorts by them",
			.remedy = "see what doctor says of them; a relay "
				  "that changes mail after signing breaks "
				  "DKIM"},
		"%s did not pass there: %s", method, mail_results[result]);
}

static void look_at_results(struct doctor_mail *m, const struct mail_sample *s)
{
	if (!s->has_results) {
		problem(m, DOCTOR_WARNING,
			"only the receiver can say whether it was content",
			"send one to a mailbox at Gmail, Orange or Yahoo and "
			"save it as it arrived",
			"no Authentication-Results: its server judged nothing");
		return;
	}
	doctor_say(m->d, DOCTOR_FINE, "sample",
		   "%s says: SPF %s, DKIM %s, DMARC %s",
		   *s->judge ? s->judge : "a server without a name",
		   mail_results[s->spf], mail_results[s->dkim],
		   mail_results[s->dmarc]);
	say_result(m, "SPF", s->spf);
	say_result(m, "DKIM", s->dkim);
	say_result(m, "DMARC", s->dmarc);
}

/* --- the signature --- */

static const struct dkim_signature *find_ours(const struct doctor_mail *m,
					      const struct mail_sample *s)
{
	for (int i = 0; i < s->n_signatures; i++)
		if (is_ours(m, s->signatures[i].domain))
			return &s->signatures[i];
	return NULL;
}

static void say_cover(struct doctor_mail *m, const struct dkim_signature *sig,
		      const char *header, const char *why)
{
	if (taglist_has_word(sig->covered, ':', header))
		return;
	doctor_advise(m->d, DOCTOR_ERROR, "sample",
		      &(struct doctor_advice){.why = why,
					      .remedy =
						      "OpenDKIM: SignHeaders *,"
						      "+List-Unsubscribe,"
						      "+List-Unsubscribe-Post"},
		      "the signature does not cover %s", header);
}

static void look_at_signature(struct doctor_mail *m,
			      const struct mail_sample *s)
{
	static const char one_click[] =
		"RFC 8058: without it receivers show no button to unsubscribe, "
		"and people press the one for spam";
	const struct dkim_signature *sig = find_ours(m, s);
	if (!sig) {
		problem(m, DOCTOR_ERROR,
			"DMARC and one-click unsubscribing rest on it",
			"sign with d= the domain of mail.from_address",
			s->n_signatures
				? "it is signed, but by another domain"
				: "it is not signed (no DKIM-Signature)");
		return;
	}
	doctor_say(m->d, DOCTOR_FINE, "sample", "signed by %s", sig->domain);
	say_cover(m, sig, "From", "RFC 6376 demands it");
	say_cover(m, sig, "List-Unsubscribe", one_click);
	say_cover(m, sig, "List-Unsubscribe-Post", one_click);
	if (sig->has_length)
		problem(m, DOCTOR_WARNING,
			"anybody may add text behind what is signed",
			"the signer must not limit it to a length",
			"the signature covers a part of the body (l=)");
	if (*m->selector && !str_eq(sig->selector, m->selector))
		problem(m, DOCTOR_WARNING,
			"doctor looked at a key that the relay does not use",
			"set mail.dkim_selector to the one in use",
			"it is signed with another selector");
}

/* --- the headers --- */

static void look_at_unsubscribe(struct doctor_mail *m,
				const struct mail_sample *s)
{
	static const char why[] = "Gmail and Yahoo demand it of who writes to "
				  "many (RFC 8058)";
	if (!s->has_unsubscribe_https)
		problem(m, DOCTOR_ERROR, why,
			"front.base_url with https; a relay must not touch the "
			"header",
			s->has_unsubscribe
				? "List-Unsubscribe has no https address"
				: "there is no List-Unsubscribe");
	if (!s->has_one_click)
		problem(m, DOCTOR_ERROR, why,
			"a relay must not touch the header",
			"List-Unsubscribe-Post is not there, or not One-Click");
	if (s->has_unsubscribe_https && s->has_one_click)
		doctor_say(m->d, DOCTOR_FINE, "sample",
			   "one click unsubscribes");
}

static void look_at_envelope(struct doctor_mail *m, const struct mail_sample *s)
{
	if (!s->has_return_path)
		problem(m, DOCTOR_WARNING,
			"the mailbox's server writes it at delivery",
			"save the mail as it arrived, with all its headers",
			"no Return-Path: the envelope is not known");
	else if (!str_eq(s->return_domain, m->bounce))
		problem(m, DOCTOR_ERROR,
			"reports about mails go elsewhere, and SPF is asked of "
			"another domain",
			"a relay must not change the envelope sender",
			"Return-Path has another domain than "
			"mail.bounce_domain");
	else if (!s->is_verp)
		problem(m, DOCTOR_ERROR,
			"a report cannot be told which mail it is about",
			"a relay must not change the envelope sender",
			"Return-Path is not one that étrier wrote (b+...)");
	else
		doctor_say(m->d, DOCTOR_FINE, "sample",
			   "the envelope is %s's own", m->bounce);
}

static void look_at_from(struct doctor_mail *m, const struct mail_sample *s)
{
	if (s->n_from != 1)
		problem(m, DOCTOR_ERROR,
			"RFC 5322 wants one; Gmail refuses other mail",
			"is this a whole mail?",
			s->n_from ? "there are several From" : "no From");
	else if (!str_eq(s->from_domain, m->from))
		problem(m, DOCTOR_WARNING, "then it says nothing about ours",
			"take a mail that this instance sent",
			"From has none of the domains of the settings");
	if (!is_ours(m, s->message_id_domain))
		problem(m, DOCTOR_WARNING,
			"a Message-ID of another domain looks forged to "
			"filters",
			"mail.list_domain below the domain of "
			"mail.from_address; a relay must not replace it",
			*s->message_id_domain
				? "Message-ID has another domain than From"
				: "there is no Message-ID");
}

void doctor_sample(struct doctor_mail *m, const char *file)
{
	struct mail_sample s;
	struct err err;
	size_t n;
	char *bytes = ctl_read_file(file, MAIL_SAMPLE_BYTES_MAX, &n, &err);
	if (!bytes) {
		doctor_say(m->d, DOCTOR_ERROR, "sample", "%s", err.text);
		return;
	}
	mail_sample_read(bytes, n, m->arena, &s);
	free(bytes);
	if (*m->digest_from && str_eq(s.from_domain, m->digest_from))
		str_copy(m->from, sizeof(m->from), m->digest_from);
	look_at_from(m, &s);
	look_at_results(m, &s);
	look_at_signature(m, &s);
	look_at_unsubscribe(m, &s);
	look_at_envelope(m, &s);
	if (n > MAIL_SAMPLE_SIZE_ADVISED)
		problem(m, DOCTOR_WARNING, "Gmail cuts at some 102 kB",
			"shorter templates, or fewer offers a digest",
			"it is larger than 100 kB");
	else
		doctor_say(m->d, DOCTOR_FINE, "sample", "%zu kB of 100",
			   (n + 999) / 1000);
}
