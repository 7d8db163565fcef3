/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_CLAIMS_H
#define ETRIER_STORE_CLAIMS_H

#include <etrier/store_messages.h>

/* What is asked for every message that is about to leave, so asked in the way
 * that costs least. Habits: store.h. */

/* Planned messages of this channel whose time has come, the longest due first;
 * at most max, into ids. */
int store_messages_due(struct store *s, enum channel channel, int64_t now,
		       int64_t *ids, size_t max, size_t *n, struct err *err);
/* Messages planned for this young person since then, in whatever order and
 * state. Of the rows only what counts them is filled in: id, preview, state,
 * reason, topic, claimed_at, and model, which is "" instead of what it is. */
typedef void store_message_seen_fn(void *ctx, const struct store_message *row);
int store_messages_of_youth(struct store *s, int64_t person,
			    int64_t planned_since, store_message_seen_fn *fn,
			    void *ctx, struct err *err);
/* The first offer this message proposes, or else shows again; 0: none. */
int store_ledger_first(struct store *s, int64_t message, int64_t *canonical,
		       struct err *err);

#endif
