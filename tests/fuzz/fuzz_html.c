/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever comes in, clean text of bounded length comes out, and cleaning it
 * again changes nothing; folding is idempotent too. */
#include "text/html_plain.h"

#include <etrier/arena.h>
#include <etrier/gsm7.h>
#include <etrier/html.h>
#include <etrier/mem.h>
#include <etrier/utf8.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_clean(struct arena *a, const char *s, enum utf8_clean how)
{
	BUG_ON(!utf8_is_valid(s, strlen(s)));
	BUG_ON(strcmp(utf8_clean(a, s, how, (size_t)1 << 20), s) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	arena_init(&a);
	char *s = mem_dup_n((const char *)data, n);
	check_clean(&a, html_to_text(&a, s, (size_t)1 << 20), UTF8_LINES);
	check_clean(&a, utf8_clean(&a, s, UTF8_ONE_LINE, (size_t)1 << 20),
		    UTF8_ONE_LINE);
	for (size_t max = 0; max < 12; max++) {
		const char *cut = html_to_text(&a, s, max);
		BUG_ON(strlen(cut) > max || !utf8_is_valid(cut, strlen(cut)));
	}
	char *plain = html_plain_text(s);
	if (plain && html_looks_like(s))
		BUG_ON(strcmp(utf8_clean(&a, plain, UTF8_LINES, n * 8),
			      html_parsed_text(&a, s, n * 8)) != 0);
	free(plain);
	const char *folded = utf8_fold(&a, s);
	BUG_ON(!utf8_is_valid(folded, strlen(folded)));
	BUG_ON(strcmp(utf8_fold(&a, folded), folded) != 0);
	const char *sms = gsm7_transliterate(&a, s);
	BUG_ON(!gsm7_measure(sms).is_gsm7);
	free(s);
	arena_clear(&a);
	return 0;
}
