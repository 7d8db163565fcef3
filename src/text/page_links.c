/* SPDX-License-Identifier: EUPL-1.2 */
/* Addresses in pages and sitemaps. Resolving follows libcurl's own reading of
 * addresses, because libcurl will be asked to fetch them. */
#include "page.h"

#include <etrier/arena.h>
#include <etrier/date.h>
#include <etrier/err.h>
#include <etrier/jnode.h>
#include <etrier/js.h>
#include <etrier/jsonld.h>
#include <etrier/map.h>
#include <etrier/mem.h>
#include <etrier/page_links.h>
#include <etrier/str.h>
#include <etrier/xml.h>

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

/* One <url> of a sitemap with its images and its other languages. */
#define ENTRY_MAX ((size_t)256 * 1024)
/* The root of a sitemap stands behind a declaration and comments at most. */
#define SNIFF_MAX ((size_t)4096)

char *page_link_resolve(struct arena *a, const char *base, const char *ref)
{
	char *url = NULL, *scheme = NULL, *out = NULL;
	CURLU *u = curl_url();
	BUG_ON(!u);
	char *trimmed = str_trim(arena_dup(a, ref));
	/* Two settings: the second is read as a browser reads a link. */
	if (strlen(trimmed) <= LINKS_URL_MAX &&
	    !curl_url_set(u, CURLUPART_URL, base, 0) &&
	    !curl_url_set(u, CURLUPART_URL, trimmed,
			  CURLU_URLENCODE | CURLU_ALLOW_SPACE) &&
	    !curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) &&
	    !curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) &&
	    (str_eq(scheme, "http") || str_eq(scheme, "https")) &&
	    !curl_url_get(u, CURLUPART_URL, &url, 0) &&
	    strlen(url) <= LINKS_URL_MAX)
		out = arena_dup(a, url);
	curl_free(scheme);
	curl_free(url);
	curl_url_cleanup(u);
	return out;
}

struct gather {
	struct arena *a;
	const char *base;
	struct page_links out;
	size_t cap;
	struct map known;
};

static void add(struct gather *g, const char *ref, int64_t changed)
{
	char *url = page_link_resolve(g->a, g->base, ref);
	if (!url || map_get(&g->known, url))
		return;
	if (g->out.n == LINKS_MAX) {
		g->out.was_cut = true;
		return;
	}
	if (g->out.n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 64;
		struct page_link *v = arena_array(g->a, g->cap, sizeof(*v));
		if (g->out.n)
			memcpy(v, g->out.v, g->out.n * sizeof(*v));
		g->out.v = v;
	}
	map_put(&g->known, url, url);
	g->out.v[g->out.n++] =
		(struct page_link){.url = url, .changed = changed};
}

/* ---- sitemaps ---- */

/* The text of a member, with attributes or without; NULL: none. */
static const char *text_of(const struct jnode *entry, const char *name)
{
	const struct jnode *v = jnode_get(entry, name, strlen(name));
	if (v && v->type == JNODE_OBJECT)
		v = jnode_get(v, "#text", strlen("#text"));
	return v && v->type == JNODE_STRING ? v->text : NULL;
}

static int on_entry(void *ctx, const struct jnode *entry, const struct err *why)
{
	struct gather *g = ctx;
	(void)why; /* an entry too large is an address less */
	const char *loc = text_of(entry, "loc");
	const char *mod = text_of(entry, "lastmod");
	int64_t changed;
	if (!mod || instant_parse(mod, &changed))
		changed = INSTANT_NONE;
	if (loc)
		add(g, loc, changed);
	return 0;
}

static int read_sitemap(struct gather *g, const char *bytes, size_t n,
			const char *path, struct err *err)
{
	const struct js_split_limits limits = {.max_element = ENTRY_MAX,
					       .max_elements = INT64_MAX};
	struct arena entry;
	arena_init(&entry);
	struct xml_split *x = xml_split_new(path, &limits, &entry, on_entry, g);
	int rc = xml_split_feed(x, bytes, n, err);
	if (!rc)
		rc = xml_split_end(x, err);
	xml_split_free(x);
	arena_clear(&entry);
	return rc;
}

/* ---- pages ---- */

static int read_html(struct gather *g, const char *bytes, size_t n,
		     struct err *err)
{
	htmlDocPtr doc = page_parse(bytes, n, err);
	if (!doc)
		return -1;
	const xmlNode *root = xmlDocGetRootElement(doc);
	bool has_base = false;
	for (const xmlNode *e = root; e; e = page_next(root, e, false)) {
		const char *href = page_attribute(e, "href");
		if (href && !has_base && page_is(e, "base")) {
			const char *base =
				page_link_resolve(g->a, g->base, href);
			g->base = base ? base : g->base;
			has_base = true;
		}
		if (href && *href && page_is(e, "a"))
			add(g, href, INSTANT_NONE);
	}
	xmlFreeDoc(doc);
	return 0;
}

static enum page_kind sniff(const char *bytes, size_t n)
{
	size_t k = n < SNIFF_MAX ? n : SNIFF_MAX;
	if (memmem(bytes, k, "<sitemapindex", 13))
		return PAGE_SITEMAP_INDEX;
	return memmem(bytes, k, "<urlset", 7) ? PAGE_SITEMAP : PAGE_HTML;
}

int page_links(struct arena *a, const char *bytes, size_t n, const char *url,
	       struct page_links *out, struct err *err)
{
	struct gather g = {.a = a, .base = url, .out.kind = sniff(bytes, n)};
	int rc = -1;
	if (n > LINKS_SITEMAP_MAX)
		return err_set(err, ERR_LIMIT, "larger than %zu bytes",
			       LINKS_SITEMAP_MAX);
	map_init(&g.known);
	switch (g.out.kind) {
	case PAGE_HTML:
		rc = read_html(&g, bytes, n, err);
		break;
	case PAGE_SITEMAP:
		rc = read_sitemap(&g, bytes, n, "urlset.url", err);
		break;
	case PAGE_SITEMAP_INDEX:
		rc = read_sitemap(&g, bytes, n, "sitemapindex.sitemap", err);
		break;
	}
	map_clear(&g.known, NULL);
	if (!rc)
		*out = g.out;
	return rc;
}
