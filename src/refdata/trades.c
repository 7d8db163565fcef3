/* SPDX-License-Identifier: EUPL-1.2 */
/* Trades: the codes of the ROME v3 as numbers in their order, the v4 codes
 * that reduce to them, how near they are to one another, and their titles. The
 * proximities are a full square of 16-bit numbers, half a megabyte, because
 * the matcher asks for one per pair of an offer and a young person. */
#include "tables.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdlib.h>
#include <string.h>

#define PROXIMITY_MAX 1000
#define V4_MAX	      4096 /* room is kept for their labels among titles */

static int load_v3(struct trades *t, const char *dir, struct err *err)
{
	char *f[TABLE_COLUMNS_MAX];
	int more;
	if (table_open(&t->v3_table, dir, "rome_v3.tsv", "code\tlabel", err))
		return -1;
	if (t->v3_table.n_rows > ROME_COUNT_MAX)
		return table_fault(&t->v3_table, err, "more than %d trades",
				   ROME_COUNT_MAX);
	t->v3 = mem_array(t->v3_table.n_rows, sizeof(*t->v3));
	while ((more = table_next(&t->v3_table, f, err)) > 0) {
		struct trade *now = &t->v3[t->n_v3];
		const struct trade *before = t->n_v3 ? now - 1 : NULL;
		if (strlen(f[0]) != 5 ||
		    (before && strcmp(before->code, f[0]) >= 0))
			return table_fault(&t->v3_table, err,
					   "codes not in order");
		/* NOLINTNEXTLINE: the table holds n_rows */
		*now = (struct trade){f[0], f[1], f[1], 0};
		if (before)
			now->family = (uint16_t)(before->family +
						 (strncmp(before->code, f[0],
							  3) != 0));
		t->n_v3++;
	}
	return more;
}

static int compare_v3(const void *key, const void *row)
{
	return strcmp(key, ((const struct trade *)row)->code);
}

static int compare_v4(const void *key, const void *row)
{
	return strcmp(key, ((const struct trade_v4 *)row)->code);
}

static uint16_t find_v3(const struct trades *t, const char *code)
{
	const struct trade *v3 =
		bsearch(code, t->v3, t->n_v3, sizeof(*t->v3), compare_v3);
	return v3 ? (uint16_t)(v3 - t->v3) : ROME_NONE;
}

uint16_t trades_find(const struct trades *t, const char *code)
{
	uint16_t trade = code ? find_v3(t, code) : ROME_NONE;
	const struct trade_v4 *v4;
	if (!code || trade != ROME_NONE)
		return trade;
	v4 = bsearch(code, t->v4, t->n_v4, sizeof(*t->v4), compare_v4);
	return v4 ? v4->trade : ROME_NONE;
}

/* The labels of v4 are job names. They count as titles where no official title
 * says otherwise, and that of the same code names the v3 trade. */
static int load_v4(struct trades *t, const char *dir, struct err *err)
{
	struct arena a;
	char *f[TABLE_COLUMNS_MAX];
	int more;
	if (table_open(&t->v4_table, dir, "rome_v4.tsv", "code\tv3\tlabel",
		       err))
		return -1;
	if (t->v4_table.n_rows > V4_MAX)
		return table_fault(&t->v4_table, err, "more than %d codes",
				   V4_MAX);
	t->v4 = mem_array(t->v4_table.n_rows, sizeof(*t->v4));
	arena_init(&a);
	while ((more = table_next(&t->v4_table, f, err)) > 0) {
		uint16_t trade = find_v3(t, f[1]), same = find_v3(t, f[0]);
		if (trade == ROME_NONE ||
		    (t->n_v4 && strcmp(t->v4[t->n_v4 - 1].code, f[0]) >= 0)) {
			more = table_fault(
				&t->v4_table, err,
				"an unknown parent, or not in order");
			break;
		}
		titles_add(&t->titles, &a, f[2], trade, TITLES_IF_ABSENT);
		arena_reset(&a);
		title_first_form(f[2]);
		if (same != ROME_NONE)
			t->v3[same].job = f[2];
		t->v4[t->n_v4++] = (struct trade_v4){f[0], f[2], trade};
	}
	arena_clear(&a);
	return more;
}

static int read_titles(struct trades *t, struct err *err)
{
	struct table *table = &t->titles_table;
	struct arena a;
	char *f[TABLE_COLUMNS_MAX];
	int more;
	arena_init(&a);
	while ((more = table_next(table, f, err)) > 0) {
		uint16_t trade = find_v3(t, f[0]);
		if (trade == ROME_NONE) {
			more = table_fault(table, err, "an unknown trade");
			break;
		}
		titles_add(&t->titles, &a, f[1], trade, TITLES_OFFICIAL);
		t->official[t->n_official++] = (struct title){f[1], trade};
		arena_reset(&a);
	}
	arena_clear(&a);
	return more;
}

static int load_titles(struct trades *t, const char *dir, struct err *err)
{
	if (table_open(&t->titles_table, dir, "rome_titles.tsv", "code\ttitle",
		       err))
		return -1;
	t->official = mem_array(t->titles_table.n_rows, sizeof(*t->official));
	titles_init(&t->titles, t->titles_table.n_rows + V4_MAX);
	return read_titles(t, err);
}

static int read_proximity(struct trades *t, struct table *table,
			  struct err *err)
{
	char *f[TABLE_COLUMNS_MAX];
	int more;
	while ((more = table_next(table, f, err)) > 0) {
		uint16_t from = find_v3(t, f[0]), to = find_v3(t, f[1]);
		int64_t value;
		if (from == ROME_NONE || to == ROME_NONE)
			return table_fault(table, err, "an unknown trade");
		if (num_parse_int(f[2], 0, PROXIMITY_MAX, &value))
			return table_fault(table, err, "not 0 to %d",
					   PROXIMITY_MAX);
		t->proximity[(size_t)from * t->n_v3 + to] = (uint16_t)value;
	}
	return more;
}

static int load_proximity(struct trades *t, const char *dir, struct err *err)
{
	struct table table;
	size_t n = t->n_v3;
	if (table_open(&table, dir, "rome_proximity.tsv", "from\tto\tproximity",
		       err))
		return -1;
	t->n_proximity = table.n_rows;
	t->proximity_version = mem_dup(table.version);
	t->proximity = mem_array(n * n, sizeof(*t->proximity));
	int result = read_proximity(t, &table, err);
	for (size_t i = 0; i < n; i++)
		t->proximity[i * n + i] = PROXIMITY_MAX;
	table_close(&table);
	return result;
}

int trades_load(struct trades *t, const char *dir, struct err *err)
{
	if (load_v3(t, dir, err) || load_titles(t, dir, err) ||
	    load_v4(t, dir, err) || load_proximity(t, dir, err) ||
	    hirings_load(t, dir, err))
		return -1;
	return 0;
}

void trades_free(struct trades *t)
{
	free(t->v3);
	free(t->v4);
	free(t->proximity);
	free(t->official);
	free(t->hirings);
	free(t->proximity_version);
	free(t->hirings_version);
	titles_free(&t->titles);
	table_close(&t->v3_table);
	table_close(&t->v4_table);
	table_close(&t->titles_table);
}

uint16_t rome_count(const struct refdata *rd)
{
	return rd->trades.n_v3;
}

uint16_t rome_find(const struct refdata *rd, const char *code)
{
	return trades_find(&rd->trades, code);
}

const char *rome_code(const struct refdata *rd, uint16_t trade)
{
	return trade < rd->trades.n_v3 ? rd->trades.v3[trade].code : NULL;
}

const char *rome_label(const struct refdata *rd, uint16_t trade)
{
	return trade < rd->trades.n_v3 ? rd->trades.v3[trade].label : NULL;
}

const char *rome_job(const struct refdata *rd, uint16_t trade)
{
	return trade < rd->trades.n_v3 ? rd->trades.v3[trade].job : NULL;
}

uint16_t rome_family(const struct refdata *rd, uint16_t trade)
{
	return trade < rd->trades.n_v3 ? rd->trades.v3[trade].family
				       : ROME_NONE;
}

uint16_t rome_proximity(const struct refdata *rd, uint16_t from, uint16_t to)
{
	size_t n = rd->trades.n_v3;
	return from < n && to < n ? rd->trades.proximity[from * n + to] : 0;
}

uint16_t rome_by_title(const struct refdata *rd, const char *title)
{
	return title ? titles_find(&rd->trades.titles, title) : ROME_NONE;
}

const char *rome_title(const struct refdata *rd, size_t i, uint16_t *trade)
{
	const struct trades *t = &rd->trades;
	if (i < t->n_official) {
		*trade = t->official[i].trade;
		return t->official[i].pattern;
	}
	i -= t->n_official;
	if (i >= t->n_v4)
		return NULL;
	*trade = t->v4[i].trade;
	return t->v4[i].job;
}
