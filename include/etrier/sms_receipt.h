/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SMS_RECEIPT_H
#define ETRIER_SMS_RECEIPT_H

#include <etrier/vocab.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

/* What an SMS gateway calls back with, in our words. Pure: a table of each
 * gateway's names of parameters and states (domain.md, annex C), no clock, no
 * I/O. Everything in it was written by a stranger. */

enum sms_receipt {
	SMS_ACCEPTED,  /* on its way: nothing is known yet */
	SMS_DELIVERED, /* on the telephone */
	SMS_EXPIRED,   /* not delivered, and nobody is to blame */
	SMS_DEAD,      /* no such number: do not use it again */
	SMS_FILTERED,  /* refused for what we sent or owe: our fault */
	SMS_OPTED_OUT, /* the gateway's own list of who said stop */
	SMS_N_RECEIPTS
};
extern const struct vocab vocab_sms_receipt; /* accepted delivered ... */

/* Parameters of one call-back, their names and their values; more is cut. */
#define SMS_FIELDS_MAX	   64
#define SMS_FIELD_NAME_MAX 64
#define SMS_FIELD_MAX	   8000
#define SMS_TEXT_MAX	   1600 /* ten segments; more is cut */
/* Objects in one JSON body, for gateways that collect them. */
#define SMS_EVENTS_MAX 50

/* {"name": "value"}, both strings, of "a=b&c=d" with %XX and + for a blank.
 * A name met twice keeps its first value, as a gateway writes each once. What
 * is not UTF-8 is read as Latin-1. */
json_t *sms_fields_of_form(const char *text, size_t n);
/* The same of an object of JSON: numbers and booleans as text, members of
 * members as "outer.inner", arrays left out. Not an object: NULL. */
json_t *sms_fields_of_json(json_t *object);
/* b added to a; a's own names win. */
void sms_fields_join(json_t *a, json_t *b);

enum sms_told {
	SMS_TOLD_NOTHING, /* understood, and nothing to do */
	SMS_TOLD_RECEIPT,
	SMS_TOLD_REPLY
};
struct sms_callback { /* NULL, 0 and "" are absent; strings in the arena */
	enum sms_told told;
	enum sms_receipt receipt; /* of SMS_TOLD_RECEIPT */
	const char *ref;	  /* the gateway's id of our SMS */
	int64_t message;	  /* our own, when it gives it back */
	const char *code;	  /* its own word or number, at most 40 bytes */
	char from[17], to[17];	  /* E.164; of a reply: the young person, us */
	const char *text;	  /* of a reply, clean, SMS_TEXT_MAX bytes */
	const char *at;		  /* as the gateway writes dates */
	/* Says the same thing for the same call-back, without anybody's number
	 * in it. Begins with '?' when the gateway gave neither an id nor a
	 * time, so that only the day can tell two apart. */
	char key[66];
};
/* gateway: a word of sms.gateway. mapping is for "http" alone, else NULL:
 * {"params": {"ref" "message" "status" "code" "from" "to" "text" "at" "id":
 * name}, "map": {status: receipt}}. ERR_CONFIG: no such gateway, or a mapping
 * without params; whatever the fields are is no error. */
int sms_callback_read(const char *gateway, const json_t *mapping,
		      const json_t *fields, struct arena *a,
		      struct sms_callback *out, struct err *err);
/* The `callback` line's members (wire.h) of it, without id. */
json_t *sms_callback_line(const char *gateway, const struct sms_callback *c);

#endif
