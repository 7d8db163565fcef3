/* SPDX-License-Identifier: EUPL-1.2 */
/* RFC 2047 encoded words and RFC 5322 folding. Each word is UTF-8, at most 75
 * columns, cut only between code points; Q where the text is mostly Latin, B
 * where it is not. Q uses the narrow alphabet of RFC 2047 5(3), good in a
 * subject and in a display name alike. */
#include "word.h"

#include <etrier/buf.h>

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define LINE_MAX_COLS ((size_t)78) /* RFC 5322 2.1.1, what one should keep */
#define WORD_MAX      ((size_t)75) /* RFC 2047 2 */
#define WORD_FRAME    ((size_t)12) /* of the charset, Q or B, and the marks */

struct line {
	struct buf *out;
	size_t col;
};

static void put(struct line *l, const char *s, size_t n)
{
	buf_add(l->out, s, n);
	l->col += n;
}

static void fold(struct line *l)
{
	buf_adds(l->out, "\r\n");
	l->col = 0;
}

static bool q_is_plain(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == ' ' || (c && strchr("!*+-/", c));
}

static size_t code_point_len(const char *s, size_t n)
{
	size_t k = 1;
	while (k < n && ((unsigned char)s[k] & 0xc0) == 0x80)
		k++;
	return k;
}

static size_t q_width(const char *s, size_t n)
{
	size_t width = 0;
	for (size_t i = 0; i < n; i++)
		width += q_is_plain((unsigned char)s[i]) ? 1 : 3;
	return width;
}

static size_t b_width(size_t n)
{
	return (n + 2) / 3 * 4;
}

static void put_q(struct line *l, const char *s, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	put(l, "=?utf-8?q?", 10);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		char word[3] = {'=', hex[c >> 4], hex[c & 15]};
		if (c == ' ')
			put(l, "_", 1);
		else if (q_is_plain(c))
			put(l, s + i, 1);
		else
			put(l, word, 3);
	}
	put(l, "?=", 2);
}

static void put_b(struct line *l, const char *s, size_t n)
{
	char b64[WORD_MAX + 1];
	sodium_bin2base64(b64, sizeof b64, (const unsigned char *)s, n,
			  sodium_base64_VARIANT_ORIGINAL);
	put(l, "=?utf-8?b?", 10);
	put(l, b64, strlen(b64));
	put(l, "?=", 2);
}

/* As many words as it takes, the first on the present line. */
static void put_encoded(struct line *l, const char *s, size_t n)
{
	bool is_b = q_width(s, n) > b_width(n);
	while (n > 0) {
		size_t room = LINE_MAX_COLS - 2 - l->col;
		if (room > WORD_MAX)
			room = WORD_MAX;
		size_t k = 0;
		while (k < n) {
			size_t more = code_point_len(s + k, n - k);
			size_t width =
				is_b ? b_width(k + more) : q_width(s, k + more);
			if (k > 0 && width + WORD_FRAME > room)
				break;
			k += more;
		}
		if (is_b)
			put_b(l, s, k);
		else
			put_q(l, s, k);
		s += k;
		n -= k;
		if (n > 0) {
			fold(l);
			put(l, " ", 1);
		}
	}
}

/* Fold at blanks only. The caller made sure there are no runs of them. */
static void put_plain(struct line *l, const char *s, size_t n)
{
	while (n > 0) {
		size_t k = 1;
		while (k < n && s[k] != ' ')
			k++;
		if (l->col + k > LINE_MAX_COLS && l->col > 1 && s[0] == ' ')
			fold(l);
		put(l, s, k);
		s += k;
		n -= k;
	}
}

/* Text that reads the same after any folding and unfolding, and that nobody
 * could take for an encoded word. */
static bool is_plain_text(const char *s, size_t n)
{
	if (n == 0 || s[0] == ' ' || s[n - 1] == ' ')
		return false;
	size_t run = 0;
	for (size_t i = 0; i < n; i++) {
		run = s[i] == ' ' ? 0 : run + 1;
		if ((unsigned char)s[i] > '~' || run > WORD_MAX - 10 ||
		    (s[i] == ' ' && s[i + 1] == ' ') ||
		    (s[i] == '=' && i + 1 < n && s[i + 1] == '?'))
			return false;
	}
	return true;
}

static bool is_atoms(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!q_is_plain((unsigned char)s[i]) && !strchr("'_", s[i]))
			return false;
	return true;
}

static void put_quoted(struct line *l, const char *s, size_t n)
{
	put(l, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			put(l, "\\", 1);
		put(l, s + i, 1);
	}
	put(l, "\"", 1);
}

void word_put_text(struct buf *out, const char *field, const char *value)
{
	struct line l = {.out = out};
	size_t n = strlen(value);
	put(&l, field, strlen(field));
	put(&l, ": ", 2);
	if (is_plain_text(value, n))
		put_plain(&l, value, n);
	else
		put_encoded(&l, value, n);
	fold(&l);
}

void word_put_phrase(struct buf *out, const char *field, const char *phrase,
		     size_t n, const char *angle)
{
	struct line l = {.out = out};
	put(&l, field, strlen(field));
	put(&l, ": ", 2);
	bool is_short = n + l.col + 4 < LINE_MAX_COLS;
	if (n > 0) {
		if (!is_plain_text(phrase, n) || !is_short)
			put_encoded(&l, phrase, n);
		else if (is_atoms(phrase, n))
			put_plain(&l, phrase, n);
		else
			put_quoted(&l, phrase, n);
		if (l.col + 1 + strlen(angle) > LINE_MAX_COLS)
			fold(&l);
		put(&l, " ", 1);
	}
	put(&l, angle, strlen(angle));
	fold(&l);
}
