/* SPDX-License-Identifier: EUPL-1.2 */
/* Polls as lines: what the engine asks for, begun; what comes of it, told. At
 * most one poll of a source at a time. The engine decides when; a poll fails
 * once and for all, and trying again later is its business. */
#include "poll.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/js_out.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <stdlib.h>

struct asked { /* a poll in hand */
	struct poller *poller;
	const struct source *source;
	json_t *line; /* the engine's */
	struct poll *poll;
};
struct poller {
	struct poller_out out;
	struct poll_config *config;
	struct polling *polling;
	struct map polls; /* source's name -> struct asked */
	struct buf line;  /* the one being written */
};

/* --- the answer ----------------------------------------------------------- */

static void out_counts(struct buf *b, const struct collector_counts *c)
{
	js_out_int(b, "seen", c->seen);
	js_out_int(b, "good", c->good);
	js_out_int(b, "bad", c->bad);
	js_out_int(b, "closed", c->closed);
	js_out_int(b, "no_trade", c->no_trade);
	js_out_int(b, "no_place", c->no_place);
	if (c->declared >= 0)
		js_out_int(b, "declared", c->declared);
	js_out_int(b, "bytes", c->bytes);
}

static void out_known(struct buf *b, const char *key, int64_t v)
{
	if (v)
		js_out_int(b, key, v);
}

static void out_result(struct buf *b, const struct poll_result *r)
{
	js_out_bool(b, "complete", r->is_complete);
	out_counts(b, r->counts);
	js_out_int(b, "ms", r->ms);
	out_known(b, "http", r->http);
	out_known(b, "retry_after_s", r->retry_after_s);
	out_known(b, "cert_expires", r->cert_expires);
	js_out_str(b, "etag", r->etag);
	js_out_str(b, "last_modified", r->last_modified);
	js_out_str(b, "cursor", r->cursor);
	js_out_str(b, "body_hash", r->body_hash);
	js_out_str(b, "note", r->note);
	if (json_array_size(r->gone))
		js_out_value(b, "gone", r->gone);
	if (!r->err)
		return;
	js_out_str(b, "kind", err_kind_name(r->err->kind));
	js_out_str(b, "error", r->err->text);
}

/* A line about the poll that was asked for; to be closed. */
static struct buf *begin_line(struct poller *k, const char *type,
			      const json_t *request)
{
	struct buf *b = &k->line;
	buf_reset(b);
	buf_addc(b, '{');
	js_out_str(b, "t", type);
	js_out_int(b, "poll", js_int(request, "id", -1));
	return b;
}

static void send_polled(struct poller *k, const json_t *request,
			const char *result, const struct poll_result *r)
{
	struct buf *b = begin_line(k, "polled", request);
	js_out_str(b, "source", js_str(request, "source", NULL));
	js_out_str(b, "result", result);
	out_result(b, r);
	buf_addc(b, '}');
	k->out.send(k->out.ctx, "polled", b);
}

static void asked_free(struct asked *q)
{
	map_remove(&q->poller->polls, js_str(q->line, "source", ""));
	json_decref(q->line);
	free(q);
}

static void on_end(void *ctx, const struct poll_result *r)
{
	struct asked *q = ctx;
	const char *result = r->err	       ? "failed"
			     : r->is_unchanged ? "unchanged"
					       : "ok";
	log_event(LOG_INFO, "poll.done", LOG_S("source", q->source->name),
		  LOG_S("result", result), LOG_D("seen", r->counts->seen),
		  LOG_D("good", r->counts->good), LOG_D("bad", r->counts->bad),
		  LOG_D("http", r->http), LOG_D("ms", r->ms));
	/* A feed's own count is compared and told, never trusted: one counts
	 * what its page shows, another what it forgot (formats.md D19). */
	if (!r->err && r->counts->declared >= 0 &&
	    r->counts->declared != r->counts->seen)
		log_event(LOG_NOTICE, "poll.count",
			  LOG_S("source", q->source->name),
			  LOG_D("declared", r->counts->declared),
			  LOG_D("seen", r->counts->seen));
	send_polled(q->poller, q->line, result, r);
	asked_free(q);
}

static void on_offer(void *ctx, const struct offer *o,
		     const struct notes *notes)
{
	struct asked *q = ctx;
	struct poller *k = q->poller;
	struct buf *b = begin_line(k, "offer", q->line);
	(void)notes;
	js_out_key(b, "offer");
	offer_write(o, b);
	buf_addc(b, '}');
	k->out.send(k->out.ctx, "offer", b);
}

static void on_bad(void *ctx, int64_t number, const char *reason,
		   const struct err *err)
{
	const struct asked *q = ctx;
	(void)err; /* may quote the feed */
	if (feed_counts(poll_feed(q->poll))->bad <= POLLER_BAD_LOGGED)
		log_event(LOG_NOTICE, "offer.bad",
			  LOG_S("source", q->source->name),
			  LOG_D("number", number), LOG_S("reason", reason));
}

/* Full above POLLER_UNSENT_MAX. */
static bool has_room(void *ctx)
{
	const struct poller_out *out = &((struct asked *)ctx)->poller->out;
	return out->unsent(out->ctx) <= POLLER_UNSENT_MAX;
}

/* --- the outside ---------------------------------------------------------- */

struct poller *poller_new(struct event_base *base, const struct clock *clock,
			  const struct refdata *rd,
			  const struct poller_out *out)
{
	struct poller *k = mem_alloc(sizeof(*k));
	k->out = *out;
	buf_init(&k->line, WIRE_LINE_MAX);
	map_init(&k->polls);
	k->polling = polling_new(base, clock, rd);
	return k;
}

void poller_free(struct poller *k)
{
	if (!k)
		return;
	BUG_ON(map_count(&k->polls));
	map_clear(&k->polls, NULL);
	polling_free(k->polling);
	poll_config_release(k->config);
	buf_clear(&k->line);
	free(k);
}

void poller_use(struct poller *k, struct poll_config *c_take)
{
	/* The numbers of the pace are those of the start: a reload that changes
	 * them is refused (settings_table.c). */
	polling_set_pace(k->polling, c_take->max_parallel, c_take->per_host);
	poll_config_release(k->config);
	k->config = c_take;
}

static void refuse(struct poller *k, const json_t *line, const char *why)
{
	static const struct collector_counts none = {.declared = -1};
	struct err err;
	err_set(&err, ERR_CONFIG, "%s", why);
	send_polled(k, line, "failed",
		    &(struct poll_result){.counts = &none, .err = &err});
}

void poller_poll(struct poller *k, const json_t *line)
{
	static const struct poll_handler handler = {
		.feed = {on_offer, on_bad},
		.has_room = has_room,
		.on_end = on_end,
	};
	const char *name = js_str(line, "source", "");
	struct source *s =
		k->config ? map_get(&k->config->sources, name) : NULL;
	if (!s) {
		refuse(k, line, "no such source");
		return;
	}
	if (map_get(&k->polls, name)) {
		refuse(k, line, "a poll of this source is in hand");
		return;
	}
	struct asked *q = mem_alloc(sizeof(*q));
	q->poller = k;
	q->source = s;
	/* Ours to the end; nobody changes it. */
	q->line = json_incref((json_t *)(uintptr_t)line);
	map_put(&k->polls, name, q);
	q->poll = poll_start(
		k->polling,
		&(struct poll_in){
			.source = s,
			.config = k->config,
			.cursor = js_str(q->line, "cursor", NULL),
			.etag = js_str(q->line, "etag", NULL),
			.last_modified = js_str(q->line, "last_modified", NULL),
			.check = json_object_get(q->line, "check"),
		},
		&handler, q);
}

void poller_stop(struct poller *k)
{
	const char *name;
	void *q;
	for (size_t i = 0; map_each(&k->polls, &i, &name, &q);)
		poll_give_up(((struct asked *)q)->poll, "the collector stops");
}

size_t poller_n_polls(const struct poller *k)
{
	return map_count(&k->polls);
}
