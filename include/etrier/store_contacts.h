/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_CONTACTS_H
#define ETRIER_STORE_CONTACTS_H

#include <etrier/store.h>
#include <etrier/vocab.h>

struct arena;

/* What we learnt of an address from bounces, complaints and receipts; by its
 * keyed hash, as opt-outs are, so that it holds for everybody who has it.
 * Habits: store.h. What a fault means is decided by src/engine/plan. */
enum store_contact_state { STORE_CONTACT_DEAD, STORE_CONTACT_PAUSED };
extern const struct vocab vocab_contact_state; /* dead paused */

struct store_contact {
	enum store_contact_state state;
	const char *cause;    /* our word: unknown_user, mailbox_full ... */
	int64_t since, until; /* until: INSTANT_NONE = until cleared */
};
/* *found false: nothing is known against it, or a pause that is over. cause
 * into the arena. */
int store_contact_get(struct store *s, enum channel channel,
		      const char *address, int64_t now, struct arena *a,
		      struct store_contact *out, bool *found, struct err *err);
/* As *in says; a dead one is never made a paused one. *is_new: it was not so
 * before. */
int store_contact_set(struct store *s, enum channel channel,
		      const char *address, const struct store_contact *in,
		      bool *is_new, struct err *err);
/* It works after all (delivered, or somebody says so); faults too are
 * forgotten. */
int store_contact_clear(struct store *s, enum channel channel,
			const char *address, struct err *err);

/* One fault; the same cause of the same message twice is one. *is_new. */
int store_contact_fault(struct store *s, enum channel channel,
			const char *address, const char *cause, int64_t message,
			int64_t now, bool *is_new, struct err *err);
/* Faults of this cause (NULL: any) at or after since. */
int store_contact_faults(struct store *s, enum channel channel,
			 const char *address, const char *cause, int64_t since,
			 int64_t *n, struct err *err);
/* Forget faults before this instant, and pauses that were over then. */
int store_contacts_purge(struct store *s, int64_t before, int64_t *n,
			 struct err *err);

#endif
