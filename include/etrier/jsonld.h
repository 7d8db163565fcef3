/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_JSONLD_H
#define ETRIER_JSONLD_H

#include <etrier/js.h>

/* The JobPosting objects (schema.org) of one page, in one shape whatever the
 * page wrote them in. bytes are HTML or a JSON document by themselves; UTF-8,
 * else Windows-1252.
 *
 * JSON-LD: every <script type="application/ld+json"> (comments and CDATA marks
 * around it taken off), and in it every object of that type at any depth:
 * @graph, lists, ItemList. A member that is only {"@id"} is replaced by the
 * object of that id of the page. Line ends and tabs inside strings and commas
 * before a closing bracket are repaired and counted. Microdata, when the page
 * has no JSON-LD posting; RDFa Lite (typeof, property), when it has neither.
 *
 * The record: keys without "schema:" or "http://schema.org/"; {"@value": v} is
 * v; @type one word or a list of them; in microdata and RDFa the value of an
 * element is its attribute content, datetime, href, src or value, else the text
 * a reader sees, with its line ends. In `description` markup that was escaped
 * is unescaped. An `url` is absolute where it could be resolved; when the page
 * has one posting only, "@page" is the address of the page (its canonical link,
 * else page_url). */
#define JSONLD_PAGE_MAX ((size_t)4 * 1024 * 1024)
/* Elements and values looked at in one page; what is nested in itself could
 * otherwise be read again and again. */
#define JSONLD_NODES_MAX ((size_t)1024 * 1024)

struct jsonld_said {
	int64_t n_repairs; /* blocks that were read after a repair */
	int64_t n_skipped; /* blocks that are no JSON and speak of no posting */
};

/* page_url may be NULL. A broken block that mentions JobPosting, and a posting
 * larger than max_element, cost one record each (element NULL). 0, or -1: no
 * posting in the page (ERR_INPUT), page too large, nested too deep or into
 * itself, too many postings (ERR_LIMIT), or on_record stopped. */
int jsonld_read(const char *bytes, size_t n, const char *page_url,
		const struct js_split_limits *limits, js_split_fn *on_record,
		void *ctx, struct jsonld_said *said, struct err *err);

#endif
