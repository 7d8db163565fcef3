/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_YFILE_H
#define ETRIER_CONF_YFILE_H

#include <stddef.h>

struct arena;
struct diags;

/* A regular file of at most max bytes, whole, NUL-terminated, in the arena.
 * NULL with one diagnostic (missing, unreadable, a folder, too large). */
char *yfile_read(struct arena *a, const char *file, size_t max, size_t *n,
		 struct diags *d);

/* A copy that libyaml's reader cannot stumble over: no byte order mark, valid
 * UTF-8, no control character; what was wrong is '?' in the copy and an error
 * in d, once a line. NULL when it is no text at all (UTF-16, too large). */
char *yfile_clean(struct arena *a, const char *file, const char *bytes,
		  size_t *n, struct diags *d);

#endif
