/* SPDX-License-Identifier: EUPL-1.2 */
/* The end of an attempt in words that may be kept: servers like to repeat the
 * address they refuse, gateways the number, and neither belongs in a listing
 * or a log. */
#include "verdict.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <string.h>

/* Shorter runs are codes and times; a phone number has nine at least. */
#define DIGITS_SHOWN ((size_t)5)
/* A longer run is no word and no queue's number: a server that repeats what it
 * was given to log in with. A stroke ends it, for the sake of addresses of
 * pages that tell more. */
#define RUN_SHOWN ((size_t)27)

const char *verdict_name(enum verdict_result r)
{
	static const char *const names[] = {"sent", "failed", "retry",
					    "uncertain"};
	BUG_ON((size_t)r >= ARRAY_LEN(names));
	return names[r];
}

static size_t word_len(const char *s)
{
	return strcspn(s, " <>()[]\"',;");
}

static bool is_private(const char *s, size_t n)
{
	size_t digits = 0, run = 0;
	for (size_t i = 0; i < n; i++) {
		bool is_digit = s[i] >= '0' && s[i] <= '9';
		bool is_letter = (s[i] >= 'a' && s[i] <= 'z') ||
				 (s[i] >= 'A' && s[i] <= 'Z');
		digits = is_digit ? digits + 1 : 0;
		run = is_digit || is_letter || strchr("+=_-", s[i]) ? run + 1
								    : 0;
		if (s[i] == '@' || digits > DIGITS_SHOWN || run > RUN_SHOWN)
			return true;
	}
	return false;
}

void verdict_clean(const char *said, char out[VERDICT_TEXT_MAX + 1])
{
	struct arena a;
	arena_init(&a);
	const char *s = utf8_clean(&a, said ? said : "", UTF8_ONE_LINE,
				   VERDICT_TEXT_MAX);
	size_t used = 0;
	while (*s) {
		size_t n = word_len(s);
		bool mask = is_private(s, n);
		if (n == 0)
			n = 1;
		const char *w = mask ? "***" : s;
		size_t k = mask ? 3 : n;
		if (used + k > VERDICT_TEXT_MAX)
			break;
		memcpy(out + used, w, k);
		used += k;
		s += n;
	}
	out[used] = '\0';
	arena_clear(&a);
}

void verdict_set(struct verdict *v, enum verdict_result result,
		 const char *reason, const char *text)
{
	*v = (struct verdict){.result = result, .reason = reason};
	verdict_clean(text, v->text);
}
