/* SPDX-License-Identifier: EUPL-1.2 */
/* A feed of timetables, its files behind each other with "==name" lines between
 * them: whatever it holds, reading ends, in pieces as in one, and tables that
 * are written are tables that can be read. */
#include "ctl/gtfs.h"

#include <etrier/err.h>
#include <etrier/mem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct feed {
	const char *bytes;
	size_t n, piece;
};

static int read_part(void *source, const char *name, struct gtfs_rows *r,
		     struct err *err)
{
	const struct feed *f = source;
	char head[64];
	size_t len = (size_t)snprintf(head, sizeof(head), "==%s\n", name);
	const char *p = memmem(f->bytes, f->n, head, len), *end;
	size_t left, k;

	if (!p)
		return 0;
	p += len;
	left = f->n - (size_t)(p - f->bytes);
	end = memmem(p, left, "==", 2);
	left = end ? (size_t)(end - p) : left;
	for (; left; p += k, left -= k) {
		k = left < f->piece ? left : f->piece;
		if (gtfs_rows_feed(r, p, k, err))
			return -1;
	}
	return 1;
}

static void write_and_read(const struct gtfs *g)
{
	static char dir[] = "/tmp/etrier-fuzz-gtfs-XXXXXX";
	static bool is_made;
	struct err err = {0};
	struct travel *t;

	if (!is_made)
		BUG_ON(!mkdtemp(dir));
	is_made = true;
	BUG_ON(gtfs_write(g, dir, "a fuzzer", &err));
	t = travel_new(dir, &err);
	/* Two ids may become one when what cannot be written is left out: that
	 * is told, not loaded. */
	BUG_ON(!t && err.kind != ERR_CONFIG);
	BUG_ON(t && t->transit->n != g->n_stations);
	travel_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err[2] = {{0}, {0}};
	int result[2];

	for (int k = 0; k < 2; k++) {
		struct feed f = {(const char *)data, n, k ? 7 : SIZE_MAX};
		struct gtfs g;

		result[k] = gtfs_load(&g, read_part, &f, &err[k]);
		BUG_ON(result[k] && !*err[k].text);
		if (!result[k] && !k)
			write_and_read(&g);
		gtfs_clear(&g);
	}
	BUG_ON(result[0] != result[1]);
	return 0;
}
