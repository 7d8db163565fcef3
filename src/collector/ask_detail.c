/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers looked up one by one, because the lists have not shown them for a
 * while: still there, they come as any offer; 204, 404 and 410 say that they
 * are gone. A look-up that fails says nothing and costs nothing else. */
#include "ask_way.h"

#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/str.h>

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

/* A server that fails so often in a row is ill: the rest waits. */
enum { FAILURES_MAX = 5 };

struct looking {
	size_t at;
	int failures; /* in a row */
};

static void begin(struct ask *a)
{
	a->state = mem_alloc(sizeof(struct looking));
}

static const char *ref_at(const struct ask *a, size_t i)
{
	return json_string_value(json_array_get(a->in.check, i));
}

static const char *address(struct ask *a, const char *ref)
{
	const char *url =
		js_str(json_object_get(a->in.source, "detail"), "url", "");
	const char *hole = strstr(url, "{ref}");
	char *safe = curl_easy_escape(NULL, ref, 0);
	BUG_ON(!hole || !safe);
	const char *out = arena_printf(&a->arena, "%.*s%s%s", (int)(hole - url),
				       url, safe, hole + strlen("{ref}"));
	curl_free(safe);
	return out;
}

static bool next(struct ask *a)
{
	const json_t *detail = json_object_get(a->in.source, "detail");
	struct looking *k = a->state;
	size_t max = (size_t)js_int(detail, "max", 100);
	if (max > ASK_GONE_MAX)
		max = ASK_GONE_MAX;
	while (k->at < json_array_size(a->in.check) && !ref_at(a, k->at))
		k->at++;
	if (k->at >= json_array_size(a->in.check) || k->at >= max ||
	    k->failures >= FAILURES_MAX)
		return false;
	a->request.url = address(a, ref_at(a, k->at));
	a->request.is_foreign = !ask_is_same_server(
		a->request.url, js_str(a->in.source, "url", ""));
	a->request.records = js_str(detail, "records", "");
	a->request.may_be_gone = true;
	a->request.may_fail = true;
	return true;
}

static int answered(struct ask *a, const struct ask_answer *answer,
		    struct err *err)
{
	struct looking *k = a->state;
	const char *ref = ref_at(a, k->at++);
	(void)err;
	k->failures = answer->has_failed ? k->failures + 1 : 0;
	if (!answer->has_failed && answer->http != 200)
		json_array_append_new(a->gone, json_string(ref));
	return 0;
}

static void end(struct ask *a)
{
	free(a->state);
	a->state = NULL;
}

const struct ask_way ask_way_detail = {begin, next, answered, end};
