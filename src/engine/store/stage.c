/* SPDX-License-Identifier: EUPL-1.2 */
/* The first half of an import: each row of a file beside what is stored.
 *
 *   row of the file + stored record -> the record as it would be -> verdict
 *
 * All the thinking per row is done here, outside the commit: what apply.c then
 * has to do is a few statements over whole tables.
 *
 * Staged rows live in a temporary table in memory: a copy of a file full of
 * names has no business on the disk before anybody said yes, and a process that
 * dies forgets it. Needs are sealed even there, for the place they will have.
 *
 * Does not: check columns (person.h did), or decide about people who are gone
 * (the caller's guard does, with store_stage_diff()). */
#include "fields.h"
#include "people.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

int stage_create(struct store *s, struct err *err)
{
	return db_script(s,
			 /* Rows dropped give their memory back. SQLite keeps to
			  * what it began with, and a look at all schemas (a
			  * quick_check) has begun: hence a new one. */
			 "PRAGMA temp_store = FILE;"
			 "PRAGMA temp_store = MEMORY;"
			 "PRAGMA temp.auto_vacuum = FULL;"
			 "CREATE TEMP TABLE staging ("
			 "  origin TEXT NOT NULL,"
			 "  ref TEXT NOT NULL,"
			 "  line INTEGER NOT NULL,"
			 "  verdict INTEGER NOT NULL," /* enum store_verdict */
			 "  fields TEXT," /* merged; NULL: same or kept */
			 "  sealed BLOB,"
			 "  key_id INTEGER,"
			 "  hash BLOB,"
			 "  status TEXT,"
			 "  agency TEXT,"
			 "  adviser TEXT,"
			 "  cfa_adviser TEXT,"
			 "  linked_origin TEXT,"
			 "  linked_ref TEXT,"
			 "  person INTEGER," /* found by apply.c */
			 "  PRIMARY KEY (origin, ref)"
			 ") STRICT",
			 err);
}

char *need_place(struct arena *a, const char *origin, const char *ref)
{
	return arena_printf(a, "need:%s:%s:sealed", origin, ref);
}

int need_read(struct store *s, const char *origin, const char *ref,
	      struct arena *a, const char **json, struct err *err)
{
	struct db_query q;
	size_t n;
	*json = NULL;
	if (db_query(s, &q, err,
		     "SELECT sealed, key_id FROM need "
		     "WHERE origin = ?1 AND ref = ?2",
		     db_text(origin), db_text(ref)))
		return -1;
	int got = db_next(&q, err);
	if (got <= 0)
		return got;
	const void *sealed = db_col_blob(&q, 0, &n);
	int rc = vault_unseal(&s->vault, a, db_col_int(&q, 1), sealed, n,
			      need_place(a, origin, ref), json, err);
	db_done(&q);
	return rc;
}

int store_stage_begin(struct store *s, const char *origin, struct err *err)
{
	int64_t known;
	if (db_get_int(s, &known, err, "SELECT 1 FROM origin WHERE name = ?1",
		       db_text(origin)))
		return err_set(err, ERR_UNKNOWN, "no origin \"%s\"", origin);
	store_stage_drop(s, origin);
	return 0;
}

void store_stage_drop(struct store *s, const char *origin)
{
	int64_t n_others;
	/* Memory only: there is nobody who could do better on failure. Without
	 * a condition SQLite drops the pages instead of visiting the rows. */
	if (db_get_int(s, &n_others, NULL,
		       "SELECT EXISTS (SELECT 1 FROM staging WHERE origin < ?1)"
		       " OR EXISTS (SELECT 1 FROM staging WHERE origin > ?1)",
		       db_text(origin)))
		return;
	if (n_others)
		(void)db_run(s, NULL, "DELETE FROM staging WHERE origin = ?1",
			     db_text(origin));
	else
		(void)db_run(s, NULL, "DELETE FROM staging", DB_NONE);
}

/* One row on its way into staging. */
struct row {
	const char *origin, *ref;
	int64_t line;
	struct arena a;
	json_t *fields, *needs; /* merged */
	char *text;		/* of fields */
	char *needs_text;	/* NULL: none */
	unsigned char hash[VAULT_HASH_BYTES];
	enum store_verdict verdict;
};

/* The stored record: NULL fields when there is none. */
struct stored {
	json_t *fields, *needs;
	unsigned char hash[VAULT_HASH_BYTES];
	bool is_gone;
};

static int read_stored(struct store *s, struct row *r, struct stored *o,
		       struct err *err)
{
	struct db_query q;
	const char *needs;
	size_t n;
	if (db_query(s, &q, err,
		     "SELECT fields, hash, gone_at FROM record "
		     "WHERE origin = ?1 AND ref = ?2",
		     db_text(r->origin), db_text(r->ref)))
		return -1;
	int got = db_next(&q, err);
	if (got <= 0)
		return got;
	o->fields = fields_parse(db_col_text(&q, 0), err);
	const void *hash = db_col_blob(&q, 1, &n);
	if (n == sizeof(o->hash))
		memcpy(o->hash, hash, n);
	o->is_gone = !db_col_is_null(&q, 2);
	db_done(&q);
	if (!o->fields || need_read(s, r->origin, r->ref, &r->a, &needs, err))
		return -1;
	if (needs && !(o->needs = fields_parse(needs, err)))
		return -1;
	return 0;
}

static void judge(struct store *s, struct row *r, struct stored *o,
		  json_t *given)
{
	json_t *public = json_copy(given);
	json_t *private = fields_take_private(public);
	r->fields = fields_merge(o->fields, public);
	r->needs = fields_merge(o->needs, private);
	json_decref(public);
	json_decref(private);
	r->text = fields_text(r->fields);
	if (json_object_size(r->needs))
		r->needs_text = fields_text(r->needs);
	char *whole = arena_printf(&r->a, "%s\n%s", r->text,
				   r->needs_text ? r->needs_text : "");
	vault_hash(&s->vault, VAULT_ROW, whole, strlen(whole), r->hash);
	if (!o->fields)
		r->verdict = STORE_ROW_NEW;
	else if (o->is_gone)
		r->verdict = STORE_ROW_RETURNED;
	else if (memcmp(r->hash, o->hash, sizeof(r->hash)) == 0)
		r->verdict = STORE_ROW_SAME;
	else
		r->verdict = STORE_ROW_CHANGED;
}

/* "ORIGIN:REF" taken apart; *origin NULL: no link. */
static int split_link(struct row *r, const char **origin, const char **ref,
		      struct err *err)
{
	const char *link = js_str(r->fields, "linked_ref", NULL);
	const char *colon = link ? strchr(link, ':') : NULL;
	*origin = *ref = NULL;
	if (str_is_empty(link))
		return 0;
	if (!colon || colon == link || !colon[1])
		return err_set(err, ERR_INPUT, "linked_ref must be ORIGIN:REF");
	*origin = arena_dup_n(&r->a, link, (size_t)(colon - link));
	*ref = colon + 1;
	return 0;
}

static int insert_same(struct store *s, struct row *r, struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO staging (origin, ref, line, verdict) "
		      "VALUES (?1, ?2, ?3, ?4)",
		      db_text(r->origin), db_text(r->ref), db_int(r->line),
		      db_int(r->verdict));
}

static int insert_row(struct store *s, struct row *r, struct err *err)
{
	const char *linked_origin, *linked_ref;
	const char *status = js_str(r->fields, "status", "active");
	const void *sealed = NULL;
	size_t n_sealed = 0;
	if (r->verdict == STORE_ROW_SAME)
		return insert_same(s, r, err);
	if (vocab_find(&vocab_person_status, status) == VOCAB_NONE)
		return err_set(err, ERR_INPUT,
			       "status is not one of its words");
	if (split_link(r, &linked_origin, &linked_ref, err))
		return -1;
	if (r->needs_text)
		vault_seal(&s->vault, &r->a, r->needs_text,
			   strlen(r->needs_text),
			   need_place(&r->a, r->origin, r->ref), &sealed,
			   &n_sealed);
	return db_run(
		s, err,
		"INSERT INTO staging (origin, ref, line, verdict, fields, "
		"sealed, key_id, hash, status, agency, adviser, cfa_adviser, "
		"linked_origin, linked_ref) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
		"?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
		db_text(r->origin), db_text(r->ref), db_int(r->line),
		db_int(r->verdict), db_text(r->text), db_blob(sealed, n_sealed),
		db_id(sealed ? vault_seal_id(&s->vault) : 0),
		db_blob(r->hash, sizeof(r->hash)), db_text(status),
		db_text(js_str(r->fields, "agency", NULL)),
		db_text(js_str(r->fields, "adviser", NULL)),
		db_text(js_str(r->fields, "cfa_adviser", NULL)),
		db_text(linked_origin), db_text(linked_ref));
}

static int refuse_repeated(struct store *s, const char *origin, const char *ref,
			   struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT line FROM staging WHERE origin = ?1 AND ref = ?2",
		     db_text(origin), db_text(ref)))
		return -1;
	int got = db_next(&q, err);
	if (got <= 0)
		return got;
	int64_t line = db_col_int(&q, 0);
	db_done(&q);
	return err_set(err, ERR_INPUT, "the ref of line %lld comes again",
		       (long long)line);
}

int store_stage_youth(struct store *s, const char *origin, json_t *fields,
		      int64_t line, enum store_verdict *verdict,
		      struct err *err)
{
	struct row r = {.origin = origin,
			.ref = js_str(fields, "ref", NULL),
			.line = line};
	struct stored o = {0};
	if (str_is_empty(r.ref))
		return err_set(err, ERR_INPUT, "ref is missing");
	arena_init(&r.a);
	int rc = -1;
	if (refuse_repeated(s, origin, r.ref, err) ||
	    read_stored(s, &r, &o, err))
		goto out;
	judge(s, &r, &o, fields);
	if (insert_row(s, &r, err))
		goto out;
	*verdict = r.verdict;
	rc = 0;
out:
	json_decref(o.fields);
	json_decref(o.needs);
	json_decref(r.fields);
	json_decref(r.needs);
	free(r.text);
	free(r.needs_text);
	arena_clear(&r.a);
	return rc;
}

int store_stage_keep(struct store *s, const char *origin, const char *ref,
		     int64_t line, struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO staging (origin, ref, line, verdict) "
		      "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
		      db_text(origin), db_text(ref), db_int(line),
		      db_int(STORE_ROW_KEPT));
}

static int count_verdicts(struct store *s, const char *origin,
			  struct store_diff *d, struct err *err)
{
	int64_t *const to[] = {
		[STORE_ROW_SAME] = &d->n_same,
		[STORE_ROW_NEW] = &d->n_new,
		[STORE_ROW_CHANGED] = &d->n_changed,
		[STORE_ROW_RETURNED] = &d->n_returned,
		[STORE_ROW_KEPT] = &d->n_kept,
	};
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT verdict, count(*) FROM staging st "
		     "WHERE origin = ?1 AND (verdict <> ?2 OR EXISTS "
		     "(SELECT 1 FROM record r WHERE r.origin = ?1 "
		     "AND r.ref = st.ref AND r.gone_at IS NULL)) "
		     "GROUP BY verdict",
		     db_text(origin), db_int(STORE_ROW_KEPT)))
		return -1;
	while ((got = db_next(&q, err)) == 1)
		*to[db_col_int(&q, 0)] = db_col_int(&q, 1);
	return got;
}

int store_stage_diff(struct store *s, const char *origin,
		     struct store_diff *out, struct err *err)
{
	struct store_diff d = {0};
	if (count_verdicts(s, origin, &d, err) ||
	    db_get_int(s, &d.n_before, err,
		       "SELECT count(*) FROM record "
		       "WHERE origin = ?1 AND gone_at IS NULL",
		       db_text(origin)) ||
	    db_get_int(s, &d.n_gone, err,
		       "SELECT count(*) FROM record r WHERE origin = ?1 "
		       "AND gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
		       "staging st WHERE st.origin = ?1 AND st.ref = r.ref)",
		       db_text(origin)))
		return -1;
	*out = d;
	return 0;
}
