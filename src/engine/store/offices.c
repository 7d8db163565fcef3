/* SPDX-License-Identifier: EUPL-1.2 */
/* Origins, agencies and advisers: the few rows around the many young people.
 * Files of advisers or agencies add and change; nothing here removes. */
#include "db.h"
#include "fields.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/store_people.h>
#include <etrier/str.h>

#include <stdlib.h>

int store_origin_put(struct store *s, const char *name, int kind,
		     const char *agency, struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO origin (name, kind, agency) "
		      "VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET "
		      "kind = ?2, agency = ?3 "
		      "WHERE kind IS NOT ?2 OR agency IS NOT ?3",
		      db_text(name), db_word(&vocab_origin_kind, kind),
		      db_text(agency));
}

int store_origin_get(struct store *s, const char *name, struct arena *a,
		     struct store_origin *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT name, kind, agency, import, imported_at "
		     "FROM origin WHERE name = ?1",
		     db_text(name)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no origin \"%s\"", name);
	*out = (struct store_origin){
		.name = arena_dup(a, db_col_text(&q, 0)),
		.kind = db_col_word(&q, 1, &vocab_origin_kind),
		.agency = arena_dup(a, db_col_text(&q, 2)),
		.import = db_col_int(&q, 3),
		.imported_at = db_col_instant(&q, 4),
	};
	db_done(&q);
	return 0;
}

/* --- merging a row of a file into a stored one --------------------------- */

struct putting {
	json_t *given;
	enum store_change change;
	char *text; /* of the merged row */
	json_t *merged;
};

/* The stored text is column 0 of q, if there is a row. */
static int merge_row(struct db_query *q, struct putting *p, struct err *err)
{
	int got = db_next(q, err);
	if (got < 0)
		return -1;
	json_t *stored = NULL;
	const char *old = got ? db_col_text(q, 0) : NULL;
	if (old && !(stored = fields_parse(old, err))) {
		db_done(q);
		return -1;
	}
	p->merged = fields_merge(stored, p->given);
	p->text = fields_text(p->merged);
	if (!old)
		p->change = STORE_NEW;
	else
		p->change = str_eq(old, p->text) ? STORE_SAME : STORE_CHANGED;
	json_decref(stored);
	db_done(q);
	return 0;
}

static int run_put(struct store *s, store_tx_fn *fn, json_t *given,
		   enum store_change *change, struct err *err)
{
	struct putting p = {.given = given};
	int rc = store_tx(s, fn, &p, err);
	if (rc == 0)
		*change = p.change;
	json_decref(p.merged);
	free(p.text);
	return rc;
}

static int need_word(const char *v, const char *key, struct err *err)
{
	if (!str_is_empty(v))
		return 0;
	return err_set(err, ERR_INPUT, "%s is missing", key);
}

/* --- agencies ------------------------------------------------------------- */

static int put_agency(struct store *s, void *ctx, struct err *err)
{
	struct putting *p = ctx;
	struct db_query q;
	const char *code = js_str(p->given, "code", NULL);
	if (need_word(code, "code", err) ||
	    db_query(s, &q, err, "SELECT fields FROM agency WHERE code = ?1",
		     db_text(code)) ||
	    merge_row(&q, p, err))
		return -1;
	if (p->change == STORE_SAME)
		return 0;
	const char *kind = js_str(p->merged, "kind", NULL);
	if (vocab_find(&vocab_origin_kind, kind) == VOCAB_NONE)
		return err_set(err, ERR_INPUT, "kind must be ml or cfa");
	return db_run(s, err,
		      "INSERT INTO agency (code, kind, fields) "
		      "VALUES (?1, ?2, ?3) ON CONFLICT (code) DO UPDATE "
		      "SET kind = ?2, fields = ?3",
		      db_text(code), db_text(kind), db_text(p->text));
}

int store_agency_put(struct store *s, json_t *fields, enum store_change *change,
		     struct err *err)
{
	return run_put(s, put_agency, fields, change, err);
}

#define AGENCY_COLUMNS "SELECT code, kind, mode, mode_since, fields FROM agency"

static struct store_agency agency_row(struct db_query *q)
{
	return (struct store_agency){
		.code = db_col_text(q, 0),
		.kind = db_col_word(q, 1, &vocab_origin_kind),
		.mode = (enum agency_mode)db_col_word(q, 2, &vocab_agency_mode),
		.mode_since = db_col_instant(q, 3),
		.fields = db_col_text(q, 4),
	};
}

int store_agency_get(struct store *s, const char *code, struct arena *a,
		     struct store_agency *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, AGENCY_COLUMNS " WHERE code = ?1",
		     db_text(code)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no agency \"%s\"", code);
	struct store_agency row = agency_row(&q);
	row.code = arena_dup(a, row.code);
	row.fields = arena_dup(a, row.fields);
	db_done(&q);
	*out = row;
	return 0;
}

int store_agencies_each(struct store *s, store_agency_fn *fn, void *ctx,
			struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err, AGENCY_COLUMNS " ORDER BY code", DB_NONE))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct store_agency row = agency_row(&q);
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}

struct mode_change {
	const char *code;
	enum agency_mode to, from;
	int64_t now;
};

/* What was only shown to ourselves was never proposed to anybody. */
static int drop_preview(struct store *s, const struct mode_change *m,
			struct err *err)
{
#define PREVIEWS "(SELECT id FROM message WHERE agency = ?1 AND preview = 1)"
	if (db_run(s, err, "DELETE FROM ledger WHERE message IN " PREVIEWS,
		   db_text(m->code)) ||
	    db_run(s, err,
		   "UPDATE ledger SET again = NULL WHERE again IN " PREVIEWS,
		   db_text(m->code)) ||
	    db_run(s, err, "DELETE FROM shown WHERE message IN " PREVIEWS,
		   db_text(m->code)) ||
	    /* ... and took nobody's turn. */
	    db_run(s, err,
		   "DELETE FROM wave WHERE person IN (SELECT id FROM person "
		   "WHERE agency = ?1 OR cfa_agency = ?1) AND NOT EXISTS "
		   "(SELECT 1 FROM ledger l WHERE l.person = wave.person "
		   "AND l.canonical = wave.canonical)",
		   db_text(m->code)))
		return -1;
	return db_run(s, err,
		      "UPDATE message SET state = 'cancelled', "
		      "reason = 'end of preview', settled_at = ?2 "
		      "WHERE agency = ?1 AND preview = 1 "
		      "AND state IN ('planned', 'held')",
		      db_text(m->code), db_int(m->now));
#undef PREVIEWS
}

static int change_mode(struct store *s, void *ctx, struct err *err)
{
	struct mode_change *m = ctx;
	struct arena a;
	struct store_agency old = {.code = NULL};
	arena_init(&a);
	int rc = store_agency_get(s, m->code, &a, &old, err);
	arena_clear(&a);
	if (rc)
		return -1;
	m->from = old.mode;
	if (m->from == m->to)
		return 0;
	if (m->from <= AGENCY_PREVIEW && m->to > AGENCY_PREVIEW &&
	    drop_preview(s, m, err))
		return -1;
	return db_run(s, err,
		      "UPDATE agency SET mode = ?2, mode_since = ?3 "
		      "WHERE code = ?1",
		      db_text(m->code), db_word(&vocab_agency_mode, (int)m->to),
		      db_int(m->now));
}

int store_agency_set_mode(struct store *s, const char *code,
			  enum agency_mode mode, int64_t now,
			  enum agency_mode *old, struct err *err)
{
	struct mode_change m = {.code = code, .to = mode, .now = now};
	if (store_tx(s, change_mode, &m, err))
		return -1;
	*old = m.from;
	return 0;
}

/* --- advisers --------------------------------------------------------------
 */

static int put_adviser(struct store *s, void *ctx, struct err *err)
{
	struct putting *p = ctx;
	struct db_query q;
	int64_t known;
	const char *agency = js_str(p->given, "agency", NULL);
	const char *ref = js_str(p->given, "ref", NULL);
	if (need_word(agency, "agency", err) || need_word(ref, "ref", err))
		return -1;
	if (db_get_int(s, &known, err, "SELECT 1 FROM agency WHERE code = ?1",
		       db_text(agency)))
		return err_set(err, ERR_INPUT, "agency \"%s\" is not known",
			       agency);
	if (db_query(s, &q, err,
		     "SELECT fields FROM adviser "
		     "WHERE agency = ?1 AND ref = ?2",
		     db_text(agency), db_text(ref)) ||
	    merge_row(&q, p, err))
		return -1;
	if (p->change == STORE_SAME)
		return 0;
	const char *digest = js_str(p->merged, "digest", "daily");
	if (vocab_find(&vocab_digest, digest) == VOCAB_NONE)
		return err_set(err, ERR_INPUT,
			       "digest is not one of its words");
	return db_run(s, err,
		      "INSERT INTO adviser (agency, ref, digest, fields) "
		      "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (agency, ref) "
		      "DO UPDATE SET digest = ?3, fields = ?4, told = NULL",
		      db_text(agency), db_text(ref), db_text(digest),
		      db_text(p->text));
}

int store_adviser_put(struct store *s, json_t *fields,
		      enum store_change *change, struct err *err)
{
	return run_put(s, put_adviser, fields, change, err);
}

#define ADVISER_COLUMNS "SELECT agency, ref, digest, fields, told FROM adviser"

static struct store_adviser adviser_row(struct db_query *q)
{
	return (struct store_adviser){
		.agency = db_col_text(q, 0),
		.ref = db_col_text(q, 1),
		.digest = db_col_word(q, 2, &vocab_digest),
		.fields = db_col_text(q, 3),
		.told = db_col_text(q, 4),
	};
}

int store_adviser_get(struct store *s, const char *agency, const char *ref,
		      struct arena *a, struct store_adviser *out,
		      struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     ADVISER_COLUMNS " WHERE agency = ?1 AND ref = ?2",
		     db_text(agency), db_text(ref)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no such adviser");
	struct store_adviser row = adviser_row(&q);
	row.agency = arena_dup(a, row.agency);
	row.ref = arena_dup(a, row.ref);
	row.fields = arena_dup(a, row.fields);
	row.told = arena_dup(a, row.told);
	db_done(&q);
	*out = row;
	return 0;
}

int store_advisers_each(struct store *s, const char *agency_or_null,
			store_adviser_fn *fn, void *ctx, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     ADVISER_COLUMNS " WHERE ?1 IS NULL OR agency = ?1 "
				     "ORDER BY agency, ref",
		     db_text(agency_or_null)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct store_adviser row = adviser_row(&q);
		if (fn(ctx, &row)) {
			db_done(&q);
			return 0;
		}
	}
	return got;
}
