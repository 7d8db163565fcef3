/* SPDX-License-Identifier: EUPL-1.2 */
/* Sources in time. One struct source per configured source; what must survive
 * (cursor, failures, next_due) is in the store, what need not (the poll in
 * hand) is here.
 *
 *   due ─► poll begun (durable number) ─► offers, in batches ─► polled:
 *     failed     failures + 1, nothing moves, nothing closes
 *     unchanged  next time
 *     ok         cursor + statistics + closings in one commit */
#include "polls.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/schedule.h>
#include <etrier/store_events.h>
#include <etrier/store_offers.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <stdlib.h>
#include <string.h>

int64_t polls_clock(const struct polls *p)
{
	return clock_now(p->clock);
}

static void source_free(void *v)
{
	struct source *s = v;
	free(s->name);
	json_decref(s->conf);
	free(s);
}

struct polls *polls_new(struct store *store, struct live *live,
			const struct clock *clock, const struct polls_ops *ops)
{
	struct polls *p = mem_alloc(sizeof(*p));
	p->store = store;
	p->live = live;
	p->clock = clock;
	p->ops = *ops;
	map_init(&p->sources);
	return p;
}

/* The first n are done with. */
static void drop_batch(struct polls *p, int n)
{
	for (int i = 0; i < n; i++)
		json_decref(p->batch[i].line);
	p->n_batch -= n;
	memmove(p->batch, p->batch + n, (size_t)p->n_batch * sizeof(*p->batch));
}

void polls_free(struct polls *p)
{
	if (!p)
		return;
	drop_batch(p, p->n_batch);
	map_clear(&p->sources, source_free);
	free(p);
}

static int add_source(struct polls *p, const char *name, json_t *conf,
		      struct err *err)
{
	struct arena a;
	struct store_source row;
	arena_init(&a);
	int result = store_source_get(p->store, name, &a, &row, err);
	if (!result) {
		struct source *s = mem_alloc(sizeof(*s));
		s->name = mem_dup(name);
		s->conf = json_incref(conf);
		s->next_due = row.next_due;
		s->good_at = row.good_at;
		s->is_stale = row.is_stale;
		str_copy(s->note, sizeof(s->note),
			 row.last_error ? row.last_error : "");
		map_put(&p->sources, name, s);
	}
	arena_clear(&a);
	return result;
}

/* A poll in hand keeps its source until it ends. */
static void forget_gone(struct polls *p)
{
	const char *name;
	void *v;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		struct source *s = v;
		if (s->is_gone && !s->poll) {
			(void)map_remove(&p->sources, s->name);
			source_free(s);
		}
	}
}

int polls_configure(struct polls *p, const json_t *sources, int64_t deadline_s,
		    struct err *err)
{
	p->deadline_s = deadline_s;
	const char *name;
	void *v;
	json_t *copy = json_deep_copy(sources), *conf;
	int result = 0;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		struct source *s = v;
		s->is_gone = !json_object_get(copy, name);
	}
	json_object_foreach(copy, name, conf)
	{
		struct source *s = map_get(&p->sources, name);
		if (s) {
			json_decref(s->conf);
			s->conf = json_incref(conf);
		} else if (add_source(p, name, conf, err)) {
			result = -1;
		}
	}
	json_decref(copy);
	forget_gone(p);
	return result;
}

static bool is_exec(const struct source *s)
{
	return str_eq(js_str(s->conf, "kind", ""), "exec");
}

void polls_collector_up(struct polls *p)
{
	p->has_collector = true;
}

void polls_runner_up(struct polls *p)
{
	p->has_runner = true;
}

/* --- offers -------------------------------------------------------------- */

static struct source *source_of_poll(struct polls *p, int64_t poll,
				     const char *name)
{
	struct source *s = name ? map_get(&p->sources, name) : NULL;
	return s && s->poll == poll ? s : NULL;
}

bool polls_has_waiting(const struct polls *p)
{
	return p->n_batch > 0;
}

int polls_flush(struct polls *p, struct err *err)
{
	if (!p->n_batch)
		return 0;
	int result = store_tx(p->store, polls_write_batch, p, err);
	if (result)
		live_resync(p->live);
	/* What was lost must be fetched again: the cursor may not move. */
	for (int i = 0; result && i < p->n_batch; i++)
		p->batch[i].source->is_store_broken = true;
	drop_batch(p, result ? p->n_batch : p->n_written);
	return result;
}

static int on_offer(struct polls *p, json_t *line, struct err *err)
{
	const json_t *offer = json_object_get(line, "offer");
	struct source *s = source_of_poll(
		p, js_int(line, "poll", -1),
		js_str(line, "source", js_str(offer, "source", NULL)));
	if (!s)
		return err_set(err, ERR_INPUT,
			       "an offer of no poll that is in hand");
	p->stats.offers++;
	s->n_received++;
	p->batch[p->n_batch++] = (struct waiting){
		.source = s,
		.line = json_incref(json_object_get(line, "offer"))};
	return p->n_batch == BATCH_MAX ? polls_flush(p, err) : 0;
}

int polls_line(struct polls *p, const char *type, json_t *line, struct err *err)
{
	if (str_eq(type, "offer"))
		return on_offer(p, line, err);
	if (!str_eq(type, "polled"))
		return err_set(err, ERR_INPUT,
			       "a \"%s\" line has no place here", type);
	struct source *s = source_of_poll(p, js_int(line, "poll", -1),
					  js_str(line, "source", NULL));
	if (!s)
		return err_set(err, ERR_INPUT, "the end of no poll in hand");
	return polls_finish(p, s, line, NULL, err);
}

static int fail_polls(struct polls *p, bool of_exec, const char *why,
		      struct err *err)
{
	const char *name;
	void *v;
	int result = 0;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		struct source *s = v;
		if (s->poll && is_exec(s) == of_exec &&
		    polls_finish(p, s, NULL, why, err))
			result = -1;
	}
	return result;
}

int polls_collector_down(struct polls *p, struct err *err)
{
	p->has_collector = false;
	return fail_polls(p, false, "the collector died meanwhile", err);
}

int polls_runner_down(struct polls *p, struct err *err)
{
	p->has_runner = false;
	return fail_polls(p, true, "the runner died meanwhile", err);
}

/* --- time --------------------------------------------------------------- */

struct checking {
	json_t *refs;
	size_t n_bytes;
};

static int add_ref(void *ctx, const char *ref)
{
	struct checking *k = ctx;
	k->n_bytes += 2 * strlen(ref) + 3; /* each byte escaped, "", */
	if (k->n_bytes > POLLS_CHECK_BYTES)
		return 1;
	return json_array_append_new(k->refs, json_string(ref));
}

/* What the lists have not shown for long, for a source that can be asked for
 * one offer. */
static int put_check(struct polls *p, struct source *s, json_t *line,
		     struct err *err)
{
	const json_t *detail = json_object_get(s->conf, "detail");
	struct checking k = {.refs = json_array()};
	int result = 0;
	if (detail)
		result = store_offers_unseen(
			p->store, s->name, polls_clock(p) - POLLS_UNSEEN_S,
			(int)js_int(detail, "max", 100), add_ref, &k, err);
	s->n_checked = json_array_size(k.refs);
	if (s->n_checked)
		json_object_set(line, "check", k.refs);
	json_decref(k.refs);
	return result;
}

static int begin(struct polls *p, struct source *s, struct err *err)
{
	struct store_source row;
	struct arena a;
	arena_init(&a);
	int result = -1;
	json_t *line = wire_line("poll");
	if (store_source_get(p->store, s->name, &a, &row, err) ||
	    put_check(p, s, line, err) ||
	    store_poll_begin(p->store, s->name, &s->poll, err))
		goto out;
	s->begun_ms = clock_mono_ms(p->clock);
	s->n_received = 0;
	s->bad = 0;
	s->is_store_broken = false;
	js_put_int(line, "id", s->poll, 0);
	js_put_str(line, "source", s->name);
	js_put_str(line, "cursor", row.cursor);
	js_put_str(line, "etag", row.etag);
	js_put_str(line, "last_modified", row.last_modified);
	js_put_str(line, "body_hash", row.body_hash);
	js_put_str(line, "map", js_str(s->conf, "map", NULL));
	p->ops.send(p->ops.ctx, line);
	line = NULL;
	result = 0;
out:
	json_decref(line);
	arena_clear(&a);
	return result;
}

static bool is_late(const struct polls *p, const struct source *s)
{
	/* A program has a time of its own, after its turn has come; twice, for
	 * what it printed is read under the same ceiling. */
	int64_t program_s = is_exec(s) ? js_int(s->conf, "timeout_s", 0) : 0;
	return s->poll && p->deadline_s &&
	       clock_mono_ms(p->clock) >
		       s->begun_ms + (p->deadline_s + 2 * program_s) * 1000;
}

/* The stored instant comes from a clock that may have been wrong: none is
 * believed that lies further ahead than any schedule puts it. */
static bool is_due(const struct polls *p, const struct source *s)
{
	int64_t now = polls_clock(p);
	int64_t furthest = js_int(s->conf, "every_s", 3600) +
			   SCHEDULE_BACKOFF_MAX_S + SCHEDULE_RETRY_AFTER_MAX_S;
	if (!(is_exec(s) ? p->has_runner : p->has_collector) || s->poll ||
	    s->is_gone || !js_bool(s->conf, "enabled", true))
		return false;
	return s->next_due == INSTANT_NONE || s->next_due <= now ||
	       s->next_due > now + 2 * furthest;
}

int polls_tick(struct polls *p, struct err *err)
{
	const char *name;
	void *v;
	if (polls_expire(p, err) || polls_look_at_licences(p, err))
		return -1;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		struct source *s = v;
		if (is_late(p, s) &&
		    polls_finish(p, s, NULL, "took too long", err))
			return -1;
		if (is_due(p, s) && begin(p, s, err))
			return -1;
	}
	forget_gone(p);
	return 0;
}

int polls_now(struct polls *p, const char *wanted, bool accept_shrink)
{
	const char *name;
	void *v;
	int n = 0;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		struct source *s = v;
		if (wanted && !str_eq(wanted, name))
			continue;
		s->next_due = polls_clock(p);
		s->accept_shrink = s->accept_shrink || accept_shrink;
		n++;
	}
	return n || !wanted ? 0 : -1;
}

bool polls_is_busy(const struct polls *p)
{
	const char *name;
	void *v;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		if (((struct source *)v)->poll)
			return true;
	}
	return false;
}

static void put_instant(json_t *row, const char *key, int64_t at)
{
	char text[21];
	if (at == INSTANT_NONE || at == 0)
		return;
	instant_format(at, text);
	js_put_str(row, key, text);
}

/* The latest that any back-off, interval or Retry-After, with its jitter, can
 * ask for from now on. */
static int64_t latest_due(const struct polls *p, const struct source *s)
{
	int64_t most = js_int(s->conf, "every_s", 3600);
	if (most < SCHEDULE_RETRY_AFTER_MAX_S)
		most = SCHEDULE_RETRY_AFTER_MAX_S;
	return polls_clock(p) + most + most * SCHEDULE_JITTER_PERCENT / 100;
}

void polls_clock_stepped(struct polls *p)
{
	const char *name;
	void *v;
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		struct source *s = v;
		if (s->next_due > latest_due(p, s))
			s->next_due = polls_clock(p);
	}
}

json_t *polls_report(struct polls *p, struct err *err)
{
	const char *name;
	void *v;
	json_t *rows = json_array();
	for (size_t i = 0; map_each(&p->sources, &i, &name, &v);) {
		const struct source *s = v;
		struct store_source row;
		struct arena a;
		int64_t live = 0;
		arena_init(&a);
		if (store_source_get(p->store, name, &a, &row, err) ||
		    store_offers_live_count(p->store, name, &live, err)) {
			arena_clear(&a);
			json_decref(rows);
			return NULL;
		}
		json_t *out = json_object();
		js_put_str(out, "name", name);
		js_put_str(out, "kind", js_str(s->conf, "kind", NULL));
		json_object_set_new(
			out, "enabled",
			json_boolean(js_bool(s->conf, "enabled", true)));
		put_instant(out, "last_ok",
			    row.failures ? row.complete_at : row.last_poll_at);
		js_put_int(out, "live", live, -1);
		js_put_int(out, "seen", s->seen, -1);
		js_put_int(out, "good", s->good, -1);
		js_put_int(out, "bad", s->bad, -1);
		js_put_int(out, "failures", row.failures, -1);
		put_instant(out, "next", s->next_due);
		json_object_set_new(out, "polling", json_boolean(s->poll != 0));
		json_object_set_new(out, "quarantined",
				    json_boolean(s->is_quarantined));
		json_object_set_new(out, "stale", json_boolean(s->is_stale));
		put_instant(out, "cert_expires",
			    s->cert_expires ? s->cert_expires : INSTANT_NONE);
		js_put_str(out, "note", *s->note ? s->note : NULL);
		js_put_str(out, "remark", *s->remark ? s->remark : NULL);
		json_array_append_new(rows, out);
		arena_clear(&a);
	}
	return rows;
}

void polls_stats(const struct polls *p, struct polls_stats *out)
{
	*out = p->stats;
}
