/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: the one-byte encodings of French feeds. */
#ifndef ETRIER_TEXT_LATIN_H
#define ETRIER_TEXT_LATIN_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* ISO-8859-1 is read as Windows-1252, as browsers do. */
enum latin { LATIN_WINDOWS_1252, LATIN_9 };

/* The n bytes as UTF-8, appended. False when Windows-1252 has no character for
 * one of them: U+FFFD stands for it. */
bool latin_to_utf8(enum latin l, const char *s, size_t n, struct buf *out);

#endif
