/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PAGE_LINKS_H
#define ETRIER_PAGE_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

/* The addresses that a page or a sitemap leads to. */
#define LINKS_MAX     50000 /* of one document; what a sitemap may hold */
#define LINKS_URL_MAX 2048  /* longer ones are left out (sitemaps.org) */
/* sitemaps.org: 50 MiB a sitemap; a page is capped as in etrier/jsonld.h. */
#define LINKS_SITEMAP_MAX ((size_t)50 * 1024 * 1024)

struct page_link {
	const char *url; /* absolute http(s), without fragment */
	int64_t changed; /* <lastmod>, or INSTANT_NONE (etrier/date.h) */
};
enum page_kind { PAGE_HTML, PAGE_SITEMAP, PAGE_SITEMAP_INDEX };
struct page_links {
	enum page_kind kind;
	struct page_link *v; /* in document order, each address once */
	size_t n;
	bool was_cut; /* there were more than LINKS_MAX */
};

/* HTML: every <a href>, resolved against <base href> or url. Sitemap (root
 * urlset) and sitemap index (root sitemapindex): every <loc>. url is where the
 * document came from. All in the arena. 0, or -1: too large or a sitemap that
 * is not well-formed or cut (ERR_INPUT, ERR_LIMIT). No links is no error. */
int page_links(struct arena *a, const char *bytes, size_t n, const char *url,
	       struct page_links *out, struct err *err);

/* ref as a browser would read it in a document at base: absolute, without
 * fragment; NULL: no http(s) address, or longer than LINKS_URL_MAX. */
char *page_link_resolve(struct arena *a, const char *base, const char *ref);

#endif
