/* SPDX-License-Identifier: EUPL-1.2 */
/* Twilio, POST /2010-04-01/Accounts/SID/Messages.json, form and Basic
 * (twilio.com, Messages resource and error dictionary, read for domain.md). Its
 * price comes later if at all, so it is not read here. */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX ((size_t)16 * 1024)

static void put_basic(const struct gateway_conf *c, struct arena *a,
		      struct gateway_request *r)
{
	char *pair = mem_printf("%s:%s", c->account, c->key);
	size_t n = strlen(pair);
	size_t size =
		sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_alloc(a, size);
	sodium_bin2base64(text, size, (const unsigned char *)pair, n,
			  sodium_base64_VARIANT_ORIGINAL);
	gateway_header(r, a, "Authorization: Basic %s", text);
	sodium_memzero(pair, n);
	free(pair);
}

static int build(const struct gateway_conf *c, const struct gateway_sms *m,
		 int64_t now, struct arena *a, struct gateway_request *r,
		 struct err *err)
{
	struct buf b;
	(void)now;
	(void)err;
	buf_init(&b, BODY_MAX);
	gateway_form(&b, "To", m->to);
	gateway_form(&b, "From", gateway_sender(c, m));
	gateway_form(&b, "Body", m->text);
	gateway_form(&b, "StatusCallback", c->callback_url);
	r->method = "POST";
	r->url = arena_printf(a, "%s/Accounts/%s/Messages.json", c->url,
			      c->account);
	r->body = arena_dup_n(a, b.data, b.len);
	gateway_header(r, a, "Content-Type: application/x-www-form-urlencoded");
	put_basic(c, a, r);
	buf_clear(&b);
	return 0;
}

static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	int64_t n;
	(void)c;
	(void)answer;
	gateway_set_ref(out, json_object_get(body, "sid"));
	if (!num_parse_int(js_str(body, "num_segments", ""), 1, 100, &n))
		out->segments = (int)n;
	if (!*out->ref)
		gateway_unclear(out);
}

static const char *classify(const struct gateway_conf *c,
			    const struct gateway_answer *answer,
			    const json_t *body)
{
	static const struct {
		int code;
		const char *class;
	} codes[] = {
		{20003, "credentials"}, {20005, "credentials"},
		{20429, "quota"},	{21211, "dead"},
		{21217, "dead"},	{21610, "opted_out"},
		{21611, "quota"},	{21614, "dead"},
		{30002, "credentials"}, {30005, "dead"},
		{30006, "dead"},	{30007, "filtered"},
		{14107, "quota"},
	};
	int64_t code = js_int(body, "code", 0);
	(void)c;
	(void)answer;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].class;
	return NULL;
}

const struct gateway gateway_twilio = {.name = "twilio",
				       .url = "https://api.twilio.com/"
					      "2010-04-01",
				       .build = build,
				       .judge = judge,
				       .classify = classify};
