/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: a JSON value whose nesting was already counted. */
#ifndef ETRIER_TEXT_JS_VALUE_H
#define ETRIER_TEXT_JS_VALUE_H

#include <jansson.h>
#include <stddef.h>

struct err;

/* As js_parse() without the check of depth and without the byte order mark. */
json_t *js_value(const char *bytes, size_t n, struct err *err);

#endif
