/* SPDX-License-Identifier: EUPL-1.2 */
/* Official job titles to trades. A title is compared whole, after folding,
 * without its "H/F" marks and in any of its gender forms. Hashes are compared:
 * 64 bits over some forty thousand forms leave a chance of one in ten thousand
 * million that two forms collide, and a collision costs one wrong trade.
 * Guessing a trade from part of a title is not done here. */
#include "tables.h"

#include <etrier/arena.h>
#include <etrier/mem.h>
#include <etrier/str.h>
#include <etrier/utf8.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FORMS_MAX 4
/* "(trice)": a longer bracket is not an ending. */
#define ENDING_MAX 8

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* How long a feminine ending glued to a word is: "(se)", "·se"; 0: none. */
static size_t ending_length(const char *s)
{
	static const char dot[] = "\xc2\xb7"; /* U+00B7 */
	size_t n = str_starts(s, dot) ? 2 : *s == '(' ? 1 : 0;
	size_t opened = n;
	if (!n)
		return 0;
	while (n < ENDING_MAX && is_letter(s[n]) && strncmp(s + n, dot, 2) != 0)
		n++;
	if (n == opened)
		return 0;
	if (opened == 2)
		return n;
	return s[n] == ')' ? n + 1 : 0;
}

static char *without_endings(struct arena *a, const char *title)
{
	char *out = arena_bytes(a, strlen(title) + 1), *end = out;
	for (const char *s = title; *s;) {
		bool is_glued = s > title && is_letter(s[-1]);
		bool is_sign = *s == '(' || *s == '\xc2';
		size_t skip = is_glued && is_sign ? ending_length(s) : 0;
		if (skip)
			s += skip;
		else
			*end++ = *s++;
	}
	*end = '\0';
	return out;
}

static bool is_mark(char c)
{
	return c == 'h' || c == 'f' || c == 'm' || c == 'x';
}

/* The length of a run of "h f", "f h", "m f", "h f x" at s; 0: none. One
 * letter alone is not a mark ("permis b", "classe c"). */
static size_t mark_length(const char *s)
{
	bool has_f = false, has_m = false;
	size_t n = 0;
	while (is_mark(s[n]) && (s[n + 1] == ' ' || !s[n + 1])) {
		has_f = has_f || s[n] == 'f';
		has_m = has_m || s[n] == 'h' || s[n] == 'm';
		n += s[n + 1] ? 2 : 1;
	}
	return has_f && has_m ? n : 0;
}

static char *title_key(struct arena *a, const char *title)
{
	char *folded = utf8_fold(a, without_endings(a, title)), *end = folded;
	for (const char *s = folded; *s;) {
		bool is_start = s == folded || s[-1] == ' ';
		size_t skip = is_start ? mark_length(s) : 0;
		if (skip)
			s += skip;
		else
			*end++ = *s++;
	}
	while (end > folded && end[-1] == ' ')
		end--;
	*end = '\0';
	return folded;
}

/* The parts of "head{m/f}tail"; false when the pattern has no braces. */
struct gendered {
	const char *head, *m, *f, *tail;
	int n_head, n_m, n_f;
};

static bool split_pattern(const char *pattern, struct gendered *g)
{
	const char *open = strchr(pattern, '{');
	const char *slash = open ? strchr(open, '/') : NULL;
	const char *close = slash ? strchr(slash, '}') : NULL;
	if (!close)
		return false;
	*g = (struct gendered){pattern,
			       open + 1,
			       slash + 1,
			       close + 1,
			       (int)(open - pattern),
			       (int)(slash - open - 1),
			       (int)(close - slash - 1)};
	return true;
}

static int make_forms(struct arena *a, const char *pattern,
		      const char *forms[FORMS_MAX])
{
	struct gendered g;
	forms[0] = pattern;
	if (!split_pattern(pattern, &g))
		return 1;
	forms[0] = arena_printf(a, "%.*s%.*s%s", g.n_head, g.head, g.n_m, g.m,
				g.tail);
	forms[1] = arena_printf(a, "%.*s%.*s%s", g.n_head, g.head, g.n_f, g.f,
				g.tail);
	forms[2] = arena_printf(a, "%.*s%.*s %.*s%s", g.n_head, g.head, g.n_m,
				g.m, g.n_f, g.f, g.tail);
	forms[3] = arena_printf(a, "%.*s%.*s %.*s%s", g.n_head, g.head, g.n_f,
				g.f, g.n_m, g.m, g.tail);
	return FORMS_MAX;
}

void title_first_form(char *pattern)
{
	struct gendered g;
	if (!split_pattern(pattern, &g))
		return;
	memmove(pattern + g.n_head, g.m, (size_t)g.n_m);
	memmove(pattern + g.n_head + g.n_m, g.tail, strlen(g.tail) + 1);
}

void titles_init(struct titles *t, size_t n_patterns)
{
	t->size = 1024;
	while (t->size < n_patterns * FORMS_MAX * 2)
		t->size *= 2;
	t->hash = mem_array(t->size, sizeof(*t->hash));
	t->trade = mem_array(t->size, sizeof(*t->trade));
}

void titles_free(struct titles *t)
{
	free(t->hash);
	free(t->trade);
}

static size_t slot_of(const struct titles *t, uint64_t hash)
{
	size_t i = hash & (t->size - 1);
	while (t->hash[i] && t->hash[i] != hash)
		i = (i + 1) & (t->size - 1);
	return i;
}

void titles_add(struct titles *t, struct arena *a, const char *pattern,
		uint16_t trade, enum titles_how how)
{
	const char *forms[FORMS_MAX];
	int n = make_forms(a, pattern, forms);
	for (int i = 0; i < n; i++) {
		uint64_t hash = hash_text(title_key(a, forms[i]));
		size_t at = slot_of(t, hash);
		if (!t->hash[at]) {
			t->hash[at] = hash;
			t->trade[at] = trade;
		} else if (t->trade[at] != trade && how == TITLES_OFFICIAL) {
			t->trade[at] = ROME_NONE;
		}
	}
}

uint16_t titles_find(const struct titles *t, const char *title)
{
	struct arena a;
	struct arena_lent lent;
	arena_init_lent(&a, &lent);
	const char *key = title_key(&a, title);
	size_t at = slot_of(t, hash_text(key));
	uint16_t trade = *key && t->hash[at] ? t->trade[at] : ROME_NONE;
	arena_clear(&a);
	return trade;
}
