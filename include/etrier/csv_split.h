/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CSV_SPLIT_H
#define ETRIER_CSV_SPLIT_H

#include <etrier/js.h>

/* Rows of a CSV document of any size as JSON objects {header: text}, in bounded
 * memory. (Files about people, small and read strictly, are etrier/csv.h's.)
 *
 * Separator: given, or "sep=;" on a line of its own, or the one of ; , tab |
 * met most often outside quotes in the first line. "Quoted" fields with line
 * ends and doubled quotes; CRLF, LF or CR; a quote inside a field that does not
 * begin with one is a letter. Encoding, for the whole document: as given; else
 * UTF-8 when there is a byte order mark or the first CSV_SPLIT_HEAD bytes hold
 * more UTF-8 characters than bytes that are none, else Windows-1252 (a head of
 * nothing but ASCII leaves the question to the first row that is not).
 *
 * Keys are the names of the header line, or `columns`: trimmed, NFC, else as
 * written, but for . [ ] which a path could not name and which become _; the
 * second "x" is "x 2". A column without a name is left out. Values are trimmed;
 * an empty one is absent; a row without any value is skipped.
 *
 * A row costs only itself (element NULL) when its fields are not as many as the
 * columns, when it is larger than max_element, holds text behind a closing
 * quote, NUL, or bytes that are not of the document's encoding. */
#define CSV_SPLIT_HEAD	      ((size_t)64 * 1024) /* the header line fits in */
#define CSV_SPLIT_COLUMNS_MAX 500

enum csv_encoding {
	CSV_ENCODING_AUTO,
	CSV_ENCODING_UTF8,
	CSV_ENCODING_WINDOWS_1252,
	CSV_ENCODING_ISO_8859_15
};
struct csv_split_options {
	char separator; /* 0: find out */
	enum csv_encoding encoding;
	const char *const *columns; /* borrowed during csv_split_new() */
	size_t n_columns;	    /* 0: the first row names them */
};

struct csv_split;
struct csv_split *csv_split_new(const struct csv_split_options *options,
				const struct js_split_limits *limits,
				js_split_fn *on_record, void *ctx);
/* 0, or -1: no table (markup, JSON, UTF-16), no header line in the head, too
 * many columns or records, or on_record stopped. */
int csv_split_feed(struct csv_split *c, const char *bytes, size_t n,
		   struct err *err);
/* -1 also when a quote is open at the end (the document is cut) or there is no
 * header line. A header line alone is a table of no records. */
int csv_split_end(struct csv_split *c, struct err *err);
void csv_split_free(struct csv_split *c);

#endif
