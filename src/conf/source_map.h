/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SOURCE_MAP_H
#define ETRIER_CONF_SOURCE_MAP_H

#include <etrier/source.h>

/* The `fields:` part of a source file: NODE checked, every mistake in d; an
 * object {field: {paths[], const, values{}, date, join, prefix}} with what was
 * right. Whether they are enough is the caller's to say. */
json_t *source_map_read(const struct ynode *node, struct diags *d);

/* The closed list behind a field of type SOURCE_CODE or SOURCE_TRI, or of the
 * licences; NULL: the field takes any text. */
const struct vocab *source_map_vocab(int field);

#endif
