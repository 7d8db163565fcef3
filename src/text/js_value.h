/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: what the readers and the writer of JSON share. */
#ifndef ETRIER_TEXT_JS_VALUE_H
#define ETRIER_TEXT_JS_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct jnode;

/* As js_parse(), in the arena, of a value whose nesting was already counted:
 * without the check of depth and without the byte order mark. */
struct jnode *js_node(struct arena *a, const char *bytes, size_t n,
		      struct err *err);
/* The same value, when there is nothing unusual about it; else NULL, which says
 * nothing: ask js_node(). */
struct jnode *js_plain(struct arena *a, const char *bytes, size_t n);
bool js_is_number_byte(char c);
/* How many bytes stand before a quote, a backslash or a control character. */
size_t js_run(const char *s, size_t n);

#endif
