/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_MESSAGES_H
#define ETRIER_STORE_MESSAGES_H

#include <etrier/store.h>
#include <etrier/vocab.h>

struct arena;

/* The outbox and the ledger: what is to be said, what was said, to whom, about
 * which offer. Habits: store.h. The life of a message:
 *
 *   held <-> planned -> sending -> sent | failed | uncertain
 *     \________\-> cancelled          failed, uncertain, sending -> planned
 *
 * Any other step is refused (ERR_INPUT) and changes nothing. */
enum store_state {
	STORE_PLANNED,
	STORE_SENDING,
	STORE_SENT,
	STORE_FAILED,
	STORE_UNCERTAIN,
	STORE_CANCELLED,
	STORE_HELD
};
extern const struct vocab vocab_message_state;
enum store_kind { STORE_DIGEST, STORE_OFFER, STORE_NOTICE };
extern const struct vocab vocab_message_kind; /* digest offer notice */
enum store_audience {
	STORE_TO_ADVISER,
	STORE_TO_YOUTH,
	STORE_TO_CFA,
	STORE_TO_ADMIN
};
extern const struct vocab vocab_audience; /* adviser youth cfa admin */

struct store_message {
	int64_t id; /* never used again */
	enum store_kind kind;
	enum store_audience audience;
	enum channel channel;  /* email or sms */
	const char *agency;    /* code whose mode and caps count; NULL: none */
	const char *recipient; /* adviser/cfa: ref; youth: NULL; admin: word */
	int64_t person;	       /* youth: who; else 0 */
	bool is_preview;       /* planned under agency mode preview */
	int64_t not_before, expires; /* expires: INSTANT_NONE = never */
	enum store_state state;
	int attempts;
	const char *reason; /* of the last settling; our words */
	/* Frozen at the first claim, unchanged ever after: */
	const char *message_id, *model, *template_hash; /* NULL before */
	int64_t planned_at, claimed_at, submitting_at, settled_at;
	const char *topic; /* to a young person, see plan_youth.h; NULL: none */
	/* Of an SMS, see store_replies.h; not read when planning: */
	const char *gateway, *gateway_ref, *receipt;
	int segments;
	int64_t cost, receipt_at; /* cost: thousandths of a euro, -1 */
};

/* One offer proposed to one person through one audience, once. */
struct store_proposal {
	int64_t id; /* of the ledger row; 0 going in */
	int64_t person, canonical;
	enum store_audience audience;
	int64_t message; /* 0 going in */
	int64_t again;	 /* message of the waiting line that shows it a second
			  * and last time; 0: none */
	int score;
	const char *rules; /* rule set id */
	const char *facts; /* JSON, frozen */
	int64_t at;
	const char *result; /* answer, or NULL */
	int64_t result_at;
	const char *reason;  /* why dismissed: our word, or NULL */
	int64_t later_until; /* "later": shown again after; 0: none */
};

/* --- planning --- */
/* Message and ledger rows in one transaction (joins an open one). m->state is
 * STORE_PLANNED or STORE_HELD; id, attempts and frozen fields are ignored;
 * planned_at is now. p[i].again != 0 means: not a new row but the second
 * showing of an existing one. A pair already in the ledger is ERR_INPUT: ask
 * first. p[i].rules must have been put before (store_rules_put()). */
int store_message_plan(struct store *s, const struct store_message *m,
		       const struct store_proposal *p, size_t n, int64_t now,
		       int64_t *id, struct err *err);

/* --- the way of a message --- */
struct store_frozen {
	const char *message_id, *model;
	const char *template_hash, *template_text; /* text kept by hash */
	const char *address; /* where it goes, kept as a keyed hash; NULL */
};
/* planned -> sending, attempts + 1. frozen is stored only the first time; a
 * message claimed before keeps what it had (read it back). */
int store_message_claim(struct store *s, int64_t id,
			const struct store_frozen *frozen, int64_t now,
			struct err *err);
/* The first byte of the SMS request is about to leave. */
int store_message_submitting(struct store *s, int64_t id, int64_t now,
			     struct err *err);
/* To `state`, with a reason (may be NULL) and, for STORE_PLANNED, the next
 * not_before (INSTANT_NONE: as it was). Cancelling frees its ledger rows. */
int store_message_settle(struct store *s, int64_t id, enum store_state state,
			 const char *reason, int64_t not_before, int64_t now,
			 struct err *err);
/* Its ledger rows are proposals nobody saw: away with them, so that they may be
 * planned again; and what a digest showed beside them was not shown. */
int store_message_free_rows(struct store *s, int64_t id, struct err *err);
/* A receipt that came later, or an operator: sent, failed or uncertain -> sent
 * or failed. */
int store_message_receipt(struct store *s, int64_t id, enum store_state state,
			  const char *reason, int64_t now, struct err *err);
/* The lane of this message died: mail, or an SMS before submitting, is planned
 * again; an SMS after it is uncertain. *state says which. */
int store_message_lane_died(struct store *s, int64_t id, int64_t now,
			    enum store_state *state, struct err *err);
/* At start, before any claim: sending mail -> planned, sending SMS ->
 * uncertain. */
int store_messages_recover(struct store *s, int64_t now, int64_t *n_mail,
			   int64_t *n_sms, struct err *err);

/* --- reading --- */
int store_message_get(struct store *s, int64_t id, struct arena *a,
		      struct store_message *out, struct err *err);
struct store_messages_query {
	unsigned states;		/* bits 1 << enum store_state; 0: any */
	int channel;			/* enum channel, VOCAB_NONE: any */
	int audience, kind;		/* VOCAB_NONE: any */
	const char *agency, *recipient; /* NULL: any */
	int64_t person;			/* 0: any */
	int64_t planned_since;		/* INSTANT_NONE: any */
	int64_t due_at; /* INSTANT_NONE: any; else not_before <= due_at, and the
			 * order is not_before, id instead of id */
	int64_t after;	/* id; not with due_at */
	int limit;
	bool newest_first; /* not with due_at */
};
#define STORE_MESSAGES_ANY                                         \
	((struct store_messages_query){.channel = VOCAB_NONE,      \
				       .audience = VOCAB_NONE,     \
				       .kind = VOCAB_NONE,         \
				       .planned_since = INT64_MIN, \
				       .due_at = INT64_MIN})
typedef int store_message_fn(void *ctx, const struct store_message *row);
int store_messages_each(struct store *s, const struct store_messages_query *q,
			store_message_fn *fn, void *ctx, struct err *err);
int store_messages_count(struct store *s, const struct store_messages_query *q,
			 int64_t *n, struct err *err);

/* --- ledger --- */
int store_ledger_has(struct store *s, int64_t person, int64_t canonical,
		     enum store_audience audience, bool *has, struct err *err);
struct store_ledger_query {
	int64_t id, person, canonical; /* 0: any */
	int audience;		       /* VOCAB_NONE: any */
	int64_t message;	/* 0: any; rows it shows, first or again */
	int64_t since, until;	/* at in [since, until); INSTANT_NONE */
	int64_t answered_since; /* result_at; INSTANT_NONE: any */
	bool unanswered_only, shown_once_only;
	int64_t after; /* id */
	int limit;
	bool newest_first;
};
#define STORE_LEDGER_ANY                                     \
	((struct store_ledger_query){.audience = VOCAB_NONE, \
				     .since = INT64_MIN,     \
				     .until = INT64_MIN,     \
				     .answered_since = INT64_MIN})
typedef int store_proposal_fn(void *ctx, const struct store_proposal *row);
int store_ledger_each(struct store *s, const struct store_ledger_query *q,
		      store_proposal_fn *fn, void *ctx, struct err *err);
/* What was proposed to this person, once for each audience (enum
 * store_audience): answered from an index alone. */
typedef void store_proposed_fn(void *ctx, int64_t canonical, int audience);
int store_ledger_proposed(struct store *s, int64_t person,
			  store_proposed_fn *fn, void *ctx, struct err *err);
/* To whom this offer was proposed, once for each audience. */
typedef void store_id_fn(void *ctx, int64_t id);
int store_ledger_people(struct store *s, int64_t canonical, store_id_fn *fn,
			void *ctx, struct err *err);
int store_ledger_count(struct store *s, const struct store_ledger_query *q,
		       int64_t *n, struct err *err);
struct store_answer {
	const char *result, *reason; /* reason: NULL without one */
	int64_t later_until;	     /* 0: none */
};
/* ERR_UNKNOWN when there is no such proposal. */
int store_ledger_answer(struct store *s, int64_t person, int64_t canonical,
			enum store_audience audience,
			const struct store_answer *answer, int64_t now,
			struct err *err);

/* --- template texts --- */
int store_template_get(struct store *s, const char *hash, struct arena *a,
		       const char **text, struct err *err);
/* Forget texts that no unsettled message cites. */
int store_templates_clean(struct store *s, int64_t *n, struct err *err);

#endif
