/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_UTF8_H
#define ETRIER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Strict UTF-8: no surrogates, no overlong forms, at most U+10FFFF. */
bool utf8_is_valid(const char *s, size_t n);
/* Next code point of NUL-terminated text, *s moved past it; 0 at the end,
 * U+FFFD for an invalid byte. */
uint32_t utf8_next(const char **s);
/* Append the code point's bytes to out (room for 4); returns how many. */
size_t utf8_put(uint32_t cp, char *out);
size_t utf8_count(const char *s); /* code points */
/* The longest prefix of s, at most max bytes, that ends between code points. */
size_t utf8_cut(const char *s, size_t max);

/* The form in which words are compared: compatibility decomposition, case
 * folded, marks stripped, œ æ ø ł đ ı spelt out, invisible characters (soft
 * hyphen, zero-width space) dropped, every run of anything but letters
 * and digits one space, none at the ends. "Bœuf – Élevé (H/F)" gives
 * "boeuf eleve h f". Invalid bytes count as separators. */
char *utf8_fold(struct arena *a, const char *s);
/* The same of n bytes, none of them NUL. */
char *utf8_fold_n(struct arena *a, const char *s, size_t n);

enum utf8_clean { UTF8_ONE_LINE, UTF8_LINES };
/* Text of a stranger made safe to show: invalid bytes, control, zero-width,
 * private-use and bidirectional-control characters dropped, blanks (no-break
 * ones too) joined
 * (UTF8_LINES keeps at most two line ends in a row), ends trimmed, cut to
 * max bytes, "…" included, when something was cut. NFC; at most 8 combining
 * marks in a row. */
char *utf8_clean(struct arena *a, const char *s, enum utf8_clean how,
		 size_t max);

#endif
