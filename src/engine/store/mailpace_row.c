/* SPDX-License-Identifier: EUPL-1.2 */
/* The pace of mail across a kill: one row of meta, written in the transaction
 * that claims or settles, so that nothing leaves that was not counted. */
#include "db.h"

#include <etrier/arena.h>
#include <etrier/store_mailpace.h>

#define ROW "mailpace"

int store_mailpace_keep(struct store *s, const char *text, struct err *err)
{
	return db_run(s, err,
		      "INSERT INTO meta (key, value) VALUES ('" ROW
		      "', CAST(?1 AS BLOB)) "
		      "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		      db_text(text));
}

int store_mailpace_get(struct store *s, struct arena *a, const char **text,
		       struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT CAST(value AS TEXT) FROM meta WHERE key = '" ROW
		     "'",
		     DB_NONE))
		return -1;
	int got = db_next(&q, err);
	if (got < 0)
		return -1;
	*text = got ? arena_dup(a, db_col_text(&q, 0)) : NULL;
	db_done(&q);
	return 0;
}
