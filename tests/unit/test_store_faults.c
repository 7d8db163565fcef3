/* SPDX-License-Identifier: EUPL-1.2 */
/* A disk that fails at any write: for every N, the N-th write-like call of the
 * file system fails, once or from then on, torn or not, while people are
 * imported, messages planned and sent, opt-outs taken, a copy made and a schema
 * migrated. Whatever happens, the file opens again and holds whole units of
 * work only: no message without its ledger row, no person without a record,
 * nothing that was committed lost, no copy that is not whole, no migration
 * without one.
 *
 * The shim stands below SQLite and above the real file system. */
#include "schema_fixture.h"

#include "engine/store/db.h"
#include "engine/store/files.h"

/* More than any run has; reaching it means the run never ends. */
#define FAULTS_MAX 2000

struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static struct faults {
	sqlite3_vfs *real;
	int n, fail_at, code;
	bool for_ever, tripped;
} faults;

static bool fails_now(void)
{
	faults.n++;
	if (!faults.fail_at || faults.n < faults.fail_at ||
	    (faults.n > faults.fail_at && !faults.for_ever))
		return false;
	faults.tripped = true;
	return true;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct shim_file *)f)->real;
}

static int shim_close(sqlite3_file *f)
{
	sqlite3_file *r = real_of(f);
	int rc = r->pMethods ? r->pMethods->xClose(r) : SQLITE_OK;
	free(r);
	return rc;
}

static int shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails_now()) {
		/* Torn: half of it reached the disk. */
		if (faults.for_ever && n > 512)
			(void)real_of(f)->pMethods->xWrite(real_of(f), p, n / 2,
							   at);
		return faults.code;
	}
	return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	if (fails_now())
		return SQLITE_IOERR_TRUNCATE;
	return real_of(f)->pMethods->xTruncate(real_of(f), n);
}

static int shim_sync(sqlite3_file *f, int flags)
{
	if (fails_now())
		return SQLITE_IOERR_FSYNC;
	return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *n)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), n);
}

static int shim_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int shim_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int shim_reserved(sqlite3_file *f, int *out)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int shim_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int shim_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int shim_traits(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

/* Version 1: without shared memory, which exclusive locking never asks for. */
static const sqlite3_io_methods shim_methods = {
	.iVersion = 1,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_traits,
};

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f,
		     int flags, int *out_flags)
{
	struct shim_file *sf = (struct shim_file *)f;
	(void)vfs;
	sf->base.pMethods = NULL;
	if ((flags & SQLITE_OPEN_CREATE) && fails_now())
		return SQLITE_CANTOPEN;
	sf->real = mem_alloc((size_t)faults.real->szOsFile);
	int rc = faults.real->xOpen(faults.real, name, sf->real, flags,
				    out_flags);
	if (rc != SQLITE_OK)
		free(sf->real);
	else
		sf->base.pMethods = &shim_methods;
	return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	(void)vfs;
	if (fails_now())
		return SQLITE_IOERR_DELETE;
	return faults.real->xDelete(faults.real, name, sync_dir);
}

static sqlite3_vfs shim;

static int install(void **state)
{
	(void)state;
	faults.real = sqlite3_vfs_find(NULL);
	shim = *faults.real;
	shim.zName = "faults";
	shim.szOsFile = (int)sizeof(struct shim_file);
	shim.xOpen = shim_open;
	shim.xDelete = shim_delete;
	shim.pNext = NULL;
	return sqlite3_vfs_register(&shim, 1);
}

/* --- the work
 * ------------------------------------------------------------------ */

struct done {
	int imports, messages, optouts,
		copies; /* done, as far as we were told */
};

static int import_some(struct store *s, int i, struct done *d)
{
	char row[96];
	enum store_verdict v;
	int64_t number;
	snprintf(row, sizeof(row),
		 "{'ref':'p','needs':['noise:1:warn'],'city':'town %d'}", i);
	json_t *fields = fixture_json(row);
	int rc = store_stage_begin(s, "ml1", NULL) ||
		 store_stage_youth(s, "ml1", fields, 2, &v, NULL) ||
		 store_stage_apply(s, "ml1", NOW, &number, NULL);
	json_decref(fields);
	if (rc == 0)
		d->imports++;
	return rc;
}

static int send_one(struct store *s, int i, struct done *d)
{
	char ref[16];
	int64_t offer, id;
	enum store_offer_change change;
	snprintf(ref, sizeof(ref), "%d", i);
	struct store_offer_in in = {.source = "ft",
				    .ref = ref,
				    .hash = "a",
				    .fields = "{}",
				    .expires = INSTANT_NONE};
	struct store_message m = {.audience = STORE_TO_YOUTH,
				  .channel = CHANNEL_SMS,
				  .person = 1,
				  .not_before = NOW,
				  .expires = INSTANT_NONE};
	struct store_proposal p = {.person = 1,
				   .audience = STORE_TO_YOUTH,
				   .rules = "r1",
				   .facts = "{}"};
	if (store_offer_put(s, &in, NOW, &offer, &change, NULL))
		return -1;
	p.canonical = offer;
	if (store_message_plan(s, &m, &p, 1, NOW, &id, NULL))
		return -1;
	d->messages++;
	struct store_frozen f = {.model = "{}"};
	return store_message_claim(s, id, &f, NOW, NULL) ||
	       store_message_settle(s, id, STORE_SENT, NULL, INSTANT_NONE, NOW,
				    NULL);
}

static int opt_out(struct store *s, struct done *d)
{
	bool is_new;
	if (store_optout_add(s, CHANNEL_SMS, "+33639980001", NOW, "link",
			     &is_new, NULL))
		return -1;
	d->optouts++;
	return 0;
}

/* Where the copies of this database are; free(). */
static char *copies_of(const char *path)
{
	return mem_printf("%s.copies", path);
}

static int copy(struct store *s, const char *path, struct done *d)
{
	char *folder = copies_of(path);
	struct store_copy *c =
		store_copy_begin(s, folder, "x", NULL, 0, NOW, NULL);
	int got = c ? 1 : -1;
	while (got == 1)
		got = store_copy_step(c, NULL);
	store_copy_free(c);
	free(folder);
	d->copies += got == 0;
	return got;
}

static void work(const char *path, struct done *d)
{
	struct store_keys k = fixture_keys(1);
	struct store *s = NULL;
	if (store_open(path, &k, &s, NULL))
		return;
	int rc = store_origin_put(s, "ml1", 0, NULL, NULL) ||
		 store_rules_put(s, "r1", "text", NOW, NULL);
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = import_some(s, i, d) || send_one(s, i, d);
	if (rc == 0)
		rc = opt_out(s, d) || copy(s, path, d) || store_probe(s, NULL);
	if (rc == 0)
		(void)store_checkpoint(s, NULL);
	store_close(s);
}

static void no_finding(void *ctx, const char *text)
{
	(void)ctx;
	fail_msg("fault %d: %s", faults.fail_at, text);
}

/* What has a name is whole, and what we were told of is there. */
static void check_copies(const char *folder, int n)
{
	json_t *all = store_copies(folder), *row;
	size_t i;
	json_array_foreach(all, i, row)
	{
		char *dir =
			mem_printf("%s/%s", folder, js_str(row, "name", ""));
		OK(store_copy_verify(dir, NULL, E));
		free(dir);
	}
	assert_true(json_array_size(all) >= (size_t)n);
	json_decref(all);
}

static void check_whole(const char *path, const struct done *d)
{
	char *copies = copies_of(path);
	check_copies(copies, d->copies);
	free(copies);
	struct store *s = fixture_open(path);
	assert_true(fixture_number(s, "SELECT count(*) FROM optout") >=
		    d->optouts);
	OK(store_check(s, true, no_finding, NULL, E));
	assert_int_equal(fixture_number(s, "SELECT count(*) FROM message"),
			 fixture_number(s, "SELECT count(*) FROM ledger"));
	assert_true(fixture_number(s, "SELECT count(*) FROM message") >=
		    d->messages);
	assert_true(fixture_number(
			    s, "SELECT coalesce(max(import), 0) FROM origin") >=
		    d->imports);
	assert_int_equal(fixture_number(s, "SELECT count(*) FROM person"),
			 fixture_number(s, "SELECT count(*) FROM record"));
	assert_int_equal(fixture_number(s, "SELECT count(*) FROM record"),
			 fixture_number(s, "SELECT count(*) FROM need"));
	store_close(s);
}

/* One run with a fault at `at`; true when the fault was met. */
static bool run_with_fault(int at)
{
	char folder[256];
	struct arena a = {0};
	struct done d = {0};
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	faults.n = 0;
	faults.fail_at = at;
	faults.tripped = false;
	work(path, &d);
	bool tripped = faults.tripped;
	faults.fail_at = 0;
	if (!tripped)
		assert_true(d.imports == 3 && d.messages == 3 &&
			    d.optouts == 1 && d.copies == 1);
	check_whole(path, &d);
	fixture_remove(folder);
	arena_clear(&a);
	return tripped;
}

static void test_a_failing_disk_leaves_whole_units_of_work(void **state)
{
	static const struct {
		int code;
		bool for_ever;
	} kinds[] = {
		{SQLITE_FULL, false},
		{SQLITE_FULL, true},
		{SQLITE_IOERR_WRITE, false},
		{SQLITE_IOERR_WRITE, true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		faults.code = kinds[i].code;
		faults.for_ever = kinds[i].for_ever;
		/* Each point once, the kinds in turn: 400 runs, not 1600. */
		int at = 1 + (int)i;
		while (at < FAULTS_MAX && run_with_fault(at))
			at += (int)ARRAY_LEN(kinds);
		assert_in_range(at, 100, FAULTS_MAX - 1);
	}
}

/* --- a migration ---------------------------------------------------------- */

static const char *const added[] = {"CREATE TABLE added (x INTEGER) STRICT;"
				    "INSERT INTO added VALUES (1), (2);",
				    "ALTER TABLE agency ADD COLUMN y TEXT",
				    NULL};

/* from: a database of the version before. True when the fault was met. */
static bool migrate_with_fault(const char *from, int at)
{
	char folder[256];
	struct arena a = {0};
	struct err err = {0};
	int64_t version, n = 0;
	struct db_migration next[FIXTURE_MIGRATIONS_MAX];
	fixture_migrations(next)[0] = (struct db_migration){added};
	fixture_folder(folder);
	const char *path = fixture_path(&a, folder);
	OK(file_copy(from, path, E));
	struct store *s = fixture_open(path);
	faults.n = 0;
	faults.fail_at = at;
	faults.tripped = false;
	int result = db_migrate(s, next, db_n_migrations + 1, &err);
	bool tripped = faults.tripped;
	faults.fail_at = 0;
	store_rollback(s);
	/* All of it, after a whole copy, or nothing. */
	version = fixture_number(s, "PRAGMA user_version");
	OK(db_get_int_v(s, &n, E,
			"SELECT count(*) FROM sqlite_schema WHERE name = "
			"'added'",
			DB_VALUES(DB_NONE)));
	assert_int_equal(version, (int64_t)db_n_migrations + n);
	assert_true(result == 0 ? n == 1 : true);
	assert_true(tripped || result == 0);
	check_copies(arena_printf(&a, "%s/backup", folder), (int)n);
	store_close(s);
	fixture_remove(folder);
	arena_clear(&a);
	return tripped;
}

static void test_a_failing_disk_leaves_a_migration_whole_or_undone(void **state)
{
	(void)state;
	char folder[256];
	struct arena a = {0};
	struct done d = {0};
	fixture_folder(folder);
	const char *before = fixture_path(&a, folder);
	faults.fail_at = 0;
	work(before, &d);
	for (int kind = 0; kind < 2; kind++) {
		int at = 1;
		faults.code = kind ? SQLITE_IOERR_WRITE : SQLITE_FULL;
		faults.for_ever = kind;
		while (at < FAULTS_MAX && migrate_with_fault(before, at))
			at++;
		assert_in_range(at, 10, FAULTS_MAX - 1);
	}
	fixture_remove(folder);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			test_a_failing_disk_leaves_whole_units_of_work,
			install),
		cmocka_unit_test(
			test_a_failing_disk_leaves_a_migration_whole_or_undone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
