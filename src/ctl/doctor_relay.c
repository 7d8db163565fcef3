/* SPDX-License-Identifier: EUPL-1.2 */
/* The relay as doctor sees it: does it greet, and, where mail.tls asks for TLS,
 * would the courier accept its certificate? TLS is spoken by libcurl, as the
 * courier does, up to the point where a login would follow; none is sent. */
#include "doctor.h"

#include <etrier/clock.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Longest wait for the relay's greeting, and for TLS with it. */
#define RELAY_MS       5000
#define TLS_MS	       10000
#define LINE_MAX_BYTES 512 /* RFC 5321 4.5.3.1.5 */
/* A certificate is renewed a month before its end where machines do it; two
 * weeks before, somebody has to look. */
#define CERT_DAYS_LOW 14

static int connect_to(const struct addrinfo *to)
{
	int fd = socket(to->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int why = 0;
	socklen_t n = sizeof(why);
	if (!connect(fd, to->ai_addr, to->ai_addrlen) ||
	    (errno == EINPROGRESS && poll(&p, 1, RELAY_MS) == 1 &&
	     !getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &n) && !why))
		return fd;
	close(fd);
	return -1;
}

/* "220 name ESMTP" or what came instead; false: nothing. */
static bool greeting(int fd, char *line, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n = poll(&p, 1, RELAY_MS) == 1 ? read(fd, line, size - 1) : -1;
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return n > 0;
}

/* The host that greets says its name first (RFC 5321 4.2). */
static void keep_name(struct doctor *d, const char *line)
{
	char text[LINE_MAX_BYTES];
	if (!str_starts(line, "220") || strlen(line) < 5)
		return;
	str_copy(text, sizeof(text), line + 4);
	text[strcspn(text, " ")] = '\0';
	if (!dns_name_clean(text, d->relay_name) || !strchr(d->relay_name, '.'))
		d->relay_name[0] = '\0';
}

static void report(struct doctor *d, const char *host, const char *port,
		   const char *line)
{
	keep_name(d, line);
	doctor_say(d, str_starts(line, "220") ? DOCTOR_FINE : DOCTOR_ERROR,
		   "relay", "%s port %s: %s", host, port, line);
}

static void look_in_clear(struct doctor *d, const char *host, const char *port)
{
	char line[256];
	struct addrinfo *list = NULL;
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM};
	int rc = getaddrinfo(host, port, &hints, &list);
	int fd = -1;
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = connect_to(a);
	if (list)
		freeaddrinfo(list);
	if (fd < 0)
		doctor_say(d, DOCTOR_ERROR, "relay",
			   "%s port %s does not answer%s%s: is the "
			   "mail server running?",
			   host, port, rc ? ": " : "",
			   rc ? gai_strerror(rc) : "");
	else if (!greeting(fd, line, sizeof(line)))
		doctor_say(d, DOCTOR_ERROR, "relay",
			   "%s port %s takes the call and says "
			   "nothing",
			   host, port);
	else
		report(d, host, port, line);
	if (fd >= 0)
		close(fd);
}

/* --- TLS --- */

struct probe {
	char line[LINE_MAX_BYTES]; /* the greeting */
};

static size_t on_line(char *line, size_t size, size_t n, void *ctx)
{
	struct probe *p = ctx;
	size_t len = size * n,
	       k = len < LINE_MAX_BYTES ? len : LINE_MAX_BYTES - 1;
	if (!*p->line) {
		memcpy(p->line, line, k);
		p->line[k] = '\0';
		p->line[strcspn(p->line, "\r\n")] = '\0';
	}
	return len;
}

static CURL *make_handle(const struct doctor *d, const char *host,
			 const char *port, struct probe *p, char *why)
{
	const char *ca_file = doctor_setting(d, "mail", "ca_file");
	bool is_implicit = str_eq(doctor_setting(d, "mail", "tls"), "implicit");
	CURL *easy = curl_easy_init();
	BUG_ON(!easy);
	char *url = mem_printf("%s://%s:%s", is_implicit ? "smtps" : "smtp",
			       host, port);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	free(url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	if (*ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)RELAY_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TLS_MS);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, p);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
	return easy;
}

/* The end of the relay's own certificate, the first of the chain; 0: not
 * told. */
static int64_t certificate_ends(CURL *easy)
{
	static const char key[] = "Expire date:";
	struct curl_certinfo *chain = NULL;
	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) || !chain ||
	    chain->num_of_certs < 1)
		return 0;
	for (struct curl_slist *l = chain->certinfo[0]; l; l = l->next) {
		time_t at =
			str_starts(l->data, key)
				? curl_getdate(l->data + sizeof(key) - 1, NULL)
				: -1;
		if (at > 0)
			return at;
	}
	return 0;
}

static void report_certificate(struct doctor *d, int64_t ends)
{
	int64_t days = (ends - clock_now(clock_system())) / 86400;
	if (!ends)
		doctor_say(d, DOCTOR_FINE, "tls",
			   "the relay's certificate is one we trust");
	else if (days < CERT_DAYS_LOW)
		doctor_advise(d, DOCTOR_WARNING, "tls",
			      &(struct doctor_advice){
				      .why = "no mail leaves once it has ended",
				      .remedy = "renew it on the relay"},
			      "the relay's certificate ends in %" PRId64
			      " days",
			      days);
	else
		doctor_say(d, DOCTOR_FINE, "tls",
			   "the relay's certificate is one we trust, for "
			   "%" PRId64 " days",
			   days);
}

static void look_through_tls(struct doctor *d, const char *host,
			     const char *port)
{
	struct probe p = {.line = ""};
	char why[CURL_ERROR_SIZE] = "";
	CURL *easy = make_handle(d, host, port, &p, why);
	CURLcode code = curl_easy_perform(easy);
	if (*p.line)
		report(d, host, port, p.line);
	if (code == CURLE_OK)
		report_certificate(d, certificate_ends(easy));
	else if (code == CURLE_PEER_FAILED_VERIFICATION)
		doctor_advise(
			d, DOCTOR_ERROR, "tls",
			&(struct doctor_advice){
				.why = "no mail leaves towards a relay that "
				       "may be somebody else",
				.remedy = "mail.host as the certificate names "
					  "it, mail.ca_file for one of your "
					  "own"},
			"the relay's certificate: %s",
			*why ? why : curl_easy_strerror(code));
	else if (code == CURLE_USE_SSL_FAILED && *p.line)
		doctor_advise(
			d, DOCTOR_ERROR, "tls",
			&(struct doctor_advice){
				.why = "mail.tls asks for it, so no mail "
				       "leaves",
				.remedy = "switch STARTTLS on in the relay, or "
					  "take another mail.port"},
			"%s port %s offers no STARTTLS", host, port);
	else
		doctor_say(d, DOCTOR_ERROR, *p.line ? "tls" : "relay",
			   "%s port %s: %s", host, port,
			   *why ? why : curl_easy_strerror(code));
	curl_easy_cleanup(easy);
}

static bool is_here(const char *host)
{
	struct dns_address a;
	static const struct dns_address one = {.bytes = {[15] = 1}, .n = 16};
	if (str_eq(host, "localhost"))
		return true;
	return dns_address_read(host, &a) &&
	       (a.n == 4 ? a.bytes[0] == 127 : dns_address_eq(&a, &one));
}

static void say_no_tls(struct doctor *d, const char *host)
{
	if (is_here(host))
		doctor_say(d, DOCTOR_FINE, "tls",
			   "the relay is this machine's: no TLS is needed");
	else
		doctor_advise(
			d, DOCTOR_WARNING, "tls",
			&(struct doctor_advice){
				.why = "names and addresses of young people "
				       "pass for anybody on the way to read",
				.remedy = "mail.tls: starttls, or a relay on "
					  "this machine"},
			"mails travel to %s without TLS", host);
}

void doctor_relay(struct doctor *d)
{
	const json_t *mail = json_object_get(d->settings.all, "mail");
	const char *transport = js_str(mail, "transport", "none");
	const char *host = js_str(mail, "host", "localhost");
	char port[24];
	if (!str_eq(transport, "smtp")) {
		doctor_say(d, DOCTOR_FINE, "relay",
			   "mail.transport is %s: no relay", transport);
		return;
	}
	snprintf(port, sizeof(port), "%" PRId64, js_int(mail, "port", 25));
	if (!str_eq(js_str(mail, "tls", "off"), "off")) {
		look_through_tls(d, host, port);
		return;
	}
	look_in_clear(d, host, port);
	say_no_tls(d, host);
}
