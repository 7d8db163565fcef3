/* SPDX-License-Identifier: EUPL-1.2 */
/* Transfers by libcurl's multi interface (its sockets: fetch_loop.c). The traps
 * it steps around are measured in engineering notes: QUICK_EXIT (a resolver
 * time-out would stop the loop), MAXFILESIZE blind to compression (so decoded
 * bytes are counted here), no proxy from the environment (it would defeat the
 * address check), and addresses checked both when a socket is opened and before
 * a request goes out on a connection that was kept.
 *
 * A transfer that is over is kept with its handle, its buffers and what every
 * transfer sets alike; the next one sets what is its own. */
#include "fetch.h"
#include "fetch_loop.h"
#include "guard.h"

#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	CONNECTIONS_MAX = 32,	    /* a second belt; pace.c is the first */
	IDLE_MAX = CONNECTIONS_MAX, /* kept for the next transfers */
	ERROR_BODY_MAX = 64 * 1024, /* of an answer that is no 200 */
	SAID_MAX = 1024
};

struct fetcher {
	struct fetch_loop *loop;
	struct fetch *idle[IDLE_MAX];
	size_t n_idle;
};
struct fetch {
	struct fetcher *fetcher;
	CURL *easy;
	/* As the handle was told; another file of authorities is taken back
	 * only by a reset. */
	char *ca_file, *user_agent; /* or NULL */
	/* So are a body and what curl counts of mishaps (how often it tried
	 * again, over all transfers of a handle). */
	bool needs_reset;
	struct transfer { /* all of it is the one transfer's */
		struct curl_slist *headers;
		const struct fetch_handler *handler;
		void *ctx;
		int64_t max_bytes, bytes, dropped;
		bool allow_private, is_conditional, has_secret;
		bool takes_206, takes_204, takes_gone;
		bool is_blocked, is_too_big, is_refused, is_paused;
		size_t n_said;
	} t;
	char said[SAID_MAX];
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
	if (x->t.is_blocked)
		return fail(x, r, ERR_CONFIG,
			    "the address is not on the public internet (a "
			    "private one needs allow_private: true)");
	if (x->t.is_too_big)
		return fail(x, r, ERR_LIMIT, "the answer passes max_bytes");
	if (x->t.is_refused)
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
	if (r->http == 200 || (r->http == 206 && x->t.takes_206) ||
	    (r->http == 204 && (x->t.takes_204 || x->t.takes_gone)) ||
	    ((r->http == 404 || r->http == 410) && x->t.takes_gone))
		return;
	if (r->http == 304 && x->t.is_conditional) {
		r->is_unchanged = true;
		return;
	}
	if (r->http >= 300 && r->http < 400 && x->t.has_secret)
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

static void fetch_destroy(struct fetch *x)
{
	curl_easy_cleanup(x->easy);
	free(x->ca_file);
	free(x->user_agent);
	free(x);
}

static void fetch_free(struct fetch *x)
{
	struct fetcher *f = x->fetcher;
	curl_multi_remove_handle(fetch_loop_multi(f->loop), x->easy);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(x->t.headers);
	x->t = (struct transfer){.headers = NULL};
	if (f->n_idle == IDLE_MAX) {
		fetch_destroy(x);
		return;
	}
	/* Now and not when it is taken: a body may hold a secret. */
	if (x->needs_reset)
		curl_easy_reset(x->easy);
	f->idle[f->n_idle++] = x;
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
	struct fetch_result r = {.kind = ERR_NONE, .bytes = x->t.bytes};
	long http = 0, connects = 0;
	curl_off_t retry_after = 0;
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &http);
	curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &retry_after);
	curl_easy_getinfo(x->easy, CURLINFO_NUM_CONNECTS, &connects);
	x->needs_reset |= code != CURLE_OK || connects;
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
	x->t.handler->on_done(x->t.ctx, &r);
	fetch_free(x);
}

static void drain(void *ctx)
{
	struct fetcher *f = ctx;
	CURLM *multi = fetch_loop_multi(f->loop);
	int left;
	for (CURLMsg *m; (m = curl_multi_info_read(multi, &left));) {
		struct fetch *x;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
		finish(x, code);
	}
}

struct fetcher *fetcher_new(struct event_base *base)
{
	struct fetcher *f = mem_alloc(sizeof(*f));
	f->loop = fetch_loop_new(base, drain, f);
	CURLM *multi = fetch_loop_multi(f->loop);
	curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
			  (long)CONNECTIONS_MAX);
	/* Unset, it is four times the transfers in hand: those that end last
	 * would close what the next ones could use. */
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
	return f;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	while (f->n_idle)
		fetch_destroy(f->idle[--f->n_idle]);
	fetch_loop_free(f->loop);
	free(f);
}

/* --- one transfer --------------------------------------------------------- */

static curl_socket_t open_socket(void *ctx, curlsocktype purpose,
				 struct curl_sockaddr *to)
{
	struct fetch *x = ctx;
	(void)purpose;
	if (!guard_allows(&to->addr, x->t.allow_private)) {
		x->t.is_blocked = true;
		return CURL_SOCKET_BAD;
	}
	int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	if (fd < 0)
		return CURL_SOCKET_BAD;
	fetch_loop_opened(x->fetcher->loop, fd);
	return fd;
}

static int before_request(void *ctx, char *primary_ip, char *local_ip,
			  int primary_port, int local_port)
{
	struct fetch *x = ctx;
	(void)local_ip;
	(void)primary_port;
	(void)local_port;
	if (guard_allows_text(primary_ip, x->t.allow_private))
		return CURL_PREREQFUNC_OK;
	x->t.is_blocked = true;
	return CURL_PREREQFUNC_ABORT;
}

static void keep_said(struct fetch *x, const char *bytes, size_t n)
{
	size_t room = SAID_MAX - 1 - x->t.n_said;
	if (n > room)
		n = room;
	memcpy(x->said + x->t.n_said, bytes, n);
	x->t.n_said += n;
	x->said[x->t.n_said] = '\0';
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct fetch *x = ctx;
	size_t n = size * count;
	long http = 0;
	if (x->t.is_paused)
		return CURL_WRITEFUNC_PAUSE;
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &http);
	if (http != 200 && !(http == 206 && x->t.takes_206)) {
		keep_said(x, bytes, n);
		x->t.dropped += (int64_t)n;
		return x->t.dropped <= ERROR_BODY_MAX ? n : 0;
	}
	if ((int64_t)n > x->t.max_bytes - x->t.bytes) {
		x->t.is_too_big = true;
		return 0;
	}
	x->t.bytes += (int64_t)n;
	if (x->t.handler->on_bytes(x->t.ctx, bytes, n)) {
		x->t.is_refused = true;
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
	x->t.headers = curl_slist_append(x->t.headers, line);
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
	x->t.is_conditional = (rq->etag && *rq->etag) ||
			      (rq->last_modified && *rq->last_modified);
	x->t.has_secret = has_secret(rq);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->t.headers);
}

static void set_limits(CURL *e, const struct fetch_request *rq)
{
	bool is_tls = !strncasecmp(rq->url, "https:", 6);
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR,
			 is_tls ? "https" : "http,https");
	/* Other hosts must not be given our key, nor what we post. */
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION,
			 has_secret(rq) || rq->body ? 0L : 1L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)rq->connect_timeout_s * 1000);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS,
			 (long)rq->transfer_timeout_s * 1000);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)rq->low_speed_s);
	curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE,
			 (curl_off_t)rq->max_bytes);
}

static void set_manners(CURL *e)
{
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_MAXREDIRS, (long)FETCH_REDIRECTS_MAX);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)FETCH_LOW_SPEED_BPS);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(e, CURLOPT_CERTINFO, 1L);
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
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, x);
	fetch_loop_watch(x->fetcher->loop, e);
}

/* What is alike for all transfers of these authorities, on a handle that is new
 * or was reset. */
static void set_up(struct fetch *x, const char *ca_file)
{
	set_callbacks(x);
	set_manners(x->easy);
	free(x->ca_file);
	x->ca_file = mem_dup(ca_file);
	if (ca_file)
		curl_easy_setopt(x->easy, CURLOPT_CAINFO, ca_file);
	free(x->user_agent);
	x->user_agent = NULL;
	x->needs_reset = false;
}

static struct fetch *fetch_make(struct fetcher *f, const char *ca_file)
{
	struct fetch *x = mem_alloc(sizeof(*x));
	x->fetcher = f;
	x->easy = curl_easy_init();
	BUG_ON(!x->easy);
	set_up(x, ca_file);
	return x;
}

/* Cookies are never kept, and TLS sessions are those of one server: a handle
 * carries nothing from one transfer to the next but how it was set. */
static struct fetch *take_fetch(struct fetcher *f, const char *ca_file)
{
	if (ca_file && !*ca_file)
		ca_file = NULL;
	if (!f->n_idle)
		return fetch_make(f, ca_file);
	struct fetch *x = f->idle[--f->n_idle];
	bool is_alike = ca_file ? str_eq(ca_file, x->ca_file) : !x->ca_file;
	if (!is_alike)
		curl_easy_reset(x->easy);
	if (x->needs_reset || !is_alike)
		set_up(x, ca_file);
	return x;
}

static void set_user_agent(struct fetch *x, const char *name)
{
	if (str_eq(name, x->user_agent))
		return;
	free(x->user_agent);
	x->user_agent = mem_dup(name);
	curl_easy_setopt(x->easy, CURLOPT_USERAGENT, name);
}

static void set_body(struct fetch *x, const char *body)
{
	if (!body)
		return;
	x->needs_reset = true;
	curl_easy_setopt(x->easy, CURLOPT_COPYPOSTFIELDS, body);
}

struct fetch *fetch_start(struct fetcher *f, const struct fetch_request *rq,
			  const struct fetch_handler *handler, void *ctx,
			  struct err *err)
{
	struct fetch *x = take_fetch(f, rq->ca_file);
	x->t = (struct transfer){
		.handler = handler,
		.ctx = ctx,
		.max_bytes = rq->max_bytes,
		.allow_private = rq->allow_private,
		.takes_206 = rq->takes_206,
		.takes_204 = rq->takes_204,
		.takes_gone = rq->takes_gone,
	};
	*x->said = *x->text = *x->words = '\0';
	set_limits(x->easy, rq);
	set_user_agent(x, rq->user_agent);
	set_headers(x, rq);
	set_body(x, rq->body);
	if (curl_easy_setopt(x->easy, CURLOPT_URL, rq->url) ||
	    curl_multi_add_handle(fetch_loop_multi(f->loop), x->easy)) {
		x->needs_reset = true;
		fetch_free(x);
		err_set(err, ERR_CONFIG, "the address cannot be used");
		return NULL;
	}
	return x;
}

void fetch_pause(struct fetch *x, bool paused)
{
	if (x->t.is_paused == paused)
		return;
	x->t.is_paused = paused;
	/* To pause, the next bytes are refused: on_body(). */
	if (!paused)
		curl_easy_pause(x->easy, CURLPAUSE_CONT);
}

void fetch_cancel(struct fetch *x)
{
	x->needs_reset = true;
	fetch_free(x);
}
