/* SPDX-License-Identifier: EUPL-1.2 */
/* A table that was read has valid text in every field, and written again it
 * reads back the same (but for the guard against formulas). */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/csv.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void write_row(struct buf *out, const struct csv_row *row,
		      char separator)
{
	for (unsigned i = 0; i < row->n; i++) {
		BUG_ON(!utf8_is_valid(row->fields[i], strlen(row->fields[i])));
		csv_write_field(out, row->fields[i], separator,
				i + 1 == row->n);
	}
}

static void check_same(const struct csv_row *a, const struct csv_row *b)
{
	BUG_ON(a->n != b->n);
	for (unsigned i = 0; i < a->n; i++) {
		const char *s = b->fields[i];
		if (strcmp(a->fields[i], s) != 0)
			BUG_ON(*s != '\'' || strcmp(a->fields[i], s + 1) != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	struct csv_table t, again;
	struct err err = {0};
	struct buf out;
	arena_init(&a);
	buf_init(&out, (size_t)1 << 26);
	if (csv_read(&a, (const char *)data, n, &t, &err)) {
		BUG_ON(!err.kind || !err.text[0]);
	} else {
		/* The separator is told, since a header of quotes may hide
		 * it. */
		buf_printf(&out, "sep=%c\n", t.separator);
		write_row(&out, &t.header, t.separator);
		for (size_t i = 0; i < t.n_rows; i++)
			write_row(&out, &t.rows[i], t.separator);
		BUG_ON(csv_read(&a, out.data, out.len, &again, &err));
		BUG_ON(again.separator != t.separator);
		BUG_ON(again.n_rows != t.n_rows);
		check_same(&t.header, &again.header);
		for (size_t i = 0; i < t.n_rows; i++)
			check_same(&t.rows[i], &again.rows[i]);
	}
	buf_clear(&out);
	arena_clear(&a);
	return 0;
}
