/* SPDX-License-Identifier: EUPL-1.2 */
/* doctor's view of one domain's SPF record: whether receivers can read it, and
 * what they conclude about the addresses that our mail leaves from. */
#include "doctor.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/spf.h>
#include <etrier/str.h>

#include <assert.h>

static const char spf_why[] =
	"Gmail and Yahoo take no mail that neither SPF nor DKIM vouches for, "
	"Orange wants both";

/* What to publish: the record as it is, with our addresses. */
static const char *wanted(const struct doctor_mail *m, const char *record)
{
	if (m->n_addresses)
		return spf_with(record, m->addresses, m->n_addresses, m->arena);
	return "v=spf1 ip4:THE-PUBLIC-ADDRESS -all";
}

static void say_none(struct doctor_mail *m, const char *domain,
		     bool is_envelope)
{
	if (!is_envelope)
		doctor_say(m->d, DOCTOR_FINE, "spf",
			   "%s has no record and needs none: receivers ask for "
			   "that of %s",
			   domain, m->bounce);
	else
		doctor_advise(m->d, DOCTOR_ERROR, "spf",
			      &(struct doctor_advice){.why = spf_why,
						      .remedy = "publish",
						      .name = domain,
						      .type = "TXT",
						      .value = wanted(m, NULL)},
			      "%s has no SPF record", domain);
}

/* It cannot be used at all; true when that was said. */
static bool say_broken(struct doctor_mail *m, const char *domain,
		       const struct spf_report *r, enum doctor_level level)
{
	struct doctor_advice advice = {
		.why = "receivers take such a record for none (permerror, RFC "
		       "7208)",
		.remedy = "keep one record with the words of both"};
	if (r->n_records > 1) {
		doctor_advise(m->d, level, "spf", &advice,
			      "%s has %d SPF records", domain, r->n_records);
		return true;
	}
	if (!*r->why)
		return false;
	if (r->n_lookups > SPF_LOOKUPS_MAX) {
		advice.remedy = "write addresses (ip4:, ip6:) in the place of "
				"include:, a and mx";
		doctor_advise(m->d, level, "spf", &advice,
			      "%s: its record needs %s%d look-ups, %d are "
			      "allowed",
			      domain,
			      r->n_lookups >= SPF_WALK_MAX ? "at least " : "",
			      r->n_lookups, SPF_LOOKUPS_MAX);
	} else {
		advice.remedy = "mend that word or that name";
		doctor_advise(m->d, level, "spf", &advice, "%s: %s", domain,
			      r->why);
	}
	return true;
}

static void say_habits(struct doctor_mail *m, const char *domain,
		       const struct spf_report *r)
{
	if (r->all == '+')
		doctor_advise(m->d, DOCTOR_ERROR, "spf",
			      &(struct doctor_advice){
				      .why = "everybody may send in its name, "
					     "and receivers know",
				      .remedy = "end it with -all"},
			      "%s: the record ends in +all", domain);
	else if (r->all == '?' || !r->all)
		doctor_advise(m->d, DOCTOR_WARNING, "spf",
			      &(struct doctor_advice){
				      .why = "it says nothing about who must "
					     "not send",
				      .remedy = "end it with -all"},
			      "%s: the record ends %s", domain,
			      r->all ? "in ?all" : "without all");
	if (r->has_ptr)
		doctor_advise(m->d, DOCTOR_WARNING, "spf",
			      &(struct doctor_advice){
				      .why = "RFC 7208 says that it is not to "
					     "be used; some receivers pass it "
					     "over",
				      .remedy = "write ip4: or ip6: instead"},
			      "%s: the record uses ptr", domain);
	if (r->has_macro || r->has_exists)
		doctor_say(m->d, DOCTOR_FINE, "spf",
			   "%s: a word with exists: or a macro is counted and "
			   "not judged",
			   domain);
}

/* Those of our addresses that do not pass. */
static int find_refused(const struct doctor_mail *m, const struct spf_report *r,
			struct dns_address out[SPF_ADDRESSES_MAX])
{
	int n = 0;
	for (int i = 0; i < m->n_addresses; i++)
		if (r->results[i] != SPF_PASS &&
		    r->results[i] != SPF_TEMPERROR &&
		    r->results[i] != SPF_UNKNOWN)
			out[n++] = m->addresses[i];
	return n;
}

static void say_address(struct doctor_mail *m, const char *domain,
			const struct spf_report *r, int i,
			const struct doctor_advice *advice)
{
	char text[DNS_ADDRESS_TEXT];
	dns_address_write(&m->addresses[i], text);
	enum spf_result result = r->results[i];
	if (result == SPF_PASS)
		doctor_say(m->d, DOCTOR_FINE, "spf", "%s: %s passes", domain,
			   text);
	else if (result == SPF_TEMPERROR || result == SPF_UNKNOWN)
		doctor_say(m->d, DOCTOR_WARNING, "spf",
			   "%s: whether %s passes could not be told (%s)",
			   domain, text, spf_results[result]);
	else
		doctor_advise(m->d, DOCTOR_ERROR, "spf", advice,
			      "%s: %s does not pass (%s)", domain, text,
			      spf_results[result]);
}

static void say_addresses(struct doctor_mail *m, const char *domain,
			  const struct spf_report *r)
{
	struct dns_address refused[SPF_ADDRESSES_MAX];
	int n = find_refused(m, r, refused);
	struct doctor_advice advice = {
		.why = spf_why,
		.remedy = "publish in its place",
		.name = domain,
		.type = "TXT",
		.value = spf_with(r->record, refused, n, m->arena)};
	for (int i = 0; i < m->n_addresses; i++)
		say_address(m, domain, r, i, &advice);
	if (!m->n_addresses)
		doctor_say(m->d, DOCTOR_FINE, "spf",
			   "no address was compared with it: "
			   "mail.public_address is not set");
}

void doctor_spf(struct doctor_mail *m, const char *domain, bool is_envelope)
{
	struct spf_report r;
	static_assert(ARRAY_LEN(m->addresses) <= SPF_ADDRESSES_MAX, "");
	spf_evaluate(domain, m->addresses, m->n_addresses, m->dns, m->arena,
		     &r);
	if (r.is_unanswered) {
		doctor_say(m->d, DOCTOR_WARNING, "spf",
			   "%s was not answered: nothing is known of its "
			   "record",
			   domain);
		return;
	}
	if (r.n_records == 0) {
		say_none(m, domain, is_envelope);
		return;
	}
	/* Receivers that ask for the other one do so out of habit. */
	if (say_broken(m, domain, &r,
		       is_envelope ? DOCTOR_ERROR : DOCTOR_WARNING))
		return;
	doctor_say(m->d, DOCTOR_FINE, "spf",
		   "%s: one record, %d of %d look-ups, %d without result",
		   domain, r.n_lookups, SPF_LOOKUPS_MAX, r.n_voids);
	say_habits(m, domain, &r);
	if (is_envelope)
		say_addresses(m, domain, &r);
}
