/* SPDX-License-Identifier: EUPL-1.2 */
/* One request, or page after page, once per combination of the split.
 *
 * A list ends where its own words say (no next link, the last of so many pages,
 * its count reached) or where an answer is empty or short. Whatever the server
 * says, a list has at most max_pages, and the same page twice ends the poll: a
 * server that ignores the parameter would be read for ever. A list that ends
 * before its own count is not whole, and closes nothing. */
#include "ask_way.h"

#include <etrier/buf.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/str.h>

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HASH_MAX = 33 };
#define BODY_MAX ((size_t)64 * 1024)

struct paging {
	const struct ask_spec *spec;
	/* of the list at hand */
	int64_t value, n_pages, n_records, count;
	const char *next; /* link or token; lives in keep[which] */
	struct arena keep[2];
	int which;
	char hash[HASH_MAX];
	/* of the split */
	size_t combination;
	bool is_done;
};

static enum ask_by by_of(const char *word)
{
	static const char *const words[] = {
		[BY_NOTHING] = "",	[BY_PAGE] = "page",
		[BY_OFFSET] = "offset", [BY_RANGE] = "range",
		[BY_LINK] = "link",	[BY_CURSOR] = "cursor",
	};
	for (size_t i = 1; i < ARRAY_LEN(words); i++)
		if (str_eq(words[i], word))
			return (enum ask_by)i;
	return BY_NOTHING;
}

static size_t combinations(const json_t *split)
{
	size_t n = 1, i;
	json_t *one;
	json_array_foreach((json_t *)(uintptr_t)split, i, one) n *=
		json_array_size(json_object_get(one, "values"));
	return n;
}

void ask_pages_look_up(const json_t *source, struct ask_spec *out)
{
	const json_t *p = json_object_get(source, "paging");
	out->split = json_object_get(source, "split");
	out->form = json_object_get(source, "form");
	out->json = json_object_get(source, "json");
	out->by = by_of(js_str(p, "by", NULL));
	out->parameter = js_str(p, "parameter", "");
	out->size_parameter = js_str(p, "size_parameter", NULL);
	out->next_path = js_str(p, "next", NULL);
	out->in_body = str_eq(js_str(p, "in", NULL), "body");
	out->first = js_int(p, "first", 0);
	out->size = js_int(p, "size", 0);
	out->max_pages = js_int(p, "max_pages", 1);
	out->n_combinations = combinations(out->split);
}

static void begin_list(struct paging *k)
{
	k->value = k->spec->first;
	k->n_pages = k->n_records = 0;
	k->count = -1;
	k->next = NULL;
	*k->hash = '\0';
}

static void begin(struct ask *a)
{
	struct paging *k = mem_alloc(sizeof(*k));
	k->spec = a->spec;
	arena_init(&k->keep[0]);
	arena_init(&k->keep[1]);
	begin_list(k);
	a->state = k;
}

static void end(struct ask *a)
{
	struct paging *k = a->state;
	arena_clear(&k->keep[0]);
	arena_clear(&k->keep[1]);
	free(k);
	a->state = NULL;
}

/* --- the request ---------------------------------------------------------- */

static const char *with_split(struct ask *a, const struct paging *k,
			      const char *url)
{
	size_t left = k->combination, i;
	json_t *one;
	json_array_foreach(k->spec->split, i, one)
	{
		const json_t *values = json_object_get(one, "values");
		size_t n = json_array_size(values);
		const char *value =
			json_string_value(json_array_get(values, left % n));
		url = ask_with(&a->arena, url, js_str(one, "parameter", ""),
			       value);
		left /= n;
	}
	return url;
}

/* The value of the page's parameter, or NULL: none is sent. */
static const char *page_value(struct ask *a, const struct paging *k)
{
	switch (k->spec->by) {
	case BY_PAGE:
	case BY_OFFSET:
		return arena_printf(&a->arena, "%lld", (long long)k->value);
	case BY_RANGE:
		return arena_printf(&a->arena, "%lld-%lld", (long long)k->value,
				    (long long)(k->value + k->spec->size - 1));
	case BY_CURSOR:
		return k->next;
	default:
		return NULL;
	}
}

static const char *size_text(struct ask *a, const struct paging *k)
{
	return arena_printf(&a->arena, "%lld", (long long)k->spec->size);
}

static void add_pair(struct buf *b, const char *name, const char *value)
{
	char *n = curl_easy_escape(NULL, name, 0);
	char *v = curl_easy_escape(NULL, value, 0);
	BUG_ON(!n || !v);
	buf_printf(b, "%s%s=%s", b->len ? "&" : "", n, v);
	curl_free(n);
	curl_free(v);
}

static const char *form_body(struct ask *a, const struct paging *k,
			     const char *value)
{
	const char *name;
	json_t *values, *one;
	size_t i;
	struct buf b;
	buf_init(&b, BODY_MAX);
	json_object_foreach((json_t *)(uintptr_t)k->spec->form, name, values)
	{
		if (value && str_eq(name, k->spec->parameter))
			continue;
		json_array_foreach(values, i, one)
			add_pair(&b, name, json_string_value(one));
	}
	if (value)
		add_pair(&b, k->spec->parameter, value);
	if (k->spec->size_parameter && k->spec->in_body)
		add_pair(&b, k->spec->size_parameter, size_text(a, k));
	const char *out = arena_dup(&a->arena, b.data ? b.data : "");
	buf_clear(&b);
	return out;
}

static const char *json_body(struct ask *a, const struct paging *k,
			     const char *value)
{
	json_t *v = json_deep_copy(k->spec->json);
	struct buf b;
	int64_t number;
	if (value && !num_parse_int(value, 0, INT64_MAX, &number))
		json_object_set_new(v, k->spec->parameter,
				    json_integer(number));
	else if (value)
		json_object_set_new(v, k->spec->parameter, json_string(value));
	if (k->spec->size_parameter && k->spec->in_body)
		json_object_set_new(v, k->spec->size_parameter,
				    json_integer(k->spec->size));
	buf_init(&b, BODY_MAX);
	js_write(v, &b);
	const char *out = arena_dup(&a->arena, b.data ? b.data : "");
	buf_clear(&b);
	json_decref(v);
	return out;
}

static void put_body(struct ask *a, const struct paging *k, const char *value)
{
	if (!k->spec->in_body)
		value = NULL;
	if (k->spec->form) {
		a->request.body = form_body(a, k, value);
		a->request.body_type = "application/x-www-form-urlencoded";
	} else if (k->spec->json) {
		a->request.body = json_body(a, k, value);
		a->request.body_type = "application/json";
	}
}

static bool next(struct ask *a)
{
	struct paging *k = a->state;
	if (k->is_done)
		return false;
	const char *value = page_value(a, k);
	const char *url = k->spec->by == BY_LINK && k->next
				  ? k->next
				  : with_split(a, k, ask_base(a, &a->arena));
	bool is_link = k->spec->by == BY_LINK && k->next;
	if (value && !k->spec->in_body)
		url = ask_with(&a->arena, url, k->spec->parameter, value);
	if (k->spec->size_parameter && !k->spec->in_body && !is_link)
		url = ask_with(&a->arena, url, k->spec->size_parameter,
			       size_text(a, k));
	a->request.url = url;
	a->request.may_be_part = k->spec->by == BY_RANGE;
	a->request.may_be_empty =
		k->spec->by != BY_NOTHING || k->spec->n_combinations > 1;
	a->request.is_conditional =
		k->spec->by == BY_NOTHING && k->spec->n_combinations == 1;
	put_body(a, k, value);
	return true;
}

/* --- the answer ----------------------------------------------------------- */

/* Kept over the next answer: two arenas take turns. */
static const char *keep(struct paging *k, const char *s)
{
	k->which = !k->which;
	arena_reset(&k->keep[k->which]);
	return arena_dup(&k->keep[k->which], s);
}

/* <address>; rel="next", <other>; rel=last (RFC 8288, what servers send) */
static const char *next_of_header(struct arena *a, const char *link)
{
	for (const char *s = link; (s = strchr(s, '<'));) {
		const char *close = strchr(s, '>');
		if (!close)
			return NULL;
		size_t n = strcspn(close, "<");
		char *rest = arena_dup_n(a, close, n);
		const char *rel = strcasestr(rest, "rel=");
		rel = rel ? rel + 4 + (rel[4] == '"') : "";
		if (!strncasecmp(rel, "next", 4))
			return arena_dup_n(a, s + 1, (size_t)(close - s - 1));
		s = close + n;
	}
	return NULL;
}

static int64_t count_of(const struct ask_answer *answer)
{
	int64_t count;
	if (answer->count &&
	    !num_parse_int(answer->count, 0, INT32_MAX, &count))
		return count;
	return ask_range_total(answer->content_range);
}

/* 1 there is a next page, 0 the list is at its end. */
static int numbered(struct paging *k, const struct ask_answer *answer)
{
	int64_t pages, step = k->spec->size ? k->spec->size : answer->n_records;
	bool is_last = !answer->n_records;
	if (answer->pages &&
	    !num_parse_int(answer->pages, 0, INT32_MAX, &pages))
		is_last |= k->n_pages >= pages;
	else if (k->count >= 0)
		is_last |= k->n_records >= k->count;
	else
		is_last |= k->spec->size && answer->n_records < k->spec->size;
	/* 200 to a range: that was all. */
	if (k->spec->by == BY_RANGE && answer->http == 200)
		is_last = true;
	k->value += k->spec->by == BY_PAGE ? 1 : step;
	return !is_last;
}

static int linked(struct ask *a, struct paging *k,
		  const struct ask_answer *answer, struct err *err)
{
	bool has_path = k->spec->next_path != NULL;
	const char *to = has_path ? answer->next
			 : answer->link
				 ? next_of_header(&a->arena, answer->link)
				 : NULL;
	if (!to || !*to) {
		k->next = NULL;
		return 0;
	}
	if (k->spec->by == BY_LINK)
		to = ask_follow(a, &a->arena, answer->url, to);
	if (!to)
		return err_set(err, ERR_INPUT,
			       "the next page is on another server");
	if (str_eq(to, k->next))
		return err_set(err, ERR_INPUT,
			       "the next page is the same page again");
	k->next = keep(k, to);
	return 1;
}

static void end_list(struct ask *a, struct paging *k)
{
	if (k->spec->by != BY_NOTHING && k->n_records < k->count) {
		a->is_whole = false;
		a->note = "a list ended before its own count";
	}
	k->combination++;
	k->is_done = k->combination >= k->spec->n_combinations;
	begin_list(k);
}

static int answered(struct ask *a, const struct ask_answer *answer,
		    struct err *err)
{
	struct paging *k = a->state;
	int more = 0;
	if (k->spec->by != BY_NOTHING && answer->n_records &&
	    str_eq(answer->hash, k->hash))
		return err_set(err, ERR_INPUT,
			       "the server answers every page with the same "
			       "one: paging is not what the source file says");
	str_copy(k->hash, sizeof(k->hash), answer->hash ? answer->hash : "");
	k->n_pages++;
	k->n_records += answer->n_records;
	if (k->spec->by != BY_NOTHING)
		k->count = count_of(answer);
	if (k->spec->by == BY_LINK || k->spec->by == BY_CURSOR)
		more = linked(a, k, answer, err);
	else if (k->spec->by != BY_NOTHING)
		more = numbered(k, answer);
	if (more < 0)
		return -1;
	if (more && k->n_pages >= k->spec->max_pages) {
		a->is_whole = false;
		a->note = "a list has more pages than max_pages";
		more = 0;
	}
	if (!more)
		end_list(a, k);
	return 0;
}

const struct ask_way ask_way_pages = {begin, next, answered, end};
