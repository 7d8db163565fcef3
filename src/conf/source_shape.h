/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SOURCE_SHAPE_H
#define ETRIER_CONF_SOURCE_SHAPE_H

#include <etrier/source.h>

/* Keys that the kind cannot use, paths that are none, and what is wanted. v is
 * the file as read so far, `fields` included. */
void source_check_shape(const struct ynode *root, const json_t *v,
			struct diags *d);

#endif
