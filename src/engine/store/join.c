/* SPDX-License-Identifier: EUPL-1.2 */
/* The effective person behind one or two records, and two ids that turn out to
 * be one human being.
 *
 * A Mission Locale record in force leads; else a CFA record in force; when all
 * are gone, the same order among the gone. A CFA record in force beside a
 * leading Mission Locale record gives the columns that are the CFA's. */
#include "fields.h"
#include "people.h"

#include <etrier/arena.h>
#include <etrier/js.h>
#include <etrier/mem.h>

#include <stdlib.h>

/* A person has one record per origin that knows of them; more than this is a
 * mistake of linking that must not cost memory. */
#define RECORDS_MAX 16

struct record {
	const char *origin, *ref, *fields, *status;
	const char *agency, *adviser, *cfa_adviser;
	bool is_cfa;
	int64_t gone_at;
};

struct records {
	struct arena a;
	struct record v[RECORDS_MAX];
	size_t n;
};

/* The leader first. */
static int read_records(struct store *s, int64_t id, struct records *rs,
			struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT r.origin, r.ref, r.fields, r.status, r.agency, "
		     "r.adviser, r.cfa_adviser, o.kind = 'cfa', r.gone_at "
		     "FROM record r JOIN origin o ON o.name = r.origin "
		     "WHERE r.person = ?1 ORDER BY r.gone_at IS NOT NULL, "
		     "o.kind = 'cfa', r.import DESC, r.origin, r.ref",
		     db_int(id)))
		return -1;
	while ((got = db_next(&q, err)) == 1 && rs->n < RECORDS_MAX) {
		rs->v[rs->n++] = (struct record){
			.origin = arena_dup(&rs->a, db_col_text(&q, 0)),
			.ref = arena_dup(&rs->a, db_col_text(&q, 1)),
			.fields = arena_dup(&rs->a, db_col_text(&q, 2)),
			.status = arena_dup(&rs->a, db_col_text(&q, 3)),
			.agency = arena_dup(&rs->a, db_col_text(&q, 4)),
			.adviser = arena_dup(&rs->a, db_col_text(&q, 5)),
			.cfa_adviser = arena_dup(&rs->a, db_col_text(&q, 6)),
			.is_cfa = db_col_int(&q, 7) != 0,
			.gone_at = db_col_instant(&q, 8),
		};
	}
	if (got == 1) {
		db_done(&q);
		return err_set(err, ERR_LIMIT,
			       "one person has more than %d records",
			       RECORDS_MAX);
	}
	return got;
}

/* The CFA's record in force beside a Mission Locale's, or NULL. */
static const struct record *find_cfa(const struct records *rs)
{
	for (size_t i = 1; i < rs->n && !rs->v[0].is_cfa; i++) {
		if (rs->v[i].is_cfa && rs->v[i].gone_at == INSTANT_NONE)
			return &rs->v[i];
	}
	return NULL;
}

static int merge(const struct record *lead, const struct record *cfa,
		 char **text, struct err *err)
{
	json_t *fields = fields_parse(lead->fields, err);
	json_t *over = fields ? fields_parse(cfa->fields, err) : NULL;
	if (over) {
		fields_lay_cfa(fields, over);
		*text = fields_text(fields);
	}
	json_decref(fields);
	json_decref(over);
	return over ? 0 : -1;
}

static int write_person(struct store *s, int64_t id, int64_t import,
			const struct record *lead, const struct record *cfa,
			const char *merged, struct err *err)
{
	const struct record *referent = lead;
	if (cfa && cfa->cfa_adviser)
		referent = cfa;
	return db_run(s, err,
		      "UPDATE person SET origin = ?2, ref = ?3, agency = ?4, "
		      "adviser = ?5, cfa_agency = ?6, cfa_adviser = ?7, "
		      "fields = ?8, status = coalesce(told, ?9), "
		      "gone_at = ?10, import = max(import, ?11) "
		      "WHERE id = ?1",
		      db_int(id), db_text(lead->origin), db_text(lead->ref),
		      db_text(lead->agency), db_text(lead->adviser),
		      db_text(referent->is_cfa ? referent->agency : NULL),
		      db_text(referent->cfa_adviser), db_text(merged),
		      db_text(lead->status), db_instant(lead->gone_at),
		      db_int(import));
}

int person_refresh(struct store *s, int64_t id, int64_t import, struct err *err)
{
	struct records rs = {.n = 0};
	char *merged = NULL;
	int rc = -1;
	arena_init(&rs.a);
	if (read_records(s, id, &rs, err))
		goto out;
	if (rs.n == 0) {
		err_set(err, ERR_UNKNOWN, "person %lld has no record",
			(long long)id);
		goto out;
	}
	const struct record *cfa = find_cfa(&rs);
	if (cfa && merge(&rs.v[0], cfa, &merged, err))
		goto out;
	rc = write_person(s, id, import, &rs.v[0], cfa, merged, err);
out:
	free(merged);
	arena_clear(&rs.a);
	return rc;
}

/* `from` has no record any more: what was said to it was said to `to`. A pair
 * proposed to both stays with `to`; the other row could only repeat it. */
static int fold(struct store *s, int64_t from, int64_t to, struct err *err)
{
	static const char *const moves[] = {
		"UPDATE message SET person = ?2 WHERE person = ?1",
		"UPDATE OR IGNORE ledger SET person = ?2 WHERE person = ?1",
		"UPDATE OR IGNORE refusal SET person = ?2 WHERE person = ?1",
		"UPDATE OR IGNORE wave SET person = ?2 WHERE person = ?1",
		"UPDATE OR IGNORE follow SET person = ?2 WHERE person = ?1",
		"UPDATE reply SET person = ?2 WHERE person = ?1",
		"UPDATE person SET paused_until = (SELECT max(paused_until) "
		"FROM person WHERE id IN (?1, ?2)) WHERE id = ?2",
		"UPDATE person SET told = coalesce(told, (SELECT told "
		"FROM person WHERE id = ?1)) WHERE id = ?2",
		"UPDATE person SET joined = ?2 WHERE joined = ?1",
		"UPDATE person SET joined = ?2, origin = NULL, ref = NULL, "
		"agency = NULL, adviser = NULL, cfa_agency = NULL, "
		"cfa_adviser = NULL, fields = NULL WHERE id = ?1",
	};
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		if (db_run(s, err, moves[i], db_int(from), db_int(to)))
			return -1;
	}
	if (db_run(s, err, "DELETE FROM ledger WHERE person = ?1",
		   db_int(from)) ||
	    db_run(s, err, "DELETE FROM wave WHERE person = ?1", db_int(from)))
		return -1;
	return db_run(s, err, "DELETE FROM refusal WHERE person = ?1",
		      db_int(from));
}

int person_move_record(struct store *s, const char *origin, const char *ref,
		       int64_t to, int64_t import, struct err *err)
{
	int64_t from, n_left;
	if (db_get_int(s, &from, err,
		       "SELECT person FROM record "
		       "WHERE origin = ?1 AND ref = ?2",
		       db_text(origin), db_text(ref)))
		return -1;
	if (from == to)
		return 0;
	if (db_run(s, err,
		   "UPDATE record SET person = ?3 "
		   "WHERE origin = ?1 AND ref = ?2",
		   db_text(origin), db_text(ref), db_int(to)) ||
	    db_get_int(s, &n_left, err,
		       "SELECT count(*) FROM record WHERE person = ?1",
		       db_int(from)))
		return -1;
	/* First the one who loses the record: two people never lead by it. */
	if (n_left ? person_refresh(s, from, import, err)
		   : fold(s, from, to, err))
		return -1;
	return person_refresh(s, to, import, err);
}

struct joining {
	int64_t keep, other;
};

/* An id that was joined already answers with the one it means. */
static int resolve(struct store *s, int64_t *id, struct err *err)
{
	if (db_get_int(s, id, err,
		       "SELECT coalesce(joined, id) FROM person WHERE id = ?1",
		       db_int(*id)))
		return err_prefix(err, "person %lld", (long long)*id);
	return 0;
}

static int join(struct store *s, void *ctx, struct err *err)
{
	struct joining j = *(struct joining *)ctx;
	if (resolve(s, &j.keep, err) || resolve(s, &j.other, err))
		return -1;
	if (j.keep == j.other)
		return 0;
	if (db_run(s, err, "UPDATE record SET person = ?2 WHERE person = ?1",
		   db_int(j.other), db_int(j.keep)) ||
	    fold(s, j.other, j.keep, err))
		return -1;
	return person_refresh(s, j.keep, 0, err);
}

int store_person_join(struct store *s, int64_t keep, int64_t other,
		      struct err *err)
{
	struct joining j = {keep, other};
	return store_tx(s, join, &j, err);
}
