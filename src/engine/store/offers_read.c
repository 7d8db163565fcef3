/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading offers. A canonical id may stand for several offers of several
 * sources; what is read is its live one of the highest rank, else the last
 * seen. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_twins.h>

#include <stdlib.h>

/* After the fields, which are the offer's own line or what its copies say
 * together. */
#define OFFER_REST                                                     \
	" AS fields, o.status, o.first_seen, o.last_seen, o.expires, " \
	"o.closed_at, o.id, o.keyed, o.reason, o.judged, o.decision, " \
	"o.decided_why "
#define OFFER_OWN \
	"SELECT o.canonical, o.source, o.ref, o.hash, o.fields" OFFER_REST
#define OFFER_EFFECTIVE                                                  \
	"SELECT o.canonical, o.source, o.ref, o.hash, "                  \
	"CASE WHEN o.status = 'live' THEN coalesce(c.fields, o.fields) " \
	"ELSE o.fields END" OFFER_REST

/* The one offer of canonical id c.id to show. */
#define OFFER_SHOWN                                           \
	"(SELECT x.id FROM offer x WHERE x.canonical = c.id " \
	"ORDER BY x.status = 'live' DESC, x.rank DESC, "      \
	"x.last_seen DESC, x.id LIMIT 1)"

static struct store_offer offer_row(struct db_query *q)
{
	return (struct store_offer){
		.canonical = db_col_int(q, 0),
		.source = db_col_text(q, 1),
		.ref = db_col_text(q, 2),
		.hash = db_col_text(q, 3),
		.fields = db_col_text(q, 4),
		.status = (enum offer_status)db_col_word(q, 5,
							 &vocab_offer_state),
		.first_seen = db_col_int(q, 6),
		.last_seen = db_col_int(q, 7),
		.expires = db_col_instant(q, 8),
		.closed_at = db_col_instant(q, 9),
		.id = db_col_int(q, 10),
		.is_keyed = db_col_int(q, 11) != 0,
		.reason = db_col_text(q, 12),
		.judged = db_col_text(q, 13),
		.decision = db_col_text(q, 14),
		.decided_why = db_col_text(q, 15),
	};
}

static struct store_offer kept_row(struct db_query *q, struct arena *a)
{
	struct store_offer row = offer_row(q);
	const char **const texts[] = {
		&row.source, &row.ref,	  &row.hash,	 &row.fields,
		&row.reason, &row.judged, &row.decision, &row.decided_why};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_dup(a, *texts[i]);
	return row;
}

static int take_offer(struct db_query *q, struct arena *a,
		      struct store_offer *out, struct err *err)
{
	int got = db_next(q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no such offer");
	struct store_offer row = kept_row(q, a);
	db_done(q);
	*out = row;
	return 0;
}

int store_offer_get(struct store *s, int64_t canonical, struct arena *a,
		    struct store_offer *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     OFFER_EFFECTIVE
		     "FROM canonical c JOIN offer o ON o.id = " OFFER_SHOWN
		     " WHERE c.id = (SELECT "
		     "coalesce(joined, id) FROM canonical "
		     "WHERE id = ?1)",
		     db_int(canonical)))
		return -1;
	return take_offer(&q, a, out, err);
}

int store_offer_find(struct store *s, const char *source, const char *ref,
		     struct arena *a, struct store_offer *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     OFFER_OWN "FROM offer o "
			       "WHERE o.source = ?1 AND o.ref = ?2",
		     db_text(source), db_text(ref)))
		return -1;
	return take_offer(&q, a, out, err);
}

/* Each row of the query, to its end or until fn has enough. */
static int walk(struct db_query *rows, store_offer_fn *fn, void *ctx,
		struct err *err)
{
	int got;
	while ((got = db_next(rows, err)) == 1) {
		struct store_offer row = offer_row(rows);
		if (fn(ctx, &row)) {
			db_done(rows);
			return 0;
		}
	}
	return got;
}

int store_offers_each(struct store *s, const struct store_offer_query *q,
		      store_offer_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	db_where_init(&w, OFFER_EFFECTIVE
		      "FROM canonical c JOIN offer o ON o.id = " OFFER_SHOWN
		      " WHERE c.joined IS NULL");
	if (q->live_only || q->proposable_only)
		buf_adds(&w.sql, " AND o.status = 'live'");
	if (q->proposable_only)
		buf_adds(&w.sql, " AND EXISTS (SELECT 1 FROM offer y WHERE "
				 "y.canonical = c.id AND y.status = 'live' "
				 "AND y.source NOT IN (SELECT name FROM source "
				 "WHERE stale = 1))");
	db_where_text(&w, "o.source = ?", q->source);
	db_where_int(&w, "c.id > ?", q->after, 0);
	db_where_int(&w, "c.id <= ?", q->until, 0);
	db_where_order(&w, "c.id", q->limit);
	int rc = db_where_query(s, &rows, &w, err);
	if (!rc)
		rc = walk(&rows, fn, ctx, err);
	db_where_clear(&w);
	return rc;
}

int store_offers_last(struct store *s, int64_t *id, struct err *err)
{
	return db_get_int(s, id, err,
			  "SELECT coalesce(max(id), 0) FROM canonical",
			  DB_NONE);
}

int store_members_each(struct store *s, int64_t canonical, store_offer_fn *fn,
		       void *ctx, struct err *err)
{
	struct db_query rows;
	if (db_query(s, &rows, err,
		     OFFER_OWN "FROM offer o WHERE o.canonical = ?1 "
			       "ORDER BY o.status = 'live' DESC, o.rank DESC, "
			       "o.last_seen DESC, o.id",
		     db_int(canonical)))
		return -1;
	return walk(&rows, fn, ctx, err);
}

int store_offers_held(struct store *s, enum offer_status status,
		      const char *source, int limit, store_offer_fn *fn,
		      void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	db_where_init(&w, OFFER_OWN "FROM offer o WHERE o.status IN "
				    "('quarantined', 'rejected')");
	db_where_text(&w, "o.status = ?",
		      vocab_code(&vocab_offer_state, (int)status));
	db_where_text(&w, "o.source = ?", source);
	db_where_order(&w, "o.id", limit);
	int rc = db_where_query(s, &rows, &w, err);
	if (!rc)
		rc = walk(&rows, fn, ctx, err);
	db_where_clear(&w);
	return rc;
}

/* --- the nearest -----------------------------------------------------------
 */

/* Of each key the newest so many, and of all so many are looked at: ten
 * thousand offers of one employer cost no more than any others. */
#define PER_KEY_MAX   16
#define LOOKED_AT_MAX 96
/* The more keys are shared, the nearer: some hold the commune, some the text.
 * Among equals the sketch decides, whose bytes are fewer than KEY; one strong
 * key counts more than all others. */
#define KEY    100
#define STRONG 10000

struct near {
	int64_t offer;
	int weight;
	bool is_whole;
};

struct nearest {
	struct near v[LOOKED_AT_MAX];
	size_t n;
};

static void add_near(struct nearest *all, int64_t offer, bool is_strong,
		     bool is_whole)
{
	size_t i = 0;
	while (i < all->n && all->v[i].offer != offer)
		i++;
	if (i == LOOKED_AT_MAX)
		return;
	if (i == all->n)
		all->v[all->n++] = (struct near){.offer = offer};
	all->v[i].weight += is_strong ? STRONG : KEY;
	all->v[i].is_whole |= is_whole;
}

static int find_near(struct store *s, int64_t offer,
		     const struct store_twin_keys *k, struct nearest *all,
		     struct err *err)
{
	for (int i = 0; i < k->n; i++) {
		struct db_ids ids;
		if (db_get_ids(s, &ids, err,
			       "SELECT offer FROM canonical_key WHERE key = ?1 "
			       "AND offer <> ?2 ORDER BY offer DESC LIMIT ?3",
			       db_int(k->v[i]), db_int(offer),
			       db_int(PER_KEY_MAX)))
			return -1;
		bool is_whole = i == 0 && k->has_whole;
		/* A link that so many share is the page of a chain. */
		bool is_crowd = ids.n == PER_KEY_MAX && !is_whole;
		for (size_t j = 0; j < ids.n; j++)
			add_near(all, ids.v[j], i < k->n_strong && !is_crowd,
				 is_whole);
		free(ids.v);
	}
	return 0;
}

static int bytes_agreeing(const void *a, size_t n_a, const void *b, size_t n_b)
{
	const unsigned char *x = a, *y = b;
	int n = 0;
	for (size_t i = 0; x && y && i < n_a && i < n_b; i++)
		n += x[i] == y[i];
	return n;
}

/* The sketches stand before the long columns: this reads no line. One that may
 * not be a twin weighs nothing. */
static int weigh(struct store *s, struct near *near,
		 const struct store_twin_keys *k, int64_t closed_since,
		 struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT sketch FROM offer WHERE id = ?1 AND (status = "
		     "'live' OR (status IN ('withdrawn', 'expired') AND "
		     "closed_at >= ?2))",
		     db_int(near->offer), db_int(closed_since)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got) {
		near->weight = 0;
		return 0;
	}
	size_t n = 0;
	const void *sketch = db_col_blob(&q, 0, &n);
	int agree = bytes_agreeing(sketch, n, k->sketch, k->n_sketch);
	bool is_far = sketch && k->sketch && agree < k->sketch_min &&
		      near->weight < STRONG;
	near->weight = is_far ? 0 : near->weight + agree;
	db_done(&q);
	return 0;
}

static int by_weight(const void *a, const void *b)
{
	const struct near *x = a, *y = b;
	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->offer < y->offer ? 1 : -1;
}

static int read_twin(struct store *s, const struct near *near, struct arena *a,
		     struct store_twin *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, OFFER_OWN "FROM offer o WHERE o.id = ?1",
		     db_int(near->offer)))
		return -1;
	out->is_whole = near->is_whole;
	return take_offer(&q, a, &out->row, err);
}

int store_twins(struct store *s, int64_t offer, const struct store_twin_keys *k,
		int64_t closed_since, struct arena *a, struct store_twin *out,
		size_t max, size_t *n, struct err *err)
{
	struct nearest all = {.n = 0};
	size_t found = 0;
	if (find_near(s, offer, k, &all, err))
		return -1;
	for (size_t i = 0; i < all.n; i++) {
		if (weigh(s, &all.v[i], k, closed_since, err))
			return -1;
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_weight);
	for (; found < all.n && found < max && all.v[found].weight; found++) {
		if (read_twin(s, &all.v[found], a, &out[found], err))
			return -1;
	}
	*n = found;
	return 0;
}

int store_offers_live_count(struct store *s, const char *source, int64_t *n,
			    struct err *err)
{
	return db_get_int(s, n, err,
			  "SELECT count(*) FROM offer "
			  "WHERE source = ?1 AND status = 'live' "
			  /* for the index */
			  "AND status IN ('live', 'quarantined')",
			  db_text(source));
}
