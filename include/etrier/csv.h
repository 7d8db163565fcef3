/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CSV_H
#define ETRIER_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct err;

/* A table read whole from CSV as spreadsheets write it: UTF-8 (BOM or not),
 * else Windows-1252 (a byte outside it is an error with its offset); separator
 * ; , or tab by the header line ("sep=;" obeyed); "quoted", doubled quotes,
 * line ends inside quotes; CRLF or LF. Reading is strict: an unterminated or
 * misplaced quote is an error with the line. */
#define CSV_FILE_MAX	((size_t)256 * 1024 * 1024)
#define CSV_COLUMNS_MAX 200
#define CSV_FIELD_MAX	((size_t)64 * 1024)

struct csv_row {
	unsigned line;	     /* first line of the row in the file, from 1 */
	unsigned n;	     /* fields; may differ from the header's count */
	const char **fields; /* trimmed, valid UTF-8, NFC */
};

struct csv_table {
	const char *encoding; /* "UTF-8", "UTF-8 with BOM", "Windows-1252" */
	char separator;
	struct csv_row header;
	struct csv_row *rows; /* left out: lines blank or of separators only */
	size_t n_rows;
};

/* Everything in *t lives in the arena. 0 or -1 (ERR_INPUT, ERR_LIMIT). A file
 * without a header line is an error. (The name csv_parse is libcsv's.) */
int csv_read(struct arena *a, const char *bytes, size_t n, struct csv_table *t,
	     struct err *err);

/* Append one field, then the separator or (is_last) a LF; quoted when needed. A
 * field that a spreadsheet would run as a formula (= + - @ tab CR first, unless
 * a plain number or +phone) is written with a ' before it. */
void csv_write_field(struct buf *out, const char *s, char separator,
		     bool is_last);

#endif
