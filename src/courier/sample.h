/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_COURIER_SAMPLE_H
#define ETRIER_COURIER_SAMPLE_H

#include <jansson.h>

/* The model of a digest with every member filled (courier.h), all of it
 * invented; new. */
json_t *sample_digest(void);

#endif
