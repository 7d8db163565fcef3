/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of the database, made in slices on the one connection there is:
 * SQLite's backup interface carries what is written in between along, and no
 * second connection ever touches the file.
 *
 *   .NAME.part/  database in pages -> audit files -> hashes -> MANIFEST ->
 * NAME/
 *
 * The kernel is asked to write as the copy grows, so that the last fsync() has
 * little left to do and the loop does not wait for the disk.
 *
 * Does not: know what is in the tables. */
#include "db.h"
#include "files.h"

#include <etrier/date.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_copy.h>
#include <etrier/str.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pages (4 KiB) a step: about 1 ms from the page cache. */
#define STEP_PAGES 256
/* Bytes hashed a step: about 2 ms. */
#define STEP_BYTES (512 * 1024)
/* Per mille of the progress that the pages are; the rest is hashing. */
#define PAGES_SHARE 600

enum stage { STAGE_PAGES, STAGE_FILES, STAGE_HASHES, STAGE_DONE };

struct store_copy {
	struct store *s;
	char *folder, *name, *part; /* part: the folder while it grows */
	enum stage stage;
	sqlite3 *to;
	sqlite3_backup *backup;
	int grown_fd; /* of the growing database */
	char *audit;
	json_t *files;	/* of the MANIFEST */
	size_t hashing; /* index in files */
	struct file_hash *hash;
	int64_t schema, at, bytes, hashed;
};

bool store_copy_name_is_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
	return n && n <= STORE_COPY_NAME_MAX && !name[n] && *name != '.';
}

static void add_file(struct store_copy *c, const char *name)
{
	json_t *f = json_object();
	js_put_str(f, "name", name);
	json_array_append_new(c->files, f);
}

static int open_target(struct store_copy *c, struct err *err)
{
	char *path = mem_printf("%s/" STORE_COPY_DB, c->part);
	/* SQLite would make it readable by others. */
	if (file_write(path, "", 0, err)) {
		free(path);
		return -1;
	}
	int rc = sqlite3_open_v2(path, &c->to,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW,
				 NULL);
	/* Our own fsync() comes at the end; half a copy is removed anyway. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(c->to,
				  "PRAGMA synchronous=OFF;"
				  "PRAGMA journal_mode=MEMORY",
				  NULL, NULL, NULL);
	if (rc == SQLITE_OK) {
		c->backup =
			sqlite3_backup_init(c->to, "main", c->s->db, "main");
		c->grown_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	int result = 0;
	if (!c->backup || c->grown_fd < 0)
		result = err_set(err, ERR_STORE, "%s: %s", path,
				 c->to ? sqlite3_errmsg(c->to)
				       : "out of memory");
	free(path);
	return result;
}

static int make_folders(struct store_copy *c, struct err *err)
{
	char *whole = mem_printf("%s/%s", c->folder, c->name);
	struct stat st;
	int result = 0;
	if (mkdir(c->folder, 0700) && errno != EEXIST)
		result = err_set(err, ERR_STORE, "%s: %s", c->folder,
				 strerror(errno));
	else if (lstat(whole, &st) == 0)
		result = err_set(err, ERR_INPUT, "%s exists already", whole);
	free(whole);
	if (result)
		return -1;
	/* One that a killed engine left behind. */
	if (file_remove_tree(c->part) || mkdir(c->part, 0700))
		return err_set(err, ERR_STORE, "%s: %s", c->part,
			       strerror(errno));
	return 0;
}

struct store_copy *store_copy_begin(struct store *s, const char *folder,
				    const char *name, const char *audit,
				    int64_t spare, int64_t now, struct err *err)
{
	BUG_ON(s->in_tx);
	if (!store_copy_name_is_valid(name)) {
		err_set(err, ERR_INPUT,
			"a name of a copy is up to %d letters, digits, . _ -",
			STORE_COPY_NAME_MAX);
		return NULL;
	}
	struct store_copy *c = mem_alloc(sizeof(*c));
	*c = (struct store_copy){
		.s = s,
		.folder = mem_dup(folder),
		.name = mem_dup(name),
		.part = mem_printf("%s/.%s.part", folder, name),
		.audit = mem_dup(audit),
		.files = json_array(),
		.grown_fd = -1,
		.at = now};
	int64_t pages = 0, page_size = 0, room;
	if (db_get_int(s, &pages, err, "PRAGMA page_count", DB_NONE) ||
	    db_get_int(s, &page_size, err, "PRAGMA page_size", DB_NONE) ||
	    db_get_int(s, &c->schema, err, "PRAGMA user_version", DB_NONE) ||
	    make_folders(c, err))
		goto fail;
	room = file_room(folder);
	if (room >= 0 && room < pages * page_size + spare) {
		err_set(err, ERR_LIMIT,
			"%s: %lld MiB are free, the copy takes %lld and %lld "
			"must stay: make room, or name another paths.backup",
			folder, (long long)(room >> 20),
			(long long)((pages * page_size) >> 20),
			(long long)(spare >> 20));
		goto fail;
	}
	if (open_target(c, err))
		goto fail;
	add_file(c, STORE_COPY_DB);
	return c;
fail:
	store_copy_free(c);
	return NULL;
}

static void close_target(struct store_copy *c)
{
	sqlite3_backup_finish(c->backup);
	sqlite3_close(c->to);
	c->backup = NULL;
	c->to = NULL;
	if (c->grown_fd >= 0)
		close(c->grown_fd);
	c->grown_fd = -1;
}

void store_copy_free(struct store_copy *c)
{
	if (!c)
		return;
	close_target(c);
	file_hash_free(c->hash);
	if (c->stage != STAGE_DONE)
		(void)file_remove_tree(c->part);
	json_decref(c->files);
	free(c->folder);
	free(c->name);
	free(c->part);
	free(c->audit);
	free(c);
}

static int step_pages(struct store_copy *c, struct err *err)
{
	int rc = sqlite3_backup_step(c->backup, STEP_PAGES);
	if (rc == SQLITE_OK) {
		(void)sync_file_range(c->grown_fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		return 0;
	}
	if (rc != SQLITE_DONE)
		return err_set(err, ERR_STORE, "copying the database: %s",
			       sqlite3_errstr(rc));
	int failed = fsync(c->grown_fd);
	close_target(c);
	if (failed)
		return err_set(err, ERR_STORE, "%s: %s", c->part,
			       strerror(errno));
	c->stage = STAGE_FILES;
	return 0;
}

/* The audit log is small beside the database: its files go in one step each,
 * and are counted in the hashes. */
static int step_files(struct store_copy *c, struct err *err)
{
	struct dirent **names = NULL;
	int n = c->audit ? scandir(c->audit, &names, NULL, alphasort) : 0;
	int result = 0;
	c->stage = STAGE_HASHES;
	if (n <= 0)
		return 0;
	char *to = mem_printf("%s/audit", c->part);
	if (mkdir(to, 0700))
		result = err_set(err, ERR_STORE, "%s: %s", to, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		if (!result && str_ends(name, ".log")) {
			char *from = mem_printf("%s/%s", c->audit, name);
			char *file = mem_printf("%s/%s", to, name);
			char *listed = mem_printf("audit/%s", name);
			result = file_copy(from, file, err);
			add_file(c, listed);
			free(from);
			free(file);
			free(listed);
		}
		free(names[i]);
	}
	free(names);
	free(to);
	return result;
}

static int write_manifest(struct store_copy *c, struct err *err)
{
	char at[21];
	json_t *m = json_object();
	instant_format(c->at, at);
	json_object_set_new(m, "format", json_integer(STORE_COPY_FORMAT));
	js_put_str(m, "etrier", ETRIER_VERSION);
	json_object_set_new(m, "schema", json_integer(c->schema));
	js_put_str(m, "at", at);
	json_object_set(m, "files", c->files);
	char *text = json_dumps(m, JSON_INDENT(2));
	char *path = mem_printf("%s/" STORE_COPY_MANIFEST, c->part);
	int result = file_write(path, text, strlen(text), err);
	free(path);
	free(text);
	json_decref(m);
	return result;
}

/* Everything is written: the copy takes its name. */
static int take_name(struct store_copy *c, struct err *err)
{
	char *whole = mem_printf("%s/%s", c->folder, c->name);
	int result = write_manifest(c, err);
	if (!result && (file_sync_folder(c->part) || rename(c->part, whole) ||
			file_sync_folder(c->folder)))
		result = err_set(err, ERR_STORE, "%s: %s", whole,
				 strerror(errno));
	if (!result)
		c->stage = STAGE_DONE;
	free(whole);
	return result;
}

static int step_hashes(struct store_copy *c, struct err *err)
{
	json_t *f = json_array_get(c->files, c->hashing);
	if (!f)
		return take_name(c, err);
	if (!c->hash) {
		char *path =
			mem_printf("%s/%s", c->part, js_str(f, "name", ""));
		c->hash = file_hash_open(path, &c->bytes, err);
		c->hashed = 0;
		free(path);
		return c->hash ? 0 : -1;
	}
	int got = file_hash_step(c->hash, STEP_BYTES, err);
	if (got < 0)
		return -1;
	c->hashed += STEP_BYTES;
	if (got > 0)
		return 0;
	char hex[FILE_HASH_HEX];
	file_hash_close(c->hash, hex);
	c->hash = NULL;
	c->hashing++;
	json_object_set_new(f, "bytes", json_integer(c->bytes));
	js_put_str(f, "sha256", hex);
	return 0;
}

int store_copy_step(struct store_copy *c, struct err *err)
{
	static int (*const steps[])(struct store_copy *, struct err *) = {
		[STAGE_PAGES] = step_pages,
		[STAGE_FILES] = step_files,
		[STAGE_HASHES] = step_hashes};
	BUG_ON(c->s->in_tx || c->stage == STAGE_DONE);
	if (steps[c->stage](c, err))
		return -1;
	return c->stage != STAGE_DONE;
}

int store_copy_progress(const struct store_copy *c)
{
	if (c->stage == STAGE_PAGES) {
		int all = sqlite3_backup_pagecount(c->backup);
		int left = sqlite3_backup_remaining(c->backup);
		return all ? PAGES_SHARE * (all - left) / all : 0;
	}
	if (c->stage == STAGE_DONE)
		return 1000;
	int64_t done = c->hashing ? c->bytes : c->hashed;
	if (!c->bytes || done > c->bytes)
		done = c->bytes;
	return PAGES_SHARE +
	       (int)(c->bytes ? (999 - PAGES_SHARE) * done / c->bytes : 0);
}

/* --- what there is --------------------------------------------------------
 */

static json_t *describe(const char *folder, const char *name)
{
	json_t *row = json_object();
	char *path = mem_printf("%s/%s/" STORE_COPY_MANIFEST, folder, name);
	json_t *m = json_load_file(path, JSON_REJECT_DUPLICATES, NULL), *f;
	size_t i;
	int64_t bytes = 0;
	js_put_str(row, "name", name);
	json_array_foreach(json_object_get(m, "files"), i, f)
	{
		bytes += js_int(f, "bytes", 0);
	}
	if (m) {
		js_put_str(row, "at", js_str(m, "at", NULL));
		json_object_set_new(row, "bytes", json_integer(bytes));
		js_put_int(row, "schema", js_int(m, "schema", -1), -1);
		js_put_str(row, "etrier", js_str(m, "etrier", NULL));
	} else {
		js_put_str(row, "problem", "no MANIFEST that can be read");
	}
	json_decref(m);
	free(path);
	return row;
}

static int is_copy(const struct dirent *d)
{
	return store_copy_name_is_valid(d->d_name);
}

json_t *store_copies(const char *folder)
{
	json_t *out = json_array();
	struct dirent **names = NULL;
	int n = scandir(folder, &names, is_copy, alphasort);
	for (int i = 0; i < n; i++) {
		json_t *row = describe(folder, names[i]->d_name);
		/* By instant; those without one come first. */
		const char *at = js_str(row, "at", "");
		size_t k = json_array_size(out);
		while (k && strcmp(js_str(json_array_get(out, k - 1), "at", ""),
				   at) > 0)
			k--;
		json_array_insert_new(out, k, row);
		free(names[i]);
	}
	free(names);
	return out;
}

/* 20261127T033000Z */
static bool is_automatic(const char *name)
{
	static const char form[] = "ddddddddTddddddZ";
	if (strlen(name) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		bool is_digit = name[i] >= '0' && name[i] <= '9';
		if (form[i] == 'd' ? !is_digit : name[i] != form[i])
			return false;
	}
	return true;
}

int store_copies_trim(const char *folder, int keep, int *n, struct err *err)
{
	json_t *all = store_copies(folder), *row;
	size_t i;
	int have = 0, result = 0;
	*n = 0;
	json_array_foreach(all, i, row) have +=
		is_automatic(js_str(row, "name", ""));
	json_array_foreach(all, i, row)
	{
		const char *name = js_str(row, "name", "");
		if (result || have <= keep || !is_automatic(name))
			continue;
		char *path = mem_printf("%s/%s", folder, name);
		if (file_remove_tree(path))
			result = err_set(err, ERR_STORE, "%s: %s", path,
					 strerror(errno));
		free(path);
		have--;
		++*n;
	}
	json_decref(all);
	return result;
}
