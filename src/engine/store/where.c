/* SPDX-License-Identifier: EUPL-1.2 */
/* Listings whose conditions depend on what was asked. The text is always ours;
 * whatever came from elsewhere is bound. Such statements are prepared each
 * time: SQLite then plans with the conditions that are really there. */
#include "db.h"

#include <etrier/mem.h>

/* Far above the longest of our listings; more is a bug. */
#define SQL_MAX 4096

void db_where_init(struct db_where *w, const char *select)
{
	*w = (struct db_where){0};
	buf_init(&w->sql, SQL_MAX);
	buf_adds(&w->sql, select);
}

void db_where_add(struct db_where *w, const char *condition,
		  struct db_value value)
{
	BUG_ON(w->n == DB_WHERE_MAX);
	buf_adds(&w->sql, " AND ");
	buf_adds(&w->sql, condition);
	w->values[w->n++] = value;
}

void db_where_text(struct db_where *w, const char *condition, const char *v)
{
	if (v)
		db_where_add(w, condition, db_text(v));
}

void db_where_int(struct db_where *w, const char *condition, int64_t v,
		  int64_t none)
{
	if (v != none)
		db_where_add(w, condition, db_int(v));
}

void db_where_order(struct db_where *w, const char *order, int limit)
{
	buf_printf(&w->sql, " ORDER BY %s", order);
	if (limit > 0)
		buf_printf(&w->sql, " LIMIT %d", limit);
}

int db_where_query(struct store *s, struct db_query *q, struct db_where *w,
		   struct err *err)
{
	BUG_ON(w->sql.too_big);
	w->values[w->n] = DB_NONE;
	return db_query_text(s, q, err, w->sql.data, w->values);
}

int db_where_count(struct store *s, int64_t *n, struct db_where *w,
		   struct err *err)
{
	struct db_query rows;
	int rc = db_where_query(s, &rows, w, err);
	if (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		*n = db_col_int(&rows, 0);
		db_done(&rows);
		rc = 0;
	}
	db_where_clear(w);
	return rc;
}

void db_where_clear(struct db_where *w)
{
	buf_clear(&w->sql);
}
