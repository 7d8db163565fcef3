/* SPDX-License-Identifier: EUPL-1.2 */
/* Call-backs of SMS gateways: which parameter of which gateway says what, and
 * what its states mean to us. Names and states are from the gateways' own
 * documentation (domain.md 3.4 and annex C, read in 2026); those of smsmode,
 * SMSFactor and Octopush have not been seen coming from them. A state nobody
 * knows is nothing: a gateway that invents one must not be answered with an
 * error for days. Who sent what is decided here, what it leads to is not. */
#include <etrier/arena.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/num.h>
#include <etrier/phone.h>
#include <etrier/sms_receipt.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include "sms_parts.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const receipt_codes[] = {[SMS_ACCEPTED] = "accepted",
					    [SMS_DELIVERED] = "delivered",
					    [SMS_EXPIRED] = "expired",
					    [SMS_DEAD] = "dead",
					    [SMS_FILTERED] = "filtered",
					    [SMS_OPTED_OUT] = "opted_out",
					    NULL};
static const char *const receipt_labels[] = {
	[SMS_ACCEPTED] = "en route",
	[SMS_DELIVERED] = "reçu",
	[SMS_EXPIRED] = "pas reçu",
	[SMS_DEAD] = "numéro qui ne marche plus",
	[SMS_FILTERED] = "bloqué",
	[SMS_OPTED_OUT] = "ne veut plus de SMS",
	NULL};
const struct vocab vocab_sms_receipt = {"sms_receipt", receipt_codes,
					receipt_labels, SMS_N_RECEIPTS};

#define CODE_MAX 40

/* The first of the names that has a value; NULL: none. */
static const char *pick(const json_t *fields, const char *const *names)
{
	for (; names && *names; names++) {
		const char *v = js_str(fields, *names, NULL);
		if (v)
			return v;
	}
	return NULL;
}

static int find_word(const struct sms_word *words, const char *value)
{
	for (; value && words && words->value; words++) {
		if (!strcasecmp(words->value, value))
			return (int)words->receipt;
	}
	return VOCAB_NONE;
}

/* "33639980001", "0033639980001", "+33 6 39 98 00 01": E.164, or "". */
static void read_number(const char *typed, char out[17])
{
	char plus[24];
	out[0] = '\0';
	if (!typed || strlen(typed) > sizeof(plus) - 2)
		return;
	/* A "+" that came as a blank: '+' is one in a form. */
	while (*typed == ' ')
		typed++;
	enum phone_kind kind = phone_normalise(typed, out);
	bool is_bare = *typed >= '1' && *typed <= '9' && strlen(typed) > 8;
	if (is_bare && (kind == PHONE_INVALID || kind == PHONE_SPECIAL)) {
		snprintf(plus, sizeof(plus), "+%s", typed);
		kind = phone_normalise(plus, out);
	}
	if (kind == PHONE_INVALID || kind == PHONE_SPECIAL)
		out[0] = '\0';
}

/* --- the gateways' states --- */

/* An SMSC behind Kannel that refuses says why beside it (Kannel's user guide
 * 1.4.5, %A): "NACK/..." of ours, "... stat:EXPIRED ..." of SMPP 3.4. */
static int kannel_refine(int receipt, const char *reason)
{
	if (receipt != SMS_DEAD || str_is_empty(reason))
		return receipt;
	if (strstr(reason, "stat:EXPIRED"))
		return SMS_EXPIRED;
	if (strstr(reason, "stat:REJECTD") || str_starts(reason, "NACK"))
		return SMS_FILTERED;
	return receipt;
}

static int read_receipt(const struct sms_gateway *g, const json_t *fields,
			const char *code)
{
	const char *status = pick(fields, g->status);
	int by_code = find_word(g->codes, code);
	int by_status = find_word(g->words, status);
	if (by_code != VOCAB_NONE)
		return by_code;
	return str_eq(g->name, "kannel") ? kannel_refine(by_status, code)
					 : by_status;
}

/* --- the same thing said twice --- */

static void hash(const char *const *parts, size_t n, char *out)
{
	unsigned char h[32];
	crypto_generichash_state s;
	crypto_generichash_init(&s, NULL, 0, sizeof(h));
	for (size_t i = 0; i < n; i++) {
		const char *p = parts[i] ? parts[i] : "";
		crypto_generichash_update(&s, (const unsigned char *)p,
					  strlen(p) + 1);
	}
	crypto_generichash_final(&s, h, sizeof(h));
	sodium_bin2hex(out, 65, h, sizeof(h));
}

static void put_key(struct sms_callback *c, const char *id)
{
	char message[24];
	snprintf(message, sizeof(message), "%" PRId64, c->message);
	if (c->told == SMS_TOLD_RECEIPT) {
		const char *parts[] = {
			c->ref, message,
			vocab_code(&vocab_sms_receipt, (int)c->receipt),
			c->code};
		hash(parts, 4, c->key);
		return;
	}
	const char *parts[] = {id, id ? "" : c->at, id ? "" : c->from,
			       id ? "" : c->to, id ? "" : c->text};
	bool is_vague = !id && !c->at;
	c->key[0] = '?';
	hash(parts, 5, c->key + is_vague);
}

/* --- one call-back --- */

static const char *keep(struct arena *a, const char *v, size_t max)
{
	return str_is_empty(v) ? NULL : utf8_clean(a, v, UTF8_ONE_LINE, max);
}

static void read_reply(const struct sms_gateway *g, const json_t *fields,
		       const char *text, struct arena *a,
		       struct sms_callback *out)
{
	out->told = SMS_TOLD_REPLY;
	out->text = utf8_clean(a, text, UTF8_LINES, SMS_TEXT_MAX);
	read_number(pick(fields, g->reply_from ? g->reply_from : g->from),
		    out->from);
	read_number(pick(fields, g->to), out->to);
	put_key(out, keep(a, pick(fields, g->id), SMS_FIELD_MAX));
	if (!*out->from) /* hidden, or no number: nobody's words */
		out->told = SMS_TOLD_NOTHING;
}

static void read_with(const struct sms_gateway *g, const json_t *fields,
		      struct arena *a, struct sms_callback *out)
{
	*out = (struct sms_callback){.told = SMS_TOLD_NOTHING};
	const char *code = pick(fields, g->code);
	const char *text = pick(fields, g->text);
	const char *message = pick(fields, g->message);
	int receipt = read_receipt(g, fields, code);
	out->at = keep(a, pick(fields, g->at), CODE_MAX);
	if (receipt == VOCAB_NONE && text) {
		read_reply(g, fields, text, a, out);
		return;
	}
	if (receipt == VOCAB_NONE)
		return;
	out->receipt = (enum sms_receipt)receipt;
	out->ref = keep(a, pick(fields, g->ref), 200);
	if (message && num_parse_int(message, 1, INT64_MAX, &out->message))
		out->message = 0;
	out->code = keep(a, code ? code : pick(fields, g->status), CODE_MAX);
	read_number(pick(fields, g->to), out->to);
	if (!out->ref && !out->message)
		return; /* of which SMS? */
	out->told = SMS_TOLD_RECEIPT;
	put_key(out, NULL);
}

/* --- "http": the administrator's own table --- */

enum { MAP_WORDS_MAX = 64 };

static const char *const *one_name(const json_t *params, const char *what,
				   struct arena *a)
{
	const char *name = js_str(params, what, NULL);
	const char **names = arena_array(a, 2, sizeof(*names));
	names[0] = name;
	names[1] = NULL;
	return names;
}

static const struct sms_word *read_words(json_t *map, struct arena *a)
{
	struct sms_word *words =
		arena_array(a, MAP_WORDS_MAX + 1, sizeof(*words));
	size_t n = 0;
	const char *value;
	json_t *v;
	json_object_foreach(map, value, v)
	{
		int r = vocab_find(&vocab_sms_receipt, json_string_value(v));
		if (r != VOCAB_NONE && n < MAP_WORDS_MAX)
			words[n++] = (struct sms_word){arena_dup(a, value),
						       (enum sms_receipt)r};
	}
	words[n] = (struct sms_word){0};
	return words;
}

static int read_mapping(const json_t *mapping, struct arena *a,
			struct sms_gateway *out, struct err *err)
{
	const json_t *p = json_object_get(mapping, "params");
	if (!json_is_object(p))
		return err_set(err, ERR_CONFIG,
			       "gateway http: no params for its call-backs");
	*out = (struct sms_gateway){
		.name = "http",
		.ref = one_name(p, "ref", a),
		.message = one_name(p, "message", a),
		.status = one_name(p, "status", a),
		.code = one_name(p, "code", a),
		.from = one_name(p, "from", a),
		.to = one_name(p, "to", a),
		.text = one_name(p, "text", a),
		.at = one_name(p, "at", a),
		.id = one_name(p, "id", a),
		.words = read_words(json_object_get(mapping, "map"), a)};
	return 0;
}

int sms_callback_read(const char *gateway, const json_t *mapping,
		      const json_t *fields, struct arena *a,
		      struct sms_callback *out, struct err *err)
{
	struct sms_gateway own = {0};
	if (str_eq(gateway, "http")) {
		if (read_mapping(mapping, a, &own, err))
			return -1;
		read_with(&own, fields, a, out);
		return 0;
	}
	const struct sms_gateway *g = sms_gateway_find(gateway);
	if (!g)
		return err_set(err, ERR_CONFIG,
			       "no call-backs are known of this gateway");
	read_with(g, fields, a, out);
	return 0;
}

json_t *sms_callback_line(const char *gateway, const struct sms_callback *c)
{
	json_t *line = json_object();
	bool is_reply = c->told == SMS_TOLD_REPLY;
	js_put_str(line, "gateway", gateway);
	js_put_str(line, "key", c->key);
	js_put_str(line, "what", is_reply ? "reply" : "receipt");
	js_put_str(line, "ref", c->ref);
	js_put_int(line, "message", c->message, 0);
	if (!is_reply)
		js_put_str(line, "receipt",
			   vocab_code(&vocab_sms_receipt, (int)c->receipt));
	js_put_str(line, "code", c->code);
	js_put_str(line, "from", *c->from ? c->from : NULL);
	js_put_str(line, "to", *c->to ? c->to : NULL);
	js_put_str(line, "text", is_reply ? c->text : NULL);
	js_put_str(line, "at", c->at);
	return line;
}
