/* SPDX-License-Identifier: EUPL-1.2 */
/* The words for what becomes of an offer. */
#include <etrier/mem.h>
#include <etrier/offer.h>

#include <assert.h>

static const char *const status_codes[] = {
	[OFFER_LIVE] = "live",
	[OFFER_WITHDRAWN] = "withdrawn",
	[OFFER_EXPIRED] = "expired",
	NULL,
};
static const char *const state_codes[] = {
	[OFFER_LIVE] = "live",	       [OFFER_WITHDRAWN] = "withdrawn",
	[OFFER_EXPIRED] = "expired",   [OFFER_QUARANTINED] = "quarantined",
	[OFFER_REJECTED] = "rejected", NULL,
};
static const char *const labels[] = {
	[OFFER_LIVE] = "en ligne",    [OFFER_WITHDRAWN] = "retirée",
	[OFFER_EXPIRED] = "expirée",  [OFFER_QUARANTINED] = "à vérifier",
	[OFFER_REJECTED] = "refusée",
};
const struct vocab vocab_offer_status = {"offer_status", status_codes, labels,
					 ARRAY_LEN(status_codes) - 1};
const struct vocab vocab_offer_state = {"offer_state", state_codes, labels,
					OFFER_STATE_COUNT};
static_assert(ARRAY_LEN(labels) == OFFER_STATE_COUNT, "a label each");

static const char *const quality_codes[] = {
	[QUALITY_FINE] = "fine",
	[QUALITY_NOTE] = "note",
	[QUALITY_QUARANTINE] = "quarantine",
	[QUALITY_REJECT] = "reject",
	NULL,
};
static const char *const quality_labels[] = {
	[QUALITY_FINE] = "bonne",
	[QUALITY_NOTE] = "à noter",
	[QUALITY_QUARANTINE] = "à vérifier",
	[QUALITY_REJECT] = "refusée",
};
const struct vocab vocab_quality = {"quality", quality_codes, quality_labels,
				    ARRAY_LEN(quality_labels)};
