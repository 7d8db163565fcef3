/* SPDX-License-Identifier: EUPL-1.2 */
/* The file itself: whose it is, its versions, its keys, its transactions, and
 * what a sudden death or a full disk leaves. Uses db.h to break things that no
 * contract lets one break. */
#include "schema_fixture.h"

#include "engine/store/db.h"

#include <sys/stat.h>
#include <sys/wait.h>

static int add_event(struct store *s, int64_t at, struct err *err)
{
	struct store_event e = {.at = at, .kind = "test"};
	return store_event_add(s, &e, err);
}

static int64_t count_events(struct store *s)
{
	struct store_stats st;
	OK(store_stats(s, &st, E));
	return st.events;
}

/* --- opening
 * ------------------------------------------------------------------ */

static void test_new_file_is_private_and_current(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct stat st;
	struct store_stats stats;
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	struct store *s = fixture_open(path);
	OK(add_event(s, NOW, E));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(arena_printf(&a, "%s-wal", path), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	OK(store_stats(s, &stats, E));
	assert_int_equal(stats.schema_version, db_n_migrations);
	assert_true(stats.wal_bytes > 0 && stats.n_commits == 1);
	/* No shared memory: nobody else can follow the log. */
	assert_int_equal(stat(arena_printf(&a, "%s-shm", path), &st), -1);
	OK(store_checkpoint(s, E));
	OK(store_stats(s, &stats, E));
	assert_int_equal(stats.wal_bytes, 0);
	store_close(s);
	s = fixture_open(path);
	assert_int_equal(count_events(s), 1);
	assert_int_equal(stat(arena_printf(&a, "%s-shm", path), &st), -1);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

static void test_second_process_is_kept_out(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	sqlite3 *other;
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	assert_int_equal(sqlite3_open(fixture_path(&a, folder), &other), 0);
	assert_int_equal(sqlite3_exec(other, "SELECT count(*) FROM person",
				      NULL, NULL, NULL),
			 SQLITE_BUSY);
	sqlite3_close(other);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_foreign_files_are_refused(void **state)
{
	static const struct {
		const char *sql, *words;
	} cases[] = {
		{"CREATE TABLE theirs (x)", "not a database of etrier"},
		{"PRAGMA application_id=1234", "not a database of etrier"},
		{"PRAGMA application_id=1163153989; PRAGMA user_version=99",
		 "install the newer program"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char folder[256];
		struct arena a = {0};
		struct store_keys k = fixture_keys(1);
		struct store *s = NULL;
		fixture_folder(folder);
		const char *path = fixture_path(&a, folder);
		run_sql(path, cases[i].sql);
		FAILS(store_open(path, &k, &s, E), ERR_STORE, cases[i].words);
		assert_null(s);
		fixture_remove(folder);
		arena_clear(&a);
	}
}

static void test_damaged_file_is_refused(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct store_keys k = fixture_keys(1);
	struct store *s = NULL;
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 4096; i++)
		fputc("not a database"[i % 14], f);
	fclose(f);
	FAILS(store_open(path, &k, &s, E), ERR_STORE, "damaged");
	fixture_remove(folder);
	FAILS(store_open("/nonexistent/etrier.db", &k, &s, E), ERR_STORE,
	      "folder /nonexistent");
	arena_clear(&a);
}

static void test_link_in_place_of_the_file_is_refused(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct store_keys k = fixture_keys(1);
	struct store *s = NULL;
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	assert_int_equal(symlink("copy.db", path), 0);
	FAILS(store_open(path, &k, &s, E), ERR_STORE, "");
	fixture_remove(folder);
	arena_clear(&a);
}

/* --- keys
 * ------------------------------------------------------------------------ */

static void test_keys_are_read_raw_or_hex_and_nothing_else(void **state)
{
	(void)state;
	unsigned char key[STORE_KEY_BYTES];
	char made[2 * STORE_KEY_BYTES + 2];
	store_key_generate(made);
	assert_int_equal(strlen(made), 65);
	OK(store_key_parse(made, 65, key, E));
	OK(store_key_parse(made, 64, key, E));
	OK(store_key_parse("0123456789abcdef0123456789abcde\n", 32, key, E));
	assert_int_equal(key[31], '\n');
	FAILS(store_key_parse(made, 63, key, E), ERR_CONFIG, "64 hex");
	made[10] = 'x';
	FAILS(store_key_parse(made, 64, key, E), ERR_CONFIG, "64 hex");
	FAILS(store_key_parse("", 0, key, E), ERR_CONFIG, "64 hex");
}

static void stage_one_need(struct store *s)
{
	enum store_verdict v;
	int64_t import;
	json_t *row = fixture_json("{'ref':'1','needs':['loads:0:exclude']}");
	OK(store_origin_put(s, "ml1", 0, NULL, E));
	OK(store_stage_begin(s, "ml1", E));
	OK(store_stage_youth(s, "ml1", row, 2, &v, E));
	OK(store_stage_apply(s, "ml1", NOW, &import, E));
	json_decref(row);
}

static void test_wrong_keys_are_refused_at_open(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	struct store *s = fixture_open(path);
	stage_one_need(s);
	store_close(s);
	s = NULL;
	struct store_keys k = fixture_keys(2);
	FAILS(store_open(path, &k, &s, E), ERR_CONFIG, "needs key");
	k = fixture_keys(1);
	k.lookup[3] ^= 1;
	FAILS(store_open(path, &k, &s, E), ERR_CONFIG, "token key");
	assert_null(s);
	/* A new key beside the old one opens, and rotation frees the old. */
	k = fixture_keys(2);
	k.n_needs = 2;
	memset(k.needs[1], 1, STORE_KEY_BYTES);
	OK(store_open(path, &k, &s, E));
	int64_t n = 0;
	OK(store_needs_rotate(s, 10, &n, E));
	assert_int_equal(n, 1);
	OK(store_needs_rotate(s, 10, &n, E));
	assert_int_equal(n, 0);
	store_close(s);
	k = fixture_keys(2);
	OK(store_open(path, &k, &s, E));
	struct store_person p;
	OK(store_person_find(s, "ml1", "1", true, &a, &p, E));
	assert_string_equal(p.needs, "{\"needs\":[\"loads:0:exclude\"]}");
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

/* --- migrations
 * ------------------------------------------------------------------ */

static const char *const good[] = {"CREATE TABLE added (x INTEGER) STRICT",
				   NULL};
static const char *const bad[] = {"CREATE TABLE half (x INTEGER) STRICT",
				  "CREATE TABLE half (x INTEGER) STRICT", NULL};

static void test_migration_from_the_version_before(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct err err;
	struct store_stats st;
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	OK(add_event(s, NOW, E));
	struct db_migration next[FIXTURE_MIGRATIONS_MAX];
	struct db_migration *added = fixture_migrations(next);
	added[0] = (struct db_migration){good};
	added[1] = (struct db_migration){bad};
	size_t n = db_n_migrations;
	OK(db_migrate(s, next, n + 1, E));
	OK(store_stats(s, &st, E));
	assert_int_equal(st.schema_version, n + 1);
	OK(db_script(s, "INSERT INTO added VALUES (1)", E));
	assert_int_equal(st.events, 1);
	/* The one that fails leaves nothing of itself. */
	assert_int_equal(db_migrate(s, next, n + 2, &err), -1);
	OK(store_stats(s, &st, E));
	assert_int_equal(st.schema_version, n + 1);
	OK(db_script(s, "CREATE TABLE half (x)", E));
	store_close(s);
	/* Before each attempt a copy of what was there, whole. */
	json_t *copy = NULL, *list;
	char *copies = arena_printf(&a, "%s/backup", folder);
	OK(store_copy_verify(
		arena_printf(&a, "%s/before-schema-%zu", copies, n + 1), &copy,
		E));
	assert_int_equal(js_int(copy, "schema", -1), n);
	json_decref(copy);
	list = store_copies(copies);
	assert_int_equal(json_array_size(list), 2);
	json_decref(list);
	/* This program is now the older one. */
	struct store_keys k = fixture_keys(1);
	FAILS(store_open(fixture_path(&a, folder), &k, &s, E), ERR_STORE,
	      "newer program");
	fixture_remove(folder);
	arena_clear(&a);
}

static void test_no_copy_no_migration(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct store_stats st;
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	/* A file where the folder of the copies should be. */
	FILE *f = fopen(arena_printf(&a, "%s/backup", folder), "w");
	fclose(f);
	struct db_migration next[FIXTURE_MIGRATIONS_MAX];
	fixture_migrations(next)[0] = (struct db_migration){good};
	FAILS(db_migrate(s, next, db_n_migrations + 1, E), ERR_STORE,
	      "no copy before the migration");
	OK(store_stats(s, &st, E));
	assert_int_equal(st.schema_version, db_n_migrations);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

static void test_empty_file_is_version_zero(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct store_stats st;
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	FILE *f = fopen(path, "w");
	fclose(f);
	struct store *s = fixture_open(path);
	OK(store_stats(s, &st, E));
	assert_int_equal(st.schema_version, db_n_migrations);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

/* --- transactions
 * ------------------------------------------------------------------ */

static int two_then_fail(struct store *s, void *ctx, struct err *err)
{
	if (add_event(s, 1, err) || add_event(s, 2, err))
		return -1;
	return *(bool *)ctx ? err_set(err, ERR_INPUT, "as asked") : 0;
}

static void test_failed_transaction_leaves_nothing(void **state)
{
	(void)state;
	struct store *s = fixture_open(":memory:");
	bool fails = true;
	FAILS(store_tx(s, two_then_fail, &fails, E), ERR_INPUT, "as asked");
	assert_int_equal(count_events(s), 0);
	fails = false;
	OK(store_tx(s, two_then_fail, &fails, E));
	assert_int_equal(count_events(s), 2);
	store_close(s);
}

static void test_failed_inner_transaction_dooms_the_outer(void **state)
{
	(void)state;
	struct store *s = fixture_open(":memory:");
	struct err err;
	bool fails = true;
	OK(store_begin(s, E));
	OK(add_event(s, 1, E));
	assert_int_equal(store_tx(s, two_then_fail, &fails, &err), -1);
	FAILS(add_event(s, 3, E), ERR_STORE, "already failed");
	FAILS(store_commit(s, E), ERR_STORE, "already failed");
	assert_int_equal(count_events(s), 0);
	OK(add_event(s, 3, E));
	store_close(s);
}

/* A disk that is full: SQLite rolls back by itself; the unit of work must not
 * go on outside the transaction it believes in. */
static void test_full_disk_writes_nothing_by_halves(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct err err = {0};
	int64_t pages, ignored, done = 0;
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	OK(db_get_int(s, &pages, E, "PRAGMA page_count", DB_NONE));
	char *limit = arena_printf(&a, "PRAGMA max_page_count=%lld",
				   (long long)pages + 5);
	OK(db_get_int(s, &ignored, E, limit, DB_NONE));
	char *text = arena_alloc(&a, 6001);
	memset(text, 'x', 6000);
	struct store_event e = {.at = 1, .kind = "test", .data = text};
	OK(store_begin(s, E));
	while (done < 100 && store_event_add(s, &e, &err) == 0)
		done++;
	assert_true(done > 0 && done < 100);
	assert_non_null(strstr(err.text, "no space"));
	e.data = NULL;
	FAILS(store_event_add(s, &e, E), ERR_STORE, "already failed");
	FAILS(store_commit(s, E), ERR_STORE, "already failed");
	assert_int_equal(count_events(s), 0);
	OK(store_event_add(s, &e, E));
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

struct seen {
	int before, after;
};

static void on_commit(void *ctx, enum store_commit when)
{
	struct seen *seen = ctx;
	if (when == STORE_COMMIT_BEFORE)
		seen->before++;
	else
		seen->after++;
}

static void test_every_commit_is_seen_once(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct seen seen = {0};
	bool fails = false;
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	store_on_commit(s, on_commit, &seen);
	OK(add_event(s, 1, E));
	OK(store_tx(s, two_then_fail, &fails, E));
	fails = true;
	assert_int_equal(store_tx(s, two_then_fail, &fails, NULL), -1);
	count_events(s);
	assert_int_equal(seen.before, 2);
	assert_int_equal(seen.after, 2);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

/* A child dies at its n-th commit; what it committed, and no more, is there. */
static int64_t events_after_death(const char *kill_at)
{
	char folder[256];
	struct arena a = {0};
	int status;
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		bool fails = false;
		setenv("ETRIER_KILL_AT", kill_at, 1);
		struct store *s = fixture_open(path);
		store_kill_from_env(s);
		for (int i = 0; i < 10; i++)
			OK(store_tx(s, two_then_fail, &fails, E));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 9);
	struct store *s = fixture_open(path);
	int64_t n = count_events(s);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
	return n;
}

static void test_death_at_a_commit_keeps_what_was_committed(void **state)
{
	(void)state;
	assert_int_equal(events_after_death("1"), 2);
	assert_int_equal(events_after_death("1-"), 0);
	assert_int_equal(events_after_death("4"), 8);
	assert_int_equal(events_after_death("4-"), 6);
}

struct nested {
	struct store *s;
	int depth, rows;
};

static int walk_inside(void *ctx, const struct store_event *row)
{
	struct nested *n = ctx;
	(void)row;
	n->rows++;
	if (n->depth++ == 0)
		OK(store_events_each(n->s, &STORE_EVENTS_ANY, walk_inside, n,
				     E));
	return 0;
}

static void test_a_walk_inside_the_same_walk(void **state)
{
	(void)state;
	struct nested n = {.s = fixture_open(":memory:")};
	struct store_agency agency;
	struct arena a = {0};
	OK(add_event(n.s, 1, E));
	OK(add_event(n.s, 2, E));
	OK(store_events_each(n.s, &STORE_EVENTS_ANY, walk_inside, &n, E));
	assert_int_equal(n.rows, 4);
	FAILS(store_agency_get(n.s, "X", &a, &agency, E), ERR_UNKNOWN,
	      "no agency");
	store_close(n.s);
}

static void ignore_finding(void *ctx, const char *text)
{
	(void)text;
	++*(int *)ctx;
}

static void test_health(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	int n = 0;
	fixture_folder(folder);
	struct store *s = fixture_open(fixture_path(&a, folder));
	stage_one_need(s);
	OK(store_check(s, true, ignore_finding, &n, E));
	OK(store_check(s, false, ignore_finding, &n, E));
	assert_int_equal(n, 0);
	/* A row that points nowhere is found, and only in the deep check. */
	OK(db_script(s,
		     "PRAGMA foreign_keys=OFF; DELETE FROM person;"
		     "PRAGMA foreign_keys=ON",
		     E));
	OK(store_check(s, false, ignore_finding, &n, E));
	assert_int_equal(n, 0);
	OK(store_check(s, true, ignore_finding, &n, E));
	assert_int_equal(n, 1);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_file_is_private_and_current),
		cmocka_unit_test(test_second_process_is_kept_out),
		cmocka_unit_test(test_foreign_files_are_refused),
		cmocka_unit_test(test_damaged_file_is_refused),
		cmocka_unit_test(test_link_in_place_of_the_file_is_refused),
		cmocka_unit_test(
			test_keys_are_read_raw_or_hex_and_nothing_else),
		cmocka_unit_test(test_wrong_keys_are_refused_at_open),
		cmocka_unit_test(test_migration_from_the_version_before),
		cmocka_unit_test(test_no_copy_no_migration),
		cmocka_unit_test(test_empty_file_is_version_zero),
		cmocka_unit_test(test_failed_transaction_leaves_nothing),
		cmocka_unit_test(test_failed_inner_transaction_dooms_the_outer),
		cmocka_unit_test(test_full_disk_writes_nothing_by_halves),
		cmocka_unit_test(test_every_commit_is_seen_once),
		cmocka_unit_test(
			test_death_at_a_commit_keeps_what_was_committed),
		cmocka_unit_test(test_a_walk_inside_the_same_walk),
		cmocka_unit_test(test_health),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
