/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_RSS_H
#define ETRIER_RSS_H

#include <etrier/js.h>

/* Items of RSS 0.9x, 1.0 (RDF), 2.0 and entries of Atom as JSON trees, from a
 * document of any size in bounded memory. Real feeds are seldom well-formed, so
 * this reader, unlike etrier/xml.h, repairs what it safely can, counts every
 * repair and says the first:
 *
 *   prefixes that nobody declared       blank lines before <?xml
 *   entities of HTML (&nbsp; &eacute;)  & and < that begin nothing
 *   control characters (dropped)        attributes without quotes or value
 *   end tags missing inside an item, or of nothing that is open
 *   an encoding other than the declared one: each text is UTF-8 if it can be,
 *   else the declared one-byte encoding, else Windows-1252
 *
 * Not repaired: a document whose root element is not closed (cut), UTF-16, a
 * root that is no feed, a DOCTYPE with an internal subset (others are skipped,
 * nothing is ever fetched), nesting deeper than RSS_DEPTH_MAX. An item that is
 * not closed where the next begins or the feed ends costs itself.
 *
 * A record is the first-level tree of etrier/xml.h. Inside title, description,
 * summary, content and content:encoded markup is text, tags included, whether
 * the feed escaped it or not. Then, so that one map fits all, where absent:
 *   title        from dc:title
 *   link         (an <a href> kind of element) gets its address as "#text":
 *                of several those with rel alternate or without rel
 *   guid         from id, @rdf:about
 *   pubDate      from published, dc:date, updated
 *   description  from summary
 *   content      from content:encoded
 * each also found under the prefix atom: or rss:. */
#define RSS_DEPTH_MAX 64

struct rss;
struct rss *rss_new(const struct js_split_limits *limits,
		    js_split_fn *on_record, void *ctx);
/* 0, or -1: as above (ERR_INPUT, with the line), a tag larger than 64 KiB, too
 * many records, or on_record stopped. */
int rss_feed(struct rss *r, const char *bytes, size_t n, struct err *err);
/* -1 also when the root element was never closed. A feed without items is
 * whole. */
int rss_end(struct rss *r, struct err *err);
/* NULL, or "3 repairs, the first in line 4: ..." (our words and names of at
 * most 40 letters, digits and _-); borrowed, good until the next feed. */
const char *rss_warning(const struct rss *r);
void rss_free(struct rss *r);

#endif
