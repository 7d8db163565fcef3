/* SPDX-License-Identifier: EUPL-1.2 */
/* Brevo, POST /v3/transactionalSMS/send (developers.brevo.com, reference and
 * changelog of May 2025, read for domain.md). The text never holds the words
 * [STOP CODE]: with them a transactional message becomes marketing and waits
 * for its hours. */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <string.h>

static int build(const struct gateway_conf *c, const struct gateway_sms *m,
		 int64_t now, struct arena *a, struct gateway_request *r,
		 struct err *err)
{
	(void)now;
	(void)err;
	json_t *body =
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "sender",
			  gateway_sender(c, m), "recipient", m->to + 1,
			  "content", m->text, "type", "transactional", "tag",
			  arena_printf(a, "etrier-%lld", (long long)m->id),
			  "unicodeEnabled", 0);
	BUG_ON(!body);
	js_put_str(body, "webUrl", c->callback_url);
	r->method = "POST";
	r->url = c->url;
	gateway_json_body(r, a, body);
	gateway_header(r, a, "api-key: %s", c->key);
	return 0;
}

static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	(void)c;
	(void)answer;
	gateway_set_ref(out, json_object_get(body, "messageId"));
	out->segments = (int)js_int(body, "smsCount", 0);
	if (!*out->ref)
		gateway_unclear(out);
}

static const char *classify(const struct gateway_conf *c,
			    const struct gateway_answer *answer,
			    const json_t *body)
{
	const char *code = js_str(body, "code", "");
	const char *message = js_str(body, "message", "");
	(void)c;
	(void)answer;
	if (str_eq(code, "not_enough_credits"))
		return "credit";
	if (str_eq(code, "unauthorized") || str_eq(code, "permission_denied"))
		return "credentials";
	if (str_eq(code, "invalid_parameter") &&
	    (strstr(message, "telephone") || strstr(message, "phone")))
		return "dead";
	return NULL;
}

const struct gateway gateway_brevo = {
	.name = "brevo",
	.url = "https://api.brevo.com/v3/transactionalSMS/send",
	.build = build,
	.judge = judge,
	.classify = classify};
