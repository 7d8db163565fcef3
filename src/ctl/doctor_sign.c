/* SPDX-License-Identifier: EUPL-1.2 */
/* doctor's view of who vouches for our mail: the DKIM key that the relay signs
 * with, what the domain of From asks of receivers (DMARC), and whether the
 * envelope and the signature count as that domain. */
#include "doctor.h"

#include <etrier/arena.h>
#include <etrier/dkim.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

static const char dkim_why[] =
	"Orange may reject what is not signed (its error 535), Gmail and Yahoo "
	"demand it of who writes to many";

/* --- DKIM --- */

/* The key's record, at the domain of From or above it within the organisation;
 * *name: where, of the domain itself when there is none. */
static const struct dns_answer *find_key(struct doctor_mail *m,
					 const char **name)
{
	const struct dns_answer *first = NULL;
	*name = NULL;
	for (const char *at = m->from; at;) {
		const char *full = arena_printf(m->arena, "%s._domainkey.%s",
						m->selector, at);
		const struct dns_answer *answer =
			m->dns->ask(m->dns->ctx, full, DNS_TXT);
		first = first ? first : answer;
		*name = *name ? *name : full;
		if (answer->status == DNS_FOUND) {
			*name = full;
			str_copy(m->signer, sizeof(m->signer), at);
			return answer;
		}
		const char *point = strchr(at, '.');
		at = point && dns_name_within(point + 1, m->dmarc.organisation)
			     ? point + 1
			     : NULL;
	}
	return first;
}

static void say_strength(struct doctor_mail *m, const char *name,
			 const struct dkim_key *key)
{
	struct doctor_advice advice = {
		.why = "RFC 8301: receivers take a shorter key for no key",
		.remedy = "make one of 2048 bits (opendkim-genkey -b 2048) "
			  "under a new selector"};
	if (key->kind == DKIM_ED25519) {
		doctor_say(m->d, DOCTOR_FINE, "dkim",
			   "%s: a key of kind ed25519; not every receiver "
			   "knows it, sign with RSA beside it",
			   name);
		return;
	}
	if (key->bits < DKIM_BITS_MIN) {
		doctor_advise(m->d, DOCTOR_ERROR, "dkim", &advice,
			      "%s: a key of RSA with %d bits, at least %d are "
			      "needed",
			      name, key->bits, DKIM_BITS_MIN);
		return;
	}
	advice.why = "RFC 8301 advises 2048 bits";
	if (key->bits < DKIM_BITS_ADVISED)
		doctor_advise(m->d, DOCTOR_WARNING, "dkim", &advice,
			      "%s: a key of RSA with %d bits", name, key->bits);
	else
		doctor_say(m->d, DOCTOR_FINE, "dkim",
			   "%s: a key of RSA with %d bits", name, key->bits);
}

static void say_key(struct doctor_mail *m, const char *name,
		    const struct dkim_key *key)
{
	struct doctor_advice advice = {.why = dkim_why};
	if (key->is_revoked) {
		advice.remedy = "publish the key that the relay signs with, or "
				"set mail.dkim_selector to the selector in use";
		doctor_advise(m->d, DOCTOR_ERROR, "dkim", &advice,
			      "%s: the key is revoked (p= is empty)", name);
		return;
	}
	if (key->kind == DKIM_UNKNOWN || !key->is_for_mail ||
	    !key->has_sha256) {
		advice.remedy = "k=rsa, and neither s= nor h=";
		doctor_advise(m->d, DOCTOR_ERROR, "dkim", &advice,
			      "%s: the record forbids what is needed of the "
			      "key (k=, s= or h=)",
			      name);
		return;
	}
	say_strength(m, name, key);
	advice.why = "receivers treat what it signs as unsigned";
	advice.remedy = "take t=y away once mails arrive signed";
	if (key->is_testing)
		doctor_advise(m->d, DOCTOR_WARNING, "dkim", &advice,
			      "%s: the key is said to be a trial (t=y)", name);
}

static void say_no_key(struct doctor_mail *m, const char *name, bool is_missing)
{
	if (is_missing)
		doctor_say(m->d, DOCTOR_WARNING, "dkim",
			   "%s was not answered: nothing is known of the key",
			   name);
	else
		doctor_advise(m->d, DOCTOR_ERROR, "dkim",
			      &(struct doctor_advice){
				      .why = dkim_why,
				      .remedy = "publish the relay's key "
						"(opendkim-genkey writes the "
						"record)",
				      .name = name,
				      .type = "TXT",
				      .value = "v=DKIM1; k=rsa; p=THE-KEY"},
			      "%s: there is no key", name);
}

void doctor_dkim(struct doctor_mail *m)
{
	struct dkim_key key;
	struct err err;
	const char *name;
	if (!*m->selector) {
		doctor_advise(m->d, DOCTOR_WARNING, "dkim",
			      &(struct doctor_advice){
				      .why = dkim_why,
				      .remedy = "set it to the selector that "
						"the relay signs with"},
			      "not looked at: mail.dkim_selector is not set");
		return;
	}
	const struct dns_answer *answer = find_key(m, &name);
	if (answer->status != DNS_FOUND) {
		say_no_key(m, name,
			   answer->status == DNS_FAILED ||
				   answer->status == DNS_SILENT);
		return;
	}
	if (answer->n > 1 || answer->is_left_out)
		doctor_advise(m->d, DOCTOR_WARNING, "dkim",
			      &(struct doctor_advice){
				      .why = "receivers take any one of them "
					     "(RFC 6376 3.6.2.2)",
				      .remedy = "keep one"},
			      "%s has several TXT records", name);
	if (!answer->n ||
	    dkim_key_read(answer->records[0].text, m->arena, &key, &err))
		doctor_advise(m->d, DOCTOR_ERROR, "dkim",
			      &(struct doctor_advice){
				      .why = dkim_why,
				      .remedy = "publish the record as the "
						"signer's program wrote it"},
			      "%s: no key: %s", name,
			      answer->n ? err.text : "too long");
	else
		say_key(m, name, &key);
}

/* --- DMARC --- */

static void say_no_record(struct doctor_mail *m)
{
	if (m->dmarc.is_unanswered) {
		doctor_say(m->d, DOCTOR_WARNING, "dmarc",
			   "%s was not answered: nothing is known of its "
			   "record",
			   m->from);
		return;
	}
	struct doctor_advice advice = {
		.why = "Gmail and Yahoo demand it of who writes to many, "
		       "Orange of everybody",
		.remedy = "publish",
		.name = arena_printf(m->arena, "_dmarc.%s", m->from),
		.type = "TXT",
		.value = arena_printf(m->arena,
				      "v=DMARC1; p=none; rua=mailto:dmarc@%s",
				      m->from)};
	if (m->dmarc.n_records > 1) {
		advice.why = "receivers take several for none";
		advice.remedy = "keep one of them";
		advice.name = NULL;
		doctor_advise(m->d, DOCTOR_ERROR, "dmarc", &advice,
			      "%s has %d DMARC records", m->from,
			      m->dmarc.n_records);
		return;
	}
	doctor_advise(m->d, DOCTOR_ERROR, "dmarc", &advice,
		      "%s has no DMARC record, nor has its organisation",
		      m->from);
}

static void say_record(struct doctor_mail *m)
{
	const struct dmarc_report *r = &m->dmarc;
	struct doctor_advice advice = {
		.why = "a record without it asks for nothing",
		.remedy = "p=none, p=quarantine or p=reject"};
	enum dmarc_policy policy = dmarc_policy_for(r, m->from);
	if (!r->record.has_policy)
		doctor_advise(m->d, DOCTOR_ERROR, "dmarc", &advice,
			      "%s: the record has no p= that receivers know",
			      r->found);
	else
		doctor_say(m->d, DOCTOR_FINE, "dmarc",
			   "%s: the record of %s asks for %s%s", m->from,
			   r->found, dmarc_policies[policy],
			   policy == DMARC_P_NONE
				   ? ", which is enough for receivers; "
				     "quarantine protects the name"
				   : "");
	advice = (struct doctor_advice){
		.why = "nobody tells you who sends in your name, and what "
		       "fails",
		.remedy = arena_printf(m->arena, "add rua=mailto:dmarc@%s",
				       r->found)};
	if (!r->record.has_reports)
		doctor_advise(m->d, DOCTOR_WARNING, "dmarc", &advice,
			      "%s: the record asks for no reports (rua=)",
			      r->found);
}

/* DMARC passes when one of the two counts as From and passes itself. */
static void say_alignment(struct doctor_mail *m)
{
	const struct dmarc_record *r = &m->dmarc.record;
	bool is_spf = dmarc_is_aligned(&m->dmarc, m->from, m->bounce,
				       r->is_strict_spf);
	bool is_known = *m->signer;
	bool is_dkim =
		is_known && dmarc_is_aligned(&m->dmarc, m->from, m->signer,
					     r->is_strict_dkim);
	struct doctor_advice advice = {
		.why = "DMARC passes only for an envelope or a signature that "
		       "counts as the domain of From",
		.remedy = "mail.bounce_domain below the domain of "
			  "mail.from_address, without aspf=s and adkim=s"};
	if (is_spf && (is_dkim || !is_known))
		doctor_say(m->d, DOCTOR_FINE, "dmarc",
			   "the envelope (%s)%s%s%s%s as %s", m->bounce,
			   is_dkim ? " and the key (" : "",
			   is_dkim ? m->signer : "", is_dkim ? ") count" : "",
			   is_dkim ? "" : " counts", m->from);
	else if (is_spf || is_dkim)
		doctor_advise(m->d, DOCTOR_WARNING, "dmarc", &advice,
			      "only the %s counts as %s: where it fails, DMARC "
			      "fails",
			      is_spf ? "envelope" : "key", m->from);
	else
		doctor_advise(
			m->d, DOCTOR_ERROR, "dmarc", &advice,
			"neither the envelope (%s)%s counts as %s", m->bounce,
			is_known ? " nor the key" : ", nor a key known here,",
			m->from);
}

void doctor_dmarc(struct doctor_mail *m)
{
	if (!m->dmarc.has_record) {
		say_no_record(m);
		return;
	}
	say_record(m);
	say_alignment(m);
}
