/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of employers engaged for handicap, as an administrator keeps it: a
 * table with the columns siret and status (certified: by the public employment
 * service; declared: by the employer). The collector opens no file of ours, so
 * it travels in the configuration. */
#include <etrier/arena.h>
#include <etrier/csv.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/str.h>

#include "settings_parts.h"
#include "yfile.h"

#include <stdlib.h>
#include <string.h>

enum { EMPLOYERS_MAX = 100000, SIRET_DIGITS = 14 };
#define EMPLOYERS_FILE_MAX ((size_t)8 * 1024 * 1024)

static int column(const struct csv_table *t, const char *name)
{
	for (unsigned i = 0; i < t->header.n; i++)
		if (str_eq(t->header.fields[i], name))
			return (int)i;
	return -1;
}

static const char *cell(const struct csv_row *row, int at)
{
	return at >= 0 && (unsigned)at < row->n ? row->fields[at] : "";
}

static bool is_siret(const char *s)
{
	return strlen(s) == SIRET_DIGITS &&
	       strspn(s, "0123456789") == SIRET_DIGITS;
}

static void read_rows(struct settings_load *l, const char *file,
		      const struct csv_table *t)
{
	int siret = column(t, "siret"), status = column(t, "status");
	json_t *out = json_object();
	if (siret < 0 || status < 0 || t->n_rows > EMPLOYERS_MAX)
		diag_add(l->diags, DIAG_ERROR, file, 1, 1,
			 "a table with the columns siret and status is wanted, "
			 "of at most %d rows",
			 EMPLOYERS_MAX);
	for (size_t i = 0; siret >= 0 && status >= 0 && i < t->n_rows; i++) {
		const char *s = cell(&t->rows[i], siret);
		const char *how = cell(&t->rows[i], status);
		bool is_certified = str_eq(how, "certified");
		if (!is_siret(s) || (!is_certified && !str_eq(how, "declared")))
			diag_add(l->diags, DIAG_ERROR, file, t->rows[i].line, 1,
				 "a SIRET of 14 digits and certified or "
				 "declared are wanted");
		/* On both lists: the stronger word. */
		else if (is_certified || !json_object_get(out, s))
			js_put_str(out, s, how);
	}
	json_object_set_new(l->s->lexicons, "employers", out);
}

void settings_load_employers(struct settings_load *l)
{
	const char *file = settings_text(l->s->all, "paths.employers");
	struct csv_table t;
	struct err err;
	size_t n;
	if (!file)
		return;
	char *bytes =
		yfile_read(l->arena, file, EMPLOYERS_FILE_MAX, &n, l->diags);
	if (!bytes)
		return;
	if (csv_read(l->arena, bytes, n, &t, &err))
		diag_add(l->diags, DIAG_ERROR, file, 0, 0, "%s", err.text);
	else
		read_rows(l, file, &t);
}
