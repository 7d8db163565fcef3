/* SPDX-License-Identifier: EUPL-1.2 */
/* Small questions about NUL-terminated text, and the "did you mean" of every
 * diagnostic. */
#include <etrier/mem.h>
#include <etrier/str.h>

#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), k = strlen(suffix);
	return n >= k && strcmp(s + n - k, suffix) == 0;
}

bool str_is_empty(const char *s)
{
	while (s && is_space(*s))
		s++;
	return !s || !*s;
}

bool str_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);
	size_t k = n < size ? n : size - 1;
	memcpy(dst, src, k);
	dst[k] = '\0';
	return n < size;
}

char *str_trim(char *s)
{
	while (is_space(*s))
		s++;
	size_t n = strlen(s);
	while (n && is_space(s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

/* Optimal string alignment: three rolling rows. */
size_t str_distance(const char *a, const char *b, size_t max)
{
	enum { LONGEST = 64 }; /* keys and codes are shorter */
	size_t n = strlen(a), m = strlen(b);
	size_t gap = n > m ? n - m : m - n;
	if (gap > max || n > LONGEST || m > LONGEST)
		return max + 1;
	/* What both begin and end with costs nothing. */
	for (; n && m && *a == *b; a++, b++, m--)
		n--;
	for (; n && m && a[n - 1] == b[m - 1]; m--)
		n--;
	size_t rows[3][LONGEST + 1];
	size_t *before = rows[0], *last = rows[1], *cur = rows[2];
	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		cur[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t cost = a[i - 1] != b[j - 1];
			cur[j] = min3(last[j] + 1, cur[j - 1] + 1,
				      last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < cur[j])
				cur[j] = before[j - 2] + 1;
		}
		size_t *spare = before;
		before = last;
		last = cur;
		cur = spare;
	}
	return last[m] > max ? max + 1 : last[m];
}

const char *str_nearest(const char *s, const char *const *words)
{
	const char *best = NULL;
	size_t best_distance = 3;
	for (; *words; words++) {
		size_t d = str_distance(s, *words, 2);
		if (d < best_distance && d * 2 < strlen(*words)) {
			best = *words;
			best_distance = d;
		}
	}
	return best;
}
