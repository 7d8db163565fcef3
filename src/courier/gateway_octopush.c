/* SPDX-License-Identifier: EUPL-1.2 */
/* Octopush, POST /v1/public/sms-campaign/send (dev.octopush.com, "Send SMS",
 * November 2026). request_id makes a second copy of the same message an error
 * on their side for a day; our text is GSM-7 already, so it is not to be
 * "optimised". total_cost is in euros. */
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
	json_t *body = json_pack(
		"{s:[{s:s}],s:s,s:s,s:s,s:s,s:b,s:b,s:s}", "recipients",
		"phone_number", m->to, "text", m->text, "type", "sms_premium",
		"purpose", "alert", "sender", gateway_sender(c, m),
		"with_replies", (int)c->takes_replies, "auto_optimize_text", 0,
		"request_id", arena_printf(a, "etrier-%lld", (long long)m->id));
	BUG_ON(!body);
	r->method = "POST";
	r->url = c->url;
	gateway_json_body(r, a, body);
	gateway_header(r, a, "api-login: %s", c->account);
	gateway_header(r, a, "api-key: %s", c->key);
	return 0;
}

static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	(void)c;
	(void)answer;
	gateway_set_ref(out, json_object_get(body, "sms_ticket"));
	out->segments = (int)js_int(body, "number_of_sms_needed", 0);
	out->cost = gateway_thousandths(json_object_get(body, "total_cost"));
	if (!*out->ref)
		gateway_unclear(out);
	else if (js_int(body, "number_of_contacts", 1) < 1)
		gateway_set(out, "dead", "Octopush does not take the number");
}

const struct gateway gateway_octopush = {
	.name = "octopush",
	.url = "https://api.octopush.com/v1/public/sms-campaign/send",
	.build = build,
	.judge = judge};
