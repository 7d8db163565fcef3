/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of départements and regions; there are so few that each question walks
 * over all. */
#include "tables.h"

#include <etrier/arena.h>
#include <etrier/str.h>

#include <string.h>

uint32_t dept_code_bytes(const char *code)
{
	uint32_t bytes = 0;
	size_t n = strnlen(code, 4);
	for (size_t i = 0; n < 4 && i < n; i++)
		bytes = bytes << 8 | (unsigned char)code[i];
	return bytes;
}

static const struct dept *dept_of_code(const struct places *p, const char *code)
{
	uint32_t bytes = code ? dept_code_bytes(code) : 0;
	for (size_t i = 0; bytes && i < p->n_depts; i++)
		if (p->depts[i].code_bytes == bytes)
			return &p->depts[i];
	return NULL;
}

const char *refdata_dept_name(const struct refdata *rd, const char *dept)
{
	const struct dept *d = dept_of_code(&rd->places, dept);
	return d ? d->name : NULL;
}

const char *refdata_dept_by_name(const struct refdata *rd, const char *name)
{
	struct arena a;
	struct arena_lent lent;
	const char *code = NULL;
	arena_init_lent(&a, &lent);
	const char *key =
		place_without_article(place_key(&a, name ? name : ""));
	uint32_t hash = (uint32_t)hash_text(key);
	for (size_t i = 0; i < rd->places.n_depts && !code; i++)
		if (rd->places.depts[i].key_hash == hash &&
		    str_eq(rd->places.depts[i].key, key))
			code = rd->places.depts[i].code;
	arena_clear(&a);
	return code;
}

const char *refdata_region(const struct refdata *rd, const char *dept)
{
	const struct dept *d = dept_of_code(&rd->places, dept);
	return d && *d->region ? d->region : NULL;
}

const char *refdata_region_by_name(const struct refdata *rd, const char *name)
{
	struct arena a;
	struct arena_lent lent;
	const char *region = NULL;
	arena_init_lent(&a, &lent);
	const char *key = place_key(&a, name ? name : "");
	uint32_t hash = (uint32_t)hash_text(key);
	for (size_t i = 0; *key && i < rd->places.n_depts && !region; i++)
		if (rd->places.depts[i].region_hash == hash &&
		    str_eq(rd->places.depts[i].region_key, key))
			region = rd->places.depts[i].region;
	arena_clear(&a);
	return region;
}
