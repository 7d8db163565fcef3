/* SPDX-License-Identifier: EUPL-1.2 */
/* The two encodings of French feeds that expat does not know, by the tables of
 * the Unicode consortium (CP1252.TXT, 8859-15.TXT). */
#include "xml_encoding.h"

#include <etrier/mem.h>

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

/* Windows-1252, and ISO-8859-15 of French feeds before the euro. The rest
 * expat has itself. -1: no such character. */
int XMLCALL xml_encoding(void *ctx, const XML_Char *name, XML_Encoding *info)
{
	static const int windows[32] = {
		0x20AC, -1,	0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, -1,	0x017D, -1,
		-1,	0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
		0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, -1,	0x017E, 0x0178};
	static const struct {
		int byte, cp;
	} latin9[] = {{0xA4, 0x20AC}, {0xA6, 0x160}, {0xA8, 0x161},
		      {0xB4, 0x17D},  {0xB8, 0x17E}, {0xBC, 0x152},
		      {0xBD, 0x153},  {0xBE, 0x178}};
	(void)ctx;
	bool is_windows = strcasecmp(name, "windows-1252") == 0 ||
			  strcasecmp(name, "cp1252") == 0;
	if (!is_windows && strcasecmp(name, "iso-8859-15") != 0)
		return XML_STATUS_ERROR;
	for (int i = 0; i < 256; i++)
		info->map[i] = i;
	for (int i = 0; is_windows && i < 32; i++)
		info->map[0x80 + i] = windows[i];
	for (size_t i = 0; !is_windows && i < ARRAY_LEN(latin9); i++)
		info->map[latin9[i].byte] = latin9[i].cp;
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return XML_STATUS_OK;
}
