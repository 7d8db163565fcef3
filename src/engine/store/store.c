/* SPDX-License-Identifier: EUPL-1.2 */
/* Opening, migrating, committing: the life of the one connection.
 *
 * Invariants: the file belongs to us (application_id), is not newer than this
 * program, is open in one process only (exclusive locking: SQLite 3.40's
 * write-ahead log can be corrupted by a second connection that checkpoints),
 * and a commit that returned is on the disk (synchronous=FULL), since a message
 * recorded as sent and then forgotten would be sent twice.
 *
 * Does not: know what the tables mean. */
#include "people.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_copy.h>
#include <etrier/str.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define APPLICATION_ID 0x45545245 /* "ETRE" */
/* How long a restarted engine waits for the one before it to let go. */
#define BUSY_MS 5000
/* Pages of the log after which it is written back: SQLite's own default. */
#define CHECKPOINT_PAGES 1000

static int on_before_commit(void *ctx)
{
	struct store *s = ctx;
	if (s->kill_before && s->n_commits + 1 == s->kill_at)
		_exit(9);
	if (s->on_commit)
		s->on_commit(s->on_commit_ctx, STORE_COMMIT_BEFORE);
	return 0;
}

static int on_after_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct store *s = ctx;
	s->n_commits++;
	if (!s->kill_before && s->n_commits == s->kill_at)
		_exit(9);
	if (s->on_commit)
		s->on_commit(s->on_commit_ctx, STORE_COMMIT_AFTER);
	/* A checkpoint that fails now is tried again at the next commit. */
	if (pages >= CHECKPOINT_PAGES)
		sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE,
					  NULL, NULL);
	return SQLITE_OK;
}

/* A rollback counts once too often, which costs time only. */
static void on_row(void *ctx, int op, const char *db, const char *table,
		   sqlite3_int64 row)
{
	struct store *s = ctx;
	(void)op;
	(void)db;
	(void)row;
	if (s->has_counted && str_eq(table, "person"))
		s->has_counted = false;
}

int store_kill_from_env(struct store *s)
{
	const char *text = getenv("ETRIER_KILL_AT");
	char digits[24];
	int64_t n;
	if (!text || !str_copy(digits, sizeof(digits), text))
		return 0;
	bool before = str_ends(digits, "-");
	if (before)
		digits[strlen(digits) - 1] = '\0';
	if (num_parse_int(digits, 1, INT64_MAX, &n))
		return 0;
	s->kill_at = n;
	s->kill_before = before;
	return 1;
}

void store_on_commit(struct store *s, store_commit_fn *fn, void *ctx)
{
	s->on_commit = fn;
	s->on_commit_ctx = ctx;
}

/* The file must exist with our mode before SQLite makes its log beside it,
 * which copies that mode; its folder may be reached through links, the file
 * itself may not. full holds PATH_MAX bytes. */
static int make_file(const char *path, char *full, struct err *err)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t n = slash ? (size_t)(slash - path) : 0;
	if (n + 2 > sizeof(folder))
		return err_set(err, ERR_CONFIG, "path too long");
	memcpy(folder, slash ? path : ".", slash ? n : 1);
	folder[slash ? n : 1] = '\0';
	if (slash && n == 0)
		str_copy(folder, sizeof(folder), "/");
	if (!realpath(folder, full))
		return err_set(err, ERR_STORE, "folder %s: %s", folder,
			       strerror(errno));
	size_t used = strlen(full);
	if (used + strlen(name) + 2 > PATH_MAX)
		return err_set(err, ERR_CONFIG, "path too long");
	full[used++] = '/';
	memcpy(full + used, name, strlen(name) + 1);
	int fd = open(full, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(err, ERR_STORE, "%s: %s", full, strerror(errno));
	close(fd);
	return 0;
}

static int connect_file(struct store *s, const char *path, struct err *err)
{
	char full[PATH_MAX];
	if (str_eq(path, ":memory:"))
		str_copy(full, sizeof(full), path);
	else if (make_file(path, full, err))
		return -1;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(full, &s->db, flags, NULL) != SQLITE_OK)
		return db_fail(s, err);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	static const struct {
		int what, value;
	} config[] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},
		{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_DQS_DML, 0},
		{SQLITE_DBCONFIG_DQS_DDL, 0},
		{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(config); i++)
		sqlite3_db_config(s->db, config[i].what, config[i].value,
				  (int *)NULL);
	/* Before the file is read for the first time: its log then needs no
	 * shared memory, and whoever comes second is kept out for as long as we
	 * live. */
	return db_script(s, "PRAGMA locking_mode=EXCLUSIVE", err);
}

static int check_owner(struct store *s, size_t newest, int64_t *version,
		       struct err *err)
{
	int64_t id = 0, n_tables = 0;
	if (db_get_int(s, &id, err, "PRAGMA application_id", DB_NONE) ||
	    db_get_int(s, version, err, "PRAGMA user_version", DB_NONE) ||
	    db_get_int(s, &n_tables, err, "SELECT count(*) FROM sqlite_schema",
		       DB_NONE))
		return -1;
	bool is_fresh = id == 0 && n_tables == 0 && *version == 0;
	if (!is_fresh && id != APPLICATION_ID)
		return err_set(err, ERR_STORE,
			       "this file is not a database of etrier");
	if (*version > (int64_t)newest)
		return err_set(err, ERR_STORE,
			       "this database has schema %lld, this program "
			       "knows %zu: install the newer program again",
			       (long long)*version, newest);
	return 0;
}

struct migrating {
	const struct db_migration *m;
	size_t version;
};

static int run_migration(struct store *s, void *ctx, struct err *err)
{
	const struct migrating *to = ctx;
	char pragma[96];
	for (const char *const *p = to->m->parts; *p; p++) {
		if (db_script(s, *p, err))
			return err_prefix(err, "schema %zu", to->version);
	}
	snprintf(pragma, sizeof(pragma),
		 "PRAGMA application_id=%d; PRAGMA user_version=%zu",
		 APPLICATION_ID, to->version);
	return db_script(s, pragma, err);
}

/* A folder's name that is not taken yet: an attempt that failed has left one.
 */
#define COPY_NAMES_MAX 20

static int copy_before(struct store *s, int64_t version, struct err *err)
{
	const char *file = sqlite3_db_filename(s->db, "main");
	int64_t now = 0;
	int got = -1;
	if (!file || !*file) /* in memory */
		return 0;
	char *folder = mem_printf("%.*s/backup",
				  (int)(strrchr(file, '/') - file), file);
	struct store_copy *c = NULL;
	struct err why = {.kind = ERR_INPUT};
	if (db_get_int(s, &now, &why, "SELECT unixepoch()", DB_NONE))
		why.kind = ERR_STORE;
	for (int i = 1; !c && why.kind == ERR_INPUT && i <= COPY_NAMES_MAX;
	     i++) {
		char name[STORE_COPY_NAME_MAX];
		snprintf(name, sizeof(name), "before-schema-%d%s%.0d",
			 (int)version + 1, i > 1 ? "." : "", i > 1 ? i : 0);
		c = store_copy_begin(s, folder, name, NULL, 0, now, &why);
	}
	while (c && (got = store_copy_step(c, &why)) == 1)
		;
	store_copy_free(c);
	free(folder);
	return got ? err_set(err, ERR_STORE, "no copy before the migration: %s",
			     why.text)
		   : 0;
}

int db_migrate(struct store *s, const struct db_migration *m, size_t n,
	       struct err *err)
{
	int64_t version = 0;
	if (check_owner(s, n, &version, err))
		return -1;
	if (version > 0 && (size_t)version < n && copy_before(s, version, err))
		return -1;
	for (size_t i = (size_t)version; i < n; i++) {
		struct migrating to = {&m[i], i + 1};
		if (store_tx(s, run_migration, &to, err))
			return -1;
	}
	return 0;
}

static int settle_in(struct store *s, struct err *err)
{
	return db_script(s,
			 "PRAGMA journal_mode=WAL;"
			 "PRAGMA synchronous=FULL;"
			 "PRAGMA foreign_keys=ON;"
			 "PRAGMA secure_delete=ON;"
			 "PRAGMA temp_store=MEMORY;"
			 "PRAGMA cell_size_check=ON;" DB_CACHE_USUAL
			 "PRAGMA recursive_triggers=ON;"
			 "PRAGMA journal_size_limit=67108864;"
			 "BEGIN IMMEDIATE; COMMIT",
			 err);
}

/* The first opening leaves a keyed hash; later ones compare. */
static int check_keys(struct store *s, struct err *err)
{
	unsigned char proof[VAULT_HASH_BYTES];
	struct db_query q;
	size_t n;
	vault_hash(&s->vault, VAULT_CHECK, "etrier", 6, proof);
	if (db_run(s, err,
		   "INSERT INTO meta (key, value) VALUES ('check', ?1) "
		   "ON CONFLICT DO NOTHING",
		   db_blob(proof, sizeof(proof))) ||
	    db_query(s, &q, err, "SELECT value FROM meta WHERE key = 'check'",
		     DB_NONE))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	const void *kept = got ? db_col_blob(&q, 0, &n) : NULL;
	bool is_same =
		kept && n == sizeof(proof) && memcmp(kept, proof, n) == 0;
	db_done(&q);
	if (!is_same)
		return err_set(err, ERR_CONFIG,
			       "the token key is not the one this database "
			       "was made with");
	if (db_query(s, &q, err, "SELECT DISTINCT key_id FROM need", DB_NONE))
		return -1;
	bool is_missing = false;
	while ((got = db_next(&q, err)) == 1)
		is_missing |= !vault_has_key(&s->vault, db_col_int(&q, 0));
	if (got == 0 && is_missing)
		return err_set(err, ERR_CONFIG,
			       "the needs key is not the one this database "
			       "was written with");
	return got;
}

static int check_quickly(struct store *s, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, "PRAGMA quick_check(1)", DB_NONE))
		return -1;
	int got = db_next(&q, err);
	bool is_ok = got == 1 && str_eq(db_col_text(&q, 0), "ok");
	db_done(&q);
	if (got < 0)
		return -1;
	return is_ok ? 0
		     : err_set(err, ERR_STORE,
			       "the database is damaged; restore a backup");
}

static int set_up(struct store *s, const char *path,
		  const struct store_keys *keys, struct err *err)
{
	int64_t version;
	if (vault_init(&s->vault, keys, err) || connect_file(s, path, err) ||
	    /* Before anything is changed in a file that may not be ours. */
	    check_owner(s, db_n_migrations, &version, err) || settle_in(s, err))
		return -1;
	sqlite3_commit_hook(s->db, on_before_commit, s);
	sqlite3_wal_hook(s->db, on_after_commit, s);
	sqlite3_update_hook(s->db, on_row, s);
	if (db_migrate(s, db_migrations, db_n_migrations, err) ||
	    check_quickly(s, err) || check_keys(s, err) || stage_create(s, err))
		return -1;
	s->n_commits = 0;
	return 0;
}

int store_open(const char *path, const struct store_keys *keys,
	       struct store **out, struct err *err)
{
	struct store *s = mem_alloc(sizeof(*s));
	if (set_up(s, path, keys, err)) {
		store_close(s);
		return err_prefix(err, "%s", path);
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_rollback(s);
	for (size_t i = 0; i < DB_CACHE_SLOTS; i++)
		sqlite3_finalize(s->cache[i].st);
	for (size_t i = 0; i < DB_TEXT_SLOTS; i++) {
		sqlite3_finalize(s->texts[i].st);
		free(s->texts[i].sql);
	}
	sqlite3_close(s->db);
	vault_clear(&s->vault);
	free(s);
}

int store_begin(struct store *s, struct err *err)
{
	BUG_ON(s->in_tx);
	if (db_script(s, "BEGIN IMMEDIATE", err))
		return -1;
	s->in_tx = true;
	return 0;
}

int store_commit(struct store *s, struct err *err)
{
	BUG_ON(!s->in_tx);
	if (db_run(s, err, "COMMIT", DB_NONE)) {
		store_rollback(s);
		return -1;
	}
	s->in_tx = false;
	return 0;
}

void store_rollback(struct store *s)
{
	if (s->db && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_tx = s->is_doomed = false;
}

int store_tx(struct store *s, store_tx_fn *fn, void *ctx, struct err *err)
{
	if (s->in_tx) {
		if (fn(s, ctx, err) == 0)
			return 0;
		s->is_doomed = true;
		return -1;
	}
	if (store_begin(s, err))
		return -1;
	if (fn(s, ctx, err)) {
		store_rollback(s);
		return -1;
	}
	return store_commit(s, err);
}
