/* SPDX-License-Identifier: EUPL-1.2 */
/* SMSFactor (dev.smsfactor.com, pages "Campaign", "Getting started" and
 * "Blacklist", November 2026). The form by POST: with GET number and text would
 * stand in an address. 200 alone is no success: status 1 and one sent is; -8 is
 * "looked at by a person, do not send again". What it calls cost is credits. */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/phone.h>
#include <etrier/str.h>

enum {
	STATUS_OK = 1,
	STATUS_CREDENTIALS = -1,
	STATUS_CREDIT = -3,
	STATUS_MODERATED = -8,
	STATUS_UNKNOWN = -99
};

static int build(const struct gateway_conf *c, const struct gateway_sms *m,
		 int64_t now, struct arena *a, struct gateway_request *r,
		 struct err *err)
{
	(void)now;
	(void)err;
	json_t *body = json_pack("{s:{s:{s:s,s:s,s:s,s:i},s:{s:[{s:s,s:s}]}}}",
				 "sms", "message", "text", m->text, "pushtype",
				 "alert", "sender", gateway_sender(c, m),
				 "unicode", 0, "recipients", "gsm", "gsmsmsid",
				 arena_printf(a, "%lld", (long long)m->id),
				 "value", m->to + 1);
	BUG_ON(!body);
	r->method = "POST";
	r->url = arena_printf(a, "%s/send", c->url);
	gateway_json_body(r, a, body);
	gateway_header(r, a, "Authorization: Bearer %s", c->key);
	return 0;
}

/* Taken, but for nobody: why. */
static const char *why_none(const json_t *body)
{
	static const struct {
		const char *count, *class;
	} counts[] = {{"blacklisted", "opted_out"}, {"npai", "dead"},
		      {"invalid", "dead"},	    {"flood", "quota"},
		      {"not_allowed", "refused"},   {"country_limit", "quota"}};
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (js_int(body, counts[i].count, 0) > 0)
			return counts[i].class;
	return "refused";
}

static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	int64_t status = js_int(body, "status", STATUS_UNKNOWN);
	(void)c;
	(void)answer;
	gateway_set_ref(out, json_object_get(body, "ticket"));
	if (status == STATUS_MODERATED)
		return;
	if (status == STATUS_CREDENTIALS)
		gateway_set(out, "credentials", "");
	else if (status == STATUS_CREDIT)
		gateway_set(out, "credit", "");
	else if (status == STATUS_UNKNOWN)
		gateway_unclear(out);
	else if (status != STATUS_OK)
		gateway_set(out, "refused", "");
	else if (js_int(body, "sent", 0) < 1)
		gateway_set(out, why_none(body), "");
}

static int build_list(const struct gateway_conf *c, int64_t now,
		      struct arena *a, struct gateway_request *r,
		      struct err *err)
{
	(void)now;
	(void)err;
	r->method = "GET";
	r->url = arena_printf(a, "%s/blacklist", c->url);
	gateway_header(r, a, "Accept: application/json");
	gateway_header(r, a, "Authorization: Bearer %s", c->key);
	return 0;
}

static int read_list(const json_t *body, json_t *numbers)
{
	const json_t *list = json_object_get(body, "list");
	struct arena a;
	if (!json_is_array(list))
		return -1;
	arena_init(&a);
	for (size_t i = 0; i < json_array_size(list); i++) {
		char e164[17];
		const char *s =
			js_str(json_array_get(list, i), "destination", "");
		/* written without its plus */
		if (*s && *s != '+')
			s = arena_printf(&a, "+%s", s);
		if (*s && phone_normalise(s, e164) != PHONE_INVALID)
			json_array_append_new(numbers, json_string(e164));
	}
	arena_clear(&a);
	return 0;
}

const struct gateway gateway_smsfactor = {.name = "smsfactor",
					  .url = "https://api.smsfactor.com",
					  .build = build,
					  .judge = judge,
					  .build_list = build_list,
					  .read_list = read_list};
