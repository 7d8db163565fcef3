/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of a CSV stream as JSON objects.
 *
 * Our own automaton and not libcsv: libcsv keeps a field without bound, stops
 * at the first misplaced quote or accepts them all, and cannot say that one row
 * is to be given up. All encodings read here are ASCII below 0x80, so the
 * automaton runs on the bytes as they came and only finished fields are
 * decoded; that makes every decision independent of how the bytes were fed.
 *
 *   BEGIN --"--> QUOTED --"--> QUOTE --blank--> AFTER
 *     |            ^-----"-------'                |
 *     '--other--> PLAIN <------ other (a fault) --'
 *   a separator or line end in BEGIN, PLAIN, QUOTE, AFTER leads to BEGIN */
#include "latin.h"
#include "nfc.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/csv_split.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BOM		"\xEF\xBB\xBF"
#define COLUMN_NAME_MAX 200 /* bytes of a column's name, as of a path */

enum state { BEGIN, PLAIN, QUOTED, QUOTE, AFTER };

struct csv_split {
	char separator;
	enum csv_encoding encoding;
	struct js_split_limits limits;
	js_split_fn *on_record;
	void *ctx;
	struct err broken;

	struct arena arena; /* of names */
	const char **names; /* NULL: not yet; "" a column left out */
	size_t n_names;

	struct buf head;
	bool has_begun; /* the head was judged */

	enum state state;
	uint64_t line, row_line;
	/* The row in hand: its fields one behind the other. */
	struct buf row;
	size_t ends[CSV_SPLIT_COLUMNS_MAX];
	size_t n_fields; /* may count more than there are ends */
	bool is_too_large;
	const char *fault;
	int64_t n_records;
	struct buf decoded;
};

/* ---- encoding ---- */

/* Leaves AUTO when all is ASCII. */
static enum csv_encoding judge(const char *s, size_t n)
{
	size_t good = 0, bad = 0;
	uint32_t cp;
	for (size_t i = 0, len; i < n; i += len) {
		len = utf8_sequence(s + i, n - i, &cp);
		good += len > 1;
		bad += !len;
		len += !len;
	}
	if (!good && !bad)
		return CSV_ENCODING_AUTO;
	return good > bad ? CSV_ENCODING_UTF8 : CSV_ENCODING_WINDOWS_1252;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Field i of the row, trimmed and as UTF-8; false: not of the encoding. */
static bool field(struct csv_split *c, size_t i, const char **s, size_t *n)
{
	size_t from = i ? c->ends[i - 1] : 0, to = c->ends[i];
	const char *row = c->row.data ? c->row.data : "";
	while (from < to && is_blank(row[from]))
		from++;
	while (to > from && is_blank(row[to - 1]))
		to--;
	*s = row + from;
	*n = to - from;
	if (c->encoding == CSV_ENCODING_AUTO ||
	    c->encoding == CSV_ENCODING_UTF8)
		return utf8_is_valid(*s, *n);
	buf_reset(&c->decoded);
	bool all = latin_to_utf8(c->encoding == CSV_ENCODING_ISO_8859_15
					 ? LATIN_9
					 : LATIN_WINDOWS_1252,
				 *s, *n, &c->decoded);
	*s = c->decoded.data ? c->decoded.data : "";
	*n = c->decoded.len;
	return all;
}

/* ---- names of columns ---- */

static bool is_taken(const struct csv_split *c, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(c->names[i], name))
			return true;
	return false;
}

/* c->names has room for it and holds the i names before. */
static void name_column(struct csv_split *c, size_t i, const char *text)
{
	char *name =
		utf8_clean(&c->arena, text, UTF8_ONE_LINE, COLUMN_NAME_MAX);
	for (char *p = name; (p = strpbrk(p, ".[]"));)
		*p = '_';
	const char *free_name = name;
	for (int k = 2; *name && is_taken(c, i, free_name); k++)
		free_name = arena_printf(&c->arena, "%s %d", name, k);
	c->names[i] = free_name;
}

static void take_header(struct csv_split *c)
{
	size_t n;
	const char *s;
	if (c->is_too_large || c->n_fields > CSV_SPLIT_COLUMNS_MAX ||
	    c->fault) {
		err_set(&c->broken, ERR_INPUT,
			"line %" PRIu64 ": the header line: %s", c->row_line,
			c->fault	  ? c->fault
			: c->is_too_large ? "too long"
					  : "too many columns");
		return;
	}
	c->names = arena_array(&c->arena, c->n_fields, sizeof(*c->names));
	for (size_t i = 0; i < c->n_fields; i++) {
		if (!field(c, i, &s, &n)) {
			err_set(&c->broken, ERR_INPUT,
				"line %" PRIu64 ": the header line is not of "
				"the document's encoding",
				c->row_line);
			return;
		}
		name_column(c, i, arena_dup_n(&c->arena, s, n));
	}
	c->n_names = c->n_fields;
}

/* ---- rows ---- */

static void deliver(struct csv_split *c, json_t *record, const char *fault)
{
	struct err why;
	if (c->n_records == c->limits.max_elements) {
		json_decref(record);
		err_set(&c->broken, ERR_LIMIT, "more than %" PRId64 " records",
			c->limits.max_elements);
		return;
	}
	c->n_records++;
	if (!record)
		err_set(&why, c->is_too_large ? ERR_LIMIT : ERR_INPUT,
			"record %" PRId64 " (line %" PRIu64 "): %s",
			c->n_records, c->row_line, fault);
	int rc = c->on_record(c->ctx, record, record ? NULL : &why);
	json_decref(record);
	if (rc)
		err_set(&c->broken, ERR_LIMIT,
			"stopped by the reader at record %" PRId64,
			c->n_records);
}

/* The row as an object; NULL with the fault. */
static json_t *row_object(struct csv_split *c, const char **fault)
{
	json_t *o = json_object();
	for (size_t i = 0; i < c->n_names; i++) {
		const char *s;
		size_t n;
		if (!field(c, i, &s, &n)) {
			json_decref(o);
			*fault = "bytes that are not of the document's "
				 "encoding";
			return NULL;
		}
		if (n && *c->names[i])
			json_object_set_new(o, c->names[i], json_stringn(s, n));
	}
	return o;
}

/* Nothing but blanks: a spacer, whatever its number of fields. */
static bool is_spacer(const struct csv_split *c)
{
	for (size_t i = 0; i < c->row.len; i++)
		if (!is_blank(c->row.data[i]))
			return false;
	return !c->is_too_large;
}

static void take_row(struct csv_split *c)
{
	struct err e;
	const char *fault = c->fault;
	json_t *o = NULL;
	if (c->encoding == CSV_ENCODING_AUTO && c->row.len)
		c->encoding = judge(c->row.data, c->row.len);
	if (c->is_too_large) {
		err_set(&e, ERR_LIMIT, "larger than %zu bytes",
			c->limits.max_element);
		fault = e.text;
	} else if (!fault && c->n_fields != c->n_names) {
		err_set(&e, ERR_INPUT, "%zu fields where there are %zu columns",
			c->n_fields, c->n_names);
		fault = e.text;
	} else if (!fault && memchr(c->row.data, '\0', c->row.len)) {
		fault = "a NUL byte";
	}
	if (!fault)
		o = row_object(c, &fault);
	deliver(c, o, fault);
}

static void end_field(struct csv_split *c)
{
	if (c->n_fields < CSV_SPLIT_COLUMNS_MAX)
		c->ends[c->n_fields] = c->row.len;
	c->n_fields++;
}

static void end_row(struct csv_split *c)
{
	end_field(c);
	if (!is_spacer(c)) {
		if (c->names)
			take_row(c);
		else
			take_header(c);
	}
	buf_reset(&c->row);
	c->n_fields = 0;
	c->is_too_large = false;
	c->fault = NULL;
	c->row_line = c->line;
}

static void add(struct csv_split *c, const char *s, size_t n)
{
	if (c->is_too_large)
		return;
	buf_add(&c->row, s, n);
	if (!c->row.too_big)
		return;
	c->is_too_large = true;
	buf_reset(&c->row);
}

/* ---- the automaton ---- */

/* A separator or line end at *p. */
static bool ends_field(struct csv_split *c, const char *p)
{
	if (*p == c->separator) {
		end_field(c);
	} else if (*p == '\n' || *p == '\r') {
		c->line += *p == '\n';
		end_row(c);
	} else {
		return false;
	}
	c->state = BEGIN;
	return true;
}

static const char *plain(struct csv_split *c, const char *p, const char *end)
{
	const char *from = p;
	while (p < end && *p != c->separator && *p != '\n' && *p != '\r')
		p++;
	add(c, from, (size_t)(p - from));
	return p < end && ends_field(c, p) ? p + 1 : p;
}

static const char *quoted(struct csv_split *c, const char *p, const char *end)
{
	const char *quote = memchr(p, '"', (size_t)(end - p));
	const char *stop = quote ? quote : end;
	add(c, p, (size_t)(stop - p));
	for (; (p = memchr(p, '\n', (size_t)(stop - p))); p++)
		c->line++;
	if (quote)
		c->state = QUOTE;
	return quote ? quote + 1 : end;
}

/* One byte at the edge of a field; returns past what was used. */
static const char *edge(struct csv_split *c, const char *p)
{
	bool was_quoted = c->state != BEGIN;
	if (*p == '"' && c->state == QUOTE)
		add(c, p, 1);
	if (*p == '"' && c->state != AFTER) {
		c->state = QUOTED;
		return p + 1;
	}
	if (ends_field(c, p))
		return p + 1;
	if (*p == ' ' || *p == '\t') {
		c->state = was_quoted ? AFTER : BEGIN;
		return p + 1;
	}
	if (was_quoted)
		c->fault = "text behind a closing quote";
	c->state = PLAIN;
	return p;
}

static void run(struct csv_split *c, const char *p, const char *end)
{
	while (p < end && !c->broken.kind) {
		if (c->state == PLAIN)
			p = plain(c, p, end);
		else if (c->state == QUOTED)
			p = quoted(c, p, end);
		else
			p = edge(c, p);
	}
}

/* ---- the head ---- */

static const char *line_end(const char *p, const char *end)
{
	bool in_quotes = false;
	for (; p < end && (in_quotes || (*p != '\n' && *p != '\r')); p++)
		in_quotes ^= *p == '"';
	return p;
}

static char most_frequent(const char *p, const char *end)
{
	/* French spreadsheets write ; so it stands first among equals. */
	static const char candidates[] = ";,\t|";
	size_t counts[sizeof(candidates) - 1] = {0}, best = 0;
	bool in_quotes = false;
	for (; p < end; p++) {
		const char *at = memchr(candidates, *p, ARRAY_LEN(counts));
		in_quotes ^= *p == '"';
		if (at && !in_quotes)
			counts[at - candidates]++;
	}
	for (size_t i = 1; i < ARRAY_LEN(counts); i++)
		if (counts[i] > counts[best])
			best = i;
	return candidates[best];
}

/* Returns past a line "sep=;". */
static const char *find_separator(struct csv_split *c, const char *p,
				  const char *end)
{
	const char *eol = line_end(p, end);
	if (eol - p == 5 && memcmp(p, "sep=", 4) == 0 &&
	    strchr(";,\t|", p[4])) {
		c->separator = c->separator ? c->separator : p[4];
		return eol;
	}
	if (!c->separator)
		c->separator = most_frequent(p, eol);
	return p;
}

static void begin(struct csv_split *c)
{
	const char *p = c->head.data ? c->head.data : "";
	const char *end = p + c->head.len;
	bool is_full = c->head.len == CSV_SPLIT_HEAD;
	c->has_begun = true;
	if (c->head.len >= 3 && memcmp(p, BOM, 3) == 0) {
		p += 3;
		if (c->encoding == CSV_ENCODING_AUTO)
			c->encoding = CSV_ENCODING_UTF8;
	}
	/* The last character of a full head may be cut. */
	if (c->encoding == CSV_ENCODING_AUTO)
		c->encoding = judge(p, (size_t)(end - p) - (is_full ? 3 : 0));
	if (memchr(p, '\0', (size_t)(end - p))) {
		err_set(&c->broken, ERR_INPUT,
			"a NUL byte: UTF-16, or no table at all");
		return;
	}
	while (p < end && is_blank(*p)) {
		c->line += *p == '\n';
		p++;
	}
	if (p < end && strchr("<{[", *p)) {
		err_set(&c->broken, ERR_INPUT,
			"no table of CSV: it begins with %c", *p);
		return;
	}
	p = find_separator(c, p, end);
	c->row_line = c->line;
	run(c, p, end);
	if (is_full && !c->names && !c->broken.kind)
		err_set(&c->broken, ERR_INPUT,
			"no header line in the first %zu bytes",
			CSV_SPLIT_HEAD);
	buf_clear(&c->head);
}

/* ---- the outside ---- */

struct csv_split *csv_split_new(const struct csv_split_options *options,
				const struct js_split_limits *limits,
				js_split_fn *on_record, void *ctx)
{
	struct csv_split *c = mem_alloc(sizeof(*c));
	c->separator = options->separator;
	c->encoding = options->encoding;
	c->limits = *limits;
	c->on_record = on_record;
	c->ctx = ctx;
	c->line = c->row_line = 1;
	arena_init(&c->arena);
	buf_init(&c->head, CSV_SPLIT_HEAD);
	buf_init(&c->row, limits->max_element);
	buf_init(&c->decoded, limits->max_element * 3);
	BUG_ON(options->n_columns > CSV_SPLIT_COLUMNS_MAX);
	if (!options->n_columns)
		return c;
	c->n_names = options->n_columns;
	c->names = arena_array(&c->arena, c->n_names, sizeof(*c->names));
	for (size_t i = 0; i < c->n_names; i++)
		name_column(c, i, options->columns[i]);
	return c;
}

void csv_split_free(struct csv_split *c)
{
	if (!c)
		return;
	buf_clear(&c->head);
	buf_clear(&c->row);
	buf_clear(&c->decoded);
	arena_clear(&c->arena);
	free(c);
}

static int outcome(const struct csv_split *c, struct err *err)
{
	if (!c->broken.kind)
		return 0;
	return err_set(err, c->broken.kind, "%s", c->broken.text);
}

int csv_split_feed(struct csv_split *c, const char *bytes, size_t n,
		   struct err *err)
{
	if (c->broken.kind)
		return outcome(c, err);
	if (!c->has_begun) {
		size_t room = CSV_SPLIT_HEAD - c->head.len;
		size_t k = n < room ? n : room;
		buf_add(&c->head, bytes, k);
		bytes += k;
		n -= k;
		if (c->head.len == CSV_SPLIT_HEAD)
			begin(c);
	}
	if (c->has_begun)
		run(c, bytes, bytes + n);
	return outcome(c, err);
}

int csv_split_end(struct csv_split *c, struct err *err)
{
	if (!c->has_begun)
		begin(c);
	if (!c->broken.kind && c->state == QUOTED)
		err_set(&c->broken, ERR_INPUT,
			"line %" PRIu64 ": a quote is opened and never closed: "
			"the document is cut",
			c->row_line);
	if (!c->broken.kind)
		end_row(c);
	if (!c->broken.kind && !c->names)
		err_set(&c->broken, ERR_INPUT, "there is no header line");
	return outcome(c, err);
}
