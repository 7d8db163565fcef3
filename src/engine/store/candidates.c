/* SPDX-License-Identifier: EUPL-1.2 */
/* The best pairs not yet proposed, so that a digest need not evaluate a whole
 * roster: a cache the matcher may rebuild at any time. Each person keeps the
 * STORE_CANDIDATES_MAX best; rows already proposed to somebody do not count
 * (another audience may still want them) and go when their offer does. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_messages.h>
#include <etrier/store_offers.h>

struct list {
	int64_t person, canonical; /* one of them 0 */
	const struct store_candidate *v;
	size_t n;
};

static int insert(struct store *s, const struct store_candidate *c,
		  struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO candidate (person, canonical, score, "
		      "decision, rules, on_date) VALUES (?1, ?2, ?3, ?4, ?5, "
		      "?6) ON CONFLICT (person, canonical) DO UPDATE SET "
		      "score = ?3, decision = ?4, rules = ?5, on_date = ?6",
		      db_int(c->person), db_int(c->canonical), db_int(c->score),
		      db_int(c->decision), db_text(c->rules),
		      db_int(c->on_date));
}

#define NOT_PROPOSED                                           \
	"NOT EXISTS (SELECT 1 FROM ledger l WHERE l.person = " \
	"c.person AND l.canonical = c.canonical)"

static int trim(struct store *s, int64_t person, struct err *err)
{
	int64_t n;
	if (db_get_int(s, &n, err,
		       "SELECT count(*) FROM candidate WHERE person = ?1",
		       db_int(person)))
		return -1;
	if (n <= STORE_CANDIDATES_MAX)
		return 0;
	return db_run(s, err,
		      "DELETE FROM candidate WHERE person = ?1 AND canonical "
		      "IN (SELECT c.canonical FROM candidate c "
		      "WHERE c.person = ?1 AND " NOT_PROPOSED
		      " ORDER BY c.score DESC, c.canonical LIMIT -1 OFFSET ?2)",
		      db_int(person), db_int(STORE_CANDIDATES_MAX));
}

static int set_list(struct store *s, void *ctx, struct err *err)
{
	const struct list *l = ctx;
	if (l->person ? store_candidates_drop_person(s, l->person, err)
		      : store_candidates_drop_offer(s, l->canonical, err))
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		if (insert(s, &l->v[i], err) ||
		    (!l->person && trim(s, l->v[i].person, err)))
			return -1;
	}
	return l->person ? trim(s, l->person, err) : 0;
}

int store_candidates_set_person(struct store *s, int64_t person,
				const struct store_candidate *c, size_t n,
				struct err *err)
{
	struct list l = {.person = person, .v = c, .n = n};
	for (size_t i = 0; i < n; i++)
		BUG_ON(c[i].person != person);
	return store_tx(s, set_list, &l, err);
}

int store_candidates_set_offer(struct store *s, int64_t canonical,
			       const struct store_candidate *c, size_t n,
			       struct err *err)
{
	struct list l = {.canonical = canonical, .v = c, .n = n};
	for (size_t i = 0; i < n; i++)
		BUG_ON(c[i].canonical != canonical);
	return store_tx(s, set_list, &l, err);
}

int store_candidates_best(struct store *s, int64_t person, int audience,
			  struct arena *a, struct store_candidate *out,
			  size_t max, size_t *n, struct err *err)
{
	struct db_query q;
	size_t found = 0;
	int got;
	if (db_query(s, &q, err,
		     "SELECT c.person, c.canonical, c.score, c.decision, "
		     "c.rules, c.on_date FROM candidate c WHERE c.person = ?1 "
		     "AND EXISTS (SELECT 1 FROM offer o WHERE o.canonical = "
		     "c.canonical AND o.status = 'live') "
		     "AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.person = "
		     "c.person AND l.canonical = c.canonical "
		     "AND l.audience = ?2) "
		     "ORDER BY c.score DESC, c.canonical LIMIT ?3",
		     db_int(person), db_word(&vocab_audience, audience),
		     db_int((int64_t)max)))
		return -1;
	while ((got = db_next(&q, err)) == 1) {
		out[found++] = (struct store_candidate){
			.person = db_col_int(&q, 0),
			.canonical = db_col_int(&q, 1),
			.score = (int)db_col_int(&q, 2),
			.decision = (int)db_col_int(&q, 3),
			.rules = arena_dup(a, db_col_text(&q, 4)),
			.on_date = (int32_t)db_col_int(&q, 5),
		};
	}
	if (got == 0)
		*n = found;
	return got;
}

int store_candidates_drop_person(struct store *s, int64_t person,
				 struct err *err)
{
	return db_run(s, err, "DELETE FROM candidate WHERE person = ?1",
		      db_int(person));
}

int store_candidates_drop_offer(struct store *s, int64_t canonical,
				struct err *err)
{
	return db_run(s, err, "DELETE FROM candidate WHERE canonical = ?1",
		      db_int(canonical));
}

int store_candidates_clear(struct store *s, struct err *err)
{
	return db_run(s, err, "DELETE FROM candidate", DB_NONE);
}
