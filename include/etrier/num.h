/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef ETRIER_NUM_H
#define ETRIER_NUM_H

#include <stdint.h>

/* Numbers from text without locale, white space, sign tricks or overflow: the
 * whole string must be the number. 0 on success, -1 otherwise (*out is then
 * untouched). */
int num_parse_int(const char *s, int64_t min, int64_t max, int64_t *out);
/* A decimal with at most `digits` (0-9) decimals, scaled by 10^digits:
 * num_parse_decimal("0.35", 3, 0, 1000, &v) gives 350. Dot only. */
int num_parse_decimal(const char *s, int digits, int64_t min, int64_t max,
		      int64_t *out);
/* Degrees to micro-degrees; more than six decimals are rounded, exponents
 * refused. */
int num_parse_udeg(const char *s, int32_t limit_deg, int32_t *out);

/* floor(sqrt(n)), exact. */
uint32_t num_isqrt(uint64_t n);
/* a / b rounded half up, for b > 0. */
int64_t num_div_round(int64_t a, int64_t b);
int64_t num_clip(int64_t v, int64_t lo, int64_t hi);

#endif
