/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading young people, telling their status, and closing their needs again
 * under a new key. The effective row is apply.c's and join.c's work. */
#include "people.h"

#include <etrier/arena.h>
#include <etrier/mem.h>

#include <string.h>

/* A person whose fields are the leading record's has none of its own. */
#define PERSON_COLUMNS                                                      \
	"SELECT p.id, p.origin, p.ref, p.agency, p.adviser, p.cfa_agency, " \
	"p.cfa_adviser, p.status, p.gone_at, coalesce(p.fields, r.fields) " \
	"FROM person p JOIN record r ON r.origin = p.origin "               \
	"AND r.ref = p.ref WHERE "

static struct store_person person_row(struct db_query *q)
{
	return (struct store_person){
		.id = db_col_int(q, 0),
		.origin = db_col_text(q, 1),
		.ref = db_col_text(q, 2),
		.agency = db_col_text(q, 3),
		.adviser = db_col_text(q, 4),
		.cfa_agency = db_col_text(q, 5),
		.cfa_adviser = db_col_text(q, 6),
		.status = (enum person_status)db_col_word(q, 7,
							  &vocab_person_status),
		.is_gone = !db_col_is_null(q, 8),
		.fields = db_col_text(q, 9),
	};
}

static void where_people(struct db_where *w, const char *select,
			 const struct store_people_query *q)
{
	db_where_init(w, select);
	if (q->active_only)
		buf_adds(&w->sql,
			 " AND p.status = 'active' AND p.gone_at IS NULL");
	if (q->active_or_placed)
		buf_adds(&w->sql, " AND p.status IN ('active', 'placed') "
				  "AND p.gone_at IS NULL");
	db_where_int(w, "p.import = ?", q->import, 0);
	db_where_text(w, "p.agency = ?", q->agency);
	db_where_text(w, "p.adviser = ?", q->adviser);
	db_where_text(w, "p.cfa_agency = ?", q->cfa_agency);
	db_where_text(w, "p.cfa_adviser = ?", q->cfa_adviser);
	db_where_int(w, "p.id > ?", q->after, 0);
	db_where_order(w, "p.id", q->limit);
}

/* One row to the caller; 1 to go on, 0 to end, -1 failed. */
static int hand_over(struct store *s, struct db_query *q,
		     const struct store_people_query *ask, struct arena *a,
		     store_person_fn *fn, void *ctx, struct err *err)
{
	struct store_person row = person_row(q);
	arena_reset(a);
	if (ask->with_needs &&
	    need_read(s, row.origin, row.ref, a, &row.needs, err))
		return -1;
	return fn(ctx, &row) ? 0 : 1;
}

int store_people_each(struct store *s, const struct store_people_query *q,
		      store_person_fn *fn, void *ctx, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	struct arena a;
	where_people(&w, PERSON_COLUMNS "p.joined IS NULL", q);
	arena_init(&a);
	int rc = db_where_query(s, &rows, &w, err);
	if (rc)
		goto out;
	while ((rc = db_next(&rows, err)) == 1) {
		rc = hand_over(s, &rows, q, &a, fn, ctx, err);
		if (rc <= 0) {
			db_done(&rows);
			break;
		}
	}
out:
	arena_clear(&a);
	db_where_clear(&w);
	return rc;
}

int store_people_count(struct store *s, const struct store_people_query *q,
		       int64_t *n, struct err *err)
{
	struct db_where w;
	struct db_query rows;
	where_people(&w, "SELECT count(*) FROM person p WHERE p.joined IS NULL",
		     q);
	int rc = db_where_query(s, &rows, &w, err);
	if (rc == 0 && (rc = db_next(&rows, err)) == 1) {
		*n = db_col_int(&rows, 0);
		db_done(&rows);
		rc = 0;
	}
	db_where_clear(&w);
	return rc;
}

/* The one row of q, copied; q is done afterwards. */
static int take_person(struct store *s, struct db_query *q, bool with_needs,
		       struct arena *a, struct store_person *out,
		       struct err *err)
{
	int got = db_next(q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no such young person");
	struct store_person row = person_row(q);
	const char **texts[] = {&row.origin,  &row.ref,	       &row.agency,
				&row.adviser, &row.cfa_agency, &row.cfa_adviser,
				&row.fields};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_dup(a, *texts[i]);
	db_done(q);
	if (with_needs && need_read(s, row.origin, row.ref, a, &row.needs, err))
		return -1;
	*out = row;
	return 0;
}

int store_person_get(struct store *s, int64_t id, bool with_needs,
		     struct arena *a, struct store_person *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     PERSON_COLUMNS "p.id = (SELECT coalesce(joined, id) "
				    "FROM person WHERE id = ?1)",
		     db_int(id)))
		return -1;
	return take_person(s, &q, with_needs, a, out, err);
}

int store_person_find(struct store *s, const char *origin, const char *ref,
		      bool with_needs, struct arena *a,
		      struct store_person *out, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     PERSON_COLUMNS "p.id = (SELECT person FROM record "
				    "WHERE origin = ?1 AND ref = ?2)",
		     db_text(origin), db_text(ref)))
		return -1;
	return take_person(s, &q, with_needs, a, out, err);
}

int store_person_set_status(struct store *s, int64_t id,
			    enum person_status status, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE person SET told = ?2, status = ?2 WHERE id = "
		     "(SELECT coalesce(joined, id) FROM person WHERE id = ?1)",
		     db_int(id), db_word(&vocab_person_status, (int)status)))
		return -1;
	return n ? 0 : err_set(err, ERR_UNKNOWN, "no such young person");
}

int store_person_set_pause(struct store *s, int64_t id, int64_t until,
			   struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE person SET paused_until = ?2 WHERE id = "
		     "(SELECT coalesce(joined, id) FROM person WHERE id = ?1)",
		     db_int(id), db_instant(until)))
		return -1;
	return n ? 0 : err_set(err, ERR_UNKNOWN, "no such young person");
}

int store_person_get_pause(struct store *s, int64_t id, int64_t now,
			   int64_t *until, struct err *err)
{
	struct db_query q;
	*until = INSTANT_NONE;
	if (db_query(s, &q, err,
		     "SELECT paused_until FROM person WHERE paused_until > ?2 "
		     "AND id = (SELECT coalesce(joined, id) FROM person "
		     "WHERE id = ?1)",
		     db_int(id), db_int(now)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return 0;
	*until = db_col_int(&q, 0);
	db_done(&q);
	return 0;
}

/* --- a new key for the needs -----------------------------------------------
 */

struct old_need {
	struct old_need *next;
	const char *origin, *ref;
	const void *sealed;
	size_t n_sealed;
	int64_t key_id;
};

struct rotation {
	int limit;
	int64_t n;
	struct arena a;
};

static int find_old(struct store *s, struct rotation *r,
		    struct old_need **first, struct err *err)
{
	struct db_query q;
	int got;
	if (db_query(s, &q, err,
		     "SELECT origin, ref, sealed, key_id FROM need "
		     "WHERE key_id <> ?1 LIMIT ?2",
		     db_int(vault_seal_id(&s->vault)), db_int(r->limit)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		struct old_need *o = arena_alloc(&r->a, sizeof(*o));
		const void *sealed = db_col_blob(&q, 2, &o->n_sealed);
		o->sealed = arena_dup_n(&r->a, sealed, o->n_sealed);
		o->origin = arena_dup(&r->a, db_col_text(&q, 0));
		o->ref = arena_dup(&r->a, db_col_text(&q, 1));
		o->key_id = db_col_int(&q, 3);
		o->next = *first;
		*first = o;
		r->n++;
	}
	return got;
}

static int reseal(struct store *s, struct arena *a, const struct old_need *o,
		  struct err *err)
{
	const char *place = need_place(a, o->origin, o->ref);
	const char *plain;
	const void *sealed;
	size_t n;
	if (vault_unseal(&s->vault, a, o->key_id, o->sealed, o->n_sealed, place,
			 &plain, err))
		return -1;
	vault_seal(&s->vault, a, plain, strlen(plain), place, &sealed, &n);
	return db_run(s, err,
		      "UPDATE need SET sealed = ?3, key_id = ?4 "
		      "WHERE origin = ?1 AND ref = ?2",
		      db_text(o->origin), db_text(o->ref), db_blob(sealed, n),
		      db_int(vault_seal_id(&s->vault)));
}

static int rotate(struct store *s, void *ctx, struct err *err)
{
	struct rotation *r = ctx;
	struct old_need *o = NULL;
	if (find_old(s, r, &o, err))
		return -1;
	for (; o; o = o->next) {
		if (reseal(s, &r->a, o, err))
			return -1;
	}
	return 0;
}

int store_needs_rotate(struct store *s, int limit, int64_t *n, struct err *err)
{
	struct rotation r = {.limit = limit};
	arena_init(&r.a);
	int rc = store_tx(s, rotate, &r, err);
	if (rc == 0)
		*n = r.n;
	arena_clear(&r.a);
	return rc;
}
