/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_TEST_SCHEMA_FIXTURE_H
#define ETRIER_TEST_SCHEMA_FIXTURE_H

/* Files of an earlier schema, and migrations that come after the last. */
#include "store_fixture.h"

#include "engine/store/db.h"

#define FIXTURE_MIGRATIONS_MAX 32

/* Ours at the front of list; where the next one goes. */
static inline struct db_migration *fixture_migrations(
	struct db_migration list[FIXTURE_MIGRATIONS_MAX])
{
	assert_true(db_n_migrations + 2 <= FIXTURE_MIGRATIONS_MAX);
	for (size_t i = 0; i < db_n_migrations; i++)
		list[i] = db_migrations[i];
	return list + db_n_migrations;
}

/* A database as the program of this schema left it, with these rows. */
static inline void fixture_schema(const char *path, size_t version,
				  const char *rows)
{
	char pragma[100];
	sqlite3 *db;
	snprintf(pragma, sizeof(pragma),
		 "PRAGMA application_id=1163153989; PRAGMA user_version=%zu;",
		 version);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t v = 0; v < version; v++)
		for (const char *const *p = db_migrations[v].parts; *p; p++)
			assert_int_equal(sqlite3_exec(db, *p, NULL, NULL, NULL),
					 SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, pragma, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, rows, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static inline int64_t fixture_number(struct store *s, const char *sql)
{
	int64_t n = -1;
	OK(db_get_int_v(s, &n, E, sql, DB_VALUES(DB_NONE)));
	return n;
}

#endif
