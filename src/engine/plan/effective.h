/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_ENGINE_EFFECTIVE_H
#define ETRIER_ENGINE_EFFECTIVE_H

#include <jansson.h>

/* What several copies of one post say together: the first line, with what it
 * leaves unknown taken from the others, in order. Title, link, dates and
 * reference stay the first one's; the place is the finest known; each field
 * that is taken brings its provenance. lines: an array of offer lines, the best
 * first, not empty. A new reference. Pure. */
json_t *effective_offer(const json_t *lines);

#endif
