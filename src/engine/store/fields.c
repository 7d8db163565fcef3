/* SPDX-License-Identifier: EUPL-1.2 */
/* Merging rows of files key by key: see fields.h. Which columns are private or
 * the CFA's is person.h's table, not a second list here. */
#include "fields.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/person.h>

#include <string.h>

json_t *fields_merge(json_t *stored, json_t *given)
{
	json_t *out = json_object();
	json_t *from[] = {stored, given};
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		const char *key;
		json_t *value;
		json_object_foreach(from[i], key, value)
		{
			if (json_is_null(value))
				json_object_del(out, key);
			else
				json_object_set(out, key, value);
		}
	}
	return out;
}

char *fields_text(const json_t *fields)
{
	char *text = json_dumps(fields, JSON_COMPACT | JSON_SORT_KEYS);
	BUG_ON(!text);
	return text;
}

json_t *fields_parse(const char *text, struct err *err)
{
	json_t *v = text ? js_parse(text, strlen(text), NULL) : NULL;
	if (!json_is_object(v)) {
		json_decref(v);
		err_set(err, ERR_STORE, "a stored row is not a JSON object");
		return NULL;
	}
	return v;
}

json_t *fields_take_private(json_t *fields)
{
	json_t *out = json_object();
	const struct person_column *c;
	for (size_t i = 0; (c = person_column(i)); i++) {
		json_t *v = json_object_get(fields, c->name);
		if (!(c->flags & PERSON_COLUMN_PRIVATE) || !v)
			continue;
		json_object_set(out, c->name, v);
		json_object_del(fields, c->name);
	}
	return out;
}

void fields_lay_cfa(json_t *fields, const json_t *cfa)
{
	const struct person_column *c;
	for (size_t i = 0; (c = person_column(i)); i++) {
		json_t *v = json_object_get(cfa, c->name);
		if ((c->flags & PERSON_COLUMN_CFA) && v)
			json_object_set(fields, c->name, v);
	}
}
