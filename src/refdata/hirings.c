/* SPDX-License-Identifier: EUPL-1.2 */
/* Who hires for which trade: the hirings of a year by the employer's activity,
 * as shares of all that the activity hired. A fact about employers in general,
 * never about one of them. */
#include "tables.h"

#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

/* Ten times the hirings of the country in a year: more is a damaged table. */
#define HIRINGS_MAX 300000000
#define NAF_LENGTH  5

/* "1071C" from that or "10.71c"; false when it is no activity. */
static bool naf_key(const char *naf, char key[NAF_LENGTH + 1])
{
	size_t n = 0;
	for (; *naf; naf++) {
		bool is_letter = (*naf >= 'A' && *naf <= 'Z') ||
				 (*naf >= 'a' && *naf <= 'z');
		if (*naf == '.' && n == 2)
			continue;
		if (n == NAF_LENGTH || is_letter != (n == NAF_LENGTH - 1) ||
		    (!is_letter && (*naf < '0' || *naf > '9')))
			return false;
		key[n++] = *naf >= 'a' ? (char)(*naf - 'a' + 'A') : *naf;
	}
	key[n] = '\0';
	return n == NAF_LENGTH;
}

static int compare(const void *x, const void *y)
{
	const struct hiring *a = x, *b = y;
	int order = strcmp(a->naf, b->naf);
	return order ? order : (int)a->trade - (int)b->trade;
}

static int read_row(struct trades *t, struct table *table, char *const *f,
		    struct err *err)
{
	struct hiring *now = &t->hirings[t->n_hirings];
	int64_t n;
	if (!naf_key(f[0], now->naf) || strcmp(now->naf, f[0]) != 0)
		return table_fault(table, err, "no activity");
	now->trade = trades_find(t, f[1]);
	if (now->trade == ROME_NONE)
		return table_fault(table, err, "an unknown trade");
	if (num_parse_int(f[2], 1, HIRINGS_MAX, &n))
		return table_fault(table, err, "not 1 to %d", HIRINGS_MAX);
	now->n = (uint32_t)n;
	if (t->n_hirings && compare(now - 1, now) >= 0)
		return table_fault(table, err, "not in order");
	t->n_hirings++;
	return 0;
}

static void sum_activities(struct trades *t)
{
	for (size_t i = 0, end; i < t->n_hirings; i = end) {
		uint64_t sum = 0;
		for (end = i; end < t->n_hirings &&
			      !strcmp(t->hirings[i].naf, t->hirings[end].naf);
		     end++)
			sum += t->hirings[end].n;
		for (size_t j = i; j < end; j++)
			t->hirings[j].n_activity =
				sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
	}
}

int hirings_load(struct trades *t, const char *dir, struct err *err)
{
	struct table table;
	char *f[TABLE_COLUMNS_MAX];
	int more;
	if (table_open(&table, dir, "rome_naf.tsv", "naf\trome\thirings", err))
		return -1;
	t->hirings_version = mem_dup(table.version);
	t->hirings = mem_array(table.n_rows, sizeof(*t->hirings));
	while ((more = table_next(&table, f, err)) > 0)
		if (read_row(t, &table, f, err)) {
			more = -1;
			break;
		}
	sum_activities(t);
	table_close(&table);
	return more;
}

uint16_t rome_share_of_activity(const struct refdata *rd, const char *naf,
				uint16_t trade)
{
	const struct trades *t = &rd->trades;
	struct hiring key = {.trade = trade};
	if (!naf || !naf_key(naf, key.naf))
		return 0;
	const struct hiring *h = bsearch(&key, t->hirings, t->n_hirings,
					 sizeof(*t->hirings), compare);
	if (!h)
		return 0;
	return (uint16_t)((uint64_t)h->n * 1000 / h->n_activity);
}
