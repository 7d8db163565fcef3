/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: one record of a feed while its elements come in. */
#ifndef ETRIER_TEXT_RSS_RECORD_H
#define ETRIER_TEXT_RSS_RECORD_H

#include <etrier/buf.h>
#include <etrier/rss.h>

/* Level 0 is the record, level n an element n levels inside it. */
struct rss_node {
	json_t *tree; /* NULL while there is only text */
	struct buf text;
};
struct rss_record {
	struct rss_node nodes[RSS_DEPTH_MAX + 1];
	int level; /* -1: no record is open */
	size_t size, max;
	bool is_too_large; /* no longer kept */
};

void rss_record_init(struct rss_record *r, size_t max);
void rss_record_clear(struct rss_record *r);
void rss_record_open(struct rss_record *r, const char *name);
void rss_record_attribute(struct rss_record *r, const char *name,
			  const char *value);
void rss_record_text(struct rss_record *r, const char *s, size_t n);
/* More text than a record may have. */
void rss_record_overflow(struct rss_record *r);
/* Close the innermost element into the one around it under its name. Of the
 * record itself the finished tree is returned, the caller's (NULL: too large),
 * the keys promised by rss.h added; else NULL. */
json_t *rss_record_close(struct rss_record *r, const char *name);
/* Forget the record. */
void rss_record_drop(struct rss_record *r);

#endif
