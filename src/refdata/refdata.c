/* SPDX-License-Identifier: EUPL-1.2 */
/* The reference tables together: loaded once by each process that needs them,
 * then constant and free of locks. About 7 MB and some tens of milliseconds,
 * because three processes hold them and a restart waits for them. */
#include "tables.h"

#include <etrier/mem.h>

#include <stdlib.h>

uint64_t hash_text(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h ? h : 1;
}

static char *version_of(const char *name, const char *version, size_t rows)
{
	return mem_printf("%s %s (%zu rows)", name, version, rows);
}

static char *table_version(const char *name, const struct table *t)
{
	return version_of(name, t->version, t->n_rows);
}

static void note_versions(struct refdata *rd)
{
	const struct places *p = &rd->places;
	const struct trades *t = &rd->trades;
	char **v = rd->versions;
	*v++ = table_version("communes", &p->communes_table);
	*v++ = table_version("communes_alias", &p->formers_table);
	*v++ = table_version("departements", &p->depts_table);
	*v++ = table_version("rome_v3", &t->v3_table);
	*v++ = table_version("rome_v4", &t->v4_table);
	*v++ = table_version("rome_titles", &t->titles_table);
	*v++ = version_of("rome_proximity", t->proximity_version,
			  t->n_proximity);
	*v++ = version_of("rome_naf", t->hirings_version, t->n_hirings);
	*v++ = table_version("rome_conditions", &rd->conditions.table);
	*v++ = table_version("cfa", &rd->cfas.table);
	BUG_ON(v != rd->versions + REFDATA_VERSIONS);
}

struct refdata *refdata_load(const char *dir, struct err *err)
{
	struct refdata *rd = mem_alloc(sizeof(*rd));
	if (places_load(&rd->places, dir, err) ||
	    trades_load(&rd->trades, dir, err) ||
	    conditions_load(&rd->conditions, &rd->trades, dir, err) ||
	    cfas_load(&rd->cfas, dir, err)) {
		refdata_free(rd);
		return NULL;
	}
	note_versions(rd);
	return rd;
}

void refdata_free(struct refdata *rd)
{
	if (!rd)
		return;
	places_free(&rd->places);
	trades_free(&rd->trades);
	conditions_free(&rd->conditions);
	cfas_free(&rd->cfas);
	for (size_t i = 0; i < REFDATA_VERSIONS; i++)
		free(rd->versions[i]);
	free(rd);
}

const char *refdata_version(const struct refdata *rd, size_t i)
{
	return i < REFDATA_VERSIONS ? rd->versions[i] : NULL;
}
