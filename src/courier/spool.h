/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SPOOL_H
#define ETRIER_COURIER_SPOOL_H

#include <stddef.h>

struct err;

/* Files that are there whole or not at all. */

/* mkdir -p, mode 0700 for what is made. ERR_STORE. */
int spool_make_folder(const char *path, struct err *err);
/* Write n bytes to tmp_dir/name, fsync, rename to dir/name (replacing), fsync
 * dir. The same name again replaces the same file. ERR_STORE; nothing of dir is
 * touched then. */
int spool_write(const char *tmp_dir, const char *dir, const char *name,
		const void *bytes, size_t n, struct err *err);

#endif
