/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of SMS gateways' call-backs, one a gateway: names of parameters and
 * what its states mean to us. Facts from each one's documentation as domain.md
 * (3.4, annex C) has them; where it is silent, general knowledge, to be checked
 * against the first receipts that come. In doubt a state blames nobody: it is
 * "expired", not "dead". */
#include "sms_parts.h"

#include <etrier/str.h>

#include <stddef.h>

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* OVHcloud: GET with id, ptt, date, description, descriptionDlr. 5 undelivered
 * and 20 undeliverable say nothing of why; 21: no credit, 23: invalid,
 * blacklisted or barred, 28 and 29: the text, 202: blocked. */
static const struct sms_word ovh_words[] = {
	{"1", SMS_ACCEPTED},   {"2", SMS_ACCEPTED},
	{"3", SMS_ACCEPTED},   {"4", SMS_DELIVERED},
	{"5", SMS_EXPIRED},    {"8", SMS_EXPIRED},
	{"20", SMS_EXPIRED},   {"21", SMS_FILTERED},
	{"23", SMS_DEAD},      {"24", SMS_EXPIRED},
	{"25", SMS_EXPIRED},   {"26", SMS_EXPIRED},
	{"27", SMS_DEAD},      {"28", SMS_FILTERED},
	{"29", SMS_FILTERED},  {"73", SMS_EXPIRED},
	{"74", SMS_EXPIRED},   {"76", SMS_EXPIRED},
	{"202", SMS_FILTERED}, {0}};

static const struct sms_word brevo_words[] = {{"sent", SMS_ACCEPTED},
					      {"accepted", SMS_ACCEPTED},
					      {"delivered", SMS_DELIVERED},
					      {"soft_bounce", SMS_EXPIRED},
					      {"softBounce", SMS_EXPIRED},
					      {"hard_bounce", SMS_DEAD},
					      {"hardBounce", SMS_DEAD},
					      {"blocked", SMS_FILTERED},
					      {"rejected", SMS_FILTERED},
					      {"unsubscribe", SMS_OPTED_OUT},
					      {"unsubscribed", SMS_OPTED_OUT},
					      {"blacklisted", SMS_OPTED_OUT},
					      {0}};

static const struct sms_word smsmode_words[] = {
	{"SCHEDULED", SMS_ACCEPTED},  {"ENROUTE", SMS_ACCEPTED},
	{"DELIVERED", SMS_DELIVERED}, {"UNDELIVERED", SMS_EXPIRED},
	{"EXPIRED", SMS_EXPIRED},     {"UNDELIVERABLE", SMS_EXPIRED},
	{"INVALID_NUMBER", SMS_DEAD}, {"BLACKLISTED", SMS_OPTED_OUT},
	{"REJECTED", SMS_FILTERED},   {0}};

static const struct sms_word smsfactor_words[] = {
	{"0", SMS_ACCEPTED},	    {"6", SMS_DELIVERED},
	{"7", SMS_EXPIRED},	    {"delivered", SMS_DELIVERED},
	{"waiting", SMS_ACCEPTED},  {"undelivered", SMS_EXPIRED},
	{"expired", SMS_EXPIRED},   {"npai", SMS_DEAD},
	{"stop", SMS_OPTED_OUT},    {"blacklisted", SMS_OPTED_OUT},
	{"rejected", SMS_FILTERED}, {0}};

static const struct sms_word octopush_words[] = {
	{"DELIVERED", SMS_DELIVERED},
	{"SENT", SMS_ACCEPTED},
	{"UNDELIVERED", SMS_EXPIRED},
	{"NOT_DELIVERED", SMS_EXPIRED},
	{"UNKNOWN_DELIVERY", SMS_EXPIRED},
	{"EXPIRED", SMS_EXPIRED},
	{"INVALID_DESTINATION_ADDRESS", SMS_DEAD},
	{"BLACKLISTED_NUMBER", SMS_OPTED_OUT},
	{"NOT_ALLOWED", SMS_FILTERED},
	{"REJECTED", SMS_FILTERED},
	{0}};

static const struct sms_word twilio_words[] = {
	{"queued", SMS_ACCEPTED},     {"accepted", SMS_ACCEPTED},
	{"sending", SMS_ACCEPTED},    {"sent", SMS_ACCEPTED},
	{"delivered", SMS_DELIVERED}, {"undelivered", SMS_EXPIRED},
	{"failed", SMS_EXPIRED},      {0}};
static const struct sms_word twilio_codes[] = {
	{"21610", SMS_OPTED_OUT}, {"21614", SMS_DEAD},
	{"30003", SMS_EXPIRED},	  {"30004", SMS_FILTERED},
	{"30005", SMS_DEAD},	  {"30006", SMS_DEAD},
	{"30007", SMS_FILTERED},  {0}};

/* Kannel: we wrote the dlr-url ourselves; %d is a bit. */
static const struct sms_word kannel_words[] = {
	{"1", SMS_DELIVERED}, {"2", SMS_DEAD},	{"4", SMS_ACCEPTED},
	{"8", SMS_ACCEPTED},  {"16", SMS_DEAD}, {0}};

/* The gateway "file" sends nothing; who plays one speaks our own words. */
static const struct sms_word own_words[] = {{"accepted", SMS_ACCEPTED},
					    {"delivered", SMS_DELIVERED},
					    {"expired", SMS_EXPIRED},
					    {"dead", SMS_DEAD},
					    {"filtered", SMS_FILTERED},
					    {"opted_out", SMS_OPTED_OUT},
					    {0}};

static const struct sms_gateway all[] = {
	{.name = "ovh",
	 .ref = NAMES("id"),
	 .status = NAMES("ptt"),
	 .code = NAMES("ptt"),
	 .from = NAMES("sender", "senderid", "from"),
	 .to = NAMES("receiver", "number", "to"),
	 .text = NAMES("message", "text"),
	 .at = NAMES("date", "creationDatetime"),
	 .id = NAMES("id"),
	 .words = ovh_words},
	{.name = "brevo",
	 /* `id` is the webhook's own. */
	 .ref = NAMES("messageId", "message_id"),
	 .status = NAMES("msg_status", "event"),
	 .code = NAMES("error_code"),
	 .from = NAMES("to", "from"),
	 .to = NAMES("sender", "from"),
	 .text = NAMES("reply", "message"),
	 .at = NAMES("date", "ts_event"),
	 .words = brevo_words},
	{.name = "smsmode",
	 .ref = NAMES("messageId", "smsID"),
	 .message = NAMES("refClient"),
	 .status = NAMES("status.value", "status"),
	 .code = NAMES("status.detail", "status.value"),
	 .from = NAMES("from", "emitter"),
	 .to = NAMES("recipient.to", "receptor"),
	 .text = NAMES("body.text", "message"),
	 .at = NAMES("receivedDate", "acceptedAt", "date_reception"),
	 .id = NAMES("messageId"),
	 .words = smsmode_words},
	{.name = "smsfactor",
	 .ref = NAMES("ticket", "id_message"),
	 .message = NAMES("gsmsmsid"),
	 .status = NAMES("status", "statut"),
	 .code = NAMES("status", "statut"),
	 .from = NAMES("numero", "number", "from"),
	 .to = NAMES("to", "sender"),
	 .text = NAMES("text", "message"),
	 .at = NAMES("date"),
	 .id = NAMES("mo_id"),
	 .words = smsfactor_words},
	{.name = "octopush",
	 .ref = NAMES("message_id", "sms_ticket", "ticket"),
	 .status = NAMES("status"),
	 .code = NAMES("status"),
	 .from = NAMES("number", "from"),
	 .to = NAMES("sim_card_number", "to"),
	 .text = NAMES("text"),
	 .at = NAMES("reception_date", "delivery_date"),
	 .words = octopush_words},
	{.name = "twilio",
	 .ref = NAMES("MessageSid", "SmsSid"),
	 .status = NAMES("MessageStatus", "SmsStatus"),
	 .code = NAMES("ErrorCode"),
	 .from = NAMES("From"),
	 .to = NAMES("To"),
	 .text = NAMES("Body"),
	 .id = NAMES("MessageSid", "SmsSid"),
	 .words = twilio_words,
	 .codes = twilio_codes},
	/* dlr-url: ?message=OUR-ID&d=%d&reason=%A&ref=%F
	 * get-url: ?from=%p&to=%P&text=%b&id=%I&at=%T */
	{.name = "kannel",
	 .ref = NAMES("ref"),
	 .message = NAMES("message", "m"),
	 .status = NAMES("d", "type"),
	 .code = NAMES("reason", "answer", "A"),
	 .from = NAMES("from"),
	 .to = NAMES("to"),
	 .text = NAMES("text"),
	 .at = NAMES("at", "ts"),
	 .id = NAMES("id"),
	 .words = kannel_words},
	{.name = "file",
	 .ref = NAMES("ref"),
	 .message = NAMES("message"),
	 .status = NAMES("receipt"),
	 .code = NAMES("code"),
	 .from = NAMES("from"),
	 .to = NAMES("to"),
	 .text = NAMES("text"),
	 .at = NAMES("at"),
	 .id = NAMES("id"),
	 .words = own_words},
};

const struct sms_gateway *sms_gateway_find(const char *name)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (str_eq(all[i].name, name))
			return &all[i];
	}
	return NULL;
}
