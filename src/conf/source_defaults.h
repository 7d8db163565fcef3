/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_CONF_SOURCE_DEFAULTS_H
#define ETRIER_CONF_SOURCE_DEFAULTS_H

#include <jansson.h>

/* The `fields` that a kind has by itself, in the form of source_map_read(): rss
 * and jsonld, whose records have known names. A new object; NULL: the kind has
 * none. What the administrator writes replaces a field whole. */
json_t *source_default_fields(const char *kind);

#endif
