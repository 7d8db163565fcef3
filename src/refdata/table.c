/* SPDX-License-Identifier: EUPL-1.2 */
/* Tab-separated tables of our own making: one read, then fields in place. They
 * are strict because they are ours: a table that was cut, edited by hand in a
 * spreadsheet or taken from another version must stop the start, not a match.
 *
 *	# VERSION 2026
 *	# SOURCE ...
 *	# LICENCE ...
 *	# BUILT-BY ...
 *	insee	name	...
 *	75056	Paris	...
 */
#include "table.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int table_fault(const struct table *t, struct err *err, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_CONFIG, "%s:%u: %s", t->path, t->line, text);
}

static int read_fd(struct table *t, int fd, struct err *err)
{
	struct stat st;
	size_t n = 0, size;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return table_fault(t, err, "not a regular file");
	if (st.st_size < 0 || (size_t)st.st_size > TABLE_FILE_MAX)
		return table_fault(t, err, "larger than %zu bytes",
				   TABLE_FILE_MAX);
	size = (size_t)st.st_size;
	t->bytes = mem_alloc(size + 1);
	while (n < size) {
		ssize_t got = read(fd, t->bytes + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return table_fault(t, err, "cannot be read");
		n += (size_t)got;
	}
	if (!size || t->bytes[size - 1] != '\n' || strlen(t->bytes) != size ||
	    !utf8_is_valid(t->bytes, size))
		return table_fault(t, err, "cut, or not a text in UTF-8");
	return 0;
}

static int read_file(struct table *t, struct err *err)
{
	int fd = open(t->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_CONFIG, "%s: %s", t->path,
			       strerror(errno));
	int result = read_fd(t, fd, err);
	close(fd);
	return result;
}

/* The next line, its end cut off; NULL at the end of the file. */
static char *next_line(struct table *t)
{
	if (!*t->next)
		return NULL;
	char *line = t->next, *end = strchrnul(line, '\n');
	t->next = *end ? end + 1 : end;
	*end = '\0';
	t->line++;
	return line;
}

static int read_head(struct table *t, const char *columns, struct err *err)
{
	static const char *const keys[] = {"# VERSION ", "# SOURCE ",
					   "# LICENCE ", "# BUILT-BY "};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		size_t n = strlen(keys[i]);
		char *line = next_line(t);
		if (!line || strncmp(line, keys[i], n) != 0 || !line[n])
			return table_fault(t, err, "expected \"%s...\"",
					   keys[i]);
		if (i == 0)
			t->version = line + n;
	}
	char *line = next_line(t);
	if (!line || strcmp(line, columns) != 0)
		return table_fault(t, err, "not the columns of this version");
	t->n_columns = 1;
	for (const char *p = columns; *p; p++)
		t->n_columns += *p == '\t';
	BUG_ON(t->n_columns > TABLE_COLUMNS_MAX);
	for (const char *p = t->next; (p = strchr(p, '\n')); p++)
		t->n_rows++;
	if (!t->n_rows || t->n_rows > TABLE_ROWS_MAX)
		return table_fault(t, err, "%zu rows", t->n_rows);
	return 0;
}

int table_open(struct table *t, const char *dir, const char *name,
	       const char *columns, struct err *err)
{
	*t = (struct table){.line = 0};
	snprintf(t->path, sizeof(t->path), "%s/%s", dir, name);
	if (read_file(t, err))
		goto fail;
	t->next = t->bytes;
	if (read_head(t, columns, err))
		goto fail;
	return 0;
fail:
	table_close(t);
	return -1;
}

int table_next(struct table *t, char **fields, struct err *err)
{
	char *p = next_line(t);
	if (!p)
		return 0;
	size_t n = 0;
	for (; p && n < t->n_columns; n++) {
		fields[n] = p;
		p = strchr(p, '\t');
		if (p)
			*p++ = '\0';
	}
	if (p || n != t->n_columns)
		return table_fault(t, err, "not %zu fields", t->n_columns);
	return 1;
}

void table_close(struct table *t)
{
	free(t->bytes);
	*t = (struct table){.line = 0};
}
