/* SPDX-License-Identifier: EUPL-1.2 */
/* libcurl's multi interface driven by libevent. The traps it steps around are
 * measured in engineering notes: QUICK_EXIT (a resolver time-out would stop the
 * loop), no call into curl from its timer callback, MAXFILESIZE blind to
 * compression (so decoded bytes are counted here), no proxy from the
 * environment (it would defeat the address check), and addresses checked both
 * when a socket is opened and before a request goes out on a connection that
 * was kept. */
#include "fetch.h"
#include "guard.h"

#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <ctype.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	CONNECTIONS_MAX = 32,	    /* a second belt; pace.c is the first */
	IDLE_MAX = CONNECTIONS_MAX, /* handles kept for the next transfers */
	ERROR_BODY_MAX = 64 * 1024, /* of an answer that is no 200 */
	SAID_MAX = 1024
};

struct fetcher {
	struct event_base *base;
	struct event *timer;
	CURLM *multi;
	CURL *idle[IDLE_MAX];
	size_t n_idle;
};
struct fetch {
	struct fetcher *fetcher;
	CURL *easy;
	struct curl_slist *headers;
	const struct fetch_handler *handler;
	void *ctx;
	int64_t max_bytes, bytes, dropped;
	bool allow_private, is_conditional, has_secret;
	bool takes_206, takes_204, takes_gone;
	bool is_blocked, is_too_big, is_refused, is_paused;
	char said[SAID_MAX];
	size_t n_said;
	char text[CURL_ERROR_SIZE];
	char words[CURL_ERROR_SIZE + 100]; /* the result's error */
};

/* --- the end of a transfer ------------------------------------------------ */

static void copy_header(CURL *easy, const char *name, char *out, size_t size)
{
	struct curl_header *h;
	*out = '\0';
	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &h) ||
	    strlen(h->value) >= size)
		return;
	for (const char *p = h->value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return;
	str_copy(out, size, h->value);
}

static int fail(struct fetch *x, struct fetch_result *r, enum err_kind kind,
		const char *words)
{
	r->kind = kind;
	str_copy(x->words, sizeof(x->words), words);
	r->error = *x->words ? x->words : NULL;
	return -1;
}

/* What curl's verdict means to us; 0: the transfer itself went well. */
static int judge_transfer(struct fetch *x, CURLcode code,
			  struct fetch_result *r)
{
	if (x->is_blocked)
		return fail(x, r, ERR_CONFIG,
			    "the address is not on the public internet (a "
			    "private one needs allow_private: true)");
	if (x->is_too_big)
		return fail(x, r, ERR_LIMIT, "the answer passes max_bytes");
	if (x->is_refused)
		return fail(x, r, ERR_INPUT, "");
	if (code == CURLE_OK)
		return 0;
	if (code == CURLE_PARTIAL_FILE)
		return fail(x, r, ERR_NETWORK, "the answer was cut");
	if (code == CURLE_TOO_MANY_REDIRECTS)
		return fail(x, r, ERR_INPUT, "too many redirects");
	if (code == CURLE_UNSUPPORTED_PROTOCOL)
		return fail(x, r, ERR_INPUT,
			    "redirected to something that is no web address");
	return fail(x, r, ERR_NETWORK,
		    *x->text ? x->text : curl_easy_strerror(code));
}

static void judge_status(struct fetch *x, struct fetch_result *r)
{
	char words[100];
	if (r->http == 200 || (r->http == 206 && x->takes_206) ||
	    (r->http == 204 && (x->takes_204 || x->takes_gone)) ||
	    ((r->http == 404 || r->http == 410) && x->takes_gone))
		return;
	if (r->http == 304 && x->is_conditional) {
		r->is_unchanged = true;
		return;
	}
	if (r->http >= 300 && r->http < 400 && x->has_secret)
		fail(x, r, ERR_CONFIG,
		     "redirected; a source with secret_headers follows no "
		     "redirect: write the new address");
	else if (r->http == 401 || r->http == 403)
		fail(x, r, ERR_CONFIG, "access refused by the server");
	else if (r->http == 204)
		fail(x, r, ERR_INPUT, "no content");
	else {
		snprintf(words, sizeof(words), "the server answered %d",
			 r->http);
		fail(x, r,
		     r->http >= 500 || r->http == 429 ? ERR_NETWORK : ERR_INPUT,
		     words);
	}
}

/* A handle that was reset remembers no option, header or answer; cookies are
 * never kept, and TLS sessions are those of one server. */
static CURL *take_handle(struct fetcher *f)
{
	return f->n_idle ? f->idle[--f->n_idle] : curl_easy_init();
}

static void give_handle(struct fetcher *f, CURL *easy)
{
	curl_multi_remove_handle(f->multi, easy);
	if (f->n_idle == IDLE_MAX) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	f->idle[f->n_idle++] = easy;
}

static void fetch_free(struct fetch *x)
{
	give_handle(x->fetcher, x->easy);
	curl_slist_free_all(x->headers);
	free(x);
}

/* The server's own certificate is the first of the chain. */
static int64_t certificate_expires(CURL *easy)
{
	static const char key[] = "Expire date:";
	struct curl_certinfo *chain = NULL;
	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) || !chain ||
	    chain->num_of_certs < 1)
		return 0;
	for (struct curl_slist *l = chain->certinfo[0]; l; l = l->next) {
		time_t at =
			str_starts(l->data, key)
				? curl_getdate(l->data + sizeof(key) - 1, NULL)
				: -1;
		if (at > 0)
			return at;
	}
	return 0;
}

static void finish(struct fetch *x, CURLcode code)
{
	struct fetch_result r = {.kind = ERR_NONE, .bytes = x->bytes};
	long http = 0;
	curl_off_t retry_after = 0;
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &http);
	curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &retry_after);
	r.http = (int)http;
	r.retry_after_s = num_clip(retry_after, 0, FETCH_RETRY_AFTER_MAX);
	r.cert_expires = certificate_expires(x->easy);
	copy_header(x->easy, "ETag", r.etag, sizeof(r.etag));
	copy_header(x->easy, "Last-Modified", r.last_modified,
		    sizeof(r.last_modified));
	copy_header(x->easy, "Content-Range", r.content_range,
		    sizeof(r.content_range));
	copy_header(x->easy, "Link", r.link, sizeof(r.link));
	char *url = NULL;
	curl_easy_getinfo(x->easy, CURLINFO_EFFECTIVE_URL, &url);
	r.url = url;
	r.said = x->said;
	if (!judge_transfer(x, code, &r))
		judge_status(x, &r);
	x->handler->on_done(x->ctx, &r);
	fetch_free(x);
}

static void drain(struct fetcher *f)
{
	int left;
	for (CURLMsg *m; (m = curl_multi_info_read(f->multi, &left));) {
		struct fetch *x;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
		finish(x, code);
	}
}

/* --- curl and the event loop ---------------------------------------------- */

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct fetcher *f = ctx;
	int running, mask = (what & EV_READ ? CURL_CSELECT_IN : 0) |
			    (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	curl_multi_socket_action(f->multi, fd, mask, &running);
	drain(f);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct fetcher *f = ctx;
	int running;
	(void)fd;
	(void)what;
	curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	drain(f);
}

/* Only arms the timer: curl must not be called from here. */
static int want_timer(CURLM *multi, long ms, void *ctx)
{
	struct fetcher *f = ctx;
	(void)multi;
	if (ms < 0) {
		evtimer_del(f->timer);
		return 0;
	}
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
	evtimer_add(f->timer, &tv);
	return 0;
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
		       void *slot)
{
	struct fetcher *f = ctx;
	struct event *ev = slot;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (ev)
			event_free(ev);
		curl_multi_assign(f->multi, fd, NULL);
		return 0;
	}
	short mask =
		(short)((what & CURL_POLL_IN ? EV_READ : 0) |
			(what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
	if (ev)
		event_free(ev);
	ev = event_new(f->base, fd, mask, on_socket, f);
	BUG_ON(!ev);
	curl_multi_assign(f->multi, fd, ev);
	event_add(ev, NULL);
	return 0;
}

struct fetcher *fetcher_new(struct event_base *base)
{
	struct fetcher *f = mem_alloc(sizeof(*f));
	f->base = base;
	f->timer = evtimer_new(base, on_timer, f);
	f->multi = curl_multi_init();
	BUG_ON(!f->timer || !f->multi);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
			  (long)CONNECTIONS_MAX);
	/* Unset, it is four times the transfers in hand: those that end last
	 * would close what the next ones could use. */
	curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS,
			  (long)CONNECTIONS_MAX);
	return f;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	while (f->n_idle)
		curl_easy_cleanup(f->idle[--f->n_idle]);
	curl_multi_cleanup(f->multi);
	event_free(f->timer);
	free(f);
}

/* --- one transfer --------------------------------------------------------- */

static curl_socket_t open_socket(void *ctx, curlsocktype purpose,
				 struct curl_sockaddr *to)
{
	struct fetch *x = ctx;
	(void)purpose;
	if (!guard_allows(&to->addr, x->allow_private)) {
		x->is_blocked = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static int before_request(void *ctx, char *primary_ip, char *local_ip,
			  int primary_port, int local_port)
{
	struct fetch *x = ctx;
	(void)local_ip;
	(void)primary_port;
	(void)local_port;
	if (guard_allows_text(primary_ip, x->allow_private))
		return CURL_PREREQFUNC_OK;
	x->is_blocked = true;
	return CURL_PREREQFUNC_ABORT;
}

static void keep_said(struct fetch *x, const char *bytes, size_t n)
{
	size_t room = SAID_MAX - 1 - x->n_said;
	if (n > room)
		n = room;
	memcpy(x->said + x->n_said, bytes, n);
	x->n_said += n;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct fetch *x = ctx;
	size_t n = size * count;
	long http = 0;
	if (x->is_paused)
		return CURL_WRITEFUNC_PAUSE;
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &http);
	if (http != 200 && !(http == 206 && x->takes_206)) {
		keep_said(x, bytes, n);
		x->dropped += (int64_t)n;
		return x->dropped <= ERROR_BODY_MAX ? n : 0;
	}
	if ((int64_t)n > x->max_bytes - x->bytes) {
		x->is_too_big = true;
		return 0;
	}
	x->bytes += (int64_t)n;
	if (x->handler->on_bytes(x->ctx, bytes, n)) {
		x->is_refused = true;
		return 0;
	}
	return n;
}

static void add_header(struct fetch *x, const char *name, const char *value)
{
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return; /* no way to a second header */
	char *line = *value ? mem_printf("%s: %s", name, value)
			    : mem_printf("%s;", name);
	x->headers = curl_slist_append(x->headers, line);
	free(line);
}

static void add_headers(struct fetch *x, const json_t *headers)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)headers, name, value)
		add_header(x, name, json_string_value(value));
}

static bool has_secret(const struct fetch_request *rq)
{
	return json_object_size(rq->secret_headers) > 0 || rq->bearer;
}

static void set_headers(struct fetch *x, const struct fetch_request *rq)
{
	add_headers(x, rq->headers);
	add_headers(x, rq->secret_headers);
	if (rq->bearer) {
		char *value = mem_printf("Bearer %s", rq->bearer);
		add_header(x, "Authorization", value);
		free(value);
	}
	if (rq->body)
		add_header(x, "Content-Type", rq->body_type);
	if (rq->etag && *rq->etag)
		add_header(x, "If-None-Match", rq->etag);
	if (rq->last_modified && *rq->last_modified)
		add_header(x, "If-Modified-Since", rq->last_modified);
	x->is_conditional = (rq->etag && *rq->etag) ||
			    (rq->last_modified && *rq->last_modified);
	x->has_secret = has_secret(rq);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

static void set_limits(CURL *e, const struct fetch_request *rq)
{
	bool is_tls = !strncasecmp(rq->url, "https:", 6);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR,
			 is_tls ? "https" : "http,https");
	curl_easy_setopt(e, CURLOPT_MAXREDIRS, (long)FETCH_REDIRECTS_MAX);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)rq->connect_timeout_s * 1000);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS,
			 (long)rq->transfer_timeout_s * 1000);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)FETCH_LOW_SPEED_BPS);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)rq->low_speed_s);
	curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE,
			 (curl_off_t)rq->max_bytes);
}

static void set_manners(struct fetch *x, const struct fetch_request *rq)
{
	CURL *e = x->easy;
	/* Other hosts must not be given our key, nor what we post. */
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION,
			 has_secret(rq) || rq->body ? 0L : 1L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(e, CURLOPT_USERAGENT, rq->user_agent);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	if (rq->ca_file && *rq->ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, rq->ca_file);
}

static void set_callbacks(struct fetch *x)
{
	CURL *e = x->easy;
	curl_easy_setopt(e, CURLOPT_PRIVATE, x);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->text);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(e, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, x);
}

struct fetch *fetch_start(struct fetcher *f, const struct fetch_request *rq,
			  const struct fetch_handler *handler, void *ctx,
			  struct err *err)
{
	struct fetch *x = mem_alloc(sizeof(*x));
	x->fetcher = f;
	x->handler = handler;
	x->ctx = ctx;
	x->max_bytes = rq->max_bytes;
	x->allow_private = rq->allow_private;
	x->takes_206 = rq->takes_206;
	x->takes_204 = rq->takes_204;
	x->takes_gone = rq->takes_gone;
	x->easy = take_handle(f);
	BUG_ON(!x->easy);
	set_callbacks(x);
	set_limits(x->easy, rq);
	set_manners(x, rq);
	set_headers(x, rq);
	if (rq->body)
		curl_easy_setopt(x->easy, CURLOPT_COPYPOSTFIELDS, rq->body);
	if (curl_easy_setopt(x->easy, CURLOPT_URL, rq->url) ||
	    curl_multi_add_handle(f->multi, x->easy)) {
		fetch_free(x);
		err_set(err, ERR_CONFIG, "the address cannot be used");
		return NULL;
	}
	return x;
}

void fetch_pause(struct fetch *x, bool paused)
{
	if (x->is_paused == paused)
		return;
	x->is_paused = paused;
	/* To pause, the next bytes are refused: on_body(). */
	if (!paused)
		curl_easy_pause(x->easy, CURLPAUSE_CONT);
}

void fetch_cancel(struct fetch *x)
{
	fetch_free(x);
}
