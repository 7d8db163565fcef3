/* SPDX-License-Identifier: EUPL-1.2 */
/* Prepared statements and the only calls of sqlite3_step() in the tree.
 *
 * A statement is prepared once and found again by the address of its text, a
 * composed one by its words. It is always reset and its bindings cleared when
 * its reader is done, so that no read transaction outlives a call (an open one
 * would keep the write-ahead log growing). A statement already in use (a
 * callback asking the same thing again) is prepared a second time for that use.
 *
 * Does not: know any table. */
#include "db.h"

#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>

static struct db_slot *find_slot(struct store *s, const char *sql)
{
	size_t at = (size_t)(((uintptr_t)sql >> 3) * 2654435761u);
	for (size_t i = 0; i < DB_CACHE_SLOTS; i++) {
		struct db_slot *slot = &s->cache[(at + i) % DB_CACHE_SLOTS];
		if (!slot->sql || slot->sql == sql)
			return slot;
	}
	return NULL;
}

static sqlite3_stmt *prepare(struct store *s, const char *sql, unsigned flags,
			     struct err *err)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v3(s->db, sql, -1, flags, &st, NULL) != SQLITE_OK) {
		db_fail(s, err);
		return NULL;
	}
	return st;
}

static int find_statement(struct store *s, struct db_query *q, const char *sql,
			  struct err *err)
{
	struct db_slot *slot = find_slot(s, sql);
	*q = (struct db_query){.store = s};
	if (!slot || (slot->st && sqlite3_stmt_busy(slot->st))) {
		q->is_ours = true;
		q->st = prepare(s, sql, 0, err);
	} else {
		if (!slot->st)
			slot->st =
				prepare(s, sql, SQLITE_PREPARE_PERSISTENT, err);
		if (slot->st)
			slot->sql = sql;
		q->st = slot->st;
	}
	return q->st ? 0 : -1;
}

static size_t hash_text(const char *sql)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (; *sql; sql++)
		h = (h ^ (unsigned char)*sql) * 16777619u;
	return h;
}

/* The same for a text that was composed, found by what it says. */
static int find_text(struct store *s, struct db_query *q, const char *sql,
		     struct err *err)
{
	struct db_text_slot *slot = &s->texts[hash_text(sql) % DB_TEXT_SLOTS];
	bool is_free = !slot->st || !sqlite3_stmt_busy(slot->st);
	*q = (struct db_query){.store = s};
	if (slot->sql && is_free && str_eq(slot->sql, sql)) {
		q->st = slot->st;
		return 0;
	}
	q->st = prepare(s, sql, is_free ? SQLITE_PREPARE_PERSISTENT : 0, err);
	q->is_ours = !is_free;
	if (!q->st || !is_free)
		return q->st ? 0 : -1;
	sqlite3_finalize(slot->st);
	free(slot->sql);
	*slot = (struct db_text_slot){.sql = mem_dup(sql), .st = q->st};
	return 0;
}

static int bind_one(sqlite3_stmt *st, int at, const struct db_value *v)
{
	switch (v->type) {
	case DB_INT:
		return sqlite3_bind_int64(st, at, v->i);
	case DB_TEXT:
		return sqlite3_bind_text(st, at, v->p, -1, SQLITE_STATIC);
	case DB_BLOB:
		return sqlite3_bind_blob64(st, at, v->p, v->n, SQLITE_STATIC);
	case DB_NULL:
	case DB_END:
		break;
	}
	return sqlite3_bind_null(st, at);
}

static int bind(struct db_query *q, const struct db_value *values,
		struct err *err)
{
	int n = 0;
	for (; values[n].type != DB_END; n++) {
		if (bind_one(q->st, n + 1, &values[n]) != SQLITE_OK) {
			db_fail(q->store, err);
			db_done(q);
			return -1;
		}
	}
	BUG_ON(n != sqlite3_bind_parameter_count(q->st));
	return 0;
}

/* After a full disk SQLite rolls the whole transaction back by itself; what
 * followed would run, and stay, on its own. */
static int refuse_doomed(struct store *s, struct err *err)
{
	if (s->in_tx && (s->is_doomed || sqlite3_get_autocommit(s->db))) {
		s->is_doomed = true;
		return err_set(err, ERR_STORE,
			       "the transaction already failed; nothing of it "
			       "was kept");
	}
	return 0;
}

int db_query_v(struct store *s, struct db_query *q, struct err *err,
	       const char *sql, const struct db_value *values)
{
	if (refuse_doomed(s, err) || find_statement(s, q, sql, err))
		return -1;
	return bind(q, values, err);
}

int db_query_text(struct store *s, struct db_query *q, struct err *err,
		  const char *sql, const struct db_value *values)
{
	if (refuse_doomed(s, err) || find_text(s, q, sql, err))
		return -1;
	return bind(q, values, err);
}

int db_next(struct db_query *q, struct err *err)
{
	int rc = sqlite3_step(q->st);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_fail(q->store, err);
	db_done(q);
	return rc == SQLITE_DONE ? 0 : -1;
}

void db_done(struct db_query *q)
{
	if (!q->st)
		return;
	if (q->is_ours) {
		sqlite3_finalize(q->st);
	} else {
		sqlite3_reset(q->st);
		sqlite3_clear_bindings(q->st);
	}
	q->st = NULL;
}

int db_run_v(struct store *s, struct err *err, const char *sql,
	     const struct db_value *values)
{
	struct db_query q;
	if (db_query_v(s, &q, err, sql, values))
		return -1;
	int got = db_next(&q, err);
	BUG_ON(got == 1);
	return got;
}

int db_count_v(struct store *s, int64_t *n, struct err *err, const char *sql,
	       const struct db_value *values)
{
	if (db_run_v(s, err, sql, values))
		return -1;
	*n = sqlite3_changes64(s->db);
	return 0;
}

int db_get_int_v(struct store *s, int64_t *out, struct err *err,
		 const char *sql, const struct db_value *values)
{
	struct db_query q;
	if (db_query_v(s, &q, err, sql, values))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(err, ERR_UNKNOWN, "no such record");
	*out = db_col_int(&q, 0);
	db_done(&q);
	return 0;
}

int db_get_ids_v(struct store *s, struct db_ids *ids, struct err *err,
		 const char *sql, const struct db_value *values)
{
	struct db_query q;
	int got;
	*ids = (struct db_ids){0};
	if (db_query_v(s, &q, err, sql, values))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		if (ids->n == ids->cap) {
			ids->cap = ids->cap ? ids->cap * 2 : 64;
			ids->v = mem_grow(ids->v, ids->cap, sizeof(*ids->v));
		}
		ids->v[ids->n++] = db_col_int(&q, 0);
	}
	if (got < 0) {
		free(ids->v);
		*ids = (struct db_ids){0};
	}
	return got;
}

int db_script(struct store *s, const char *sql, struct err *err)
{
	if (refuse_doomed(s, err))
		return -1;
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(s, err);
	return 0;
}

/* SQLite's texts name tables and columns, never values. */
int db_fail(struct store *s, struct err *err)
{
	int code = sqlite3_extended_errcode(s->db);
	const char *text = sqlite3_errmsg(s->db);
	switch (code & 0xff) {
	case SQLITE_FULL:
		return err_set(err, ERR_STORE,
			       "database: no space left on the disk");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_STORE,
			       "database: another process has it open (%s)",
			       text);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, ERR_STORE,
			       "database: damaged file (%s); restore a backup",
			       text);
	default:
		return err_set(err, ERR_STORE, "database: %s (%d)", text, code);
	}
}

int64_t db_last_id(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

int64_t db_col_int(struct db_query *q, int c)
{
	return sqlite3_column_int64(q->st, c);
}

bool db_col_is_null(struct db_query *q, int c)
{
	return sqlite3_column_type(q->st, c) == SQLITE_NULL;
}

int64_t db_col_instant(struct db_query *q, int c)
{
	return db_col_is_null(q, c) ? INSTANT_NONE : db_col_int(q, c);
}

const char *db_col_text(struct db_query *q, int c)
{
	return (const char *)sqlite3_column_text(q->st, c);
}

int db_col_word(struct db_query *q, int c, const struct vocab *v)
{
	return vocab_find(v, db_col_text(q, c));
}

const void *db_col_blob(struct db_query *q, int c, size_t *n)
{
	const void *p = sqlite3_column_blob(q->st, c);
	*n = (size_t)sqlite3_column_bytes(q->st, c);
	return p;
}
