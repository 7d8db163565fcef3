/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers as each source tells them, and the canonical ids everything else
 * names. An offer is live, withdrawn (its source says so, or a complete poll
 * missed it) or expired (its date passed); seen live again, it is revived under
 * the same id. What the quality gate stops is quarantined or rejected, until
 * somebody decides about that content. Nothing is deleted here.
 *
 * Does not: judge whether a poll may close anything (schedule.h does). */
#include "db.h"
#include "strip.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_offers.h>
#include <etrier/str.h>

#include <stdlib.h>

/* --- one offer comes in -----------------------------------------------------
 */

struct put {
	const struct store_offer_in *in;
	int64_t now;
	enum offer_status status; /* what it is from now on */
	int64_t id, canonical;
	enum store_offer_change change;
	bool is_written; /* more than the time it was seen */
};

static bool is_held(enum offer_status status)
{
	return status == OFFER_QUARANTINED || status == OFFER_REJECTED;
}

/* What the gate says counts until somebody decided about this content. */
static void judge(struct put *p, const char *decision, const char *about)
{
	bool is_decided = decision && str_eq(about, p->in->hash);
	if (p->status != OFFER_LIVE)
		return;
	if (is_decided)
		p->status = str_eq(decision, "accepted") ? OFFER_LIVE
							 : OFFER_REJECTED;
	else if (p->in->outcome == QUALITY_REJECT)
		p->status = OFFER_REJECTED;
	else if (p->in->outcome == QUALITY_QUARANTINE)
		p->status = OFFER_QUARANTINED;
}

static int insert_offer(struct store *s, struct put *p, struct err *err)
{
	const struct store_offer_in *in = p->in;
	bool is_live = p->status == OFFER_LIVE;
	if (db_run(s, err, "INSERT INTO canonical (first_seen) VALUES (?1)",
		   db_int(p->now)))
		return -1;
	p->canonical = db_last_id(s);
	p->is_written = true;
	p->change = STORE_OFFER_CLOSED;
	if (is_live)
		p->change = STORE_OFFER_NEW;
	else if (is_held(p->status))
		p->change = STORE_OFFER_HELD;
	if (db_run(s, err,
		   "INSERT INTO offer (source, ref, canonical, hash, "
		   "fields, status, expires, first_seen, last_seen, poll, "
		   "closed_at, rank, judged) VALUES (?1, ?2, ?3, ?4, ?5, "
		   "?6, ?7, ?8, ?8, ?9, ?10, ?11, ?12)",
		   db_text(in->source), db_text(in->ref), db_int(p->canonical),
		   db_text(in->hash), db_text(in->fields),
		   db_word(&vocab_offer_state, (int)p->status),
		   db_instant(in->expires), db_int(p->now), db_int(in->poll),
		   db_instant(is_live ? INSTANT_NONE : p->now),
		   db_int(in->rank), db_text(in->judged)))
		return -1;
	p->id = db_last_id(s);
	return 0;
}

static enum store_offer_change compare(const struct put *p,
				       enum offer_status was, bool same_hash)
{
	if (is_held(p->status))
		return was == p->status ? STORE_OFFER_SAME : STORE_OFFER_HELD;
	if (p->status != OFFER_LIVE)
		return was == OFFER_LIVE ? STORE_OFFER_CLOSED
					 : STORE_OFFER_SAME;
	if (was != OFFER_LIVE)
		return STORE_OFFER_REVIVED;
	return same_hash ? STORE_OFFER_SAME : STORE_OFFER_CHANGED;
}

static int drop_if_dead(struct store *s, int64_t canonical, bool *is_dead,
			struct err *err)
{
	int64_t n;
	if (db_get_int(s, &n, err,
		       "SELECT count(*) FROM offer "
		       "WHERE canonical = ?1 AND status = 'live'",
		       db_int(canonical)))
		return -1;
	*is_dead = n == 0;
	if (n)
		return 0;
	return db_run(s, err,
		      "UPDATE canonical SET fields = NULL WHERE id = ?1",
		      db_int(canonical));
}

static int touch_offer(struct store *s, const struct put *p, struct err *err)
{
	return db_run(s, err,
		      "UPDATE offer SET last_seen = ?3, poll = ?4 "
		      "WHERE source = ?1 AND ref = ?2",
		      db_text(p->in->source), db_text(p->in->ref),
		      db_int(p->now), db_int(p->in->poll));
}

static int update_offer(struct store *s, struct put *p, struct err *err)
{
	const struct store_offer_in *in = p->in;
	bool is_dead;
	if (db_run(s, err,
		   "UPDATE offer SET hash = ?3, fields = ?4, status = ?5, "
		   "expires = ?6, last_seen = ?7, poll = ?8, closed_at = "
		   "CASE WHEN ?5 <> 'live' THEN coalesce(closed_at, ?7) END, "
		   "rank = ?9, judged = ?10, stripped = 0, keyed = "
		   "CASE WHEN hash = ?3 THEN keyed ELSE 0 END "
		   "WHERE source = ?1 AND ref = ?2",
		   db_text(in->source), db_text(in->ref), db_text(in->hash),
		   db_text(in->fields),
		   db_word(&vocab_offer_state, (int)p->status),
		   db_instant(in->expires), db_int(p->now), db_int(in->poll),
		   db_int(in->rank), db_text(in->judged)))
		return -1;
	return drop_if_dead(s, p->canonical, &is_dead, err);
}

static int update_known(struct store *s, struct put *p, struct db_query *q,
			struct err *err)
{
	const char *hash = db_col_text(q, 1);
	bool same_hash = str_eq(hash, p->in->hash);
	bool same_verdict = str_eq(db_col_text(q, 3), p->in->judged);
	enum offer_status was =
		(enum offer_status)db_col_word(q, 2, &vocab_offer_state);
	p->canonical = db_col_int(q, 0);
	p->id = db_col_int(q, 6);
	judge(p, db_col_text(q, 4), db_col_text(q, 5));
	db_done(q);
	p->change = compare(p, was, same_hash);
	if (same_hash && was == p->status && same_verdict)
		return touch_offer(s, p, err);
	p->is_written = true;
	return update_offer(s, p, err);
}

static int put_offer(struct store *s, void *ctx, struct err *err)
{
	struct put *p = ctx;
	struct db_query q;
	if (db_query(
		    s, &q, err,
		    "SELECT canonical, hash, status, judged, decision, "
		    "decided_hash, id FROM offer WHERE source = ?1 AND ref = ?2",
		    db_text(p->in->source), db_text(p->in->ref)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		judge(p, NULL, NULL);
	if (got ? update_known(s, p, &q, err) : insert_offer(s, p, err))
		return -1;
	if (p->is_written && stat_put(s, p->id, err))
		return -1;
	return p->is_written && p->status == OFFER_REJECTED
		       ? strip_rejected(s, p->id, err)
		       : 0;
}

int store_offer_put(struct store *s, const struct store_offer_in *in,
		    int64_t now, int64_t *canonical,
		    enum store_offer_change *change, struct err *err)
{
	struct put p = {.in = in, .now = now, .status = in->status};
	/* A source that goes on listing what is over must not revive it. */
	if (p.status == OFFER_LIVE && in->expires != INSTANT_NONE &&
	    in->expires <= now)
		p.status = OFFER_EXPIRED;
	if (store_tx(s, put_offer, &p, err))
		return -1;
	*canonical = p.canonical;
	*change = p.change;
	return 0;
}

/* --- closing ----------------------------------------------------------------
 */

struct closing {
	const char *source;
	int64_t poll, now, unseen_since;
	enum offer_status as; /* close_rows(): what they become */
	int limit;
	store_closed_fn *on_closed;
	void *ctx;
	int64_t n;
};

static int report_dead(struct store *s, const struct closing *c,
		       const struct db_ids *canonicals, struct err *err)
{
	for (size_t i = 0; i < canonicals->n; i++) {
		bool is_dead;
		if (drop_if_dead(s, canonicals->v[i], &is_dead, err))
			return -1;
		if (c->on_closed)
			c->on_closed(c->ctx, canonicals->v[i], is_dead);
	}
	return 0;
}

static int close_unseen(struct store *s, void *ctx, struct err *err)
{
	struct closing *c = ctx;
	struct db_ids ids;
	if (db_get_ids(s, &ids, err,
		       "SELECT DISTINCT canonical FROM offer "
		       "WHERE source = ?1 AND status IN ('live', "
		       "'quarantined') AND poll <> ?2 ORDER BY canonical",
		       db_text(c->source), db_int(c->poll)))
		return -1;
	int rc = db_count(s, &c->n, err,
			  "UPDATE offer SET status = 'withdrawn', "
			  "closed_at = ?3 WHERE source = ?1 "
			  "AND status IN ('live', 'quarantined') "
			  "AND poll <> ?2",
			  db_text(c->source), db_int(c->poll), db_int(c->now));
	if (rc == 0)
		rc = stat_put_closed(s, c->source, c->now, err);
	if (rc == 0)
		rc = report_dead(s, c, &ids, err);
	free(ids.v);
	return rc;
}

int store_offers_close_unseen(struct store *s, const char *source, int64_t poll,
			      int64_t now, store_closed_fn *on_closed,
			      void *ctx, int64_t *n, struct err *err)
{
	struct closing c = {.source = source,
			    .poll = poll,
			    .now = now,
			    .on_closed = on_closed,
			    .ctx = ctx};
	if (store_tx(s, close_unseen, &c, err))
		return -1;
	*n = c.n;
	return 0;
}

/* ids holds the offers' row numbers; each becomes its canonical id. */
static int close_rows(struct store *s, const struct closing *c,
		      struct db_ids *ids, struct err *err)
{
	for (size_t i = 0; i < ids->n; i++) {
		int64_t row = ids->v[i];
		if (db_run(s, err,
			   "UPDATE offer SET status = ?2, "
			   "closed_at = ?3 WHERE id = ?1",
			   db_int(row), db_word(&vocab_offer_state, (int)c->as),
			   db_int(c->now)) ||
		    stat_put(s, row, err) ||
		    db_get_int(s, &ids->v[i], err,
			       "SELECT canonical FROM offer WHERE id = ?1",
			       db_int(row)))
			return -1;
	}
	return 0;
}

/* Two questions, for one with OR reads every offer: the first is asked at every
 * tick and has an index, the second has none and is asked now and then. */
static int find_over(struct store *s, const struct closing *c,
		     struct db_ids *ids, struct err *err)
{
	int64_t limit = c->limit > 0 ? c->limit : -1;
	if (db_get_ids(s, ids, err,
		       "SELECT id FROM offer INDEXED BY offer_expires WHERE "
		       "status IN ('live', 'quarantined') AND expires <= ?1 "
		       "ORDER BY expires, id LIMIT ?2",
		       db_int(c->now), db_int(limit)))
		return -1;
	if (ids->n || c->unseen_since == INSTANT_NONE)
		return 0;
	free(ids->v);
	return db_get_ids(s, ids, err,
			  "SELECT id FROM offer WHERE status IN ('live', "
			  "'quarantined') AND last_seen < ?1 "
			  "ORDER BY id LIMIT ?2",
			  db_int(c->unseen_since), db_int(limit));
}

static int expire(struct store *s, void *ctx, struct err *err)
{
	struct closing *c = ctx;
	struct db_ids ids;
	if (find_over(s, c, &ids, err))
		return -1;
	c->n = (int64_t)ids.n;
	int rc = close_rows(s, c, &ids, err);
	if (rc == 0)
		rc = report_dead(s, c, &ids, err);
	free(ids.v);
	return rc;
}

int store_offers_expire(struct store *s, int64_t now, int64_t unseen_since,
			int limit, store_closed_fn *on_closed, void *ctx,
			int64_t *n, struct err *err)
{
	struct closing c = {.now = now,
			    .as = OFFER_EXPIRED,
			    .unseen_since = unseen_since,
			    .limit = limit,
			    .on_closed = on_closed,
			    .ctx = ctx};
	if (store_tx(s, expire, &c, err))
		return -1;
	*n = c.n;
	return 0;
}

/* --- looked up one by one ---------------------------------------------------
 */

/* A source's poll numbers grow with time, so that the index gives the longest
 * unseen first. */
int store_offers_unseen(struct store *s, const char *source,
			int64_t seen_before, int limit, store_ref_fn *fn,
			void *ctx, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT ref FROM offer WHERE source = ?1 "
		     "AND status IN ('live', 'quarantined') "
		     "AND status = 'live' AND last_seen < ?2 "
		     "AND substr(ref, 1, 2) <> 'h:' ORDER BY poll LIMIT ?3",
		     db_text(source), db_int(seen_before), db_int(limit)))
		return -1;
	int rc = 0;
	while (rc == 0 && (rc = db_next(&q, err)) == 1) {
		rc = 0;
		if (fn(ctx, db_col_text(&q, 0))) {
			db_done(&q);
			break;
		}
	}
	return rc;
}

struct closing_refs {
	struct closing c;
	const char *const *refs;
	size_t n_refs;
};

static int close_ref(struct store *s, struct closing *c, const char *ref,
		     struct err *err)
{
	struct db_ids ids;
	if (db_get_ids(s, &ids, err,
		       "SELECT id FROM offer WHERE source = ?1 AND ref = ?2 "
		       "AND status IN ('live', 'quarantined') AND poll <> ?3",
		       db_text(c->source), db_text(ref), db_int(c->poll)))
		return -1;
	c->n += (int64_t)ids.n;
	int rc = close_rows(s, c, &ids, err);
	if (rc == 0)
		rc = report_dead(s, c, &ids, err);
	free(ids.v);
	return rc;
}

static int close_refs(struct store *s, void *ctx, struct err *err)
{
	struct closing_refs *k = ctx;
	for (size_t i = 0; i < k->n_refs; i++)
		if (close_ref(s, &k->c, k->refs[i], err))
			return -1;
	return 0;
}

int store_offers_close_refs(struct store *s, const char *source,
			    const char *const *refs, size_t n_refs,
			    int64_t poll, int64_t now,
			    store_closed_fn *on_closed, void *ctx, int64_t *n,
			    struct err *err)
{
	struct closing_refs k = {.c = {.source = source,
				       .poll = poll,
				       .now = now,
				       .as = OFFER_WITHDRAWN,
				       .on_closed = on_closed,
				       .ctx = ctx},
				 .refs = refs,
				 .n_refs = n_refs};
	if (store_tx(s, close_refs, &k, err))
		return -1;
	*n = k.c.n;
	return 0;
}
