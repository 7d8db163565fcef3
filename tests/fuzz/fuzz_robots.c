/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever a site writes: an answer, the same for both spellings of a path, and
 * a delay within its bounds. The first line of the input is the path. */
#include <etrier/mem.h>
#include <etrier/robots.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *s = (const char *)data;
	const char *eol = n ? memchr(s, '\n', n) : NULL;
	size_t k = eol ? (size_t)(eol - s) : 0;
	char *path = mem_printf("/%.*s", (int)k, s);
	char *coded = mem_printf("%%2F%s", path + 1);
	char *text = mem_dup_n(s + k, n - k);
	bool allows = robots_allows(text, n - k, "etrier/1.0", path);
	BUG_ON(allows != robots_allows(text, n - k, "ETRIER", path));
	(void)robots_allows(text, n - k, "x", coded);
	BUG_ON(!robots_allows(text, n - k, "etrier", "/robots.txt"));
	int64_t ms = robots_delay_ms(text, n - k, "etrier");
	BUG_ON(ms < -1 || ms > ROBOTS_DELAY_MAX_MS);
	free(text);
	free(coded);
	free(path);
	return 0;
}
