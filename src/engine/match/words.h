/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ENGINE_MATCH_WORDS_H
#define ENGINE_MATCH_WORDS_H

#include <etrier/match.h>

struct arena;
struct refdata;

/* The code of what was found, "too_far", for JSON. */
const char *words_code(enum why why);
/* The French words for a code and its facts; NULL when there are none. In the
 * arena. */
const char *words_make(const struct refdata *rd, struct arena *a, enum why why,
		       const int32_t facts[3]);
/* The same for words of the caller's, as the table has them. */
const char *words_fill(const struct refdata *rd, struct arena *a,
		       const char *words, const int32_t facts[3]);

#endif
