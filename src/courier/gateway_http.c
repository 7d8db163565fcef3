/* SPDX-License-Identifier: EUPL-1.2 */
/* The gateway that its administrator described (sms_http.h). Nothing here knows
 * any gateway; what the description does not say is not guessed. */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/sms_http.h>
#include <etrier/str.h>

#include <stdio.h>
#include <string.h>

#define REQUEST_MAX ((size_t)16 * 1024)

static char *fill(const char *text, enum sms_http_escape escape,
		  const char *const *values, struct arena *a, struct err *err)
{
	struct buf b;
	char *out = NULL;
	buf_init(&b, REQUEST_MAX);
	if (!sms_http_fill(text, escape, values, &b, err))
		out = arena_dup_n(a, b.data ? b.data : "", b.len);
	buf_clear(&b);
	return out;
}

static int put_headers(const json_t *headers, const char *const *values,
		       struct arena *a, struct gateway_request *r,
		       struct err *err)
{
	const char *name;
	const json_t *v;
	union {
		const json_t *in;
		json_t *out;
	} walked = {headers};
	json_object_foreach(walked.out, name, v)
	{
		const char *text = fill(json_string_value(v), SMS_HTTP_RAW,
					values, a, err);
		if (!text)
			return -1;
		gateway_header(r, a, "%s: %s", name, text);
	}
	return 0;
}

static int build(const struct gateway_conf *c, const struct gateway_sms *m,
		 int64_t now, struct arena *a, struct gateway_request *r,
		 struct err *err)
{
	const json_t *h = c->http;
	const char *body = js_str(h, "body", "");
	bool is_form = str_eq(js_str(h, "body_kind", ""), "form");
	const char *values[SMS_HTTP_N_VARS] = {
		[SMS_HTTP_ID] = arena_printf(a, "%lld", (long long)m->id),
		[SMS_HTTP_TO] = m->to,
		[SMS_HTTP_TO_DIGITS] = m->to + 1,
		[SMS_HTTP_SENDER] = gateway_sender(c, m),
		[SMS_HTTP_TEXT] = m->text,
		[SMS_HTTP_UNITS] = arena_printf(a, "%d", m->units),
		[SMS_HTTP_SEGMENTS] = arena_printf(a, "%d", m->segments),
		[SMS_HTTP_ACCOUNT] = c->account,
		[SMS_HTTP_KEY] = c->key,
		[SMS_HTTP_CALLBACK] = c->callback_url};
	(void)now;
	r->method = arena_dup(a, js_str(h, "method", "POST"));
	r->url = fill(c->url, SMS_HTTP_FORM, values, a, err);
	if (!r->url ||
	    put_headers(json_object_get(h, "headers"), values, a, r, err))
		return -1;
	if (!*body)
		return 0;
	r->body = fill(body, is_form ? SMS_HTTP_FORM : SMS_HTTP_JSON, values, a,
		       err);
	return r->body ? 0 : -1;
}

/* The scalar at a pointer as text. */
static const char *text_at(const json_t *body, const char *pointer,
			   char out[64])
{
	const json_t *v = pointer ? sms_http_at(body, pointer) : NULL;
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	if (!json_is_integer(v))
		return NULL;
	snprintf(out, 64, "%lld", (long long)json_integer_value(v));
	return out;
}

static const char *classify(const struct gateway_conf *c,
			    const struct gateway_answer *answer,
			    const json_t *body)
{
	char text[64];
	const json_t *classes = json_object_get(c->http, "classes");
	const char *code =
		text_at(body, js_str(classes, "pointer", NULL), text);
	const char *class =
		code ? js_str(json_object_get(classes, "map"), code, NULL)
		     : NULL;
	(void)answer;
	return class;
}

static bool is_success(const json_t *success, int status, const json_t *body)
{
	const json_t *list = json_object_get(success, "status");
	const char *pointer = js_str(success, "pointer", NULL);
	char text[64];
	bool is_good = false;
	for (size_t i = 0; i < json_array_size(list); i++)
		is_good |=
			json_integer_value(json_array_get(list, i)) == status;
	if (!is_good || !pointer)
		return is_good;
	return str_eq(text_at(body, pointer, text),
		      js_str(success, "equals", ""));
}

static void judge(const struct gateway_conf *c,
		  const struct gateway_answer *answer, const json_t *body,
		  struct gateway_result *out)
{
	const json_t *h = c->http;
	const char *class = classify(c, answer, body);
	const char *ref = js_str(h, "ref", NULL);
	const char *segments = js_str(h, "segments", NULL);
	const char *cost = js_str(h, "cost", NULL);
	if (!is_success(json_object_get(h, "success"), answer->status, body)) {
		/* It said why it did not, or it may have. */
		if (class)
			gateway_set(out, class, "");
		else
			gateway_unclear(out);
		return;
	}
	if (ref)
		gateway_set_ref(out, sms_http_at(body, ref));
	if (segments)
		out->segments =
			(int)json_integer_value(sms_http_at(body, segments));
	if (cost)
		out->cost = gateway_thousandths(sms_http_at(body, cost));
}

const struct gateway gateway_http = {
	.name = "http", .build = build, .judge = judge, .classify = classify};
