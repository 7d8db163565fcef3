/* SPDX-License-Identifier: EUPL-1.2 */
/* A configuration file's bytes, before any YAML is read: libyaml's own reader
 * stops at the first bad byte and gives it no line, so the bytes are checked
 * here, with lines and columns, and the reading of the rest can go on. */
#include <etrier/arena.h>
#include <etrier/diag.h>
#include <etrier/utf8.h>
#include <etrier/ynode.h>

#include "yfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *yfile_read(struct arena *a, const char *file, size_t max, size_t *n,
		 struct diags *d)
{
	char *out = NULL, *bytes;
	struct stat st;
	size_t got = 0, room;
	/* A FIFO must not hold the reader up. */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st)) {
		diag_add(d, DIAG_ERROR, file, 0, 0, "cannot read: %s",
			 strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		diag_add(d, DIAG_ERROR, file, 0, 0, "not a regular file");
		goto out;
	}
	if (st.st_size < 0 || (uintmax_t)st.st_size > max) {
		diag_add(d, DIAG_ERROR, file, 0, 0,
			 "larger than %zu bytes, the most that is read", max);
		goto out;
	}
	room = (size_t)st.st_size;
	bytes = arena_alloc(a, room + 1);
	while (got < room) {
		ssize_t k = read(fd, bytes + got, room - got);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			diag_add(d, DIAG_ERROR, file, 0, 0, "cannot read: %s",
				 strerror(errno));
			goto out;
		}
		if (k == 0)
			break;
		got += (size_t)k;
	}
	bytes[got] = '\0';
	*n = got;
	out = bytes;
out:
	if (fd >= 0)
		close(fd);
	return out;
}

/* Bytes of the UTF-8 character at s, 0 when there is none. */
static size_t sequence(const char *s, size_t n)
{
	for (size_t k = 1; k <= 4 && k <= n; k++)
		if (utf8_is_valid(s, k))
			return k;
	return 0;
}

/* What YAML 1.1 calls printable. */
static bool is_printable(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 0x7f) ||
	       c == 0x85 || (c >= 0xa0 && c <= 0xd7ff) ||
	       (c >= 0xe000 && c <= 0xfffd && c != 0xfeff) ||
	       (c >= 0x10000 && c <= 0x10ffff);
}

/* libyaml's line ends, so that our lines are its lines. */
static bool ends_line(uint32_t c, char after)
{
	return c == '\n' || (c == '\r' && after != '\n') || c == 0x85 ||
	       c == 0x2028 || c == 0x2029;
}

struct place {
	unsigned line, col;
	unsigned told; /* the last line a mistake was told of */
};

static void tell(struct diags *d, const char *file, struct place *at,
		 unsigned char byte, uint32_t cp)
{
	if (at->told == at->line)
		return;
	at->told = at->line;
	if (!cp && byte)
		diag_add(d, DIAG_ERROR, file, at->line, at->col,
			 "byte 0x%02X is not UTF-8 (is the file Windows-1252? "
			 "save it as UTF-8)",
			 byte);
	else
		diag_add(d, DIAG_ERROR, file, at->line, at->col,
			 "character U+%04X is not allowed in a text file", cp);
}

char *yfile_clean(struct arena *a, const char *file, const char *bytes,
		  size_t *n, struct diags *d)
{
	size_t size = *n, len = 0;
	if (size > YNODE_FILE_MAX) {
		diag_add(d, DIAG_ERROR, file, 0, 0,
			 "larger than %zu bytes, the most that is read",
			 YNODE_FILE_MAX);
		return NULL;
	}
	if (size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 ||
			  memcmp(bytes, "\xfe\xff", 2) == 0)) {
		diag_add(d, DIAG_ERROR, file, 1, 1,
			 "UTF-16 text; save the file as UTF-8");
		return NULL;
	}
	if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		size -= 3;
	}
	char *copy = arena_alloc(a, size + 1);
	struct place at = {.line = 1, .col = 1};
	for (size_t i = 0; i < size;) {
		size_t k = sequence(bytes + i, size - i);
		char one[5] = {0};
		memcpy(one, bytes + i, k);
		const char *p = one;
		uint32_t cp = k ? utf8_next(&p) : 0;
		if (is_printable(cp)) {
			memcpy(copy + len, bytes + i, k);
			len += k;
		} else {
			tell(d, file, &at, (unsigned char)bytes[i], cp);
			copy[len++] = '?';
		}
		i += k ? k : 1;
		at.col++;
		if (ends_line(cp, i < size ? bytes[i] : '\0'))
			at = (struct place){at.line + 1, 1, at.told};
	}
	copy[len] = '\0';
	*n = len;
	return copy;
}
