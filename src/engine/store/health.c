/* SPDX-License-Identifier: EUPL-1.2 */
/* What the operator asks of the file: is it sound, how big, a copy of it.
 * Everything here reads, but the checkpoint, which changes no data. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/offer.h>
#include <etrier/store_messages.h>
#include <etrier/str.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enough to see what is wrong; a broken file has thousands. */
#define FINDINGS_MAX 100

static int findings(struct db_query *q, store_finding_fn *fn, void *ctx,
		    struct err *err)
{
	int got;
	for (int n = 0; (got = db_next(q, err)) == 1;) {
		const char *text = db_col_text(q, 0);
		if (!str_eq(text, "ok") && n++ < FINDINGS_MAX)
			fn(ctx, text);
	}
	return got;
}

int store_check(struct store *s, bool deep, store_finding_fn *fn, void *ctx,
		struct err *err)
{
	struct db_query q;
	if (db_query_text(s, &q, err,
			  deep ? "PRAGMA integrity_check(100)"
			       : "PRAGMA quick_check(100)",
			  DB_VALUES(DB_NONE)) ||
	    findings(&q, fn, ctx, err))
		return -1;
	if (!deep)
		return 0;
	if (db_query(s, &q, err,
		     "SELECT format('row %d of %s names a missing row of %s', "
		     "rowid, \"table\", parent) FROM pragma_foreign_key_check",
		     DB_NONE))
		return -1;
	return findings(&q, fn, ctx, err);
}

int store_probe(struct store *s, struct err *err)
{
	BUG_ON(s->in_tx);
	/* A value that changes: SQLite writes nothing for one that does not. */
	return db_run(s, err,
		      "INSERT INTO meta (key, value) VALUES ('probe', x'01') "
		      "ON CONFLICT (key) DO UPDATE SET value = CASE value WHEN "
		      "x'01' THEN x'02' ELSE x'01' END",
		      DB_NONE);
}

void store_give_back(struct store *s)
{
	sqlite3_db_release_memory(s->db);
}

int store_checkpoint(struct store *s, struct err *err)
{
	BUG_ON(s->in_tx);
	if (sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
				      NULL, NULL) != SQLITE_OK)
		return db_fail(s, err);
	return 0;
}

static int count_words(struct store *s, const struct vocab *v, int64_t *out,
		       const char *sql, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query_v(s, &q, err, sql, DB_VALUES(DB_NONE)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		int at = db_col_word(&q, 0, v);
		if (at != VOCAB_NONE)
			out[at] = db_col_int(&q, 1);
	}
	return got;
}

static int64_t file_size(const char *path)
{
	struct stat st;
	return path && *path && stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

static void sizes(struct store *s, struct store_stats *out)
{
	const char *path = sqlite3_db_filename(s->db, "main");
	struct arena a;
	arena_init(&a);
	out->file_bytes = file_size(path);
	if (path && *path)
		out->wal_bytes = file_size(arena_printf(&a, "%s-wal", path));
	arena_clear(&a);
}

int store_people_counts(struct store *s, int64_t by_status[STORE_N_STATUSES],
			int64_t *gone, struct err *err)
{
	int64_t n[STORE_N_STATUSES] = {0};
	if (!s->has_counted) {
		if (count_words(s, &vocab_person_status, n,
				"SELECT status, count(*) FROM person WHERE "
				"gone_at IS NULL AND joined IS NULL "
				"GROUP BY status",
				err) ||
		    db_get_int(s, &s->n_gone, err,
			       "SELECT count(*) FROM person WHERE gone_at IS "
			       "NOT NULL AND joined IS NULL",
			       DB_NONE))
			return -1;
		memcpy(s->n_people, n, sizeof(n));
		s->has_counted = true;
	}
	memcpy(by_status, s->n_people, sizeof(n));
	*gone = s->n_gone;
	return 0;
}

int store_stats(struct store *s, struct store_stats *out, struct err *err)
{
	struct store_stats t = {.n_commits = s->n_commits};
	sizes(s, &t);
	if (count_words(s, &vocab_message_state, t.messages,
			"SELECT state, count(*) FROM message GROUP BY state",
			err) ||
	    store_people_counts(s, t.people, &t.people_gone, err) ||
	    count_words(s, &vocab_offer_state, t.offers,
			"SELECT status, count(*) FROM offer GROUP BY status",
			err))
		return -1;
	const struct {
		int64_t *to;
		const char *sql;
	} counts[] = {
		{&t.schema_version, "PRAGMA user_version"},
		{&t.proposals, "SELECT count(*) FROM ledger"},
		{&t.optouts, "SELECT count(*) FROM optout"},
		{&t.tokens, "SELECT count(*) FROM token"},
		{&t.events, "SELECT count(*) FROM event"},
	};
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		if (db_get_int_v(s, counts[i].to, err, counts[i].sql,
				 DB_VALUES(DB_NONE)))
			return -1;
	}
	*out = t;
	return 0;
}
