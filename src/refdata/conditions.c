/* SPDX-License-Identifier: EUPL-1.2 */
/* Conditions of work by trade, as far as the official descriptions name them: a
 * default where an offer says nothing. A trade without a row is unknown, not
 * free of them. */
#include "tables.h"

#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

enum { DEGREE_MAX = 3 };

/* Rows are in order of code, which is the order of trades. */
static int read_rows(struct conditions *c, const struct trades *t,
		     struct err *err)
{
	char *f[TABLE_COLUMNS_MAX];
	uint16_t before = 0;
	uint32_t n = 0;
	int more;
	while ((more = table_next(&c->table, f, err)) > 0) {
		uint16_t trade = trades_find(t, f[0]);
		int64_t degree;
		if (trade == ROME_NONE || trade < before)
			return table_fault(&c->table, err,
					   "an unknown trade, or not in order");
		if (num_parse_int(f[2], 1, DEGREE_MAX, &degree))
			return table_fault(&c->table, err, "not 1 to %d",
					   DEGREE_MAX);
		c->v[n++] = (struct condition){f[1], (uint8_t)degree};
		c->first[trade + 1] = n;
		before = trade;
	}
	/* Trades without a row end where the one before them does. */
	for (uint16_t i = 0; i < t->n_v3; i++)
		if (c->first[i + 1] < c->first[i])
			c->first[i + 1] = c->first[i];
	return more;
}

int conditions_load(struct conditions *c, const struct trades *t,
		    const char *dir, struct err *err)
{
	if (table_open(&c->table, dir, "rome_conditions.tsv",
		       "code\texposure\tdegree", err))
		return -1;
	c->v = mem_array(c->table.n_rows, sizeof(*c->v));
	c->first = mem_array((size_t)t->n_v3 + 1, sizeof(*c->first));
	return read_rows(c, t, err);
}

void conditions_free(struct conditions *c)
{
	free(c->v);
	free(c->first);
	table_close(&c->table);
}

size_t rome_conditions(const struct refdata *rd, uint16_t trade,
		       const struct condition **out)
{
	const struct conditions *c = &rd->conditions;
	if (trade >= rd->trades.n_v3)
		return 0;
	*out = c->v + c->first[trade];
	return c->first[trade + 1] - c->first[trade];
}
