/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages with offers in them: robots.txt first, then the list of links or the
 * sitemap (or an index of sitemaps), then page after page, on the source's own
 * server only and nowhere that robots.txt forbids (RFC 9309: a missing file
 * allows all, one that cannot be had allows nothing).
 *
 * A page that fails costs itself, and the poll is not whole; so it is when
 * there are more pages than the file of the source allows. */
#include "ask_way.h"

#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/js.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/num.h>
#include <etrier/page_links.h>
#include <etrier/robots.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

enum {
	SITEMAPS_MAX = 50, /* of one index */
	FAILURES_MAX = 10, /* in a row: the server is ill */
	/* lastmod is often a day without an hour, in an unknown zone. */
	CHANGED_SLACK_S = 2 * 86400,
	DELAY_MAX_MS = 30000
};

enum stage { ROBOTS, LISTS, PAGES };
struct crawl {
	enum stage stage;
	const char *robots; /* kept; NULL: allows all */
	size_t n_robots;
	const char **lists; /* addresses yet to be read for links */
	size_t n_lists, at_list, cap_lists;
	const char **pages;
	size_t n_pages, at_page, max_pages;
	struct map seen; /* of pages */
	int failures;
	int64_t since; /* pages changed before it are left out */
	bool is_single, is_done;
};

static void begin(struct ask *a)
{
	const json_t *pages = json_object_get(a->in.source, "pages");
	bool is_window = str_eq(js_str(a->in.source, "delivers", ""), "window");
	struct crawl *k = mem_alloc(sizeof(*k));
	k->is_single = !js_str(pages, "from", NULL);
	k->max_pages = (size_t)js_int(pages, "max", 1);
	k->cap_lists = SITEMAPS_MAX + 1;
	k->lists = mem_array(k->cap_lists, sizeof(*k->lists));
	k->pages = mem_array(k->max_pages, sizeof(*k->pages));
	k->since = INSTANT_NONE;
	map_init(&k->seen);
	if (is_window && a->in.since &&
	    !num_parse_int(a->in.since, 0, a->in.now, &k->since))
		k->since -= CHANGED_SLACK_S;
	if (!k->is_single)
		a->cursor =
			arena_printf(&a->keep, "%lld", (long long)a->in.now);
	if (k->is_single)
		k->pages[k->n_pages++] = ask_base(a, &a->keep);
	else
		k->lists[k->n_lists++] = ask_base(a, &a->keep);
	a->state = k;
}

static void end(struct ask *a)
{
	struct crawl *k = a->state;
	map_clear(&k->seen, NULL);
	free(k->lists);
	free(k->pages);
	free(k);
	a->state = NULL;
}

/* From the first / after the host; "/" when there is none. */
static const char *path_of(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host ? strpbrk(host + 3, "/?") : NULL;
	return path ? path : "/";
}

static bool is_allowed(const struct ask *a, const char *url)
{
	const struct crawl *k = a->state;
	return !k->robots || robots_allows(k->robots, k->n_robots,
					   a->in.user_agent, path_of(url));
}

/* * stands for any bytes; the whole path must fit. */
static bool fits(const char *pattern, const char *s)
{
	const char *star = NULL, *back = NULL;
	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			back = s;
		} else if (*pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool next(struct ask *a)
{
	struct crawl *k = a->state;
	struct ask_request *q = &a->request;
	if (k->is_done)
		return false;
	if (k->stage == ROBOTS) {
		q->use = ASK_TEXT;
		q->url = ask_follow(a, &a->arena, NULL, "/robots.txt");
		q->may_be_gone = true;
		q->may_fail = true;
		return true;
	}
	if (k->stage == LISTS && k->at_list < k->n_lists) {
		q->use = ASK_TEXT;
		q->url = k->lists[k->at_list];
		return true;
	}
	k->stage = PAGES;
	if (k->at_page >= k->n_pages)
		return false;
	q->url = k->pages[k->at_page];
	q->is_conditional = k->is_single;
	q->may_be_gone = !k->is_single;
	q->may_fail = !k->is_single;
	return true;
}

static int take_robots(struct ask *a, const struct ask_answer *answer,
		       struct err *err)
{
	struct crawl *k = a->state;
	bool is_missing = answer->http >= 400 && answer->http < 500;
	k->stage = LISTS;
	if (answer->has_failed && !is_missing)
		return err_set(err, ERR_NETWORK,
			       "robots.txt of the server cannot be had: "
			       "nothing may be read before it");
	if (answer->has_failed || answer->http != 200)
		return 0;
	k->n_robots = answer->n_text < ROBOTS_MAX ? answer->n_text : ROBOTS_MAX;
	k->robots = arena_dup_n(&a->keep, answer->text, k->n_robots);
	a->delay_ms = num_clip(
		robots_delay_ms(k->robots, k->n_robots, a->in.user_agent), 0,
		DELAY_MAX_MS);
	const char *first = k->is_single ? k->pages[0] : k->lists[0];
	if (!is_allowed(a, first))
		return err_set(err, ERR_CONFIG,
			       "robots.txt of the server forbids this address");
	return 0;
}

static void add_page(struct ask *a, const struct page_link *link)
{
	struct crawl *k = a->state;
	const char *match =
		js_str(json_object_get(a->in.source, "pages"), "match", "*");
	bool is_old = k->since != INSTANT_NONE &&
		      link->changed != INSTANT_NONE && link->changed < k->since;
	if (is_old || !fits(match, path_of(link->url)) ||
	    !ask_is_same_server(js_str(a->in.source, "url", ""), link->url) ||
	    !is_allowed(a, link->url))
		return;
	if (map_get(&k->seen, link->url))
		return;
	if (k->n_pages == k->max_pages) {
		a->is_whole = false;
		a->note = "more pages than pages.max";
		return;
	}
	char *url = arena_dup(&a->keep, link->url);
	k->pages[k->n_pages++] = url;
	map_put(&k->seen, url, url);
}

static void add_list(struct ask *a, const struct page_link *link)
{
	struct crawl *k = a->state;
	if (!ask_is_same_server(js_str(a->in.source, "url", ""), link->url) ||
	    !is_allowed(a, link->url))
		return;
	if (k->n_lists == k->cap_lists) {
		a->is_whole = false;
		a->note = "more sitemaps than are read";
		return;
	}
	k->lists[k->n_lists++] = arena_dup(&a->keep, link->url);
}

static int take_list(struct ask *a, const struct ask_answer *answer,
		     struct err *err)
{
	struct crawl *k = a->state;
	struct page_links found;
	struct arena arena;
	arena_init(&arena);
	int rc = page_links(&arena, answer->text, answer->n_text, answer->url,
			    &found, err);
	/* An index lists sitemaps, once: none of them may be an index. */
	bool is_index = !rc && found.kind == PAGE_SITEMAP_INDEX;
	bool may_be_index = k->at_list == 0;
	k->at_list++;
	for (size_t i = 0; !rc && i < found.n; i++) {
		if (!is_index)
			add_page(a, &found.v[i]);
		else if (may_be_index)
			add_list(a, &found.v[i]);
	}
	if (!rc && (found.was_cut || (is_index && !may_be_index)))
		a->is_whole = false;
	bool is_last = k->at_list >= k->n_lists;
	if (!rc && is_last && !k->n_pages && k->since == INSTANT_NONE)
		rc = err_set(err, ERR_INPUT,
			     "no link to a page of offers (pages.match)");
	arena_clear(&arena);
	return rc;
}

static int take_page(struct ask *a, const struct ask_answer *answer,
		     struct err *err)
{
	struct crawl *k = a->state;
	k->at_page++;
	k->failures = answer->has_failed ? k->failures + 1 : 0;
	if (answer->has_failed) {
		a->is_whole = false;
		a->note = "some pages could not be read";
	}
	if (k->failures >= FAILURES_MAX)
		return err_set(err, ERR_NETWORK,
			       "page after page cannot be read");
	return 0;
}

static int answered(struct ask *a, const struct ask_answer *answer,
		    struct err *err)
{
	const struct crawl *k = a->state;
	if (k->stage == ROBOTS)
		return take_robots(a, answer, err);
	if (k->stage == LISTS && k->at_list < k->n_lists)
		return take_list(a, answer, err);
	return take_page(a, answer, err);
}

const struct ask_way ask_way_crawl = {begin, next, answered, end};
