/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of one post: the keys under which they find each other, joining them
 * under one canonical id and taking them apart again; and what somebody decides
 * about an offer the quality gate stopped.
 *
 * A canonical id is never reused: one that was joined stays as a redirection,
 * and one that was proposed to anybody keeps its offers. */
#include "db.h"
#include "strip.h"

#include <etrier/mem.h>
#include <etrier/store_twins.h>

#include <stdlib.h>

/* --- keys ----------------------------------------------------------------- */

struct keying {
	int64_t offer;
	const struct store_twin_keys *k;
};

static int put_keys(struct store *s, void *ctx, struct err *err)
{
	const struct keying *in = ctx;
	const struct store_twin_keys *k = in->k;
	if (db_run(s, err, "DELETE FROM canonical_key WHERE offer = ?1",
		   db_int(in->offer)))
		return -1;
	for (int i = 0; i < k->n; i++) {
		if (db_run(s, err,
			   "INSERT OR IGNORE INTO canonical_key (key, offer) "
			   "VALUES (?1, ?2)",
			   db_int(k->v[i]), db_int(in->offer)))
			return -1;
	}
	return db_run(s, err,
		      "UPDATE offer SET keyed = 1, sketch = ?2 WHERE id = ?1",
		      db_int(in->offer), db_blob(k->sketch, k->n_sketch));
}

int store_twin_keys_put(struct store *s, int64_t offer,
			const struct store_twin_keys *k, struct err *err)
{
	struct keying in = {offer, k};
	return store_tx(s, put_keys, &in, err);
}

struct purging {
	int64_t before;
	int limit;
};

static int purge_keys(struct store *s, void *ctx, struct err *err)
{
	const struct purging *in = ctx;
	struct db_ids ids;
	if (db_get_ids(s, &ids, err,
		       "SELECT id FROM offer WHERE keyed = 1 "
		       "AND closed_at IS NOT NULL AND closed_at < ?1 "
		       "ORDER BY closed_at LIMIT ?2",
		       db_int(in->before), db_int(in->limit)))
		return -1;
	int rc = 0;
	for (size_t i = 0; i < ids.n && !rc; i++) {
		rc = db_run(s, err,
			    "DELETE FROM canonical_key WHERE offer = ?1",
			    db_int(ids.v[i]));
		if (!rc)
			rc = db_run(s, err,
				    "UPDATE offer SET keyed = 0, sketch = NULL "
				    "WHERE id = ?1",
				    db_int(ids.v[i]));
	}
	free(ids.v);
	return rc;
}

int store_twin_keys_purge(struct store *s, int64_t before, int limit,
			  struct err *err)
{
	struct purging in = {before, limit};
	return store_tx(s, purge_keys, &in, err);
}

/* --- joining and splitting ------------------------------------------------ */

int store_canonical_put(struct store *s, int64_t canonical, const char *fields,
			struct err *err)
{
	return db_run(s, err,
		      "UPDATE canonical SET fields = ?2 "
		      "WHERE id = ?1 AND fields IS NOT ?2",
		      db_int(canonical), db_text(fields));
}

int store_offer_put_reason(struct store *s, int64_t offer, const char *reason,
			   struct err *err)
{
	return db_run(s, err, "UPDATE offer SET reason = ?2 WHERE id = ?1",
		      db_int(offer), db_text(reason));
}

struct splitting {
	int64_t offer, now, canonical;
};

static int split(struct store *s, void *ctx, struct err *err)
{
	struct splitting *k = ctx;
	int64_t n;
	if (db_get_int(s, &n, err,
		       "SELECT count(*) FROM ledger WHERE canonical = "
		       "(SELECT canonical FROM offer WHERE id = ?1)",
		       db_int(k->offer)))
		return -1;
	if (n)
		return 0;
	if (db_run(s, err, "INSERT INTO canonical (first_seen) VALUES (?1)",
		   db_int(k->now)))
		return -1;
	k->canonical = db_last_id(s);
	return db_run(s, err,
		      "UPDATE offer SET canonical = ?2, reason = NULL "
		      "WHERE id = ?1",
		      db_int(k->offer), db_int(k->canonical));
}

int store_offer_split(struct store *s, int64_t offer, int64_t now,
		      int64_t *canonical, struct err *err)
{
	struct splitting k = {.offer = offer, .now = now};
	if (store_tx(s, split, &k, err))
		return -1;
	*canonical = k.canonical;
	return 0;
}

struct joining {
	int64_t keep, other;
};

static int resolve(struct store *s, int64_t *id, struct err *err)
{
	return db_get_int(s, id, err,
			  "SELECT coalesce(joined, id) FROM canonical "
			  "WHERE id = ?1",
			  db_int(*id));
}

static int join(struct store *s, void *ctx, struct err *err)
{
	static const char *const moves[] = {
		"UPDATE offer SET canonical = ?2 WHERE canonical = ?1",
		("UPDATE OR IGNORE ledger SET canonical = ?2 "
		 "WHERE canonical = ?1"),
		"UPDATE canonical SET joined = ?2 WHERE joined = ?1",
		"UPDATE canonical SET joined = ?2, fields = NULL WHERE id = ?1",
		("UPDATE OR IGNORE wave SET canonical = ?2 "
		 "WHERE canonical = ?1"),
	};
	struct joining j = *(struct joining *)ctx;
	if (resolve(s, &j.keep, err) || resolve(s, &j.other, err))
		return -1;
	if (j.keep == j.other)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		if (db_run(s, err, moves[i], db_int(j.other), db_int(j.keep)))
			return -1;
	}
	/* What both had proposed to the same person: one row says it. */
	if (db_run(s, err, "DELETE FROM ledger WHERE canonical = ?1",
		   db_int(j.other)) ||
	    db_run(s, err, "DELETE FROM wave WHERE canonical = ?1",
		   db_int(j.other)))
		return -1;
	return db_run(s, err,
		      "INSERT OR IGNORE INTO refusal (person, kind, value, at, "
		      "by) SELECT person, kind, CAST(?2 AS TEXT), at, by "
		      "FROM refusal WHERE kind = 'offer' "
		      "AND value = CAST(?1 AS TEXT)",
		      db_int(j.other), db_int(j.keep));
}

int store_offer_join(struct store *s, int64_t keep, int64_t other,
		     struct err *err)
{
	struct joining j = {keep, other};
	return store_tx(s, join, &j, err);
}

/* --- deciding ------------------------------------------------------------- */

struct deciding {
	int64_t offer, now;
	bool is_accepted;
	const char *why;
	enum offer_status status;
};

static int decide(struct store *s, void *ctx, struct err *err)
{
	struct deciding *k = ctx;
	struct db_query q;
	if (db_query(s, &q, err, "SELECT status FROM offer WHERE id = ?1",
		     db_int(k->offer)))
		return -1;
	int got = db_next(&q, err);
	if (got <= 0)
		return got ? -1 : err_set(err, ERR_UNKNOWN, "no such offer");
	enum offer_status was =
		(enum offer_status)db_col_word(&q, 0, &vocab_offer_state);
	db_done(&q);
	if (was != OFFER_QUARANTINED && was != OFFER_REJECTED)
		return err_set(err, ERR_INPUT,
			       "the offer is neither quarantined nor rejected");
	k->status = k->is_accepted && was == OFFER_QUARANTINED ? OFFER_LIVE
							       : OFFER_REJECTED;
	if (db_run(s, err,
		   "UPDATE offer SET status = ?2, decision = ?3, "
		   "decided_hash = hash, decided_why = ?4, closed_at = "
		   "CASE WHEN ?2 = 'live' THEN NULL ELSE "
		   "coalesce(closed_at, ?5) END WHERE id = ?1",
		   db_int(k->offer),
		   db_word(&vocab_offer_state, (int)k->status),
		   db_text(k->is_accepted ? "accepted" : "refused"),
		   db_text(k->why), db_int(k->now)) ||
	    stat_put(s, k->offer, err))
		return -1;
	return k->status == OFFER_REJECTED ? strip_rejected(s, k->offer, err)
					   : 0;
}

int store_offer_decide(struct store *s, int64_t offer, bool is_accepted,
		       const char *why, int64_t now, enum offer_status *status,
		       struct err *err)
{
	struct deciding k = {.offer = offer,
			     .now = now,
			     .is_accepted = is_accepted,
			     .why = why};
	if (store_tx(s, decide, &k, err))
		return -1;
	*status = k.status;
	return 0;
}

/* Rules of the gate that are counted: a lexicon has some dozens. */
#define SYMBOLS_MAX 200

int store_offers_symbols(struct store *s, store_symbol_fn *fn, void *ctx,
			 struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT j.value, count(*) AS n FROM offer o, "
		     "json_each(CASE WHEN json_valid(o.judged) THEN o.judged "
		     "ELSE '{}' END, '$.symbols') j WHERE o.status IN "
		     "('quarantined', 'rejected') AND j.type = 'text' "
		     "GROUP BY j.value ORDER BY n DESC, j.value LIMIT ?1",
		     db_int(SYMBOLS_MAX)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		if (fn(ctx, db_col_text(&q, 0), db_col_int(&q, 1))) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}
