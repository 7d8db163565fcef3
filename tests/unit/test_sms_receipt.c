/* SPDX-License-Identifier: EUPL-1.2 */
/* Every state of every gateway's documentation is one of our six words or
 * nothing; what a stranger writes instead does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/sms_receipt.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

static struct arena a;

static json_t *fields_of(const char *text)
{
	struct err err;
	if (*text != '{')
		return sms_fields_of_form(text, strlen(text));
	json_t *v = js_parse(text, strlen(text), &err);
	assert_non_null(v);
	json_t *fields = sms_fields_of_json(v);
	json_decref(v);
	return fields;
}

static struct sms_callback read(const char *gateway, const char *text)
{
	struct sms_callback c;
	struct err err;
	json_t *fields = fields_of(text);
	if (sms_callback_read(gateway, NULL, fields, &a, &c, &err))
		fail_msg("%s", err.text);
	json_decref(fields);
	return c;
}

/* receipt NULL: nothing to do. */
struct row {
	const char *gateway, *text, *receipt, *ref, *code;
};

static const struct row receipts[] = {
	{"ovh", "id=27814656&ptt=3", "accepted", "27814656", "3"},
	{"ovh", "id=27814656&ptt=4&date=20261123120000&description=ok",
	 "delivered", "27814656", "4"},
	{"ovh", "id=1&ptt=8", "expired", "1", "8"},
	{"ovh", "id=1&ptt=24", "expired", "1", "24"},
	{"ovh", "id=1&ptt=26", "expired", "1", "26"},
	{"ovh", "id=1&ptt=23", "dead", "1", "23"},
	{"ovh", "id=1&ptt=27", "dead", "1", "27"},
	{"ovh", "id=1&ptt=28", "filtered", "1", "28"},
	{"ovh", "id=1&ptt=29", "filtered", "1", "29"},
	{"ovh", "id=1&ptt=202", "filtered", "1", "202"},
	{"ovh", "id=1&ptt=21", "filtered", "1", "21"},
	{"ovh", "id=1&ptt=6", NULL, NULL, NULL},
	{"ovh", "id=1&ptt=999", NULL, NULL, NULL},
	{"ovh", "ptt=4", NULL, NULL, NULL},
	{"brevo",
	 "{\"id\":7,\"messageId\":1511882900176220,"
	 "\"msg_status\":\"delivered\",\"to\":\"33639980001\"}",
	 "delivered", "1511882900176220", "delivered"},
	{"brevo", "{\"messageId\":5,\"msg_status\":\"soft_bounce\"}", "expired",
	 "5", "soft_bounce"},
	{"brevo", "{\"messageId\":5,\"msg_status\":\"hard_bounce\"}", "dead",
	 "5", "hard_bounce"},
	{"brevo", "{\"messageId\":5,\"msg_status\":\"blocked\"}", "filtered",
	 "5", "blocked"},
	{"brevo", "{\"messageId\":5,\"msg_status\":\"unsubscribe\"}",
	 "opted_out", "5", "unsubscribe"},
	{"twilio", "MessageSid=SM1&MessageStatus=sent", "accepted", "SM1",
	 "sent"},
	{"twilio", "MessageSid=SM1&MessageStatus=delivered", "delivered", "SM1",
	 "delivered"},
	{"twilio",
	 "MessageSid=SM1&MessageStatus=undelivered"
	 "&ErrorCode=30003",
	 "expired", "SM1", "30003"},
	{"twilio",
	 "MessageSid=SM1&MessageStatus=undelivered"
	 "&ErrorCode=30005",
	 "dead", "SM1", "30005"},
	{"twilio",
	 "MessageSid=SM1&MessageStatus=failed"
	 "&ErrorCode=21614",
	 "dead", "SM1", "21614"},
	{"twilio",
	 "MessageSid=SM1&MessageStatus=undelivered"
	 "&ErrorCode=30007",
	 "filtered", "SM1", "30007"},
	{"twilio",
	 "MessageSid=SM1&MessageStatus=failed"
	 "&ErrorCode=21610",
	 "opted_out", "SM1", "21610"},
	{"kannel", "message=12&d=8&reason=ACK%2F", "accepted", NULL, "ACK/"},
	{"kannel", "message=12&d=1", "delivered", NULL, "1"},
	{"kannel", "message=12&d=2", "dead", NULL, "2"},
	{"kannel", "message=12&d=2&reason=id%3A9+stat%3AEXPIRED", "expired",
	 NULL, "id:9 stat:EXPIRED"},
	{"kannel", "message=12&d=16&reason=", "dead", NULL, ""},
	{"kannel", "message=12&d=16&reason=NACK%2F1035%2FUnknown", "filtered",
	 NULL, "NACK/1035/Unknown"},
	{"kannel", "message=12&d=4", "accepted", NULL, "4"},
	{"kannel", "message=-3&d=1", NULL, NULL, NULL},
	{"smsmode",
	 "{\"messageId\":\"a-b\",\"status\":{\"value\":"
	 "\"DELIVERED\"},\"body\":{\"text\":\"x\"}}",
	 "delivered", "a-b", "DELIVERED"},
	{"smsfactor", "gsmsmsid=44&status=6&numero=33639980001", "delivered",
	 NULL, "6"},
	{"octopush",
	 "{\"message_id\":\"sms_1\",\"status\":"
	 "\"INVALID_DESTINATION_ADDRESS\"}",
	 "dead", "sms_1", "INVALID_DESTINATION_ADDRESS"},
	{"octopush",
	 "{\"message_id\":\"sms_1\",\"status\":"
	 "\"BLACKLISTED_NUMBER\"}",
	 "opted_out", "sms_1", "BLACKLISTED_NUMBER"},
	{"file", "ref=r&receipt=expired", "expired", "r", "expired"},
	{"file", "a=b", NULL, NULL, NULL},
	{"file", "", NULL, NULL, NULL},
};

static void receipts_of_every_gateway(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(receipts); i++) {
		const struct row *r = &receipts[i];
		struct sms_callback c = read(r->gateway, r->text);
		if (!r->receipt) {
			if (c.told != SMS_TOLD_NOTHING)
				fail_msg("%s %s says something", r->gateway,
					 r->text);
			continue;
		}
		const char *got =
			vocab_code(&vocab_sms_receipt, (int)c.receipt);
		if (c.told != SMS_TOLD_RECEIPT || !str_eq(got, r->receipt) ||
		    !str_eq(c.ref, r->ref) ||
		    (*r->code && !str_eq(c.code, r->code)))
			fail_msg("%s %s: %s of %s (%s)", r->gateway, r->text,
				 got, c.ref ? c.ref : "-",
				 c.code ? c.code : "-");
	}
}

static void replies_of_every_gateway(void **state)
{
	(void)state;
	static const struct {
		const char *gateway, *text, *words;
	} rows[] = {
		{"ovh", "id=9&sender=%2B33639980001&message=STOP&date=1",
		 "STOP"},
		{"brevo",
		 "{\"to\":\"33639980001\",\"msg_status\":\"replied\","
		 "\"reply\":\"oui\",\"date\":\"2026-11-23\"}",
		 "oui"},
		{"twilio",
		 "MessageSid=SM9&SmsStatus=received&Body=1"
		 "&From=%2B33639980001&To=%2B33639980099",
		 "1"},
		{"kannel", "from=%2B33639980001&to=38015&text=J%27arrive&id=u1",
		 "J'arrive"},
		{"kannel", "from=0639980001&text=caf%E9&id=u2", "café"},
		{"kannel", "from=+33639980001&text=%20&id=u2", ""},
		{"smsmode",
		 "{\"messageId\":\"m\",\"from\":\"33639980001\","
		 "\"body\":{\"text\":\"non\"}}",
		 "non"},
		{"smsfactor", "numero=33639980001&text=3", "3"},
		{"octopush", "{\"number\":\"+33639980001\",\"text\":\"2\"}",
		 "2"},
		{"file", "from=0639980001&text=a%00b%0Ac", "a b\nc"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sms_callback c = read(rows[i].gateway, rows[i].text);
		if (c.told != SMS_TOLD_REPLY ||
		    !str_eq(c.from, "+33639980001") ||
		    !str_eq(c.text, rows[i].words))
			fail_msg("%s %s: \"%s\" of %s", rows[i].gateway,
				 rows[i].text, c.text ? c.text : "-", c.from);
	}
	/* A hidden sender is nobody. */
	assert_int_equal(read("file", "from=MASQUE&text=oui").told,
			 SMS_TOLD_NOTHING);
	assert_int_equal(read("file", "text=oui").told, SMS_TOLD_NOTHING);
}

static void the_same_thing_has_the_same_key(void **state)
{
	(void)state;
	struct sms_callback one = read("ovh", "id=5&ptt=4"),
			    again = read("ovh", "ptt=4&id=5&date=later"),
			    other = read("ovh", "id=5&ptt=3"),
			    next = read("ovh", "id=6&ptt=4");
	assert_string_equal(one.key, again.key);
	assert_string_not_equal(one.key, other.key);
	assert_string_not_equal(one.key, next.key);
	assert_int_equal(strlen(one.key), 64);
	struct sms_callback r = read("file", "from=0639980001&text=1"),
			    t = read("file", "from=0639980001&text=1&at=7"),
			    d = read("file", "from=0639980001&text=1&id=7"),
			    e = read("file", "from=0639980001&text=2&id=7");
	assert_int_equal(r.key[0], '?');
	assert_int_not_equal(t.key[0], '?');
	assert_string_equal(d.key, e.key);
	assert_null(strstr(r.key, "639980001"));
}

static void http_follows_the_administrators_table(void **state)
{
	(void)state;
	struct sms_callback c;
	struct err err;
	json_t *m = js_parse(
		"{\"params\":{\"ref\":\"mid\",\"status\":\"st\",\"from\":"
		"\"src\",\"text\":\"body\"},\"map\":{\"OK\":\"delivered\","
		"\"KO\":\"dead\",\"HM\":\"nonsense\"}}",
		strlen("{\"params\":{\"ref\":\"mid\",\"status\":\"st\",\"from\":"
		       "\"src\",\"text\":\"body\"},\"map\":{\"OK\":"
		       "\"delivered\",\"KO\":\"dead\",\"HM\":\"nonsense\"}}"),
		&err);
	assert_non_null(m);
	static const char *const texts[] = {"mid=4&st=ok", "mid=4&st=KO",
					    "mid=4&st=HM",
					    "src=0639980001&body=oui"};
	static const int told[] = {SMS_TOLD_RECEIPT, SMS_TOLD_RECEIPT,
				   SMS_TOLD_NOTHING, SMS_TOLD_REPLY};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *f = sms_fields_of_form(texts[i], strlen(texts[i]));
		assert_int_equal(sms_callback_read("http", m, f, &a, &c, &err),
				 0);
		assert_int_equal(c.told, told[i]);
		if (i == 1)
			assert_int_equal(c.receipt, SMS_DEAD);
		json_decref(f);
	}
	json_t *f = json_object();
	assert_int_equal(sms_callback_read("http", NULL, f, &a, &c, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_int_equal(sms_callback_read("none", NULL, f, &a, &c, &err), -1);
	json_decref(f);
	json_decref(m);
}

static void a_stranger_cannot_make_it_large(void **state)
{
	(void)state;
	char text[20000];
	size_t n = 0;
	for (int i = 0; i < 500; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "k%d=v&", i);
	json_t *f = sms_fields_of_form(text, n);
	assert_int_equal(json_object_size(f), SMS_FIELDS_MAX);
	json_decref(f);
	memset(text, 'x', sizeof(text));
	memcpy(text, "a=", 2);
	f = sms_fields_of_form(text, sizeof(text));
	assert_int_equal(strlen(js_str(f, "a", "")), SMS_FIELD_MAX);
	json_decref(f);
	memcpy(text, "xx", 2);
	f = sms_fields_of_form(text, sizeof(text));
	assert_int_equal(json_object_size(f), 0);
	json_decref(f);
	n = (size_t)snprintf(text, sizeof(text), "from=0639980001&text=");
	memset(text + n, 'y', 4000);
	f = sms_fields_of_form(text, n + 4000);
	struct sms_callback c;
	struct err err;
	assert_int_equal(sms_callback_read("file", NULL, f, &a, &c, &err), 0);
	assert_true(strlen(c.text) <= SMS_TEXT_MAX);
	json_decref(f);
	/* The first of two counts, % that is none stays. */
	f = sms_fields_of_form("a=1&a=2&=3&b=%zz%4&c", 20);
	assert_string_equal(js_str(f, "a", ""), "1");
	assert_string_equal(js_str(f, "b", ""), "%zz%4");
	assert_string_equal(js_str(f, "c", "none"), "");
	json_decref(f);
}

static void a_line_carries_what_was_read(void **state)
{
	(void)state;
	struct sms_callback c = read("twilio", "MessageSid=S&MessageStatus="
					       "delivered&To=%2B33639980001");
	json_t *line = sms_callback_line("twilio", &c);
	assert_string_equal(js_str(line, "what", ""), "receipt");
	assert_string_equal(js_str(line, "receipt", ""), "delivered");
	assert_string_equal(js_str(line, "gateway", ""), "twilio");
	assert_string_equal(js_str(line, "ref", ""), "S");
	assert_string_equal(js_str(line, "to", ""), "+33639980001");
	json_decref(line);
	c = read("file", "from=0639980001&text=oui&id=1");
	line = sms_callback_line("file", &c);
	assert_string_equal(js_str(line, "what", ""), "reply");
	assert_string_equal(js_str(line, "text", ""), "oui");
	assert_null(json_object_get(line, "receipt"));
	json_decref(line);
}

static int set_up(void **state)
{
	(void)state;
	arena_init(&a);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_clear(&a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts_of_every_gateway),
		cmocka_unit_test(replies_of_every_gateway),
		cmocka_unit_test(the_same_thing_has_the_same_key),
		cmocka_unit_test(http_follows_the_administrators_table),
		cmocka_unit_test(a_stranger_cannot_make_it_large),
		cmocka_unit_test(a_line_carries_what_was_read),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
