/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables from spreadsheets, on libcsv: encoding and separator are found out,
 * then the bytes are fed line by line, so that every row knows where it
 * began. Reading is strict, since a stray quote that swallows half a file
 * must not look like fewer young people. */
#include "nfc.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/csv.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <csv.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BOM "\xEF\xBB\xBF"
/* Bytes of UTF-8 that one byte of Windows-1252 becomes, at most. */
#define GROWTH 3
/* libcsv's state between two rows; the header does not name it. */
#define ROW_NOT_BEGUN 0

/* ---- encoding ---- */

struct text {
	const char *bytes;
	size_t n;
	const char *encoding;
	char *owned; /* NULL: bytes are borrowed */
};

static size_t first_invalid(const char *s, size_t n)
{
	uint32_t cp;
	for (size_t i = 0, len; i < n; i += len) {
		len = utf8_sequence(s + i, n - i, &cp);
		if (!len)
			return i;
	}
	return n;
}

static int from_windows(struct text *t, struct err *err)
{
	int rc = -1;
	char *in = mem_dup_n(t->bytes, t->n), *from = in;
	char *out = mem_alloc(t->n * GROWTH + 1), *to = out;
	size_t in_left = t->n, out_left = t->n * GROWTH;
	iconv_t cd = iconv_open("UTF-8", "CP1252");
	BUG_ON(cd == (iconv_t)-1); /* glibc has it built in */
	if (iconv(cd, &from, &in_left, &to, &out_left) == (size_t)-1) {
		err_set(err, ERR_INPUT,
			"byte %zu (0x%02X) is neither UTF-8 nor Windows-1252",
			t->n - in_left, (unsigned char)*from);
		goto out;
	}
	t->owned = out;
	t->bytes = out;
	t->n = (size_t)(to - out);
	t->encoding = "Windows-1252";
	out = NULL;
	rc = 0;
out:
	iconv_close(cd);
	free(in);
	free(out);
	return rc;
}

static int decode(const char *bytes, size_t n, struct text *t, struct err *err)
{
	*t = (struct text){.bytes = bytes, .n = n, .encoding = "UTF-8"};
	const char *nul = n ? memchr(bytes, '\0', n) : NULL;
	if (nul)
		return err_set(
			err, ERR_INPUT,
			"byte %zu is NUL: is the file UTF-16? Save it as "
			"CSV UTF-8",
			(size_t)(nul - bytes));
	if (n >= 3 && memcmp(bytes, BOM, 3) == 0) {
		t->bytes += 3;
		t->n -= 3;
		t->encoding = "UTF-8 with BOM";
	}
	if (utf8_is_valid(t->bytes, t->n))
		return 0;
	if (t->bytes == bytes)
		return from_windows(t, err);
	return err_set(err, ERR_INPUT,
		       "byte %zu is not UTF-8, which the file says it is",
		       3 + first_invalid(t->bytes, t->n));
}

/* ---- separator ---- */

static const char *line_end(const char *p, const char *end)
{
	const char *lf = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	return lf ? lf + 1 : end;
}

static bool is_blank_line(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p == end;
}

/* "sep=;" alone on a line, as Excel writes it. */
static bool is_sep_line(const char *p, const char *end, char *separator)
{
	while (end > p && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	if (end - p != 5 || memcmp(p, "sep=", 4) != 0 || !strchr(";,\t|", p[4]))
		return false;
	*separator = p[4];
	return true;
}

/* The candidate found most often outside quotes; ; when there is none. */
static char guess_separator(const char *p, const char *end)
{
	static const char candidates[] = ";,\t";
	size_t counts[3] = {0}, best = 0;
	bool is_quoted = false;
	for (; p < end; p++) {
		const char *c = memchr(candidates, *p, 3);
		if (*p == '"')
			is_quoted = !is_quoted;
		else if (c && !is_quoted)
			counts[c - candidates]++;
	}
	for (size_t i = 1; i < ARRAY_LEN(counts); i++) {
		if (counts[i] > counts[best])
			best = i;
	}
	return candidates[best];
}

/* ---- rows ---- */

struct reader {
	struct arena *arena;
	struct csv_table t;
	size_t cap_rows;
	const char *fields[CSV_COLUMNS_MAX];
	unsigned n_fields, line;
	unsigned row_line; /* where the row in hand began */
	bool has_header, has_value;
	struct err err; /* of a callback; kind set: stop */
};

static size_t blank_length(const char *s, size_t n)
{
	uint32_t cp;
	size_t len = utf8_sequence(s, n, &cp);
	bool is_blank = cp <= ' ' || cp == 0xA0 || cp == 0x202F || cp == 0xFEFF;
	return len && is_blank ? len : 0;
}

static size_t last_length(const char *s, size_t n)
{
	size_t k = 1;
	while (k < n && ((unsigned char)s[n - k] & 0xC0) == 0x80)
		k++;
	return k;
}

/* The field without blanks at its ends, no-break ones too. */
static const char *trimmed(struct arena *a, const char *s, size_t n)
{
	for (size_t k; n && (k = blank_length(s, n)); n -= k)
		s += k;
	while (n) {
		size_t k = last_length(s, n);
		if (!blank_length(s + n - k, k))
			break;
		n -= k;
	}
	return n ? nfc_dup(a, s, n) : "";
}

static void on_field(void *bytes, size_t n, void *ctx)
{
	struct reader *r = ctx;
	if (r->err.kind)
		return;
	if (n > CSV_FIELD_MAX) {
		err_set(&r->err, ERR_LIMIT,
			"line %u: a field is longer than %zu bytes",
			r->row_line, CSV_FIELD_MAX);
		return;
	}
	if (r->n_fields == CSV_COLUMNS_MAX) {
		err_set(&r->err, ERR_LIMIT, "line %u: more than %d columns",
			r->row_line, CSV_COLUMNS_MAX);
		return;
	}
	const char *field = trimmed(r->arena, bytes, n);
	r->has_value = r->has_value || *field;
	r->fields[r->n_fields++] = field;
}

static void add_row(struct reader *r, const struct csv_row *row)
{
	if (!r->has_header) {
		r->t.header = *row;
		r->has_header = true;
		return;
	}
	if (r->t.n_rows == r->cap_rows) {
		size_t cap = r->cap_rows ? r->cap_rows * 2 : 256;
		struct csv_row *rows =
			arena_array(r->arena, cap, sizeof(*rows));
		if (r->t.n_rows)
			memcpy(rows, r->t.rows, r->t.n_rows * sizeof(*rows));
		r->t.rows = rows;
		r->cap_rows = cap;
	}
	r->t.rows[r->t.n_rows++] = *row;
}

static void on_row(int ended_by, void *ctx)
{
	(void)ended_by;
	struct reader *r = ctx;
	if (r->err.kind)
		return;
	if (r->has_value) {
		size_t bytes = r->n_fields * sizeof(*r->fields);
		struct csv_row row = {.line = r->row_line,
				      .n = r->n_fields,
				      .fields = arena_alloc(r->arena, bytes)};
		memcpy(row.fields, r->fields, bytes);
		add_row(r, &row);
	}
	r->n_fields = 0;
	r->has_value = false;
}

static int library_error(struct csv_parser *parser, const struct reader *r,
			 struct err *err)
{
	if (csv_error(parser) == CSV_ENOMEM)
		mem_bug(__FILE__, __LINE__, "out of memory");
	if (csv_error(parser) == CSV_ETOOBIG)
		return err_set(err, ERR_LIMIT, "line %u: a field is too long",
			       r->row_line);
	if (r->row_line != r->line)
		return err_set(err, ERR_INPUT,
			       "line %u: a quote is misplaced, in the row that "
			       "begins on line %u",
			       r->line, r->row_line);
	return err_set(err, ERR_INPUT, "line %u: a quote is misplaced",
		       r->line);
}

/* One physical line; the row may go on in the next. */
static int feed_line(struct csv_parser *parser, struct reader *r, const char *p,
		     size_t n, struct err *err)
{
	if (parser->pstate == ROW_NOT_BEGUN)
		r->row_line = r->line;
	if (csv_parse(parser, p, n, on_field, on_row, r) != n)
		return library_error(parser, r, err);
	if (r->err.kind)
		return err_set(err, r->err.kind, "%s", r->err.text);
	return 0;
}

static int read_rows(struct reader *r, const char *p, const char *end,
		     struct err *err)
{
	int rc = -1;
	struct csv_parser parser;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL))
		mem_bug(__FILE__, __LINE__, "out of memory");
	csv_set_delim(&parser, (unsigned char)r->t.separator);
	for (const char *next; p < end; p = next, r->line++) {
		next = line_end(p, end);
		if (feed_line(&parser, r, p, (size_t)(next - p), err))
			goto out;
	}
	if (csv_fini(&parser, on_field, on_row, r)) {
		err_set(err, ERR_INPUT,
			"line %u: a quote is opened and never closed",
			r->row_line);
		goto out;
	}
	if (r->err.kind) {
		err_set(err, r->err.kind, "%s", r->err.text);
		goto out;
	}
	rc = 0;
out:
	csv_free(&parser);
	return rc;
}

int csv_read(struct arena *a, const char *bytes, size_t n, struct csv_table *t,
	     struct err *err)
{
	if (n > CSV_FILE_MAX)
		return err_set(err, ERR_LIMIT, "larger than %zu bytes",
			       CSV_FILE_MAX);
	struct text text;
	if (decode(bytes, n, &text, err))
		return -1;
	int rc = -1;
	struct reader r = {.arena = a, .line = 1};
	const char *p = text.bytes, *end = p + text.n;
	while (p < end && is_blank_line(p, line_end(p, end))) {
		p = line_end(p, end);
		r.line++;
	}
	if (is_sep_line(p, line_end(p, end), &r.t.separator)) {
		p = line_end(p, end);
		r.line++;
	} else {
		r.t.separator = guess_separator(p, line_end(p, end));
	}
	r.t.encoding = text.encoding;
	if (read_rows(&r, p, end, err))
		goto out;
	if (!r.has_header) {
		err_set(err, ERR_INPUT, "empty: there is no header line");
		goto out;
	}
	*t = r.t;
	rc = 0;
out:
	free(text.owned);
	return rc;
}

/* ---- writing ---- */

/* A sign and then digits, with the blanks, dots and commas of numbers. */
static bool is_number_or_phone(const char *s)
{
	s += *s == '+' || *s == '-';
	return *s >= '0' && *s <= '9' && !s[strspn(s, "0123456789., ")];
}

static bool is_formula(const char *s)
{
	if (*s == '+' || *s == '-')
		return !is_number_or_phone(s);
	return *s && strchr("=@\t\r", *s);
}

static bool wants_quotes(const char *s, char separator)
{
	size_t n = strlen(s);
	if (!n)
		return false;
	return s[0] == ' ' || s[0] == '\t' || s[n - 1] == ' ' ||
	       s[n - 1] == '\t' || strchr(s, separator) || strpbrk(s, "\"\r\n");
}

void csv_write_field(struct buf *out, const char *s, char separator,
		     bool is_last)
{
	bool is_quoted = wants_quotes(s, separator);
	if (is_quoted)
		buf_addc(out, '"');
	if (is_formula(s))
		buf_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '"')
			buf_addc(out, '"');
		buf_addc(out, *s);
	}
	if (is_quoted)
		buf_addc(out, '"');
	buf_addc(out, is_last ? '\n' : separator);
}
