/* SPDX-License-Identifier: EUPL-1.2 */
/* A feed in a zip file, read as a stream with libzip: it knows this format and
 * no other, finds a file by its name, and checks its sum. A feed that was
 * packed with its folder is read as well. */
#include "gtfs.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <stdlib.h>
#include <zip.h>

enum { PIECE = 64 * 1024 };

struct gtfs_zip {
	zip_t *zip;
};

struct gtfs_zip *gtfs_zip_open(const char *path, struct err *err)
{
	struct gtfs_zip *z;
	zip_error_t why;
	int code = 0;
	zip_t *zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);

	if (!zip) {
		zip_error_init_with_code(&why, code);
		err_set(err, ERR_INPUT, "%s: %s", path,
			zip_error_strerror(&why));
		zip_error_fini(&why);
		return NULL;
	}
	z = mem_alloc(sizeof(*z));
	z->zip = zip;
	return z;
}

void gtfs_zip_close(struct gtfs_zip *z)
{
	if (!z)
		return;
	zip_discard(z->zip);
	free(z);
}

static int read_file(zip_file_t *file, const char *name, struct gtfs_rows *r,
		     struct err *err)
{
	char *piece = mem_alloc(PIECE);
	zip_int64_t n;
	int result = 0;

	while (!result && (n = zip_fread(file, piece, PIECE)) > 0)
		result = gtfs_rows_feed(r, piece, (size_t)n, err);
	if (!result && n < 0)
		result = err_set(err, ERR_INPUT, "%s: %s", name,
				 zip_file_strerror(file));
	free(piece);
	return result;
}

int gtfs_zip_read(void *source, const char *name, struct gtfs_rows *r,
		  struct err *err)
{
	struct gtfs_zip *z = source;
	zip_int64_t at = zip_name_locate(z->zip, name, 0);
	zip_file_t *file;
	int result;

	if (at < 0)
		at = zip_name_locate(z->zip, name, ZIP_FL_NODIR);
	if (at < 0)
		return 0;
	file = zip_fopen_index(z->zip, (zip_uint64_t)at, 0);
	if (!file)
		return err_set(err, ERR_INPUT, "%s: %s", name,
			       zip_strerror(z->zip));
	result = read_file(file, name, r, err);
	zip_fclose(file);
	return result ? -1 : 1;
}
