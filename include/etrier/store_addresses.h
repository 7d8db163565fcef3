/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_ADDRESSES_H
#define ETRIER_STORE_ADDRESSES_H

#include <etrier/store_messages.h>

/* Which message went to which address: what comes back names an address, a
 * number or an identifier of ours, and never a person. Addresses are kept as
 * keyed hashes, as opt-outs are. Habits: store.h. */

/* Where a message goes; once, when it is claimed first. */
int store_message_address(struct store *s, int64_t id, const char *address,
			  struct err *err);
/* The last message that left (sending, sent, uncertain) for this address at or
 * after since, previews apart. kind: enum store_kind, VOCAB_NONE any. *id 0:
 * none. */
int store_message_last_to(struct store *s, enum channel channel,
			  const char *address, int kind, int64_t since,
			  int64_t *id, struct err *err);
/* Messages of this topic planned for this address, whatever became of them but
 * a cancelling. */
int store_message_topic_to(struct store *s, enum channel channel,
			   const char *address, const char *topic, int64_t *n,
			   struct err *err);
/* Everybody whom messages at this address were for, by id. */
int store_address_people(struct store *s, enum channel channel,
			 const char *address, store_id_fn *fn, void *ctx,
			 struct err *err);
/* By Message-ID, with its brackets; or, when it ends in '@', by its beginning:
 * "<m.ID@". *id 0: none. */
int store_message_by_message_id(struct store *s, const char *message_id,
				int64_t *id, struct err *err);
/* Mails settled as sent in [since, until), previews apart. */
int store_mails_sent(struct store *s, int64_t since, int64_t until, int64_t *n,
		     struct err *err);

#endif
