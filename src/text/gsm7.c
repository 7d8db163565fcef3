/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text costs as an SMS, and how to write it with the letters every
 * handset has. The alphabet is that of 3GPP TS 23.038, 6.2.1; no national
 * language shift tables, which French operators do not carry. */
#include "nfc.h"

#include <etrier/arena.h>
#include <etrier/buf.h>
#include <etrier/gsm7.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#define SEGMENT_GSM7	   160
#define SEGMENT_GSM7_JOINT 153 /* 7 septets of header */
#define SEGMENT_UCS2	   70
#define SEGMENT_UCS2_JOINT 67
#define DECOMPOSED_MAX	   32

/* The basic table beside ASCII letters, digits and signs, which are all there
 * except ` ^ { } \ [ ~ ] |. */
static const uint16_t beside_ascii[] = {
	0xA3,  0xA5,  0xE8,  0xE9,  0xF9,  0xEC,  0xF2,	 0xC7,	0xD8,  0xF8,
	0xC5,  0xE5,  0x394, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3,
	0x398, 0x39E, 0xC6,  0xE6,  0xDF,  0xC9,  0xA4,	 0xA1,	0xC4,  0xD6,
	0xD1,  0xDC,  0xA7,  0xBF,  0xE4,  0xF6,  0xF1,	 0xFC,	0xE0};

/* Septets of one character; 0: not in the alphabet. */
static int septets(uint32_t cp)
{
	if (cp == 0x20AC || cp == 0x0C ||
	    (cp && cp < 0x80 && strchr("^{}\\[~]|", (int)cp)))
		return 2;
	if (cp < 0x7F)
		return cp == '\n' || cp == '\r' || (cp >= ' ' && cp != '`');
	for (size_t i = 0; i < ARRAY_LEN(beside_ascii); i++) {
		if (beside_ascii[i] == cp)
			return 1;
	}
	return 0;
}

static int units(uint32_t cp, bool is_gsm7)
{
	return is_gsm7 ? septets(cp) : cp > 0xFFFF ? 2 : 1;
}

static bool fits_alphabet(const char *s)
{
	for (uint32_t cp; (cp = utf8_next(&s));) {
		if (!septets(cp))
			return false;
	}
	return true;
}

struct gsm7_size gsm7_measure(const char *utf8)
{
	struct gsm7_size size = {.is_gsm7 = fits_alphabet(utf8)};
	int alone = size.is_gsm7 ? SEGMENT_GSM7 : SEGMENT_UCS2;
	int joint = size.is_gsm7 ? SEGMENT_GSM7_JOINT : SEGMENT_UCS2_JOINT;
	int filled = 0, segments = 1;
	uint32_t cp;
	for (const char *s = utf8; (cp = utf8_next(&s));) {
		int n = units(cp, size.is_gsm7);
		size.units += n;
		if (filled + n > joint) {
			segments++;
			filled = 0;
		}
		filled += n;
	}
	size.segments = !size.units ? 0 : size.units <= alone ? 1 : segments;
	return size;
}

/* What decomposition does not give. */
static const char *replacement(uint32_t cp)
{
	static const struct {
		uint16_t cp;
		const char *text;
	} table[] = {
		{'\t', " "},	{'`', "'"},    {0xA6, "|"},	{0xA9, "(c)"},
		{0xAB, "\""},	{0xAD, ""},    {0xAE, "(r)"},	{0xB0, "o"},
		{0xB4, "'"},	{0xB7, "."},   {0xBB, "\""},	{0xD7, "x"},
		{0xF0, "d"},	{0x110, "D"},  {0x111, "d"},	{0x131, "i"},
		{0x141, "L"},	{0x142, "l"},  {0x152, "OE"},	{0x153, "oe"},
		{0x2010, "-"},	{0x2011, "-"}, {0x2012, "-"},	{0x2013, "-"},
		{0x2014, "-"},	{0x2015, "-"}, {0x2018, "'"},	{0x2019, "'"},
		{0x201A, "'"},	{0x201B, "'"}, {0x201C, "\""},	{0x201D, "\""},
		{0x201E, "\""}, {0x2022, "-"}, {0x2026, "..."}, {0x2028, "\n"},
		{0x2029, "\n"}, {0x2032, "'"}, {0x2033, "\""},	{0x2039, "'"},
		{0x203A, "'"},	{0x2044, "/"}, {0x2192, "->"},	{0x2212, "-"},
		{0x2B9, "'"},	{0x2BC, "'"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].cp == cp)
			return table[i].text;
	}
	return NULL;
}

static bool add_known(struct buf *out, uint32_t cp)
{
	char bytes[4];
	const char *text = replacement(cp);
	if (text)
		buf_adds(out, text);
	else if (septets(cp))
		buf_add(out, bytes, utf8_put(cp, bytes));
	else
		return false;
	return true;
}

static bool is_invisible(uint32_t cp)
{
	const utf8proc_property_t *p =
		utf8proc_get_property((utf8proc_int32_t)cp);
	return p->ignorable || p->category == UTF8PROC_CATEGORY_CC ||
	       p->category == UTF8PROC_CATEGORY_CF ||
	       p->category == UTF8PROC_CATEGORY_MN ||
	       p->category == UTF8PROC_CATEGORY_ME;
}

static void add_nearest(struct buf *out, uint32_t cp)
{
	utf8proc_int32_t parts[DECOMPOSED_MAX];
	int boundary = 0;
	if (is_invisible(cp))
		return;
	utf8proc_ssize_t n = utf8proc_decompose_char(
		(utf8proc_int32_t)cp, parts, DECOMPOSED_MAX,
		UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK,
		&boundary);
	size_t before = out->len;
	for (utf8proc_ssize_t i = 0; i < n && n <= DECOMPOSED_MAX; i++) {
		if (!add_known(out, (uint32_t)parts[i]))
			break;
		before = 0;
	}
	if (out->len == before)
		buf_addc(out, '?');
}

/* French guillemets have blanks inside, the sign that replaces them has not. */
static const char *after_opening(const char *s)
{
	const char *next = s;
	uint32_t cp = utf8_next(&next);
	return cp == ' ' || cp == 0xA0 || cp == 0x202F ? next : s;
}

char *gsm7_transliterate(struct arena *a, const char *utf8)
{
	/* Composed first: é is in the alphabet, e with an accent is not. */
	const char *s = nfc_dup(a, utf8, strlen(utf8));
	struct buf out;
	buf_init(&out, SIZE_MAX / 4);
	for (uint32_t cp; (cp = utf8_next(&s));) {
		if (cp == 0xBB && out.len && out.data[out.len - 1] == ' ')
			out.len--;
		if (!add_known(&out, cp))
			add_nearest(&out, cp);
		if (cp == 0xAB)
			s = after_opening(s);
	}
	char *result = arena_dup_n(a, out.data ? out.data : "", out.len);
	buf_clear(&out);
	return result;
}
