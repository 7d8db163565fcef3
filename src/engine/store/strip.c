/* SPDX-License-Identifier: EUPL-1.2 */
/* What may not be kept, and what is kept instead (offer_stat): the content of
 * rejected offers, and what a licence wants forgotten of those a source took
 * away. The row stays, with its keys, which are hashes, so that the post is
 * known again when it comes back.
 *
 * A field is named as in the offer line and removed by SQLite's JSON functions;
 * a line that is no JSON is emptied. */
#include "strip.h"

#include "db.h"

#include <etrier/mem.h>
#include <etrier/store_twins.h>

#include <string.h>

/* Room for STORE_STRIP_MAX paths and the statement around them. */
#define SQL_MAX 4096

int strip_rejected(struct store *s, int64_t offer, struct err *err)
{
	return db_run(s, err,
		      "UPDATE offer SET stripped = 1, fields = CASE WHEN "
		      "json_valid(fields) THEN json_remove(fields, "
		      "'$.employer.name', '$.employer.siret', "
		      "'$.description', '$.url', '$.contact', "
		      "'$.hours.text', '$.salary.text') ELSE '{}' END "
		      "WHERE id = ?1 AND stripped = 0",
		      db_int(offer));
}

struct stripping {
	const char *source;
	struct buf sql;
	int64_t n_stripped;
};

/* The names are of our configuration, and of no character that means something
 * to SQL or to a path but the dot. */
static int write_statement(struct stripping *k, const char *const *fields,
			   int n, struct err *err)
{
	buf_adds(&k->sql, "UPDATE offer SET stripped = 1, fields = CASE WHEN "
			  "json_valid(fields) THEN json_remove(fields");
	for (int i = 0; i < n; i++) {
		const char *f = fields[i];
		size_t len = strspn(f, "abcdefghijklmnopqrstuvwxyz_.");
		if (!len || f[len])
			return err_set(err, ERR_INPUT,
				       "\"%.40s\" is no field of an offer", f);
		buf_printf(&k->sql, ", '$.%s'", f);
	}
	buf_adds(&k->sql, ") ELSE '{}' END WHERE source = ?1 AND stripped = 0 "
			  "AND status IN ('withdrawn', 'expired')");
	return k->sql.too_big ? err_set(err, ERR_LIMIT, "too many fields") : 0;
}

static int strip_source(struct store *s, void *ctx, struct err *err)
{
	struct stripping *k = ctx;
	struct db_query q;
	if (db_run(s, err,
		   "UPDATE event SET data = json_remove(data, "
		   "'$.changes.place', '$.changes.title') WHERE "
		   "kind = 'offer.changed' AND json_valid(data) AND canonical "
		   "IN (SELECT canonical FROM offer WHERE source = ?1 AND "
		   "stripped = 0 AND status IN ('withdrawn', 'expired'))",
		   db_text(k->source)) ||
	    db_query_text(s, &q, err, k->sql.data,
			  DB_VALUES(db_text(k->source))) ||
	    db_next(&q, err))
		return -1;
	k->n_stripped = sqlite3_changes64(s->db);
	return 0;
}

int store_offers_strip(struct store *s, const char *source,
		       const char *const *fields, int n, int64_t *n_stripped,
		       struct err *err)
{
	struct stripping k = {.source = source};
	BUG_ON(n < 1 || n > STORE_STRIP_MAX);
	buf_init(&k.sql, SQL_MAX);
	int result = write_statement(&k, fields, n, err);
	if (!result)
		result = store_tx(s, strip_source, &k, err);
	if (!result)
		*n_stripped = k.n_stripped;
	buf_clear(&k.sql);
	return result;
}

/* --- statistics ------------------------------------------------------------
 */

#define STAT_PUT                                                             \
	"INSERT OR REPLACE INTO offer_stat (source, ref, kind, rome, dept, " \
	"first_seen, last_seen, closed_at, reason) SELECT source, ref, "     \
	"json_extract(f, '$.kind'), json_extract(f, '$.rome[0]'), "          \
	"json_extract(f, '$.place.dept'), first_seen, last_seen, "           \
	"closed_at, nullif(status, 'live') FROM (SELECT *, CASE WHEN "       \
	"json_valid(fields) THEN fields ELSE '{}' END AS f FROM offer) "

int stat_put(struct store *s, int64_t offer, struct err *err)
{
	return db_run(s, err, STAT_PUT "WHERE id = ?1", db_int(offer));
}

int stat_put_closed(struct store *s, const char *source, int64_t closed_at,
		    struct err *err)
{
	return db_run(s, err,
		      STAT_PUT "WHERE source = ?1 AND closed_at = ?2 "
			       /* for the index */
			       "AND stripped = 0 AND status IN ('withdrawn', "
			       "'expired')",
		      db_text(source), db_int(closed_at));
}

static struct store_offer_stat stat_row(struct db_query *q)
{
	return (struct store_offer_stat){
		.source = db_col_text(q, 0),
		.ref = db_col_text(q, 1),
		.kind = db_col_text(q, 2),
		.rome = db_col_text(q, 3),
		.dept = db_col_text(q, 4),
		.first_seen = db_col_int(q, 5),
		.last_seen = db_col_int(q, 6),
		.closed_at = db_col_instant(q, 7),
		.reason = db_col_text(q, 8),
	};
}

int store_offer_stats_each(struct store *s, const char *source,
			   store_offer_stat_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	db_where_init(&w, "SELECT source, ref, kind, rome, dept, first_seen, "
			  "last_seen, closed_at, reason FROM offer_stat "
			  "WHERE 1");
	db_where_text(&w, "source = ?", source);
	db_where_order(&w, "source, ref", 0);
	int rc = db_where_query(s, &rows, &w, err);
	while (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		struct store_offer_stat row = stat_row(&rows);
		rc = 0;
		if (fn(ctx, &row)) {
			db_done(&rows);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}
