/* SPDX-License-Identifier: EUPL-1.2 */
/* smsmode, POST /sms/v1/messages: 201 with a messageId (its notifier in Symfony
 * and domain.md; refClient and callbackUrlStatus from smsmode's own reference
 * as known, not tried). */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

static int build(const struct gateway_conf *c, const struct gateway_sms *m,
		 int64_t now, struct arena *a, struct gateway_request *r,
		 struct err *err)
{
	(void)now;
	(void)err;
	json_t *body = json_pack("{s:{s:s},s:{s:s},s:s,s:s}", "recipient", "to",
				 m->to + 1, "body", "text", m->text, "from",
				 gateway_sender(c, m), "refClient",
				 arena_printf(a, "%lld", (long long)m->id));
	BUG_ON(!body);
	js_put_str(body, "callbackUrlStatus", c->callback_url);
	r->method = "POST";
	r->url = c->url;
	gateway_json_body(r, a, body);
	gateway_header(r, a, "X-Api-Key: %s", c->key);
	return 0;
}

static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	(void)c;
	gateway_set_ref(out, json_object_get(body, "messageId"));
	if (!*out->ref || answer->status != 201)
		gateway_unclear(out);
}

const struct gateway gateway_smsmode = {
	.name = "smsmode",
	.url = "https://rest.smsmode.com/sms/v1/messages",
	.build = build,
	.judge = judge};
