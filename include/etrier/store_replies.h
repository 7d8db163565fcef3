/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_REPLIES_H
#define ETRIER_STORE_REPLIES_H

#include <etrier/store.h>

/* What comes back by way of an SMS gateway: receipts, call-backs, words for the
 * adviser; and what an SMS cost. Habits: store.h. */

/* A text longer than this is cut by the caller (ten segments). */
#define STORE_REPLY_MAX 1600

struct store_reply {
	int64_t id;		 /* 0 going in */
	int64_t person, message; /* message: the last one to it, 0: none */
	int64_t at;
	const char *text; /* NULL: too old to keep */
	int64_t seen_at;  /* INSTANT_NONE: no digest told of it yet */
};
int store_reply_add(struct store *s, const struct store_reply *r, int64_t *id,
		    struct err *err);
typedef int store_reply_fn(void *ctx, const struct store_reply *row);
/* Oldest first; person 0: anybody; unseen_only. fn not 0 ends it. */
int store_replies_each(struct store *s, int64_t person, bool unseen_only,
		       store_reply_fn *fn, void *ctx, struct err *err);
int store_reply_seen(struct store *s, int64_t id, int64_t now, struct err *err);
/* Texts of before this instant go, the rows stay. */
int store_replies_forget(struct store *s, int64_t before, int64_t *n,
			 struct err *err);

/* --- an SMS and its gateway ----------------------------------------------- */
/* What the gateway said when it took the message; ref may be NULL. cost in
 * thousandths of a euro, -1: unknown. */
int store_message_gateway(struct store *s, int64_t id, const char *gateway,
			  const char *ref, int segments, int64_t cost,
			  struct err *err);
/* *id 0: none. The newest of several. */
int store_message_by_gateway(struct store *s, const char *gateway,
			     const char *ref, int64_t *id, struct err *err);
/* The rank of a receipt decides: delivered, dead, filtered and opted_out stand
 * for good, expired over accepted; *changed tells whether this one counts. */
int store_message_told(struct store *s, int64_t id, const char *receipt,
		       int64_t now, bool *changed, struct err *err);
/* Thousandths of a euro and segments of this agency (NULL: all) that left in
 * [since, until). */
int store_sms_spent(struct store *s, const char *agency, int64_t since,
		    int64_t until, int64_t *cost, int64_t *segments,
		    struct err *err);

/* --- twice is once ---------------------------------------------------------
 */
/* *is_new false: this gateway said that before. */
int store_callback_note(struct store *s, const char *gateway, const char *key,
			int64_t now, bool *is_new, struct err *err);
int store_callbacks_purge(struct store *s, int64_t before, int64_t *n,
			  struct err *err);

#endif
