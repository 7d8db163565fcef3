/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CTL_IMPORT_H
#define ETRIER_CTL_IMPORT_H

#include <etrier/csv.h>
#include <etrier/map.h>

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

/* The three tables that can be imported, seen alike. */
enum import_kind { IMPORT_YOUTHS, IMPORT_AGENCIES, IMPORT_ADVISERS };
struct import_table {
	enum import_kind kind;
	const char *name; /* "youths" */
	const char *line; /* "youth": the type of its lines on the wire */
};
const struct import_table *import_table_find(const char *name);
/* Column i of the table, NULL at the end; *is_required may be NULL. */
const char *import_column(const struct import_table *t, size_t i,
			  bool *is_required);
/* As person_cell(). */
json_t *import_cell(const struct import_table *t, const char *column,
		    const char *text, struct err *err);

/* --map: other headings and words for the same things.
 *   columns: {"N° dossier": ref, ...}
 *   values: {consent_sms: {Oui: yes, Non: no}, ...}
 *   constants: {channel: sms} */
struct import_map {
	json_t *columns, *values, *constants; /* objects, never NULL */
};
/* path NULL: an empty map. Mistakes are printed as diagnostics. */
int import_map_load(const char *path, const struct import_table *t,
		    struct import_map *out);
void import_map_clear(struct import_map *m);

/* A file whose every cell was checked. Rows are made again one by one when
 * they are sent: 180 000 of them at once would be most of a gigabyte. */
struct import_reject {
	size_t row; /* index into the table's rows */
	/* Of all that is wrong with it: "birth_date, phone"; one reason each */
	char *columns, *reasons;
};
struct import_rows {
	const struct import_table *table;
	const struct import_map *map;
	const struct csv_table *csv;
	/* per CSV column, NULL: unknown */
	const char *columns[CSV_COLUMNS_MAX];
	unsigned
		*reject_of; /* per row: number of its reject, from 1; 0: good */
	struct import_reject *rejects;
	size_t n_rejects, cap_rejects;
	size_t n_good;
};
/* Finds the columns and checks every cell. -1 when the header will not do. */
int import_rows_read(const struct import_table *t, const struct import_map *m,
		     const struct csv_table *csv, struct arena *a,
		     struct import_rows *out, struct err *err);
/* What is wrong with a row; more than once for more than one thing. */
void import_reject_row(struct import_rows *r, size_t row, const char *column,
		       const char *reason);
/* The row as an object of checked values; of a rejected one, what could be
 * read. New reference. */
json_t *import_row(const struct import_rows *r, size_t row);
/* The columns that come with every row, constants of the map included; new. */
json_t *import_columns(const struct import_rows *r);
void import_rows_clear(struct import_rows *r);

#endif
