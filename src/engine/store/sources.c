/* SPDX-License-Identifier: EUPL-1.2 */
/* What is remembered of each source between polls. A cursor written here must
 * be written in the same transaction as what it stands for. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/store_offers.h>

#define SOURCE_COLUMNS                                                    \
	"SELECT name, cursor, etag, last_modified, body_hash, poll, "     \
	"last_poll_at, complete_at, complete_count, failures, next_due, " \
	"last_error, good_at, stale FROM source "

static struct store_source source_row(struct db_query *q)
{
	return (struct store_source){
		.name = db_col_text(q, 0),
		.cursor = db_col_text(q, 1),
		.etag = db_col_text(q, 2),
		.last_modified = db_col_text(q, 3),
		.body_hash = db_col_text(q, 4),
		.poll = db_col_int(q, 5),
		.last_poll_at = db_col_instant(q, 6),
		.complete_at = db_col_instant(q, 7),
		.complete_count = db_col_int(q, 8),
		.failures = (int)db_col_int(q, 9),
		.next_due = db_col_instant(q, 10),
		.last_error = db_col_text(q, 11),
		.good_at = db_col_instant(q, 12),
		.is_stale = db_col_int(q, 13) != 0,
	};
}

int store_source_get(struct store *s, const char *name, struct arena *a,
		     struct store_source *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, SOURCE_COLUMNS "WHERE name = ?1",
		     db_text(name)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	struct store_source row = {
		.last_poll_at = INSTANT_NONE,
		.complete_at = INSTANT_NONE,
		.complete_count = -1,
		.next_due = INSTANT_NONE,
		.good_at = INSTANT_NONE,
	};
	if (got)
		row = source_row(&q);
	row.name = arena_dup(a, name);
	row.cursor = arena_dup(a, row.cursor);
	row.etag = arena_dup(a, row.etag);
	row.last_modified = arena_dup(a, row.last_modified);
	row.body_hash = arena_dup(a, row.body_hash);
	row.last_error = arena_dup(a, row.last_error);
	db_done(&q);
	*out = row;
	return 0;
}

int store_source_put(struct store *s, const struct store_source *in,
		     struct err *err)
{
	return db_run(
		s, err,
		"INSERT INTO source (name, cursor, etag, last_modified, "
		"body_hash, last_poll_at, complete_at, complete_count, "
		"failures, next_due, last_error, good_at) VALUES (?1, ?2, ?3, "
		"?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (name) DO UPDATE SET "
		"cursor = ?2, etag = ?3, last_modified = ?4, body_hash = ?5, "
		"last_poll_at = ?6, complete_at = ?7, complete_count = ?8, "
		"failures = ?9, next_due = ?10, last_error = ?11, "
		"good_at = ?12",
		db_text(in->name), db_text(in->cursor), db_text(in->etag),
		db_text(in->last_modified), db_text(in->body_hash),
		db_instant(in->last_poll_at), db_instant(in->complete_at),
		db_int(in->complete_count), db_int(in->failures),
		db_instant(in->next_due), db_text(in->last_error),
		db_instant(in->good_at));
}

int store_source_set_stale(struct store *s, const char *name, bool is_stale,
			   bool *changed, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE source SET stale = ?2 "
		     "WHERE name = ?1 AND stale <> ?2",
		     db_text(name), db_int(is_stale)))
		return -1;
	*changed = n > 0;
	return 0;
}

int store_poll_begin(struct store *s, const char *source, int64_t *poll,
		     struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "INSERT INTO source (name, poll) VALUES (?1, 1) "
		     "ON CONFLICT (name) DO UPDATE SET poll = poll + 1 "
		     "RETURNING poll",
		     db_text(source)))
		return -1;
	int got = db_next(&q, err);
	if (got != 1)
		return -1;
	int64_t n = db_col_int(&q, 0);
	/* To its end: a statement reset half-way would not be committed. */
	if (db_next(&q, err))
		return -1;
	*poll = n;
	return 0;
}
