/* SPDX-License-Identifier: EUPL-1.2 */
/* What happened, appended. Nothing here changes or removes a row; retention
 * will anonymise in place. */
#include "db.h"

#include <etrier/mem.h>
#include <etrier/store_events.h>

int store_event_add(struct store *s, const struct store_event *e,
		    struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO event (at, kind, person, canonical, "
		      "agency, by, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		      db_int(e->at), db_text(e->kind), db_id(e->person),
		      db_id(e->canonical), db_text(e->agency), db_text(e->by),
		      db_text(e->data));
}

int store_event_put(struct store *s, const struct store_event *e, int64_t *id,
		    struct err *err)
{
	if (store_event_add(s, e, err))
		return -1;
	*id = db_last_id(s);
	return 0;
}

static struct store_event event_row(struct db_query *q)
{
	return (struct store_event){
		.id = db_col_int(q, 0),
		.at = db_col_int(q, 1),
		.kind = db_col_text(q, 2),
		.person = db_col_int(q, 3),
		.canonical = db_col_int(q, 4),
		.agency = db_col_text(q, 5),
		.by = db_col_text(q, 6),
		.data = db_col_text(q, 7),
	};
}

int store_events_each(struct store *s, const struct store_event_query *q,
		      store_event_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	db_where_init(&w, "SELECT id, at, kind, person, canonical, agency, "
			  "by, data FROM event WHERE 1");
	db_where_text(&w, "kind = ?", q->kind);
	db_where_int(&w, "person = ?", q->person, 0);
	db_where_int(&w,
		     "canonical IN (SELECT c.id FROM canonical c JOIN "
		     "canonical k ON k.id = coalesce(c.joined, c.id) "
		     "WHERE k.id = ?)",
		     q->canonical, 0);
	db_where_int(&w, "at >= ?", q->since, INSTANT_NONE);
	db_where_int(&w, "at < ?", q->until, INSTANT_NONE);
	db_where_int(&w, "id > ?", q->after, 0);
	db_where_order(&w, q->newest_first ? "id DESC" : "id", q->limit);
	int rc = db_where_query(s, &rows, &w, err);
	while (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		struct store_event row = event_row(&rows);
		rc = 0;
		if (fn(ctx, &row)) {
			db_done(&rows);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}

/* Kinds are words of ours: they may stand in the text. */
static void where_kinds(struct db_where *w, const char *const *kinds, size_t n)
{
	buf_adds(&w->sql, " AND e.kind IN (");
	for (size_t i = 0; i < n; i++)
		buf_printf(&w->sql, "%s'%s'", i ? ", " : "", kinds[i]);
	buf_adds(&w->sql, ")");
}

/* An event of somebody who was joined into another is that other's: what was
 * recorded of a double belongs to the same dossier. */
int store_events_of_origin(struct store *s, const char *origin,
			   const char *const *kinds, size_t n_kinds,
			   const struct store_event_query *q,
			   store_origin_event_fn *fn, void *ctx,
			   struct err *err)
{
	struct db_where w;
	struct db_query rows;
	db_where_init(&w, "SELECT e.id, e.at, e.kind, p.id, e.canonical, "
			  "e.agency, e.by, e.data, r.ref FROM event e "
			  "CROSS JOIN person o ON o.id = e.person "
			  "CROSS JOIN person p ON p.id = coalesce(o.joined, "
			  "o.id) CROSS JOIN record r ON r.person = p.id "
			  "WHERE 1");
	db_where_text(&w, "r.origin = ?", origin);
	db_where_int(&w, "e.at >= ?", q->since, INSTANT_NONE);
	db_where_int(&w, "e.at < ?", q->until, INSTANT_NONE);
	db_where_int(&w, "e.id > ?", q->after, 0);
	where_kinds(&w, kinds, n_kinds);
	db_where_order(&w, "e.id, r.ref", q->limit);
	int rc = db_where_query(s, &rows, &w, err);
	while (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		struct store_event row = event_row(&rows);
		rc = 0;
		if (fn(ctx, &row, db_col_text(&rows, 8))) {
			db_done(&rows);
			break;
		}
	}
	db_where_clear(&w);
	return rc;
}
