/* SPDX-License-Identifier: EUPL-1.2 */
/* How our mail stands before the world: what receivers look up about the two
 * domains it leaves with (From, and the envelope's) and about the addresses it
 * leaves from. All of an instance's mail has the same two: an agency's own
 * address is only in Reply-To. Each is looked at once.
 *
 *   PTR, MX                    here
 *   SPF                        doctor_spf.c
 *   DKIM, DMARC, alignment     doctor_sign.c
 *   a delivered mail           doctor_sample.c
 *
 * What was not answered is said, and nothing is concluded from it. */
#include "doctor_dns.h"

#include "doctor.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

#define HOSTS_MAX 10 /* of an MX, names of an address: enough to judge */

static bool is_missing(const struct dns_answer *answer)
{
	return answer->status == DNS_FAILED || answer->status == DNS_SILENT;
}

static const struct dns_answer *ask(const struct doctor_mail *m,
				    const char *name, enum dns_type type)
{
	return m->dns->ask(m->dns->ctx, name, type);
}

/* --- MX --- */

/* 1: it has an address; 0: none; -1: not answered. */
static int has_address(const struct doctor_mail *m, const char *host)
{
	const struct dns_answer *v4 = ask(m, host, DNS_A);
	if (v4->status == DNS_FOUND)
		return 1;
	const struct dns_answer *v6 = ask(m, host, DNS_AAAA);
	if (v6->status == DNS_FOUND)
		return 1;
	return is_missing(v4) || is_missing(v6) ? -1 : 0;
}

static void look_at_hosts(struct doctor_mail *m, const char *domain,
			  const struct dns_answer *mx, const char *why)
{
	for (int i = 0; i < mx->n && i < HOSTS_MAX; i++) {
		const char *host = mx->records[i].text;
		int result = *host ? has_address(m, host) : 0;
		if (result) {
			doctor_say(m->d,
				   result > 0 ? DOCTOR_FINE : DOCTOR_WARNING,
				   "mx", "%s: mail to it goes to %s%s", domain,
				   host, result > 0 ? "" : " (not answered)");
			return;
		}
	}
	bool is_null = mx->n == 1 && !*mx->records[0].text;
	doctor_advise(m->d, DOCTOR_ERROR, "mx",
		      &(struct doctor_advice){
			      .why = why,
			      .remedy = is_null ? "take the MX \".\" away and "
						  "publish one of a host that "
						  "takes this mail"
						: "publish an address for a "
						  "host of its MX"},
		      is_null ? "%s says that it takes no mail (MX \".\")"
			      : "%s: no host of its MX has an address",
		      domain);
}

static void look_at_mx(struct doctor_mail *m, const char *domain,
		       const char *why)
{
	const struct dns_answer *mx = ask(m, domain, DNS_MX);
	if (mx->status == DNS_FOUND) {
		look_at_hosts(m, domain, mx, why);
		return;
	}
	int result = is_missing(mx) ? -1 : has_address(m, domain);
	if (result < 0)
		doctor_say(m->d, DOCTOR_WARNING, "mx",
			   "%s was not answered: nothing is known of where "
			   "mail to it goes",
			   domain);
	else if (result > 0)
		doctor_say(m->d, DOCTOR_FINE, "mx",
			   "%s has no MX; mail goes to its own address",
			   domain);
	else
		doctor_advise(
			m->d, DOCTOR_ERROR, "mx",
			&(struct doctor_advice){
				.why = why,
				.remedy = "publish the host that takes "
					  "this mail",
				.name = domain,
				.type = "MX",
				.value = *m->d->relay_name
						 ? arena_printf(
							   m->arena, "10 %s.",
							   m->d->relay_name)
						 : "10 the.mail.host."},
			"%s has neither MX nor address", domain);
}

/* --- PTR --- */

static bool leads_back(const struct doctor_mail *m, const char *host,
		       const struct dns_address *address)
{
	const struct dns_answer *answer =
		ask(m, host, address->n == 4 ? DNS_A : DNS_AAAA);
	for (int i = 0; i < answer->n; i++)
		if (dns_address_eq(&answer->records[i].address, address))
			return true;
	return false;
}

static const char ptr_why[] =
	"Gmail demands a PTR record, Orange one that leads back to the address "
	"(its error 107)";

/* The relay greets with its own name; it should be the one the world reads. */
static void compare_name(struct doctor_mail *m, const char *text,
			 const struct dns_answer *ptr, const char *name)
{
	const char *greeted = m->d->relay_name;
	bool is_same = !*greeted;
	for (int i = 0; i < ptr->n; i++)
		is_same |= str_eq(ptr->records[i].text, greeted);
	if (is_same)
		doctor_say(m->d, DOCTOR_FINE, "ptr",
			   "%s is %s, and %s leads back", text, name, name);
	else
		doctor_advise(
			m->d, DOCTOR_WARNING, "ptr",
			&(struct doctor_advice){
				.why = "filters distrust a server that says "
				       "another name than its address has; "
				       "Orange wants a full name in HELO (its "
				       "errors 20x)",
				.remedy = "one name for both: myhostname of "
					  "Postfix, or the PTR record; nothing "
					  "if the relay hands on to another "
					  "server"},
			"%s is %s, the relay calls itself %s", text, name,
			greeted);
}

static void look_at_ptr(struct doctor_mail *m,
			const struct dns_address *address)
{
	char text[DNS_ADDRESS_TEXT], reverse[DNS_NAME_SIZE];
	dns_address_write(address, text);
	dns_address_reverse(address, reverse);
	const struct dns_answer *ptr = ask(m, reverse, DNS_PTR);
	struct doctor_advice advice = {
		.why = ptr_why,
		.remedy = "whoever gave you the address publishes",
		.name = reverse,
		.type = "PTR",
		.value = arena_printf(m->arena, "%s.",
				      *m->d->relay_name ? m->d->relay_name
							: "the.mail.host")};
	if (is_missing(ptr)) {
		doctor_say(m->d, DOCTOR_WARNING, "ptr",
			   "%s was not answered: nothing is known of its name",
			   text);
		return;
	}
	if (!ptr->n) {
		doctor_advise(m->d, DOCTOR_ERROR, "ptr", &advice,
			      "%s has no name", text);
		return;
	}
	for (int i = 0; i < ptr->n && i < HOSTS_MAX; i++) {
		const char *name = ptr->records[i].text;
		if (*name && leads_back(m, name, address)) {
			compare_name(m, text, ptr, name);
			return;
		}
	}
	const char *name = ptr->records[0].text;
	advice.remedy = "publish the address of that name, or have the PTR "
			"record changed";
	advice.name = name;
	advice.type = address->n == 4 ? "A" : "AAAA";
	advice.value = text;
	doctor_advise(m->d, DOCTOR_ERROR, "ptr", &advice,
		      "%s is %s, which does not lead back to it", text, name);
}

/* --- all of it --- */

static void read_domain(const struct doctor_mail *m, const char *key,
			char out[DNS_NAME_SIZE])
{
	const char *at = strrchr(doctor_setting(m->d, "mail", key), '@');
	dns_name_clean(at ? at + 1 : "", out);
}

static void read_settings(struct doctor_mail *m)
{
	const json_t *list = json_object_get(
		json_object_get(m->d->settings.all, "mail"), "public_address");
	read_domain(m, "from_address", m->from);
	read_domain(m, "digest_from_address", m->digest_from);
	if (str_eq(m->digest_from, m->from))
		m->digest_from[0] = '\0';
	dns_name_clean(doctor_setting(m->d, "mail", "bounce_domain"),
		       m->bounce);
	if (!*m->bounce)
		str_copy(m->bounce, sizeof(m->bounce), m->from);
	m->selector = doctor_setting(m->d, "mail", "dkim_selector");
	size_t i;
	json_t *v;
	json_array_foreach(
		list, i, v) if (m->n_addresses < (int)ARRAY_LEN(m->addresses) &&
				dns_address_read(json_string_value(v),
						 &m->addresses[m->n_addresses]))
		m->n_addresses++;
	str_copy(m->dmarc.organisation, sizeof(m->dmarc.organisation), m->from);
}

/* What is asked of a domain that stands in From. */
static void look_at_from(struct doctor_mail *m)
{
	if (!str_eq(m->from, m->bounce))
		doctor_spf(m, m->from, false);
	dmarc_find(m->from, m->dns, m->arena, &m->dmarc);
	doctor_dkim(m);
	doctor_dmarc(m);
}

static void look_at_reader(struct doctor_mail *m, const char *from)
{
	if (*from && !str_eq(from, m->bounce))
		look_at_mx(m, from,
			   "receivers refuse a From that nobody can answer");
}

static void look_at_domains(struct doctor_mail *m)
{
	struct doctor_mail digests = *m;
	str_copy(digests.from, sizeof(digests.from), m->digest_from);
	doctor_spf(m, m->bounce, true);
	look_at_from(m);
	if (*digests.from)
		look_at_from(&digests);
	if (!m->n_addresses)
		doctor_say(m->d, DOCTOR_FINE, "ptr",
			   "not looked at: mail.public_address is not set");
	for (int i = 0; i < m->n_addresses; i++)
		look_at_ptr(m, &m->addresses[i]);
	look_at_mx(
		m, m->bounce,
		"reports about mails that did not arrive go there; receivers "
		"refuse a sender that nothing can be sent to");
	look_at_reader(m, m->from);
	look_at_reader(m, m->digest_from);
}

static void say_unanswered(struct doctor_mail *m, const struct resolver *r)
{
	struct buf names;
	buf_init(&names, 2000);
	int n = resolver_unanswered(r, &names);
	if (n)
		doctor_advise(
			m->d, DOCTOR_WARNING, "dns",
			&(struct doctor_advice){
				.why = "what depends on them was not judged",
				.remedy = "ask again later, or another "
					  "resolver: --resolver ADDRESS"},
			"%d look-up%s without an answer%s: %s", n,
			n > 1 ? "s" : "",
			resolver_gave_up(r) ? ", and no more were tried" : "",
			names.data);
	buf_clear(&names);
}

void doctor_mail(struct doctor *d, const char *resolver, const char *sample)
{
	const char *transport = doctor_setting(d, "mail", "transport");
	struct arena arena;
	struct err err;
	struct resolver *r = NULL;
	struct doctor_mail m = {.d = d, .arena = &arena};
	bool is_sent = str_eq(transport, "smtp");
	if (!is_sent)
		doctor_say(d, DOCTOR_FINE, "mail",
			   "mail.transport is %s: nothing leaves that "
			   "receivers could judge",
			   transport);
	if (is_sent || resolver)
		r = resolver_new(resolver, clock_system(), &err);
	if (is_sent && !r)
		doctor_say(d, DOCTOR_WARNING, "dns",
			   "nothing was looked up: %s", err.text);
	arena_init(&arena);
	read_settings(&m);
	m.dns = r ? resolver_asker(r) : NULL;
	if (is_sent && r && *m.from)
		look_at_domains(&m);
	if (sample)
		doctor_sample(&m, sample);
	if (r)
		say_unanswered(&m, r);
	resolver_free(r);
	arena_clear(&arena);
}
