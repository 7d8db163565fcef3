/* SPDX-License-Identifier: EUPL-1.2 */
/* Private to src/text: composition of valid UTF-8. */
#ifndef ETRIER_TEXT_NFC_H
#define ETRIER_TEXT_NFC_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* One code point and its length in bytes, or 0 when the n bytes at s do not
 * begin with a valid sequence. */
size_t utf8_sequence(const char *s, size_t n, uint32_t *cp);

/* The n valid bytes at s in Normalization Form C. At most NFC_MARKS_MAX
 * combining marks in a row are kept: sorting longer runs costs quadratic time,
 * and no language stacks more. */
#define NFC_MARKS_MAX 8
char *nfc_dup(struct arena *a, const char *s, size_t n);

#endif
