/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_STORE_STRIP_H
#define ETRIER_STORE_STRIP_H

#include <stdint.h>

struct err;
struct store;

/* Take out of a rejected offer what it lives from (store_offer_put()). */
int strip_rejected(struct store *s, int64_t offer, struct err *err);

/* Its row of statistics, as it is now: after its state or content changed and
 * before its content is taken out. */
int stat_put(struct store *s, int64_t offer, struct err *err);
/* The same for what a poll did not see and was closed at that instant. */
int stat_put_closed(struct store *s, const char *source, int64_t closed_at,
		    struct err *err);

#endif
