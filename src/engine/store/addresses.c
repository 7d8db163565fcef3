/* SPDX-License-Identifier: EUPL-1.2 */
/* From an address to what was sent there, by its keyed hash: a bounce, a
 * complaint or an SMS back knows nothing else. */
#include "db.h"

#include <etrier/store_addresses.h>

#include <string.h>

/* Message-IDs are of ASCII; this sorts behind all of them. */
#define AFTER_ALL "\x7f"
/* A day's mails are among so many of the latest messages. */
#define LATEST 200000
/* Longer is none of ours. */
#define MESSAGE_ID_MAX 400

int store_message_address(struct store *s, int64_t id, const char *address,
			  struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	return db_run(s, err,
		      "UPDATE message SET address = ?2 "
		      "WHERE id = ?1 AND address IS NULL",
		      db_int(id), db_address(s, address, h));
}

int store_message_last_to(struct store *s, enum channel channel,
			  const char *address, int kind, int64_t since,
			  int64_t *id, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	return db_get_int(s, id, err,
			  "SELECT coalesce(max(id), 0) FROM message "
			  "WHERE address = ?2 AND channel = ?1 "
			  "AND state IN ('sending', 'sent', 'uncertain') "
			  "AND preview = 0 AND claimed_at >= ?3 "
			  "AND kind = coalesce(?4, kind)",
			  db_word(&vocab_channel, (int)channel),
			  db_address(s, address, h), db_int(since),
			  db_word(&vocab_message_kind, kind));
}

int store_message_topic_to(struct store *s, enum channel channel,
			   const char *address, const char *topic, int64_t *n,
			   struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	return db_get_int(s, n, err,
			  "SELECT count(*) FROM message WHERE address = ?2 "
			  "AND channel = ?1 AND topic = ?3 "
			  "AND state <> 'cancelled'",
			  db_word(&vocab_channel, (int)channel),
			  db_address(s, address, h), db_text(topic));
}

int store_address_people(struct store *s, enum channel channel,
			 const char *address, store_id_fn *fn, void *ctx,
			 struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT DISTINCT person FROM message WHERE address = ?2 "
		     "AND channel = ?1 AND audience = 'youth' "
		     "AND person IS NOT NULL ORDER BY person",
		     db_word(&vocab_channel, (int)channel),
		     db_address(s, address, h)))
		return -1;
	int rc;
	while ((rc = db_next(&q, err)) == 1)
		fn(ctx, db_col_int(&q, 0));
	return rc;
}

int store_message_by_message_id(struct store *s, const char *message_id,
				int64_t *id, struct err *err)
{
	char after[MESSAGE_ID_MAX + 2];
	size_t n = strlen(message_id);
	if (n > MESSAGE_ID_MAX || n == 0) {
		*id = 0;
		return 0;
	}
	if (message_id[n - 1] != '@')
		return db_get_int(s, id, err,
				  "SELECT coalesce(max(id), 0) FROM message "
				  "WHERE message_id = ?1",
				  db_text(message_id));
	snprintf(after, sizeof(after), "%s" AFTER_ALL, message_id);
	return db_get_int(s, id, err,
			  "SELECT coalesce(max(id), 0) FROM message "
			  "WHERE message_id > ?1 AND message_id < ?2",
			  db_text(message_id), db_text(after));
}

int store_mails_sent(struct store *s, int64_t since, int64_t until, int64_t *n,
		     struct err *err)
{
	return db_get_int(s, n, err,
			  "SELECT count(*) FROM message WHERE state = 'sent' "
			  "AND channel = 'email' AND preview = 0 "
			  "AND settled_at >= ?1 AND settled_at < ?2 AND id > "
			  "(SELECT coalesce(max(id), 0) FROM message) - ?3",
			  db_int(since), db_int(until), db_int(LATEST));
}
