/* SPDX-License-Identifier: EUPL-1.2 */
/* The last line of the audit log, as the database remembers it. */
#include "db.h"

#include <etrier/num.h>
#include <etrier/store_audit.h>
#include <etrier/str.h>

#include <string.h>

#define HEAD "audit"

int store_audit_head(struct store *s, int64_t *seq, char hash[STORE_AUDIT_HEX],
		     struct err *err)
{
	struct db_query q;
	char text[STORE_AUDIT_HEX + 24];
	*seq = 0;
	*hash = '\0';
	if (db_query(s, &q, err,
		     "SELECT CAST(value AS TEXT) FROM meta WHERE key = '" HEAD
		     "'",
		     DB_NONE))
		return -1;
	int got = db_next(&q, err);
	bool is_text =
		got == 1 && str_copy(text, sizeof(text), db_col_text(&q, 0));
	db_done(&q);
	if (got <= 0)
		return got;
	char *blank = is_text ? strchr(text, ' ') : NULL;
	if (!blank || strlen(blank + 1) != STORE_AUDIT_HEX - 1)
		return err_set(err, ERR_STORE, "the audit head is damaged");
	*blank = '\0';
	if (num_parse_int(text, 1, INT64_MAX, seq))
		return err_set(err, ERR_STORE, "the audit head is damaged");
	str_copy(hash, STORE_AUDIT_HEX, blank + 1);
	return 0;
}

int store_audit_keep(struct store *s, int64_t seq, const char *hash,
		     struct err *err)
{
	char text[STORE_AUDIT_HEX + 24];
	snprintf(text, sizeof(text), "%lld %s", (long long)seq, hash);
	return db_run(s, err,
		      "INSERT INTO meta (key, value) VALUES ('" HEAD
		      "', CAST(?1 AS BLOB)) "
		      "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		      db_text(text));
}

int store_audit_forget(struct store *s, struct err *err)
{
	return db_run(s, err, "DELETE FROM meta WHERE key = '" HEAD "'",
		      DB_NONE);
}
