/* SPDX-License-Identifier: EUPL-1.2 */
/* Call-backs of the SMS gateway: GET or POST /cb/sms/GATEWAY/SECRET, whichever
 * the gateway uses. It is no page: the secret in its address admits it, not a
 * method. A wrong one looks like any address that is not there, takes as long
 * to be found wrong whatever it is, and is a miss of its client.
 *
 *   request ─ parameters ─ sms_receipt.h ─ callback lines ─► engine
 *   200, empty  ◄─ done, whatever it was about
 *   503         ◄─ failed, or silence: the gateway says it again
 *
 * Nothing here is logged of what came: it holds numbers and words of people. */
#include "front.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/sms_receipt.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <event2/buffer.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "/cb/sms/"
#define TEXT   "text/plain; charset=utf-8"

bool front_is_callback(const char *path)
{
	return path && str_starts(path, "/cb/");
}

/* --- who calls --- */

/* In a time that says nothing about how much of it is right. */
static bool is_secret(const char *secret, const char *given)
{
	unsigned char a[32], b[32];
	crypto_generichash(a, sizeof(a), (const unsigned char *)secret,
			   strlen(secret), NULL, 0);
	crypto_generichash(b, sizeof(b), (const unsigned char *)given,
			   strlen(given), NULL, 0);
	return sodium_memcmp(a, b, sizeof(a)) == 0;
}

static bool is_admitted(const struct front *f, const char *path)
{
	const char *gateway = f->now.gateway;
	const char *secret = f->now.callback_secret;
	if (str_is_empty(secret) || str_is_empty(gateway) ||
	    !str_starts(path, PREFIX))
		return false;
	path += strlen(PREFIX);
	size_t n = strcspn(path, "/");
	bool is_gateway = n == strlen(gateway) && !memcmp(path, gateway, n);
	return is_gateway && path[n] == '/' && is_secret(secret, path + n + 1);
}

/* --- what it says --- */

static char *read_body(struct evhttp_request *req, size_t *n)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	*n = evbuffer_get_length(in);
	char *body = mem_alloc(*n + 1);
	evbuffer_copyout(in, body, *n);
	return body;
}

/* Objects, each the parameters of one call-back; NULL: neither form nor JSON.
 * A body of JSON may hold several. */
static json_t *read_events(struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *query = evhttp_uri_get_query(uri);
	size_t n, i, first = 0;
	struct err err;
	json_t *events = json_array(), *v, *one;
	char *body = read_body(req, &n);
	json_t *base = sms_fields_of_form(query ? query : "",
					  query ? strlen(query) : 0);
	while (first < n && strchr(" \t\r\n", body[first]) && body[first])
		first++;
	if (first < n && (body[first] == '{' || body[first] == '[')) {
		json_t *json = js_parse(body, n, &err);
		json_t *list =
			json_is_array(json) ? json_incref(json) : json_array();
		if (json && !json_is_array(json))
			json_array_append(list, json);
		json_array_foreach(list, i, v)
		{
			one = i < SMS_EVENTS_MAX ? sms_fields_of_json(v) : NULL;
			if (one) {
				sms_fields_join(one, base);
				json_array_append_new(events, one);
			}
		}
		if (!json) {
			json_decref(events);
			events = NULL;
		}
		json_decref(list);
		json_decref(json);
	} else {
		one = sms_fields_of_form(body, n);
		sms_fields_join(one, base);
		json_array_append_new(events, one);
	}
	json_decref(base);
	free(body);
	return events;
}

/* --- Twilio's signature --- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The address as Twilio was told it, then every parameter of the form, sorted,
 * name and value without anything between (Twilio, "Validating requests"). */
static void put_signed_text(const struct front *f, struct evhttp_request *req,
			    json_t *form, struct buf *out)
{
	const char *names[SMS_FIELDS_MAX] = {0}, *name;
	size_t n = 0;
	json_t *v;
	buf_adds(out, f->now.base_url);
	buf_adds(out, evhttp_request_get_uri(req));
	json_object_foreach(form, name, v)
	{
		if (n < SMS_FIELDS_MAX)
			names[n++] = name;
	}
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, names[i]);
		buf_adds(out, js_str(form, names[i], ""));
	}
}

static bool is_signed(const struct front *f, struct evhttp_request *req)
{
	const char *given = evhttp_find_header(
		evhttp_request_get_input_headers(req), "X-Twilio-Signature");
	unsigned char mac[HMAC_SHA1_BYTES];
	char own[sodium_base64_ENCODED_LEN(HMAC_SHA1_BYTES,
					   sodium_base64_VARIANT_ORIGINAL)];
	struct buf text;
	size_t n;
	if (!f->now.is_signed)
		return true;
	if (!given || !f->now.has_signing_key)
		return false;
	char *body = read_body(req, &n);
	json_t *form = sms_fields_of_form(body, n);
	buf_init(&text, 256 * 1024);
	put_signed_text(f, req, form, &text);
	hmac_sha1(&f->now.signing_key, text.data ? text.data : "", text.len,
		  mac);
	sodium_bin2base64(own, sizeof(own), mac, sizeof(mac),
			  sodium_base64_VARIANT_ORIGINAL);
	buf_clear(&text);
	json_decref(form);
	free(body);
	return is_secret(own, given);
}

/* --- all of it --- */

/* The lines for the engine; empty: nothing that concerns us. */
static json_t *read_lines(struct front *f, json_t *events)
{
	size_t i;
	json_t *fields, *lines = json_array();
	json_array_foreach(events, i, fields)
	{
		struct arena a;
		struct sms_callback c;
		struct err err;
		arena_init(&a);
		if (!sms_callback_read(f->now.gateway, f->now.receipt_map,
				       fields, &a, &c, &err) &&
		    c.told != SMS_TOLD_NOTHING) {
			json_t *line = wire_line("callback");
			json_t *said = sms_callback_line(f->now.gateway, &c);
			json_object_update(line, said);
			json_decref(said);
			json_array_append_new(lines, line);
		}
		arena_clear(&a);
	}
	return lines;
}

/* A state that no table knows, at each power of two. */
static void tell_odd(struct front *f)
{
	uint64_t n = ++f->n_odd;
	if (!(n & (n - 1)))
		log_event(LOG_NOTICE, "front.callback_odd", LOG_D("n", n));
}

void front_on_callback(struct front *f, struct evhttp_request *req,
		       const char *client)
{
	const char *path =
		evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
	if (!is_admitted(f, path) || !is_signed(f, req) ||
	    evhttp_request_get_command(req) == EVHTTP_REQ_HEAD) {
		front_miss(f, req, client);
		return;
	}
	json_t *events = read_events(req);
	if (!events) {
		tell_odd(f);
		front_reply(req, HTTP_BADREQUEST, TEXT, "", 0);
		return;
	}
	json_t *lines = read_lines(f, events);
	json_decref(events);
	if (json_array_size(lines)) {
		front_ask_all(f, req, lines);
		return;
	}
	json_decref(lines);
	tell_odd(f);
	front_reply(req, HTTP_OK, TEXT, "", 0);
}
