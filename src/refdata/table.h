/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REFDATA_TABLE_H
#define REFDATA_TABLE_H

#include <stddef.h>

struct err;

/* One table of conf/refdata, read whole and cut into fields in place. */
#define TABLE_FILE_MAX ((size_t)16 * 1024 * 1024)
#define TABLE_ROWS_MAX                                        \
	65534 /* row numbers are uint16_t, the last is "none" \
	       */
#define TABLE_COLUMNS_MAX 8

struct table {
	char *bytes; /* the file; fields point into it */
	char *next;  /* first byte of the next row */
	char path[512];
	const char *version;
	unsigned line; /* of the row last read, from 1 */
	size_t n_rows; /* rows of data */
	size_t n_columns;
};

/* Reads DIR/NAME and checks its first lines: four of comment, the columns
 * (their names joined by tabs). -1: ERR_CONFIG with file:line. */
int table_open(struct table *t, const char *dir, const char *name,
	       const char *columns, struct err *err);
/* The next row, exactly n_columns fields: 1, or 0 at the end, or -1. */
int table_next(struct table *t, char **fields, struct err *err);
/* "FILE:LINE: text" as ERR_CONFIG; returns -1. */
int table_fault(const struct table *t, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void table_close(struct table *t);

#endif
