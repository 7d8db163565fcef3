/* SPDX-License-Identifier: EUPL-1.2 */
/* Kannel 1.4.5 of Debian, sendsms by POST: with its X-Kannel headers neither
 * password nor number stands in an address, and its logs stay clean (seen: with
 * GET the smsbox writes the password into its log). Coding 0 would silently
 * turn what is not GSM-7 into "?"; the text has been transliterated before.
 * The dlr-url gives our own id back; Kannel itself gives none. */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

/* delivered, failed, at the SMSC, rejected: not "queued", which says nothing */
#define DLR_MASK	 27
#define VALIDITY_MINUTES 2880

static int build(const struct gateway_conf *c, const struct gateway_sms *m,
		 int64_t now, struct arena *a, struct gateway_request *r,
		 struct err *err)
{
	(void)now;
	(void)err;
	r->method = "POST";
	r->url = c->url;
	r->body = m->text;
	gateway_header(r, a, "Content-Type: text/plain; charset=UTF-8");
	gateway_header(r, a, "X-Kannel-Username: %s", c->account);
	gateway_header(r, a, "X-Kannel-Password: %s", c->key);
	gateway_header(r, a, "X-Kannel-From: %s", gateway_sender(c, m));
	gateway_header(r, a, "X-Kannel-To: %s", m->to);
	gateway_header(r, a, "X-Kannel-Coding: 0");
	gateway_header(r, a, "X-Kannel-Validity: %d", VALIDITY_MINUTES);
	if (!c->callback_url)
		return 0;
	gateway_header(r, a, "X-Kannel-DLR-Mask: %d", DLR_MASK);
	gateway_header(r, a,
		       "X-Kannel-DLR-Url: %s?message=%lld&d=%%d&reason=%%A"
		       "&ref=%%F",
		       c->callback_url, (long long)m->id);
	return 0;
}

/* "0: Accepted for delivery", "3: Queued for later delivery". */
static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	(void)c;
	(void)body;
	if (answer->status != 202 || (!str_starts(answer->body, "0:") &&
				      !str_starts(answer->body, "3:")))
		gateway_unclear(out);
}

static const char *classify(const struct gateway_conf *c,
			    const struct gateway_answer *answer,
			    const json_t *body)
{
	(void)c;
	(void)body;
	if (answer->status == 400 &&
	    (strstr(answer->body, "'to'") || strstr(answer->body, "Number(s)")))
		return "dead";
	return NULL;
}

const struct gateway gateway_kannel = {
	.name = "kannel", .build = build, .judge = judge, .classify = classify};
