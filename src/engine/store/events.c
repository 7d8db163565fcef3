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
