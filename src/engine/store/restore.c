/* SPDX-License-Identifier: EUPL-1.2 */
/* The way back from a copy: is it whole, and what must change in it before it
 * is in force again. Works on files, without the engine and without keys:
 * whoever restores may be root on another machine.
 *
 * Since the copy was made messages went out, people opted out, offers were
 * proposed, and nobody knows which. So nothing goes out by itself afterwards:
 * see store_restore() in store_copy.h. */
#include "db.h"
#include "files.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/store_copy.h>
#include <etrier/store_events.h>
#include <etrier/str.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "restored"
/* Files of one copy: the database and the months of an audit log. */
#define FILES_MAX 2000
/* Of a MANIFEST, some 130 bytes a file. */
#define MANIFEST_MAX (1024 * 1024)

static int verify_file(const char *dir, const json_t *f, struct err *err)
{
	const char *name = js_str(f, "name", "");
	int64_t bytes = -1;
	char hex[FILE_HASH_HEX];
	/* A MANIFEST is not trusted with paths. */
	if (strstr(name, "..") || *name == '/' || !*name)
		return err_set(err, ERR_INPUT,
			       "%s: its MANIFEST names a file "
			       "outside it",
			       dir);
	char *path = mem_printf("%s/%s", dir, name);
	int result = file_hash_of(path, &bytes, hex, err);
	if (!result && (bytes != js_int(f, "bytes", -1) ||
			!str_eq(hex, js_str(f, "sha256", ""))))
		result = err_set(err, ERR_INPUT,
				 "%s is not what its MANIFEST says: it was "
				 "changed or cut; take another copy",
				 path);
	free(path);
	return result;
}

static int verify_files(const char *dir, const json_t *files, struct err *err)
{
	size_t i;
	json_t *f;
	bool has_db = false;
	if (json_array_size(files) > FILES_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d files", dir,
			       FILES_MAX);
	json_array_foreach(files, i, f)
	{
		if (verify_file(dir, f, err))
			return -1;
		has_db |= str_eq(js_str(f, "name", ""), STORE_COPY_DB);
	}
	return has_db ? 0
		      : err_set(err, ERR_INPUT,
				"%s: no " STORE_COPY_DB " in it", dir);
}

int store_copy_verify(const char *dir, json_t **manifest, struct err *err)
{
	json_error_t why = {.text = "larger than a MANIFEST can be"};
	char *path = mem_printf("%s/" STORE_COPY_MANIFEST, dir);
	struct stat st;
	bool is_large = !stat(path, &st) && st.st_size > MANIFEST_MAX;
	json_t *m =
		is_large ? NULL
			 : json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	int result = 0;
	if (!m)
		result = err_set(err, ERR_INPUT,
				 "%s: %s: a copy is a folder with a MANIFEST "
				 "(etrierctl backup list)",
				 path, why.text);
	else if (js_int(m, "format", -1) != STORE_COPY_FORMAT)
		result = err_set(err, ERR_INPUT,
				 "%s: of a format this program (%s) does not "
				 "know",
				 path, ETRIER_VERSION);
	else if (js_int(m, "schema", -1) > (int64_t)db_n_migrations)
		result = err_set(err, ERR_INPUT,
				 "%s: its database has schema %lld, this "
				 "program knows %zu: install the newer program "
				 "(%s) first",
				 dir, (long long)js_int(m, "schema", -1),
				 db_n_migrations, js_str(m, "etrier", "?"));
	else
		result = verify_files(dir, json_object_get(m, "files"), err);
	free(path);
	if (!result && manifest)
		*manifest = json_incref(m);
	json_decref(m);
	return result;
}

/* --- what changes in it ---------------------------------------------------
 */

static int open_plain(const char *path, struct store *s, struct err *err)
{
	struct db_query q;
	if (sqlite3_open_v2(path, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
				    SQLITE_OPEN_EXRESCODE,
			    NULL) != SQLITE_OK ||
	    /* One file in the end, nothing beside it to forget. */
	    db_script(s, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL",
		      err))
		return db_fail(s, err);
	if (db_query(s, &q, err, "PRAGMA integrity_check(1)", DB_NONE))
		return -1;
	int got = db_next(&q, err);
	bool is_sound = got == 1 && str_eq(db_col_text(&q, 0), "ok");
	db_done(&q);
	if (got < 0)
		return -1;
	return is_sound ? 0
			: err_set(err, ERR_INPUT,
				  "%s is damaged: take another copy", path);
}

/* Opt-outs given since: the law knows no restore. A former database of another
 * key, or that cannot be read, has none that could be taken over. */
static void take_optouts(struct store *s, const char *former,
			 struct store_restored *out)
{
	struct err ignored = {0};
	if (!former || db_run(s, &ignored, "ATTACH DATABASE ?1 AS former",
			      db_text(former)))
		return;
	int64_t same = 0;
	out->read_former =
		!db_get_int(s, &same, &ignored,
			    "SELECT count(*) FROM former.meta f JOIN main.meta "
			    "m USING (key, value) WHERE key = 'check'",
			    DB_NONE) &&
		same == 1 &&
		!db_count(s, &out->n_optouts, &ignored,
			  "INSERT OR IGNORE INTO main.optout "
			  "SELECT * FROM former.optout",
			  DB_NONE);
}

static int list_modes(struct store *s, json_t *modes, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT code, mode FROM agency WHERE mode <> 'off' "
		     "ORDER BY code",
		     DB_NONE))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		json_t *row = json_object();
		js_put_str(row, "agency", db_col_text(&q, 0));
		js_put_str(row, "mode", db_col_text(&q, 1));
		json_array_append_new(modes, row);
	}
	return got;
}

struct restoring {
	const char *name; /* of the copy */
	int64_t now;
	struct store_restored *out;
};

static int put_safe(struct store *s, void *ctx, struct err *err)
{
	struct restoring *r = ctx;
	struct store_restored *out = r->out;
	char mark[24];
	char *data = mem_printf("{\"copy\":\"%s\"}", r->name);
	snprintf(mark, sizeof(mark), "%lld", (long long)r->now);
	int failed =
		list_modes(s, out->modes, err) ||
		db_run(s, err,
		       "UPDATE agency SET mode = 'off', mode_since = ?1 "
		       "WHERE mode <> 'off'",
		       db_int(r->now)) ||
		db_count(s, &out->n_uncertain, err,
			 "UPDATE message SET state = 'uncertain', "
			 "reason = 'on its way when the copy was made' "
			 "WHERE state = 'sending' AND channel = 'sms'",
			 DB_NONE) ||
		db_count(s, &out->n_held, err,
			 "UPDATE message SET state = 'held', "
			 "reason = 'restored: it may have been sent since' "
			 "WHERE state IN ('planned', 'sending')",
			 DB_NONE) ||
		db_run(s, err,
		       "INSERT INTO meta (key, value) VALUES ('" MARK
		       "', CAST(?1 AS BLOB)) "
		       "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		       db_text(mark)) ||
		store_event_add(s,
				&(struct store_event){.at = r->now,
						      .kind = "restored",
						      .by = "etrierctl",
						      .data = data},
				err);
	free(data);
	return failed ? -1 : 0;
}

static int make_safe(const char *next, const char *former, struct restoring *r,
		     struct err *err)
{
	struct store *s = mem_alloc(sizeof(*s));
	int result = open_plain(next, s, err);
	if (!result) {
		take_optouts(s, former, r->out);
		result = store_tx(s, put_safe, r, err);
	}
	store_close(s);
	return result;
}

/* With its log, which may hold the last commits. */
static int move_aside(const char *path, const char *former, struct err *err)
{
	static const char *const tails[] = {"-wal", "-journal", ""};
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		char *from = mem_printf("%s%s", path, tails[i]);
		char *to = mem_printf("%s%s", former, tails[i]);
		int failed = rename(from, to) && errno != ENOENT;
		if (failed)
			err_set(err, ERR_STORE, "%s: %s", from,
				strerror(errno));
		free(from);
		free(to);
		if (failed)
			return -1;
	}
	return 0;
}

static int change_places(const char *path, const char *next, const char *former,
			 struct err *err)
{
	char *folder = mem_dup_n(path, (size_t)(strrchr(path, '/') - path));
	int result = move_aside(path, former, err);
	if (!result && (rename(next, path) || file_sync_folder(folder)))
		result = err_set(err, ERR_STORE, "%s: %s", path,
				 strerror(errno));
	free(folder);
	return result;
}

int store_restore(const char *dir, const char *path, int64_t now,
		  struct store_restored *out, struct err *err)
{
	char at[21];
	const char *slash = strrchr(dir, '/');
	struct restoring r = {slash && slash[1] ? slash + 1 : dir, now, out};
	char *from = mem_printf("%s/" STORE_COPY_DB, dir);
	char *next = mem_printf("%s.restoring", path);
	instant_format(now, at);
	char *former = mem_printf("%s.before-restore-%s", path, at);
	bool has_former = access(path, F_OK) == 0;
	*out = (struct store_restored){.modes = json_array()};
	(void)unlink(next); /* of an attempt that was killed */
	int result = file_copy(from, next, err) ||
				     make_safe(next, has_former ? path : NULL,
					       &r, err) ||
				     change_places(path, next, former, err)
			     ? -1
			     : 0;
	if (!result && has_former)
		out->former = mem_dup(former);
	if (result) {
		(void)unlink(next);
		store_restored_clear(out);
	}
	free(from);
	free(next);
	free(former);
	return result;
}

void store_restored_clear(struct store_restored *r)
{
	free(r->former);
	json_decref(r->modes);
	*r = (struct store_restored){.former = NULL};
}

int store_restored_mark(struct store *s, int64_t *at, struct err *err)
{
	*at = 0;
	if (!db_get_int(s, at, err,
			"SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta "
			"WHERE key = '" MARK "'",
			DB_NONE))
		return 0;
	return err->kind == ERR_UNKNOWN ? 0 : -1;
}

int store_restored_forget(struct store *s, struct err *err)
{
	return db_run(s, err, "DELETE FROM meta WHERE key = '" MARK "'",
		      DB_NONE);
}
