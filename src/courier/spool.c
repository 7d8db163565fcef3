/* SPDX-License-Identifier: EUPL-1.2 */
/* One careful way to put a file into a folder, for the maildir and for the
 * `file` gateway. A crash leaves at most a stray file in the temporary folder,
 * which the next attempt overwrites: names come from ids, not from clocks. */
#include "spool.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct err *err, const char *what, const char *path)
{
	return err_set(err, ERR_STORE, "cannot %s %s: %s", what, path,
		       strerror(errno));
}

int spool_make_folder(const char *path, struct err *err)
{
	char *p = mem_dup(path);
	int rc = 0;
	for (char *at = p + 1; rc == 0; at++) {
		if (*at != '/' && *at != '\0')
			continue;
		char keep = *at;
		*at = '\0';
		if (mkdir(p, 0700) < 0 && errno != EEXIST)
			rc = fail(err, "make folder", p);
		*at = keep;
		if (!keep)
			break;
	}
	struct stat st;
	if (rc == 0 && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))) {
		errno = ENOTDIR;
		rc = fail(err, "use", path);
	}
	free(p);
	return rc;
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, bytes, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		bytes += k;
		n -= (size_t)k;
	}
	return 0;
}

static int sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int rc = fsync(fd);
	close(fd);
	return rc;
}

int spool_write(const char *tmp_dir, const char *dir, const char *name,
		const void *bytes, size_t n, struct err *err)
{
	char *tmp = mem_printf("%s/%s.%ld", tmp_dir, name, (long)getpid());
	char *path = mem_printf("%s/%s", dir, name);
	int rc = -1;
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		fail(err, "create", tmp);
		goto out;
	}
	if (write_all(fd, bytes, n) < 0 || fsync(fd) < 0) {
		fail(err, "write", tmp);
		goto out;
	}
	if (rename(tmp, path) < 0 || sync_folder(dir) < 0) {
		fail(err, "put in place", path);
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && rc < 0)
		unlink(tmp);
	free(tmp);
	free(path);
	return rc;
}
