/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_SMS_HTTP_H
#define ETRIER_SMS_HTTP_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct diags;
struct err;
struct ynode;

/* A gateway that étrier does not know, described by its administrator
 * (sms.http_file; examples in conf/examples/sms). As JSON, after the check:
 *   method     "GET" | "POST" | "PUT"
 *   url        with {{variables}}; the key may not stand in it
 *   headers    {name: value}, with variables
 *   body_kind  "json" | "form": how a variable in body is escaped
 *   body       with variables; "" for GET
 *   success    {status: [int], pointer?, equals?}: any of these statuses, and
 *              the text at pointer is equals
 *   ref, segments, cost   JSON pointers into the answer; each may be absent.
 *              cost is in euros
 *   classes    {pointer, map: {text: class}}: what a refusal means; class is
 *              dead filtered opted_out credit credentials quota refused
 *   receipt    {params: {...}, map: {text: receipt}}: how a call-back is read,
 *              see sms_receipt.h for params; receipt is accepted delivered
 *              expired dead filtered opted_out
 * NULL with diagnostics, file:line:col of every mistake. New reference. */
json_t *sms_http_read(const struct ynode *root, struct diags *d);

/* What may stand between {{ and }}. to is E.164, to_digits without its plus;
 * callback is "" when no receipts are asked for. */
enum sms_http_var {
	SMS_HTTP_ID,
	SMS_HTTP_TO,
	SMS_HTTP_TO_DIGITS,
	SMS_HTTP_SENDER,
	SMS_HTTP_TEXT,
	SMS_HTTP_UNITS,
	SMS_HTTP_SEGMENTS,
	SMS_HTTP_ACCOUNT,
	SMS_HTTP_KEY,
	SMS_HTTP_CALLBACK,
	SMS_HTTP_N_VARS
};
enum sms_http_escape {
	SMS_HTTP_RAW,  /* a header: nothing but visible ASCII is let through */
	SMS_HTTP_FORM, /* a URL or a form: %XX for all but letters, digits and
			* - . _ ~ */
	SMS_HTTP_JSON  /* the inside of a string of JSON */
};
/* Fill text's variables. values[v] NULL counts as "". -1: ERR_INPUT (unknown
 * variable, no end, a line end in a header), ERR_LIMIT (out is full). */
int sms_http_fill(const char *text, enum sms_http_escape escape,
		  const char *const values[SMS_HTTP_N_VARS], struct buf *out,
		  struct err *err);
/* The value as that escape writes it. */
void sms_http_escape(enum sms_http_escape escape, const char *value,
		     struct buf *out);

/* The scalar at an RFC 6901 pointer ("/message/0/id", "" the whole), borrowed;
 * NULL: nothing there. */
const json_t *sms_http_at(const json_t *v, const char *pointer);

#endif
