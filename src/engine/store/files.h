/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_FILES_H
#define ETRIER_STORE_FILES_H

#include <stddef.h>
#include <stdint.h>

struct err;

/* Files as copies need them: written whole, on the disk when the call returns,
 * closed to others (0600, 0700), never through a symbolic link. */
#define FILE_HASH_HEX 65 /* SHA-256 in hex and a NUL */

/* Bytes free for us where path is; -1: nobody can tell. */
int64_t file_room(const char *path);
/* Remove a folder with what is in it, two levels deep, or nothing when it is
 * not there. 0, or -1 with errno. */
int file_remove_tree(const char *path);
int file_sync_folder(const char *path);
/* A new file; refused when it exists. */
int file_write(const char *path, const char *data, size_t n, struct err *err);
int file_copy(const char *from, const char *to, struct err *err);

/* The SHA-256 of a file, in steps. */
struct file_hash;
struct file_hash *file_hash_open(const char *path, int64_t *bytes,
				 struct err *err);
/* 1 more to come, 0 the end, -1 failed. */
int file_hash_step(struct file_hash *h, size_t bytes, struct err *err);
void file_hash_close(struct file_hash *h, char hex[FILE_HASH_HEX]);
void file_hash_free(struct file_hash *h); /* given up; NULL is fine */
/* All at once. */
int file_hash_of(const char *path, int64_t *bytes, char hex[FILE_HASH_HEX],
		 struct err *err);

#endif
