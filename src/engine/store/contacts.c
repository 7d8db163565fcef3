/* SPDX-License-Identifier: EUPL-1.2 */
/* Addresses that fail, and the faults that made us think so. Only keyed hashes
 * are kept: a copy of the file tells nobody an address. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/store_contacts.h>

static const char *const state_codes[] = {"dead", "paused", NULL};
static const char *const state_labels[] = {"ne marche plus", "en pause"};
const struct vocab vocab_contact_state = {"contact_state", state_codes,
					  state_labels, 2};

int store_contact_get(struct store *s, enum channel channel,
		      const char *address, int64_t now, struct arena *a,
		      struct store_contact *out, bool *found, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT state, cause, since, until FROM contact WHERE "
		     "channel = ?1 AND address = ?2 "
		     "AND (until IS NULL OR until > ?3)",
		     db_word(&vocab_channel, (int)channel),
		     db_address(s, address, h), db_int(now)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	*found = got == 1;
	if (!got)
		return 0;
	*out = (struct store_contact){
		.state = (enum store_contact_state)db_col_word(
			&q, 0, &vocab_contact_state),
		.cause = arena_dup(a, db_col_text(&q, 1)),
		.since = db_col_int(&q, 2),
		.until = db_col_instant(&q, 3)};
	db_done(&q);
	return 0;
}

int store_contact_set(struct store *s, enum channel channel,
		      const char *address, const struct store_contact *in,
		      bool *is_new, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	int64_t n;
	if (db_count(s, &n, err,
		     "INSERT INTO contact (channel, address, state, cause, "
		     "since, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
		     "ON CONFLICT (channel, address) DO UPDATE SET "
		     "state = ?3, cause = ?4, since = ?5, until = ?6 "
		     "WHERE state <> 'dead' AND (state <> ?3 OR until <= ?5)",
		     db_word(&vocab_channel, (int)channel),
		     db_address(s, address, h),
		     db_word(&vocab_contact_state, (int)in->state),
		     db_text(in->cause), db_int(in->since),
		     db_instant(in->until)))
		return -1;
	*is_new = n == 1;
	return 0;
}

struct address_ref {
	struct db_value channel, address;
};

static int clear(struct store *s, void *ctx, struct err *err)
{
	const struct address_ref *r = ctx;
	if (db_run(s, err,
		   "DELETE FROM contact WHERE channel = ?1 AND address = ?2",
		   r->channel, r->address))
		return -1;
	return db_run(s, err,
		      "DELETE FROM contact_fault "
		      "WHERE channel = ?1 AND address = ?2",
		      r->channel, r->address);
}

int store_contact_clear(struct store *s, enum channel channel,
			const char *address, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	struct address_ref r = {db_word(&vocab_channel, (int)channel),
				db_address(s, address, h)};
	return store_tx(s, clear, &r, err);
}

int store_contact_fault(struct store *s, enum channel channel,
			const char *address, const char *cause, int64_t message,
			int64_t now, bool *is_new, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	int64_t n;
	if (db_count(s, &n, err,
		     "INSERT INTO contact_fault (channel, address, cause, at, "
		     "message) VALUES (?1, ?2, ?3, ?4, ?5) "
		     "ON CONFLICT DO NOTHING",
		     db_word(&vocab_channel, (int)channel),
		     db_address(s, address, h), db_text(cause), db_int(now),
		     db_id(message)))
		return -1;
	*is_new = n == 1;
	return 0;
}

int store_contact_faults(struct store *s, enum channel channel,
			 const char *address, const char *cause, int64_t since,
			 int64_t *n, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	return db_get_int(s, n, err,
			  "SELECT count(*) FROM contact_fault WHERE "
			  "channel = ?1 AND address = ?2 AND at >= ?3 "
			  "AND cause = coalesce(?4, cause)",
			  db_word(&vocab_channel, (int)channel),
			  db_address(s, address, h), db_int(since),
			  db_text(cause));
}

struct purge {
	int64_t before, faults, pauses;
};

static int purge(struct store *s, void *ctx, struct err *err)
{
	struct purge *p = ctx;
	if (db_count(s, &p->faults, err,
		     "DELETE FROM contact_fault WHERE at < ?1",
		     db_int(p->before)))
		return -1;
	return db_count(s, &p->pauses, err,
			"DELETE FROM contact WHERE until < ?1",
			db_int(p->before));
}

int store_contacts_purge(struct store *s, int64_t before, int64_t *n,
			 struct err *err)
{
	struct purge p = {.before = before};
	if (store_tx(s, purge, &p, err))
		return -1;
	*n = p.faults + p.pauses;
	return 0;
}
