/* SPDX-License-Identifier: EUPL-1.2 */
/* The outbox's way of a message (store_messages.h draws it). Every step is one
 * UPDATE guarded by the states it may come from, so that a step taken twice or
 * out of order changes nothing and says so.
 *
 * Promises kept here: message and ledger rows are planned in one transaction;
 * what was frozen at the first claim is never written again; an SMS that may
 * have left is never planned again by itself. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_follow.h>
#include <etrier/store_messages.h>
#include <etrier/str.h>

#include <stdlib.h>

static const char *const state_codes[] = {
	[STORE_PLANNED] = "planned",	 [STORE_SENDING] = "sending",
	[STORE_SENT] = "sent",		 [STORE_FAILED] = "failed",
	[STORE_UNCERTAIN] = "uncertain", [STORE_CANCELLED] = "cancelled",
	[STORE_HELD] = "held",		 NULL,
};
static const char *const state_labels[] = {
	[STORE_PLANNED] = "prévu",	 [STORE_SENDING] = "en cours d’envoi",
	[STORE_SENT] = "envoyé",	 [STORE_FAILED] = "échec",
	[STORE_UNCERTAIN] = "incertain", [STORE_CANCELLED] = "annulé",
	[STORE_HELD] = "retenu",
};
const struct vocab vocab_message_state = {"message_state", state_codes,
					  state_labels, STORE_N_STATES};

static const char *const kind_codes[] = {"digest", "offer", "notice", NULL};
static const char *const kind_labels[] = {"synthèse", "offre", "avis"};
const struct vocab vocab_message_kind = {"message_kind", kind_codes,
					 kind_labels, 3};

static const char *const audience_codes[] = {"adviser", "youth", "cfa", "admin",
					     NULL};
static const char *const audience_labels[] = {"conseiller", "jeune",
					      "référent CFA", "administrateur"};
const struct vocab vocab_audience = {"audience", audience_codes,
				     audience_labels, 4};

/* --- planning
 * ----------------------------------------------------------------- */

struct plan {
	const struct store_message *m;
	const struct store_proposal *p;
	size_t n;
	int64_t now, id;
};

static int insert_message(struct store *s, struct plan *pl, struct err *err)
{
	const struct store_message *m = pl->m;
	if (m->state != STORE_PLANNED && m->state != STORE_HELD)
		return err_set(err, ERR_INPUT,
			       "a message begins planned or held");
	if (db_run(s, err,
		   "INSERT INTO message (kind, audience, channel, agency, "
		   "recipient, person, preview, not_before, expires, state, "
		   "reason, planned_at, topic) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
		   "?7, ?8, ?9, ?10, ?11, ?12, ?13)",
		   db_word(&vocab_message_kind, (int)m->kind),
		   db_word(&vocab_audience, (int)m->audience),
		   db_word(&vocab_channel, (int)m->channel), db_text(m->agency),
		   db_text(m->recipient), db_id(m->person),
		   db_int(m->is_preview), db_int(m->not_before),
		   db_instant(m->expires),
		   db_word(&vocab_message_state, (int)m->state),
		   db_text(m->reason), db_int(pl->now), db_text(m->topic)))
		return -1;
	pl->id = db_last_id(s);
	return 0;
}

static int insert_proposal(struct store *s, const struct plan *pl,
			   const struct store_proposal *p, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "INSERT INTO ledger (person, canonical, audience, "
		     "message, score, rules, facts, at) "
		     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
		     "ON CONFLICT (person, canonical, audience) DO NOTHING",
		     db_int(p->person), db_int(p->canonical),
		     db_word(&vocab_audience, (int)p->audience), db_int(pl->id),
		     db_int(p->score), db_text(p->rules), db_text(p->facts),
		     db_int(pl->now)))
		return -1;
	if (n)
		return 0;
	return err_set(err, ERR_INPUT,
		       "offer %lld was proposed to person %lld before",
		       (long long)p->canonical, (long long)p->person);
}

static int show_again(struct store *s, const struct plan *pl,
		      const struct store_proposal *p, struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE ledger SET again = ?4 WHERE person = ?1 "
		     "AND canonical = ?2 AND audience = ?3 AND again IS NULL",
		     db_int(p->person), db_int(p->canonical),
		     db_word(&vocab_audience, (int)p->audience),
		     db_int(pl->id)))
		return -1;
	if (n)
		return 0;
	return err_set(err, ERR_INPUT,
		       "offer %lld is not one to show person %lld again",
		       (long long)p->canonical, (long long)p->person);
}

static int plan(struct store *s, void *ctx, struct err *err)
{
	struct plan *pl = ctx;
	if (insert_message(s, pl, err))
		return -1;
	for (size_t i = 0; i < pl->n; i++) {
		const struct store_proposal *p = &pl->p[i];
		if (p->again ? show_again(s, pl, p, err)
			     : insert_proposal(s, pl, p, err))
			return -1;
	}
	return 0;
}

int store_message_plan(struct store *s, const struct store_message *m,
		       const struct store_proposal *p, size_t n, int64_t now,
		       int64_t *id, struct err *err)
{
	struct plan pl = {.m = m, .p = p, .n = n, .now = now};
	if (store_tx(s, plan, &pl, err))
		return -1;
	*id = pl.id;
	return 0;
}

/* --- steps
 * --------------------------------------------------------------------- */

/* After a guarded UPDATE that touched nothing: why? */
static int refuse_step(struct store *s, int64_t id, const char *step,
		       struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err, "SELECT state FROM message WHERE id = ?1",
		     db_int(id)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no message %lld",
			       (long long)id);
	err_set(err, ERR_INPUT, "message %lld is %s: it cannot become %s",
		(long long)id, db_col_text(&q, 0), step);
	db_done(&q);
	return -1;
}

struct claim {
	int64_t id, now;
	const struct store_frozen *frozen;
};

static int keep_template(struct store *s, const struct store_frozen *f,
			 struct err *err)
{
	if (!f || !f->template_hash)
		return 0;
	if (!f->template_text)
		return err_set(err, ERR_INPUT, "a template without its text");
	return db_run(s, err,
		      "INSERT INTO template (hash, text) VALUES (?1, ?2) "
		      "ON CONFLICT DO NOTHING",
		      db_text(f->template_hash), db_text(f->template_text));
}

static int claim(struct store *s, void *ctx, struct err *err)
{
	static const struct store_frozen nothing;
	const struct claim *c = ctx;
	const struct store_frozen *f = c->frozen ? c->frozen : &nothing;
	unsigned char h[VAULT_HASH_BYTES];
	int64_t n;
	/* The model tells a first claim from a later one: then all of them are
	 * new or none. In one statement, for the row is written whole. */
	if (keep_template(s, c->frozen, err) ||
	    db_count(s, &n, err,
		     "UPDATE message SET state = 'sending', "
		     "attempts = attempts + 1, claimed_at = ?2, "
		     "submitting_at = NULL, message_id = CASE WHEN model IS "
		     "NULL THEN ?3 ELSE message_id END, template_hash = CASE "
		     "WHEN model IS NULL THEN ?4 ELSE template_hash END, "
		     "address = coalesce(address, ?6), "
		     "model = coalesce(model, ?5) WHERE id = ?1 "
		     "AND state = 'planned' "
		     "AND coalesce(model, ?5) IS NOT NULL",
		     db_int(c->id), db_int(c->now), db_text(f->message_id),
		     db_text(f->template_hash), db_text(f->model),
		     f->address ? db_address(s, f->address, h) : db_text(NULL)))
		return -1;
	return n ? 0 : refuse_step(s, c->id, "sending", err);
}

int store_message_claim(struct store *s, int64_t id,
			const struct store_frozen *frozen, int64_t now,
			struct err *err)
{
	struct claim c = {id, now, frozen};
	return store_tx(s, claim, &c, err);
}

int store_message_submitting(struct store *s, int64_t id, int64_t now,
			     struct err *err)
{
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE message SET submitting_at = ?2 "
		     "WHERE id = ?1 AND state = 'sending'",
		     db_int(id), db_int(now)))
		return -1;
	return n ? 0 : refuse_step(s, id, "submitting", err);
}

/* The states each state may be reached from. */
static const char *const from_states[STORE_N_STATES] = {
	[STORE_PLANNED] = "held sending failed uncertain",
	[STORE_SENDING] = "",
	[STORE_SENT] = "sending uncertain",
	[STORE_FAILED] = "sending uncertain",
	[STORE_UNCERTAIN] = "sending",
	[STORE_CANCELLED] = "planned held",
	[STORE_HELD] = "planned",
};

struct settle {
	int64_t id, not_before, now;
	enum store_state state;
	const char *from, *reason;
};

static int free_rows(struct store *s, void *ctx, struct err *err)
{
	const int64_t *id = ctx;
	/* A reply it told of is one that nobody read. */
	if (db_run(s, err, "DELETE FROM ledger WHERE message = ?1",
		   db_int(*id)) ||
	    db_run(s, err,
		   "UPDATE reply SET seen_at = NULL WHERE id IN (SELECT "
		   "CAST(key AS INTEGER) FROM shown WHERE message = ?1 "
		   "AND kind = 'reply')",
		   db_int(*id)) ||
	    store_shown_undo(s, *id, err))
		return -1;
	return db_run(s, err, "UPDATE ledger SET again = NULL WHERE again = ?1",
		      db_int(*id));
}

int store_message_free_rows(struct store *s, int64_t id, struct err *err)
{
	return store_tx(s, free_rows, &id, err);
}

static int settle(struct store *s, void *ctx, struct err *err)
{
	const struct settle *t = ctx;
	const char *word = vocab_code(&vocab_message_state, (int)t->state);
	bool is_open = t->state == STORE_PLANNED || t->state == STORE_HELD;
	int64_t n;
	if (db_count(s, &n, err,
		     "UPDATE message SET state = ?2, reason = ?3, "
		     "not_before = coalesce(?4, not_before), settled_at = ?5 "
		     "WHERE id = ?1 "
		     "AND instr(' ' || ?6 || ' ', ' ' || state || ' ')",
		     db_int(t->id), db_text(word), db_text(t->reason),
		     db_instant(t->not_before),
		     db_instant(is_open ? INSTANT_NONE : t->now),
		     db_text(t->from)))
		return -1;
	if (!n)
		return refuse_step(s, t->id, word, err);
	return t->state == STORE_CANCELLED
		       ? store_message_free_rows(s, t->id, err)
		       : 0;
}

int store_message_settle(struct store *s, int64_t id, enum store_state state,
			 const char *reason, int64_t not_before, int64_t now,
			 struct err *err)
{
	struct settle t = {.id = id,
			   .not_before = not_before,
			   .now = now,
			   .state = state,
			   .from = from_states[state],
			   .reason = reason};
	return store_tx(s, settle, &t, err);
}

int store_message_receipt(struct store *s, int64_t id, enum store_state state,
			  const char *reason, int64_t now, struct err *err)
{
	struct settle t = {.id = id,
			   .not_before = INSTANT_NONE,
			   .now = now,
			   .state = state,
			   .from = "sent failed uncertain",
			   .reason = reason};
	if (state != STORE_SENT && state != STORE_FAILED)
		return err_set(err, ERR_INPUT, "a receipt says sent or failed");
	return store_tx(s, settle, &t, err);
}

/* --- after a death
 * -------------------------------------------------------------- */

int store_message_lane_died(struct store *s, int64_t id, int64_t now,
			    enum store_state *state, struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "UPDATE message SET state = CASE WHEN channel = 'sms' "
		     "AND submitting_at IS NOT NULL THEN 'uncertain' "
		     "ELSE 'planned' END, reason = 'lane died', "
		     "settled_at = CASE WHEN channel = 'sms' AND "
		     "submitting_at IS NOT NULL THEN ?2 END "
		     "WHERE id = ?1 AND state = 'sending' RETURNING state",
		     db_int(id), db_int(now)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return refuse_step(s, id, "planned", err);
	int word = db_col_word(&q, 0, &vocab_message_state);
	if (db_next(&q, err))
		return -1;
	*state = (enum store_state)word;
	return 0;
}

struct recovery {
	int64_t now, n_mail, n_sms;
};

/* What the former process knew of the lanes is lost: whether an SMS had begun
 * to leave may not have reached the disk, so every one of them is doubtful. */
static int recover(struct store *s, void *ctx, struct err *err)
{
	struct recovery *r = ctx;
	if (db_count(s, &r->n_mail, err,
		     "UPDATE message SET state = 'planned', "
		     "reason = 'restart' "
		     "WHERE state = 'sending' AND channel = 'email'",
		     DB_NONE))
		return -1;
	return db_count(s, &r->n_sms, err,
			"UPDATE message SET state = 'uncertain', "
			"reason = 'restart', settled_at = ?1 "
			"WHERE state = 'sending'",
			db_int(r->now));
}

int store_messages_recover(struct store *s, int64_t now, int64_t *n_mail,
			   int64_t *n_sms, struct err *err)
{
	struct recovery r = {.now = now};
	if (store_tx(s, recover, &r, err))
		return -1;
	*n_mail = r.n_mail;
	*n_sms = r.n_sms;
	return 0;
}
