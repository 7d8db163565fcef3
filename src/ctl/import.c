/* SPDX-License-Identifier: EUPL-1.2 */
/* etrierctl import: read and check the file here, under the caller's rights;
 * send the rows; the engine checks again, stages, shows the difference and
 * commits on `apply`. Nothing is lost: what is refused stands, with line,
 * column and reason, in FILE.rejected.csv. */
#include "import.h"
#include "ctl.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/diag.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/settings.h>
#include <etrier/str.h>
#include <etrier/wire.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REJECTED_SUFFIX ".rejected.csv"
/* Rejections also shown on the terminal; the file has them all. */
#define REJECTS_SHOWN 20

struct import {
	const struct ctl *ctl;
	const struct import_table *table;
	const char *file;
	const json_t *options;
	struct import_rows rows;
	json_t *diff; /* the engine's */
};

/* Rows stand in the order of their lines. */
static size_t row_of_line(const struct import_rows *r, int64_t line)
{
	size_t lo = 0, hi = r->csv->n_rows;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->csv->rows[mid].line < line)
			lo = mid + 1;
		else
			hi = mid;
	}
	bool found = lo < r->csv->n_rows && r->csv->rows[lo].line == line;
	return found ? lo : r->csv->n_rows;
}

static void on_row(void *ctx, json_t *row)
{
	struct import *im = ctx;
	const json_t *reject = json_object_get(row, "reject");
	json_t *diff = json_object_get(row, "diff");
	if (reject) {
		size_t i = row_of_line(&im->rows, js_int(reject, "line", 0));
		if (i < im->rows.csv->n_rows)
			import_reject_row(&im->rows, i,
					  js_str(reject, "column", ""),
					  js_str(reject, "reason", ""));
	} else if (diff) {
		json_decref(im->diff);
		im->diff = json_incref(diff);
	}
}

static void show_progress(size_t done, size_t all)
{
	if (!isatty(STDERR_FILENO) || (done % 1000 && done != all))
		return;
	fprintf(stderr, "\rsent %zu of %zu rows%s", done, all,
		done == all ? "\n" : "");
}

/* The line of one row, or NULL: rejected and nameless, the engine can do
 * nothing with it. */
static json_t *line_of(const struct import_rows *r, size_t i)
{
	json_t *row = import_row(r, i);
	const char *ref = js_str(row, "ref", NULL);
	json_t *line = NULL;
	if (!r->reject_of[i] || ref) {
		line = wire_line(r->table->line);
		js_put_int(line, "n", r->csv->rows[i].line, -1);
	}
	if (!r->reject_of[i]) {
		json_object_set(line, "row", row);
	} else if (ref) {
		/* so that it does not count as gone */
		json_object_set_new(line, "rejected", json_true());
		js_put_str(line, "ref", ref);
	}
	json_decref(row);
	return line;
}

static int send_rows(void *ctx, struct ctl_conn *conn)
{
	struct import *im = ctx;
	size_t n = im->rows.csv->n_rows;
	for (size_t i = 0; i < n; i++) {
		json_t *line = line_of(&im->rows, i);
		if (line && ctl_send(conn, line))
			return -1;
		show_progress(i + 1, n);
	}
	return ctl_send(conn, wire_line("apply"));
}

static int by_row(const void *a, const void *b)
{
	const struct import_reject *x = a, *y = b;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* The rejected rows as they were, each once, with three columns in front; a
 * BOM because spreadsheets take a file without one for Windows-1252. */
static void write_rejected(const struct import_rows *r, struct buf *out)
{
	char sep = r->csv->separator, line[16];
	const struct csv_row *h = &r->csv->header;
	buf_adds(out, "\xef\xbb\xbf");
	csv_write_field(out, "line", sep, false);
	csv_write_field(out, "column", sep, false);
	csv_write_field(out, "reason", sep, h->n == 0);
	for (unsigned j = 0; j < h->n; j++)
		csv_write_field(out, h->fields[j], sep, j + 1 == h->n);
	for (size_t k = 0; k < r->n_rejects; k++) {
		const struct import_reject *reject = &r->rejects[k];
		const struct csv_row *row = &r->csv->rows[reject->row];
		snprintf(line, sizeof(line), "%u", row->line);
		csv_write_field(out, line, sep, false);
		csv_write_field(out, reject->columns, sep, false);
		csv_write_field(out, reject->reasons, sep, row->n == 0);
		for (unsigned j = 0; j < row->n; j++)
			csv_write_field(out, row->fields[j], sep,
					j + 1 == row->n);
	}
}

/* The file holds personal data: only its owner may read it, whoever made one
 * of that name before. */
static int save_private(const char *path, const struct buf *b)
{
	int fd = open(path,
		      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		      0600);
	int failed = fd < 0 || fchmod(fd, 0600) || b->too_big;
	for (size_t done = 0; !failed && done < b->len;) {
		ssize_t n = write(fd, b->data + done, b->len - done);
		if (n > 0)
			done += (size_t)n;
		else if (errno != EINTR)
			failed = 1;
	}
	int why = b->too_big ? EFBIG : errno;
	if (fd >= 0)
		close(fd);
	return failed ? ctl_fail(-1, "%s: %s", path, strerror(why)) : 0;
}

static int report_rejects(struct import *im)
{
	struct import_rows *r = &im->rows;
	struct buf out;
	if (!r->n_rejects)
		return 0;
	/* The engine's come after ours. Numbers in reject_of are of no use
	 * any more. */
	qsort(r->rejects, r->n_rejects, sizeof(*r->rejects), by_row);
	for (size_t k = 0; k < r->n_rejects && k < REJECTS_SHOWN; k++) {
		const struct import_reject *reject = &r->rejects[k];
		fprintf(stderr, "%s:%u: %s%s%s\n", im->file,
			r->csv->rows[reject->row].line, reject->columns,
			*reject->columns ? ": " : "", reject->reasons);
	}
	char *path =
		mem_printf("%s%s", str_eq(im->file, "-") ? "stdin" : im->file,
			   REJECTED_SUFFIX);
	buf_init(&out, CSV_FILE_MAX * 2);
	write_rejected(r, &out);
	int result = save_private(path, &out);
	if (!result)
		fprintf(stderr, "%zu rejected%s: see %s\n", r->n_rejects,
			r->n_rejects > REJECTS_SHOWN ? " (the first 20 above)"
						     : "",
			path);
	buf_clear(&out);
	free(path);
	return result;
}

static void report_diff(const struct import *im)
{
	if (!im->diff)
		return;
	json_t *d = im->diff;
	if (im->ctl->is_json) {
		json_object_set_new(
			d, "rejected",
			json_integer((json_int_t)im->rows.n_rejects));
		ctl_print_json(d);
		return;
	}
	printf("%s: %" PRId64 " new, %" PRId64 " changed, %" PRId64
	       " unchanged, %" PRId64 " gone, %" PRId64 " back, %zu rejected\n",
	       im->file, js_int(d, "new", 0), js_int(d, "changed", 0),
	       js_int(d, "unchanged", 0), js_int(d, "gone", 0),
	       js_int(d, "returned", 0), im->rows.n_rejects);
}

static int ask_engine(struct import *im)
{
	bool is_strict = js_bool(im->options, "strict", false);
	json_t *args = json_object();
	js_put_str(args, "table", im->table->name);
	js_put_str(args, "origin", js_str(im->options, "origin", NULL));
	json_object_set_new(args, "dry_run",
			    json_boolean(js_bool(im->options, "dry-run", 0)));
	json_object_set_new(args, "strict", json_boolean(is_strict));
	json_object_set_new(args, "force",
			    json_boolean(js_bool(im->options, "force", 0)));
	js_put_int(args, "n_rejected", (int64_t)im->rows.n_rejects, -1);
	json_object_set_new(args, "columns", import_columns(&im->rows));
	int code = ctl_ask(im->ctl, "import", args,
			   &(struct ctl_ask){.on_row = on_row,
					     .on_ready = send_rows,
					     .ctx = im});
	if (code == CTL_NOT_RUNNING)
		return code;
	if (report_rejects(im))
		return CTL_FAILED;
	report_diff(im);
	if (code == CTL_DONE && im->rows.n_rejects)
		code = is_strict ? CTL_FAILED : CTL_GUARD;
	return code;
}

/* --map, else the origin's own map when the configuration may be read. */
static char *map_path(const struct ctl *c, const json_t *options)
{
	const char *given = js_str(options, "map", NULL);
	const char *origin = js_str(options, "origin", NULL);
	if (given || !origin)
		return mem_dup(given);
	struct settings s;
	struct diags d;
	diags_init(&d);
	char *path = NULL;
	settings_load(c->config, &s, &d);
	const json_t *o =
		json_object_get(json_object_get(s.all, "origins"), origin);
	const char *map = js_str(o, "map", NULL);
	if (!str_is_empty(map))
		path = mem_dup(map);
	settings_clear(&s);
	diags_clear(&d);
	return path;
}

static int import_bytes(struct import *im, const char *bytes, size_t n)
{
	struct arena a;
	struct csv_table csv;
	struct import_map map = {0};
	struct err err = {0};
	int code = CTL_FAILED;
	arena_init(&a);
	char *path = map_path(im->ctl, im->options);
	if (import_map_load(path, im->table, &map))
		goto out;
	if (csv_read(&a, bytes, n, &csv, &err) ||
	    import_rows_read(im->table, &map, &csv, &a, &im->rows, &err)) {
		ctl_fail(code, "%s: %s", im->file, err.text);
		goto out;
	}
	fprintf(stderr, "%s: %s, separator %s, %zu rows\n", im->file,
		csv.encoding,
		csv.separator == '\t'  ? "tab"
		: csv.separator == ';' ? "\";\""
				       : "\",\"",
		csv.n_rows);
	code = ask_engine(im);
out:
	import_rows_clear(&im->rows);
	import_map_clear(&map);
	free(path);
	arena_clear(&a);
	return code;
}

int ctl_import(struct ctl *c)
{
	json_t *options = ctl_parse(c);
	if (!options)
		return CTL_USAGE;
	const json_t *words = json_object_get(options, "words");
	struct import im = {
		.ctl = c,
		.options = options,
		.table = import_table_find(
			json_string_value(json_array_get(words, 0))),
		.file = json_string_value(json_array_get(words, 1))};
	int code = CTL_USAGE;
	struct err err = {0};
	char *bytes = NULL;
	size_t n = 0;
	if (!im.table || !im.file || json_array_size(words) != 2) {
		ctl_fail(code, "usage: etrierctl import %s", c->command->args);
	} else if (im.table->kind == IMPORT_YOUTHS &&
		   !js_str(options, "origin", NULL)) {
		ctl_fail(code, "import youths wants --origin NAME: a file of "
			       "young people belongs to one");
	} else if (!(bytes = ctl_read_file(im.file, CSV_FILE_MAX, &n, &err))) {
		code = ctl_fail(CTL_FAILED, "%s", err.text);
	} else {
		code = import_bytes(&im, bytes, n);
	}
	free(bytes);
	json_decref(im.diff);
	json_decref(options);
	return code;
}
