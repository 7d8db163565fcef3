/* SPDX-License-Identifier: EUPL-1.2 */
/* What advisers say on the page of their digest, beside what their file says.
 */
#include "db.h"
#include "fields.h"

#include <etrier/date.h>
#include <etrier/store_told.h>

#include <stdlib.h>

json_t *store_adviser_told(struct store *s, const char *agency, const char *ref,
			   struct err *err)
{
	struct db_query q;
	if (db_query(s, &q, err,
		     "SELECT told FROM adviser WHERE agency = ?1 AND ref = ?2",
		     db_text(agency), db_text(ref)))
		return NULL;
	int got = db_next(&q, err);
	if (got < 0)
		return NULL;
	if (!got) {
		err_set(err, ERR_UNKNOWN, "no such adviser");
		return NULL;
	}
	const char *text = db_col_text(&q, 0);
	json_t *told = text ? fields_parse(text, err) : json_object();
	db_done(&q);
	return told;
}

int store_adviser_tell(struct store *s, const char *agency, const char *ref,
		       const json_t *words, struct err *err)
{
	const char *key;
	json_t *v;
	json_t *told = store_adviser_told(s, agency, ref, err);
	if (!told)
		return -1;
	json_t *copy = json_deep_copy(words);
	json_object_foreach(copy, key, v)
	{
		if (json_is_null(v))
			json_object_del(told, key);
		else
			json_object_set(told, key, v);
	}
	char *text = fields_text(told);
	int result = db_run(s, err,
			    "UPDATE adviser SET told = ?3 "
			    "WHERE agency = ?1 AND ref = ?2",
			    db_text(agency), db_text(ref), db_text(text));
	free(text);
	json_decref(copy);
	json_decref(told);
	return result;
}
