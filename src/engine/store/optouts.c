/* SPDX-License-Identifier: EUPL-1.2 */
/* Who does not want to be written to, by address and not by person: the word
 * holds for everybody with that address, and outlives import, merge and
 * erasure. Only keyed hashes are kept. */
#include "db.h"

#include <etrier/mem.h>
#include <etrier/store_people.h>

#include <stdlib.h>
#include <string.h>

/* In small letters: Lina@ and lina@ are one mailbox everywhere that matters,
 * and a file that writes it otherwise must not undo a refusal. */
struct db_value db_address(struct store *s, const char *address,
			   unsigned char out[VAULT_HASH_BYTES])
{
	char *folded = mem_dup(address);
	for (char *c = folded; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	vault_hash(&s->vault, VAULT_ADDRESS, folded, strlen(folded), out);
	free(folded);
	return db_blob(out, VAULT_HASH_BYTES);
}

int store_optout_add(struct store *s, enum channel channel, const char *address,
		     int64_t now, const char *by, bool *is_new, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	int64_t n;
	if (db_count(s, &n, err,
		     "INSERT INTO optout (channel, address, since, by) "
		     "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
		     db_word(&vocab_channel, (int)channel),
		     db_address(s, address, h), db_int(now), db_text(by)))
		return -1;
	*is_new = n == 1;
	return 0;
}

int store_optout_check(struct store *s, enum channel channel,
		       const char *address, bool *is_out, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	int64_t n;
	if (db_get_int(s, &n, err,
		       "SELECT count(*) FROM optout "
		       "WHERE channel = ?1 AND address = ?2",
		       db_word(&vocab_channel, (int)channel),
		       db_address(s, address, h)))
		return -1;
	*is_out = n > 0;
	return 0;
}

int store_optout_lift(struct store *s, enum channel channel,
		      const char *address, bool *was_out, struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	int64_t n;
	if (db_count(s, &n, err,
		     "DELETE FROM optout WHERE channel = ?1 AND address = ?2",
		     db_word(&vocab_channel, (int)channel),
		     db_address(s, address, h)))
		return -1;
	*was_out = n == 1;
	return 0;
}
