/* SPDX-License-Identifier: EUPL-1.2 */
/* Polls as lines: what the engine asks for, begun; what comes of it, told. At
 * most one poll of a source at a time. The engine decides when; a poll fails
 * once and for all, and trying again later is its business. */
#include "poll.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <stdlib.h>

struct asked { /* a poll in hand */
	struct asked *next;
	struct poller *poller;
	const struct source *source;
	json_t *line; /* the engine's */
	struct poll *poll;
};
struct poller {
	struct poller_out out;
	struct poll_config *config;
	struct polling *polling;
	struct asked *polls;
};

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

static json_t *polled_line(const json_t *request, const char *result)
{
	json_t *line = wire_line("polled");
	json_object_set_new(line, "poll",
			    json_integer(js_int(request, "id", -1)));
	js_put_str(line, "source", js_str(request, "source", NULL));
	js_put_str(line, "result", result);
	return line;
}

static void put_result(json_t *line, const struct poll_result *r)
{
	json_object_set_new(line, "complete", json_boolean(r->is_complete));
	put_counts(line, r->counts);
	json_object_set_new(line, "ms", json_integer(r->ms));
	js_put_int(line, "http", r->http, 0);
	js_put_int(line, "retry_after_s", r->retry_after_s, 0);
	js_put_int(line, "cert_expires", r->cert_expires, 0);
	js_put_str(line, "etag", r->etag);
	js_put_str(line, "last_modified", r->last_modified);
	js_put_str(line, "cursor", r->cursor);
	js_put_str(line, "body_hash", r->body_hash);
	js_put_str(line, "note", r->note);
	if (json_array_size(r->gone))
		json_object_set_new(line, "gone", json_deep_copy(r->gone));
	if (!r->err)
		return;
	js_put_str(line, "kind", err_kind_name(r->err->kind));
	js_put_str(line, "error", r->err->text);
}

static void asked_free(struct asked *q)
{
	struct asked **at = &q->poller->polls;
	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	json_decref(q->line);
	free(q);
}

static void on_end(void *ctx, const struct poll_result *r)
{
	struct asked *q = ctx;
	struct poller_out *out = &q->poller->out;
	const char *result = r->err	       ? "failed"
			     : r->is_unchanged ? "unchanged"
					       : "ok";
	json_t *line = polled_line(q->line, result);
	put_result(line, r);
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
	out->send(out->ctx, line);
	asked_free(q);
}

static void on_offer(void *ctx, const struct offer *o,
		     const struct notes *notes)
{
	struct asked *q = ctx;
	json_t *line = wire_line("offer");
	(void)notes;
	json_object_set_new(line, "poll",
			    json_integer(js_int(q->line, "id", -1)));
	json_object_set_new(line, "offer", offer_to_json(o));
	q->poller->out.send(q->poller->out.ctx, line);
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
	k->polling = polling_new(base, clock, rd);
	return k;
}

void poller_free(struct poller *k)
{
	if (!k)
		return;
	BUG_ON(k->polls);
	polling_free(k->polling);
	poll_config_release(k->config);
	free(k);
}

void poller_use(struct poller *k, struct poll_config *c_take)
{
	/* The numbers of the pace are those of the start: a reload that changes
	 * them is refused (settings_table.c). */
	polling_set_pace(k->polling,
			 (size_t)js_int(c_take->common, "max_parallel", 8),
			 (size_t)js_int(c_take->common, "per_host", 2));
	poll_config_release(k->config);
	k->config = c_take;
}

static void refuse(struct poller *k, const json_t *line, const char *why)
{
	static const struct collector_counts none = {.declared = -1};
	struct err err;
	err_set(&err, ERR_CONFIG, "%s", why);
	json_t *out = polled_line(line, "failed");
	put_result(out, &(struct poll_result){.counts = &none, .err = &err});
	k->out.send(k->out.ctx, out);
}

static bool is_in_hand(const struct poller *k, const char *source)
{
	const struct asked *q = k->polls;
	while (q && !str_eq(q->source->name, source))
		q = q->next;
	return q != NULL;
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
	if (is_in_hand(k, name)) {
		refuse(k, line, "a poll of this source is in hand");
		return;
	}
	struct asked *q = mem_alloc(sizeof(*q));
	q->poller = k;
	q->source = s;
	q->line = json_deep_copy(line);
	q->next = k->polls;
	k->polls = q;
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
	while (k->polls)
		/* NOLINTNEXTLINE: it unlinks itself */
		poll_give_up(k->polls->poll, "the collector stops");
}

size_t poller_n_polls(const struct poller *k)
{
	size_t n = 0;
	for (const struct asked *q = k->polls; q; q = q->next)
		n++;
	return n;
}
