/* SPDX-License-Identifier: EUPL-1.2 */
/* The end of a poll. A failed one moves nothing and closes nothing, so that
 * what it would have brought is asked for again; a good one writes cursor,
 * closings and statistics in one commit, after its last offer. Whatever looks
 * cut (fewer lines than were announced, half of the last complete poll, a
 * window) closes nothing; but an offer that was looked up and is gone is
 * withdrawn, whatever the lists said. */
#include "polls.h"

#include <etrier/arena.h>
#include <etrier/clock.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/log.h>
#include <etrier/mem.h>
#include <etrier/schedule.h>
#include <etrier/store_offers.h>
#include <etrier/store_twins.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Offers closed by expiry, and forgotten as copies, in one tick. */
#define EXPIRE_MAX 200
/* A source that shows a window never says that an offer is over: unseen for so
 * long, it is. Longer than any offer is proposed (planner.offer_max_age_days
 * is 45 unless set) and than a source may be ill unnoticed. */
#define DAY_S	     ((int64_t)24 * 3600)
#define UNSEEN_MAX_S (60 * DAY_S)
/* ... and who went unseen for so long is looked for so often. */
#define UNSEEN_LOOK_S 3600

static const char shrunken_note[] =
	"shrunken: less than half of the last complete poll; nothing was "
	"closed (sources poll NAME --accept-shrink)";

static int64_t next_due(const struct polls *p, const struct source *s,
			unsigned failures, int64_t retry_after_s)
{
	return schedule_next_due(
		polls_clock(p),
		&(struct schedule_in){.interval_s =
					      js_int(s->conf, "every_s", 3600),
				      .failures = failures,
				      .retry_after_s = retry_after_s,
				      .seed = schedule_seed(s->name, s->poll)});
}

struct ending {
	struct polls *p;
	struct source *s;
	const json_t *line; /* NULL: failed without an answer */
	const char *error;  /* NULL: good */
	bool is_unchanged;
	enum schedule_close close;
	int64_t n_closed, next_due;
	bool looks_for_unseen;
	bool has_failed; /* in on_closed() */
	struct err *err;
};

static void on_closed(void *ctx, int64_t canonical, bool is_dead)
{
	struct ending *k = ctx;
	if (k->has_failed)
		return;
	if (!is_dead) {
		k->has_failed =
			polls_refresh(k->p, canonical, &is_dead, k->err);
		return;
	}
	live_offer_drop(k->p->live, canonical);
	k->has_failed = polls_event(
		k->p, "offer.closed", canonical,
		json_pack("{s:s*}", "source", k->s ? k->s->name : NULL),
		k->err);
}

static void take_answer(struct ending *k, struct store_source *row)
{
	row->failures = 0;
	row->good_at = polls_clock(k->p);
	if (k->is_unchanged)
		return;
	row->last_error = k->close == SCHEDULE_SHRUNKEN ? shrunken_note : NULL;
	/* A shrunken feed is fetched whole again next time. */
	bool keep = k->close != SCHEDULE_SHRUNKEN;
	row->cursor = keep ? js_str(k->line, "cursor", NULL) : row->cursor;
	row->etag = keep ? js_str(k->line, "etag", NULL) : NULL;
	row->last_modified =
		keep ? js_str(k->line, "last_modified", NULL) : NULL;
	row->body_hash = keep ? js_str(k->line, "body_hash", NULL) : NULL;
	if (k->close == SCHEDULE_CLOSE) {
		row->complete_at = polls_clock(k->p);
		row->complete_count = js_int(k->line, "good", 0);
	}
}

/* What was looked up and is gone. No more than was asked for is believed. */
static int close_gone(struct ending *k, struct err *err)
{
	const json_t *gone = json_object_get(k->line, "gone"), *v;
	const char **refs = mem_array(k->s->n_checked + 1, sizeof(*refs));
	size_t n = 0, i;
	int64_t n_closed = 0;
	json_array_foreach(gone, i, v)
	{
		if (n < k->s->n_checked && json_is_string(v))
			refs[n++] = json_string_value(v);
	}
	int result = 0;
	if (n)
		result = store_offers_close_refs(
			k->p->store, k->s->name, refs, n, k->s->poll,
			polls_clock(k->p), on_closed, k, &n_closed, err);
	k->n_closed += n_closed;
	free(refs);
	return result;
}

/* What the answer means for the offers and the row. */
static int take_good(struct ending *k, struct store_source *row,
		     struct err *err)
{
	struct polls *p = k->p;
	if (k->close == SCHEDULE_CLOSE && !k->is_unchanged &&
	    store_offers_close_unseen(p->store, k->s->name, k->s->poll,
				      polls_clock(p), on_closed, k,
				      &k->n_closed, err))
		return -1;
	if (k->has_failed || close_gone(k, err))
		return -1;
	if (k->has_failed || polls_strip(p, k->s, err))
		return -1;
	take_answer(k, row);
	return 0;
}

static int end_poll(struct store *store, void *ctx, struct err *err)
{
	struct ending *k = ctx;
	struct store_source row;
	struct arena a;
	int result = -1;
	arena_init(&a);
	k->err = err;
	if (store_source_get(store, k->s->name, &a, &row, err))
		goto out;
	row.last_poll_at = polls_clock(k->p);
	row.last_error = k->error;
	if (k->error) {
		row.failures++;
	} else if (take_good(k, &row, err)) {
		goto out;
	}
	row.next_due = next_due(k->p, k->s, (unsigned)row.failures,
				js_int(k->line, "retry_after_s", 0));
	result = store_source_put(store, &row, err);
	k->next_due = row.next_due;
out:
	arena_clear(&a);
	return result;
}

static int decide_closing(struct ending *k, struct err *err)
{
	struct store_source row;
	struct arena a;
	arena_init(&a);
	int result = store_source_get(k->p->store, k->s->name, &a, &row, err);
	if (!result)
		k->close = schedule_close(
			js_bool(k->line, "complete", false),
			js_int(k->line, "good", 0),
			k->s->accept_shrink ? -1 : row.complete_count);
	arena_clear(&a);
	return result;
}

/* Nothing is wrong, but somebody should know. A feed's own count is compared
 * and told, never trusted (formats.md D19); offers that were looked up are not
 * of it. */
static void take_remark(const struct ending *k)
{
	struct source *s = k->s;
	const char *note = js_str(k->line, "note", "");
	int64_t declared = js_int(k->line, "declared", -1);
	bool is_other =
		declared > s->seen || (declared < s->seen && !s->n_checked);
	if (k->is_unchanged)
		return; /* neither is what was said of it */
	snprintf(s->remark, sizeof(s->remark), "%.*s",
		 k->error ? 0 : (int)utf8_cut(note, NOTE_MAX - 1), note);
	if (k->error || declared < 0 || !is_other ||
	    !js_bool(k->line, "complete", false))
		return;
	snprintf(s->remark, sizeof(s->remark),
		 "the feed counts %" PRId64 " offers and shows %" PRId64
		 "%s%.*s",
		 declared, s->seen, *note ? "; " : "", (int)utf8_cut(note, 100),
		 note);
}

static void report(struct ending *k)
{
	struct polls *p = k->p;
	struct source *s = k->s;
	p->stats.polls++;
	p->stats.failed += k->error != NULL;
	p->stats.unchanged += k->is_unchanged;
	p->stats.shrunken += k->close == SCHEDULE_SHRUNKEN;
	p->stats.bytes += (uint64_t)js_int(k->line, "bytes", 0);
	p->stats.offers_closed += (uint64_t)k->n_closed;
	/* "Unchanged" is asked for only after an answer that was taken whole:
	 * it ends whatever was wrong since then. */
	str_copy(s->note, sizeof(s->note), k->error ? k->error : "");
	if (k->close == SCHEDULE_SHRUNKEN)
		str_copy(s->note, sizeof(s->note), shrunken_note);
	take_remark(k);
	s->is_quarantined = k->close == SCHEDULE_SHRUNKEN ||
			    (k->error && str_eq(js_str(k->line, "kind", ""),
						err_kind_name(ERR_INPUT)));
	s->cert_expires = js_int(k->line, "cert_expires", s->cert_expires);
	log_event(k->error || k->close == SCHEDULE_SHRUNKEN ? LOG_WARNING
							    : LOG_INFO,
		  k->error ? "poll.failed" : "poll.done",
		  LOG_S("source", s->name), LOG_D("seen", s->seen),
		  LOG_D("bad", s->bad), LOG_D("closed", k->n_closed),
		  LOG_D("ms", js_int(k->line, "ms", 0)),
		  /* A program's own words are not for the log. */
		  LOG_S("note", k->error ? js_str(k->line, "reason", s->note)
					 : s->note));
}

/* Why the answer cannot be taken, or NULL. */
static const char *error_of(const struct ending *k)
{
	if (k->error)
		return k->error;
	if (k->s->is_store_broken)
		return "offers could not be stored";
	if (!k->is_unchanged &&
	    !str_eq(js_str(k->line, "result", "failed"), "ok"))
		return js_str(k->line, "error", "failed");
	/* A line that was lost on its way must be fetched again; where the
	 * lists are unchanged, it is of an offer that was looked up. */
	if (k->s->n_received < k->s->good)
		return "fewer offers came than were announced";
	return NULL;
}

int polls_finish(struct polls *p, struct source *s, const json_t *line,
		 const char *error, struct err *err)
{
	struct ending k = {.p = p,
			   .s = s,
			   .line = line,
			   .error = error,
			   .close = SCHEDULE_NOT_WHOLE};
	int result = 0;
	while (!result && polls_has_waiting(p))
		result = polls_flush(p, err);
	s->seen = js_int(line, "seen", 0);
	s->good = js_int(line, "good", 0);
	s->bad += js_int(line, "bad", 0);
	k.is_unchanged = str_eq(js_str(line, "result", ""), "unchanged");
	k.error = error_of(&k);
	if (!k.error && !k.is_unchanged && decide_closing(&k, err))
		k.error = "the store could not be read";
	if (store_tx(p->store, end_poll, &k, err)) {
		/* Not even the failure could be written: a while later. */
		live_resync(p->live);
		k.n_closed = 0;
		k.next_due = next_due(p, s, 1, 0);
		if (!k.error)
			k.error = "the end of the poll could not be stored";
		result = -1;
	}
	s->next_due = k.next_due;
	if (!k.error)
		s->good_at = polls_clock(p);
	report(&k);
	s->accept_shrink = s->accept_shrink && (k.error || k.is_unchanged);
	s->poll = 0;
	return result;
}

static int expire(struct store *store, void *ctx, struct err *err)
{
	struct ending *k = ctx;
	int64_t now = polls_clock(k->p);
	k->err = err;
	int64_t unseen_since =
		k->looks_for_unseen ? now - UNSEEN_MAX_S : INSTANT_NONE;
	if (store_offers_expire(store, now, unseen_since, EXPIRE_MAX, on_closed,
				k, &k->n_closed, err))
		return -1;
	if (k->has_failed)
		return -1;
	return store_twin_keys_purge(store, now - POLLS_TWIN_DAYS * DAY_S,
				     EXPIRE_MAX, err);
}

int polls_expire(struct polls *p, struct err *err)
{
	int64_t now = polls_clock(p);
	/* A clock that was put back looks at once. */
	struct ending k = {.p = p,
			   .looks_for_unseen =
				   now < p->unseen_at ||
				   now >= p->unseen_at + UNSEEN_LOOK_S};
	if (store_tx(p->store, expire, &k, err)) {
		live_resync(p->live);
		return -1;
	}
	if (k.looks_for_unseen && !k.n_closed)
		p->unseen_at = now;
	p->stats.offers_closed += (uint64_t)k.n_closed;
	return 0;
}
