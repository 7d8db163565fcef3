/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of a feed's file, in bounded memory: one row is kept, and of it the
 * places where its fields begin. Ten million rows go through here, so nothing
 * is allocated on the way and a plain field is copied in one run. */
#include "gtfs.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <stdlib.h>
#include <string.h>

enum { FIELD_BEGINS, PLAIN, QUOTED, QUOTE_IN_QUOTED, AFTER_CR };

static int fault(const struct gtfs_rows *r, struct err *err, const char *what)
{
	return err_set(err, ERR_INPUT, "%s:%zu: %s", r->name, r->line + 1,
		       what);
}

/* --- a row is whole ---------------------------------------------------------
 */

static char *trimmed(char *s)
{
	size_t n;

	while (*s == ' ' || *s == '\t')
		s++;
	n = strlen(s);
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		s[--n] = '\0';
	return s;
}

static int read_head(struct gtfs_rows *r, struct err *err)
{
	for (size_t w = 0; r->columns[w]; w++) {
		const char *name = r->columns[w] + (*r->columns[w] == '!');

		BUG_ON(w == GTFS_WANTED_MAX);
		r->at[w] = -1;
		for (size_t i = 0; i < r->n_fields && r->at[w] < 0; i++)
			if (!strcmp(trimmed(r->row + r->start[i]), name))
				r->at[w] = (int)i;
		if (r->at[w] < 0 && *r->columns[w] == '!')
			return err_set(err, ERR_INPUT, "%s: no column %s",
				       r->name, name);
	}
	r->has_head = true;
	return 0;
}

static int end_row(struct gtfs_rows *r, struct err *err)
{
	char *f[GTFS_WANTED_MAX], none[1] = "";
	bool is_blank;

	r->row[r->len] = '\0';
	is_blank = r->n_fields == 1 && !r->len;
	if (is_blank)
		goto next;
	if (!r->has_head) {
		if (read_head(r, err))
			return -1;
		goto next;
	}
	for (size_t w = 0; r->columns[w]; w++)
		f[w] = r->at[w] >= 0 && (size_t)r->at[w] < r->n_fields
			       ? trimmed(r->row + r->start[r->at[w]])
			       : none;
	if (r->on_row(r->ctx, f, err))
		return err_prefix(err, "%s:%zu", r->name, r->line + 1);
next:
	if (++r->rows > GTFS_ROWS_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d rows", r->name,
			       GTFS_ROWS_MAX);
	r->line++;
	r->len = r->n_fields = 0;
	r->state = FIELD_BEGINS;
	return 0;
}

/* --- bytes ------------------------------------------------------------------
 */

static int add(struct gtfs_rows *r, const char *bytes, size_t n,
	       struct err *err)
{
	if (n >= GTFS_ROW_BYTES_MAX - r->len)
		return err_set(err, ERR_LIMIT,
			       "%s:%zu: a row of more than %d bytes", r->name,
			       r->line + 1, GTFS_ROW_BYTES_MAX);
	memcpy(r->row + r->len, bytes, n);
	r->len += n;
	return 0;
}

static int begin_field(struct gtfs_rows *r, struct err *err)
{
	if (r->n_fields == GTFS_COLUMNS_MAX)
		return err_set(err, ERR_LIMIT, "%s:%zu: more than %d fields",
			       r->name, r->line + 1, GTFS_COLUMNS_MAX);
	r->start[r->n_fields++] = (uint32_t)r->len;
	return 0;
}

/* The byte that ends a field that is not, or no more, in quotes. */
static int end_field(struct gtfs_rows *r, char c, struct err *err)
{
	if (c == ',') {
		r->state = FIELD_BEGINS;
		return add(r, "", 1, err); /* the NUL of the field */
	}
	if (end_row(r, err))
		return -1;
	r->state = c == '\r' ? AFTER_CR : FIELD_BEGINS;
	return 0;
}

static bool ends_field(char c)
{
	return c == ',' || c == '\n' || c == '\r';
}

static size_t plain_run(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] != ',' && p[i] != '\n' && p[i] != '\r')
		i++;
	return i;
}

/* Takes at least one byte; how many, or 0 after a mistake. */
static size_t step(struct gtfs_rows *r, const char *p, size_t n,
		   struct err *err)
{
	size_t run = 1;

	switch (r->state) {
	case AFTER_CR:
		r->state = FIELD_BEGINS;
		if (*p == '\n')
			return 1;
		/* fall through */
	case FIELD_BEGINS:
		if (begin_field(r, err))
			return 0;
		if (*p == '"') {
			r->state = QUOTED;
			return 1;
		}
		r->state = PLAIN;
		/* fall through */
	case PLAIN:
		run = plain_run(p, n);
		if (run)
			return add(r, p, run, err) ? 0 : run;
		return end_field(r, *p, err) ? 0 : 1;
	case QUOTED:
		if (*p == '"') {
			r->state = QUOTE_IN_QUOTED;
			return 1;
		}
		return add(r, p, 1, err) ? 0 : 1;
	case QUOTE_IN_QUOTED:
		if (*p == '"') {
			r->state = QUOTED;
			return add(r, p, 1, err) ? 0 : 1;
		}
		if (ends_field(*p))
			return end_field(r, *p, err) ? 0 : 1;
		(void)fault(r, err, "text behind a closing quote");
		return 0;
	}
	return 0;
}

static int take(struct gtfs_rows *r, const char *bytes, size_t n,
		struct err *err)
{
	while (n) {
		size_t taken = step(r, bytes, n, err);

		if (!taken)
			return -1;
		bytes += taken;
		n -= taken;
	}
	return 0;
}

int gtfs_rows_feed(struct gtfs_rows *r, const char *bytes, size_t n,
		   struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (memchr(bytes, '\0', n))
		return fault(r, err, "a NUL byte: no text");
	if (!r->row)
		r->row = mem_alloc(GTFS_ROW_BYTES_MAX);
	/* The mark may come in pieces; what only begins like it is text. */
	while (n && r->n_mark < 3 && !r->is_begun && *bytes == mark[r->n_mark])
		r->n_mark++, bytes++, n--;
	if (!r->is_begun && (n || r->n_mark == 3)) {
		r->is_begun = true;
		if (r->n_mark < 3 && take(r, mark, r->n_mark, err))
			return -1;
	}
	return take(r, bytes, n, err);
}

int gtfs_rows_end(struct gtfs_rows *r, struct err *err)
{
	int result = 0;

	if (r->state == QUOTED)
		result = fault(r, err, "a quote is open at the end");
	else if (r->n_fields)
		result = end_row(r, err);
	if (!result && !r->has_head)
		result = err_set(err, ERR_INPUT, "%s: no header line", r->name);
	gtfs_rows_clear(r);
	return result;
}

void gtfs_rows_clear(struct gtfs_rows *r)
{
	free(r->row);
	r->row = NULL;
}
