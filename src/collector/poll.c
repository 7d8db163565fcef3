/* SPDX-License-Identifier: EUPL-1.2 */
/* A poll's way:
 *
 *   ask_next ─► queued ─► (token?) fetching ─► ask_answered ─► ask_next ...
 *                 ▲            │ 429, 5xx, network
 *                 └─ resting ◄─┘ a few times
 *
 * One request of a poll is on its way at a time, so that a partner's server
 * never hears two voices of the same source. */
#include "poll.h"
#include "ask.h"
#include "fetch.h"
#include "pace.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/clock.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOW_SPEED_MAX_S = 30,
	RESUME_MS = 10, /* how often a paused transfer looks up again */
	RETRY_MS = 1000,
	SAID_SHOWN = 160,
	CURSOR_MAX = 200,
	WARNING_MAX = 200
};
#define FORM_MAX ((size_t)32 * 1024)

struct polling {
	struct event_base *base;
	const struct clock *clock;
	const struct refdata *refdata;
	struct fetcher *fetcher;
	struct pace *pace;
	struct event *turn;   /* look at the queues again */
	struct event *resume; /* look at paused transfers again */
	struct poll *polls;
	struct feed_scratch scratch; /* of the record being read */
};
enum stage { QUEUED, FETCHING, RESTING };
struct poll {
	struct poll *next, **at; /* at: what points here */
	struct polling *shared;
	struct poll_in in;
	const struct poll_handler *handler;
	void *ctx;
	char *since; /* the way's part of the cursor */
	struct ask *ask;
	struct ask_request request; /* borrowed from ask */
	struct feed *feed;
	struct buf text; /* ASK_TEXT, token */
	enum stage stage;
	struct fetch *fetch; /* FETCHING */
	bool is_token;	     /* it fetches a token, not the request */
	bool is_first;	     /* nothing was answered yet */
	bool had_401;
	int tries, retries;
	struct event rest, deadline;
	int64_t started_ms;
	struct err err; /* why on_bytes() refused */
	bool is_paused, was_cut_short;
	int n_documents;
	int64_t n_requests;
	char warning[WARNING_MAX]; /* of the last document that had one */
	/* of the first answer, when it is the only one */
	char etag[FETCH_VALIDATOR_MAX], last_modified[64];
	int http;
	int64_t retry_after_s, cert_expires;
};

static void after_ms(struct event *ev, int64_t ms)
{
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
	event_add(ev, &tv);
}

/* In this turn of the loop, before it looks at its sockets. */
static void look_again(struct polling *k)
{
	event_active(k->turn, EV_TIMEOUT, 0);
}

/* --- the end -------------------------------------------------------------- */

static void poll_free(struct poll *p)
{
	*p->at = p->next;
	if (p->next)
		p->next->at = p->at;
	event_del(&p->deadline);
	event_del(&p->rest);
	feed_free(p->feed);
	ask_free(p->ask);
	buf_clear(&p->text);
	free(p->since);
	poll_config_release(p->in.config);
	free(p);
}

static bool is_complete(const struct poll *p, const struct collector_counts *c)
{
	/* A map that fits half of the records no more says nothing about the
	 * offers it cannot read. */
	return p->in.source->delivers_all && ask_is_whole(p->ask) &&
	       !p->was_cut_short && c->bad * 2 <= c->seen;
}

/* "MAP" or "MAP since": another map makes the next poll begin anew. What was
 * not read whole is asked for again. */
static void make_cursor(const struct poll *p, char out[CURSOR_MAX])
{
	const char *since =
		ask_is_whole(p->ask) ? ask_cursor(p->ask) : p->since;
	snprintf(out, CURSOR_MAX, "%s%s%s", p->in.source->map, since ? " " : "",
		 since ? since : "");
}

/* err NULL: the poll is good. */
static void finish(struct poll *p, const struct err *err, bool is_unchanged)
{
	const struct collector_counts *c = feed_counts(p->feed);
	char cursor[CURSOR_MAX], hash[33];
	struct poll_result r = {
		.counts = c,
		.err = err,
		.is_unchanged = is_unchanged,
		.http = p->http,
		.retry_after_s = p->retry_after_s,
		.cert_expires = p->cert_expires,
		.ms = clock_mono_ms(p->shared->clock) - p->started_ms,
		.n_requests = p->n_requests,
		.note = ask_note(p->ask) ? ask_note(p->ask)
			: *p->warning	 ? p->warning
					 : NULL,
	};
	make_cursor(p, cursor);
	if (!err) {
		r.cursor = cursor;
		r.gone = ask_gone(p->ask);
		r.etag = *p->etag ? p->etag : NULL;
		r.last_modified = *p->last_modified ? p->last_modified : NULL;
	}
	if (!err && !is_unchanged) {
		feed_hash(p->feed, hash);
		r.body_hash = hash;
		r.is_complete = is_complete(p, c);
	}
	p->handler->on_end(p->ctx, &r);
	look_again(p->shared);
	poll_free(p);
}

void poll_give_up(struct poll *p, const char *why)
{
	struct err err;
	if (p->stage == FETCHING) {
		fetch_cancel(p->fetch);
		pace_done(p->shared->pace, p->in.source->host);
	} else if (p->stage == QUEUED) {
		pace_cancel(p->shared->pace, p->in.source->host, p);
	}
	err_set(&err, ERR_NETWORK, "%s", why);
	finish(p, &err, false);
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	poll_give_up(ctx, "the poll took too long (collector.poll_deadline_s)");
}

/* --- from answer to answer ------------------------------------------------ */

static void enqueue(struct poll *p)
{
	int64_t interval_ms = p->in.source->min_interval_ms;
	if (interval_ms < ask_delay_ms(p->ask))
		interval_ms = ask_delay_ms(p->ask);
	p->stage = QUEUED;
	pace_add(p->shared->pace, p->in.source->host, interval_ms, p);
	look_again(p->shared);
}

static void on_rest(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	enqueue(ctx);
}

/* The next request, or the end. */
static void go_on(struct poll *p)
{
	p->was_cut_short =
		p->in.max_documents && p->n_documents >= p->in.max_documents;
	if (p->was_cut_short || !ask_next(p->ask, &p->request)) {
		finish(p, NULL, ask_is_unchanged(p->ask));
		return;
	}
	p->is_first = false;
	p->tries = 0;
	p->had_401 = false;
	enqueue(p);
}

/* The same request once more, a while later: 1, 4, 9 seconds, or what the
 * server asks for. */
static void rest(struct poll *p, int64_t retry_after_s)
{
	int64_t ms = (int64_t)p->tries * p->tries * RETRY_MS;
	if (ms < retry_after_s * 1000)
		ms = retry_after_s * 1000;
	p->stage = RESTING;
	after_ms(&p->rest, ms);
}

static bool may_try_again(struct poll *p, const struct fetch_result *r)
{
	if (p->is_first || r->kind != ERR_NETWORK ||
	    r->retry_after_s > POLL_RETRY_WAIT_S ||
	    p->tries >= POLL_TRIES_MAX || p->retries >= POLL_RETRIES_MAX)
		return false;
	p->tries++;
	p->retries++;
	return true;
}

/* What the server says of a refusal helps whoever must mend it: made harmless
 * and cut. */
static void refuse(struct poll *p, const struct fetch_result *r)
{
	struct err err;
	struct arena a;
	arena_init(&a);
	const char *said =
		r->said ? utf8_clean(&a, r->said, UTF8_ONE_LINE, SAID_SHOWN)
			: "";
	bool is_text =
		*said && *said != '<' && !source_tells_key(p->in.source, said);
	if (!r->error)
		err = p->err; /* our own reader refused */
	else
		err_set(&err, r->kind, "%s%s%s%s%s",
			p->is_token ? "the token: " : "", r->error,
			is_text ? " (\"" : "", is_text ? said : "",
			is_text ? "\")" : "");
	arena_clear(&a);
	finish(p, &err, false);
}

static void keep_validators(struct poll *p, const struct fetch_result *r)
{
	str_copy(p->etag, sizeof(p->etag), r->etag);
	str_copy(p->last_modified, sizeof(p->last_modified), r->last_modified);
}

static void answered(struct poll *p, const struct fetch_result *r,
		     bool has_failed)
{
	struct feed_document doc = {0};
	struct err err;
	bool has_body = r->http == 200 || r->http == 206;
	if (p->request.use == ASK_RECORDS && has_body && !has_failed)
		feed_document(p->feed, &doc);
	const struct ask_answer answer = {
		.http = r->http,
		.has_failed = has_failed,
		.n_records = doc.n_records,
		.hash = doc.hash,
		.url = r->url,
		.count = doc.count,
		.next = doc.next,
		.pages = doc.pages,
		.content_range = *r->content_range ? r->content_range : NULL,
		.link = *r->link ? r->link : NULL,
		.text = p->text.data ? p->text.data : "",
		.n_text = p->text.len,
	};
	if (p->request.is_conditional)
		keep_validators(p, r);
	if (ask_answered(p->ask, &answer, &err))
		finish(p, &err, false);
	else
		go_on(p);
}

static void take_token(struct poll *p, const struct fetch_result *r)
{
	struct err err;
	if (r->kind != ERR_NONE) {
		refuse(p, r);
		return;
	}
	if (oauth_take(&p->in.source->oauth, p->text.data ? p->text.data : "",
		       p->text.len, clock_mono_ms(p->shared->clock), &err))
		finish(p, &err, false);
	else
		enqueue(p);
}

/* The document is at its end: is it whole, and are there not too many? */
static int end_document(struct poll *p, const struct fetch_result *r,
			struct err *err)
{
	bool has_body = r->http == 200 || r->http == 206;
	if (p->request.use != ASK_RECORDS || !has_body)
		return 0;
	if (feed_end(p->feed, err))
		return -1;
	p->n_documents++;
	const char *warning = feed_warning(p->feed);
	if (warning)
		str_copy(p->warning, sizeof(p->warning), warning);
	int64_t max = p->in.source->max_offers;
	if (max && feed_counts(p->feed)->seen > max)
		return err_set(err, ERR_LIMIT, "more records than max_offers");
	return 0;
}

static void on_done(void *ctx, const struct fetch_result *r)
{
	struct poll *p = ctx;
	struct polling *k = p->shared;
	struct err err;
	p->fetch = NULL;
	pace_done(k->pace, p->in.source->host);
	look_again(k);
	p->http = r->http;
	p->retry_after_s = r->retry_after_s;
	if (r->cert_expires && !p->request.is_foreign && !p->is_token)
		p->cert_expires = r->cert_expires;
	if (r->retry_after_s)
		pace_hold(k->pace, p->in.source->host,
			  clock_mono_ms(k->clock) + r->retry_after_s * 1000);
	if (p->is_token) {
		take_token(p, r);
	} else if (r->is_unchanged) {
		keep_validators(p, r);
		ask_unchanged(p->ask);
		go_on(p);
	} else if (r->http == 401 && p->in.source->oauth.token && !p->had_401) {
		p->had_401 = true;
		oauth_forget(&p->in.source->oauth);
		enqueue(p);
	} else if (r->kind != ERR_NONE) {
		if (may_try_again(p, r))
			rest(p, r->retry_after_s);
		else if (p->request.may_fail)
			answered(p, r, true);
		else
			refuse(p, r);
	} else if (end_document(p, r, &err)) {
		if (p->request.may_fail)
			answered(p, r, true);
		else
			finish(p, &err, false);
	} else {
		answered(p, r, false);
	}
}

/* --- bytes ---------------------------------------------------------------- */

static bool has_room(const struct poll *p)
{
	return !p->handler->has_room || p->handler->has_room(p->ctx);
}

static int on_bytes(void *ctx, const char *bytes, size_t n)
{
	struct poll *p = ctx;
	if (p->is_token || p->request.use == ASK_TEXT) {
		buf_add(&p->text, bytes, n);
		return p->text.too_big ? err_set(&p->err, ERR_LIMIT,
						 "the answer is too large")
				       : 0;
	}
	if (feed_bytes(p->feed, bytes, n, &p->err))
		return -1;
	if (!has_room(p)) {
		p->is_paused = true;
		fetch_pause(p->fetch, true);
		after_ms(p->shared->resume, RESUME_MS);
	}
	return 0;
}

static void on_resume(evutil_socket_t fd, short what, void *ctx)
{
	struct polling *k = ctx;
	bool is_waiting = false;
	(void)fd;
	(void)what;
	for (struct poll *p = k->polls, *next; p; p = next) {
		next = p->next;
		if (!p->is_paused)
			continue;
		if (!has_room(p)) {
			is_waiting = true;
			continue;
		}
		p->is_paused = false;
		fetch_pause(p->fetch, false);
	}
	if (is_waiting)
		after_ms(k->resume, RESUME_MS);
}

/* --- a request on its way ------------------------------------------------- */

static int start_fetch(struct poll *p, struct err *err)
{
	static const struct fetch_handler handler = {on_bytes, on_done};
	struct source *s = p->in.source;
	const struct poll_config *c = p->in.config;
	const json_t *oauth = s->oauth_conf;
	const struct ask_request *q = &p->request;
	struct polling *k = p->shared;
	int transfer_s = c->transfer_timeout_s;
	bool is_ours = !q->is_foreign;
	struct buf form;
	buf_init(&form, FORM_MAX);
	buf_reset(&p->text);
	const char *token = oauth_token(&s->oauth, clock_mono_ms(k->clock));
	p->is_token = oauth && is_ours && !token;
	if (p->is_token)
		oauth_form(oauth, &form);
	bool is_conditional = q->is_conditional && !p->is_token;
	const struct fetch_request rq = {
		.url = p->is_token ? js_str(oauth, "token_url", "") : q->url,
		.body = p->is_token ? form.data : q->body,
		.body_type = p->is_token ? "application/x-www-form-urlencoded"
					 : q->body_type,
		.user_agent = c->user_agent,
		.ca_file = c->ca_file,
		.etag = is_conditional ? p->in.etag : NULL,
		.last_modified = is_conditional ? p->in.last_modified : NULL,
		.headers = p->is_token ? NULL : s->headers,
		.secret_headers =
			is_ours && !p->is_token ? s->secret_headers : NULL,
		.bearer = is_ours && oauth ? token : NULL,
		.takes_206 = q->may_be_part,
		.takes_204 = q->may_be_empty,
		.takes_gone = q->may_be_gone,
		.allow_private = s->allow_private,
		.max_bytes = s->max_bytes,
		.connect_timeout_s = c->connect_timeout_s,
		.transfer_timeout_s = transfer_s,
		.low_speed_s = transfer_s < LOW_SPEED_MAX_S ? transfer_s
							    : LOW_SPEED_MAX_S,
	};
	if (q->use == ASK_RECORDS && !p->is_token)
		feed_begin(p->feed, q->records);
	p->stage = FETCHING;
	p->n_requests++;
	p->fetch = fetch_start(k->fetcher, &rq, &handler, p, err);
	if (form.data)
		sodium_memzero(form.data, form.len);
	buf_clear(&form);
	return p->fetch ? 0 : -1;
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	struct polling *k = ctx;
	int64_t wait_ms = -1;
	(void)fd;
	(void)what;
	for (struct poll *p;
	     (p = pace_next(k->pace, clock_mono_ms(k->clock), &wait_ms));) {
		struct err err;
		if (!start_fetch(p, &err))
			continue;
		pace_done(k->pace, p->in.source->host);
		finish(p, &err, false);
	}
	if (wait_ms >= 0)
		after_ms(k->turn, wait_ms + 1);
}

/* --- the outside ---------------------------------------------------------- */

struct polling *polling_new(struct event_base *base, const struct clock *clock,
			    const struct refdata *rd)
{
	struct polling *k = mem_alloc(sizeof(*k));
	/* Without it libsodium hashes with its slowest code. */
	BUG_ON(sodium_init() < 0);
	k->base = base;
	k->clock = clock;
	k->refdata = rd;
	feed_scratch_init(&k->scratch);
	k->fetcher = fetcher_new(base);
	k->turn = evtimer_new(base, on_turn, k);
	k->resume = evtimer_new(base, on_resume, k);
	return k;
}

void polling_set_pace(struct polling *k, size_t max_parallel, size_t per_host)
{
	if (!k->pace)
		k->pace = pace_new(max_parallel, per_host);
}

void polling_free(struct polling *k)
{
	if (!k)
		return;
	BUG_ON(k->polls);
	event_free(k->turn);
	event_free(k->resume);
	fetcher_free(k->fetcher);
	pace_free(k->pace);
	feed_scratch_clear(&k->scratch);
	free(k);
}

/* The validators and the place where the last poll ended hold for the map
 * they were made with. */
static void use_cursor(struct poll *p)
{
	const char *map = p->in.source->map;
	size_t n = strlen(map);
	const char *cursor = p->in.cursor;
	bool is_same = cursor && !strncmp(cursor, map, n) &&
		       (!cursor[n] || cursor[n] == ' ');
	if (!is_same) {
		p->in.etag = NULL;
		p->in.last_modified = NULL;
	} else if (cursor[n]) {
		p->since = mem_dup(cursor + n + 1);
	}
}

struct poll *poll_start(struct polling *k, const struct poll_in *in,
			const struct poll_handler *handler, void *ctx)
{
	struct poll *p = mem_alloc(sizeof(*p));
	p->shared = k;
	p->in = *in;
	p->handler = handler;
	p->ctx = ctx;
	poll_config_keep(in->config);
	p->started_ms = clock_mono_ms(k->clock);
	p->is_first = true;
	buf_init(&p->text, ASK_TEXT_MAX);
	use_cursor(p);
	const struct normaliser nz = {
		.mapping = in->source->mapping,
		.refdata = k->refdata,
		.source = in->source->name,
		.now = clock_now(k->clock),
		.expires_days = in->source->expires_days,
		.understanding = in->understanding ? in->understanding
						   : in->config->understanding,
	};
	p->feed = feed_new_of(&in->source->kind, &nz, &k->scratch,
			      in->wants_notes, &handler->feed, ctx);
	p->ask = ask_new(&(struct ask_in){
		.source = in->source->json,
		.spec = in->source->ask,
		.since = p->since,
		.check = in->check,
		.now = nz.now,
		.user_agent = in->config->user_agent,
	});
	evtimer_assign(&p->rest, k->base, on_rest, p);
	evtimer_assign(&p->deadline, k->base, on_deadline, p);
	after_ms(&p->deadline, in->config->poll_deadline_s * 1000);
	p->next = k->polls;
	p->at = &k->polls;
	if (p->next)
		p->next->at = &p->next;
	k->polls = p;
	/* Every conversation has a first request. */
	BUG_ON(!ask_next(p->ask, &p->request));
	enqueue(p);
	return p;
}

const struct feed *poll_feed(const struct poll *p)
{
	return p->feed;
}
