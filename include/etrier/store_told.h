/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_TOLD_H
#define ETRIER_STORE_TOLD_H

#include <etrier/store.h>

#include <jansson.h>

struct arena;

/* How an adviser wants to be told: rhythm and absence. Habits: store.h. */

/* {"rhythm","absent_from","absent_until","substitute"} as said on the digest
 * page: words of vocab_digest, ISO dates, a ref of the same agency. A member of
 * *words replaces the stored one, null takes it away. ERR_UNKNOWN: no such
 * adviser. */
int store_adviser_tell(struct store *s, const char *agency, const char *ref,
		       const json_t *words, struct err *err);
/* New; NULL with *err. An empty object: nothing was said. */
json_t *store_adviser_told(struct store *s, const char *agency, const char *ref,
			   struct err *err);

#endif
