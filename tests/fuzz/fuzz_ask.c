/* SPDX-License-Identifier: EUPL-1.2 */
/* A server that answers whatever it likes: no conversation goes on for ever,
 * no request leaves for another server with our keys, and every address is one
 * that can be asked. The first byte chooses the source, the rest are answers.
 */
#include "../../src/collector/ask.h"
#include "../../src/collector/ask_way.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define URL "\"url\":\"https://a.example/x\""
static const char *const sources[] = {
	"{\"kind\":\"json\"," URL "}",
	"{\"kind\":\"json\"," URL ",\"paging\":{\"by\":\"page\",\"parameter\":"
	"\"p\",\"first\":1,\"size\":3,\"max_pages\":50,\"pages\":\"x\"}}",
	"{\"kind\":\"json\"," URL ",\"paging\":{\"by\":\"offset\",\"parameter\""
	":\"p\",\"first\":0,\"max_pages\":50},\"split\":[{\"parameter\":\"d\","
	"\"values\":[\"1\",\"2\"]}]}",
	"{\"kind\":\"json\"," URL ",\"paging\":{\"by\":\"range\",\"parameter\":"
	"\"p\",\"first\":0,\"size\":9,\"max_pages\":50}}",
	"{\"kind\":\"json\"," URL ",\"paging\":{\"by\":\"link\","
	"\"max_pages\":50}}",
	"{\"kind\":\"json\"," URL
	",\"form\":{\"a\":[\"b\"]},\"paging\":{\"by\":"
	"\"cursor\",\"parameter\":\"c\",\"in\":\"body\",\"next\":\"n\","
	"\"max_pages\":50}}",
	"{\"kind\":\"france_travail\",\"delivers\":\"window\"," URL
	",\"departements\":[\"75\"],\"natures\":[\"E2\",\"FS\"],\"detail\":{"
	"\"url\":\"https://a.example/o/{ref}\",\"max\":3}}",
	"{\"kind\":\"labonnealternance\",\"mode\":\"export\"," URL "}",
	"{\"kind\":\"jsonld\"," URL
	",\"pages\":{\"from\":\"sitemap\",\"match\":\"/o*\",\"max\":20}}",
	"{\"kind\":\"jsonld\"," URL ",\"delivers\":\"window\",\"pages\":{"
	"\"from\":\"list\",\"match\":\"*\",\"max\":20}}",
};

struct bytes {
	const uint8_t *at;
	size_t left;
};

static unsigned take(struct bytes *b)
{
	if (!b->left)
		return 0;
	b->left--;
	return *b->at++;
}

/* A text of the next bytes up to a NUL, or NULL. */
static char *text(struct bytes *b)
{
	if (!(take(b) & 1))
		return NULL;
	const uint8_t *end = b->left ? memchr(b->at, 0, b->left) : NULL;
	size_t n = end ? (size_t)(end - b->at) : b->left;
	char *s = mem_dup_n((const char *)b->at, n);
	b->at += n + (end != NULL);
	b->left -= n + (end != NULL);
	return s;
}

static bool answer(struct ask *a, const struct ask_request *q, struct bytes *b)
{
	static const int statuses[] = {200, 206, 204, 404};
	char *parts[6];
	struct err err = {0};
	char hash[3] = {(char)('a' + take(b) % 20), '\0', '\0'};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		parts[i] = text(b);
	const struct ask_answer x = {
		.http = statuses[take(b) % 4],
		.has_failed = q->may_fail && take(b) % 4 == 0,
		.n_records = take(b),
		.hash = hash,
		.url = q->url,
		.count = parts[0],
		.next = parts[1],
		.pages = parts[2],
		.content_range = parts[3],
		.link = parts[4],
		.text = parts[5] ? parts[5] : "",
		.n_text = parts[5] ? strlen(parts[5]) : 0,
	};
	int rc = ask_answered(a, &x, &err);
	BUG_ON(rc && !*err.text);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		free(parts[i]);
	return !rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes b = {data, n};
	const char *source = sources[take(&b) % ARRAY_LEN(sources)];
	struct err err;
	json_t *s = js_parse(source, strlen(source), &err);
	json_t *check = json_pack("[s,s,s,s]", "1", "a b", "../x", "4");
	BUG_ON(!s);
	struct ask *a =
		ask_new(&(struct ask_in){.source = s,
					 .since = n % 2 ? "1799990000" : NULL,
					 .check = check,
					 .now = 1800000000,
					 .user_agent = "etrier"});
	struct ask_request q;
	long asked = 0;
	while (ask_next(a, &q)) {
		BUG_ON(!q.url || !str_starts(q.url, "https://"));
		BUG_ON(!q.is_foreign &&
		       !ask_is_same_server(q.url, "https://a.example/"));
		BUG_ON(++asked > 5100);
		if (!answer(a, &q, &b))
			break;
	}
	ask_free(a);
	json_decref(s);
	json_decref(check);
	return 0;
}
