/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails as files: the transport of the demo and of `preview`. */
#include "maildir.h"

#include "spool.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/mime.h>
#include <etrier/str.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int maildir_open(const char *path, struct err *err)
{
	static const char *const folders[] = {"tmp", "new", "cur"};
	int rc = 0;
	for (size_t i = 0; i < ARRAY_LEN(folders) && rc == 0; i++) {
		char *folder = mem_printf("%s/%s", path, folders[i]);
		rc = spool_make_folder(folder, err);
		free(folder);
	}
	return rc;
}

/* 1: a reader has it already, under this name and any flags; 0: no. */
static int was_read(const char *path, const char *name, struct err *err)
{
	char *cur = mem_printf("%s/cur", path);
	DIR *d = opendir(cur);
	int found = 0;
	if (!d)
		found = err_set(err, ERR_STORE, "cannot read %s: %s", cur,
				strerror(errno));
	for (struct dirent *e; d && !found && (e = readdir(d));)
		found = str_starts(e->d_name, name);
	if (d)
		closedir(d);
	free(cur);
	return found;
}

static void add_with_lf(struct buf *out, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != '\r' || i + 1 == n || bytes[i + 1] != '\n')
			buf_addc(out, bytes[i]);
}

int maildir_put(const char *path, const char *message_id, const char *bytes,
		size_t n, struct err *err)
{
	char hash[33];
	mime_hash(message_id, strlen(message_id), hash);
	char *name = mem_printf("%s.etrier", hash);
	char *tmp = mem_printf("%s/tmp", path);
	char *new = mem_printf("%s/new", path);
	struct buf local;
	buf_init(&local, n);
	int rc = was_read(path, name, err);
	if (rc == 0) {
		add_with_lf(&local, bytes, n);
		rc = spool_write(tmp, new, name, local.data ? local.data : "",
				 local.len, err);
	}
	buf_clear(&local);
	free(name);
	free(tmp);
	free(new);
	return rc < 0 ? -1 : 0;
}
