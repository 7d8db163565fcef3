/* SPDX-License-Identifier: EUPL-1.2 */
/* Events on stderr. A value that holds anything but printable ASCII without
 * blanks, quotes and backslashes is quoted, and within quotes every other
 * byte is written \xHH: hostile data cannot forge a field or a line. */
#include <etrier/buf.h>
#include <etrier/log.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* A line longer than this is cut; journald's own default is 48 KiB. */
#define LINE_MAX_BYTES	2048
#define VALUE_MAX_BYTES 400

/* The one global of the house: every line of a process has one role. */
static struct {
	const char *role;
	enum log_level threshold;
} process = {.role = "-", .threshold = LOG_INFO};

void log_open(const char *role, enum log_level threshold)
{
	process.role = role;
	process.threshold = threshold;
}

void log_set_threshold(enum log_level threshold)
{
	process.threshold = threshold;
}

static bool is_plain(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~' || *s == '"' || *s == '\\' ||
		    *s == '=')
			return false;
	}
	return true;
}

static void add_value(struct buf *line, const char *s)
{
	if (is_plain(s)) {
		for (int n = 0; *s && n < VALUE_MAX_BYTES; s++, n++)
			buf_addc(line, *s);
		return;
	}
	buf_addc(line, '"');
	for (int n = 0; *s && n < VALUE_MAX_BYTES; s++, n++) {
		if (*s < ' ' || *s > '~' || *s == '"' || *s == '\\')
			buf_printf(line, "\\x%02X", (unsigned char)*s);
		else
			buf_addc(line, *s);
	}
	buf_addc(line, '"');
}

void log_write(enum log_level level, const char *event,
	       const struct log_field *fields)
{
	if (level > process.threshold)
		return;
	struct buf line;
	buf_init(&line, LINE_MAX_BYTES);
	buf_printf(&line, "<%d>%s %s", (int)level, process.role, event);
	for (; fields->key; fields++) {
		buf_printf(&line, " %s=", fields->key);
		if (fields->str)
			add_value(&line, fields->str);
		else
			buf_printf(&line, "%" PRId64, fields->num);
	}
	line.max++; /* room for the line end even when the line was cut */
	line.too_big = false;
	buf_addc(&line, '\n');
	/* A full or closed stderr must not stop the daemon. */
	ssize_t ignored = write(STDERR_FILENO, line.data, line.len);
	(void)ignored;
	buf_clear(&line);
}

void log_plain(enum log_level level, const char *event)
{
	log_write(level, event, &(const struct log_field){0});
}
