/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of mistakes of one reading. What an administrator's file says is
 * quoted in them, so texts are cleaned on the way in: no control character
 * reaches a terminal, and every text and file name is valid UTF-8, because it
 * travels as JSON. It does not decide what a mistake is. */
#include <etrier/diag.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* One mistake is a line or two of a terminal; a list of allowed keys may be
 * long, a quoted value never matters beyond that. */
#define DIAG_TEXT_MAX 1200

static const char *const level_names[] = {"error", "warning"};

void diags_init(struct diags *d)
{
	*d = (struct diags){0};
}

void diags_clear(struct diags *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].file);
		free(d->v[i].text);
	}
	free(d->v);
	diags_init(d);
}

static bool is_control(const unsigned char *p)
{
	bool is_c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f;
	return p[0] < 0x20 || p[0] == 0x7f || is_c1;
}

/* Control characters become '?'; a text that is no UTF-8 loses every byte
 * that is not ASCII. Takes s. */
static char *clean_take(char *s)
{
	bool is_utf8 = utf8_is_valid(s, strlen(s));
	for (unsigned char *p = (unsigned char *)s; *p; p++)
		if (is_control(p) || (!is_utf8 && *p >= 0x80)) {
			if (is_utf8 && *p == 0xc2)
				*p++ = '?';
			*p = '?';
		}
	s[utf8_cut(s, DIAG_TEXT_MAX)] = '\0';
	return s;
}

void diag_add(struct diags *d, enum diag_level level, const char *file,
	      unsigned line, unsigned col, const char *fmt, ...)
{
	if (level == DIAG_ERROR)
		d->n_errors++;
	else
		d->n_warnings++;
	if (d->n >= DIAGS_MAX)
		return;
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 8;
		d->v = mem_grow(d->v, d->cap, sizeof(d->v[0]));
	}
	char *text = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	d->v[d->n++] = (struct diag){
		.level = level,
		.file = clean_take(mem_dup(file ? file : "")),
		.line = line,
		.col = col,
		.text = clean_take(text),
	};
}

char *diag_line(const struct diag *d)
{
	const char *level = level_names[d->level];
	if (!d->line)
		return mem_printf("%s%s%s: %s", d->file, *d->file ? ": " : "",
				  level, d->text);
	return mem_printf("%s:%u:%u: %s: %s", d->file, d->line, d->col, level,
			  d->text);
}

/* Equal places keep the order in which the mistakes were found: pointers into
 * one array are compared last. */
static int compare(const void *a, const void *b)
{
	const struct diag *x = *(const struct diag *const *)a;
	const struct diag *y = *(const struct diag *const *)b;
	int files = strcmp(x->file, y->file);
	if (files)
		return files;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return x < y ? -1 : x > y;
}

void diags_print(struct diags *d, FILE *out)
{
	const struct diag **order = mem_array(d->n, sizeof(*order));
	for (size_t i = 0; i < d->n; i++)
		order[i] = &d->v[i];
	qsort(order, d->n, sizeof(*order), compare);
	for (size_t i = 0; i < d->n; i++) {
		char *line = diag_line(order[i]);
		fprintf(out, "%s\n", line);
		free(line);
	}
	size_t more = d->n_errors + d->n_warnings - d->n;
	if (more)
		fprintf(out, "and %zu more\n", more);
	free(order);
}

json_t *diags_to_json(const struct diags *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < d->n; i++) {
		const struct diag *g = &d->v[i];
		json_t *o = json_object();
		json_object_set_new(o, "level",
				    json_string(level_names[g->level]));
		json_object_set_new(o, "file", json_string(g->file));
		json_object_set_new(o, "line", json_integer(g->line));
		json_object_set_new(o, "col", json_integer(g->col));
		json_object_set_new(o, "text", json_string(g->text));
		json_array_append_new(list, o);
	}
	return list;
}

static unsigned position(const json_t *o, const char *key)
{
	int64_t v = js_int(o, key, 0);
	return v < 0 || v > INT32_MAX ? 0 : (unsigned)v;
}

void diags_add_json(struct diags *d, const json_t *v)
{
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *o = json_array_get(v, i);
		bool is_warning = str_eq(js_str(o, "level", ""), "warning");
		diag_add(d, is_warning ? DIAG_WARNING : DIAG_ERROR,
			 js_str(o, "file", ""), position(o, "line"),
			 position(o, "col"), "%s", js_str(o, "text", ""));
	}
}
