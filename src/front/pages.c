/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages: every one is a question to the engine. A GET shows, a POST acts; a
 * HEAD is a GET without a body. The request waits in a list for the answer
 * with its number; the client may leave meanwhile. A POST with any body acts:
 * RFC 8058 has "List-Unsubscribe=One-Click" in it, but who presses a button
 * that says stop is not asked for more. Nothing here redirects or sets a
 * cookie, and no page tells an unknown token from an expired one. */
#include "front.h"

#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/front.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <event2/event.h>
#include <event2/http_struct.h>
#include <stdlib.h>
#include <string.h>

#define HTML "text/html; charset=utf-8"
#define TEXT "text/plain; charset=utf-8"
/* What a person reads when there is no page to show. */
#define BUSY	      "Le service est occupé. Réessayez dans une minute.\n"
#define CLOSED	      "Trop d'essais. Réessayez dans dix minutes.\n"
#define ADMIN_PATHS   "there are /healthz and /metrics\n"
#define HTTP_TOO_MANY 429 /* RFC 6585; libevent has no name for it */
#define METRICS	      "application/openmetrics-text; version=1.0.0; charset=utf-8"

struct pending {
	struct front *front;
	struct evhttp_request *req;
	struct event *timer;
	int64_t id;
	enum front_page page; /* when found */
	const char *type;  /* NULL: a page; else the engine's text as it is */
	int n_ids, n_left; /* lines of a call-back, from id on; 0: a page */
	bool has_failed;
	char client[FRONT_CLIENT_MAX];
	struct pending *next;
};

/* Templates of pages begin with "page-", partials too: those of "_" belong to
 * the messages and travel with them. */
#define PAGES	 "fr/"
#define PARTIALS "page-"
#define SUFFIX	 ".mustache"
static const char *const page_names[PAGE_COUNT] = {
	PAGES "page-unsubscribe.html" SUFFIX,
	PAGES "page-unsubscribed.html" SUFFIX, PAGES "page-gone.html" SUFFIX};

static const char *text_of(const json_t *templates, const char *name)
{
	size_t i;
	json_t *t;
	json_array_foreach(templates, i, t)
	{
		if (str_eq(js_str(t, "name", ""), name))
			return js_str(t, "text", NULL);
	}
	return NULL;
}

static const char *find_partial(void *ctx, const char *name)
{
	const json_t *templates = ctx;
	if (!str_starts(name, PARTIALS))
		return NULL;
	char *file = mem_printf(PAGES "%s" SUFFIX, name);
	const char *text = text_of(templates, file);
	free(file);
	return text;
}

/* What the engine's `page` and `done` carry for an unsubscribe link; the page
 * for a link that leads nowhere has nothing to say about anybody. */
static json_t *sample_model(enum front_page page)
{
	json_t *m = json_object();
	if (page == PAGE_GONE)
		return m;
	js_put_str(m, "agency", "Mission Locale d'essai");
	js_put_str(m, "channel_fr", "SMS");
	json_object_set_new(m, "is_sms", json_true());
	return m;
}

static struct template *compile(enum front_page page, json_t *templates,
				struct diags *d)
{
	struct err err = {0};
	const char *name = page_names[page];
	const char *text = text_of(templates, name);
	if (!text) {
		diag_add(d, DIAG_ERROR, name, 0, 0, "the template is missing");
		return NULL;
	}
	json_t *sample = sample_model(page);
	struct template *t =
		template_new(name, text, TEMPLATE_HTML, find_partial, templates,
			     sample, &err);
	json_decref(sample);
	if (!t) /* its text names file, line and column */
		diag_add(d, DIAG_ERROR, "", 0, 0, "%s", err.text);
	return t;
}

int front_pages_compile(struct front_config *c, const json_t *templates,
			struct diags *d)
{
	int result = 0;
	json_t *own = json_deep_copy(templates); /* find_partial() wants void */
	for (int i = 0; i < PAGE_COUNT; i++) {
		c->pages[i] = compile((enum front_page)i, own, d);
		if (!c->pages[i])
			result = -1;
	}
	json_decref(own);
	return result;
}

/* Out of the list; the request is the caller's to answer. */
static void forget(struct pending *p)
{
	struct front *f = p->front;
	struct evhttp_connection *c = evhttp_request_get_connection(p->req);
	for (struct pending **k = &f->pending; *k; k = &(*k)->next) {
		if (*k == p) {
			*k = p->next;
			break;
		}
	}
	f->n_pending--;
	if (c)
		evhttp_connection_set_closecb(c, NULL, NULL);
	event_free(p->timer);
	free(p);
}

/* A broken engine fails each request: a line for the first, then at each power
 * of two, so that nobody can fill the journal by asking. */
static void complain(struct front *f, const char *event)
{
	uint64_t n = ++f->n_complaints;
	if (!(n & (n - 1)))
		log_event(LOG_WARNING, event, LOG_D("n", n));
}

static void reply_busy(struct evhttp_request *req)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), "Retry-After",
			  "60");
	front_reply(req, HTTP_SERVUNAVAIL, TEXT, BUSY, strlen(BUSY));
}

void front_drop_pending(struct front *f)
{
	while (f->pending) {
		struct evhttp_request *req = f->pending->req;
		forget(f->pending);
		reply_busy(req);
	}
}

/* evhttp frees the request with its connection, unless it took the two apart
 * before (a connection that broke while it was ours). */
static void on_client_gone(struct evhttp_connection *conn, void *ctx)
{
	(void)conn;
	struct pending *p = ctx;
	struct evhttp_request *req = p->req;
	forget(p);
	if (!evhttp_request_get_connection(req))
		evhttp_request_free(req);
}

static void on_silence(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	struct pending *p = ctx;
	struct evhttp_request *req = p->req;
	complain(p->front, "front.engine_silent");
	forget(p);
	reply_busy(req);
}

static struct pending *remember(struct front *f, struct evhttp_request *req)
{
	struct pending *p = mem_alloc(sizeof(*p));
	p->front = f;
	p->req = req;
	p->id = ++f->next_id;
	p->timer = evtimer_new(f->base, on_silence, p);
	BUG_ON(!p->timer);
	const struct timeval wait = {.tv_sec = f->answer_ms / 1000,
				     .tv_usec = f->answer_ms % 1000 * 1000};
	event_add(p->timer, &wait);
	evhttp_connection_set_closecb(evhttp_request_get_connection(req),
				      on_client_gone, p);
	p->next = f->pending;
	f->pending = p;
	f->n_pending++;
	return p;
}

void front_ask_all(struct front *f, struct evhttp_request *req,
		   json_t *lines_take)
{
	size_t i;
	json_t *line;
	int n = (int)json_array_size(lines_take);
	if (f->n_pending >= FRONT_PENDING_MAX || n > FRONT_LINES_MAX) {
		reply_busy(req);
		json_decref(lines_take);
		return;
	}
	struct pending *p = remember(f, req);
	p->n_ids = p->n_left = n;
	f->next_id += n - 1;
	json_array_foreach(lines_take, i, line)
	{
		js_put_int(line, "id", p->id + (int64_t)i, -1);
		wire_send(f->engine, json_incref(line));
	}
	json_decref(lines_take);
}

/* Send the question; the answer finds the request again. token may be NULL.
 * NULL after an answer was sent. */
static struct pending *ask(struct front *f, struct evhttp_request *req,
			   const char *line_type, const char *kind,
			   const char *token)
{
	if (f->n_pending >= FRONT_PENDING_MAX) {
		reply_busy(req);
		return NULL;
	}
	struct pending *p = remember(f, req);
	json_t *line = wire_line(line_type);
	js_put_int(line, "id", p->id, -1);
	js_put_str(line, "kind", kind);
	js_put_str(line, "token", token);
	wire_send(f->engine, line);
	return p;
}

static void reply_page(struct front *f, struct evhttp_request *req, int code,
		       enum front_page page, const json_t *model)
{
	struct buf out;
	struct err err = {0};
	buf_init(&out, TEMPLATE_OUTPUT_MAX);
	if (template_render(f->now.pages[page], model, &out, &err))
		code = HTTP_INTERNAL;
	front_reply(req, code, HTML, out.data ? out.data : "", out.len);
	buf_clear(&out);
}

static void reply_gone(struct front *f, struct evhttp_request *req)
{
	json_t *model = sample_model(PAGE_GONE);
	reply_page(f, req, HTTP_NOTFOUND, PAGE_GONE, model);
	json_decref(model);
}

static void count_miss(struct front *f, const char *client)
{
	/* Without the address: whoever guesses from it may be one of many. */
	if (misses_add(f->misses, client, clock_mono_ms(f->clock)))
		log_plain(LOG_NOTICE, "front.door_closed");
}

void front_miss(struct front *f, struct evhttp_request *req, const char *client)
{
	count_miss(f, client);
	reply_gone(f, req);
}

/* Ten characters of Crockford's alphabet, as somebody may type them who reads
 * an SMS: small letters, O for 0, I and L for 1, dashes. No other token exists,
 * so nothing else needs to be asked about. */
static bool read_token(const char *typed, char out[FRONT_TOKEN_LEN + 1])
{
	size_t n = 0;
	for (; *typed; typed++) {
		char c = *typed;
		if (c == '-')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c == 'O')
			c = '0';
		else if (c == 'I' || c == 'L')
			c = '1';
		if (n == FRONT_TOKEN_LEN ||
		    !strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", c))
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == FRONT_TOKEN_LEN;
}

/* Only what looks for a token counts as a miss: browsers ask for icons. */
static void serve(struct front *f, struct evhttp_request *req,
		  const char *client)
{
	char token[FRONT_TOKEN_LEN + 1];
	const char *path =
		evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
	if (front_is_callback(path)) {
		front_on_callback(f, req, client);
		return;
	}
	bool is_link = path && str_starts(path, "/u/");
	if (!is_link || !read_token(path + strlen("/u/"), token)) {
		if (is_link)
			count_miss(f, client);
		reply_gone(f, req);
		return;
	}
	bool acts = evhttp_request_get_command(req) == EVHTTP_REQ_POST;
	struct pending *p = ask(f, req, acts ? "act" : "view", "u", token);
	if (p) {
		p->page = acts ? PAGE_UNSUBSCRIBED : PAGE_UNSUBSCRIBE;
		str_copy(p->client, sizeof(p->client), client);
	}
}

void front_on_public(struct evhttp_request *req, void *ctx)
{
	struct front *f = ctx;
	char client[FRONT_CLIENT_MAX];
	if (!front_is_decent(req))
		return;
	front_client(f, req, client);
	if (misses_is_closed(f->misses, client, clock_mono_ms(f->clock)))
		front_reply(req, HTTP_TOO_MANY, TEXT, CLOSED, strlen(CLOSED));
	else
		serve(f, req, client);
}

void front_on_admin(struct evhttp_request *req, void *ctx)
{
	struct front *f = ctx;
	if (!front_is_decent(req))
		return;
	const char *path =
		evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
	bool is_health = str_eq(path, "/healthz");
	if (!is_health && !str_eq(path, "/metrics")) {
		front_reply(req, HTTP_NOTFOUND, TEXT, ADMIN_PATHS,
			    strlen(ADMIN_PATHS));
		return;
	}
	if (evhttp_request_get_command(req) == EVHTTP_REQ_POST) {
		evhttp_add_header(evhttp_request_get_output_headers(req),
				  "Allow", "GET, HEAD");
		front_reply(req, HTTP_BADMETHOD, TEXT, "GET only\n",
			    strlen("GET only\n"));
		return;
	}
	struct pending *p =
		ask(f, req, "view", is_health ? "health" : "metrics", NULL);
	if (p)
		p->type = is_health ? TEXT : METRICS;
}

static void answer_page(struct front *f, struct evhttp_request *req,
			const struct pending *was, const json_t *line)
{
	if (js_bool(line, "failed", false)) {
		complain(f, "front.engine_failed");
		reply_busy(req);
	} else if (js_bool(line, "found", false)) {
		reply_page(f, req, HTTP_OK, was->page,
			   json_object_get(line, "model"));
	} else {
		count_miss(f, was->client);
		reply_gone(f, req);
	}
}

/* What a gateway said is stored, or will be said again. */
static void answer_callback(struct pending *p, const json_t *line)
{
	struct front *f = p->front;
	struct evhttp_request *req = p->req;
	p->has_failed |= js_bool(line, "failed", false);
	if (--p->n_left > 0)
		return;
	bool has_failed = p->has_failed;
	forget(p);
	if (has_failed) {
		complain(f, "front.engine_failed");
		reply_busy(req);
	} else {
		/* Twilio and Kannel would send a body to the telephone. */
		front_reply(req, HTTP_OK, TEXT, "", 0);
	}
}

static void answer(struct pending *p, const json_t *line)
{
	struct front *f = p->front;
	struct evhttp_request *req = p->req;
	struct pending was = *p;
	const char *text = js_str(line, "text", "");
	bool is_found = js_bool(line, "found", false);
	forget(p);
	if (!was.type)
		answer_page(f, req, &was, line);
	else
		front_reply(req, is_found ? HTTP_OK : HTTP_SERVUNAVAIL,
			    was.type, text, strlen(text));
}

void front_on_engine(struct front *f, const char *type, json_t *line)
{
	int64_t id = js_int(line, "id", -1);
	if (!str_eq(type, "page") && !str_eq(type, "done")) {
		wire_refuse(f->engine, "unknown type");
		return;
	}
	for (struct pending *p = f->pending; p; p = p->next) {
		if (p->n_ids && id >= p->id && id < p->id + p->n_ids) {
			answer_callback(p, line);
			return;
		}
		if (!p->n_ids && p->id == id) {
			answer(p, line);
			return;
		}
	}
	/* its client left, or waited too long */
}

void front_pages_check(const json_t *templates, struct diags *d)
{
	struct front_config c = {0};
	(void)front_pages_compile(&c, templates, d);
	for (int i = 0; i < PAGE_COUNT; i++)
		template_free(c.pages[i]);
}
