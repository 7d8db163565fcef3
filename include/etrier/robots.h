/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ROBOTS_H
#define ETRIER_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* robots.txt as RFC 9309 reads it. text is the n bytes of the file, cut at
 * ROBOTS_MAX (the RFC's least). agent is a product token or begins with one
 * ("etrier/1.0 (...)"): its leading letters, - and _ choose the groups, case
 * does not matter; all groups of that name together, else those of "*", else
 * everything is allowed. Nothing is kept between calls. (What a missing or
 * failing robots.txt means is the caller's to decide.) */
#define ROBOTS_MAX	((size_t)500 * 1024)
#define ROBOTS_PATH_MAX 2048 /* a longer path is not allowed */
/* No site is served by a wait longer than a day. */
#define ROBOTS_DELAY_MAX_MS ((int64_t)24 * 3600 * 1000)

/* path: from the first / of an address to its end, query included. The longest
 * rule that fits decides, allow before disallow; * is any bytes, $ at the end
 * of a rule the end of the path; %XX and the byte it stands for are the same.
 * /robots.txt is always allowed. */
bool robots_allows(const char *text, size_t n, const char *agent,
		   const char *path);
/* Crawl-delay of the same groups (the longest of several) in milliseconds, at
 * most ROBOTS_DELAY_MAX_MS; -1: none. */
int64_t robots_delay_ms(const char *text, size_t n, const char *agent);

#endif
