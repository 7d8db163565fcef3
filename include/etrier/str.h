/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STR_H
#define ETRIER_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Here and not in str.c: asked hundreds of times an offer, mostly of texts
 * whose first bytes differ already. */

/* NULL equals only NULL. */
static inline bool str_eq(const char *a, const char *b)
{
	return a == b || (a && b && *a == *b && strcmp(a, b) == 0);
}

static inline bool str_starts(const char *s, const char *prefix)
{
	return !*prefix ||
	       (*s == *prefix && strncmp(s, prefix, strlen(prefix)) == 0);
}

bool str_ends(const char *s, const char *suffix);
bool str_is_empty(const char *s); /* NULL, "" or only white space */
/* Copy with a NUL, cut to fit; true when everything fitted. */
bool str_copy(char *dst, size_t size, const char *src);
/* Cut ASCII white space at both ends in place; returns s moved forward. */
char *str_trim(char *s);

/* Edits (insert, delete, replace, swap of neighbours) from a to b, at most
 * max + 1. */
size_t str_distance(const char *a, const char *b, size_t max);
/* The word of words (NULL-terminated) nearest to s, at most two edits away
 * and fewer than half of its length; NULL when none is near. */
const char *str_nearest(const char *s, const char *const *words);

#endif
