/* SPDX-License-Identifier: EUPL-1.2 */
/* A page gives objects, each a posting, or an error; its links are absolute. */
#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/jsonld.h>
#include <etrier/mem.h>
#include <etrier/page_links.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int on_record(void *ctx, json_t *record, const struct err *err)
{
	struct buf b;
	(*(int *)ctx)++;
	BUG_ON(!record == !err);
	if (!record)
		return 0;
	BUG_ON(!json_is_object(record) || !json_object_get(record, "@type"));
	buf_init(&b, (size_t)1 << 20);
	js_write(record, &b);
	BUG_ON(b.len > 2000);
	buf_clear(&b);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct js_split_limits limits = {.max_element = 2000,
						      .max_elements = 20};
	struct jsonld_said said;
	struct page_links links;
	struct arena a;
	struct err err = {0};
	int count = 0;
	char *s = mem_dup_n((const char *)data, n);
	int rc = jsonld_read(s, n, "https://jobs.example/a/b", &limits,
			     on_record, &count, &said, &err);
	BUG_ON(rc && !err.kind);
	BUG_ON(!rc && !count);
	BUG_ON(count > 20);
	arena_init(&a);
	rc = page_links(&a, s, n, "https://jobs.example/a/b", &links, &err);
	for (size_t i = 0; !rc && i < links.n; i++)
		BUG_ON(!str_starts(links.v[i].url, "http://") &&
		       !str_starts(links.v[i].url, "https://"));
	arena_clear(&a);
	free(s);
	return 0;
}
