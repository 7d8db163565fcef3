/* SPDX-License-Identifier: EUPL-1.2 */
/* OVHcloud, POST /1.0/sms/SERVICE/jobs (guides and TypeScript definitions of
 * OVHcloud, read for domain.md in 2026). Each request is signed with the time
 * of OVH's clock. A 200 without ids is a refusal, not a success. noStopClause:
 * our messages are no advertising, and the clause would cost eleven characters;
 * phoneDisplay: "flash" is not kept on the telephone. One credit is one segment
 * in France, so credits are counted as segments, never as euros. */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/str.h>

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALIDITY_MINUTES 2880 /* two days: an offer is older than that soon */

/* "$1$" and the SHA-1 of secret+consumer+METHOD+URL+body+time, in hex. SHA-1 is
 * OVH's choice. */
static char *sign(const struct gateway_conf *c, const struct gateway_request *r,
		  int64_t now, struct arena *a)
{
	char *text = mem_printf("%s+%s+%s+%s+%s+%lld", c->ovh_secret,
				c->ovh_consumer, r->method, r->url,
				r->body ? r->body : "", (long long)now);
	unsigned char hash[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned n = 0;
	int ok = EVP_Digest(text, strlen(text), hash, &n, EVP_sha1(), NULL);
	BUG_ON(!ok);
	sodium_bin2hex(hex, sizeof(hex), hash, n);
	sodium_memzero(text, strlen(text));
	free(text);
	return arena_printf(a, "$1$%s", hex);
}

static void put_signature(const struct gateway_conf *c, int64_t now,
			  struct arena *a, struct gateway_request *r)
{
	gateway_header(r, a, "X-Ovh-Application: %s", c->key);
	gateway_header(r, a, "X-Ovh-Consumer: %s", c->ovh_consumer);
	gateway_header(r, a, "X-Ovh-Timestamp: %lld", (long long)now);
	gateway_header(r, a, "X-Ovh-Signature: %s", sign(c, r, now, a));
}

static int build(const struct gateway_conf *c, const struct gateway_sms *m,
		 int64_t now, struct arena *a, struct gateway_request *r,
		 struct err *err)
{
	(void)err;
	json_t *body = json_pack(
		"{s:s,s:s,s:s,s:s,s:[s],s:b,s:s,s:s,s:i}", "charset", "UTF-8",
		"class", "phoneDisplay", "coding", "7bit", "message", m->text,
		"receivers", m->to, "noStopClause", 1, "priority", "medium",
		"tag", arena_printf(a, "etrier-%lld", (long long)m->id),
		"validityPeriod", VALIDITY_MINUTES);
	BUG_ON(!body);
	if (c->takes_replies && !c->number)
		json_object_set_new(body, "senderForResponse", json_true());
	else
		js_put_str(body, "sender", gateway_sender(c, m));
	r->method = "POST";
	r->url = arena_printf(a, "%s/sms/%s/jobs", c->url, c->account);
	gateway_json_body(r, a, body);
	put_signature(c, now, a, r);
	return 0;
}

static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	const json_t *ids = json_object_get(body, "ids");
	const json_t *invalid = json_object_get(body, "invalidReceivers");
	(void)c;
	(void)answer;
	if (!json_is_array(ids)) {
		gateway_unclear(out);
	} else if (json_array_size(ids) == 0) {
		bool is_number = json_array_size(invalid) > 0;
		gateway_set(out, is_number ? "dead" : "refused",
			    is_number ? "OVH does not take the number"
				      : "OVH took nothing");
	} else {
		gateway_set_ref(out, json_array_get(ids, 0));
		out->segments = (int)js_int(body, "totalCreditsRemoved", 0);
	}
}

static const char *classify(const struct gateway_conf *c,
			    const struct gateway_answer *answer,
			    const json_t *body)
{
	const char *code = js_str(body, "errorCode", "");
	const char *message = js_str(body, "message", "");
	(void)c;
	(void)answer;
	/* The time is off: the same call is good with a better one. */
	if (str_eq(code, "QUERY_TIME_OUT") || strstr(message, "timestamp"))
		return "network";
	if (strstr(message, "credit"))
		return "credit";
	return NULL;
}

static int build_list(const struct gateway_conf *c, int64_t now,
		      struct arena *a, struct gateway_request *r,
		      struct err *err)
{
	(void)err;
	r->method = "GET";
	r->url = arena_printf(a, "%s/sms/%s/blacklists", c->url, c->account);
	gateway_header(r, a, "Accept: application/json");
	put_signature(c, now, a, r);
	return 0;
}

static int read_list(const json_t *body, json_t *numbers)
{
	char e164[17];
	if (!json_is_array(body))
		return -1;
	for (size_t i = 0; i < json_array_size(body); i++) {
		const char *s = json_string_value(json_array_get(body, i));
		if (s && phone_normalise(s, e164) != PHONE_INVALID)
			json_array_append_new(numbers, json_string(e164));
	}
	return 0;
}

static void build_time(const struct gateway_conf *c, struct arena *a,
		       struct gateway_request *r)
{
	r->method = "GET";
	r->url = arena_printf(a, "%s/auth/time", c->url);
}

const struct gateway gateway_ovh = {.name = "ovh",
				    .url = "https://eu.api.ovh.com/1.0",
				    .build = build,
				    .judge = judge,
				    .classify = classify,
				    .build_list = build_list,
				    .read_list = read_list,
				    .build_time = build_time};
