/* SPDX-License-Identifier: EUPL-1.2 */
/* Each place is cleaned as if it were the only one; what stands between them is
 * ours and clean, so the whole is only cut. */
#include "texts.h"

#include <etrier/arena.h>
#include <etrier/html.h>
#include <etrier/utf8.h>

#include <string.h>

static const char *clean(struct arena *a, const char *s, size_t max)
{
	s = html_to_text(a, html_unescape(a, s), max);
	return *s ? s : NULL;
}

static const char *all(struct arena *a, const char *const *parts, size_t n,
		       const char *join, size_t max)
{
	size_t size = 1, n_join = strlen(join);
	for (size_t i = 0; i < n; i++)
		size += strlen(parts[i]) + n_join;
	char *text = arena_bytes(a, size), *end = text;
	for (size_t i = 0; i < n; i++) {
		if (i)
			end = mempcpy(end, join, n_join);
		end = mempcpy(end, parts[i], strlen(parts[i]));
	}
	*end = '\0';
	return (size_t)(end - text) <= max
		       ? text
		       : utf8_clean(a, text, UTF8_LINES, max);
}

const char *record_lines(const struct mapping *m, int field,
			 const struct jnode *record, struct arena *a,
			 size_t max)
{
	const char *parts[MAPPING_VALUES_MAX], *join = "";
	size_t kept = 0;
	size_t n = mapping_parts(m, field, record, a, parts, MAPPING_VALUES_MAX,
				 &join);
	if (!n) {
		const char *s = mapping_text(m, field, record, a);
		return s ? clean(a, s, max) : NULL;
	}
	for (size_t i = 0; i < n; i++) {
		parts[kept] = clean(a, parts[i], max);
		kept += parts[kept] != NULL;
	}
	if (kept < 2)
		return kept ? parts[0] : NULL;
	return all(a, parts, kept, join, max);
}
