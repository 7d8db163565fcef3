/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers from text, and the two integer operations scores rest on. */
#include <etrier/mem.h>
#include <etrier/num.h>

#include <stdbool.h>

/* Reads [-]digits[.digits]. Decimals past `digits` are refused, or rounded
 * half away from zero when `rounds`. The value is scaled by 10^digits. */
static int parse(const char *s, int digits, bool rounds, int64_t *out)
{
	const int64_t ceiling = INT64_MAX / 10 - 1;
	bool negative = *s == '-';
	s += negative;
	if (*s < '0' || *s > '9')
		return -1;
	int64_t v = 0;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (v > ceiling)
			return -1;
		v = v * 10 + (*s - '0');
	}
	int kept = 0;
	bool up = false;
	if (*s == '.' && (digits || rounds)) {
		s++;
		if (*s < '0' || *s > '9')
			return -1;
		for (int seen = 0; *s >= '0' && *s <= '9'; s++, seen++) {
			if (seen >= digits && !rounds)
				return -1;
			if (seen == digits)
				up = *s >= '5';
			if (seen >= digits)
				continue;
			if (v > ceiling)
				return -1;
			v = v * 10 + (*s - '0');
			kept++;
		}
	}
	if (*s)
		return -1;
	for (; kept < digits; kept++) {
		if (v > ceiling)
			return -1;
		v *= 10;
	}
	v += up;
	*out = negative ? -v : v;
	return 0;
}

static int parse_within(const char *s, int digits, bool rounds, int64_t min,
			int64_t max, int64_t *out)
{
	int64_t v;
	if (!s || parse(s, digits, rounds, &v) || v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

int num_parse_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	return parse_within(s, 0, false, min, max, out);
}

int num_parse_decimal(const char *s, int digits, int64_t min, int64_t max,
		      int64_t *out)
{
	BUG_ON(digits < 0 || digits > 9);
	return parse_within(s, digits, false, min, max, out);
}

int num_parse_udeg(const char *s, int32_t limit_deg, int32_t *out)
{
	int64_t v, limit = (int64_t)limit_deg * 1000000;
	if (parse_within(s, 6, true, -limit, limit, &v))
		return -1;
	*out = (int32_t)v;
	return 0;
}

uint32_t num_isqrt(uint64_t n)
{
	uint64_t root = 0, bit = (uint64_t)1 << 62;
	while (bit > n)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (n >= root + bit) {
			n -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (uint32_t)root;
}

int64_t num_div_round(int64_t a, int64_t b)
{
	int64_t q = (2 * a + b) / (2 * b);
	/* C truncates towards zero; half up means towards plus infinity. */
	if ((2 * a + b) % (2 * b) < 0)
		q--;
	return q;
}

int64_t num_clip(int64_t v, int64_t lo, int64_t hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}
