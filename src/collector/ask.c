/* SPDX-License-Identifier: EUPL-1.2 */
/* A conversation in two stages: the way of the source, then the offers that
 * the engine wants looked up. */
#include "ask_way.h"

#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct ask_way *way_of(const json_t *source)
{
	const char *kind = js_str(source, "kind", "");
	if (str_eq(kind, "france_travail"))
		return &ask_way_france_travail;
	if (str_eq(kind, "labonnealternance") &&
	    str_eq(js_str(source, "mode", ""), "export"))
		return &ask_way_export;
	if (str_eq(kind, "jsonld"))
		return &ask_way_crawl;
	return &ask_way_pages;
}

static void use_way(struct ask *a, const struct ask_way *way)
{
	a->way = way;
	a->state = NULL;
	way->begin(a);
}

struct ask_spec *ask_spec_new(const json_t *source)
{
	struct ask_spec *s = mem_alloc(sizeof(*s));
	s->way = way_of(source);
	s->url = js_str(source, "url", "");
	s->query = json_object_get(source, "query");
	s->detail = json_object_get(source, "detail");
	ask_pages_look_up(source, s);
	return s;
}

void ask_spec_free(struct ask_spec *s)
{
	free(s);
}

struct ask *ask_new(const struct ask_in *in)
{
	struct ask *a = mem_alloc(sizeof(*a));
	a->in = *in;
	a->own_spec = in->spec ? NULL : ask_spec_new(in->source);
	a->spec = in->spec ? in->spec : a->own_spec;
	a->is_whole = true;
	a->gone = json_array();
	arena_init(&a->arena);
	arena_init(&a->keep);
	use_way(a, a->spec->way);
	return a;
}

void ask_free(struct ask *a)
{
	if (!a)
		return;
	a->way->end(a);
	json_decref(a->gone);
	arena_clear(&a->arena);
	arena_clear(&a->keep);
	ask_spec_free(a->own_spec);
	free(a);
}

bool ask_next(struct ask *a, struct ask_request *out)
{
	for (;;) {
		arena_reset(&a->arena);
		a->request = (struct ask_request){.use = ASK_RECORDS};
		bool is_over = a->is_unchanged && !a->is_detail;
		if (!is_over && a->way->next(a)) {
			*out = a->request;
			return true;
		}
		bool has_detail =
			a->spec->detail && json_array_size(a->in.check);
		if (a->is_detail || !has_detail)
			return false;
		a->way->end(a);
		a->is_detail = true;
		use_way(a, &ask_way_detail);
	}
}

int ask_answered(struct ask *a, const struct ask_answer *answer,
		 struct err *err)
{
	return a->way->answered(a, answer, err);
}

void ask_unchanged(struct ask *a)
{
	a->is_unchanged = true;
}

bool ask_is_whole(const struct ask *a)
{
	return a->is_whole;
}

bool ask_is_unchanged(const struct ask *a)
{
	return a->is_unchanged;
}

const char *ask_cursor(const struct ask *a)
{
	return a->cursor;
}

const json_t *ask_gone(const struct ask *a)
{
	return a->gone;
}

int64_t ask_delay_ms(const struct ask *a)
{
	return a->delay_ms;
}

const char *ask_note(const struct ask *a)
{
	return a->note;
}

/* --- addresses ------------------------------------------------------------ */

static const char *part(struct arena *a, CURLU *u, CURLUPart what)
{
	char *s = NULL;
	if (curl_url_get(u, what, &s,
			 what == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0))
		return NULL;
	const char *copy = arena_dup(a, s);
	curl_free(s);
	return copy;
}

const char *ask_with(struct arena *a, const char *url, const char *name,
		     const char *value)
{
	CURLU *u = curl_url();
	BUG_ON(!u);
	const char *pair = arena_printf(a, "%s=%s", name, value);
	const char *out = url;
	if (!curl_url_set(u, CURLUPART_URL, url, 0) &&
	    !curl_url_set(u, CURLUPART_QUERY, pair,
			  CURLU_APPENDQUERY | CURLU_URLENCODE))
		out = part(a, u, CURLUPART_URL);
	curl_url_cleanup(u);
	return out ? out : url;
}

const char *ask_base(struct ask *a, struct arena *arena)
{
	const char *url = a->spec->url, *name;
	json_t *values, *value;
	size_t i;
	json_object_foreach((json_t *)(uintptr_t)a->spec->query, name, values)
	{
		json_array_foreach(values, i, value) url =
			ask_with(arena, url, name, json_string_value(value));
	}
	return url;
}

bool ask_is_same_server(const char *url, const char *other)
{
	static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST,
					  CURLUPART_PORT};
	CURLU *u = curl_url(), *v = curl_url();
	struct arena a;
	BUG_ON(!u || !v);
	arena_init(&a);
	bool is_same = !curl_url_set(u, CURLUPART_URL, url, 0) &&
		       !curl_url_set(v, CURLUPART_URL, other, 0);
	for (size_t i = 0; is_same && i < ARRAY_LEN(parts); i++) {
		const char *x = part(&a, u, parts[i]);
		const char *y = part(&a, v, parts[i]);
		is_same = x && y && !strcasecmp(x, y);
	}
	arena_clear(&a);
	curl_url_cleanup(u);
	curl_url_cleanup(v);
	return is_same;
}

const char *ask_follow(struct ask *a, struct arena *arena, const char *from,
		       const char *link)
{
	const char *base = a->spec->url, *out = NULL;
	CURLU *u = curl_url();
	BUG_ON(!u);
	/* Set twice, the second is resolved against the first. */
	if (!curl_url_set(u, CURLUPART_URL, from ? from : base, 0) &&
	    !curl_url_set(u, CURLUPART_URL, link, 0))
		out = part(arena, u, CURLUPART_URL);
	curl_url_cleanup(u);
	return out && ask_is_same_server(base, out) ? out : NULL;
}

int64_t ask_range_total(const char *content_range)
{
	const char *slash = content_range ? strrchr(content_range, '/') : NULL;
	int64_t total;
	if (!slash || num_parse_int(slash + 1, 0, INT32_MAX, &total))
		return -1;
	return total;
}
