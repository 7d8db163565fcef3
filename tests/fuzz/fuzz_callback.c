/* SPDX-License-Identifier: EUPL-1.2 */
/* Call-backs of SMS gateways, as a form and as JSON, through every gateway's
 * table: whatever the bytes are, what comes out is capped, is UTF-8, and says
 * the same thing twice; and the words of a reply are read without harm. */
#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/sms_receipt.h>
#include <etrier/sms_reply.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_one(const char *gateway, const json_t *fields)
{
	struct sms_callback c, again;
	struct err err;
	struct arena a;
	arena_init(&a);
	BUG_ON(sms_callback_read(gateway, NULL, fields, &a, &c, &err));
	BUG_ON(sms_callback_read(gateway, NULL, fields, &a, &again, &err));
	BUG_ON(c.told != again.told || !str_eq(c.key, again.key));
	if (c.told == SMS_TOLD_RECEIPT)
		BUG_ON(!c.ref && !c.message);
	if (c.told == SMS_TOLD_REPLY) {
		BUG_ON(!c.text || strlen(c.text) > SMS_TEXT_MAX);
		BUG_ON(!utf8_is_valid(c.text, strlen(c.text)));
		BUG_ON(c.from[0] != '+');
		(void)sms_reply_read(c.text);
	}
	if (c.told != SMS_TOLD_NOTHING)
		BUG_ON(strlen(c.key) < 64);
	json_decref(sms_callback_line(gateway, &c));
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const gateways[] = {
		"ovh",	    "brevo",  "smsmode", "smsfactor",
		"octopush", "twilio", "kannel",	 "file"};
	const char *s = (const char *)data;
	struct err err;
	json_t *both[2] = {sms_fields_of_form(s, n), NULL};
	json_t *body = js_parse(s, n, &err);
	if (body)
		both[1] = sms_fields_of_json(body);
	for (int i = 0; i < 2 && both[i]; i++) {
		BUG_ON(json_object_size(both[i]) > SMS_FIELDS_MAX);
		for (size_t g = 0; g < ARRAY_LEN(gateways); g++)
			check_one(gateways[g], both[i]);
	}
	json_decref(both[0]);
	json_decref(both[1]);
	json_decref(body);
	char *text = mem_dup_n(s, n);
	(void)sms_reply_read(text);
	free(text);
	return 0;
}
