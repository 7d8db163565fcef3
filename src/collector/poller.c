/* SPDX-License-Identifier: EUPL-1.2 */
/* A poll's way: accepted -> waits in pace -> fetched and parsed as the bytes
 * come -> answered. At most one poll of a source at a time. The engine decides
 * when; retries are its business too, so a poll fails once and for all. */
#include "feed.h"
#include "fetch.h"
#include "pace.h"
#include "poll_config.h"

#include <etrier/clock.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <event2/event.h>
#include <stdlib.h>

enum {
	LOW_SPEED_MAX_S = 30,
	RESUME_MS = 10 /* how often a paused transfer looks up again */
};

struct poll {
	struct poll *next;
	struct poller *poller;
	struct poll_config *config; /* counted */
	const struct source *source;
	json_t *line; /* the engine's */
	int64_t started_ms;
	struct fetch *fetch; /* NULL: waits in pace, or ended */
	struct feed *feed;
	struct event *deadline;
	struct err err; /* why on_bytes() refused */
	bool is_paused;
};
struct poller {
	struct event_base *base;
	const struct clock *clock;
	const struct refdata *refdata;
	struct poller_out out;
	struct poll_config *config;
	struct fetcher *fetcher;
	struct pace *pace;
	struct event *turn;   /* look at the queues again */
	struct event *resume; /* look at paused transfers again */
	struct poll *polls;
};

static void after_ms(struct event *ev, int64_t ms)
{
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
	event_add(ev, &tv);
}

/* --- the answer ----------------------------------------------------------- */

static void put_counts(json_t *line, const struct collector_counts *c)
{
	json_object_set_new(line, "seen", json_integer(c->seen));
	json_object_set_new(line, "good", json_integer(c->good));
	json_object_set_new(line, "bad", json_integer(c->bad));
	json_object_set_new(line, "closed", json_integer(c->closed));
	json_object_set_new(line, "no_trade", json_integer(c->no_trade));
	json_object_set_new(line, "no_place", json_integer(c->no_place));
	js_put_int(line, "declared", c->declared, -1);
	json_object_set_new(line, "bytes", json_integer(c->bytes));
}

static void put_validators(json_t *line, const struct poll *p,
			   const struct fetch_result *r)
{
	char hash[33];
	if (*r->etag)
		js_put_str(line, "etag", r->etag);
	if (*r->last_modified)
		js_put_str(line, "last_modified", r->last_modified);
	js_put_str(line, "cursor", js_str(p->source->json, "map", NULL));
	if (r->is_unchanged)
		return;
	feed_hash(p->feed, hash);
	js_put_str(line, "body_hash", hash);
}

static bool is_complete(const struct poll *p, const struct collector_counts *c)
{
	/* A map that fits half of the records no more says nothing about the
	 * offers it cannot read. */
	return str_eq(js_str(p->source->json, "delivers", ""), "complete") &&
	       c->bad * 2 <= c->seen;
}

static void log_polled(const char *source, const char *result,
		       const struct collector_counts *c, int http, int64_t ms)
{
	log_event(LOG_INFO, "poll.done", LOG_S("source", source),
		  LOG_S("result", result), LOG_D("seen", c->seen),
		  LOG_D("good", c->good), LOG_D("bad", c->bad),
		  LOG_D("http", http), LOG_D("ms", ms));
}

static json_t *polled_line(const json_t *request, const char *result)
{
	json_t *line = wire_line("polled");
	json_object_set_new(line, "poll",
			    json_integer(js_int(request, "id", -1)));
	js_put_str(line, "source", js_str(request, "source", NULL));
	js_put_str(line, "result", result);
	return line;
}

static void send_polled(struct poll *p, const char *result,
			const struct fetch_result *r, const struct err *err)
{
	static const struct collector_counts none = {.declared = -1};
	const struct collector_counts *c =
		p->feed ? feed_counts(p->feed) : &none;
	struct poller *q = p->poller;
	int64_t ms = clock_mono_ms(q->clock) - p->started_ms;
	json_t *line = polled_line(p->line, result);
	bool is_ok = str_eq(result, "ok");
	json_object_set_new(line, "complete",
			    json_boolean(is_ok && is_complete(p, c)));
	put_counts(line, c);
	json_object_set_new(line, "ms", json_integer(ms));
	if (r) {
		js_put_int(line, "http", r->http, 0);
		js_put_int(line, "retry_after_s", r->retry_after_s, 0);
		js_put_int(line, "cert_expires", r->cert_expires, 0);
	}
	if (r && !err)
		put_validators(line, p, r);
	if (err) {
		js_put_str(line, "kind", err_kind_name(err->kind));
		js_put_str(line, "error", err->text);
	}
	log_polled(p->source->name, result, c, r ? r->http : 0, ms);
	/* A feed's own count is compared and told, never trusted: one counts
	 * what its page shows, another what it forgot (formats.md D19). */
	if (is_ok && c->declared >= 0 && c->declared != c->seen)
		log_event(LOG_NOTICE, "poll.count",
			  LOG_S("source", p->source->name),
			  LOG_D("declared", c->declared),
			  LOG_D("seen", c->seen));
	q->out.send(q->out.ctx, line);
}

/* --- the life of a poll --------------------------------------------------- */

static void unlink_poll(struct poll *p)
{
	struct poll **at = &p->poller->polls;
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
}

static void poll_free(struct poll *p)
{
	unlink_poll(p);
	event_free(p->deadline);
	feed_free(p->feed);
	json_decref(p->line);
	poll_config_release(p->config);
	free(p);
}

static void look_again(struct poller *q)
{
	after_ms(q->turn, 0);
}

/* Give up, whatever stage it is in. */
static void give_up(struct poll *p, const char *why)
{
	struct err err;
	err_set(&err, ERR_NETWORK, "%s", why);
	if (p->fetch) {
		fetch_cancel(p->fetch);
		pace_done(p->poller->pace, p->source->host);
	} else {
		pace_cancel(p->poller->pace, p->source->host, p);
	}
	send_polled(p, "failed", NULL, &err);
	look_again(p->poller);
	poll_free(p);
}

static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	give_up(ctx, "the poll took too long (collector.poll_deadline_s)");
}

static void on_offer(void *ctx, const struct offer *o,
		     const struct notes *notes)
{
	struct poll *p = ctx;
	json_t *line = wire_line("offer");
	(void)notes;
	json_object_set_new(line, "poll",
			    json_integer(js_int(p->line, "id", -1)));
	json_object_set_new(line, "offer", offer_to_json(o));
	p->poller->out.send(p->poller->out.ctx, line);
}

static void on_bad(void *ctx, int64_t number, const char *reason,
		   const struct err *err)
{
	const struct poll *p = ctx;
	(void)err; /* may quote the feed */
	if (feed_counts(p->feed)->bad <= POLLER_BAD_LOGGED)
		log_event(LOG_NOTICE, "offer.bad",
			  LOG_S("source", p->source->name),
			  LOG_D("number", number), LOG_S("reason", reason));
}

static int on_bytes(void *ctx, const char *bytes, size_t n)
{
	struct poll *p = ctx;
	struct poller *q = p->poller;
	if (feed_bytes(p->feed, bytes, n, &p->err))
		return -1;
	if (q->out.unsent(q->out.ctx) > POLLER_UNSENT_MAX) {
		p->is_paused = true;
		fetch_pause(p->fetch, true);
		after_ms(q->resume, RESUME_MS);
	}
	return 0;
}

static void on_resume(evutil_socket_t fd, short what, void *ctx)
{
	struct poller *q = ctx;
	(void)fd;
	(void)what;
	if (q->out.unsent(q->out.ctx) > POLLER_UNSENT_MAX / 2) {
		after_ms(q->resume, RESUME_MS);
		return;
	}
	for (struct poll *p = q->polls, *next; p; p = next) {
		next = p->next;
		if (!p->is_paused)
			continue;
		p->is_paused = false;
		fetch_pause(p->fetch, false);
	}
}

static void on_done(void *ctx, const struct fetch_result *r)
{
	struct poll *p = ctx;
	struct poller *q = p->poller;
	struct err err = {0};
	p->fetch = NULL;
	pace_done(q->pace, p->source->host);
	if (r->retry_after_s)
		pace_hold(q->pace, p->source->host,
			  clock_mono_ms(q->clock) + r->retry_after_s * 1000);
	if (r->is_unchanged) {
		send_polled(p, "unchanged", r, NULL);
	} else if (r->kind != ERR_NONE) {
		if (r->error)
			err_set(&err, r->kind, "%s", r->error);
		else
			err = p->err;
		send_polled(p, "failed", r, &err);
	} else if (feed_end(p->feed, &err)) {
		send_polled(p, "failed", r, &err);
	} else {
		send_polled(p, "ok", r, NULL);
	}
	look_again(q);
	poll_free(p);
}

static int start_fetch(struct poll *p)
{
	static const struct feed_handler feed_handler = {on_offer, on_bad};
	static const struct fetch_handler fetch_handler = {on_bytes, on_done};
	const json_t *s = p->source->json, *c = p->config->common;
	struct poller *q = p->poller;
	int transfer_s = (int)js_int(c, "transfer_timeout_s", 120);
	bool same_map =
		str_eq(js_str(p->line, "cursor", NULL), js_str(s, "map", ""));
	const struct normaliser nz = {
		.mapping = p->source->mapping,
		.refdata = q->refdata,
		.source = p->source->name,
		.now = clock_now(q->clock),
		.expires_days = (int)js_int(s, "expires_days", 0),
	};
	const struct fetch_request rq = {
		.url = js_str(s, "url", ""),
		.user_agent = js_str(c, "user_agent", "etrier"),
		.ca_file = poll_config_ca_file(p->config),
		.etag = same_map ? js_str(p->line, "etag", NULL) : NULL,
		.last_modified =
			same_map ? js_str(p->line, "last_modified", NULL)
				 : NULL,
		.headers = json_object_get(s, "headers"),
		.secret_headers = json_object_get(s, "secret_headers"),
		.allow_private = js_bool(s, "allow_private", false),
		.max_bytes = js_int(s, "max_bytes", 0),
		.connect_timeout_s = (int)js_int(c, "connect_timeout_s", 10),
		.transfer_timeout_s = transfer_s,
		.low_speed_s = transfer_s < LOW_SPEED_MAX_S ? transfer_s
							    : LOW_SPEED_MAX_S,
	};
	p->feed = feed_new(s, &nz, false, &feed_handler, p);
	p->fetch = fetch_start(q->fetcher, &rq, &fetch_handler, p, &p->err);
	return p->fetch ? 0 : -1;
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	struct poller *q = ctx;
	int64_t wait_ms = -1;
	(void)fd;
	(void)what;
	for (struct poll *p;
	     (p = pace_next(q->pace, clock_mono_ms(q->clock), &wait_ms));) {
		if (!start_fetch(p))
			continue;
		pace_done(q->pace, p->source->host);
		send_polled(p, "failed", NULL, &p->err);
		poll_free(p);
	}
	if (wait_ms >= 0)
		after_ms(q->turn, wait_ms + 1);
}

/* --- the outside ---------------------------------------------------------- */

struct poller *poller_new(struct event_base *base, const struct clock *clock,
			  const struct refdata *rd,
			  const struct poller_out *out)
{
	struct poller *q = mem_alloc(sizeof(*q));
	q->base = base;
	q->clock = clock;
	q->refdata = rd;
	q->out = *out;
	q->fetcher = fetcher_new(base);
	q->turn = evtimer_new(base, on_turn, q);
	q->resume = evtimer_new(base, on_resume, q);
	return q;
}

void poller_free(struct poller *q)
{
	if (!q)
		return;
	BUG_ON(q->polls);
	event_free(q->turn);
	event_free(q->resume);
	fetcher_free(q->fetcher);
	pace_free(q->pace);
	poll_config_release(q->config);
	free(q);
}

void poller_use(struct poller *q, struct poll_config *c_take)
{
	/* The numbers of the pace are those of the start: a reload that changes
	 * them is refused (settings_table.c). */
	if (!q->pace)
		q->pace = pace_new(
			(size_t)js_int(c_take->common, "max_parallel", 8),
			(size_t)js_int(c_take->common, "per_host", 2));
	poll_config_release(q->config);
	q->config = c_take;
}

static void refuse(struct poller *q, const json_t *line, const char *why)
{
	json_t *out = polled_line(line, "failed");
	static const struct collector_counts none = {.declared = -1};
	json_object_set_new(out, "complete", json_false());
	put_counts(out, &none);
	js_put_str(out, "kind", err_kind_name(ERR_CONFIG));
	js_put_str(out, "error", why);
	q->out.send(q->out.ctx, out);
}

static struct poll *find(struct poller *q, const char *source)
{
	struct poll *p = q->polls;
	while (p && !str_eq(p->source->name, source))
		p = p->next;
	return p;
}

void poller_poll(struct poller *q, const json_t *line)
{
	const char *name = js_str(line, "source", "");
	const struct source *s =
		q->config ? map_get(&q->config->sources, name) : NULL;
	if (!s) {
		refuse(q, line, "no such source");
		return;
	}
	if (find(q, name)) {
		refuse(q, line, "a poll of this source is in hand");
		return;
	}
	struct poll *p = mem_alloc(sizeof(*p));
	p->poller = q;
	p->config = poll_config_keep(q->config);
	p->source = s;
	p->line = json_deep_copy(line);
	p->started_ms = clock_mono_ms(q->clock);
	p->deadline = evtimer_new(q->base, on_deadline, p);
	after_ms(p->deadline,
		 js_int(q->config->common, "poll_deadline_s", 600) * 1000);
	p->next = q->polls;
	q->polls = p;
	pace_add(q->pace, s->host, js_int(s->json, "min_interval_ms", 0), p);
	look_again(q);
}

void poller_stop(struct poller *q)
{
	while (q->polls)
		/* NOLINTNEXTLINE: it unlinks itself */
		give_up(q->polls, "the collector stops");
}

size_t poller_n_polls(const struct poller *q)
{
	size_t n = 0;
	for (const struct poll *p = q->polls; p; p = p->next)
		n++;
	return n;
}
