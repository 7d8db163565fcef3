/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_LIVE_LOOK_H
#define ETRIER_LIVE_LOOK_H

#include <etrier/live.h>

/* For whoever looks at all of live from beside it: rules that are tried. */

/* Everyone in the roster, in no promised order, as of today and with the set of
 * the rules in force: for (size_t i = 0; live_each_person(l, &i, &p);). Who
 * comes or goes in between may be met twice or not at all. */
bool live_each_person(const struct live *l, size_t *i, struct mperson *out);
bool live_find_person(const struct live *l, uint32_t id, struct mperson *out);
/* Codes of the numbers in struct mperson.agency, from 0 (none: NULL) up to
 * live_n_agencies() - 1. */
uint16_t live_n_agencies(const struct live *l);
const char *live_agency_code(const struct live *l, uint16_t number);
/* The live offer with the largest id below that one; 0: none. */
int64_t live_offer_before(const struct live *l, int64_t below);

/* Told after an offer was compared with everyone, or is not live any more, and
 * after a person entered, changed or left the roster. In the middle of live's
 * work: note it, and ask later. w is copied; NULL: nobody. */
struct live_watch {
	void *ctx;
	void (*on_offer)(void *ctx, int64_t canonical);
	void (*on_person)(void *ctx, uint32_t person);
};
void live_watch(struct live *l, const struct live_watch *w);

#endif
