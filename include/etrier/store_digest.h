/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_DIGEST_H
#define ETRIER_STORE_DIGEST_H

#include <etrier/store_follow.h>
#include <etrier/store_messages.h>
#include <etrier/store_replies.h>

/* What a digest tells besides new offers, asked by adviser so that nobody reads
 * the rows of a whole network for one mail. Habits: store.h. Nothing here
 * writes. */

/* Whose young people: those of an adviser, or of a CFA referent. */
struct store_case {
	const char *agency, *adviser;
	bool is_cfa;
};

/* Answers of young people since this instant, the oldest first. */
int store_case_answers(struct store *s, const struct store_case *c,
		       int64_t since, store_proposal_fn *fn, void *ctx,
		       struct err *err);
/* What the adviser put off until an instant at or before now, and what they
 * were shown once in [since, until) and said nothing of, nor was sent to the
 * young person; by id. */
int store_case_put_off(struct store *s, const struct store_case *c, int64_t now,
		       store_proposal_fn *fn, void *ctx, struct err *err);
int store_case_undecided(struct store *s, const struct store_case *c,
			 int64_t since, int64_t until, store_proposal_fn *fn,
			 void *ctx, struct err *err);

/* Messages to the young people, by id. */
struct store_case_message {
	int64_t id, person;
	int64_t canonical; /* the offer it is about, 0: none */
	enum store_state state;
	enum channel channel;
	int64_t not_before, claimed_at;
};
typedef int store_case_message_fn(void *ctx,
				  const struct store_case_message *row);
/* Planned since this instant, and waiting: planned or held. */
int store_case_waiting(struct store *s, const struct store_case *c,
		       int64_t since, store_case_message_fn *fn, void *ctx,
		       struct err *err);
/* Of which nobody knows whether they arrived. */
int store_case_uncertain(struct store *s, const struct store_case *c,
			 store_case_message_fn *fn, void *ctx, struct err *err);

/* Replies no digest told of, and all since this instant; the oldest first. */
int store_case_replies(struct store *s, const struct store_case *c,
		       int64_t since, store_reply_fn *fn, void *ctx,
		       struct err *err);
/* Open steps due in [from, until], the earliest first. */
int store_case_follow(struct store *s, const struct store_case *c, int32_t from,
		      int32_t until, store_follow_fn *fn, void *ctx,
		      struct err *err);
/* Active people to whom nothing was proposed since, in any way; by id. */
int store_case_quiet(struct store *s, const struct store_case *c, int64_t since,
		     store_id_fn *fn, void *ctx, struct err *err);
/* Everything the adviser was shown. */
typedef void store_case_shown_fn(void *ctx, const struct store_shown *row,
				 int64_t at);
int store_case_shown(struct store *s, const struct store_case *c,
		     store_case_shown_fn *fn, void *ctx, struct err *err);

/* --- of everybody --------------------------------------------------------- */
/* Canonical offers whose last live copy ends in [from, until), ascending. */
int store_offers_ending(struct store *s, int64_t from, int64_t until,
			store_id_fn *fn, void *ctx, struct err *err);
/* People who have an address of which a fault was seen since, ascending. */
int store_people_faulty(struct store *s, int64_t since, store_id_fn *fn,
			void *ctx, struct err *err);

#endif
