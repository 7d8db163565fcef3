/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_PLAN_PAGE_DIGEST_H
#define ETRIER_PLAN_PAGE_DIGEST_H

#include "acts.h"
#include "digest.h"
#include "plan.h"

#include <etrier/map.h>

/* One digest as its page sees it: who it was for, and which items it showed.
 *
 * An item is named by its ids: "P.C" an offer C for the person P, "P" the
 * person, "P.E.STEP" a step of the contract of event E. Only what the digest
 * showed can be acted on: rows of the ledger and of `shown` that name the
 * message, and whatever its frozen model calls "key". */
struct page_digest {
	struct store_message message;
	struct plan_digest whose; /* agency, adviser, audience; no choices */
	struct adviser adviser;
	struct store_agency agency_row;
	struct agency agency;
	struct map items;  /* "P.C" -> itself */
	struct map people; /* "P" -> itself: of every item */
};
/* ERR_UNKNOWN: nothing behind the token. page_digest_clear() after success
 * only. */
int page_digest_find(const struct plan_page_ask *ask, struct page_digest *out);
void page_digest_clear(struct page_digest *d);
/* Was it shown, and is the person this adviser's still? ids[0] is the person,
 * into *out. *is false: not, or nobody. */
int page_digest_person(const struct plan_page_ask *ask,
		       const struct page_digest *d, int64_t person,
		       struct plan_person *out, bool *is);

/* May whoever reads this digest write to the person, or stop what is written?
 */
bool page_digest_may_write(const struct page_digest *d,
			   const struct store_person *row);

/* page_digest.c: the model (front.h). */
json_t *page_digest_model(const struct plan_page_ask *ask,
			  const struct page_digest *d);

#endif
