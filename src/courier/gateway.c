/* SPDX-License-Identifier: EUPL-1.2 */
/* What all gateways have in common. The one rule that matters: a status that
 * leaves open whether the SMS was taken is "uncertain" and stays so. 429 and
 * 503 say that nothing was done; 500, 502 and 504 do not say it, and somebody
 * would get the same SMS twice.
 *
 *   2xx            the gateway's own judge
 *   429            retry, quota         503, 408   retry, network
 *   401 403 407 3xx 404 405             retry, credentials: the account or the
 *                                       address is wrong, the message is not
 *   402            retry, credit
 *   other 4xx      failed, refused
 *   other 5xx      uncertain
 *
 * What a gateway says is masked, and dropped when it repeats a secret. */
#include "gateway.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/sms_http.h>
#include <etrier/str.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct gateway *gateway_find(const char *name)
{
	static const struct gateway *const all[] = {
		&gateway_kannel,  &gateway_ovh,	      &gateway_brevo,
		&gateway_smsmode, &gateway_smsfactor, &gateway_octopush,
		&gateway_twilio,  &gateway_http};
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (str_eq(all[i]->name, name))
			return all[i];
	return NULL;
}

const char *gateway_sender(const struct gateway_conf *c,
			   const struct gateway_sms *m)
{
	return c->takes_replies && c->number ? c->number : m->from;
}

/* ---- requests ---- */

void gateway_header(struct gateway_request *r, struct arena *a, const char *fmt,
		    ...)
{
	char *text = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0 || r->n_headers == GATEWAY_HEADERS_MAX);
	r->headers[r->n_headers++] = arena_dup(a, text);
	free(text);
}

void gateway_json_body(struct gateway_request *r, struct arena *a,
		       json_t *body_take)
{
	char *text = json_dumps(body_take, JSON_COMPACT);
	BUG_ON(!text);
	r->body = arena_dup(a, text);
	gateway_header(r, a, "Content-Type: application/json; charset=utf-8");
	gateway_header(r, a, "Accept: application/json");
	free(text);
	json_decref(body_take);
}

void gateway_form(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, "%s%s=", out->len ? "&" : "", name);
	sms_http_escape(SMS_HTTP_FORM, value, out);
}

/* ---- answers ---- */

static const struct {
	const char *word;
	enum verdict_result result;
	int retry_after_s;
} classes[] = {
	{"dead", VERDICT_FAILED, 0},
	{"filtered", VERDICT_FAILED, 0},
	{"opted_out", VERDICT_FAILED, 0},
	{"refused", VERDICT_FAILED, 0},
	{"credit", VERDICT_RETRY, GATEWAY_ACCOUNT_RETRY_S},
	{"credentials", VERDICT_RETRY, GATEWAY_ACCOUNT_RETRY_S},
	{"quota", VERDICT_RETRY, GATEWAY_QUOTA_RETRY_S},
	{"network", VERDICT_RETRY, 0},
	{"lost", VERDICT_UNCERTAIN, 0},
};

void gateway_set(struct gateway_result *out, const char *class,
		 const char *said)
{
	int code = out->v.code;
	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (!str_eq(classes[i].word, class))
			continue;
		verdict_set(&out->v, classes[i].result, classes[i].word, said);
		out->v.retry_after_s = classes[i].retry_after_s;
		out->v.code = code;
		return;
	}
	BUG_ON(true);
}

void gateway_unclear(struct gateway_result *out)
{
	gateway_set(out, "lost", "the answer says nothing that we know");
}

void gateway_set_ref(struct gateway_result *out, const json_t *v)
{
	if (json_is_integer(v))
		snprintf(out->ref, sizeof(out->ref), "%lld",
			 (long long)json_integer_value(v));
	else if (json_is_string(v) &&
		 strlen(json_string_value(v)) <= GATEWAY_REF_MAX)
		str_copy(out->ref, sizeof(out->ref), json_string_value(v));
}

/* jansson keeps a real as a double; its six digits are written out again, so
 * that no arithmetic is done on it. */
int64_t gateway_thousandths(const json_t *v)
{
	char text[40];
	int64_t millionths;
	if (json_is_integer(v))
		snprintf(text, sizeof(text), "%lld",
			 (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(text, sizeof(text), "%.6f", json_real_value(v));
	else if (json_is_string(v))
		str_copy(text, sizeof(text), json_string_value(v));
	else
		return -1;
	if (num_parse_decimal(text, 6, 0, INT64_C(1000000000), &millionths))
		return -1;
	return num_div_round(millionths, 1000);
}

static const char *class_of_status(int status)
{
	switch (status) {
	case 429:
		return "quota";
	case 503:
	case 408:
		return "network";
	case 402:
		return "credit";
	case 401:
	case 403:
	case 404:
	case 405:
	case 407:
		return "credentials";
	default:
		break;
	}
	if (status >= 300 && status < 400)
		return "credentials";
	return status >= 400 && status < 500 ? "refused" : "lost";
}

/* The other side's words, where gateways have them. */
static const char *words_of(const struct gateway_answer *answer,
			    const json_t *body)
{
	static const char *const names[] = {
		"/message", "/error/message", "/details", "/description",
		"/detail",  "/error_code",    "/error",	  "/code"};
	if (!body)
		return answer->n_body && answer->body[0] != '<' ? answer->body
								: "";
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const json_t *v = sms_http_at(body, names[i]);
		if (json_is_string(v))
			return json_string_value(v);
	}
	return "";
}

static bool repeats(const char *said, const char *secret)
{
	return !str_is_empty(secret) && strstr(said, secret);
}

static const char *safe_words(const struct gateway_conf *c,
			      const struct gateway_sms *m, const char *said)
{
	bool is_bad = repeats(said, c->key) || repeats(said, c->ovh_secret) ||
		      repeats(said, c->ovh_consumer) ||
		      repeats(said, c->callback_url) ||
		      repeats(said, "/cb/sms/") || repeats(said, m->text);
	return is_bad ? "" : said;
}

static void fill_costs(const struct gateway_conf *c,
		       const struct gateway_sms *m, struct gateway_result *out)
{
	if (out->segments <= 0 || out->segments > UINT8_MAX)
		out->segments = m->segments;
	if (out->cost < 0 && c->segment_cost >= 0)
		out->cost = c->segment_cost * out->segments;
	/* What did not leave costs nothing, as far as anybody knows. */
	if (out->v.result == VERDICT_FAILED || out->v.result == VERDICT_RETRY)
		out->cost = -1;
}

void gateway_judge(const struct gateway_conf *c, const struct gateway_sms *m,
		   const struct gateway_answer *answer,
		   struct gateway_result *out)
{
	const struct gateway *g = c->gateway;
	json_t *body = NULL;
	const char *class;
	if (answer->n_body)
		body = js_parse(answer->body, answer->n_body, NULL);
	*out = (struct gateway_result){.cost = -1};
	verdict_set(&out->v, VERDICT_SENT, "ok", "");
	out->v.code = answer->status;
	if (answer->status >= 200 && answer->status < 300) {
		g->judge(c, answer, body, out);
	} else {
		class = g->classify ? g->classify(c, answer, body) : NULL;
		gateway_set(out,
			    class ? class : class_of_status(answer->status),
			    "");
		if (out->v.result == VERDICT_RETRY && answer->retry_after_s)
			out->v.retry_after_s = answer->retry_after_s;
	}
	if (out->v.result != VERDICT_SENT && !*out->v.text)
		verdict_clean(safe_words(c, m, words_of(answer, body)),
			      out->v.text);
	fill_costs(c, m, out);
	json_decref(body);
}

void gateway_lost(bool was_sent, const char *why, struct gateway_result *out)
{
	*out = (struct gateway_result){.cost = -1};
	gateway_set(out, was_sent ? "lost" : "network", why);
}

int64_t gateway_read_time(const struct gateway_answer *answer)
{
	char text[24];
	int64_t t;
	if (answer->status != 200 || answer->n_body >= sizeof(text))
		return -1;
	str_copy(text, sizeof(text), answer->body);
	return num_parse_int(str_trim(text), 1, INT64_C(1) << 40, &t) ? -1 : t;
}
