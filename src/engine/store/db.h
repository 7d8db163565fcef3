/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_DB_H
#define ETRIER_STORE_DB_H

#include "vault.h"

#include <etrier/buf.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/store.h>
#include <etrier/vocab.h>

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>

/* What the files of the store share: the connection, its prepared statements,
 * and a way of asking that cannot forget to reset one. */

/* Room for every statement of the folder twice over; one that finds no room is
 * prepared each time, which only costs time. */
#define DB_CACHE_SLOTS 512
/* Pages kept in memory. A morning's digests were as fast with 24 MiB as with
 * 64; the commit of an import writes pages twice when they do not fit. */
#define DB_CACHE_USUAL "PRAGMA cache_size=-24576;"
#define DB_CACHE_LARGE "PRAGMA cache_size=-65536;"

struct db_slot {
	const char *sql; /* the literal itself is the key */
	sqlite3_stmt *st;
};

/* Composed texts are kept by what they say; where two fall together the last
 * asked stays. Questions of where.c take some dozens of shapes. */
#define DB_TEXT_SLOTS 128

struct db_text_slot {
	char *sql;
	sqlite3_stmt *st;
};

struct store {
	sqlite3 *db;
	struct vault vault;
	bool in_tx;
	bool is_doomed; /* the transaction may only be rolled back */
	int64_t n_commits;
	/* People by status are counted again when one was written. */
	bool has_counted;
	int64_t n_people[STORE_N_STATUSES], n_gone;
	store_commit_fn *on_commit;
	void *on_commit_ctx;
	int64_t kill_at; /* store_kill_from_env(); 0: never */
	bool kill_before;
	struct db_slot cache[DB_CACHE_SLOTS];
	struct db_text_slot texts[DB_TEXT_SLOTS];
};

enum db_type { DB_END, DB_NULL, DB_INT, DB_TEXT, DB_BLOB };
struct db_value {
	enum db_type type;
	int64_t i;
	const void *p;
	size_t n;
};
static inline struct db_value db_int(int64_t v)
{
	return (struct db_value){.type = DB_INT, .i = v};
}
/* NULL becomes NULL. */
static inline struct db_value db_text(const char *v)
{
	return (struct db_value){.type = v ? DB_TEXT : DB_NULL, .p = v};
}
static inline struct db_value db_blob(const void *p, size_t n)
{
	return (struct db_value){.type = p ? DB_BLOB : DB_NULL, .p = p, .n = n};
}
/* INSTANT_NONE becomes NULL. */
static inline struct db_value db_instant(int64_t v)
{
	return (struct db_value){.type = v == INSTANT_NONE ? DB_NULL : DB_INT,
				 .i = v};
}
/* 0 becomes NULL. */
static inline struct db_value db_id(int64_t v)
{
	return (struct db_value){.type = v ? DB_INT : DB_NULL, .i = v};
}
static inline struct db_value db_word(const struct vocab *v, int i)
{
	return db_text(vocab_code(v, i));
}
#define DB_NONE ((struct db_value){.type = DB_END})
#define DB_VALUES(...) \
	((const struct db_value[]){__VA_ARGS__, {.type = DB_END}})

/* An address as it is stored: its keyed hash, of small letters. optouts.c */
struct db_value db_address(struct store *s, const char *address,
			   unsigned char out[VAULT_HASH_BYTES]);

/* A statement being read. What is bound must outlive it. */
struct db_query {
	struct store *store;
	sqlite3_stmt *st;
	bool is_ours; /* not from the cache: finalize */
};

/* sql is a string literal: its address is the cache's key. On failure there is
 * nothing to undo. */
#define db_query(s, q, err, sql, ...) \
	db_query_v((s), (q), (err), (sql), DB_VALUES(__VA_ARGS__))
int db_query_v(struct store *s, struct db_query *q, struct err *err,
	       const char *sql, const struct db_value *values);
/* As db_query() for text made at run time. */
int db_query_text(struct store *s, struct db_query *q, struct err *err,
		  const char *sql, const struct db_value *values);
/* 1 a row, 0 the end, -1 failed. After 0 and -1 the query is done. */
int db_next(struct db_query *q, struct err *err);
void db_done(struct db_query *q);

/* One statement that answers nothing. */
#define db_run(s, err, sql, ...) \
	db_run_v((s), (err), (sql), DB_VALUES(__VA_ARGS__))
int db_run_v(struct store *s, struct err *err, const char *sql,
	     const struct db_value *values);
/* As db_run(), and how many rows it touched. */
#define db_count(s, n, err, sql, ...) \
	db_count_v((s), (n), (err), (sql), DB_VALUES(__VA_ARGS__))
int db_count_v(struct store *s, int64_t *n, struct err *err, const char *sql,
	       const struct db_value *values);
/* The first column of the first row; ERR_UNKNOWN when there is none. */
#define db_get_int(s, out, err, sql, ...) \
	db_get_int_v((s), (out), (err), (sql), DB_VALUES(__VA_ARGS__))
int db_get_int_v(struct store *s, int64_t *out, struct err *err,
		 const char *sql, const struct db_value *values);
/* The first column of every row, so that rows may be changed afterwards. */
struct db_ids {
	int64_t *v; /* free() */
	size_t n, cap;
};
#define db_get_ids(s, ids, err, sql, ...) \
	db_get_ids_v((s), (ids), (err), (sql), DB_VALUES(__VA_ARGS__))
int db_get_ids_v(struct store *s, struct db_ids *ids, struct err *err,
		 const char *sql, const struct db_value *values);
/* Several statements without values, not cached. */
int db_script(struct store *s, const char *sql, struct err *err);
/* The connection's last error as ERR_STORE; returns -1. */
int db_fail(struct store *s, struct err *err);
int64_t db_last_id(struct store *s);

/* Columns, from 0. */
int64_t db_col_int(struct db_query *q, int c);
int64_t db_col_instant(struct db_query *q, int c);  /* NULL: INSTANT_NONE */
const char *db_col_text(struct db_query *q, int c); /* NULL: NULL */
int db_col_word(struct db_query *q, int c, const struct vocab *v);
bool db_col_is_null(struct db_query *q, int c);
const void *db_col_blob(struct db_query *q, int c, size_t *n);

/* A listing with the conditions its caller asked for: text of ours with one ?
 * each, values bound. */
#define DB_WHERE_MAX 16
struct db_where {
	struct buf sql;
	struct db_value values[DB_WHERE_MAX + 1];
	int n;
};
/* select: everything before the conditions, which must not be empty of one:
 * "SELECT ... WHERE joined IS NULL". */
void db_where_init(struct db_where *w, const char *select);
void db_where_add(struct db_where *w, const char *condition, /* "x = ?" */
		  struct db_value value);
/* Adds only what is asked: text not NULL, number not `none`. */
void db_where_text(struct db_where *w, const char *condition, const char *v);
void db_where_int(struct db_where *w, const char *condition, int64_t v,
		  int64_t none);
void db_where_order(struct db_where *w, const char *order, int limit);
int db_where_query(struct store *s, struct db_query *q, struct db_where *w,
		   struct err *err);
/* Of a "SELECT count(*)": its one figure; clears *w. */
int db_where_count(struct store *s, int64_t *n, struct db_where *w,
		   struct err *err);
void db_where_clear(struct db_where *w); /* after the query is done */

/* Migrations: schema.c. Each runs in one transaction that also moves
 * user_version; parts is NULL-terminated (C17 promises literals of 4095 bytes
 * only). */
struct db_migration {
	const char *const *parts;
};
extern const struct db_migration db_migrations[];
extern const size_t db_n_migrations;
int db_migrate(struct store *s, const struct db_migration *m, size_t n,
	       struct err *err);

#endif
