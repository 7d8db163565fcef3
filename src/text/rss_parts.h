/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: what rss.c cuts a feed into, made readable. */
#ifndef ETRIER_TEXT_RSS_PARTS_H
#define ETRIER_TEXT_RSS_PARTS_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* A name of the feed as it may stand in a message. */
#define RSS_NAME_MAX 40

/* Told of every repair: what, and a name of the feed (NULL: none) of which n
 * bytes count. */
typedef void rss_repair_fn(void *ctx, const char *what, const char *name,
			   size_t n);

/* By the name without its prefix. */
bool rss_is_root(const char *name);
bool rss_is_item(const char *name);
bool rss_keeps_markup(const char *name); /* markup inside is text */

enum rss_charset { RSS_UNDECLARED, RSS_UTF8, RSS_LATIN1, RSS_LATIN9 };
/* The charset of <?xml ... encoding="x"?>; pi is what stands between "<?" and
 * "?>". RSS_UNDECLARED: none there or none that we know. */
enum rss_charset rss_charset_of(const char *pi, size_t n);

struct rss_decoder {
	enum rss_charset declared;
	rss_repair_fn *on_repair;
	void *ctx;
};
/* The n raw bytes as valid UTF-8 without control characters, appended;
 * references decoded unless is_literal (CDATA, markup kept as text). */
void rss_decode(const struct rss_decoder *d, const char *s, size_t n,
		bool is_literal, struct buf *out);

/* The next attribute of a tag, *at moved past it. False at the end. Value is
 * raw; has_fault: no quotes or no value. */
struct rss_attribute {
	const char *name, *value;
	size_t n_name, n_value;
	bool has_fault;
};
bool rss_next_attribute(const char **at, const char *end,
			struct rss_attribute *out);

#endif
