/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_REFUSALS_H
#define ETRIER_STORE_REFUSALS_H

#include <etrier/store.h>
#include <etrier/store_messages.h>
#include <etrier/vocab.h>

/* What a young person or their adviser will not have: a place, an employer, an
 * offer. Habits: store.h. */
enum store_refusal_kind {
	STORE_REFUSES_PLACE,	/* value: INSEE code */
	STORE_REFUSES_EMPLOYER, /* SIREN, or the folded name */
	STORE_REFUSES_OFFER,	/* canonical id, in decimal */
};
extern const struct vocab vocab_refusal; /* place employer offer */
struct store_refusal {
	int64_t person;
	enum store_refusal_kind kind;
	const char *value;
	int64_t at;	/* instant */
	const char *by; /* "uid:N" */
};
int store_refusal_add(struct store *s, const struct store_refusal *r,
		      bool *is_new, struct err *err);
int store_refusal_remove(struct store *s, int64_t person,
			 enum store_refusal_kind kind, const char *value,
			 bool *was_there, struct err *err);
/* person 0: everybody's, by person. Not 0 from fn: enough. */
typedef int store_refusal_fn(void *ctx, const struct store_refusal *row);
int store_refusals_each(struct store *s, int64_t person, store_refusal_fn *fn,
			void *ctx, struct err *err);

/* Answered offers: person 0: everybody's. */
typedef void store_answer_fn(void *ctx, int64_t person, int64_t canonical);
int store_answers_each(struct store *s, int64_t person, store_answer_fn *fn,
		       void *ctx, struct err *err);
/* Who refused this offer or answered about it; may tell one twice. */
int store_offer_answered(struct store *s, int64_t canonical, store_id_fn *fn,
			 void *ctx, struct err *err);

#endif
