/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading offers. A canonical id may stand for several offers of several
 * sources; what is read is its live one, else the last seen. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_offers.h>

#define OFFER_COLUMNS                                             \
	"SELECT o.canonical, o.source, o.ref, o.hash, o.fields, " \
	"o.status, o.first_seen, o.last_seen, o.expires, o.closed_at "

/* The one offer of canonical id c.id to show. */
#define OFFER_SHOWN                                                   \
	"(SELECT x.rowid FROM offer x WHERE x.canonical = c.id "      \
	"ORDER BY x.status = 'live' DESC, x.last_seen DESC, x.rowid " \
	"LIMIT 1)"

static struct store_offer offer_row(struct db_query *q)
{
	return (struct store_offer){
		.canonical = db_col_int(q, 0),
		.source = db_col_text(q, 1),
		.ref = db_col_text(q, 2),
		.hash = db_col_text(q, 3),
		.fields = db_col_text(q, 4),
		.status = (enum offer_status)db_col_word(q, 5,
							 &vocab_offer_status),
		.first_seen = db_col_int(q, 6),
		.last_seen = db_col_int(q, 7),
		.expires = db_col_instant(q, 8),
		.closed_at = db_col_instant(q, 9),
	};
}

static int take_offer(struct db_query *q, struct arena *a,
		      struct store_offer *out, struct err *err)
{
	int got = db_next(q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no such offer");
	struct store_offer row = offer_row(q);
	row.source = arena_dup(a, row.source);
	row.ref = arena_dup(a, row.ref);
	row.hash = arena_dup(a, row.hash);
	row.fields = arena_dup(a, row.fields);
	db_done(q);
	*out = row;
	return 0;
}

int store_offer_get(struct store *s, int64_t canonical, struct arena *a,
		    struct store_offer *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     OFFER_COLUMNS
		     "FROM canonical c JOIN offer o ON o.rowid = " OFFER_SHOWN
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
		     OFFER_COLUMNS "FROM offer o "
				   "WHERE o.source = ?1 AND o.ref = ?2",
		     db_text(source), db_text(ref)))
		return -1;
	return take_offer(&q, a, out, err);
}

int store_offers_each(struct store *s, const struct store_offer_query *q,
		      store_offer_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	db_where_init(&w, OFFER_COLUMNS
		      "FROM canonical c JOIN offer o ON o.rowid = " OFFER_SHOWN
		      " WHERE c.joined IS NULL");
	if (q->live_only)
		buf_adds(&w.sql, " AND o.status = 'live'");
	db_where_text(&w, "o.source = ?", q->source);
	db_where_int(&w, "c.id > ?", q->after, 0);
	db_where_order(&w, "c.id", q->limit);
	int rc = db_where_query(s, &rows, &w, err);
	while (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		struct store_offer row = offer_row(&rows);
		rc = 0;
		if (fn(ctx, &row)) {
			db_done(&rows);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}

int store_offers_live_count(struct store *s, const char *source, int64_t *n,
			    struct err *err)
{
	return db_get_int(s, n, err,
			  "SELECT count(*) FROM offer "
			  "WHERE source = ?1 AND status = 'live'",
			  db_text(source));
}
