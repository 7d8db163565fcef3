/* SPDX-License-Identifier: EUPL-1.2 */
/* Files and folders of copies. Does not: know what is in them. */
#include "files.h"

#include <etrier/err.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define COPY_BYTES 65536
/* A copy has its own files and the folder audit. */
#define TREE_DEPTH 2

int64_t file_room(const char *path)
{
	struct statvfs v;
	if (statvfs(path, &v))
		return -1;
	return (int64_t)v.f_bavail * (int64_t)v.f_frsize;
}

/* Deleting is by name in a folder that is held open, so that no link is
 * followed on the way. */
static int remove_at(int folder, const char *name, int depth)
{
	int fd = openat(folder, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : unlinkat(folder, name, 0);
	DIR *d = depth > 0 ? fdopendir(fd) : NULL;
	if (!d) {
		close(fd);
		errno = ELOOP;
		return -1;
	}
	int result = 0;
	for (struct dirent *e; !result && (e = readdir(d));) {
		if (!str_eq(e->d_name, ".") && !str_eq(e->d_name, ".."))
			result = remove_at(fd, e->d_name, depth - 1);
	}
	closedir(d);
	return result ? -1 : unlinkat(folder, name, AT_REMOVEDIR);
}

int file_remove_tree(const char *path)
{
	return remove_at(AT_FDCWD, path, TREE_DEPTH);
}

int file_sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int result = fsync(fd);
	close(fd);
	return result;
}

static int write_all(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t k = write(fd, data, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		data += k;
		n -= (size_t)k;
	}
	return 0;
}

static int create(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
}

int file_write(const char *path, const char *data, size_t n, struct err *err)
{
	int fd = create(path);
	int failed = fd < 0 || write_all(fd, data, n) || fsync(fd);
	int why = errno;
	if (fd >= 0)
		close(fd);
	return failed ? err_set(err, ERR_STORE, "%s: %s", path, strerror(why))
		      : 0;
}

int file_copy(const char *from, const char *to, struct err *err)
{
	char *bytes = mem_alloc(COPY_BYTES);
	int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int out = in < 0 ? -1 : create(to);
	ssize_t n = -1;
	if (out >= 0)
		while ((n = read(in, bytes, COPY_BYTES)) > 0 &&
		       !write_all(out, bytes, (size_t)n))
			;
	int failed = in < 0 || out < 0 || n != 0 || fsync(out);
	int why = errno;
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	free(bytes);
	return failed ? err_set(err, ERR_STORE, "copy of %s to %s: %s", from,
				to, strerror(why))
		      : 0;
}

struct file_hash {
	int fd;
	char *path;
	crypto_hash_sha256_state state;
};

struct file_hash *file_hash_open(const char *path, int64_t *bytes,
				 struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		err_set(err, ERR_STORE, "%s: %s", path,
			fd < 0 ? strerror(errno) : "not a regular file");
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct file_hash *h = mem_alloc(sizeof(*h));
	h->fd = fd;
	h->path = mem_dup(path);
	crypto_hash_sha256_init(&h->state);
	*bytes = st.st_size;
	return h;
}

int file_hash_step(struct file_hash *h, size_t bytes, struct err *err)
{
	unsigned char buf[16384];
	for (size_t done = 0; done < bytes;) {
		ssize_t n = read(h->fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_STORE, "%s: %s", h->path,
				       strerror(errno));
		if (n == 0)
			return 0;
		crypto_hash_sha256_update(&h->state, buf,
					  (unsigned long long)n);
		done += (size_t)n;
	}
	return 1;
}

void file_hash_free(struct file_hash *h)
{
	if (!h)
		return;
	close(h->fd);
	free(h->path);
	free(h);
}

void file_hash_close(struct file_hash *h, char hex[FILE_HASH_HEX])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_final(&h->state, hash);
	sodium_bin2hex(hex, FILE_HASH_HEX, hash, sizeof(hash));
	file_hash_free(h);
}

int file_hash_of(const char *path, int64_t *bytes, char hex[FILE_HASH_HEX],
		 struct err *err)
{
	struct file_hash *h = file_hash_open(path, bytes, err);
	int got = 1;
	while (h && got == 1)
		got = file_hash_step(h, 1024 * 1024, err);
	if (!h || got < 0) {
		file_hash_free(h);
		return -1;
	}
	file_hash_close(h, hex);
	return 0;
}
