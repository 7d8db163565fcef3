/* SPDX-License-Identifier: EUPL-1.2 */
/* The second half of an import: what was staged becomes what is, in one
 * commit, by statements over whole tables (180 000 rows in under 2 s).
 *
 *   links found -> people made -> records and needs written -> absent ones
 *   gone -> records that say they belong together joined -> effective rows
 *
 * A person with one record needs no merging and is written by the statements;
 * the few with two go through person_refresh(). */
#include "people.h"

#include <etrier/arena.h>
#include <etrier/mem.h>

#include <assert.h>
#include <stdlib.h>

/* The verdicts as the statements write them. */
static_assert(STORE_ROW_NEW == 1 && STORE_ROW_CHANGED == 2 &&
		      STORE_ROW_RETURNED == 3,
	      "numbers in the SQL below");

/* ?1 is the origin, ?2 the import's number, ?3 the instant. */
struct step {
	int n_values; /* how many of them it uses */
	const char *sql;
};

static const struct step steps[] = {
	/* A new row that names a record we have belongs to its person. */
	{1, "UPDATE staging SET person = (SELECT r.person FROM record r "
	    "WHERE r.origin = linked_origin AND r.ref = linked_ref) "
	    "WHERE origin = ?1 AND linked_ref IS NOT NULL AND verdict = 1"},
	/* So does one that records we have were waiting for. */
	{1, "UPDATE staging SET person = (SELECT min(r.person) FROM record r "
	    "WHERE r.linked_origin = ?1 AND r.linked_ref = staging.ref) "
	    "WHERE origin = ?1 AND verdict = 1 AND person IS NULL "
	    "AND ref IN (SELECT linked_ref FROM record "
	    "WHERE linked_origin = ?1 AND linked_ref IS NOT NULL)"},
	/* The others are somebody new. */
	{2, "INSERT INTO person (origin, ref, agency, adviser, cfa_agency, "
	    "cfa_adviser, status, import) "
	    "SELECT origin, ref, agency, adviser, "
	    "CASE (SELECT kind FROM origin WHERE name = ?1) "
	    "WHEN 'cfa' THEN agency END, cfa_adviser, status, ?2 "
	    "FROM staging "
	    "WHERE origin = ?1 AND verdict = 1 AND person IS NULL"},
	/* The file's own word changed: it counts again. */
	{1, "UPDATE person SET told = NULL WHERE told IS NOT NULL AND id IN "
	    "(SELECT r.person FROM staging st JOIN record r "
	    "ON r.origin = st.origin AND r.ref = st.ref WHERE st.origin = ?1 "
	    "AND st.verdict IN (2, 3) AND st.status <> r.status)"},
	{2, "INSERT INTO record (origin, ref, person, fields, hash, status, "
	    "agency, adviser, cfa_adviser, linked_origin, linked_ref, import) "
	    "SELECT st.origin, st.ref, coalesce(st.person, p.id), st.fields, "
	    "st.hash, st.status, st.agency, st.adviser, st.cfa_adviser, "
	    "st.linked_origin, st.linked_ref, ?2 "
	    "FROM staging st LEFT JOIN person p "
	    "ON p.origin = st.origin AND p.ref = st.ref "
	    "WHERE st.origin = ?1 AND st.verdict = 1"},
	{2, "UPDATE record SET fields = st.fields, hash = st.hash, "
	    "status = st.status, agency = st.agency, adviser = st.adviser, "
	    "cfa_adviser = st.cfa_adviser, linked_origin = st.linked_origin, "
	    "linked_ref = st.linked_ref, import = ?2, gone_at = NULL "
	    "FROM staging st WHERE record.origin = ?1 AND st.origin = ?1 "
	    "AND st.ref = record.ref AND st.verdict IN (2, 3)"},
	{1, "DELETE FROM need WHERE origin = ?1 AND ref IN (SELECT ref "
	    "FROM staging WHERE origin = ?1 AND verdict IN (2, 3))"},
	{1, "INSERT INTO need (origin, ref, sealed, key_id) "
	    "SELECT origin, ref, sealed, key_id FROM staging "
	    "WHERE origin = ?1 AND verdict IN (1, 2, 3) "
	    "AND sealed IS NOT NULL"},
	{3, "UPDATE record SET gone_at = ?3, import = ?2 WHERE origin = ?1 "
	    "AND gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM staging st "
	    "WHERE st.origin = ?1 AND st.ref = record.ref)"},
};

/* People with one record, which therefore leads; those just made are as they
 * should be. The columns with an index of their own are written only where they
 * differ: SQLite would else write every index of every row again. */
#define SINGLE                                                 \
	"FROM record r WHERE r.import = ?2 AND r.origin = ?1 " \
	"AND r.person = person.id AND NOT EXISTS "             \
	"(SELECT 1 FROM record o WHERE o.person = person.id "  \
	"AND o.rowid <> r.rowid) "
static const struct step singles[] = {
	{2, "UPDATE person SET agency = r.agency, adviser = r.adviser, "
	    "cfa_adviser = r.cfa_adviser, "
	    "cfa_agency = CASE (SELECT kind FROM origin WHERE name = ?1) "
	    "WHEN 'cfa' THEN r.agency END " SINGLE
	    "AND person.import <> ?2 AND (person.agency IS NOT r.agency "
	    "OR person.adviser IS NOT r.adviser "
	    "OR person.cfa_adviser IS NOT r.cfa_adviser)"},
	{2, "UPDATE person SET fields = NULL, "
	    "status = coalesce(person.told, r.status), gone_at = r.gone_at, "
	    "import = ?2 " SINGLE "AND person.import <> ?2"},
};
#undef SINGLE

static const struct step finish = {
	3, "UPDATE origin SET import = ?2, imported_at = ?3 WHERE name = ?1"};

struct apply {
	const char *origin;
	int64_t import, now;
};

static int run_step(struct store *s, const struct apply *ap,
		    const struct step *step, struct err *err)
{
	struct db_value values[] = {db_text(ap->origin), db_int(ap->import),
				    db_int(ap->now), DB_NONE};
	values[step->n_values] = DB_NONE;
	return db_run_v(s, err, step->sql, values);
}

struct move {
	struct move *next;
	const char *origin, *ref;
	int64_t to;
};

/* Records whose word about whom they belong to is not yet true. */
static int find_moves(struct store *s, int64_t import, struct arena *a,
		      struct move **first, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT r.origin, r.ref, t.person FROM record r "
		     "JOIN record t ON t.origin = r.linked_origin "
		     "AND t.ref = r.linked_ref "
		     "WHERE r.linked_ref IS NOT NULL AND r.person <> t.person "
		     "AND (r.import = ?1 OR t.import = ?1) "
		     "ORDER BY r.origin DESC, r.ref DESC",
		     db_int(import)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct move *m = arena_alloc(a, sizeof(*m));
		*m = (struct move){
			.next = *first,
			.origin = arena_dup(a, db_col_text(&q, 0)),
			.ref = arena_dup(a, db_col_text(&q, 1)),
			.to = db_col_int(&q, 2),
		};
		*first = m;
	}
	return got;
}

static int make_moves(struct store *s, int64_t import, struct err *err)
{
	struct arena a;
	struct move *m = NULL;
	arena_init(&a);
	int rc = find_moves(s, import, &a, &m, err);
	for (; m && rc == 0; m = m->next)
		rc = person_move_record(s, m->origin, m->ref, m->to, import,
					err);
	arena_clear(&a);
	return rc;
}

static int refresh_doubles(struct store *s, int64_t import, struct err *err)
{
	struct db_ids ids;
	if (db_get_ids(s, &ids, err,
		       "SELECT DISTINCT r.person FROM record r "
		       "WHERE r.import = ?1 AND EXISTS (SELECT 1 FROM record o "
		       "WHERE o.person = r.person AND o.rowid <> r.rowid)",
		       db_int(import)))
		return -1;
	int rc = 0;
	for (size_t i = 0; i < ids.n && rc == 0; i++)
		rc = person_refresh(s, ids.v[i], import, err);
	free(ids.v);
	return rc;
}

static int apply(struct store *s, void *ctx, struct err *err)
{
	struct apply *ap = ctx;
	if (db_get_int(s, &ap->import, err,
		       "SELECT 1 + max(import) FROM origin", DB_NONE))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (run_step(s, ap, &steps[i], err))
			return -1;
	}
	if (make_moves(s, ap->import, err) ||
	    run_step(s, ap, &singles[0], err) ||
	    run_step(s, ap, &singles[1], err) ||
	    refresh_doubles(s, ap->import, err))
		return -1;
	return run_step(s, ap, &finish, err);
}

int store_stage_apply(struct store *s, const char *origin, int64_t now,
		      int64_t *import, struct err *err)
{
	struct apply ap = {.origin = origin, .now = now};
	int64_t n_staged;
	if (db_get_int(s, &n_staged, err,
		       "SELECT count(*) FROM staging WHERE origin = ?1",
		       db_text(origin)))
		return -1;
	if (n_staged == 0)
		return err_set(err, ERR_INPUT, "nothing is staged");
	struct err kept; /* another size costs time or memory only */
	(void)db_script(s, DB_CACHE_LARGE, &kept);
	int result = store_tx(s, apply, &ap, err);
	(void)db_script(s, DB_CACHE_USUAL, &kept);
	if (result)
		return -1;
	store_stage_drop(s, origin);
	*import = ap.import;
	return 0;
}
