/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows for a person (aligned columns, a bold head on a terminal) or for a
 * program (--json: one object a line). Widths count characters, not bytes. */
#include "ctl.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS_MAX = 12, CELL_MAX = 60 };
#define JSON_LINE_MAX ((size_t)1024 * 1024) /* four times a wire line */

struct ctl_table {
	bool is_json;
	char *spec;
	const char *keys[COLUMNS_MAX], *titles[COLUMNS_MAX];
	size_t n; /* columns; 0: "key: value" lines */
	json_t *rows;
};

struct ctl_table *ctl_table_new(const struct ctl *c, const char *columns)
{
	struct ctl_table *t = mem_alloc(sizeof(*t));
	t->is_json = c->is_json;
	t->rows = json_array();
	t->spec = mem_dup(columns ? columns : "");
	for (char *p = t->spec; *p && t->n < COLUMNS_MAX;) {
		char *end = p + strcspn(p, " ");
		char *colon = memchr(p, ':', (size_t)(end - p));
		BUG_ON(!colon);
		t->keys[t->n] = p;
		t->titles[t->n++] = colon + 1;
		*colon = '\0';
		p = *end ? end + 1 : end;
		*end = '\0';
	}
	return t;
}

char *ctl_harmless(const char *text)
{
	char *s = mem_dup(text);
	for (unsigned char *p = (unsigned char *)s; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = ' ';
		else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = ' '; /* C1 controls */
	}
	return s;
}

static char *cell_text(json_t *v);

static void add_items(json_t *v, struct buf *b)
{
	const char *key;
	json_t *item;
	size_t i;
	if (json_is_array(v)) {
		json_array_foreach(v, i, item)
		{
			char *s = cell_text(item);
			buf_printf(b, "%s%s", i ? ", " : "", s);
			free(s);
		}
		return;
	}
	json_object_foreach(v, key, item)
	{
		char *s = cell_text(item);
		buf_printf(b, "%s%s %s", b->len ? ", " : "", key, s);
		free(s);
	}
}

/* The text of a cell; free(). */
static char *cell_text(json_t *v)
{
	if (!v || json_is_null(v))
		return mem_dup("-");
	if (json_is_string(v))
		return ctl_harmless(json_string_value(v));
	if (json_is_boolean(v))
		return mem_dup(json_is_true(v) ? "yes" : "no");
	struct buf b;
	buf_init(&b, 65536);
	if (json_is_array(v) || json_is_object(v))
		add_items(v, &b);
	else
		js_write(v, &b);
	if (!b.len)
		buf_addc(&b, '-');
	return buf_take(&b);
}

/* A list of sentences or of records reads better one a line. */
static bool is_list_of_lines(const json_t *v)
{
	const json_t *first = json_array_get(v, 0);
	const char *text = json_string_value(first);
	return json_is_object(first) || strchr(text ? text : "", ' ') != NULL;
}

static void print_block(json_t *row)
{
	const char *key;
	json_t *v, *item;
	size_t i;
	json_object_foreach(row, key, v)
	{
		bool has_lines = is_list_of_lines(v);
		char *s = has_lines ? mem_dup("") : cell_text(v);
		printf("%s:%s%s\n", key, *s ? " " : "", s);
		free(s);
		if (!has_lines)
			continue;
		json_array_foreach(v, i, item)
		{
			s = cell_text(item);
			printf("  %s\n", s);
			free(s);
		}
	}
}

void ctl_print_json(const json_t *v)
{
	struct buf b;
	buf_init(&b, JSON_LINE_MAX);
	js_write(v, &b);
	printf("%s\n", b.data);
	buf_clear(&b);
}

void ctl_table_row(struct ctl_table *t, json_t *row)
{
	if (t->is_json)
		ctl_print_json(row);
	else if (t->n == 0)
		print_block(row);
	else
		json_array_append_new(t->rows, json_deep_copy(row));
}

static void print_cell(const char *s, size_t width, bool is_last)
{
	size_t cut = strlen(s), n = utf8_count(s);
	if (n > CELL_MAX && !is_last) {
		const char *p = s;
		for (n = 0; n < CELL_MAX - 1; n++)
			(void)utf8_next(&p);
		cut = (size_t)(p - s);
		n = CELL_MAX;
	}
	printf("%.*s%s", (int)cut, s, cut < strlen(s) ? "…" : "");
	for (; !is_last && n < width + 2; n++)
		putchar(' ');
	if (is_last)
		putchar('\n');
}

static void print_columns(const struct ctl_table *t)
{
	size_t n_rows = json_array_size(t->rows);
	size_t width[COLUMNS_MAX];
	char **cells = mem_array(n_rows * t->n, sizeof(*cells));
	for (size_t j = 0; j < t->n; j++) {
		width[j] = utf8_count(t->titles[j]);
		for (size_t i = 0; i < n_rows; i++) {
			char *s = cell_text(json_object_get(
				json_array_get(t->rows, i), t->keys[j]));
			cells[i * t->n + j] = s;
			size_t w = utf8_count(s);
			w = w > CELL_MAX ? CELL_MAX : w;
			width[j] = w > width[j] ? w : width[j];
		}
	}
	bool is_bold = isatty(STDOUT_FILENO);
	fputs(is_bold ? "\033[1m" : "", stdout);
	for (size_t j = 0; j < t->n; j++)
		print_cell(t->titles[j], width[j], j + 1 == t->n);
	fputs(is_bold ? "\033[0m" : "", stdout);
	for (size_t i = 0; i < n_rows * t->n; i++) {
		print_cell(cells[i], width[i % t->n], i % t->n + 1 == t->n);
		free(cells[i]);
	}
	free(cells);
}

void ctl_table_end(struct ctl_table *t)
{
	if (!t->is_json && t->n && json_array_size(t->rows))
		print_columns(t);
	json_decref(t->rows);
	free(t->spec);
	free(t);
}

const char *ctl_figure(const json_t *row, const char *key, char out[24])
{
	const char *text = js_str(row, key, NULL);
	if (!text || !str_copy(out, 24, text))
		snprintf(out, 24, "%" PRId64, js_int(row, key, 0));
	return out;
}

bool ctl_show_progress(const json_t *row)
{
	int64_t progress = js_int(row, "progress", -1);
	bool is_terminal = isatty(STDERR_FILENO);
	if (is_terminal && progress >= 0)
		fprintf(stderr, "\r%3" PRId64 " %%", progress / 10);
	else if (is_terminal)
		fputs("\r     \r", stderr);
	return progress >= 0;
}

char *ctl_read_file(const char *path, size_t max, size_t *n, struct err *err)
{
	bool is_stdin = str_eq(path, "-");
	FILE *f =
		is_stdin ? fdopen(dup(STDIN_FILENO), "rb") : fopen(path, "rb");
	if (!f) {
		err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
		return NULL;
	}
	struct buf b;
	buf_init(&b, max);
	char bytes[65536];
	size_t k;
	while ((k = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_add(&b, bytes, k);
	int failed = ferror(f);
	fclose(f);
	if (failed || b.too_big) {
		err_set(err, b.too_big ? ERR_LIMIT : ERR_INPUT, "%s: %s", path,
			b.too_big ? "larger than allowed" : strerror(errno));
		buf_clear(&b);
		return NULL;
	}
	*n = b.len;
	return buf_take(&b);
}
