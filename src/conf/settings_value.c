/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of a single value of etrier.yaml that its type cannot express. */
#include <etrier/date.h>
#include <etrier/diag.h>
#include <etrier/dns.h>
#include <etrier/js.h>
#include <etrier/num.h>
#include <etrier/phone.h>
#include <etrier/settings.h>
#include <etrier/sms_sender.h>
#include <etrier/str.h>

#include <arpa/inet.h>
#include <string.h>

#include "settings_parts.h"

static void fail(const struct ynode *n, struct diags *d, const char *what)
{
	diag_add(d, DIAG_ERROR, n->file, n->line, n->col, "%s", what);
}

void settings_check_sms_sender(const struct ynode *n, const json_t *v,
			       struct diags *d)
{
	const char *problem = sms_sender_problem(json_string_value(v));
	if (problem)
		fail(n, d, problem);
}

void settings_check_address(const struct ynode *n, const json_t *v,
			    struct diags *d)
{
	if (!email_is_valid(json_string_value(v)))
		fail(n, d, "not an e-mail address");
}

void settings_check_mobile(const struct ynode *n, const json_t *v,
			   struct diags *d)
{
	char e164[17];
	enum phone_kind kind = phone_normalise(json_string_value(v), e164);
	if (kind != PHONE_MOBILE && kind != PHONE_MOBILE_DOM &&
	    kind != PHONE_FICTION)
		fail(n, d, "not a mobile number");
}

void settings_check_domain(const struct ynode *n, const json_t *v,
			   struct diags *d)
{
	const char *s = json_string_value(v);
	size_t k = strspn(s, "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	if (s[k] || strchr(".-", *s) || strstr(s, "..") || str_ends(s, "."))
		fail(n, d,
		     "not a host name (letters, digits, points, hyphens)");
}

void settings_check_selector(const struct ynode *n, const json_t *v,
			     struct diags *d)
{
	char name[DNS_NAME_SIZE];
	if (!dns_name_clean(json_string_value(v), name))
		fail(n, d, "not a selector (letters, digits, hyphens, points)");
}

/* "127.0.0.1:8080", "localhost:8080": what the pages may listen on without a
 * proxy in between is this machine only. */
static const char *tcp_problem(const char *s)
{
	const char *colon = strrchr(s, ':');
	int64_t port;
	struct in_addr a;
	char host[INET_ADDRSTRLEN];
	if (!colon || colon == s ||
	    (size_t)(colon - s) >= sizeof(host) /* no IPv6 here */)
		return "write off, 127.0.0.1:PORT or unix:/path";
	if (num_parse_int(colon + 1, 1, 65535, &port))
		return "the port must be 1..65535";
	memcpy(host, s, (size_t)(colon - s));
	host[colon - s] = '\0';
	if (str_eq(host, "localhost"))
		return NULL;
	if (inet_pton(AF_INET, host, &a) != 1)
		return "write off, 127.0.0.1:PORT or unix:/path";
	if (ntohl(a.s_addr) >> 24 != 127)
		return "only this machine (127.0.0.1) may be listened on: a "
		       "proxy with TLS stands in front";
	return NULL;
}

void settings_check_listen(const struct ynode *n, const json_t *v,
			   struct diags *d)
{
	const char *s = json_string_value(v);
	const char *problem = NULL;
	if (str_eq(s, "off") || str_eq(s, "systemd"))
		return;
	if (str_starts(s, "unix:")) {
		if (!s[strlen("unix:")])
			problem = "unix: wants a path behind it";
	} else {
		problem = tcp_problem(s);
	}
	if (problem)
		fail(n, d, problem);
}

void settings_check_proxy(const struct ynode *n, const json_t *v,
			  struct diags *d)
{
	struct in6_addr a;
	const char *s = json_string_value(v);
	if (inet_pton(AF_INET, s, &a) != 1 && inet_pton(AF_INET6, s, &a) != 1)
		fail(n, d, "not an IP address");
}

void settings_check_origin(const struct ynode *n, const json_t *v,
			   struct diags *d)
{
	bool has_agency = json_object_get(v, "agency") != NULL;
	bool has_column = js_bool(v, "agency_column", false);
	if (!has_agency && !has_column)
		fail(n, d,
		     "whose are the rows? say agency: CODE, or agency_column: "
		     "true");
	else if (has_agency && has_column)
		fail(n, d, "agency and agency_column exclude each other");
}

/* Nobody is written to earlier or later, by whatever channel: the hard window
 * of domain practice for alerts by SMS (CNIL's advice and the operators'
 * charters agree on 8 h to 21 h 30 at the widest). */
#define YOUTH_FIRST_MINUTE (8 * 60)
#define YOUTH_LAST_MINUTE  (21 * 60 + 30)

void settings_check_youth_hour(const struct ynode *n, const json_t *v,
			       struct diags *d)
{
	int64_t minute = json_integer_value(v);
	if (minute < YOUTH_FIRST_MINUTE || minute > YOUTH_LAST_MINUTE)
		fail(n, d, "young people are written to from 08:00 to 21:30");
}

/* "12:00-13:30": the end is after the beginning. */
void settings_check_slot(const struct ynode *n, const json_t *v,
			 struct diags *d)
{
	int from, until;
	if (minute_span_parse(json_string_value(v), &from, &until))
		fail(n, d, "not a span of the day: \"12:00-13:30\"");
	else if (from < YOUTH_FIRST_MINUTE || until > YOUTH_LAST_MINUTE)
		fail(n, d, "young people are written to from 08:00 to 21:30");
}
