/* SPDX-License-Identifier: EUPL-1.2 */
/* The tokens in the links we send. Stored as keyed hashes, so that neither a
 * copy of the file nor the front can make or list a working link. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/store_events.h>

#include <string.h>

/* A token as people type it, written as we made it; "" when it cannot be one.
 * Crockford reads O as 0, I and L as 1. */
static void normalise(const char *typed, char out[STORE_TOKEN_CHARS + 1])
{
	size_t n = 0;
	for (const char *p = typed; *p; p++) {
		char c = *p;
		if (c == ' ' || c == '-')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c == 'O')
			c = '0';
		else if (c == 'I' || c == 'L')
			c = '1';
		if (n == STORE_TOKEN_CHARS) {
			n = 0;
			break;
		}
		out[n++] = c;
	}
	out[n] = '\0';
}

static struct db_value token_hash(struct store *s, const char *typed,
				  unsigned char h[VAULT_HASH_BYTES])
{
	char token[STORE_TOKEN_CHARS + 1];
	normalise(typed, token);
	vault_hash(&s->vault, VAULT_TOKEN, token, strlen(token), h);
	return db_blob(h, VAULT_HASH_BYTES);
}

int store_token_make(struct store *s, const char *purpose, const char *subject,
		     int64_t expires, char out[STORE_TOKEN_CHARS + 1],
		     struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	char token[STORE_TOKEN_CHARS + 1];
	vault_token(token, STORE_TOKEN_CHARS);
	if (db_run(s, err,
		   "INSERT INTO token (hash, purpose, subject, expires) "
		   "VALUES (?1, ?2, ?3, ?4)",
		   token_hash(s, token, h), db_text(purpose), db_text(subject),
		   db_int(expires)))
		return -1;
	memcpy(out, token, sizeof(token));
	return 0;
}

int store_token_find(struct store *s, const char *token, const char *purpose,
		     int64_t now, struct arena *a, struct store_token *out,
		     struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT purpose, subject, expires, used FROM token "
		     "WHERE hash = ?1 AND purpose = ?2 AND expires > ?3",
		     token_hash(s, token, h), db_text(purpose), db_int(now)))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	if (!got)
		return err_set(err, ERR_UNKNOWN, "no such link");
	*out = (struct store_token){
		.purpose = arena_dup(a, db_col_text(&q, 0)),
		.subject = arena_dup(a, db_col_text(&q, 1)),
		.expires = db_col_int(&q, 2),
		.used = db_col_instant(&q, 3),
	};
	db_done(&q);
	return 0;
}

int store_token_use(struct store *s, const char *token, int64_t now,
		    struct err *err)
{
	unsigned char h[VAULT_HASH_BYTES];
	return db_run(s, err,
		      "UPDATE token SET used = ?2 "
		      "WHERE hash = ?1 AND used IS NULL",
		      token_hash(s, token, h), db_int(now));
}

int store_token_revoke(struct store *s, const char *purpose,
		       const char *subject, int64_t *n, struct err *err)
{
	return db_count(s, n, err,
			"DELETE FROM token WHERE purpose = ?1 AND subject = ?2",
			db_text(purpose), db_text(subject));
}

int store_tokens_purge(struct store *s, int64_t now, int64_t *n,
		       struct err *err)
{
	return db_count(s, n, err, "DELETE FROM token WHERE expires <= ?1",
			db_int(now));
}
