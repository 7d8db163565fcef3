/* SPDX-License-Identifier: EUPL-1.2 */
/* Windows-1252 and ISO-8859-15 to UTF-8. Both are Latin-1 but for a few code
 * points, written out here: no iconv, hence no state and no failure. */
#include "latin.h"

#include <etrier/buf.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#define REPLACEMENT UINT32_C(0xFFFD)

static uint32_t windows(unsigned char c)
{
	static const uint16_t high[32] = {
		0x20AC, 0,	0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,	0x017D, 0,
		0,	0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
		0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,	0x017E, 0x0178};
	return c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c;
}

static uint32_t latin9(unsigned char c)
{
	static const struct {
		unsigned char byte;
		uint16_t cp;
	} rows[] = {{0xA4, 0x20AC}, {0xA6, 0x160}, {0xA8, 0x161},
		    {0xB4, 0x17D},  {0xB8, 0x17E}, {0xBC, 0x152},
		    {0xBD, 0x153},  {0xBE, 0x178}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].byte == c)
			return rows[i].cp;
	return c;
}

bool latin_to_utf8(enum latin l, const char *s, size_t n, struct buf *out)
{
	bool all = true;
	char utf8[4];
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		uint32_t cp = l == LATIN_9 ? latin9(c) : windows(c);
		if (!cp && c) {
			cp = REPLACEMENT;
			all = false;
		}
		buf_add(out, utf8, utf8_put(cp, utf8));
	}
	return all;
}
